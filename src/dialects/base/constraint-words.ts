import type { Deferral, Named } from '../../sql/constraints.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { Exclude } from '../../sql/table-parts.ts';
import { type DdlSpelling, need } from './ddl-features.ts';
import type { ForeignKeyParts, RenderedCheck, UniqueParts } from './dialect.ts';

interface Spelling extends DdlSpelling {
  /** As `DdlRules.referenceAction`. */
  readonly referenceAction?: (action: string) => string | null;
}

/** DEFERRABLE and INITIALLY, with a blank before each. */
function deferralWords({ deferrable, initially }: Deferral): string {
  let words = '';
  if (deferrable !== undefined) words += deferrable ? ' DEFERRABLE' : ' NOT DEFERRABLE';
  if (initially !== undefined) words += ` INITIALLY ${initially.toUpperCase()}`;
  return words;
}

const defers = ({ deferrable, initially }: Deferral): boolean => deferrable === true || initially === 'deferred';

/** What follows REFERENCES table (columns). */
export function referenceWords(key: ForeignKeyParts, { title, features, referenceAction }: Spelling): string {
  let words = '';
  if (key.match !== undefined && key.match !== 'simple') {
    need(features.matchFull && key.match === 'full', `MATCH ${key.match.toUpperCase()} ('${key.name}')`, title);
    words += ` MATCH ${key.match.toUpperCase()}`;
  }
  const action = (said: string | null): string | null =>
    said === null || said === 'no action' ? null : referenceAction === undefined ? said.toUpperCase() : referenceAction(said);
  const [onDelete, onUpdate] = [action(key.onDelete), action(key.onUpdate)];
  if (onDelete !== null) words += ` ON DELETE ${onDelete}`;
  if (onUpdate !== null) words += ` ON UPDATE ${onUpdate}`;
  if (features.deferrableForeignKeys) return words + deferralWords(key);
  need(!defers(key), `foreign keys that are checked later ('${key.name}')`, title);
  return words;
}

/** `CONSTRAINT name UNIQUE (…)`, or PRIMARY KEY. */
export function keyWords(
  word: 'UNIQUE' | 'PRIMARY KEY',
  key: UniqueParts & { readonly columns: readonly Named[] },
  { title, features, quote }: Spelling,
): string {
  const names = (columns: readonly Named[]): string => columns.map((column) => quote(column.name)).join(', ');
  let nulls = '';
  if (key.nullsNotDistinct === true) {
    need(features.nullsNotDistinct !== false, `NULLS NOT DISTINCT ('${key.name}')`, title);
    if (features.nullsNotDistinct === true) nulls = ' NULLS NOT DISTINCT';
  }
  let words = `CONSTRAINT ${quote(key.name)} ${word}${nulls} (${names(key.columns)})`;
  if (key.include !== undefined && features.include && features.keyInclude) words += ` INCLUDE (${names(key.include)})`;
  if (features.deferrableUniques) return words + deferralWords(key);
  need(!defers(key), `unique constraints that are checked later ('${key.name}')`, title);
  return words;
}

export function checkWords(check: Pick<RenderedCheck, 'name' | 'sql'>, quote: (name: string) => string): string {
  return `CONSTRAINT ${quote(check.name)} CHECK (${check.sql})`;
}

/** `CONSTRAINT name EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (…)`. */
export function excludeWords(exclude: Exclude, { title, features, quote, inline, condition }: Spelling): string {
  need(features.exclude, `EXCLUDE constraints ('${exclude.name}')`, title);
  const elements = exclude.elements.map(({ expression, operator, operatorClass }) => {
    const words = inline(expression);
    const bare = isKind(expression, 'column') || isKind(expression, 'function') ? words : `(${words})`;
    return `${bare}${operatorClass === undefined ? '' : ` ${operatorClass}`} WITH ${operator}`;
  });
  const where = exclude.where === null ? '' : ` WHERE (${condition(exclude.where)})`;
  return `CONSTRAINT ${quote(exclude.name)} EXCLUDE USING ${exclude.using} (${elements.join(', ')})${where}${deferralWords(exclude)}`;
}

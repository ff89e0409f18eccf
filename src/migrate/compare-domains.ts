import type { DdlCompiler, DomainChange } from '../dialects/base/dialect.ts';
import type { ReflectedDomain, ReflectedTable } from '../dialects/base/reflection.ts';
import { shorten } from '../sql/naming.ts';
import type { Node } from '../sql/node.ts';
import type { DomainType } from '../sql/own-types.ts';
import { rawNode } from '../sql/raw-text.ts';
import type { Change, ComparedDialect, Comparison } from './comparison.ts';
import { domainChain } from './own-type-pairs.ts';

/** What the domains of models and those of a database do not share. */
export function compareDomains(
  pairs: ReadonlyMap<DomainType, ReflectedDomain>,
  reflected: readonly ReflectedTable[],
  { ddl, title }: ComparedDialect,
): Comparison {
  const changes: Change[] = [];
  const problems: string[] = [];
  for (const [own, there] of pairs) {
    const below = belowDiffers(own, there, ddl);
    if (below !== null) {
      problems.push(
        `The domain '${own.name}' is ${below} in the database; ${title} cannot change what a domain stands on. Give the new one another name, and move its columns in a migration of your own (revision): await op.execute('ALTER TABLE … ALTER COLUMN … TYPE …');`,
      );
      continue;
    }
    const change = changeOf(own, there, ddl);
    if (change === null) continue;
    const arrays = arraysOf(own, reflected);
    const domain = { name: own.name, schema: own.schema };
    if (arrays.length > 0 && tightens(change.upgrade)) {
      problems.push(
        `The domain '${own.name}' allows less in the models than in the database, and ${arrays.join(', ')} ${arrays.length === 1 ? 'has' : 'have'} arrays of it, whose values ${title} cannot look through. Look through them yourself, and alter it in a migration of your own (revision): await op.execute('ALTER DOMAIN … ADD CONSTRAINT … CHECK (…) NOT VALID');`,
      );
      continue;
    }
    const note =
      arrays.length > 0 && tightens(change.downgrade)
        ? `Not while ${arrays.join(', ')} has arrays of it: ${title} cannot look through them.`
        : undefined;
    changes.push({
      upgrade: [{ kind: 'alterDomain', domain, change: change.upgrade }],
      downgrade: [{ kind: 'alterDomain', domain, change: change.downgrade, ...(note === undefined ? {} : { note }) }],
    });
  }
  return { changes, problems, warnings: [] };
}

/** The columns that hold arrays of a domain, or of one that stands on it. */
function arraysOf(own: DomainType, reflected: readonly ReflectedTable[]): string[] {
  return reflected.flatMap((table) =>
    table.columns
      .filter(({ type, domain }) => type.endsWith('[]') && domainChain(domain).some(({ name }) => name === own.name))
      .map(({ name }) => `'${table.name}.${name}'`),
  );
}

/** What a domain stands on in the models and there, in words; null where it is the same. */
function belowDiffers(own: DomainType, there: ReflectedDomain, ddl: DdlCompiler): string | null {
  const type = ddl.typeName(own.on);
  if (ddl.sameType(type, there.type) && own.collation === there.collation) return null;
  const words = (name: string, collation: string | null): string => (collation === null ? name : `${name} COLLATE ${collation}`);
  return `${words(type, own.collation)} in the models and ${words(there.type, there.collation)}`;
}

function tightens({ notNull, addChecks }: DomainChange): boolean {
  return notNull === true || addChecks !== undefined;
}

/** What makes the database's domain that of the models, and back; null where they are the same. */
function changeOf(
  own: DomainType,
  there: ReflectedDomain,
  ddl: DdlCompiler,
): { readonly upgrade: DomainChange; readonly downgrade: DomainChange } | null {
  const fallback = own.serverDefault === null ? null : ddl.inline(own.serverDefault);
  const sameDefault =
    fallback === null || there.default === null ? fallback === there.default : ddl.sameExpression(fallback, there.default);
  const { added, dropped } = compareChecks(own, there, ddl);
  if (sameDefault && own.notNull === !there.nullable && added.length + dropped.length === 0) return null;
  const change = (
    serverDefault: Node | null,
    notNull: boolean,
    dropChecks: readonly Check[],
    addChecks: readonly Check[],
  ): DomainChange => ({
    ...(sameDefault ? {} : { serverDefault }),
    ...(own.notNull === !there.nullable ? {} : { notNull }),
    ...(dropChecks.length === 0 ? {} : { dropChecks: dropChecks.map(({ name }) => name) }),
    ...(addChecks.length === 0 ? {} : { addChecks }),
  });
  return {
    upgrade: change(own.serverDefault, own.notNull, dropped, added),
    downgrade: change(there.default === null ? null : rawNode(there.default), !there.nullable, added, dropped),
  };
}

interface Check {
  readonly name: string;
  readonly condition: Node;
}

/** A check is the same by its condition, and by its name where the models say one. */
function compareChecks(own: DomainType, there: ReflectedDomain, ddl: DdlCompiler): { added: Check[]; dropped: Check[] } {
  const left = [...there.checks];
  const missing = own.checks.filter(({ name, condition }) => {
    const sql = ddl.inline(condition);
    const place = left.findIndex((other) => (name === null || name === other.name) && ddl.sameExpression(sql, other.sql));
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
  const taken = new Set([
    ...there.checks.filter((check) => !left.includes(check)).map(({ name }) => name),
    ...own.checks.map(({ name }) => name),
  ]);
  const added = missing.map(({ name, condition }) => {
    let free = name ?? shorten(`${own.name}_check`);
    for (let i = 1; name === null && taken.has(free); i++) free = shorten(`${own.name}_check${i}`);
    taken.add(free);
    return { name: free, condition };
  });
  return { added, dropped: left.map(({ name, sql }) => ({ name, condition: rawNode(sql) })) };
}

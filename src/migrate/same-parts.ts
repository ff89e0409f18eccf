import type { DdlCompiler } from '../dialects/base/dialect.ts';
import { partsOf } from '../dialects/base/index-words.ts';
import type {
  ReflectedExclude,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedIndexPart,
  ReflectedUnique,
} from '../dialects/base/reflection.ts';
import type { Deferral, StorageOptions } from '../sql/constraints.ts';
import type { Node } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import type { ForeignKey, Index, Unique } from '../sql/schema.ts';
import type { Exclude } from '../sql/table-parts.ts';

/** Whether an index of the models is one of the database. */
export function sameIndex(index: Index, other: ReflectedIndex, ddl: DdlCompiler): boolean {
  if (index.unique !== other.unique || !sameParts(index, other, ddl)) return false;
  const included = (columns: readonly string[] = []): string => columns.join('\0');
  if (included(index.include?.map((column) => column.name)) !== included(other.include)) return false;
  if ((index.using ?? 'btree') !== (other.using ?? 'btree')) return false;
  if ((index.nullsNotDistinct ?? false) !== (other.nullsNotDistinct ?? false)) return false;
  if (!sameStorage(index.storage, other.storage)) return false;
  const where = index.where === null ? null : ddl.inline(index.where);
  return where === null || other.where === null ? where === other.where : ddl.sameExpression(where, other.where);
}

function sameParts(index: Index, other: ReflectedIndex, ddl: DdlCompiler): boolean {
  const own = partsOf(index);
  const there = partsOf<string, ReflectedIndexPart>(other);
  return (
    own.length === there.length &&
    own.every((part, i) => {
      const twin = there[i];
      const same =
        part.column !== null
          ? part.column.name === twin.column
          : twin.expression !== null && ddl.sameExpression(ddl.inline(part.expression as Node), twin.expression);
      return (
        same &&
        part.direction === twin.direction &&
        nullsOf(part) === nullsOf(twin) &&
        part.collation === twin.collation &&
        part.operatorClass === twin.operatorClass &&
        (part.length === twin.length || twin.length === null)
      );
    })
  );
}

/** Whether a unique constraint of the models is one of the database. */
export function sameUnique(unique: Unique, other: ReflectedUnique, ddl: DdlCompiler): boolean {
  const names = (columns: readonly { readonly name: string }[] = []): string[] => columns.map((column) => column.name);
  if (!sameSet(names(unique.columns), other.columns)) return false;
  if (!ddl.has.uniqueOptions) return true;
  return (
    (unique.nullsNotDistinct ?? false) === (other.nullsNotDistinct ?? false) &&
    sameSet(names(unique.include), other.include ?? []) &&
    sameDeferral(unique, other)
  );
}

/** Whether an exclude constraint of the models is one of the database. */
export function sameExclude(exclude: Exclude, other: ReflectedExclude, ddl: DdlCompiler): boolean {
  const same = (a: Node | null, b: string | null): boolean => (a === null || b === null ? a === b : ddl.sameExpression(ddl.inline(a), b));
  return (
    exclude.name === other.name &&
    exclude.using === other.using &&
    exclude.elements.length === other.elements.length &&
    exclude.elements.every(({ expression, operator, operatorClass = null }, i) => {
      const { column, expression: text, ...twin } = other.elements[i];
      const own = isKind(expression, 'column') ? expression.name === column : same(expression, text);
      return own && operator === twin.operator && operatorClass === twin.operatorClass;
    }) &&
    same(exclude.where, other.where) &&
    sameDeferral(exclude, other)
  );
}

/** Whether two lists have the same words, in any order. */
export function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return [...a].sort().join('\0') === [...b].sort().join('\0');
}

/** Whether a foreign key of the models is one of the database; `restricts`: RESTRICT is what it does anyway. */
export function sameKey(key: ForeignKey, targetColumns: readonly string[], other: ReflectedForeignKey, restricts: boolean): boolean {
  const pairs = (columns: readonly string[], targets: readonly string[]): string[] => columns.map((name, i) => `${name}\0${targets[i]}`);
  const action = (word: string | null): string => (word === null || (restricts && word === 'restrict') ? 'no action' : word.toLowerCase());
  const columns = key.columns.map((column) => column.name);
  return (
    key.targetTable === other.targetTable &&
    sameSet(pairs(columns, targetColumns), pairs(other.columns, other.targetColumns)) &&
    action(key.onDelete) === action(other.onDelete) &&
    action(key.onUpdate) === action(other.onUpdate) &&
    (other.deferrable === undefined || sameDeferral(key, other))
  );
}

/** Settings in one spelling: the database keeps them as text, and off is false. */
function sameStorage(a: StorageOptions = {}, b: StorageOptions = {}): boolean {
  const off: Readonly<Record<string, string>> = { off: 'false', on: 'true' };
  const text = (options: StorageOptions): string =>
    Object.entries(options)
      .map(([name, value]) => `${name}=${off[String(value)] ?? String(value)}`)
      .sort()
      .join();
  return text(a) === text(b);
}

function sameDeferral(key: Deferral, other: Deferral): boolean {
  const word = ({ deferrable = false, initially = 'immediate' }: Deferral): string => (deferrable ? `deferrable, ${initially}` : 'at once');
  return word(key) === word(other);
}

/** Where NULLs stand in an index that knows it: after all values, and before them where it descends. */
function nullsOf({ direction, nulls }: Pick<ReflectedIndexPart, 'direction' | 'nulls'>): 'first' | 'last' {
  return nulls ?? (direction === 'desc' ? 'first' : 'last');
}

import type { Column, ColumnValue } from './column.ts';
import { describe, sqlError } from './errors.ts';
import { make, nextId } from './make.ts';
import type { AliasNode, Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { type ExpressionLike, isExpression, type NameOf, typeOf } from './operand.ts';
import { ColumnAttribute, type Reads, readsIn, type Source, setColumns, sourceOf } from './schema.ts';
import type { EntityNode } from './statement-nodes.ts';
import { type SqlType, UNKNOWN } from './type.ts';

// biome-ignore lint/suspicious/noExplicitAny: any class at all, with any constructor
export type AnyClass = abstract new (...args: any) => any;

/** What one item of a select gives: an expression's value, a class's instance, a table's or alias's row. */
export type ItemValue<X> =
  X extends ExpressionLike<infer V>
    ? V
    : X extends { readonly '~entity': infer E }
      ? E
      : X extends AnyClass
        ? InstanceType<X>
        : X extends { readonly '~row': infer R }
          ? R
          : never;

/** The row of `select(...items)`: an object for one object literal, else a tuple. */
export type SelectRow<X extends readonly unknown[]> = X extends readonly [infer O]
  ? O extends ExpressionLike | AnyClass | Source
    ? [ItemValue<O>]
    : { [K in keyof O]: ItemValue<O[K]> }
  : { -readonly [I in keyof X]: ItemValue<X[I]> };

/** The row of a select with more columns. */
export type AddedRow<R, X extends readonly unknown[], J> = R extends readonly unknown[]
  ? [...R, ...OuterRow<{ -readonly [I in keyof X]: ItemValue<X[I]> }, X, J>]
  : X extends readonly [infer O]
    ? R & OuterRow<{ [K in keyof O]: ItemValue<O[K]> }, O, J>
    : never;

/** The items of a select with more columns. */
export type AddedItems<I, X extends readonly unknown[]> = I extends readonly unknown[]
  ? readonly [...I, ...X]
  : X extends readonly [infer O]
    ? I & O
    : never;

/** The items of a select under the keys of its rows. */
export type ItemsOf<X extends readonly unknown[]> = X extends readonly [infer O]
  ? O extends ExpressionLike | AnyClass | Source
    ? X
    : O
  : X;

/** All sources but these. */
export interface AllBut<N> {
  readonly '~but': N;
}

/** The name of one source alone: aliases and subqueries without a name share one for the compiler, which cannot tell them apart. */
export type OwnName<N> = N extends `~${string}` ? never : N;

/** Whether a source of this name is among those that outer joins may leave out: names, or all but some. */
type IsMissing<N, J> = N extends J ? true : J extends AllBut<infer B> ? (N extends B ? false : true) : false;

/** What an item gives where outer joins leave out these sources. */
export type ItemOrNull<V, X, J> = [NameOf<X>] extends [never] ? V : true extends IsMissing<NameOf<X>, J> ? V | null : V;

/** A row of these items where outer joins leave out these sources. */
export type OuterRow<R, I, J> = [J] extends [never]
  ? R
  : unknown extends J
    ? R
    : { [K in keyof R]: K extends keyof I ? ItemOrNull<R[K], I[K], J> : R[K] };

/** All columns of a source as one plain object. */
export type SourceRow<X> = X extends { readonly '~shape'?: infer S }
  ? { [K in keyof NonNullable<S> as NonNullable<S>[K] extends Column ? K : never]: ColumnValue<NonNullable<S>[K]> }
  : X extends { readonly '~row': infer R }
    ? R
    : X extends { readonly c: infer C }
      ? { [K in keyof C]: C[K] extends ExpressionLike<infer V> ? V : never }
      : never;

/** How a result row is put together: an object under these names, or a tuple. */
export interface Projection {
  readonly form: 'object' | 'tuple';
  readonly items: readonly ProjectionItem[];
  /** Equal for projections whose rows are read alike; the statement's own key does not tell names and classes apart. */
  readonly key: string;
  /** Its columns were named for SQL by hand, which may give others. */
  readonly named?: true;
}
export interface ProjectionItem {
  readonly name: string;
  readonly node: Node;
  readonly type: SqlType;
  /** Set where the item is a model class, an alias of one, or a table. */
  readonly entity: EntityNode | null;
  /** Set where the item is a class whose rows are not those of one table, or names columns of such classes. */
  readonly reads?: readonly Reads[];
}

/** Reads what was given to `select()` or `returning()`. */
export function project(items: readonly unknown[], where: string): Projection {
  const only = items.length === 1 ? items[0] : undefined;
  if (typeof only === 'object' && only !== null && !isExpression(only) && !('~source' in only)) {
    const prototype: unknown = Object.getPrototypeOf(only);
    if (prototype !== Object.prototype && prototype !== null) throw sqlError('sql.not-an-expression', where, describe(only));
    if (Object.keys(only).length === 0) throw sqlError('sql.no-columns');
    return projection(
      'object',
      Object.entries(only).map(([name, item]) => projectionItem(item, name, where)),
    );
  }
  return projection(
    'tuple',
    items.map((item, i) => projectionItem(item, null, where, i)),
  );
}

function projection(form: Projection['form'], items: readonly ProjectionItem[]): Projection {
  const names = items.map((item) =>
    item.entity === null ? `${item.name}:${item.type.key}` : `${item.name}#${entityId(item.entity.entity as object)}`,
  );
  return { form, items, key: `${form}(${names.join(',')})` };
}

/** The types of the columns of its rows, those of classes and tables among them. */
export function columnTypes({ items }: Projection): SqlType[] {
  return items.flatMap(({ type, entity }) =>
    entity === null ? [type] : entity.columns.map((node) => (isKind(node, 'column') ? node.type : UNKNOWN)),
  );
}

/** The first of these projections, with the types of the others where it has a bare NULL, which says nothing. */
export function knownTypes([first, ...others]: readonly Projection[]): Projection {
  const says = ({ type, entity }: ProjectionItem): boolean => entity !== null || (type.name !== 'null' && type.name !== 'unknown');
  if (first.items.every(says)) return first;
  const items = first.items.map((item, i) => {
    const type = says(item) ? null : others.map((other) => other.items[i]).find((other) => other?.entity === null && says(other))?.type;
    return type == null ? item : { ...item, type };
  });
  return projection(first.form, items);
}

const entityIds = new WeakMap<object, number>();

function entityId(entity: object): number {
  let id = entityIds.get(entity);
  if (id === undefined) {
    id = nextId();
    entityIds.set(entity, id);
  }
  return id;
}

function projectionItem(item: unknown, label: string | null, where: string, position = 0): ProjectionItem {
  if (isExpression(item)) {
    const { node } = item;
    const type = typeOf(item);
    const own =
      isKind(node, 'label') || isKind(node, 'function') ? node.name : isKind(node, 'column') ? node.attribute : `column${position + 1}`;
    const named =
      label === null || (isKind(node, 'column') && node.name === label) ? node : make('label', { operand: unlabelled(node), name: label });
    const made = { name: label ?? own, node: named, type, entity: null };
    const reads = readsIn(node);
    return reads.length === 0 ? made : { ...made, reads };
  }
  if (item === undefined) throw sqlError('sql.undefined-value', where);
  const source = sourceOf(item, where);
  const entity = make('entity', { source: source.node, columns: source.columns.map((c) => c.node), entity: item });
  const made = { name: label ?? source.name, node: entity, type: UNKNOWN, entity };
  return source.reads === undefined ? made : { ...made, reads: [source.reads] };
}

export function unlabelled(node: Node): Node {
  return isKind(node, 'label') ? node.operand : node;
}

/** A column that a query gives to those around it: its expression, and its names in SQL and in JavaScript. */
export interface Output {
  readonly node: Node;
  readonly name: string;
  readonly key: string;
  readonly type: SqlType;
}

/** The columns that a query gives, each with a name of its own in SQL and in JavaScript. */
export function outputsOf(projection: Projection): Output[] {
  const names = new Set<string>();
  const keys = new Set<string>();
  const output = (node: Node, key: string, type: SqlType): Output => {
    const own = isKind(node, 'label') || isKind(node, 'column') ? node.name : null;
    const name = free(own ?? key, names);
    const node2 = name === own ? node : make('label', { operand: unlabelled(node), name });
    return { node: node2, name, key: free(key, keys), type };
  };
  return projection.items.flatMap((item) =>
    item.entity === null
      ? [output(item.node, item.name, item.type)]
      : item.entity.columns.filter((column) => isKind(column, 'column')).map((column) => output(column, column.attribute, column.type)),
  );
}

/** The name, with a number where it is taken. */
function free(name: string, taken: Set<string>): string {
  let own = name;
  for (let n = 1; taken.has(own); n++) own = `${name}_${n}`;
  taken.add(own);
  return own;
}

/** How many columns a projection's rows have in SQL. */
export function widthOf(projection: Projection): number {
  return projection.items.reduce((sum, item) => sum + (item.entity === null ? 1 : item.entity.columns.length), 0);
}

/** The names of a projection's columns, those of objects in a tuple behind their place. */
export function columnNames({ form, items }: Projection): string[] {
  return items.flatMap(({ name, entity }, i) => {
    const own = form === 'object' ? name : String(i);
    return entity === null ? [own] : entity.columns.map((column) => `${own}.${isKind(column, 'column') ? column.attribute : ''}`);
  });
}

/** Throws an ArgumentError where columns that go together by their places have the same names in another order. */
export function checkOrder(first: readonly string[], other: readonly string[], where: string): void {
  if (first.every((name, i) => name === other[i])) return;
  const sorted = [...other].sort();
  if ([...first].sort().every((name, i) => name === sorted[i]))
    throw sqlError('sql.different-order', where, first.join(', '), other.join(', '));
}

/** The projection of rows that are objects with these columns, named in SQL by `name`. */
export function projectColumns(columns: readonly { readonly key: string; readonly name: string; readonly type: SqlType }[]): Projection {
  return projection(
    'object',
    columns.map(({ key, name, type }) => ({ name: key, node: make('identifier', { path: [name] }), type, entity: null })),
  );
}

/** Two projections in one, of the same form. */
export function joinProjections(first: Projection, second: Projection, where: string): Projection {
  if (first.form !== second.form)
    throw sqlError(
      'sql.bad-argument',
      where,
      first.form === 'object' ? 'one object of columns' : 'columns one after the other',
      'the other',
    );
  return projection(first.form, [...first.items, ...second.items]);
}

/** The columns of a subquery, by the names of its rows. */
export type RowColumns<R, N extends string = string> = R extends readonly unknown[]
  ? { readonly [name: string]: ColumnAttribute }
  : { readonly [K in keyof R]: ColumnAttribute<R[K], unknown, N> };

/** A select in the place of a table. SQLAlchemy: `Subquery`. */
export interface Subquery<R, N extends string = string> extends Source {
  readonly '~from'?: N;
  readonly c: RowColumns<R, N>;
  readonly '~row': R;
}

/** The source that a query's alias is, with its columns by the names of its rows. */
export function derivedSource(node: AliasNode, name: string, outputs: readonly Omit<Output, 'node'>[]): Subquery<never> {
  const columns = outputs.map((output) => new ColumnAttribute(node, output.name, output.key, output.type, null));
  setColumns(node, columns);
  const c = Object.fromEntries(columns.map((column) => [column.key, column]));
  return { c, '~source': { node, name, columns, table: null } } as unknown as Subquery<never>;
}

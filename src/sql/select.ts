import { describe, sqlError } from './errors.ts';
import {
  conditions,
  conjunction,
  count,
  type Expression,
  type ExpressionLike,
  isExpression,
  isTrue,
  type OrderTerm,
  type QueryLike,
  scalarOf,
  typeOf,
} from './expression.ts';
import { isJoinable, type Joinable, joinCondition, sourcesOf } from './join.ts';
import { make, makeAlias, makeSelect, nextId } from './make.ts';
import { type EntityNode, type FieldsOf, isKind, type Node, type SelectNode, type SetOperationNode, type SourceNode } from './node.ts';
import { ColumnAttribute, type Columns, type Source, sourceOf, type Table } from './schema.ts';
import { type SqlType, UNKNOWN } from './type.ts';

// biome-ignore lint/suspicious/noExplicitAny: any class at all, with any constructor
type AnyClass = abstract new (...args: any) => any;

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

/** How a result row is put together: an object under these names, or a tuple. */
export interface Projection {
  readonly form: 'object' | 'tuple';
  readonly items: readonly ProjectionItem[];
  /** Equal for projections whose rows are read alike; the statement's own key does not tell names and classes apart. */
  readonly key: string;
}
export interface ProjectionItem {
  readonly name: string;
  readonly node: Node;
  readonly type: SqlType;
  /** Set where the item is a model class, an alias of one, or a table. */
  readonly entity: EntityNode | null;
}

/** The columns of a subquery, by the names of its rows. */
export type RowColumns<R> = R extends readonly unknown[]
  ? { readonly [name: string]: ColumnAttribute }
  : { readonly [K in keyof R]: ColumnAttribute<R[K]> };

/** A select in the place of a table. SQLAlchemy: `Subquery`. */
export interface Subquery<R> extends Source {
  readonly c: RowColumns<R>;
  readonly '~row': R;
}

/** A table under another name. SQLAlchemy: `alias()`. */
export interface TableAlias<S> extends Source {
  readonly c: Columns<S>;
}

/** What can be aliased in a way of its own: a model class, whose alias also has its relations. */
export interface Aliasable<A> {
  '~alias'(name: string | null): A;
}

/** The alias of a model class; its rows are the class's own objects. */
export type EntityAlias<C extends AnyClass> =
  C extends Aliasable<infer A> ? Omit<A, '~entity'> & { readonly '~entity': InstanceType<C> } : never;

/**
 * A table or model under another name, so that it can stand twice in one statement. SQLAlchemy: `aliased()`.
 * @example const manager = alias(Employee, 'manager'); select(Employee, manager).join(manager, Employee.c.managerId.eq(manager.c.id))
 */
export function alias<C extends AnyClass & Aliasable<unknown>>(source: C, name?: string): EntityAlias<C>;
export function alias<A>(source: Aliasable<A>, name?: string): A;
export function alias<S>(source: Table<S>, name?: string): TableAlias<S>;
export function alias<C>(source: Source & { readonly c: C }, name?: string): Source & { readonly c: C };
export function alias(source: Source | Aliasable<unknown>, name?: string): unknown {
  if ('~alias' in source) return source['~alias'](name ?? null);
  return aliasOf(sourceOf(source, 'alias()'), name ?? null);
}

/** The alias of a source, with its columns by attribute name. */
export function aliasOf(source: Source['~source'], name: string | null): Source & { readonly c: Record<string, ColumnAttribute> } {
  const node = makeAlias(source.node.kind === 'alias' ? source.node.of : source.node, name);
  const columns = source.columns.map((c) => new ColumnAttribute(node, c.node.name, c.key, c.type, c.column));
  return {
    c: Object.fromEntries(columns.map((c) => [c.key, c])),
    '~source': { node, name: name ?? source.name, columns, table: source.table },
  };
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
    return { name: label ?? own, node: named, type, entity: null };
  }
  if (item === undefined) throw sqlError('sql.undefined-value', where);
  const source = sourceOf(item, where);
  const entity = make('entity', { source: source.node, columns: source.columns.map((c) => c.node), entity: item });
  return { name: label ?? source.name, node: entity, type: UNKNOWN, entity };
}

function unlabelled(node: Node): Node {
  return isKind(node, 'label') ? node.operand : node;
}

/** What a query has in common, whether a select or several put together. */
abstract class Query<R> implements QueryLike<R> {
  declare readonly '~row': R;
  abstract readonly node: SelectNode | SetOperationNode;
  readonly projection: Projection;
  constructor(projection: Projection) {
    this.projection = projection;
  }
  /** The query in the place of a table. SQLAlchemy: `subquery()`. */
  subquery(name?: string): Subquery<R> {
    const outputs = outputsOf(this.projection);
    const node = makeAlias(
      named(
        this.node,
        outputs.map((output) => output.node),
      ),
      name ?? null,
    );
    const columns = outputs.map((output) => new ColumnAttribute(node, output.name, output.key, output.type, null));
    const c = Object.fromEntries(columns.map((column) => [column.key, column])) as RowColumns<R>;
    return { c, '~source': { node, name: name ?? 'subquery', columns, table: null } } as unknown as Subquery<R>;
  }
  /** The same as `subquery(name)`. */
  as(name: string): Subquery<R> {
    return this.subquery(name);
  }
  /** The query as one value, for a select of one column. SQLAlchemy: `scalar_subquery()`. */
  scalar(): Expression<(R extends readonly [infer V] ? V : R[keyof R]) | null> {
    if (this.projection.items.length !== 1) {
      throw sqlError('sql.bad-argument', 'scalar()', 'a select of one column', `one of ${this.projection.items.length}`);
    }
    return scalarOf(this, this.projection.items[0].type) as never;
  }
}

/** The columns that a query gives, each with a name of its own in SQL and in JavaScript. */
function outputsOf(projection: Projection): { node: Node; name: string; key: string; type: SqlType }[] {
  const names = new Set<string>();
  const keys = new Set<string>();
  const output = (node: Node, key: string, type: SqlType): { node: Node; name: string; key: string; type: SqlType } => {
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

/** The query with these columns; of several put together the first says the names. */
function named(query: SelectNode | SetOperationNode, columns: readonly Node[]): Node {
  if (isKind(query, 'select')) return make('select', { ...query, columns });
  const [first, ...rest] = query.queries;
  return make('setOperation', { ...query, queries: [named(first as SelectNode | SetOperationNode, columns), ...rest] });
}

/**
 * A SELECT. Immutable: every method gives a new one. It is pure data; a session or connection runs it.
 * SQLAlchemy: `Select`.
 */
export class Select<R> extends Query<R> {
  readonly node: SelectNode;
  constructor(node: SelectNode, projection: Projection) {
    super(projection);
    this.node = node;
  }

  #with(change: Partial<FieldsOf<SelectNode>>): Select<R> {
    return new Select<R>(make('select', { ...this.node, ...change }), this.projection);
  }

  /** The sources to select from, where the columns do not say. SQLAlchemy: `select_from()`. */
  from(...sources: Source[]): Select<R> {
    return this.#with({ from: [...this.node.from, ...sources.map((s) => sourceOf(s, 'from()').node)] });
  }
  /**
   * `INNER JOIN` a source, or along a relation. Without a condition the one foreign key between the two is used.
   * @example select(Post, User).join(Post.c.author); select(Post).join(User, Post.c.userId.eq(User.c.id))
   */
  join(target: Source | Joinable, on?: ExpressionLike<boolean | null>): Select<R> {
    return this.#join('inner', target, on);
  }
  /** `LEFT OUTER JOIN`. SQLAlchemy: `outerjoin()`. */
  outerJoin(target: Source | Joinable, on?: ExpressionLike<boolean | null>): Select<R> {
    return this.#join('left', target, on);
  }
  /** `FULL OUTER JOIN`. SQLAlchemy: `join(full=True)`. */
  fullJoin(target: Source | Joinable, on?: ExpressionLike<boolean | null>): Select<R> {
    return this.#join('full', target, on);
  }
  /** `CROSS JOIN`. */
  crossJoin(target: Source): Select<R> {
    const left = this.#left(null);
    const right = sourceOf(target, 'crossJoin()').node;
    return this.#replaceFrom(left, make('join', { type: 'cross', left, right, on: null }));
  }
  /** Adds conditions; all must hold. */
  where(...list: (ExpressionLike<boolean | null> | boolean)[]): Select<R> {
    const nodes = conditions(list, 'where()').filter((node) => !isTrue(node));
    return nodes.length === 0 ? this : this.#with({ where: conjunction(flatten(this.node.where, nodes)) });
  }
  /** Groups the rows. */
  groupBy(...items: ExpressionLike[]): Select<R> {
    return this.#with({ groupBy: [...this.node.groupBy, ...items.map((item) => expressionNode(item, 'groupBy()'))] });
  }
  /** Adds conditions on the groups. */
  having(...list: (ExpressionLike<boolean | null> | boolean)[]): Select<R> {
    const nodes = conditions(list, 'having()').filter((node) => !isTrue(node));
    return nodes.length === 0 ? this : this.#with({ having: conjunction(flatten(this.node.having, nodes)) });
  }
  /** Adds to the order; without arguments it takes the order away. */
  orderBy(...terms: (OrderTerm | ExpressionLike)[]): Select<R> {
    return this.#with({
      orderBy: terms.length === 0 ? [] : [...this.node.orderBy, ...terms.map((term) => expressionNode(term, 'orderBy()'))],
    });
  }
  /** At most so many rows. */
  limit(rows: number): Select<R> {
    return this.#with({ limit: count(rows, 'limit()') });
  }
  /** Leaves out so many rows at the start. */
  offset(rows: number): Select<R> {
    return this.#with({ offset: count(rows, 'offset()') });
  }
  /** Each row once. */
  distinct(): Select<R> {
    return this.#with({ distinct: true });
  }
  /** Locks the rows until the transaction ends, where the database locks rows. SQLAlchemy: `with_for_update()`. */
  forUpdate(options: { of?: Source | readonly Source[]; skipLocked?: boolean; noWait?: boolean; share?: boolean } = {}): Select<R> {
    const of = options.of === undefined ? [] : Array.isArray(options.of) ? options.of : [options.of as Source];
    const lock = make('lock', {
      strength: options.share ? 'share' : 'update',
      wait: options.skipLocked ? 'skipLocked' : options.noWait ? 'noWait' : null,
      of: of.map((source) => sourceOf(source, 'forUpdate({ of })').node),
    });
    return this.#with({ lock });
  }
  /** Other columns, the rest as it is. SQLAlchemy: `with_only_columns()`. */
  columns<const X extends readonly unknown[]>(...items: X): Select<SelectRow<X>> {
    const projection = project(items, 'columns()');
    const from = this.node.from.length > 0 ? this.node.from : sourcesOf(this.node.columns);
    return new Select<SelectRow<X>>(make('select', { ...this.node, from, columns: projection.items.map((item) => item.node) }), projection);
  }

  #join(type: 'inner' | 'left' | 'full', target: Source | Joinable, on?: ExpressionLike<boolean | null>): Select<R> {
    if (isJoinable(target)) {
      const { from, steps } = target['~join']();
      let left = this.#left(null, from);
      const start = left;
      for (const step of steps) {
        const more = step === steps[steps.length - 1] && on !== undefined;
        const condition = more ? conjunction([step.on, expressionNode(on, 'join()')]) : step.on;
        left = make('join', { type, left, right: step.source, on: condition });
      }
      return this.#replaceFrom(start, left);
    }
    const right = sourceOf(target, 'join()');
    const left = this.#left(right.node);
    const condition = on === undefined ? joinCondition(left, right) : expressionNode(on, 'join()');
    return this.#replaceFrom(left, make('join', { type, left, right: right.node, on: condition }));
  }

  /** The part of FROM that a join goes on from: the one that holds `holding`, else the first that is not the target. */
  #left(target: SourceNode | null, holding?: SourceNode): Node {
    const { from } = this.node;
    if (holding !== undefined) return from.find((item) => sourcesOf([item]).some((s) => s.id === holding.id)) ?? holding;
    const first = from[0] ?? sourcesOf(this.node.columns).find((s) => s.id !== target?.id);
    if (first === undefined) throw sqlError('sql.bad-argument', 'join()', 'something to join to: call from() first', 'nothing');
    return first;
  }
  #replaceFrom(old: Node, next: Node): Select<R> {
    const { from } = this.node;
    return this.#with({ from: from.includes(old) ? from.map((item) => (item === old ? next : item)) : [...from, next] });
  }
}

function flatten(existing: Node | null, added: readonly Node[]): Node[] {
  if (existing === null) return [...added];
  const before = isKind(existing, 'junction') && existing.operator === 'and' ? existing.items : [existing];
  return [...before, ...added];
}

function expressionNode(item: unknown, where: string): Node {
  if (item === undefined) throw sqlError('sql.undefined-value', where);
  const node = (item as ExpressionLike | null)?.node;
  if (node === undefined || typeof item !== 'object' || '~source' in (item as object))
    throw sqlError('sql.not-an-expression', where, describe(item));
  return node;
}

/**
 * Begins a SELECT. One object literal gives rows as objects under its names; anything else gives tuples.
 * SQLAlchemy: `select()`.
 *
 * @example select({ category: Category.c.name, products: func.count(Product.c.id) }).from(Category).join(Category.c.products).groupBy(Category.c.name)
 * @example select(Post, User).join(Post.c.author)
 */
export function select<const X extends readonly unknown[]>(...items: X): Select<SelectRow<X>> {
  if (items.length === 0) throw sqlError('sql.no-columns');
  const projection = project(items, 'select()');
  return new Select<SelectRow<X>>(makeSelect({ columns: projection.items.map((item) => item.node) }), projection);
}

/** Several selects put together. SQLAlchemy: `CompoundSelect`. */
export class SetOperation<R> extends Query<R> {
  readonly node: SetOperationNode;
  constructor(node: SetOperationNode, projection: Projection) {
    super(projection);
    this.node = node;
  }
  #with(change: Partial<FieldsOf<SetOperationNode>>): SetOperation<R> {
    return new SetOperation<R>(make('setOperation', { ...this.node, ...change }), this.projection);
  }
  /** The order of the whole, by the names of the first select's columns. */
  orderBy(...terms: (OrderTerm | ExpressionLike)[]): SetOperation<R> {
    return this.#with({ orderBy: [...this.node.orderBy, ...terms.map((term) => expressionNode(term, 'orderBy()'))] });
  }
  /** At most so many rows of the whole. */
  limit(rows: number): SetOperation<R> {
    return this.#with({ limit: count(rows, 'limit()') });
  }
  /** Leaves out so many rows at the start of the whole. */
  offset(rows: number): SetOperation<R> {
    return this.#with({ offset: count(rows, 'offset()') });
  }
}

function setOperation<R>(operator: string, queries: readonly (Select<R> | SetOperation<R>)[]): SetOperation<R> {
  if (queries.length < 2) throw sqlError('sql.bad-argument', `${operator.toLowerCase()}()`, 'two or more selects', String(queries.length));
  const fields = { operator, queries: queries.map((q) => q.node), orderBy: [], limit: null, offset: null };
  return new SetOperation<R>(make('setOperation', fields), queries[0].projection);
}

/** The rows of all these selects, each once. SQLAlchemy: `union()`. */
export function union<R>(...queries: (Select<R> | SetOperation<R>)[]): SetOperation<R> {
  return setOperation('UNION', queries);
}
/** The rows of all these selects. SQLAlchemy: `union_all()`. */
export function unionAll<R>(...queries: (Select<R> | SetOperation<R>)[]): SetOperation<R> {
  return setOperation('UNION ALL', queries);
}
/** The rows that all these selects have. SQLAlchemy: `intersect()`. */
export function intersect<R>(...queries: (Select<R> | SetOperation<R>)[]): SetOperation<R> {
  return setOperation('INTERSECT', queries);
}
/** The rows of the first select that the others do not have. SQLAlchemy: `except_()`. */
export function except<R>(...queries: (Select<R> | SetOperation<R>)[]): SetOperation<R> {
  return setOperation('EXCEPT', queries);
}

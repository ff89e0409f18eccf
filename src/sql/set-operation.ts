import type { Cte } from './cte.ts';
import { describe, sqlError } from './errors.ts';
import { sameValues } from './group-values.ts';
import { changeSelect, make } from './make.ts';
import type { Node } from './node.ts';
import type { FieldsOf } from './node-kinds.ts';
import { isKind } from './node-walk.ts';
import type { ExpressionLike } from './operand.ts';
import { orderNodes, rowCount } from './order.ts';
import type { OrderTerm } from './order-term.ts';
import { checkOrder, columnNames, knownTypes, outputsOf, type Projection, widthOf } from './projection.ts';
import { Query } from './query.ts';
import type { SetOperationNode } from './statement-nodes.ts';

/** Several queries put together. SQLAlchemy: `CompoundSelect`. */
export class SetOperation<R> extends Query<R> {
  readonly node: SetOperationNode;
  constructor(node: SetOperationNode, projection: Projection) {
    super(projection);
    this.node = node;
  }
  #with(change: Partial<FieldsOf<SetOperationNode>>): SetOperation<R> {
    return new SetOperation<R>(make('setOperation', { ...this.node, ...change }), this.projection);
  }
  /** The order of the whole, by the first query's columns, their names or their places. Without arguments it takes the order away. */
  orderBy(...terms: (OrderTerm | ExpressionLike | string | number)[]): SetOperation<R> {
    if (terms.length === 0) return this.#with({ orderBy: [] });
    const given = orderNodes(terms, this.projection);
    const named = given.reduce<SetOperation<R>>((query, term) => query.#named(isKind(term, 'order') ? term.operand : term), this);
    // Its columns are all that a database knows there, by their names.
    const nameOf = (node: Node): Node => named.projection.items[this.#placeOf(node)]?.node ?? node;
    const nodes = given.map((term) => (isKind(term, 'order') ? make('order', { ...term, operand: nameOf(term.operand) }) : nameOf(term)));
    return named.#with({ orderBy: [...this.node.orderBy, ...nodes] });
  }
  #placeOf(node: Node): number {
    return this.projection.items.findIndex((item) => item.node === node || sameValues(item.node, node));
  }
  /** With a name for this column, if it is one that has none. */
  #named(node: Node): SetOperation<R> {
    const { items } = this.projection;
    const place = this.#placeOf(node);
    const item = items[place];
    if (item === undefined || item.entity !== null || isKind(item.node, 'label') || isKind(item.node, 'column')) return this;
    const taken = new Set(outputsOf({ ...this.projection, items: items.toSpliced(place, 1) }).map((output) => output.name));
    let { name } = item;
    while (taken.has(name)) name = `${name}_`;
    const label = make('label', { operand: item.node, name });
    const before = widthOf({ ...this.projection, items: items.slice(0, place) });
    const projection = { ...this.projection, items: items.with(place, { ...item, node: label }) };
    return new SetOperation<R>(withColumn(this.node, before, label) as SetOperationNode, projection);
  }
  /** At most so many rows of the whole. */
  limit(rows: number | ExpressionLike<number> | null): SetOperation<R> {
    return this.#with({ limit: rowCount(rows, 'limit()') });
  }
  /** Leaves out so many rows at the start of the whole. */
  offset(rows: number | ExpressionLike<number> | null): SetOperation<R> {
    return this.#with({ offset: rowCount(rows, 'offset()') });
  }
  /** Common table expressions that its queries do not read: those that change rows (PostgreSQL). SQLAlchemy: `add_cte()`. */
  addCte(...ctes: readonly Cte[]): SetOperation<R> {
    return this.#with({ ctes: [...this.node.ctes, ...ctes.map((one) => one.node)] });
  }
  /** These rows and those of other queries, each once. */
  union(...others: Query<R>[]): SetOperation<R> {
    return union<R>(this, ...others);
  }
  /** These rows and those of other queries. */
  unionAll(...others: Query<R>[]): SetOperation<R> {
    return unionAll<R>(this, ...others);
  }
  /** The rows that the others have too. */
  intersect(...others: Query<R>[]): SetOperation<R> {
    return intersect<R>(this, ...others);
  }
  /** The rows that the others do not have. */
  except(...others: Query<R>[]): SetOperation<R> {
    return except<R>(this, ...others);
  }
}

/** The query with another column at this place, which is that of its first part. */
function withColumn(query: Node, place: number, column: Node): Node {
  if (isKind(query, 'setOperation')) {
    const [first, ...rest] = query.queries;
    return make('setOperation', { ...query, queries: [withColumn(first, place, column), ...rest] });
  }
  if (!isKind(query, 'select')) return query;
  const columns = query.columns.flatMap((own) => (isKind(own, 'entity') ? own.columns : [own]));
  return isKind(columns[place], 'label') ? query : changeSelect(query, { columns: columns.with(place, column) });
}

function setOperation<R>(operator: SetOperator, queries: readonly Query<R>[]): SetOperation<R> {
  const where = `${WHERE[operator]}()`;
  if (queries.length < 2) throw sqlError('sql.bad-argument', where, 'two or more selects', String(queries.length));
  for (const query of queries) if (!(query instanceof Query)) throw sqlError('sql.bad-argument', where, 'selects', describe(query));
  const width = widthOf(queries[0].projection);
  const other = queries.map((query) => widthOf(query.projection)).find((n) => n !== width);
  if (other !== undefined) throw sqlError('sql.different-widths', where, width, other);
  const names = queries.map(({ projection }) => columnNames(projection));
  for (const own of names) checkOrder(names[0], own, where);
  const fields = { operator, queries: queries.map((query) => query['~part']()), orderBy: [], limit: null, offset: null, ctes: [] };
  return new SetOperation<R>(make('setOperation', fields), knownTypes(queries.map((query) => query.projection)));
}

const WHERE = {
  UNION: 'union',
  'UNION ALL': 'unionAll',
  INTERSECT: 'intersect',
  'INTERSECT ALL': 'intersectAll',
  EXCEPT: 'except',
  'EXCEPT ALL': 'exceptAll',
} as const;
type SetOperator = keyof typeof WHERE;

/**
 * The rows of all these queries, each once. Their rows must agree in type, in how many columns they have, and in the order of their names:
 * columns go together by place. SQLAlchemy: `union()`.
 * @example union(select(User.c.username), select(Tag.c.name)).orderBy(1)
 */
export function union<R>(...queries: Query<R>[]): SetOperation<R> {
  return setOperation('UNION', queries);
}
/** The rows of all these queries. SQLAlchemy: `union_all()`. */
export function unionAll<R>(...queries: Query<R>[]): SetOperation<R> {
  return setOperation('UNION ALL', queries);
}
/** The rows that all these queries have, each once. SQLAlchemy: `intersect()`. */
export function intersect<R>(...queries: Query<R>[]): SetOperation<R> {
  return setOperation('INTERSECT', queries);
}
/** The rows that all these queries have, as often as each has them. SQLAlchemy: `intersect_all()`. */
export function intersectAll<R>(...queries: Query<R>[]): SetOperation<R> {
  return setOperation('INTERSECT ALL', queries);
}
/** The rows of the first query that the others do not have, each once. SQLAlchemy: `except_()`. */
export function except<R>(...queries: Query<R>[]): SetOperation<R> {
  return setOperation('EXCEPT', queries);
}
/** The rows of the first query without those of the others, counted. SQLAlchemy: `except_all()`. */
export function exceptAll<R>(...queries: Query<R>[]): SetOperation<R> {
  return setOperation('EXCEPT ALL', queries);
}

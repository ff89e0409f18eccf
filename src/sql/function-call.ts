import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import type { FunctionNode, NamedWindowNode } from './expression-nodes.ts';
import { type FrameOptions, frameNode } from './frame.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { conditions, conjunction, type ExpressionLike, operand, typeOf } from './operand.ts';
import type { OrderTerm } from './order-term.ts';
import { UNKNOWN } from './type.ts';

type OneOrMany<T> = T | readonly T[];

/** The rows that a window function sees: their partition, their order, and the frame around the current one. */
export interface WindowOptions extends FrameOptions {
  /** The named window that it begins from: its partition, and its order where none is said here. */
  readonly window?: NamedWindow;
  readonly partitionBy?: OneOrMany<ExpressionLike>;
  readonly orderBy?: OneOrMany<OrderTerm | ExpressionLike>;
}

/** A window with a name, which several functions of one select share. SQLAlchemy has none: the same `over()` twice. */
export class NamedWindow {
  readonly node: NamedWindowNode;
  constructor(node: NamedWindowNode) {
    this.node = node;
  }
}

/**
 * Gives a window a name: `WINDOW name AS (…)`. A function takes it as it is, or adds an order or a frame. Where a database
 * has no names for windows, each function says what its window is.
 *
 * @param name its name in SQL
 * @example const byUser = window('by_user', { partitionBy: Post.c.userId, orderBy: Post.c.id });
 *   select(func.rowNumber().over(byUser), func.sum(Post.c.views).over({ window: byUser, rows: ['unbounded', 0] }))
 * @throws ArgumentError without a name
 */
export function window(name: string, options: Omit<WindowOptions, 'window'> = {}): NamedWindow {
  if (typeof name !== 'string' || name === '') throw sqlError('sql.bad-argument', 'window()', 'a name', describe(name));
  const partitionBy = nodesOf(options.partitionBy, 'window({ partitionBy })');
  return new NamedWindow(
    make('namedWindow', { name, partitionBy, orderBy: nodesOf(options.orderBy, 'window({ orderBy })'), frame: frameNode(options) }),
  );
}

/** The named window that a window begins from. Throws an ArgumentError where it says again what that one says. */
function baseOf({ window: base, partitionBy, orderBy }: WindowOptions): Node | null {
  if (base === undefined) return null;
  if (!(base instanceof NamedWindow)) throw sqlError('sql.bad-argument', 'over({ window })', 'a window()', describe(base));
  if (partitionBy !== undefined || base.node.frame !== null || (orderBy !== undefined && base.node.orderBy.length > 0))
    throw sqlError('sql.bad-argument', 'over({ window })', 'a window without a frame, and nothing that it says already', 'more');
  return base.node;
}

/** A call of a SQL function, which may be narrowed, ordered or made a window. SQLAlchemy: `FunctionElement`. */
export class FunctionCall<V = unknown, N extends string = string> extends Expression<V, N> {
  /** Only the rows that meet these conditions, and those of an earlier `filter()`. SQLAlchemy: `filter()`. */
  filter(...given: readonly ExpressionLike<boolean | null>[]): FunctionCall<V, N> {
    const call = (isKind(this.node, 'withinGroup') ? this.node.call : this.node) as FunctionNode;
    const before = call.filter === null ? [] : [call.filter];
    return this.#with({ filter: conjunction([...before, ...conditions(given, 'filter()')]) });
  }
  /** Each different value once: `DISTINCT` inside the call. SQLAlchemy: `func.count(distinct(x))`. */
  override distinct(): FunctionCall<V, N> {
    return this.#with({ distinct: true });
  }
  /** The order in which an aggregate takes its rows. SQLAlchemy: `aggregate_order_by()`. */
  orderBy(...terms: (OrderTerm | ExpressionLike)[]): FunctionCall<V, N> {
    return this.#with({ orderBy: nodesOf(terms, 'orderBy()') });
  }
  /**
   * The order over which an ordered-set aggregate is taken. SQLAlchemy: `within_group()`.
   * @example func.percentileCont(0.5).withinGroup(Order.c.total)
   */
  withinGroup(...terms: (OrderTerm | ExpressionLike)[]): FunctionCall<V, N> {
    if (terms.length === 0) throw sqlError('sql.bad-argument', 'withinGroup()', 'one or more terms', 'none');
    const orderBy = nodesOf(terms, 'withinGroup()');
    const call = isKind(this.node, 'withinGroup') ? this.node.call : this.node;
    return new FunctionCall<V, N>(make('withinGroup', { call, orderBy }), this.type);
  }
  /**
   * Makes it a window function. SQLAlchemy: `over()`.
   * @example func.sum(Post.c.views).over({ partitionBy: Post.c.userId, orderBy: Post.c.id, rows: ['unbounded', 'current row'] })
   */
  over(window: WindowOptions | NamedWindow = {}): Expression<V> {
    if (window instanceof NamedWindow)
      return new Expression<V>(
        make('over', { call: this.node, window: window.node, partitionBy: [], orderBy: [], frame: null }),
        this.type,
      );
    const fields = {
      call: this.node,
      window: baseOf(window),
      partitionBy: nodesOf(window.partitionBy, 'over({ partitionBy })'),
      orderBy: nodesOf(window.orderBy, 'over({ orderBy })'),
      frame: frameNode(window),
    };
    return new Expression<V>(make('over', fields), this.type);
  }
  #with(change: Partial<Pick<FunctionNode, 'filter' | 'distinct' | 'orderBy'>>): FunctionCall<V, N> {
    if (isKind(this.node, 'withinGroup')) {
      const { call, orderBy } = this.node;
      return new FunctionCall<V, N>(make('withinGroup', { call: changed(call as FunctionNode, change), orderBy }), this.type);
    }
    return new FunctionCall<V, N>(changed(this.node as FunctionNode, change), this.type);
  }
}

/** `DISTINCT`, as the argument of an aggregate. SQLAlchemy: `distinct()`. */
export function distinct<V>(value: ExpressionLike<V>): Expression<V> {
  return new Expression<V>(make('distinct', { operand: operand(value, UNKNOWN, 'distinct()') }), typeOf(value));
}

function changed(node: FunctionNode, change: Partial<Pick<FunctionNode, 'filter' | 'distinct' | 'orderBy'>>): FunctionNode {
  return make('function', { ...node, ...change });
}

function nodesOf(items: OneOrMany<{ readonly node: Node }> | undefined, where: string): Node[] {
  if (items === undefined) return [];
  return (Array.isArray(items) ? items : [items]).map((item: { readonly node: Node } | null | undefined) => {
    if (item === undefined) throw sqlError('sql.undefined-value', where);
    if (item?.node === undefined) throw sqlError('sql.not-an-expression', where, describe(item));
    return item.node;
  });
}

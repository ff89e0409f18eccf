import { describe, sqlError } from './errors.ts';
import { conditions, Expression, type ExpressionLike, isExpression, type OrderTerm, operand, typeOf } from './expression.ts';
import { make } from './make.ts';
import type { FunctionNode, Node } from './node.ts';
import { DATE_TIME, DOUBLE, INTEGER, type SqlType, TEXT, UNKNOWN } from './type.ts';

type Arg<V = unknown> = ExpressionLike<V> | V;

/** A call of a SQL function, which may be narrowed, ordered or made a window. SQLAlchemy: `FunctionElement`. */
export class FunctionCall<V = unknown> extends Expression<V> {
  /** Only the rows that meet the condition. SQLAlchemy: `filter()`. */
  filter(condition: ExpressionLike<boolean | null>): FunctionCall<V> {
    const [filter] = conditions([condition], 'filter()');
    return new FunctionCall<V>(make('function', { ...this.#fields(), filter }), this.type);
  }
  /** Each different value once. SQLAlchemy: `func.count(distinct(x))`. */
  distinct(): FunctionCall<V> {
    return new FunctionCall<V>(make('function', { ...this.#fields(), distinct: true }), this.type);
  }
  /** The order in which an aggregate takes its rows. SQLAlchemy: `aggregate_order_by()`. */
  orderBy(...terms: (OrderTerm | ExpressionLike)[]): FunctionCall<V> {
    return new FunctionCall<V>(make('function', { ...this.#fields(), orderBy: nodesOf(terms, 'orderBy()') }), this.type);
  }
  /** Makes it a window function. SQLAlchemy: `over()`. */
  over(
    window: { partitionBy?: OneOrMany<ExpressionLike>; orderBy?: OneOrMany<OrderTerm | ExpressionLike>; frame?: string } = {},
  ): Expression<V> {
    const fields = {
      call: this.node,
      partitionBy: nodesOf(window.partitionBy, 'over({ partitionBy })'),
      orderBy: nodesOf(window.orderBy, 'over({ orderBy })'),
      frame: window.frame === undefined ? null : checkFrame(window.frame),
    };
    return new Expression<V>(make('over', fields), this.type);
  }
  #fields(): FunctionNode {
    return this.node as FunctionNode;
  }
}

type OneOrMany<T> = T | readonly T[];

function nodesOf(items: OneOrMany<{ readonly node: Node }> | undefined, where: string): Node[] {
  if (items === undefined) return [];
  return (Array.isArray(items) ? items : [items]).map((item: { readonly node: Node } | null | undefined) => {
    if (item === undefined) throw sqlError('sql.undefined-value', where);
    if (item?.node === undefined) throw sqlError('sql.not-an-expression', where, describe(item));
    return item.node;
  });
}

const FRAME =
  /^(rows|range|groups) (between (unbounded preceding|current row|\d+ (preceding|following)) and (unbounded following|current row|\d+ (preceding|following))|unbounded preceding|current row|\d+ preceding)( exclude (current row|group|ties|no others))?$/i;

function checkFrame(frame: string): string {
  if (!FRAME.test(frame)) {
    throw sqlError('sql.bad-argument', 'over({ frame })', "a frame such as 'rows between 1 preceding and current row'", 'another text');
  }
  return frame;
}

/** What the functions that Athanor knows return; any other name gives `Expression<any type you say>`. */
export interface Functions {
  /** Rows, or values that are not NULL. */
  count(value?: ExpressionLike): FunctionCall<number>;
  sum<V>(value: ExpressionLike<V>): FunctionCall<(NonNullable<V> extends boolean ? number : V) | null>;
  avg(value: ExpressionLike): FunctionCall<number | null>;
  min<V>(value: ExpressionLike<V>): FunctionCall<V | null>;
  max<V>(value: ExpressionLike<V>): FunctionCall<V | null>;
  coalesce<V>(first: ExpressionLike<V>, ...rest: Arg<NonNullable<V> | null>[]): FunctionCall<NonNullable<V>>;
  nullif<V>(value: ExpressionLike<V>, other: Arg<NonNullable<V>>): FunctionCall<V | null>;
  lower(text: Arg<string | null>): FunctionCall<string>;
  upper(text: Arg<string | null>): FunctionCall<string>;
  trim(text: Arg<string | null>): FunctionCall<string>;
  length(text: Arg<string | null>): FunctionCall<number>;
  replace(text: Arg<string | null>, from: Arg<string>, to: Arg<string>): FunctionCall<string>;
  abs<V>(value: ExpressionLike<V>): FunctionCall<V>;
  round(value: ExpressionLike, digits?: Arg<number>): FunctionCall<number>;
  random(): FunctionCall<number>;
  /** The moment of the statement. */
  now(): FunctionCall<Date>;
  rowNumber(): FunctionCall<number>;
  rank(): FunctionCall<number>;
  denseRank(): FunctionCall<number>;
  percentRank(): FunctionCall<number>;
  cumeDist(): FunctionCall<number>;
  ntile(buckets: Arg<number>): FunctionCall<number>;
  lag<V>(value: ExpressionLike<V>, offset?: Arg<number>, fallback?: Arg<V>): FunctionCall<V | null>;
  lead<V>(value: ExpressionLike<V>, offset?: Arg<number>, fallback?: Arg<V>): FunctionCall<V | null>;
  firstValue<V>(value: ExpressionLike<V>): FunctionCall<V | null>;
  lastValue<V>(value: ExpressionLike<V>): FunctionCall<V | null>;
}

interface AnyFunction {
  readonly [name: string]: <V = unknown>(...args: unknown[]) => FunctionCall<V>;
}

type Result = SqlType | 'argument';
const RESULTS: Record<string, Result> = {
  count: INTEGER,
  sum: 'argument',
  avg: DOUBLE,
  min: 'argument',
  max: 'argument',
  coalesce: 'argument',
  nullif: 'argument',
  lower: TEXT,
  upper: TEXT,
  trim: TEXT,
  length: INTEGER,
  replace: TEXT,
  abs: 'argument',
  round: DOUBLE,
  random: DOUBLE,
  now: DATE_TIME,
  rowNumber: INTEGER,
  rank: INTEGER,
  denseRank: INTEGER,
  percentRank: DOUBLE,
  cumeDist: DOUBLE,
  ntile: INTEGER,
  lag: 'argument',
  lead: 'argument',
  firstValue: 'argument',
  lastValue: 'argument',
};

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const CAMEL = /(?<=[a-z0-9])[A-Z]/g;

function call(name: string, args: readonly unknown[]): FunctionCall {
  if (!NAME.test(name)) throw sqlError('sql.bad-argument', 'func', 'the name of a SQL function', JSON.stringify(name));
  const result = Object.hasOwn(RESULTS, name) ? RESULTS[name] : UNKNOWN;
  const nodes = args.map((arg, i) => {
    if (arg === undefined) throw sqlError('sql.undefined-value', `func.${name}(), argument ${i + 1},`);
    if (typeof arg === 'function') throw sqlError('sql.not-an-expression', `func.${name}()`, describe(arg));
    // A bare value takes the type of the expression it stands beside: coalesce(price, 0).
    const beside = result === 'argument' && i > 0 && name !== 'lag' && name !== 'lead' ? typeOf(args[0]) : UNKNOWN;
    return operand(arg, isExpression(arg) ? UNKNOWN : beside, `func.${name}()`);
  });
  if (name === 'count' && nodes.length === 0) nodes.push(make('star', {}));
  const sqlName = name.replace(CAMEL, (c) => `_${c.toLowerCase()}`);
  let type = result === 'argument' ? typeOf(args[0]) : result;
  // The sum of truths counts them.
  if (name === 'sum' && type.name === 'boolean') type = INTEGER;
  return new FunctionCall(make('function', { name: sqlName, args: nodes, distinct: false, orderBy: [], filter: null }), type);
}

/**
 * Any SQL function by its name: `func.lower(User.c.name)`, `func.jsonExtract(…)` (camelCase becomes snake_case).
 * SQLAlchemy: `func`.
 *
 * @example select({ name: Category.c.name, products: func.count(Product.c.id) })
 */
export const func: Functions & Omit<AnyFunction, keyof Functions> = new Proxy({} as Functions & AnyFunction, {
  get: (_target, name) => (typeof name === 'string' ? (...args: unknown[]) => call(name, args) : undefined),
});

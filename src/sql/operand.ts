import { describe, sqlError } from './errors.ts';
import { isJson, jsonBeside } from './json-path.ts';
import { make, makeBind } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { type SqlType, typeOfValue } from './type.ts';

/** Anything that stands for a SQL value of type `V`; enough for comparing types without looking into methods. */
export interface ExpressionLike<V = unknown> {
  readonly '~value': V;
  readonly node: Node;
}

/** A node and its type: what an expression is before it has operators. */
export class SqlValue {
  readonly node: Node;
  readonly type: SqlType;
  constructor(node: Node, type: SqlType) {
    this.node = node;
    this.type = type;
  }
}

/** What may stand beside a value of type `V`: such a value, null, or an expression of that type. Decimals also take numbers and digits. */
export type Operand<V> = Input<NonNullable<V>> | null | ExpressionLike<NonNullable<V> | null>;

/** The JavaScript values that a column of type `V` takes. */
export type Input<V> = V extends { toDecimalPlaces: unknown } ? V | number | string : V extends bigint ? V | number : V;

/** What `in()` looks among. */
export type Among<V> =
  | readonly (Input<NonNullable<V>> | null | ExpressionLike<NonNullable<V> | null>)[]
  | QueryLike
  | ExpressionLike<readonly (Input<NonNullable<V>> | null)[]>;

/** A statement that can stand inside another one. */
export interface QueryLike<R = unknown> {
  readonly '~row': R;
  readonly node: Node;
}

/** What dividing gives: whole numbers of any width give a double. */
export type Quotient<V> = V extends bigint ? number : V;

/** What may be added to a moment: a duration as ISO 8601 text, such as `'P1DT12H'`, or an interval. */
export type DurationOf<V> = NonNullable<V> extends Date ? string | ExpressionLike<string | null> : never;

/** What taking something away gives: of two moments an interval. */
export type Difference<V, X> = NonNullable<V> extends Date ? (X extends Date | ExpressionLike<Date | null> ? string : V) : V;

/** The items of an array's type. */
export type Item<V> = NonNullable<V> extends readonly (infer E)[] ? E : unknown;

/** What `contains()` looks for: a text in a text, items in an array, a part in a JSON value. */
export type Contained<V> =
  NonNullable<V> extends readonly (infer E)[]
    ? readonly E[] | ExpressionLike
    : NonNullable<V> extends string
      ? Operand<string>
      : NonNullable<V> extends number | bigint | boolean | Date | Uint8Array
        ? Operand<string>
        : { readonly [K in keyof NonNullable<V>]?: NonNullable<V>[K] } | string | ExpressionLike | null;

/** The name by which the compiler knows where something comes from; never where it does not. */
export type NameOf<X> = X extends { readonly '~from'?: infer N } ? (N extends string ? (string extends N ? never : N) : never) : never;

/** The source of what is made of one thing: its own; any text where it has none. */
export type FromOf<X> = [NameOf<X>] extends [never] ? string : NameOf<X>;

/** null where this may be null, and with it what is made of it. */
export type NullOf<X> = X extends ExpressionLike<infer V> ? Extract<V, null> : Extract<X, null>;

export function isExpression(value: unknown): value is ExpressionLike {
  return value instanceof SqlValue;
}

/** SQL by hand is one of them where it is no expression: as text whose columns are known. */
const QUERIES: ReadonlySet<string> = new Set(['select', 'setOperation', 'values', 'raw']);

export function isQuery(value: unknown): value is QueryLike {
  if (typeof value !== 'object' || value instanceof SqlValue) return false;
  return QUERIES.has((value as QueryLike | null)?.node?.kind as string);
}

/** The SQL type of an expression or of a bare value. */
export function typeOf(value: unknown): SqlType {
  return value instanceof SqlValue ? value.type : typeOfValue(value);
}

/**
 * The node of an expression where a value of this type is wanted. A named parameter without a type of its own is sent as
 * one, and JSON is read as one.
 */
export function besideType(value: SqlValue, type: SqlType): Node {
  const { node } = value;
  if (type.name === 'unknown' || type.name === 'null') return node;
  if (isJson(value.type)) return isJson(type) || isKind(node, 'quantified') ? node : jsonBeside(node, type);
  if (!isKind(node, 'bind') || node.name === null || node.type.name !== 'unknown') return node;
  return makeBind(undefined, type, { name: node.name });
}

/** The node for a value or an expression; a value is sent with the type of what it is compared with. */
export function operand(value: unknown, type: SqlType, where: string, what?: string): Node {
  if (value instanceof SqlValue) return besideType(value, type);
  if (value === undefined) throw sqlError('sql.undefined-value', where);
  if (isQuery(value)) return make('scalar', { query: value.node });
  const bindType = type.name === 'unknown' || type.name === 'null' ? typeOfValue(value, what) : type;
  return makeBind(value, bindType);
}

/** The nodes of conditions; undefined among them is an error and false is not left out in silence. */
export function conditions(list: readonly unknown[], where: string): Node[] {
  return list.map((condition) => {
    if (condition instanceof SqlValue) return condition.node;
    if (condition === undefined) throw sqlError('sql.undefined-value', where);
    if (typeof condition === 'boolean') return make('constant', { value: condition });
    throw sqlError('sql.not-an-expression', where, describe(condition));
  });
}

/** Whether a condition is the bare truth: `where(true)` and an empty `and()` leave nothing out. */
export function isTrue(node: Node): boolean {
  return isKind(node, 'constant') && node.value === true;
}

/** The conditions that all must hold for this one. */
export function conjuncts(condition: Node): readonly Node[] {
  return isKind(condition, 'junction') && condition.operator === 'and' ? condition.items : [condition];
}

/** Several conditions as one node, or null where there are none. */
export function conjunction(nodes: readonly Node[]): Node | null {
  if (nodes.length === 0) return null;
  return nodes.length === 1 ? nodes[0] : make('junction', { operator: 'and', items: nodes });
}

import { describe, sqlError } from './errors.ts';
import { make, makeBind } from './make.ts';
import { type BindNode, isKind, type Node } from './node.ts';
import { BOOLEAN, INTEGER, isDecimal, NUMERIC, type SqlType, TEXT, typeOfValue, UNKNOWN } from './type.ts';

/** Anything that stands for a SQL value of type `V`; enough for comparing types without looking into methods. */
export interface ExpressionLike<V = unknown> {
  readonly '~value': V;
  readonly node: Node;
}

/** What may stand beside a value of type `V`: such a value, null, or an expression of that type. Decimals also take numbers and digits. */
export type Operand<V> = Input<NonNullable<V>> | null | ExpressionLike<NonNullable<V> | null>;

/** The JavaScript values that a column of type `V` takes. */
export type Input<V> = V extends { toDecimalPlaces: unknown } ? V | number | string : V extends bigint ? V | number : V;

/** A statement that can stand inside another one. */
export interface QueryLike<R = unknown> {
  readonly '~row': R;
  readonly node: Node;
}

/** The value type of a one-column row. */
type ScalarOf<R> = R extends readonly [infer V] ? V : R extends object ? R[keyof R] : R;

export interface OrderTerm {
  readonly node: Node;
  readonly '~order': true;
  /** Rows with NULL come first. SQLAlchemy: `nulls_first()`. */
  nullsFirst(): OrderTerm;
  /** Rows with NULL come last. SQLAlchemy: `nulls_last()`. */
  nullsLast(): OrderTerm;
}

class Order implements OrderTerm {
  declare readonly '~order': true;
  readonly node: Node;
  readonly #operand: Node;
  readonly #direction: 'asc' | 'desc';
  constructor(operand: Node, direction: 'asc' | 'desc', nulls: 'first' | 'last' | null = null) {
    this.#operand = operand;
    this.#direction = direction;
    this.node = make('order', { operand, direction, nulls });
  }
  nullsFirst(): OrderTerm {
    return new Order(this.#operand, this.#direction, 'first');
  }
  nullsLast(): OrderTerm {
    return new Order(this.#operand, this.#direction, 'last');
  }
}

/**
 * A SQL expression: a column, a value, or something made of them. Immutable; every operator gives a new expression.
 * SQLAlchemy: `ColumnElement`.
 *
 * @example User.query().filter(User.c.age.ge(18), User.c.email.endsWith('@example.com'))
 */
export class Expression<V = unknown> implements ExpressionLike<V> {
  declare readonly '~value': V;
  readonly node: Node;
  readonly type: SqlType;

  constructor(node: Node, type: SqlType) {
    this.node = node;
    this.type = type;
  }

  /** `=`; `IS NULL` for null. SQLAlchemy: `==`. */
  eq(value: Operand<V>): Expression<boolean> {
    return value === null ? this.isNull() : this.#compare('=', value, 'eq()');
  }
  /** `<>`; `IS NOT NULL` for null. SQLAlchemy: `!=`. */
  ne(value: Operand<V>): Expression<boolean> {
    return value === null ? this.isNotNull() : this.#compare('<>', value, 'ne()');
  }
  /** `>`. */
  gt(value: Operand<V>): Expression<boolean> {
    return this.#compare('>', value, 'gt()');
  }
  /** `>=`. SQLAlchemy: `>=`. */
  ge(value: Operand<V>): Expression<boolean> {
    return this.#compare('>=', value, 'ge()');
  }
  /** `<`. */
  lt(value: Operand<V>): Expression<boolean> {
    return this.#compare('<', value, 'lt()');
  }
  /** `<=`. */
  le(value: Operand<V>): Expression<boolean> {
    return this.#compare('<=', value, 'le()');
  }
  /** The same as `ge()`. */
  gte(value: Operand<V>): Expression<boolean> {
    return this.ge(value);
  }
  /** The same as `le()`. */
  lte(value: Operand<V>): Expression<boolean> {
    return this.le(value);
  }
  /** Equal, with NULL equal to NULL only. SQLAlchemy: `is_not_distinct_from()`. */
  isNotDistinctFrom(value: Operand<V>): Expression<boolean> {
    return this.#compare('IS NOT DISTINCT FROM', value, 'isNotDistinctFrom()');
  }
  /** Different, with NULL different from every value. SQLAlchemy: `is_distinct_from()`. */
  isDistinctFrom(value: Operand<V>): Expression<boolean> {
    return this.#compare('IS DISTINCT FROM', value, 'isDistinctFrom()');
  }
  /** `IS NULL`. SQLAlchemy: `is_(None)`. */
  isNull(): Expression<boolean> {
    return new Expression(make('unary', { operator: 'IS NULL', operand: this.node, postfix: true }), BOOLEAN);
  }
  /** `IS NOT NULL`. SQLAlchemy: `is_not(None)`. */
  isNotNull(): Expression<boolean> {
    return new Expression(make('unary', { operator: 'IS NOT NULL', operand: this.node, postfix: true }), BOOLEAN);
  }
  /** `IN`: a list (one parameter whatever its length; an empty one matches nothing) or a one-column select. SQLAlchemy: `in_()`. */
  in(values: readonly Input<NonNullable<V>>[] | QueryLike): Expression<boolean> {
    return this.#in(values, false);
  }
  /** `NOT IN`; an empty list matches everything. SQLAlchemy: `not_in()`. */
  notIn(values: readonly Input<NonNullable<V>>[] | QueryLike): Expression<boolean> {
    return this.#in(values, true);
  }
  /** `BETWEEN low AND high`, both included. */
  between(low: Operand<V>, high: Operand<V>): Expression<boolean> {
    return this.#between(low, high, false);
  }
  /** `NOT BETWEEN low AND high`. */
  notBetween(low: Operand<V>, high: Operand<V>): Expression<boolean> {
    return this.#between(low, high, true);
  }
  /** `LIKE` with the pattern as it is: `%` and `_` are wildcards. */
  like(pattern: Operand<string>, options: { escape?: string } = {}): Expression<boolean> {
    return this.#like(pattern, options.escape ?? null, false, false);
  }
  /** `NOT LIKE`. */
  notLike(pattern: Operand<string>, options: { escape?: string } = {}): Expression<boolean> {
    return this.#like(pattern, options.escape ?? null, false, true);
  }
  /** `LIKE` that ignores case, whatever the database's own habit. */
  ilike(pattern: Operand<string>, options: { escape?: string } = {}): Expression<boolean> {
    return this.#like(pattern, options.escape ?? null, true, false);
  }
  /** `NOT LIKE` that ignores case. */
  notIlike(pattern: Operand<string>, options: { escape?: string } = {}): Expression<boolean> {
    return this.#like(pattern, options.escape ?? null, true, true);
  }
  /** Begins with this text; its wildcards stand for themselves. SQLAlchemy: `startswith(…, autoescape=True)`. */
  startsWith(text: Operand<string>): Expression<boolean> {
    return this.#affix('', text, '%', false);
  }
  /** Ends with this text; its wildcards stand for themselves. SQLAlchemy: `endswith(…, autoescape=True)`. */
  endsWith(text: Operand<string>): Expression<boolean> {
    return this.#affix('%', text, '', false);
  }
  /** Contains this text; its wildcards stand for themselves. SQLAlchemy: `contains(…, autoescape=True)`. */
  contains(text: Operand<string>): Expression<boolean> {
    return this.#affix('%', text, '%', false);
  }
  /** `startsWith()` that ignores case. SQLAlchemy: `istartswith()`. */
  istartsWith(text: Operand<string>): Expression<boolean> {
    return this.#affix('', text, '%', true);
  }
  /** `endsWith()` that ignores case. SQLAlchemy: `iendswith()`. */
  iendsWith(text: Operand<string>): Expression<boolean> {
    return this.#affix('%', text, '', true);
  }
  /** `contains()` that ignores case. SQLAlchemy: `icontains()`. */
  icontains(text: Operand<string>): Expression<boolean> {
    return this.#affix('%', text, '%', true);
  }
  /** `+`; joins strings with `||`. SQLAlchemy: `+`. */
  plus(value: Operand<V>): Expression<V> {
    return isTextual(this.type)
      ? (this.concat(value as Operand<string>) as Expression<unknown> as Expression<V>)
      : this.#arithmetic('+', value);
  }
  /** `-`. */
  minus(value: Operand<V>): Expression<V> {
    return this.#arithmetic('-', value);
  }
  /** `*`. */
  times(value: Operand<V>): Expression<V> {
    return this.#arithmetic('*', value);
  }
  /** `/`, as the database divides: integers may be cut. */
  dividedBy(value: Operand<V>): Expression<V> {
    return this.#arithmetic('/', value);
  }
  /** `%`, the remainder. */
  mod(value: Operand<V>): Expression<V> {
    return this.#arithmetic('%', value);
  }
  /** The opposite number. SQLAlchemy: unary `-`. */
  negate(): Expression<V> {
    return new Expression(make('unary', { operator: '-', operand: this.node, postfix: false }), this.type);
  }
  /** Joins text with `||`. */
  concat(value: Operand<string>): Expression<string> {
    return new Expression(make('binary', { operator: '||', left: this.node, right: operand(value, TEXT, 'concat()') }), TEXT);
  }
  /** Sorts or compares by this collation. */
  collate(collation: string): Expression<V> {
    return new Expression(make('collate', { operand: this.node, collation }), this.type);
  }
  /** Gives the value this name in the result. SQLAlchemy: `label()`. */
  as<N extends string>(name: N): Expression<V> & { readonly '~name': N } {
    return new Expression<V>(make('label', { operand: this.node, name }), this.type) as Expression<V> & { readonly '~name': N };
  }
  /** Ascending order. */
  asc(): OrderTerm {
    return new Order(this.node, 'asc');
  }
  /** Descending order. */
  desc(): OrderTerm {
    return new Order(this.node, 'desc');
  }
  /** The opposite of a condition. SQLAlchemy: `~`. */
  not(): Expression<boolean> {
    return not(this as unknown as Expression<boolean>);
  }
  /** Both conditions. SQLAlchemy: `&`. */
  and(...conditions: ExpressionLike<boolean | null>[]): Expression<boolean> {
    return and(this as unknown as Expression<boolean>, ...conditions);
  }
  /** Either condition. SQLAlchemy: `|`. */
  or(...conditions: ExpressionLike<boolean | null>[]): Expression<boolean> {
    return or(this as unknown as Expression<boolean>, ...conditions);
  }

  #compare(operator: string, value: Operand<V>, where: string): Expression<boolean> {
    const right = operand(value, this.type, where);
    return new Expression(make('binary', { operator, left: this.node, right }), BOOLEAN);
  }
  #arithmetic(operator: string, value: Operand<V>): Expression<V> {
    const right = operand(value, isDecimal(value) ? NUMERIC : typeof value === 'number' ? typeOfValue(value) : this.type, `'${operator}'`);
    return new Expression(make('binary', { operator, left: this.node, right }), this.type);
  }
  #between(low: Operand<V>, high: Operand<V>, negated: boolean): Expression<boolean> {
    const fields = { operand: this.node, low: operand(low, this.type, 'between()'), high: operand(high, this.type, 'between()'), negated };
    return new Expression(make('between', fields), BOOLEAN);
  }
  #in(values: readonly unknown[] | QueryLike, negated: boolean): Expression<boolean> {
    let list: Node;
    if (Array.isArray(values)) {
      values.forEach((value, i) => {
        if (value === undefined) throw sqlError('sql.undefined-value', `The list of in(), at position ${i},`);
      });
      list = makeBind([...values], this.type, { expanding: true });
    } else if (isQuery(values)) list = values.node;
    else if (values === undefined) throw sqlError('sql.undefined-value', 'in()');
    else throw sqlError('sql.bad-argument', 'in()', 'an array or a select', describe(values));
    return new Expression(make('in', { operand: this.node, list, negated }), BOOLEAN);
  }
  #like(pattern: Operand<string>, sign: string | null, insensitive: boolean, negated: boolean): Expression<boolean> {
    if (sign !== null && [...sign].length !== 1) throw sqlError('sql.bad-argument', 'like({ escape })', 'one character', 'another text');
    const fields = { operand: this.node, pattern: operand(pattern, TEXT, 'like()'), escape: sign, insensitive, negated };
    return new Expression(make('like', fields), BOOLEAN);
  }
  #affix(before: string, text: Operand<string>, after: string, insensitive: boolean): Expression<boolean> {
    if (typeof text === 'string') return this.#like(`${before}${escapeLike(text)}${after}`, '/', insensitive, false);
    // The text is itself SQL: its wildcards are escaped by the database.
    let pattern = new Expression<string>(operand(text, TEXT, 'contains()'), TEXT);
    for (const wildcard of ['/', '%', '_']) {
      const args = [pattern.node, makeBind(wildcard, TEXT), makeBind(`/${wildcard}`, TEXT)];
      pattern = new Expression(make('function', { name: 'replace', args, distinct: false, orderBy: [], filter: null }), TEXT);
    }
    if (before) pattern = new Expression<string>(makeBind(before, TEXT), TEXT).concat(pattern);
    if (after) pattern = pattern.concat(after);
    return this.#like(pattern, '/', insensitive, false);
  }
}

function escapeLike(text: string): string {
  return text.replace(/[/%_]/g, '/$&');
}

function isTextual(type: SqlType): boolean {
  return type.name === 'string' || type.name === 'text' || type.name === 'enum';
}

export function isExpression(value: unknown): value is ExpressionLike {
  return value instanceof Expression;
}

/** SQL by hand is one of them where it is no expression: as text whose columns are known. */
const QUERIES: ReadonlySet<string> = new Set(['select', 'setOperation', 'values', 'raw']);

export function isQuery(value: unknown): value is QueryLike {
  if (typeof value !== 'object' || value instanceof Expression) return false;
  return QUERIES.has((value as QueryLike | null)?.node?.kind as string);
}

/** The node for a value or an expression; a value is sent with the type of what it is compared with. */
export function operand(value: unknown, type: SqlType, where: string): Node {
  if (value instanceof Expression) return value.node;
  if (value === undefined) throw sqlError('sql.undefined-value', where);
  if (isQuery(value)) return make('scalar', { query: value.node });
  const bindType = type.name === 'unknown' || type.name === 'null' ? typeOfValue(value) : type;
  return makeBind(value, bindType);
}

/** The nodes of conditions; undefined among them is an error and false is not left out in silence. */
export function conditions(list: readonly unknown[], where: string): Node[] {
  return list.map((condition) => {
    if (condition instanceof Expression) return condition.node;
    if (condition === undefined) throw sqlError('sql.undefined-value', where);
    if (typeof condition === 'boolean') return make('constant', { value: condition });
    throw sqlError('sql.not-an-expression', where, describe(condition));
  });
}

/** Whether a condition is the bare truth: `where(true)` and an empty `and()` leave nothing out. */
export function isTrue(node: Node): boolean {
  return isKind(node, 'constant') && node.value === true;
}

/** Several conditions as one node, or null where there are none. */
export function conjunction(nodes: readonly Node[]): Node | null {
  if (nodes.length === 0) return null;
  return nodes.length === 1 ? nodes[0] : make('junction', { operator: 'and', items: nodes });
}

/** Conditions joined by `AND` or `OR`; the bare truth or falsehood where there are none. */
export function junction(operator: 'and' | 'or', list: readonly unknown[]): Expression<boolean> {
  const items = conditions(list, `${operator}()`);
  if (items.length === 0) return new Expression(make('constant', { value: operator === 'and' }), BOOLEAN);
  return new Expression(items.length === 1 ? items[0] : make('junction', { operator, items }), BOOLEAN);
}

/**
 * All of these conditions; true when there are none. SQLAlchemy: `and_()`.
 * @example User.query().filter(and(User.c.active.eq(true), User.c.age.ge(18)))
 */
export function and(...list: (ExpressionLike<boolean | null> | boolean)[]): Expression<boolean> {
  return junction('and', list);
}

/**
 * Any of these conditions; false when there are none. SQLAlchemy: `or_()`.
 * @example User.query().filter(or(User.c.role.eq('admin'), User.c.role.eq('manager')))
 */
export function or(...list: (ExpressionLike<boolean | null> | boolean)[]): Expression<boolean> {
  return junction('or', list);
}

/**
 * The opposite of a condition. SQLAlchemy: `not_()`.
 * @example User.query().filter(not(User.c.username.startsWith('deleted_')))
 */
export function not(condition: ExpressionLike<boolean | null>): Expression<boolean> {
  const [operandNode] = conditions([condition], 'not()');
  return new Expression(make('unary', { operator: 'NOT', operand: operandNode, postfix: false }), BOOLEAN);
}

/**
 * A value as a parameter, where an expression is wanted. SQLAlchemy: `literal()`.
 * @example select({ one: literal(1) })
 */
export function literal<V>(value: V): Expression<V> {
  if (value === undefined) throw sqlError('sql.undefined-value', 'literal()');
  const type = typeOfValue(value);
  return new Expression<V>(makeBind(value, type), type);
}

/**
 * A parameter whose value is given when the statement runs. SQLAlchemy: `bindparam()`.
 * @example await db.session.all(select(User).where(User.c.id.eq(param('id'))), { id: 5 })
 */
export function param<V = unknown>(name: string): Expression<V> {
  return new Expression<V>(makeBind(undefined, UNKNOWN, { name }), UNKNOWN);
}

/**
 * A value converted by the database. SQLAlchemy: `cast()`.
 * @example cast(Product.c.price, t.integer())
 */
export function cast<V>(value: ExpressionLike, to: { readonly '~value': V; readonly type: SqlType }): Expression<V> {
  return new Expression<V>(make('cast', { operand: operand(value, UNKNOWN, 'cast()'), type: to.type }), to.type);
}

/**
 * Whether the select gives any row. SQLAlchemy: `exists()`.
 * @example select(User).where(exists(select(Post.c.id).where(Post.c.userId.eq(User.c.id))))
 */
export function exists(query: QueryLike): Expression<boolean> {
  if (query === undefined) throw sqlError('sql.undefined-value', 'exists()');
  if (!isQuery(query)) throw sqlError('sql.bad-argument', 'exists()', 'a select', describe(query));
  return new Expression(make('exists', { query: query.node }), BOOLEAN);
}

/** The SQL type of an expression or of a bare value. */
export function typeOf(value: unknown): SqlType {
  return value instanceof Expression ? value.type : typeOfValue(value);
}

/** A select as one value. SQLAlchemy: `scalar_subquery()`. */
export function scalarOf<R>(query: QueryLike<R>, type: SqlType): Expression<ScalarOf<R> | null> {
  return new Expression<ScalarOf<R> | null>(make('scalar', { query: query.node }), type);
}

/** `LIMIT` and `OFFSET` travel as parameters, so that pages share one plan. */
export function count(value: number, where: string): BindNode {
  if (!Number.isSafeInteger(value) || value < 0)
    throw sqlError('sql.bad-argument', where, 'a whole number from 0', describe(value) === 'a number' ? String(value) : describe(value));
  return makeBind(value, INTEGER);
}

import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import { conditions, type ExpressionLike, isExpression, type Operand, operand, typeOf } from './operand.ts';
import { isWhole, type SqlType, typeOfValue, UNKNOWN, widerType } from './type.ts';

/** The start of a CASE: each `when` has its `then`. SQLAlchemy: `case()`. */
export interface CaseBuilder<V> extends Expression<V | null> {
  when<T>(condition: ExpressionLike<boolean | null>, value: T | ExpressionLike<T>): CaseBuilder<V | T>;
  else<T>(value: T | ExpressionLike<T>): Expression<V | T>;
}

class Case<V> extends Expression<V | null> {
  readonly #whens: readonly Node[];
  readonly #thens: readonly Node[];
  constructor(whens: readonly Node[], thens: readonly Node[], type: SqlType) {
    super(make('case', { whens, thens, otherwise: null }), type);
    this.#whens = whens;
    this.#thens = thens;
  }
  when<T>(condition: ExpressionLike<boolean | null>, value: T | ExpressionLike<T>): Case<V | T> {
    const then = operand(value, typeBeside(value, this.type), 'when()');
    return new Case<V | T>([...this.#whens, ...conditions([condition], 'when()')], [...this.#thens, then], firstType(this.type, value));
  }
  else<T>(value: T | ExpressionLike<T>): Expression<V | T> {
    const otherwise = operand(value, typeBeside(value, this.type), 'else()');
    return new Expression<V | T>(make('case', { whens: this.#whens, thens: this.#thens, otherwise }), firstType(this.type, value));
  }
}

/**
 * `CASE WHEN … THEN … ELSE … END`. SQLAlchemy: `case()`.
 * @example caseWhen(Product.c.stock.gt(0), 'in stock').else('sold out')
 */
export function caseWhen<T>(condition: ExpressionLike<boolean | null>, value: T | ExpressionLike<T>): CaseBuilder<T> {
  return new Case<T>([], [], UNKNOWN).when(condition, value);
}

/** The start of a CASE over one value. SQLAlchemy: `case({…}, value=…)`. */
export interface CaseOfStart<K> {
  when<T>(equals: Operand<K>, value: T | ExpressionLike<T>): CaseOfBuilder<K, T>;
}

/** A CASE over one value: each `when` is a value that it may equal. */
export interface CaseOfBuilder<K, V> extends Expression<V | null> {
  when<T>(equals: Operand<K>, value: T | ExpressionLike<T>): CaseOfBuilder<K, V | T>;
  else<T>(value: T | ExpressionLike<T>): Expression<V | T>;
}

class CaseOf<K, V> extends Expression<V | null> {
  readonly #compared: Expression<K>;
  readonly #whens: readonly Node[];
  readonly #thens: readonly Node[];
  constructor(compared: Expression<K>, whens: readonly Node[], thens: readonly Node[], type: SqlType) {
    super(make('caseOf', { operand: compared.node, whens, thens, otherwise: null }), type);
    this.#compared = compared;
    this.#whens = whens;
    this.#thens = thens;
  }
  when<T>(equals: Operand<K>, value: T | ExpressionLike<T>): CaseOf<K, V | T> {
    const when = operand(equals, this.#compared.type, 'when()');
    const then = operand(value, typeBeside(value, this.type), 'when()');
    return new CaseOf<K, V | T>(this.#compared, [...this.#whens, when], [...this.#thens, then], firstType(this.type, value));
  }
  else<T>(value: T | ExpressionLike<T>): Expression<V | T> {
    const otherwise = operand(value, typeBeside(value, this.type), 'else()');
    const fields = { operand: this.#compared.node, whens: this.#whens, thens: this.#thens, otherwise };
    return new Expression<V | T>(make('caseOf', fields), firstType(this.type, value));
  }
}

/**
 * `CASE value WHEN … THEN … ELSE … END`. SQLAlchemy: `case({…}, value=…)`.
 * @example caseOf(Order.c.status).when('new', 1).when('paid', 2).else(3)
 */
export function caseOf<K>(value: ExpressionLike<K>): CaseOfStart<K> {
  if (value === undefined) throw sqlError('sql.undefined-value', 'caseOf()');
  if (!isExpression(value)) throw sqlError('sql.not-an-expression', 'caseOf()', describe(value));
  const compared = value as Expression<K>;
  return { when: (equals, then) => new CaseOf<K, never>(compared, [], [], UNKNOWN).when(equals, then) };
}

/** The type of a CASE: that of its first value that has one, with digits enough for all. */
function firstType(type: SqlType, value: unknown): SqlType {
  if (type.name === 'unknown' || type.name === 'null') return typeOf(value);
  return isExpression(value) || typeof value === 'bigint' || typeof value === 'number' ? widerType(type, typeOf(value)) : type;
}

/** The type of a value that may stand in the place of one of this type: a number that is none of the whole ones of that type. */
function typeBeside(value: unknown, type: SqlType): SqlType {
  if (!isWhole(type)) return type;
  const other = (typeof value === 'number' && !Number.isInteger(value)) || (typeof value === 'bigint' && type.name !== 'bigInteger');
  return other ? typeOfValue(value) : type;
}

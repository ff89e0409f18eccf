import { conditions, Expression, type ExpressionLike, operand, typeOf } from './expression.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import { isWhole, type SqlType, typeOfValue, UNKNOWN } from './type.ts';

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
    const type = this.type.name === 'unknown' || this.type.name === 'null' ? typeOf(value) : this.type;
    return new Case<V | T>([...this.#whens, ...conditions([condition], 'when()')], [...this.#thens, then], type);
  }
  else<T>(value: T | ExpressionLike<T>): Expression<V | T> {
    const otherwise = operand(value, typeBeside(value, this.type), 'else()');
    const type = this.type.name === 'unknown' || this.type.name === 'null' ? typeOf(value) : this.type;
    return new Expression<V | T>(make('case', { whens: this.#whens, thens: this.#thens, otherwise }), type);
  }
}

/**
 * `CASE WHEN … THEN … ELSE … END`. SQLAlchemy: `case()`.
 * @example caseWhen(Product.c.stock.gt(0), 'in stock').else('sold out')
 */
export function caseWhen<T>(condition: ExpressionLike<boolean | null>, value: T | ExpressionLike<T>): CaseBuilder<T> {
  return new Case<T>([], [], UNKNOWN).when(condition, value);
}

/** The type of a value that may stand in the place of one of this type: a number with a fraction beside whole ones. */
function typeBeside(value: unknown, type: SqlType): SqlType {
  return isWhole(type) && typeof value === 'number' && !Number.isInteger(value) ? typeOfValue(value) : type;
}

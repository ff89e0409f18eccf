import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { isJson } from './json-path.ts';
import { make } from './make.ts';
import { type ExpressionLike, type FromOf, isExpression, type NullOf, operand, typeOf } from './operand.ts';
import { DOUBLE, INTEGER, type SqlType, UNKNOWN } from './type.ts';

interface TypeLike<V> {
  readonly '~value': V;
  readonly type: SqlType;
}

/**
 * A value converted by the database. SQLAlchemy: `cast()`.
 * @example cast(Product.c.price, t.integer())
 */
export function cast<V, X extends ExpressionLike>(value: X, to: TypeLike<V>): Expression<V | NullOf<X>, FromOf<X>> {
  // A truth of JSON is a word where it is text, which is no truth to all databases.
  const read = to.type.name === 'boolean' && isJson(typeOf(value)) ? to.type : UNKNOWN;
  return new Expression(make('cast', { operand: operand(value, read, 'cast()'), type: to.type }), to.type);
}

/**
 * A text converted by the database, NULL where it cannot be: to whole numbers, decimals, doubles and text. SQL Server
 * has it for all types; the others look at the text first. SQLAlchemy: `try_cast()`.
 * @example tryCast(Row.c.text, t.integer())
 * @throws CompileError ('sql.unsupported') for other types, where the database has no TRY_CAST
 */
export function tryCast<V>(value: ExpressionLike, to: TypeLike<V>): Expression<V | null> {
  return new Expression<V | null>(make('tryCast', { operand: operand(value, UNKNOWN, 'tryCast()'), type: to.type }), to.type);
}

/**
 * The same SQL taken for a value of another type: for how it is decoded and what stands beside it. A value is sent as
 * that type. SQLAlchemy: `type_coerce()`.
 * @example typeCoerce(sql`lower(${User.c.name})`, t.string())
 */
export function typeCoerce<V>(value: unknown, to: TypeLike<V>): Expression<V> {
  return new Expression<V>(operand(value, isExpression(value) ? UNKNOWN : to.type, 'typeCoerce()'), to.type);
}

const WHOLE_FIELDS = [
  'year',
  'month',
  'day',
  'hour',
  'minute',
  'quarter',
  'week',
  'isoyear',
  'dow',
  'isodow',
  'doy',
  'decade',
  'century',
  'millennium',
] as const;
const FRACTION_FIELDS = ['second', 'milliseconds', 'microseconds', 'epoch'] as const;

/** A part of a date or a time; `dow` counts from Sunday, 0, and `isodow` from Monday, 1, to Sunday, 7. */
export type DateField = (typeof WHOLE_FIELDS)[number] | (typeof FRACTION_FIELDS)[number];

const TIME_FIELDS: readonly string[] = ['hour', 'minute', ...FRACTION_FIELDS];

/**
 * A part of a date or a time, as a number: the same one in every database. `second` has its fraction, and so have
 * `milliseconds` and `microseconds`, which count the seconds too. SQLAlchemy: `extract()`.
 *
 * @example select(extract('year', Order.c.createdAt), func.count()).groupBy(extract('year', Order.c.createdAt))
 * @throws ArgumentError for a field that there is none of, or that a time of day does not have
 */
export function extract<X extends ExpressionLike<Date | string | null>>(
  field: DateField,
  from: X,
): Expression<number | NullOf<X>, FromOf<X>> {
  const fields: readonly string[] = [...WHOLE_FIELDS, ...FRACTION_FIELDS];
  if (!fields.includes(field)) throw sqlError('sql.bad-argument', 'extract()', `one of ${fields.join(', ')}`, describe(field));
  const node = operand(from, UNKNOWN, 'extract()');
  if (isTime(from) && !TIME_FIELDS.includes(field))
    throw sqlError('sql.bad-argument', 'extract()', `a field that a time of day has: ${TIME_FIELDS.join(', ')}`, `'${field}'`);
  const whole = (WHOLE_FIELDS as readonly string[]).includes(field);
  return new Expression(make('extract', { field, operand: node }), whole ? INTEGER : DOUBLE);
}

function isTime(value: unknown): boolean {
  return value instanceof Expression && value.type.name === 'time';
}

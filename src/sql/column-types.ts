import type { Decimal } from 'decimal.js';
import { type Column, column, type NumericColumn, numericColumn } from './column.ts';
import { describe, sqlError } from './errors.ts';
import { BIG_INTEGER, BINARY, BOOLEAN, DOUBLE, INTEGER, makeType, type SqlType, TEXT } from './type.ts';

type Plain<V> = Column<V, false, false>;

function positive(value: number | undefined, where: string): number | undefined {
  if (value !== undefined && !(Number.isInteger(value) && value > 0))
    throw sqlError('sql.bad-argument', where, 'a whole number from 1', describe(value));
  return value;
}

/**
 * The column types. Each call begins a column; modifiers follow: `t.string(80).unique()`.
 * SQLAlchemy: `Integer`, `String`, `Numeric` and so on.
 *
 * @example const shape = { id: t.integer().primaryKey(), price: t.numeric(10, 2), meta: t.json<{ sizes: string[] }>().nullable() };
 */
export const t = {
  /** A whole number up to 2³¹−1 (SQLite: 2⁵³−1) as a `number`. SQLAlchemy: `Integer`. */
  integer: (): Plain<number> => column(INTEGER),
  /** A whole number of 64 bits as a `bigint`. SQLAlchemy: `BigInteger`. */
  bigInteger: (): Plain<bigint> => column(BIG_INTEGER),
  /** A whole number up to 32,767 as a `number`. SQLAlchemy: `SmallInteger`. */
  smallInteger: (): Plain<number> => column(makeType({ name: 'smallInteger' })),
  /** Text of at most `length` characters. SQLAlchemy: `String`. */
  string: (length?: number): Plain<string> => column(makeType({ name: 'string', length: positive(length, 't.string()') })),
  /** Text of any length. SQLAlchemy: `Text`. */
  text: (): Plain<string> => column(TEXT),
  /** True or false. SQLAlchemy: `Boolean`. */
  boolean: (): Plain<boolean> => column(BOOLEAN),
  /** A floating-point number of single precision where the database has it. SQLAlchemy: `Float`. */
  float: (): Plain<number> => column(makeType({ name: 'float' })),
  /** A floating-point number of double precision. SQLAlchemy: `Double`. */
  double: (): Plain<number> => column(DOUBLE),
  /** An exact decimal number of `precision` digits, `scale` of them after the point, as a Decimal of decimal.js. SQLAlchemy: `Numeric`. */
  numeric: (precision?: number, scale?: number): NumericColumn<Decimal> => {
    positive(precision, 't.numeric()');
    if (scale !== undefined && !(Number.isInteger(scale) && scale >= 0 && scale <= (precision ?? 0))) {
      throw sqlError('sql.bad-argument', 't.numeric()', 'a scale from 0 to its precision', String(scale));
    }
    return numericColumn(makeType<Decimal>({ name: 'numeric', precision, scale }));
  },
  /** A date as `'YYYY-MM-DD'`. SQLAlchemy: `Date`. */
  date: (): Plain<string> => column(makeType<string>({ name: 'date' })),
  /** A time of day as `'HH:MM:SS'`, with a fraction where it has one. SQLAlchemy: `Time`. */
  time: (): Plain<string> => column(makeType<string>({ name: 'time' })),
  /** A moment in UTC as a `Date`. SQLAlchemy: `DateTime`. */
  dateTime: (options: { timezone?: boolean } = {}): Plain<Date> => column(makeType<Date>({ name: 'dateTime', timezone: options.timezone })),
  /** Any JSON value, typed as you say. SQLAlchemy: `JSON`. */
  json: <V>(): Plain<V> => column(makeType<V>({ name: 'json' })),
  /** A UUID as a string. SQLAlchemy: `Uuid`. */
  uuid: (): Plain<string> => column(makeType<string>({ name: 'uuid' })),
  /** Bytes. SQLAlchemy: `LargeBinary`. */
  binary: (length?: number): Plain<Uint8Array> =>
    column(length === undefined ? BINARY : makeType<Uint8Array>({ name: 'binary', length: positive(length, 't.binary()') })),
  /** One of these words; the type is their union. SQLAlchemy: `Enum`. */
  enum: <const V extends readonly string[]>(values: V): Plain<V[number]> => {
    if (values.length === 0 || new Set(values).size !== values.length) {
      throw sqlError('sql.bad-argument', 't.enum()', 'one or more different words', 'none, or one twice');
    }
    return column(makeType<V[number]>({ name: 'enum', values, length: Math.max(...values.map((v) => v.length)) }));
  },
  /** A type of your own over another one. SQLAlchemy: `TypeDecorator`. */
  custom: <V, S>(definition: { type: Column<S, boolean, boolean>; toDatabase: (value: V) => S; fromDatabase: (value: S) => V }): Plain<V> =>
    column(
      makeType<V>({
        name: 'custom',
        inner: definition.type.type as SqlType,
        toDatabase: definition.toDatabase as (value: unknown) => unknown,
        fromDatabase: definition.fromDatabase as (value: unknown) => unknown,
      }),
    ),
} as const;

import type { Decimal } from 'decimal.js';
import { type BigIntegerColumn, type Column, column, type DateTimeColumn, type NumericColumn, type TypeOf } from './column.ts';
import { type CustomType, customType } from './custom-type.ts';
import { type EncryptionOptions, encryptedType } from './encrypted-type.ts';
import { describe, sqlError } from './errors.ts';
import { BIG_INTEGER, BINARY, BOOLEAN, DATE, DOUBLE, INTEGER, makeType, type SqlType, TEXT } from './type.ts';

type Plain<V> = Column<V, false, false>;

/** Integers that begin at zero. */
export interface IntegerOptions {
  /** From 0, and twice as far. A type of its own on MySQL; elsewhere the next wider one. SQLAlchemy: `mysql.INTEGER(unsigned=True)`. */
  unsigned?: boolean;
}

/** What text compares by. */
export interface TextOptions {
  /** The collation, by the database's name for it. */
  collation?: string;
}

/** What a moment or a time of day keeps. */
export interface TimeOptions {
  /** Digits of the seconds' fraction, from 0 to 6. */
  precision?: number;
  /** Keeps the zone where the database can. */
  timezone?: boolean;
}

/** The value type of lists that are nested so deep; `t.array<string | null>(t.string())` says that elements may be null. */
type Nested<V, D extends number> = D extends 1 ? V[] : D extends 2 ? V[][] : D extends 3 ? V[][][] : unknown[];

function positive(value: number | undefined, where: string): number | undefined {
  if (value !== undefined && !(Number.isInteger(value) && value > 0))
    throw sqlError('sql.bad-argument', where, 'a whole number from 1', describe(value));
  return value;
}

function fraction(value: number | undefined, where: string): number | undefined {
  if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= 6))
    throw sqlError('sql.bad-argument', where, 'a precision from 0 to 6', String(value));
  return value;
}

function whole<V>(name: SqlType['name'], { unsigned }: IntegerOptions): SqlType<V> {
  return makeType<V>(unsigned ? { name, unsigned } : { name });
}

function timed<V>(name: 'time' | 'dateTime', { precision, timezone }: TimeOptions): SqlType<V> {
  return makeType<V>({ name, timezone, precision: fraction(precision, `t.${name}()`) });
}

function enumValues(given: readonly string[] | Readonly<Record<string, string>>): readonly string[] {
  const values = Array.isArray(given)
    ? (given as readonly string[])
    : typeof given === 'object' && given !== null
      ? Object.values(given)
      : [];
  if (values.length === 0 || new Set(values).size !== values.length)
    throw sqlError('sql.bad-argument', 't.enum()', 'one or more different words', 'none, or one twice');
  const other = values.find((value) => typeof value !== 'string');
  if (other !== undefined) throw sqlError('sql.bad-argument', 't.enum()', 'words', describe(other));
  return values;
}

/**
 * The column types. Each call begins a column; modifiers follow: `t.string(80).unique()`.
 * SQLAlchemy: `Integer`, `String`, `Numeric` and so on.
 *
 * @example const shape = { id: t.integer().primaryKey(), price: t.numeric(10, 2), meta: t.json<{ sizes: string[] }>().nullable() };
 */
export const t = {
  /** A whole number up to 2³¹−1 (SQLite: 2⁵³−1) as a `number`. SQLAlchemy: `Integer`. */
  integer: (options: IntegerOptions = {}): Plain<number> => column(options.unsigned ? whole<number>('integer', options) : INTEGER),
  /** A whole number of 64 bits as a `bigint`. SQLAlchemy: `BigInteger`. */
  bigInteger: (options: IntegerOptions = {}): BigIntegerColumn =>
    column(options.unsigned ? whole<bigint>('bigInteger', options) : BIG_INTEGER) as BigIntegerColumn,
  /** A whole number up to 32,767 as a `number`. SQLAlchemy: `SmallInteger`. */
  smallInteger: (options: IntegerOptions = {}): Plain<number> => column(whole<number>('smallInteger', options)),
  /** A whole number up to 127, or 255 unsigned: a byte on MySQL, a small integer elsewhere. SQLAlchemy: `mysql.TINYINT`. */
  tinyInteger: (options: IntegerOptions = {}): Plain<number> => column(whole<number>('tinyInteger', options)),
  /** A whole number up to 8,388,607: three bytes on MySQL, an integer elsewhere. SQLAlchemy: `mysql.MEDIUMINT`. */
  mediumInteger: (options: IntegerOptions = {}): Plain<number> => column(whole<number>('mediumInteger', options)),
  /** Text of at most `length` characters. SQLAlchemy: `String`. */
  string: (length?: number, { collation }: TextOptions = {}): Plain<string> =>
    column(makeType({ name: 'string', length: positive(length, 't.string()'), collation })),
  /** Text of just `length` characters, which databases fill up with blanks. SQLAlchemy: `CHAR`. */
  char: (length?: number, { collation }: TextOptions = {}): Plain<string> =>
    column(makeType({ name: 'char', length: positive(length, 't.char()'), collation })),
  /** Text of any length; `size` is the class of MySQL, whose TEXT ends at 64 kB. SQLAlchemy: `Text`. */
  text: ({ size, collation }: TextOptions & { size?: 'tiny' | 'medium' | 'long' } = {}): Plain<string> =>
    column(size === undefined && collation === undefined ? TEXT : makeType<string>({ name: 'text', size, collation })),
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
    return column(makeType<Decimal>({ name: 'numeric', precision, scale })) as NumericColumn<Decimal>;
  },
  /** A date as `'YYYY-MM-DD'`. SQLAlchemy: `Date`. */
  date: (): Plain<string> => column(DATE),
  /** A time of day as `'HH:MM:SS'`, with a fraction where it has one, and an offset with `timezone`. SQLAlchemy: `Time`. */
  time: (options: TimeOptions = {}): Plain<string> => column(timed<string>('time', options)),
  /** A moment in UTC as a `Date`; `.asString()` keeps microseconds. SQLAlchemy: `DateTime`. */
  dateTime: (options: TimeOptions = {}): DateTimeColumn => column(timed<Date>('dateTime', options)) as DateTimeColumn,
  /**
   * A span of time as an ISO 8601 duration such as `'P1Y2M3DT4H5M6.5S'`: months, days and seconds are kept apart, since a
   * month has no fixed length. SQLAlchemy: `Interval`.
   */
  interval: ({ precision }: { precision?: number } = {}): Plain<string> =>
    column(makeType<string>({ name: 'interval', precision: fraction(precision, 't.interval()') })),
  /** Any JSON value, typed as you say. SQLAlchemy: `JSON`. */
  json: <V>(): Plain<V> => column(makeType<V>({ name: 'json' })),
  /** JSON in PostgreSQL's binary form, which can be indexed and searched; the same as `t.json()` elsewhere. SQLAlchemy: `JSONB`. */
  jsonb: <V>(): Plain<V> => column(makeType<V>({ name: 'jsonb' })),
  /** A UUID as a string. SQLAlchemy: `Uuid`. */
  uuid: (): Plain<string> => column(makeType<string>({ name: 'uuid' })),
  /** Bytes. SQLAlchemy: `LargeBinary`. */
  binary: (length?: number, { size }: { size?: 'tiny' | 'medium' | 'long' } = {}): Plain<Uint8Array> =>
    column(
      length === undefined && size === undefined
        ? BINARY
        : makeType<Uint8Array>({ name: 'binary', length: positive(length, 't.binary()'), size }),
    ),
  /** So many bits, as a string of `0` and `1`. SQLAlchemy: `BIT`. */
  bit: (length = 1): Plain<string> => column(makeType<string>({ name: 'bit', length: positive(length, 't.bit()') })),
  /**
   * One of these words; the type is their union. A constant object stands for its values. SQLAlchemy: `Enum`.
   *
   * @param values the words, or an object such as `{ Draft: 'draft', Live: 'live' } as const`, whose values are stored
   * @param options `name`: what the type is called in the database; `schema`: where it is, the metadata's schema unless told;
   *   `native: false`: text with a check everywhere
   */
  enum: <const V extends readonly string[] | Readonly<Record<string, string>>>(
    values: V,
    options: { name?: string; schema?: string | null; native?: boolean } = {},
  ): Plain<V extends readonly (infer W)[] ? W : V[keyof V]> => {
    const words = enumValues(values);
    const length = Math.max(...words.map((word) => word.length));
    const { name: enumName, schema: enumSchema, native } = options;
    return column(makeType({ name: 'enum', values: words, length, enumName, enumSchema, native }));
  },
  /**
   * A list of values of one type: an array on PostgreSQL, JSON text elsewhere. Elements may be NULL. SQLAlchemy: `ARRAY`.
   *
   * @param element the type of the elements, such as `t.string()`
   * @param options `dimensions`: how deep the lists are nested, from 1
   */
  array: <V, const D extends number = 1>(element: TypeOf<V>, options: { dimensions?: D } = {}): Plain<Nested<V, D>> => {
    const dimensions = positive(options.dimensions, 't.array({ dimensions })') ?? 1;
    const { type } = element;
    if (type.name === 'encrypted') throw sqlError('sql.bad-argument', 't.array()', 'a type that is not encrypted', 't.encrypted()');
    if (type.name !== 'array') return column(makeType<Nested<V, D>>({ name: 'array', inner: type, dimensions }));
    return column(makeType<Nested<V, D>>({ name: 'array', inner: type.inner, dimensions: dimensions + (type.dimensions ?? 1) }));
  },
  /**
   * A type that only some databases have, by their own words for it; its values travel as those of `as`, or as text.
   * SQLAlchemy: a type of a dialect.
   *
   * @example t.native({ postgresql: 'inet' })
   */
  native: <V = string>(words: string | Readonly<Record<string, string>>, as?: TypeOf<V>): Plain<V> =>
    column(makeType<V>({ name: 'native', words, inner: as?.type ?? TEXT })),
  /** A type of your own over another one. The same definition always gives the same type. SQLAlchemy: `TypeDecorator`. */
  custom: <V, S>(definition: CustomType<V, S>): Plain<V> => column(customType(definition)),
  /**
   * A value that the database gets encrypted only, by AES-256-GCM. The column is `.sensitive()`, and can be compared only
   * with `search`. SQLAlchemy-Utils: `EncryptedType`.
   *
   * @param inner the type of the value: `t.text()`, `t.json()`
   * @param options `key`: 32 bytes, their base64 or hexadecimal digits, or a function; or a list of `{ id, key }`, the newest first.
   *   `search`: lets `eq()`, `ne()` and `in()` find equal values by a keyed hash, which shows those who see the rows which of them are equal
   */
  encrypted: <V>(inner: TypeOf<V>, options: EncryptionOptions): Plain<V> =>
    column(encryptedType(inner.type as SqlType<V>, options)).sensitive(),
} as const;

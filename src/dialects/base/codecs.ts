import { describe, sqlError } from '../../sql/errors.ts';
import { BIG_INTEGER, type SqlType, temporalName, typeOfValue, variantFor } from '../../sql/type.ts';
import { isCalendarDate, normalTime } from './dates.ts';
import type { Codec } from './dialect.ts';
import { dialectError } from './errors.ts';
import { documentDecoder } from './json-values.ts';

export type Bind = (value: unknown, where?: string) => unknown;

/** The error for a value that a type cannot hold. */
export function badValue(type: string, expected: string, got: string, where = 'The value'): Error {
  return sqlError('sql.bad-value', type, expected, got, where);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

export function integerCodec(type: SqlType, least: number, greatest: number): Codec {
  const expected =
    least === Number.MIN_SAFE_INTEGER
      ? 'a whole number that is exact in JavaScript (up to 2⁵³−1)'
      : `a whole number from ${least} to ${greatest}`;
  const store: Bind = (value, where) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= greatest) return value;
    throw badValue(type.name, expected, describeNumber(value), where);
  };
  // The drivers send a number as a floating-point one: beside a column that is all the same, in 'a' || 5 it is not.
  return { bind: store, literal: (value, where) => BigInt(store(value, where) as number), decode: null };
}

/** A value's kind, and of numbers what is wrong with them. */
export function describeNumber(value: unknown): string {
  if (typeof value !== 'number') return describe(value);
  if (!Number.isFinite(value)) return String(value);
  return Number.isInteger(value) ? `a whole number out of that range` : 'a number with a fraction';
}

const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

/** Whole numbers of 64 bits, as bigints or, where the type asks for them, as numbers. */
export function bigIntegerCodec(type: SqlType, least: bigint = type.unsigned ? 0n : LONG_MIN, greatest: bigint = LONG_MAX): Codec {
  const expected = least === 0n ? 'a bigint from 0 to 64 bits or such a whole number' : 'a bigint of 64 bits or a whole number';
  const { asNumber = false } = type;
  return {
    bind: (value, where) => {
      const long = typeof value === 'bigint' ? value : typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : null;
      if (long !== null && long >= least && long <= greatest) return long;
      const got =
        typeof value !== 'bigint' ? describeNumber(value) : value < 0n && least === 0n ? 'a negative one' : 'a bigint of more than 64 bits';
      throw badValue('bigInteger', expected, got, where);
    },
    decode: (raw) => {
      const exact =
        typeof raw === 'bigint' || (typeof raw === 'number' ? Number.isInteger(raw) : typeof raw === 'string' && /^-?\d+$/.test(raw));
      if (!exact) throw dialectError('driver.undecodable', 'bigInteger', 'a whole number', describeNumber(raw));
      if (!asNumber) return BigInt(raw as number);
      const number = Number(raw);
      if (Number.isSafeInteger(number)) return number;
      throw dialectError('driver.undecodable', 'bigInteger', 'a whole number up to 2⁵³−1, as .asNumber() says', 'a greater one');
    },
  };
}

export const bigInteger: Codec = bigIntegerCodec(BIG_INTEGER);

/** The least and the greatest value of an integer type. */
export function integerRange({ name, unsigned = false }: SqlType): readonly [least: number, greatest: number] {
  const bits = INTEGER_BITS[name] ?? 32;
  return unsigned ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
}

const INTEGER_BITS: Readonly<Record<string, number>> = { tinyInteger: 8, smallInteger: 16, mediumInteger: 24 };

export function textCodec(type: SqlType): Codec {
  const bind: Bind = (value, where) => {
    if (typeof value !== 'string') throw badValue(type.name, 'a string', describe(value), where);
    // Both would come back changed or cut, without a word.
    if (value.includes('\0'))
      throw badValue(type.name, 'a string without NUL characters (t.binary() holds any bytes)', 'one with them', where);
    if (!value.isWellFormed()) throw badValue(type.name, 'well-formed Unicode text', 'a string with half a surrogate pair', where);
    return value;
  };
  return { bind, decode: null };
}

export const date: Codec = {
  bind: (value, where) => {
    if (typeof value === 'string' && isCalendarDate(value)) return value;
    if (temporalName(value) === 'Temporal.PlainDate') return date.bind(String(value), where);
    throw badValue('date', "a date as 'YYYY-MM-DD'", typeof value === 'string' ? 'another text' : describe(value), where);
  },
  decode: null,
};

export const time: Codec = {
  bind: (value, where) => {
    const text = temporalName(value) === 'Temporal.PlainTime' ? String(value) : value;
    const normal = typeof text === 'string' ? normalTime(text) : null;
    if (normal === null)
      throw badValue('time', "a time of day as 'HH:MM:SS'", typeof value === 'string' ? 'another text' : describe(value), where);
    return normal;
  },
  decode: null,
};

/**
 * JSON as text. What JSON would change without a word is refused: NaN and infinities, undefined and functions in a list.
 *
 * @param anyText false where the database refuses NUL characters and half surrogate pairs inside the text
 */
export function jsonCodec(anyText: boolean): Codec {
  return {
    bind: (value, where) => {
      let text: string | undefined;
      try {
        text = JSON.stringify(value);
      } catch (error) {
        throw badValue('json', 'a value that JSON can hold', `one that it cannot (${(error as Error).message.split('\n')[0]})`, where);
      }
      if (text === undefined) throw badValue('json', 'a value that JSON can hold', describe(value), where);
      // All that is changed becomes null, so only a text with one is worth a second look.
      const lost = text.includes('null') ? lostInJson(value) : null;
      if (lost !== null) throw badValue('json', 'a value that JSON can hold', `one with ${lost}, which would become null`, where);
      if (!anyText && BAD_ESCAPE.test(text))
        throw badValue('json', 'text without NUL characters and half surrogate pairs', 'a value with one', where);
      return text;
    },
    decode: (raw) => {
      if (typeof raw === 'string') {
        try {
          return JSON.parse(raw);
        } catch {
          throw dialectError('driver.undecodable', 'json', 'JSON text', 'another text');
        }
      }
      // The column's numeric affinity turns a lone number's text into a number.
      if (isNumber(raw)) return Number(raw);
      throw dialectError('driver.undecodable', 'json', 'JSON text', describe(raw));
    },
  };
}

export const json: Codec = jsonCodec(true);

/** Escapes of NUL and of surrogates that stand alone, which JSON.stringify writes as escapes only then. */
const BAD_ESCAPE = /(?<=(?:^|[^\\])(?:\\\\)*)\\u(?:0000|d[89a-f])/;

/** What in the value JSON would turn into null; null where there is no such thing. */
function lostInJson(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? null : String(value);
  if (typeof value !== 'object' || value === null || typeof (value as { toJSON?: unknown }).toJSON === 'function') return null;
  const list = Array.isArray(value);
  for (const item of Object.values(value)) {
    // A key without a value is left out; in a list its place would be filled.
    if (list && (item === undefined || typeof item === 'function' || typeof item === 'symbol')) return describe(item);
    const lost = lostInJson(item);
    if (lost !== null) return lost;
  }
  return null;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const uuid: Codec = {
  bind: (value, where) => {
    if (typeof value === 'string') {
      const lower = value.toLowerCase();
      if (UUID.test(lower)) return lower;
    }
    throw badValue(
      'uuid',
      'a UUID such as 123e4567-e89b-12d3-a456-426614174000',
      typeof value === 'string' ? 'another text' : describe(value),
      where,
    );
  },
  decode: null,
};

export const binary: Codec = {
  bind: (value, where) => {
    if (value instanceof Uint8Array) return value;
    throw badValue('binary', 'a Uint8Array', describe(value), where);
  },
  decode: (raw) => {
    if (!(raw instanceof Uint8Array)) throw dialectError('driver.undecodable', 'binary', 'bytes', describe(raw));
    if (!Buffer.isBuffer(raw)) return raw;
    // A plain array over memory of its own: what is behind a Buffer may be shared.
    return raw.byteLength === raw.buffer.byteLength ? new Uint8Array(raw.buffer) : new Uint8Array(raw);
  },
};

export function enumCodec(type: SqlType): Codec {
  const words = new Set<unknown>(type.values);
  const expected = `one of ${(type.values ?? []).map((word) => `'${word}'`).join(', ')}`;
  const got = (value: unknown): string => (typeof value === 'string' ? 'another text' : describe(value));
  return {
    bind: (value, where) => {
      if (words.has(value)) return value;
      throw badValue('enum', expected, got(value), where);
    },
    decode: (raw) => {
      if (words.has(raw)) return raw;
      throw dialectError('driver.undecodable', 'enum', expected, got(raw));
    },
  };
}

/** A user's own type over another one, whose codec is given. */
export function customCodec(type: SqlType, inner: Codec): Codec {
  const { toDatabase, fromDatabase } = type as Required<SqlType>;
  const { literal = null } = type.custom ?? {};
  const through =
    (bind: Bind, convert: (value: unknown) => unknown): Bind =>
    (value, where) => {
      const stored = convert(value);
      if (stored === undefined) throw badValue('custom', 'a value that its toDatabase() can convert', describe(value), where);
      return stored === null ? null : bind(stored, where);
    };
  const { decode } = inner;
  return {
    bind: through(inner.bind, toDatabase),
    ...(inner.store && { store: through(inner.store, toDatabase) }),
    ...((inner.literal || literal) && { literal: through(inner.literal ?? inner.bind, literal ?? toDatabase) }),
    decode: decode === null ? fromDatabase : (raw) => fromDatabase(decode(raw)),
  };
}

/** A value of which nothing is known is sent as what it is in JavaScript, and a row's value is given as it comes. */
export function unknownCodec(codecOf: (type: SqlType) => Codec): Codec {
  const as = (value: unknown, where?: string): Codec => codecOf(typeOfValue(value, where));
  return {
    bind: (value, where) => as(value, where).bind(value, where),
    literal: (value, where) => {
      const codec = as(value, where);
      return (codec.literal ?? codec.bind)(value, where);
    },
    decode: null,
  };
}

/**
 * Remembers the codec of each type, which `make` makes once.
 *
 * @param dialect the dialect's name, by which a type's variant is chosen
 */
export function codecsOf(make: (type: SqlType) => Codec, dialect?: string): (type: SqlType) => Codec {
  const codecs = new Map<string, Codec>();
  const codecOf = (type: SqlType): Codec => {
    let codec = codecs.get(type.key);
    if (codec === undefined) {
      codec = make(dialect === undefined ? type : variantFor(type, dialect));
      if (type.document !== undefined) codec = { ...codec, decode: documentDecoder(type.document, codecOf) };
      codecs.set(type.key, codec);
    }
    return codec;
  };
  return codecOf;
}

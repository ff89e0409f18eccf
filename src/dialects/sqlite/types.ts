import { describe, sqlError } from '../../sql/errors.ts';
import { type SqlType, typeOfValue } from '../../sql/type.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { decodeDateTime, encodeDateTime, isCalendarDate, normalTime } from './dates.ts';
import { numericCodec } from './numeric.ts';

type Bind = (value: unknown, where?: string) => unknown;

/** The error for a value that a type cannot hold. */
export function badValue(type: string, expected: string, got: string, where = 'The value'): Error {
  return sqlError('sql.bad-value', type, expected, got, where);
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** The drivers send a number as a floating-point one, which SQLite compares with every row's integer the long way. */
function wholeNumber(bound: unknown): unknown {
  return typeof bound === 'number' ? BigInt(bound) : bound;
}

function integerCodec(type: SqlType, least: number, greatest: number): Codec {
  const expected =
    least === Number.MIN_SAFE_INTEGER
      ? 'a whole number that is exact in JavaScript (up to 2⁵³−1)'
      : `a whole number from ${least} to ${greatest}`;
  const store: Bind = (value, where) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= greatest) return value;
    throw badValue(type.name, expected, describeNumber(value), where);
  };
  // The drivers send a number as a floating-point one: beside a column that is all the same, in 'a' || 5 it is not.
  return { bind: store, literal: (value, where) => BigInt(store(value, where) as number), native: wholeNumber, decode: null, isRaw: null };
}

/** A value's kind, and of numbers what is wrong with them. */
export function describeNumber(value: unknown): string {
  if (typeof value !== 'number') return describe(value);
  if (!Number.isFinite(value)) return String(value);
  return Number.isInteger(value) ? `a whole number out of that range` : 'a number with a fraction';
}

const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

const bigInteger: Codec = {
  bind: (value, where) => {
    if (typeof value === 'bigint' && value >= LONG_MIN && value <= LONG_MAX) return value;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
    const got = typeof value === 'bigint' ? 'a bigint of more than 64 bits' : describeNumber(value);
    throw badValue('bigInteger', 'a bigint of 64 bits or a whole number', got, where);
  },
  decode: (raw) => {
    if (typeof raw === 'number' && Number.isInteger(raw)) return BigInt(raw);
    if (typeof raw === 'bigint') return raw;
    throw dialectError('driver.undecodable', 'bigInteger', 'a whole number', describeNumber(raw));
  },
  isRaw: (value) => typeof value === 'number',
};

function textCodec(type: SqlType): Codec {
  const bind: Bind = (value, where) => {
    if (typeof value !== 'string') throw badValue(type.name, 'a string', describe(value), where);
    // Both would come back changed or cut, without a word.
    if (value.includes('\0'))
      throw badValue(type.name, 'a string without NUL characters (t.binary() holds any bytes)', 'one with them', where);
    if (!value.isWellFormed()) throw badValue(type.name, 'well-formed Unicode text', 'a string with half a surrogate pair', where);
    return value;
  };
  return { bind, decode: null, isRaw: null };
}

const boolean: Codec = {
  bind: (value, where) => {
    if (value === true) return 1;
    if (value === false) return 0;
    throw badValue('boolean', 'true or false', describe(value), where);
  },
  native: (bound) => (bound === 1 ? 1n : 0n),
  decode: (raw) => {
    if (typeof raw === 'number') return raw !== 0;
    throw dialectError('driver.undecodable', 'boolean', '0 or 1', describe(raw));
  },
  isRaw: (value) => typeof value === 'number',
};

function floatCodec(type: SqlType): Codec {
  const bind: Bind = (value, where) => {
    if (typeof value !== 'number') throw badValue(type.name, 'a number', describe(value), where);
    // SQLite would store NULL.
    if (Number.isNaN(value)) throw badValue(type.name, 'a number or an infinity', 'NaN', where);
    return value;
  };
  return { bind, decode: null, isRaw: null };
}

const date: Codec = {
  bind: (value, where) => {
    if (typeof value === 'string' && isCalendarDate(value)) return value;
    throw badValue('date', "a date as 'YYYY-MM-DD'", typeof value === 'string' ? 'another text' : describe(value), where);
  },
  decode: null,
  isRaw: null,
};

const time: Codec = {
  bind: (value, where) => {
    const normal = typeof value === 'string' ? normalTime(value) : null;
    if (normal === null)
      throw badValue('time', "a time of day as 'HH:MM:SS'", typeof value === 'string' ? 'another text' : describe(value), where);
    return normal;
  },
  decode: null,
  isRaw: null,
};

const dateTime: Codec = {
  bind: (value, where) => {
    if (!(value instanceof Date)) throw badValue('dateTime', 'a Date', describe(value), where);
    const text = encodeDateTime(value);
    if (text !== null) return text;
    const got = Number.isNaN(value.getTime()) ? 'an invalid Date' : 'one outside them';
    throw badValue('dateTime', 'a Date of the years 0000 to 9999', got, where);
  },
  decode: (raw) => {
    const value = decodeDateTime(raw);
    if (value === null)
      throw dialectError(
        'driver.undecodable',
        'dateTime',
        "text such as '2024-05-01 12:30:00.000'",
        typeof raw === 'string' ? 'another text' : describe(raw),
      );
    return value;
  },
  isRaw: (value) => typeof value !== 'object',
};

const json: Codec = {
  bind: (value, where) => {
    let text: string | undefined;
    try {
      text = JSON.stringify(value);
    } catch (error) {
      throw badValue('json', 'a value that JSON can hold', `one that it cannot (${(error as Error).message.split('\n')[0]})`, where);
    }
    if (text === undefined) throw badValue('json', 'a value that JSON can hold', describe(value), where);
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
  isRaw: null,
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const uuid: Codec = {
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
  isRaw: null,
};

const binary: Codec = {
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
  isRaw: (value) => Buffer.isBuffer(value),
};

function enumCodec(type: SqlType): Codec {
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
    isRaw: null,
  };
}

function customCodec(type: SqlType): Codec {
  const inner = sqliteCodec(type.inner as SqlType);
  const { toDatabase, fromDatabase } = type as Required<SqlType>;
  const through =
    (bind: Bind): Bind =>
    (value, where) => {
      const stored = toDatabase(value);
      if (stored === undefined) throw badValue('custom', 'a value that its toDatabase() can convert', describe(value), where);
      return stored === null ? null : bind(stored, where);
    };
  const { decode } = inner;
  return {
    bind: through(inner.bind),
    ...(inner.store && { store: through(inner.store) }),
    ...(inner.literal && { literal: through(inner.literal) }),
    decode: decode === null ? fromDatabase : (raw) => fromDatabase(decode(raw)),
    isRaw: null,
  };
}

/** A value of which nothing is known is sent as what it is in JavaScript, and a row's value is given as it comes. */
function unknownCodec(): Codec {
  const as = (value: unknown): Codec => sqliteCodec(typeOfValue(value));
  return {
    bind: (value, where) => as(value).bind(value, where),
    literal: (value, where) => {
      const codec = as(value);
      return (codec.literal ?? codec.bind)(value, where);
    },
    decode: null,
    isRaw: null,
  };
}

function makeCodec(type: SqlType): Codec {
  switch (type.name) {
    case 'integer':
      return integerCodec(type, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    case 'smallInteger':
      return integerCodec(type, -32_768, 32_767);
    case 'bigInteger':
      return bigInteger;
    case 'string':
    case 'text':
      return textCodec(type);
    case 'boolean':
      return boolean;
    case 'float':
    case 'double':
      return floatCodec(type);
    case 'numeric':
      return numericCodec(type);
    case 'date':
      return date;
    case 'time':
      return time;
    case 'dateTime':
      return dateTime;
    case 'json':
      return json;
    case 'uuid':
      return uuid;
    case 'binary':
      return binary;
    case 'enum':
      return enumCodec(type);
    case 'custom':
      return customCodec(type);
    case 'null':
    case 'unknown':
      return unknownCodec();
  }
}

const codecs = new Map<string, Codec>();

/** How values of this type are stored in SQLite. */
export function sqliteCodec(type: SqlType): Codec {
  let codec = codecs.get(type.key);
  if (codec === undefined) {
    codec = makeCodec(type);
    codecs.set(type.key, codec);
  }
  return codec;
}

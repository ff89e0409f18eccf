import { describe } from '../../sql/errors.ts';
import type { SqlType } from '../../sql/type.ts';
import {
  type Bind,
  badValue,
  binary as bytes,
  codecsOf,
  customCodec,
  date,
  describeNumber,
  enumCodec,
  json as jsonText,
  textCodec,
  time,
  unknownCodec,
  uuid,
} from '../base/codecs.ts';
import { exactNumericCodec } from '../base/decimals.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { decodeTimestamp, encodeTimestamp } from './timestamps.ts';

// The drivers give numbers and booleans as such, and everything else as PostgreSQL's text: see raw-values.ts.

/** A number, also where an expression was computed as numeric, which comes as text. */
const toNumber = (raw: unknown): unknown => (typeof raw === 'string' ? Number(raw) : raw);

function integerCodec(type: SqlType, least: number, greatest: number): Codec {
  const check = (from: number, to: number, expected: string): Bind => {
    return (value, where) => {
      if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
      throw badValue(type.name, expected, describeNumber(value), where);
    };
  };
  return {
    // A greater number may be compared with: no row has it.
    bind: check(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 'a whole number that is exact in JavaScript (up to 2⁵³−1)'),
    store: check(least, greatest, `a whole number from ${least} to ${greatest}`),
    decode: toNumber,
    isRaw: (value) => typeof value === 'string',
  };
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
    if (typeof raw === 'bigint') return raw;
    if (typeof raw === 'number' && Number.isInteger(raw)) return BigInt(raw);
    // The sum of a bigint column is numeric.
    if (typeof raw === 'string' && /^-?\d+$/.test(raw)) return BigInt(raw);
    throw dialectError(
      'driver.undecodable',
      'bigInteger',
      'a whole number',
      typeof raw === 'string' ? 'another text' : describeNumber(raw),
    );
  },
  isRaw: (value) => typeof value !== 'bigint',
};

const boolean: Codec = {
  bind: (value, where) => {
    if (typeof value === 'boolean') return value;
    throw badValue('boolean', 'true or false', describe(value), where);
  },
  decode: (raw) => {
    if (typeof raw === 'boolean') return raw;
    if (raw === 't' || raw === 'true' || raw === 1) return true;
    if (raw === 'f' || raw === 'false' || raw === 0) return false;
    throw dialectError('driver.undecodable', 'boolean', 'true or false', typeof raw === 'string' ? 'another text' : describe(raw));
  },
  isRaw: (value) => typeof value !== 'boolean',
};

function floatCodec(type: SqlType): Codec {
  return {
    bind: (value, where) => {
      if (typeof value !== 'number') throw badValue(type.name, 'a number', describe(value), where);
      return value;
    },
    decode: toNumber,
    isRaw: (value) => typeof value === 'string',
  };
}

function dateTimeCodec(type: SqlType): Codec {
  // A session of another program may have another zone, so what has one says it.
  const zone = type.timezone ? '+00' : '';
  return {
    bind: (value, where) => {
      if (!(value instanceof Date)) throw badValue('dateTime', 'a Date', describe(value), where);
      const text = encodeTimestamp(value);
      if (text === null) {
        const got = Number.isNaN(value.getTime()) ? 'an invalid Date' : 'an earlier one';
        throw badValue('dateTime', 'a Date from the year 4713 before Christ', got, where);
      }
      return zone === '' ? text : text.endsWith(' BC') ? `${text.slice(0, -3)}${zone} BC` : text + zone;
    },
    decode: (raw) => {
      const value = typeof raw === 'string' ? decodeTimestamp(raw) : null;
      if (value !== null) return value;
      throw dialectError(
        'driver.undecodable',
        'dateTime',
        "a moment such as '2024-05-01 12:30:00' (infinity is none)",
        typeof raw === 'string' ? 'another text' : describe(raw),
      );
    },
    isRaw: (value) => typeof value !== 'object',
  };
}

const json: Codec = {
  ...jsonText,
  bind: (value, where) => {
    const text = jsonText.bind(value, where) as string;
    if (/\\u0000/.test(text) && /(?<!\\)(?:\\\\)*\\u0000/.test(text))
      throw badValue('json', 'JSON without NUL characters, which PostgreSQL does not store', 'text with one', where);
    return text;
  },
};

/** The bytes of PostgreSQL's text: hexadecimal, or the older form with octal escapes. */
function readBytes(raw: string): Uint8Array | null {
  if (raw.startsWith('\\x')) {
    const decoded = Buffer.from(raw.slice(2), 'hex');
    return decoded.length * 2 === raw.length - 2 ? new Uint8Array(decoded) : null;
  }
  const list: number[] = [];
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code !== 92) list.push(code);
    else if (raw.charCodeAt(i + 1) === 92) list.push(raw.charCodeAt(++i));
    else {
      const octal = /^[0-3][0-7][0-7]/.exec(raw.slice(i + 1, i + 4));
      if (octal === null) return null;
      list.push(Number.parseInt(octal[0], 8));
      i += 3;
    }
  }
  return Uint8Array.from(list);
}

const binary: Codec = {
  ...bytes,
  decode: (raw) => {
    const value = typeof raw === 'string' ? readBytes(raw) : raw instanceof Uint8Array ? raw : null;
    if (value !== null) return value;
    throw dialectError('driver.undecodable', 'binary', 'bytes', typeof raw === 'string' ? 'another text' : describe(raw));
  },
  isRaw: (value) => typeof value === 'string',
};

function makeCodec(type: SqlType): Codec {
  switch (type.name) {
    case 'integer':
      return integerCodec(type, -2_147_483_648, 2_147_483_647);
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
      return exactNumericCodec(type);
    case 'date':
      return date;
    case 'time':
      return time;
    case 'dateTime':
      return dateTimeCodec(type);
    case 'json':
      return json;
    case 'uuid':
      return uuid;
    case 'binary':
      return binary;
    case 'enum':
      return enumCodec(type);
    case 'custom':
      return customCodec(type, postgresqlCodec(type.inner as SqlType));
    case 'null':
    case 'unknown':
      return unknownCodec(postgresqlCodec);
  }
}

/** How values of this type are sent to PostgreSQL and read back. */
export const postgresqlCodec: (type: SqlType) => Codec = codecsOf(makeCodec);

import { describe } from '../../sql/errors.ts';
import type { SqlType } from '../../sql/type.ts';
import { checkArray, mapNested } from '../base/array-text.ts';
import { type Bind, badValue, binary as bytes, codecsOf, describeNumber, integerRange, jsonCodec } from '../base/codecs.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { formatInterval, readInterval } from '../base/intervals.ts';
import { momentCodec, readDate, roundDate } from '../base/moments.ts';
import { sharedCodec } from '../base/shared-codecs.ts';
import { storedType } from '../base/type-names.ts';
import { formatArray, parseArray } from './arrays.ts';
import { parsePostgresqlInterval } from './interval-text.ts';
import { decodeTimestamp, encodeTimestamp } from './timestamps.ts';

// The drivers give numbers and booleans as such, and everything else as PostgreSQL's text: see raw-values.ts.

/** A number, also where an expression was computed as numeric, which comes as text. */
const toNumber = (raw: unknown): unknown => (typeof raw === 'string' ? Number(raw) : raw);

function integerCodec(type: SqlType): Codec {
  const [least, greatest] = integerRange(type);
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
  };
}

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
};

function floatCodec(type: SqlType): Codec {
  return {
    bind: (value, where) => {
      if (typeof value !== 'number') throw badValue(type.name, 'a number', describe(value), where);
      return value;
    },
    decode: toNumber,
  };
}

function dateTimeCodec(type: SqlType): Codec {
  // A session of another program may have another zone, so what has one says it.
  const zone = type.timezone ? '+00' : '';
  const { precision } = type;
  const encode = (value: Date, where?: string): string => {
    const text = encodeTimestamp(value);
    if (text === null) {
      const got = Number.isNaN(value.getTime()) ? 'an invalid Date' : 'an earlier one';
      throw badValue('dateTime', 'a Date from the year 4713 before Christ', got, where);
    }
    return zone === '' ? text : text.endsWith(' BC') ? `${text.slice(0, -3)}${zone} BC` : text + zone;
  };
  return {
    bind: (value, where) => encode(readDate(value, where), where),
    ...(precision !== undefined &&
      precision < 3 && { store: (value, where) => encode(roundDate(readDate(value, where), precision), where) }),
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
  };
}

/** Moments as ISO 8601 text. */
function momentTextCodec(type: SqlType): Codec {
  const shared = momentCodec(type);
  if (!type.timezone) return shared;
  const zoned =
    (bind: Bind): Bind =>
    (value, where) =>
      `${bind(value, where) as string}+00`;
  return { ...shared, bind: zoned(shared.bind), store: zoned(shared.store ?? shared.bind) };
}

const interval: Codec = {
  bind: (value, where) => formatInterval(readInterval(value, where)),
  decode: (raw) => {
    const parts = typeof raw === 'string' ? parsePostgresqlInterval(raw) : null;
    if (parts !== null) return formatInterval(parts);
    throw dialectError('driver.undecodable', 'interval', 'a duration', typeof raw === 'string' ? 'another text' : describe(raw));
  },
};

/** A value inside of a text, an array's, as the driver would give it alone. */
function fromText({ name }: SqlType, text: string): unknown {
  if (name === 'boolean') return text === 't';
  return text;
}

/** Arrays as PostgreSQL has them. */
function arrayCodec(type: SqlType, element: Codec): Codec {
  const inner = storedType(type.inner as SqlType, 'postgresql');
  const depth = type.dimensions ?? 1;
  const encode =
    (bind: Bind): Bind =>
    (value, where) => {
      checkArray(type, value, where);
      const bad = (got: string): Error => badValue('array', 'an array', got, where);
      return formatArray(mapNested(value, depth, (item) => (item === null ? null : bind(item, where)), bad));
    };
  return {
    bind: encode(element.bind),
    ...(element.store && { store: encode(element.store) }),
    decode: (raw) => {
      const bad = (got: string): Error => dialectError('driver.undecodable', 'array', 'an array', got);
      const items = typeof raw === 'string' ? parseArray(raw) : Array.isArray(raw) ? raw : null;
      if (items === null) throw bad(typeof raw === 'string' ? 'another text' : describe(raw));
      // An empty array has no dimensions.
      if (items.length === 0) return [];
      const { decode } = element;
      const read = (item: string | null): unknown => {
        if (item === null) return null;
        const value = fromText(inner, item);
        return decode === null ? value : decode(value);
      };
      return mapNested(items, depth, read, bad);
    },
  };
}

const json: Codec = jsonCodec(false);

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
};

function makeCodec(type: SqlType): Codec {
  switch (type.name) {
    case 'integer':
    case 'smallInteger':
    case 'tinyInteger':
    case 'mediumInteger':
      return integerCodec(type);
    case 'boolean':
      return boolean;
    case 'float':
    case 'double':
      return floatCodec(type);
    case 'dateTime':
      return type.asString ? momentTextCodec(type) : dateTimeCodec(type);
    case 'interval':
      return interval;
    case 'array':
      return arrayCodec(type, postgresqlCodec(type.inner as SqlType));
    case 'json':
    case 'jsonb':
      return json;
    case 'binary':
      return binary;
    default:
      return sharedCodec({ ...type, name: type.name }, postgresqlCodec);
  }
}

/** How values of this type are sent to PostgreSQL and read back. */
export const postgresqlCodec: (type: SqlType) => Codec = codecsOf(makeCodec, 'postgresql');

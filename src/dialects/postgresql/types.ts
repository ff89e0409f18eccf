import { describe } from '../../sql/errors.ts';
import type { SqlType } from '../../sql/type.ts';
import { checkArray, mapNested } from '../base/array-text.ts';
import {
  type Bind,
  badValue,
  binary as bytes,
  codecsOf,
  describeNumber,
  integerRange,
  json as jsonText,
  textCodec,
  bigIntegerCodec as wholeCodec,
} from '../base/codecs.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { formatInterval, parseInterval, readInterval } from '../base/intervals.ts';
import { momentCodec, readDate, roundDate } from '../base/moments.ts';
import { sharedCodec } from '../base/shared-codecs.ts';
import { formatArray, parseArray } from './arrays.ts';
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
  };
}

function bigIntegerCodec(type: SqlType): Codec {
  const base = wholeCodec(type);
  return {
    ...base,
    decode: (raw) => {
      // The sum of a bigint column is numeric, and elements of arrays are texts.
      const value = typeof raw === 'string' && /^-?\d+$/.test(raw) ? BigInt(raw) : raw;
      return base.decode === null ? value : base.decode(value);
    },
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
  const { precision, timezone, asString } = type;
  // A session of another program may have another zone, so what has one says it.
  const zoned = (text: string): string => (!timezone ? text : text.endsWith(' BC') ? `${text.slice(0, -3)}+00 BC` : `${text}+00`);
  if (asString) {
    const moments = momentCodec(type);
    return {
      ...moments,
      bind: (value, where) => zoned(moments.bind(value, where) as string),
      store: (value, where) => zoned((moments.store ?? moments.bind)(value, where) as string),
    };
  }
  const encode = (value: Date, where?: string): string => {
    const text = encodeTimestamp(value);
    if (text !== null) return zoned(text);
    const got = Number.isNaN(value.getTime()) ? 'an invalid Date' : 'an earlier one';
    throw badValue('dateTime', 'a Date from the year 4713 before Christ', got, where);
  };
  return {
    bind: (value, where) => encode(readDate(value, where), where),
    store: (value, where) => encode(roundDate(readDate(value, where), precision), where),
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

const INTERVAL = /^(?:([+-]?\d+) years? ?)?(?:([+-]?\d+) mons? ?)?(?:([+-]?\d+) days? ?)?(?:([+-])?(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?$/;

/** Spans of time in PostgreSQL's own style, `1 year 2 mons 3 days 04:05:06.5`, and as ISO 8601 durations here. */
const interval: Codec = {
  bind: (value, where) => formatInterval(readInterval(value, where)),
  decode: (raw) => {
    const text = typeof raw === 'string' ? raw : '';
    const match = INTERVAL.exec(text);
    if (match !== null && text !== '') {
      const [, years = '0', months = '0', days = '0', sign, hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
      const time =
        BigInt(hours) * 3_600_000_000n + BigInt(minutes) * 60_000_000n + BigInt(seconds) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
      return formatInterval({ months: Number(years) * 12 + Number(months), days: Number(days), microseconds: sign === '-' ? -time : time });
    }
    const parts = parseInterval(text);
    if (parts !== null) return formatInterval(parts);
    throw dialectError('driver.undecodable', 'interval', 'a span of time', typeof raw === 'string' ? 'another text' : describe(raw));
  },
};

/** Arrays as PostgreSQL has them. */
function arrayCodec(type: SqlType): Codec {
  const element = postgresqlCodec(type.inner as SqlType);
  const depth = type.dimensions ?? 1;
  const through =
    (encode: Bind): Bind =>
    (value, where) => {
      checkArray(type, value, where);
      const bad = (got: string): Error => badValue('array', depth === 1 ? 'an array' : `arrays nested ${depth} deep`, got, where);
      return formatArray(mapNested(value, depth, (item) => (item === null ? null : encode(item, where)), bad));
    };
  return {
    bind: through(element.bind),
    store: through(element.store ?? element.bind),
    decode: (raw) => {
      const items = typeof raw === 'string' ? parseArray(raw) : null;
      const bad = (got: string): Error => dialectError('driver.undecodable', 'array', 'an array', got);
      if (items === null) throw bad(typeof raw === 'string' ? 'another text' : describe(raw));
      // An empty array has no dimensions.
      if (items.length === 0) return [];
      return mapNested<string | null>(
        items,
        depth,
        (item) => (item === null || element.decode === null ? item : element.decode(item)),
        bad,
      );
    },
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
};

function charCodec(type: SqlType): Codec {
  // PostgreSQL fills it up with blanks, which do not count.
  return { ...textCodec(type), decode: (raw) => (typeof raw === 'string' ? raw.replace(/ +$/, '') : raw) };
}

function makeCodec(type: SqlType): Codec {
  switch (type.name) {
    case 'integer':
    case 'smallInteger':
    case 'tinyInteger':
    case 'mediumInteger':
      return integerCodec(type, ...integerRange(type));
    case 'bigInteger':
      return bigIntegerCodec(type);
    case 'char':
      return charCodec(type);
    case 'boolean':
      return boolean;
    case 'float':
    case 'double':
      return floatCodec(type);
    case 'dateTime':
      return dateTimeCodec(type);
    case 'interval':
      return interval;
    case 'json':
    case 'jsonb':
      return json;
    case 'binary':
      return binary;
    case 'array':
      return arrayCodec(type);
    default:
      return sharedCodec({ ...type, name: type.name }, postgresqlCodec);
  }
}

/** How values of this type are sent to PostgreSQL and read back. */
export const postgresqlCodec: (type: SqlType) => Codec = codecsOf(makeCodec, 'postgresql');

import { describe } from '../../sql/errors.ts';
import type { SqlType } from '../../sql/type.ts';
import { type Bind, badValue, codecsOf, date, integerCodec, integerRange, time } from '../base/codecs.ts';
import { decodeDateTime } from '../base/dates.ts';
import { exactNumericCodec, numericName } from '../base/decimals.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { momentCodec, readDate, roundDate } from '../base/moments.ts';
import { sharedCodec } from '../base/shared-codecs.ts';
import { digitsOf, MOST_DIGITS, TypedParameter } from './parameters.ts';

const boolean: Codec = {
  bind: (value, where) => {
    if (typeof value === 'boolean') return value;
    throw badValue('boolean', 'true or false', describe(value), where);
  },
  // MIN, MAX and sums of BITs are numbers.
  decode: (raw) => {
    if (typeof raw === 'boolean') return raw;
    if (typeof raw === 'number') return raw !== 0;
    throw dialectError('driver.undecodable', 'boolean', '0 or 1', describe(raw));
  },
};

/** Integers travel as bigints; numbers are FLOATs. */
function wholeCodec(type: SqlType, least: number, greatest: number): Codec {
  const own = integerCodec(type, least, greatest);
  // A value that no column limits may be as large as it likes.
  const free = integerCodec(type, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  return {
    bind: (value, where) => BigInt(own.bind(value, where) as number),
    literal: (value, where) => BigInt(free.bind(value, where) as number),
    decode: null,
  };
}

function floatCodec(type: SqlType): Codec {
  const bind: Bind = (value, where) => {
    if (typeof value !== 'number') throw badValue(type.name, 'a number', describe(value), where);
    if (!Number.isFinite(value)) throw badValue(type.name, 'a finite number', String(value), where);
    return value;
  };
  return { bind, decode: null };
}

function numericCodec(type: SqlType): Codec {
  const own = exactNumericCodec(type);
  const typed =
    (bind: Bind): Bind =>
    (value, where) => {
      const text = bind(value, where) as string;
      if (digitsOf(text).precision > MOST_DIGITS)
        throw badValue(numericName(type), `at most ${MOST_DIGITS} digits`, 'a number of more', where);
      return new TypedParameter('decimal', text);
    };
  return { ...own, bind: typed(own.bind), store: typed(own.store as Bind) };
}

/** A codec whose text goes as a value of this type. */
function typedText(codec: Codec, type: 'date' | 'time'): Codec {
  return { ...codec, bind: (value, where) => new TypedParameter(type, codec.bind(value, where) as string) };
}

/** 0001-01-01 to 9999-12-31 */
const FIRST_MOMENT = -62_135_596_800_000;
const LAST_MOMENT = 253_402_300_799_999;

function dateTimeCodec({ precision }: SqlType): Codec {
  const bind = (value: unknown, where?: string): Date => {
    const date = readDate(value, where);
    const moment = date.getTime();
    if (moment >= FIRST_MOMENT && moment <= LAST_MOMENT) return date;
    throw badValue('dateTime', 'a Date of the years 0001 to 9999', Number.isNaN(moment) ? 'an invalid Date' : 'one outside them', where);
  };
  return {
    bind,
    ...(precision !== undefined && { store: (value, where) => roundDate(bind(value, where), precision) }),
    // Inside of an array it is text.
    decode: (raw) => (raw instanceof Date ? raw : (decodeDateTime(raw) ?? undecodable(raw))),
  };
}

function undecodable(raw: unknown): never {
  throw dialectError('driver.undecodable', 'dateTime', 'a Date', describe(raw));
}

/** Moments as text: the driver's Date has their milliseconds, and beside it what is finer. */
function momentTextCodec(type: SqlType): Codec {
  const own = momentCodec(type);
  return {
    ...own,
    decode: (raw) => {
      if (!(raw instanceof Date)) return own.decode?.(raw);
      const { nanosecondsDelta = 0 } = raw as Date & { readonly nanosecondsDelta?: number };
      const micros = String(Math.floor(nanosecondsDelta * 1e6)).padStart(3, '0');
      return `${raw.toISOString().slice(0, -1)}${micros}Z`;
    },
  };
}

const day: Codec = typedText(
  {
    ...date,
    bind: (value, where) => {
      const text = date.bind(value, where) as string;
      if (text.startsWith('0000')) throw badValue('date', 'a date of the years 0001 to 9999', 'one outside them', where);
      return text;
    },
  },
  'date',
);

function makeCodec(type: SqlType): Codec {
  switch (type.name) {
    case 'integer':
    case 'smallInteger':
    case 'tinyInteger':
    case 'mediumInteger':
      return wholeCodec(type, ...integerRange(type));
    case 'boolean':
      return boolean;
    case 'float':
    case 'double':
      return floatCodec(type);
    case 'numeric':
      return numericCodec(type);
    case 'date':
      return day;
    case 'time':
      // In JSON it has all seven digits of its fraction.
      return {
        ...typedText(time, 'time'),
        decode: (raw) => (typeof raw === 'string' && raw.includes('.') ? raw.replace(/\.?0+$/, '') : raw),
      };
    case 'dateTime':
      return type.asString ? momentTextCodec(type) : dateTimeCodec(type);
    default:
      return sharedCodec({ ...type, name: type.name }, mssqlCodec);
  }
}

/** How values of this type travel to and from SQL Server. */
export const mssqlCodec: (type: SqlType) => Codec = codecsOf(makeCodec, 'mssql');

import { describe } from '../../sql/errors.ts';
import type { SqlType } from '../../sql/type.ts';
import {
  type Bind,
  badValue,
  bigInteger,
  binary,
  codecsOf,
  customCodec,
  date,
  enumCodec,
  integerCodec,
  json,
  textCodec,
  time,
  unknownCodec,
  uuid,
} from '../base/codecs.ts';
import { exactNumericCodec, numericName } from '../base/decimals.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
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
  isRaw: (value) => typeof value === 'number',
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
    isRaw: null,
  };
}

function floatCodec(type: SqlType): Codec {
  const bind: Bind = (value, where) => {
    if (typeof value !== 'number') throw badValue(type.name, 'a number', describe(value), where);
    if (!Number.isFinite(value)) throw badValue(type.name, 'a finite number', String(value), where);
    return value;
  };
  return { bind, decode: null, isRaw: null };
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

const dateTime: Codec = {
  bind: (value, where) => {
    if (!(value instanceof Date)) throw badValue('dateTime', 'a Date', describe(value), where);
    const moment = value.getTime();
    if (moment >= FIRST_MOMENT && moment <= LAST_MOMENT) return value;
    throw badValue('dateTime', 'a Date of the years 0001 to 9999', Number.isNaN(moment) ? 'an invalid Date' : 'one outside them', where);
  },
  decode: null,
  isRaw: null,
};

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
      return wholeCodec(type, -2_147_483_648, 2_147_483_647);
    case 'smallInteger':
      return wholeCodec(type, -32_768, 32_767);
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
      return day;
    case 'time':
      return typedText(time, 'time');
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
      return customCodec(type, mssqlCodec(type.inner as SqlType));
    case 'null':
    case 'unknown':
      return unknownCodec(mssqlCodec);
  }
}

/** How values of this type travel to and from SQL Server. */
export const mssqlCodec: (type: SqlType) => Codec = codecsOf(makeCodec);

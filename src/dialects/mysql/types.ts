import { describe } from '../../sql/errors.ts';
import type { SqlType } from '../../sql/type.ts';
import {
  type Bind,
  badValue,
  binary,
  codecsOf,
  customCodec,
  date,
  describeNumber,
  enumCodec,
  integerCodec,
  json,
  textCodec,
  time as timeOfDay,
  unknownCodec,
  uuid,
  bigInteger as wholeNumber,
} from '../base/codecs.ts';
import { decodeDateTime, encodeDateTime } from '../base/dates.ts';
import { exactNumericCodec } from '../base/decimals.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { ExactNumber } from './exact-number.ts';

const boolean: Codec = {
  bind: (value, where) => {
    if (value === true) return 1;
    if (value === false) return 0;
    throw badValue('boolean', 'true or false', describe(value), where);
  },
  decode: (raw) => {
    if (typeof raw === 'number') return raw !== 0;
    // BIT(1), as other tools declare it.
    if (raw instanceof Uint8Array) return raw.some((byte) => byte !== 0);
    throw dialectError('driver.undecodable', 'boolean', '0 or 1', describe(raw));
  },
  isRaw: (value) => typeof value === 'number',
};

function floatCodec(type: SqlType): Codec {
  const bind: Bind = (value, where) => {
    if (typeof value !== 'number') throw badValue(type.name, 'a number', describe(value), where);
    if (!Number.isFinite(value)) throw badValue(type.name, 'a finite number', describeNumber(value), where);
    return value;
  };
  return {
    bind,
    // An average or a rounded number may come as a DECIMAL, of which the driver gives the digits.
    decode: (raw) => {
      if (typeof raw === 'number') return raw;
      if (typeof raw === 'bigint' || (typeof raw === 'string' && raw !== '' && !Number.isNaN(Number(raw)))) return Number(raw);
      throw dialectError('driver.undecodable', type.name, 'a number', describe(raw));
    },
    isRaw: (value) => typeof value !== 'number',
  };
}

function numericCodec(type: SqlType): Codec {
  const exact = exactNumericCodec(type);
  const { store } = exact as Required<Codec>;
  return {
    ...exact,
    bind: (value, where) => new ExactNumber(exact.bind(value, where) as string),
    store: (value, where) => new ExactNumber(store(value, where) as string),
  };
}

/** MySQL's least and greatest DATETIME; it takes earlier years, and promises nothing about them. */
const dateTime: Codec = {
  bind: (value, where) => {
    if (!(value instanceof Date)) throw badValue('dateTime', 'a Date', describe(value), where);
    const text = encodeDateTime(value);
    if (text !== null) return text;
    const got = Number.isNaN(value.getTime()) ? 'an invalid Date' : 'one outside them';
    throw badValue('dateTime', 'a Date of the years 0000 to 9999', got, where);
  },
  decode: (raw) => {
    const value = typeof raw === 'string' ? decodeDateTime(raw) : null;
    if (value !== null) return value;
    const got = typeof raw === 'string' ? (raw.startsWith('0000-00-00') ? "MySQL's zero date" : 'another text') : describe(raw);
    throw dialectError('driver.undecodable', 'dateTime', "text such as '2024-05-01 12:30:00.000'", got);
  },
  isRaw: (value) => typeof value !== 'object',
};

const time: Codec = {
  bind: (value, where) => {
    const normal = timeOfDay.bind(value, where) as string;
    if (/\.\d{7}/.test(normal)) throw badValue('time', 'a time of day with at most 6 digits after the point', 'one with more', where);
    return normal;
  },
  decode: (raw) => (typeof raw === 'string' && raw.includes('.') ? raw.replace(/\.?0+$/, '') : raw),
  isRaw: null,
};

const bigInteger: Codec = {
  ...wholeNumber,
  decode: (raw) => (typeof raw === 'string' && /^-?\d+$/.test(raw) ? BigInt(raw) : wholeNumber.decode?.(raw)),
};

function makeCodec(type: SqlType): Codec {
  switch (type.name) {
    // INT UNSIGNED and BIGINT columns of others are wider than INT; what does not fit, the database refuses.
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
      return customCodec(type, mysqlCodec(type.inner as SqlType));
    case 'null':
    case 'unknown':
      return unknownCodec(mysqlCodec);
  }
}

/** How values of this type are stored in MySQL and MariaDB. */
export const mysqlCodec: (type: SqlType) => Codec = codecsOf(makeCodec);

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
import { decodeDateTime, encodeDateTime } from '../base/dates.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { numericCodec } from './numeric.ts';

const boolean: Codec = {
  bind: (value, where) => {
    if (value === true) return 1;
    if (value === false) return 0;
    throw badValue('boolean', 'true or false', describe(value), where);
  },
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
      return customCodec(type, sqliteCodec(type.inner as SqlType));
    case 'null':
    case 'unknown':
      return unknownCodec(sqliteCodec);
  }
}

/** How values of this type are stored in SQLite. */
export const sqliteCodec: (type: SqlType) => Codec = codecsOf(makeCodec);

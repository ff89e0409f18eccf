import { describe } from '../../sql/errors.ts';
import type { SqlType } from '../../sql/type.ts';
import { type Bind, badValue, bigIntegerCodec, codecsOf, describeNumber, time as timeOfDay } from '../base/codecs.ts';
import { exactNumericCodec } from '../base/decimals.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { dateTimeCodec, momentCodec } from '../base/moments.ts';
import { sharedCodec } from '../base/shared-codecs.ts';
import { ExactNumber } from './exact-number.ts';
import { withoutEmptyFraction } from './result-values.ts';

const boolean: Codec = {
  bind: (value, where) => {
    if (value === true) return 1;
    if (value === false) return 0;
    throw badValue('boolean', 'true or false', describe(value), where);
  },
  decode: (raw) => {
    if (typeof raw === 'number' || typeof raw === 'bigint') return Number(raw) !== 0;
    // BIT(1), as other tools declare it.
    if (raw instanceof Uint8Array) return raw.some((byte) => byte !== 0);
    // The word that JSON has.
    if (raw === 'true' || raw === 'false') return raw === 'true';
    throw dialectError('driver.undecodable', 'boolean', '0 or 1', describe(raw));
  },
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

/** Moments as text. MySQL gives its zero date where others have NULL. */
function clockCodec(type: SqlType): Codec {
  const codec = type.asString ? momentCodec(type) : dateTimeCodec(type);
  return {
    ...codec,
    decode: (raw) => {
      if (typeof raw === 'string' && raw.startsWith('0000-00-00')) throw dialectError('driver.zero-date', raw);
      return codec.decode?.(raw);
    },
  };
}

const time: Codec = {
  bind: (value, where) => {
    const normal = timeOfDay.bind(value, where) as string;
    if (/\.\d{7}/.test(normal)) throw badValue('time', 'a time of day with at most 6 digits after the point', 'one with more', where);
    return normal;
  },
  // In a document of JSON; in a column of its own the connection does it.
  decode: (raw) => (typeof raw === 'string' ? withoutEmptyFraction(raw) : raw),
};

const UNSIGNED_MAX = 2n ** 64n - 1n;

/** So many bits, which travel as the number that they are and come as bytes. */
function bitCodec(type: SqlType): Codec {
  const { length = 1 } = type;
  const text = sharedCodec({ ...type, name: 'bit' }, mysqlCodec);
  return {
    bind: (value, where) => BigInt(`0b${String(text.bind(value, where))}`),
    decode: (raw) => {
      if (raw instanceof Uint8Array)
        return BigInt(`0x${Buffer.from(raw).toString('hex')}`)
          .toString(2)
          .padStart(length, '0');
      if (typeof raw === 'number' || typeof raw === 'bigint') return raw.toString(2).padStart(length, '0');
      throw dialectError('driver.undecodable', 'bit', 'bits', describe(raw));
    },
  };
}

function makeCodec(type: SqlType): Codec {
  switch (type.name) {
    case 'bigInteger':
      return type.unsigned ? bigIntegerCodec(type, 0n, UNSIGNED_MAX) : bigIntegerCodec(type);
    case 'boolean':
      return boolean;
    case 'float':
    case 'double':
      return floatCodec(type);
    case 'numeric':
      return numericCodec(type);
    case 'time':
      return time;
    case 'dateTime':
      return clockCodec(type);
    case 'bit':
      return bitCodec(type);
    default:
      return sharedCodec({ ...type, name: type.name }, mysqlCodec);
  }
}

/** How values of this type are stored in MySQL and MariaDB. */
export const mysqlCodec: (type: SqlType) => Codec = codecsOf(makeCodec, 'mysql');

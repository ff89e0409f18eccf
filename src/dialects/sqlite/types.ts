import { describe } from '../../sql/errors.ts';
import type { SqlType } from '../../sql/type.ts';
import { type Bind, badValue, codecsOf, integerCodec, integerRange } from '../base/codecs.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { dateTimeCodec, momentCodec } from '../base/moments.ts';
import { sharedCodec } from '../base/shared-codecs.ts';
import { exactNumericCodec, isExactNumeric } from './exact-numeric.ts';
import { numericCodec } from './numeric.ts';

/** The drivers send a number as a floating-point one, which SQLite compares with every row's integer the long way. */
function wholeNumber(bound: unknown): unknown {
  return typeof bound === 'number' ? BigInt(bound) : bound;
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
};

function floatCodec(type: SqlType): Codec {
  const bind: Bind = (value, where) => {
    if (typeof value !== 'number') throw badValue(type.name, 'a number', describe(value), where);
    // SQLite would store NULL.
    if (Number.isNaN(value)) throw badValue(type.name, 'a number or an infinity', 'NaN', where);
    return value;
  };
  return { bind, decode: null };
}

function makeCodec(type: SqlType): Codec {
  switch (type.name) {
    case 'integer':
      return { ...integerCodec(type, type.unsigned ? 0 : Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER), native: wholeNumber };
    case 'smallInteger':
    case 'mediumInteger':
    case 'tinyInteger':
      return { ...integerCodec(type, ...integerRange(type)), native: wholeNumber };
    case 'boolean':
      return boolean;
    case 'float':
    case 'double':
      return floatCodec(type);
    case 'numeric':
      return isExactNumeric(type) ? exactNumericCodec(type) : numericCodec(type);
    case 'dateTime':
      return type.asString ? momentCodec(type) : dateTimeCodec(type);
    default:
      return sharedCodec({ ...type, name: type.name }, sqliteCodec);
  }
}

/** How values of this type are stored in SQLite. */
export const sqliteCodec: (type: SqlType) => Codec = codecsOf(makeCodec, 'sqlite');

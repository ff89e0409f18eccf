import { describe } from '../../sql/errors.ts';
import type { SqlType } from '../../sql/type.ts';
import { arrayTextCodec } from './array-text.ts';
import {
  badValue,
  bigIntegerCodec,
  binary,
  customCodec,
  date,
  enumCodec,
  integerCodec,
  integerRange,
  json,
  textCodec,
  time,
  unknownCodec,
  uuid,
} from './codecs.ts';
import { exactNumericCodec } from './decimals.ts';
import type { Codec } from './dialect.ts';
import { encryptedCodec } from './encryption.ts';
import { intervalText } from './intervals.ts';

/** So many bits as a string of 0 and 1. */
function bitCodec({ length = 1 }: SqlType): Codec {
  return {
    bind: (value, where) => {
      if (typeof value === 'string' && value.length === length && /^[01]+$/.test(value)) return value;
      throw badValue(
        'bit',
        `a string of ${length} characters 0 and 1`,
        typeof value === 'string' ? 'another text' : describe(value),
        where,
      );
    },
    decode: null,
  };
}

/** The types of which every database has an idea of its own, so that each dialect says how they travel. */
type Own = 'boolean' | 'float' | 'double' | 'dateTime';

/**
 * The codecs of all types where databases do not differ, or lack the type and keep its values in another one. A dialect's
 * own codecs come first.
 *
 * @param codecOf the dialect's own codecs, for types inside of others
 */
export function sharedCodec(type: SqlType & { readonly name: Exclude<SqlType['name'], Own> }, codecOf: (type: SqlType) => Codec): Codec {
  const inner = type.inner as SqlType;
  switch (type.name) {
    case 'integer':
    case 'smallInteger':
    case 'tinyInteger':
    case 'mediumInteger':
      return integerCodec(type, ...integerRange(type));
    case 'bigInteger':
      return bigIntegerCodec(type);
    case 'string':
    case 'char':
    case 'text':
      return textCodec(type);
    case 'numeric':
      return exactNumericCodec(type);
    case 'date':
      return date;
    case 'time':
      return time;
    case 'interval':
      return intervalText;
    case 'json':
    case 'jsonb':
      return json;
    case 'uuid':
      return uuid;
    case 'binary':
      return binary;
    case 'bit':
      return bitCodec(type);
    case 'enum':
      return enumCodec(type);
    case 'array':
      return arrayTextCodec(type, codecOf(inner));
    case 'native':
      return codecOf(inner);
    case 'custom':
      return customCodec(type, codecOf(inner));
    case 'encrypted':
      return encryptedCodec(type, codecOf(inner));
    case 'null':
    case 'unknown':
      return unknownCodec(codecOf);
  }
}

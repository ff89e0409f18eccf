import { describe } from '../../sql/errors.ts';
import type { SqlType } from '../../sql/type.ts';
import { badValue } from '../base/codecs.ts';
import { decimalClass, fitDecimal, fromDigits, isDigits, numericName, readDecimal } from '../base/decimals.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { plainDigits } from './exact-numeric.ts';

/** SQLite stores a fraction as a double, of which this many digits are sure. */
const SURE_DIGITS = 15;
const HALF_AWAY_FROM_ZERO = 4;
const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

/** Exact decimal numbers: whole ones are stored as integers of 64 bits, others as doubles of at most 15 digits. */
export function numericCodec(type: SqlType): Codec {
  const { asNumber = false, asString = false } = type;
  const name = numericName(type);

  return {
    bind: (value, where) => {
      const decimal = readDecimal(type, value, where);
      return (decimal.isInteger() ? whole(decimal) : null) ?? decimal.toNumber();
    },
    store: (value, where) => {
      const decimal = fitDecimal(type, value, where);
      if (decimal.isInteger()) {
        const stored = whole(decimal);
        if (stored === null) throw badValue(name, 'a whole number of 64 bits, all that SQLite stores exactly', 'a greater one', where);
        return stored;
      }
      const count = decimal.precision();
      if (count > SURE_DIGITS)
        throw badValue(
          name,
          `at most ${SURE_DIGITS} digits where there is a fraction, all that SQLite stores exactly`,
          `a number of ${count}`,
          where,
        );
      return decimal.toNumber();
    },
    decode: (raw) => {
      if (typeof raw === 'number') {
        if (asNumber) return raw;
        const decimal = new (decimalClass())(raw);
        // What lies beyond is the noise of adding doubles.
        const sure =
          Number.isInteger(raw) || decimal.precision() <= SURE_DIGITS
            ? decimal
            : decimal.toSignificantDigits(SURE_DIGITS, HALF_AWAY_FROM_ZERO);
        return asString ? fromDigits(type, sure.toFixed()) : sure;
      }
      if (typeof raw === 'bigint' || (typeof raw === 'string' && isDigits(raw))) return fromDigits(type, raw);
      // What was calculated together with numbers of more digits.
      const digits = typeof raw === 'string' ? plainDigits(raw) : null;
      if (digits !== null) return fromDigits(type, digits);
      throw dialectError('driver.undecodable', name, 'a decimal number', typeof raw === 'string' ? 'another text' : describe(raw));
    },
  };
}

/** A whole number as the drivers send it exactly, or null where 64 bits do not hold it. */
function whole(decimal: ReturnType<typeof readDecimal>): number | bigint | null {
  const number = decimal.toNumber();
  if (Number.isSafeInteger(number)) return number;
  if (decimal.e > 19) return null;
  const long = BigInt(decimal.toFixed(0));
  return long >= LONG_MIN && long <= LONG_MAX ? long : null;
}

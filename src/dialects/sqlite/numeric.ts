import { createRequire } from 'node:module';
import type { Decimal } from 'decimal.js';
import { describe, sqlError } from '../../sql/errors.ts';
import { isDecimal, type SqlType } from '../../sql/type.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';

type DecimalClass = new (value: string | number | bigint) => Decimal;

let loaded: DecimalClass | undefined;

/**
 * decimal.js, loaded when the first numeric value is seen. The ES module is named, so that the class is the one that an
 * `import` of decimal.js gives: `require('decimal.js')` would be another copy.
 */
function decimalClass(): DecimalClass {
  loaded ??= (createRequire(import.meta.url)('decimal.js/decimal.mjs') as { Decimal: DecimalClass }).Decimal;
  return loaded;
}

const DIGITS = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i;
/** SQLite stores a fraction as a double, of which this many digits are sure. */
const SURE_DIGITS = 15;
const HALF_AWAY_FROM_ZERO = 4;
const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

/** Exact decimal numbers: whole ones are stored as integers of 64 bits, others as doubles of at most 15 digits. */
export function numericCodec(type: SqlType): Codec {
  const { precision, asNumber = false } = type;
  const scale = precision === undefined ? undefined : (type.scale ?? 0);
  const name = precision === undefined ? 'numeric' : `numeric(${precision}, ${scale})`;

  function refuse(expected: string, got: string, where = 'The value'): never {
    throw sqlError('sql.bad-value', name, expected, got, where);
  }
  function read(value: unknown, where?: string): Decimal {
    if (typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' ? DIGITS.test(value) : typeof value === 'bigint') {
      return new (decimalClass())(value as number | string | bigint);
    }
    if (isDecimal(value)) {
      const text = value.toString();
      if (DIGITS.test(text)) return new (decimalClass())(text);
      return refuse('a finite decimal number', text, where);
    }
    const got = typeof value === 'number' ? String(value) : typeof value === 'string' ? 'another text' : describe(value);
    return refuse('a Decimal, a number or digits', got, where);
  }

  return {
    bind: (value, where) => {
      const decimal = read(value, where);
      return (decimal.isInteger() ? whole(decimal) : null) ?? decimal.toNumber();
    },
    store: (value, where) => {
      let decimal = read(value, where);
      if (scale !== undefined) {
        decimal = decimal.toDecimalPlaces(scale, HALF_AWAY_FROM_ZERO);
        const before = (precision as number) - scale;
        if (!decimal.isZero() && decimal.e >= before)
          refuse(`at most ${before} digits before the point`, `a number of ${decimal.e + 1}`, where);
      }
      if (decimal.isInteger())
        return whole(decimal) ?? refuse('a whole number of 64 bits, all that SQLite stores exactly', 'a greater one', where);
      const count = decimal.precision();
      if (count > SURE_DIGITS)
        refuse(`at most ${SURE_DIGITS} digits where there is a fraction, all that SQLite stores exactly`, `a number of ${count}`, where);
      return decimal.toNumber();
    },
    decode: (raw) => {
      if (typeof raw === 'number') {
        if (asNumber) return raw;
        const decimal = new (decimalClass())(raw);
        // What lies beyond is the noise of adding doubles.
        return Number.isInteger(raw) || decimal.precision() <= SURE_DIGITS
          ? decimal
          : decimal.toSignificantDigits(SURE_DIGITS, HALF_AWAY_FROM_ZERO);
      }
      if (typeof raw === 'bigint' || (typeof raw === 'string' && DIGITS.test(raw)))
        return asNumber ? Number(raw) : new (decimalClass())(raw);
      throw dialectError('driver.undecodable', name, 'a decimal number', typeof raw === 'string' ? 'another text' : describe(raw));
    },
    isRaw: asNumber ? (value) => typeof value !== 'number' : (value) => typeof value !== 'object',
  };
}

/** A whole number as the drivers send it exactly, or null where 64 bits do not hold it. */
function whole(decimal: Decimal): number | bigint | null {
  const number = decimal.toNumber();
  if (Number.isSafeInteger(number)) return number;
  if (decimal.e > 19) return null;
  const long = BigInt(decimal.toFixed(0));
  return long >= LONG_MIN && long <= LONG_MAX ? long : null;
}

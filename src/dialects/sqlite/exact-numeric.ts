import type { Decimal } from 'decimal.js';
import { describe } from '../../sql/errors.ts';
import type { SqlType } from '../../sql/type.ts';
import { decimalClass, fitDecimal, fromDigits, isDigits, numericName, readDecimal } from '../base/decimals.ts';
import type { Codec } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { storedType } from '../base/type-names.ts';

/** Digits that a 64-bit float keeps, and those that a 64-bit integer does. */
export const EXACT_DIGITS = 15;
const EXACT_WHOLE_DIGITS = 18;

/** Whether SQLite's own numbers would not hold the type's values exactly, so that they are stored as sorted digits. */
export function isExactNumeric(type: SqlType): boolean {
  const { name, precision = 0, scale = 0, asNumber = false } = storedType(type, 'sqlite');
  return name === 'numeric' && !asNumber && precision > (scale === 0 ? EXACT_WHOLE_DIGITS : EXACT_DIGITS);
}

/** The exact type of what calculations with exact numbers give. */
export const EXACT: SqlType = { name: 'numeric', key: 'numeric(exact)', precision: 1000, scale: 1000 };

/** Makes exponents positive numbers of five digits, which sort as text. */
const BIAS = 50_000;

const complement = (digits: string): string => digits.replace(/\d/g, (digit) => String(9 - Number(digit)));

/**
 * A decimal number as text that is equal for equal numbers and sorts as they do: a sign (n, o, p), the exponent of its
 * first digit, and its digits. Of negative ones both are complements, and the end is marked, since the longer is the smaller.
 */
export function sortedDigits(decimal: Decimal): string {
  if (decimal.isZero()) return 'o';
  const digits = decimal.abs().toExponential().replace(/e.*$/, '').replace('.', '').replace(/0+$/, '');
  const text = `${String(decimal.e + BIAS).padStart(5, '0')}:${digits}`;
  return decimal.isNegative() ? `n${complement(text)}~` : `p${text}`;
}

const SORTED = /^(?:o|p\d{5}:\d+|n\d{5}:\d+~)$/;

/** The digits of a number that is stored as sorted text, such as `-1.25`; null for any other text. */
export function plainDigits(text: string): string | null {
  if (!SORTED.test(text)) return null;
  if (text === 'o') return '0';
  const [exponent, digits] = (text[0] === 'n' ? complement(text.slice(1, -1)) : text.slice(1)).split(':');
  return `${text[0] === 'n' ? '-' : ''}${digits[0]}.${digits.slice(1) || '0'}e${Number(exponent) - BIAS}`;
}

/** Exact decimal numbers of any precision, as sorted text. Numbers that another program wrote are read too. */
export function exactNumericCodec(type: SqlType): Codec {
  return {
    bind: (value, where) => sortedDigits(readDecimal(type, value, where)),
    store: (value, where) => sortedDigits(fitDecimal(type, value, where)),
    decode: (raw) => {
      const digits =
        typeof raw === 'string'
          ? (plainDigits(raw) ?? (isDigits(raw) ? raw : null))
          : typeof raw === 'number' || typeof raw === 'bigint'
            ? raw
            : null;
      if (digits !== null) return fromDigits(type, typeof digits === 'string' ? new (decimalClass())(digits).toFixed() : digits);
      throw dialectError(
        'driver.undecodable',
        numericName(type),
        'a decimal number',
        typeof raw === 'string' ? 'another text' : describe(raw),
      );
    },
  };
}

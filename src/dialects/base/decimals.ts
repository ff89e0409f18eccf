import { createRequire } from 'node:module';
import type { Decimal } from 'decimal.js';
import { describe } from '../../sql/errors.ts';
import { isDecimal, type SqlType } from '../../sql/type.ts';
import { badValue } from './codecs.ts';
import type { Codec } from './dialect.ts';
import { dialectError } from './errors.ts';

type DecimalClass = new (value: string | number | bigint) => Decimal;

let loaded: DecimalClass | undefined;

/**
 * decimal.js, loaded when the first numeric value is seen. The ES module is named, so that the class is the one that an
 * `import` of decimal.js gives: `require('decimal.js')` would be another copy.
 */
export function decimalClass(): DecimalClass {
  loaded ??= (createRequire(import.meta.url)('decimal.js/decimal.mjs') as { Decimal: DecimalClass }).Decimal;
  return loaded;
}

const DIGITS = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i;
const HALF_AWAY_FROM_ZERO = 4;

/** Whether the text is a decimal number. */
export function isDigits(text: string): boolean {
  return DIGITS.test(text);
}

/** What a numeric type is called in messages. */
export function numericName({ precision, scale = 0 }: SqlType): string {
  return precision === undefined ? 'numeric' : `numeric(${precision}, ${scale})`;
}

/** A value as a Decimal. Throws for what is no finite decimal number. */
export function readDecimal(type: SqlType, value: unknown, where?: string): Decimal {
  if (typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' ? DIGITS.test(value) : typeof value === 'bigint') {
    return new (decimalClass())(value as number | string | bigint);
  }
  if (isDecimal(value)) {
    const text = value.toString();
    if (DIGITS.test(text)) return new (decimalClass())(text);
    throw badValue(numericName(type), 'a finite decimal number', text, where);
  }
  const got = typeof value === 'number' ? String(value) : typeof value === 'string' ? 'another text' : describe(value);
  throw badValue(numericName(type), 'a Decimal, a number or digits', got, where);
}

/** The value as it goes into a column: rounded to its scale. Throws where it has more digits before the point than there is room for. */
export function fitDecimal(type: SqlType, value: unknown, where?: string): Decimal {
  const decimal = readDecimal(type, value, where);
  const { precision, scale = 0 } = type;
  if (precision === undefined) return decimal;
  const rounded = decimal.toDecimalPlaces(scale, HALF_AWAY_FROM_ZERO);
  const before = precision - scale;
  if (!rounded.isZero() && rounded.e >= before)
    throw badValue(numericName(type), `at most ${before} digits before the point`, `a number of ${rounded.e + 1}`, where);
  return rounded;
}

/** A decimal number of a row as the type gives it: a Decimal, a number or its digits. */
export function fromDigits({ asNumber, asString, scale = 0 }: SqlType, raw: string | number | bigint): unknown {
  if (asNumber) return Number(raw);
  const decimal = new (decimalClass())(raw);
  if (!asString) return decimal;
  return decimal.decimalPlaces() < scale ? decimal.toFixed(scale) : decimal.toFixed();
}

/** Exact decimal numbers where the database has them and the driver takes and gives their digits as text. */
export function exactNumericCodec(type: SqlType): Codec {
  return {
    bind: (value, where) => readDecimal(type, value, where).toFixed(),
    store: (value, where) => fitDecimal(type, value, where).toFixed(),
    decode: (raw) => {
      if (typeof raw === 'number' || typeof raw === 'bigint' || (typeof raw === 'string' && DIGITS.test(raw))) return fromDigits(type, raw);
      throw dialectError(
        'driver.undecodable',
        numericName(type),
        'a decimal number',
        typeof raw === 'string' ? 'another text' : describe(raw),
      );
    },
  };
}

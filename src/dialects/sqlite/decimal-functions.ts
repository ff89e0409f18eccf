import type { Decimal } from 'decimal.js';
import { decimalClass, isDigits } from '../base/decimals.ts';
import type { SqliteAggregate, SqliteFunctions, Value } from './aggregate.ts';
import { plainDigits, sortedDigits } from './exact-numeric.ts';

interface Total {
  sum: Decimal;
  count: number;
}

/** Sums and products are exact; quotients have this many digits. */
const QUOTIENT_DIGITS = 40;

interface Calculator {
  new (value: string | number | bigint): Decimal;
  clone(options: { precision: number }): Calculator;
}

let exact: Calculator | undefined;
let divider: Calculator | undefined;

function calculator(): Calculator {
  exact ??= (decimalClass() as unknown as Calculator).clone({ precision: 5000 });
  return exact;
}

function dividing(): Calculator {
  divider ??= (decimalClass() as unknown as Calculator).clone({ precision: QUOTIENT_DIGITS });
  return divider;
}

/** A value of SQL as a Decimal: a number, or digits in either form. */
function read(value: Value, of: Calculator = calculator()): Decimal {
  if (typeof value === 'string') {
    const digits = plainDigits(value) ?? (isDigits(value) ? value : null);
    if (digits === null) throw new Error('A calculation with exact decimal numbers met a text that is none.');
    return new of(digits);
  }
  return new of(value as number | bigint);
}

const both =
  (run: (a: Decimal, b: Decimal) => Decimal | null, of: () => Calculator = calculator) =>
  (a: Value, b: Value): Value => {
    if (a === null || b === null) return null;
    const result = run(read(a, of()), read(b, of()));
    return result === null ? null : sortedDigits(result);
  };

const one =
  (run: (a: Decimal, ...rest: number[]) => Value) =>
  (a: Value, ...rest: Value[]): Value =>
    a === null ? null : run(read(a), ...rest.map(Number));

const HALF_AWAY_FROM_ZERO = 4;

/** What SQL calls by these names, with `athanor_` before them. */
const FUNCTIONS: Readonly<Record<string, (...args: Value[]) => Value>> = {
  decimal: one((a, scale) => sortedDigits(Number.isInteger(scale) ? a.toDecimalPlaces(scale, HALF_AWAY_FROM_ZERO) : a)) as never,
  decimal_add: both((a, b) => a.plus(b)) as never,
  decimal_subtract: both((a, b) => a.minus(b)) as never,
  decimal_multiply: both((a, b) => a.times(b)) as never,
  // NULL for a division by zero, as SQLite has it.
  decimal_divide: both((a, b) => (b.isZero() ? null : a.div(b)), dividing) as never,
  decimal_remainder: both((a, b) => (b.isZero() ? null : a.mod(b))) as never,
  decimal_negate: one((a) => sortedDigits(a.negated())) as never,
  decimal_abs: one((a) => sortedDigits(a.abs())) as never,
  decimal_round: one((a, scale = 0) => sortedDigits(a.toDecimalPlaces(Math.max(scale, 0), HALF_AWAY_FROM_ZERO))) as never,
  /** Its digits as people write them, for all that knows nothing of the sorted ones. */
  decimal_text: one((a) => a.toFixed()) as never,
  decimal_number: one((a) => a.toNumber()) as never,
};

function sumOf(result: (total: Total) => Value): SqliteAggregate<Total | null> {
  return {
    start: () => null,
    step: (total, value) => {
      if (value === null) return total;
      return { sum: (total?.sum ?? read(0)).plus(read(value)), count: (total?.count ?? 0) + 1 };
    },
    inverse: (total, value) => {
      if (value === null || total === null) return total;
      return total.count === 1 ? null : { sum: total.sum.minus(read(value)), count: total.count - 1 };
    },
    result: (total) => (total === null ? null : result(total)),
  };
}

/** Gives a connection the functions by which exact decimal numbers are calculated with. */
export function defineDecimals(functions: SqliteFunctions): void {
  for (const [name, run] of Object.entries(FUNCTIONS)) functions.define(`athanor_${name}`, run);
  functions.aggregate(
    'athanor_decimal_sum',
    sumOf(({ sum }) => sortedDigits(sum)),
  );
  functions.aggregate(
    'athanor_decimal_avg',
    sumOf(({ sum, count }) => sortedDigits(new (dividing())(sum.toFixed()).div(count))),
  );
}

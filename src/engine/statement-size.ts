import type { Dialect } from '../dialects/base/dialect.ts';

/**
 * How many rows, of so many at most, one statement takes without growing greater than the server reads: one at least.
 *
 * @param lengthOfRow about how long the values of the row at this place are
 */
export function rowsWithin({ capabilities }: Dialect, most: number, lengthOfRow: (row: number) => number): number {
  const { maxStatementLength } = capabilities;
  if (maxStatementLength === undefined) return most;
  let length = 0;
  for (let row = 0; row < most; row++) {
    length += lengthOfRow(row);
    if (length > maxStatementLength) return Math.max(row, 1);
  }
  return most;
}

/**
 * How many of the rows from this place on go with the next statement that takes one of these numbers of them, the greatest first: 1 where
 * they are too long to stand together, 0 where too few are left.
 */
export function rowsTogether(
  dialect: Dialect,
  sizes: readonly number[],
  start: number,
  count: number,
  lengthOfRow: (row: number) => number,
): number {
  if (sizes.length === 0) return 0;
  const left = count - start;
  const fitting = rowsWithin(dialect, Math.min(left, sizes[0]), (row) => lengthOfRow(start + row));
  return sizes.find((size) => size <= fitting) ?? (left >= sizes[sizes.length - 1] ? 1 : 0);
}

/** About how long these values are in a statement, in characters or bytes. */
export function lengthOf(values: readonly unknown[], start = 0, end: number = values.length): number {
  let length = 0;
  for (let i = start; i < end; i++) length += lengthOfValue(values[i], 0);
  return length;
}

/** A number, a moment, or what stands between the parts of a document. */
const SHORT = 8;
const DEEPEST = 50;

function lengthOfValue(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return SHORT;
  if (value instanceof Uint8Array) return value.byteLength;
  let length = SHORT;
  for (const part of Object.values(value)) length += lengthOfValue(part, depth + 1);
  return length;
}

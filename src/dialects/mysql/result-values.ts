import type { FieldPacket } from 'mysql2';
import type { DriverRow } from '../base/driver.ts';

// The wire protocol's numbers of types.
const DECIMAL = 0;
const FLOAT = 4;
const LONGLONG = 8;
const TIME = 11;
const NEWDECIMAL = 246;
const CLOCKS = new Set([7 /* TIMESTAMP */, 10 /* DATE */, 12 /* DATETIME */, 14 /* NEWDATE */]);

type Field = Pick<FieldPacket, 'columnType'> & { readonly decimals?: number };
type Repair = (raw: unknown) => unknown;

/**
 * The columns of a result whose values mysql2 gives in another form than they are meant, and what makes them right.
 *
 * @param zeroDates whether MySQL's zero date is to be NULL
 */
export function repairsOf(fields: readonly Field[] | undefined, zeroDates: boolean): readonly (readonly [number, Repair])[] | null {
  const repairs: [number, Repair][] = [];
  for (let i = 0; fields !== undefined && i < fields.length; i++) {
    const { columnType, decimals } = fields[i];
    const repair =
      columnType === LONGLONG
        ? wide
        : columnType === FLOAT
          ? single
          : (columnType === NEWDECIMAL || columnType === DECIMAL) && decimals === 0
            ? whole
            : columnType === TIME
              ? timed
              : zeroDates && columnType !== undefined && CLOCKS.has(columnType)
                ? dated
                : null;
    if (repair !== null) repairs.push([i, repair]);
  }
  return repairs.length > 0 ? repairs : null;
}

export function repairRow(row: DriverRow, repairs: readonly (readonly [number, Repair])[]): DriverRow {
  for (const [i, repair] of repairs) row[i] = repair(row[i]);
  return row;
}

/** What a number cannot hold comes as text. */
function wide(raw: unknown): unknown {
  return typeof raw === 'string' ? BigInt(raw) : raw;
}

/** A DECIMAL without a fraction, such as every SUM of integers, is a whole number. */
function whole(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw;
  const number = Number(raw);
  return Number.isSafeInteger(number) ? number : BigInt(raw);
}

/** A time of day without a fraction that is nothing: in the text of a result it has one, in the binary form it has none. */
function timed(raw: unknown): unknown {
  return typeof raw === 'string' ? withoutEmptyFraction(raw) : raw;
}

/** `01:00:00` of `01:00:00.000000`. */
export function withoutEmptyFraction(time: string): string {
  return time.includes('.') ? time.replace(/\.?0+$/, '') : time;
}

/** The zero date stands where others have NULL. */
function dated(raw: unknown): unknown {
  return typeof raw === 'string' && raw.startsWith('0000-00-00') ? null : raw;
}

/** The shortest decimal that is this single-precision number: 0.1, not 0.10000000149011612. */
function single(raw: unknown): unknown {
  if (typeof raw !== 'number') return raw;
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(raw.toPrecision(digits));
    if (Math.fround(short) === raw) return short;
  }
  return raw;
}

/** A generated key as mysql2 gives it: a number, or text where a number cannot hold it. */
export function keyOf(id: number | string | bigint | null | undefined): number | bigint | null {
  if (id === null || id === undefined || id === 0 || id === '0') return null;
  if (typeof id === 'number' && Number.isSafeInteger(id)) return id;
  const key = BigInt(id);
  return key >= Number.MIN_SAFE_INTEGER && key <= Number.MAX_SAFE_INTEGER ? Number(key) : key;
}

import { describe } from '../../sql/errors.ts';
import { temporalName } from '../../sql/type.ts';
import { badValue } from './codecs.ts';
import type { Codec } from './dialect.ts';
import { dialectError } from './errors.ts';

/** A span of time as databases keep it: a month has no fixed number of days, and a day no fixed number of hours. */
export interface IntervalParts {
  readonly months: number;
  readonly days: number;
  readonly microseconds: bigint;
}

const PART = '([+-]?\\d+)';
const DURATION = new RegExp(
  `^([+-])?P(?=.)(?:${PART}Y)?(?:${PART}M)?(?:${PART}W)?(?:${PART}D)?(?:T(?=.)(?:${PART}H)?(?:${PART}M)?(?:([+-]?)(\\d+)(?:[.,](\\d{1,6}))?S)?)?$`,
);
const SECOND = 1_000_000n;
const LARGEST = 2n ** 63n - 1n;
const LARGEST_PART = 2 ** 31 - 1;

/** An ISO 8601 duration taken apart; null for any other text, for fractions of anything but seconds, and beyond what PostgreSQL holds. */
export function parseInterval(text: string): IntervalParts | null {
  const match = DURATION.exec(text);
  if (match === null) return null;
  const [, all, years, months, weeks, days, hours, minutes, sign, seconds = '0', fraction = ''] = match;
  const whole = all === '-' ? -1 : 1;
  const time =
    BigInt(hours?.replace('+', '') ?? 0) * 3600n * SECOND +
    BigInt(minutes?.replace('+', '') ?? 0) * 60n * SECOND +
    (sign === '-' ? -1n : 1n) * (BigInt(seconds) * SECOND + BigInt(fraction.padEnd(6, '0')));
  const parts = {
    months: whole * (Number(years ?? 0) * 12 + Number(months ?? 0)) + 0,
    days: whole * (Number(weeks ?? 0) * 7 + Number(days ?? 0)) + 0,
    microseconds: BigInt(whole) * time,
  };
  const fits = Math.abs(parts.months) <= LARGEST_PART && Math.abs(parts.days) <= LARGEST_PART;
  return fits && time <= LARGEST && time >= -LARGEST ? parts : null;
}

/** The parts as an ISO 8601 duration, the same for equal parts: `P1Y2M3DT4H5M6.5S`, `PT0S`. */
export function formatInterval({ months, days, microseconds }: IntervalParts): string {
  const years = Math.trunc(months / 12);
  const part = (value: number | bigint, letter: string): string => (Number(value) === 0 ? '' : `${value}${letter}`);
  const date = part(years, 'Y') + part(months - years * 12, 'M') + part(days, 'D');
  const size = microseconds < 0n ? -microseconds : microseconds;
  const sign = microseconds < 0n ? '-' : '';
  const seconds = (size / SECOND) % 60n;
  const fraction = String(size % SECOND)
    .padStart(6, '0')
    .replace(/0+$/, '');
  const signed = (value: bigint, letter: string): string => (value === 0n ? '' : `${sign}${value}${letter}`);
  const last = seconds === 0n && fraction === '' ? '' : `${sign}${seconds}${fraction && `.${fraction}`}S`;
  const time = signed(size / (3600n * SECOND), 'H') + signed((size / (60n * SECOND)) % 60n, 'M') + last;
  if (date === '' && time === '') return 'PT0S';
  return `P${date}${time && `T${time}`}`;
}

/** A value for an interval column as its parts. Throws for what is no ISO 8601 duration. */
export function readInterval(value: unknown, where?: string): IntervalParts {
  const text = temporalName(value) === 'Temporal.Duration' ? String(value) : value;
  const parts = typeof text === 'string' ? parseInterval(text) : null;
  if (parts !== null) return parts;
  const got = typeof value === 'string' ? 'another text' : describe(value);
  throw badValue('interval', "an ISO 8601 duration such as 'P1Y2M3DT4H5M6.5S', with a fraction of seconds at most", got, where);
}

const MONTH_DAYS = 30n;
const DAY = 86_400n * SECOND;
/** More than any interval has microseconds, so that all sort as numbers without a sign. */
const OFFSET = 10n ** 23n;
/** Where the duration begins in the text that an interval is stored as, counted from 1. */
export const DURATION_FROM = 26;
const SORTED = /^\d{24} (.+)$/;

/**
 * Intervals where the database has none, as text: the length in microseconds, which sorts as PostgreSQL does (a month as 30
 * days, a day as 24 hours), and the duration itself. `P1M` and `P30D` stand beside each other, but are not equal.
 */
export const intervalText: Codec = {
  bind: (value, where) => {
    const parts = readInterval(value, where);
    const length = (BigInt(parts.months) * MONTH_DAYS + BigInt(parts.days)) * DAY + parts.microseconds;
    return `${String(OFFSET + length).padStart(24, '0')} ${formatInterval(parts)}`;
  },
  decode: (raw) => {
    const parts = typeof raw === 'string' ? parseInterval(SORTED.exec(raw)?.[1] ?? raw) : null;
    if (parts !== null) return formatInterval(parts);
    throw dialectError('driver.undecodable', 'interval', 'a duration', typeof raw === 'string' ? 'another text' : describe(raw));
  },
};

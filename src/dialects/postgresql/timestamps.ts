import { encodeDateTime, wholeSeconds } from '../base/dates.ts';

const PLUS = 43;
const POINT = 46;
const ZERO = 48;

/** The earliest moment that is written with a plain year of four digits: 0001-01-01. */
const FIRST_PLAIN = -62_135_596_800_000;
/** PostgreSQL's own limits: 4713 BC and the year 294276, beyond what a Date holds. */
const FIRST = -210_866_803_200_000;

/** A moment as PostgreSQL reads it, in UTC and without a zone; null for what it cannot hold. */
export function encodeTimestamp(date: Date): string | null {
  const time = date.getTime();
  if (time >= FIRST_PLAIN) {
    const text = encodeDateTime(date);
    if (text !== null) return text;
  }
  if (!(time >= FIRST)) return null;
  const year = date.getUTCFullYear();
  const rest = date
    .toISOString()
    .replace(/^[+-]?\d+/, '')
    .replace('T', ' ')
    .replace('Z', '');
  // There is no year 0: the one before 1 is 1 BC.
  return year > 0 ? `${String(year).padStart(4, '0')}${rest}` : `${String(1 - year).padStart(4, '0')}${rest} BC`;
}

/**
 * What PostgreSQL writes of a timestamp in its ISO style, `YYYY-MM-DD HH:MM:SS[.ffffff][+HH[:MM[:SS]]]`, as a Date, cut to
 * milliseconds; null for any other text.
 */
export function decodeTimestamp(raw: string): Date | null {
  const { length } = raw;
  const seconds = wholeSeconds(raw);
  if (Number.isNaN(seconds)) return decodeRare(raw);

  let ms = 0;
  let at = 19;
  if (at < length && raw.charCodeAt(at) === POINT) {
    let scale = 100;
    for (at++; at < length; at++) {
      const digit = raw.charCodeAt(at) - ZERO;
      if (digit < 0 || digit > 9) break;
      ms += digit * scale;
      // Finer than a Date can hold.
      scale = scale === 1 ? 0 : scale / 10;
    }
  }
  if (at < length) {
    // The session's zone is UTC, so that this is nearly always +00.
    if (at + 3 !== length || raw.charCodeAt(at) !== PLUS || raw.charCodeAt(at + 1) !== ZERO || raw.charCodeAt(at + 2) !== ZERO)
      return decodeRare(raw);
  }
  // PostgreSQL gives no day that does not exist.
  return new Date(seconds + ms);
}

const RARE =
  /^(?<year>\d{4,7})-(?<month>\d\d)-(?<day>\d\d)(?: (?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:\.(?<fraction>\d{1,9}))?)?(?:(?<sign>[+-])(?<zh>\d\d)(?::(?<zm>\d\d)(?::(?<zs>\d\d))?)?)?(?<bc> BC)?$/;

/** Dates alone, years of more digits or before Christ, and other zones than UTC. */
function decodeRare(raw: string): Date | null {
  const parts = RARE.exec(raw)?.groups as Record<string, string | undefined> | undefined;
  if (parts === undefined) return null;
  const number = (name: string): number => Number(parts[name] ?? 0);
  const year = parts.bc === undefined ? number('year') : 1 - number('year');
  const ms = Math.floor(Number(`0.${parts.fraction ?? '0'}`) * 1000);
  const date = new Date(Date.UTC(2000, number('month') - 1, number('day'), number('hour'), number('minute'), number('second'), ms));
  date.setUTCFullYear(year, number('month') - 1, number('day'));
  const offset = (number('zh') * 3600 + number('zm') * 60 + number('zs')) * 1000;
  const time = date.getTime() - (parts.sign === '-' ? -offset : offset);
  const moment = new Date(time);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

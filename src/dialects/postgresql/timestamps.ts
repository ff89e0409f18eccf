import { encodeDateTime } from '../base/dates.ts';

const SPACE = 32;
const PLUS = 43;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;
const COLON = 58;

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
 * milliseconds; null for any other text. Every timestamp of every row comes through here, so it calls nothing.
 */
export function decodeTimestamp(raw: string): Date | null {
  const { length } = raw;
  if (length < 19 || raw.charCodeAt(4) !== MINUS) return decodeRare(raw);
  const y1 = raw.charCodeAt(0) - ZERO;
  const y2 = raw.charCodeAt(1) - ZERO;
  const y3 = raw.charCodeAt(2) - ZERO;
  const y4 = raw.charCodeAt(3) - ZERO;
  const m1 = raw.charCodeAt(5) - ZERO;
  const m2 = raw.charCodeAt(6) - ZERO;
  const d1 = raw.charCodeAt(8) - ZERO;
  const d2 = raw.charCodeAt(9) - ZERO;
  const h1 = raw.charCodeAt(11) - ZERO;
  const h2 = raw.charCodeAt(12) - ZERO;
  const n1 = raw.charCodeAt(14) - ZERO;
  const n2 = raw.charCodeAt(15) - ZERO;
  const s1 = raw.charCodeAt(17) - ZERO;
  const s2 = raw.charCodeAt(18) - ZERO;
  // A digit is 0 to 9: anything below sets the sign of the first sum, anything above that of the second.
  const below = y1 | y2 | y3 | y4 | m1 | m2 | d1 | d2 | h1 | h2 | n1 | n2 | s1 | s2;
  const above =
    (9 - y1) |
    (9 - y2) |
    (9 - y3) |
    (9 - y4) |
    (9 - m1) |
    (9 - m2) |
    (9 - d1) |
    (9 - d2) |
    (9 - h1) |
    (9 - h2) |
    (9 - n1) |
    (9 - n2) |
    (9 - s1) |
    (9 - s2);
  if ((below | above) < 0) return decodeRare(raw);
  const marks = raw.charCodeAt(7) === MINUS && raw.charCodeAt(10) === SPACE && raw.charCodeAt(13) === COLON && raw.charCodeAt(16) === COLON;
  if (!marks) return decodeRare(raw);

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
  // PostgreSQL gives no day that does not exist. Days since 1970-01-01, with years counted from March.
  const month = m1 * 10 + m2;
  const year = y1 * 1000 + y2 * 100 + y3 * 10 + y4 + (month <= 2 ? 399 : 400);
  const century = (year / 100) | 0;
  const inYear = ((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0;
  const days = year * 365 + ((year / 4) | 0) - century + ((century / 4) | 0) + inYear + d1 * 10 + d2 - 865_566;
  return new Date(days * 86_400_000 + (h1 * 10 + h2) * 3_600_000 + (n1 * 10 + n2) * 60_000 + (s1 * 10 + s2) * 1000 + ms);
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

const DASH = 45;
const COLON = 58;
const POINT = 46;
const SPACE = 32;

/** The number that the digits from `at` to before `end` make, or NaN. */
function digits(text: string, at: number, end: number): number {
  let value = 0;
  for (let i = at; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    // Past the end charCodeAt gives NaN, for which this holds too.
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDay(year: number, month: number, day: number): boolean {
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= DAYS[month - 1])) return false;
  return month !== 2 || day < 29 || (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0));
}

/** The moment in milliseconds; `Date.UTC` would take the years 0 to 99 for 1900 to 1999. */
function utc(year: number, month: number, day: number, hour: number, minute: number, second: number, ms: number): number {
  if (year >= 100) return Date.UTC(year, month - 1, day, hour, minute, second, ms);
  const date = new Date(Date.UTC(2000, month - 1, day, hour, minute, second, ms));
  return date.setUTCFullYear(year, month - 1, day);
}

/** `YYYY-MM-DD HH:MM:SS.sss` in UTC, which sorts as it should; null for an invalid Date and years of other than four digits. */
export function encodeDateTime(date: Date): string | null {
  const time = date.getTime();
  // 0000-01-01 to 9999-12-31
  if (!(time >= -62_167_219_200_000 && time <= 253_402_300_799_999)) return null;
  const day = Math.floor(time / 86_400_000);
  if (day !== encodedDay) {
    encodedDay = day;
    encodedText = dayText(day);
  }
  const ms = time - day * 86_400_000;
  const seconds = (ms / 1000) | 0;
  const minutes = (seconds / 60) | 0;
  const fraction = ms - seconds * 1000;
  return `${encodedText}${TWO[(minutes / 60) | 0]}:${TWO[minutes % 60]}:${TWO[seconds % 60]}.${fraction < 100 ? '0' : ''}${fraction < 10 ? '0' : ''}${fraction}`;
}

/** `YYYY-MM-DD ` of a day counted from 1970-01-01. */
function dayText(day: number): string {
  // Counted from 0000-03-01 in eras of 400 years, so that the leap day is the last of its year.
  const z = day + 719_468;
  const era = Math.floor(z / 146_097);
  const inEra = z - era * 146_097;
  const year = ((inEra - ((inEra / 1460) | 0) + ((inEra / 36_524) | 0) - ((inEra / 146_096) | 0)) / 365) | 0;
  const inYear = inEra - (365 * year + ((year / 4) | 0) - ((year / 100) | 0));
  const fromMarch = ((5 * inYear + 2) / 153) | 0;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const full = year + era * 400 + (month <= 2 ? 1 : 0);
  const date = inYear - (((153 * fromMarch + 2) / 5) | 0) + 1;
  return `${TWO[(full / 100) | 0]}${TWO[full % 100]}-${TWO[month]}-${TWO[date]} `;
}

const TWO = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'));
/** The day that was encoded last: rows written together are often of one day. */
let encodedDay = Number.NaN;
let encodedText = '';

/**
 * `YYYY-MM-DD HH:MM:SS` at the beginning of a text, in milliseconds; NaN for any other form. Whether the month has that day, the caller
 * has to know. Every moment of every row comes through here, so it calls nothing.
 */
export function wholeSeconds(raw: string): number {
  const y1 = raw.charCodeAt(0) - 48;
  const y2 = raw.charCodeAt(1) - 48;
  const y3 = raw.charCodeAt(2) - 48;
  const y4 = raw.charCodeAt(3) - 48;
  const m1 = raw.charCodeAt(5) - 48;
  const m2 = raw.charCodeAt(6) - 48;
  const d1 = raw.charCodeAt(8) - 48;
  const d2 = raw.charCodeAt(9) - 48;
  const h1 = raw.charCodeAt(11) - 48;
  const h2 = raw.charCodeAt(12) - 48;
  const n1 = raw.charCodeAt(14) - 48;
  const n2 = raw.charCodeAt(15) - 48;
  const s1 = raw.charCodeAt(17) - 48;
  const s2 = raw.charCodeAt(18) - 48;
  // A digit is 0 to 9: anything below sets the sign of the first row, anything above that of the second.
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
  if ((below | above) < 0) return Number.NaN;
  const month = m1 * 10 + m2;
  const day = d1 * 10 + d2;
  const hour = h1 * 10 + h2;
  const minute = n1 * 10 + n2;
  const second = s1 * 10 + s2;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const marks = raw.charCodeAt(4) === DASH && raw.charCodeAt(7) === DASH && raw.charCodeAt(10) === SPACE;
  // Text that is too short gives no mark here.
  if (!(marks && raw.charCodeAt(13) === COLON && raw.charCodeAt(16) === COLON)) return Number.NaN;
  // Days since 1970-01-01, with years counted from March, so that the leap day is the last of its year.
  const year = y1 * 1000 + y2 * 100 + y3 * 10 + y4 + (month <= 2 ? 399 : 400);
  const century = (year / 100) | 0;
  const inYear = ((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0;
  const days = year * 365 + ((year / 4) | 0) - century + ((century / 4) | 0) + inYear + day - 865_566;
  return days * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000;
}

/** What Athanor writes itself, `YYYY-MM-DD HH:MM:SS.sss`, in milliseconds; NaN for any other form, which the whole reader takes. */
function ownForm(raw: string): number {
  const seconds = wholeSeconds(raw);
  const f1 = raw.charCodeAt(20) - 48;
  const f2 = raw.charCodeAt(21) - 48;
  const f3 = raw.charCodeAt(22) - 48;
  if ((f1 | f2 | f3 | (9 - f1) | (9 - f2) | (9 - f3)) < 0 || raw.charCodeAt(19) !== POINT) return Number.NaN;
  // The last days of months are for the whole reader to check.
  const day = (raw.charCodeAt(8) - 48) * 10 + raw.charCodeAt(9) - 48;
  const february = raw.charCodeAt(6) === 50 && raw.charCodeAt(5) === 48;
  return day > (february ? 28 : 30) ? Number.NaN : seconds + f1 * 100 + f2 * 10 + f3;
}

/**
 * Reads what SQLite, SQLAlchemy and others write: `YYYY-MM-DD`, then a space or T and `HH:MM[:SS[.fraction]]`, then
 * nothing (UTC), Z or an offset; or milliseconds as a whole number. Null for anything else.
 */
export function decodeDateTime(raw: unknown): Date | null {
  if (typeof raw !== 'string') return typeof raw === 'number' && Number.isInteger(raw) && Math.abs(raw) <= 8.64e15 ? new Date(raw) : null;
  if (raw.length === 23) {
    const time = ownForm(raw);
    if (!Number.isNaN(time)) return new Date(time);
  }
  const year = digits(raw, 0, 4);
  const month = digits(raw, 5, 7);
  const day = digits(raw, 8, 10);
  if (raw.charCodeAt(4) !== DASH || raw.charCodeAt(7) !== DASH || !isDay(year, month, day)) return null;
  const { length } = raw;
  if (length === 10) return new Date(utc(year, month, day, 0, 0, 0, 0));
  const separator = raw.charCodeAt(10);
  // A space, or T in either case.
  if (separator !== SPACE && (separator | 32) !== 116) return null;
  const hour = digits(raw, 11, 13);
  const minute = digits(raw, 14, 16);
  if (raw.charCodeAt(13) !== COLON || !(hour <= 23 && minute <= 59)) return null;
  let second = 0;
  let ms = 0;
  let at = 16;
  if (raw.charCodeAt(at) === COLON) {
    second = digits(raw, 17, 19);
    if (!(second <= 59)) return null;
    at = 19;
    if (raw.charCodeAt(at) === POINT) {
      let scale = 100;
      const start = ++at;
      for (; at < length; at++) {
        const digit = raw.charCodeAt(at) - 48;
        if (!(digit >= 0 && digit <= 9)) break;
        ms += digit * scale;
        // Finer than a Date can hold.
        scale = scale === 1 ? 0 : scale / 10;
      }
      if (at === start || at - start > 9) return null;
    }
  }
  const offset = at === length ? 0 : decodeOffset(raw, at);
  return offset === null ? null : new Date(utc(year, month, day, hour, minute, second, ms) - offset);
}

/** `Z`, `+HH`, `+HHMM` or `+HH:MM`, perhaps after a space, as milliseconds; null for anything else. */
function decodeOffset(text: string, start: number): number | null {
  const at = text.charCodeAt(start) === SPACE ? start + 1 : start;
  const sign = text.charAt(at);
  const rest = text.length - at;
  if (sign === 'Z' || sign === 'z') return rest === 1 ? 0 : null;
  if (sign !== '+' && sign !== '-') return null;
  const hours = digits(text, at + 1, at + 3);
  let minutes = 0;
  if (rest === 5) minutes = digits(text, at + 3, at + 5);
  else if (rest === 6 && text.charCodeAt(at + 3) === COLON) minutes = digits(text, at + 4, at + 6);
  else if (rest !== 3) return null;
  if (!(hours <= 23 && minutes <= 59)) return null;
  return (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** Whether the text is `YYYY-MM-DD` and a day that exists. */
export function isCalendarDate(text: string): boolean {
  if (text.length !== 10 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return false;
  return isDay(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10));
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?$/;

/** The time of day with its seconds, or null where the text is none. */
export function normalTime(text: string): string | null {
  const match = TIME.exec(text);
  if (match === null) return null;
  return match[2] === undefined ? `${text}:00` : text;
}

/** A moment or a time of day without the zeros that a column's precision adds at its end; any other text as it is. */
export function plainClock(text: string): string {
  const clock = /^((?:\d{4}-\d\d-\d\d[ T])?-?\d+:\d\d:\d\d)\.(\d+)$/.exec(text);
  if (clock === null) return text;
  const fraction = clock[2].replace(/0+$/, '');
  return fraction === '' ? clock[1] : `${clock[1]}.${fraction}`;
}

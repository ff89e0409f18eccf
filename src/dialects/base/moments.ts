import { describe } from '../../sql/errors.ts';
import { type SqlType, temporalName } from '../../sql/type.ts';
import { badValue } from './codecs.ts';
import { decodeDateTime, encodeDateTime } from './dates.ts';
import type { Codec } from './dialect.ts';
import { dialectError } from './errors.ts';

/** The moment rounded to so many digits of its seconds' fraction, of which a Date has three. */
export function roundDate(date: Date, precision: number | undefined): Date {
  if (precision === undefined || precision >= 3) return date;
  const step = 10 ** (3 - precision);
  return new Date(Math.round(date.getTime() / step) * step);
}

/** A Date for a column of moments; a `Temporal.Instant` too. Throws for anything else and for an invalid Date. */
export function readDate(value: unknown, where?: string): Date {
  if (value instanceof Date) return value;
  if (temporalName(value) === 'Temporal.Instant') return new Date((value as { epochMilliseconds: number }).epochMilliseconds);
  throw badValue('dateTime', 'a Date', describe(value), where);
}

/** Moments as Dates, stored as text in UTC that sorts: `2024-05-01 12:30:15.123`. */
export function dateTimeCodec(type: SqlType): Codec {
  const encode = (value: Date, where?: string): string => {
    const text = encodeDateTime(value);
    if (text !== null) return text;
    const got = Number.isNaN(value.getTime()) ? 'an invalid Date' : 'one outside them';
    throw badValue('dateTime', 'a Date of the years 0000 to 9999', got, where);
  };
  const { precision } = type;
  return {
    bind: (value, where) => encode(readDate(value, where), where),
    ...(precision !== undefined &&
      precision < 3 && { store: (value, where) => encode(roundDate(readDate(value, where), precision), where) }),
    decode: (raw) => decodeDateTime(raw) ?? undecodable(raw),
  };
}

function undecodable(raw: unknown): never {
  throw dialectError(
    'driver.undecodable',
    'dateTime',
    "text such as '2024-05-01 12:30:00.000'",
    typeof raw === 'string' ? 'another text' : describe(raw),
  );
}

const MOMENT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?( ?(?:Z|z|[+-]\d\d(?::?\d\d)?))?$/;

/**
 * ISO 8601 text, or what a row holds, as text in UTC with six digits of the seconds' fraction; null where it is none. Without
 * an offset it is in UTC.
 *
 * @param precision how many digits the fraction keeps; the rest is rounded away
 */
export function momentText(text: string, precision: number = 6): string | null {
  const match = MOMENT.exec(text);
  if (match === null) return null;
  const [, day, time, fraction = '', offset = ''] = match;
  const second = decodeDateTime(`${day} ${time}${offset}`);
  if (second === null) return null;
  // What is finer is rounded, half away from zero, as the databases do.
  const scale = 10 ** (9 - precision);
  const nanoseconds = Math.round(Number(fraction.padEnd(9, '0')) / scale) * scale;
  const date = nanoseconds >= 1e9 ? new Date(second.getTime() + 1000) : second;
  const encoded = encodeDateTime(date);
  if (encoded === null) return null;
  const digits = String(nanoseconds % 1e9)
    .padStart(9, '0')
    .slice(0, 6);
  return `${encoded.slice(0, 19)}.${digits}`;
}

/** Moments as ISO 8601 text with their microseconds, stored as text in UTC that sorts: `2024-05-01 12:30:15.123456`. */
export function momentCodec({ precision }: SqlType): Codec {
  const encode = (value: unknown, digits: number | undefined, where?: string): string => {
    const text =
      value instanceof Date && !Number.isNaN(value.getTime())
        ? value.toISOString()
        : temporalName(value) === 'Temporal.Instant'
          ? String(value)
          : value;
    const moment = typeof text === 'string' ? momentText(text, digits) : null;
    if (moment !== null) return moment;
    const got = typeof value === 'string' ? 'another text' : describe(value);
    throw badValue('dateTime', "a moment such as '2024-05-01T12:30:15.123456Z'", got, where);
  };
  return {
    bind: (value, where) => encode(value, 6, where),
    store: (value, where) => encode(value, precision, where),
    decode: (raw) => {
      const moment = typeof raw === 'string' ? momentText(raw) : null;
      if (moment !== null) return momentIso(moment);
      // A date alone, or milliseconds.
      const date = decodeDateTime(raw);
      return date === null ? undecodable(raw) : `${date.toISOString().slice(0, -1)}000Z`;
    },
  };
}

/** What `momentText` gives as ISO 8601: `2024-05-01T12:30:15.123456Z`. */
export function momentIso(moment: string): string {
  return `${moment.replace(' ', 'T')}Z`;
}

import { type IntervalParts, parseInterval } from '../base/intervals.ts';

const CLOCK = /([+-])?(\d+):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/;
const PART = /([+-]?\d+) (year|mon|day)s?\b/g;
const MONTHS: Readonly<Record<string, number>> = { year: 12, mon: 1 };

/** PostgreSQL's usual text of an interval, `1 year 2 mons -3 days +04:05:06.5`, or its ISO 8601 one, taken apart; null for any other text. */
export function parsePostgresqlInterval(text: string): IntervalParts | null {
  if (text.startsWith('P')) return parseInterval(text);
  let rest = text;
  let microseconds = 0n;
  const clock = CLOCK.exec(text);
  if (clock !== null) {
    const [whole, sign, hours, minutes, seconds = '0', fraction = ''] = clock;
    const size = (BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds)) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
    microseconds = sign === '-' ? -size : size;
    rest = text.slice(0, -whole.length);
  }
  let [months, days] = [0, 0];
  const left = rest.replace(PART, (_part, count: string, unit: string) => {
    if (unit === 'day') days += Number(count);
    else months += Number(count) * MONTHS[unit];
    return '';
  });
  return left.trim() === '' && text !== '' ? { months, days, microseconds } : null;
}

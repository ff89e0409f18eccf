import { plainClock } from '../base/dates.ts';
import { formatInterval, readInterval } from '../base/intervals.ts';
import { parsePostgresqlInterval } from './interval-text.ts';

const TOKEN =
  /(?<skip>\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<text>[eE]?'(?:[^']|'')*')|(?<quoted>"(?:[^"]|"")*")|(?<cast>::\s*(?:"(?:[^"]|"")*"(?:\."(?:[^"]|"")*")?|[a-zA-Z_][\w.]*(?:\s+(?:precision|varying|without time zone|with time zone))?)(?:\s*\([\d,\s]*\))?(?:\s+(?:without|with) time zone)?(?:\s*\[\d*\])*)|(?<name>[\p{L}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*)|(?<number>(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?)|(?<sign>\|\||<=|>=|<>|!=|->>|->|#>>|#>|@>|<@|~~\*|~~|!~~\*|!~~|[\s\S])/gu;

/** The operators that PostgreSQL shows in place of words. */
const WORDS: Readonly<Record<string, string>> = { '~~': 'like', '~~*': 'ilike', '!~~': 'not like', '!~~*': 'not ilike', '!=': '<>' };

interface Item {
  readonly kind: 'open' | 'close' | 'text' | 'other';
  readonly value: string;
}

/** A duration as models write it. */
const ISO = /^'-?P(?=[\dT-])[\dYMWDTHS.-]+'$/;

/** The text of an interval in one spelling; any other text as it is. */
function duration(quoted: string): string {
  const text = quoted.slice(1, -1);
  try {
    const parts = ISO.test(quoted) ? readInterval(text) : parsePostgresqlInterval(text);
    return parts === null ? quoted : `'${formatInterval(parts)}'`;
  } catch {
    return quoted;
  }
}

/** A text without zeros at the end of a moment. */
const plainText = (quoted: string): string => (quoted.startsWith("'") ? `'${plainClock(quoted.slice(1, -1))}'` : quoted);

function items(sql: string): Item[] {
  const list: Item[] = [];
  for (const match of sql.matchAll(TOKEN)) {
    const groups = match.groups as Record<string, string | undefined>;
    const raw = match[0];
    // PostgreSQL adds casts to what it shows, and they change nothing.
    if (groups.cast !== undefined) {
      const last = list[list.length - 1];
      if (/^::\s*interval\b/i.test(groups.cast) && last?.kind === 'text')
        list[list.length - 1] = { kind: 'text', value: duration(last.value) };
    }
    if (groups.skip !== undefined || groups.cast !== undefined) continue;
    if (groups.text !== undefined) {
      const spans = ISO.test(raw) || list[list.length - 1]?.value === 'interval';
      list.push({ kind: 'text', value: spans ? duration(raw) : plainText(raw) });
    } else if (groups.quoted !== undefined) {
      const name = raw.slice(1, -1).replaceAll('""', '"');
      list.push({ kind: 'other', value: /^[a-z_][a-z0-9_]*$/.test(name) ? name : raw });
    } else if (raw === '(' || raw === '[') list.push({ kind: 'open', value: raw });
    else if (raw === ')' || raw === ']') list.push({ kind: 'close', value: raw });
    else list.push({ kind: 'other', value: WORDS[raw] ?? raw.toLowerCase() });
  }
  return list;
}

/**
 * An expression in one spelling, whether a model wrote it or PostgreSQL shows it: casts, brackets, blanks and the case of
 * words do not count, `= ANY (ARRAY[…])` is `IN`, `~~` is `LIKE`, also with an ESCAPE, and `BETWEEN` is two comparisons. Two expressions that differ in nothing but their
 * brackets are taken for one, which a comparison of schemas can bear.
 */
export function canonicalExpression(sql: string): string {
  let text = ` ${items(sql)
    .filter((item) => item.kind === 'text' || item.kind === 'other' || item.value === '[' || item.value === ']')
    .map((item) => item.value)
    .join(' ')} `;
  text = text.replace(/ = any array \[ (.*?) \] /g, ' in $1 ').replace(/ <> all array \[ (.*?) \] /g, ' not in $1 ');
  return text
    .replace(/ like_escape (.*?) , ('(?:[^']|'')*') /g, ' $1 escape $2 ')
    .replace(/ current_timestamp /g, ' now ')
    .replace(/ '(-?\d+(?:\.\d+)?)' /g, ' $1 ')
    .replace(/ - (?=\d)/g, ' -')
    .replace(/ (?:interval|date|time|timestamp|timestamptz) (?=')/g, ' ')
    .replace(/ (\S+) not between (\S+) and (\S+) /g, ' $1 < $2 or $1 > $3 ')
    .replace(/ (\S+) between (\S+) and (\S+) /g, ' $1 >= $2 and $1 <= $3 ')
    .trim();
}

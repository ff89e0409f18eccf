import { plainClock } from '../base/dates.ts';
import { decimalClass } from '../base/decimals.ts';

const TOKEN =
  /(?<skip>\s+|--\s[^\n]*|#[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<text>(?:_[a-z0-9]+\s*)?\\?'(?:[^'\\]|''|\\[\s\S])*')|(?<quoted>`(?:[^`]|``)*`)|(?<word>[\p{L}_$][\p{L}\p{N}_$]*)|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<sign><=>|<=|>=|<>|!=|\|\||&&|<<|>>|[\s\S])/giu;

/** What the servers write in place of what was said. */
const SAME: Readonly<Record<string, string>> = {
  now: 'current_timestamp',
  localtime: 'current_timestamp',
  localtimestamp: 'current_timestamp',
  curdate: 'current_date',
  curtime: 'current_time',
  true: '1',
  false: '0',
  '!=': '<>',
  '&&': 'and',
};

/**
 * An expression in one spelling. The servers keep an expression as they understood it: names in quotes, words in lower or
 * upper case, brackets of their own. So neither these count nor brackets at all.
 */
export function canonicalExpression(sql: string): string {
  const words: string[] = [];
  for (const { groups = {} } of sql.matchAll(TOKEN)) {
    const { skip, text, quoted, word, number, sign } = groups as Record<string, string | undefined>;
    if (skip !== undefined || sign === '(' || sign === ')') continue;
    if (text !== undefined)
      words.push(`'${plainClock(text.slice(text.indexOf("'") + 1, -1).replace(/''|\\([\s\S])/g, (_all, escaped) => escaped ?? "'"))}'`);
    else if (quoted !== undefined) words.push(quoted.slice(1, -1).replaceAll('``', '`').toLowerCase());
    else if (number !== undefined) words.push(new (decimalClass())(number).toFixed());
    else {
      const lower = (word ?? sign ?? '').toLowerCase();
      words.push(SAME[lower] ?? lower);
    }
  }
  // The clock's precision is its column's.
  return words.join(' ').replace(/\b(current_timestamp|current_time) \d\b/g, '$1');
}

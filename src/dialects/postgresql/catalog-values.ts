// What the rows of PostgreSQL's catalogs hold, read: see catalog-queries.ts.

export const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));
export const truth = (value: unknown): boolean => value === true || value === 't' || value === 'true';
export const list = (json: unknown): string[] => (json === null || json === undefined ? [] : (JSON.parse(String(json)) as string[]));
export const arrayText = (items: readonly string[]): string => `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join()}}`;

/** A number, or a bigint where it would not be exact. */
export function number(digits: unknown): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(String(digits));
}

/** An expression without the brackets that stand around the whole. */
export function bare(sql: string): string {
  let words = sql.trim();
  while (words.startsWith('(') && words.endsWith(')') && closesAtEnd(words)) words = words.slice(1, -1).trim();
  return words;
}

/** Whether the bracket that opens the text is closed by its last character. */
function closesAtEnd(sql: string): boolean {
  let depth = 0;
  for (const { 0: token, index } of sql.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    if (token === '(') depth++;
    else if (token === ')' && --depth === 0) return index === sql.length - 1;
  }
  return false;
}

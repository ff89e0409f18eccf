/** A token of SQL text as SQLite reads it, with its place. */
export interface Token {
  /** name: a quoted or bare name or keyword. text: a string. other: a number, a blob or a sign. */
  readonly kind: 'name' | 'text' | 'other';
  /** The token as written. */
  readonly raw: string;
  /** A name without its quotes, a string without its quotes; else as written. */
  readonly value: string;
  /** A name in quotes, which is never a keyword. */
  readonly quoted: boolean;
  readonly start: number;
  readonly end: number;
}

const TOKEN =
  /(?<skip>\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<text>'(?:[^']|'')*')|(?<quoted>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|(?<blob>[xX]'[0-9a-fA-F]*')|(?<name>[\p{L}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*)|(?<number>0[xX][0-9a-fA-F]+|(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?)|(?<sign>\|\||<=|>=|<>|!=|==|<<|>>|->>?|[\s\S])/gu;

/** The tokens of SQL text, without blanks and comments. */
export function tokens(sql: string): Token[] {
  const list: Token[] = [];
  for (const match of sql.matchAll(TOKEN)) {
    const groups = match.groups as Record<string, string | undefined>;
    if (groups.skip !== undefined) continue;
    const raw = match[0];
    const place = { raw, start: match.index, end: match.index + raw.length };
    if (groups.text !== undefined) list.push({ ...place, kind: 'text', value: raw.slice(1, -1).replaceAll("''", "'"), quoted: true });
    else if (groups.quoted !== undefined) {
      const close = raw[raw.length - 1];
      list.push({
        ...place,
        kind: 'name',
        value: close === ']' ? raw.slice(1, -1) : raw.slice(1, -1).replaceAll(close + close, close),
        quoted: true,
      });
    } else list.push({ ...place, kind: groups.name === undefined ? 'other' : 'name', value: raw, quoted: false });
  }
  return list;
}

/** The text of tokens that follow each other, without a comment at its end: it would take what is written behind it. */
export function textOf(sql: string, list: readonly Token[]): string {
  return list.length === 0 ? '' : sql.slice(list[0].start, list[list.length - 1].end);
}

/** Whether the token is this keyword. */
export function isWord(token: Token | undefined, word: string): boolean {
  return token !== undefined && token.kind === 'name' && !token.quoted && token.value.toUpperCase() === word;
}

/** An expression in one spelling: brackets around the whole, blanks, needless quotes and the case of words do not count. */
export function canonicalExpression(sql: string): string {
  let list = tokens(sql);
  while (list.length > 1 && list[0].raw === '(' && closing(list, 0) === list.length - 1) list = list.slice(1, -1);
  return list
    .map((token) => {
      if (token.kind !== 'name') return token.raw;
      return /^[A-Za-z_][A-Za-z0-9_]*$/.test(token.value) ? token.value.toLowerCase() : `"${token.value}"`;
    })
    .join(' ');
}

/** The place of the bracket that closes the one at `open`. */
export function closing(list: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < list.length; i++) {
    if (list[i].raw === '(') depth++;
    else if (list[i].raw === ')' && --depth === 0) return i;
  }
  return list.length - 1;
}

const TOKEN =
  /\s+|(?<text>N?'(?:[^']|'')*')|\[(?<name>(?:[^\]]|\]\])*)\]|(?<word>[\p{L}_@#][\p{L}\p{N}_@#$]*)|(?<sign><=|>=|<>|!=|[\s\S])/giu;

/** The tokens of an expression in one spelling: names without brackets, words in small letters, text without its N. */
function tokens(sql: string): string[] {
  const list: string[] = [];
  for (const { groups = {} } of sql.matchAll(TOKEN)) {
    const { text, name, word, sign } = groups as Record<string, string | undefined>;
    if (text !== undefined) list.push(text.replace(/^n/i, ''));
    else if (name !== undefined) list.push(name.replaceAll(']]', ']').toLowerCase());
    else if (word !== undefined) list.push(word.toLowerCase());
    else if (sign !== undefined) list.push(sign === '!=' ? '<>' : sign);
  }
  return joinNumbers(list);
}

/** Digits that were read one by one are one number. */
function joinNumbers(list: readonly string[]): string[] {
  const joined: string[] = [];
  let number = false;
  for (const token of list) {
    const digit = /^[\d.]$/.test(token);
    if (digit && number) joined[joined.length - 1] += token;
    else joined.push(token);
    number = digit;
  }
  return joined;
}

function closing(list: readonly string[], open: number): number {
  let depth = 0;
  for (let i = open; i < list.length; i++) {
    if (list[i] === '(') depth++;
    else if (list[i] === ')' && --depth === 0) return i;
  }
  return -1;
}

/** Without the brackets that SQL Server puts around every value and around the whole. */
function withoutNeedless(list: readonly string[]): string[] {
  let left = [...list];
  for (let i = 0; i + 2 < left.length; i++) {
    const called = i > 0 && /^[\p{L}_\p{N}]+$/u.test(left[i - 1]) && !/^(and|or|not|in|then|when|else|like|between|as)$/.test(left[i - 1]);
    if (left[i] === '(' && left[i + 2] === ')' && left[i + 1] !== '(' && !called) {
      left.splice(i, 3, left[i + 1]);
      i = Math.max(-1, i - 2);
    }
  }
  while (left.length > 1 && left[0] === '(' && closing(left, 0) === left.length - 1) left = left.slice(1, -1);
  return left;
}

/** Whether two expressions differ in nothing but brackets, blanks and the case of words. */
export function sameMssqlExpression(a: string, b: string): boolean {
  const normal = (sql: string): string => withoutNeedless(tokens(sql)).join(' ');
  return normal(a) === normal(b);
}

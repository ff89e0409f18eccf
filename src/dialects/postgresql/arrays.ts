const QUOTED = /^$|[{}",\\\s]|^null$/i;

/** One element as it stands between the braces. */
function element(value: unknown): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return formatArray(value);
  const text =
    value instanceof Uint8Array ? `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}` : String(value);
  return QUOTED.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text;
}

/** PostgreSQL's text of an array, `{1,NULL,"a b"}`, of values as a driver takes them; lists inside are further dimensions. */
export function formatArray(values: readonly unknown[]): string {
  let text = '{';
  for (let i = 0; i < values.length; i++) text += i === 0 ? element(values[i]) : `,${element(values[i])}`;
  return `${text}}`;
}

export type ArrayItem = string | null | ArrayItem[];

const COMMA = 44;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/**
 * Reads PostgreSQL's text of an array, of any element type and depth; bounds such as `[0:2]=` are left out. Null for a text
 * that is no array.
 */
export function parseArray(text: string): ArrayItem[] | null {
  const start = text.charCodeAt(0) === OPEN ? 0 : /^(?:\[-?\d+:-?\d+\])+=/.exec(text)?.[0].length;
  if (start === undefined || text.charCodeAt(start) !== OPEN) return null;
  const root: ArrayItem[] = [];
  const open: ArrayItem[][] = [root];
  let list = root;
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === OPEN) {
      const inner: ArrayItem[] = [];
      list.push(inner);
      open.push(inner);
      list = inner;
      at++;
    } else if (code === CLOSE) {
      open.pop();
      at++;
      if (open.length === 0) return at === text.length ? root : null;
      list = open[open.length - 1];
    } else if (code === COMMA) at++;
    else if (code === QUOTE) {
      let value = '';
      let from = ++at;
      while (at < text.length && text.charCodeAt(at) !== QUOTE) {
        if (text.charCodeAt(at) === BACKSLASH) {
          value += text.slice(from, at);
          from = ++at;
        }
        at++;
      }
      list.push(value + text.slice(from, at));
      at++;
    } else {
      const from = at;
      while (at < text.length && text.charCodeAt(at) !== COMMA && text.charCodeAt(at) !== CLOSE) at++;
      const value = text.slice(from, at);
      list.push(value === 'NULL' ? null : value);
    }
  }
  return null;
}

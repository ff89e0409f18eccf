/** The greatest length of a line in a migration file. */
const WIDTH = 140;

/** A string of JavaScript, in the quotes that need fewer escapes. */
export function quoted(text: string): string {
  if (text.includes("'") && !text.includes('"')) return JSON.stringify(text);
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}

/** A template literal with the tag `sql`; `expressions` are parts of the text that are code, by what stands for them. */
export function sqlTemplate(text: string, expressions: ReadonlyMap<string, string> = new Map()): string {
  let inner = text.replace(/[\\`]|\$(?=\{)/g, '\\$&');
  for (const [mark, code] of expressions) inner = inner.replaceAll(mark, () => `\${${code}}`);
  return `sql\`${inner}\``;
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** The key of an object literal. */
export function propertyKey(name: string): string {
  return IDENTIFIER.test(name) ? name : quoted(name);
}

/** `c.name`, or `c['a name']`. */
export function member(object: string, name: string): string {
  return IDENTIFIER.test(name) ? `${object}.${name}` : `${object}[${quoted(name)}]`;
}

/** `[a, b]` in one line where it fits after `before` and with `after`, else an item to a line. */
export function arrayLiteral(items: readonly string[], indent: string, before: string, after: string): string {
  const line = `[${items.join(', ')}]`;
  if (items.length === 0 || indent.length + before.length + line.length + after.length <= WIDTH) return line;
  return `[\n${items.map((item) => `${indent}  ${item},\n`).join('')}${indent}]`;
}

/** `{ a: 1 }`, leaving out what is undefined; nothing where nothing is left. */
export function objectLiteral(entries: Readonly<Record<string, string | undefined>>): string | null {
  const parts = Object.entries(entries).flatMap(([key, value]) => (value === undefined ? [] : [`${propertyKey(key)}: ${value}`]));
  return parts.length === 0 ? null : `{ ${parts.join(', ')} }`;
}

/** A call with its arguments in one line where it fits, else one to a line. */
export function callStatement(name: string, args: readonly string[], indent: string): string {
  const line = `${indent}await ${name}(${args.join(', ')});`;
  const longest = Math.max(...line.split('\n').map((l) => l.length));
  if (longest <= WIDTH) return line;
  return `${indent}await ${name}(\n${args.map((arg) => `${indent}  ${arg},\n`).join('')}${indent});`;
}

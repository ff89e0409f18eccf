/** What a driver's `function()` takes, in both packages. */
interface FunctionHost {
  function(name: string, options: { deterministic: boolean; varargs: boolean }, call: (...values: unknown[]) => unknown): unknown;
}

/** A value that a function cannot take, as SQLite says it of its own. It never shows the value. */
class FunctionError extends Error {
  readonly code = 'SQLITE_ERROR';
}

const PATTERNS: Map<string, RegExp> = new Map();
const KEPT_PATTERNS = 200;

function compiled(source: string, flags: string): RegExp {
  try {
    return new RegExp(source, `${flags}u`);
  } catch {
    // Escapes that the stricter reading refuses, such as \-.
    try {
      return new RegExp(source, flags);
    } catch (error) {
      const reason = /: ([^:]*)$/.exec((error as Error).message)?.[1] ?? 'it is not well formed';
      throw new FunctionError(`Invalid regular expression: ${reason}`);
    }
  }
}

/** A regular expression of a statement is used for every row. */
function patternOf(source: string, flags: string): RegExp {
  const key = `${flags}/${source}`;
  let pattern = PATTERNS.get(key);
  if (pattern === undefined) {
    const known = `${flags.includes('i') ? 'i' : ''}${flags.includes('m') ? 'm' : ''}${flags.includes('s') ? 's' : ''}${flags.includes('g') ? 'g' : ''}`;
    pattern = compiled(source, known);
    if (PATTERNS.size >= KEPT_PATTERNS) PATTERNS.clear();
    PATTERNS.set(key, pattern);
  }
  pattern.lastIndex = 0;
  return pattern;
}

const text = (value: unknown): string => (value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value));
const missing = (values: readonly unknown[]): boolean => values.some((value) => value === null || value === undefined);
/** SQLite has no booleans; a number would come back as a floating-point one. */
const truth = (value: boolean): bigint => (value ? 1n : 0n);

function regexp(...values: unknown[]): unknown {
  if (missing(values)) return null;
  const [pattern, value, flags = ''] = values;
  return truth(patternOf(text(pattern), text(flags)).test(text(value)));
}

function regexpReplace(...values: unknown[]): unknown {
  if (missing(values)) return null;
  const [value, pattern, replacement, flags = ''] = values;
  const replaced = text(replacement);
  return text(value).replace(patternOf(text(pattern), text(flags)), (match, ...groups) =>
    replaced.replace(/\\([0-9&\\])/g, (_, mark: string) => {
      if (mark === '\\') return '\\';
      if (mark === '&' || mark === '0') return match;
      const group = groups[Number(mark) - 1];
      // Behind the groups come the place and the text.
      return typeof group === 'string' && Number(mark) <= groups.findIndex((item) => typeof item === 'number') ? group : '';
    }),
  );
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

function parse(value: unknown): Json {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
  try {
    return JSON.parse(text(value)) as Json;
  } catch {
    throw new FunctionError('malformed JSON');
  }
}

/** The same text for equal values: keys in one order, one form for each number and each character. */
function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value === 0 ? 0 : value);
  const object = value as { readonly [key: string]: Json };
  const pairs = Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`);
  return `{${pairs.join()}}`;
}

/** Whether the first holds the second, as PostgreSQL's `@>` has it. */
function holds(whole: Json, part: Json, top: boolean): boolean {
  if (Array.isArray(whole)) {
    // An array holds a lone value of its own, but only at the top.
    if (!Array.isArray(part)) return top && !isObject(part) && whole.some((item) => item === part);
    return part.every((wanted) =>
      whole.some((item) => (typeof wanted === 'object' && wanted !== null ? holds(item, wanted, false) : item === wanted)),
    );
  }
  if (isObject(whole))
    return isObject(part) && Object.keys(part).every((key) => Object.hasOwn(whole, key) && holds(whole[key], part[key], false));
  return whole === part;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const FUNCTIONS: Readonly<Record<string, (...values: unknown[]) => unknown>> = {
  regexp,
  regexp_replace: regexpReplace,
  json_canonical: (value) => (missing([value]) ? null : canonical(parse(value))),
  // By characters, as elsewhere, not by halves of them.
  reverse: (value) => (missing([value]) ? null : Array.from(text(value)).reverse().join('')),
  json_contains: (whole, part) => (missing([whole, part]) ? null : truth(holds(parse(whole), parse(part), true))),
};

/** Gives a connection the functions that the compiler uses and SQLite does not have. `x REGEXP y` calls `regexp(y, x)`. */
export function addFunctions(database: FunctionHost): void {
  for (const [name, call] of Object.entries(FUNCTIONS)) database.function(name, { deterministic: true, varargs: true }, call);
}

import { sqlError } from './errors.ts';
import { make, makeBind } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { TEXT } from './type.ts';

/** How `startsWith()` and its like take their text. */
export interface AffixOptions {
  /** Whether `%` and `_` in the text stand for themselves: true unless said otherwise. SQLAlchemy's default is false. */
  readonly autoescape?: boolean;
  /** The character that takes a wildcard's meaning away: `/` where they are escaped for you, otherwise none. */
  readonly escape?: string;
}

/** How a regular expression is applied. */
export interface RegexpOptions {
  /** Letters such as `i` (ignore case); for replacing also `g` (every match, not just the first). */
  readonly flags?: string;
}

/** How a full-text search reads its text. */
export interface MatchOptions {
  /** The text-search configuration, such as `'english'`. PostgreSQL; others leave it out. */
  readonly language?: string;
  /** How the words are read: `'natural'`, or with the search operators of the database. MySQL and PostgreSQL. */
  readonly mode?: 'natural' | 'boolean';
}

function checkEscape(sign: string, where: string): void {
  if ([...sign].length !== 1) throw sqlError('sql.bad-argument', `${where}({ escape })`, 'one character', 'another text');
}

export function likeNode(
  operand: Node,
  pattern: Node,
  { escape: sign = null, insensitive = false, negated = false }: { escape?: string | null; insensitive?: boolean; negated?: boolean },
): Node {
  if (sign !== null) checkEscape(sign, 'like');
  return make('like', { operand, pattern, escape: sign, insensitive, negated });
}

/** Text at the beginning, at the end, or anywhere. */
export function affixNode(
  operand: Node,
  affix: { readonly before: string; readonly after: string; readonly insensitive: boolean },
  text: Node,
  { autoescape = true, escape: given }: AffixOptions,
): Node {
  const { before, after, insensitive } = affix;
  if (given !== undefined) checkEscape(given, 'startsWith');
  const sign = autoescape ? (given ?? '/') : (given ?? null);
  const escaped = autoescape && sign !== null ? escapedText(text, sign) : text;
  let pattern = escaped;
  if (isKind(escaped, 'bind') && escaped.name === null && typeof escaped.value === 'string')
    pattern = makeBind(`${before}${escaped.value}${after}`, TEXT);
  else {
    if (before) pattern = concatNode(makeBind(before, TEXT), pattern);
    if (after) pattern = concatNode(pattern, makeBind(after, TEXT));
  }
  return likeNode(operand, pattern, { escape: sign, insensitive });
}

export function concatNode(left: Node, right: Node): Node {
  return make('binary', { operator: '||', left, right });
}

/** The text with its wildcards escaped: at once where it is a value, by the database where it is itself SQL. */
function escapedText(text: Node, sign: string): Node {
  const wildcards = [sign, '%', '_'].filter((wildcard, i, all) => all.indexOf(wildcard) === i);
  if (isKind(text, 'bind') && text.name === null && typeof text.value === 'string') {
    let value = text.value;
    for (const wildcard of wildcards) value = value.replaceAll(wildcard, () => sign + wildcard);
    return makeBind(value, TEXT);
  }
  return wildcards.reduce<Node>((node, wildcard) => {
    const args = [node, makeBind(wildcard, TEXT), makeBind(sign + wildcard, TEXT)];
    return make('function', { name: 'replace', args, distinct: false, orderBy: [], filter: null });
  }, text);
}

function checkFlags(flags: string | undefined, where: string): string | null {
  if (flags === undefined || flags === '') return null;
  if (!/^[a-z]+$/.test(flags)) throw sqlError('sql.bad-argument', `${where}({ flags })`, "small letters such as 'i'", 'another text');
  return flags;
}

export function regexpNode(operand: Node, pattern: Node, options: RegexpOptions, negated: boolean): Node {
  return make('regexp', { operand, pattern, flags: checkFlags(options.flags, 'regexpMatch'), negated });
}

export function regexpReplaceNode(operand: Node, pattern: Node, replacement: Node, options: RegexpOptions): Node {
  return make('regexpReplace', { operand, pattern, replacement, flags: checkFlags(options.flags, 'regexpReplace') });
}

export function matchNode(operands: readonly Node[], query: Node, { language, mode = 'natural' }: MatchOptions): Node {
  if (language !== undefined && !/^\w+(\.\w+)?$/.test(language))
    throw sqlError('sql.bad-argument', 'match({ language })', "the name of a text-search configuration such as 'english'", 'another text');
  if (mode !== 'natural' && mode !== 'boolean')
    throw sqlError('sql.bad-argument', 'match({ mode })', "'natural' or 'boolean'", 'another value');
  return make('match', { operands, query, language: language ?? null, mode });
}

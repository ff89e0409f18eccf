import { describe, sqlError } from '../../sql/errors.ts';
import { dialectError } from '../base/errors.ts';

/** A range of PostgreSQL. A bound that is null is open: there is none. */
export interface Range<V> {
  readonly lower: V | null;
  readonly upper: V | null;
  /** Whether the bounds belong to the range: `[` and `]` do, `(` and `)` do not. PostgreSQL gives ranges of whole numbers and dates as `[)`. */
  readonly bounds: '[)' | '[]' | '()' | '(]';
  /** It holds nothing, whatever its bounds. */
  readonly empty?: boolean;
}

/** How the values of a range's bounds are written and read. */
export interface RangeElement<V> {
  write(value: V): string;
  read(text: string): V;
}

const BOUNDS = new Set(['[)', '[]', '()', '(]']);

/** A range as PostgreSQL writes it: `[1,10)`. */
export function writeRange<V>(range: Range<V>, element: RangeElement<V>): string {
  const shaped = typeof range === 'object' && range !== null && 'lower' in range && 'upper' in range;
  if (!shaped) throw sqlError('sql.bad-argument', 'A range', '{ lower, upper, bounds }', describe(range));
  if (range.empty === true) return 'empty';
  if (!BOUNDS.has(range.bounds)) throw sqlError('sql.bad-argument', "A range's bounds", "'[)', '[]', '()' or '(]'", describe(range.bounds));
  const bound = (value: V | null): string => (value === null ? '' : `"${element.write(value).replace(/["\\]/g, '\\$&')}"`);
  return `${range.bounds[0]}${bound(range.lower)},${bound(range.upper)}${range.bounds[1]}`;
}

const BOUND = '(?:"((?:[^"\\\\]|\\\\.|"")*)"|([^",()\\[\\]]*))';
const RANGE = new RegExp(`^(?:(empty)|([[(])${BOUND},${BOUND}([\\])]))`);

function readOne<V>(text: string, element: RangeElement<V>): { range: Range<V>; length: number } {
  const match = RANGE.exec(text);
  if (match === null) throw dialectError('driver.undecodable', 'range', 'a range such as [1,10)', 'another text');
  const [whole, empty, open, lowerQuoted, lowerBare, upperQuoted, upperBare, close] = match;
  if (empty !== undefined) return { range: { lower: null, upper: null, bounds: '()', empty: true }, length: whole.length };
  const bound = (quoted: string | undefined, bare: string | undefined): V | null => {
    if (quoted !== undefined) return element.read(quoted.replace(/\\(.)|""/gs, (_match, char: string | undefined) => char ?? '"'));
    return bare === '' || bare === undefined ? null : element.read(bare);
  };
  const bounds = `${open}${close}` as Range<V>['bounds'];
  return {
    range: { lower: bound(lowerQuoted, lowerBare), upper: bound(upperQuoted, upperBare), bounds, empty: false },
    length: whole.length,
  };
}

/** The range that PostgreSQL's text stands for. */
export function readRange<V>(text: string, element: RangeElement<V>): Range<V> {
  const { range, length } = readOne(text, element);
  if (length !== text.length) throw dialectError('driver.undecodable', 'range', 'one range', 'another text');
  return range;
}

/** Several ranges as PostgreSQL writes them: `{[1,3),[5,8)}`. */
export function writeMultirange<V>(ranges: readonly Range<V>[], element: RangeElement<V>): string {
  if (!Array.isArray(ranges)) throw sqlError('sql.bad-argument', 'A multirange', 'an array of ranges', describe(ranges));
  return `{${ranges.map((range) => writeRange(range, element)).join(',')}}`;
}

/** The ranges that PostgreSQL's text stands for. */
export function readMultirange<V>(text: string, element: RangeElement<V>): Range<V>[] {
  const ranges: Range<V>[] = [];
  let rest = text.slice(1, -1);
  while (rest !== '') {
    const { range, length } = readOne(rest, element);
    ranges.push(range);
    rest = rest.slice(length).replace(/^,/, '');
  }
  return ranges;
}

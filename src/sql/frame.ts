import { describe, sqlError } from './errors.ts';
import type { FrameBoundNode, FrameNode } from './expression-nodes.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import { type ExpressionLike, isExpression } from './operand.ts';

/**
 * Where a window's frame begins or ends: `'unbounded'` (or null), `'current row'` (or 0), so many rows before (a number
 * below 0) or after (above 0), or the same in words. The words take expressions too, such as an interval of a `range`.
 */
export type FrameBound =
  | 'unbounded'
  | 'current row'
  | number
  | null
  | { readonly preceding: number | 'unbounded' | ExpressionLike }
  | { readonly following: number | 'unbounded' | ExpressionLike };

/** The rows around the current one that a window function sees. At most one of rows, range and groups. */
export interface FrameOptions {
  /** Counted in rows. */
  readonly rows?: readonly [FrameBound, FrameBound];
  /** Measured in the values of the one `orderBy`. */
  readonly range?: readonly [FrameBound, FrameBound];
  /** Counted in groups of equal rows. */
  readonly groups?: readonly [FrameBound, FrameBound];
  /** What is left out of it. */
  readonly exclude?: 'current row' | 'group' | 'ties' | 'no others';
  /** The same as SQL, such as `'rows between 1 preceding and current row'`. */
  readonly frame?: string;
}

const UNITS = ['rows', 'range', 'groups'] as const;
const EXCLUDED: readonly unknown[] = ['current row', 'group', 'ties', 'no others'];

const BOUND = 'unbounded preceding|unbounded following|current row|\\d+ preceding|\\d+ following';
const FRAME = new RegExp(
  `^(rows|range|groups) (?:between (${BOUND}) and (${BOUND})|(unbounded preceding|current row|\\d+ preceding))(?: exclude (current row|group|ties|no others))?$`,
  'i',
);

/** The frame of a window, or null where none is said. Throws an ArgumentError for one that no database takes. */
export function frameNode(options: FrameOptions): Node | null {
  const said = UNITS.filter((unit) => options[unit] !== undefined);
  if (said.length + (options.frame === undefined ? 0 : 1) > 1)
    throw sqlError('sql.bad-argument', 'over()', 'one of rows, range, groups and frame', 'several of them');
  if (options.exclude !== undefined && !EXCLUDED.includes(options.exclude))
    throw sqlError('sql.bad-argument', 'over({ exclude })', "'current row', 'group', 'ties' or 'no others'", describe(options.exclude));
  if (options.frame !== undefined) return parseFrame(options.frame);
  if (said.length === 0) {
    if (options.exclude === undefined) return null;
    throw sqlError('sql.bad-argument', 'over({ exclude })', 'a frame beside it: rows, range or groups', 'none');
  }
  const [unit] = said;
  const bounds = options[unit];
  if (!Array.isArray(bounds) || bounds.length !== 2)
    throw sqlError('sql.bad-argument', `over({ ${unit} })`, 'a start and an end: [start, end]', describe(bounds));
  const [start, end] = [boundNode(bounds[0], 'start', unit), boundNode(bounds[1], 'end', unit)];
  return frame(unit, start, end, options.exclude ?? null, `over({ ${unit} })`);
}

function frame(unit: FrameNode['unit'], start: FrameBoundNode, end: FrameBoundNode, exclude: FrameNode['exclude'], where: string): Node {
  const place = ({ direction, count, offset }: FrameBoundNode): number => {
    const distance = count === null && offset === null ? 2 : 1;
    return direction === 'current row' ? 0 : direction === 'preceding' ? -distance : distance;
  };
  if (place(start) === 2 || place(end) === -2 || place(start) > place(end))
    throw sqlError('sql.bad-argument', where, 'a start that is not after its end', 'one that is');
  return make('frame', { unit, start, end, exclude });
}

function bound(direction: FrameBoundNode['direction'], count: number | null = null, offset: Node | null = null): FrameBoundNode {
  return make('frameBound', { direction, count, offset });
}

function boundNode(given: FrameBound | undefined, side: 'start' | 'end', unit: FrameNode['unit']): FrameBoundNode {
  const where = `over({ ${unit} }), its ${side},`;
  const toward = side === 'start' ? 'preceding' : 'following';
  if (given === undefined) throw sqlError('sql.undefined-value', where);
  if (given === null || given === 'unbounded') return bound(toward);
  if (given === 'current row' || given === 0) return bound('current row');
  if (typeof given === 'number') return bound(given < 0 ? 'preceding' : 'following', distance(Math.abs(given), where, unit));
  const words = Object.entries(given as Record<string, unknown>);
  const [direction, size] = words.length === 1 ? words[0] : ['', null];
  if (direction !== 'preceding' && direction !== 'following')
    throw sqlError(
      'sql.bad-argument',
      where,
      "'unbounded', 'current row', a number, { preceding: n } or { following: n }",
      describe(given),
    );
  if (size === undefined) throw sqlError('sql.undefined-value', where);
  if (size === 'unbounded') return bound(direction);
  if (isExpression(size)) return bound(direction, null, size.node);
  return bound(direction, distance(size, where, unit));
}

function distance(size: unknown, where: string, unit: FrameNode['unit']): number {
  if (typeof size === 'number' && Number.isFinite(size) && size >= 0 && (unit === 'range' || Number.isSafeInteger(size))) return size;
  throw sqlError('sql.bad-argument', where, unit === 'range' ? 'a number from 0' : 'a whole number from 0', describe(size));
}

function parseFrame(text: string): Node {
  const match = FRAME.exec(text);
  if (match === null)
    throw sqlError('sql.bad-argument', 'over({ frame })', "a frame such as 'rows between 1 preceding and current row'", 'another text');
  const [unit, from, to, only, excluded] = match.slice(1).map((word) => word?.toLowerCase());
  const parse = (words: string): FrameBoundNode => {
    if (words === 'current row') return bound('current row');
    const [size, direction] = words.split(' ') as [string, 'preceding' | 'following'];
    return bound(direction, size === 'unbounded' ? null : Number(size));
  };
  const exclude = (excluded ?? null) as FrameNode['exclude'];
  return frame(unit as FrameNode['unit'], parse(from ?? only), parse(to ?? 'current row'), exclude, 'over({ frame })');
}

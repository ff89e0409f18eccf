import { sourcesOf } from './join.ts';
import { make, makeColumn } from './make.ts';
import type { Node } from './node.ts';
import { isKind, walk } from './node-walk.ts';
import { conjuncts } from './operand.ts';
import { type Reads, tableBehind } from './schema.ts';
import type { JoinNode } from './statement-nodes.ts';

// The rows of a class that shares tables with others: what brings its tables where only its columns are named, and where the
// condition that tells its rows may stand when they are joined.

const TRUE = make('constant', { value: true });
const impliedJoins = new WeakMap<Reads, JoinNode>();
const saidAs = new WeakMap<Node, Node>();
const tellings = new WeakSet<Node>();

/** The tables that columns of a class bring by themselves; null where their one source does it without being said. */
export function impliedFrom(reads: Reads): JoinNode | null {
  const { from, among } = reads;
  if (!isKind(from, 'join')) return null;
  let implied = impliedJoins.get(reads);
  if (implied === undefined) {
    implied = make('join', { ...from, assumed: among ?? TRUE });
    impliedJoins.set(reads, implied);
    saidAs.set(implied, from);
  }
  return implied;
}

/** A part of FROM as one that was said. */
export function asSaid(part: Node): Node {
  if (!isKind(part, 'join') || part.assumed === null) return part;
  return saidAs.get(part) ?? make('join', { ...part, assumed: null });
}

/** The condition that tells a class's rows from others in its tables, as one that moves with its tables when they are joined. */
export function telling(reads: Reads | undefined): readonly Node[] {
  if (reads === undefined || reads.where === null) return [];
  tellings.add(reads.where);
  return [reads.where];
}

/** The conditions of a WHERE that do nothing but tell the rows of classes. */
export function tellingsIn(where: Node | null): Node[] {
  if (where === null) return [];
  return conjuncts(where).filter((item) => tellings.has(item));
}

/** What tells the rows of both sides of a join: in its condition, in WHERE, and what WHERE says no more. */
export interface ToldJoin {
  readonly on: readonly Node[];
  readonly where: readonly Node[];
  readonly moved: readonly Node[];
}

/**
 * Where the conditions stand that tell the rows of a join's sides. `left` are those that WHERE has. The side that a join may leave out
 * has them in the join, since WHERE would take rows without a partner.
 */
export function tellJoin(type: JoinNode['type'], left: readonly Node[], right: readonly Node[]): ToldJoin {
  if (type === 'right') return { on: left, where: right, moved: left };
  if (type !== 'full') return { on: right, where: [], moved: [] };
  // Its condition keeps the others from being partners, and WHERE takes them where they stand alone.
  const both = [...left, ...right];
  return { on: both, where: both.map(orAbsent), moved: left };
}

/** The condition, or that an outer join found no row. */
export function orAbsent(condition: Node): Node {
  const [source] = sourcesOf([condition]);
  const key = tableBehind(source)?.primaryKey?.columns[0];
  const operand = key === undefined ? firstColumn(condition) : makeColumn(source, key.name, key.key, key.type);
  if (operand === null) return condition;
  const absent = make('unary', { operator: 'IS NULL', operand, postfix: true });
  const either = make('junction', { operator: 'or', items: [absent, condition] });
  tellings.add(either);
  return either;
}

function firstColumn(condition: Node): Node | null {
  let found: Node | null = null;
  walk(condition, (node) => {
    if (found === null && isKind(node, 'column')) found = node;
    return found === null;
  });
  return found;
}

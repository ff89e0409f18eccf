import { type ToldJoin, telling, tellJoin } from './class-rows.ts';
import { sqlError } from './errors.ts';
import { foreignKeyTies, isJoinable, type Joinable, joinCondition, sourcesOf } from './join.ts';
import { make } from './make.ts';
import type { Node, SourceNode } from './node.ts';
import { isKind } from './node-walk.ts';
import type { NameOf } from './operand.ts';
import { conditions, conjunction, type ExpressionLike } from './operand.ts';
import { columnsBehind, type Source, sourceOf, tableBehind } from './schema.ts';
import type { JoinNode } from './statement-nodes.ts';

/** A condition of a join: an expression, `true` where there is none, or the columns that both sides have in common. */
export type JoinCondition = ExpressionLike<boolean | null> | boolean | SharedColumns;

/**
 * The columns of one name that tie the two sides of a join: these attributes (`USING`), or all that there are (`NATURAL`).
 * @example select(Order.c.id, Customer.c.name).join(Customer, { using: 'customerId' })
 */
export type SharedColumns = { readonly using: string | readonly string[] } | { readonly natural: true };

/**
 * Sources joined before a statement names them, so that joins can be nested. SQLAlchemy: `Join`.
 *
 * @typeParam N the names of its sources
 * @typeParam J those of them that its outer joins leave out where they have no row
 */
export class Join<N extends string = string, J = unknown> {
  declare readonly '~from'?: N;
  declare readonly '~missing'?: J;
  readonly node: JoinNode;
  /** What tells the rows of classes among its sources, where the joins themselves could not: a WHERE around it has to. */
  readonly told: readonly Node[];
  /** What tells them at all, there or in the joins. */
  readonly known: readonly Node[];
  constructor(node: JoinNode, told: readonly Node[], known: readonly Node[]) {
    this.node = node;
    this.told = told;
    this.known = known;
  }
  /** `INNER JOIN` one more. */
  join<T extends FromItem | Joinable>(target: T, on?: JoinCondition): Join<N | NameOf<T>, J | MissingIn<T>> {
    return madeJoin('inner', this.node, this, target, on);
  }
  /** `LEFT OUTER JOIN` one more. */
  outerJoin<T extends FromItem | Joinable>(target: T, on?: JoinCondition): Join<N | NameOf<T>, J | NameOf<T>> {
    return madeJoin('left', this.node, this, target, on);
  }
  /** `RIGHT OUTER JOIN` one more. */
  rightJoin<T extends FromItem | Joinable>(target: T, on?: JoinCondition): Join<N | NameOf<T>, N | MissingIn<T>> {
    return madeJoin('right', this.node, this, target, on);
  }
  /** `FULL OUTER JOIN` one more. */
  fullJoin<T extends FromItem | Joinable>(target: T, on?: JoinCondition): Join<N | NameOf<T>, N | NameOf<T>> {
    return madeJoin('full', this.node, this, target, on);
  }
  /** `CROSS JOIN` one more. */
  crossJoin<T extends FromItem>(target: T): Join<N | NameOf<T>, J | MissingIn<T>> {
    return madeJoin('cross', this.node, this, target);
  }
}

/** What FROM takes: a table, a class, an alias, a subquery, a CTE, or several of them joined. */
export type FromItem = Source | Join;

/** The sources that a join left out inside something in FROM. */
export type MissingIn<T> = T extends { readonly '~missing'?: infer J } ? (unknown extends J ? never : NonNullable<J>) : never;

/** The node of something in FROM. */
export function fromNode(item: unknown, where: string): Node {
  if (item instanceof Join) return item.node;
  const source = sourceOf(item, where);
  return source.reads?.from ?? source.node;
}

/** What tells the rows of something in FROM, where its tables have others too. */
export function toldOf(item: FromItem): readonly Node[] {
  return item instanceof Join ? item.told : telling(sourceOf(item, 'from()').reads);
}

/** The same, wherever it is said. */
export function knownOf(item: FromItem): readonly Node[] {
  return item instanceof Join ? item.known : toldOf(item);
}

function madeJoin<N extends string, J>(
  type: JoinNode['type'],
  left: Node,
  start: FromItem,
  target: FromItem | Joinable,
  on?: JoinCondition,
): Join<N, J> {
  const told = toldOf(start);
  const { joined, where, moved, right } = joinNode(type, [left], target, on, told);
  return new Join(joined, [...told.filter((node) => !moved.includes(node)), ...where], [...knownOf(start), ...right]);
}

/**
 * Two sources joined, to be named in `from()`, in another join, in `update().from()` or `deleteFrom().using()`. Without a
 * condition the one foreign key between the two is used. SQLAlchemy: `join()`.
 * @example select(User).outerJoin(join(Post, Tag, …), Post.c.userId.eq(User.c.id))
 */
export function join<L extends FromItem, T extends FromItem>(
  left: L,
  right: T,
  on?: JoinCondition,
): Join<NameOf<L> | NameOf<T>, MissingIn<L> | MissingIn<T>> {
  return madeJoin('inner', fromNode(left, 'join()'), left, right, on);
}

/** Two sources, the right one's columns NULL where it has no row. SQLAlchemy: `outerjoin()`. */
export function outerJoin<L extends FromItem, T extends FromItem>(
  left: L,
  right: T,
  on?: JoinCondition,
): Join<NameOf<L> | NameOf<T>, MissingIn<L> | NameOf<T>> {
  return madeJoin('left', fromNode(left, 'outerJoin()'), left, right, on);
}

/** A join, and the part of FROM that it goes out from; `right` tells the rows of what it brings. */
export interface MadeJoin extends Omit<ToldJoin, 'on'> {
  readonly joined: JoinNode;
  readonly left: Node;
  readonly right: readonly Node[];
}

/**
 * A join to one of these parts of FROM: of several the one that the condition or the only foreign key names, else the first. `told`
 * tells the rows of classes among the parts.
 */
export function joinNode(
  type: JoinNode['type'],
  parts: readonly Node[],
  target: FromItem | Joinable,
  on?: JoinCondition,
  told: readonly Node[] = [],
): MadeJoin {
  const where = `${type === 'left' ? 'outerJoin' : type === 'inner' ? 'join' : `${type}Join`}()`;
  if (isJoinable(target)) return relationJoin(type, parts, target, on, where, told);
  const right = fromNode(target, where);
  const own = new Set(sourcesOf([right]).map((source) => source.id));
  const candidates = parts.filter((part) => sourcesOf([part]).some((source) => !own.has(source.id)));
  if (candidates.length === 0) throw sqlError('sql.bad-argument', where, 'something to join to: call from() first', 'nothing');
  // A class whose table has other rows too brings the condition that tells its own.
  const brought = toldOf(target);
  const made = (left: Node, condition: Node | null): MadeJoin => {
    const rest = tellJoin(type, among(told, left), brought);
    const all = [...(condition === null ? [] : [condition]), ...rest.on];
    const joined = make('join', { type: type === 'cross' && all.length > 0 ? 'inner' : type, left, right, on: conjunction(all) });
    return { joined, left, right: knownOf(target), where: rest.where, moved: rest.moved };
  };
  if (type === 'cross') return made(candidates[0], null);
  if (on !== undefined) {
    if (isShared(on)) {
      const { condition, left } = sharedJoin(candidates, right, on, where);
      return made(left, condition);
    }
    const condition = conditions([on], where)[0];
    return made(candidates.length === 1 ? candidates[0] : (candidates.find((part) => names(condition, part)) ?? candidates[0]), condition);
  }
  // What sees its neighbours has its condition inside.
  if (isKind(right, 'alias') && (isKind(right.of, 'lateral') || isKind(right.of, 'tableFunction')))
    return made(candidates[0], make('constant', { value: true }));
  const source =
    target instanceof Join ? sourcesOf([right]).map((one) => sourceAround(one)) : ownSources(sourceOf(target, where), right, candidates);
  const { left, condition } = byForeignKey(candidates, source);
  return made(left, condition);
}

/** Those of these conditions that are about a part of FROM. */
function among(told: readonly Node[], part: Node): Node[] {
  return told.filter((condition) => names(condition, part));
}

/** The sources of a class's rows that a foreign key may tie: its own table, then those of the classes above it. */
function ownSources(own: JoinTarget, right: Node, parts: readonly Node[]): JoinTarget[] {
  if (parts.some((part) => foreignKeyTies(part, own).length > 0)) return [own];
  const whole = (part: Node): SourceNode[] => {
    if (!isKind(part, 'join')) return sourcesOf([part]);
    return part.type === 'inner' ? [...whole(part.right), ...whole(part.left)] : whole(part.left);
  };
  const above = whole(right).filter(({ id }) => id !== own.node.id);
  return [own, ...above.map((one) => sourceAround(one))];
}

function isShared(on: JoinCondition): on is SharedColumns {
  return typeof on === 'object' && on !== null && ('using' in on || 'natural' in on);
}

/** A join by the columns that both sides have. Every column is named with its source, so an equality says the same as USING. */
function sharedJoin(candidates: readonly Node[], right: Node, on: SharedColumns, where: string): { condition: Node; left: Node } {
  const left = candidates[candidates.length - 1];
  const [own, others] = [left, right].map((side) => sourcesOf([side]).flatMap((source) => columnsBehind(source)));
  const names =
    'natural' in on ? [...new Set(own.map(({ key }) => key))].filter((key) => others.some((other) => other.key === key)) : on.using;
  const pairs = (typeof names === 'string' ? [names] : names).map((key) => {
    const [a, b] = [own, others].map((columns, i) => {
      const found = columns.filter((column) => column.key === key);
      if (found.length === 1) return found[0].node;
      const side = i === 0 ? 'left' : 'right';
      throw sqlError(
        'sql.bad-argument',
        `${where}, at '${key}',`,
        `a column that the ${side} side has once`,
        `one that it has ${found.length} times`,
      );
    });
    return make('binary', { operator: '=', left: a, right: b });
  });
  // Where nothing is shared, NATURAL puts every row beside every row.
  return { condition: pairs.length === 0 ? make('constant', { value: true }) : (conjunction(pairs) as Node), left };
}

function byForeignKey(parts: readonly Node[], targets: readonly JoinTarget[]): { left: Node; condition: Node } {
  let failure: unknown = null;
  for (const left of parts) {
    for (const target of targets) {
      try {
        return { left, condition: joinCondition(left, target) };
      } catch (error) {
        failure ??= error;
      }
    }
  }
  throw failure;
}

type JoinTarget = Parameters<typeof joinCondition>[1];

function sourceAround(node: SourceNode): JoinTarget {
  return { node, name: node.name ?? 'a subquery', table: tableBehind(node) };
}

function relationJoin(
  type: JoinNode['type'],
  parts: readonly Node[],
  relation: Joinable,
  on: JoinCondition | undefined,
  where: string,
  told: readonly Node[],
): MadeJoin {
  const { from, steps, filtered = false, told: right = [] } = relation['~join']();
  // The part that holds the relation's own side; where none does, that side comes in.
  const start = parts.find((part) => sourcesOf([part]).some((source) => source.id === from.id)) ?? from;
  let left: Node = start;
  // What tells the related rows is in the relation's own condition.
  const rest = tellJoin(type, among(told, start), right);
  const moved = rest.on.filter((node) => !right.includes(node));
  const after = { left: start, right, where: rest.where, moved: rest.moved };
  if (type !== 'inner' && steps.length > 1 && (filtered || on !== undefined)) {
    // A row between whose end a condition leaves out is no row: both come together, or neither.
    const outer: Node[] = [];
    const rows = steps.slice(1).reduce<Node>((part, step) => {
      if (names(step.on, start)) outer.push(step.on);
      const within = names(step.on, start) ? make('constant', { value: true }) : step.on;
      return make('join', { type: 'inner', left: part, right: step.source, on: within });
    }, steps[0].source);
    const more = on === undefined ? [] : conditions([on as ExpressionLike<boolean>], where);
    const whole = conjunction([steps[0].on, ...outer, ...more, ...moved]);
    return { ...after, joined: make('join', { type, left: start, right: rows, on: whole }) };
  }
  steps.forEach((step, i) => {
    const more = i === steps.length - 1 && on !== undefined ? conditions([on as ExpressionLike<boolean>], where) : [];
    const all = [step.on, ...more, ...(i === 0 ? moved : [])];
    left = make('join', { type, left, right: step.source, on: conjunction(all) });
  });
  return { ...after, joined: left as JoinNode };
}

function names(condition: Node, part: Node): boolean {
  const ids = new Set(sourcesOf([part]).map((source) => source.id));
  return sourcesOf([condition]).some((source) => ids.has(source.id));
}

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
  constructor(node: JoinNode) {
    this.node = node;
  }
  /** `INNER JOIN` one more. */
  join<T extends FromItem | Joinable>(target: T, on?: JoinCondition): Join<N | NameOf<T>, J | MissingIn<T>> {
    return new Join(joinNode('inner', [this.node], target, on).joined);
  }
  /** `LEFT OUTER JOIN` one more. */
  outerJoin<T extends FromItem | Joinable>(target: T, on?: JoinCondition): Join<N | NameOf<T>, J | NameOf<T>> {
    return new Join(joinNode('left', [this.node], target, on).joined);
  }
  /** `RIGHT OUTER JOIN` one more. */
  rightJoin<T extends FromItem | Joinable>(target: T, on?: JoinCondition): Join<N | NameOf<T>, N | MissingIn<T>> {
    return new Join(joinNode('right', [this.node], target, on).joined);
  }
  /** `FULL OUTER JOIN` one more. */
  fullJoin<T extends FromItem | Joinable>(target: T, on?: JoinCondition): Join<N | NameOf<T>, N | NameOf<T>> {
    return new Join(joinNode('full', [this.node], target, on).joined);
  }
  /** `CROSS JOIN` one more. */
  crossJoin<T extends FromItem>(target: T): Join<N | NameOf<T>, J | MissingIn<T>> {
    return new Join(joinNode('cross', [this.node], target).joined);
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
  return new Join(joinNode('inner', [fromNode(left, 'join()')], right, on).joined);
}

/** Two sources, the right one's columns NULL where it has no row. SQLAlchemy: `outerjoin()`. */
export function outerJoin<L extends FromItem, T extends FromItem>(
  left: L,
  right: T,
  on?: JoinCondition,
): Join<NameOf<L> | NameOf<T>, MissingIn<L> | NameOf<T>> {
  return new Join(joinNode('left', [fromNode(left, 'outerJoin()')], right, on).joined);
}

/**
 * A join to one of these parts of FROM, and that part: of several the one that the condition or the only foreign key
 * names, else the first.
 */
export function joinNode(
  type: JoinNode['type'],
  parts: readonly Node[],
  target: FromItem | Joinable,
  on?: JoinCondition,
): { readonly joined: JoinNode; readonly left: Node } {
  const where = `${type === 'left' ? 'outerJoin' : type === 'inner' ? 'join' : `${type}Join`}()`;
  if (isJoinable(target)) return relationJoin(type, parts, target, on, where);
  const right = fromNode(target, where);
  const own = new Set(sourcesOf([right]).map((source) => source.id));
  const candidates = parts.filter((part) => sourcesOf([part]).some((source) => !own.has(source.id)));
  if (candidates.length === 0) throw sqlError('sql.bad-argument', where, 'something to join to: call from() first', 'nothing');
  // A class whose table has other rows too brings the condition that tells its own.
  const more = target instanceof Join ? null : (sourceOf(target, where).reads?.where ?? null);
  if (type === 'cross') {
    const cross =
      more === null
        ? make('join', { type, left: candidates[0], right, on: null })
        : make('join', { type: 'inner', left: candidates[0], right, on: more });
    return { joined: cross, left: candidates[0] };
  }
  const withOwn = (condition: Node): Node => conjunction(more === null ? [condition] : [condition, more]) as Node;
  if (on !== undefined) {
    if (isShared(on)) {
      const { condition, left } = sharedJoin(candidates, right, on, where);
      return { joined: make('join', { type, left, right, on: withOwn(condition) }), left };
    }
    const condition = withOwn(conditions([on], where)[0]);
    const left = candidates.length === 1 ? candidates[0] : (candidates.find((part) => names(condition, part)) ?? candidates[0]);
    return { joined: make('join', { type, left, right, on: condition }), left };
  }
  // What sees its neighbours has its condition inside.
  if (isKind(right, 'alias') && (isKind(right.of, 'lateral') || isKind(right.of, 'tableFunction')))
    return { joined: make('join', { type, left: candidates[0], right, on: make('constant', { value: true }) }), left: candidates[0] };
  const source =
    target instanceof Join ? sourcesOf([right]).map((one) => sourceAround(one)) : ownSources(sourceOf(target, where), right, candidates);
  const { left, condition } = byForeignKey(candidates, source);
  return { joined: make('join', { type, left, right, on: withOwn(condition) }), left };
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
): { joined: JoinNode; left: Node } {
  const { from, steps, filtered = false } = relation['~join']();
  // The part that holds the relation's own side; where none does, that side comes in.
  const start = parts.find((part) => sourcesOf([part]).some((source) => source.id === from.id)) ?? from;
  let left: Node = start;
  if (type !== 'inner' && steps.length > 1 && (filtered || on !== undefined)) {
    // A row between whose end a condition leaves out is no row: both come together, or neither.
    const outer: Node[] = [];
    const right = steps.slice(1).reduce<Node>((part, step) => {
      if (names(step.on, start)) outer.push(step.on);
      const within = names(step.on, start) ? make('constant', { value: true }) : step.on;
      return make('join', { type: 'inner', left: part, right: step.source, on: within });
    }, steps[0].source);
    const more = on === undefined ? [] : conditions([on as ExpressionLike<boolean>], where);
    return { joined: make('join', { type, left: start, right, on: conjunction([steps[0].on, ...outer, ...more]) }), left: start };
  }
  for (const step of steps) {
    const more = step === steps[steps.length - 1] && on !== undefined;
    const condition = more ? conjunction([step.on, ...conditions([on as ExpressionLike<boolean>], where)]) : step.on;
    left = make('join', { type, left, right: step.source, on: condition });
  }
  return { joined: left as JoinNode, left: start };
}

function names(condition: Node, part: Node): boolean {
  const ids = new Set(sourcesOf([part]).map((source) => source.id));
  return sourcesOf([condition]).some((source) => ids.has(source.id));
}

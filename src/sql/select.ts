import { asSaid, impliedFrom, telling, tellingsIn } from './class-rows.ts';
import type { Cte } from './cte.ts';
import { sqlError } from './errors.ts';
import { type FromItem, fromNode, Join, type JoinCondition, joinNode, type MissingIn, toldOf } from './from-item.ts';
import { sameValues, withGroupValues } from './group-values.ts';
import { hint } from './hint.ts';
import { isJoinable, type Joinable, sourcesOf } from './join.ts';
import { changeSelect, make, makeSelect } from './make.ts';
import type { Node, SourceNode } from './node.ts';
import type { FieldsOf } from './node-kinds.ts';
import { isKind } from './node-walk.ts';
import type { NameOf } from './operand.ts';
import { conditions, conjunction, conjuncts, type ExpressionLike, isTrue } from './operand.ts';
import { expressionNode, marked, markedAgain, orderNodes, rowCount, termNode } from './order.ts';
import type { OrderTerm } from './order-term.ts';
import {
  type AddedItems,
  type AddedRow,
  type AllBut,
  type ItemsOf,
  joinProjections,
  type OuterRow,
  type OwnName,
  type Projection,
  project,
  type SelectRow,
  type SourceRow,
  unlabelled,
} from './projection.ts';
import { Query } from './query.ts';
import { type Reads, type Source, sourceOf } from './schema.ts';
import { except, intersect, type SetOperation, union, unionAll } from './set-operation.ts';
import type { JoinNode, SelectModifiersNode, SelectNode } from './statement-nodes.ts';

/**
 * A SELECT. Immutable: every method gives a new one. It is pure data; a session or connection runs it.
 * SQLAlchemy: `Select`.
 *
 * @typeParam R its row
 * @typeParam I what was selected, under the keys of the row
 * @typeParam J the sources that outer joins leave out where they have no row: their columns may be null
 */
export class Select<R, I = unknown, J = unknown> extends Query<R> {
  readonly node: SelectNode;
  constructor(node: SelectNode, projection: Projection) {
    super(projection);
    this.node = node;
  }

  #with(change: Partial<FieldsOf<SelectNode>>): Select<R, I, J> {
    return new Select<R, I, J>(changeSelect(this.node, change), this.projection);
  }

  /** With clauses in which what the rows are grouped by may be said again. */
  #grouped(change: Partial<Pick<FieldsOf<SelectNode>, 'groupBy' | 'having' | 'orderBy'>>): Select<R, I, J> {
    const { columns, groupBy, having, orderBy } = this.node;
    if (groupBy.length === 0 && change.groupBy === undefined) return this.#with(change);
    const { fields, projection } = withGroupValues({ columns, groupBy, having, orderBy, ...change }, this.projection);
    return new Select<R, I, J>(changeSelect(this.node, fields), projection);
  }

  #modify(change: Partial<FieldsOf<SelectModifiersNode>>): Select<R, I, J> {
    return this.#with({ modifiers: make('selectModifiers', { ...(this.node.modifiers ?? BLANK_MODIFIERS), ...change }) });
  }

  /** The sources to select from, where the columns do not say. SQLAlchemy: `select_from()`. */
  from<const T extends readonly FromItem[]>(...sources: T): Joined<R, I, J, MissingIn<T[number]>> {
    const given = sources.map((source) => fromNode(source, 'from()'));
    // A lone source that is there for what is selected comes in by itself, unless a statement around this one has it.
    const kept = withoutImplied(this.node.from, this.projection, given).filter(
      (part) => isKind(part, 'join') || !isImplied(part, this.projection),
    );
    const items = given.filter((item) => !kept.includes(item));
    const where = sources.flatMap(toldOf);
    // What a join says of its rows, it says where they may be.
    const said = sources.flatMap((source) => (source instanceof Join ? source.known : []));
    const own = withoutTold(withoutComputed(this.node.where, this.projection, given), said);
    return this.#with({ from: [...kept, ...items], where: added(own, where) }) as never;
  }
  /**
   * `INNER JOIN` a source, or along a relation. Without a condition the one foreign key between the two is used.
   * @example select(Post, User).join(Post.c.author); select(Post).join(User, Post.c.userId.eq(User.c.id))
   */
  join<T extends FromItem | Joinable>(target: T, on?: JoinCondition): Joined<R, I, J, MissingIn<T>> {
    return this.#join('inner', target, on) as never;
  }
  /** `LEFT OUTER JOIN`. SQLAlchemy: `outerjoin()`. */
  outerJoin<T extends FromItem | Joinable>(target: T, on?: JoinCondition): Joined<R, I, J, NameOf<T>> {
    return this.#join('left', target, on) as never;
  }
  /** `RIGHT OUTER JOIN`: every row of the target, whether it has a partner or not. */
  rightJoin<T extends FromItem | Joinable>(target: T, on?: JoinCondition): Joined<R, I, J, AllBut<OwnName<NameOf<T>>> | MissingIn<T>> {
    return this.#join('right', target, on) as never;
  }
  /** `FULL OUTER JOIN`. SQLAlchemy: `join(full=True)`. */
  fullJoin<T extends FromItem | Joinable>(target: T, on?: JoinCondition): Joined<R, I, J, AllBut<never>> {
    return this.#join('full', target, on) as never;
  }
  /** `CROSS JOIN`. */
  crossJoin<T extends FromItem>(target: T): Joined<R, I, J, MissingIn<T>> {
    return this.#join('cross', target) as never;
  }
  /** `CROSS JOIN LATERAL`: the query sees the sources before it. */
  crossJoinLateral<Q>(target: Source | Query<Q>): Select<R, I, J> {
    return this.#join('cross', target instanceof Query ? target.lateral() : target);
  }
  /** Adds conditions; all must hold. */
  where(...list: (ExpressionLike<boolean | null> | boolean)[]): Select<R, I, J> {
    const nodes = conditions(list, 'where()').filter((node) => !isTrue(node));
    return nodes.length === 0 ? this : this.#with({ where: conjunction(flatten(this.node.where, nodes)) });
  }
  /**
   * Groups the rows, by expressions, by columns of the result by their names or places, or by all columns of a class, table or alias.
   * @example select(User, func.count(Post.c.id)).join(User.c.posts).groupBy(User)
   */
  groupBy(...items: (ExpressionLike | Source | string | number)[]): Select<R, I, J> {
    const terms = items.flatMap(groupNodes(this.projection)).map((node) => marked(unlabelled(node), this.projection));
    return this.#grouped({ groupBy: [...this.node.groupBy, ...terms] });
  }
  /** Adds conditions on the groups. */
  having(...list: (ExpressionLike<boolean | null> | boolean)[]): Select<R, I, J> {
    const nodes = conditions(list, 'having()').filter((node) => !isTrue(node));
    return nodes.length === 0 ? this : this.#grouped({ having: conjunction(flatten(this.node.having, nodes)) });
  }
  /** Adds to the order: expressions, or columns of the result by their names or places. Without arguments it takes the order away. */
  orderBy(...terms: (OrderTerm | ExpressionLike | string | number)[]): Select<R, I, J> {
    return this.#grouped({
      orderBy: terms.length === 0 ? [] : [...this.node.orderBy, ...markedAgain(orderNodes(terms, this.projection), this.projection)],
    });
  }
  /** At most so many rows; null takes the limit away. */
  limit(rows: number | ExpressionLike<number> | null): Select<R, I, J> {
    return this.#with({ limit: rowCount(rows, 'limit()') });
  }
  /** Leaves out so many rows at the start. */
  offset(rows: number | ExpressionLike<number> | null): Select<R, I, J> {
    return this.#with({ offset: rowCount(rows, 'offset()') });
  }
  /** As `limit()`; `withTies` also lets in the rows that the order puts beside the last one. SQLAlchemy: `fetch()`. */
  fetch(rows: number | ExpressionLike<number>, options: { readonly withTies?: boolean } = {}): Select<R, I, J> {
    const limited = this.limit(rows);
    if (options.withTies !== true) return limited;
    if (this.node.orderBy.length === 0) throw sqlError('sql.bad-argument', 'fetch({ withTies })', 'an order: call orderBy() first', 'none');
    return limited.#modify({ withTies: true });
  }
  /** Each row once. */
  distinct(): Select<R, I, J> {
    return this.#with({ distinct: true });
  }
  /** Of the rows that are equal in these expressions, the first by the order. PostgreSQL has it; elsewhere window functions do it. */
  distinctOn(...items: ExpressionLike[]): Select<R, I, J> {
    if (items.length === 0) throw sqlError('sql.bad-argument', 'distinctOn()', 'one or more expressions', 'none');
    return this.#modify({ distinctOn: items.map((item) => expressionNode(item, 'distinctOn()')) });
  }
  /**
   * Locks the rows until the transaction ends, where the database locks rows. `share` lets others read them with a lock,
   * `key` lets others change what is no key. SQLAlchemy: `with_for_update()`.
   */
  forUpdate(
    options: { of?: Source | readonly Source[]; skipLocked?: boolean; noWait?: boolean; share?: boolean; key?: boolean } = {},
  ): Select<R, I, J> {
    const of = options.of === undefined ? [] : Array.isArray(options.of) ? options.of : [options.of as Source];
    if (options.skipLocked && options.noWait) throw sqlError('sql.bad-argument', 'forUpdate()', 'either skipLocked or noWait', 'both');
    const lock = make('lock', {
      strength: options.share ? (options.key ? 'keyShare' : 'share') : options.key ? 'noKeyUpdate' : 'update',
      wait: options.skipLocked ? 'skipLocked' : options.noWait ? 'noWait' : null,
      of: of.map((source) => sourceOf(source, 'forUpdate({ of })').node),
      assumed: false,
    });
    return this.#with({ lock });
  }
  /**
   * As a subquery: only these sources are those of the enclosing select; with null none is. Without it, every source that
   * the enclosing select has and that is not said in from(). SQLAlchemy: `correlate()`.
   */
  correlate(...sources: readonly Source[] | readonly [null]): Select<R, I, J> {
    const list = sources.filter((source) => source !== null);
    return this.#modify({ correlation: 'only', correlated: list.flatMap((source) => wholeSources(source, 'correlate()')) });
  }
  /** As a subquery: all sources that the enclosing select has are its own, but these. SQLAlchemy: `correlate_except()`. */
  correlateExcept(...sources: readonly Source[]): Select<R, I, J> {
    return this.#modify({ correlation: 'except', correlated: sources.flatMap((source) => wholeSources(source, 'correlateExcept()')) });
  }
  /** Words after SELECT, for one dialect or for all. SQLAlchemy: `prefix_with()`. */
  prefixWith(text: ExpressionLike, options: { readonly dialect?: string } = {}): Select<R, I, J> {
    return this.#modify({ prefixes: [...(this.node.modifiers?.prefixes ?? []), hint(text, null, options, 'prefixWith()')] });
  }
  /** Words at the end of the select, for one dialect or for all. SQLAlchemy: `suffix_with()`. */
  suffixWith(text: ExpressionLike, options: { readonly dialect?: string } = {}): Select<R, I, J> {
    return this.#modify({ suffixes: [...(this.node.modifiers?.suffixes ?? []), hint(text, null, options, 'suffixWith()')] });
  }
  /** Words after a source in FROM, such as a hint for its index, for one dialect or for all. SQLAlchemy: `with_hint()`. */
  withHint(source: Source, text: ExpressionLike, options: { readonly dialect?: string } = {}): Select<R, I, J> {
    const { node } = sourceOf(source, 'withHint()');
    return this.#modify({ hints: [...(this.node.modifiers?.hints ?? []), hint(text, node, options, 'withHint()')] });
  }
  /** Common table expressions that the select does not read: those that change rows (PostgreSQL). SQLAlchemy: `add_cte()`. */
  addCte(...ctes: readonly Cte[]): Select<R, I, J> {
    return this.#modify({ ctes: [...(this.node.modifiers?.ctes ?? []), ...ctes.map((one) => one.node)] });
  }
  /** These rows and those of other queries, each once. SQLAlchemy: `select.union()`. */
  union(...others: Query<R>[]): SetOperation<R> {
    return union<R>(this, ...others);
  }
  /** These rows and those of other queries. */
  unionAll(...others: Query<R>[]): SetOperation<R> {
    return unionAll<R>(this, ...others);
  }
  /** The rows that the others have too. */
  intersect(...others: Query<R>[]): SetOperation<R> {
    return intersect<R>(this, ...others);
  }
  /** The rows that the others do not have. */
  except(...others: Query<R>[]): SetOperation<R> {
    return except<R>(this, ...others);
  }
  /** Other columns, the rest as it is. SQLAlchemy: `with_only_columns()`. */
  columns<const X extends readonly unknown[]>(...items: X): Select<OuterRow<SelectRow<X>, ItemsOf<X>, J>, ItemsOf<X>, J> {
    const projection = project(items, 'columns()');
    const from = this.node.from.length > 0 ? this.node.from.map(asSaid) : sourcesOf(this.node.columns);
    const columns = projection.items.map((item) => item.node);
    const [groupBy, orderBy] = [markedAgain(this.node.groupBy, projection), markedAgain(this.node.orderBy, projection)];
    const again = withGroupValues({ columns, groupBy, having: this.node.having, orderBy }, projection);
    return new Select(make('select', { ...this.node, from, ...again.fields }), again.projection);
  }
  /** More columns, after those that are there. SQLAlchemy: `add_columns()`. */
  addColumns<Q, const X extends readonly unknown[]>(this: Select<Q, I, J>, ...items: X): Select<AddedRow<Q, X, J>, AddedItems<I, X>, J> {
    const projection = joinProjections(this.projection, project(items, 'addColumns()'), 'addColumns()');
    const columns = projection.items.map((item) => item.node);
    const again = withGroupValues({ ...this.node, columns }, projection);
    return new Select(make('select', { ...this.node, ...again.fields }), again.projection);
  }

  #join(type: JoinNode['type'], target: FromItem | Joinable, on?: JoinCondition): Select<R, I, J> {
    const { columns } = this.node;
    const way = isJoinable(target) ? target['~join']() : null;
    const more = way === null ? [fromNode(target, 'join()')] : way.steps.map((step) => step.source);
    const brought = new Set(sourcesOf(more).map(({ id }) => id));
    const isBrought = (part: Node): boolean => sourcesOf([part]).every(({ id }) => brought.has(id));
    const rest = withoutImplied(this.node.from, this.projection, more);
    const sides = way === null ? sourcesOf(columns) : [way.from, ...sourcesOf(columns)];
    const start = rest.length > 0 ? rest : sides.filter((source) => !isBrought(source));
    // What the join brings in part only, or all there is, is what it goes out from.
    const replaces = start.length > 0 && this.node.from.every((part) => rest.includes(part) || isBrought(part));
    const from = replaces ? rest : this.node.from;
    const parts = from.length > 0 ? from : sourcesOf(columns);
    const there = new Set((start.length > 0 ? sourcesOf(from) : parts.flatMap((part) => sourcesOf([part]))).map(({ id }) => id));
    const again = sourcesOf(more).find(({ id }) => there.has(id));
    if (again !== undefined) throw sqlError('sql.joined-again', again.name ?? 'a subquery');
    const along = way === null ? target : { '~join': () => way };
    const { joined, left, right, where, moved } = joinNode(type, parts, along, on, tellingsIn(this.node.where));
    const kept =
      type === 'inner' || type === 'left'
        ? withoutJoined(this.node.where, this.projection, joined, left)
        : withoutTold(this.node.where, [...moved, ...right]);
    return this.#with({
      from: from.includes(left) ? from.map((item) => (item === left ? joined : item)) : [...from, joined],
      where: added(added(kept, where), replaces ? amongMore(this.node.from, from, more, this.projection) : []),
    });
  }
}

/** A select with one more join, which leaves out these sources where they have no row. */
type Joined<R, I, J, M> = Select<OuterRow<R, I, M>, I, J | M>;

export const BLANK_MODIFIERS = {
  distinctOn: [],
  withTies: false,
  prefixes: [],
  suffixes: [],
  hints: [],
  correlation: null,
  correlated: [],
  ctes: [],
};

/** A select that reads these sources itself, whatever the statement around it reads. */
export function readingItself(node: SelectNode, sources: readonly SourceNode[]): SelectNode {
  const modifiers = make('selectModifiers', { ...(node.modifiers ?? BLANK_MODIFIERS), correlation: 'except', correlated: sources });
  return changeSelect(node, { modifiers });
}

/** All tables of a source's rows. */
function wholeSources(source: Source, where: string): SourceNode[] {
  return sourcesOf([fromNode(source, where)]);
}

/** A condition with others that it does not have yet. */
function added(existing: Node | null, more: readonly Node[]): Node | null {
  const said = existing === null ? [] : conjuncts(existing);
  const fresh = more.filter((node) => !said.includes(node));
  return fresh.length === 0 ? existing : conjunction(flatten(existing, fresh));
}

/** What an item of GROUP BY stands for. What a class's rows work out follows from its columns. */
function groupNodes(projection: Projection): (item: unknown) => Node[] {
  return (item) => {
    const isSource = (typeof item === 'function' || (typeof item === 'object' && item !== null)) && '~source' in item;
    if (!isSource) return [termNode(item, projection, 'groupBy()')];
    return sourceOf(item, 'groupBy()').columns.flatMap(({ node }) => (isKind(node, 'column') ? [node] : []));
  };
}

function flatten(existing: Node | null, added: readonly Node[]): Node[] {
  return existing === null ? [...added] : [...conjuncts(existing), ...added];
}

/** A condition without those that must hold and are left out. */
function without(where: Node, isLeft: (condition: Node) => boolean): Node | null {
  const all = conjuncts(where);
  const kept = all.filter((item) => !isLeft(item));
  return kept.length === all.length ? where : conjunction(kept);
}

const NO_READS: readonly Reads[] = [];

/** What classes among the items are read from, and columns of classes, unless something else there reads their tables. */
function readsOf({ items }: Projection): readonly Reads[] {
  if (!items.some(({ reads }) => reads !== undefined)) return NO_READS;
  const reads = items.flatMap((item) => (item.entity === null ? [] : (item.reads ?? [])));
  const columns = new Set(items.flatMap((item) => (item.entity === null ? (item.reads ?? []) : [])));
  if (columns.size === 0) return reads;
  const idsOf = (nodes: readonly Node[]): string[] => sourcesOf(nodes).map(({ id }) => id);
  const taken = new Set(idsOf([...reads.map(({ from }) => from), ...items.flatMap((item) => item.entity ?? [])]));
  for (const read of columns) {
    const own = idsOf([read.from]);
    if (own.some((id) => taken.has(id))) continue;
    for (const id of own) taken.add(id);
    reads.push(read);
  }
  return reads;
}

/** Whether a part of FROM is there for what is selected alone. */
function isImplied(part: Node, { items }: Projection): boolean {
  return items.some((item) => item.reads?.some((reads) => impliedFrom(reads) === part));
}

/** Parts of FROM without those that are there for what is selected alone, where something new reads their tables. */
function withoutImplied(from: readonly Node[], projection: Projection, more: readonly Node[]): readonly Node[] {
  if (!projection.items.some(({ reads }) => reads !== undefined && reads.length > 0)) return from;
  const named = new Set(sourcesOf(more).map(({ id }) => id));
  return from.filter((part) => !isImplied(part, projection) || !sourcesOf([part]).some(({ id }) => named.has(id)));
}

/**
 * A condition without those that are there for expressions over columns of a class, where something new reads its tables: several of
 * them, over several classes, may then go over all rows.
 */
function withoutComputed(where: Node | null, { items }: Projection, more: readonly Node[]): Node | null {
  const computed = items.filter(({ node, entity }) => entity === null && !isKind(unlabelled(node), 'column'));
  const reads = computed.flatMap((item) => item.reads ?? []);
  if (where === null || reads.length === 0) return where;
  const kept = new Set(items.flatMap((item) => (computed.includes(item) ? [] : (item.reads ?? []))));
  const named = new Set(sourcesOf(more).map(({ id }) => id));
  const dropped = reads
    .filter((read) => !kept.has(read) && sourcesOf([read.from]).some(({ id }) => named.has(id)))
    .map((read) => read.where);
  return without(where, (item) => dropped.includes(item));
}

/** What tells the rows of classes that are selected, where a join brings their tables in the place of what reads those rows alone. */
function amongMore(before: readonly Node[], from: readonly Node[], more: readonly Node[], { items }: Projection): Node[] {
  if (before === from) return [];
  const reads = new Set(items.flatMap((item) => item.reads ?? []));
  const gone = [...reads].filter((read) => {
    const implied = impliedFrom(read);
    return implied !== null && before.includes(implied) && !from.includes(implied);
  });
  return gone.filter((read) => !more.some((part) => holds(part, read.from))).flatMap(({ among }) => among ?? []);
}

/** Whether a part of FROM is this one, or has it among its joins. */
function holds(part: Node, wanted: Node): boolean {
  return part.key === wanted.key || (isKind(part, 'join') && (holds(part.left, wanted) || holds(part.right, wanted)));
}

/** A condition without some that tell the rows of classes, which are said elsewhere. */
function withoutTold(where: Node | null, told: readonly Node[]): Node | null {
  if (where === null || told.length === 0) return where;
  const tells = tellingsIn(where).filter((node) => told.some((one) => sameValues(one, node)));
  return without(where, (item) => tells.includes(item));
}

/** What the conditions of these joins say, each for itself. */
function conditionsOf(joined: Node, start: Node): Node[] {
  if (joined === start || !isKind(joined, 'join')) return [];
  const own = joined.on === null ? [] : conjuncts(joined.on);
  return [...own, ...conditionsOf(joined.left, start), ...conditionsOf(joined.right, start)];
}

/** A condition without those that tell the rows of a class, where its join says them: an outer join's rows may be none. */
function withoutJoined(where: Node | null, { items }: Projection, joined: Node, start: Node): Node | null {
  const reads = new Set(items.flatMap((item) => (item.reads ?? []).flatMap((read) => read.where ?? [])));
  if (where === null || reads.size === 0) return where;
  const said = conditionsOf(joined, start);
  const isSaid = (node: Node): boolean => reads.has(node) && said.some((one) => sameValues(one, node));
  return without(where, isSaid);
}

/**
 * Begins a SELECT. One object literal gives rows as objects under its names; anything else gives tuples.
 * SQLAlchemy: `select()`.
 *
 * @example select({ category: Category.c.name, products: func.count(Product.c.id) }).from(Category).join(Category.c.products).groupBy(Category.c.name)
 * @example select(Post, User).join(Post.c.author)
 */
export function select<const X extends readonly unknown[]>(...items: X): Select<SelectRow<X>, ItemsOf<X>, never> {
  if (items.length === 0) throw sqlError('sql.no-columns');
  const projection = project(items, 'select()');
  const reads = readsOf(projection);
  const columns = projection.items.map((item) => item.node);
  if (reads.length === 0) return new Select(makeSelect({ columns }), projection);
  const from = [...new Set(reads.flatMap((read) => impliedFrom(read) ?? []))];
  const where = conjunction([...new Set(reads.flatMap(telling))]);
  return new Select(makeSelect({ columns, from, where }), projection);
}

/**
 * Begins a SELECT of all columns of a source, as plain objects. SQLAlchemy: `select(table)`.
 * @example selectFrom(postTags).where(postTags.c.postId.eq(1))
 */
export function selectFrom<X extends Source>(source: X): Select<SourceRow<X>> {
  const { node, columns, reads } = sourceOf(source, 'selectFrom()');
  const projection = project([Object.fromEntries(columns.map((column) => [column.key, column]))], 'selectFrom()');
  return new Select<SourceRow<X>>(
    makeSelect({ columns: projection.items.map((item) => item.node), from: [reads?.from ?? node], where: conjunction(telling(reads)) }),
    projection,
  );
}

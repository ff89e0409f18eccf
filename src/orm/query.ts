import type { StatementLimits } from '../engine/statement-limits.ts';
import { describe, sqlError } from '../sql/errors.ts';
import { Expression, type ExpressionLike, type OrderTerm } from '../sql/expression.ts';
import type { Joinable } from '../sql/join.ts';
import { make, makeBind } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import type { ItemsOf, NameOf, OuterRow, SelectRow } from '../sql/projection.ts';
import type { Source } from '../sql/schema.ts';
import type { Select } from '../sql/select.ts';
import { BOOLEAN, isWhole } from '../sql/type.ts';
import { checkValue, unknownAttribute } from './attributes.ts';
import { derivedEquals } from './derived-attribute.ts';
import { NotFoundError, ormError } from './errors.ts';
import { keyValues } from './identity.ts';
import { type LoadRequest, mergeRequests, readRequests } from './load-request.ts';
import type { Entity, Mapper } from './mapping.ts';
import type { FilterBy, Loaded, UpdateBy, With } from './model-types.ts';
import { notFound, type PageParameters, type PaginateOptions, Pagination, readPage } from './pagination.ts';
import { columnOf, RelationAttribute } from './relation-attribute.ts';
import type { StreamOptions } from './stream-options.ts';
import type { Synchronize } from './synchronization.ts';

/** What a query asks for, as data. */
export interface QuerySpec {
  readonly mapper: Mapper;
  /** The class's table, or the alias that the query goes over. */
  readonly source: SourceNode;
  readonly select: Select<unknown>;
  readonly requests: readonly LoadRequest[];
  /** Rows may repeat an object, since something was joined. */
  readonly joined: boolean;
}

/** How the rows of a query are changed or deleted in one statement. */
export interface ChangeOptions {
  /** Every row of the table is meant, without a condition. */
  readonly all?: boolean;
  /** How the session's objects follow; `'auto'` unless told. */
  readonly synchronize?: Synchronize;
}

/** The session's side of a query. */
export interface QueryRunner {
  /** The objects of a query, with what it loads beside them. */
  runQuery(spec: QuerySpec): Promise<Entity[]>;
  /** The object with this key: the session's own, or read. */
  runGet(mapper: Mapper, values: readonly unknown[], requests: readonly LoadRequest[]): Promise<Entity | null>;
  /** The objects of a query one after the other. */
  runStream(spec: QuerySpec, options: StreamOptions): AsyncGenerator<Entity, void, undefined>;
  /** How many rows a query has. */
  runCount(spec: QuerySpec): Promise<number>;
  /** Rows of a select. */
  all<R>(select: Select<R>): Promise<R[]>;
  /** Changes all rows of the query, and the session's objects among them. */
  runUpdate(spec: QuerySpec, values: Readonly<Record<string, unknown>>, options: ChangeOptions): Promise<number>;
  /** Deletes all rows of the query, and lets go of the session's objects among them. */
  runDelete(spec: QuerySpec, options: ChangeOptions): Promise<number>;
  /** How the database would run the query. */
  runExplain(spec: QuerySpec): Promise<string[]>;
  /** The query as SQL, with its parameters. */
  toSQL(spec: QuerySpec): Promise<{ sql: string; parameters: unknown[] }>;
  /** The page that the current request asks for, where there is one. */
  pageParameters(): PageParameters | null;
  /** Runs work whose statements have these limits. */
  within<T>(limits: StatementLimits, work: () => T): T;
}

type Condition = ExpressionLike<boolean | null> | boolean;

/**
 * A query for objects of one class. Immutable: every method gives a new one; nothing runs before `all`, `first` and their
 * like. SQLAlchemy: `Query`; Flask-SQLAlchemy: `Model.query`.
 *
 * @typeParam M the class's objects
 * @typeParam Out the same, with what `with()` loads
 * @typeParam J the sources that outer joins leave out where they have no row
 */
export class Query<M, Out = M, J = unknown> {
  readonly #spec: QuerySpec;
  readonly #runner: () => QueryRunner;
  constructor(spec: QuerySpec, runner: () => QueryRunner) {
    this.#spec = spec;
    this.#runner = runner;
  }
  get '~spec'(): QuerySpec {
    return this.#spec;
  }
  #with(change: Partial<QuerySpec>): Query<M, Out, J> {
    return new Query<M, Out, J>({ ...this.#spec, ...change }, this.#runner);
  }
  #select(change: (statement: Select<unknown>) => Select<unknown>): Query<M, Out, J> {
    return this.#with({ select: change(this.#spec.select) });
  }

  /** Adds conditions; all must hold. SQLAlchemy: `filter()`, `where()`. */
  filter(...list: Condition[]): Query<M, Out, J> {
    return this.#select((statement) => statement.where(...list));
  }
  /** The same as `filter()`. */
  where(...list: Condition[]): Query<M, Out, J> {
    return this.filter(...list);
  }
  /** Conditions of equality by attribute: columns, and to-one relations by object. An undefined value is an error. SQLAlchemy: `filter_by()`. */
  filterBy(values: FilterBy<M>): Query<M, Out, J> {
    const { mapper, source } = this.#spec;
    const list = Object.entries(values).map(([key, value]) => {
      const position = mapper.positions.get(key);
      const derived = position === undefined ? derivedEquals(mapper, source, key, value) : null;
      if (derived !== null) return derived;
      if (position === undefined) return unknownAttribute(mapper, key);
      checkValue(value, `filterBy() of ${mapper.name}, at '${key}',`);
      if (position >= mapper.columns.length) {
        return new RelationAttribute(source, mapper, position - mapper.columns.length).eq(value as never);
      }
      const column = mapper.columns[position];
      const left = columnOf(source, column);
      const node: Node =
        value === null
          ? make('unary', { operator: 'IS NULL', operand: left, postfix: true })
          : make('binary', { operator: '=', left, right: value instanceof Expression ? value.node : makeBind(value, column.type) });
      return new Expression<boolean>(node, BOOLEAN);
    });
    return this.filter(...list);
  }
  /** Adds to the order; without arguments it takes the order away. */
  orderBy(...terms: (OrderTerm | ExpressionLike)[]): Query<M, Out, J> {
    return this.#select((statement) => statement.orderBy(...terms));
  }
  /** At most so many objects. */
  limit(count: number): Query<M, Out, J> {
    return this.#select((statement) => statement.limit(count));
  }
  /** Leaves out so many at the start. */
  offset(count: number): Query<M, Out, J> {
    return this.#select((statement) => statement.offset(count));
  }
  /** Each row once. */
  distinct(): Query<M, Out, J> {
    return this.#select((statement) => statement.distinct());
  }
  /** Joins a class, table or alias, or along a relation; the objects stay those of this class, each once. */
  join(target: Source | Joinable, on?: ExpressionLike<boolean | null>): Query<M, Out, J> {
    return this.#with({ select: this.#spec.select.join(target, on), joined: true });
  }
  /** `LEFT OUTER JOIN`. SQLAlchemy: `outerjoin()`. */
  outerJoin<T extends Source | Joinable>(target: T, on?: ExpressionLike<boolean | null>): Query<M, Out, J | NameOf<T>> {
    return this.#with({ select: this.#spec.select.outerJoin(target, on), joined: true });
  }
  /** Groups the rows. */
  groupBy(...items: ExpressionLike[]): Query<M, Out, J> {
    return this.#select((statement) => statement.groupBy(...items));
  }
  /** Adds conditions on the groups. */
  having(...list: Condition[]): Query<M, Out, J> {
    return this.#select((statement) => statement.having(...list));
  }
  /**
   * Loads relations together with the objects, and says so in the type. To-one relations join, collections take one
   * statement each. SQLAlchemy: `options(joinedload(…), selectinload(…))`.
   * @example Post.query().with({ author: { with: { profile: true } }, tags: true })
   */
  with<const W extends With<M>>(spec: W): Query<M, Loaded<M, W>, J> {
    const requests = mergeRequests(this.#spec.requests, readRequests(this.#spec.mapper, spec));
    return new Query<M, Loaded<M, W>, J>({ ...this.#spec, requests }, this.#runner);
  }
  /** Locks the rows until the transaction ends, where the database locks rows. SQLAlchemy: `with_for_update()`. */
  forUpdate(options: { skipLocked?: boolean; noWait?: boolean; share?: boolean } = {}): Query<M, Out, J> {
    return this.#select((statement) => statement.forUpdate(options));
  }
  /**
   * Limits each statement of the query, and those that load relations with it: `signal` ends them on the server when it is aborted,
   * `timeout` after so many seconds. SQLAlchemy: `execution_options()`.
   * @example await Post.query().executionOptions({ timeout: 5, signal: request.signal }).all()
   */
  executionOptions(limits: StatementLimits): Query<M, Out, J> {
    return new Query<M, Out, J>(this.#spec, () => limitedRunner(this.#runner(), limits));
  }
  /** Other columns in the objects' place. SQLAlchemy: `with_entities()`. */
  select<const X extends readonly unknown[]>(...items: X): RowQuery<OuterRow<SelectRow<X>, ItemsOf<X>, J>> {
    if (items.length === 0) throw sqlError('sql.no-columns');
    return new RowQuery(this.#spec.select.columns<X>(...items), this.#runner) as never;
  }

  /** All objects. */
  async all(): Promise<Out[]> {
    return (await this.#runner().runQuery(this.#spec)) as Out[];
  }
  /** The first object, or null. */
  async first(): Promise<Out | null> {
    const spec = this.#spec.select.node.limit === null ? { ...this.#spec, select: this.#spec.select.limit(1) } : this.#spec;
    return ((await this.#runner().runQuery(spec))[0] as Out | undefined) ?? null;
  }
  /** The only object. Throws NoResultFound or MultipleResultsFound. */
  async one(): Promise<Out> {
    const found = await this.#two('one');
    if (found === null) throw ormError('orm.no-result', this.#spec.mapper.name);
    return found;
  }
  /** The only object, or null. Throws MultipleResultsFound. SQLAlchemy: `one_or_none()`. */
  oneOrNone(): Promise<Out | null> {
    return this.#two('oneOrNone');
  }
  async #two(method: string): Promise<Out | null> {
    const spec =
      this.#spec.select.node.limit === null && !this.#spec.joined ? { ...this.#spec, select: this.#spec.select.limit(2) } : this.#spec;
    const found = await this.#runner().runQuery(spec);
    if (found.length > 1) throw ormError('orm.several-results', this.#spec.mapper.name, method);
    return (found[0] as Out | undefined) ?? null;
  }
  /** The object with this key, or null: one value, a list for a key of several columns, or an object by attribute. */
  async get(key: unknown): Promise<Out | null> {
    const { mapper, source, select: statement, requests } = this.#spec;
    const values = keyValues(mapper, key);
    const { where, lock, from } = statement.node;
    if (where === null && lock === null && from.length <= 1) return (await this.#runner().runGet(mapper, values, requests)) as Out | null;
    const conditions = mapper.keyPositions.map((position, i) => {
      const column = mapper.columns[position];
      return new Expression<boolean>(
        make('binary', { operator: '=', left: columnOf(source, column), right: makeBind(values[i], column.type) }),
        BOOLEAN,
      );
    });
    return this.filter(...conditions).first();
  }
  /** The object with this key. Throws a NotFoundError (404). Flask-SQLAlchemy: `get_or_404()`. */
  async getOr404(key: unknown, options: { description?: string } = {}): Promise<Out> {
    let values: unknown = key;
    // A key from a URL is text; one that is no number cannot be the key of any row.
    const { mapper } = this.#spec;
    if (typeof key === 'string' && mapper.keyPositions.length === 1) values = keyFromText(mapper, key);
    const found = values === null || values === undefined ? null : await this.get(values);
    return found ?? this.#missing(options.description);
  }
  /** The first object. Throws a NotFoundError (404). Flask-SQLAlchemy: `first_or_404()`. */
  async firstOr404(options: { description?: string } = {}): Promise<Out> {
    return (await this.first()) ?? this.#missing(options.description);
  }
  /** The only object. Throws a NotFoundError (404) where there is none or several. Flask-SQLAlchemy: `one_or_404()`. */
  async oneOr404(options: { description?: string } = {}): Promise<Out> {
    const spec =
      this.#spec.select.node.limit === null && !this.#spec.joined ? { ...this.#spec, select: this.#spec.select.limit(2) } : this.#spec;
    const found = await this.#runner().runQuery(spec);
    return found.length === 1 ? (found[0] as Out) : this.#missing(options.description);
  }
  #missing(description: string | undefined): never {
    throw description === undefined ? notFound(this.#spec.mapper.name) : new NotFoundError('orm.not-found', description);
  }
  /**
   * The objects one after the other, in bounded memory: rows come as the loop asks for them, and objects that it does not
   * change are let go. To-one relations join, collections load batch by batch. The loop may `break` or throw; the rest is
   * not read. A query with joins may give an object again in a later batch. SQLAlchemy: `yield_per()`.
   * @example for await (const user of User.query().stream({ batch: 1000 })) report(user);
   */
  stream(options: StreamOptions = {}): AsyncGenerator<Out, void, undefined> {
    return this.#runner().runStream(this.#spec, options) as AsyncGenerator<Out, void, undefined>;
  }
  /** How many rows there are. */
  count(): Promise<number> {
    return this.#runner().runCount(this.#spec);
  }
  /** Whether there is any row. */
  async exists(): Promise<boolean> {
    const one = new Expression<number>(make('raw', { pieces: ['1'], items: [] }), BOOLEAN);
    const rows = await this.#runner().all(this.#spec.select.orderBy().columns(one).limit(1));
    return rows.length > 0;
  }
  /**
   * One page of the objects, and the count of all: two statements. Flask-SQLAlchemy: `paginate()`.
   * @example await Post.query().orderBy(Post.c.id).paginate({ page: 2, perPage: 20 })
   */
  async paginate(options: PaginateOptions = {}): Promise<Pagination<Out>> {
    const { page, perPage } = readPage(options, this.#runner().pageParameters());
    const load = (number: number, size: number): Promise<Out[]> =>
      this.#select((statement) => statement.limit(size).offset((number - 1) * size)).all();
    const items = await load(page, perPage);
    if (items.length === 0 && page !== 1 && (options.errorOut ?? true)) throw notFound('page');
    const total = options.count === false ? null : await this.count();
    return new Pagination(items, page, perPage, total, load);
  }
  /**
   * Changes all rows of the query in one statement, and the session's objects among them; gives their number. Without a
   * condition it needs `{ all: true }`. SQLAlchemy: `Query.update()`.
   */
  update(values: UpdateBy<M>, options: ChangeOptions = {}): Promise<number> {
    return this.#runner().runUpdate(this.#spec, values as Readonly<Record<string, unknown>>, options);
  }
  /** Deletes all rows of the query in one statement; gives their number. Without a condition it needs `{ all: true }`. SQLAlchemy: `Query.delete()`. */
  delete(options: ChangeOptions = {}): Promise<number> {
    return this.#runner().runDelete(this.#spec, options);
  }
  /** How the database would run the query, line by line. */
  explain(): Promise<string[]> {
    return this.#runner().runExplain(this.#spec);
  }
  /** The SQL of the query and its parameters, for looking at. */
  toSQL(): Promise<{ sql: string; parameters: unknown[] }> {
    return this.#runner().toSQL(this.#spec);
  }
  /** The query as a select of Core, to go on with: a subquery, a union. */
  toSelect(): Select<[M]> {
    return this.#spec.select as Select<[M]>;
  }
}

/** What a query asks for. Throws an ArgumentError for what is no query of a class. */
export function specOf(query: unknown): QuerySpec {
  if (query instanceof Query) return query['~spec'];
  throw sqlError('sql.bad-argument', 'stream()', 'a query of a class', describe(query));
}

/** A session's side of a query whose statements have limits, those that load beside it included. */
function limitedRunner(runner: QueryRunner, limits: StatementLimits): QueryRunner {
  return {
    runQuery: (spec) => runner.within(limits, () => runner.runQuery(spec)),
    runGet: (mapper, values, requests) => runner.within(limits, () => runner.runGet(mapper, values, requests)),
    runStream: (spec, options) => runner.runStream(spec, { ...limits, ...options }),
    runCount: (spec) => runner.within(limits, () => runner.runCount(spec)),
    all: (select) => runner.within(limits, () => runner.all(select)),
    runUpdate: (spec, values, options) => runner.within(limits, () => runner.runUpdate(spec, values, options)),
    runDelete: (spec, options) => runner.within(limits, () => runner.runDelete(spec, options)),
    runExplain: (spec) => runner.runExplain(spec),
    toSQL: (spec) => runner.toSQL(spec),
    pageParameters: () => runner.pageParameters(),
    within: (own, work) => runner.within(own, work),
  };
}

function keyFromText(mapper: Mapper, text: string): unknown {
  const { type } = mapper.columns[mapper.keyPositions[0]];
  if (type.name === 'bigInteger' && !type.asNumber) return /^-?\d{1,19}$/.test(text) ? BigInt(text) : null;
  if (isWhole(type)) return /^-?\d{1,15}$/.test(text) ? Number(text) : null;
  return text;
}

/** A query for rows of chosen columns. */
export class RowQuery<R> {
  readonly #select: Select<R>;
  readonly #runner: () => QueryRunner;
  constructor(statement: Select<R>, runner: () => QueryRunner) {
    this.#select = statement;
    this.#runner = runner;
  }
  /** All rows. */
  all(): Promise<R[]> {
    return this.#runner().all(this.#select);
  }
  /** The first row, or null. */
  async first(): Promise<R | null> {
    return (await this.#runner().all(this.#select.limit(1)))[0] ?? null;
  }
  /** The first column of every row. */
  async scalars(): Promise<(R extends readonly [infer V, ...unknown[]] ? V : R[keyof R])[]> {
    return (await this.all()).map(firstOf) as never;
  }
  /** The first column of the first row, or null. */
  async scalar(): Promise<(R extends readonly [infer V, ...unknown[]] ? V : R[keyof R]) | null> {
    const row = await this.first();
    return row === null ? null : (firstOf(row) as never);
  }
  /** The select behind it. */
  toSelect(): Select<R> {
    return this.#select;
  }
}

function firstOf(row: unknown): unknown {
  if (Array.isArray(row)) return row[0];
  if (typeof row === 'object' && row !== null) return Object.values(row)[0];
  throw sqlError('sql.bad-argument', 'scalars()', 'rows', describe(row));
}

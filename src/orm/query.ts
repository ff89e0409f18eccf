import type { Executable } from '../engine/statement.ts';
import type { StatementLimits } from '../engine/statement-limits.ts';
import { describe, sqlError } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import type { Joinable } from '../sql/join.ts';
import { changeSelect, make, makeBind } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { ExpressionLike, NameOf, QueryLike } from '../sql/operand.ts';
import type { OrderTerm } from '../sql/order-term.ts';
import type { ItemsOf, OuterRow, SelectRow } from '../sql/projection.ts';
import type { Source } from '../sql/schema.ts';
import { Select, select } from '../sql/select.ts';
import type { LockNode, SelectNode } from '../sql/statement-nodes.ts';
import { BOOLEAN } from '../sql/type.ts';
import { type ChoiceChange, type ColumnChoice, choose, keepRead, selectChosen } from './column-choice.ts';
import {
  adaptSelect,
  adaptSpec,
  chooseOverUnion,
  joinOverUnion,
  loadOverUnion,
  readNamedConcrete,
  refuseOverUnion,
} from './concrete-query.ts';
import { standFor } from './concrete-union.ts';
import type { CriteriaCondition, CriteriaTarget } from './criteria.ts';
import { addChange, inScope, makeCriterion } from './criteria.ts';
import { type CursorOptions, type CursorPage, pageByCursor } from './cursor-pagination.ts';
import { NotFoundError, ormError } from './errors.ts';
import { equalities } from './filter-by.ts';
import { keyFromText, keyValues } from './identity.ts';
import { type LoadRequest, mergeRequests, readRequests, tiesOf, withDefaults } from './load-request.ts';
import { columnOf } from './mapped-source.ts';
import type { Entity } from './mapping.ts';
import type { AnyClass, ColumnKeys, FilterBy, Loaded, UpdateBy, With, Without } from './model-types.ts';
import { nameOthers } from './other-sources.ts';
import { notFound, type PaginateOptions, Pagination, readPage } from './pagination.ts';
import { lockedOwn, readClasses, readNamed } from './polymorphic-reading.ts';
import { amongKeys, type SetOperator } from './query-sets.ts';
import { type ChangeOptions, type ExplainOptions, limitedRunner, type QueryRunner, type QuerySpec } from './query-spec.ts';
import { RelationAttribute } from './relation-attribute.ts';
import { RowQuery, type RowRunner } from './row-query.ts';
import { StatementQuery } from './statement-query.ts';
import type { StreamOptions } from './stream-options.ts';

type Condition = ExpressionLike<boolean | null> | boolean;

/**
 * A query for objects of one class. Immutable: every method gives a new one; nothing runs before `all`, `first` and their
 * like. SQLAlchemy: `Query`; Flask-SQLAlchemy: `Model.query`.
 *
 * @typeParam M the class's objects
 * @typeParam Out the same, with what `with()` loads
 * @typeParam J the sources that outer joins leave out where they have no row
 */
export class Query<M, Out = M, J = unknown> implements QueryLike<unknown> {
  declare readonly '~row': unknown;
  readonly #spec: QuerySpec;
  readonly #runner: () => QueryRunner;
  constructor(spec: QuerySpec, runner: () => QueryRunner) {
    this.#spec = spec;
    this.#runner = runner;
  }
  get '~spec'(): QuerySpec {
    return this.#spec;
  }
  /** The query's select, where it stands in another statement, as in `exists()`. Criteria are those of that statement. */
  get node(): SelectNode {
    return this.#spec.select.node;
  }
  #with(change: Partial<QuerySpec>): Query<M, Out, J> {
    return new Query<M, Out, J>({ ...this.#spec, ...change }, this.#runner);
  }
  #select(change: (statement: Select<unknown>) => Select<unknown>): Query<M, Out, J> {
    const changed = { ...this.#spec, select: change(this.#spec.select) };
    return new Query<M, Out, J>(changed.union === undefined ? readNamed(changed) : adaptSpec(changed), this.#runner);
  }

  /**
   * Adds conditions; all must hold. Other classes that they name come in by themselves, and each object stays there once. SQLAlchemy:
   * `filter()`, `where()`.
   */
  filter(...list: Condition[]): Query<M, Out, J> {
    const filtered = this.#select((statement) => statement.where(...list));
    const { joined, union } = this.#spec;
    return joined || union !== undefined || !nameOthers(this.#spec, list) ? filtered : filtered.#with({ joined: true });
  }
  /** The same as `filter()`. */
  where(...list: Condition[]): Query<M, Out, J> {
    return this.filter(...list);
  }
  /** Conditions of equality by attribute: columns, and to-one relations by object. An undefined value is an error. SQLAlchemy: `filter_by()`. */
  filterBy(values: FilterBy<M>): Query<M, Out, J> {
    return this.filter(...equalities(this.#spec.mapper, this.#spec.source, values));
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
  join(target: Source | Joinable, on?: ExpressionLike<boolean | null> | RelationAttribute): Query<M, Out, J> {
    return this.#join('join', target, on);
  }
  /** `LEFT OUTER JOIN`. SQLAlchemy: `outerjoin()`. */
  outerJoin<T extends Source | Joinable>(target: T, on?: ExpressionLike<boolean | null> | RelationAttribute): Query<M, Out, J | NameOf<T>> {
    return this.#join('outerJoin', target, on);
  }
  #join(
    method: 'join' | 'outerJoin',
    target: Source | Joinable,
    on?: ExpressionLike<boolean | null> | RelationAttribute,
  ): Query<M, Out, J> {
    if (on instanceof RelationAttribute) return this.#join(method, on.of(target as Source & { readonly '~entity': unknown }));
    const { joins = [] } = this.#spec;
    if (!(target instanceof RelationAttribute)) return this.#select((statement) => statement[method](target, on)).#with({ joined: true });
    // Asked once, since a relation of a class to itself makes an alias each time.
    const way = joinOverUnion(this.#spec, target);
    const joined = { relation: target.relation, parent: way.from, target: way.target, mapper: way.mapper };
    const next = this.#select((statement) => statement[method]({ '~join': () => way }, on));
    return next.#with({ joined: true, joins: [...joins, joined] });
  }
  /** Groups the rows, by expressions or by all columns of a class. SQLAlchemy: `group_by()`. */
  groupBy(...items: (ExpressionLike | Source)[]): Query<M, Out, J> {
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
  with<const W extends With<M>>(spec: W): Query<M, Loaded<M, W, Out>, J> {
    const { union } = this.#spec;
    if (union !== undefined) return new Query<M, Out, J>(loadOverUnion(this.#spec, union, spec), this.#runner) as never;
    const requests = mergeRequests(this.#spec.requests, readRequests(this.#spec.mapper, spec));
    return this.#with({ requests }).#reading(this.#spec.columns) as never;
  }
  /**
   * Reads these columns alone, with the key; the others are not loaded, and not in the type. SQLAlchemy: `load_only()`.
   * @example Post.query().loadOnly('title')
   */
  loadOnly<const K extends ColumnKeys<M>>(...keys: readonly K[]): Query<M, Without<Out, Exclude<ColumnKeys<M>, K | 'id'>>, J> {
    return this.#choose({ only: keys }) as never;
  }
  /** Does not read these columns; they are not in the type. SQLAlchemy: `defer()`. */
  defer<const K extends ColumnKeys<M>>(...keys: readonly K[]): Query<M, Without<Out, K>, J> {
    return this.#choose({ defer: keys }) as never;
  }
  /** Reads columns that are `deferred()`, by attribute or by the name of their group. SQLAlchemy: `undefer()`, `undefer_group()`. */
  undefer(...names: readonly string[]): Query<M, Out, J> {
    return this.#choose({ undefer: names });
  }
  #choose(change: ChoiceChange): Query<M, Out, J> {
    const { union } = this.#spec;
    if (union !== undefined) return new Query<M, Out, J>(chooseOverUnion(this.#spec, union, change), this.#runner);
    return this.#reading(choose(this.#spec.mapper, this.#spec.columns, change));
  }
  /** Reads these columns, and those by which the relations that are asked for are found. */
  #reading(choice: ColumnChoice | null): Query<M, Out, J> {
    if (choice === null) return this;
    const { mapper, source, select: statement, requests } = this.#spec;
    const columns = keepRead(mapper, choice, tiesOf(withDefaults(mapper, requests)));
    return this.#with({ columns, select: selectChosen(statement, mapper, source, columns) });
  }
  /**
   * How the classes below are read: those named, or `'*'` for all, in the query's own statement (`'inline'`), or by one further
   * statement for the objects of each that it found (`'selectin'`). The others are read as their models say. A class whose table a
   * condition names is read in the same statement. SQLAlchemy: `with_polymorphic()`, `selectin_polymorphic()`.
   * @example await Employee.query().withPolymorphic([Engineer, Manager], 'selectin').all()
   */
  withPolymorphic(classes: '*' | readonly AnyClass[], how: 'inline' | 'selectin' = 'inline'): Query<M, Out, J> {
    const concrete = readNamedConcrete(this.#spec, classes, how);
    return new Query<M, Out, J>(concrete ?? readNamed(readClasses(this.#spec, classes, how)), this.#runner);
  }
  /**
   * A condition on all rows of a class that this query reads, and what it loads too, or on those of every class whose shape
   * was made with a mixin. SQLAlchemy: `options(with_loader_criteria(…))`.
   * @example User.query().with({ posts: true }).withCriteria(Post, (c) => c.published.eq(true))
   */
  withCriteria<T extends CriteriaTarget>(target: T, condition: CriteriaCondition<T>): Query<M, Out, J> {
    return this.#with({ criteria: addChange(this.#spec.criteria, { more: [makeCriterion(target, condition, null)] }) });
  }
  /**
   * Leaves out the criteria of these names, or all that models, database and session say, in what the query loads too.
   * @example Post.query().withoutCriteria('softDelete')
   */
  withoutCriteria(...names: readonly string[]): Query<M, Out, J> {
    return this.#with({ criteria: addChange(this.#spec.criteria, { without: names.length === 0 ? 'all' : names }) });
  }
  /**
   * Locks the rows until the transaction ends, where the database locks rows: `of` only those of these sources, `share` so that
   * others may read them with a lock, `key` so that others may change what is no key. SQLAlchemy: `with_for_update()`.
   */
  forUpdate(options: Parameters<Select<unknown>['forUpdate']>[0] = {}): Query<M, Out, J> {
    refuseOverUnion(this.#spec, 'forUpdate()');
    const { mapper, source } = this.#spec;
    return this.#select((statement) => {
      const locked = statement.forUpdate(options);
      const lock = lockedOwn(mapper, locked.node.lock as LockNode);
      return source.kind !== 'table' || lock === locked.node.lock
        ? locked
        : new Select(changeSelect(locked.node, { lock }), locked.projection);
    });
  }
  /**
   * Limits each statement of the query, and those that load relations with it: `signal` ends them on the server when it is aborted,
   * `timeout` after so many seconds. SQLAlchemy: `execution_options()`.
   * @example await Post.query().executionOptions({ timeout: 5, signal: request.signal }).all()
   */
  executionOptions(limits: StatementLimits): Query<M, Out, J> {
    return new Query<M, Out, J>(this.#spec, () => limitedRunner(this.#runner(), limits));
  }
  /** Words after a source in FROM, such as a hint for its index; the class's own unless another is named. SQLAlchemy: `with_hint()`. */
  withHint(text: ExpressionLike, options: { readonly source?: Source; readonly dialect?: string } = {}): Query<M, Out, J> {
    const { source = this.#spec.mapper.entityClass as unknown as Source, ...rest } = options;
    return this.#select((statement) => statement.withHint(source, text, rest));
  }
  /** Words after SELECT, for one dialect or for all. SQLAlchemy: `prefix_with()`. */
  prefixWith(text: ExpressionLike, options: { readonly dialect?: string } = {}): Query<M, Out, J> {
    return this.#select((statement) => statement.prefixWith(text, options));
  }
  /** Words at the end of the select, for one dialect or for all. SQLAlchemy: `suffix_with()`. */
  suffixWith(text: ExpressionLike, options: { readonly dialect?: string } = {}): Query<M, Out, J> {
    return this.#select((statement) => statement.suffixWith(text, options));
  }

  /** A query for the objects of this one and of others, each once. Its order and limit are its own. SQLAlchemy: `Query.union()`. */
  union(...others: Query<M, unknown>[]): Query<M, Out, J> {
    return this.#together('UNION', others);
  }
  /** A query for the objects that the others give too. SQLAlchemy: `Query.intersect()`. */
  intersect(...others: Query<M, unknown>[]): Query<M, Out, J> {
    return this.#together('INTERSECT', others);
  }
  /** A query for the objects that the others do not give. SQLAlchemy: `Query.except_()`. */
  except(...others: Query<M, unknown>[]): Query<M, Out, J> {
    return this.#together('EXCEPT', others);
  }
  #together(operator: SetOperator, others: readonly Query<M, unknown>[]): Query<M, Out, J> {
    const specs = [this.#spec, ...others.map(specOf)];
    const { mapper, requests, union } = this.#spec;
    const among = amongKeys(operator, specs);
    if (union !== undefined) return this.#with({ select: union.whole.where(among), columns: null, joined: false, joins: [] });
    const whole = select(mapper.entityClass as unknown as Source).where(among);
    const { planId } = mapper;
    const { criteria } = this.#spec;
    const spec = { mapper, planId, source: mapper.table.node, select: whole, requests, joined: false, criteria, columns: null };
    return new Query<M, Out, J>(spec, this.#runner);
  }
  /**
   * The objects of this query in the place of a table: its attributes are named through `c`, and rows that it gives are the
   * class's own objects. SQLAlchemy: `aliased(User, query.subquery())`.
   * @example const best = Post.query().orderBy(Post.c.views.desc()).limit(10).alias('best'); User.query().join(best, best.c.userId.eq(User.c.id))
   */
  alias(name?: string): QueryAlias<M> {
    const { mapper, union, select: statement } = this.#spec;
    const model = mapper.entityClass as unknown as { '~alias'(name: string | null, of: Node): QueryAlias<M> };
    const { node } = statement['~derive']();
    if (union !== undefined) standFor(node, union.union);
    return model['~alias'](name ?? null, node);
  }
  /**
   * The objects of a statement written by hand, or of any other that gives their columns by name; columns that it does not give
   * are not loaded. SQLAlchemy: `from_statement()`.
   *
   * @param params the values of the `:parameters` of a `text()`
   * @example await db.session.query(User).fromStatement(sql`SELECT * FROM users WHERE username = ${name}`).all()
   */
  fromStatement(statement: Executable, params?: Readonly<Record<string, unknown>>): StatementQuery<M, Out> {
    refuseOverUnion(this.#spec, 'fromStatement()');
    const run = (requests: readonly LoadRequest[]): Promise<Entity[]> =>
      this.#runner().runQuery({ ...this.#spec, requests, statement: { statement, params } });
    return new StatementQuery<M, Out>(this.#spec.mapper, this.#spec.requests, run);
  }

  /**
   * The query's objects that the session has become what their rows say: what they were changed to is lost, and their relations load
   * anew. SQLAlchemy: `populate_existing()`.
   */
  populateExisting(): Query<M, Out, J> {
    return this.#with({ populate: true });
  }
  /**
   * Other columns in the objects' place. Objects among them come as they are: a MappingError where `with()` or `populateExisting()` was
   * called before, which are of the query's own objects. SQLAlchemy: `with_entities()`.
   */
  select<const X extends readonly unknown[]>(...items: X): RowQuery<OuterRow<SelectRow<X>, ItemsOf<X>, J>> {
    if (items.length === 0) throw sqlError('sql.no-columns');
    this.#refuseRows();
    const runner = (): RowRunner => ({ all: (rows) => this.#rows(rows), pageParameters: () => this.#runner().pageParameters() });
    const rows = this.#spec.select.columns<X>(...items);
    if (this.#spec.union === undefined) return new RowQuery(rows, runner) as never;
    // Only what is selected now may be a row of a class: the union has none.
    return new RowQuery(adaptSelect(this.#spec, rows), runner, (statement) => adaptSelect(this.#spec, statement)) as never;
  }

  /** Refuses to make rows of a query that says something of its objects, which would be in vain. */
  #refuseRows(): void {
    const { mapper, requests, union, populate } = this.#spec;
    const loads = requests.length > 0 || [...(union?.requests.values() ?? [])].some((own) => own.length > 0);
    if (loads)
      throw ormError(
        'orm.of-objects',
        'with()',
        mapper.name,
        'Leave it out, and call session.load(objects, { … }) on the objects of the rows',
      );
    if (populate === true)
      throw ormError(
        'orm.of-objects',
        'populateExisting()',
        mapper.name,
        'Leave it out, and call session.refresh(objects) on the objects of the rows',
      );
  }

  /** All objects. */
  async all(): Promise<Out[]> {
    return (await this.#runner().runQuery(this.#spec)) as Out[];
  }
  /** The first object, or null. */
  async first(): Promise<Out | null> {
    // Several rows make one object where the query's join fills a collection of it.
    const whole = this.#spec.requests.some(({ strategy, relation }) => strategy === 'contains' && relation.many);
    const limited = this.#spec.select.node.limit !== null || whole;
    const spec = limited ? this.#spec : { ...this.#spec, select: this.#spec.select.limit(1) };
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
    const { union } = this.#spec;
    if (
      union === undefined &&
      (where === null || where === mapper.condition) &&
      lock === null &&
      from.length <= 1 &&
      this.#spec.populate !== true
    )
      return (await inScope(this.#spec.criteria, () => this.#runner().runGet(mapper, values, requests))) as Out | null;
    const conditions = mapper.keyPositions.map((position, i) => {
      const column = mapper.columns[position];
      return new Expression<boolean>(
        make('binary', { operator: '=', left: columnOf(source, column), right: makeBind(values[i], column.type) }),
        BOOLEAN,
      );
    });
    const found = this.filter(...conditions);
    // Tables with nothing in common may have the same key.
    return union === undefined ? found.first() : found.#two('get');
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
    const rows = await this.#rows(this.#spec.select.orderBy().columns(one).limit(1));
    return rows.length > 0;
  }
  #rows<R>(statement: Select<R>): Promise<R[]> {
    return inScope(this.#spec.criteria, () => this.#runner().all(statement));
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
   * One page of the objects after or before another, found by its cursor: no rows are counted or skipped, so the last page is as
   * quick as the first. The order is the query's, with the key after it.
   * @example const page = await Post.query().orderBy(Post.c.createdAt.desc()).paginateByCursor({ after: request.query.after });
   */
  async paginateByCursor(options: CursorOptions = {}): Promise<CursorPage<Out>> {
    const { perPage } = readPage({ perPage: options.perPage, maxPerPage: options.maxPerPage, page: 1 }, this.#runner().pageParameters());
    const { mapper, source, select: statement, union } = this.#spec;
    const values = (condition: Expression<boolean>, columns: readonly Expression[]): Promise<unknown[][]> =>
      this.#with({ requests: [], populate: false })
        .filter(condition)
        .orderBy()
        .limit(1)
        .select(...columns)
        .all() as Promise<unknown[][]>;
    const read = (condition: Expression<boolean> | null, order: readonly OrderTerm[], limit: number): Promise<Out[]> => {
      const ordered = this.orderBy()
        .orderBy(...order)
        .limit(limit);
      return (condition === null ? ordered : ordered.filter(condition)).all();
    };
    return pageByCursor({ mapper, source, union: union?.union ?? null, order: statement.node.orderBy, read, values }, options, perPage);
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
  /** How the database would run the query, line by line; with `analyze` it runs, and what it took is told. */
  explain(options: ExplainOptions = {}): Promise<string[]> {
    return this.#runner().runExplain(this.#spec, options);
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

/** What `alias()` of a query gives. The rest is said in `query-alias.ts`, since an alias knows of queries. */
export interface QueryAlias<M> extends Source {
  readonly '~entity': M;
}

/** What a query asks for. Throws an ArgumentError for what is no query of a class. */
export function specOf(query: unknown): QuerySpec {
  if (query instanceof Query) return query['~spec'];
  throw sqlError('sql.bad-argument', 'stream(), union() and their like', 'a query of a class', describe(query));
}

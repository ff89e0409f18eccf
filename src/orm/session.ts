import type { TransactionOptions } from '../dialects/base/dialect.ts';
import type { MaybePromise } from '../dialects/base/driver.ts';
import type { Result, ScalarOf } from '../engine/result.ts';
import type { Executable } from '../engine/statement.ts';
import type { StatementLimits } from '../engine/statement-limits.ts';
import { describe } from '../sql/errors.ts';
import { insertInto } from '../sql/insert.ts';
import type { Source } from '../sql/schema.ts';
import { attach, letGo, requireOwn } from './attachment.ts';
import { insertOfClass, insertReturning, updateByKeys, validRows } from './bulk.ts';
import { reachedBy } from './cascade-walk.ts';
import type { CriteriaCondition, CriteriaTarget } from './criteria.ts';
import { addCriterion, type CriterionOptions, inScope, makeCriterion } from './criteria.ts';
import { ormError } from './errors.ts';
import { expire, expireAll, type RefreshOptions, refresh } from './expiry.ts';
import { tellsApart, topOwner } from './hierarchy.ts';
import { keyValues, nameOf } from './identity.ts';
import { IdentityView } from './identity-view.ts';
import { isModified } from './inspection.ts';
import { type LoadRequest, readRequests } from './load-request.ts';
import { mapperOf } from './mapper.ts';
import {
  byMapper,
  type Entity,
  isEntity,
  type Mapper,
  PERSISTENT,
  type Relationship,
  SESSION,
  STATUS,
  STATUS_NAMES,
  type StateEvent,
} from './mapping.ts';
import { mergeObjects } from './merging.ts';
import { newQuery } from './model.ts';
import type { AnyClass, BulkInsertRow, BulkUpdateRow, Loaded, ObjectOf, With } from './model-types.ts';
import type { PageParameters } from './pagination.ts';
import { type Query, specOf } from './query.ts';
import {
  countRows,
  deleteAll,
  explainQuery,
  getEntity,
  type QuerySession,
  queryEntities,
  queryToSQL,
  readEntity,
  updateAll,
} from './query-execution.ts';
import type { ChangeOptions, ExplainOptions, QueryRunner, QuerySpec } from './query-spec.ts';
import { relationQuery } from './relation-query.ts';
import { type RowLock, readLock } from './reloading.ts';
import { loadRequests } from './request-loading.ts';
import { closeWork, commitWork, type ModelChange, refuseFailed, rollbackToSavepoint, rollbackWork } from './session-ending.ts';
import type { WorkEvent } from './session-events.ts';
import { executeStatement, executeStatementMany, limited } from './session-statements.ts';
import { readBatch, type StreamOptions } from './stream-options.ts';
import { streamEntities } from './streaming.ts';
import type { Synchronize } from './synchronization.ts';
import { inTransaction, type NestedTransaction, nestedTransaction, type SessionTransactionOptions } from './transaction-scope.ts';
import { UnitOfWork } from './unit-of-work.ts';

/** The events of a session, and what their handlers get: the session, and what was written or the object that it is about. */
export type SessionEvents = Record<WorkEvent, (session: Session, changes: readonly ModelChange[]) => unknown> &
  Record<StateEvent, (session: Session, object: object) => unknown>;

/** How `get()` finds an object. */
export interface GetOptions<W = object> {
  /** Relations to load with it. */
  readonly with?: W;
  /** Reads the row even where the session has the object, which then is what the row says. SQLAlchemy: `populate_existing`. */
  readonly populateExisting?: boolean;
  /** Reads the row and locks it until the transaction ends, which it opens if need be. SQLAlchemy: `with_for_update`. */
  readonly lock?: boolean | RowLock;
  /** The same as `lock`. */
  readonly forUpdate?: boolean;
}

/**
 * A unit of work: the objects of one request, and the transaction that their changes are written in.
 * Reads run by themselves; the first write, lock or `begin()` opens a transaction, `commit()` and `rollback()` end it.
 * Statements of one session take turns, so `Promise.all` over it is safe. SQLAlchemy: `Session`.
 *
 * @example
 * db.session.add(new User({ username: 'john' }));
 * await db.session.commit();
 */
export class Session extends UnitOfWork implements QuerySession, QueryRunner, AsyncDisposable {
  declare readonly '~events'?: SessionEvents;

  // Objects

  /**
   * Puts an object into the session; the next flush stores it, and what it is related to. Never does I/O.
   * Throws where the object belongs to another session. SQLAlchemy: `add()`.
   */
  add(object: object): void {
    this.requireOpen();
    attach(this, entityOf(object, 'add()'));
  }
  /** Adds several objects. SQLAlchemy: `add_all()`. */
  addAll(objects: Iterable<object>): void {
    for (const object of objects) this.add(object);
  }
  /** The next flush deletes the object's row, and what its relations' cascades say. Throws for an object that is not stored. SQLAlchemy: `delete()`. */
  delete(object: object): void {
    this.requireOpen();
    const entity = entityOf(object, 'delete()');
    requireOwn(this, entity, 'delete');
    this.version++;
    this.removed.add(entity);
  }
  /**
   * Takes an object out of the session, and what its relations' expunge cascades reach. It keeps its values; one that was
   * not stored yet is new again. Throws an InvalidStateError for an object of no or another session. SQLAlchemy: `expunge()`.
   */
  expunge(object: object): void {
    const entity = entityOf(object, 'expunge()');
    if (entity[SESSION] !== this) throw ormError('orm.not-persistent', nameOf(entity), 'expunge', STATUS_NAMES[entity[STATUS]]);
    for (const reached of reachedBy([entity], 'expunge')) if (reached[SESSION] === this) this.release(reached);
  }
  /** Takes all objects out of the session. SQLAlchemy: `expunge_all()`. */
  expungeAll(): void {
    for (const entity of [...this.created]) this.expungePending(entity);
    for (const entity of [...this.identities.all()]) letGo(this, entity);
    this.identities.clear();
  }
  /**
   * Copies an object that this session does not have onto its own object of the same key, which is read if need be, and
   * gives that; a new one where there is no row. What the given object has not loaded overwrites nothing; its relations
   * follow where their cascade has `merge`, as it has unless told. SQLAlchemy: `merge()`.
   * @param options `load: false` takes the given object for its row as it is, and runs no statement: for caches. It throws
   * an InvalidStateError for an object with changes, or without a row
   * @example const user = await db.session.merge(fromCache);
   */
  async merge<M extends object>(object: M, options: { readonly load?: boolean } = {}): Promise<M> {
    return (await this.mergeAll([object], options))[0];
  }
  /** Merges several objects, with a statement or two for each class. SQLAlchemy: `merge_all()`. */
  async mergeAll<M extends object>(objects: Iterable<M>, options: { readonly load?: boolean } = {}): Promise<M[]> {
    this.requireOpen();
    const list = [...objects].map((object) => entityOf(object, 'merge()'));
    const load = options.load !== false;
    if (load) await this.ready();
    return (await mergeObjects(this, list, load)) as object[] as M[];
  }
  /** Whether the session has the object. SQLAlchemy: `in session`. */
  contains(object: object): boolean {
    return isEntity(object) && object[SESSION] === this;
  }
  /** Whether a flush would write something of the object; one that was set to what it was is not changed. SQLAlchemy: `is_modified()`. */
  isModified(object: object): boolean {
    return isModified(entityOf(object, 'isModified()'));
  }
  /** The stored objects that the session has, by class and key. SQLAlchemy: `identity_map`. */
  get identityMap(): IdentityView {
    return new IdentityView(this.identities);
  }
  /** The objects that wait to be inserted. SQLAlchemy: `new`. */
  get new(): ReadonlySet<object> {
    return this.created;
  }
  /** The objects that wait to be deleted. SQLAlchemy: `deleted`. */
  get deleted(): ReadonlySet<object> {
    return this.removed;
  }
  /** All objects of the session, those that wait to be inserted too. SQLAlchemy: `iter(session)`. */
  *[Symbol.iterator](): IterableIterator<object> {
    yield* this.created;
    yield* this.identities.all();
  }
  /** Whether a transaction is open. SQLAlchemy: `in_transaction()`. */
  get inTransaction(): boolean {
    return this.connections.transaction.active;
  }

  relationQuery(entity: Entity, relation: Relationship): unknown {
    const query = newQuery(relation.target.entityClass, () => this);
    // A foreign key leads to one table, unless the relation reads all of them.
    return relationQuery(relation.target.readsUnion && !relation.overUnion ? query.withPolymorphic([]) : query, entity, relation);
  }

  // Queries

  /** A query for a class's objects, or for those of an alias of a class or of a query, run by this session. SQLAlchemy: `query()`. */
  query<M>(alias: Source & { readonly '~entity': M }): Query<M, M, never>;
  query<C extends AnyClass>(model: C): Query<ObjectOf<C>, ObjectOf<C>, never>;
  query(model: unknown): unknown {
    return newQuery(model, () => this);
  }

  /**
   * The object with this key, or null; no statement where the session has it. SQLAlchemy: `get()`.
   * @param key one value; for a key of several columns a list in its order, or an object by attribute
   * @example const account = await db.session.get(Account, 1, { lock: true });
   */
  async get<C extends AnyClass, const W extends With<InstanceType<C>> = Record<never, never>>(
    model: C,
    key: unknown,
    options: GetOptions<W> = {},
  ): Promise<Loaded<InstanceType<C>, W> | null> {
    const mapper = mapperOf(model, 'get()');
    const values = keyValues(mapper, key);
    if (mapper.readsUnion)
      return (await getByQuery(this.query(model) as Query<unknown>, key, options)) as Loaded<InstanceType<C>, W> | null;
    const requests = options.with === undefined ? NO_REQUESTS : readRequests(mapper, options.with);
    const lock = readLock(options.lock ?? options.forUpdate);
    const anew = lock !== null || options.populateExisting === true;
    const found = anew ? readEntity(this, mapper, values, requests, lock) : this.runGet(mapper, values, requests);
    return (found instanceof Promise ? await found : found) as Loaded<InstanceType<C>, W> | null;
  }
  /** The object with this key. Throws a NoResultFound where there is none. SQLAlchemy: `get_one()`. */
  async getOne<C extends AnyClass, const W extends With<InstanceType<C>> = Record<never, never>>(
    model: C,
    key: unknown,
    options: GetOptions<W> = {},
  ): Promise<Loaded<InstanceType<C>, W>> {
    const found = await this.get(model, key, options);
    if (found === null) throw ormError('orm.no-row-of-key', mapperOf(model, 'getOne()').name);
    return found;
  }

  runGet(mapper: Mapper, values: readonly unknown[], requests: readonly LoadRequest[]): MaybePromise<Entity | null> {
    return getEntity(this, mapper, values, requests);
  }
  runQuery(spec: QuerySpec): Promise<Entity[]> {
    return spec.criteria === null ? queryEntities(this, spec) : inScope(spec.criteria, () => queryEntities(this, spec));
  }
  runStream(spec: QuerySpec, options: StreamOptions): AsyncGenerator<Entity, void, undefined> {
    return streamEntities(this, spec, readBatch(options.batch), options);
  }
  runCount(spec: QuerySpec): Promise<number> {
    return inScope(spec.criteria, () => countRows(this, spec));
  }
  runUpdate(spec: QuerySpec, values: Readonly<Record<string, unknown>>, options: ChangeOptions): Promise<number> {
    return inScope(spec.criteria, () => updateAll(this, spec, values, options));
  }
  runDelete(spec: QuerySpec, options: ChangeOptions): Promise<number> {
    return inScope(spec.criteria, () => deleteAll(this, spec, options));
  }
  within<T>(limits: StatementLimits, work: () => T): T {
    return this.connections.within(limits, work);
  }
  runExplain(spec: QuerySpec, options: ExplainOptions): Promise<string[]> {
    return inScope(spec.criteria, () => explainQuery(this, spec, options));
  }
  toSQL(spec: QuerySpec): Promise<{ sql: string; parameters: unknown[] }> {
    return inScope(spec.criteria, () => queryToSQL(this, spec));
  }
  pageParameters(): PageParameters | null {
    return this.options.pageParameters?.() ?? null;
  }

  /** The objects of a query one after the other, in bounded memory. See `Query.stream()`. SQLAlchemy: `stream_scalars()`. */
  stream<M, Out>(query: Query<M, Out>, options: StreamOptions = {}): AsyncGenerator<Out, void, undefined> {
    return this.runStream(specOf(query), options) as AsyncGenerator<unknown, void, undefined> as AsyncGenerator<Out, void, undefined>;
  }

  // Core

  /**
   * Runs any statement of Core: changed rows, or rows. One that writes opens a transaction. The session's objects follow an
   * UPDATE or DELETE of their rows as `synchronize` says; objects that a writing statement returns are as it left them.
   * `signal` and `timeout` end the statement on the server before it is done. SQLAlchemy: `execute()`.
   * @example await db.session.execute(update(Post).set({ views: 0 }).where(Post.c.userId.eq(3)), undefined, { synchronize: 'fetch' });
   */
  async execute<R>(
    statement: Executable<R>,
    params?: Readonly<Record<string, unknown>>,
    { synchronize = 'auto', ...limits }: { readonly synchronize?: Synchronize } & StatementLimits = {},
  ): Promise<Result<R>> {
    await this.ready();
    return executeStatement(this, statement, params, synchronize, limits);
  }
  /**
   * Runs a statement once for each of these sets of `param()` values, all or none of them. An insert that says no values
   * takes them as its rows. SQLAlchemy: `execute(statement, [ … ])`.
   * @example await db.session.executeMany(update(Post).set({ views: param('views') }).where(Post.c.id.eq(param('id'))), [{ id: 1, views: 5 }])
   */
  async executeMany<R>(statement: Executable<R>, list: readonly Readonly<Record<string, unknown>>[]): Promise<Result<R>> {
    await this.ready();
    return executeStatementMany(this, statement, list);
  }
  /**
   * Inserts many rows without making objects of them: no events, no relations, defaults as in any insert. Gives their
   * number; with `returning` the rows as objects of this session, in their order. Rows that follow each other with the same
   * attributes go together. SQLAlchemy: `execute(insert(User), [ … ])`, `bulk_insert_mappings()`.
   * @example await db.session.bulkInsert(Tag, [{ name: 'news' }, { name: 'howto' }]);
   */
  bulkInsert<C extends AnyClass>(
    model: C,
    rows: readonly BulkInsertRow<InstanceType<C>>[],
    options: { readonly returning: true },
  ): Promise<InstanceType<C>[]>;
  bulkInsert<C extends AnyClass>(
    model: C,
    rows: readonly BulkInsertRow<InstanceType<C>>[],
    options?: { readonly returning?: false },
  ): Promise<number>;
  async bulkInsert(model: AnyClass, rows: readonly object[], options: { readonly returning?: boolean } = {}): Promise<unknown> {
    const mapper = mapperOf(model, 'bulkInsert()');
    await this.ready();
    if (options.returning === true) return insertReturning(this, mapper, rows as readonly Record<string, unknown>[]);
    if (rows.length === 0) return 0;
    const list = rows as readonly Record<string, unknown>[];
    if (mapper.root !== mapper || tellsApart(mapper)) return insertOfClass(this, mapper, list);
    return (await this.execute(insertInto(mapper.table).values(validRows(mapper, list) as never))).rowCount;
  }
  /**
   * Updates many rows by their keys, which each row says whole; rows with the same attributes go together. Gives their
   * number, and the session's objects among them follow. Throws a StaleDataError where a row is not there. SQLAlchemy:
   * `execute(update(User), [ … ])`, `bulk_update_mappings()`.
   * @example await db.session.bulkUpdate(Post, [{ id: 1, views: 5 }, { id: 2, views: 7 }]);
   */
  async bulkUpdate<C extends AnyClass>(model: C, rows: readonly BulkUpdateRow<InstanceType<C>>[]): Promise<number> {
    const mapper = mapperOf(model, 'bulkUpdate()');
    await this.ready();
    return updateByKeys(this, mapper, rows as readonly Record<string, unknown>[]);
  }
  /** All rows; model classes among the columns give objects. */
  async all<R>(statement: Executable<R>, params?: Readonly<Record<string, unknown>>, limits?: StatementLimits): Promise<R[]> {
    return (await this.execute(statement, params, limits)).all();
  }
  /** The first row, or null. */
  async first<R>(statement: Executable<R>, params?: Readonly<Record<string, unknown>>, limits?: StatementLimits): Promise<R | null> {
    return (await this.execute(limited(statement, 1), params, limits)).first();
  }
  /** The only row. Throws NoResultFound or MultipleResultsFound. */
  async one<R>(statement: Executable<R>, params?: Readonly<Record<string, unknown>>, limits?: StatementLimits): Promise<R> {
    return (await this.execute(statement, params, limits)).one();
  }
  /** The only row, or null. Throws MultipleResultsFound. SQLAlchemy: `one_or_none()`. */
  async oneOrNone<R>(statement: Executable<R>, params?: Readonly<Record<string, unknown>>, limits?: StatementLimits): Promise<R | null> {
    return (await this.execute(statement, params, limits)).oneOrNone();
  }
  /** The first value of the first row, or null. */
  async scalar<R>(
    statement: Executable<R>,
    params?: Readonly<Record<string, unknown>>,
    limits?: StatementLimits,
  ): Promise<ScalarOf<R> | null> {
    return (await this.execute(limited(statement, 1), params, limits)).scalar();
  }
  /** The first value of each row. */
  async scalars<R>(statement: Executable<R>, params?: Readonly<Record<string, unknown>>, limits?: StatementLimits): Promise<ScalarOf<R>[]> {
    return (await this.execute(statement, params, limits)).scalars();
  }

  // Loading onto objects

  /** Loads relations of objects that one already has, and says so in the type. SQLAlchemy: `selectinload()` on a refresh. */
  load<M extends object, const W extends With<M>>(objects: readonly M[], spec: W): Promise<Loaded<M, W>[]>;
  load<M extends object, const W extends With<M>>(object: M, spec: W): Promise<Loaded<M, W>>;
  async load(objects: object | readonly object[], spec: object): Promise<unknown> {
    const list = (Array.isArray(objects) ? objects : [objects]).map((object) => entityOf(object, 'load()'));
    await this.ready();
    // Objects whose classes have the relations from one that all extend load together.
    const groups = new Map<Mapper, Entity[]>();
    for (const [mapper, entities] of byMapper(list)) {
      const owner = topOwner(mapper, Object.keys(spec));
      groups.set(owner, [...(groups.get(owner) ?? []), ...entities]);
    }
    for (const [mapper, entities] of groups) {
      for (const entity of entities) if (entity[STATUS] === PERSISTENT) requireOwn(this, entity, 'load');
      await loadRequests(
        this,
        entities.filter((entity) => entity[STATUS] === PERSISTENT),
        readRequests(mapper, spec),
      );
    }
    return objects;
  }
  /**
   * Reads objects again, those of one class in one statement: their columns are those of the database, what they were
   * changed to is lost, and their relations load anew. Cascades where a relation's cascade has `refresh-expire`. Throws an
   * InvalidStateError for an object that is not stored here, a StaleDataError for one whose row is gone. SQLAlchemy: `refresh()`.
   * @example await db.session.refresh(account, { lock: true, relations: { entries: true } });
   */
  async refresh<M extends object, const W extends With<M> = Record<never, never>>(
    objects: M | readonly M[],
    options: RefreshOptions<W> = {},
  ): Promise<void> {
    this.requireOpen();
    const list = (Array.isArray(objects) ? objects : [objects]).map((object) => entityOf(object, 'refresh()'));
    await this.settle();
    await refresh(this, list, options);
  }
  /**
   * Forgets the columns and relations of an object, or only those named, and what they were changed to. Reading one throws a
   * NotLoadedError until `refresh()`, or a query that gives the object, has read it again; setting one needs no read.
   * Cascades where a relation's cascade has `refresh-expire`. SQLAlchemy: `expire()`.
   */
  expire(object: object, attributes?: readonly string[]): void {
    this.requireOpen();
    expire(this, entityOf(object, 'expire()'), attributes ?? null);
  }
  /** Forgets the columns and relations of every stored object. SQLAlchemy: `expire_all()`. */
  expireAll(): void {
    this.requireOpen();
    expireAll(this);
  }

  /** Writes what changed and ends the transaction. Objects stay readable. SQLAlchemy: `commit()`. */
  async commit(): Promise<void> {
    this.requireOpen();
    await commitWork(this, this.options);
  }

  /**
   * Undoes everything since the transaction began: new objects are as before they were added, stored ones have the values of
   * the database. SQLAlchemy: `rollback()`.
   */
  async rollback(): Promise<void> {
    this.requireOpen();
    await rollbackWork(this);
  }

  /** Opens a transaction now, for reads that must agree, a chosen isolation level, or read-only work. SQLAlchemy: `begin()`. */
  async begin(options: TransactionOptions = {}): Promise<void> {
    this.requireOpen();
    if (this.connections.transaction.active) throw ormError('orm.transaction-open');
    this.connections.transaction.options = options;
    try {
      const opening = this.connections.transaction.open(this.connections.engineFor(null), options.readOnly !== true);
      if (opening instanceof Promise) await opening;
    } catch (error) {
      this.connections.transaction.options = null;
      throw error;
    }
  }

  /**
   * Sets a savepoint. What changed before is flushed first. SQLAlchemy: `begin_nested()`.
   * @example await using nested = await db.session.beginNested(); … await nested.commit();
   */
  async beginNested(): Promise<NestedTransaction> {
    this.requireOpen();
    await this.flush();
    refuseFailed(this);
    if (!this.connections.transaction.active) await this.begin();
    const savepoint = await this.connections.transaction.savepoint(this.written.length);
    return nestedTransaction(this.connections.transaction, savepoint, {
      keep: async () => {
        await this.flush();
        refuseFailed(this);
      },
      settle: () => this.settle(),
      undo: () => rollbackToSavepoint(this, savepoint),
    });
  }

  /**
   * Runs a function in a transaction: commits when it ends, rolls back when it throws. Inside `begin()` or another
   * `transaction()` it is a savepoint; what was written before it without either is committed with it.
   * With `retries` it runs again after a serialization failure, a deadlock or a busy database. SQLAlchemy: `with session.begin()`.
   */
  transaction<T>(work: (session: Session) => T | Promise<T>, options: SessionTransactionOptions = {}): Promise<T> {
    return inTransaction(this, this.connections.transaction, work, options);
  }

  /** Runs a function without the flush before its queries. SQLAlchemy: `no_autoflush`. */
  async noAutoflush<T>(work: () => T | Promise<T>): Promise<T> {
    const before = this.autoflush;
    this.autoflush = false;
    try {
      return await work();
    } finally {
      this.autoflush = before;
    }
  }

  /** Forbids (or allows again) every lazy load of this session. SQLAlchemy: `raiseload('*')`. */
  strictLoading(on = true): void {
    this.strict = on;
  }

  /** Rolls back what is open, gives the connections back and lets all objects go. SQLAlchemy: `close()`. */
  async close(): Promise<void> {
    if (this.closed) return;
    await this.settle();
    this.closed = true;
    this.ownCriteria.length = 0;
    await closeWork(this, this.hasWork());
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
  /**
   * Adds a condition to all that this session reads of a class and of those that extend it, or of every class whose shape
   * was made with a mixin: in queries, in what they load, in counts and in subqueries. It is worked out anew for each
   * statement. Gives a function that ends it. SQLAlchemy: `with_loader_criteria()` in a `do_orm_execute` handler.
   * @example db.session.withCriteria(Post, (c) => c.tenantId.eq(tenant), { name: 'tenant' });
   */
  withCriteria<T extends CriteriaTarget>(target: T, condition: CriteriaCondition<T>, options: CriterionOptions = {}): () => void {
    return addCriterion(this.ownCriteria, makeCriterion(target, condition, options.name ?? null));
  }
  /**
   * Runs work without the criteria of these names, or without any.
   * @example await db.session.withoutCriteria(() => Post.query().all(), 'softDelete');
   */
  withoutCriteria<T>(work: () => T, ...names: readonly string[]): T {
    return inScope({ without: names.length === 0 ? 'all' : names }, work);
  }
}

const NO_REQUESTS: readonly LoadRequest[] = [];
/** The session that has the object, or null. SQLAlchemy: `object_session()`. */
export function objectSession(object: object): Session | null {
  const session = entityOf(object, 'objectSession()')[SESSION];
  return session instanceof Session ? session : null;
}

function entityOf(object: unknown, where: string): Entity {
  if (!isEntity(object)) throw ormError('orm.not-an-entity', where, describe(object));
  return object;
}

/** The object with a key in one of several tables, which only their rows can tell. */
function getByQuery(query: Query<unknown>, key: unknown, options: GetOptions): Promise<unknown> {
  const { with: relations, populateExisting = false, lock, forUpdate = lock } = options;
  let asked = query;
  if (relations !== undefined) asked = asked.with(relations as never) as Query<unknown>;
  if (populateExisting) asked = asked.populateExisting();
  if (forUpdate !== undefined && forUpdate !== false) asked = asked.forUpdate();
  return asked.get(key);
}

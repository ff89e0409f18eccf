import type { CatalogReader } from '../dialects/base/catalog.ts';
import type { Dialect, TransactionOptions } from '../dialects/base/dialect.ts';
import type { DriverConnection, DriverRow, MaybePromise, RunResult } from '../dialects/base/driver.ts';
import type { MetaData, ReflectOptions, SchemaChangeOptions } from '../sql/metadata.ts';
import type { Table } from '../sql/schema.ts';
import { Channel, type ManyResult, NONE, QUERY, SCRIPT } from './channel.ts';
import { changeSchema } from './create-all.ts';
import { engineError } from './errors.ts';
import type { EngineHost } from './host.ts';
import type { Plan } from './plan.ts';
import { fetchPlan, fetchPlanMany, type Named, runPlan, runPlanMany } from './plan-run.ts';
import type { PooledConnection } from './pool.ts';
import { reflectTables } from './reflect-tables.ts';
import type { Result, ScalarOf } from './result.ts';
import { rowReader } from './row-reader.ts';
import { type Executable, type Prepared, prepareStatement } from './statement.ts';
import { endingLimits, limitsOf, type StatementLimits } from './statement-limits.ts';
import { runMany, runPrepared } from './statement-run.ts';
import { endStreams, streamPlan } from './stream-plan.ts';
import {
  atSavepoint,
  type BeginOptions,
  beginTransaction,
  commitTransaction,
  inTransaction,
  rollbackTransaction,
} from './transaction-control.ts';
import { Turns } from './turns.ts';
import { beginTwoPhase, endPrepared, preparedTransactions, prepareTransaction } from './two-phase.ts';

/** How a connection is taken. */
export interface ConnectionOptions {
  /** Each statement stands alone. */
  readonly autocommit?: boolean;
  /** What limits every statement that says nothing of its own; null for nothing, whatever the engine says. */
  readonly limits?: StatementLimits | null;
}

/**
 * A connection to the database, taken from the engine's pool with `engine.connect()` and given back with `close()`.
 *
 * A statement that writes begins a transaction if none is open, and nothing of it stays without `commit()`, as with
 * SQLAlchemy's `Connection`. `engine.connect({ autocommit: true })` gives one on which each statement stands alone.
 *
 * The methods that run statements take `{ signal, timeout }` last: what ends the statement on the server before it is done.
 *
 * @example
 * await using connection = await engine.connect();
 * await connection.execute(sql`UPDATE users SET active = ${true} WHERE id = ${id}`);
 * await connection.commit();
 */
export class Connection {
  readonly engine: EngineHost;
  readonly dialect: Dialect;
  readonly #pooled: PooledConnection;
  readonly #channel: Channel;
  readonly #autocommit: boolean;
  #turns: Turns | null = null;

  constructor(engine: EngineHost, pooled: PooledConnection, options?: ConnectionOptions) {
    this.engine = engine;
    this.dialect = engine.dialect;
    this.#pooled = pooled;
    this.#channel = new Channel(engine, pooled.driver, options?.limits === undefined ? engine.limits : options.limits);
    this.#autocommit = options?.autocommit === true;
  }

  /** Whether a transaction is open. SQLAlchemy: `in_transaction()`. */
  get inTransaction(): boolean {
    return this.#channel.inTransaction;
  }
  get closed(): boolean {
    return this.#channel.closed;
  }
  /** The driver's connection, for what only it can do. */
  get driverConnection(): DriverConnection {
    return this.#channel.driver;
  }

  // Plans: what the session runs. Answers come at once where the driver answers at once.

  /** Runs a plan and gives its rows, undecoded. */
  fetch(plan: Plan, values: readonly unknown[], named?: Named, limits?: StatementLimits): MaybePromise<DriverRow[]> {
    return fetchPlan(this.#channel, plan, values, named, limits === undefined ? undefined : this.#limits(limits));
  }
  /** Runs a plan that gives no rows. */
  run(plan: Plan, values: readonly unknown[], named?: Named): MaybePromise<RunResult> {
    return runPlan(this.#channel, plan, values, named);
  }
  /** Runs a plan once for each row of values, all or none of them; gives the generated keys in the same order. */
  runMany(plan: Plan, rows: readonly (readonly unknown[])[]): MaybePromise<ManyResult> {
    return runPlanMany(this.#channel, plan, rows);
  }
  /** Runs a plan that gives rows once for each row of values, all or none of them. */
  fetchMany(plan: Plan, rows: readonly (readonly unknown[])[]): MaybePromise<DriverRow[][]> {
    return fetchPlanMany(this.#channel, plan, rows);
  }
  /** The rows of a plan one after the other, in constant memory, undecoded. */
  fetchStream(plan: Plan, values: readonly unknown[], limits?: StatementLimits): AsyncGenerator<DriverRow, void, undefined> {
    return streamPlan(this.#channel, plan, values, undefined, this.#limits(limits));
  }

  /** Runs several statements without parameters. SQLAlchemy: `exec_driver_sql()`. */
  script(sql: string, limits?: StatementLimits): MaybePromise<void> {
    return this.#channel.call(SCRIPT, sql, NONE, true, this.#limits(limits));
  }

  async '~changeSchema'(metadata: MetaData, verb: 'create' | 'drop', options: SchemaChangeOptions): Promise<void> {
    await changeSchema(this, metadata, verb, options);
  }

  async '~reflect'(metadata: MetaData, options: ReflectOptions): Promise<Table[]> {
    return reflectTables(this, metadata, options);
  }
  '~readCatalog'<T>(work: (dialect: Dialect, reader: CatalogReader) => Promise<T>): Promise<T> {
    const reader: CatalogReader = { query: (sql, parameters) => this.#channel.call(QUERY, sql, parameters, false) };
    return this.#inTurn(null, () => work(this.dialect, reader));
  }

  // Transactions

  /**
   * Begins a transaction. Where a database has one writer at a time, this waits its turn, unless `writes` is false.
   * Throws a LockTimeout when that takes too long.
   */
  begin(options: BeginOptions = {}): MaybePromise<void> {
    return beginTransaction(this.#channel, options);
  }
  /** Makes everything since `begin()` permanent. */
  commit(): MaybePromise<void> {
    return commitTransaction(this.#channel);
  }
  /** Undoes everything since `begin()`; nothing to do where no transaction is open. */
  rollback(): MaybePromise<void> {
    return rollbackTransaction(this.#channel);
  }
  /** Marks a place in the transaction to which `rollbackTo()` goes back. SQLAlchemy: `begin_nested()`. */
  savepoint(name: string): MaybePromise<void> {
    return atSavepoint(this.#channel, 'savepoint', name);
  }
  /** Forgets a savepoint and keeps what was done since. */
  releaseSavepoint(name: string): MaybePromise<void> {
    return atSavepoint(this.#channel, 'releaseSavepoint', name);
  }
  /** Undoes what was done since the savepoint, which stays. */
  rollbackTo(name: string): MaybePromise<void> {
    return atSavepoint(this.#channel, 'rollbackTo', name);
  }

  /**
   * Runs `work` in a transaction: commits when it ends, rolls back when it throws. Inside another transaction it is a savepoint.
   * @example await connection.transaction(async () => { await connection.execute(one); await connection.execute(two); });
   */
  transaction<T>(work: (connection: Connection) => T | Promise<T>, options?: TransactionOptions): Promise<T> {
    return inTransaction(this.#channel, () => work(this), options);
  }

  /**
   * Begins a transaction that is committed in two steps, `prepare()` and `commit()`, and gives its name. PostgreSQL, MySQL and MariaDB
   * have them; elsewhere this throws an EngineError. SQLAlchemy: `begin_twophase()`.
   *
   * @param xid its name: up to 64 letters, digits and `_.:-`; made up where it is left out
   * @example
   * const xid = await connection.beginTwoPhase();
   * await connection.execute(insertInto(Payment).values({ amount: 5 }));
   * await connection.prepare();
   * await connection.commit();
   */
  beginTwoPhase(xid?: string, options: TransactionOptions = {}): Promise<string> {
    return beginTwoPhase(this.#channel, xid, options);
  }
  /**
   * Makes a two-phase transaction safe on the server: from now on only `commit()` or `rollback()` follow, and they cannot fail for what
   * the transaction did. It outlives the connection. SQLAlchemy: `TwoPhaseTransaction.prepare()`.
   */
  prepare(): Promise<void> {
    return prepareTransaction(this.#channel);
  }
  /** The names of the transactions that wait for their second step, whoever prepared them. SQLAlchemy: `recover_twophase()`. */
  preparedTransactions(): Promise<string[]> {
    return preparedTransactions(this.#channel);
  }
  /** Commits a prepared transaction whose connection is gone. SQLAlchemy: `commit_prepared()`. */
  commitPrepared(xid: string): Promise<void> {
    return endPrepared(this.#channel, 'commit', xid);
  }
  /** Rolls back a prepared transaction whose connection is gone. SQLAlchemy: `rollback_prepared()`. */
  rollbackPrepared(xid: string): Promise<void> {
    return endPrepared(this.#channel, 'rollback', xid);
  }

  // Statements, for users

  /**
   * Runs a statement; with a list of parameters once for each of them, as `executeMany()` does. Throws a DatabaseError of
   * the kind that fits. SQLAlchemy: `execute()`.
   */
  execute<R>(statement: Executable<R>, params?: Named | readonly Named[], limits?: StatementLimits): Promise<Result<R>> {
    if (Array.isArray(params)) return this.executeMany(statement, params as readonly Named[], limits);
    return this.#inTurn(limits, (mode) => {
      const prepared = prepareStatement(this.engine, statement, 'execute()');
      return runPrepared(this.#channel, prepared, params as Named | undefined, mode) as MaybePromise<Result<R>>;
    });
  }
  /** Runs a statement whose plan was found already. */
  executePrepared(prepared: Prepared, params: Named | undefined, limits?: StatementLimits): Promise<Result> {
    return this.#inTurn(limits, (mode) => runPrepared(this.#channel, prepared, params, mode));
  }
  /**
   * Runs a statement once for each of these sets of `param()` values, all or none of them. An insert that says no values
   * takes them as its rows. The rows and counts of all runs come together. SQLAlchemy: `execute(statement, [ … ])`.
   * @example await connection.executeMany(update(Post).set({ views: param('views') }).where(Post.c.id.eq(param('id'))), [{ id: 1, views: 5 }, { id: 2, views: 7 }])
   */
  executeMany<R>(statement: Executable<R>, list: readonly Named[], limits?: StatementLimits): Promise<Result<R>> {
    return this.#inTurn(limits, (mode) => runMany(this.#channel, statement, list, mode) as Promise<Result<R>>);
  }
  /** The rows of a statement: objects or tuples as its `select()` says, plain objects for tables and classes. */
  async all<R>(statement: Executable<R>, params?: Named, limits?: StatementLimits): Promise<R[]> {
    return (await this.#query(statement, params, limits, 'all()')).all();
  }
  /** The first row, or null. */
  async first<R>(statement: Executable<R>, params?: Named, limits?: StatementLimits): Promise<R | null> {
    return (await this.#query(statement, params, limits, 'first()')).first();
  }
  /** The only row. Throws NoResultFound or MultipleResultsFound. */
  async one<R>(statement: Executable<R>, params?: Named, limits?: StatementLimits): Promise<R> {
    return (await this.#query(statement, params, limits, 'one()')).one();
  }
  /** The only row, or null. Throws MultipleResultsFound. SQLAlchemy: `one_or_none()`. */
  async oneOrNone<R>(statement: Executable<R>, params?: Named, limits?: StatementLimits): Promise<R | null> {
    return (await this.#query(statement, params, limits, 'oneOrNone()')).oneOrNone();
  }
  /** The first value of the first row, or null. */
  async scalar<R>(statement: Executable<R>, params?: Named, limits?: StatementLimits): Promise<ScalarOf<R> | null> {
    return (await this.#query(statement, params, limits, 'scalar()')).scalar();
  }
  /** The first value of each row. */
  async scalars<R>(statement: Executable<R>, params?: Named, limits?: StatementLimits): Promise<ScalarOf<R>[]> {
    return (await this.#query(statement, params, limits, 'scalars()')).scalars();
  }

  /**
   * The rows of a query one after the other, in constant memory, through a cursor on the server where the database has them. The cursor is
   * closed when the loop is left; `timeout` is for the wait for a row. SQLAlchemy: `stream_results`, `yield_per`.
   * @example for await (const row of connection.stream(select(Post))) report(row);
   */
  async *stream<R>(statement: Executable<R>, params?: Named, given?: StatementLimits): AsyncGenerator<R, void, undefined> {
    const { executions, projection, raw, what } = prepareStatement(this.engine, statement, 'stream()');
    const [{ plan, rows: values }] = executions;
    if (executions.length > 1 || values.length > 1 || plan.writes || !plan.returnsRows || projection === null || raw !== null)
      throw engineError('engine.not-streamed', what);
    const limits = this.#limits(given);
    const read = rowReader(this.dialect, projection);
    for await (const row of streamPlan(this.#channel, plan, values[0], params, limits)) yield read(row) as R;
  }

  /** Waits for the statements that were given, rolls back what is open and gives the connection back. It can't be used afterwards. */
  close(): MaybePromise<void> {
    if (this.#channel.closed) return;
    // Nobody else may be given a connection that is still at work.
    const settling = this.#turns?.settled() ?? this.#channel.settled();
    if (settling !== null) return settling.then(() => this.close());
    if (this.#channel.streams !== null && this.#channel.streams.size > 0) return endStreams(this.#channel).then(() => this.#close());
    return this.#close();
  }
  #close(): MaybePromise<void> {
    if (this.#channel.closed) return;
    // One that was begun by SQL written by hand counts too: nobody else may find it open.
    const byHand = !this.#channel.inTransaction && this.#channel.driver.inTransaction === true;
    if (this.#channel.inTransaction || byHand) {
      let undone: MaybePromise<unknown>;
      try {
        undone = byHand ? this.#channel.control('ROLLBACK', endingLimits(this.#channel.limits)) : this.rollback();
      } catch {
        // The pool throws the connection away.
        this.#channel.broken = true;
        return this.#giveBack();
      }
      const giveBack = (): MaybePromise<void> => this.#giveBack();
      const throwAway = (): MaybePromise<void> => {
        this.#channel.broken = true;
        return this.#giveBack();
      };
      if (undone instanceof Promise) return undone.then(giveBack, throwAway);
    }
    return this.#giveBack();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #giveBack(): MaybePromise<void> {
    if (this.#channel.closed) return;
    this.#channel.closed = true;
    const { pool, events } = this.engine;
    const { broken } = this.#channel;
    if (events.has(broken ? 'invalidate' : 'checkin')) events.tell(broken ? 'invalidate' : 'checkin', this.#pooled.driver);
    return broken ? pool.invalidate(this.#pooled, this.#channel.disconnected) : pool.release(this.#pooled);
  }

  #limits(given: StatementLimits | undefined): StatementLimits | null {
    return limitsOf(given, this.#channel.limits);
  }

  /** Statements of one connection run one after the other, in the order in which they were given. */
  #inTurn<T>(
    given: StatementLimits | null | undefined,
    work: (mode: { autocommit: boolean; limits: StatementLimits | null }) => MaybePromise<T>,
  ): Promise<T> {
    this.#turns ??= new Turns();
    try {
      const limits = this.#limits(given ?? undefined);
      return this.#turns.take(() => work({ autocommit: this.#autocommit, limits }), limits);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #query<R>(statement: Executable<R>, params: Named | undefined, limits: StatementLimits | undefined, where: string): Promise<Result<R>> {
    return this.#inTurn(limits, (mode) => {
      const prepared: Prepared = prepareStatement(this.engine, statement, where);
      const givesRows = prepared.raw !== null || prepared.executions.every(({ plan }) => plan.returnsRows);
      if (!givesRows) throw engineError('engine.no-rows', prepared.what);
      return runPrepared(this.#channel, prepared, params, mode) as MaybePromise<Result<R>>;
    });
  }
}

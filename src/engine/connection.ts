import type { CatalogReader } from '../dialects/base/catalog.ts';
import type { Dialect, TransactionOptions } from '../dialects/base/dialect.ts';
import type { DriverConnection, DriverRow, MaybePromise, RunResult } from '../dialects/base/driver.ts';
import { describe } from '../sql/errors.ts';
import { Insert } from '../sql/insert.ts';
import type { MetaData, ReflectOptions, SchemaChangeOptions } from '../sql/metadata.ts';
import type { Table } from '../sql/schema.ts';
import { Channel, EXECUTE, type ManyResult, NONE, QUERY, QUERY_MANY, RUN, RUN_MANY, SCRIPT } from './channel.ts';
import { changeSchema } from './create-all.ts';
import { engineError } from './errors.ts';
import type { EngineHost } from './host.ts';
import type { Plan } from './plan.ts';
import type { PooledConnection } from './pool.ts';
import { reflectTables } from './reflect-tables.ts';
import { Result, type ScalarOf } from './result.ts';
import { namedRows, rowReader } from './row-reader.ts';
import { type Executable, type Execution, type Prepared, prepareStatement } from './statement.ts';

type Named = Readonly<Record<string, unknown>>;

function ignore(): void {}

/**
 * A connection to the database, taken from the engine's pool with `engine.connect()` and given back with `close()`.
 *
 * A statement that writes begins a transaction if none is open, and nothing of it stays without `commit()`, as with
 * SQLAlchemy's `Connection`. `engine.connect({ autocommit: true })` gives one on which each statement stands alone.
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
  #savepoints = 0;
  /** What lets the connection write again after a transaction that must not. */
  #writable: string | null = null;
  #tail: Promise<unknown> | null = null;
  #streams: Set<AsyncIterator<DriverRow> | Iterator<DriverRow>> | null = null;

  constructor(engine: EngineHost, pooled: PooledConnection, autocommit = false) {
    this.engine = engine;
    this.dialect = engine.dialect;
    this.#pooled = pooled;
    this.#channel = new Channel(engine, pooled.driver);
    this.#autocommit = autocommit;
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
  fetch(plan: Plan, values: readonly unknown[], named?: Named): MaybePromise<DriverRow[]> {
    const { sql, parameters } = plan.encode(values, named);
    plan.makeNative(parameters);
    return this.#channel.call(QUERY, sql, parameters, plan.writes);
  }

  /** Runs a plan that gives no rows. */
  run(plan: Plan, values: readonly unknown[], named?: Named): MaybePromise<RunResult> {
    const { sql, parameters } = plan.encode(values, named);
    return this.#channel.call(RUN, sql, parameters, plan.writes);
  }

  /** Runs a plan once for each row of values, all or none of them; gives the generated keys in the same order. */
  runMany(plan: Plan, rows: readonly (readonly unknown[])[]): MaybePromise<ManyResult> {
    if (plan.sql === null) return this.#together(rows.length, () => this.#runEach(plan, rows));
    const encoded = rows.map((row) => plan.encode(row).parameters);
    return this.#together(rows.length, () => this.#channel.call(RUN_MANY, plan.sql as string, encoded, plan.writes));
  }

  /** Runs a plan that gives rows once for each row of values, all or none of them. */
  fetchMany(plan: Plan, rows: readonly (readonly unknown[])[]): MaybePromise<DriverRow[][]> {
    if (plan.sql === null || this.#channel.driver.queryMany === undefined)
      return this.#together(rows.length, () => this.#fetchEach(plan, rows));
    const encoded = rows.map((row) => plan.encode(row).parameters);
    return this.#together(rows.length, () => this.#channel.call(QUERY_MANY, plan.sql as string, encoded, plan.writes));
  }

  /** The rows one after the other, in constant memory, undecoded. */
  async *stream(plan: Plan, values: readonly unknown[], named?: Named): AsyncGenerator<DriverRow, void, undefined> {
    const { sql, parameters } = plan.encode(values, named);
    this.#channel.check();
    const startTime = performance.now();
    let count = 0;
    let failure: unknown = null;
    this.#streams ??= new Set();
    const streams = this.#streams;
    let rows: AsyncIterator<DriverRow> | Iterator<DriverRow> | null = null;
    try {
      const source = this.#channel.driver.stream(sql, parameters);
      rows = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
      streams.add(rows);
      for (;;) {
        const next = rows.next();
        const { done, value } = next instanceof Promise ? await next : next;
        if (done) break;
        count++;
        yield value;
        if (this.#channel.closed) throw engineError('engine.connection-closed');
      }
    } catch (error) {
      failure = this.#channel.failed(error, sql, parameters);
      throw failure;
    } finally {
      if (rows !== null && streams.delete(rows)) await rows.return?.();
      if (this.engine.listeners.size > 0) this.#channel.tell(sql, parameters, startTime, failure === null ? count : null, failure);
    }
  }

  /** Runs several statements without parameters. SQLAlchemy: `exec_driver_sql()`. */
  script(sql: string): MaybePromise<void> {
    return this.#channel.call(SCRIPT, sql, NONE, true);
  }

  async '~changeSchema'(metadata: MetaData, verb: 'create' | 'drop', options: SchemaChangeOptions): Promise<void> {
    await changeSchema(this, metadata, verb, options);
  }

  async '~reflect'(metadata: MetaData, options: ReflectOptions): Promise<Table[]> {
    return reflectTables(this, metadata, options);
  }
  '~readCatalog'<T>(work: (dialect: Dialect, reader: CatalogReader) => Promise<T>): Promise<T> {
    const reader: CatalogReader = { query: (sql, parameters) => this.#channel.call(QUERY, sql, parameters, false) };
    return this.#inTurn(() => work(this.dialect, reader));
  }

  // Transactions

  /**
   * Begins a transaction. Where a database has one writer at a time, this waits its turn, unless `writes` is false.
   * Throws a LockTimeout when that takes too long.
   */
  begin(options: TransactionOptions & { readonly writes?: boolean } = {}): MaybePromise<void> {
    this.#channel.check();
    if (this.#channel.inTransaction) throw engineError('engine.in-transaction');
    const writes = options.writes ?? options.readOnly !== true;
    const waiting = writes ? this.#channel.takeWriteLock() : undefined;
    return waiting instanceof Promise ? waiting.then(() => this.#begin(options, writes)) : this.#begin(options, writes);
  }

  /** Makes everything since `begin()` permanent. */
  commit(): MaybePromise<void> {
    if (!this.#channel.inTransaction) throw engineError('engine.no-transaction', 'commit()');
    const done = this.#channel.call(RUN, this.dialect.transactionWords?.commit ?? 'COMMIT', NONE, false);
    return done instanceof Promise ? done.then(() => this.#ended()) : this.#ended();
  }

  /** Undoes everything since `begin()`; nothing to do where no transaction is open. */
  rollback(): MaybePromise<void> {
    if (!this.#channel.inTransaction) return;
    if (this.#channel.lost || this.#channel.broken || this.#channel.driver.inTransaction === false) return this.#ended();
    const failed = (error: unknown): never => {
      // Nobody knows what it would do next.
      this.#channel.broken = true;
      this.#ended();
      throw error;
    };
    try {
      const done = this.#channel.call(RUN, this.dialect.transactionWords?.rollback ?? 'ROLLBACK', NONE, false);
      if (done instanceof Promise) return done.then(() => this.#ended(), failed);
    } catch (error) {
      failed(error);
    }
    return this.#ended();
  }

  /** Marks a place in the transaction to which `rollbackTo()` goes back. SQLAlchemy: `begin_nested()`. */
  savepoint(name: string): MaybePromise<void> {
    const words = this.dialect.transactionWords;
    return this.#inTransaction('savepoint()', words?.savepoint(name) ?? `SAVEPOINT ${this.dialect.quote(name)}`);
  }
  /** Forgets a savepoint and keeps what was done since. */
  releaseSavepoint(name: string): MaybePromise<void> {
    const words = this.dialect.transactionWords;
    return this.#inTransaction(
      'releaseSavepoint()',
      words === undefined ? `RELEASE SAVEPOINT ${this.dialect.quote(name)}` : words.release(name),
    );
  }
  /** Undoes what was done since the savepoint, which stays. */
  rollbackTo(name: string): MaybePromise<void> {
    const words = this.dialect.transactionWords;
    return this.#inTransaction('rollbackTo()', words?.rollbackTo(name) ?? `ROLLBACK TO SAVEPOINT ${this.dialect.quote(name)}`);
  }

  /**
   * Runs `work` in a transaction: commits when it ends, rolls back when it throws. Inside another transaction it is a savepoint.
   * @example await connection.transaction(async () => { await connection.execute(one); await connection.execute(two); });
   */
  async transaction<T>(work: (connection: Connection) => T | Promise<T>, options?: TransactionOptions): Promise<T> {
    if (this.#channel.inTransaction) return this.#nested(work);
    await this.begin(options);
    try {
      const value = await work(this);
      await this.commit();
      return value;
    } catch (error) {
      await this.#undo(() => this.rollback());
      throw error;
    }
  }

  // Statements, for users

  /**
   * Runs a statement; with a list of parameters once for each of them, as `executeMany()` does. Throws a DatabaseError of
   * the kind that fits. SQLAlchemy: `execute()`.
   */
  execute<R>(statement: Executable<R>, params?: Named | readonly Named[]): Promise<Result<R>> {
    if (Array.isArray(params)) return this.executeMany(statement, params as readonly Named[]);
    return this.#inTurn(() => this.#execute(statement, params as Named | undefined, 'execute()') as MaybePromise<Result<R>>);
  }
  /**
   * Runs a statement once for each of these sets of `param()` values, all or none of them. An insert that says no values
   * takes them as its rows. The rows and counts of all runs come together. SQLAlchemy: `execute(statement, [ … ])`.
   * @example await connection.executeMany(update(Post).set({ views: param('views') }).where(Post.c.id.eq(param('id'))), [{ id: 1, views: 5 }, { id: 2, views: 7 }])
   */
  executeMany<R>(statement: Executable<R>, list: readonly Named[]): Promise<Result<R>> {
    return this.#inTurn(() => this.#executeMany(statement, list) as Promise<Result<R>>);
  }
  /** The rows of a statement: objects or tuples as its `select()` says, plain objects for tables and classes. */
  async all<R>(statement: Executable<R>, params?: Named): Promise<R[]> {
    return (await this.#query(statement, params, 'all()')).all();
  }
  /** The first row, or null. */
  async first<R>(statement: Executable<R>, params?: Named): Promise<R | null> {
    return (await this.#query(statement, params, 'first()')).first();
  }
  /** The only row. Throws NoResultFound or MultipleResultsFound. */
  async one<R>(statement: Executable<R>, params?: Named): Promise<R> {
    return (await this.#query(statement, params, 'one()')).one();
  }
  /** The only row, or null. Throws MultipleResultsFound. SQLAlchemy: `one_or_none()`. */
  async oneOrNone<R>(statement: Executable<R>, params?: Named): Promise<R | null> {
    return (await this.#query(statement, params, 'oneOrNone()')).oneOrNone();
  }
  /** The first value of the first row, or null. */
  async scalar<R>(statement: Executable<R>, params?: Named): Promise<ScalarOf<R> | null> {
    return (await this.#query(statement, params, 'scalar()')).scalar();
  }
  /** The first value of each row. */
  async scalars<R>(statement: Executable<R>, params?: Named): Promise<ScalarOf<R>[]> {
    return (await this.#query(statement, params, 'scalars()')).scalars();
  }

  /** Rolls back what is open and gives the connection back. It can't be used afterwards. */
  close(): MaybePromise<void> {
    if (this.#channel.closed) return;
    if (this.#streams !== null) this.#endStreams();
    // One that was begun by SQL written by hand counts too: nobody else may find it open.
    const byHand = !this.#channel.inTransaction && this.#channel.driver.inTransaction === true;
    if (this.#channel.inTransaction || byHand) {
      let undone: MaybePromise<unknown>;
      try {
        undone = byHand ? this.#channel.call(RUN, 'ROLLBACK', NONE, false) : this.rollback();
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

  #endStreams(): void {
    for (const rows of this.#streams ?? []) {
      const ending = rows.return?.();
      if (ending instanceof Promise) ending.catch(ignore);
    }
    this.#streams = null;
  }

  // Transactions, inside

  #begin(options: TransactionOptions, writes: boolean): MaybePromise<void> {
    const failed = (error: unknown): never => {
      this.#channel.releaseWriteLock();
      throw error;
    };
    const { readOnly } = this.dialect;
    try {
      const statements = this.dialect.beginTransaction(options, writes);
      if (options.readOnly === true && readOnly !== undefined) this.#writable = readOnly.off;
      const begun = this.#each(this.#writable === null ? statements : [(readOnly as { on: string }).on, ...statements], 0);
      if (begun instanceof Promise) {
        return begun.then(() => {
          this.#channel.inTransaction = true;
        }, failed);
      }
    } catch (error) {
      failed(error);
    }
    this.#channel.inTransaction = true;
  }

  #each(statements: readonly string[], from: number): MaybePromise<void> {
    for (let i = from; i < statements.length; i++) {
      const done = this.#channel.call(RUN, statements[i], NONE, false);
      if (done instanceof Promise) return done.then(() => this.#each(statements, i + 1));
    }
  }

  #ended(): MaybePromise<void> {
    this.#channel.inTransaction = false;
    this.#channel.lost = false;
    this.#savepoints = 0;
    this.#channel.releaseWriteLock();
    const writable = this.#writable;
    this.#writable = null;
    if (writable !== null && !this.#channel.broken) return after(this.#channel.call(RUN, writable, NONE, false), ignore);
  }

  #inTransaction(what: string, sql: string | null): MaybePromise<void> {
    if (!this.#channel.inTransaction) throw engineError('engine.no-transaction', what);
    if (sql === null) return this.#channel.check();
    return after(this.#channel.call(RUN, sql, NONE, false), ignore);
  }

  async #nested<T>(work: (connection: Connection) => T | Promise<T>): Promise<T> {
    const name = `nested_${++this.#savepoints}`;
    await this.savepoint(name);
    try {
      const value = await work(this);
      await this.releaseSavepoint(name);
      return value;
    } catch (error) {
      await this.#undo(async () => {
        await this.rollbackTo(name);
        await this.releaseSavepoint(name);
      });
      throw error;
    }
  }

  /** Undoes work that failed; what fails in doing so is less telling than the error that is on its way. */
  async #undo(undo: () => MaybePromise<void>): Promise<void> {
    try {
      await undo();
    } catch {
      if (!this.#channel.lost) this.#channel.broken = true;
    }
  }

  /** All of several runs or none: in a transaction of their own where none is open. */
  #together<T>(count: number, work: () => MaybePromise<T>): MaybePromise<T> {
    if (this.#channel.inTransaction || count < 2) return work();
    return this.transaction(work);
  }

  #fetchEach(plan: Plan, rows: readonly (readonly unknown[])[]): MaybePromise<DriverRow[][]> {
    return collect(rows, (row) => this.fetch(plan, row));
  }

  #runEach(plan: Plan, rows: readonly (readonly unknown[])[]): MaybePromise<ManyResult> {
    return after(
      collect(rows, (row) => this.run(plan, row)),
      (results) => ({
        rowCount: results.reduce((sum, result) => sum + result.rowCount, 0),
        lastInsertIds: results.map((result) => result.lastInsertId),
      }),
    );
  }

  // Statements, inside

  /** Statements of one connection run one after the other, in the order in which they were given. */
  #inTurn<T>(work: () => MaybePromise<T>): Promise<T> {
    const turn = this.#tail === null ? startNow(work) : this.#tail.then(work, work);
    this.#tail = turn;
    const over = (): void => {
      if (this.#tail === turn) this.#tail = null;
    };
    turn.then(over, over);
    return turn;
  }

  async #query<R>(statement: Executable<R>, params: Named | undefined, where: string): Promise<Result<R>> {
    return this.#inTurn(() => {
      const prepared = prepareStatement(this.engine, statement, where);
      const givesRows = prepared.raw !== null || prepared.executions.every(({ plan }) => plan.returnsRows);
      if (!givesRows) throw engineError('engine.no-rows', prepared.what);
      return this.#runPrepared(prepared, params) as Promise<Result<R>>;
    });
  }

  /** Runs a statement that was prepared before, with the plans of this connection's engine. */
  executePrepared<R>(prepared: Prepared, params?: Named): Promise<Result<R>> {
    return this.#inTurn(() => this.#runPrepared(prepared, params)) as Promise<Result<R>>;
  }

  #execute(statement: unknown, params: Named | undefined, where: string): MaybePromise<Result> {
    return this.#runPrepared(prepareStatement(this.engine, statement, where), params);
  }

  async #executeMany(statement: unknown, list: readonly Named[]): Promise<Result> {
    if (!Array.isArray(list)) throw engineError('engine.not-a-list', 'executeMany()', describe(list));
    if (list.length === 0) return new Result<unknown>([]);
    if (statement instanceof Insert && statement.isEmpty) return this.#execute(statement.values(list as never), undefined, 'executeMany()');
    const prepared = prepareStatement(this.engine, statement, 'executeMany()');
    const writes = prepared.executions.some(({ plan }) => plan.writes);
    if (writes && !this.#channel.inTransaction && !this.#autocommit) await this.begin();
    return this.#together(list.length, () => this.#runEachSet(prepared, list));
  }

  async #runEachSet(prepared: Prepared, list: readonly Named[]): Promise<Result> {
    const { executions, projection, raw } = prepared;
    const { plan, rows: values } = executions[0];
    const quick = executions.length === 1 && values.length === 1 && projection === null && raw === null && plan.sql !== null;
    if (quick) {
      const encoded = list.map((params) => plan.encode(values[0], params).parameters);
      const { rowCount, lastInsertIds } = await this.#channel.call(RUN_MANY, plan.sql as string, encoded, plan.writes);
      return new Result<unknown>([], rowCount, lastInsertIds[lastInsertIds.length - 1] ?? null);
    }
    const results: Result[] = [];
    for (const params of list) results.push(await this.#runAll(prepared, params));
    const rowCount = results.reduce((sum, result) => sum + result.rowCount, 0);
    return new Result<unknown>(
      results.flatMap((result) => result.all()),
      rowCount,
      results[results.length - 1].lastInsertId,
    );
  }

  async #runPrepared(prepared: Prepared, params: Named | undefined): Promise<Result> {
    const { executions } = prepared;
    if (!this.#channel.inTransaction && executions.some(({ plan }) => plan.writes)) {
      if (!this.#autocommit) await this.begin();
      else if (executions.length > 1 && prepared.raw === null) return this.transaction(() => this.#runAll(prepared, params));
    }
    return this.#runAll(prepared, params);
  }

  async #runAll({ executions, projection, raw, lines }: Prepared, params: Named | undefined): Promise<Result> {
    if (lines) return this.#runExplain(executions[0], params);
    if (raw !== null) return this.#runRaw(executions[0], raw.name === 'unknown' ? null : this.dialect.codec(raw).decode, params);
    const rows: unknown[] = [];
    let rowCount = 0;
    let lastInsertId: number | bigint | null = null;
    for (const { plan, rows: values } of executions) {
      if (plan.returnsRows && projection !== null) {
        const read = rowReader(this.dialect, projection);
        const sets = values.length === 1 ? [await this.fetch(plan, values[0], params)] : await this.fetchMany(plan, values);
        for (const set of sets) for (const row of set) rows.push(read(row));
        if (plan.writes) rowCount += sets.reduce((sum, set) => sum + set.length, 0);
      } else if (values.length === 1) {
        const done = await this.run(plan, values[0], params);
        rowCount += done.rowCount;
        lastInsertId = done.lastInsertId;
      } else {
        const done = await this.runMany(plan, values);
        rowCount += done.rowCount;
        lastInsertId = done.lastInsertIds[done.lastInsertIds.length - 1];
      }
    }
    return new Result(rows, rowCount, lastInsertId);
  }

  async #runExplain({ plan, rows: [values] }: Execution, params: Named | undefined): Promise<Result> {
    const { line } = this.dialect.explain;
    return new Result<unknown>((await this.fetch(plan, values, params)).map((row) => [line(row)]));
  }

  async #runRaw(
    { plan, rows: [values] }: Execution,
    decode: ((raw: unknown) => unknown) | null,
    params: Named | undefined,
  ): Promise<Result> {
    const { sql, parameters } = plan.encode(values, params);
    const { columns, rows, rowCount, lastInsertId } = await this.#channel.call(EXECUTE, sql, parameters, plan.writes);
    return new Result<unknown>(namedRows(columns, rows, decode), rowCount, lastInsertId);
  }
}

async function startNow<T>(work: () => MaybePromise<T>): Promise<T> {
  return work();
}

/** Goes on with an answer, at once where it is there. */
function after<T, U>(answer: MaybePromise<T>, next: (value: T) => U): MaybePromise<U> {
  return answer instanceof Promise ? answer.then(next) : next(answer);
}

/** The answers for each item, one after the other. */
function collect<I, T>(items: readonly I[], work: (item: I) => MaybePromise<T>): MaybePromise<T[]> {
  const answers: T[] = [];
  for (let i = 0; i < items.length; i++) {
    const answer = work(items[i]);
    if (answer instanceof Promise) return collectLater(items, work, answers, answer);
    answers.push(answer);
  }
  return answers;
}

async function collectLater<I, T>(items: readonly I[], work: (item: I) => MaybePromise<T>, answers: T[], first: Promise<T>): Promise<T[]> {
  answers.push(await first);
  while (answers.length < items.length) answers.push(await work(items[answers.length]));
  return answers;
}

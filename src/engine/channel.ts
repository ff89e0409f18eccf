import type { DriverConnection, DriverFailure, DriverResult, DriverRow, MaybePromise, RunResult } from '../dialects/base/driver.ts';
import { AthanorError } from '../sql/errors.ts';
import { databaseError, engineError, LockTimeout, maskParameters } from './errors.ts';
import type { EngineHost } from './host.ts';
import { GivenUp, type StatementLimits, underLimits, withinTime } from './statement-limits.ts';

/** What many runs of one statement gave. */
export interface ManyResult {
  readonly rowCount: number;
  readonly lastInsertIds: readonly (number | bigint | null)[];
}

/** The rows of a stream as a driver gives them. */
export type StreamRows = AsyncIterator<DriverRow> | Iterator<DriverRow>;

/** A transaction that is committed in two steps. */
export interface TwoPhase {
  readonly xid: string;
  /** It is safe on the server, and outlives the connection. */
  prepared: boolean;
}

/** One call of the driver. These are made once, so that running a statement makes no function. */
export type Operation<P, T> = (driver: DriverConnection, sql: string, parameters: P) => MaybePromise<T>;
type Parameters = readonly unknown[];

export const QUERY: Operation<Parameters, DriverRow[]> = (driver, sql, parameters) => driver.query(sql, parameters);
export const RUN: Operation<Parameters, RunResult> = (driver, sql, parameters) => driver.run(sql, parameters);
export const RUN_MANY: Operation<readonly Parameters[], ManyResult> = (driver, sql, rows) => driver.runMany(sql, rows);
export const QUERY_MANY: Operation<readonly Parameters[], DriverRow[][]> = (driver, sql, rows) =>
  // It is called where the driver has it.
  (driver as Required<DriverConnection>).queryMany(sql, rows);
export const EXECUTE: Operation<Parameters, DriverResult> = (driver, sql, parameters) => driver.execute(sql, parameters);
export const SCRIPT: Operation<Parameters, void> = (driver, sql) => driver.script(sql);

export const NONE: readonly unknown[] = [];
const LONGEST_PAUSE_MS = 25;

/**
 * The way from a connection to its driver: every statement goes through here. It maps errors, tells the listeners, holds
 * the write lock, waits for the locks of other processes, keeps limits, and notes what an error says about the connection.
 */
export class Channel {
  readonly driver: DriverConnection;
  readonly engine: EngineHost;
  /** What limits every statement that says nothing of its own. */
  readonly limits: StatementLimits | null;
  closed = false;
  inTransaction = false;
  /** How many savepoints the transaction was given by itself. */
  savepoints = 0;
  /** The transaction is committed in two steps. */
  twoPhase: TwoPhase | null = null;
  /** What lets the connection write again after a transaction that must not. */
  writable: string | null = null;
  /** What is being read row by row. */
  streams: Set<StreamRows> | null = null;
  /** The database undid the transaction by itself. */
  lost = false;
  /** Not to be used again by anyone. */
  broken = false;
  /** The server is gone, and with it every connection of the pool. */
  disconnected = false;
  #writeLocked = false;
  /** Statements that the driver has been given and has not answered. */
  #running = 0;
  #whenIdle: (() => void) | null = null;
  /** The last of the statements that run alone; null where none does. */
  #alone: Promise<void> | null = null;

  constructor(engine: EngineHost, driver: DriverConnection, limits: StatementLimits | null) {
    this.engine = engine;
    this.driver = driver;
    this.limits = limits;
  }

  /** Throws where nothing can be run: the connection was closed, or its transaction lost. */
  check(): void {
    if (this.closed) throw engineError('engine.connection-closed');
    if (this.lost) throw engineError('engine.transaction-lost');
  }

  call<P extends readonly unknown[], T>(
    operation: Operation<P, T>,
    sql: string,
    parameters: P,
    writes: boolean,
    limits: StatementLimits | null = this.limits,
  ): MaybePromise<T> {
    if (this.closed || this.lost) this.check();
    if (limits?.signal?.aborted) throw limits.signal.reason;
    if (writes && !this.#writeLocked && this.engine.writeLock !== null) return this.#callLocked(operation, sql, parameters, limits);
    return this.engine.listeners.size === 0
      ? this.#pass(operation, sql, parameters, limits)
      : this.#observe(operation, sql, parameters, limits);
  }

  /** A statement that ends a transaction. A signal does not stop it, and the server is never asked to. */
  control(sql: string, limits: StatementLimits | null = null): MaybePromise<RunResult> {
    if (limits?.timeout === undefined) return this.call(RUN, sql, NONE, false, null);
    return this.call(
      (driver) => {
        const answer = driver.run(sql, NONE);
        return answer instanceof Promise ? withinTime(driver, limits, answer) : answer;
      },
      sql,
      NONE,
      false,
      null,
    );
  }

  /** Gives the statement to the driver, alone where its limits may end it: what the server is asked to end must be no other. */
  #pass<P extends readonly unknown[], T>(
    operation: Operation<P, T>,
    sql: string,
    parameters: P,
    limits: StatementLimits | null,
  ): MaybePromise<T> {
    if (limits !== null && this.driver.cancel !== undefined) return this.#passAlone(operation, sql, parameters, limits);
    if (this.#alone !== null) return this.#alone.then(() => this.#try(operation, sql, parameters, limits));
    return this.#try(operation, sql, parameters, limits);
  }

  #passAlone<P extends readonly unknown[], T>(operation: Operation<P, T>, sql: string, parameters: P, limits: StatementLimits): Promise<T> {
    const turn = this.runAlone(limits, () => {
      const answer = operation(this.driver, sql, parameters);
      return answer instanceof Promise ? underLimits(this.driver, limits, answer) : answer;
    });
    return turn.catch((error) => this.#recover(error, operation, sql, parameters, limits));
  }

  /** Runs work when nothing else is under way, and lets nothing else begin before it has ended. */
  async runAlone<T>(limits: StatementLimits, work: () => MaybePromise<T>): Promise<T> {
    const before = this.#alone;
    let free: () => void = ignore;
    const alone = new Promise<void>((resolve) => {
      free = resolve;
    });
    this.#alone = alone;
    try {
      if (before !== null) await before;
      while (this.#running > 0) {
        await new Promise<void>((resolve) => {
          this.#whenIdle = resolve;
        });
      }
      this.check();
      if (limits.signal?.aborted) throw limits.signal.reason;
      return await work();
    } finally {
      if (this.#alone === alone) this.#alone = null;
      free();
    }
  }

  /** Notes that the driver works on something that does not go through `call()`: the next rows of a stream. */
  enter(): void {
    this.#running++;
  }
  leave(): void {
    if (--this.#running > 0 || this.#whenIdle === null) return;
    const tell = this.#whenIdle;
    this.#whenIdle = null;
    tell();
  }
  /** Waits until the driver has answered all that it was given; null where it has. */
  settled(): Promise<unknown> | null {
    if (this.#running === 0 && this.#alone === null) return null;
    const last = this.#alone;
    const idle =
      last ??
      new Promise<void>((resolve) => {
        const before = this.#whenIdle;
        this.#whenIdle = () => {
          before?.();
          resolve();
        };
      });
    return idle.then(() => this.settled());
  }

  /** What a stream has to wait for before it asks for rows; null for nothing. */
  get alone(): Promise<void> | null {
    return this.#alone;
  }

  #try<P extends readonly unknown[], T>(
    operation: Operation<P, T>,
    sql: string,
    parameters: P,
    limits: StatementLimits | null,
  ): MaybePromise<T> {
    try {
      const answer = operation(this.driver, sql, parameters);
      if (!(answer instanceof Promise)) return answer;
      this.#running++;
      return answer.then(
        (value) => {
          this.leave();
          return value;
        },
        (error) => {
          this.leave();
          return this.#recover(error, operation, sql, parameters, limits);
        },
      );
    } catch (error) {
      return this.#recover(error, operation, sql, parameters, limits);
    }
  }

  /** Tries again later where another process holds a lock; else throws what the error means. */
  #recover<P extends readonly unknown[], T>(
    error: unknown,
    operation: Operation<P, T>,
    sql: string,
    parameters: P,
    limits: StatementLimits | null,
  ): MaybePromise<T> {
    const mapped = this.failed(error, sql, parameters);
    if (!this.#waitsFor(mapped)) throw mapped;
    return this.#retry(mapped, operation, sql, parameters, limits);
  }

  #waitsFor(error: unknown): boolean {
    return error instanceof LockTimeout && this.engine.writeLock !== null && this.engine.lockTimeout > 0 && !this.lost;
  }

  async #retry<P extends readonly unknown[], T>(
    first: unknown,
    operation: Operation<P, T>,
    sql: string,
    parameters: P,
    limits: StatementLimits | null,
  ): Promise<T> {
    const started = performance.now();
    const allowed = (limits?.timeout ?? Number.POSITIVE_INFINITY) * 1000;
    const end = started + this.engine.lockTimeout * 1000;
    let last = first;
    for (let pause = 1; performance.now() < end; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      this.check();
      if (limits?.signal?.aborted) throw limits.signal.reason;
      if (performance.now() - started > allowed) throw this.failed(new GivenUp(undefined, true, last), sql, parameters);
      try {
        return await operation(this.driver, sql, parameters);
      } catch (error) {
        last = this.failed(error, sql, parameters);
        if (!this.#waitsFor(last)) throw last;
      }
    }
    throw last;
  }

  /** The error of the design's tree, or a signal's reason; takes note of what it says about the connection. */
  failed(error: unknown, sql: string, parameters: readonly unknown[]): unknown {
    if (error instanceof AthanorError) return error;
    const given = error instanceof GivenUp ? error : null;
    const cause = given === null ? error : given.cause;
    // One that was given up may have ended before it was ended.
    const failure = given !== null && cause === undefined ? null : this.engine.driver.classify(cause);
    if (failure?.kind === 'disconnect' || !this.driver.usable) {
      this.broken = true;
      // That we ended it says nothing of the server.
      this.disconnected = failure?.kind === 'disconnect' && given === null;
    }
    if (this.inTransaction && this.driver.inTransaction === false) this.lost = true;
    if (given === null) return databaseError(failure as DriverFailure, sql, oneRow(parameters), error);
    return given.timedOut ? databaseError(timeoutFailure(failure?.code ?? null), sql, oneRow(parameters), cause) : given.reason;
  }

  #observe<P extends readonly unknown[], T>(
    operation: Operation<P, T>,
    sql: string,
    parameters: P,
    limits: StatementLimits | null,
  ): MaybePromise<T> {
    const startTime = performance.now();
    const failed = (error: unknown): never => {
      this.tell(sql, parameters, startTime, null, error);
      throw error;
    };
    let answer: MaybePromise<T>;
    try {
      answer = this.#pass(operation, sql, parameters, limits);
    } catch (error) {
      return failed(error);
    }
    if (answer instanceof Promise) {
      return answer.then((value) => {
        this.tell(sql, parameters, startTime, countOf(value), null);
        return value;
      }, failed);
    }
    this.tell(sql, parameters, startTime, countOf(answer), null);
    return answer;
  }

  /** Tells the listeners of a statement that has ended. */
  tell(sql: string, parameters: readonly unknown[], startTime: number, rowCount: number | null, error: unknown): void {
    const event = { sql, parameters: maskParameters(oneRow(parameters)), startTime, endTime: performance.now(), rowCount, error };
    for (const listener of this.engine.listeners) listener(event);
  }

  /** Waits for this process's turn to write; kept until `releaseWriteLock()`. */
  takeWriteLock(limits: StatementLimits | null = this.limits): MaybePromise<void> {
    const { writeLock, lockTimeout } = this.engine;
    if (writeLock === null || this.#writeLocked) return;
    const timeout = limits?.timeout ?? Number.POSITIVE_INFINITY;
    const expired = (): Error => databaseError(timeout < lockTimeout ? timeoutFailure(null) : lockFailure(lockTimeout), null, NONE);
    const waiting = writeLock.acquire(Math.min(lockTimeout, timeout), expired, limits?.signal);
    if (waiting instanceof Promise) return waiting.then(() => this.#tookWriteLock());
    this.#writeLocked = true;
  }

  #tookWriteLock(): void {
    if (this.closed) {
      this.engine.writeLock?.release();
      this.check();
    }
    this.#writeLocked = true;
  }

  releaseWriteLock(): void {
    if (!this.#writeLocked) return;
    this.#writeLocked = false;
    this.engine.writeLock?.release();
  }

  /** A statement that writes, outside a transaction or as the first in one that began by reading. */
  #callLocked<P extends readonly unknown[], T>(
    operation: Operation<P, T>,
    sql: string,
    parameters: P,
    limits: StatementLimits | null,
  ): MaybePromise<T> {
    const waiting = this.takeWriteLock(limits);
    if (waiting instanceof Promise) return waiting.then(() => this.#runLocked(operation, sql, parameters, limits));
    return this.#runLocked(operation, sql, parameters, limits);
  }

  #runLocked<P extends readonly unknown[], T>(
    operation: Operation<P, T>,
    sql: string,
    parameters: P,
    limits: StatementLimits | null,
  ): MaybePromise<T> {
    // In a transaction the lock is kept until its end.
    if (this.inTransaction) return this.call(operation, sql, parameters, false, limits);
    let answer: MaybePromise<T>;
    try {
      answer = this.call(operation, sql, parameters, false, limits);
    } catch (error) {
      this.releaseWriteLock();
      throw error;
    }
    if (answer instanceof Promise) return answer.finally(() => this.releaseWriteLock());
    this.releaseWriteLock();
    return answer;
  }
}

function ignore(): void {}

function timeoutFailure(code: string | null): DriverFailure {
  const message = 'The statement ran for longer than its timeout allows, and was ended';
  return { kind: 'timeout', message, code: code ?? 'engine.statement-timeout', constraint: null, table: null, column: null };
}

function lockFailure(seconds: number): DriverFailure {
  const message = `The database could not be written to within ${seconds} s: another session of this process holds its write lock`;
  return { kind: 'lockTimeout', message, code: 'engine.write-lock', constraint: null, table: null, column: null };
}

function countOf(answer: unknown): number {
  if (Array.isArray(answer)) return answer.length;
  const { rows, rowCount } = (answer ?? {}) as { rows?: readonly unknown[]; rowCount?: number };
  return rows !== undefined && rows.length > 0 ? rows.length : (rowCount ?? 0);
}

/** Many rows at once: the first one's parameters stand for all. */
function oneRow(parameters: readonly unknown[]): readonly unknown[] {
  return parameters.length > 0 && Array.isArray(parameters[0]) ? (parameters[0] as unknown[]) : parameters;
}

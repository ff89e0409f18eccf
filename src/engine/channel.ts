import type { DriverConnection, DriverFailure, DriverResult, DriverRow, MaybePromise, RunResult } from '../dialects/base/driver.ts';
import { AthanorError } from '../sql/errors.ts';
import { databaseError, engineError, LockTimeout, maskParameters } from './errors.ts';
import type { EngineHost } from './host.ts';

/** What many runs of one statement gave. */
export interface ManyResult {
  readonly rowCount: number;
  readonly lastInsertIds: readonly (number | bigint | null)[];
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
 * the write lock, waits for the locks of other processes, and notes what an error says about the connection.
 */
export class Channel {
  readonly driver: DriverConnection;
  readonly #engine: EngineHost;
  closed = false;
  inTransaction = false;
  /** The database undid the transaction by itself. */
  lost = false;
  /** Not to be used again by anyone. */
  broken = false;
  /** The server is gone, and with it every connection of the pool. */
  disconnected = false;
  #writeLocked = false;

  constructor(engine: EngineHost, driver: DriverConnection) {
    this.#engine = engine;
    this.driver = driver;
  }

  /** Throws where nothing can be run: the connection was closed, or its transaction lost. */
  check(): void {
    if (this.closed) throw engineError('engine.connection-closed');
    if (this.lost) throw engineError('engine.transaction-lost');
  }

  call<P extends readonly unknown[], T>(operation: Operation<P, T>, sql: string, parameters: P, writes: boolean): MaybePromise<T> {
    if (this.closed || this.lost) this.check();
    if (writes && !this.#writeLocked && this.#engine.writeLock !== null) return this.#callLocked(operation, sql, parameters);
    return this.#engine.listeners.size === 0 ? this.#try(operation, sql, parameters) : this.#observe(operation, sql, parameters);
  }

  #try<P extends readonly unknown[], T>(operation: Operation<P, T>, sql: string, parameters: P): MaybePromise<T> {
    try {
      const answer = operation(this.driver, sql, parameters);
      return answer instanceof Promise ? answer.catch((error) => this.#recover(error, operation, sql, parameters)) : answer;
    } catch (error) {
      return this.#recover(error, operation, sql, parameters);
    }
  }

  /** Tries again later where another process holds a lock; else throws what the error means. */
  #recover<P extends readonly unknown[], T>(error: unknown, operation: Operation<P, T>, sql: string, parameters: P): MaybePromise<T> {
    const mapped = this.failed(error, sql, parameters);
    if (!this.#waitsFor(mapped)) throw mapped;
    return this.#retry(mapped, operation, sql, parameters);
  }

  #waitsFor(error: unknown): boolean {
    return error instanceof LockTimeout && this.#engine.writeLock !== null && this.#engine.lockTimeout > 0 && !this.lost;
  }

  async #retry<P extends readonly unknown[], T>(first: unknown, operation: Operation<P, T>, sql: string, parameters: P): Promise<T> {
    const end = performance.now() + this.#engine.lockTimeout * 1000;
    let last = first;
    for (let pause = 1; performance.now() < end; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      this.check();
      try {
        return await operation(this.driver, sql, parameters);
      } catch (error) {
        last = this.failed(error, sql, parameters);
        if (!this.#waitsFor(last)) throw last;
      }
    }
    throw last;
  }

  /** The error of the design's tree; takes note of what it says about the connection. */
  failed(error: unknown, sql: string, parameters: readonly unknown[]): unknown {
    if (error instanceof AthanorError) return error;
    const failure = this.#engine.driver.classify(error);
    if (failure.kind === 'disconnect' || !this.driver.usable) {
      this.broken = true;
      this.disconnected = failure.kind === 'disconnect';
    }
    if (this.inTransaction && this.driver.inTransaction === false) this.lost = true;
    return databaseError(failure, sql, oneRow(parameters), error);
  }

  #observe<P extends readonly unknown[], T>(operation: Operation<P, T>, sql: string, parameters: P): MaybePromise<T> {
    const startTime = performance.now();
    const failed = (error: unknown): never => {
      this.tell(sql, parameters, startTime, null, error);
      throw error;
    };
    let answer: MaybePromise<T>;
    try {
      answer = this.#try(operation, sql, parameters);
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
    for (const listener of this.#engine.listeners) listener(event);
  }

  /** Waits for this process's turn to write; kept until `releaseWriteLock()`. */
  takeWriteLock(): MaybePromise<void> {
    const { writeLock, lockTimeout } = this.#engine;
    if (writeLock === null || this.#writeLocked) return;
    const waiting = writeLock.acquire(lockTimeout, () => databaseError(lockFailure(lockTimeout), null, NONE));
    if (waiting instanceof Promise) return waiting.then(() => this.#tookWriteLock());
    this.#writeLocked = true;
  }

  #tookWriteLock(): void {
    if (this.closed) {
      this.#engine.writeLock?.release();
      this.check();
    }
    this.#writeLocked = true;
  }

  releaseWriteLock(): void {
    if (!this.#writeLocked) return;
    this.#writeLocked = false;
    this.#engine.writeLock?.release();
  }

  /** A statement that writes, outside a transaction or as the first in one that began by reading. */
  #callLocked<P extends readonly unknown[], T>(operation: Operation<P, T>, sql: string, parameters: P): MaybePromise<T> {
    const waiting = this.takeWriteLock();
    if (waiting instanceof Promise) return waiting.then(() => this.#runLocked(operation, sql, parameters));
    return this.#runLocked(operation, sql, parameters);
  }

  #runLocked<P extends readonly unknown[], T>(operation: Operation<P, T>, sql: string, parameters: P): MaybePromise<T> {
    // In a transaction the lock is kept until its end.
    if (this.inTransaction) return this.call(operation, sql, parameters, false);
    let answer: MaybePromise<T>;
    try {
      answer = this.call(operation, sql, parameters, false);
    } catch (error) {
      this.releaseWriteLock();
      throw error;
    }
    if (answer instanceof Promise) return answer.finally(() => this.releaseWriteLock());
    this.releaseWriteLock();
    return answer;
  }
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

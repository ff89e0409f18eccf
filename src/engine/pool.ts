import type { DriverConnection, MaybePromise } from '../dialects/base/driver.ts';
import { engineError } from './errors.ts';
import { type Waiter, WaitQueue } from './wait-queue.ts';

/** A driver's connection as the pool keeps it. */
export interface PooledConnection {
  readonly driver: DriverConnection;
  /** When it was opened, in milliseconds of `performance.now()`. */
  readonly openedAt: number;
  /** Connections of an earlier generation were opened before a server was lost, and are not used again. */
  readonly generation: number;
}

export interface PoolStatus {
  /** Connections that are open or being opened. */
  readonly size: number;
  readonly checkedOut: number;
  readonly idle: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
}

export interface AcquireOptions {
  /** Gives the wait up; the connection goes to another. */
  readonly signal?: AbortSignal;
  /** Seconds to wait, in place of the pool's. */
  readonly timeout?: number;
}

/** Where connections come from and go back to. SQLAlchemy: `Pool`. */
export interface Pool {
  /** A connection, at once where one is free. Throws a PoolTimeoutError when none comes free in time. */
  acquire(options?: AcquireOptions): MaybePromise<PooledConnection>;
  /** Takes a connection back, to be used again. */
  release(connection: PooledConnection): MaybePromise<void>;
  /** Closes a connection that is broken. `all` gives up every connection opened so far: the server was lost. */
  invalidate(connection: PooledConnection, all?: boolean): MaybePromise<void>;
  /** Closes the idle connections; those in use are closed when they come back. */
  dispose(): Promise<void>;
  status(): PoolStatus;
}

export interface PoolOptions {
  /** Connections that are kept. */
  readonly poolSize: number;
  /** Connections beyond those, closed as soon as they come back; -1 for any number. */
  readonly maxOverflow: number;
  /** Seconds to wait for one. */
  readonly poolTimeout: number;
  /** Seconds after which a connection is replaced; -1 for never. */
  readonly poolRecycle: number;
  /** Whether a connection is tried before it is handed out. */
  readonly poolPrePing: boolean;
  /** Whether the connection used last is handed out first, so that those not needed grow old; else they take turns. */
  readonly poolUseLifo: boolean;
}

/** How the pool opens, tries and closes connections. */
export interface PoolHooks {
  open(): MaybePromise<DriverConnection>;
  /** Whether the connection still works. */
  ping(driver: DriverConnection): MaybePromise<boolean>;
  /** The connection is about to be closed. */
  closing?(driver: DriverConnection): void;
}

function ignore(): void {}

/** Closing is a courtesy: that it fails changes nothing for anyone. */
function closeQuietly(driver: DriverConnection, hooks: PoolHooks): MaybePromise<void> {
  hooks.closing?.(driver);
  try {
    const closing = driver.close();
    return closing instanceof Promise ? closing.catch(ignore) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps up to `poolSize` connections and opens up to `maxOverflow` more. The connection used last is handed out first, unless told otherwise;
 * callers that wait are served in the order in which they came. SQLAlchemy: `QueuePool`.
 */
export class QueuePool implements Pool {
  readonly #hooks: PoolHooks;
  readonly #options: PoolOptions;
  readonly #single: boolean;
  readonly #limit: number;
  readonly #idle: PooledConnection[] = [];
  readonly #queue: WaitQueue<PooledConnection> = new WaitQueue();
  #size = 0;
  #generation = 0;
  #disposed = false;

  /** @param single the database lives in the connection, so there is no other to wait for; timeouts say so */
  constructor(hooks: PoolHooks, options: PoolOptions, single = false) {
    this.#hooks = hooks;
    this.#options = options;
    this.#single = single;
    this.#limit = options.maxOverflow < 0 ? Number.POSITIVE_INFINITY : options.poolSize + options.maxOverflow;
  }

  acquire(options?: AcquireOptions): MaybePromise<PooledConnection> {
    if (this.#disposed) throw engineError('engine.disposed');
    if (options?.signal?.aborted) throw options.signal.reason;
    while (this.#idle.length > 0) {
      const connection = (this.#options.poolUseLifo ? this.#idle.pop() : this.#idle.shift()) as PooledConnection;
      if (!this.#isFresh(connection)) this.#discard(connection);
      else return this.#options.poolPrePing ? this.#abortable(this.#ping(connection, options), options?.signal) : connection;
    }
    if (this.#size < this.#limit) return this.#abortable(this.#open(), options?.signal);
    const seconds = options?.timeout ?? this.#options.poolTimeout;
    return this.#queue.wait(seconds, () => this.#expired(seconds), options?.signal);
  }

  release(connection: PooledConnection): MaybePromise<void> {
    if (!this.#isFresh(connection)) return this.#replace(connection);
    const waiter = this.#queue.next();
    if (waiter !== null) waiter.resolve(connection);
    else if (this.#disposed || this.#idle.length >= this.#options.poolSize) return this.#discard(connection);
    else this.#idle.push(connection);
  }

  invalidate(connection: PooledConnection, all = false): MaybePromise<void> {
    if (all) {
      this.#generation++;
      for (const idle of this.#idle.splice(0)) this.#discard(idle);
    }
    return this.#replace(connection);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    for (let waiter = this.#queue.next(); waiter !== null; waiter = this.#queue.next()) waiter.reject(engineError('engine.disposed'));
    const closing = this.#idle.splice(0).map((connection) => this.#discard(connection));
    await Promise.all(closing);
  }

  status(): PoolStatus {
    return { size: this.#size, checkedOut: this.#size - this.#idle.length, idle: this.#idle.length, waiting: this.#queue.size };
  }

  #abortable(coming: MaybePromise<PooledConnection>, signal: AbortSignal | undefined): MaybePromise<PooledConnection> {
    if (signal === undefined || !(coming instanceof Promise)) return coming;
    return abortable(coming, signal, (connection) => void this.release(connection));
  }

  #isFresh(connection: PooledConnection): boolean {
    const { poolRecycle } = this.#options;
    if (!connection.driver.usable || connection.generation !== this.#generation || this.#disposed) return false;
    return poolRecycle < 0 || performance.now() - connection.openedAt < poolRecycle * 1000;
  }

  #discard(connection: PooledConnection): MaybePromise<void> {
    this.#size--;
    return closeQuietly(connection.driver, this.#hooks);
  }

  /** Closes a connection that was in use, and opens another for the next that waits. */
  #replace(connection: PooledConnection): MaybePromise<void> {
    const closing = this.#discard(connection);
    this.#openForWaiter();
    return closing;
  }

  #open(): MaybePromise<PooledConnection> {
    this.#size++;
    const generation = this.#generation;
    try {
      const driver = this.#hooks.open();
      return driver instanceof Promise ? this.#opening(driver, generation) : { driver, openedAt: performance.now(), generation };
    } catch (error) {
      this.#failedToOpen();
      throw error;
    }
  }

  async #opening(driver: Promise<DriverConnection>, generation: number): Promise<PooledConnection> {
    try {
      return { driver: await driver, openedAt: performance.now(), generation };
    } catch (error) {
      this.#failedToOpen();
      throw error;
    }
  }

  /** There is room again; a caller that waits tries for itself, and gets its own error if it fails too. */
  #failedToOpen(): void {
    this.#size--;
    if (this.#queue.size > 0) queueMicrotask(() => this.#openForWaiter());
  }

  #openForWaiter(): void {
    if (this.#queue.size === 0 || this.#size >= this.#limit || this.#disposed) return;
    const waiter = this.#queue.next() as Waiter<PooledConnection>;
    try {
      const opened = this.#open();
      if (opened instanceof Promise) opened.then(waiter.resolve, waiter.reject);
      else waiter.resolve(opened);
    } catch (error) {
      waiter.reject(error);
    }
  }

  #ping(connection: PooledConnection, options: AcquireOptions | undefined): MaybePromise<PooledConnection> {
    let alive: MaybePromise<boolean>;
    try {
      alive = this.#hooks.ping(connection.driver);
    } catch {
      alive = false;
    }
    if (alive instanceof Promise) {
      return alive.catch(() => false).then((answer) => (answer ? connection : this.#afterFailedPing(connection, options)));
    }
    return alive ? connection : this.#afterFailedPing(connection, options);
  }

  /** One that is dead tells that those opened before the loss are dead as well. */
  #afterFailedPing(connection: PooledConnection, options: AcquireOptions | undefined): MaybePromise<PooledConnection> {
    if (connection.generation === this.#generation) this.#generation++;
    this.#discard(connection);
    return this.acquire(options);
  }

  #expired(seconds: number): Error {
    return this.#single ? engineError('pool.timeout-single', seconds) : engineError('pool.timeout', seconds, this.#limit);
  }
}

/** Lets the caller of a connection that is on its way give up; the connection then goes to another. */
function abortable(
  coming: Promise<PooledConnection>,
  signal: AbortSignal,
  giveBack: (connection: PooledConnection) => void,
): Promise<PooledConnection> {
  return new Promise((resolve, reject) => {
    let given = false;
    const abort = (): void => {
      given = true;
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    coming.then(
      (connection) => {
        signal.removeEventListener('abort', abort);
        if (given) giveBack(connection);
        else resolve(connection);
      },
      (error) => {
        signal.removeEventListener('abort', abort);
        reject(error);
      },
    );
  });
}

/** Opens a connection for each caller and closes it afterwards: for serverless functions and poolers outside. SQLAlchemy: `NullPool`. */
export class NullPool implements Pool {
  readonly #hooks: PoolHooks;
  #size = 0;
  #disposed = false;

  constructor(hooks: PoolHooks) {
    this.#hooks = hooks;
  }

  acquire(options?: AcquireOptions): MaybePromise<PooledConnection> {
    if (this.#disposed) throw engineError('engine.disposed');
    if (options?.signal?.aborted) throw options.signal.reason;
    const driver = this.#hooks.open();
    if (!(driver instanceof Promise)) return this.#opened(driver);
    const coming = driver.then((opened) => this.#opened(opened));
    return options?.signal === undefined ? coming : abortable(coming, options.signal, (connection) => void this.release(connection));
  }

  release(connection: PooledConnection): MaybePromise<void> {
    this.#size--;
    return closeQuietly(connection.driver, this.#hooks);
  }

  invalidate(connection: PooledConnection): MaybePromise<void> {
    return this.release(connection);
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
  }

  status(): PoolStatus {
    return { size: this.#size, checkedOut: this.#size, idle: 0, waiting: 0 };
  }

  #opened(driver: DriverConnection): PooledConnection {
    this.#size++;
    return { driver, openedAt: performance.now(), generation: 0 };
  }
}

/** One connection that all share, one caller at a time: for a database that lives in the connection. SQLAlchemy: `StaticPool`. */
export function singleConnectionPool(hooks: PoolHooks, options: PoolOptions): Pool {
  return new QueuePool(hooks, { ...options, poolSize: 1, maxOverflow: 0, poolRecycle: -1, poolPrePing: false }, true);
}

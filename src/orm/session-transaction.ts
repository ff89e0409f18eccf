import type { TransactionOptions } from '../dialects/base/dialect.ts';
import type { MaybePromise } from '../dialects/base/driver.ts';
import type { Connection } from '../engine/connection.ts';
import type { Engine } from '../engine/engine.ts';
import type { StatementLimits } from '../engine/statement-limits.ts';
import type { Undo } from './undo.ts';

/** A place to which a nested transaction goes back. */
export interface Savepoint {
  readonly name: string;
  /** How much had been done when it was set. */
  readonly undo: number;
  readonly written: number;
  /** Whether it was rolled back, by itself or with what is around it. */
  undone: boolean;
}

/** Whose transactions and connections they are. */
export interface ConnectionOwner {
  engineFor(bind: string | null): Engine;
  /** Hears of each database whose transaction begins. */
  began(): MaybePromise<void>;
  /** What limits every statement. */
  limitsFor(engine: Engine): StatementLimits | null;
}

/** The open transactions of a session, one for each database that it wrote to. SQLAlchemy: `SessionTransaction`. */
export class SessionTransaction {
  readonly undo: Undo[] = [];
  readonly savepoints: Savepoint[] = [];
  /** What `begin()` asked for; null while the transaction only came of a write. */
  options: TransactionOptions | null = null;
  /** Null until there is one. */
  #open: Map<Engine, Connection> | null = null;
  /** Null until a driver is waited for. */
  #opening: Map<Engine, Promise<Connection>> | null = null;
  #names = 0;
  readonly #owner: ConnectionOwner;
  readonly #twoPhase: boolean;

  /** `twoPhase` says whether all databases are prepared before one is committed. */
  constructor(owner: ConnectionOwner, twoPhase: boolean) {
    this.#owner = owner;
    this.#twoPhase = twoPhase;
  }

  get #connections(): Map<Engine, Connection> {
    this.#open ??= new Map();
    return this.#open;
  }

  get #isOpen(): boolean {
    return this.#open !== null && this.#open.size > 0;
  }

  get active(): boolean {
    return this.options !== null || this.#isOpen;
  }

  /** Whether it is open only because something was written, and not by begin() or a savepoint. */
  get implicit(): boolean {
    return this.options === null && this.savepoints.length === 0 && this.#isOpen;
  }

  /** The connection on which statements of this engine run now; undefined where each stands alone. */
  connection(engine: Engine): Connection | undefined {
    return this.#open?.get(engine);
  }

  /** The connection in a transaction, begun if it is not yet. */
  open(engine: Engine, writes: boolean): MaybePromise<Connection> {
    const open = this.#connections.get(engine);
    if (open !== undefined) return open;
    const opening = this.#opening?.get(engine);
    if (opening !== undefined) return opening;
    const begun = this.#connect(engine, writes);
    if (!(begun instanceof Promise)) return begun;
    const opened = this.#opening ?? new Map();
    this.#opening = opened;
    const ended = begun.finally(() => opened.delete(engine));
    opened.set(engine, ended);
    return ended;
  }

  /** Nothing is waited for where the driver answers at once. */
  #connect(engine: Engine, writes: boolean): MaybePromise<Connection> {
    const acquired = engine.acquire(this.#owner.limitsFor(engine));
    return acquired instanceof Promise
      ? acquired.then((connection) => this.#begin(engine, connection, writes))
      : this.#begin(engine, acquired, writes);
  }

  #begin(engine: Engine, connection: Connection, writes: boolean): MaybePromise<Connection> {
    if (this.#twoPhase || this.savepoints.length > 0) return this.#beginInSteps(engine, connection, writes);
    const options = this.options ?? {};
    const failed = async (error: unknown): Promise<never> => {
      await connection.close();
      throw error;
    };
    const begun = (): MaybePromise<Connection> => {
      this.#connections.set(engine, connection);
      const told = this.#owner.began();
      return told instanceof Promise ? told.then(() => connection) : connection;
    };
    try {
      const answer = connection.begin({ ...options, writes: options.readOnly === true ? false : writes });
      return answer instanceof Promise ? answer.then(begun, failed) : begun();
    } catch (error) {
      return failed(error);
    }
  }

  async #beginInSteps(engine: Engine, connection: Connection, writes: boolean): Promise<Connection> {
    try {
      const options = this.options ?? {};
      if (this.#twoPhase) await connection.beginTwoPhase(undefined, options);
      else await connection.begin({ ...options, writes: options.readOnly === true ? false : writes });
      for (const { name } of this.savepoints) await connection.savepoint(name);
    } catch (error) {
      await connection.close();
      throw error;
    }
    this.#connections.set(engine, connection);
    await this.#owner.began();
    return connection;
  }

  async savepoint(written: number): Promise<Savepoint> {
    const savepoint = { name: `sp_${++this.#names}`, undo: this.undo.length, written, undone: false };
    for (const connection of this.#connections.values()) await connection.savepoint(savepoint.name);
    this.savepoints.push(savepoint);
    return savepoint;
  }

  /** Forgets a savepoint, and those set after it. */
  async release(savepoint: Savepoint): Promise<void> {
    const place = this.savepoints.indexOf(savepoint);
    if (place < 0) return;
    for (const connection of this.#connections.values()) await connection.releaseSavepoint(savepoint.name);
    this.savepoints.splice(place);
  }

  /** Undoes what was done since a savepoint in the databases. */
  async rollbackTo(savepoint: Savepoint): Promise<void> {
    const place = this.savepoints.indexOf(savepoint);
    if (place < 0) return;
    for (const connection of this.#connections.values()) {
      await connection.rollbackTo(savepoint.name);
      await connection.releaseSavepoint(savepoint.name);
    }
    for (const gone of this.savepoints.splice(place)) gone.undone = true;
  }

  commit(): MaybePromise<void> {
    if (!this.#isOpen) return this.#forget();
    return this.#connections.size === 1 ? this.#commitOne() : this.#commitAll();
  }
  #commitOne(): MaybePromise<void> {
    const [[engine, connection]] = this.#connections;
    const close = (): MaybePromise<void> => {
      this.#connections.delete(engine);
      const closed = connection.close();
      if (closed instanceof Promise) return closed.then(() => this.#forget());
      this.#forget();
    };
    const done = connection.commit();
    return done instanceof Promise ? done.then(close) : close();
  }
  async #commitAll(): Promise<void> {
    const inSteps = this.#twoPhase;
    // Where one cannot be made safe, all are undone; one alone needs no second step.
    if (inSteps) for (const connection of this.#connections.values()) await connection.prepare();
    let failure: unknown = null;
    for (const [engine, connection] of this.#connections) {
      try {
        const done = connection.commit();
        if (done instanceof Promise) await done;
      } catch (error) {
        if (!inSteps) throw error;
        // Others may have been committed, so this one has to be: it stays prepared on the server for whoever recovers it.
        failure ??= error;
        connection.driverConnection.destroy?.();
      }
      this.#connections.delete(engine);
      const closed = connection.close();
      if (closed instanceof Promise) await closed;
    }
    this.#forget();
    if (failure !== null) throw failure;
  }

  /** Rolls back in every database; the first failure is thrown after all were tried. */
  async rollback(): Promise<void> {
    let failure: unknown = null;
    for (const connection of this.#connections.values()) {
      try {
        await connection.rollback();
      } catch (error) {
        failure ??= error;
      }
      await connection.close();
    }
    this.#connections.clear();
    for (const gone of this.savepoints) gone.undone = true;
    this.#forget();
    if (failure !== null) throw failure;
  }

  #forget(): void {
    this.options = null;
    this.savepoints.length = 0;
    this.undo.length = 0;
  }
}

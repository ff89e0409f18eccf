import type { TransactionOptions } from '../dialects/base/dialect.ts';
import type { MaybePromise } from '../dialects/base/driver.ts';
import { Deadlock, LockTimeout, SerializationFailure } from '../engine/errors.ts';
import { ormError } from './errors.ts';
import type { Savepoint, SessionTransaction } from './session-transaction.ts';

/** How `transaction()` runs. */
export interface SessionTransactionOptions extends TransactionOptions {
  /** How often it is run again after a serialization failure, a deadlock or a busy database; 0 unless told. */
  readonly retries?: number;
}

/** A savepoint of a session. */
export interface NestedTransaction extends AsyncDisposable {
  /** Keeps what was done since. Throws an InvalidStateError where it was rolled back, or the transaction around it was. */
  commit(): Promise<void>;
  /** Undoes what was done since, in the database and in the objects. */
  rollback(): Promise<void>;
}

/** What running work in a transaction needs of a session. */
export interface ScopedSession {
  begin(options?: TransactionOptions): Promise<void>;
  beginNested(): Promise<NestedTransaction>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** What a session does at the end of a savepoint. */
export interface SavepointSteps {
  /** Writes what is to be kept. */
  readonly keep: () => Promise<void>;
  /** Waits for a flush under way. */
  readonly settle: () => MaybePromise<void>;
  /** Goes back to the savepoint. */
  readonly undo: () => Promise<void>;
}

/** A savepoint as its user has it: it ends once, whichever way comes first. */
export function nestedTransaction(transaction: SessionTransaction, savepoint: Savepoint, steps: SavepointSteps): NestedTransaction {
  let open = true;
  const end = (): boolean => {
    const was = open && transaction.savepoints.includes(savepoint);
    open = false;
    return was;
  };
  return {
    commit: async () => {
      if (savepoint.undone) throw ormError('orm.savepoint-undone');
      await steps.keep();
      if (end()) await transaction.release(savepoint);
    },
    rollback: async () => {
      await steps.settle();
      if (end()) await steps.undo();
    },
    [Symbol.asyncDispose]: async () => {
      if (end()) await steps.undo();
    },
  };
}

/** Runs work in a transaction of the session, or in a savepoint where one is open. See `Session.transaction()`. */
export async function inTransaction<S extends ScopedSession, T>(
  session: S,
  transaction: SessionTransaction,
  work: (session: S) => T | Promise<T>,
  options: SessionTransactionOptions,
): Promise<T> {
  if (transaction.active) return inSavepoint(session, transaction, work, options);
  const { retries = 0, ...begin } = options;
  for (let attempt = 0; ; attempt++) {
    try {
      await session.begin(begin);
      const value = await work(session);
      await session.commit();
      return value;
    } catch (error) {
      await session.rollback();
      if (attempt >= retries || !mayPass(error)) throw error;
      await pause(attempt);
    }
  }
}

/** Longer after each attempt, and not as long as others wait who failed at the same time. */
function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** attempt));
}

async function inSavepoint<S extends ScopedSession, T>(
  session: S,
  transaction: SessionTransaction,
  work: (session: S) => T | Promise<T>,
  options: SessionTransactionOptions,
): Promise<T> {
  if (options.isolation !== undefined || options.readOnly !== undefined) throw ormError('orm.transaction-open');
  // A transaction that only came of an earlier write has no one else to commit it.
  const own = transaction.implicit;
  const nested = await session.beginNested();
  try {
    const value = await work(session);
    await nested.commit();
    if (own) await session.commit();
    return value;
  } catch (error) {
    await nested.rollback();
    throw error;
  }
}

/** Failures that another try may not meet. */
function mayPass(error: unknown): boolean {
  return error instanceof SerializationFailure || error instanceof Deadlock || error instanceof LockTimeout;
}

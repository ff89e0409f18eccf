import type { TransactionOptions } from '../dialects/base/dialect.ts';
import type { MaybePromise } from '../dialects/base/driver.ts';
import { type Channel, NONE, RUN } from './channel.ts';
import { engineError } from './errors.ts';
import { endingLimits, type StatementLimits } from './statement-limits.ts';
import { endTwoPhase } from './two-phase.ts';

/** How a transaction begins on a connection. */
export type BeginOptions = TransactionOptions & {
  /** Whether it takes its turn to write from the beginning, where a database has one writer at a time; true unless it is read-only. */
  readonly writes?: boolean;
};

/** Begins a transaction, when it is its turn to write. */
export function beginTransaction(
  channel: Channel,
  options: BeginOptions,
  limits: StatementLimits | null = channel.limits,
): MaybePromise<void> {
  channel.check();
  if (channel.inTransaction) throw engineError('engine.in-transaction');
  const writes = options.writes ?? options.readOnly !== true;
  const waiting = writes ? channel.takeWriteLock(limits) : undefined;
  return waiting instanceof Promise ? waiting.then(() => begin(channel, options, writes, limits)) : begin(channel, options, writes, limits);
}

function begin(channel: Channel, options: TransactionOptions, writes: boolean, limits: StatementLimits | null): MaybePromise<void> {
  const { dialect } = channel.engine;
  const { readOnly } = dialect;
  const failed = (error: unknown): never => {
    channel.releaseWriteLock();
    throw error;
  };
  try {
    const statements = dialect.beginTransaction(options, writes);
    if (options.readOnly === true && readOnly !== undefined) channel.writable = readOnly.off;
    const begun = runEach(channel, channel.writable === null ? statements : [(readOnly as { on: string }).on, ...statements], limits);
    if (begun instanceof Promise) {
      return begun.then(() => {
        channel.inTransaction = true;
      }, failed);
    }
  } catch (error) {
    failed(error);
  }
  channel.inTransaction = true;
}

/** Statements one after the other. */
function runEach(channel: Channel, statements: readonly string[], limits: StatementLimits | null, from = 0): MaybePromise<void> {
  for (let i = from; i < statements.length; i++) {
    const done = channel.call(RUN, statements[i], NONE, false, limits);
    if (done instanceof Promise) return done.then(() => runEach(channel, statements, limits, i + 1));
  }
}

/** Makes everything since the beginning permanent. Where it fails, the transaction is still to be rolled back. */
export function commitTransaction(channel: Channel): MaybePromise<void> {
  if (!channel.inTransaction) throw engineError('engine.no-transaction', 'commit()');
  // Nothing is made permanent for a caller who has given up; once the database has been asked, its word counts.
  if (channel.limits?.signal?.aborted) throw channel.limits.signal.reason;
  if (channel.twoPhase !== null) return endTwoPhase(channel, 'commit').then(() => ended(channel));
  const done = channel.control(channel.engine.dialect.transactionWords?.commit ?? 'COMMIT', endingLimits(channel.limits));
  return done instanceof Promise ? done.then(() => ended(channel)) : ended(channel);
}

/** Undoes everything since the beginning; nothing to do where no transaction is open. */
export function rollbackTransaction(channel: Channel): MaybePromise<void> {
  if (!channel.inTransaction) return;
  const { driver } = channel;
  if (channel.twoPhase === null && (channel.lost || channel.broken || driver.inTransaction === false)) return ended(channel);
  if (channel.broken) return ended(channel);
  const failed = (error: unknown): never => {
    // Nobody knows what it would do next.
    channel.broken = true;
    ended(channel);
    throw error;
  };
  if (channel.twoPhase !== null) return endTwoPhase(channel, 'rollback').then(() => ended(channel), failed);
  try {
    const done = channel.control(channel.engine.dialect.transactionWords?.rollback ?? 'ROLLBACK', endingLimits(channel.limits));
    if (done instanceof Promise) return done.then(() => ended(channel), failed);
  } catch (error) {
    failed(error);
  }
  return ended(channel);
}

function ended(channel: Channel): MaybePromise<void> {
  channel.inTransaction = false;
  channel.lost = false;
  channel.savepoints = 0;
  channel.twoPhase = null;
  channel.releaseWriteLock();
  const { writable } = channel;
  channel.writable = null;
  if (writable !== null && !channel.broken) {
    const done = channel.control(writable);
    if (done instanceof Promise) return done.then(ignore);
  }
}

/** What can be done with a place in a transaction, by the method that does it. */
const SAVEPOINT = {
  savepoint: (name: string): string => `SAVEPOINT ${name}`,
  releaseSavepoint: (name: string): string => `RELEASE SAVEPOINT ${name}`,
  rollbackTo: (name: string): string => `ROLLBACK TO SAVEPOINT ${name}`,
};
const WORDS = { savepoint: 'savepoint', releaseSavepoint: 'release', rollbackTo: 'rollbackTo' } as const;

/** Sets a savepoint, forgets it, or undoes what was done since. */
export function atSavepoint(channel: Channel, method: keyof typeof SAVEPOINT, name: string): MaybePromise<void> {
  if (!channel.inTransaction) throw engineError('engine.no-transaction', `${method}()`);
  const { transactionWords, quote } = channel.engine.dialect;
  const sql = transactionWords === undefined ? SAVEPOINT[method](quote(name)) : transactionWords[WORDS[method]](name);
  if (sql === null) return channel.check();
  // What was done since is undone for a caller who has given up as well.
  const done = method === 'rollbackTo' ? channel.control(sql, endingLimits(channel.limits)) : channel.call(RUN, sql, NONE, false);
  return done instanceof Promise ? done.then(ignore) : undefined;
}

/** Runs work in a transaction, or in a savepoint inside one: all of it is done, or nothing. */
export async function inTransaction<T>(channel: Channel, work: () => T | Promise<T>, options: TransactionOptions = {}): Promise<T> {
  if (channel.inTransaction) return nested(channel, work);
  await beginTransaction(channel, options);
  try {
    const value = await work();
    await commitTransaction(channel);
    return value;
  } catch (error) {
    await undo(channel, () => rollbackTransaction(channel));
    throw error;
  }
}

async function nested<T>(channel: Channel, work: () => T | Promise<T>): Promise<T> {
  const name = `nested_${++channel.savepoints}`;
  await atSavepoint(channel, 'savepoint', name);
  try {
    const value = await work();
    await atSavepoint(channel, 'releaseSavepoint', name);
    return value;
  } catch (error) {
    await undo(channel, async () => {
      await atSavepoint(channel, 'rollbackTo', name);
      const { transactionWords, quote } = channel.engine.dialect;
      const release = transactionWords === undefined ? SAVEPOINT.releaseSavepoint(quote(name)) : transactionWords.release(name);
      if (release !== null) await channel.control(release);
    });
    throw error;
  }
}

/** Undoes work that failed; what fails in doing so is less telling than the error that is on its way. */
async function undo(channel: Channel, how: () => MaybePromise<void>): Promise<void> {
  try {
    await how();
  } catch {
    if (!channel.lost) channel.broken = true;
  }
}

function ignore(): void {}

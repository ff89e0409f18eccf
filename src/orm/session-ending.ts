import type { MaybePromise } from '../dialects/base/driver.ts';
import type { AttachingSession } from './attachment.ts';
import { ormError } from './errors.ts';
import type { FlushSession, WrittenRows } from './flush-session.ts';
import { DELETED, DETACHED, type Entity, PEERS, SESSION, STATUS } from './mapping.ts';
import { type ReloadingSession, reloadSuspects } from './reloading.ts';
import type { SessionConnections } from './session-connections.ts';
import type { WorkEvent } from './session-events.ts';
import type { Savepoint } from './session-transaction.ts';
import { discardAll, takeBack, type UndoSession } from './undo.ts';

/** An object that a transaction wrote. Flask-SQLAlchemy: an item of `models_committed`. */
export interface ModelChange {
  readonly object: object;
  readonly change: 'insert' | 'update' | 'delete';
}

/** Who hears of commits besides the session's own listeners. */
export interface CommitHooks {
  /** Called before a commit, and after one that wrote, with what it wrote. */
  readonly beforeCommit?: (changes: readonly ModelChange[]) => unknown;
  readonly afterCommit?: (changes: readonly ModelChange[]) => unknown;
  /** Whether anyone wants to know what is committed; true unless told. */
  readonly listensToCommits?: () => boolean;
}

/** What ending a transaction needs of a session. */
export interface EndingSession extends FlushSession, AttachingSession, ReloadingSession, UndoSession {
  partial: FlushSession['partial'];
  version: number;
  readonly connections: SessionConnections;
  readonly created: Set<Entity>;
  readonly dirty: Set<Entity>;
  readonly removed: Set<Entity>;
  readonly watched: Set<Entity>;
  readonly swept: Entity[];
  /** Whether something was added, changed or deleted that no flush has written. */
  readonly hasChanges: boolean;
  suspects: Set<Entity> | null;
  /** Whether a flush failed, after which only a rollback helps. */
  failed: boolean;
  flush(): Promise<void>;
  /** Waits for a flush under way. */
  settle(): MaybePromise<void>;
  expungePending(entity: Entity): void;
  /** Tells listeners of an event, with what was written from a place on. */
  tell(event: WorkEvent, written?: readonly WrittenRows[], from?: number): MaybePromise<void>;
}

/** Flushes of one commit. */
const FLUSH_LIMIT = 100;

/** Writes what changed and ends the transaction. See `Session.commit()`. */
export async function commitWork(session: EndingSession, hooks: CommitHooks): Promise<void> {
  const { transaction } = session.connections;
  const before = session.tell('beforeCommit', session.written);
  if (before !== undefined) await before;
  await session.flush();
  if (session.hasChanges) await flushAll(session);
  const settling = session.settle();
  if (settling !== undefined) await settling;
  refuseFailed(session);
  session.connections.refuseStreams('commit');
  const told = hooks.listensToCommits?.() !== false;
  if (told && session.written.length > 0 && hooks.beforeCommit !== undefined) {
    await hooks.beforeCommit(changesOf(session.written));
    await flushAll(session);
  }
  const all = [...session.written];
  const open = transaction.active;
  const swept = [...session.swept];
  try {
    const done = transaction.commit();
    if (done !== undefined) await done;
  } catch (error) {
    await failWork(session);
    throw error;
  }
  forgetWork(session);
  for (const { objects, change } of all) if (change === 'delete') for (const entity of objects) detachDeleted(session, entity);
  for (const entity of swept) if (entity[STATUS] === DELETED) detachDeleted(session, entity);
  if (told && all.length > 0 && hooks.afterCommit !== undefined) await hooks.afterCommit(changesOf(all));
  if (!open) return;
  const committed = session.tell('afterCommit', all);
  if (committed !== undefined) await committed;
  const ended = session.tell('afterTransactionEnd');
  if (ended !== undefined) await ended;
}

function detachDeleted(session: EndingSession, entity: Entity): void {
  entity[STATUS] = DETACHED;
  session.tellState?.('deletedToDetached', entity);
}

/** Flushes until nothing is left: handlers may have added to it. */
async function flushAll(session: EndingSession): Promise<void> {
  await session.flush();
  for (let i = 0; session.hasChanges; i++) {
    if (i === FLUSH_LIMIT) throw ormError('orm.endless-flush', FLUSH_LIMIT);
    await session.flush();
  }
}

/** Undoes everything since the transaction began. See `Session.rollback()`. */
export async function rollbackWork(session: EndingSession): Promise<void> {
  const { transaction } = session.connections;
  await session.settle();
  const log = [...transaction.undo];
  const open = transaction.active || session.failed;
  let failure: unknown = null;
  try {
    await transaction.rollback();
  } catch (error) {
    failure = error;
  }
  discardAll(session);
  takeBack(session, log);
  const suspects = failure === null ? session.suspects : null;
  forgetWork(session);
  if (failure !== null) throw failure;
  await reloadSuspects(session, suspects);
  if (open) await session.tell('afterRollback');
  if (open) await session.tell('afterTransactionEnd');
}

/** Undoes what was done since a savepoint, in the database and in the objects. */
export async function rollbackToSavepoint(session: EndingSession, savepoint: Savepoint): Promise<void> {
  const { transaction } = session.connections;
  await transaction.rollbackTo(savepoint);
  session.failed = false;
  discardAll(session);
  takeBack(session, transaction.undo.splice(savepoint.undo));
  session.written.length = savepoint.written;
  await reloadSuspects(session, session.suspects);
}

/** A failed flush ends the transaction in the database at once, so that it holds no locks; the objects wait for rollback(). */
export async function failWork(session: EndingSession): Promise<void> {
  const { transaction } = session.connections;
  session.failed = true;
  if (transaction.savepoints.length > 0) return;
  const log = [...transaction.undo];
  try {
    await transaction.rollback();
  } catch {
    // The error of the flush says more.
  }
  transaction.undo.push(...log);
}

/** Rolls back what is open and lets all objects go. See `Session.close()`. */
export async function closeWork(session: EndingSession, hasWork: boolean): Promise<void> {
  const { transaction } = session.connections;
  const log = [...transaction.undo];
  try {
    if (transaction.active) await transaction.rollback();
  } finally {
    if (log.length > 0 || hasWork) {
      discardAll(session);
      takeBack(session, log);
    }
    for (const entity of session.identities.all()) {
      entity[STATUS] = DETACHED;
      entity[SESSION] = null;
      entity[PEERS] = null;
      session.tellState?.('persistentToDetached', entity);
    }
    session.identities.clear();
  }
}

function forgetWork(session: EndingSession): void {
  session.failed = false;
  session.written.length = 0;
  session.swept.length = 0;
  session.suspects = null;
}

export function refuseFailed(session: { readonly failed: boolean }): void {
  if (session.failed) throw ormError('orm.failed-transaction');
}

/** What was written, object by object. */
export function changesOf(written: readonly WrittenRows[]): ModelChange[] {
  return written.flatMap(({ objects, change }) => objects.map((object) => ({ object, change })));
}

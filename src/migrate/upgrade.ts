import { applyMigrations, type Plan, type Step } from './apply.ts';
import { positionOf, type Revision, readHistory } from './history.ts';
import { type DirectoryOptions, directoryOf, type MigrationTarget, withConnection } from './target.ts';
import { readVersion } from './version-table.ts';

export interface UpgradeOptions extends DirectoryOptions {
  /** Where to: a revision or the beginning of one, `head`, `base`, or steps such as `+1` and `-1`. */
  readonly revision?: string;
  /** Seconds to wait for another process that is migrating, 60 if not given. */
  readonly lockTimeout?: number;
  /** Called after each migration. */
  readonly onStep?: (step: Step) => void;
}

const LOCK_TIMEOUT = 60;

async function go(db: MigrationTarget, direction: Plan['direction'], target: string, options: UpgradeOptions): Promise<Step[]> {
  const history = await readHistory(directoryOf(db, options));
  const { lockTimeout = LOCK_TIMEOUT, onStep = () => {} } = options;
  const plan = { direction, target: options.revision ?? target, lockTimeout, onStep };
  return withConnection(db, (connection) => applyMigrations(connection, history, plan));
}

/**
 * Applies the migrations that the database lacks, to the newest one or to `revision`; gives those that it applied.
 * Each runs in a transaction of its own; one that fails is undone and a MigrationError names it. Several processes may
 * call it at once. Flask-Migrate: `upgrade()`.
 *
 * @example await upgrade(db, { directory: new URL('../migrations', import.meta.url) });
 */
export function upgrade(db: MigrationTarget, options: UpgradeOptions = {}): Promise<Step[]> {
  return go(db, 'upgrade', 'head', options);
}

/**
 * Undoes the newest migration, or those after `revision` (`base` for all); gives those that it undid.
 * Flask-Migrate: `downgrade()`.
 */
export function downgrade(db: MigrationTarget, options: UpgradeOptions = {}): Promise<Step[]> {
  return go(db, 'downgrade', '-1', options);
}

/** The revision that the database is at, or null where no migration was applied. Changes nothing. Flask-Migrate: `current()`. */
export function current(db: MigrationTarget): Promise<string | null> {
  return withConnection(db, readVersion);
}

/** A migration file, and whether the database has it. */
export interface HistoryEntry extends Pick<Revision, 'revision' | 'downRevision' | 'message' | 'file'> {
  readonly applied: boolean;
}

/**
 * The migrations from the first to the newest. Throws a MigrationError where the database is at one that is not among them.
 * Flask-Migrate: `history()`.
 */
export async function history(db: MigrationTarget, options: DirectoryOptions = {}): Promise<HistoryEntry[]> {
  const all = await readHistory(directoryOf(db, options));
  const position = positionOf(all, await current(db));
  return all.revisions.map(({ revision, downRevision, message, file }, place) => ({
    revision,
    downRevision,
    message,
    file,
    applied: place < position,
  }));
}

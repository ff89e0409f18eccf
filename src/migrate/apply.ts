import type { Connection } from '../engine/connection.ts';
import { LockTimeout } from '../engine/errors.ts';
import { withSchemaChange } from '../engine/schema-change.ts';
import { rawSql } from '../sql/raw-text.ts';
import { type MigrationError, migrationError } from './errors.ts';
import { type History, positionOf, type Revision, resolveTarget } from './history.ts';
import { makeOperations } from './operations.ts';
import { readVersion, writeVersion } from './version-table.ts';

/** A migration that was applied or undone. */
export interface Step {
  readonly direction: 'upgrade' | 'downgrade';
  readonly revision: string;
  readonly message: string;
  /** The revision that the database was at, and is at now; null for none. */
  readonly from: string | null;
  readonly to: string | null;
  readonly milliseconds: number;
}

export interface Plan {
  readonly direction: Step['direction'];
  /** A revision, the beginning of one, `head`, `base`, `+1`, `-1`. */
  readonly target: string;
  /** Seconds to wait for a migration of another process. */
  readonly lockTimeout: number;
  readonly onStep: (step: Step) => void;
}

/**
 * Brings a database to a revision, each migration in a transaction of its own. Where it stands is read again under the
 * lock of every transaction, so that of two processes each migration is applied by one.
 */
export function applyMigrations(connection: Connection, history: History, plan: Plan): Promise<Step[]> {
  return withSchemaChange(connection, () => locked(connection, plan.lockTimeout, () => applyAll(connection, history, plan)));
}

/** One process at a time, where the transactions of the migrations do not see to that. */
async function locked<T>(connection: Connection, lockTimeout: number, work: () => Promise<T>): Promise<T> {
  const { lock } = connection.dialect.ddl.schemaChange;
  if (lock === undefined) return work();
  const taken = await connection.scalar(rawSql(lock.take(lockTimeout)));
  if (Number(taken) !== 1) throw migrationError('migrate.busy', [lockTimeout]);
  try {
    return await work();
  } finally {
    if (connection.driverConnection.usable) await connection.script(lock.release);
  }
}

async function applyAll(connection: Connection, history: History, plan: Plan): Promise<Step[]> {
  const steps: Step[] = [];
  let goal: number | null = null;
  for (;;) {
    await begin(connection, plan.lockTimeout);
    let step: Step | null;
    try {
      const version = await readVersion(connection);
      const position = positionOf(history, version);
      goal ??= goalOf(history, plan, position);
      step = await applyNext(connection, history, plan.direction, { position, goal, version });
    } catch (error) {
      await connection.rollback();
      throw error;
    }
    if (step === null) {
      await connection.rollback();
      return steps;
    }
    steps.push(step);
    plan.onStep(step);
  }
}

/** How many migrations shall be applied in the end; never on the other side of where the database is. */
function goalOf(history: History, plan: Plan, position: number): number {
  const goal = resolveTarget(history, plan.target, position);
  const up = plan.direction === 'upgrade';
  if (up ? goal < position : goal > position) {
    const at = (place: number): string => history.revisions[place - 1]?.revision ?? 'base';
    throw migrationError('migrate.wrong-way', [plan.direction, at(goal), at(position), up ? 'downgrade' : 'upgrade']);
  }
  return goal;
}

interface Place {
  readonly position: number;
  readonly goal: number;
  readonly version: string | null;
}

async function applyNext(
  connection: Connection,
  history: History,
  direction: Step['direction'],
  { position, goal, version }: Place,
): Promise<Step | null> {
  const up = direction === 'upgrade';
  if (up ? position >= goal : position <= goal) return null;
  const revision = history.revisions[up ? position : position - 1];
  const to = up ? revision.revision : revision.downRevision;
  const started = performance.now();
  try {
    const broken = await violations(connection);
    await revision[direction](makeOperations(connection));
    const { transactionalDdl } = connection.dialect.capabilities;
    if (transactionalDdl && connection.driverConnection.inTransaction === false) throw migrationError('migrate.left-transaction', []);
    const more = [...(await violations(connection))].filter((violation) => !broken.has(violation));
    if (more.length > 0) throw migrationError('migrate.violations', [more.slice(0, SHOWN_VIOLATIONS), more.length - SHOWN_VIOLATIONS]);
    await writeVersion(connection, version, to);
    await connection.commit();
  } catch (error) {
    const undone =
      connection.dialect.capabilities.transactionalDdl && (error as Partial<MigrationError> | null)?.code !== 'migrate.left-transaction';
    throw migrationError('migrate.failed', [nameOf(revision, direction), reasonOf(error), undone], { cause: error });
  }
  return {
    direction,
    revision: revision.revision,
    message: revision.message,
    from: version,
    to,
    milliseconds: performance.now() - started,
  };
}

const SHOWN_VIOLATIONS = 5;

/** What is amiss with the data, in words; what was so before a migration is not its fault. */
async function violations(connection: Connection): Promise<Set<string>> {
  const query = connection.dialect.ddl.schemaChange.violations;
  if (query === null) return new Set();
  return new Set((await connection.all(rawSql(query.sql))).map(query.describe));
}

function nameOf(revision: Revision, direction: Step['direction']): string {
  const what = `${revision.revision}${revision.message === '' ? '' : ` (${revision.message})`}`;
  return `${direction === 'upgrade' ? 'Applying' : 'Undoing'} ${what}, ${revision.file},`;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Begins the transaction, waiting for others that hold the lock. */
async function begin(connection: Connection, lockTimeout: number): Promise<void> {
  const until = performance.now() + lockTimeout * 1000;
  const { transactionLock } = connection.dialect.ddl.schemaChange;
  for (;;) {
    let cause: unknown;
    try {
      await connection.begin();
      if (transactionLock === undefined || Number(await connection.scalar(rawSql(transactionLock))) === 1) return;
      await connection.rollback();
    } catch (error) {
      if (!(error instanceof LockTimeout)) throw error;
      cause = error;
    }
    if (performance.now() >= until) throw migrationError('migrate.busy', [lockTimeout], { cause });
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL));
  }
}

/** Milliseconds between two tries for the lock. */
const LOCK_POLL = 50;

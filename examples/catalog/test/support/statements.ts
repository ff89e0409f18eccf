import { DatabaseSync } from 'node:sqlite';
import type { StatementEvent } from 'athanor';
import { db } from '../../src/db.ts';

/** Does some work, and tells which statements the database got meanwhile (transactions' own left out). */
export async function statementsOf<T>(work: () => Promise<T>): Promise<{ result: T; statements: StatementEvent[] }> {
  const statements: StatementEvent[] = [];
  const listener = (event: StatementEvent) => {
    if (!/^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA)\b/i.test(event.sql)) statements.push(event);
  };
  const { listeners } = db.engine;
  listeners.add(listener);
  try {
    return { result: await work(), statements };
  } finally {
    listeners.delete(listener);
  }
}

/** How SQLite goes about each statement, step by step, asked of the file itself. */
export function plansOf(url: string, statements: readonly StatementEvent[]): { sql: string; plan: string[] }[] {
  const file = new DatabaseSync(url.replace('sqlite:///', ''), { readOnly: true });
  try {
    return statements.map(({ sql }) => ({
      sql,
      plan: file
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map((step) => String(step.detail)),
    }));
  } finally {
    file.close();
  }
}

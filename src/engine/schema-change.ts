import { rawSql } from '../sql/raw-text.ts';
import type { Connection } from './connection.ts';

/**
 * Runs work that creates, changes or drops tables, with the settings switched off that would get in its way: on SQLite
 * foreign keys, which delete rows when a table is dropped. The work begins its own transactions. They are put back as
 * they were, however it ends.
 */
export async function withSchemaChange<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  const { pause } = connection.dialect.ddl.schemaChange;
  if (pause === null) return work();
  const before = await connection.scalar(rawSql(pause.read));
  await connection.script(pause.off);
  try {
    return await work();
  } finally {
    if (connection.driverConnection.usable) await connection.script(pause.restore(before));
  }
}

import type { Dialect } from '../dialects/base/dialect.ts';
import type { DriverConnection, MaybePromise } from '../dialects/base/driver.ts';
import type { RawFragment } from '../sql/raw.ts';
import { rawSql } from '../sql/raw-text.ts';

/** What of a connection a change of the schema needs. */
export interface SchemaConnection {
  readonly dialect: Dialect;
  readonly driverConnection: DriverConnection;
  readonly inTransaction: boolean;
  script(sql: string): MaybePromise<void>;
  first(statement: RawFragment<unknown>): Promise<unknown>;
  scalar(statement: RawFragment<unknown>): Promise<unknown>;
  transaction<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Runs work that creates, changes or drops tables, with the settings switched off that would get in its way: on SQLite
 * foreign keys, which delete rows when a table is dropped. The work begins its own transactions. They are put back as
 * they were, however it ends. In a transaction that is open already nothing can be switched off.
 */
export async function withSchemaChange<T>(connection: SchemaConnection, work: () => Promise<T>): Promise<T> {
  const { pause } = connection.dialect.ddl.schemaChange;
  if (pause === null || connection.inTransaction) return work();
  const before = await connection.scalar(rawSql(pause.read));
  await connection.script(pause.off);
  try {
    return await work();
  } finally {
    if (connection.driverConnection.usable) await connection.script(pause.restore(before));
  }
}

import { createAllStatements, dropAllStatements } from '../dialects/base/ddl.ts';
import type { Connection } from '../engine/connection.ts';
import type { Engine } from '../engine/engine.ts';
import { withSchemaChange } from '../engine/schema-change.ts';
import type { MetaData, Table } from '../sql/schema.ts';

/** Creates the tables of a database that are not there yet, each after those it refers to; all of them or none. */
export function createTables(engine: Engine, metadata: MetaData): Promise<void> {
  metadata.checkReferences();
  return change(engine, metadata, (present) => createAllStatements(engine.dialect.ddl, metadata, (table) => !present.has(table.fullName)));
}

/** Drops the tables of a database that are there, each before those it refers to; all of them or none. */
export function dropTables(engine: Engine, metadata: MetaData): Promise<void> {
  return change(engine, metadata, (present) =>
    dropAllStatements(engine.dialect.ddl, metadata, (table: Table) => present.has(table.fullName)),
  );
}

async function change(engine: Engine, metadata: MetaData, statements: (present: ReadonlySet<string>) => readonly string[]): Promise<void> {
  const connection = await engine.connect({ autocommit: true });
  try {
    await withSchemaChange(connection, () =>
      connection.transaction(async () => {
        for (const statement of statements(await namesOf(connection, metadata))) await connection.script(statement);
      }),
    );
  } finally {
    await connection.close();
  }
}

async function namesOf(connection: Connection, metadata: MetaData): Promise<Set<string>> {
  const schemas = new Set([...metadata.tables.values()].map((table) => table.schema));
  const tables = await connection.dialect.reflect(connection.driverConnection, [...schemas]);
  return new Set(tables.map((table) => (table.schema === null ? table.name : `${table.schema}.${table.name}`)));
}

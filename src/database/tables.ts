import { createAllStatements, dropAllStatements } from '../dialects/base/ddl.ts';
import type { Connection } from '../engine/connection.ts';
import type { Engine } from '../engine/engine.ts';
import { withSchemaChange } from '../engine/schema-change.ts';
import type { MetaData, Table } from '../sql/schema.ts';

/** Creates the tables of a database that are not there yet, each after those it refers to; all of them or none. */
export function createTables(engine: Engine, metadata: MetaData): Promise<void> {
  metadata.checkReferences();
  const done: string[] = [];
  return change(
    engine,
    (present) => createAllStatements(engine.dialect.ddl, metadata, (table) => !present.has(table.fullName)),
    done,
  ).catch(async (error) => {
    if (!engine.dialect.capabilities.transactionalDdl && done.length > 0) await dropMade(engine, metadata, done);
    throw error;
  });
}

/** Drops the tables that these statements made, where the database keeps them although a later one failed. */
async function dropMade(engine: Engine, metadata: MetaData, done: readonly string[]): Promise<void> {
  const { ddl } = engine.dialect;
  const made = (table: Table): boolean => {
    const [create] = ddl.createTable(table);
    const begins = create.slice(0, create.indexOf('(') + 1);
    return done.some((statement) => statement.startsWith(begins));
  };
  const connection = await engine.connect({ autocommit: true });
  try {
    for (const statement of dropAllStatements(ddl, metadata, made)) {
      try {
        await connection.script(statement);
      } catch {
        // A key of a circle may not have been added yet. The first error is the one to be told.
      }
    }
  } finally {
    await connection.close();
  }
}

/** Drops the tables of a database that are there, each before those it refers to; all of them or none. */
export function dropTables(engine: Engine, metadata: MetaData): Promise<void> {
  return change(engine, (present) => dropAllStatements(engine.dialect.ddl, metadata, (table: Table) => present.has(table.fullName)));
}

async function change(engine: Engine, statements: (present: ReadonlySet<string>) => readonly string[], done: string[] = []): Promise<void> {
  const connection = await engine.connect({ autocommit: true });
  try {
    await withSchemaChange(connection, () =>
      connection.transaction(async () => {
        for (const statement of statements(await namesOf(engine, connection))) {
          await connection.script(statement);
          done.push(statement);
        }
      }),
    );
  } finally {
    await connection.close();
  }
}

async function namesOf(engine: Engine, connection: Connection): Promise<Set<string>> {
  const tables = await engine.dialect.reflect(connection.driverConnection);
  return new Set(tables.map((table) => (table.schema === null ? table.name : `${table.schema}.${table.name}`)));
}

import { createAllStatements, dropAllStatements, type SchemaParts } from '../dialects/base/ddl.ts';
import type { MetaData, SchemaChangeOptions } from '../sql/metadata.ts';
import { rawSql } from '../sql/raw-text.ts';
import type { Table } from '../sql/schema.ts';
import { type SchemaConnection, withSchemaChange } from './schema-change.ts';

/** Creates or drops what a metadata names, in the order of dependency, all of it or nothing. SQLAlchemy: `create_all()`, `drop_all()`. */
export async function changeSchema(
  connection: SchemaConnection,
  metadata: MetaData,
  verb: 'create' | 'drop',
  options: SchemaChangeOptions,
): Promise<void> {
  const create = verb === 'create';
  if (create) metadata.checkReferences();
  const { ddl } = connection.dialect;
  const chosen = chosenTables(metadata, options.tables);
  const all = options.tables === undefined;
  const parts: SchemaParts = {
    types: metadata.ownTypes(all ? undefined : chosen),
    sequences: all || create ? [...metadata.sequences.values()] : [],
    views: all ? [...metadata.views.values()] : [],
  };
  const done: string[] = [];
  // Where DDL commits, a savepoint would not live to its end.
  const whole = connection.dialect.capabilities.transactionalDdl || !connection.inTransaction;
  const together = (work: () => Promise<void>): Promise<void> => (whole ? connection.transaction(work) : work());
  await withSchemaChange(connection, () =>
    together(async () => {
      const there = async (query: string): Promise<boolean> =>
        options.checkFirst === false ? !create : (await connection.first(rawSql(query))) !== null;
      const wanted = async <T>(items: Iterable<T>, query: (item: T) => string): Promise<T[]> => {
        const list: T[] = [];
        for (const item of items) if ((await there(query(item))) !== create) list.push(item);
        return list;
      };
      const tables = new Set<Table>(await wanted(chosen, (table) => ddl.tableExists(table)));
      const left: SchemaParts = {
        types: ddl.has.enumTypes ? await wanted(parts.types, (type) => ddl.exists('type', type)) : [],
        sequences: ddl.has.sequences
          ? await wanted(parts.sequences, (sequence) => ddl.exists('sequence', sequence))
          : create
            ? parts.sequences
            : [],
        views: await wanted(parts.views, (view) => ddl.exists('view', view)),
      };
      const statements = (create ? createAllStatements : dropAllStatements)(ddl, metadata, (table) => tables.has(table), left);
      for (const statement of statements) {
        await connection.script(statement);
        done.push(statement);
      }
    }),
  ).catch(async (error: unknown) => {
    if (create && done.length > 0 && !connection.dialect.capabilities.transactionalDdl) await dropMade(connection, metadata, parts, done);
    throw error;
  });
}

/** Drops what these statements made, where the database keeps it although a later one failed. */
async function dropMade(connection: SchemaConnection, metadata: MetaData, parts: SchemaParts, done: readonly string[]): Promise<void> {
  const { ddl } = connection.dialect;
  const ran = (statements: readonly string[]): boolean => done.includes(statements[0]);
  const begins = (table: Table): boolean => {
    const [create] = ddl.createTable(table);
    const head = create.slice(0, create.indexOf('(') + 1);
    return done.some((statement) => statement.startsWith(head));
  };
  const made: SchemaParts = {
    types: parts.types.filter((type) => ran(ddl.createType(type))),
    sequences: parts.sequences.filter((sequence) => ran(ddl.createSequence(sequence))),
    views: parts.views.filter((view) => ran(ddl.createView(view))),
  };
  for (const statement of dropAllStatements(ddl, metadata, begins, made)) {
    try {
      await connection.script(statement);
    } catch {
      // A key of a circle may not have been added yet. The first error is the one to be told.
    }
  }
}

/** The tables that were asked for. Throws an ArgumentError for one of another metadata. */
function chosenTables(metadata: MetaData, given: SchemaChangeOptions['tables']): Table[] {
  const own = [...metadata.tables.values()];
  if (given === undefined) return own;
  const asked = new Set(given.map((source) => source['~source'].table));
  return own.filter((table) => asked.has(table));
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DdlCompiler, TableName } from '../dialects/base/dialect.ts';
import type { Connection } from '../engine/connection.ts';
import type { MetaData } from '../sql/metadata.ts';
import { rawSql } from '../sql/raw-text.ts';
import { compare } from './compare.ts';
import type { Change } from './comparison.ts';
import { migrationError } from './errors.ts';
import { headOf, positionOf, readHistory, versionsFolder } from './history.ts';
import { newRevisionId, renderRevision, revisionFileName, summarise } from './revision-file.ts';
import { type DirectoryOptions, directoryOf, type MigrationTarget, withConnection } from './target.ts';
import { readVersion } from './version-table.ts';

/** A migration file that was written. */
export interface WrittenRevision {
  readonly revision: string;
  readonly downRevision: string | null;
  readonly message: string;
  /** The file's path. */
  readonly file: string;
  readonly changes: readonly Change[];
  /** What to look at before it is applied: data that goes, columns that may have been renamed. */
  readonly warnings: readonly string[];
}

export interface RevisionOptions extends DirectoryOptions {
  /** What the migration does; the file's name is made of it. */
  readonly message?: string;
}

/**
 * Compares the models with the database and writes a migration for what differs; null where nothing does.
 * Throws a MigrationError where the database is not at the newest migration, no model is defined, or a difference
 * cannot be migrated yet. Flask-Migrate: `flask db migrate`; Alembic: `revision --autogenerate`.
 *
 * @example const written = await migrate(db, { directory: 'migrations', message: 'add tags' });
 */
export async function migrate(db: MigrationTarget, options: RevisionOptions = {}): Promise<WrittenRevision | null> {
  const directory = directoryOf(db, options);
  const history = await readHistory(directory);
  const models = [...(db.metadatas.get(null)?.tables.values() ?? [])];
  if (models.length === 0) throw migrationError('migrate.no-models', []);
  for (const metadata of db.metadatas.values()) metadata.checkReferences();

  const { version, reflected, types, dialect, missing } = await withConnection(db, async (connection) => ({
    version: await readVersion(connection),
    reflected: await connection.dialect.reflect(connection.driverConnection),
    types: {
      enums: (await connection.dialect.catalog?.enums(connection.driverConnection, null)) ?? [],
      domains: (await connection.dialect.catalog?.domains(connection.driverConnection, null)) ?? [],
    },
    dialect: connection.dialect,
    missing: await missingObjects(connection, db.metadatas.get(null)),
  }));
  const head = headOf(history);
  if (positionOf(history, version) < history.revisions.length)
    throw migrationError('migrate.behind', [version ?? 'no migration', head as string]);

  const { changes, problems, warnings } = compare(models, reflected, dialect, types);
  if (problems.length + missing.sequences.length > 0) throw migrationError('migrate.not-yet', [[...problems, ...missing.sequences]]);
  if (changes.length === 0) return null;
  return write(
    dialect.ddl,
    directory,
    { downRevision: head, changes, warnings: [...warnings, ...missing.views, ...otherBinds(db)] },
    options.message,
  );
}

/** Writes an empty migration, to be filled in by hand. Alembic: `alembic revision`. */
export async function revision(db: MigrationTarget, options: RevisionOptions = {}): Promise<WrittenRevision> {
  const directory = directoryOf(db, options);
  const history = await readHistory(directory);
  await db.engine.ready();
  return write(db.engine.dialect.ddl, directory, { downRevision: headOf(history), changes: [], warnings: [] }, options.message);
}

async function write(
  ddl: DdlCompiler,
  directory: string,
  what: Pick<WrittenRevision, 'downRevision' | 'changes' | 'warnings'>,
  given: string | undefined,
): Promise<WrittenRevision> {
  const message = given?.trim() || summarise(what.changes);
  const id = newRevisionId();
  const folder = versionsFolder(directory);
  const file = join(folder, revisionFileName(id, message));
  await mkdir(folder, { recursive: true });
  await writeFile(file, renderRevision({ revision: id, message, ...what }, ddl), { flag: 'wx' });
  return { revision: id, message, file, ...what };
}

/** Sequences and views that the models have and the database has not: migrations do not write them yet. */
async function missingObjects(
  connection: Connection,
  metadata: MetaData | undefined,
): Promise<{ readonly sequences: readonly string[]; readonly views: readonly string[] }> {
  const { ddl } = connection.dialect;
  const missing = async (kind: 'sequence' | 'view', name: TableName, statement: () => string): Promise<string[]> => {
    if ((await connection.first(rawSql(ddl.exists(kind, name)))) !== null) return [];
    const code = `await op.execute(${JSON.stringify(statement())});`;
    return [
      kind === 'sequence'
        ? `The sequence '${name.name}' is not in the database, and writing it is not there yet. Create it in a migration of your own (revision): ${code}`
        : `The view '${name.name}' is not in the database, and writing it is not there yet. Add it by hand: ${code}`,
    ];
  };
  const sequences: string[] = [];
  const views: string[] = [];
  if (ddl.has.sequences)
    for (const sequence of metadata?.sequences.values() ?? [])
      sequences.push(...(await missing('sequence', sequence, () => ddl.createSequence(sequence)[0])));
  for (const view of metadata?.views.values() ?? [])
    if (!view.temporary) views.push(...(await missing('view', view, () => ddl.createView(view)[0])));
  return { sequences, views };
}

function otherBinds(db: MigrationTarget): string[] {
  return [...db.metadatas].flatMap(([bind, metadata]) =>
    bind === null || metadata.tables.size === 0
      ? []
      : [`The ${metadata.tables.size} tables of the bind '${bind}' are left out: migrations are for the default database only yet.`],
  );
}

import type { Connection } from '../engine/connection.ts';
import { t } from '../sql/column-types.ts';
import { primaryKey } from '../sql/constraints.ts';
import { sql } from '../sql/raw.ts';
import { rawSql } from '../sql/raw-text.ts';
import { draftTable } from './draft.ts';
import { migrationError } from './errors.ts';

/** The table that holds the revision a database is at, in one row. Alembic: `alembic_version`. */
export const VERSION_TABLE = 'athanor_version';

const name = sql.identifier(VERSION_TABLE);

/** The revision that the database is at, or null where no migration was applied. Creates nothing. */
export async function readVersion(connection: Connection): Promise<string | null> {
  if (!(await exists(connection))) return null;
  const revisions = await connection.scalars(sql<{ revision: string }>`SELECT revision FROM ${name}`);
  if (revisions.length > 1) throw migrationError('migrate.several-rows', [revisions.length]);
  return revisions[0] ?? null;
}

/** Puts another revision in the place of the one that the database is at. */
export async function writeVersion(connection: Connection, from: string | null, to: string | null): Promise<void> {
  if (from === null && !(await exists(connection))) await create(connection);
  if (from === null) await connection.execute(sql`INSERT INTO ${name} (revision) VALUES (${to})`);
  else if (to === null) await connection.execute(sql`DELETE FROM ${name} WHERE revision = ${from}`);
  else await connection.execute(sql`UPDATE ${name} SET revision = ${to} WHERE revision = ${from}`);
}

async function exists(connection: Connection): Promise<boolean> {
  const query = connection.dialect.ddl.tableExists({ name: VERSION_TABLE, schema: null });
  return (await connection.first(rawSql(query))) !== null;
}

const REVISION_LENGTH = 32;

async function create(connection: Connection): Promise<void> {
  const table = draftTable(VERSION_TABLE, { revision: t.string(REVISION_LENGTH) }, { constraints: (c) => [primaryKey(c.revision)] });
  for (const statement of connection.dialect.ddl.createTable(table)) await connection.script(statement);
}

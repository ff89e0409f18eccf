import { createConnection } from 'mysql2/promise';
import pg from 'pg';

/** A server that tests may use: where it is, and how a database of a test's own is made on it, emptied and dropped. */
export interface Server {
  /** A role that may create databases. */
  readonly url: string;
  run(statements: readonly string[], database?: string): Promise<Record<string, unknown>[]>;
  readonly list: string;
  readonly create: (name: string) => string;
  readonly drop: (name: string) => string;
  /** The statements that empty a database. */
  reset(database: string): Promise<void>;
}

const POSTGRESQL = process.env.TEST_POSTGRESQL_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';
const MARIADB = process.env.TEST_MARIADB_URL ?? 'mariadb://root@127.0.0.1:3306/mysql';

/** The URL with another database, for the server's own. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

const postgresql: Server = {
  url: POSTGRESQL,
  run: async (statements, database) => {
    const client = new pg.Client({ connectionString: database === undefined ? POSTGRESQL : withDatabase(POSTGRESQL, database) });
    await client.connect();
    try {
      let rows: Record<string, unknown>[] = [];
      for (const statement of statements) ({ rows } = await client.query(statement));
      return rows;
    } finally {
      await client.end();
    }
  },
  list: `SELECT datname AS name FROM pg_database`,
  create: (name) => `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`,
  drop: (name) => `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`,
  reset: async (database) => {
    // A session that a test left open holds locks.
    const statement = `DO $$ DECLARE name text; BEGIN
      PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
      FOR name IN SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
      END LOOP;
      CREATE SCHEMA public;
    END $$`;
    await postgresql.run([statement], database);
  },
};

const mariadb: Server = {
  url: MARIADB,
  run: async (statements, database) => {
    const url = (database === undefined ? MARIADB : withDatabase(MARIADB, database)).replace(/^mariadb:/, 'mysql:');
    const client = await createConnection(url);
    try {
      let rows: unknown = [];
      for (const statement of statements) [rows] = await client.query(statement);
      return rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  },
  list: 'SELECT schema_name AS name FROM information_schema.schemata',
  create: (name) => `CREATE DATABASE ${name} CHARACTER SET utf8mb4`,
  drop: (name) => `DROP DATABASE IF EXISTS ${name}`,
  reset: async (database) => {
    await mariadb.run([mariadb.drop(database), mariadb.create(database)]);
  },
};

export const SERVERS: Readonly<Record<string, Server>> = { postgresql, mariadb };

/** What the names of this run's databases begin with. */
export const run = (): string => process.env.ATHANOR_TEST_RUN ?? `athanor_${process.pid}`;

/** Drops the databases that this run made on a server. */
export async function dropServerDatabases(server: string): Promise<void> {
  const { list, drop, run: execute } = SERVERS[server];
  const rows = await execute([list]);
  const names = rows.map(({ name }) => String(name)).filter((name) => name.startsWith(`${run()}_`));
  await execute(names.map(drop));
}

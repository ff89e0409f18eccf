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

/** Nobody has this connection any more: it ended by itself. */
const NO_SUCH_THREAD = 1094;

/** A server of MySQL's family. */
function mysqlServer(url: string): Server {
  const use = async (statements: readonly string[], database: string | undefined, ignored?: number): Promise<Record<string, unknown>[]> => {
    const client = await createConnection((database === undefined ? url : withDatabase(url, database)).replace(/^mariadb:/, 'mysql:'));
    try {
      let rows: unknown = [];
      for (const statement of statements)
        [rows] = await client.query(statement).catch((error: { readonly errno?: number }) => {
          if (error.errno === ignored) return [[]];
          throw error;
        });
      return rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  };
  const server: Server = {
    url,
    run: (statements, database) => use(statements, database),
    list: 'SELECT schema_name AS name FROM information_schema.schemata',
    create: (name) => `CREATE DATABASE ${name} CHARACTER SET utf8mb4`,
    drop: (name) => `DROP DATABASE IF EXISTS ${name}`,
    reset: async (database) => {
      // A transaction that a test left open would keep its tables from being dropped.
      const left = await use([`SELECT id AS thread FROM information_schema.processlist WHERE db = '${database}'`], undefined);
      const kills = left.map(({ thread }) => `KILL ${String(thread)}`);
      await use([...kills, server.drop(database), server.create(database)], undefined, NO_SUCH_THREAD);
    },
  };
  return server;
}

const mariadb = mysqlServer(process.env.TEST_MARIADB_URL ?? 'mariadb://root@127.0.0.1:3306/mysql');
const mysql = mysqlServer(process.env.TEST_MYSQL_URL ?? 'mysql://root@127.0.0.1:3309/mysql');

export const SERVERS: Readonly<Record<string, Server>> = { postgresql, mariadb, mysql };

/** What the names of this run's databases begin with. */
export const run = (): string => process.env.ATHANOR_TEST_RUN ?? `athanor_${process.pid}`;

/** Drops the databases that this run made on a server. */
export async function dropServerDatabases(server: string): Promise<void> {
  const { list, drop, run: execute } = SERVERS[server];
  const rows = await execute([list]);
  const names = rows.map(({ name }) => String(name)).filter((name) => name.startsWith(`${run()}_`));
  await execute(names.map(drop));
}

import type Database from 'better-sqlite3';
import type { Driver } from '../base/driver.ts';
import { dialectError } from '../base/errors.ts';
import { SqliteConnection, type SqliteHandle, type SqliteStatement } from './connection.ts';
import { classifySqlite } from './errors.ts';
import { addFunctions } from './functions.ts';
import { type OpenOptions, openOptions } from './open.ts';

type Statement = Database.Statement & SqliteStatement;

function handleOf(database: Database.Database): SqliteHandle<Statement> {
  return {
    get inTransaction() {
      return database.inTransaction;
    },
    prepare: (sql) => {
      const statement = database.prepare(sql) as unknown as Statement;
      if (statement.reader) statement.raw(true);
      return statement;
    },
    columns: (statement) => (statement.reader ? statement.columns() : []),
    setWide: (statement, wide) => {
      statement.safeIntegers(wide);
    },
    isTooWide: () => false,
    cutsWideIntegers: true,
    define: (name, run) => {
      database.function(name, { deterministic: true, varargs: true, safeIntegers: true }, run as (...args: unknown[]) => unknown);
    },
    aggregate: (name, of) => {
      database.aggregate(name, { ...of, deterministic: true, safeIntegers: true } as never);
    },
    exec: (sql) => {
      database.exec(sql);
    },
    allowWrites: (allowed) => {
      database.unsafeMode(allowed);
    },
    close: () => {
      database.close();
    },
  };
}

const OLDEST_NODE = 22;

let loaded: typeof Database | undefined;

/** Loads the package. Its binary ends an older Node without an error, so the version is looked at first. */
async function load(): Promise<typeof Database> {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
    throw dialectError('driver.node-version', 'better-sqlite3 13', String(OLDEST_NODE), process.versions.node);
  }
  loaded = (await import('better-sqlite3')).default;
  return loaded;
}

function open(DatabaseClass: typeof Database, { file, readOnly, pragmas }: OpenOptions): SqliteConnection<Statement> {
  const database = new DatabaseClass(file, { readonly: readOnly });
  try {
    database.exec(pragmas);
    addFunctions(database);
  } catch (error) {
    database.close();
    throw error;
  }
  return new SqliteConnection(handleOf(database));
}

/** SQLite by better-sqlite3 13: a newer SQLite than Node's own, and extensions. */
export const betterSqlite3: Driver = {
  name: 'better-sqlite3',
  package: 'better-sqlite3',
  connect: (options) => {
    const settings = openOptions(options);
    return loaded === undefined ? load().then((DatabaseClass) => open(DatabaseClass, settings)) : open(loaded, settings);
  },
  classify: classifySqlite,
};

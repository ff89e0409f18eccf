import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { Database, type DatabaseOptions, type Engine } from '../../src/index.ts';

/** A database that suites run on, by name and the URL of a new, empty one. */
export interface TestDatabase {
  readonly name: string;
  /** What its SQL is like. */
  readonly family: 'sqlite' | 'postgresql' | 'mysql';
  /** INSERT and DELETE give rows back. */
  readonly returning: boolean;
  /** It is MariaDB, which has sequences, versioned tables, types and an EXPLAIN that MySQL has not. */
  readonly mariadb: boolean;
  readonly url: () => string;
  /** The URL of one that stays as it is until the test file ends, for tests that only read. */
  readonly fileUrl: () => string;
  /** Several connections see the same rows. */
  readonly shared: boolean;
}

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs after the test, in reverse order of what was asked for. */
export function afterTest(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** A folder that goes away after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'athanor-orm-'));
  afterTest(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const file = (): string => join(temporaryFolder(), 'test.db');

const SQLITE = { family: 'sqlite', returning: true, mariadb: false } as const;

/** Every database that the ORM's suites run on: `describe.each(databases)('… on $name', (database) => …)`. */
export const databases: readonly TestDatabase[] = [
  { name: 'node:sqlite, in memory', ...SQLITE, url: () => 'sqlite://', fileUrl: () => 'sqlite://', shared: false },
  { name: 'node:sqlite, a file', ...SQLITE, url: () => `sqlite:///${file()}`, fileUrl: () => 'sqlite://', shared: true },
  {
    name: 'better-sqlite3, in memory',
    ...SQLITE,
    url: () => 'sqlite+better-sqlite3://',
    fileUrl: () => 'sqlite+better-sqlite3://',
    shared: false,
  },
];

/** Databases of which two sessions can have a connection each. */
export const sharedDatabases: readonly TestDatabase[] = [
  ...databases.filter((database) => database.shared),
  {
    name: 'better-sqlite3, a file',
    ...SQLITE,
    url: () => `sqlite+better-sqlite3:///${file()}`,
    fileUrl: () => 'sqlite+better-sqlite3://',
    shared: true,
  },
];

/** A database object whose engines are closed after the test. */
export function openDatabase(database: TestDatabase, options: DatabaseOptions = {}): Database {
  const db = new Database({ url: database.url(), ...options });
  afterTest(() => db.dispose());
  return db;
}

/** The statements that an engine runs, without those that begin and end transactions. */
export class Statements {
  readonly all: string[] = [];
  constructor(engine: Engine) {
    engine.listeners.add(({ sql }) => {
      this.all.push(sql);
    });
  }
  /** What ran since the last call, transaction control left out. */
  take(): string[] {
    return this.takeAll().filter(
      (sql) => !/^\s*(BEGIN|START TRANSACTION|SET TRANSACTION|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|PRAGMA)\b/i.test(sql),
    );
  }
  /** What ran since the last call, all of it. */
  takeAll(): string[] {
    return this.all.splice(0);
  }
  /** The same as `take()`, with placeholders as `?` and without the types that parameters say of themselves. */
  takePlain(): string[] {
    return this.take().map((sql) => sql.replace(/\$\d+(?:::\w+)?/g, '?'));
  }
  /** How many statements ran since the last call, transaction control left out. */
  count(): number {
    return this.take().length;
  }
  /** The same as `summary()`, with statements of one kind that follow each other as one: many rows take several statements. */
  batches(): string[] {
    return this.summary().filter((statement, i, list) => statement !== list[i - 1]);
  }
  /** The verb and the table of each statement since the last call, such as `INSERT users`. */
  summary(): string[] {
    return this.take().map((sql) => {
      const [, verb = sql, table] = /^(INSERT INTO|UPDATE|DELETE FROM|SELECT\b.*?\bFROM)\s+["`]?(\w+)/is.exec(sql) ?? [];
      return table === undefined ? verb : `${verb.split(/\s/)[0].toUpperCase()} ${table}`;
    });
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Driver } from '../base/driver.ts';
import { dialectError } from '../base/errors.ts';
import { SqliteConnection, type SqliteHandle, type SqliteStatement } from './connection.ts';
import { classifySqlite } from './errors.ts';
import { addFunctions } from './functions.ts';
import { openOptions } from './open.ts';

type Statement = StatementSync & SqliteStatement;

function handleOf(database: DatabaseSync): SqliteHandle<Statement> {
  return {
    get inTransaction() {
      return database.isTransaction;
    },
    prepare: (sql) => {
      const statement = database.prepare(sql) as unknown as Statement;
      statement.setReturnArrays(true);
      return statement;
    },
    columns: (statement) => statement.columns(),
    setWide: (statement, wide) => statement.setReadBigInts(wide),
    isTooWide: (error) => (error as { code?: unknown } | null)?.code === 'ERR_OUT_OF_RANGE',
    cutsWideIntegers: false,
    define: (name, run) => database.function(name, { deterministic: true, varargs: true, useBigIntArguments: true }, run as never),
    aggregate: (name, of) => database.aggregate(name, { ...of, deterministic: true, useBigIntArguments: true } as never),
    exec: (sql) => database.exec(sql),
    allowWrites: () => {},
    close: () => database.close(),
  };
}

/** SQLite as it is built into Node: nothing to install. */
export const nodeSqlite: Driver = {
  name: 'node-sqlite',
  package: null,
  connect: (options) => {
    const { file, readOnly, pragmas } = openOptions(options);
    const { DatabaseSync, StatementSync } = builtin();
    // Rows as arrays came with Node 22.16 and 24.
    if (!('setReturnArrays' in StatementSync.prototype))
      throw dialectError('driver.node-version', 'node:sqlite with rows as arrays', '22.18', process.versions.node);
    const database = new DatabaseSync(file, { readOnly });
    try {
      database.exec(pragmas);
      addFunctions(database);
    } catch (error) {
      database.close();
      throw error;
    }
    return new SqliteConnection(handleOf(database));
  },
  classify: classifySqlite,
};

/** The module, at once: a static import would fail on a Node without it, before anything could be said about that. */
function builtin(): typeof import('node:sqlite') {
  const module = process.getBuiltinModule?.('node:sqlite');
  if (module === undefined) throw dialectError('driver.node-version', 'node:sqlite', '22.18', process.versions.node);
  return module;
}

import type { Node } from '../../sql/node.ts';
import { compile } from '../base/compiler.ts';
import type { Dialect, TransactionOptions } from '../base/dialect.ts';
import { quoter } from '../base/identifiers.ts';
import { type Survey, survey } from '../base/survey.ts';
import { sqliteCatalog } from './catalog.ts';
import { sqliteVisitors } from './compiler.ts';
import { sqliteDdl } from './ddl.ts';
import { withExactNumerics } from './exact-arithmetic.ts';
import { listSource } from './list-source.ts';
import { sqliteWriteLock } from './open.ts';
import { reflectSqlite, reflectSqliteViews } from './reflection.ts';
import { RESERVED } from './reserved.ts';
import { rowSource } from './row-source.ts';
import { withStoredValues } from './stored-values.ts';
import { sqliteCodec } from './types.ts';

const quote = quoter(RESERVED);
const placeholder = (): string => '?';

function sqliteStatement(statement: Node, found: Survey): Node {
  const stored = withStoredValues(statement);
  return withExactNumerics(stored, stored === statement ? found : survey(stored));
}

const spelling = {
  name: 'sqlite',
  title: 'SQLite',
  visitors: sqliteVisitors,
  prepare: sqliteStatement,
  textForms: true,
  quote,
  placeholder,
  typeName: sqliteDdl.typeName,
};

/** SQLite 3.39 or later. */
export const sqlite: Dialect = {
  name: 'sqlite',
  title: 'SQLite',
  capabilities: {
    returning: true,
    savepoints: true,
    transactionalDdl: true,
    rowLocks: false,
    ascendingKeys: true,
    keyFromRun: true,
    maxParameters: 32_766,
  },
  ddl: sqliteDdl,
  quote,
  placeholder,
  codec: sqliteCodec,
  compile: (node) => compile(spelling, node),
  listSource,
  rowSource,
  // A transaction that may write takes the write lock at once: one that read first could no longer get it.
  beginTransaction: (_options: TransactionOptions, writes) => [writes ? 'BEGIN IMMEDIATE' : 'BEGIN'],
  writeLock: sqliteWriteLock,
  isMemory: (options) => options.database === ':memory:' || options.query.mode === 'memory',
  readOnly: { on: 'PRAGMA query_only = 1', off: 'PRAGMA query_only = 0' },
  explain: { prefix: 'EXPLAIN QUERY PLAN', line: (row) => String(row[3]) },
  reflect: (connection) => reflectSqlite(connection),
  reflectViews: (connection) => reflectSqliteViews(connection),
  catalog: sqliteCatalog,
  drivers: {
    'node-sqlite': async () => (await import('./node-sqlite.ts')).nodeSqlite,
    'better-sqlite3': async () => (await import('./better-sqlite3.ts')).betterSqlite3,
  },
};

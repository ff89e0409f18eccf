import { compile, type Spelling } from '../base/compiler.ts';
import type { Dialect, TransactionOptions } from '../base/dialect.ts';
import { formatArray } from './arrays.ts';
import { postgresqlCatalog } from './catalog.ts';
import { withComparableJson } from './comparable-json.ts';
import { postgresqlVisitors } from './compiler.ts';
import { postgresqlDdl } from './ddl.ts';
import { quote } from './identifiers.ts';
import { reflectPostgresql } from './reflection.ts';
import { rowSource } from './row-source.ts';
import { castName } from './type-names.ts';
import { postgresqlCodec } from './types.ts';

const placeholder = (position: number): string => `$${position}`;
const spelling: Spelling = {
  name: 'postgresql',
  title: 'PostgreSQL',
  visitors: postgresqlVisitors,
  prepare: withComparableJson,
  quote,
  placeholder,
  places: 'all',
  typeName: postgresqlDdl.typeName,
};

function beginTransaction({ isolation, readOnly, deferrable }: TransactionOptions): string[] {
  let words = 'BEGIN';
  if (isolation !== undefined) words += ` ISOLATION LEVEL ${isolation.toUpperCase()}`;
  if (readOnly !== undefined) words += readOnly ? ' READ ONLY' : ' READ WRITE';
  if (deferrable !== undefined) words += deferrable ? ' DEFERRABLE' : ' NOT DEFERRABLE';
  return [words];
}

/** PostgreSQL 13 or later. */
export const postgresql: Dialect = {
  name: 'postgresql',
  title: 'PostgreSQL',
  capabilities: {
    returning: true,
    savepoints: true,
    transactionalDdl: true,
    rowLocks: true,
    ascendingKeys: true,
    keyFromRun: false,
    maxParameters: 65_535,
  },
  ddl: postgresqlDdl,
  quote,
  placeholder,
  codec: postgresqlCodec,
  compile: (node) => compile(spelling, node),
  encodeList: formatArray,
  // A bare NULL would be a text, which is compared with no array.
  emptyList: (type) => {
    const words = castName(type);
    return `SELECT NULL${words === null ? '' : `::${words}`} WHERE 1 = 0`;
  },
  rowSource,
  beginTransaction,
  twoPhase: {
    begin: (_xid, plain) => plain,
    prepare: (xid) => [`PREPARE TRANSACTION '${xid}'`],
    commit: (xid, prepared) => ({ statements: [prepared ? `COMMIT PREPARED '${xid}'` : 'COMMIT'], mayFail: 0 }),
    rollback: (xid, prepared) => ({ statements: [prepared ? `ROLLBACK PREPARED '${xid}'` : 'ROLLBACK'], mayFail: 0 }),
    recover: {
      sql: 'SELECT gid FROM pg_catalog.pg_prepared_xacts WHERE database = current_database() ORDER BY prepared, gid',
      read: ([gid]) => String(gid),
    },
  },
  isMemory: () => false,
  explain: { prefix: 'EXPLAIN', line: (row) => String(row[0]) },
  reflect: reflectPostgresql,
  catalog: postgresqlCatalog,
  drivers: {
    pg: async () => (await import('./pg.ts')).nodePostgres,
    pglite: async () => (await import('./pglite.ts')).pglite,
  },
};

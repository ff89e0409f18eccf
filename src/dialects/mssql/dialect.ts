import { sqlError } from '../../sql/errors.ts';
import { tablesOfSchemas } from '../base/catalog.ts';
import { compile } from '../base/compiler.ts';
import type { Dialect, TransactionOptions } from '../base/dialect.ts';
import { mssqlCatalog } from './catalog.ts';
import { mssqlDdl } from './ddl.ts';
import { emptyList, listSource } from './list-source.ts';
import { mssqlSpelling } from './spelling.ts';

const { quote, placeholder, codec } = mssqlSpelling;
const spelling = { ...mssqlSpelling, typeName: mssqlDdl.typeName };

/** A statement may have 2,100 parameters, of which two carry its text. */
const MOST_PARAMETERS = 2098;

function beginTransaction({ isolation, readOnly, deferrable }: TransactionOptions): string[] {
  if (readOnly === true) throw sqlError('sql.unsupported', 'read-only transaction', 'SQL Server');
  if (deferrable === true) throw sqlError('sql.unsupported', 'deferrable transaction', 'SQL Server');
  // A level stays with the connection, so it is said each time.
  return [`SET TRANSACTION ISOLATION LEVEL ${(isolation ?? 'read committed').toUpperCase()}; BEGIN TRANSACTION`];
}

/** SQL Server 2019 or later, and Azure SQL. */
export const mssql: Dialect = {
  name: 'mssql',
  title: 'SQL Server',
  capabilities: {
    returning: true,
    savepoints: true,
    transactionalDdl: true,
    rowLocks: true,
    ascendingKeys: true,
    keyFromRun: false,
    looseText: true,
    maxParameters: MOST_PARAMETERS,
    recursiveUnion: false,
  },
  ddl: mssqlDdl,
  quote,
  placeholder,
  codec,
  compile: (node) => compile(spelling, node),
  listSource,
  emptyList,
  beginTransaction,
  transactionWords: {
    commit: 'COMMIT TRANSACTION',
    // After some errors there is none any more.
    rollback: 'IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION',
    savepoint: (name) => `SAVE TRANSACTION ${quote(name)}`,
    release: () => null,
    rollbackTo: (name) => `ROLLBACK TRANSACTION ${quote(name)}`,
  },
  isMemory: () => false,
  // The plan follows the rows as a result of its own, of which it is the last.
  explain: { prefix: 'SET STATISTICS PROFILE ON;', line: (row) => String(row[2]) },
  reflect: (reader, schemas) => tablesOfSchemas(mssqlCatalog, reader, schemas),
  catalog: mssqlCatalog,
  drivers: { tedious: async () => (await import('./tedious.ts')).tedious },
};

import { compile, type Spelling } from '../base/compiler.ts';
import type { Dialect, TransactionOptions, TwoPhaseWords } from '../base/dialect.ts';
import { quoter } from '../base/identifiers.ts';
import { mysqlCatalog } from './catalog.ts';
import { mysqlVisitors } from './compiler.ts';
import { mysqlDdl } from './ddl.ts';
import { reflectMysql } from './reflection.ts';
import { RESERVED } from './reserved.ts';
import { rowSource } from './row-source.ts';
import { isAtLeast, MARIADB_10_6, MYSQL_8, type MysqlServer, readServer } from './server.ts';
import { mysqlCodec } from './types.ts';

const quote = quoter(RESERVED, '`', '`');
const placeholder = (): string => '?';

/** One dialect for each kind and version of server, so that what is kept by dialect is kept once. */
const known = new Map<string, Dialect>();

/** The dialect of this server. */
export function mysqlDialect(server: MysqlServer): Dialect {
  const key = `${server.mariadb} ${server.version.join('.')}`;
  let dialect = known.get(key);
  if (dialect === undefined) {
    dialect = makeDialect(server);
    known.set(key, dialect);
  }
  return dialect;
}

/** A statement in pieces of a megabyte is below every `max_allowed_packet` that servers come with, whatever its characters take. */
const MOST_LENGTH = 1 << 20;

function makeDialect(server: MysqlServer): Dialect {
  const title = server.mariadb ? 'MariaDB' : 'MySQL';
  const visitors = mysqlVisitors(server);
  const ddl = mysqlDdl(server, title, visitors, quote);
  const name = server.mariadb ? 'mariadb' : 'mysql';
  const spelling: Spelling = { name, title, visitors, quote, placeholder, places: 'groups', textForms: true, typeName: ddl.typeName };
  return {
    name,
    title,
    capabilities: {
      returning: server.mariadb,
      updateReturning: false,
      savepoints: true,
      transactionalDdl: false,
      rowLocks: true,
      ascendingKeys: true,
      keyFromRun: true,
      looseText: true,
      maxParameters: 65_535,
      maxStatementLength: MOST_LENGTH,
      rowwiseKeys: true,
    },
    forServer: (version) => mysqlDialect(readServer(version)),
    ddl,
    quote,
    placeholder,
    codec: mysqlCodec,
    compile: (node) => compile(spelling, node),
    restingKeys: { begin: 'SET foreign_key_checks = 0', end: 'SET foreign_key_checks = 1' },
    ...((server.mariadb ? isAtLeast(server, 10, 6, 0) : isAtLeast(server, 8, 0, 4)) && { rowSource }),
    beginTransaction,
    twoPhase: XA,
    isMemory: () => false,
    explain: { prefix: 'EXPLAIN', line: (row) => row.map((value) => String(value)).join(' | ') },
    reflect: (reader, schemas) => reflectMysql(reader, server, schemas),
    catalog: mysqlCatalog(server),
    drivers: { mysql2: async () => (await import('./mysql2.ts')).mysql2 },
  };
}

const XA: TwoPhaseWords = {
  // The level is said before; XA START takes the place of what begins.
  begin: (xid, plain) => [...plain.slice(0, -1), `XA START '${xid}'`],
  prepare: (xid) => [`XA END '${xid}'`, `XA PREPARE '${xid}'`],
  commit: (xid, prepared) =>
    prepared
      ? { statements: [`XA COMMIT '${xid}'`], mayFail: 0 }
      : { statements: [`XA END '${xid}'`, `XA COMMIT '${xid}' ONE PHASE`], mayFail: 0 },
  // A deadlock has ended the transaction's work already, and is said again.
  rollback: (xid, prepared) =>
    prepared
      ? { statements: [`XA ROLLBACK '${xid}'`], mayFail: 0 }
      : { statements: [`XA END '${xid}'`, `XA ROLLBACK '${xid}'`], mayFail: 1 },
  recover: { sql: 'XA RECOVER', read: (row) => String(row[3]).slice(0, Number(row[1])) },
};

function beginTransaction({ isolation, readOnly }: TransactionOptions): string[] {
  const start = readOnly === true ? 'START TRANSACTION READ ONLY' : 'BEGIN';
  return isolation === undefined ? [start] : [`SET TRANSACTION ISOLATION LEVEL ${isolation.toUpperCase()}`, start];
}

/** MySQL 8 and later; a connection tells which, and whether it is MariaDB after all. */
export const mysql: Dialect = mysqlDialect(MYSQL_8);
/** MariaDB 10.6 and later. */
export const mariadb: Dialect = mysqlDialect(MARIADB_10_6);

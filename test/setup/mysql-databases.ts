import { mysql2 } from '../../src/dialects/mysql/mysql2.ts';
import { registerDriver } from '../../src/index.ts';
import type { TestDatabase } from './databases.ts';
import { liveDatabases } from './live-databases.ts';

/** The live servers of MySQL's family. */
export const mysqlDatabases: readonly TestDatabase[] = liveDatabases.filter(({ family }) => family === 'mysql');

/** A source in FROM with a row for each number to the last one, which it calls `seq`. */
export function numbersTo(last: number, name = 'numbers'): string {
  return `JSON_TABLE(CONCAT('[0', REPEAT(',0', ${last - 1}), ']'), '$[*]' COLUMNS (seq FOR ORDINALITY)) AS ${name}`;
}

/**
 * MariaDB, taken for MySQL 8: what Athanor writes for it, MariaDB understands too, but for the name of an upsert's rows
 * and for casts to JSON. So what is done without RETURNING runs where there is no MySQL, too,
 * and with parameters of prepared statements.
 */
registerDriver('mysql', 'presumed8', async () => ({
  ...mysql2,
  connect: async (options) => Object.defineProperty(await mysql2.connect(options), 'serverVersion', { value: '8.0.36' }),
}));
export const presumedMysql8: readonly TestDatabase[] = mysqlDatabases
  .filter(({ mariadb }) => mariadb)
  .map((database) => ({
    ...database,
    returning: false,
    name: `${database.name}, taken for MySQL 8`,
    url: () => database.url().replace(/^[a-z]+:/, 'mysql+presumed8:'),
  }));

import { mysql2 } from '../../src/dialects/mysql/mysql2.ts';
import { registerDriver } from '../../src/index.ts';
import type { TestDatabase } from './databases.ts';
import { liveDatabases } from './live-databases.ts';

/** The live servers of MySQL's family. */
export const mysqlDatabases: readonly TestDatabase[] = liveDatabases.filter(({ family }) => family === 'mysql');

/**
 * The same servers, taken for MySQL 8: what Athanor writes for it, MariaDB understands too, but for the name of an upsert's rows
 * and for casts to JSON. So what is done without RETURNING runs for real.
 */
registerDriver('mysql', 'presumed8', async () => ({
  ...mysql2,
  connect: async (options) => Object.defineProperty(await mysql2.connect(options), 'serverVersion', { value: '8.0.36' }),
}));
export const presumedMysql8: readonly TestDatabase[] = mysqlDatabases.map((database) => ({
  ...database,
  name: `${database.name}, taken for MySQL 8`,
  url: () => database.url().replace(/^[a-z]+:/, 'mysql+presumed8:'),
}));

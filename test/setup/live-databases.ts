import { dialects } from '../../src/dialects/registry.ts';
import { afterTest, databases, type TestDatabase } from './databases.ts';
import { run, SERVERS, withDatabase } from './server-databases.ts';

/** Databases of one server that a test file may use at the same time. */
const AT_ONCE = 3;

/** The databases that this run tests, by their names in `TEST_DATABASES`; the set-up has looked which are there. */
export const tested: readonly string[] = (process.env.ATHANOR_TEST_DATABASES ?? '').split(',');

let made = 0;

/** A server's database as suites use it: made once for the test file, emptied after each test that used it. */
async function onServer(server: string, name: string, family: TestDatabase['family']): Promise<TestDatabase> {
  const { url, run: execute, create, reset } = SERVERS[server];
  const free = Array.from({ length: AT_ONCE }, () => `${run()}_${process.pid}_${++made}`);
  await execute(free.map(create));
  const take = (): string => {
    const database = free.shift();
    if (database === undefined) throw new Error(`A test may use ${AT_ONCE} databases of ${name} at once.`);
    return database;
  };
  return {
    name,
    family,
    returning: server !== 'mysql',
    mariadb: server === 'mariadb',
    shared: true,
    fileUrl: () => withDatabase(url, take()),
    url: () => {
      const database = take();
      afterTest(async () => {
        await reset(database);
        free.push(database);
      });
      return withDatabase(url, database);
    },
  };
}

/** The databases on servers that this run tests. */
export const liveDatabases: readonly TestDatabase[] = await Promise.all([
  ...(tested.includes('postgresql') && 'postgresql' in dialects ? [onServer('postgresql', 'PostgreSQL', 'postgresql')] : []),
  ...(tested.includes('mariadb') && 'mysql' in dialects ? [onServer('mariadb', 'MariaDB', 'mysql')] : []),
  ...(tested.includes('mysql') && 'mysql' in dialects ? [onServer('mysql', 'MySQL', 'mysql')] : []),
]);

/** Every database that this run tests. */
export const allDatabases: readonly TestDatabase[] = [...databases, ...liveDatabases];

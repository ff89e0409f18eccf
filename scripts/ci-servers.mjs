// The servers that CI tests on: those that run already, or Debian's packages, started on loopback for this run alone.
import { fetchMysql } from './mysql-server-package.mjs';
import { answers, launch, PROGRAMS } from './server-programs.mjs';

/** Where a server is looked for that runs already, and what tells the tests where it is. */
const SERVERS = {
  postgresql: { variable: 'TEST_POSTGRESQL_URL', url: 'postgresql://postgres@127.0.0.1:5432/postgres' },
  mariadb: { variable: 'TEST_MARIADB_URL', url: 'mariadb://root@127.0.0.1:3306/mysql' },
  mysql: { variable: 'TEST_MYSQL_URL', url: 'mysql://root@127.0.0.1:3309/mysql' },
};

/** The server that may be missing: Debian has it in its unstable archive alone, and the rest of CI does not depend on that. */
const OPTIONAL = 'mysql';

/** Whether MySQL's server can be had; says why not. */
function canHaveMysql() {
  try {
    fetchMysql();
    return true;
  } catch (error) {
    console.log(`mysql: not tested, its server cannot be had: ${error.message}.`);
    return false;
  }
}

/**
 * Sees to it that every server is there, but for MySQL's where that cannot be had. Gives the environment in which the tests find them, and what ends those that
 * were started here. `run` runs a program and rejects when it fails. The drivers must be installed.
 */
export async function startServers(run) {
  const missing = Object.values(PROGRAMS).filter(({ packages, installed }) => packages.length > 0 && !installed());
  if (missing.length > 0) {
    const apt = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
    await run('apt-get', ['update', '-q'], apt);
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing.flatMap(({ packages }) => packages)], apt);
  }
  const env = {};
  const tested = ['node-sqlite', 'better-sqlite3', 'pglite'];
  const started = [];
  const stop = async () => {
    for (const server of started.splice(0)) await server.remove();
  };
  for (const [name, { variable, url }] of Object.entries(SERVERS)) {
    const given = process.env[variable] ?? url;
    if (await answers(given)) {
      console.log(`${name}: the one that runs already.`);
      env[variable] = given;
      tested.push(name);
      continue;
    }
    if (name === OPTIONAL && !canHaveMysql()) continue;
    try {
      const server = await launch(name);
      started.push(server);
      env[variable] = server.url;
      tested.push(name);
      console.log(`${name}: started on port ${server.port}.`);
    } catch (error) {
      if (name === OPTIONAL) {
        console.log(`mysql: not tested, its server does not start: ${error.message}`);
        continue;
      }
      await stop();
      throw error;
    }
  }
  env.TEST_DATABASES = tested.join();
  // Those that tests start for themselves.
  const programs = Object.entries(PROGRAMS).filter(([name, { installed }]) => (name !== OPTIONAL || tested.includes(name)) && installed());
  env.TEST_PROGRAMS = programs.map(([name]) => name).join();
  return { env, stop };
}

// The servers that CI tests on: those that run already, or Debian's packages, started on loopback for this run alone.
import { answers, launch, PROGRAMS } from './server-programs.mjs';

/** Where a server is looked for that runs already, and what tells the tests where it is. */
const SERVERS = {
  postgresql: { variable: 'TEST_POSTGRESQL_URL', url: 'postgresql://postgres@127.0.0.1:5432/postgres' },
  mariadb: { variable: 'TEST_MARIADB_URL', url: 'mariadb://root@127.0.0.1:3306/mysql' },
};

/**
 * Sees to it that every server is there. Gives the environment in which the tests find them, and what ends those that
 * were started here. `run` runs a program and rejects when it fails. The drivers must be installed.
 */
export async function startServers(run) {
  const env = {
    TEST_DATABASES: ['node-sqlite', 'better-sqlite3', 'pglite', ...Object.keys(SERVERS)].join(),
    // Those that tests start for themselves.
    TEST_PROGRAMS: Object.keys(PROGRAMS).join(),
  };
  const missing = Object.values(PROGRAMS).filter(({ installed }) => !installed());
  if (missing.length > 0) {
    const apt = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
    await run('apt-get', ['update', '-q'], apt);
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing.flatMap(({ packages }) => packages)], apt);
  }
  const started = [];
  const stop = async () => {
    for (const server of started.splice(0)) await server.remove();
  };
  for (const [name, { variable, url }] of Object.entries(SERVERS)) {
    const given = process.env[variable] ?? url;
    if (await answers(given)) {
      console.log(`${name}: the one that runs already.`);
      env[variable] = given;
      continue;
    }
    try {
      const server = await launch(name);
      started.push(server);
      env[variable] = server.url;
      console.log(`${name}: started on port ${server.port}.`);
    } catch (error) {
      await stop();
      throw error;
    }
  }
  return { env, stop };
}

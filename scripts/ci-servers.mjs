// The servers that CI tests on: those that run already, or Debian's packages, started on loopback for this run alone.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.mjs';

const startLimit = 60_000;

/** Runs a program to its end; throws with what it printed unless it exits with 0. */
function check(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? `${stdout}${stderr}`}`);
}

/** The number of a user of this machine, to run a server as: servers refuse to run as root. */
const idOf = (user, group) => Number(spawnSync('id', [group ? '-g' : '-u', user], { encoding: 'utf8' }).stdout);
const asUser = (user) => (userInfo().uid === 0 ? { uid: idOf(user), gid: idOf(user, true) } : {});

/** A folder for a server's files that belongs to its user. */
function folderFor(user) {
  const folder = mkdtempSync(join(tmpdir(), `athanor-ci-${user}-`));
  const { uid, gid } = asUser(user);
  if (uid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

const postgresqlTools = () => {
  const root = '/usr/lib/postgresql';
  const newest = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a))[0] : undefined;
  return newest === undefined ? undefined : join(root, newest, 'bin');
};

const SERVERS = {
  postgresql: {
    variable: 'TEST_POSTGRESQL_URL',
    url: (port) => `postgresql://postgres@127.0.0.1:${port}/postgres`,
    port: 5432,
    packages: ['postgresql'],
    installed: () => postgresqlTools() !== undefined,
    user: 'postgres',
    /** Makes the server's files and gives the program that serves them. */
    prepare: (folder, port) => {
      const data = join(folder, 'data');
      const bin = postgresqlTools();
      check(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'], asUser('postgres'));
      const settings = { listen_addresses: '127.0.0.1', port, unix_socket_directories: folder, fsync: 'off', max_connections: 100 };
      return [join(bin, 'postgres'), ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])]];
    },
  },
  mariadb: {
    variable: 'TEST_MARIADB_URL',
    url: (port) => `mariadb://root@127.0.0.1:${port}/mysql`,
    port: 3306,
    packages: ['mariadb-server'],
    installed: () => existsSync('/usr/sbin/mariadbd'),
    user: 'mysql',
    prepare: (folder, port) => {
      const data = join(folder, 'data');
      const paths = ['--no-defaults', `--datadir=${data}`];
      check(
        'mariadb-install-db',
        [...paths, '--auth-root-authentication-method=normal', '--skip-test-db', '--user=mysql'],
        asUser('mysql'),
      );
      const settings = [
        '--bind-address=127.0.0.1',
        `--port=${port}`,
        `--socket=${join(folder, 'socket')}`,
        '--innodb-flush-log-at-trx-commit=2',
      ];
      return ['/usr/sbin/mariadbd', [...paths, ...settings, '--character-set-server=utf8mb4']];
    },
  },
};

/** Whether the server answers a login as the tests use it. */
async function answers(name, url) {
  try {
    if (name === 'postgresql') {
      const { default: pg } = await import('pg');
      const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000 });
      client.on('error', () => {});
      await client.connect();
      await client.end();
    } else {
      const { createConnection } = await import('mysql2/promise');
      const connection = await createConnection({ uri: url.replace(/^mariadb:/, 'mysql:'), connectTimeout: 3000 });
      await connection.end();
    }
    return true;
  } catch {
    return false;
  }
}

/**
 * Sees to it that every server is there. Gives the environment in which the tests find them, and what ends those that
 * were started here. `run` runs a program and rejects when it fails. The drivers must be installed.
 */
export async function startServers(run) {
  const env = { TEST_DATABASES: ['node-sqlite', 'better-sqlite3', 'pglite', ...Object.keys(SERVERS)].join() };
  const started = [];
  const stop = async () => {
    for (const { child, folder } of started.splice(0)) {
      const ended = child.exitCode === null ? new Promise((resolve) => child.once('exit', resolve)) : undefined;
      child.kill('SIGTERM');
      await Promise.race([ended, sleep(15_000)]);
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  };
  for (const [name, server] of Object.entries(SERVERS)) {
    const given = process.env[server.variable] ?? server.url(server.port);
    if (await answers(name, given)) {
      console.log(`${name}: the one that runs already.`);
      env[server.variable] = given;
      continue;
    }
    if (!server.installed()) {
      const apt = { env: { DEBIAN_FRONTEND: 'noninteractive' } };
      await run('apt-get', ['update', '-q'], apt);
      await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...server.packages], apt);
    }
    const port = await freePort();
    const folder = folderFor(server.user);
    const [command, args] = server.prepare(folder, port);
    const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], ...asUser(server.user) });
    started.push({ child, folder });
    env[server.variable] = server.url(port);
    const deadline = Date.now() + startLimit;
    while (!(await answers(name, env[server.variable]))) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await stop();
        throw new Error(`${name} was started, but does not answer at port ${port}.`);
      }
      await sleep(300);
    }
    console.log(`${name}: started on port ${port}.`);
  }
  return { env, stop };
}

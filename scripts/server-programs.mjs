// Servers from Debian's packages, started on loopback with files of their own: for CI, and for tests that stop and start one.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { mysqlCommand, mysqlUnpacked } from './mysql-server-package.mjs';

const startLimit = 60_000;
const stopLimit = 15_000;

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
  const folder = mkdtempSync(join(tmpdir(), `athanor-${user}-`));
  const { uid, gid } = asUser(user);
  if (uid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

const postgresqlTools = () => {
  const root = '/usr/lib/postgresql';
  const newest = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a))[0] : undefined;
  return newest === undefined ? undefined : join(root, newest, 'bin');
};

const written = (settings) => Object.entries(settings).map(([name, value]) => `--${name}=${value}`);

/** What MariaDB and MySQL are both told. */
const ownFiles = (folder, port) => ({
  datadir: join(folder, 'data'),
  'bind-address': '127.0.0.1',
  port,
  socket: join(folder, 'socket'),
  'innodb-flush-log-at-trx-commit': 2,
});

/** Nothing has to outlive a crash of the machine: MySQL is as quick as the others then. */
const UNSAFE = { 'innodb-flush-method': 'nosync', 'innodb-doublewrite': 'OFF' };

/** Each: its packages, the user that it runs as, its files, the program that serves them, and whether it answers a login. */
export const PROGRAMS = {
  postgresql: {
    packages: ['postgresql'],
    installed: () => postgresqlTools() !== undefined,
    user: 'postgres',
    url: (port) => `postgresql://postgres@127.0.0.1:${port}/postgres`,
    prepare: (folder) => {
      const args = ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
      check(join(postgresqlTools(), 'initdb'), args, asUser('postgres'));
    },
    command: (folder, port, given) => {
      const settings = {
        listen_addresses: '127.0.0.1',
        port,
        unix_socket_directories: folder,
        fsync: 'off',
        max_connections: 100,
        ...given,
      };
      const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      return [join(postgresqlTools(), 'postgres'), ['-D', join(folder, 'data'), ...args]];
    },
  },
  mariadb: {
    packages: ['mariadb-server'],
    installed: () => existsSync('/usr/sbin/mariadbd'),
    user: 'mysql',
    url: (port) => `mariadb://root@127.0.0.1:${port}/mysql`,
    prepare: (folder) => {
      const args = ['--no-defaults', `--datadir=${join(folder, 'data')}`, '--auth-root-authentication-method=normal', '--skip-test-db'];
      check('mariadb-install-db', [...args, '--user=mysql'], asUser('mysql'));
    },
    command: (folder, port, given) => {
      const settings = {
        ...ownFiles(folder, port),
        'character-set-server': 'utf8mb4',
        ...given,
      };
      return ['/usr/sbin/mariadbd', ['--no-defaults', ...written(settings)]];
    },
  },
  mysql: {
    // In no stable Debian: see mysql-server-package.mjs.
    packages: [],
    installed: mysqlUnpacked,
    user: 'mysql',
    url: (port) => `mysql://root@127.0.0.1:${port}/mysql`,
    prepare: (folder) => {
      const [program, args] = mysqlCommand();
      check(program, [...args, '--initialize-insecure', ...written({ datadir: join(folder, 'data'), ...UNSAFE })], asUser('mysql'));
    },
    command: (folder, port, given) => {
      const settings = {
        ...ownFiles(folder, port),
        'pid-file': join(folder, 'pid'),
        mysqlx: 'OFF',
        'performance-schema': 'OFF',
        'log-bin': 'OFF',
        'log-error-verbosity': 1,
        ...UNSAFE,
        ...given,
      };
      const [program, args] = mysqlCommand();
      return [program, [...args, ...written(settings)]];
    },
  },
  pgbouncer: {
    packages: ['pgbouncer'],
    installed: () => existsSync('/usr/sbin/pgbouncer'),
    user: 'postgres',
    /** Its settings name the server behind it: `database`, as pgbouncer writes connections. */
    url: (port) => `postgresql://postgres@127.0.0.1:${port}/pooled`,
    prepare: () => {},
    command: (folder, port, { database, ...given }) => {
      const settings = { listen_addr: '127.0.0.1', listen_port: port, unix_socket_dir: folder, auth_type: 'any', ...given };
      const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
      const file = join(folder, 'pgbouncer.ini');
      writeFileSync(file, ['[databases]', `pooled = ${database}`, '[pgbouncer]', ...lines, ''].join('\n'));
      return ['/usr/sbin/pgbouncer', ['-q', file]];
    },
  },
};

/** Whether the server answers a login as the tests use it. The drivers must be installed. */
export async function answers(url) {
  try {
    if (url.startsWith('postgresql:')) {
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

/** Starts a server on a free port; `output` is where its errors go. `stop()` ends it, at once with SIGKILL or SIGQUIT; `start()` starts it again; `remove()` takes its files away too. */
export async function launch(name, settings = {}, output = 'inherit') {
  const { user, url: urlOf, prepare, command } = PROGRAMS[name];
  const port = await freePort();
  const url = urlOf(port);
  const folder = folderFor(user);
  let child = null;
  // Nobody else would end it where this program is ended before it has done so.
  const last = () => child?.kill('SIGKILL');
  process.once('exit', last);
  const stop = async (signal = 'SIGTERM') => {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    const late = setTimeout(() => ending.kill('SIGKILL'), stopLimit);
    await ended;
    clearTimeout(late);
  };
  const start = async () => {
    const [program, args] = command(folder, port, settings);
    const started = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', output], ...asUser(user) });
    child = started;
    const deadline = Date.now() + startLimit;
    while (!(await answers(url))) {
      if (started.exitCode !== null || Date.now() > deadline) throw new Error(`${name} was started, but does not answer at port ${port}.`);
      await sleep(100);
    }
  };
  const remove = async () => {
    await stop();
    process.off('exit', last);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    prepare(folder);
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return { url, port, start, stop, remove };
}

// Before the tests: which databases they run on. After them: their databases are dropped, and what was tested is said.
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { dropServerDatabases, SERVERS } from './server-databases.ts';

/** The databases that need no server. */
const IN_PROCESS = ['node-sqlite', 'better-sqlite3', 'pglite'];
const known = [...IN_PROCESS, ...Object.keys(SERVERS)];

/** Whether something listens at the server's address. */
function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: 2000 });
    const answer = (reached: boolean) => () => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', answer(true)).once('error', answer(false)).once('timeout', answer(false));
  });
}

/** `TEST_DATABASES` names those to test, and then each must be there; else those in this process and the servers that answer. */
async function chosen(): Promise<string[]> {
  const given = process.env.TEST_DATABASES?.split(',').map((name) => name.trim());
  const unknown = given?.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`TEST_DATABASES names '${unknown}'. Known: ${known.join(', ')}.`);
  const servers: string[] = [];
  for (const [name, server] of Object.entries(SERVERS)) {
    if (given !== undefined && !given.includes(name)) continue;
    if (await listens(server.url)) servers.push(name);
    else if (given !== undefined) throw new Error(`TEST_DATABASES names '${name}', but nothing listens at ${new URL(server.url).host}.`);
  }
  return [...IN_PROCESS.filter((name) => given === undefined || given.includes(name)), ...servers];
}

export default async function setup(): Promise<() => Promise<void>> {
  const names = await chosen();
  // The test files run in processes of their own, which inherit the environment.
  process.env.ATHANOR_TEST_DATABASES = names.join();
  // Tests start hundreds of programs; each would compile the whole library again.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../node_modules/.cache/athanor-compiled', import.meta.url));
  process.env.ATHANOR_TEST_RUN = `athanor_${process.pid}_${Date.now().toString(36)}`;
  return async () => {
    for (const name of names) if (name in SERVERS) await dropServerDatabases(name);
    const left = known.filter((name) => !names.includes(name));
    console.log(`Databases tested: ${names.join(', ')}.${left.length > 0 ? ` Not tested: ${left.join(', ')}.` : ''}`);
  };
}

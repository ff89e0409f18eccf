import { describe, expect, it } from 'vitest';
import { createEngine, DisconnectError, type Engine, type EngineOptions, OperationalError, sql, t, text } from '../../src/index.ts';
import { afterTest, type TestDatabase } from '../setup/databases.ts';
import { liveDatabases, tested } from '../setup/live-databases.ts';
import { numbersTo } from '../setup/mysql-databases.ts';
import { canStart, ownServer } from '../setup/own-servers.ts';
import { tcpProxy } from '../setup/tcp-proxy.ts';

const WORDS = {
  postgresql: {
    sleep: sql`SELECT pg_sleep(${20})`,
    own: sql`SELECT pg_backend_pid() AS id`,
    end: (id: unknown) => sql`SELECT pg_terminate_backend(${id})`,
    many: text("SELECT n, repeat('x', 200) AS filler FROM generate_series(1, 20000) AS n"),
  },
  mysql: {
    sleep: sql`SELECT SLEEP(${20})`,
    own: sql`SELECT CONNECTION_ID() AS id`,
    end: (id: unknown) => sql`KILL ${Number(id)}`,
    many: text(`SELECT seq AS n, repeat('x', 200) AS filler FROM ${numbersTo(20_000)}`),
  },
};

const one = sql`SELECT 1 AS one`;
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const caught = (error: unknown): unknown => error;

function open(url: string, options: EngineOptions = {}): Engine {
  const engine = createEngine(url, options);
  afterTest(() => engine.dispose());
  return engine;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = performance.now() + 5000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`It did not come to this within 5 s: ${what}.`);
    await pause(10);
  }
}

async function answersAgain(engine: Engine): Promise<void> {
  await using connection = await engine.connect({ autocommit: true });
  expect(Number(await connection.scalar(one))).toBe(1);
}

describe.each(liveDatabases)('a connection that is lost on $name', (database: TestDatabase) => {
  const words = WORDS[database.family as keyof typeof WORDS];
  const many = words.many.columns({ n: t.integer(), filler: t.text() });

  it('costs the transaction that was on it: the server ended the session', async () => {
    const engine = open(database.url(), { poolSize: 3, maxOverflow: 0 });
    await using killer = await engine.connect({ autocommit: true });
    const victim = await engine.connect();
    await killer.script('CREATE TABLE notes (id INTEGER PRIMARY KEY)');
    const id = await victim.scalar(words.own);
    const work = victim.transaction(async () => {
      await victim.execute(sql`INSERT INTO notes VALUES (1)`);
      await killer.execute(words.end(id));
      await pause(30);
      await victim.execute(sql`INSERT INTO notes VALUES (2)`);
    });
    await expect(work).rejects.toThrow(DisconnectError);
    expect(victim.inTransaction).toBe(false);
    await expect(victim.scalar(one)).rejects.toThrow(DisconnectError);
    await victim.close();
    // The killer's connection was opened before the loss, and closes when it comes back.
    expect(engine.pool.status()).toEqual({ size: 1, checkedOut: 1, idle: 0, waiting: 0 });
    expect(Number(await killer.scalar(sql`SELECT count(*) AS n FROM notes`))).toBe(0);
    await answersAgain(engine);
    await killer.close();
    expect(engine.pool.status()).toEqual({ size: 1, checkedOut: 0, idle: 1, waiting: 0 });
  });

  it('costs what was in flight: the network reset it, or cut a result in the middle', async () => {
    const proxy = await tcpProxy(database.url());
    const engine = open(proxy.url, { poolSize: 4, maxOverflow: 0 });
    await engine.ready();
    const asking = Array.from({ length: 6 }, async () => {
      await using connection = await engine.connect({ autocommit: true });
      return await connection.all(words.sleep);
    });
    const outcomes = Promise.allSettled(asking.slice(0, 4));
    const later = Promise.allSettled(asking.slice(4));
    await until('all connections sleep', () => engine.pool.status().waiting === 2);
    await pause(200);
    expect(engine.pool.status()).toMatchObject({ size: 4, checkedOut: 4, waiting: 2 });
    proxy.reset();
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(DisconnectError) });
    // Those that waited have new connections, which a second reset ends.
    await until('the next two sleep', () => proxy.open === 2);
    await pause(200);
    expect(engine.pool.status()).toMatchObject({ size: 2, checkedOut: 2, waiting: 0 });
    proxy.reset();
    for (const outcome of await later) expect(outcome).toMatchObject({ reason: expect.any(DisconnectError) });
    expect(engine.pool.status()).toEqual({ size: 0, checkedOut: 0, idle: 0, waiting: 0 });
    await answersAgain(engine);

    {
      await using connection = await engine.connect();
      proxy.cutAfter(100_000);
      await expect(connection.all(many)).rejects.toThrow(DisconnectError);
    }
    await answersAgain(engine);
    let rows = 0;
    const reading = async (): Promise<void> => {
      await using connection = await engine.connect();
      proxy.cutAfter(400_000);
      for await (const { n } of connection.stream(many)) expect(n).toBe(++rows);
    };
    await expect(reading()).rejects.toThrow(DisconnectError);
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(20_000);
    expect(engine.pool.status()).toEqual({ size: 0, checkedOut: 0, idle: 0, waiting: 0 });
    await answersAgain(engine);
  });

  it('while it was idle is replaced before it is handed out', async () => {
    const proxy = await tcpProxy(database.url());
    const plain = open(proxy.url, { poolSize: 2 });
    const pinging = open(proxy.url, { poolSize: 2, poolPrePing: true });
    for (const engine of [plain, pinging]) await answersAgain(engine);
    proxy.reset();
    // The socket tells of its end, so that the pool knows before it hands it out.
    await pause(50);
    await answersAgain(plain);
    expect(plain.pool.status()).toEqual({ size: 1, checkedOut: 0, idle: 1, waiting: 0 });
    await answersAgain(pinging);
    proxy.reset();
    // Nobody had the time to tell: the ping finds out.
    await answersAgain(pinging);
    expect(pinging.pool.status()).toEqual({ size: 1, checkedOut: 0, idle: 1, waiting: 0 });
  });

  it('and that says nothing, is given up by a ping', { timeout: 30_000 }, async () => {
    const proxy = await tcpProxy(database.url());
    const engine = open(proxy.url, { poolSize: 1, maxOverflow: 0, poolPrePing: true, poolTimeout: 0.5 });
    await answersAgain(engine);
    proxy.stall();
    const controller = new AbortController();
    const gone = new Error('gone');
    setTimeout(() => controller.abort(gone), 100);
    await expect(engine.connect({ signal: controller.signal })).rejects.toBe(gone);
    const waiting = engine.connect().catch(caught);
    await pause(700);
    proxy.resume();
    await waiting.then((connection) => (connection as { close?(): unknown }).close?.());
    await answersAgain(engine);
    expect(engine.pool.status()).toEqual({ size: 1, checkedOut: 0, idle: 1, waiting: 0 });
  });

  it('of a server that is away costs errors while it is, and nothing after', { timeout: 30_000 }, async () => {
    const proxy = await tcpProxy(database.url());
    const engine = open(proxy.url, { poolSize: 5, maxOverflow: 0, poolTimeout: 2 });
    let over = false;
    let failed = 0;
    let answered = 0;
    const errors: unknown[] = [];
    const worker = async (): Promise<void> => {
      while (!over) {
        try {
          await using connection = await engine.connect({ autocommit: true });
          await connection.scalar(one);
          answered++;
        } catch (error) {
          failed++;
          if (!(error instanceof OperationalError)) errors.push(error);
          await pause(5);
        }
      }
    };
    const workers = Array.from({ length: 20 }, worker);
    await pause(200);
    await proxy.refuse();
    await pause(200);
    expect(failed).toBeGreaterThan(0);
    await proxy.listen();
    await pause(200);
    const before = answered;
    for (let waited = 0; answered === before && waited < 50; waited++) await pause(100);
    expect(answered).toBeGreaterThan(before);
    over = true;
    await Promise.all(workers);
    expect(errors).toEqual([]);
    const { size, checkedOut, idle, waiting } = engine.pool.status();
    expect({ checkedOut, waiting, same: size === idle, few: size <= 5 }).toEqual({ checkedOut: 0, waiting: 0, same: true, few: true });
    await engine.dispose();
    await pause(50);
    expect(proxy.open).toBe(0);
  });
});

const RESTARTED = (['postgresql', 'mariadb', 'mysql'] as const).filter((name) => tested.includes(name) && canStart(name));

describe.each(RESTARTED)('a server of %s that is started again under load', (name) => {
  it('costs what was in flight, and answers as before', { timeout: 120_000 }, async () => {
    const server = await ownServer(name);
    const engine = open(server.url, { poolSize: 5, maxOverflow: 0, poolTimeout: 5 });
    await engine.begin((connection) =>
      connection.script('CREATE TABLE counted (id INTEGER PRIMARY KEY, n INTEGER NOT NULL); INSERT INTO counted VALUES (1, 0)'),
    );
    let over = false;
    let committed = 0;
    let lost = 0;
    const strange: unknown[] = [];
    const worker = async (): Promise<void> => {
      while (!over) {
        try {
          await engine.begin(async (connection) => {
            await connection.execute(sql`UPDATE counted SET n = n + 1 WHERE id = 1`);
          });
          committed++;
        } catch (error) {
          lost++;
          if (!(error instanceof OperationalError)) strange.push(error);
          await pause(10);
        }
      }
    };
    const workers = Array.from({ length: 20 }, worker);
    await pause(300);
    await server.stop(name === 'postgresql' ? 'SIGQUIT' : 'SIGKILL');
    await pause(100);
    expect(lost).toBeGreaterThan(0);
    await server.start();
    await pause(500);
    over = true;
    await Promise.all(workers);
    expect(strange).toEqual([]);
    const counted = Number(await engine.begin((connection) => connection.scalar(sql`SELECT n FROM counted`)));
    // A commit whose answer was lost may have been done.
    expect(counted).toBeGreaterThanOrEqual(committed);
    expect(counted).toBeLessThanOrEqual(committed + 5);
    const { size, checkedOut, idle, waiting } = engine.pool.status();
    expect({ checkedOut, waiting, same: size === idle }).toEqual({ checkedOut: 0, waiting: 0, same: true });
  });
});

it('runs where a server is tested, and nowhere else', () => {
  expect(liveDatabases.length).toBe(['postgresql', 'mariadb', 'mysql'].filter((name) => tested.includes(name)).length);
});

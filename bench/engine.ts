// Measures the engine beside the drivers alone, in interleaved rounds: a select by key, an insert of many rows, the pool, pages through a pool,
// and the memory of a stream: node bench/engine.ts [--pg=postgresql://…] [--mysql=mariadb://…] [--rows=1000000], databases that may be written to.
import { spawnSync } from 'node:child_process';
import { createEngine, type Engine, insertInto, MetaData, param, select, Table, t, text } from 'athanor';

const option = (name: string): string | undefined =>
  process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const STREAMED = Number(option('rows') ?? 1_000_000);
const INSERTED = 10_000;
const ROUNDS = 15;

const metadata = new MetaData();
const users = new Table(metadata, 'bench_engine', {
  id: t.integer().primaryKey(),
  name: t.string(80),
  age: t.integer(),
});
const { c } = users;
const byKey = select({ id: c.id, name: c.name, age: c.age }).where(c.id.eq(param('id', t.integer())));
const rows = Array.from({ length: INSERTED }, (_, i) => ({ id: i + 1, name: `user${i}`, age: i % 70 }));
const SELECT = 'SELECT id, name, age FROM bench_engine WHERE id = ';
const PAGE = 'SELECT id, name, age FROM bench_engine ORDER BY id LIMIT 20 OFFSET ';

type Side = () => Promise<unknown> | unknown;

const middle = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1];

/** The medians of both sides, in rounds that take turns; `unit` is how many things one call does. */
async function compare(title: string, limit: number, unit: number, alone: Side, engine: Side, between: Side = () => {}): Promise<void> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    const sides = [
      [0, alone],
      [1, engine],
    ] as const;
    for (const [side, run] of round % 2 === 0 ? sides : [...sides].reverse()) {
      await between();
      const start = performance.now();
      await run();
      if (round > 2) times[side].push((performance.now() - start) / unit);
    }
  }
  const [raw, ours] = times.map(middle);
  const ratio = ours / raw;
  console.log(
    `${title.padEnd(52)} ${(raw * 1000).toFixed(1).padStart(9)} µs ${(ours * 1000).toFixed(1).padStart(9)} µs ${ratio.toFixed(2).padStart(6)}x  (at most ${limit}x)${ratio > limit ? '  OVER' : ''}`,
  );
}

async function fill(engine: Engine): Promise<void> {
  await metadata.dropAll(engine);
  await metadata.createAll(engine);
  await using connection = await engine.connect({ autocommit: true });
  await connection.execute(insertInto(users).values(rows));
}

const times = (count: number, run: (id: number) => unknown) => async (): Promise<void> => {
  for (let i = 0; i < count; i++) await run(1 + ((i * 7919) % INSERTED));
};

/** Checkout and return without waiting. */
async function pool(engine: Engine, title: string): Promise<void> {
  await engine.ready();
  await (await engine.acquire()).close();
  const list: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < 20_000; i++) engine.pool.release(await engine.pool.acquire());
    list.push(((performance.now() - start) * 1000) / 20_000);
  }
  const took = middle(list);
  console.log(`${`checkout and return, ${title}`.padEnd(52)} ${took.toFixed(2)} µs  (at most 3 µs)${took > 3 ? '  OVER' : ''}`);
}

/** How much memory a process of its own needs while so many rows pass by. */
function stream(url: string, query: string, title: string): void {
  const args = [...process.execArgv, import.meta.filename, `--stream=${url}`, `--query=${query}`, `--rows=${STREAMED}`];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const { megabytes, seconds } = JSON.parse(stdout) as { megabytes: number; seconds: number };
  const said = `${megabytes.toFixed(0)} MiB of RSS, ${seconds.toFixed(1)} s  (at most 150 MiB)${megabytes > 150 ? '  OVER' : ''}`;
  console.log(`${`${STREAMED} rows streamed, ${title}`.padEnd(52)} ${said}`);
}

async function streamHere(url: string, query: string): Promise<void> {
  const counted = text(query).columns({ n: t.integer(), filler: t.text() });
  await using engine = createEngine(url);
  await using connection = await engine.connect();
  let seen = 0;
  let most = 0;
  const start = performance.now();
  for await (const { n } of connection.stream(counted)) {
    seen++;
    if (n % 10_000 === 0) most = Math.max(most, process.memoryUsage.rss());
  }
  if (seen !== STREAMED) throw new Error(`${seen} rows came where ${STREAMED} were asked for.`);
  console.log(JSON.stringify({ megabytes: most / 2 ** 20, seconds: (performance.now() - start) / 1000 }));
}

async function onSqlite(): Promise<void> {
  const { default: Database } = await import('better-sqlite3');
  await using engine = createEngine('sqlite+better-sqlite3://', { poolSize: 1 });
  await fill(engine);
  const database = new Database(':memory:');
  database.exec('CREATE TABLE bench_engine (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER NOT NULL)');
  const insert = database.prepare('INSERT INTO bench_engine VALUES (?, ?, ?)');
  const insertAll = database.transaction(() => {
    for (const row of rows) insert.run(row.id, row.name, row.age);
  });
  insertAll();
  const get = database.prepare(`${SELECT}?`);
  {
    await using connection = await engine.connect({ autocommit: true });
    const plan = engine.plans.get(engine.dialect, byKey.node);
    const ours = (id: number) => connection.fetch(plan, [], { id });
    await compare(
      'one row by its key, better-sqlite3: a plan',
      2,
      5000,
      times(5000, (id) => get.get(id)),
      times(5000, ours),
    );
    const statement = (id: number) => connection.first(byKey, { id });
    await compare(
      'one row by its key, better-sqlite3: a statement',
      2,
      5000,
      times(5000, (id) => get.get(id)),
      times(5000, statement),
    );
    const clear = async (): Promise<void> => {
      database.exec('DELETE FROM bench_engine');
      await connection.script('DELETE FROM bench_engine');
    };
    await compare(
      `insert of ${INSERTED} rows, better-sqlite3`,
      1.2,
      1,
      () => insertAll(),
      () => connection.execute(insertInto(users).values(rows)),
      clear,
    );
  }
  database.close();
  await pool(engine, 'better-sqlite3');
  for (const driver of ['sqlite', 'sqlite+better-sqlite3']) {
    const query = `WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < ${STREAMED}) SELECT n, printf('%100d', n) AS filler FROM r`;
    stream(`${driver}://`, query, driver);
  }
}

async function onPostgresql(url: string): Promise<void> {
  const { default: pg } = await import('pg');
  await using engine = createEngine(url, { poolSize: 10, maxOverflow: 0 });
  await fill(engine);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const prepared = (id: number) => client.query({ name: 'by_key', text: `${SELECT}$1`, values: [id] });
  {
    await using connection = await engine.connect({ autocommit: true });
    const statement = (id: number) => connection.first(byKey, { id });
    await compare('one row by its key, pg', 1.25, 300, times(300, prepared), times(300, statement));
    // The best that is known by hand: whole columns as arrays.
    const unnest = 'INSERT INTO bench_engine SELECT * FROM unnest($1::int[], $2::text[], $3::int[])';
    const multi = async (): Promise<void> => {
      await client.query('BEGIN');
      await client.query(unnest, [rows.map((r) => r.id), rows.map((r) => r.name), rows.map((r) => r.age)]);
      await client.query('COMMIT');
    };
    const clear = () => client.query('TRUNCATE bench_engine');
    await compare(
      `insert of ${INSERTED} rows, pg (unnest)`,
      1.2,
      1,
      multi,
      () => connection.execute(insertInto(users).values(rows)),
      clear,
    );
    const values = async (): Promise<void> => {
      await client.query('BEGIN');
      for (let from = 0; from < rows.length; from += 5000) {
        const part = rows.slice(from, from + 5000);
        const places = part.map((_, i) => `($${i * 3 + 1}, $${i * 3 + 2}, $${i * 3 + 3})`).join();
        await client.query(
          `INSERT INTO bench_engine VALUES ${places}`,
          part.flatMap((r) => [r.id, r.name, r.age]),
        );
      }
      await client.query('COMMIT');
    };
    await compare(
      `insert of ${INSERTED} rows, pg (values)`,
      1.2,
      1,
      values,
      () => connection.execute(insertInto(users).values(rows)),
      clear,
    );
    await clear();
    await connection.execute(insertInto(users).values(rows));
  }
  const own = new pg.Pool({ connectionString: url, max: 10 });
  const page = select({ id: c.id, name: c.name, age: c.age }).orderBy(c.id).limit(20);
  const pages = (ask: (offset: number) => Promise<unknown>) => () => Promise.all(Array.from({ length: 200 }, (_, i) => ask(i * 20)));
  const pagesOfPool = pages((offset) => own.query({ name: 'page', text: `${PAGE}$1`, values: [offset] }));
  const pagesOfEngine = pages(async (offset) => {
    await using connection = await engine.connect({ autocommit: true });
    return await connection.all(page.offset(offset));
  });
  await compare('200 pages of 20 at once through a pool of 10, pg', 1.1, 200, pagesOfPool, pagesOfEngine);
  await own.end();
  await client.end();
  await pool(engine, 'pg');
  stream(url, `SELECT n, lpad(n::text, 100) AS filler FROM generate_series(1, ${STREAMED}) AS n`, 'pg');
  await engine.begin((connection) => connection.script('DROP TABLE bench_engine'));
}

async function onMysql(url: string): Promise<void> {
  const { createConnection } = await import('mysql2/promise');
  await using engine = createEngine(url, { poolSize: 10, maxOverflow: 0 });
  await fill(engine);
  const client = await createConnection({ uri: url.replace(/^mariadb:/, 'mysql:') });
  {
    await using connection = await engine.connect({ autocommit: true });
    const prepared = (id: number) => client.execute(`${SELECT}?`, [id]);
    await compare(
      'one row by its key, mysql2',
      1.25,
      300,
      times(300, prepared),
      times(300, (id) => connection.first(byKey, { id })),
    );
    const multi = async (): Promise<void> => {
      await client.query('BEGIN');
      await client.query('INSERT INTO bench_engine VALUES ?', [rows.map((r) => [r.id, r.name, r.age])]);
      await client.query('COMMIT');
    };
    const clear = () => client.query('TRUNCATE bench_engine');
    await compare(`insert of ${INSERTED} rows, mysql2`, 1.2, 1, multi, () => connection.execute(insertInto(users).values(rows)), clear);
  }
  await client.end();
  stream(url, `SELECT seq AS n, lpad(seq, 100, ' ') AS filler FROM seq_1_to_${STREAMED}`, 'mysql2');
  await engine.begin((connection) => connection.script('DROP TABLE bench_engine'));
}

const streamed = option('stream');
if (streamed !== undefined) await streamHere(streamed, option('query') as string);
else {
  console.log(`${''.padEnd(52)} ${'alone'.padStart(12)} ${'engine'.padStart(12)}`);
  await onSqlite();
  const pgUrl = option('pg');
  if (pgUrl !== undefined) await onPostgresql(pgUrl);
  const mysqlUrl = option('mysql');
  if (mysqlUrl !== undefined) await onMysql(mysqlUrl);
}

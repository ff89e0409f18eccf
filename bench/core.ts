// Measures Core, the SQL language without models: what building and compiling a statement costs, and 1,000 rows as typed objects beside the
// driver's own objects with the same conversions: node bench/core.ts [--pg=postgresql://…] [--rounds=N]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createEngine, Database, type Engine, insertInto, select, t } from 'athanor';

const option = (name: string): string | undefined => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.split('=')[1];
const rounds = Number(option('rounds') ?? 200);
const ROWS = 1000;

const db = new Database();
const users = db.Table('core_users', {
  id: t.integer().primaryKey(),
  username: t.string(80),
  email: t.string(120),
  active: t.boolean(),
  createdAt: t.dateTime(),
  age: t.integer(),
});
const { c } = users;

const build = (i: number) =>
  select({ id: c.id, name: c.username }).where(c.active.eq(true), c.age.gt(i), c.email.ne('x')).orderBy(c.createdAt).limit(20);

/** Microseconds of one call: the best round and the one in the middle. */
function measure(title: string, calls: number, body: (i: number) => unknown): void {
  const times: number[] = [];
  for (let round = 0; round < 40; round++) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) body(i);
    times.push(Number(process.hrtime.bigint() - start) / calls / 1000);
  }
  times.sort((a, b) => a - b);
  console.log(`${title.padEnd(56)} ${times[0].toFixed(2).padStart(7)} ${times[20].toFixed(2).padStart(7)} µs`);
}

async function statements(): Promise<void> {
  await using engine = createEngine('sqlite://');
  await engine.ready();
  console.log('A select with three conditions, an order and a limit'.padEnd(56), '   best  median');
  measure('built', 20_000, build);
  measure('built, its plan found, its values encoded', 20_000, (i) => engine.compile(build(i)));
  measure('built and compiled with no plan kept', 2000, (i) => {
    engine.plans.clear();
    engine.compile(build(i));
  });
}

/** One side's way to the rows. */
type Side = () => Promise<readonly object[]> | readonly object[];

let seen = 0;
function read(rows: readonly object[]): void {
  for (const row of rows as readonly { id: number; username: string; active: boolean; createdAt: Date }[])
    seen += row.id + row.username.length + (row.active ? 1 : 0) + (row.createdAt.getTime() % 7);
}

/** Interleaved rounds; the ratio is of the medians. */
async function compare(title: string, driver: Side, core: Side): Promise<void> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const [side, rows] of [driver, core].entries()) {
      const start = performance.now();
      read(await rows());
      times[side].push(performance.now() - start);
    }
  }
  const [raw, ours] = times.map((list) => list.sort((a, b) => a - b)[list.length >> 1]);
  console.log(`${title.padEnd(56)} ${raw.toFixed(3)} ms, Core ${ours.toFixed(3)} ms: ${(ours / raw).toFixed(2)}`);
}

const everyColumn = { id: c.id, username: c.username, email: c.email, active: c.active, createdAt: c.createdAt, age: c.age };
const SELECT = 'SELECT id, username, email, active, created_at AS "createdAt", age FROM core_users ORDER BY id';

async function filled(engine: Engine): Promise<void> {
  await engine.begin(async (connection) => {
    await engine.ready();
    for (const sql of engine.dialect.ddl.createTable(users)) await connection.script(sql);
    const rows = Array.from({ length: ROWS }, (_, i) => ({
      username: `user${i}`,
      email: `user${i}@example.com`,
      active: i % 2 === 0,
      createdAt: new Date(1.7e12 + i * 12_345_678),
      age: i % 70,
    }));
    await connection.execute(insertInto(users).values(rows));
  });
}

async function onSqlite(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'athanor-bench-'));
  const file = join(folder, 'core.db');
  {
    await using engine = createEngine(`sqlite:///${file}`);
    await filled(engine);
    await using connection = await engine.connect({ autocommit: true });
    const database = new DatabaseSync(file);
    const statement = database.prepare(SELECT);
    const driver = () => {
      const rows = statement.all() as Record<string, unknown>[];
      for (const row of rows) {
        row.active = row.active === 1;
        row.createdAt = new Date(`${String(row.createdAt).replace(' ', 'T')}Z`);
      }
      return rows;
    };
    await compare(`${ROWS} rows as objects, node:sqlite`, driver, () => connection.all(select(everyColumn).orderBy(c.id)));
    database.close();
  }
  rmSync(folder, { recursive: true });
}

async function onPostgresql(url: string): Promise<void> {
  const { default: pg } = await import('pg');
  await using engine = createEngine(url);
  await filled(engine);
  await using connection = await engine.connect({ autocommit: true });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const driver = async () => (await client.query({ name: 'core', text: SELECT })).rows;
  await compare(`${ROWS} rows as objects, pg`, driver, () => connection.all(select(everyColumn).orderBy(c.id)));
  await client.end();
  await connection.script('DROP TABLE core_users');
}

await statements();
await onSqlite();
const url = option('pg');
if (url !== undefined) await onPostgresql(url);
if (seen === 0) throw new Error('No row was read.');

// Measures Athanor beside node:sqlite with SQL written by hand, on the same data and in the same run: npm run bench
// Options: --rounds=N (12), --only=w1,w6
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ACCOUNTS, newUsers, seed, USERS } from './data.ts';
import { rawSqlite } from './raw-sqlite.ts';

// The adapter is told its driver before it is loaded.
process.env.BENCH_ADAPTER_DRIVER = 'sqlite';
const { default: makeAdapter } = await import('./adapter.mjs');

// biome-ignore lint/suspicious/noExplicitAny: both sides give objects of their own kinds, of which only attributes are read
type Any = any;
type Side = Record<string, (...args: Any[]) => Any>;

const option = (name: string): string | undefined => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.split('=')[1];
const rounds = Number(option('rounds') ?? 12);
const only = option('only')?.split(',');

let seen = 0;
/** Reads every attribute, so that what is decoded late is paid for. */
function read(users: Iterable<Any>, depth = 0): void {
  for (const u of users) {
    seen += u.id + u.username.length + u.email.length + (u.active ? 1 : 0) + (u.createdAt.getTime() % 7) + u.age;
    if (depth === 0) continue;
    for (const p of u.posts) {
      seen += p.id + p.title.length + p.body.length + (p.published ? 1 : 0) + (p.createdAt.getTime() % 7);
      if (depth > 1) for (const tag of p.tags) seen += tag.id + tag.name.length;
    }
  }
}

interface Row {
  title: string;
  /** Calls in one sample. */
  times: number;
  prepare?: (side: Side, round: number, db: DatabaseSync) => Any;
  run: (side: Side, prepared: Any, i: number, round: number) => Any;
  after?: string;
}

const ages = (round: number): number[] => Array.from({ length: 1000 }, (_, i) => 18 + ((i * 7 + round * 13) % 60));
const ROWS: Record<string, Row> = {
  w1: { title: 'get by key, a session for each', times: 5000, run: async (s, _p, i) => read([await s.w1(1 + ((i * 7919) % USERS))]) },
  w2: { title: '1,000 objects', times: 10, run: async (s) => read(await s.w2()) },
  w3: { title: 'a page of 20 and the total', times: 100, run: async (s, _p, i) => read((await s.w3(i % 30)).rows) },
  w4: { title: '100 users with 10 posts each', times: 10, run: async (s) => read(await s.w4('selectin'), 1) },
  w5: { title: '50 users, posts, tags', times: 10, run: async (s) => read(await s.w5('selectin'), 2) },
  w6: {
    title: 'insert 1,000, keys put back',
    times: 1,
    prepare: (_s, round) => newUsers('w6', 1000, round),
    run: (s, users) => s.w6(users),
    after: "DELETE FROM users WHERE username LIKE 'w6!_%' ESCAPE '!'",
  },
  w7: { title: 'change 1,000 loaded', times: 1, prepare: (s) => s.w7load(), run: (s, loaded, _i, round) => s.w7(loaded, ages(round)) },
  w8: {
    title: 'delete 1,000 loaded',
    times: 1,
    prepare: (s, _round, db) => {
      db.exec(
        `INSERT INTO users (username, email, active, created_at, age) SELECT 'w8_' || id, 'w8_' || id, 1, created_at, age FROM users WHERE id <= 1000`,
      );
      return s.w8load();
    },
    run: (s, loaded) => s.w8(loaded),
  },
  w9: {
    title: 'transfer: read two, change both',
    times: 500,
    run: (s, _p, i) =>
      s.w9(1 + (i % ACCOUNTS), 1 + ((i * 7 + 1) % ACCOUNTS === i % ACCOUNTS ? (i + 1) % ACCOUNTS : (i * 7 + 1) % ACCOUNTS), 1),
  },
  w10: {
    title: 'add 5 tags to 200 posts',
    times: 1,
    prepare: (s) => s.w10load(),
    run: (s, loaded) => s.w10(loaded),
    after: 'DELETE FROM post_tags WHERE tag_id > 45',
  },
};

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];
const show = (ms: number): string => (ms < 1 ? `${(ms * 1000).toFixed(1)} µs` : `${ms.toFixed(2)} ms`);

const folder = mkdtempSync(join(tmpdir(), 'athanor-bench-'));
try {
  const seeded = join(folder, 'seed.db');
  seed(seeded);
  const sides = ['driver', 'athanor'].map((name) => {
    const file = join(folder, `${name}.db`);
    copyFileSync(seeded, file);
    const db = new DatabaseSync(file, { timeout: 10_000 });
    if (name === 'driver') return { name, db, side: rawSqlite(file) as Side };
    const side = makeAdapter() as Side;
    side.setup({ db: 'sqlite', file });
    return { name, db, side };
  });
  console.log(`Node ${process.version}, node:sqlite, a file in WAL mode; ${rounds} rounds, medians, the first third is warm-up\n`);
  console.log(
    '|     |                                 | node:sqlite by hand |     Athanor | ratio |\n|-----|---------------------------------|--------------------:|------------:|------:|',
  );
  for (const [name, row] of Object.entries(ROWS)) {
    if (only !== undefined && !only.includes(name)) continue;
    const samples: number[][] = [[], []];
    for (let round = 0; round < rounds; round++) {
      for (const k of round % 2 === 0 ? [0, 1] : [1, 0]) {
        const { side, db } = sides[k];
        const prepared = await row.prepare?.(side, round, db);
        (globalThis as { gc?: () => void }).gc?.();
        const start = performance.now();
        for (let i = 0; i < row.times; i++) await row.run(side, prepared, i, round);
        const ms = (performance.now() - start) / row.times;
        if (row.after !== undefined) db.exec(row.after);
        if (round >= rounds / 3) samples[k].push(ms);
      }
    }
    const [driver, athanor] = samples.map(median);
    console.log(
      `| ${name.padEnd(3)} | ${row.title.padEnd(31)} | ${show(driver).padStart(19)} | ${show(athanor).padStart(11)} | ${(athanor / driver).toFixed(2).padStart(5)} |`,
    );
  }
  for (const { side, db } of sides) {
    db.close();
    await side.close();
  }
  if (seen === 0) throw new Error('nothing was read');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

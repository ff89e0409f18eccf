// Measures how long 500 tables of 15 columns take to be read, and in how many statements:
// node bench/reflection.ts [--url=postgresql://…, an empty database] [--tables=500]
import { createEngine, inspect, MetaData, sql } from 'athanor';

const option = (name: string): string | undefined =>
  process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const url = option('url') ?? 'sqlite://';
const count = Number(option('tables') ?? 500);

await using engine = createEngine(url);
const names = Array.from({ length: count }, (_, i) => `bench_reflection_${i}`);
const columns = Array.from({ length: 11 }, (_, i) => `c${i} VARCHAR(${20 + i})${i % 3 === 0 ? " DEFAULT 'x' NOT NULL" : ''}`).join(', ');

{
  await using connection = await engine.connect({ autocommit: true });
  for (const [i, name] of names.entries()) {
    const key = `FOREIGN KEY (up) REFERENCES ${names[Math.max(0, i - 1)]} (id)`;
    await connection.script(
      `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, up INTEGER, price NUMERIC(10, 2) CHECK (price >= 0), made DATE, ${columns}, CONSTRAINT uq_${name} UNIQUE (c0, c1), ${key})`,
    );
    await connection.script(`CREATE INDEX ix_${name} ON ${name} (c2, c3)`);
  }
}

let statements = 0;
engine.listeners.add(() => {
  statements++;
});

/** The best of five, each with nothing kept from before. */
async function measure(title: string, body: () => Promise<{ length: number }>): Promise<void> {
  const times: number[] = [];
  let found = 0;
  for (let round = 0; round < 5; round++) {
    statements = 0;
    const start = performance.now();
    found = (await body()).length;
    times.push(performance.now() - start);
  }
  if (found !== count) throw new Error(`${found} tables were read in place of ${count}.`);
  const sorted = times.sort((a, b) => a - b);
  console.log(`${title.padEnd(40)} ${sorted[0].toFixed(0).padStart(6)} ms, median ${sorted[2].toFixed(0)} ms, ${statements} statements`);
}

try {
  await measure(`${count} tables, inspect(engine).tables()`, () => inspect(engine).tables());
  await measure(`${count} tables, metadata.reflect(engine)`, () => new MetaData().reflect(engine));
} finally {
  await using connection = await engine.connect({ autocommit: true });
  for (const name of names.toReversed()) await connection.execute(sql`DROP TABLE ${sql.identifier(name)}`);
}

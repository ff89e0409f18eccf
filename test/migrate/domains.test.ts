// Domains of PostgreSQL that are not what the models say: found, altered, and altered back.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CheckViolation, createEngine, type Engine, type Expression, inspect, MetaData, pg, sql, t } from '../../src/index.ts';
import { migrate } from '../../src/migrate/autogenerate.ts';
import { downgrade, upgrade } from '../../src/migrate/upgrade.ts';
import { type Shape, Table } from '../../src/sql/schema.ts';
import { afterTest, type TestDatabase } from '../setup/databases.ts';
import { catalogDatabases } from '../setup/foreign-schemas.ts';
import { differences, engineAfter } from '../setup/made-again.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { scratchProject } from './scratch-project.ts';

const postgresqls = [...catalogDatabases.filter(({ family }) => family === 'postgresql'), ...pgliteDatabases];

const above = (limit: number) => (value: Expression<number>) => value.gt(limit);

function of(shape: Shape, more: Record<string, Shape> = {}): MetaData {
  const metadata = new MetaData();
  for (const [name, columns] of Object.entries({ things: shape, ...more }))
    new Table<Shape>(metadata, name, { id: t.integer().primaryKey(), ...columns });
  return metadata;
}

/** What a domain of the database is, without what never changes here. */
async function domainOf(engine: Engine, name: string): Promise<unknown> {
  const own = (await inspect(engine).domains()).find((domain) => domain.name === name);
  return own && { default: own.default, nullable: own.nullable, checks: Object.fromEntries(own.checks.map((c) => [c.name, c.sql])) };
}

async function script(engine: Engine, text: string): Promise<void> {
  await using connection = await engine.connect({ autocommit: true });
  await connection.script(text);
}

function project(engine: Engine) {
  const { directory } = scratchProject();
  const at = (models: MetaData) => ({ metadatas: new Map([[null, models]]), engine });
  /** Writes a migration to these models and gives the lines of its two functions. */
  const write = async (models: MetaData): Promise<{ up: string; down: string } | null> => {
    const written = await migrate(at(models), { directory });
    if (written === null) return null;
    const [, up = '', down = ''] =
      /upgrade\(_?op: Operations\): Promise<void> \{([\s\S]*?)\n?\}\n\nexport async function downgrade\(_?op: Operations\): Promise<void> \{([\s\S]*?)\n?\}\n$/.exec(
        readFileSync(written.file, 'utf8'),
      ) ?? [];
    return { up: up.trim(), down: down.trim() };
  };
  return { write, up: () => upgrade(at(new MetaData()), { directory }), down: () => downgrade(at(new MetaData()), { directory }) };
}

describe.each(postgresqls)('a domain that the models changed, on $name', (database: TestDatabase) => {
  const first = (): Shape => ({ count: pg.domain('positive', t.integer(), { check: above(0), serverDefault: 1 }).nullable() });
  const START = { default: '1', nullable: true, checks: { positive_check: 'VALUE > 0' } };

  it.each([
    [
      'another default',
      pg.domain('positive', t.integer(), { check: above(0), serverDefault: 2 }),
      "await op.alterDomain('positive', { serverDefault: sql`2` });",
      "await op.alterDomain('positive', { serverDefault: sql`1` });",
      { ...START, default: '2' },
    ],
    [
      'no default',
      pg.domain('positive', t.integer(), { check: above(0) }),
      "await op.alterDomain('positive', { serverDefault: null });",
      "await op.alterDomain('positive', { serverDefault: sql`1` });",
      { ...START, default: null },
    ],
    [
      'NOT NULL',
      pg.domain('positive', t.integer(), { check: above(0), serverDefault: 1, notNull: true }),
      "await op.alterDomain('positive', { notNull: true });",
      "await op.alterDomain('positive', { notNull: false });",
      { ...START, nullable: false },
    ],
    [
      'another check in place of the one without a name',
      pg.domain('positive', t.integer(), { check: above(1), serverDefault: 1 }),
      "await op.alterDomain('positive', { dropChecks: ['positive_check'], addChecks: { positive_check: sql`(VALUE) > 1` } });",
      "await op.alterDomain('positive', { dropChecks: ['positive_check'], addChecks: { positive_check: sql`VALUE > 0` } });",
      { ...START, checks: { positive_check: 'VALUE > 1' } },
    ],
    [
      'no check',
      pg.domain('positive', t.integer(), { serverDefault: 1 }),
      "await op.alterDomain('positive', { dropChecks: ['positive_check'] });",
      "await op.alterDomain('positive', { addChecks: { positive_check: sql`VALUE > 0` } });",
      { ...START, checks: {} },
    ],
    [
      'checks with names, one of which is the old one',
      pg.domain('positive', t.integer(), { check: { 'low end': above(0), high: sql`VALUE < 100` }, serverDefault: 1 }),
      "await op.alterDomain('positive', { dropChecks: ['positive_check'], addChecks: { 'low end': sql`(VALUE) > 0`, high: sql`VALUE < 100` } });",
      "await op.alterDomain('positive', { dropChecks: ['low end', 'high'], addChecks: { positive_check: sql`VALUE > 0` } });",
      { ...START, checks: { 'low end': 'VALUE > 0', high: 'VALUE < 100' } },
    ],
    [
      'all of it',
      pg.domain('positive', t.integer(), { check: above(5), notNull: true }),
      "await op.alterDomain( 'positive', { serverDefault: null, notNull: true, dropChecks: ['positive_check'], addChecks: { positive_check: sql`(VALUE) > 5` } }, );",
      "await op.alterDomain( 'positive', { serverDefault: sql`1`, notNull: false, dropChecks: ['positive_check'], addChecks: { positive_check: sql`VALUE > 0` } }, );",
      { default: null, nullable: false, checks: { positive_check: 'VALUE > 5' } },
    ],
  ] as const)('%s', async (_what, changed, up, down, now) => {
    const engine = await engineAfter(database);
    const { write, up: apply, down: undo } = project(engine);
    await of(first()).createAll(engine);
    const second = of({ count: changed.nullable() });
    const words = (text = ''): string => text.replace(/\s+/g, ' ');
    const written = await write(second);
    expect([words(written?.up), words(written?.down)]).toEqual([up, down]);
    await apply();
    expect(await domainOf(engine, 'positive')).toEqual(now);
    expect(await write(second)).toBeNull();
    await undo();
    expect(await domainOf(engine, 'positive')).toEqual(START);
    expect(await differences(engine, of(first()).tables.values())).toEqual([]);
    await apply();
    expect(await domainOf(engine, 'positive')).toEqual(now);
  });

  it('is altered once for all its columns, and before what is new is made with it', async () => {
    const engine = await engineAfter(database, 'CREATE DOMAIN lonely AS text');
    const { write, up, down } = project(engine);
    const count = (limit: number) => pg.domain('positive', t.integer(), { check: above(limit), serverDefault: 7 });
    await of({ a: count(0), b: count(0).nullable() }, { others: { c: count(0) } }).createAll(engine);
    const second = of(
      { a: count(5), b: count(5).nullable(), d: count(5) },
      { others: { c: count(5) }, thirds: { e: pg.domain('lonely', t.text(), { notNull: true }) } },
    );
    const written = await write(second);
    expect(written?.up.match(/alterDomain\('\w+'/g)).toEqual(["alterDomain('positive'", "alterDomain('lonely'"]);
    expect(written?.up.indexOf('createTable')).toBeGreaterThan(written?.up.lastIndexOf('alterDomain') ?? 0);
    await up();
    expect(await domainOf(engine, 'lonely')).toMatchObject({ nullable: false });
    expect(await write(second)).toBeNull();
    await down();
    expect(await domainOf(engine, 'lonely')).toMatchObject({ nullable: true });
  });

  it('is one over another: each is altered', async () => {
    const engine = await engineAfter(database);
    const { write, up, down } = project(engine);
    const under = (fallback: number) => pg.domain('under', t.integer(), { serverDefault: fallback });
    const over = (fallback: number) => pg.domain('over', under(fallback), { check: { small: sql`VALUE < ${100 + fallback}` } });
    await of({ a: over(1) }).createAll(engine);
    const second = of({ a: over(2) });
    const written = await write(second);
    // A domain takes the default of the one below when it is made, and keeps it.
    expect(written?.up.split('\n').map((line) => line.trim())).toEqual([
      "await op.alterDomain('under', { serverDefault: sql`2` });",
      "await op.alterDomain('over', { serverDefault: sql`2`, dropChecks: ['small'], addChecks: { small: sql`VALUE < 102` } });",
    ]);
    await up();
    expect(await write(second)).toBeNull();
    await down();
    expect(await differences(engine, of({ a: over(1) }).tables.values())).toEqual([]);
  });

  it('gives rows that are there its default, and where it has none, no column without one', async () => {
    const engine = await engineAfter(database);
    const { write, up, down } = project(engine);
    const full = (serverDefault?: number) =>
      pg.domain('full', t.integer(), { notNull: true, ...(serverDefault === undefined ? {} : { serverDefault }) });
    await of({}).createAll(engine);
    await script(engine, 'INSERT INTO things VALUES (1)');
    await expect(write(of({ a: full().nullable() }))).rejects.toThrow(
      "'things.a' cannot be added: it is NOT NULL and has no server default",
    );
    await write(of({ a: full(3), b: pg.domain('fuller', full(3)) }));
    await up();
    await using connection = await engine.connect();
    expect(await connection.all(sql`SELECT a, b FROM things`)).toEqual([{ a: 3, b: 3 }]);
    await connection.close();
    await down();
  });

  it('takes a free name for a check without one', async () => {
    const engine = await engineAfter(database);
    const { write, up } = project(engine);
    await of({ a: pg.domain('d', t.integer(), { check: { d_check: sql`VALUE > 0` } }) }).createAll(engine);
    const second = of({ a: pg.domain('d', t.integer(), { check: { d_check: sql`VALUE > 0`, other: sql`VALUE < 9` } }) });
    expect((await write(second))?.up).toBe("await op.alterDomain('d', { addChecks: { other: sql`VALUE < 9` } });");
    await up();
    expect((await write(of({ a: pg.domain('d', t.integer(), { check: sql`VALUE > 3` }) })))?.up).toBe(
      "await op.alterDomain('d', { dropChecks: ['d_check', 'other'], addChecks: { d_check: sql`VALUE > 3` } });",
    );
    await up();
    expect(await domainOf(engine, 'd')).toMatchObject({ checks: { d_check: 'VALUE > 3' } });
  });

  it('in a schema of its own is altered there', async () => {
    const engine = await engineAfter(database, 'CREATE SCHEMA depot');
    const { write, up, down } = project(engine);
    const price = (fallback: number) => pg.domain('price', t.integer(), { schema: 'depot', serverDefault: fallback });
    // One of the same name elsewhere is none of its business.
    await of({ a: price(1), b: pg.domain('price', t.integer(), { serverDefault: 5 }) }).createAll(engine);
    const second = of({ a: price(2), b: pg.domain('price', t.integer(), { serverDefault: 5 }) });
    expect((await write(second))?.up).toBe("await op.alterDomain('price', { serverDefault: sql`2`, schema: 'depot' });");
    await up();
    expect(await write(second)).toBeNull();
    expect((await inspect(engine).domains({ schema: 'depot' }))[0].default).toBe('2');
    await down();
    expect((await inspect(engine).domains({ schema: 'depot' }))[0].default).toBe('1');
  });

  it('cannot stand on another type, and its arrays hold no new condition: both are said', async () => {
    const engine = await engineAfter(database);
    const { write, up, down } = project(engine);
    const digit = (limit: number) => pg.domain('digit', t.integer(), { check: { small: (value) => value.lt(limit) } });
    await of({ a: digit(10), list: t.array(digit(10)), word: pg.domain('word', t.text(), { collation: 'C' }) }).createAll(engine);
    const shape = { a: digit(10), list: t.array(digit(10)), word: pg.domain('word', t.text(), { collation: 'C' }) };
    await expect(
      write(of({ ...shape, a: pg.domain('digit', t.bigInteger()), list: t.array(pg.domain('digit', t.bigInteger())) })),
    ).rejects.toThrow(
      "The domain 'digit' is BIGINT in the models and integer in the database; PostgreSQL cannot change what a domain stands on. Give the new one another name",
    );
    await expect(write(of({ ...shape, word: pg.domain('word', t.text()) }))).rejects.toThrow(
      /The domain 'word' is TEXT in the models and text COLLATE C in the database/i,
    );
    await expect(write(of({ ...shape, a: digit(5), list: t.array(digit(5)) }))).rejects.toThrow(
      "The domain 'digit' allows less in the models than in the database, and 'things.list' has arrays of it",
    );
    const free = () => pg.domain('digit', t.integer());
    const written = await write(of({ ...shape, a: free(), list: t.array(free()) }));
    expect(written?.up).toBe("await op.alterDomain('digit', { dropChecks: ['small'] });");
    expect(written?.down).toMatch(/^\/\/ Not while 'things\.list' has arrays of it: PostgreSQL cannot look through them\.\n/);
    await up();
    await expect(down()).rejects.toThrow(/things\.list/);
  });

  it('whose rows break what is added stays as it was', async () => {
    const engine = await engineAfter(database);
    const { write, up } = project(engine);
    await of(first()).createAll(engine);
    await script(engine, 'INSERT INTO things VALUES (1, 3)');
    await write(of({ count: pg.domain('positive', t.integer(), { check: above(10) }).nullable() }));
    await expect(up()).rejects.toThrow(/positive/);
    expect(await domainOf(engine, 'positive')).toEqual(START);
  });
});

describe.each(postgresqls)('op.alterDomain() on $name', (database: TestDatabase) => {
  it('alters by hand, and says what is no change', async () => {
    const engine = await engineAfter(database, 'CREATE DOMAIN mark AS text; CREATE TABLE marked (a mark)');
    const { directory, migration } = scratchProject();
    const db = { metadatas: new Map([[null, new MetaData()]]), engine };
    migration(
      'aaa1',
      null,
      `const { sql } = await import('athanor');
       await op.alterDomain('mark', { serverDefault: sql\`\${"it's"}\`, notNull: true, addChecks: { "not 'x'": sql\`VALUE <> \${'x'}\` } });`,
    );
    await upgrade(db, { directory });
    expect(await domainOf(engine, 'mark')).toEqual({
      default: "'it''s'::text",
      nullable: false,
      checks: { "not 'x'": "VALUE <> 'x'::text" },
    });
    await expect(script(engine, "INSERT INTO marked VALUES ('x')")).rejects.toThrow(CheckViolation);
    migration('aaa2', 'aaa1', "await op.alterDomain('mark', {});");
    await expect(upgrade(db, { directory })).rejects.toThrow(
      "op.alterDomain('mark') takes serverDefault, notNull, dropChecks or addChecks, but got none of them.",
    );
    migration('aaa2', 'aaa1', "await op.alterDomain('mark', { addChecks: { good: 'VALUE > 1' } });");
    await expect(upgrade(db, { directory })).rejects.toThrow(
      "op.alterDomain('mark') takes SQL as the check 'good', such as sql`…`, but got",
    );
    migration('aaa2', 'aaa1', "await op.alterDomain('mark', { serverDefault: 1 });");
    await expect(upgrade(db, { directory })).rejects.toThrow('SQL as the server default');
  });
});

it('op.alterDomain() is refused where there are no domains', async () => {
  const { directory, migration } = scratchProject();
  const engine = createEngine('sqlite://');
  afterTest(() => engine.dispose());
  migration('aaa1', null, "await op.alterDomain('mark', { notNull: true });");
  await expect(upgrade({ metadatas: new Map([[null, new MetaData()]]), engine }, { directory })).rejects.toThrow(
    "SQLite has no domains ('mark')",
  );
});

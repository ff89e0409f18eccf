import { describe, expect, test } from 'vitest';
import { createAllStatements } from '../../src/dialects/base/ddl.ts';
import { pg } from '../../src/dialects/postgresql/column-types.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { migrate } from '../../src/migrate/autogenerate.ts';
import { compare } from '../../src/migrate/compare.ts';
import { tableFromReflection } from '../../src/migrate/draft.ts';
import { current, downgrade, upgrade } from '../../src/migrate/upgrade.ts';
import { t } from '../../src/sql/column-types.ts';
import { check } from '../../src/sql/constraints.ts';
import { func } from '../../src/sql/function.ts';
import { index, uniqueIndex } from '../../src/sql/indexes.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { type Shape, Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { View } from '../../src/sql/view.ts';
import { afterTest } from '../setup/databases.ts';
import { liveDatabases, tested } from '../setup/live-databases.ts';
import { catalogTables } from './catalog-tables.ts';
import { scratchProject } from './scratch-project.ts';

const YESTERDAY = sql`now() - interval '1 day'`;
const id = t.integer().primaryKey();

function tables(definitions: Record<string, Shape>): MetaData {
  const metadata = new MetaData();
  for (const [name, shape] of Object.entries(definitions)) new Table<Shape>(metadata, name, shape);
  return metadata;
}

describe.each(liveDatabases.filter(({ family }) => family === 'postgresql'))('migrations on $name', (database) => {
  function project(metadata: MetaData) {
    const { directory, migration } = scratchProject();
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    const at = (models: MetaData) => ({ metadatas: new Map([[null, models]]), engine });
    return { directory, migration, engine, db: at(metadata), at };
  }

  test('one of everything: up, down and up again, each time nothing is left to write', async () => {
    const { directory, db, at, engine } = project(catalogTables(YESTERDAY));
    await migrate(db, { directory, message: 'everything' });
    expect(await upgrade(db, { directory })).toHaveLength(1);
    expect(await migrate(db, { directory })).toBeNull();
    await downgrade(db, { directory });
    await upgrade(db, { directory });
    expect(await migrate(db, { directory })).toBeNull();

    // And the other way: what drops it all can bring it all back.
    const empty = at(tables({ users: { id } }));
    await migrate(empty, { directory });
    await upgrade(empty, { directory });
    await downgrade(empty, { directory });
    await using connection = await engine.connect();
    const reflected = await connection.dialect.reflect(connection.driverConnection);
    expect(compare([...catalogTables(YESTERDAY).tables.values()], reflected, connection.dialect)).toEqual({
      changes: [],
      problems: [],
      warnings: [],
    });
  });

  test('no type, default or condition differs from itself', async () => {
    const metadata = new MetaData();
    new Table(
      metadata,
      'everything',
      {
        id: t.bigInteger().primaryKey(),
        a: t.smallInteger().serverDefault(sql`${1}`),
        b: t.string(80).serverDefault(sql`${"it's"}`),
        c: t.text().serverDefault(sql`'x'`).check(sql`c <> '' AND length(c) < 10`),
        d: t.boolean().serverDefault(sql`${true}`),
        e: t.float().serverDefault(sql`-1.5`),
        f: t.double().nullable(),
        g: t.numeric(10, 2).serverDefault(sql`0`),
        h: t.numeric().nullable(),
        i: t.date().serverDefault(sql`CURRENT_DATE`),
        j: t.time().nullable(),
        k: t.dateTime().serverDefault(sql`now()`),
        l: t.dateTime({ timezone: true }).serverDefault(sql`CURRENT_TIMESTAMP`),
        m: t.json().serverDefault(sql`'{}'`),
        n: t.uuid().serverDefault(sql`gen_random_uuid()`),
        o: t.binary().nullable(),
        p: t.enum(['low', 'high']).serverDefault(sql`'low'`),
        q: t.integer().check(sql`q BETWEEN 1 AND 5 OR q IN (7, 9)`).index(),
        r: t.string(9).unique(),
        from: t.string(9).nullable().comment("it's a note"),
        double: t.integer().computed(sql`q * 2`),
      },
      {
        constraints: (c) => [uniqueIndex([c.q, c.r], { where: sql`r LIKE 'a%' AND NOT d` }).named('ix_partial'), check(sql`q > a`)],
        comment: 'everything',
      },
    );
    new Table<Shape>(metadata, 'children', {
      id,
      parentId: t.bigInteger().references('everything.id', { onDelete: 'cascade', onUpdate: 'set null' }),
    });
    const { directory, db } = project(metadata);
    await migrate(db, { directory });
    await upgrade(db, { directory });
    expect(await migrate(db, { directory })).toBeNull();
  });

  test('what else a table may say does not differ from itself, and comes back', async () => {
    const metadata = new MetaData();
    new Table(
      metadata,
      'more',
      {
        id: t.bigInteger().primaryKey().identity({ always: true, start: 100, increment: 5 }),
        number: t.integer().identity({ cache: 7 }),
        name: t.string(40).collate('C').comment("the person's name"),
        first: t.text().nullable(),
        label: t.text().computed(sql`upper(name) || '!'`),
        tags: t.array(t.string(20)).nullable(),
        data: t.jsonb().nullable(),
        code: t.char(3).nullable(),
        flags: t.bit(8).nullable(),
        span: t.interval().nullable(),
        exact: t.dateTime({ precision: 3, timezone: true }).nullable(),
        address: pg.inet().nullable(),
        mood: t.enum(['sad', 'ok'], { name: 'mood' }).nullable(),
      },
      {
        comment: 'one of everything',
        constraints: (c) => [
          index(c.name.desc(), c.first.asc().nullsFirst()).named('ix_sorted'),
          index(func.lower(c.name).as('lower_name')).include(c.first).named('ix_lower'),
          index(c.tags).using('gin').named('ix_tags'),
          index(c.data).using('gin').operatorClass({ data: 'jsonb_path_ops' }).named('ix_data'),
          index(c.first).using('hash').named('ix_hash'),
          uniqueIndex([c.code]).nullsNotDistinct().named('ix_code'),
        ],
      },
    );
    new Table<Shape>(metadata, 'later', {
      id,
      moreId: t.bigInteger().references('more.id', { deferrable: true, initially: 'deferred' }),
    });
    new View(metadata, 'names', select({ name: (metadata.tables.get('more') as Table).c.name }));
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    await using connection = await engine.connect({ autocommit: true });
    await metadata.createAll(connection);
    const { dialect, driverConnection } = connection;
    const reflected = await dialect.reflect(driverConnection);
    const nothing = { changes: [], problems: [], warnings: [] };
    expect(compare([...metadata.tables.values()], reflected, dialect)).toEqual(nothing);
    expect(await dialect.catalog?.views(driverConnection, { schema: null, names: null })).toMatchObject([
      { name: 'names', materialized: false },
    ]);
    const [more] = reflected;
    expect(more.comment).toBe('one of everything');
    expect(more.columns.slice(0, 3)).toMatchObject([
      { identity: { always: true, start: 100, increment: 5 } },
      { identity: { cache: 7 } },
      { collation: 'C', comment: "the person's name" },
    ]);

    // The other way: what is read makes the same tables again.
    const again = new MetaData();
    for (const table of reflected) tableFromReflection(table, dialect.ddl, again);
    await connection.script('DROP VIEW names');
    for (const table of ['later', 'more']) await connection.script(`DROP TABLE ${table}`);
    for (const statement of createAllStatements(dialect.ddl, again)) await connection.script(statement);
    expect(compare([...metadata.tables.values()], await dialect.reflect(driverConnection), dialect)).toEqual(nothing);
  });

  test('a column with its key, its unique and its check is added and dropped again', async () => {
    const first = tables({ users: { id, name: t.string(20) }, posts: { id } });
    const { directory, db, at } = project(first);
    await migrate(db, { directory });
    await upgrade(db, { directory });
    const second = at(
      tables({
        users: {
          id,
          name: t.string(20),
          email: t.string(50).unique().serverDefault(sql`''`),
          age: t.integer().nullable().check(sql`age > 0`),
        },
        posts: { id, userId: t.integer().nullable().references('users.id', { onDelete: 'set null' }).index() },
      }),
    );
    await migrate(second, { directory, message: 'more' });
    await upgrade(second, { directory });
    expect(await migrate(second, { directory })).toBeNull();
    await downgrade(second, { directory });
    await upgrade(second, { directory });
    expect(await migrate(second, { directory })).toBeNull();
  });

  test('a migration that fails leaves nothing behind', async () => {
    const { directory, migration, db, engine } = project(new MetaData());
    migration('aaa1', null, `await op.execute('CREATE TABLE made (id integer)'); await op.execute('SELECT * FROM missing');`);
    await expect(upgrade(db, { directory })).rejects.toThrow(/missing/);
    expect(await current(db)).toBeNull();
    await using connection = await engine.connect();
    expect(await connection.dialect.reflect(connection.driverConnection)).toEqual([]);
  });
});

test('runs where PostgreSQL is tested, and nowhere else', () => {
  expect(liveDatabases.some(({ family }) => family === 'postgresql')).toBe(tested.includes('postgresql'));
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { ReflectedTable } from '../../src/dialects/base/reflection.ts';
import {
  check,
  Database,
  func,
  index,
  insertInto,
  inspect,
  MetaData,
  NoSuchTableError,
  primaryKey,
  reflectTable,
  select,
  selectFrom,
  sql,
  Table,
  t,
  unique,
} from '../../src/index.ts';
import { afterTest, type TestDatabase } from '../setup/databases.ts';
import { catalogDatabases, MUSIC, RENTAL } from '../setup/foreign-schemas.ts';
import { differences, engineAfter } from '../setup/made-again.ts';
import { hearWarnings } from '../setup/warnings.ts';

let warned: () => Promise<string[]>;
beforeEach(() => {
  warned = hearWarnings();
});

/** A schema of whatever this database can express. */
function shop(family: TestDatabase['family']): MetaData {
  const metadata = new MetaData();
  const postgresql = family === 'postgresql';
  const mysql = family === 'mysql';
  const users = new Table(
    metadata,
    'users',
    {
      id: t.integer().primaryKey(),
      email: t.string(120).unique(),
      role: t.enum(['admin', 'customer', "it's"]).serverDefault('customer'),
      score: t.numeric(10, 2).serverDefault('1.50'),
      small: t.smallInteger().nullable(),
      big: t.bigInteger().nullable(),
      real: t.double().nullable(),
      active: t.boolean().serverDefault(true),
      born: t.date().nullable(),
      at: t.time().nullable(),
      createdAt: t.dateTime().serverDefault(sql`CURRENT_TIMESTAMP`),
      note: t.text().nullable(),
      code: t.char(3).nullable(),
      doc: t.json().nullable(),
      bytes: t.binary().nullable(),
      key: t.uuid().nullable(),
      bossId: t
        .integer()
        .nullable()
        .references('users.id', { onDelete: 'set null', ...(mysql ? {} : { initially: 'deferred' as const }) }),
      ...(mysql
        ? {}
        : {
            name: t
              .string(50)
              .collate(postgresql ? 'C' : 'NOCASE')
              .nullable(),
          }),
      double: t.integer().computed(sql`small * 2`, { stored: true }).nullable(),
      ...(postgresql ? { tags: t.array(t.text()).nullable(), mood: t.enum(['sad', 'ok'], { name: 'mood' }).nullable() } : {}),
    },
    {
      constraints: (c) => [
        index(c.createdAt, c.score.desc()),
        check(c.score.ge(0), 'score_not_negative'),
        ...(mysql ? [] : [index(func.lower(c.email)).unique().where(c.active.eq(true)).named('one_email')]),
        ...(postgresql ? [index(c.note).include(c.code).named('covering')] : []),
      ],
      ...(postgresql ? { comment: "It's people" } : {}),
    },
  );
  new Table(
    metadata,
    'order_lines',
    {
      line: t.integer(),
      orderId: t.bigInteger(),
      userId: t.integer().references('users.id', { onDelete: 'cascade', onUpdate: 'cascade' }),
    },
    { constraints: (c) => [primaryKey(c.orderId, c.line), unique(c.userId, c.line).named('once')] },
  );
  // SQLite numbers every such key.
  if (family !== 'sqlite') new Table(metadata, 'numbered', { id: t.bigInteger().primaryKey().autoIncrement(false), n: t.integer() });
  expect(users.columns.length).toBeGreaterThan(15);
  return metadata;
}

/** An expression is created in brackets, which SQLite keeps. */
const bare = <P extends { readonly expression: string | null }>(part: P): P => ({
  ...part,
  expression: part.expression?.replace(/^\((.*)\)$/, '$1') ?? null,
});

/** What two databases can be compared by: names that a server makes up have the order of their making. */
function comparable(tables: readonly ReflectedTable[]): unknown {
  return [...tables]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((table) => ({
      ...table,
      uniques: [...table.uniques].sort((a, b) => String(a.name).localeCompare(String(b.name))),
      indexes: [...table.indexes]
        .map(({ parts, ...own }) => ({ ...own, parts: parts?.map(bare) }))
        .sort((a, b) => a.name.localeCompare(b.name)),
      foreignKeys: [...table.foreignKeys].sort((a, b) => String(a.columns).localeCompare(String(b.columns))),
      // PostgreSQL adds other casts and brackets to what it reads of itself.
      checks: [...table.checks]
        .map((own) => ({ ...own, sql: own.sql.replace(/::[a-z ]+(?:\[\])?|[()]/g, '') }))
        .sort((a, b) => String(a.name).localeCompare(String(b.name))),
    }));
}

describe.each(catalogDatabases)('reflected tables on $name', (database) => {
  const { family } = database;

  it('have text where the column is CHAR(36), and a model may say that it holds UUIDs', async () => {
    const engine = await engineAfter(database, 'CREATE TABLE codes (id INTEGER NOT NULL PRIMARY KEY, code CHAR(36) NOT NULL)');
    const codes = (await reflectTable(engine, 'codes')) as unknown as Table;
    expect(codes.column('code').type).toMatchObject({ name: 'char', length: 36 });
    const texts = ['123E4567-E89B-12D3-A456-426614174000', 'no UUID'];
    const rows = await engine.begin(async (connection) => {
      await connection.execute(insertInto(codes).values(texts.map((code, id) => ({ id, code }))));
      return connection.all(select(codes.c.code as never).orderBy(codes.c.id as never));
    });
    expect(rows).toEqual(texts.map((code) => [code]));
    const models = new MetaData();
    new Table(models, 'codes', { id: t.integer().primaryKey().autoIncrement(false), code: t.uuid() });
    // PostgreSQL has UUIDs of its own.
    if (family !== 'postgresql') expect(await differences(engine, models.tables.values())).toEqual([]);
  });

  it('have no default where it is NULL, whoever says so', async () => {
    const engine = await engineAfter(
      database,
      'CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, said VARCHAR(9) DEFAULT NULL, unsaid VARCHAR(9))',
    );
    for (const column of [t.string(9).nullable(), t.string(9).nullable().serverDefault(sql`NULL`)]) {
      const models = new MetaData();
      new Table(models, 'notes', {
        id: t
          .integer()
          .primaryKey()
          .autoIncrement(family === 'sqlite'),
        said: column,
        unsaid: column,
      });
      expect(await differences(engine, models.tables.values())).toEqual([]);
    }
  });

  it('are what was created: nothing differs, and created again they are the same', async () => {
    const engine = await engineAfter(database);
    const models = shop(family);
    await models.createAll(engine);
    expect(await differences(engine, models.tables.values())).toEqual([]);

    const reflected = new MetaData();
    const tables = await reflected.reflect(engine);
    expect(tables.map(({ name }) => name).sort()).toEqual([...models.tables.keys()].sort());
    expect(await differences(engine, reflected.tables.values())).toEqual([]);
    const auto = (metadata: MetaData): unknown[] =>
      [...metadata.tables.values()].flatMap((table) => table.columns.map((c) => [table.name, c.name, c.autoIncrement])).sort();
    expect(auto(reflected)).toEqual(auto(models));

    const other = await engineAfter(database);
    await reflected.createAll(other);
    expect(comparable(await inspect(other).tables())).toEqual(comparable(await inspect(engine).tables()));
    expect(await warned()).toEqual([]);
  });

  it('can be written to and selected from, by the names of their columns', async () => {
    const engine = await engineAfter(database);
    await shop(family).createAll(engine);
    const metadata = new MetaData();
    await metadata.reflect(engine);
    const users = metadata.tables.get('users') as Table;
    await engine.begin(async (connection) => {
      await connection.execute(insertInto(users).values({ email: 'a@x', score: '2.5', small: 4, doc: { a: 1 }, born: '2020-01-31' }));
    });
    await using connection = await engine.connect();
    const [row] = await connection.all(selectFrom(users).where(users.c.email.eq('a@x')));
    expect(row).toMatchObject({
      id: 1,
      email: 'a@x',
      role: 'customer',
      active: true,
      double: 8,
      doc: { a: 1 },
      born: '2020-01-31',
      created_at: expect.any(Date),
      boss_id: null,
    });
    expect(String((row as { score: unknown }).score)).toBe('2.5');
  });

  it('of others are read with all that they refer to', async () => {
    const engine = await engineAfter(database, MUSIC[family]);
    const metadata = new MetaData();
    const notes = await reflectTable(engine, 'PlaylistNote', { metadata });
    expect([...metadata.tables.keys()].sort()).toEqual(['Playlist', 'PlaylistNote', 'PlaylistTrack', 'Track']);
    expect(metadata.resolve(notes as unknown as Table, notes.foreignKeys[0]).table.name).toBe('PlaylistTrack');
    expect(await reflectTable(engine, 'PlaylistNote', { metadata })).toBe(notes);

    const alone = new MetaData();
    await reflectTable(engine, 'PlaylistNote', { metadata: alone, resolveForeignKeys: false });
    expect([...alone.tables.keys()]).toEqual(['PlaylistNote']);

    const all = new MetaData();
    await all.reflect(engine, { views: true });
    expect([...all.tables.keys()].sort()).toEqual(['Employee', 'Log', 'Playlist', 'PlaylistNote', 'PlaylistTrack', 'Track']);
    expect(all.sortedTables().length).toBe(6);
    await using connection = await engine.connect();
    const cheap = all.views.get('Cheap');
    expect(await connection.all(selectFrom(cheap as never))).toEqual([{ TrackId: 1, Name: 'One' }]);
    const track = all.tables.get('Track') as Table;
    expect(await connection.all(select({ n: track.c.Name, s: track.c.Seconds }))).toEqual([{ n: 'One', s: 61 }]);
    expect(await connection.scalars(select((all.tables.get('Log') as Table).c.Text))).toEqual(['One']);
    expect(track.primaryKey?.columns.map(({ key }) => key)).toEqual(['TrackId']);
    expect(track.column('TrackId').autoIncrement).toBe(true);
  });

  it('have attributes in camelCase on demand, and columns by hand where they are given', async () => {
    const engine = await engineAfter(
      database,
      `CREATE TABLE parents (parent_id INT PRIMARY KEY);
       CREATE TABLE items (id INT PRIMARY KEY, created_at INT, createdAt2 INT, parent_id INT NOT NULL, body TEXT, other INT,
         CONSTRAINT fk_items FOREIGN KEY (parent_id) REFERENCES parents (parent_id), CONSTRAINT uq_items UNIQUE (created_at, other));
       CREATE INDEX ix_items ON items (other, parent_id);
       INSERT INTO parents VALUES (1); INSERT INTO items (id, created_at, parent_id, body) VALUES (7, 5, 1, '{"a":1}')`,
    );
    const metadata = new MetaData();
    const items = await reflectTable(engine, 'items', {
      metadata,
      naming: 'camel',
      columns: { body: t.json<{ a: number }>(), key: t.bigInteger().named('created_at') },
    });
    expect(Object.keys(items.c).slice(0, 2)).toEqual(['id', 'key']);
    expect(Object.keys(items.c)).toEqual(expect.arrayContaining(['parentId', 'body', 'other']));
    expect(items.uniques.concat(items.indexes as never).some(({ columns }) => columns.map(({ key }) => key).join() === 'key,other')).toBe(
      true,
    );
    expect(items.foreignKeys.map(({ columns, targetColumns }) => [columns[0].key, targetColumns])).toEqual([['parentId', ['parent_id']]]);
    await using connection = await engine.connect();
    const [row] = await connection.all(select({ body: items.c.body, key: items.c.key, parent: items.c.parentId }));
    const { body, key } = row;
    expect([body.a, key, row.parent]).toEqual([1, 5n, 1]);

    const few = await reflectTable(connection, 'items', { includeColumns: ['id', 'created_at', 'parent_id'] });
    expect([Object.keys(few.c), few.uniques, few.indexes.filter(({ name }) => name !== 'fk_items'), few.foreignKeys.length]).toEqual([
      ['id', 'created_at', 'parent_id'],
      [],
      [],
      1,
    ]);
    const most = await reflectTable(connection, 'items', { excludeColumns: ['parent_id'], resolveForeignKeys: false });
    expect([Object.keys(most.c).includes('parent_id'), most.foreignKeys]).toEqual([false, []]);
    await expect(reflectTable(connection, 'items', { includeColumns: ['nothing'] })).rejects.toThrow("no column 'nothing'");
  });

  it('stay as they are in a metadata that has them, or are read anew', async () => {
    const engine = await engineAfter(database, 'CREATE TABLE things (id INT PRIMARY KEY, made_of TEXT, size INT)');
    const metadata = new MetaData();
    const own = new Table(metadata, 'things', { id: t.integer().primaryKey(), madeOf: t.string(20) });
    expect(await metadata.reflect(engine)).toEqual([own]);
    expect(metadata.tables.get('things')).toBe(own);
    const [again] = await metadata.reflect(engine, { extend: true });
    expect(again.columns.map(({ key, name, type }) => [key, name, type.name])).toEqual([
      ['id', 'id', 'integer'],
      ['madeOf', 'made_of', 'string'],
      ['size', 'size', 'integer'],
    ]);
    expect(metadata.tables.get('things')).toBe(again);
  });

  it('say what is not there, and what they were asked wrongly', async () => {
    const engine = await engineAfter(database, 'CREATE TABLE things (id INT PRIMARY KEY)');
    await expect(reflectTable(engine, 'thing')).rejects.toThrow("no table 'thing'. Did you mean 'things'?");
    await expect(new MetaData().reflect(engine, { only: ['things', 'none', 'nil'] })).rejects.toThrow(NoSuchTableError);
    await expect(new MetaData().reflect(engine, { only: ['things', 'none', 'nil'] })).rejects.toThrow("'none', 'nil'");
    await expect(new MetaData().reflect(engine, { naming: 'snake' as 'camel' })).rejects.toThrow("'same' or 'camel'");
    await expect(reflectTable({} as never, 'things')).rejects.toThrow('an engine or a connection');
    const metadata = new MetaData();
    expect((await metadata.reflect(engine, { only: (name) => name === 'other' })).length).toBe(0);
  });

  it('come into a Database by its binds', async () => {
    const db = new Database({ binds: { legacy: database.url() } });
    afterTest(() => db.dispose());
    const engine = db.engineFor('legacy');
    await engine.begin((connection) => connection.script('CREATE TABLE things (id INT PRIMARY KEY, n INT)'));
    const [things] = await db.reflect();
    expect([things.bind, db.metadataFor('legacy').tables.get('things'), db.metadata.tables.size]).toEqual(['legacy', things, 0]);
    expect(await db.reflectTable('things', { bind: 'legacy' })).toBe(things);
    await db.context(async () => {
      await db.session.execute(insertInto(things).values({ id: 1, n: 5 }));
      expect(await db.session.all(selectFrom(things))).toEqual([{ id: 1, n: 5 }]);
    });
  });
});

describe.each(catalogDatabases.filter(({ family }) => family === 'postgresql'))('reflected tables of PostgreSQL, on $name', (database) => {
  it('have domains, enums, arrays and identities, and native types with a warning', async () => {
    const engine = await engineAfter(database, RENTAL);
    const metadata = new MetaData();
    await metadata.reflect(engine, { schema: 'archive', views: true });
    expect([...metadata.tables.keys()].sort()).toEqual(['archive.fine', 'archive.rental', 'film']);
    const film = metadata.tables.get('film') as Table;
    expect(await warned()).toEqual([expect.stringContaining("'film.location' has the type point")]);
    expect(film.column('location').type).toMatchObject({ name: 'native', words: 'point' });
    expect(film.column('released').type).toMatchObject({ name: 'native', words: 'release_year', inner: { name: 'integer' } });
    expect(film.column('rating').type).toMatchObject({ name: 'enum', enumName: 'rating', values: ['G', 'PG', "it's"] });
    expect(film.column('film_id').identity).toEqual({ always: true, start: 100, increment: 10 });
    await using connection = await engine.connect();
    expect(await connection.all(selectFrom(film))).toMatchObject([
      {
        film_id: 100n,
        title: 'One',
        released: 2001,
        rating: 'G',
        tags: ['a', 'b'],
        ratings: ['G', 'PG'],
        legacy: 1,
        last_update: expect.any(Date),
      },
    ]);
    const rental = metadata.tables.get('archive.rental') as Table;
    expect(rental.options).toEqual({ postgresql: { partitionBy: 'RANGE (at)' } });
    await metadata.reflect(engine, { views: true, only: ['titles', 'longest'] });
    expect([...metadata.views.values()].map(({ name, materialized }) => [name, materialized])).toEqual([
      ['titles', false],
      ['longest', true],
    ]);
    expect(await connection.all(selectFrom(metadata.views.get('titles') as never))).toEqual([{ film_id: 100n, title: 'One' }]);
  });
});

describe.each(catalogDatabases.filter(({ family }) => family === 'sqlite'))('reflected tables of SQLite, on $name', (database) => {
  it('have types by its own rule where their words are unknown', async () => {
    const engine = await engineAfter(
      database,
      "CREATE TABLE odd (a NVARCHAR(20), b UNSIGNED BIG INT, c geometry, d, e MYBLOB); INSERT INTO odd VALUES (1, 2, 3, 4, x'05')",
    );
    const odd = await reflectTable(engine, 'odd');
    expect(odd.columns.map(({ type }) => [type.words, type.inner?.name])).toEqual([
      ['NVARCHAR(20)', 'text'],
      ['UNSIGNED BIG INT', 'integer'],
      ['geometry', 'text'],
      ['', 'text'],
      ['MYBLOB', 'binary'],
    ]);
    expect(await warned()).toEqual([
      expect.stringContaining("'odd.c' has the type geometry"),
      expect.stringContaining("'odd.d' has no type"),
    ]);
    await using connection = await engine.connect();
    expect(await connection.all(selectFrom(odd as unknown as Table))).toEqual([{ a: '1', b: 2, c: 3, d: 4, e: new Uint8Array([5]) }]);
    await reflectTable(connection, 'odd', { columns: { c: t.integer(), d: t.integer() } });
    expect(await warned()).toEqual([]);
  });
});

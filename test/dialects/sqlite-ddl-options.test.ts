import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createAllStatements } from '../../src/dialects/base/ddl.ts';
import { sqliteDdl } from '../../src/dialects/sqlite/ddl.ts';
import { sqlite } from '../../src/dialects/sqlite/dialect.ts';
import { nodeSqlite } from '../../src/dialects/sqlite/node-sqlite.ts';
import { reflectSqliteViews } from '../../src/dialects/sqlite/reflection.ts';
import { compare } from '../../src/migrate/compare.ts';
import { statements } from '../../src/migrate/operation.ts';
import { renderOperations } from '../../src/migrate/render.ts';
import { t } from '../../src/sql/column-types.ts';
import { check, exclude, foreignKey, primaryKey, unique } from '../../src/sql/constraints.ts';
import { CompileError } from '../../src/sql/errors.ts';
import { func } from '../../src/sql/function.ts';
import { index } from '../../src/sql/indexes.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { type Shape, Table, type TableOptions } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { Sequence } from '../../src/sql/sequence.ts';
import { View } from '../../src/sql/view.ts';

const table = <S extends Shape>(shape: S, options: TableOptions<S> = {}, metadata = new MetaData()): Table<S> =>
  new Table<S>(metadata, 'things', shape, options);
const created = (own: Table<never>): string => sqliteDdl.createTable(own as never)[0];
const shape = { id: t.integer().primaryKey(), a: t.integer(), b: t.string(20) };

/** One of everything that SQLite has. */
function everything(): MetaData {
  const metadata = new MetaData();
  new Table(metadata, 'owners', { id: t.integer().primaryKey(), code: t.integer().unique() });
  new Table(
    metadata,
    'items',
    {
      id: t.integer().primaryKey().identity(),
      name: t.string(40).collate('NOCASE'),
      price: t.integer(),
      amount: t.integer().serverDefault(2),
      total: t.integer().computed(sql`price * amount`, { stored: true }),
      half: t.integer().nullable().computed(sql`price / 2`),
      ownerId: t.integer().references('owners.id', { initially: 'deferred', onDelete: 'cascade' }),
      made: t.dateTime().serverDefault(func.now()),
    },
    {
      comment: 'left out on SQLite',
      sqlite: { autoincrement: true },
      constraints: (c) => [
        index(c.price.desc(), c.name),
        index(func.lower(c.name)).unique().where(c.price.gt(0)).named('one_name'),
        index(c.name.collate('BINARY').desc(), sql`${c.price} + 1`).named('mixed'),
        check(c.price.ge(0), 'positive'),
        foreignKey([c.ownerId], ['owners.code'], { deferrable: true, initially: 'deferred' }).named('by_code'),
      ],
    },
  );
  new Table(
    metadata,
    'pairs',
    { left: t.integer(), right: t.text() },
    { sqlite: { strict: true, withoutRowid: true }, constraints: (c) => [primaryKey(c.right, c.left)] },
  );
  return metadata;
}

async function open() {
  return nodeSqlite.connect({ database: ':memory:', host: null, port: null, user: null, password: null, query: {} });
}

describe('options of columns and tables on SQLite', () => {
  it('are written, and read back the same', async () => {
    const connection = await open();
    const metadata = everything();
    for (const statement of createAllStatements(sqliteDdl, metadata)) await connection.run(statement, []);
    const [, items, pairs] = await sqlite.reflect(connection);
    expect(items.columns.map(({ name, computed, collation }) => [name, computed, collation])).toEqual([
      ['id', null, null],
      ['name', null, 'NOCASE'],
      ['price', null, null],
      ['amount', null, null],
      ['total', { sql: 'price * amount', stored: true }, null],
      ['half', { sql: 'price / 2', stored: false }, null],
      ['owner_id', null, null],
      ['made', null, null],
    ]);
    expect(items.indexes.map(({ name, unique: one, columns, parts, where }) => [name, one, columns, parts?.length, where])).toEqual([
      ['ix_items_price_name', false, ['price', 'name'], 2, null],
      ['one_name', true, [], 1, 'price > 0'],
      ['mixed', false, ['name'], 2, null],
    ]);
    expect(items.indexes[2].parts).toMatchObject([
      { column: 'name', collation: 'BINARY', direction: 'desc' },
      { column: null, expression: 'price + 1', direction: 'asc' },
    ]);
    expect(items.foreignKeys.map(({ name, deferrable, initially }) => [name, deferrable, initially])).toEqual([
      ['fk_items_owner_id_owners', true, 'deferred'],
      ['by_code', true, 'deferred'],
    ]);
    expect(items.options).toEqual({ sqlite: { autoincrement: true } });
    expect(pairs.options).toEqual({ sqlite: { strict: true, withoutRowid: true } });
    expect(pairs.primaryKey?.columns).toEqual(['right', 'left']);

    // The database keeps what was said.
    await connection.run('INSERT INTO owners (id, code) VALUES (1, 1)', []);
    await connection.run("INSERT INTO items (name, price, owner_id) VALUES ('Ab', 7, 1)", []);
    expect(await connection.query("SELECT total, half FROM items WHERE name = 'aB'", [])).toEqual([[14, 3]]);
    await expect(async () => connection.run("INSERT INTO items (name, price, owner_id) VALUES ('AB', 1, 1)", [])).rejects.toThrow(
      /one_name/,
    );
    await expect(async () => connection.run("INSERT INTO pairs VALUES ('x', 'y')", [])).rejects.toThrow(/cannot store TEXT/);
  });

  it('leave a migration nothing to do, and are made by one', async () => {
    const connection = await open();
    const metadata = everything();
    const models = [...metadata.tables.values()];
    const found = compare(models, [], sqlite);
    expect(found.problems).toEqual([]);
    for (const operation of found.changes.flatMap((change) => change.upgrade))
      for (const statement of statements(operation, sqliteDdl)) await connection.run(statement, []);
    const again = compare(models, await sqlite.reflect(connection), sqlite);
    expect([again.changes, again.problems]).toEqual([[], []]);
    const code = renderOperations(
      found.changes.flatMap((change) => change.upgrade),
      sqliteDdl,
      '',
    );
    expect(code).toContain(".collate('NOCASE')");
    expect(code).toContain('t.integer().computed(sql`price * amount`, { stored: true })');
    expect(code).toContain('t.integer().primaryKey().identity()');
    expect(code).toMatch(/comment: 'left out on SQLite',\n {4}sqlite: \{ autoincrement: true \},\n/);
    expect(code).toContain("await op.createIndex('ix_items_price_name', 'items', [{ column: 'price', direction: 'desc' }, 'name']);");
    expect(code).toContain(
      "await op.createIndex('one_name', 'items', [{ expression: sql`lower(name)` }], { unique: true, where: sql`price > 0` });",
    );
  });

  it.each<[string, Shape, string]>([
    ['collation', { ...shape, b: t.string(20).collate('NOCASE') }, "'things.b': the collation is NOCASE in the models and none"],
    [
      'computed expression',
      { ...shape, a: t.integer().computed(sql`id + 1`) },
      "'things.a': the computed expression is (id + 1) in the models",
    ],
  ])('say which %s differs', async (_what, changed, problem) => {
    const connection = await open();
    for (const statement of sqliteDdl.createTable(table(shape) as Table)) await connection.run(statement, []);
    const { problems } = compare([table(changed) as Table], await sqlite.reflect(connection), sqlite);
    expect(problems.join('\n')).toContain(problem);
  });

  it('say which option of the table differs, and change an index whose order does', async () => {
    const connection = await open();
    for (const statement of sqliteDdl.createTable(table(shape, { constraints: (c) => [index(c.a).named('one')] }) as Table))
      await connection.run(statement, []);
    const models = table(shape, { sqlite: { strict: true }, constraints: (c) => [index(c.a.desc()).named('one')] }) as Table;
    const { problems, changes } = compare([models], await sqlite.reflect(connection), sqlite);
    expect(problems.join('\n')).toContain("the option 'strict' is true in the models and false in the database");
    expect(changes.flatMap(({ upgrade }) => upgrade.map(({ kind }) => kind))).toEqual(['dropIndex', 'createIndex']);
  });

  it('number a key as SQLite does, never giving a number twice where that is asked', () => {
    const database = new DatabaseSync(':memory:');
    database.exec(created(table(shape, { sqlite: { autoincrement: true } }) as never));
    database.exec("INSERT INTO things (a, b) VALUES (1, 'x'); DELETE FROM things; INSERT INTO things (a, b) VALUES (1, 'x')");
    expect(database.prepare('SELECT id FROM things').get()).toEqual({ id: 2 });
    expect(() => created(table({ b: t.string(3).primaryKey() }, { sqlite: { autoincrement: true } }) as never)).toThrow(/row number/);
  });

  it('write temporary tables, and tables of another file', () => {
    expect(created(table(shape, { temporary: true }) as never)).toMatch(/^CREATE TEMPORARY TABLE things \(/);
    expect(created(table(shape, { prefixes: ['temp'] }) as never)).toMatch(/^CREATE TEMPORARY TABLE things \(/);
    const metadata = new MetaData({}, { schema: 'other' });
    new Table(metadata, 'owners', { id: t.integer().primaryKey() });
    const things = new Table(
      metadata,
      'things',
      { id: t.integer().primaryKey(), ownerId: t.integer().index().references('owners.id') },
      {},
    );
    const database = new DatabaseSync(':memory:');
    database.exec("ATTACH ':memory:' AS other; PRAGMA foreign_keys = ON");
    for (const statement of createAllStatements(sqliteDdl, metadata)) database.exec(statement);
    expect(() => database.exec('INSERT INTO other.things VALUES (1, 1)')).toThrow(/FOREIGN KEY/);
    expect(database.prepare(sqliteDdl.tableExists(things)).all()).toHaveLength(1);
    expect(database.prepare(sqliteDdl.tableExists({ name: 'things', schema: null })).all()).toHaveLength(0);

    const plain = new MetaData();
    new Table(plain, 'owners', { id: t.integer().primaryKey() }, { schema: 'other' });
    const across = new Table(plain, 'things', { id: t.integer().primaryKey(), ownerId: t.integer().references('other.owners.id') });
    expect(() => sqliteDdl.createTable(across as Table)).toThrow(
      /'fk_things_owner_id_other_owners' refers to 'other\.owners'.*database file/s,
    );
  });
});

describe('what SQLite lacks', () => {
  const one = { id: t.integer().primaryKey(), a: t.integer(), b: t.string(20) };
  type C = Parameters<Extract<TableOptions<typeof one>['constraints'], (...args: never[]) => unknown>>[0];
  it.each<[string, Shape, TableOptions<Shape>]>([
    ['identity columns that are not the whole primary key', { ...one, a: t.integer().identity() }, {}],
    ['numbering options of identity columns', { ...one, id: t.integer().primaryKey().identity({ start: 5 }) }, {}],
    ['numbering of a column that is not the whole', { ...one, a: t.integer().autoIncrement() }, {}],
    ['unique constraints that are checked later', one, { constraints: () => [unique('a').deferrable()] }],
    ['MATCH FULL', { ...one, a: t.integer().references('things.id', { match: 'full' }) }, {}],
    ['NULLS NOT DISTINCT', one, { constraints: () => [unique('a').nullsNotDistinct()] }],
    ['EXCLUDE constraints', one, { constraints: () => [exclude([['a', '=']])] }],
    ["indexes of the method 'gin'", one, { constraints: () => [index('a').using('gin')] }],
    ['operator classes', one, { constraints: () => [index('b').operatorClass({ b: 'text_pattern_ops' })] }],
    ['NULLS FIRST and NULLS LAST', one, { constraints: (c) => [index((c as unknown as C).a.desc().nullsLast())] }],
    ['unique indexes over the first characters', one, { constraints: () => [index('b').unique().length({ b: 5 })] }],
    ['CREATE UNLOGGED TABLE', one, { prefixes: ['unlogged'] }],
    ['sequences', { ...one, a: t.integer().serverDefault(new Sequence('numbers').next()) }, {}],
  ])('is refused by name: %s', (words, columns, options) => {
    const own = table(columns, options) as Table;
    expect(() => sqliteDdl.createTable(own)).toThrow(CompileError);
    expect(() => sqliteDdl.createTable(own)).toThrow(`SQLite has no ${words}`);
  });

  it('is left out where nothing but speed and storage hang on it', () => {
    const own = table(one, {
      postgresql: { unlogged: true, with: { fillfactor: 70 } },
      mysql: { engine: 'InnoDB' },
      constraints: (c) => [
        index(c.b).using('btree').include(c.a).length({ b: 5 }).with({ fillfactor: 70 }).concurrently().named('plain'),
        unique(c.a).include(c.b),
      ],
    });
    expect(sqliteDdl.createTable(own as Table)).toEqual([
      `CREATE TABLE things (
  id INTEGER NOT NULL PRIMARY KEY,
  a INTEGER NOT NULL,
  b VARCHAR(20) NOT NULL,
  CONSTRAINT uq_things_a UNIQUE (a)
)`,
      'CREATE INDEX plain ON things (b)',
    ]);
  });
});

describe('views on SQLite', () => {
  it('are created with their values in place, and read back', async () => {
    const metadata = new MetaData();
    const things = new Table(metadata, 'things', { ...shape, at: t.dateTime().nullable() });
    const other = new Table(metadata, 'others', { id: t.integer().primaryKey(), thingId: t.integer().references('things.id') });
    const query = select({ id: things.c.id, 'the b': things.c.b, others: func.count(other.c.id) })
      .join(other)
      .where(things.c.b.startsWith("it's 100%_"), things.c.a.in([1, 2]))
      .groupBy(things.c.id);
    const view = new View(metadata, 'busy', query);
    const connection = await open();
    for (const statement of createAllStatements(sqliteDdl, metadata)) await connection.run(statement, []);
    const [found] = await reflectSqliteViews(connection);
    expect(found).toMatchObject({ name: 'busy', materialized: false, columns: ['id', 'the b', 'others'] });
    expect(found.definition).toMatch(/^SELECT things\.id, things\.b AS "the b", count\("others"\.id\) AS "others" FROM/);
    await connection.run("INSERT INTO things (a, b) VALUES (1, 'it''s 100%_ so'), (1, 'it''s 100 so'), (3, 'it''s 100%_')", []);
    await connection.run('INSERT INTO others (thing_id) VALUES (1), (1), (2), (3)', []);
    expect(await connection.query('SELECT * FROM busy', [])).toEqual([[1, "it's 100%_ so", 2]]);
    expect(() => sqliteDdl.createView(new View(metadata, 'kept', query, { materialized: true }))).toThrow(
      /SQLite has no materialized views \('kept'\)/,
    );
    expect(() => sqliteDdl.createView(view, { orReplace: true })).toThrow(/CREATE OR REPLACE VIEW/);
  });
});

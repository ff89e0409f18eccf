// What a schema says beyond tables and keys, as SQL Server gets it.
import { describe, expect, it } from 'vitest';
import { createAllStatements } from '../../src/dialects/base/ddl.ts';
import { ddlStatements } from '../../src/dialects/base/ddl-statements.ts';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import { t } from '../../src/sql/column-types.ts';
import { exclude, foreignKey, unique } from '../../src/sql/constraints.ts';
import { cte } from '../../src/sql/cte.ts';
import {
  createIndex,
  createSchema,
  createSequence,
  createTable,
  createTableAs,
  createView,
  type DdlStatement,
  dropIndex,
  dropSchema,
  dropSequence,
  dropTable,
  dropView,
} from '../../src/sql/ddl-statement.ts';
import { func } from '../../src/sql/function.ts';
import { index } from '../../src/sql/indexes.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { type Shape, Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { Sequence } from '../../src/sql/sequence.ts';
import { View } from '../../src/sql/view.ts';
import { parseTsql } from './tsql-grammar.ts';
import { checkText } from './tsql-text.ts';

const { ddl } = mssql;

/** The statements, each of them read by the grammar. */
function read(statement: DdlStatement): string[] {
  const statements = ddlStatements(ddl, statement.definition);
  for (const text of statements) parseTsql(text);
  return statements;
}

const metadata = new MetaData();
const sales = new Table(metadata, 'sales', {
  id: t.integer().primaryKey(),
  region: t.string(20).nullable(),
  amount: t.numeric(20, 4),
  live: t.boolean(),
});
const totals = new View(
  metadata,
  'totals',
  select({ region: sales.c.region, sum: func.sum(sales.c.amount) })
    .where(sales.c.live)
    .groupBy(sales.c.region),
  {
    comment: 'by region',
  },
);

function columnOf(shape: Shape): string {
  const text = ddl.createTable(new Table<Shape>(new MetaData(), 'posts', shape))[0];
  parseTsql(text);
  return text.split('\n')[1].trim();
}

describe('columns', () => {
  it.each<[Shape, string]>([
    [
      { id: t.bigInteger().primaryKey().identity({ start: 1000, increment: 5 }) },
      'id BIGINT IDENTITY(1000, 5) NOT NULL CONSTRAINT pk_posts PRIMARY KEY',
    ],
    [{ n: t.integer().identity() }, 'n INT IDENTITY(1, 1) NOT NULL'],
    [{ n: t.integer().autoIncrement() }, 'n INT IDENTITY(1, 1) NOT NULL'],
    [{ total: t.integer().computed(sql`price * amount`, { stored: true }) }, 'total AS (price * amount) PERSISTED NOT NULL'],
    [{ total: t.integer().nullable().computed(sql`price * amount`) }, 'total AS (price * amount)'],
    [{ name: t.string(5).collate('Latin1_General_CI_AS') }, 'name NVARCHAR(5) COLLATE Latin1_General_CI_AS NOT NULL'],
    [
      { n: t.integer().serverDefault(new Sequence('numbers').next()) },
      'n INT CONSTRAINT df_posts_n DEFAULT (NEXT VALUE FOR numbers) NOT NULL',
    ],
    [{ span: t.interval() }, 'span NVARCHAR(80) NOT NULL'],
    [{ tags: t.array(t.string(20)) }, 'tags NVARCHAR(MAX) NOT NULL'],
    [{ at: t.dateTime({ precision: 6 }) }, 'at DATETIME2(6) NOT NULL'],
  ])('%#', (shape, words) => {
    expect(columnOf(shape).replace(/,$/, '')).toBe(words);
  });
  it('refuses what an identity column cannot say, and a temporary table without its sign', () => {
    const bad =
      (shape: Shape, options = {}) =>
      () =>
        ddl.createTable(new Table<Shape>(new MetaData(), 'posts', shape, options));
    expect(bad({ id: t.integer().primaryKey().identity({ max: 10 }) })).toThrow('identity columns');
    expect(bad({ id: t.integer().primaryKey() }, { temporary: true })).toThrow('does not begin with #');
    expect(bad({ name: t.text().collate('x]; --') })).toThrow('the name of a collation');
    expect(() => ddl.createTable(new Table(new MetaData(), 'x'.repeat(129), { id: t.integer() }))).toThrow('128 characters');
  });
  it('takes keys for an identity column that is not always made', () => {
    const table = (always: boolean) => new Table(new MetaData(), 'posts', { id: t.integer().identity({ always }), name: t.text() });
    checkText(insertInto(table(true)).values({ id: 1, name: 'x' }), 'INSERT INTO posts (id, name) VALUES (@p1, @p2)');
    checkText(
      insertInto(table(false)).values({ id: 1, name: 'x' }),
      'SET IDENTITY_INSERT posts ON; INSERT INTO posts (id, name) VALUES (@p1, @p2); SET IDENTITY_INSERT posts OFF',
    );
  });
});

describe('constraints and indexes', () => {
  const make = (constraints: (c: typeof sales.c) => readonly unknown[]) => () =>
    ddl.createTable(
      new Table(
        new MetaData(),
        'sales',
        { id: t.integer().primaryKey(), region: t.string(20).nullable(), amount: t.numeric(20, 4), live: t.boolean() },
        {
          constraints: constraints as never,
        },
      ),
    );
  it('leaves out what changes nothing, and writes the rest', () => {
    const [table, ...indexes] = make((c) => [
      unique(c.region).include(c.live).nullsNotDistinct().named('one_region'),
      index(c.amount.desc(), c.region)
        .unique()
        .include(c.live)
        .where(c.live)
        .with({ fillfactor: 70, padIndex: true })
        .using('clustered')
        .concurrently()
        .named('big'),
      index(c.region).using('btree'),
    ])();
    for (const text of [table, ...indexes]) parseTsql(text);
    expect(table).toContain('CONSTRAINT one_region UNIQUE (region)\n');
    expect(indexes).toEqual([
      'CREATE UNIQUE CLUSTERED INDEX big ON sales (amount DESC, region) INCLUDE (live) WHERE live = 1 WITH (fillfactor = 70, padIndex = ON)',
      'CREATE INDEX ix_sales_region ON sales (region)',
    ]);
  });
  it.each<[string, (c: typeof sales.c) => readonly unknown[]]>([
    ['indexes over expressions', (c) => [index(func.lower(c.region))]],
    ["indexes of the method 'gin'", (c) => [index(c.region).using('gin')]],
    ['operator classes', (c) => [index(c.region).operatorClass({ region: 'text_ops' })]],
    ['NULLS FIRST and NULLS LAST', (c) => [index(c.region.asc().nullsLast())]],
    ['collations in indexes', (c) => [index(c.region.collate('Latin1_General_BIN2'))]],
    ['checked later', (c) => [unique(c.region).deferrable('deferred')]],
    ['checked later', (c) => [foreignKey([c.id], ['sales.id'], { initially: 'deferred' })]],
    ['MATCH FULL', (c) => [foreignKey([c.id], ['sales.id'], { match: 'full' })]],
    ['EXCLUDE constraints', (c) => [exclude([[c.region, '=']])]],
  ])('refuses %s', (feature, constraints) => {
    expect(make(constraints)).toThrow(expect.objectContaining({ code: 'sql.unsupported', message: expect.stringContaining(feature) }));
  });
});

describe('statements', () => {
  const numbers = new Sequence('numbers', { schema: 'shop', type: t.bigInteger(), start: 1000, cache: 5 });
  const recent = select({ id: sales.c.id, amount: sales.c.amount }).where(sales.c.live).orderBy(sales.c.id);
  it.each<[string, DdlStatement, readonly string[]]>([
    [
      'a table that is not there',
      createTable(new Table(new MetaData(), 'x', { id: t.integer() }), { ifNotExists: true }),
      ["IF NOT (OBJECT_ID(N'[x]', N'U') IS NOT NULL) CREATE TABLE x (\n  id INT NOT NULL\n)"],
    ],
    ['a table that may be there', dropTable('shop.x', { ifExists: true }), ['DROP TABLE IF EXISTS shop.x']],
    [
      'rows in a new table',
      createTableAs('old', recent),
      ['SELECT * INTO old FROM (SELECT sales.id, sales.amount FROM sales WHERE sales.live = 1) AS anon_1'],
    ],
    [
      'rows of a CTE in a table for the connection',
      createTableAs('#old', select(cte('recent', recent).c.id), { temporary: true, ifNotExists: true }),
      [
        "IF NOT (OBJECT_ID(N'tempdb..[#old]', N'U') IS NOT NULL) BEGIN WITH recent AS (SELECT sales.id, sales.amount FROM sales WHERE sales.live = 1) SELECT * INTO [#old] FROM (SELECT recent.id FROM recent) AS anon_1 END",
      ],
    ],
    [
      'an index that is not there',
      createIndex(sales, index(sales.c.region).named('ix'), { ifNotExists: true }),
      [
        "IF NOT (EXISTS (SELECT 1 FROM sys.indexes WHERE object_id = OBJECT_ID(N'[sales]') AND name = N'ix')) CREATE INDEX ix ON sales (region)",
      ],
    ],
    ['an index that may be there', dropIndex(sales, 'ix', { ifExists: true }), ['DROP INDEX IF EXISTS ix ON sales']],
    [
      'a view in the place of another',
      createView(totals, { orReplace: true }),
      [
        'CREATE OR ALTER VIEW totals (region, sum) AS SELECT sales.region, sum(sales.amount) AS sum FROM sales WHERE sales.live = 1 GROUP BY sales.region',
        "DECLARE @schema sysname = SCHEMA_NAME(), @name sysname = N'totals', @note nvarchar(3750) = N'by region'; IF EXISTS (SELECT 1 FROM sys.fn_listextendedproperty(N'MS_Description', N'SCHEMA', @schema, N'VIEW', @name, NULL, NULL)) EXEC sys.sp_updateextendedproperty N'MS_Description', @note, N'SCHEMA', @schema, N'VIEW', @name ELSE EXEC sys.sp_addextendedproperty N'MS_Description', @note, N'SCHEMA', @schema, N'VIEW', @name",
      ],
    ],
    ['a view that may be there', dropView(totals, { ifExists: true }), ['DROP VIEW IF EXISTS totals']],
    ['a sequence', createSequence(numbers), ['CREATE SEQUENCE shop.numbers AS BIGINT START WITH 1000 CACHE 5']],
    [
      'a sequence from 1',
      createSequence(new Sequence('n', { cycle: true, max: 9 }), { ifNotExists: true }),
      ["IF NOT (OBJECT_ID(N'[n]', N'SO') IS NOT NULL) CREATE SEQUENCE n AS INT START WITH 1 MINVALUE 1 MAXVALUE 9 CYCLE"],
    ],
    ['a sequence that may be there', dropSequence(numbers, { ifExists: true }), ['DROP SEQUENCE IF EXISTS shop.numbers']],
    [
      'a schema that is not there',
      createSchema('shop', { ifNotExists: true }),
      ["IF NOT (SCHEMA_ID(N'shop') IS NOT NULL) EXEC (N'CREATE SCHEMA shop')"],
    ],
    ['a schema that may be there', dropSchema('shop', { ifExists: true }), ['DROP SCHEMA IF EXISTS shop']],
  ])('%s', (_name, statement, expected) => {
    expect(read(statement)).toEqual(expected);
  });
  it('keeps a guarded view in a batch of its own', () => {
    const view = new View(new MetaData(), 'live', select({ id: sales.c.id }).where(sales.c.region.eq("it's")), { checkOption: 'cascaded' });
    expect(read(createView(view, { ifNotExists: true }))).toEqual([
      "IF NOT (OBJECT_ID(N'[live]', N'V') IS NOT NULL) EXEC (N'CREATE VIEW live (id) AS SELECT sales.id FROM sales WHERE sales.region = N''it''''s'' WITH CHECK OPTION')",
    ]);
  });
  it('creates and looks for all that a metadata names', () => {
    const all = createAllStatements(ddl, metadata);
    for (const text of all) parseTsql(text);
    expect(all.map((text) => text.slice(0, 11))).toEqual(['CREATE TABL', 'CREATE VIEW', 'DECLARE @sc']);
    expect(ddl.exists('view', totals)).toBe("SELECT 1 AS found WHERE OBJECT_ID(N'[totals]', N'V') IS NOT NULL");
    expect(ddl.exists('sequence', numbers)).toBe("SELECT 1 AS found WHERE OBJECT_ID(N'[shop].[numbers]', N'SO') IS NOT NULL");
  });
  it.each<[string, () => unknown]>([
    ['CASCADE', () => read(dropTable('x', { cascade: true }))],
    ['CASCADE', () => read(dropIndex('x', 'ix', { cascade: true }))],
    ['materialized views', () => read(createView(new View(new MetaData(), 'v', select({ id: sales.c.id }), { materialized: true })))],
    ['temporary views', () => read(createView(new View(new MetaData(), 'v', select({ id: sales.c.id }), { temporary: true })))],
    ['LOCAL CHECK OPTION', () => read(createView(new View(new MetaData(), 'v', select({ id: sales.c.id }), { checkOption: 'local' })))],
    ['does not begin with #', () => read(createTableAs('x', recent, { temporary: true }))],
  ])('refuses %s', (feature, run) => {
    expect(run).toThrow(expect.objectContaining({ code: 'sql.unsupported', message: expect.stringContaining(feature) }));
  });
});

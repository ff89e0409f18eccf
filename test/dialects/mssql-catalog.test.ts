import { describe, expect, it } from 'vitest';
import type { CatalogReader } from '../../src/dialects/base/catalog.ts';
import type { Dialect } from '../../src/dialects/base/dialect.ts';
import type { DriverRow } from '../../src/dialects/base/driver.ts';
import { CATALOG_QUERIES, mssqlCatalog } from '../../src/dialects/mssql/catalog.ts';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import { reflectTables } from '../../src/engine/reflect-tables.ts';
import { compare } from '../../src/migrate/compare.ts';
import { t } from '../../src/sql/column-types.ts';
import { primaryKey } from '../../src/sql/constraints.ts';
import { index } from '../../src/sql/indexes.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { parseTsql } from './tsql-grammar.ts';

/** A server that answers each query by the first of its words that are known, and notes what it was asked with. */
function server(answers: Readonly<Record<string, DriverRow[]>>): CatalogReader & { readonly asked: (readonly unknown[])[] } {
  const asked: (readonly unknown[])[] = [];
  return {
    asked,
    query: (sql, parameters) => {
      asked.push(parameters);
      const known = Object.keys(answers).find((words) => sql.includes(words));
      return known === undefined ? [] : answers[known];
    },
  };
}

const COLUMN = (id: number, name: string, type: string, length: number, more: Partial<Record<number, unknown>> = {}): DriverRow =>
  [id, name, type, length, 10, 2, false, null, null, null, null, null, null, null, null].map((value, i) => more[i] ?? value);

const SHOP: Readonly<Record<string, DriverRow[]>> = {
  'SELECT SCHEMA_NAME()': [['dbo']],
  'FROM sys.sequences': [
    ['numbers', '1000', '5', '-9223372036854775808', '9223372036854775807', true, 20, 'bigint'],
    ['plain', '1', '1', '1', '100', false, null, 'int'],
  ],
  'sys.sql_modules': [
    [
      'cheap',
      'CREATE VIEW [dbo].[cheap] ([as], b) WITH SCHEMABINDING AS -- as it is\n SELECT id, note AS [b] FROM dbo.items',
      'Little money',
      true,
      'as',
    ],
    ['cheap', '', null, true, 'b'],
  ],
  'SELECT t.object_id, t.name': [
    [1, 'items', 'U', "It's a note"],
    [2, 'cheap', 'V', null],
  ],
  'sys.default_constraints': [
    COLUMN(1, 'id', 'int', 4, { 10: '1', 11: '1' }),
    COLUMN(1, 'counted', 'bigint', 8, { 10: '100', 11: '5' }),
    COLUMN(1, 'note', 'nvarchar', 240, { 6: true, 7: "(N'x)')", 12: 'Latin1_General_BIN2', 13: 'A column' }),
    COLUMN(1, 'price', 'decimal', 9, { 7: '((0))' }),
    COLUMN(1, 'twice', 'decimal', 9, { 6: true, 8: '([price]*(2))', 9: true }),
    COLUMN(1, 'phone', 'nvarchar', 40, { 6: true, 14: 'PhoneNumber' }),
    COLUMN(1, 'place', 'geography', -1, { 6: true }),
    COLUMN(2, 'as', 'int', 4),
  ],
  'FROM sys.indexes': [
    [1, 'pk_items', true, false, true, null, 'id', false, false, 'CLUSTERED'],
    [1, 'uq_note', false, true, true, null, 'note', false, false, 'NONCLUSTERED'],
    [1, 'ix_some', false, false, true, '([price]>(0))', 'note', true, false, 'NONCLUSTERED'],
    [1, 'ix_some', false, false, true, '([price]>(0))', 'price', false, false, 'NONCLUSTERED'],
    [1, 'ix_some', false, false, true, '([price]>(0))', 'phone', false, true, 'NONCLUSTERED'],
    [1, 'ix_plain', false, false, false, null, 'price', false, false, 'NONCLUSTERED'],
  ],
  'FROM sys.foreign_keys': [
    [1, 'fk_up', 'counted', 'items', null, 'id', 'NO_ACTION', 'SET_DEFAULT'],
    [1, 'fk_far', 'note', 'notes', 'archive', 'text', 'CASCADE', 'NO_ACTION'],
  ],
  'FROM sys.check_constraints': [
    [1, 'ck_price', '([price]>=(0) OR [note] IS NOT NULL)', null, false],
    [1, 'ck_note', "([note]<>N')(')", 'note', true],
  ],
};

describe('the catalog of SQL Server', () => {
  it('is asked in T-SQL, in as many statements for many tables as for one', async () => {
    for (const sql of CATALOG_QUERIES) parseTsql(sql);
    const reader = server(SHOP);
    await mssqlCatalog.tables(reader, { schema: null, names: ['items', 'cheap'], kinds: ['table', 'view', 'materializedView'] });
    expect(reader.asked).toEqual(Array.from({ length: 5 }, () => [null, '["U","V"]', '["items","cheap"]']));
    expect(await mssqlCatalog.tables(server(SHOP), { schema: null, names: null, kinds: ['materializedView'] })).toEqual([]);
    const none = server({});
    expect(await mssqlCatalog.tables(none, { schema: 'x', names: null, kinds: ['table'] })).toEqual([]);
    expect(none.asked).toEqual([['x', '["U"]', null]]);
  });

  it('gives tables with all there is to know of them', async () => {
    const [items, cheap] = await mssqlCatalog.tables(server(SHOP), { schema: null, names: null, kinds: ['table', 'view'] });
    expect([items.name, items.kind, items.comment, cheap.kind, cheap.comment]).toEqual(['items', 'table', "It's a note", 'view', null]);
    expect(items.primaryKey).toEqual({ name: 'pk_items', columns: ['id'] });
    expect(items.columns.map(({ name, type, baseType }) => [name, baseType ?? type])).toEqual([
      ['id', 'INT'],
      ['counted', 'BIGINT'],
      ['note', 'NVARCHAR(120)'],
      ['price', 'DECIMAL(10, 2)'],
      ['twice', 'DECIMAL(10, 2)'],
      ['phone', 'NVARCHAR(20)'],
      ['place', 'GEOGRAPHY'],
    ]);
    const columns = new Map(items.columns.map((column) => [column.name, column]));
    expect(columns.get('id')).toMatchObject({ identity: {}, autoIncrement: true, primaryKey: true, cannotDrop: expect.any(String) });
    expect(columns.get('counted')).toMatchObject({ identity: { start: 100, increment: 5 }, autoIncrement: true, primaryKey: false });
    expect(columns.get('note')).toMatchObject({ default: "N'x)'", collation: 'Latin1_General_BIN2', comment: 'A column', identity: null });
    expect(columns.get('price')).toMatchObject({ default: '0', computed: null, nullable: false, comment: null });
    expect(columns.get('twice')).toMatchObject({ computed: { sql: '[price]*(2)', stored: true }, nullable: true });
    expect(columns.get('phone')?.type).toBe('PhoneNumber');
    expect(items.uniques).toEqual([{ name: 'uq_note', columns: ['note'] }]);
    expect(items.indexes).toEqual([
      {
        name: 'ix_some',
        columns: ['note', 'price'],
        unique: true,
        where: '[price]>(0)',
        parts: [
          expect.objectContaining({ column: 'note', direction: 'desc' }),
          expect.objectContaining({ column: 'price', direction: 'asc' }),
        ],
        include: ['phone'],
      },
      { name: 'ix_plain', columns: ['price'], unique: false, where: null },
    ]);
    expect(items.foreignKeys).toMatchObject([
      { name: 'fk_up', targetTable: 'items', target: { name: 'items', schema: null }, onDelete: null, onUpdate: 'set default' },
      { name: 'fk_far', targetTable: 'archive.notes', target: { name: 'notes', schema: 'archive' }, onDelete: 'cascade' },
    ]);
    expect(items.checks).toEqual([
      { name: 'ck_price', sql: '[price]>=(0) OR [note] IS NOT NULL', column: null },
      { name: 'ck_note', sql: "[note]<>N')('", column: 'note', notValid: true },
    ]);
  });

  it('gives views, sequences and schemas', async () => {
    const reader = server({
      ...SHOP,
      'FROM sys.schemas': [['archive'], ['dbo']],
      'RTRIM(t.type) FROM sys.objects': [
        ['cheap', 'V'],
        ['items', 'U'],
      ],
    });
    expect(await mssqlCatalog.views(reader, { schema: 'dbo', names: ['cheap'] })).toEqual([
      {
        name: 'cheap',
        schema: 'dbo',
        definition: '-- as it is\n SELECT id, note AS [b] FROM dbo.items',
        columns: ['as', 'b'],
        materialized: false,
        comment: 'Little money',
        checkOption: 'cascaded',
      },
    ]);
    expect(reader.asked).toEqual([['dbo', '["cheap"]']]);
    expect(await mssqlCatalog.sequences(reader, null)).toEqual([
      {
        name: 'numbers',
        schema: null,
        type: 'BIGINT',
        start: 1000,
        increment: 5,
        min: -9223372036854775808n,
        max: 9223372036854775807n,
        cycle: true,
        cache: 20,
        ownedBy: null,
      },
      { name: 'plain', schema: null, type: 'INT', start: 1, increment: 1, min: 1, max: 100, cycle: false, ownedBy: null },
    ]);
    expect(await mssqlCatalog.schemas(reader)).toEqual(['archive', 'dbo']);
    expect(await mssqlCatalog.defaultSchema(reader)).toBe('dbo');
    expect(
      await mssqlCatalog.relations(
        server({
          'FROM sys.objects': [
            ['cheap', 'V'],
            ['items', 'U'],
          ],
        }),
        null,
      ),
    ).toEqual([
      { name: 'cheap', schema: null, kind: 'view', temporary: false },
      { name: 'items', schema: null, kind: 'table', temporary: false },
    ]);
    expect([await mssqlCatalog.enums(reader, null), await mssqlCatalog.domains(reader, null)]).toEqual([[], []]);
  });

  it('makes tables that are written in T-SQL as they were', async () => {
    const reader = server(SHOP);
    const source = {
      '~readCatalog': <T>(work: (dialect: Dialect, reader: CatalogReader) => Promise<T>): Promise<T> => work(mssql, reader),
    };
    const metadata = new MetaData();
    await reflectTables(source, metadata, { only: (name) => name === 'items', resolveForeignKeys: false });
    const items = metadata.tables.get('items') as Table;
    const [create, ...indexes] = mssql.ddl.createTable(items);
    for (const sql of [create, ...indexes]) parseTsql(sql);
    expect(create).toContain('id INT IDENTITY(1, 1) NOT NULL');
    expect(create).toContain('counted BIGINT IDENTITY(100, 5) NOT NULL');
    expect(create).toContain("note NVARCHAR(120) COLLATE Latin1_General_BIN2 CONSTRAINT df_items_note DEFAULT (N'x)')");
    expect(create).toContain('twice AS ([price]*(2)) PERSISTED');
    expect(create).toContain('phone PhoneNumber');
    expect(create).toContain('place GEOGRAPHY');
    expect(indexes[0]).toBe('CREATE UNIQUE INDEX ix_some ON items (note DESC, price) INCLUDE (phone) WHERE [price]>(0)');
    expect(indexes.some((sql) => sql.includes("It's a note".replace("'", "''")))).toBe(true);
  });

  it('is what migrations compare with', async () => {
    const metadata = new MetaData();
    const authors = new Table(metadata, 'authors', {
      id: t.integer().primaryKey(),
      email: t.string(120).nullable().unique().serverDefault(sql`'none'`),
      score: t.numeric(10, 2).serverDefault(sql`0`).check(sql`score >= 0`),
      doubled: t.numeric(10, 2).computed(sql`score * 2`, { stored: true }),
      role: t.enum(['reader', 'writer']),
    });
    const lines = new Table(
      metadata,
      'lines',
      {
        id: t.bigInteger().identity({ start: 100 }),
        author: t.integer().references('authors.id', { onDelete: 'cascade' }),
        note: t.text().comment('As said'),
      },
      { constraints: (c) => [primaryKey(c.id), index(c.author, c.id.desc())], comment: 'What was said' },
    );
    const same: Readonly<Record<string, DriverRow[]>> = {
      'SELECT t.object_id, t.name': [
        [1, 'authors', 'U', null],
        [2, 'lines', 'U', 'What was said'],
      ],
      'sys.default_constraints': [
        COLUMN(1, 'id', 'int', 4, { 10: '1', 11: '1' }),
        COLUMN(1, 'email', 'nvarchar', 240, { 6: true, 7: "(N'none')" }),
        COLUMN(1, 'score', 'decimal', 9, { 7: '((0))' }),
        COLUMN(1, 'doubled', 'decimal', 9, { 8: '([score]*(2))', 9: true }),
        COLUMN(1, 'role', 'nvarchar', 12),
        COLUMN(2, 'id', 'bigint', 8, { 10: '100', 11: '1' }),
        COLUMN(2, 'author', 'int', 4),
        COLUMN(2, 'note', 'nvarchar', -1, { 13: 'As said' }),
      ],
      'FROM sys.indexes': [
        [1, 'pk_authors', true, false, true, null, 'id', false, false, 'CLUSTERED'],
        [1, 'uq_authors_email', false, true, true, null, 'email', false, false, 'NONCLUSTERED'],
        [2, 'pk_lines', true, false, true, null, 'id', false, false, 'CLUSTERED'],
        [2, 'ix_lines_author_id', false, false, false, null, 'author', false, false, 'NONCLUSTERED'],
        [2, 'ix_lines_author_id', false, false, false, null, 'id', true, false, 'NONCLUSTERED'],
      ],
      'FROM sys.foreign_keys': [[2, 'fk_lines_author_authors', 'author', 'authors', null, 'id', 'CASCADE', 'NO_ACTION']],
      'FROM sys.check_constraints': [
        [1, 'ck_authors_score', '([score]>=(0))', 'score', false],
        [1, 'ck_authors_role', "([role] IN (N'reader',N'writer'))", 'role', false],
      ],
    };
    const compared = async (rows: Readonly<Record<string, DriverRow[]>>, models: Table[] = [authors as Table, lines as Table]) =>
      compare(models, await mssql.reflect(server({ ...same, ...rows })), mssql);
    expect(await compared({})).toEqual({ changes: [], problems: [], warnings: [] });
    const changed = await compared({
      'SELECT t.object_id, t.name': [
        [1, 'authors', 'U', null],
        [2, 'lines', 'U', null],
      ],
      'FROM sys.indexes': same['FROM sys.indexes'].map((row) => row.with(7, false)),
      'sys.default_constraints': same['sys.default_constraints'].map((row) => (row[1] === 'doubled' ? row.with(8, '([score]*(3))') : row)),
    });
    expect(changed.problems).toEqual([
      expect.stringMatching(
        /^'authors\.doubled': the computed expression is \(score \* 2\) stored in the models and \(\[score\]\*\(3\)\) stored/,
      ),
      expect.stringMatching(/^'lines': the comment is 'What was said' in the models and none in the database/),
    ]);
    expect(changed.changes.map(({ upgrade }) => upgrade.map(({ kind }) => kind))).toEqual([['dropIndex'], ['createIndex']]);
    // A table that goes comes back as it was.
    const [{ downgrade }] = (await compared({}, [authors as Table])).changes;
    const [back] = downgrade.flatMap((step) => (step.kind === 'createTable' ? mssql.ddl.createTable(step.table as Table) : []));
    parseTsql(back);
    expect(back).toContain('id BIGINT IDENTITY(100, 1) NOT NULL');
    expect(back).toContain('REFERENCES authors (id) ON DELETE CASCADE');
  });

  it('reads the schemas that it is asked for, one after another', async () => {
    const reader = server(SHOP);
    const tables = await mssql.reflect(reader, [null, 'archive']);
    expect(tables.map(({ name, schema }) => [name, schema])).toEqual([
      ['items', null],
      ['cheap', null],
      ['items', 'archive'],
      ['cheap', 'archive'],
    ]);
    expect(reader.asked.map(([schema]) => schema)).toEqual([...Array(5).fill(null), ...Array(5).fill('archive')]);
  });
});

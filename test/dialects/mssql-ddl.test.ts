import { describe, expect, it } from 'vitest';
import { createAllStatements, dropAllStatements } from '../../src/dialects/base/ddl.ts';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import { t } from '../../src/sql/column-types.ts';
import { check, foreignKey, primaryKey, unique } from '../../src/sql/constraints.ts';
import { index } from '../../src/sql/indexes.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { type Shape, Table } from '../../src/sql/schema.ts';
import { parseTsql } from './tsql-grammar.ts';

const { ddl } = mssql;
const scratch = (shape: Shape): Table => new Table<Shape>(new MetaData(), 'posts', shape);

/** The statements, each of them read by the grammar. */
function read(statements: readonly string[]): string[] {
  for (const statement of statements) parseTsql(statement);
  return [...statements];
}

describe('CREATE TABLE on SQL Server', () => {
  it('names every type', () => {
    const table = new Table(new MetaData(), 'everything', {
      id: t.integer().primaryKey(),
      big: t.bigInteger(),
      small: t.smallInteger(),
      name: t.string(80),
      long: t.string(5000),
      anyLength: t.string(),
      body: t.text().nullable(),
      active: t.boolean(),
      ratio: t.float(),
      exact: t.double(),
      price: t.numeric(10, 2),
      any: t.numeric(),
      day: t.date(),
      hour: t.time(),
      at: t.dateTime(),
      meta: t.json(),
      token: t.uuid(),
      photo: t.binary(),
      role: t.enum(['admin', "it's"]),
    });
    expect(read(ddl.createTable(table))).toEqual([
      `CREATE TABLE everything (
  id INT NOT NULL IDENTITY(1, 1) CONSTRAINT pk_everything PRIMARY KEY,
  big BIGINT NOT NULL,
  small SMALLINT NOT NULL,
  name NVARCHAR(80) NOT NULL,
  long NVARCHAR(MAX) NOT NULL,
  any_length NVARCHAR(MAX) NOT NULL,
  body NVARCHAR(MAX),
  active BIT NOT NULL,
  ratio REAL NOT NULL,
  exact FLOAT(53) NOT NULL,
  price DECIMAL(10, 2) NOT NULL,
  [any] DECIMAL(38, 10) NOT NULL,
  day DATE NOT NULL,
  hour TIME(7) NOT NULL,
  at DATETIME2(3) NOT NULL,
  meta NVARCHAR(MAX) NOT NULL,
  token UNIQUEIDENTIFIER NOT NULL,
  photo VARBINARY(MAX) NOT NULL,
  role NVARCHAR(5) NOT NULL CONSTRAINT ck_everything_role CHECK (role IN (N'admin', N'it''s'))
)`,
    ]);
  });

  it('names every constraint, default and note', () => {
    const metadata = new MetaData();
    new Table(metadata, 'users', { id: t.bigInteger().primaryKey() });
    const posts = new Table(
      metadata,
      'posts',
      {
        code: t.string(5),
        title: t.string(200).unique().comment("the post's title"),
        live: t.boolean().serverDefault(sql`${true}`),
        state: t.string(10).serverDefault(sql`${"it's"}`),
        createdAt: t.dateTime().serverDefault(sql`SYSUTCDATETIME()`).index(),
        words: t.integer().check(sql`words >= 0`),
        userId: t.bigInteger().references('users.id', { onDelete: 'cascade', onUpdate: 'restrict' }),
      },
      {
        comment: 'what was written',
        constraints: (c) => [
          primaryKey(c.code),
          unique(c.userId, c.title),
          check(c.words.lt(10_000).and(c.live), 'ck_posts_sane'),
          index(c.userId, c.createdAt),
          index(c.state).unique().where(c.live).named('one_live'),
        ],
      },
    );
    expect(read(ddl.createTable(posts))).toEqual([
      `CREATE TABLE posts (
  code NVARCHAR(5) NOT NULL,
  title NVARCHAR(200) NOT NULL,
  live BIT CONSTRAINT df_posts_live DEFAULT (1) NOT NULL,
  state NVARCHAR(10) CONSTRAINT df_posts_state DEFAULT (N'it''s') NOT NULL,
  created_at DATETIME2(3) CONSTRAINT df_posts_created_at DEFAULT (SYSUTCDATETIME()) NOT NULL,
  words INT NOT NULL CONSTRAINT ck_posts_words CHECK (words >= 0),
  user_id BIGINT NOT NULL CONSTRAINT fk_posts_user_id_users REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT pk_posts PRIMARY KEY (code),
  CONSTRAINT uq_posts_title UNIQUE (title),
  CONSTRAINT uq_posts_user_id_title UNIQUE (user_id, title),
  CONSTRAINT ck_posts_sane CHECK (words < 10000 AND live = 1)
)`,
      'CREATE INDEX ix_posts_created_at ON posts (created_at)',
      'CREATE INDEX ix_posts_user_id_created_at ON posts (user_id, created_at)',
      'CREATE UNIQUE INDEX one_live ON posts (state) WHERE live = 1',
      "DECLARE @schema sysname = SCHEMA_NAME(), @name sysname = N'posts', @note nvarchar(3750) = N'what was written'; IF EXISTS (SELECT 1 FROM sys.fn_listextendedproperty(N'MS_Description', N'SCHEMA', @schema, N'TABLE', @name, NULL, NULL)) EXEC sys.sp_updateextendedproperty N'MS_Description', @note, N'SCHEMA', @schema, N'TABLE', @name ELSE EXEC sys.sp_addextendedproperty N'MS_Description', @note, N'SCHEMA', @schema, N'TABLE', @name",
      "DECLARE @schema sysname = SCHEMA_NAME(), @name sysname = N'posts', @note nvarchar(3750) = N'the post''s title', @column sysname = N'title'; IF EXISTS (SELECT 1 FROM sys.fn_listextendedproperty(N'MS_Description', N'SCHEMA', @schema, N'TABLE', @name, N'COLUMN', @column)) EXEC sys.sp_updateextendedproperty N'MS_Description', @note, N'SCHEMA', @schema, N'TABLE', @name, N'COLUMN', @column ELSE EXEC sys.sp_addextendedproperty N'MS_Description', @note, N'SCHEMA', @schema, N'TABLE', @name, N'COLUMN', @column",
    ]);
  });

  it('closes circles of foreign keys afterwards, and opens them first', () => {
    const metadata = new MetaData();
    new Table(metadata, 'children', { id: t.integer().primaryKey(), parentId: t.integer().references('parents.id') });
    new Table(metadata, 'parents', { id: t.integer().primaryKey(), favouriteId: t.integer().nullable().references('children.id') });
    const created = read(createAllStatements(ddl, metadata));
    expect(created[2]).toBe(
      'ALTER TABLE parents ADD CONSTRAINT fk_parents_favourite_id_children FOREIGN KEY (favourite_id) REFERENCES children (id)',
    );
    expect(read(dropAllStatements(ddl, metadata))).toEqual([
      'ALTER TABLE parents DROP CONSTRAINT fk_parents_favourite_id_children',
      'DROP TABLE children',
      'DROP TABLE parents',
    ]);
  });

  it('writes keys of several columns in a schema', () => {
    const metadata = new MetaData();
    const lines = new Table(metadata, 'lines', { orderId: t.integer().primaryKey(), line: t.integer().primaryKey() }, { schema: 'sales' });
    const notes = new Table(
      metadata,
      'order',
      { id: t.integer().primaryKey(), orderId: t.integer(), line: t.integer() },
      { constraints: (c) => [foreignKey([c.orderId, c.line], ['sales.lines.orderId', 'sales.lines.line'])] },
    );
    expect(read(ddl.createTable(lines))[0]).toContain('CREATE TABLE sales.lines (');
    expect(read(ddl.createTable(notes))[0]).toContain('FOREIGN KEY (order_id, line) REFERENCES sales.lines (order_id, line)');
  });
});

describe('altering on SQL Server', () => {
  it('adds, drops and looks for', () => {
    const table = scratch({
      id: t.integer().primaryKey(),
      role: t.enum(['a', 'b']).serverDefault(sql`${'a'}`),
      userId: t.integer().nullable().references('users.id'),
    });
    const [, role, userId] = table.columns;
    const dbo = { name: 'posts', schema: 'dbo' };
    expect(
      read([
        ddl.addColumn(table, role),
        ddl.addColumn(table, userId),
        ddl.dropIndex(dbo, 'ix'),
        ddl.createIndex(dbo, { name: 'ix', columns: [role], unique: false, where: null }),
        ...ddl.addUnique(table, { name: 'uq', columns: [role] }),
        ...ddl.dropConstraint(table, 'uq', 'unique'),
        ddl.tableExists(dbo),
        ...ddl.dropTable(dbo),
      ]),
    ).toEqual([
      "ALTER TABLE posts ADD role NVARCHAR(1) CONSTRAINT df_posts_role DEFAULT (N'a') NOT NULL CONSTRAINT ck_posts_role CHECK (role IN (N'a', N'b'))",
      'ALTER TABLE posts ADD user_id INT CONSTRAINT fk_posts_user_id_users REFERENCES users (id)',
      'DROP INDEX ix ON dbo.posts',
      'CREATE INDEX ix ON dbo.posts (role)',
      'ALTER TABLE posts ADD CONSTRAINT uq UNIQUE (role)',
      'ALTER TABLE posts DROP CONSTRAINT uq',
      "SELECT 1 AS found WHERE OBJECT_ID(N'[dbo].[posts]', N'U') IS NOT NULL",
      'DROP TABLE dbo.posts',
    ]);
    const [drop] = read([ddl.dropColumn(table, { name: 'role' })]);
    for (const part of ['sys.default_constraints', 'sys.check_constraints', 'sys.foreign_key_columns', 'EXEC sys.sp_executesql @drops']) {
      expect(drop).toContain(part);
    }
    expect(drop.endsWith('; ALTER TABLE posts DROP COLUMN role')).toBe(true);
  });
  it.each([
    [t.integer(), /NOT NULL and has no server default/],
    [t.integer().serverDefault(sql`null`), /NOT NULL and has no server default/],
    [t.integer().serverDefault(sql`0`), null],
    [t.integer().nullable(), null],
    [t.integer().primaryKey(), null],
  ])('says which columns a table with rows takes: %#', (builder, reason) => {
    const said = ddl.cannotAddColumn(scratch({ added: builder }).columns[0]);
    if (reason === null) expect(said).toBeNull();
    else expect(said).toMatch(reason);
  });
});

describe('comparing', () => {
  it.each([
    ['nvarchar(80)', 'NVARCHAR (80)', true],
    ['nvarchar(max)', 'NVARCHAR(MAX)', true],
    ['numeric(10, 2)', 'DECIMAL(10,2)', true],
    ['decimal', 'DECIMAL(18, 0)', true],
    ['float', 'FLOAT(53)', true],
    ['float(24)', 'real', true],
    ['int', 'INTEGER', true],
    ['datetime2', 'DATETIME2(7)', true],
    ['nvarchar(80)', 'nvarchar(81)', false],
    ['datetime2(3)', 'datetime2(7)', false],
    ['bigint', 'int', false],
  ])('takes the types %s and %s for the same or not', (a, b, same) => {
    expect(ddl.sameType(a, b)).toBe(same);
  });
  it.each([
    ["N'x'", "('x')", true],
    ['0', '((0))', true],
    ['(1)', '((1))', true],
    ['SYSUTCDATETIME()', '(sysutcdatetime())', true],
    ['words > 5', '([words]>(5))', true],
    ['words > 10 AND live = 1', '([words]>(10) AND [live]=(1))', true],
    ["state = N'it''s'", "([state]='it''s')", true],
    ["'a'", "('A')", false],
    ['words > 5', '([words]>(6))', false],
    ['lower(x)', '(x)', false],
  ])('takes the expressions %s and %s for the same or not', (a, b, same) => {
    expect(ddl.sameExpression(a, b)).toBe(same);
  });
  it('knows its own words again', () => {
    for (const column of [
      t.integer(),
      t.bigInteger(),
      t.smallInteger(),
      t.string(80),
      t.text(),
      t.boolean(),
      t.float(),
      t.double(),
      t.numeric(10, 2),
      t.date(),
      t.time(),
      t.dateTime(),
      t.uuid(),
      t.binary(),
    ]) {
      expect(ddl.parseType(ddl.typeName(column.type))?.name).toBe(column.type.name);
    }
    expect(ddl.parseType('geography')).toBeNull();
  });
});

import { describe, expect, it } from 'vitest';
import { nodeSqlite } from '../../src/dialects/sqlite/node-sqlite.ts';
import { reflectSqlite } from '../../src/dialects/sqlite/reflection.ts';
import { readTableText } from '../../src/dialects/sqlite/table-text.ts';
import { canonicalExpression } from '../../src/dialects/sqlite/tokens.ts';

async function reflect(script: string) {
  const connection = await nodeSqlite.connect({ database: ':memory:', host: null, port: null, user: null, password: null, query: {} });
  await connection.script(script);
  return reflectSqlite(connection);
}

describe('reflection of SQLite', () => {
  it('reads columns, keys, constraints and indexes with their names', async () => {
    const [users, posts] = await reflect(`
      CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(120) NOT NULL, nick TEXT DEFAULT ('x' || 'y'),
        CONSTRAINT uq_users_email UNIQUE (email));
      CREATE TABLE "posts" (
        user_id INT REFERENCES users ON DELETE CASCADE, -- REFERENCES nothing (at, all)
        line INTEGER DEFAULT -1 NOT NULL,
        [the title] varchar ( 80 ) CONSTRAINT "ck ""title""" CHECK ("the title" <> ')' AND length([the title]) > (1)),
        score NUMERIC(10,2) DEFAULT CURRENT_TIMESTAMP UNIQUE,
        CONSTRAINT pk_posts PRIMARY KEY (line, user_id)
        CONSTRAINT fk_two FOREIGN KEY (line, user_id) REFERENCES posts (line, user_id) ON UPDATE SET NULL,
        /* CONSTRAINT no UNIQUE (line), */
        CHECK (line > 0)
      ) WITHOUT ROWID;
      CREATE INDEX ix_line ON posts (line, "the title");
      CREATE UNIQUE INDEX ix_part ON posts (score) WHERE line > 5 AND "the title" = ' WHERE (';
      CREATE INDEX ix_expression ON posts (lower("the title"));
      CREATE VIEW v AS SELECT * FROM posts;
      CREATE VIRTUAL TABLE words USING fts5(body);
    `);
    expect(users).toEqual({
      name: 'users',
      schema: null,
      kind: 'table',
      columns: [
        {
          name: 'id',
          type: 'INTEGER',
          nullable: false,
          default: null,
          primaryKey: true,
          computed: null,
          collation: null,
          autoIncrement: true,
          cannotDrop: 'it belongs to the primary key',
        },
        {
          name: 'email',
          type: 'VARCHAR(120)',
          nullable: false,
          default: null,
          primaryKey: false,
          computed: null,
          collation: null,
          autoIncrement: false,
          cannotDrop: "the unique constraint 'uq_users_email' names it",
        },
        {
          name: 'nick',
          type: 'TEXT',
          nullable: true,
          default: "'x' || 'y'",
          primaryKey: false,
          computed: null,
          collation: null,
          autoIncrement: false,
          cannotDrop: null,
        },
      ],
      primaryKey: { name: null, columns: ['id'] },
      uniques: [{ name: 'uq_users_email', columns: ['email'] }],
      indexes: [],
      foreignKeys: [],
      checks: [],
      options: { sqlite: {} },
    });
    expect(posts.options).toEqual({ sqlite: { withoutRowid: true } });
    expect(posts.name).toBe('posts');
    expect(posts.columns.map((column) => [column.name, column.nullable, column.default])).toEqual([
      ['user_id', false, null],
      ['line', false, '-1'],
      ['the title', true, null],
      ['score', true, 'CURRENT_TIMESTAMP'],
    ]);
    expect(posts.primaryKey).toEqual({ name: 'pk_posts', columns: ['line', 'user_id'] });
    expect(posts.uniques).toEqual([{ name: null, columns: ['score'] }]);
    expect(posts.indexes).toEqual([
      { name: 'ix_line', columns: ['line', 'the title'], unique: false, where: null },
      { name: 'ix_part', columns: ['score'], unique: true, where: `line > 5 AND "the title" = ' WHERE ('` },
      {
        name: 'ix_expression',
        columns: [],
        unique: false,
        where: null,
        parts: [
          {
            column: null,
            expression: 'lower("the title")',
            direction: 'asc',
            nulls: null,
            collation: null,
            operatorClass: null,
            length: null,
          },
        ],
      },
    ]);
    expect(posts.foreignKeys).toEqual([
      {
        name: null,
        columns: ['user_id'],
        targetTable: 'users',
        target: { name: 'users', schema: null },
        targetColumns: ['id'],
        onDelete: 'cascade',
        onUpdate: null,
        deferrable: false,
      },
      {
        name: 'fk_two',
        columns: ['line', 'user_id'],
        targetTable: 'posts',
        target: { name: 'posts', schema: null },
        targetColumns: ['line', 'user_id'],
        onDelete: null,
        onUpdate: 'set null',
        deferrable: false,
      },
    ]);
    expect(posts.checks).toEqual([
      { name: 'ck "title"', sql: `"the title" <> ')' AND length([the title]) > (1)`, column: 'the title' },
      { name: null, sql: 'line > 0', column: null },
    ]);
  });

  it('leaves out views, virtual tables with what they keep, and SQLite’s own tables', async () => {
    const tables = await reflect(
      'CREATE TABLE sqlited (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE VIRTUAL TABLE words USING fts5(body); ANALYZE',
    );
    expect(tables.map((table) => table.name)).toEqual(['sqlited']);
  });

  it('knows which columns SQLite refuses to drop', async () => {
    const script = `
      CREATE TABLE other (id INTEGER PRIMARY KEY);
      CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b INT REFERENCES other (id), c INT CHECK (c > 0), d INT, e INT CHECK (e > f), f INT, g TEXT,
        h INT CONSTRAINT nn NOT NULL CHECK (h > 1), i INT, FOREIGN KEY (d) REFERENCES other (id), CHECK (g <> 'i'))`;
    const [, table] = await reflect(script);
    for (const column of table.columns) {
      const dropped = reflect(`${script}; ALTER TABLE t DROP COLUMN ${column.name}`);
      if (column.cannotDrop === null) await expect(dropped, column.name).resolves.toBeDefined();
      else await expect(dropped, column.name).rejects.toThrow();
    }
    expect(table.columns.filter((column) => column.cannotDrop === null).map((column) => column.name)).toEqual(['b', 'c', 'e', 'h', 'i']);
    expect(table.checks.map((check) => check.name)).toEqual([null, null, null, null]);
  });

  it('reads columns that ALTER TABLE appended', async () => {
    const [, table] = await reflect(`
      CREATE TABLE a (id INTEGER PRIMARY KEY);
      CREATE TABLE t (id INTEGER PRIMARY KEY, CONSTRAINT u UNIQUE (id));
      ALTER TABLE t ADD COLUMN a_id INTEGER CONSTRAINT fk_t_a REFERENCES a (id);
      ALTER TABLE t ADD COLUMN n INTEGER DEFAULT 1 NOT NULL CONSTRAINT ck_t_n CHECK (n > 0)`);
    expect(table.foreignKeys[0]).toMatchObject({ name: 'fk_t_a', columns: ['a_id'] });
    expect(table.checks).toEqual([{ name: 'ck_t_n', sql: 'n > 0', column: 'n' }]);
  });
});

describe('the text of a table', () => {
  it('is read whatever stands in strings, comments and brackets', () => {
    const text = readTableText(`CREATE TABLE "a(,) CHECK" ( -- (
      x TEXT DEFAULT 'CHECK (''1'')' COLLATE NOCASE, y GENERATED ALWAYS AS (x || ') UNIQUE (') STORED UNIQUE,
      CONSTRAINT \`c 1\` CHECK (y IN ('(', ')')), CONSTRAINT u UNIQUE (x COLLATE BINARY ASC, "y") ON CONFLICT REPLACE /* ) */ ) STRICT`);
    expect(text.checks).toEqual([{ name: 'c 1', sql: "y IN ('(', ')')", column: null, words: ['y', 'in'] }]);
    expect(text.uniques).toEqual([
      { name: null, columns: ['y'] },
      { name: 'u', columns: ['x', 'y'] },
    ]);
  });
});

describe('expressions in one spelling', () => {
  it.each([
    ['((1))', '1', true],
    ['"price" >= 0', 'PRICE>=0', true],
    ["lower('A')", "LOWER ( 'A' )", true],
    ["'A'", "'a'", false],
    ['(a) + (b)', 'a + b', false],
    ['"a b" > 1 -- why', '[a b] > 1', true],
  ])('%s and %s', (a, b, same) => {
    expect(canonicalExpression(a) === canonicalExpression(b)).toBe(same);
  });
});

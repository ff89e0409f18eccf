import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createAllStatements, dropAllStatements } from '../../src/dialects/base/ddl.ts';
import { sqliteDdl } from '../../src/dialects/sqlite/ddl.ts';
import { t } from '../../src/sql/column-types.ts';
import { check, foreignKey, primaryKey, unique } from '../../src/sql/constraints.ts';
import { index, uniqueIndex } from '../../src/sql/indexes.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { type Shape, Table } from '../../src/sql/schema.ts';

const one = (statements: string[]): string => statements.join(';\n');

describe('CREATE TABLE on SQLite', () => {
  it('names every type the way SQLite programs do', () => {
    const table = new Table(new MetaData(), 'everything', {
      id: t.integer().primaryKey(),
      big: t.bigInteger(),
      small: t.smallInteger(),
      name: t.string(80),
      anyLength: t.string(),
      body: t.text().nullable(),
      active: t.boolean(),
      ratio: t.float(),
      exact: t.double(),
      price: t.numeric(10, 2),
      day: t.date(),
      hour: t.time(),
      at: t.dateTime(),
      meta: t.json(),
      token: t.uuid(),
      photo: t.binary(),
      role: t.enum(['admin', 'customer']),
      code: t.custom({ type: t.string(8), toDatabase: (value: number) => String(value), fromDatabase: Number }),
    });
    expect(one(sqliteDdl.createTable(table))).toBe(`CREATE TABLE everything (
  id INTEGER NOT NULL PRIMARY KEY,
  big BIGINT NOT NULL,
  small SMALLINT NOT NULL,
  name VARCHAR(80) NOT NULL,
  any_length VARCHAR NOT NULL,
  body TEXT,
  active BOOLEAN NOT NULL,
  ratio FLOAT NOT NULL,
  exact DOUBLE NOT NULL,
  price NUMERIC(10, 2) NOT NULL,
  day DATE NOT NULL,
  hour TIME NOT NULL,
  at DATETIME NOT NULL,
  meta JSON NOT NULL,
  token CHAR(36) NOT NULL,
  photo BLOB NOT NULL,
  role VARCHAR(8) NOT NULL CONSTRAINT ck_everything_role CHECK (role IN ('admin', 'customer')),
  code VARCHAR(8) NOT NULL
)`);
  });

  it('names every constraint, and makes indexes after the table', () => {
    const metadata = new MetaData();
    new Table(metadata, 'users', { id: t.bigInteger().primaryKey(), email: t.string(120).unique().index() });
    const posts = new Table(
      metadata,
      'posts',
      {
        id: t.integer().primaryKey(),
        title: t.string(200).unique(),
        state: t.string(10).serverDefault(sql`${"it's"}`),
        createdAt: t.dateTime().serverDefault(sql`CURRENT_TIMESTAMP`).index(),
        words: t.integer().serverDefault(sql`length('a') + ${1}`).check(sql`words >= 0`),
        userId: t.bigInteger().references('users.id', { onDelete: 'cascade', onUpdate: 'no action' }),
      },
      {
        constraints: (c) => [
          unique(c.userId, c.title),
          check(c.words.lt(10_000).and(c.state.in(['draft', 'live'])), 'ck_posts_sane'),
          index(c.userId, c.createdAt),
          uniqueIndex([c.state], { where: c.words.gt(5) }).named('one_of_state'),
        ],
      },
    );
    expect(sqliteDdl.createTable(posts)).toEqual([
      `CREATE TABLE posts (
  id INTEGER NOT NULL PRIMARY KEY,
  title VARCHAR(200) NOT NULL,
  state VARCHAR(10) DEFAULT 'it''s' NOT NULL,
  created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL,
  words INTEGER DEFAULT (length('a') + 1) NOT NULL CONSTRAINT ck_posts_words CHECK (words >= 0),
  user_id BIGINT NOT NULL CONSTRAINT fk_posts_user_id_users REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT uq_posts_title UNIQUE (title),
  CONSTRAINT uq_posts_user_id_title UNIQUE (user_id, title),
  CONSTRAINT ck_posts_sane CHECK (words < 10000 AND state IN ('draft', 'live'))
)`,
      'CREATE INDEX ix_posts_created_at ON posts (created_at)',
      'CREATE INDEX ix_posts_user_id_created_at ON posts (user_id, created_at)',
      'CREATE UNIQUE INDEX one_of_state ON posts (state) WHERE words > 5',
    ]);
    const database = new DatabaseSync(':memory:');
    for (const statement of createAllStatements(sqliteDdl, metadata)) database.exec(statement);
    // The key of a bigInteger is the row's own number too: SQLite makes it.
    expect(database.prepare('INSERT INTO users (email) VALUES (?) RETURNING id').get('a@b.c')).toEqual({ id: 1 });
  });

  it('writes keys of several columns, of words, and foreign keys of several columns', () => {
    const metadata = new MetaData();
    const lines = new Table(metadata, 'lines', { orderId: t.integer().primaryKey(), line: t.integer().primaryKey() });
    const notes = new Table(
      metadata,
      'order',
      { code: t.string(5), orderId: t.integer(), line: t.integer() },
      { constraints: (c) => [primaryKey(c.code).named('pk_notes'), foreignKey([c.orderId, c.line], ['lines.orderId', 'lines.line'])] },
    );
    expect(one(sqliteDdl.createTable(lines))).toContain('CONSTRAINT pk_lines PRIMARY KEY (order_id, line)');
    expect(one(sqliteDdl.createTable(notes))).toBe(`CREATE TABLE "order" (
  code VARCHAR(5) NOT NULL,
  order_id INTEGER NOT NULL,
  line INTEGER NOT NULL,
  CONSTRAINT pk_notes PRIMARY KEY (code),
  CONSTRAINT fk_order_order_id_line_lines FOREIGN KEY (order_id, line) REFERENCES lines (order_id, line)
)`);
  });

  it('lets a numeric that SQLite has no number for hold text only', () => {
    const table = (shape: Shape): Table => new Table<Shape>(new MetaData(), 'orders', shape);
    expect(sqliteDdl.createTable(table({ total: t.numeric(16, 2), count: t.numeric(19) }))).toEqual([
      'CREATE TABLE orders (\n' +
        "  total NUMERIC(16, 2) NOT NULL CONSTRAINT ck_orders_total_exact CHECK (typeof(total) IN ('text', 'null')),\n" +
        "  count NUMERIC(19) NOT NULL CONSTRAINT ck_orders_count_exact CHECK (typeof(count) IN ('text', 'null'))\n" +
        ')',
    ]);
    expect(sqliteDdl.createTable(table({ total: t.numeric(15, 2), whole: t.numeric(18), rough: t.numeric(20, 4).asNumber() }))).toEqual([
      'CREATE TABLE orders (\n  total NUMERIC(15, 2) NOT NULL,\n  whole NUMERIC(18) NOT NULL,\n  rough NUMERIC(20, 4) NOT NULL\n)',
    ]);
  });

  it('refuses what has no place in DDL', () => {
    const inline = (fragment: { node: Parameters<typeof sqliteDdl.inline>[0] }): string => sqliteDdl.inline(fragment.node);
    expect(() => inline(sql`x > ${Number.NaN}`)).toThrow();
    expect(inline(sql`x IN ${['a', 'b']} AND y = ${null} AND z = ${true} AND b = ${new Uint8Array([1, 255])}`)).toBe(
      "x IN ('a', 'b') AND y = NULL AND z = 1 AND b = X'01FF'",
    );
  });
});

describe('all tables', () => {
  function circle(): MetaData {
    const metadata = new MetaData();
    new Table(metadata, 'children', { id: t.integer().primaryKey(), parentId: t.integer().references('parents.id') });
    new Table(metadata, 'parents', {
      id: t.integer().primaryKey(),
      favouriteId: t.integer().nullable().references('children.id'),
      partnerId: t.integer().nullable().references('parents.id'),
    });
    return metadata;
  }

  it('creates in the order of dependency, and in a circle', () => {
    const metadata = circle();
    new Table(metadata, 'toys', { id: t.integer().primaryKey(), childId: t.integer().references('children.id') });
    const created = createAllStatements(sqliteDdl, metadata).map((statement) => statement.split(' ')[2]);
    expect(created.indexOf('toys')).toBeGreaterThan(created.indexOf('children'));
    expect(dropAllStatements(sqliteDdl, metadata)).toEqual(created.toReversed().map((name) => `DROP TABLE ${name}`));
  });

  it('adds the foreign key that closes a circle afterwards where the database needs it', () => {
    const strict = {
      ...sqliteDdl,
      forwardReferences: false,
      addForeignKey: (table: { name: string }, key: { name: string }) => [`ADD ${table.name} ${key.name}`],
    };
    const statements = createAllStatements(strict, circle());
    expect(statements.filter((statement) => !statement.startsWith('CREATE TABLE'))).toEqual([
      'ADD parents fk_parents_favourite_id_children',
    ]);
    expect(statements.join('\n').match(/REFERENCES \w+/g)).toEqual(['REFERENCES parents', 'REFERENCES parents']);
    const drops = dropAllStatements({ ...strict, dropConstraint: (table, name) => [`REMOVE ${table.name} ${name}`] }, circle());
    expect(drops).toEqual(['REMOVE parents fk_parents_favourite_id_children', 'DROP TABLE children', 'DROP TABLE parents']);
  });
});

describe('altering on SQLite', () => {
  const scratch = (shape: Shape): Table => new Table<Shape>(new MetaData(), 'posts', shape);

  it.each([
    [t.integer(), /NOT NULL and has no server default/],
    [t.integer().serverDefault(sql`null`), /NOT NULL and has no server default/],
    [t.dateTime().serverDefault(sql`CURRENT_TIMESTAMP`), /constant default/],
    [t.text().serverDefault(sql`lower('X')`), /constant default/],
    [t.integer().serverDefault(sql`1`).references('users.id'), /default is NULL/],
    [t.integer().primaryKey(), /primary key/],
    [t.integer().serverDefault(sql`-1`), null],
    [t.boolean().serverDefault(sql`${false}`), null],
    [t.string(3).serverDefault(sql`('abc')`), null],
    [t.integer().nullable().references('users.id'), null],
    [t.integer().computed(sql`id + 1`), null],
    [t.integer().computed(sql`id + 1`, { stored: true }), /not stored/],
    [t.text().collate('NOCASE').serverDefault('x'), null],
  ])('agrees with SQLite about which columns a table with rows takes: %#', (builder, reason) => {
    const [column] = scratch({ added: builder }).columns;
    const said = sqliteDdl.cannotAddColumn(column);
    if (reason === null) expect(said).toBeNull();
    else expect(said).toMatch(reason);

    const database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE users (id INTEGER PRIMARY KEY); CREATE TABLE posts (id INTEGER PRIMARY KEY); INSERT INTO posts VALUES (1)');
    const add = (): void => database.exec(sqliteDdl.addColumn(column.table, column));
    if (reason === null) expect(add).not.toThrow();
    else expect(add).toThrow();
  });

  it('keeps a unique promise with an index, and says what it cannot do', () => {
    const table = scratch({ title: t.string(10) });
    expect(sqliteDdl.addUnique(table, { name: 'uq_posts_title', columns: table.columns })).toEqual([
      'CREATE UNIQUE INDEX uq_posts_title ON posts (title)',
    ]);
    expect(sqliteDdl.dropConstraint(table, 'uq_posts_title', 'unique')).toEqual(['DROP INDEX uq_posts_title']);
    expect(() => sqliteDdl.dropConstraint(table, 'fk_x', 'foreignKey')).toThrow(
      /SQLite cannot drop the foreign key 'fk_x' of 'posts'.*op\.execute/s,
    );
  });
});

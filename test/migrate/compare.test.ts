import { describe, expect, it } from 'vitest';
import { createAllStatements } from '../../src/dialects/base/ddl.ts';
import type { DriverConnection } from '../../src/dialects/base/driver.ts';
import { sqlite } from '../../src/dialects/sqlite/dialect.ts';
import { nodeSqlite } from '../../src/dialects/sqlite/node-sqlite.ts';
import { compare } from '../../src/migrate/compare.ts';
import type { Comparison } from '../../src/migrate/comparison.ts';
import { statements } from '../../src/migrate/operation.ts';
import { renderOperations } from '../../src/migrate/render.ts';
import { t } from '../../src/sql/column-types.ts';
import { check, foreignKey, unique } from '../../src/sql/constraints.ts';
import { index } from '../../src/sql/indexes.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { type Shape, Table, type TableOptions } from '../../src/sql/schema.ts';
import { catalogTables } from './catalog-tables.ts';

type Definition = readonly [name: string, shape: Shape, options?: TableOptions<Shape>];

function tables(...definitions: Definition[]): MetaData {
  const metadata = new MetaData();
  for (const definition of definitions) new Table(metadata, ...definition);
  return metadata;
}

async function databaseWith(metadata: MetaData): Promise<DriverConnection> {
  const connection = await nodeSqlite.connect({ database: ':memory:', host: null, port: null, user: null, password: null, query: {} });
  for (const statement of createAllStatements(sqlite.ddl, metadata)) await connection.run(statement, []);
  return connection;
}

async function difference(connection: DriverConnection, models: MetaData): Promise<Comparison> {
  return compare([...models.tables.values()], await sqlite.reflect(connection), sqlite);
}

const upgrades = ({ changes }: Comparison): string =>
  renderOperations(
    changes.flatMap((change) => change.upgrade),
    sqlite.ddl,
    '',
  );
const downgrades = ({ changes }: Comparison): string =>
  renderOperations(
    changes.toReversed().flatMap((change) => change.downgrade),
    sqlite.ddl,
    '',
  );

async function run(connection: DriverConnection, { changes }: Comparison, direction: 'upgrade' | 'downgrade'): Promise<void> {
  const ordered = direction === 'upgrade' ? changes : changes.toReversed();
  for (const operation of ordered.flatMap((change) => change[direction])) {
    for (const statement of statements(operation, sqlite.ddl)) await connection.run(statement, []);
  }
}

/** Compares, upgrades, compares again, downgrades, compares again: both ways must leave nothing to do. */
async function thereAndBack(before: MetaData, after: MetaData): Promise<Comparison> {
  const connection = await databaseWith(before);
  const found = await difference(connection, after);
  expect(found.problems).toEqual([]);
  await run(connection, found, 'upgrade');
  expect(await difference(connection, after)).toEqual({ changes: [], problems: [], warnings: [] });
  await run(connection, found, 'downgrade');
  expect(await difference(connection, before)).toEqual({ changes: [], problems: [], warnings: [] });
  return found;
}

const posts: Definition = ['posts', { id: t.integer().primaryKey(), title: t.string(200) }];
const users: Definition = ['users', { id: t.integer().primaryKey(), email: t.string(120) }];

describe('comparing the models with a database', () => {
  it('finds nothing right after creating them', async () => {
    const metadata = catalogTables();
    expect(await difference(await databaseWith(metadata), metadata)).toEqual({ changes: [], problems: [], warnings: [] });
  });

  it('creates all of them in an empty database, and takes them away again', async () => {
    const found = await thereAndBack(tables(), catalogTables());
    expect(
      upgrades(found)
        .match(/createTable\(\s*'\w+'/g)
        ?.map((call) => call.split("'")[1]),
    ).toEqual(['categories', 'products', 'tags', 'productTags', 'tag_notes']);
    expect(downgrades(found)).toBe(
      ['tag_notes', 'productTags', 'tags', 'products', 'categories'].map((name) => `await op.dropTable('${name}');`).join('\n'),
    );
  });

  it('drops tables without a model, children first, and can create them again as they were', async () => {
    const found = await thereAndBack(catalogTables(), tables(users));
    expect(upgrades(found).match(/dropTable\('\w+'/g)).toHaveLength(5);
    expect(found.warnings[0]).toMatch(/'tag_notes' has no model any more: it is dropped, with all its rows/);
  });

  it('adds and drops columns with all that comes with them', async () => {
    const found = await thereAndBack(
      tables(users, posts),
      tables(users, [
        'posts',
        {
          id: t.integer().primaryKey(),
          title: t.string(200),
          slug: t.string(80).nullable().unique(),
          views: t.integer().serverDefault(sql`${0}`).check(sql`views >= 0`).index(),
          code: t.string(5).nullable().unique().index(),
          userId: t.integer().nullable().references('users.id', { onDelete: 'cascade' }),
          state: t.enum(['draft', 'live']).serverDefault(sql`'draft'`),
        },
        { constraints: (c) => [index(c.state, c.views), unique(c.userId, c.title)] },
      ]),
    );
    expect(upgrades(found)).toBe(`await op.addColumn('posts', 'slug', t.string(80).nullable().unique());
await op.addColumn('posts', 'views', t.integer().index().serverDefault(sql\`0\`).check(sql\`views >= 0\`));
await op.addColumn('posts', 'code', t.string(5).nullable().unique().index());
await op.addColumn('posts', 'user_id', t.integer().nullable().references('users.id', { onDelete: 'cascade' }));
await op.addColumn('posts', 'state', t.enum(['draft', 'live']).serverDefault(sql\`'draft'\`));
await op.createIndex('ix_posts_state_views', 'posts', ['state', 'views']);
await op.createUniqueConstraint('uq_posts_user_id_title', 'posts', ['user_id', 'title']);`);
    // One change at a time backwards: what stands on a column goes before the column.
    expect(downgrades(found).split('\n').slice(0, 4)).toEqual([
      `await op.dropConstraint('uq_posts_user_id_title', 'posts', 'unique');`,
      `await op.dropIndex('ix_posts_state_views', 'posts');`,
      `await op.dropColumn('posts', 'state');`,
      `await op.dropColumn('posts', 'user_id');`,
    ]);
  });

  it('drops a column with its index, check and foreign key, and warns', async () => {
    const found = await thereAndBack(
      tables(users, [
        'posts',
        {
          id: t.integer().primaryKey(),
          title: t.string(200),
          views: t.integer().check(sql`views >= 0`).index(),
          userId: t.integer().nullable().references('users.id', { onDelete: 'cascade' }),
        },
        { constraints: (c) => [index(c.userId, c.title).named('by_user')] },
      ]),
      tables(users, posts),
    );
    expect(upgrades(found)).toBe(`await op.dropIndex('ix_posts_views', 'posts');
await op.dropIndex('by_user', 'posts');
await op.dropColumn('posts', 'views');
await op.dropColumn('posts', 'user_id');`);
    expect(
      downgrades(found),
    ).toBe(`await op.addColumn('posts', 'user_id', t.integer().nullable().references('users.id', { onDelete: 'cascade' }));
// Only an empty table can take this column back: it is NOT NULL and has no server default for the rows that are already there.
await op.addColumn('posts', 'views', t.integer().check(sql\`views >= 0\`));
await op.createIndex('by_user', 'posts', ['user_id', 'title']);
await op.createIndex('ix_posts_views', 'posts', ['views']);`);
    expect(found.warnings).toEqual([
      "The column 'posts.views' is not in the models any more: it is dropped, with its values.",
      "The column 'posts.user_id' is not in the models any more: it is dropped, with its values.",
    ]);
  });

  it('says which foreign key a column comes back without, and which one it cannot be added with', async () => {
    const connection = await databaseWith(tables(users, posts));
    await connection.run(
      'CREATE TABLE c (id INTEGER PRIMARY KEY, x INTEGER REFERENCES users (id) REFERENCES posts (id) ON DELETE CASCADE)',
      [],
    );
    const found = await difference(connection, tables(users, posts, ['c', { id: t.integer().primaryKey() }]));
    expect(
      downgrades(found),
    ).toBe(`// The column comes back without its further foreign key to posts (id): SQLite adds none to a table that exists.
await op.addColumn('c', 'x', t.integer().nullable().references('users.id'));`);
    const both: Definition = [
      'c',
      { id: t.integer().primaryKey(), x: t.integer().nullable().references('users.id') },
      { constraints: (c) => [foreignKey([c.x], ['posts.id'], { onDelete: 'cascade' })] },
    ];
    expect(await difference(connection, tables(users, posts, both))).toEqual({ changes: [], problems: [], warnings: [] });
    await connection.run('ALTER TABLE c DROP COLUMN x', []);
    const { problems } = await difference(connection, tables(users, posts, both));
    expect(problems).toEqual([
      expect.stringContaining("'c' has the foreign key 'fk_c_x_posts' (x) → posts (id) on delete cascade in the models"),
    ]);
  });

  it('adds, drops and changes indexes', async () => {
    const shape = { id: t.integer().primaryKey(), a: t.integer(), b: t.integer() };
    const where = sql<boolean>`a > 1`;
    const found = await thereAndBack(
      tables(['t', shape, { constraints: (c) => [index(c.a).named('gone'), index(c.a, c.b).named('changed'), index(c.b).named('same')] }]),
      tables(['t', shape, { constraints: (c) => [index(c.b).named('same'), index(c.b, c.a).where(where).named('changed'), index(c.a)] }]),
    );
    expect(upgrades(found)).toBe(`await op.dropIndex('changed', 't');
await op.dropIndex('gone', 't');
await op.createIndex('changed', 't', ['b', 'a'], { where: sql\`a > 1\` });
await op.createIndex('ix_t_a', 't', ['a']);`);
  });

  it('takes a unique index over the same columns for a unique constraint', async () => {
    const plain = { id: t.integer().primaryKey(), a: t.integer(), b: t.integer() };
    const models = tables(['t', plain, { constraints: (c) => [unique(c.b, c.a)] }]);
    const found = await thereAndBack(tables(['t', plain]), models);
    expect(upgrades(found)).toBe(`await op.createUniqueConstraint('uq_t_b_a', 't', ['b', 'a']);`);
    // The model drops it again: the index goes, without building the table anew.
    const connection = await databaseWith(tables(['t', plain]));
    await run(connection, found, 'upgrade');
    const back = await difference(connection, tables(['t', plain]));
    expect(upgrades(back)).toBe(`await op.dropIndex('uq_t_b_a', 't');`);
    expect(downgrades(back)).toBe(`await op.createIndex('uq_t_b_a', 't', ['b', 'a'], { unique: true });`);
  });

  it('does not mind how a type, a default or a check is spelled, or that a referenced key is not named', async () => {
    const connection = await databaseWith(tables());
    await connection.script(`
      CREATE TABLE users (id integer primary key, n int default (0) not null, "p" decimal( 10 , 2 ) not null, check ("n">=0));
      CREATE TABLE posts (id INTEGER NOT NULL PRIMARY KEY, user_id INT REFERENCES users ON DELETE NO ACTION)`);
    const models = tables(
      [
        'users',
        { id: t.integer().primaryKey(), n: t.integer().serverDefault(sql`0`), p: t.numeric(10, 2) },
        { constraints: (c) => [check(sql`${c.n} >= 0`)] },
      ],
      ['posts', { id: t.integer().primaryKey(), userId: t.integer().nullable().references('users.id', { onUpdate: 'no action' }) }],
    );
    expect(await difference(connection, models)).toEqual({ changes: [], problems: [], warnings: [] });
  });

  it('leaves the table of the versions alone', async () => {
    expect(
      await difference(await databaseWith(tables(users, ['athanor_version', { revision: t.string(32).primaryKey() }])), tables(users)),
    ).toMatchObject({ changes: [] });
  });

  it('warns of a column that may have been renamed', async () => {
    const renamed: Definition = ['posts', { id: t.integer().primaryKey(), headline: t.string(200).nullable() }];
    const { warnings } = await difference(await databaseWith(tables(posts)), tables(renamed));
    expect(warnings[1]).toMatch(/'posts\.title' goes and 'posts\.headline'.*ALTER TABLE posts RENAME COLUMN title TO headline/);
  });
});

describe('what no migration can be written for yet', () => {
  const base = { id: t.integer().primaryKey(), a: t.integer().unique(), b: t.string(10).nullable(), c: t.integer().serverDefault(sql`1`) };
  const before: Definition = [
    't',
    base,
    { constraints: (c) => [check(sql`${c.a} > 0`, 'ck_a'), foreignKey([c.a, c.id], ['t.id', 't.a']).named('fk_a'), unique(c.c, c.b)] },
  ];
  const same: TableOptions<Shape>['constraints'] = before[2]?.constraints;

  it.each<[string, Definition, RegExp[]]>([
    [
      'a type',
      ['t', { ...base, b: t.string(20).nullable() }, { constraints: same }],
      [/'t\.b': the type is VARCHAR\(20\) in the models and VARCHAR\(10\) in the database/],
    ],
    [
      'nullability',
      ['t', { ...base, b: t.string(10) }, { constraints: same }],
      [/'t\.b' is NOT NULL in the models and nullable in the database/],
    ],
    [
      'a default',
      ['t', { ...base, c: t.integer().serverDefault(sql`2`) }, { constraints: same }],
      [/'t\.c': the server default is 2 in the models and 1 in the database/],
    ],
    [
      'a default gone',
      ['t', { ...base, c: t.integer() }, { constraints: same }],
      [/'t\.c': the server default is none in the models and 1 in/],
    ],
    [
      'the primary key',
      ['t', { ...base, b: t.string(10).primaryKey() }, { constraints: same }],
      [/'t': the primary key is \(id, b\) in the models and \(id\) in the database/],
    ],
    [
      'a unique constraint dropped',
      ['t', { ...base, a: t.integer() }, { constraints: same }],
      [/'t' has the unique constraint 'uq_t_a' \(a\) in the database and not in the models.*SQLite/],
    ],
    [
      'a foreign key dropped',
      ['t', base, { constraints: (c) => [check(sql`${c.a} > 0`, 'ck_a'), unique(c.c, c.b)] }],
      [/'t' has the foreign key 'fk_a' \(a, id\) → t \(id, a\) in the database/],
    ],
    [
      'a foreign key changed',
      ['t', { ...base, c: base.c.references('t.id') }, { constraints: same }],
      [/'t' has the foreign key 'fk_t_c_t' \(c\) → t \(id\) in the models and not in the database/],
    ],
    [
      'a check changed',
      [
        't',
        base,
        { constraints: (c) => [check(sql`${c.a} > 1`, 'ck_a'), foreignKey([c.a, c.id], ['t.id', 't.a']).named('fk_a'), unique(c.c, c.b)] },
      ],
      [/'t' has the check 'ck_a' \(a > 1\) in the models/, /'t' has the check 'ck_a' \(a > 0\) in the database/],
    ],
    [
      'a column that SQLite cannot drop',
      ['t', { id: base.id, b: base.b, c: base.c }, { constraints: (c) => [unique(c.c, c.b)] }],
      [/'t\.a' is not in the models, and cannot be dropped: the unique constraint 'uq_t_a' names it/],
    ],
    [
      'a NOT NULL column without server default',
      ['t', { ...base, d: t.boolean().default(true) }, { constraints: same }],
      [
        /'t\.d' cannot be added: it is NOT NULL and has no server default.*Give it \.serverDefault\(sql`\$\{true\}`\) \(\.default\(\) is for rows that the program makes\), or make it \.nullable\(\)/,
      ],
    ],
  ])('%s', async (_what, after, expected) => {
    const { problems, changes } = await difference(await databaseWith(tables(before)), tables(after));
    expect(problems).toHaveLength(expected.length);
    for (const [i, pattern] of expected.entries()) expect(problems[i]).toMatch(pattern);
    expect(changes).toEqual([]);
  });
});

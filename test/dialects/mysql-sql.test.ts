import { describe, expect, test } from 'vitest';
import type { DriverConnection } from '../../src/dialects/base/driver.ts';
import { mysqlDialect } from '../../src/dialects/mysql/dialect.ts';
import { readServer } from '../../src/dialects/mysql/server.ts';
import {
  alias,
  cast,
  Database,
  deleteFrom,
  except,
  excluded,
  exists,
  func,
  insertInto,
  select,
  sql,
  t,
  union,
  unique,
  update,
} from '../../src/index.ts';
import { CompileError } from '../../src/sql/errors.ts';
import type { Node } from '../../src/sql/node.ts';
import type { ExpressionLike } from '../../src/sql/operand.ts';

const mysql = mysqlDialect(readServer('8.0.36'));
const old = mysqlDialect(readServer('8.0.28'));
const mariadb = mysqlDialect(readServer('10.11.6-MariaDB-0+deb12u1'));

const db = new Database({ url: 'sqlite://' });
const User = db.Table('users', {
  id: t.integer().primaryKey(),
  name: t.string(80).unique(),
  age: t.integer().nullable(),
  key: t.string(20).nullable(),
});
const Pair = db.Table(
  'pairs',
  { a: t.integer(), b: t.integer(), n: t.integer(), m: t.integer() },
  { constraints: (c) => [unique(c.a, c.b)] },
);

type Statement = { readonly node: Node } | { build(): Node } | { batches(): { node: Node }[] };
function compiled(statement: unknown, dialect = mysql): string {
  const given = statement as Statement;
  const node = 'node' in given ? given.node : 'batches' in given ? given.batches()[0].node : given.build();
  return dialect.compile(node).pieces.join('?');
}

describe('subqueries in the condition of an outer join', () => {
  const other = alias(User, 'other');
  const pairs = exists(select(Pair.c.a).where(Pair.c.a.eq(other.c.id)));
  const joined = select(User.c.id).outerJoin(other, pairs);

  test('are worked out for each row on MySQL, whose joins of them keep too many', () => {
    expect(compiled(joined)).toContain('EXISTS (SELECT /*+ NO_SEMIJOIN() */ pairs.a');
    expect(compiled(select(User.c.id).outerJoin(other, other.c.id.in(select(Pair.c.a).distinct())))).toContain(
      'IN (SELECT /*+ NO_SEMIJOIN() */ DISTINCT pairs.a',
    );
  });
  test('are left to MariaDB, and elsewhere to both', () => {
    expect(compiled(joined, mariadb)).not.toContain('NO_SEMIJOIN');
    expect(compiled(select(User.c.id).join(other, pairs))).not.toContain('NO_SEMIJOIN');
    expect(compiled(select(other.c.id).where(pairs))).not.toContain('NO_SEMIJOIN');
  });
});

describe('servers', () => {
  test.each([
    ['8.0.36', false, [8, 0, 36]],
    ['8.4.2-commercial', false, [8, 4, 2]],
    ['10.11.6-MariaDB-0+deb12u1', true, [10, 11, 6]],
    ['5.5.5-10.6.4-MariaDB', true, [10, 6, 4]],
    ['11.4.2-MariaDB-log', true, [11, 4, 2]],
  ] as const)('%s', (text, isMariadb, version) => {
    expect(readServer(text)).toEqual({ mariadb: isMariadb, version });
  });

  test('one dialect for each version, whoever asks', () => {
    expect(mysql.forServer?.('8.0.36')).toBe(mysql);
    expect(mysql.forServer?.('10.11.6-MariaDB-0+deb12u1')).toBe(mariadb);
    expect([mysql.title, mariadb.title]).toEqual(['MySQL', 'MariaDB']);
    expect([mysql.capabilities.returning, mariadb.capabilities.returning]).toEqual([false, true]);
  });
});

describe('expressions', () => {
  const where = (condition: ExpressionLike<boolean | null>, dialect = mysql): string =>
    compiled(select(User.c.id).where(condition), dialect).replace('SELECT users.id FROM users WHERE ', '');

  test.each([
    ['concat', User.c.name.concat('x').concat(User.c.key).eq('y'), 'CONCAT(users.name, ?, users.`key`) = ?'],
    ['is not distinct from', User.c.age.isNotDistinctFrom(1), 'users.age <=> ?'],
    ['is distinct from', User.c.age.isDistinctFrom(1), 'NOT (users.age <=> ?)'],
    ['like with an escape', User.c.name.like('a\\_%', { escape: '\\' }), "users.name LIKE ? ESCAPE '\\\\'"],
    ['ilike', User.c.name.ilike('A%'), 'lower(users.name) LIKE lower(?)'],
    [
      'a limited subquery in IN',
      User.c.id.in(select(Pair.c.a).limit(1)),
      'users.id IN (SELECT * FROM (SELECT pairs.a FROM pairs LIMIT ?) AS rows_1)',
    ],
  ] as const)('%s', (_what, condition, expected) => {
    expect(where(condition)).toBe(expected);
  });

  test('casts', () => {
    const text = compiled(
      select({
        a: cast(User.c.name, t.integer()),
        b: cast(User.c.id, t.text()),
        c: cast(User.c.id, t.numeric(10, 2)),
        d: cast(User.c.id, t.double()),
        e: cast(User.c.age, t.boolean()),
        f: cast(User.c.name, t.dateTime()),
      }),
    );
    expect(text).toContain('CAST(users.name AS SIGNED)');
    expect(text).toContain('CAST(users.id AS CHAR)');
    expect(text).toContain('CAST(users.id AS DECIMAL(10, 2))');
    expect(text).toContain('CAST(users.id AS DOUBLE)');
    expect(text).toContain('(users.age <> 0)');
    expect(text).toContain('CAST(users.name AS DATETIME(3))');
  });

  test('functions that have another name, and aggregates of some rows', () => {
    expect(compiled(select({ n: func.now(), r: func.random(), l: func.length(User.c.name), a: func.avg(User.c.age) }))).toBe(
      'SELECT NOW(3) AS n, RAND() AS r, CHAR_LENGTH(users.name) AS l, avg(users.age + 0e0) AS a FROM users',
    );
    expect(compiled(select({ n: func.count().filter(User.c.age.gt(1)), s: func.sum(User.c.age).filter(User.c.age.gt(1)) }))).toBe(
      'SELECT count(CASE WHEN users.age > ? THEN TRUE END) AS n, sum(CASE WHEN users.age > ? THEN users.age END) AS s FROM users',
    );
  });

  test('NULLs are put where they were asked for', () => {
    expect(
      compiled(select(User.c.id).orderBy(User.c.age.asc().nullsLast(), User.c.id.desc().nullsFirst(), User.c.name.asc().nullsFirst())),
    ).toBe('SELECT users.id FROM users ORDER BY users.age IS NULL, users.age, users.id IS NOT NULL, users.id DESC, users.name');
    expect(compiled(select({ a: User.c.age }).orderBy(User.c.age.asc().nullsLast()))).toBe(
      'SELECT users.age AS a FROM users ORDER BY a IS NULL, a',
    );
  });

  test('a bare placeholder in SQL by hand is refused, one in quotes is text', () => {
    expect(() => compiled(sql`SELECT ? FROM users`)).toThrow(/placeholder '\?'/);
    expect(compiled(sql`SELECT 'a\\'?', "?", \`?\` -- ?`)).toContain('?');
  });
});

describe('selects', () => {
  test('an offset without a limit', () => {
    expect(compiled(select(User.c.id).offset(5))).toBe('SELECT users.id FROM users LIMIT 18446744073709551615 OFFSET ?');
  });

  test('locks', () => {
    const query = select(User.c.id);
    expect(compiled(query.forUpdate({ skipLocked: true }))).toMatch(/ FOR UPDATE SKIP LOCKED$/);
    expect(compiled(query.forUpdate({ share: true }))).toMatch(/ FOR SHARE$/);
    expect(compiled(query.forUpdate({ share: true }), mariadb)).toMatch(/ LOCK IN SHARE MODE$/);
    expect(compiled(query.forUpdate({ of: [User] }))).toMatch(/ FOR UPDATE OF users$/);
    expect(() => compiled(query.forUpdate({ of: [User] }), mariadb)).toThrow(CompileError);
  });

  test('set operations by version', () => {
    const both = except(select(User.c.id), select(Pair.c.a));
    expect(compiled(both)).toContain(' EXCEPT ');
    expect(compiled(both, mariadb)).toContain(' EXCEPT ');
    expect(() => compiled(both, old)).toThrow(/MySQL before 8.0.31 has no EXCEPT/);
    expect(compiled(union(select(User.c.id), select(Pair.c.a)), old)).toContain(' UNION ');
  });
});

describe('writes', () => {
  test('default values', () => {
    expect(compiled(insertInto(db.Table('empties', { id: t.integer().primaryKey() })).values({}))).toBe('INSERT INTO empties () VALUES ()');
  });

  test('an upsert calls the new row by name, or by function', () => {
    const upsert = insertInto(User)
      .values({ name: 'a', age: 1 })
      .onConflictDoUpdate({ target: [User.c.name], set: { age: excluded(User.c.age) } });
    expect(compiled(upsert)).toBe('INSERT INTO users (name, age) VALUES (?, ?) AS excluded ON DUPLICATE KEY UPDATE age = excluded.age');
    expect(compiled(upsert, mariadb)).toBe('INSERT INTO users (name, age) VALUES (?, ?) ON DUPLICATE KEY UPDATE age = VALUES(age)');
  });

  test('an upsert that could meet another key is refused', () => {
    const upsert = insertInto(User)
      .values({ id: 1, name: 'a' })
      .onConflictDoUpdate({ target: [User.c.name], set: { age: 1 } });
    expect(() => compiled(upsert)).toThrow(/would also take a conflict of 'users' on \(id\)/);
    const aimless = insertInto(User)
      .values({ name: 'a' })
      .onConflictDoUpdate({ target: [User.c.age], set: { age: 1 } });
    expect(() => compiled(aimless)).toThrow(/conflict target \(age\) that is no unique key/);
    const picky = insertInto(User)
      .values({ name: 'a' })
      .onConflictDoUpdate({ target: [User.c.name], set: { age: 1 }, where: User.c.age.gt(1) });
    expect(() => compiled(picky)).toThrow(/no WHERE in onConflictDoUpdate/);
  });

  test('RETURNING only where the server has it', () => {
    const insert = insertInto(User).values({ name: 'a' }).returning(User.c.id);
    expect(compiled(insert, mariadb)).toBe('INSERT INTO users (name) VALUES (?) RETURNING id');
    expect(() => compiled(insert)).toThrow(/MySQL has no RETURNING in an INSERT/);
    expect(compiled(deleteFrom(User).where(User.c.id.eq(1)).returning(User.c.id), mariadb)).toMatch(/ RETURNING id$/);
    expect(() => compiled(update(User).set({ age: 1 }).where(User.c.id.eq(1)).returning(User.c.id), mariadb)).toThrow(
      /RETURNING in an UPDATE/,
    );
  });

  test('MySQL finds the rows first where a subquery reads the same table', () => {
    const Other = alias(User, 'other');
    const condition = exists(select(Other.c.id).where(Other.c.age.gt(User.c.age)));
    expect(compiled(deleteFrom(User).where(condition))).toBe(
      'DELETE FROM users WHERE users.id IN (SELECT found_1.id FROM (SELECT DISTINCT users.id FROM users WHERE EXISTS (SELECT other.id FROM users AS other WHERE other.age > users.age)) AS found_1)',
    );
    expect(compiled(deleteFrom(User).where(condition), mariadb)).toBe(
      'DELETE FROM users WHERE EXISTS (SELECT other.id FROM users AS other WHERE other.age > users.age)',
    );
  });

  test('assignments read the row as it was', () => {
    const change = update(Pair)
      .set({ n: Pair.c.n.plus(1), m: Pair.c.n })
      .where(Pair.c.a.eq(1));
    expect(compiled(change)).toBe('UPDATE pairs SET m = pairs.n, n = pairs.n + ? WHERE pairs.a = ?');
    const swap = update(Pair).set({ n: Pair.c.m, m: Pair.c.n }).where(Pair.c.a.eq(1));
    expect(() => compiled(swap)).toThrow(/assignments read each other's columns \(n, m\)/);
    expect(compiled(swap, mariadb)).toContain('SET n = pairs.m, m = pairs.n');
  });
});

describe('tables', () => {
  const create = (name: string, shape: Parameters<typeof db.Table>[1], options = {}): string[] =>
    mysql.ddl.createTable(new Database({ url: 'sqlite://' }).Table(name, shape, options));

  test('types, keys, defaults and comments', () => {
    const [statement] = create('docs', {
      id: t.bigInteger().primaryKey(),
      title: t.string(200).comment("it's"),
      slug: t.string().unique(),
      body: t.text().serverDefault(sql`'a\\\\b'`),
      made: t.dateTime().serverDefault(sql`CURRENT_TIMESTAMP`),
      price: t.numeric(10, 2),
      any: t.numeric(),
      kind: t.enum(['a', "b'c"]),
      n: t.float(),
      uid: t.uuid().serverDefault(sql`uuid()`),
      ok: t.boolean(),
      raw: t.binary(),
      hash: t.binary(32),
      at: t.time(),
    });
    expect(statement).toBe(
      `CREATE TABLE docs (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  title VARCHAR(200) NOT NULL COMMENT 'it''s',
  slug VARCHAR(255) NOT NULL,
  body LONGTEXT DEFAULT ('a\\\\b') NOT NULL,
  made DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) NOT NULL,
  price NUMERIC(10, 2) NOT NULL,
  any NUMERIC(65, 30) NOT NULL,
  kind ENUM('a', 'b''c') NOT NULL,
  n DOUBLE NOT NULL,
  uid CHAR(36) DEFAULT (uuid()) NOT NULL,
  ok BOOLEAN NOT NULL,
  raw LONGBLOB NOT NULL,
  hash VARBINARY(32) NOT NULL,
  at TIME(6) NOT NULL,
  CONSTRAINT uq_docs_slug UNIQUE (slug)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
    );
  });

  test('what an index cannot hold is refused, or its beginning indexed', () => {
    expect(() => create('a', { id: t.integer().primaryKey(), body: t.text().unique() })).toThrow(/'a.body' belongs to a unique key/);
    expect(() => create('b', { id: t.text().primaryKey() })).toThrow(/'b.id' belongs to the primary key/);
    expect(create('c', { id: t.integer().primaryKey(), body: t.text().index() })[1]).toBe('CREATE INDEX ix_c_body ON c (body(255))');
  });

  test('each thing is dropped in its own way', () => {
    const table = { name: 'order', schema: null };
    expect(mysql.ddl.dropIndex(table, 'ix')).toBe('DROP INDEX ix ON `order`');
    const [dropped, ...index] = mysql.ddl.dropConstraint(table, 'fk', 'foreignKey');
    expect(dropped).toBe('ALTER TABLE `order` DROP FOREIGN KEY fk');
    expect(index.join('; ')).toMatch(
      /^SET @athanor_drop = IF\(EXISTS .* 'ALTER TABLE `order` DROP INDEX fk', 'DO 0'\); PREPARE .* EXECUTE /,
    );
    expect(mysql.ddl.dropConstraint(table, 'uq', 'unique')).toEqual(['ALTER TABLE `order` DROP INDEX uq']);
    expect(mysql.ddl.dropConstraint(table, 'ck', 'check')).toEqual(['ALTER TABLE `order` DROP CONSTRAINT ck']);
  });

  test('types and expressions in the servers’ words are the same as in ours', () => {
    const { ddl } = mysql;
    for (const [ours, theirs] of [
      ['INTEGER', 'int(11)'],
      ['BIGINT', 'bigint(20)'],
      ['BOOLEAN', 'tinyint(1)'],
      ['NUMERIC(10, 2)', 'decimal(10,2)'],
      ['VARCHAR(80)', 'varchar(80)'],
      ["ENUM('a', 'B')", "enum('a','B')"],
      ['DATETIME(3)', 'datetime(3)'],
    ])
      expect([ours, ddl.sameType(ours, theirs)]).toEqual([ours, true]);
    expect(ddl.sameType('VARCHAR(80)', 'varchar(81)')).toBe(false);
    expect(ddl.sameType("ENUM('a')", "enum('A')")).toBe(false);
    expect(ddl.sameExpression("age > 0 AND name <> 'it''s'", "((`age` > 0) and (`name` <> _utf8mb4'it\\'s'))")).toBe(true);
    expect(ddl.sameExpression('CURRENT_TIMESTAMP(3)', 'current_timestamp(3)')).toBe(true);
    expect(ddl.sameExpression('age > 0', '`age` > 1')).toBe(false);
    expect(ddl.parseType('int(10) unsigned')?.name).toBe('integer');
    expect(ddl.parseType("enum('a','b''c')")?.values).toEqual(['a', "b'c"]);
    expect(ddl.parseType('geometry')).toBeNull();
  });
});

test('MySQL 8 reads back what its catalog says in its own way', async () => {
  const answers: Record<string, unknown[][]> = {
    'information_schema.tables': [['docs', 'BASE TABLE', 'InnoDB', 'utf8mb4_0900_ai_ci', 'Dynamic', '', '']],
    'information_schema.columns': [
      ['docs', 'id', 'int', 'NO', null, 'auto_increment', 'PRI', '', null, ''],
      ['docs', 'title', 'varchar(80)', 'NO', "it's", '', 'UNI', '', 'utf8mb4_0900_ai_ci', ''],
      ['docs', 'made', 'datetime(3)', 'NO', 'CURRENT_TIMESTAMP(3)', 'DEFAULT_GENERATED on update CURRENT_TIMESTAMP(3)', '', '', null, ''],
      ['docs', 'n', 'int unsigned', 'YES', '42', '', '', '', null, ''],
      ['docs', 'data', 'json', 'YES', null, '', '', '', null, ''],
    ],
    'information_schema.statistics': [
      ['docs', 'PRIMARY', 0, 'id', 'A', null, 'BTREE', null],
      ['docs', 'uq_docs_title', 0, 'title', 'A', null, 'BTREE', null],
      ['docs', 'ix_lower', 1, null, 'D', null, 'BTREE', 'lower(`title`)'],
    ],
    'information_schema.key_column_usage': [],
    'information_schema.check_constraints': [['docs', 'ck_docs_n', "((`n` > 0) and (`title` <> _utf8mb4\\'x\\'))", 'Table']],
  };
  const connection = {
    query: (query: string) =>
      (query === 'SELECT DATABASE()' ? [['shop']] : undefined) ??
      Object.entries(answers).find(([table]) => new RegExp(`FROM ${table}\\b`).test(query))?.[1] ??
      [],
  } as unknown as DriverConnection;
  const [docs] = await mysql.reflect(connection);
  expect(docs.columns.map(({ name, type, default: fallback }) => [name, type, fallback])).toEqual([
    ['id', 'INTEGER', null],
    ['title', 'VARCHAR(80)', "'it''s'"],
    ['made', 'DATETIME(3)', 'CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)'],
    ['n', 'INTEGER UNSIGNED', '42'],
    ['data', 'JSON', null],
  ]);
  expect(docs.indexes).toEqual([
    { name: 'uq_docs_title', columns: ['title'], unique: true, where: null },
    {
      name: 'ix_lower',
      columns: [],
      unique: false,
      where: null,
      parts: [
        { column: null, expression: 'lower(`title`)', direction: 'desc', nulls: null, collation: null, operatorClass: null, length: null },
      ],
    },
  ]);
  expect(docs.checks.map(({ sql: text }) => mysql.ddl.sameExpression(text, "n > 0 AND title <> 'x'"))).toEqual([true]);
});

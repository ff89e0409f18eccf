import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Driver, DriverConnection } from '../../src/dialects/base/driver.ts';
import { ConfigurationError } from '../../src/dialects/base/errors.ts';
import { betterSqlite3 } from '../../src/dialects/sqlite/better-sqlite3.ts';
import { nodeSqlite } from '../../src/dialects/sqlite/node-sqlite.ts';
import { temporaryFolder } from '../engine/sqlite-databases.ts';

const options = (database: string, query: Record<string, string> = {}, host: string | null = null) => ({
  database,
  host,
  port: null,
  user: null,
  password: null,
  query,
});

const WIDE = 2n ** 53n + 1n;

describe.each([nodeSqlite, betterSqlite3])('the driver $name', (driver: Driver) => {
  const connect = async (database = ':memory:', query: Record<string, string> = {}): Promise<DriverConnection> =>
    driver.connect(options(database, query));
  const scalar = async (connection: DriverConnection, sql: string): Promise<unknown> => (await connection.query(sql, []))[0][0];
  async function filled(): Promise<DriverConnection> {
    const connection = await connect();
    await connection.script('CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(10) UNIQUE, size INTEGER, ratio REAL)');
    return connection;
  }

  it('answers at once, with rows as arrays', async () => {
    const connection = await filled();
    expect(connection.run('INSERT INTO t (name, size) VALUES (?, ?)', ['a', 1])).toEqual({ rowCount: 1, lastInsertId: 1 });
    expect(connection.query('SELECT name, size, ratio FROM t', [])).toEqual([['a', 1, null]]);
    expect(connection.query('INSERT INTO t (name) VALUES (?) RETURNING id, name', ['b'])).toEqual([[2, 'b']]);
    expect(connection.run('UPDATE t SET size = 5', [])).toEqual({ rowCount: 2, lastInsertId: null });
    expect(connection.run('DELETE FROM t WHERE id = ?', [99])).toEqual({ rowCount: 0, lastInsertId: null });
    expect(connection.run('CREATE TABLE u (a)', [])).toEqual({ rowCount: 0, lastInsertId: null });
  });

  it('runs one statement for many rows and tells each key', async () => {
    const connection = await filled();
    const rows = [['a'], ['b'], ['a'], ['c']];
    expect(connection.runMany('INSERT INTO t (name) VALUES (?) ON CONFLICT DO NOTHING', rows)).toEqual({
      rowCount: 3,
      lastInsertIds: [1, 2, null, 3],
    });
  });

  it('keeps every digit of wide integers', async () => {
    const connection = await filled();
    const insert = 'INSERT INTO t (id, size) VALUES (?, ?)';
    expect(connection.run(insert, [WIDE, -WIDE])).toEqual({ rowCount: 1, lastInsertId: WIDE });
    expect(connection.runMany(insert, [[WIDE + 2n, 1]])).toEqual({ rowCount: 1, lastInsertIds: [WIDE + 2n] });
    // What came before is not this statement's.
    expect(connection.run('UPDATE t SET ratio = 1 WHERE size = 1', [])).toEqual({ rowCount: 1, lastInsertId: null });
    const select = 'SELECT id, size FROM t ORDER BY id';
    const both = [
      [WIDE, -WIDE],
      [WIDE + 2n, 1],
    ];
    // The second time the statement knows.
    expect(connection.query(select, [])).toEqual(both);
    expect(connection.query(select, [])).toEqual(both);
    connection.run('DELETE FROM t', []);
    connection.run(insert, [5, 6]);
    expect(connection.query(select, [])).toEqual([[5, 6]]);
    expect(connection.query('SELECT max(id) + ? FROM t', [WIDE])).toEqual([[WIDE + 5n]]);
    expect(connection.query('INSERT INTO t (size) VALUES (?) RETURNING id, size, ratio', [WIDE])).toEqual([[6, WIDE, null]]);
    expect(await scalar(connection, 'SELECT count(*) FROM t')).toBe(2);
    expect(connection.execute('UPDATE t SET size = ? RETURNING size', [2n ** 53n])).toMatchObject({
      rows: [[2n ** 53n], [2n ** 53n]],
      rowCount: 2,
    });
    expect([...(connection.stream('SELECT size, ratio FROM t LIMIT 1', []) as Iterable<unknown>)]).toEqual([[2n ** 53n, null]]);
    expect(connection.query('SELECT 2.0 * ?, ratio FROM t LIMIT 1', [2 ** 60])).toEqual([[2 ** 61, null]]);
  });

  it('tells columns and rows of any statement', async () => {
    const connection = await filled();
    expect(connection.execute("INSERT INTO t (name) VALUES ('a'), ('b')", [])).toEqual({
      columns: [],
      rows: [],
      rowCount: 2,
      lastInsertId: 2,
    });
    expect(connection.execute('SELECT id, name AS "the name" FROM t', [])).toMatchObject({
      columns: ['id', 'the name'],
      rows: [
        [1, 'a'],
        [2, 'b'],
      ],
      rowCount: 0,
    });
    expect(connection.execute('WITH x AS (SELECT 1 AS n) SELECT n FROM x', [])).toMatchObject({ columns: ['n'], rows: [[1]], rowCount: 0 });
    expect(connection.execute('PRAGMA foreign_keys', [])).toMatchObject({ columns: ['foreign_keys'], rows: [[1]], rowCount: 0 });
    expect(connection.execute('/* insert */ DELETE FROM t -- returning', [])).toMatchObject({
      columns: [],
      rowCount: 2,
      lastInsertId: null,
    });
  });

  it('sees the newest columns after the table has changed', async () => {
    const file = join(temporaryFolder(), 'a.db');
    const connection = await connect(file);
    const other = await connect(file);
    await connection.script('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
    const all = 'SELECT * FROM t';
    expect(connection.execute(all, [])).toMatchObject({ columns: ['a'], rows: [[1]] });
    expect(connection.query('SELECT a FROM t', [])).toEqual([[1]]);
    other.run('ALTER TABLE t ADD COLUMN b DEFAULT 2', []);
    expect(connection.execute(all, [])).toMatchObject({ columns: ['a', 'b'], rows: [[1, 2]] });
    expect(connection.query('SELECT a FROM t', [])).toEqual([[1]]);
    connection.run('ALTER TABLE t RENAME COLUMN b TO c', []);
    expect(connection.execute(all, [])).toMatchObject({ columns: ['a', 'c'] });
    connection.run('ALTER TABLE t DROP COLUMN c', []);
    expect(connection.query(all, [])).toEqual([[1]]);
    connection.run('DROP TABLE t', []);
    expect(() => connection.query('SELECT a FROM t', [])).toThrow(/no such table/);
    await Promise.all([connection.close(), other.close()]);
  });

  it('serves more statements than its cache holds', async () => {
    const connection = await filled();
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 1200; i++) expect(connection.query(`SELECT ${i} + ?`, [1])).toEqual([[i + 1]]);
    }
  });

  it('streams, with other statements and writes beside it', async () => {
    const connection = await filled();
    connection.runMany(
      'INSERT INTO t (size) VALUES (?)',
      Array.from({ length: 1000 }, (_, i) => [i]),
    );
    const select = 'SELECT size FROM t WHERE id <= 1000';
    let sum = 0;
    for (const [size] of connection.stream(select, []) as Iterable<[number]>) {
      sum += size;
      if (size === 10) {
        expect(connection.query(select, [])).toHaveLength(1000);
        connection.run('INSERT INTO t (size) VALUES (?)', [5000]);
        const [first] = connection.stream(select, []) as Iterable<[number]>;
        expect(first).toEqual([0]);
      }
    }
    expect(sum).toBe(499_500);
    const unfinished = (connection.stream(select, []) as Iterable<unknown>)[Symbol.iterator]();
    unfinished.next();
    connection.close();
    expect(connection.usable).toBe(false);
    expect(unfinished.next().done).toBe(true);
    connection.close();
  });

  it('refuses several statements where one is taken', async () => {
    const connection = await filled();
    expect(() => connection.execute("DELETE FROM t; DELETE FROM t WHERE name = ';'", [])).toThrow(/More than one statement/);
    connection.execute("INSERT INTO t (name) VALUES ('a;b'); -- done; really", []);
    connection.execute('CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE t SET size = 1; UPDATE t SET ratio = 2; END', []);
    connection.script("INSERT INTO t (name) VALUES ('x'); INSERT INTO t (name) VALUES ('y')");
    expect(connection.query('SELECT name, ratio FROM t', [])).toEqual([
      ['a;b', 2],
      ['x', 2],
      ['y', 2],
    ]);
  });

  it('tells whether SQLite has a transaction open', async () => {
    const connection = await filled();
    expect(connection.inTransaction).toBe(false);
    connection.run('BEGIN', []);
    expect(connection.inTransaction).toBe(true);
    connection.run('COMMIT', []);
    connection.close();
    expect(connection.inTransaction).toBe(false);
  });

  it('opens files with foreign keys, a write-ahead log and a short wait of its own', async () => {
    const connection = await connect(join(temporaryFolder(), 'a.db'));
    expect(await scalar(connection, 'PRAGMA foreign_keys')).toBe(1);
    expect(await scalar(connection, 'PRAGMA journal_mode')).toBe('wal');
    expect(await scalar(connection, 'PRAGMA synchronous')).toBe(1);
    expect(await scalar(connection, 'PRAGMA busy_timeout')).toBe(4);
    await connection.close();
  });

  it('follows the options of the URL', async () => {
    const file = join(temporaryFolder(), 'a.db');
    const connection = await connect(file, {
      journal_mode: 'delete',
      synchronous: 'full',
      foreign_keys: 'off',
      timeout: '0',
      cache_size: '-500',
    });
    expect(await scalar(connection, 'PRAGMA foreign_keys')).toBe(0);
    expect(await scalar(connection, 'PRAGMA journal_mode')).toBe('delete');
    expect(await scalar(connection, 'PRAGMA synchronous')).toBe(2);
    expect(await scalar(connection, 'PRAGMA busy_timeout')).toBe(0);
    expect(await scalar(connection, 'PRAGMA cache_size')).toBe(-500);
    await connection.script('CREATE TABLE t (a)');
    await connection.close();
    const reader = await connect(file, { mode: 'ro' });
    expect(await scalar(reader, 'SELECT count(*) FROM t')).toBe(0);
    expect(() => reader.run('INSERT INTO t VALUES (1)', [])).toThrow(/readonly/);
    await reader.close();
    const memory = await connect('ignored', { mode: 'memory' });
    expect(await scalar(memory, 'SELECT count(*) FROM sqlite_master')).toBe(0);
    await memory.close();
  });

  it.each([
    [{ jurnal_mode: 'wal' }, /option 'jurnal_mode', which is not known here. Known options: mode, timeout/],
    [{ journal_mode: 'wal; DROP TABLE users' }, /takes one of delete, truncate/],
    [{ timeout: 'soon' }, /takes seconds from 0 to 86400, but got 'soon'/],
    [{ mode: 'w' }, /'mode'/],
    [{ foreign_keys: 'maybe' }, /'foreign_keys'/],
    [{ cache_size: '1;2' }, /'cache_size'/],
  ])('refuses the options %j', async (query, message) => {
    await expect(connect(':memory:', query as Record<string, string>)).rejects.toThrow(message);
    await expect(connect(':memory:', query as Record<string, string>)).rejects.toThrow(ConfigurationError);
  });

  it('says what is wrong with a file', async () => {
    const folder = temporaryFolder();
    await expect(connect(join(folder, 'missing/a.db'))).rejects.toThrow(/there is no folder '.*missing'/);
    await expect(connect(join(folder, 'a.db'), { mode: 'rw' })).rejects.toThrow(/does not exist, and mode=rw/);
    await expect((async () => driver.connect(options('', {}, 'app.db')))()).rejects.toThrow(/three slashes/);
    writeFileSync(join(folder, 'text.db'), 'this is no database, and long enough to be read as one');
    mkdirSync(join(folder, 'dir.db'));
    for (const [name, code] of [
      ['text.db', 'SQLITE_NOTADB'],
      ['dir.db', 'SQLITE_CANTOPEN'],
    ]) {
      const failure = await connect(join(folder, name)).then(() => null, driver.classify);
      expect(failure).toMatchObject({ kind: 'operational', code });
    }
  });

  it('classifies errors, with the table and column that SQLite names', async () => {
    const connection = await connect();
    await connection.script(`
      CREATE TABLE parents (id INTEGER PRIMARY KEY);
      CREATE TABLE t (
        id INTEGER PRIMARY KEY, email TEXT UNIQUE, "odd.name" TEXT NOT NULL DEFAULT '', a, b, size INTEGER CONSTRAINT ck_size CHECK (size > 0),
        parent_id REFERENCES parents (id), UNIQUE (a, b));
      CREATE TABLE l (name);
      CREATE UNIQUE INDEX ix_lower ON l (lower(name));
      INSERT INTO l VALUES ('x');
      CREATE TABLE strict_one (n INTEGER) STRICT;
      CREATE TRIGGER no_delete BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'never'); END;
      INSERT INTO t (id, email, a, b) VALUES (1, 'x', 1, 2)`);
    const failure = (sql: string, parameters: unknown[] = []) => {
      try {
        connection.run(sql, parameters);
      } catch (error) {
        return driver.classify(error);
      }
      return null;
    };
    const nothing = { constraint: null, table: null, column: null };
    const cases: [string, Partial<ReturnType<Driver['classify']>>][] = [
      [
        "INSERT INTO t (email) VALUES ('x')",
        { kind: 'unique', code: 'SQLITE_CONSTRAINT_UNIQUE', table: 't', column: 'email', constraint: null },
      ],
      ["INSERT INTO l VALUES ('X')", { kind: 'unique', constraint: 'ix_lower', table: null }],
      ['INSERT INTO t (id) VALUES (1)', { kind: 'unique', code: 'SQLITE_CONSTRAINT_PRIMARYKEY', table: 't', column: 'id' }],
      ['INSERT INTO t (a, b) VALUES (1, 2)', { kind: 'unique', table: 't', column: 'a, b' }],
      ['INSERT INTO t ("odd.name") VALUES (NULL)', { kind: 'notNull', code: 'SQLITE_CONSTRAINT_NOTNULL', column: 'name' }],
      ['INSERT INTO t (size) VALUES (0)', { kind: 'check', constraint: 'ck_size', table: null }],
      ['INSERT INTO t (parent_id) VALUES (7)', { kind: 'foreignKey', code: 'SQLITE_CONSTRAINT_FOREIGNKEY', ...nothing }],
      ['DELETE FROM t', { kind: 'integrity', code: 'SQLITE_CONSTRAINT_TRIGGER', message: 'never' }],
      ["INSERT INTO strict_one VALUES ('x')", { kind: 'data', table: 'strict_one', column: 'n' }],
      ["UPDATE t SET id = 'x'", { kind: 'data', code: 'SQLITE_MISMATCH' }],
      ['SELECT abs(-9223372036854775808)', { kind: 'data' }],
      ['SELECT missing FROM t', { kind: 'programming', code: 'SQLITE_ERROR', message: 'no such column: missing' }],
      ['SELECT 1 FROM nowhere', { kind: 'programming', message: 'no such table: nowhere' }],
      ['SELEC 1', { kind: 'programming' }],
      ['', { kind: 'programming' }],
    ];
    for (const [sql, expected] of cases) expect(failure(sql), sql).toMatchObject(expected);
    expect(failure('SELECT ?', [Symbol('x')])).toMatchObject({ kind: 'programming' });
    expect(driver.classify('not even an error')).toMatchObject({ message: 'not even an error', code: null });
    connection.close();
    expect(failure('SELECT 1')).toMatchObject({ kind: 'disconnect' });
  });

  it('tells a lock that another holds from rows that have changed', async () => {
    const file = join(temporaryFolder(), 'a.db');
    const [one, two] = [await connect(file), await connect(file)];
    await one.script('CREATE TABLE t (a)');
    await one.script('BEGIN IMMEDIATE');
    const failureOf = (sql: string) => {
      try {
        two.run(sql, []);
      } catch (error) {
        return driver.classify(error);
      }
      return null;
    };
    expect(failureOf('INSERT INTO t VALUES (1)')).toMatchObject({ kind: 'lockTimeout', code: 'SQLITE_BUSY' });
    await two.script('BEGIN');
    two.query('SELECT * FROM t', []);
    await one.script('INSERT INTO t VALUES (1); COMMIT');
    expect(failureOf('INSERT INTO t VALUES (2)')).toMatchObject({ kind: 'serialization', code: 'SQLITE_BUSY_SNAPSHOT' });
    await Promise.all([one.close(), two.close()]);
  });
});

it('refuses better-sqlite3 on a Node that it would end, before loading it', () => {
  const script = `
    Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } });
    const { betterSqlite3 } = await import(${JSON.stringify(new URL('../../src/dialects/sqlite/better-sqlite3.ts', import.meta.url).href)});
    const options = { database: ':memory:', host: null, port: null, user: null, password: null, query: {} };
    const error = await betterSqlite3.connect(options).catch((error) => error);
    console.log(error.message, Object.keys((await import('node:module')).createRequire('/')('node:module')._cache).length);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(stdout, stderr).toMatch(/^better-sqlite3 13 needs Node 22 or later, but this is Node 20\.19\.0\..* 0$/m);
});

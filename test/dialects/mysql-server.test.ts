import { describe, expect, test } from 'vitest';
import {
  alias,
  CheckViolation,
  createEngine,
  Database,
  DataError,
  Deadlock,
  DisconnectError,
  deleteFrom,
  type Engine,
  excluded,
  exists,
  ForeignKeyViolation,
  func,
  insertInto,
  LockTimeout,
  literalColumn,
  NotNullViolation,
  not,
  OperationalError,
  ProgrammingError,
  select,
  sql,
  t,
  text,
  UniqueViolation,
  unique,
  update,
} from '../../src/index.ts';
import { compare } from '../../src/migrate/compare.ts';
import { index as indexOn } from '../../src/sql/indexes.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { Table } from '../../src/sql/schema.ts';
import { afterTest, openDatabase, type TestDatabase } from '../setup/databases.ts';
import { tested } from '../setup/live-databases.ts';
import { mysqlDatabases, numbersTo, presumedMysql8 } from '../setup/mysql-databases.ts';

function open(database: TestDatabase, query = ''): Engine {
  const engine = createEngine(`${database.url()}${query}`);
  afterTest(() => engine.dispose());
  return engine;
}

describe.each([...mysqlDatabases, ...presumedMysql8])('values on $name', (database) => {
  const make = (metadata: MetaData) =>
    new Table(metadata, 'everything', {
      id: t.integer().primaryKey(),
      big: t.bigInteger().nullable(),
      small: t.smallInteger().nullable(),
      title: t.string(100).nullable(),
      body: t.text().nullable(),
      ok: t.boolean().nullable(),
      f: t.float().nullable(),
      d: t.double().nullable(),
      price: t.numeric(30, 10).nullable(),
      day: t.date().nullable(),
      at: t.time().nullable(),
      moment: t.dateTime().nullable(),
      data: t.json<unknown>().nullable(),
      uid: t.uuid().nullable(),
      raw: t.binary().nullable(),
      kind: t.enum(['a', 'B', "it's"]).nullable(),
    });

  test('come back as they went', async () => {
    const engine = open(database);
    const metadata = new MetaData();
    const table = make(metadata);
    await metadata.createAll(engine);
    await using connection = await engine.connect({ autocommit: true });
    const rows = [
      { big: 2n ** 63n - 1n, small: -32_768, title: 'é\\\'"`?😀', body: `${'x'.repeat(70_000)}\n`, ok: true, f: 0.1, d: Number.MAX_VALUE },
      { big: -(2n ** 63n), small: 32_767, title: '', body: '', ok: false, f: -0.1, d: Number.MIN_VALUE },
      { big: 9_007_199_254_740_993n, day: '1815-12-10', at: '23:59:59.5', moment: new Date('1899-12-31T23:59:59.123Z') },
      { day: '9999-12-31', at: '00:00:00', moment: new Date('2024-02-29T12:00:00.000Z'), data: { b: [1, null, 'é'], a: { c: 0.5 } } },
      { data: [], uid: '123e4567-e89b-12d3-a456-426614174000', raw: new Uint8Array([0, 255, 39, 92]), kind: "it's" as const },
      { data: 'text', raw: new Uint8Array(70_000).fill(7), kind: 'B' as const },
      {},
    ];
    for (const row of rows) await connection.execute(insertInto(table).values(row));
    const read = await connection.all(select(table).orderBy(table.c.id));
    rows.forEach((row, i) => {
      for (const [key, value] of Object.entries(row))
        expect({ [key]: (read[i][0] as unknown as Record<string, unknown>)[key] }).toEqual({ [key]: value });
    });
    expect(Object.values(read[6][0]).filter((value) => value !== null)).toEqual([7]);
  });

  test('are found by what was stored, to the last digit', async () => {
    const engine = open(database);
    const metadata = new MetaData();
    const table = make(metadata);
    await metadata.createAll(engine);
    await using connection = await engine.connect({ autocommit: true });
    const moment = new Date('2024-05-01T10:20:30.007Z');
    await connection.execute(
      insertInto(table).values([
        { big: 9_007_199_254_740_993n, f: 0.1, price: '12345678901234567890.0000000001', moment, at: '10:20:30.25', day: '2024-05-01' },
        {
          big: 9_007_199_254_740_992n,
          f: 0.2,
          price: '12345678901234567890.0000000002',
          moment: new Date(moment.getTime() + 1),
          at: '10:20:31',
          day: '2024-05-02',
        },
      ]),
    );
    const ids = (condition: Parameters<ReturnType<typeof select<[typeof table.c.id]>>['where']>[0]) =>
      connection.scalars(select(table.c.id).where(condition));
    expect(await ids(table.c.big.eq(9_007_199_254_740_993n))).toEqual([1]);
    expect(await ids(table.c.big.in([9_007_199_254_740_993n, 5n]))).toEqual([1]);
    expect(await ids(table.c.f.eq(0.1))).toEqual([1]);
    expect(await ids(table.c.price.eq('12345678901234567890.0000000001'))).toEqual([1]);
    expect(await ids(table.c.price.in(['12345678901234567890.0000000002', '1']))).toEqual([2]);
    expect(await ids(table.c.moment.eq(moment))).toEqual([1]);
    expect(await ids(table.c.at.eq('10:20:30.25'))).toEqual([1]);
    expect(await ids(table.c.day.gt('2024-05-01'))).toEqual([2]);
    const [sums] = await connection.all(
      select({
        sum: func.sum(table.c.id),
        average: func.avg(table.c.id),
        big: func.sum(table.c.big),
        price: func.sum(table.c.price),
        n: func.count(),
      }),
    );
    expect({ ...sums, price: String(sums.price) }).toEqual({
      sum: 3,
      average: 1.5,
      big: 18_014_398_509_481_985n,
      price: '24691357802469135780.0000000003',
      n: 2,
    });
  });

  test('what does not fit is refused, never cut', async () => {
    const engine = open(database);
    const metadata = new MetaData();
    const table = make(metadata);
    await metadata.createAll(engine);
    await using connection = await engine.connect({ autocommit: true });
    await expect(connection.execute(insertInto(table).values({ title: 'x'.repeat(101) }))).rejects.toMatchObject({
      code: '1406',
      column: 'title',
    });
    await expect(connection.execute(insertInto(table).values({ id: 2 ** 40 }))).rejects.toThrow(/whole number/);
    await expect(connection.execute(insertInto(table).values({ d: Number.NaN }))).rejects.toThrow(/finite number/);
    await expect(connection.execute(insertInto(table).values({ at: '10:00:00.1234567' }))).rejects.toThrow(/at most 6 digits/);
  });
});

describe.each(mysqlDatabases)('the driver on $name', (database) => {
  async function withTable(engine: Engine): Promise<void> {
    await using connection = await engine.connect({ autocommit: true });
    await connection.script(`
      CREATE TABLE parents (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) NOT NULL, age INT, CONSTRAINT uq_parents_name UNIQUE (name), CONSTRAINT ck_age CHECK (age > 0));
      CREATE TABLE children (id INT AUTO_INCREMENT PRIMARY KEY, parent_id INT NOT NULL, CONSTRAINT fk_parent FOREIGN KEY (parent_id) REFERENCES parents (id));
      INSERT INTO parents (name, age) VALUES ('ann', 1), ('bob', 2)`);
  }

  test('errors are of the kind, and name the place', async () => {
    const engine = open(database);
    await withTable(engine);
    await using connection = await engine.connect({ autocommit: true });
    const fails = async (statement: ReturnType<typeof sql>): Promise<unknown> =>
      connection.execute(statement).then(
        () => null,
        (error) => error,
      );
    const cases: [ReturnType<typeof sql>, new (...args: never[]) => Error, object][] = [
      [sql`INSERT INTO parents (name) VALUES (${'ann'})`, UniqueViolation, { code: '1062', constraint: 'uq_parents_name' }],
      [
        sql`INSERT INTO children (parent_id) VALUES (${99})`,
        ForeignKeyViolation,
        { code: '1452', constraint: 'fk_parent', table: 'children', column: 'parent_id' },
      ],
      [sql`INSERT INTO parents (name) VALUES (${null})`, NotNullViolation, { code: '1048', column: 'name' }],
      [sql`INSERT INTO parents (age) VALUES (${5})`, NotNullViolation, { code: '1364', column: 'name' }],
      [sql`INSERT INTO parents (name, age) VALUES (${'x'}, ${-1})`, CheckViolation, { constraint: 'ck_age' }],
      [sql`INSERT INTO parents (name) VALUES (${'x'.repeat(30)})`, DataError, { code: '1406', column: 'name' }],
      [sql`SELECT * FROM nowhere`, ProgrammingError, { code: '1146' }],
      [sql`SELECT nothing FROM parents`, ProgrammingError, { code: '1054' }],
      [sql`SELEC 1`, ProgrammingError, { code: '1064' }],
      [sql`SELECT 1; SELECT 2`, ProgrammingError, { code: '1064' }],
    ];
    for (const [statement, ErrorClass, details] of cases) {
      const error = await fails(statement);
      expect(error).toBeInstanceOf(ErrorClass);
      expect(error).toMatchObject(details);
    }
    await connection.script(
      "CREATE TABLE odd (a VARCHAR(40), b VARCHAR(40), CONSTRAINT x UNIQUE (a)); CREATE UNIQUE INDEX `it's odd` ON odd (b); INSERT INTO odd VALUES ('a for key ''z''', 'b')",
    );
    const [first, second] = [
      await fails(sql`INSERT INTO odd VALUES (${"a for key 'z'"}, 'c')`),
      await fails(sql`INSERT INTO odd VALUES ('d', 'b')`),
    ];
    expect([first, second]).toEqual([expect.any(UniqueViolation), expect.any(UniqueViolation)]);
    expect([first, second].map((error) => (error as UniqueViolation).constraint)).toEqual(['x', "it's odd"]);
    expect((first as Error).message).toMatch(/^Duplicate entry for key '(?:odd\.)?x'\. /);
    // The content of a parameter is in no message of ours.
    expect(((await fails(sql`SELECT nothing FROM parents WHERE name = ${'secret'}`)) as Error).message).not.toContain('secret');
  });

  test('a connection that was killed: an error, and the next one works', async () => {
    const engine = open(database);
    await using connection = await engine.connect();
    await connection.begin();
    const id = await connection.scalar(sql<{ id: number }>`SELECT CONNECTION_ID() AS id`);
    await using other = await engine.connect({ autocommit: true });
    const sleeping = connection.execute(sql`SELECT SLEEP(10)`).catch((error) => error);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await other.execute(text(`KILL ${id}`));
    expect(await sleeping).toBeInstanceOf(DisconnectError);
    await connection.close();
    await other.close();
    await using next = await engine.connect();
    expect(await next.scalar(sql<{ one: number }>`SELECT 1 AS one`)).toBe(1);
    expect(engine.pool.status()).toMatchObject({ size: 1, checkedOut: 1 });
  });

  test('a connection that was killed while it rested is replaced where the pool looks first', async () => {
    const engine = createEngine(database.url(), { poolPrePing: true });
    afterTest(() => engine.dispose());
    const connection = await engine.connect();
    const id = await connection.scalar(sql<{ id: number }>`SELECT CONNECTION_ID() AS id`);
    await connection.close();
    const killer = open({ ...database, url: () => engine.url });
    await using other = await killer.connect({ autocommit: true });
    await other.execute(text(`KILL ${id}`));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await using next = await engine.connect();
    expect(await next.scalar(sql<{ id: number }>`SELECT CONNECTION_ID() AS id`)).not.toBe(id);
  });

  test('cancel() ends what runs, and the connection goes on', async () => {
    const engine = open(database);
    await using connection = await engine.connect({ autocommit: true });
    const started = performance.now();
    const slow = connection.execute(sql`SELECT SLEEP(10), benchmark(1, 1)`).then(
      (result) => result.all(),
      (error) => error,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    await connection.driverConnection.cancel?.();
    const answer = await slow;
    // SLEEP answers 1 where it was interrupted; other statements fail with 1317.
    expect(answer instanceof OperationalError || Array.isArray(answer)).toBe(true);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(await connection.scalar(sql<{ one: number }>`SELECT 1 AS one`)).toBe(1);
  });

  test('two transactions that wait for each other: one is ended, and can be run again', async () => {
    const engine = open(database);
    await withTable(engine);
    await using one = await engine.connect();
    await using two = await engine.connect();
    const touch = (name: string) => sql`UPDATE parents SET age = age + 1 WHERE name = ${name}`;
    await one.begin();
    await two.begin();
    await one.execute(touch('ann'));
    await two.execute(touch('bob'));
    const results = await Promise.allSettled([one.execute(touch('bob')), two.execute(touch('ann'))]);
    const failed = results.findIndex(({ status }) => status === 'rejected');
    expect((results[failed] as PromiseRejectedResult).reason).toBeInstanceOf(Deadlock);
    const [loser, winner] = failed === 0 ? [one, two] : [two, one];
    // The server has undone the transaction, so nothing may run as if it were open.
    await expect(loser.execute(touch('ann'))).rejects.toThrow(/undone the transaction/);
    await loser.rollback();
    await winner.commit();
  });

  test('a lock that another holds for too long', async () => {
    const engine = open(database);
    await withTable(engine);
    await using one = await engine.connect();
    await using two = await engine.connect();
    await one.execute(sql`UPDATE parents SET age = 5 WHERE name = 'ann'`);
    await two.script('SET SESSION innodb_lock_wait_timeout = 1');
    await expect(two.execute(sql`UPDATE parents SET age = 6 WHERE name = 'ann'`)).rejects.toBeInstanceOf(LockTimeout);
    // Only the statement failed.
    expect(two.inTransaction).toBe(true);
    await two.execute(sql`UPDATE parents SET age = 7 WHERE name = 'bob'`);
    await two.commit();
  });

  test('isolation, read-only transactions and savepoints', async () => {
    const engine = open(database);
    await withTable(engine);
    await using connection = await engine.connect();
    await connection.begin({ isolation: 'serializable', readOnly: true });
    await expect(connection.execute(sql`UPDATE parents SET age = 5`)).rejects.toBeInstanceOf(OperationalError);
    await connection.rollback();
    await connection.begin({ isolation: 'read committed' });
    await connection.execute(sql`UPDATE parents SET age = 5 WHERE name = 'ann'`);
    await connection.savepoint('a b`c');
    await connection.execute(sql`UPDATE parents SET age = 6 WHERE name = 'ann'`);
    await connection.rollbackTo('a b`c');
    await connection.releaseSavepoint('a b`c');
    await connection.commit();
    expect(await connection.scalar(sql<{ age: number }>`SELECT age FROM parents WHERE name = 'ann'`)).toBe(5);
  });

  test('settings: times in UTC, strict, and found rows are counted', async () => {
    const engine = open(database);
    await withTable(engine);
    await using connection = await engine.connect({ autocommit: true });
    const [row] = await connection.all(sql<{ zone: string; mode: string }>`SELECT @@time_zone AS zone, @@sql_mode AS mode`);
    expect(row.zone).toBe('+00:00');
    expect(row.mode).toMatch(/STRICT_TRANS_TABLES/);
    expect((await connection.execute(sql`UPDATE parents SET age = 1 WHERE name = 'ann'`)).rowCount).toBe(1);
    const done = await connection.execute(text("INSERT INTO parents (name) VALUES ('x'), ('y'), ('z')"));
    expect([done.rowCount, done.lastInsertId]).toEqual([3, 5]);
  });

  test('the zero date of old tables: an error that says the cure, or NULL where the URL says so', async () => {
    const script = `SET SESSION sql_mode = '';
      CREATE TABLE old (id INT PRIMARY KEY, made DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', day DATE NOT NULL DEFAULT '0000-00-00',
        seen TIMESTAMP(3) NOT NULL DEFAULT '0000-00-00 00:00:00', half DATE NULL, note VARCHAR(20) NULL);
      INSERT INTO old (id, half) VALUES (1, '2020-00-00'), (2, '2020-01-02')`;
    const url = database.url();
    const strict = createEngine(url);
    afterTest(() => strict.dispose());
    await strict.begin((connection) => connection.script(script));
    const metadata = new MetaData();
    const [old] = await metadata.reflect(strict);
    await using first = await strict.connect();
    await expect(first.all(select(old.c.made))).rejects.toThrow("'0000-00-00 00:00:00', MySQL's zero date");
    await expect(first.all(select(old.c.seen))).rejects.toThrow('Read it as NULL with ?zero_dates=null in the URL');
    expect(await first.scalars(select(old.c.day).orderBy(old.c.id))).toEqual(['0000-00-00', '0000-00-00']);

    const db = new Database({ url: `${url}?zero_dates=null` });
    afterTest(() => db.dispose());
    const { old: Old } = await db.automap();
    await db.context(async () => {
      const [one, two] = await Old.query().orderBy(Old.c.id.asc()).all();
      expect([one.made, one.day, one.seen, one.half, two.half]).toEqual([null, null, null, '2020-00-00', '2020-01-02']);
      for await (const object of Old.query().filter(Old.c.id.eq(2)).stream()) object.note = 'seen';
      await db.session.commit();
      expect(await db.session.all(sql`SELECT id, day, note FROM old ORDER BY id`)).toEqual([
        { id: 1, day: null, note: null },
        { id: 2, day: null, note: 'seen' },
      ]);
    });
    // What was not changed is what it was.
    expect(await first.scalars(select(old.c.day).orderBy(old.c.id))).toEqual(['0000-00-00', '0000-00-00']);
    await expect(open(database, '?zero_dates=1970').connect()).rejects.toThrow("'null' or 'error'");
  });

  test('a great result as a stream, left early, and with other statements beside it', async () => {
    const engine = open(database);
    await using connection = await engine.connect({ autocommit: true });
    const query = sql<{ seq: number; pad: string }>`SELECT seq, REPEAT('x', 100) AS pad FROM ${literalColumn(numbersTo(300_000))}`;
    const plan = engine.plans.get(connection.dialect, query.node);
    let count = 0;
    for await (const row of connection.fetchStream(plan, [])) {
      count++;
      expect(row[0]).toBe(count);
      if (count === 1000) break;
    }
    expect(await connection.scalar(sql<{ one: number }>`SELECT 1 AS one`)).toBe(1);
    count = 0;
    for await (const _row of connection.fetchStream(plan, [])) {
      if (++count === 5) expect(await connection.scalar(sql<{ two: number }>`SELECT 2 AS two`)).toBe(2);
    }
    expect(count).toBe(300_000);
    const failing = engine.plans.get(connection.dialect, sql`SELECT * FROM nowhere`.node);
    const rows = connection.fetchStream(failing, []);
    await expect(rows.next()).rejects.toBeInstanceOf(ProgrammingError);
  });

  test('upserts: kept rows are not counted, changed ones are', async () => {
    const engine = open(database);
    const metadata = new MetaData();
    const Tag = new Table(metadata, 'tags', { id: t.integer().primaryKey(), name: t.string(20).unique(), n: t.integer().default(0) });
    await metadata.createAll(engine);
    await using connection = await engine.connect({ autocommit: true });
    const first = await connection.execute(insertInto(Tag).values({ name: 'a', n: 1 }).onConflictDoNothing());
    const again = await connection.execute(insertInto(Tag).values({ name: 'a', n: 2 }).onConflictDoNothing());
    expect([first.rowCount, first.lastInsertId, again.rowCount, again.lastInsertId]).toEqual([1, 1, 0, null]);
    await connection.execute(
      insertInto(Tag)
        .values([
          { name: 'a', n: 5 },
          { name: 'b', n: 6 },
        ])
        .onConflictDoUpdate({ target: [Tag.c.name], set: { n: excluded(Tag.c.n) } }),
    );
    expect(await connection.all(select({ name: Tag.c.name, n: Tag.c.n }).orderBy(Tag.c.name))).toEqual([
      { name: 'a', n: 5 },
      { name: 'b', n: 6 },
    ]);
    await expect(
      connection.execute(
        insertInto(Tag)
          .values({ name: null as never })
          .onConflictDoNothing(),
      ),
    ).rejects.toBeInstanceOf(NotNullViolation);
  });

  test('URLs: options that are unknown or wrong, a server that is not there, a wrong password', async () => {
    const base = new URL(database.url());
    const connect = (url: string): Promise<unknown> => createEngine(url).connect();
    await expect(connect(`${base.href}?nonsense=1`)).rejects.toThrow(/option 'nonsense'/);
    await expect(connect(`${base.href}?charset=latin1`)).rejects.toThrow(/utf8mb4/);
    await expect(connect('mysql://root@127.0.0.1:1/x')).rejects.toBeInstanceOf(DisconnectError);
    await expect(connect(`mysql://nobody:wrong@${base.host}/mysql`)).rejects.toBeInstanceOf(OperationalError);
    await expect(connect(`mysql://root@${base.host}/no_such_database`)).rejects.toMatchObject({ code: '1049' });
  });
});

describe.each([...mysqlDatabases, ...presumedMysql8])('what is emulated on $name', (database) => {
  async function filled() {
    const engine = open(database);
    const metadata = new MetaData();
    const Item = new Table(metadata, 'items', {
      id: t.integer().primaryKey(),
      name: t.string(20).nullable(),
      n: t.integer().nullable(),
      m: t.integer().default(0),
      key: t.string(20).nullable(),
    });
    await metadata.createAll(engine);
    const connection = await engine.connect({ autocommit: true });
    afterTest(() => connection.close());
    await connection.execute(
      insertInto(Item).values([
        { name: 'a', n: 3, key: 'x' },
        { name: 'b', n: null, key: 'x' },
        { name: null, n: 1, key: 'y' },
        { name: '😀é', n: 2, key: 'y' },
      ]),
    );
    return { connection, Item };
  }

  test('gives the same rows as elsewhere', async () => {
    const { connection, Item } = await filled();
    const ids = (query: { orderBy: unknown }) => connection.scalars(query as never);
    const base = select(Item.c.id);
    expect(await ids(base.orderBy(Item.c.n.asc().nullsLast()))).toEqual([3, 4, 1, 2]);
    expect(await ids(base.orderBy(Item.c.n.desc().nullsFirst()))).toEqual([2, 1, 4, 3]);
    expect(await ids(base.orderBy(Item.c.n.asc().nullsFirst()))).toEqual([2, 3, 4, 1]);
    expect(await ids(base.orderBy(Item.c.n.desc().nullsLast()))).toEqual([1, 4, 3, 2]);
    expect(await ids(base.orderBy(Item.c.id).offset(2))).toEqual([3, 4]);
    expect(await ids(base.orderBy(Item.c.id).limit(1).offset(1))).toEqual([2]);
    expect(await ids(base.where(Item.c.n.isDistinctFrom(3)).orderBy(Item.c.id))).toEqual([2, 3, 4]);
    expect(await ids(base.where(Item.c.n.isNotDistinctFrom(null as never)).orderBy(Item.c.id))).toEqual([2]);
    expect(await ids(base.where(Item.c.id.in(select(Item.c.id).orderBy(Item.c.id.desc()).limit(2))).orderBy(Item.c.id))).toEqual([3, 4]);
    expect(await ids(base.where(Item.c.name.like('a\\%', { escape: '\\' })).orderBy(Item.c.id))).toEqual([]);
    expect(await connection.scalars(select({ x: Item.c.name.concat('!').concat(Item.c.key) }).orderBy(Item.c.id))).toEqual([
      'a!x',
      'b!x',
      null,
      '😀é!y',
    ]);
    expect(await connection.scalars(select({ x: func.length(Item.c.name) }).orderBy(Item.c.id))).toEqual([1, 1, null, 2]);
    expect(
      await connection.all(
        select({
          key: Item.c.key,
          all: func.count(),
          some: func.count().filter(Item.c.n.gt(1)),
          sum: func.sum(Item.c.n).filter(Item.c.n.gt(1)),
          names: func.groupConcat<string>(Item.c.name, ' | ').orderBy(Item.c.id.desc()),
        })
          .groupBy(Item.c.key)
          .orderBy(Item.c.key),
      ),
    ).toEqual([
      { key: 'x', all: 2, some: 1, sum: 3, names: 'b | a' },
      { key: 'y', all: 2, some: 1, sum: 2, names: '😀é' },
    ]);
    const [{ at }] = await connection.all(select({ at: func.now() }));
    expect(Math.abs(at.getTime() - Date.now())).toBeLessThan(60_000);
  });

  test('changes the same rows as elsewhere', async () => {
    const { connection, Item } = await filled();
    await connection.execute(
      update(Item)
        .set({ m: Item.c.n, n: Item.c.n.plus(10) })
        .where(Item.c.n.isNotNull()),
    );
    expect(await connection.all(select({ n: Item.c.n, m: Item.c.m }).orderBy(Item.c.id))).toEqual([
      { n: 13, m: 3 },
      { n: null, m: 0 },
      { n: 11, m: 1 },
      { n: 12, m: 2 },
    ]);
    const Other = alias(Item, 'other');
    // The smallest of each key goes.
    const smaller = exists(select(Other.c.id).where(Other.c.key.eq(Item.c.key), Other.c.id.lt(Item.c.id)));
    expect((await connection.execute(deleteFrom(Item).where(not(smaller)))).rowCount).toBe(2);
    expect(await connection.scalars(select(Item.c.id).orderBy(Item.c.id))).toEqual([2, 4]);
    const most = select({ most: func.max(Item.c.id) });
    expect((await connection.execute(update(Item).set({ m: 7 }).where(Item.c.id.in(most)))).rowCount).toBe(1);
    expect(await connection.scalars(select(Item.c.id).where(Item.c.m.eq(7)))).toEqual([4]);
  });

  test('several statements are one too many, also where the first is not prepared', async () => {
    const { connection } = await filled();
    for (const several of ['SELECT 1; SELECT 2', 'LOCK TABLES items READ; DROP TABLE items', 'USE mysql; DROP TABLE items'])
      await expect(connection.execute(text(several))).rejects.toBeInstanceOf(ProgrammingError);
    expect(await connection.scalar(sql<{ n: number }>`SELECT COUNT(*) AS n FROM items`)).toBe(4);
  });
});

describe.each(mysqlDatabases)('schemas on $name', (database) => {
  test('what was created is read back as the same', async () => {
    const engine = open(database);
    const metadata = new MetaData();
    new Table(metadata, 'authors', {
      id: t.integer().primaryKey(),
      name: t.string(80).unique(),
      born: t.date().nullable().index(),
      age: t.integer().nullable().check(sql`age > 0 AND age < 150`),
      kind: t.enum(['a', "b'c"]).serverDefault(sql`'a'`),
      made: t.dateTime().serverDefault(sql`CURRENT_TIMESTAMP`),
      note: t.string(20).serverDefault(sql`'it''s'`),
      n: t.integer().serverDefault(sql`42`),
      price: t.numeric(10, 2).nullable(),
      data: t.json().nullable(),
      uid: t.uuid().nullable(),
      bossId: t.integer().nullable().references('authors.id', { onDelete: 'set null' }),
    });
    new Table(
      metadata,
      'order',
      {
        a: t.integer(),
        b: t.bigInteger(),
        authorId: t.integer().references('authors.id', { onDelete: 'cascade' }),
        ok: t.boolean().serverDefault(sql`TRUE`),
        body: t.text().nullable(),
        raw: t.binary(20).nullable(),
      },
      { constraints: (c) => [unique(c.a, c.b), indexOn(c.b, c.a)] },
    );
    await metadata.createAll(engine);
    await using connection = await engine.connect();
    const reflected = await connection.dialect.reflect(connection.driverConnection);
    const { changes, problems, warnings } = compare([...metadata.tables.values()], reflected, connection.dialect);
    expect([problems, changes, warnings]).toEqual([[], [], []]);
    expect(reflected.map(({ name }) => name).sort()).toEqual(['authors', 'order']);
    const authors = reflected.find(({ name }) => name === 'authors');
    expect(authors?.foreignKeys).toMatchObject([
      { columns: ['boss_id'], targetTable: 'authors', targetColumns: ['id'], onDelete: 'set null' },
    ]);
    expect(authors?.columns.map(({ name, type }) => [name, type]).slice(0, 5)).toEqual([
      ['id', 'INTEGER'],
      ['name', 'VARCHAR(80)'],
      ['born', 'DATE'],
      ['age', 'INTEGER'],
      ['kind', "ENUM('a', 'b''c')"],
    ]);
    // MariaDB's own check of its JSON is not the user's.
    expect(authors?.checks.map(({ name }) => name)).toEqual(['ck_authors_age']);
    await metadata.dropAll(engine);
    expect(await connection.dialect.reflect(connection.driverConnection)).toEqual([]);
  });

  test('createAll() that fails leaves nothing behind', async () => {
    const db = openDatabase(database);
    db.Model('aaa', { id: t.integer().primaryKey() });
    db.Model('bbb', { id: t.integer().primaryKey(), aId: t.integer().references('aaa.id'), n: t.integer().check(sql`nonsense(n)`) });
    await expect(db.createAll()).rejects.toThrow(/nonsense/i);
    await using connection = await db.engine.connect();
    expect(await connection.dialect.reflect(connection.driverConnection)).toEqual([]);
  });

  test('two tables that refer to each other are created and dropped', async () => {
    const db = openDatabase(database);
    db.Model('people', { id: t.integer().primaryKey(), homeId: t.integer().nullable().references('homes.id') });
    db.Model('homes', { id: t.integer().primaryKey(), ownerId: t.integer().nullable().references('people.id') });
    await db.createAll();
    await db.createAll();
    await db.dropAll();
    await using connection = await db.engine.connect();
    expect(await connection.dialect.reflect(connection.driverConnection)).toEqual([]);
  });
});

describe.each(presumedMysql8)('objects on $name', (database) => {
  test('keys and defaults come without RETURNING', async () => {
    const db = openDatabase(database);
    class Row extends db.Model('rows', { id: t.integer().primaryKey(), name: t.string(20), made: t.integer().serverDefault(sql`42`) }) {}
    class Key extends db.Model('keys', { id: t.integer().primaryKey(), name: t.string(20) }) {}
    await db.createAll();
    await using session = db.createSession();
    const keys = Array.from({ length: 300 }, (_, i) => new Key({ name: `k${i}` }));
    const rows = Array.from({ length: 5 }, (_, i) => new Row({ name: `r${i}` }));
    session.addAll(keys);
    session.addAll(rows);
    await session.commit();
    expect(rows.map(({ id, made }) => [id, made])).toEqual([1, 2, 3, 4, 5].map((id) => [id, 42]));
    await using other = db.createSession();
    const names = new Map((await other.query(Key).all()).map((key) => [key.id, key.name]));
    expect(names.size).toBe(300);
    for (const key of keys) expect(names.get(key.id)).toBe(key.name);
  });

  test('keys that are not one apart', async () => {
    const db = openDatabase(database);
    class Key extends db.Model('keys', { id: t.bigInteger().primaryKey(), name: t.string(20) }) {}
    await db.createAll();
    await using connection = await db.engine.connect({ autocommit: true });
    await connection.script('ALTER TABLE `keys` AUTO_INCREMENT = 9007199254740990');
    await using session = db.createSession();
    const keys = Array.from({ length: 8 }, (_, i) => new Key({ name: `k${i}` }));
    session.addAll(keys);
    await session.commit();
    expect(keys.map(({ id }) => id)).toEqual(Array.from({ length: 8 }, (_, i) => 9_007_199_254_740_990n + BigInt(i)));
  });
});

// Without a server, the run says so.
// A file has to have a test, also where no server is there for it.
test('runs where one of its servers is tested, and nowhere else', () =>
  expect(mysqlDatabases.length).toBe(['mariadb', 'mysql'].filter((name) => tested.includes(name)).length));

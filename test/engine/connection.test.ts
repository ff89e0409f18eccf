import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import type { Engine } from '../../src/engine/engine.ts';
import {
  CheckViolation,
  type DatabaseError,
  DisconnectError,
  EngineError,
  ForeignKeyViolation,
  IntegrityError,
  MultipleResultsFound,
  NoResultFound,
  NotNullViolation,
  OperationalError,
  PoolTimeoutError,
  ProgrammingError,
  UniqueViolation,
} from '../../src/engine/errors.ts';
import type { StatementEvent } from '../../src/engine/statement-event.ts';
import { alias } from '../../src/sql/alias.ts';
import { t } from '../../src/sql/column-types.ts';
import { check } from '../../src/sql/constraints.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { func } from '../../src/sql/function.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { param } from '../../src/sql/literal.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql, text } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { union } from '../../src/sql/set-operation.ts';
import { update } from '../../src/sql/update.ts';
import { DRIVERS, fileEngine, memoryEngine } from './sqlite-databases.ts';

const metadata = new MetaData();
const users = new Table(
  metadata,
  'users',
  {
    id: t.integer().primaryKey(),
    email: t.string(120).unique(),
    age: t.integer().nullable(),
    active: t.boolean().default(true),
    joinedAt: t.dateTime().default(() => new Date('2024-05-01T00:00:00Z')),
  },
  { constraints: (c) => [check(c.age.ge(0), 'age_not_negative')] },
);
const posts = new Table(metadata, 'posts', {
  id: t.integer().primaryKey(),
  title: t.string(200),
  userId: t.integer().references('users.id'),
});

async function schema(engine: Engine): Promise<void> {
  await engine.begin(async (connection) => {
    for (const table of metadata.sortedTables())
      for (const statement of engine.dialect.ddl.createTable(table)) await connection.script(statement);
  });
}
const row = (email: string, more: { age?: number | null; id?: number } = {}) => ({ email, ...more });
const emails = (connection: Connection) => connection.scalars(select(users.c.email).orderBy(users.c.id));

describe.each(DRIVERS)('a connection of %s', (driver) => {
  async function opened(): Promise<Connection> {
    const engine = await fileEngine(driver);
    await schema(engine);
    return engine.connect();
  }

  it('answers plans at once, with undecoded rows', async () => {
    const connection = await opened();
    const { plans, dialect } = connection.engine;
    const [batch] = insertInto(users).values(row('a')).batches();
    const insert = plans.get(dialect, batch.node);
    const joined = new Date(0);
    expect(connection.begin()).toBeUndefined();
    expect(connection.run(insert, ['a', true, joined])).toEqual({ rowCount: 1, lastInsertId: 1 });
    const many = [
      ['b', true, joined],
      ['c', false, joined],
    ];
    expect(connection.runMany(insert, many)).toEqual({ rowCount: 2, lastInsertIds: [2, 3] });
    const returning = insertInto(users).values(row('d')).returning(users.c.id, users.c.active).batches()[0];
    expect(
      connection.fetchMany(plans.get(dialect, returning.node), [
        ['d', true, joined],
        ['e', false, joined],
      ]),
    ).toEqual([[[4, 1]], [[5, 0]]]);
    const get = plans.get(dialect, select(users.c.email, users.c.joinedAt).where(users.c.id.eq(1)).node);
    expect(connection.fetch(get, [3])).toEqual([['c', '1970-01-01 00:00:00.000']]);
    expect(connection.savepoint('a place')).toBeUndefined();
    expect(connection.rollbackTo('a place')).toBeUndefined();
    expect(connection.releaseSavepoint('a place')).toBeUndefined();
    expect(connection.commit()).toBeUndefined();
    expect(connection.close()).toBeUndefined();
  });

  it('runs many rows all or none', async () => {
    const connection = await opened();
    const { plans, dialect } = connection.engine;
    const insert = plans.get(dialect, insertInto(users).values(row('a')).batches()[0].node);
    const rows = ['a', 'b', 'a'].map((email) => [email, true, new Date(0)]);
    await expect((async () => connection.runMany(insert, rows))()).rejects.toThrow(UniqueViolation);
    expect(connection.inTransaction).toBe(false);
    expect(await emails(connection)).toEqual([]);
    expect(await connection.runMany(insert, rows.slice(0, 2))).toEqual({ rowCount: 2, lastInsertIds: [1, 2] });
    const listed = plans.get(
      dialect,
      deleteFrom(users)
        .where(users.c.id.in([1]))
        .build(),
    );
    expect(await connection.runMany(listed, [[[1]], [[2, 3]]])).toMatchObject({ rowCount: 2 });
  });

  it('runs statements and makes rows as the select says', async () => {
    const connection = await opened();
    const inserted = await connection.execute(insertInto(users).values([row('a', { age: 5 }), row('b', { age: null }), row('c')]));
    expect([inserted.rowCount, inserted.lastInsertId, inserted.all()]).toEqual([3, 3, []]);
    await connection.execute(insertInto(posts).values({ title: 'First', userId: 1 }));
    const user = { id: 1, email: 'a', age: 5, active: true, joinedAt: new Date('2024-05-01T00:00:00Z') };

    expect(await connection.all(select({ email: users.c.email, since: users.c.joinedAt }).where(users.c.id.eq(1)))).toEqual([
      { email: 'a', since: user.joinedAt },
    ]);
    expect(await connection.all(select(users.c.email, users.c.active).where(users.c.age.isNull()))).toEqual([
      ['b', true],
      ['c', true],
    ]);
    const writer = alias(users, 'writer');
    const joined = select({ post: posts.c.title, writer, none: users })
      .from(posts)
      .join(writer, posts.c.userId.eq(writer.c.id))
      .outerJoin(users, users.c.id.eq(99));
    expect(await connection.one(joined)).toEqual({ post: 'First', writer: user, none: null });
    expect(await connection.all(select(posts, users.c.email).join(users))).toEqual([[{ id: 1, title: 'First', userId: 1 }, 'a']]);
    expect(await connection.scalars(union(select(users.c.email), select(posts.c.title)).limit(2))).toHaveLength(2);
    expect(await connection.first(select(users.c.id).where(users.c.email.eq(param<string>('email'))), { email: 'b' })).toEqual([2]);

    expect(
      (
        await connection.execute(
          update(users)
            .set({ age: users.c.age.plus(1) })
            .where(users.c.id.le(2)),
        )
      ).rowCount,
    ).toBe(2);
    const returned = await connection.execute(
      update(users).set({ active: false }).where(users.c.id.eq(1)).returning({ id: users.c.id, active: users.c.active }),
    );
    expect([returned.rowCount, returned.one()]).toEqual([1, { id: 1, active: false }]);
    const several = await connection.execute(
      insertInto(users)
        .values([row('d'), row('e', { id: 50 })])
        .returning(users.c.id),
    );
    expect([several.rowCount, [...several]]).toEqual([2, [[4], [50]]]);
    const upsert = insertInto(users)
      .values([row('d'), row('f')])
      .onConflictDoUpdate({ target: [users.c.email], set: { age: 99 } });
    expect((await connection.execute(upsert)).rowCount).toBe(2);
    expect(await connection.scalar(select(users.c.age).where(users.c.email.eq('d')))).toBe(99);
    expect(await connection.scalar(select(users.c.age).where(users.c.email.eq('f')))).toBeNull();
    const copied = insertInto(posts).fromSelect(['title', 'userId'], select(users.c.email, users.c.id).where(users.c.id.gt(3)));
    expect((await connection.execute(copied)).rowCount).toBe(3);
    expect((await connection.execute(deleteFrom(posts, { all: true }))).rowCount).toBe(4);
  });

  it('runs SQL by hand, with rows by the names of the database', async () => {
    const connection = await opened();
    expect(
      (await connection.execute(sql`INSERT INTO users (email, active, joined_at) VALUES (${'a'}, ${true}, ${new Date(0)})`)).lastInsertId,
    ).toBe(1);
    expect(await connection.all(sql`SELECT id, email AS "e mail", active FROM users`)).toEqual([{ id: 1, 'e mail': 'a', active: 1 }]);
    expect(await connection.all(text('SELECT email FROM users WHERE id = :id OR id = :id + 1'), { id: 1 })).toEqual([{ email: 'a' }]);
    expect(await connection.scalar(sql`SELECT joined_at FROM users`.typed(t.dateTime()))).toEqual(new Date(0));
    expect(await connection.all(sql`SELECT * FROM ${users} WHERE ${users.c.email} = ${'b'}`)).toEqual([]);
    expect((await connection.execute(sql`UPDATE users SET active = 0 WHERE id IN ${[1, 2]} RETURNING id`)).all()).toEqual([{ id: 1 }]);
    expect((await connection.execute(sql`DELETE FROM users`)).rowCount).toBe(1);
    expect(await connection.all(sql`PRAGMA foreign_keys`)).toEqual([{ foreign_keys: 1 }]);
  });

  it('answers for one row, or says that there is none or several', async () => {
    const connection = await opened();
    await connection.execute(insertInto(users).values([row('a'), row('b')]));
    const of = (email: string) => select(users.c.email).where(users.c.email.eq(email));
    expect(await connection.one(of('a'))).toEqual(['a']);
    expect(await connection.oneOrNone(of('x'))).toBeNull();
    expect(await connection.first(of('x'))).toBeNull();
    expect(await connection.scalar(of('x'))).toBeNull();
    await expect(connection.one(of('x'))).rejects.toThrow(NoResultFound);
    await expect(connection.one(select(users.c.email))).rejects.toThrow(MultipleResultsFound);
    await expect(connection.oneOrNone(select(users.c.email))).rejects.toThrow(/there are 2/);
    expect(await connection.first(select(users.c.email).orderBy(users.c.id))).toEqual(['a']);
    await expect(connection.all(deleteFrom(users, { all: true }))).rejects.toThrow(/This delete gives no rows/);
    await expect(connection.execute({} as never)).rejects.toThrow(/execute\(\) takes a statement/);
    await expect(connection.all(users as never)).rejects.toThrow(EngineError);
  });

  it('begins with the first write and undoes what was not committed', async () => {
    const connection = await opened();
    expect(await emails(connection)).toEqual([]);
    expect(connection.inTransaction).toBe(false);
    await connection.execute(insertInto(users).values(row('a')));
    expect(connection.inTransaction).toBe(true);
    await connection.close();
    const { engine } = connection;
    await using second = await (engine as Engine).connect();
    expect(await emails(second)).toEqual([]);
    await second.execute(insertInto(users).values(row('b')));
    await second.commit();
    expect(second.inTransaction).toBe(false);
    await second.rollback();
    expect(await emails(second)).toEqual(['b']);
    expect(() => second.commit()).toThrow(/commit\(\) needs a transaction/);
    expect(() => second.savepoint('x')).toThrow(/savepoint\(\) needs a transaction/);
    await second.begin();
    expect(() => second.begin()).toThrow(/open already/);
  });

  it('lets each statement stand alone with autocommit, an insert of several forms included', async () => {
    const engine = await fileEngine(driver);
    await schema(engine);
    const connection = await engine.connect({ autocommit: true });
    await connection.execute(insertInto(users).values([row('a'), row('b', { age: 3 })]));
    expect(connection.inTransaction).toBe(false);
    await expect(connection.execute(insertInto(users).values([row('c'), row('a', { age: 3 })]))).rejects.toThrow(UniqueViolation);
    expect(connection.inTransaction).toBe(false);
    expect(await emails(connection)).toEqual(['a', 'b']);
    await connection.execute(sql`VACUUM`);
  });

  it('commits or undoes work as a whole, and nests', async () => {
    const connection = await opened();
    const boom = new Error('boom');
    const value = await connection.transaction(async (inner) => {
      expect(inner).toBe(connection);
      await connection.execute(insertInto(users).values(row('a')));
      const failed = connection.transaction(async () => {
        await connection.execute(insertInto(users).values(row('b')));
        await connection.transaction(() => connection.execute(insertInto(users).values(row('c'))));
        throw boom;
      });
      await expect(failed).rejects.toBe(boom);
      await connection.transaction(() => connection.execute(insertInto(users).values(row('d'))));
      return 'done';
    });
    expect(value).toBe('done');
    expect(await emails(connection)).toEqual(['a', 'd']);
    await expect(connection.transaction(() => Promise.reject(boom))).rejects.toBe(boom);
    expect(connection.inTransaction).toBe(false);
  });

  it('undoes a transaction whose commit fails', async () => {
    const connection = await opened();
    await connection.script('CREATE TABLE late (id INTEGER PRIMARY KEY, user_id REFERENCES users (id) DEFERRABLE INITIALLY DEFERRED)');
    const work = connection.transaction(() => connection.execute(sql`INSERT INTO late (user_id) VALUES (99)`));
    await expect(work).rejects.toThrow(ForeignKeyViolation);
    expect(connection.inTransaction).toBe(false);
    expect(await connection.scalar(sql`SELECT count(*) FROM late`)).toBe(0);
    await connection.transaction(() => connection.execute(insertInto(users).values(row('a'))));
  });

  it('runs what is given at once in its order', async () => {
    const connection = await opened();
    const inserts = Array.from({ length: 20 }, (_, i) => connection.execute(insertInto(users).values(row(`u${i}`))));
    const [count] = await Promise.all([connection.scalar(select(func.count()).from(users)), ...inserts]);
    expect(count).toBe(20);
    const outcomes = await Promise.allSettled([connection.execute(sql`SELEC`), connection.scalar(sql`SELECT 7`)]);
    expect(outcomes.map((o) => o.status)).toEqual(['rejected', 'fulfilled']);
  });

  it('throws the error that fits, with table, column, statement and masked parameters', async () => {
    const connection = await opened();
    await connection.execute(insertInto(users).values(row('secret@example.com', { id: 1 })));
    const failure = async (work: Promise<unknown>): Promise<DatabaseError> =>
      work.then(
        () => expect.fail('no error'),
        (error) => error,
      );
    const unique = await failure(connection.execute(insertInto(users).values(row('secret@example.com'))));
    expect(unique).toBeInstanceOf(UniqueViolation);
    expect(unique).toBeInstanceOf(IntegrityError);
    expect(unique).toMatchObject({
      name: 'UniqueViolation',
      code: 'SQLITE_CONSTRAINT_UNIQUE',
      table: 'users',
      column: 'email',
      sql: 'INSERT INTO users (email, active, joined_at) VALUES (?, ?, ?)',
      params: ['text(18)', 'integer', 'text(23)'],
    });
    expect(unique.cause).toBeInstanceOf(Error);
    expect(unique.message).toContain('[SQL: INSERT INTO users');
    expect(`${unique.stack}${JSON.stringify(unique)}${unique.message}`).not.toContain('secret');

    expect(await failure(connection.execute(sql`INSERT INTO users (active, joined_at) VALUES (1, 1)`))).toBeInstanceOf(NotNullViolation);
    const broken = await failure(connection.execute(insertInto(users).values(row('x', { age: -1 }))));
    expect(broken).toBeInstanceOf(CheckViolation);
    expect(broken.constraint).toMatch(/age_not_negative/);
    expect(await failure(connection.execute(insertInto(posts).values({ title: 'x', userId: 99 })))).toBeInstanceOf(ForeignKeyViolation);
    expect(await failure(connection.all(sql`SELECT ${'secret'} FROM nowhere`))).toBeInstanceOf(ProgrammingError);
    expect(await failure(connection.all(sql`SELECT 1; SELECT 2`))).toBeInstanceOf(ProgrammingError);
    // The transaction goes on.
    expect(connection.inTransaction).toBe(true);
    await connection.commit();
  });

  it('notices when the database has undone the transaction', async () => {
    const connection = await opened();
    await connection.execute(insertInto(users).values(row('a')));
    await expect(connection.execute(sql`INSERT OR ROLLBACK INTO users (email, active, joined_at) VALUES ('a', 1, 1)`)).rejects.toThrow(
      UniqueViolation,
    );
    await expect(connection.execute(insertInto(users).values(row('b')))).rejects.toThrow(/has undone the transaction/);
    expect(() => connection.commit()).toThrow(/has undone the transaction/);
    await connection.rollback();
    await connection.execute(insertInto(users).values(row('c')));
    await connection.commit();
    expect(await emails(connection)).toEqual(['c']);
  });

  it('gives up a connection that is lost', async () => {
    const connection = await opened();
    const engine = connection.engine as Engine;
    await connection.begin();
    connection.driverConnection.close();
    await expect(connection.all(sql`SELECT 1`)).rejects.toThrow(DisconnectError);
    await connection.close();
    expect(engine.pool.status()).toEqual({ size: 0, checkedOut: 0, idle: 0, waiting: 0 });
    await using again = await engine.connect();
    expect(await again.scalar(sql`SELECT 1`)).toBe(1);
  });

  it('goes back to the pool with nothing open', async () => {
    const connection = await opened();
    const engine = connection.engine as Engine;
    await connection.execute(insertInto(users).values(row('a')));
    await connection.close();
    await connection.close();
    expect(connection.closed).toBe(true);
    expect(engine.pool.status()).toEqual({ size: 1, checkedOut: 0, idle: 1, waiting: 0 });
    await expect(connection.execute(sql`SELECT 1`)).rejects.toThrow(/connection was closed/);
    expect(() => connection.begin()).toThrow(/connection was closed/);
    await using next = await engine.connect();
    expect(next.driverConnection).toBe(connection.driverConnection);
    expect(next.inTransaction).toBe(false);
    expect(next.driverConnection.inTransaction).toBe(false);
  });

  it('streams in constant memory, beside other statements', async () => {
    const connection = await opened();
    const engine = connection.engine as Engine;
    await connection.execute(sql`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
      INSERT INTO users (email, active, joined_at) SELECT 'u' || i, 1, '2024-01-01' FROM n`);
    await connection.commit();
    const node = select(users.c.id).where(users.c.id.gt(0)).node;
    const plan = engine.plans.get(engine.dialect, node);
    const seen: StatementEvent[] = [];
    engine.listeners.add((event) => seen.push(event));
    let sum = 0;
    for await (const [id] of connection.fetchStream(plan, [0])) {
      sum += id as number;
      if (id === 5) expect(await connection.scalar(select(func.count()).from(users))).toBe(2000);
      if (id === 7) await connection.execute(update(users).set({ age: 1 }).where(users.c.id.eq(1)));
    }
    await connection.commit();
    expect(sum).toBe(2_001_000);
    expect(seen.at(-2)).toMatchObject({ sql: plan.sql, rowCount: 2000, error: null });
    for await (const [id] of connection.fetchStream(plan, [0])) if (id === 3) break;
    // Nothing is held: the file can be written to by others, and the log be taken over.
    await using other = await engine.connect();
    await other.execute(deleteFrom(users).where(users.c.id.eq(1)));
    await other.commit();
    expect(await other.all(sql`PRAGMA wal_checkpoint(RESTART)`)).toMatchObject([{ busy: 0 }]);

    const left = connection.fetchStream(plan, [0]);
    await left.next();
    await connection.close();
    await expect(left.next()).rejects.toThrow(/connection was closed/);
    const wrong = engine.plans.get(engine.dialect, sql`SELECT 1 FROM nowhere`.node);
    await expect(other.fetchStream(wrong, []).next()).rejects.toThrow(ProgrammingError);
    expect(seen.at(-1)).toMatchObject({ rowCount: null, error: expect.any(ProgrammingError) });
  });

  it('tells listeners of each statement, with masked parameters', async () => {
    const connection = await opened();
    const seen: StatementEvent[] = [];
    const listener = (event: StatementEvent) => void seen.push(event);
    connection.engine.listeners.add(listener);
    await connection.execute(insertInto(users).values([row('secret'), row('b')]));
    await connection.all(select(users.c.id).where(users.c.email.eq('secret')));
    await connection.all(sql`SELECT nothing_such`).catch(() => {});
    connection.engine.listeners.delete(listener);
    await connection.commit();
    expect(seen.map((event) => [event.sql, event.parameters, event.rowCount])).toEqual([
      ['BEGIN IMMEDIATE', [], 0],
      ['INSERT INTO users (email, active, joined_at) VALUES (?, ?, ?)', ['text(6)', 'integer', 'text(23)'], 2],
      ['SELECT users.id FROM users WHERE users.email = ?', ['text(6)'], 1],
      ['SELECT nothing_such', [], null],
    ]);
    expect(seen[3].error).toBeInstanceOf(ProgrammingError);
    for (const { startTime, endTime } of seen) expect(endTime).toBeGreaterThanOrEqual(startTime);
    expect(JSON.stringify(seen)).not.toContain('secret');
  });

  it('hands the one connection of a database in memory to one at a time', async () => {
    const engine = await memoryEngine(driver);
    await schema(engine);
    const first = await engine.connect();
    await first.execute(insertInto(users).values(row('a')));
    await first.commit();
    await expect(engine.connect({ timeout: 0.01 })).rejects.toThrow(PoolTimeoutError);
    const second = engine.connect();
    await sleep(5);
    await first.close();
    expect(await emails(await second)).toEqual(['a']);
  });

  it('says what is wrong when a file cannot be opened', async () => {
    const engine = await fileEngine(driver, { file: '/proc/version' });
    await expect(engine.connect()).rejects.toThrow(OperationalError);
    expect(engine.pool.status()).toEqual({ size: 0, checkedOut: 0, idle: 0, waiting: 0 });
  });
});

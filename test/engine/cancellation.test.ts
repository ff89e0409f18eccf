import { describe, expect, it } from 'vitest';
import {
  createEngine,
  Database,
  type Engine,
  EngineError,
  type EngineOptions,
  literalColumn,
  StatementCancelled,
  StatementTimeout,
  select,
  sql,
  t,
  text,
} from '../../src/index.ts';
import { afterTest, type TestDatabase } from '../setup/databases.ts';
import { liveDatabases } from '../setup/live-databases.ts';
import { numbersTo } from '../setup/mysql-databases.ts';
import { tcpProxy } from '../setup/tcp-proxy.ts';
import { DRIVERS, fileEngine } from './sqlite-databases.ts';

/** What a family's server calls its things. */
const WORDS = {
  postgresql: {
    sleep: (seconds: number) => sql<{ slept: unknown }>`SELECT pg_sleep(${seconds}) AS slept`,
    sleeping: sql`SELECT count(*) AS slept FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE ${'SELECT pg_sleep%'}`,
    own: sql`SELECT pg_backend_pid() AS id`,
    endStatement: (id: unknown) => sql`SELECT pg_cancel_backend(${id})`,
  },
  mysql: {
    sleep: (seconds: number) => sql<{ slept: unknown }>`SELECT SLEEP(${seconds}) AS slept`,
    sleeping: sql`SELECT count(*) AS n FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE ${'SELECT SLEEP%'}`,
    own: sql`SELECT CONNECTION_ID() AS id`,
    // An answer of SLEEP's that was cut short is no error; this statement's is one.
    endStatement: (id: unknown) => sql`KILL QUERY ${id}`,
  },
};

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 5000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`It did not come to this within 5 s: ${what}.`);
    await pause(20);
  }
}

/** How long something took, in milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

describe.each(liveDatabases)('a statement that is given up on $name', (database: TestDatabase) => {
  const words = WORDS[database.family as keyof typeof WORDS];
  const open = (options: EngineOptions = {}, url = database.url()): Engine => {
    const engine = createEngine(url, options);
    afterTest(() => engine.dispose());
    return engine;
  };
  const asleep = async (engine: Engine): Promise<number> => {
    await using connection = await engine.connect({ autocommit: true });
    return Number(await connection.scalar(words.sleeping));
  };

  it('ends on the server when its signal is aborted, and the connection goes on', async () => {
    const engine = open();
    await using connection = await engine.connect({ autocommit: true });
    const controller = new AbortController();
    const gone = new Error('the browser went away');
    const failed = (error: unknown): unknown => error;
    const sleeping = connection.all(words.sleep(20), undefined, { signal: controller.signal }).catch(failed);
    // One that follows waits for it, and one that was given up while it waited runs never.
    const next = connection.scalar(sql`SELECT 1 AS one`);
    const never = connection.scalar(sql`SELECT 2 AS two`, undefined, { signal: controller.signal }).catch(failed);
    await until('the server sleeps', async () => (await asleep(engine)) === 1);
    const statements: string[] = [];
    engine.listeners.add((event) => statements.push(event.sql));
    const took = await timed(async () => {
      controller.abort(gone);
      expect(await never).toBe(gone);
      expect(await sleeping).toBe(gone);
    });
    expect(took).toBeLessThan(4000);
    expect(Number(await next)).toBe(1);
    expect(await asleep(engine)).toBe(0);
    expect(statements.filter((statement) => statement.includes('two'))).toEqual([]);
    // Before it has begun, nothing is sent.
    await expect(connection.all(words.sleep(20), undefined, { signal: AbortSignal.abort(gone) })).rejects.toBe(gone);
    expect(engine.pool.status()).toMatchObject({ size: 2, checkedOut: 1, idle: 1, waiting: 0 });
  });

  it("ends at its timeout: its own, or the engine's", async () => {
    const engine = open({ statementTimeout: 0.3 });
    await using connection = await engine.connect({ autocommit: true });
    const error = (await connection.all(words.sleep(20)).catch((e: unknown) => e)) as StatementTimeout;
    expect(error).toBeInstanceOf(StatementTimeout);
    expect(error.message).toMatch(/ran for longer than its timeout/);
    expect(error.sql).toMatch(/sleep/i);
    // A statement may have more time than the engine gives, or less.
    expect(await connection.all(words.sleep(0.5), undefined, { timeout: 10 })).toHaveLength(1);
    expect(
      await timed(() => expect(connection.all(words.sleep(20), undefined, { timeout: 0.05 })).rejects.toThrow(StatementTimeout)),
    ).toBeLessThan(3000);
    expect(Number(await connection.scalar(sql`SELECT 1 AS one`))).toBe(1);
    expect(await asleep(engine)).toBe(0);
    await expect(connection.all(words.sleep(1), undefined, { timeout: 0 })).rejects.toThrow(EngineError);
    await expect(connection.all(words.sleep(1), undefined, { signal: {} as AbortSignal })).rejects.toThrow(/takes an AbortSignal/);
  });

  it('leaves its transaction to be rolled back, and what limits a transaction lets nothing be committed', async () => {
    const engine = open();
    const controller = new AbortController();
    const notes = new Database().Table('notes', { id: t.integer().primaryKey(), body: t.text() });
    await engine.begin((connection) => connection.script('CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL)'));
    const count = (): Promise<unknown> => engine.begin((connection) => connection.scalar(sql`SELECT count(*) AS n FROM notes`));
    // Given up in the middle.
    const work = engine.begin(
      async (connection) => {
        await connection.execute(sql`INSERT INTO notes VALUES (1, 'one')`);
        setTimeout(() => controller.abort(), 50);
        await connection.all(words.sleep(20));
      },
      { signal: controller.signal },
    );
    await expect(work).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    // Given up after the last statement.
    const late = new AbortController();
    const committed = engine.begin(
      async (connection) => {
        await connection.execute(sql`INSERT INTO notes VALUES (2, 'two')`);
        late.abort();
      },
      { signal: late.signal },
    );
    await expect(committed).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(Number(await count())).toBe(0);
    // A savepoint is gone back to, and the rest of the transaction stays.
    await engine.begin(async (connection) => {
      await connection.execute(sql`INSERT INTO notes VALUES (3, 'three')`);
      const nested = connection.transaction(async () => {
        await connection.execute(sql`INSERT INTO notes VALUES (4, 'four')`);
        await connection.all(words.sleep(20), undefined, { timeout: 0.05 });
      });
      await expect(nested).rejects.toThrow(StatementTimeout);
    });
    await using connection = await engine.connect();
    expect(await connection.all(select(notes))).toEqual([[{ id: 3, body: 'three' }]]);
    expect(engine.pool.status()).toMatchObject({ checkedOut: 1, waiting: 0 });
  });

  it('keeps its connection until it has ended: a caller who does not wait for it gives nothing away', async () => {
    const engine = open({ poolSize: 1, maxOverflow: 0 });
    const early = async (): Promise<unknown[]> => {
      await using connection = await engine.connect({ autocommit: true });
      // Without `await`, so that the connection is closed first.
      return connection.all(words.sleep(0.3));
    };
    const rows = early();
    const took = await timed(async () => {
      await using connection = await engine.connect({ autocommit: true });
      await connection.all(words.sleep(20), undefined, { timeout: 0.1 }).catch(() => {});
    });
    expect(took).toBeLessThan(5000);
    const [row] = await rows;
    expect(Object.values(row as object)).toEqual([database.family === 'mysql' ? 0 : '']);
  });

  it('is told from one that someone else ended', async () => {
    const engine = open();
    await using connection = await engine.connect({ autocommit: true });
    await using other = await engine.connect({ autocommit: true });
    const id = await connection.scalar(words.own);
    await connection.script('CREATE TABLE numbers (n INTEGER)');
    await connection.execute(sql`INSERT INTO numbers VALUES (1), (2), (3)`);
    const slow =
      database.family === 'mysql'
        ? sql<{
            slept: unknown;
          }>`SELECT count(*) AS slept FROM (SELECT a.seq FROM ${literalColumn(numbersTo(20_000, 'a'))}, ${literalColumn(numbersTo(20_000, 'b'))} WHERE a.seq + b.seq > 0) x`
        : words.sleep(20);
    const sleeping = connection.all(slow).catch((error: unknown) => error);
    await pause(150);
    await other.execute(words.endStatement(database.family === 'mysql' ? Number(id) : id));
    expect(await sleeping).toBeInstanceOf(StatementCancelled);
    expect(Number(await connection.scalar(sql`SELECT 1 AS one`))).toBe(1);
  });

  it('of a session ends with it: its own statement, or all of them', async () => {
    const db = new Database({ url: database.url() });
    afterTest(() => db.dispose());
    class Note extends db.Model('notes', { id: t.integer().primaryKey(), body: t.text() }) {}
    await db.createAll();
    const gone = new Error('gone');
    await db.context(async () => {
      await expect(db.session.all(words.sleep(20), undefined, { timeout: 0.1 })).rejects.toThrow(StatementTimeout);
      db.session.add(new Note({ id: 1, body: 'one' }));
      await db.session.commit();
    });
    const controller = new AbortController();
    const request = db.context(
      async () => {
        db.session.add(new Note({ id: 2, body: 'two' }));
        await db.session.flush();
        setTimeout(() => controller.abort(gone), 50);
        await db.session.all(words.sleep(20));
      },
      { signal: controller.signal },
    );
    await expect(request).rejects.toBe(gone);
    await expect(db.context(() => Note.query().all(), { signal: controller.signal })).rejects.toBe(gone);
    // A query of objects: what it loads beside them has its limits too, and other queries of the session have not.
    await db.context(async () => {
      const slow = database.family === 'mysql' ? sql<boolean>`SLEEP(20) = 0` : sql<boolean>`pg_sleep(20) IS NOT NULL`;
      const query = Note.query().executionOptions({ timeout: 0.1 });
      const [timedOut, found] = await Promise.all([
        query
          .filter(slow)
          .all()
          .catch((error: unknown) => error),
        Note.query().filter(Note.c.id.eq(1)).one(),
      ]);
      expect(timedOut).toBeInstanceOf(StatementTimeout);
      expect(found.body).toBe('one');
      await expect(query.filter(slow).count()).rejects.toThrow(StatementTimeout);
      await expect(query.filter(slow).update({ body: 'never' })).rejects.toThrow(StatementTimeout);
      await db.session.rollback();
      await expect(query.executionOptions({ signal: AbortSignal.abort(gone) }).get(1)).resolves.toBe(found);
      await expect(query.executionOptions({ signal: AbortSignal.abort(gone) }).all()).rejects.toBe(gone);
      expect(await query.all()).toEqual([found]);
    });
    await using session = db.createSession({ limits: { timeout: 0.1 } });
    expect(await session.query(Note).all()).toMatchObject([{ id: 1 }]);
    await expect(session.scalar(words.sleep(20))).rejects.toThrow(StatementTimeout);
    expect(db.engine.pool.status()).toMatchObject({ checkedOut: 0, waiting: 0 });
  });

  it('as a stream closes its cursor: aborted while it waits for rows, between them, and left early', async () => {
    const engine = open({ poolSize: 1, maxOverflow: 0 });
    const slow =
      database.family === 'mysql'
        ? text(`SELECT seq AS n, SLEEP(seq > 3) * 0 AS slept FROM ${numbersTo(30)}`)
        : text('SELECT n, CASE WHEN n > 3 THEN pg_sleep(1) END AS slept FROM generate_series(1, 30) AS n');
    const rows = slow.columns({ n: t.integer(), slept: t.text() });
    const quick = text(
      database.family === 'mysql' ? `SELECT seq AS n FROM ${numbersTo(200_000)}` : 'SELECT n FROM generate_series(1, 200000) AS n',
    ).columns({ n: t.integer() });
    {
      await using connection = await engine.connect();
      const reading = async (): Promise<void> => {
        for await (const _ of connection.stream(rows, undefined, { timeout: 0.2 }));
      };
      expect(await timed(() => expect(reading()).rejects.toThrow(StatementTimeout))).toBeLessThan(4000);
      expect(Number(await connection.scalar(sql`SELECT 1 AS one`))).toBe(1);
    }
    const controller = new AbortController();
    await using connection = await engine.connect();
    const seen: number[] = [];
    const aborted = async (): Promise<void> => {
      for await (const { n } of connection.stream(quick, undefined, { signal: controller.signal })) {
        seen.push(n);
        if (n === 5) controller.abort();
      }
    };
    await expect(aborted()).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    for await (const { n } of connection.stream(quick)) if (n === 700) break;
    if (database.family === 'postgresql')
      expect(Number(await connection.scalar(sql`SELECT count(*) AS n FROM pg_cursors WHERE name <> ''`))).toBe(0);
    expect(connection.driverConnection.inTransaction).toBe(false);
    expect(Number(await connection.scalar(sql`SELECT 7 AS seven`))).toBe(7);
    const all = connection.stream(quick);
    await all.next();
    // A connection that goes back with an open stream takes nothing of it along.
    await connection.close();
    await using again = await engine.connect();
    expect(Number(await again.scalar(sql`SELECT 8 AS eight`))).toBe(8);
    expect(again.driverConnection.inTransaction).toBe(false);
  });

  it('gives way where neither the server nor the network answers', { timeout: 30_000 }, async () => {
    const proxy = await tcpProxy(database.url());
    const engine = open({ poolSize: 2, maxOverflow: 0, statementTimeout: 0.3 }, proxy.url);
    const connection = await engine.connect();
    await connection.begin();
    await connection.scalar(sql`SELECT 1 AS one`);
    proxy.stall();
    expect(await timed(() => expect(connection.scalar(sql`SELECT 2 AS two`)).rejects.toThrow(StatementTimeout))).toBeLessThan(9000);
    await connection.close();
    expect(engine.pool.status()).toMatchObject({ size: 0, checkedOut: 0 });
    proxy.resume();
    expect(await engine.begin((again) => again.scalar(sql`SELECT 3 AS three`))).toBeTruthy();
    expect(engine.pool.status()).toMatchObject({ size: 1, idle: 1 });
  });

  it('never takes another with it: 2,000 queries, 200 at a time, through 10 connections, one in five given up', {
    timeout: 60_000,
  }, async () => {
    const engine = open({ poolSize: 10, maxOverflow: 0 });
    const total = Number(process.env.ATHANOR_CANCELLED_QUERIES ?? 2000);
    let next = 0;
    let wrong = 0;
    const outcomes = { answered: 0, givenUp: 0 };
    const unhandled: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (let i = next++; i < total; i = next++) {
        const cancelled = i % 5 === 0;
        const controller = new AbortController();
        if (cancelled) setTimeout(() => controller.abort(), (i * 7) % 60);
        try {
          await using connection = await engine.connect({ autocommit: true, signal: controller.signal });
          const statement =
            database.family === 'mysql'
              ? sql<{ n: number }>`SELECT ${i} AS n, SLEEP(${cancelled ? 5 : 0.002}) AS slept`
              : sql<{ n: number }>`SELECT ${i}::int AS n, pg_sleep(${cancelled ? 5 : 0.002})`;
          const { n } = await connection.one(statement, undefined, { signal: controller.signal });
          if (Number(n) !== i) wrong++;
          outcomes.answered++;
        } catch (error) {
          if ((error as Error).name !== 'AbortError') unhandled.push(error);
          outcomes.givenUp++;
        }
      }
    };
    await Promise.all(Array.from({ length: 200 }, worker));
    expect(unhandled).toEqual([]);
    expect(wrong).toBe(0);
    expect(outcomes).toEqual({ answered: total * 0.8, givenUp: total / 5 });
    expect(engine.pool.status()).toEqual({ size: 10, checkedOut: 0, idle: 10, waiting: 0 });
    expect(await asleep(engine)).toBe(0);
  });
});

describe.each(DRIVERS)('a statement that is given up on %s', (driver) => {
  it('is not begun, waits for no lock, and ends as a stream', async () => {
    const engine = await fileEngine(driver, { poolSize: 3 });
    await using one = await engine.connect();
    await using two = await engine.connect();
    await one.script('CREATE TABLE notes (id INTEGER PRIMARY KEY)');
    await one.execute(sql`INSERT INTO notes VALUES (1), (2), (3)`);
    await expect(two.all(sql`SELECT 1`, undefined, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
    // The write lock is `one`'s.
    const started = performance.now();
    await expect(two.execute(sql`DELETE FROM notes`, undefined, { timeout: 0.05 })).rejects.toThrow(StatementTimeout);
    await expect(two.execute(sql`DELETE FROM notes`, undefined, { signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/);
    expect(performance.now() - started).toBeLessThan(3000);
    await one.commit();
    const notes = text('SELECT id FROM notes').columns({ id: t.integer() });
    const controller = new AbortController();
    const seen: number[] = [];
    const reading = async (): Promise<void> => {
      for await (const { id } of two.stream(notes, undefined, { signal: controller.signal })) {
        seen.push(id);
        controller.abort();
      }
    };
    await expect(reading()).rejects.toThrow(/aborted/);
    expect(seen).toEqual([1]);
    await one.execute(sql`DELETE FROM notes`);
    await one.commit();
    await expect(async () => {
      for await (const _ of two.stream(sql`SELECT 1 AS one`));
    }).rejects.toThrow(/stream\(\) reads a select/);
  });
});

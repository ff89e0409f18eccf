import { describe, expect, test } from 'vitest';
import {
  createEngine,
  Database,
  DisconnectError,
  type Engine,
  type EngineOptions,
  hasMany,
  StatementTimeout,
  sql,
  t,
  text,
} from '../../src/index.ts';
import { afterTest } from '../setup/databases.ts';
import { liveDatabases, tested } from '../setup/live-databases.ts';
import { canStart, ownServer } from '../setup/own-servers.ts';

const databases = canStart('pgbouncer') ? liveDatabases.filter(({ family }) => family === 'postgresql') : [];

describe.each(databases)('through PgBouncer, a transaction at a time, to $name', (database) => {
  /** Two sessions on the server, which clients take turns on with each transaction. */
  const start = async (): Promise<{ url: string; direct: string; restart: () => Promise<void> }> => {
    const direct = database.url();
    const { hostname, port, pathname, username } = new URL(direct);
    const server = await ownServer('pgbouncer', {
      database: `host=${hostname} port=${port || 5432} dbname=${pathname.slice(1)} user=${username || 'postgres'}`,
      pool_mode: 'transaction',
      default_pool_size: 2,
      max_client_conn: 100,
    });
    const restart = async (): Promise<void> => {
      await server.stop();
      await server.start();
    };
    return { url: `${server.url}?preparedStatements=false`, direct, restart };
  };
  const open = (url: string, options: EngineOptions = {}): Engine => {
    const engine = createEngine(url, options);
    afterTest(() => engine.dispose());
    return engine;
  };

  test('models, sessions, streams and limits work as without it', async () => {
    const { url, restart } = await start();
    const db = new Database({ url, engine: { poolSize: 10 } });
    afterTest(() => db.dispose());
    class User extends db.Model('users', {
      id: t.integer().primaryKey(),
      name: t.string(50),
      seen: t.dateTime({ timezone: true }),
      get notes() {
        return hasMany(Note);
      },
    }) {}
    class Note extends db.Model('notes', {
      id: t.integer().primaryKey(),
      body: t.text(),
      userId: t.integer().references('users.id'),
    }) {}
    await db.createAll();
    // More clients than sessions on the server, each with several transactions, so that they change places all the time.
    const seen = new Date('2026-01-31T08:30:00.123Z');
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        db.context(async () => {
          const user = new User({ name: `user ${i}`, seen });
          user.notes.add(new Note({ body: `first of ${i}` }), new Note({ body: `second of ${i}` }));
          db.session.add(user);
          await db.session.commit();
          const again = await User.query()
            .filterBy({ name: `user ${i}` })
            .with({ notes: true })
            .one();
          expect([again.name, again.seen, again.notes.map((note) => note.body).sort()]).toEqual([
            `user ${i}`,
            seen,
            [`first of ${i}`, `second of ${i}`],
          ]);
          again.name = `renamed ${i}`;
          await db.session.commit();
        }),
      ),
    );
    await db.context(async () => {
      expect(await User.query().filter(User.c.name.startsWith('renamed')).count()).toBe(30);
      let streamed = 0;
      for await (const note of Note.query().orderBy(Note.c.id).stream({ batch: 7 })) if (note.body !== '') streamed++;
      expect(streamed).toBe(60);
      await expect(db.session.scalar(sql`SELECT pg_sleep(20)`, undefined, { timeout: 0.2 })).rejects.toThrow(StatementTimeout);
      expect(await db.session.scalar(sql`SELECT 1 AS one`)).toBe(1);
      const failing = db.session.transaction(async (session) => {
        session.add(new User({ name: 'nobody', seen }));
        await session.flush();
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await User.query().count()).toBe(30);
    });
    // The pooler is started again: what was open is lost, and what comes next is not.
    await restart();
    await new Promise((resolve) => setTimeout(resolve, 50));
    await db.context(async () => {
      const count = await User.query()
        .count()
        .catch((error: unknown) => error);
      if (count !== 30) expect(count).toBeInstanceOf(DisconnectError);
      expect(await User.query().count()).toBe(30);
    });
    const engine = db.engine;
    expect(engine.pool.status()).toMatchObject({ checkedOut: 0, waiting: 0 });
  });

  test('nothing is kept under a name on the server, and cancelled statements take no other along', async () => {
    const { url, direct } = await start();
    const engine = open(url, { poolSize: 12, maxOverflow: 0 });
    const server = open(direct);
    const outcomes = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        await using connection = await engine.connect({ autocommit: true });
        const slow = i % 5 === 0;
        const statement = sql<{ n: number }>`SELECT ${i}::int AS n, pg_sleep(${slow ? 20 : 0.002})`;
        try {
          return Number((await connection.one(statement, undefined, slow ? { timeout: 0.02 + (i % 7) / 100 } : {})).n) === i
            ? 'answered'
            : 'wrong';
        } catch (error) {
          return error instanceof StatementTimeout ? 'given up' : String(error);
        }
      }),
    );
    expect(outcomes).toEqual(Array.from({ length: 60 }, (_, i) => (i % 5 === 0 ? 'given up' : 'answered')));
    const rows = text('SELECT n FROM generate_series(1, 3000) AS n').columns({ n: t.integer() });
    let last = 0;
    await using connection = await engine.connect();
    for await (const { n } of connection.stream(rows)) last = n;
    expect(last).toBe(3000);
    expect(engine.pool.status()).toMatchObject({ checkedOut: 1, waiting: 0 });
    await using other = await server.connect({ autocommit: true });
    const active = sql`SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE ${'%pg_sleep(%'} AND state = 'active' AND pid <> pg_backend_pid()`;
    expect(Number(await other.scalar(active))).toBe(0);
  });
});

test('runs where PostgreSQL is tested and PgBouncer is installed, and nowhere else', () => {
  expect(databases.length > 0).toBe(tested.includes('postgresql') && canStart('pgbouncer'));
});

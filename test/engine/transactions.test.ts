import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createEngine,
  Database,
  DisconnectError,
  type DriverConnection,
  type Engine,
  EngineError,
  type EngineOptions,
  listen,
  OperationalError,
  SerializationFailure,
  sql,
  t,
  UniqueViolation,
} from '../../src/index.ts';
import { afterTest, sharedDatabases, type TestDatabase } from '../setup/databases.ts';
import { liveDatabases, tested } from '../setup/live-databases.ts';
import { canStart, ownServer } from '../setup/own-servers.ts';

function open(url: string, options: EngineOptions = {}): Engine {
  const engine = createEngine(url, options);
  afterTest(() => engine.dispose());
  return engine;
}

async function withAccounts(engine: Engine): Promise<void> {
  await engine.begin(async (connection) => {
    await connection.execute(sql`CREATE TABLE accounts (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)`);
    await connection.execute(sql`INSERT INTO accounts VALUES (1, 10), (2, 20)`);
  });
}

const total = sql`SELECT sum(amount) AS total FROM accounts`;
const add = (amount: number) => sql`UPDATE accounts SET amount = amount + ${amount} WHERE id = 1`;

describe.each(liveDatabases)('transactions on $name', (database: TestDatabase) => {
  it('have the isolation that was asked for, and the next one has not', async () => {
    const engine = open(database.url(), { poolSize: 2, maxOverflow: 0 });
    await withAccounts(engine);
    const level = sql`SELECT current_setting('transaction_isolation') AS level`;
    await using connection = await engine.connect();
    // MariaDB does not tell what its transaction has; what it sees tells.
    if (database.family === 'postgresql')
      for (const isolation of ['read committed', 'repeatable read', 'serializable'] as const) {
        const said = await connection.transaction(
          async () => {
            await connection.execute(add(0));
            return connection.scalar(level);
          },
          { isolation },
        );
        expect(said).toBe(isolation);
      }
    // What a reader sees twice is the same, or not.
    await using other = await engine.connect({ autocommit: true });
    const twice = (isolation: 'read committed' | 'repeatable read'): Promise<number[]> =>
      connection.transaction(
        async () => {
          const before = Number(await connection.scalar(total));
          await other.execute(add(5));
          return [before, Number(await connection.scalar(total))];
        },
        { isolation },
      );
    expect(await twice('read committed')).toEqual([30, 35]);
    expect(await twice('repeatable read')).toEqual([35, 35]);
    const usual = await connection.transaction(async () => {
      const before = Number(await connection.scalar(total));
      await other.execute(add(5));
      return Number(await connection.scalar(total)) - before;
    });
    expect(usual).toBe(database.family === 'postgresql' ? 5 : 0);
  });

  it('that only read refuse to write, and say so once', async () => {
    const engine = open(database.url());
    await withAccounts(engine);
    await using connection = await engine.connect();
    await connection.begin({ readOnly: true });
    expect(Number(await connection.scalar(total))).toBe(30);
    await expect(connection.execute(add(1))).rejects.toThrow(OperationalError);
    await connection.rollback();
    await connection.execute(add(1));
    await connection.commit();
    expect(Number(await connection.scalar(total))).toBe(31);
    if (database.family !== 'postgresql') return;
    const deferred = engine.begin((own) => own.scalar(sql`SELECT current_setting('transaction_deferrable') AS deferrable`), {
      isolation: 'serializable',
      readOnly: true,
      deferrable: true,
    });
    expect(await deferred).toBe('on');
  });

  it('that cannot be put in an order fail, and can be tried again', async () => {
    const engine = open(database.url());
    await withAccounts(engine);
    await using one = await engine.connect();
    await using two = await engine.connect();
    const isolation = database.family === 'postgresql' ? 'serializable' : 'repeatable read';
    // MariaDB 10.11 sees it where it is told to look.
    if (database.mariadb) for (const connection of [one, two]) await connection.script('SET innodb_snapshot_isolation = 1');
    for (const connection of [one, two]) {
      await connection.begin({ isolation });
      await connection.scalar(total);
    }
    await one.execute(add(1));
    await one.commit();
    const late = two.execute(add(1)).then(() => two.commit());
    // MySQL changes the row as it is by now.
    if (database.family === 'mysql' && !database.mariadb) {
      await late;
      expect(Number(await two.scalar(total))).toBe(32);
      return;
    }
    await expect(late).rejects.toThrow(SerializationFailure);
    await two.rollback();
    await two.transaction(() => two.execute(add(1)), { isolation });
    expect(Number(await two.scalar(total))).toBe(32);
  });
});

it.each(sharedDatabases)('two-phase transactions are refused by name on $name', async (database) => {
  await using connection = await open(database.url()).connect();
  await expect(connection.beginTwoPhase()).rejects.toThrow(/SQLite has no two-phase transactions/);
  await expect(connection.preparedTransactions()).rejects.toThrow(EngineError);
  expect(connection.inTransaction).toBe(false);
});

let preparing: Promise<string> | undefined;
/** PostgreSQL prepares transactions only where it is told to. */
const preparingPostgresql = (): Promise<string> => {
  preparing ??= ownServer('postgresql', { max_prepared_transactions: 5 }).then(({ url }) => url);
  return preparing;
};

/** Those that prepare transactions. */
const TWO_PHASE: readonly (readonly [string, () => Promise<string>])[] = [
  ...(tested.includes('postgresql') && canStart('postgresql') ? [['PostgreSQL', preparingPostgresql] as const] : []),
  ...liveDatabases.filter(({ family }) => family === 'mysql').map((database) => [database.name, async () => database.url()] as const),
];

it.each(TWO_PHASE)('two-phase transactions on %s', { timeout: 60_000 }, async (_name, urlOf) => {
  const engine = open(await urlOf(), { poolSize: 3, maxOverflow: 0 });
  await withAccounts(engine);
  const amount = async (): Promise<number> => {
    await using connection = await engine.connect({ autocommit: true });
    return Number(await connection.scalar(total));
  };
  const prepared = async (): Promise<string[]> => {
    await using connection = await engine.connect({ autocommit: true });
    return connection.preparedTransactions();
  };
  const connection = await engine.connect();
  // In two steps.
  const xid = await connection.beginTwoPhase();
  expect(connection.inTransaction).toBe(true);
  await connection.execute(add(1));
  expect(await amount()).toBe(30);
  await connection.prepare();
  expect(await prepared()).toEqual([xid]);
  await expect(connection.prepare()).rejects.toThrow(/has been prepared/);
  await connection.commit();
  expect(connection.inTransaction).toBe(false);
  expect([await amount(), await prepared()]).toEqual([31, []]);
  // In one step after all, and undone before and after the first.
  await connection.beginTwoPhase(`own.${randomUUID()}`);
  await connection.execute(add(1));
  await connection.commit();
  await connection.beginTwoPhase();
  await connection.execute(add(100));
  await connection.rollback();
  await connection.beginTwoPhase();
  await connection.execute(add(100));
  await connection.prepare();
  await connection.rollback();
  expect([await amount(), await prepared()]).toEqual([32, []]);
  // A statement that fails, and a connection that goes back with one open.
  await connection.beginTwoPhase();
  await connection.execute(add(100));
  await expect(connection.execute(sql`INSERT INTO accounts VALUES (1, 1)`)).rejects.toThrow();
  await connection.close();
  expect([await amount(), await prepared()]).toEqual([32, []]);
  // A program that dies between the two steps: another ends what it left.
  const lost = ['left-1', 'left-2'];
  for (const [i, name] of lost.entries()) {
    const dying = await engine.connect();
    await dying.beginTwoPhase(name, { isolation: 'serializable' });
    await dying.execute(sql`UPDATE accounts SET amount = amount + 10 WHERE id = ${i + 1}`);
    await dying.prepare();
    dying.driverConnection.destroy?.();
    await dying.close();
  }
  await using recovering = await engine.connect({ autocommit: true });
  for (let tries = 0; tries < 50; tries++) {
    if ((await recovering.preparedTransactions()).length === 2) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect((await recovering.preparedTransactions()).sort()).toEqual(lost);
  // The server takes a moment to notice that the connections are gone.
  for (const end of [() => recovering.commitPrepared('left-1'), () => recovering.rollbackPrepared('left-2')]) {
    for (let tries = 0; tries < 100; tries++) {
      if (
        await end().then(
          () => true,
          () => false,
        )
      )
        break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  expect([await amount(), await prepared()]).toEqual([42, []]);
  // What is no name, no transaction, or no two-phase one.
  await expect(recovering.beginTwoPhase("it's")).rejects.toThrow(/has up to 64 letters/);
  await expect(recovering.commitPrepared("x'; DROP TABLE accounts; --")).rejects.toThrow(EngineError);
  await expect(recovering.commitPrepared('never-there')).rejects.toThrow(/never-there|XAER_NOTA/);
  await recovering.begin();
  await expect(recovering.prepare()).rejects.toThrow(/needs a two-phase transaction/);
  await recovering.rollback();
  expect(engine.pool.status()).toMatchObject({ checkedOut: 1, waiting: 0 });
});

const twoDatabases = TWO_PHASE.length === 2 ? [TWO_PHASE.map(([, urlOf]) => urlOf)] : [];

it.each(twoDatabases)(
  'a session that commits in two steps writes to all of its databases or to none',
  { timeout: 60_000 },
  async (first, second) => {
    const db = new Database({ url: await first(), binds: { stock: await second() }, session: { twoPhase: true } });
    afterTest(() => db.dispose());
    class Sale extends db.Model('sales', { id: t.integer().primaryKey(), product: t.string(20) }) {}
    class Product extends db.Model('products', { name: t.string(20).primaryKey(), left: t.integer() }, { bind: 'stock' }) {}
    await db.createAll();
    const counts = (): Promise<number[]> => db.context(async () => [await Sale.query().count(), await Product.query().count()]);
    const statements: string[] = [];
    for (const engine of [db.engine, db.engineFor('stock')]) engine.listeners.add((event) => statements.push(event.sql));
    await db.context(async () => {
      db.session.addAll([new Sale({ product: 'tea' }), new Product({ name: 'tea', left: 3 })]);
      await db.session.commit();
      const steps = statements.filter((statement) => /PREPARE|COMMIT/.test(statement)).map((statement) => statement.replace(/'.*'/, 'x'));
      expect(steps).toEqual(['PREPARE TRANSACTION x', 'XA PREPARE x', 'COMMIT PREPARED x', 'XA COMMIT x']);
      // One alone needs no second step.
      statements.length = 0;
      db.session.add(new Sale({ product: 'salt' }));
      await db.session.commit();
      expect(statements.filter((statement) => /PREPARE/.test(statement))).toEqual([]);
    });
    expect(await counts()).toEqual([2, 1]);
    await db.context(async () => {
      db.session.addAll([new Sale({ product: 'tea' }), new Product({ name: 'tea', left: 3 })]);
      await expect(db.session.commit()).rejects.toThrow(UniqueViolation);
      await db.session.rollback();
      db.session.addAll([new Sale({ product: 'oil' }), new Product({ name: 'oil', left: 3 })]);
      await db.session.flush();
      await db.session.rollback();
    });
    expect(await counts()).toEqual([2, 1]);
    // The second step of one is lost: it stays prepared, and is committed by whoever recovers it.
    let stock: DriverConnection | undefined;
    listen(db.engineFor('stock'), 'checkout', (connection) => {
      stock = connection;
    });
    await db.context(async () => {
      db.session.addAll([new Sale({ product: 'rice' }), new Product({ name: 'rice', left: 3 })]);
      await db.session.flush();
      const cut = (event: { readonly sql: string }): void => {
        if (event.sql.startsWith('COMMIT PREPARED')) stock?.destroy?.();
      };
      db.engine.listeners.add(cut);
      await expect(db.session.commit()).rejects.toThrow(DisconnectError);
      db.engine.listeners.delete(cut);
      await db.session.rollback();
    });
    expect(await counts()).toEqual([3, 1]);
    await using recovering = await db.engineFor('stock').connect({ autocommit: true });
    const [xid] = await recovering.preparedTransactions();
    // The server takes a moment to notice that the connection is gone.
    for (let tries = 0; tries < 100 && (await recovering.preparedTransactions()).includes(xid); tries++) {
      await recovering.commitPrepared(xid).catch(() => new Promise((resolve) => setTimeout(resolve, 50)));
    }
    expect(await counts()).toEqual([3, 2]);
  },
);

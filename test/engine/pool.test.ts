import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DriverConnection, MaybePromise } from '../../src/dialects/base/driver.ts';
import { EngineError, PoolTimeoutError } from '../../src/engine/errors.ts';
import { NullPool, type PooledConnection, type PoolOptions, QueuePool, singleConnectionPool } from '../../src/engine/pool.ts';

const OPTIONS: PoolOptions = { poolSize: 2, maxOverflow: 1, poolTimeout: 5, poolRecycle: -1, poolPrePing: false, poolUseLifo: true };

class FakeConnection implements DriverConnection {
  readonly id: number;
  usable = true;
  alive = true;
  closed = false;
  readonly inTransaction = null;
  constructor(id: number) {
    this.id = id;
  }
  query(): never[] {
    return [];
  }
  run(): { rowCount: number; lastInsertId: null } {
    return { rowCount: 0, lastInsertId: null };
  }
  runMany(): { rowCount: number; lastInsertIds: never[] } {
    return { rowCount: 0, lastInsertIds: [] };
  }
  execute(): { rowCount: number; lastInsertId: null; columns: never[]; rows: never[] } {
    return { rowCount: 0, lastInsertId: null, columns: [], rows: [] };
  }
  script(): void {}
  stream(): never[] {
    return [];
  }
  close(): void {
    this.closed = true;
    this.usable = false;
  }
}

function server(options: { slow?: boolean } = {}) {
  const opened: FakeConnection[] = [];
  const state = { failing: false };
  const make = (): FakeConnection => {
    if (state.failing) throw new Error('the server is away');
    const connection = new FakeConnection(opened.length + 1);
    opened.push(connection);
    return connection;
  };
  return {
    opened,
    state,
    open: (): MaybePromise<DriverConnection> => (options.slow ? sleep(5).then(make) : make()),
    ping: (driver: DriverConnection): MaybePromise<boolean> => {
      const { alive } = driver as FakeConnection;
      if (!options.slow) return alive;
      return sleep(1).then(() => {
        if (!alive) throw new Error('gone');
        return true;
      });
    },
  };
}

const idOf = (connection: PooledConnection): number => (connection.driver as FakeConnection).id;
const now = (answer: MaybePromise<PooledConnection>): PooledConnection => {
  expect(answer).not.toBeInstanceOf(Promise);
  return answer as PooledConnection;
};

describe('QueuePool', () => {
  it('answers at once while there is room, and hands out the one used last', () => {
    const pool = new QueuePool(server(), OPTIONS);
    const a = now(pool.acquire());
    const b = now(pool.acquire());
    const c = now(pool.acquire());
    expect([a, b, c].map(idOf)).toEqual([1, 2, 3]);
    expect(pool.status()).toEqual({ size: 3, checkedOut: 3, idle: 0, waiting: 0 });
    pool.release(a);
    pool.release(b);
    expect(idOf(now(pool.acquire()))).toBe(2);
  });

  it('lets the connections take turns where it is told to', () => {
    const pool = new QueuePool(server(), { ...OPTIONS, poolUseLifo: false });
    const a = now(pool.acquire());
    const b = now(pool.acquire());
    pool.release(a);
    pool.release(b);
    expect([pool.acquire(), pool.acquire()].map((answer) => idOf(now(answer)))).toEqual([1, 2]);
  });

  it('closes what is beyond its size when it comes back', () => {
    const hooks = server();
    const pool = new QueuePool(hooks, OPTIONS);
    const all = [1, 2, 3].map(() => now(pool.acquire()));
    for (const connection of all) pool.release(connection);
    expect(pool.status()).toEqual({ size: 2, checkedOut: 0, idle: 2, waiting: 0 });
    expect(hooks.opened.map((c) => c.closed)).toEqual([false, false, true]);
  });

  it('serves those that wait in their order', async () => {
    const pool = new QueuePool(server(), { ...OPTIONS, poolSize: 1, maxOverflow: 0 });
    const held = now(pool.acquire());
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (n) => {
      const connection = await pool.acquire();
      order.push(n);
      await sleep(1);
      pool.release(connection);
    });
    expect(pool.status()).toEqual({ size: 1, checkedOut: 1, idle: 0, waiting: 3 });
    pool.release(held);
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
    expect(pool.status()).toEqual({ size: 1, checkedOut: 0, idle: 1, waiting: 0 });
  });

  it('gives up after the timeout and leaks nothing', async () => {
    const pool = new QueuePool(server(), { ...OPTIONS, poolSize: 1, maxOverflow: 0, poolTimeout: 0.02 });
    const held = now(pool.acquire());
    await expect(pool.acquire()).rejects.toThrow(PoolTimeoutError);
    await expect(pool.acquire({ timeout: 0.001 })).rejects.toThrow(/within 0.001 s: all 1 of the pool are in use/);
    expect(pool.status()).toEqual({ size: 1, checkedOut: 1, idle: 0, waiting: 0 });
    pool.release(held);
    expect(idOf(now(pool.acquire()))).toBe(1);
  });

  it('lets a waiting caller give up by its signal, and passes over it', async () => {
    const pool = new QueuePool(server(), { ...OPTIONS, poolSize: 1, maxOverflow: 0 });
    const held = now(pool.acquire());
    const controller = new AbortController();
    const first = pool.acquire({ signal: controller.signal });
    const second = pool.acquire();
    controller.abort(new Error('no longer wanted'));
    await expect(first).rejects.toThrow('no longer wanted');
    expect(() => pool.acquire({ signal: controller.signal })).toThrow('no longer wanted');
    pool.release(held);
    expect(idOf(await second)).toBe(1);
    expect(pool.status().waiting).toBe(0);
  });

  it('keeps a connection whose caller gave up while it was being opened', async () => {
    const pool = new QueuePool(server({ slow: true }), OPTIONS);
    const controller = new AbortController();
    const coming = pool.acquire({ signal: controller.signal });
    controller.abort();
    await expect(coming).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    await sleep(10);
    expect(pool.status()).toEqual({ size: 1, checkedOut: 0, idle: 1, waiting: 0 });
  });

  it.each([false, true])('counts rightly when opening fails (later: %s)', async (slow) => {
    const hooks = server({ slow });
    const pool = new QueuePool(hooks, { ...OPTIONS, poolSize: 1, maxOverflow: 0 });
    hooks.state.failing = true;
    const attempts = await Promise.allSettled([1, 2, 3].map(async () => pool.acquire()));
    expect(attempts.map((a) => a.status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(pool.status()).toEqual({ size: 0, checkedOut: 0, idle: 0, waiting: 0 });
    hooks.state.failing = false;
    await pool.release(await pool.acquire());
    expect(pool.status()).toEqual({ size: 1, checkedOut: 0, idle: 1, waiting: 0 });
  });

  it('opens another for the next that waits when a broken one comes back', async () => {
    const hooks = server();
    const pool = new QueuePool(hooks, { ...OPTIONS, poolSize: 1, maxOverflow: 0 });
    const held = now(pool.acquire());
    const next = pool.acquire();
    hooks.opened[0].usable = false;
    pool.release(held);
    expect(idOf(await next)).toBe(2);
    expect(hooks.opened[0].closed).toBe(true);
  });

  it('gives up every connection of a lost server', async () => {
    const hooks = server();
    const pool = new QueuePool(hooks, OPTIONS);
    const [a, b, c] = [now(pool.acquire()), now(pool.acquire()), now(pool.acquire())];
    pool.release(b);
    pool.invalidate(a, true);
    expect(hooks.opened.map((o) => o.closed)).toEqual([true, true, false]);
    pool.release(c);
    expect(hooks.opened[2].closed).toBe(true);
    expect(pool.status()).toEqual({ size: 0, checkedOut: 0, idle: 0, waiting: 0 });
    expect(idOf(now(pool.acquire()))).toBe(4);
  });

  it('replaces connections that are too old', async () => {
    const pool = new QueuePool(server(), { ...OPTIONS, poolRecycle: 0.02 });
    pool.release(now(pool.acquire()));
    expect(idOf(now(pool.acquire()))).toBe(1);
    await sleep(25);
    expect(idOf(now(pool.acquire()))).toBe(2);
  });

  it.each([false, true])('tries connections first where it is told to (later: %s)', async (slow) => {
    const hooks = server({ slow });
    const pool = new QueuePool(hooks, { ...OPTIONS, poolPrePing: true });
    const [a, b] = [await pool.acquire(), await pool.acquire()];
    await pool.release(a);
    await pool.release(b);
    hooks.opened[1].alive = false;
    // The one that is dead takes the older one with it.
    expect(idOf(await pool.acquire())).toBe(3);
    expect(hooks.opened.map((o) => o.closed)).toEqual([true, true, false]);
    expect(pool.status()).toEqual({ size: 1, checkedOut: 1, idle: 0, waiting: 0 });
  });

  it('ends the waits when it is disposed of, and closes what comes back', async () => {
    const hooks = server();
    const pool = new QueuePool(hooks, { ...OPTIONS, poolSize: 2, maxOverflow: 0 });
    const [a, b] = [now(pool.acquire()), now(pool.acquire())];
    pool.release(b);
    const again = now(pool.acquire());
    const waiting = pool.acquire();
    await pool.dispose();
    await expect(waiting).rejects.toThrow(EngineError);
    expect(() => pool.acquire()).toThrow(/disposed/);
    pool.release(a);
    pool.release(again);
    expect(hooks.opened.every((o) => o.closed)).toBe(true);
    expect(pool.status()).toEqual({ size: 0, checkedOut: 0, idle: 0, waiting: 0 });
  });

  it('is exact under 2,000 callers, one in five of which gives up', async () => {
    const pool = new QueuePool(server({ slow: true }), { ...OPTIONS, poolSize: 5, maxOverflow: 5 });
    const inUse = new Set<number>();
    let most = 0;
    const callers = Array.from({ length: 2000 }, async (_, i) => {
      const controller = new AbortController();
      if (i % 5 === 0) setTimeout(() => controller.abort(), i % 17);
      const connection = await pool.acquire({ signal: controller.signal });
      expect(inUse.has(idOf(connection))).toBe(false);
      inUse.add(idOf(connection));
      most = Math.max(most, inUse.size);
      if (i % 3 === 0) await sleep(1);
      inUse.delete(idOf(connection));
      await pool.release(connection);
    });
    const outcomes = await Promise.allSettled(callers);
    const failed = outcomes.flatMap((o, i) => (o.status === 'rejected' ? [{ i, name: (o.reason as Error).name }] : []));
    expect(failed.every(({ i, name }) => i % 5 === 0 && name === 'AbortError')).toBe(true);
    expect(failed.length).toBeGreaterThan(0);
    expect(most).toBe(10);
    expect(pool.status()).toMatchObject({ checkedOut: 0, waiting: 0 });
    expect(pool.status().size).toBeLessThanOrEqual(5);
  });

  it('checks a connection out and in within 3 µs', () => {
    const pool = new QueuePool(server(), OPTIONS);
    const rounds = 20_000;
    let best = Number.POSITIVE_INFINITY;
    for (let run = 0; run < 5; run++) {
      const start = performance.now();
      for (let i = 0; i < rounds; i++) pool.release(pool.acquire() as PooledConnection);
      best = Math.min(best, ((performance.now() - start) * 1000) / rounds);
    }
    expect(best).toBeLessThan(3);
  });
});

describe('the single connection', () => {
  it('is handed to one at a time, and a timeout says why', async () => {
    const hooks = server();
    const pool = singleConnectionPool(hooks, { ...OPTIONS, poolTimeout: 0.01 });
    const held = now(pool.acquire());
    await expect(pool.acquire()).rejects.toThrow(/database in memory has one connection/);
    const next = pool.acquire({ timeout: 1 });
    pool.release(held);
    expect(idOf(await next)).toBe(1);
    expect(hooks.opened).toHaveLength(1);
  });
});

describe('NullPool', () => {
  it.each([false, true])('opens for each caller and closes afterwards (later: %s)', async (slow) => {
    const hooks = server({ slow });
    const pool = new NullPool(hooks);
    const [a, b] = [await pool.acquire(), await pool.acquire()];
    expect(pool.status()).toEqual({ size: 2, checkedOut: 2, idle: 0, waiting: 0 });
    await pool.release(a);
    await pool.invalidate(b);
    expect(hooks.opened.map((c) => c.closed)).toEqual([true, true]);
    expect(pool.status()).toEqual({ size: 0, checkedOut: 0, idle: 0, waiting: 0 });
    await pool.dispose();
    expect(() => pool.acquire()).toThrow(/disposed/);
  });
});

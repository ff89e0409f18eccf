import { describe, expect, it } from 'vitest';
import type { PoolEvent } from '../../src/engine/pool-events.ts';
import { listen } from '../../src/orm/events.ts';
import { sql } from '../../src/sql/raw.ts';
import { DRIVERS, fileEngine } from './sqlite-databases.ts';

describe.each(DRIVERS)('the events of a pool with %s', (driver) => {
  it('tells what happens to a connection, in order', async () => {
    const engine = await fileEngine(driver, { poolSize: 1, maxOverflow: 0 });
    const told: string[] = [];
    for (const event of ['connect', 'checkout', 'checkin', 'invalidate', 'close'] satisfies PoolEvent[])
      listen(engine, event, () => void told.push(event));
    const first = await engine.connect();
    await first.close();
    const second = await engine.acquire();
    await second.close();
    expect(told.splice(0)).toEqual(['connect', 'checkout', 'checkin', 'checkout', 'checkin']);
    await engine.dispose();
    expect(told).toEqual(['close']);
  });

  it('waits for what is done with a new connection before anyone uses it', async () => {
    const engine = await fileEngine(driver, { poolSize: 2 });
    const end = listen(engine, 'connect', async (connection) => {
      await Promise.resolve();
      await connection.script('PRAGMA user_version = 7');
    });
    await using connection = await engine.connect();
    expect(await connection.all(sql`PRAGMA user_version`)).toEqual([{ user_version: 7 }]);
    end();
    await using other = await engine.connect();
    expect(other.closed).toBe(false);
  });

  it('gives no connection that a listener refuses, and leaks none', async () => {
    const engine = await fileEngine(driver, { poolSize: 1, maxOverflow: 0, poolTimeout: 0.1 });
    let refused = 0;
    const end = listen(engine, 'checkout', () => {
      refused++;
      throw new Error('not this one');
    });
    await expect(engine.connect()).rejects.toThrow('not this one');
    await expect((async () => engine.acquire())()).rejects.toThrow('not this one');
    expect(refused).toBe(2);
    expect(engine.pool.status()).toMatchObject({ checkedOut: 0, waiting: 0 });
    end();
    const endConnect = listen(engine, 'connect', () => Promise.reject(new Error('not allowed in')));
    const connection = await engine.connect();
    await connection.close();
    endConnect();
    await engine.dispose();
    const fresh = await fileEngine(driver, { poolSize: 1, maxOverflow: 0, poolTimeout: 0.1 });
    listen(fresh, 'connect', () => Promise.reject(new Error('not allowed in')));
    await expect(fresh.connect()).rejects.toThrow('not allowed in');
    expect(fresh.pool.status()).toEqual({ size: 0, checkedOut: 0, idle: 0, waiting: 0 });
  });

  it('knows no other event', async () => {
    const engine = await fileEngine(driver);
    expect(() => engine['~listen']('open', () => {})).toThrow(expect.objectContaining({ code: 'engine.unknown-event' }));
  });

  it('gives back a connection without the transaction that SQL by hand began', async () => {
    const engine = await fileEngine(driver, { poolSize: 1, maxOverflow: 0 });
    const connection = await engine.connect({ autocommit: true });
    await connection.script('CREATE TABLE t (n INTEGER); BEGIN; INSERT INTO t VALUES (1)');
    await connection.close();
    await using next = await engine.connect();
    expect(next.driverConnection.inTransaction).toBe(false);
    expect(engine.pool.status()).toMatchObject({ size: 1 });
    expect(await next.all(sql`SELECT * FROM t`)).toEqual([]);
  });
});

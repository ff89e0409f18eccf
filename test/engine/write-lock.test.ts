import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { LockTimeout, SerializationFailure } from '../../src/engine/errors.ts';
import { WriteLock, writeLockOf } from '../../src/engine/write-lock.ts';
import { sql } from '../../src/sql/raw.ts';
import { DRIVERS, fileEngine, temporaryFolder } from './sqlite-databases.ts';

describe('WriteLock', () => {
  it('is free at once, and handed on in order', async () => {
    const lock = new WriteLock();
    const expired = () => new Error('too long');
    expect(lock.acquire(1, expired)).toBeUndefined();
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (n) => {
      await lock.acquire(1, expired);
      order.push(n);
      await sleep(1);
      lock.release();
    });
    await expect(lock.acquire(0.001, expired)).rejects.toThrow('too long');
    expect(lock.waiting).toBe(3);
    lock.release();
    await Promise.all(waiting);
    expect(order).toEqual([1, 2, 3]);
    expect([lock.held, lock.waiting]).toEqual([false, 0]);
  });

  it('is one for each file', () => {
    expect(writeLockOf('/a')).toBe(writeLockOf('/a'));
    expect(writeLockOf('/a')).not.toBe(writeLockOf('/b'));
  });
});

/** Holds the write lock of a file from another process, until it is told to end. */
async function otherProcess(file: string) {
  const script = `
    const { DatabaseSync } = require('node:sqlite');
    const database = new DatabaseSync(${JSON.stringify(file)});
    database.exec('BEGIN IMMEDIATE; INSERT INTO t (n) VALUES (-1)');
    console.log('held');
    process.stdin.once('data', () => { database.exec('COMMIT'); database.close(); process.exit(0); });`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return {
    release: async () => {
      child.stdin.write('go\n');
      await once(child, 'exit');
    },
  };
}

describe.each(DRIVERS)('writing transactions of %s', (driver) => {
  async function database(query = '') {
    const file = join(temporaryFolder(), 'shop.db');
    const engine = await fileEngine(driver, { file, query });
    await engine.begin((connection) => connection.execute(sql`CREATE TABLE t (n INTEGER)`));
    return { file, engine };
  }

  it('queue up while the process goes on', async () => {
    const { engine } = await database();
    const writers = Array.from({ length: 12 }, (_, n) =>
      engine.begin(async (connection) => {
        const before = (await connection.scalar(sql`SELECT count(*) FROM t`)) as number;
        await sleep(2);
        await connection.execute(sql`INSERT INTO t (n) VALUES (${n})`);
        expect(await connection.scalar(sql`SELECT count(*) FROM t`)).toBe(before + 1);
      }),
    );
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await Promise.all(writers);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(8);
    await using reader = await engine.connect();
    expect(await reader.scalars(sql`SELECT n FROM t`)).toEqual([...Array(12).keys()]);
  });

  it('leave readers alone', async () => {
    const { engine } = await database();
    await using writer = await engine.connect();
    await writer.execute(sql`INSERT INTO t (n) VALUES (1)`);
    await using reader = await engine.connect();
    expect(await reader.scalar(sql`SELECT count(*) FROM t`)).toBe(0);
    expect(reader.begin({ readOnly: true })).toBeUndefined();
    expect(await reader.scalar(sql`SELECT count(*) FROM t`)).toBe(0);
    await writer.commit();
    expect(await reader.scalar(sql`SELECT count(*) FROM t`)).toBe(0);
    await reader.rollback();
    expect(await reader.scalar(sql`SELECT count(*) FROM t`)).toBe(1);
  });

  it('give up when another session holds the file for too long, and say which it is', async () => {
    const { engine, file } = await database('?timeout=0.05');
    const sameFile = await fileEngine(driver, { file: join(file, '../shop.db'), query: '?timeout=0.05' });
    await using holder = await engine.connect();
    await holder.begin();
    await using waiter = await sameFile.connect();
    await expect((async () => waiter.begin())()).rejects.toThrow(/within 0.05 s: another session of this process holds its write lock/);
    await expect(waiter.execute(sql`INSERT INTO t (n) VALUES (1)`)).rejects.toThrow(LockTimeout);
    expect(waiter.inTransaction).toBe(false);
    await holder.rollback();
    await waiter.execute(sql`INSERT INTO t (n) VALUES (1)`);
    await waiter.commit();
  });

  it('release the lock however they end', async () => {
    const { engine } = await database('?timeout=0.5');
    const free = async (): Promise<void> => {
      await using other = await engine.connect();
      expect(other.begin()).toBeUndefined();
    };
    const one = await engine.connect();
    await one.begin();
    await one.commit();
    await free();
    await one.begin();
    await one.rollback();
    await free();
    await expect(one.transaction(() => one.execute(sql`SELEC`))).rejects.toThrow();
    await free();
    await one.begin();
    await one.execute(sql`INSERT OR ROLLBACK INTO t (n, m) VALUES (1)`).catch(() => {});
    await one.close();
    await free();
    const autocommit = await engine.connect({ autocommit: true });
    await autocommit.execute(sql`INSERT INTO t (n) VALUES (1)`);
    await free();
    await expect(autocommit.execute(sql`INSERT INTO nowhere VALUES (1)`)).rejects.toThrow();
    await free();
    await autocommit.close();
    const closed = await engine.connect();
    await closed.begin();
    await closed.close();
    await free();
  });

  it('wait their turn when they began by reading, and fail if what they read has changed', async () => {
    const { engine } = await database();
    await using first = await engine.connect();
    await using second = await engine.connect();
    await first.begin({ writes: false });
    await first.all(sql`SELECT * FROM t`);
    await first.execute(sql`INSERT INTO t (n) VALUES (1)`);
    await second.begin({ writes: false });
    await second.all(sql`SELECT * FROM t`);
    const late = second.execute(sql`INSERT INTO t (n) VALUES (2)`);
    await sleep(5);
    await first.commit();
    await expect(late).rejects.toThrow(SerializationFailure);
    await second.rollback();
    await second.execute(sql`INSERT INTO t (n) VALUES (2)`);
    await second.commit();
  });

  it('wait for another process without holding up this one', async () => {
    const { engine, file } = await database();
    const other = await otherProcess(file);
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    const work = engine.begin((connection) => connection.execute(sql`INSERT INTO t (n) VALUES (1)`));
    await using autocommit = await engine.connect({ autocommit: true });
    const alone = autocommit.execute(sql`INSERT INTO t (n) VALUES (2)`);
    await sleep(150);
    await other.release();
    await Promise.all([work, alone]);
    clearInterval(timer);
    expect(longest).toBeLessThan(100);
    expect(await autocommit.scalars(sql`SELECT n FROM t ORDER BY n`)).toEqual([-1, 1, 2]);
  });

  it('give up when another process holds the file for too long', async () => {
    const { engine, file } = await database('?timeout=0.1');
    const other = await otherProcess(file);
    const failure = await engine.begin(() => {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LockTimeout);
    expect(failure).toMatchObject({ code: 'SQLITE_BUSY', sql: 'BEGIN IMMEDIATE' });
    await other.release();
    await engine.begin((connection) => connection.execute(sql`INSERT INTO t (n) VALUES (1)`));
  });
});

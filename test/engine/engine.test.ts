import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import { ConfigurationError, EngineError } from '../../src/engine/errors.ts';
import { t } from '../../src/sql/column-types.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { engineFor, fileEngine, temporaryFolder } from './sqlite-databases.ts';

describe('createEngine', () => {
  it('loads nothing before it is used', async () => {
    const engine = createEngine('sqlite://');
    expect(() => engine.dialect).toThrow(/has not loaded its dialect yet/);
    expect(() => engine.pool).toThrow(EngineError);
    const loading = engine.ready();
    expect(engine.ready()).toBe(loading);
    await loading;
    expect(engine.dialect.name).toBe('sqlite');
    expect(engine.ready()).toBeUndefined();
    await engine.dispose();
  });

  it('takes the URL among the options', async () => {
    const engine = createEngine({ url: 'sqlite://', poolTimeout: 1 });
    expect(engine.options).toEqual({ poolTimeout: 1 });
    await engine.dispose();
  });

  it('never shows a password', () => {
    const engine = createEngine('postgresql://ann:secret@host/shop');
    expect(inspect(engine)).toBe('Engine(postgresql://ann:***@host/shop)');
    expect(`${engine}${JSON.stringify(engine)}${inspect({ engine }, { depth: 9, showHidden: true })}`).not.toContain('secret');
  });

  it.each([
    [{ poolSize: 0 }, /'poolSize' takes a whole number from 1, but got 0/],
    [{ poolSize: 2.5 }, /but got 2.5/],
    [{ maxOverflow: -2 }, /'maxOverflow' takes a whole number from -1/],
    [{ poolTimeout: '30' }, /'poolTimeout' takes a number from 0, but got a string/],
    [{ poolTimeout: Number.NaN }, /'poolTimeout'/],
    [{ echo: 'yes' }, /'echo' takes true or false/],
    [{ pool: 'static' }, /'pool' takes 'queue' or 'null'/],
    [{ pool_size: 5 }, /There is no engine option 'pool_size'. Known: poolSize/],
  ])('refuses %j', (options, message) => {
    expect(() => createEngine('sqlite://', options as never)).toThrow(message);
    expect(() => createEngine('sqlite://', options as never)).toThrow(ConfigurationError);
  });

  it('says which databases and drivers there are', async () => {
    await expect(createEngine('oracle://host').connect()).rejects.toThrow(/begins with 'oracle'.*Known: sqlite/);
    await expect(createEngine('sqlite+sqlite3:///a.db').connect()).rejects.toThrow(
      /no driver 'sqlite3' for SQLite. Known: node-sqlite, better-sqlite3/,
    );
    await expect(createEngine('constructor://').connect()).rejects.toThrow(ConfigurationError);
    await expect(createEngine('sqlite+toString://').connect()).rejects.toThrow(ConfigurationError);
  });

  it('tries again to load after a failure', async () => {
    const engine = createEngine('oracle://host');
    await expect(engine.connect()).rejects.toThrow(ConfigurationError);
    await expect(engine.connect()).rejects.toThrow(ConfigurationError);
    await expect((async () => engine.acquire())()).rejects.toThrow(ConfigurationError);
  });

  it('says how to install a driver that is missing', () => {
    // A resolver that knows no better-sqlite3, as on a machine without it.
    const script = `
      import { registerHooks } from 'node:module';
      registerHooks({ resolve: (specifier, context, next) => {
        if (specifier !== 'better-sqlite3') return next(specifier, context);
        throw Object.assign(new Error("Cannot find package 'better-sqlite3' imported from x"), { code: 'ERR_MODULE_NOT_FOUND' });
      } });
      const { createEngine } = await import(${JSON.stringify(new URL('../../src/engine/engine.ts', import.meta.url).href)});
      await createEngine('sqlite+better-sqlite3://').connect().catch((error) => console.log(error.name, error.message));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(stdout, stderr).toMatch(/^ConfigurationError .*Run: npm install better-sqlite3$/m);
  });

  it('loads decimal.js only for numeric values, the class that an import gives', () => {
    const script = `
      import { createRequire } from 'node:module';
      const { createEngine } = await import(${JSON.stringify(new URL('../../src/engine/engine.ts', import.meta.url).href)});
      const { t } = await import(${JSON.stringify(new URL('../../src/sql/column-types.ts', import.meta.url).href)});
      const { sql } = await import(${JSON.stringify(new URL('../../src/sql/raw.ts', import.meta.url).href)});
      const engine = createEngine('sqlite://');
      const connection = await engine.connect();
      const seen = () => Object.keys(createRequire(import.meta.url).cache).filter((f) => f.includes('decimal.')).length;
      await connection.scalar(sql\`SELECT 1.5\`);
      const before = seen();
      const value = await connection.scalar(sql\`SELECT 1.5\`.typed(t.numeric(5, 2)));
      const { Decimal } = await import(${JSON.stringify(import.meta.resolve('decimal.js'))});
      console.log(before, seen(), value instanceof Decimal, value.toFixed(2));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(stdout, stderr).toMatch(/^0 1 true 1\.50$/m);
  });
});

describe('an engine', () => {
  const things = new Table(new MetaData(), 'things', { id: t.integer().primaryKey(), name: t.string() });

  it('shows the SQL of a statement without running it', async () => {
    const engine = await engineFor('sqlite://');
    expect(engine.compile(select(things.c.name).where(things.c.id.in([1, 2])))).toEqual({
      sql: 'SELECT things.name FROM things WHERE things.id IN (?, ?)',
      parameters: [1, 2],
    });
    expect(() => engine.compile(things)).toThrow(/compile\(\) takes a statement/);
  });

  it('works with a pool that keeps nothing', async () => {
    const engine = await fileEngine('sqlite', { pool: 'null' });
    await engine.begin((connection) => connection.execute(sql`CREATE TABLE t (a)`));
    expect(engine.pool.status()).toEqual({ size: 0, checkedOut: 0, idle: 0, waiting: 0 });
    await using connection = await engine.connect();
    expect(await connection.scalar(sql`SELECT count(*) FROM t`)).toBe(0);
  });

  it('commits what begin() runs, and undoes it when it throws', async () => {
    const engine = await fileEngine('sqlite');
    await engine.begin((connection) => connection.execute(sql`CREATE TABLE t (a)`));
    const failed = engine.begin(async (connection) => {
      await connection.execute(sql`INSERT INTO t VALUES (1)`);
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await engine.begin((connection) => connection.scalar(sql`SELECT count(*) FROM t`))).toBe(0);
    expect(engine.pool.status()).toEqual({ size: 1, checkedOut: 0, idle: 1, waiting: 0 });
  });

  it('answers at once when it is ready', async () => {
    const engine = await fileEngine('sqlite');
    const connection = engine.acquire();
    expect(connection).not.toBeInstanceOf(Promise);
    expect(engine.release(await connection)).toBeUndefined();
  });

  it('prints its statements with echo', async () => {
    const lines: string[] = [];
    const spy = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
    try {
      const engine = await fileEngine('sqlite', { echo: true });
      await using connection = await engine.connect();
      await connection.scalar(sql`SELECT ${'secret'}`);
      await connection.scalar(sql`SELECT * FROM nowhere`).catch(() => {});
    } finally {
      spy.mockRestore();
    }
    expect(lines[0]).toMatch(/^\[athanor\] SELECT \?\n\[athanor\] {3}\[text\(6\)\] \d+\.\d\d ms, 1 rows$/);
    expect(lines[1]).toMatch(/failed: no such table: nowhere/);
  });

  it('is over once it is disposed of', async () => {
    const engine = await fileEngine('sqlite', { file: join(temporaryFolder(), 'a.db') });
    const connection = await engine.connect();
    await engine.dispose();
    expect(await connection.scalar(sql`SELECT 1`)).toBe(1);
    await connection.close();
    expect(connection.driverConnection.usable).toBe(false);
    await expect(engine.connect()).rejects.toThrow(/disposed/);
    expect(() => engine.acquire()).toThrow(/disposed/);
  });
});

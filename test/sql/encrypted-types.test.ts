import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sqlite } from '../../src/dialects/sqlite/dialect.ts';
import { type Column, Database, type ExpressionLike, func, insertInto, select, sql, Table, t, update } from '../../src/index.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { DRIVERS, memoryEngine } from '../engine/sqlite-databases.ts';

const KEY = randomBytes(32);

async function open(driver: string, type: Column) {
  const engine = await memoryEngine(driver);
  const connection = await engine.connect();
  const table = new Table(new MetaData(), 'people', { id: t.integer().primaryKey(), secret: (type as Column<string>).nullable() });
  for (const statement of engine.dialect.ddl.createTable(table as Table)) await connection.script(statement);
  return { connection, table };
}

describe.each(DRIVERS)('encrypted values on %s', (driver) => {
  it.each([
    ['text', t.text(), ['', 'é 漢字 👍', 'x'.repeat(10_000)]],
    ['integer', t.integer(), [0, -5, 2 ** 40]],
    ['bigInteger', t.bigInteger(), [2n ** 63n - 1n, 0n]],
    ['double', t.double(), [0.1, Number.NEGATIVE_INFINITY, -0]],
    ['boolean', t.boolean(), [true, false]],
    ['dateTime', t.dateTime(), [new Date('1850-02-03T04:05:06.789Z')]],
    ['json', t.json(), [{ a: [1, null, 'ü'] }, 'null', [[]]]],
    ['binary', t.binary(), [new Uint8Array([0, 255, 1]), new Uint8Array(0)]],
    ['array', t.array(t.bigInteger()), [[1n, null, 2n ** 60n]]],
  ] as const)('of %s come back, and the rows show nothing of them', async (_name, inner, values) => {
    const { connection, table } = await open(driver, t.encrypted(inner as Column, { key: KEY }) as Column);
    for (const value of values) {
      await connection.execute(insertInto(table).values({ secret: value } as never));
      expect(await connection.scalar(select(table.c.secret).orderBy(table.c.id.desc()).limit(1))).toStrictEqual(value);
      const stored = (await connection.scalar(sql`SELECT secret FROM people ORDER BY id DESC LIMIT 1`)) as string;
      expect(stored).toMatch(/^a1\.\.0\.[A-Za-z0-9+/=]+$/);
      if (typeof value === 'string' && value !== '') expect(stored).not.toContain(value);
    }
    await connection.execute(insertInto(table).values({ secret: null }));
    expect(await connection.scalar(select(func.count()).where(table.c.secret.isNull()))).toBe(1);
  });

  it('have a nonce of their own each', async () => {
    const { connection, table } = await open(driver, t.encrypted(t.text(), { key: KEY }));
    await connection.execute(insertInto(table).values([{ secret: 'same' }, { secret: 'same' }]));
    const [one, two] = await connection.scalars(sql`SELECT secret FROM people`);
    expect(one).not.toBe(two);
  });

  it('are found by equality where that was asked for', async () => {
    const type = t.encrypted(t.text(), { key: KEY, search: true });
    const { connection, table } = await open(driver, type);
    await connection.execute(insertInto(table).values([{ secret: 'a' }, { secret: 'b' }, { secret: 'a' }, { secret: null }]));
    const ids = (...conditions: ExpressionLike<boolean>[]) =>
      connection.scalars(
        select(table.c.id)
          .where(...conditions)
          .orderBy(table.c.id),
      );
    expect(await ids(table.c.secret.eq('a'))).toEqual([1, 3]);
    expect(await ids(table.c.secret.ne('a'))).toEqual([2]);
    expect(await ids(table.c.secret.in(['b', 'c']))).toEqual([2]);
    expect(await ids(table.c.secret.notIn(['b', 'c']))).toEqual([1, 3]);
    expect(await ids(table.c.secret.in([]))).toEqual([]);
    expect(await ids(table.c.secret.in(Array.from({ length: 1200 }, (_, i) => `n${i}`).concat('a')))).toEqual([1, 3]);
    expect(await ids(table.c.secret.isDistinctFrom('a'))).toEqual([2, 4]);
    expect(await ids(table.c.secret.eq(null))).toEqual([4]);
    expect(await ids(table.c.secret.eq(table.c.secret))).toEqual([1, 2, 3]);
    await connection.execute(update(table).set({ secret: 'z' }).where(table.c.secret.eq('a')));
    expect(await connection.scalars(select(table.c.secret).orderBy(table.c.id))).toEqual(['z', 'b', 'z', null]);
  });

  it('are read with old keys and written with the newest, and the search goes on', async () => {
    const [first, second] = [randomBytes(32), randomBytes(32)];
    const old = t.encrypted(t.text(), { key: [{ id: '2025', key: first }], search: true });
    const { connection, table } = await open(driver, old);
    await connection.execute(insertInto(table).values({ secret: 'before' }));
    const rotated = t.encrypted(t.text(), {
      key: [
        { id: '2026', key: second.toString('base64') },
        { id: '2025', key: () => first },
      ],
      search: true,
    });
    const now = new Table(new MetaData(), 'people', { id: t.integer().primaryKey(), secret: rotated });
    await connection.execute(insertInto(now).values([{ secret: 'after' }, { secret: 'before' }]));
    expect(await connection.scalars(select(now.c.secret).orderBy(now.c.id))).toEqual(['before', 'after', 'before']);
    expect(await connection.scalars(select(now.c.id).where(now.c.secret.eq('before')))).toEqual([1, 3]);
    expect(await connection.scalars(sql`SELECT secret FROM people ORDER BY id`)).toEqual([
      expect.stringMatching(/\.2025\./),
      expect.stringMatching(/\.2026\./),
      expect.stringMatching(/\.2026\./),
    ]);
    // The old definition has no such key.
    await expect(connection.scalars(select(table.c.secret))).rejects.toThrow(/encrypted with the key '2026'.*It was given: 2025/);
  });

  it('that were changed, or that another key wrote, are an error without their content', async () => {
    const { connection, table } = await open(driver, t.encrypted(t.text(), { key: KEY }));
    await connection.execute(insertInto(table).values({ secret: 'top secret' }));
    const other = new Table(new MetaData(), 'people', { id: t.integer(), secret: t.encrypted(t.text(), { key: randomBytes(32) }) });
    await expect(connection.scalar(select(other.c.secret))).rejects.toSatisfy(
      (error: Error & { code: string }) => error.code === 'driver.undecryptable' && error.cause === undefined,
    );
    const stored = (await connection.scalar(sql`SELECT secret FROM people`)) as string;
    const head = stored.slice(0, 6);
    const sealed = Buffer.from(stored.slice(6), 'base64');
    for (const at of [0, 15, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at] ^= 1;
      await connection.execute(sql`UPDATE people SET secret = ${head + changed.toString('base64')}`);
      await expect(connection.scalar(select(table.c.secret))).rejects.toMatchObject({ code: 'driver.undecryptable' });
    }
    await connection.execute(sql`UPDATE people SET secret = ${`${head}AA==`}`);
    await expect(connection.scalar(select(table.c.secret))).rejects.toMatchObject({ code: 'driver.undecryptable' });
    await connection.execute(sql`UPDATE people SET secret = 'plain'`);
    await expect(connection.scalar(select(table.c.secret))).rejects.toThrow(/an encrypted value/);
  });

  it('are not sorted, searched, grouped or calculated with', async () => {
    const { connection, table } = await open(driver, t.encrypted(t.text(), { key: KEY, search: true }));
    const { secret, id } = table.c;
    const refused = [
      select(id).where(secret.like('a%')),
      select(id).where(secret.startsWith('a')),
      select(id).where(secret.gt('a')),
      select(id).where(secret.between('a', 'b')),
      select(id).where(secret.eq(func.lower('A'))),
      select(id).orderBy(secret),
      select(id).orderBy(secret.desc()),
      select(func.count()).groupBy(secret),
      select(secret).distinct(),
      select(func.max(secret)),
      select(func.count(secret).distinct()),
      select(secret.concat('x')),
      select(func.coalesce(secret, 'x')),
    ];
    for (const statement of refused)
      await expect(connection.all(statement as never), statement.node.key).rejects.toMatchObject({ code: 'type.encrypted' });
    expect(() => sqlite.compile(select(id).orderBy(secret).node)).toThrow(/people\.secret is encrypted/);
    expect(await connection.scalar(select(func.count(secret)))).toBe(0);
  });

  it('without a search cannot be compared', async () => {
    const { connection, table } = await open(driver, t.encrypted(t.text(), { key: KEY }));
    await expect(connection.all(select(table.c.id).where(table.c.secret.eq('a')))).rejects.toThrow(/it has no search/);
    await expect(connection.all(select(table.c.id).where(table.c.secret.in(['a'])))).rejects.toThrow(/it has no search/);
  });
});

describe('the keys of t.encrypted()', () => {
  it.each([
    ['no key', undefined],
    ['an empty list', []],
    ['a number', 5],
    [
      'one id twice',
      [
        { id: 'a', key: KEY },
        { id: 'a', key: KEY },
      ],
    ],
    ['an id with a point', [{ id: 'a.b', key: KEY }]],
  ])('%s is refused', (_name, key) => {
    expect(() => t.encrypted(t.text(), { key } as never)).toThrow(/t\.encrypted\(\{ key \}\)/);
  });

  it.each([
    ['short bytes', new Uint8Array(16)],
    ['a word', 'password'],
    ['a function that gives nothing', () => undefined],
  ])('%s are refused when they are first used', (_name, key) => {
    const { type } = t.encrypted(t.text(), { key: key as never });
    expect(() => sqlite.codec(type).store?.('x')).toThrow(/32 bytes or their base64/);
  });

  it('may be hexadecimal digits, base64 or a function, which is asked once', () => {
    let asked = 0;
    const late = t.encrypted(t.text(), {
      key: () => {
        asked++;
        return KEY.toString('hex');
      },
    });
    const stored = sqlite.codec(late.type).store?.('x');
    sqlite.codec(late.type).store?.('y');
    expect(asked).toBe(1);
    expect(sqlite.codec(t.encrypted(t.text(), { key: KEY.toString('base64') }).type).decode?.(stored)).toBe('x');
  });
});

it('an encrypted column is sensitive, and objects keep and change its values', async () => {
  const db = new Database({ url: 'sqlite://' });
  class Person extends db.Model('people', {
    id: t.integer().primaryKey(),
    card: t.encrypted(t.json<{ number: string }>(), { key: KEY, search: true }).nullable(),
  }) {}
  await db.context(async () => {
    await db.createAll();
    db.session.add(new Person({ card: { number: '42' } }));
    await db.session.commit();
  });
  await db.context(async () => {
    const person = await Person.query()
      .filterBy({ card: { number: '42' } })
      .first();
    expect(person?.card).toEqual({ number: '42' });
    expect(JSON.stringify(person)).not.toContain('42');
    if (person) person.card = { number: '43' };
    await db.session.commit();
  });
  await db.context(async () => {
    expect((await Person.query().first())?.card).toEqual({ number: '43' });
  });
  await db.dispose();
});

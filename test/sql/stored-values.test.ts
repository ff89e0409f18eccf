// What the database works out is stored as values of the column's type, whatever the type of the expression.
import { Decimal } from 'decimal.js';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import {
  alias,
  caseWhen,
  cast,
  DataError,
  excluded,
  func,
  insertInto,
  literal,
  MetaData,
  nullValue,
  select,
  sql,
  Table,
  t,
  unionAll,
  update,
  values,
} from '../../src/index.ts';
import { openTables, shopDatabases } from './shop.ts';

const metadata = new MetaData();
const mixed = new Table(metadata, 'mixed', {
  id: t.integer().primaryKey(),
  narrow: t.numeric(10, 2).nullable(),
  tenths: t.numeric(10, 1).nullable(),
  wide: t.numeric(30, 10).nullable(),
  whole: t.numeric(18, 0).nullable(),
  day: t.date().nullable(),
  at: t.dateTime().nullable(),
  clock: t.time().nullable(),
  count: t.integer().nullable(),
  big: t.bigInteger().nullable(),
  ratio: t.double().nullable(),
  words: t.text().nullable(),
  span: t.interval().nullable(),
});
const c = mixed.c;
const other = alias(mixed, 'other');
const FIRST = {
  id: 1,
  narrow: '1.25',
  tenths: '0.5',
  wide: '12345678901234567890.0123456789',
  whole: '123456789012345678',
  day: '2024-02-29',
  at: new Date('2024-03-01T12:34:56.789Z'),
  clock: '12:00:00',
  count: 1,
  big: 9007199254740993n,
  ratio: 2.7,
  words: 'one',
  span: 'P1DT2H',
};
const SECOND = {
  id: 2,
  narrow: '1.75',
  tenths: '2.5',
  wide: '2.5066666666',
  whole: '7',
  day: '2023-12-31',
  at: new Date('2024-01-01T00:00:00.000Z'),
  clock: '00:00:01',
  count: 2,
  big: -5n,
  ratio: -3.2,
  words: 'two',
  span: 'PT0S',
};
type Key = keyof typeof FIRST;

describe.each(shopDatabases)('stored values on $name', (database) => {
  let connection: Connection;
  beforeAll(async () => {
    const opened = await openTables(database, metadata);
    connection = opened.connection;
    return opened.close;
  });
  beforeEach(async () => {
    await connection.script('DELETE FROM mixed');
    await connection.execute(insertInto(mixed).values([FIRST, SECOND]));
  });
  const plain = (value: unknown): unknown =>
    value instanceof Decimal
      ? value.toFixed()
      : value instanceof Date
        ? value.toISOString()
        : typeof value === 'bigint'
          ? `${value}n`
          : value;
  const never = (value: unknown): never => value as never;
  const column = (key: Key) => c[key];
  const stored = async (key: Key, id: number) => plain(await connection.scalar(select(column(key)).where(c.id.eq(id))));
  /** The value after an UPDATE of the second row, and after an INSERT of a row with it. */
  const both = async (key: Key, expression: unknown, change: object = {}) => {
    await connection.script('DELETE FROM mixed WHERE id = 12');
    await connection.execute(
      update(mixed)
        .set({ ...SECOND, ...change })
        .where(c.id.eq(2)),
    );
    await connection.execute(
      insertInto(mixed).fromSelect([never('id'), never(key)], select(c.id.plus(10), never(expression)).where(c.id.eq(2))),
    );
    await connection.execute(
      update(mixed)
        .set({ [key]: expression } as never)
        .where(c.id.eq(2)),
    );
    const [set, inserted] = [await stored(key, 2), await stored(key, 12)];
    expect(inserted).toEqual(set);
    return set;
  };

  it('decimals of many digits in columns of few, and the other way round', async () => {
    expect(await both('narrow', c.wide)).toBe('2.51');
    expect(await connection.scalars(select(c.id).where(c.narrow.between('2.5', '2.6')).orderBy(c.id))).toEqual([2, 12]);
    expect(await both('wide', c.tenths)).toBe('2.5');
    expect(await connection.scalars(select(c.id).where(c.wide.lt(3)).orderBy(c.id))).toEqual([2, 12]);
    expect(await both('wide', c.count)).toBe('2');
  });
  it('sums of both in either', async () => {
    expect(await both('narrow', c.narrow.plus(c.wide))).toBe('4.26');
    expect(await connection.scalar(select(c.narrow.plus(1)).where(c.id.eq(2))).then(plain)).toBe('5.26');
    expect(await both('wide', c.tenths.minus(c.wide))).toBe('-0.0066666666');
  });
  it('what is chosen from both', async () => {
    expect(await both('narrow', func.coalesce(c.narrow, c.wide))).toBe('1.75');
    expect(await both('tenths', func.greatest(c.tenths, c.wide))).toBe('2.5');
    expect(await both('wide', func.coalesce(c.tenths, c.wide))).toBe('2.5');
    expect(await both('narrow', caseWhen(c.id.gt(1), c.wide).else(never(c.narrow)))).toBe('2.51');
    expect(await connection.scalars(select(c.id).where(c.narrow.eq('2.51')).orderBy(c.id))).toEqual([2, 12]);
  });
  it('quotients and products, rounded to the digits of the column', async () => {
    expect(await both('narrow', c.narrow.dividedBy(3))).toBe('0.58');
    expect(await both('narrow', c.narrow.times('1.005'))).toBe('1.76');
    expect(await both('tenths', c.narrow)).toBe('1.8');
    expect(await both('wide', c.wide.dividedBy(3))).toBe('0.8355555555');
    expect(await both('narrow', c.ratio)).toBe('-3.2');
    expect(await both('narrow', sql`tenths / 7`)).toBe('0.36');
  });
  it('whole numbers, rounded and never cut', async () => {
    expect(await both('count', c.ratio)).toBe(-3);
    expect(await both('count', c.narrow)).toBe(2);
    expect(await both('count', c.wide)).toBe(3);
    expect(await both('count', c.count.times(1.8))).toBe(4);
    expect(await both('whole', c.big, { big: 9007199254740993n })).toBe('9007199254740993');
    expect(await both('whole', c.big.plus(1), { big: 9007199254740993n })).toBe('9007199254740994');
    expect(await both('big', c.whole, { whole: '123456789012345679' })).toBe('123456789012345679n');
    expect(await both('whole', c.narrow)).toBe('2');
  });
  it('dates, moments and times of day', async () => {
    expect(await both('day', c.at)).toBe('2024-01-01');
    expect(await connection.scalars(select(c.id).where(c.day.eq('2024-01-01')).orderBy(c.id))).toEqual([2, 12]);
    expect(await both('at', c.day)).toBe('2023-12-31T00:00:00.000Z');
    expect(await both('clock', c.at, { at: FIRST.at })).toBe('12:34:56.789');
  });
  it('decimals as their digits in texts', async () => {
    expect(await both('words', c.wide)).toBe('2.5066666666');
    expect(await both('words', c.wide.plus(1))).toBe('3.5066666666');
    expect(await both('words', c.count)).toBe('2');
  });
  it('rows of grouped, distinct and joined-up queries, and of VALUES', async () => {
    const insert = async (key: Key, query: Parameters<ReturnType<typeof insertInto>['fromSelect']>[1]) => {
      await connection.script('DELETE FROM mixed WHERE id > 2');
      await connection.execute(insertInto(mixed).fromSelect([never('id'), never(key)], query));
      return (await connection.scalars(select(column(key)).where(c.id.gt(2)).orderBy(c.id))).map(plain);
    };
    const days = select(func.max(c.id).plus(10), func.max(c.at)).groupBy(c.id).orderBy(func.max(c.id));
    expect(await insert('day', days)).toEqual(['2024-03-01', '2024-01-01']);
    expect(await insert('day', select(c.id.plus(10), c.at).distinct().orderBy(c.id.plus(10)))).toEqual(['2024-03-01', '2024-01-01']);
    const parts = unionAll(select(c.id.plus(10), c.narrow), select(c.id.plus(20), c.tenths));
    expect(await insert('wide', parts)).toEqual(['1.25', '1.75', '0.5', '2.5']);
    const listed = values({ id: t.integer(), at: t.dateTime() }, [
      [11, FIRST.at],
      [12, SECOND.at],
    ]);
    expect(await insert('day', listed)).toEqual(['2024-03-01', '2024-01-01']);
    expect(await insert('narrow', select({ id: c.id.plus(10), ten: c.wide.dividedBy(10) }).where(c.id.eq(2)))).toEqual(['0.25']);
  });
  it('rows that are there already', async () => {
    const copy = insertInto(mixed).fromSelect(['id', 'wide', 'day'], select(c.id, c.narrow, c.at).where(c.id.eq(2)));
    if (database.family === 'mysql')
      await connection.execute(copy.onDuplicateKeyUpdate({ narrow: excluded(c.wide).dividedBy(4), at: excluded(c.day) as never }));
    else
      await connection.execute(
        copy.onConflictDoUpdate({ target: c.id, set: { narrow: excluded(c.wide).dividedBy(4), at: excluded(c.day) as never } }),
      );
    expect([await stored('narrow', 2), await stored('at', 2)]).toEqual(['0.44', '2024-01-01T00:00:00.000Z']);
  });
  it('the columns of one select', async () => {
    const row = select(c.at, c.wide).where(c.id.eq(2));
    await connection.execute(
      update(mixed)
        .setRow(['day', 'narrow'] as never, never(row))
        .where(c.id.eq(1)),
    );
    expect([await stored('day', 1), await stored('narrow', 1)]).toEqual(['2024-01-01', '2.51']);
  });

  it('are digits where the column says so, as many as it has', async () => {
    const forms = new Table(new MetaData(), 'mixed', {
      id: t.integer().primaryKey(),
      narrow: t.numeric(10, 2).asString().nullable(),
      wide: t.numeric(30, 10).asString().nullable(),
      whole: t.numeric(18, 0).asString().nullable(),
      tenths: t.numeric(10, 1).asNumber().nullable(),
    });
    await connection.execute(update(forms).set({ narrow: '1.5', wide: '1.5', whole: '5', tenths: 2.5 }).where(forms.c.id.eq(2)));
    expect(await connection.all(select(forms).where(forms.c.id.eq(2)))).toEqual([
      [{ id: 2, narrow: '1.50', wide: '1.5000000000', whole: '5', tenths: 2.5 }],
    ]);
    const sums = select(func.sum(forms.c.narrow), forms.c.narrow.plus('1'), forms.c.tenths.times(2))
      .where(forms.c.id.eq(2))
      .groupBy(forms.c.narrow, forms.c.tenths);
    expect(await connection.one(sums)).toEqual(['1.50', '2.50', 5]);
  });
  it.each<readonly [string, object]>([
    ['a product', { narrow: c.narrow.times(100_000_000) }],
    ['one below zero', { narrow: c.narrow.times(-100_000_000) }],
    ['one of many digits', { wide: c.wide.times(10) }],
    ['a whole number', { tenths: c.big }],
    ['a sum without a fraction', { whole: c.whole.times(10) }],
    ['a decimal of more digits', { narrow: c.wide }],
    ['a choice', { narrow: caseWhen(c.id.eq(1), c.wide).else(c.narrow) }],
    ['the value of a select', { narrow: select(func.max(other.c.wide)).scalar() }],
  ])('has no more digits before the point than its column: %s', async (_name, change) => {
    const before = await connection.all(select(c.narrow, c.wide, c.tenths, c.whole).orderBy(c.id));
    const run = connection.execute(update(mixed).set(never(change)).where(c.id.eq(1)));
    await expect(run).rejects.toBeInstanceOf(DataError);
    if (database.family === 'sqlite')
      await expect(run).rejects.toThrow(/^numeric overflow: mixed\.\w+ takes at most \d+ digits before the point/);
    expect(await connection.all(select(c.narrow, c.wide, c.tenths, c.whole).orderBy(c.id))).toEqual(before);
  });
  it('may have as many as its column', async () => {
    await connection.execute(
      update(mixed)
        .set({ narrow: c.narrow.times(10_000_000), whole: c.whole.plus(1) })
        .where(c.id.eq(1)),
    );
    expect((await connection.one(select({ n: c.narrow, w: c.whole }).where(c.id.eq(1)))).n?.toString()).toBe('12500000');
    await connection.execute(
      update(mixed)
        .set({ narrow: c.narrow.times(nullValue()) })
        .where(c.id.eq(1)),
    );
    expect(await connection.scalar(select(c.narrow).where(c.id.eq(1)))).toBeNull();
  });

  describe('values of several types in one expression', () => {
    it('are calculated with, compared and read back', async () => {
      const of = async (expression: unknown) => plain(await connection.scalar(select(never(expression)).where(c.id.eq(2))));
      expect(await of(c.narrow.plus(c.wide))).toBe('4.2566666666');
      expect(await of(c.ratio.plus(never(c.wide)))).toBeCloseTo(-0.6933333334, 9);
      expect(Number(await of(c.wide.plus(never(c.ratio))))).toBeCloseTo(-0.6933333334, 9);
      expect(await of(func.coalesce(c.narrow, c.wide))).toBe('1.75');
      expect(await of(caseWhen(c.id.gt(5), c.narrow).else(never(c.wide)))).toBe('2.5066666666');
      const both = select({ id: c.id, sum: c.narrow.plus(c.wide), one: func.coalesce(c.narrow, c.wide) }).subquery('both');
      expect(await connection.scalars(select(both.c.id).where(both.c.sum.lt(100)))).toEqual([2]);
      expect(await connection.scalars(select(both.c.id).where(both.c.one.lt(2)).orderBy(both.c.id))).toEqual([1, 2]);
    });
    it('are cast to whole numbers with the nearest one', async () => {
      const of = async (expression: unknown) => plain(await connection.scalar(select(never(expression)).where(c.id.eq(2))));
      expect(await of(cast(c.ratio, t.integer()))).toBe(-3);
      expect(await of(cast(c.narrow, t.integer()))).toBe(2);
      expect(await of(cast(c.wide, t.integer()))).toBe(3);
      expect(await of(cast(c.narrow.times(2), t.bigInteger()))).toBe('4n');
      expect(await of(cast(literal('42'), t.integer()))).toBe(42);
      await connection.execute(update(mixed).set({ big: 9007199254740993n }).where(c.id.eq(2)));
      expect(await of(cast(c.big, t.numeric(18, 0)))).toBe('9007199254740993');
      expect(await of(cast(func.coalesce(c.big, 0n), t.numeric(18, 0)))).toBe('9007199254740993');
      expect(await of(cast(func.coalesce(c.big, 0n), t.bigInteger()))).toBe('9007199254740993n');
      await connection.execute(update(mixed).set({ wide: '9007199254740993.4' }).where(c.id.eq(2)));
      expect(await of(cast(c.wide, t.bigInteger()))).toBe('9007199254740993n');
    });
  });
});

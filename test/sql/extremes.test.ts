// The least and the greatest value of a column, of whatever type it is.
import { Decimal } from 'decimal.js';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { caseWhen, func, insertInto, MetaData, select, Table, t } from '../../src/index.ts';
import { openTables, shopDatabases } from './shop.ts';

const metadata = new MetaData();
const FIRST = {
  whole: -3,
  big: 9007199254740993n,
  exact: new Decimal('10.125'),
  wide: new Decimal('12345678901234567890.0123456789'),
  ratio: -2.5,
  words: 'b',
  on: true,
  day: '1990-05-17',
  clock: '23:59:59',
  at: new Date('2024-02-29T12:34:56.789Z'),
  key: '1b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11',
  mood: 'sad' as const,
  span: 'PT1H30M',
};
const SECOND = {
  whole: 5,
  big: -7n,
  exact: new Decimal('-0.05'),
  wide: new Decimal('-0.0000000001'),
  ratio: 1e21,
  words: 'a',
  on: false,
  day: '1899-12-31',
  clock: '00:00:01',
  at: new Date('1969-07-20T20:17:40.000Z'),
  key: '0b7bd56a-3c22-4f6e-9d3e-0d6a6d4d9c11',
  mood: 'happy' as const,
  span: 'P1M',
};
type Key = keyof typeof FIRST;
/** Whether the first row has the greater value. */
const GREATER: Readonly<Record<Key, boolean>> = {
  ...{ whole: false, big: true, exact: true, wide: true, ratio: false, words: true },
  ...{ on: true, day: true, clock: true, at: true, key: true, mood: true, span: false },
};
const rows = new Table(metadata, 'extremes', {
  id: t.integer().primaryKey(),
  whole: t.integer().nullable(),
  big: t.bigInteger().nullable(),
  exact: t.numeric(12, 3).nullable(),
  wide: t.numeric(30, 10).nullable(),
  ratio: t.double().nullable(),
  words: t.string(20).nullable(),
  on: t.boolean().nullable(),
  day: t.date().nullable(),
  clock: t.time().nullable(),
  at: t.dateTime().nullable(),
  key: t.uuid().nullable(),
  mood: t.string(10).nullable(),
  span: t.interval().nullable(),
  bytes: t.binary().nullable(),
});

describe.each(shopDatabases)('the least and the greatest on $name', (database) => {
  let connection: Connection;
  beforeAll(async () => {
    const opened = await openTables(database, metadata);
    connection = opened.connection;
    await connection.execute(insertInto(rows).values([{ id: 1, ...FIRST }, { id: 2, ...SECOND }, { id: 3 }]));
    return opened.close;
  });

  it.each(Object.keys(GREATER) as Key[])('%s', async (key) => {
    const column = rows.c[key];
    const [least, greatest] = GREATER[key] ? [SECOND[key], FIRST[key]] : [FIRST[key], SECOND[key]];
    expect(await connection.one(select({ least: func.min(column as never), greatest: func.max(column as never) }))).toEqual({
      least,
      greatest,
    });
    const windows = select(func.min(column as never).over({ orderBy: rows.c.id }), func.max(column as never).over()).orderBy(rows.c.id);
    expect((await connection.all(windows)).at(-1)).toEqual([least, greatest]);
    const none = select(func.min(column as never), func.max(column as never)).where(rows.c.id.eq(3));
    expect(await connection.one(none)).toEqual([null, null]);
    const some = select(func.max(column as never).filter(rows.c.id.eq(2)), func.count(column).distinct());
    expect(await connection.one(some)).toEqual([SECOND[key], 2]);
  });
  it('bytes, which PostgreSQL does not compare so', async () => {
    const bytes = connection.scalar(select(func.max(rows.c.bytes)));
    if (database.family === 'postgresql') await expect(bytes).rejects.toThrow('PostgreSQL has no max() of binary values');
    else await expect(bytes).resolves.toBeNull();
  });
  it('take the type that holds both kinds of numbers in a CASE', async () => {
    const { id, exact, ratio, big } = rows.c;
    const of = (expression: unknown) =>
      connection.scalars(
        select(expression as never)
          .where(id.lt(3))
          .orderBy(id),
      );
    expect(await of(caseWhen(id.gt(1), 0).else(exact))).toEqual([new Decimal('10.125'), new Decimal(0)]);
    expect(await of(caseWhen(id.eq(1), 1).else(ratio))).toEqual([1, 1e21]);
    expect(await of(caseWhen(id.eq(1), 1).else(9007199254740993n))).toEqual([1n, 9007199254740993n]);
    expect(await of(caseWhen(id.eq(1), big).else(5n))).toEqual([9007199254740993n, 5n]);
    expect(await of(caseWhen(id.gt(1), 2.5).else(id))).toEqual([1, 2.5]);
  });
});

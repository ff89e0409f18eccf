// tuple(…).in(param('rows')): rows that come when the statement runs.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import type { Connection } from '../../src/engine/connection.ts';
import { makePlan } from '../../src/engine/plan.ts';
import { deleteFrom, func, insertInto, MetaData, param, select, sql, Table, t, tuple } from '../../src/index.ts';
import { never } from './people.ts';
import { openTables, shopDatabases } from './shop.ts';

const metadata = new MetaData();
const seat = new Table(metadata, 'seat', {
  id: t.integer().primaryKey(),
  hall: t.string(20).nullable(),
  place: t.integer().nullable(),
  price: t.numeric(8, 2),
  free: t.boolean(),
  from: t.dateTime(),
});
const moment = new Date('2024-02-29T12:34:56.789Z');

describe.each(shopDatabases)('lists of rows as parameters on $name', (database) => {
  let connection: Connection;
  let close: () => Promise<void>;
  beforeAll(async () => {
    ({ connection, close } = await openTables(database, metadata));
    const rest = { price: '12.50', free: true, from: moment };
    await connection.execute(
      insertInto(seat).values([
        { id: 1, hall: 'red', place: 1, ...rest },
        { id: 2, hall: 'red', place: 2, ...rest },
        { id: 3, hall: 'blue', place: 1, ...rest, free: false },
        { id: 4, hall: null, place: 4, ...rest },
      ]),
    );
  });
  afterAll(() => close());
  const among = select(seat.c.id)
    .where(tuple(seat.c.hall, seat.c.place).in(param('rows')))
    .orderBy(seat.c.id);
  const others = select(seat.c.id)
    .where(tuple(seat.c.hall, seat.c.place).notIn(param('rows')))
    .orderBy(seat.c.id);
  const found = (rows: unknown, statement = among) => connection.scalars(statement, { rows });

  it('find the rows that are in them, however many they are', async () => {
    expect(await found([['red', 2]])).toEqual([2]);
    const two = [
      ['red', 2],
      ['blue', 1],
    ];
    expect(await found(two)).toEqual([2, 3]);
    expect(await found([])).toEqual([]);
    const many = Array.from({ length: 1500 }, (_, i) => [i === 1499 ? 'blue' : `no ${i}`, 1]);
    expect(await found(many)).toEqual([3]);
  });
  it('find those that are in none of them; of what is NULL nothing is known', async () => {
    expect(await found([['red', 2]], others)).toEqual([1, 3, 4]);
    expect(await found([], others)).toEqual([1, 2, 3, 4]);
    expect(await found([['red', null]])).toEqual([]);
    expect(await found([['red', null]], others)).toEqual([3]);
  });
  it('are sent with the types of what they are compared with', async () => {
    const typed = tuple(seat.c.price, seat.c.free, seat.c.from).in(param('rows'));
    const count = select(func.count()).from(seat).where(typed);
    expect(await connection.scalar(count, { rows: [['12.5', true, moment]] })).toBe(3);
    expect(await connection.scalar(count, { rows: [['12.51', true, moment]] })).toBe(0);
    const worked = tuple(func.upper(seat.c.hall), seat.c.place.plus(1)).in(param('rows'));
    expect(await connection.scalars(select(seat.c.id).where(worked), { rows: [['RED', 3]] })).toEqual([2]);
  });
  it('stand beside other parameters, twice under one name, and in changes', async () => {
    const both = select(seat.c.id).where(
      tuple(seat.c.hall, seat.c.place)
        .in(param('rows'))
        .or(tuple(seat.c.hall, seat.c.id).in(param('rows'))),
      seat.c.id.in(param('ids')),
      seat.c.place.ge(param('least')),
    );
    expect(
      await connection.scalars(both.orderBy(seat.c.id), {
        rows: [
          ['red', 1],
          ['blue', 3],
        ],
        ids: [1, 3, 4],
        least: 1,
      }),
    ).toEqual([1, 3]);
    const gone = deleteFrom(seat).where(tuple(seat.c.id, seat.c.hall).in(param('rows')));
    expect(
      (
        await connection.execute(gone, {
          rows: [
            [4, 'red'],
            [7, 'blue'],
          ],
        })
      ).rowCount,
    ).toBe(0);
    expect(await connection.scalars(select(seat.c.id).where(tuple(seat.c.hall, seat.c.place).in(sql`SELECT 'red', 2`)))).toEqual([2]);
  });
  it('say which row is none', async () => {
    await expect(found([['red', 1], ['red']])).rejects.toThrow("The parameter ':rows', at 2, takes a row of 2 values, but got one of 1.");
    await expect(found(['red'])).rejects.toThrow('a row of 2 values');
    await expect(found('red')).rejects.toThrow('stands for a list');
    await expect(found([['red', undefined]])).rejects.toMatchObject({ code: 'sql.undefined-value' });
    await expect(found([['red', 'x']])).rejects.toThrow("The parameter ':rows'");
    await expect(connection.scalars(among)).rejects.toMatchObject({ code: 'sql.missing-parameter' });
    expect(() => tuple(seat.c.hall, seat.c.place).in(never(seat.c.id))).toThrow('an array of rows, a select, or param()');
  });
});

describe('lists of rows as parameters on SQL Server', () => {
  it('are rows to look for one that is equal', () => {
    const plan = makePlan(mssql, select(seat.c.id).where(tuple(seat.c.hall, seat.c.place).in(param('rows'))).node, 'rows');
    const { sql: two, parameters } = plan.encode([], {
      rows: [
        ['red', 1],
        ['blue', 2],
      ],
    });
    expect(two).toBe(
      'SELECT seat.id FROM seat WHERE EXISTS (SELECT 1 FROM (VALUES (@p1, @p2), (@p3, @p4)) AS in_1 ([value 1], [value 2]) ' +
        'WHERE seat.hall = in_1.[value 1] AND seat.place = in_1.[value 2])',
    );
    expect(parameters).toEqual(['red', 1n, 'blue', 2n]);
    expect(plan.encode([], { rows: [] }).sql).toContain('(SELECT CAST(NULL AS NVARCHAR(20)), CAST(NULL AS INT) WHERE 1 = 0) AS in_1');
  });
});

// cast() gives the form in which the database keeps values of the type, so that they are read, compared and stored as such.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { t } from '../../src/sql/column-types.ts';
import { nullValue } from '../../src/sql/constant.ts';
import { cast } from '../../src/sql/conversion.ts';
import { literal } from '../../src/sql/literal.ts';
import { select } from '../../src/sql/select.ts';
import { update } from '../../src/sql/update.ts';
import { openShop, products as p, shopDatabases, textOf } from './shop.ts';

const MOMENT = new Date('2024-03-05T06:07:08.250Z');

describe.each(shopDatabases)('casts on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });

  it('reads texts as dates, times, moments, JSON and numbers', async () => {
    const row = await shop.one(
      select({
        day: cast(literal('2024-01-31'), t.date()),
        time: cast(literal('08:30:15'), t.time()),
        moment: cast(literal('2024-03-05 06:07:08.250'), t.dateTime({ precision: 3 })),
        exact: cast(literal('2024-03-05 06:07:08.250'), t.dateTime({ precision: 6 }).asString()),
        json: cast(literal('{"a":[1]}'), t.json<{ a: number[] }>()),
        whole: cast(literal('12'), t.integer()),
        double: cast(literal('1.5'), t.double()),
        nothing: cast(nullValue(), t.date()),
      }),
    );
    expect(row).toEqual({
      day: '2024-01-31',
      time: '08:30:15',
      moment: MOMENT,
      exact: '2024-03-05T06:07:08.250000Z',
      json: { a: [1] },
      whole: 12,
      double: 1.5,
      nothing: null,
    });
  });

  it('takes a moment apart, and makes one of a date', async () => {
    await shop.execute(update(p).set({ changedAt: MOMENT }).where(p.c.id.eq(1)));
    const parts = select({
      day: cast(p.c.changedAt, t.date()),
      midnight: cast(cast(p.c.changedAt, t.date()), t.dateTime()),
      again: cast(p.c.changedAt, t.dateTime()),
    }).where(p.c.id.eq(1));
    const { day, midnight, again } = await shop.one(parts);
    expect([day, midnight]).toEqual(['2024-03-05', new Date('2024-03-05T00:00:00Z')]);
    expect(again?.toISOString().slice(0, 19)).toBe('2024-03-05T06:07:08');
    const sameDay = select(p.c.id).where(cast(p.c.changedAt, t.date()).eq('2024-03-05'));
    expect(await shop.scalars(sameDay)).toEqual([1]);
  });

  it('rounds to the digits of a decimal and cuts to the length of a text', async () => {
    const row = await shop.one(
      select({
        two: cast(literal('12.345'), t.numeric(10, 2)),
        one: cast(literal('-0.25'), t.numeric(10, 1)),
        none: cast(literal('12.5'), t.numeric(10, 0)),
        of: cast(p.c.price, t.numeric(10, 1)),
        short: cast(literal('abcdef'), t.string(3)),
        number: cast(p.c.stock, t.string(10)),
      }).where(p.c.id.eq(3)),
    );
    expect({ ...row, two: row.two.toString(), one: row.one.toString(), none: row.none.toString(), of: row.of.toString() }).toEqual({
      two: '12.35',
      one: '-0.3',
      none: '13',
      of: '7.3',
      short: 'abc',
      number: '12',
    });
  });
});

describe('casts as SQLite writes them', () => {
  const text = (expression: Parameters<typeof cast>[0]): string => textOf(select({ x: expression })).replace(/^SELECT (.*) AS x.*$/, '$1');
  it.each([
    ['what is of the type already', cast(p.c.changedAt, t.dateTime()), 'products.changed_at'],
    ['another length', cast(p.c.name, t.string(5)), 'substr(CAST(products.name AS TEXT), 1, 5)'],
    ['another number of digits', cast(p.c.price, t.numeric(9, 1)), 'round(products.price, 1)'],
    ['a date', cast(p.c.changedAt, t.date()), 'date(products.changed_at)'],
    ['a whole number', cast(p.c.name, t.integer()), 'CAST(products.name AS INTEGER)'],
    ['a variant', cast(p.c.name, t.integer().variant('sqlite', t.date() as never)), 'date(products.name)'],
  ])('%s', (_name, expression, sql) => {
    expect(text(expression as never)).toBe(sql);
  });
});

// JSON that statements make of values and rows, read back as the values' types say.
import type { Decimal } from 'decimal.js';
import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { alias } from '../../src/sql/alias.ts';
import { t } from '../../src/sql/column-types.ts';
import { func } from '../../src/sql/function.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { jsonArrayAgg, jsonArrayFrom, jsonObject, jsonObjectFrom } from '../../src/sql/json-document.ts';
import { literal } from '../../src/sql/literal.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { Table } from '../../src/sql/schema.ts';
import { select, selectFrom } from '../../src/sql/select.ts';
import { unionAll } from '../../src/sql/set-operation.ts';
import { afterTest } from '../setup/databases.ts';
import { categories as c, openShop, products as p, reviews as r, shopDatabases } from './shop.ts';

const never = (value: unknown): never => value as never;

describe.each(shopDatabases)('JSON of rows on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });

  it('gives the rows of a subquery, and one row', async () => {
    const products = jsonArrayFrom(
      select({ id: p.c.id, price: p.c.price, active: p.c.active, note: p.c.note }).where(p.c.categoryId.eq(c.c.id)).orderBy(p.c.id.desc()),
    );
    const parent = alias(c, 'parent');
    const above = jsonObjectFrom(select({ name: parent.c.name }).where(parent.c.id.eq(c.c.parentId)));
    const rows = await shop.all(select({ name: c.c.name, products, above }).orderBy(c.c.id));
    expectTypeOf(rows).toEqualTypeOf<
      {
        readonly name: string;
        readonly products: { id: number; price: Decimal; active: boolean; note: string | null }[];
        readonly above: { name: string } | null;
      }[]
    >();
    expect(
      rows.map((row) => ({ ...row, products: row.products.map(({ price, ...rest }) => ({ ...rest, price: price.toFixed(2) })) })),
    ).toEqual([
      { name: 'Home', products: [{ id: 1, price: '10.00', active: true, note: '50% off_now' }], above: null },
      {
        name: 'Lamps',
        products: [
          { id: 3, price: '7.25', active: true, note: 'a/b' },
          { id: 2, price: '25.50', active: false, note: null },
        ],
        above: { name: 'Home' },
      },
    ]);
    const none = jsonArrayFrom(select({ id: r.c.id }).where(r.c.productId.eq(p.c.id)));
    expect(await shop.scalars(select(none).from(p).where(p.c.id.gt(2)))).toEqual([[], []]);
  });
  it('nests', async () => {
    const reviews = jsonArrayFrom(select({ rating: r.c.rating }).where(r.c.productId.eq(p.c.id)).orderBy(r.c.rating));
    const products = jsonArrayFrom(
      select({ name: p.c.name, reviews, by: jsonObject({ key: c.c.id, double: p.c.stock.times(2) }) })
        .where(p.c.categoryId.eq(c.c.id))
        .orderBy(p.c.id),
    );
    expect(await shop.all(select({ id: c.c.id, products }).orderBy(c.c.id))).toEqual([
      { id: 1, products: [{ name: 'Vase', reviews: [{ rating: 3 }, { rating: 5 }], by: { key: 1, double: 10 } }] },
      {
        id: 2,
        products: [
          { name: 'Lamp', reviews: [{ rating: 4 }], by: { key: 2, double: 0 } },
          { name: 'lampshade', reviews: [], by: { key: 2, double: 24 } },
        ],
      },
    ]);
  });
  it('takes limits, groups, sets and whole tables', async () => {
    const cheapest = jsonArrayFrom(select({ id: p.c.id }).where(p.c.categoryId.eq(c.c.id)).orderBy(p.c.price).limit(1));
    expect(await shop.scalars(select(cheapest).from(c).orderBy(c.c.id))).toEqual([[{ id: 1 }], [{ id: 3 }]]);
    const second = jsonArrayFrom(select({ id: p.c.id }).orderBy(p.c.id).limit(2).offset(1));
    expect(await shop.scalar(select(second))).toEqual([{ id: 2 }, { id: 3 }]);
    const best = jsonObjectFrom(select({ rating: r.c.rating }).where(r.c.productId.eq(p.c.id)).orderBy(r.c.rating.desc()).limit(1));
    expect(await shop.scalars(select(best).from(p).where(p.c.id.le(3)).orderBy(p.c.id))).toEqual([{ rating: 5 }, { rating: 4 }, null]);
    const counts = jsonArrayFrom(select({ product: r.c.productId, n: func.count() }).groupBy(r.c.productId).orderBy(r.c.productId));
    expect(await shop.scalar(select(counts))).toEqual([
      { product: 1, n: 2 },
      { product: 2, n: 1 },
    ]);
    const sum = jsonObjectFrom(select({ sum: func.sum(r.c.rating), mean: func.avg(r.c.rating) }).where(r.c.productId.eq(p.c.id)));
    expect(await shop.scalars(select(sum).from(p).where(p.c.id.eq(1)))).toEqual([{ sum: 8, mean: 4 }]);
    const both = jsonArrayFrom(unionAll(select({ id: c.c.id }), select({ id: literal(9) })).orderBy('id'));
    expect(await shop.scalar(select(both))).toEqual([{ id: 1 }, { id: 2 }, { id: 9 }]);
    expect(await shop.scalar(select(jsonArrayFrom(selectFrom(c).orderBy(c.c.id))))).toEqual([
      { id: 1, name: 'Home', parentId: null },
      { id: 2, name: 'Lamps', parentId: 1 },
    ]);
    const grouped = jsonArrayFrom(select({ n: func.count() }).where(p.c.categoryId.eq(c.c.id)).groupBy(p.c.active).orderBy('n'));
    const correlated = shop.scalars(select(grouped).from(c).orderBy(c.c.id));
    if (database.name === 'MariaDB') await expect(correlated).rejects.toThrow('that names the enclosing select');
    else expect(await correlated).toEqual([[{ n: 1 }], [{ n: 1 }, { n: 1 }]]);
  });
  it('gathers the values of a group', async () => {
    const ids = jsonArrayAgg(p.c.id, { orderBy: p.c.id.desc() });
    const statement = select({ category: c.c.name, ids }).join(p).groupBy(c.c.name).orderBy(c.c.name);
    expectTypeOf(await shop.all(statement)).toEqualTypeOf<{ readonly category: string; readonly ids: number[] }[]>();
    expect(await shop.all(statement)).toEqual([
      { category: 'Home', ids: [1] },
      { category: 'Lamps', ids: [3, 2] },
    ]);
    const objects = jsonArrayAgg(jsonObject({ id: p.c.id, price: p.c.price }), { orderBy: [p.c.id] });
    const [list] = await shop.scalars(select(objects).where(p.c.id.lt(3)));
    expect(list.map(({ id, price }) => `${id}: ${price.toFixed(2)}`)).toEqual(['1: 10.00', '2: 25.50']);
    expect(await shop.scalar(select(jsonArrayAgg(p.c.id)).where(p.c.id.gt(99)))).toEqual([]);
    const some = shop.scalar(select(jsonArrayAgg(p.c.id, { filter: p.c.active, orderBy: p.c.id })));
    if (database.family === 'mysql') await expect(some).rejects.toThrow('has no filter of jsonArrayAgg()');
    else expect(await some).toEqual([1, 3, 4]);
  });
  if (database.family === 'sqlite')
    it('has all digits of a double that is calculated from parameters', async () => {
      expect(await shop.scalar(select(jsonObject({ ratio: literal(0.1).plus(0.2), large: literal(1.5e300) })))).toEqual({
        ratio: 0.1 + 0.2,
        large: 1.5e300,
      });
    });

  it('loses nothing of a value', async () => {
    const metadata = new MetaData();
    const things = new Table(metadata, 'things', {
      id: t.integer().primaryKey(),
      big: t.bigInteger(),
      price: t.numeric(30, 10),
      ratio: t.double(),
      on: t.boolean(),
      day: t.date(),
      time: t.time(),
      at: t.dateTime(),
      zoned: t.dateTime({ timezone: true }),
      iso: t.dateTime().asString(),
      span: t.interval(),
      meta: t.json<{ a: (number | null)[]; b: string }>(),
      key: t.uuid(),
      bytes: t.binary(),
      mood: t.enum(['sad', 'happy']),
      text: t.text(),
      list: t.array(t.string(10)),
      point: t.custom({ type: t.text(), toDatabase: (v: { x: number }) => String(v.x), fromDatabase: (s: string) => ({ x: Number(s) }) }),
    });
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    const connection = await engine.connect({ autocommit: true });
    afterTest(() => connection.close());
    await metadata.createAll(connection);
    const row = {
      id: 1,
      big: -9007199254740993n,
      price: '12345678901234567890.0123456789',
      ratio: 0.1 + 0.2,
      on: true,
      day: '1899-12-31',
      time: '01:02:03',
      at: new Date('2024-02-29T23:59:58.125Z'),
      zoned: new Date('1969-07-20T20:17:40Z'),
      iso: '2024-02-29T23:59:58.123456Z',
      span: 'P1DT2H',
      meta: { a: [1.5, null], b: '"quoted" \\ /' },
      key: '123e4567-e89b-12d3-a456-426614174000',
      bytes: new Uint8Array([0, 255, 10, 39]),
      mood: 'happy' as const,
      text: 'ünï "côde" \u{1F600} \\ \n',
      list: ['a', 'b,"c'],
      point: { x: 5 },
    };
    await connection.execute(insertInto(things).values(row));
    await connection.execute(insertInto(things).values({ ...row, id: 2, on: false, point: { x: 6 } }));
    const direct = await connection.all(selectFrom(things).orderBy(things.c.id));
    expect(direct[0].price.toFixed()).toBe(row.price);
    expect(await connection.scalar(select(jsonArrayFrom(selectFrom(things).orderBy(things.c.id))))).toEqual(direct);
    expect(await connection.scalar(select(jsonObjectFrom(selectFrom(things).where(things.c.id.eq(2)))))).toEqual(direct[1]);
  });
  it('takes more columns than a call has arguments', async () => {
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`n${i}`, literal(i)]));
    expect(await shop.scalar(select(jsonObject(many)))).toEqual(Object.fromEntries(Object.keys(many).map((name, i) => [name, i])));
  });
  it('refuses what has no names', () => {
    expect(() => jsonArrayFrom(never(select(p.c.id)))).toThrow('a query of columns with names');
    expect(() => jsonArrayFrom(select({ p }))).toThrow('a query of columns with names');
    expect(() => jsonObjectFrom(never(5))).toThrow('a query');
    expect(() => jsonObject({})).toThrow('an object of expressions');
    expect(() => jsonObject({ a: never(5) })).toThrow("at 'a'");
  });
});

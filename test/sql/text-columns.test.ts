// SQL by hand whose columns have other names than its SQL gives them: `.columns()` says them in their order.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { insertInto, jsonArrayFrom, select, sql, t, text, union, unionAll, update } from '../../src/index.ts';
import { baseTextOf, categories as c, openShop, products as p, shopDatabases } from './shop.ts';

const COLUMNS = { key: t.integer(), label: t.string() } as const;
const cheap = () => text('SELECT id AS x, name FROM products WHERE id < :top').columns(COLUMNS);
const given = { top: 3 };

describe.each(shopDatabases)('columns of SQL by hand on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });

  it('have the names that were said, in a source', async () => {
    const named = cheap().subquery('named');
    const rows = select({ label: named.c.label, stock: p.c.stock }).join(named, named.c.key.eq(p.c.id)).orderBy(named.c.key.desc());
    expect(await shop.all(rows, given)).toEqual([
      { label: 'Lamp', stock: 0 },
      { label: 'Vase', stock: 5 },
    ]);
    const anonymous = cheap().subquery();
    expect(await shop.all(select(anonymous.c.label).where(anonymous.c.key.gt(1)), given)).toEqual([['Lamp']]);
    const tagged = sql`SELECT count(*), max(id) FROM products WHERE id > ${2}`.as('tagged', { n: t.integer(), 'the last': t.integer() });
    expect(await shop.all(select(tagged.c['the last'], tagged.c.n))).toEqual([[4, 2]]);
  });
  it('stay apart from a table that has the name of the source', async () => {
    const source = sql`SELECT id + 10, name FROM products WHERE id = 2`.as('products', COLUMNS);
    expect(await shop.all(select(source.c.key, source.c.label))).toEqual([[12, 'Lamp']]);
  });
  it('have them in common table expressions and in JSON of rows', async () => {
    const named = cheap().cte('named');
    expect(await shop.all(select(named.c.label, named.c.key).orderBy(named.c.key), given)).toEqual([
      ['Vase', 1],
      ['Lamp', 2],
    ]);
    const all = select({ all: jsonArrayFrom(cheap()) })
      .from(c)
      .where(c.c.id.eq(1));
    expect(await shop.scalar(all, given)).toEqual([
      { key: 1, label: 'Vase' },
      { key: 2, label: 'Lamp' },
    ]);
  });
  it('have them in set operations, wherever they stand', async () => {
    const both = union(cheap(), select({ key: c.c.id, label: c.c.name }).where(c.c.id.eq(1))).orderBy('key', 'label');
    expect(await shop.all(both, given)).toEqual([
      { key: 1, label: 'Home' },
      { key: 1, label: 'Vase' },
      { key: 2, label: 'Lamp' },
    ]);
    const twice = unionAll(cheap(), cheap()).subquery('twice');
    expect(await shop.all(select(twice.c.key, twice.c.label).where(twice.c.key.eq(2)), given)).toEqual([
      [2, 'Lamp'],
      [2, 'Lamp'],
    ]);
  });
  it('have them where rows are changed', async () => {
    const named = cheap().subquery('named');
    await shop.execute(
      update(p)
        .set({ name: named.c.label.concat('!') })
        .from(named)
        .where(named.c.key.eq(p.c.id)),
      given,
    );
    expect(await shop.scalars(select(p.c.name).orderBy(p.c.id).limit(2))).toEqual(['Vase!', 'Lamp!']);
    const more = sql`SELECT id + 40, 'more' FROM products WHERE id = 1`.columns(COLUMNS);
    await shop.execute(insertInto(c).fromSelect(['id', 'name'], more));
    expect(await shop.scalars(select(c.c.name).where(c.c.id.eq(41)))).toEqual(['more']);
  });
  it('are not renamed where the SQL is a function', () => {
    const items = sql`json_each(${'[5]'})`.as('items', { value: t.integer() });
    expect(baseTextOf(select(items.c.value))).toBe('SELECT items.value FROM json_each(?) AS items');
  });
});

// Expressions that rows are grouped by, said again where the groups are chosen, sorted and shown: with the same values, they are the same.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Dialect } from '../../src/dialects/base/dialect.ts';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import { mysql } from '../../src/dialects/mysql/dialect.ts';
import { postgresql } from '../../src/dialects/postgresql/dialect.ts';
import type { Connection } from '../../src/engine/connection.ts';
import { caseWhen, func, not, or, select, union } from '../../src/index.ts';
import type { Node } from '../../src/sql/node.ts';
import { openShop, products as p, shopDatabases, textOf } from './shop.ts';

// Stocks 5, 0, 12, 1; categories 1, 2, 2, none; active yes, no, yes, yes.
describe.each(shopDatabases)('groups on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });
  const many = p.c.stock.times(2).plus(1); // 11, 1, 25, 3
  const big = p.c.stock.gt(4); // yes, no, yes, no
  const initial = func.lower(func.substring(p.c.name, 1, 1)); // v, l, l, s
  const rows = func.count();

  it('are chosen by the expression', async () => {
    expect(await shop.all(select(many, rows).groupBy(many).having(many.gt(3)).orderBy(many))).toEqual([
      [11, 1],
      [25, 1],
    ]);
    expect(
      await shop.all(
        select({ initial, rows })
          .groupBy(initial)
          .having(or(initial.eq('l'), initial.eq('v')))
          .orderBy('initial'),
      ),
    ).toEqual([
      { initial: 'l', rows: 2 },
      { initial: 'v', rows: 1 },
    ]);
    expect(
      await shop.scalars(
        select(initial)
          .groupBy(initial)
          .having(initial.in(['l', 's']), rows.gt(1)),
      ),
    ).toEqual(['l']);
  });
  it('are chosen by its label, and by names', async () => {
    const label = many.as('many');
    expect(await shop.all(select(label, rows).groupBy(label).having(label.lt(12)).orderBy(label))).toEqual([
      [1, 1],
      [3, 1],
      [11, 1],
    ]);
    expect(
      await shop.all(
        select({ many, rows })
          .groupBy('many')
          .having(many.lt(10), not(many.eq(1)))
          .orderBy('many'),
      ),
    ).toEqual([{ many: 3, rows: 1 }]);
  });
  it('are chosen before they are grouped', async () => {
    expect(await shop.scalars(select(initial).having(initial.ne('l')).orderBy(initial).groupBy(initial))).toEqual(['s', 'v']);
  });
  it('need not be shown', async () => {
    expect(await shop.scalars(select(rows).from(p).groupBy(initial).having(initial.gt('l')).orderBy(initial.desc()))).toEqual([1, 1]);
    expect(await shop.scalars(select(func.sum(p.c.stock)).groupBy(initial).orderBy(initial))).toEqual([12, 1, 5]);
    expect(await shop.scalars(select(rows).from(p).groupBy(many).having(func.coalesce(many, 0).ge(11)).orderBy(many.negate()))).toEqual([
      1, 1,
    ]);
  });
  it('are part of what is shown and of the order', async () => {
    const query = select({ double: many.times(2), rows })
      .groupBy(many)
      .orderBy(many.times(-1))
      .limit(2);
    expect(await shop.all(query)).toEqual([
      { double: 50, rows: 1 },
      { double: 22, rows: 1 },
    ]);
    const shown = select(initial.concat('!'), caseWhen(initial.eq('l'), 'it').else('other'))
      .groupBy(initial)
      .orderBy(initial.concat('-'));
    expect(await shop.all(shown)).toEqual([
      ['l!', 'it'],
      ['s!', 'other'],
      ['v!', 'other'],
    ]);
  });
  it('are truths and missing values too', async () => {
    expect(await shop.all(select(big, rows).groupBy(big).having(big).orderBy(big))).toEqual([[true, 2]]);
    expect(await shop.all(select(rows).from(p).groupBy(big).having(big.eq(false)))).toEqual([[2]]);
    const next = p.c.categoryId.plus(1); // 2, 3, 3, NULL
    expect(await shop.all(select(next, rows).groupBy(next).having(next.isNull()))).toEqual([[null, 1]]);
    expect(await shop.scalars(select(rows).from(p).groupBy(next).having(next.isNotNull()).orderBy(next))).toEqual([1, 2]);
  });
  it('are several at once, beside aggregates of the same expression', async () => {
    const query = select({ initial, big, most: func.max(many) })
      .groupBy(initial, big)
      .having(func.max(many).gt(1), or(big, initial.eq('s')))
      .orderBy(initial, big);
    expect(await shop.all(query)).toEqual([
      { initial: 'l', big: true, most: 25 },
      { initial: 's', big: false, most: 3 },
      { initial: 'v', big: true, most: 11 },
    ]);
  });
  it('stand in subqueries and parts of unions', async () => {
    const query = select({ initial: initial.concat('.'), rows })
      .groupBy(initial)
      .having(initial.ne('v'));
    const inside = query.subquery('inside');
    expect(await shop.all(select(inside.c.initial, inside.c.rows).orderBy(inside.c.initial))).toEqual([
      ['l.', 2],
      ['s.', 1],
    ]);
    const both = union(select(initial).groupBy(initial).having(initial.ne('v')), select(initial).groupBy(initial).having(initial.ne('s')));
    expect(await shop.scalars(both.orderBy(1))).toEqual(['l', 's', 'v']);
    const chosen = select(p.c.id).where(
      func.lower(func.substring(p.c.name, 1, 1)).in(select(initial).groupBy(initial).having(initial.lt('m'))),
    );
    expect(await shop.scalars(chosen.orderBy(p.c.id))).toEqual([2, 3]);
  });
  it('share a plan only where the values are the same', async () => {
    const by = (group: number, chosen: number) =>
      select(func.max(p.c.stock)).groupBy(p.c.stock.mod(group)).having(p.c.stock.mod(chosen).eq(1)).orderBy(1);
    // Stocks 5, 0, 12, 1 by what remains of 4: 1, 0, 0, 1.
    expect(await shop.scalars(by(4, 4))).toEqual([5]);
    expect(by(4, 4).node.key).toBe(by(3, 3).node.key);
    expect(by(4, 4).node.key).not.toBe(by(4, 3).node.key);
    // By what remains of 3: 2, 0, 0, 1.
    expect(await shop.scalars(by(3, 3))).toEqual([1]);
  });
});

describe('groups as other databases write them', () => {
  const twice = p.c.stock.times(2);
  const written = (dialect: Dialect, statement: { readonly node: Node }) => dialect.compile(statement.node).pieces.join('?');
  const query = select({ twice, rows: func.count() }).groupBy(twice).having(twice.gt(3)).orderBy(twice.desc());

  it('SQL Server takes the least value of the group', () => {
    expect(written(mssql, query)).toBe(
      'SELECT MIN(products.stock * ?) AS twice, count(*) AS rows FROM products GROUP BY products.stock * ? ' +
        'HAVING MIN(products.stock * ?) > ? ORDER BY MIN(products.stock * ?) DESC',
    );
    const nothing = p.c.stock.plus(p.c.categoryId);
    expect(written(mssql, select(nothing).groupBy(nothing).having(nothing.gt(1)))).toBe(
      'SELECT products.stock + products.category_id FROM products GROUP BY products.stock + products.category_id HAVING products.stock + products.category_id > ?',
    );
  });
  it('PostgreSQL and MySQL name the place of the column', () => {
    expect(written(postgresql, query)).toBe(
      'SELECT products.stock * ?::INTEGER AS twice, count(*) AS rows FROM products GROUP BY 1 HAVING min(products.stock * ?::INTEGER) > ? ORDER BY 1 DESC',
    );
    expect(written(mysql, query)).toBe(
      'SELECT products.stock * ? AS twice, count(*) AS `rows` FROM products GROUP BY 1 HAVING MIN(products.stock * ?) > ? ORDER BY MIN(products.stock * ?) DESC',
    );
  });
});

describe('groups as SQLite writes them', () => {
  it('stay as they are', () => {
    const twice = p.c.stock.times(2);
    expect(textOf(select(func.count()).from(p).groupBy(twice).having(twice.gt(3)).orderBy(twice))).toBe(
      'SELECT count(*) FROM products GROUP BY products.stock * ? HAVING products.stock * ? > ? ORDER BY products.stock * ?',
    );
  });
});

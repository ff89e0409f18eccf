// The clauses of a select that few selects have, and what a database lacks said in another way.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { func } from '../../src/sql/function.ts';
import { cube, groupingSets, rollup } from '../../src/sql/grouping.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal, param } from '../../src/sql/literal.ts';
import { sql } from '../../src/sql/raw.ts';
import { select, selectFrom } from '../../src/sql/select.ts';
import { except, exceptAll, intersectAll, union, unionAll } from '../../src/sql/set-operation.ts';
import { baseTextOf, categories as c, openShop, products as p, reviews as r, shopDatabases, textOf } from './shop.ts';

describe.each(shopDatabases)('clauses on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });
  const codeOf = (code: string) => expect.objectContaining({ code });

  describe('order and limit', () => {
    it('takes names and places of the result', async () => {
      const sums = select({ category: p.c.categoryId, total: func.sum(p.c.stock) }).groupBy('category');
      expect(await shop.all(sums.orderBy('total'))).toEqual([
        { category: null, total: 1 },
        { category: 1, total: 5 },
        { category: 2, total: 12 },
      ]);
      expect(await shop.scalars(sums.orderBy(1).columns(p.c.categoryId))).toEqual(
        database.family === 'postgresql' ? [1, 2, null] : [null, 1, 2],
      );
      expect(textOf(select({ half: p.c.stock.dividedBy(2) }).orderBy('half'))).toMatch(/ORDER BY half$/);
      expect(() => sums.orderBy('nope')).toThrow("the name of a column ('category', 'total')");
      expect(() => sums.orderBy(3)).toThrow('a place from 1 to 2');
      expect(() => select(p).orderBy(1)).toThrow(codeOf('sql.bad-argument'));
    });
    it('puts NULL first or last', async () => {
      const ids = (term: ReturnType<typeof p.c.categoryId.asc>) => shop.scalars(select(p.c.id).orderBy(term, p.c.id));
      expect(await ids(p.c.categoryId.asc().nullsLast())).toEqual([1, 2, 3, 4]);
      expect(await ids(p.c.categoryId.desc().nullsFirst())).toEqual([4, 2, 3, 1]);
      expect(await ids(p.c.categoryId.nullsFirst())).toEqual([4, 1, 2, 3]);
      expect(await ids(p.c.categoryId.plus(1).nullsLast())).toEqual([1, 2, 3, 4]);
      const named = select({ n: p.c.categoryId.plus(1), id: p.c.id }).orderBy(p.c.categoryId.plus(literal(1)).desc());
      expect((await shop.all(named)).length).toBe(4);
    });
    it('takes numbers, expressions, parameters and null for the limit', async () => {
      const ids = select(p.c.id).orderBy(p.c.id);
      expect(await shop.scalars(ids.limit(0))).toEqual([]);
      expect(await shop.scalars(ids.limit(2).offset(0))).toEqual([1, 2]);
      const worked = ids.limit(literal(1).plus(1)).offset(literal(1));
      if (database.family === 'mysql') await expect(shop.all(worked)).rejects.toThrow('has no expressions in LIMIT and OFFSET');
      else expect(await shop.scalars(worked)).toEqual([2, 3]);
      const page = ids.limit(param('size')).offset(param('start'));
      expect(await shop.scalars(page, { size: 1, start: 2 })).toEqual([3]);
      expect(await shop.scalars(page, { size: 0, start: 0 })).toEqual([]);
      expect(await shop.scalars(ids.limit(1).limit(null))).toEqual([1, 2, 3, 4]);
      expect(await shop.scalars(ids.offset(3))).toEqual([4]);
      expect(() => ids.limit(-1)).toThrow(codeOf('sql.bad-argument'));
      expect(() => ids.limit(1.5)).toThrow(codeOf('sql.bad-argument'));
    });
    it('fetches the rows that are as good as the last one', async () => {
      await shop.execute(insertInto(p).values({ id: 5, name: 'Twin', price: '3.00', stock: 5, categoryId: 1 }));
      const best = select({ id: p.c.id, name: p.c.name }).orderBy(p.c.stock.desc());
      const ids = async (statement: typeof best) => (await shop.all(statement)).map((row) => row.id).sort();
      expect(await ids(best.fetch(2))).toHaveLength(2);
      expect(await ids(best.fetch(2, { withTies: true }))).toEqual([1, 3, 5]);
      expect(await ids(best.fetch(1, { withTies: true }))).toEqual([3]);
      expect(await ids(best.offset(1).fetch(1, { withTies: true }))).toEqual([1, 5]);
      expect(await ids(best.offset(1).fetch(0, { withTies: true }))).toEqual([]);
      expect(await ids(best.fetch(100, { withTies: true }))).toHaveLength(5);
      const grouped = select({ category: p.c.categoryId, n: func.count() }).groupBy(p.c.categoryId).orderBy(func.count().desc());
      expect((await shop.all(grouped.fetch(1, { withTies: true }))).map((row) => row.category).sort()).toEqual([1, 2]);
      const inside = best.fetch(2, { withTies: true }).subquery();
      expect(await shop.scalar(select(func.count(inside.c.name)))).toBe(3);
      expect(baseTextOf(best.offset(1).fetch(2, { withTies: true }))).toMatch(
        /ORDER BY products\.stock DESC OFFSET \? ROWS FETCH FIRST \? ROWS WITH TIES$/,
      );
      expect(() => select(p.c.id).fetch(1, { withTies: true })).toThrow('call orderBy() first');
      expect(() => textOf(best.distinct().fetch(1, { withTies: true }))).toThrow(codeOf('sql.unsupported'));
    });
  });

  describe('distinctOn', () => {
    it('gives the first row of each group', async () => {
      const best = select({ productId: r.c.productId, rating: r.c.rating })
        .distinctOn(r.c.productId)
        .orderBy(r.c.productId, r.c.rating.desc());
      expect(baseTextOf(best)).toBe(
        'SELECT DISTINCT ON (reviews.product_id) reviews.product_id AS "productId", reviews.rating FROM reviews ORDER BY "productId", reviews.rating DESC',
      );
      expect(await shop.all(best)).toEqual([
        { productId: 1, rating: 5 },
        { productId: 2, rating: 4 },
      ]);
      expect(await shop.all(best.limit(1).offset(1))).toEqual([{ productId: 2, rating: 4 }]);
      expect(await shop.all(best.where(r.c.rating.lt(5)))).toEqual([
        { productId: 1, rating: 3 },
        { productId: 2, rating: 4 },
      ]);
    });
    it('works over joins, classes, NULLs and as a subquery', async () => {
      const one = select(p).distinctOn(p.c.categoryId).orderBy(p.c.categoryId, p.c.id);
      expect((await shop.all(one)).map(([row]) => row.id)).toEqual(database.family === 'postgresql' ? [1, 2, 4] : [4, 1, 2]);
      const first = select({ category: c.c.name, product: p.c.name })
        .join(p)
        .distinctOn(c.c.id)
        .orderBy(c.c.id, p.c.price)
        .subquery('first');
      expect(await shop.all(select(first.c.category, first.c.product).orderBy(first.c.category))).toEqual([
        ['Home', 'Vase'],
        ['Lamps', 'lampshade'],
      ]);
      expect(() => select(p.c.id).distinctOn()).toThrow('one or more expressions');
      expect(() => textOf(select(p.c.id).distinct().distinctOn(p.c.stock))).toThrow(codeOf('sql.unsupported'));
    });
  });

  describe('groups', () => {
    it('has subtotals where the database has them', () => {
      const sums = select(p.c.categoryId, p.c.active, func.sum(p.c.stock), func.grouping(p.c.active));
      expect(baseTextOf(sums.groupBy(rollup(p.c.categoryId, p.c.active)))).toMatch(
        / GROUP BY ROLLUP \(products\.category_id, products\.active\)$/,
      );
      expect(baseTextOf(sums.groupBy(cube(p.c.categoryId, p.c.active)))).toMatch(/ GROUP BY CUBE \(/);
      expect(baseTextOf(sums.groupBy(groupingSets([p.c.categoryId, p.c.active], [p.c.categoryId], [])))).toMatch(
        / GROUP BY GROUPING SETS \(\(products\.category_id, products\.active\), \(products\.category_id\), \(\)\)$/,
      );
      expect(() => textOf(sums.groupBy(rollup(p.c.id)))).toThrow('SQLite has no ROLLUP');
      expect(() => textOf(sums.groupBy(groupingSets([])))).toThrow('SQLite has no GROUPING SETS');
      expect(() => rollup()).toThrow('one or more expressions');
    });
  });

  describe('locks and hints', () => {
    it('locks in four strengths', () => {
      const base = select(p.c.id);
      expect(baseTextOf(base.forUpdate())).toMatch(/ FOR UPDATE$/);
      expect(baseTextOf(base.forUpdate({ share: true, noWait: true }))).toMatch(/ FOR SHARE NOWAIT$/);
      expect(baseTextOf(base.forUpdate({ key: true, skipLocked: true }))).toMatch(/ FOR NO KEY UPDATE SKIP LOCKED$/);
      expect(baseTextOf(base.join(r).forUpdate({ share: true, key: true, of: r }))).toMatch(/ FOR KEY SHARE OF reviews$/);
      expect(textOf(base.forUpdate())).toBe('SELECT products.id FROM products');
      expect(() => base.forUpdate({ skipLocked: true, noWait: true })).toThrow('either skipLocked or noWait');
    });
    it('takes words for one dialect or for all', async () => {
      const statement = select(p.c.id)
        .prefixWith(sql`/* all */`)
        .prefixWith(sql`STRAIGHT_JOIN`, { dialect: 'mysql' })
        .withHint(p, sql`NOT INDEXED`, { dialect: 'sqlite' })
        .withHint(p, sql`USE INDEX (PRIMARY)`, { dialect: 'mysql' })
        .suffixWith(sql`-- end`)
        .where(p.c.id.eq(1));
      expect(textOf(statement)).toBe('SELECT /* all */ products.id FROM products NOT INDEXED WHERE products.id = ? -- end');
      expect(await shop.scalars(statement)).toEqual([1]);
      expect(baseTextOf(statement)).not.toContain('INDEX');
    });
  });

  describe('columns', () => {
    it('adds more', async () => {
      expect(await shop.first(select(p.c.id).addColumns(p.c.name, literal(1)).orderBy(p.c.id))).toEqual([1, 'Vase', 1]);
      expect(await shop.first(select({ id: p.c.id }).addColumns({ name: p.c.name }).orderBy(p.c.id))).toEqual({ id: 1, name: 'Vase' });
      expect(() => select({ id: p.c.id }).addColumns(p.c.name)).toThrow(codeOf('sql.bad-argument'));
    });
    it('needs no FROM', async () => {
      expect(await shop.one(select({ one: literal(1), two: literal('b') }))).toEqual({ one: 1, two: 'b' });
    });
  });

  describe('set operations', () => {
    const numbers = (...list: number[]) =>
      list
        .slice(1)
        .reduce(
          (all, n) => unionAll(all, select({ n: literal(n) })),
          unionAll(select({ n: literal(list[0]) }), select({ n: literal(-1) }).where(false)),
        );
    it('counts rows with ALL', async () => {
      const [a, b] = [numbers(1, 1, 1, 2, 3), numbers(1, 1, 2, 4)];
      expect(await shop.scalars(intersectAll(a, b).orderBy('n'))).toEqual([1, 1, 2]);
      expect(await shop.scalars(exceptAll(a, b).orderBy('n'))).toEqual([1, 3]);
      expect(await shop.scalars(exceptAll(a, numbers(1), numbers(1, 3)).orderBy('n'))).toEqual([1, 2]);
      expect(
        await shop.scalars(
          intersectAll(a, exceptAll(b, numbers(2)))
            .orderBy('n')
            .limit(1)
            .offset(1),
        ),
      ).toEqual([1]);
      const inside = exceptAll(a, b).subquery();
      expect(await shop.scalar(select(func.sum(inside.c.n)))).toBe(4);
      expect(await shop.scalars(exceptAll(select(r.c.productId), select(p.c.id)))).toEqual([1]);
      const nulls = exceptAll(select(p.c.note), select(p.c.note).where(p.c.id.eq(2)));
      expect((await shop.scalars(nulls)).filter((note) => note === null)).toHaveLength(1);
      expect(baseTextOf(exceptAll(select(p.c.id), select(c.c.id)))).toBe(
        'SELECT products.id FROM products EXCEPT ALL SELECT categories.id FROM categories',
      );
    });
    it('has them as methods', async () => {
      const ids = (...list: number[]) => select({ id: p.c.id }).where(p.c.id.in(list));
      expect(await shop.scalars(ids(1).union(ids(1), ids(2)).orderBy('id'))).toEqual([1, 2]);
      expect(await shop.scalars(ids(1).unionAll(ids(1)))).toEqual([1, 1]);
      expect(await shop.scalars(ids(1, 2).intersect(ids(2, 3)))).toEqual([2]);
      expect(await shop.scalars(ids(1, 2).except(ids(2)).union(ids(4)).orderBy(1))).toEqual([1, 4]);
    });
    it('says so where the parts differ in width', () => {
      expect(() => union(select(p.c.id), select(p.c.id, p.c.name) as never)).toThrow(
        'The parts of union() must have the same columns, but the first has 1 and another 2',
      );
      expect(() => except(select(p.c.id), 5 as never)).toThrow('except() takes selects');
      expect(() => union(select(p), select(c) as never)).toThrow(codeOf('sql.different-widths'));
    });
    it('never puts columns of different names together that both parts have', async () => {
      const [first, swapped] = [select({ id: p.c.id, name: p.c.name }), select({ name: c.c.name, id: c.c.id })];
      expect(() => union(first, swapped)).toThrow(
        'union() puts columns together by their places, but one side has id, name, and the other name, id. Give them in the same order.',
      );
      for (const other of [() => first.unionAll(swapped), () => first.intersect(first, swapped), () => swapped.except(first)])
        expect(other).toThrow(codeOf('sql.different-order'));
      expect(() => unionAll(selectFrom(c), select({ name: c.c.name, id: c.c.id, parentId: c.c.parentId }))).toThrow(
        codeOf('sql.different-order'),
      );
      expect(await shop.scalars(unionAll(select({ id: c.c.id }), select({ id: c.c.id })).orderBy('id'))).toEqual([1, 1, 2, 2]);
      // Tuples have places and no names, and other names are an error of the types.
      const both = unionAll(select(r.c.id, r.c.productId).where(r.c.id.eq(3)), select(r.c.productId, r.c.id).where(r.c.id.eq(3))).orderBy(
        1,
      );
      expect(await shop.all(both)).toEqual([
        [2, 3],
        [3, 2],
      ]);
    });
  });
});

import { beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { alias } from '../../src/sql/alias.ts';
import { func } from '../../src/sql/function.ts';
import { literal } from '../../src/sql/literal.ts';
import { exists } from '../../src/sql/query-value.ts';
import { sql } from '../../src/sql/raw.ts';
import { select } from '../../src/sql/select.ts';
import { except, intersect, union, unionAll } from '../../src/sql/set-operation.ts';
import { categories as c, moves, openShop, products as p, reviews as r, shopDatabases, textOf } from './shop.ts';

describe.each(shopDatabases)('select on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });
  const never = (value: unknown): never => value as never;

  describe('columns', () => {
    it('gives tuples, objects and rows of tables', async () => {
      expect(await shop.first(select(p.c.id, p.c.name).orderBy(p.c.id))).toEqual([1, 'Vase']);
      expect(await shop.first(select({ key: p.c.id, label: p.c.name }).orderBy(p.c.id))).toEqual({ key: 1, label: 'Vase' });
      expect(await shop.first(select(c).orderBy(c.c.id.desc()))).toEqual([{ id: 2, name: 'Lamps', parentId: 1 }]);
      expect(await shop.first(select({ category: c, n: literal(1) }).orderBy(c.c.id))).toEqual({
        category: { id: 1, name: 'Home', parentId: null },
        n: 1,
      });
    });
    it('takes other columns and keeps the rest', async () => {
      expect(await shop.scalars(select(p).where(p.c.stock.gt(4)).columns(func.count()))).toEqual([2]);
    });
    it('needs columns, and names what is none', () => {
      expect(() => select()).toThrow('at least one column');
      expect(() => select({})).toThrow('at least one column');
      expect(() => select([p.c.id])).toThrow('select() takes SQL expressions');
      expect(() => select(new Date())).toThrow('a Date');
      expect(() => select({ a: undefined })).toThrow(expect.objectContaining({ code: 'sql.undefined-value' }));
      expect(() => select('id')).toThrow(expect.objectContaining({ code: 'sql.not-a-source' }));
    });
  });

  describe('joins', () => {
    it('joins along the one foreign key, in either direction', async () => {
      const statement = select(p.c.name, c.c.name).join(c).orderBy(p.c.id);
      expect(textOf(statement)).toBe(
        'SELECT products.name, categories.name FROM products JOIN categories ON products.category_id = categories.id ORDER BY products.id',
      );
      expect(await shop.all(statement)).toEqual([
        ['Vase', 'Home'],
        ['Lamp', 'Lamps'],
        ['lampshade', 'Lamps'],
      ]);
      expect(await shop.scalars(select(c.c.name).join(p).join(r).orderBy(r.c.id))).toEqual(['Home', 'Home', 'Lamps']);
    });
    it('joins on conditions, outer, full and cross', async () => {
      expect(await shop.all(select(p.c.id, c.c.id).outerJoin(c).orderBy(p.c.id))).toEqual([
        [1, 1],
        [2, 2],
        [3, 2],
        [4, null],
      ]);
      expect(
        await shop.all(
          select(p.c.id, c)
            .outerJoin(c, p.c.categoryId.eq(c.c.id).and(c.c.name.eq('Home')))
            .orderBy(p.c.id)
            .limit(2),
        ),
      ).toEqual([
        [1, { id: 1, name: 'Home', parentId: null }],
        [2, null],
      ]);
      const full = select(p.c.id, c.c.id)
        .fullJoin(c, p.c.id.eq(c.c.id.plus(3)))
        .orderBy(p.c.id.asc().nullsFirst(), c.c.id);
      if (database.family === 'mysql') return await expect(shop.all(full)).rejects.toThrow('has no FULL OUTER JOIN');
      expect(await shop.all(full)).toEqual([
        [null, 2],
        [1, null],
        [2, null],
        [3, null],
        [4, 1],
      ]);
    });
    it('gives null for whole rows and columns that are left out', async () => {
      const left = select({ category: c, name: p.c.name.as('label') })
        .outerJoin(p)
        .where(c.c.id.ge(1))
        .orderBy(p.c.id);
      expect((await shop.all(left)).map(({ category, name }) => [category.id, name])).toEqual([
        [1, 'Vase'],
        [2, 'Lamp'],
        [2, 'lampshade'],
      ]);
      const right = select(r, p.c.id, r.c.rating).rightJoin(p).where(p.c.id.gt(2)).orderBy(p.c.id);
      expectTypeOf(await shop.all(right)).toEqualTypeOf<
        [{ id: number; rating: number; productId: number } | null, number, number | null][]
      >();
      expect(await shop.all(right)).toEqual([
        [null, 3, null],
        [null, 4, null],
      ]);
      const other = alias(c, 'other');
      const both = select(c.c.name, other).outerJoin(other, other.c.id.eq(c.c.parentId)).orderBy(c.c.id);
      expect(await shop.all(both)).toEqual([
        ['Home', null],
        ['Lamps', { id: 1, name: 'Home', parentId: null }],
      ]);
    });
    it('puts every row beside every other', async () => {
      expect(await shop.all(select(p.c.id, c.c.id).crossJoin(c).orderBy(p.c.id, c.c.id).limit(3))).toEqual([
        [1, 1],
        [1, 2],
        [2, 1],
      ]);
    });
    it('says why it cannot tell how to join', () => {
      expect(() => select(r.c.id).join(c)).toThrow(/join 'reviews' to 'categories': no foreign key/);
      expect(() => select(moves.c.id).join(c)).toThrow(/2 foreign keys go between them/);
      expect(() => select(literal(1)).join(c)).toThrow('call from() first');
      expect(() => select(p.c.id).join(never(undefined))).toThrow(expect.objectContaining({ code: 'sql.not-a-source' }));
      expect(() => select(p.c.id).join(c, never('x'))).toThrow('join() takes SQL expressions');
    });
    it('joins a table to itself under another name', async () => {
      const parent = alias(c, 'parent');
      expect(await shop.all(select(c.c.name, parent.c.name).join(parent))).toEqual([['Lamps', 'Home']]);
      const anonymous = alias(c);
      const statement = select(c.c.name, anonymous.c.name).outerJoin(anonymous, c.c.parentId.eq(anonymous.c.id)).orderBy(c.c.id);
      expect(textOf(statement)).toContain('LEFT OUTER JOIN categories AS categories_1 ON categories.parent_id = categories_1.id');
      expect(await shop.all(statement)).toEqual([
        ['Home', null],
        ['Lamps', 'Home'],
      ]);
    });
    it('gives an anonymous alias a name that nothing else has', async () => {
      const [named, anonymous] = [alias(c, 'categories_1'), alias(c)];
      const statement = select(c.c.id, named.c.id, anonymous.c.id)
        .from(c, named, anonymous)
        .where(c.c.id.eq(1), named.c.id.eq(2), anonymous.c.id.eq(1));
      expect(await shop.all(statement)).toEqual([[1, 2, 1]]);
    });
  });

  describe('subqueries', () => {
    it('correlates with the enclosing select', async () => {
      const count = select(func.count()).from(r).where(r.c.productId.eq(p.c.id)).scalar();
      expect(await shop.all(select({ id: p.c.id, reviews: count }).orderBy(p.c.id))).toEqual([
        { id: 1, reviews: 2 },
        { id: 2, reviews: 1 },
        { id: 3, reviews: 0 },
        { id: 4, reviews: 0 },
      ]);
      expect(textOf(select(p.c.id).where(exists(select(r.c.id).where(r.c.productId.eq(p.c.id)))))).toBe(
        'SELECT products.id FROM products WHERE EXISTS (SELECT reviews.id FROM reviews WHERE reviews.product_id = products.id)',
      );
    });
    it('does not correlate away its only source', async () => {
      const most = select(func.max(p.c.stock)).scalar();
      expect(await shop.scalars(select(p.c.id).where(p.c.stock.eq(most)))).toEqual([3]);
    });
    it('correlates through two levels, and from the ON of a join', async () => {
      const other = alias(p, 'other');
      const nested = exists(select(r.c.id).where(r.c.productId.eq(other.c.id), exists(select(c.c.id).where(c.c.id.eq(p.c.categoryId)))));
      expect(
        await shop.scalars(
          select(p.c.id)
            .where(exists(select(other.c.id).where(other.c.id.eq(p.c.id), nested)))
            .orderBy(p.c.id),
        ),
      ).toEqual([1, 2]);
      const best = select(func.max(r.c.rating)).where(r.c.productId.eq(p.c.id)).scalar();
      const review = alias(r, 'review');
      expect(
        await shop.all(
          select(p.c.id, review.c.rating)
            .join(review, review.c.productId.eq(p.c.id).and(review.c.rating.eq(best)))
            .orderBy(p.c.id),
        ),
      ).toEqual([
        [1, 5],
        [2, 4],
      ]);
    });
    it('stands in the place of a table, said in from() or not', async () => {
      const stats = select({ productId: r.c.productId, n: func.count(), best: func.max(r.c.rating) })
        .where(r.c.rating.gt(2))
        .groupBy(r.c.productId)
        .subquery();
      expect(await shop.all(select({ name: p.c.name, n: stats.c.n }).join(stats, stats.c.productId.eq(p.c.id)).orderBy(p.c.id))).toEqual([
        { name: 'Vase', n: 2 },
        { name: 'Lamp', n: 1 },
      ]);
      expect(await shop.all(select(stats.c.productId, stats.c.n).where(stats.c.best.eq(5)))).toEqual([[1, 2]]);
      expect(await shop.all(select(stats).orderBy(stats.c.n))).toEqual([
        [{ productId: 2, n: 1, best: 4 }],
        [{ productId: 1, n: 2, best: 5 }],
      ]);
      expect(await shop.scalars(select(func.count()).from(stats))).toEqual([2]);
    });
    it('names its columns apart, and those that have no name', async () => {
      const both = select(p.c.id, c.c.id, func.count(), p.c.stock.plus(1)).join(c).groupBy(p.c.id, c.c.id).subquery('both');
      const rows = await shop.all(select(both.c.id, both.c.id_1, both.c.count, both.c.column4).orderBy(both.c.id));
      expect(rows).toEqual([
        [1, 1, 1, 6],
        [2, 2, 1, 1],
        [3, 2, 1, 13],
      ]);
      const whole = select(p, c).join(c).subquery('whole');
      expect(await shop.scalars(select(whole.c.name_1).orderBy(whole.c.id))).toEqual(['Home', 'Lamps', 'Lamps']);
    });
    it('is one value only where it has one row', async () => {
      const several = shop.all(select(c.c.id, select(p.c.id).scalar()).orderBy(c.c.id));
      // SQLite takes the first of them.
      if (database.family === 'sqlite')
        expect(await several).toEqual([
          [1, 1],
          [2, 1],
        ]);
      else await expect(several).rejects.toThrow('A subquery that stands for one value has to give one row at most');
    });
    it('says which errors a newer schema might cure', async () => {
      await expect(shop.all(sql`SELECT 1 FROM no_such_table`)).rejects.toThrow('athanor db upgrade');
      await expect(shop.all(sql`SELECT no_such_column FROM products`)).rejects.toThrow('athanor db upgrade');
      await expect(shop.all(sql`SELEC 1`)).rejects.not.toThrow('athanor db upgrade');
    });
    it('is one value only where it has one column', () => {
      expect(() => select(p.c.id, p.c.name).scalar()).toThrow('a select of one column');
    });
  });

  describe('the rest of a select', () => {
    it('groups, filters groups, sorts, limits', async () => {
      const statement = select({ category: p.c.categoryId, n: func.count(), stock: func.sum(p.c.stock) })
        .groupBy(p.c.categoryId)
        .having(func.count().ge(1))
        .orderBy(func.count().desc(), p.c.categoryId.asc().nullsFirst());
      expect(await shop.all(statement)).toEqual([
        { category: 2, n: 2, stock: 12 },
        { category: null, n: 1, stock: 1 },
        { category: 1, n: 1, stock: 5 },
      ]);
      expect(await shop.all(statement.having(func.sum(p.c.stock).gt(4)).limit(1).offset(1))).toEqual([{ category: 1, n: 1, stock: 5 }]);
    });
    it('groups and sorts by expressions with values that are columns too', async () => {
      const odd = () => p.c.stock.mod(2).plus(0.5);
      const statement = select({ odd: odd(), n: func.count(), id: func.min(p.c.id) })
        .where(p.c.id.lt(4))
        .groupBy(odd())
        .orderBy(odd().desc());
      const expected = [
        { odd: 1.5, n: 1, id: 1 },
        { odd: 0.5, n: 2, id: 2 },
      ];
      expect(await shop.all(statement)).toEqual(expected);
      expect(
        await shop.all(
          select({ odd: odd(), n: func.count(), id: func.min(p.c.id) })
            .where(p.c.id.lt(4))
            .groupBy('odd')
            .orderBy('odd', 1),
        ),
      ).toEqual([...expected].reverse());
      expect(await shop.scalars(select(odd()).where(p.c.id.lt(4)).distinct().orderBy(odd()))).toEqual([0.5, 1.5]);
      // With other columns, or other values, they are what they were.
      expect(await shop.scalars(statement.columns(func.count()).orderBy())).toHaveLength(2);
      expect(
        await shop.scalars(select(p.c.stock.plus(1)).groupBy(p.c.stock.plus(1), p.c.stock, p.c.stock.plus(2)).orderBy(p.c.stock.plus(1))),
      ).toEqual([1, 2, 6, 13]);
      expect(select(p.c.stock.plus(1)).groupBy(p.c.stock.plus(2)).node.groupBy[0].kind).toBe('binary');
      expect(select(p.c.stock.plus(1)).groupBy(p.c.stock.plus(1)).columns(p.c.stock.plus(3)).node.groupBy[0].kind).toBe('binary');
    });
    it('sorts by what was given a name', async () => {
      const worth = p.c.stock.times(2).as('worth');
      expect(textOf(select(p.c.id, worth).orderBy(worth.desc()))).toBe(
        'SELECT products.id, products.stock * ? AS worth FROM products ORDER BY worth DESC',
      );
      expect(await shop.scalars(select(p.c.id, worth).orderBy(worth.desc()))).toEqual([3, 1, 4, 2]);
      expect(textOf(select(p.c.id).where(worth.gt(1)).groupBy(worth).orderBy(worth))).toBe(
        'SELECT products.id FROM products WHERE products.stock * ? > ? GROUP BY products.stock * ? ORDER BY products.stock * ?',
      );
      // Two expressions of one shape differ in their values.
      const far = (n: number) => func.abs(p.c.stock.minus(n));
      expect(await shop.scalars(select({ id: p.c.id, near: far(0) }).orderBy(far(12)))).toEqual([3, 1, 4, 2]);
    });
    it('puts NULL where it is told', async () => {
      const ids = (statement: Parameters<typeof shop.scalars>[0]) => shop.scalars(statement);
      expect(await ids(select(p.c.id).orderBy(p.c.note.asc().nullsLast(), p.c.id))).toEqual([1, 3, 2, 4]);
      expect(await ids(select(p.c.id).orderBy(p.c.note.desc().nullsFirst(), p.c.id))).toEqual([2, 4, 3, 1]);
      expect(await ids(select(p.c.id).orderBy(p.c.id.desc()).orderBy().orderBy(p.c.id))).toEqual([1, 2, 3, 4]);
    });
    it('limits, with an offset alone too, and refuses what is no number of rows', async () => {
      expect(await shop.scalars(select(p.c.id).orderBy(p.c.id).offset(2))).toEqual([3, 4]);
      expect(await shop.scalars(select(p.c.id).orderBy(p.c.id).limit(0))).toEqual([]);
      for (const rows of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '1; DROP TABLE products']) {
        expect(() => select(p.c.id).limit(never(rows)), String(rows)).toThrow('a whole number from 0');
        expect(() => select(p.c.id).offset(never(rows)), String(rows)).toThrow('a whole number from 0');
      }
    });
    it('gives each row once', async () => {
      expect(await shop.scalars(select(r.c.productId).distinct().orderBy(r.c.productId))).toEqual([1, 2]);
    });
    it('leaves the bare truth out', () => {
      expect(textOf(select(p.c.id).where(true).having(true))).toBe('SELECT products.id FROM products');
      expect(textOf(select(p.c.id).where(false))).toBe('SELECT products.id FROM products WHERE FALSE');
    });
    it('refuses undefined', () => {
      const nothing = never(undefined);
      const statement = select(p.c.id);
      for (const attempt of [
        () => statement.where(nothing),
        () => statement.having(nothing),
        () => statement.groupBy(nothing),
        () => statement.orderBy(nothing),
        () => select(nothing),
      ]) {
        expect(attempt, String(attempt)).toThrow(expect.objectContaining({ code: 'sql.undefined-value' }));
      }
    });
    it('never changes a statement', async () => {
      const base = select(p.c.id).orderBy(p.c.id);
      const before = textOf(base);
      const changed = [
        base.where(p.c.id.eq(1)),
        base.limit(1),
        base.join(c),
        base.distinct(),
        base.groupBy(p.c.id),
        base.columns(p.c.name),
        base.from(r),
      ];
      expect(textOf(base)).toBe(before);
      expect(new Set([base, ...changed].map(textOf)).size).toBe(changed.length + 1);
      expect([await shop.scalars(base), await shop.scalars(base)]).toEqual([
        [1, 2, 3, 4],
        [1, 2, 3, 4],
      ]);
    });
  });

  describe('set operations', () => {
    const ids = (...values: number[]) => select(p.c.id).where(p.c.id.in(values));
    it.each([
      ['union', () => union(ids(1, 2), ids(2, 3)), [1, 2, 3]],
      ['unionAll', () => unionAll(ids(1, 2), ids(2, 3)), [1, 2, 2, 3]],
      ['intersect', () => intersect(ids(1, 2), ids(2, 3)), [2]],
      ['except', () => except(ids(1, 2), ids(2, 3)), [1]],
      ['three', () => union(ids(1), ids(2), ids(3)), [1, 2, 3]],
      ['nested on the right', () => except(ids(1, 2, 3), except(ids(2, 3), ids(3))), [1, 3]],
      ['nested on the left', () => except(union(ids(1, 2), ids(3)), ids(3)), [1, 2]],
      ['intersect inside union', () => union(ids(1), intersect(ids(2, 3), ids(3, 4))), [1, 3]],
      ['union inside intersect', () => intersect(union(ids(1), ids(2)), ids(2, 3)), [2]],
    ])('%s', async (_name, build, expected) => {
      expect(await shop.scalars(build().orderBy(p.c.id))).toEqual(expected);
    });
    it('orders and limits the whole and its parts', async () => {
      expect(await shop.scalars(union(ids(1, 2), ids(3, 4)).orderBy(p.c.id.desc()).limit(2).offset(1))).toEqual([3, 2]);
      const parts = unionAll(select(p.c.id).orderBy(p.c.stock.desc()).limit(1), select(p.c.id).orderBy(p.c.stock).limit(1));
      expect(await shop.scalars(parts)).toEqual([3, 2]);
      const named = unionAll(select({ key: p.c.id, n: p.c.stock.plus(1) }), select({ key: c.c.id, n: literal(0) }));
      const [first] = named.node.queries;
      expect(first.kind).toBe('select');
      expect((await shop.all(named.orderBy(p.c.id.desc()).limit(1)))[0]).toEqual({ key: 4, n: 2 });
    });
    it('stands in the place of a table and in IN', async () => {
      const all = unionAll(select({ id: p.c.id, n: func.length(p.c.name) }), select({ id: c.c.id, n: func.length(c.c.name) })).subquery(
        'everything',
      );
      expect(await shop.scalar(select(func.sum(all.c.n)))).toBe(4 + 4 + 9 + 5 + 4 + 5);
      expect(
        await shop.scalars(
          select(p.c.id)
            .where(p.c.id.in(union(select(c.c.id), select(literal(4)))))
            .orderBy(p.c.id),
        ),
      ).toEqual([1, 2, 4]);
    });
    it('needs two', () => {
      expect(() => union(select(p.c.id))).toThrow('two or more selects');
    });
  });

  it('says so where a statement is nested too deeply', async () => {
    let number = p.c.stock.negate();
    for (let i = 0; i < 20_000; i++) number = number.negate();
    await expect(shop.all(select(number))).rejects.toMatchObject({ code: 'sql.too-deep' });
  });
});

// Common table expressions: hoisted to the top, written once, recursive, changed rows among them.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { alias } from '../../src/sql/alias.ts';
import { t } from '../../src/sql/column-types.ts';
import { cte } from '../../src/sql/cte.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { func } from '../../src/sql/function.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal } from '../../src/sql/literal.ts';
import { exists } from '../../src/sql/query-value.ts';
import { sql, text } from '../../src/sql/raw.ts';
import { select } from '../../src/sql/select.ts';
import { union, unionAll } from '../../src/sql/set-operation.ts';
import { update } from '../../src/sql/update.ts';
import { values } from '../../src/sql/values.ts';
import { baseTextOf, categories as c, openShop, products as p, reviews as r, shopDatabases, textOf } from './shop.ts';

describe.each(shopDatabases)('common table expressions on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });

  const rated = (least: number) => select({ id: r.c.productId, n: func.count() }).where(r.c.rating.ge(least)).groupBy(r.c.productId);

  describe('a common table expression', () => {
    it('stands before the statement and takes its values first', async () => {
      const top = rated(4).cte('top');
      const statement = select(p.c.name, top.c.n).join(top, top.c.id.eq(p.c.id)).where(p.c.stock.lt(100)).orderBy(p.c.id);
      expect(textOf(statement)).toBe(
        'WITH top AS (SELECT reviews.product_id AS id, count(*) AS n FROM reviews WHERE reviews.rating >= ? GROUP BY reviews.product_id) ' +
          'SELECT products.name, top.n FROM products JOIN top ON top.id = products.id WHERE products.stock < ? ORDER BY products.id',
      );
      expect(await shop.all(statement)).toEqual([
        ['Vase', 1],
        ['Lamp', 1],
      ]);
    });
    it('is made by name, and without one', async () => {
      const named = cte('named', select({ id: p.c.id }).where(p.c.stock.gt(4)));
      expect(await shop.scalars(select(named.c.id).orderBy(named.c.id))).toEqual([1, 3]);
      const anonymous = select({ id: p.c.id }).where(p.c.stock.gt(4)).cte();
      expect(textOf(select(anonymous.c.id))).toBe(
        'WITH anon_1 AS (SELECT products.id FROM products WHERE products.stock > ?) SELECT anon_1.id FROM anon_1',
      );
      expect(await shop.all(select(anonymous).orderBy(anonymous.c.id))).toEqual([[{ id: 1 }, { id: 3 }]].flat().map((row) => [row]));
      expect(() => cte('', rated(1))).toThrow('a name');
      expect(() => cte('x', undefined as never)).toThrow('a query');
    });
    it('has its name alone in the statement', async () => {
      const [first, second] = [rated(4).cte('top'), rated(5).cte('top')];
      const both = select(first.c.id).join(second, second.c.id.eq(first.c.id));
      await expect(shop.all(both)).rejects.toMatchObject({ code: 'sql.duplicate-cte' });
      await expect(shop.all(both)).rejects.toThrow("two common table expressions named 'top'");
      const inner = select({ id: first.c.id }).cte('inner');
      await expect(shop.all(select(inner.c.id).where(inner.c.id.in(select(second.c.id))))).rejects.toThrow("named 'top'");
      expect(
        await shop.scalars(
          select(inner.c.id)
            .where(inner.c.id.in(select(first.c.id)))
            .orderBy(1),
        ),
      ).toEqual([1, 2]);
    });
    it('is written once, however often it is named and under other names', async () => {
      const stock = select({ id: p.c.id, stock: p.c.stock }).where(p.c.stock.gt(0)).cte('stock');
      const [less, more] = [alias(stock, 'less'), alias(stock)];
      const statement = select(less.c.id, more.c.id)
        .from(less)
        .join(more, less.c.stock.lt(more.c.stock))
        .where(less.c.id.in(select(stock.c.id).where(stock.c.stock.lt(5))))
        .orderBy(less.c.id, more.c.id);
      expect(textOf(statement).match(/ AS \(SELECT/g)).toHaveLength(1);
      expect(textOf(statement)).toContain('FROM stock AS less JOIN stock AS stock_1');
      expect(await shop.all(statement)).toEqual([
        [4, 1],
        [4, 3],
      ]);
    });
    it('may name others, which come before it, from any depth', async () => {
      const cheap = select({ id: p.c.id, categoryId: p.c.categoryId }).where(p.c.price.lt(11)).cte('cheap');
      const counted = select({ categoryId: cheap.c.categoryId, n: func.count() }).groupBy(cheap.c.categoryId).cte('counted');
      const statement = select({ name: c.c.name })
        .where(exists(select(counted.c.n).where(counted.c.categoryId.eq(c.c.id), counted.c.n.ge(1))))
        .orderBy(c.c.name);
      expect(textOf(statement)).toMatch(/^WITH cheap AS \(.*\), counted AS \(.*FROM cheap.*\) SELECT categories\.name/);
      expect(await shop.all(statement)).toEqual([{ name: 'Home' }, { name: 'Lamps' }]);
      const part = select({ id: cheap.c.id }).subquery('part');
      expect(await shop.scalar(select(func.count(part.c.id)))).toBe(3);
    });
    it('takes names for its columns, and says whether it is kept', async () => {
      const renamed = select({ id: p.c.id, n: p.c.stock }).cte('renamed', { columns: ['a', 'b'], materialized: true });
      expect(textOf(select(renamed.c.n).where(renamed.c.id.eq(1)))).toBe(
        'WITH renamed (a, b) AS MATERIALIZED (SELECT products.id, products.stock AS n FROM products) SELECT renamed.b FROM renamed WHERE renamed.a = ?',
      );
      expect(await shop.scalars(select(renamed.c.n).where(renamed.c.id.eq(1)))).toEqual([5]);
      expect(textOf(select(cte('x', select({ id: p.c.id }), { materialized: false }).c.id))).toContain('x AS NOT MATERIALIZED (');
      expect(() => select({ id: p.c.id }).cte('x', { columns: ['a', 'b'] })).toThrow('1 names');
    });
    it('comes from set operations, VALUES and SQL by hand, and joins them', async () => {
      const both = union(select({ id: p.c.id }), select({ id: c.c.id.plus(10) })).cte('both_tables');
      expect(await shop.scalar(select(func.count(both.c.id)))).toBe(6);
      const rates = values({ id: t.integer(), rate: t.integer() }, [[1, 10], { id: 2, rate: 20 }]).cte('rates');
      expect(await shop.all(select(p.c.name, rates.c.rate).join(rates, rates.c.id.eq(p.c.id)).orderBy(p.c.id))).toEqual([
        ['Vase', 10],
        ['Lamp', 20],
      ]);
      const hand = text('SELECT id, active FROM products WHERE stock > :least')
        .columns({ id: t.integer(), active: t.boolean() })
        .cte('hand');
      expect(await shop.all(select(hand).orderBy(hand.c.id), { least: 4 })).toEqual([[{ id: 1, active: true }], [{ id: 3, active: true }]]);
      const parts = unionAll(select({ id: rates.c.id }), select({ id: rates.c.rate }));
      expect(await shop.scalars(parts.orderBy(1))).toEqual([1, 2, 10, 20]);
      expect(await shop.all(sql`SELECT count(*) AS n FROM ${rates} WHERE ${rates.c.rate} > ${10}`)).toEqual([{ n: 1 }]);
    });
    it('serves inserts, updates and deletes', async () => {
      const low = select({ id: p.c.id }).where(p.c.stock.lt(5)).cte('low');
      await shop.execute(insertInto(r).fromSelect(['productId', 'rating'], select(low.c.id, literal(1))));
      expect(await shop.scalars(select(r.c.productId).where(r.c.rating.eq(1)).orderBy(r.c.productId))).toEqual([2, 4]);
      await shop.execute(
        update(p)
          .set({ note: 'low' })
          .where(p.c.id.in(select(low.c.id))),
      );
      expect(await shop.scalars(select(p.c.id).where(p.c.note.eq('low')).orderBy(p.c.id))).toEqual([2, 4]);
      expect((await shop.execute(deleteFrom(r).where(r.c.productId.in(select(low.c.id))))).rowCount).toBe(3);
      expect((await shop.execute(update(p).set({ note: 'from' }).where(p.c.id.eq(low.c.id)))).rowCount).toBe(2);
    });
  });

  describe('a recursive one', () => {
    const tree = (root: number) =>
      select({ id: c.c.id, depth: literal(0) })
        .where(c.c.id.eq(root))
        .cte('tree', { recursive: true })
        .unionAll((self) => select({ id: c.c.id, depth: self.c.depth.plus(1) }).join(self, c.c.parentId.eq(self.c.id)));
    it('gives the rows of its own rows', async () => {
      await shop.execute(insertInto(c).values({ id: 3, name: 'Bulbs', parentId: 2 }));
      const from1 = tree(1);
      expect(textOf(select(from1.c.id))).toBe(
        'WITH RECURSIVE tree AS (SELECT categories.id, ? AS depth FROM categories WHERE categories.id = ? UNION ALL ' +
          'SELECT categories.id, tree.depth + ? AS depth FROM categories JOIN tree ON categories.parent_id = tree.id) SELECT tree.id FROM tree',
      );
      expect(await shop.all(select({ id: from1.c.id, depth: from1.c.depth }).orderBy(from1.c.depth))).toEqual([
        { id: 1, depth: 0 },
        { id: 2, depth: 1 },
        { id: 3, depth: 2 },
      ]);
      const from2 = tree(2);
      expect(await shop.scalars(select(from2.c.id).orderBy(from2.c.id))).toEqual([2, 3]);
    });
    it('goes on with a statement that names it', async () => {
      await shop.execute(insertInto(c).values({ id: 3, name: 'Bulbs', parentId: 2 }));
      for (const name of ['parts', undefined]) {
        const parts = select({ id: c.c.id, depth: literal(0) })
          .where(c.c.id.eq(1))
          .cte(name, { recursive: true });
        const whole = parts.unionAll(select({ id: c.c.id, depth: parts.c.depth.plus(1) }).join(parts, c.c.parentId.eq(parts.c.id)));
        expect(await shop.all(select({ id: whole.c.id, depth: whole.c.depth }).orderBy(whole.c.depth))).toEqual([
          { id: 1, depth: 0 },
          { id: 2, depth: 1 },
          { id: 3, depth: 2 },
        ]);
        const above = alias(parts, 'above');
        const again = parts.union(select({ id: c.c.id, depth: above.c.depth.plus(1) }).join(above, c.c.parentId.eq(above.c.id)));
        expect(await shop.scalars(select(again.c.id).orderBy(again.c.id))).toEqual([1, 2, 3]);
      }
    });
    it('works without a name, and stops by itself with UNION', async () => {
      await shop.execute(update(c).set({ parentId: 2 }).where(c.c.id.eq(1)));
      const circle = select({ id: c.c.id })
        .where(c.c.id.eq(1))
        .cte(undefined, { recursive: true })
        .union((self) => {
          const again = alias(self);
          return select({ id: c.c.id }).join(again, c.c.parentId.eq(again.c.id));
        });
      expect(textOf(select(circle.c.id))).toMatch(/^WITH RECURSIVE anon_1 AS .* JOIN anon_1 AS anon_2 .* FROM anon_1$/);
      expect(await shop.scalars(select(circle.c.id).orderBy(circle.c.id))).toEqual([1, 2]);
    });
    it('counts without any table', async () => {
      const numbers = select({ n: literal(1) })
        .cte('numbers', { recursive: true })
        .unionAll((self) => select({ n: self.c.n.plus(1) }).where(self.c.n.lt(5)));
      expect(await shop.scalar(select(func.sum(numbers.c.n)))).toBe(15);
    });
    it('refuses parts of other widths', () => {
      const start = select({ id: c.c.id, name: c.c.name }).cte('x', { recursive: true });
      expect(() => start.union(select({ id: c.c.id }) as never)).toThrow(expect.objectContaining({ code: 'sql.different-widths' }));
      expect(() => start.union(5 as never)).toThrow('a select');
    });
    it('refuses a part that has the names in another order', () => {
      const start = select({ n: literal(1), s: literal('a') }).cte('x', { recursive: true });
      expect(() => start.unionAll((self) => select({ s: self.c.s, n: self.c.n.plus(1) }).where(self.c.n.lt(3)))).toThrow(
        'unionAll() puts columns together by their places, but one side has n, s, and the other s, n.',
      );
    });
  });

  describe('one that changes rows', () => {
    it('is written for PostgreSQL, and refused by SQLite', () => {
      const gone = deleteFrom(r).where(r.c.rating.lt(3)).returning({ id: r.c.productId }).cte('gone');
      const statement = select(func.count(gone.c.id));
      expect(baseTextOf(statement)).toBe(
        'WITH gone AS (DELETE FROM reviews WHERE reviews.rating < ? RETURNING product_id AS id) SELECT count(gone.id) FROM gone',
      );
      expect(() => textOf(statement)).toThrow('SQLite has no INSERT, UPDATE or DELETE in a common table expression');
      const added = insertInto(c)
        .values([{ name: 'x' }, { name: 'y' }])
        .returning({ key: c.c.id })
        .cte('added');
      const logged = update(p).set({ note: 'x' }).where(p.c.id.eq(1)).returning(p.c.id).cte('logged');
      expect(baseTextOf(select(added.c.key).addCte(logged))).toBe(
        'WITH added AS (INSERT INTO categories (name) VALUES (?), (?) RETURNING id AS "key"), ' +
          'logged AS (UPDATE products SET note = ?, changed_at = ? WHERE products.id = ? RETURNING id) SELECT added."key" FROM added',
      );
      expect(() =>
        insertInto(c)
          .values([{ name: 'x' }, { name: 'y', parentId: 1 }])
          .cte('z'),
      ).toThrow(expect.objectContaining({ code: 'sql.no-default' }));
    });
  });
});

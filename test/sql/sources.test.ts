// What stands in FROM: joins of every kind, lateral, VALUES, functions, SQL by hand, and which sources come in by themselves.
import { beforeEach, describe, expect, it } from 'vitest';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import type { Connection } from '../../src/engine/connection.ts';
import { alias } from '../../src/sql/alias.ts';
import { t } from '../../src/sql/column-types.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { join, outerJoin } from '../../src/sql/from-item.ts';
import { func } from '../../src/sql/function.ts';
import { literal, param } from '../../src/sql/literal.ts';
import type { Node } from '../../src/sql/node.ts';
import { lateral } from '../../src/sql/query.ts';
import { exists } from '../../src/sql/query-value.ts';
import { sql, text } from '../../src/sql/raw.ts';
import { select, selectFrom } from '../../src/sql/select.ts';
import { intersect, unionAll } from '../../src/sql/set-operation.ts';
import { tableFunction, tableSample } from '../../src/sql/table-expression.ts';
import { update } from '../../src/sql/update.ts';
import { values } from '../../src/sql/values.ts';
import { baseCompiled, baseTextOf, categories as c, openShop, products as p, reviews as r, shopDatabases, textOf } from './shop.ts';

describe.each(shopDatabases)('sources on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });
  const never = (value: unknown): never => value as never;
  const codeOf = (code: string) => expect.objectContaining({ code });

  describe('joins', () => {
    it('keeps the rows of the right side', async () => {
      expect(await shop.all(select(r.c.id, p.c.id).rightJoin(p).orderBy(p.c.id, r.c.id))).toEqual([
        [1, 1],
        [2, 1],
        [3, 2],
        [null, 3],
        [null, 4],
      ]);
    });
    it('nests', async () => {
      const rated = join(p, r);
      const statement = select(c.c.name, r.c.rating)
        .outerJoin(rated, p.c.categoryId.eq(c.c.id).and(r.c.rating.gt(3)))
        .orderBy(c.c.id);
      expect(textOf(statement)).toContain(
        'FROM categories LEFT OUTER JOIN (products JOIN reviews ON reviews.product_id = products.id) ON products.category_id',
      );
      expect(await shop.all(statement)).toEqual([
        ['Home', 5],
        ['Lamps', 4],
      ]);
      // By the one foreign key between any two of the two sides.
      expect((await shop.all(select(c.c.name, r.c.rating).join(rated))).length).toBe(3);
      expect(await shop.scalar(select(func.count()).from(outerJoin(p, r).join(c)))).toBe(4);
      expect(await shop.scalar(select(func.count()).from(join(p, r).crossJoin(c)))).toBe(6);
      expect(await shop.scalar(select(func.count()).from(join(c, p).rightJoin(r, r.c.productId.eq(p.c.id))))).toBe(3);
      const full = shop.scalar(select(func.count()).from(join(c, p).fullJoin(r, r.c.id.eq(p.c.id.minus(10)))));
      if (database.family === 'mysql') await expect(full).rejects.toThrow('has no FULL OUTER JOIN');
      else expect(await full).toBe(6);
      expect(await shop.scalar(select(func.count()).from(join(c, p).outerJoin(r, false)))).toBe(3);
    });
    it('takes the columns that both sides have', async () => {
      const rated = select({ id: r.c.productId, rating: r.c.rating }).subquery('rated');
      const best = select(p.c.name, rated.c.rating).join(rated, { using: 'id' }).orderBy(p.c.id, rated.c.rating);
      expect(textOf(best)).toContain(' AS rated ON products.id = rated.id ORDER BY');
      const expected = [
        ['Vase', 3],
        ['Vase', 5],
        ['Lamp', 4],
      ];
      expect(await shop.all(best)).toEqual(expected);
      expect(await shop.all(select(p.c.name, rated.c.rating).join(rated, { natural: true }).orderBy(p.c.id, rated.c.rating))).toEqual(
        expected,
      );
      const same = alias(p, 'same');
      expect(
        await shop.scalar(
          select(func.count(same.c.id))
            .from(p)
            .outerJoin(same, { using: ['id', 'stock', 'name'] }),
        ),
      ).toBe(4);
      expect(textOf(select(p.c.id).outerJoin(same, { using: ['id', 'stock'] }))).toContain(
        'ON products.id = same.id AND products.stock = same.stock',
      );
      // Of several sides, the columns of all that were joined so far.
      expect(textOf(select(r.c.id).join(p).join(c, { using: 'name' }))).toContain('JOIN categories ON products.name = categories.name');
      expect(() => select(p.c.id).join(r, { using: 'rating' })).toThrow("join(), at 'rating', takes a column that the left side has once");
      expect(() => select(r.c.id).join(p).join(c, { using: 'id' })).toThrow('one that it has 2 times');
    });
    it('goes on from the part of FROM that the condition or the foreign key names', async () => {
      const byKey = select(func.count()).from(c, p).join(r);
      expect(textOf(byKey)).toBe('SELECT count(*) FROM categories, products JOIN reviews ON reviews.product_id = products.id');
      expect(await shop.scalar(byKey)).toBe(6);
      const byCondition = select(func.count()).from(c, p).join(r, r.c.rating.gt(p.c.stock));
      expect(textOf(byCondition)).toContain('products JOIN reviews ON');
      expect(() => select(r.c.id).from(r).join(c)).toThrow(codeOf('sql.no-join-condition'));
    });
    it('takes a source once, and another time under a name of its own', () => {
      expect(() => select(p.c.id).from(p).join(p, p.c.id.gt(1))).toThrow("'products' is in FROM already");
      expect(() => select(p.c.id).from(p).join(r).outerJoin(r)).toThrow(codeOf('sql.joined-again'));
      const other = alias(p, 'other');
      expect(() => select(p.c.id).from(p, other).join(other, other.c.id.eq(p.c.id))).toThrow("'other' is in FROM already");
      expect(textOf(select(p.c.id).from(p).join(other, other.c.id.gt(p.c.id)))).toContain('products JOIN products AS other ON');
    });
    it('says so where a clause names a source that is not there', () => {
      const other = alias(c, 'other');
      expect(() => textOf(select(p.c.id).join(r, r.c.productId.eq(other.c.id)))).toThrow(
        "The condition of a join names a column of 'other'",
      );
      expect(() => textOf(select(p.c.id).orderBy(r.c.id))).toThrow(
        "orderBy() names a column of 'reviews', which the statement does not select from",
      );
      expect(() => textOf(select(p.c.id).groupBy(r.c.id))).toThrow(codeOf('sql.missing-source'));
      expect(() => textOf(select(p.c.id).having(r.c.id.gt(1)))).toThrow(codeOf('sql.missing-source'));
    });
  });

  describe('correlation', () => {
    it('is by itself, or as it is told', async () => {
      const inner = select(func.count()).where(r.c.productId.eq(p.c.id));
      const products = (query: typeof inner) => select(query.scalar()).from(p).orderBy(p.c.id);
      expect(await shop.scalars(products(inner))).toEqual([2, 1, 0, 0]);
      expect(await shop.scalars(products(inner.correlate(p)))).toEqual([2, 1, 0, 0]);
      expect(await shop.scalars(products(inner.correlateExcept(r)))).toEqual([2, 1, 0, 0]);
      // Nothing correlated: all reviews that have a product.
      expect(await shop.scalars(products(inner.correlate(null)))).toEqual([3, 3, 3, 3]);
      expect(await shop.scalars(products(inner.correlateExcept(p)))).toEqual([3, 3, 3, 3]);
      expect(await shop.scalars(products(inner.correlate(r)))).toEqual([3, 3, 3, 3]);
    });
    it('lets a subquery live on the enclosing source alone', async () => {
      const double = select(p.c.stock.times(2)).correlate(p).scalar();
      expect(textOf(select(p.c.id, double))).toBe('SELECT products.id, (SELECT products.stock * ?) FROM products');
      expect(await shop.scalars(select(double).from(p).orderBy(p.c.id))).toEqual([10, 0, 24, 2]);
    });
    it('takes a source out of from() too', async () => {
      const said = select(func.count()).from(p, r).where(r.c.productId.eq(p.c.id));
      expect(await shop.scalars(select(said.scalar()).from(p))).toEqual([3, 3, 3, 3]);
      expect(await shop.scalars(select(said.correlate(p).scalar()).from(p).orderBy(p.c.id))).toEqual([2, 1, 0, 0]);
    });
    it('has exists() as a function and a method', async () => {
      const reviewed = select(r.c.id).where(r.c.productId.eq(p.c.id));
      const expected = await shop.scalars(select(p.c.id).where(exists(reviewed)).orderBy(p.c.id));
      expect(expected).toEqual([1, 2]);
      expect(await shop.scalars(select(p.c.id).where(reviewed.exists()).orderBy(p.c.id))).toEqual(expected);
      expect(await shop.scalar(select(reviewed.exists().not()).where(p.c.id.eq(3)).from(p))).toBe(true);
    });
  });

  describe('LATERAL', () => {
    const newest = (n: number) => select({ rating: r.c.rating }).where(r.c.productId.eq(p.c.id)).orderBy(r.c.id.desc()).limit(n);
    it('sees the sources beside it', () => {
      const text =
        'LATERAL (SELECT reviews.rating FROM reviews WHERE reviews.product_id = products.id ORDER BY reviews.id DESC LIMIT ?) AS newest';
      const last = lateral(newest(1), 'newest');
      expect(baseTextOf(select(p.c.id, last.c.rating).join(last))).toBe(
        `SELECT products.id, newest.rating FROM products JOIN ${text} ON TRUE`,
      );
      expect(baseTextOf(select(p.c.id, last.c.rating).outerJoin(last, true))).toContain(`LEFT OUTER JOIN ${text} ON TRUE`);
      expect(baseTextOf(select(p.c.id).crossJoinLateral(last))).toBe(`SELECT products.id FROM products CROSS JOIN ${text}`);
      expect(baseTextOf(select(p.c.id, last.c.rating).from(p, last))).toContain(`FROM products, ${text}`);
      expect(baseTextOf(select(p.c.id).crossJoinLateral(newest(2)))).toMatch(/CROSS JOIN LATERAL \(.*\) AS anon_1$/);
      // A derived table sees nothing, so there the source is its own.
      expect(baseTextOf(select(p.c.id).crossJoin(newest(1).subquery('d')))).toContain('FROM reviews, products WHERE');
    });
    it('is refused where there is none', () => {
      const last = newest(1).lateral();
      expect(() => textOf(select(p.c.id).join(last))).toThrow('SQLite has no LATERAL subquery');
      expect(() => lateral(never(p))).toThrow('a query');
    });
  });

  describe('VALUES', () => {
    it('see the sources beside them where they are lateral', async () => {
      const near = values({ n: t.integer() }, [[p.c.id.plus(10)], [p.c.id.plus(20)]]).lateral('near');
      const rows = select(p.c.id, near.c.n).join(near, true).where(p.c.id.lt(3)).orderBy(near.c.n);
      if (database.family === 'postgresql' || (database.family === 'mysql' && !database.mariadb))
        expect(await shop.all(rows)).toEqual([
          [1, 11],
          [2, 12],
          [1, 21],
          [2, 22],
        ]);
      else await expect(shop.all(rows)).rejects.toThrow('no LATERAL');
      expect(mssql.compile(rows.node).pieces.join('?')).toContain(') AS near (n)');
    });
    const rates = () =>
      values({ id: t.integer(), name: t.string(), on: t.boolean().nullable() }, [
        [1, 'one', true],
        { id: 2, name: 'two', on: null },
        { on: false, name: 'three', id: literal(1).plus(2) },
      ]);
    it('is a source, in joins too', async () => {
      const v = rates().as('v');
      expect(await shop.all(select(v).orderBy(v.c.id))).toEqual([
        [{ id: 1, name: 'one', on: true }],
        [{ id: 2, name: 'two', on: null }],
        [{ id: 3, name: 'three', on: false }],
      ]);
      expect(await shop.all(select(p.c.name, v.c.name).join(v, v.c.id.eq(p.c.id)).where(v.c.name.ne('two')).orderBy(p.c.id))).toEqual([
        ['Vase', 'one'],
        ['lampshade', 'three'],
      ]);
      expect(baseTextOf(select(v.c.id))).toBe(
        'SELECT v.id FROM (VALUES (CAST(? AS INTEGER), CAST(? AS VARCHAR), CAST(? AS BOOLEAN)), (?, ?, ?), (? + ?, ?, ?)) AS v (id, name, "on")',
      );
    });
    it('is a query of its own, a list and a part of others', async () => {
      expect(await shop.all(rates())).toEqual([
        { id: 1, name: 'one', on: true },
        { id: 2, name: 'two', on: null },
        { id: 3, name: 'three', on: false },
      ]);
      const ids = values({ id: t.integer() }, [[3], [1]]);
      expect(await shop.scalars(select(p.c.id).where(p.c.id.in(ids)).orderBy(p.c.id))).toEqual([1, 3]);
      expect(await shop.scalars(unionAll(ids, select({ id: c.c.id })).orderBy('id'))).toEqual([1, 1, 2, 3]);
      expect(await shop.scalars(intersect(select({ id: c.c.id }), ids))).toEqual([1]);
      expect(textOf(values({ id: t.integer() }, [[3]]))).toBe('VALUES (?)');
    });
    it('refuses rows that do not fit', () => {
      const make = (rows: unknown) => () => values({ id: t.integer(), name: t.string() }, never(rows));
      expect(make([])).toThrow('one or more rows');
      expect(make(5)).toThrow('one or more rows');
      expect(make([[1]])).toThrow('values(), in row 1, takes 2 values, but got 1');
      expect(make([{ id: 1 }])).toThrow(codeOf('sql.undefined-value'));
      expect(make([{ id: 1, name: 'x', nope: 1 }])).toThrow(codeOf('sql.unknown-column'));
      expect(make(['x'])).toThrow('an object or a list');
      expect(() => values({}, [])).toThrow('one or more columns');
      expect(() => values({ id: never('integer') }, never([[1]]))).toThrow("at 'id',");
    });
  });

  describe('SQL by hand', () => {
    it('is a source with typed columns', async () => {
      const busy = sql`SELECT product_id, count(*) AS n FROM ${r} GROUP BY product_id HAVING count(*) > ${1}`.as('busy', {
        productId: t.integer().named('product_id'),
        n: t.integer(),
      });
      expect(await shop.all(select(p.c.name, busy.c.n).join(busy, busy.c.productId.eq(p.c.id)))).toEqual([['Vase', 2]]);
    });
    it('is a query with typed rows', async () => {
      const query = text('SELECT id, active, price FROM products WHERE id = :id').columns({
        key: t.integer(),
        active: t.boolean(),
        price: t.numeric(10, 2),
      });
      const row = await shop.one(query, { id: 2 });
      expect({ ...row, price: row.price.toString() }).toEqual({ key: 2, active: false, price: '25.5' });
      const ids = sql`SELECT id FROM products WHERE stock > ${4}`.columns({ id: t.integer() });
      expect(await shop.scalars(select(p.c.name).where(p.c.id.in(ids)).orderBy(p.c.id))).toEqual(['Vase', 'lampshade']);
      expect(await shop.scalars(unionAll(ids, select({ id: c.c.id })).orderBy(sql`1`))).toEqual([1, 1, 2, 3]);
      expect(() => text('SELECT 1').columns(never({ id: 'x' }))).toThrow('a type such as t.integer()');
    });
    it('stands in columns, conditions and in other pieces', async () => {
      const stocked = sql<boolean>`${p.c.stock} > ${param('least')}`;
      const both = sql<boolean>`(${stocked} AND ${p.c.active})`;
      const shout = sql`upper(${p.c.name})`.typed(t.string()).as('shout');
      expect(await shop.scalars(select(shout).where(both).orderBy('shout'), { least: 1 })).toEqual(['LAMPSHADE', 'VASE']);
    });
  });

  describe('functions and samples', () => {
    it('has functions that give rows', async () => {
      const series = tableFunction(func.generateSeries(1, 5), { n: t.integer() }, { name: 's', rename: true });
      expect(baseTextOf(select(series.c.n))).toBe('SELECT s.n FROM generate_series(?, ?) AS s (n)');
      const counted = tableFunction(func.unnest(p.c.note), { word: t.string(), place: t.bigInteger() }, { name: 'w', ordinality: true });
      expect(baseTextOf(select(p.c.id, counted.c.place).crossJoin(counted))).toBe(
        'SELECT products.id, w.place FROM products CROSS JOIN unnest(products.note) WITH ORDINALITY AS w (word, place)',
      );
      expect(() => tableFunction(p.c.id, { n: t.integer() })).toThrow('a call such as');
      if (database.family === 'mysql') return await expect(shop.all(select(series.c.n))).rejects.toThrow('has no functions in FROM');
      if (database.family === 'postgresql') {
        expect(await shop.scalars(select(series.c.n).where(series.c.n.gt(3)))).toEqual([4, 5]);
        const letters = tableFunction(
          func.stringToTable(p.c.note, '/'),
          { letter: t.string(), place: t.bigInteger() },
          { name: 'w', ordinality: true },
        );
        expect(await shop.all(select(p.c.id, letters.c.letter, letters.c.place).crossJoin(letters).where(p.c.id.eq(3)))).toEqual([
          [3, 'a', 1n],
          [3, 'b', 2n],
        ]);
        return;
      }
      const each = tableFunction(func.jsonEach('{"a":1,"b":2}'), { key: t.string(), value: t.integer() }, { name: 'each' });
      expect(await shop.all(select(each.c.key, each.c.value).where(each.c.value.gt(1)))).toEqual([['b', 2]]);
      const numbers = tableFunction(func.jsonEach(func.jsonArray(p.c.id, p.c.stock)), { value: t.integer() }, { name: 'numbers' });
      expect(await shop.scalars(select(numbers.c.value).from(p).join(numbers).where(p.c.id.eq(3)).orderBy(numbers.c.value))).toEqual([
        3, 12,
      ]);
      expect(() => textOf(select(series.c.n))).toThrow(codeOf('sql.unsupported'));
    });
    it('samples a table', () => {
      const some = tableSample(p, 10, { method: 'bernoulli', seed: 5, name: 'some' });
      expect(baseTextOf(select(some.c.id))).toBe('SELECT some.id FROM products AS some TABLESAMPLE BERNOULLI (?) REPEATABLE (?)');
      expect(() => textOf(select(some.c.id))).toThrow('SQLite has no TABLESAMPLE');
      expect(() => tableSample(alias(p), 10)).toThrow('a table or a model class');
    });
  });

  it('selects all columns of a source as plain objects', async () => {
    expect(await shop.all(selectFrom(c).orderBy(c.c.id))).toEqual([
      { id: 1, name: 'Home', parentId: null },
      { id: 2, name: 'Lamps', parentId: 1 },
    ]);
    const sub = select({ id: p.c.id }).where(p.c.stock.gt(4)).subquery();
    expect(await shop.all(selectFrom(sub).orderBy('id'))).toEqual([{ id: 1 }, { id: 3 }]);
  });

  describe('a product of rows that no condition ties', () => {
    const warnings = (statement: { readonly node: Node } | { build(): Node }) => baseCompiled(statement).warnings;
    it('is warned of, once for each shape', async () => {
      const told: Error[] = [];
      // Other tests of this file may have been warned a moment ago.
      const listen = (warning: Error): void => {
        if (warning.message.includes('of categories beside every row of products')) told.push(warning);
      };
      process.on('warning', listen);
      await shop.all(select(p.c.id, c.c.id).where(p.c.id.eq(1)));
      await shop.all(select(p.c.id, c.c.id).where(p.c.id.eq(2)));
      await new Promise((resolve) => setImmediate(resolve));
      process.off('warning', listen);
      expect(told.map((warning) => warning.message)).toEqual([
        'The statement puts every row of categories beside every row of products: no condition ties them. ' +
          'Add join() or where(), or say crossJoin() if that is meant.',
      ]);
      expect(told[0]).toMatchObject({ name: 'AthanorWarning', code: 'athanor.product' });
    });
    it('is found where it is, and nowhere else', () => {
      const other = alias(p, 'other');
      expect(warnings(select(p.c.id, c.c.id, r.c.id).where(p.c.id.eq(r.c.productId)))).toEqual([
        expect.stringContaining('of categories beside'),
      ]);
      expect(warnings(select(p.c.id, other.c.id).from(p, other).join(r, r.c.productId.eq(p.c.id)))).toHaveLength(1);
      expect(warnings(select(literal(1)).where(exists(select(p.c.id, c.c.id))))).toHaveLength(1);
      expect(warnings(update(p).set({ note: c.c.name }).where(p.c.id.eq(1)))).toHaveLength(1);
      const fine = [
        select(p.c.id, c.c.id).where(p.c.categoryId.eq(c.c.id)),
        select(p.c.id, c.c.id, r.c.id).where(p.c.categoryId.eq(c.c.id), r.c.productId.eq(p.c.id)),
        select(p.c.id, c.c.id).crossJoin(c),
        select(p.c.id, c.c.id).where(p.c.categoryId.eq(c.c.id).or(p.c.id.gt(c.c.id))),
        select(p.c.id, lateral(select({ n: r.c.id }).where(r.c.productId.eq(p.c.id)), 'l').c.n),
        select(p.c.id).where(exists(select(r.c.id).where(r.c.productId.eq(p.c.id)))),
        update(p).set({ note: c.c.name }).where(p.c.categoryId.eq(c.c.id)),
        deleteFrom(p).using(c).where(p.c.categoryId.eq(c.c.id)),
      ];
      for (const statement of fine) expect(warnings(statement)).toEqual([]);
    });
  });
});

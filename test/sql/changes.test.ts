// Statements that change rows beyond the plain ones: other tables, upserts of every form, merge, truncate, explain, many runs.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { alias } from '../../src/sql/alias.ts';
import { t } from '../../src/sql/column-types.ts';
import { excluded } from '../../src/sql/conflict.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { explain } from '../../src/sql/explain.ts';
import { join } from '../../src/sql/from-item.ts';
import { func } from '../../src/sql/function.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal, param } from '../../src/sql/literal.ts';
import { mergeInto } from '../../src/sql/merge.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { sql, text } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { unionAll } from '../../src/sql/set-operation.ts';
import { truncate } from '../../src/sql/truncate.ts';
import { update } from '../../src/sql/update.ts';
import { values } from '../../src/sql/values.ts';
import { baseTextOf, categories as c, openShop, products as p, reviews as r, shopDatabases, textOf } from './shop.ts';

describe.each(shopDatabases)('changes on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });
  const never = (value: unknown): never => value as never;
  const codeOf = (code: string) => expect.objectContaining({ code });
  const unsupported = { name: 'CompileError' };
  const names = () => shop.scalars(select(c.c.name).orderBy(c.c.id));

  describe('insert', () => {
    it('inserts a row of defaults', async () => {
      expect(textOf(insertInto(r).defaultValues())).toBe('INSERT INTO reviews DEFAULT VALUES');
      await expect(shop.execute(insertInto(r).defaultValues())).rejects.toMatchObject({ name: 'NotNullViolation' });
      expect(textOf(insertInto(p).defaultValues())).toBe('INSERT INTO products (stock, active) VALUES (?, ?)');
    });
    it('fills defaults in beside the columns of a query', async () => {
      await shop.execute(insertInto(p).fromSelect(['name', 'price'], select(c.c.name, literal(1))));
      const both = unionAll(select({ n: c.c.name, price: literal(2) }).limit(1), select({ n: literal('x'), price: literal(3) }));
      await shop.execute(insertInto(p).fromSelect(['name', 'price'], both));
      expect(await shop.all(select(p.c.name, p.c.stock, p.c.active).where(p.c.id.gt(4)).orderBy(p.c.id))).toEqual([
        ['Home', 7, true],
        ['Lamps', 7, true],
        ['Home', 7, true],
        ['x', 7, true],
      ]);
      expect(() => insertInto(p).fromSelect(['name'], never(5))).toThrow('a query');
      expect(() => insertInto(p).fromSelect(['name'], both).batches()).toThrow('a select of 1 columns, but got one of 2');
    });
    it('copies rows of the table itself over those that are there', async () => {
      const own = select(c.c.name, literal(1));
      await shop.execute(
        insertInto(c)
          .fromSelect(['name', 'parentId'], own)
          .onConflictDoUpdate({
            target: c.c.name,
            set: (row) => ({ name: row.name.concat('!').concat(c.c.name), parentId: row.parentId }),
          }),
      );
      expect(await shop.all(select(c.c.name, c.c.parentId).orderBy(c.c.id))).toEqual([
        ['Home!Home', 1],
        ['Lamps!Lamps', 1],
      ]);
      await shop.execute(insertInto(c).fromSelect(['name', 'parentId'], select(c.c.name, c.c.id).orderBy(c.c.id)).onConflictDoNothing());
      const both = select(c.c.name, c.c.parentId).join(p, p.c.categoryId.eq(c.c.id)).where(p.c.id.eq(1));
      await shop.execute(insertInto(c).fromSelect(['name', 'parentId'], both).onConflictDoNothing([c.c.name]));
      expect(await names()).toEqual(['Home!Home', 'Lamps!Lamps']);
    });
    it('takes VALUES and a CTE for its rows', async () => {
      const rows = values({ name: t.string() }, [['a'], ['b']]);
      await shop.execute(insertInto(c).fromSelect(['name'], rows));
      const more = values({ name: t.string() }, [['c']]).cte('more');
      await shop.execute(insertInto(c).fromSelect(['name'], select(more.c.name)));
      expect(await names()).toEqual(['Home', 'Lamps', 'a', 'b', 'c']);
    });
  });

  describe('upsert', () => {
    const row = { id: 9, name: 'Home' };
    it('gives the row that was to be inserted to a function', async () => {
      const insert = insertInto(c).values([row, { id: 10, name: 'New' }]);
      const upsert = insert.onConflictDoUpdate({
        target: c.c.name,
        set: (x) => ({ parentId: x.id.minus(8) }),
        where: excluded(c.c.id).lt(100),
      });
      if (database.family === 'mysql') await expect(shop.execute(upsert)).rejects.toThrow('has no WHERE in onConflictDoUpdate()');
      await shop.execute(database.family === 'mysql' ? insert.onDuplicateKeyUpdate((x) => ({ parentId: x.id.minus(8) })) : upsert);
      expect(await shop.all(select(c.c.id, c.c.name, c.c.parentId).orderBy(c.c.id))).toEqual([
        [1, 'Home', 1],
        [2, 'Lamps', 1],
        [10, 'New', null],
      ]);
    });
    it('names a constraint, which SQLite knows by its columns', async () => {
      const constraint = c.uniques[0].name;
      const upsert = insertInto(c)
        .values(row)
        .onConflictDoUpdate({ constraint, set: { parentId: 2 } })
        .returning(c.c.id);
      expect(baseTextOf(upsert)).toBe(
        `INSERT INTO categories (id, name) VALUES (?, ?) ON CONFLICT ON CONSTRAINT ${constraint} DO UPDATE SET parent_id = ? RETURNING id`,
      );
      if (database.family === 'mysql') {
        const reason = 'ON DUPLICATE KEY would also take a conflict of';
        await expect(shop.all(upsert)).rejects.toThrow(reason);
        await expect(shop.execute(insertInto(c).values(row).onConflictDoNothing({ constraint }))).rejects.toThrow(reason);
      } else {
        expect(await shop.all(upsert)).toEqual([[1]]);
        expect((await shop.execute(insertInto(c).values(row).onConflictDoNothing({ constraint }))).rowCount).toBe(0);
      }
      expect(() => textOf(insertInto(c).values(row).onConflictDoNothing({ constraint: 'unknown' }))).toThrow(
        codeOf('sql.unsupported-instead'),
      );
      expect(() =>
        insertInto(c)
          .values(row)
          .onConflictDoUpdate({ constraint, target: c.c.name, set: { parentId: 1 } }),
      ).toThrow('both');
      expect(() =>
        insertInto(c)
          .values(row)
          .onConflictDoUpdate({ set: { parentId: 1 } }),
      ).toThrow('a target or a constraint');
    });
    it('takes expressions and the condition of a partial index', async () => {
      const upsert = insertInto(c)
        .values({ name: 'HOME' })
        .onConflictDoUpdate({ target: [func.lower(c.c.name)], targetWhere: c.c.parentId.isNull(), set: { name: 'again' } });
      expect(textOf(upsert)).toContain('ON CONFLICT (lower(name)) WHERE parent_id IS NULL DO UPDATE SET name = ?');
      if (database.family === 'mysql') return await expect(shop.execute(upsert)).rejects.toMatchObject(unsupported);
      await shop.script('CREATE UNIQUE INDEX lower_names ON categories (lower(name)) WHERE parent_id IS NULL');
      await shop.execute(upsert);
      expect(await names()).toEqual(['again', 'Lamps']);
      await shop.script('DROP INDEX lower_names');
    });
    it('replaces and leaves out in the words of SQLite and MySQL', async () => {
      if (database.family === 'postgresql') {
        await expect(shop.execute(insertInto(c).values(row).orReplace())).rejects.toThrow('Use onConflictDoUpdate');
        return await expect(shop.execute(insertInto(c).values(row).orIgnore())).rejects.toThrow('Use onConflictDoNothing');
      }
      await shop.execute(insertInto(c).values({ id: 5, name: 'Lamps' }).orIgnore());
      expect(await names()).toEqual(['Home', 'Lamps']);
      await shop.execute(insertInto(c).values({ id: 2, name: 'Torches' }).orIgnore());
      expect(await names()).toEqual(['Home', 'Lamps']);
      await shop.execute(deleteFrom(p, { all: true }).where(p.c.id.lt(0)));
      await shop.execute(insertInto(r).values({ id: 1, rating: 1, productId: 2 }).orReplace());
      expect(await shop.first(select(r.c.rating, r.c.productId).where(r.c.id.eq(1)))).toEqual([1, 2]);
      const said = insertInto(c).prefixWith(sql`OR IGNORE`, { dialect: 'sqlite' }).prefixWith(sql`IGNORE`, { dialect: 'mysql' });
      expect((await shop.execute(said.values({ name: 'Home' }))).rowCount).toBe(0);
      expect(() => baseTextOf(insertInto(c).values(row).orReplace())).toThrow('Use onConflictDoUpdate');
      expect(() => baseTextOf(insertInto(c).values(row).orIgnore())).toThrow('Use onConflictDoNothing');
    });
    it("says what to use in place of MySQL's form", () => {
      const duplicate = insertInto(c)
        .values(row)
        .onDuplicateKeyUpdate((x) => ({ name: x.name }));
      expect(() => textOf(duplicate)).toThrow('SQLite has no ON DUPLICATE KEY UPDATE. Use onConflictDoUpdate({ target, set })');
      expect(() => insertInto(c).values(row).onDuplicateKeyUpdate({})).toThrow(codeOf('sql.no-values'));
    });
  });

  describe('update', () => {
    it('uses other tables, said or not', async () => {
      const said = update(p)
        .set({ note: c.c.name, stock: p.c.stock.plus(1) })
        .from(c)
        .where(p.c.categoryId.eq(c.c.id));
      const implied = update(p)
        .set({ note: c.c.name, stock: p.c.stock.plus(1) })
        .where(p.c.categoryId.eq(c.c.id));
      expect(textOf(said)).toBe(
        'UPDATE products SET stock = products.stock + ?, note = categories.name, changed_at = ? FROM categories WHERE products.category_id = categories.id',
      );
      expect(textOf(implied)).toBe(textOf(said));
      expect((await shop.execute(said)).rowCount).toBe(3);
      expect(await shop.all(select(p.c.note, p.c.stock).orderBy(p.c.id))).toEqual([
        ['Home', 6],
        ['Lamps', 1],
        ['Lamps', 13],
        [null, 1],
      ]);
    });
    it('uses joins, subqueries, VALUES and aliases', async () => {
      const parent = alias(c, 'parent');
      const statement = update(p)
        .set({ note: parent.c.name })
        .from(join(c, parent, c.c.parentId.eq(parent.c.id)))
        .where(p.c.categoryId.eq(c.c.id));
      expect((await shop.execute(statement)).rowCount).toBe(2);
      const best = select({ id: r.c.productId, best: func.max(r.c.rating) })
        .where(r.c.rating.gt(2))
        .groupBy(r.c.productId)
        .subquery('best');
      await shop.execute(update(p).set({ stock: best.c.best }).from(best).where(best.c.id.eq(p.c.id)));
      expect(await shop.scalars(select(p.c.stock).orderBy(p.c.id))).toEqual([5, 4, 12, 1]);
      const news = values({ id: t.integer(), stock: t.integer() }, [
        [3, 30],
        [4, 40],
      ]).as('news');
      await shop.execute(update(p).set({ stock: news.c.stock }).where(p.c.id.eq(news.c.id)));
      expect(await shop.scalars(select(p.c.stock).orderBy(p.c.id))).toEqual([5, 4, 30, 40]);
      const x = alias(p, 'x');
      const aliased = update(x)
        .set({ stock: x.c.stock.plus(1) })
        .where(x.c.id.eq(select(func.min(p.c.id)).scalar()));
      expect(textOf(aliased)).toMatch(/^UPDATE products AS x SET stock = x\.stock \+ \?/);
      if (database.family === 'mysql') await shop.execute(aliased);
      else expect(await shop.all(aliased.returning(x.c.id, x.c.stock))).toEqual([[1, 6]]);
      expect(await shop.scalars(select(p.c.stock).orderBy(p.c.id))).toEqual([6, 4, 30, 40]);
    });
    it('sets from correlated subqueries that join', async () => {
      const reviews = select(func.count()).where(r.c.productId.eq(p.c.id)).scalar();
      await shop.execute(update(p, { all: true }).set({ stock: reviews }));
      expect(await shop.scalars(select(p.c.stock).orderBy(p.c.id))).toEqual([2, 1, 0, 0]);
    });
    it('takes an order and a limit', async () => {
      const limited = update(p, { all: true }).set({ note: 'first' }).orderBy(p.c.stock.desc()).limit(2);
      const first = limited.returning(p.c.id);
      if (database.family === 'mysql') expect((await shop.execute(limited)).rowCount).toBe(2);
      else expect((await shop.scalars(first)).sort()).toEqual([1, 3]);
      expect(await shop.scalars(select(p.c.id).where(p.c.note.eq('first')).orderBy(p.c.id))).toEqual([1, 3]);
      expect((await shop.execute(deleteFrom(r).where(r.c.productId.eq(1)).orderBy(r.c.rating).limit(1))).rowCount).toBe(1);
      expect(await shop.scalars(select(r.c.rating).orderBy(r.c.id))).toEqual([5, 4]);
      expect(baseTextOf(first)).toBe(
        'UPDATE products SET note = ?, changed_at = ? WHERE products.id IN (SELECT products.id FROM products ORDER BY products.stock DESC LIMIT ? FOR UPDATE) RETURNING id',
      );
      const x = alias(p, 'x');
      await shop.execute(update(x).set({ note: 'aliased' }).where(x.c.stock.lt(10)).orderBy(x.c.id.desc()).limit(1));
      expect(await shop.scalars(select(p.c.id).where(p.c.note.eq('aliased')))).toEqual([4]);
      // An order alone chooses nothing.
      expect((await shop.execute(update(p).set({ note: 'all' }).where(p.c.id.gt(2)).orderBy(p.c.id))).rowCount).toBe(2);
      expect(() => baseTextOf(update(p).set({ note: c.c.name }).where(p.c.id.eq(c.c.id)).limit(1))).toThrow('that uses other tables');
      const keyless = new Table(new MetaData(), 'keyless', { n: t.integer() });
      expect(() => baseTextOf(deleteFrom(keyless).limit(1))).toThrow('without a primary key');
      expect(() => textOf(update(p).set({ note: c.c.name }).where(p.c.id.eq(c.c.id)).limit(1))).toThrow(codeOf('sql.unsupported'));
    });
    it('gives back columns of other tables where the database does', () => {
      const both = update(p).set({ note: 'x' }).from(c).where(p.c.categoryId.eq(c.c.id)).returning(p.c.id, c.c.name);
      expect(baseTextOf(both)).toMatch(/ RETURNING products\.id, categories\.name$/);
      expect(() => textOf(both)).toThrow('SQLite has no columns of other tables in RETURNING');
      expect(() => textOf(update(p).set({ note: 'x' }).where(p.c.id.eq(1)).returning(c.c.name))).toThrow(/RETURNING/);
    });
    it('sets several columns from one select', async () => {
      const rated = select(func.max(r.c.rating), func.count()).where(r.c.productId.eq(p.c.id));
      expect(textOf(update(p).setRow(['stock', 'categoryId'], rated).set({ note: 'x' }).where(p.c.id.eq(1)))).toBe(
        'UPDATE products SET (stock, category_id) = (SELECT max(reviews.rating), count(*) FROM reviews WHERE reviews.product_id = products.id), ' +
          'note = ?, changed_at = ? WHERE products.id = ?',
      );
      const some = update(p)
        .setRow(['categoryId', 'stock'], select(literal(1), func.max(r.c.rating)).where(r.c.productId.eq(p.c.id)))
        .set({ note: 'set' })
        .where(p.c.id.le(2));
      expect((await shop.execute(some)).rowCount).toBe(2);
      expect(await shop.all(select(p.c.stock, p.c.categoryId, p.c.note).orderBy(p.c.id))).toEqual([
        [5, 1, 'set'],
        [4, 1, 'set'],
        [12, 2, 'a/b'],
        [1, null, null],
      ]);
      expect(() => some.set({ stock: 9 }).build()).toThrow('columns that nothing else sets');
      expect(() => update(p).setRow(['stock', 'categoryId'], never(select(p.c.id)))).toThrow('a select of 2 columns, but got one of 1');
      expect(() => update(p).setRow(['stock'], never(5))).toThrow('a select');
    });
    it('brings common table expressions along', async () => {
      const low = select({ id: p.c.id }).where(p.c.stock.lt(2)).cte('low');
      const gone = deleteFrom(r)
        .where(r.c.productId.in(select(low.c.id)))
        .returning({ id: r.c.id })
        .cte('gone');
      const statements = [
        insertInto(c).values({ name: 'New' }).addCte(gone),
        update(p).set({ note: 'gone' }).where(p.c.id.eq(1)).addCte(gone),
        deleteFrom(p).where(p.c.id.eq(4)).addCte(gone),
        unionAll(select({ id: c.c.id }), select({ id: p.c.id })).addCte(gone),
      ];
      for (const statement of statements)
        expect(baseTextOf(statement)).toMatch(
          /^WITH low AS \(SELECT .*\), gone AS \(DELETE FROM reviews .*\) (INSERT|UPDATE|DELETE|SELECT)/,
        );
      if (database.family !== 'postgresql')
        return await expect(shop.execute(statements[0])).rejects.toThrow('in a common table expression');
      for (const statement of statements) {
        const [review] = await shop.scalars(insertInto(r).values({ rating: 1, productId: 2 }).returning(r.c.id));
        await shop.execute(statement);
        expect(await shop.scalars(select(r.c.id).where(r.c.id.eq(review)))).toEqual([]);
      }
      expect(await names()).toEqual(['Home', 'Lamps', 'New']);
    });
    it('keeps the order of its values where that is said', () => {
      expect(textOf(update(r).orderedValues(['rating', 1], ['id', 2]).where(r.c.id.eq(1)))).toBe(
        'UPDATE reviews SET rating = ?, id = ? WHERE reviews.id = ?',
      );
      expect(textOf(update(r).set({ rating: 1, id: 2 }).where(r.c.id.eq(1)))).toBe(
        'UPDATE reviews SET id = ?, rating = ? WHERE reviews.id = ?',
      );
      expect(textOf(update(p).orderedValues(['stock', 1], ['name', 'x']).where(p.c.id.eq(1)))).toMatch(
        /SET stock = \?, name = \?, changed_at = \?/,
      );
      expect(() => update(r).orderedValues()).toThrow(codeOf('sql.no-values'));
    });
    it('needs a table', () => {
      expect(() => update(never(select({ id: p.c.id }).subquery()))).toThrow('a table or a model class');
    });
  });

  describe('delete', () => {
    it('uses other tables, said or not', async () => {
      const gone = (statement: ReturnType<typeof deleteFrom>) => shop.execute(statement);
      const using = deleteFrom(r).using(p).where(r.c.productId.eq(p.c.id), p.c.stock.gt(0));
      expect(baseTextOf(using)).toBe('DELETE FROM reviews USING products WHERE reviews.product_id = products.id AND products.stock > ?');
      expect(textOf(using)).toBe(
        'DELETE FROM reviews WHERE EXISTS (SELECT 1 FROM products WHERE reviews.product_id = products.id AND products.stock > ?)',
      );
      expect((await gone(using as never)).rowCount).toBe(2);
      expect(textOf(deleteFrom(r).where(r.c.productId.eq(p.c.id)))).toContain('EXISTS (SELECT 1 FROM products WHERE');
      const other = alias(r, 'other');
      await shop.execute(insertInto(r).values({ rating: 1, productId: 2 }));
      const worse = deleteFrom(r).where(r.c.productId.eq(other.c.productId), r.c.rating.lt(other.c.rating));
      const back = worse.returning(r.c.rating);
      if (database.family !== 'mysql') expect(await shop.scalars(back)).toEqual([1]);
      else {
        await expect(shop.all(back)).rejects.toThrow('has no RETURNING in a DELETE that uses other tables');
        expect((await shop.execute(worse)).rowCount).toBe(1);
      }
      const x = alias(r, 'x');
      expect((await shop.execute(deleteFrom(x).where(x.c.rating.gt(0)))).rowCount).toBe(1);
    });
    it('uses joined tables', async () => {
      const lamps = deleteFrom(r).using(join(p, c)).where(r.c.productId.eq(p.c.id), c.c.name.eq('Lamps'));
      expect((await shop.execute(lamps)).rowCount).toBe(1);
      expect(() => textOf(lamps.returning(c.c.name))).toThrow(codeOf('sql.unsupported'));
      expect(() => textOf(deleteFrom(r).using(p).build() && deleteFrom(r).using(p))).toThrow(codeOf('sql.whole-table'));
    });
  });

  describe('merge', () => {
    const news = values({ id: t.integer(), name: t.string() }, [[1, 'x']]).as('news');
    it('is written as the standard says', () => {
      const merge = mergeInto(c)
        .using(news, c.c.id.eq(news.c.id))
        .whenMatched(news.c.name.eq('gone'))
        .delete()
        .whenMatched()
        .update({ name: news.c.name })
        .whenNotMatched(news.c.id.gt(5))
        .insert({ id: news.c.id, name: news.c.name })
        .whenNotMatched()
        .doNothing()
        .whenNotMatchedBySource()
        .delete()
        .returning(c.c.id);
      expect(baseTextOf(merge)).toBe(
        'MERGE INTO categories USING (VALUES (CAST(? AS INTEGER), CAST(? AS VARCHAR))) AS news (id, name) ON categories.id = news.id' +
          ' WHEN MATCHED AND news.name = ? THEN DELETE WHEN MATCHED THEN UPDATE SET name = news.name' +
          ' WHEN NOT MATCHED AND news.id > ? THEN INSERT (id, name) VALUES (news.id, news.name)' +
          ' WHEN NOT MATCHED THEN DO NOTHING WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING categories.id',
      );
      expect(() => textOf(merge)).toThrow('SQLite has no MERGE. Use insertInto');
    });
    it('refuses what is not whole', () => {
      expect(() => mergeInto(c).build()).toThrow('call using()');
      expect(() => mergeInto(c).using(news, c.c.id.eq(1)).build()).toThrow('call whenMatched()');
      expect(() => mergeInto(c).using(news, c.c.id.eq(1)).whenMatched().update({})).toThrow(codeOf('sql.no-values'));
      expect(() =>
        mergeInto(c)
          .using(news, c.c.id.eq(1))
          .whenNotMatched()
          .insert(never({ nope: 1 })),
      ).toThrow(codeOf('sql.unknown-column'));
    });
  });

  describe('truncate', () => {
    it('empties a table', async () => {
      // Only SQLite, which deletes the rows one by one, counts them.
      expect((await shop.execute(truncate(r))).rowCount).toBe(database.family === 'sqlite' ? 3 : 0);
      expect(await shop.scalar(select(func.count()).from(r))).toBe(0);
      await shop.execute(truncate(r, { restartIdentity: true }));
      await shop.execute(insertInto(r).values({ rating: 1, productId: 1 }));
      expect(await shop.scalars(select(r.c.id))).toEqual([1]);
      expect(baseTextOf(truncate([r, p], { restartIdentity: true, cascade: true }))).toBe(
        'TRUNCATE TABLE reviews, products RESTART IDENTITY CASCADE',
      );
      expect(() => textOf(truncate(r, { cascade: true }))).toThrow(codeOf('sql.unsupported'));
      expect(() => textOf(truncate([r, p]))).toThrow(codeOf('sql.unsupported'));
      expect(() => truncate([])).toThrow('one or more tables');
    });
  });

  describe('explain', () => {
    it('gives lines of text', async () => {
      const lines = await shop.scalars(explain(select(p.c.id).where(p.c.id.eq(1))));
      const plans = {
        sqlite: /SEARCH products USING INTEGER PRIMARY KEY/,
        postgresql: /Scan.* on products/,
        mysql: database.mariadb ? /^1 \| SIMPLE \| products/ : /^-> Rows fetched before execution/,
      };
      expect(lines.join('\n')).toMatch(plans[database.family]);
      const kept = select({ id: p.c.id }).cte('kept');
      expect(textOf(explain(select(kept.c.id)))).toMatch(/^EXPLAIN QUERY PLAN WITH kept AS/);
      await shop.all(explain(insertInto(c).values({ name: 'x' })));
      await shop.all(explain(update(c).set({ name: 'x' }).where(c.c.id.eq(1))));
      expect(await names()).toEqual(['Home', 'Lamps']);
      expect(baseTextOf(explain(deleteFrom(c).where(c.c.id.eq(1)), { analyze: true }))).toMatch(/^EXPLAIN ANALYZE DELETE/);
      expect(() => textOf(explain(select(p.c.id), { analyze: true }))).toThrow(codeOf('sql.unsupported'));
      expect(() => explain(never({}))).toThrow('a statement');
    });
  });

  describe('many runs', () => {
    it('runs a statement for each set of parameters', async () => {
      const stock = update(p)
        .set({ stock: param<number>('stock') })
        .where(p.c.id.eq(param('id')));
      const result = await shop.executeMany(stock, [
        { id: 1, stock: 100 },
        { id: 2, stock: 200 },
        { id: 99, stock: 0 },
      ]);
      expect(result.rowCount).toBe(2);
      expect(await shop.scalars(select(p.c.stock).where(p.c.stock.ge(100)).orderBy(p.c.id))).toEqual([100, 200]);
      expect((await shop.execute(stock, [{ id: 3, stock: 300 }])).rowCount).toBe(1);
      const gone = deleteFrom(r).where(r.c.id.eq(param('id')));
      if (database.returning) expect((await shop.executeMany(gone.returning(r.c.id), [{ id: 1 }, { id: 3 }])).all()).toEqual([[1], [3]]);
      else expect((await shop.executeMany(gone, [{ id: 1 }, { id: 3 }])).rowCount).toBe(2);
      const listed = update(p)
        .set({ note: 'x' })
        .where(p.c.id.in([1, 2]), p.c.stock.gt(param('least')));
      expect((await shop.executeMany(listed, [{ least: 150 }, { least: 0 }])).rowCount).toBe(3);
      expect((await shop.executeMany(stock, [])).rowCount).toBe(0);
    });
    it('takes them as rows of an insert that says none', async () => {
      expect((await shop.execute(insertInto(c), [{ name: 'a' }, { name: 'b' }])).rowCount).toBe(2);
      const two = [{ name: 'x' }, { name: 'y' }];
      if (database.returning) expect((await shop.executeMany(insertInto(c).returning(c.c.name), two)).scalars()).toEqual(['x', 'y']);
      else expect((await shop.executeMany(insertInto(c), two)).rowCount).toBe(2);
      const given = insertInto(c).values({ name: param<string>('name') });
      await shop.executeMany(given, [{ name: 'p' }, { name: 'q' }]);
      expect(await names()).toEqual(['Home', 'Lamps', 'a', 'b', 'x', 'y', 'p', 'q']);
      await shop.executeMany(text('INSERT INTO categories (name) VALUES (:name)'), [{ name: 'm' }, { name: 'n' }]);
      expect((await names()).slice(-2)).toEqual(['m', 'n']);
    });
    it('does all of it or nothing', async () => {
      const given = insertInto(c).values({ name: param<string>('name') });
      await expect(shop.executeMany(given, [{ name: 'a' }, { name: 'Home' }])).rejects.toMatchObject({ name: 'UniqueViolation' });
      await expect(shop.executeMany(given, [{ name: 'a' }, {}])).rejects.toMatchObject({ code: 'sql.missing-parameter' });
      await expect(shop.executeMany(given, never('x'))).rejects.toMatchObject({ code: 'engine.not-a-list' });
      expect(await names()).toEqual(['Home', 'Lamps']);
    });
  });
});

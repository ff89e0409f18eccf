// Changes of rows as SQL Server gets them. There is no SQL Server here: a grammar of T-SQL that others wrote reads each statement.
import { describe, expect, it } from 'vitest';
import { alias } from '../../src/sql/alias.ts';
import { t } from '../../src/sql/column-types.ts';
import { cte } from '../../src/sql/cte.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { explain } from '../../src/sql/explain.ts';
import { func } from '../../src/sql/function.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { mergeInto } from '../../src/sql/merge.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { truncate } from '../../src/sql/truncate.ts';
import { update } from '../../src/sql/update.ts';
import { values } from '../../src/sql/values.ts';
import { categories as c, products as p, reviews as r } from '../sql/shop.ts';
import { checkText, type Statement, textOf } from './tsql-text.ts';

const a = alias(p, 'a');
const seen = cte('seen', select({ id: p.c.id, n: p.c.stock }).where(p.c.stock.gt(5)));
const news = values({ id: t.integer(), name: t.string() }, [
  [1, 'a'],
  [2, 'b'],
]).as('news');

const pairs = new Table(new MetaData(), 'pairs', { a: t.integer().primaryKey(), b: t.integer().primaryKey() });

describe('changes on SQL Server', () => {
  it.each<[string, () => Statement, string]>([
    [
      'an update from another table',
      () =>
        update(p)
          .set({ stock: p.c.stock.plus(c.c.id) })
          .from(c)
          .where(c.c.id.eq(p.c.categoryId))
          .returning(p.c.id, c.c.name),
      'UPDATE products SET stock = products.stock + categories.id, changed_at = @p1 OUTPUT inserted.id, categories.name FROM products, categories WHERE categories.id = products.category_id',
    ],
    [
      'an update of the first rows',
      () => update(r).set({ rating: 1 }).where(r.c.rating.gt(3)).orderBy(r.c.id.desc()).limit(2),
      'UPDATE reviews SET rating = @p1 WHERE reviews.id IN (SELECT TOP (@p2) reviews.id FROM reviews WITH (UPDLOCK, ROWLOCK) WHERE reviews.rating > @p3 ORDER BY reviews.id DESC)',
    ],
    [
      'a delete of the first rows of a key of two columns',
      () => deleteFrom(pairs).orderBy(pairs.c.a).limit(1),
      'DELETE FROM pairs WHERE EXISTS (SELECT 1 FROM (SELECT TOP (@p1) pairs.a, pairs.b FROM pairs WITH (UPDLOCK, ROWLOCK) ORDER BY pairs.a) AS in_1 ([value 1], [value 2]) WHERE pairs.a = in_1.[value 1] AND pairs.b = in_1.[value 2])',
    ],
    [
      'an update of an alias',
      () =>
        update(a)
          .set({ stock: a.c.stock.plus(1) })
          .where(a.c.id.eq(1))
          .returning(a.c.id),
      'UPDATE a SET stock = a.stock + @p1, changed_at = @p2 OUTPUT inserted.id FROM products AS a WHERE a.id = @p3',
    ],
    [
      'a delete with another table',
      () => deleteFrom(r).using(p).where(r.c.productId.eq(p.c.id), p.c.active).returning(r.c.id, p.c.name),
      'DELETE FROM reviews OUTPUT deleted.id, products.name FROM reviews, products WHERE reviews.product_id = products.id AND products.active = 1',
    ],
    [
      'a delete of an alias',
      () => deleteFrom(a).where(a.c.id.eq(1)).returning(a.c.id),
      'DELETE FROM a OUTPUT deleted.id FROM products AS a WHERE a.id = @p1',
    ],
    [
      'every clause of a MERGE, and what it gives back',
      () =>
        mergeInto(p)
          .using(news, news.c.id.eq(p.c.id))
          .whenMatched(p.c.active)
          .update({ name: news.c.name })
          .whenMatched()
          .delete()
          .whenNotMatched()
          .insert({ id: news.c.id, name: news.c.name, price: '1', stock: 1 })
          .whenNotMatchedBySource(p.c.stock.eq(0))
          .delete()
          .returning(p.c.id, news.c.name),
      "SET IDENTITY_INSERT products ON; MERGE INTO products USING (VALUES (CAST(@p1 AS INT), CAST(@p2 AS NVARCHAR(MAX))), (@p3, @p4)) AS news (id, name) ON news.id = products.id WHEN MATCHED AND products.active = 1 THEN UPDATE SET name = news.name, changed_at = @p5 WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, name, price, stock, active) VALUES (news.id, news.name, @p6, @p7, @p8) WHEN NOT MATCHED BY SOURCE AND products.stock = @p9 THEN DELETE OUTPUT CASE WHEN $action = 'DELETE' THEN deleted.id ELSE inserted.id END, news.name; SET IDENTITY_INSERT products OFF",
    ],
    [
      'rows that a MERGE leaves alone',
      () =>
        mergeInto(c)
          .using(news, news.c.name.eq(c.c.name))
          .whenMatched(c.c.id.gt(5))
          .doNothing()
          .whenMatched()
          .update({ name: news.c.name })
          .whenNotMatched()
          .insert({ name: news.c.name })
          .returning(c.c.id),
      'MERGE INTO categories USING (VALUES (CAST(@p1 AS INT), CAST(@p2 AS NVARCHAR(MAX))), (@p3, @p4)) AS news (id, name) ON news.name = categories.name WHEN MATCHED AND CASE WHEN categories.id > @p5 THEN 0 ELSE 1 END = 1 THEN UPDATE SET name = news.name WHEN NOT MATCHED THEN INSERT (name) VALUES (news.name) OUTPUT inserted.id;',
    ],
    [
      'a MERGE that does nothing',
      () => mergeInto(c).using(news, news.c.name.eq(c.c.name)).whenMatched().doNothing(),
      'MERGE INTO categories USING (VALUES (CAST(@p1 AS INT), CAST(@p2 AS NVARCHAR(MAX))), (@p3, @p4)) AS news (id, name) ON news.name = categories.name WHEN MATCHED AND 1 = 0 THEN DELETE;',
    ],
    [
      'a MERGE into an alias from a CTE',
      () => {
        const k = alias(c, 'k');
        return mergeInto(k).using(seen, seen.c.id.eq(k.c.id)).whenMatched().delete().returning(k.c.id);
      },
      'WITH seen AS (SELECT products.id, products.stock AS n FROM products WHERE products.stock > @p1) MERGE INTO categories AS k USING seen ON seen.id = k.id WHEN MATCHED THEN DELETE OUTPUT deleted.id;',
    ],
    ['TRUNCATE', () => truncate([p, r], { restartIdentity: true }), 'TRUNCATE TABLE products; TRUNCATE TABLE reviews'],
    [
      'a plan',
      () => explain(select(p.c.id).where(p.c.id.eq(1))),
      'SET STATISTICS PROFILE ON; SELECT products.id FROM products WHERE products.id = @p1; SET STATISTICS PROFILE OFF',
    ],
    [
      'a plan of a CTE',
      () => explain(select(seen.c.id)),
      'SET STATISTICS PROFILE ON; WITH seen AS (SELECT products.id, products.stock AS n FROM products WHERE products.stock > @p1) SELECT seen.id FROM seen; SET STATISTICS PROFILE OFF',
    ],
    [
      'a plan of a change',
      () => explain(update(p).set({ stock: 1 }).where(p.c.id.eq(1)), { analyze: true }),
      'SET STATISTICS PROFILE ON; UPDATE products SET stock = @p1, changed_at = @p2 WHERE products.id = @p3; SET STATISTICS PROFILE OFF',
    ],
    [
      'an upsert over a constraint',
      () =>
        insertInto(c)
          .values({ name: 'x' })
          .onConflictDoUpdate({ constraint: 'uq_categories_name', set: { name: 'y' } }),
      'MERGE INTO categories WITH (HOLDLOCK) USING (VALUES (@p1)) AS excluded (name) ON categories.name = excluded.name WHEN MATCHED THEN UPDATE SET name = @p2 WHEN NOT MATCHED THEN INSERT (name) VALUES (excluded.name);',
    ],
    [
      'an upsert over a filtered index',
      () =>
        insertInto(p)
          .values({ name: 'x', price: '1', categoryId: 3, active: true })
          .onConflictDoUpdate({ target: p.c.name, targetWhere: p.c.active, set: { stock: 1 } }),
      'MERGE INTO products WITH (HOLDLOCK) USING (VALUES (@p1, @p2, @p3, @p4, @p5)) AS excluded (name, price, stock, active, category_id) ON products.name = excluded.name AND products.active = 1 AND excluded.active = 1 WHEN MATCHED THEN UPDATE SET stock = @p6, changed_at = @p7 WHEN NOT MATCHED THEN INSERT (name, price, stock, active, category_id) VALUES (excluded.name, excluded.price, excluded.stock, excluded.active, excluded.category_id);',
    ],
    [
      'the least value in OUTPUT',
      () =>
        update(p)
          .set({ stock: func.greatest(p.c.stock, 0) })
          .where(p.c.id.eq(1))
          .returning(func.least(p.c.stock, 5)),
      'UPDATE products SET stock = (SELECT MAX(items_1.[value]) FROM (VALUES (products.stock), (@p1)) AS items_1 ([value])), changed_at = @p2 OUTPUT CASE WHEN inserted.stock IS NULL OR @p3 < inserted.stock THEN @p4 ELSE inserted.stock END WHERE products.id = @p5',
    ],
  ])('%s', (_name, build, expected) => checkText(build(), expected));

  it.each<[string, string, () => Statement]>([
    ['a limit beside other tables', 'that uses other tables', () => deleteFrom(p).using(c).where(p.c.categoryId.eq(c.c.id)).limit(3)],
    ['TRUNCATE CASCADE', 'CASCADE', () => truncate(p, { cascade: true })],
    [
      'two updates in a MERGE',
      'two clauses WHEN MATCHED THEN UPDATE',
      () =>
        mergeInto(c).using(news, news.c.id.eq(c.c.id)).whenMatched(c.c.id.gt(5)).update({ name: 'x' }).whenMatched().update({ name: 'y' }),
    ],
    ['a plan of a change that is not made', 'plan of a change', () => explain(deleteFrom(r).where(r.c.id.eq(1)))],
    ['INSERT OR REPLACE', 'INSERT OR REPLACE', () => insertInto(c).values({ name: 'x' }).orReplace()],
    ['ON DUPLICATE KEY', 'ON DUPLICATE KEY UPDATE', () => insertInto(c).values({ name: 'x' }).onDuplicateKeyUpdate({ name: 'y' })],
    [
      'an unknown constraint',
      "constraint 'other'",
      () =>
        insertInto(c)
          .values({ name: 'x' })
          .onConflictDoUpdate({ constraint: 'other', set: { name: 'y' } }),
    ],
  ])('refuses %s', (_name, feature, build) => {
    expect(() => textOf(build())).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^sql\.unsupported/), message: expect.stringContaining(feature) }),
    );
  });
});

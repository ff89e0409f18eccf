// CTEs, sources and clauses of queries as SQL Server gets them. There is no SQL Server here: a grammar of T-SQL that others wrote reads each statement.
import { describe, expect, it } from 'vitest';
import { t } from '../../src/sql/column-types.ts';
import { cast } from '../../src/sql/conversion.ts';
import { cte } from '../../src/sql/cte.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { func } from '../../src/sql/function.ts';
import { cube, groupingSets, rollup } from '../../src/sql/grouping.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal } from '../../src/sql/literal.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { lateral } from '../../src/sql/query.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { exceptAll, intersectAll, union } from '../../src/sql/set-operation.ts';
import { tableFunction, tableSample } from '../../src/sql/table-expression.ts';
import { update } from '../../src/sql/update.ts';
import { values } from '../../src/sql/values.ts';
import { categories as c, products as p, reviews as r } from '../sql/shop.ts';
import { checkText, type Statement, textOf } from './tsql-text.ts';

const docs = new Table(
  new MetaData(),
  'docs',
  {
    id: t.integer().primaryKey(),
    body: t.json<unknown>(),
    total: t.numeric(20, 4),
    day: t.date(),
    at: t.dateTime(),
    flags: t.integer(),
    ok: t.boolean().nullable(),
    spell: t.interval(),
  },
  { schema: 'sales' },
);

const seen = cte('seen', select({ id: p.c.id, n: p.c.stock }).where(p.c.stock.gt(5)));
const tree = select({ n: literal(1) })
  .cte('numbers', { recursive: true })
  .unionAll((self) => select({ n: self.c.n.plus(1) }).where(self.c.n.lt(4)));
const newest = lateral(select({ rating: r.c.rating }).where(r.c.productId.eq(p.c.id)).orderBy(r.c.id.desc()).limit(1), 'newest');
const news = values({ id: t.integer(), name: t.string() }, [
  [1, 'a'],
  [2, 'b'],
]).as('news');

describe('queries on SQL Server', () => {
  it.each<[string, () => Statement, string]>([
    [
      'a common table expression',
      () => select(seen.c.id, p.c.name).join(seen, seen.c.id.eq(p.c.id)).orderBy(p.c.id).limit(2),
      'WITH seen AS (SELECT products.id, products.stock AS n FROM products WHERE products.stock > @p1) SELECT TOP (@p2) seen.id, products.name FROM products JOIN seen ON seen.id = products.id ORDER BY products.id',
    ],
    [
      'a recursion without an end of its own',
      () => select(tree.c.n),
      'WITH numbers AS (SELECT @p1 AS n UNION ALL SELECT numbers.n + @p2 AS n FROM numbers WHERE numbers.n < @p3) SELECT numbers.n FROM numbers OPTION (MAXRECURSION 0)',
    ],
    [
      'options beside it',
      () => select(tree.c.n).suffixWith(sql`OPTION (RECOMPILE)`),
      'WITH numbers AS (SELECT @p1 AS n UNION ALL SELECT numbers.n + @p2 AS n FROM numbers WHERE numbers.n < @p3) SELECT numbers.n FROM numbers OPTION (MAXRECURSION 0, RECOMPILE)',
    ],
    [
      "the user's own limit",
      () => select(tree.c.n).suffixWith(sql`OPTION (MAXRECURSION 5)`),
      'WITH numbers AS (SELECT @p1 AS n UNION ALL SELECT numbers.n + @p2 AS n FROM numbers WHERE numbers.n < @p3) SELECT numbers.n FROM numbers OPTION (MAXRECURSION 5)',
    ],
    [
      'a CTE of a function',
      () => select(func.count()).from(cte('x', select(func.max(p.c.id)).from(p))),
      'WITH x AS (SELECT max(products.id) AS max FROM products) SELECT count(*) FROM x',
    ],
    [
      'before an insert',
      () => insertInto(c).fromSelect(['name'], select(cast(seen.c.id, t.string()))),
      'WITH seen AS (SELECT products.id, products.stock AS n FROM products WHERE products.stock > @p1) INSERT INTO categories (name) SELECT CAST(seen.id AS NVARCHAR(MAX)) FROM seen',
    ],
    [
      'after what lets keys in',
      () => insertInto(c).fromSelect(['id', 'name'], select(seen.c.id, cast(seen.c.n, t.string()))),
      'SET IDENTITY_INSERT categories ON; WITH seen AS (SELECT products.id, products.stock AS n FROM products WHERE products.stock > @p1) INSERT INTO categories (id, name) SELECT seen.id, CAST(seen.n AS NVARCHAR(MAX)) FROM seen; SET IDENTITY_INSERT categories OFF',
    ],
    [
      'before an update',
      () => update(p).set({ stock: seen.c.n }).from(seen).where(seen.c.id.eq(p.c.id)).returning(p.c.id, seen.c.n),
      'WITH seen AS (SELECT products.id, products.stock AS n FROM products WHERE products.stock > @p1) UPDATE products SET stock = seen.n, changed_at = @p2 OUTPUT inserted.id, seen.n FROM products, seen WHERE seen.id = products.id',
    ],
    [
      'before a delete',
      () => deleteFrom(r).where(r.c.productId.in(select(seen.c.id))),
      'WITH seen AS (SELECT products.id, products.stock AS n FROM products WHERE products.stock > @p1) DELETE FROM reviews WHERE reviews.product_id IN (SELECT seen.id FROM seen)',
    ],
    [
      'before a set operation',
      () => union(select(seen.c.id), select(c.c.id)),
      'WITH seen AS (SELECT products.id, products.stock AS n FROM products WHERE products.stock > @p1) SELECT seen.id FROM seen UNION SELECT categories.id FROM categories',
    ],
    [
      'before SQL by hand',
      () => sql`SELECT count(*) FROM ${seen}`,
      'WITH seen AS (SELECT products.id, products.stock AS n FROM products WHERE products.stock > @p1) SELECT count(*) FROM seen',
    ],
    [
      'an outer lateral join',
      () => select(p.c.name, newest.c.rating).outerJoin(newest),
      'SELECT products.name, newest.rating FROM products OUTER APPLY (SELECT TOP (@p1) reviews.rating FROM reviews WHERE reviews.product_id = products.id ORDER BY reviews.id DESC) AS newest',
    ],
    [
      'a lateral source',
      () => select(p.c.name, newest.c.rating).from(p, newest),
      'SELECT products.name, newest.rating FROM products CROSS APPLY (SELECT TOP (@p1) reviews.rating FROM reviews WHERE reviews.product_id = products.id ORDER BY reviews.id DESC) AS newest',
    ],
    [
      'a lateral join with a condition',
      () => select(p.c.name, newest.c.rating).join(newest, newest.c.rating.gt(3)),
      'SELECT products.name, newest.rating FROM products CROSS APPLY (SELECT newest.* FROM (SELECT TOP (@p1) reviews.rating FROM reviews WHERE reviews.product_id = products.id ORDER BY reviews.id DESC) AS newest WHERE newest.rating > @p2) AS newest',
    ],
    [
      'a lateral source that sees two',
      () => select(p.c.name, newest.c.rating).from(p, c, newest).where(c.c.id.eq(p.c.categoryId)),
      'SELECT products.name, newest.rating FROM products CROSS JOIN categories CROSS APPLY (SELECT TOP (@p1) reviews.rating FROM reviews WHERE reviews.product_id = products.id ORDER BY reviews.id DESC) AS newest WHERE categories.id = products.category_id',
    ],
    [
      'VALUES in FROM',
      () => select(p.c.name, news.c.name).join(news, news.c.id.eq(p.c.id)),
      'SELECT products.name, news.name FROM products JOIN (VALUES (CAST(@p1 AS INT), CAST(@p2 AS NVARCHAR(MAX))), (@p3, @p4)) AS news (id, name) ON news.id = products.id',
    ],
    [
      'VALUES as a query',
      () => values({ id: t.integer(), x: t.numeric(30, 5).asString() }, [[1, '2.5']]),
      'SELECT rows_1.id, CONVERT(VARCHAR(41), rows_1.x) FROM (VALUES (CAST(@p1 AS INT), CAST(@p2 AS DECIMAL(30, 5)))) AS rows_1 (id, x)',
    ],
    [
      'VALUES as a list',
      () => select(p.c.id).where(p.c.id.in(values({ id: t.integer() }, [[1], [2]]))),
      'SELECT products.id FROM products WHERE products.id IN (SELECT rows_1.id FROM (VALUES (CAST(@p1 AS INT)), (@p2)) AS rows_1 (id))',
    ],
    [
      'VALUES in a set operation',
      () => union(select({ id: p.c.id }), values({ id: t.integer() }, [[1]])),
      'SELECT products.id FROM products UNION SELECT anon_1.id FROM (VALUES (CAST(@p1 AS INT))) AS anon_1 (id)',
    ],
    [
      'a function of a column in FROM',
      () => {
        const f = tableFunction(func.openjson(docs.c.body), { key: t.string(), value: t.string() }, { name: 'f' });
        return select(docs.c.id, f.c.value).join(f, f.c.key.eq('x'));
      },
      'SELECT sales.docs.id, f.value FROM sales.docs CROSS APPLY (SELECT f.* FROM openjson(sales.docs.body) AS f WHERE f.[key] = @p1) AS f',
    ],
    [
      'a function in FROM',
      () => {
        const f = tableFunction(func.openjson('[1]'), { value: t.string() }, { name: 'f' });
        return select(f.c.value);
      },
      'SELECT f.value FROM openjson(@p1) AS f',
    ],
    [
      'a sample',
      () => {
        const s = tableSample(p, sql`10`, { name: 's' });
        return select(s.c.name);
      },
      'SELECT s.name FROM products AS s TABLESAMPLE SYSTEM (10 PERCENT)',
    ],
    [
      'hints, prefixes and suffixes',
      () =>
        select(p.c.name).withHint(p, sql`WITH (NOLOCK)`, { dialect: 'mssql' }).suffixWith(sql`OPTION (RECOMPILE)`).prefixWith(sql`/* x */`),
      'SELECT /* x */ products.name FROM products WITH (NOLOCK) OPTION (RECOMPILE)',
    ],
    [
      'a hint beside those of a lock',
      () => select(p.c.name).withHint(p, sql`WITH (INDEX(1))`).forUpdate({ skipLocked: true }),
      'SELECT products.name FROM products WITH (UPDLOCK, ROWLOCK, READPAST, INDEX(1))',
    ],
    [
      'ROLLUP',
      () => select(p.c.categoryId, func.grouping(p.c.categoryId), func.count()).groupBy(rollup(p.c.categoryId, p.c.active)),
      'SELECT products.category_id, grouping(products.category_id), count(*) FROM products GROUP BY ROLLUP (products.category_id, products.active)',
    ],
    [
      'CUBE',
      () => select(func.count(), func.grouping(p.c.categoryId, p.c.active)).from(p).groupBy(cube(p.c.categoryId, p.c.active)),
      'SELECT count(*), GROUPING_ID(products.category_id, products.active) FROM products GROUP BY CUBE (products.category_id, products.active)',
    ],
    [
      'GROUPING SETS',
      () =>
        select(func.count())
          .from(p)
          .groupBy(groupingSets([p.c.categoryId, p.c.active], [p.c.active], [])),
      'SELECT count(*) FROM products GROUP BY GROUPING SETS ((products.category_id, products.active), (products.active), ())',
    ],
    [
      'DISTINCT ON',
      () =>
        select({ category: p.c.categoryId, name: p.c.name }).distinctOn(p.c.categoryId).orderBy(p.c.categoryId, p.c.stock.desc()).limit(3),
      'SELECT TOP (@p1) rows_1.category, rows_1.name FROM (SELECT products.category_id AS category, products.name, products.category_id, products.stock, row_number() OVER (PARTITION BY products.category_id ORDER BY products.category_id, products.stock DESC) FROM products) AS rows_1 (category, name, [order 1], [order 2], [row number]) WHERE rows_1.[row number] = 1 ORDER BY [order 1], [order 2] DESC',
    ],
    [
      'DISTINCT ON without an order',
      () => select(p.c.categoryId, p.c.name).distinctOn(p.c.categoryId),
      'SELECT rows_1.category_id, rows_1.name FROM (SELECT products.category_id, products.name, row_number() OVER (PARTITION BY products.category_id ORDER BY (SELECT NULL)) FROM products) AS rows_1 (category_id, name, [row number]) WHERE rows_1.[row number] = 1',
    ],
    [
      'DISTINCT ON in a subquery',
      () => select(func.count()).from(select(p.c.categoryId, p.c.name).distinctOn(p.c.categoryId).orderBy(p.c.categoryId).subquery('x')),
      'SELECT count(*) FROM (SELECT rows_1.category_id, rows_1.name FROM (SELECT products.category_id, products.name, products.category_id, row_number() OVER (PARTITION BY products.category_id ORDER BY products.category_id) FROM products) AS rows_1 (category_id, name, [order 1], [row number]) WHERE rows_1.[row number] = 1) AS x',
    ],
    [
      'DISTINCT ON with an offset and long decimals',
      () => select(docs.c.total).distinctOn(docs.c.day).orderBy(docs.c.day, docs.c.id).offset(1).limit(2),
      'SELECT CONVERT(VARCHAR(41), rows_1.total) FROM (SELECT sales.docs.total, sales.docs.day, sales.docs.id, row_number() OVER (PARTITION BY sales.docs.day ORDER BY sales.docs.day, sales.docs.id) FROM sales.docs) AS rows_1 (total, [order 1], [order 2], [row number]) WHERE rows_1.[row number] = 1 ORDER BY [order 1], [order 2] OFFSET @p1 ROWS FETCH NEXT @p2 ROWS ONLY',
    ],
    [
      'WITH TIES',
      () => select(p.c.name).orderBy(p.c.stock).fetch(2, { withTies: true }),
      'SELECT TOP (@p1) WITH TIES products.name FROM products ORDER BY products.stock',
    ],
    [
      'WITH TIES after an offset',
      () => select(p.c.name).orderBy(p.c.stock).offset(1).fetch(2, { withTies: true }),
      'SELECT rows_1.name FROM (SELECT products.name, products.stock, rank() OVER (ORDER BY products.stock), row_number() OVER (ORDER BY products.stock) FROM products) AS rows_1 (name, [order 1], rank, [row number]) WHERE rows_1.rank <= @p1 + @p2 AND @p3 > 0 AND rows_1.[row number] > @p4 ORDER BY [order 1]',
    ],
    [
      'EXCEPT ALL',
      () =>
        exceptAll(select({ id: r.c.productId }), select({ id: p.c.id }))
          .orderBy('id')
          .limit(3),
      'SELECT TOP (@p1) rows_1.id FROM (SELECT part_2.id, ROW_NUMBER() OVER (PARTITION BY part_2.id ORDER BY (SELECT NULL)) FROM (SELECT reviews.product_id AS id FROM reviews) AS part_2 (id) EXCEPT SELECT part_3.id, ROW_NUMBER() OVER (PARTITION BY part_3.id ORDER BY (SELECT NULL)) FROM (SELECT products.id FROM products) AS part_3 (id)) AS rows_1 (id, [row number]) ORDER BY id',
    ],
    [
      'INTERSECT ALL of three',
      () => intersectAll(select({ id: r.c.productId }), select({ id: p.c.id }), select({ id: c.c.id })),
      'SELECT rows_1.id FROM (SELECT part_2.id, ROW_NUMBER() OVER (PARTITION BY part_2.id ORDER BY (SELECT NULL)) FROM (SELECT rows_3.id FROM (SELECT part_4.id, ROW_NUMBER() OVER (PARTITION BY part_4.id ORDER BY (SELECT NULL)) FROM (SELECT reviews.product_id AS id FROM reviews) AS part_4 (id) INTERSECT SELECT part_5.id, ROW_NUMBER() OVER (PARTITION BY part_5.id ORDER BY (SELECT NULL)) FROM (SELECT products.id FROM products) AS part_5 (id)) AS rows_3 (id, [row number])) AS part_2 (id) INTERSECT SELECT part_6.id, ROW_NUMBER() OVER (PARTITION BY part_6.id ORDER BY (SELECT NULL)) FROM (SELECT categories.id FROM categories) AS part_6 (id)) AS rows_1 (id, [row number])',
    ],
  ])('%s', (_name, build, expected) => checkText(build(), expected));

  it.each<[string, string, () => Statement]>([
    [
      'rows changed in a CTE',
      'common table expression',
      () => select(deleteFrom(r).where(r.c.id.eq(1)).returning({ id: r.c.id }).cte('gone').c.id),
    ],
    [
      'recursion with UNION',
      'recursion with UNION',
      () =>
        select(
          select({ n: literal(1) })
            .cte('x', { recursive: true })
            .union((self) => select({ n: self.c.n })).c.n,
        ),
    ],
    ['a sample of a parameter', 'parameters in TABLESAMPLE', () => select(tableSample(p, 10).c.name)],
    ['a sample of rows', 'TABLESAMPLE BERNOULLI', () => select(tableSample(p, sql`10`, { method: 'bernoulli' }).c.name)],
    ['a right join to a lateral source', 'LATERAL', () => select(p.c.name, newest.c.rating).rightJoin(newest, newest.c.rating.gt(1))],
    [
      'WITH ORDINALITY',
      'WITH ORDINALITY',
      () => select(tableFunction(func.openjson('[1]'), { value: t.string(), n: t.integer() }, { ordinality: true }).c.n),
    ],
    [
      'GROUP BY a value in ROLLUP',
      'GROUP BY a value',
      () =>
        select(func.count())
          .from(p)
          .groupBy(rollup(literal(1))),
    ],
  ])('refuses %s', (_name, feature, build) => {
    expect(() => textOf(build())).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^sql\.unsupported/), message: expect.stringContaining(feature) }),
    );
  });
});

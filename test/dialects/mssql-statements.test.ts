// Every construct of the language as SQL Server gets it. There is no SQL Server here: a grammar of T-SQL that others wrote reads each one.
import { describe, expect, it } from 'vitest';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import { makePlan } from '../../src/engine/plan.ts';
import { alias } from '../../src/sql/alias.ts';
import { caseWhen } from '../../src/sql/case.ts';
import { t } from '../../src/sql/column-types.ts';
import { excluded } from '../../src/sql/conflict.ts';
import { cast } from '../../src/sql/conversion.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { and, not, or } from '../../src/sql/expression.ts';
import { func } from '../../src/sql/function.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal } from '../../src/sql/literal.ts';
import { make, makeBind } from '../../src/sql/make.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import type { Node } from '../../src/sql/node.ts';
import { exists } from '../../src/sql/query-value.ts';
import { sql, text } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { type Select, select } from '../../src/sql/select.ts';
import { except, intersect, union, unionAll } from '../../src/sql/set-operation.ts';
import { tuple } from '../../src/sql/tuple.ts';
import { INTEGER } from '../../src/sql/type.ts';
import { update } from '../../src/sql/update.ts';
import { categories as c, products as p, reviews as r } from '../sql/shop.ts';
import { parseTsql } from './tsql-grammar.ts';
import { checkText, type Statement, textOf } from './tsql-text.ts';

const ledger = new Table(
  new MetaData(),
  'ledger',
  {
    id: t.uuid().primaryKey(),
    total: t.numeric(20, 4),
    seen: t.boolean().nullable(),
    photo: t.binary().nullable(),
    token: t.uuid(),
  },
  { schema: 'sales' },
);
const ids = (...values: number[]): Select<[number]> => select(p.c.id).where(p.c.id.in(values));
const never = (value: unknown): never => value as never;

function check(_name: string, statement: Statement, expected: string): void {
  checkText(statement, expected);
}

describe('selects', () => {
  it.each<[string, Statement, string]>([
    ['columns', select(c), 'SELECT categories.id, categories.name, categories.parent_id FROM categories'],
    [
      'a schema, and decimals that a number does not hold as text',
      select(ledger.c.id, ledger.c.total).where(ledger.c.seen).orderBy(ledger.c.total),
      'SELECT sales.ledger.id, CONVERT(VARCHAR(41), sales.ledger.total) FROM sales.ledger WHERE sales.ledger.seen = 1 ORDER BY sales.ledger.total',
    ],
    ['short decimals as they are', select(p.c.price), 'SELECT products.price FROM products'],
    [
      'long decimals of a distinct select',
      select(ledger.c.total).distinct().orderBy(ledger.c.total.desc()),
      'SELECT CONVERT(VARCHAR(41), rows_1.total) FROM (SELECT DISTINCT sales.ledger.total FROM sales.ledger) AS rows_1 (total) ORDER BY total DESC',
    ],
    [
      'aggregates of decimals as text, sorted as numbers',
      select({ category: p.c.categoryId, most: func.max(p.c.price) })
        .groupBy(p.c.categoryId)
        .orderBy(func.max(p.c.price)),
      'SELECT products.category_id AS category, CONVERT(VARCHAR(41), max(products.price)) AS most FROM products GROUP BY products.category_id ORDER BY max(products.price)',
    ],
    [
      'a join along the foreign key',
      select(p.c.name, c.c.name).join(c).orderBy(p.c.id),
      'SELECT products.name, categories.name FROM products JOIN categories ON products.category_id = categories.id ORDER BY products.id',
    ],
    [
      'an outer join on conditions',
      select(p.c.id).outerJoin(c, p.c.categoryId.eq(c.c.id).and(p.c.active)),
      'SELECT products.id FROM products LEFT OUTER JOIN categories ON products.category_id = categories.id AND products.active = 1',
    ],
    [
      'a full join',
      select(p.c.id, c.c.id).fullJoin(c, p.c.id.eq(c.c.id)),
      'SELECT products.id, categories.id FROM products FULL OUTER JOIN categories ON products.id = categories.id',
    ],
    ['a cross join', select(p.c.id, c.c.id).crossJoin(c), 'SELECT products.id, categories.id FROM products CROSS JOIN categories'],
    [
      'a table under another name',
      select(c.c.name, alias(c, 'parent').c.name).from(c),
      'SELECT categories.name, parent.name FROM categories, categories AS parent',
    ],
    [
      'groups and their conditions',
      select({ category: p.c.categoryId, n: func.count() }).groupBy(p.c.categoryId).having(func.count().ge(2)),
      'SELECT products.category_id AS category, count(*) AS n FROM products GROUP BY products.category_id HAVING count(*) >= @p1',
    ],
    [
      'distinct',
      select(r.c.productId).distinct().orderBy(r.c.productId),
      'SELECT DISTINCT reviews.product_id FROM reviews ORDER BY reviews.product_id',
    ],
    [
      'a subquery in FROM, whose order means nothing',
      select(func.count()).from(select(p.c.id, p.c.stock).orderBy(p.c.stock).subquery('all_of_them')),
      'SELECT count(*) FROM (SELECT products.id, products.stock FROM products) AS all_of_them',
    ],
    [
      'a subquery in FROM, whose order decides its rows',
      select(func.count()).from(select(p.c.id, p.c.stock).orderBy(p.c.stock).limit(3).subquery('some')),
      'SELECT count(*) FROM (SELECT TOP (@p1) products.id, products.stock FROM products ORDER BY products.stock) AS [some]',
    ],
    [
      'a scalar subquery',
      select({ id: p.c.id, reviews: select(func.count()).from(r).where(r.c.productId.eq(p.c.id)).scalar() }),
      'SELECT products.id, (SELECT count(*) FROM reviews WHERE reviews.product_id = products.id) AS reviews FROM products',
    ],
    ['the bare truth and its opposite', select(p.c.id).where(false), 'SELECT products.id FROM products WHERE 1 = 0'],
    ['no table', select({ one: literal(1), yes: literal(true), nothing: literal(null) }), 'SELECT @p1 AS one, @p2 AS yes, @p3 AS nothing'],
  ])('%s', check);
});

describe('order and limits', () => {
  it.each<[string, Statement, string]>([
    ['a limit alone', select(p.c.id).limit(5), 'SELECT TOP (@p1) products.id FROM products'],
    [
      'a limit with an order',
      select(p.c.id).orderBy(p.c.name.desc()).limit(5),
      'SELECT TOP (@p1) products.id FROM products ORDER BY products.name DESC',
    ],
    [
      'a limit and an offset',
      select(p.c.id).orderBy(p.c.id).limit(5).offset(10),
      'SELECT products.id FROM products ORDER BY products.id OFFSET @p1 ROWS FETCH NEXT @p2 ROWS ONLY',
    ],
    ['an offset without an order', select(p.c.id).offset(10), 'SELECT products.id FROM products ORDER BY (SELECT NULL) OFFSET @p1 ROWS'],
    [
      'an offset of different rows without an order',
      select(p.c.id).distinct().limit(2).offset(10),
      'SELECT DISTINCT products.id FROM products ORDER BY 1 OFFSET @p1 ROWS FETCH NEXT @p2 ROWS ONLY',
    ],
    ['a limit of different rows', select(p.c.id).distinct().limit(2), 'SELECT DISTINCT TOP (@p1) products.id FROM products'],
    [
      'nulls where they stand by themselves',
      select(p.c.id).orderBy(p.c.note.asc().nullsFirst(), p.c.name.desc().nullsLast()),
      'SELECT products.id FROM products ORDER BY products.note, products.name DESC',
    ],
    [
      'nulls elsewhere',
      select(p.c.id).orderBy(p.c.note.asc().nullsLast(), p.c.name.desc().nullsFirst()),
      'SELECT products.id FROM products ORDER BY CASE WHEN products.note IS NULL THEN 1 ELSE 0 END, products.note, CASE WHEN products.name IS NULL THEN 0 ELSE 1 END, products.name DESC',
    ],
    [
      'nulls elsewhere among different rows',
      select(p.c.note).distinct().orderBy(p.c.note.asc().nullsLast()).limit(3),
      'SELECT TOP (@p1) * FROM (SELECT DISTINCT products.note FROM products) AS rows_1 (note) ORDER BY CASE WHEN note IS NULL THEN 1 ELSE 0 END, note',
    ],
    [
      'by what was given a name',
      select(p.c.id, p.c.stock.times(2).as('worth')).orderBy(p.c.stock.times(2).as('worth').desc()),
      'SELECT products.id, products.stock * @p1 AS worth FROM products ORDER BY worth DESC',
    ],
    [
      'by a condition',
      select(p.c.id).orderBy(p.c.stock.gt(5).desc()),
      'SELECT products.id FROM products ORDER BY CAST(CASE WHEN products.stock > @p1 THEN 1 WHEN NOT (products.stock > @p2) THEN 0 END AS BIT) DESC',
    ],
    [
      'by a value, and by the same again',
      select(p.c.id).orderBy(literal(1), p.c.id, p.c.id.desc()),
      'SELECT products.id FROM products ORDER BY (SELECT @p1), products.id',
    ],
  ])('%s', check);
});

describe('set operations', () => {
  it.each<[string, Statement, string]>([
    [
      'union',
      union(ids(1), ids(2)),
      'SELECT products.id FROM products WHERE products.id IN (@p1) UNION SELECT products.id FROM products WHERE products.id IN (@p2)',
    ],
    [
      'all, in order',
      unionAll(ids(1), ids(2)).orderBy(p.c.id.desc()),
      'SELECT products.id FROM products WHERE products.id IN (@p1) UNION ALL SELECT products.id FROM products WHERE products.id IN (@p2) ORDER BY id DESC',
    ],
    [
      'a page of them',
      union(ids(1), ids(2)).orderBy(p.c.id).limit(2).offset(1),
      'SELECT products.id FROM products WHERE products.id IN (@p1) UNION SELECT products.id FROM products WHERE products.id IN (@p2) ORDER BY id OFFSET @p3 ROWS FETCH NEXT @p4 ROWS ONLY',
    ],
    [
      'a limit of them',
      union(ids(1), ids(2)).orderBy(p.c.id).limit(2),
      'SELECT TOP (@p1) * FROM (SELECT products.id FROM products WHERE products.id IN (@p2) UNION SELECT products.id FROM products WHERE products.id IN (@p3)) AS rows_1 (id) ORDER BY id',
    ],
    [
      'an offset without an order',
      union(ids(1), ids(2)).offset(1),
      'SELECT * FROM (SELECT products.id FROM products WHERE products.id IN (@p1) UNION SELECT products.id FROM products WHERE products.id IN (@p2)) AS rows_1 (id) ORDER BY (SELECT NULL) OFFSET @p3 ROWS',
    ],
    [
      'columns of one name',
      union(select(p.c.id, c.c.id).join(c), select(c.c.id, p.c.id).join(c)).orderBy(c.c.id),
      'SELECT * FROM (SELECT products.id, categories.id FROM products JOIN categories ON products.category_id = categories.id UNION SELECT categories.id, products.id FROM products JOIN categories ON products.category_id = categories.id) AS rows_1 (id, id_1) ORDER BY id_1',
    ],
    [
      'nested',
      except(ids(1, 2), except(ids(2, 3), ids(3))),
      'SELECT products.id FROM products WHERE products.id IN (@p1) EXCEPT SELECT * FROM (SELECT products.id FROM products WHERE products.id IN (@p2) EXCEPT SELECT products.id FROM products WHERE products.id IN (@p3)) AS rows_1 (id)',
    ],
    [
      'parts with limits, whose columns have no names',
      unionAll(select(p.c.stock.plus(1)).orderBy(p.c.stock).limit(1), select(p.c.stock).orderBy(p.c.id)),
      'SELECT * FROM (SELECT * FROM (SELECT TOP (@p1) products.stock + @p2 FROM products ORDER BY products.stock) AS rows_2 ([column 1]) UNION ALL SELECT products.stock FROM products) AS rows_1 ([column 1])',
    ],
    [
      'intersect in IN',
      select(p.c.id).where(p.c.id.in(intersect(select(c.c.id), select(literal(4))))),
      'SELECT products.id FROM products WHERE products.id IN (SELECT categories.id FROM categories INTERSECT SELECT @p1)',
    ],
    [
      'long decimals',
      union(select(ledger.c.total), select(ledger.c.total)).orderBy(ledger.c.total),
      'SELECT CONVERT(VARCHAR(41), rows_1.total) FROM (SELECT sales.ledger.total FROM sales.ledger UNION SELECT sales.ledger.total FROM sales.ledger) AS rows_1 (total) ORDER BY total',
    ],
  ])('%s', check);
});

describe('locks', () => {
  it.each<[string, Statement, string]>([
    [
      'for update',
      select(p.c.id).where(p.c.id.eq(1)).forUpdate(),
      'SELECT products.id FROM products WITH (UPDLOCK, ROWLOCK) WHERE products.id = @p1',
    ],
    [
      'for update of one table, skipping',
      select(p.c.id)
        .join(c)
        .forUpdate({ skipLocked: true, of: [p] }),
      'SELECT products.id FROM products WITH (UPDLOCK, ROWLOCK, READPAST) JOIN categories ON products.category_id = categories.id',
    ],
    [
      'for share, not waiting',
      select(p.c.id).forUpdate({ noWait: true, share: true }),
      'SELECT products.id FROM products WITH (REPEATABLEREAD, ROWLOCK, NOWAIT)',
    ],
  ])('%s', check);
});

describe('conditions as conditions', () => {
  it.each<[string, Statement, string]>([
    ['a boolean column', select(p.c.id).where(p.c.active), 'SELECT products.id FROM products WHERE products.active = 1'],
    ['its opposite', select(p.c.id).where(not(p.c.active)), 'SELECT products.id FROM products WHERE NOT products.active = 1'],
    ['compared with a value', select(p.c.id).where(p.c.active.eq(true)), 'SELECT products.id FROM products WHERE products.active = @p1'],
    [
      'and, or, not',
      select(p.c.id).where(and(or(p.c.active, p.c.stock.eq(1)), not(or(p.c.active, p.c.stock.eq(2))))),
      'SELECT products.id FROM products WHERE (products.active = 1 OR products.stock = @p1) AND NOT (products.active = 1 OR products.stock = @p2)',
    ],
    [
      'constants among them',
      select(p.c.id).where(or(p.c.active, false), and(p.c.active, true)),
      'SELECT products.id FROM products WHERE (products.active = 1 OR 1 = 0) AND (products.active = 1 AND 1 = 1)',
    ],
    [
      'compared with a condition',
      select(p.c.id).where(p.c.stock.eq(1).eq(p.c.active)),
      'SELECT products.id FROM products WHERE (CAST(CASE WHEN products.stock = @p1 THEN 1 WHEN NOT (products.stock = @p2) THEN 0 END AS BIT)) = products.active',
    ],
    [
      'is null',
      select(p.c.id).where(p.c.note.isNull(), p.c.stock.eq(1).isNotNull()),
      'SELECT products.id FROM products WHERE products.note IS NULL AND (CAST(CASE WHEN products.stock = @p1 THEN 1 WHEN NOT (products.stock = @p2) THEN 0 END AS BIT)) IS NOT NULL',
    ],
    [
      'between',
      select(p.c.id).where(p.c.stock.between(1, 5), p.c.stock.notBetween(2, 3)),
      'SELECT products.id FROM products WHERE products.stock BETWEEN @p1 AND @p2 AND products.stock NOT BETWEEN @p3 AND @p4',
    ],
    [
      'a list',
      select(p.c.id).where(p.c.id.in([1, 2]), p.c.id.notIn([3])),
      'SELECT products.id FROM products WHERE products.id IN (@p1) AND products.id NOT IN (@p2)',
    ],
    [
      'a select',
      select(p.c.id).where(p.c.id.notIn(select(r.c.productId))),
      'SELECT products.id FROM products WHERE products.id NOT IN (SELECT reviews.product_id FROM reviews)',
    ],
    [
      'exists',
      select(p.c.id).where(not(exists(select(r.c.id).where(r.c.productId.eq(p.c.id))))),
      'SELECT products.id FROM products WHERE NOT EXISTS (SELECT reviews.id FROM reviews WHERE reviews.product_id = products.id)',
    ],
    [
      'different, NULL included',
      select(p.c.id).where(p.c.note.isDistinctFrom('a'), p.c.note.isNotDistinctFrom(null)),
      'SELECT products.id FROM products WHERE NOT EXISTS (SELECT products.note INTERSECT SELECT @p1) AND EXISTS (SELECT products.note INTERSECT SELECT @p2)',
    ],
    [
      'different aggregates',
      select(p.c.categoryId).groupBy(p.c.categoryId).having(func.count().isDistinctFrom(2)),
      'SELECT products.category_id FROM products GROUP BY products.category_id HAVING CASE WHEN count(*) = @p1 OR (count(*) IS NULL AND @p2 IS NULL) THEN 0 ELSE 1 END = 1',
    ],
    [
      'rows of values',
      select(p.c.id).where(
        tuple(p.c.id, p.c.name).in([
          [1, 'a'],
          [2, 'b'],
        ]),
      ),
      'SELECT products.id FROM products WHERE (products.id = @p1 AND products.name = @p2) OR (products.id = @p3 AND products.name = @p4)',
    ],
    [
      'none of some rows of values',
      select(p.c.id).where(tuple(p.c.id, p.c.name).notIn([[1, 'a']])),
      'SELECT products.id FROM products WHERE NOT (products.id = @p1 AND products.name = @p2)',
    ],
    [
      'rows of values by their order',
      select(p.c.id).where(tuple(p.c.id, p.c.name, p.c.stock).ge([1, 'a', 2]), tuple(p.c.id, p.c.stock).lt(tuple(p.c.stock, p.c.id))),
      'SELECT products.id FROM products WHERE (products.id > @p1 OR products.id = @p2 AND (products.name > @p3 OR products.name = @p4 AND products.stock >= @p5)) AND (products.id < products.stock OR products.id = products.stock AND products.stock < products.id)',
    ],
    [
      'rows of a select',
      select(p.c.id).where(tuple(p.c.id, p.c.stock).in(select(r.c.productId, r.c.rating))),
      'SELECT products.id FROM products WHERE EXISTS (SELECT 1 FROM (SELECT reviews.product_id, reviews.rating FROM reviews) AS in_1 ([value 1], [value 2]) WHERE products.id = in_1.[value 1] AND products.stock = in_1.[value 2])',
    ],
    [
      'none of the rows of a select',
      select(p.c.id).where(tuple(p.c.id, p.c.stock).notIn(select(r.c.productId, r.c.rating))),
      'SELECT products.id FROM products WHERE NOT CASE WHEN EXISTS (SELECT 1 FROM (SELECT reviews.product_id, reviews.rating FROM reviews) AS in_1 ([value 1], [value 2]) WHERE products.id = in_1.[value 1] AND products.stock = in_1.[value 2]) THEN 1 WHEN NOT EXISTS (SELECT 1 FROM (SELECT reviews.product_id, reviews.rating FROM reviews) AS in_2 ([value 1], [value 2]) WHERE (products.id = in_2.[value 1] OR products.id IS NULL OR in_2.[value 1] IS NULL) AND (products.stock = in_2.[value 2] OR products.stock IS NULL OR in_2.[value 2] IS NULL)) THEN 0 END = 1',
    ],
    [
      'a case',
      select(p.c.id).where(caseWhen(p.c.active, true).else(false)),
      'SELECT products.id FROM products WHERE CASE WHEN products.active = 1 THEN @p1 ELSE @p2 END = 1',
    ],
    [
      'SQL by hand',
      select(p.c.id).where(sql`stock > ${5} OR ${p.c.active.eq(true)}`, p.c.id.eq(1)),
      'SELECT products.id FROM products WHERE (stock > @p1 OR products.active = @p2) AND products.id = @p3',
    ],
  ])('%s', check);
});

describe('conditions as values', () => {
  it.each<[string, Statement, string]>([
    [
      'a comparison',
      select({ x: p.c.stock.gt(1) }),
      'SELECT CAST(CASE WHEN products.stock > @p1 THEN 1 WHEN NOT (products.stock > @p2) THEN 0 END AS BIT) AS x FROM products',
    ],
    [
      'what is never unknown',
      select({ x: p.c.note.isNull(), y: exists(select(r.c.id)), z: and(p.c.note.isNull(), p.c.stock.isDistinctFrom(1)) }).from(p),
      'SELECT CAST(CASE WHEN products.note IS NULL THEN 1 ELSE 0 END AS BIT) AS x, CAST(CASE WHEN EXISTS (SELECT reviews.id FROM reviews) THEN 1 ELSE 0 END AS BIT) AS y, CAST(CASE WHEN products.note IS NULL AND NOT EXISTS (SELECT products.stock INTERSECT SELECT @p1) THEN 1 ELSE 0 END AS BIT) AS z FROM products',
    ],
    [
      'opposites',
      select({ x: not(p.c.active), y: not(p.c.stock.eq(1)) }),
      'SELECT ~(products.active) AS x, ~(CAST(CASE WHEN products.stock = @p1 THEN 1 WHEN NOT (products.stock = @p2) THEN 0 END AS BIT)) AS y FROM products',
    ],
    [
      'conditions of conditions, each asked for once',
      select({ x: p.c.stock.eq(1).eq(p.c.name.like('x')).ne(p.c.active) }),
      `SELECT ((~((CAST(CASE WHEN products.stock = @p1 THEN 1 WHEN NOT (products.stock = @p2) THEN 0 END AS BIT)) ^ (CAST(CASE WHEN products.name LIKE REPLACE(@p3, N'[', N'[[]') THEN 1 WHEN NOT (products.name LIKE REPLACE(@p4, N'[', N'[[]')) THEN 0 END AS BIT)))) ^ (products.active)) AS x FROM products`,
    ],
    [
      'a set column',
      update(p)
        .set({ active: p.c.stock.gt(0) })
        .where(p.c.id.eq(1)),
      'UPDATE products SET active = CAST(CASE WHEN products.stock > @p1 THEN 1 WHEN NOT (products.stock > @p2) THEN 0 END AS BIT), changed_at = @p3 WHERE products.id = @p4',
    ],
    [
      'an argument',
      select(func.coalesce(p.c.stock.gt(0), false)),
      'SELECT coalesce(CAST(CASE WHEN products.stock > @p1 THEN 1 WHEN NOT (products.stock > @p2) THEN 0 END AS BIT), @p3) FROM products',
    ],
    [
      'a sum of truths',
      select(func.sum(p.c.stock.gt(0)), func.max(p.c.active)),
      'SELECT sum(CAST(CAST(CASE WHEN products.stock > @p1 THEN 1 WHEN NOT (products.stock > @p2) THEN 0 END AS BIT) AS INT)), max(CAST(products.active AS INT)) FROM products',
    ],
  ])('%s', check);
});

describe('text', () => {
  it.each<[string, Statement, string]>([
    [
      'joined',
      select(p.c.name.concat('-').concat(p.c.note)),
      'SELECT CAST(products.name AS NVARCHAR(MAX)) + @p1 + products.note FROM products',
    ],
    [
      'joined with a number',
      select(p.c.name.concat(never(p.c.stock.plus(1)))),
      'SELECT CAST(products.name AS NVARCHAR(MAX)) + CAST(products.stock + @p1 AS NVARCHAR(MAX)) FROM products',
    ],
    [
      'like',
      select(p.c.id).where(p.c.name.like('a%'), p.c.name.notLike('b%', { escape: '!' })),
      `SELECT products.id FROM products WHERE products.name LIKE REPLACE(@p1, N'[', N'[[]') AND products.name NOT LIKE REPLACE(@p2, N'[', N'[[]') ESCAPE N'!'`,
    ],
    [
      'like without case',
      select(p.c.id).where(p.c.name.ilike('a%')),
      `SELECT products.id FROM products WHERE LOWER(products.name) LIKE LOWER(REPLACE(@p1, N'[', N'[[]'))`,
    ],
    [
      'contains a value',
      select(p.c.id).where(p.c.name.contains('50%')),
      `SELECT products.id FROM products WHERE products.name LIKE REPLACE(@p1, N'[', N'[[]') ESCAPE N'/'`,
    ],
    [
      'contains a column',
      select(p.c.id).where(p.c.name.startsWith(p.c.note)),
      `SELECT products.id FROM products WHERE products.name LIKE REPLACE(CAST(replace(replace(replace(products.note, @p1, @p2), @p3, @p4), @p5, @p6) AS NVARCHAR(MAX)) + @p7, N'[', N'[[]') ESCAPE N'/'`,
    ],
    [
      'collated',
      select(p.c.id).where(p.c.name.collate('Latin1_General_BIN2').eq('x')),
      'SELECT products.id FROM products WHERE products.name COLLATE Latin1_General_BIN2 = @p1',
    ],
  ])('%s', check);
});

describe('numbers', () => {
  it.each<[string, Statement, string]>([
    [
      'arithmetic',
      select(p.c.stock.plus(1).times(2), p.c.stock.minus(p.c.id.minus(1)), p.c.stock.mod(3), p.c.stock.negate().negate()),
      'SELECT (products.stock + @p1) * @p2, products.stock - (products.id - @p3), products.stock % @p4, -(-products.stock) FROM products',
    ],
    [
      'casts',
      select(cast(p.c.stock, t.text()), cast(p.c.name, t.integer()), cast(p.c.stock, t.numeric(10, 2)), cast(p.c.stock.gt(1), t.boolean())),
      'SELECT CAST(products.stock AS NVARCHAR(MAX)), CAST(products.name AS INT), CAST(products.stock AS DECIMAL(10, 2)), CAST(CAST(CASE WHEN products.stock > @p1 THEN 1 WHEN NOT (products.stock > @p2) THEN 0 END AS BIT) AS BIT) FROM products',
    ],
    [
      'bytes',
      select(ledger.c.id).where(ledger.c.photo.eq(new Uint8Array([1]))),
      'SELECT sales.ledger.id FROM sales.ledger WHERE sales.ledger.photo = CAST(@p1 AS VARBINARY(MAX))',
    ],
  ])('%s', check);
});

describe('functions', () => {
  it.each<[string, Statement, string]>([
    [
      'by other names',
      select(
        func.length(p.c.name),
        func.now(),
        func.random(),
        func.round(p.c.stock),
        func.round(p.c.stock, 2),
        func.substr(p.c.name, 2),
        func.ceil(p.c.stock),
      ),
      `SELECT CAST(LEN(CAST(products.name AS NVARCHAR(MAX)) + N'.') - 1 AS INT), SYSUTCDATETIME(), RAND(CHECKSUM(NEWID())), ROUND(products.stock, 0), round(products.stock, @p1), SUBSTRING(products.name, @p2, 2147483647), CEILING(products.stock) FROM products`,
    ],
    [
      'by the same names',
      select(
        func.lower(p.c.name),
        func.trim(p.c.name),
        func.replace(p.c.name, 'a', 'b'),
        func.abs(p.c.stock),
        func.nullif(p.c.stock, 0),
        func.coalesce(p.c.note, ''),
      ),
      'SELECT lower(products.name), trim(products.name), replace(products.name, @p1, @p2), abs(products.stock), nullif(products.stock, @p3), coalesce(products.note, @p4) FROM products',
    ],
    [
      'aggregates',
      select(func.count(), func.count(p.c.note).distinct(), func.sum(p.c.stock), func.avg(p.c.stock), func.min(p.c.name)).from(p),
      'SELECT count(*), count(DISTINCT products.note), sum(products.stock), avg(CAST(products.stock AS FLOAT(53))), min(products.name) FROM products',
    ],
    [
      'aggregates of some rows',
      select(
        func.count().filter(p.c.active),
        func.sum(p.c.stock).filter(p.c.price.lt(8)),
        func.count(p.c.id).distinct().filter(p.c.active),
      ).from(p),
      'SELECT count(CASE WHEN products.active = 1 THEN 1 END), sum(CASE WHEN products.price < @p1 THEN products.stock END), count(DISTINCT CASE WHEN products.active = 1 THEN products.id END) FROM products',
    ],
    [
      'aggregates in order',
      select(func.groupConcat(p.c.name, ',').orderBy(p.c.id.desc()), func.stringAgg(p.c.name, '/').filter(p.c.active)).from(p),
      "SELECT STRING_AGG(CAST(products.name AS NVARCHAR(MAX)), N',') WITHIN GROUP (ORDER BY products.id DESC), STRING_AGG(CASE WHEN products.active = 1 THEN CAST(products.name AS NVARCHAR(MAX)) END, N'/') FROM products",
    ],
    [
      'windows',
      select(
        func.rowNumber().over({ partitionBy: p.c.categoryId, orderBy: p.c.price.desc() }),
        func.rank().over(),
        func.lag(p.c.name, 1, '-').over({ orderBy: p.c.id }),
        func.sum(p.c.stock).over({ orderBy: [p.c.id], frame: 'rows between 1 preceding and current row' }),
        func.count().filter(p.c.active).over(),
        func.firstValue(p.c.name).over({ orderBy: p.c.note.asc().nullsLast() }),
      ),
      'SELECT row_number() OVER (PARTITION BY products.category_id ORDER BY products.price DESC), rank() OVER (ORDER BY (SELECT NULL)), lag(products.name, @p1, @p2) OVER (ORDER BY products.id), sum(products.stock) OVER (ORDER BY products.id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), count(CASE WHEN products.active = 1 THEN 1 END) OVER (), first_value(products.name) OVER (ORDER BY CASE WHEN products.note IS NULL THEN 1 ELSE 0 END, products.note) FROM products',
    ],
    [
      'a window compared, NULL included',
      select({ x: func.lag(p.c.note).over({ orderBy: p.c.id }).isDistinctFrom(p.c.note) }),
      'SELECT CAST(CASE WHEN CASE WHEN lag(products.note) OVER (ORDER BY products.id) = products.note OR (lag(products.note) OVER (ORDER BY products.id) IS NULL AND products.note IS NULL) THEN 0 ELSE 1 END = 1 THEN 1 ELSE 0 END AS BIT) AS x FROM products',
    ],
    [
      'case',
      select(caseWhen(p.c.active, 'on').when(p.c.stock.gt(1), 'full').else('off')),
      'SELECT CASE WHEN products.active = 1 THEN @p1 WHEN products.stock > @p2 THEN @p3 ELSE @p4 END FROM products',
    ],
  ])('%s', check);
});

describe('inserts', () => {
  it.each<[string, Statement, string]>([
    ['a row', insertInto(c).values({ name: 'x' }), 'INSERT INTO categories (name) VALUES (@p1)'],
    [
      'a row and its key',
      insertInto(c).values({ name: 'x' }).returning(c.c.id, func.upper(c.c.name)),
      'INSERT INTO categories (name) OUTPUT inserted.id, upper(inserted.name) VALUES (@p1)',
    ],
    [
      'a row with a key that the database would make',
      insertInto(c).values({ id: 5, name: 'x' }).returning(c),
      'SET IDENTITY_INSERT categories ON; INSERT INTO categories (id, name) OUTPUT inserted.id, inserted.name, inserted.parent_id VALUES (@p1, @p2); SET IDENTITY_INSERT categories OFF',
    ],
    [
      'a row whose key is a UUID, and long decimals back',
      insertInto(ledger)
        .values({ id: 'b5b1c9d4-7d7c-4f0e-9d4b-1f0f5a3b2c1d', token: 'b5b1c9d4-7d7c-4f0e-9d4b-1f0f5a3b2c1d', total: 1 })
        .returning(ledger.c.total),
      'INSERT INTO sales.ledger (id, total, token) OUTPUT CONVERT(VARCHAR(41), inserted.total) VALUES (@p1, @p2, @p3)',
    ],
    [
      'the rows of a select, in order',
      insertInto(r).fromSelect(['rating', 'productId'], select(p.c.stock, p.c.id).orderBy(p.c.id)),
      'INSERT INTO reviews (rating, product_id) SELECT products.stock, products.id FROM products ORDER BY products.id',
    ],
    [
      'a row unless it is there by any key',
      insertInto(c).values({ name: 'x' }).onConflictDoNothing(),
      'MERGE INTO categories WITH (HOLDLOCK) USING (VALUES (@p1)) AS excluded (name) ON categories.name = excluded.name WHEN NOT MATCHED THEN INSERT (name) VALUES (excluded.name);',
    ],
    [
      'a row unless it is there by a key that may be NULL',
      insertInto(c).values({ id: 1, name: 'x' }).onConflictDoNothing(),
      'SET IDENTITY_INSERT categories ON; MERGE INTO categories WITH (HOLDLOCK) USING (VALUES (@p1, @p2)) AS excluded (id, name) ON (categories.id = excluded.id) OR (categories.name = excluded.name) WHEN NOT MATCHED THEN INSERT (id, name) VALUES (excluded.id, excluded.name); SET IDENTITY_INSERT categories OFF',
    ],
    [
      'a row, or its update',
      insertInto(p)
        .values({ id: 1, name: 'Urn', price: 11, stock: 2 })
        .onConflictDoUpdate({
          target: [p.c.id],
          set: { name: excluded(p.c.name), stock: p.c.stock.plus(excluded(p.c.stock)) },
          where: p.c.active,
        })
        .returning({ id: p.c.id, active: p.c.active }),
      'SET IDENTITY_INSERT products ON; MERGE INTO products WITH (HOLDLOCK) USING (VALUES (@p1, @p2, @p3, @p4, @p5)) AS excluded (id, name, price, stock, active) ON products.id = excluded.id WHEN MATCHED AND products.active = 1 THEN UPDATE SET name = excluded.name, stock = products.stock + excluded.stock, changed_at = @p6 WHEN NOT MATCHED THEN INSERT (id, name, price, stock, active) VALUES (excluded.id, excluded.name, excluded.price, excluded.stock, excluded.active) OUTPUT inserted.id, inserted.active; SET IDENTITY_INSERT products OFF',
    ],
    [
      'the rows of a select, or their update',
      insertInto(c)
        .fromSelect(['name'], select(p.c.name).orderBy(p.c.id))
        .onConflictDoUpdate({ target: [c.c.name], set: { parentId: null } }),
      'MERGE INTO categories WITH (HOLDLOCK) USING (SELECT products.name FROM products) AS excluded (name) ON categories.name = excluded.name WHEN MATCHED THEN UPDATE SET parent_id = @p1 WHEN NOT MATCHED THEN INSERT (name) VALUES (excluded.name);',
    ],
  ])('%s', check);
});

describe('updates and deletes', () => {
  it.each<[string, Statement, string]>([
    [
      'some rows',
      update(p)
        .set({ stock: p.c.stock.plus(1) })
        .where(p.c.active),
      'UPDATE products SET stock = products.stock + @p1, changed_at = @p2 WHERE products.active = 1',
    ],
    [
      'what they are afterwards',
      update(p).set({ stock: 0 }).where(p.c.id.eq(1)).returning(p.c.id, p.c.stock.plus(1)),
      'UPDATE products SET stock = @p1, changed_at = @p2 OUTPUT inserted.id, inserted.stock + @p3 WHERE products.id = @p4',
    ],
    [
      'from a select',
      update(p, { all: true }).set({ stock: select(func.count()).from(r).where(r.c.productId.eq(p.c.id)).scalar() }),
      'UPDATE products SET stock = (SELECT count(*) FROM reviews WHERE reviews.product_id = products.id), changed_at = @p1',
    ],
    [
      'deletes',
      deleteFrom(r)
        .where(r.c.productId.in(select(p.c.id).where(not(p.c.active))))
        .returning({ gone: r.c.rating }),
      'DELETE FROM reviews OUTPUT deleted.rating AS gone WHERE reviews.product_id IN (SELECT products.id FROM products WHERE NOT products.active = 1)',
    ],
    ['all rows', deleteFrom(r, { all: true }), 'DELETE FROM reviews'],
  ])('%s', check);
});

describe('many rows', () => {
  const rows = (count: number, returning: readonly Node[]): Statement => ({
    node: make('insert', {
      table: c.node,
      columns: ['name', 'parent_id'],
      values: Array.from({ length: count * 2 }, () => makeBind(1, INTEGER)),
      query: null,
      conflict: null,
      returning,
      instead: null,
      overriding: null,
      prefixes: [],
      ctes: [],
    }),
  });
  it('makes keys in the order of the rows where they are asked for', () => {
    check('', rows(2, []), 'INSERT INTO categories (name, parent_id) VALUES (@p1, @p2), (@p3, @p4)');
    check(
      '',
      rows(2, [c.c.id.node]),
      'INSERT INTO categories (name, parent_id) OUTPUT inserted.id SELECT rows_1.name, rows_1.parent_id FROM (VALUES (0, @p1, @p2), (1, @p3, @p4)) AS rows_1 ([row number], name, parent_id) ORDER BY rows_1.[row number]',
    );
  });
  it('goes around the limit of 1,000 rows', () => {
    expect(textOf(rows(1000, []))).toContain(' VALUES (@p1, @p2), ');
    expect(textOf(rows(1001, []))).toContain(' FROM (VALUES (0, @p1, @p2), ');
  });
  it('inserts a row of defaults', () => {
    const none = { query: null, conflict: null, instead: null, overriding: null, prefixes: [], ctes: [] };
    const row = { table: c.node, columns: [], values: [], ...none };
    check('', { node: make('insert', { ...row, returning: [] }) }, 'INSERT INTO categories DEFAULT VALUES');
    check('', { node: make('insert', { ...row, returning: [c.c.id.node] }) }, 'INSERT INTO categories OUTPUT inserted.id DEFAULT VALUES');
  });
});

describe('lists', () => {
  const textFor = (statement: { readonly node: Node }, list: readonly unknown[]): string =>
    makePlan(mssql, statement.node, 'key').encode([list]).sql;
  it('are parameters, one JSON parameter where they are long, and a typed select where they are empty', () => {
    const inIds = select(p.c.id).where(p.c.id.in([1]));
    const inTokens = select(ledger.c.id).where(ledger.c.token.in(['b5b1c9d4-7d7c-4f0e-9d4b-1f0f5a3b2c1d']));
    expect(textFor(inIds, [1, 2])).toBe('SELECT products.id FROM products WHERE products.id IN (@p1, @p2)');
    expect(textFor(inIds, [])).toBe('SELECT products.id FROM products WHERE products.id IN (SELECT CAST(NULL AS INT) WHERE 1 = 0)');
    expect(textFor(inTokens, [])).toContain('IN (SELECT CAST(NULL AS UNIQUEIDENTIFIER) WHERE 1 = 0)');
    const long = Array.from({ length: 5000 }, (_, i) => i);
    expect(textFor(inIds, long)).toContain("IN (SELECT [value] FROM OPENJSON(@p1) WITH ([value] INT '$'))");
    for (const list of [[1, 2], []]) parseTsql(textFor(inIds, list));
    const { parameters } = makePlan(mssql, inIds.node, 'key').encode([long]);
    expect(parameters.map(String)).toEqual([JSON.stringify(long)]);
  });
  it('refuses more parameters than a statement may have', () => {
    const prices = Array.from({ length: 2200 }, (_, i) => `${i}.5`);
    const plan = makePlan(mssql, select(p.c.id).where(p.c.price.in(never(['1.5']))).node, 'key');
    expect(() => plan.encode([prices])).toThrow(expect.objectContaining({ code: 'engine.too-many-parameters' }));
  });
});

describe('SQL by hand', () => {
  it('keeps its own variables, and refuses placeholders that stand for nothing', () => {
    check(
      '',
      sql`DECLARE @x INT = ${1}; SELECT @x, @@ROWCOUNT, '@p1', [@p2] -- @p3`,
      "DECLARE @x INT = @p1; SELECT @x, @@ROWCOUNT, '@p1', [@p2] -- @p3",
    );
    expect(() => textOf(sql`SELECT @p1, ${1}`)).toThrow(expect.objectContaining({ code: 'sql.bare-placeholder' }));
    expect(textOf(text('SELECT :a, :a'))).toBe('SELECT @p1, @p2');
    expect(textOf(sql`SELECT * FROM ${ledger} WHERE ${sql.identifier('a]b')} IN ${[1, 2]}`)).toBe(
      'SELECT * FROM sales.ledger WHERE [a]]b] IN (@p1, @p2)',
    );
  });
});

describe('what SQL Server does not have', () => {
  it.each<[string, () => Statement]>([
    ['GROUP BY a value', () => select(func.count()).from(p).groupBy(literal(1))],
    ['STRING_AGG(DISTINCT …)', () => select(func.groupConcat(p.c.name, ',').distinct()).from(p)],
    ["window over 'string_agg'", () => select(func.groupConcat(p.c.name, ',').over()).from(p)],
    ['window over different values', () => select(func.count(p.c.id).distinct().over()).from(p)],
    ['window frame in GROUPS', () => select(func.sum(p.c.id).over({ orderBy: p.c.id, frame: 'groups current row' }))],
    ['subquery in what a statement gives back', () => insertInto(c).values({ name: 'x' }).returning(select(func.count()).from(p).scalar())],
    [
      "excluded() of 'parent_id'",
      () =>
        insertInto(c)
          .values({ name: 'x' })
          .onConflictDoUpdate({ target: [c.c.name], set: { parentId: excluded(c.c.parentId) } }),
    ],
    [
      "conflict over 'id'",
      () =>
        insertInto(c)
          .values({ name: 'x' })
          .onConflictDoUpdate({ target: [c.c.id], set: { name: 'y' } }),
    ],
  ])('%s', (feature, build) => {
    expect(() => textOf(build())).toThrow(expect.objectContaining({ code: 'sql.unsupported', message: expect.stringContaining(feature) }));
  });
  it('takes a collation by a plain name only', () => {
    expect(() => textOf(select(p.c.name.collate('x; DROP TABLE y')))).toThrow('the name of a collation');
  });
});

describe('transactions', () => {
  it('begin at a level, and are spelled out', () => {
    expect(mssql.beginTransaction({}, true)).toEqual(['SET TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN TRANSACTION']);
    expect(mssql.beginTransaction({ isolation: 'snapshot' }, true)).toEqual([
      'SET TRANSACTION ISOLATION LEVEL SNAPSHOT; BEGIN TRANSACTION',
    ]);
    expect(() => mssql.beginTransaction({ readOnly: true }, false)).toThrow('read-only transaction');
    const words = mssql.transactionWords;
    const all = [words?.commit, words?.rollback, words?.savepoint('a b'), words?.rollbackTo('a b')] as string[];
    expect(all).toEqual([
      'COMMIT TRANSACTION',
      'IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION',
      'SAVE TRANSACTION [a b]',
      'ROLLBACK TRANSACTION [a b]',
    ]);
    expect(words?.release('a')).toBeNull();
    for (const statement of all) parseTsql(statement);
  });
});

it('hears the grammar refuse what other databases take', () => {
  for (const statement of [
    'SELECT a FROM t LIMIT 1',
    'SELECT TRUE',
    'SELECT a = b AS x FROM t WHERE c',
    'SELECT a FROM t WHERE a',
    'SELECT a || b FROM t',
    'SELECT EXISTS (SELECT 1)',
    'SELECT a FROM (SELECT 1 AS a)',
    'SELECT a FROM t WHERE a IN (SELECT b FROM u ORDER BY b)',
    'SELECT count(*) FILTER (WHERE a = 1) FROM t',
    'INSERT INTO t (a) VALUES (1) RETURNING a',
    'SELECT a FROM t ORDER BY a NULLS LAST',
    'SELECT a FROM t FOR UPDATE',
    'SELECT a FROM t WHERE (a, b) IN (SELECT 1, 2)',
    'SELECT a FROM t WHERE a IS DISTINCT FROM b',
  ]) {
    expect(() => parseTsql(statement), statement).toThrow('Not T-SQL');
  }
});

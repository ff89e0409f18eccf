// Expressions as SQL Server gets them. There is no SQL Server here: a grammar of T-SQL that others wrote reads each statement.
import { describe, expect, it } from 'vitest';
import { caseOf } from '../../src/sql/case.ts';
import { t } from '../../src/sql/column-types.ts';
import { extract, tryCast } from '../../src/sql/conversion.ts';
import { not } from '../../src/sql/expression.ts';
import { func } from '../../src/sql/function.ts';
import { match } from '../../src/sql/match.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { all, any, arrayOf } from '../../src/sql/quantified.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { categories as c, products as p } from '../sql/shop.ts';
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

describe('expressions on SQL Server', () => {
  it.each<[string, () => Statement, string]>([
    [
      'bits',
      () =>
        select(
          docs.c.flags.bitwiseAnd(3),
          docs.c.flags.bitwiseOr(3),
          docs.c.flags.bitwiseXor(3),
          docs.c.flags.bitwiseNot(),
          docs.c.flags.bitwiseLeftShift(2),
          docs.c.flags.bitwiseRightShift(2),
        ),
      'SELECT sales.docs.flags & @p1, sales.docs.flags | @p2, sales.docs.flags ^ @p3, ~sales.docs.flags, sales.docs.flags * POWER(CAST(2 AS BIGINT), @p4), (sales.docs.flags - (sales.docs.flags % POWER(CAST(2 AS BIGINT), @p5) + POWER(CAST(2 AS BIGINT), @p6)) % POWER(CAST(2 AS BIGINT), @p7)) / POWER(CAST(2 AS BIGINT), @p8) FROM sales.docs',
    ],
    [
      'division',
      () =>
        select(
          docs.c.flags.dividedBy(3),
          docs.c.flags.floorDiv(3),
          docs.c.flags.mod(3),
          docs.c.total.dividedBy(2),
          docs.c.total.floorDiv(2),
        ),
      'SELECT CAST(sales.docs.flags AS FLOAT(53)) / @p1, (sales.docs.flags / @p2 - CASE WHEN sales.docs.flags % @p3 <> 0 AND (sales.docs.flags < 0 AND @p4 > 0 OR sales.docs.flags > 0 AND @p5 < 0) THEN 1 ELSE 0 END), sales.docs.flags % @p6, CONVERT(VARCHAR(41), sales.docs.total / @p7), CONVERT(VARCHAR(41), FLOOR(sales.docs.total / @p8)) FROM sales.docs',
    ],
    [
      'IS TRUE and its like',
      () =>
        select(docs.c.ok.is(true)).where(
          docs.c.ok.is(true),
          docs.c.ok.isNot(true),
          docs.c.ok.is(false),
          docs.c.id.gt(1).isNot(false),
          not(docs.c.ok.is(true)),
        ),
      'SELECT CAST(CASE WHEN CASE WHEN sales.docs.ok = 1 THEN 1 ELSE 0 END = 1 THEN 1 ELSE 0 END AS BIT) FROM sales.docs WHERE CASE WHEN sales.docs.ok = 1 THEN 1 ELSE 0 END = 1 AND CASE WHEN sales.docs.ok = 1 THEN 1 ELSE 0 END = 0 AND CASE WHEN NOT sales.docs.ok = 1 THEN 1 ELSE 0 END = 1 AND CASE WHEN NOT sales.docs.id > @p1 THEN 1 ELSE 0 END = 0 AND NOT CASE WHEN sales.docs.ok = 1 THEN 1 ELSE 0 END = 1',
    ],
    [
      'BETWEEN SYMMETRIC',
      () => select(docs.c.id).where(docs.c.id.between(3, 1, { symmetric: true })),
      'SELECT sales.docs.id FROM sales.docs WHERE (sales.docs.id BETWEEN @p1 AND @p2 OR sales.docs.id BETWEEN @p3 AND @p4)',
    ],
    [
      'NOT BETWEEN SYMMETRIC',
      () => select(docs.c.id).where(not(docs.c.id.between(3, 1, { symmetric: true }))),
      'SELECT sales.docs.id FROM sales.docs WHERE NOT (sales.docs.id BETWEEN @p1 AND @p2 OR sales.docs.id BETWEEN @p3 AND @p4)',
    ],
    [
      'EXTRACT',
      () =>
        select(
          extract('year', docs.c.at),
          extract('month', docs.c.at),
          extract('day', docs.c.at),
          extract('hour', docs.c.at),
          extract('minute', docs.c.at),
          extract('second', docs.c.at),
          extract('milliseconds', docs.c.at),
          extract('microseconds', docs.c.at),
          extract('quarter', docs.c.at),
          extract('week', docs.c.at),
          extract('isoyear', docs.c.at),
          extract('dow', docs.c.at),
          extract('isodow', docs.c.at),
          extract('doy', docs.c.at),
          extract('decade', docs.c.at),
          extract('century', docs.c.at),
          extract('millennium', docs.c.at),
          extract('epoch', docs.c.at),
        ),
      "SELECT DATEPART(YEAR, sales.docs.at), DATEPART(MONTH, sales.docs.at), DATEPART(DAY, sales.docs.at), DATEPART(HOUR, sales.docs.at), DATEPART(MINUTE, sales.docs.at), (DATEPART(SECOND, sales.docs.at) + DATEPART(NANOSECOND, sales.docs.at) / 1e9), (DATEPART(SECOND, sales.docs.at) * 1e3 + DATEPART(NANOSECOND, sales.docs.at) / 1e6), (DATEPART(SECOND, sales.docs.at) * 1e6 + DATEPART(NANOSECOND, sales.docs.at) / 1e3), DATEPART(QUARTER, sales.docs.at), DATEPART(ISO_WEEK, sales.docs.at), YEAR(DATEADD(DAY, 26 - DATEPART(ISO_WEEK, sales.docs.at), sales.docs.at)), ((DATEDIFF(DAY, CAST('19000107' AS DATE), sales.docs.at) % 7 + 7) % 7), (((DATEDIFF(DAY, CAST('19000101' AS DATE), sales.docs.at) % 7 + 7) % 7) + 1), DATEPART(DAYOFYEAR, sales.docs.at), (DATEPART(YEAR, sales.docs.at) / 10), ((DATEPART(YEAR, sales.docs.at) + 99) / 100), ((DATEPART(YEAR, sales.docs.at) + 999) / 1000), (DATEDIFF_BIG(MICROSECOND, CAST('19700101' AS DATETIME2), sales.docs.at) / 1e6) FROM sales.docs",
    ],
    [
      'times of a date',
      () => select(extract('hour', docs.c.day), extract('epoch', docs.c.day)),
      "SELECT DATEPART(HOUR, CAST(sales.docs.day AS DATETIME2)), (DATEDIFF_BIG(MICROSECOND, CAST('19700101' AS DATETIME2), CAST(sales.docs.day AS DATETIME2)) / 1e6) FROM sales.docs",
    ],
    ['TRY_CAST', () => select(tryCast(docs.c.day, t.integer())), 'SELECT TRY_CAST(sales.docs.day AS INT) FROM sales.docs'],
    [
      'JSON paths',
      () =>
        select(
          docs.c.body.json('a', 0),
          docs.c.body.json('a').asText(),
          docs.c.body.json('n', 'x y').asInteger(),
          docs.c.body.json('b').asBoolean(),
          docs.c.body.json(0),
        ),
      `SELECT (SELECT TOP (1) CASE [type] WHEN 0 THEN N'null' WHEN 1 THEN N'"' + STRING_ESCAPE([value], 'json') + N'"' ELSE [value] END FROM OPENJSON(sales.docs.body, N'$."a"') WHERE [key] = N'0' AND JSON_QUERY(sales.docs.body, N'$."a"') LIKE N'[[]%'), (SELECT TOP (1) [value] FROM OPENJSON(sales.docs.body) WHERE [key] = N'a'), CAST(JSON_VALUE(sales.docs.body, N'$."n"."x y"') AS INT), CAST(JSON_VALUE(sales.docs.body, N'$."b"') AS BIT), (SELECT TOP (1) CASE [type] WHEN 0 THEN N'null' WHEN 1 THEN N'"' + STRING_ESCAPE([value], 'json') + N'"' ELSE [value] END FROM OPENJSON(sales.docs.body) WHERE [key] = N'0' AND JSON_QUERY(sales.docs.body, N'$') LIKE N'[[]%') FROM sales.docs`,
    ],
    [
      'JSON comparisons',
      () =>
        select(docs.c.id).where(
          docs.c.body.json('a').eq('x'),
          docs.c.body.json('n').gt(3),
          docs.c.body.json('b').ne(true),
          docs.c.body.json('s').isDistinctFrom('y'),
        ),
      "SELECT sales.docs.id FROM sales.docs WHERE ((SELECT TOP (1) [type] FROM OPENJSON(sales.docs.body) WHERE [key] = N'a') = 1 AND (SELECT TOP (1) [value] FROM OPENJSON(sales.docs.body) WHERE [key] = N'a') COLLATE Latin1_General_100_BIN2 = (SELECT TOP (1) [value] FROM OPENJSON(N'[' + CAST(@p1 AS NVARCHAR(MAX)) + N']') WHERE [key] = N'0') COLLATE Latin1_General_100_BIN2) AND ((SELECT TOP (1) [type] FROM OPENJSON(sales.docs.body) WHERE [key] = N'n') = 2 AND CASE WHEN (SELECT TOP (1) [type] FROM OPENJSON(sales.docs.body) WHERE [key] = N'n') = 2 THEN CAST((SELECT TOP (1) [value] FROM OPENJSON(sales.docs.body) WHERE [key] = N'n') AS FLOAT(53)) END > CAST((SELECT TOP (1) [value] FROM OPENJSON(N'[' + CAST(@p2 AS NVARCHAR(MAX)) + N']') WHERE [key] = N'0') AS FLOAT(53))) AND (NOT ((SELECT TOP (1) [type] FROM OPENJSON(sales.docs.body) WHERE [key] = N'b') = 3 AND (SELECT TOP (1) [value] FROM OPENJSON(sales.docs.body) WHERE [key] = N'b') COLLATE Latin1_General_100_BIN2 = (SELECT TOP (1) [value] FROM OPENJSON(N'[' + CAST(@p3 AS NVARCHAR(MAX)) + N']') WHERE [key] = N'0') COLLATE Latin1_General_100_BIN2)) AND CASE WHEN ((SELECT TOP (1) [type] FROM OPENJSON(sales.docs.body) WHERE [key] = N's') = 1 AND (SELECT TOP (1) [value] FROM OPENJSON(sales.docs.body) WHERE [key] = N's') COLLATE Latin1_General_100_BIN2 = (SELECT TOP (1) [value] FROM OPENJSON(N'[' + CAST(@p4 AS NVARCHAR(MAX)) + N']') WHERE [key] = N'0') COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END = 0",
    ],
    [
      'a negated JSON comparison',
      () => select(docs.c.id).where(not(docs.c.body.json('a').eq('x'))),
      "SELECT sales.docs.id FROM sales.docs WHERE NOT ((SELECT TOP (1) [type] FROM OPENJSON(sales.docs.body) WHERE [key] = N'a') = 1 AND (SELECT TOP (1) [value] FROM OPENJSON(sales.docs.body) WHERE [key] = N'a') COLLATE Latin1_General_100_BIN2 = (SELECT TOP (1) [value] FROM OPENJSON(N'[' + CAST(@p1 AS NVARCHAR(MAX)) + N']') WHERE [key] = N'0') COLLATE Latin1_General_100_BIN2)",
    ],
    [
      'JSON keys and lengths',
      () => select(docs.c.id, docs.c.body.arrayLength()).where(docs.c.body.hasKey('a'), docs.c.body.hasAnyKey(['a', 'b'])),
      "SELECT sales.docs.id, CASE WHEN sales.docs.body LIKE N'[[]%' THEN (SELECT COUNT(*) FROM OPENJSON(sales.docs.body)) END FROM sales.docs WHERE CASE WHEN sales.docs.body IS NOT NULL THEN CASE WHEN EXISTS (SELECT 1 FROM OPENJSON(sales.docs.body) AS keys_1 WHERE sales.docs.body LIKE N'{%' AND keys_1.[key] = @p1 COLLATE Latin1_General_100_BIN2 OR sales.docs.body LIKE N'[[]%' AND keys_1.[type] = 1 AND keys_1.[value] = @p2 COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END END = 1 AND CASE WHEN sales.docs.body IS NOT NULL THEN CASE WHEN EXISTS (SELECT 1 FROM OPENJSON(sales.docs.body) AS keys_2 WHERE sales.docs.body LIKE N'{%' AND keys_2.[key] = @p3 COLLATE Latin1_General_100_BIN2 OR sales.docs.body LIKE N'[[]%' AND keys_2.[type] = 1 AND keys_2.[value] = @p4 COLLATE Latin1_General_100_BIN2) OR EXISTS (SELECT 1 FROM OPENJSON(sales.docs.body) AS keys_3 WHERE sales.docs.body LIKE N'{%' AND keys_3.[key] = @p5 COLLATE Latin1_General_100_BIN2 OR sales.docs.body LIKE N'[[]%' AND keys_3.[type] = 1 AND keys_3.[value] = @p6 COLLATE Latin1_General_100_BIN2) THEN 1 ELSE 0 END END = 1",
    ],
    [
      'ANY and ALL',
      () => select(p.c.id).where(p.c.id.gt(any(select(c.c.id))), p.c.id.le(all([1, 2, 3]))),
      'SELECT products.id FROM products WHERE products.id > ANY (SELECT categories.id FROM categories) AND (products.id <= @p1 AND products.id <= @p2 AND products.id <= @p3)',
    ],
    [
      'ANY as a value',
      () => select(p.c.id.eq(any([1, 2]))),
      'SELECT CAST(CASE WHEN products.id = @p1 OR products.id = @p2 THEN 1 WHEN NOT (products.id = @p3 OR products.id = @p4) THEN 0 END AS BIT) FROM products',
    ],
    [
      'GREATEST and LEAST',
      () => select(func.greatest(p.c.stock, p.c.id, 3), func.least(p.c.stock, 3)),
      'SELECT (SELECT MAX(items_1.[value]) FROM (VALUES (products.stock), (products.id), (@p1)) AS items_1 ([value])), (SELECT MIN(items_2.[value]) FROM (VALUES (products.stock), (@p2)) AS items_2 ([value])) FROM products',
    ],
    [
      'GREATEST of aggregates',
      () => select(func.greatest(func.max(p.c.stock), 3)),
      'SELECT CASE WHEN max(products.stock) IS NULL OR @p1 > max(products.stock) THEN @p2 ELSE max(products.stock) END FROM products',
    ],
    [
      'frames',
      () =>
        select(
          func.sum(p.c.stock).over({ orderBy: p.c.id, rows: [-2, 'current row'] }),
          func.sum(p.c.stock).over({ orderBy: p.c.id, range: ['unbounded', 'current row'] }),
        ),
      'SELECT sum(products.stock) OVER (ORDER BY products.id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW), sum(products.stock) OVER (ORDER BY products.id RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM products',
    ],
    [
      'truths of all rows',
      () =>
        select(
          func.boolAnd(p.c.active),
          func.boolOr(p.c.stock.gt(1)).filter(p.c.id.gt(2)),
          func.boolAnd(p.c.active).over({ partitionBy: p.c.categoryId }),
        ),
      'SELECT CAST(min(CAST(products.active AS INT)) AS BIT), CAST(max(CASE WHEN products.id > @p1 THEN CAST(CAST(CASE WHEN products.stock > @p2 THEN 1 WHEN NOT (products.stock > @p3) THEN 0 END AS BIT) AS INT) END) AS BIT), CAST(min(CAST(products.active AS INT)) OVER (PARTITION BY products.category_id) AS BIT) FROM products',
    ],
    [
      'statistics',
      () => select(func.stddev(p.c.stock), func.varPop(p.c.stock), func.stddevPop(p.c.stock)),
      'SELECT STDEV(products.stock), VARP(products.stock), STDEVP(products.stock) FROM products',
    ],
    [
      'functions of text',
      () =>
        select(
          func.concat(p.c.name, p.c.stock),
          func.lpad(p.c.name, 5),
          func.rpad(p.c.name, 5, '*'),
          func.repeat(p.c.name, 2),
          func.position('a', p.c.name),
          func.trim(p.c.name, 'x'),
          func.power(p.c.stock, 0.5),
          func.coalesce(p.c.note),
        ),
      "SELECT CONCAT(CAST(products.name AS NVARCHAR(MAX)), products.stock), CASE WHEN (LEN(CAST(products.name AS NVARCHAR(MAX)) + N'.') - 1) >= @p1 THEN LEFT(products.name, @p2) ELSE LEFT(REPLICATE(CAST(N' ' AS NVARCHAR(MAX)), @p3), @p4 - (LEN(CAST(products.name AS NVARCHAR(MAX)) + N'.') - 1)) + CAST(products.name AS NVARCHAR(MAX)) END, CASE WHEN (LEN(CAST(products.name AS NVARCHAR(MAX)) + N'.') - 1) >= @p5 THEN LEFT(products.name, @p6) ELSE CAST(products.name AS NVARCHAR(MAX)) + LEFT(REPLICATE(CAST(@p7 AS NVARCHAR(MAX)), @p8), @p9 - (LEN(CAST(products.name AS NVARCHAR(MAX)) + N'.') - 1)) END, REPLICATE(CAST(products.name AS NVARCHAR(MAX)), CASE WHEN @p10 < 0 THEN 0 ELSE @p11 END), CHARINDEX(@p12, products.name), TRIM(@p13 FROM products.name), POWER(CAST(products.stock AS FLOAT(53)), @p14), (products.note) FROM products",
    ],
    [
      'the clock',
      () => select(func.now(), func.currentDate(), func.currentTime()),
      'SELECT SYSUTCDATETIME(), CAST(SYSUTCDATETIME() AS DATE), CAST(SYSUTCDATETIME() AS TIME)',
    ],
    [
      'texts joined',
      () => select(func.stringAgg(p.c.name, '; ').orderBy(p.c.id), func.stringAgg(p.c.stock)),
      "SELECT STRING_AGG(CAST(products.name AS NVARCHAR(MAX)), N'; ') WITHIN GROUP (ORDER BY products.id), STRING_AGG(CAST(products.stock AS NVARCHAR(MAX)), N',') FROM products",
    ],
    [
      'CASE of a value',
      () => select(caseOf(p.c.id).when(1, 'a').else('b')),
      'SELECT CASE products.id WHEN @p1 THEN @p2 ELSE @p3 END FROM products',
    ],
    [
      'full-text search',
      () => select(p.c.id).where(p.c.name.match('x', { language: 'english' }), match([p.c.name, p.c.note], 'x', { mode: 'boolean' })),
      "SELECT products.id FROM products WHERE FREETEXT((products.name), @p1, LANGUAGE N'english') AND CONTAINS((products.name, products.note), @p2)",
    ],
    [
      'days',
      () => select(docs.c.day.plus(3 as never), docs.c.day.minus(1 as never), docs.c.day.minus(docs.c.day)),
      'SELECT DATEADD(DAY, @p1, sales.docs.day), DATEADD(DAY, -@p2, sales.docs.day), DATEDIFF(DAY, sales.docs.day, sales.docs.day) FROM sales.docs',
    ],
    [
      'durations',
      () => select(docs.c.day.plus('P1M1D' as never), docs.c.at.minus('PT1.5S')),
      'SELECT CAST(DATEADD(MICROSECOND, @p1, DATEADD(SECOND, @p2, DATEADD(DAY, @p3, DATEADD(MONTH, @p4, CAST(sales.docs.day AS DATETIME2))))) AS DATE), ' +
        'CAST(DATEADD(MICROSECOND, -@p5, DATEADD(SECOND, -@p6, DATEADD(DAY, -@p7, DATEADD(MONTH, -@p8, CAST(sales.docs.at AS DATETIME2))))) AS DATETIME2) FROM sales.docs',
    ],
    [
      'an operator by hand',
      () => select(p.c.id).where(p.c.id.op('!<', { comparison: true })(1)),
      'SELECT products.id FROM products WHERE products.id !< @p1',
    ],
    [
      'DISTINCT in aggregates',
      () => select(func.count(p.c.id.distinct()), func.avg(p.c.id.distinct())),
      'SELECT count(DISTINCT products.id), avg(DISTINCT CAST(products.id AS FLOAT(53))) FROM products',
    ],
  ])('%s', (_name, build, expected) => checkText(build(), expected));

  it.each<[string, string, () => Statement]>([
    ['regular expressions', 'regular expressions', () => select(p.c.id).where(p.c.name.regexpMatch('^a'))],
    ['replacing by them', 'regular expressions', () => select(p.c.name.regexpReplace('a', 'b'))],
    ['arrays', 'arrays', () => select(arrayOf(1, 2))],
    ['arrays of rows', 'arrays', () => select(func.arrayAgg(p.c.id))],
    ['percentiles', 'percentile_cont(…) WITHIN GROUP', () => select(func.percentileCont(0.5).withinGroup(p.c.id))],
    ['frames in GROUPS', 'GROUPS', () => select(func.sum(p.c.id).over({ orderBy: p.c.id, groups: [-1, 0] }))],
    ['EXCLUDE', 'EXCLUDE', () => select(func.sum(p.c.id).over({ orderBy: p.c.id, rows: [-1, 0], exclude: 'ties' }))],
    ['a range with a distance', 'RANGE with a distance', () => select(func.sum(p.c.id).over({ orderBy: p.c.id, range: [-1, 0] }))],
    ['arithmetic with intervals', 'arithmetic with intervals', () => select(sql`${docs.c.at}`).where(docs.c.spell.plus('P1D').eq('P2D'))],
    ['places from the end of a JSON list', 'counted from the end', () => select(docs.c.body.json(-1))],
    ['whole JSON values compared', 'JSON objects', () => select(docs.c.id).where(docs.c.body.json('a').eq({ x: 1 }))],
    ['LTRIM of characters', 'ltrim()', () => select(func.ltrim(p.c.name, 'x'))],
    ['NTH_VALUE', 'nth_value()', () => select(func.nthValue(p.c.id, 2).over({ orderBy: p.c.id }))],
    ['different texts joined', 'DISTINCT', () => select(func.stringAgg(p.c.name).distinct())],
  ])('refuses %s', (_name, feature, build) => {
    expect(() => textOf(build())).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^sql\.unsupported/), message: expect.stringContaining(feature) }),
    );
  });
});

// JSON that statements make of values and rows, as SQL Server gets it and as it comes back. There is no SQL Server here: a grammar of T-SQL that others wrote reads each statement.
import { Decimal } from 'decimal.js';
import { describe, expect, it } from 'vitest';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import { t } from '../../src/sql/column-types.ts';
import { func } from '../../src/sql/function.ts';
import { jsonArrayAgg, jsonArrayFrom, jsonObject, jsonObjectFrom } from '../../src/sql/json-document.ts';
import { literal } from '../../src/sql/literal.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { Table } from '../../src/sql/schema.ts';
import { select, selectFrom } from '../../src/sql/select.ts';
import { unionAll } from '../../src/sql/set-operation.ts';
import { categories as c, products as p, reviews as r } from '../sql/shop.ts';
import { checkText, type Statement, textOf } from './tsql-text.ts';

const things = new Table(new MetaData(), 'things', {
  id: t.integer().primaryKey(),
  big: t.bigInteger(),
  ratio: t.double(),
  price: t.numeric(10, 2),
  live: t.boolean(),
  day: t.date(),
  hour: t.time(),
  at: t.dateTime(),
  note: t.text().nullable(),
  meta: t.json<unknown>(),
  token: t.uuid(),
  photo: t.binary(),
  tags: t.array(t.string()),
});

const texts = (name: string): string => `ISNULL(N'"' + STRING_ESCAPE(CONVERT(NVARCHAR(MAX), ${name}), 'json') + N'"', N'null')`;
const numbers = (name: string): string => `ISNULL(CONVERT(NVARCHAR(MAX), ${name}), N'null')`;

describe('JSON of rows on SQL Server', () => {
  it.each<[string, () => Statement, string]>([
    [
      'an object',
      () => select({ x: jsonObject({ id: p.c.id, 'it\'s "x"': p.c.name }) }),
      `SELECT N'{"id":' + ${numbers('products.id')} + N',"it''s \\"x\\"":' + ${texts('products.name')} + N'}' AS x FROM products`,
    ],
    [
      'an object of aggregates and objects',
      () => select({ x: jsonObject({ n: func.count(), in: jsonObject({ v: literal(1) }) }) }).from(p),
      `SELECT N'{"n":' + ${numbers('count(*)')} + N',"in":' + ISNULL(CONVERT(NVARCHAR(MAX), N'{"v":' + ${numbers('@p1')} + N'}'), N'null') + N'}' AS x FROM products`,
    ],
    [
      'the values of a group',
      () => select({ x: jsonArrayAgg(p.c.name, { orderBy: [p.c.stock.desc(), p.c.id], filter: p.c.stock.gt(1) }) }),
      `SELECT ISNULL(N'[' + STRING_AGG(CASE WHEN products.stock > @p1 THEN ${texts('products.name')} END, N',') WITHIN GROUP (ORDER BY products.stock DESC, products.id) + N']', N'[]') AS x FROM products`,
    ],
    [
      'the rows of a correlated subquery, in their order',
      () => select({ x: jsonArrayFrom(select({ id: p.c.id }).where(p.c.categoryId.eq(c.c.id)).orderBy(p.c.id.desc())) }).from(c),
      `SELECT (SELECT ISNULL(N'[' + STRING_AGG(rows_1.[value], N',') WITHIN GROUP (ORDER BY rows_1.[place]) + N']', N'[]') FROM (SELECT N'{"id":' + ${numbers('products.id')} + N'}' AS value, row_number() OVER (ORDER BY products.id DESC) AS place FROM products WHERE products.category_id = categories.id) AS rows_1) AS x FROM categories`,
    ],
    [
      'the first rows, with rows of their own',
      () =>
        select({
          x: jsonArrayFrom(
            select({ name: p.c.name, reviews: jsonArrayFrom(select({ n: r.c.rating }).where(r.c.productId.eq(p.c.id))) })
              .orderBy(p.c.price)
              .limit(2),
          ),
        }),
      `SELECT (SELECT ISNULL(N'[' + STRING_AGG(rows_1.[value], N',') WITHIN GROUP (ORDER BY rows_1.[place]) + N']', N'[]') FROM (SELECT TOP (@p1) N'{"name":' + ${texts('products.name')} + N',"reviews":' + ${numbers(`(SELECT ISNULL(N'[' + STRING_AGG(rows_2.[value], N',') + N']', N'[]') FROM (SELECT N'{"n":' + ${numbers('reviews.rating')} + N'}' AS value FROM reviews WHERE reviews.product_id = products.id) AS rows_2)`)} + N'}' AS value, row_number() OVER (ORDER BY products.price) AS place FROM products ORDER BY products.price) AS rows_1) AS x`,
    ],
    [
      'one row',
      () => select({ x: jsonObjectFrom(select({ name: c.c.name }).where(c.c.id.eq(p.c.categoryId))) }).from(p),
      `SELECT (SELECT N'{"name":' + ${texts('categories.name')} + N'}' FROM categories WHERE categories.id = products.category_id) AS x FROM products`,
    ],
    [
      'the rows of a grouped query',
      () =>
        select({
          x: jsonArrayFrom(select({ n: func.count() }).from(p).groupBy(p.c.categoryId).having(func.count().gt(1)).orderBy(func.count())),
        }),
      `SELECT (SELECT ISNULL(N'[' + STRING_AGG(rows_1.[value], N',') WITHIN GROUP (ORDER BY rows_1.[place]) + N']', N'[]') FROM (SELECT N'{"n":' + ${numbers('count(*)')} + N'}' AS value, row_number() OVER (ORDER BY count(*)) AS place FROM products GROUP BY products.category_id HAVING count(*) > @p1) AS rows_1) AS x`,
    ],
    [
      'the rows of several queries',
      () => select({ x: jsonArrayFrom(unionAll(select({ id: p.c.id }), select({ id: c.c.id }))) }),
      `SELECT (SELECT ISNULL(N'[' + STRING_AGG(N'{"id":' + ${numbers('rows_1.id')} + N'}', N',') + N']', N'[]') FROM (SELECT products.id FROM products UNION ALL SELECT categories.id FROM categories) AS rows_1) AS x`,
    ],
    [
      'every kind of value',
      () => select({ x: jsonObject({ ...things.c }) }),
      `SELECT N'{"id":' + ${numbers('things.id')} + N',"big":' + ISNULL(N'"' + CONVERT(NVARCHAR(MAX), things.big) + N'"', N'null') + N',"ratio":' + ISNULL(CONVERT(NVARCHAR(MAX), things.ratio, 3), N'null') + N',"price":' + ISNULL(N'"' + CONVERT(NVARCHAR(MAX), things.price) + N'"', N'null') + N',"live":' + ISNULL(CONVERT(NVARCHAR(MAX), CASE things.live WHEN 1 THEN N'true' WHEN 0 THEN N'false' END), N'null') + N',"day":' + ISNULL(N'"' + CONVERT(NVARCHAR(MAX), things.day, 121) + N'"', N'null') + N',"hour":' + ISNULL(N'"' + CONVERT(NVARCHAR(MAX), things.hour, 121) + N'"', N'null') + N',"at":' + ISNULL(N'"' + CONVERT(NVARCHAR(MAX), things.at, 121) + N'"', N'null') + N',"note":' + ${texts('things.note')} + N',"meta":' + ${numbers('things.meta')} + N',"token":' + ISNULL(N'"' + LOWER(CONVERT(NVARCHAR(MAX), things.token)) + N'"', N'null') + N',"photo":' + ISNULL(N'"' + CONVERT(NVARCHAR(MAX), things.photo, 2) + N'"', N'null') + N',"tags":' + ${texts('things.tags')} + N'}' AS x FROM things`,
    ],
  ])('%s', (_name, build, expected) => checkText(build(), expected));

  it('reads such values back as their types say', () => {
    const { type } = jsonArrayFrom(selectFrom(things));
    const text =
      '[{"id":1,"big":"9007199254740993","ratio":1.2000000000000000e-001,"price":"12.50","live":true,"day":"2024-02-29","hour":"12:34:56.1230000",' +
      '"at":"2024-02-29 12:34:56.789","note":null,"meta":"bare","token":"b5b1c9d4-7d7c-4f0e-9d4b-1f0f5a3b2c1d","photo":"0001FF","tags":"[\\"a\\",null]"}]';
    const rows = mssql.codec(type).decode?.(text);
    expect(rows).toEqual([
      {
        id: 1,
        big: 9_007_199_254_740_993n,
        ratio: 0.12,
        price: new Decimal('12.5'),
        live: true,
        day: '2024-02-29',
        hour: '12:34:56.123',
        at: new Date('2024-02-29T12:34:56.789Z'),
        note: null,
        meta: 'bare',
        token: 'b5b1c9d4-7d7c-4f0e-9d4b-1f0f5a3b2c1d',
        photo: new Uint8Array([0, 1, 255]),
        tags: ['a', null],
      },
    ]);
  });

  it.each<[string, string, () => Statement]>([
    ['a JSON path in an aggregate', 'subquery or JSON path in jsonArrayAgg()', () => select(jsonArrayAgg(things.c.meta.json('a')))],
    [
      'the order of a combined query',
      'order of a distinct or combined query in jsonArrayFrom()',
      () => select(jsonArrayFrom(unionAll(select({ id: p.c.id }), select({ id: c.c.id })).orderBy('id'))),
    ],
  ])('refuses %s', (_name, feature, build) => {
    expect(() => textOf(build())).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^sql\.unsupported/), message: expect.stringContaining(feature) }),
    );
  });
});

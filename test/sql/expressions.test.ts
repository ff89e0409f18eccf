import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { caseWhen } from '../../src/sql/case.ts';
import { t } from '../../src/sql/column-types.ts';
import { cast } from '../../src/sql/conversion.ts';
import { ArgumentError } from '../../src/sql/errors.ts';
import { and, type Expression, not, or } from '../../src/sql/expression.ts';
import { func } from '../../src/sql/function.ts';
import { window } from '../../src/sql/function-call.ts';
import { literal, param } from '../../src/sql/literal.ts';
import { exists } from '../../src/sql/query-value.ts';
import { sql } from '../../src/sql/raw.ts';
import { select } from '../../src/sql/select.ts';
import { tuple } from '../../src/sql/tuple.ts';
import { openShop, products as p, reviews, shopDatabases, textOf } from './shop.ts';

describe.each(shopDatabases)('expressions on $name', (database) => {
  let shop: Connection;
  beforeEach(async () => {
    shop = await openShop(database);
  });

  const where = async (condition: Expression<boolean>): Promise<number[]> => shop.scalars(select(p.c.id).where(condition).orderBy(p.c.id));
  const text = (condition: Expression<unknown>): string => textOf(select({ x: condition })).replace(/^SELECT (.*) AS x( FROM .*)?$/, '$1');
  const never = (value: unknown): never => value as never;

  describe('comparisons', () => {
    it.each<[string, Expression<boolean>, number[]]>([
      ['eq', p.c.stock.eq(5), [1]],
      ['ne', p.c.stock.ne(5), [2, 3, 4]],
      ['gt', p.c.stock.gt(5), [3]],
      ['ge', p.c.stock.ge(5), [1, 3]],
      ['gte', p.c.stock.gte(5), [1, 3]],
      ['lt', p.c.stock.lt(5), [2, 4]],
      ['le', p.c.stock.le(5), [1, 2, 4]],
      ['lte', p.c.stock.lte(5), [1, 2, 4]],
      ['a boolean', p.c.active.eq(false), [2]],
      ['a decimal as digits', p.c.price.ge('10.00'), [1, 2]],
      ['a decimal as a number', p.c.price.lt(7.25), [4]],
      ['a column', p.c.stock.gt(p.c.id), [1, 3]],
      ['eq(null)', p.c.note.eq(null), [2, 4]],
      ['ne(null)', p.c.note.ne(null), [1, 3]],
      ['isNull', p.c.note.isNull(), [2, 4]],
      ['isNotNull', p.c.note.isNotNull(), [1, 3]],
      ['ne leaves NULL out', p.c.note.ne('a/b'), [1]],
      ['isDistinctFrom keeps NULL', p.c.note.isDistinctFrom('a/b'), [1, 2, 4]],
      ['isNotDistinctFrom null', p.c.note.isNotDistinctFrom(null), [2, 4]],
      ['in', p.c.id.in([1, 3, 99]), [1, 3]],
      ['notIn', p.c.id.notIn([1, 3]), [2, 4]],
      ['in nothing', p.c.id.in([]), []],
      ['notIn nothing', p.c.note.notIn([]), [1, 2, 3, 4]],
      ['in a select', p.c.id.in(select(reviews.c.productId)), [1, 2]],
      ['notIn a select', p.c.id.notIn(select(reviews.c.productId)), [3, 4]],
      ['between', p.c.stock.between(1, 5), [1, 4]],
      ['notBetween', p.c.stock.notBetween(1, 5), [2, 3]],
      [
        'tuple in',
        tuple(p.c.id, p.c.name).in([
          [1, 'Vase'],
          [2, 'Vase'],
        ]),
        [1],
      ],
      [
        'tuple notIn',
        tuple(p.c.id, p.c.name).notIn([
          [1, 'Vase'],
          [2, 'Vase'],
        ]),
        [2, 3, 4],
      ],
      ['tuple in nothing', tuple(p.c.id, p.c.name).in([]), []],
      ['tuple eq', tuple(p.c.id, p.c.name).eq([2, 'Lamp']), [2]],
      ['tuple in a select', tuple(p.c.id, p.c.stock).in(select(reviews.c.productId, reviews.c.rating)), [1]],
      ['tuple eq an expression', tuple(p.c.id, p.c.name).eq([literal(1).plus(1), p.c.name]), [2]],
      ['tuple eq a tuple', tuple(p.c.id, p.c.stock).eq(tuple(p.c.stock, p.c.id)), []],
      ['tuple eq itself', tuple(p.c.id, p.c.stock).eq(tuple(p.c.id, p.c.stock)), [1, 2, 3, 4]],
      ['tuple in tuples', tuple(p.c.id, p.c.stock).in([tuple(literal(1), p.c.stock), [4, 1]]), [1, 4]],
      ['tuple between', tuple(p.c.categoryId, p.c.id).between([1, 1], [2, 2]), [1, 2]],
      ['in SQL by hand', p.c.id.in(sql<number[]>`SELECT product_id FROM reviews WHERE rating > ${4}`), [1]],
      ['and of nothing', and(), [1, 2, 3, 4]],
      ['or of nothing', or(), []],
      ['and', and(p.c.id.gt(1), p.c.id.lt(4), true), [2, 3]],
      ['or', or(p.c.id.eq(1), p.c.id.eq(4), false), [1, 4]],
      ['not', not(p.c.id.eq(1)), [2, 3, 4]],
      ['methods of conditions', p.c.id.eq(1).or(p.c.id.eq(2)).and(p.c.stock.eq(0)).not(), [1, 3, 4]],
      ['exists', exists(select(reviews.c.id).where(reviews.c.productId.eq(p.c.id))), [1, 2]],
    ])('%s', async (_name, condition, ids) => {
      expect(await where(condition)).toEqual(ids);
    });

    it('sends a list of any length', async () => {
      for (const length of [1, 15, 17, 100, 999, 1001, 40_000]) {
        expect(await where(p.c.id.in(Array.from({ length }, (_, i) => i + 2))), `${length}`).toEqual([2, 3, 4].slice(0, length));
      }
    });

    it('takes a list of any length as a named parameter', async () => {
      const among = select(p.c.id)
        .where(p.c.id.in(param('ids')), p.c.name.notIn(param('names')))
        .orderBy(p.c.id);
      expect(await shop.scalars(among, { ids: [1, 2, 3], names: ['Lamp', null] })).toEqual([1, 3]);
      expect(await shop.scalars(among, { ids: [], names: [] })).toEqual([]);
      expect(await shop.scalars(among, { ids: Array.from({ length: 1200 }, (_, i) => i + 3), names: [] })).toEqual([3, 4]);
      await expect(async () => shop.scalars(among, { ids: 1, names: [] })).rejects.toThrow("':ids' stands for a list, but got a number");
      await expect(async () => shop.scalars(among, { ids: ['x'], names: [] })).rejects.toThrow("':ids'");
      expect(() => p.c.id.in(never(p.c.stock))).toThrow('a select or param()');
      const rows = tuple(p.c.id, p.c.stock);
      expect(() => rows.in(never(p.c.stock))).toThrow('tuple().in() takes an array of rows, a select, or param()');
      expect(() => rows.notIn(never({ 1: 5 }))).toThrow('or param() for rows that come when it runs, but got a plain object');
    });

    it('compares a row of values with a select of one row', async () => {
      const first = select(reviews.c.productId, reviews.c.rating).orderBy(reviews.c.id).limit(1);
      expect(await where(tuple(p.c.id, p.c.stock).eq(first))).toEqual([1]);
      expect(await where(tuple(p.c.id, p.c.stock).gt(first))).toEqual([2, 3, 4]);
    });

    it('refuses undefined everywhere', () => {
      const undefinedValue = never(undefined);
      const attempts: (() => unknown)[] = [
        () => p.c.id.eq(undefinedValue),
        () => p.c.id.ne(undefinedValue),
        () => p.c.id.gt(undefinedValue),
        () => p.c.id.isDistinctFrom(undefinedValue),
        () => p.c.id.in(undefinedValue),
        () => p.c.id.in([1, undefinedValue]),
        () => p.c.id.between(1, undefinedValue),
        () => p.c.name.like(undefinedValue),
        () => p.c.name.contains(undefinedValue),
        () => p.c.stock.plus(undefinedValue),
        () => p.c.name.concat(undefinedValue),
        () => literal(undefined),
        () => and(undefinedValue),
        () => or(p.c.id.eq(1), undefinedValue),
        () => not(undefinedValue),
        () => exists(undefinedValue),
        () => cast(undefinedValue, t.integer()),
        () => caseWhen(undefinedValue, 1),
        () => caseWhen(p.c.active, undefined),
        () => caseWhen(p.c.active, 1).else(undefined),
        () => tuple(p.c.id, undefinedValue),
        () => tuple(p.c.id, p.c.name).in(undefinedValue),
        () => tuple(p.c.id, p.c.name).eq([1, undefinedValue]),
        () => func.lower(undefinedValue),
        () => func.count().filter(undefinedValue),
        () => func.rank().over({ orderBy: [undefinedValue] }),
      ];
      for (const attempt of attempts) expect(attempt, String(attempt)).toThrow(expect.objectContaining({ code: 'sql.undefined-value' }));
    });

    it('names what it was given in the place of an expression', () => {
      expect(() => and(never('id = 1'))).toThrow('and() takes SQL expressions');
      expect(() => select(p).where(never(1))).toThrow(ArgumentError);
      expect(() => p.c.id.in(never(1))).toThrow('in() takes an array or a select, but got a number');
      expect(() => tuple(p.c.id, p.c.name).in(never([[1]]))).toThrow('rows of 2 values');
      expect(() => tuple(p.c.id)).toThrow('two or more expressions');
    });
  });

  describe('text', () => {
    it.each<[string, Expression<boolean>, number[]]>([
      ['like', p.c.name.like('%am%'), [2, 3]],
      ['notLike', p.c.name.notLike('%am%'), [1, 4]],
      ['ilike', p.c.name.ilike('LAMP%'), [2, 3]],
      ['notIlike', p.c.name.notIlike('LAMP%'), [1, 4]],
      ['startsWith', p.c.name.startsWith('Va'), [1]],
      ['endsWith', p.c.name.endsWith('shade'), [3]],
      ['contains', p.c.name.contains('tra'), [4]],
      ['istartsWith', p.c.name.istartsWith('VA'), [1]],
      ['iendsWith', p.c.name.iendsWith('SHADE'), [3]],
      ['icontains', p.c.name.icontains('TRA'), [4]],
      ['contains a wildcard %', p.c.note.contains('50%'), [1]],
      ['contains a wildcard that is not there', p.c.note.contains('5%f'), []],
      ['contains _', p.c.note.contains('f_n'), [1]],
      ['contains _ that stands for nothing else', p.c.note.contains('o_f'), []],
      ['contains the escape itself', p.c.note.contains('a/b'), [3]],
      ["an escape of one's own", p.c.note.like('50!%%', { escape: '!' }), [1]],
      ['contains another column', p.c.note.contains(func.coalesce(p.c.note, '')), [1, 3]],
      ['a column that holds wildcards', literal('50% off_now').contains(p.c.note), [1]],
      ['a column whose wildcards stand for themselves', literal('50X offXnow').contains(p.c.note), []],
    ])('%s', async (_name, condition, ids) => {
      expect(await where(condition)).toEqual(ids);
    });

    it('takes an escape of one character only', () => {
      expect(() => p.c.name.like('x', { escape: "'; --" })).toThrow('one character');
      expect(textOf(select(p.c.id).where(p.c.name.like('x', { escape: "'" })))).toContain("ESCAPE ''''");
    });

    it('joins and collates', async () => {
      expect(await shop.scalars(select(p.c.name.plus('!')).where(p.c.id.eq(1)))).toEqual(['Vase!']);
      expect(await shop.scalars(select(p.c.name.concat('-').concat(p.c.name)).where(p.c.id.eq(1)))).toEqual(['Vase-Vase']);
      const [folding, exact] = {
        sqlite: ['nocase', 'binary'],
        postgresql: ['und-x-icu', 'C'],
        mysql: ['utf8mb4_general_ci', 'utf8mb4_bin'],
      }[database.family];
      // None of PostgreSQL's own collations takes two texts of different case for equal.
      expect(await where(p.c.name.collate(folding).eq('LAMP'))).toEqual(database.family === 'postgresql' ? [] : [2]);
      expect(await shop.scalars(select(p.c.id).orderBy(p.c.name.collate(folding)))).toEqual([2, 3, 4, 1]);
      expect(await shop.scalars(select(p.c.id).orderBy(p.c.name.collate(exact)))).toEqual([2, 4, 1, 3]);
    });
  });

  describe('arithmetic', () => {
    it('calculates with columns and values', async () => {
      const row = await shop.one(
        select({
          sum: p.c.stock.plus(1),
          difference: p.c.stock.minus(p.c.id),
          product: p.c.stock.times(2.5),
          quotient: p.c.stock.dividedBy(2),
          rest: p.c.stock.mod(3),
          opposite: p.c.stock.negate(),
          twice: p.c.stock.negate().negate(),
        }).where(p.c.id.eq(1)),
      );
      expect(row).toEqual({ sum: 6, difference: 4, product: 12.5, quotient: 2.5, rest: 2, opposite: -5, twice: 5 });
    });
    it('keeps decimals exact', async () => {
      const [total] = await shop.scalars(select(p.c.price.plus('0.05')).where(p.c.id.eq(2)));
      expect(String(total)).toBe('25.55');
    });
  });

  describe('brackets', () => {
    it.each<[Expression<unknown>, string]>([
      [p.c.stock.plus(1).times(2), '(products.stock + ?) * ?'],
      [p.c.stock.times(2).plus(1), 'products.stock * ? + ?'],
      [p.c.stock.minus(p.c.id.minus(1)), 'products.stock - (products.id - ?)'],
      [p.c.stock.dividedBy(p.c.id.times(2)), 'CAST(products.stock AS REAL) / (products.id * ?)'],
      [p.c.stock.eq(1).eq(p.c.active), '(products.stock = ?) = products.active'],
      [p.c.name.like('x').eq(p.c.active), '(products.name LIKE ?) = products.active'],
      [p.c.stock.between(1, 2).eq(true), '(products.stock BETWEEN ? AND ?) = ?'],
      [p.c.active.eq(p.c.stock.gt(1)), 'products.active = (products.stock > ?)'],
      [p.c.note.concat(p.c.stock.plus(1) as never), 'products.note || (products.stock + ?)'],
      [p.c.note.concat('a').concat('b'), 'products.note || ? || ?'],
      [not(and(p.c.id.eq(1), p.c.id.eq(2))), 'NOT (products.id = ? AND products.id = ?)'],
      [and(or(p.c.id.eq(1), p.c.id.eq(2)), p.c.active), '(products.id = ? OR products.id = ?) AND products.active'],
      [or(and(p.c.id.eq(1), p.c.id.eq(2)), p.c.active), 'products.id = ? AND products.id = ? OR products.active'],
      [p.c.id.eq(1).not().isNull(), '(NOT products.id = ?) IS NULL'],
      [p.c.stock.negate().negate(), '-(-products.stock)'],
      [literal(1).negate(), '- ?'],
      [p.c.stock.plus(1).as('n').times(2), '(products.stock + ?) * ?'],
    ])('%#: %s', (expression, sql) => {
      expect(text(expression)).toBe(sql);
    });
  });

  describe('CASE and CAST', () => {
    it('picks the first that holds', async () => {
      const band = caseWhen(p.c.stock.eq(0), 'none').when(p.c.stock.lt(6), 'few').else('many');
      expect(await shop.scalars(select(band).from(p).orderBy(p.c.id))).toEqual(['few', 'none', 'many', 'few']);
      expect(
        await shop.scalars(
          select(caseWhen(p.c.stock.eq(0), 'none'))
            .from(p)
            .orderBy(p.c.id),
        ),
      ).toEqual([null, 'none', null, null]);
    });
    it('mixes kinds of numbers, and takes the type of the first value that has one', async () => {
      expect(
        await shop.scalars(
          select(caseWhen(p.c.stock.eq(0), 1).when(p.c.stock.lt(6), 2.5).else(0.5))
            .from(p)
            .orderBy(p.c.id),
        ),
      ).toEqual([2.5, 1, 0.5, 2.5]);
      const when = new Date('2024-05-01T10:00:00Z');
      expect(
        await shop.scalars(
          select(caseWhen(p.c.id.eq(1), null).else(when))
            .from(p)
            .orderBy(p.c.id)
            .limit(2),
        ),
      ).toEqual([null, when]);
    });
    it('converts', async () => {
      expect(await shop.scalars(select(cast(p.c.stock, t.text())).where(p.c.id.eq(1)))).toEqual(['5']);
      expect(await shop.scalars(select(cast(literal('12'), t.integer())))).toEqual([12]);
      const beginsWithDigits = shop.scalars(select(cast(literal('12abc'), t.integer())));
      if (database.family === 'postgresql') await expect(beginsWithDigits).rejects.toMatchObject({ name: 'DataError' });
      else expect(await beginsWithDigits).toEqual([12]);
    });
  });

  describe('functions', () => {
    it('aggregates', async () => {
      const row = await shop.one(
        select({
          rows: func.count(),
          notes: func.count(p.c.note),
          kinds: func.count(p.c.categoryId).distinct(),
          sum: func.sum(p.c.stock),
          truths: func.sum(p.c.active),
          mean: func.avg(p.c.stock),
          least: func.min(p.c.price),
          last: func.max(func.lower(p.c.name)),
          cheap: func.count().filter(p.c.price.lt(8)),
          names: func.groupConcat<string>(p.c.name, ',').orderBy(p.c.id.desc()),
        }).from(p),
      );
      expect({ ...row, least: String(row.least) }).toEqual({
        rows: 4,
        notes: 2,
        kinds: 2,
        sum: 18,
        truths: 3,
        mean: 4.5,
        least: '1',
        last: 'vase',
        cheap: 2,
        names: 'Stray,lampshade,Lamp,Vase',
      });
    });
    it('calls any function by its name, also one that objects have', async () => {
      expect(await shop.scalars(select(func.upper(p.c.name), func.length(p.c.name)).where(p.c.id.eq(1)))).toEqual(['VASE']);
      expect(await shop.scalars(select(func.coalesce(p.c.note, 'none')).orderBy(p.c.id))).toEqual(['50% off_now', 'none', 'a/b', 'none']);
      const path =
        database.family === 'postgresql'
          ? func.jsonExtractPathText<string>(cast(literal('{"a":5}'), t.json()), 'a')
          : func.jsonExtract<string>('{"a":5}', '$.a');
      expect((await shop.scalars(select(path))).map(String)).toEqual(['5']);
      const call = (name: string, value: number): Expression<unknown> =>
        (func as unknown as Record<string, (value: number) => Expression<unknown>>)[name](value);
      expect(textOf(select(call('constructor', 1), call('toString', 2)))).toBe('SELECT constructor(?), to_string(?)');
      expect(await shop.scalar(select(func.now()))).toBeInstanceOf(Date);
    });
    it('makes windows', async () => {
      const rows = await shop.all(
        select({
          id: p.c.id,
          rank: func.rowNumber().over({ partitionBy: p.c.categoryId, orderBy: p.c.price.desc() }),
          running: func.sum(p.c.stock).over({ orderBy: [p.c.id], frame: 'rows between 1 preceding and current row' }),
          before: func.lag(p.c.name, 1, '-').over({ orderBy: p.c.id }),
          share: func.count().filter(p.c.active).over(),
        }).orderBy(p.c.id),
      );
      expect(rows).toEqual([
        { id: 1, rank: 1, running: 5, before: '-', share: 3 },
        { id: 2, rank: 1, running: 5, before: 'Vase', share: 3 },
        { id: 3, rank: 2, running: 12, before: 'Lamp', share: 3 },
        { id: 4, rank: 1, running: 13, before: 'lampshade', share: 3 },
      ]);
    });
    it('shares windows by their names', async () => {
      const byCategory = window('by_category', { partitionBy: p.c.categoryId });
      const inOrder = window('in_order', { orderBy: p.c.stock.times(-1) });
      const statement = select({
        id: p.c.id,
        rank: func.rank().over({ window: byCategory, orderBy: p.c.price }),
        total: func.sum(p.c.stock).over(byCategory),
        running: func.sum(p.c.stock).over({ window: inOrder, rows: ['unbounded', 0] }),
      })
        .where(p.c.id.lt(4))
        .orderBy(func.rowNumber().over(inOrder));
      expect(textOf(statement)).toBe(
        'SELECT products.id, rank() OVER (by_category ORDER BY products.price) AS rank, sum(products.stock) OVER by_category AS total, ' +
          'sum(products.stock) OVER (in_order ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS running FROM products WHERE products.id < ? ' +
          'WINDOW by_category AS (PARTITION BY products.category_id), in_order AS (ORDER BY products.stock * ?) ORDER BY row_number() OVER in_order',
      );
      expect(await shop.all(statement)).toEqual([
        { id: 3, rank: 1, total: 12, running: 12 },
        { id: 1, rank: 1, total: 5, running: 17 },
        { id: 2, rank: 2, total: 12, running: 17 },
      ]);
      expect(() => window('')).toThrow('a name');
      expect(() => func.rank().over({ window: byCategory, partitionBy: p.c.id })).toThrow('nothing that it says already');
      expect(() => func.rank().over({ window: inOrder, orderBy: p.c.id })).toThrow('nothing that it says already');
      expect(() => func.rank().over({ window: never('w') })).toThrow('a window()');
    });
    it('takes no other text as a name or a frame', () => {
      expect(() => (func as never as Record<string, () => unknown>)['x(); --']()).toThrow('the name of a SQL function');
      for (const frame of ['rows; drop table x', 'rows between 1 preceding and current row) --', 'rows 1', '']) {
        expect(() => func.rank().over({ frame }), frame).toThrow('a frame such as');
      }
    });
  });

  it('asks whether a parameter has a value', async () => {
    const optional = or(param('name').isNull(), p.c.name.eq(param('name') as Expression<string>));
    const query = select(p.c.id).where(optional).orderBy(p.c.id);
    expect(await shop.scalars(query, { name: null })).toEqual([1, 2, 3, 4]);
    expect(await shop.scalars(query, { name: 'Lamp' })).toEqual([2]);
    const least = param('least', t.integer());
    const stocked = select(p.c.id)
      .where(or(least.isNull(), p.c.stock.ge(least)))
      .orderBy(p.c.id);
    expect(await shop.scalars(stocked, { least: 5 })).toEqual([1, 3]);
    expect(await shop.scalars(stocked, { least: null })).toEqual([1, 2, 3, 4]);
  });
  it('gives parameters their values when the statement runs', async () => {
    const statement = select(p.c.id).where(p.c.stock.ge(param('least')), p.c.name.ne(param('name')));
    expect(await shop.scalars(statement, { least: 5, name: 'Vase' })).toEqual([3]);
    expect(await shop.scalars(statement, { least: 0, name: '' })).toEqual([1, 2, 3, 4]);
    await expect(shop.all(statement, { least: 1 })).rejects.toMatchObject({ code: 'sql.missing-parameter' });
    await expect(shop.all(statement, { least: 1, name: 'x', other: 1 })).rejects.toMatchObject({ code: 'sql.extra-parameter' });
    await expect(shop.all(statement, { least: undefined, name: 'x' })).rejects.toMatchObject({ code: 'sql.undefined-value' });
  });
});

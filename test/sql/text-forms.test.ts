// Arrays and intervals, which most databases keep as text: what text can do gives the same rows everywhere, and the rest is refused.
import { beforeAll, describe, expect, it } from 'vitest';
import { mssql } from '../../src/dialects/mssql/dialect.ts';
import type { Connection } from '../../src/engine/connection.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { cast, func, insertInto, MetaData, select, Table, t, tuple, union, update } from '../../src/index.ts';
import { openTables, shopDatabases } from './shop.ts';

const metadata = new MetaData();
const spans = new Table(metadata, 'spans', {
  id: t.integer().primaryKey(),
  list: t.array(t.integer()).nullable(),
  span: t.interval().nullable(),
  words: t.text().nullable(),
});
const c = spans.c;

const ORDERED = {
  'a comparison': select(c.id).where(c.list.lt([9])),
  'a comparison of the other side': select(c.id).where(c.list.ge(func.coalesce(c.list, [1]))),
  between: select(c.id).where(c.list.between([2], [9])),
  'between in either order': select(c.id).where(c.list.between([9], [2], { symmetric: true })),
  'a row of values': select(c.id).where(tuple(c.list, c.id).lt([[9], 1])),
  orderBy: select(c.id).orderBy(c.list),
  'orderBy, downwards': select(c.id).orderBy(c.list.desc(), c.id),
  'the order of a union': union(select(c.list), select(c.list)).orderBy(c.list),
  max: select(func.max(c.list)),
  greatest: select(func.greatest(c.list, [3])),
  'the order of a window': select(func.rowNumber().over({ orderBy: c.list })),
  'the order in an aggregate': select(func.stringAgg(c.words, ',').orderBy(c.list)),
  'a subquery': select(c.id).where(c.id.in(select(c.id).where(c.list.gt([1])))),
};
const CALCULATED = {
  'sum() of intervals': select(func.sum(c.span)),
  'avg() of intervals': select(func.avg(c.span).over({ partitionBy: c.words })),
  'arithmetic with intervals': select(c.span.plus('P1D')),
};

describe.each(shopDatabases)('values without a type of their own on $name', (database) => {
  const native = database.family === 'postgresql';
  let engine: Engine;
  let connection: Connection;
  beforeAll(async () => {
    const opened = await openTables(database, metadata);
    ({ engine, connection } = opened);
    await connection.execute(
      insertInto(spans).values([
        { id: 1, list: [2, 3], span: 'P1DT2H', words: 'a' },
        { id: 2, list: [10, 3], span: 'P10D', words: 'a' },
        { id: 3, list: [2, 3], span: 'PT30M', words: 'b' },
        { id: 4, list: null, span: null, words: null },
      ]),
    );
    return opened.close;
  });

  it('are equal, distinct and grouped', async () => {
    expect(
      await connection.scalars(
        select(c.id)
          .where(c.list.eq([2, 3]))
          .orderBy(c.id),
      ),
    ).toEqual([1, 3]);
    expect(await connection.scalars(select(c.id).where(c.list.in([[10, 3], [7]])))).toEqual([2]);
    const lists = await connection.all(select(c.list, func.count()).groupBy(c.list).orderBy(func.count().desc(), func.min(c.id)));
    expect(lists).toEqual([
      [[2, 3], 2],
      [[10, 3], 1],
      [null, 1],
    ]);
    expect((await connection.scalars(select(c.list).distinct())).length).toBe(3);
    expect(await connection.scalar(select(func.count(c.list).distinct()))).toBe(2);
    expect((await connection.scalars(union(select(c.list), select(c.list)))).length).toBe(3);
  });
  it('sort as intervals do', async () => {
    expect(await connection.scalars(select(c.id).where(c.span.gt('PT2H')).orderBy(c.span.desc()))).toEqual([2, 1]);
    expect(await connection.one(select(func.min(c.span), func.max(c.span)))).toEqual(['PT30M', 'P10D']);
  });
  it.each(Object.entries(ORDERED))('have an order where they are arrays only: %s', async (_name, statement) => {
    const run = connection.all(statement as never);
    if (native) await expect(run).resolves.toBeInstanceOf(Array);
    else await expect(run).rejects.toMatchObject({ name: 'CompileError', code: 'sql.unsupported', message: /has no order among arrays/ });
  });
  it('sort as arrays do where they are arrays', async () => {
    if (!native) return expect(() => engine.dialect.compile(ORDERED.orderBy.node)).toThrow('order among arrays');
    expect(await connection.scalars(ORDERED['a comparison'])).toEqual([1, 3]);
    expect(await connection.scalars(ORDERED['orderBy, downwards'])).toEqual([4, 2, 1, 3]);
    expect(await connection.scalar(ORDERED.max)).toEqual([10, 3]);
  });
  it.each(Object.entries(CALCULATED))('are calculated with where they are intervals only: %s', async (feature, statement) => {
    const run = connection.all(statement as never);
    if (native) await expect(run).resolves.toBeInstanceOf(Array);
    else await expect(run).rejects.toMatchObject({ name: 'CompileError', message: expect.stringContaining(`has no ${feature}`) });
  });
  it('are added up where they are intervals', async () => {
    if (!native) return expect(() => engine.dialect.compile(select(func.sum(c.span)).node)).toThrow('sum() of intervals');
    expect(await connection.one(select(func.sum(c.span), func.avg(c.span)).where(c.id.lt(3)))).toEqual(['P11DT2H', 'P5DT13H']);
  });
  it('are durations where they become text', async () => {
    const text = native ? '1 day 02:00:00' : 'P1DT2H';
    expect(await connection.scalar(select(cast(c.span, t.text())).where(c.id.eq(1)))).toBe(text);
    expect(await connection.scalar(select(cast(func.max(c.span), t.string(40))).where(c.id.eq(1)))).toBe(text);
    await connection.execute(update(spans).set({ words: c.span }).where(c.id.eq(1)));
    expect(await connection.scalar(select(c.words).where(c.id.eq(1)))).toBe(text);
  });
});

describe('values without a type of their own on SQL Server', () => {
  const { compile } = mssql;
  it.each(Object.entries(ORDERED))('%s', (_name, statement) => {
    expect(() => compile(statement.node)).toThrow('SQL Server has no order among arrays');
  });
  it.each(Object.entries(CALCULATED))('%s', (feature, statement) => {
    expect(() => compile(statement.node)).toThrow(`SQL Server has no ${feature}`);
  });
  it('a duration as text', () => {
    expect(compile(select({ x: cast(c.span, t.text()) }).node).pieces.join('?')).toBe(
      'SELECT CAST(SUBSTRING(spans.span, 26, 80) AS NVARCHAR(MAX)) AS x FROM spans',
    );
  });
});

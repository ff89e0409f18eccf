// Whole JSON values where rows are made distinct, grouped, sorted, looked for and put together by them.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import {
  all,
  any,
  caseOf,
  distinct,
  except,
  func,
  insertInto,
  intersect,
  MetaData,
  not,
  rollup,
  select,
  Table,
  t,
  union,
  unionAll,
} from '../../src/index.ts';
import type { ExpressionLike } from '../../src/sql/operand.ts';
import { openTables, shopDatabases } from './shop.ts';

const metadata = new MetaData();
const papers = new Table(metadata, 'papers', {
  id: t.integer().primaryKey(),
  body: t.json<{ n?: number; s?: string } | string | number | null>().nullable(),
  other: t.json<{ n?: number; s?: string } | string | number | number[] | null>().nullable(),
  n: t.integer().nullable(),
  s: t.string(20).nullable(),
  made: t
    .custom({ type: t.json(), toDatabase: (v: { said: string }) => [v.said], fromDatabase: (v) => ({ said: (v as string[])[0] }) })
    .nullable(),
});
const c = papers.c;

describe.each(shopDatabases)('whole JSON values on $name', (database) => {
  const postgresql = database.family === 'postgresql';
  let connection: Connection;
  beforeAll(async () => {
    const opened = await openTables(database, metadata);
    connection = opened.connection;
    await connection.execute(
      insertInto(papers).values([
        { id: 1, body: { n: 1, s: 'x' }, other: { s: 'x', n: 1 }, n: 1, s: 'x', made: { said: 'a' } },
        { id: 2, body: { n: 2 }, other: [1], n: 2, s: 'y', made: { said: 'b' } },
        { id: 3, body: { n: 1, s: 'x' }, other: { n: 2 }, n: 3, s: 'x', made: { said: 'a' } },
        { id: 4, body: 'x', other: 'x', n: 4, s: '"x"' },
        { id: 5, body: null, other: null, n: null, s: null },
      ]),
    );
    return opened.close;
  });
  const ids = (condition: ExpressionLike<boolean | null>) => connection.scalars(select(c.id).where(condition).orderBy(c.id));
  const sorted = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();
  const BODIES = sorted([{ n: 1, s: 'x' }, { n: 2 }, 'x', null]);

  it('are distinct', async () => {
    expect(sorted(await connection.scalars(select(c.body).distinct()))).toEqual(BODIES);
    expect(sorted(await connection.scalars(select(c.made).distinct()))).toEqual(sorted([{ said: 'a' }, { said: 'b' }, null]));
    const inside = select({ body: c.body, s: c.s }).distinct().subquery('inside');
    expect(await connection.scalar(select(func.count()).from(inside).where(inside.c.body.isNotNull()))).toBe(3);
    expect(await connection.scalars(select(inside.c.s).where(inside.c.body.json('n').eq(2)))).toEqual(['y']);
    expect(await connection.scalar(select(func.count(c.body).distinct()))).toBe(3);
    expect(await connection.scalar(select(func.count(distinct(c.body))))).toBe(3);
    expect(sorted(await connection.scalars(select(c.body.json('n')).distinct()))).toEqual(sorted([1, 2, null]));
    const first = select(c.id, c.body).distinctOn(c.body).where(c.body.isNotNull()).orderBy(c.body, c.id);
    expect((await connection.all(first)).map(([id]) => id).sort()).toEqual([1, 2, 4]);
    const [table] = await connection.all(select(papers).distinct().where(c.id.eq(2)));
    expect(table[0]).toEqual({ id: 2, body: { n: 2 }, other: [1], n: 2, s: 'y', made: { said: 'b' } });
  });
  it('are grouped', async () => {
    const counts = select({ body: c.body, rows: func.count() }).groupBy(c.body);
    expect(sorted((await connection.all(counts)).map(({ body, rows }) => [body, rows]))).toEqual(
      sorted([
        [{ n: 1, s: 'x' }, 2],
        [{ n: 2 }, 1],
        ['x', 1],
        [null, 1],
      ]),
    );
    expect(await connection.scalars(select(c.body).groupBy(c.body).having(func.count().gt(1)))).toEqual([{ n: 1, s: 'x' }]);
    const path = select({ n: c.body.json('n'), rows: func.count() })
      .groupBy('n')
      .having(func.count(c.body.json('n').asText()).gt(0));
    expect(sorted((await connection.all(path)).map(({ n, rows }) => [n, rows]))).toEqual(
      sorted([
        [1, 2],
        [2, 1],
      ]),
    );
    const joined = select(func.coalesce(func.length(c.body.json('s').asText()), 0), func.count()).groupBy(c.body);
    expect(sorted(await connection.all(joined))).toEqual(
      sorted([
        [1, 2],
        [0, 1],
        [0, 1],
        [0, 1],
      ]),
    );
    if (database.family === 'sqlite') return;
    const totals = select(c.body, func.count()).where(c.id.lt(4)).groupBy(rollup(c.body));
    expect(sorted(await connection.all(totals))).toEqual(
      sorted([
        [{ n: 1, s: 'x' }, 2],
        [{ n: 2 }, 1],
        [null, 3],
      ]),
    );
  });
  it('are sorted, equal ones beside each other', async () => {
    const order = await connection.scalars(select(c.body).where(c.id.lt(4)).orderBy(c.body.desc(), c.id));
    expect(order.filter((value, i) => JSON.stringify(value) !== JSON.stringify(order[i - 1])).length).toBe(2);
    const ranked = select(c.id, func.denseRank().over({ partitionBy: c.s, orderBy: c.body }))
      .where(c.s.eq('x'))
      .orderBy(c.id);
    expect(await connection.all(ranked)).toEqual([
      [1, 1],
      [3, 1],
    ]);
    const numbered = select(c.id, func.rowNumber().over({ partitionBy: c.body, orderBy: c.id })).orderBy(c.id);
    expect((await connection.all(numbered)).map(([, n]) => n)).toEqual([1, 1, 2, 1, 1]);
  });
  it('are put together with others', async () => {
    const [one, two] = [select(c.body).where(c.id.lt(3)), select(c.body).where(c.id.ge(3))];
    expect(sorted(await connection.scalars(union(one, two)))).toEqual(BODIES);
    expect(await connection.scalars(intersect(one, two))).toEqual([{ n: 1, s: 'x' }]);
    expect(await connection.scalars(except(one, two))).toEqual([{ n: 2 }]);
    expect((await connection.scalars(unionAll(one, two))).length).toBe(5);
    expect((await connection.scalars(unionAll(one, two).orderBy(c.body))).length).toBe(5);
    expect((await connection.scalars(unionAll(union(one, two), one).orderBy(1).limit(2))).length).toBe(2);
  });
  it('are looked for among those of a query, as JSON', async () => {
    expect(await ids(c.body.in(select(c.other)))).toEqual([1, 2, 3, 4]);
    expect(await ids(c.body.in(select(c.other).where(c.id.in([1, 4]))))).toEqual([1, 3, 4]);
    expect(await ids(c.body.notIn(select(c.other).where(c.other.isNotNull(), c.id.lt(4))))).toEqual([4]);
    expect(await ids(c.body.in(union(select(c.other).where(c.id.eq(1)), select(c.other).where(c.id.eq(3)))))).toEqual([1, 2, 3]);
    expect(await ids(c.body.eq(select(c.other).where(c.id.eq(1)).scalar() as never))).toEqual([1, 3]);
    expect(await ids(c.body.eq(select(c.other).where(c.id.eq(1)) as never))).toEqual([1, 3]);
    expect(await ids(c.body.ne(select(c.other).where(c.id.eq(1)).scalar() as never))).toEqual([2, 4]);
    expect(await ids(c.body.eq(any(select(c.other)) as never))).toEqual([1, 2, 3, 4]);
    expect(await ids(c.body.ne(all(select(c.other).where(c.id.eq(1))) as never))).toEqual([2, 4]);
  });
  it('are looked for among plain values, and the other way round', async () => {
    expect(await ids(c.s.in(select(c.body.json('s')) as never))).toEqual([1, 3]);
    expect(await ids(c.s.in(select(c.body).where(c.id.eq(4)) as never))).toEqual([1, 3]);
    expect(await ids(c.s.eq(select(c.body.json('s')).where(c.id.eq(1)) as never))).toEqual([1, 3]);
    expect(await ids(c.n.in(select(c.body.json('n')) as never))).toEqual([1, 2]);
    expect(await ids(c.body.json('n').in(select(c.n)))).toEqual([1, 2, 3]);
    expect(await ids(not(c.body.json('n').in(select(c.n).where(c.n.isNotNull(), c.n.ne(1)))))).toEqual([1, 3]);
  });
  it('are compared in a CASE, and cannot be the greatest', async () => {
    const told = caseOf(c.body)
      .when({ s: 'x', n: 1 } as never, 'first')
      .else('other');
    if (postgresql) expect(await connection.scalars(select(told).orderBy(c.id))).toEqual(['first', 'other', 'first', 'other', 'other']);
    const most = connection.scalar(select(func.max(c.body)));
    if (postgresql)
      await expect(most).rejects.toMatchObject({ name: 'CompileError', message: expect.stringContaining('no max() of JSON') });
    else await expect(most).resolves.toBeDefined();
  });
});

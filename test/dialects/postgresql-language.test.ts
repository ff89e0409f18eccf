// What only PostgreSQL has of the language, executed there.
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../src/engine/connection.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { caseOf, caseWhen } from '../../src/sql/case.ts';
import { t } from '../../src/sql/column-types.ts';
import { excluded } from '../../src/sql/conflict.ts';
import { unique } from '../../src/sql/constraints.ts';
import { extract } from '../../src/sql/conversion.ts';
import { cte } from '../../src/sql/cte.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { func } from '../../src/sql/function.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal } from '../../src/sql/literal.ts';
import { match } from '../../src/sql/match.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { all, any, arrayOf } from '../../src/sql/quantified.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select } from '../../src/sql/select.ts';
import { update } from '../../src/sql/update.ts';
import { afterTest } from '../setup/databases.ts';
import { liveDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

const metadata = new MetaData();
const posts = new Table(
  metadata,
  'posts',
  {
    id: t.integer().primaryKey(),
    title: t.string(50),
    views: t.integer(),
    long: t.bigInteger(),
    price: t.numeric(10, 2),
    mood: t.enum(['sad', 'ok', 'happy'], { name: 'mood' }),
    tags: t.array(t.string(20)),
    grid: t.array(t.integer(), { dimensions: 2 }).nullable(),
    meta: t.json<{ a?: number; b?: string[] }>(),
    more: t.jsonb<{ a?: number; b?: string[] }>(),
    at: t.dateTime({ timezone: true }),
    span: t.interval(),
  },
  { constraints: (c) => [unique(c.title).named('one_title')] },
);
const p = posts.c;
const first = {
  title: 'one',
  views: 10,
  long: 2n ** 62n,
  price: '1.50',
  mood: 'ok',
  tags: ['a', 'b'],
  grid: [
    [1, 2],
    [3, 4],
  ],
  meta: { a: 1, b: ['x'] },
  more: { a: 1, b: ['x'] },
  at: new Date('2024-05-01T12:30:15.250Z'),
  span: 'P1DT2H',
} as const;

describe.each([...liveDatabases.filter(({ family }) => family === 'postgresql'), ...pgliteDatabases])('on $name', (database) => {
  async function open(): Promise<Connection> {
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    const connection = await engine.connect({ autocommit: true });
    afterTest(() => connection.close());
    await metadata.createAll(connection);
    await connection.execute(
      insertInto(posts).values([
        first as never,
        { ...first, title: 'two', views: 20, mood: 'happy', tags: ['b', 'c'], grid: null, meta: {}, more: {} } as never,
        { ...first, title: 'three', views: 30, mood: 'sad', tags: [], grid: [], meta: { a: 3 }, more: { a: 3 } } as never,
      ]),
    );
    return connection;
  }

  test('a row is as it was written', async () => {
    const connection = await open();
    expect(await connection.first(select(posts).where(p.id.eq(1)))).toMatchObject([
      {
        ...first,
        price: expect.objectContaining({}),
        grid: [
          [1, 2],
          [3, 4],
        ],
      },
    ]);
  });

  test('arrays are searched, indexed and made', async () => {
    const connection = await open();
    const ids = (condition: never) => connection.scalars(select(p.id).where(condition).orderBy(p.id));
    expect(await ids(p.tags.contains(['b']) as never)).toEqual([1, 2]);
    expect(await ids(p.tags.overlaps(['a', 'c']) as never)).toEqual([1, 2]);
    expect(await ids(p.tags.arrayContainedBy(['a', 'b']) as never)).toEqual([1, 3]);
    expect(await ids(literal('c').eq(any(p.tags as never)) as never)).toEqual([2]);
    expect(await ids(p.views.gt(all([15, 25])) as never)).toEqual([3]);
    expect(await ids(p.tags.eq(['a', 'b']) as never)).toEqual([1]);
    expect(await ids(p.tags.in([['a', 'b'], []]) as never)).toEqual([1, 3]);
    expect(await connection.first(select(p.tags.at(0), p.tags.at(-1), p.tags.arrayLength()).where(p.id.eq(1)))).toEqual(['a', 'b', 2]);
    expect(await connection.scalar(select(arrayOf(p.views, 5)).where(p.id.eq(1)))).toEqual([10, 5]);
    expect(await connection.scalar(select(func.arrayAgg(p.views).orderBy(p.views.desc())))).toEqual([30, 20, 10]);
    await connection.execute(
      update(posts)
        .set({ tags: ['x"', 'y,{}', 'NULL', ''] } as never)
        .where(p.id.eq(3)),
    );
    expect(await connection.scalar(select(p.tags).where(p.id.eq(3)))).toEqual(['x"', 'y,{}', 'NULL', '']);
  });

  test('json and jsonb are walked into and compared', async () => {
    const connection = await open();
    for (const column of [p.meta, p.more]) {
      const ids = (condition: never) => connection.scalars(select(p.id).where(condition).orderBy(p.id));
      expect(await ids(column.eq({ b: ['x'], a: 1 } as never) as never)).toEqual([1]);
      expect(await ids(column.in([{}, { a: 3 }] as never) as never)).toEqual([2, 3]);
      expect(await ids(column.json('a').eq(3 as never) as never)).toEqual([3]);
      expect(await ids(column.json('b', 0).asText().eq('x') as never)).toEqual([1]);
      expect(await ids(column.json('a').asInteger().gt(0) as never)).toEqual([1, 3]);
      expect(await ids(column.contains({ a: 3 } as never) as never)).toEqual([3]);
      expect(await ids(column.hasKey('b') as never)).toEqual([1]);
      expect(await connection.scalars(select(column).distinct().where(p.id.eq(1)).orderBy(p.id)).catch((e: Error) => e.name)).toBeTruthy();
    }
  });

  test('parameters that nothing stands beside have a type', async () => {
    const connection = await open();
    const one = (expression: never) => connection.scalar(select(expression));
    expect(await one(literal(7).plus(literal(2)) as never)).toBe(9);
    expect(await one(literal(7).dividedBy(2) as never)).toBe(3.5);
    expect(await one(literal(7).floorDiv(-2) as never)).toBe(-4);
    expect(await one(literal(6).bitwiseXor(3) as never)).toBe(5);
    expect(await one(func.concat(1 as never, 'a', null as never, true as never) as never)).toBe('1at');
    expect(await one(func.coalesce(literal(null as never), 5 as never) as never)).toBe(5);
    expect(await one(func.coalesce(p.mood, 'sad') as never)).toBe('ok');
    expect(await one(caseWhen(p.mood.eq('ok'), 'happy').else(p.mood) as never)).toBe('happy');
    expect(await one(caseOf(p.mood).when('ok', 1).else(2) as never)).toBe(1);
    expect(await one(func.greatest(p.views, 3, 70) as never)).toBe(70);
    expect(await one(func.repeat('ab', p.views.minus(8)) as never)).toBe('abab');
    expect(await one(func.left(p.title, p.views.minus(8)) as never)).toBe('on');
    expect(await one(literal(5).between(literal(9), literal(1), { symmetric: true }) as never)).toBe(true);
    expect(
      await connection.scalars(
        select(p.id)
          .orderBy(p.id)
          .limit(literal(1).plus(1) as never)
          .offset(literal(0).plus(1) as never),
      ),
    ).toEqual([2, 3]);
    expect(await connection.scalars(sql`SELECT ${1} + ${2}`)).toEqual([3]);
    expect(
      await connection.scalars(
        sql`SELECT id FROM posts WHERE mood = ${'ok'} AND at < ${new Date()} AND tags = ${sql`ARRAY[${'a'}, ${'b'}]::varchar[]`}`,
      ),
    ).toEqual([1]);
    expect(await connection.scalars(sql`SELECT id FROM posts ORDER BY id FETCH FIRST ${1} ROWS ONLY`)).toEqual([1]);
  });

  test('sums, averages and parts of moments are numbers as their types say', async () => {
    const connection = await open();
    const [sum, longs, prices, average] = (await connection.first(
      select(func.sum(p.views), func.sum(p.long), func.sum(p.price), func.avg(p.price)),
    )) as [unknown, unknown, { toFixed(): string }, unknown];
    expect([sum, longs, prices.toFixed(), average]).toEqual([60, 3n * 2n ** 62n, '4.5', 1.5]);
    expect(await connection.first(select(extract('year', p.at), extract('second', p.at), extract('dow', p.at)))).toEqual([2024, 15.25, 3]);
    expect(await connection.scalar(select(p.at.plus(p.span as never)).limit(1))).toEqual(new Date('2024-05-02T14:30:15.250Z'));
  });

  test('regular expressions and full text', async () => {
    const connection = await open();
    expect(
      await connection.scalars(
        select(p.id)
          .where(p.title.regexpMatch('^T', { flags: 'i' }))
          .orderBy(p.id),
      ),
    ).toEqual([2, 3]);
    expect(await connection.scalar(select(p.title.regexpReplace('o', '0')).where(p.id.eq(1)))).toBe('0ne');
    expect(await connection.scalars(select(p.id).where(match([p.title], 'three', { language: 'english' }) as never))).toEqual([3]);
  });

  test('upserts by constraint, changes beside other tables, and changes in WITH', async () => {
    const connection = await open();
    const upsert = insertInto(posts)
      .values(first as never)
      .onConflictDoUpdate({ constraint: 'one_title', set: { views: excluded(p.views).plus(p.views) } as never })
      .returning(p.id, p.views);
    expect(await connection.all(upsert)).toEqual([[1, 20]]);
    const moved = cte('moved', deleteFrom(posts).where(p.views.ge(30)).returning(p.id, p.title));
    expect(await connection.all(select(moved.c.title).from(moved))).toEqual([['three']]);
    expect(await connection.scalars(select(func.count()).from(posts))).toEqual([2]);
  });

  test('enums of their own are made, compared, listed and dropped', async () => {
    const connection = await open();
    expect(
      await connection.scalars(
        select(p.id)
          .where(p.mood.in(['ok', 'sad']))
          .orderBy(p.mood),
      ),
    ).toEqual([3, 1]);
    expect(await connection.scalar(sql`SELECT pg_typeof(mood)::text FROM posts LIMIT 1`)).toBe('mood');
    await metadata.dropAll(connection);
    expect(await connection.scalar(sql`SELECT count(*) FROM pg_type WHERE typname = 'mood'`)).toBe(0);
  });
});

// Statements, objects of the schema and types that only PostgreSQL has, executed there.
import { beforeEach, describe, expect, test } from 'vitest';
import { pg } from '../../src/dialects/postgresql/column-types.ts';
import type { Connection } from '../../src/engine/connection.ts';
import { createEngine } from '../../src/engine/engine.ts';
import { t } from '../../src/sql/column-types.ts';
import { exclude } from '../../src/sql/constraints.ts';
import { createTable } from '../../src/sql/ddl-statement.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { explain } from '../../src/sql/explain.ts';
import type { Expression } from '../../src/sql/expression.ts';
import { func } from '../../src/sql/function.ts';
import { cube, groupingSets, rollup } from '../../src/sql/grouping.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { literal } from '../../src/sql/literal.ts';
import { mergeInto } from '../../src/sql/merge.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { lateral } from '../../src/sql/query.ts';
import { sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';
import { select, selectFrom } from '../../src/sql/select.ts';
import { tableSample } from '../../src/sql/table-expression.ts';
import { truncate } from '../../src/sql/truncate.ts';
import { update } from '../../src/sql/update.ts';
import { values } from '../../src/sql/values.ts';
import { View } from '../../src/sql/view.ts';
import { afterTest } from '../setup/databases.ts';
import { liveDatabases, tested } from '../setup/live-databases.ts';
import { categories as c, openShop, products as p, reviews as r } from '../sql/shop.ts';

describe.each(liveDatabases.filter(({ family }) => family === 'postgresql'))('$name', (database) => {
  async function connect(): Promise<Connection> {
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    const connection = await engine.connect({ autocommit: true });
    afterTest(() => connection.close());
    return connection;
  }

  describe('statements', () => {
    let shop: Connection;
    beforeEach(async () => {
      shop = await openShop(database);
    });

    test('MERGE updates, deletes, inserts and leaves alone', async () => {
      const news = values({ id: t.integer(), name: t.string(), stock: t.integer() }, [
        [1, 'Urn', 50],
        [2, 'gone', 0],
        [4, 'same', 0],
        [7, 'Pot', 3],
        [8, 'none', -1],
      ]).as('news');
      const merge = mergeInto(p)
        .using(news, p.c.id.eq(news.c.id))
        .whenMatched(news.c.name.eq('same'))
        .doNothing()
        .whenMatched(news.c.stock.gt(0))
        .update({ name: news.c.name, stock: p.c.stock.plus(news.c.stock) })
        .whenNotMatched(news.c.stock.ge(0))
        .insert({ id: news.c.id, name: news.c.name, price: '1.00', stock: news.c.stock });
      expect((await shop.execute(merge)).rowCount).toBe(2);
      expect(await shop.all(select(p.c.id, p.c.name, p.c.stock, p.c.active).orderBy(p.c.id))).toEqual([
        [1, 'Urn', 55, true],
        [2, 'Lamp', 0, false],
        [3, 'lampshade', 12, true],
        [4, 'Stray', 1, true],
        [7, 'Pot', 3, true],
      ]);
      const least = select({ id: r.c.id, rating: r.c.rating }).where(r.c.rating.lt(4)).subquery('least');
      const gone = mergeInto(r).using(least, r.c.id.eq(least.c.id)).whenMatched().delete();
      expect((await shop.execute(gone)).rowCount).toBe(1);
      expect(await shop.scalars(select(r.c.rating).orderBy(r.c.rating))).toEqual([4, 5]);
    });
    test('LATERAL, samples, subtotals and locks', async () => {
      const best = lateral(select({ rating: r.c.rating }).where(r.c.productId.eq(p.c.id)).orderBy(r.c.rating.desc()).limit(1), 'best');
      expect(await shop.all(select(p.c.id, best.c.rating).outerJoin(best, true).orderBy(p.c.id))).toEqual([
        [1, 5],
        [2, 4],
        [3, null],
        [4, null],
      ]);
      expect(await shop.all(select(p.c.id, best.c.rating).crossJoinLateral(best).orderBy(p.c.id))).toEqual([
        [1, 5],
        [2, 4],
      ]);
      expect(await shop.scalar(select(func.count(tableSample(p, 100, { method: 'bernoulli', seed: 1 }).c.id)))).toBe(4);
      const sums = select(p.c.categoryId, p.c.active, func.sum(p.c.stock), func.grouping<number>(p.c.active)).where(p.c.categoryId.eq(2));
      const inOrder = [func.grouping(p.c.categoryId), func.grouping(p.c.active), p.c.active];
      expect(await shop.all(sums.groupBy(rollup(p.c.categoryId, p.c.active)).orderBy(...inOrder))).toEqual([
        [2, false, 0, 0],
        [2, true, 12, 0],
        [2, null, 12, 1],
        [null, null, 12, 1],
      ]);
      expect((await shop.all(sums.groupBy(cube(p.c.categoryId, p.c.active)))).length).toBe(6);
      expect((await shop.all(sums.groupBy(groupingSets([p.c.categoryId, p.c.active], [])))).length).toBe(3);
      const strengths = [{}, { share: true }, { key: true }, { share: true, key: true, of: p }, { skipLocked: true }, { noWait: true }];
      for (const options of strengths)
        expect(await shop.scalars(select(p.c.id).join(r).where(r.c.id.eq(3)).forUpdate(options))).toEqual([2]);
    });
    test('EXPLAIN ANALYZE runs the statement, and tells what it took', async () => {
      const lines = await shop.scalars(explain(deleteFrom(r).where(r.c.id.eq(1)), { analyze: true }));
      expect(lines.join('\n')).toMatch(/Delete on reviews.*actual time=[\s\S]*Execution Time: [\d.]+ ms/);
      expect(await shop.scalar(select(func.count()).from(r))).toBe(2);
    });
    test('TRUNCATE of several tables, with those that refer to them', async () => {
      await shop.execute(truncate([c, p], { restartIdentity: true, cascade: true }));
      expect(await shop.scalars(select(func.count()).from(r))).toEqual([0]);
      expect(await shop.scalars(insertInto(c).values({ name: 'first' }).returning(c.c.id))).toEqual([1]);
    });
    test('rows that are given back by changes beside other tables', async () => {
      const changed = update(p).set({ note: c.c.name }).where(p.c.categoryId.eq(c.c.id), c.c.name.eq('Lamps')).returning(p.c.id, c.c.name);
      expect((await shop.all(changed)).sort()).toEqual([
        [2, 'Lamps'],
        [3, 'Lamps'],
      ]);
      const gone = deleteFrom(r)
        .using(p)
        .where(r.c.productId.eq(p.c.id), p.c.stock.eq(0))
        .returning({ rating: r.c.rating, name: p.c.name });
      expect(await shop.all(gone)).toEqual([{ rating: 4, name: 'Lamp' }]);
    });
  });

  test('EXCLUDE keeps spans of one room apart', async () => {
    const connection = await connect();
    await connection.script('CREATE EXTENSION IF NOT EXISTS btree_gist');
    const metadata = new MetaData();
    const bookings = new Table(
      metadata,
      'bookings',
      { id: t.integer().primaryKey(), room: t.integer(), during: pg.range('date') },
      {
        constraints: (b) => [
          exclude([
            [b.room, '='],
            [b.during, '&&'],
          ]).named('one_at_a_time'),
        ],
      },
    );
    await metadata.createAll(connection);
    const book = (room: number, lower: string, upper: string) =>
      connection.execute(insertInto(bookings).values({ room, during: { lower, upper, bounds: '[)' } }));
    await book(1, '2024-01-01', '2024-01-05');
    await book(2, '2024-01-02', '2024-01-03');
    await book(1, '2024-01-05', '2024-01-06');
    await expect(book(1, '2024-01-04', '2024-01-08')).rejects.toMatchObject({ code: '23P01', constraint: 'one_at_a_time' });
    expect(
      await connection.scalars(
        select(bookings.c.id)
          .where(bookings.c.during.op('@>', { comparison: true })(sql`DATE '2024-01-02'`))
          .orderBy(bookings.c.id),
      ),
    ).toEqual([1, 2]);
  });

  test('partitions, unlogged and temporary tables, materialized views', async () => {
    const connection = await connect();
    const metadata = new MetaData();
    const events = new Table(
      metadata,
      'events',
      { at: t.date(), kind: t.string(10), n: t.integer() },
      { postgresql: { partitionBy: 'RANGE (at)' } },
    );
    const cache = new Table(metadata, 'cache', { key: t.string(10).primaryKey(), value: t.text() }, { postgresql: { unlogged: true } });
    const totals = new View(metadata, 'totals', select({ kind: events.c.kind, total: func.sum(events.c.n) }).groupBy(events.c.kind), {
      materialized: true,
    });
    await metadata.createAll(connection);
    await connection.script(`CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
      CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')`);
    await connection.execute(
      insertInto(events).values([
        { at: '2023-05-01', kind: 'a', n: 1 },
        { at: '2024-05-01', kind: 'a', n: 2 },
        { at: '2024-06-01', kind: 'b', n: 3 },
      ]),
    );
    await expect(connection.execute(insertInto(events).values({ at: '2022-01-01', kind: 'a', n: 1 }))).rejects.toMatchObject({
      name: 'CheckViolation',
    });
    expect(await connection.scalars(sql`SELECT count(*) FROM events_2024`)).toEqual([2]);
    const kinds = sql`SELECT relname, relkind::text, relpersistence::text FROM pg_class WHERE relname IN ('events', 'cache', 'totals') ORDER BY 1`;
    expect(await connection.all(kinds)).toEqual([
      { relname: 'cache', relkind: 'r', relpersistence: 'u' },
      { relname: 'events', relkind: 'p', relpersistence: 'p' },
      { relname: 'totals', relkind: 'm', relpersistence: 'p' },
    ]);
    await connection.execute(insertInto(cache).values({ key: 'x', value: '1' }).onConflictDoNothing());
    expect(await connection.all(selectFrom(totals))).toEqual([]);
    await connection.execute(totals.refresh());
    expect(await connection.all(selectFrom(totals).orderBy(totals.c.kind))).toEqual([
      { kind: 'a', total: 3 },
      { kind: 'b', total: 3 },
    ]);
    const draft = new Table(new MetaData(), 'draft', { n: t.integer() }, { temporary: true, postgresql: { onCommit: 'drop' } });
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    await engine.begin(async (own) => {
      await own.execute(createTable(draft));
      await own.execute(insertInto(draft).values({ n: 5 }));
      expect(await own.scalars(select(draft.c.n))).toEqual([5]);
    });
    await expect(engine.begin((own) => own.scalars(select(draft.c.n)))).rejects.toThrow('does not exist');
  });

  test('types of its own: ranges, hstore, inet, tsvector', async () => {
    const connection = await connect();
    await connection.script('CREATE EXTENSION IF NOT EXISTS hstore; CREATE EXTENSION IF NOT EXISTS citext');
    const metadata = new MetaData();
    const things = new Table(metadata, 'things', {
      id: t.integer().primaryKey(),
      years: pg.range('int4'),
      spans: pg.multirange('num').nullable(),
      tags: pg.hstore(),
      address: pg.inet(),
      net: pg.cidr().nullable(),
      words: pg.tsvector(),
      name: pg.citext(),
      bits: pg.bitVarying(8).nullable(),
    });
    await metadata.createAll(connection);
    const row = {
      years: { lower: 1990, upper: 2000, bounds: '[)' as const },
      tags: { color: 'red', size: null, 'a "b"': '=>' },
      address: '10.0.0.1/24',
      net: '10.0.0.0/8',
      name: 'Ann',
      bits: '101',
    };
    await connection.execute(insertInto(things).values({ ...row, words: func.toTsvector<string>(sql`'english'`, 'Pools of connections') }));
    await connection.execute(
      insertInto(things).values({
        ...row,
        years: { lower: null, upper: 1980, bounds: '()' as const },
        tags: {},
        address: '::1',
        name: 'bob',
        words: sql<string>`'a:1 b:2'`,
      }),
    );
    const rows = await connection.all(selectFrom(things).orderBy(things.c.id));
    expect(rows[0]).toMatchObject({ ...row, years: { lower: 1990, upper: 2000, bounds: '[)' as const }, words: "'connect':3 'pool':1" });
    expect(rows[1]).toMatchObject({ years: { lower: null, upper: 1980 }, tags: {}, address: '::1' });
    const ids = (condition: Expression<boolean>) => connection.scalars(select(things.c.id).where(condition).orderBy(things.c.id));
    const { years, tags, address, words, name } = things.c;
    expect(await ids(years.op('@>', { comparison: true })(sql`1995`))).toEqual([1]);
    expect(await ids(years.op('&&', { comparison: true })({ lower: 1970, upper: 1995, bounds: '[)' }))).toEqual([1, 2]);
    expect(
      await ids(
        tags
          .op('->', { returns: t.text() })(literal('color') as never)
          .eq('red'),
      ),
    ).toEqual([1]);
    expect(await ids(tags.op('?', { comparison: true })(literal('size') as never))).toEqual([1]);
    expect(await ids(address.op('<<', { comparison: true })(sql`inet '10.0.0.0/8'`))).toEqual([1]);
    expect(await ids(words.match('pool & connection', { mode: 'boolean' }))).toEqual([1]);
    expect(await ids(name.eq('ANN'))).toEqual([1]);
    expect(await connection.scalars(select(sql<string>`upper(${years})::text`).where(things.c.id.eq(1)))).toEqual(['2000']);
  });
});

test('runs where PostgreSQL is tested, and nowhere else', () => {
  expect(liveDatabases.some(({ family }) => family === 'postgresql')).toBe(tested.includes('postgresql'));
});

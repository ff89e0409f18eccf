// Integers of every width, signed and not: as keys that the database numbers, in many rows, in pages and beside JSON.
import { describe, expect, it } from 'vitest';
import { inspect, t } from '../../src/index.ts';
import { openDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

const WIDTHS = {
  tinyInteger: t.tinyInteger,
  smallInteger: t.smallInteger,
  mediumInteger: t.mediumInteger,
  integer: t.integer,
};

describe.each([...allDatabases, ...pgliteDatabases])('integers on $name', (database) => {
  it.each(Object.entries(WIDTHS))('%s is a key that the database numbers, and the end of a page', async (_, type) => {
    const db = openDatabase(database);
    class Thing extends db.Model('things', { id: type().primaryKey(), name: t.string(20) }) {}
    await db.createAll();
    expect((await inspect(db.engine).columns('things'))[0].autoIncrement).toBe(true);
    await using session = db.createSession();
    const things = Array.from({ length: 5 }, (_, i) => new Thing({ name: `n${i}` }));
    session.addAll(things);
    await session.commit();
    expect(things.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5]);
    const first = await session.query(Thing).orderBy(Thing.c.id).paginateByCursor({ perPage: 2 });
    const second = await session.query(Thing).orderBy(Thing.c.id).paginateByCursor({ perPage: 2, after: first.endCursor });
    expect(second.items.map(({ id }) => id)).toEqual([3, 4]);
    const forged = Buffer.from(JSON.stringify(['x'])).toString('base64url');
    await expect(session.query(Thing).orderBy(Thing.c.id).paginateByCursor({ perPage: 2, after: forged })).rejects.toThrow(
      'There is no such page.',
    );
  });

  it.each(Object.entries({ tinyInteger: 255, smallInteger: 65_535, mediumInteger: 16_777_215, integer: 4_294_967_295 }))(
    '%s without a sign holds its greatest value in many rows, and is changed in many rows',
    async (name, greatest) => {
      const db = openDatabase(database);
      class Count extends db.Model('counts', {
        id: t.integer().primaryKey(),
        n: WIDTHS[name as keyof typeof WIDTHS]({ unsigned: true }),
      }) {}
      await db.createAll();
      await using session = db.createSession();
      session.addAll(Array.from({ length: 20 }, () => new Count({ n: greatest })));
      await session.commit();
      session.expungeAll();
      const counts = await session.query(Count).orderBy(Count.c.id).all();
      expect(counts.map(({ n }) => n)).toEqual(Array(20).fill(greatest));
      counts.forEach((count, i) => {
        count.n = greatest - i;
      });
      await session.commit();
      session.expungeAll();
      const changed = await session.query(Count).orderBy(Count.c.id).all();
      expect(changed.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, i) => greatest - i));
    },
  );

  it('of few bytes are compared with values in JSON as numbers', async () => {
    const db = openDatabase(database);
    class Rule extends db.Model('rules', {
      id: t.integer().primaryKey(),
      least: t.tinyInteger(),
      most: t.mediumInteger(),
      data: t.json<{ n: number }>(),
    }) {}
    await db.createAll();
    await using session = db.createSession();
    session.addAll([new Rule({ least: 9, most: 100, data: { n: 10 } }), new Rule({ least: 11, most: 100, data: { n: 10 } })]);
    await session.commit();
    const found = await session
      .query(Rule)
      .filter(Rule.c.least.lt(Rule.c.data.json('n')), Rule.c.most.gt(Rule.c.data.json('n')))
      .all();
    expect(found.map(({ least }) => least)).toEqual([9]);
  });
});

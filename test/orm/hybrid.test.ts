import { describe, expect, expectTypeOf, test } from 'vitest';
import { alias, func, hybrid, select, t } from '../../src/index.ts';
import { openDatabase, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

async function openIntervals(database: TestDatabase) {
  const db = openDatabase(database);
  class Interval extends db.Model(
    'intervals',
    {
      id: t.integer().primaryKey(),
      start: t.integer(),
      end: t.integer().named('stop'),
      name: t.string(20).default('x'),
      kind: t.string(10),
      length: hybrid(t.integer(), (c) => c.end.minus(c.start), {
        set: (interval, length) => {
          interval.end = interval.start + length;
        },
      }),
      isLong: hybrid(t.boolean(), (c) => c.length.gt(5)),
      title: hybrid(t.string(), (c) => c.name.concat('!'), { get: (interval) => `${interval.name}!` }),
      opaque: hybrid(t.string(), (c) => func.upper(c.name)),
    },
    {
      on: 'kind',
      get identities() {
        return { plain: Interval, marked: Marked };
      },
    },
  ) {}
  class Marked extends Interval.extend('marked', { weight: t.integer(), load: hybrid(t.integer(), (c) => c.weight.times(c.length)) }) {}
  await db.createAll();
  const session = db.createSession();
  session.addAll([
    new Interval({ start: 1, end: 10, name: 'a' }),
    new Interval({ start: 5, end: 7, name: 'b' }),
    new Marked({ start: 0, end: 3, name: 'c', weight: 2 }),
  ]);
  await session.commit();
  session.expungeAll();
  return { session, Interval, Marked };
}

describe.each(allDatabases)('hybrid() on $name', (database) => {
  test('is an expression in SQL, and a value on objects', async () => {
    const { session, Interval, Marked } = await openIntervals(database);
    const names = async (...conditions: Parameters<ReturnType<typeof session.query<typeof Interval>>['filter']>) =>
      (
        await session
          .query(Interval)
          .filter(...conditions)
          .orderBy(Interval.c.length.desc())
          .all()
      ).map((one) => one.name);
    expect(await names()).toEqual(['a', 'c', 'b']);
    expect(await names(Interval.c.length.gt(2))).toEqual(['a', 'c']);
    expect(await names(Interval.c.isLong)).toEqual(['a']);
    expect(await names(Marked.c.load.eq(6))).toEqual(['c']);
    expect((await session.query(Interval).filterBy({ length: 2 }).one()).name).toBe('b');
    const other = alias(Interval, 'other');
    expect(await session.all(select({ length: other.c.length, title: other.c.title }).where(other.c.length.gt(5)))).toEqual([
      { length: 9, title: 'a!' },
    ]);
    const [a, , c] = await session.query(Interval).orderBy(Interval.c.id).all();
    expectTypeOf(a.length).toEqualTypeOf<number>();
    expect([a.length, a.isLong, a.title]).toEqual([9, true, 'a!']);
    expect(c instanceof Marked && c.load).toBe(6);
    a.end = 3;
    expect([a.length, a.isLong]).toEqual([2, false]);
    a.length = 20;
    expect(a.end).toBe(21);
    expect(() => a.opaque).toThrow(/only the database can work out/);
    expect(() => {
      (a as { title: string }).title = 'x';
    }).toThrow();
    await session.commit();
    expect((await session.query(Interval).filterBy({ length: 20 }).one()).name).toBe('a');
    expect(new Interval({ start: 1, end: 4 }).length).toBe(3);
  });
});

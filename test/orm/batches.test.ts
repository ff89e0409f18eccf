import { describe, expect, test } from 'vitest';
import { func, manyToMany, StaleDataError, sql, t, text } from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

const COUNT = 60;
const TEXTS = ['', 'NULL', 'a "b" \\ c', "it's {1,2}", 'line\nend\ttab', '\u0001', 'zwölf € 😀', '\\u0041', '[]'];

// What changes many rows is to take few statements everywhere, whatever the rows hold.
describe.each([...allDatabases, ...pgliteDatabases])('many rows on $name', (database) => {
  async function open() {
    const db = openDatabase(database);
    class Thing extends db.Model('things', {
      id: t.integer().primaryKey(),
      name: t.string(80).nullable(),
      body: t.text().nullable(),
      count: t.integer().nullable(),
      large: t.bigInteger().nullable(),
      ratio: t.double().nullable(),
      price: t.numeric(10, 2).nullable(),
      done: t.boolean().nullable(),
      day: t.date().nullable(),
      at: t.dateTime().nullable(),
      data: t.json<unknown>().nullable(),
      code: t.uuid().nullable(),
      bytes: t.binary().nullable(),
      kind: t.enum(['a', 'b']).nullable(),
    }) {}
    class Seat extends db.Model('seats', {
      hall: t.string(20).primaryKey(),
      place: t.integer().primaryKey(),
      guest: t.string(20).nullable(),
      touched: t.integer().default(0).onUpdate(sql<number>`touched + 1`),
      version: t.integer().version(),
    }) {}
    const links = db.Table('links', {
      leftId: t.integer().primaryKey().references('nodes.id'),
      rightId: t.integer().primaryKey().references('nodes.id'),
    });
    class Item extends db.Model('nodes', {
      id: t.integer().primaryKey(),
      get next() {
        return manyToMany(Item, { through: links, foreignKey: 'leftId', otherKey: 'rightId' });
      },
    }) {}
    const session = db.createSession();
    await db.createAll();
    return { db, session, statements: new Statements(db.engine), Thing, Seat, Item };
  }
  const numbers = (count = COUNT): number[] => Array.from({ length: count }, (_, i) => i);

  test('values of every type are updated together and come back as they were set', async () => {
    const { db, session, statements, Thing } = await open();
    const things = numbers().map((i) => new Thing({ id: i + 1, count: 0, name: 'old' }));
    session.addAll(things);
    await session.commit();
    statements.takeAll();
    const value = (i: number) => ({
      name: i % 7 === 6 ? null : TEXTS[i % TEXTS.length],
      body: TEXTS[(i * 5) % TEXTS.length],
      count: i % 5 === 4 ? null : 7 - i,
      large: 9_007_199_254_740_993n + BigInt(i),
      ratio: i / 3,
      price: String(i + 0.25),
      done: i % 3 === 0 ? null : i % 2 === 0,
      day: `2024-02-${String((i % 28) + 1).padStart(2, '0')}`,
      at: new Date(Date.UTC(2024, 0, 1, 0, 0, i)),
      data: i % 4 === 0 ? null : { i, texts: TEXTS },
      code: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
      bytes: i % 4 === 1 ? null : Uint8Array.from([0, i, 255]),
      kind: i % 2 === 0 ? ('a' as const) : ('b' as const),
    });
    for (const [i, thing] of things.entries()) Object.assign(thing, value(i));
    await session.commit();
    const reader = db.createSession();
    const stored = await reader.query(Thing).orderBy(Thing.c.id).all();
    for (const [i, thing] of stored.entries()) {
      const { price, ...rest } = value(i);
      expect({ ...thing.toJSON(), price: undefined, bytes: thing.bytes, at: thing.at }).toMatchObject({
        ...rest,
        price: undefined,
        large: thing.toJSON().large,
      });
      expect([thing.large, thing.price?.toFixed(2)]).toEqual([rest.large, Number(price).toFixed(2)]);
    }
    // Columns that every database can unpack take one statement.
    statements.takeAll();
    for (const [i, thing] of things.entries())
      Object.assign(thing, { count: 1000 - i, name: `${TEXTS[4]}${i}`, day: `2025-02-${10 + (i % 9)}` });
    await session.flush();
    expect(statements.summary()).toEqual(['UPDATE things']);
    expect(await session.query(Thing).orderBy(Thing.c.id).select(Thing.c.count).scalars()).toEqual(numbers().map((i) => 1000 - i));
    await session.rollback();
  });

  test('rows with composite keys and versions: updated with what the database works out, checked, and deleted', async () => {
    const { db, session, statements, Seat } = await open();
    const seats = numbers().map((place) => new Seat({ hall: "o'c", place, guest: null }));
    session.addAll(seats);
    await session.commit();
    for (const [i, seat] of seats.entries()) seat.guest = `g${i}`;
    await session.flush();
    expect(seats.map((seat) => [seat.touched, seat.version])).toEqual(seats.map(() => [1, 2]));
    await session.commit();
    expect(await session.all(text('SELECT guest, touched, version FROM seats ORDER BY place'))).toEqual(
      numbers().map((i) => ({ guest: `g${i}`, touched: 1, version: 2 })),
    );
    const other = db.createSession();
    await other.execute(text('UPDATE seats SET version = 9 WHERE place = 7'));
    await other.commit();
    for (const seat of seats) seat.guest = 'late';
    const failure = await session.flush().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StaleDataError);
    expect(String(failure)).toMatch(/place=7\b/);
    expect(String(failure)).not.toMatch(/place=8\b/);
    await session.rollback();
    expect(seats.map((seat) => seat.guest)).toEqual(numbers().map((i) => `g${i}`));
    await session.refresh(seats);
    statements.takeAll();
    for (const seat of seats) session.delete(seat);
    await session.flush();
    if (database.family !== 'mysql') expect(statements.summary()).toEqual(['DELETE seats']);
    expect(await session.query(Seat).count()).toBe(0);
    await session.rollback();
    expect(await session.query(Seat).count()).toBe(COUNT);
  });

  test('what the database fills in goes to the object of the same key, however that was written', async () => {
    const db = openDatabase(database);
    class Token extends db.Model('tokens', {
      id: t.uuid().primaryKey(),
      number: t.integer(),
      doubled: t.integer().computed(sql`number * 2`),
      state: t.string(10).serverDefault('new'),
    }) {}
    await db.createAll();
    const session = db.createSession();
    const tokens = numbers().map((i) => new Token({ id: `ABCDEF00-0000-4000-8000-${String(COUNT - i).padStart(12, '0')}`, number: i }));
    session.addAll(tokens);
    await session.flush();
    expect(tokens.map((token) => [token.doubled, token.state])).toEqual(numbers().map((i) => [i * 2, 'new']));
    for (const token of tokens) token.number += 100;
    await session.flush();
    expect(tokens.map((token) => token.doubled)).toEqual(numbers().map((i) => (i + 100) * 2));
    await session.rollback();
  });

  test('the SQL around the parameters of a type stands around those of many rows too', async () => {
    const db = openDatabase(database);
    const upper = {
      type: t.string(40),
      toDatabase: (value: string) => value.trim(),
      fromDatabase: (value: string) => value,
      bindExpression: (parameter: unknown) => func.upper(parameter as never),
    };
    class Code extends db.Model('codes', { id: t.integer().primaryKey(), code: t.custom<string, string>(upper) }) {}
    await db.createAll();
    const session = db.createSession();
    const codes = numbers(30).map((i) => new Code({ id: i + 1, code: ` a${i} ` }));
    session.addAll(codes);
    await session.flush();
    for (const [i, item] of codes.entries()) item.code = `b${i}`;
    await session.flush();
    session.expireAll();
    expect((await session.query(Code).orderBy(Code.c.id).all()).map(({ code }) => code)).toEqual(numbers(30).map((i) => `B${i}`));
    await session.rollback();
  });

  test('pairs are inserted and deleted together', async () => {
    const { session, statements, Item } = await open();
    const items = numbers(30).map((i) => new Item({ id: i + 1 }));
    session.addAll(items);
    await session.flush();
    statements.takeAll();
    // What a collection that is not loaded held is read for all of them.
    for (const item of items) item.next.set(items.slice(0, 2));
    await session.flush();
    expect(statements.summary()).toEqual(['SELECT links', 'INSERT links']);
    for (const item of items) item.next.remove(items[0]);
    await session.flush();
    expect(statements.summary()).toEqual(['DELETE links']);
    expect(await session.scalars(text('SELECT left_id FROM links WHERE right_id = 2 ORDER BY left_id'))).toEqual(
      items.map((item) => item.id),
    );
    await session.rollback();
  });

  test('the same key twice in bulkUpdate(): the later row counts', async () => {
    const { session, Thing } = await open();
    session.addAll(numbers(30).map((i) => new Thing({ id: i + 1 })));
    await session.commit();
    const rows = [...numbers(30), ...numbers(30)].map((i, place) => ({ id: i + 1, count: place }));
    expect(await session.bulkUpdate(Thing, rows)).toBe(60);
    expect(await session.query(Thing).orderBy(Thing.c.id).select(Thing.c.count).scalars()).toEqual(numbers(30).map((i) => i + 30));
    await session.rollback();
  });
});

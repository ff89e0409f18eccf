import { describe, expect, test } from 'vitest';
import { belongsTo, func, hasMany, inspect, manyToMany, t, text } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

async function open(database: TestDatabase, passiveUpdates = true) {
  const db = openDatabase(database);
  const onUpdate = { onUpdate: 'cascade' } as const;
  const shopItems = db.Table('shop_items', {
    shopCode: t.string(20).primaryKey().references('shops.code', onUpdate),
    itemId: t.integer().primaryKey().references('items.id'),
  });
  class Shop extends db.Model('shops', {
    code: t.string(20).primaryKey(),
    note: t.string(20).nullable(),
    get shelves() {
      return hasMany(Shelf, { passiveUpdates });
    },
    get items() {
      return manyToMany(Item, { through: shopItems, passiveUpdates });
    },
  }) {}
  class Shelf extends db.Model('shelves', {
    shopCode: t.string(20).primaryKey().references('shops.code', onUpdate),
    place: t.integer().primaryKey(),
    label: t.string(20).nullable().unique(),
    get shop() {
      return belongsTo(Shop);
    },
  }) {}
  class Item extends db.Model('items', { id: t.integer().primaryKey(), name: t.string(20) }) {}
  class Box extends db.Model('boxes', { id: t.integer().primaryKey(), shopCode: t.string(20), place: t.integer() }) {}
  await db.createAll();
  return { db, session: db.createSession(), statements: new Statements(db.engine), Shop, Shelf, Item, Box };
}

describe.each([...allDatabases, ...pgliteDatabases])('key changes on $name', (database) => {
  test('what refers to a natural key follows it, in the database and in memory', async () => {
    const { session, statements, Shop, Shelf, Item } = await open(database);
    const shop = new Shop({ code: 'york', shelves: [new Shelf({ place: 1 }), new Shelf({ place: 2 })], items: [new Item({ name: 'a' })] });
    session.add(shop);
    await session.commit();
    const shelves = [...(await shop.shelves)];
    statements.takeAll();
    shop.code = 'hull';
    await session.flush();
    expect(statements.summary()).toEqual(['UPDATE shops']);
    expect(shelves.map((shelf) => [shelf.shopCode, inspect(shelf).modified])).toEqual([
      ['hull', false],
      ['hull', false],
    ]);
    expect(await session.get(Shop, 'hull')).toBe(shop);
    expect(await session.get(Shelf, ['hull', 2])).toBe(shelves[1]);
    expect(statements.count()).toBe(0);
    expect(await session.get(Shelf, ['york', 2])).toBeNull();
    expect(await session.all(text('SELECT shop_code, place FROM shelves ORDER BY place'))).toEqual([
      { shop_code: 'hull', place: 1 },
      { shop_code: 'hull', place: 2 },
    ]);
    expect(await session.all(text('SELECT shop_code FROM shop_items'))).toEqual([{ shop_code: 'hull' }]);
    shelves[0].label = 'l';
    await session.flush();
    await session.rollback();
    expect([shop.code, ...shelves.map((shelf) => shelf.shopCode)]).toEqual(['york', 'york', 'york']);
    expect(await session.get(Shelf, ['york', 1])).toBe(shelves[0]);
    shelves[0].label = 'l';
    await session.commit();
    expect(await session.query(Shelf).filterBy({ label: 'l' }).count()).toBe(1);
  });

  test.each(['auto', 'fetch'] as const)(
    'a statement that changes a key takes along what follows it in the database, %s',
    async (synchronize) => {
      const { session, Shop, Shelf, Item } = await open(database);
      const shop = new Shop({
        code: 'york',
        shelves: [new Shelf({ place: 1 }), new Shelf({ place: 2 })],
        items: [new Item({ name: 'a' })],
      });
      const other = new Shop({ code: 'bath', shelves: [new Shelf({ place: 1 })] });
      session.addAll([shop, other]);
      await session.commit();
      const shelves = [...(await shop.shelves), ...(await other.shelves)];
      await session.query(Shop).filterBy({ code: 'york' }).update({ code: 'hull' }, { synchronize });
      expect(await session.get(Shop, 'hull')).toBe(shop);
      expect((await shop.shelves).map((shelf) => [shelf.shopCode, shelf.place])).toEqual([
        ['hull', 1],
        ['hull', 2],
      ]);
      expect((await shop.items).length).toBe(1);
      expect(await session.get(Shelf, ['york', 1])).toBeNull();
      expect(await session.get(Shelf, ['hull', 1])).toBe(shelves[0]);
      expect([shelves[2].shopCode, await session.get(Shelf, ['bath', 1])]).toEqual(['bath', shelves[2]]);
      shelves[0].label = 'found';
      await session.flush();
      expect(await session.all(text("SELECT shop_code, place FROM shelves WHERE label = 'found'"))).toEqual([
        { shop_code: 'hull', place: 1 },
      ]);
      await session.rollback();
      expect([shop.code, ...shelves.slice(0, 2).map((shelf) => shelf.shopCode)]).toEqual(['york', 'york', 'york']);
      expect(await session.get(Shop, 'hull')).toBeNull();
      expect(await session.get(Shop, 'york')).toBe(shop);
      expect(await session.get(Shelf, ['york', 2])).toBe(shelves[1]);
      await session.close();
    },
  );

  test('a unique value that others refer to takes them along, changed by bulkUpdate() or by SQL', async () => {
    const db = openDatabase(database);
    class User extends db.Model('named_users', {
      id: t.integer().primaryKey(),
      name: t.string(20).unique(),
      get notes() {
        return hasMany(Note, { orderBy: () => Note.c.id });
      },
    }) {}
    class Note extends db.Model('notes', {
      id: t.integer().primaryKey(),
      userName: t.string(20).references('named_users.name', { onUpdate: 'cascade' }),
      get user() {
        return belongsTo(User);
      },
    }) {}
    await db.createAll();
    const session = db.createSession();
    const [ann, bob] = [new User({ name: 'ann', notes: [new Note({}), new Note({})] }), new User({ name: 'bob', notes: [new Note({})] })];
    session.addAll([ann, bob]);
    await session.commit();
    const notes = [...(await ann.notes), ...(await bob.notes)];
    const names = (): string[] => notes.map((note) => note.userName);
    await session.bulkUpdate(User, [
      { id: ann.id, name: 'a' },
      { id: ann.id, name: 'anna' },
    ]);
    expect(names()).toEqual(['anna', 'anna', 'bob']);
    expect(await notes[0].user).toBe(ann);
    await session
      .query(User)
      .filterBy({ id: bob.id })
      .update({ name: func.concat(User.c.name, 'by') });
    expect([bob.name, ...names()]).toEqual(['bobby', 'anna', 'anna', 'bobby']);
    expect((await bob.notes)[0]).toBe(notes[2]);
    expect(await session.query(Note).orderBy(Note.c.id).select(Note.c.userName).all()).toEqual([['anna'], ['anna'], ['bobby']]);
    await session.rollback();
    expect([ann.name, bob.name, ...names()]).toEqual(['ann', 'bob', 'ann', 'ann', 'bob']);
    await session.close();
  });

  test('passiveUpdates: false moves the rows by an update of the flush', async () => {
    const { session, statements, Shop, Shelf, Item } = await open(database, false);
    const shop = new Shop({ code: 'york', shelves: [new Shelf({ place: 1 })], items: [new Item({ name: 'a' })] });
    session.add(shop);
    await session.commit();
    const [shelf] = await shop.shelves;
    statements.takeAll();
    shop.code = 'hull';
    await session.commit();
    expect(statements.summary()).toEqual(['UPDATE shops', 'UPDATE shelves', 'UPDATE shop_items']);
    expect(shelf.shopCode).toBe('hull');
    expect(await session.query(Shelf).filterBy({ shopCode: 'hull' }).one()).toBe(shelf);
  });

  test('rows take each other’s keys in the order in which they are given up', async () => {
    const { session, Box } = await open(database);
    const boxes = [1, 2, 3].map((id) => new Box({ id, shopCode: 'a', place: id }));
    session.addAll(boxes);
    await session.commit();
    for (const box of boxes) box.id += 1;
    await session.flush();
    expect((await session.query(Box).orderBy(Box.c.id).all()).map((box) => box.place)).toEqual([1, 2, 3]);
    for (const [i, box] of boxes.entries()) expect(await session.get(Box, i + 2)).toBe(box);
    await session.rollback();
    expect(boxes.map((box) => box.id)).toEqual([1, 2, 3]);
    for (const [i, box] of boxes.entries()) expect(await session.get(Box, i + 1)).toBe(box);
  });

  test('unique values are passed on along a chain, whatever else changes', async () => {
    const { session, Shop, Shelf } = await open(database);
    const shelves = ['a', 'b', 'c'].map((label, place) => new Shelf({ place, label }));
    session.add(new Shop({ code: 'york', shelves }));
    await session.commit();
    shelves[0].label = 'b';
    shelves[1].label = 'c';
    shelves[2].label = null;
    await session.commit();
    expect((await session.query(Shelf).orderBy(Shelf.c.place).all()).map((shelf) => shelf.label)).toEqual(['b', 'c', null]);
  });
});

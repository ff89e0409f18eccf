import { describe, expect, test } from 'vitest';
import { belongsTo, ForeignKeyViolation, foreignKey, hasMany, inspect, listen, t, text, UniqueViolation, unique } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

async function open(database: TestDatabase) {
  const db = openDatabase(database);
  let made = 0;
  const state = { fails: false, made: () => made };
  class Group extends db.Model('groups_of', {
    name: t.string(20).primaryKey(),
    rank: t.integer().default(() => {
      if (state.fails) throw new RangeError('no rank today');
      return ++made;
    }),
    touched: t
      .integer()
      .default(0)
      .onUpdate(() => 100),
    get items() {
      return hasMany(Item, { cascade: 'all, delete-orphan' });
    },
  }) {}
  class Item extends db.Model('items', {
    id: t.integer().primaryKey(),
    label: t.string(20).nullable().unique(),
    groupName: t.string(20).references('groups_of.name', { onUpdate: 'cascade' }),
    get group() {
      return belongsTo(Group);
    },
  }) {}
  class Key extends db.Model('made_keys', { id: t.string(20).primaryKey(), note: t.string(20).nullable() }) {}
  await db.createAll();
  return { db, state, session: db.createSession(), statements: new Statements(db.engine), Group, Item, Key };
}

describe.each([...allDatabases, ...pgliteDatabases])('flushes that fail, and what comes after, on $name', (database) => {
  test('a default is made once for each row, also where others have a value, and not again after a rollback', async () => {
    const { session, state, Group } = await open(database);
    const groups = ['a', 'b', 'c', 'd'].map((name, i) => new Group(i === 1 ? { name, rank: 50 } : { name }));
    session.addAll(groups);
    await session.flush();
    expect(groups.map((group) => group.rank)).toEqual([1, 50, 2, 3]);
    await session.rollback();
    session.addAll(groups);
    await session.commit();
    expect([state.made(), ...groups.map((group) => group.rank)]).toEqual([3, 1, 50, 2, 3]);
  });

  test('a default that throws fails the flush; the objects wait to be added again', async () => {
    const { session, state, Group, Item } = await open(database);
    state.fails = true;
    const group = new Group({ name: 'a', items: [new Item({ label: 'x' })] });
    session.add(group);
    await expect(session.commit()).rejects.toThrow('no rank today');
    await session.rollback();
    expect([inspect(group).state, session.inTransaction]).toEqual(['transient', false]);
    state.fails = false;
    session.add(group);
    await session.commit();
    expect([group.rank, await session.query(Item).count()]).toEqual([1, 1]);
  });

  test('a handler makes the key', async () => {
    const { session, Key } = await open(database);
    let next = 0;
    listen(Key, 'beforeInsert', (key) => {
      key.id = `k${++next}`;
    });
    const keys = [new Key({}), new Key({ note: 'n' })];
    session.addAll(keys);
    await session.commit();
    expect(keys.map((key) => key.id)).toEqual(['k1', 'k2']);
    expect(await session.get(Key, 'k2')).toBe(keys[1]);
  });

  test('a failure in the middle: what went before it is undone in the database and on the objects', async () => {
    const { session, Group, Item } = await open(database);
    const first = new Group({ name: 'a', items: [new Item({ label: 'x' })] });
    session.add(first);
    await session.commit();
    const [item] = await first.items;
    first.name = 'b';
    const late = new Group({ name: 'c', items: [new Item({ label: 'y' }), new Item({ label: 'x' })] });
    session.add(late);
    await expect(session.flush()).rejects.toThrow(UniqueViolation);
    await session.rollback();
    expect([first.name, first.touched, item.groupName, inspect(late).state, late.touched]).toEqual(['a', 0, 'a', 'transient', 0]);
    expect(await session.get(Group, 'a')).toBe(first);
    expect(await session.all(text('SELECT name FROM groups_of'))).toEqual([{ name: 'a' }]);
    const [good, bad] = [...(await late.items)];
    expect([good.id, bad.id, good.groupName, bad.groupName]).toEqual([undefined, undefined, undefined, undefined]);
    bad.label = 'z';
    session.add(late);
    await session.commit();
    expect((await session.query(Item).orderBy(Item.c.label).all()).map((one) => one.label)).toEqual(['x', 'y', 'z']);
  });

  test('after a failure nothing runs before rollback(), and the objects can be read', async () => {
    const { session, Group, Item } = await open(database);
    session.add(new Group({ name: 'a' }));
    await session.commit();
    session.add(new Item({ groupName: 'none' }));
    await expect(session.flush()).rejects.toThrow(ForeignKeyViolation);
    await expect(session.query(Group).all()).rejects.toThrow('rollback()');
    await expect(session.commit()).rejects.toThrow('rollback()');
    await session.rollback();
    expect(await session.query(Group).count()).toBe(1);
  });

  test('an expired object is deleted, and one whose row went with its parent', async () => {
    const { session, Group, Item } = await open(database);
    const group = new Group({ name: 'a', items: [new Item({ label: 'x' }), new Item({ label: 'y' })] });
    session.add(group);
    await session.commit();
    session.expireAll();
    session.delete(group);
    await session.commit();
    expect([await session.query(Group).count(), await session.query(Item).count()]).toEqual([0, 0]);
  });

  test('an object is changed and deleted, and deleted and added again, in one flush', async () => {
    const { session, statements, Group } = await open(database);
    const group = new Group({ name: 'a' });
    session.add(group);
    await session.commit();
    statements.takeAll();
    group.rank = 9;
    session.delete(group);
    session.add(group);
    await session.commit();
    expect(statements.summary()).toEqual(['UPDATE groups_of']);
    group.rank = 10;
    session.delete(group);
    await session.commit();
    expect(statements.summary().filter((one) => !one.startsWith('SELECT'))).toEqual(['DELETE groups_of']);
  });
});

describe.each([...allDatabases, ...pgliteDatabases].filter(({ family }) => family === 'postgresql'))(
  'what is checked at the end of the transaction on $name',
  (database) => {
    test('fails the commit, after which rollback() gives back what was', async () => {
      const db = openDatabase(database);
      class Parent extends db.Model(
        'parents',
        { id: t.integer().primaryKey(), code: t.string(10) },
        {
          constraints: (c) => [unique(c.code).deferrable('deferred')],
        },
      ) {}
      class Child extends db.Model(
        'children',
        { id: t.integer().primaryKey(), parentId: t.integer() },
        {
          constraints: (c) => [foreignKey([c.parentId], ['parents.id'], { initially: 'deferred' })],
        },
      ) {}
      await db.createAll();
      const session = db.createSession();
      const child = new Child({ parentId: 7 });
      session.add(child);
      await session.flush();
      await expect(session.commit()).rejects.toThrow(ForeignKeyViolation);
      await session.rollback();
      expect([inspect(child).state, child.id]).toEqual(['transient', undefined]);
      session.addAll([child, new Parent({ id: 7, code: 'a' })]);
      await session.commit();
      session.add(new Parent({ id: 8, code: 'a' }));
      await session.flush();
      await expect(session.commit()).rejects.toThrow(UniqueViolation);
      await session.rollback();
      expect(await session.query(Parent).count()).toBe(1);
    });
  },
);

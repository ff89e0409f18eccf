import { describe, expect, test } from 'vitest';
import { belongsTo, type Database, hasMany, inspect, MappingError, manyToMany, type RelationOptions, t } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

function models(db: Database, options: RelationOptions, onDelete?: 'cascade' | 'set null') {
  const pairs = db.Table('pairs', {
    parentId: t.integer().primaryKey().references('parents.id', { onDelete: 'cascade' }),
    tagId: t.integer().primaryKey().references('tags.id', { onDelete: 'cascade' }),
  });
  class Parent extends db.Model('parents', {
    id: t.integer().primaryKey(),
    get children() {
      return hasMany(Child, { ...options, orderBy: () => Child.c.id });
    },
    get tags() {
      return manyToMany(Tag, { through: pairs, passiveDeletes: options.passiveDeletes ?? false });
    },
  }) {}
  class Child extends db.Model('children', {
    id: t.integer().primaryKey(),
    parentId: t
      .integer()
      .nullable()
      .references('parents.id', onDelete === undefined ? {} : { onDelete }),
    get parent() {
      return belongsTo(Parent, { nullable: true });
    },
  }) {}
  class Tag extends db.Model('tags', { id: t.integer().primaryKey() }) {}
  return { Parent, Child, Tag };
}

async function family(database: TestDatabase, options: RelationOptions, onDelete?: 'cascade' | 'set null') {
  const db = openDatabase(database);
  const classes = models(db, options, onDelete);
  await db.createAll();
  const session = db.createSession();
  const { Parent, Child, Tag } = classes;
  session.add(new Parent({ id: 1, children: [new Child({ id: 1 }), new Child({ id: 2 })], tags: [new Tag({ id: 1 })] }));
  await session.commit();
  session.expungeAll();
  const statements = new Statements(db.engine);
  const parent = await session.getOne(Parent, 1);
  const children = (): Promise<unknown[]> => session.query(Child).orderBy(Child.c.id).select(Child.c.id, Child.c.parentId).all();
  statements.takeAll();
  return { db, session, statements, parent, children, ...classes };
}

describe.each([...allDatabases, ...pgliteDatabases])('cascades on $name', (database) => {
  test('delete loads what it takes along', async () => {
    const { session, statements, parent, children } = await family(database, { cascade: 'all' });
    session.delete(parent);
    await session.flush();
    expect(statements.summary()).toEqual(['SELECT children', 'DELETE pairs', 'DELETE children', 'DELETE parents']);
    expect(await children()).toEqual([]);
  });

  test('passiveDeletes: true leaves unloaded children to the database', async () => {
    const { session, statements, parent, children } = await family(database, { cascade: 'all', passiveDeletes: true }, 'cascade');
    session.delete(parent);
    await session.flush();
    expect(statements.summary()).toEqual(['DELETE parents']);
    expect(await children()).toEqual([]);
  });

  test('passiveDeletes: true deletes loaded children, which are deleted and then detached', async () => {
    const { session, statements, parent } = await family(database, { cascade: 'all', passiveDeletes: true }, 'cascade');
    const loaded = [...(await parent.children)];
    statements.takeAll();
    session.delete(parent);
    await session.flush();
    expect(statements.summary()).toEqual(['DELETE children', 'DELETE parents']);
    expect(loaded.map((child) => inspect(child).state)).toEqual(['deleted', 'deleted']);
    await session.commit();
    expect(loaded.map((child) => inspect(child).state)).toEqual(['detached', 'detached']);
  });

  test('without a delete cascade: true empties the keys of loaded children, and the database those of the others', async () => {
    const { session, statements, parent, children } = await family(database, { passiveDeletes: true }, 'set null');
    session.delete(parent);
    await session.flush();
    expect(statements.summary()).toEqual(['DELETE parents']);
    expect(await children()).toEqual([
      [1, null],
      [2, null],
    ]);
    await session.rollback();
    const again = await family(database, { passiveDeletes: true }, 'set null');
    const loaded = [...(await again.parent.children)];
    again.statements.takeAll();
    again.session.delete(again.parent);
    await again.session.commit();
    expect(again.statements.batches()).toEqual(['UPDATE children', 'DELETE parents']);
    expect(loaded.map((child) => child.parentId)).toEqual([null, null]);
  });

  test("passiveDeletes: 'all' touches no child, loaded or not", async () => {
    const { session, statements, parent, children } = await family(database, { passiveDeletes: 'all' }, 'set null');
    const loaded = [...(await parent.children)];
    statements.takeAll();
    session.delete(parent);
    await session.flush();
    expect(statements.summary()).toEqual(['DELETE parents']);
    expect(loaded.map((child) => inspect(child).state)).toEqual(['persistent', 'persistent']);
    expect(await children()).toEqual([
      [1, null],
      [2, null],
    ]);
    await session.rollback();
  });

  test("passiveDeletes: 'all' with a delete cascade contradicts itself", async () => {
    const db = openDatabase(database);
    const { Parent } = models(db, { cascade: 'all', passiveDeletes: 'all' });
    expect(() => new Parent({ children: [] })).toThrow(MappingError);
  });

  test('pairs are deleted with their owner, unless the database does it', async () => {
    const { session, statements, parent, Tag } = await family(database, {});
    await parent.children;
    await parent.tags;
    statements.takeAll();
    session.delete(parent);
    await session.commit();
    expect(statements.batches()).toEqual(['DELETE pairs', 'UPDATE children', 'DELETE parents']);
    expect(await session.query(Tag).count()).toBe(1);
  });

  test('a view-only relation brings nothing in', async () => {
    const db = openDatabase(database);
    const { Parent, Child } = models(db, { viewOnly: true, cascade: 'all' });
    await db.createAll();
    const session = db.createSession();
    const parent = new Parent({ id: 1 });
    session.add(parent);
    const child = new Child({ id: 1, parent });
    expect(session.contains(child)).toBe(false);
    session.add(child);
    await session.commit();
    session.delete(child);
    session.delete(parent);
    await session.commit();
    expect(await session.query(Child).count()).toBe(0);
    await session.close();
  });
});

describe.each([...allDatabases, ...pgliteDatabases])('a session after a failure on $name', (database) => {
  test('a flush that failed is undone whole, and the session works on after rollback()', async () => {
    const { session, statements, parent, children, Parent, Child } = await family(database, { cascade: 'all' });
    const [first] = await parent.children;
    first.parentId = null;
    const added = new Child({ id: 3, parent });
    session.add(added);
    session.add(new Child({ id: 2 }));
    await expect(session.flush()).rejects.toThrow();
    await expect(session.query(Child).all()).rejects.toThrow(/can only be rolled back/);
    await expect(session.merge(new Parent({ id: 1 }))).rejects.toThrow(/can only be rolled back/);
    await expect(session.bulkInsert(Child, [{ id: 9 }])).rejects.toThrow(/can only be rolled back/);
    await session.rollback();
    expect(inspect(added).state).toBe('transient');
    expect(first.parentId).toBe(1);
    statements.takeAll();
    await session.commit();
    expect(statements.takeAll()).toEqual([]);
    session.add(new Child({ id: 4 }));
    await session.commit();
    expect(await children()).toEqual([
      [1, 1],
      [2, 1],
      [4, null],
    ]);
  });

  test('a savepoint takes bulk work and merges back', async () => {
    const { session, parent, children, Child } = await family(database, { cascade: 'all' });
    const [first, second] = await parent.children;
    await session.begin();
    await session.query(Child).filterBy({ id: 1 }).update({ parentId: null });
    const nested = await session.beginNested();
    await session.query(Child).filterBy({ id: 2 }).delete();
    const [made] = await session.bulkInsert(Child, [{ id: 8, parentId: 1 }], { returning: true });
    await session.merge(new Child({ id: 1, parentId: 1 }));
    await session.flush();
    expect([first.parentId, inspect(second).state]).toEqual([1, 'deleted']);
    await nested.rollback();
    expect([first.parentId, inspect(second).state, inspect(made).state]).toEqual([null, 'persistent', 'transient']);
    await session.commit();
    expect(inspect(second).state).toBe('persistent');
    expect(await children()).toEqual([
      [1, null],
      [2, 1],
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { belongsTo, foreignKey, hasMany, t } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

/** Foreign keys of which one column says to which firm a row belongs, and so may not become NULL. */
async function open(database: TestDatabase) {
  const db = openDatabase(database);
  class Firm extends db.Model('firms', { id: t.integer().primaryKey(), name: t.string(20) }) {}
  class Worker extends db.Model(
    'workers',
    {
      firmId: t.integer().primaryKey().references('firms.id'),
      id: t.integer().primaryKey(),
      bossId: t.integer().nullable(),
      get firm() {
        return belongsTo(Firm);
      },
      get boss() {
        return belongsTo(Worker, { nullable: true, foreignKey: ['firmId', 'bossId'], backPopulates: 'staff' });
      },
      get staff() {
        return hasMany(Worker, { foreignKey: ['firmId', 'bossId'], backPopulates: 'boss', orderBy: () => Worker.c.id });
      },
      get tasks() {
        return hasMany(Task, { orderBy: () => Task.c.id });
      },
    },
    { constraints: () => [foreignKey(['firmId', 'bossId'], ['workers.firmId', 'workers.id'])] },
  ) {}
  class Task extends db.Model(
    'tasks',
    {
      id: t.integer().primaryKey(),
      firmId: t.integer().references('firms.id'),
      workerId: t.integer().nullable(),
      get worker() {
        return belongsTo(Worker, { nullable: true, foreignKey: ['firmId', 'workerId'] });
      },
    },
    { constraints: () => [foreignKey(['firmId', 'workerId'], ['workers.firmId', 'workers.id'])] },
  ) {}
  /** A tree whose rows are deleted one by one, since each has a version. */
  class Page extends db.Model('pages', {
    id: t.integer().primaryKey(),
    version: t.integer().version(),
    nextId: t.integer().nullable().references('pages.id'),
    get next() {
      return belongsTo(Page, { nullable: true });
    },
  }) {}
  await db.createAll();
  const session = db.createSession();
  const firm = new Firm({ name: 'f' });
  const boss = new Worker({ firm, id: 1 });
  const [ann, bob] = [2, 3].map((id) => new Worker({ firm, id, boss }));
  session.addAll([ann, bob]);
  await session.commit();
  return { db, session, statements: new Statements(db.engine), Firm, Worker, Task, Page, firm, boss, ann, bob };
}

describe.each([...allDatabases, ...pgliteDatabases])('foreign keys that share a column on $name', (database) => {
  test('letting go empties the column that may be NULL, and leaves the one that says whose the row is', async () => {
    const { session, firm, boss, ann, bob } = await open(database);
    ann.boss = null;
    await session.commit();
    expect([ann.firmId, ann.bossId, bob.bossId]).toEqual([firm.id, null, 1]);
    ann.boss = bob;
    boss.staff.remove(bob);
    await session.commit();
    expect([ann.bossId, bob.firmId, bob.bossId]).toEqual([3, firm.id, null]);
    expect((await bob.staff).map(({ id }) => id)).toEqual([2]);
    ann.boss = null;
    await session.flush();
    await session.rollback();
    expect([ann.firmId, ann.bossId]).toEqual([firm.id, 3]);
    expect((await ann.boss) as unknown).toBe(bob);
  });

  test('a column that is no key and may not be NULL stays too', async () => {
    const { session, Task, Worker, firm, ann } = await open(database);
    ann.tasks.add(new Task({}), new Task({}));
    await session.commit();
    const [first, second] = await ann.tasks;
    first.worker = null;
    await session.commit();
    expect([first.firmId, first.workerId]).toEqual([firm.id, null]);
    session.expungeAll();
    session.delete(await session.getOne(Worker, [firm.id, 2]));
    await session.commit();
    expect((await session.query(Task).orderBy(Task.c.id).all()).map((task) => [task.firmId, task.workerId])).toEqual([
      [firm.id, null],
      [firm.id, null],
    ]);
    expect(second.workerId).toBe(2);
  });

  test('a deleted owner, and set() of what is not loaded, let children go', async () => {
    const { db, session, Worker, firm } = await open(database);
    const fresh = db.createSession();
    (await fresh.getOne(Worker, [firm.id, 1])).staff.set([]);
    await fresh.flush();
    const bosses = async () => (await fresh.query(Worker).orderBy(Worker.c.id).all()).map(({ bossId }) => bossId);
    expect(await bosses()).toEqual([null, null, null]);
    await fresh.rollback();
    expect(await bosses()).toEqual([null, 1, 1]);
    fresh.expungeAll();
    fresh.delete(await fresh.getOne(Worker, [firm.id, 1]));
    await fresh.commit();
    expect(await bosses()).toEqual([null, null]);
    await fresh.close();
    await session.close();
  });

  test('rows that refer to each other by such keys go in, and out again', async () => {
    const { session, statements, Worker, firm, boss, ann } = await open(database);
    const [x, y] = [8, 9].map((id) => new Worker({ firm, id }));
    x.boss = y;
    y.boss = x;
    session.add(x);
    await session.commit();
    expect([x.bossId, y.bossId]).toEqual([9, 8]);
    boss.boss = ann;
    await session.commit();
    statements.takeAll();
    for (const worker of [x, y, boss, ann]) session.delete(worker);
    await session.commit();
    expect((await session.query(Worker).all()).map(({ id, bossId }) => [id, bossId])).toEqual([[3, null]]);
  });

  test('a circle of rows that go one by one is taken apart first', async () => {
    const { session, Page } = await open(database);
    const pages = [1, 2, 3].map(() => new Page({}));
    pages.forEach((page, i) => {
      page.next = pages[(i + 1) % 3];
    });
    const self = new Page({});
    self.next = self;
    session.addAll([...pages, self]);
    await session.commit();
    for (const page of [...pages, self]) session.delete(page);
    await session.commit();
    expect(await session.query(Page).count()).toBe(0);
  });
});

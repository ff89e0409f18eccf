import { describe, expect, test } from 'vitest';
import {
  belongsTo,
  ForeignKeyViolation,
  hasMany,
  hasOne,
  InvalidStateError,
  inspect,
  manyToMany,
  NotNullViolation,
  t,
  text,
} from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

async function open(database: TestDatabase) {
  const db = openDatabase(database);
  const labels = db.Table('job_labels', {
    jobId: t.integer().primaryKey().references('jobs.id'),
    labelId: t.integer().primaryKey().references('labels.id'),
  });
  class Boss extends db.Model('bosses', {
    id: t.integer().primaryKey(),
    code: t.string(20).unique(),
    get jobs() {
      return hasMany(Job, { cascade: 'all, delete-orphan', foreignKey: 'bossId', orderBy: () => Job.c.id });
    },
    get tools() {
      return hasMany(Tool, { orderBy: () => Tool.c.id });
    },
  }) {}
  class Worker extends db.Model('workers', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    get jobs() {
      return hasMany(Job, { cascade: 'all, delete-orphan', foreignKey: 'workerId', orderBy: () => Job.c.id });
    },
  }) {}
  class Job extends db.Model('jobs', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    bossId: t.integer().nullable().references('bosses.id'),
    workerId: t.integer().nullable().references('workers.id'),
    get boss() {
      return belongsTo(Boss, { foreignKey: 'bossId', nullable: true });
    },
    get worker() {
      return belongsTo(Worker, { foreignKey: 'workerId', nullable: true });
    },
    get plan() {
      return hasOne(Plan, { cascade: 'all, delete-orphan' });
    },
    get labels() {
      return manyToMany(Label, { through: labels, cascade: 'all' });
    },
  }) {}
  class Plan extends db.Model('plans', {
    id: t.integer().primaryKey(),
    jobId: t.integer().references('jobs.id'),
    get job() {
      return belongsTo(Job, { cascade: 'all' });
    },
  }) {}
  class Label extends db.Model('labels', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    get jobs() {
      return manyToMany(Job, { through: labels });
    },
  }) {}
  /** Refers to a unique column that is no key. */
  class Tool extends db.Model('tools', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    bossCode: t.string(20).nullable().references('bosses.code', { onUpdate: 'cascade' }),
    get boss() {
      return belongsTo(Boss, { nullable: true });
    },
  }) {}
  await db.createAll();
  return { db, session: db.createSession(), statements: new Statements(db.engine), Boss, Worker, Job, Plan, Label, Tool };
}

describe.each([...allDatabases, ...pgliteDatabases])('corners of cascades on $name', (database) => {
  test('a child of two parents that both own it goes when one of them gives it up or goes', async () => {
    const { session, Boss, Worker, Job } = await open(database);
    const boss = new Boss({ code: 'b' });
    const worker = new Worker({ name: 'w' });
    const jobs = ['1', '2', '3'].map((name) => new Job({ name, boss, worker }));
    session.addAll([boss, worker, ...jobs]);
    await session.commit();
    boss.jobs.remove(jobs[0]);
    await session.commit();
    expect(jobs.map((job) => inspect(job).state)).toEqual(['detached', 'persistent', 'persistent']);
    session.delete(worker);
    await session.commit();
    expect(jobs.map((job) => inspect(job).state)).toEqual(['detached', 'detached', 'detached']);
    expect([...(await boss.jobs)]).toEqual([]);
  });

  describe.each([
    ['by its other side', true],
    ['by the collection of its new parent', true],
    ['by its key', true],
    ['by its other side', false],
    ['by the collection of its new parent', false],
    ['by its key', false],
  ] as const)('a child that was moved %s, before its parent goes (%s: whose collection is loaded),', (how, loaded) => {
    const setUp = async () => {
      const db = openDatabase(database);
      class Shelf extends db.Model('shelves', {
        id: t.integer().primaryKey(),
        get boxes() {
          return hasMany(Box, { cascade: 'all, delete-orphan', orderBy: () => Box.c.id });
        },
      }) {}
      class Box extends db.Model('boxes', {
        id: t.integer().primaryKey(),
        shelfId: t.integer().references('shelves.id'),
        get shelf() {
          return belongsTo(Shelf);
        },
        get items() {
          return hasMany(Item, { cascade: 'all, delete-orphan', orderBy: () => Item.c.id });
        },
      }) {}
      class Item extends db.Model('items', {
        id: t.integer().primaryKey(),
        boxId: t.integer().references('boxes.id'),
        get box() {
          return belongsTo(Box);
        },
      }) {}
      await db.createAll();
      const first = db.createSession();
      first.add(new Shelf({ id: 1, boxes: [new Box({ id: 1, items: [new Item({ id: 1 }), new Item({ id: 2 })] }), new Box({ id: 2 })] }));
      await first.commit();
      await first.close();
      const session = db.createSession();
      const shelf = await session.query(Shelf).one();
      const item = await session.getOne(Item, 1);
      const [old, other] = await session.query(Box).orderBy(Box.c.id).all();
      if (loaded) await session.load([shelf], { boxes: { with: { items: true } } });
      const move = (box: InstanceType<typeof Box>): void => {
        if (how === 'by its other side') item.box = box;
        else if (how === 'by its key') item.boxId = box.id;
        else box.items.add(item);
      };
      const rows = () => session.all(text('SELECT id, box_id FROM items ORDER BY id'));
      return { session, shelf, old, other, move, rows, Box };
    };

    test('stays with the new one when the old one is deleted', async () => {
      const { session, old, other, move, rows } = await setUp();
      move(other);
      session.delete(old);
      await session.commit();
      expect(await rows()).toEqual([{ id: 1, box_id: 2 }]);
    });

    test('stays with the new one when the old one is an orphan', async () => {
      const { session, shelf, other, move, rows } = await setUp();
      move(other);
      shelf.boxes.set([other]);
      await session.commit();
      expect(await rows()).toEqual([{ id: 1, box_id: 2 }]);
    });

    test('goes with the new one when both go', async () => {
      const { session, old, other, move, rows } = await setUp();
      move(other);
      session.delete(old);
      session.delete(other);
      await session.commit();
      expect(await rows()).toEqual([]);
    });
  });

  test('a new child of two parents is stored with one of them alone', async () => {
    const { session, Boss, Worker, Job } = await open(database);
    const boss = new Boss({ code: 'b' });
    const job = new Job({ name: '1' });
    boss.jobs.add(job);
    const worker = new Worker({ name: 'w', jobs: [job] });
    session.add(boss);
    worker.jobs.remove(job);
    session.add(worker);
    if (!session.contains(job)) session.add(job);
    await session.commit();
    expect(await session.all(text('SELECT worker_id, boss_id FROM jobs'))).toEqual([{ worker_id: null, boss_id: boss.id }]);
  });

  test('a delete that goes up a to-one relation, and down again from there', async () => {
    const { session, Boss, Job, Plan, Label } = await open(database);
    const label = new Label({ name: 'l' });
    const plan = new Plan({ job: new Job({ name: 'j', labels: [label], boss: new Boss({ code: 'b' }) }) });
    session.add(plan);
    await session.commit();
    session.expungeAll();
    session.delete(await session.query(Plan).one());
    await session.commit();
    expect([await session.query(Plan).count(), await session.query(Job).count(), await session.query(Label).count()]).toEqual([0, 0, 0]);
    expect(await session.query(Boss).count()).toBe(1);
  });

  test('a delete cascade to the other side of pairs takes what others are paired with too', async () => {
    const { session, Job, Label } = await open(database);
    const [red, blue] = ['red', 'blue'].map((name) => new Label({ name }));
    const [first, second] = [new Job({ name: '1', labels: [red, blue] }), new Job({ name: '2', labels: [blue] })];
    session.addAll([first, second]);
    await session.commit();
    session.delete(first);
    await session.commit();
    expect(await session.query(Label).count()).toBe(0);
    expect(await session.all(text('SELECT count(*) AS n FROM job_labels'))).toEqual([{ n: 0 }]);
    expect([...(await second.labels)]).toEqual([]);
  });

  test('a whole graph of new objects comes in over any of them, and goes out again over an orphan', async () => {
    const { session, Boss, Job, Plan } = await open(database);
    const boss = new Boss({ code: 'b' });
    const job = new Job({ name: 'j', boss, plan: new Plan({}) });
    const { plan } = job;
    session.add(boss);
    expect(session.new.size).toBe(3);
    boss.jobs.remove(job);
    expect(session.contains(job)).toBe(false);
    await session.commit();
    expect([await session.query(Job).count(), await session.query(Plan).count(), inspect(plan as object).state]).toEqual([
      0,
      0,
      'transient',
    ]);
  });

  test('a new object of a deleted one is not stored, nor what is its own', async () => {
    const { session, Boss, Job, Plan } = await open(database);
    const boss = new Boss({ code: 'b' });
    session.add(boss);
    await session.commit();
    boss.jobs.add(new Job({ name: 'j', plan: new Plan({}) }));
    session.delete(boss);
    await session.commit();
    expect([await session.query(Boss).count(), await session.query(Job).count(), await session.query(Plan).count()]).toEqual([0, 0, 0]);
    // An orphan that is taken in again brings its own along.
    const [first, second] = ['1', '2'].map((code) => new Boss({ code }));
    session.addAll([first, second]);
    const job = new Job({ name: 'k', plan: new Plan({}) });
    first.jobs.add(job);
    first.jobs.remove(job);
    second.jobs.add(job);
    await session.commit();
    expect([job.bossId, await session.query(Plan).count()]).toEqual([second.id, 1]);
  });

  test('an object is deleted whose parent is deleted in a flush before', async () => {
    const { session, Boss, Job } = await open(database);
    const job = new Job({ name: 'j' });
    const boss = new Boss({ code: 'b', jobs: [job] });
    session.add(boss);
    await session.commit();
    session.delete(boss);
    await session.flush();
    expect(inspect(job).state).toBe('deleted');
    expect(() => session.delete(job)).toThrow(InvalidStateError);
    expect(() => session.add(job)).toThrow(InvalidStateError);
    await session.rollback();
    expect([inspect(boss).state, inspect(job).state]).toEqual(['persistent', 'persistent']);
    session.delete(job);
    await session.commit();
    expect([...(await boss.jobs)]).toEqual([]);
  });

  test('a relation over a unique column that is no key follows its changes', async () => {
    const { session, Boss, Tool } = await open(database);
    const boss = new Boss({ code: 'b', tools: [new Tool({ name: 'saw' }), new Tool({ name: 'axe' })] });
    session.add(boss);
    await session.commit();
    const tools = [...(await boss.tools)];
    boss.code = 'c';
    await session.commit();
    expect(tools.map((tool) => tool.bossCode)).toEqual(['c', 'c']);
    expect(await tools[0].boss).toBe(boss);
    expect(await session.query(Tool).filterBy({ bossCode: 'c' }).count()).toBe(2);
    // The new value reaches a child that is new in the same flush.
    boss.code = 'd';
    const hammer = new Tool({ name: 'hammer', boss });
    session.add(hammer);
    await session.commit();
    expect([hammer.bossCode, tools[1].bossCode]).toEqual(['d', 'd']);
    expect(await session.query(Tool).filterBy({ bossCode: 'd' }).count()).toBe(3);
  });

  test('a parent that is needed and was never given is the database’s error, and the session goes on', async () => {
    const { session, Plan, Job } = await open(database);
    const plan = new Plan({});
    session.add(plan);
    await expect(session.flush()).rejects.toThrow(NotNullViolation);
    await session.rollback();
    plan.job = new Job({ name: 'j' });
    session.add(plan);
    await session.commit();
    expect(await session.query(Plan).count()).toBe(1);
  });

  test('a key that refers to no row is the database’s error', async () => {
    const { session, Plan } = await open(database);
    session.add(new Plan({ jobId: 99 }));
    await expect(session.commit()).rejects.toThrow(ForeignKeyViolation);
    await session.rollback();
    expect(await session.query(Plan).count()).toBe(0);
  });

  test('parents that are given by object and by key: the one that was said last', async () => {
    const { session, Boss, Job } = await open(database);
    const [a, b] = ['a', 'b'].map((code) => new Boss({ code }));
    session.addAll([a, b]);
    await session.commit();
    const job = new Job({ name: 'j', boss: a });
    session.add(job);
    await session.commit();
    job.bossId = b.id;
    await session.commit();
    expect([job.bossId, await job.boss]).toEqual([b.id, b]);
    job.bossId = a.id;
    job.boss = b;
    await session.commit();
    expect(job.bossId).toBe(b.id);
    expect([...(await b.jobs)]).toEqual([job]);
  });
});

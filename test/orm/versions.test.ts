import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  Database,
  deleteFrom,
  hasMany,
  InvalidStateError,
  MappingError,
  StaleDataError,
  t,
  update,
} from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

function versionedModels(db: Database) {
  class Page extends db.Model('pages', {
    id: t.integer().primaryKey(),
    title: t.string(50),
    note: t.string(50).nullable(),
    revision: t.integer().version(),
    get remarks() {
      return hasMany(Remark);
    },
  }) {}
  class Remark extends db.Model('remarks', {
    id: t.integer().primaryKey(),
    text: t.string(50),
    pageId: t.integer().nullable().references('pages.id'),
  }) {}
  let stamps = 0;
  class Stamped extends db.Model('stamped', {
    region: t.string(10).primaryKey(),
    place: t.integer().primaryKey(),
    name: t.string(50),
    stamp: t.string(20).version({ next: (old) => `${old ?? 'new'}/${++stamps}` }),
  }) {}
  class Big extends db.Model('bigs', {
    id: t.integer().primaryKey(),
    name: t.string(50),
    version: t.bigInteger().named('version_id').version(),
  }) {}
  return { Page, Remark, Stamped, Big };
}

async function open(database: TestDatabase) {
  const db = openDatabase(database);
  const models = versionedModels(db);
  await db.createAll();
  const session = db.createSession();
  return { db, session, statements: new Statements(db.engine), ...models };
}

describe.each([...allDatabases, ...pgliteDatabases])('versions on $name', (database) => {
  test('a new row is version 1, each update with a change counts up, and is found by the version before', async () => {
    const { session, statements, Page } = await open(database);
    const page = new Page({ title: 'a' });
    session.add(page);
    await session.commit();
    expect(page.revision).toBe(1);
    statements.takeAll();
    page.title = 'b';
    await session.commit();
    expect(page.revision).toBe(2);
    const [sql] = statements.take();
    expect(sql).toMatch(/^UPDATE .*pages.* SET .*revision.* WHERE .*id.* AND .*revision/);
    page.title = 'x';
    page.title = 'b';
    await session.commit();
    expect(statements.take()).toEqual([]);
    expect(page.revision).toBe(2);
    await session.refresh(page);
    expect([page.title, page.revision]).toEqual(['b', 2]);
  });

  test('an object of an older version is not merged', async () => {
    const { db, session, Page } = await open(database);
    const page = new Page({ title: 'a' });
    session.add(page);
    await session.commit();
    session.expunge(page);
    const later = await session.get(Page, page.id);
    if (later === null) throw new Error('no row');
    later.title = 'b';
    await session.commit();
    page.title = 'c';
    await using other = db.createSession();
    await expect(session.merge(page)).rejects.toThrow(StaleDataError);
    expect([later.title, later.revision]).toEqual(['b', 2]);
    const same = await other.merge(new Page({ id: page.id, title: 'd', revision: 2 }));
    await other.commit();
    expect([same.title, same.revision]).toEqual(['d', 3]);
  });

  test('bulkUpdate() compares versions and counts them up', async () => {
    const { session, Page } = await open(database);
    const page = new Page({ title: 'a' });
    session.add(page);
    await session.commit();
    await expect(session.bulkUpdate(Page, [{ id: page.id, title: 'b' }])).rejects.toMatchObject({ code: 'orm.bulk-version' });
    expect(await session.bulkUpdate(Page, [{ id: page.id, title: 'b', revision: 1 }])).toBe(1);
    expect([page.title, page.revision]).toEqual(['b', 2]);
    await session.commit();
    await expect(session.bulkUpdate(Page, [{ id: page.id, title: 'c', revision: 1 }])).rejects.toThrow(StaleDataError);
    await session.rollback();
    expect([page.title, page.revision]).toEqual(['b', 2]);
  });

  test('an object that another transaction changed is stale, and is named', async () => {
    const { session, Page } = await open(database);
    const pages = [1, 2, 3].map((i) => new Page({ title: `p${i}` }));
    session.addAll(pages);
    await session.commit();
    await session.execute(update(Page).set({ title: 'theirs', revision: 2 }).where(Page.c.id.eq(pages[1].id)), undefined, {
      synchronize: false,
    });
    await session.commit();
    for (const page of pages) page.title = 'mine';
    const error = await session.commit().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(StaleDataError);
    expect(String(error)).toContain(`<Page id=${pages[1].id}>`);
    expect(String(error)).not.toContain(`<Page id=${pages[0].id}>`);
    await session.rollback();
    expect(pages.map((page) => page.revision)).toEqual([1, 1, 1]);
    for (const page of pages) await session.refresh(page);
    expect(pages.map((page) => [page.title, page.revision])).toEqual([
      ['p1', 1],
      ['theirs', 2],
      ['p3', 1],
    ]);
    for (const page of pages) page.title = 'mine';
    await session.commit();
    expect(pages.map((page) => page.revision)).toEqual([2, 3, 2]);
  });

  test('one stale object alone is named too', async () => {
    const { session, Page } = await open(database);
    const page = new Page({ title: 'a' });
    session.add(page);
    await session.commit();
    await session.execute(deleteFrom(Page).where(Page.c.id.eq(page.id)), undefined, { synchronize: false });
    await session.commit();
    page.title = 'b';
    await expect(session.flush()).rejects.toThrow(/<Page id=1>/);
  });

  test('deletes compare the version', async () => {
    const { session, Page } = await open(database);
    const pages = [1, 2, 3].map((i) => new Page({ title: `p${i}` }));
    session.addAll(pages);
    await session.commit();
    await session.execute(update(Page).set({ revision: 5 }).where(Page.c.id.eq(pages[2].id)), undefined, { synchronize: false });
    await session.commit();
    for (const page of pages) session.delete(page);
    const error = await session.flush().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StaleDataError);
    expect(String(error)).toContain(`<Page id=${pages[2].id}>`);
    await session.rollback();
    expect(await session.query(Page).count()).toBe(3);
    await session.refresh(pages[2]);
    for (const page of pages) session.delete(page);
    await session.commit();
    expect(await session.query(Page).count()).toBe(0);
  });

  test('an object that is changed and deleted goes by its stored version', async () => {
    const { session, Page } = await open(database);
    const page = new Page({ title: 'a' });
    session.add(page);
    await session.commit();
    page.revision = 40;
    page.title = 'b';
    session.delete(page);
    await session.commit();
    expect(await session.query(Page).count()).toBe(0);
  });

  test('a version that the program sets is stored as it is', async () => {
    const { session, Page } = await open(database);
    const page = new Page({ title: 'a', revision: 10 });
    session.add(page);
    await session.commit();
    expect(page.revision).toBe(10);
    page.revision = 4;
    await session.commit();
    await session.refresh(page);
    expect(page.revision).toBe(4);
    page.title = 'c';
    await session.commit();
    expect(page.revision).toBe(5);
  });

  test('a rollback gives the version back, to a savepoint too', async () => {
    const { session, Page } = await open(database);
    const page = new Page({ title: 'a' });
    session.add(page);
    await session.flush();
    await session.rollback();
    session.add(page);
    await session.commit();
    expect(page.revision).toBe(1);
    page.title = 'b';
    await session.flush();
    const nested = await session.beginNested();
    page.title = 'c';
    await session.flush();
    expect(page.revision).toBe(3);
    await nested.rollback();
    expect([page.title, page.revision]).toEqual(['b', 2]);
    page.title = 'd';
    await session.flush();
    expect(page.revision).toBe(3);
    await session.rollback();
    expect([page.title, page.revision]).toEqual(['a', 1]);
    page.title = 'e';
    await session.commit();
    expect(page.revision).toBe(2);
  });

  test('a change of relations alone is no change of the row', async () => {
    const { session, Page, Remark } = await open(database);
    const page = new Page({ title: 'a' });
    session.add(page);
    await session.commit();
    page.remarks.add(new Remark({ text: 'x' }));
    await session.commit();
    await session.refresh(page);
    expect(page.revision).toBe(1);
  });

  test('versions of any kind, for keys of several columns', async () => {
    const { session, Stamped, Big } = await open(database);
    const stamped = new Stamped({ region: 'n', place: 1, name: 'a' });
    const big = new Big({ name: 'a' });
    session.addAll([stamped, big]);
    await session.commit();
    expect([stamped.stamp, big.version]).toEqual(['new/1', 1n]);
    stamped.name = 'b';
    big.name = 'b';
    await session.commit();
    expect([stamped.stamp, big.version]).toEqual(['new/1/2', 2n]);
    await session.execute(update(Stamped).set({ stamp: 'other' }).where(Stamped.c.place.eq(1)), undefined, { synchronize: false });
    stamped.name = 'c';
    await expect(session.flush()).rejects.toThrow(/<Stamped region=n place=1>/);
    await session.rollback();
    session.delete(stamped);
    session.delete(big);
    await session.commit();
    expect([await session.query(Stamped).count(), await session.query(Big).count()]).toEqual([0, 0]);
  });

  test('many updates and deletes keep the check', async () => {
    const { session, Page } = await open(database);
    const pages = Array.from({ length: 300 }, (_, i) => new Page({ title: `p${i}` }));
    session.addAll(pages);
    await session.commit();
    pages.forEach((page, i) => {
      page.title = `q${i}`;
    });
    await session.commit();
    expect(new Set(pages.map((page) => page.revision))).toEqual(new Set([2]));
    await session.execute(update(Page).set({ revision: 9 }).where(Page.c.id.eq(pages[277].id)), undefined, { synchronize: false });
    await session.commit();
    for (const page of pages) page.note = `n${page.id}`;
    await expect(session.flush()).rejects.toThrow(`<Page id=${pages[277].id}>`);
    await session.rollback();
    expect(await session.query(Page).filter(Page.c.note.isNotNull()).count()).toBe(0);
    for (const page of pages) session.delete(page);
    await expect(session.flush()).rejects.toThrow(`<Page id=${pages[277].id}>`);
    await session.rollback();
    await session.refresh(pages[277]);
    for (const page of pages) session.delete(page);
    await session.commit();
    expect(await session.query(Page).count()).toBe(0);
  });

  test('a version that is null cannot be compared', async () => {
    const db = openDatabase(database);
    class Old extends db.Model('olds', {
      id: t.integer().primaryKey(),
      name: t.string(20),
      version: t.integer().nullable().version(),
    }) {}
    await db.createAll();
    const session = db.createSession();
    session.add(new Old({ id: 1, name: 'a', version: null }));
    await session.commit();
    const old = await session.query(Old).one();
    old.name = 'b';
    await expect(session.flush()).rejects.toThrow(InvalidStateError);
  });

  test('the version of an expired object is read by the flush that writes it', async () => {
    const { session, statements, Page, Stamped } = await open(database);
    const [one, two, three] = ['a', 'b', 'c'].map((title) => new Page({ title }));
    const stamped = new Stamped({ region: 'r', place: 1, name: 'x' });
    session.addAll([one, two, three, stamped]);
    await session.commit();
    await session.execute(update(Page).set({ revision: 7 }).where(Page.c.id.eq(one.id)), undefined, { synchronize: false });
    await session.commit();
    session.expireAll();
    one.title = 'changed';
    two.title = 'changed too';
    stamped.name = 'y';
    session.delete(three);
    statements.takeAll();
    await session.commit();
    expect(
      statements
        .summary()
        .filter((statement) => statement.startsWith('SELECT'))
        .sort(),
    ).toEqual(['SELECT pages', 'SELECT remarks', 'SELECT stamped']);
    expect([one.revision, two.revision, await session.query(Page).count()]).toEqual([8, 2, 2]);
    session.expire(one);
    one.title = 'alone';
    await session.commit();
    expect(one.revision).toBe(9);
    session.expire(two);
    session.delete(two);
    await session.commit();
    expect((await session.query(Page).all()).map(({ title }) => title)).toEqual(['alone']);
  });

  test('confirmDeletedRows makes a delete of nothing an error', async () => {
    const db = openDatabase(database);
    const shape = () => ({ id: t.integer().primaryKey(), name: t.string(20) });
    class Lax extends db.Model('lax', shape()) {}
    class Strict extends db.Model('strict', shape(), { confirmDeletedRows: true }) {}
    await db.createAll();
    for (const Model of [Lax, Strict]) {
      const session = db.createSession();
      const object = new Model({ name: 'a' });
      session.add(object);
      await session.commit();
      await session.execute(deleteFrom(Model).where(Model.c.id.eq(object.id)), undefined, { synchronize: false });
      await session.commit();
      session.delete(object);
      if (Model === Lax) await session.commit();
      else await expect(session.commit()).rejects.toThrow(`<Strict id=${object.id}> was`);
      await session.rollback();
    }
  });
});

test('what a version cannot be is said when the model is made', () => {
  const db = new Database();
  expect(() => t.string(10).version()).toThrow(ArgumentError);
  expect(() => t.integer().version({ next: 5 as never })).toThrow(ArgumentError);
  expect(() => t.integer().version({ next: () => 1, serverGenerated: true })).toThrow(ArgumentError);
  expect(() => db.Model('twice', { id: t.integer().primaryKey(), a: t.integer().version(), b: t.integer().version() })).toThrow(
    MappingError,
  );
});

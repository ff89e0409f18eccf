import { describe, expect, test } from 'vitest';
import {
  assign,
  type Database,
  func,
  hasMany,
  inspect,
  listen,
  MappingError,
  NotLoadedError,
  StaleDataError,
  select,
  sql,
  t,
  text,
  update,
} from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { openCompany } from './hierarchy-models.ts';

function models(db: Database) {
  class Page extends db.Model('counted_pages', {
    id: t.integer().primaryKey(),
    title: t
      .string(50)
      .unique()
      .validate((title) => title.trim()),
    visits: t.integer().default(0),
    rank: t.integer().nullable(),
    price: t.numeric(8, 2).nullable(),
    data: t.json<{ a: number }>().nullable(),
    seen: t.dateTime().nullable(),
    twice: t.integer().computed(sql`visits * 2`),
    get notes() {
      return hasMany(Note);
    },
  }) {}
  class Note extends db.Model('counted_notes', {
    id: t.integer().primaryKey(),
    pageId: t.integer().nullable().references('counted_pages.id'),
    body: t.string(50).nullable(),
  }) {}
  class Draft extends db.Model('counted_drafts', {
    code: t.string(20).primaryKey(),
    edits: t.integer(),
    title: t.string(20).nullable(),
    revision: t.integer().version(),
    changed: t
      .integer()
      .default(0)
      .onUpdate(() => 7),
  }) {}
  return { Page, Note, Draft };
}

async function open(database: TestDatabase) {
  const db = openDatabase(database);
  const all = models(db);
  await db.createAll();
  return { db, session: db.createSession(), statements: new Statements(db.engine), ...all };
}

/** The UPDATE or INSERT, with the SELECT of its values where the database has no RETURNING for it. */
const reading = (database: TestDatabase, ...statements: string[]): string[] =>
  database.family === 'mysql'
    ? statements.flatMap((one) => (one.startsWith('UPDATE') ? [one, one.replace('UPDATE', 'SELECT')] : [one]))
    : statements;

describe.each([...allDatabases, ...pgliteDatabases])('SQL as a value on $name', (database) => {
  test('an UPDATE works it out, and the object has the result', async () => {
    const { session, statements, Page } = await open(database);
    const page = new Page({ title: 'a', visits: 5 });
    session.add(page);
    await session.commit();
    // Another transaction could have counted meanwhile.
    await session.execute(update(Page).set({ visits: 10 }).where(Page.c.id.eq(page.id)), undefined, { synchronize: false });
    statements.takeAll();
    assign(page, { visits: Page.c.visits.plus(1), title: 'b' });
    expect(statements.count()).toBe(0);
    expect([...session.dirty]).toEqual([page]);
    expect(inspect(page).modified).toBe(true);
    expect(session.isModified(page)).toBe(true);
    await session.flush();
    expect(statements.summary()).toEqual(reading(database, 'UPDATE counted_pages'));
    expect([page.visits, page.title, page.twice]).toEqual([11, 'b', 22]);
    expect([session.dirty.size, inspect(page).modified]).toEqual([0, false]);
    await session.commit();
    statements.takeAll();
    await session.flush();
    expect(statements.count()).toBe(0);
    expect(await session.query(Page).filterBy({ visits: 11, title: 'b' }).count()).toBe(1);
  });

  test('it cannot be read before the flush, and is no part of what is shown', async () => {
    const { session, Page } = await open(database);
    const page = new Page({ title: 'a', rank: sql<number>`2 + 3` });
    expect(() => page.rank).toThrow(NotLoadedError);
    expect(() => page.rank).toThrow("'rank' of <Page (transient)> was set to SQL");
    expect(page.toJSON()).not.toHaveProperty('rank');
    session.add(page);
    await session.flush();
    expect(page.rank).toBe(5);
    assign(page, { rank: Page.c.rank.plus(1) });
    expect(() => page.rank).toThrow('await session.flush()');
    const { added, deleted } = inspect(page).history('rank');
    expect([added.length, deleted]).toEqual([1, [5]]);
    page.rank = 9;
    expect([page.rank, inspect(page).history('rank').added]).toEqual([9, [9]]);
    await session.flush();
    expect(await session.scalar(select(Page.c.rank))).toBe(9);
  });

  test('assigned like any value, where the types are told to look away', async () => {
    const { session, Page } = await open(database);
    const page = new Page({ title: 'a' });
    session.add(page);
    await session.commit();
    (page as { visits: unknown }).visits = Page.c.visits.plus(4);
    await session.commit();
    expect(page.visits).toBe(4);
  });

  test('an INSERT works it out: subqueries, functions, a null column, JSON and decimals', async () => {
    const { session, Page } = await open(database);
    session.add(new Page({ title: 'a', visits: 3 }));
    await session.flush();
    const pages = [
      new Page({ title: 'b', visits: func.coalesce(select(func.max(Page.c.visits)).scalar(), 0).plus(1), rank: sql<number>`1` }),
      new Page({ title: 'c', rank: 4 }),
      new Page({ title: 'd', price: sql`10.25`, seen: func.now() }),
      new Page({ title: 'e', rank: sql<number>`${6} + ${7}` }),
    ];
    session.addAll(pages);
    await session.commit();
    expect(pages.map((page) => [page.title, page.visits, page.rank])).toEqual([
      ['b', 4, 1],
      ['c', 0, 4],
      ['d', 0, null],
      ['e', 0, 13],
    ]);
    expect(String(pages[2].price)).toBe('10.25');
    expect(pages[2].seen).toBeInstanceOf(Date);
    expect(pages.every((page) => page.twice === page.visits * 2 && page.id > 0)).toBe(true);
    const stored = await session.query(Page).orderBy(Page.c.id).select(Page.c.title, Page.c.visits, Page.c.rank).all();
    expect(stored.slice(1)).toEqual(pages.map(({ title, visits, rank }) => [title, visits, rank]));
  });

  test('many rows with the same SQL are one statement where the database can, others stay in theirs', async () => {
    const { session, statements, Page } = await open(database);
    const pages = Array.from({ length: 40 }, (_, i) => new Page({ title: `p${i}`, visits: i }));
    session.addAll(pages);
    await session.commit();
    statements.takeAll();
    for (const page of pages) assign(page, { visits: Page.c.visits.plus(100) });
    await session.flush();
    expect(statements.summary()).toEqual(reading(database, 'UPDATE counted_pages'));
    expect(pages.map((page) => page.visits)).toEqual(pages.map((_, i) => i + 100));
    for (const [i, page] of pages.entries()) {
      if (i % 2 === 0) assign(page, { visits: Page.c.visits.minus(i) });
      else page.visits = -1;
    }
    await session.commit();
    expect(pages.map((page) => page.visits)).toEqual(pages.map((_, i) => (i % 2 === 0 ? 100 : -1)));
    const stored = await session.query(Page).orderBy(Page.c.id).all();
    await session.refresh(stored);
    expect(stored.map((page) => page.visits)).toEqual(pages.map((_, i) => (i % 2 === 0 ? 100 : -1)));
  });

  test('a rollback gives back what was there: the value, or the SQL of a new object', async () => {
    const { session, Page } = await open(database);
    const page = new Page({ title: 'a', visits: 5 });
    session.add(page);
    await session.commit();
    assign(page, { visits: Page.c.visits.plus(1) });
    await session.rollback();
    expect(page.visits).toBe(5);
    assign(page, { visits: Page.c.visits.plus(1) });
    await session.flush();
    expect(page.visits).toBe(6);
    const fresh = new Page({ title: 'b', visits: sql<number>`4 + 4` });
    session.add(fresh);
    await session.flush();
    expect(fresh.visits).toBe(8);
    await session.rollback();
    expect([page.visits, inspect(fresh).state]).toEqual([5, 'transient']);
    expect(() => fresh.visits).toThrow(NotLoadedError);
    session.add(fresh);
    await session.commit();
    expect([fresh.visits, page.visits]).toEqual([8, 5]);
    const nested = await session.beginNested();
    assign(page, { visits: Page.c.visits.times(2) });
    await session.flush();
    await nested.rollback();
    expect(page.visits).toBe(5);
    assign(page, { visits: sql<number>`'no number' + nothing_there` });
    await expect(session.flush()).rejects.toThrow();
    await session.rollback();
    expect(page.visits).toBe(5);
  });

  test('versions are compared and counted, onUpdate runs, a natural key stays', async () => {
    const { db, session, Draft } = await open(database);
    const draft = new Draft({ code: 'x', edits: 1 });
    session.add(draft);
    await session.commit();
    assign(draft, { edits: Draft.c.edits.plus(1) });
    await session.commit();
    expect([draft.edits, draft.revision, draft.changed]).toEqual([2, 2, 7]);
    assign(draft, { changed: Draft.c.changed.plus(1), title: 't' });
    await session.commit();
    expect([draft.edits, draft.revision, draft.changed, draft.title]).toEqual([2, 3, 8, 't']);
    await session.execute(update(Draft).set({ revision: 9 }).where(Draft.c.code.eq('x')), undefined, { synchronize: false });
    assign(draft, { edits: Draft.c.edits.plus(1) });
    await expect(session.flush()).rejects.toThrow(StaleDataError);
    await session.rollback();
    expect(db.engine).toBeDefined();
    expect(draft.edits).toBe(2);
  });

  test('handlers before the flush may set it; validators and set handlers do not see it', async () => {
    const { session, Page } = await open(database);
    const seen: unknown[] = [];
    const stop = listen(Page.c.rank, 'set', (_page, value) => void seen.push(value));
    listen(Page, 'beforeUpdate', (page) => {
      assign(page, { visits: Page.c.visits.plus(1) });
    });
    const page = new Page({ title: '  a ', rank: 1 });
    session.add(page);
    await session.commit();
    expect(page.title).toBe('a');
    assign(page, { rank: sql<number>`3`, title: func.upper(sql<string>`'up'`) });
    await session.commit();
    expect([page.title, page.rank, page.visits]).toEqual(['UP', 3, 1]);
    expect(seen).toEqual([1]);
    stop();
  });

  test('what else is done to the object decides what becomes of it', async () => {
    const { session, statements, Page } = await open(database);
    const page = new Page({ title: 'a', visits: 1, rank: 1 });
    session.add(page);
    await session.commit();
    const add = () => assign(page, { visits: Page.c.visits.plus(1) });
    add();
    await session.refresh(page);
    expect(page.visits).toBe(1);
    add();
    session.expire(page, ['visits']);
    expect(() => page.visits).toThrow('refresh');
    statements.takeAll();
    await session.flush();
    expect(statements.count()).toBe(0);
    await session.refresh(page);
    add();
    await session.noAutoflush(async () => {
      expect(await session.query(Page).one()).toBe(page);
      expect(() => page.visits).toThrow(NotLoadedError);
    });
    expect((await session.query(Page).one()).visits).toBe(2);
    add();
    session.delete(page);
    await session.commit();
    expect(await session.query(Page).count()).toBe(0);
  });

  test('a deferred or expired column takes SQL without being read', async () => {
    const { session, Page } = await open(database);
    session.add(new Page({ title: 'a', visits: 7 }));
    await session.commit();
    session.expungeAll();
    const page = await session.query(Page).one();
    session.expire(page);
    assign(page, { visits: Page.c.visits.plus(1) });
    await session.commit();
    expect(page.visits).toBe(8);
    expect(await session.scalar(select(Page.c.visits))).toBe(8);
  });

  test('a foreign key that SQL finds leads to the related object', async () => {
    const { session, Page, Note } = await open(database);
    const page = new Page({ title: 'a' });
    session.add(page);
    await session.flush();
    const note = new Note({ body: 'n', pageId: select(Page.c.id).where(Page.c.title.eq('a')).scalar() });
    session.add(note);
    await session.flush();
    expect(note.pageId).toBe(page.id);
    expect((await page.notes).map((one) => one.body)).toEqual(['n']);
  });

  test('a key that an INSERT works out is the object’s', async () => {
    const { session, Draft, Page } = await open(database);
    const draft = new Draft({ code: func.lower(sql<string>`'ABC'`), edits: 0 });
    const pages = ['a', 'b'].map((title, i) => new Page({ id: sql<number>`${20 - i} + 1`, title }));
    session.addAll([draft, ...pages]);
    // Without RETURNING nobody would know the row by its key.
    if (!database.returning) return expect(session.commit()).rejects.toThrow("its key 'code' has no value and is not generated");
    await session.commit();
    expect([draft.code, draft.revision, ...pages.map((page) => page.id)]).toEqual(['abc', 1, 21, 20]);
    expect(await session.get(Draft, 'abc')).toBe(draft);
    expect(await session.get(Page, 20)).toBe(pages[1]);
    assign(pages[0], { id: Page.c.id.plus(10) });
    if (database.family === 'mysql') {
      await expect(session.flush()).rejects.toThrow("'id' of <Page (persistent)> was set to SQL, and is part of its key");
      await session.rollback();
      expect(await session.get(Page, 21)).toBe(pages[0]);
      return;
    }
    await session.commit();
    expect(pages[0].id).toBe(31);
    expect(await session.get(Page, 31)).toBe(pages[0]);
    expect(await session.get(Page, 21)).toBeNull();
  });

  test('merge() brings it along', async () => {
    const { session, Page } = await open(database);
    const page = new Page({ title: 'a', visits: 2 });
    session.add(page);
    await session.commit();
    const merged = await session.merge(new Page({ id: page.id, visits: Page.c.visits.plus(5) }));
    expect(merged).toBe(page);
    await session.commit();
    expect([page.visits, page.title]).toEqual([7, 'a']);
  });

  test('assign() checks its keys first, and takes relations and no undefined', async () => {
    const { session, Page, Note } = await open(database);
    const page = new Page({ title: 'a' });
    session.add(page);
    await session.commit();
    expect(() => assign(page, { title: 'b', titel: 'c' } as never)).toThrow(MappingError);
    expect(page.title).toBe('a');
    expect(() => assign(page, { title: undefined })).toThrow('undefined');
    expect(() => assign(page, null as never)).toThrow(MappingError);
    expect(() => assign({} as never, {} as never)).toThrow('assign() takes objects of model classes');
    expect(() => assign(page, { twice: sql<number>`1` } as never)).toThrow('worked out by the database');
    const returned = assign(page, { notes: [new Note({ body: 'n' })], title: ' c ' });
    expect(returned).toBe(page);
    await session.commit();
    expect([page.title, await session.query(Note).filterBy({ pageId: page.id }).count()]).toEqual(['c', 1]);
  });

  test.each([true, false])('columns of several tables, and of classes in one table (joined: %s)', async (joined) => {
    const { session, Manager, Executive } = await openCompany(database, joined);
    const manager = new Manager({ name: func.upper(sql<string>`'anna'`), budget: sql<number>`10 + 10` });
    const executive = new Executive({ name: 'bob', budget: 5, bonus: sql<number>`1 + 1` });
    session.addAll([manager, executive]);
    await session.commit();
    expect([manager.name, manager.budget, executive.bonus]).toEqual(['ANNA', 20, 2]);
    assign(manager, { name: func.lower(Manager.c.name), budget: Manager.c.budget.plus(1) });
    assign(executive, { bonus: Executive.c.bonus.plus(1), name: 'rob' });
    await session.commit();
    expect([manager.name, manager.budget, executive.name, executive.bonus]).toEqual(['anna', 21, 'rob', 3]);
    session.expungeAll();
    expect((await session.query(Manager).orderBy(Manager.c.id).all()).map(({ name, budget }) => [name, budget])).toEqual([
      ['anna', 21],
      ['rob', 5],
    ]);
  });

  test('subqueries in it read what the criteria let through', async () => {
    const { session, Page } = await open(database);
    session.addAll([1, 2, 3].map((visits) => new Page({ title: `t${visits}`, visits })));
    await session.flush();
    const page = new Page({ title: 'sum', visits: 0 });
    session.add(page);
    await session.flush();
    session.withCriteria(Page, (c) => c.visits.lt(3));
    const other = new Page({ title: 'other', rank: select(func.max(Page.c.visits)).scalar() });
    session.add(other);
    await session.commit();
    expect(other.rank).toBe(2);
    expect(await session.all(text('SELECT count(*) AS n FROM counted_pages'))).toEqual([{ n: 5 }]);
  });
});

test('values are of the column’s type', () => {
  const typed = (page: InstanceType<ReturnType<typeof models>['Page']>, Page: ReturnType<typeof models>['Page']): void => {
    assign(page, { visits: Page.c.visits.plus(1), title: func.lower(Page.c.title) });
    assign(page, { notes: [], rank: null });
    // @ts-expect-error a text for a number
    assign(page, { visits: func.lower(Page.c.title) });
    // @ts-expect-error no such attribute
    assign(page, { titel: 'x' });
    // @ts-expect-error nobody sets a computed column
    assign(page, { twice: 4 });
  };
  expect(typeof typed).toBe('function');
});

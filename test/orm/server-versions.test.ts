import { describe, expect, test } from 'vitest';
import { StaleDataError, t, text, update } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

/** A trigger makes the version: what SQLAlchemy's `version_id_generator=False` is for. */
async function open(database: TestDatabase) {
  const db = openDatabase(database);
  class Page extends db.Model('pages', {
    id: t.integer().primaryKey(),
    title: t.string(50),
    version: t.integer().serverDefault(100).version({ serverGenerated: true }),
  }) {}
  await db.createAll();
  const session = db.createSession();
  return { db, session, Page, statements: new Statements(db.engine) };
}

describe.each([...allDatabases, ...pgliteDatabases])('versions of the database on $name', (database) => {
  test('a version that the database makes comes back with the statement', async () => {
    const { session, Page, statements } = await open(database);
    const page = new Page({ title: 'a' });
    session.add(page);
    await session.commit();
    expect(page.version).toBe(100);
    page.title = 'b';
    statements.takeAll();
    await session.commit();
    expect(statements.summary()).toEqual(database.family === 'mysql' ? ['UPDATE pages', 'SELECT pages'] : ['UPDATE pages']);
    // No trigger is there, so the version is the same.
    expect(page.version).toBe(100);
    await session.execute(text('UPDATE pages SET version = 101'));
    await session.commit();
    page.title = 'c';
    await expect(session.flush()).rejects.toThrow(StaleDataError);
    await session.rollback();
    expect([page.title, page.version]).toEqual(['b', 100]);
    await session.refresh(page);
    page.title = 'd';
    await session.commit();
    await session.execute(update(Page).set({ version: 200 }).where(Page.c.id.eq(1)), undefined, { synchronize: false });
    session.delete(page);
    await expect(session.flush()).rejects.toThrow(/<Page id=1>/);
  });

  test('a rolled back insert forgets the version that the database made', async () => {
    const { session, Page } = await open(database);
    const page = new Page({ title: 'a' });
    session.add(page);
    await session.flush();
    await session.rollback();
    expect(page.version).toBeUndefined();
    session.add(page);
    await session.commit();
    expect(page.version).toBe(100);
  });
});

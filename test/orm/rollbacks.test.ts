import { describe, expect, test } from 'vitest';
import {
  belongsTo,
  hasMany,
  insertInto,
  inspect,
  isLoaded,
  manyToMany,
  StaleDataError,
  t,
  text,
  UniqueViolation,
} from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

async function open(database: TestDatabase) {
  const db = openDatabase(database);
  const readings = db.Table('readings', {
    userName: t.string(20).primaryKey().references('users.name', { onUpdate: 'cascade' }),
    bookId: t.integer().primaryKey().references('books.id'),
  });
  class User extends db.Model('users', {
    name: t.string(20).primaryKey(),
    city: t.string(20).nullable(),
    get notes() {
      return hasMany(Note, { orderBy: () => Note.c.id });
    },
    get books() {
      return manyToMany(Book, { through: readings });
    },
  }) {}
  class Note extends db.Model('notes', {
    id: t.integer().primaryKey(),
    body: t.string(20).nullable(),
    userName: t.string(20).nullable().references('users.name', { onUpdate: 'cascade' }),
    get user() {
      return belongsTo(User, { nullable: true });
    },
  }) {}
  class Book extends db.Model('books', { id: t.integer().primaryKey(), title: t.string(20) }) {}
  await db.createAll();
  return { db, session: db.createSession(), statements: new Statements(db.engine), User, Note, Book };
}

describe.each([...allDatabases, ...pgliteDatabases])('rollbacks on $name', (database) => {
  test('an object whose key was changed, and another that took the key, are both as before', async () => {
    const { session, User } = await open(database);
    const first = new User({ name: 'ann', city: 'york' });
    session.add(first);
    await session.commit();
    first.name = 'eve';
    await session.flush();
    const second = new User({ name: 'ann', city: 'hull' });
    session.add(second);
    await session.flush();
    expect(await session.get(User, 'ann')).toBe(second);
    await session.rollback();
    expect([first.name, first.city, inspect(first).state, inspect(second).state]).toEqual(['ann', 'york', 'persistent', 'transient']);
    expect(await session.get(User, 'ann')).toBe(first);
    expect(await session.get(User, 'eve')).toBeNull();
    expect(session.identityMap.size).toBe(1);
  });

  test('several keys handed on within one transaction', async () => {
    const { session, User } = await open(database);
    const users = ['a', 'b', 'c'].map((name) => new User({ name, city: name }));
    session.addAll(users);
    await session.commit();
    users[0].name = 'x';
    await session.flush();
    users[1].name = 'a';
    await session.flush();
    users[2].name = 'b';
    await session.flush();
    session.delete(users[1]);
    await session.flush();
    await session.rollback();
    expect(users.map((user) => [user.name, user.city, inspect(user).state])).toEqual(
      ['a', 'b', 'c'].map((name) => [name, name, 'persistent']),
    );
    for (const user of users) expect(await session.get(User, user.city as string)).toBe(user);
  });

  test('a deleted object and a new one in its place, in flushes of their own', async () => {
    const { session, User } = await open(database);
    const old = new User({ name: 'ann', city: 'york' });
    session.add(old);
    await session.commit();
    session.delete(old);
    await session.flush();
    const fresh = new User({ name: 'ann', city: 'hull' });
    session.add(fresh);
    await session.flush();
    fresh.city = 'leeds';
    await session.flush();
    await session.rollback();
    expect([inspect(old).state, inspect(fresh).state, old.city]).toEqual(['persistent', 'transient', 'york']);
    expect(await session.get(User, 'ann')).toBe(old);
    old.city = 'bath';
    await session.commit();
    expect(await session.all(text('SELECT name, city FROM users'))).toEqual([{ name: 'ann', city: 'bath' }]);
  });

  test('a new object that was deleted in the same transaction is transient', async () => {
    const { session, User } = await open(database);
    const user = new User({ name: 'ann' });
    session.add(user);
    await session.flush();
    session.delete(user);
    await session.flush();
    expect(inspect(user).state).toBe('deleted');
    await session.rollback();
    expect([inspect(user).state, session.contains(user)]).toEqual(['transient', false]);
    session.add(user);
    await session.commit();
    expect(await session.query(User).count()).toBe(1);
  });

  test('a new object that was deleted and committed is detached, and can be made new again', async () => {
    const { session, User } = await open(database);
    const user = new User({ name: 'ann' });
    session.add(user);
    await session.flush();
    session.delete(user);
    await session.commit();
    expect(inspect(user).state).toBe('detached');
    expect(await session.query(User).count()).toBe(0);
  });

  test('collections and back-references are those of before, also what was flushed in between', async () => {
    const { session, User, Note, Book } = await open(database);
    const notes = ['1', '2'].map((body) => new Note({ body }));
    const books = ['x', 'y'].map((title) => new Book({ title }));
    const [ann, bob] = [new User({ name: 'ann', notes, books: [books[0]] }), new User({ name: 'bob' })];
    session.addAll([ann, bob, books[1]]);
    await session.commit();
    await ann.notes;
    await bob.notes;
    bob.notes.add(notes[0]);
    ann.books.set([books[1]]);
    await session.flush();
    ann.notes.remove(notes[1]);
    await session.flush();
    ann.notes.add(new Note({ body: '3' }));
    await session.rollback();
    expect([...(await ann.notes)].map((note) => note.body)).toEqual(['1', '2']);
    expect([...(await bob.notes)]).toEqual([]);
    expect([...(await ann.books)]).toEqual([books[0]]);
    expect(await notes[0].user).toBe(ann);
    expect(notes.map((note) => note.userName)).toEqual(['ann', 'ann']);
    expect(await session.query(Note).count()).toBe(2);
  });

  test('a failed flush leaves what was to be written to be mended and written', async () => {
    const { session, User, Note } = await open(database);
    session.add(new User({ name: 'ann' }));
    await session.commit();
    const note = new Note({ body: 'n' });
    const twin = new User({ name: 'ann', notes: [note] });
    session.expungeAll();
    session.add(twin);
    await expect(session.commit()).rejects.toThrow(UniqueViolation);
    await session.rollback();
    expect([inspect(twin).state, inspect(note).state, note.id]).toEqual(['transient', 'transient', undefined]);
    expect([...(await twin.notes)]).toEqual([note]);
    twin.name = 'eve';
    session.add(twin);
    await session.commit();
    expect([note.userName, await session.query(User).count()]).toEqual(['eve', 2]);
  });

  test('a savepoint that fails takes back its own objects and no others', async () => {
    const { session, User } = await open(database);
    const [ann, bob, eve] = ['ann', 'bob', 'eve'].map((name) => new User({ name }));
    session.add(ann);
    const outer = await session.beginNested();
    session.add(bob);
    const inner = await session.beginNested();
    session.add(eve);
    ann.city = 'york';
    await session.flush();
    await inner.rollback();
    expect([ann, bob, eve].map((user) => inspect(user).state)).toEqual(['persistent', 'persistent', 'transient']);
    expect(ann.city ?? null).toBeNull();
    session.add(eve);
    await outer.commit();
    await session.commit();
    expect((await session.query(User).orderBy(User.c.name).all()).map((user) => user.name)).toEqual(['ann', 'bob', 'eve']);
  });

  test('a delete within a savepoint that is rolled back never was', async () => {
    const { session, User, Note } = await open(database);
    const note = new Note({ body: 'n' });
    const ann = new User({ name: 'ann', notes: [note] });
    session.add(ann);
    await session.commit();
    const nested = await session.beginNested();
    session.delete(note);
    await session.flush();
    expect([...(await ann.notes)]).toEqual([]);
    await nested.rollback();
    expect([inspect(note).state, [...(await ann.notes)]]).toEqual(['persistent', [note]]);
    note.body = 'm';
    await session.commit();
    expect(await session.all(text('SELECT body, user_name FROM notes'))).toEqual([{ body: 'm', user_name: 'ann' }]);
  });

  test('a change and its savepoint’s release are undone by the outer rollback', async () => {
    const { session, User } = await open(database);
    const ann = new User({ name: 'ann', city: 'york' });
    session.add(ann);
    await session.commit();
    ann.city = 'hull';
    const nested = await session.beginNested();
    ann.city = 'bath';
    ann.name = 'anne';
    await nested.commit();
    expect(ann.city).toBe('bath');
    await session.rollback();
    expect([ann.city, ann.name]).toEqual(['york', 'ann']);
    expect(await session.get(User, 'ann')).toBe(ann);
  });

  test('what a statement of Core inserted is not there after a rollback, and its object is let go', async () => {
    const { session, User } = await open(database);
    await session.execute(insertInto(User).values({ name: 'ann' }));
    const ann = await session.getOne(User, 'ann');
    await session.rollback();
    expect(inspect(ann).state).toBe('detached');
    expect(await session.get(User, 'ann')).toBeNull();
  });

  test('relations that were loaded of objects that were written load anew', async () => {
    const { session, User, Note } = await open(database);
    const ann = new User({ name: 'ann' });
    session.add(ann);
    await session.commit();
    await session.execute(insertInto(Note).values({ body: 'core', userName: 'ann' }));
    session.expire(ann, ['notes']);
    expect((await ann.notes).length).toBe(1);
    await session.rollback();
    expect(isLoaded(ann.notes)).toBe(false);
    expect([...(await ann.notes)]).toEqual([]);
  });

  test('a stale row fails the flush, and the objects say what they said before', async () => {
    const { session, User } = await open(database);
    const [ann, bob] = ['ann', 'bob'].map((name) => new User({ name, city: 'york' }));
    session.addAll([ann, bob]);
    await session.commit();
    await session.execute(text("DELETE FROM users WHERE name = 'bob'"));
    ann.city = 'hull';
    bob.city = 'hull';
    await expect(session.flush()).rejects.toThrow(StaleDataError);
    await session.rollback();
    expect([ann.city, bob.city]).toEqual(['york', 'york']);
  });

  test('close() within a transaction rolls back and lets go', async () => {
    const { db, session, User } = await open(database);
    const ann = new User({ name: 'ann' });
    session.add(ann);
    await session.flush();
    await session.close();
    expect(inspect(ann).state).toBe('transient');
    const next = db.createSession();
    expect(await next.query(User).count()).toBe(0);
    next.add(ann);
    await next.commit();
    expect(await next.query(User).count()).toBe(1);
    await next.close();
    expect(inspect(ann).state).toBe('detached');
  });
});

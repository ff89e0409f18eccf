import { describe, expect, expectTypeOf, test } from 'vitest';
import { belongsTo, hasMany, NotLoadedError, select, t, unionAll } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

async function openLibrary(database: TestDatabase) {
  const db = openDatabase(database);
  class Author extends db.Model('authors', {
    id: t.integer().primaryKey(),
    name: t.string(50),
    photo: t.string(50).nullable().deferred(),
    get books() {
      return hasMany(Book, { orderBy: () => Book.c.id });
    },
  }) {}
  class Book extends db.Model('books', {
    id: t.integer().primaryKey(),
    title: t.string(50),
    year: t.integer().nullable(),
    text: t.text().deferred('long'),
    notes: t.json<{ a: number }>().nullable().deferred('long'),
    authorId: t.integer().references('authors.id'),
    get author() {
      return belongsTo(Author);
    },
  }) {}
  await db.createAll();
  const session = db.createSession();
  session.add(
    new Author({
      name: 'ann',
      photo: 'p',
      books: [
        new Book({ title: 'one', year: 1, text: 'long one', notes: { a: 1 } }),
        new Book({ title: 'two', year: 2, text: 'long two' }),
      ],
    }),
  );
  await session.commit();
  session.expungeAll();
  return { db, session, statements: new Statements(db.engine), Author, Book };
}

describe.each(allDatabases)('columns that wait on $name', (database) => {
  test('are not read by queries, keys and loads, and not sent', async () => {
    const { session, statements, Author, Book } = await openLibrary(database);
    const [one] = await session.query(Book).orderBy(Book.c.id).all();
    expect(statements.take()[0]).not.toMatch(/text|notes/);
    expect(one.title).toBe('one');
    expect(() => one.text).toThrow(NotLoadedError);
    expect(() => one.notes).toThrow(/not loaded/);
    expect(JSON.parse(JSON.stringify(one))).toEqual({ id: 1, title: 'one', year: 1, authorId: 1 });
    await session.refresh(one, { attributes: ['notes'] });
    expect(one.notes).toEqual({ a: 1 });
    expect(() => one.text).toThrow(NotLoadedError);
    statements.takeAll();
    expect(await session.get(Book, 1)).toBe(one);
    expect(statements.count()).toBe(0);
    session.expungeAll();
    for (const strategy of ['joined', 'selectin'] as const) {
      const books = await session.query(Book).with({ author: strategy }).all();
      expect([books[0].author.name, books.length]).toEqual(['ann', 2]);
      expect(() => books[0].author.photo).toThrow(NotLoadedError);
      session.expungeAll();
      const [author] = await session
        .query(Author)
        .with({ books: { strategy, limit: strategy === 'joined' ? undefined : 5 } })
        .all();
      expect([...author.books].map((book) => book.title)).toEqual(['one', 'two']);
      expect(() => author.books.at(0)?.text).toThrow(NotLoadedError);
      session.expungeAll();
    }
    const found = await session.get(Book, 2);
    expect(() => found?.text).toThrow(NotLoadedError);
    // A change needs no read.
    if (found !== null) found.text = 'new';
    await session.commit();
    expect((await session.query(Book).undefer('text').filterBy({ title: 'two' }).one()).text).toBe('new');
  });

  test('are read by undefer(), by name and by group, also onto objects that are here', async () => {
    const { session, statements, Book } = await openLibrary(database);
    const [one, two] = await session.query(Book).orderBy(Book.c.id).all();
    statements.takeAll();
    await session.query(Book).undefer('text').all();
    expect([one.text, two.text]).toEqual(['long one', 'long two']);
    expect(() => one.notes).toThrow(NotLoadedError);
    await session.query(Book).undefer('long').with({ author: true }).all();
    expect([one.notes, two.notes]).toEqual([{ a: 1 }, null]);
    expect(statements.count()).toBe(2);
    const all: string[] = [];
    session.expungeAll();
    for await (const book of session.query(Book).orderBy(Book.c.id).undefer('long').stream()) all.push(book.text);
    expect(all).toEqual(['long one', 'long two']);
    expect(() => session.query(Book).undefer('nope')).toThrow(/no attribute 'nope'/);
  });

  test('loadOnly() and defer() choose columns of one query, and say so in the type', async () => {
    const { session, statements, Book } = await openLibrary(database);
    const few = await session.query(Book).loadOnly('title').orderBy(Book.c.id).all();
    expect(statements.take()[0]).not.toMatch(/year|author_id/);
    expectTypeOf(few[0]).toHaveProperty('title');
    expectTypeOf(few[0]).not.toHaveProperty('year');
    expect(few.map((book) => [book.id, book.title])).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
    expect(() => (few[0] as unknown as { year: number }).year).toThrow(NotLoadedError);
    // The next query that gives the object reads the rest.
    const [one] = await session.query(Book).filterBy({ title: 'one' }).all();
    expect(one).toBe(few[0]);
    expect(one.year).toBe(1);
    session.expungeAll();
    const [without] = await session.query(Book).defer('year').undefer('text').orderBy(Book.c.id).all();
    expectTypeOf(without).not.toHaveProperty('year');
    expect(without.text).toBe('long one');
    expect(() => (without as unknown as { year: number }).year).toThrow(NotLoadedError);
    const [eager] = await session.query(Book).loadOnly('title', 'authorId').with({ author: true }).filterBy({ title: 'two' }).all();
    expect((eager as unknown as { author: { name: string } }).author.name).toBe('ann');
    const made = new Book({ title: 'x', text: 'y', authorId: 1 });
    session.add(made);
    await session.flush();
    expect([made.text, made.notes]).toEqual(['y', null]);
  });

  test('a select of Core made of a query leaves out what the query does', async () => {
    const { session, statements, Book } = await openLibrary(database);
    const few = session.query(Book).loadOnly('title').orderBy(Book.c.id);
    const [[one]] = await session.all(few.toSelect());
    expect(statements.take()[0]).not.toMatch(/year|author_id/);
    expect(one.title).toBe('one');
    expect(() => one.year).toThrow(NotLoadedError);
    expect(() => one.text).toThrow(NotLoadedError);
    await session.refresh(one);
    expect(one.year).toBe(1);
    session.expungeAll();
    const [[whole]] = await session.all(session.query(Book).orderBy(Book.c.id).toSelect());
    expect(whole.year).toBe(1);
    expect(() => whole.text).toThrow(NotLoadedError);
    // A class by itself is read whole.
    expect((await session.all(select(Book).orderBy(Book.c.id))).map(([book]) => book.title)).toEqual(['one', 'two']);
    session.expungeAll();
    const both = unionAll(
      session.query(Book).filterBy({ id: 1 }).toSelect(),
      session.query(Book).loadOnly('title').filterBy({ id: 2 }).toSelect(),
    );
    for (const [book] of await session.all(both)) {
      expect(['one', 'two']).toContain(book.title);
      expect(() => book.year).toThrow(NotLoadedError);
    }
  });
});

import { describe, expect, expectTypeOf, test } from 'vitest';
import { belongsTo, hasMany, type Loaded, manyToMany, NotLoadedError, t } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

async function openLibrary(database: TestDatabase) {
  const db = openDatabase(database);
  const bookGenres = db.Table('book_genres', {
    bookId: t.integer().primaryKey().references('books.id'),
    genreId: t.integer().primaryKey().references('genres.id'),
  });
  class Author extends db.Model('authors', {
    id: t.integer().primaryKey(),
    name: t.string(50),
    born: t.integer().nullable(),
    get books() {
      return hasMany(Book, { orderBy: () => Book.c.id });
    },
  }) {}
  class Book extends db.Model('books', {
    id: t.integer().primaryKey(),
    title: t.string(50),
    year: t.integer(),
    text: t.text().nullable().deferred('long'),
    authorId: t.integer().references('authors.id'),
    sequelOf: t.integer().nullable().references('books.id'),
    get author() {
      return belongsTo(Author);
    },
    get genres() {
      return manyToMany(Genre, { through: bookGenres, orderBy: () => Genre.c.id });
    },
    get sequels() {
      return hasMany(Book, { foreignKey: 'sequelOf', orderBy: () => Book.c.id });
    },
  }) {}
  class Genre extends db.Model('genres', { id: t.integer().primaryKey(), name: t.string(50), notes: t.string(50).nullable() }) {}
  await db.createAll();
  const session = db.createSession();
  const [novel, diary] = [new Genre({ name: 'novel', notes: 'n' }), new Genre({ name: 'diary', notes: 'd' })];
  const one = new Book({ title: 'one', year: 1, text: 'long one', genres: [novel, diary] });
  const two = new Book({ title: 'two', year: 2, text: 'long two', genres: [novel] });
  session.add(new Author({ name: 'ann', born: 1900, books: [one, two] }));
  await session.flush();
  two.sequelOf = one.id;
  await session.commit();
  session.expungeAll();
  return { db, session, statements: new Statements(db.engine), Author, Book, Genre };
}

function lacks(object: object, ...names: string[]): void {
  for (const name of names) expect(() => (object as Record<string, unknown>)[name], name).toThrow(NotLoadedError);
}

describe.each(allDatabases)('columns of related objects on $name', (database) => {
  test.each(['joined', 'selectin', 'subquery', 'contains'] as const)('are chosen by loadOnly, loaded %s', async (strategy) => {
    const { session, statements, Author, Book } = await openLibrary(database);
    const query = strategy === 'contains' ? session.query(Author).join(Author.c.books).orderBy(Book.c.id) : session.query(Author);
    const [ann] = await query.with({ books: { strategy, loadOnly: ['title'] } }).all();
    const sent = statements.takeAll();
    expect(sent).toHaveLength(strategy === 'joined' || strategy === 'contains' ? 1 : 2);
    expect(sent.at(-1)).not.toMatch(/year|text/);
    expect(ann.books.map(({ id, title }) => [id, title])).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
    const [first] = ann.books;
    expectTypeOf(first.title).toEqualTypeOf<string>();
    expectTypeOf(first).not.toHaveProperty('year');
    // @ts-expect-error: the column is not loaded
    const unread = (): unknown => first.year;
    expect(unread).toThrow(NotLoadedError);
    lacks(first, 'year', 'text');
    // An unloaded column does not stand in the way of a change.
    (first as unknown as { year: number }).year = 7;
    await session.commit();
    session.expungeAll();
    expect((await session.query(Book).orderBy(Book.c.id).all()).map((book) => book.year)).toEqual([7, 2]);
  });

  test.each(['joined', 'selectin'] as const)('of a to-one relation and of pairs, loaded %s', async (strategy) => {
    const { session, statements, Book } = await openLibrary(database);
    const books = await session
      .query(Book)
      .with({ author: { strategy, loadOnly: ['name'] }, genres: { strategy, defer: ['notes'] } })
      .orderBy(Book.c.id)
      .all();
    expect(statements.takeAll().join()).not.toMatch(/born|notes/);
    expect(books.map((book) => [book.author.name, book.genres.map((genre) => genre.name)])).toEqual([
      ['ann', ['novel', 'diary']],
      ['ann', ['novel']],
    ]);
    expectTypeOf(books[0].author).not.toHaveProperty('born');
    expectTypeOf(books[0].genres.at(0)?.name).toEqualTypeOf<string | undefined>();
    expectTypeOf(books[0].genres.toArray()[0]).not.toHaveProperty('notes');
    lacks(books[0].author, 'born');
    lacks(books[0].genres.toArray()[0], 'notes');
    // Who asks for all of it gets all of it, though the objects are here.
    const whole = await session.query(Book).with({ author: strategy, genres: strategy }).orderBy(Book.c.id).all();
    expect(whole[0]).toBe(books[0]);
    expect([whole[0].author.born, whole[0].genres.map((genre) => genre.notes)]).toEqual([1900, ['n', 'd']]);
  });

  test('what ties objects to others is read, whatever is chosen', async () => {
    const { session, statements, Author } = await openLibrary(database);
    const [ann] = await session
      .query(Author)
      .loadOnly('name')
      .with({ books: { loadOnly: ['title'], with: { author: { loadOnly: ['name'] }, genres: { loadOnly: ['name'], limit: 1 } } } })
      .all();
    expect(statements.count()).toBe(3);
    expect(ann.books.map((book) => [book.title, book.author.name, book.genres.map((genre) => genre.name)])).toEqual([
      ['one', 'ann', ['novel']],
      ['two', 'ann', ['novel']],
    ]);
    expectTypeOf(ann).not.toHaveProperty('born');
    expectTypeOf(ann.books.toArray()[0].author).not.toHaveProperty('born');
    lacks(ann, 'born');
  });

  test('a key that was left out is read when its relation is', async () => {
    const { session, statements, Book } = await openLibrary(database);
    const books = await session.query(Book).loadOnly('title').orderBy(Book.c.id).all();
    expect(statements.take()[0]).not.toContain('author_id');
    const [one, two] = books as unknown as InstanceType<typeof Book>[];
    statements.takeAll();
    expect((await one.author).name).toBe('ann');
    expect(statements.count()).toBe(2);
    expect((await two.author).name).toBe('ann');
    expect(statements.count()).toBe(0);
    session.expungeAll();
    const again = await session.query(Book).with({ author: true }).loadOnly('title').orderBy(Book.c.id).all();
    expect(again.map((book) => book.author.name)).toEqual(['ann', 'ann']);
    expect(statements.count()).toBe(1);
    session.expungeAll();
    const last = await session.query(Book).loadOnly('title').with({ author: 'selectin' }).all();
    expect(last.map((book) => [book.title, book.author.name])).toEqual([
      ['one', 'ann'],
      ['two', 'ann'],
    ]);
    expectTypeOf(last[0]).not.toHaveProperty('year');
    lacks(last[0], 'year');
  });

  test('undefer reads columns that wait, onto objects that are here too', async () => {
    const { session, statements, Author, Book } = await openLibrary(database);
    for (const strategy of ['joined', 'selectin'] as const) {
      session.expungeAll();
      const [plain] = await session.query(Author).with({ books: strategy }).all();
      lacks(plain.books.toArray()[0], 'text');
      const [ann] = await session
        .query(Author)
        .with({ books: { strategy, undefer: ['long'] } })
        .all();
      expect(ann).toBe(plain);
      expect(ann.books.map((book) => book.text)).toEqual(['long one', 'long two']);
      statements.takeAll();
      await session
        .query(Author)
        .with({ books: { strategy: 'selectin', undefer: ['long'] } })
        .all();
      expect(statements.count()).toBe(1);
    }
    session.expungeAll();
    const book = await session
      .query(Book)
      .filterBy({ title: 'one' })
      .with({ sequels: { strategy: 'recursive', loadOnly: ['text'] } })
      .one();
    expect(book.sequels.map((sequel) => sequel.text)).toEqual(['long two']);
    lacks(book.sequels.toArray()[0], 'title', 'year');
    expectTypeOf(book.sequels.toArray()[0].sequels.toArray()[0]).not.toHaveProperty('year');
  });

  test('load() and streams choose columns too', async () => {
    const { session, Author, Book } = await openLibrary(database);
    const [ann] = await session.query(Author).all();
    const { books } = await session.load(ann, { books: { loadOnly: ['year'] } });
    expect(books.map((book) => book.year)).toEqual([1, 2]);
    lacks(books.toArray()[0], 'title');
    session.expungeAll();
    for await (const book of session
      .query(Book)
      .orderBy(Book.c.id)
      .with({ author: { defer: ['name'] } })
      .stream()) {
      expect(book.author.born).toBe(1900);
      lacks(book.author, 'name');
    }
  });

  test('what does not fit is refused before SQL', async () => {
    const { session, statements, Author } = await openLibrary(database);
    // @ts-expect-error: no such column
    expect(() => session.query(Author).with({ books: { loadOnly: ['nope'] } })).toThrow(/no attribute 'nope'/);
    // @ts-expect-error: a list is wanted
    expect(() => session.query(Author).with({ books: { defer: 'title' } })).toThrow(/a list of columns of Book/);
    expect(statements.count()).toBe(0);
  });
});

test('the type of what is loaded with with() in several steps', () => {
  const db = openDatabase(allDatabases[0]);
  class Team extends db.Model('teams', {
    id: t.integer().primaryKey(),
    name: t.string(50),
    get members() {
      return hasMany(Member);
    },
  }) {}
  class Member extends db.Model('members', {
    id: t.integer().primaryKey(),
    name: t.string(50),
    age: t.integer(),
    teamId: t.integer().references('teams.id'),
    get team() {
      return belongsTo(Team);
    },
  }) {}
  type Out<Q> = Q extends { first(): Promise<infer O | null> } ? NonNullable<O> : never;
  const both = Member.query()
    .with({ team: true })
    .with({ team: { with: { members: true } } });
  expectTypeOf<Out<typeof both>['team']['name']>().toEqualTypeOf<string>();
  expectTypeOf<Out<typeof both>['team']['members']['length']>().toEqualTypeOf<number>();
  const few = Team.query()
    .with({ members: true })
    .with({ members: { loadOnly: ['name'] } });
  type Few = ReturnType<Out<typeof few>['members']['toArray']>[number];
  expectTypeOf<Few>().not.toHaveProperty('age');
  expectTypeOf<Loaded<Team, { members: { with: { team: true } } }>>().toExtend<Team>();
  expectTypeOf<Loaded<Team, { members: { loadOnly: ['name'] } }>>().not.toExtend<Team>();
  const unloaded = Member.query().with({ team: true }).with({ team: false });
  expectTypeOf<Out<typeof unloaded>>().toExtend<Member>();
  expectTypeOf<Out<typeof unloaded>['team']>().toEqualTypeOf<Member['team']>();
  expect(unloaded).toBeDefined();
});

import { describe, expect, expectTypeOf, test } from 'vitest';
import { alias, belongsTo, columnProperty, func, hasMany, select, t } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

async function openShop(database: TestDatabase) {
  const db = openDatabase(database);
  class Author extends db.Model('authors', {
    id: t.integer().primaryKey(),
    first: t.string(20),
    last: t.string(20),
    fullName: columnProperty(t.string(), (c) => c.first.concat(' ').concat(c.last)),
    bookCount: columnProperty(t.integer(), (c) => select(func.count(Book.c.id)).where(Book.c.authorId.eq(c.id)).scalar()),
    get books() {
      return hasMany(Book, { orderBy: () => Book.c.id });
    },
  }) {}
  class Book extends db.Model(
    'books',
    {
      id: t.integer().primaryKey(),
      price: t.integer(),
      count: t.integer(),
      kind: t.string(10),
      authorId: t.integer().references('authors.id'),
      total: columnProperty(t.integer(), (c) => c.price.times(c.count)),
      half: columnProperty(t.integer().nullable().deferred(), (c) => c.price.minus(1)),
      get author() {
        return belongsTo(Author);
      },
    },
    {
      on: 'kind',
      get identities() {
        return { book: Book, comic: Comic };
      },
    },
  ) {}
  class Comic extends Book.extend('comics', {
    colours: t.integer(),
    points: columnProperty(t.integer(), (c) => c.colours.times(c.price)),
  }) {}
  await db.createAll();
  const session = db.createSession();
  session.addAll([
    new Author({ first: 'ann', last: 'b', books: [new Book({ price: 3, count: 5 }), new Comic({ price: 2, count: 2, colours: 4 })] }),
    new Author({ first: 'zed', last: 'a' }),
  ]);
  await session.commit();
  session.expungeAll();
  return { session, statements: new Statements(db.engine), Author, Book, Comic };
}

describe.each(allDatabases)('columnProperty() on $name', (database) => {
  test('comes with every read, and stands in conditions, order and selects', async () => {
    const { session, statements, Author, Book, Comic } = await openShop(database);
    const authors = await session.query(Author).orderBy(Author.c.fullName.desc()).all();
    expectTypeOf(authors[0].fullName).toEqualTypeOf<string>();
    expect(authors.map((author) => [author.fullName, author.bookCount])).toEqual([
      ['zed a', 0],
      ['ann b', 2],
    ]);
    expect(statements.count()).toBe(1);
    expect((await session.query(Author).filter(Author.c.bookCount.gt(1)).one()).first).toBe('ann');
    expect((await session.query(Author).filterBy({ fullName: 'zed a' }).one()).last).toBe('a');
    expect(await session.query(Author).orderBy(Author.c.fullName).select({ name: Author.c.fullName }).all()).toEqual([
      { name: 'ann b' },
      { name: 'zed a' },
    ]);
    const other = alias(Author, 'other');
    expect(await session.all(select({ name: other.c.fullName, count: other.c.bookCount }).orderBy(other.c.id))).toEqual([
      { name: 'ann b', count: 2 },
      { name: 'zed a', count: 0 },
    ]);
    session.expungeAll();
    const rows = await session.all(select(Author, Book).join(Author.c.books).orderBy(Book.c.id));
    expect(rows.map(([author, book]) => [author.fullName, author.bookCount, book.total])).toEqual([
      ['ann b', 2, 15],
      ['ann b', 2, 4],
    ]);
    expect((await session.all(select({ one: other }).orderBy(other.c.id))).map(({ one }) => one.fullName)).toEqual(['ann b', 'zed a']);
    session.expungeAll();
    for (const strategy of ['joined', 'selectin'] as const) {
      const books = await session.query(Book).with({ author: strategy }).orderBy(Book.c.id).all();
      expect(books.map((book) => [book.total, book.author.fullName, book.author.bookCount])).toEqual([
        [15, 'ann b', 2],
        [4, 'ann b', 2],
      ]);
      expect(books[1] instanceof Comic && books[1].points).toBe(8);
      session.expungeAll();
      const [ann] = await session.query(Author).with({ books: strategy }).orderBy(Author.c.id).all();
      expect([...ann.books].map((book) => book.total).sort()).toEqual([15, 4]);
      session.expungeAll();
    }
    const [first] = await session
      .query(Author)
      .with({ books: { limit: 1, orderBy: Book.c.total.desc() } })
      .orderBy(Author.c.id)
      .all();
    expect([...first.books].map((book) => book.total)).toEqual([15]);
    expect((await session.query(Comic).filter(Comic.c.points.eq(8)).one()).total).toBe(4);
    expect((await session.get(Author, 1))?.fullName).toBe('ann b');
    expect(JSON.parse(JSON.stringify(await session.get(Comic, 2)))).toMatchObject({ total: 4, points: 8, colours: 4 });
  });

  test('is of each row, whatever else the query reads', async () => {
    const { session, Author, Book } = await openShop(database);
    const counts = [
      ['ann b', 2],
      ['zed a', 0],
    ];
    const seen = (authors: readonly { fullName: string; bookCount: number }[]) => authors.map((one) => [one.fullName, one.bookCount]);
    const byId = session.query(Author).orderBy(Author.c.id);
    expect(seen(await byId.outerJoin(Author.c.books).all())).toEqual(counts);
    session.expungeAll();
    expect(seen(await byId.with({ books: 'joined' }).all())).toEqual(counts);
    session.expungeAll();
    const rows = await session.all(select(Author, Book.c.id).from(Author).outerJoin(Author.c.books).orderBy(Author.c.id, Book.c.id));
    expect(rows.map(([author, id]) => [author.fullName, author.bookCount, id])).toEqual([
      ['ann b', 2, 1],
      ['ann b', 2, 2],
      ['zed a', 0, null],
    ]);
    session.expungeAll();
    const books = await session.query(Book).join(Book.c.author).filter(Author.c.bookCount.eq(2)).orderBy(Book.c.id).all();
    expect(books.map(({ id }) => id)).toEqual([1, 2]);
    const other = alias(Author, 'other');
    const found = await session.query(other).outerJoin(other.c.books).filter(other.c.bookCount.eq(0)).all();
    expect(seen(found)).toEqual([['zed a', 0]]);
    expect(seen(await byId.filter(Author.c.books.any(Book.c.author.has(Author.c.bookCount.gt(1)))).all())).toEqual([['ann b', 2]]);
  });

  test('is nothing that is written; after a change it is read again', async () => {
    const { session, Author, Book } = await openShop(database);
    const author = new Author({ first: 'new', last: 'one' });
    expect(() => {
      (author as { fullName: string }).fullName = 'x';
    }).toThrow(/computed|worked out/);
    expect(author.fullName).toBeUndefined();
    session.add(author);
    await session.flush();
    expect(() => author.fullName).toThrow(/not loaded/);
    expect(await session.get(Author, author.id)).toBe(author);
    expect(author.fullName).toBe('new one');
    author.last = 'two';
    await session.flush();
    expect(author.fullName).toBe('new one');
    await session.refresh(author);
    expect(author.fullName).toBe('new two');
    const [book] = await session.query(Book).orderBy(Book.c.id).all();
    expect(() => book.half).toThrow(/not loaded/);
    await session.query(Book).undefer('half').all();
    expect(book.half).toBe(2);
    await session.rollback();
  });
});

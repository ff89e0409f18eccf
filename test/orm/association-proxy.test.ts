import { describe, expect, expectTypeOf, test } from 'vitest';
import {
  associationProxy,
  belongsTo,
  Database,
  hasMany,
  hasOne,
  manyToMany,
  NotLoadedError,
  type ProxyCollection,
  t,
} from '../../src/index.ts';
import { openDatabase, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

async function openShelf(database: TestDatabase) {
  const db = openDatabase(database);
  const bookTags = db.Table('book_tags', {
    bookId: t.integer().primaryKey().references('books.id'),
    tagId: t.integer().primaryKey().references('tags.id'),
  });
  class Tag extends db.Model('tags', { id: t.integer().primaryKey(), name: t.string(20) }) {}
  class Book extends db.Model('books', {
    id: t.integer().primaryKey(),
    title: t.string(50),
    get tags() {
      return manyToMany(Tag, { through: bookTags, orderBy: () => Tag.c.id });
    },
    get loans() {
      return hasMany(Loan, { cascade: 'all, delete-orphan' });
    },
    get summary() {
      return hasOne(Summary);
    },
    tagNames: associationProxy('tags', 'name'),
    readers: associationProxy('loans', 'reader', { create: (reader: Reader) => new Loan({ reader, days: 14 }) }),
    abstract: associationProxy('summary', 'text'),
  }) {}
  class Summary extends db.Model('summaries', {
    id: t.integer().primaryKey(),
    text: t.string(100),
    bookId: t.integer().references('books.id'),
    get book() {
      return belongsTo(Book);
    },
  }) {}
  class Reader extends db.Model('readers', { id: t.integer().primaryKey(), name: t.string(20) }) {}
  class Loan extends db.Model('loans', {
    id: t.integer().primaryKey(),
    days: t.integer(),
    bookId: t.integer().references('books.id'),
    readerId: t.integer().references('readers.id'),
    get book() {
      return belongsTo(Book);
    },
    get reader() {
      return belongsTo(Reader);
    },
  }) {}
  await db.createAll();
  const [ann, bob] = [new Reader({ name: 'ann' }), new Reader({ name: 'bob' })];
  const session = db.createSession();
  session.addAll([
    new Book({ title: 'A', tagNames: ['new', 'short'], readers: [ann, bob], abstract: 'About A' }),
    new Book({ title: 'B', tagNames: ['new'] }),
  ]);
  await session.commit();
  session.expungeAll();
  return { session, Book, Tag, Reader, Loan, Summary };
}

describe.each(allDatabases)('associationProxy() on $name', (database) => {
  test('reads, adds and removes an attribute of related objects', async () => {
    const { session, Book, Tag } = await openShelf(database);
    const book = await session.query(Book).filterBy({ title: 'A' }).with({ tags: true }).one();
    expectTypeOf(book.tagNames).toEqualTypeOf<ProxyCollection<string>>();
    expect([...book.tagNames]).toEqual(['new', 'short']);
    expect([book.tagNames.length, book.tagNames.has('new'), book.tagNames.has('old'), book.tagNames.at(-1)]).toEqual([
      2,
      true,
      false,
      'short',
    ]);
    expect(book.tagNames.map((name) => name.length)).toEqual([3, 5]);
    const kept = book.tags.at(0);
    book.tagNames.remove('short', 'never there');
    book.tagNames.add('old');
    book.tagNames.set(['old', 'new', 'red']);
    expect(book.tags.toArray()).toContain(kept);
    await session.commit();
    session.expungeAll();
    const again = await session.query(Book).filterBy({ title: 'A' }).one();
    expect([...(await again.tagNames)].sort()).toEqual(['new', 'old', 'red']);
    expect(await session.query(Tag).count()).toBe(5);
    again.tagNames.clear();
    await session.commit();
    expect(await session.query(Book).filter(Book.c.tagNames.contains('old')).count()).toBe(0);
  });

  test('reaches across an association object, and loads what it needs together', async () => {
    const { session, Book, Reader, Loan } = await openShelf(database);
    const book = await session.query(Book).filterBy({ title: 'A' }).one();
    expect(() => book.readers.length).toThrow(NotLoadedError);
    expect((await book.readers).map((reader) => reader.name).sort()).toEqual(['ann', 'bob']);
    const [ann] = book.readers.filter((reader) => reader.name === 'ann');
    book.readers.remove(ann);
    book.readers.add(new Reader({ name: 'cat' }));
    await session.commit();
    expect((await session.query(Loan).all()).map((loan) => loan.days)).toEqual([14, 14]);
    expect(await session.query(Book).filter(Book.c.readers.contains(ann)).count()).toBe(0);
    expect(await session.query(Book).filter(Book.c.readers.any()).count()).toBe(1);
  });

  test('conditions are about what the attribute holds: a column, or the objects that it leads to', async () => {
    const { session, Book, Tag, Reader } = await openShelf(database);
    const titles = async (condition: ReturnType<typeof Book.c.readers.any>) =>
      (await session.query(Book).filter(condition).orderBy(Book.c.title).all()).map(({ title }) => title);
    expect(await titles(Book.c.readers.any(Reader.c.name.eq('ann')))).toEqual(['A']);
    expect(await titles(Book.c.readers.any(Reader.c.name.eq('zoe')))).toEqual([]);
    expect(await titles(Book.c.readers.any(Reader.c.name.like('%b')).not())).toEqual(['B']);
    expect(await titles(Book.c.tagNames.any(Tag.c.name.like('s%')))).toEqual(['A']);
    expect(await titles(Book.c.tagNames.any())).toEqual(['A', 'B']);
  });

  test('conditions over a to-one relation', async () => {
    const { session, Book, Summary } = await openShelf(database);
    session.addAll([new Book({ title: 'C', summary: new Summary({ text: 'About C' }) })]);
    await session.flush();
    const { abstract } = Book.c;
    const titles = async (condition: ReturnType<typeof abstract.eq>) =>
      (await session.query(Book).filter(condition).orderBy(Book.c.title).all()).map(({ title }) => title).join('');
    expect(await titles(abstract.ne('About A'))).toBe('C');
    expect(await titles(abstract.ne('other'))).toBe('AC');
    expect(await titles(abstract.ne(null))).toBe('AC');
    expect(await titles(abstract.isNotNull())).toBe('AC');
    expect(await titles(abstract.isNull())).toBe('B');
    expect(await titles(abstract.in(['About C', 'other']))).toBe('C');
    expect(await titles(abstract.in([]))).toBe('');
    expect(await titles(abstract.has(Summary.c.text.like('%C')))).toBe('C');
    expect(await titles(abstract.has())).toBe('AC');
    expect(await titles(abstract.has().not())).toBe('B');
    expect(() => abstract.in('About A' as never)).toThrow(/takes an array/);
  });

  test('is the value itself over a to-one relation', async () => {
    const { session, Book, Summary } = await openShelf(database);
    expect((await session.query(Book).filter(Book.c.abstract.eq('About A')).one()).title).toBe('A');
    expect((await session.query(Book).filter(Book.c.abstract.eq(null)).one()).title).toBe('B');
    const books = await session.query(Book).orderBy(Book.c.title).with({ summary: true }).all();
    expect(books.map((book) => book.abstract)).toEqual(['About A', null]);
    for (const book of books) book.abstract = `On ${book.title}`;
    await session.commit();
    expect(await session.query(Summary).count()).toBe(2);
    session.expungeAll();
    expect((await session.query(Summary).orderBy(Summary.c.text).all()).map(({ text }) => text)).toEqual(['On A', 'On B']);
    const bare = await session.query(Book).first();
    expect(() => bare?.abstract).toThrow(NotLoadedError);
  });
});

test('a proxy over what is no relation is an error that names those there are', () => {
  const db = new Database({ url: 'sqlite://' });
  expect(() =>
    db.Model('odd', {
      id: t.integer().primaryKey(),
      names: associationProxy('tags', 'name'),
    }),
  ).toThrow("odd.names is an associationProxy() over 'tags', which is no relation of the model. Its relations: none.");
});

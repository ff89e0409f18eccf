// Classes over tables that are there already: mapped one by one, or made of all that a database has.
import { describe, expect, it } from 'vitest';
import { type AutomappedClass, belongsTo, Database, hasMany, inspect, MappingError, NotLoadedError, sql, t } from '../../src/index.ts';
import { afterTest, type TestDatabase } from '../setup/databases.ts';
import { catalogDatabases } from '../setup/foreign-schemas.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

const databases = [...catalogDatabases, ...pgliteDatabases];

const key = (family: TestDatabase['family'], name = 'id'): string =>
  ({
    sqlite: `${name} INTEGER PRIMARY KEY`,
    postgresql: `${name} SERIAL PRIMARY KEY`,
    mysql: `${name} INT AUTO_INCREMENT PRIMARY KEY`,
  })[family];

/** A library: two keys to one table, one to itself, a pair of keys, one to one, several to several, and a table without a key. */
const library = (family: TestDatabase['family']): string => `
  CREATE TABLE authors (${key(family)}, full_name VARCHAR(80) NOT NULL, boss_id INT, FOREIGN KEY (boss_id) REFERENCES authors (id));
  CREATE TABLE books (${key(family)}, author_id INT NOT NULL, editor_id INT, title VARCHAR(80), "then" VARCHAR(10),
    FOREIGN KEY (author_id) REFERENCES authors (id) ON DELETE CASCADE, FOREIGN KEY (editor_id) REFERENCES authors (id));
  CREATE TABLE tags (name VARCHAR(20) PRIMARY KEY);
  CREATE TABLE book_tags (book_id INT NOT NULL, tag VARCHAR(20) NOT NULL, PRIMARY KEY (book_id, tag),
    FOREIGN KEY (book_id) REFERENCES books (id), FOREIGN KEY (tag) REFERENCES tags (name));
  CREATE TABLE likes (author_id INT NOT NULL, liked_id INT NOT NULL, PRIMARY KEY (author_id, liked_id),
    FOREIGN KEY (author_id) REFERENCES authors (id), FOREIGN KEY (liked_id) REFERENCES authors (id));
  CREATE TABLE covers (book_id INT NOT NULL PRIMARY KEY, color VARCHAR(20), FOREIGN KEY (book_id) REFERENCES books (id));
  CREATE TABLE copies (book_id INT NOT NULL, number INT NOT NULL, shelf VARCHAR(20), PRIMARY KEY (book_id, number),
    FOREIGN KEY (book_id) REFERENCES books (id));
  CREATE TABLE loans (${key(family)}, book_id INT NOT NULL, copy_number INT NOT NULL, copies VARCHAR(20),
    FOREIGN KEY (book_id, copy_number) REFERENCES copies (book_id, number));
  CREATE TABLE log (line VARCHAR(80));`;

async function open(database: TestDatabase): Promise<Database> {
  const db = new Database({ url: database.url(), recordQueries: true });
  afterTest(() => db.dispose());
  await using connection = await db.engine.connect({ autocommit: true });
  const script = library(database.family);
  await connection.script(database.family === 'mysql' ? script.replaceAll('"', '`') : script);
  return db;
}

const relationsOf = (model: AutomappedClass): string[] => Object.keys(model.c).filter((name) => !(name in model.table.c));

describe.each(databases)('classes over tables of $name', (database) => {
  it('have the columns of the table, relations of their own, and methods', async () => {
    const db = await open(database);
    const authors = await db.reflectTable('authors', {
      naming: 'camel',
      columns: { fullName: t.string(80).validate((name) => name.trim()) },
    });
    class Author extends db.Model(authors, {
      get books() {
        return hasMany(Book, { foreignKey: 'authorId', cascade: 'all, delete-orphan' });
      },
    }) {
      get label(): string {
        return `${this.fullName} (${String(this.id)})`;
      }
    }
    class Book extends db.Model(await db.reflectTable('books', { naming: 'camel', excludeColumns: ['then'] }), {
      get author() {
        return belongsTo(Author, { foreignKey: 'authorId' });
      },
    }) {}
    expect(Author.table).toBe(authors);
    await db.context(async () => {
      const ursula = new Author({ fullName: ' Ursula ', books: [new Book({ title: 'One' }), new Book({ title: 'Two' })] });
      db.session.add(ursula);
      await db.session.commit();
      expect([ursula.label, ursula.bossId, inspect(ursula).state]).toEqual(['Ursula (1)', null, 'persistent']);
    });
    await db.context(async () => {
      const [author] = await Author.query().filterBy({ fullName: 'Ursula' }).with({ books: true }).all();
      expect(author.books.map(({ title }) => title).sort()).toEqual(['One', 'Two']);
      const [first] = author.books;
      expect(first.author).toBe(author);
      author.books.remove(first);
      author.bossId = author.id;
      await db.session.commit();
    });
    await db.context(async () => {
      expect(await Book.query().filter(Book.c.authorId.eq(1)).count()).toBe(1);
      expect((await Author.query().one()).bossId).toBe(1);
    });
  });

  it('are made of all tables, with the relations that the keys say', async () => {
    const db = await open(database);
    const models = await db.automap();
    expect(Object.keys(models).sort()).toEqual(['authors', 'books', 'copies', 'covers', 'loans', 'tags']);
    const { authors, books, copies, covers, loans, tags } = models;
    expect(relationsOf(authors).sort()).toEqual([
      'authors_by_author',
      'authors_by_boss',
      'authors_by_liked',
      'books_by_author',
      'books_by_editor',
      'boss',
    ]);
    expect(relationsOf(books).sort()).toEqual(['author', 'copies', 'covers', 'editor', 'tags']);
    expect(relationsOf(tags)).toEqual(['books']);
    expect(relationsOf(covers)).toEqual(['book']);
    expect(relationsOf(copies).sort()).toEqual(['book', 'loans']);
    // Its own column is called as the table that the key leads to.
    expect(relationsOf(loans)).toEqual(['copies_by_book_id_copy_number']);

    await db.context(async () => {
      const ursula = new authors({ full_name: 'Ursula' });
      const book = new books({
        title: 'One',
        then_: 'x',
        author: ursula,
        editor: ursula,
        tags: [new tags({ name: 'sf' }), new tags({ name: 'old' })],
      });
      db.session.add(book);
      book.covers = new covers({ color: 'red' });
      const copy = new copies({ number: 7 });
      book.copies.add(copy);
      copy.loans.add(new loans({ copies: 'none' }));
      ursula.authors_by_liked.add(new authors({ full_name: 'Vernor', boss: ursula }));
      await db.session.commit();
      expect([book.author_id, book.editor_id, (await ursula.books_by_author)[0]]).toEqual([1, 1, book]);
    });
    await db.context(async () => {
      const before = db.recordedQueries().length;
      const [book] = await books
        .query()
        .with({
          author: { with: { authors_by_liked: true, authors_by_boss: true } },
          tags: true,
          covers: true,
          copies: { with: { loans: true } },
        })
        .all();
      expect([book.author.full_name, book.covers.color, book.tags.map(({ name }: { name: string }) => name).sort(), book.then_]).toEqual([
        'Ursula',
        'red',
        ['old', 'sf'],
        'x',
      ]);
      expect([...book.author.authors_by_liked]).toEqual([...book.author.authors_by_boss]);
      const [copy] = book.copies;
      const [loan] = copy.loans;
      expect([loan.book_id, loan.copy_number]).toEqual([1, 7]);
      expect(db.recordedQueries().length - before).toBeLessThanOrEqual(8);
      const [liked] = await authors.query().filterBy({ full_name: 'Vernor' }).all();
      expect((await liked.authors_by_author)[0]).toBe(book.author);
      expect(
        await books
          .query()
          .filter(books.c.tags.any(tags.c.name.eq('sf')))
          .count(),
      ).toBe(1);
      expect(() => [...liked.books_by_author]).toThrow(NotLoadedError);

      // What cannot be without its book goes with it.
      await db.session.delete(book);
      await db.session.commit();
      expect(await Promise.all([copies, covers, loans].map((model) => model.query().count()))).toEqual([0, 0, 0]);
      expect(await db.session.scalar(sql`SELECT count(*) FROM book_tags`)).toBe(0);
      expect(await tags.query().count()).toBe(2);
    });
  });

  it('are called as they are told to be, are extended by classes, and stand beside those that are there', async () => {
    const db = await open(database);
    class Tag extends db.Model('tags', { name: t.string(20).primaryKey() }) {}
    expect(Tag.c.name.key).toBe('name');
    const models = await db.automap({
      naming: 'camel',
      className: (table) => (table === 'authors' ? 'Author' : table),
      relationName: ({ kind, from, to, columns, through, name }) => {
        if (from === 'authors' && to === 'books') return columns[0] === 'authorId' ? 'wrote' : 'edited';
        expect([kind, through === null || kind === 'manyToMany', name]).toEqual([kind, true, expect.any(String)]);
        return undefined;
      },
    });
    expect(new models.tags({ name: 'x' })).toBeInstanceOf(Tag);
    class Author extends models.Author {
      greet(): string {
        return `I am ${this.fullName}`;
      }
    }
    await db.context(async () => {
      const book = new models.books({ title: 'One', author: new Author({ fullName: 'Ursula' }), tags: [new Tag({ name: 'sf' })] });
      db.session.add(book);
      await db.session.commit();
    });
    await db.context(async () => {
      const author = await Author.query()
        .with({ wrote: { with: { tags: true } } })
        .one();
      const [book] = author.wrote;
      expect([author.greet(), [...book.tags][0] instanceof Tag, book.authorId]).toEqual(['I am Ursula', true, 1]);
    });
    // A second time gives what was made.
    const again = await db.automap({ naming: 'camel' });
    expect(again.authors).toBe(Author);
    expect(again.books).toBe(models.books);
  });

  it('go with what they cannot be without, and leave to the database what it does itself', async () => {
    const db = new Database({ url: database.url(), recordQueries: true });
    afterTest(() => db.dispose());
    const child = (name: string, column: string, action = ''): string =>
      `CREATE TABLE ${name} (id INT NOT NULL PRIMARY KEY, a_id INT ${column}, FOREIGN KEY (a_id) REFERENCES a (id) ${action});`;
    await db.engine.begin((connection) =>
      connection.script(
        `CREATE TABLE a (id INT NOT NULL PRIMARY KEY); ${child('b', 'NULL')} ${child('c', 'NOT NULL')}
         ${child('d', 'NOT NULL', 'ON DELETE CASCADE')} ${child('e', 'NULL', 'ON DELETE SET NULL')} ${child('f', 'NULL')}`,
      ),
    );
    // Two at once read the same tables, and make each class once.
    const leaveOut = ({ from, to }: { from: string; to: string }): null | undefined => (from === 'f' || to === 'f' ? null : undefined);
    const [models, again] = await Promise.all([db.automap({ relationName: leaveOut }), db.automap({ relationName: leaveOut })]);
    expect(Object.keys(again).map((name) => again[name] === models[name])).toEqual([true, true, true, true, true, true]);
    const { a: A, ...children } = models;
    expect([relationsOf(A), relationsOf(children.f)]).toEqual([['b', 'c', 'd', 'e'], []]);
    await db.context(async () => {
      const parent = new A({ id: 1 });
      for (const name of ['b', 'c', 'd', 'e']) parent[name].add(new children[name]({ id: 1 }));
      db.session.add(parent);
      await db.session.commit();
    });
    await db.context(async () => {
      const parent = await A.query().one();
      const before = db.recordedQueries().length;
      await db.session.delete(parent);
      await db.session.commit();
      const statements = db
        .recordedQueries()
        .slice(before)
        .map(({ statement }) => statement);
      expect(statements.filter((text) => /\b[de]\b/.test(text.replace(/"|`/g, '')))).toEqual([]);
      const counts = Object.entries(children).map(async ([name, model]) => [name, await model.query().count()]);
      expect(Object.fromEntries(await Promise.all(counts))).toEqual({ b: 1, c: 0, d: 0, e: 1, f: 0 });
      expect([(await children.b.query().one()).a_id, (await children.e.query().one()).a_id]).toEqual([null, null]);
    });
  });

  it('say what they cannot be', async () => {
    const db = await open(database);
    const models = await db.automap({ only: ['authors', 'log'] });
    expect(Object.keys(models)).toEqual(['authors']);
    expect(() => models.author).toThrow("automap() made no class 'author'. Did you mean 'authors'?");
    expect(() => models.log).toThrow(
      "Its table has no primary key: say one with reflectTable('log', { columns: { id: t.integer().primaryKey() } })",
    );
    const { table } = models.authors;
    expect(() => db.Model(table)).toThrow("'authors' is mapped by authors already");
    const books = await db.reflectTable('books', { resolveForeignKeys: false, columns: { then_: t.string(10).named('then') } });
    expect(() => db.Model(books, { title: t.string(80) })).toThrow("reflectTable('books', { columns: { title: t.… } })");
    expect(() => db.Model(books, {}, { comment: 'x' } as never)).toThrow('confirmDeletedRows, criteria, on, identities');
    expect(() =>
      db.Model(books, {
        get title() {
          return belongsTo(models.authors);
        },
      }),
    ).toThrow(MappingError);
    const log = await db.reflectTable('log');
    expect(() => db.Model(log)).toThrow('has no primary key');
  });
});

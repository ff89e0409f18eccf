import { describe, expect, test } from 'vitest';
import { ConfigurationError, createEngine, Database, func, hasMany, insertInto, select, sql, t, UniqueViolation } from '../../src/index.ts';
import { afterTest, openDatabase, temporaryFolder } from '../setup/databases.ts';
import { tested } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

describe.each(pgliteDatabases)('a database in $name', (database) => {
  test('answers as a server does', async () => {
    const db = openDatabase(database);
    class User extends db.Model('users', {
      id: t.integer().primaryKey(),
      name: t.string(20).unique(),
      born: t.dateTime(),
      wealth: t.numeric(12, 2).nullable(),
      photo: t.binary().nullable(),
    }) {}
    await db.createAll();
    const connection = await db.engine.connect({ autocommit: true });
    const born = new Date('2001-02-03T04:05:06.007Z');
    await connection.execute(
      insertInto(User).values([
        { name: 'ann', born, wealth: '1.50', photo: new Uint8Array([0, 255]) },
        { name: 'bob', born },
      ]),
    );
    expect((await connection.all(select(User.table).orderBy(User.c.id))).flat()).toMatchObject([
      { id: 1, name: 'ann', born, photo: new Uint8Array([0, 255]) },
      { id: 2, name: 'bob', born, photo: null },
    ]);
    expect(
      await connection.scalar(
        select({ n: func.count() })
          .from(User)
          .where(User.c.name.in(['ann', 'x'])),
      ),
    ).toBe(1);
    await expect(connection.execute(insertInto(User).values({ name: 'ann', born }))).rejects.toSatisfy(
      (error) => error instanceof UniqueViolation && error.column === 'name' && error.table === 'users',
    );
    // The error ended nothing: statements that follow are answered in their turn.
    const answers = await Promise.all([1, 2, 3].map((n) => connection.scalar(sql`SELECT ${n}::integer`)));
    expect(answers).toEqual([1, 2, 3]);
    let sum = 0;
    for await (const [n] of connection.driverConnection.stream('SELECT n FROM generate_series(1, $1::integer) n', [1700]))
      sum += n as number;
    expect(sum).toBe((1700 * 1701) / 2);
    expect(connection.driverConnection.inTransaction).toBe(false);
    await connection.close();
  });

  test('a statement runs to its end whatever limits it, and is not begun when it is too late', async () => {
    const { engine } = openDatabase(database, { engine: { statementTimeout: 0.01 } });
    await using connection = await engine.connect({ autocommit: true });
    expect(await connection.scalar(sql`SELECT 1 AS one FROM pg_sleep(0.05)`)).toBe(1);
    await expect(connection.all(sql`SELECT 1`, undefined, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/);
    expect(connection.driverConnection.cancel).toBeUndefined();
  });

  test('has one connection, which sessions take turns on', async () => {
    const db = openDatabase(database, { engine: { poolTimeout: 0.2 } });
    class Note extends db.Model('notes', { id: t.integer().primaryKey(), line: t.text() }) {}
    await db.createAll();
    await using session = db.createSession();
    session.add(new Note({ line: 'a' }));
    await session.flush();
    await expect(db.engine.connect()).rejects.toThrow(/one connection did not come free/);
    const nested = await session.beginNested();
    session.add(new Note({ line: 'b' }));
    await session.flush();
    await nested.rollback();
    await session.commit();
    expect((await session.query(Note).all()).map((note) => note.line)).toEqual(['a']);
    expect(db.engine.pool.status()).toMatchObject({ size: 1, checkedOut: 0 });
  });
});

test.runIf(tested.includes('pglite'))('a folder keeps the rows', { timeout: 120_000 }, async () => {
  const folder = temporaryFolder();
  const open = () => {
    const db = new Database({ url: `postgresql+pglite:///${folder}/data` });
    afterTest(() => db.dispose());
    class Author extends db.Model('authors', {
      id: t.integer().primaryKey(),
      name: t.text(),
      get books() {
        return hasMany(Book);
      },
    }) {}
    class Book extends db.Model('books', { id: t.integer().primaryKey(), authorId: t.integer().references('authors.id') }) {}
    return { db, Author, Book };
  };
  const first = open();
  await first.db.createAll();
  await first.db.context(async () => {
    const author = new first.Author({ name: 'Mann' });
    author.books.add(new first.Book({}), new first.Book({}));
    first.db.session.add(author);
    await first.db.session.commit();
  });
  await first.db.dispose();
  const second = open();
  await second.db.createAll();
  await second.db.context(async () => {
    const author = await second.Author.query().with({ books: true }).one();
    expect([author.name, author.books.length]).toEqual(['Mann', 2]);
  });
});

test('a host and options are refused', async () => {
  await expect(createEngine('postgresql+pglite://host/folder').connect()).rejects.toThrow(ConfigurationError);
  await expect(createEngine('postgresql+pglite:///folder?sslmode=require').connect()).rejects.toThrow(ConfigurationError);
});

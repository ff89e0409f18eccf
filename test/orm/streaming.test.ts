import { describe, expect, test } from 'vitest';
import { ArgumentError, InvalidStateError, inspect, isLoaded } from '../../src/index.ts';
import { sharedDatabases } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { openBlog } from './blog-models.ts';

describe.each(allDatabases)('streaming on $name', (database) => {
  /** A hundred users, each with two posts. */
  async function filled() {
    const blog = await openBlog(database);
    const { session, User, Post } = blog;
    const users = await session.bulkInsert(
      User,
      Array.from({ length: 100 }, (_, i) => ({ name: `u${i}`, age: i })),
      { returning: true },
    );
    await session.bulkInsert(
      Post,
      users.flatMap((user) => [1, 2].map((n) => ({ title: `${user.name}.${n}`, userId: user.id }))),
    );
    await session.commit();
    session.expungeAll();
    blog.statements.takeAll();
    return blog;
  }

  test('objects come in order, and are let go batch by batch', async () => {
    const { session, statements, User } = await filled();
    const names: string[] = [];
    let most = 0;
    for await (const user of session.query(User).orderBy(User.c.id).stream({ batch: 10 })) {
      names.push(user.name);
      expect(inspect(user).state).toBe('persistent');
      most = Math.max(most, session.identityMap.size);
    }
    expect(names).toEqual(Array.from({ length: 100 }, (_, i) => `u${i}`));
    expect(most).toBe(10);
    expect(session.identityMap.size).toBe(0);
    expect(statements.summary()).toEqual(['SELECT users']);
  });

  test('relations load with each batch, and go with it', async () => {
    const { session, statements, Post, User } = await filled();
    let titles = 0;
    for await (const user of session.stream(session.query(User).orderBy(User.c.id).with({ posts: true }), { batch: 40 })) {
      expect(isLoaded(user.posts)).toBe(true);
      titles += user.posts.length;
      expect(session.identityMap.size).toBeLessThanOrEqual(120);
    }
    expect(titles).toBe(200);
    expect(statements.summary().sort()).toEqual(['SELECT posts', 'SELECT posts', 'SELECT posts', 'SELECT users']);
    const authors = new Set<string>();
    for await (const post of session.query(Post).orderBy(Post.c.id).with({ author: true }).stream({ batch: 50 })) {
      authors.add(post.author?.name ?? '');
    }
    expect(authors.size).toBe(100);
    expect(statements.summary()).toEqual(['SELECT posts']);
    expect(session.identityMap.size).toBe(0);
  });

  test('what is changed stays and is written; what the session had before stays', async () => {
    const { session, User } = await filled();
    const first = await session.query(User).orderBy(User.c.id).first();
    let held: { age: number | null } | null = null;
    for await (const user of session.query(User).orderBy(User.c.id).stream({ batch: 10 })) {
      if (user.name === 'u0') expect(user).toBe(first);
      if (user.age === 5) user.age = 500;
      if (user.age === 17) held = user;
    }
    expect(session.identityMap.of(User).map((user) => user.name)).toEqual(['u0', 'u5']);
    // An object that was let go is the session's again when it is changed.
    if (held !== null) held.age = 1700;
    await session.commit();
    expect(await session.query(User).filter(User.c.age.gt(400)).orderBy(User.c.id).select(User.c.age).scalars()).toEqual([500, 1700]);
  });

  test('a change of an object that was let go fails where the row has another object by now', async () => {
    const { session, User } = await filled();
    let held: { age: number | null } | null = null;
    for await (const user of session.query(User).orderBy(User.c.id).stream()) held ??= user;
    const [other] = await session.query(User).orderBy(User.c.id).limit(1).all();
    expect(other).not.toBe(held);
    expect(() => {
      if (held !== null) held.age = 3;
    }).toThrow(InvalidStateError);
  });

  test('a break or an error in the loop ends the reading and frees the connection', async () => {
    const { db, session, User } = await filled();
    for await (const user of session.query(User).stream({ batch: 10 })) if (user.age === 3) break;
    expect(session.identityMap.size).toBe(0);
    const failing = async (): Promise<void> => {
      for await (const user of session.query(User).stream({ batch: 10 })) throw new Error(`no ${user.name}`);
    };
    await expect(failing()).rejects.toThrow('no u0');
    const other = db.createSession();
    expect(await other.query(User).count()).toBe(100);
    await other.bulkInsert(User, [{ name: 'new' }]);
    await other.commit();
    await other.close();
  });

  test('the loop may query and load lazily; inside a transaction it may write, and not commit', async () => {
    const { session, User, Post } = await filled();
    let posts = 0;
    for await (const user of session.query(User).orderBy(User.c.id).limit(5).stream({ batch: 2 })) {
      posts += (await user.posts).length;
      posts += await session.query(Post).filterBy({ author: user }).count();
    }
    expect(posts).toBe(20);
    session.expungeAll();
    await session.begin();
    for await (const user of session.query(User).orderBy(User.c.id).limit(6).stream({ batch: 2 })) {
      user.age = 1000;
      await session.flush();
      await expect(session.commit()).rejects.toThrow(/a stream is being read/);
    }
    await session.commit();
    expect(await session.query(User).filterBy({ age: 1000 }).count()).toBe(6);
  });

  test('waiting changes are flushed first, and a batch is a number of objects', async () => {
    const { session, User } = await filled();
    session.add(new User({ name: 'late', age: 9999 }));
    const names: string[] = [];
    for await (const user of session.query(User).filter(User.c.age.gt(98)).orderBy(User.c.id).stream()) names.push(user.name);
    expect(names).toEqual(['u99', 'late']);
    await session.rollback();
    expect(() => session.query(User).stream({ batch: 0 })).toThrow(ArgumentError);
    expect(() => session.stream({} as never)).toThrow(ArgumentError);
  });
});

describe.each(allDatabases.filter((database) => !database.shared))('a stream of the only connection of $name', (database) => {
  test('a transaction beside it is refused with what to do', async () => {
    const { session, User } = await openBlog(database);
    await session.bulkInsert(User, [{ name: 'a' }, { name: 'b' }]);
    await session.commit();
    const work = async (): Promise<void> => {
      for await (const user of session.query(User).stream()) {
        user.age = 1;
        await session.flush();
      }
    };
    await expect(work()).rejects.toThrow(/session\.begin\(\)/);
    await session.rollback();
    expect(await session.query(User).count()).toBe(2);
  });
});

describe.each(sharedDatabases)('a stream beside a transaction on $name', (database) => {
  test('the loop may write and commit, since the stream has a connection of its own', async () => {
    const { session, User } = await openBlog(database);
    await session.bulkInsert(User, [{ name: 'a' }, { name: 'b' }, { name: 'c' }]);
    await session.commit();
    for await (const user of session.query(User).orderBy(User.c.id).stream({ batch: 1 })) {
      user.age = 7;
      await session.commit();
    }
    expect(await session.query(User).filterBy({ age: 7 }).count()).toBe(3);
  });
});

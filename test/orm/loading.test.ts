import { describe, expect, test } from 'vitest';
import { belongsTo, foreignKey, hasMany, isLoaded, MappingError, NotLoadedError, t, text } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { openBlog } from './blog-models.ts';

/** Three users with 0, 1 and 2 posts, tags, addresses and a profile; nothing of them in the session. */
async function filledBlog(database: TestDatabase) {
  const blog = await openBlog(database);
  const { session, User, Post, Tag, Address, Profile } = blog;
  const [red, blue] = ['red', 'blue'].map((name) => new Tag({ name }));
  session.addAll([
    new User({ name: 'ann' }),
    new User({ name: 'bob', posts: [new Post({ title: 'b1', tags: [red] })], profile: new Profile({ bio: 'bob' }) }),
    new User({
      name: 'cid',
      posts: [new Post({ title: 'c1', tags: [red, blue] }), new Post({ title: 'c2' })],
      addresses: [new Address({ email: 'c@x' })],
    }),
    new Post({ title: 'nobody' }),
  ]);
  await session.commit();
  session.expungeAll();
  blog.statements.takeAll();
  return blog;
}

describe.each(allDatabases)('loading on $name', (database) => {
  describe('lazily', () => {
    test('the first await loads a relation for all siblings, in one statement', async () => {
      const { session, statements, User } = await filledBlog(database);
      const users = await session.query(User).orderBy(User.c.id).all();
      const titles: string[][] = [];
      for (const user of users) titles.push((await user.posts).map((post) => post.title));
      expect(titles).toEqual([[], ['b1'], ['c1', 'c2']]);
      expect(statements.summary()).toEqual(['SELECT users', 'SELECT posts']);
      const tags: string[][] = [];
      for (const user of users) for (const post of await user.posts) tags.push((await post.tags).map((tag) => tag.name));
      expect(tags).toEqual([['red'], ['red', 'blue'], []]);
      expect(statements.summary()).toEqual(['SELECT post_tags']);
    });

    test('to-ones load for all siblings, each target once, and none where the key is NULL', async () => {
      const { session, statements, Post } = await filledBlog(database);
      const posts = await session.query(Post).orderBy(Post.c.id).all();
      const names: (string | undefined)[] = [];
      for (const post of posts) names.push((await post.author)?.name);
      expect(names).toEqual(['bob', 'cid', 'cid', undefined]);
      expect(statements.summary()).toEqual(['SELECT posts', 'SELECT users']);
      expect(posts[0].author).not.toBe(posts[1].author);
      expect(posts[1].author).toBe(posts[2].author);
    });

    test('the other side of a one-to-one', async () => {
      const { session, statements, User } = await filledBlog(database);
      const users = await session.query(User).orderBy(User.c.id).all();
      const bios: (string | undefined)[] = [];
      for (const user of users) bios.push((await user.profile)?.bio);
      expect(bios).toEqual([undefined, 'bob', undefined]);
      expect(statements.count()).toBe(2);
      expect((await users[1].profile)?.user).toBe(users[1]);
      expect(statements.count()).toBe(0);
    });

    test('siblings load in chunks of 500', async () => {
      const { session, statements, Node } = await openBlog(database);
      session.addAll(Array.from({ length: 1100 }, (_, i) => new Node({ data: `${i}` })));
      await session.commit();
      session.expungeAll();
      const nodes = await session.query(Node).orderBy(Node.c.id).all();
      statements.takeAll();
      await nodes[0].children;
      expect(statements.count()).toBe(1);
      expect([isLoaded(nodes[499].children), isLoaded(nodes[500].children)]).toEqual([true, false]);
      for (const node of nodes) await node.children;
      expect(statements.count()).toBe(2);
    });

    test('awaiting again sends nothing', async () => {
      const { session, statements, User } = await filledBlog(database);
      const user = await session.query(User).filterBy({ name: 'cid' }).one();
      const posts = await user.posts;
      statements.takeAll();
      expect(await user.posts).toEqual(posts);
      expect(await (await user.posts)[0].author).toBe(user);
      expect(statements.takeAll()).toEqual([]);
    });

    test('touching what is not loaded throws, and says how to load it', async () => {
      const { session, Post, User } = await filledBlog(database);
      const post = await session.query(Post).filterBy({ title: 'b1' }).one();
      expect(() => (post.author as InstanceType<typeof User>).name).toThrow(NotLoadedError);
      expect(() => (post.author as InstanceType<typeof User>).name).toThrow(/'author' of <Post id=1> is not loaded.*await object.author/);
      expect(() => {
        (post.author as InstanceType<typeof User>).name = 'x';
      }).toThrow(NotLoadedError);
      expect(() => [...(post.tags as unknown as Iterable<unknown>)]).toThrow(NotLoadedError);
      expect(isLoaded(post.author)).toBe(false);
      expect(isLoaded(post.tags)).toBe(false);
      await post.author;
      const { author } = post;
      if (!isLoaded(author)) throw new Error('loaded');
      expect(author?.name).toBe('bob');
      expect(isLoaded(await post.tags)).toBe(true);
    });

    test('strict loading forbids lazy loads, and lazy: raise does for one relation', async () => {
      const { db, User } = await filledBlog(database);
      await using session = db.createSession({ strictLoading: true });
      const user = await session.query(User).filterBy({ name: 'cid' }).one();
      await expect(user.posts).rejects.toThrow(NotLoadedError);
      await expect(user.posts).rejects.toThrow(/lazy loading is forbidden.*\.with\(\{ posts: true \}\)/);
      expect((await session.load(user, { posts: true })).posts.length).toBe(2);
      session.strictLoading(false);
      expect((await user.addresses).length).toBe(1);
      const other = openDatabase(database);
      class A extends other.Model('as', {
        id: t.integer().primaryKey(),
        get bs() {
          return hasMany(B, { lazy: 'raise', cascade: 'all, delete-orphan' });
        },
      }) {}
      class B extends other.Model('bs', {
        id: t.integer().primaryKey(),
        aId: t.integer().references('as.id'),
        get a() {
          return belongsTo(A, { lazy: 'raise' });
        },
      }) {}
      await other.createAll();
      await using strict = other.createSession();
      strict.add(new A({ bs: [new B()] }));
      await strict.commit();
      strict.expungeAll();
      const a = await strict.query(A).one();
      await expect(a.bs).rejects.toThrow(NotLoadedError);
      expect((await strict.query(A).with({ bs: true }).one()).bs.length).toBe(1);
      strict.expungeAll();
      // A flush loads what it must all the same.
      strict.delete(await strict.query(A).one());
      await strict.commit();
      expect(await strict.query(B).count()).toBe(0);
    });
  });

  describe('eagerly', () => {
    test('with() joins to-ones and loads collections with a statement each', async () => {
      const { session, statements, Post } = await filledBlog(database);
      const posts = await session.query(Post).with({ author: true, tags: true }).orderBy(Post.c.id).all();
      expect(posts.map((post) => [post.title, post.author?.name ?? null, post.tags.map((tag) => tag.name)])).toEqual([
        ['b1', 'bob', ['red']],
        ['c1', 'cid', ['red', 'blue']],
        ['c2', 'cid', []],
        ['nobody', null, []],
      ]);
      expect(statements.count()).toBe(2);
      expect(posts[3].author).toBeNull();
      expect(posts[1].author).toBe(posts[2].author);
    });

    test.each(['joined', 'selectin'] as const)('every relation by %s', async (strategy) => {
      const { session, statements, User } = await filledBlog(database);
      const users = await session
        .query(User)
        .with({ posts: { strategy, with: { tags: strategy } }, profile: strategy, addresses: strategy })
        .orderBy(User.c.id)
        .all();
      statements.takeAll();
      expect(
        users.map((user) => ({
          name: user.name,
          posts: user.posts.map((post) => [post.title, post.tags.map((tag) => tag.name)]),
          profile: user.profile?.bio ?? null,
          addresses: user.addresses.map((address) => address.email),
        })),
      ).toEqual([
        { name: 'ann', posts: [], profile: null, addresses: [] },
        { name: 'bob', posts: [['b1', ['red']]], profile: 'bob', addresses: [] },
        {
          name: 'cid',
          posts: [
            ['c1', ['red', 'blue']],
            ['c2', []],
          ],
          profile: null,
          addresses: ['c@x'],
        },
      ]);
      expect(statements.takeAll()).toEqual([]);
    });

    test('a joined collection repeats no parent, and a limit counts parents', async () => {
      const { session, statements, User } = await filledBlog(database);
      const all = await session.query(User).with({ posts: 'joined' }).orderBy(User.c.id).all();
      expect(all.map((user) => user.posts.length)).toEqual([0, 1, 2]);
      expect(statements.count()).toBe(1);
      session.expungeAll();
      const last = await session.query(User).with({ posts: 'joined' }).orderBy(User.c.id.desc()).limit(2).all();
      expect(last.map((user) => [user.name, user.posts.map((post) => post.title)])).toEqual([
        ['cid', ['c1', 'c2']],
        ['bob', ['b1']],
      ]);
      session.expungeAll();
      expect((await session.query(User).with({ posts: 'joined' }).orderBy(User.c.id.desc()).first())?.posts.length).toBe(2);
      session.expungeAll();
      expect((await session.query(User).with({ posts: 'joined' }).filterBy({ name: 'cid' }).one()).posts.length).toBe(2);
    });

    test('filter, orderBy and limit are per parent', async () => {
      const { session, User, Post } = await filledBlog(database);
      const filtered = await session
        .query(User)
        .with({ posts: { filter: Post.c.title.endsWith('1') } })
        .orderBy(User.c.id)
        .all();
      expect(filtered.map((user) => user.posts.map((post) => post.title))).toEqual([[], ['b1'], ['c1']]);
      session.expungeAll();
      const ordered = await session
        .query(User)
        .with({ posts: { orderBy: Post.c.id.desc() } })
        .orderBy(User.c.id)
        .all();
      expect(ordered.map((user) => user.posts.map((post) => post.title))).toEqual([[], ['b1'], ['c2', 'c1']]);
      session.expungeAll();
      const limited = await session
        .query(User)
        .with({ posts: { limit: 1, orderBy: Post.c.id.desc() } })
        .orderBy(User.c.id)
        .all();
      expect(limited.map((user) => user.posts.map((post) => post.title))).toEqual([[], ['b1'], ['c2']]);
      session.expungeAll();
      const tagged = await session
        .query(Post)
        .with({ tags: { limit: 1 } })
        .orderBy(Post.c.id)
        .all();
      expect(tagged.map((post) => post.tags.map((tag) => tag.name))).toEqual([['red'], ['red'], [], []]);
    });

    test('the same request with other values is answered with those', async () => {
      const { session, User, Post } = await filledBlog(database);
      for (const title of ['b1', 'c1', 'c2']) {
        session.expungeAll();
        const users = await session
          .query(User)
          .with({ posts: { filter: Post.c.title.eq(title) } })
          .all();
        expect(users.flatMap((user) => user.posts.map((post) => post.title))).toEqual([title]);
      }
    });

    test('nested requests, to-ones below to-ones', async () => {
      const { session, statements, Post } = await filledBlog(database);
      const posts = await session
        .query(Post)
        .with({ author: { with: { profile: true, addresses: true } } })
        .orderBy(Post.c.id)
        .all();
      expect(statements.count()).toBe(2);
      expect(posts.map((post) => [post.author?.profile?.bio ?? null, post.author?.addresses.length ?? null])).toEqual([
        ['bob', 0],
        [null, 1],
        [null, 1],
        [null, null],
      ]);
    });

    test('a tree, joined to itself', async () => {
      const { session, Node } = await openBlog(database);
      session.add(
        new Node({ data: 'r', children: [new Node({ data: 'a', children: [new Node({ data: 'aa' })] }), new Node({ data: 'b' })] }),
      );
      await session.commit();
      session.expungeAll();
      const [root] = await session
        .query(Node)
        .filter(Node.c.parentId.isNull())
        .with({ children: { with: { children: true } } })
        .all();
      expect(root.children.map((node) => [node.data, node.children.map((child) => child.data)])).toEqual([
        ['a', ['aa']],
        ['b', []],
      ]);
      session.expungeAll();
      const leaf = await session
        .query(Node)
        .filterBy({ data: 'aa' })
        .with({ parent: { with: { parent: true } } })
        .one();
      expect(leaf.parent?.parent?.data).toBe('r');
    });

    test('what the session has is kept, changed or not', async () => {
      const { session, User, Post } = await filledBlog(database);
      const user = await session.query(User).filterBy({ name: 'cid' }).one();
      await user.posts;
      await session.noAutoflush(async () => {
        user.posts.add(new Post({ title: 'c3' }));
        const [again] = await session.query(User).filterBy({ name: 'cid' }).with({ posts: true }).all();
        expect(again).toBe(user);
        expect(again.posts.map((post) => post.title)).toEqual(['c1', 'c2', 'c3']);
      });
    });

    test('load() loads onto objects that one has', async () => {
      const { session, statements, User } = await filledBlog(database);
      const users = await session.query(User).orderBy(User.c.id).all();
      statements.takeAll();
      const loaded = await session.load(users, { posts: { with: { tags: true } }, profile: true });
      expect(statements.count()).toBe(3);
      expect(loaded[2]).toBe(users[2]);
      expect(loaded[2].posts.map((post) => post.tags.length)).toEqual([2, 0]);
      const one = await session.load(users[1], { addresses: true });
      expect(one.addresses.length).toBe(0);
    });

    test('get() and first() load too', async () => {
      const { session, statements, Post } = await filledBlog(database);
      const post = await session.get(Post, 2, { with: { tags: true, author: true } });
      expect([post?.tags.length, post?.author?.name]).toEqual([2, 'cid']);
      statements.takeAll();
      expect((await session.query(Post).with({ tags: true }).get(2))?.tags.length).toBe(2);
      expect(statements.count()).toBe(0);
    });

    test('a name that is no relation, and an option that is none, say so', async () => {
      const { session, User } = await filledBlog(database);
      expect(() => session.query(User).with({ nothing: true } as never)).toThrow(MappingError);
      expect(() => session.query(User).with({ nothing: true } as never)).toThrow(/no relation of User.*posts, addresses, profile/);
      expect(() => session.query(User).with({ posts: 'eager' } as never)).toThrow(/eager/);
      expect(() => session.query(User).with({ posts: { where: 1 } } as never)).toThrow(/where/);
    });
  });

  test('collection.query() asks for related rows without loading the collection', async () => {
    const { session, statements, User, Post } = await filledBlog(database);
    const user = await session.query(User).filterBy({ name: 'cid' }).one();
    statements.takeAll();
    const query = user.posts.query() as unknown as ReturnType<typeof session.query<typeof Post>>;
    expect(await query.count()).toBe(2);
    expect((await query.filter(Post.c.title.endsWith('2')).all()).map((post) => post.title)).toEqual(['c2']);
    expect((await query.paginate({ perPage: 1, page: 2 })).items.map((post) => post.title)).toEqual(['c2']);
    expect(isLoaded(user.posts)).toBe(false);
    const post = await query.first();
    const tags = post?.tags.query() as unknown as ReturnType<typeof session.query<typeof Post>>;
    expect(await tags.count()).toBe(2);
    expect((await tags.all()).length).toBe(2);
    expect(() => new User({ name: 'x' }).posts.query()).toThrow(/cannot be queried/);
  });

  test('rows that were removed elsewhere are an empty relation, not an error', async () => {
    const { session, Post, User } = await filledBlog(database);
    const post = await session.query(Post).filterBy({ title: 'b1' }).one();
    await session.execute(text('UPDATE posts SET user_id = NULL'));
    await session.execute(text('DELETE FROM profiles'));
    await session.execute(text("DELETE FROM users WHERE name = 'bob'"));
    expect(await post.author).toBeNull();
    expect(await session.query(User).count()).toBe(2);
  });

  test('keys of several columns', async () => {
    const db = openDatabase(database);
    class Room extends db.Model('rooms', {
      house: t.integer().primaryKey(),
      number: t.integer().primaryKey(),
      get guests() {
        return hasMany(Guest);
      },
    }) {}
    class Guest extends db.Model(
      'guests',
      {
        id: t.integer().primaryKey(),
        house: t.integer().nullable(),
        number: t.integer().nullable(),
        get room() {
          return belongsTo(Room, { nullable: true });
        },
      },
      { constraints: (c) => [foreignKey([c.house, c.number], ['rooms.house', 'rooms.number'])] },
    ) {}
    await db.createAll();
    await using session = db.createSession();
    session.addAll([
      new Room({ house: 1, number: 1, guests: [new Guest()] }),
      new Room({ house: 1, number: 2, guests: [new Guest(), new Guest()] }),
      new Room({ house: 2, number: 1 }),
      new Guest(),
    ]);
    await session.commit();
    session.expungeAll();
    const statements = new Statements(db.engine);
    const rooms = await session.query(Room).with({ guests: true }).orderBy(Room.c.house, Room.c.number).all();
    expect(rooms.map((room) => room.guests.length)).toEqual([1, 2, 0]);
    expect(statements.count()).toBe(2);
    session.expungeAll();
    const guests = await session.query(Guest).orderBy(Guest.c.id).all();
    statements.takeAll();
    const numbers: (number | undefined)[] = [];
    for (const guest of guests) numbers.push((await guest.room)?.number);
    expect(numbers).toEqual([1, 2, 2, undefined]);
    expect(statements.count()).toBe(1);
    const found = await session
      .query(Room)
      .filter(Room.c.guests.any(Guest.c.id.gt(1)))
      .all();
    expect(found.map((room) => room.number)).toEqual([2]);
  });
});

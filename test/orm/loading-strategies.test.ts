import { describe, expect, test } from 'vitest';
import { alias, belongsTo, hasMany, hasOne, insertInto, isLoaded, MappingError, manyToMany, NotLoadedError, t } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { hearWarnings } from '../setup/warnings.ts';
import { openBlog } from './blog-models.ts';

/** Four users with 0 to 3 posts, a post of nobody's, tags; nothing of them in the session. */
async function filledBlog(database: TestDatabase) {
  const blog = await openBlog(database);
  const { session, User, Post, Tag, Address, Profile } = blog;
  const [red, blue, green] = ['red', 'blue', 'green'].map((name) => new Tag({ name }));
  session.addAll([
    new User({ name: 'ann', age: 40 }),
    new User({ name: 'bob', posts: [new Post({ title: 'b1', tags: [red] })], profile: new Profile({ bio: 'bob' }) }),
    new User({ name: 'cid', posts: [new Post({ title: 'c1', tags: [red, blue] }), new Post({ title: 'c2' })] }),
    new User({
      name: 'dan',
      posts: ['d1', 'd2', 'd3'].map((title) => new Post({ title, tags: [green, red] })),
      addresses: [new Address({ email: 'd@x' }), new Address({ email: 'd@y' })],
    }),
    new Post({ title: 'nobody' }),
  ]);
  await session.commit();
  session.expungeAll();
  blog.statements.takeAll();
  return blog;
}

const EVERY_POST = [[], ['b1'], ['c1', 'c2'], ['d1', 'd2', 'd3']];

describe.each(allDatabases)('loading strategies on $name', (database) => {
  test('each strategy gives the same graph, in the fewest statements', async () => {
    const { session, statements, User } = await filledBlog(database);
    const graph = [
      ['ann', null, []],
      ['bob', 'bob', [['b1', 'bob', ['red']]]],
      [
        'cid',
        null,
        [
          ['c1', 'cid', ['red', 'blue']],
          ['c2', 'cid', []],
        ],
      ],
      ['dan', null, ['d1', 'd2', 'd3'].map((title) => [title, 'dan', ['red', 'green']])],
    ];
    for (const [strategy, count] of [
      ['joined', 1],
      ['selectin', 4],
      ['subquery', 4],
    ] as const) {
      session.expungeAll();
      statements.takeAll();
      const users = await session
        .query(User)
        .with({ profile: strategy, posts: { strategy, with: { tags: strategy, author: strategy } } })
        .orderBy(User.c.id)
        .all();
      // Authors are the users that are there already.
      expect([strategy, statements.count()]).toEqual([strategy, count]);
      expect(
        users.map((user) => [
          user.name,
          user.profile?.bio ?? null,
          user.posts.map((post) => [
            post.title,
            post.author?.name,
            post.tags
              .map((tag) => tag.name)
              .sort()
              .reverse()
              .sort((a, b) => (a === 'red' ? -1 : b === 'red' ? 1 : 0)),
          ]),
        ]),
      ).toEqual(graph);
      expect(statements.count()).toBe(0);
    }
  });

  test('a joined collection has its filter in the join, and its order', async () => {
    const { session, statements, User, Post, Tag } = await filledBlog(database);
    const query = session.query(User).orderBy(User.c.id);
    const odd = await query
      .with({
        posts: {
          strategy: 'joined',
          filter: [Post.c.title.notLike('%2'), Post.c.tags.any(Tag.c.posts.any(Post.c.title.eq('d1')))],
          orderBy: Post.c.title.desc(),
        },
      })
      .all();
    expect(statements.count()).toBe(1);
    expect(odd.map((user) => user.posts.map((post) => post.title))).toEqual([[], ['b1'], ['c1'], ['d3', 'd1']]);
    // What a filter left out is found again by a request for all.
    const all = await query.with({ posts: 'joined' }).all();
    expect(all.map((user) => user.posts.map((post) => post.title))).toEqual(EVERY_POST);
    const one = await session
      .query(Post)
      .with({ author: { filter: User.c.name.eq('cid'), strategy: 'joined' } })
      .orderBy(Post.c.title)
      .all();
    expect(one.map((post) => post.author?.name ?? null)).toEqual([null, 'cid', 'cid', null, null, null, null]);
    const both = await session.query(Post).with({ author: true }).orderBy(Post.c.title).all();
    expect(both.map((post) => post.author?.name ?? null)).toEqual(['bob', 'cid', 'cid', 'dan', 'dan', 'dan', null]);
  });

  test('limits, groups and locks beside joined relations', async () => {
    const { session, User, Post } = await filledBlog(database);
    const query = session.query(User).with({ posts: 'joined', profile: 'joined' }).orderBy(User.c.id.desc());
    const titles = (users: Awaited<ReturnType<typeof query.all>>): string[][] => users.map((user) => user.posts.map((post) => post.title));
    expect(titles(await query.limit(2).all())).toEqual([
      ['d1', 'd2', 'd3'],
      ['c1', 'c2'],
    ]);
    session.expungeAll();
    expect(titles(await query.limit(2).offset(1).all())).toEqual([['c1', 'c2'], ['b1']]);
    session.expungeAll();
    expect(titles(await query.distinct().all())).toEqual([...EVERY_POST].reverse());
    session.expungeAll();
    expect(titles(await query.join(User.c.posts).groupBy(User.c.id).all())).toEqual(EVERY_POST.slice(1).reverse());
    session.expungeAll();
    expect(titles(await query.forUpdate().all())).toEqual([...EVERY_POST].reverse());
    await session.rollback();
    session.expungeAll();
    expect(titles(await query.filter(User.c.posts.any(Post.c.title.eq('c2'))).all())).toEqual([['c1', 'c2']]);
  });

  test('a limit and an offset count for each parent', async () => {
    const { session, statements, User, Post, Tag } = await filledBlog(database);
    const middle = await session
      .query(User)
      .with({ posts: { orderBy: Post.c.id.desc(), limit: 1, offset: 1, with: { tags: { orderBy: Tag.c.name, limit: 1 } } } })
      .orderBy(User.c.id)
      .all();
    expect(statements.count()).toBe(3);
    expect(middle.map((user) => user.posts.map((post) => [post.title, ...post.tags.map((tag) => tag.name)]))).toEqual([
      [],
      [],
      [['c1', 'blue']],
      [['d2', 'green']],
    ]);
    session.expungeAll();
    const rest = await session
      .query(User)
      .with({ posts: { offset: 2 } })
      .orderBy(User.c.id)
      .all();
    expect(rest.map((user) => user.posts.map((post) => post.title))).toEqual([[], [], [], ['d3']]);
    session.expungeAll();
    expect(
      (
        await session
          .query(User)
          .with({ posts: { limit: 0 } })
          .all()
      ).flatMap((user) => [...user.posts]),
    ).toEqual([]);
    expect(() => session.query(User).with({ posts: { limit: -1 } })).toThrow(/limit/);
    expect(() => session.query(User).with({ posts: { limit: 1.5 } })).toThrow(MappingError);
  });

  test('a subquery stands for the keys of its parents, with their limit', async () => {
    const { session, statements, User, Post } = await filledBlog(database);
    const users = await session
      .query(User)
      .filter(User.c.name.ne('bob'))
      .with({ posts: { strategy: 'subquery', with: { tags: 'subquery' } }, profile: 'subquery' })
      .orderBy(User.c.id.desc())
      .limit(2)
      .all();
    const sent = statements.take();
    expect(sent.length).toBe(4);
    expect(sent.slice(1).filter((sql) => / IN \(SELECT /.test(sql)).length).toBe(3);
    expect(users.map((user) => user.posts.map((post) => post.tags.length))).toEqual([
      [2, 2, 2],
      [2, 0],
    ]);
    session.expungeAll();
    statements.takeAll();
    const posts = await session.query(Post).join(Post.c.author).filter(User.c.name.eq('dan')).with({ author: 'subquery' }).all();
    expect(posts.map((post) => post.author?.name)).toEqual(['dan', 'dan', 'dan']);
    // Where there is no query, it is a list of keys.
    expect((await session.load(posts, { tags: 'subquery' })).map((post) => post.tags.length)).toEqual([2, 2, 2]);
    expect(statements.count()).toBe(3);
  });

  test('contains takes what the query itself joined', async () => {
    const { session, statements, User, Post, Tag, Node } = await filledBlog(database);
    const users = await session
      .query(User)
      .join(User.c.posts)
      .join(Post.c.tags)
      .filter(Tag.c.name.eq('red'), Post.c.title.ne('d2'))
      .with({ posts: { strategy: 'contains', with: { tags: 'contains', author: true } } })
      .orderBy(User.c.id, Post.c.id)
      .all();
    expect(statements.count()).toBe(1);
    expect(users.map((user) => user.posts.map((post) => [post.title, ...post.tags.map((tag) => tag.name)]))).toEqual([
      [['b1', 'red']],
      [['c1', 'red']],
      [
        ['d1', 'red'],
        ['d3', 'red'],
      ],
    ]);
    // It is not all there is, and a request for all knows that.
    const all = await session
      .query(User)
      .with({ posts: { with: { tags: true } } })
      .orderBy(User.c.id)
      .all();
    expect(all.map((user) => user.posts.map((post) => post.tags.length))).toEqual([[], [1], [2, 0], [2, 2, 2]]);
    session.expungeAll();
    const author = alias(User, 'writer');
    const posts = await session
      .query(Post)
      .outerJoin(Post.c.author.of(author))
      .with({ author: { alias: author } })
      .orderBy(author.c.name.desc(), Post.c.id)
      .all();
    expect(posts.filter((post) => post.author !== null).map((post) => post.author?.name)).toEqual([
      'dan',
      'dan',
      'dan',
      'cid',
      'cid',
      'bob',
    ]);
    session.expungeAll();
    const last = session.query(User).join(User.c.posts).with({ posts: 'contains' }).orderBy(User.c.id.desc(), Post.c.id);
    expect((await last.first())?.posts.length).toBe(3);
    await expect(last.stream().next()).rejects.toThrow(/stream/);
    const streamed: (string | undefined)[] = [];
    const written = session.query(Post).join(Post.c.author).with({ author: 'contains', tags: 'subquery' }).orderBy(Post.c.title);
    for await (const post of written.stream({ batch: 4 })) streamed.push(`${post.author?.name} ${post.tags.length}`);
    expect(streamed).toEqual(['bob 1', 'cid 2', 'cid 0', 'dan 2', 'dan 2', 'dan 2']);
    session.expungeAll();
    await expect(session.query(User).with({ posts: 'contains' }).all()).rejects.toThrow(/join along User\.posts/);
    await expect(session.load(await session.query(Post).all(), { author: 'contains' })).rejects.toThrow(/join along Post\.author/);
    expect(() => session.query(User).with({ posts: { strategy: 'contains', limit: 1 } })).toThrow(/query itself/);

    session.add(
      new Node({ data: 'r', children: [new Node({ data: 'a', children: [new Node({ data: 'aa' })] }), new Node({ data: 'b' })] }),
    );
    await session.commit();
    session.expungeAll();
    const child = alias(Node);
    const roots = await session
      .query(Node)
      .join(child, Node.c.children)
      .filter(child.c.data.ne('b'))
      .with({ children: 'contains' })
      .orderBy(Node.c.id)
      .all();
    expect(roots.map((node) => [node.data, node.children.map((one) => one.data)])).toEqual([
      ['r', ['a']],
      ['a', ['aa']],
    ]);
  });

  test('a collection that is joined twice is a warning', async () => {
    const { session, User, Post } = await filledBlog(database);
    const warned = hearWarnings();
    const joined = session.query(User).join(User.c.posts).filter(Post.c.title.ne('x')).with({ posts: 'joined' }).orderBy(User.c.id);
    for (let i = 0; i < 2; i++) {
      session.expungeAll();
      expect((await joined.all()).map((user) => user.posts.map((post) => post.title))).toEqual(EVERY_POST.slice(1));
    }
    session.expungeAll();
    await session.query(User).join(User.c.posts).with({ posts: 'selectin' }).all();
    expect(await warned()).toEqual([expect.stringMatching(/^athanor\.joined-twice: .*User\.posts.*'contains'/)]);
  });

  test('raise, noload, select, and all others at once', async () => {
    const { session, statements, User, Post } = await filledBlog(database);
    const [cid] = await session
      .query(User)
      .filterBy({ name: 'cid' })
      .with({ posts: 'raise', profile: 'noload', addresses: 'noload' })
      .all();
    expect(statements.count()).toBe(1);
    await expect(cid.posts).rejects.toThrow(NotLoadedError);
    expect([cid.profile, cid.addresses.length]).toEqual([null, 0]);
    expect(isLoaded(cid.posts)).toBe(false);
    // Empty was not the truth, and loading finds it out.
    const loaded = await session.load(cid, { posts: true, addresses: true });
    expect([loaded.posts.length, loaded.addresses.length]).toEqual([2, 0]);
    session.expungeAll();
    statements.takeAll();
    const posts = await session
      .query(Post)
      .with({ author: { with: { profile: true } }, '*': 'raise' })
      .orderBy(Post.c.title)
      .all();
    await expect(posts[0].tags).rejects.toThrow(/lazy loading is forbidden/);
    expect(posts[0].author?.profile?.bio).toBe('bob');
    await expect(posts[0].author?.posts).rejects.toThrow(NotLoadedError);
    session.expungeAll();
    session.strictLoading();
    const [one] = await session.query(Post).with({ author: 'select' }).orderBy(Post.c.title).all();
    expect((await one.author)?.name).toBe('bob');
    await expect(one.tags).rejects.toThrow(NotLoadedError);
    expect(() => session.query(Post).with({ '*': 'contains' } as never)).toThrow(MappingError);
    expect(() => session.query(Post).with({ '*': 'recursive' } as never)).toThrow(MappingError);
  });

  test('what a relation says of itself gives way to what a query says', async () => {
    const db = openDatabase(database);
    class Owner extends db.Model('owners', {
      id: t.integer().primaryKey(),
      get pets() {
        return hasMany(Pet, { lazy: 'subquery' });
      },
    }) {}
    class Pet extends db.Model('pets', {
      id: t.integer().primaryKey(),
      ownerId: t.integer().references('owners.id'),
      get owner() {
        return belongsTo(Owner, { lazy: 'joined' });
      },
      get toys() {
        return hasMany(Toy, { lazy: 'noload' });
      },
    }) {}
    class Toy extends db.Model('toys', { id: t.integer().primaryKey(), petId: t.integer().references('pets.id') }) {}
    await db.createAll();
    await using session = db.createSession();
    session.add(new Owner({ pets: [new Pet({ toys: [new Toy()] }), new Pet()] }));
    await session.commit();
    session.expungeAll();
    const statements = new Statements(db.engine);
    const owner = await session.query(Owner).one();
    expect((await owner.pets).map((pet) => [isLoaded(pet.owner), isLoaded(pet.toys)])).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(statements.count()).toBe(2);
    session.expungeAll();
    const plain = await session.query(Owner).with({ pets: false }).one();
    expect([isLoaded(plain.pets), statements.count()]).toEqual([false, 1]);
    session.expungeAll();
    const toys = await session
      .query(Pet)
      .with({ toys: true, owner: { with: { pets: false } } })
      .orderBy(Pet.c.id)
      .all();
    expect([toys.map((pet) => pet.toys.length), statements.count()]).toEqual([[1, 0], 2]);
  });

  test('trees load to their end in one statement, down and up, and circles end', async () => {
    const { session, statements, Node } = await openBlog(database);
    const nodes = ['a', 'b', 'c', 'd', 'e', 'f'].map((data) => new Node({ data }));
    const [a, b, c, d, e] = nodes;
    a.children.add(b, c);
    c.children.add(d);
    d.children.add(e);
    session.addAll(nodes);
    await session.commit();
    session.expungeAll();
    statements.takeAll();
    type Tree = { data: string; children: Iterable<Tree> };
    const tree = (node: Tree): unknown => [node.data, ...[...node.children].map(tree)];
    const roots = await session.query(Node).filterBy({ parentId: null }).with({ children: 'recursive' }).orderBy(Node.c.id).all();
    expect(roots.map(tree)).toEqual([['a', ['b'], ['c', ['d', ['e']]]], ['f']]);
    expect(statements.count()).toBe(2);
    expect(roots[0].children.at(1)?.children.at(0)?.parent).toBe(roots[0].children.at(1));
    session.expungeAll();
    const two = await session
      .query(Node)
      .filterBy({ data: 'a' })
      .with({ children: { strategy: 'recursive', depth: 2, orderBy: Node.c.id.desc() } })
      .one();
    expect(two.children.map((node) => [node.data, isLoaded(node.children)])).toEqual([
      ['c', true],
      ['b', true],
    ]);
    expect(isLoaded((await two.children.at(0)?.children)?.[0].children as never)).toBe(false);
    session.expungeAll();
    statements.takeAll();
    const leaf = await session.query(Node).filterBy({ data: 'e' }).with({ parent: 'recursive' }).one();
    expect([leaf.parent?.parent?.parent?.data, leaf.parent?.parent?.parent?.parent, statements.count()]).toEqual(['a', null, 2]);
    session.expungeAll();
    const pruned = await session
      .query(Node)
      .filterBy({ data: 'a' })
      .with({ children: { strategy: 'recursive', filter: Node.c.data.ne('d') } })
      .one();
    expect(tree(pruned)).toEqual(['a', ['b'], ['c']]);
    session.expungeAll();
    const first = await session
      .query(Node)
      .filterBy({ data: 'a' })
      .with({ children: { strategy: 'recursive', limit: 1, orderBy: Node.c.id.desc() } })
      .one();
    expect(tree(first)).toEqual(['a', ['c', ['d', ['e']]]]);
    session.expungeAll();
    const [top] = await session.query(Node).filterBy({ data: 'e' }).all();
    const bottom = await session.query(Node).filterBy({ data: 'a' }).one();
    bottom.parent = top;
    await session.commit();
    session.expungeAll();
    statements.takeAll();
    const round = await session.query(Node).filterBy({ data: 'a' }).with({ children: 'recursive' }).one();
    expect(round.children.at(1)?.children.at(0)?.children.at(0)?.children.at(0)).toBe(round);
    expect(statements.count()).toBe(2);
    expect(() => session.query(Node).with({ children: { strategy: 'recursive', depth: -1 } })).toThrow(/depth/);
  });

  test('a tree all of whose nodes were read stands once below them, though their keys go in several statements', async () => {
    const { session, statements, Node } = await openBlog(database);
    const nodes = Array.from({ length: 620 }, (_, i) => new Node({ data: String(i) }));
    nodes.forEach((node, i) => {
      if (i > 0) nodes[Math.floor((i - 1) / 3)].children.add(node);
    });
    session.addAll(nodes);
    await session.commit();
    session.expungeAll();
    statements.takeAll();
    // What is below the first 500 is below the others too.
    const all = await session.query(Node).with({ children: 'recursive' }).orderBy(Node.c.id.desc()).all();
    expect(statements.count()).toBe(3);
    const counts = all.map((node) => node.children.length);
    expect([all.length, counts.reduce((sum, count) => sum + count), new Set(all.flatMap((node) => [...node.children])).size]).toEqual([
      620, 619, 619,
    ]);
    expect(Math.max(...counts)).toBe(3);
  });

  test('a graph of many to many loads recursively too, with what is asked for below', async () => {
    const db = openDatabase(database);
    const links = db.Table('links', {
      fromId: t.integer().references('pages.id'),
      toId: t.integer().references('pages.id'),
    });
    class Page extends db.Model('pages', {
      id: t.integer().primaryKey(),
      name: t.string(10),
      get links() {
        return manyToMany(Page, { through: links, foreignKey: 'fromId', otherKey: 'toId', orderBy: () => Page.c.name });
      },
      get notes() {
        return hasMany(Note);
      },
    }) {}
    class Note extends db.Model('notes', { id: t.integer().primaryKey(), pageId: t.integer().references('pages.id') }) {}
    await db.createAll();
    await using session = db.createSession();
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => new Page({ name, notes: [new Note()] }));
    a.links.add(b, c);
    b.links.add(c);
    c.links.add(a, d);
    session.add(a);
    await session.commit();
    // Nothing keeps a pair from standing twice in this table.
    await session.bulkInsert(Note, [{ pageId: 1 }]);
    session.expungeAll();
    const statements = new Statements(db.engine);
    const page = await session
      .query(Page)
      .filterBy({ name: 'a' })
      .with({ links: { strategy: 'recursive', with: { notes: true } } })
      .one();
    expect(page.links.map((one) => [one.name, ...one.links.map((two) => two.name)])).toEqual([
      ['b', 'c'],
      ['c', 'a', 'd'],
    ]);
    expect(page.links.at(1)?.links.at(1)?.notes.length).toBe(1);
    expect(statements.count()).toBe(3);
    expect(() => session.query(Page).with({ notes: 'recursive' })).toThrow(/to itself/);
  });

  test('lazy loads of one tick go together, whichever results their objects came from', async () => {
    const { session, statements, User } = await filledBlog(database);
    const users = [
      ...(await session.query(User).filter(User.c.id.le(2)).orderBy(User.c.id).all()),
      ...(await session.query(User).filter(User.c.id.gt(2)).orderBy(User.c.id).all()),
    ];
    statements.takeAll();
    const titles = await Promise.all(
      users.map(async (user) => {
        const [posts, profile] = await Promise.all([user.posts, user.profile]);
        const tags = await Promise.all(posts.map(async (post) => (await post.tags).length));
        return [posts.map((post) => post.title), tags, profile?.bio ?? null];
      }),
    );
    expect(titles.map(([posts]) => posts)).toEqual(EVERY_POST);
    expect(titles.map(([, , bio]) => bio)).toEqual([null, 'bob', null, null]);
    expect(statements.summary().sort()).toEqual(['SELECT post_tags', 'SELECT posts', 'SELECT profiles']);
  });

  test('a collection answers without being loaded where it can', async () => {
    const { session, statements, User, Post, Tag } = await filledBlog(database);
    const dan = await session.query(User).filterBy({ name: 'dan' }).one();
    const posts = await session.query(Post).orderBy(Post.c.title).all();
    const [red, blue] = await session.query(Tag).orderBy(Tag.c.id).all();
    statements.takeAll();
    expect([dan.posts.has(posts[3]), dan.posts.has(posts[0]), dan.posts.has(posts[6])]).toEqual([true, false, false]);
    expect(() => posts[3].tags.has(red)).toThrow(NotLoadedError);
    expect(statements.count()).toBe(0);
    expect([await posts[3].tags.contains(red), await posts[3].tags.contains(blue)]).toEqual([true, false]);
    expect([await dan.posts.count(), await posts[3].tags.count(), statements.count()]).toEqual([3, 2, 4]);
    const added = new Post({ title: 'd4' });
    dan.posts.add(added);
    dan.posts.remove(posts[3]);
    expect([dan.posts.has(added), dan.posts.has(posts[3]), await dan.posts.contains(posts[3])]).toEqual([true, false, false]);
    expect([await dan.posts.count(), isLoaded(dan.posts)]).toEqual([3, false]);
    const page = await dan.posts.query().orderBy().orderBy(Post.c.title.desc()).paginate({ perPage: 2, page: 1 });
    expect([page.items.map((post) => post.title), page.total]).toEqual([['d4', 'd3'], 3]);
    expect(await dan.posts.query().filter(Post.c.title.eq('d4')).update({ title: 'd5' })).toBe(1);
    expect(added.title).toBe('d5');
    await session.commit();
    statements.takeAll();
    const loaded = await session.load(dan, { posts: true });
    expect([
      await loaded.posts.count(),
      loaded.posts.includes(added),
      loaded.posts.indexOf(added),
      loaded.posts.findIndex((post) => post.title === 'd5'),
    ]).toEqual([3, true, 2, 2]);
    expect([loaded.posts.slice(1).length, loaded.posts.flatMap((post) => [post.title]).join()]).toEqual([2, 'd2,d3,d5']);
    const seen: string[] = [];
    loaded.posts.forEach((post) => {
      seen.push(post.title);
    });
    expect(seen).toEqual(['d2', 'd3', 'd5']);
    expect(statements.count()).toBe(1);
    posts[4].tags.clear();
    await session.commit();
    expect(await posts[4].tags.count()).toBe(0);
  });

  test('rows of a table between that stand twice give an object once', async () => {
    const db = openDatabase(database);
    const pairs = db.Table('pairs', { aId: t.integer().references('as.id'), bId: t.integer().references('bs.id') });
    class A extends db.Model('as', {
      id: t.integer().primaryKey(),
      get bs() {
        return manyToMany(B, { through: pairs });
      },
    }) {}
    class B extends db.Model('bs', { id: t.integer().primaryKey() }) {}
    await db.createAll();
    await using session = db.createSession();
    session.addAll([new A({ id: 1, bs: [new B({ id: 1 }), new B({ id: 2 })] }), new A({ id: 2 })]);
    await session.commit();
    await session.execute(
      insertInto(pairs).values([
        { aId: 1, bId: 1 },
        { aId: 1, bId: 2 },
      ]),
    );
    for (const strategy of ['joined', 'selectin', 'subquery'] as const) {
      session.expungeAll();
      const all = await session.query(A).with({ bs: strategy }).orderBy(A.c.id).all();
      expect(all.map((one) => one.bs.map((b) => b.id).sort())).toEqual([[1, 2], []]);
    }
  });

  test('a joined relation by pairs takes two joins, so that no database makes the whole of the pairs first', async () => {
    const { session, statements, Post, Tag } = await filledBlog(database);
    const filtered = session
      .query(Post)
      .with({ tags: { strategy: 'joined', filter: Tag.c.name.ne('red') } })
      .orderBy(Post.c.title);
    expect((await filtered.toSQL()).sql).not.toMatch(/JOIN \(/);
    statements.takeAll();
    const posts = await filtered.all();
    expect(statements.count()).toBe(1);
    expect(posts.map((post) => `${post.title}${post.tags.map((tag) => ` ${tag.name}`).join('')}`)).toEqual([
      'b1',
      'c1 blue',
      'c2',
      'd1 green',
      'd2 green',
      'd3 green',
      'nobody',
    ]);
  });

  test('owners of one key each have a collection of their own', async () => {
    const db = openDatabase(database);
    class Shop extends db.Model('shops', {
      id: t.integer().primaryKey(),
      city: t.string(20),
      get customers() {
        return hasMany(Customer, { viewOnly: true, on: (shop, customer) => shop.city.eq(customer.city) });
      },
    }) {}
    class Customer extends db.Model('customers', { id: t.integer().primaryKey(), city: t.string(20) }) {}
    await db.createAll();
    await using session = db.createSession();
    session.addAll([new Shop({ city: 'Ulm' }), new Shop({ city: 'Ulm' }), new Customer({ city: 'Ulm' }), new Customer({ city: 'Bern' })]);
    await session.commit();
    for (const strategy of ['joined', 'selectin', 'subquery'] as const) {
      session.expungeAll();
      const [one, two] = await session.query(Shop).with({ customers: strategy }).orderBy(Shop.c.id).all();
      expect([one.customers.length, two.customers.length]).toEqual([1, 1]);
      expect(one.customers.at(0)).toBe(two.customers.at(0));
    }
  });

  test('a relation to one object takes the first of several, and no owner comes twice', async () => {
    const db = openDatabase(database);
    class Owner extends db.Model('owners', {
      id: t.integer().primaryKey(),
      get newest() {
        return hasOne(Entry, { orderBy: () => Entry.c.id.desc(), viewOnly: true });
      },
      get some() {
        return hasOne(Entry, { viewOnly: true });
      },
    }) {}
    class Entry extends db.Model('entries', { id: t.integer().primaryKey(), ownerId: t.integer().references('owners.id') }) {}
    await db.createAll();
    await using session = db.createSession();
    session.addAll([new Owner({ id: 1 }), new Owner({ id: 2 })]);
    await session.flush();
    await session.bulkInsert(
      Entry,
      [1, 2, 3].map((id) => ({ id, ownerId: 1 })),
    );
    const warned = hearWarnings();
    for (const strategy of ['joined', 'selectin', 'subquery'] as const) {
      session.expungeAll();
      const owners = await session.query(Owner).with({ newest: strategy }).orderBy(Owner.c.id).all();
      expect(owners.map((owner) => [owner.id, owner.newest?.id ?? null])).toEqual([
        [1, 3],
        [2, null],
      ]);
      session.expungeAll();
      expect((await session.query(Owner).with({ newest: strategy }).orderBy(Owner.c.id).limit(2).all()).length).toBe(2);
    }
    session.expungeAll();
    expect((await (await session.query(Owner).orderBy(Owner.c.id).firstOr404()).newest)?.id).toBe(3);
    expect((await session.query(Owner).with({ some: 'selectin' }).orderBy(Owner.c.id).firstOr404()).some?.ownerId).toBe(1);
    expect(await warned()).toEqual([expect.stringMatching(/^athanor\.several-rows: Owner\.some /)]);
  });

  test('orders and conditions by the table between, and relations by a condition, in every strategy', async () => {
    const db = openDatabase(database);
    const entries = db.Table('entries', {
      listId: t.integer().primaryKey().references('lists.id'),
      songId: t.integer().primaryKey().references('songs.id'),
      place: t.integer(),
    });
    class List extends db.Model('lists', {
      id: t.integer().primaryKey(),
      least: t.integer(),
      get songs() {
        return manyToMany(Song, { through: entries, orderBy: () => entries.c.place.desc() });
      },
      get long() {
        return hasMany(Song, { viewOnly: true, on: (own, song) => song.seconds.ge(own.least), orderBy: () => Song.c.id });
      },
    }) {}
    class Song extends db.Model('songs', {
      id: t.integer().primaryKey(),
      seconds: t.integer(),
      get longer() {
        return hasMany(Song, { viewOnly: true, on: (own, song) => song.seconds.gt(own.seconds), orderBy: () => Song.c.seconds });
      },
      get lists() {
        return manyToMany(List, { through: entries });
      },
    }) {}
    await db.createAll();
    await using session = db.createSession();
    await session.bulkInsert(
      Song,
      [10, 20, 30].map((seconds, i) => ({ id: i + 1, seconds })),
    );
    await session.bulkInsert(
      List,
      [15, 99].map((least, i) => ({ id: i + 1, least })),
    );
    await session.execute(insertInto(entries).values([1, 2, 3].map((songId) => ({ listId: 1, songId, place: songId }))));
    await session.commit();
    const ids = (songs: Iterable<{ id: number }>): number[] => [...songs].map((song) => song.id);
    for (const strategy of ['joined', 'selectin', 'subquery'] as const) {
      session.expungeAll();
      const lists = await session
        .query(List)
        .with({ songs: { strategy, filter: entries.c.place.ne(2), with: { longer: strategy } } })
        .orderBy(List.c.id)
        .all();
      expect(lists.map((list) => list.songs.map((song) => [song.id, ids(song.longer)]))).toEqual([
        [
          [3, []],
          [1, [2, 3]],
        ],
        [],
      ]);
      session.expungeAll();
      const long = await session.query(List).with({ long: strategy }).orderBy(List.c.id).all();
      expect(long.map((list) => ids(list.long))).toEqual([[2, 3], []]);
      session.expungeAll();
      const shared = await session
        .query(Song)
        .with({ lists: { strategy, with: { long: strategy } } })
        .orderBy(Song.c.id)
        .all();
      expect(shared.map((song) => song.lists.map((list) => ids(list.long)))).toEqual([[[2, 3]], [[2, 3]], [[2, 3]]]);
    }
    session.expungeAll();
    const [shortest] = await session.query(Song).orderBy(Song.c.seconds).limit(1).with({ longer: 'recursive' }).all();
    expect(shortest.longer.map((song) => [song.id, ids(song.longer)])).toEqual([
      [2, [3]],
      [3, []],
    ]);
    const list = await session.query(List).orderBy(List.c.id).firstOr404();
    expect([ids(await list.long.query().all()), await list.long.count(), await list.long.contains(shortest)]).toEqual([[2, 3], 2, false]);
    expect(await session.query(List).select(List.c.songs.count(), List.c.long.count()).orderBy(List.c.id).all()).toEqual([
      [3, 2],
      [0, 0],
    ]);
  });

  test('what a filter or noload left out is found again when its owner is deleted', async () => {
    const db = openDatabase(database);
    class Owner extends db.Model('owners', {
      id: t.integer().primaryKey(),
      get passport() {
        return hasOne(Passport, { cascade: 'all, delete-orphan' });
      },
      get pets() {
        return hasMany(Pet, { cascade: 'all, delete-orphan' });
      },
    }) {}
    class Passport extends db.Model('passports', { id: t.integer().primaryKey(), ownerId: t.integer().unique().references('owners.id') }) {}
    class Pet extends db.Model('pets', { id: t.integer().primaryKey(), ownerId: t.integer().references('owners.id') }) {}
    await db.createAll();
    await using session = db.createSession();
    session.addAll([1, 2].map((id) => new Owner({ id, passport: new Passport(), pets: [new Pet(), new Pet()] })));
    await session.commit();
    session.expungeAll();
    const owners = session.query(Owner).orderBy(Owner.c.id);
    const filtered = await owners.with({ passport: { filter: Passport.c.id.lt(0) }, pets: { filter: Pet.c.id.lt(0) } }).firstOr404();
    expect([filtered.passport, filtered.pets.length]).toEqual([null, 0]);
    session.delete(filtered);
    const emptied = await session.query(Owner).filterBy({ id: 2 }).with({ passport: 'noload', pets: 'noload' }).one();
    expect([emptied.passport, emptied.pets.length]).toEqual([null, 0]);
    session.delete(emptied);
    await session.commit();
    expect([await owners.count(), await session.query(Passport).count(), await session.query(Pet).count()]).toEqual([0, 0, 0]);
  });
});

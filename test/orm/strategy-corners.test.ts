import { describe, expect, test } from 'vitest';
import { alias, belongsTo, hasMany, insertInto, manyToMany, or, t } from '../../src/index.ts';
import { openDatabase, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { openBlog } from './blog-models.ts';

const STRATEGIES = ['joined', 'selectin', 'subquery'] as const;

async function filledBlog(database: TestDatabase) {
  const blog = await openBlog(database);
  const { session, User, Post, Tag, Address, Node } = blog;
  const [red, blue] = ['red', 'blue'].map((name) => new Tag({ name }));
  session.addAll([
    new User({
      name: 'ann',
      age: 20,
      posts: [new Post({ title: 'a1', tags: [red, blue] }), new Post({ title: 'a2', tags: [blue] })],
      addresses: [new Address({ email: 'a@x' }), new Address({ email: 'a@y' })],
    }),
    new User({ name: 'bob', age: 30, posts: [new Post({ title: 'b1', tags: [red] })], addresses: [new Address({ email: 'b@x' })] }),
    new User({ name: 'cid', age: 40 }),
    new Node({ data: 'r', children: [new Node({ data: 'a', children: [new Node({ data: 'aa' })] }), new Node({ data: 'b' })] }),
  ]);
  await session.commit();
  session.expungeAll();
  blog.statements.takeAll();
  return blog;
}

const titles = (list: Iterable<{ title: string }>): string => [...list].map(({ title }) => title).join();

describe.each(allDatabases)('corners of loading strategies on $name', (database) => {
  test.each(STRATEGIES)('below queries of every shape, loaded %s', async (strategy) => {
    const { session, User, Post, Address } = await filledBlog(database);
    const users = session.query(User).with({ posts: { strategy, with: { tags: strategy } } });
    const shown = async (query: typeof users): Promise<string[]> => {
      session.expungeAll();
      const list = await query.all();
      return list.map(({ name, posts }) => `${name} ${posts.map((post) => `${post.title}${post.tags.length}`).join()}`);
    };
    const [ann, bob, cid] = ['ann a12,a21', 'bob b11', 'cid '];
    expect(await shown(users.orderBy(User.c.name.desc()))).toEqual([cid, bob, ann]);
    expect(await shown(users.orderBy(User.c.age.desc()).limit(2))).toEqual([cid, bob]);
    expect(await shown(users.orderBy(User.c.id).offset(1).limit(5))).toEqual([bob, cid]);
    expect(await shown(users.join(User.c.addresses).orderBy(User.c.id))).toEqual([ann, bob]);
    expect(await shown(users.join(User.c.addresses).filter(Address.c.email.endsWith('y')))).toEqual([ann]);
    expect(await shown(users.join(User.c.addresses).distinct().orderBy(User.c.id).limit(2))).toEqual([ann, bob]);
    expect(await shown(users.outerJoin(User.c.addresses).groupBy(User.c.id).orderBy(User.c.id))).toEqual([ann, bob, cid]);
    expect(await shown(users.filter(User.c.posts.any(Post.c.title.eq('a2'))))).toEqual([ann]);
    expect(
      await shown(
        users
          .filterBy({ name: 'ann' })
          .union(session.query(User).filterBy({ name: 'cid' }))
          .orderBy(User.c.id),
      ),
    ).toEqual([ann, cid]);
    expect(await shown(users.join(User.c.posts).filter(Post.c.title.eq('a1')))).toEqual([ann]);
    expect(await shown(users.forUpdate().orderBy(User.c.id).limit(1))).toEqual([ann]);
    const a = alias(User);
    expect(
      await shown(
        session
          .query(a)
          .filter(a.c.age.gt(25))
          .orderBy(a.c.id)
          .with({ posts: { strategy, with: { tags: strategy } } }) as never,
      ),
    ).toEqual([bob, cid]);
  });

  test.each(STRATEGIES)('conditions on what is loaded %s name relations of their own', async (strategy) => {
    const { session, User, Post, Tag, Node } = await filledBlog(database);
    const red = await session
      .query(User)
      .with({ posts: { strategy, filter: Post.c.tags.any(Tag.c.name.eq('red')) } })
      .orderBy(User.c.id)
      .all();
    expect(red.map((user) => titles(user.posts))).toEqual(['a1', 'b1', '']);
    session.expungeAll();
    const either = await session
      .query(User)
      .with({ posts: { strategy, filter: [or(Post.c.title.eq('a2'), Post.c.title.eq('b1')), Post.c.author.has(User.c.age.lt(30))] } })
      .orderBy(User.c.id)
      .all();
    expect(either.map((user) => titles(user.posts))).toEqual(['a2', '', '']);
    session.expungeAll();
    const nodes = await session
      .query(Node)
      .with({ children: { strategy, filter: Node.c.children.any(), with: { children: { strategy, filter: Node.c.data.like('a%') } } } })
      .filterBy({ parentId: null })
      .all();
    expect(nodes.map((node) => node.children.map((child) => `${child.data}:${child.children.map(({ data }) => data)}`))).toEqual([
      ['a:aa'],
    ]);
    session.expungeAll();
    const counted = await session
      .query(User)
      .with({ posts: { strategy, orderBy: [Post.c.tags.count().desc(), Post.c.id.desc()], filter: Post.c.tags.count().ge(1) } })
      .orderBy(User.c.id)
      .all();
    expect(counted.map((user) => titles(user.posts))).toEqual(['a1,a2', 'b1', '']);
  });

  test('a relation of a class with itself by pairs, in every strategy and direction', async () => {
    const db = openDatabase(database);
    const follows = db.Table('follows', {
      fromId: t.integer().primaryKey().references('people.id'),
      toId: t.integer().primaryKey().references('people.id'),
      since: t.integer(),
    });
    class Person extends db.Model('people', {
      id: t.integer().primaryKey(),
      name: t.string(20),
      get following() {
        return manyToMany(Person, {
          through: follows,
          foreignKey: 'fromId',
          otherKey: 'toId',
          orderBy: () => Person.c.name,
          viewOnly: true,
        });
      },
      get followers() {
        return manyToMany(Person, {
          through: follows,
          foreignKey: 'toId',
          otherKey: 'fromId',
          orderBy: () => follows.c.since.desc(),
          viewOnly: true,
        });
      },
    }) {}
    await db.createAll();
    await using session = db.createSession();
    await session.bulkInsert(
      Person,
      ['ann', 'bob', 'cid'].map((name, i) => ({ id: i + 1, name })),
    );
    await session.execute(
      insertInto(follows).values([
        { fromId: 1, toId: 3, since: 1 },
        { fromId: 1, toId: 2, since: 2 },
        { fromId: 2, toId: 3, since: 3 },
        { fromId: 3, toId: 1, since: 4 },
      ]),
    );
    await session.commit();
    const names = (list: Iterable<{ name: string }>): string => [...list].map(({ name }) => name).join();
    for (const strategy of STRATEGIES) {
      session.expungeAll();
      const people = await session.query(Person).with({ following: strategy, followers: 'selectin' }).orderBy(Person.c.id).all();
      expect(people.map((person) => names(person.following))).toEqual(['bob,cid', 'cid', 'ann']);
      expect(people.map((person) => names(person.followers))).toEqual(['cid', 'ann', 'bob,ann']);
      session.expungeAll();
      const back = await session
        .query(Person)
        .with({ followers: { strategy, with: { followers: strategy } } })
        .orderBy(Person.c.id)
        .all();
      expect(back.map((person) => person.followers.map((one) => `${one.name}(${names(one.followers)})`).join())).toEqual([
        'cid(bob,ann)',
        'ann(cid)',
        'bob(ann),ann(cid)',
      ]);
      session.expungeAll();
      const some = await session
        .query(Person)
        .with({ following: { strategy, filter: Person.c.following.any(Person.c.name.eq('cid')) } })
        .orderBy(Person.c.id)
        .all();
      expect(some.map((person) => names(person.following))).toEqual(['bob', '', 'ann']);
    }
    const mutual = session.query(Person).filter(Person.c.following.any(Person.c.following.any(Person.c.name.eq('ann'))));
    expect(names(await mutual.orderBy(Person.c.id).all())).toBe('ann,bob');
    const [one, two] = [alias(Person), alias(Person)];
    const chain = session.query(Person).join(Person.c.following.of(one)).join(one.c.following.of(two)).filter(two.c.name.eq('ann'));
    expect(names(await chain.orderBy(Person.c.id).all())).toBe('ann,bob');
    const first = await session
      .query(Person)
      .with({ following: { limit: 1 }, followers: { limit: 1, offset: 1 } })
      .orderBy(Person.c.id)
      .all();
    expect(first.map((person) => [names(person.following), names(person.followers)])).toEqual([
      ['bob', ''],
      ['cid', ''],
      ['ann', 'ann'],
    ]);
  });

  test('orders of relations stand behind the query’s own', async () => {
    const db = openDatabase(database);
    class Album extends db.Model('albums', {
      id: t.integer().primaryKey(),
      name: t.string(20),
      get tracks() {
        return hasMany(Track, { orderBy: () => [Track.c.side.desc(), Track.c.place] as never });
      },
    }) {}
    class Track extends db.Model('tracks', {
      id: t.integer().primaryKey(),
      side: t.string(1),
      place: t.integer(),
      albumId: t.integer().references('albums.id'),
      get album() {
        return belongsTo(Album);
      },
    }) {}
    await db.createAll();
    await using session = db.createSession();
    const tracks = () => ['B2', 'A1', 'B1', 'A2'].map((name) => new Track({ side: name[0], place: Number(name[1]) }));
    session.addAll([new Album({ name: 'y', tracks: tracks() }), new Album({ name: 'x', tracks: tracks() })]);
    await session.commit();
    for (const strategy of STRATEGIES) {
      session.expungeAll();
      const albums = await session.query(Album).with({ tracks: strategy }).orderBy(Album.c.name).all();
      expect(albums.map((album) => `${album.name} ${album.tracks.map(({ side, place }) => `${side}${place}`).join()}`)).toEqual([
        'x B1,B2,A1,A2',
        'y B1,B2,A1,A2',
      ]);
      session.expungeAll();
      const turned = await session
        .query(Album)
        .with({ tracks: { strategy, orderBy: [Track.c.place.desc(), Track.c.side] } })
        .orderBy(Album.c.name)
        .all();
      expect(turned[0].tracks.map(({ side, place }) => `${side}${place}`).join()).toBe('A2,B2,A1,B1');
    }
    session.expungeAll();
    const [lazy] = await session.query(Album).all();
    expect((await lazy.tracks).map(({ side, place }) => `${side}${place}`).join()).toBe('B1,B2,A1,A2');
  });
});

import { describe, expect, expectTypeOf, test } from 'vitest';
import { belongsTo, hasMany, type Loaded, NotLoadedError, t, update } from '../../src/index.ts';
import { openDatabase, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { openBlog } from './blog-models.ts';

async function filledBlog(database: TestDatabase) {
  const blog = await openBlog(database);
  const { session, User, Post, Tag, Profile } = blog;
  const [red, blue] = ['red', 'blue'].map((name) => new Tag({ name }));
  session.addAll([
    new User({
      name: 'ann',
      posts: [new Post({ title: 'a1', tags: [red, blue] }), new Post({ title: 'a2', tags: [blue] })],
      profile: new Profile({ bio: 'A' }),
    }),
    new User({ name: 'bob', posts: [new Post({ title: 'b1', tags: [red] })] }),
  ]);
  await session.commit();
  session.expungeAll();
  blog.statements.takeAll();
  return blog;
}

describe.each(allDatabases)('options of eager loads on $name', (database) => {
  test('what is said of a lazy relation holds when it is awaited', async () => {
    const { session, statements, User, Post, Tag } = await filledBlog(database);
    const [ann, bob] = await session
      .query(User)
      .with({ posts: { strategy: 'select', with: { tags: { orderBy: Tag.c.name } } } })
      .orderBy(User.c.id)
      .all();
    expect(statements.count()).toBe(1);
    const posts = await ann.posts;
    expect(statements.count()).toBe(2);
    const loaded = posts as readonly Loaded<InstanceType<typeof Post>, { tags: true }>[];
    expect(loaded.map((post) => post.tags.map((tag) => tag.name))).toEqual([['blue', 'red'], ['blue']]);
    expect((await bob.posts).map((post) => post.title)).toEqual(['b1']);
    expect(statements.count()).toBe(0);
  });

  test('options that a strategy does not take are refused', async () => {
    const { session, User, Post } = await filledBlog(database);
    for (const strategy of ['raise', 'noload', 'select'] as const) {
      expect(() => session.query(User).with({ posts: { strategy, filter: Post.c.title.eq('a1') } })).toThrow(/User\.posts/);
      expect(() => session.query(User).with({ posts: { strategy, limit: 1 } })).toThrow(/User\.posts/);
      expect(() => session.query(User).with({ posts: { strategy, loadOnly: ['title'] } })).toThrow(/User\.posts/);
    }
    for (const strategy of ['raise', 'noload'] as const)
      expect(() => session.query(User).with({ posts: { strategy, with: { tags: true } } })).toThrow(/User\.posts/);
  });

  test.each(['joined', 'selectin', 'subquery'] as const)('raise below relations that are loaded %s', async (strategy) => {
    const { session, User } = await filledBlog(database);
    const [ann] = await session
      .query(User)
      .with({ posts: { strategy, with: { tags: 'raise', '*': 'raise' } }, '*': 'raise' })
      .orderBy(User.c.id)
      .all();
    expect(ann.posts.length).toBe(2);
    await expect(ann.posts.toArray()[0].tags.load()).rejects.toThrow(NotLoadedError);
    await expect(Promise.resolve(ann.profile)).rejects.toThrow(NotLoadedError);
    // The other side of what was loaded is here, so that nothing is forbidden.
    expect(await ann.posts.toArray()[0].author).toBe(ann);
  });

  test.each(['joined', 'selectin', 'subquery'] as const)('populateExisting reaches what is loaded %s', async (strategy) => {
    const { session, User, Post, Tag, Profile } = await filledBlog(database);
    const query = session
      .query(User)
      .with({ posts: { strategy, with: { tags: strategy } }, profile: strategy })
      .orderBy(User.c.id);
    const [ann] = await query.all();
    const [first] = ann.posts;
    const [, blue] = first.tags;
    await session.execute(update(Post.table).set({ title: 'new' }).where(Post.c.id.eq(first.id)), undefined, { synchronize: false });
    await session.execute(update(Tag.table).set({ name: 'navy' }).where(Tag.c.name.eq('blue')), undefined, { synchronize: false });
    await session.execute(update(Profile.table).set({ bio: 'new' }).where(Profile.c.id.eq(1)), undefined, { synchronize: false });
    expect((await query.all())[0].posts.toArray()[0].title).toBe('a1');
    const [again] = await query.populateExisting().all();
    expect(again).toBe(ann);
    expect([first.title, blue.name, ann.profile?.bio]).toEqual(['new', 'navy', 'new']);
    expect(ann.posts.map((post) => post.tags.map((tag) => tag.name).sort())).toEqual([['navy', 'red'], ['navy']]);
  });

  test('one relation in several with() calls: the last one holds, others stay', async () => {
    const { session, statements, User, Post } = await filledBlog(database);
    const query = session
      .query(User)
      .with({ posts: true, profile: true })
      .with({ posts: { filter: Post.c.title.eq('a2'), with: { tags: true } } })
      .orderBy(User.c.id);
    const [ann] = await query.all();
    expect(statements.count()).toBe(3);
    expect([ann.profile?.bio, ann.posts.map((post) => [post.title, post.tags.length])]).toEqual(['A', [['a2', 1]]]);
  });

  test.each([true, 'joined', 'selectin', 'subquery'] as const)('all relations of a class at once, loaded %s', async (strategy) => {
    const { session, User, Post, Tag } = await filledBlog(database);
    const [ann] = await session.query(User).with({ '*': strategy }).orderBy(User.c.id).all();
    expect([ann.posts.length, ann.addresses.length, ann.profile?.bio]).toEqual([2, 0, 'A']);
    expectTypeOf(ann.posts.length).toEqualTypeOf<number>();
    // What they lead to waits as it says of itself.
    expect(ann.posts.toArray()[0].tags.isLoaded).toBe(false);
    session.expungeAll();
    const posts = await session
      .query(Post)
      .with({ tags: { filter: Tag.c.name.eq('none') }, '*': strategy })
      .orderBy(Post.c.id)
      .limit(1)
      .all();
    expect([posts[0].author?.name, posts[0].tags.length]).toEqual(['ann', 0]);
    const strict = await session
      .query(User)
      .with({ '*': 'raise', posts: { with: { '*': strategy } } })
      .filterBy({ name: 'bob' })
      .one();
    expect(strict.posts.map((post) => [post.author?.name, post.tags.length])).toEqual([['bob', 1]]);
    await expect(Promise.resolve(strict.profile)).rejects.toThrow(NotLoadedError);
    // @ts-expect-error: no way to load
    expect(() => session.query(User).with({ '*': 'contains' })).toThrow(/User\.\*/);
  });

  test('nothing found, nothing more asked', async () => {
    const { session, statements, User, Post } = await filledBlog(database);
    expect(
      await session
        .query(User)
        .filterBy({ name: 'zoe' })
        .with({ posts: { with: { tags: true } }, profile: 'selectin' })
        .all(),
    ).toEqual([]);
    expect(statements.count()).toBe(1);
    session.add(new Post({ title: 'alone' }));
    await session.flush();
    statements.takeAll();
    const alone = await session
      .query(Post)
      .filterBy({ title: 'alone' })
      .with({ author: { strategy: 'selectin', with: { posts: true } } })
      .one();
    expect(alone.author).toBeNull();
    expect(statements.count()).toBe(1);
  });

  test('two relations to one class join side by side, each with its own conditions', async () => {
    const db = openDatabase(database);
    class Place extends db.Model('places', { id: t.integer().primaryKey(), city: t.string(20) }) {}
    class Trip extends db.Model('trips', {
      id: t.integer().primaryKey(),
      fromId: t.integer().references('places.id'),
      toId: t.integer().nullable().references('places.id'),
      get start() {
        return belongsTo(Place, { foreignKey: 'fromId' });
      },
      get end() {
        return belongsTo(Place, { foreignKey: 'toId', nullable: true });
      },
      get legs() {
        return hasMany(Leg, { orderBy: () => Leg.c.id });
      },
    }) {}
    class Leg extends db.Model('legs', {
      id: t.integer().primaryKey(),
      tripId: t.integer().references('trips.id'),
      stopId: t.integer().references('places.id'),
      get stop() {
        return belongsTo(Place);
      },
    }) {}
    await db.createAll();
    await using session = db.createSession();
    const [ulm, bern, rome] = ['Ulm', 'Bern', 'Rome'].map((city) => new Place({ city }));
    session.addAll([
      new Trip({ start: ulm, end: rome, legs: [new Leg({ stop: bern }), new Leg({ stop: rome })] }),
      new Trip({ start: rome, end: ulm }),
      new Trip({ start: bern }),
    ]);
    await session.commit();
    for (const strategy of ['joined', 'selectin'] as const) {
      session.expungeAll();
      const trips = await session
        .query(Trip)
        .with({ start: strategy, end: { strategy, filter: Place.c.city.ne('Ulm') }, legs: { strategy, with: { stop: strategy } } })
        .orderBy(Trip.c.id)
        .all();
      expect(trips.map(({ start, end, legs }) => [start.city, end?.city ?? null, legs.map((leg) => leg.stop.city).join()])).toEqual([
        ['Ulm', 'Rome', 'Bern,Rome'],
        ['Rome', null, ''],
        ['Bern', null, ''],
      ]);
    }
  });
});

import { describe, expect, test } from 'vitest';
import {
  belongsTo,
  ForeignKeyViolation,
  hasMany,
  hasOne,
  InvalidStateError,
  inspect,
  isLoaded,
  MappingError,
  manyToMany,
  NotLoadedError,
  t,
  text,
} from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { openBlog } from './blog-models.ts';

// What assigning, adding and removing do to the other side: at once, without a statement.

async function twoUsers(database: TestDatabase) {
  const blog = await openBlog(database);
  const { session, User, Post } = blog;
  const first = new User({ name: 'a', posts: [new Post({ title: '1' }), new Post({ title: '2' })] });
  const second = new User({ name: 'b', posts: [new Post({ title: '3' })] });
  session.addAll([first, second]);
  await session.commit();
  blog.statements.takeAll();
  return { ...blog, first, second };
}

describe.each([...allDatabases, ...pgliteDatabases])('relations on $name', (database) => {
  test('new objects: both sides of a one-to-many know each other', async () => {
    const { User, Post } = await openBlog(database);
    const user = new User({ name: 'a' });
    const post = new Post({ title: 'x', author: user });
    const other = new Post({ title: 'y' });
    user.posts.add(other);
    expect([...(await user.posts)]).toEqual([post, other]);
    expect(other.author).toBe(user);
    user.posts.remove(post);
    expect(post.author).toBeNull();
    post.author = user;
    post.author = null;
    expect(await user.posts).toEqual([other]);
    user.posts.add(other, other);
    expect(await user.posts).toEqual([other]);
  });

  test('adding to an object of a session brings what is added into it; the other way round too', async () => {
    const { session, User, Post, Tag } = await openBlog(database);
    const user = new User({ name: 'a' });
    session.add(user);
    const post = new Post({ title: 'x' });
    user.posts.add(post);
    expect(session.contains(post)).toBe(true);
    const tag = new Tag({ name: 't' });
    post.tags.add(tag);
    expect([...session.new]).toEqual([user, post, tag]);
    const author = new User({ name: 'b' });
    post.author = author;
    expect(inspect(author).state).toBe('pending');
  });

  test('a back-reference does not bring an object into the session', async () => {
    const { session, User, Post } = await openBlog(database);
    const user = new User({ name: 'a' });
    session.add(user);
    const post = new Post({ title: 'x' });
    post.author = user;
    expect(session.contains(post)).toBe(false);
    expect(await user.posts).toEqual([post]);
    session.add(post);
    await session.commit();
    expect(post.userId).toBe(user.id);
  });

  test('moving a child between loaded parents', async () => {
    const { session, statements, first, second } = await twoUsers(database);
    const [one] = await first.posts;
    await second.posts;
    statements.takeAll();
    one.author = second;
    expect([...(await first.posts)].map((post) => post.title)).toEqual(['2']);
    expect([...(await second.posts)].map((post) => post.title)).toEqual(['3', '1']);
    await session.flush();
    expect(statements.summary()).toEqual(['UPDATE posts']);
    expect(one.userId).toBe(second.id);
    first.posts.add(one);
    expect((await second.posts).map((post) => post.title)).toEqual(['3']);
    expect(one.author).toBe(first);
    await session.flush();
    expect(statements.summary()).toEqual(['UPDATE posts']);
  });

  test('moving a child between parents that are not loaded sends nothing until the flush', async () => {
    const { db, User, Post } = await twoUsers(database);
    await using session = db.createSession();
    const statements = new Statements(db.engine);
    const [first, second] = await session.query(User).orderBy(User.c.id).all();
    const post = (await session.get(Post, 1)) as InstanceType<typeof Post>;
    statements.takeAll();
    second.posts.add(post);
    expect(post.author).toBe(second);
    expect(isLoaded(second.posts)).toBe(false);
    expect(statements.takeAll()).toEqual([]);
    await session.flush();
    expect(statements.summary()).toEqual(['UPDATE posts']);
    expect((await first.posts).map((p) => p.title)).toEqual(['2']);
    expect((await second.posts).map((p) => p.title)).toEqual(['1', '3']);
  });

  test('what is added and removed before a collection is loaded stays so when it is', async () => {
    const { db, User, Post } = await twoUsers(database);
    await using session = db.createSession({ autoflush: false });
    const user = (await session.get(User, 1)) as InstanceType<typeof User>;
    const [one] = await session.query(Post).filterBy({ title: '1' }).all();
    const fresh = new Post({ title: 'new' });
    user.posts.add(fresh);
    user.posts.remove(one);
    expect(user.posts.has(fresh)).toBe(true);
    expect(user.posts.has(one)).toBe(false);
    expect((await user.posts).map((post) => post.title)).toEqual(['2', 'new']);
    await session.commit();
    expect(await session.all(text('SELECT title, user_id FROM posts ORDER BY title'))).toEqual([
      { title: '1', user_id: null },
      { title: '2', user_id: 1 },
      { title: '3', user_id: 2 },
      { title: 'new', user_id: 1 },
    ]);
  });

  test('set() makes a loaded collection hold just these, in their order', async () => {
    const { session, first, second } = await twoUsers(database);
    const [one, two] = await first.posts;
    const [three] = await second.posts;
    first.posts = [three, two] as never;
    expect((await first.posts).map((post) => post.title)).toEqual(['3', '2']);
    expect(await second.posts).toEqual([]);
    expect(one.author).toBeNull();
    await session.commit();
    expect(await session.all(text('SELECT title, user_id FROM posts ORDER BY title'))).toEqual([
      { title: '1', user_id: null },
      { title: '2', user_id: 1 },
      { title: '3', user_id: 1 },
    ]);
  });

  test('set() on a collection that is not loaded finds at the flush what goes', async () => {
    const { db, User, Post } = await twoUsers(database);
    await using session = db.createSession();
    const statements = new Statements(db.engine);
    const user = (await session.get(User, 1)) as InstanceType<typeof User>;
    statements.takeAll();
    user.posts.set([new Post({ title: 'only' })]);
    expect(statements.takeAll()).toEqual([]);
    await session.commit();
    expect(await session.all(text('SELECT title, user_id FROM posts ORDER BY title'))).toEqual([
      { title: '1', user_id: null },
      { title: '2', user_id: null },
      { title: '3', user_id: 2 },
      { title: 'only', user_id: 1 },
    ]);
    expect((await user.posts).map((post) => post.title)).toEqual(['only']);
  });

  test('assigning a collection to itself changes nothing', async () => {
    const { session, statements, first } = await twoUsers(database);
    await first.posts;
    first.posts = first.posts as never;
    first.posts.set([...(await first.posts)]);
    statements.takeAll();
    await session.flush();
    expect(statements.takeAll()).toEqual([]);
  });

  test('a collection takes objects of its class only', async () => {
    const { User, Tag } = await openBlog(database);
    const user = new User({ name: 'a' });
    expect(() => user.posts.add(null as never)).toThrow(MappingError);
    expect(() => user.posts.add(new Tag({ name: 't' }) as never)).toThrow(/User.posts takes objects of Post, but got Tag/);
    expect(() => {
      user.posts = 5 as never;
    }).toThrow(MappingError);
    expect(() => {
      user.profile = new Tag({ name: 't' }) as never;
    }).toThrow(/Profile/);
    expect(() => {
      user.profile = undefined as never;
    }).toThrow(InvalidStateError);
  });

  test('a to-one that is not loaded can be replaced and set to null without a load', async () => {
    const { db, Post } = await twoUsers(database);
    await using session = db.createSession();
    const statements = new Statements(db.engine);
    const post = (await session.get(Post, 1)) as InstanceType<typeof Post>;
    statements.takeAll();
    post.author = null;
    await session.flush();
    expect(statements.takePlain()).toEqual(['UPDATE posts SET user_id = ? WHERE posts.id = ?']);
    expect(post.userId).toBeNull();
  });

  test('a to-one whose target is in the identity map reads as loaded', async () => {
    const { db, User, Post } = await twoUsers(database);
    await using session = db.createSession();
    const user = await session.get(User, 1);
    const post = (await session.get(Post, 1)) as InstanceType<typeof Post>;
    const statements = new Statements(db.engine);
    expect(isLoaded(post.author)).toBe(true);
    expect(post.author).toBe(user);
    const orphan = new Post({ title: 'none' });
    session.add(orphan);
    await session.flush();
    statements.takeAll();
    expect(orphan.author).toBeNull();
    expect(statements.takeAll()).toEqual([]);
  });

  test('a foreign key set by value turns the relation to its new object', async () => {
    const { session, Post, second } = await twoUsers(database);
    const post = (await session.get(Post, 1)) as InstanceType<typeof Post>;
    await post.author;
    post.userId = second.id;
    expect(await post.author).toBe(second);
    await session.flush();
    expect(await post.author).toBe(second);
    await session.rollback();
    expect((await post.author)?.name).toBe('a');
  });

  describe('one-to-one', () => {
    test('both sides follow each other', async () => {
      const { User, Profile } = await openBlog(database);
      const user = new User({ name: 'a' });
      const profile = new Profile({ bio: 'x', user });
      expect(user.profile).toBe(profile);
      const next = new Profile({ bio: 'y' });
      user.profile = next;
      expect(next.user).toBe(user);
      expect(profile.user).toBeNull();
      const other = new User({ name: 'b', profile: next });
      expect(user.profile).toBeNull();
      expect(next.user).toBe(other);
    });

    test('replacing the object of a unique foreign key frees the old one first', async () => {
      const { session, User, Profile } = await openBlog(database);
      const user = new User({ name: 'a', profile: new Profile({ bio: 'old' }) });
      session.add(user);
      await session.commit();
      const old = await user.profile;
      user.profile = new Profile({ bio: 'new' });
      await session.commit();
      expect(await session.all(text('SELECT bio, user_id FROM profiles ORDER BY id'))).toEqual([
        { bio: 'old', user_id: null },
        { bio: 'new', user_id: 1 },
      ]);
      user.profile = old;
      await session.commit();
      expect(await session.all(text('SELECT bio, user_id FROM profiles ORDER BY id'))).toEqual([
        { bio: 'old', user_id: 1 },
        { bio: 'new', user_id: null },
      ]);
    });

    test('replacing one that is not loaded frees the old one too', async () => {
      const { db, session, User, Profile } = await openBlog(database);
      session.add(new User({ name: 'a', profile: new Profile({ bio: 'old' }) }));
      await session.commit();
      await session.close();
      await using next = db.createSession();
      const user = await next.query(User).one();
      user.profile = new Profile({ bio: 'new' });
      await next.commit();
      expect(await next.all(text('SELECT bio, user_id FROM profiles ORDER BY id'))).toEqual([
        { bio: 'old', user_id: null },
        { bio: 'new', user_id: 1 },
      ]);
    });

    test('setting one that is not loaded to null takes it away', async () => {
      const { db, session, User, Profile } = await openBlog(database);
      session.add(new User({ name: 'a', profile: new Profile({ bio: 'old' }) }));
      await session.commit();
      await session.close();
      await using next = db.createSession();
      const user = await next.query(User).one();
      user.profile = null;
      await next.commit();
      expect(await next.all(text('SELECT bio, user_id FROM profiles'))).toEqual([{ bio: 'old', user_id: null }]);
    });

    test('two objects swap their partners', async () => {
      const { session, User, Profile } = await openBlog(database);
      const [a, b] = [
        new User({ name: 'a', profile: new Profile({ bio: 'A' }) }),
        new User({ name: 'b', profile: new Profile({ bio: 'B' }) }),
      ];
      session.addAll([a, b]);
      await session.commit();
      const [first, second] = [await a.profile, await b.profile];
      a.profile = second;
      expect(b.profile).toBeNull();
      expect(first?.user).toBeNull();
      await session.flush();
      b.profile = first;
      await session.commit();
      expect(await session.all(text('SELECT bio, user_id FROM profiles ORDER BY id'))).toEqual([
        { bio: 'A', user_id: b.id },
        { bio: 'B', user_id: a.id },
      ]);
    });

    test('with delete-orphan the old one is deleted', async () => {
      const db = openDatabase(database);
      class Car extends db.Model('cars', {
        id: t.integer().primaryKey(),
        get engine() {
          return hasOne(Motor, { cascade: 'all, delete-orphan' });
        },
      }) {}
      class Motor extends db.Model('motors', {
        id: t.integer().primaryKey(),
        name: t.string(),
        carId: t.integer().unique().references('cars.id'),
        get car() {
          return belongsTo(Car);
        },
      }) {}
      await db.createAll();
      await using session = db.createSession();
      const car = new Car({ engine: new Motor({ name: 'old' }) });
      session.add(car);
      await session.commit();
      car.engine = new Motor({ name: 'new' });
      await session.commit();
      expect(await session.all(text('SELECT name, car_id FROM motors'))).toEqual([{ name: 'new', car_id: 1 }]);
      car.engine = null;
      await session.commit();
      expect(await session.query(Motor).count()).toBe(0);
    });
  });

  describe('many-to-many', () => {
    test('both sides, one row for a pair', async () => {
      const { session, statements, Post, Tag } = await openBlog(database);
      const [red, blue] = [new Tag({ name: 'red' }), new Tag({ name: 'blue' })];
      const post = new Post({ title: 'x', tags: [red, blue, red] });
      red.posts.add(post);
      session.add(post);
      await session.commit();
      expect(statements.summary()).toEqual(['INSERT posts', 'INSERT tags', 'INSERT post_tags']);
      expect(await red.posts).toEqual([post]);
      expect(await session.all(text('SELECT * FROM post_tags ORDER BY tag_id'))).toEqual([
        { post_id: 1, tag_id: 1 },
        { post_id: 1, tag_id: 2 },
      ]);
      blue.posts.remove(post);
      expect(await post.tags).toEqual([red]);
      await session.commit();
      expect(statements.summary()).toEqual(['SELECT post_tags', 'DELETE post_tags']);
      expect(await session.all(text('SELECT * FROM post_tags'))).toEqual([{ post_id: 1, tag_id: 1 }]);
    });

    test('adding what may be there already inserts it once', async () => {
      const { db, session, Post, Tag } = await openBlog(database);
      session.add(new Post({ title: 'x', tags: [new Tag({ name: 'red' })] }));
      session.add(new Tag({ name: 'blue' }));
      await session.commit();
      await session.close();
      await using next = db.createSession();
      const post = await next.query(Post).one();
      const tags = await next.query(Tag).all();
      post.tags.add(...tags);
      expect(isLoaded(post.tags)).toBe(false);
      await next.commit();
      expect(await next.all(text('SELECT * FROM post_tags ORDER BY tag_id'))).toEqual([
        { post_id: 1, tag_id: 1 },
        { post_id: 1, tag_id: 2 },
      ]);
      expect((await post.tags).map((tag) => tag.name)).toEqual(['red', 'blue']);
    });

    test('removing from and replacing a collection that is not loaded', async () => {
      const { db, session, Post, Tag } = await openBlog(database);
      session.add(new Post({ title: 'x', tags: ['a', 'b', 'c'].map((name) => new Tag({ name })) }));
      await session.commit();
      await session.close();
      await using next = db.createSession();
      const post = await next.query(Post).one();
      const [a, b, c] = await next.query(Tag).orderBy(Tag.c.id).all();
      post.tags.remove(a);
      await next.commit();
      expect(await next.all(text('SELECT tag_id FROM post_tags ORDER BY tag_id'))).toEqual([{ tag_id: b.id }, { tag_id: c.id }]);
      post.tags.set([a, c]);
      await next.commit();
      expect(await next.all(text('SELECT tag_id FROM post_tags ORDER BY tag_id'))).toEqual([{ tag_id: a.id }, { tag_id: c.id }]);
      expect((await post.tags).map((tag) => tag.name).sort()).toEqual(['a', 'c']);
      expect(await b.posts).toEqual([]);
    });

    test('replacing one side that is not loaded changes the loaded other side at once', async () => {
      const { db, session, Post, Tag } = await openBlog(database);
      session.add(new Post({ title: 'x', tags: ['a', 'b'].map((name) => new Tag({ name })) }));
      await session.commit();
      await session.close();
      await using next = db.createSession();
      const post = await next.query(Post).one();
      const [a, b] = await next.query(Tag).orderBy(Tag.c.id).with({ posts: true }).all();
      post.tags.set([a]);
      expect(isLoaded(post.tags)).toBe(false);
      expect([a.posts.length, b.posts.length]).toEqual([1, 0]);
      await next.rollback();
      expect([a.posts.length, b.posts.length]).toEqual([1, 1]);
      post.tags.set([b]);
      await next.commit();
      expect([a.posts.length, b.posts.length]).toEqual([0, 1]);
      expect(await next.all(text('SELECT tag_id FROM post_tags'))).toEqual([{ tag_id: b.id }]);
    });

    test('removing a pair and setting it again at any moment of a flush leaves it', async () => {
      const { session, Post, Tag } = await openBlog(database);
      for (let turns = 0; turns < 30; turns++) {
        session.add(new Tag({ name: `t${turns}` }));
        await session.commit();
        session.expungeAll();
        const tag = await session
          .query(Tag)
          .filterBy({ name: `t${turns}` })
          .one();
        await tag.posts;
        const post = new Post({ title: 'p' });
        session.add(post);
        await session.flush();
        post.tags.add(tag);
        await session.flush();
        tag.posts.remove(post);
        const running = session.flush();
        for (let i = 0; i < turns; i++) await null;
        post.tags.set([tag]);
        await running;
        await session.commit();
        const rows = await session.all(text('SELECT tag_id FROM post_tags WHERE post_id = :id'), { id: post.id });
        expect(rows, `${turns} turns`).toEqual([{ tag_id: tag.id }]);
      }
    });

    test('deleting one side deletes the pairs and leaves the other side', async () => {
      const { session, Post, Tag } = await openBlog(database);
      const tag = new Tag({ name: 'red' });
      const post = new Post({ title: 'x', tags: [tag] });
      session.add(post);
      await session.commit();
      session.delete(post);
      await session.commit();
      expect(await session.all(text('SELECT count(*) AS n FROM post_tags'))).toEqual([{ n: 0 }]);
      expect(await session.query(Tag).count()).toBe(1);
      expect(await tag.posts).toEqual([]);
    });

    test('a class with itself', async () => {
      const db = openDatabase(database);
      const follows = db.Table('follows', {
        followerId: t.integer().primaryKey().references('people.id'),
        followedId: t.integer().primaryKey().references('people.id'),
      });
      class Person extends db.Model('people', {
        id: t.integer().primaryKey(),
        name: t.string(),
        get following() {
          return manyToMany(Person, { through: follows, foreignKey: 'followerId', otherKey: 'followedId' });
        },
        get followers() {
          return manyToMany(Person, { through: follows, foreignKey: 'followedId', otherKey: 'followerId' });
        },
      }) {}
      await db.createAll();
      await using session = db.createSession();
      const [ann, bob, cid] = ['ann', 'bob', 'cid'].map((name) => new Person({ name }));
      ann.following.add(bob, cid);
      bob.following.add(ann);
      cid.following.add(cid);
      expect(await bob.followers).toEqual([ann]);
      session.add(ann);
      await session.commit();
      expect(await session.all(text('SELECT * FROM follows ORDER BY 1, 2'))).toEqual([
        { follower_id: 1, followed_id: 2 },
        { follower_id: 1, followed_id: 3 },
        { follower_id: 2, followed_id: 1 },
        { follower_id: 3, followed_id: 3 },
      ]);
      await using next = db.createSession();
      const people = await next.query(Person).with({ followers: true, following: true }).orderBy(Person.c.id).all();
      expect(people.map((person) => [person.following.map((p) => p.name).sort(), person.followers.map((p) => p.name).sort()])).toEqual([
        [['bob', 'cid'], ['bob']],
        [['ann'], ['ann']],
        [['cid'], ['ann', 'cid']],
      ]);
      const has = await next
        .query(Person)
        .filter(Person.c.following.any(Person.c.name.eq('cid')))
        .orderBy(Person.c.id)
        .all();
      expect(has.map((person) => person.name)).toEqual(['ann', 'cid']);
      next.delete(people[2]);
      await next.commit();
      expect(await next.all(text('SELECT count(*) AS n FROM follows'))).toEqual([{ n: 2 }]);
    });
  });

  describe('cascades', () => {
    test('delete takes loaded and unloaded children along', async () => {
      const { db, session, User, Address } = await openBlog(database);
      session.add(new User({ name: 'a', addresses: [new Address({ email: '1' }), new Address({ email: '2' })] }));
      session.add(new User({ name: 'b', addresses: [new Address({ email: '3' })] }));
      await session.commit();
      await session.close();
      await using next = db.createSession();
      const statements = new Statements(db.engine);
      const users = await next.query(User).all();
      statements.takeAll();
      for (const user of users) next.delete(user);
      await next.commit();
      expect(statements.summary().filter((s) => /addresses|users/.test(s))).toEqual([
        'SELECT addresses',
        'DELETE addresses',
        'DELETE users',
      ]);
      expect(await next.query(Address).count()).toBe(0);
    });

    test('without a cascade, deleting the parent sets the foreign keys to NULL and both sides follow', async () => {
      const { session, first, Post } = await twoUsers(database);
      const posts = await first.posts;
      session.delete(first);
      await session.commit();
      expect(posts.map((post) => [post.userId, post.author])).toEqual([
        [null, null],
        [null, null],
      ]);
      expect(await session.query(Post).count()).toBe(3);
    });

    test('a deleted object leaves the loaded relations of others, and a rollback brings it back', async () => {
      const { session, first } = await twoUsers(database);
      const [one, two] = await first.posts;
      session.delete(one);
      await session.flush();
      expect([...(await first.posts)]).toEqual([two]);
      await session.rollback();
      expect([...(await first.posts)]).toEqual([one, two]);
    });

    test('delete-orphan: what is removed is deleted, what is moved is kept', async () => {
      const { session, User, Address } = await openBlog(database);
      const [one, two, three] = ['1', '2', '3'].map((email) => new Address({ email }));
      const ann = new User({ name: 'ann', addresses: [one, two, three] });
      const bob = new User({ name: 'bob' });
      session.addAll([ann, bob]);
      await session.commit();
      ann.addresses.remove(one);
      bob.addresses.add(two);
      await session.commit();
      expect(await session.all(text('SELECT email, user_id FROM addresses ORDER BY id'))).toEqual([
        { email: '2', user_id: bob.id },
        { email: '3', user_id: ann.id },
      ]);
      expect(inspect(one).state).toBe('detached');
      ann.addresses.set([]);
      await session.commit();
      expect(await session.query(Address).count()).toBe(1);
    });

    test('a child that is removed, given to another parent, and outlives the first', async () => {
      const { session, User, Address } = await openBlog(database);
      const address = new Address({ email: '1' });
      const ann = new User({ name: 'ann', addresses: [address] });
      const bob = new User({ name: 'bob' });
      session.addAll([ann, bob]);
      await session.commit();
      ann.addresses.remove(address);
      session.delete(ann);
      bob.addresses.add(address);
      await session.commit();
      expect(await session.all(text('SELECT email, user_id FROM addresses'))).toEqual([{ email: '1', user_id: bob.id }]);
    });

    test('a pending orphan leaves the session at once, with what came in with it', async () => {
      const { session, User, Address } = await openBlog(database);
      const user = new User({ name: 'a' });
      session.add(user);
      const address = new Address({ email: 'x' });
      user.addresses.add(address);
      expect(session.contains(address)).toBe(true);
      user.addresses.remove(address);
      expect(session.contains(address)).toBe(false);
      expect(inspect(address).state).toBe('transient');
      await session.commit();
      expect(await session.query(Address).count()).toBe(0);
    });

    test('delete() and then add() before the flush keeps the object', async () => {
      const { session, first, User } = await twoUsers(database);
      session.delete(first);
      session.add(first);
      expect(session.deleted.size).toBe(0);
      await session.commit();
      expect(await session.query(User).count()).toBe(2);
    });

    test('passiveDeletes leaves children that are not loaded to the database', async () => {
      const db = openDatabase(database);
      class Shelf extends db.Model('shelves', {
        id: t.integer().primaryKey(),
        get books() {
          return hasMany(Book, { cascade: 'all', passiveDeletes: true });
        },
      }) {}
      class Book extends db.Model('books', {
        id: t.integer().primaryKey(),
        shelfId: t.integer().references('shelves.id', { onDelete: 'cascade' }),
        get shelf() {
          return belongsTo(Shelf);
        },
      }) {}
      await db.createAll();
      const statements = new Statements(db.engine);
      await using session = db.createSession();
      session.addAll([new Shelf({ books: [new Book(), new Book()] }), new Shelf({ books: [new Book()] })]);
      await session.commit();
      await using next = db.createSession();
      const [first, second] = await next.query(Shelf).orderBy(Shelf.c.id).all();
      statements.takeAll();
      next.delete(first);
      await next.commit();
      expect(statements.summary()).toEqual(['DELETE shelves']);
      await second.books;
      statements.takeAll();
      next.delete(second);
      await next.commit();
      expect(statements.summary()).toEqual(['DELETE books', 'DELETE shelves']);
      expect(await next.query(Book).count()).toBe(0);
    });

    test("passiveDeletes: 'all' never touches the children", async () => {
      const db = openDatabase(database);
      class Shelf extends db.Model('shelves', {
        id: t.integer().primaryKey(),
        get books() {
          return hasMany(Book, { passiveDeletes: 'all' });
        },
      }) {}
      class Book extends db.Model('books', { id: t.integer().primaryKey(), shelfId: t.integer().nullable().references('shelves.id') }) {}
      await db.createAll();
      await using session = db.createSession();
      const shelf = new Shelf({ books: [new Book()] });
      session.add(shelf);
      await session.commit();
      await shelf.books;
      session.delete(shelf);
      await expect(session.flush()).rejects.toThrow(ForeignKeyViolation);
      await session.rollback();
      shelf.books.remove((await shelf.books)[0]);
      await session.commit();
      expect(await session.all(text('SELECT shelf_id FROM books'))).toEqual([{ shelf_id: 1 }]);
    });

    test('cascade none brings nothing in', async () => {
      const db = openDatabase(database);
      class A extends db.Model('as', {
        id: t.integer().primaryKey(),
        get bs() {
          return hasMany(B, { cascade: 'none' });
        },
      }) {}
      class B extends db.Model('bs', { id: t.integer().primaryKey(), aId: t.integer().nullable().references('as.id') }) {}
      await db.createAll();
      await using session = db.createSession();
      const b = new B();
      session.add(new A({ bs: [b] }));
      expect(session.contains(b)).toBe(false);
      await session.commit();
      expect(await session.query(B).count()).toBe(0);
    });

    test('an unknown cascade is an error when the relation is first used', async () => {
      const db = openDatabase(database);
      class A extends db.Model('as', {
        id: t.integer().primaryKey(),
        get bs() {
          return hasMany(B, { cascade: 'al' });
        },
      }) {}
      class B extends db.Model('bs', { id: t.integer().primaryKey(), aId: t.integer().references('as.id') }) {}
      expect(() => new A({ bs: [new B()] })).toThrow(/cascade 'al'/);
    });

    test('a view-only relation is read and never written', async () => {
      const db = openDatabase(database);
      class A extends db.Model('as', {
        id: t.integer().primaryKey(),
        get bs() {
          return hasMany(B, { backPopulates: 'a' });
        },
        get good() {
          return hasMany(B, { viewOnly: true, on: () => B.c.ok.eq(true) });
        },
      }) {}
      class B extends db.Model('bs', {
        id: t.integer().primaryKey(),
        ok: t.boolean(),
        aId: t.integer().nullable().references('as.id'),
        get a() {
          return belongsTo(A, { nullable: true, backPopulates: 'bs' });
        },
      }) {}
      await db.createAll();
      await using session = db.createSession();
      const a = new A({ bs: [new B({ ok: true }), new B({ ok: false })] });
      session.add(a);
      await session.commit();
      expect((await a.good).map((b) => b.id)).toEqual([1]);
      expect(() => a.good.add(new B({ ok: true }))).toThrow(/view-only/);
      expect(
        await session
          .query(A)
          .with({ good: true })
          .one()
          .then((x) => x.good.length),
      ).toBe(1);
    });
  });

  test('a collection that is not loaded throws where it is read, and says how to load it', async () => {
    const { db, User } = await twoUsers(database);
    await using session = db.createSession();
    const user = (await session.get(User, 1)) as InstanceType<typeof User>;
    const posts = user.posts as unknown as Iterable<unknown> & { length: number; map(fn: () => unknown): unknown };
    expect(() => [...posts]).toThrow(NotLoadedError);
    expect(() => posts.length).toThrow(/'posts' of <User id=1> is not loaded.*await object\.posts/);
    expect(() => posts.map(() => 1)).toThrow(NotLoadedError);
    expect(JSON.parse(JSON.stringify(user))).toEqual({ id: 1, name: 'a', age: null });
  });
});

import { describe, expect, test } from 'vitest';
import {
  belongsTo,
  DetachedInstanceError,
  hasMany,
  InvalidStateError,
  inspect,
  isLoaded,
  MappingError,
  NoResultFound,
  NotLoadedError,
  StaleDataError,
  t,
  text,
} from '../../src/index.ts';
import { openDatabase, Statements, sharedDatabases } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { openBlog } from './blog-models.ts';

describe.each([...allDatabases, ...pgliteDatabases])('expiring and refreshing on $name', (database) => {
  async function stored() {
    const blog = await openBlog(database);
    const { session, User, Post } = blog;
    const ann = new User({ name: 'ann', age: 30, posts: [new Post({ title: 'one' }), new Post({ title: 'two' })] });
    const bea = new User({ name: 'bea', age: 20 });
    session.addAll([ann, bea]);
    await session.commit();
    blog.statements.takeAll();
    return { ...blog, ann, bea };
  }

  test('one attribute expires alone; setting it needs no read, and the flush writes it', async () => {
    const { session, statements, ann } = await stored();
    session.expire(ann, ['age']);
    expect(ann.name).toBe('ann');
    expect(() => ann.age).toThrow(NotLoadedError);
    expect(() => ann.age).toThrow(/session\.refresh/);
    ann.age = 5;
    expect(ann.age).toBe(5);
    await session.commit();
    expect(statements.summary()).toEqual(['UPDATE users']);
    session.expire(ann, ['age', 'name']);
    await session.refresh(ann, { attributes: ['age', 'name'] });
    expect(statements.summary()).toEqual(['SELECT users']);
    expect([ann.age, ann.name]).toEqual([5, 'ann']);
  });

  test('what was set while it was expired goes back to what the row has', async () => {
    const { session, User, ann } = await stored();
    session.expire(ann);
    ann.age = 5;
    await session.noAutoflush(() => session.query(User).all());
    expect([ann.age, ann.name]).toEqual([5, 'ann']);
    await session.rollback();
    expect(ann.age).toBe(30);
  });

  test('a relation expires alone, with what was added to it', async () => {
    const { session, Post, ann } = await stored();
    expect(isLoaded(ann.posts)).toBe(true);
    session.expire(ann, ['posts']);
    expect(isLoaded(ann.posts)).toBe(false);
    expect(ann.name).toBe('ann');
    expect((await ann.posts).length).toBe(2);
    const [post] = await session.query(Post).orderBy(Post.c.id).all();
    session.expire(post, ['author', 'title']);
    expect(() => post.title).toThrow(NotLoadedError);
    expect(await post.author).toBe(ann);
    expect(() => session.expire(ann, ['nope'])).toThrow(MappingError);
  });

  test('an expired key goes back to that of the row', async () => {
    const { session, User, ann } = await stored();
    ann.id = 900;
    session.expire(ann);
    expect(ann.id).toBe(1);
    expect(await session.get(User, 1)).toBe(ann);
    ann.id = 900;
    session.expire(ann, ['id']);
    expect(ann.id).toBe(1);
    expect(session.isModified(ann)).toBe(false);
  });

  test('what a relation was changed to is lost on its other side too', async () => {
    const { session, statements, User, Post, Tag, Profile, ann, bea } = await stored();
    const [one, two] = await ann.posts;
    const [red, blue] = ['red', 'blue'].map((name) => new Tag({ name }));
    one.tags.add(red);
    session.addAll([blue, new Profile({ bio: 'a', user: ann }), new Profile({ bio: 'b', user: bea })]);
    await session.commit();
    const ways = [
      () => session.refresh([one, two]),
      () => session.refresh([one, two], { attributes: ['author', 'tags'] }),
      async () => {
        session.expire(one);
        session.expire(two, ['author']);
        await session.refresh([one, two]);
      },
      () => session.noAutoflush(() => session.query(Post).populateExisting().orderBy(Post.c.id).all()),
    ];
    for (const read of ways) {
      await bea.posts;
      await blue.posts;
      one.author = bea;
      two.author = null;
      one.tags.set([blue]);
      await read();
      statements.takeAll();
      await session.flush();
      expect(statements.count()).toBe(0);
      expect([...(await bea.posts), ...(await blue.posts)]).toEqual([]);
      expect(new Set(await ann.posts)).toEqual(new Set([one, two]));
      expect([(await one.author) === ann, (await two.author) === ann, [...(await one.tags)]]).toEqual([true, true, [red]]);
    }
    const [a, b] = await session.query(Profile).with({ user: true }).orderBy(Profile.c.id).all();
    await session.load([ann, bea], { profile: true });
    a.user = bea;
    await session.refresh([a, b]);
    expect([ann.profile === a, bea.profile === b]).toEqual([true, true]);
    statements.takeAll();
    await session.commit();
    expect(statements.count()).toBe(0);

    // Whose foreign key it is keeps its word.
    const three = new Post({ title: 'three' });
    session.add(three);
    await session.commit();
    bea.posts.add(three);
    await session.refresh(bea);
    await session.commit();
    expect((await session.query(Post).filterBy({ author: bea }).all()) as unknown).toEqual([three]);
    expect(await session.query(User).count()).toBe(2);
  });

  test('an object whose foreign key was forgotten leaves the loaded list of its owner', async () => {
    const { session, statements, ann, bea } = await stored();
    const [one, two] = await ann.posts;
    await bea.posts;
    session.expire(one, ['userId', 'author']);
    session.expire(two, ['userId', 'author']);
    one.author = null;
    two.author = bea;
    statements.takeAll();
    expect([await ann.posts, await bea.posts]).toEqual([[], [two]]);
    await session.commit();
    expect(statements.batches()).toEqual(['UPDATE posts']);
    expect(await session.all(text('SELECT user_id FROM posts ORDER BY id'))).toEqual([{ user_id: null }, { user_id: bea.id }]);
    await session.refresh([ann, bea], { relations: { posts: true } });
    expect([await ann.posts, await bea.posts]).toEqual([[], [two]]);
  });

  test('expireAll() expires all; one query reads them again', async () => {
    const { session, statements, User, ann, bea } = await stored();
    ann.age = 99;
    session.expireAll();
    expect(() => bea.name).toThrow(NotLoadedError);
    expect(session.dirty.size).toBe(0);
    await session.query(User).all();
    expect(statements.count()).toBe(1);
    expect([ann.age, bea.name]).toEqual([30, 'bea']);
  });

  test('expired and gone: get() gives null, and the object has left', async () => {
    const { session, User, bea } = await stored();
    session.expire(bea);
    await session.execute(text("DELETE FROM users WHERE name = 'bea'"));
    expect(await session.get(User, bea.id)).toBeNull();
    expect(session.contains(bea)).toBe(false);
    expect(() => bea.name).toThrow(DetachedInstanceError);
    await session.rollback();
  });

  test('refresh() of many is one statement for each class, and loses only what they were changed to', async () => {
    const { session, statements, Post, ann, bea } = await stored();
    const posts = await session.query(Post).orderBy(Post.c.id).all();
    statements.takeAll();
    ann.age = 1;
    bea.age = 2;
    posts[1].title = 'kept';
    await session.refresh([ann, bea, posts[0]]);
    // The change of the other post was flushed first, as before any query.
    expect(statements.summary()).toEqual(['UPDATE posts', 'SELECT users', 'SELECT posts']);
    expect([ann.age, bea.age, posts[1].title]).toEqual([30, 20, 'kept']);
    await session.rollback();
  });

  test('refresh() of attributes reads only those, and keeps the changes of others', async () => {
    const { session, statements, ann } = await stored();
    await session.execute(text("UPDATE users SET name = 'db', age = 77 WHERE name = 'ann'"));
    ann.age = 1;
    statements.takeAll();
    await session.noAutoflush(() => session.refresh(ann, { attributes: ['name'] }));
    const [sql] = statements.take();
    expect(sql).not.toMatch(/\bage\b/);
    expect([ann.name, ann.age]).toEqual(['db', 1]);
    expect(session.isModified(ann)).toBe(true);
    await session.rollback();
    expect([ann.name, ann.age]).toEqual(['ann', 30]);
  });

  test('refresh() loads relations with the object', async () => {
    const { session, statements, ann } = await stored();
    session.expire(ann);
    await session.refresh(ann, { relations: { posts: true, profile: true } });
    expect(statements.summary()).toEqual(['SELECT users', 'SELECT posts', 'SELECT profiles']);
    expect((await ann.posts).map((post) => post.title)).toEqual(['one', 'two']);
    expect(statements.count()).toBe(0);
    await session.refresh(ann, { attributes: ['posts'] });
    expect(statements.summary()).toEqual(['SELECT posts']);
  });

  test('refresh() goes along refresh-expire, and what it reaches and has no row leaves', async () => {
    const db = openDatabase(database);
    class Parent extends db.Model('parents', {
      id: t.integer().primaryKey(),
      name: t.string(20),
      get children() {
        return hasMany(Child, { cascade: 'all', orderBy: () => Child.c.id });
      },
    }) {}
    class Child extends db.Model('children', {
      id: t.integer().primaryKey(),
      name: t.string(20),
      parentId: t.integer().nullable().references('parents.id'),
      get parent() {
        return belongsTo(Parent, { nullable: true });
      },
    }) {}
    await db.createAll();
    const session = db.createSession();
    const children = [new Child({ name: 'a' }), new Child({ name: 'b' })];
    const parent = new Parent({ name: 'p', children });
    session.add(parent);
    await session.commit();
    const statements = new Statements(db.engine);
    await session.execute(text("UPDATE children SET name = 'new' WHERE name = 'a'"));
    await session.execute(text("DELETE FROM children WHERE name = 'b'"));
    children[0].name = 'lost';
    const pending = new Child({ id: 50, name: 'c' });
    parent.children.add(pending);
    statements.takeAll();
    await session.refresh(parent);
    // A new child has no row to be read: it is stored, as by any read, and not lost.
    expect(statements.summary()).toEqual(['INSERT children', 'SELECT parents', 'SELECT children']);
    expect(children[0].name).toBe('new');
    expect(children.map((child) => session.contains(child))).toEqual([true, false]);
    expect([inspect(pending).state, pending.parentId]).toEqual(['persistent', parent.id]);
    await session.commit();
    expect((await parent.children).map((child) => child.name)).toEqual(['new', 'c']);
    const late = new Child({ name: 'd' });
    parent.children.add(late);
    session.expire(parent);
    expect(() => children[0].name).toThrow(NotLoadedError);
    expect(inspect(late).state).toBe('pending');
    await session.commit();
    expect(late.parentId).toBe(parent.id);
    await session.close();
  });

  test.each(['refresh', 'expire'] as const)('%s() lets new objects of a parent that owns them go', async (how) => {
    const db = openDatabase(database);
    class Owner extends db.Model('owners', {
      id: t.integer().primaryKey(),
      get things() {
        return hasMany(Thing, { cascade: 'all, delete-orphan' });
      },
    }) {}
    class Thing extends db.Model('things', { id: t.integer().primaryKey(), ownerId: t.integer().references('owners.id') }) {}
    await db.createAll();
    const session = db.createSession();
    const owner = new Owner({ things: [new Thing({})] });
    session.add(owner);
    await session.commit();
    const late = new Thing({});
    owner.things.add(late);
    if (how === 'refresh') await session.refresh(owner);
    else session.expire(owner);
    expect(inspect(late).state).toBe('transient');
    await session.commit();
    expect((await owner.things).length).toBe(1);
    expect(await session.query(Thing).count()).toBe(1);
    await session.close();
  });

  test('refresh() and expire() want stored objects of this session', async () => {
    const { db, session, User, ann, bea } = await stored();
    expect(() => session.expire(new User({ name: 'x' }))).toThrow(InvalidStateError);
    const pending = new User({ name: 'y' });
    session.add(pending);
    expect(() => session.expire(pending)).toThrow(InvalidStateError);
    session.expunge(pending);
    const other = db.createSession();
    await expect(other.refresh(ann)).rejects.toThrow(InvalidStateError);
    await other.close();
    await session.execute(text("DELETE FROM users WHERE name = 'bea'"));
    await expect(session.refresh([bea])).rejects.toThrow(StaleDataError);
    await session.rollback();
  });

  test('get() with populateExisting reads the row again, and getOne() throws where there is none', async () => {
    const { session, statements, User, ann } = await stored();
    await session.execute(text("UPDATE users SET name = 'db' WHERE name = 'ann'"));
    statements.takeAll();
    expect(await session.get(User, ann.id)).toBe(ann);
    expect([statements.count(), ann.name]).toEqual([0, 'ann']);
    expect(await session.get(User, ann.id, { populateExisting: true, with: { posts: true } })).toBe(ann);
    expect(statements.summary()).toEqual(['SELECT users', 'SELECT posts']);
    expect(ann.name).toBe('db');
    expect(await session.getOne(User, ann.id)).toBe(ann);
    await expect(session.getOne(User, 999)).rejects.toThrow(NoResultFound);
    expect(await session.get(User, 999, { populateExisting: true })).toBeNull();
    await session.rollback();
  });

  test('a lock opens a transaction and always reads', async () => {
    const { session, statements, User, ann, bea } = await stored();
    expect(await session.get(User, ann.id, { lock: true })).toBe(ann);
    expect(session.inTransaction).toBe(true);
    expect(statements.count()).toBe(1);
    await session.rollback();
    await session.refresh([ann, bea], { lock: true });
    expect(session.inTransaction).toBe(true);
    await session.rollback();
    await session.get(User, ann.id, { lock: false });
    expect(session.inTransaction).toBe(false);
  });

  test('identityMap shows what the session has', async () => {
    const { session, User, ann, bea } = await stored();
    const map = session.identityMap;
    expect([map.size, map.get(User, bea.id), map.get(User, 99), map.has(User, ann.id)]).toEqual([4, bea, null, true]);
    expect(map.of(User).map((user) => user.name)).toEqual(['ann', 'bea']);
    expect([...map].length).toBe(4);
    session.expunge(bea);
    expect(map.has(User, bea.id)).toBe(false);
  });

  test('isModified() tells net changes', async () => {
    const { session, Post, ann } = await stored();
    ann.age = 31;
    expect(session.isModified(ann)).toBe(true);
    ann.age = 30;
    expect(session.isModified(ann)).toBe(false);
    const post = new Post({ title: 'x' });
    ann.posts.add(post);
    expect(session.isModified(ann)).toBe(true);
    ann.posts.remove(post);
    expect(session.isModified(ann)).toBe(false);
  });
});

describe.each(sharedDatabases)('what another session wrote on $name', (database) => {
  test('refresh() sees it', async () => {
    const { db, session, User } = await openBlog(database);
    const ann = new User({ name: 'ann' });
    session.add(ann);
    await session.commit();
    const other = db.createSession();
    (await other.getOne(User, ann.id)).name = 'anna';
    await other.commit();
    await other.close();
    expect(ann.name).toBe('ann');
    await session.refresh(ann);
    expect(ann.name).toBe('anna');
  });
});

import { describe, expect, test } from 'vitest';
import {
  belongsTo,
  type Database,
  hasMany,
  InvalidStateError,
  inspect,
  isLoaded,
  makeTransient,
  makeTransientToDetached,
  NotLoadedError,
  objectSession,
  t,
} from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { openBlog } from './blog-models.ts';

describe.each([...allDatabases, ...pgliteDatabases])('merge() on $name', (database) => {
  /** Ann with two posts, an address and a profile, all committed, in no session. */
  async function detachedAnn() {
    const blog = await openBlog(database);
    const { session, User, Post, Address, Profile, Tag } = blog;
    const ann = new User({
      name: 'ann',
      age: 30,
      posts: [new Post({ title: 'one', tags: [new Tag({ name: 'x' })] }), new Post({ title: 'two' })],
      addresses: [new Address({ email: 'a@x' })],
      profile: new Profile({ bio: 'bio' }),
    });
    session.add(ann);
    await session.commit();
    session.expungeAll();
    blog.statements.takeAll();
    return { ...blog, ann };
  }

  test('a new object without a key becomes a pending copy, with what it leads to', async () => {
    const { session, User, Post } = await openBlog(database);
    const given = new User({ name: 'ann', posts: [new Post({ title: 'one' })] });
    const merged = await session.merge(given);
    expect(merged).not.toBe(given);
    expect(merged).toBeInstanceOf(User);
    expect([inspect(given).state, inspect(merged).state]).toEqual(['transient', 'pending']);
    await session.commit();
    const rows = await session.query(Post).with({ author: true }).all();
    expect(rows.map((post) => [post.title, post.author?.name])).toEqual([['one', 'ann']]);
    expect(rows[0].author).toBe(merged);
    expect(given.id).toBeUndefined();
  });

  test('a new object with the key of a row changes that row; what it does not have is left alone', async () => {
    const { session, statements, User, ann } = await detachedAnn();
    const merged = await session.merge(new User({ id: ann.id, name: 'anna' }));
    expect(inspect(merged).state).toBe('persistent');
    expect([merged.name, merged.age]).toEqual(['anna', 30]);
    expect(statements.count()).toBe(1);
    await session.commit();
    expect(statements.summary()).toEqual(['UPDATE users']);
    expect(await session.query(User).select(User.c.name, User.c.age).all()).toEqual([['anna', 30]]);
  });

  test('null overwrites, and an equal value is no change', async () => {
    const { session, statements, User, ann } = await detachedAnn();
    const same = await session.merge(new User({ id: ann.id, name: 'ann', age: 30 }));
    expect(session.isModified(same)).toBe(false);
    await session.commit();
    expect(statements.summary()).toEqual(['SELECT users']);
    await session.merge(new User({ id: ann.id, age: null }));
    await session.commit();
    expect(await session.query(User).select(User.c.name, User.c.age).all()).toEqual([['ann', null]]);
  });

  test('a new object with a key that no row has is inserted with it', async () => {
    const { session, User } = await openBlog(database);
    const merged = await session.merge(new User({ id: 70, name: 'zoe' }));
    expect(inspect(merged).state).toBe('pending');
    await session.commit();
    expect(await session.query(User).select(User.c.id, User.c.name).all()).toEqual([[70, 'zoe']]);
  });

  test('a detached graph is copied with a statement or two for each class', async () => {
    const { session, statements, User, Post, ann } = await detachedAnn();
    ann.age = 31;
    [...(await ann.posts)][1].title = 'second';
    const merged = await session.merge(ann);
    expect(inspect(ann).state).toBe('detached');
    expect(statements.summary().sort()).toEqual([
      'SELECT addresses',
      'SELECT post_tags',
      'SELECT posts',
      'SELECT profiles',
      'SELECT users',
    ]);
    expect([...(await merged.posts)].map((post) => post.title)).toEqual(['one', 'second']);
    expect([...(await merged.posts)][0]).not.toBe([...(await ann.posts)][0]);
    await session.commit();
    expect(statements.summary().sort()).toEqual(['UPDATE posts', 'UPDATE users']);
    expect(await session.query(User).select(User.c.age).scalars()).toEqual([31]);
    expect(await session.query(Post).orderBy(Post.c.id).select(Post.c.title).scalars()).toEqual(['one', 'second']);
  });

  test('an object that the session has is read no more, and its changes are overwritten where the given one has a value', async () => {
    const { session, statements, User, ann } = await detachedAnn();
    const mine = await session.getOne(User, ann.id);
    mine.age = 99;
    mine.name = 'mine';
    statements.takeAll();
    await session.noAutoflush(async () => {
      expect(await session.merge(new User({ id: ann.id, name: 'given' }))).toBe(mine);
    });
    expect(statements.count()).toBe(0);
    expect([mine.name, mine.age]).toEqual(['given', 99]);
  });

  test('an object of this session is merged to itself', async () => {
    const { session, User } = await openBlog(database);
    const pending = new User({ name: 'bea' });
    session.add(pending);
    await session.noAutoflush(async () => {
      expect(await session.merge(pending)).toBe(pending);
    });
    expect(session.new.size).toBe(1);
    await session.commit();
    expect(await session.merge(pending)).toBe(pending);
  });

  test('a collection takes the place of the one that was there; orphans go', async () => {
    const { session, User, Address, Post, ann } = await detachedAnn();
    const [kept] = [...(await ann.posts)];
    const stored = await session.merge(
      new User({ id: ann.id, posts: [new Post({ id: kept.id, title: 'kept' }), new Post({ title: 'new' })], addresses: [] }),
    );
    expect([...(await stored.posts)].map((post) => post.title)).toEqual(['kept', 'new']);
    await session.commit();
    expect(await session.query(Address).count()).toBe(0);
    const titles = await session.query(Post).filterBy({ author: stored }).orderBy(Post.c.id).select(Post.c.title).scalars();
    expect(titles).toEqual(['kept', 'new']);
    expect(await session.query(Post).filterBy({ author: null }).count()).toBe(1);
  });

  test('a collection that was only looked at, and a stub that is only referred to, say nothing', async () => {
    const { session, User, Post, Address, ann } = await detachedAnn();
    const looked = new User({ id: ann.id });
    expect(looked.posts.isLoaded).toBe(true);
    await session.merge(looked);
    const post = await session.merge(new Post({ title: 'three', author: new User({ id: ann.id }) }));
    await session.commit();
    expect(post.userId).toBe(ann.id);
    expect(await session.query(Post).filter(Post.c.userId.eq(ann.id)).count()).toBe(3);
    expect(await session.query(Address).count()).toBe(1);
  });

  test('adding to and removing from a collection that is not loaded is merged as that', async () => {
    const { db, session, User, Post, ann } = await detachedAnn();
    const other = db.createSession();
    const bare = await other.getOne(User, ann.id);
    const [first] = await other.query(Post).orderBy(Post.c.id).all();
    other.expungeAll();
    bare.posts.add(new Post({ title: 'three' }));
    bare.posts.remove(first);
    await session.merge(bare);
    await session.commit();
    const titles = await session.query(Post).filter(Post.c.userId.eq(ann.id)).orderBy(Post.c.id).select(Post.c.title).scalars();
    expect(titles).toEqual(['two', 'three']);
    await other.close();
  });

  test('circles and trees end; two given objects of one row become one', async () => {
    const { session, Node, Post, User } = await openBlog(database);
    const root = new Node({ id: 1, data: 'root' });
    const child = new Node({ id: 2, data: 'child', parent: root });
    root.children.add(new Node({ id: 3, data: 'other' }));
    const merged = await session.merge(root);
    expect([...(await merged.children)].every((node) => node.parent === merged)).toBe(true);
    expect(await session.merge(child)).not.toBe(child);
    await session.commit();
    const rows = await session.query(Node).orderBy(Node.c.id).select(Node.c.id, Node.c.parentId).all();
    expect(rows).toEqual([
      [1, null],
      [2, 1],
      [3, 1],
    ]);
    const [a, b] = await session.mergeAll([
      new Post({ title: 'a', author: new User({ id: 5, name: 'eve' }) }),
      new Post({ title: 'b', author: new User({ id: 5, name: 'eve' }) }),
    ]);
    expect(a.author).toBe(b.author);
    await session.commit();
    expect(await session.query(User).count()).toBe(1);
  });

  test('an unloaded to-one relation is not overwritten, and null empties one', async () => {
    const { session, Post, ann } = await detachedAnn();
    const [first, second] = [...(await ann.posts)];
    await session.merge(new Post({ id: first.id, title: 'renamed' }));
    await session.merge(new Post({ id: second.id, author: null }));
    await session.commit();
    const rows = await session.query(Post).orderBy(Post.c.id).select(Post.c.title, Post.c.userId).all();
    expect(rows).toEqual([
      ['renamed', ann.id],
      ['two', null],
    ]);
  });

  test('half of the graph is never flushed', async () => {
    const { session, Address, User } = await openBlog(database);
    // An address without its user could not be stored.
    await session.merge(new Address({ id: 1, email: 'a', user: new User({ id: 9, name: 'x' }) }));
    await session.commit();
    expect(await session.query(Address).select(Address.c.userId).scalars()).toEqual([9]);
  });

  test('load: false takes the object for its row, without a statement', async () => {
    const { db, session, statements, User, ann } = await detachedAnn();
    const merged = await session.merge(ann, { load: false });
    expect(statements.count()).toBe(0);
    expect(inspect(merged)).toMatchObject({ state: 'persistent', modified: false });
    expect(merged).not.toBe(ann);
    expect([...(await merged.posts)].map((post) => post.title)).toEqual(['one', 'two']);
    expect(await session.get(User, ann.id)).toBe(merged);
    expect(statements.count()).toBe(0);
    merged.age = 3;
    await session.commit();
    expect(statements.summary()).toEqual(['UPDATE users']);
    const other = db.createSession();
    ann.age = 77;
    await expect(other.merge(ann, { load: false })).rejects.toThrow(/changes that were not written/);
    await expect(other.merge(new User({ id: 1, name: 'new' }), { load: false })).rejects.toThrow(InvalidStateError);
    await other.close();
  });

  test('a relation without the merge cascade is left alone', async () => {
    const db = openDatabase(database);
    const { Parent, Child } = cascadeModels(db, 'save-update');
    await db.createAll();
    const statements = new Statements(db.engine);
    const session = db.createSession();
    session.add(new Parent({ id: 1, children: [new Child({ name: 'a' })] }));
    await session.commit();
    session.expungeAll();
    statements.takeAll();
    const merged = await session.merge(new Parent({ id: 1, children: [] }));
    expect(statements.summary()).toEqual(['SELECT parents']);
    expect(isLoaded(merged.children)).toBe(false);
    await session.commit();
    expect(await session.query(Child).filter(Child.c.parentId.isNotNull()).count()).toBe(1);
    await session.close();
  });

  test('composite keys are looked up together, and a key that is not whole is new', async () => {
    const db = openDatabase(database);
    class Line extends db.Model('lines', { order: t.integer().primaryKey(), place: t.integer().primaryKey(), text: t.string(20) }) {}
    await db.createAll();
    const statements = new Statements(db.engine);
    const session = db.createSession();
    session.addAll([new Line({ order: 1, place: 1, text: 'a' }), new Line({ order: 1, place: 2, text: 'b' })]);
    await session.commit();
    session.expungeAll();
    statements.takeAll();
    const merged = await session.mergeAll([
      new Line({ order: 1, place: 2, text: 'B' }),
      new Line({ order: 1, place: 1, text: 'A' }),
      new Line({ order: 2, place: 1, text: 'C' }),
    ]);
    expect(statements.summary()).toEqual(['SELECT lines']);
    expect(merged.map((line) => inspect(line).state)).toEqual(['persistent', 'persistent', 'pending']);
    await session.commit();
    expect(await session.query(Line).orderBy(Line.c.order, Line.c.place).select(Line.c.text).scalars()).toEqual(['A', 'B', 'C']);
    statements.takeAll();
    const half = await session.merge(new Line({ order: 4, text: 'D' }));
    expect(statements.count()).toBe(0);
    session.expunge(half);
    await session.close();
  });
});

function cascadeModels(db: Database, cascade: string) {
  class Parent extends db.Model('parents', {
    id: t.integer().primaryKey(),
    name: t.string(20).nullable(),
    get children() {
      return hasMany(Child, { cascade, orderBy: () => Child.c.id });
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
  return { Parent, Child };
}

describe.each([...allDatabases, ...pgliteDatabases])('leaving a session on $name', (database) => {
  async function family(cascade: string) {
    const db = openDatabase(database);
    const models = cascadeModels(db, cascade);
    await db.createAll();
    const session = db.createSession();
    const children = [new models.Child({ name: 'a' }), new models.Child({ name: 'b' })];
    const parent = new models.Parent({ name: 'p', children });
    session.add(parent);
    await session.commit();
    const statements = new Statements(db.engine);
    return { db, session, parent, children, statements, ...models };
  }

  test('expunge() goes along its cascade, and only there', async () => {
    const { session, parent, children, Child } = await family('all');
    const pending = new Child({ name: 'c' });
    parent.children.add(pending);
    session.expunge(parent);
    expect([parent, ...children].map((object) => inspect(object).state)).toEqual(['detached', 'detached', 'detached']);
    expect(inspect(pending).state).toBe('transient');
    expect([...session].length).toBe(0);
    const other = await family('save-update, merge');
    other.session.expunge(other.parent);
    expect(other.session.contains(other.parent)).toBe(false);
    expect(other.session.contains(other.children[0])).toBe(true);
    expect(() => other.session.expunge(other.parent)).toThrow(InvalidStateError);
    expect(objectSession(other.children[0])).toBe(other.session);
    expect(objectSession(other.parent)).toBeNull();
  });

  test('a detached object brings what it was given and what it gave up into the session', async () => {
    const { session, parent, children, Child } = await family('all');
    session.expunge(parent);
    const added = new Child({ name: 'c' });
    parent.children.remove(children[0]);
    parent.children.add(added);
    session.add(parent);
    expect([...children, added].every((object) => session.contains(object))).toBe(true);
    await session.commit();
    expect(await session.query(Child).orderBy(Child.c.id).select(Child.c.name, Child.c.parentId).all()).toEqual([
      ['a', null],
      ['b', parent.id],
      ['c', parent.id],
    ]);
  });

  test('makeTransient() makes a copy of the row possible, and a deleted object new again', async () => {
    const { session, parent, children, Child } = await family('save-update');
    const [first, second] = children;
    makeTransient(first);
    expect([inspect(first).state, session.contains(first), first.name]).toEqual(['transient', false, 'a']);
    first.id = 50;
    session.add(first);
    session.delete(second);
    await session.flush();
    makeTransient(second);
    session.add(second);
    await session.commit();
    expect(await session.query(Child).orderBy(Child.c.id).select(Child.c.id, Child.c.name).all()).toEqual([
      [1, 'a'],
      [2, 'b'],
      [50, 'a'],
    ]);
    expect(inspect(parent).state).toBe('persistent');
  });

  test('makeTransientToDetached() stands for a row', async () => {
    const { session, statements, Parent, Child } = await family('save-update');
    session.expungeAll();
    const stub = new Parent({ id: 1 });
    makeTransientToDetached(stub);
    expect(inspect(stub).state).toBe('detached');
    session.add(stub);
    statements.takeAll();
    expect(await session.noAutoflush(() => session.identityMap.get(Parent, 1))).toBe(stub);
    expect(() => stub.name).toThrow(NotLoadedError);
    const added = new Child({ name: 'c', parent: stub });
    session.add(added);
    await session.commit();
    expect(statements.summary()).toEqual(['INSERT children']);
    expect(added.parentId).toBe(1);
    await session.refresh(stub);
    expect(stub.name).toBe('p');
    expect(() => makeTransientToDetached(stub)).toThrow(/has never been stored/);
    expect(() => makeTransientToDetached(new Parent({}))).toThrow(/key/);
  });
});

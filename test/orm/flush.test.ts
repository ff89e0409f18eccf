import { describe, expect, test } from 'vitest';
import {
  belongsTo,
  ForeignKeyViolation,
  hasMany,
  InvalidStateError,
  inspect,
  listen,
  MappingError,
  manyToMany,
  NotNullViolation,
  StaleDataError,
  t,
  text,
  UniqueViolation,
  update,
} from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { openBlog } from './blog-models.ts';

describe.each([...allDatabases, ...pgliteDatabases])('flush on $name', (database) => {
  test('parents come before children, and rows of one class go in one batch, in the order of add()', async () => {
    const { session, statements, User, Post } = await openBlog(database);
    const posts = Array.from({ length: 50 }, (_, i) => new Post({ title: `p${i}` }));
    const user = new User({ name: 'ann', posts });
    session.add(user);
    await session.flush();
    const sent = statements.summary();
    expect([...new Set(sent)]).toEqual(['INSERT users', 'INSERT posts']);
    expect(sent.length).toBeLessThan(8);
    expect(posts.map((post) => post.id)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(posts.every((post) => post.userId === user.id)).toBe(true);
    const rows = await session.all(text('SELECT title, user_id FROM posts ORDER BY id'));
    expect(rows).toEqual(posts.map((post) => ({ title: post.title, user_id: user.id })));
  });

  test('children that name their parent come after it, whatever the order of add()', async () => {
    const { session, statements, User, Post } = await openBlog(database);
    const user = new User({ name: 'ann' });
    session.addAll([new Post({ title: 'a', author: user }), new Post({ title: 'b', author: user })]);
    await session.flush();
    expect(statements.summary()).toEqual(['INSERT users', 'INSERT posts']);
  });

  test('foreign keys given by value are ordered by their tables', async () => {
    const { session, User, Address } = await openBlog(database);
    session.add(new Address({ id: 1, email: 'a@x', userId: 7 }));
    session.add(new User({ id: 7, name: 'ann' }));
    await session.commit();
    expect((await session.query(Address).one()).userId).toBe(7);
  });

  test('objects with and without a key of their own keep their order', async () => {
    const { session, statements, User } = await openBlog(database);
    const users = [new User({ name: 'a' }), new User({ id: 10, name: 'b' }), new User({ name: 'c' }), new User({ name: 'd' })];
    session.addAll(users);
    await session.flush();
    expect(statements.summary()).toEqual(['INSERT users', 'INSERT users', 'INSERT users']);
    // PostgreSQL's keys come from a sequence, which knows nothing of the keys that rows bring.
    expect(users.map((user) => user.id)).toEqual(database.family === 'postgresql' ? [1, 10, 2, 3] : [1, 10, 11, 12]);
    expect(await session.all(text('SELECT id, name FROM users ORDER BY name'))).toEqual(users.map(({ id, name }) => ({ id, name })));
  });

  test('a flush of nothing sends nothing and opens no transaction', async () => {
    const { session, statements, User } = await openBlog(database);
    session.add(new User({ name: 'ann' }));
    await session.commit();
    const [user] = await session.query(User).all();
    statements.takeAll();
    user.name = 'ann';
    user.age = null;
    await session.flush();
    expect(session.inTransaction).toBe(false);
    user.name = 'bob';
    user.name = 'ann';
    await session.flush();
    await session.commit();
    expect(statements.takeAll()).toEqual([]);
    expect(session.dirty.size).toBe(0);
    expect(inspect(user).modified).toBe(false);
  });

  test('an update names the changed columns only', async () => {
    const { session, statements, User } = await openBlog(database);
    session.add(new User({ name: 'ann', age: 3 }));
    await session.commit();
    const [user] = await session.query(User).all();
    statements.takeAll();
    user.age = 4;
    await session.flush();
    expect(statements.takePlain()).toEqual(['UPDATE users SET age = ? WHERE users.id = ?']);
  });

  test('objects with the same changed columns are updated in one batch', async () => {
    const { session, statements, User } = await openBlog(database);
    const users = ['a', 'b', 'c', 'd'].map((name) => new User({ name }));
    session.addAll(users);
    await session.commit();
    statements.takeAll();
    users[0].age = 1;
    users[1].age = 2;
    users[2].age = 3;
    users[3].name = 'z';
    await session.flush();
    expect(statements.summary()).toEqual(['UPDATE users', 'UPDATE users']);
    expect(await session.all(text('SELECT name, age FROM users ORDER BY id'))).toEqual([
      { name: 'a', age: 1 },
      { name: 'b', age: 2 },
      { name: 'c', age: 3 },
      { name: 'z', age: null },
    ]);
  });

  test('children are deleted before their parents, in one statement for each class', async () => {
    const { session, statements, User, Address } = await openBlog(database);
    const user = new User({ name: 'ann', addresses: [new Address({ email: 'a' }), new Address({ email: 'b' })] });
    session.add(user);
    await session.commit();
    await user.posts;
    await user.profile;
    for (const object of [user, ...(await user.addresses)]) session.delete(object);
    statements.takeAll();
    await session.flush();
    expect(statements.summary()).toEqual(['DELETE addresses', 'DELETE users']);
  });

  test('deleting many objects takes a statement for each thousand', async () => {
    const { session, statements, Tag } = await openBlog(database);
    const tags = Array.from({ length: 2500 }, (_, i) => new Tag({ name: `t${i}` }));
    session.addAll(tags);
    await session.commit();
    await Promise.all(tags.map((tag) => tag.posts));
    statements.takeAll();
    for (const tag of tags) session.delete(tag);
    await session.commit();
    expect(statements.summary().filter((statement) => statement === 'DELETE tags')).toHaveLength(3);
    expect(await session.query(Tag).count()).toBe(0);
  });

  test('a tree of one table goes in level by level, and comes out the other way round', async () => {
    const { session, statements, Node } = await openBlog(database);
    const tree = (data: string, depth: number): InstanceType<typeof Node> =>
      new Node({ data, children: depth === 0 ? [] : [tree(`${data}a`, depth - 1), tree(`${data}b`, depth - 1)] });
    const root = tree('r', 2);
    session.add(root);
    await session.commit();
    expect(statements.summary()).toEqual(['INSERT nodes', 'INSERT nodes', 'INSERT nodes']);
    const rows = await session.all(
      text('SELECT c.data AS child, p.data AS parent FROM nodes c LEFT JOIN nodes p ON c.parent_id = p.id ORDER BY c.data'),
    );
    expect(rows).toEqual(
      [
        { child: 'r', parent: null },
        ...['ra', 'rb'].flatMap((data) => [
          { child: data, parent: 'r' },
          { child: `${data}a`, parent: data },
          { child: `${data}b`, parent: data },
        ]),
      ].sort((a, b) => (a.child < b.child ? -1 : 1)),
    );
    for (const node of await session.query(Node).all()) session.delete(node);
    await session.commit();
    expect(await session.query(Node).count()).toBe(0);
  });

  test('deleting the root of a tree without a cascade leaves its children without a parent', async () => {
    const { session, Node } = await openBlog(database);
    const root = new Node({ data: 'r', children: [new Node({ data: 'a' }), new Node({ data: 'b' })] });
    session.add(root);
    await session.commit();
    session.delete(root);
    await session.commit();
    const left = await session.query(Node).orderBy(Node.c.id).all();
    expect(left.map((node) => [node.data, node.parentId, node.parent])).toEqual([
      ['a', null, null],
      ['b', null, null],
    ]);
  });

  test('a node of a tree is its own parent', async () => {
    const { session, Node } = await openBlog(database);
    const node = new Node({ data: 'self' });
    session.add(node);
    await session.flush();
    node.parent = node;
    await session.commit();
    expect(node.parentId).toBe(node.id);
    expect(await node.parent).toBe(node);
    session.delete(node);
    await session.commit();
    expect(await session.query(Node).count()).toBe(0);
  });

  test('two tables that refer to each other: the key that may be NULL is set by an update of its own', async () => {
    const db = openDatabase(database);
    class Person extends db.Model('people', {
      id: t.integer().primaryKey(),
      name: t.string(),
      favoriteId: t.integer().nullable().references('balls.id'),
      get favorite() {
        return belongsTo(Ball, { nullable: true, foreignKey: 'favoriteId' });
      },
      get balls() {
        return hasMany(Ball, { foreignKey: 'ownerId', cascade: 'all, delete-orphan' });
      },
    }) {}
    class Ball extends db.Model('balls', {
      id: t.integer().primaryKey(),
      ownerId: t.integer().references('people.id'),
      get owner() {
        return belongsTo(Person, { foreignKey: 'ownerId' });
      },
    }) {}
    await db.createAll();
    const statements = new Statements(db.engine);
    const session = db.createSession();
    const ball = new Ball();
    const person = new Person({ name: 'ann', balls: [ball, new Ball()], favorite: ball });
    session.add(person);
    await session.commit();
    expect(statements.summary()).toEqual(['INSERT people', 'INSERT balls', 'UPDATE people']);
    expect(person.favoriteId).toBe(ball.id);
    expect(await session.all(text('SELECT favorite_id FROM people'))).toEqual([{ favorite_id: ball.id }]);
    person.favorite = null;
    await session.flush();
    session.delete(person);
    await session.commit();
    expect(await session.all(text('SELECT (SELECT count(*) FROM people) AS p, (SELECT count(*) FROM balls) AS b'))).toEqual([
      { p: 0, b: 0 },
    ]);
    await session.close();
  });

  test('rows that refer to each other in a circle of NOT NULL keys are an error that names the tables', async () => {
    const db = openDatabase(database);
    class Left extends db.Model('lefts', {
      id: t.integer().primaryKey(),
      rightId: t.integer().references('rights.id'),
      get right() {
        return belongsTo(Right, { foreignKey: 'rightId' });
      },
    }) {}
    class Right extends db.Model('rights', {
      id: t.integer().primaryKey(),
      leftId: t.integer().references('lefts.id'),
      get left() {
        return belongsTo(Left, { foreignKey: 'leftId' });
      },
    }) {}
    await db.createAll();
    const session = db.createSession();
    const left = new Left();
    left.right = new Right({ left });
    session.add(left);
    await expect(session.flush()).rejects.toThrow(/lefts, rights|rights, lefts/);
    await session.rollback();
    await session.close();
  });

  test('a unique value that one row gives up can be taken by another in the same flush', async () => {
    const { session, User } = await openBlog(database);
    const first = new User({ name: 'taken' });
    session.add(first);
    await session.commit();
    first.name = 'free';
    session.add(new User({ name: 'taken' }));
    await session.commit();
    expect((await session.query(User).orderBy(User.c.id).all()).map((user) => user.name)).toEqual(['free', 'taken']);
  });

  test('a key that a deleted row had can be taken by a new one in the same flush', async () => {
    const { session, Tag } = await openBlog(database);
    const old = new Tag({ id: 1, name: 'red' });
    session.add(old);
    await session.commit();
    session.delete(old);
    const fresh = new Tag({ id: 1, name: 'red' });
    session.add(fresh);
    await session.commit();
    expect(await session.get(Tag, 1)).toBe(fresh);
    expect(inspect(old).state).toBe('detached');
    expect(await session.query(Tag).count()).toBe(1);
  });

  test('a changed primary key updates the row by its old key', async () => {
    const { session, statements, Tag } = await openBlog(database);
    const tag = new Tag({ id: 1, name: 'red' });
    session.add(tag);
    await session.commit();
    statements.takeAll();
    tag.id = 50;
    await session.flush();
    expect(statements.takePlain()).toEqual(['UPDATE tags SET id = ? WHERE tags.id = ?']);
    expect(await session.get(Tag, 50)).toBe(tag);
    expect(await session.get(Tag, 1)).toBeNull();
    await session.rollback();
    expect(tag.id).toBe(1);
    expect(await session.get(Tag, 1)).toBe(tag);
    expect(await session.get(Tag, 50)).toBeNull();
  });

  test('a changed key and a delete in one flush delete the row by its old key', async () => {
    const { session, Tag } = await openBlog(database);
    const tag = new Tag({ id: 1, name: 'red' });
    session.add(tag);
    await session.commit();
    tag.id = 9;
    session.delete(tag);
    await session.flush();
    expect(await session.query(Tag).count()).toBe(0);
    await session.rollback();
    expect(tag.id).toBe(1);
    expect(await session.get(Tag, 1)).toBe(tag);
  });

  test('an object without a key that nothing makes says so', async () => {
    const db = openDatabase(database);
    class Country extends db.Model('countries', { code: t.string(2).primaryKey(), name: t.string() }) {}
    await db.createAll();
    const session = db.createSession();
    session.add(new Country({ name: 'France' }));
    await expect(session.flush()).rejects.toThrow(/Country.*'code' has no value/);
    await session.close();
  });

  test('a value that is missing is the database’s error', async () => {
    const { session, User, Address } = await openBlog(database);
    session.add(new User({}));
    await expect(session.flush()).rejects.toThrow(NotNullViolation);
    await session.rollback();
    session.add(new Address({ email: 'nobody' }));
    await expect(session.flush()).rejects.toThrow(NotNullViolation);
    await session.rollback();
    session.add(new Address({ email: 'somebody', userId: 99 }));
    await expect(session.flush()).rejects.toThrow(ForeignKeyViolation);
  });

  test('an update of a row that is gone is a StaleDataError, and the session goes on after rollback()', async () => {
    const { session, User } = await openBlog(database);
    const users = [new User({ name: 'a' }), new User({ name: 'b' })];
    session.addAll(users);
    await session.commit();
    await session.execute(text('DELETE FROM users WHERE id = :id'), { id: users[1].id });
    await session.commit();
    for (const user of users) user.age = 5;
    await expect(session.flush()).rejects.toThrow(StaleDataError);
    await session.rollback();
    expect(users[0].age).toBeNull();
    users[0].age = 6;
    await session.commit();
    expect(await session.all(text('SELECT name, age FROM users'))).toEqual([{ name: 'a', age: 6 }]);
  });

  test('a delete of a row that is gone is as it should be', async () => {
    const { session, Tag } = await openBlog(database);
    const tag = new Tag({ name: 'red' });
    session.add(tag);
    await session.commit();
    await session.execute(text('DELETE FROM tags'));
    session.delete(tag);
    await session.commit();
    expect(inspect(tag).state).toBe('detached');
  });

  test('a failed flush leaves the session to rollback(), which makes it usable', async () => {
    const { session, User } = await openBlog(database);
    const ann = new User({ name: 'ann' });
    session.add(ann);
    await session.commit();
    ann.age = 30;
    const twin = new User({ name: 'ann' });
    session.add(twin);
    await expect(session.flush()).rejects.toThrow(UniqueViolation);
    await expect(session.query(User).all()).rejects.toThrow(InvalidStateError);
    await expect(session.commit()).rejects.toThrow(/rollback/);
    await session.rollback();
    expect(inspect(twin).state).toBe('transient');
    expect(inspect(ann).state).toBe('persistent');
    expect(ann.age).toBeNull();
    expect(session.inTransaction).toBe(false);
    twin.name = 'bob';
    session.add(twin);
    await session.commit();
    expect((await session.query(User).orderBy(User.c.id).all()).map((user) => user.name)).toEqual(['ann', 'bob']);
  });

  test('a flush that fails half way has written nothing', async () => {
    const { session, User, Tag } = await openBlog(database);
    session.add(new Tag({ name: 'red' }));
    await session.commit();
    session.addAll([new User({ name: 'ann' }), new Tag({ name: 'red' })]);
    await expect(session.commit()).rejects.toThrow(UniqueViolation);
    await session.rollback();
    expect(await session.query(User).count()).toBe(0);
    expect(await session.query(Tag).count()).toBe(1);
  });

  test('what is changed while a flush runs belongs to the next one', async () => {
    const { session, User } = await openBlog(database);
    const user = new User({ name: 'a', age: 1 });
    session.add(user);
    await session.commit();
    user.age = 2;
    const running = session.flush();
    user.name = 'later';
    const extra = new User({ name: 'extra' });
    session.add(extra);
    await running;
    await session.commit();
    expect(await session.all(text('SELECT name, age FROM users ORDER BY id'))).toEqual([
      { name: 'later', age: 2 },
      { name: 'extra', age: null },
    ]);
  });

  test('a change at any moment of a flush is written by it or by the next', async () => {
    const { session, User, Post } = await openBlog(database);
    for (let turns = 0; turns < 40; turns++) {
      const user = new User({ name: `u${turns}`, posts: [new Post({ title: 'first' })] });
      session.add(user);
      const running = session.flush();
      for (let i = 0; i < turns; i++) await null;
      user.age = turns;
      const extra = new Post({ title: 'extra' });
      user.posts.add(extra);
      await running;
      const [first] = await user.posts;
      const again = session.flush();
      for (let i = 0; i < turns; i++) await null;
      user.posts.remove(first);
      extra.title = 'changed';
      await again;
      await session.commit();
      expect(session.dirty.size + session.new.size).toBe(0);
      const rows = await session.all(
        text('SELECT u.age, p.title, p.user_id FROM users u JOIN posts p ON p.user_id = u.id WHERE u.name = :name'),
        { name: user.name },
      );
      expect(rows, `${turns} turns`).toEqual([{ age: turns, title: 'changed', user_id: user.id }]);
    }
    expect(await session.all(text('SELECT count(*) AS n FROM posts WHERE user_id IS NULL'))).toEqual([{ n: 40 }]);
  });

  test('events run once for an object, however long the flush waits', async () => {
    const { session, User } = await openBlog(database);
    const log: string[] = [];
    listen(User, 'beforeInsert', async (user) => {
      log.push(user.name);
      await new Promise((resolve) => setTimeout(resolve, 2));
    });
    session.add(new User({ name: 'a' }));
    const running = session.flush();
    await null;
    session.add(new User({ name: 'b' }));
    await new Promise((resolve) => setTimeout(resolve, 1));
    session.add(new User({ name: 'c' }));
    await running;
    await session.commit();
    expect(log).toEqual(['a', 'b', 'c']);
    expect(await session.query(User).count()).toBe(3);
  });

  test('an association row with a class of its own belongs to both its parents', async () => {
    const db = openDatabase(database);
    class Order extends db.Model('orders', {
      id: t.integer().primaryKey(),
      get lines() {
        return hasMany(Line, { cascade: 'all, delete-orphan' });
      },
    }) {}
    class Item extends db.Model('items', { id: t.integer().primaryKey(), name: t.string() }) {}
    class Line extends db.Model('order_lines', {
      orderId: t.integer().primaryKey().references('orders.id'),
      itemId: t.integer().primaryKey().references('items.id'),
      count: t.integer().default(1),
      get order() {
        return belongsTo(Order);
      },
      get item() {
        return belongsTo(Item);
      },
    }) {}
    await db.createAll();
    const session = db.createSession();
    const order = new Order({
      lines: [new Line({ item: new Item({ name: 'pen' }) }), new Line({ item: new Item({ name: 'ink' }), count: 3 })],
    });
    session.add(order);
    await session.commit();
    const [pen, ink] = await order.lines;
    expect([pen.orderId, pen.itemId, pen.count]).toEqual([1, 1, 1]);
    expect(await session.get(Line, [1, 2])).toBe(ink);
    expect(await session.get(Line, { itemId: 2, orderId: 1 })).toBe(ink);
    ink.count = 4;
    order.lines.remove(pen);
    await session.commit();
    expect(await session.all(text('SELECT order_id, item_id, count FROM order_lines'))).toEqual([{ order_id: 1, item_id: 2, count: 4 }]);
    session.delete(order);
    await session.commit();
    expect(await session.query(Line).count()).toBe(0);
    expect(await session.query(Item).count()).toBe(2);
    await session.close();
  });

  test('a child whose key is the foreign key cannot be given up without a cascade', async () => {
    const db = openDatabase(database);
    class Owner extends db.Model('owners', {
      id: t.integer().primaryKey(),
      get parts() {
        return hasMany(Part);
      },
    }) {}
    class Part extends db.Model('parts', { ownerId: t.integer().primaryKey().references('owners.id'), place: t.integer().primaryKey() }) {}
    await db.createAll();
    const session = db.createSession();
    const part = new Part({ place: 1 });
    const owner = new Owner({ parts: [part] });
    session.add(owner);
    await session.commit();
    owner.parts.remove(part);
    await expect(session.flush()).rejects.toThrow(/delete-orphan/);
    await session.rollback();
    expect([...(await owner.parts)]).toEqual([part]);
    await session.close();
  });

  test('rows of a through table with columns of its own get their defaults', async () => {
    const db = openDatabase(database);
    const links = db.Table('links', {
      aId: t.integer().primaryKey().references('as.id'),
      bId: t.integer().primaryKey().references('bs.id'),
      weight: t.integer().default(5),
      note: t.string().nullable(),
    });
    class A extends db.Model('as', {
      id: t.integer().primaryKey(),
      get bs() {
        return manyToMany(B, { through: links });
      },
    }) {}
    class B extends db.Model('bs', { id: t.integer().primaryKey() }) {}
    await db.createAll();
    const session = db.createSession();
    const a = new A({ bs: [new B(), new B()] });
    session.add(a);
    await session.commit();
    expect(await session.all(text('SELECT * FROM links ORDER BY b_id'))).toEqual([
      { a_id: 1, b_id: 1, weight: 5, note: null },
      { a_id: 1, b_id: 2, weight: 5, note: null },
    ]);
    a.bs.remove((await a.bs)[0]);
    await session.commit();
    expect(await session.all(text('SELECT b_id FROM links'))).toEqual([{ b_id: 2 }]);
    await session.close();
  });

  test('13 parents, 169 children and 169 grandchildren keep together in one flush', async () => {
    const { session, statements, User, Post, Tag } = await openBlog(database);
    for (let i = 0; i < 13; i++) {
      const user = new User({ name: `u${i}` });
      for (let j = 0; j < 13; j++) user.posts.add(new Post({ title: `${i}.${j}`, tags: [new Tag({ name: `${i}.${j}` })] }));
      session.add(user);
    }
    await session.commit();
    expect(statements.batches()).toEqual(['INSERT users', 'INSERT posts', 'INSERT tags', 'INSERT post_tags']);
    const wrong = await session.all(
      text(
        "SELECT count(*) AS n FROM posts p JOIN users u ON u.id = p.user_id JOIN post_tags x ON x.post_id = p.id JOIN tags t ON t.id = x.tag_id WHERE t.name <> p.title OR substr(p.title, 1, length(u.name) - 1) <> substr(u.name, 2) OR substr(p.title, length(u.name), 1) <> '.'",
      ),
    );
    expect(wrong).toEqual([{ n: 0 }]);
    expect(await session.query(Post).count()).toBe(169);
  });

  test('relations that cannot be worked out say what to do', async () => {
    const db = openDatabase(database);
    class One extends db.Model('ones', {
      id: t.integer().primaryKey(),
      get two() {
        return belongsTo(Two);
      },
    }) {}
    class Two extends db.Model('twos', {
      id: t.integer().primaryKey(),
      aId: t.integer().references('threes.id'),
      bId: t.integer().references('threes.id'),
      get three() {
        return belongsTo(Three);
      },
    }) {}
    class Three extends db.Model('threes', { id: t.integer().primaryKey() }) {}
    expect(() => new One({ two: new Two() })).toThrow(MappingError);
    expect(() => new One({ two: new Two() })).toThrow(/One.two finds no foreign key from 'ones' to 'twos'/);
    expect(() => new Two({ three: new Three() })).toThrow(/aId, bId.*foreignKey/);
  });
});

describe.each(allDatabases.filter(({ shared }) => shared))('two sessions on $name', (database) => {
  test('a row changed by another session meanwhile is not overwritten column by column', async () => {
    const { db, session, User } = await openBlog(database);
    session.add(new User({ name: 'ann', age: 1 }));
    await session.commit();
    const mine = await session.query(User).one();
    await db.context(async () => {
      const theirs = await User.query().one();
      theirs.age = 99;
      await db.session.commit();
    });
    mine.name = 'bob';
    await session.commit();
    expect(mine.age).toBe(1);
    await session.refresh(mine);
    expect([mine.name, mine.age]).toEqual(['bob', 99]);
  });

  test('a row deleted by another session makes an update stale', async () => {
    const { db, session, User } = await openBlog(database);
    session.add(new User({ name: 'ann' }));
    await session.commit();
    const mine = await session.query(User).one();
    await db.context(async () => {
      await User.query().delete({ all: true });
      await db.session.commit();
    });
    mine.name = 'bob';
    await expect(session.commit()).rejects.toThrow(StaleDataError);
    await session.rollback();
    await expect(session.refresh(mine)).rejects.toThrow();
  });

  test('a bulk update through Core is seen after refresh()', async () => {
    const { session, User } = await openBlog(database);
    const user = new User({ name: 'ann' });
    session.add(user);
    await session.commit();
    await session.execute(update(User).set({ age: 7 }).where(User.c.id.eq(user.id)), undefined, { synchronize: false });
    expect(user.age).toBeNull();
    await session.refresh(user);
    expect(user.age).toBe(7);
    await session.rollback();
    expect(user.age).toBeNull();
  });
});

import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  alias,
  func,
  inspect,
  MultipleResultsFound,
  NoResultFound,
  NotFoundError,
  NotLoadedError,
  primaryKey,
  select,
  sql,
  t,
  text,
  update,
} from '../../src/index.ts';
import { openDatabase, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { openBlog } from './blog-models.ts';

async function filledBlog(database: TestDatabase) {
  const blog = await openBlog(database);
  const { session, User, Post, Tag } = blog;
  const [red, blue] = ['red', 'blue'].map((name) => new Tag({ name }));
  const ann = new User({ name: 'ann', age: 20, posts: [new Post({ title: 'a1', tags: [red, blue] }), new Post({ title: 'a2' })] });
  const bob = new User({ name: 'bob', age: 30, posts: [new Post({ title: 'b1', tags: [red] })] });
  session.addAll([ann, bob, new User({ name: 'cid' }), new Post({ title: 'n' })]);
  await session.commit();
  session.expungeAll();
  blog.statements.takeAll();
  return blog;
}

const names = (users: readonly { name: string }[]): string[] => users.map((user) => user.name);
const titles = (posts: readonly { title: string }[]): string[] => posts.map((post) => post.title);

describe.each(allDatabases)('building queries on $name', (database) => {
  test('what is said of objects is refused where rows take their place', async () => {
    const { session, statements, User, Post } = await filledBlog(database);
    const loading = session.query(User).with({ posts: true }).orderBy(User.c.id);
    expect(() => loading.select({ user: User, posts: User.c.posts.count() })).toThrow(
      /with\(\) is said of the objects of a query of User.*session\.load\(objects/,
    );
    expect(() => session.query(User).populateExisting().select(User.c.name)).toThrow(/populateExisting\(\).*session\.refresh\(objects\)/);
    expect(statements.summary()).toEqual([]);
    const rows = await session.query(User).orderBy(User.c.id).select({ user: User, posts: User.c.posts.count() }).all();
    const users = await session.load(
      rows.map(({ user }) => user),
      { posts: true },
    );
    expect(users.map((user) => user.posts.map(({ title }) => title))).toEqual([['a1', 'a2'], ['b1'], []]);
    expect(rows.map(({ posts }) => posts)).toEqual([2, 1, 0]);
    // What such a query counts and pages by itself needs none of its objects.
    expect([await loading.count(), await loading.exists()]).toEqual([3, true]);
    const page = await session.query(Post).with({ author: true }).orderBy(Post.c.title).paginateByCursor({ perPage: 2 });
    expect([titles(page.items), titles((await page.next())?.items ?? [])]).toEqual([
      ['a1', 'a2'],
      ['b1', 'n'],
    ]);
  });

  test('aliases of a relation’s class, in joins and in any() and has()', async () => {
    const { session, User, Post, Node } = await filledBlog(database);
    session.add(
      new Node({ data: 'r', children: [new Node({ data: 'a', children: [new Node({ data: 'aa' })] }), new Node({ data: 'b' })] }),
    );
    await session.commit();
    const [child, grandchild] = [alias(Node, 'child'), alias(Node, 'grandchild')];
    const grand = session.query(Node).join(Node.c.children.of(child)).join(child.c.children.of(grandchild));
    expect((await grand.filter(grandchild.c.data.eq('aa'), child.c.data.eq('a')).all()).map((node) => node.data)).toEqual(['r']);
    expect((await session.query(Node).join(child, Node.c.parent).filter(child.c.data.eq('a')).all()).map((node) => node.data)).toEqual([
      'aa',
    ]);
    expect(
      await session
        .query(Node)
        .filter(Node.c.children.of(child).any(child.c.data.gt(Node.c.data), child.c.children.any()))
        .count(),
    ).toBe(0);
    expect(
      await session
        .query(Node)
        .filter(Node.c.children.of(child).any(child.c.data.lt(Node.c.data), child.c.children.any()))
        .count(),
    ).toBe(1);
    // The same collection twice: users with both posts.
    const [one, two] = [alias(Post, 'one'), alias(Post, 'two')];
    const both = session.query(User).join(User.c.posts.of(one)).join(User.c.posts.of(two));
    expect(names(await both.filter(one.c.title.eq('a1'), two.c.title.eq('a2')).all())).toEqual(['ann']);
    expect(() => User.c.posts.of(alias(User) as never)).toThrow(/alias of Post/);
    const rows = await session.all(
      select({ child: child.c.data, parent: Node.c.data }).from(Node).join(Node.c.children.of(child)).orderBy(child.c.id),
    );
    expect(rows).toEqual([
      { child: 'a', parent: 'r' },
      { child: 'b', parent: 'r' },
      { child: 'aa', parent: 'a' },
    ]);
  });

  test('a query in the place of a table gives the class’s own objects', async () => {
    const { session, User, Post } = await filledBlog(database);
    const newest = session.query(Post).filter(Post.c.title.ne('n')).orderBy(Post.c.id.desc()).limit(2).alias('newest');
    const rows = await session.all(select(User, newest).join(newest, newest.c.userId.eq(User.c.id)).orderBy(newest.c.title));
    expect(rows.map(([user, post]) => [user.name, post.title])).toEqual([
      ['ann', 'a2'],
      ['bob', 'b1'],
    ]);
    expect(rows[0][1]).toBe(await session.query(Post).filterBy({ title: 'a2' }).one());
    expect(names(await session.query(User).join(newest, User.c.posts).orderBy(User.c.id).all())).toEqual(['ann', 'bob']);
    expect(names(await session.query(User).join(newest).filter(newest.c.title.eq('b1')).all())).toEqual(['bob']);
    // As a source of its own: filtered, ordered, counted, with relations, in pages.
    const fresh = session.query(newest).orderBy(newest.c.title);
    expect(titles(await fresh.all())).toEqual(['a2', 'b1']);
    const loaded = await fresh
      .filter(newest.c.author.has(User.c.name.eq('bob')))
      .with({ author: true, tags: 'joined' })
      .one();
    expect([loaded.title, loaded.author?.name, loaded.tags.map((tag) => tag.name)]).toEqual(['b1', 'bob', ['red']]);
    expect([await fresh.count(), (await fresh.paginate({ perPage: 1, page: 2 })).items.map((post) => post.title)]).toEqual([2, ['b1']]);
    expect((await fresh.with({ tags: 'subquery' }).all()).map((post) => post.tags.length)).toEqual([0, 1]);
    const page = await fresh.paginateByCursor({ perPage: 1 });
    expect(titles((await page.next())?.items ?? [])).toEqual(['b1']);
    const older = alias(User, 'older');
    const pairs = session.query(older).join(User, User.c.age.lt(older.c.age)).orderBy(older.c.id);
    expect(names(await pairs.all())).toEqual(['bob']);
    expect(
      names(
        await session
          .query(older)
          .union(session.query(older).filter(older.c.age.gt(25)))
          .orderBy(User.c.id)
          .all(),
      ),
    ).toEqual(['ann', 'bob', 'cid']);
  });

  test('union, intersect and except of queries are queries', async () => {
    const { session, User, Post } = await filledBlog(database);
    const users = session.query(User);
    const [young, old, writers] = [users.filter(User.c.age.lt(25)), users.filter(User.c.age.ge(25)), users.join(User.c.posts)];
    expect(names(await young.union(old).orderBy(User.c.name.desc()).all())).toEqual(['bob', 'ann']);
    expect(names(await users.except(young).orderBy(User.c.name).all())).toEqual(['bob', 'cid']);
    expect(names(await writers.intersect(old).all())).toEqual(['bob']);
    expect(names(await users.orderBy(User.c.id.desc()).limit(1).union(users.orderBy(User.c.id).limit(1)).orderBy(User.c.id).all())).toEqual(
      ['ann', 'cid'],
    );
    const loaded = await young.union(old, writers).with({ posts: true }).filter(User.c.name.ne('x')).orderBy(User.c.id).all();
    expect(loaded.map((user) => user.posts.length)).toEqual([2, 1]);
    expect([await young.union(old).count(), await young.union(old).exists(), await young.intersect(old).exists()]).toEqual([
      2,
      true,
      false,
    ]);
    expect(() => users.union(session.query(Post) as never)).toThrow(ArgumentError);
    expect(() => users.union(select(User) as never)).toThrow(ArgumentError);
  });

  test('a key of several columns in set operations and pages', async () => {
    const db = openDatabase(database);
    class Seat extends db.Model(
      'seats',
      { row: t.integer(), place: t.integer(), free: t.boolean() },
      { constraints: (c) => [primaryKey(c.row, c.place)] },
    ) {}
    await db.createAll();
    await using session = db.createSession();
    await session.bulkInsert(
      Seat,
      [1, 2, 3].flatMap((row) => [1, 2, 3].map((place) => ({ row, place, free: place !== 2 }))),
    );
    const seats = session.query(Seat);
    const found = await seats
      .filter(Seat.c.row.eq(2))
      .intersect(seats.filterBy({ free: true }))
      .orderBy(Seat.c.place.desc())
      .all();
    expect(found.map((seat) => [seat.row, seat.place])).toEqual([
      [2, 3],
      [2, 1],
    ]);
    const seen: number[][] = [];
    let page = await seats.orderBy(Seat.c.free.desc()).paginateByCursor({ perPage: 4 });
    for (;;) {
      seen.push(...page.items.map((seat) => [seat.row, seat.place]));
      const next = await page.next();
      if (next === null) break;
      page = next;
    }
    expect(seen).toEqual([
      [3, 3],
      [3, 1],
      [2, 3],
      [2, 1],
      [1, 3],
      [1, 1],
      [3, 2],
      [2, 2],
      [1, 2],
    ]);
  });

  test('statements of one’s own give objects', async () => {
    const { session, statements, User, Post } = await filledBlog(database);
    const ann = await session
      .query(User)
      .fromStatement(sql`SELECT * FROM users WHERE name = ${'ann'}`)
      .with({ posts: { with: { tags: true } } })
      .one();
    expect([ann.name, ann.age, ann.posts.map((post) => post.tags.length)]).toEqual(['ann', 20, [2, 0]]);
    expect(statements.count()).toBe(3);
    const again = session
      .query(User)
      .fromStatement(text('SELECT age, id, name, 5 AS more FROM users WHERE age > :age ORDER BY id DESC'), { age: 10 });
    const found = await again.all();
    expect(names(found)).toEqual(['bob', 'ann']);
    expect(found[1]).toBe(ann);
    expect(await again.first()).toBe(found[0]);
    await expect(again.one()).rejects.toThrow(MultipleResultsFound);
    session.expungeAll();
    const [part] = await session.query(User).fromStatement(sql`SELECT id, name FROM users WHERE name = 'bob'`).all();
    expect(part.name).toBe('bob');
    expect(() => part.age).toThrow(NotLoadedError);
    part.name = 'rob';
    await session.commit();
    await session.refresh(part);
    expect([part.name, part.age]).toEqual(['rob', 30]);
    const core = session.query(User).fromStatement(select(User).where(User.c.posts.any(Post.c.title.eq('a1'))));
    expect(await core.one()).toBe(await session.query(User).filterBy({ name: 'ann' }).one());
    const named = text('SELECT id, name, age FROM users ORDER BY id').columns({ id: t.integer(), name: t.string(), age: t.integer() });
    expect(names(await session.query(User).fromStatement(named).all())).toEqual(['ann', 'rob', 'cid']);
    await expect(session.query(User).fromStatement(sql`SELECT name FROM users`).all()).rejects.toThrow(
      /whole key of User.*id is missing among name/,
    );
    await expect(session.query(User).fromStatement(sql`SELECT id, name, age FROM users WHERE 1 = 0`).one()).rejects.toThrow(NoResultFound);
    if (database.family !== 'mysql') {
      const changed = session.query(User).fromStatement(update(User).set({ age: 21 }).where(User.c.name.eq('ann')).returning(User));
      expect((await changed.one()).age).toBe(21);
      const keys = update(User).set({ age: 22 }).where(User.c.name.eq('ann')).returning(User.c.id);
      await expect(session.query(User).fromStatement(keys).all()).rejects.toThrow(/returning\(User\)/);
    }
  });

  test('values of every kind come out of a statement by hand as they are', async () => {
    const db = openDatabase(database);
    class Kind extends db.Model('kinds', {
      id: t.bigInteger().primaryKey(),
      at: t.dateTime(),
      day: t.date(),
      price: t.numeric(10, 2),
      on: t.boolean(),
      data: t.json<{ a: number[] }>(),
      bytes: t.binary(),
    }) {}
    await db.createAll();
    await using session = db.createSession();
    const values = {
      at: new Date('2024-05-01T10:20:30.123Z'),
      day: '2024-05-02',
      price: '12.50',
      on: true,
      data: { a: [1, 2] },
      bytes: new Uint8Array([1, 2]),
    };
    session.add(new Kind({ id: 9007199254740993n, ...values }));
    await session.commit();
    session.expungeAll();
    const kind = await session.query(Kind).fromStatement(sql`SELECT * FROM kinds`).one();
    expect([kind.id, kind.at, kind.day, kind.price.toFixed(2), kind.on, kind.data, [...kind.bytes]]).toEqual([
      9007199254740993n,
      values.at,
      values.day,
      '12.50',
      true,
      values.data,
      [1, 2],
    ]);
    expect(await session.get(Kind, 9007199254740993n)).toBe(kind);
    expect(inspect(kind).modified).toBe(false);
  });

  test('rows of chosen columns are built upon and cut into pages', async () => {
    const { session, User, Post } = await filledBlog(database);
    const counted = session
      .query(User)
      .join(User.c.posts)
      .groupBy(User.c.id, User.c.name)
      .select({ name: User.c.name, posts: func.count(Post.c.id) });
    expect(await counted.orderBy('name').all()).toEqual([
      { name: 'ann', posts: 2 },
      { name: 'bob', posts: 1 },
    ]);
    expect(await counted.having(func.count(Post.c.id).gt(1)).one()).toEqual({ name: 'ann', posts: 2 });
    expect([
      await counted.count(),
      await counted.exists(),
      await counted.filter(User.c.id.gt(99)).exists(),
      await counted.filter(User.c.id.gt(99)).oneOrNone(),
    ]).toEqual([2, true, false, null]);
    const page = await counted.orderBy('name').paginate({ page: 2, perPage: 1 });
    expect([page.items, page.total, page.hasNext]).toEqual([[{ name: 'bob', posts: 1 }], 2, false]);
    const ages = session.query(User).select(User.c.age).filter(User.c.age.isNotNull()).orderBy(User.c.age.desc());
    expect([await ages.scalars(), await ages.limit(1).offset(1).scalar(), await ages.limit(1).one()]).toEqual([[30, 20], 20, [30]]);
    await expect(ages.one()).rejects.toThrow(MultipleResultsFound);
    await expect(ages.filter(User.c.age.gt(50)).one()).rejects.toThrow(NoResultFound);
    expect(await session.query(Post).select(Post.c.userId).filter(Post.c.userId.isNotNull()).distinct().count()).toBe(2);
    const whole = await session.query(Post).join(Post.c.author).select(Post, User.c.name).orderBy(Post.c.title).first();
    expect([whole?.[0].title, whole?.[1]]).toEqual(['a1', 'ann']);
  });

  test('pages by cursor go through any order, forward and back', async () => {
    const { session, User, statements } = await openBlog(database);
    const ages = [30, null, 20, 30, null, 10, 20, 30, null, 40];
    session.addAll(ages.map((age, i) => new User({ name: `u${i}`, age })));
    await session.commit();
    for (const order of [
      [User.c.age],
      [User.c.age.desc()],
      [User.c.age.asc().nullsFirst()],
      [User.c.age.desc().nullsLast(), User.c.name.desc()],
      [User.c.age.plus(1).desc()],
      [],
    ]) {
      const query = session.query(User).orderBy(...order);
      const forward: string[][] = [];
      let page = await query.paginateByCursor({ perPage: 3 });
      expect(page.hasPrev).toBe(false);
      for (;;) {
        forward.push(names(page.items));
        const next = await page.next();
        if (next === null) break;
        expect(next.hasPrev).toBe(true);
        page = next;
      }
      expect(forward.map((list) => list.length)).toEqual([3, 3, 3, 1]);
      expect(new Set(forward.flat()).size).toBe(10);
      const backward: string[][] = [names(page.items)];
      for (let prev = await page.prev(); prev !== null; prev = await prev.prev()) {
        expect(prev.hasNext).toBe(true);
        backward.unshift(names(prev.items));
      }
      expect(backward).toEqual(forward);
    }
    statements.takeAll();
    const first = await session.query(User).orderBy(User.c.age.desc()).with({ posts: true }).paginateByCursor({ perPage: 2 });
    expect([statements.count(), first.items[0].posts.length, first.perPage]).toEqual([2, 0, 2]);
    expect(JSON.parse(JSON.stringify(first))).toMatchObject({ hasNext: true, hasPrev: false, endCursor: first.endCursor });
    // What is added or deleted before the place moves nothing.
    await session.query(User).filter(User.c.id.eq(first.items[0].id)).delete();
    const second = await session.query(User).orderBy(User.c.age.desc()).paginateByCursor({ perPage: 2, after: first.endCursor });
    expect(names(first.items).filter((name) => names(second.items).includes(name))).toEqual([]);
    const empty = await session.query(User).filterBy({ name: 'x' }).paginateByCursor();
    expect([[...empty], empty.startCursor, empty.hasNext, await empty.next()]).toEqual([[], null, false, null]);
    for (const bad of [
      'x',
      Buffer.from('[1]').toString('base64url'),
      Buffer.from('["a","b"]').toString('base64url'),
      Buffer.from('[{"a":1},1]').toString('base64url'),
    ]) {
      await expect(session.query(User).orderBy(User.c.age).paginateByCursor({ after: bad })).rejects.toThrow(NotFoundError);
      expect(
        (await session.query(User).orderBy(User.c.age).paginateByCursor({ after: bad, errorOut: false, perPage: 5 })).items.length,
      ).toBe(5);
    }
    await expect(session.query(User).paginateByCursor({ after: first.endCursor, before: first.endCursor })).rejects.toThrow(ArgumentError);
  });

  test('cursors keep microseconds and all digits', async () => {
    const db = openDatabase(database);
    class Event extends db.Model('events', {
      id: t.integer().primaryKey(),
      at: t.dateTime({ precision: 6 }),
      price: t.numeric(12, 6),
      big: t.bigInteger(),
    }) {}
    await db.createAll();
    await using session = db.createSession();
    for (let i = 1; i <= 5; i++) {
      await session.execute(
        sql`INSERT INTO events (id, at, price, big) VALUES (${i}, ${`2024-05-01 10:00:00.00000${i}`}, ${`123456.00000${i}`}, ${9007199254740990n + BigInt(i)})`,
      );
    }
    for (const order of [Event.c.at, Event.c.price, Event.c.big]) {
      const page = await session.query(Event).orderBy(order).paginateByCursor({ perPage: 2 });
      const next = await page.next();
      const last = await next?.next();
      expect([page, next, last].map((one) => one?.items.map((event) => event.id))).toEqual([[1, 2], [3, 4], [5]]);
    }
  });

  test('relations are counted, and every one of their rows is asked', async () => {
    const { session, User, Post, Tag, Node } = await filledBlog(database);
    expect(names(await session.query(User).orderBy(User.c.posts.count().desc(), User.c.id).all())).toEqual(['ann', 'bob', 'cid']);
    const rows = await session
      .query(Post)
      .select({
        title: Post.c.title,
        tags: Post.c.tags.count(),
        red: Post.c.tags.count(Tag.c.name.eq('red')),
        authors: Post.c.author.count(),
      })
      .orderBy(Post.c.title)
      .all();
    expect(rows).toEqual([
      { title: 'a1', tags: 2, red: 1, authors: 1 },
      { title: 'a2', tags: 0, red: 0, authors: 1 },
      { title: 'b1', tags: 1, red: 1, authors: 1 },
      { title: 'n', tags: 0, red: 0, authors: 0 },
    ]);
    expect(
      titles(
        await session
          .query(Post)
          .filter(Post.c.tags.count().ge(1), Post.c.tags.every(Tag.c.name.eq('red')))
          .all(),
      ),
    ).toEqual(['b1']);
    expect(
      names(
        await session
          .query(User)
          .filter(User.c.posts.every(Post.c.tags.any(), Post.c.title.ne('x')))
          .orderBy(User.c.id)
          .all(),
      ),
    ).toEqual(['bob', 'cid']);
    // What a NULL leaves open is not met.
    const cid = await session.query(User).filterBy({ name: 'cid' }).one();
    session.add(new Post({ title: 'c1', author: cid }));
    const grown = session.query(Post).filter(Post.c.author.every(User.c.age.gt(10)));
    expect(titles(await grown.orderBy(Post.c.title).all())).toEqual(['a1', 'a2', 'b1', 'n']);
    await session.rollback();
    session.add(new Node({ data: 'r', children: [new Node({ data: 'a' }), new Node({ data: 'b' })] }));
    await session.commit();
    const counted = await session
      .query(Node)
      .select(Node.c.data, Node.c.children.count(Node.c.data.gt('a')))
      .orderBy(Node.c.data)
      .all();
    expect(counted).toEqual([
      ['a', 0],
      ['b', 0],
      ['r', 1],
    ]);
  });

  test('objects that the session has become what a query finds', async () => {
    const { session, User, Post } = await filledBlog(database);
    const ann = await session.query(User).with({ posts: true }).filterBy({ name: 'ann' }).one();
    await session.execute(sql`UPDATE users SET age = 77 WHERE name = 'ann'`);
    await session.execute(sql`UPDATE posts SET user_id = NULL WHERE title = 'a2'`);
    expect((await session.query(User).filterBy({ name: 'ann' }).with({ posts: true }).one()).posts.length).toBe(2);
    expect(ann.age).toBe(20);
    await session.noAutoflush(async () => {
      ann.age = 5;
      const again = await session.query(User).filterBy({ name: 'ann' }).populateExisting().with({ posts: true }).one();
      expect([again === ann, again.age, titles(again.posts.toArray())]).toEqual([true, 77, ['a1']]);
      ann.age = 6;
      expect((await session.query(User).populateExisting().get(ann.id))?.age).toBe(77);
    });
    expect([session.isModified(ann), await session.query(Post).count()]).toEqual([false, 4]);
  });

  test('explain, locks and hints', async () => {
    const { session, statements, User, Post } = await filledBlog(database);
    const query = session.query(Post).join(Post.c.author).with({ author: 'contains' }).filter(User.c.age.gt(10));
    expect((await query.explain()).join(' ')).toMatch(/posts|users/i);
    if (database.family === 'postgresql') expect((await query.explain({ analyze: true })).length).toBeGreaterThan(0);
    expect((await query.toSQL()).sql).toMatch(/users.age/);
    await session.transaction(async () => {
      const locked = await query.forUpdate(database.family === 'mysql' ? {} : { of: Post, skipLocked: true }).all();
      expect(locked.map((post) => post.author?.name).sort()).toEqual(['ann', 'ann', 'bob']);
    });
    statements.takeAll();
    expect(
      titles(await session.query(Post).prefixWith(sql`/* first */`).suffixWith(sql`/* last */`).orderBy(Post.c.title).limit(1).all()),
    ).toEqual(['a1']);
    expect(statements.take()[0]).toMatch(/^SELECT \/\* first \*\/ .* \/\* last \*\/$/);
    expect(await session.query(User).withHint(sql`USE INDEX (PRIMARY)`, { dialect: 'mysql' }).count()).toBe(3);
  });
});

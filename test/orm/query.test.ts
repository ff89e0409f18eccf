import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  alias,
  deleteFrom,
  exists,
  func,
  InvalidStateError,
  insertInto,
  inspect,
  MappingError,
  MultipleResultsFound,
  NoResultFound,
  NotFoundError,
  select,
  sql,
  text,
  union,
  update,
} from '../../src/index.ts';
import type { TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { openBlog } from './blog-models.ts';

/** ann 20, bob 30, cid without an age; posts a1 a2 by ann, b1 by bob, n by nobody; a1 and b1 are red, a1 is blue. */
async function filledBlog(database: TestDatabase) {
  const blog = await openBlog(database);
  const { session, User, Post, Tag, Profile } = blog;
  const [red, blue] = ['red', 'blue'].map((name) => new Tag({ name }));
  const ann = new User({
    name: 'ann',
    age: 20,
    posts: [new Post({ title: 'a1', tags: [red, blue] }), new Post({ title: 'a2' })],
    profile: new Profile({ bio: 'hello' }),
  });
  const bob = new User({ name: 'bob', age: 30, posts: [new Post({ title: 'b1', tags: [red] })] });
  const cid = new User({ name: 'cid' });
  session.addAll([ann, bob, cid, new Post({ title: 'n' }), red, blue]);
  await session.commit();
  blog.statements.takeAll();
  return { ...blog, ann, bob, cid, red, blue };
}

const titles = (posts: readonly { title: string }[]): string[] => posts.map((post) => post.title);
const names = (users: readonly { name: string }[]): string[] => users.map((user) => user.name);

describe.each(allDatabases)('queries on $name', (database) => {
  test('filter, order, limit, offset; each call gives a new query', async () => {
    const { session, User } = await filledBlog(database);
    const query = session.query(User);
    const ordered = query.orderBy(User.c.name.desc());
    expect(names(await ordered.all())).toEqual(['cid', 'bob', 'ann']);
    expect(names(await ordered.limit(1).offset(1).all())).toEqual(['bob']);
    expect(names(await query.filter(User.c.age.gt(10), User.c.name.ne('bob')).all())).toEqual(['ann']);
    expect(names(await query.where(User.c.age.isNull()).all())).toEqual(['cid']);
    expect(names(await query.filterBy({ age: null }).all())).toEqual(['cid']);
    expect(names(await ordered.orderBy().orderBy(User.c.name).all())).toEqual(['ann', 'bob', 'cid']);
    expect(names(await query.filterBy({ name: 'bob', age: 30 }).all())).toEqual(['bob']);
  });

  test('undefined is an error, never "no condition"', async () => {
    const { session, User } = await filledBlog(database);
    const query = session.query(User);
    expect(() => query.filterBy({ name: undefined })).toThrow(ArgumentError);
    expect(() => query.filter(User.c.name.eq(undefined as never))).toThrow(ArgumentError);
    expect(() => query.filter(undefined as never)).toThrow(ArgumentError);
    expect(() => query.filterBy({ nome: 'x' } as never)).toThrow(MappingError);
    await expect(query.update({ name: undefined as never }, { all: true })).rejects.toThrow(ArgumentError);
  });

  test('relations in conditions: any, has, eq, contains, null, and filterBy with objects', async () => {
    const { session, User, Post, ann, red, blue } = await filledBlog(database);
    const users = session.query(User).orderBy(User.c.id);
    const posts = session.query(Post).orderBy(Post.c.id);
    expect(names(await users.filter(User.c.posts.any()).all())).toEqual(['ann', 'bob']);
    expect(names(await users.filter(User.c.posts.any().not()).all())).toEqual(['cid']);
    expect(names(await users.filter(User.c.posts.any(Post.c.title.eq('b1'))).all())).toEqual(['bob']);
    expect(titles(await posts.filter(Post.c.author.has(User.c.age.lt(25))).all())).toEqual(['a1', 'a2']);
    expect(titles(await posts.filter(Post.c.author.eq(ann)).all())).toEqual(['a1', 'a2']);
    expect(titles(await posts.filter(Post.c.author.ne(ann)).all())).toEqual(['b1', 'n']);
    expect(titles(await posts.filter(Post.c.author.isNull()).all())).toEqual(['n']);
    expect(titles(await posts.filter(Post.c.author.eq(null)).all())).toEqual(['n']);
    expect(titles(await posts.filter(Post.c.author.isNotNull()).all())).toEqual(['a1', 'a2', 'b1']);
    expect(titles(await posts.filterBy({ author: ann }).all())).toEqual(['a1', 'a2']);
    expect(titles(await posts.filterBy({ author: null }).all())).toEqual(['n']);
    expect(titles(await posts.filter(Post.c.tags.contains(red)).all())).toEqual(['a1', 'b1']);
    expect(titles(await posts.filter(Post.c.tags.contains(red), Post.c.tags.contains(blue)).all())).toEqual(['a1']);
    expect(titles(await posts.filter(Post.c.tags.any().not()).all())).toEqual(['a2', 'n']);
    expect(names(await users.filter(User.c.profile.has()).all())).toEqual(['ann']);
    expect(names(await users.filter(User.c.profile.isNull()).all())).toEqual(['bob', 'cid']);
    expect(names(await users.filter(User.c.posts.any(Post.c.tags.contains(blue))).all())).toEqual(['ann']);
    expect(() => posts.filter(Post.c.author.eq(red as never))).toThrow(/Post.author takes objects of User, but got Tag/);
  });

  test('a new object in a condition has the key that the flush before the statement gives it', async () => {
    const { session, User, Post, Tag } = await filledBlog(database);
    const tag = new Tag({ name: 'green' });
    const first = new Post({ title: 'd1', tags: [tag] });
    const dan = new User({ name: 'dan', posts: [first, new Post({ title: 'd2' })] });
    const posts = session.query(Post).orderBy(Post.c.id);
    const byDan = posts.filterBy({ author: dan });
    const others = posts.filter(Post.c.author.ne(dan));
    const green = posts.filter(Post.c.tags.contains(tag));
    const writer = select(User.c.name).where(User.c.posts.contains(first));
    await expect(byDan.all()).rejects.toThrow("Post.author needs 'id' of <User (transient)>, which is not known when");
    session.add(dan);
    await expect(session.noAutoflush(() => byDan.all())).rejects.toThrow(/Flush before the query, which does not/);
    expect(inspect(dan).state).toBe('pending');
    expect(titles(await byDan.all())).toEqual(['d1', 'd2']);
    expect(titles(await others.all())).toEqual(['a1', 'a2', 'b1', 'n']);
    expect(titles(await green.all())).toEqual(['d1']);
    expect(await session.scalars(writer)).toEqual(['dan']);

    const eve = new User({ name: 'eve', posts: [new Post({ title: 'e1' })] });
    session.add(eve);
    expect(await posts.filterBy({ author: eve }).update({ title: 'E1' })).toBe(1);
    expect(await session.scalars(select(Post.c.title).where(Post.c.author.eq(eve)))).toEqual(['E1']);
    const fay = new User({ name: 'fay', posts: [new Post({ title: 'f1' })] });
    session.add(fay);
    expect((await posts.filterBy({ author: fay }).paginate({ perPage: 1, page: 1 })).total).toBe(1);
    const gus = new User({ name: 'gus', posts: [new Post({ title: 'g1' })] });
    session.add(gus);
    const streamed: string[] = [];
    for await (const post of posts.filterBy({ author: gus }).stream()) streamed.push(post.title);
    expect(streamed).toEqual(['g1']);

    await session.rollback();
    await expect(byDan.all()).rejects.toThrow(/'id' of .*, which is not known/);
    expect(titles(await posts.all())).toEqual(['a1', 'a2', 'b1', 'n']);
  });

  test('an object in a condition is looked for by the key that it has when the statement runs', async () => {
    const { session, User, Post, cid } = await filledBlog(database);
    const query = session.query(Post).filterBy({ author: cid });
    expect(await query.count()).toBe(0);
    cid.id = 77;
    session.add(new Post({ title: 'c1', author: cid }));
    expect(titles(await query.all())).toEqual(['c1']);
    session.expire(cid);
    expect(titles(await query.all())).toEqual(['c1']);
    const stranger = new User({ id: 77, name: 'stranger' });
    expect(titles(await session.query(Post).filterBy({ author: stranger }).all())).toEqual(['c1']);
  });

  test('the query of a collection of a new object runs after the flush', async () => {
    const { session, User, Post, Tag } = await filledBlog(database);
    const post = new Post({ title: 'd1', tags: [new Tag({ name: 'green' })] });
    const dan = new User({ name: 'dan', posts: [post] });
    session.add(dan);
    const [posts, tags] = [dan.posts.query(), post.tags.query()];
    await expect(session.noAutoflush(() => posts.count())).rejects.toThrow(/User\.posts needs 'id' of <User .*>, which is not known/);
    expect(titles(await posts.all())).toEqual(['d1']);
    expect(names(await tags.all())).toEqual(['green']);
  });

  test('any() on a tree', async () => {
    const { session, Node } = await openBlog(database);
    session.add(
      new Node({ data: 'r', children: [new Node({ data: 'a', children: [new Node({ data: 'aa' })] }), new Node({ data: 'b' })] }),
    );
    await session.commit();
    const found = await session
      .query(Node)
      .filter(Node.c.children.any(Node.c.data.eq('aa')))
      .all();
    expect(found.map((node) => node.data)).toEqual(['a']);
    const below = await session
      .query(Node)
      .filter(Node.c.parent.has(Node.c.data.eq('r')))
      .orderBy(Node.c.id)
      .all();
    expect(below.map((node) => node.data)).toEqual(['a', 'b']);
  });

  test('joins along relations, to classes and to aliases; an object comes once', async () => {
    const { session, User, Post, Tag } = await filledBlog(database);
    const users = session.query(User).orderBy(User.c.id);
    expect(names(await users.join(User.c.posts).all())).toEqual(['ann', 'bob']);
    expect(names(await users.join(User.c.posts).filter(Post.c.title.startsWith('a')).all())).toEqual(['ann']);
    expect(names(await users.outerJoin(User.c.posts).all())).toEqual(['ann', 'bob', 'cid']);
    expect(names(await users.join(Post).all())).toEqual(['ann', 'bob']);
    expect(names(await users.join(User.c.posts).join(Post.c.tags).filter(Tag.c.name.eq('red')).all())).toEqual(['ann', 'bob']);
    const other = alias(User, 'other');
    expect(names(await users.join(other, other.c.age.gt(User.c.age)).all())).toEqual(['ann']);
    const aliased = other.query().filter(other.c.name.eq('bob'));
    await expect(aliased.all()).rejects.toThrow(/context/);
  });

  test('groupBy and having', async () => {
    const { session, User, Post } = await filledBlog(database);
    const rows = await session
      .query(User)
      .join(Post)
      .groupBy(User.c.id)
      .having(func.count(Post.c.id).gt(1))
      .select({ name: User.c.name, posts: func.count(Post.c.id) })
      .all();
    expect(rows).toEqual([{ name: 'ann', posts: 2 }]);
    expect(await session.query(User).orderBy(User.c.id).select(User.c.name).scalars()).toEqual(['ann', 'bob', 'cid']);
    expect(await session.query(User).orderBy(User.c.id).select(User.c.age, User.c.name).first()).toEqual([20, 'ann']);
    expect(await session.query(User).select(func.max(User.c.age)).scalar()).toBe(30);
    const whole = session.query(User).join(Post).groupBy(User).having(func.count(Post.c.id).gt(1));
    expect((await whole.all()).map(({ name }) => name)).toEqual(['ann']);
    const counted = session.query(User).outerJoin(Post).select(User, func.count(Post.c.id)).groupBy(User).orderBy(User.c.id);
    expect((await counted.all()).map(([user, posts]) => [user.name, posts])).toEqual([
      ['ann', 2],
      ['bob', 1],
      ['cid', 0],
    ]);
    const writer = alias(User, 'writer');
    const byAlias = select(writer, func.count(Post.c.id)).join(Post, Post.c.userId.eq(writer.c.id)).groupBy(writer).orderBy(writer.c.id);
    expect((await session.all(byAlias)).map(([user, posts]) => [user.name, posts])).toEqual([
      ['ann', 2],
      ['bob', 1],
    ]);
    expect(() => session.query(User).groupBy({} as never)).toThrow(/groupBy\(\) takes SQL expressions/);
  });

  test('first, one, oneOrNone', async () => {
    const { session, User } = await filledBlog(database);
    const none = session.query(User).filterBy({ name: 'nobody' });
    const all = session.query(User).orderBy(User.c.id);
    expect((await all.first())?.name).toBe('ann');
    expect(await none.first()).toBeNull();
    expect((await all.filterBy({ name: 'bob' }).one()).name).toBe('bob');
    await expect(none.one()).rejects.toThrow(NoResultFound);
    await expect(none.one()).rejects.toThrow(/User/);
    await expect(all.one()).rejects.toThrow(MultipleResultsFound);
    expect(await none.oneOrNone()).toBeNull();
    await expect(all.oneOrNone()).rejects.toThrow(MultipleResultsFound);
    expect((await all.limit(1).one()).name).toBe('ann');
    await expect(all.offset(1).one()).rejects.toThrow(MultipleResultsFound);
  });

  test('count and exists', async () => {
    const { session, User, Post } = await filledBlog(database);
    const users = session.query(User);
    expect(await users.count()).toBe(3);
    expect(await users.orderBy(User.c.id).limit(2).count()).toBe(2);
    expect(await users.offset(2).limit(5).count()).toBe(1);
    expect(await users.filter(User.c.age.gt(25)).count()).toBe(1);
    expect(await users.filter(User.c.age.gt(25)).exists()).toBe(true);
    expect(await users.filter(User.c.age.gt(99)).exists()).toBe(false);
    expect(await session.query(Post).join(Post.c.author).count()).toBe(3);
  });

  test('getOr404 and its like', async () => {
    const { session, User } = await filledBlog(database);
    const users = session.query(User);
    expect((await users.getOr404(1)).name).toBe('ann');
    expect((await users.getOr404('2')).name).toBe('bob');
    for (const key of [99, '99', 'abc', '1; DROP', '', '1.5', null, undefined]) {
      await expect(users.getOr404(key as never), String(key)).rejects.toMatchObject({ statusCode: 404, status: 404 });
    }
    await expect(users.getOr404(99)).rejects.toThrow(NotFoundError);
    await expect(users.getOr404(99, { description: 'No such person' })).rejects.toThrow('No such person');
    await expect(users.filterBy({ name: 'x' }).firstOr404()).rejects.toThrow(NotFoundError);
    expect((await users.filterBy({ name: 'bob' }).oneOr404()).id).toBe(2);
    await expect(users.oneOr404()).rejects.toThrow(NotFoundError);
    await expect(users.filterBy({ name: 'x' }).oneOr404({ description: 'gone' })).rejects.toThrow('gone');
  });

  test('get() of a filtered query keeps its conditions', async () => {
    const { session, User } = await filledBlog(database);
    const old = session.query(User).filter(User.c.age.gt(25));
    expect(await old.get(1)).toBeNull();
    expect((await old.get(2))?.name).toBe('bob');
  });

  test('update() changes rows and the objects that the session has', async () => {
    const { session, statements, User, ann, bob, cid } = await filledBlog(database);
    ann.name = 'anna';
    expect(
      await session
        .query(User)
        .filter(User.c.age.isNotNull())
        .update({ age: User.c.age.plus(1) }),
    ).toBe(2);
    expect([ann.age, bob.age, cid.age]).toEqual([21, 31, null]);
    expect(ann.name).toBe('anna');
    expect(session.inTransaction).toBe(true);
    await session.rollback();
    expect([ann.age, bob.age]).toEqual([20, 30]);
    expect(ann.name).toBe('ann');
    await expect(session.query(User).update({ age: 1 })).rejects.toThrow(/all: true/);
    expect(await session.query(User).update({ age: 1 }, { all: true })).toBe(3);
    await session.commit();
    expect([ann.age, bob.age, cid.age]).toEqual([1, 1, 1]);
    expect(await session.query(User).orderBy(User.c.id).limit(1).update({ age: 2 })).toBe(1);
    expect([ann.age, bob.age]).toEqual([2, 1]);
    statements.takeAll();
  });

  test('update() with the data changed so that the condition holds no more', async () => {
    const { session, User, ann, bob } = await filledBlog(database);
    await session.query(User).filterBy({ age: 20 }).update({ age: 50 });
    expect([ann.age, bob.age]).toEqual([50, 30]);
    await session.query(User).filter(User.c.posts.any()).update({ age: 60 });
    expect([ann.age, bob.age]).toEqual([60, 60]);
  });

  test('delete() deletes rows and lets the session’s objects go', async () => {
    const { session, Post, Tag, red } = await filledBlog(database);
    await session.execute(text('DELETE FROM post_tags'));
    const post = await session.query(Post).filterBy({ title: 'n' }).one();
    expect(await session.query(Post).filterBy({ author: null }).delete()).toBe(1);
    expect(inspect(post).state).toBe('deleted');
    expect(await session.get(Post, post.id)).toBeNull();
    await session.rollback();
    expect(inspect(post).state).toBe('persistent');
    expect(await session.get(Post, post.id)).toBe(post);
    await expect(session.query(Tag).delete()).rejects.toThrow(/all: true/);
    await session.execute(text('DELETE FROM post_tags'));
    expect(await session.query(Tag).delete({ all: true })).toBe(2);
    await session.commit();
    expect(session.contains(red)).toBe(false);
  });

  test('explain() and toSQL() show the query', async () => {
    const { session, User } = await filledBlog(database);
    const query = session.query(User).filterBy({ name: 'ann' });
    expect((await query.toSQL()).parameters).toEqual(['ann']);
    expect((await query.toSQL()).sql).toMatch(/^SELECT .* FROM users WHERE users.name = (?:\?|\$1)$/);
    const plan = database.family === 'mysql' && !database.mariadb ? /rows fetched before execution/i : /users/i;
    expect((await query.explain()).join(' ')).toMatch(plan);
    expect((await query.toSQL()).sql).not.toContain('ann');
  });

  test('select-in lists and strings are parameters', async () => {
    const { session, User } = await filledBlog(database);
    expect(await session.query(User).filter(User.c.name.in([])).count()).toBe(0);
    expect(
      names(
        await session
          .query(User)
          .filter(User.c.name.in(['ann', 'bob', "x' OR 1=1"]))
          .orderBy(User.c.id)
          .all(),
      ),
    ).toEqual(['ann', 'bob']);
    expect(await session.query(User).filter(User.c.name.contains('%')).count()).toBe(0);
  });

  describe('Core through the session', () => {
    test('entities, columns and expressions in one row', async () => {
      const { session, User, Post, ann } = await filledBlog(database);
      const rows = await session.all(select(Post, User).join(Post.c.author).orderBy(Post.c.id));
      expect(rows.map(([post, user]) => [post.title, user.name])).toEqual([
        ['a1', 'ann'],
        ['a2', 'ann'],
        ['b1', 'bob'],
      ]);
      expect(rows[0][1]).toBe(ann);
      const outer = await session.all(select({ post: Post, user: User }).from(Post).outerJoin(Post.c.author).orderBy(Post.c.id));
      expect(outer.map((row) => row.user?.name ?? null)).toEqual(['ann', 'ann', 'bob', null]);
      const counted = await session.all(
        select({ user: User, posts: func.count(Post.c.id) })
          .from(User)
          .outerJoin(Post, Post.c.userId.eq(User.c.id))
          .groupBy(User.c.id)
          .orderBy(User.c.id),
      );
      expect(counted.map((row) => [row.user.name, row.posts])).toEqual([
        ['ann', 2],
        ['bob', 1],
        ['cid', 0],
      ]);
    });

    test('aliases of a class give its objects', async () => {
      const { session, User, ann } = await filledBlog(database);
      const [younger, older] = [alias(User, 'younger'), alias(User, 'older')];
      const rows = await session.all(select(younger, older).from(younger).join(older, older.c.age.gt(younger.c.age)));
      expect(rows.map(([a, b]) => [a.name, b.name])).toEqual([['ann', 'bob']]);
      expect(rows[0][0]).toBe(ann);
    });

    test('one, first, scalar, scalars, exists, unions and subqueries', async () => {
      const { session, User, Post } = await filledBlog(database);
      expect(await session.scalar(select(func.count()).from(User))).toBe(3);
      expect(await session.scalars(select(User.c.name).orderBy(User.c.id))).toEqual(['ann', 'bob', 'cid']);
      expect(await session.first(select(User.c.name).orderBy(User.c.id.desc()))).toEqual(['cid']);
      await expect(session.one(select(User.c.name))).rejects.toThrow(MultipleResultsFound);
      expect(await session.oneOrNone(select(User.c.name).where(User.c.id.eq(9)))).toBeNull();
      const both = union(select(User.c.name), select(Post.c.title));
      expect((await session.scalars(both)).sort()).toEqual(['a1', 'a2', 'ann', 'b1', 'bob', 'cid', 'n']);
      const counts = select({ id: Post.c.userId, n: func.count().as('n') })
        .from(Post)
        .groupBy(Post.c.userId)
        .subquery('counts');
      const rows = await session.all(
        select({ name: User.c.name, n: counts.c.n }).from(User).join(counts, counts.c.id.eq(User.c.id)).orderBy(User.c.id),
      );
      expect(rows).toEqual([
        { name: 'ann', n: 2 },
        { name: 'bob', n: 1 },
      ]);
      const writers = await session
        .query(User)
        .filter(exists(select(Post.c.id).where(Post.c.userId.eq(User.c.id))))
        .orderBy(User.c.id)
        .all();
      expect(names(writers)).toEqual(['ann', 'bob']);
    });

    test('text with parameters and sql templates', async () => {
      const { session } = await filledBlog(database);
      expect(await session.all(text('SELECT name FROM users WHERE name = :name'), { name: "ann' OR 1=1 --" })).toEqual([]);
      expect(await session.all(text('SELECT name, age FROM users WHERE age > :age ORDER BY id'), { age: 10 })).toEqual([
        { name: 'ann', age: 20 },
        { name: 'bob', age: 30 },
      ]);
      await expect(session.all(text('SELECT :missing AS x'))).rejects.toThrow(/missing/);
      const age = 25;
      await session.execute(sql`UPDATE users SET age = ${age} WHERE name = ${'ann'}`);
      await session.commit();
      expect(await session.all(text("SELECT age FROM users WHERE name = 'ann'"))).toEqual([{ age: 25 }]);
    });

    test('writes open a transaction, that commit() keeps and rollback() does not', async () => {
      const { session, User, Tag } = await filledBlog(database);
      const result = await session.execute(insertInto(Tag).values([{ name: 'x' }, { name: 'y' }]));
      expect(result.rowCount).toBe(2);
      expect(session.inTransaction).toBe(true);
      await session.rollback();
      expect(await session.query(Tag).count()).toBe(2);
      await session.execute(
        insertInto(Tag)
          .values([{ name: 'x' }, { name: 'red' }])
          .onConflictDoNothing(),
      );
      const third = insertInto(Tag).values({ name: 'z' });
      if (database.returning) expect(await session.all(third.returning(Tag.c.name))).toEqual([['z']]);
      else expect((await session.execute(third)).rowCount).toBe(1);
      await session.execute(update(User).set({ age: 9 }).where(User.c.name.eq('cid')));
      await session.execute(deleteFrom(Tag).where(Tag.c.name.eq('x')));
      await session.commit();
      expect(await session.query(Tag).count()).toBe(3);
      expect(await session.all(text("SELECT age FROM users WHERE name = 'cid'"))).toEqual([{ age: 9 }]);
    });

    test('a write that gives back objects', async () => {
      const { session, Tag } = await filledBlog(database);
      const write = insertInto(Tag).values({ name: 'new' }).returning(Tag);
      if (!database.returning) return expect(session.all(write)).rejects.toMatchObject({ code: 'sql.unsupported' });
      const [[tag]] = await session.all(write);
      expect(inspect(tag).state).toBe('persistent');
      tag.name = 'newer';
      await session.commit();
      expect(await session.query(Tag).filterBy({ name: 'newer' }).count()).toBe(1);
    });
  });

  describe('paginate', () => {
    async function numbered(count: number) {
      const blog = await openBlog(database);
      blog.session.addAll(Array.from({ length: count }, (_, i) => new blog.Tag({ name: `t${String(i + 1).padStart(3, '0')}` })));
      await blog.session.commit();
      blog.statements.takeAll();
      return { ...blog, tags: blog.session.query(blog.Tag).orderBy(blog.Tag.c.id) };
    }

    test('a page in the middle', async () => {
      const { tags, statements } = await numbered(95);
      const page = await tags.paginate({ page: 3, perPage: 10 });
      expect(statements.count()).toBe(2);
      expect(names(page.items)).toEqual(Array.from({ length: 10 }, (_, i) => `t${String(21 + i).padStart(3, '0')}`));
      expect([...page]).toEqual(page.items);
      expect(page).toMatchObject({
        page: 3,
        perPage: 10,
        total: 95,
        pages: 10,
        first: 21,
        last: 30,
        hasPrev: true,
        hasNext: true,
        prevNum: 2,
        nextNum: 4,
      });
      expect(JSON.parse(JSON.stringify(page))).toMatchObject({
        page: 3,
        perPage: 10,
        total: 95,
        pages: 10,
        hasNext: true,
        nextNum: 4,
        items: { length: 10 },
      });
    });

    test('the first and the last page, and turning', async () => {
      const { tags, statements } = await numbered(25);
      const first = await tags.paginate({ perPage: 10 });
      expect(first).toMatchObject({ page: 1, hasPrev: false, prevNum: null, nextNum: 2, first: 1, last: 10 });
      statements.takeAll();
      const second = await first.next();
      expect(statements.count()).toBe(1);
      expect(second).toMatchObject({ page: 2, perPage: 10, total: 25 });
      const last = await second.next();
      expect(last).toMatchObject({ page: 3, hasNext: false, nextNum: null, first: 21, last: 25 });
      expect((await last.prev()).items).toEqual(second.items);
      expect((await last.next()).items).toEqual([]);
      await expect(last.next({ errorOut: true })).rejects.toThrow(NotFoundError);
      expect((await first.prev()).items).toEqual([]);
      await expect(first.prev({ errorOut: true })).rejects.toThrow(NotFoundError);
    });

    test('prev() keeps a page size above the usual maximum', async () => {
      const { tags } = await numbered(250);
      const page = await tags.paginate({ page: 2, perPage: 120, maxPerPage: 200 });
      expect((await page.prev()).items.length).toBe(120);
    });

    test('an empty result is a page without items', async () => {
      const { tags } = await numbered(0);
      const page = await tags.paginate();
      expect(page).toMatchObject({
        page: 1,
        perPage: 20,
        total: 0,
        pages: 0,
        first: 0,
        last: 0,
        hasPrev: false,
        hasNext: false,
        items: [],
      });
      expect([...page.iterPages()]).toEqual([]);
      await expect(tags.paginate({ page: 2 })).rejects.toThrow(NotFoundError);
    });

    test('pages that cannot be are 404, or corrected with errorOut: false', async () => {
      const { tags } = await numbered(5);
      for (const options of [
        { page: 0 },
        { page: -1 },
        { perPage: 0 },
        { perPage: -5 },
        { page: 2 },
        { page: 1.5 },
        { page: Number.NaN },
        { page: 2 ** 53 },
      ]) {
        await expect(tags.paginate(options), JSON.stringify(options)).rejects.toThrow(NotFoundError);
      }
      expect(await tags.paginate({ page: 0, errorOut: false })).toMatchObject({ page: 1, total: 5 });
      expect(await tags.paginate({ perPage: -1, errorOut: false })).toMatchObject({ page: 1, perPage: 20 });
      expect(await tags.paginate({ page: 9, errorOut: false })).toMatchObject({
        page: 9,
        items: [],
        total: 5,
        first: 0,
        last: 0,
        hasNext: false,
      });
    });

    test('perPage is held to maxPerPage, and count: false counts nothing', async () => {
      const { tags, statements } = await numbered(130);
      expect((await tags.paginate({ perPage: 500 })).items.length).toBe(100);
      expect((await tags.paginate({ perPage: 500, maxPerPage: 120 })).items.length).toBe(120);
      statements.takeAll();
      const page = await tags.paginate({ count: false });
      expect(statements.count()).toBe(1);
      expect(page).toMatchObject({ total: null, pages: 0, hasNext: false });
      await expect(tags.paginate({ maxPerPage: 0 })).rejects.toThrow(ArgumentError);
    });

    test('iterPages', async () => {
      const { tags } = await numbered(150);
      const at = async (page: number): Promise<(number | null)[]> => [...(await tags.paginate({ page, perPage: 10 })).iterPages()];
      expect(await at(1)).toEqual([1, 2, 3, 4, 5, null, 14, 15]);
      expect(await at(8)).toEqual([1, 2, null, 6, 7, 8, 9, 10, 11, 12, null, 14, 15]);
      expect(await at(15)).toEqual([1, 2, null, 13, 14, 15]);
      const page = await tags.paginate({ page: 5, perPage: 10 });
      expect([...page.iterPages({ leftEdge: 1, leftCurrent: 1, rightCurrent: 1, rightEdge: 1 })]).toEqual([1, null, 4, 5, 6, null, 15]);
      expect([...page.iterPages({ leftEdge: 0, leftCurrent: 0, rightCurrent: 0, rightEdge: 0 })]).toEqual([null, 5, null]);
      expect(await at(40).catch(() => 'none')).toBe('none');
      expect([...(await tags.paginate({ page: 40, perPage: 10, errorOut: false })).iterPages()]).toEqual([1, 2, null, 14, 15]);
    });

    test('with what is loaded beside the objects, and joins', async () => {
      const { session, Post, User } = await filledBlog(database);
      const page = await session.query(Post).with({ author: true, tags: true }).orderBy(Post.c.id).paginate({ perPage: 2 });
      expect(page.items.map((post) => [post.author?.name, post.tags.length])).toEqual([
        ['ann', 2],
        ['ann', 0],
      ]);
      const joined = await session.query(User).join(User.c.posts).distinct().orderBy(User.c.id).paginate({ perPage: 1 });
      expect([names(joined.items), joined.total]).toEqual([['ann'], 2]);
    });
  });

  test('a closed session refuses queries', async () => {
    const { session, User } = await openBlog(database);
    const query = session.query(User);
    await session.close();
    await expect(query.all()).rejects.toThrow(InvalidStateError);
    await expect(query.count()).rejects.toThrow(InvalidStateError);
  });
});

import { describe, expect, test } from 'vitest';
import { alias, and, exists, func, MultipleResultsFound, NoResultFound, not, or, select } from '../../src/index.ts';
import type { TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { openBlog } from './blog-models.ts';

/** ann with two posts, bob with one, cid without any; a post of nobody's; a tree of nodes. */
async function filledBlog(database: TestDatabase) {
  const blog = await openBlog(database);
  const { session, User, Post, Tag, Address, Profile, Node } = blog;
  const [red, blue, green] = ['red', 'blue', 'green'].map((name) => new Tag({ name }));
  const [a1, a2] = [new Post({ title: 'a1', tags: [red, blue] }), new Post({ title: 'a2', tags: [blue] })];
  session.addAll([
    new User({
      name: 'ann',
      age: 20,
      posts: [a1, a2],
      addresses: [new Address({ email: 'a@x' }), new Address({ email: 'a@y' })],
      profile: new Profile({ bio: 'A' }),
    }),
    new User({ name: 'bob', age: 30, posts: [new Post({ title: 'b1', tags: [red] })], addresses: [new Address({ email: 'b@x' })] }),
    new User({ name: 'cid', age: null }),
    new Post({ title: 'n' }),
    green,
    new Node({ data: 'r', children: [new Node({ data: 'a', children: [new Node({ data: 'aa' })] }), new Node({ data: 'b' })] }),
  ]);
  await session.commit();
  session.expungeAll();
  blog.statements.takeAll();
  return blog;
}

const names = (list: Iterable<{ name: string }>): string => [...list].map(({ name }) => name).join();
const titles = (list: Iterable<{ title: string }>): string => [...list].map(({ title }) => title).join();
const datas = (list: Iterable<{ data: string }>): string => [...list].map(({ data }) => data).join();

describe.each(allDatabases)('shapes of queries on $name', (database) => {
  test('one relation by pairs is joined as often as aliases name it', async () => {
    const { session, Post, Tag } = await filledBlog(database);
    const [one, two] = [alias(Tag, 'one'), alias(Tag, 'two')];
    const both = session
      .query(Post)
      .join(Post.c.tags.of(one))
      .join(Post.c.tags.of(two))
      .filter(one.c.name.eq('red'), two.c.name.eq('blue'));
    expect(titles(await both.all())).toBe('a1');
    const missing = session
      .query(Post)
      .join(Post.c.tags.of(one))
      .outerJoin(Post.c.tags.of(two), two.c.name.eq('blue'))
      .filter(one.c.name.eq('red'), two.c.id.isNull())
      .orderBy(Post.c.title);
    expect(titles(await missing.all())).toBe('b1');
    const contained = await session
      .query(Post)
      .join(Post.c.tags.of(one))
      .join(Post.c.tags.of(two))
      .filter(two.c.name.eq('red'), one.c.name.eq('blue'))
      .with({ tags: { alias: one } })
      .one();
    expect(names(contained.tags)).toBe('blue');
  });

  test('conditions on relations below each other, back to the first class', async () => {
    const { session, User, Post, Tag, Node } = await filledBlog(database);
    const users = session.query(User).orderBy(User.c.id);
    expect(names(await users.filter(User.c.posts.any(Post.c.author.has(User.c.name.eq('bob')))).all())).toBe('bob');
    expect(names(await users.filter(User.c.posts.any(Post.c.tags.any(Tag.c.posts.any(Post.c.author.has(User.c.age.eq(30)))))).all())).toBe(
      'ann,bob',
    );
    expect(names(await users.filter(User.c.posts.any(Post.c.tags.every(Tag.c.name.eq('blue')))).all())).toBe('ann');
    expect(names(await users.filter(not(User.c.posts.any(Post.c.tags.any(Tag.c.name.eq('red'))))).all())).toBe('cid');
    expect(names(await users.filter(or(User.c.posts.any().not(), User.c.profile.has())).all())).toBe('ann,cid');
    // The condition's own class was joined too: inside, its name is the inner one.
    const joined = users.join(User.c.posts).filter(Post.c.title.eq('a2'), User.c.posts.any(Post.c.title.eq('a1')));
    expect(names(await joined.all())).toBe('ann');
    const nodes = session.query(Node).orderBy(Node.c.id);
    expect(datas(await nodes.filter(Node.c.parent.has(Node.c.parent.has(Node.c.data.eq('r')))).all())).toBe('aa');
    expect(datas(await nodes.filter(Node.c.children.any(Node.c.children.any())).all())).toBe('r');
    expect(
      datas(await nodes.filter(Node.c.children.count().eq(Node.c.children.count(Node.c.data.ne('b'))), Node.c.children.any()).all()),
    ).toBe('a');
    expect(datas(await nodes.filter(Node.c.parent.isNull()).all())).toBe('r');
    expect(datas(await nodes.filter(Node.c.parent.isNotNull(), not(Node.c.children.any())).orderBy().orderBy(Node.c.data).all())).toBe(
      'aa,b',
    );
  });

  test('order by columns and counts of relations, with limits', async () => {
    const { session, User, Post, Tag } = await filledBlog(database);
    const posts = session.query(Post).outerJoin(Post.c.author);
    expect(titles(await posts.filter(Post.c.author.isNotNull()).orderBy(User.c.name.desc(), Post.c.title.desc()).all())).toBe('b1,a2,a1');
    const most = session.query(Tag).orderBy(Tag.c.posts.count().desc(), Tag.c.name);
    expect(names(await most.all())).toBe('blue,red,green');
    expect(names(await most.limit(1).offset(1).all())).toBe('red');
    expect(await session.query(Tag).orderBy(Tag.c.name).select(Tag.c.name, Tag.c.posts.count()).all()).toEqual([
      ['blue', 2],
      ['green', 0],
      ['red', 2],
    ]);
    const rows = await session
      .query(User)
      .filter(User.c.posts.count().between(1, 2))
      .orderBy(User.c.posts.count(), User.c.id)
      .select({ user: User, posts: User.c.posts.count(Post.c.tags.any(Tag.c.name.eq('red'))) })
      .all();
    expect(rows.map(({ user, posts: count }) => [user.name, count])).toEqual([
      ['bob', 1],
      ['ann', 1],
    ]);
    // With relations of every strategy beside the limit.
    for (const strategy of ['joined', 'selectin', 'subquery'] as const) {
      session.expungeAll();
      const first = await session.query(User).with({ posts: strategy }).orderBy(User.c.posts.count().desc()).limit(1).all();
      expect(first.map((user) => [user.name, titles(user.posts)])).toEqual([['ann', 'a1,a2']]);
    }
  });

  test('queries over an alias are whole queries', async () => {
    const { session, User, Post, Node } = await filledBlog(database);
    const a = alias(User, 'a');
    const query = session.query(a).orderBy(a.c.id);
    expect(names(await query.filterBy({ name: 'bob' }).all())).toBe('bob');
    expect([await query.count(), await query.filter(a.c.age.isNull()).exists()]).toEqual([3, true]);
    expect((await query.get(2))?.name).toBe('bob');
    expect((await query.filter(a.c.name.eq('ann')).get(2)) === null).toBe(true);
    expect(names(await query.filter(a.c.posts.any(Post.c.title.eq('b1'))).all())).toBe('bob');
    const [ann] = await query.with({ posts: 'joined', addresses: 'selectin', profile: true }).limit(1).all();
    expect([ann.name, titles(ann.posts), ann.addresses.length, ann.profile?.bio]).toEqual(['ann', 'a1,a2', 2, 'A']);
    session.expungeAll();
    const few = await query
      .loadOnly('name')
      .with({ posts: { strategy: 'joined', loadOnly: ['title'] } })
      .all();
    expect(few.map((user) => `${user.name} ${titles(user.posts)}`)).toEqual(['ann a1,a2', 'bob b1', 'cid ']);
    session.expungeAll();
    expect((await query.paginate({ perPage: 2, page: 2 })).items.map((user) => user.name)).toEqual(['cid']);
    const [parent, child] = [alias(Node, 'p'), alias(Node, 'k')];
    const pairs = await session
      .query(parent)
      .join(parent.c.children.of(child))
      .filter(child.c.children.any(Node.c.data.eq('aa')))
      .with({ children: { alias: child } })
      .all();
    expect(pairs.map((node) => `${node.data}>${datas(node.children)}`)).toEqual(['r>a']);
    const rows = await session.all(select(parent, child).join(child, child.c.parentId.eq(parent.c.id)).orderBy(child.c.id));
    expect(rows.map(([up, down]) => `${up.data}${down.data}`)).toEqual(['ra', 'rb', 'aaa']);
    expect(rows[0][1]).toBe(rows[2][0]);
  });

  test('contains takes joins below joins, and to-ones that the join did not find', async () => {
    const { session, statements, User, Post, Tag } = await filledBlog(database);
    const users = await session
      .query(User)
      .join(User.c.posts)
      .join(Post.c.tags)
      .filter(Tag.c.name.eq('red'))
      .orderBy(User.c.id)
      .with({ posts: { strategy: 'contains', with: { tags: 'contains' } } })
      .all();
    expect(statements.count()).toBe(1);
    expect(users.map((user) => `${user.name}:${user.posts.map((post) => `${post.title}(${names(post.tags)})`).join()}`)).toEqual([
      'ann:a1(red)',
      'bob:b1(red)',
    ]);
    session.expungeAll();
    const posts = await session
      .query(Post)
      .outerJoin(Post.c.author)
      .filter(or(User.c.name.eq('bob'), User.c.id.isNull()))
      .with({ author: { strategy: 'contains', with: { addresses: true } } })
      .orderBy(Post.c.title)
      .all();
    expect(posts.map((post) => [post.title, post.author?.name, post.author?.addresses.length])).toEqual([
      ['b1', 'bob', 1],
      ['n', undefined, undefined],
    ]);
  });

  test('counts of grouped, distinct, cut and joined queries', async () => {
    const { session, User, Post, Address } = await filledBlog(database);
    const users = session.query(User);
    expect(await users.join(User.c.posts).count()).toBe(3);
    expect(await users.join(User.c.posts).distinct().count()).toBe(2);
    expect(await users.join(User.c.posts).groupBy(User.c.id).count()).toBe(2);
    expect(await users.join(User.c.posts).groupBy(User.c.id).having(func.count(Post.c.id).gt(1)).count()).toBe(1);
    expect(await users.limit(2).count()).toBe(2);
    expect(await users.orderBy(User.c.id).offset(2).limit(5).count()).toBe(1);
    expect(await users.with({ posts: 'joined' }).count()).toBe(3);
    expect(await users.join(User.c.posts).groupBy(User.c.id).having(func.count(Post.c.id).gt(5)).exists()).toBe(false);
    expect(await users.join(User.c.posts).groupBy(User.c.id).exists()).toBe(true);
    expect(await users.offset(3).exists()).toBe(false);
    expect(await users.distinct().orderBy(User.c.age).exists()).toBe(true);
    const cut = users.join(User.c.addresses).distinct().orderBy(User.c.id).limit(2);
    expect(names(await cut.all())).toBe('ann,bob');
    expect(names(await cut.with({ addresses: 'joined' }).all())).toBe('ann,bob');
    expect(await session.query(Address).select(func.count(Address.c.userId).distinct()).scalar()).toBe(2);
  });

  test('one row, none, several', async () => {
    const { session, User, Post } = await filledBlog(database);
    const ann = session.query(User).join(User.c.posts).filterBy({ name: 'ann' });
    // Two rows of one object are one object.
    expect((await ann.one()).name).toBe('ann');
    expect((await ann.oneOrNone())?.name).toBe('ann');
    expect((await ann.with({ posts: 'contains' }).one()).posts.length).toBe(2);
    expect((await ann.with({ posts: 'contains' }).first())?.posts.length).toBe(2);
    expect((await session.query(User).with({ posts: 'joined', addresses: 'joined' }).filterBy({ name: 'ann' }).one()).posts.length).toBe(2);
    await expect(session.query(User).one()).rejects.toThrow(MultipleResultsFound);
    await expect(session.query(User).filterBy({ name: 'zoe' }).one()).rejects.toThrow(NoResultFound);
    expect(await session.query(User).filterBy({ name: 'zoe' }).oneOrNone()).toBeNull();
    await expect(session.query(User).oneOrNone()).rejects.toThrow(MultipleResultsFound);
    expect((await session.query(User).orderBy(User.c.id).limit(1).one()).name).toBe('ann');
    expect(
      await session
        .query(User)
        .orderBy(User.c.id)
        .offset(1)
        .first()
        .then((user) => user?.name),
    ).toBe('bob');
    expect(await session.query(Post).orderBy(Post.c.id).select(Post.c.title).first()).toEqual(['a1']);
  });

  test('set operations go on: conditions, order, pages, relations, changes', async () => {
    const { session, User, Post } = await filledBlog(database);
    const users = session.query(User);
    const both = users.filterBy({ name: 'ann' }).union(users.filterBy({ name: 'cid' }), users.filterBy({ name: 'bob' }));
    expect(names(await both.filter(User.c.age.isNotNull()).orderBy(User.c.name.desc()).all())).toBe('bob,ann');
    const page = await both.orderBy(User.c.id).paginate({ perPage: 2 });
    expect([names(page.items), page.total]).toEqual(['ann,bob', 3]);
    const few = await both
      .loadOnly('name')
      .with({ posts: { loadOnly: ['title'] } })
      .orderBy(User.c.id)
      .all();
    expect(few.map((user) => `${user.name}${titles(user.posts)}`)).toEqual(['anna1,a2', 'bobb1', 'cid']);
    expect(names(await users.except(both.filter(User.c.name.ne('cid'))).all())).toBe('cid');
    expect(
      names(
        await users
          .filter(User.c.id.in(both.filter(User.c.posts.any()).select(User.c.id).toSelect()))
          .orderBy(User.c.id)
          .all(),
      ),
    ).toBe('ann,bob');
    const best = both.alias('best');
    expect(titles(await session.query(Post).join(best, Post.c.author).filter(best.c.name.ne('bob')).orderBy(Post.c.id).all())).toBe(
      'a1,a2',
    );
    expect(await both.filter(User.c.age.eq(30)).update({ age: 31 })).toBe(1);
    expect((await users.filterBy({ name: 'bob' }).one()).age).toBe(31);
  });

  test('correlated subqueries as columns, conditions and sources', async () => {
    const { session, User, Post } = await filledBlog(database);
    const latest = select(func.max(Post.c.title)).where(Post.c.userId.eq(User.c.id)).scalar();
    const rows = await session.query(User).orderBy(User.c.id).select({ name: User.c.name, latest }).all();
    expect(rows).toEqual([
      { name: 'ann', latest: 'a2' },
      { name: 'bob', latest: 'b1' },
      { name: 'cid', latest: null },
    ]);
    expect(names(await session.query(User).filter(latest.eq('a2')).all())).toBe('ann');
    const counts = select({ userId: Post.c.userId, posts: func.count(Post.c.id) })
      .groupBy(Post.c.userId)
      .subquery('counts');
    const joined = await session
      .query(User)
      .outerJoin(counts, counts.c.userId.eq(User.c.id))
      .orderBy(User.c.id)
      .select({ user: User, posts: func.coalesce(counts.c.posts, 0) })
      .all();
    expect(joined.map(({ user, posts }) => [user.name, Number(posts)])).toEqual([
      ['ann', 2],
      ['bob', 1],
      ['cid', 0],
    ]);
    const several = await session
      .query(User)
      .join(Post, and(Post.c.userId.eq(User.c.id), Post.c.title.like('a%')))
      .select(User, Post)
      .all();
    expect(several.map(([user, post]) => `${user.name} ${post.title}`).sort()).toEqual(['ann a1', 'ann a2']);
    expect(several[0][0]).toBe(several[1][0]);
  });

  test('a query stands in another one as its select does', async () => {
    const { session, User, Post } = await filledBlog(database);
    const found = async (condition: ReturnType<typeof exists>) =>
      names(await session.query(User).filter(condition).orderBy(User.c.id).all());
    const posts = session.query(Post).filter(Post.c.title.like('a%'));
    expect(await found(User.c.id.in(posts.select(Post.c.userId)))).toBe('ann');
    expect(await found(User.c.id.notIn(posts.select(Post.c.userId)))).toBe('bob,cid');
    expect(await found(User.c.id.in(posts.select({ owner: Post.c.userId }).distinct()))).toBe('ann');
    expect(await found(exists(posts.filter(Post.c.userId.eq(User.c.id))))).toBe('ann');
    expect(await found(exists(posts.filter(Post.c.userId.eq(User.c.id))).not())).toBe('bob,cid');
    expect(await found(exists(session.query(Post).filter(Post.c.userId.eq(User.c.id)).select(Post.c.id)))).toBe('ann,bob');
  });

  test('a class that only a condition names comes in by itself, and each object stays one', async () => {
    const { session, User, Post } = await filledBlog(database);
    const writers = session.query(User).filter(User.c.id.eq(Post.c.userId)).orderBy(Post.c.title.desc());
    for (const strategy of ['selectin', 'joined', 'subquery'] as const) {
      const found = await writers.with({ posts: strategy }).all();
      expect(found.map((user) => [user.name, user.posts.map(({ title }) => title)])).toEqual([
        ['bob', ['b1']],
        ['ann', ['a1', 'a2']],
      ]);
      session.expungeAll();
    }
    const plain = await writers.all();
    expect(names(plain)).toBe('bob,ann');
    expect(plain[1]).toBe(await session.get(User, plain[1].id));
    expect((await writers.filter(User.c.name.eq('ann')).one()).name).toBe('ann');
    expect((await writers.filter(User.c.name.eq('ann')).oneOr404()).name).toBe('ann');
    // Rows are counted as they are joined.
    expect(await writers.count()).toBe(3);
    const other = alias(Post, 'other');
    expect(names(await session.query(User).filter(User.c.id.eq(other.c.userId), other.c.title.like('a%')).all())).toBe('ann');
    const counts = select({ userId: Post.c.userId }).subquery('counts');
    expect(names(await session.query(User).filter(counts.c.userId.eq(User.c.id)).orderBy(User.c.id).all())).toBe('ann,bob');
    const streamed: string[] = [];
    for await (const user of session.query(User).filter(User.c.id.eq(Post.c.userId)).orderBy(User.c.id).stream()) streamed.push(user.name);
    expect(streamed).toEqual(['ann', 'bob']);
  });

  test('a subquery all of whose sources are around it reads what it selects itself', async () => {
    const { session, User, Post } = await filledBlog(database);
    const named = exists(select(Post.c.id).where(Post.c.userId.eq(User.c.id), Post.c.title.eq('b1')));
    expect(names(await session.query(User).join(User.c.posts).filter(named).all())).toBe('bob');
    expect(names(await session.query(User).join(User.c.posts).filter(named.not()).all())).toBe('ann');
    const counted = select(func.count(Post.c.id)).where(Post.c.userId.eq(User.c.id)).scalar();
    const rows = await session.all(select(User.c.name, Post.c.title, counted).join(User.c.posts).orderBy(Post.c.title));
    expect(rows).toEqual([
      ['ann', 'a1', 2],
      ['ann', 'a2', 2],
      ['bob', 'b1', 1],
    ]);
  });
});

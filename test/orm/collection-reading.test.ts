import { describe, expect, test } from 'vitest';
import { func, NotLoadedError } from '../../src/index.ts';
import type { TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { openBlog } from './blog-models.ts';

async function filledBlog(database: TestDatabase) {
  const blog = await openBlog(database);
  const { session, User, Post, Tag, Node } = blog;
  const [red, blue] = ['red', 'blue'].map((name) => new Tag({ name }));
  session.addAll([
    new User({ name: 'ann', posts: ['a1', 'a2', 'a3'].map((title, i) => new Post({ title, tags: i === 0 ? [red, blue] : [blue] })) }),
    new User({ name: 'bob', posts: [new Post({ title: 'b1', tags: [red] })] }),
    new User({ name: 'cid' }),
    new Node({ data: 'r', children: [new Node({ data: 'a' }), new Node({ data: 'b' })] }),
  ]);
  await session.commit();
  session.expungeAll();
  blog.statements.takeAll();
  return blog;
}

const titles = (list: Iterable<{ title: string }>): string => [...list].map(({ title }) => title).join();

describe.each(allDatabases)('collections read on $name', (database) => {
  test('a part of a collection by its query, which leaves it unloaded', async () => {
    const { session, statements, User, Post, Tag } = await filledBlog(database);
    const ann = await session.query(User).filterBy({ name: 'ann' }).one();
    statements.takeAll();
    const posts = ann.posts.query();
    expect(titles(await posts.all())).toBe('a1,a2,a3');
    expect(titles(await posts.filter(Post.c.title.gt('a1')).limit(1).all())).toBe('a2');
    expect(titles(await posts.orderBy().orderBy(Post.c.id.desc()).all())).toBe('a3,a2,a1');
    expect([await posts.count(), await posts.filterBy({ title: 'b1' }).exists()]).toEqual([3, false]);
    const page = await posts.paginate({ page: 2, perPage: 2 });
    expect([titles(page.items), page.total, page.pages]).toEqual(['a3', 3, 2]);
    const cursor = await posts.paginateByCursor({ perPage: 2 });
    expect(titles((await cursor.next())?.items ?? [])).toBe('a3');
    // The relation's order is taken away: no database but SQLite and MySQL orders what is one row by a column of many.
    expect(await posts.orderBy().select(func.max(Post.c.title)).scalar()).toBe('a3');
    expect((await posts.with({ tags: 'joined' }).all()).map((post) => post.tags.length)).toEqual([2, 1, 1]);
    expect((await posts.loadOnly('title').first())?.title).toBe('a1');
    expect(titles(await posts.filter(Post.c.tags.any(Tag.c.name.eq('red'))).all())).toBe('a1');
    expect(titles(await posts.join(Post.c.tags).filter(Tag.c.name.eq('blue')).orderBy(Post.c.id).all())).toBe('a1,a2,a3');
    expect(await posts.filter(Post.c.title.eq('a3')).update({ title: 'z' })).toBe(1);
    expect(ann.posts.isLoaded).toBe(false);
    expect(titles(await ann.posts)).toBe('a1,a2,z');
    const [first] = await ann.posts;
    const tags = first.tags.query();
    expect((await tags.filter(Tag.c.name.ne('red')).all()).map((tag) => tag.name)).toEqual(['blue']);
    expect([await tags.count(), await tags.filterBy({ name: 'blue' }).exists()]).toEqual([2, true]);
  });

  test('pending members count, and are there when the rest is loaded', async () => {
    const { session, statements, User, Post } = await filledBlog(database);
    const bob = await session.query(User).filterBy({ name: 'bob' }).one();
    const more = new Post({ title: 'b2' });
    bob.posts.add(more);
    expect(bob.posts.has(more)).toBe(true);
    expect(() => [...(bob.posts as unknown as Iterable<unknown>)]).toThrow(NotLoadedError);
    // A count is asked of the database, after what it must see was written.
    expect(await bob.posts.count()).toBe(2);
    statements.takeAll();
    expect(titles(await bob.posts)).toBe('b1,b2');
    expect(statements.count()).toBe(1);
    const stored = await session.query(Post).filterBy({ title: 'a1' }).one();
    expect([await bob.posts.contains(stored), await bob.posts.contains(more)]).toEqual([false, true]);
    bob.posts.remove(more);
    expect([await bob.posts.count(), bob.posts.has(more)]).toEqual([1, false]);
  });

  test('a filtered collection is a part, that whole loads and awaits replace', async () => {
    const { session, statements, User, Post } = await filledBlog(database);
    const query = session.query(User).filterBy({ name: 'ann' });
    const ann = await query.with({ posts: { filter: Post.c.title.ne('a2') } }).one();
    expect(titles(ann.posts)).toBe('a1,a3');
    expect(titles((await query.with({ posts: { filter: Post.c.title.eq('a2') } }).one()).posts)).toBe('a2');
    expect(await ann.posts.count()).toBe(3);
    statements.takeAll();
    expect(titles((await query.with({ posts: true }).one()).posts)).toBe('a1,a2,a3');
    expect(statements.count()).toBe(2);
    // It is whole now: asked for again, it takes no statement of its own.
    await query.with({ posts: 'selectin' }).one();
    expect(statements.count()).toBe(1);
  });

  test('a member that was added stays beside what a filter lets through', async () => {
    const { session, User, Post } = await filledBlog(database);
    const bob = await session.query(User).filterBy({ name: 'bob' }).one();
    bob.posts.add(new Post({ title: 'new' }));
    const query = session.query(User).filterBy({ name: 'bob' });
    const again = await session.noAutoflush(() => query.with({ posts: { filter: Post.c.title.eq('nothing') } }).one());
    expect(titles(again.posts)).toBe('new');
    await session.commit();
    session.expungeAll();
    expect(titles((await session.query(User).with({ posts: true }).filterBy({ name: 'bob' }).one()).posts)).toBe('b1,new');
  });

  test('siblings of a result load together, each way down a tree', async () => {
    const { session, statements, User, Node } = await filledBlog(database);
    const users = await session.query(User).orderBy(User.c.id).all();
    statements.takeAll();
    const all = await Promise.all(users.map(async (user) => titles(await user.posts)));
    expect(all).toEqual(['a1,a2,a3', 'b1', '']);
    expect(statements.count()).toBe(1);
    // What was loaded has siblings of its own.
    for (const user of users) for (const post of await user.posts) await post.tags;
    expect(statements.count()).toBe(1);
    const root = await session.query(Node).filterBy({ data: 'r' }).one();
    statements.takeAll();
    for (const child of await root.children) expect((await child.children).length).toBe(0);
    expect(statements.count()).toBe(2);
    for (const child of await root.children) expect(await child.parent).toBe(root);
    expect(statements.count()).toBe(0);
  });
});

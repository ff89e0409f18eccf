import { describe, expect, test } from 'vitest';
import {
  type Database,
  InvalidStateError,
  type LoadedCollection,
  listen,
  MappingError,
  type Session,
  type SessionEvents,
} from '../../src/index.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { openBlog } from './blog-models.ts';

const STATES = [
  'beforeAttach',
  'afterAttach',
  'transientToPending',
  'pendingToTransient',
  'pendingToPersistent',
  'loadedAsPersistent',
  'persistentToDeleted',
  'persistentToTransient',
  'persistentToDetached',
  'deletedToPersistent',
  'deletedToDetached',
  'detachedToPersistent',
] as const;
const WORK = ['afterBegin', 'beforeFlush', 'afterFlush', 'afterFlushPostexec', 'afterRollback', 'afterTransactionEnd'] as const;

function record(target: Session | Database, events: readonly (keyof SessionEvents)[]): string[] {
  const told: string[] = [];
  for (const event of events) listen(target as Session, event as 'afterAttach', () => void told.push(event));
  return told;
}

describe.each([...allDatabases, ...pgliteDatabases])('events of sessions on $name', (database) => {
  test('a commit tells its steps in order, and a flush of nothing tells none', async () => {
    const { session, User } = await openBlog(database);
    const told = record(session, [...WORK, 'beforeCommit', 'afterCommit']);
    session.add(new User({ name: 'ann' }));
    await session.commit();
    expect(told).toEqual([
      'beforeCommit',
      'beforeFlush',
      'afterBegin',
      'afterFlush',
      'afterFlushPostexec',
      'afterCommit',
      'afterTransactionEnd',
    ]);
    told.length = 0;
    await session.flush();
    expect(told).toEqual([]);
    session.add(new User({ name: 'ann' }));
    await expect(session.flush()).rejects.toThrow();
    await session.rollback();
    expect(told).toEqual(['beforeFlush', 'afterBegin', 'afterRollback', 'afterTransactionEnd']);
  });

  test('every session of a database, and one of them', async () => {
    const { db, session, User } = await openBlog(database);
    const all: Session[] = [];
    listen(db, 'beforeFlush', (of) => void all.push(of));
    const one = record(session, ['beforeFlush']);
    const other = db.createSession();
    session.add(new User({ name: 'a' }));
    await session.commit();
    other.add(new User({ name: 'b' }));
    await other.commit();
    expect(all).toEqual([session, other]);
    expect(one).toEqual(['beforeFlush']);
  });

  test('beforeFlush may add to what is written, change it, and query', async () => {
    const { session, User, Post } = await openBlog(database);
    listen(
      session,
      'beforeFlush',
      async (of) => {
        expect(await of.query(User).count()).toBe(0);
        for (const object of of.new) if (object instanceof User) object.posts.add(new Post({ title: `of ${object.name}` }));
      },
      { once: true },
    );
    session.add(new User({ name: 'ann' }));
    await session.commit();
    expect((await session.query(Post).one()).title).toBe('of ann');
  });

  test('afterFlush is given what was written', async () => {
    const { session, User, Post } = await openBlog(database);
    const user = new User({ name: 'ann' });
    session.add(user);
    await session.flush();
    const changes: [object, string][] = [];
    listen(session, 'afterFlush', (_session, written) => {
      for (const { object, change } of written) changes.push([object, change]);
    });
    const post = new Post({ title: 'a', author: user });
    session.add(post);
    user.age = 5;
    await session.commit();
    expect(changes).toEqual([
      [user, 'update'],
      [post, 'insert'],
    ]);
  });

  test('what is added after a flush is written by the commit, and an endless chain is an error', async () => {
    const { session, User } = await openBlog(database);
    let left = 3;
    const stop = listen(session, 'afterFlushPostexec', (of) => {
      if (left-- > 0) of.add(new User({ name: `u${left}` }));
    });
    session.add(new User({ name: 'first' }));
    await session.commit();
    expect(await session.query(User).count()).toBe(4);
    stop();
    let name = 0;
    const endless = listen(session, 'afterFlushPostexec', (of) => of.add(new User({ name: `e${name++}` })));
    session.add(new User({ name: 'last' }));
    await expect(session.commit()).rejects.toThrow(InvalidStateError);
    endless();
    await session.rollback();
    expect(await session.query(User).count()).toBe(4);
  });

  test('an object’s way through its states', async () => {
    const { db, session, User } = await openBlog(database);
    const told = record(session, STATES);
    const take = (): string[] => told.splice(0);
    const user = new User({ name: 'ann' });
    session.add(user);
    expect(take()).toEqual(['beforeAttach', 'afterAttach', 'transientToPending']);
    session.expunge(user);
    expect(take()).toEqual(['pendingToTransient']);
    session.add(user);
    await session.flush();
    expect(take()).toEqual(['beforeAttach', 'afterAttach', 'transientToPending', 'pendingToPersistent']);
    await session.rollback();
    expect(take()).toEqual(['persistentToTransient']);
    session.add(user);
    await session.commit();
    take();
    session.delete(user);
    await session.flush();
    expect(take()).toEqual(['persistentToDeleted']);
    await session.rollback();
    expect(take()).toEqual(['deletedToPersistent']);
    session.expunge(user);
    expect(take()).toEqual(['persistentToDetached']);
    session.add(user);
    expect(take()).toEqual(['beforeAttach', 'afterAttach', 'detachedToPersistent']);
    session.delete(user);
    await session.commit();
    expect(take()).toEqual(['persistentToDeleted', 'deletedToDetached']);
    const other = db.createSession();
    const loaded = record(other, STATES);
    session.addAll([new User({ name: 'x' }), new User({ name: 'y' })]);
    await session.commit();
    await other.query(User).all();
    await other.query(User).all();
    expect(loaded).toEqual(['loadedAsPersistent', 'loadedAsPersistent']);
  });

  test('a handler that throws before a flush stops it, and the session goes on', async () => {
    const { session, User } = await openBlog(database);
    const stop = listen(session, 'beforeFlush', () => {
      throw new Error('not today');
    });
    session.add(new User({ name: 'ann' }));
    await expect(session.commit()).rejects.toThrow('not today');
    stop();
    await session.commit();
    expect(await session.query(User).count()).toBe(1);
  });

  test('refresh is told when an object is read again', async () => {
    const { session, User } = await openBlog(database);
    const user = new User({ name: 'ann' });
    session.add(user);
    await session.commit();
    const told: object[] = [];
    const stop = listen(User, 'refresh', (object) => void told.push(object));
    await session.refresh(user);
    stop();
    await session.refresh(user);
    expect(told).toEqual([user]);
  });
});

describe.each(allDatabases.slice(0, 1))('handlers of attributes', (database) => {
  test('retval sets another value in the value’s place, one handler after the other', async () => {
    const { session, User } = await openBlog(database);
    const stop = listen(User.c.name, 'set', (_user, value) => value.trim(), { retval: true });
    const lower = listen(User.c.name, 'set', (_user, value) => value.toLowerCase(), { retval: true });
    const seen: unknown[] = [];
    const watch = listen(User.c.name, 'set', (_user, value, old) => void seen.push([value, old]));
    const user = new User({ name: ' Ann ' });
    user.name = ' BOB';
    expect(seen).toEqual([
      ['ann', null],
      ['bob', 'ann'],
    ]);
    session.add(user);
    await session.commit();
    for (const end of [stop, lower, watch]) end();
    user.name = ' C ';
    expect(user.name).toBe(' C ');
  });

  test('a handler with once is called once, and the others go on', async () => {
    const { User, Post } = await openBlog(database);
    const told: string[] = [];
    listen(User.c.posts, 'append', () => void told.push('once'), { once: true });
    const stop = listen(User.c.posts, 'append', () => void told.push('always'));
    const user = new User({ name: 'ann', posts: [new Post({ title: 'a' }), new Post({ title: 'b' })] });
    expect(await user.posts).toHaveLength(2);
    expect(told).toEqual(['once', 'always', 'always']);
    stop();
  });

  test('bulkReplace is told before the collection changes, and may change what it will hold', async () => {
    const { User, Post } = await openBlog(database);
    const [a, b, c] = ['a', 'b', 'c'].map((title) => new Post({ title }));
    const told: string[] = [];
    const user = new User({ name: 'ann', posts: [a] });
    const ends = [
      listen(User.c.posts, 'bulkReplace', (owner: InstanceType<typeof User>, posts) => {
        told.push(`bulk ${(owner.posts as LoadedCollection<typeof a>).map((post) => post.title)} -> ${posts.map((post) => post.title)}`);
        posts.push(c);
      }),
      listen(User.c.posts, 'remove', (_user, post) => void told.push(`- ${post.title}`)),
      listen(User.c.posts, 'append', (_user, post) => void told.push(`+ ${post.title}`)),
    ];
    user.posts.set([b]);
    expect(told).toEqual(['bulk a -> b', '- a', '+ b', '+ c']);
    expect(await user.posts).toEqual([b, c]);
    for (const end of ends) end();
  });

  test('events that there are not', async () => {
    const { db, session, User } = await openBlog(database);
    expect(() => listen(session, 'beforeLunch' as 'beforeFlush', () => {})).toThrow(/beforeFlush/);
    expect(() => listen(db, 'beforeLunch' as 'beforeFlush', () => {})).toThrow(/beforeFlush/);
    expect(() => listen(User.c.posts, 'set', () => {}, { retval: true } as never)).toThrow(MappingError);
  });
});

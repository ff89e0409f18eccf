import { describe, expect, test } from 'vitest';
import {
  belongsTo,
  DetachedInstanceError,
  hasMany,
  InvalidStateError,
  insertInto,
  inspect,
  isLoaded,
  listen,
  NotLoadedError,
  param,
  StaleDataError,
  select,
  t,
  text,
  UniqueViolation,
  update,
} from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { openBlog } from './blog-models.ts';

describe.each([...allDatabases, ...pgliteDatabases])('sessions on $name', (database) => {
  describe('states and identity', () => {
    test('an object goes from transient to pending, persistent, deleted and detached', async () => {
      const { session, User } = await openBlog(database);
      const user = new User({ name: 'ann' });
      expect(inspect(user)).toMatchObject({ state: 'transient', identity: null });
      session.add(user);
      expect(inspect(user).state).toBe('pending');
      expect(session.new.has(user)).toBe(true);
      await session.flush();
      expect(inspect(user)).toMatchObject({ state: 'persistent', identity: [1], modified: false });
      expect(session.new.size).toBe(0);
      session.delete(user);
      expect(session.deleted.has(user)).toBe(true);
      expect(inspect(user).state).toBe('persistent');
      await session.flush();
      expect(inspect(user).state).toBe('deleted');
      await session.commit();
      expect(inspect(user).state).toBe('detached');
      expect(user.name).toBe('ann');
    });

    test('one row is one object', async () => {
      const { session, User } = await openBlog(database);
      const user = new User({ name: 'ann' });
      session.add(user);
      await session.commit();
      expect(await session.query(User).one()).toBe(user);
      expect(await session.get(User, user.id)).toBe(user);
      const [a, b] = await Promise.all([session.query(User).one(), session.query(User).first()]);
      expect(a).toBe(b);
    });

    test('objects are found by the keys of their rows while their new keys are not flushed', async () => {
      const { db, session, User } = await openBlog(database);
      const users = [new User({ name: 'ann' }), new User({ name: 'bea' })];
      session.addAll(users);
      await session.commit();
      const [stored] = users;
      stored.id = 7;
      await session.noAutoflush(async () => {
        expect(await session.get(User, 1)).toBe(stored);
        expect(await session.get(User, 7)).toBeNull();
      });
      const other = db.createSession();
      const [ann, bea] = await other.query(User).orderBy(User.c.id).all();
      bea.id = 8;
      await other.noAutoflush(async () => {
        expect(await other.get(User, 2)).toBe(bea);
        expect((await other.query(User).orderBy(User.c.id).all()).map((user) => user.name)).toEqual(['ann', 'bea']);
        expect(await other.get(User, 1)).toBe(ann);
      });
      await other.rollback();
      await session.flush();
      expect(await session.get(User, 7)).toBe(stored);
      expect(await session.get(User, 1)).toBeNull();
      await session.rollback();
      await other.close();
    });

    test('a query does not overwrite what was changed and not flushed', async () => {
      const { session, User } = await openBlog(database);
      const user = new User({ name: 'ann', age: 1 });
      session.add(user);
      await session.commit();
      user.age = 2;
      await session.noAutoflush(async () => {
        expect(await session.query(User).one()).toBe(user);
        expect(user.age).toBe(2);
      });
    });

    test('get() finds what the session has without a statement', async () => {
      const { session, statements, User } = await openBlog(database);
      session.add(new User({ id: 5, name: 'ann' }));
      await session.commit();
      statements.takeAll();
      expect((await session.get(User, 5))?.name).toBe('ann');
      expect(statements.count()).toBe(0);
      expect(await session.get(User, 6)).toBeNull();
      expect(statements.count()).toBe(1);
      await session.get(User, 5, { forUpdate: true });
      expect(statements.count()).toBeGreaterThan(0);
    });

    test('keys of one and of several columns', async () => {
      const db = openDatabase(database);
      class Line extends db.Model('lines', { order: t.integer().primaryKey(), place: t.integer().primaryKey(), text: t.string() }) {}
      class Word extends db.Model('words', { word: t.string(20).primaryKey(), count: t.integer().default(0) }) {}
      class Big extends db.Model('bigs', { id: t.bigInteger().primaryKey(), name: t.string() }) {}
      await db.createAll();
      await using session = db.createSession();
      session.addAll([
        new Line({ order: 1, place: 2, text: 'x' }),
        new Word({ word: 'hello' }),
        new Big({ id: 2n ** 60n, name: 'big' }),
        new Big({ id: 7n, name: 'small' }),
      ]);
      await session.commit();
      await using next = db.createSession();
      const statements = new Statements(db.engine);
      const line = await next.get(Line, [1, 2]);
      expect(line?.text).toBe('x');
      expect(await next.get(Line, { place: 2, order: 1 })).toBe(line);
      expect(statements.count()).toBe(1);
      expect((await next.get(Word, 'hello'))?.count).toBe(0);
      const big = await next.get(Big, 2n ** 60n);
      expect(big?.name).toBe('big');
      const small = await next.get(Big, 7n);
      expect(small?.id).toBe(7n);
      expect(await next.query(Big).orderBy(Big.c.id).all()).toEqual([small, big]);
      await expect(next.get(Line, 1)).rejects.toThrow(/key of Line is \[order, place\]/);
      await expect(next.get(Word, null)).rejects.toThrow(InvalidStateError);
    });

    test('an object belongs to one session', async () => {
      const { db, session, User } = await openBlog(database);
      await using other = db.createSession();
      const user = new User({ name: 'ann' });
      session.add(user);
      expect(() => other.add(user)).toThrow(/belongs to another session/);
      expect(other.contains(user)).toBe(false);
      session.expunge(user);
      expect(inspect(user).state).toBe('transient');
      other.add(user);
      await other.commit();
      expect(() => session.delete(user)).toThrow(InvalidStateError);
      expect(() => session.expunge(user)).toThrow(InvalidStateError);
    });

    test('a second object for a row that the session has is refused', async () => {
      const { db, session, User } = await openBlog(database);
      const user = new User({ name: 'ann' });
      session.add(user);
      await session.commit();
      session.expunge(user);
      expect(inspect(user).state).toBe('detached');
      const twin = await session.query(User).one();
      expect(twin).not.toBe(user);
      expect(() => session.add(user)).toThrow(/already has another object/);
      session.expunge(twin);
      session.add(user);
      expect(await session.get(User, 1)).toBe(user);
      void db;
    });

    test('delete() of an object that is not stored, and add() of a deleted one', async () => {
      const { session, User } = await openBlog(database);
      const user = new User({ name: 'ann' });
      expect(() => session.delete(user)).toThrow(/transient/);
      session.add(user);
      expect(() => session.delete(user)).toThrow(/pending/);
      await session.flush();
      session.delete(user);
      await session.flush();
      expect(() => session.add(user)).toThrow(/was deleted/);
    });

    test('what is not an object of a model is refused', async () => {
      const { session } = await openBlog(database);
      expect(() => session.add({} as never)).toThrow(/add\(\) takes objects of model classes/);
      expect(() => session.delete(null as never)).toThrow(InvalidStateError);
      await expect(session.refresh('x' as never)).rejects.toThrow(InvalidStateError);
    });

    test('an expunged object keeps its values, loads nothing, and can come back with its changes', async () => {
      const { session, User, Post } = await openBlog(database);
      const user = new User({ name: 'ann', posts: [new Post({ title: 'x' })] });
      session.add(user);
      await session.commit();
      session.expungeAll();
      const again = await session.query(User).one();
      session.expunge(again);
      expect(again.name).toBe('ann');
      await expect(again.posts).rejects.toThrow(DetachedInstanceError);
      again.name = 'bob';
      session.add(again);
      await session.commit();
      expect(await session.all(text('SELECT name FROM users'))).toEqual([{ name: 'bob' }]);
      expect((await again.posts).length).toBe(1);
    });

    test('what is set back to what it was is no history', async () => {
      const db = openDatabase(database);
      class Card extends db.Model('cards', {
        id: t.integer().primaryKey(),
        title: t.string(20),
        price: t.numeric(8, 2),
        data: t.json<{ tags: string[] }>(),
        deckId: t.integer().nullable().references('decks.id'),
        get deck() {
          return belongsTo(Deck, { nullable: true });
        },
      }) {}
      class Deck extends db.Model('decks', {
        id: t.integer().primaryKey(),
        get cards() {
          return hasMany(Card);
        },
      }) {}
      await db.createAll();
      const session = db.createSession();
      const card = new Card({ title: 'a', price: '1.50', data: { tags: ['x'] } });
      const deck = new Deck({ cards: [card] });
      session.add(deck);
      await session.commit();
      const history = (key: string) => inspect(card).history(key);
      card.title = 'b';
      expect([history('title'), inspect(card).modified]).toEqual([{ added: ['b'], unchanged: [], deleted: ['a'] }, true]);
      card.title = 'a';
      card.price = '1.5' as never;
      expect(history('title')).toEqual({ added: [], unchanged: ['a'], deleted: [] });
      expect(history('price').added).toEqual([]);
      card.deck = null;
      card.deck = deck;
      deck.cards.remove(card);
      deck.cards.add(card);
      expect(history('deck')).toEqual({ added: [], unchanged: [deck], deleted: [] });
      expect(inspect(deck).history('cards')).toEqual({ added: [], unchanged: [card], deleted: [] });
      expect([inspect(card).modified, inspect(deck).modified]).toEqual([false, false]);
      // JSON is looked at from within.
      await session.refresh(card);
      card.data.tags.push('y');
      expect(history('data')).toEqual({ added: [{ tags: ['x', 'y'] }], unchanged: [], deleted: [{ tags: ['x'] }] });
      expect(inspect(card).modified).toBe(true);
      await session.close();
    });
    test('inspect() tells the history of columns, to-ones and collections', async () => {
      const { session, User, Post } = await openBlog(database);
      const [one, two] = [new Post({ title: '1' }), new Post({ title: '2' })];
      const user = new User({ name: 'ann', posts: [one] });
      expect(inspect(user).history('name')).toEqual({ added: ['ann'], unchanged: [], deleted: [] });
      session.add(user);
      await session.commit();
      expect(inspect(user).history('name')).toEqual({ added: [], unchanged: ['ann'], deleted: [] });
      user.name = 'bob';
      user.posts.add(two);
      user.posts.remove(one);
      expect(inspect(user).modified).toBe(true);
      expect(inspect(user).history('name')).toEqual({ added: ['bob'], unchanged: [], deleted: ['ann'] });
      expect(inspect(user).history('posts')).toEqual({ added: [two], unchanged: [], deleted: [one] });
      expect(inspect(one).history('author')).toEqual({ added: [null], unchanged: [], deleted: [user] });
      expect(() => inspect(user).history('nothing')).toThrow(/no attribute 'nothing'/);
      await session.flush();
      expect(inspect(user).modified).toBe(false);
      expect(inspect(user).history('posts')).toEqual({ added: [], unchanged: [two], deleted: [] });
    });
  });

  describe('refresh and expire', () => {
    test('refresh() reads columns anew, and relations load anew', async () => {
      const { session, User, Post } = await openBlog(database);
      const user = new User({ name: 'ann', posts: [new Post({ title: '1' })] });
      session.add(user);
      await session.commit();
      await session.execute(text("UPDATE users SET name = 'db'"));
      await session.execute(text("INSERT INTO posts (title, user_id) VALUES ('2', 1)"));
      expect(user.name).toBe('ann');
      user.age = 5;
      await session.refresh(user);
      expect([user.name, user.age]).toEqual(['db', null]);
      expect(isLoaded(user.posts)).toBe(false);
      expect((await user.posts).map((post) => post.title)).toEqual(['1', '2']);
      expect(session.dirty.size).toBe(0);
    });

    test('refresh() of an object whose row is gone, and of one that is not stored', async () => {
      const { session, User } = await openBlog(database);
      const user = new User({ name: 'ann' });
      await expect(session.refresh(user)).rejects.toThrow(InvalidStateError);
      session.add(user);
      await session.commit();
      await session.execute(text('DELETE FROM users'));
      await expect(session.refresh(user)).rejects.toThrow(StaleDataError);
    });

    test('an expired object throws where it is read, until it is read again', async () => {
      const { session, statements, User } = await openBlog(database);
      const user = new User({ name: 'ann' });
      session.add(user);
      await session.commit();
      user.name = 'lost';
      session.expire(user);
      expect(() => user.name).toThrow(NotLoadedError);
      expect(user.id).toBe(1);
      expect(session.dirty.size).toBe(0);
      statements.takeAll();
      expect(await session.get(User, 1)).toBe(user);
      expect(statements.count()).toBe(1);
      expect(user.name).toBe('ann');
      await session.get(User, 1);
      expect(statements.count()).toBe(0);
      session.expire(user);
      await session.query(User).all();
      expect(user.name).toBe('ann');
      session.expire(user);
      user.age = 3;
      await session.commit();
      await session.refresh(user);
      expect([user.name, user.age]).toEqual(['ann', 3]);
    });
  });

  describe('autoflush', () => {
    test('queries, loads and Core statements see what was changed', async () => {
      const { session, User, Post } = await openBlog(database);
      const user = new User({ name: 'ann' });
      session.add(user);
      expect(await session.query(User).count()).toBe(1);
      user.name = 'bob';
      expect(await session.query(User).filterBy({ name: 'bob' }).first()).toBe(user);
      session.add(new Post({ title: 'x', userId: user.id }));
      expect((await user.posts).length).toBe(1);
      session.delete((await user.posts)[0]);
      expect(await session.all(text('SELECT count(*) AS n FROM posts'))).toEqual([{ n: 0 }]);
      expect(await session.query(Post).exists()).toBe(false);
    });

    test('a statement runs once for each set of parameters', async () => {
      const { session, User } = await openBlog(database);
      const ann = new User({ name: 'ann' });
      session.add(ann);
      const added = await session.executeMany(insertInto(User), [{ name: 'bob' }, { name: 'cid' }]);
      expect(added.rowCount).toBe(2);
      const rename = update(User)
        .set({ name: param<string>('to') })
        .where(User.c.name.eq(param('from')));
      const sets = [
        { from: 'ann', to: 'eve' },
        { from: 'bob', to: 'joe' },
      ];
      // MySQL's family has no RETURNING in an UPDATE.
      if (database.family === 'mysql') expect((await session.executeMany(rename, sets)).rowCount).toBe(2);
      else {
        const renamed = await session.executeMany(rename.returning(User), sets);
        const [[first], [second]] = renamed.all();
        expect(first).toBe(ann);
        expect(second.name).toBe('joe');
      }
      expect(await session.scalars(select(User.c.name).orderBy(User.c.id))).toEqual(['eve', 'joe', 'cid']);
      await session.rollback();
      expect(await session.query(User).count()).toBe(0);
    });

    test('noAutoflush() and sessions without it keep changes back', async () => {
      const { db, session, User } = await openBlog(database);
      session.add(new User({ name: 'ann' }));
      await session.noAutoflush(async () => {
        expect(await session.query(User).count()).toBe(0);
      });
      expect(await session.query(User).count()).toBe(1);
      await session.rollback();
      await using quiet = db.createSession({ autoflush: false });
      quiet.add(new User({ name: 'bob' }));
      expect(await quiet.query(User).count()).toBe(0);
      await quiet.flush();
      expect(await quiet.query(User).count()).toBe(1);
    });

    test('a failed autoflush is the query’s error', async () => {
      const { session, User } = await openBlog(database);
      session.add(new User({ name: 'ann' }));
      await session.commit();
      session.add(new User({ name: 'ann' }));
      await expect(session.query(User).all()).rejects.toThrow(UniqueViolation);
      await session.rollback();
      expect(await session.query(User).count()).toBe(1);
    });
  });

  describe('rollback', () => {
    test('gives back values, collections, new and deleted objects', async () => {
      const { session, User, Post, Tag } = await openBlog(database);
      const [one, two] = [new Post({ title: '1' }), new Post({ title: '2' })];
      const tag = new Tag({ name: 't', posts: [one] });
      const user = new User({ name: 'ann', age: 1, posts: [one, two] });
      session.addAll([user, tag]);
      await session.commit();
      user.name = 'bob';
      user.posts.remove(one);
      const fresh = new Post({ title: 'new', author: user });
      user.posts.add(fresh);
      tag.posts.add(two);
      session.delete(two);
      await session.flush();
      user.age = 77;
      session.add(new User({ name: 'never' }));
      await session.rollback();
      expect([user.name, user.age]).toEqual(['ann', 1]);
      expect([...(await user.posts)]).toEqual([one, two]);
      expect([...(await tag.posts)]).toEqual([one]);
      expect(await one.author).toBe(user);
      expect([one.userId, two.userId]).toEqual([user.id, user.id]);
      expect(inspect(two).state).toBe('persistent');
      expect(inspect(fresh).state).toBe('transient');
      expect(session.new.size + session.dirty.size + session.deleted.size).toBe(0);
      session.add(fresh);
      await session.commit();
      expect(await session.all(text('SELECT title FROM posts ORDER BY id'))).toEqual([{ title: '1' }, { title: '2' }, { title: 'new' }]);
    });

    test('added objects are transient again, without their generated keys', async () => {
      const { session, User, Post } = await openBlog(database);
      const user = new User({ name: 'ann', posts: [new Post({ title: 'x' })] });
      session.add(user);
      await session.flush();
      await session.rollback();
      expect(inspect(user).state).toBe('transient');
      expect(inspect(user).identity).toBeNull();
      session.add(user);
      await session.commit();
      const [post] = await user.posts;
      expect(post.userId).toBe(user.id);
      expect(await session.query(Post).count()).toBe(1);
    });

    test('objects that were read after a write of Core are read again', async () => {
      const { session, User } = await openBlog(database);
      session.add(new User({ name: 'ann' }));
      await session.commit();
      session.expungeAll();
      await session.execute(text("UPDATE users SET name = 'tmp'"));
      await session.execute(text("INSERT INTO users (name) VALUES ('ghost')"));
      const [user, ghost] = await session.query(User).orderBy(User.c.id).all();
      expect(user.name).toBe('tmp');
      await session.rollback();
      expect(user.name).toBe('ann');
      expect(inspect(ghost).state).toBe('detached');
    });

    test('without a transaction it drops what was not flushed', async () => {
      const { session, statements, User } = await openBlog(database);
      const user = new User({ name: 'ann' });
      session.add(user);
      await session.commit();
      statements.takeAll();
      user.name = 'bob';
      session.add(new User({ name: 'cid' }));
      session.delete(user);
      await session.rollback();
      expect(user.name).toBe('ann');
      expect(session.new.size + session.dirty.size + session.deleted.size).toBe(0);
      expect(statements.takeAll()).toEqual([]);
    });

    test('JSON that was changed from within is what the row holds', async () => {
      const db = openDatabase(database);
      class Doc extends db.Model('docs', { id: t.integer().primaryKey(), data: t.json<{ n: number[] }>() }) {}
      await db.createAll();
      await using session = db.createSession();
      const doc = new Doc({ data: { n: [1] } });
      session.add(doc);
      await session.commit();
      doc.data.n.push(2);
      await session.rollback();
      expect(doc.data).toEqual({ n: [1] });
      doc.data.n.push(3);
      await session.flush();
      await session.rollback();
      expect(doc.data).toEqual({ n: [1] });
    });
  });

  describe('nested transactions', () => {
    test('what changed before is flushed before the savepoint', async () => {
      const { session, statements, User } = await openBlog(database);
      const user = new User({ name: 'ann' });
      session.add(user);
      await session.commit();
      user.age = 1;
      statements.takeAll();
      const nested = await session.beginNested();
      user.age = 2;
      await nested.commit();
      await session.commit();
      expect(statements.takeAll().map((sql) => sql.split(' ')[0])).toEqual(['BEGIN', 'UPDATE', 'SAVEPOINT', 'UPDATE', 'RELEASE', 'COMMIT']);
      expect(user.age).toBe(2);
    });

    test('its rollback undoes what came after it and nothing else', async () => {
      const { session, User } = await openBlog(database);
      const [ann, bob] = [new User({ name: 'ann' }), new User({ name: 'bob' })];
      session.addAll([ann, bob]);
      await session.commit();
      ann.age = 1;
      const nested = await session.beginNested();
      ann.age = 2;
      session.delete(bob);
      const cid = new User({ name: 'cid' });
      session.add(cid);
      await session.flush();
      await nested.rollback();
      expect(ann.age).toBe(1);
      expect(inspect(bob).state).toBe('persistent');
      expect(inspect(cid).state).toBe('transient');
      await session.commit();
      expect(await session.all(text('SELECT name, age FROM users ORDER BY id'))).toEqual([
        { name: 'ann', age: 1 },
        { name: 'bob', age: null },
      ]);
    });

    test('rollback() of the session undoes what a nested one kept', async () => {
      const { session, User } = await openBlog(database);
      const ann = new User({ name: 'ann' });
      session.add(ann);
      await session.commit();
      const nested = await session.beginNested();
      const bob = new User({ name: 'bob' });
      session.add(bob);
      session.delete(ann);
      await nested.commit();
      await session.rollback();
      expect(inspect(bob).state).toBe('transient');
      expect(inspect(ann).state).toBe('persistent');
      expect(await session.query(User).all()).toEqual([ann]);
    });

    test('a flush that fails inside leaves the outer one whole', async () => {
      const { session, User } = await openBlog(database);
      session.add(new User({ name: 'ann' }));
      await session.flush();
      const nested = await session.beginNested();
      session.add(new User({ name: 'ann' }));
      await expect(session.flush()).rejects.toThrow(UniqueViolation);
      await nested.rollback();
      session.add(new User({ name: 'bob' }));
      await session.commit();
      expect(await session.query(User).count()).toBe(2);
    });

    test('savepoints in savepoints, and await using', async () => {
      const { session, User } = await openBlog(database);
      {
        await using outer = await session.beginNested();
        session.add(new User({ name: 'a' }));
        {
          await using _inner = await session.beginNested();
          session.add(new User({ name: 'b' }));
          await session.flush();
        }
        session.add(new User({ name: 'c' }));
        await outer.commit();
      }
      await session.commit();
      expect((await session.query(User).orderBy(User.c.id).all()).map((user) => user.name)).toEqual(['a', 'c']);
    });

    test('one that was rolled back, by itself or with what is around it, cannot be committed', async () => {
      const { session, User } = await openBlog(database);
      const outer = await session.beginNested();
      const inner = await session.beginNested();
      session.add(new User({ name: 'a' }));
      await session.flush();
      await outer.rollback();
      await expect(inner.commit()).rejects.toThrow(/was rolled back, or the transaction around it was/);
      await expect(outer.commit()).rejects.toThrow(InvalidStateError);
      await outer.rollback();
      const last = await session.beginNested();
      await session.rollback();
      await expect(last.commit()).rejects.toThrow(InvalidStateError);
      const kept = await session.beginNested();
      session.add(new User({ name: 'b' }));
      await session.commit();
      await kept.commit();
      expect((await session.query(User).all()).map((user) => user.name)).toEqual(['b']);
    });

    test('objects that were read inside, after a write of Core, are read again', async () => {
      const { session, User } = await openBlog(database);
      session.add(new User({ name: 'ann' }));
      await session.commit();
      session.expungeAll();
      const nested = await session.beginNested();
      await session.execute(text("UPDATE users SET name = 'tmp'"));
      const user = await session.query(User).one();
      expect(user.name).toBe('tmp');
      await nested.rollback();
      expect(user.name).toBe('ann');
      await session.rollback();
    });
  });

  describe('transaction()', () => {
    test('commits what the function did, or rolls back what it threw in', async () => {
      const { session, User } = await openBlog(database);
      const value = await session.transaction(async (inner) => {
        expect(inner).toBe(session);
        session.add(new User({ name: 'ann' }));
        return 5;
      });
      expect(value).toBe(5);
      expect(session.inTransaction).toBe(false);
      await expect(
        session.transaction(async () => {
          session.add(new User({ name: 'bob' }));
          await session.flush();
          throw new Error('no');
        }),
      ).rejects.toThrow('no');
      expect(await session.query(User).count()).toBe(1);
    });

    test('inside another it is a savepoint', async () => {
      const { session, User } = await openBlog(database);
      await session.transaction(async () => {
        session.add(new User({ name: 'ann' }));
        await session
          .transaction(async () => {
            session.add(new User({ name: 'bob' }));
            await session.flush();
            throw new Error('inner');
          })
          .catch(() => {});
        await session.transaction(() => {
          session.add(new User({ name: 'cid' }));
        });
      });
      expect((await session.query(User).orderBy(User.c.id).all()).map((user) => user.name)).toEqual(['ann', 'cid']);
    });

    test('begin() twice is an error', async () => {
      const { session } = await openBlog(database);
      await session.begin();
      expect(session.inTransaction).toBe(true);
      await expect(session.begin()).rejects.toThrow(/already open/);
      await session.rollback();
      expect(session.inTransaction).toBe(false);
    });
  });

  describe('close', () => {
    test('rolls back, lets objects go and refuses further work', async () => {
      const { db, session, User, Post } = await openBlog(database);
      const kept = new User({ name: 'kept', posts: [new Post({ title: 'x' })] });
      session.add(kept);
      await session.commit();
      kept.name = 'changed';
      await session.flush();
      const fresh = new User({ name: 'fresh' });
      session.add(fresh);
      await session.close();
      await session.close();
      expect(kept.name).toBe('kept');
      expect(inspect(kept).state).toBe('detached');
      expect(inspect(fresh).state).toBe('transient');
      expect((await kept.posts).length).toBe(1);
      expect(() => session.add(new User({ name: 'x' }))).toThrow(/closed/);
      await expect(session.query(User).all()).rejects.toThrow(InvalidStateError);
      await expect(session.get(User, 99)).rejects.toThrow(/closed/);
      await expect(session.commit()).rejects.toThrow(/closed/);
      expect(db.engine.pool.status().checkedOut).toBe(0);
      await using next = db.createSession();
      next.add(kept);
      kept.age = 4;
      await next.commit();
      expect(await next.all(text('SELECT name, age FROM users'))).toEqual([{ name: 'kept', age: 4 }]);
    });

    test('objects of a closed session cannot load', async () => {
      const { db, session, User, Post } = await openBlog(database);
      session.add(new Post({ title: 'x', author: new User({ name: 'ann' }) }));
      await session.commit();
      await session.close();
      const other = db.createSession();
      const post = await other.query(Post).one();
      await other.close();
      await expect(post.author).rejects.toThrow(DetachedInstanceError);
      await expect(post.tags).rejects.toThrow(/'tags' cannot be loaded/);
      expect(() => (post.author as InstanceType<typeof User>).name).toThrow(NotLoadedError);
    });
  });

  describe('at the same time', () => {
    test('reads of one session queue up', async () => {
      const { session, User, Post } = await openBlog(database);
      session.addAll(['a', 'b', 'c'].map((name) => new User({ name, posts: [new Post({ title: name })] })));
      await session.commit();
      session.expungeAll();
      const [users, posts, count, one] = await Promise.all([
        session.query(User).all(),
        session.query(Post).all(),
        session.query(User).count(),
        session.get(User, 2),
      ]);
      expect([users.length, posts.length, count]).toEqual([3, 3, 3]);
      expect(users[1]).toBe(one);
    });

    test('lazy loads of siblings coalesce into one statement', async () => {
      const { session, statements, User, Post } = await openBlog(database);
      session.addAll(['a', 'b', 'c'].map((name) => new User({ name, posts: [new Post({ title: name })] })));
      await session.commit();
      session.expungeAll();
      const users = await session.query(User).orderBy(User.c.id).all();
      statements.takeAll();
      const posts = await Promise.all(users.map((user) => user.posts));
      expect(statements.summary()).toEqual(['SELECT posts']);
      expect(posts.map((list) => list.map((post) => post.title))).toEqual([['a'], ['b'], ['c']]);
    });

    test('a flush and queries at once', async () => {
      const { session, User } = await openBlog(database);
      session.addAll(['a', 'b'].map((name) => new User({ name })));
      const [, first, second] = await Promise.all([
        session.flush(),
        session.query(User).count(),
        session.query(User).all(),
        session.flush(),
      ]);
      expect(first).toBe(2);
      expect(second.length).toBe(2);
      session.add(new User({ name: 'c' }));
      await Promise.all([session.commit(), session.query(User).count()]);
      expect(await session.query(User).count()).toBe(3);
    });

    test('many writers of one session', async () => {
      const { session, User } = await openBlog(database);
      await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          session.add(new User({ name: `u${i}` }));
          await session
            .query(User)
            .filterBy({ name: `u${i}` })
            .one();
        }),
      );
      await session.commit();
      expect(await session.query(User).count()).toBe(20);
    });
  });

  describe('events', () => {
    test('run in order, and handlers that take time are awaited', async () => {
      const { session, User } = await openBlog(database);
      const log: string[] = [];
      for (const event of ['beforeInsert', 'afterInsert', 'beforeUpdate', 'afterUpdate', 'beforeDelete', 'afterDelete'] as const) {
        listen(User, event, async (user) => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          log.push(`${event} ${user.name} ${inspect(user).state}`);
        });
      }
      const user = new User({ name: 'ann' });
      session.add(user);
      await session.flush();
      await session.flush();
      user.name = 'bob';
      await session.flush();
      session.delete(user);
      await session.commit();
      expect(log).toEqual([
        'beforeInsert ann pending',
        'afterInsert ann persistent',
        'beforeUpdate bob persistent',
        'afterUpdate bob persistent',
        'beforeDelete bob persistent',
        'afterDelete bob deleted',
      ]);
    });

    test('a handler may change its object, add others, and query', async () => {
      const { session, statements, User, Post } = await openBlog(database);
      listen(User, 'beforeInsert', (user) => {
        user.age ??= 18;
        user.posts.add(new Post({ title: `hello ${user.name}` }));
      });
      listen(Post, 'beforeInsert', async (post) => {
        const taken = await session.query(Post).filterBy({ title: post.title }).count();
        if (taken > 0) post.title = `${post.title} ${taken + 1}`;
        await session.flush();
      });
      session.add(new Post({ title: 'hello ann' }));
      await session.commit();
      session.add(new User({ name: 'ann' }));
      await session.commit();
      expect(await session.all(text('SELECT name, age FROM users'))).toEqual([{ name: 'ann', age: 18 }]);
      expect(await session.all(text('SELECT title, user_id FROM posts ORDER BY id'))).toEqual([
        { title: 'hello ann', user_id: null },
        { title: 'hello ann 2', user_id: 1 },
      ]);
      void statements;
    });

    test('a handler that throws fails the flush', async () => {
      const { session, User } = await openBlog(database);
      const stop = listen(User, 'beforeInsert', () => {
        throw new Error('not today');
      });
      const user = new User({ name: 'ann' });
      session.add(user);
      await expect(session.commit()).rejects.toThrow('not today');
      await session.rollback();
      stop();
      session.add(user);
      await session.commit();
      expect(inspect(user).state).toBe('persistent');
    });

    test('what an after-handler changes is written by the next flush', async () => {
      const { session, User } = await openBlog(database);
      listen(User, 'afterInsert', (user) => {
        user.age = user.id * 10;
      });
      const user = new User({ name: 'ann' });
      session.add(user);
      await session.commit();
      expect(await session.all(text('SELECT age FROM users'))).toEqual([{ age: 10 }]);
      expect(session.dirty.size).toBe(0);
    });

    test('an update that changes nothing has no events', async () => {
      const { session, User } = await openBlog(database);
      const log: string[] = [];
      listen(User, 'beforeUpdate', () => {
        log.push('beforeUpdate');
      });
      const user = new User({ name: 'ann' });
      session.add(user);
      await session.commit();
      user.name = 'x';
      user.name = 'ann';
      await session.flush();
      expect(log).toEqual([]);
    });

    test('load is told of objects that come from rows', async () => {
      const { session, User } = await openBlog(database);
      session.add(new User({ name: 'ann' }));
      await session.commit();
      session.expungeAll();
      const log: string[] = [];
      listen(User, 'load', (user) => {
        log.push(user.name);
      });
      await session.query(User).all();
      await session.query(User).all();
      expect(log).toEqual(['ann']);
    });
  });
});

describe.each(allDatabases.filter(({ shared }) => shared))('transactions on $name', (database) => {
  test('transaction({ retries }) runs again when the database was busy', async () => {
    const { db, User } = await openBlog({
      ...database,
      url: () => `${database.url()}${database.family === 'sqlite' ? '?timeout=0.02' : ''}`,
    });
    await using session = db.createSession();
    const blocker = await db.engine.connect();
    await blocker.begin({ writes: true });
    await blocker.execute(text("INSERT INTO users (name) VALUES ('blocker')"));
    let runs = 0;
    const done = session.transaction(
      async () => {
        runs++;
        if (runs === 2) {
          await blocker.commit();
          await blocker.close();
        }
        session.add(new User({ name: 'mine' }));
      },
      { retries: 30 },
    );
    const ended = new Promise<void>((resolve) => {
      setTimeout(async () => {
        if (blocker.inTransaction) await blocker.commit();
        resolve();
      }, 300);
    });
    await done;
    await ended;
    if (!blocker.closed) await blocker.close();
    expect((await session.query(User).orderBy(User.c.id).all()).map((user) => user.name)).toEqual(['blocker', 'mine']);
  });

  test('a failure that another try cannot heal is thrown at once', async () => {
    const { session, User } = await openBlog(database);
    session.add(new User({ name: 'ann' }));
    await session.commit();
    let runs = 0;
    await expect(
      session.transaction(
        () => {
          runs++;
          session.add(new User({ name: 'ann' }));
        },
        { retries: 3 },
      ),
    ).rejects.toThrow(UniqueViolation);
    expect(runs).toBe(1);
  });

  test('what is not committed is not seen by others', async () => {
    const { db, session, User } = await openBlog(database);
    session.add(new User({ name: 'ann' }));
    await session.flush();
    await using other = db.createSession();
    expect(await other.query(User).count()).toBe(0);
    await session.commit();
    expect(await other.query(User).count()).toBe(1);
  });

  test('reads alone take no connection between statements', async () => {
    const { db, session, User } = await openBlog(database);
    await session.query(User).all();
    expect(session.inTransaction).toBe(false);
    expect(db.engine.pool.status().checkedOut).toBe(0);
    session.add(new User({ name: 'ann' }));
    await session.flush();
    expect(db.engine.pool.status().checkedOut).toBe(1);
    await session.commit();
    expect(db.engine.pool.status().checkedOut).toBe(0);
  });
});

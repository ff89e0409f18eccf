import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigurationError, Database, InvalidStateError, inspect, listen, NoContextError, select, t, text } from '../../src/index.ts';
import { blogModels } from '../orm/blog-models.ts';
import { afterTest, databases, openDatabase, Statements, temporaryFolder } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

describe('configuration', () => {
  test('a database may be made first and configured later, until it is used', async () => {
    const db = new Database();
    afterTest(() => db.dispose());
    const { User } = blogModels(db);
    expect(() => db.engine).toThrow(ConfigurationError);
    await expect(db.context(() => User.query().all())).rejects.toThrow(/no URL yet/);
    db.configure({ url: 'sqlite://' });
    await db.createAll();
    expect(await db.context(() => User.query().count())).toBe(0);
    expect(() => db.configure({ url: 'sqlite://' })).toThrow(/came after the database was used/);
    await db.dispose();
    db.configure({ url: 'sqlite://' });
    await db.createAll();
    expect(await db.context(() => User.query().count())).toBe(0);
  });

  test('a database in memory is one for all its contexts', async () => {
    const db = openDatabase(databases[0]);
    const { User } = blogModels(db);
    await db.createAll();
    await db.context(async () => {
      db.session.add(new User({ name: 'ann' }));
      await db.session.commit();
    });
    expect(await db.context(() => User.query().count())).toBe(1);
  });
});

describe.each(allDatabases)('contexts on $name', (database) => {
  test('db.session outside a context says how to open one', async () => {
    const db = openDatabase(database);
    const { User } = blogModels(db);
    expect(() => db.session).toThrow(NoContextError);
    expect(() => db.session).toThrow(/await db\.context\(async \(\) =>/);
    await expect(User.query().all()).rejects.toThrow(NoContextError);
    expect(db.hasContext).toBe(false);
    expect(await db.context(() => db.hasContext)).toBe(true);
  });

  test('one session for each context, rolled back and closed at its end', async () => {
    const db = openDatabase(database);
    const { User } = blogModels(db);
    await db.createAll();
    const user = new User({ name: 'ann' });
    const session = await db.context(async () => {
      expect(db.session).toBe(db.session);
      db.session.add(user);
      await db.session.flush();
      return db.session;
    });
    expect(inspect(user).state).toBe('transient');
    await expect(session.commit()).rejects.toThrow(InvalidStateError);
    await db.context(async () => {
      expect(db.session).not.toBe(session);
      expect(await User.query().count()).toBe(0);
    });
    expect(db.engine.pool.status().checkedOut).toBe(0);
  });

  test('an error rolls back and is thrown on', async () => {
    const db = openDatabase(database);
    const { User } = blogModels(db);
    await db.createAll();
    await expect(
      db.context(async () => {
        db.session.add(new User({ name: 'ann' }));
        await db.session.flush();
        throw new Error('broken');
      }),
    ).rejects.toThrow('broken');
    expect(await db.context(() => User.query().count())).toBe(0);
    expect(db.engine.pool.status().checkedOut).toBe(0);
  });

  test('work that outlives its context is told so', async () => {
    const db = openDatabase(database);
    const { User } = blogModels(db);
    await db.createAll();
    let late: Promise<unknown> = Promise.resolve();
    await db.context(() => {
      late = new Promise((resolve) => setTimeout(resolve, 5)).then(() => User.query().all());
    });
    await expect(late).rejects.toThrow(NoContextError);
    await expect(late).rejects.toThrow(/after its context ended/);
  });

  test('a context inside another has a session of its own', async () => {
    const db = openDatabase(database);
    const { User } = blogModels(db);
    await db.createAll();
    await db.context(async () => {
      const outer = db.session;
      db.session.add(new User({ name: 'outer' }));
      await db.session.commit();
      await db.context(async () => {
        expect(db.session).not.toBe(outer);
        db.session.add(new User({ name: 'inner' }));
        await db.session.commit();
      });
      expect(db.session).toBe(outer);
      expect(await User.query().count()).toBe(2);
    });
  });

  test('contexts at the same time do not see each other’s objects', async () => {
    const db = openDatabase(database);
    const { User } = blogModels(db);
    await db.createAll();
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        db.context(async () => {
          const mine = db.session;
          await new Promise((resolve) => setTimeout(resolve, (i * 7) % 5));
          expect(db.session).toBe(mine);
          db.session.add(new User({ name: `u${i}` }));
          expect(db.session.new.size).toBe(1);
          await db.session.commit();
          const user = await User.query()
            .filterBy({ name: `u${i}` })
            .one();
          await new Promise((resolve) => setTimeout(resolve, i % 3));
          expect(db.session).toBe(mine);
          expect(db.session.contains(user)).toBe(true);
        }),
      ),
    );
    expect(await db.context(() => User.query().count())).toBe(20);
    expect(db.engine.pool.status().checkedOut).toBe(0);
  });

  test('two objects of two contexts for one row are two', async () => {
    const db = openDatabase(database);
    const { User } = blogModels(db);
    await db.createAll();
    await db.context(async () => {
      db.session.add(new User({ name: 'ann' }));
      await db.session.commit();
    });
    const [a, b] = await Promise.all([db.context(() => User.query().one()), db.context(() => User.query().one())]);
    expect(a).not.toBe(b);
    expect(a.name).toBe(b.name);
    await db.context(() => {
      db.session.add(a);
      expect(() => db.session.add(b)).toThrow(/already has another object/);
    });
  });

  test('strict loading holds for a context', async () => {
    const db = openDatabase(database);
    const { User } = blogModels(db);
    await db.createAll();
    await db.context(async () => {
      db.session.add(new User({ name: 'ann' }));
      await db.session.commit();
    });
    await db.context(async () => {
      db.strictLoading();
      await expect((await User.query().one()).posts).rejects.toThrow(/lazy loading is forbidden/);
    });
    await db.context(async () => {
      expect((await (await User.query().one()).posts).length).toBe(0);
    });
  });

  test('recordedQueries() has the statements of its context, without values', async () => {
    const db = openDatabase(database, { recordQueries: true });
    const { User } = blogModels(db);
    await db.createAll();
    await db.context(async () => {
      await Promise.all([
        User.query().filterBy({ name: 'secret-name' }).all(),
        db.context(async () => {
          await User.query().count();
          expect(db.recordedQueries()).toHaveLength(1);
        }),
      ]);
      const queries = db.recordedQueries();
      expect(queries).toHaveLength(1);
      const [query] = queries;
      expect(query.statement).toContain('FROM users');
      expect(JSON.stringify(query)).not.toContain('secret-name');
      expect(query.duration).toBeCloseTo(query.endTime - query.startTime);
      expect(query.location).toMatch(/database\.test\.ts:\d+ /);
    });
    await db.context(() => {
      expect(db.recordedQueries()).toEqual([]);
    });
  });

  test('createAll() makes what is missing, dropAll() drops what is there', async () => {
    const db = openDatabase(database);
    const { User } = blogModels(db);
    await db.createAll();
    await db.context(async () => {
      db.session.add(new User({ name: 'ann' }));
      await db.session.commit();
    });
    db.Model('later', { id: t.integer().primaryKey(), userId: t.integer().references('users.id') });
    await db.createAll();
    expect(await db.context(() => User.query().count())).toBe(1);
    await db.dropAll();
    await db.dropAll();
    await expect(db.context(() => User.query().count())).rejects.toThrow(/users/);
    await db.createAll();
    expect(await db.context(() => User.query().count())).toBe(0);
  });

  test('a reference to a table that there is not is told before anything is made', async () => {
    const db = openDatabase(database);
    db.Model('a', { id: t.integer().primaryKey(), bId: t.integer().references('b.id') });
    await expect(db.createAll()).rejects.toThrow(/'?b'?/);
  });

  test('afterCommit is told what was written, beforeCommit before it', async () => {
    const db = openDatabase(database);
    const { User } = blogModels(db);
    await db.createAll();
    const log: unknown[] = [];
    const stop = listen(db, 'afterCommit', async (changes) => {
      await Promise.resolve();
      log.push(...changes.map(({ object, change }) => `${change} ${(object as InstanceType<typeof User>).name}`));
    });
    listen(db, 'beforeCommit', () => {
      log.push('before');
    });
    await db.context(async () => {
      const [ann, bob] = [new User({ name: 'ann' }), new User({ name: 'bob' })];
      db.session.addAll([ann, bob]);
      await db.session.commit();
      expect(log.splice(0)).toEqual(['before', 'insert ann', 'insert bob']);
      ann.name = 'anna';
      db.session.delete(bob);
      await db.session.flush();
      const nested = await db.session.beginNested();
      db.session.add(new User({ name: 'undone' }));
      await db.session.flush();
      await nested.rollback();
      await db.session.commit();
      expect(log.splice(0)).toEqual(['before', 'update anna', 'delete bob']);
      db.session.add(new User({ name: 'cid' }));
      await db.session.flush();
      await db.session.rollback();
      await db.session.commit();
      expect(log).toEqual([]);
      stop();
      db.session.add(new User({ name: 'dan' }));
      await db.session.commit();
      expect(log).toEqual(['before']);
    });
    expect(() => listen(db, 'midCommit' as never, (() => {}) as never)).toThrow(/no event 'midCommit'/);
  });

  test('what a beforeCommit handler adds is committed too', async () => {
    const db = openDatabase(database);
    const { User, Tag } = blogModels(db);
    await db.createAll();
    listen(db, 'beforeCommit', (changes) => {
      for (const { object } of changes) if (object instanceof User) db.session.add(new Tag({ name: `made ${object.name}` }));
    });
    await db.context(async () => {
      db.session.add(new User({ name: 'ann' }));
      await db.session.commit();
    });
    expect(await db.context(() => Tag.query().count())).toBe(1);
  });
});

describe.each(allDatabases.filter(({ shared }) => shared))('several databases on $name', (database) => {
  test('each model goes to its own, in one session', async () => {
    const db = openDatabase(database, { binds: { auth: database.url(), log: { url: database.url(), poolSize: 1 } } });
    class Post extends db.Model('posts', { id: t.integer().primaryKey(), title: t.string() }) {}
    class Account extends db.Model('accounts', { id: t.integer().primaryKey(), name: t.string() }, { bind: 'auth' }) {}
    class Entry extends db.Model('entries', { id: t.integer().primaryKey(), line: t.string() }, { bind: 'log' }) {}
    await db.createAll();
    expect(db.bindKeys).toEqual([null, 'auth', 'log']);
    const statements = {
      main: new Statements(db.engine),
      auth: new Statements(db.engineFor('auth')),
      log: new Statements(db.engineFor('log')),
    };
    await using session = db.createSession();
    session.addAll([new Post({ title: 'p' }), new Account({ name: 'a' }), new Entry({ line: 'l' })]);
    await session.commit();
    expect(statements.main.summary()).toEqual(['INSERT posts']);
    expect(statements.auth.summary()).toEqual(['INSERT accounts']);
    expect(statements.log.summary()).toEqual(['INSERT entries']);
    expect(await session.query(Account).count()).toBe(1);
    expect((await session.all(select(Entry.c.line))).length).toBe(1);
    expect(statements.auth.summary()).toEqual(['SELECT accounts']);
    expect(statements.main.takeAll()).toEqual([]);
    await expect(session.all(text('SELECT * FROM accounts'))).rejects.toThrow(/accounts/);
    session.addAll([new Post({ title: 'x' }), new Account({ name: 'x' })]);
    await session.flush();
    await session.rollback();
    expect([await session.query(Post).count(), await session.query(Account).count()]).toEqual([1, 1]);
    await session.close();
    await db.dropAll('auth');
    await expect(db.context(() => Account.query().count())).rejects.toThrow(/accounts/);
    expect(await db.context(() => Post.query().count())).toBe(1);
    await db.createAll(['auth']);
    expect(await db.context(() => Account.query().count())).toBe(0);
  });

  test('a bind that is not configured is an error', async () => {
    const db = openDatabase(database);
    class A extends db.Model('as', { id: t.integer().primaryKey() }, { bind: 'missing' }) {}
    await expect(db.context(() => A.query().all())).rejects.toThrow(/no bind 'missing'/);
    const only = new Database({ binds: { auth: `sqlite:///${join(temporaryFolder(), 'a.db')}` } });
    afterTest(() => only.dispose());
    class B extends only.Model('bs', { id: t.integer().primaryKey() }) {}
    await expect(only.context(() => B.query().all())).rejects.toThrow(/no default URL.*auth/);
  });

  test('many contexts that write wait for each other', async () => {
    const db = openDatabase(database);
    const { User } = blogModels(db);
    await db.createAll();
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        db.context(async () => {
          await User.query().count();
          db.session.add(new User({ name: `u${i}` }));
          await db.session.flush();
          await new Promise((resolve) => setTimeout(resolve, 1));
          await db.session.commit();
        }),
      ),
    );
    expect(await db.context(() => User.query().count())).toBe(30);
  });
});

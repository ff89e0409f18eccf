import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  belongsTo,
  deleteFrom,
  excluded,
  hasMany,
  InvalidStateError,
  insertInto,
  inspect,
  MappingError,
  param,
  StaleDataError,
  t,
  update,
} from '../../src/index.ts';
import { databases, openDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { openBlog } from './blog-models.ts';

describe.each([...allDatabases, ...pgliteDatabases])('bulk work on $name', (database) => {
  async function three() {
    const blog = await openBlog(database);
    const { session, User } = blog;
    const [ann, bob, cid] = await session.bulkInsert(
      User,
      [
        { name: 'ann', age: 20 },
        { name: 'bob', age: 30 },
        { name: 'cid', age: null },
      ],
      { returning: true },
    );
    await session.commit();
    blog.statements.takeAll();
    const rows = (): Promise<unknown> =>
      session.noAutoflush(() => session.query(User).orderBy(User.c.id).select(User.c.name, User.c.age).all());
    return { ...blog, ann, bob, cid, rows };
  }

  describe('bulkInsert() and bulkUpdate()', () => {
    test('rows go in without objects, those with the same attributes together', async () => {
      const { session, statements, User } = await openBlog(database);
      const rows = Array.from({ length: 300 }, (_, i) => ({ name: `u${i}`, age: i }));
      expect(await session.bulkInsert(User, rows)).toBe(300);
      expect(session.identityMap.size).toBe(0);
      expect(statements.batches()).toEqual(['INSERT users']);
      expect(await session.bulkInsert(User, [])).toBe(0);
      await session.bulkInsert(User, [{ name: 'x' }, { id: 900, name: 'y' }]);
      await session.commit();
      expect(await session.query(User).count()).toBe(302);
      expect((await session.get(User, 900))?.name).toBe('y');
    });

    test('returning gives the session’s objects in order, with what the database made', async () => {
      const { session, User } = await openBlog(database);
      const rows = Array.from({ length: 200 }, (_, i) => ({ name: `u${i}`, age: i }));
      const users = await session.bulkInsert(User, rows, { returning: true });
      expect(users.map((user) => user.name)).toEqual(rows.map(({ name }) => name));
      expect(users.every((user) => inspect(user).state === 'persistent')).toBe(true);
      expect(await session.get(User, users[7].id)).toBe(users[7]);
      const stored = await session.query(User).orderBy(User.c.age).select(User.c.id).scalars();
      expect(users.map((user) => user.id)).toEqual(stored);
      await session.rollback();
      expect(inspect(users[0]).state).toBe('transient');
      expect(await session.query(User).count()).toBe(0);
    });

    test('bad rows are refused before anything runs', async () => {
      const { session, statements, User } = await openBlog(database);
      await expect(session.bulkInsert(User, [{ nme: 'x' } as never], { returning: true })).rejects.toThrow(MappingError);
      await expect(session.bulkInsert(User, [{ name: undefined } as never], { returning: true })).rejects.toThrow(ArgumentError);
      await expect(session.bulkInsert(User, [{ posts: [] } as never], { returning: true })).rejects.toThrow(InvalidStateError);
      await expect(session.bulkUpdate(User, [{ name: 'x' }])).rejects.toThrow(/whole key/);
      await expect(session.bulkUpdate(User, [{ id: 1, age: User.c.age.plus(1) } as never])).rejects.toThrow(ArgumentError);
      expect(statements.count()).toBe(0);
    });

    test('bulkUpdate() writes by key, and objects follow it and its rollback', async () => {
      const { session, statements, User, ann, bob, cid, rows } = await three();
      expect(
        await session.bulkUpdate(User, [
          { id: ann.id, age: 21 },
          { id: cid.id, age: 41 },
          { id: bob.id, name: 'bobby' },
        ]),
      ).toBe(3);
      expect(statements.batches()).toEqual(['UPDATE users']);
      expect([ann.age, bob.name, cid.age]).toEqual([21, 'bobby', 41]);
      expect(session.dirty.size).toBe(0);
      expect(await rows()).toEqual([
        ['ann', 21],
        ['bobby', 30],
        ['cid', 41],
      ]);
      await session.rollback();
      expect([ann.age, bob.name, cid.age]).toEqual([20, 'bob', null]);
      await expect(session.bulkUpdate(User, [{ id: 999, age: 1 }])).rejects.toThrow(StaleDataError);
      await session.rollback();
    });

    test('defaults, onUpdate and JSON', async () => {
      const db = openDatabase(database);
      let clock = 0;
      class Doc extends db.Model('docs', {
        id: t.integer().primaryKey(),
        body: t.json<{ n: number }>(),
        kind: t.string(10).default('plain'),
        changed: t
          .integer()
          .default(0)
          .onUpdate(() => ++clock),
      }) {}
      await db.createAll();
      const session = db.createSession();
      const [doc] = await session.bulkInsert(Doc, [{ body: { n: 1 } }], { returning: true });
      await session.commit();
      expect([doc.kind, doc.changed, doc.body.n]).toEqual(['plain', 0, 1]);
      await session.bulkUpdate(Doc, [{ id: doc.id, body: { n: 2 } }]);
      expect([doc.changed, doc.body.n]).toEqual([1, 2]);
      doc.body.n = 3;
      await session.commit();
      expect(await session.query(Doc).select(Doc.c.body).scalars()).toEqual([{ n: 3 }]);
      await session.close();
    });
  });

  describe('statements over many rows', () => {
    test('onUpdate is made once for a statement, and anew for each run of it', async () => {
      const db = openDatabase(database);
      let clock = 0;
      class Job extends db.Model('jobs', {
        id: t.integer().primaryKey(),
        state: t.string(10),
        changed: t
          .integer()
          .default(0)
          .onUpdate(() => ++clock),
      }) {}
      await db.createAll();
      const session = db.createSession();
      const jobs = ['a', 'b'].map((state) => new Job({ state }));
      session.addAll(jobs);
      await session.commit();
      const seen = () => jobs.map(({ state, changed }) => [state, changed]);
      for (const synchronize of ['auto', 'evaluate', 'fetch', false] as const) {
        clock = 0;
        const statement = update(Job).set({ state: synchronize || 'off' });
        await session.execute(statement.where(Job.c.id.le(2)), undefined, { synchronize });
        expect(clock).toBe(1);
        if (synchronize === false) await session.refresh(jobs);
        expect(seen()).toEqual(jobs.map(() => [synchronize || 'off', 1]));
        const again = statement.where(Job.c.id.eq(jobs[1].id));
        await session.execute(again, undefined, { synchronize });
        await session.execute(again, undefined, { synchronize });
        expect(clock).toBe(3);
        if (synchronize === false) await session.refresh(jobs);
        expect(jobs.map(({ changed }) => changed)).toEqual([1, 3]);
      }
      await session.query(Job).filter(Job.c.id.gt(0)).update({ state: 'q' });
      expect(clock).toBe(4);
      expect(seen()).toEqual([
        ['q', 4],
        ['q', 4],
      ]);
      await session.query(Job).filter(Job.c.id.gt(0)).update({ changed: 50 });
      expect([clock, ...jobs.map(({ changed }) => changed)]).toEqual([4, 50, 50]);
      await session.close();
    });

    test('a class with several tables notes its change in the one that says so', async () => {
      const db = openDatabase(database);
      let clock = 0;
      class Asset extends db.Model(
        'assets',
        {
          id: t.integer().primaryKey(),
          kind: t.string(10),
          changed: t
            .integer()
            .default(0)
            .onUpdate(() => ++clock),
        },
        {
          on: 'kind',
          get identities() {
            return { asset: Asset, truck: Truck };
          },
        },
      ) {}
      class Truck extends Asset.extend('trucks', { wheels: t.integer() }) {}
      await db.createAll();
      const session = db.createSession();
      const trucks = [4, 6, 8].map((wheels) => new Truck({ wheels }));
      session.addAll(trucks);
      await session.commit();
      expect(await session.query(Truck).filter(Truck.c.wheels.gt(4)).update({ wheels: 10 })).toBe(2);
      expect([clock, ...trucks.map(({ wheels, changed }) => [wheels, changed])]).toEqual([1, [4, 0], [10, 1], [10, 1]]);
      await session.query(Truck).filter(Truck.c.wheels.eq(4)).update({ changed: 70 });
      expect([clock, trucks[0].changed]).toEqual([1, 70]);
      await session.close();
    });
    test('what JavaScript can work out takes one statement', async () => {
      const { session, statements, User, ann, bob, cid, rows } = await three();
      await session.execute(
        update(User)
          .set({ age: User.c.age.plus(1) })
          .where(User.c.age.gt(25).or(User.c.name.in(['ann']))),
        undefined,
        { synchronize: 'fetch' },
      );
      expect([ann.age, bob.age, cid.age]).toEqual([21, 31, null]);
      statements.takeAll();
      await session.execute(
        update(User)
          .set({ age: User.c.age.plus(1) })
          .where(User.c.age.gt(25)),
      );
      expect(statements.summary()).toEqual(['UPDATE users']);
      expect([ann.age, bob.age, cid.age]).toEqual([21, 32, null]);
      expect(session.dirty.size).toBe(0);
      await session.execute(
        update(User)
          .set({ age: 7 })
          .where(User.c.id.eq(param('id'))),
        { id: ann.id },
        { synchronize: 'evaluate' },
      );
      expect(ann.age).toBe(7);
      expect(await rows()).toEqual([
        ['ann', 7],
        ['bob', 32],
        ['cid', null],
      ]);
      await session.rollback();
      expect([ann.age, bob.age, cid.age]).toEqual([20, 30, null]);
    });

    test('NULL is neither equal nor unequal', async () => {
      const { session, User, ann, bob, cid, rows } = await three();
      await session.query(User).filter(User.c.age.ne(20)).update({ age: 1 });
      expect([ann.age, bob.age, cid.age]).toEqual([20, 1, null]);
      await session
        .query(User)
        .filter(User.c.age.notIn([1]))
        .update({ age: 2 });
      expect([ann.age, bob.age, cid.age]).toEqual([2, 1, null]);
      await session.query(User).filter(User.c.age.isNull()).update({ age: 3 }, { synchronize: 'evaluate' });
      expect([ann.age, bob.age, cid.age]).toEqual([2, 1, 3]);
      expect(await rows()).toEqual([
        ['ann', 2],
        ['bob', 1],
        ['cid', 3],
      ]);
    });

    test('what only the database can tell is fetched, and is an error for evaluate', async () => {
      const { session, User, ann, bob, cid } = await three();
      const late = (): ReturnType<typeof update<typeof User>> => update(User).set({ age: 5 }).where(User.c.name.gt('b'));
      await expect(session.execute(late(), undefined, { synchronize: 'evaluate' })).rejects.toThrow(/only be worked out by the database/);
      expect([ann.age, bob.age, cid.age]).toEqual([20, 30, null]);
      await session.execute(late());
      expect([ann.age, bob.age, cid.age]).toEqual([20, 5, 5]);
      await session.query(User).filter(User.c.posts.any().not()).update({ age: 6 });
      expect([ann.age, bob.age, cid.age]).toEqual([6, 6, 6]);
    });

    test('false lets objects be', async () => {
      const { session, User, ann } = await three();
      await session.query(User).update({ age: 9 }, { all: true, synchronize: false });
      expect(ann.age).toBe(20);
      await session.query(User).delete({ all: true, synchronize: false });
      expect(inspect(ann).state).toBe('persistent');
    });

    test('a change that is not flushed is kept, over what the row has now', async () => {
      const { session, User, ann, rows } = await three();
      await session.noAutoflush(async () => {
        ann.age = 77;
        await session.query(User).filter(User.c.age.eq(20)).update({ age: 50, name: 'anna' });
        expect([ann.age, ann.name]).toEqual([77, 'anna']);
      });
      expect(inspect(ann).history('age')).toEqual({ added: [77], unchanged: [], deleted: [50] });
      await session.commit();
      expect(await rows()).toEqual([
        ['anna', 77],
        ['bob', 30],
        ['cid', null],
      ]);
    });

    test('deleted objects leave, are detached by the commit, and come back with a rollback', async () => {
      const { session, statements, User, ann, bob, cid } = await three();
      expect((await session.execute(deleteFrom(User).where(User.c.age.lt(25)))).rowCount).toBe(1);
      expect(statements.summary()).toEqual(['DELETE users']);
      expect([inspect(ann).state, session.contains(ann)]).toEqual(['deleted', false]);
      await session.rollback();
      expect([inspect(ann).state, session.contains(ann)]).toEqual(['persistent', true]);
      await session.query(User).filter(User.c.name.gt('b')).delete();
      expect([ann, bob, cid].map((user) => inspect(user).state)).toEqual(['persistent', 'deleted', 'deleted']);
      await session.commit();
      expect([ann, bob, cid].map((user) => inspect(user).state)).toEqual(['persistent', 'detached', 'detached']);
    });

    test('what the database deletes or lets go with them follows, however far down, and comes back with a rollback', async () => {
      const db = openDatabase(database);
      class Root extends db.Model('roots', {
        id: t.integer().primaryKey(),
        get leaves() {
          return hasMany(Leaf, { orderBy: () => Leaf.c.id });
        },
      }) {}
      class Leaf extends db.Model('leaves', {
        id: t.integer().primaryKey(),
        rootId: t.integer().references('roots.id', { onDelete: 'cascade' }),
        get root() {
          return belongsTo(Root);
        },
      }) {}
      class Vein extends db.Model('veins', {
        id: t.integer().primaryKey(),
        leafId: t.integer().references('leaves.id', { onDelete: 'cascade' }),
      }) {}
      class Note extends db.Model('leaf_notes', {
        id: t.integer().primaryKey(),
        rootId: t.integer().nullable().references('roots.id', { onDelete: 'set null' }),
        get root() {
          return belongsTo(Root, { nullable: true });
        },
      }) {}
      await db.createAll();
      const session = db.createSession();
      const [first, second] = [new Root({ id: 1, leaves: [new Leaf({ id: 1 })] }), new Root({ id: 2, leaves: [new Leaf({ id: 2 })] })];
      const notes = [new Note({ id: 1, root: first }), new Note({ id: 2, root: second })];
      session.addAll([first, second, ...notes]);
      await session.commit();
      const veins = [new Vein({ id: 1, leafId: 1 }), new Vein({ id: 2, leafId: 2 })];
      session.addAll(veins);
      await session.commit();
      const leaves = [...(await first.leaves), ...(await second.leaves)];
      const states = (): string[] => [first, leaves[0], veins[0], second, leaves[1], veins[1]].map((object) => inspect(object).state);
      for (const synchronize of ['auto', 'fetch'] as const) {
        await session.query(Root).filterBy({ id: 1 }).delete({ synchronize });
        expect(states()).toEqual(['deleted', 'deleted', 'deleted', 'persistent', 'persistent', 'persistent']);
        expect(notes.map((note) => note.rootId)).toEqual([null, 2]);
        expect([await notes[0].root, await notes[1].root]).toEqual([null, second]);
        expect(await session.get(Vein, 1)).toBeNull();
        expect(await session.query(Note).orderBy(Note.c.id).select(Note.c.rootId).all()).toEqual([[null], [2]]);
        await session.rollback();
        expect(new Set(states())).toEqual(new Set(['persistent']));
        expect([notes[0].rootId, await notes[0].root]).toEqual([1, first]);
        expect(await session.get(Vein, 1)).toBe(veins[0]);
      }
      await session.query(Root).filterBy({ id: 1 }).delete();
      await session.commit();
      expect(states().slice(0, 3)).toEqual(['detached', 'detached', 'detached']);
      await session.close();
    });

    test('keys that move on one by one are found under those that they have then', async () => {
      const { session, User, ann, bob, cid } = await three();
      await session.query(User).update({ id: User.c.id.plus(100) }, { all: true });
      const ids = [ann.id, bob.id, cid.id];
      await session.commit();
      session.expungeAll();
      const users = await session.query(User).orderBy(User.c.id.desc()).all();
      await session.query(User).update({ id: User.c.id.minus(1) }, { all: true });
      expect(users.map((user) => user.id)).toEqual(ids.map((id) => id - 1).reverse());
      for (const user of users) expect(await session.get(User, user.id)).toBe(user);
      expect(session.identityMap.size).toBe(3);
      await session.rollback();
      for (const user of users) expect(await session.get(User, user.id)).toBe(user);
    });

    test('an upsert gives managed objects that are as the rows are now', async () => {
      const { session, User, ann } = await three();
      const upsert = insertInto(User)
        .values([
          { name: 'ann', age: 90 },
          { name: 'dan', age: 91 },
        ])
        .onConflictDoUpdate({ target: [User.c.name], set: { age: excluded(User.c.age) } });
      if (!database.returning) return expect(session.all(upsert.returning(User))).rejects.toMatchObject({ code: 'sql.unsupported' });
      const users = (await session.all(upsert.returning(User))).map(([user]) => user);
      expect(users.find((user) => user.name === 'ann')).toBe(ann);
      expect(ann.age).toBe(90);
      expect(users.map((user) => inspect(user).state)).toEqual(['persistent', 'persistent']);
      await session.rollback();
      expect(ann.age).toBe(20);
      const change = update(User).set({ age: 8 }).where(User.c.name.eq('ann')).returning(User);
      // MySQL and MariaDB give no rows back from an UPDATE, and say so before anything is sent.
      if (database.family === 'mysql') return expect(session.all(change)).rejects.toMatchObject({ code: 'sql.unsupported' });
      const [[again]] = await session.all(change);
      expect(again).toBe(ann);
      expect(ann.age).toBe(8);
      await session.commit();
    });
  });
});

describe.each(databases)('bulk work without foreign keys on $name', (database) => {
  test('objects follow what the database does, which is nothing', async () => {
    const db = openDatabase({ ...database, url: () => `${database.url()}?foreign_keys=off` });
    class Team extends db.Model('teams', { code: t.string(5).primaryKey() }) {}
    class Player extends db.Model('players', {
      id: t.integer().primaryKey(),
      teamCode: t.string(5).nullable().references('teams.code', { onDelete: 'cascade', onUpdate: 'cascade' }),
      formerCode: t.string(5).nullable().references('teams.code', { onDelete: 'set null' }),
    }) {}
    await db.createAll();
    const session = db.createSession();
    const player = new Player({ teamCode: 'a', formerCode: 'b' });
    session.addAll([new Team({ code: 'a' }), new Team({ code: 'b' }), player]);
    await session.commit();
    await session.query(Team).filterBy({ code: 'b' }).delete();
    await session.execute(update(Team).set({ code: 'c' }).where(Team.c.code.eq('a')));
    await session.query(Team).filterBy({ code: 'c' }).delete();
    expect([inspect(player).state, player.teamCode, player.formerCode]).toEqual(['persistent', 'a', 'b']);
    await session.commit();
    await session.refresh(player);
    expect([player.teamCode, player.formerCode]).toEqual(['a', 'b']);
  });
});

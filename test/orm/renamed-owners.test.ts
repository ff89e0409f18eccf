import { describe, expect, test } from 'vitest';
import { belongsTo, ForeignKeyViolation, hasMany, hasOne, listen, manyToMany, t, text } from '../../src/index.ts';
import { openDatabase, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

/** A user u with the tags a and b, the addresses e and f and badge 1; of these only the user is in the session. */
async function open(database: TestDatabase, cascade?: string) {
  const db = openDatabase(database);
  const onUpdate = { onUpdate: 'cascade' } as const;
  const userTags = db.Table('user_tags', {
    userName: t.string(20).primaryKey().references('users.name', onUpdate),
    tagName: t.string(20).primaryKey().references('tags.name', onUpdate),
  });
  const options = cascade === undefined ? {} : { cascade };
  class User extends db.Model('users', {
    name: t.string(20).primaryKey(),
    get addresses() {
      return hasMany(Address, { orderBy: () => Address.c.email, ...options });
    },
    get badge() {
      return hasOne(Badge, options);
    },
    get tags() {
      return manyToMany(Tag, { through: userTags, orderBy: () => Tag.c.name });
    },
  }) {}
  class Address extends db.Model('addresses', {
    email: t.string(20).primaryKey(),
    userName: t.string(20).nullable().references('users.name', onUpdate),
    get user() {
      return belongsTo(User, { nullable: true });
    },
  }) {}
  class Badge extends db.Model('badges', {
    id: t.integer().primaryKey(),
    userName: t.string(20).nullable().unique().references('users.name', onUpdate),
    get user() {
      return belongsTo(User, { nullable: true });
    },
  }) {}
  class Tag extends db.Model('tags', {
    name: t.string(20).primaryKey(),
    get users() {
      return manyToMany(User, { through: userTags });
    },
  }) {}
  await db.createAll();
  const session = db.createSession();
  session.add(
    new User({
      name: 'u',
      tags: ['a', 'b'].map((name) => new Tag({ name })),
      addresses: ['e', 'f'].map((email) => new Address({ email })),
      badge: new Badge({ id: 1 }),
    }),
  );
  await session.commit();
  session.expungeAll();
  const user = await session.getOne(User, 'u');
  const rows = async (columns: string, table: string): Promise<string[]> =>
    (await session.all(text<Record<string, unknown>>(`SELECT ${columns} FROM ${table} ORDER BY ${columns}`))).map((row) =>
      Object.values(row).join(' '),
    );
  return { db, session, user, rows, User, Address, Badge, Tag };
}

describe.each([...allDatabases, ...pgliteDatabases])('objects with a changed key, and what refers to them, on $name', (database) => {
  test('pairs are given up, kept and gained with keys that change on both sides', async () => {
    const { session, user, rows, Tag } = await open(database);
    const [a, b] = await user.tags;
    user.name = 'v';
    b.name = 'bb';
    user.tags.remove(a);
    user.tags.add(new Tag({ name: 'c' }));
    await session.commit();
    expect(await rows('tag_name, user_name', 'user_tags')).toEqual(['bb v', 'c v']);
    expect((await user.tags).map(({ name }) => name)).toEqual(['bb', 'c']);
  });

  test('pairs of a collection that is not loaded: one that is there already, one that goes', async () => {
    const { session, user, rows, Tag } = await open(database);
    const [a, b] = [await session.getOne(Tag, 'a'), await session.getOne(Tag, 'b')];
    user.name = 'v';
    a.name = 'aa';
    user.tags.add(a);
    user.tags.remove(b);
    await session.commit();
    expect(await rows('tag_name, user_name', 'user_tags')).toEqual(['aa v']);
  });

  test('set() of what is not loaded finds the rows by the key that they still refer to', async () => {
    const { session, user, rows, Address, Badge, Tag } = await open(database);
    user.name = 'v';
    user.addresses.set([new Address({ email: 'g' })]);
    user.tags.set([new Tag({ name: 'c' })]);
    user.badge = new Badge({ id: 2 });
    await session.commit();
    expect(await rows('email, user_name', 'addresses')).toEqual(['e ', 'f ', 'g v']);
    expect(await rows('tag_name, user_name', 'user_tags')).toEqual(['c v']);
    expect(await rows('id, user_name', 'badges')).toEqual(['1 ', '2 v']);
  });

  test('orphans of a relation to one that was not loaded', async () => {
    const { session, user, rows } = await open(database, 'all, delete-orphan');
    user.name = 'v';
    user.badge = null;
    user.addresses.set([]);
    await session.commit();
    expect([...(await rows('id, user_name', 'badges')), ...(await rows('email', 'addresses'))]).toEqual([]);
    expect(await rows('name', 'users')).toEqual(['v']);
  });

  test('an object that is changed and then deleted takes its children and pairs along', async () => {
    const { session, user, rows } = await open(database, 'all');
    user.name = 'v';
    session.delete(user);
    await session.commit();
    for (const [columns, table] of [
      ['name', 'users'],
      ['email', 'addresses'],
      ['id', 'badges'],
      ['tag_name', 'user_tags'],
    ])
      expect(await rows(columns, table)).toEqual([]);
  });

  test('one without a cascade leaves its children, loaded or not', async () => {
    const { session, user, rows, Address } = await open(database);
    const address = await session.getOne(Address, 'e');
    user.name = 'v';
    session.delete(user);
    await session.commit();
    expect(address.userName).toBeNull();
    expect(await rows('email, user_name', 'addresses')).toEqual(['e ', 'f ']);
    expect(await rows('id, user_name', 'badges')).toEqual(['1 ']);
  });

  test('relations load by the key of the row: without autoflush, in queries, in handlers of the flush', async () => {
    const { db, session, user, User, Address } = await open(database);
    const address = await session.getOne(Address, 'e');
    user.name = 'v';
    await session.noAutoflush(async () => {
      expect([await user.addresses.count(), await user.addresses.contains(address), await user.tags.query().count()]).toEqual([2, true, 2]);
      const mine = await session.query(Address).filterBy({ user }).orderBy(Address.c.email).all();
      expect(mine.map(({ email }) => email)).toEqual(['e', 'f']);
      expect((await user.addresses).length).toBe(2);
      const [found] = await session.query(User).with({ tags: true, badge: true }).all();
      expect([found === user, found.tags.length, found.badge?.id]).toEqual([true, 2, 1]);
    });
    await session.commit();
    expect((await user.addresses).map(({ userName }) => userName)).toEqual(['v', 'v']);
    await session.close();

    const other = db.createSession();
    const again = await other.getOne(User, 'v');
    const seen: number[] = [];
    const stop = listen(User, 'beforeUpdate', async (changed) => {
      seen.push((await changed.addresses).length);
    });
    again.name = 'w';
    await other.commit();
    stop();
    expect([seen, (await again.addresses).map(({ userName }) => userName)]).toEqual([[2], ['w', 'w']]);
    await other.close();
  });
});

/** Teams with people, who have bosses among each other and a desk each; all but desks have names for keys. */
async function openTeams(database: TestDatabase) {
  const db = openDatabase(database);
  const onUpdate = { onUpdate: 'cascade' } as const;
  class Team extends db.Model('teams', {
    name: t.string(20).primaryKey(),
    get people() {
      return hasMany(Person, { foreignKey: 'teamName' });
    },
  }) {}
  class Person extends db.Model('people', {
    name: t.string(20).primaryKey(),
    teamName: t.string(20).nullable().references('teams.name', onUpdate),
    bossName: t.string(20).nullable().references('people.name', onUpdate),
    deskId: t.integer().nullable().references('desks.id'),
    get team() {
      return belongsTo(Team, { nullable: true });
    },
    get boss() {
      return belongsTo(Person, { nullable: true });
    },
    get staff() {
      return hasMany(Person, { foreignKey: 'bossName' });
    },
    get desk() {
      return belongsTo(Desk, { nullable: true });
    },
  }) {}
  class Desk extends db.Model('desks', { id: t.integer().primaryKey() }) {}
  await db.createAll();
  const session = db.createSession();
  const [red, blue] = ['red', 'blue'].map((name) => new Team({ name }));
  const [ann, bob] = ['ann', 'bob'].map((name) => new Person({ name, team: red }));
  session.addAll([red, blue, ann, bob]);
  await session.commit();
  const rows = async (): Promise<string[]> =>
    (await session.query(Person).orderBy(Person.c.name).select(Person.c.name, Person.c.teamName, Person.c.bossName).all()).map((row) =>
      row.map(String).join(' '),
    );
  return { session, rows, Team, Person, Desk, red, blue, ann, bob };
}

describe.each([...allDatabases, ...pgliteDatabases])('keys that change while others take and refer to them, on $name', (database) => {
  test('one who gets a boss whose name changes too, in a circle as well', async () => {
    const { session, rows, Person, ann, bob } = await openTeams(database);
    bob.name = 'ben';
    ann.boss = bob;
    await session.commit();
    expect([ann.bossName, await rows()]).toEqual(['ben', ['ann red ben', 'ben red null']]);
    ann.name = 'amy';
    bob.name = 'bill';
    bob.boss = ann;
    session.add(new Person({ name: 'cid', boss: bob }));
    if (database.family === 'mysql') {
      // InnoDB does not let the rows of one table follow each other's keys.
      await expect(session.commit()).rejects.toThrow(ForeignKeyViolation);
      return;
    }
    await session.commit();
    expect(await rows()).toEqual(['amy red bill', 'bill red amy', 'cid null bill']);
    expect([ann.bossName, bob.bossName]).toEqual(['bill', 'amy']);
    ann.boss = ann;
    ann.name = 'ada';
    await session.commit();
    expect(await rows()).toEqual(['ada red ada', 'bill red ada', 'cid null bill']);
  });

  test('a new row takes the key of one that waits for a new row of another table', async () => {
    const { session, rows, Person, Desk, ann } = await openTeams(database);
    ann.name = 'amy';
    ann.desk = new Desk({});
    session.add(new Person({ name: 'ann', team: ann.team as never }));
    await session.commit();
    expect(await rows()).toEqual(['amy red null', 'ann red null', 'bob red null']);
    expect(ann.deskId).toBe((await ann.desk)?.id);
  });

  test('a row moves to the parent that takes the name which the old one gives up', async () => {
    const { session, rows, Team, red, blue, ann, bob } = await openTeams(database);
    [red.name, blue.name] = ['blue', 'red'];
    ann.team = blue;
    await session.commit();
    expect([ann.teamName, bob.teamName, await rows()]).toEqual(['red', 'blue', ['ann red null', 'bob blue null']]);
    blue.name = 'green';
    const next = new Team({ name: 'red', people: [ann] });
    session.add(next);
    await session.commit();
    expect([ann.teamName, (await ann.team) === next, await rows()]).toEqual(['red', true, ['ann red null', 'bob blue null']]);
  });

  test('a name that one gives up who gets a new boss is taken by that boss, or by another', async () => {
    const { session, rows, Person, ann, bob } = await openTeams(database);
    ann.name = 'amy';
    ann.boss = new Person({ name: 'ann' });
    await session.commit();
    expect([ann.bossName, await rows()]).toEqual(['ann', ['amy red ann', 'ann null null', 'bob red null']]);
    ann.name = 'bob';
    bob.name = 'ben';
    bob.boss = new Person({ name: 'amy' });
    await session.commit();
    expect(await rows()).toEqual(['amy null null', 'ann null null', 'ben red amy', 'bob red ann']);
  });

  test('one takes the name of a team that goes, while its people stay', async () => {
    const { session, rows, red, blue, ann, bob } = await openTeams(database);
    const change = (): void => {
      session.delete(red);
      blue.name = 'red';
      bob.team = blue;
    };
    change();
    await session.flush();
    await session.rollback();
    expect([red.name, blue.name, ann.teamName, bob.teamName, await rows()]).toEqual([
      'red',
      'blue',
      'red',
      'red',
      ['ann red null', 'bob red null'],
    ]);
    change();
    await session.commit();
    expect([ann.teamName, bob.teamName, await rows()]).toEqual([null, 'red', ['ann null null', 'bob red null']]);
    blue.name = 'green';
    await session.commit();
    expect([bob.teamName, await rows()]).toEqual(['green', ['ann null null', 'bob green null']]);
  });

  test('names that change at any moment of the flush that stores them are written by it or by the next', async () => {
    const { session, rows, Team, Person, Desk } = await openTeams(database);
    for (let turns = 0; turns < 25; turns++) {
      const team = new Team({ name: `t${turns}` });
      const [boss, worker] = ['b', 'w'].map((name) => new Person({ name: `${name}${turns}`, team, desk: new Desk({}) }));
      // InnoDB does not let the rows of one table follow each other's keys.
      if (database.family !== 'mysql') worker.boss = boss;
      session.add(team);
      const running = session.flush();
      for (let i = 0; i < turns; i++) await null;
      team.name += '!';
      boss.name += '!';
      await running;
      await session.flush();
      expect([worker.teamName, boss.teamName]).toEqual([`t${turns}!`, `t${turns}!`]);
      expect([await session.get(Team, `t${turns}!`), await session.get(Person, `b${turns}!`)]).toEqual([team, boss]);
    }
    await session.commit();
    const made = (await rows()).filter((row) => /\d/.test(row));
    expect([made.length, made.filter((row) => !/^[bw]\d+!? t\d+! (null|b\d+!)$/.test(row))]).toEqual([50, []]);
  });

  test('one who goes leaves the list of a team that is named anew, though another takes the name', async () => {
    const { session, Person, red, ann, bob } = await openTeams(database);
    await red.people;
    session.expire(ann);
    await session.refresh(ann);
    red.name = 'pink';
    session.delete(ann);
    const next = new Person({ name: 'ann', team: red });
    session.add(next);
    await session.commit();
    expect(new Set(await red.people)).toEqual(new Set([bob, next]));
    await session.rollback();
    expect(new Set(await red.people)).toEqual(new Set([bob, next]));
  });
});

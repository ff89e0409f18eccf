import { describe, expect, test } from 'vitest';
import { belongsTo, hasMany, hasOne, inspect, t, text } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

async function open(database: TestDatabase) {
  const db = openDatabase(database);
  class Team extends db.Model('teams', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    get players() {
      return hasMany(Player, { passiveDeletes: true, orderBy: () => Player.c.id });
    },
    get contracts() {
      return hasMany(Contract, { cascade: 'all, delete-orphan', passiveDeletes: true });
    },
  }) {}
  class Player extends db.Model('players', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    data: t.json<{ n: number }>().default(() => ({ n: 0 })),
    teamId: t.integer().nullable().references('teams.id', { onDelete: 'set null' }),
    get team() {
      return belongsTo(Team, { nullable: true });
    },
    get contracts() {
      return hasMany(Contract, { cascade: 'all, delete-orphan' });
    },
    get badge() {
      return hasOne(Badge);
    },
  }) {}
  class Contract extends db.Model('contracts', {
    teamId: t.integer().primaryKey().references('teams.id', { onDelete: 'cascade' }),
    playerId: t.integer().primaryKey().references('players.id', { onDelete: 'cascade' }),
    pay: t.integer(),
    get team() {
      return belongsTo(Team);
    },
    get player() {
      return belongsTo(Player);
    },
  }) {}
  class Badge extends db.Model('badges', {
    id: t.integer().primaryKey(),
    playerId: t.integer().unique().references('players.id', { onDelete: 'cascade' }),
    get player() {
      return belongsTo(Player);
    },
  }) {}
  /** No relation tells of it. */
  class Note extends db.Model('notes', {
    id: t.integer().primaryKey(),
    teamId: t.integer().references('teams.id', { onDelete: 'cascade' }),
  }) {}
  await db.createAll();
  const session = db.createSession();
  const players = ['ann', 'bob'].map((name) => new Player({ name, badge: new Badge({} as never) }));
  const team = new Team({ name: 'reds', players });
  const contract = new Contract({ team, player: players[0], pay: 1 });
  session.addAll([team, contract]);
  await session.flush();
  session.add(new Note({ teamId: team.id }));
  await session.commit();
  session.expungeAll();
  return { db, session, statements: new Statements(db.engine), Team, Player, Contract, Badge, Note };
}

describe.each([...allDatabases, ...pgliteDatabases])('what the database does to other rows on $name', (database) => {
  test('objects of the session follow the delete of a row that they refer to', async () => {
    const { session, statements, Team, Player, Contract, Note } = await open(database);
    const [ann] = await session.query(Player).orderBy(Player.c.id).all();
    const contract = await session.query(Contract).one();
    const note = await session.query(Note).one();
    expect((await ann.contracts).length).toBe(1);
    const team = await session.query(Team).one();
    statements.takeAll();
    session.delete(team);
    await session.flush();
    expect(statements.summary()).toEqual(['DELETE teams']);
    const states = () => [ann, contract, note, team].map((object) => inspect(object).state);
    expect(states()).toEqual(['persistent', 'deleted', 'deleted', 'deleted']);
    expect([ann.teamId, ann.team, [...(await ann.contracts)], inspect(ann).modified]).toEqual([null, null, [], false]);
    await session.rollback();
    expect(states()).toEqual(['persistent', 'persistent', 'persistent', 'persistent']);
    expect([ann.teamId, await ann.team, [...(await ann.contracts)]]).toEqual([team.id, team, [contract]]);
    expect(await session.get(Contract, [team.id, ann.id])).toBe(contract);
    session.delete(team);
    await session.commit();
    expect(states()).toEqual(['persistent', 'detached', 'detached', 'detached']);
    ann.name = 'anna';
    await session.commit();
    expect(await session.all(text('SELECT name, team_id FROM players ORDER BY id'))).toEqual([
      { name: 'anna', team_id: null },
      { name: 'bob', team_id: null },
    ]);
  });

  test('so they do when they were given to another in the same flush', async () => {
    const { session, Team, Player, Contract } = await open(database);
    const [ann, bob] = await session.query(Player).orderBy(Player.c.id).all();
    const contract = await session.query(Contract).one();
    const team = await session.query(Team).one();
    const other = new Team({ name: 'blues' });
    session.add(other);
    ann.team = other;
    contract.team = other;
    session.delete(team);
    await session.commit();
    expect([ann.teamId, bob.teamId, contract.teamId]).toEqual([other.id, null, other.id]);
    expect(await session.all(text('SELECT team_id, pay FROM contracts'))).toEqual([{ team_id: other.id, pay: 1 }]);
  });

  test('what a statement deletes leaves what others have loaded, and comes back with a rollback', async () => {
    const { session, Team, Player, Contract } = await open(database);
    const team = await session.query(Team).with({ players: true }).one();
    const [ann, bob] = await session.query(Player).orderBy(Player.c.id).all();
    const contract = await session.query(Contract).one();
    expect([...(await ann.contracts), ...(await team.contracts)]).toEqual([contract, contract]);
    const nested = await session.beginNested();
    await session.query(Player).filterBy({ name: 'ann' }).delete();
    expect([[...team.players], [...(await team.contracts)], inspect(contract).state]).toEqual([[bob], [], 'deleted']);
    await nested.rollback();
    expect([[...(await team.players)], [...(await team.contracts)], inspect(contract).state]).toEqual([
      [ann, bob],
      [contract],
      'persistent',
    ]);
    await session.query(Contract).filter(Contract.c.pay.eq(1)).delete();
    await session.commit();
    expect([[...(await ann.contracts)], [...(await team.contracts)]]).toEqual([[], []]);
  });

  test('a new object that was given to one that goes is not stored, loaded or not', async () => {
    const { session, Team, Player, Contract } = await open(database);
    const team = await session.query(Team).one();
    const bob = await session.query(Player).filterBy({ name: 'bob' }).one();
    const fresh = new Contract({ pay: 2 } as never);
    fresh.team = team;
    bob.contracts.add(fresh);
    session.delete(team);
    await session.commit();
    expect(inspect(fresh).state).toBe('transient');
    expect(await session.query(Contract).count()).toBe(0);
  });

  test('JSON is watched again after a rollback, whatever was rolled back', async () => {
    const { session, Player } = await open(database);
    const ann = await session.query(Player).filterBy({ name: 'ann' }).one();
    const rows = () => session.query(Player).filterBy({ id: ann.id }).select(Player.c.data).scalars();
    const undone: (() => Promise<unknown>)[] = [
      () => session.query(Player).filterBy({ id: ann.id }).delete(),
      () => session.bulkUpdate(Player, [{ id: ann.id, data: { n: -1 } }]),
      () =>
        session
          .query(Player)
          .filterBy({ id: ann.id })
          .update({ data: { n: -2 } }),
      async () => {
        session.delete(ann);
        await session.flush();
      },
      async () => {
        ann.data = { n: -3 };
        await session.flush();
      },
    ];
    let n = ann.data.n;
    for (const work of undone)
      for (const inside of [false, true]) {
        const nested = inside ? await session.beginNested() : null;
        await work();
        await (nested ?? session).rollback();
        expect([ann.data.n, inspect(ann).modified]).toEqual([n, false]);
        ann.data.n = ++n;
        await session.commit();
        expect(await rows()).toEqual([{ n }]);
      }
  });

  test('a parent that left the session and was read again can give up a child that still holds the former', async () => {
    const { session, Team, Contract } = await open(database);
    const contract = await session.query(Contract).one();
    const former = await contract.team;
    session.expunge(former);
    session.add(contract);
    const team = await session.query(Team).one();
    expect(team).not.toBe(former);
    team.contracts.remove(contract);
    await session.commit();
    expect(await session.query(Contract).count()).toBe(0);
  });
});

import { describe, expect, test } from 'vitest';
import { belongsTo, hasMany, hasOne, inspect, t } from '../../src/index.ts';
import { openDatabase, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

/** Children that have no relation to their parent, so that only its side and their foreign keys say whose they are. */
async function open(database: TestDatabase, cascade: string) {
  const db = openDatabase(database);
  class Shed extends db.Model('sheds', {
    id: t.integer().primaryKey(),
    get tools() {
      return hasMany(Tool, { cascade, orderBy: () => Tool.c.id });
    },
    get lock() {
      return hasOne(Lock, { cascade });
    },
  }) {}
  class Tool extends db.Model('tools', { id: t.integer().primaryKey(), shedId: t.integer().nullable().references('sheds.id') }) {}
  class Lock extends db.Model('locks', { id: t.integer().primaryKey(), shedId: t.integer().nullable().references('sheds.id') }) {}
  await db.createAll();
  const session = db.createSession();
  const [hammer, saw] = [new Tool({}), new Tool({})];
  const lock = new Lock({});
  const old = new Shed({ tools: [hammer, saw], lock });
  session.add(old);
  await session.commit();
  const shedOf = async (tool: { id: number }): Promise<unknown> =>
    (await session.query(Tool).filterBy({ id: tool.id }).select(Tool.c.shedId).all()).flat();
  return { db, session, Shed, Tool, Lock, old, hammer, saw, lock, shedOf };
}

describe.each([...allDatabases, ...pgliteDatabases])('children that move on $name', (database) => {
  test.each(['save-update', 'all', 'all, delete-orphan'])('outlive their former parent, cascade %s', async (cascade) => {
    const { session, Shed, Tool, Lock, old, hammer, saw, lock } = await open(database, cascade);
    session.delete(old);
    const fresh = new Shed({});
    fresh.tools.add(hammer);
    fresh.lock = lock;
    session.add(fresh);
    await session.commit();
    expect([inspect(hammer).state, hammer.shedId]).toEqual(['persistent', fresh.id]);
    expect([inspect(lock).state, lock.shedId]).toEqual(['persistent', fresh.id]);
    // What did not move goes with it, or loses its parent.
    const kept = cascade === 'save-update';
    expect([inspect(saw).state, kept ? saw.shedId : null]).toEqual([kept ? 'persistent' : 'detached', null]);
    expect(await session.query(Tool).filterBy({ shedId: fresh.id }).count()).toBe(1);
    expect(await session.query(Tool).count()).toBe(kept ? 2 : 1);
    expect(await session.query(Lock).filterBy({ shedId: fresh.id }).count()).toBe(1);
    await session.close();
  });

  test.each(['save-update', 'all', 'all, delete-orphan'])(
    'are not taken along by what a former parent still has loaded, cascade %s',
    async (cascade) => {
      const { session, Shed, Tool, old, hammer, saw, shedOf } = await open(database, cascade);
      const fresh = new Shed({});
      session.add(fresh);
      fresh.tools.add(hammer);
      await session.commit();
      expect([...(await old.tools)].includes(hammer)).toBe(true);
      old.tools.remove(hammer);
      await session.commit();
      expect([inspect(hammer).state, hammer.shedId]).toEqual(['persistent', fresh.id]);
      expect(await shedOf(hammer)).toEqual([fresh.id]);

      fresh.tools.add(saw);
      await session.commit();
      expect([...(await old.tools)].includes(saw)).toBe(true);
      session.delete(old);
      await session.commit();
      expect([inspect(saw).state, saw.shedId]).toEqual(['persistent', fresh.id]);
      expect(await session.query(Tool).filterBy({ shedId: fresh.id }).count()).toBe(2);
      await session.close();
    },
  );

  test('go with the parent that they were given to, if that is the one to go', async () => {
    const { session, Shed, Tool, old, hammer, saw } = await open(database, 'all, delete-orphan');
    const fresh = new Shed({});
    session.add(fresh);
    await session.commit();
    fresh.tools.add(hammer);
    session.delete(fresh);
    await session.commit();
    expect([inspect(hammer).state, inspect(saw).state, inspect(old).state]).toEqual(['detached', 'persistent', 'persistent']);
    expect(await session.query(Tool).count()).toBe(1);
    await session.close();
  });

  test.each([true, false])(
    'stay with their parent where another, not loaded, gives them up that it never had (its parent here: %s)',
    async (here) => {
      const db = openDatabase(database);
      class Team extends db.Model('teams', {
        id: t.integer().primaryKey(),
        get players() {
          return hasMany(Player, { cascade: 'all, delete-orphan' });
        },
      }) {}
      class Player extends db.Model('players', {
        id: t.integer().primaryKey(),
        teamId: t.integer().nullable().references('teams.id'),
        get team() {
          return belongsTo(Team, { nullable: true });
        },
      }) {}
      await db.createAll();
      const session = db.createSession();
      session.addAll([new Team({ id: 1, players: [new Player({ id: 1 })] }), new Team({ id: 2, players: [new Player({ id: 2 })] })]);
      await session.commit();
      session.expungeAll();
      const first = await session.getOne(Team, 1);
      if (here) await session.getOne(Team, 2);
      const [mine, other] = await session.query(Player).orderBy(Player.c.id).all();
      first.players.remove(other);
      expect(session.dirty.size).toBe(0);
      // A foreign key says whose it is by its value, written or not.
      mine.teamId = 2;
      first.players.remove(mine);
      await session.commit();
      expect([mine, other].map((player) => [inspect(player).state, player.teamId])).toEqual([
        ['persistent', 2],
        ['persistent', 2],
      ]);
      other.teamId = 1;
      first.players.remove(other);
      await session.commit();
      expect(inspect(other).state).toBe('detached');
      expect(await session.query(Player).select(Player.c.id, Player.c.teamId).all()).toEqual([[1, 2]]);
      await session.close();
    },
  );
});

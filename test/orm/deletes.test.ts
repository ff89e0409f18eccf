import { describe, expect, test } from 'vitest';
import { belongsTo, ForeignKeyViolation, hasMany, inspect, listen, t, text, UniqueViolation } from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

describe.each([...allDatabases, ...pgliteDatabases])('deletes on $name', (database) => {
  async function open() {
    const db = openDatabase(database);
    class Team extends db.Model('teams', {
      id: t.integer().primaryKey(),
      name: t.string(40).unique(),
      get players() {
        return hasMany(Player);
      },
      get games() {
        return hasMany(Game, { cascade: 'all, delete-orphan' });
      },
      get visits() {
        return hasMany(Visit);
      },
    }) {}
    // The key cannot be NULL, and the database refuses a team with players.
    class Player extends db.Model('players', {
      id: t.integer().primaryKey(),
      name: t.string(40),
      teamId: t.integer().references('teams.id'),
      get team() {
        return belongsTo(Team);
      },
    }) {}
    class Game extends db.Model('games', {
      id: t.integer().primaryKey(),
      day: t.string(10).unique(),
      teamId: t.integer().references('teams.id'),
      get team() {
        return belongsTo(Team);
      },
    }) {}
    // The database deletes visits with their team.
    class Visit extends db.Model('visits', {
      id: t.integer().primaryKey(),
      teamId: t.integer().references('teams.id', { onDelete: 'cascade' }),
      get team() {
        return belongsTo(Team);
      },
    }) {}
    await db.createAll();
    const session = db.createSession();
    const statements = new Statements(db.engine);
    return { db, session, statements, Team, Player, Game, Visit };
  }

  test('children whose key cannot be NULL are not read: the database refuses, or deletes them', async () => {
    const { db, session, statements, Team, Player, Visit } = await open();
    session.addAll([new Team({ id: 1, name: 'a' }), new Team({ id: 2, name: 'b', players: [new Player({ name: 'p' })] })]);
    session.add(new Team({ id: 3, name: 'c', visits: [new Visit(), new Visit()] }));
    await session.commit();
    const other = db.createSession();
    statements.takeAll();
    other.delete(await other.query(Team).filterBy({ id: 1 }).one());
    await other.flush();
    expect(statements.summary()).toEqual(['SELECT teams', 'SELECT games', 'DELETE teams']);
    other.delete(await other.query(Team).filterBy({ id: 2 }).one());
    await expect(other.flush()).rejects.toThrow(ForeignKeyViolation);
    await other.rollback();
    other.delete(await other.query(Team).filterBy({ id: 3 }).one());
    statements.takeAll();
    await other.flush();
    expect(statements.summary()).toEqual(['SELECT games', 'DELETE teams']);
    expect(await other.query(Visit).count()).toBe(0);
    await other.rollback();
    // Those that are loaded go with it as objects, too.
    const team = await other.query(Team).filterBy({ id: 3 }).with({ visits: true }).one();
    const visits = [...team.visits];
    other.delete(team);
    await other.flush();
    expect(visits.map((visit) => inspect(visit).state)).toEqual(['deleted', 'deleted']);
    await other.rollback();
    expect(visits.map((visit) => inspect(visit).state)).toEqual(['persistent', 'persistent']);
    // A child that leaves in the same flush stays.
    const b = await other.query(Team).filterBy({ id: 2 }).with({ players: true }).one();
    const [player] = [...b.players];
    player.team = team;
    other.delete(b);
    await other.commit();
    expect(await other.all(text('SELECT team_id FROM players'))).toEqual([{ team_id: 3 }]);
  });

  test('a unique value of a deleted row can be taken in the same flush, by a new row or a changed one', async () => {
    const { session, Team, Game } = await open();
    const a = new Team({ name: 'a', games: [new Game({ day: 'mon' }), new Game({ day: 'tue' })] });
    const b = new Team({ name: 'b' });
    session.addAll([a, b]);
    await session.commit();
    // The new team has games, and the old one's go with it.
    session.delete(a);
    const again = new Team({ name: 'a', games: [new Game({ day: 'mon' })] });
    session.add(again);
    await session.commit();
    expect(await session.all(text('SELECT day, team_id FROM games'))).toEqual([{ day: 'mon', team_id: again.id }]);
    session.delete(again);
    b.name = 'a';
    await session.commit();
    expect(await session.scalars(text('SELECT name FROM teams'))).toEqual(['a']);
    // One that another row still has is an error of the database, and the session is as before after the rollback.
    session.add(new Team({ name: 'a' }));
    await expect(session.flush()).rejects.toThrow(UniqueViolation);
    await session.rollback();
    expect(await session.query(Team).count()).toBe(1);
  });

  test('values handed on from row to row are written in an order that the database takes, exchanged ones too', async () => {
    const { session, Team } = await open();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Team({ name }));
    session.addAll([a, b, c]);
    await session.commit();
    [c.name, b.name, a.name] = ['d', 'c', 'b'];
    await session.commit();
    expect(await session.scalars(text('SELECT name FROM teams ORDER BY id'))).toEqual(['b', 'c', 'd']);
    [a.name, b.name] = [b.name, a.name];
    await session.flush();
    expect(await session.scalars(text('SELECT name FROM teams ORDER BY id'))).toEqual(['c', 'b', 'd']);
    await session.rollback();
    expect([a.name, b.name]).toEqual(['b', 'c']);
  });

  test('objects as they were read go by one statement, leave loaded collections, and come back with a rollback', async () => {
    const { db, session, statements, Team, Player } = await open();
    session.add(new Team({ id: 1, name: 'a', players: ['p', 'q', 'r'].map((name, i) => new Player({ id: i + 1, name })) }));
    await session.commit();
    const other = db.createSession();
    const team = await other.query(Team).with({ players: true }).one();
    const players = await db.createSession().query(Player).all();
    expect(players).toHaveLength(3);
    const own = await other.query(Player).orderBy(Player.c.id).all();
    statements.takeAll();
    for (const player of own.slice(0, 2)) other.delete(player);
    await other.flush();
    expect(statements.summary()).toEqual(['DELETE players']);
    expect(own.map((player) => inspect(player).state)).toEqual(['deleted', 'deleted', 'persistent']);
    expect([...team.players]).toEqual([own[2]]);
    expect(await other.get(Player, 1)).toBeNull();
    await other.rollback();
    expect(own.map((player) => inspect(player).state)).toEqual(['persistent', 'persistent', 'persistent']);
    expect([...team.players]).toEqual(own);
    expect(await other.get(Player, 2)).toBe(own[1]);
    // A session that only read them, and deletes them all.
    const third = db.createSession();
    const all = await third.query(Player).all();
    for (const player of all) third.delete(player);
    await third.flush();
    expect(await third.query(Player).all()).toEqual([]);
    await third.rollback();
    expect(await third.get(Player, 1)).toBe(all.find((player) => player.id === 1));
    for (const player of all) third.delete(player);
    await third.commit();
    expect(all.map((player) => inspect(player).state)).toEqual(['detached', 'detached', 'detached']);
    expect(await session.all(text('SELECT id FROM players'))).toEqual([]);
  });

  test('listeners hear of deletes, and what they add is written with them', async () => {
    const { db, session, Team, Visit } = await open();
    session.addAll([new Team({ id: 1, name: 'a' }), new Team({ id: 2, name: 'b' })]);
    await session.commit();
    const other = db.createSession();
    other.addAll([1, 2, 3].map((id) => new Visit({ id, teamId: 1 })));
    await other.commit();
    // What is added while the flush opens the transaction is part of it.
    const third = db.createSession();
    const visits = await third.query(Visit).orderBy(Visit.c.id).all();
    await third.commit();
    third.delete(visits[0]);
    const stop = listen(third, 'afterBegin', () => third.add(new Visit({ id: 4, teamId: 2 })));
    await third.flush();
    stop();
    expect([...third.new]).toEqual([]);
    expect(await third.all(text('SELECT id FROM visits ORDER BY id'))).toEqual([{ id: 2 }, { id: 3 }, { id: 4 }]);
    await third.commit();
    const heard: number[] = [];
    listen(Visit, 'afterDelete', (visit) => void heard.push(visit.id));
    for (const visit of visits.slice(1)) third.delete(visit);
    await third.commit();
    expect(heard).toEqual([2, 3]);
    expect(await session.all(text('SELECT id FROM visits'))).toEqual([{ id: 4 }]);
  });
});

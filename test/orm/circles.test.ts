import { describe, expect, test } from 'vitest';
import { belongsTo, hasMany, t, text } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

/** People have balls, and each a favourite among them. */
async function open(database: TestDatabase, postUpdate: 'balls' | 'favorite' | null) {
  const db = openDatabase(database);
  class Person extends db.Model('people', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    version: t.integer().version(),
    favoriteId: t.integer().nullable().references('balls.id'),
    get favorite() {
      return belongsTo(Ball, { foreignKey: 'favoriteId', nullable: true, postUpdate: postUpdate === 'favorite' });
    },
    get balls() {
      return hasMany(Ball, { foreignKey: 'ownerId', cascade: 'all', postUpdate: postUpdate === 'balls', orderBy: () => Ball.c.id });
    },
  }) {}
  class Ball extends db.Model('balls', {
    id: t.integer().primaryKey(),
    data: t.string(20).nullable(),
    ownerId: t.integer().nullable().references('people.id'),
    get owner() {
      return belongsTo(Person, { foreignKey: 'ownerId', nullable: true });
    },
  }) {}
  await db.createAll();
  return { session: db.createSession(), statements: new Statements(db.engine), Person, Ball };
}

describe.each([...allDatabases, ...pgliteDatabases])('circles of rows on $name', (database) => {
  test.each(['balls', 'favorite'] as const)('postUpdate on %s sets that key by an update of its own', async (postUpdate) => {
    const { session, statements, Person, Ball } = await open(database, postUpdate);
    const balls = [1, 2, 3, 4].map((i) => new Ball({ data: `b${i}` }));
    const person = new Person({ name: 'ann', balls, favorite: balls[0] });
    session.add(person);
    await session.flush();
    const order = statements.batches();
    if (postUpdate === 'balls') expect(order).toEqual(['INSERT balls', 'INSERT people', 'UPDATE balls']);
    else expect(order).toEqual(['INSERT people', 'INSERT balls', 'UPDATE people']);
    expect(person.version).toBe(postUpdate === 'balls' ? 1 : 2);
    expect(person.favoriteId).toBe(balls[0].id);
    expect(await session.all(text('SELECT owner_id FROM balls'))).toEqual(balls.map(() => ({ owner_id: person.id })));
    await session.commit();
    person.favorite = balls[1];
    await session.commit();
    expect(await session.all(text('SELECT favorite_id FROM people'))).toEqual([{ favorite_id: balls[1].id }]);

    session.delete(person);
    await session.commit();
    expect(await session.query(Person).count()).toBe(0);
    expect(await session.query(Ball).count()).toBe(0);
  });

  test('a circle whose keys are nullable is found by itself, and taken apart for the delete', async () => {
    const { session, statements, Person, Ball } = await open(database, null);
    const ball = new Ball({ data: 'b' });
    const person = new Person({ name: 'ann', favorite: ball, balls: [ball] });
    session.add(person);
    await session.commit();
    expect([person.favoriteId, ball.ownerId]).toEqual([ball.id, person.id]);
    statements.takeAll();
    session.delete(person);
    await session.flush();
    const order = statements.summary().filter((line) => !line.startsWith('SELECT'));
    expect(order[0]).toMatch(/^UPDATE/);
    expect(order.slice(1).sort()).toEqual(['DELETE balls', 'DELETE people']);
    await session.rollback();
    expect([person.favoriteId, ball.ownerId]).toEqual([ball.id, person.id]);
    session.delete(person);
    await session.commit();
    expect(await session.all(text('SELECT count(*) AS n FROM balls'))).toEqual([{ n: 0 }]);
  });

  test('a circle with one key that may be NULL is taken apart at that key, whoever is deleted first', async () => {
    const db = openDatabase(database);
    class Game extends db.Model('games', {
      id: t.integer().primaryKey(),
      lastId: t.integer().nullable().references('moves.id'),
      get last() {
        return belongsTo(Move, { nullable: true, foreignKey: 'lastId' });
      },
    }) {}
    class Move extends db.Model('moves', {
      id: t.integer().primaryKey(),
      gameId: t.integer().references('games.id'),
      get game() {
        return belongsTo(Game, { foreignKey: 'gameId' });
      },
    }) {}
    await db.createAll();
    const session = db.createSession();
    const statements = new Statements(db.engine);
    for (const movesFirst of [true, false]) {
      for (let i = 0; i < 3; i++) {
        const game = new Game();
        const [first, last] = [new Move({ game }), new Move({ game })];
        session.addAll([game, first, last]);
        game.last = last;
      }
      await session.commit();
      const games = await session.query(Game).all();
      const moves = await session.query(Move).all();
      statements.takeAll();
      for (const object of movesFirst ? [...moves, ...games] : [...games, ...moves]) session.delete(object);
      await session.commit();
      expect(statements.batches()).toEqual(['UPDATE games', 'DELETE moves', 'DELETE games']);
      expect(await session.all(text('SELECT (SELECT count(*) FROM games) AS games, (SELECT count(*) FROM moves) AS moves'))).toEqual([
        { games: 0, moves: 0 },
      ]);
    }
  });

  test('a row that is its own parent, and two that are each other’s', async () => {
    const db = openDatabase(database);
    class Node extends db.Model('nodes', {
      id: t.integer().primaryKey(),
      nextId: t.integer().nullable().references('nodes.id'),
      get next() {
        return belongsTo(Node, { nullable: true, postUpdate: true });
      },
    }) {}
    await db.createAll();
    const session = db.createSession();
    const nodes = [new Node(), new Node(), new Node()];
    nodes[0].next = nodes[1];
    nodes[1].next = nodes[0];
    nodes[2].next = nodes[2];
    session.addAll(nodes);
    await session.commit();
    await session.refresh(nodes);
    expect(nodes.map((node) => node.nextId)).toEqual([nodes[1].id, nodes[0].id, nodes[2].id]);
    for (const node of nodes) session.delete(node);
    await session.commit();
    expect(await session.query(Node).count()).toBe(0);
  });
});

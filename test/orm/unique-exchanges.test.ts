import { describe, expect, test } from 'vitest';
import {
  belongsTo,
  check,
  ForeignKeyViolation,
  hasMany,
  hasOne,
  InvalidStateError,
  inspect,
  NotNullViolation,
  sql,
  t,
  text,
  unique,
} from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

async function open(database: TestDatabase, passiveUpdates = true) {
  const db = openDatabase(database);
  class Shelf extends db.Model('shelves', {
    id: t.integer().primaryKey(),
    label: t.string(40).nullable().unique(),
    code: t.string(40).unique(),
    serial: t.integer().unique(),
    flag: t.boolean().nullable(),
    version: t.integer().version(),
  }) {}
  class Task extends db.Model(
    'tasks',
    { id: t.integer().primaryKey(), list: t.integer(), position: t.integer(), name: t.string(20) },
    { constraints: (c) => [unique(c.list, c.position), check(sql`position > -50`)] },
  ) {}
  class Day extends db.Model('days', { id: t.integer().primaryKey(), data: t.binary(4).unique() }) {}
  class Slot extends db.Model(
    'slots',
    { id: t.integer().primaryKey(), start: t.integer().unique(), size: t.integer() },
    { constraints: [check(sql`size > 0 and start >= 0`)] },
  ) {}
  class Owner extends db.Model('owners', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    get card() {
      return hasOne(Card);
    },
    get seat() {
      return hasOne(Seat);
    },
  }) {}
  class Card extends db.Model('cards', {
    id: t.integer().primaryKey(),
    ownerId: t.integer().nullable().unique().references('owners.id'),
    get owner() {
      return belongsTo(Owner, { nullable: true });
    },
  }) {}
  class Seat extends db.Model('seats', {
    id: t.integer().primaryKey(),
    ownerId: t.integer().unique().references('owners.id'),
    get owner() {
      return belongsTo(Owner);
    },
  }) {}
  class Town extends db.Model('towns', {
    code: t.string(40).primaryKey(),
    name: t.string(20),
    get streets() {
      return hasMany(Street, { passiveUpdates });
    },
  }) {}
  class Street extends db.Model('streets', {
    townCode: t.string(40).primaryKey().references('towns.code', { onUpdate: 'cascade' }),
    number: t.integer().primaryKey(),
    get town() {
      return belongsTo(Town);
    },
  }) {}
  await db.createAll();
  return {
    db,
    session: db.createSession(),
    statements: new Statements(db.engine),
    Shelf,
    Task,
    Day,
    Slot,
    Owner,
    Card,
    Seat,
    Town,
    Street,
  };
}

describe.each([...allDatabases, ...pgliteDatabases])('rows that exchange unique values on $name', (database) => {
  test('a column that may be NULL is NULL for a moment', async () => {
    const { session, statements, Shelf } = await open(database);
    const shelves = ['a', 'b', 'c'].map((label, i) => new Shelf({ label, code: label, serial: i }));
    session.addAll(shelves);
    await session.commit();
    statements.takeAll();
    [shelves[0].label, shelves[1].label] = ['b', 'a'];
    await session.flush();
    // One lets its value go, and both are written in one batch, one after the other.
    expect(statements.summary()).toEqual(['UPDATE shelves', 'UPDATE shelves']);
    expect(shelves.map((shelf) => shelf.version)).toEqual([2, 2, 1]);
    expect(await session.all(text('SELECT label FROM shelves ORDER BY id'))).toEqual([{ label: 'b' }, { label: 'a' }, { label: 'c' }]);
    // All three in a round, and a fourth that takes what the first of them held before.
    const fourth = new Shelf({ label: 'd', code: 'd', serial: 9 });
    session.add(fourth);
    await session.flush();
    [shelves[0].label, shelves[1].label, shelves[2].label] = ['a', 'c', 'b'];
    await session.commit();
    [shelves[0].label, shelves[1].label, fourth.label] = ['c', 'e', 'a'];
    await session.commit();
    await session.refresh([...shelves, fourth]);
    expect([...shelves, fourth].map((shelf) => shelf.label)).toEqual(['c', 'e', 'b', 'a']);
  });

  test('several columns at once, and several pairs', async () => {
    const { session, Shelf } = await open(database);
    const shelves = ['a', 'b', 'c', 'd', 'e'].map((label, i) => new Shelf({ label, code: label, serial: i }));
    session.addAll(shelves);
    await session.commit();
    const turned = [1, 0, 4, 2, 3];
    const values = shelves.map(({ label, code, serial }) => ({ label, code, serial }));
    for (const [i, shelf] of shelves.entries()) Object.assign(shelf, values[turned[i]]);
    await session.commit();
    await session.refresh(shelves);
    expect(shelves.map(({ label, code, serial }) => ({ label, code, serial }))).toEqual(turned.map((i) => values[i]));
    for (const [i, shelf] of shelves.entries()) Object.assign(shelf, values[i]);
    await session.flush();
    await session.rollback();
    expect(shelves.map(({ label, code, serial }) => ({ label, code, serial }))).toEqual(turned.map((i) => values[i]));
  });

  test('a column that may not be NULL has a value of its own for a moment', async () => {
    const { session, Task } = await open(database);
    const tasks = [1, 2, 3].map((position) => new Task({ list: 1, position, name: `t${position}` }));
    session.addAll(tasks);
    await session.commit();
    for (const [i, task] of tasks.entries()) task.position = ((i + 1) % 3) + 1;
    await session.commit();
    expect(await session.all(text('SELECT name FROM tasks ORDER BY position'))).toEqual([{ name: 't3' }, { name: 't1' }, { name: 't2' }]);
    // A swap with a list moved as well.
    tasks[0].list = 2;
    [tasks[1].position, tasks[2].position] = [tasks[2].position, tasks[1].position];
    await session.commit();
    expect(await session.all(text('SELECT name FROM tasks ORDER BY list, position'))).toEqual([
      { name: 't2' },
      { name: 't3' },
      { name: 't1' },
    ]);
  });

  test('keys: what refers to the rows stays with them', async () => {
    const { session, Town, Street } = await open(database);
    const [york, hull] = ['york', 'hull'].map(
      (code) => new Town({ code, name: code, streets: [new Street({ number: 1 }), new Street({ number: code.length + 1 })] }),
    );
    hull.streets.add(new Street({ number: 2 }));
    session.addAll([york, hull]);
    await session.commit();
    const streets = [...(await york.streets), ...(await hull.streets)];
    [york.code, hull.code] = ['hull', 'york'];
    await session.flush();
    expect(streets.map((street) => [street.townCode, street.number])).toEqual([
      ['hull', 1],
      ['hull', 5],
      ['york', 1],
      ['york', 5],
      ['york', 2],
    ]);
    expect(await session.get(Town, 'hull')).toBe(york);
    expect(await session.get(Town, 'york')).toBe(hull);
    expect(await session.get(Street, ['hull', 1])).toBe(streets[0]);
    expect(await session.get(Street, ['york', 1])).toBe(streets[2]);
    expect(await session.all(text('SELECT name, number FROM towns JOIN streets ON town_code = code ORDER BY name, number'))).toEqual([
      { name: 'hull', number: 1 },
      { name: 'hull', number: 2 },
      { name: 'hull', number: 5 },
      { name: 'york', number: 1 },
      { name: 'york', number: 5 },
    ]);
    await session.rollback();
    expect([york.code, hull.code, ...streets.map((street) => street.townCode)]).toEqual([
      'york',
      'hull',
      'york',
      'york',
      'hull',
      'hull',
      'hull',
    ]);
    expect(await session.get(Town, 'york')).toBe(york);
    expect(await session.get(Street, ['york', 1])).toBe(streets[0]);
    [york.code, hull.code] = ['hull', 'york'];
    await session.commit();
    expect(inspect(streets[0]).modified).toBe(false);
    expect(await session.query(Street).filterBy({ townCode: 'york' }).count()).toBe(3);
  });

  test.each([true, false])('a chain of keys takes along only what refers to each (passiveUpdates: %s)', async (passiveUpdates) => {
    const { session, Town, Street } = await open(database, passiveUpdates);
    const towns = ['a', 'b', 'c'].map((code, i) => new Town({ code, name: code, streets: [new Street({ number: i })] }));
    session.addAll(towns);
    await session.commit();
    for (const [i, town] of towns.entries()) town.code = ['b', 'c', 'd'][i];
    await session.commit();
    const read = () => session.all(text('SELECT name, code, number FROM towns JOIN streets ON town_code = code ORDER BY name'));
    expect(await read()).toEqual(['b', 'c', 'd'].map((code, number) => ({ name: 'abc'[number], code, number })));
    for (const [i, town] of towns.entries()) town.code = ['c', 'd', 'b'][i];
    await session.commit();
    expect(await read()).toEqual(['c', 'd', 'b'].map((code, number) => ({ name: 'abc'[number], code, number })));
    expect((await session.query(Street).orderBy(Street.c.number).all()).map((street) => street.townCode)).toEqual(['c', 'd', 'b']);
  });

  test('one-to-one relations exchange their objects', async () => {
    const { session, Owner, Card, Seat } = await open(database);
    const [ann, bob] = ['ann', 'bob'].map((name) => new Owner({ name, card: new Card({}), seat: new Seat({}) }));
    session.addAll([ann, bob]);
    await session.commit();
    const [first, second] = [await ann.card, await bob.card] as InstanceType<typeof Card>[];
    first.owner = bob;
    second.owner = ann;
    await session.commit();
    await session.refresh([ann, bob, first, second]);
    expect([await ann.card, await bob.card, first.ownerId]).toEqual([second, first, bob.id]);
    const [left, right] = [await ann.seat, await bob.seat] as InstanceType<typeof Seat>[];
    left.owner = bob;
    right.owner = ann;
    if (database.family === 'postgresql') {
      await expect(session.flush()).rejects.toThrow(InvalidStateError);
      await session.rollback();
      expect([left.ownerId, right.ownerId]).toEqual([ann.id, bob.id]);
      // An owner without a seat lends its place.
      session.add(new Owner({ name: 'cid' }));
      left.owner = bob;
      right.owner = ann;
    }
    await session.commit();
    await session.refresh([ann, bob, left, right]);
    expect([left.ownerId, right.ownerId, await ann.seat, await bob.seat]).toEqual([bob.id, ann.id, right, left]);
    // Foreign keys are looked at again afterwards.
    session.add(new Seat({ ownerId: 999 }));
    await expect(session.flush()).rejects.toThrow(ForeignKeyViolation);
    await session.rollback();
  });

  test('columns of any type, alone and with others, have a value for a moment', async () => {
    const db = openDatabase(database);
    class Room extends db.Model(
      'rooms',
      {
        id: t.integer().primaryKey(),
        date: t.date().unique(),
        moment: t.dateTime().unique(),
        price: t.numeric(6, 2).unique(),
        ratio: t.double().unique(),
        letter: t.string(1).unique(),
        floor: t.integer(),
        side: t.enum(['left', 'right', 'middle']),
        open: t.boolean(),
        at: t.time(),
      },
      { constraints: (c) => [unique(c.floor, c.side), unique(c.floor, c.side, c.open), unique(c.floor, c.at)] },
    ) {}
    await db.createAll();
    const session = db.createSession();
    const room = (n: number, side: 'left' | 'right') =>
      new Room({
        date: `2024-01-0${n}`,
        moment: new Date(n * 1000),
        price: `${n}.50`,
        ratio: n / 4,
        letter: 'abc'[n],
        floor: 1,
        side,
        open: true,
        at: `0${n}:00:00`,
      });
    const rooms = [room(1, 'left'), room(2, 'right')];
    session.addAll(rooms);
    await session.commit();
    const keys = ['date', 'moment', 'price', 'ratio', 'letter', 'side', 'at'] as const;
    const values = () => rooms.map((one) => keys.map((key) => String(one[key])));
    for (const chosen of [...keys.map((key) => [key]), keys]) {
      const [left, right] = rooms.map((one) => Object.fromEntries(chosen.map((key) => [key, one[key]])));
      Object.assign(rooms[0], right);
      Object.assign(rooms[1], left);
      const wanted = values();
      await session.commit();
      await session.refresh(rooms);
      expect(values()).toEqual(wanted);
    }
  });

  test('an object that goes on to another owner leaves alone what its former one was given in its place', async () => {
    const { session, Owner, Card } = await open(database);
    const [ann, bob] = ['ann', 'bob'].map((name) => new Owner({ name, card: new Card({}) }));
    session.addAll([ann, bob]);
    await session.commit();
    const ids = (await session.query(Card).orderBy(Card.c.id).all()).map((card) => card.id);
    const fresh = new Card({});
    session.expungeAll();
    const [first, second] = await session.query(Owner).orderBy(Owner.c.id).all();
    const card = await session.getOne(Card, ids[0]);
    expect(await card.owner).toBe(first);
    // What it replaces is not loaded, but known from the other side.
    first.card = fresh;
    second.card = card;
    expect([first.card, card.owner]).toEqual([fresh, second]);
    await session.commit();
    await session.refresh([first, second]);
    expect([await first.card, await second.card]).toEqual([fresh, card]);
    expect((await session.getOne(Card, ids[1])).ownerId).toBeNull();
  });

  test('what a flush found out of a replaced partner is forgotten with its transaction', async () => {
    const { session, Owner, Card } = await open(database);
    session.add(new Owner({ name: 'ann', card: new Card({}) }));
    await session.commit();
    session.expungeAll();
    const owner = await session.query(Owner).one();
    const card = await session.query(Card).one();
    card.owner = null;
    await session.flush();
    // The owner's side is not loaded; the flush finds that its row has no card now.
    owner.card = card;
    session.add(new Owner({} as never));
    await expect(session.flush()).rejects.toThrow(NotNullViolation);
    await session.rollback();
    expect([await owner.card, await card.owner]).toEqual([card, owner]);
  });

  test.each([true, false])('rows of several classes of a hierarchy hand their values on (joined: %s)', async (joined) => {
    const db = openDatabase(database);
    class Plant extends db.Model(
      'plants',
      { id: t.integer().primaryKey(), kind: t.string(10), code: t.string(20).unique() },
      {
        on: 'kind',
        get identities() {
          return { plant: Plant, tree: Tree, oak: Oak };
        },
      },
    ) {}
    const shape = { height: t.integer().nullable() };
    const own = () => Plant.extend('trees', shape);
    const TreeBase = joined ? own() : (Plant.extend(shape) as unknown as ReturnType<typeof own>);
    class Tree extends TreeBase {}
    class Oak extends Tree.extend({ acorns: t.integer().nullable() }) {}
    await db.createAll();
    const session = db.createSession();
    const [plant, tree, oak] = [new Plant({ code: 'a' }), new Tree({ code: 'b', height: 1 }), new Oak({ code: 'c', acorns: 2 })];
    session.addAll([plant, tree, oak]);
    await session.commit();
    const stored = async () => {
      await session.commit();
      return (await session.scalars(text('SELECT code FROM plants ORDER BY id'))).join('');
    };
    // A chain that ends with a new value, and one that begins with a new row.
    [plant.code, tree.code, oak.code] = ['b', 'c', 'd'];
    expect(await stored()).toBe('bcd');
    oak.code = 'x';
    oak.acorns = 3;
    session.add(new Plant({ code: 'd' }));
    expect(await stored()).toBe('bcxd');
    // All in a round.
    [plant.code, tree.code, oak.code, oak.height] = ['c', 'x', 'b', 9];
    expect(await stored()).toBe('cxbd');
    // Rows that go leave theirs to other classes.
    session.delete(oak);
    tree.code = 'b';
    session.add(new Oak({ code: 'x' }));
    expect(await stored()).toBe('cbdx');
    await session.refresh([plant, tree]);
    expect([plant.code, tree.code, tree.height]).toEqual(['c', 'b', 1]);
  });

  test('where no column can let its value go, the error names the objects, the constraint and the way out', async () => {
    const { session, Day, Slot } = await open(database);
    const days = [1, 2].map((byte) => new Day({ data: Uint8Array.of(byte) }));
    const slots = [0, 10].map((start) => new Slot({ start, size: 5 }));
    session.addAll([...days, ...slots]);
    await session.commit();
    [days[0].data, days[1].data] = [days[1].data, days[0].data];
    const failure = await session.flush().then(
      () => null,
      (error: Error) => error,
    );
    expect(failure).toBeInstanceOf(InvalidStateError);
    expect(failure?.message).toMatch(/<Day id=\d> takes the value that <Day id=\d> has in '\S*days\S*'.*deferrable/);
    await session.rollback();
    expect(days.map((day) => day.data[0])).toEqual([1, 2]);
    // A check that refuses the value of the moment.
    [slots[0].start, slots[1].start] = [10, 0];
    const refused = await session.flush().then(
      () => null,
      (error: Error) => error,
    );
    expect(refused).toBeInstanceOf(InvalidStateError);
    expect(refused?.cause).toBeInstanceOf(Error);
    await session.rollback();
    slots[0].start = 100;
    await session.flush();
    slots[1].start = 0;
    await session.flush();
    slots[0].start = 10;
    await session.commit();
    await session.refresh(slots);
    expect(slots.map((slot) => slot.start)).toEqual([10, 0]);
  });
});

describe.each([...allDatabases, ...pgliteDatabases].filter(({ family }) => family === 'postgresql'))(
  'constraints that wait for the end of the transaction on $name',
  (database) => {
    test('leave an exchange to the database', async () => {
      const db = openDatabase(database);
      class Day extends db.Model(
        'days',
        { id: t.integer().primaryKey(), date: t.date() },
        { constraints: (c) => [unique(c.date).deferrable('deferred')] },
      ) {}
      await db.createAll();
      const session = db.createSession();
      const days = ['2024-01-01', '2024-01-02'].map((date) => new Day({ date }));
      session.addAll(days);
      await session.commit();
      [days[0].date, days[1].date] = [days[1].date, days[0].date];
      await session.commit();
      expect(await session.all(text('SELECT CAST(date AS TEXT) AS date FROM days ORDER BY id'))).toEqual([
        { date: '2024-01-02' },
        { date: '2024-01-01' },
      ]);
    });
  },
);

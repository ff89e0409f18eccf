import { describe, expect, test } from 'vitest';
import { belongsTo, foreignKey, func, hasMany, InvalidStateError, inspect, manyToMany, select, t } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

async function open(database: TestDatabase) {
  const db = openDatabase(database);
  class Owner extends db.Model('owners', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    get pets() {
      return hasMany(Pet, { cascade: 'all, delete-orphan', orderBy: () => Pet.c.id });
    },
  }) {}
  class Pet extends db.Model(
    'pets',
    {
      id: t.integer().primaryKey(),
      name: t.string(20),
      ownerId: t.integer().nullable().references('owners.id'),
      chipCountry: t.string(2).nullable(),
      chipNumber: t.integer().nullable(),
      tagId: t.integer().nullable().references('collars.id'),
      get owner() {
        return belongsTo(Owner, { nullable: true });
      },
      /** An object of the pet's own, to which only the pet refers. */
      get collar() {
        return belongsTo(Collar, { nullable: true, foreignKey: 'tagId', cascade: 'all, delete-orphan' });
      },
      get chip() {
        return belongsTo(Chip, { nullable: true, foreignKey: ['chipCountry', 'chipNumber'], cascade: 'all, delete-orphan' });
      },
    },
    { constraints: (c) => [foreignKey([c.chipCountry, c.chipNumber], ['chips.country', 'chips.number'])] },
  ) {}
  class Collar extends db.Model('collars', { id: t.integer().primaryKey(), colour: t.string(20) }) {}
  class Chip extends db.Model('chips', {
    country: t.string(2).primaryKey(),
    number: t.integer().primaryKey(),
    note: t.string(20),
  }) {}
  await db.createAll();
  return { db, session: db.createSession(), statements: new Statements(db.engine), Owner, Pet, Collar, Chip };
}

describe.each([...allDatabases, ...pgliteDatabases])('orphans on $name', (database) => {
  test('what a to-one relation with delete-orphan gives up is deleted, whether or not it was loaded', async () => {
    const { db, session, statements, Pet, Collar } = await open(database);
    session.addAll(['a', 'b', 'c', 'd'].map((name) => new Pet({ name, collar: new Collar({ colour: name }) })));
    await session.commit();
    const fresh = db.createSession();
    const [a, b, c, d] = await fresh.query(Pet).orderBy(Pet.c.id).all();
    await a.collar;
    a.collar = null;
    b.collar = null;
    c.collar = new Collar({ colour: 'new' });
    d.collar = null;
    const put = await fresh.noAutoflush(() => fresh.query(Collar).filterBy({ colour: 'd' }).one());
    const e = new Pet({ name: 'e', collar: put });
    fresh.add(e);
    statements.takeAll();
    await fresh.commit();
    const left = await fresh.query(Collar).orderBy(Collar.c.id).all();
    expect(left.map(({ colour }) => colour)).toEqual(['d', 'new']);
    expect([a.tagId, b.tagId, c.tagId, d.tagId, e.tagId]).toEqual([null, null, left[1].id, null, left[0].id]);
    await fresh.close();
  });

  test('one statement finds all that was given up unloaded, by keys of several columns too', async () => {
    const { db, session, statements, Pet, Chip } = await open(database);
    session.addAll([1, 2, 3].map((number) => new Pet({ name: `${number}`, chip: new Chip({ country: 'de', number, note: 'n' }) })));
    await session.commit();
    const fresh = db.createSession();
    const pets = await fresh.query(Pet).orderBy(Pet.c.id).all();
    for (const pet of pets.slice(0, 2)) pet.chip = null;
    statements.takeAll();
    await fresh.flush();
    const ran = statements.summary();
    expect(ran.filter((statement) => statement.startsWith('SELECT'))).toEqual(['SELECT chips']);
    expect(ran.some((statement) => statement === 'DELETE chips')).toBe(true);
    expect((await fresh.query(Chip).all()).map(({ number }) => number)).toEqual([3]);
    await fresh.rollback();
    expect(await fresh.query(Chip).count()).toBe(3);
    expect([pets[0].chipNumber, (await pets[0].chip)?.number]).toEqual([1, 1]);
    await fresh.close();
  });

  test('a new object that a to-one relation gives up again is not stored, unless another has it', async () => {
    const { session, Pet, Collar } = await open(database);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Pet({ name }));
    session.addAll([a, b, c]);
    await session.commit();
    const [lost, shared, kept] = ['lost', 'shared', 'kept'].map((colour) => new Collar({ colour }));
    a.collar = lost;
    a.collar = null;
    expect(inspect(lost).state).toBe('transient');
    b.collar = shared;
    c.collar = shared;
    b.collar = kept;
    expect([shared, kept].map((collar) => inspect(collar).state)).toEqual(['pending', 'pending']);
    await session.commit();
    expect((await session.query(Collar).orderBy(Collar.c.colour).all()).map(({ colour }) => colour)).toEqual(['kept', 'shared']);
    expect([a.tagId, b.tagId, c.tagId]).toEqual([null, kept.id, shared.id]);
  });

  test('a child whose parent is not loaded is an orphan as soon as it says that it has none', async () => {
    const { db, session, Owner, Pet } = await open(database);
    const [ann, bob] = ['ann', 'bob'].map((name) => new Owner({ name, pets: ['1', '2'].map((pet) => new Pet({ name: `${name}${pet}` })) }));
    session.addAll([ann, bob, new Pet({ name: 'stray' })]);
    await session.commit();
    const fresh = db.createSession();
    const [a1, a2, b1, b2, stray] = await fresh.query(Pet).orderBy(Pet.c.name).all();
    a1.owner = null;
    a2.owner = await fresh.getOne(Owner, bob.id);
    // A key that is set by value is no word about the relation; what has no parent was never one's child.
    b1.ownerId = null;
    stray.owner = null;
    await fresh.commit();
    expect([a1, a2, b1, b2, stray].map((pet) => inspect(pet).state)).toEqual([
      'detached',
      'persistent',
      'persistent',
      'persistent',
      'persistent',
    ]);
    expect((await fresh.query(Pet).orderBy(Pet.c.name).all()).map(({ name, ownerId }) => `${name} ${ownerId}`)).toEqual([
      `ann2 ${bob.id}`,
      'bob1 null',
      `bob2 ${bob.id}`,
      'stray null',
    ]);
    await fresh.close();
  });
});

describe.each([...allDatabases, ...pgliteDatabases])('orphans of pairs on $name', (database) => {
  async function open() {
    const db = openDatabase(database);
    const shelfBoxes = db.Table('shelf_boxes', {
      shelfId: t.integer().primaryKey().references('shelves.id'),
      boxId: t.integer().primaryKey().references('boxes.id'),
    });
    class Shelf extends db.Model('shelves', {
      id: t.integer().primaryKey(),
      get boxes() {
        return manyToMany(Box, { through: shelfBoxes, cascade: 'all, delete-orphan', orderBy: () => Box.c.id });
      },
    }) {}
    class Box extends db.Model('boxes', {
      id: t.integer().primaryKey(),
      get shelves() {
        return manyToMany(Shelf, { through: shelfBoxes });
      },
    }) {}
    await db.createAll();
    const session = db.createSession();
    const count = async () => [await session.query(Box).count(), await session.scalar(select(func.count()).from(shelfBoxes))];
    return { session, Shelf, Box, count };
  }

  test('what is taken out is deleted; what goes to another owner stays', async () => {
    const { session, Shelf, Box, count } = await open();
    const boxes = [1, 2, 3].map((id) => new Box({ id }));
    const [first, second] = [new Shelf({ id: 1, boxes }), new Shelf({ id: 2 })];
    session.addAll([first, second]);
    await session.commit();
    first.boxes.remove(boxes[0]);
    first.boxes.remove(boxes[1]);
    second.boxes.add(boxes[1]);
    await session.commit();
    expect(await count()).toEqual([2, 2]);
    expect((await second.boxes).map((box) => box.id)).toEqual([2]);
    // An owner that goes leaves its objects to one that takes them.
    session.delete(first);
    second.boxes.add(boxes[2]);
    await session.commit();
    expect((await second.boxes).map((box) => box.id)).toEqual([2, 3]);
    expect(await count()).toEqual([2, 2]);
    session.delete(second);
    await session.commit();
    expect(await count()).toEqual([0, 0]);
  });

  test('a second owner is refused, from either side, as soon as both are known', async () => {
    const { session, Shelf, Box, count } = await open();
    const box = new Box({ id: 1 });
    const [first, second] = [new Shelf({ id: 1, boxes: [box] }), new Shelf({ id: 2 })];
    session.addAll([first, second]);
    expect(() => second.boxes.add(box)).toThrow(InvalidStateError);
    await session.commit();
    expect(() => second.boxes.add(box)).toThrow(/<Shelf id=1> holds <Box id=1>: <Shelf id=2> cannot/);
    expect(() => box.shelves.add(second)).toThrow(InvalidStateError);
    expect(() => second.boxes.set([box])).toThrow(InvalidStateError);
    expect([await second.boxes, await box.shelves, session.isModified(box)]).toEqual([[], [first], false]);
    // New objects meet in the flush, which writes none of them.
    const shared = new Box({ id: 2 });
    const pair = [3, 4].map((id) => new Shelf({ id, boxes: [shared] }));
    session.addAll(pair);
    await expect(session.flush()).rejects.toThrow(/one owner/);
    await session.rollback();
    expect(await count()).toEqual([1, 1]);
    pair[0].boxes.remove(shared);
    session.addAll(pair);
    await session.commit();
    expect(await count()).toEqual([2, 2]);
  });
});

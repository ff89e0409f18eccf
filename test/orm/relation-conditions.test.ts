import { describe, expect, test } from 'vitest';
import { belongsTo, func, hasMany, hasOne, InvalidStateError, insertInto, MappingError, manyToMany, t } from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

describe.each([...allDatabases, ...pgliteDatabases])('relations by a condition on $name', (database) => {
  async function open() {
    const db = openDatabase(database);
    const stays = db.Table('stays', {
      personId: t.integer().primaryKey().references('people.id'),
      placeId: t.integer().primaryKey().references('places.id'),
      nights: t.integer(),
    });
    class Person extends db.Model('people', {
      id: t.integer().primaryKey(),
      name: t.string(20),
      city: t.string(20),
      age: t.integer(),
      // A foreign key spelled out, with a further condition: it can be written.
      get homes() {
        return hasMany(Place, { on: (own, place) => place.ownerId.eq(own.id).and(place.kind.eq('home')) });
      },
      get nearby() {
        return hasMany(Place, { viewOnly: true, on: (own, place) => place.city.eq(own.city), orderBy: () => Place.c.id });
      },
      get cheapest() {
        return hasOne(Place, {
          viewOnly: true,
          on: (own, place) => func.lower(place.city).eq(func.lower(own.city)).and(place.price.le(own.age)),
          orderBy: () => Place.c.price,
        });
      },
      // Both sides are one table.
      get elders() {
        return hasMany(Person, { viewOnly: true, on: (own, other) => other.age.gt(own.age), orderBy: () => Person.c.id });
      },
      get longStays() {
        return manyToMany(Place, {
          through: stays,
          viewOnly: true,
          on: (_own, _place, stay) => stay.nights.gt(5),
          orderBy: () => Place.c.id,
        });
      },
      // No part of the keys: who spent as many nights somewhere as years.
      get oddStays() {
        return manyToMany(Place, {
          through: stays,
          viewOnly: true,
          on: (own, place, stay) => stay.nights.eq(own.age).and(stay.placeId.eq(place.id)).and(place.city.ne(own.city)),
        });
      },
    }) {}
    class Place extends db.Model('places', {
      id: t.integer().primaryKey(),
      city: t.string(20),
      kind: t.string(10),
      price: t.integer(),
      ownerId: t.integer().nullable().references('people.id'),
      get owner() {
        return belongsTo(Person, { nullable: true });
      },
    }) {}
    await db.createAll();
    const session = db.createSession();
    session.addAll([
      new Person({ id: 1, name: 'ann', city: 'Rome', age: 30 }),
      new Person({ id: 2, name: 'bob', city: 'Rome', age: 40 }),
      new Person({ id: 3, name: 'cid', city: 'Oslo', age: 7 }),
      new Place({ id: 1, city: 'Rome', kind: 'home', price: 35, ownerId: 1 }),
      new Place({ id: 2, city: 'Rome', kind: 'shop', price: 20, ownerId: 1 }),
      new Place({ id: 3, city: 'Rome', kind: 'home', price: 10, ownerId: 2 }),
      new Place({ id: 4, city: 'Oslo', kind: 'home', price: 50 }),
    ]);
    await session.flush();
    for (const [personId, placeId, nights] of [
      [1, 1, 9],
      [1, 4, 2],
      [2, 2, 6],
      [3, 1, 7],
      [3, 4, 7],
    ] as const)
      await session.execute(insertInto(stays).values({ personId, placeId, nights }));
    await session.commit();
    const reader = db.createSession();
    return { db, session: reader, statements: new Statements(db.engine), Person, Place };
  }
  const ids = (rows: Iterable<{ id: number }>): number[] => [...rows].map((row) => row.id).sort();

  test('they load for all siblings at once, join, and answer any() and has()', async () => {
    const { session, statements, Person, Place } = await open();
    const people = await session.query(Person).orderBy(Person.c.id).all();
    statements.takeAll();
    const nearby = [];
    for (const person of people) nearby.push(ids(await person.nearby));
    expect(nearby).toEqual([[1, 2, 3], [1, 2, 3], [4]]);
    expect(statements.count()).toBe(1);
    expect([(await people[0].cheapest)?.id, (await people[1].cheapest)?.id, await people[2].cheapest]).toEqual([3, 3, null]);
    expect(statements.count()).toBe(1);
    expect(ids(await people[0].elders)).toEqual([2]);
    expect(ids(await people[2].elders)).toEqual([1, 2]);
    expect([ids(await people[0].longStays), ids(await people[1].longStays), ids(await people[2].longStays)]).toEqual([[1], [2], [1, 4]]);
    expect([ids(await people[0].oddStays), ids(await people[2].oddStays)]).toEqual([[], [1]]);
    for (const strategy of ['joined', 'selectin'] as const) {
      session.expungeAll();
      const all = await session
        .query(Person)
        .orderBy(Person.c.id)
        .with({ nearby: strategy, elders: 'selectin', oddStays: 'selectin' })
        .all();
      expect(all.map((person) => [ids(person.nearby), ids(person.elders), ids(person.oddStays)])).toEqual([
        [[1, 2, 3], [2], []],
        [[1, 2, 3], [], []],
        [[4], [1, 2], [1]],
      ]);
      session.expungeAll();
      const again = await session.query(Person).orderBy(Person.c.id).with({ oddStays: strategy, cheapest: strategy }).all();
      expect(again.map((person) => [ids(person.oddStays), person.cheapest?.city ?? null])).toEqual([
        [[], 'Rome'],
        [[], 'Rome'],
        [[1], null],
      ]);
    }
    expect(
      ids(
        await session
          .query(Person)
          .filter(Person.c.nearby.any(Place.c.kind.eq('shop')))
          .all(),
      ),
    ).toEqual([1, 2]);
    expect(
      ids(
        await session
          .query(Person)
          .filter(Person.c.elders.any(Person.c.age.lt(35)))
          .all(),
      ),
    ).toEqual([3]);
    expect(ids(await session.query(Person).filter(Person.c.oddStays.any()).all())).toEqual([3]);
    expect(ids(await session.query(Person).join(Person.c.longStays).filter(Place.c.id.eq(4)).all())).toEqual([3]);
    const [ann, , cid] = await session.query(Person).orderBy(Person.c.id).all();
    expect(ids(await ann.nearby.query().filter(Place.c.kind.eq('home')).all())).toEqual([1, 3]);
    expect(ids(await cid.elders.query().all())).toEqual([1, 2]);
    expect(ids(await cid.oddStays.query().all())).toEqual([1]);
    // A limit counts for each parent.
    const limited = await session
      .query(Person)
      .orderBy(Person.c.id)
      .with({ nearby: { limit: 2 } })
      .all();
    expect(limited.map((person) => ids(person.nearby))).toEqual([[1, 2], [1, 2], [4]]);
  });

  test('a condition that spells a foreign key is written as that key; any other can only be read', async () => {
    const { db, session, Person, Place } = await open();
    const ann = await session.query(Person).filterBy({ name: 'ann' }).one();
    expect(ids(await ann.homes)).toEqual([1]);
    ann.homes.add(new Place({ id: 9, city: 'Rome', kind: 'home', price: 1 }));
    await session.commit();
    expect((await session.query(Place).filterBy({ id: 9 }).one()).ownerId).toBe(1);
    expect(() => ann.nearby.add(new Place({}))).toThrow(InvalidStateError);
    class Loose extends db.Model('loose', {
      id: t.integer().primaryKey(),
      city: t.string(20),
      get places() {
        return hasMany(Place, { on: (own, place) => place.city.eq(own.city) });
      },
    }) {}
    expect(() => Loose.c.places.any()).toThrow(MappingError);
    expect(() => Loose.c.places.any()).toThrow(/viewOnly: true/);
  });
});

import { describe, expect, test } from 'vitest';
import { belongsTo, hasMany, hasOne, inspect, manyToMany, select, t, text } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

async function open(database: TestDatabase) {
  const db = openDatabase(database);
  const memberships = db.Table('memberships', {
    personId: t.integer().primaryKey().references('persons.id'),
    clubName: t.string(20).primaryKey().references('clubs.name'),
  });
  class Person extends db.Model('persons', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    nick: t.string(20).nullable(),
    photo: t.binary().nullable(),
    born: t.date().nullable(),
    seen: t.dateTime().nullable(),
    data: t.json<unknown>().nullable(),
    price: t.numeric(8, 2).nullable(),
    get phones() {
      return hasMany(Phone, { orderBy: () => Phone.c.id });
    },
    get letters() {
      return hasMany(Letter, { cascade: 'all, delete-orphan', orderBy: () => Letter.c.id });
    },
    get clubs() {
      return manyToMany(Club, { through: memberships });
    },
    get passport() {
      return hasOne(Passport, { cascade: 'all, delete-orphan' });
    },
  }) {}
  class Phone extends db.Model('phones', {
    id: t.integer().primaryKey(),
    number: t.string(20),
    personId: t.integer().nullable().references('persons.id'),
    get person() {
      return belongsTo(Person, { nullable: true });
    },
  }) {}
  class Letter extends db.Model('letters', {
    id: t.integer().primaryKey(),
    text: t.string(20),
    personId: t.integer().references('persons.id'),
    get person() {
      return belongsTo(Person);
    },
  }) {}
  class Club extends db.Model('clubs', {
    name: t.string(20).primaryKey(),
    motto: t.string(20).nullable(),
    get members() {
      return manyToMany(Person, { through: memberships });
    },
  }) {}
  class Passport extends db.Model('passports', {
    personId: t.integer().primaryKey().references('persons.id'),
    number: t.string(20),
    get person() {
      return belongsTo(Person);
    },
  }) {}
  await db.createAll();
  return { db, session: db.createSession(), statements: new Statements(db.engine), Person, Phone, Letter, Club, Passport };
}

describe.each([...allDatabases, ...pgliteDatabases])('the unit of work on $name', (database) => {
  test('a value that is equal to the one before is no change, whatever its type', async () => {
    const { session, statements, Person } = await open(database);
    const person = new Person({
      name: 'a',
      photo: Uint8Array.of(1, 2),
      born: '2000-01-02',
      seen: new Date(5000),
      data: { a: [1, { b: null }] },
      price: '1.50',
    });
    session.add(person);
    await session.commit();
    await session.refresh(person);
    statements.takeAll();
    person.photo = Uint8Array.of(1, 2);
    person.born = '2000-01-02';
    person.seen = new Date(5000);
    person.data = { a: [1, { b: null }] };
    person.price = '1.5' as never;
    expect(session.isModified(person)).toBe(false);
    await session.commit();
    expect(statements.count()).toBe(0);
    person.photo = Uint8Array.of(1, 3);
    await session.commit();
    expect(statements.summary()).toEqual(['UPDATE persons']);
  });

  test('a child moves between parents, one of which goes in the same flush', async () => {
    const { session, Person, Letter } = await open(database);
    const letters = ['a', 'b', 'c'].map((text) => new Letter({ text }));
    const [first, second] = [new Person({ name: 'first', letters }), new Person({ name: 'second' })];
    session.addAll([first, second]);
    await session.commit();
    first.letters.remove(letters[0]);
    second.letters.add(letters[0]);
    second.letters.add(letters[1]);
    session.delete(first);
    await session.commit();
    expect(letters.map((letter) => inspect(letter).state)).toEqual(['persistent', 'persistent', 'detached']);
    expect(await session.all(text('SELECT text, person_id FROM letters ORDER BY text'))).toEqual([
      { text: 'a', person_id: second.id },
      { text: 'b', person_id: second.id },
    ]);
  });

  test('a child that was removed and put back stays, and sends nothing', async () => {
    const { session, statements, Person, Letter } = await open(database);
    const letter = new Letter({ text: 'a' });
    const person = new Person({ name: 'p', letters: [letter] });
    session.add(person);
    await session.commit();
    statements.takeAll();
    person.letters.remove(letter);
    person.letters.add(letter);
    await session.commit();
    expect(statements.count()).toBe(0);
    expect(inspect(letter).state).toBe('persistent');
    const others = [new Letter({ text: 'b' }), letter];
    person.letters.set(others);
    await session.commit();
    expect(statements.summary()).toEqual(['INSERT letters']);
    person.letters.set([]);
    person.letters.set(others);
    await session.commit();
    expect(statements.count()).toBe(0);
  });

  test('an orphan that is given to another parent before the flush is no orphan', async () => {
    const { session, statements, Person, Letter } = await open(database);
    const letter = new Letter({ text: 'a' });
    const [first, second] = [new Person({ name: 'first', letters: [letter] }), new Person({ name: 'second' })];
    session.addAll([first, second]);
    await session.commit();
    statements.takeAll();
    first.letters.set([]);
    letter.person = second;
    await session.commit();
    expect(statements.summary()).toEqual(['UPDATE letters']);
    expect([inspect(letter).state, letter.personId]).toEqual(['persistent', second.id]);
  });

  test('a pending object that was taken out again is not stored, and neither is what its cascade brought in', async () => {
    const { session, statements, Person, Letter } = await open(database);
    const person = new Person({ name: 'p', letters: [new Letter({ text: '1' })] });
    session.add(person);
    expect(session.new.size).toBe(2);
    session.expunge(person);
    statements.takeAll();
    await session.flush();
    expect([inspect(person).state, session.new.size]).toEqual(['transient', 0]);
    expect(statements.count()).toBe(0);
  });

  test('a key that is a foreign key follows its parent, new or replaced', async () => {
    const { session, Person, Passport } = await open(database);
    const person = new Person({ name: 'p' });
    const passport = new Passport({ number: '1', person });
    session.add(passport);
    await session.commit();
    expect([passport.personId, await person.passport]).toEqual([person.id, passport]);
    const other = new Passport({ number: '2' });
    person.passport = other;
    await session.commit();
    expect([inspect(passport).state, other.personId]).toEqual(['detached', person.id]);
    expect(await session.all(text('SELECT number FROM passports'))).toEqual([{ number: '2' }]);
    person.passport = null;
    await session.commit();
    expect(await session.query(Passport).count()).toBe(0);
  });

  test('a key that is a foreign key changes with a move to another parent', async () => {
    const { session, Person, Passport } = await open(database);
    const [first, second] = ['first', 'second'].map((name) => new Person({ name }));
    const passport = new Passport({ number: '1', person: first });
    session.addAll([passport, second]);
    await session.commit();
    passport.person = second;
    await session.commit();
    expect(passport.personId).toBe(second.id);
    expect(await session.get(Passport, second.id)).toBe(passport);
    expect(await session.get(Passport, first.id)).toBeNull();
  });

  test('pairs are written once, whichever sides say so, and with rows that are new on both sides', async () => {
    const { session, statements, Person, Club } = await open(database);
    const [ann, bob] = ['ann', 'bob'].map((name) => new Person({ name }));
    const [chess, go] = ['chess', 'go'].map((name) => new Club({ name }));
    ann.clubs.add(chess);
    chess.members.add(ann);
    chess.members.add(bob);
    bob.clubs.set([chess, go]);
    session.add(go);
    await session.commit();
    expect(statements.summary().filter((one) => one.includes('memberships'))).toEqual(['INSERT memberships']);
    expect(
      await session.all(text('SELECT name, club_name FROM memberships JOIN persons ON id = person_id ORDER BY name, club_name')),
    ).toEqual([
      { name: 'ann', club_name: 'chess' },
      { name: 'bob', club_name: 'chess' },
      { name: 'bob', club_name: 'go' },
    ]);
    statements.takeAll();
    // Taken away on one side and given on the other: as it was said last.
    ann.clubs.remove(chess);
    chess.members.add(ann);
    await session.commit();
    expect(statements.count()).toBe(0);
    go.members.remove(bob);
    session.delete(go);
    await session.commit();
    expect([...new Set(statements.summary())]).toEqual(['DELETE memberships', 'DELETE clubs']);
    expect([...(await bob.clubs)]).toEqual([chess]);
  });

  test('a deleted object with pairs in unloaded collections on both sides takes the pairs', async () => {
    const { session, Person, Club } = await open(database);
    const [ann, bob] = ['ann', 'bob'].map((name) => new Person({ name }));
    session.addAll([new Club({ name: 'chess', members: [ann, bob] }), new Club({ name: 'go', members: [ann] })]);
    await session.commit();
    session.expungeAll();
    const again = await session.getOne(Person, ann.id);
    const chess = await session.getOne(Club, 'chess');
    session.delete(again);
    session.delete(chess);
    await session.commit();
    expect(await session.all(text('SELECT club_name FROM memberships'))).toEqual([]);
    expect((await session.query(Club).all()).map((club) => club.name)).toEqual(['go']);
    expect((await session.query(Person).all()).map((person) => person.name)).toEqual(['bob']);
  });

  test('only what was changed is written to an object whose other columns were never read', async () => {
    const { session, statements, Person } = await open(database);
    session.add(new Person({ name: 'a', nick: 'n' }));
    await session.commit();
    session.expungeAll();
    const person = await session.query(Person).one();
    session.expire(person);
    person.name = 'b';
    statements.takeAll();
    await session.commit();
    expect(statements.take().length).toBe(1);
    expect(await session.all(text('SELECT name, nick FROM persons'))).toEqual([{ name: 'b', nick: 'n' }]);
  });

  test('an object that only its own side related comes in once the other side says so too', async () => {
    const { session, Person, Phone } = await open(database);
    const person = new Person({ name: 'p' });
    session.add(person);
    await session.flush();
    const phone = new Phone({ number: '1' });
    phone.person = person;
    // A back-reference alone brings nothing in, the other way round it does.
    expect(session.contains(phone)).toBe(false);
    person.phones.add(phone);
    expect(session.contains(phone)).toBe(true);
    await session.commit();
    expect(await session.scalar(select(Phone.c.personId))).toBe(person.id);
  });

  test('deleting a parent and its only link to a child in one flush', async () => {
    const { session, statements, Person, Phone } = await open(database);
    const phone = new Phone({ number: '1' });
    const person = new Person({ name: 'p', phones: [phone] });
    session.add(person);
    await session.commit();
    statements.takeAll();
    person.phones.remove(phone);
    session.delete(person);
    session.delete(phone);
    await session.commit();
    expect(statements.summary().filter((one) => one.startsWith('DELETE'))).toEqual([
      'DELETE memberships',
      'DELETE phones',
      'DELETE persons',
    ]);
    expect(statements.summary().filter((one) => one.startsWith('UPDATE'))).toEqual([]);
  });

  test('deleting the child of a parent that is loaded takes it from the collection, and a rollback puts it back', async () => {
    const { session, Person, Phone } = await open(database);
    const phones = ['1', '2', '3'].map((number) => new Phone({ number }));
    const person = new Person({ name: 'p', phones });
    session.add(person);
    await session.commit();
    session.delete(phones[1]);
    await session.flush();
    expect([...(await person.phones)]).toEqual([phones[0], phones[2]]);
    await session.rollback();
    expect([...(await person.phones)].map((phone) => phone.number).sort()).toEqual(['1', '2', '3']);
    expect(inspect(phones[1]).state).toBe('persistent');
    phones[1].number = '2b';
    await session.commit();
    expect(await session.query(Phone).filterBy({ number: '2b' }).count()).toBe(1);
  });
});

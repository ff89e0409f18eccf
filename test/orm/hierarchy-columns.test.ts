import { describe, expect, test } from 'vitest';
import { type ConditionColumns, caseWhen, columnProperty, hasMany, insertInto, listen, MappingError, select, t } from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { hearWarnings } from '../setup/warnings.ts';

// What tells the classes of a hierarchy apart, and what each class says of its own columns.

describe.each(allDatabases)('columns of a hierarchy on $name', (database) => {
  test('a class has to have what the table lets others leave out, and defaults are those of the class', async () => {
    const db = openDatabase(database);
    class Vehicle extends db.Model(
      'vehicles',
      { id: t.integer().primaryKey(), kind: t.string(10), name: t.string(20) },
      {
        on: 'kind',
        get identities() {
          return { vehicle: Vehicle, car: Car, van: Van };
        },
      },
    ) {}
    class Car extends Vehicle.extend({
      doors: t.integer(),
      seats: t.integer().default(4),
      plate: t
        .string(20)
        .default(() => 'none')
        .nullable(),
    }) {}
    class Van extends Car.extend({ volume: t.integer() }) {}
    await db.createAll();
    await using session = db.createSession();
    const statements = new Statements(db.engine);
    const loose = Vehicle.table.columns.filter((column) => column.nullable).map((column) => column.key);
    expect(loose).toEqual(['doors', 'seats', 'plate', 'volume']);

    session.add(new Car({ name: 'a' }));
    await expect(session.flush()).rejects.toThrow(/Car.* has no 'doors', which every Car has to have.*'vehicles'/);
    await session.rollback();
    session.add(new Van({ name: 'a', doors: 5 }));
    await expect(session.flush()).rejects.toThrow(/'volume', which every Van/);
    await session.rollback();
    await expect(session.bulkInsert(Car, [{ name: 'x' }])).rejects.toThrow(MappingError);
    await session.rollback();
    expect(statements.summary().filter((one) => one.startsWith('INSERT'))).toEqual([]);

    const [car, van, plain] = [new Car({ name: 'a', doors: 3 }), new Van({ name: 'b', doors: 5, volume: 9 }), new Vehicle({ name: 'c' })];
    session.addAll([car, van, plain]);
    await session.commit();
    const { kind, name, doors, seats, plate, volume } = Car.table.c as never as Record<string, typeof Car.c.doors>;
    expect(await session.all(select(kind, name, doors, seats, plate, volume).orderBy(name))).toEqual([
      ['car', 'a', 3, 4, 'none', null],
      ['van', 'b', 5, 4, 'none', 9],
      ['vehicle', 'c', null, null, null, null],
    ]);
    car.doors = null as never;
    await expect(session.flush()).rejects.toThrow(/Car.* has no 'doors'/);
    await session.rollback();
    expect(car.doors).toBe(3);
    await expect(session.bulkUpdate(Car, [{ id: car.id, seats: null as never }])).rejects.toThrow(/'seats'/);
    await session.rollback();
    car.plate = null;
    await session.commit();
    expect((await session.get(Car, car.id))?.plate).toBeNull();
  });

  test('numbers, falsy ones among them, big numbers and booleans tell classes apart', async () => {
    const db = openDatabase(database);
    class Shape extends db.Model(
      'shapes',
      { id: t.integer().primaryKey(), sides: t.integer() },
      {
        on: 'sides',
        get identities() {
          return { 0: Circle, 3: Triangle };
        },
      },
    ) {}
    class Circle extends Shape.extend({ radius: t.integer() }) {}
    class Triangle extends Shape.extend({ height: t.integer() }) {}
    class Flag extends db.Model(
      'flags',
      { id: t.integer().primaryKey(), isSet: t.boolean() },
      {
        on: 'isSet',
        get identities() {
          return { true: On, false: Off };
        },
      },
    ) {}
    class On extends Flag.extend({ since: t.integer() }) {}
    class Off extends Flag.extend('offs', { why: t.string(20) }) {}
    class Big extends db.Model(
      'bigs',
      { id: t.integer().primaryKey(), code: t.bigInteger() },
      {
        on: 'code',
        get identities() {
          return { '9007199254740993': Odd, '9007199254740992': Even };
        },
      },
    ) {}
    class Odd extends Big.extend({ x: t.integer().nullable() }) {}
    class Even extends Big.extend({ y: t.integer().nullable() }) {}
    class Text extends db.Model(
      'texts',
      { id: t.integer().primaryKey(), mark: t.string(5) },
      {
        on: 'mark',
        get identities() {
          return { '': Text, x: Marked };
        },
      },
    ) {}
    class Marked extends Text.extend({ note: t.string(9).nullable() }) {}
    await db.createAll();
    await using session = db.createSession();
    session.addAll([
      new Circle({ radius: 1 }),
      new Triangle({ height: 2 }),
      new On({ since: 5 }),
      new Off({ why: 'late' }),
      new Odd(),
      new Even(),
      new Text(),
      new Marked(),
    ]);
    await session.commit();
    session.expungeAll();
    const classes = async (query: { all(): Promise<object[]> }) => (await query.all()).map((one) => one.constructor.name);
    expect(await classes(session.query(Shape).orderBy(Shape.c.id))).toEqual(['Circle', 'Triangle']);
    expect(await classes(session.query(Circle))).toEqual(['Circle']);
    expect((await classes(session.query(Flag))).sort()).toEqual(['Off', 'On']);
    expect((await session.query(Flag).filter(Off.c.why.eq('late')).one()).isSet).toBe(false);
    expect(await classes(session.query(On))).toEqual(['On']);
    expect(await classes(session.query(Big).orderBy(Big.c.id))).toEqual(['Odd', 'Even']);
    expect(await classes(session.query(Odd))).toEqual(['Odd']);
    expect(await classes(session.query(Text).orderBy(Text.c.id))).toEqual(['Text', 'Marked']);
    class Bad extends db.Model('bads', { id: t.integer().primaryKey(), ok: t.boolean() }, { on: 'ok', identities: { yes: Flag } }) {}
    expect(() => new Bad()).toThrow(/names one for 'yes'. Give 'true' or 'false'/);
    await db.dropAll();
  });

  test.each([true, false])('an expression tells classes apart (joined: %s)', async (joined) => {
    const db = openDatabase(database);
    const shape = { pages: t.integer() };
    class Item extends db.Model(
      'items',
      {
        id: t.integer().primaryKey(),
        code: t.string(10),
        get parts() {
          return hasMany(Part);
        },
        kind: columnProperty(t.string(10), (c) => caseWhen(c.code.like('b%'), 'book').when(c.code.like('t%'), 'tool').else('item')),
      },
      {
        on: 'kind',
        get identities() {
          return { item: Item, book: Book, tool: Tool };
        },
      },
    ) {}
    const own = () => Item.extend('books', shape);
    class Book extends (joined ? own() : (Item.extend(shape) as unknown as ReturnType<typeof own>)) {}
    class Tool extends Item.extend({ weight: t.integer().nullable() }) {}
    class Part extends db.Model('parts', { id: t.integer().primaryKey(), itemId: t.integer().references('items.id') }) {}
    await db.createAll();
    await using session = db.createSession();
    const statements = new Statements(db.engine);
    session.addAll([new Book({ code: 'b1', pages: 9 }), new Tool({ code: 't1' }), new Item({ code: 'x' })]);
    await session.commit();
    session.expungeAll();
    statements.takeAll();
    const all = await session.query(Item).orderBy(Item.c.code).all();
    expect(all.map((one) => [one.constructor.name, one.kind])).toEqual([
      ['Book', 'book'],
      ['Tool', 'tool'],
      ['Item', 'item'],
    ]);
    expect(statements.count()).toBe(1);
    expect(all[0].kind === 'book' && all[0].pages).toBe(9);
    expect((await session.query(Tool).all()).map((one) => one.code)).toEqual(['t1']);
    expect(await session.query(Book).count()).toBe(1);
    expect(await session.get(Tool, all[0].id)).toBeNull();
    session.expungeAll();
    expect(await session.get(Item, all[0].id)).toBeInstanceOf(Book);
    expect((await session.query(Item).filter(Item.c.kind.eq('tool')).one()).code).toBe('t1');
    expect((await session.query(Item).with({ parts: true }).filter(Book.c.pages.gt(1)).one()).code).toBe('b1');
    // It cannot be written.
    expect(() => new Book({ kind: 'x' } as never)).toThrow();
    const tool = await session.query(Tool).one();
    tool.weight = 4;
    await session.commit();
    expect((await session.query(Tool).filterBy({ weight: 4 }).one()).kind).toBe('tool');
    await db.dropAll();
  });

  test('a row of no listed class, and an object written as another class', async () => {
    const db = openDatabase(database);
    class Animal extends db.Model(
      'animals',
      { id: t.integer().primaryKey(), kind: t.string(10).nullable(), name: t.string(20) },
      {
        on: 'kind',
        get identities() {
          return { cat: Cat, dog: Dog };
        },
      },
    ) {}
    class Cat extends Animal.extend({ lives: t.integer().default(9) }) {}
    class Dog extends Animal.extend({ tricks: t.integer().default(0) }) {}
    await db.createAll();
    await using session = db.createSession();
    session.addAll([new Cat({ name: 'a' }), new Animal({ name: 'n' })]);
    await session.commit();
    session.expungeAll();
    expect((await session.query(Animal).orderBy(Animal.c.name).all()).map((one) => (one as object).constructor.name)).toEqual([
      'Cat',
      'Animal',
    ]);
    const warned = hearWarnings();
    const cat = await session.query(Cat).one();
    cat.kind = 'dog';
    await session.commit();
    const dog = new Dog({ name: 'd' });
    dog.kind = 'dog';
    session.add(dog);
    await session.commit();
    expect(await warned()).toEqual([expect.stringMatching(/Cat .*'kind', which does not stand for Cat/)]);
    session.expungeAll();
    expect((await session.query(Dog).orderBy(Dog.c.name).all()).map((one) => one.name)).toEqual(['a', 'd']);
    session.expungeAll();
    await session.execute(insertInto(Animal.table).values({ kind: 'emu', name: 'e' }));
    await expect(session.query(Animal).all()).rejects.toThrow(/A row of Animal has .* in 'kind', and no class is listed for it.*cat, dog/);
  });

  test('three levels with abstract ones between: validators, events, cascades and criteria go down', async () => {
    const db = openDatabase(database);
    class Node extends db.Model(
      'nodes',
      {
        id: t.integer().primaryKey(),
        kind: t.string(10),
        name: t.string(20).validate((name) => {
          if (name === 'bad') throw new Error('no such name');
          return name.trim();
        }),
        hidden: t.boolean().default(false),
        get notes() {
          return hasMany(Note, { cascade: 'all, delete-orphan' });
        },
      },
      {
        on: 'kind',
        get identities() {
          return { file: File, image: Image, folder: Folder };
        },
        criteria: { visible: (c: ConditionColumns) => c.hidden.eq(false) },
      },
    ) {}
    class Note extends db.Model('notes', {
      id: t.integer().primaryKey(),
      text: t.string(20),
      nodeId: t.integer().references('nodes.id'),
    }) {}
    class Content extends Node.extend('contents', { size: t.integer() }, { abstract: true }) {
      get big() {
        return this.size > 10;
      }
    }
    class File extends Content.extend(
      { path: t.string(20).nullable() },
      { criteria: { named: (c) => c.path.ne('secret').or(c.path.isNull()) } },
    ) {}
    class Image extends File.extend('images', { width: t.integer() }) {}
    class Folder extends Node.extend({ color: t.string(9).nullable() }) {}
    await db.createAll();
    await using session = db.createSession();
    expect(() => new Content({ name: 'x' })).toThrow(/Content is abstract/);
    expect(() => new Image({ name: 'bad' })).toThrow('no such name');
    const seen: string[] = [];
    const stop = [
      listen(Content, 'beforeInsert', (one) => void seen.push(`insert ${one.name}`)),
      listen(Node, 'load', (one) => void seen.push(`load ${one.name}`)),
      listen(Node.c.name, 'set', (_one, name) => void seen.push(`set ${name}`)),
    ];
    const image = new Image({ name: ' i ', size: 50, width: 7, notes: [new Note({ text: 'n' })] });
    session.addAll([image, new File({ name: 'f', size: 1 }), new Folder({ name: 'd' }), new File({ name: 's', size: 2, path: 'secret' })]);
    await session.commit();
    expect(image.name).toBe('i');
    expect(seen.filter((one) => one.startsWith('insert')).sort()).toEqual(['insert f', 'insert i', 'insert s']);
    session.expungeAll();
    seen.length = 0;
    const names = async (query: { all(): Promise<{ name: string }[]> }) => (await query.all()).map((one) => one.name).sort();
    expect(await names(session.query(Content))).toEqual(['f', 'i']);
    expect(seen.sort()).toEqual(['load f', 'load i']);
    expect(await names(session.query(Node))).toEqual(['d', 'f', 'i']);
    expect(await names(session.query(Node).withoutCriteria('named'))).toEqual(['d', 'f', 'i', 's']);
    for (const end of stop) end();
    const found = await session.query(Image).filter(Node.c.name.eq('i')).one();
    expect([found.big, found.width, found.size, found.kind]).toEqual([true, 7, 50, 'image']);
    found.hidden = true;
    await session.commit();
    expect(await names(session.query(Node))).toEqual(['d', 'f']);
    expect(await session.query(Image).count()).toBe(0);
    const again = await session.query(Image).withoutCriteria().one();
    session.delete(again);
    await session.commit();
    expect(await session.query(Note).count()).toBe(0);
    expect(await session.query(Content).withoutCriteria().count()).toBe(2);
    await db.dropAll();
  });

  test.each([true, false])('an object takes the key of one of another class that is deleted with it (joined: %s)', async (joined) => {
    const db = openDatabase(database);
    class Person extends db.Model(
      'people',
      {
        id: t.integer().primaryKey(),
        kind: t.string(10),
        email: t.string(20).unique(),
        friendId: t.integer().nullable().references('people.id'),
      },
      {
        on: 'kind',
        get identities() {
          return { person: Person, boss: Boss, worker: Worker };
        },
      },
    ) {}
    const golf = { golf: t.integer().nullable() };
    const bosses = () => Person.extend('bosses', golf);
    class Boss extends (joined ? bosses() : (Person.extend(golf) as unknown as ReturnType<typeof bosses>)) {}
    const savings = { savings: t.integer().nullable() };
    const workers = () => Person.extend('workers', savings);
    class Worker extends (joined ? workers() : (Person.extend(savings) as unknown as ReturnType<typeof workers>)) {}
    await db.createAll();
    await using session = db.createSession();
    session.addAll([new Worker({ id: 1, email: 'w', savings: 5 }), new Person({ id: 2, email: 'p' })]);
    await session.commit();
    session.delete(await session.query(Worker).one());
    session.add(new Boss({ id: 1, email: 'w', golf: 3 }));
    await session.commit();
    session.expungeAll();
    expect(await session.get(Person, 1)).toMatchObject({ kind: 'boss', email: 'w', golf: 3 });
    expect(await session.query(Worker).count()).toBe(0);
    // And a unique value alone.
    session.delete((await session.get(Person, 2)) as Person);
    session.add(new Worker({ id: 3, email: 'p' }));
    await session.commit();
    expect((await session.query(Person).orderBy(Person.c.id).all()).map((one) => [one.kind, one.email])).toEqual([
      ['boss', 'w'],
      ['worker', 'p'],
    ]);
    await db.dropAll();
  });
});

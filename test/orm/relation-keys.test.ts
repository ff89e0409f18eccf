import { describe, expect, test } from 'vitest';
import { belongsTo, foreignKey, hasMany, hasOne, insertInto, manyToMany, pg, t, unique } from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

const STRATEGIES = ['joined', 'selectin', 'subquery'] as const;

/** Columns to be keys with, and two values of each. */
const KEYS = [
  ['text', () => t.string(20), ['a b', 'É']],
  ['char', () => t.char(6), ['ab', 'a b']],
  ['bigInteger', () => t.bigInteger(), [2n ** 53n + 1n, 2n ** 53n + 3n]],
  ['uuid', () => t.uuid(), ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b']],
  ['dateTime', () => t.dateTime(), [new Date('2024-01-02T03:04:05.678Z'), new Date('2024-01-02T03:04:05.679Z')]],
  ['date', () => t.date(), ['2024-01-02', '2024-01-03']],
  ['numeric', () => t.numeric(20, 4), ['12345678901234.5678', '1.5000']],
  ['binary', () => t.binary(16), [Uint8Array.of(0, 255, 1), Uint8Array.of(0, 255, 2)]],
  ['boolean', () => t.boolean(), [false, true]],
  [
    "of one's own",
    () => t.custom({ type: t.integer(), toDatabase: (value: string) => Number(value.slice(1)), fromDatabase: (value) => `n${value}` }),
    ['n7', 'n8'],
  ],
] as const;

describe.each(allDatabases)('keys of relations on $name', (database) => {
  test.each(KEYS)('a key of type %s ties rows in every strategy', async (_name, column, values) => {
    const db = openDatabase(database);
    class Owner extends db.Model('owners', {
      // biome-ignore lint/suspicious/noExplicitAny: one model for columns of all types
      id: column().primaryKey() as any,
      name: t.string(20),
      get things() {
        return hasMany(Thing, { orderBy: () => Thing.c.id });
      },
    }) {}
    class Thing extends db.Model('things', {
      id: t.integer().primaryKey(),
      // biome-ignore lint/suspicious/noExplicitAny: one model for columns of all types
      ownerId: column().nullable().references('owners.id') as any,
      get owner() {
        return belongsTo(Owner, { nullable: true });
      },
    }) {}
    await db.createAll();
    await using session = db.createSession();
    const statements = new Statements(db.engine);
    const [one, two] = values.map((id, i) => new Owner({ id, name: `owner ${i}` } as never));
    session.addAll([one, two]);
    await session.flush();
    for (const owner of [one, two, two, null]) {
      session.add(new Thing({ owner } as never));
      await session.flush();
    }
    await session.commit();
    for (const strategy of STRATEGIES) {
      session.expungeAll();
      const things = await session.query(Thing).with({ owner: strategy }).orderBy(Thing.c.id).all();
      expect(things.map(({ owner }) => (owner as { name: string } | null)?.name)).toEqual(['owner 0', 'owner 1', 'owner 1', undefined]);
      expect(things[1].owner).toBe(things[2].owner);
      session.expungeAll();
      const owners = await session.query(Owner).with({ things: strategy }).orderBy(Owner.c.name).all();
      expect(owners.map((owner) => owner.things.map((thing: { id: number }) => thing.id))).toEqual([[1], [2, 3]]);
    }
    session.expungeAll();
    const things = await session.query(Thing).orderBy(Thing.c.id).all();
    statements.takeAll();
    for (const thing of things) await thing.owner;
    expect(statements.count()).toBe(1);
    const second = await session.get(Owner, (things[1].ownerId as string) ?? '');
    expect(statements.count()).toBe(0);
    expect((await second?.things)?.length).toBe(2);
    expect(
      await session
        .query(Thing)
        .filterBy({ owner: second } as never)
        .count(),
    ).toBe(2);
    expect(await session.query(Owner).filter(Owner.c.things.contains(things[0])).count()).toBe(1);
  });

  test('composite keys: collections, to-ones, limits, partial NULLs, and pairs', async () => {
    const db = openDatabase(database);
    const orderTags = db.Table(
      'order_tags',
      { shop: t.integer().primaryKey(), number: t.integer().primaryKey(), tagId: t.integer().primaryKey().references('tags.id') },
      { constraints: (c) => [foreignKey([c.shop, c.number], ['orders.shop', 'orders.number'])] },
    );
    class Order extends db.Model('orders', {
      shop: t.integer().primaryKey(),
      number: t.integer().primaryKey(),
      note: t.string(20),
      get lines() {
        return hasMany(Line, { orderBy: () => Line.c.id });
      },
      get bill() {
        return hasOne(Bill);
      },
      get tags() {
        return manyToMany(Tag, { through: orderTags, orderBy: () => Tag.c.id });
      },
    }) {}
    class Line extends db.Model(
      'order_lines',
      {
        id: t.integer().primaryKey(),
        shop: t.integer().nullable(),
        number: t.integer().nullable(),
        get order() {
          return belongsTo(Order, { nullable: true });
        },
      },
      { constraints: (c) => [foreignKey([c.shop, c.number], ['orders.shop', 'orders.number'])] },
    ) {}
    class Bill extends db.Model(
      'bills',
      {
        id: t.integer().primaryKey(),
        shop: t.integer(),
        number: t.integer(),
        get order() {
          return belongsTo(Order);
        },
      },
      { constraints: (c) => [foreignKey([c.shop, c.number], ['orders.shop', 'orders.number']), unique(c.shop, c.number)] },
    ) {}
    class Tag extends db.Model('tags', { id: t.integer().primaryKey(), name: t.string(20) }) {}
    await db.createAll();
    await using session = db.createSession();
    const tag = new Tag({ name: 'gift' });
    session.addAll([
      new Order({ shop: 1, number: 1, note: '1/1', lines: [new Line({ id: 1 }), new Line({ id: 2 })], tags: [tag] }),
      new Order({ shop: 1, number: 2, note: '1/2', lines: [new Line({ id: 3 })], tags: [tag, new Tag({ name: 'big' })] }),
      new Order({ shop: 2, number: 1, note: '2/1', bill: new Bill({}) }),
      new Line({ id: 4, shop: 1, number: null }),
    ]);
    await session.commit();
    const graph = async (strategy: (typeof STRATEGIES)[number]) => {
      session.expungeAll();
      const orders = await session
        .query(Order)
        .with({ lines: { strategy, with: { order: strategy } }, bill: strategy, tags: strategy })
        .orderBy(Order.c.shop, Order.c.number)
        .all();
      for (const order of orders) for (const line of order.lines) expect(line.order).toBe(order);
      return orders.map((order) => [order.note, order.lines.map(({ id }) => id), order.bill !== null, order.tags.length]);
    };
    for (const strategy of STRATEGIES)
      expect(await graph(strategy)).toEqual([
        ['1/1', [1, 2], false, 1],
        ['1/2', [3], false, 2],
        ['2/1', [], true, 0],
      ]);
    session.expungeAll();
    const last = await session
      .query(Order)
      .with({ lines: { orderBy: Line.c.id.desc(), limit: 1, loadOnly: ['id'] }, tags: { filter: Tag.c.name.eq('gift') } })
      .orderBy(Order.c.shop, Order.c.number)
      .all();
    expect(last.map((order) => [order.lines.map(({ id }) => id), order.tags.length])).toEqual([
      [[2], 1],
      [[3], 1],
      [[], 0],
    ]);
    session.expungeAll();
    const lines = await session.query(Line).orderBy(Line.c.id).all();
    expect((await lines[0].order)?.note).toBe('1/1');
    expect(await lines[3].order).toBeNull();
    expect(
      await session
        .query(Order)
        .filter(Order.c.lines.any(Line.c.id.eq(3)))
        .select(Order.c.note)
        .scalars(),
    ).toEqual(['1/2']);
    expect(await session.query(Order).orderBy(Order.c.tags.count().desc()).select(Order.c.note, Order.c.tags.count()).first()).toEqual([
      '1/2',
      2,
    ]);
    const order = await session.query(Order).filterBy({ note: '1/2' }).one();
    expect(await session.query(Line).filterBy({ order }).count()).toBe(1);
    expect(await session.query(Line).filter(Line.c.order.isNull()).select(Line.c.id).scalars()).toEqual([4]);
    expect((await session.get(Order, { shop: 2, number: 1 }))?.note).toBe('2/1');
    expect(await order.tags.query().filter(Tag.c.name.eq('big')).count()).toBe(1);
  });

  test('a relation to a unique column that is not the key', async () => {
    const db = openDatabase(database);
    class Country extends db.Model('countries', {
      id: t.integer().primaryKey(),
      code: t.string(2).unique(),
      get cities() {
        return hasMany(City, { orderBy: () => City.c.id });
      },
    }) {}
    class City extends db.Model('cities', {
      id: t.integer().primaryKey(),
      countryCode: t.string(2).nullable().references('countries.code'),
      get country() {
        return belongsTo(Country, { nullable: true });
      },
    }) {}
    await db.createAll();
    await using session = db.createSession();
    const statements = new Statements(db.engine);
    session.addAll([new Country({ code: 'de', cities: [new City(), new City()] }), new Country({ code: 'ch' }), new City()]);
    await session.commit();
    for (const strategy of STRATEGIES) {
      session.expungeAll();
      const cities = await session
        .query(City)
        .with({ country: { strategy, with: { cities: strategy } } })
        .orderBy(City.c.countryCode.desc(), City.c.id)
        .all();
      const found = cities.filter((city) => city.country !== null);
      expect(found.map((city) => [city.country?.code, city.country?.cities.length])).toEqual([
        ['de', 2],
        ['de', 2],
      ]);
    }
    session.expungeAll();
    const countries = await session.query(Country).loadOnly('id').orderBy(Country.c.id).all();
    statements.takeAll();
    // The column that ties them was left out, and is read first.
    expect((await (countries[0] as unknown as Country).cities).length).toBe(2);
    expect(statements.count()).toBe(2);
    expect((await (countries[1] as unknown as Country).cities).length).toBe(0);
    expect(await session.query(Country).filter(Country.c.cities.count().gt(1)).select(Country.c.code).scalars()).toEqual(['de']);
  });

  test('text of a fixed width is read without the blanks that fill it up', async () => {
    const db = openDatabase(database);
    class Code extends db.Model('codes', { id: t.char(6).primaryKey(), short: t.char(4) }) {}
    await db.createAll();
    await using session = db.createSession();
    session.add(new Code({ id: 'ab', short: 'x' }));
    await session.commit();
    session.expungeAll();
    const [code] = await session.query(Code).all();
    expect([code.id, code.short]).toEqual(['ab', 'x']);
    expect(await session.get(Code, 'ab')).toBe(code);
    code.short = 'y';
    await session.commit();
    expect(await session.query(Code).filter(Code.c.short.eq('y')).select(Code.c.id).scalars()).toEqual(['ab']);
    session.delete(code);
    await session.commit();
    expect(await session.query(Code).count()).toBe(0);
  });
});

describe.each(allDatabases)('keys that are equal to the database alone on $name', (database) => {
  const key = () => {
    if (database.family === 'postgresql') return pg.citext();
    return database.family === 'mysql' ? t.string(20) : t.string(20).collate('NOCASE');
  };
  const open = async () => {
    const db = openDatabase(database);
    if (database.family === 'postgresql') await db.engine.begin((connection) => connection.script('CREATE EXTENSION IF NOT EXISTS citext'));
    return db;
  };

  test('tie rows in every strategy', async () => {
    const db = await open();
    class Owner extends db.Model('owners', {
      id: key().primaryKey(),
      get things() {
        return hasMany(Thing, { orderBy: () => Thing.c.id });
      },
      get marks() {
        return manyToMany(Mark, { through: marked });
      },
    }) {}
    class Thing extends db.Model('things', {
      id: t.integer().primaryKey(),
      ownerId: key().references('owners.id'),
      get owner() {
        return belongsTo(Owner);
      },
    }) {}
    class Mark extends db.Model('marks', { id: t.integer().primaryKey() }) {}
    const marked = db.Table('marked', {
      ownerId: key().primaryKey().references('owners.id'),
      markId: t.integer().primaryKey().references('marks.id'),
    });
    await db.createAll();
    await using session = db.createSession();
    session.addAll([new Owner({ id: 'Ann' }), new Owner({ id: 'bob' }), new Mark({ id: 1 })]);
    await session.flush();
    await session.bulkInsert(Thing, [
      { id: 1, ownerId: 'ann' },
      { id: 2, ownerId: 'Ann' },
      { id: 3, ownerId: 'BOB' },
      { id: 4, ownerId: 'ANN' },
    ]);
    await session.execute(insertInto(marked).values({ ownerId: 'ANN', markId: 1 }));
    await session.commit();
    for (const strategy of STRATEGIES) {
      session.expungeAll();
      const things = await session.query(Thing).with({ owner: strategy }).orderBy(Thing.c.id).all();
      expect(things.map(({ owner }) => owner.id)).toEqual(['Ann', 'Ann', 'bob', 'Ann']);
      session.expungeAll();
      const owners = await session.query(Owner).with({ things: strategy, marks: strategy }).orderBy(Owner.c.id).all();
      expect(owners.map((owner) => [owner.things.map(({ id }) => id), owner.marks.length])).toEqual([
        [[1, 2, 4], 1],
        [[3], 0],
      ]);
    }
    session.expungeAll();
    const [first] = await session.query(Thing).orderBy(Thing.c.id).all();
    expect((await first.owner).id).toBe('Ann');
    expect((await (await first.owner).things).length).toBe(3);
    await db.dropAll();
  });

  test('of several columns tie rows in every strategy, and the columns that tell case apart still do', async () => {
    const db = await open();
    class Owner extends db.Model('owners', {
      name: key().primaryKey(),
      code: t.binary(4).primaryKey(),
      get things() {
        return hasMany(Thing, { orderBy: () => Thing.c.id });
      },
    }) {}
    class Thing extends db.Model(
      'things',
      {
        id: t.integer().primaryKey(),
        ownerName: key().nullable(),
        ownerCode: t.binary(4).nullable(),
        get owner() {
          return belongsTo(Owner, { nullable: true });
        },
      },
      { constraints: (c) => [foreignKey([c.ownerName, c.ownerCode], ['owners.name', 'owners.code'])] },
    ) {}
    await db.createAll();
    await using session = db.createSession();
    const [small, large] = [Uint8Array.of(97), Uint8Array.of(65)];
    session.addAll([new Owner({ name: 'Ann', code: small }), new Owner({ name: 'Ann', code: large })]);
    await session.flush();
    await session.bulkInsert(Thing, [
      { id: 1, ownerName: 'ann', ownerCode: small },
      { id: 2, ownerName: 'ANN', ownerCode: large },
      { id: 3, ownerName: null, ownerCode: null },
    ]);
    await session.commit();
    for (const strategy of STRATEGIES) {
      session.expungeAll();
      const things = await session.query(Thing).with({ owner: strategy }).orderBy(Thing.c.id).all();
      expect(things.map(({ owner }) => owner && [owner.name, owner.code[0]])).toEqual([['Ann', 97], ['Ann', 65], null]);
      session.expungeAll();
      const owners = await session.query(Owner).with({ things: strategy }).all();
      expect(owners.map((owner) => [owner.code[0], owner.things.map(({ id }) => id)]).sort()).toEqual([
        [65, [2]],
        [97, [1]],
      ]);
    }
    session.expungeAll();
    const thing = await session.getOne(Thing, 2);
    expect((await thing.owner)?.code[0]).toBe(65);
    await db.dropAll();
  });
});

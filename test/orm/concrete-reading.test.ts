import { describe, expect, test } from 'vitest';
import { alias, belongsTo, func, hasMany, hasOne, inspect, select, t } from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { filled } from './concrete-models.ts';

type Named = { readonly name: string };
const names = async (query: { all(): Promise<Named[]> }): Promise<string[]> => (await query.all()).map((one) => one.name);

describe.each(allDatabases)('all that queries do over tables of several classes on $name', (database) => {
  test('an alias stands for the rows of all classes', async () => {
    const { session, statements, Vehicle, Truck, Boat, Depot, Tag } = await filled(database);
    const v = alias(Vehicle, 'v');
    const all = session.query(v).orderBy(v.c.name.desc());
    expect(await names(all)).toEqual(['yacht', 'van', 'sledge', 'lorry', 'cart', 'barge']);
    expect(statements.summary()).toEqual(['SELECT vehicles']);
    const [, van] = await all.all();
    expect(van).toBe(await session.get(Truck, 7));
    expect(await names(all.filter(v.of(Truck).c.axles.gt(2)))).toEqual(['lorry']);
    expect(await names(all.filter(v.of(Boat).c.draught.gt(2), v.c.retired.eq(true)))).toEqual(['yacht']);
    expect(await names(all.filter(v.c.loud.eq('van!')))).toEqual(['van']);
    expect(await names(all.filter(v.c.depot.has(Depot.c.city.eq('north'))))).toEqual(['lorry', 'cart']);
    // The cart and the barge have the lorry's key, and no tags.
    expect(await names(all.filter(v.of(Truck).c.tags.any()))).toEqual(['lorry']);
    expect(await names(all.filter(v.of(Truck).c.tags.count().eq(0)))).toEqual(['yacht', 'van', 'sledge', 'cart', 'barge']);
    expect(await names(all.join(v.of(Truck).c.tags).filter(Tag.c.word.eq('wide')))).toEqual(['lorry']);
    expect(await names(all.join(v.c.depot).filter(Depot.c.city.eq('south')))).toEqual(['van']);
    expect(await names(all.filterBy({ name: 'cart' }))).toEqual(['cart']);
    expect([await all.count(), await all.limit(2).count(), await all.filter(v.c.id.eq(1)).exists()]).toEqual([6, 2, true]);
    expect(await names(all.limit(2).offset(3))).toEqual(['lorry', 'cart']);
    expect(() => v.of(Depot as never)).toThrow(/Depot/);
    const loaded = await all.with({ depot: true }).filter(v.c.id.eq(7)).all();
    expect(loaded[0].depot?.city).toBe('south');
    const counted = await all
      .join(v.c.depot)
      .select({ city: Depot.c.city, count: func.count() })
      .groupBy(Depot.c.city)
      .orderBy()
      .orderBy(Depot.c.city)
      .all();
    expect(counted).toEqual([
      { city: 'north', count: 2 },
      { city: 'south', count: 1 },
    ]);
    const own = session.query(Vehicle).withPolymorphic([]).alias('own');
    expect(await names(session.query(own).orderBy(own.c.name))).toEqual(['cart', 'sledge']);
    await session[Symbol.asyncDispose]();
  });

  test('aliases and subqueries in statements of Core give the objects', async () => {
    const { session, statements, Vehicle, Truck, Depot } = await filled(database);
    const v = alias(Vehicle, 'v');
    const w = alias(Vehicle, 'w');
    const pairs = await session.all(
      select(v, w.c.name)
        .join(w, w.c.depotId.eq(v.c.depotId).and(w.c.name.ne(v.c.name)))
        .orderBy(v.c.name),
    );
    expect(pairs.map(([one, other]) => [one.label(), other])).toEqual([
      ['cart (Vehicle)', 'lorry'],
      ['lorry (Truck)', 'cart'],
    ]);
    const [cart, lorry] = pairs.map(([one]) => one);
    statements.takeAll();
    // They came together, so their relations load together.
    expect((await (lorry as InstanceType<typeof Truck>).depot)?.city).toBe('north');
    expect((await cart.depot)?.city).toBe('north');
    expect(statements.summary().length).toBeLessThanOrEqual(2);
    const rows = await session.all(
      select({ city: Depot.c.city, vehicle: v })
        .from(Depot)
        .outerJoin(v, v.c.depotId.eq(Depot.c.id).and(v.c.name.eq('van')))
        .orderBy(Depot.c.city),
    );
    expect(rows.map(({ city, vehicle }) => [city, vehicle?.label()])).toEqual([
      ['north', undefined],
      ['south', 'van (Truck)'],
    ]);
    expect(rows[0].vehicle).toBeNull();
    const query = session.query(Vehicle).orderBy(Vehicle.c.name).limit(3);
    const three = await session.all(query.toSelect());
    expect(three.map(([one]) => one.label())).toEqual(['barge (Boat)', 'cart (Vehicle)', 'lorry (Truck)']);
    const sub = query.toSelect().subquery('first_three');
    expect(await session.scalar(select(func.count()).from(sub))).toBe(3);
    await session[Symbol.asyncDispose]();
  });

  test('a query stands in the place of a table', async () => {
    const { session, Vehicle, Truck, Depot } = await filled(database);
    const first = session.query(Vehicle).orderBy(Vehicle.c.name).limit(4).alias('few');
    expect(await names(session.query(first).orderBy(first.c.name.desc()))).toEqual(['sledge', 'lorry', 'cart', 'barge']);
    expect(await names(session.query(first).filter(first.of(Truck).c.tags.any()))).toEqual(['lorry']);
    const cities = await session
      .query(Depot)
      .join(first, first.c.depotId.eq(Depot.c.id))
      .select({ city: Depot.c.city, vehicle: first })
      .orderBy(first.c.name)
      .all();
    expect(cities.map(({ city, vehicle }) => `${city} ${vehicle.constructor.name}`)).toEqual(['north Vehicle', 'north Truck']);
    await session[Symbol.asyncDispose]();
  });

  test('queries are put together by whose rows they are and their keys', async () => {
    const { session, statements, Vehicle, Truck, Boat } = await filled(database);
    const query = session.query(Vehicle);
    const ones = query.filter(Vehicle.c.id.eq(1));
    const both = ones.union(query.filter(Truck.c.axles.gt(0))).orderBy(Vehicle.c.name);
    expect(await names(both)).toEqual(['barge', 'cart', 'lorry', 'van']);
    expect(statements.summary()).toEqual(['SELECT vehicles']);
    expect(await both.count()).toBe(4);
    expect(await names(both.filter(Vehicle.c.name.gt('c')).limit(2))).toEqual(['cart', 'lorry']);
    expect(await names(ones.intersect(query.filter(Truck.c.axles.gt(0))))).toEqual(['lorry']);
    expect((await names(ones.except(query.filter(Truck.c.axles.gt(0))))).sort()).toEqual(['barge', 'cart']);
    expect(
      await names(query.orderBy(Vehicle.c.name).limit(1).union(query.orderBy(Vehicle.c.name.desc()).limit(1)).orderBy(Vehicle.c.name)),
    ).toEqual(['barge', 'yacht']);
    const some = query.withPolymorphic([Boat]);
    expect(
      await names(
        some
          .filter(Vehicle.c.id.eq(1))
          .union(some.filter(Vehicle.c.id.eq(9)))
          .orderBy(Vehicle.c.name),
      ),
    ).toEqual(['barge', 'cart', 'yacht']);
    await session[Symbol.asyncDispose]();
  });

  test('columns are chosen for each class that has them', async () => {
    const { session, statements, Vehicle, Truck } = await filled(database);
    const found = await session.query(Vehicle).loadOnly('name').orderBy(Vehicle.c.name).all();
    expect(found.map((one) => one.name)).toEqual(['barge', 'cart', 'lorry', 'sledge', 'van', 'yacht']);
    expect(statements.all.at(-1)?.split('FROM')[0]).toMatch(/name/);
    expect(statements.all.at(-1)?.split('FROM')[0]).not.toMatch(/retired|axles/);
    const lorry = found[2] as unknown as InstanceType<typeof Truck>;
    expect(() => lorry.axles).toThrow(/not loaded/);
    expect(inspect(lorry).state).toBe('persistent');
    await session.refresh(lorry);
    expect([lorry.axles, lorry.retired]).toEqual([4, false]);
    // A query that reads everything fills in what lacks.
    const whole = await session.query(Vehicle).orderBy(Vehicle.c.name).all();
    expect(whole[0]).toBe(found[0]);
    expect(whole.map((one) => one.retired)).toEqual([false, false, false, false, false, true]);
    session.expungeAll();
    const waiting = await session.query(Vehicle).defer('price').with({ depot: true }).orderBy(Vehicle.c.name).all();
    expect(waiting[1].depot?.city).toBe('north');
    expect(() => (waiting[1] as unknown as InstanceType<typeof Vehicle>).price).toThrow(/not loaded/);
    session.expungeAll();
    // The foreign key is read for the relation, whatever was chosen, in either order.
    for (const query of [
      session.query(Vehicle).with({ depot: true }).loadOnly('name'),
      session.query(Vehicle).loadOnly('name').with({ depot: true }),
    ]) {
      const [one] = await query.filter(Truck.c.axles.eq(2)).all();
      expect((one as unknown as InstanceType<typeof Truck>).depot).toMatchObject({ city: 'south' });
      session.expungeAll();
    }
    const streamed: string[] = [];
    for await (const one of session.query(Vehicle).loadOnly('name').orderBy(Vehicle.c.name).stream({ batch: 2 })) streamed.push(one.name);
    expect(streamed).toEqual(['barge', 'cart', 'lorry', 'sledge', 'van', 'yacht']);
    await session[Symbol.asyncDispose]();
  });

  test('columns that wait in some classes are read where a query asks for them', async () => {
    const db = openDatabase(database);
    class Note extends db.Model(
      'notes',
      { id: t.integer().primaryKey(), title: t.string(20), body: t.text().deferred('bodies') },
      {
        abstract: true,
        get identities() {
          return { letter: Letter, memo: Memo };
        },
      },
    ) {}
    class Letter extends Note.extend('letters', { stamp: t.string(10) }, { concrete: true }) {}
    class Memo extends Note.extend('memos', { body: t.text() }, { concrete: true }) {}
    await db.createAll();
    await using session = db.createSession();
    session.addAll([new Letter({ title: 'l', body: 'dear', stamp: 's' }), new Memo({ title: 'm', body: 'todo' })]);
    await session.commit();
    session.expungeAll();
    const [letter, memo] = await session.query(Note).orderBy(Note.c.title).all();
    expect(() => letter.body).toThrow(/not loaded/);
    expect(memo.body).toBe('todo');
    const [filledLetter] = await session.query(Note).undefer('body').orderBy(Note.c.title).all();
    expect([filledLetter === letter, letter.body]).toEqual([true, 'dear']);
    session.expungeAll();
    const [grouped] = await session.query(Note).undefer('bodies').orderBy(Note.c.title).all();
    expect(grouped.body).toBe('dear');
    await db.dropAll();
  });

  test('changes of a query go to the tables of its rows', async () => {
    const { session, statements, Vehicle, Truck, Boat, Depot, Tag } = await filled(database);
    const query = session.query(Vehicle);
    const held = await query.orderBy(Vehicle.c.name).all();
    statements.takeAll();
    expect(await query.filter(Vehicle.c.id.eq(1)).update({ name: 'one', retired: true })).toBe(3);
    expect(
      statements
        .summary()
        .filter((text) => /^(SELECT|UPDATE)/.test(text))
        .sort(),
    ).toEqual(['SELECT vehicles', 'UPDATE boats', 'UPDATE trucks', 'UPDATE vehicles']);
    expect(held.map((one) => one.name)).toEqual(['one', 'one', 'one', 'sledge', 'van', 'yacht']);
    expect(await query.filter(Vehicle.c.retired.eq(true)).count()).toBe(4);
    // What stands for a value is each table's own.
    expect(
      await query.filter(Truck.c.axles.gt(0)).update({ price: Vehicle.c.price.times('2'), name: Vehicle.c.name.concat('+') } as never),
    ).toBe(2);
    const trucks = await session.query(Truck).orderBy(Truck.c.id).all();
    expect(trucks.map((one) => [one.name, String(one.price)])).toEqual([
      ['one+', '24.5'],
      ['van+', '3'],
    ]);
    // Conditions are those before any row was changed.
    expect(await query.filter(Vehicle.c.name.eq('one')).update({ name: 'two' })).toBe(2);
    expect(await query.orderBy(Vehicle.c.name.desc()).limit(1).update({ bought: '2001-01-01' })).toBe(1);
    expect(await names(query.filter(Vehicle.c.bought.eq('2001-01-01')))).toEqual(['yacht']);
    expect(await query.filter(Vehicle.c.depot.has(Depot.c.city.eq('south'))).delete()).toBe(1);
    expect(await session.query(Truck).count()).toBe(1);
    expect(inspect(held[4]).state).toBe('deleted');
    expect(await query.filter(Vehicle.c.id.gt(1)).delete()).toBe(2);
    expect(await names(query.orderBy(Vehicle.c.name))).toEqual(['one+', 'two', 'two']);
    expect(await query.withPolymorphic([Boat]).update({ name: 'x' }, { all: true })).toBe(2);
    expect(await session.query(Tag).count()).toBe(1);
    await session.rollback();
    expect(held.map((one) => one.name)).toEqual(['barge', 'cart', 'lorry', 'sledge', 'van', 'yacht']);
    await session[Symbol.asyncDispose]();
  });

  test('pages go on from an object of any class', async () => {
    const { session, Vehicle, Truck } = await filled(database);
    const byId = session.query(Vehicle).orderBy(Vehicle.c.id);
    const seen: string[] = [];
    let page = await byId.paginateByCursor({ perPage: 2 });
    expect(page.hasPrev).toBe(false);
    for (;;) {
      seen.push(...page.items.map((one) => `${one.id} ${one.name}`));
      const next = await page.next();
      if (next === null) break;
      page = next;
    }
    expect(seen).toEqual(['1 cart', '1 lorry', '1 barge', '2 sledge', '7 van', '9 yacht']);
    const back = await page.prev();
    expect(back?.items.map((one) => one.name)).toEqual(['barge', 'sledge']);
    // Classes that have no such attribute come last.
    const byAxles = session.query(Vehicle).orderBy(Truck.c.axles.desc());
    const found: string[] = [];
    for (let at: typeof page | null = await byAxles.paginateByCursor({ perPage: 1 }); at !== null; at = await at.next())
      found.push(...at.items.map((one) => one.name));
    expect([...found].sort()).toEqual(['barge', 'cart', 'lorry', 'sledge', 'van', 'yacht']);
    expect(found.slice(-2)).toEqual(['lorry', 'van']);
    const filtered = await byId.filter(Vehicle.c.id.eq(1)).paginateByCursor({ perPage: 2 });
    expect([filtered.items.map((one) => one.name), filtered.hasNext, (await filtered.next())?.items.map((one) => one.name)]).toEqual([
      ['cart', 'lorry'],
      true,
      ['barge'],
    ]);
    await session[Symbol.asyncDispose]();
  });

  test('a relation to such a class leads to one table, however it is read', async () => {
    const db = openDatabase(database);
    class Depot extends db.Model('depots', {
      id: t.integer().primaryKey(),
      get vehicles() {
        return hasMany(Vehicle);
      },
    }) {}
    class Vehicle extends db.Model(
      'vehicles',
      {
        id: t.integer().primaryKey(),
        name: t.string(20),
        depotId: t.integer().nullable().references('depots.id'),
        get depot() {
          return belongsTo(Depot, { nullable: true });
        },
      },
      {
        get identities() {
          return { vehicle: Vehicle, truck: Truck };
        },
      },
    ) {}
    class Truck extends Vehicle.extend('trucks', { axles: t.integer() }, { concrete: true }) {}
    await db.createAll();
    await using session = db.createSession();
    const depot = new Depot({ id: 1 });
    depot.vehicles.add(new Vehicle({ name: 'cart' }));
    session.add(depot);
    await session.flush();
    session.add(new Truck({ name: 'lorry', axles: 2, depotId: 1 }));
    expect(() => depot.vehicles.add(new Truck({ name: 'van', axles: 2 }))).toThrow(/takes objects of Vehicle, but got Truck/);
    await session.commit();
    session.expungeAll();
    const [found] = await session.query(Depot).all();
    expect(await found.vehicles.query().select(Vehicle.c.name).scalars()).toEqual(['cart']);
    expect([await found.vehicles.query().count(), await found.vehicles.count(), (await found.vehicles).length]).toEqual([1, 1, 1]);
    expect(
      await session
        .query(Depot)
        .filter(Depot.c.vehicles.any(Vehicle.c.name.eq('lorry')))
        .count(),
    ).toBe(0);
    expect(await names(session.query(Vehicle).orderBy(Vehicle.c.name))).toEqual(['cart', 'lorry']);
    await db.dropAll();
  });

  function ports() {
    const db = openDatabase(database);
    class Port extends db.Model('ports', {
      id: t.integer().primaryKey(),
      town: t.string(20),
      get craft() {
        return hasMany(Craft, { viewOnly: true, orderBy: () => [Craft.c.name, Craft.c.id] });
      },
      get afloat() {
        return hasMany(Craft, { viewOnly: true, on: (_own, craft) => craft.sunk.eq(false), orderBy: () => Craft.c.name });
      },
      get best() {
        return hasOne(Craft, { viewOnly: true, orderBy: () => Craft.c.name.desc() });
      },
      get ships() {
        return hasMany(Ship, { orderBy: () => Ship.c.id });
      },
    }) {}
    class Craft extends db.Model(
      'craft',
      {
        id: t.integer().primaryKey(),
        name: t.string(20),
        sunk: t.boolean().default(false),
        portId: t.integer().nullable().references('ports.id'),
      },
      { abstract: true },
    ) {}
    class Ship extends Craft.extend(
      'ships',
      {
        masts: t.integer(),
        get port() {
          return belongsTo(Port, { nullable: true });
        },
        get crew() {
          return hasMany(Sailor, { orderBy: () => Sailor.c.id });
        },
      },
      { concrete: true },
    ) {}
    class Raft extends Craft.extend(
      'rafts',
      {
        logs: t.integer(),
        get port() {
          return belongsTo(Port, { nullable: true });
        },
      },
      { concrete: true },
    ) {}
    class Sailor extends db.Model('sailors', {
      id: t.integer().primaryKey(),
      name: t.string(20),
      shipId: t.integer().references('ships.id'),
    }) {}
    return { db, Port, Craft, Ship, Raft, Sailor };
  }

  async function moored() {
    const models = ports();
    const { db, Port, Ship, Raft, Sailor } = models;
    await db.createAll();
    const session = db.createSession();
    session.addAll([
      new Port({
        id: 1,
        town: 'a',
        ships: [
          new Ship({ id: 1, name: 'brig', masts: 2, crew: [new Sailor({ id: 1, name: 'ann' }), new Sailor({ id: 2, name: 'bob' })] }),
        ],
      }),
      new Port({ id: 2, town: 'b', ships: [new Ship({ id: 2, name: 'yawl', masts: 1, sunk: true })] }),
      new Port({ id: 3, town: 'c' }),
    ]);
    await session.flush();
    session.addAll([
      new Raft({ id: 1, name: 'ark', logs: 9, portId: 1 }),
      new Raft({ id: 2, name: 'tub', logs: 3, portId: 2 }),
      new Raft({ id: 3, name: 'zed', logs: 1 }),
    ]);
    await session.commit();
    session.expungeAll();
    return { ...models, session, statements: new Statements(db.engine) };
  }

  test('a relation that only reads leads to the rows of all classes', async () => {
    const { db, session, statements, Port, Craft, Ship, Raft } = await moored();
    const byTown = session.query(Port).orderBy(Port.c.id);
    const seen = (ports: readonly { craft: Iterable<Named> }[]) =>
      ports.map(({ craft }) => [...craft].map((one) => `${one.constructor.name} ${one.name}`));
    const all = [['Raft ark', 'Ship brig'], ['Raft tub', 'Ship yawl'], []];
    for (const strategy of [true, 'selectin', 'subquery', 'joined'] as const) {
      session.expungeAll();
      statements.takeAll();
      const found = await byTown.with({ craft: strategy }).all();
      expect(seen(found)).toEqual(all);
      expect(statements.count()).toBe(2);
    }
    session.expungeAll();
    const found = await byTown.all();
    statements.takeAll();
    expect((await found[1].craft).map((one) => one.name)).toEqual(['tub', 'yawl']);
    // The siblings came with it.
    expect((await found[0].craft).length + (await found[2].craft).length).toBe(2);
    expect(statements.count()).toBe(1);
    const [ark] = await found[0].craft;
    expect(ark).toBe(await session.get(Raft, 1));
    expect(await found[0].craft.contains(ark)).toBe(true);
    expect(await found[1].craft.contains(ark)).toBe(false);
    expect((await found[0].afloat).map((one) => one.name)).toEqual(['ark', 'brig']);
    expect((await found[1].afloat).map((one) => one.name)).toEqual(['tub']);
    expect([(await found[0].best)?.name, (await found[1].best)?.name, await found[2].best]).toEqual(['brig', 'yawl', null]);
    expect(() => (found[2].craft as unknown as { add(one: unknown): void }).add(ark)).toThrow(/Port.craft/);
    session.expungeAll();
    const [first] = await byTown.all();
    expect(await names(first.craft.query().orderBy().orderBy(Craft.c.name.desc()))).toEqual(['brig', 'ark']);
    expect([await first.craft.count(), await first.craft.query().filter(Ship.c.masts.gt(1)).count()]).toEqual([2, 1]);
    await session[Symbol.asyncDispose]();
    await db.dropAll();
  });

  test('such a relation has filters, orders, limits, and relations below it', async () => {
    const { db, session, statements, Port, Craft, Ship, Raft } = await moored();
    const byTown = session.query(Port).orderBy(Port.c.id);
    const of = async (asked: object) => {
      session.expungeAll();
      const ports = (await byTown.with({ craft: asked } as never).all()) as unknown as { craft: readonly Named[] }[];
      return ports.map(({ craft }) => craft.map((one) => one.name));
    };
    expect(await of({ filter: [Craft.c.sunk.eq(false)] })).toEqual([['ark', 'brig'], ['tub'], []]);
    expect(await of({ filter: [Ship.c.masts.ge(1)] })).toEqual([['brig'], ['yawl'], []]);
    expect(await of({ filter: [Ship.c.crew.any()] })).toEqual([['brig'], [], []]);
    expect(await of({ orderBy: [Craft.c.name.desc()] })).toEqual([['brig', 'ark'], ['yawl', 'tub'], []]);
    expect(await of({ limit: 1 })).toEqual([['ark'], ['tub'], []]);
    expect(await of({ offset: 1, limit: 1 })).toEqual([['brig'], ['yawl'], []]);
    session.expungeAll();
    statements.takeAll();
    const ports = (await byTown.with({ craft: { with: { crew: true, port: true } } } as never).all()) as unknown as {
      craft: readonly (Named & { crew?: Named[]; port: { town: string } })[];
    }[];
    expect(statements.count()).toBeLessThanOrEqual(5);
    statements.takeAll();
    const [ark, brig] = ports[0].craft;
    expect([ark.port.town, brig.port.town, brig.crew?.map((one) => one.name), 'crew' in ark]).toEqual(['a', 'a', ['ann', 'bob'], false]);
    expect(statements.count()).toBe(0);
    expect(() => byTown.with({ craft: { with: { nothing: true } } } as never)).toThrow(/nothing/);
    expect(() => byTown.with({ craft: 'contains' })).toThrow(/Port.craft/);
    expect(() => byTown.with({ craft: { loadOnly: ['name'] } } as never)).toThrow(/Port.craft/);
    const loaded = await session.load(await byTown.all(), { craft: true });
    expect(loaded[1].craft.map((one) => one.name)).toEqual(['tub', 'yawl']);
    const streamed: string[][] = [];
    for await (const port of byTown.with({ craft: true }).stream({ batch: 2 })) streamed.push(port.craft.map((one) => one.name));
    expect(streamed).toEqual([['ark', 'brig'], ['tub', 'yawl'], []]);
    session.expungeAll();
    expect((await session.get(Raft, 3))?.name).toBe('zed');
    await session[Symbol.asyncDispose]();
    await db.dropAll();
  });

  test('such a relation stands in conditions and joins', async () => {
    const { db, session, Port, Craft, Ship, Raft } = await moored();
    const byTown = session.query(Port).orderBy(Port.c.id);
    const towns = async (query: { all(): Promise<{ town: string }[]> }) => (await query.all()).map((one) => one.town);
    expect(await towns(byTown.filter(Port.c.craft.any()))).toEqual(['a', 'b']);
    expect(await towns(byTown.filter(Port.c.craft.any(Craft.c.name.eq('tub'))))).toEqual(['b']);
    expect(await towns(byTown.filter(Port.c.craft.any(Ship.c.masts.gt(1))))).toEqual(['a']);
    expect(await towns(byTown.filter(Port.c.craft.every(Craft.c.sunk.eq(false))))).toEqual(['a', 'c']);
    expect(await towns(byTown.filter(Port.c.afloat.count().eq(2)))).toEqual(['a']);
    const raft = await session.get(Raft, 1);
    expect(await towns(byTown.filter(Port.c.craft.contains(raft as never)))).toEqual(['a']);
    // A new object is stored before the query, and told from those of other classes that have its key.
    const skiff = new Ship({ id: 3, name: 'skiff', masts: 1, portId: 3 });
    session.add(skiff);
    expect(await towns(byTown.filter(Port.c.craft.contains(skiff as never)))).toEqual(['c']);
    await session.rollback();
    const c = alias(Craft, 'c');
    expect(await towns(byTown.join(Port.c.craft.of(c)).filter(c.of(Raft).c.logs.lt(5)))).toEqual(['b']);
    const rows = await session.all(select(Port.c.town, c).from(Port).join(Port.c.craft.of(c)).orderBy(c.c.name));
    expect(rows.map(([town, one]) => `${town} ${one.name}`)).toEqual(['a ark', 'a brig', 'b tub', 'b yawl']);
    expect(() => byTown.join(Port.c.craft)).toThrow(/\.of\(alias/);
    await session[Symbol.asyncDispose]();
    await db.dropAll();
  });
});

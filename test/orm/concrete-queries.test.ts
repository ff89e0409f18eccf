import { describe, expect, expectTypeOf, test } from 'vitest';
import { alias, belongsTo, exists, func, not, type Session, select, t } from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { filled, type fleet } from './concrete-models.ts';

describe.each(allDatabases)('queries over tables of several classes on $name', (database) => {
  test('one statement gives the objects of all classes, each with its own columns and identity', async () => {
    const { db, session, statements, Vehicle, Truck, Boat } = await filled(database);
    const all = await session.query(Vehicle).orderBy(Vehicle.c.name).all();
    expect(statements.summary()).toEqual(['SELECT vehicles']);
    expect(all.map((one) => one.label())).toEqual([
      'barge (Boat)',
      'cart (Vehicle)',
      'lorry (Truck)',
      'sledge (Vehicle)',
      'van (Truck)',
      'yacht (Boat)',
    ]);
    const lorry = all.find((one) => one instanceof Truck && one.name === 'lorry') as InstanceType<typeof Truck>;
    expect([lorry.axles, lorry.extra, String(lorry.price), lorry.loud, lorry.retired]).toEqual([
      4,
      { a: [1, 2] },
      '12.25',
      'lorry!',
      false,
    ]);
    const [barge, , , sledge, , yacht] = all;
    expect([(barge as InstanceType<typeof Boat>).axles, (barge as InstanceType<typeof Boat>).draught, barge.bought]).toEqual([
      'none',
      1.5,
      null,
    ]);
    expect([yacht.retired, String(yacht.price), sledge.bought]).toEqual([true, '1.5', '2020-01-02']);
    expect('draught' in sledge).toBe(false);
    // The same key in three tables is three objects, and each is the session's own from then on.
    expect(all.filter((one) => one.id === 1)).toHaveLength(3);
    statements.takeAll();
    expect(await session.get(Truck, 1)).toBe(lorry);
    expect(await session.get(Boat, 1)).toBe(barge);
    expect(statements.summary()).toEqual([]);
    expect(await session.query(Vehicle).orderBy(Vehicle.c.name).all()).toEqual(all);
    await session[Symbol.asyncDispose]();
    await db.dropAll();
  });

  test('conditions, order, pages and counts go over all classes', async () => {
    const { session, statements, Vehicle, Truck, Boat, Depot, Tag, truckTags } = await filled(database);
    const names = async (query: { all(): Promise<{ name: string }[]> }) => (await query.all()).map((one) => one.name);
    const vehicles = session.query(Vehicle);
    const sorted = vehicles.orderBy(Vehicle.c.name.desc(), Vehicle.c.id);
    expect(await names(sorted.limit(2).offset(1))).toEqual(['van', 'sledge']);
    expect(await names(sorted.filterBy({ retired: true }))).toEqual(['yacht']);
    expect(await names(sorted.filter(Truck.c.axles.gt(2)))).toEqual(['lorry']);
    expect(await names(sorted.filter(Boat.c.draught.gt(2)))).toEqual(['yacht']);
    expect(await names(sorted.filter(Boat.c.axles.eq('none')))).toEqual(['barge']);
    expect(await names(sorted.filter(Vehicle.c.price.gt('5')))).toEqual(['lorry']);
    expect(await names(sorted.filter(Vehicle.c.loud.eq('cart!')))).toEqual(['cart']);
    expect(await names(sorted.filter(Vehicle.c.depot.has(Depot.c.city.eq('north'))))).toEqual(['lorry', 'cart']);
    expect(await names(sorted.filter(Truck.c.tags.any(Tag.c.word.eq('wide'))))).toEqual(['lorry']);
    expect(await names(sorted.filter(not(Truck.c.tags.any(Tag.c.word.eq('wide')))))).toEqual(['yacht', 'van', 'sledge', 'cart', 'barge']);
    expect(await names(sorted.filter(exists(select(truckTags.c.tagId).where(truckTags.c.truckId.eq(Truck.c.id)))))).toEqual(['lorry']);
    expect(await names(sorted.join(Truck.c.tags).filter(Tag.c.word.eq('wide')))).toEqual(['lorry']);
    expect(await names(vehicles.withPolymorphic([Boat]).filter(Truck.c.tags.any()))).toEqual([]);
    expect(await names(sorted.filter(Vehicle.c.id.in(select(Truck.c.id).where(Truck.c.axles.eq(2)))))).toEqual(['van']);
    expect(await names(sorted.join(Vehicle.c.depot).filter(Depot.c.city.eq('south')))).toEqual(['van']);
    expect(await names(sorted.outerJoin(Vehicle.c.depot).filter(Depot.c.id.isNull()))).toEqual(['yacht', 'sledge', 'barge']);
    expect(await names(sorted.join(Depot, Depot.c.id.eq(Vehicle.c.depotId)).filter(Depot.c.city.eq('north')))).toEqual(['lorry', 'cart']);
    statements.takeAll();
    expect([await vehicles.count(), await vehicles.filter(Vehicle.c.id.eq(1)).count(), await vehicles.limit(4).count()]).toEqual([6, 3, 4]);
    expect([await vehicles.exists(), await vehicles.filter(Vehicle.c.id.eq(77)).exists()]).toEqual([true, false]);
    const page = await sorted.paginate({ page: 2, perPage: 4 });
    expect([page.items.map((one) => one.name), page.total, page.pages]).toEqual([['cart', 'barge'], 6, 2]);
    expect((await page.prev()).items.map((one) => one.name)).toEqual(['yacht', 'van', 'sledge', 'lorry']);
    expect((await sorted.first())?.name).toBe('yacht');
    expect((await vehicles.filter(Vehicle.c.name.eq('van')).one()).name).toBe('van');
    const rows = await vehicles
      .select({ name: Vehicle.c.name, axles: Truck.c.axles })
      .filter(Truck.c.axles.gt(1))
      .orderBy(Truck.c.axles)
      .all();
    expect(rows).toEqual([
      { name: 'van', axles: 2 },
      { name: 'lorry', axles: 4 },
    ]);
    const streamed: string[] = [];
    for await (const one of sorted.with({ depot: true }).stream({ batch: 2 })) streamed.push(one.name);
    expect(streamed).toEqual(['yacht', 'van', 'sledge', 'lorry', 'cart', 'barge']);
    expect((await vehicles.filter(Vehicle.c.name.eq('van')).toSQL()).sql.match(/UNION ALL/g)).toHaveLength(2);
    await session[Symbol.asyncDispose]();
  });

  test('a key is looked for in all tables', async () => {
    const { session, statements, Vehicle, Truck } = await filled(database);
    const van = await session.get(Vehicle, 7, { with: { depot: true } });
    expect([van?.label(), van?.depot?.city]).toEqual(['van (Truck)', 'south']);
    expect(van).toBe(await session.get(Truck, 7));
    expect(await session.get(Vehicle, 77)).toBeNull();
    expect((await session.query(Vehicle).get(9))?.label()).toBe('yacht (Boat)');
    await expect(session.get(Vehicle, 1)).rejects.toThrow(/Vehicle/);
    await expect(session.getOne(Vehicle, 77)).rejects.toThrow(/Vehicle/);
    await expect(session.get(Vehicle, 7, { lock: true })).rejects.toThrow(/forUpdate\(\).*Vehicle/);
    // What the session holds is kept, unless it is asked for anew.
    if (van !== null) van.name = 'changed';
    statements.takeAll();
    expect((await session.get(Vehicle, 7))?.name).toBe('changed');
    await session.rollback();
    expect((await session.get(Vehicle, 7, { populateExisting: true }))?.name).toBe('van');
    await session[Symbol.asyncDispose]();
  });

  test('changes, refreshes and deletes go to the tables of the objects', async () => {
    const { session, statements, Vehicle, Truck, Boat } = await filled(database);
    const [barge, cart, lorry] = await session.query(Vehicle).orderBy(Vehicle.c.name).filter(Vehicle.c.id.eq(1)).all();
    statements.takeAll();
    barge.name = 'b';
    lorry.name = 'l';
    session.delete(cart);
    await session.commit();
    expect(statements.summary().sort()).toEqual(['DELETE vehicles', 'UPDATE boats', 'UPDATE trucks']);
    session.expire(lorry);
    await session.refresh(lorry);
    expect([lorry.name, await session.query(Boat).filter(Boat.c.name.eq('b')).count(), await session.query(Truck).count()]).toEqual([
      'l',
      1,
      2,
    ]);
    session.expireAll();
    const again = await session.query(Vehicle).orderBy(Vehicle.c.name).all();
    expect(again.map((one) => one.name)).toEqual(['b', 'l', 'sledge', 'van', 'yacht']);
    expect([again[0], again[1]]).toEqual([barge, lorry]);
    await session.rollback();
    await session[Symbol.asyncDispose]();
  });

  test('relations load for the classes that have them, by a statement for each', async () => {
    const { session, statements, Vehicle, Depot, Boat } = await filled(database);
    type Told = { depot: { city: string } | null; tags: readonly { word: string }[] };
    const all = (await session.query(Vehicle).with({ depot: true, tags: true }).orderBy(Vehicle.c.name).all()) as unknown as Told[];
    expect(statements.summary().length).toBeLessThanOrEqual(5);
    statements.takeAll();
    const [, cart, lorry, , van] = all;
    expect([cart.depot?.city, lorry.depot?.city, van.depot?.city]).toEqual(['north', 'north', 'south']);
    expect(lorry.tags.map(({ word }) => word)).toEqual(['wide']);
    expect(cart.depot).toBe(lorry.depot);
    expect(() => all[0].depot).toThrow(/relation of Vehicle/);
    expect(statements.summary()).toEqual([]);
    expect(() => session.query(Vehicle).with({ nothing: true } as never)).toThrow(/'nothing'/);
    const depots = await session.query(Depot).with({ trucks: true }).orderBy(Depot.c.id).all();
    expect(depots.map((one) => one.trucks.map(({ name }) => name))).toEqual([['lorry'], ['van']]);
    expect(new Boat({ name: 'x', draught: 1 } as never)).toBeInstanceOf(Vehicle);
    await session[Symbol.asyncDispose]();
  });

  test('withPolymorphic() says which classes are read', async () => {
    const { session, Vehicle, Truck, Boat } = await filled(database);
    const names = async (query: { all(): Promise<{ name: string }[]> }) => (await query.all()).map((one) => one.name).sort();
    const query = session.query(Vehicle);
    expect(await names(query.withPolymorphic([]))).toEqual(['cart', 'sledge']);
    expect(await names(query.withPolymorphic([Boat]).filter(Vehicle.c.id.lt(9)))).toEqual(['barge', 'cart', 'sledge']);
    expect(await names(query.withPolymorphic('*'))).toHaveLength(6);
    expect(() => query.filter(Vehicle.c.id.eq(1)).withPolymorphic([Boat])).toThrow(/Call it first/);
    expect(() => query.withPolymorphic([Truck], 'selectin')).toThrow(/selectin/);
    expect(await names(session.query(Truck).filter(Truck.c.axles.eq(2)))).toEqual(['van']);
    await session[Symbol.asyncDispose]();
  });

  test('what a query over several tables cannot do is refused before any statement', async () => {
    const { session, statements, Vehicle, Truck, Boat } = await filled(database);
    const query = session.query(Vehicle);
    expect(() => query.forUpdate()).toThrow(/forUpdate\(\).*withPolymorphic\(\[\]\)/);
    expect(() => query.fromStatement(select(Truck))).toThrow(/fromStatement\(\)/);
    expect(() => query.union(query.withPolymorphic([Boat]))).toThrow(/union\(\) with a query of other classes/);
    const v = query.alias('v');
    expect(() => session.query(v).withPolymorphic([Boat])).toThrow(/of an alias/);
    expect(() => query.loadOnly('nothing' as never)).toThrow(/nothing/);
    await expect(query.update({ name: 'x' })).rejects.toThrow(/all: true/);
    await expect(query.delete()).rejects.toThrow(/all: true/);
    await expect(query.update({ axles: 3 } as never, { all: true })).rejects.toThrow(/Vehicle.*axles/);
    await expect(session.query(v).delete({ all: true })).rejects.toThrow(/delete\(\) of an alias/);
    expect(statements.summary()).toEqual([]);
    expect(await query.withPolymorphic([]).loadOnly('name').count()).toBe(2);
    expect(await session.query(Truck).filter(Truck.c.id.eq(7)).update({ name: 'u' })).toBe(1);
    await session.rollback();
    await session[Symbol.asyncDispose]();
  });
});

describe.each(allDatabases)('classes without a table on $name', (database) => {
  function models() {
    const db = openDatabase(database);
    class Shape extends db.Model(
      'shapes',
      { id: t.integer().primaryKey(), name: t.string(20), hidden: t.boolean().default(false) },
      { abstract: true, criteria: { visible: (c) => c.hidden.eq(false) } },
    ) {}
    class Circle extends Shape.extend('circles', { radius: t.double() }, { concrete: true }) {}
    class Polygon extends Shape.extend('polygons', {}, { concrete: true, abstract: true }) {}
    class Square extends Polygon.extend('squares', { side: t.integer() }, { concrete: true }) {}
    class Kinded extends Polygon.extend(
      'kinded',
      { kind: t.string(10) },
      {
        concrete: true,
        on: 'kind',
        get identities() {
          return { plain: Kinded, star: Star };
        },
      },
    ) {}
    class Star extends Kinded.extend('stars', { points: t.integer() }) {}
    return { db, Shape, Circle, Polygon, Square, Kinded, Star };
  }

  test('give the rows of those below them, which may be hierarchies themselves', async () => {
    const { db, Shape, Circle, Polygon, Square, Kinded, Star } = models();
    expect([...db.metadata.tables.keys()].sort()).toEqual(['circles', 'kinded', 'squares', 'stars']);
    await db.createAll();
    await using session = db.createSession();
    session.addAll([
      new Circle({ name: 'c', radius: 1.5 }),
      new Circle({ name: 'h', radius: 2.5, hidden: true }),
      new Square({ name: 's', side: 3 }),
      new Kinded({ name: 'k' } as never),
      new Star({ name: 't', points: 5 } as never),
    ]);
    await session.commit();
    session.expungeAll();
    const statements = new Statements(db.engine);
    const all = await session.query(Shape).orderBy(Shape.c.name).all();
    expect(statements.summary()).toEqual(['SELECT circles']);
    expect(all.map((one) => [one.name, one.constructor.name])).toEqual([
      ['c', 'Circle'],
      ['k', 'Kinded'],
      ['s', 'Square'],
      ['t', 'Star'],
    ]);
    expect((all[3] as InstanceType<typeof Star>).points).toBe(5);
    expect((await session.query(Polygon).orderBy(Polygon.c.name).all()).map((one) => one.name)).toEqual(['k', 's', 't']);
    expect((await session.query(Polygon).filter(Star.c.points.eq(5)).one()).name).toBe('t');
    expect((await session.query(Polygon).filter(Square.c.side.gt(1)).one()).name).toBe('s');
    expect(await session.query(Shape).withoutCriteria('visible').count()).toBe(5);
    expect(() => new Shape({ name: 'x' })).toThrow(/abstract/);
    expect(() => new Polygon({ name: 'x' })).toThrow(/abstract/);
    expect(() => select(Shape)).toThrow(/Shape is abstract/);
    expect(() => select(Shape.c.id)).toThrow(/Shape is abstract/);
    expect(() => select({ id: Shape.c.id })).toThrow(/Shape is abstract/);
    expect(() => select(func.count()).from(Shape)).toThrow(/Shape is abstract/);
    const shape = alias(Shape, 's');
    expect((await session.query(shape).orderBy(shape.c.name).all()).map((one) => one.name)).toEqual(['c', 'k', 's', 't']);
    const [[star]] = await session.all(select(shape).where(shape.of(Star).c.points.eq(5)));
    expect(star).toBe(all[3]);
    await db.dropAll();
  });

  test('cannot be what a relation leads to', async () => {
    const { db, Shape } = models();
    class Drawing extends db.Model('drawings', {
      id: t.integer().primaryKey(),
      shapeId: t.integer(),
      get shape() {
        return belongsTo(Shape);
      },
    }) {}
    await using session = db.createSession();
    expect(() => session.query(Drawing).with({ shape: true })).toThrow(/Drawing.shape: Shape is abstract and has no table/);
  });

  test('list classes that are theirs, and say which', async () => {
    const db = openDatabase(database);
    class Lonely extends db.Model('lonely', { id: t.integer().primaryKey() }, { abstract: true }) {}
    class Other extends db.Model('others', { id: t.integer().primaryKey() }) {}
    class Wrong extends db.Model(
      'wrong',
      { id: t.integer().primaryKey() },
      {
        get identities() {
          return { other: Other };
        },
      },
    ) {}
    await using session = db.createSession();
    expect(() => session.query(Lonely)).toThrow(/Lonely has no class whose rows/);
    expect(() => session.query(Wrong)).toThrow(/'other' of Wrong is Other/);
    expect(() =>
      db.Model('both', { id: t.integer().primaryKey(), kind: t.string(5) }, { abstract: true, on: 'kind', identities: {} }),
    ).toThrow(/abstract/);
  });
});

test('the type of what a query gives is one of the classes', () => {
  const check = async (session: Session, { Vehicle, Truck, Boat }: ReturnType<typeof fleet>) => {
    const [found] = await session.query(Vehicle).all();
    expectTypeOf(found).toEqualTypeOf<InstanceType<typeof Vehicle> | InstanceType<typeof Truck> | InstanceType<typeof Boat>>();
    if (found instanceof Truck) expectTypeOf(found.axles).toEqualTypeOf<number>();
    // @ts-expect-error: not every class has it
    found.draught;
  };
  expect(check).toBeTypeOf('function');
});

import { belongsTo, columnProperty, hasMany, manyToMany, t } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';

/** Things that move: the base has rows of its own, those below it have keys, columns and relations of their own. */
export function fleet(database: TestDatabase) {
  const db = openDatabase(database);
  class Depot extends db.Model('depots', {
    id: t.integer().primaryKey(),
    city: t.string(20),
    get trucks() {
      return hasMany(Truck);
    },
  }) {}
  class Tag extends db.Model('tags', { id: t.integer().primaryKey(), word: t.string(20) }) {}
  const truckTags = db.Table('truck_tags', {
    truckId: t.integer().primaryKey().references('trucks.id'),
    tagId: t.integer().primaryKey().references('tags.id'),
  });
  class Vehicle extends db.Model(
    'vehicles',
    {
      id: t.integer().primaryKey(),
      name: t.string(20),
      bought: t.date().nullable(),
      price: t.numeric(10, 2).default('1.50'),
      retired: t.boolean().default(false),
      depotId: t.integer().nullable().references('depots.id'),
      loud: columnProperty(t.string(30), (c) => c.name.concat('!')),
      get depot() {
        return belongsTo(Depot, { nullable: true });
      },
    },
    {
      get identities() {
        return { vehicle: Vehicle, truck: Truck, boat: Boat };
      },
    },
  ) {
    label() {
      return `${this.name} (${this.constructor.name})`;
    }
  }
  class Truck extends Vehicle.extend(
    'trucks',
    {
      axles: t.integer(),
      extra: t.json<{ a: number[] }>().nullable(),
      get depot() {
        return belongsTo(Depot, { nullable: true });
      },
      get tags() {
        return manyToMany(Tag, { through: truckTags });
      },
    },
    { concrete: true },
  ) {}
  class Boat extends Vehicle.extend('boats', { axles: t.string(10).nullable(), draught: t.double() }, { concrete: true }) {}
  return { db, Depot, Tag, Vehicle, Truck, Boat, truckTags };
}

export async function filled(database: TestDatabase) {
  const models = fleet(database);
  const { db, Depot, Tag, Vehicle, Truck, Boat } = models;
  await db.createAll();
  const session = db.createSession();
  const [north, south] = [new Depot({ city: 'north' }), new Depot({ city: 'south' })];
  const wide = new Tag({ word: 'wide' });
  session.addAll([
    new Vehicle({ id: 1, name: 'cart', depot: north }),
    new Vehicle({ id: 2, name: 'sledge', bought: '2020-01-02' }),
    new Truck({ id: 1, name: 'lorry', axles: 4, depot: north, tags: [wide], extra: { a: [1, 2] }, price: '12.25' as never }),
    new Truck({ id: 7, name: 'van', axles: 2, depot: south }),
    new Boat({ id: 1, name: 'barge', draught: 1.5, axles: 'none' } as never),
    new Boat({ id: 9, name: 'yacht', draught: 2.25, retired: true } as never),
  ]);
  await session.commit();
  session.expungeAll();
  const statements = new Statements(db.engine);
  return { ...models, session, statements };
}

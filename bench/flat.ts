// Measures the time for each row in every way of loading, which must stay the same however many rows there are:
// node bench/flat.ts [--rows=100,1000,10000,100000] [--only=joined]
// Above 10,000 rows it grows still: the garbage collector copies young objects. With --max-semi-space-size=128 that grows less.
import { belongsTo, Database, hasMany, insertInto, manyToMany, select, t } from 'athanor';

const option = (name: string): string | undefined => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.split('=')[1];
const sizes = (option('rows') ?? '100,1000,10000,100000').split(',').map(Number);
const only = option('only');
/** Rows that are read in all for one figure, so that small queries are measured often enough. */
const READ = 200_000;
const LARGEST = Math.max(...sizes);
const CHILDREN = 4;

const db = new Database({ url: 'sqlite://' });
const links = db.Table('links', {
  itemId: t.integer().primaryKey().references('items.id'),
  labelId: t.integer().primaryKey().references('labels.id'),
});
class Owner extends db.Model('owners', {
  id: t.integer().primaryKey(),
  name: t.string(50),
  get items() {
    return hasMany(Item, { foreignKey: 'ownerId' });
  },
}) {}
class Item extends db.Model('items', {
  id: t.integer().primaryKey(),
  title: t.string(50),
  ownerId: t.integer().references('owners.id').index(),
  sharedId: t.integer().references('owners.id'),
  twinId: t.integer().references('owners.id'),
  get owner() {
    return belongsTo(Owner, { foreignKey: 'ownerId' });
  },
  /** One of a few. */
  get shared() {
    return belongsTo(Owner, { foreignKey: 'sharedId' });
  },
  /** One that no other has. */
  get twin() {
    return belongsTo(Owner, { foreignKey: 'twinId' });
  },
  get labels() {
    return manyToMany(Label, { through: links });
  },
}) {}
class Label extends db.Model('labels', { id: t.integer().primaryKey(), name: t.string(50) }) {}

/** Reads so many rows, and gives the processor's time for it in microseconds: that of the clock tells of other processes too. */
type Way = (rows: number) => Promise<number>;

function timed(read: (session: ReturnType<typeof db.createSession>, rows: number) => Promise<unknown>): Way {
  return async (rows) => {
    const session = db.createSession();
    const start = process.cpuUsage();
    await read(session, rows);
    const { user, system } = process.cpuUsage(start);
    await session.close();
    return user + system;
  };
}

const items = (session: ReturnType<typeof db.createSession>, rows: number) => session.query(Item).filter(Item.c.id.le(rows));
const owners = (session: ReturnType<typeof db.createSession>, rows: number) => session.query(Owner).filter(Owner.c.id.le(rows / CHILDREN));

/** Each way reads as many items as it is told. */
const WAYS: Record<string, Way> = {
  'rows without objects': timed((session, rows) => session.all(select(Item.table).where(Item.c.id.le(rows)))),
  'objects alone': timed((session, rows) => items(session, rows).all()),
  'to-one, joined': timed((session, rows) => items(session, rows).with({ owner: 'joined' }).all()),
  'to-one of its own, joined': timed((session, rows) => items(session, rows).with({ twin: 'joined' }).all()),
  'to-one of few, joined': timed((session, rows) => items(session, rows).with({ shared: 'joined' }).all()),
  'to-one, selectin': timed((session, rows) => items(session, rows).with({ owner: 'selectin' }).all()),
  'to-one of its own, selectin': timed((session, rows) => items(session, rows).with({ twin: 'selectin' }).all()),
  'to-one, subquery': timed((session, rows) => items(session, rows).with({ owner: 'subquery' }).all()),
  'to-one, awaited': timed(async (session, rows) => {
    for (const item of await items(session, rows).all()) await item.owner;
  }),
  'collection, joined': timed((session, rows) => owners(session, rows).with({ items: 'joined' }).all()),
  'collection, selectin': timed((session, rows) => owners(session, rows).with({ items: 'selectin' }).all()),
  'collection, subquery': timed((session, rows) => owners(session, rows).with({ items: 'subquery' }).all()),
  'collection, awaited': timed(async (session, rows) => {
    for (const owner of await owners(session, rows).all()) await owner.items;
  }),
  'collection, 2 of each': timed((session, rows) =>
    owners(session, rows)
      .with({ items: { limit: 2 } })
      .all(),
  ),
  'pairs, joined': timed((session, rows) => items(session, rows).with({ labels: 'joined' }).all()),
  'pairs, selectin': timed((session, rows) => items(session, rows).with({ labels: 'selectin' }).all()),
  stream: timed(async (session, rows) => {
    for await (const item of items(session, rows).stream()) void item;
  }),
};

async function fill(): Promise<void> {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
  await db.createAll();
  const session = db.createSession();
  await session.bulkInsert(
    Owner,
    numbers(LARGEST).map((id) => ({ id, name: `owner ${id}` })),
  );
  await session.bulkInsert(
    Label,
    numbers(20).map((id) => ({ id, name: `label ${id}` })),
  );
  await session.bulkInsert(
    Item,
    numbers(LARGEST).map((id) => ({ id, title: `item ${id}`, ownerId: Math.ceil(id / CHILDREN), sharedId: 1 + (id % 20), twinId: id })),
  );
  await session.execute(
    insertInto(links).values(numbers(LARGEST).flatMap((id) => [1, 2].map((n) => ({ itemId: id, labelId: 1 + ((id + 7 * n) % 20) })))),
  );
  await session.commit();
}

const middle = (list: number[]): number => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

await db.context(fill);
console.log('microseconds for each row, the middle of several runs:');
console.log(['rows'.padEnd(28), ...sizes.map((size) => String(size).padStart(8))].join(''));
for (const [name, way] of Object.entries(WAYS)) {
  if (only !== undefined && !name.includes(only)) continue;
  process.stdout.write(name.padEnd(28));
  for (const size of sizes) {
    const times: number[] = [];
    for (let read = 0; read < READ || times.length < 3; read += size) times.push(await way(size));
    process.stdout.write((middle(times) / size).toFixed(2).padStart(8));
  }
  process.stdout.write('\n');
}
await db.dispose();

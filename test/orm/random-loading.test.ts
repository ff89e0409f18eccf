import { expect, test } from 'vitest';
import { belongsTo, Database, foreignKey, hasMany, hasOne, insertInto, manyToMany, type Session, t } from '../../src/index.ts';
import { randomNumbers } from '../core/random-values.ts';
import { databases, Statements } from '../setup/databases.ts';
import { liveDatabases } from '../setup/live-databases.ts';
import { firstSeed, isOneSeed } from '../setup/seed.ts';

// Random graphs of rows, and random requests for them, with every strategy, nesting, filter, order and limit: what is loaded is
// compared with what is picked from plain arrays.
// ATHANOR_SEED=… runs one seed; ATHANOR_RUNS=… another number of them.

function models(db: Database) {
  const ac = db.Table('ac', {
    aId: t.integer().primaryKey().references('as.id'),
    cId: t.integer().primaryKey().references('cs.id'),
  });
  const bc = db.Table('bc', { bId: t.integer().references('bs.id'), cId: t.integer().references('cs.id') });
  const links = db.Table('links', {
    fromId: t.integer().primaryKey().references('ns.id'),
    toId: t.integer().primaryKey().references('ns.id'),
  });
  class A extends db.Model('as', {
    id: t.integer().primaryKey(),
    n: t.integer().nullable(),
    get bs() {
      return hasMany(B, { orderBy: () => B.c.id.desc() });
    },
    get one() {
      return hasOne(One);
    },
    get cs() {
      return manyToMany(C, { through: ac });
    },
  }) {}
  class B extends db.Model('bs', {
    id: t.integer().primaryKey(),
    n: t.integer().nullable(),
    aId: t.integer().nullable().references('as.id'),
    get a() {
      return belongsTo(A, { nullable: true });
    },
    get ks() {
      return hasMany(K);
    },
    get cs() {
      return manyToMany(C, { through: bc, orderBy: () => C.c.id });
    },
  }) {}
  class C extends db.Model('cs', {
    id: t.integer().primaryKey(),
    n: t.integer().nullable(),
    get as() {
      return manyToMany(A, { through: ac });
    },
    get bs() {
      return manyToMany(B, { through: bc });
    },
  }) {}
  class One extends db.Model('ones', {
    id: t.integer().primaryKey(),
    n: t.integer().nullable(),
    aId: t.integer().nullable().unique().references('as.id'),
    get a() {
      return belongsTo(A, { nullable: true });
    },
  }) {}
  class K extends db.Model('ks', {
    x: t.integer().primaryKey(),
    id: t.integer().primaryKey(),
    n: t.integer().nullable(),
    bId: t.integer().references('bs.id'),
    get b() {
      return belongsTo(B);
    },
    get qs() {
      return hasMany(Q);
    },
  }) {}
  class Q extends db.Model(
    'qs',
    {
      id: t.integer().primaryKey(),
      n: t.integer().nullable(),
      kx: t.integer().nullable(),
      kId: t.integer().nullable(),
      get k() {
        return belongsTo(K, { nullable: true });
      },
    },
    { constraints: (c) => [foreignKey([c.kx, c.kId], ['ks.x', 'ks.id'])] },
  ) {}
  class N extends db.Model('ns', {
    id: t.integer().primaryKey(),
    n: t.integer().nullable(),
    parentId: t.integer().nullable().references('ns.id'),
    get parent() {
      return belongsTo(N, { nullable: true });
    },
    get children() {
      return hasMany(N, { orderBy: () => N.c.id });
    },
    get links() {
      return manyToMany(N, { through: links, foreignKey: 'fromId', otherKey: 'toId' });
    },
  }) {}
  return { tables: { ac, bc, links }, classes: { A, B, C, One, K, Q, N } };
}

type Kind = 'A' | 'B' | 'C' | 'One' | 'K' | 'Q' | 'N';
type Row = Record<string, number | null> & { id: number };
type Pair = readonly [number, number];
type Data = Record<Kind, Row[]> & { ac: Pair[]; bc: Pair[]; links: Pair[] };

interface Way {
  readonly to: Kind;
  readonly many: boolean;
  /** What the relation says of the order itself. */
  readonly order?: 'up' | 'down';
  readonly rows: (row: Row, data: Data) => Row[];
}

const inverse = (to: Kind, key: string, options: Partial<Way> = {}): Way => ({
  to,
  many: true,
  rows: (row, data) => data[to].filter((other) => other[key] === row.id),
  ...options,
});
const through = (to: Kind, pairs: 'ac' | 'bc' | 'links', side: 0 | 1, options: Partial<Way> = {}): Way => ({
  to,
  many: true,
  rows: (row, data) => data[to].filter((other) => data[pairs].some((pair) => pair[side] === row.id && pair[1 - side] === other.id)),
  ...options,
});
const forward = (to: Kind, key: string): Way => ({
  to,
  many: false,
  rows: (row, data) => data[to].filter((other) => other.id === row[key]),
});

const WAYS: Record<Kind, Record<string, Way>> = {
  A: { bs: inverse('B', 'aId', { order: 'down' }), one: inverse('One', 'aId', { many: false }), cs: through('C', 'ac', 0) },
  B: { a: forward('A', 'aId'), ks: inverse('K', 'bId'), cs: through('C', 'bc', 0, { order: 'up' }) },
  C: { as: through('A', 'ac', 1), bs: through('B', 'bc', 1) },
  One: { a: forward('A', 'aId') },
  K: { b: forward('B', 'bId'), qs: inverse('Q', 'kId') },
  Q: { k: forward('K', 'kId') },
  N: { parent: forward('N', 'parentId'), children: inverse('N', 'parentId', { order: 'up' }), links: through('N', 'links', 0) },
};

interface Condition {
  readonly least: number;
  readonly below: boolean;
}
type Order = 'up' | 'down' | 'n';

interface Request {
  readonly key: string;
  readonly way: Way;
  readonly strategy: 'joined' | 'selectin' | 'subquery' | 'recursive' | null;
  readonly condition: Condition | null;
  readonly order: Order | null;
  readonly limit: number | null;
  readonly offset: number | null;
  readonly depth: number | null;
  readonly nested: readonly Request[];
}

type Dice = ReturnType<typeof dice>;
function dice(next: () => number) {
  const below = (n: number): number => Math.floor(next() * n);
  return {
    below,
    chance: (p: number): boolean => next() < p,
    pick: <T>(list: readonly T[]): T => list[below(list.length)],
  };
}

function makeData({ below, chance }: Dice): Data {
  const rows = (least: number, more: (i: number) => Record<string, number | null> = () => ({})): Row[] =>
    Array.from({ length: least + below(8) }, (_, i) => ({ id: i + 1, n: chance(0.15) ? null : below(6), ...more(i) }) as unknown as Row);
  const maybe = (list: readonly Row[], p = 0.8): number | null => (list.length > 0 && chance(p) ? 1 + below(list.length) : null);
  const A = rows(1);
  const B = rows(2, () => ({ aId: maybe(A) }));
  const C = rows(1);
  const free = A.map((row) => row.id);
  const One = rows(0, () => ({ aId: free.length > 0 && chance(0.7) ? (free.splice(below(free.length), 1)[0] as number) : null }));
  const K = rows(2, (i) => ({ x: i % 3, bId: maybe(B, 1) as number }));
  const Q = rows(3).map((row) => {
    const k = maybe(K);
    return { ...row, kId: k, kx: k === null ? null : K[k - 1].x };
  });
  const N = rows(3, (i) => ({ parentId: i > 0 && chance(0.8) ? 1 + below(i) : null }));
  const pairs = (left: Row[], right: Row[]): Pair[] => left.flatMap((a) => right.filter(() => chance(0.3)).map((b): Pair => [a.id, b.id]));
  return { A, B, C, One, K, Q, N, ac: pairs(A, C), bc: pairs(B, C), links: pairs(N, N) };
}

/** Requests below a class; a relation is asked for once only, since an object has one collection of it. */
function makeRequests(die: Dice, kind: Kind, depth: number, used: Set<string>): Request[] {
  return Object.entries(WAYS[kind]).flatMap(([key, way]): Request[] => {
    if (used.has(`${kind}.${key}`) || !die.chance(depth === 0 ? 0.75 : 0.5)) return [];
    used.add(`${kind}.${key}`);
    const recursive = kind === 'N' && die.chance(0.4);
    const strategy = recursive ? 'recursive' : die.pick(['joined', 'selectin', 'subquery', null] as const);
    const condition = die.chance(0.3) ? { least: die.below(6), below: die.chance(0.5) } : null;
    const order = way.many && die.chance(0.4) ? die.pick(['up', 'down', 'n'] as const) : null;
    const cut = way.many && die.chance(0.3) && (order !== null || way.order !== undefined);
    const nested = depth < 3 ? makeRequests(die, way.to, depth + 1, used) : [];
    return [
      {
        key,
        way,
        strategy,
        condition,
        order,
        limit: cut && die.chance(0.8) ? die.below(4) : null,
        offset: cut && die.chance(0.4) ? die.below(3) : null,
        depth: recursive && die.chance(0.5) ? 1 + die.below(3) : null,
        nested,
      },
    ];
  });
}

const meets = (row: Row, condition: Condition | null): boolean =>
  condition === null || (row.n !== null && (condition.below ? row.n < condition.least : row.n >= condition.least));

const compare: Record<Order, (a: Row, b: Row) => number> = {
  up: (a, b) => a.id - b.id,
  down: (a, b) => b.id - a.id,
  n: (a, b) => (a.n ?? 99) - (b.n ?? 99) || b.id - a.id,
};

/** What a request finds for one row. */
function picked(row: Row, request: Request, data: Data): Row[] {
  const { way, condition, limit, offset } = request;
  const found = way.rows(row, data).filter((other) => meets(other, condition));
  const order = request.order ?? way.order;
  if (order !== undefined) found.sort(compare[order]);
  return found.slice(offset ?? 0, limit === null ? undefined : (offset ?? 0) + limit);
}

// The generator makes classes and attributes by name, which the types cannot follow.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Untyped = any;
type Thing = Untyped;

function conditionOf(model: Untyped, { least, below }: Condition): Untyped {
  return below ? model.c.n.lt(least) : model.c.n.ge(least);
}

function orderOf(model: Untyped, order: Order): Untyped[] {
  return order === 'up' ? [model.c.id] : order === 'down' ? [model.c.id.desc()] : [model.c.n.asc().nullsLast(), model.c.id.desc()];
}

function withOf(classes: Untyped, requests: readonly Request[]): Record<string, unknown> {
  return Object.fromEntries(
    requests.map((request) => {
      const { key, way, strategy, condition, order, limit, offset, depth, nested } = request;
      const model = classes[way.to];
      const options = {
        ...(strategy === null ? {} : { strategy }),
        ...(condition === null ? {} : { filter: conditionOf(model, condition) }),
        ...(order === null ? {} : { orderBy: orderOf(model, order) }),
        ...(limit === null ? {} : { limit }),
        ...(offset === null ? {} : { offset }),
        ...(depth === null ? {} : { depth }),
        ...(nested.length === 0 ? {} : { with: withOf(classes, nested) }),
      };
      return [key, Object.keys(options).length === 0 ? true : options];
    }),
  );
}

/** Compares what objects hold with what is picked for their rows, level by level. */
function check(things: readonly Thing[], kind: Kind, requests: readonly Request[], data: Data, fresh: boolean): void {
  for (const request of requests) {
    const { key, way, order, depth } = request;
    let level = new Set(things);
    const seen = new Set(level);
    const reached = new Set<Thing>();
    const steps = request.strategy === 'recursive' ? (depth ?? Number.POSITIVE_INFINITY) : 1;
    for (let step = 0; step < steps && level.size > 0; step++) {
      const next = new Set<Thing>();
      for (const thing of level) {
        const row = data[kind].find((other) => other.id === thing.id) as Row;
        const wanted = picked(row, request, data).map((other) => other.id);
        const held: Thing[] = way.many ? [...thing[key]] : [thing[key]].filter((one) => one !== null);
        const ids = held.map((one) => one.id);
        // A collection that was loaded whole before keeps the order that it was asked for in.
        const sorted = order !== null || (fresh && way.order !== undefined);
        expect(sorted ? ids : ids.sort((a, b) => a - b), `${kind} ${row.id}.${key}`).toEqual(
          sorted ? wanted : wanted.sort((a, b) => a - b),
        );
        for (const one of held) {
          reached.add(one);
          if (!seen.has(one)) next.add(one);
          seen.add(one);
        }
      }
      level = next;
    }
    check([...reached], way.to, request.nested, data, fresh);
  }
}

const size = (requests: readonly Request[], data: Data): number =>
  requests.reduce(
    (sum, one) =>
      sum + (one.strategy === 'recursive' && (one.limit ?? one.offset) !== null ? data.N.length + 1 : 1) + size(one.nested, data),
    0,
  );

/** What was asked for last, for the message of a failure. */
let asked = '';

async function query(session: Session, classes: Untyped, statements: Statements, data: Data, die: Dice, fresh: boolean): Promise<void> {
  const kind = die.pick(['A', 'A', 'B', 'C', 'One', 'K', 'Q', 'N'] as const);
  const model = classes[kind];
  const requests = makeRequests(die, kind, 0, new Set());
  const condition = die.chance(0.4) ? { least: die.below(6), below: die.chance(0.5) } : null;
  const order = die.pick(['up', 'down', 'n'] as const);
  const contained = requests.find(
    (request) => request.strategy !== 'recursive' && request.limit === null && request.offset === null && request.order === null,
  );
  const contains = contained !== undefined && die.chance(0.2) ? contained : null;
  const cut = contains === null && die.chance(0.4);
  const [limit, offset] = [cut ? die.below(6) : null, cut && die.chance(0.5) ? die.below(3) : null];
  const distinct = contains === null && die.chance(0.1);
  let spec = withOf(classes, requests);
  asked = JSON.stringify({ kind, condition, order, limit, offset, distinct, contains: contains?.key, requests });
  let found = data[kind].filter((row) => meets(row, condition)).sort(compare[order]);
  let built = session.query(model) as Untyped;
  if (condition !== null) built = built.filter(conditionOf(model, condition));
  if (contains !== null) {
    const target = classes[contains.way.to];
    built = built.join(model.c[contains.key]);
    if (contains.condition !== null) built = built.filter(conditionOf(target, contains.condition));
    built = built.orderBy(...orderOf(model, order));
    if (contains.way.order !== undefined) built = built.orderBy(...orderOf(target, contains.way.order));
    spec = { ...spec, [contains.key]: { strategy: 'contains', with: withOf(classes, contains.nested) } };
    found = found.filter((row) => picked(row, contains, data).length > 0);
    // The joined class may be the query's own, whose condition would then be on the wrong one of the two.
    if (contains.way.to === kind) return;
  } else built = built.orderBy(...orderOf(model, order));
  if (limit !== null) built = built.limit(limit);
  if (offset !== null) built = built.offset(offset);
  if (distinct) built = built.distinct();
  found = found.slice(offset ?? 0, limit === null ? undefined : (offset ?? 0) + limit);
  statements.takeAll();
  const things: Thing[] = await built.with(spec).all();
  expect(things.map((thing) => thing.id)).toEqual(found.map((row) => row.id));
  expect(statements.count()).toBeLessThanOrEqual(1 + size(requests, data));
  check(things, kind, requests, data, fresh);
}

async function run(db: Database, seed: number): Promise<void> {
  const die = dice(randomNumbers(seed));
  const { classes, tables } = models(db);
  await db.dropAll();
  await db.createAll();
  const data = makeData(die);
  await using session = db.createSession();
  for (const kind of ['A', 'B', 'C', 'One', 'K', 'Q', 'N'] as const)
    if (data[kind].length > 0) await session.bulkInsert(classes[kind], data[kind]);
  const pairs = async (table: Untyped, names: readonly [string, string], list: readonly Pair[]): Promise<void> => {
    if (list.length > 0)
      await session.execute(insertInto(table).values(list.map((pair) => ({ [names[0]]: pair[0], [names[1]]: pair[1] }))) as Untyped);
  };
  await pairs(tables.ac, ['aId', 'cId'], data.ac);
  await pairs(tables.bc, ['bId', 'cId'], data.bc);
  await pairs(tables.links, ['fromId', 'toId'], data.links);
  await session.commit();
  const statements = new Statements(db.engine);
  for (let i = 0; i < 6; i++) {
    const fresh = i === 0 || die.chance(0.6);
    if (fresh) session.expungeAll();
    try {
      await query(session, classes, statements, data, die, fresh);
    } catch (error) {
      throw new Error(`seed ${seed}, query ${i}: ${asked}`, { cause: error });
    }
  }
}

const seeds = Array.from({ length: isOneSeed ? 1 : Number(process.env.ATHANOR_RUNS ?? 12) }, (_, i) => firstSeed + i);

test.each([databases[0], ...liveDatabases])('random requests load what is there, on $name', { timeout: 3_600_000 }, async (database) => {
  const url = database.url();
  // Tables on a server take longer to make than all that is read from them.
  for (const seed of database.shared && !process.env.ATHANOR_RUNS ? seeds.slice(0, 3) : seeds) {
    const db = new Database({ url });
    try {
      await run(db, seed);
    } finally {
      await db.dispose();
    }
  }
});

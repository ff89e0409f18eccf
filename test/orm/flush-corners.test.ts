import { describe, expect, test } from 'vitest';
import {
  belongsTo,
  composite,
  foreignKey,
  func,
  hasMany,
  hasOne,
  inspect,
  listen,
  manyToMany,
  sql,
  t,
  text,
  unique,
} from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

class Span {
  readonly from: number;
  readonly to: number;
  constructor(from: number, to: number) {
    this.from = from;
    this.to = to;
  }
}

async function open(database: TestDatabase) {
  const db = openDatabase(database);
  const edges = db.Table('edges', {
    fromId: t.integer().primaryKey().references('nodes.id'),
    toId: t.integer().primaryKey().references('nodes.id'),
  });
  class Node extends db.Model('nodes', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    parentId: t.integer().nullable().references('nodes.id'),
    nextId: t.integer().nullable().unique().references('nodes.id'),
    get parent() {
      return belongsTo(Node, { foreignKey: 'parentId', nullable: true, backPopulates: 'children' });
    },
    get children() {
      return hasMany(Node, { foreignKey: 'parentId', cascade: 'all', backPopulates: 'parent', orderBy: () => Node.c.id });
    },
    get next() {
      return belongsTo(Node, { foreignKey: 'nextId', nullable: true, postUpdate: true, backPopulates: 'previous' });
    },
    get previous() {
      return hasOne(Node, { foreignKey: 'nextId', postUpdate: true, backPopulates: 'next' });
    },
    get to() {
      return manyToMany(Node, { through: edges, foreignKey: 'fromId', backPopulates: 'from' });
    },
    get from() {
      return manyToMany(Node, { through: edges, foreignKey: 'toId', backPopulates: 'to' });
    },
  }) {}
  class Order extends db.Model('orders_of', {
    region: t.string(10).primaryKey(),
    number: t.integer().primaryKey(),
    total: t.integer().default(0),
    changed: t
      .integer()
      .default(0)
      .onUpdate(() => 1),
    get lines() {
      return hasMany(Line, { cascade: 'all, delete-orphan', orderBy: () => Line.c.place });
    },
  }) {}
  class Line extends db.Model(
    'order_lines',
    {
      id: t.integer().primaryKey(),
      region: t.string(10),
      number: t.integer(),
      place: t.integer(),
      article: t.string(20),
      get order() {
        return belongsTo(Order);
      },
    },
    {
      constraints: [unique('region', 'number', 'place'), foreignKey(['region', 'number'], ['orders_of.region', 'orders_of.number'])],
    },
  ) {}
  class Range extends db.Model('ranges', {
    low: t.integer().primaryKey(),
    high: t.integer().primaryKey(),
    name: t.string(20).nullable(),
    span: composite(Span, { from: 'low', to: 'high' }),
  }) {}
  class Note extends db.Model('notes', {
    id: t.integer().primaryKey(),
    body: t.json<unknown>().nullable(),
    made: t.integer().serverDefault(sql`7`),
    kind: t.enum(['a', 'b']).default('a'),
    size: t.integer().nullable().default(func.length('abc')),
  }) {}
  await db.createAll();
  return { db, session: db.createSession(), statements: new Statements(db.engine), Node, Order, Line, Range, Note };
}

describe.each([...allDatabases, ...pgliteDatabases])('corners of the flush on $name', (database) => {
  test('a tree that is turned upside down: each child becomes the parent of what held it', async () => {
    const { session, Node } = await open(database);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Node({ name }));
    a.children.add(b);
    b.children.add(c);
    session.add(a);
    await session.commit();
    a.children.remove(b);
    b.children.remove(c);
    c.children.add(b);
    b.children.add(a);
    await session.commit();
    expect([a.parentId, b.parentId, c.parentId]).toEqual([b.id, c.id, null]);
    // The former root with its whole tree, cut at the middle in the same flush.
    b.children.remove(a);
    session.delete(c);
    await session.commit();
    expect((await session.query(Node).all()).map((node) => [node.name, node.parentId])).toEqual([['a', null]]);
    expect([a, b, c].map((node) => inspect(node).state)).toEqual(['persistent', 'detached', 'detached']);
  });

  test('a node goes in between two stored ones', async () => {
    const { session, statements, Node } = await open(database);
    const [a, c] = ['a', 'c'].map((name) => new Node({ name }));
    a.children.add(c);
    session.add(a);
    await session.commit();
    statements.takeAll();
    const b = new Node({ name: 'b', parent: a });
    c.parent = b;
    session.add(b);
    await session.commit();
    expect(statements.summary()).toEqual(['INSERT nodes', 'UPDATE nodes']);
    expect([b.parentId, c.parentId]).toEqual([a.id, b.id]);
    expect([...(await a.children)]).toEqual([b]);
    expect([...(await b.children)]).toEqual([c]);
  });

  test('a ring of new rows by postUpdate, which is turned, and deleted', async () => {
    const { session, statements, Node } = await open(database);
    const nodes = ['a', 'b', 'c'].map((name) => new Node({ name }));
    for (const [i, node] of nodes.entries()) node.next = nodes[(i + 1) % 3];
    session.addAll(nodes);
    await session.commit();
    expect(statements.batches()).toEqual(['INSERT nodes', 'UPDATE nodes']);
    expect(nodes.map((node) => node.nextId)).toEqual([nodes[1].id, nodes[2].id, nodes[0].id]);
    for (const [i, node] of nodes.entries()) node.next = nodes[(i + 2) % 3];
    await session.commit();
    expect(await session.all(text('SELECT next_id FROM nodes ORDER BY id'))).toEqual([
      { next_id: nodes[2].id },
      { next_id: nodes[0].id },
      { next_id: nodes[1].id },
    ]);
    expect(await nodes[0].previous).toBe(nodes[1]);
    for (const node of nodes) session.delete(node);
    await session.commit();
    expect(await session.query(Node).count()).toBe(0);
  });

  test('a graph: both directions, pairs with itself, and a node that goes', async () => {
    const { session, Node } = await open(database);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => new Node({ name }));
    a.to.add(b, c, a);
    b.to.add(a);
    session.add(a);
    await session.commit();
    const pairs = () =>
      session.all(
        text(
          'SELECT f.name AS f, g.name AS g FROM edges JOIN nodes f ON f.id = from_id JOIN nodes g ON g.id = to_id ORDER BY f.name, g.name',
        ),
      );
    expect(await pairs()).toEqual([
      { f: 'a', g: 'a' },
      { f: 'a', g: 'b' },
      { f: 'a', g: 'c' },
      { f: 'b', g: 'a' },
    ]);
    a.from.remove(b);
    c.to.add(a);
    a.to.remove(a);
    await session.commit();
    expect(await pairs()).toEqual([
      { f: 'a', g: 'b' },
      { f: 'a', g: 'c' },
      { f: 'c', g: 'a' },
    ]);
    session.delete(a);
    await session.commit();
    expect(await pairs()).toEqual([]);
    expect(await session.query(Node).count()).toBe(2);
  });

  test('children by a key of two columns follow, move and go', async () => {
    const { session, statements, Order, Line } = await open(database);
    const lines = ['x', 'y', 'z'].map((article, place) => new Line({ article, place }));
    const [first, second] = [new Order({ region: 'n', number: 1, lines }), new Order({ region: 's', number: 1 })];
    session.addAll([first, second]);
    await session.commit();
    expect(lines.map((line) => [line.region, line.number])).toEqual([
      ['n', 1],
      ['n', 1],
      ['n', 1],
    ]);
    statements.takeAll();
    second.lines.add(lines[1]);
    lines[1].place = 0;
    await session.commit();
    expect(statements.summary()).toEqual(['UPDATE order_lines']);
    expect([lines[1].region, lines[1].number]).toEqual(['s', 1]);
    first.lines.remove(lines[0]);
    lines[2].place = 0;
    await session.commit();
    expect((await session.query(Line).orderBy(Line.c.id).all()).map((line) => [line.article, line.place])).toEqual([
      ['y', 0],
      ['z', 0],
    ]);
    expect([first.changed, second.changed]).toEqual([0, 0]);
    first.total = 5;
    await session.commit();
    expect([first.changed, second.changed]).toEqual([1, 0]);
  });

  test('unique places of children: all moved up, one put in between, two exchanged, in one flush each', async () => {
    const { session, Order, Line } = await open(database);
    const lines = ['a', 'b', 'c', 'd'].map((article, place) => new Line({ article, place }));
    const order = new Order({ region: 'n', number: 1, lines });
    session.add(order);
    await session.commit();
    const stored = async () => {
      await session.commit();
      return (await session.scalars(text('SELECT article FROM order_lines ORDER BY place'))).join('');
    };
    for (const line of lines) line.place++;
    order.lines.add(new Line({ article: 'x', place: 0 }));
    expect(await stored()).toBe('xabcd');
    [lines[0].place, lines[3].place] = [4, 1];
    expect(await stored()).toBe('xdbca');
    order.lines.remove(lines[1]);
    lines[2].place = 2;
    expect(await stored()).toBe('xdca');
    session.delete(lines[3]);
    for (const [i, line] of [...(await order.lines)].filter((one) => one !== lines[3]).entries()) line.place = 2 - i;
    expect((await stored()).length).toBe(3);
  });

  test('a value object that is the key', async () => {
    const { session, Range } = await open(database);
    const range = new Range({ span: new Span(1, 5), name: 'a' });
    session.add(range);
    await session.commit();
    expect(await session.get(Range, [1, 5])).toBe(range);
    range.span = new Span(2, 6);
    await session.commit();
    expect([range.low, range.high, (await session.get(Range, [2, 6])) === range]).toEqual([2, 6, true]);
    expect(await session.all(text('SELECT low, high, name FROM ranges'))).toEqual([{ low: 2, high: 6, name: 'a' }]);
    session.delete(range);
    session.add(new Range({ low: 2, high: 6 }));
    await session.commit();
    expect(await session.all(text('SELECT low, high, name FROM ranges'))).toEqual([{ low: 2, high: 6, name: null }]);
  });

  test('defaults of rows with and without values, in one flush', async () => {
    const { session, Note } = await open(database);
    const notes = [
      new Note({}),
      new Note({ made: 1, size: null }),
      new Note({ body: null, kind: 'b' }),
      new Note({ body: { a: [] }, size: 9 }),
      new Note({ body: [], made: 2 }),
    ];
    session.addAll(notes);
    await session.commit();
    expect(notes.map(({ body, made, kind, size }) => [body, made, kind, size])).toEqual([
      [null, 7, 'a', 3],
      [null, 1, 'a', null],
      [null, 7, 'b', 3],
      [{ a: [] }, 7, 'a', 9],
      [[], 2, 'a', 3],
    ]);
    const ids = notes.map((note) => note.id);
    expect([...ids].sort((a, b) => a - b)).toEqual(ids);
    session.expungeAll();
    const stored = await session.query(Note).orderBy(Note.c.id).all();
    expect(stored.map(({ body, made, kind, size }) => [body, made, kind, size])).toEqual(
      notes.map(({ body, made, kind, size }) => [body, made, kind, size]),
    );
    expect(await session.scalar(text('SELECT count(*) FROM notes WHERE body IS NULL'))).toBe(3);
  });

  test('children take the keys that the database makes for their parents', async () => {
    const db = openDatabase(database);
    const made = {
      sqlite: sql`(lower(hex(randomblob(16))))`,
      mysql: sql`(uuid())`,
      postgresql: sql`(CAST(gen_random_uuid() AS varchar(40)))`,
    };
    class Parent extends db.Model('parents', {
      id: t.string(40).primaryKey().serverDefault(made[database.family]),
      name: t.string(10),
      get children() {
        return hasMany(Child);
      },
    }) {}
    class Child extends db.Model('children', {
      id: t.integer().primaryKey(),
      parentId: t.string(40).references('parents.id'),
      get parent() {
        return belongsTo(Parent);
      },
    }) {}
    await db.createAll();
    const session = db.createSession();
    const parents = [1, 2, 3].map((i) => new Parent({ name: `p${i}`, children: [new Child({}), new Child({})] }));
    session.addAll(parents);
    // Without RETURNING nobody would know the rows by their keys.
    if (!database.returning) return expect(session.commit()).rejects.toThrow("its key 'id' has no value and is not generated");
    await session.commit();
    expect(new Set(parents.map((parent) => parent.id)).size).toBe(3);
    for (const parent of parents) {
      expect((await parent.children).map((child) => child.parentId)).toEqual([parent.id, parent.id]);
      expect(await session.get(Parent, parent.id)).toBe(parent);
      expect(await session.query(Child).filterBy({ parentId: parent.id }).count()).toBe(2);
    }
  });

  test('handlers of one flush change, add and delete others', async () => {
    const { session, Node, Note } = await open(database);
    const old = new Note({ size: 1 });
    session.add(old);
    await session.commit();
    listen(Node, 'beforeInsert', (node) => {
      if (node.name === 'a') {
        session.add(new Node({ name: 'from a', parent: node as never }));
        old.size = 2;
      }
    });
    listen(Note, 'beforeUpdate', (note) => {
      if (note.size === 2) session.add(new Note({ size: 3 }));
    });
    listen(Node, 'afterInsert', (node) => {
      if (node.name === 'from a') old.size = 4;
    });
    const a = new Node({ name: 'a' });
    session.add(a);
    await session.commit();
    expect((await session.query(Node).orderBy(Node.c.id).all()).map((node) => [node.name, node.parentId])).toEqual([
      ['a', null],
      ['from a', a.id],
    ]);
    expect((await session.query(Note).orderBy(Note.c.id).all()).map((note) => note.size)).toEqual([4, 3]);
  });
});

// MySQL refuses ON UPDATE CASCADE within one table.
describe.each([...allDatabases, ...pgliteDatabases].filter(({ family }) => family !== 'mysql'))(
  'natural keys of trees on $name',
  (database) => {
    test('names that rows of one table refer to each other by are changed and exchanged', async () => {
      const db = openDatabase(database);
      class Part extends db.Model('parts', {
        name: t.string(20).primaryKey(),
        above: t.string(20).nullable().references('parts.name', { onUpdate: 'cascade' }),
        get parent() {
          return belongsTo(Part, { nullable: true });
        },
        get children() {
          return hasMany(Part);
        },
      }) {}
      await db.createAll();
      const session = db.createSession();
      const [a, b] = [new Part({ name: 'a' }), new Part({ name: 'b' })];
      const root = new Part({ name: 'root', children: [a, b] });
      session.add(root);
      await session.commit();
      const stored = async () => {
        await session.commit();
        const rows = await session.all(text<{ name: string; above: string | null }>('SELECT name, above FROM parts ORDER BY name'));
        return rows.map(({ name, above }) => `${name}<${above}`).join(' ');
      };
      root.name = 'ROOT';
      expect(await stored()).toBe('ROOT<null a<ROOT b<ROOT');
      [root.name, a.name] = ['top', 'root'];
      b.parent = a;
      expect(await stored()).toBe('b<root root<top top<null');
      expect([a.above, b.above]).toEqual(['top', 'root']);
      [root.name, a.name] = ['root', 'top'];
      expect(await stored()).toBe('b<top root<null top<root');
      expect([a.above, b.above]).toEqual(['root', 'top']);
      for (const part of [root, a, b]) expect(await session.get(Part, part.name)).toBe(part);
    });
  },
);

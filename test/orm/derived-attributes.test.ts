import { describe, expect, expectTypeOf, test } from 'vitest';
import { alias, composite, InvalidStateError, MappingError, select, synonym, t, ValidationError } from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

class Point {
  readonly x: number;
  readonly y: number;
  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
  get length(): number {
    return Math.hypot(this.x, this.y);
  }
}

/** A Standard Schema that trims text and refuses what is empty then, as a library would make it. */
const trimmed = {
  '~standard': {
    version: 1 as const,
    vendor: 'test',
    validate: (value: unknown) => {
      const text = String(value).trim();
      return text === '' ? { issues: [{ message: 'must not be empty' }] } : { value: text };
    },
  },
};

describe.each([...allDatabases, ...pgliteDatabases])('attributes made of others on $name', (database) => {
  async function open() {
    const db = openDatabase(database);
    class Edge extends db.Model('edges', {
      id: t.integer().primaryKey(),
      label: t.string(20).nullable().validate(trimmed),
      weight: t
        .integer()
        .default(1)
        .validate((value) => {
          if (value < 0) throw new RangeError('no negative weight');
        }),
      x1: t.integer(),
      y1: t.integer(),
      x2: t.integer().nullable(),
      y2: t.integer().nullable(),
      start: composite(Point, { x: 'x1', y: 'y1' }),
      end: composite(Point, { x: 'x2', y: 'y2' }, { nullable: true }),
      title: synonym('label'),
    }) {}
    await db.createAll();
    const session = db.createSession();
    return { db, session, statements: new Statements(db.engine), Edge };
  }

  test('a composite reads and sets its columns, and is compared in SQL', async () => {
    const { db, session, statements, Edge } = await open();
    const edge = new Edge({ start: new Point(3, 4), title: ' a ' });
    expectTypeOf(edge.start).toEqualTypeOf<Readonly<Point>>();
    expectTypeOf(edge.end).toEqualTypeOf<Readonly<Point> | null>();
    expectTypeOf(edge.title).toEqualTypeOf<string | null>();
    expect([edge.x1, edge.y1, edge.label, edge.end]).toEqual([3, 4, 'a', null]);
    session.addAll([edge, new Edge({ start: new Point(3, 4), end: new Point(0, 1), x1: 7 })]);
    await session.commit();
    const reader = db.createSession();
    const [first, second] = await reader.query(Edge).orderBy(Edge.c.id).all();
    expect(first.start).toBeInstanceOf(Point);
    const { start } = first;
    expect([start.length, first.start === start, second.start.x, second.end]).toEqual([5, true, 7, new Point(0, 1)]);
    // A value object cannot be changed unseen.
    expect(() => ((first.start as { x: number }).x = 9)).toThrow(TypeError);
    statements.takeAll();
    first.start = new Point(3, 4);
    await reader.flush();
    expect(statements.count()).toBe(0);
    first.start = new Point(3, 5);
    first.end = new Point(1, 2);
    second.end = null;
    await reader.commit();
    expect([first.start.y, first.y1, first.y2, second.x2, second.end]).toEqual([5, 5, 2, null, null]);
    const ids = async (condition: ReturnType<typeof Edge.c.start.eq>): Promise<number[]> =>
      reader.query(Edge).filter(condition).orderBy(Edge.c.id).select(Edge.c.id).scalars();
    expect(await ids(Edge.c.start.eq(new Point(3, 5)))).toEqual([1]);
    expect(await ids(Edge.c.start.ne(new Point(3, 5)))).toEqual([2]);
    expect([await ids(Edge.c.end.isNull()), await ids(Edge.c.end.isNotNull()), await ids(Edge.c.end.eq(null))]).toEqual([[2], [1], [2]]);
    expect(
      (
        await reader
          .query(Edge)
          .filterBy({ end: new Point(1, 2) })
          .one()
      ).id,
    ).toBe(1);
    const e = alias(Edge, 'e');
    expect(await reader.scalars(select(e.c.id).where(e.c.start.eq(new Point(3, 5))))).toEqual([1]);
    await reader.rollback();
    expect(() => {
      first.start = null as never;
    }).toThrow(InvalidStateError);
    expect(() => new Edge({ start: 5 as never })).toThrow(InvalidStateError);
    // @ts-expect-error a member that the class does not have
    composite(Point, { z: 'x1' });
    expect(() => db.Model('wrong', { id: t.integer().primaryKey(), at: composite(Point, { x: 'a', y: 'b' }) })).toThrow(MappingError);
  });

  test('a synonym is the attribute itself', async () => {
    const { session, Edge } = await open();
    const edge = new Edge({ title: 'a', start: new Point(0, 0) });
    session.add(edge);
    await session.flush();
    edge.title = 'b';
    expect(edge.label).toBe('b');
    expect((await session.query(Edge).filterBy({ title: 'b' }).one()).id).toBe(edge.id);
    expect(await session.query(Edge).filter(Edge.c.title.startsWith('b')).orderBy(Edge.c.title).select(Edge.c.title).scalars()).toEqual([
      'b',
    ]);
    expect(Object.keys(edge.toJSON())).not.toContain('title');
    expect(() => db().Model('wrong', { id: t.integer().primaryKey(), at: synonym('where') })).toThrow(MappingError);
    function db() {
      return openDatabase(database);
    }
  });

  test('validators see every value: of new objects, of changes, of composites and of bulk work', async () => {
    const { session, statements, Edge } = await open();
    expect(() => new Edge({ label: ' ' })).toThrow(ValidationError);
    expect(() => new Edge({ title: ' ' })).toThrow(/must not be empty/);
    expect(() => new Edge({ weight: -1 })).toThrow(RangeError);
    const row = { x1: 0, y1: 0 };
    await expect(
      session.bulkInsert(Edge, [
        { ...row, label: 'a' },
        { ...row, label: '' },
      ]),
    ).rejects.toThrow(ValidationError);
    await expect(session.bulkInsert(Edge, [{ ...row, label: '' }], { returning: true })).rejects.toThrow(ValidationError);
    await expect(session.bulkUpdate(Edge, [{ id: 1, weight: -5 }])).rejects.toThrow(RangeError);
    expect(statements.count()).toBe(0);
    expect(await session.bulkInsert(Edge, [{ ...row, label: ' one ' }, row])).toBe(2);
    const [edge] = await session.bulkInsert(Edge, [{ ...row, label: ' two ' }], { returning: true });
    expect(edge.label).toBe('two');
    await session.bulkUpdate(Edge, [{ id: edge.id, label: ' three ' }]);
    expect(edge.label).toBe('three');
    const other = await session.merge(new Edge({ id: edge.id, x1: 1, y1: 1, label: ' four ' }));
    expect([other === edge, edge.label]).toEqual([true, 'four']);
    expect(await session.query(Edge).orderBy(Edge.c.id).select(Edge.c.label).scalars()).toEqual(['one', null, 'four']);
    expect(() => {
      edge.weight = -2;
    }).toThrow(RangeError);
    expect(edge.weight).toBe(1);
  });
});

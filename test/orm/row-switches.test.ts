import { describe, expect, test } from 'vitest';
import { belongsTo, foreignKey, func, hasMany, hasOne, inspect, listen, manyToMany, sql, t, text, unique } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';

async function open(database: TestDatabase) {
  const db = openDatabase(database);
  const groupTags = db.Table('group_tags', {
    groupId: t.integer().primaryKey().references('groups_of.id'),
    tagId: t.integer().primaryKey().references('tags.id'),
  });
  class Group extends db.Model('groups_of', {
    id: t.integer().primaryKey(),
    name: t.string(20).unique(),
    note: t.string(20).nullable(),
    rank: t.integer().default(7),
    version: t.integer().version(),
    get members() {
      return hasMany(Member, { cascade: 'all, delete-orphan' });
    },
    get tags() {
      return manyToMany(Tag, { through: groupTags });
    },
  }) {}
  class Member extends db.Model('members', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    groupId: t.integer().references('groups_of.id'),
    get group() {
      return belongsTo(Group);
    },
  }) {}
  class Tag extends db.Model('tags', { id: t.integer().primaryKey(), name: t.string(20) }) {}
  class Counted extends db.Model('counted', {
    id: t.integer().primaryKey(),
    name: t.string(20),
    made: t.integer().serverDefault(sql`40 + 2`),
    size: t.integer().default(func.length('abcd')),
  }) {}
  await db.createAll();
  return { db, session: db.createSession(), statements: new Statements(db.engine), Group, Member, Tag, Counted };
}

describe.each([...allDatabases, ...pgliteDatabases])('row switches on $name', (database) => {
  test('an object in the place of a deleted one with the same key is one update of the row', async () => {
    const { session, statements, Group } = await open(database);
    const old = new Group({ id: 1, name: 'a', note: 'old', rank: 3 });
    session.add(old);
    await session.commit();
    statements.takeAll();
    session.delete(old);
    const fresh = new Group({ id: 1, name: 'a' });
    session.add(fresh);
    await session.flush();
    expect(statements.summary().filter((line) => !line.startsWith('SELECT'))).toEqual(['DELETE group_tags', 'UPDATE groups_of']);
    expect([fresh.note, fresh.rank, fresh.version]).toEqual([null, 7, 2]);
    expect([inspect(old).state, inspect(fresh).state]).toEqual(['deleted', 'persistent']);
    expect(await session.get(Group, 1)).toBe(fresh);
    await session.commit();
    expect(await session.all(text('SELECT id, name, note, groups_of.rank, version FROM groups_of'))).toEqual([
      { id: 1, name: 'a', note: null, rank: 7, version: 2 },
    ]);
    expect(inspect(old).state).toBe('detached');
    fresh.note = 'on';
    await session.commit();
    expect(fresh.version).toBe(3);
  });

  test('a rollback brings the deleted object back to its row', async () => {
    const { session, Group } = await open(database);
    const old = new Group({ id: 1, name: 'a', note: 'old' });
    session.add(old);
    await session.commit();
    old.note = 'changed';
    session.delete(old);
    const fresh = new Group({ id: 1, name: 'b' });
    session.add(fresh);
    await session.flush();
    await session.rollback();
    expect([inspect(old).state, inspect(fresh).state]).toEqual(['persistent', 'transient']);
    expect([old.name, old.note, old.version]).toEqual(['a', 'old', 1]);
    expect(await session.get(Group, 1)).toBe(old);
    old.note = 'again';
    await session.commit();
    expect([old.note, old.version]).toEqual(['again', 2]);
  });

  test('children and pairs of the deleted one go, those of the new one come', async () => {
    const { session, Group, Member, Tag } = await open(database);
    const [red, blue] = [new Tag({ name: 'red' }), new Tag({ name: 'blue' })];
    const old = new Group({ id: 1, name: 'a', members: [new Member({ name: 'm1' }), new Member({ name: 'm2' })], tags: [red] });
    session.addAll([old, blue]);
    await session.commit();
    session.delete(old);
    const fresh = new Group({ id: 1, name: 'a', members: [new Member({ name: 'm3' })], tags: [blue] });
    session.add(fresh);
    await session.commit();
    expect((await session.query(Member).all()).map((member) => [member.name, member.groupId])).toEqual([['m3', 1]]);
    expect(await session.all(text('SELECT group_id, tag_id FROM group_tags'))).toEqual([{ group_id: 1, tag_id: blue.id }]);
    expect((await fresh.members).map((member) => member.name)).toEqual(['m3']);
  });

  test('a child that moves from the deleted one to the new one stays', async () => {
    const { session, Group, Member } = await open(database);
    const kept = new Member({ name: 'kept' });
    const old = new Group({ id: 1, name: 'a', members: [kept] });
    session.add(old);
    await session.commit();
    const fresh = new Group({ id: 1, name: 'b' });
    session.add(fresh);
    fresh.members.add(kept);
    session.delete(old);
    await session.commit();
    expect((await session.query(Member).all()).map((member) => [member.name, member.groupId])).toEqual([['kept', 1]]);
    expect(inspect(kept).state).toBe('persistent');
  });

  test('what the database fills in by itself needs a new row', async () => {
    const { session, statements, Counted } = await open(database);
    const old = new Counted({ id: 1, name: 'a', made: 5 });
    session.add(old);
    await session.commit();
    statements.takeAll();
    session.delete(old);
    const fresh = new Counted({ id: 1, name: 'b' });
    session.add(fresh);
    await session.commit();
    expect(statements.summary().slice(0, 2)).toEqual(['DELETE counted', 'INSERT counted']);
    expect([fresh.made, fresh.size]).toEqual([42, 4]);
  });

  test('events are those of the delete and of the new object', async () => {
    const { session, Group } = await open(database);
    const told: string[] = [];
    for (const event of ['beforeInsert', 'afterInsert', 'beforeUpdate', 'afterUpdate', 'beforeDelete', 'afterDelete'] as const)
      listen(Group, event, (group) => void told.push(`${event} ${group.name}`));
    const old = new Group({ id: 1, name: 'a' });
    session.add(old);
    await session.commit();
    told.length = 0;
    session.delete(old);
    session.add(new Group({ id: 1, name: 'b' }));
    await session.commit();
    expect(told.sort()).toEqual(['afterDelete a', 'afterInsert b', 'beforeDelete a', 'beforeInsert b']);
  });

  test('a new object with the key of one that is not deleted fails, and rollback() mends the session', async () => {
    const { session, Group } = await open(database);
    const old = new Group({ id: 1, name: 'a' });
    session.add(old);
    await session.commit();
    session.add(new Group({ id: 1, name: 'b' }));
    await expect(session.flush()).rejects.toThrow();
    await session.rollback();
    expect(await session.get(Group, 1)).toBe(old);
  });

  test('a key that comes from relations is known before it is written: the row of a pair is taken over', async () => {
    const db = openDatabase(database);
    class Course extends db.Model('courses', {
      id: t.integer().primaryKey(),
      get seats() {
        return hasMany(Seat, { cascade: 'all, delete-orphan', orderBy: () => Seat.c.studentId });
      },
    }) {}
    class Student extends db.Model('students', {
      id: t.integer().primaryKey(),
      get seats() {
        return hasMany(Seat);
      },
    }) {}
    class Seat extends db.Model('seats', {
      courseId: t.integer().primaryKey().references('courses.id'),
      studentId: t.integer().primaryKey().references('students.id'),
      grade: t.integer(),
      get course() {
        return belongsTo(Course);
      },
      get student() {
        return belongsTo(Student);
      },
      get paper() {
        return hasOne(Paper, { cascade: 'all, delete-orphan' });
      },
    }) {}
    class Paper extends db.Model(
      'papers',
      {
        id: t.integer().primaryKey(),
        text: t.string(20),
        courseId: t.integer(),
        studentId: t.integer(),
        get seat() {
          return belongsTo(Seat);
        },
      },
      {
        constraints: (c) => [
          unique(c.courseId, c.studentId),
          foreignKey([c.courseId, c.studentId], ['seats.course_id', 'seats.student_id']),
        ],
      },
    ) {}
    /** Refers to papers, so that a table is in the way of deleting papers before all else. */
    class Mark extends db.Model('marks', {
      id: t.integer().primaryKey(),
      paperId: t.integer().nullable().references('papers.id'),
    }) {}
    await db.createAll();
    const session = db.createSession();
    const statements = new Statements(db.engine);
    const [ann, bob] = [new Student({}), new Student({})];
    const course = new Course({
      seats: [new Seat({ student: ann, grade: 1, paper: new Paper({ text: 'first' }) }), new Seat({ student: bob, grade: 2 })],
    });
    session.add(course);
    await session.commit();
    const [old] = await course.seats;
    statements.takeAll();

    const fresh = new Seat({ student: ann, grade: 5 });
    course.seats.set([fresh]);
    await session.flush();
    expect(statements.batches().filter((line) => !line.startsWith('SELECT'))).toEqual(['UPDATE seats', 'DELETE papers', 'DELETE seats']);
    expect([inspect(old).state, inspect(fresh).state]).toEqual(['deleted', 'persistent']);
    expect(await session.get(Seat, [course.id, ann.id])).toBe(fresh);
    await session.rollback();
    expect([inspect(old).state, inspect(fresh).state]).toEqual(['persistent', 'transient']);
    expect((await course.seats).map((seat) => seat.grade)).toEqual([1, 2]);

    // A unique value that comes from a relation is given up before it is taken.
    const paper = await old.paper;
    if (paper === null) throw new Error('the paper is gone');
    const mark = new Mark({});
    session.add(mark);
    await session.commit();
    old.paper = new Paper({ text: 'second' });
    session.delete(mark);
    await session.commit();
    expect((await session.query(Paper).all()).map(({ text }) => text)).toEqual(['second']);

    // The other side lets its rows go, and new ones come in over it.
    course.seats.set([new Seat({ student: bob, grade: 7 }), new Seat({ student: ann, grade: 8 })]);
    await session.commit();
    const other = db.createSession();
    expect((await other.query(Seat).orderBy(Seat.c.studentId).all()).map(({ studentId, grade }) => [studentId, grade])).toEqual([
      [ann.id, 8],
      [bob.id, 7],
    ]);
    expect(await other.query(Paper).count()).toBe(0);
    await other.close();
    await session.close();
  });

  test('a row that is taken over lets go of what it referred to before that is deleted', async () => {
    const { session, statements, Group, Member } = await open(database);
    const first = new Group({ id: 1, name: 'a' });
    const old = new Member({ id: 1, name: 'm', group: first });
    session.addAll([first, old]);
    await session.commit();
    statements.takeAll();
    session.delete(old);
    session.delete(first);
    const fresh = new Member({ id: 1, name: 'n', group: new Group({ id: 2, name: 'b' }) });
    session.add(fresh);
    await session.commit();
    expect(statements.summary().filter((line) => !line.startsWith('SELECT'))).toEqual([
      'DELETE group_tags',
      'INSERT groups_of',
      'UPDATE members',
      'DELETE groups_of',
    ]);
    expect(await session.all(text('SELECT id, name, group_id FROM members'))).toEqual([{ id: 1, name: 'n', group_id: 2 }]);
    expect(await session.all(text('SELECT id, name FROM groups_of'))).toEqual([{ id: 2, name: 'b' }]);
    await session.close();
  });

  test('so it does where a new row takes a unique value of what it referred to', async () => {
    const db = openDatabase(database);
    class Badge extends db.Model('badges', { id: t.integer().primaryKey(), code: t.string(20).unique() }) {}
    class Guard extends db.Model('guards', {
      id: t.integer().primaryKey(),
      name: t.string(20),
      badgeId: t.integer().nullable().references('badges.id'),
      get badge() {
        return belongsTo(Badge, { nullable: true });
      },
    }) {}
    await db.createAll();
    const session = db.createSession();
    const badge = new Badge({ code: 'x' });
    const old = new Guard({ id: 1, name: 'ann', badge });
    session.add(old);
    await session.commit();
    session.delete(old);
    session.delete(badge);
    const fresh = new Guard({ id: 1, name: 'bob', badge: new Badge({ code: 'x' }) });
    session.add(fresh);
    await session.commit();
    const rows = (): Promise<unknown> => session.all(text('SELECT g.id, g.name, b.code FROM guards g JOIN badges b ON b.id = g.badge_id'));
    expect(await rows()).toEqual([{ id: 1, name: 'bob', code: 'x' }]);
    session.delete(fresh);
    session.add(new Guard({ id: 1, name: 'cid', badge: await fresh.badge }));
    await session.flush();
    expect(await rows()).toEqual([{ id: 1, name: 'cid', code: 'x' }]);
    await session.rollback();
    expect([fresh.name, inspect(fresh).state]).toEqual(['bob', 'persistent']);
    await session.close();
  });
});

describe.each([...allDatabases, ...pgliteDatabases])('rows that stay and need what is deleted on $name', (database) => {
  async function open() {
    const db = openDatabase(database);
    class Maker extends db.Model('makers', {
      id: t.integer().primaryKey(),
      code: t.string(8).unique(),
      rank: t.integer().nullable().unique(),
    }) {}
    class Car extends db.Model('cars', {
      id: t.integer().primaryKey(),
      name: t.string(8),
      makerId: t.integer().references('makers.id'),
      get maker() {
        return belongsTo(Maker);
      },
    }) {}
    await db.createAll();
    const session = db.createSession();
    const old = new Maker({ code: 'vw', rank: 1 });
    const cars = [1, 2].map((id) => new Car({ id, name: 'old', maker: old }));
    session.addAll(cars);
    await session.commit();
    const rows = () => session.all(text('SELECT cars.id, name, code FROM cars JOIN makers ON makers.id = maker_id ORDER BY cars.id'));
    return { session, Maker, Car, old, cars, rows };
  }

  test('a new row takes a unique value of the one that they move away from', async () => {
    const { session, Maker, old, cars, rows } = await open();
    const fresh = new Maker({ code: 'vw', rank: 1 });
    for (const car of cars) car.maker = fresh;
    session.delete(old);
    await session.flush();
    expect(await rows()).toEqual([1, 2].map((id) => ({ id, name: 'old', code: 'vw' })));
    expect(await session.query(Maker).count()).toBe(1);
    await session.rollback();
    expect([inspect(old).state, old.code, cars[0].makerId]).toEqual(['persistent', 'vw', old.id]);
    // So may one that was there before.
    const other = new Maker({ code: 'bmw' });
    session.add(other);
    await session.commit();
    for (const car of cars) car.maker = other;
    other.code = 'vw';
    session.delete(old);
    await session.commit();
    expect(await rows()).toEqual([1, 2].map((id) => ({ id, name: 'old', code: 'vw' })));
  });

  test('so it does where new objects take over the rows', async () => {
    const { session, Maker, Car, old, cars, rows } = await open();
    for (const object of [...cars, old]) session.delete(object);
    const fresh = new Maker({ code: 'vw' });
    session.addAll([1, 2].map((id) => new Car({ id, name: 'new', maker: fresh })));
    await session.commit();
    expect(await rows()).toEqual([1, 2].map((id) => ({ id, name: 'new', code: 'vw' })));
    expect(await session.query(Maker).count()).toBe(1);
  });
});

import { describe, expect, test } from 'vitest';
import { alias, listen, select, t } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { openCompany } from './hierarchy-models.ts';

// How a query of a class at the top reads the columns of those below: in its own statement, or by one for each of them.

async function filled(database: TestDatabase, joined: boolean, load: 'inline' | 'selectin') {
  const company = await openCompany(database, joined, load);
  const { session, Company, Employee, Manager, Executive, Engineer, Skill } = company;
  const [sql, ts] = ['sql', 'ts'].map((name) => new Skill({ name }));
  const ann = new Manager({ name: 'ann', budget: 100, notes: { text: 'a' } });
  session.add(
    new Company({
      name: 'acme',
      employees: [
        new Employee({ name: 'zoe' }),
        ann,
        new Executive({ name: 'eve', budget: 900, bonus: 3 }),
        new Engineer({ name: 'bob', language: 'ts', manager: ann, skills: [sql, ts] }),
        new Engineer({ name: 'cid', language: 'c', started: '2024-05-01', manager: ann, skills: [sql] }),
      ],
    }),
  );
  await session.commit();
  session.expungeAll();
  company.statements.takeAll();
  return company;
}

const PLAIN = [
  { name: 'zoe', type: 'employee' },
  { name: 'ann', type: 'manager', budget: 100, notes: { text: 'a' } },
  { name: 'eve', type: 'executive', budget: 900, notes: null, bonus: 3 },
  { name: 'bob', type: 'engineer', language: 'ts', started: null, managerId: 2 },
  { name: 'cid', type: 'engineer', language: 'c', started: '2024-05-01', managerId: 2 },
];

const CASES = allDatabases.flatMap((database) =>
  [true, false].map((joined) => ({ database, joined, name: database.name, form: joined ? 'joined tables' : 'one table' })),
);

describe.each(CASES)('polymorphic loading in $form on $name', ({ database, joined }) => {
  test('a class that loads later takes one statement, whatever the number of its objects', async () => {
    const { session, statements, Employee, Manager, Engineer } = await filled(database, joined, 'selectin');
    const all = await session.query(Employee).orderBy(Employee.c.id).all();
    // Managers, then executives among them, then engineers.
    expect(statements.summary()).toEqual([
      'SELECT employees',
      `SELECT ${joined ? 'managers' : 'employees'}`,
      `SELECT ${joined ? 'engineers' : 'employees'}`,
      `SELECT ${joined ? 'managers' : 'employees'}`,
    ]);
    expect(all).toMatchObject(PLAIN);
    expect(statements.count()).toBe(0);
    // What the session has is not read again.
    expect(await session.query(Employee).orderBy(Employee.c.id).all()).toEqual(all);
    expect(statements.count()).toBe(1);
    session.expungeAll();
    expect((await session.query(Employee).filter(Employee.c.type.eq('engineer')).all()).length).toBe(2);
    expect(statements.count()).toBe(2);
    session.expungeAll();
    // Its own queries read it at once.
    expect(await session.query(Engineer).orderBy(Engineer.c.id).all()).toMatchObject(PLAIN.slice(3));
    expect(statements.count()).toBe(1);
    session.expungeAll();
    expect(await session.query(Manager).orderBy(Manager.c.id).all()).toMatchObject(PLAIN.slice(1, 3));
    expect(statements.count()).toBe(2);
  });

  test('the first statement names no table of a class that loads later', async () => {
    const { session, statements, Employee } = await filled(database, joined, 'selectin');
    const { sql } = await session.query(Employee).toSQL();
    expect(sql).not.toMatch(/managers|engineers|budget|language/);
    expect((await session.query(Employee).withPolymorphic('*').toSQL()).sql).toMatch(/budget.*language/s);
    statements.takeAll();
  });

  test('a query chooses for itself', async () => {
    const later = await filled(database, joined, 'selectin');
    const { session, statements } = later;
    const count = async (query: { all(): Promise<unknown[]> }, expected: readonly object[] = PLAIN) => {
      session.expungeAll();
      statements.takeAll();
      expect(await query.all()).toMatchObject(expected);
      return statements.count();
    };
    const inOrder = session.query(later.Employee).orderBy(later.Employee.c.id);
    expect(await count(inOrder.withPolymorphic('*'))).toBe(1);
    expect(await count(inOrder.withPolymorphic([later.Engineer]))).toBe(3);
    expect(await count(inOrder.withPolymorphic([later.Executive]))).toBe(2);
    expect(await count(inOrder.withPolymorphic([later.Executive, later.Engineer]))).toBe(1);
    // Its executives load later by themselves.
    expect(await count(inOrder.withPolymorphic('*').withPolymorphic([later.Manager], 'selectin'))).toBe(3);
    expect(await count(inOrder.withPolymorphic([later.Engineer]).limit(1), PLAIN.slice(0, 1))).toBe(1);

    const inline = await filled(database, joined, 'inline');
    const { Employee, Manager, Executive, Engineer } = inline;
    const counted = async (query: { all(): Promise<unknown[]> }, expected: readonly object[] = PLAIN) => {
      inline.session.expungeAll();
      inline.statements.takeAll();
      expect(await query.all()).toMatchObject(expected);
      return inline.statements.count();
    };
    const plain = inline.session.query(Employee).orderBy(Employee.c.id);
    expect(await counted(plain)).toBe(1);
    expect(await counted(plain.withPolymorphic('*', 'selectin'))).toBe(3);
    expect(await counted(plain.withPolymorphic([Manager], 'selectin'))).toBe(2);
    expect(await counted(plain.withPolymorphic([Engineer, Executive], 'selectin'))).toBe(3);
    expect((await plain.withPolymorphic('*', 'selectin').toSQL()).sql).not.toMatch(/budget|language/);
    const e = alias(Employee, 'e');
    expect(await counted(inline.session.query(e).orderBy(e.c.id))).toBe(1);
    // Core reads all at once.
    expect(await inline.session.all(select(Employee).orderBy(Employee.c.id))).toMatchObject(PLAIN.map((one) => [one]));
    expect(() => plain.withPolymorphic([inline.Company])).toThrow(/a class below Employee/);
    expect(() => plain.withPolymorphic('all' as never)).toThrow(/classes, or '\*'/);
    expect(() => inline.session.query(inline.Company).withPolymorphic('*')).toThrow(/nothing tells the rows of Company/);
  });

  test('a class that a condition or the order names is read with it', async () => {
    const { session, statements, Employee, Manager, Engineer, Executive, Skill } = await filled(database, joined, 'selectin');
    const names = async (query: { all(): Promise<{ name: string }[]> }) => (await query.all()).map((one) => one.name);
    const all = session.query(Employee).orderBy(Employee.c.id);
    expect(await names(all.filter(Engineer.c.language.eq('c')))).toEqual(['cid']);
    expect(statements.count()).toBe(joined ? 1 : 2);
    session.expungeAll();
    expect(await names(all.filter(Manager.c.budget.gt(50)))).toEqual(['ann', 'eve']);
    expect(await names(all.filter(Executive.c.bonus.eq(3)))).toEqual(['eve']);
    expect(await names(all.filter(Manager.c.budget.gt(500).or(Engineer.c.language.eq('ts'))))).toEqual(['eve', 'bob']);
    expect(await names(session.query(Employee).orderBy(Engineer.c.language.desc().nullsLast(), Employee.c.id))).toEqual([
      'bob',
      'cid',
      'zoe',
      'ann',
      'eve',
    ]);
    expect(await names(all.filter(Engineer.c.skills.any(Skill.c.name.eq('ts'))))).toEqual(['bob']);
    expect(await names(all.filter(Engineer.c.manager.has(Manager.c.budget.gt(50))))).toEqual(['bob', 'cid']);
    expect(await names(all.filter(Manager.c.reports.any(Engineer.c.language.eq('c'))))).toEqual(['ann']);
    expect(await all.filter(Engineer.c.language.eq('c')).count()).toBe(1);
    expect(await all.filter(Engineer.c.language.eq('c')).exists()).toBe(true);
    expect(await all.filter(Engineer.c.language.eq('c')).select(Employee.c.name).all()).toEqual([['cid']]);
    const other = select(Engineer.c.id).from(Engineer).where(Engineer.c.language.eq('ts'));
    expect(await names(all.filter(Employee.c.id.in(other)))).toEqual(['bob']);
  });

  test('relations to the class load it in the same way, by every strategy', async () => {
    const { session, statements, Company, Employee, Engineer, Skill } = await filled(database, joined, 'selectin');
    const check = async (strategy: 'selectin' | 'joined' | 'subquery') => {
      session.expungeAll();
      statements.takeAll();
      const [company] = await session.query(Company).with({ employees: strategy }).all();
      expect([...company.employees].sort((a, b) => a.id - b.id)).toMatchObject(PLAIN);
      return statements.count();
    };
    expect(await check('joined')).toBe(4);
    expect(await check('selectin')).toBe(5);
    expect(await check('subquery')).toBe(5);
    session.expungeAll();
    const company = await session.query(Company).one();
    statements.takeAll();
    expect(await company.employees).toMatchObject(PLAIN);
    expect(statements.count()).toBe(4);
    session.expungeAll();
    // Relations of the classes below, whose keys come with their columns.
    const all = await session.query(Employee).with({ skills: true, manager: true, reports: true }).orderBy(Employee.c.id).all();
    expect(all.map((one) => (one.type === 'engineer' ? [one.manager?.name, one.skills.length] : null))).toEqual([
      null,
      null,
      null,
      ['ann', 2],
      ['ann', 1],
    ]);
    session.expungeAll();
    const some = await session
      .query(Company)
      .with({ employees: { filter: Engineer.c.language.eq('ts') } })
      .one();
    expect(some.employees.map((one) => one.name)).toEqual(['bob']);
    expect(
      await session
        .query(Company)
        .filter(Company.c.employees.any(Engineer.c.language.eq('ts')))
        .count(),
    ).toBe(1);
    expect(
      await session
        .query(Company)
        .filter(Company.c.employees.any(Engineer.c.language.eq('go')))
        .count(),
    ).toBe(0);
    session.expungeAll();
    const contained = await session.query(Company).join(Company.c.employees).with({ employees: 'contains' }).orderBy(Employee.c.id).all();
    expect(contained[0].employees.toArray()).toMatchObject(PLAIN);
    expect((await session.query(Skill).with({ engineers: true }).orderBy(Skill.c.id).all())[0].engineers.length).toBe(2);
  });

  test('get, refresh, expire, streams, statements and events see whole objects', async () => {
    const { session, statements, Employee, Manager, Engineer } = await filled(database, joined, 'selectin');
    const seen: string[] = [];
    const stop = listen(Employee, 'load', (one) => {
      seen.push(one instanceof Engineer ? one.language : one instanceof Manager ? String(one.budget) : one.name);
    });
    expect(await session.get(Employee, 4)).toMatchObject(PLAIN[3]);
    expect(statements.count()).toBe(2);
    expect(seen).toEqual(['ts']);
    expect(await session.get(Engineer, 5)).toMatchObject(PLAIN[4]);
    expect(await session.get(Employee, 3, { populateExisting: true })).toMatchObject(PLAIN[2]);
    session.expungeAll();
    seen.length = 0;
    await session.query(Employee).orderBy(Employee.c.id).all();
    expect([...seen].sort()).toEqual(['100', '900', 'c', 'ts', 'zoe']);
    stop();
    session.expungeAll();
    statements.takeAll();
    const streamed: unknown[] = [];
    for await (const one of session.query(Employee).orderBy(Employee.c.id).stream({ batch: 2 }))
      streamed.push(JSON.parse(JSON.stringify(one)));
    expect(streamed).toMatchObject(PLAIN);
    const all = await session.query(Employee).orderBy(Employee.c.id).all();
    const bob = all[3] as InstanceType<typeof Engineer>;
    session.expire(bob);
    expect(() => bob.language).toThrow(/not loaded/);
    await session.query(Employee).all();
    expect(bob.language).toBe('ts');
    session.expire(bob);
    await session.refresh(bob);
    expect(bob.language).toBe('ts');
    bob.language = 'go';
    await session.query(Employee).populateExisting().all();
    expect(bob.language).toBe('go');
    await session.rollback();
    await session.query(Employee).populateExisting().all();
    expect(bob.language).toBe('ts');
    expect(all).toMatchObject(PLAIN);
    session.expungeAll();
    expect(
      await session
        .query(Employee)
        .union(session.query(Employee).filter(Employee.c.id.eq(1)))
        .orderBy(Employee.c.id)
        .all(),
    ).toMatchObject(PLAIN);
    session.expungeAll();
    expect(await session.query(Employee).fromStatement(select(Employee).orderBy(Employee.c.id)).all()).toMatchObject(PLAIN);
    // Two queries at once, which find the same objects.
    session.expungeAll();
    const [one, two] = await Promise.all([
      session.query(Employee).orderBy(Employee.c.id).all(),
      session.query(Employee).orderBy(Employee.c.id).all(),
    ]);
    expect(one).toEqual(two);
    expect(two).toMatchObject(PLAIN);
    session.expungeAll();
    // What was not asked for is not read.
    statements.takeAll();
    const [first] = await session.query(Employee).loadOnly('name').filter(Employee.c.id.eq(4)).all();
    expect([first.name, statements.count()]).toEqual(['bob', 1]);
    expect(await session.query(Employee).orderBy(Employee.c.id).all()).toMatchObject(PLAIN);
  });

  test('1,200 objects take three statements for their class', async () => {
    const { session, statements, Employee, Engineer } = await filled(database, joined, 'selectin');
    await session.bulkInsert(
      Engineer,
      Array.from({ length: 1200 }, (_, i) => ({ name: `n${i}`, language: `l${i}` })),
    );
    await session.commit();
    session.expungeAll();
    statements.takeAll();
    const found = await session.query(Employee).filter(Employee.c.name.like('n%')).orderBy(Employee.c.id).all();
    expect(statements.count()).toBe(4);
    expect(found.every((one) => one instanceof Engineer && one.language === `l${one.name.slice(1)}`)).toBe(true);
    expect(found).toHaveLength(1200);
  });
});

describe.each(allDatabases)('polymorphic loading of keys of several columns on $name', (database) => {
  test('reads by the whole key, and deferred columns go on waiting', async () => {
    const db = openDatabase(database);
    class Item extends db.Model(
      'items',
      { shop: t.integer().primaryKey(), number: t.integer().primaryKey(), kind: t.integer(), name: t.string(20) },
      {
        on: 'kind',
        get identities() {
          return { 1: Book, 2: Tool };
        },
      },
    ) {}
    class Book extends Item.extend('books', { pages: t.integer(), text: t.string(50).deferred() }, { polymorphicLoad: 'selectin' }) {}
    class Tool extends Item.extend({ weight: t.integer().nullable() }, { polymorphicLoad: 'selectin' }) {}
    await db.createAll();
    await using session = db.createSession();
    const statements = new Statements(db.engine);
    session.addAll([
      new Book({ shop: 1, number: 1, name: 'a', pages: 10, text: 'x' }),
      new Book({ shop: 2, number: 1, name: 'b', pages: 20, text: 'y' }),
      new Tool({ shop: 1, number: 2, name: 'c', weight: null }),
    ]);
    await session.commit();
    session.expungeAll();
    statements.takeAll();
    const all = await session.query(Item).orderBy(Item.c.name).all();
    expect(all.map((one) => (one instanceof Book ? one.pages : one.weight))).toEqual([10, 20, null]);
    expect(statements.count()).toBe(3);
    expect(() => (all[0] as Book).text).toThrow(/not loaded/);
    session.expungeAll();
    const inline = await session.query(Item).withPolymorphic('*').orderBy(Item.c.name).all();
    expect(statements.count()).toBe(1);
    expect(inline.map((one) => (one instanceof Book ? one.pages : one.weight))).toEqual([10, 20, null]);
    expect(() => (inline[0] as Book).text).toThrow(/not loaded/);
    await session.refresh(inline[0], { attributes: ['text'] });
    expect((inline[0] as Book).text).toBe('x');
    expect(() => Item.extend({}, { polymorphicLoad: 'late' as never })).toThrow(/'inline' or 'selectin'/);
    await db.dropAll();
  });
});

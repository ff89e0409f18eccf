import { describe, expect, test } from 'vitest';
import { alias, caseWhen, exists, func, type Join, join, outerJoin, select, update } from '../../src/index.ts';
import type { TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { openCompany } from './hierarchy-models.ts';

// Relations that only some classes of a hierarchy have, asked for through their parent; and relations narrowed to a subclass.

async function filled(database: TestDatabase, joined: boolean) {
  const company = await openCompany(database, joined);
  const { session, Company, Employee, Manager, Executive, Engineer, Skill } = company;
  const [sql, ts] = ['sql', 'ts'].map((name) => new Skill({ name }));
  const ann = new Manager({ name: 'ann', budget: 100 });
  const acme = new Company({
    name: 'acme',
    employees: [
      new Employee({ name: 'zoe' }),
      ann,
      new Executive({ name: 'eve', budget: 900 }),
      new Engineer({ name: 'bob', language: 'ts', manager: ann, skills: [sql, ts] }),
      new Engineer({ name: 'cid', language: 'c', manager: ann, skills: [sql] }),
    ],
  });
  session.add(acme);
  await session.flush();
  session.add(new Company({ name: 'solo', employees: [new Manager({ name: 'kim', budget: 1 })] }));
  await session.commit();
  session.expungeAll();
  company.statements.takeAll();
  return company;
}

const CASES = allDatabases.flatMap((database) =>
  [true, false].map((joined) => ({ database, joined, name: database.name, form: joined ? 'joined tables' : 'one table' })),
);

describe.each(CASES)('relations of subclasses in $form on $name', ({ database, joined }) => {
  test('load through a query of the parent, one statement for each collection', async () => {
    const { session, statements, Employee, Manager, Engineer } = await filled(database, joined);
    const all = await session.query(Employee).with({ skills: true, reports: true, manager: true }).orderBy(Employee.c.id).all();
    expect(statements.count()).toBe(3);
    expect(
      all.map((one) => {
        if (one.type === 'engineer') return [one.name, one.manager?.name ?? null, one.skills.map((skill) => skill.name)];
        if (one instanceof Manager) return [one.name, one.reports.map((report) => report.name)];
        return [one.name];
      }),
    ).toEqual([['zoe'], ['ann', ['bob', 'cid']], ['eve', []], ['bob', 'ann', ['sql', 'ts']], ['cid', 'ann', ['sql']], ['kim', []]]);
    expect(statements.count()).toBe(0);
    expect(all[3] instanceof Engineer && 'reports' in all[3]).toBe(false);
    session.expungeAll();

    const first = await session.query(Employee).with({ manager: true }).filter(Employee.c.name.eq('bob')).one();
    expect(statements.count()).toBe(1);
    expect(first instanceof Engineer && first.manager?.budget).toBe(100);
    session.expungeAll();

    const oneStatement = await session.query(Employee).with({ skills: 'joined', manager: 'joined' }).orderBy(Employee.c.id).all();
    expect(statements.count()).toBe(1);
    expect(oneStatement.map((one) => (one.type === 'engineer' ? one.skills.length : -1))).toEqual([-1, -1, -1, 2, 1, -1]);
    session.expungeAll();

    const bySubquery = await session.query(Employee).with({ skills: 'subquery', reports: 'subquery' }).orderBy(Employee.c.id).all();
    expect(statements.count()).toBe(3);
    expect(bySubquery.map((one) => (one.type === 'engineer' ? one.skills.length : -1))).toEqual([-1, -1, -1, 2, 1, -1]);
  });

  test('load below a relation to the parent, and below each other', async () => {
    const { session, statements, Company, Manager, Engineer } = await filled(database, joined);
    const companies = await session
      .query(Company)
      .with({ employees: { with: { skills: true, reports: { with: { skills: true } } } } })
      .orderBy(Company.c.id)
      .all();
    expect(statements.count()).toBe(4);
    const names = companies.map((company) =>
      company.employees.map((one) => {
        if (one.type === 'engineer') return one.skills.map((skill) => skill.name);
        if (one.type === 'manager') return one.reports.map((report) => report.skills.length);
        return one.name;
      }),
    );
    expect(names).toEqual([['zoe', [2, 1], 'eve', ['sql', 'ts'], ['sql']], [[]]]);
    session.expungeAll();
    statements.takeAll();
    const [acme] = await session
      .query(Company)
      .with({ employees: { strategy: 'joined', with: { skills: true, manager: true } } })
      .filterBy({ name: 'acme' })
      .all();
    expect(statements.count()).toBe(2);
    const bob = acme.employees.find((one) => one.name === 'bob');
    expect(bob instanceof Engineer && bob.skills.map((skill) => skill.name)).toEqual(['sql', 'ts']);
    expect(bob instanceof Engineer && bob.manager instanceof Manager).toBe(true);
    expect(statements.count()).toBe(0);
  });

  test('a filter of such a relation is no filter of the parents, and lazy loads take the class alone', async () => {
    const { session, statements, Employee, Engineer, Skill } = await filled(database, joined);
    const all = await session
      .query(Employee)
      .with({ skills: { filter: Skill.c.name.eq('ts') } })
      .orderBy(Employee.c.id)
      .all();
    expect(all).toHaveLength(6);
    expect(all.flatMap((one) => (one instanceof Engineer ? [one.skills.length] : []))).toEqual([1, 0]);
    session.expungeAll();
    statements.takeAll();
    const again = await session.query(Employee).orderBy(Employee.c.id).all();
    const bob = again[3];
    if (!(bob instanceof Engineer)) throw new Error('another class');
    expect((await bob.skills).map((skill) => skill.name)).toEqual(['sql', 'ts']);
    // The other engineer came along.
    const cid = again[4] as typeof bob;
    expect((await cid.skills).map((skill) => skill.name)).toEqual(['sql']);
    expect(statements.count()).toBe(2);
    expect(() => session.query(Employee).with({ nope: true } as never)).toThrow(/'nope'.*skills/s);
  });

  test('of() narrows a relation to a subclass, or to an alias of one', async () => {
    const { session, Company, Employee, Manager, Executive, Engineer, Skill } = await filled(database, joined);
    const names = async (query: { all(): Promise<{ name: string }[]> }) => (await query.all()).map((one) => one.name).sort();
    const { employees } = Company.c;
    expect(await names(session.query(Company).filter(employees.of(Engineer).any()))).toEqual(['acme']);
    expect(await names(session.query(Company).filter(employees.of(Manager).any()))).toEqual(['acme', 'solo']);
    expect(await names(session.query(Company).filter(employees.of(Executive).any()))).toEqual(['acme']);
    expect(await names(session.query(Company).filter(employees.of(Engineer).any(Engineer.c.language.eq('go'))))).toEqual([]);
    expect(await names(session.query(Company).filter(employees.of(Engineer).any(Engineer.c.skills.any(Skill.c.name.eq('ts')))))).toEqual([
      'acme',
    ]);
    expect(await names(session.query(Company).filter(employees.of(Manager).every(Manager.c.budget.lt(10))))).toEqual(['solo']);
    expect(await session.query(Company).select(employees.of(Engineer).count()).all()).toEqual([[2], [0]]);
    // Attributes of a subclass are there without narrowing, too.
    expect(await names(session.query(Company).filter(employees.any(Engineer.c.language.eq('c'))))).toEqual(['acme']);
    expect(await names(session.query(Company).join(employees.of(Engineer)).filter(Engineer.c.language.eq('ts')))).toEqual(['acme']);
    expect(await names(session.query(Company).join(employees.of(Manager)).filter(Manager.c.budget.lt(10)))).toEqual(['solo']);
    expect(await names(session.query(Company).outerJoin(employees.of(Engineer)).filter(Engineer.c.id.isNull()))).toEqual(['solo']);
    const engineer = alias(Engineer, 'e');
    expect(await names(session.query(Company).join(employees.of(engineer)).filter(engineer.c.language.eq('ts')))).toEqual(['acme']);
    expect(await names(session.query(Company).filter(employees.of(engineer).any(engineer.c.name.eq('cid'))))).toEqual(['acme']);
    const found = await session
      .query(Company)
      .join(employees.of(engineer))
      .with({ employees: { alias: engineer } })
      .all();
    expect(found.map((company) => company.employees.map((one) => one.name).sort())).toEqual([['bob', 'cid']]);
    session.expungeAll();
    const contained = await session.query(Company).join(employees).with({ employees: 'contains' }).orderBy(Employee.c.id).all();
    expect(contained.map((company) => company.employees.map((one) => one.constructor.name))).toEqual([
      ['Employee', 'Manager', 'Executive', 'Engineer', 'Engineer'],
      ['Manager'],
    ]);
    session.expungeAll();
    const narrow = await session.query(Company).join(employees.of(Engineer)).with({ employees: 'contains' }).orderBy(Engineer.c.id).all();
    expect(narrow.map((company) => company.employees.map((one) => one.name))).toEqual([['bob', 'cid']]);
    expect(await names(session.query(Manager).filter(Manager.c.reports.of(Engineer).any()))).toEqual(['ann']);
    expect(() => employees.of(Company as never)).toThrow(/an alias of Employee or of a class below it/);
    expect(() => Manager.c.reports.of(Employee as never)).toThrow(/an alias of Engineer or of a class below it/);
  });

  test('columns of a subclass are selected from its rows alone, however they are joined', async () => {
    const { session, Company, Employee, Manager, Executive, Engineer, Skill } = await filled(database, joined);
    expect(await session.all(select(Engineer.c.name, Engineer.c.language).orderBy(Engineer.c.id))).toEqual([
      ['bob', 'ts'],
      ['cid', 'c'],
    ]);
    expect(await session.all(select({ name: Manager.c.name }).where(Manager.c.budget.gt(50)).orderBy(Manager.c.name))).toEqual([
      { name: 'ann' },
      { name: 'eve' },
    ]);
    expect(await session.all(select(Executive.c.name.as('one')))).toEqual([['eve']]);
    expect(
      (
        await session
          .query(Employee)
          .filter(Employee.c.id.in(select(Engineer.c.id)))
          .all()
      )
        .map((one) => one.name)
        .sort(),
    ).toEqual(['bob', 'cid']);
    expect(await session.all(select(Engineer.c.name, Company.c.name).join(Engineer.c.company).orderBy(Engineer.c.id))).toEqual([
      ['bob', 'acme'],
      ['cid', 'acme'],
    ]);
    expect(
      await session.all(select(Company.c.name, Engineer.c.name).join(Company.c.employees.of(Engineer)).orderBy(Engineer.c.id)),
    ).toEqual([
      ['acme', 'bob'],
      ['acme', 'cid'],
    ]);
    expect(await session.all(select(Skill.c.name, Engineer.c.name).join(Skill.c.engineers).where(Skill.c.name.eq('ts')))).toEqual([
      ['ts', 'bob'],
    ]);
    const boss = alias(Manager, 'boss');
    expect(
      await session.all(select(Engineer.c.name, boss.c.name).join(boss, Engineer.c.managerId.eq(boss.c.id)).orderBy(Engineer.c.id)),
    ).toEqual([
      ['bob', 'ann'],
      ['cid', 'ann'],
    ]);
    const all = await session.all(select(Employee, Engineer.c.language).orderBy(Employee.c.id));
    expect(all.map(([one, language]) => [one.name, language])).toEqual([
      ['zoe', null],
      ['ann', null],
      ['eve', null],
      ['bob', 'ts'],
      ['cid', 'c'],
      ['kim', null],
    ]);
    expect(await session.all(select(Engineer.c.name).from(Engineer).where(Engineer.c.language.eq('c')))).toEqual([['cid']]);
    // Both have the parent's table: one of them goes by a name of its own.
    expect(() => select(Employee.c.name).from(Employee).join(Manager, Manager.c.id.eq(Employee.c.id))).toThrow(
      /'employees' is in FROM already/,
    );
    const pairs = select(Company, Employee)
      .join(Company.c.employees)
      .where(Employee.c.name.in(['bob', 'kim']))
      .orderBy(Employee.c.name);
    expect((await session.all(pairs)).map(([company, one]) => [company.name, one.name])).toEqual([
      ['acme', 'bob'],
      ['solo', 'kim'],
    ]);
  });

  test('expressions over columns of a subclass are those of its rows too', async () => {
    const { session, Company, Employee, Manager, Executive, Engineer } = await filled(database, joined);
    expect(await session.scalar(select(func.count(Engineer.c.id)))).toBe(2);
    expect(await session.scalars(select(func.upper(Engineer.c.name)).orderBy(Engineer.c.id))).toEqual(['BOB', 'CID']);
    expect(await session.all(select({ loud: Executive.c.name.concat('!') }))).toEqual([{ loud: 'eve!' }]);
    const labels = select(caseWhen(Engineer.c.name.eq('bob'), 'first').else('other').as('label')).orderBy(Engineer.c.id);
    expect(await session.scalars(labels)).toEqual(['first', 'other']);
    // Of several classes, or what from() says.
    const both = select(func.count(Manager.c.budget), func.count(Engineer.c.language)).from(Employee);
    expect(await session.all(both)).toEqual([[3, 2]]);
    expect(await session.scalar(select(func.count(Engineer.c.id)).from(Engineer).where(Engineer.c.language.eq('c')))).toBe(1);
    const counted = select(Company.c.name, func.count(Engineer.c.id))
      .from(Company)
      .join(Company.c.employees.of(Engineer))
      .groupBy(Company.c.name);
    expect(await session.all(counted)).toEqual([['acme', 2]]);
    const inside = select(func.count(Engineer.c.id)).where(Engineer.c.companyId.eq(Company.c.id)).scalar();
    expect(await session.all(select(Company.c.name, inside).orderBy(Company.c.name))).toEqual([
      ['acme', 2],
      ['solo', 0],
    ]);
    expect(await session.query(Employee).select(func.count(Engineer.c.language), func.count()).one()).toEqual([2, 6]);
    expect(await session.query(Engineer).select(func.count(Engineer.c.id)).scalar()).toBe(2);
  });

  test('two classes of a hierarchy are joined where one has a name of its own', async () => {
    const { session, Company, Employee, Manager, Engineer } = await filled(database, joined);
    expect(() => session.query(Manager).join(Manager.c.reports)).toThrow(
      "join() along Manager.reports leads to Engineer, which shares the table 'employees' with Manager, so their columns could not be told apart. " +
        'Name the joined rows: const other = alias(Engineer), then .join(Manager.c.reports.of(other)).',
    );
    expect(() => session.query(Company).join(Company.c.employees).join(Engineer.c.manager)).toThrow(/of\(other\)/);
    const taken = /'employees' is in FROM already/;
    expect(() => session.query(Engineer).join(Manager, Engineer.c.managerId.eq(Manager.c.id))).toThrow(taken);
    expect(() => session.query(Employee).join(Manager, Manager.c.id.eq(Employee.c.id))).toThrow(taken);
    expect(() => select(Engineer).join(Manager, Engineer.c.managerId.eq(Manager.c.id))).toThrow(taken);
    const other = alias(Engineer, 'other');
    const managers = session.query(Manager).join(Manager.c.reports.of(other));
    expect((await managers.filter(other.c.name.eq('cid')).all()).map(({ name }) => name)).toEqual(['ann']);
    expect(await managers.filter(other.c.name.eq('ann')).all()).toEqual([]);
    expect((await managers.filter(Manager.c.name.eq('ann'), other.c.language.eq('c')).all()).map(({ name }) => name)).toEqual(['ann']);
    const pairs = await session.all(select(Manager, other).join(Manager.c.reports.of(other)).orderBy(other.c.id));
    expect(pairs.map(([manager, engineer]) => [manager.name, engineer.name, engineer.language])).toEqual([
      ['ann', 'bob', 'ts'],
      ['ann', 'cid', 'c'],
    ]);
    const sizes = select(Manager, func.count(other.c.id)).join(Manager.c.reports.of(other)).groupBy(Manager);
    expect((await session.all(sizes)).map(([manager, size]) => [manager.name, manager.budget, size])).toEqual([['ann', 100, 2]]);
    const boss = alias(Manager, 'boss');
    const led = session.query(Engineer).join(boss, Engineer.c.managerId.eq(boss.c.id)).filter(boss.c.budget.eq(100));
    expect((await led.orderBy(Engineer.c.id).all()).map(({ name }) => name)).toEqual(['bob', 'cid']);
  });

  test('columns of an alias are those of its class, and an outer join gives rows without one', async () => {
    const { session, Company, Manager, Engineer } = await filled(database, joined);
    const engineer = alias(Engineer, 'e');
    expect(await session.scalars(select(engineer.c.name).orderBy(engineer.c.id))).toEqual(['bob', 'cid']);
    expect(await session.scalar(select(func.count(engineer.c.id)))).toBe(2);
    expect(
      await session.all(
        select(Manager.c.name, func.upper(engineer.c.name)).join(engineer, engineer.c.managerId.eq(Manager.c.id)).orderBy(engineer.c.id),
      ),
    ).toEqual([
      ['ann', 'BOB'],
      ['ann', 'CID'],
    ]);
    const rows = [
      ['acme', 'bob'],
      ['acme', 'cid'],
      ['solo', null],
    ];
    const { employees } = Company.c;
    const along = select(Company.c.name, Engineer.c.name).outerJoin(employees.of(Engineer));
    expect(await session.all(along.orderBy(Company.c.name, Engineer.c.id))).toEqual(rows);
    const named = select(Company.c.name, engineer.c.name).outerJoin(employees.of(engineer));
    expect(await session.all(named.orderBy(Company.c.name, engineer.c.id))).toEqual(rows);
    const byClass = select(Company.c.name, Engineer.c.name).outerJoin(Engineer, Engineer.c.companyId.eq(Company.c.id));
    expect(await session.all(byClass.orderBy(Company.c.name, Engineer.c.id))).toEqual(rows);
    const byAlias = select(Company.c.name, engineer.c.name).outerJoin(engineer, engineer.c.companyId.eq(Company.c.id));
    expect(await session.all(byAlias.orderBy(Company.c.name, engineer.c.id))).toEqual(rows);
    const objects = await session.all(select(Company, Engineer).outerJoin(employees.of(Engineer)).orderBy(Company.c.name, Engineer.c.id));
    expect(objects.map(([company, one]) => [company.name, one?.name ?? null])).toEqual(rows);
    // A relation to all employees leaves it to the select whose rows it wants.
    const narrowed = select(Company, Engineer).join(employees).orderBy(Engineer.c.id);
    expect((await session.all(narrowed)).map(([company, one]) => [company.name, one.name])).toEqual(rows.slice(0, 2));
    const counted = select(Company.c.name, func.count(Engineer.c.id)).join(employees).groupBy(Company.c.name);
    expect(await session.all(counted)).toEqual([['acme', 2]]);
    expect(await session.all(select(Manager.c.name, Company.c.name).join(employees).orderBy(Manager.c.id))).toEqual([
      ['ann', 'acme'],
      ['eve', 'acme'],
      ['kim', 'solo'],
    ]);
    const kept = select(Company.c.name, Engineer.c.name).rightJoin(Engineer, Engineer.c.companyId.eq(Company.c.id));
    expect(await session.all(kept.orderBy(Engineer.c.id))).toEqual(rows.slice(0, 2));
    const rename = update(Company).set({ name: 'built' }).from(Engineer).where(Engineer.c.companyId.eq(Company.c.id));
    await session.execute(rename);
    expect(await session.scalars(select(Company.c.name).orderBy(Company.c.id))).toEqual(['built', 'solo']);
    expect(() => update(Company).set({ name: 'x' }).from(Engineer).build()).toThrow(/no where\(\)/);
    await session.rollback();
    // By the one foreign key, which the class above has; and beside every row.
    expect(await session.all(select(Company.c.name, Engineer.c.name).outerJoin(Engineer).orderBy(Company.c.name, Engineer.c.id))).toEqual(
      rows,
    );
    expect((await session.query(Company).join(Engineer).all()).map(({ name }) => name)).toEqual(['acme']);
    // An alias of several tables is a query, whose rows have no foreign keys but those of the class's own table.
    if (joined) expect(() => session.query(Company).join(engineer)).toThrow(/no foreign key goes between them/);
    else expect((await session.query(Company).join(engineer).all()).map(({ name }) => name)).toEqual(['acme']);
    expect(await session.scalar(select(func.count()).from(Company).crossJoin(engineer))).toBe(4);
    expect(await session.scalar(select(func.count()).from(Company).crossJoin(Engineer))).toBe(4);
    const backwards = session.query(Engineer).join(Company.c.employees.of(Engineer)).filter(Company.c.name.eq('acme'));
    expect((await backwards.orderBy(Engineer.c.id).all()).map(({ name }) => name)).toEqual(['bob', 'cid']);
    const m = alias(Manager, 'm');
    const here = select(m.c.id).from(Company).where(m.c.companyId.eq(Company.c.id), Company.c.name.eq('solo'));
    expect((await session.query(m).filter(exists(here)).all()).map(({ name }) => name)).toEqual(['kim']);
  });

  test('a subquery has the rows of a class from the query around it, as it has those of a table', async () => {
    const { session, Company, Employee, Manager, Engineer } = await filled(database, joined);
    const names = async (query: { all(): Promise<{ name: string }[]> }) => (await query.all()).map((one) => one.name).sort();
    const inCompany = (name: string) => [Engineer.c.companyId.eq(Company.c.id), Company.c.name.eq(name)];
    for (const [company, found] of [
      ['acme', ['bob', 'cid']],
      ['solo', []],
    ] as const) {
      const said = exists(
        select(Engineer.c.id)
          .from(Company)
          .where(...inCompany(company)),
      );
      expect(await names(session.query(Engineer).filter(said))).toEqual(found);
      const unsaid = exists(select(Engineer.c.name).where(...inCompany(company)));
      expect(await names(session.query(Engineer).filter(unsaid))).toEqual(found);
      const object = exists(select(Engineer).where(...inCompany(company)));
      expect(await names(session.query(Engineer).filter(object))).toEqual(found);
      const named = exists(
        select(Engineer.c.id)
          .where(...inCompany(company))
          .correlate(Engineer),
      );
      expect(await names(session.query(Engineer).filter(named))).toEqual(found);
      // Of the rows around it that are of other classes, it sees none.
      expect(await names(session.query(Employee).filter(said))).toEqual(found);
    }
    // What from() says is the subquery's own, and where nothing else would be left it has its own too.
    const own = exists(
      select(Engineer.c.id)
        .from(Engineer, Company)
        .where(...inCompany('acme'), Engineer.c.language.eq('c')),
    );
    expect(await names(session.query(Engineer).filter(own))).toEqual(['bob', 'cid']);
    const alone = exists(select(Engineer.c.id).where(Engineer.c.language.eq('c')));
    expect(await names(session.query(Engineer).filter(alone))).toEqual(['bob', 'cid']);
    expect(
      await names(session.query(Engineer).filter(exists(session.query(Engineer).filter(Engineer.c.language.eq('c')).toSelect()))),
    ).toEqual(['bob', 'cid']);
    const inC = exists(select(Engineer.c.id).where(Engineer.c.companyId.eq(Company.c.id), Engineer.c.language.eq('c')));
    expect(await names(session.query(Company).join(Company.c.employees).filter(inC))).toEqual(['acme']);
    expect(await names(session.query(Company).join(Company.c.employees).filter(inC.not()))).toEqual(['solo']);
    const apart = exists(
      select(Engineer.c.id)
        .where(...inCompany('acme'))
        .correlate(null),
    );
    expect(await names(session.query(Engineer).filter(Engineer.c.language.eq('c'), apart))).toEqual(['cid']);
    const counted = select(func.count(Engineer.c.id)).where(Engineer.c.companyId.eq(Company.c.id)).correlateExcept(Engineer).scalar();
    const pairs = select(Engineer.c.name, counted).join(Company, Engineer.c.companyId.eq(Company.c.id)).orderBy(Engineer.c.id);
    expect(await session.all(pairs)).toEqual([
      ['bob', 2],
      ['cid', 2],
    ]);
    expect(
      await session
        .query(Manager)
        .filter(exists(select(Manager.c.id).where(Manager.c.companyId.eq(Company.c.id))))
        .count(),
    ).toBe(3);
  });

  test('a join says which rows of its tables are those of a class, on either side of it', async () => {
    const { session, Company, Engineer } = await filled(database, joined);
    session.add(new Engineer({ name: 'dan', language: 'go' }));
    await session.flush();
    const engineer = alias(Engineer, 'e');
    const company = (joins: Join) =>
      session.scalars(select(Company.c.name).from(joins)).then((list) => list.map((name) => name ?? '-').sort());
    const ofEngineer = Engineer.c.companyId.eq(Company.c.id);
    const ofAlias = engineer.c.companyId.eq(Company.c.id);
    const partners = ['acme', 'acme'];
    expect(await company(join(Engineer, Company))).toEqual(partners);
    expect(await company(join(Company, Engineer))).toEqual(partners);
    expect(await company(join(engineer, Company, ofAlias))).toEqual(partners);
    expect(await company(outerJoin(Engineer, Company))).toEqual(['-', ...partners]);
    expect(await company(outerJoin(engineer, Company, ofAlias))).toEqual(['-', ...partners]);
    expect(await company(outerJoin(Company, Engineer))).toEqual([...partners, 'solo']);
    expect(await company(join(Engineer, Company).outerJoin(alias(Company, 'more'), false))).toEqual(partners);
    // Nested on the side that may be left out.
    const other = alias(Company, 'other');
    const nested = outerJoin(other, outerJoin(Engineer, Company, ofEngineer), Engineer.c.companyId.eq(other.c.id));
    expect(await session.all(select(other.c.name, Engineer.c.name).from(nested).orderBy(other.c.id, Engineer.c.id))).toEqual([
      ['acme', 'bob'],
      ['acme', 'cid'],
      ['solo', null],
    ]);
    expect((await session.all(select(other.c.name).from(nested).orderBy(other.c.id))).map(([name]) => name)).toEqual([...partners, 'solo']);
    await session.execute(update(other).set({ name: 'built' }).from(join(Engineer, Company)).where(Company.c.id.eq(other.c.id)));
    expect(await session.scalars(select(Company.c.name).orderBy(Company.c.id))).toEqual(['built', 'solo']);
    await session.rollback();
  });

  test('right and full joins lose no row of the other side, and bring none of other classes', async () => {
    const { session, Company, Engineer } = await filled(database, joined);
    session.add(new Engineer({ name: 'dan', language: 'go' }));
    await session.flush();
    const engineer = alias(Engineer, 'e');
    const ofEngineer = Engineer.c.companyId.eq(Company.c.id);
    const ofAlias = engineer.c.companyId.eq(Company.c.id);
    const both = [
      ['acme', 'bob'],
      ['acme', 'cid'],
    ];
    const sorted = (rows: (readonly unknown[])[]) => rows.map((row) => row.map((value) => value ?? '-')).sort();
    const read = async (statement: Parameters<typeof session.all>[0]) => sorted((await session.all(statement)) as unknown[][]);
    const columns = select(Company.c.name, Engineer.c.name);
    const aliased = select(Company.c.name, engineer.c.name);
    for (const right of [
      columns.from(Engineer).rightJoin(Company, ofEngineer),
      columns.rightJoin(Company, ofEngineer),
      aliased.from(engineer).rightJoin(Company, ofAlias),
      columns.from(outerJoin(Engineer, alias(Company, 'more'), false).rightJoin(Company, ofEngineer)),
    ])
      expect(await read(right)).toEqual([...both, ['solo', '-']]);
    for (const kept of [
      columns.from(Company).rightJoin(Engineer, ofEngineer),
      columns.from(Company).rightJoin(Company.c.employees.of(Engineer)),
      aliased.from(Company).rightJoin(engineer, ofAlias),
    ])
      expect(await read(kept)).toEqual([['-', 'dan'], ...both]);
    expect((await session.scalars(select(Company.c.name).from(Engineer).rightJoin(Company, ofEngineer))).sort()).toEqual([
      'acme',
      'acme',
      'solo',
    ]);
    expect((await session.scalars(select(Company.c.name).from(Company).rightJoin(Engineer, ofEngineer))).length).toBe(3);
    for (const full of [
      columns.from(Company).fullJoin(Engineer, ofEngineer),
      columns.from(Engineer).fullJoin(Company, ofEngineer),
      columns.fullJoin(Engineer, ofEngineer),
      columns.from(Company).fullJoin(Company.c.employees.of(Engineer)),
      aliased.from(Company).fullJoin(engineer, ofAlias),
      aliased.from(engineer).fullJoin(Company, ofAlias),
    ]) {
      if (database.family === 'mysql') await expect(session.all(full)).rejects.toThrow('has no FULL OUTER JOIN');
      else expect(await read(full)).toEqual([['-', 'dan'], ...both, ['solo', '-']]);
    }
    const objects = session.all(select(Company, Engineer).from(Company).fullJoin(Engineer, ofEngineer));
    if (database.family === 'mysql') await expect(objects).rejects.toThrow('has no FULL OUTER JOIN');
    else
      expect(sorted((await objects).map(([company, one]) => [company?.name, one?.name]))).toEqual([['-', 'dan'], ...both, ['solo', '-']]);
    await session.rollback();
  });

  test('an alias of the parent has the attributes of the classes below', async () => {
    const { session, Company, Employee, Manager, Engineer, Skill } = await filled(database, joined);
    const e = alias(Employee, 'e');
    const names = async (query: { all(): Promise<{ name: string }[]> }) => (await query.all()).map((one) => one.name).sort();
    const engineer = e.of(Engineer).c;
    expect(await names(session.query(e).filter(engineer.language.eq('ts')))).toEqual(['bob']);
    expect(await names(session.query(e).filter(engineer.skills.any(Skill.c.name.eq('sql'))))).toEqual(['bob', 'cid']);
    expect(await names(session.query(e).filter(engineer.manager.has(Manager.c.budget.eq(100))))).toEqual(['bob', 'cid']);
    expect(await names(session.query(e).filter(e.of(Manager).c.budget.gt(500).or(engineer.language.eq('c'))))).toEqual(['cid', 'eve']);
    expect(await names(session.query(Company).join(Company.c.employees.of(e)).filter(e.of(Manager).c.budget.eq(1)))).toEqual(['solo']);
    const pairs = select(e.c.name, Employee.c.name).join(Employee, engineer.managerId.eq(Employee.c.id)).orderBy(e.c.name);
    expect(await session.all(pairs)).toEqual([
      ['bob', 'ann'],
      ['cid', 'ann'],
    ]);
    expect(() => e.of(Company)).toThrow(/a class below Employee/);
  });

  test('the rows of a hierarchy can be locked', async () => {
    const { session, Employee, Engineer } = await filled(database, joined);
    expect(await session.query(Employee).orderBy(Employee.c.id).forUpdate().all()).toHaveLength(6);
    expect(await session.query(Engineer).forUpdate({ skipLocked: true }).all()).toHaveLength(2);
    expect((await session.get(Employee, 1, { lock: true }))?.name).toBe('zoe');
    await session.rollback();
  });
});

import { describe, expect, test } from 'vitest';
import { alias } from '../../src/index.ts';
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
});

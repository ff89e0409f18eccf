import { describe, expect, test } from 'vitest';
import { belongsTo, columnProperty, hasMany, hybrid, synonym, t } from '../../src/index.ts';
import { openDatabase, Statements } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';

describe.each(allDatabases)('classes with tables of their own and nothing in common on $name', (database) => {
  function models() {
    const db = openDatabase(database);
    class Company extends db.Model('companies', {
      id: t.integer().primaryKey(),
      name: t.string(20),
      get employees() {
        return hasMany(Employee);
      },
      get managers() {
        return hasMany(Manager);
      },
    }) {}
    class Employee extends db.Model(
      'employees',
      {
        id: t.integer().primaryKey(),
        name: t.string(20).validate((name) => name.trim()),
        hidden: t.boolean().default(false),
        companyId: t.integer().nullable().references('companies.id'),
        title: synonym('name'),
        loud: columnProperty(t.string(30), (c) => c.name.concat('!')),
        short: hybrid(t.string(20), (c) => c.name),
        get company() {
          return belongsTo(Company, { nullable: true });
        },
      },
      { criteria: { visible: (c) => c.hidden.eq(false) } },
    ) {
      greet() {
        return `I am ${this.name}`;
      }
    }
    class Manager extends Employee.extend(
      'managers',
      {
        budget: t.integer(),
        get company() {
          return belongsTo(Company, { nullable: true });
        },
      },
      { concrete: true },
    ) {}
    class Engineer extends Employee.extend('engineers', { id: t.string(10).primaryKey(), language: t.string(20) }, { concrete: true }) {}
    class Chief extends Manager.extend('chiefs', { golf: t.integer() }, { concrete: true }) {}
    return { db, Company, Employee, Manager, Engineer, Chief };
  }

  test('each has all columns, rows and keys of its own', async () => {
    const { db, Company, Employee, Manager, Engineer, Chief } = models();
    expect(Manager.table.columns.map(({ key }) => key)).toEqual(['id', 'name', 'hidden', 'companyId', 'budget']);
    expect(Chief.table.columns.map(({ key }) => key)).toEqual(['id', 'name', 'hidden', 'companyId', 'budget', 'golf']);
    expect(Employee.table.columns).toHaveLength(4);
    await db.createAll();
    await using session = db.createSession();
    const statements = new Statements(db.engine);
    const acme = new Company({ name: 'acme' });
    session.addAll([
      acme,
      new Employee({ name: ' e ', company: acme }),
      new Manager({ name: ' m ', budget: 5, company: acme }),
      new Engineer({ id: 'x1', name: 'g', language: 'ts' } as never),
      new Chief({ name: 'c', budget: 9, golf: 1 }),
    ]);
    await session.commit();
    session.expungeAll();
    const names = async (query: { all(): Promise<{ name: string }[]> }) => (await query.all()).map((one) => one.name);
    expect(await names(session.query(Employee))).toEqual(['e']);
    expect(await names(session.query(Manager))).toEqual(['m']);
    expect(await names(session.query(Engineer).filter(Engineer.c.language.eq('ts')))).toEqual(['g']);
    expect(await names(session.query(Chief))).toEqual(['c']);
    const [employee, manager, chief] = [await session.get(Employee, 1), await session.get(Manager, 1), await session.get(Chief, 1)];
    expect(new Set([employee, manager, chief]).size).toBe(3);
    expect(manager).toBeInstanceOf(Employee);
    expect(chief).toBeInstanceOf(Manager);
    expect([manager?.greet(), manager?.budget, chief?.golf, chief?.greet()]).toEqual(['I am m', 5, 1, 'I am c']);
    expect((await session.get(Engineer, 'x1' as never))?.language).toBe('ts');
    statements.takeAll();
    if (manager !== null) manager.name = ' changed ';
    await session.commit();
    expect(statements.summary()).toEqual(['UPDATE managers']);
    expect(manager?.name).toBe('changed');
    session.delete(manager as object);
    await session.commit();
    expect([await session.query(Employee).count(), await session.query(Manager).count()]).toEqual([1, 0]);
    await db.dropAll();
  });

  test('what is worked out, other names and criteria are taken over; relations are said again', async () => {
    const { db, Company, Employee, Manager, Engineer } = models();
    await db.createAll();
    await using session = db.createSession();
    const acme = new Company({
      name: 'acme',
      managers: [new Manager({ name: 'm', budget: 5 }), new Manager({ name: 'h', budget: 1, hidden: true })],
    });
    session.add(acme);
    session.add(new Engineer({ id: 'x', name: 'g', language: 'c' } as never));
    await session.commit();
    session.expungeAll();
    const [manager] = await session.query(Manager).filter(Manager.c.loud.eq('m!')).with({ company: true }).all();
    expect([manager.loud, manager.title, manager.short, manager.company?.name]).toEqual(['m!', 'm', 'm', 'acme']);
    expect((await session.query(Manager).filter(Manager.c.short.eq('m')).all()).length).toBe(1);
    expect(await session.query(Manager).count()).toBe(1);
    expect(await session.query(Manager).withoutCriteria('visible').count()).toBe(2);
    const company = await session.query(Company).with({ managers: true, employees: true }).one();
    expect([company.managers.map((one) => one.name), company.employees.length]).toEqual([['m'], 0]);
    const engineer = await session.query(Engineer).one();
    expect(() => engineer.company).toThrow(/'company' is a relation of Employee.*Say the relation again in the shape of Engineer/);
    expect(() => new Engineer({ company } as never)).toThrow(/relation of Employee/);
    expect(() => session.query(Engineer).with({ company: true })).toThrow(/'company'/);
    expect(() => company.employees.add(new Manager({ name: 'x', budget: 1 }))).toThrow(/Employee.*Manager/);
    expect(() => Employee.extend({ x: t.integer() }, { concrete: true })).toThrow(/table's name/);
    await db.dropAll();
  });
});

import { describe, expect, test } from 'vitest';
import { alias, func, inspect, listen, MappingError, select, t, update } from '../../src/index.ts';
import { openDatabase, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { openCompany } from './hierarchy-models.ts';

/** A company of five, nothing of it in the session. */
async function filled(database: TestDatabase, joined: boolean) {
  const company = await openCompany(database, joined);
  const { session, Company, Employee, Manager, Executive, Engineer, Skill } = company;
  const [sql, ts] = ['sql', 'ts'].map((name) => new Skill({ name }));
  const ann = new Manager({ name: 'ann', budget: 100, notes: { text: 'a' } });
  session.add(
    new Company({
      name: 'acme',
      employees: [
        new Employee({ name: 'zoe' }),
        ann,
        new Executive({ name: 'eve', budget: 900 }),
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

const FORMS = [
  { form: 'one table', joined: false },
  { form: 'joined tables', joined: true },
];
const CASES = allDatabases.flatMap((database) => FORMS.map((form) => ({ ...form, database, name: database.name })));

describe.each(CASES)('inheritance in $form on $name', ({ database, joined }) => {
  test('a query of the parent gives objects of the right classes, whole, in one statement', async () => {
    const { session, statements, Employee, Manager, Executive, Engineer } = await filled(database, joined);
    const employees = await session.query(Employee).orderBy(Employee.c.id).all();
    expect(statements.count()).toBe(1);
    expect(employees.map((e) => e.constructor)).toEqual([Employee, Manager, Executive, Engineer, Engineer]);
    expect(employees.map((e) => e.label)).toEqual(['employee zoe', 'manager ann', 'executive eve', 'engineer bob', 'engineer cid']);
    const [zoe, ann, eve, bob, cid] = employees;
    expect(JSON.parse(JSON.stringify(employees))).toEqual([
      { id: zoe.id, name: 'zoe', type: 'employee', companyId: 1 },
      { id: ann.id, name: 'ann', type: 'manager', companyId: 1, budget: 100, notes: { text: 'a' } },
      { id: eve.id, name: 'eve', type: 'executive', companyId: 1, budget: 900, notes: null, bonus: 7 },
      { id: bob.id, name: 'bob', type: 'engineer', companyId: 1, language: 'ts', started: null, managerId: ann.id },
      { id: cid.id, name: 'cid', type: 'engineer', companyId: 1, language: 'c', started: '2024-05-01', managerId: ann.id },
    ]);
    if (ann.type === 'manager') expect(ann.boss()).toBe('ann has 100');
    expect(eve instanceof Manager && eve instanceof Employee).toBe(true);
    expect('language' in ann).toBe(false);
    expect(statements.count()).toBe(0);
    expect(inspect(bob).identity).toEqual([bob.id]);
  });

  test('a query of a subclass gives its rows alone, with those of the classes below it', async () => {
    const { session, statements, Employee, Manager, Executive, Engineer } = await filled(database, joined);
    expect((await session.query(Manager).orderBy(Manager.c.id).all()).map((m) => m.name)).toEqual(['ann', 'eve']);
    expect((await session.query(Executive).all()).map((m) => m.name)).toEqual(['eve']);
    expect((await session.query(Engineer).orderBy(Engineer.c.name.desc()).all()).map((m) => m.language)).toEqual(['c', 'ts']);
    expect([await session.query(Manager).count(), await session.query(Employee).count(), await session.query(Executive).count()]).toEqual([
      2, 5, 1,
    ]);
    expect(statements.count()).toBe(6);
    expect(await session.query(Engineer).filter(Engineer.c.name.eq('ann')).exists()).toBe(false);
    expect(await session.query(Engineer).filterBy({ name: 'bob', language: 'ts' }).exists()).toBe(true);
    expect((await session.query(Manager).filter(Manager.c.budget.gt(500)).one()).name).toBe('eve');
    // Attributes of the parent are those of the subclass.
    expect((await session.query(Manager).filter(Employee.c.name.eq('ann')).one()).budget).toBe(100);
    // And those of a subclass are there in a query of the parent.
    expect((await session.query(Employee).filter(Engineer.c.language.eq('c')).one()).name).toBe('cid');
    expect((await session.query(Manager).paginate({ page: 1, perPage: 1 })).total).toBe(2);
    expect(await session.query(Engineer).select({ name: Engineer.c.name, language: Engineer.c.language }).all()).toHaveLength(2);
    const streamed: string[] = [];
    for await (const e of session.query(Employee).orderBy(Employee.c.id).stream()) streamed.push(e.type);
    expect(streamed).toEqual(['employee', 'manager', 'executive', 'engineer', 'engineer']);
  });

  test('keys are one space: one object, whatever class asked for it', async () => {
    const { session, statements, Employee, Manager, Engineer } = await filled(database, joined);
    const ann = await session.get(Employee, 2);
    expect(ann).toBeInstanceOf(Manager);
    statements.takeAll();
    expect(await session.get(Manager, 2)).toBe(ann);
    expect(await session.get(Engineer, 2)).toBeNull();
    expect(statements.count()).toBe(0);
    expect((await session.query(Manager).orderBy(Manager.c.id).first()) as unknown).toBe(ann);
    session.expungeAll();
    expect(await session.get(Engineer, 2)).toBeNull();
    expect(await session.get(Manager, 3, { populateExisting: true })).toMatchObject({ name: 'eve', bonus: 7 });
    expect(await session.get(Engineer, 3, { populateExisting: true })).toBeNull();
    expect(session.identityMap.of(Manager).map((m) => m.name)).toContain('eve');
    expect(session.identityMap.of(Engineer)).toEqual([]);
    expect(session.identityMap.get(Engineer, 3)).toBeNull();
  });

  test('changes are written to the tables that they are of', async () => {
    const { session, statements, Employee, Manager, Engineer } = await filled(database, joined);
    const [, ann, , bob] = await session.query(Employee).orderBy(Employee.c.id).all();
    if (!(ann instanceof Manager) || !(bob instanceof Engineer)) throw new Error('other classes');
    statements.takeAll();
    ann.budget = 5;
    await session.flush();
    expect(statements.summary()).toEqual([joined ? 'UPDATE managers' : 'UPDATE employees']);
    ann.name = 'anna';
    ann.notes = { text: 'b' };
    bob.language = 'rust';
    await session.commit();
    session.expungeAll();
    expect(await session.get(Manager, ann.id)).toMatchObject({ name: 'anna', budget: 5, notes: { text: 'b' } });
    const again = await session.get(Employee, bob.id);
    expect(again).toMatchObject({ name: 'bob', language: 'rust' });
    (again as InstanceType<typeof Engineer>).language = 'go';
    await session.flush();
    await session.rollback();
    expect(again).toMatchObject({ language: 'rust' });
  });

  test('deletes take the rows of all tables, and a rollback gives them back', async () => {
    const { session, statements, Employee, Manager, Engineer } = await filled(database, joined);
    const bob = await session.query(Engineer).filterBy({ name: 'bob' }).one();
    const eve = await session.query(Manager).filterBy({ name: 'eve' }).one();
    statements.takeAll();
    session.delete(bob);
    session.delete(eve);
    await session.flush();
    const deletes = statements.summary().filter((statement) => statement.startsWith('DELETE'));
    expect(new Set(deletes)).toEqual(
      new Set(
        joined
          ? ['DELETE engineer_skills', 'DELETE engineers', 'DELETE managers', 'DELETE employees']
          : ['DELETE engineer_skills', 'DELETE employees'],
      ),
    );
    expect(await session.query(Employee).count()).toBe(3);
    await session.rollback();
    expect(inspect(bob).state).toBe('persistent');
    expect(await session.query(Employee).count()).toBe(5);
    session.delete(eve);
    await session.commit();
    expect(await session.query(Manager).count()).toBe(1);
  });

  test('relations to and from subclasses load in every way', async () => {
    const { session, statements, Company, Employee, Manager, Executive, Engineer, Skill } = await filled(database, joined);
    const company = await session.query(Company).one();
    expect((await company.employees).map((e) => e.constructor.name)).toEqual(['Employee', 'Manager', 'Executive', 'Engineer', 'Engineer']);
    const ann = (await company.employees).find((e) => e instanceof Manager);
    expect((await ann?.reports)?.map((e) => e.name)).toEqual(['bob', 'cid']);
    expect(ann?.company).toBe(company);
    expect(statements.count()).toBe(3);
    session.expungeAll();

    const eager = await session
      .query(Company)
      .with({ employees: { with: { company: true } } })
      .one();
    expect(eager.employees.map((e) => e.name)).toEqual(['zoe', 'ann', 'eve', 'bob', 'cid']);
    expect(statements.count()).toBe(2);
    session.expungeAll();

    const engineers = await session
      .query(Engineer)
      .with({ manager: { with: { company: true } }, skills: true, company: true })
      .orderBy(Engineer.c.id)
      .all();
    expect(engineers.map((e) => [e.name, e.manager?.boss(), e.manager?.company?.name, e.skills.map((s) => s.name)])).toEqual([
      ['bob', 'ann has 100', 'acme', ['sql', 'ts']],
      ['cid', 'ann has 100', 'acme', ['sql']],
    ]);
    expect(statements.count()).toBe(2);
    session.expungeAll();

    const managers = await session.query(Manager).with({ reports: 'joined', company: true }).orderBy(Manager.c.id).all();
    expect(managers.map((m) => m.reports.map((r) => r.language))).toEqual([['ts', 'c'], []]);
    expect(statements.count()).toBe(1);
    session.expungeAll();

    const [joinedCompany] = await session.query(Company).with({ employees: 'joined' }).all();
    expect(joinedCompany.employees.map((e) => e.constructor.name).sort()).toEqual([
      'Employee',
      'Engineer',
      'Engineer',
      'Executive',
      'Manager',
    ]);
    expect([...joinedCompany.employees].find((e) => e instanceof Executive)?.budget).toBe(900);
    expect(statements.count()).toBe(1);
    session.expungeAll();

    const skills = await session.query(Skill).with({ engineers: true }).orderBy(Skill.c.id).all();
    expect(skills.map((s) => s.engineers.map((e) => e.name).sort())).toEqual([['bob', 'cid'], ['bob']]);
    const everyone = await session.query(Employee).with({ company: true }).orderBy(Employee.c.id).all();
    expect(everyone.every((e) => e.company?.name === 'acme')).toBe(true);
    statements.takeAll();
    // The manager of an engineer is in the session already.
    const bob = everyone.find((e) => e.type === 'engineer');
    expect(bob?.manager).toBe(everyone[1]);
    expect(statements.count()).toBe(0);
    await session.load(
      everyone.filter((e) => e instanceof Manager),
      { reports: true },
    );
    expect(statements.count()).toBe(1);
  });

  test('predicates, joins and aliases along relations of subclasses', async () => {
    const { session, Company, Employee, Manager, Engineer, Skill } = await filled(database, joined);
    const names = async (query: { all(): Promise<{ name: string }[]> }) => (await query.all()).map((one) => one.name).sort();
    expect(await names(session.query(Manager).filter(Manager.c.reports.any(Engineer.c.language.eq('c'))))).toEqual(['ann']);
    expect(await names(session.query(Manager).filter(Manager.c.reports.any().not()))).toEqual(['eve']);
    expect(await names(session.query(Engineer).filter(Engineer.c.manager.has(Manager.c.budget.gt(50))))).toEqual(['bob', 'cid']);
    expect(await names(session.query(Engineer).filter(Engineer.c.skills.any(Skill.c.name.eq('ts'))))).toEqual(['bob']);
    expect(await names(session.query(Skill).filter(Skill.c.engineers.any(Engineer.c.name.eq('cid'))))).toEqual(['sql']);
    expect(await names(session.query(Company).filter(Company.c.employees.any(Employee.c.type.eq('executive'))))).toEqual(['acme']);
    expect(await names(session.query(Manager).filter(Manager.c.company.has(Company.c.name.eq('acme'))))).toEqual(['ann', 'eve']);
    const ann = await session.query(Manager).filterBy({ name: 'ann' }).one();
    expect(await names(session.query(Engineer).filterBy({ manager: ann }))).toEqual(['bob', 'cid']);
    expect(await names(session.query(Engineer).join(Engineer.c.skills).filter(Skill.c.name.eq('sql')))).toEqual(['bob', 'cid']);
    expect(await names(session.query(Company).join(Company.c.employees).filter(Employee.c.name.eq('bob')))).toEqual(['acme']);
    expect(await names(session.query(Skill).join(Skill.c.engineers).filter(Engineer.c.language.eq('ts')))).toEqual(['sql', 'ts']);
    const boss = alias(Manager, 'boss');
    expect(
      await session.all(
        select({ engineer: Engineer.c.name, boss: boss.c.name, budget: boss.c.budget })
          .from(Engineer)
          .join(boss, Engineer.c.managerId.eq(boss.c.id))
          .orderBy(Engineer.c.id),
      ),
    ).toEqual([
      { engineer: 'bob', boss: 'ann', budget: 100 },
      { engineer: 'cid', boss: 'ann', budget: 100 },
    ]);
    const bosses = await session.all(select(boss).where(boss.c.budget.gt(0)).orderBy(boss.c.id));
    expect(bosses.map(([one]) => [one.constructor.name, one.name])).toEqual([
      ['Manager', 'ann'],
      ['Executive', 'eve'],
    ]);
    const pairs = await session.all(select(Engineer, Company).join(Engineer.c.company).orderBy(Engineer.c.id));
    expect(pairs.map(([engineer, company]) => [engineer.language, company.name])).toEqual([
      ['ts', 'acme'],
      ['c', 'acme'],
    ]);
    expect(await session.scalars(select(func.count(Manager.c.id)).from(Manager))).toEqual([2]);
    const all = await session.all(select(Employee).orderBy(Employee.c.id));
    expect(all.map(([e]) => e.constructor.name)).toEqual(['Employee', 'Manager', 'Executive', 'Engineer', 'Engineer']);
    expect((await session.all(select(Manager).orderBy(Manager.c.id))).map(([m]) => m.budget)).toEqual([100, 900]);
    expect(ann.reports.query().toSelect()).toBeDefined();
    expect(await names(ann.reports.query().filter(Engineer.c.language.eq('c')))).toEqual(['cid']);
  });

  test('many rows at once, and the objects follow', async () => {
    const { session, Employee, Manager, Executive, Engineer } = await filled(database, joined);
    const everyone = await session.query(Employee).orderBy(Employee.c.id).all();
    const [, ann, eve, bob] = everyone as never as [
      object,
      InstanceType<typeof Manager>,
      { budget: number; bonus: number },
      { name: string },
    ];
    expect(await session.query(Manager).update({ budget: 1, name: 'm' }, { all: true })).toBe(2);
    expect([ann.budget, ann.name, eve.budget]).toEqual([1, 'm', 1]);
    expect(await session.query(Employee).filter(Employee.c.name.eq('bob')).update({ name: 'rob' })).toBe(1);
    expect(bob.name).toBe('rob');
    expect(await session.query(Engineer).filter(Engineer.c.language.eq('c')).delete()).toBe(1);
    await session.rollback();
    expect([ann.budget, eve.budget, bob.name]).toEqual([100, 900, 'bob']);
    expect(
      await session.bulkInsert(Manager, [
        { name: 'x', budget: 3 },
        { name: 'y', budget: 4 },
      ]),
    ).toBe(2);
    const [made] = await session.bulkInsert(Executive, [{ name: 'z', budget: 5 }], { returning: true });
    expect(made).toMatchObject({ type: 'executive', bonus: 7, budget: 5 });
    expect(await session.bulkUpdate(Executive, [{ id: made.id, name: 'zz', bonus: 9 }])).toBe(1);
    await session.commit();
    session.expungeAll();
    expect((await session.query(Manager).orderBy(Manager.c.id).all()).map((m) => m.name)).toEqual(['ann', 'eve', 'x', 'y', 'zz']);
    expect(
      await session
        .query(Employee)
        .filter(Employee.c.name.in(['x', 'y']))
        .delete(),
    ).toBe(2);
    expect(await session.query(Manager).count()).toBe(3);
    await session.execute(update(Employee).set({ name: 'all' }).where(Employee.c.id.gt(0)));
    expect((await session.query(Executive).all()).map((e) => e.name)).toEqual(['all', 'all']);
  });

  test('what the database deletes with rows of a class, or lets go of them, follows a delete() of a query', async () => {
    const db = openDatabase(database);
    class Vehicle extends db.Model(
      'vehicles',
      { id: t.integer().primaryKey(), type: t.string(20) },
      {
        on: 'type',
        get identities() {
          return { vehicle: Vehicle, truck: Truck };
        },
      },
    ) {}
    const shape = { load: t.integer() };
    const trucks = () => Vehicle.extend('trucks', shape);
    class Truck extends (joined ? trucks() : (Vehicle.extend(shape) as unknown as ReturnType<typeof trucks>)) {}
    class Trip extends db.Model('trips', {
      id: t.integer().primaryKey(),
      truckId: t.integer().references(joined ? 'trucks.id' : 'vehicles.id', { onDelete: 'cascade' }),
    }) {}
    class Stain extends db.Model('stains', {
      id: t.integer().primaryKey(),
      vehicleId: t.integer().nullable().references('vehicles.id', { onDelete: 'set null' }),
    }) {}
    await db.createAll();
    const session = db.createSession();
    const [car, truck] = [new Vehicle({ id: 1 }), new Truck({ id: 2, load: 7 })];
    session.addAll([car, truck]);
    await session.commit();
    const [trip, stains] = [new Trip({ id: 1, truckId: 2 }), [new Stain({ id: 1, vehicleId: 1 }), new Stain({ id: 2, vehicleId: 2 })]];
    session.addAll([trip, ...stains]);
    await session.commit();
    const told = (): unknown => [[car, truck, trip].map((object) => inspect(object).state), stains.map((stain) => stain.vehicleId)];
    expect(await session.query(Truck).filter(Truck.c.load.gt(5)).delete()).toBe(1);
    expect(told()).toEqual([
      ['persistent', 'deleted', 'deleted'],
      [1, null],
    ]);
    expect(await session.get(Trip, 1)).toBeNull();
    await session.rollback();
    expect(told()).toEqual([
      ['persistent', 'persistent', 'persistent'],
      [1, 2],
    ]);
    // Through the class above as well.
    expect(await session.query(Vehicle).delete({ all: true })).toBe(2);
    await session.commit();
    expect(told()).toEqual([
      ['detached', 'detached', 'detached'],
      [null, null],
    ]);
    expect(await session.query(Stain).filter(Stain.c.vehicleId.isNull()).count()).toBe(2);
    await session.close();
  });

  test('refresh, expire, merge and events go with the class of the object', async () => {
    const { db, session, statements, Employee, Manager, Engineer } = await filled(database, joined);
    const seen: string[] = [];
    const stop = [
      listen(Employee, 'load', (e) => seen.push(`load ${e.name}`)),
      listen(Manager, 'beforeUpdate', (m) => seen.push(`update ${m.name}`)),
      listen(Employee.c.name, 'set', (_e, name) => seen.push(`name ${name}`)),
      listen(Manager.c.budget, 'set', (_m, budget) => seen.push(`budget ${budget}`)),
    ];
    const ann = await session.query(Manager).filterBy({ name: 'ann' }).one();
    ann.budget = 7;
    ann.name = 'amy';
    await session.flush();
    expect(seen).toEqual(['load ann', 'budget 7', 'name amy', 'update amy']);
    for (const end of stop) end();
    statements.takeAll();
    session.expire(ann);
    expect(() => ann.budget).toThrow(/not loaded/);
    await session.refresh(ann);
    expect([ann.budget, ann.name]).toEqual([7, 'amy']);
    expect(statements.count()).toBe(1);
    session.expire(ann);
    await session.query(Employee).all();
    expect([ann.budget, ann.name]).toEqual([7, 'amy']);
    await session.commit();
    const other = db.createSession();
    const copy = await other.merge(ann);
    expect(copy).not.toBe(ann);
    expect([copy instanceof Manager, copy.budget]).toEqual([true, 7]);
    const made = await other.merge(new Engineer({ name: 'dan', language: 'go' }));
    await other.commit();
    expect(await other.query(Engineer).filterBy({ name: 'dan' }).one()).toBe(made);
    await other.close();
  });
});

describe('mapping a hierarchy', () => {
  test('what is missing is said', async () => {
    const db = openDatabase({ url: () => 'sqlite://' } as TestDatabase);
    class Animal extends db.Model(
      'animals',
      { id: t.integer().primaryKey(), kind: t.string(10) },
      {
        on: 'kind',
        get identities() {
          return { cat: Cat };
        },
      },
    ) {}
    class Pet extends Animal.extend({ owner: t.string(20).nullable() }, { abstract: true }) {}
    class Cat extends Pet.extend({ lives: t.integer() }) {}
    class Dog extends Animal.extend({}) {}
    expect(() => new Dog()).toThrow(MappingError);
    expect(() => new Dog()).toThrow(/Dog is not among the identities of Animal/);
    expect(() => new Pet()).toThrow(/Pet is abstract/);
    expect(() => Animal.extend({ kind: t.string() })).toThrow(/has an attribute 'kind' from the class/);
    expect(() => Animal.extend('plants', { id: t.integer().primaryKey() })).toThrow(/has to refer to the one of 'animals'/);
    expect(() => db.Model('x', { id: t.integer().primaryKey() }, { on: 'nope', identities: {} })).toThrow(/tells classes apart by 'nope'/);
    await db.createAll();
    await using session = db.createSession();
    session.add(new Cat({ lives: 9, owner: 'me' }));
    await session.commit();
    expect((await session.query(Pet).one()).owner).toBe('me');
    session.expungeAll();
    await session.execute(update(Animal).set({ kind: 'bird' }), undefined).catch(() => null);
    await session.execute(update(Animal.table, { all: true }).set({ kind: 'bird' }));
    await expect(session.query(Animal).all()).rejects.toThrow(/A row of Animal has 'bird'|A row of Animal has a string/);
  });
});

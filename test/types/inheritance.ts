// Class hierarchies: queries of a class that lists others give one of them, told apart by instanceof or by the discriminator.
import { alias, belongsTo, hasMany, index, select, t } from 'athanor';
import { db } from './database.ts';
import { assertType, type Equal } from './equal.ts';

export class Company extends db.Model('companies', {
  id: t.integer().primaryKey(),
  get employees() {
    return hasMany(Employee);
  },
}) {}

export class Employee extends db.Model(
  'employees',
  {
    id: t.integer().primaryKey(),
    name: t.string(50),
    type: t.string(20),
    companyId: t.integer().references('companies.id'),
    get company() {
      return belongsTo(Company);
    },
  },
  {
    on: 'type',
    get identities() {
      return { manager: Manager, engineer: Engineer, executive: Executive };
    },
  },
) {
  greet() {
    return `I am ${this.name}`;
  }
  static byName(name: string) {
    // biome-ignore lint/complexity/noThisInStatic: the class that extends this one may be meant
    return this.query().filterBy({ name }).first();
  }
}

export class Manager extends Employee.extend({
  budget: t.integer().nullable(),
  get reports() {
    return hasMany(Engineer);
  },
}) {
  boss() {
    return this.budget;
  }
}
export class Executive extends Manager.extend({ bonus: t.integer() }) {}
export class Engineer extends Employee.extend(
  'engineers',
  {
    language: t.string(20),
    managerId: t.integer().references('employees.id'),
    get manager() {
      return belongsTo(Manager);
    },
  },
  { constraints: (c) => [index(c.language)] },
) {}

export const employees = await Employee.query().orderBy(Employee.c.name).all();
for (const employee of employees) {
  employee.name;
  // @ts-expect-error of some of them only
  employee.language;
  if (employee instanceof Engineer) assertType<Equal<typeof employee.language, string>>();
  else employee.boss();
  if (employee.type === 'engineer') assertType<Equal<typeof employee.language, string>>();
  else employee.budget;
  assertType<Equal<typeof employee.type, 'manager' | 'engineer' | 'executive'>>();
  employee.greet();
}
export const loaded = await Employee.query().with({ company: true }).filterBy({ name: 'x' }).all();
for (const one of loaded) {
  one.company.id;
  if (one.type === 'executive') assertType<Equal<typeof one.bonus, number>>();
}
const manager = new Manager({ name: 'x', budget: 5 });
manager.greet();
const asEmployee: Employee = manager;
asEmployee.name;
// @ts-expect-error no attribute of a manager
new Manager({ language: 'x' });
export const found = (await Manager.query().firstOr404())!;
assertType<Equal<typeof found, Manager>>();
export const executive = await Executive.query().firstOr404();
executive.bonus.toFixed();
executive.boss();
Executive.c.budget.gt(5);
Manager.byName('x');
const session = db.session;
const viaSession = await session.query(Employee).all();
for (const one of viaSession) if (one.type === 'engineer') one.language;
export const company = await Company.query().with({ employees: true }).firstOr404();
for (const employee of company.employees) if (employee instanceof Manager) employee.boss();
export const engineers = await Engineer.query()
  .with({ manager: { with: { reports: true } } })
  .all();
for (const engineer of engineers) for (const report of engineer.manager.reports) report.language;

// Relations that only some classes have, through a query of their parent or a relation to it.
export const reporting = await Employee.query()
  .with({ company: true, manager: true, reports: { with: { manager: true } } })
  .all();
for (const one of reporting) {
  one.company.id;
  if (one.type === 'engineer') assertType<Equal<typeof one.language, string>>();
  if (one.type === 'engineer') one.manager.budget?.toFixed();
  if (one.type === 'executive') for (const report of one.reports) report.manager.boss();
  if (one instanceof Manager) for (const report of one.reports) assertType<Equal<typeof report.language, string>>();
  const plain: Employee = one;
  plain.greet();
}
// @ts-expect-error no class has it
Employee.query().with({ boss: true });
export const staffed = await Company.query()
  .with({ employees: { with: { reports: { with: { manager: { with: { company: true } } } } } } })
  .firstOr404();
for (const one of staffed.employees) {
  if (one.type === 'manager') for (const report of one.reports) report.manager.company.id.toFixed();
  if (one instanceof Engineer) one.language.trim();
}
const anyCompany: Company = staffed;
(await anyCompany.employees).map((one) => one.greet());
Company.c.employees.of(Engineer).any(Engineer.c.language.eq('ts'));
Company.query().join(Company.c.employees.of(alias(Engineer, 'e')));
// @ts-expect-error a company is no employee
Company.c.employees.of(Company);

// A class with all columns in a table of its own.
export class Partner extends Employee.extend('partners', { since: t.integer() }, { concrete: true }) {}
export const partner = await Partner.query().filter(Partner.c.since.gt(2000), Partner.c.name.eq('x')).firstOr404();
assertType<Equal<typeof partner.since, number>>();
partner.greet();

// An alias of the parent has the attributes of the classes below.
export const anyone = alias(Employee, 'anyone');
anyone.of(Engineer).c.language.eq('ts');
// @ts-expect-error no attribute of an engineer
anyone.of(Engineer).c.budget;
const flags = await db.session.query(Employee).withPolymorphic([Engineer], 'selectin').all();
for (const flag of flags) if (flag.type === 'engineer') flag.language.trim();

// A class that lists others, and says no attribute that tells them apart: each has a table of its own.
export class Vehicle extends db.Model(
  'vehicles',
  {
    id: t.integer().primaryKey(),
    name: t.string(20),
    companyId: t.integer().references('companies.id'),
    get company() {
      return belongsTo(Company);
    },
  },
  {
    get identities() {
      return { vehicle: Vehicle, truck: Truck, boat: Boat };
    },
  },
) {
  label() {
    return this.name;
  }
}
export class Truck extends Vehicle.extend(
  'trucks',
  {
    axles: t.integer(),
    get company() {
      return belongsTo(Company);
    },
  },
  { concrete: true },
) {}
export class Boat extends Vehicle.extend('boats', { draught: t.double().nullable() }, { concrete: true }) {}
export const vehicle = await Vehicle.query().filter(Truck.c.axles.gt(2), Vehicle.c.name.eq('x')).firstOr404();
vehicle.label();
if (vehicle instanceof Truck) assertType<Equal<typeof vehicle.axles, number>>();
if (vehicle instanceof Boat) assertType<Equal<typeof vehicle.draught, number | null>>();
// @ts-expect-error of trucks only
vehicle.axles;
const [owned] = await Vehicle.query().with({ company: true }).orderBy(Vehicle.c.name).all();
if (owned instanceof Truck) assertType<Equal<typeof owned.axles, number>>();
export const vehicles = alias(Vehicle, 'v');
vehicles.c.name.eq('x');
vehicles.of(Truck).c.axles.gt(2);
// @ts-expect-error no attribute of a truck
vehicles.of(Truck).c.draught;
for (const [listed, listedName] of await db.session.all(select(vehicles, vehicles.c.name))) {
  if (listed instanceof Boat) assertType<Equal<typeof listed.draught, number | null>>();
  assertType<Equal<typeof listedName, string>>();
}
for (const one of await db.session.query(vehicles).all()) if (one instanceof Truck) assertType<Equal<typeof one.axles, number>>();
export const few = Vehicle.query().limit(3).alias('few');
few.c.name.eq('x');
few.of(Boat).c.draught.gt(1);
export const narrow = await Vehicle.query().loadOnly('name').firstOr404();
narrow.name.trim();
await Vehicle.query().update({ name: 'x' }, { all: true });
// @ts-expect-error boats have no axles
await Vehicle.query().update({ axles: 2 }, { all: true });
await Truck.query().update({ axles: 2, name: 'x' }, { all: true });
export const paged = await Vehicle.query().paginateByCursor();
for (const one of paged.items) if (one instanceof Boat) one.draught?.toFixed();

// A relation that only reads leads to all of them.
export class Harbour extends db.Model('harbours', {
  id: t.integer().primaryKey(),
  get vehicles() {
    return hasMany(Vehicle, { viewOnly: true });
  },
}) {}
export const harbour = await Harbour.query().with({ vehicles: true }).firstOr404();
for (const one of harbour.vehicles) {
  one.name.trim();
  if (one instanceof Truck) assertType<Equal<typeof one.axles, number>>();
  // @ts-expect-error of trucks only
  one.axles;
}
Harbour.c.vehicles.any(Truck.c.axles.gt(2));
Harbour.query().join(Harbour.c.vehicles.of(alias(Vehicle, 'moored')));

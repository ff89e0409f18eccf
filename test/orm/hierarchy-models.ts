import { belongsTo, type Database, hasMany, manyToMany, t } from '../../src/index.ts';
import { openDatabase, Statements, type TestDatabase } from '../setup/databases.ts';

/**
 * A company and those that work for it: managers and executives (three levels) and engineers. `joined` gives managers and
 * engineers tables of their own; executives keep their columns with the managers'. `load` is how all of them are read.
 */
export function companyModels(db: Database, joined: boolean, load: 'inline' | 'selectin' = 'inline') {
  const options = { polymorphicLoad: load };
  const skills = db.Table('engineer_skills', {
    engineerId: t
      .integer()
      .primaryKey()
      .references(joined ? 'engineers.id' : 'employees.id', { onDelete: 'cascade' }),
    skillId: t.integer().primaryKey().references('skills.id'),
  });
  class Company extends db.Model('companies', {
    id: t.integer().primaryKey(),
    name: t.string(50),
    get employees() {
      return hasMany(Employee, { orderBy: () => Employee.c.id });
    },
  }) {}
  class Employee extends db.Model(
    'employees',
    {
      id: t.integer().primaryKey(),
      name: t.string(50),
      type: t.string(20),
      companyId: t.integer().nullable().references('companies.id'),
      get company() {
        return belongsTo(Company, { nullable: true });
      },
    },
    {
      on: 'type',
      get identities() {
        return { employee: Employee, manager: Manager, engineer: Engineer, executive: Executive };
      },
    },
  ) {
    get label() {
      return `${this.type} ${this.name}`;
    }
  }
  const managerShape = {
    budget: t.integer(),
    notes: t.json<{ text: string }>().nullable(),
    get reports() {
      return hasMany(Engineer, { orderBy: () => Engineer.c.id, backPopulates: 'manager' });
    },
  };
  const managers = () => Employee.extend('managers', managerShape, options);
  const ManagerBase = joined ? managers() : (Employee.extend(managerShape, options) as unknown as ReturnType<typeof managers>);
  class Manager extends ManagerBase {
    boss() {
      return `${this.name} has ${this.budget}`;
    }
  }
  class Executive extends Manager.extend({ bonus: t.integer().default(7) }, options) {}
  const engineerShape = {
    language: t.string(20),
    started: t.date().nullable(),
    managerId: t
      .integer()
      .nullable()
      .references(joined ? 'managers.id' : 'employees.id'),
    get manager() {
      return belongsTo(Manager, { nullable: true, foreignKey: 'managerId' });
    },
    get skills() {
      return manyToMany(Skill, { through: skills, orderBy: () => Skill.c.id });
    },
  };
  const engineers = () => Employee.extend('engineers', engineerShape, options);
  const EngineerBase = joined ? engineers() : (Employee.extend(engineerShape, options) as unknown as ReturnType<typeof engineers>);
  class Engineer extends EngineerBase {}
  class Skill extends db.Model('skills', {
    id: t.integer().primaryKey(),
    name: t.string(50),
    get engineers() {
      return manyToMany(Engineer, { through: skills });
    },
  }) {}
  return { Company, Employee, Manager, Executive, Engineer, Skill };
}

/** The company on a new database, with all that it does counted. */
export async function openCompany(database: TestDatabase, joined: boolean, load: 'inline' | 'selectin' = 'inline') {
  const db = openDatabase(database);
  const models = companyModels(db, joined, load);
  await db.createAll();
  const session = db.createSession();
  const statements = new Statements(db.engine);
  return { db, session, statements, ...models };
}

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import { columnProperty, Database, index, t } from '../../src/index.ts';
import { migrate } from '../../src/migrate/autogenerate.ts';
import { downgrade, upgrade } from '../../src/migrate/upgrade.ts';
import { companyModels } from '../orm/hierarchy-models.ts';
import { afterTest } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { scratchProject } from './scratch-project.ts';

// Migrations of classes that extend each other: tables and columns, each once, and nothing of classes.

describe.each(allDatabases)('migrations of hierarchies on $name', (database) => {
  function project() {
    const { directory } = scratchProject();
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    const at = ({ metadatas }: Database) => ({ metadatas, engine });
    const models = () => new Database({ url: 'sqlite://' });
    const textOf = (written: { readonly file: string } | null) => readFileSync(written?.file as string, 'utf8');
    return { directory, at, models, textOf };
  }

  test.each([true, false])('of a whole hierarchy: nothing is left to write (joined: %s)', async (joined) => {
    const { directory, at, models, textOf } = project();
    const db = models();
    const { Employee, Manager } = companyModels(db, joined, 'selectin');
    const written = await migrate(at(db), { directory });
    const text = textOf(written);
    for (const column of ['budget', 'bonus', 'language']) expect(text.match(new RegExp(`\\b${column}\\b`, 'g'))).toHaveLength(1);
    expect(text.match(/createTable\(/g)).toHaveLength(joined ? 6 : 4);
    await upgrade(at(db), { directory });
    expect(await migrate(at(db), { directory })).toBeNull();
    // Using the classes changes nothing of it.
    expect([Manager.c.budget.key, Employee.c.name.key, new Manager({ name: 'x' }).type]).toEqual(['budget', 'name', 'manager']);
    expect(await migrate(at(db), { directory })).toBeNull();
    await downgrade(at(db), { directory });
    await upgrade(at(db), { directory });
    expect(await migrate(at(db), { directory })).toBeNull();
  });

  test('a class more is a column more, or a table more', async () => {
    const { directory, at, models, textOf } = project();
    const base = (db: Database) =>
      class Vehicle extends db.Model(
        'vehicles',
        {
          id: t.integer().primaryKey(),
          kind: t.string(10),
          code: t.string(5).nullable(),
          long: columnProperty(t.string(20), (c) => c.code.concat('x')),
        },
        {
          on: 'kind',
          get identities(): object {
            return {};
          },
        },
      ) {};
    const first = models();
    base(first);
    await upgrade(at(first), { directory, ...(await migrate(at(first), { directory })) });
    expect(await migrate(at(first), { directory })).toBeNull();

    const second = models();
    base(second).extend({ doors: t.integer(), seats: t.integer().default(4) });
    const added = await migrate(at(second), { directory });
    expect(added?.message).toBe('add vehicles.doors, vehicles.seats');
    expect(textOf(added)).toMatch(/addColumn\('vehicles', 'doors', t\.integer\(\)\.nullable\(\)\)/);
    await upgrade(at(second), { directory });
    expect(await migrate(at(second), { directory })).toBeNull();

    const third = models();
    const Car = base(third).extend({ doors: t.integer(), seats: t.integer().default(4) });
    Car.extend('vans', { volume: t.integer() }, { constraints: (c) => [index(c.volume)] });
    const created = await migrate(at(third), { directory });
    expect(created?.message).toBe('create vans');
    const text = textOf(created);
    expect(text.match(/op\.\w+\(/g)?.filter((one) => !/dropIndex|createIndex/.test(one))).toEqual(['op.createTable(', 'op.dropTable(']);
    expect(text).toMatch(/references\('vehicles\.id', \{ onDelete: 'cascade', onUpdate: 'cascade' \}\)/);
    expect(text).not.toMatch(/doors|seats|kind/);
    await upgrade(at(third), { directory });
    expect(await migrate(at(third), { directory })).toBeNull();

    // And away again.
    const away = await migrate(at(second), { directory });
    expect(away?.message).toBe('drop vans');
    await upgrade(at(second), { directory });
    expect(await migrate(at(second), { directory })).toBeNull();
    await downgrade(at(second), { directory });
    expect(await migrate(at(third), { directory }).catch((error: Error) => error.message)).toMatch(/newest migration is/);
  });

  test('a concrete class is a table with all columns', async () => {
    const { directory, at, models, textOf } = project();
    const db = models();
    class Vehicle extends db.Model('vehicles', { id: t.integer().primaryKey(), name: t.string(20).unique() }) {}
    Vehicle.extend('boats', { sails: t.integer() }, { concrete: true });
    const written = await migrate(at(db), { directory });
    expect(
      textOf(written)
        .match(/createTable\('\w+'/g)
        ?.sort(),
    ).toEqual(["createTable('boats'", "createTable('vehicles'"]);
    expect(textOf(written)).not.toMatch(/references/);
    await upgrade(at(db), { directory });
    expect(await migrate(at(db), { directory })).toBeNull();
  });
});

// Tables that refer to each other in a circle: made and dropped by migrations, with their keys added after them and dropped before.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createEngine, inspect, MetaData, t } from '../../src/index.ts';
import { migrate } from '../../src/migrate/autogenerate.ts';
import { downgrade, upgrade } from '../../src/migrate/upgrade.ts';
import { foreignKey } from '../../src/sql/constraints.ts';
import { type Shape, Table } from '../../src/sql/schema.ts';
import { afterTest } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { scratchProject } from './scratch-project.ts';

/** Staff work in stores, which they manage; a store has a main shelf of its own, found by two columns. */
function models(): MetaData {
  const metadata = new MetaData();
  new Table(
    metadata,
    'stores',
    {
      id: t.integer().primaryKey(),
      managerId: t.integer().nullable().references('staff.id', { onDelete: 'set null' }),
      shelf: t.integer().nullable(),
    },
    { constraints: (c) => [foreignKey([c.id, c.shelf], ['shelves.storeId', 'shelves.number']).named('main_shelf')] },
  );
  new Table<Shape>(metadata, 'staff', {
    id: t.integer().primaryKey(),
    storeId: t.integer().references('stores.id', { onDelete: 'cascade' }),
    bossId: t.integer().nullable().references('staff.id'),
  });
  new Table<Shape>(metadata, 'shelves', {
    storeId: t.integer().primaryKey().references('stores.id', { onDelete: 'cascade' }),
    number: t.integer().primaryKey(),
  });
  return metadata;
}

describe.each([...allDatabases, ...pgliteDatabases])('tables in a circle, on $name', (database) => {
  it('are made, dropped and made again', async () => {
    const { directory } = scratchProject();
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    const at = (metadata: MetaData) => ({ metadatas: new Map([[null, metadata]]), engine });
    const keys = async (): Promise<readonly string[]> =>
      (await inspect(engine).tables())
        .flatMap(({ name, foreignKeys }) =>
          foreignKeys.map((key) => `${name}(${key.columns.join()}) ${key.targetTable} ${key.onDelete ?? ''}`),
        )
        .sort();
    const written = await migrate(at(models()), { directory });
    const code = readFileSync(written?.file ?? '', 'utf8');
    if (database.family === 'sqlite') expect(code).not.toContain('createForeignKey');
    else
      expect(code.match(/op\.\w+\(\s*'\w+'/g)?.map((call) => call.replace(/\s+/g, ''))).toEqual([
        "op.createTable('staff'",
        "op.createTable('shelves'",
        "op.createTable('stores'",
        "op.createForeignKey('fk_staff_store_id_stores'",
        "op.createForeignKey('fk_shelves_store_id_stores'",
        "op.dropConstraint('fk_shelves_store_id_stores'",
        "op.dropConstraint('fk_staff_store_id_stores'",
        "op.dropTable('stores'",
        "op.dropTable('shelves'",
        "op.dropTable('staff'",
      ]);
    const all = [
      'shelves(store_id) stores cascade',
      'staff(boss_id) staff ',
      'staff(store_id) stores cascade',
      'stores(id,shelf) shelves ',
      'stores(manager_id) staff set null',
    ];
    await upgrade(at(models()), { directory });
    expect(await keys()).toEqual(all);
    expect(await migrate(at(models()), { directory })).toBeNull();
    await downgrade(at(models()), { directory });
    expect(await inspect(engine).hasTable('staff')).toBe(false);
    await upgrade(at(models()), { directory });

    // The other way: a migration drops all of them, and brings them back.
    const other = new MetaData();
    new Table(other, 'others', { id: t.integer().primaryKey() });
    const gone = await migrate(at(other), { directory });
    expect(gone?.changes).toHaveLength(database.family === 'sqlite' ? 4 : 6);
    await upgrade(at(other), { directory });
    expect(await keys()).toEqual([]);
    await downgrade(at(other), { directory });
    expect(await keys()).toEqual(all);
    expect(await migrate(at(models()), { directory, message: 'none' }).catch((error: Error) => error.message)).toMatch(/newest migration/);
  });
});

// Any schema becomes any other by a migration, and itself again by its downgrade.
import { describe, expect, it } from 'vitest';
import type { ReflectedTable } from '../../src/dialects/base/reflection.ts';
import { createEngine, type Engine, inspect, MetaData, sql, t } from '../../src/index.ts';
import { migrate } from '../../src/migrate/autogenerate.ts';
import { MigrationError } from '../../src/migrate/errors.ts';
import { downgrade, upgrade } from '../../src/migrate/upgrade.ts';
import type { Column, ReferenceAction } from '../../src/sql/column.ts';
import { check, foreignKey, type TableItem, unique } from '../../src/sql/constraints.ts';
import { index, uniqueIndex } from '../../src/sql/indexes.ts';
import { type Shape, Table } from '../../src/sql/schema.ts';
import { Random } from '../core/random-values.ts';
import { afterTest, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { described } from '../setup/made-again.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { scratchProject } from './scratch-project.ts';

const SEED = Number(process.env.ATHANOR_SEED ?? Math.floor(Math.random() * 2 ** 31));
const PAIRS = 6;
const NAMES = ['users', 'Odd Table', 'posts', 'select'];
const COLUMNS = ['a', 'b', 'C c', 'order', 'd'];

/** A column of each name is of one type always, since types are not altered. */
function columnOf(name: string): Column {
  const number = name === 'a' || name === 'order';
  return number ? (t.integer().serverDefault(sql`7`) as Column) : (t.string(20).nullable() as Column);
}

/** Tables of a few names and columns, with keys in every direction, circles and all. */
function schema(random: Random): MetaData {
  const metadata = new MetaData();
  const chance = (part: number): boolean => random.fraction() < part;
  const names = NAMES.filter(() => chance(0.75));
  const some = <T>(list: readonly T[], least = 1): T[] => {
    const left = [...list];
    const picked: T[] = [];
    const count = Math.min(list.length, least + random.below(2));
    while (picked.length < count) picked.push(...left.splice(random.below(left.length), 1));
    return picked;
  };
  for (const name of names.length === 0 ? ['users'] : names) {
    const columns = COLUMNS.filter(() => chance(0.7));
    const references = NAMES.filter((target) => (names.includes(target) || target === name) && chance(0.4));
    const shape: Record<string, Column> = { id: t.integer().primaryKey() as Column };
    for (const column of columns) {
      let builder = columnOf(column);
      if (chance(0.2)) builder = builder.unique();
      if (chance(0.2)) builder = builder.index();
      shape[column] = builder;
    }
    for (const target of references) {
      let builder = t.integer().nullable() as Column;
      if (chance(0.3)) builder = builder.index();
      if (chance(0.6)) {
        const onDelete = random.of<ReferenceAction | undefined>([undefined, 'cascade', 'set null']);
        builder = builder.references(`${target}.id`, onDelete === undefined ? {} : { onDelete });
      }
      shape[`to ${target}`] = builder;
    }
    new Table<Shape>(metadata, name, shape, {
      constraints: (c) => {
        const at = (column: string) => c[column] as never;
        const items: TableItem[] = [];
        const all = [...columns, ...references.map((target) => `to ${target}`)];
        if (all.length > 1 && chance(0.4)) items.push(index(...some(all, 2).map(at)) as never);
        if (all.length > 0 && chance(0.3)) items.push(uniqueIndex(some(all).map(at)).named(`ux_${name}_${random.below(2)}`) as never);
        if (all.length > 1 && chance(0.3)) items.push(unique(...some(all, 2).map(at)) as never);
        const [target] = references.filter((other) => shape[`to ${other}`].definition.reference === null);
        if (target !== undefined && chance(0.2))
          items.push(foreignKey([at(`to ${target}`)], [`${target}.id`]).named(`by_hand_${name}`) as never);
        for (const column of columns.filter((one) => one !== 'C c'))
          if (chance(0.2)) items.push(check(sql`${at(column)} <> ${String(random.below(3))} OR ${at(columns[0])} IS NULL`));
        return items;
      },
    });
  }
  return metadata;
}

/** What a database is, whichever order its columns have: one that comes back comes last. */
async function inNoOrder(engine: Engine): Promise<unknown> {
  const { tables } = (await described(engine)) as { tables: readonly ReflectedTable[] };
  return tables.map((table) => ({ ...table, columns: [...table.columns].sort((a, b) => (a.name < b.name ? -1 : 1)) }));
}

describe.each([...allDatabases, ...pgliteDatabases].filter(({ name }) => !name.includes('in memory')))(
  'migrations on $name',
  (database: TestDatabase) => {
    // Changes of the schema take several times as long on MySQL.
    const pairs = database.family === 'mysql' && !database.mariadb ? Math.ceil(PAIRS / 3) : PAIRS;
    it.each(Array.from({ length: pairs }, (_, i) => SEED + i))(
      'make any schema into any other, and back: seed %i',
      async (seed) => {
        const random = new Random(seed);
        const { directory } = scratchProject();
        const engine = createEngine(database.url());
        afterTest(() => engine.dispose());
        const at = (metadata: MetaData) => ({ metadatas: new Map([[null, metadata]]), engine });
        let [before, after] = [schema(random), schema(random)];
        await migrate(at(before), { directory, message: 'first' });
        await upgrade(at(before), { directory });
        expect(await migrate(at(before), { directory }), `ATHANOR_SEED=${seed}`).toBeNull();
        for (let tries = 0; tries < 10; tries++) {
          const start = await inNoOrder(engine);
          try {
            if ((await migrate(at(after), { directory })) === null) break;
          } catch (error) {
            // What needs a table to be built anew is refused; nothing has happened.
            if (!(error instanceof MigrationError) || error.code !== 'migrate.not-yet' || database.family !== 'sqlite') throw error;
            after = schema(random);
            continue;
          }
          await upgrade(at(after), { directory });
          expect(await migrate(at(after), { directory }), `ATHANOR_SEED=${seed}`).toBeNull();
          await downgrade(at(after), { directory });
          expect(await inNoOrder(engine), `ATHANOR_SEED=${seed}`).toEqual(start);
          await upgrade(at(after), { directory });
          [before, after] = [after, schema(random)];
          if (tries > 2) break;
        }
        expect((await inspect(engine).tableNames()).length).toBeGreaterThan(0);
      },
      60_000,
    );
  },
);

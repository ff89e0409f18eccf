import { expect } from 'vitest';
import type { Dialect } from '../../src/dialects/base/dialect.ts';
import type { ReflectedTable } from '../../src/dialects/base/reflection.ts';
import { createEngine, type Engine, inspect, MetaData, type ReflectOptions, type Table } from '../../src/index.ts';
import { compare } from '../../src/migrate/compare.ts';
import { describeOperation } from '../../src/migrate/operation.ts';
import { afterTest, type TestDatabase } from './databases.ts';

/** An engine on a new database, in which a script has run. */
export async function engineAfter(database: TestDatabase, script = ''): Promise<Engine> {
  const engine = createEngine(database.url());
  afterTest(() => engine.dispose());
  await using connection = await engine.connect({ autocommit: true });
  await connection.script(script === '' ? 'SELECT 1' : script);
  return engine;
}

/** What a migration would say of the difference between tables and a database. */
export async function differences(engine: Engine, models: Iterable<Table>): Promise<readonly string[]> {
  await using connection = await engine.connect();
  const reflected = await connection.dialect.reflect(connection.driverConnection);
  const { changes, problems } = compare([...models], reflected, connection.dialect as Dialect);
  return [...problems, ...changes.flatMap(({ upgrade }) => upgrade.map(describeOperation))];
}

/** All that an inspector says of a database, in an order that does not depend on how it came to be. */
export async function described(engine: Engine, schema: string | null = null): Promise<unknown> {
  const inspector = inspect(engine);
  const byName = <T extends { readonly name: string | null }>(items: readonly T[]): T[] =>
    [...items].sort((a, b) => (`${a.name}` < `${b.name}` ? -1 : 1));
  const table = ({ uniques, indexes, foreignKeys, checks, excludes = [], ...rest }: ReflectedTable): unknown => ({
    ...rest,
    uniques: byName(uniques),
    indexes: byName(indexes),
    foreignKeys: byName(foreignKeys),
    checks: byName(checks),
    excludes: byName(excludes),
  });
  return {
    tables: byName(await inspector.tables({ schema })).map(table),
    views: byName(await inspector.views({ schema })),
    sequences: byName(await inspector.sequences({ schema })).filter(({ ownedBy }) => ownedBy === null),
    enums: await inspector.enums({ schema }),
    domains: await inspector.domains({ schema }),
  };
}

/**
 * Reads a database and makes it again in a second one, and that one in a third. Expects that no migration would change anything
 * in any of them, and that the last two are the same to the last word; gives the metadata that was read.
 *
 * @param before what the second and the third need to be there, such as extensions
 * @param exact the first has no words but ours, so that the second is the same to the last word too
 */
export async function expectMadeAgain(
  database: TestDatabase,
  first: Engine,
  options: ReflectOptions = {},
  before = '',
  exact = false,
): Promise<MetaData> {
  const all = { views: true, partitions: true, sequences: true, ...options };
  const read = async (engine: Engine): Promise<MetaData> => {
    const metadata = new MetaData();
    await metadata.reflect(engine, all);
    return metadata;
  };
  const metadata = await read(first);
  expect(await differences(first, metadata.tables.values())).toEqual([]);
  const second = await engineAfter(database, before);
  await metadata.createAll(second);
  const again = await read(second);
  expect(await differences(first, again.tables.values())).toEqual([]);
  if (exact) expect(await described(second)).toEqual(await described(first));
  const third = await engineAfter(database, before);
  await again.createAll(third);
  expect(await described(third)).toEqual(await described(second));
  return metadata;
}

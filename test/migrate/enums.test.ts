// Enums with a type of their own that got a value in the models.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createEngine, inspect, MetaData, pg, sql, t } from '../../src/index.ts';
import { migrate } from '../../src/migrate/autogenerate.ts';
import { downgrade, upgrade } from '../../src/migrate/upgrade.ts';
import { type Shape, Table } from '../../src/sql/schema.ts';
import { afterTest } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { scratchProject } from './scratch-project.ts';

type Values = [string, ...string[]];

const postgresqls = [...allDatabases, ...pgliteDatabases].filter(({ family }) => family === 'postgresql');

describe.each(postgresqls)('enums on $name', (database) => {
  function project() {
    const { directory } = scratchProject();
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    const at = (shape: Shape, more: Record<string, Shape> = {}) => {
      const metadata = new MetaData();
      for (const [name, columns] of Object.entries({ things: shape, ...more }))
        new Table<Shape>(metadata, name, { id: t.integer().primaryKey(), ...columns });
      return { metadatas: new Map([[null, metadata]]), engine };
    };
    const values = async (): Promise<unknown> => Object.fromEntries((await inspect(engine).enums()).map((own) => [own.name, own.values]));
    const calls = (file = ''): string[] => readFileSync(file, 'utf8').match(/op\.addEnumValue\(.*\)/g) ?? [];
    return { directory, engine, at, values, calls };
  }

  it('get the values that the models have more, each in its place', async () => {
    const { directory, at, values, calls } = project();
    const shape = (...own: Values): Shape => ({
      mood: t.enum(own, { name: 'mood' }).nullable(),
      moods: t.array(t.enum(own, { name: 'mood' })).nullable(),
    });
    await migrate(at(shape('sad', 'ok')), { directory, message: 'first' });
    await upgrade(at({}), { directory });
    const more = shape('awful', 'grim', 'sad', "it's", 'ok', 'fine', 'great');
    const written = await migrate(at(more), { directory });
    expect(calls(written?.file)).toEqual([
      "op.addEnumValue('mood', 'awful', { before: 'sad' })",
      "op.addEnumValue('mood', 'grim', { after: 'awful' })",
      `op.addEnumValue('mood', "it's", { after: 'sad' })`,
      "op.addEnumValue('mood', 'fine', { after: 'ok' })",
      "op.addEnumValue('mood', 'great', { after: 'fine' })",
    ]);
    expect(written?.warnings).toEqual([
      "PostgreSQL cannot take values away from the enum 'mood': the downgrade leaves 'awful', 'grim', 'it's', 'fine', 'great'.",
    ]);
    await upgrade(at(more), { directory });
    expect(await values()).toEqual({ mood: ['awful', 'grim', 'sad', "it's", 'ok', 'fine', 'great'] });
    expect(await migrate(at(more), { directory })).toBeNull();
    // The values stay, and are no harm to what has fewer.
    await downgrade(at(more), { directory });
    await upgrade(at(more), { directory });
    expect(await migrate(at(shape('sad', 'ok')), { directory })).toBeNull();
    const other = await migrate(at(shape('sad', 'ok', 'new'), { others: {} }), { directory });
    expect(other?.warnings).toContain(
      "The enum 'mood' of the database has 'awful', 'grim', 'it's', 'fine', 'great' beside what the models say, which PostgreSQL cannot take away.",
    );
  });

  it('get them below a domain, in a schema of their own, and where no column has them yet', async () => {
    const { directory, engine, at, calls, values } = project();
    await using connection = await engine.connect({ autocommit: true });
    await connection.script("CREATE SCHEMA depot; CREATE TYPE depot.size AS ENUM ('s'); CREATE TYPE lonely AS ENUM ()");
    await connection.close();
    const grade = (...own: Values) => pg.domain('grade', t.enum(own, { name: 'mark' }), { check: sql`VALUE <> 'x'` });
    const size = (...own: Values) => t.enum(own, { name: 'size', schema: 'depot' });
    await migrate(at({ grade: grade('x', 'a'), size: size('s') }), { directory, message: 'first' });
    await upgrade(at({}), { directory });
    const more = at(
      { grade: grade('x', 'a', 'b'), size: size('s', 'm') },
      { others: { lonely: t.enum(['one', 'two'], { name: 'lonely' }) } },
    );
    expect(calls((await migrate(more, { directory }))?.file)).toEqual([
      "op.addEnumValue('mark', 'b', { after: 'a' })",
      "op.addEnumValue('size', 'm', { after: 's', schema: 'depot' })",
      "op.addEnumValue('lonely', 'one')",
      "op.addEnumValue('lonely', 'two', { after: 'one' })",
    ]);
    await upgrade(more, { directory });
    expect(await migrate(more, { directory })).toBeNull();
    expect(await values()).toEqual({ lonely: ['one', 'two'], mark: ['x', 'a', 'b'] });
  });
});

it('op.addEnumValue() says where it cannot be', async () => {
  const { directory, migration } = scratchProject();
  const engine = createEngine('sqlite://');
  afterTest(() => engine.dispose());
  const db = { metadatas: new Map([[null, new MetaData()]]), engine };
  migration('aaa1', null, "await op.addEnumValue('mood', 'ok');");
  await expect(upgrade(db, { directory })).rejects.toThrow("SQLite has no types of enums ('mood')");
  migration('aaa1', null, "await op.addEnumValue('mood', 'ok', { after: 'a', before: 'b' });");
  await expect(upgrade(db, { directory })).rejects.toThrow("op.addEnumValue('mood') takes after or before, but got both.");
});

// Constraints of tables that exist: checks, uniques and foreign keys that come, go and change, in an order that the database takes.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CheckViolation, createEngine, type Engine, MetaData, sql, t } from '../../src/index.ts';
import { migrate } from '../../src/migrate/autogenerate.ts';
import { downgrade, upgrade } from '../../src/migrate/upgrade.ts';
import { check, unique } from '../../src/sql/constraints.ts';
import { index } from '../../src/sql/indexes.ts';
import { rawSql } from '../../src/sql/raw-text.ts';
import { type Shape, Table, type TableOptions } from '../../src/sql/schema.ts';
import { afterTest, type TestDatabase } from '../setup/databases.ts';
import { allDatabases } from '../setup/live-databases.ts';
import { differences } from '../setup/made-again.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { scratchProject } from './scratch-project.ts';

const servers = [...allDatabases, ...pgliteDatabases].filter(({ family }) => family !== 'sqlite');
const id = t.integer().primaryKey();

type Tables = Record<string, readonly [Shape, TableOptions<Shape>?]>;

function models(tables: Tables): MetaData {
  const metadata = new MetaData();
  for (const [name, [shape, options]] of Object.entries(tables)) new Table<Shape>(metadata, name, { id, ...shape }, options);
  return metadata;
}

function project(database: TestDatabase) {
  const { directory } = scratchProject();
  const engine = createEngine(database.url());
  afterTest(() => engine.dispose());
  const at = (metadata: MetaData) => ({ metadatas: new Map([[null, metadata]]), engine });
  /** Goes from one schema to another and back, and gives the calls of the migration's upgrade. */
  const go = async (from: Tables, to: Tables): Promise<string[]> => {
    await migrate(at(models(from)), { directory, message: 'first' });
    await upgrade(at(models(from)), { directory });
    const written = await migrate(at(models(to)), { directory, message: 'second' });
    if (written === null) return [];
    await upgrade(at(models(to)), { directory });
    expect(await migrate(at(models(to)), { directory })).toBeNull();
    await downgrade(at(models(to)), { directory });
    expect(await differences(engine, models(from).tables.values())).toEqual([]);
    await upgrade(at(models(to)), { directory });
    const [, up = ''] = /upgrade\(op: Operations\): Promise<void> \{([\s\S]*?)\n\}/.exec(readFileSync(written.file, 'utf8')) ?? [];
    return up.trim().split(/\n\s*/);
  };
  return { go, engine };
}

async function script(engine: Engine, text: string): Promise<void> {
  await using connection = await engine.connect({ autocommit: true });
  await connection.script(text);
}

describe.each(servers)('constraints of tables that exist, on $name', (database) => {
  it('are checks that come, go and change', async () => {
    const { go, engine } = project(database);
    const steps = await go(
      { things: [{ a: t.integer(), b: t.integer() }, { constraints: [check(sql`a > 0`, 'low'), check(sql`b > 0`)] }] },
      { things: [{ a: t.integer(), b: t.integer() }, { constraints: [check(sql`a > 5`, 'low'), check(sql`a < b`, 'order')] }] },
    );
    expect([steps.slice(0, 2).sort(), steps.slice(2)]).toEqual([
      ["await op.dropConstraint('ck_things_2', 'things', 'check');", "await op.dropConstraint('low', 'things', 'check');"],
      ["await op.createCheckConstraint('low', 'things', sql`a > 5`);", "await op.createCheckConstraint('order', 'things', sql`a < b`);"],
    ]);
    await expect(script(engine, 'INSERT INTO things VALUES (1, 3, 9)')).rejects.toThrow(CheckViolation);
    await script(engine, 'INSERT INTO things VALUES (1, 6, 9)');
  });

  it('are checks without names, of which the first goes: no name is taken twice', async () => {
    const { go } = project(database);
    const at = (...conditions: string[]): Tables => ({
      things: [{ a: t.integer() }, { constraints: conditions.map((one) => check(rawSql(`a <> ${one}`))) }],
    });
    const steps = await go(at('1', '2', '3'), at('2', '3', '4'));
    expect(steps.filter((step) => step.includes('dropConstraint')).length).toBe(3);
  });

  it('are values of an enum without a type of its own', async () => {
    const { go, engine } = project(database);
    const at = (...values: [string, ...string[]]): Tables => ({ things: [{ size: t.enum(values, { native: false }) }] });
    const steps = await go(at('s', 'm'), at('s', 'x'));
    expect(steps).toHaveLength(2);
    await script(engine, "INSERT INTO things VALUES (1, 'x')");
    await expect(script(engine, "INSERT INTO things VALUES (2, 'm')")).rejects.toThrow(CheckViolation);
  });

  it('are keys of all that goes with a column, which come back with it', async () => {
    const { go } = project(database);
    const whole: Tables = {
      owners: [{}],
      things: [
        {
          a: t.integer().nullable().unique(),
          b: t.integer().nullable().check(sql`b > 3`),
          ownerId: t.integer().nullable().references('owners.id', { onDelete: 'cascade' }),
        },
        { constraints: (c) => [unique(c.a, c.b), index(c.b, c.ownerId), check(sql`a < b`, 'order')] },
      ],
    };
    const steps = await go(whole, { owners: [{}], things: [{ b: t.integer().nullable() }] });
    expect(steps.at(0)).toMatch(/dropConstraint\('fk_things_owner_id_owners'/);
  });

  it('are a key whose target goes with it, whichever table comes first', async () => {
    const { go } = project(database);
    const steps = await go(
      { owners: [{ code: t.string(9).unique() }], things: [{ owner: t.string(9).nullable().index().references('owners.code') }] },
      { owners: [{}], things: [{ owner: t.string(9).nullable() }] },
    );
    expect(steps[0]).toMatch(/dropConstraint\('fk_things_owner_owners'/);
  });

  it('are an index that a key stands on', async () => {
    const { go } = project(database);
    const owner = t.integer().nullable();
    const steps = await go(
      { owners: [{}], things: [{ owner: owner.index().references('owners.id') }] },
      { owners: [{}], things: [{ owner: owner.references('owners.id'), n: t.integer().nullable() }] },
    );
    expect(steps.length).toBe(database.family === 'mysql' ? 4 : 2);
  });
});

describe.each(servers.filter(({ family }) => family === 'postgresql'))('unique constraints of tables that exist, on $name', (database) => {
  it('may be checked late, take one NULL or keep more columns, and change in that', async () => {
    const { go } = project(database);
    const shape = { a: t.integer().nullable(), b: t.integer().nullable(), d: t.integer().nullable() };
    const steps = await go(
      { things: [shape, { constraints: (c) => [unique(c.a), unique(c.b).deferrable('deferred'), unique(c.d).include(c.a)] }] },
      { things: [shape, { constraints: (c) => [unique(c.a).deferrable(), unique(c.b), unique(c.d).nullsNotDistinct()] }] },
    );
    expect(steps).toEqual([
      ...['a', 'b', 'd'].map((name) => `await op.dropConstraint('uq_things_${name}', 'things', 'unique');`),
      "await op.createUniqueConstraint('uq_things_a', 'things', ['a'], { deferrable: true });",
      "await op.createUniqueConstraint('uq_things_b', 'things', ['b']);",
      "await op.createUniqueConstraint('uq_things_d', 'things', ['d'], { nullsNotDistinct: true });",
    ]);
  });
});

it('op.createCheckConstraint() says what it needs, and that SQLite has it with new tables only', async () => {
  const { directory, migration } = scratchProject();
  const engine = createEngine('sqlite://');
  afterTest(() => engine.dispose());
  const db = { metadatas: new Map([[null, new MetaData()]]), engine };
  migration('aaa1', null, "await op.createCheckConstraint('positive', 'things', 'a > 0');");
  await expect(upgrade(db, { directory })).rejects.toThrow("op.createCheckConstraint('positive') takes SQL as the condition");
  migration('aaa1', null, "const { sql } = await import('athanor'); await op.createCheckConstraint('positive', 'things', sql`a > 0`);");
  await expect(upgrade(db, { directory })).rejects.toThrow("add the check 'positive' of 'things'");
});

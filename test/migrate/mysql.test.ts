import { describe, expect, test } from 'vitest';
import { createEngine, sql, t } from '../../src/index.ts';
import { migrate } from '../../src/migrate/autogenerate.ts';
import type { MigrationTarget } from '../../src/migrate/target.ts';
import { current, downgrade, upgrade } from '../../src/migrate/upgrade.ts';
import { unique } from '../../src/sql/constraints.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { Table } from '../../src/sql/schema.ts';
import { afterTest } from '../setup/databases.ts';
import { tested } from '../setup/live-databases.ts';
import { mysqlDatabases } from '../setup/mysql-databases.ts';
import { scratchProject } from './scratch-project.ts';

type Tables = (metadata: MetaData) => void;

const first: Tables = (metadata) => {
  new Table(metadata, 'users', {
    id: t.integer().primaryKey(),
    email: t.string(80).unique(),
    age: t.integer().nullable().check(sql`age > 0`),
  });
  new Table(metadata, 'tags', { id: t.integer().primaryKey(), name: t.string(20) });
};
const second: Tables = (metadata) => {
  new Table(metadata, 'users', {
    id: t.integer().primaryKey(),
    email: t.string(80),
    age: t.integer().nullable().check(sql`age > 0`),
    made: t.dateTime().serverDefault(sql`CURRENT_TIMESTAMP`),
    bossId: t.integer().nullable().index().references('users.id', { onDelete: 'cascade' }),
  });
  new Table(
    metadata,
    'posts',
    { id: t.integer().primaryKey(), slug: t.string(50), userId: t.integer().references('users.id') },
    { constraints: (c) => [unique(c.slug, c.userId)] },
  );
};

describe.each(mysqlDatabases)('migrations on $name', (database) => {
  function target(url: string, tables: Tables): MigrationTarget {
    const engine = createEngine(url);
    afterTest(() => engine.dispose());
    const metadata = new MetaData();
    tables(metadata);
    return { engine, metadatas: new Map([[null, metadata]]) };
  }

  test('written, applied, undone, applied again', async () => {
    const { directory, versions } = scratchProject();
    const url = database.url();
    const one = target(url, first);
    expect((await migrate(one, { directory }))?.changes.length).toBe(2);
    expect(await upgrade(one, { directory })).toHaveLength(1);
    expect(await migrate(one, { directory })).toBeNull();

    const two = target(url, second);
    const written = await migrate(two, { directory });
    expect(written).not.toBeNull();
    await upgrade(two, { directory });
    expect(await migrate(two, { directory })).toBeNull();
    expect(versions()).toHaveLength(2);

    await downgrade(one, { directory });
    expect(await current(one)).not.toBeNull();
    await upgrade(two, { directory });
    await downgrade(two, { directory, revision: 'base' });
    expect(await current(two)).toBeNull();
  });

  test('of several processes each migration is applied by one', async () => {
    const { directory, migration } = scratchProject();
    migration('aaa1', null, "await op.execute('CREATE TABLE one (id INT PRIMARY KEY)');");
    migration('aaa2', 'aaa1', "await op.execute('CREATE TABLE two (id INT PRIMARY KEY)');");
    const url = database.url();
    const steps = await Promise.all([0, 1, 2].map(() => upgrade(target(url, first), { directory })));
    expect(steps.flat().map(({ revision }) => revision)).toEqual(['aaa1', 'aaa2']);
  });

  test('one that fails half-way says that the rest stays', async () => {
    const { directory, migration } = scratchProject();
    migration('aaa1', null, "await op.execute('CREATE TABLE one (id INT PRIMARY KEY)'); await op.execute('CREATE TABLE one (id INT)');");
    const db = target(database.url(), first);
    await expect(upgrade(db, { directory })).rejects.toThrow(/already exists[\s\S]*What it did before was not undone/);
    expect(await current(db)).toBeNull();
  });
});

// Without a server, the run says so.
// A file has to have a test, also where no server is there for it.
test('runs where one of its servers is tested, and nowhere else', () =>
  expect(mysqlDatabases.length).toBe(['mariadb', 'mysql'].filter((name) => tested.includes(name)).length));

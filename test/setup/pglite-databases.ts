import type { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll } from 'vitest';
import { classifyPostgresql } from '../../src/dialects/postgresql/errors.ts';
import { overPGlite } from '../../src/dialects/postgresql/pglite.ts';
import { registerDriver } from '../../src/index.ts';
import { afterTest, type TestDatabase } from './databases.ts';
import { tested } from './live-databases.ts';

// Making a PGlite takes seconds, so that a test file keeps those it made and empties them between its tests.
const made = new Map<string, PGlite>();
const free: string[] = [];

const RESET = `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema' LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', name);
  END LOOP;
  CREATE SCHEMA public;
END $$`;

async function make(name: string): Promise<PGlite> {
  const module = await import('@electric-sql/pglite');
  const instance = new module.PGlite();
  made.set(name, instance);
  await instance.waitReady;
  return instance;
}

registerDriver('postgresql', 'pglite-kept', async () => ({
  name: 'pglite-kept',
  package: '@electric-sql/pglite',
  single: true,
  connect: async ({ database }) => {
    const kept = made.get(database) ?? (await make(database));
    // Engines close their connections; the database stays.
    const view = {
      waitReady: kept.waitReady,
      execProtocol: (...args: Parameters<PGlite['execProtocol']>) => kept.execProtocol(...args),
      close: async () => {},
    };
    return overPGlite(view as unknown as PGlite);
  },
  classify: classifyPostgresql,
}));

const pglite: TestDatabase = {
  name: 'PGlite',
  family: 'postgresql',
  returning: true,
  mariadb: false,
  shared: false,
  fileUrl: () => `postgresql+pglite-kept:///${free.shift() ?? `kept_${made.size + 1}`}`,
  url: () => {
    const name = free.shift() ?? `kept_${made.size + 1}`;
    afterTest(async () => {
      for (const statement of ['ROLLBACK', 'DISCARD ALL', RESET]) await made.get(name)?.exec(statement);
      free.push(name);
    });
    return `postgresql+pglite-kept:///${name}`;
  },
};

if (tested.includes('pglite')) {
  beforeAll(async () => {
    await make('kept_1');
    free.push('kept_1');
  }, 120_000);
}
afterAll(async () => {
  for (const database of made.values()) await database.close();
});

/** PGlite, where this run tests it. */
export const pgliteDatabases: readonly TestDatabase[] = tested.includes('pglite') ? [pglite] : [];

import { it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { DRIVERS, memoryEngine } from '../engine/sqlite-databases.ts';
import { afterTest } from '../setup/databases.ts';
import { liveDatabases } from '../setup/live-databases.ts';
import { firstSeed as first } from '../setup/seed.ts';
import { compareTrees } from './random-tree.ts';

// ATHANOR_SEED=… begins with that seed; ATHANOR_RUNS=… takes another number of them.
const count = (usual: number): number => Number(process.env.ATHANOR_RUNS ?? usual);

it.each(DRIVERS)(`evaluates random trees as JavaScript does on %s (seeds from ${first})`, { timeout: 600_000 }, async (driver) => {
  const connection = await (await memoryEngine(driver)).connect();
  await compareTrees(connection, 'sqlite', first, count(1000));
});

it.runIf(liveDatabases.length > 0).each(liveDatabases)(
  `evaluates random trees as JavaScript does on $name (seeds from ${first})`,
  { timeout: 600_000 },
  async (database) => {
    const engine = createEngine(database.url());
    afterTest(() => engine.dispose());
    await using connection = await engine.connect({ autocommit: true });
    await compareTrees(connection, engine.dialect.name, first, count(300));
  },
);

import { it } from 'vitest';
import { DRIVERS, memoryEngine } from '../engine/sqlite-databases.ts';
import { compareTrees } from './random-tree.ts';

// ATHANOR_SEED=… begins with that seed; ATHANOR_RUNS=… takes another number of them.
const first = process.env.ATHANOR_SEED === undefined ? Math.floor(Math.random() * 1e9) : Number(process.env.ATHANOR_SEED);
const count = Number(process.env.ATHANOR_RUNS ?? 1000);

it.each(DRIVERS)(`evaluates random trees as JavaScript does on %s (seeds from ${first})`, { timeout: 600_000 }, async (driver) => {
  const connection = await (await memoryEngine(driver)).connect();
  await compareTrees(connection, 'sqlite', first, count);
});

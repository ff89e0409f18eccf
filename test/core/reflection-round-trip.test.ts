import { describe, expect, it } from 'vitest';
import { catalogDatabases } from '../setup/foreign-schemas.ts';
import { differences, engineAfter, expectMadeAgain } from '../setup/made-again.ts';
import { pgliteDatabases } from '../setup/pglite-databases.ts';
import { firstSeed } from '../setup/seed.ts';
import { randomSchema } from './random-schema.ts';
import { Random } from './random-values.ts';

const SCHEMAS = Number(process.env.ATHANOR_RUNS ?? 6);

describe.each([...catalogDatabases, ...pgliteDatabases])('any schema on $name', (database) => {
  it.each(Array.from({ length: SCHEMAS }, (_, i) => firstSeed + i))(
    'is read back as it was created, and created again the same: seed %i',
    async (seed) => {
      const models = randomSchema(new Random(seed), database.family);
      const first = await engineAfter(database);
      await models.createAll(first);
      expect(await differences(first, models.tables.values()), `ATHANOR_SEED=${seed}`).toEqual([]);
      const metadata = await expectMadeAgain(database, first, {}, '', true);
      expect([...metadata.tables.keys()].sort(), `ATHANOR_SEED=${seed}`).toEqual([...models.tables.keys()].sort());
      expect([...metadata.sequences.keys()]).toEqual([...models.sequences.keys()]);
    },
    // Making a database takes seconds on a busy machine.
    60_000,
  );
});

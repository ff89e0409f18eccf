// Random expressions of every kind: each statement is read by a grammar of T-SQL that others wrote.
import { expect, it } from 'vitest';
import { select } from '../../src/sql/select.ts';
import { firstSeed as first } from '../setup/seed.ts';
import { TreeMaker } from '../sql/random-tree.ts';
import { parseTsql } from './tsql-grammar.ts';
import { textOf } from './tsql-text.ts';

it(`writes random trees in T-SQL, or says what there is none of (seeds from ${first})`, { timeout: 120_000 }, () => {
  let written = 0;
  for (let seed = first; seed < first + 40; seed++) {
    const maker = new TreeMaker(seed, 'mssql');
    const depth = 1 + (seed % 2);
    for (const { sql } of [maker.number(depth), maker.fraction(depth - 1), maker.text(depth), maker.logical(depth)]) {
      let text: string;
      try {
        text = textOf(select({ value: sql }));
      } catch (error) {
        expect(error, `ATHANOR_SEED=${seed}`).toMatchObject({ code: expect.stringMatching(/^sql\.unsupported/) });
        continue;
      }
      expect(() => parseTsql(text), `ATHANOR_SEED=${seed}`).not.toThrow();
      written++;
    }
  }
  expect(written).toBeGreaterThan(80);
});

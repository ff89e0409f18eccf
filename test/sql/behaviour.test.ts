import { expect, it } from 'vitest';
import { sqlite } from '../../src/dialects/sqlite/dialect.ts';
import { text } from '../../src/sql/raw.ts';

const READS = { returnsRows: true, writes: false };
const WRITES = { returnsRows: false, writes: true };
const BOTH = { returnsRows: true, writes: true };

it.each([
  ['SELECT 1', READS],
  ['  -- a comment\n select 1', READS],
  ['/* x */ (SELECT 1)', READS],
  ["SELECT replace(name, 'a', 'b') FROM t", READS],
  ['SELECT \'insert into x\', "update" FROM t', READS],
  ['VALUES (1)', READS],
  ['PRAGMA table_info(t)', READS],
  ['EXPLAIN QUERY PLAN SELECT 1', READS],
  ['WITH x AS (SELECT 1) SELECT * FROM x', READS],
  ['SELECT * FROM t FOR UPDATE', BOTH],
  ['INSERT INTO t VALUES (1)', WRITES],
  ['UPDATE t SET a = 1 RETURNING a', BOTH],
  ['WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x', WRITES],
  ['WITH x AS (SELECT 1) DELETE FROM t RETURNING *', BOTH],
  ["DELETE FROM t WHERE a = 'returning'", WRITES],
  ['CREATE TABLE t (a)', WRITES],
])('knows whether it reads or writes: %s', (statement, expected) => {
  const { returnsRows, writes } = sqlite.compile(text(statement).node);
  expect({ returnsRows, writes }).toEqual(expected);
});

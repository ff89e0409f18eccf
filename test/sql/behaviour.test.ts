import { describe, expect, it } from 'vitest';
import { sqlite } from '../../src/dialects/sqlite/dialect.ts';
import { t } from '../../src/sql/column-types.ts';
import { deleteFrom } from '../../src/sql/delete.ts';
import { explain } from '../../src/sql/explain.ts';
import { insertInto } from '../../src/sql/insert.ts';
import { mergeInto } from '../../src/sql/merge.ts';
import type { Node } from '../../src/sql/node.ts';
import { sql, text } from '../../src/sql/raw.ts';
import { select } from '../../src/sql/select.ts';
import { union } from '../../src/sql/set-operation.ts';
import { truncate } from '../../src/sql/truncate.ts';
import { update } from '../../src/sql/update.ts';
import { values } from '../../src/sql/values.ts';
import { baseCompiled, categories as c, products as p, reviews as r } from './shop.ts';

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

describe('statements of the language', () => {
  const row = { name: 'x' };
  const gone = deleteFrom(r).where(r.c.id.eq(1)).returning({ id: r.c.id }).cte('gone');
  it.each<[string, { readonly node: Node } | { build(): Node }, typeof READS]>([
    ['select', select(p.c.id), READS],
    ['select for update', select(p.c.id).forUpdate(), BOTH],
    ['select of a CTE', select(select({ id: p.c.id }).cte().c.id), READS],
    ['select of a CTE that deletes', select(gone.c.id), BOTH],
    ['select beside a CTE that deletes', select(p.c.id).addCte(gone), BOTH],
    ['union with a CTE that deletes', union(select({ id: p.c.id }), select({ id: gone.c.id })), BOTH],
    ['VALUES', values({ id: t.integer() }, [[1]]), READS],
    ['text with columns', text('SELECT 1').columns({ id: t.integer() }), READS],
    ['text that reads a CTE that deletes', sql`SELECT * FROM ${gone}`, BOTH],
    ['insert', insertInto(c).values(row), WRITES],
    ['insert returning', insertInto(c).values(row).returning(c.c.id), BOTH],
    ['update', update(c).set(row).where(c.c.id.eq(1)), WRITES],
    ['delete returning', deleteFrom(c).where(c.c.id.eq(1)).returning(c.c.id), BOTH],
    ['merge', mergeInto(c).using(p, p.c.id.eq(c.c.id)).whenMatched().delete(), WRITES],
    ['merge returning', mergeInto(c).using(p, p.c.id.eq(c.c.id)).whenMatched().delete().returning(c.c.id), BOTH],
    ['truncate', truncate(c), WRITES],
    ['explain', explain(deleteFrom(c).where(c.c.id.eq(1))), READS],
    ['explain analyze of a read', explain(select(p.c.id), { analyze: true }), READS],
    ['explain analyze of a delete', explain(deleteFrom(c).where(c.c.id.eq(1)), { analyze: true }), BOTH],
  ])('%s', (_name, statement, expected) => {
    const { returnsRows, writes } = baseCompiled(statement);
    expect({ returnsRows, writes }).toEqual(expected);
  });
});

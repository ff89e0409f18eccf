import type { Dialect } from '../dialects/base/dialect.ts';
import type { Insert, InsertBatch } from '../sql/insert.ts';
import { canonicalKey, makeInsert } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { InsertNode } from '../sql/statement-nodes.ts';
import type { Plan, PlanCache } from './plan.ts';

/** Rows of one statement: few sizes, so that few statements are prepared. */
const SIZES = [512, 64, 8];

interface Host {
  readonly dialect: Dialect;
  readonly plans: PlanCache;
}
interface Rows {
  readonly plan: Plan;
  readonly rows: readonly (readonly unknown[])[];
}

/** The plans of an insert, each with the values of its runs: rows of the same columns go together, many in one statement. */
export function insertExecutions(host: Host, statement: Insert<unknown, unknown>, change: (node: Node) => Node): Rows[] {
  return statement.batches().flatMap((batch) => executionsOf(host, batch, change));
}

function executionsOf(host: Host, { node, rows }: InsertBatch, change: (node: Node) => Node): Rows[] {
  if (rows === null) {
    // Its rows come from a query.
    const whole = change(node);
    return [{ plan: host.plans.get(host.dialect, whole), rows: [whole.binds.map((bind) => bind.value)] }];
  }
  const all = node.binds.map((bind) => bind.value);
  const one = (): Plan => host.plans.get(host.dialect, node);
  const { conflict, returning, instead, prefixes } = node;
  const executions: Rows[] = [];
  let start = 0;
  // Rows that meet a row of their own statement, and rows that come back in any order, need one of their own.
  if (conflict === null && returning.length === 0 && instead === null && prefixes.length === 0) {
    const width = node.columns.length;
    for (const size of SIZES) {
      const times = Math.floor((rows.length - start) / size);
      if (times === 0 || width === 0 || size * width > host.dialect.capabilities.maxParameters) continue;
      const plan = host.plans.named(host.dialect, `${canonicalKey(node.key)}*${size}`, () => repeated(node, size));
      const runs = Array.from({ length: times }, (_, i) => together(rows, start + i * size, size));
      executions.push({ plan, rows: runs });
      start += times * size;
    }
  }
  if (start === rows.length) return executions;
  // A row's values stand first; what follows belongs to the conflict clause and is the same for every row.
  const rest = (start === 0 ? rows : rows.slice(start)).map((row) =>
    row.length === all.length ? row : [...row, ...all.slice(row.length)],
  );
  executions.push({ plan: one(), rows: rest });
  return executions;
}

/** The values of so many rows in one list; `flat()` takes several times as long. */
function together(rows: readonly (readonly unknown[])[], start: number, size: number): unknown[] {
  const values: unknown[] = [];
  for (let i = start; i < start + size; i++) {
    const row = rows[i];
    for (let j = 0; j < row.length; j++) values.push(row[j]);
  }
  return values;
}

function repeated(node: InsertNode, size: number): InsertNode {
  return makeInsert({ table: node.table, columns: node.columns, values: Array.from({ length: size }, () => node.values).flat() });
}

import type { Dialect } from '../dialects/base/dialect.ts';
import type { Insert, InsertBatch } from '../sql/insert.ts';
import { canonicalKey, makeInsert, makeSelect } from '../sql/make.ts';
import type { BindNode, Node } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import type { InsertNode } from '../sql/statement-nodes.ts';
import { type PackedRows, packedRows } from './packed-rows.ts';
import type { Plan, PlanCache } from './plan.ts';
import { lengthOf, rowsTogether } from './statement-size.ts';

/** Rows of one statement: few sizes, so that few statements are prepared. */
const SIZES = [512, 64, 8];
/** Fewer rows are runs of the statement of one. */
const SMALLEST = 8;

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
  const { conflict, returning, instead, prefixes, ctes } = node;
  const executions: Rows[] = [];
  let start = 0;
  // Rows that meet a row of their own statement, and rows that come back in any order, need one of their own.
  if (conflict === null && returning.length === 0 && instead === null && prefixes.length + ctes.length === 0) {
    const packed = rows.length < SMALLEST ? null : packedFor(host.dialect, node, rows.length);
    if (packed !== null) {
      const plan = host.plans.named(host.dialect, `${canonicalKey(node.key)}*${packed.name}`, () => fromPacked(node, packed));
      const runs: (readonly unknown[])[] = [];
      while (start < rows.length) {
        const size = Math.min(packed.size, rows.length - start);
        const parameters = packed.pack(together(rows, start, size));
        if (parameters === null) break;
        runs.push(parameters);
        start += size;
      }
      if (runs.length > 0) executions.push({ plan, rows: runs });
    }
    const width = node.columns.length;
    const sizes = SIZES.filter((size) => width > 0 && size * width <= host.dialect.capabilities.maxParameters);
    let runs: (readonly unknown[])[] = [];
    let last = 0;
    for (let size = 0; start < rows.length; start += size) {
      size = rowsTogether(host.dialect, sizes, start, rows.length, (row) => lengthOf(rows[row]));
      // What is left over are runs of the statement of one.
      if (size === 0) break;
      if (size !== last) {
        const plan = size === 1 ? one() : host.plans.named(host.dialect, `${canonicalKey(node.key)}*${size}`, () => repeated(node, size));
        runs = [];
        executions.push({ plan, rows: runs });
        last = size;
      }
      runs.push(together(rows, start, size));
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

/** How the rows travel as lists of values, one for each column; null where the database is better told each of them. */
function packedFor(dialect: Dialect, { table, columns, values }: InsertNode, count: number): PackedRows | null {
  if (dialect.rowSource?.inserts !== true || !isKind(table, 'table') || columns.length === 0) return null;
  if (!values.every((value) => isKind(value, 'bind') && value.name === null)) return null;
  const packed = columns.map((name, i) => ({ name, key: name, type: (values[i] as BindNode).type }));
  return packedRows(dialect, { name: table.name, node: table }, [], packed, count);
}

function fromPacked({ table, columns, overriding }: InsertNode, packed: PackedRows): InsertNode {
  const query = makeSelect({ columns: columns.map((_, i) => packed.column(i)), from: [packed.source] });
  return makeInsert({ table, columns, query, overriding });
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
  const { table, columns, overriding } = node;
  return makeInsert({ table, columns, overriding, values: Array.from({ length: size }, () => node.values).flat() });
}

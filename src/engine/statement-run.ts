import type { MaybePromise } from '../dialects/base/driver.ts';
import { describe } from '../sql/errors.ts';
import { Insert } from '../sql/insert.ts';
import { type Channel, EXECUTE, RUN_MANY } from './channel.ts';
import { engineError } from './errors.ts';
import type { Plan } from './plan.ts';
import { fetchPlan, fetchPlanMany, type Named, runPlan, runPlanMany, together } from './plan-run.ts';
import { Result } from './result.ts';
import { namedRows, rowReader } from './row-reader.ts';
import { type Execution, type Prepared, prepareStatement } from './statement.ts';
import type { StatementLimits } from './statement-limits.ts';
import { beginTransaction, inTransaction } from './transaction-control.ts';

/** How statements run that say nothing of it. */
export interface RunMode {
  /** Each statement stands alone; else one that writes begins a transaction. */
  readonly autocommit: boolean;
  readonly limits: StatementLimits | null;
}

/** Runs a statement as its kind needs, in a transaction of its own if it writes several times. A query answers at once where the driver does. */
export function runPrepared(channel: Channel, prepared: Prepared, params: Named | undefined, mode: RunMode): MaybePromise<Result> {
  const { executions, projection, lines } = prepared;
  if (projection === null || lines || executions.length !== 1) return runWhole(channel, prepared, params, mode);
  const [{ plan, rows }] = executions;
  if (plan.writes || !plan.returnsRows || rows.length !== 1) return runWhole(channel, prepared, params, mode);
  const read = rowReader(channel.engine.dialect, projection);
  const answer = fetchPlan(channel, plan, rows[0], params, mode.limits);
  return answer instanceof Promise ? answer.then((list) => new Result(list.map(read))) : new Result(answer.map(read));
}

async function runWhole(channel: Channel, prepared: Prepared, params: Named | undefined, mode: RunMode): Promise<Result> {
  const { executions, raw } = prepared;
  if (!channel.inTransaction && executions.some(({ plan }) => plan.writes)) {
    if (!mode.autocommit) await beginTransaction(channel, {}, mode.limits);
    else if (executions.length > 1 && raw === null) return inTransaction(channel, () => runAll(channel, prepared, params, mode.limits));
  }
  return runAll(channel, prepared, params, mode.limits);
}

/** Runs a statement once for each set of parameters, all or none of them. */
export async function runMany(channel: Channel, statement: unknown, list: readonly Named[], mode: RunMode): Promise<Result> {
  const host = channel.engine;
  if (!Array.isArray(list)) throw engineError('engine.not-a-list', 'executeMany()', describe(list));
  if (list.length === 0) return new Result<unknown>([]);
  if (statement instanceof Insert && statement.isEmpty)
    return runPrepared(channel, prepareStatement(host, statement.values(list as never), 'executeMany()'), undefined, mode);
  const prepared = prepareStatement(host, statement, 'executeMany()');
  const writes = prepared.executions.some(({ plan }) => plan.writes);
  if (writes && !channel.inTransaction && !mode.autocommit) await beginTransaction(channel, {}, mode.limits);
  return together(channel, list.length, () => runEachSet(channel, prepared, list, mode.limits));
}

async function runEachSet(channel: Channel, prepared: Prepared, list: readonly Named[], limits: StatementLimits | null): Promise<Result> {
  const { executions, projection, raw } = prepared;
  const { plan, rows: values } = executions[0];
  const quick = executions.length === 1 && values.length === 1 && projection === null && raw === null && plan.sql !== null;
  if (quick) {
    const encoded = list.map((params) => plan.encode(values[0], params).parameters);
    const { rowCount, lastInsertIds } = await channel.call(RUN_MANY, plan.sql as string, encoded, plan.writes, limits);
    return new Result<unknown>([], rowCount, lastInsertIds[lastInsertIds.length - 1] ?? null);
  }
  const results: Result[] = [];
  for (const params of list) results.push(await runAll(channel, prepared, params, limits));
  const rowCount = results.reduce((sum, result) => sum + result.rowCount, 0);
  return new Result<unknown>(
    results.flatMap((result) => result.all()),
    rowCount,
    results[results.length - 1].lastInsertId,
  );
}

async function runAll(channel: Channel, prepared: Prepared, params: Named | undefined, limits: StatementLimits | null): Promise<Result> {
  const { executions, projection, raw, lines } = prepared;
  const { dialect } = channel.engine;
  if (lines) return runExplain(channel, executions[0], params, limits);
  if (raw !== null) {
    const decode = raw.name === 'unknown' ? null : dialect.codec(raw).decode;
    return runRaw(channel, executions[0], decode, params, limits);
  }
  const rows: unknown[] = [];
  let rowCount = 0;
  let lastInsertId: number | bigint | null = null;
  for (const { plan, rows: values } of executions) {
    if (plan.returnsRows && projection !== null) {
      const read = rowReader(dialect, projection);
      const sets =
        values.length === 1
          ? [await fetchPlan(channel, plan, values[0], params, limits)]
          : await fetchPlanMany(channel, plan, values, limits);
      for (const set of sets) for (const row of set) rows.push(read(row));
      if (plan.writes) rowCount += sets.reduce((sum, set) => sum + set.length, 0);
    } else if (values.length === 1) {
      const done = await runPlan(channel, plan, values[0], params, limits);
      rowCount += done.rowCount;
      lastInsertId = done.lastInsertId;
    } else {
      const done = await runPlanMany(channel, plan, values, limits);
      rowCount += done.rowCount;
      lastInsertId = done.lastInsertIds[done.lastInsertIds.length - 1];
    }
  }
  return new Result(rows, rowCount, lastInsertId);
}

async function runExplain(
  channel: Channel,
  { plan, rows: [values] }: Execution,
  params: Named | undefined,
  limits: StatementLimits | null,
): Promise<Result> {
  const { line } = channel.engine.dialect.explain;
  return new Result<unknown>((await fetchPlan(channel, plan, values, params, limits)).map((row) => [line(row)]));
}

async function runRaw(
  channel: Channel,
  { plan, rows: [values] }: Execution,
  decode: ((raw: unknown) => unknown) | null,
  params: Named | undefined,
  limits: StatementLimits | null,
): Promise<Result> {
  const { sql, parameters } = plan.encode(values, params);
  const { columns, rows, rowCount, lastInsertId } = await channel.call(EXECUTE, sql, parameters, plan.writes, limits);
  if (rows.length > 0) warnOfEqualNames(plan, columns);
  return new Result<unknown>(namedRows(columns, rows, decode), rowCount, lastInsertId);
}

/** The plans that were told of: each is said once. */
const told: WeakSet<Plan> = new WeakSet();

/** An object has one value under each name, so that the other columns of that name are lost. */
function warnOfEqualNames(plan: Plan, columns: readonly string[]): void {
  if (new Set(columns).size === columns.length || told.has(plan)) return;
  told.add(plan);
  const names = [...new Set(columns.filter((name, i) => columns.indexOf(name) < i))].map((name) => `'${name}'`);
  process.emitWarning(
    `SQL by hand gives several columns named ${names.join(', ')}, of which its rows have the last one only. Give them names of their own with AS, or with columns().`,
    { type: 'AthanorWarning', code: 'athanor.equal-names' },
  );
}

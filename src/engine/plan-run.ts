import type { DriverRow, MaybePromise, RunResult } from '../dialects/base/driver.ts';
import { type Channel, type ManyResult, QUERY, QUERY_MANY, RUN, RUN_MANY } from './channel.ts';
import type { Plan } from './plan.ts';
import type { StatementLimits } from './statement-limits.ts';
import { inTransaction } from './transaction-control.ts';

/** The values of `param()`s by their names. */
export type Named = Readonly<Record<string, unknown>>;

// Answers come at once where the driver answers at once.

/** Runs a plan and gives its rows, undecoded. */
export function fetchPlan(
  channel: Channel,
  plan: Plan,
  values: readonly unknown[],
  named?: Named,
  limits?: StatementLimits | null,
): MaybePromise<DriverRow[]> {
  const { sql, parameters } = plan.encode(values, named);
  plan.makeNative(parameters);
  return channel.call(QUERY, sql, parameters, plan.writes, limits);
}

/** Runs a plan that gives no rows. */
export function runPlan(
  channel: Channel,
  plan: Plan,
  values: readonly unknown[],
  named?: Named,
  limits?: StatementLimits | null,
): MaybePromise<RunResult> {
  const { sql, parameters } = plan.encode(values, named);
  return channel.call(RUN, sql, parameters, plan.writes, limits);
}

/** Runs a plan once for each row of values, all or none of them; gives the generated keys in the same order. */
export function runPlanMany(
  channel: Channel,
  plan: Plan,
  rows: readonly (readonly unknown[])[],
  limits?: StatementLimits | null,
): MaybePromise<ManyResult> {
  if (plan.sql === null) return together(channel, rows.length, () => runEach(channel, plan, rows, limits));
  const encoded = rows.map((row) => plan.encode(row).parameters);
  return together(channel, rows.length, () => channel.call(RUN_MANY, plan.sql as string, encoded, plan.writes, limits));
}

/** Runs a plan that gives rows once for each row of values, all or none of them. */
export function fetchPlanMany(
  channel: Channel,
  plan: Plan,
  rows: readonly (readonly unknown[])[],
  limits?: StatementLimits | null,
): MaybePromise<DriverRow[][]> {
  if (plan.sql === null || channel.driver.queryMany === undefined)
    return together(channel, rows.length, () => collect(rows, (row) => fetchPlan(channel, plan, row, undefined, limits)));
  const encoded = rows.map((row) => plan.encode(row).parameters);
  return together(channel, rows.length, () => channel.call(QUERY_MANY, plan.sql as string, encoded, plan.writes, limits));
}

/** All of several runs or none: in a transaction of their own where none is open. */
export function together<T>(channel: Channel, count: number, work: () => MaybePromise<T>): MaybePromise<T> {
  return channel.inTransaction || count < 2 ? work() : inTransaction(channel, work);
}

function runEach(
  channel: Channel,
  plan: Plan,
  rows: readonly (readonly unknown[])[],
  limits: StatementLimits | null | undefined,
): MaybePromise<ManyResult> {
  const results = collect(rows, (row) => runPlan(channel, plan, row, undefined, limits));
  return results instanceof Promise ? results.then(sumUp) : sumUp(results);
}

function sumUp(results: readonly RunResult[]): ManyResult {
  return {
    rowCount: results.reduce((sum, result) => sum + result.rowCount, 0),
    lastInsertIds: results.map((result) => result.lastInsertId),
  };
}

/** The answers for each item, one after the other. */
function collect<I, T>(items: readonly I[], work: (item: I) => MaybePromise<T>): MaybePromise<T[]> {
  const answers: T[] = [];
  for (let i = 0; i < items.length; i++) {
    const answer = work(items[i]);
    if (answer instanceof Promise) return collectLater(items, work, answers, answer);
    answers.push(answer);
  }
  return answers;
}

async function collectLater<I, T>(items: readonly I[], work: (item: I) => MaybePromise<T>, answers: T[], first: Promise<T>): Promise<T[]> {
  answers.push(await first);
  while (answers.length < items.length) answers.push(await work(items[answers.length]));
  return answers;
}

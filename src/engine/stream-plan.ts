import type { DriverRow } from '../dialects/base/driver.ts';
import type { Channel, StreamRows } from './channel.ts';
import { engineError } from './errors.ts';
import type { Plan } from './plan.ts';
import type { Named } from './plan-run.ts';
import { type StatementLimits, underLimits } from './statement-limits.ts';

type Next = IteratorResult<DriverRow, unknown>;

/** The rows of a plan one after the other, in constant memory, undecoded. Leaving the loop closes the cursor. */
export async function* streamPlan(
  channel: Channel,
  plan: Plan,
  values: readonly unknown[],
  named?: Named,
  limits: StatementLimits | null = channel.limits,
): AsyncGenerator<DriverRow, void, undefined> {
  const { sql, parameters } = plan.encode(values, named);
  channel.check();
  const startTime = performance.now();
  let count = 0;
  let failure: unknown = null;
  channel.streams ??= new Set();
  const { streams } = channel;
  let rows: StreamRows | null = null;
  try {
    const source = channel.driver.stream(sql, parameters);
    rows = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    streams.add(rows);
    for (;;) {
      const next = limits === null ? nextRow(channel, rows) : nextUnderLimits(channel, rows, limits);
      const { done, value } = next instanceof Promise ? await next : next;
      if (done) break;
      count++;
      yield value;
      if (channel.closed) throw engineError('engine.connection-closed');
    }
  } catch (error) {
    failure = error === limits?.signal?.reason ? error : channel.failed(error, sql, parameters);
    throw failure;
  } finally {
    if (rows !== null && streams.delete(rows)) await rows.return?.();
    if (channel.engine.listeners.size > 0) channel.tell(sql, parameters, startTime, failure === null ? count : null, failure);
  }
}

/** Ends what is being read, for a connection that is to go back. */
export async function endStreams(channel: Channel): Promise<void> {
  const streams = [...(channel.streams ?? [])];
  channel.streams = null;
  // A cursor that cannot be closed is of no use to anyone.
  for (const rows of streams) await Promise.resolve(rows.return?.()).catch(ignore);
}

function nextRow(channel: Channel, rows: StreamRows): Next | Promise<Next> {
  if (channel.alone !== null) return channel.alone.then(() => nextRow(channel, rows));
  const next = rows.next();
  if (!(next instanceof Promise)) return next;
  channel.enter();
  return next.finally(() => channel.leave());
}

function nextUnderLimits(channel: Channel, rows: StreamRows, limits: StatementLimits): Next | Promise<Next> {
  if (limits.signal?.aborted) throw limits.signal.reason;
  if (channel.driver.cancel === undefined) return nextRow(channel, rows);
  return channel.runAlone(limits, () => {
    const next = rows.next();
    return next instanceof Promise ? underLimits(channel.driver, limits, next) : next;
  });
}

function ignore(): void {}

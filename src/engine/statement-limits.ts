import type { DriverConnection } from '../dialects/base/driver.ts';
import { engineError } from './errors.ts';

/** How long a statement may run, and what ends it earlier. SQLAlchemy: `execution_options()`. */
export interface StatementLimits {
  /** Ends the statement on the server when it is aborted; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds that it may run; after that it is ended, and a StatementTimeout thrown. */
  readonly timeout?: number | undefined;
}

/** The longest that a timer of Node waits, in seconds. */
const LONGEST = 2_147_483;

/** What was given for one statement, over what holds for all of the connection; null where nothing limits it. Throws an EngineError for a wrong value. */
export function limitsOf(given: StatementLimits | undefined, standing: StatementLimits | null): StatementLimits | null {
  if (given === undefined) return standing;
  const { signal, timeout } = given;
  if (signal === undefined && timeout === undefined) return standing;
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw engineError('engine.bad-limit', 'signal', 'an AbortSignal', signal);
  if (timeout !== undefined && !(timeout > 0 && timeout <= LONGEST))
    throw engineError('engine.bad-limit', 'timeout', `seconds from more than 0 to ${LONGEST}`, timeout);
  if (standing === null) return given;
  const both =
    signal !== undefined && standing.signal !== undefined ? AbortSignal.any([signal, standing.signal]) : (signal ?? standing.signal);
  return { signal: both, timeout: timeout ?? standing.timeout };
}

/** Those limits under which a transaction ends: what was begun is ended whatever a signal says, but not waited for without end. */
export function endingLimits(limits: StatementLimits | null): StatementLimits | null {
  return limits?.timeout === undefined ? null : { timeout: limits.timeout };
}

/** A statement was given up, and why. */
export class GivenUp extends Error {
  /** What the signal says; undefined where time was over. */
  readonly reason: unknown;
  readonly timedOut: boolean;
  constructor(reason: unknown, timedOut: boolean, cause: unknown) {
    super('The statement was given up', { cause });
    this.reason = reason;
    this.timedOut = timedOut;
  }
}

/** The first of the pauses after which a server is asked again: a request that comes before its statement meets nothing. */
const ASK_AGAIN_MS = 200;
/** How long the server is given to end a statement that it was asked to end; then the connection is. */
const PATIENCE_MS = 3000;

/**
 * Waits for the answer of a statement that runs alone on its connection, until its limits give it up. Then the server is asked to end it,
 * again and again, since a request may come before its statement; a connection that does not answer is ended. Rejects with a GivenUp
 * when that is over, so that nothing of it can meet a later statement.
 */
export async function underLimits<T>(driver: DriverConnection, { signal, timeout }: StatementLimits, answer: Promise<T>): Promise<T> {
  let givenUp: { readonly reason: unknown; readonly timedOut: boolean } | null = null;
  let settled = false;
  let asking: Promise<void> | null = null;
  const giveUp = (reason: unknown, timedOut: boolean): void => {
    if (givenUp !== null || settled) return;
    givenUp = { reason, timedOut };
    asking = askToEnd(driver, answer);
  };
  const abort = (): void => giveUp((signal as AbortSignal).reason, false);
  const timer = timeout === undefined ? undefined : setTimeout(() => giveUp(undefined, true), timeout * 1000);
  signal?.addEventListener('abort', abort, { once: true });
  let failure: unknown;
  try {
    const value = await answer;
    if (givenUp === null) return value;
  } catch (error) {
    failure = error;
    if (givenUp === null) throw error;
  } finally {
    settled = true;
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    await asking;
  }
  const { reason, timedOut } = givenUp as { reason: unknown; timedOut: boolean };
  throw new GivenUp(reason, timedOut, failure);
}

/** Ends a connection that takes longer than its limit over a statement that cannot be given up: the end of a transaction. */
export async function withinTime<T>(driver: DriverConnection, { timeout }: StatementLimits, answer: Promise<T>): Promise<T> {
  if (timeout === undefined || driver.destroy === undefined) return answer;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    driver.destroy?.();
  }, timeout * 1000);
  try {
    return await answer;
  } catch (error) {
    throw late ? new GivenUp(undefined, true, error) : error;
  } finally {
    clearTimeout(timer);
  }
}

async function askToEnd(driver: DriverConnection, answer: Promise<unknown>): Promise<void> {
  let over = false;
  const ended = answer.then(ignore, ignore).then(() => {
    over = true;
  });
  let patience: NodeJS.Timeout | undefined;
  const impatient = new Promise<void>((resolve) => {
    patience = setTimeout(() => {
      over = true;
      driver.destroy?.();
      resolve();
    }, PATIENCE_MS);
  });
  const ask = async (): Promise<void> => {
    for (let pause = ASK_AGAIN_MS; !over; pause *= 2) {
      // One that could not be passed on is passed on again, or the connection ends.
      await Promise.resolve(driver.cancel?.()).catch(ignore);
      let timer: NodeJS.Timeout | undefined;
      const rest = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, pause);
      });
      await Promise.race([ended, rest]);
      clearTimeout(timer);
    }
  };
  await Promise.race([ask(), impatient]);
  clearTimeout(patience);
}

function ignore(): void {}

import type { MaybePromise } from '../dialects/base/driver.ts';
import type { StatementLimits } from './statement-limits.ts';

/** Work that runs one after the other, in the order in which it was given. */
export class Turns {
  #tail: Promise<unknown> | null = null;

  /** Waits until all has run that was given; null where it has. */
  settled(): Promise<unknown> | null {
    return this.#tail === null ? null : this.#tail.then(ignore, ignore).then(() => this.settled());
  }

  /** Runs the work when it is its turn. Where a signal gives it up before that, it is left out. */
  take<T>(work: () => MaybePromise<T>, limits: StatementLimits | null): Promise<T> {
    const before = this.#tail;
    const signal = limits?.signal;
    const wanted = (): MaybePromise<T> => {
      if (signal?.aborted) throw signal.reason;
      return work();
    };
    let turn: Promise<T>;
    if (before === null) {
      const answer = wanted();
      // One that has run already is waited for by none.
      if (!(answer instanceof Promise)) return Promise.resolve(answer);
      turn = answer;
    } else turn = before.then(wanted, wanted);
    this.#tail = turn;
    const over = (): void => {
      if (this.#tail === turn) this.#tail = null;
    };
    turn.then(over, over);
    return before === null || signal === undefined ? turn : givenUpWhileWaiting(before, turn, signal);
  }
}

/** The turn, or the signal's reason as soon as that is known and the turn has not come. */
function givenUpWhileWaiting<T>(before: Promise<unknown>, turn: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const begins = (): void => signal.removeEventListener('abort', abort);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    before.then(begins, begins);
    turn.then(resolve, reject);
  });
}

function ignore(): void {}

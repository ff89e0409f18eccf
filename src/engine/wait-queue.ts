/** One that waits for its turn. */
export interface Waiter<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

interface Entry<T> extends Waiter<T> {
  stop(): void;
}

/**
 * Callers that wait, served in the order in which they came. One that times out, or whose signal is aborted (it rejects
 * with the signal's reason), leaves the queue at once.
 */
export class WaitQueue<T> {
  readonly #entries: Set<Entry<T>> = new Set();

  get size(): number {
    return this.#entries.size;
  }

  /** @param seconds how long to wait; `expired` makes the error when that is over */
  wait(seconds: number, expired: () => Error, signal?: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = (error: unknown): void => {
        if (!this.#entries.delete(entry)) return;
        entry.stop();
        reject(error);
      };
      const abort = (): void => leave((signal as AbortSignal).reason);
      const timer = setTimeout(() => leave(expired()), seconds * 1000);
      signal?.addEventListener('abort', abort, { once: true });
      const entry: Entry<T> = {
        resolve,
        reject,
        stop: () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', abort);
        },
      };
      this.#entries.add(entry);
    });
  }

  /** The one whose turn it is, taken out of the queue; null where nobody waits. */
  next(): Waiter<T> | null {
    for (const entry of this.#entries) {
      this.#entries.delete(entry);
      entry.stop();
      return entry;
    }
    return null;
  }
}

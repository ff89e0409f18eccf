import type { MaybePromise } from '../dialects/base/driver.ts';
import { WaitQueue } from './wait-queue.ts';

/**
 * Lets one transaction of this process write at a time. A driver that answers at once would stop the whole process while
 * it waits for a lock that another session of the same process holds, so these wait here, in order, before the database
 * is asked.
 */
export class WriteLock {
  readonly #queue: WaitQueue<void> = new WaitQueue();
  #held = false;

  get held(): boolean {
    return this.#held;
  }
  get waiting(): number {
    return this.#queue.size;
  }

  /** Takes the lock, at once where it is free. Rejects with the error of `expired` after so many seconds, or with the signal's reason. */
  acquire(seconds: number, expired: () => Error, signal?: AbortSignal): MaybePromise<void> {
    if (this.#held) return this.#queue.wait(seconds, expired, signal);
    this.#held = true;
  }

  /** Hands the lock to the next that waits. */
  release(): void {
    const next = this.#queue.next();
    if (next === null) this.#held = false;
    else next.resolve();
  }
}

const locks = new Map<string, WeakRef<WriteLock>>();

/** The lock of a database file; engines of the same file share it. Given back to memory with the last engine. */
export function writeLockOf(file: string): WriteLock {
  let lock = locks.get(file)?.deref();
  if (lock === undefined) {
    for (const [key, ref] of locks) if (ref.deref() === undefined) locks.delete(key);
    lock = new WriteLock();
    locks.set(file, new WeakRef(lock));
  }
  return lock;
}

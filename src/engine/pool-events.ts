import type { DriverConnection, MaybePromise } from '../dialects/base/driver.ts';
import { engineError } from './errors.ts';

/** What happens to a connection of a pool. SQLAlchemy: `PoolEvents`. */
export type PoolEvent = 'connect' | 'checkout' | 'checkin' | 'invalidate' | 'close';

/** Is given the driver's connection; what it throws at `connect` or `checkout` refuses the connection. */
export type PoolListener = (connection: DriverConnection) => unknown;

const EVENTS: readonly PoolEvent[] = ['connect', 'checkout', 'checkin', 'invalidate', 'close'];

/** The listeners of an engine's pool. */
export class PoolEvents {
  readonly #listeners: Map<PoolEvent, readonly PoolListener[]> = new Map();

  /** Adds a listener; gives a function that takes it away. Throws an EngineError for an event that there is not. */
  add(event: string, listener: PoolListener): () => void {
    if (!EVENTS.includes(event as PoolEvent)) throw engineError('engine.unknown-event', event, EVENTS.join(', '));
    const name = event as PoolEvent;
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
    return () => {
      const rest = (this.#listeners.get(name) ?? []).filter((other) => other !== listener);
      if (rest.length === 0) this.#listeners.delete(name);
      else this.#listeners.set(name, rest);
    };
  }

  has(event: PoolEvent): boolean {
    return this.#listeners.has(event);
  }

  /** Calls the listeners one after the other and waits for each: a new connection is not used before they are done. */
  async run(event: PoolEvent, connection: DriverConnection): Promise<void> {
    for (const listener of this.#listeners.get(event) ?? []) await listener(connection);
  }

  /** Calls the listeners of something that has happened already: nobody waits for them, and their errors are warnings. */
  tell(event: PoolEvent, connection: DriverConnection): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        const answer = listener(connection) as MaybePromise<unknown>;
        if (answer instanceof Promise) answer.catch(warn);
      } catch (error) {
        warn(error);
      }
    }
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : String(error));
}

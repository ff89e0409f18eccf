import type { Entity, StateEvent } from './mapping.ts';

/** Events of a session's own work, in the order in which a commit tells them. */
export const WORK_EVENTS = [
  'afterBegin',
  'beforeFlush',
  'afterFlush',
  'afterFlushPostexec',
  'beforeCommit',
  'afterCommit',
  'afterRollback',
  'afterTransactionEnd',
] as const;

/** Events of an object that goes from one state to another, or enters the session. */
export const STATE_EVENTS: readonly StateEvent[] = [
  'beforeAttach',
  'afterAttach',
  'transientToPending',
  'pendingToTransient',
  'pendingToPersistent',
  'loadedAsPersistent',
  'persistentToDeleted',
  'persistentToTransient',
  'persistentToDetached',
  'deletedToPersistent',
  'deletedToDetached',
  'detachedToPersistent',
];

export type WorkEvent = (typeof WORK_EVENTS)[number];

/** The handlers of a session, or of all sessions of a database. */
export class SessionListeners<S, C> {
  readonly #work: Map<WorkEvent, readonly ((session: S, changes: readonly C[]) => unknown)[]> = new Map();
  readonly #states: Map<StateEvent, readonly ((session: S, object: object) => unknown)[]> = new Map();

  /** Whether anyone wants to know of states. */
  get watchesStates(): boolean {
    return this.#states.size > 0;
  }

  /** Adds a handler, or gives null for an event that there is not. What it gives ends it. */
  add(event: string, handler: (...args: never[]) => unknown): (() => void) | null {
    if ((WORK_EVENTS as readonly string[]).includes(event)) return addTo(this.#work, event as WorkEvent, handler as never);
    return (STATE_EVENTS as readonly string[]).includes(event) ? addTo(this.#states, event as StateEvent, handler as never) : null;
  }

  async tell(event: WorkEvent, session: S, changes: readonly C[]): Promise<void> {
    for (const handler of this.#work.get(event) ?? []) {
      const answer = handler(session, changes);
      if (answer instanceof Promise) await answer;
    }
  }
  has(event: WorkEvent): boolean {
    return this.#work.has(event);
  }
  /** States change at once, so these handlers are not waited for. */
  tellState(event: StateEvent, session: S, object: Entity): void {
    for (const handler of this.#states.get(event) ?? []) handler(session, object);
  }
}

function addTo<E, H>(map: Map<E, readonly H[]>, event: E, handler: H): () => void {
  map.set(event, [...(map.get(event) ?? []), handler]);
  return () => {
    const rest = [...(map.get(event) ?? [])];
    const place = rest.indexOf(handler);
    if (place >= 0) rest.splice(place, 1);
    if (rest.length === 0) map.delete(event);
    else map.set(event, rest);
  };
}

import { ormError } from './errors.ts';
import { isA } from './hierarchy.ts';
import { nameOf } from './identity.ts';
import { defaultRequests } from './load-request.ts';
import type { LoadingSession } from './loader.ts';
import { type Entity, MAPPER, PEERS, PERSISTENT, RELATED, type Relationship, SESSION, STATUS } from './mapping.ts';
import { collectionOf, type EntityCollection, knownOne } from './related.ts';
import { loadRequests, loadSelectIn } from './select-in-loading.ts';

/** What a lazy load needs of a session. */
export interface LazySession extends LoadingSession {
  /** Whether lazy loads are forbidden. */
  readonly strict: boolean;
  /** Flushes what a query must see. */
  ready(): Promise<void>;
}

/** Siblings that one lazy load takes along. */
const LAZY_CHUNK = 500;

/** The lazy loads of a session: an object's siblings load with it, and those that are waited for twice run once. */
export class LazyLoads {
  readonly #loads: Map<Relationship, { readonly parents: ReadonlySet<Entity>; readonly done: Promise<unknown> }[]> = new Map();

  /** Loads a relation of an object and of its siblings; gives what it holds. */
  async load(session: LazySession, entity: Entity, relation: Relationship): Promise<unknown> {
    const answer = (): unknown => (relation.many ? collectionOf(entity, relation).items : (knownOne(entity, relation) ?? null));
    const loaded = (parent: Entity): boolean =>
      (relation.many ? (parent[RELATED]?.[relation.position] as EntityCollection | undefined)?.items : knownOne(parent, relation)) != null;
    if (loaded(entity) || entity[STATUS] !== PERSISTENT) return answer();
    if (relation.raise || session.strict) throw ormError('orm.load-forbidden', `'${relation.key}'`, nameOf(entity), relation.key);
    const under = this.#loads.get(relation)?.find(({ parents }) => parents.has(entity));
    if (under !== undefined) {
      await under.done;
      return answer();
    }
    const peers = entity[PEERS] ?? [entity];
    const start = Math.floor(Math.max(0, peers.indexOf(entity)) / LAZY_CHUNK) * LAZY_CHUNK;
    const mine = (peer: Entity): boolean =>
      isA(peer[MAPPER], relation.mapper) && peer[SESSION] === session && peer[STATUS] === PERSISTENT && !loaded(peer);
    const parents = new Set(peers.slice(start, start + LAZY_CHUNK).filter(mine)).add(entity);
    const done = session.ready().then(async () => {
      const found = await loadSelectIn(session, relation, [...parents]);
      await loadRequests(session, found, defaultRequests(relation.target));
    });
    const load = { parents, done };
    const list = this.#loads.get(relation);
    if (list === undefined) this.#loads.set(relation, [load]);
    else list.push(load);
    try {
      await done;
    } finally {
      this.#loads.set(
        relation,
        (this.#loads.get(relation) ?? []).filter((other) => other !== load),
      );
    }
    return answer();
  }
}

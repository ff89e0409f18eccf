import { relatedClasses } from './concrete-relations.ts';
import { ormError } from './errors.ts';
import { isA } from './hierarchy.ts';
import { nameOf } from './identity.ts';
import { knownOne } from './known-related.ts';
import { loadMark, requestsBelow } from './load-marks.ts';
import { defaultRequests, type LoadRequest } from './load-request.ts';
import type { LoadingSession } from './loader.ts';
import { type Entity, MAPPER, PEERS, PERSISTENT, RELATED, type Relationship, SESSION, STATUS } from './mapping.ts';
import { collectionOf, type EntityCollection } from './related.ts';
import { relatedTo } from './related-filling.ts';
import { loadOfClasses, loadRequests } from './request-loading.ts';
import { loadSelectIn } from './select-in-loading.ts';

/** What a lazy load needs of a session. */
export interface LazySession extends LoadingSession {
  /** Whether lazy loads are forbidden. */
  readonly strict: boolean;
  /** Flushes what a query must see. */
  ready(): Promise<void>;
}

/** Siblings that one lazy load takes along. */
const LAZY_CHUNK = 500;

/** A load that waits for the end of the tick, or for its rows. */
interface Load {
  readonly parents: Set<Entity>;
  readonly done: Promise<void>;
  /** Its statement has been sent: who comes now needs another. */
  sent: boolean;
}

/**
 * The lazy loads of a session. An object's siblings load with it, and what is asked for in one tick, by whichever objects,
 * loads together.
 */
export class LazyLoads {
  readonly #loads: Map<Relationship, Load[]> = new Map();

  /** Loads a relation of an object and of its siblings; gives what it holds. */
  async load(session: LazySession, entity: Entity, relation: Relationship): Promise<unknown> {
    const answer = (): unknown => (relation.many ? collectionOf(entity, relation).items : (knownOne(entity, relation) ?? null));
    if (isLoaded(entity, relation) || entity[STATUS] !== PERSISTENT) return answer();
    const mark = loadMark(entity, relation);
    if (mark === 'raise' || ((relation.raise || session.strict) && mark !== 'select')) {
      throw ormError('orm.load-forbidden', `'${relation.key}'`, nameOf(entity), relation.key);
    }
    const running = this.#loads.get(relation) ?? [];
    let load = running.find(({ parents }) => parents.has(entity));
    if (load === undefined) {
      load = running.find(({ sent }) => !sent) ?? this.#begin(session, relation);
      for (const sibling of siblings(session, entity, relation)) load.parents.add(sibling);
    }
    await load.done;
    return answer();
  }

  #begin(session: LazySession, relation: Relationship): Load {
    const parents = new Set<Entity>();
    const load: Load = {
      parents,
      sent: false,
      done: endOfTick()
        .then(() => session.ready())
        .then(run),
    };
    async function run(): Promise<void> {
      load.sent = true;
      const wanted = [...parents].filter((parent) => !isLoaded(parent, relation));
      const found = await loadSelectIn(session, relation, wanted);
      const defaults = relatedClasses(relation).flatMap(defaultRequests);
      const below = (objects: readonly Entity[], requests: readonly LoadRequest[]): Promise<void> =>
        relation.overUnion ? loadOfClasses(session, relation, objects, requests) : loadRequests(session, objects, requests);
      if (wanted.every((parent) => requestsBelow(parent, relation) === undefined)) return below(found, defaults);
      const groups = new Map<readonly LoadRequest[], Entity[]>();
      for (const parent of wanted) {
        const requests = requestsBelow(parent, relation) ?? defaults;
        const owners = groups.get(requests);
        if (owners === undefined) groups.set(requests, [parent]);
        else owners.push(parent);
      }
      for (const [requests, owners] of groups)
        await below(
          owners.flatMap((owner) => relatedTo(owner, relation)),
          requests,
        );
    }
    this.#loads.set(relation, [...(this.#loads.get(relation) ?? []), load]);
    const end = (): void => {
      const rest = (this.#loads.get(relation) ?? []).filter((other) => other !== load);
      if (rest.length > 0) this.#loads.set(relation, rest);
      else this.#loads.delete(relation);
    };
    load.done.then(end, end);
    return load;
  }
}

/** After all that runs before anything is waited for from outside. */
function endOfTick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function isLoaded(parent: Entity, relation: Relationship): boolean {
  const held = relation.many ? (parent[RELATED]?.[relation.position] as EntityCollection | undefined)?.items : knownOne(parent, relation);
  // A to-one relation is known to be empty, too.
  return relation.many ? held !== null && held !== undefined : held !== undefined;
}

/** The object and those of its result that lack the relation too, in its part of the result. */
function siblings(session: LazySession, entity: Entity, relation: Relationship): Set<Entity> {
  const peers = entity[PEERS] ?? [entity];
  const start = Math.floor(Math.max(0, peers.indexOf(entity)) / LAZY_CHUNK) * LAZY_CHUNK;
  const mine = (peer: Entity): boolean =>
    isA(peer[MAPPER], relation.mapper) && peer[SESSION] === session && peer[STATUS] === PERSISTENT && !isLoaded(peer, relation);
  return new Set(peers.slice(start, start + LAZY_CHUNK).filter(mine)).add(entity);
}

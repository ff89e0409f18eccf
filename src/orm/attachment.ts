import { formerlyHeldBy, heldBy } from './cascade-walk.ts';
import { ormError } from './errors.ts';
import { identityOf, identityOfEntity, nameOf } from './identity.ts';
import type { IdentityMap } from './identity-map.ts';
import {
  CHANGES,
  DELETED,
  DETACHED,
  type Entity,
  type EntitySession,
  MAPPER,
  PEERS,
  PENDING,
  PERSISTENT,
  RELATED,
  ROW,
  SESSION,
  STATUS,
  STATUS_NAMES,
  TRANSIENT,
} from './mapping.ts';
import { storedKey } from './persistence.ts';
import { EntityCollection } from './related.ts';

/** The session's sets, in which an object enters and leaves. */
export interface AttachingSession extends EntitySession {
  readonly identities: IdentityMap;
  readonly created: Set<Entity>;
  readonly dirty: Set<Entity>;
  readonly removed: Set<Entity>;
  readonly watched: Set<Entity>;
  /** Objects some of whose columns are not known; null while there are none. */
  partial: Set<Entity> | null;
  readonly suspects: Set<Entity> | null;
  version: number;
}

/** Puts an object into the session, and what its save-update cascades reach. */
export function attach(session: AttachingSession, first: Entity): void {
  session.version++;
  if (first[STATUS] === TRANSIENT && first[RELATED] === null && first[SESSION] === null) {
    // A new object by itself, as most are.
    session.tellState?.('beforeAttach', first);
    first[STATUS] = PENDING;
    first[SESSION] = session;
    session.created.add(first);
    session.tellState?.('afterAttach', first);
    session.tellState?.('transientToPending', first);
    return;
  }
  const queue = [first];
  for (const entity of queue) {
    const owner = entity[SESSION];
    if (owner === session) {
      session.removed.delete(entity);
      continue;
    }
    if (owner !== null) throw ormError('orm.attached-elsewhere', nameOf(entity));
    const status = entity[STATUS];
    if (status === DELETED) throw ormError('orm.deleted-again', nameOf(entity));
    session.tellState?.('beforeAttach', entity);
    if (status === TRANSIENT) {
      entity[STATUS] = PENDING;
      entity[SESSION] = session;
      session.created.add(entity);
    } else reattach(session, entity);
    session.tellState?.('afterAttach', entity);
    session.tellState?.(status === TRANSIENT ? 'transientToPending' : 'detachedToPersistent', entity);
    if (entity[RELATED] === null) continue;
    for (const relation of entity[MAPPER].relations()) {
      if (!relation.cascade.saveUpdate) continue;
      for (const related of heldBy(entity, relation)) queue.push(related);
      // What a stored object gave up while it had no session has a row that is to change too.
      if (status >= PERSISTENT) for (const former of formerlyHeldBy(entity, relation)) if (former[SESSION] === null) queue.push(former);
    }
  }
}

function reattach(session: AttachingSession, entity: Entity): void {
  const map = session.identities.of(entity[MAPPER]);
  const identity = identityOfEntity(entity);
  const other = map.get(identity);
  if (other !== undefined && other !== entity) throw ormError('orm.identity-taken', nameOf(entity), String(identity));
  map.set(identity, entity);
  entity[STATUS] = PERSISTENT;
  entity[SESSION] = session;
  if (entity[ROW].includes(undefined)) markPartial(session, entity);
  const related = entity[RELATED] ?? [];
  if (entity[CHANGES] !== null || related.some((value) => value instanceof EntityCollection && value.changed)) session.dirty.add(entity);
}

/** Some columns of the object are not known: the next query that gives it fills them in. */
export function markPartial(session: Pick<AttachingSession, 'partial'>, entity: Entity): void {
  session.partial ??= new Set();
  session.partial.add(entity);
}

/** Throws unless the object is stored in this session. */
export function requireOwn(session: AttachingSession, entity: Entity, verb: string): void {
  if (entity[STATUS] !== PERSISTENT || entity[SESSION] !== session) {
    throw ormError(
      'orm.not-persistent',
      nameOf(entity),
      verb,
      entity[SESSION] === null || entity[SESSION] === session ? STATUS_NAMES[entity[STATUS]] : 'in another session',
    );
  }
}

/** Takes a stored object out of the session; it keeps its values. */
export function letGo(session: AttachingSession, entity: Entity): void {
  const map = session.identities.of(entity[MAPPER]);
  const identity = identityOf(storedKey(entity, entity[CHANGES]));
  if (map.get(identity) === entity) map.delete(identity);
  entity[STATUS] = DETACHED;
  entity[SESSION] = null;
  entity[PEERS] = null;
  session.dirty.delete(entity);
  session.removed.delete(entity);
  session.watched.delete(entity);
  session.partial?.delete(entity);
  session.suspects?.delete(entity);
  session.tellState?.('persistentToDetached', entity);
}

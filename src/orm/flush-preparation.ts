import { columnValue, differs } from './attributes.ts';
import { newWith } from './cascade-walk.ts';
import { inScope } from './criteria.ts';
import { foreignKeysOf, type KeyAssignment, mayLetGo } from './flush-order.ts';
import { identityOf } from './identity.ts';
import { noticeInnerChanges } from './inner-changes.ts';
import { knownOne, relatedOf } from './known-related.ts';
import type { LoadingSession } from './loader.ts';
import {
  byMapper,
  CHANGES,
  type Entity,
  MAPPER,
  type Mapper,
  type MapperEvent,
  type MapperListener,
  PENDING,
  PERSISTENT,
  RELATED,
  type Relationship,
  ROW,
  recordChange,
  STATUS,
} from './mapping.ts';
import { numberMembers } from './ordering.ts';
import { childrenOf, givenToOthers, isOrphan, movedFrom } from './parentage.ts';
import { rowValue } from './persistence.ts';
import { EntityCollection } from './related.ts';
import { isWholeHere, merge, relatedTo } from './related-filling.ts';
import { readByKeys } from './reloading.ts';
import { loadSelectIn, loadTargets } from './select-in-loading.ts';
import { refuseSecondOwners } from './single-owner.ts';

/** What preparing a flush works on: the session's sets of changed objects. */
export interface PreparationSession extends LoadingSession {
  readonly created: Set<Entity>;
  readonly dirty: Set<Entity>;
  readonly removed: Set<Entity>;
  /** Counts what was changed. */
  readonly version: number;
  readonly watched: Set<Entity>;
  /** Runs a handler, whose own queries must not wait for the flush that they are part of. */
  handle<T>(handler: () => T): T;
  /** Takes a new object out of the session. */
  expungePending(entity: Entity): void;
}

/** Foreign keys that become NULL because the row they point at goes. */
export interface Preparation {
  readonly nullified: KeyAssignment[];
  /** Owners whose many-to-many rows go with them. */
  readonly unlinked: { readonly relation: Relationship; readonly owner: Entity }[];
  /** Objects whose events and cascades have run. */
  readonly deletes: Set<Entity>;
  readonly inserts: Set<Entity>;
  readonly updates: Set<Entity>;
}

/** Everything that may still change what is to be written: cascades, orphans, events; again until nothing new comes up. Gives the version that all this is true of. */
export async function prepare(session: PreparationSession, preparation: Preparation): Promise<number> {
  const seen = preparation;
  noticeInnerChanges(session);
  for (;;) {
    const { version } = session;
    const sizes = [session.removed.size, session.created.size, session.dirty.size];
    const deletes = [...session.removed].filter((entity) => !seen.deletes.has(entity));
    for (const entity of deletes) seen.deletes.add(entity);
    await notify(session, deletes, 'beforeDelete');
    for (const [mapper, owners] of byMapper(deletes))
      for (const relation of mapper.relations()) await cascadeDelete(session, relation, owners, preparation);
    await numberMembers(session);
    await loadReplaced(session);
    removeOrphans(session);
    const inserts = [...session.created].filter((entity) => !seen.inserts.has(entity));
    for (const entity of inserts) seen.inserts.add(entity);
    await notify(session, inserts, 'beforeInsert');
    const updates = [...session.dirty].filter((entity) => !seen.updates.has(entity) && !session.removed.has(entity) && isChanged(entity));
    for (const entity of updates) seen.updates.add(entity);
    await notify(session, updates, 'beforeUpdate');
    // Cascades, orphans and handlers may have added to what is written; where they did not, a second look would find the same.
    const now = [session.removed.size, session.created.size, session.dirty.size];
    if (session.version !== version || !now.every((size, i) => size === sizes[i])) continue;
    await readVersions(session);
    if (session.version !== version) continue;
    refuseSecondOwners(session);
    return version;
  }
}

/** Reads the versions of objects that were expired and then changed or deleted: rows are found by them. */
async function readVersions(session: PreparationSession): Promise<void> {
  if (session.partial === null) return;
  const lacking = [...session.dirty, ...session.removed].filter((entity) => lacksVersion(entity) && session.partial?.has(entity));
  for (const [mapper, entities] of byMapper(new Set(lacking))) {
    const keys = entities.map((entity) => mapper.keyPositions.map((position) => rowValue(entity, position)));
    const found = await readByKeys(session, mapper, keys, { positions: [mapper.versionPosition] });
    entities.forEach((entity, i) => {
      const row = found.get(identityOf(keys[i]));
      if (row !== undefined) entity[ROW][mapper.versionPosition] ??= row[mapper.versionPosition];
    });
  }
}

/** Whether the version of a stored object is to be read before its row can be written. */
export function lacksVersion(entity: Entity): boolean {
  const { versionPosition } = entity[MAPPER];
  return versionPosition >= 0 && entity[STATUS] === PERSISTENT && rowValue(entity, versionPosition) === undefined;
}

/** Tells the listeners of an event, one object after the other. */
export async function notify(session: PreparationSession, entities: Iterable<Entity>, event: MapperEvent): Promise<void> {
  let mapper: Mapper | null = null;
  let listeners: MapperListener[] | undefined;
  for (const entity of entities) {
    if (entity[MAPPER] !== mapper) {
      mapper = entity[MAPPER];
      listeners = mapper.listeners.get(event);
    }
    if (listeners === undefined) continue;
    for (const listener of listeners) {
      const answer = session.handle(() => listener(entity));
      if (answer instanceof Promise) await answer;
    }
  }
}

function isChanged(entity: Entity): boolean {
  const changes = entity[CHANGES];
  const width = entity[MAPPER].columns.length;
  if (changes === null) return false;
  for (let i = 0; i < changes.length; i += 2) {
    const position = changes[i] as number;
    if (position >= width || differs(entity, position, changes[i + 1])) return true;
  }
  return false;
}

async function cascadeDelete(
  session: PreparationSession,
  relation: Relationship,
  owners: readonly Entity[],
  preparation: Preparation,
): Promise<void> {
  if (relation.viewOnly) return;
  const stored = owners.filter((owner) => owner[STATUS] === PERSISTENT);
  if (relation.direction === 'manyToMany') {
    if (relation.cascade.delete) {
      const targets = await doomed(session, relation, stored);
      const given = givenToOthers(session, relation);
      for (const target of targets) if (!given.has(target)) remove(session, target);
    }
    if (relation.passiveDeletes === 'all') return;
    // The database deletes the pairs of what is not loaded.
    const linked = relation.passiveDeletes ? stored.filter((owner) => relatedTo(owner, relation).length > 0) : stored;
    for (const owner of linked) preparation.unlinked.push({ relation, owner });
    return;
  }
  if (relation.cascade.delete) {
    const targets = await doomed(session, relation, stored);
    const moved = movedFrom(session, relation, stored, targets);
    for (const target of targets) if (!moved.has(target)) remove(session, target);
    return;
  }
  if (relation.direction !== 'oneToMany' || relation.passiveDeletes === 'all') return;
  // Of a key that cannot be NULL nothing is read: the database refuses a parent that has children, or deletes them with it.
  const loose = canLetGo(relation);
  const children = loose ? await doomed(session, relation, stored) : stored.flatMap((owner) => childrenOf(owner, relation));
  if (!loose && goesWithParent(relation)) {
    const given = givenToOthers(session, relation);
    for (const child of children) if (!given.has(child)) remove(session, child);
    return;
  }
  const gone = new Set(owners);
  for (const child of children) {
    if (session.removed.has(child) || !isStored(child)) continue;
    const { back } = relation;
    const parent = back === null ? undefined : knownOne(child, back);
    // A child that was given to another parent meanwhile stays with it.
    if (parent !== null && parent !== undefined && !gone.has(parent)) continue;
    if (back !== null && parent !== undefined) leave(session, child, back);
    preparation.nullified.push({ child, positions: relation.remote, parent: null, parentPositions: relation.local, post: false });
  }
}

/** Whether the children's key, or a part of it, may become NULL. */
export function canLetGo(relation: Relationship): boolean {
  return relation.remote.some((position) => mayLetGo(relation.target.columns[position]));
}

/** Whether the database deletes the children with their parent. */
function goesWithParent(relation: Relationship): boolean {
  const { remote, target } = relation;
  return foreignKeysOf(target).some(
    ({ onDelete, columns }) =>
      onDelete === 'cascade' && columns.length === remote.length && columns.every((column, i) => target.positionOf(column) === remote[i]),
  );
}

/** A child whose parent goes, or gives it up, has none on its own side either. */
function leave(session: PreparationSession, child: Entity, relation: Relationship): void {
  const related = relatedOf(child);
  const old = related[relation.position];
  if (old === null) return;
  recordChange(child, child[MAPPER].columns.length + relation.position, old);
  related[relation.position] = null;
  if (child[STATUS] === PERSISTENT) session.dirty.add(child);
}

function remove(session: PreparationSession, target: Entity): void {
  if (target[STATUS] === PENDING) for (const own of newWith(target)) session.expungePending(own);
  else if (target[STATUS] === PERSISTENT) session.removed.add(target);
}

/** The related objects of owners that go: all of them, or where the database sees to the rest, those that are loaded. */
async function doomed(session: PreparationSession, relation: Relationship, owners: readonly Entity[]): Promise<readonly Entity[]> {
  return relation.passiveDeletes ? owners.flatMap((owner) => childrenOf(owner, relation)) : members(session, relation, owners);
}

/** The related objects of owners, loaded where they are not. */
async function members(session: PreparationSession, relation: Relationship, owners: readonly Entity[]): Promise<Entity[]> {
  const unknown = owners.filter((owner) => !isWholeHere(owner, relation));
  // Rows that criteria hide go with their owner too.
  if (unknown.length > 0) await inScope({ without: 'all' }, () => loadSelectIn(session, relation, unknown));
  return owners.flatMap((owner) => childrenOf(owner, relation));
}

/** A one-to-one partner that was replaced without being loaded: only now it must be known who it was. */
async function loadFormer(session: PreparationSession): Promise<void> {
  const replaced = new Map<Relationship, Map<unknown, Entity>>();
  for (const owner of session.dirty) {
    const changes = owner[CHANGES];
    if (changes === null || owner[STATUS] !== PERSISTENT) continue;
    const { columns } = owner[MAPPER];
    for (let i = 0; i < changes.length; i += 2) {
      const relation = changes[i + 1] === undefined ? owner[MAPPER].relations()[(changes[i] as number) - columns.length] : undefined;
      if (relation === undefined || relation.direction !== 'oneToMany' || relation.passiveDeletes === 'all') continue;
      changes[i + 1] = null;
      // What is found now is true of this transaction.
      session.noteLoaded(owner, relation);
      const owners = replaced.get(relation) ?? new Map<unknown, Entity>();
      owners.set(identityOf(relation.local.map((position) => rowValue(owner, position))), owner);
      replaced.set(relation, owners);
    }
  }
  for (const [relation, owners] of replaced) {
    for (const former of await loadSelectIn(session, relation, [...owners.values()])) {
      const owner = owners.get(identityOf(relation.remote.map((position) => columnValue(former, position))));
      const position = (owner?.[MAPPER] ?? relation.mapper).columns.length + relation.position;
      const place = owner?.[CHANGES]?.findIndex((item, i) => i % 2 === 0 && item === position) ?? -1;
      if (owner === undefined || place < 0) continue;
      const changes = owner[CHANGES] as unknown[];
      // It was set to what it had been all along, so that a rollback has nothing to give back.
      if (owner[RELATED]?.[relation.position] === former) {
        changes.splice(place, 2);
        continue;
      }
      changes[place + 1] = former;
      if (relation.back !== null && knownOne(former, relation.back) === owner) leave(session, former, relation.back);
    }
  }
}

/** What a to-one relation with delete-orphan gave up without having loaded it: only now it must be known what goes. */
async function loadGivenUp(session: PreparationSession): Promise<void> {
  const lost = new Map<Relationship, Entity[]>();
  for (const owner of session.dirty)
    for (const relation of unknownFormers(owner)) {
      if (!relation.cascade.deleteOrphan || relation.local.some((position) => rowValue(owner, position) == null)) continue;
      lost.set(relation, [...(lost.get(relation) ?? []), owner]);
    }
  for (const [relation, owners] of lost) {
    const keys = owners.map((owner) => relation.local.map((position) => rowValue(owner, position)));
    const found = await inScope({ without: 'all' }, () => loadTargets(session, relation, keys));
    owners.forEach((owner, place) => {
      const changes = owner[CHANGES] ?? [];
      const position = owner[MAPPER].columns.length + relation.position;
      for (let i = 0; i < changes.length; i += 2) if (changes[i] === position) changes[i + 1] = found.get(identityOf(keys[place])) ?? null;
    });
  }
}

/** The to-one relations of a stored object that were changed while it was not known what they held. */
function unknownFormers(owner: Entity): Relationship[] {
  const changes = owner[CHANGES];
  const list: Relationship[] = [];
  if (changes === null || owner[STATUS] !== PERSISTENT) return list;
  const { columns } = owner[MAPPER];
  for (let i = 0; i < changes.length; i += 2) {
    if (changes[i + 1] !== undefined || (changes[i] as number) < columns.length) continue;
    const relation = owner[MAPPER].relations()[(changes[i] as number) - columns.length];
    if (relation.direction === 'manyToOne' && !relation.viewOnly) list.push(relation);
  }
  return list;
}

/** `set()` on a collection that was not loaded: only now it must be known what goes. */
async function loadReplaced(session: PreparationSession): Promise<void> {
  await loadFormer(session);
  await loadGivenUp(session);
  const replaced = new Map<Relationship, { readonly collection: EntityCollection; readonly shadow: Entity[] }[]>();
  for (const owner of session.dirty) {
    if (owner[RELATED] === null) continue;
    for (const value of owner[RELATED]) {
      if (!(value instanceof EntityCollection) || !value.replaced || value.items !== null) continue;
      const list = replaced.get(value.relation) ?? [];
      list.push({ collection: value, shadow: [...(value.added ?? [])] });
      replaced.set(value.relation, list);
    }
  }
  for (const [relation, list] of replaced) {
    await loadSelectIn(
      session,
      relation,
      list.map(({ collection }) => collection.owner),
    );
    const { back } = relation;
    for (const { collection, shadow } of list) {
      if (collection.items === null) merge(collection, shadow);
      // The children that go lose their parent on their side too.
      if (back === null || back.many || back.viewOnly) continue;
      for (const child of collection.removed ?? []) if (knownOne(child, back) === collection.owner) leave(session, child, back);
    }
  }
}

/** Children that were taken out of a delete-orphan relation and have no other parent are deleted. */
function removeOrphans(session: PreparationSession): void {
  for (const owner of [...session.created, ...session.dirty]) {
    if (owner[RELATED] === null) continue;
    // A parent that is not here, whose collection tells nothing, lost its child on the child's side.
    for (const relation of unknownFormers(owner)) {
      if (relation.back?.cascade.deleteOrphan !== true || owner[RELATED][relation.position] !== null) continue;
      if (relation.local.every((position) => rowValue(owner, position) != null)) remove(session, owner);
    }
    for (const relation of owner[MAPPER].relations()) {
      if (!relation.cascade.deleteOrphan) continue;
      for (const child of givenUp(owner, relation)) if (isOrphan(session, owner, child, relation)) remove(session, child);
    }
  }
}

/** What a relation let go since the last flush. */
export function givenUp(owner: Entity, relation: Relationship): Iterable<Entity> {
  if (relation.many) return (owner[RELATED]?.[relation.position] as EntityCollection | undefined)?.removed ?? [];
  const changes = owner[CHANGES];
  const place = owner[MAPPER].columns.length + relation.position;
  if (changes !== null)
    for (let i = 0; i < changes.length; i += 2) if (changes[i] === place && changes[i + 1]) return [changes[i + 1] as Entity];
  return [];
}

/** Whether the object has a row, or will have one after this flush. */
export function isStored(entity: Entity): boolean {
  return entity[STATUS] === PERSISTENT || entity[STATUS] === PENDING;
}

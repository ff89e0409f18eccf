import { type AttachingSession, attach, markPartial } from './attachment.ts';
import { columnValue, differs, write } from './attributes.ts';
import { formerlyHeldBy, heldBy } from './cascade-walk.ts';
import { ormError } from './errors.ts';
import { identityOf, nameOf } from './identity.ts';
import { isModified } from './inspection.ts';
import { knownOne, relatedOf } from './known-related.ts';
import { entitiesOfRows } from './loader.ts';
import {
  CHANGES,
  Decoded,
  type Entity,
  hasChange,
  MAPPER,
  type Mapper,
  PENDING,
  PERSISTENT,
  RELATED,
  type Relationship,
  ROW,
  SESSION,
  STATUS,
  TRANSIENT,
} from './mapping.ts';
import { storedKey } from './persistence.ts';
import { assign, collectionOf, EntityCollection } from './related.ts';
import { type ReloadingSession, readByKeys } from './reloading.ts';
import { loadSelectIn } from './select-in-loading.ts';
import { sqlValueAt } from './sql-values.ts';

/** What merging needs of a session. */
export interface MergingSession extends AttachingSession, ReloadingSession {
  readonly identities: AttachingSession['identities'];
  readonly dirty: Set<Entity>;
  readonly watched: Set<Entity>;
  readonly suspects: Set<Entity> | null;
  partial: Set<Entity> | null;
}

/** One given object, the session's object that it is copied to, and the relations that are copied too. */
interface Copy {
  readonly source: Entity;
  readonly target: Entity;
  readonly relations: readonly Relationship[];
}

/** What is known of a merge under way. */
interface Merge {
  readonly session: MergingSession;
  readonly load: boolean;
  readonly targets: Map<Entity, Entity>;
  /** New objects by class and key: two given ones with one key become one. */
  readonly fresh: Map<Mapper, Map<unknown, Entity>>;
  /** The relations over which a given object was reached: their other sides follow by themselves. */
  readonly reachedOver: Map<Entity, Set<Relationship>>;
}

/**
 * Copies objects, and what their merge cascades reach, onto the session's own; gives those. The graph is read level by
 * level, so that a statement or two serve all objects of a class; then everything is copied at once.
 */
export async function mergeObjects(session: MergingSession, given: readonly Entity[], load: boolean): Promise<Entity[]> {
  const merge: Merge = { session, load, targets: new Map(), fresh: new Map(), reachedOver: new Map() };
  const copies: Copy[] = [];
  for (let level: readonly Entity[] = [...new Set(given)]; level.length > 0; ) {
    await findTargets(merge, level);
    const found = level.map((source): Copy => {
      const target = merge.targets.get(source) as Entity;
      return { source, target, relations: source === target ? [] : copiedRelations(merge, source) };
    });
    if (load) await loadCollections(session, found);
    const next = new Set<Entity>();
    for (const copy of found) {
      if (copy.source === copy.target) continue;
      copies.push(copy);
      for (const relation of copy.relations) for (const member of membersOf(copy.source, relation)) reach(merge, member, relation, next);
    }
    level = [...next];
  }
  for (const { source, target } of copies) (load ? copyColumns : copyRow)(source, target);
  for (const { source, target, relations } of copies)
    for (const relation of relations) (load ? copyRelation : placeRelation)(merge, source, target, relation);
  return given.map((source) => merge.targets.get(source) as Entity);
}

function reach(merge: Merge, member: Entity, relation: Relationship, next: Set<Entity>): void {
  const over = merge.reachedOver.get(member) ?? new Set();
  over.add(relation);
  merge.reachedOver.set(member, over);
  if (!merge.targets.has(member)) next.add(member);
}

function membersOf(source: Entity, relation: Relationship): readonly Entity[] {
  const value = source[RELATED]?.[relation.position];
  const removed = value instanceof EntityCollection && value.items === null ? formerlyHeldBy(source, relation) : [];
  return [...heldBy(source, relation), ...removed];
}

/** The relations that the object says something of. The other side of one that led here is set together with that one. */
function copiedRelations({ reachedOver }: Merge, source: Entity): Relationship[] {
  const related = source[RELATED];
  if (related === null) return [];
  const over = reachedOver.get(source);
  return source[MAPPER].relations().filter((relation) => {
    const value = related[relation.position];
    if (!relation.cascade.merge || relation.viewOnly || value === undefined) return false;
    if (relation.back !== null && over?.has(relation.back)) return false;
    if (!(value instanceof EntityCollection)) return true;
    // A collection that was only looked at says nothing.
    if (value.items === null) return value.changed;
    return value.items.length > 0 || value.given || source[STATUS] !== TRANSIENT;
  });
}

/** Finds the session's object for each given one: itself, the one of the same key, the one of its row, or a new one. */
async function findTargets(merge: Merge, level: readonly Entity[]): Promise<void> {
  const { session, targets, load } = merge;
  const missing = new Map<Mapper, Map<unknown, readonly unknown[]>>();
  const waiting: { source: Entity; identity: unknown }[] = [];
  for (const source of level) {
    if (source[SESSION] === session && (source[STATUS] === PERSISTENT || source[STATUS] === PENDING)) {
      targets.set(source, source);
      continue;
    }
    const mapper = source[MAPPER];
    const key = storedKey(source, source[CHANGES]);
    const identity = key.some((value) => value === undefined || value === null) ? undefined : identityOf(key);
    if (!load) requireClean(source, identity);
    const known = identity === undefined ? undefined : session.identities.get(mapper, identity);
    if (known !== undefined) {
      targets.set(source, known);
      continue;
    }
    waiting.push({ source, identity });
    if (!load || identity === undefined) continue;
    const keys = missing.get(mapper) ?? new Map<unknown, readonly unknown[]>();
    keys.set(identity, key);
    missing.set(mapper, keys);
  }
  for (const [mapper, keys] of missing) {
    const rows = await readByKeys(session, mapper, [...keys.values()], { whole: true });
    entitiesOfRows(session, mapper, [...rows.values()]);
    await session.later.settle();
  }
  for (const { source, identity } of waiting) targets.set(source, targetOf(merge, source, identity));
}

function targetOf({ session, load, fresh }: Merge, source: Entity, identity: unknown): Entity {
  const mapper = source[MAPPER];
  const map = session.identities.of(mapper);
  const found = identity === undefined ? undefined : (map.get(identity) ?? fresh.get(mapper)?.get(identity));
  if (found !== undefined) return found;
  if (!load) {
    const own = mapper.instantiate(source[ROW].map(unboxed), session, null, PERSISTENT);
    map.set(identity, own);
    if (own[ROW].includes(undefined)) markPartial(session, own);
    return own;
  }
  const made = mapper.instantiate(mapper.blank(), null, null, TRANSIENT);
  attach(session, made);
  if (identity !== undefined) {
    const own = fresh.get(mapper) ?? new Map<unknown, Entity>();
    own.set(identity, made);
    fresh.set(mapper, own);
  }
  return made;
}

/** What the row brought, where the value may be changed from within: two objects must not share it. */
function unboxed(slot: unknown): unknown {
  return slot instanceof Decoded && slot.raw !== undefined ? slot.raw : slot;
}

function requireClean(source: Entity, identity: unknown): void {
  if (identity === undefined || source[STATUS] === TRANSIENT || source[STATUS] === PENDING)
    throw ormError('orm.merge-without-key', nameOf(source));
  if (isModified(source)) throw ormError('orm.merge-changed', nameOf(source));
}

/** What takes another's place must find that known, so that it is known what goes. */
async function loadCollections(session: MergingSession, copies: readonly Copy[]): Promise<void> {
  const owners = new Map<Relationship, Set<Entity>>();
  for (const { source, target, relations } of copies) {
    if (source === target || target[STATUS] !== PERSISTENT) continue;
    for (const relation of relations) {
      if (relation.direction === 'manyToOne') continue;
      if (relation.many ? collectionOf(target, relation).isWhole : knownOne(target, relation) !== undefined) continue;
      const value = source[RELATED]?.[relation.position];
      if (value instanceof EntityCollection && value.items === null && !value.replaced) continue;
      owners.set(relation, (owners.get(relation) ?? new Set()).add(target));
    }
  }
  for (const [relation, targets] of owners) await loadSelectIn(session, relation, [...targets]);
}

function copyColumns(source: Entity, target: Entity): void {
  const { versionPosition } = source[MAPPER];
  if (versionPosition >= 0 && target[STATUS] === PERSISTENT) {
    const slot = source[ROW][versionPosition];
    if (slot !== undefined && differs(target, versionPosition, slot)) throw ormError('orm.stale-merge', nameOf(target));
  }
  for (const { position, computed } of source[MAPPER].columns) {
    const slot = source[ROW][position];
    const expression = slot === undefined ? sqlValueAt(source, position) : undefined;
    if (expression !== undefined) write(target, position, expression);
    // What the given object does not have says nothing about the other.
    if (slot === undefined || computed !== null) continue;
    if (target[ROW][position] === undefined || differs(target, position, slot)) write(target, position, columnValue(source, position));
  }
}

/** The columns are as read: nothing is a change, and what the session's object was changed to is kept. */
function copyRow(source: Entity, target: Entity): void {
  source[ROW].forEach((slot, position) => {
    if (slot !== undefined && !hasChange(target, position)) target[ROW][position] = unboxed(slot);
  });
}

function copyRelation({ targets }: Merge, source: Entity, target: Entity, relation: Relationship): void {
  const value = source[RELATED]?.[relation.position];
  const merged = (list: Iterable<Entity>): Entity[] => [...list].map((member) => targets.get(member) as Entity);
  if (!(value instanceof EntityCollection)) {
    assign(target, relation, value === null ? null : targets.get(value as Entity));
    return;
  }
  const collection = collectionOf(target, relation);
  if (value.items !== null) collection.set(merged(value.items));
  else if (value.replaced) collection.set(merged(value.added ?? []));
  else {
    collection.add(...merged(value.added ?? []));
    collection.remove(...merged(value.removed ?? []));
  }
}

/** The relation is as loaded: nothing is a change. */
function placeRelation({ targets }: Merge, source: Entity, target: Entity, relation: Relationship): void {
  const value = source[RELATED]?.[relation.position];
  relatedOf(target)[relation.position] =
    value instanceof EntityCollection
      ? new EntityCollection(target, relation, value.items === null ? null : value.items.map((member) => targets.get(member) as Entity))
      : value === null
        ? null
        : targets.get(value as Entity);
}

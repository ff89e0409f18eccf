import { columnValue } from './attributes.ts';
import { isA } from './hierarchy.ts';
import { identityOf } from './identity.ts';
import { knownOne } from './known-related.ts';
import { CHANGES, type Entity, hasChange, MAPPER, PENDING, PERSISTENT, RELATED, type Relationship, STATUS } from './mapping.ts';
import { rowValue } from './persistence.ts';
import { EntityCollection } from './related.ts';
import { relatedTo } from './related-filling.ts';

/** The changed objects of a session, among which parents are looked for. */
export interface ParentSession {
  readonly created: ReadonlySet<Entity>;
  readonly dirty: ReadonlySet<Entity>;
  readonly removed: ReadonlySet<Entity>;
}

/** Whether an object that a relation gave up has no other parent by it. */
export function isOrphan(session: ParentSession, owner: Entity, child: Entity, relation: Relationship): boolean {
  if (relation.back !== null && !relation.back.many) {
    const parent = knownOne(child, relation.back);
    return parent === null || parent === undefined || session.removed.has(parent);
  }
  if (belongsElsewhere(owner, relation, child)) return false;
  for (const other of [...session.created, ...session.dirty]) {
    if (!isA(other[MAPPER], relation.mapper)) continue;
    const held = other[RELATED]?.[relation.position];
    if (held instanceof EntityCollection ? held.added?.has(child) : held === child) return false;
  }
  return true;
}

/** What an owner that goes is known to hold, without what has another parent by now. */
export function childrenOf(owner: Entity, relation: Relationship): readonly Entity[] {
  const held = owner[RELATED]?.[relation.position];
  // Of a collection that is not loaded, what it was given is known.
  const children = held instanceof EntityCollection && held.items === null ? [...(held.added ?? [])] : relatedTo(owner, relation);
  return keepsStale(relation) ? children.filter((child) => !belongsElsewhere(owner, relation, child)) : children;
}

/** Objects that a relation gives to owners that stay, where their own side does not tell whose alone they are. */
export function givenToOthers(session: ParentSession, relation: Relationship): ReadonlySet<Entity> {
  const given = new Set<Entity>();
  if (relation.direction !== 'manyToMany' && !keepsStale(relation)) return given;
  for (const owner of [...session.created, ...session.dirty]) {
    if (session.removed.has(owner) || !isA(owner[MAPPER], relation.mapper)) continue;
    for (const child of gained(owner, relation)) given.add(child);
  }
  return given;
}

/** Children of owners that go who were given to another parent, or to none, since their rows were read. */
export function movedFrom(
  session: ParentSession,
  relation: Relationship,
  owners: readonly Entity[],
  children: readonly Entity[],
): ReadonlySet<Entity> {
  const { back, remote, local, direction } = relation;
  const moved = new Set(givenToOthers(session, relation));
  if (direction !== 'oneToMany') return moved;
  let keys: Set<unknown> | null = null;
  for (const child of children) {
    if (child[CHANGES] === null) continue;
    if (back !== null && hasChange(child, child[MAPPER].columns.length + back.position)) {
      const parent = knownOne(child, back);
      if (parent !== undefined && (parent === null || !session.removed.has(parent))) moved.add(child);
    } else if (remote.some((position) => hasChange(child, position))) {
      keys ??= new Set(owners.map((owner) => identityOf(local.map((position) => rowValue(owner, position)))));
      if (!keys.has(identityOf(remote.map((position) => columnValue(child, position))))) moved.add(child);
    }
  }
  return moved;
}

/**
 * Whether an object that is held here, or was, is a row of another parent. A child without a side of its own stays in the
 * loaded relation of a former parent; its foreign key says whose it is.
 */
export function belongsElsewhere(owner: Entity, relation: Relationship, child: Entity): boolean {
  if (!keepsStale(relation) || child[STATUS] !== PERSISTENT || owner[STATUS] !== PERSISTENT) return false;
  const key = relation.remote.map((position) => rowValue(child, position));
  if (key.some((value) => value === null || value === undefined)) return false;
  if (identityOf(key) === identityOf(relation.local.map((position) => rowValue(owner, position)))) return false;
  return !gained(owner, relation).includes(child);
}

/** Whether objects that move to another parent stay in what the former one has loaded. */
function keepsStale({ direction, back }: Relationship): boolean {
  return direction === 'oneToMany' && (back === null || back.viewOnly);
}

/** What a relation of one owner gained since the last flush. */
function gained(owner: Entity, relation: Relationship): readonly Entity[] {
  const held = owner[RELATED]?.[relation.position];
  if (held instanceof EntityCollection) return [...(held.added ?? [])];
  const place = owner[MAPPER].columns.length + relation.position;
  return held && (owner[STATUS] === PENDING || hasChange(owner, place)) ? [held as Entity] : [];
}

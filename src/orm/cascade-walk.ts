import { type Cascade, CHANGES, type Entity, MAPPER, PENDING, RELATED, type Relationship, SESSION, STATUS } from './mapping.ts';
import { EntityCollection } from './related.ts';

/** What a relation is known to hold, without I/O; of a collection that is not loaded, what was added to it. */
export function heldBy(owner: Entity, relation: Relationship): readonly Entity[] {
  const value = owner[RELATED]?.[relation.position];
  if (!value) return [];
  if (value instanceof EntityCollection) return value.items ?? [...(value.added ?? [])];
  return [value as Entity];
}

/** What a relation held at the last flush and holds no more. */
export function formerlyHeldBy(owner: Entity, relation: Relationship): readonly Entity[] {
  const value = owner[RELATED]?.[relation.position];
  if (value instanceof EntityCollection) return [...(value.removed ?? [])];
  const changes = owner[CHANGES];
  const place = owner[MAPPER].columns.length + relation.position;
  if (changes !== null)
    for (let i = 0; i < changes.length; i += 2) if (changes[i] === place && changes[i + 1]) return [changes[i + 1] as Entity];
  return [];
}

/** These objects and all that one kind of cascade reaches from them over loaded relations, each once. */
export function reachedBy(first: Iterable<Entity>, cascade: keyof Cascade): Entity[] {
  return reachedOver(first, (relation) => relation.cascade[cascade]);
}

/**
 * These objects and what is read again, or forgotten, with them. A new object has no row to be read: it goes on waiting for its
 * INSERT, unless its owner is all that it is here for.
 */
export function readAgainWith(first: Iterable<Entity>): Entity[] {
  return reachedOver(
    first,
    ({ cascade }) => cascade.refreshExpire,
    (related, { cascade }) => cascade.deleteOrphan || related[STATUS] !== PENDING,
  );
}

/** A new object, and the new ones that are its own: without it they have nobody whose key they could take. */
export function newWith(first: Entity): Entity[] {
  const owned = reachedOver([first], ({ cascade, direction }) => cascade.deleteOrphan || (cascade.expunge && direction === 'oneToMany'));
  return owned.filter((entity) => entity[STATUS] === PENDING && entity[SESSION] === first[SESSION]);
}

function reachedOver(
  first: Iterable<Entity>,
  leads: (relation: Relationship) => boolean,
  isMeant: (related: Entity, relation: Relationship) => boolean = () => true,
): Entity[] {
  const reached = new Set(first);
  for (const entity of reached) {
    if (entity[RELATED] === null) continue;
    for (const relation of entity[MAPPER].relations())
      if (leads(relation)) for (const related of heldBy(entity, relation)) if (isMeant(related, relation)) reached.add(related);
  }
  return [...reached];
}

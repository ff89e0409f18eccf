import { type Cascade, CHANGES, type Entity, MAPPER, RELATED, type Relationship } from './mapping.ts';
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
  const reached = new Set(first);
  for (const entity of reached) {
    if (entity[RELATED] === null) continue;
    for (const relation of entity[MAPPER].relations())
      if (relation.cascade[cascade]) for (const related of heldBy(entity, relation)) reached.add(related);
  }
  return [...reached];
}

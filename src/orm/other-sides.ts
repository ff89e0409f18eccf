import { CHANGES, type Entity, MAPPER, RELATED, type Relationship, recordChange } from './mapping.ts';
import { EntityCollection } from './related.ts';

/**
 * Takes back what changes of an object's relations did to their other sides, so that a flush does not write from there what
 * is to be forgotten here. Foreign keys of other rows are not its own: children that it was given, or gave up, keep their word.
 */
export function takeBackOtherSides(entity: Entity, only: number | null = null): void {
  const related = entity[RELATED];
  if (related === null) return;
  const width = entity[MAPPER].columns.length;
  for (const relation of entity[MAPPER].relations()) {
    const { back, direction, position } = relation;
    if (back === null || back.viewOnly || relation.viewOnly || (only !== null && only !== width + position)) continue;
    const value = related[position];
    if (direction === 'manyToMany') {
      if (!(value instanceof EntityCollection)) continue;
      for (const member of value.added ?? []) leave(member, back, entity);
      for (const member of value.removed ?? []) join(member, back, entity);
    } else if (direction === 'manyToOne') {
      const former = changeOf(entity, width + position);
      if (former === undefined) continue;
      if (value !== null && value !== undefined) leave(value as Entity, back, entity);
      if (former.held !== null) join(former.held, back, entity);
    }
  }
}

/** What an attribute held before it was changed, as far as it was known; undefined where it was not changed. */
function changeOf(entity: Entity, place: number): { readonly held: Entity | null } | undefined {
  const changes = entity[CHANGES];
  if (changes !== null)
    for (let i = 0; i < changes.length; i += 2)
      if (changes[i] === place) return { held: (changes[i + 1] as Entity | null | undefined) ?? null };
  return undefined;
}

/** The holder does not hold the member that a change brought. */
function leave(holder: Entity, relation: Relationship, member: Entity): void {
  const value = holder[RELATED]?.[relation.position];
  if (!relation.many) {
    if (value === member) setBack(holder, relation, null);
  } else if (value instanceof EntityCollection && value.added?.delete(member)) {
    value.drop(member);
    if (value.added.size === 0) value.added = null;
  }
}

/** The holder holds the member again that a change took away. */
function join(holder: Entity, relation: Relationship, member: Entity): void {
  const value = holder[RELATED]?.[relation.position];
  if (!relation.many) {
    if (value === null) setBack(holder, relation, member);
  } else if (value instanceof EntityCollection && value.removed?.delete(member)) {
    value.push(member);
    if (value.removed.size === 0) value.removed = null;
  }
}

/** A to-one relation is what it was: no change where it was that before. */
function setBack(holder: Entity, relation: Relationship, value: Entity | null): void {
  const related = holder[RELATED] as unknown[];
  const place = holder[MAPPER].columns.length + relation.position;
  const former = changeOf(holder, place);
  if (former === undefined) recordChange(holder, place, related[relation.position]);
  else if (former.held === value) {
    const changes = holder[CHANGES] as unknown[];
    for (let i = 0; i < changes.length; i += 2) if (changes[i] === place) changes.splice(i, 2);
    if (changes.length === 0) holder[CHANGES] = null;
  }
  related[relation.position] = value;
}

import { columnValue } from './attributes.ts';
import { isA } from './hierarchy.ts';
import { identityOf } from './identity.ts';
import { type Entity, MAPPER, PENDING, PERSISTENT, RELATED, type Relationship, SESSION, STATUS, TRANSIENT } from './mapping.ts';
import { notLoaded } from './not-loaded.ts';

/** The values of relations by position, made when the first is needed. */
export function relatedOf(entity: Entity): unknown[] {
  let related = entity[RELATED];
  if (related === null) {
    related = entity[MAPPER].relationKeys.map(() => undefined);
    entity[RELATED] = related;
  }
  return related;
}

/** What a to-one relation is known to hold, without I/O; undefined where it is not known. */
export function knownOne(entity: Entity, relation: Relationship): Entity | null | undefined {
  const related = entity[RELATED];
  const held = related === null ? undefined : related[relation.position];
  if (held !== undefined) return held as Entity | null;
  const status = entity[STATUS];
  const session = entity[SESSION];
  if (relation.direction === 'manyToOne') {
    const values = relation.local.map((position) => columnValue(entity, position));
    if (values.some((value) => value === null || value === undefined))
      return values.includes(undefined) && status === PERSISTENT ? undefined : null;
    if (session !== null && relation.byIdentity && relation.condition === null) {
      const target = session.identity(relation.target, identityOf(values));
      if (target !== undefined && isA(target[MAPPER], relation.target)) {
        relatedOf(entity)[relation.position] = target;
        return target;
      }
    }
  }
  return status === TRANSIENT || status === PENDING ? null : undefined;
}

/** The getter of a to-one relation. */
export function readOne(entity: Entity, relation: Relationship): unknown {
  const known = knownOne(entity, relation);
  return known === undefined ? notLoaded(entity, relation) : known;
}

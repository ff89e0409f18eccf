import type { LoadRequest } from './load-request.ts';
import type { Entity, Relationship } from './mapping.ts';

/**
 * What a query said of an object's relation beside its value: reading it lazily is forbidden or allowed whatever the
 * relation says, or what it holds is not all there is.
 */
export type LoadMark = 'raise' | 'select' | 'partial';

const marks = new WeakMap<Entity, Map<Relationship, LoadMark>>();
/** Most programs never mark anything, and then nothing is looked up. */
let used = false;

export function markLoad(entity: Entity, relation: Relationship, mark: LoadMark): void {
  used = true;
  const own = marks.get(entity);
  if (own === undefined) marks.set(entity, new Map([[relation, mark]]));
  else own.set(relation, mark);
}

export function loadMark(entity: Entity, relation: Relationship): LoadMark | undefined {
  return used ? marks.get(entity)?.get(relation) : undefined;
}

const later = new WeakMap<Entity, Map<Relationship, readonly LoadRequest[]>>();

/** Keeps what is to be loaded below a relation once it is awaited. */
export function noteBelow(entity: Entity, relation: Relationship, requests: readonly LoadRequest[]): void {
  const own = later.get(entity);
  if (own !== undefined) own.set(relation, requests);
  else if (requests.length > 0) later.set(entity, new Map([[relation, requests]]));
}

/** What was said of the relation's own relations by the query that left it for later. */
export function requestsBelow(entity: Entity, relation: Relationship): readonly LoadRequest[] | undefined {
  return used ? later.get(entity)?.get(relation) : undefined;
}

export function unmarkLoad(entity: Entity, relation: Relationship): void {
  if (used) marks.get(entity)?.delete(relation);
}

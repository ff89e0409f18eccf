import { knownOne, relatedOf } from './known-related.ts';
import { loadMark, markLoad, unmarkLoad } from './load-marks.ts';
import type { LoadingSession } from './loader.ts';
import { type Entity, hasChange, MAPPER, type Relationship } from './mapping.ts';
import { collectionOf, EntityCollection } from './related.ts';

/** Gives a parent its related objects; what was added and removed before they were loaded stays added and removed. */
export function fill(session: LoadingSession, parent: Entity, relation: Relationship, items: Entity[], partial: boolean): void {
  if (!relation.many) {
    fillOne(session, parent, relation, items[0] ?? null, partial);
    return;
  }
  session.noteLoaded(parent, relation);
  const related = relatedOf(parent);
  let collection = related[relation.position] as EntityCollection | undefined;
  if (collection === undefined) {
    collection = new EntityCollection(parent, relation, items);
    related[relation.position] = collection;
  } else merge(collection, items);
  collection.partial = partial;
}

/** Gives a parent its related object, unless it has one. */
export function fillOne(session: LoadingSession, parent: Entity, relation: Relationship, one: Entity | null, partial: boolean): void {
  const related = relatedOf(parent);
  const known = related[relation.position] !== undefined;
  if (known && !partial && loadMark(parent, relation) !== 'partial') return;
  if (known && hasChange(parent, parent[MAPPER].columns.length + relation.position)) return;
  related[relation.position] = one;
  session.noteLoaded(parent, relation);
  if (partial) markLoad(parent, relation, 'partial');
  else unmarkLoad(parent, relation);
}

/** Makes a collection a loaded one without losing what was done to it meanwhile. */
export function merge(collection: EntityCollection, items: Entity[]): void {
  const { added, removed, replaced } = collection;
  if (added === null && removed === null && !replaced) {
    collection.items = items;
    return;
  }
  collection.before = items;
  if (replaced) {
    collection.removed = new Set(items.filter((item) => !added?.has(item)));
    collection.replaced = false;
  }
  collection.items = items.filter((item) => !collection.removed?.has(item));
  const there = new Set(collection.items);
  for (const item of added ?? []) {
    if (there.has(item)) added?.delete(item);
    else collection.items.push(item);
  }
}

/** Whether all that a relation of an object holds is known. */
export function isWholeHere(parent: Entity, relation: Relationship): boolean {
  if (relation.many) return collectionOf(parent, relation).isWhole;
  return knownOne(parent, relation) !== undefined && loadMark(parent, relation) !== 'partial';
}

/** The loaded objects of a relation. */
export function relatedTo(parent: Entity, relation: Relationship): readonly Entity[] {
  if (relation.many) return collectionOf(parent, relation).items ?? [];
  const one = knownOne(parent, relation);
  return one === null || one === undefined ? [] : [one];
}

import { columnValue, write } from './attributes.ts';
import type { LoadingSession } from './loader.ts';
import { type Entity, RELATED, type Relationship, STATUS, TRANSIENT } from './mapping.ts';
import { EntityCollection } from './related.ts';
import { loadSelectIn } from './select-in-loading.ts';

/** The changed objects of a session, and its way to load. */
export interface OrderingSession extends LoadingSession {
  readonly created: ReadonlySet<Entity>;
  readonly dirty: ReadonlySet<Entity>;
}

/**
 * Gives the members of ordered collections that changed their numbers, from 0. One that is not loaded is read first, since
 * what is added comes after what is there. SQLAlchemy: `OrderingList.reorder()`.
 */
export async function numberMembers(session: OrderingSession): Promise<void> {
  const changed: EntityCollection[] = [];
  for (const owner of [...session.created, ...session.dirty]) {
    if (owner[RELATED] === null) continue;
    for (const value of owner[RELATED])
      if (value instanceof EntityCollection && value.relation.ordering >= 0 && (value.changed || value.reordered)) changed.push(value);
  }
  const unknown = new Map<Relationship, Entity[]>();
  const given = new Map<EntityCollection, readonly Entity[]>();
  for (const collection of changed) {
    if (collection.items !== null) continue;
    if (collection.replaced) given.set(collection, [...(collection.added ?? [])]);
    const list = unknown.get(collection.relation) ?? [];
    list.push(collection.owner);
    unknown.set(collection.relation, list);
  }
  for (const [relation, owners] of unknown) await loadSelectIn(session, relation, owners);
  for (const collection of changed) {
    const order = given.get(collection);
    if (order !== undefined) collection.items = [...order];
    const { ordering } = collection.relation;
    collection.items?.forEach((member, number) => {
      if (member[STATUS] !== TRANSIENT && columnValue(member, ordering) !== number) write(member, ordering, number);
    });
    collection.reordered = false;
  }
}

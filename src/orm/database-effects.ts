import { type AttachingSession, letGo } from './attachment.ts';
import type { DeleteEffects } from './key-changes.ts';
import { knownOne, relatedOf } from './known-related.ts';
import { byMapper, DELETED, type Entity, MAPPER, RELATED, STATUS } from './mapping.ts';
import { EntityCollection } from './related.ts';
import { take } from './taken-values.ts';
import type { Undo } from './undo.ts';

/** What objects whose rows the database changed by itself need of a session. */
export interface EffectSession extends AttachingSession {
  readonly undo: Undo[];
  /** Objects whose rows are gone and that no flush deleted: they are detached when the transaction is committed. */
  readonly swept: Entity[];
}

/** Objects whose rows the database deleted leave the session and what others have loaded; those that it let go of them have no key. */
export function followEffects(session: EffectSession, { deleted, emptied }: DeleteEffects): void {
  dropDeleted(session, [...deleted]);
  for (const entity of deleted) {
    // What was read after this transaction wrote may have no row after a rollback.
    const suspect = session.suspects?.has(entity) === true;
    letGo(session, entity);
    if (suspect) session.suspects?.add(entity);
    entity[STATUS] = DELETED;
    session.undo.push({ kind: 'delete', entities: [entity] });
    session.swept.push(entity);
  }
  for (const [child, positions] of emptied) {
    const nulls = positions.map(() => null);
    take(session, child, positions, nulls);
  }
}

/** Objects whose rows are gone leave the loaded relations of the session's other objects. */
export function dropDeleted(session: Pick<EffectSession, 'identities' | 'undo'>, deletes: readonly Entity[]): void {
  const gone = new Set(deletes);
  const holders = new Set<EntityCollection>();
  for (const [mapper, entities] of byMapper(deletes)) {
    for (const { back, direction, target, ...relation } of mapper.relations()) {
      if (back === null || direction === 'oneToMany') continue;
      const owners =
        direction === 'manyToMany'
          ? session.identities.of(target).values()
          : entities.map((entity) => knownOne(entity, mapper.relations()[relation.position]));
      for (const owner of owners) {
        const held = owner?.[RELATED]?.[back.position];
        if (held instanceof EntityCollection) holders.add(held);
        else if (owner && held && gone.has(held as Entity)) {
          session.undo.push({ kind: 'update', entity: owner, changes: [owner[MAPPER].columns.length + back.position, held] });
          relatedOf(owner)[back.position] = null;
        }
      }
    }
  }
  for (const collection of holders) {
    const { items, before } = collection;
    if (items === null || !items.some((item) => gone.has(item))) continue;
    session.undo.push({ kind: 'collection', collection, before: before ?? items });
    collection.items = items.filter((item) => !gone.has(item));
    if (before !== null) collection.before = before.filter((item) => !gone.has(item));
  }
}

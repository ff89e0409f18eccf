import { columnsChanged } from './flush-plan.ts';
import { lacksVersion } from './flush-preparation.ts';
import type { FlushSession } from './flush-session.ts';
import { changesRelations } from './flush-updates.ts';
import { type Entity, MAPPER, type Mapper, PERSISTENT, RELATED, STATUS } from './mapping.ts';

/** Objects of one class that are written in one way, without a plan. */
export interface PlainWork {
  readonly mapper: Mapper;
  readonly entities: readonly Entity[];
}

/**
 * The commonest flush: stored objects of one class, without relations in memory or listeners, whose columns changed. There
 * is nothing to cascade, to tell or to order, so it needs no plan. Null for any other.
 */
export function plainUpdates(session: FlushSession): PlainWork | null {
  if (!session.onlyChanged) return null;
  let mapper: Mapper | null = null;
  const entities: Entity[] = [];
  for (const entity of session.dirty) {
    if (entity[STATUS] !== PERSISTENT || entity[RELATED] !== null) return null;
    if (mapper === null) {
      mapper = entity[MAPPER];
      if (mapper.listeners.has('beforeUpdate') || mapper.listeners.has('afterUpdate')) return null;
    } else if (entity[MAPPER] !== mapper) return null;
    if (changesRelations(entity) || lacksVersion(entity)) return null;
    if (columnsChanged(entity)) entities.push(entity);
  }
  return mapper === null || entities.length === 0 ? null : { mapper, entities };
}

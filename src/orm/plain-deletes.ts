import { orderMappers } from './flush-order.ts';
import { canLetGo, lacksVersion } from './flush-preparation.ts';
import type { FlushSession } from './flush-session.ts';
import { CHANGES, type Entity, MAPPER, type Mapper, PERSISTENT, RELATED, type Relationship, STATUS } from './mapping.ts';
import type { PlainWork } from './plain-updates.ts';

/**
 * The commonest deletes: objects of one class as they were read, without relations in memory or listeners, whose rows take
 * nothing with them that the session would have to look for. They need no plan. Null for any other.
 */
export function plainDeletes(session: FlushSession): PlainWork | null {
  if (!session.onlyRemoved) return null;
  let mapper: Mapper | null = null;
  const entities: Entity[] = [];
  for (const entity of session.removed) {
    if (entity[STATUS] !== PERSISTENT || entity[RELATED] !== null || entity[CHANGES] !== null || lacksVersion(entity)) return null;
    if (mapper === null) {
      mapper = entity[MAPPER];
      if (!goesAlone(mapper)) return null;
    } else if (entity[MAPPER] !== mapper) return null;
    entities.push(entity);
  }
  return mapper === null ? null : { mapper, entities };
}

function goesAlone(mapper: Mapper): boolean {
  if (mapper.listeners.has('beforeDelete') || mapper.listeners.has('afterDelete')) return false;
  return mapper.relations().every(takesNothing) && !orderMappers([mapper])[0].circular;
}

/** Whether nothing is read or written of what a relation that is not in memory leads to. */
function takesNothing(relation: Relationship): boolean {
  if (relation.viewOnly) return true;
  if (relation.cascade.delete || relation.direction === 'manyToMany') return false;
  return relation.direction === 'manyToOne' || relation.passiveDeletes !== false || !canLetGo(relation);
}

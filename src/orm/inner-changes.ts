import { changedInside } from './attributes.ts';
import { Decoded, type Entity, MAPPER, PERSISTENT, ROW, recordChange, STATUS } from './mapping.ts';

/** What noticing changes from within needs of a session. */
export interface WatchingSession {
  readonly watched: Set<Entity>;
  readonly dirty: Set<Entity>;
}

/** JSON that was read may have been changed from within: it is compared with what the row held. */
export function noticeInnerChanges(session: WatchingSession): void {
  for (const entity of session.watched) {
    if (entity[STATUS] !== PERSISTENT) continue;
    for (const position of entity[MAPPER].jsonPositions) {
      if (!changedInside(entity, position)) continue;
      const slot = entity[ROW][position] as Decoded;
      recordChange(entity, position, slot.raw);
      entity[ROW][position] = new Decoded(slot.value, undefined);
      session.dirty.add(entity);
    }
  }
}

/** JSON that was just written is remembered as the row has it, so that a change from within can be told. */
export function watchInside(session: Pick<WatchingSession, 'watched'>, entity: Entity): void {
  for (const position of entity[MAPPER].jsonPositions) watchColumn(session, entity, position);
}

/** The same of one column, which was set to what its row has, too. */
export function watchColumn(session: Pick<WatchingSession, 'watched'>, entity: Entity, position: number): void {
  const slot = entity[ROW][position];
  if (!(slot instanceof Decoded) || slot.raw !== undefined) return;
  entity[ROW][position] = new Decoded(slot.value, entity[MAPPER].codecs()[position].bind(slot.value));
  session.watched.add(entity);
}

import { type AttachingSession, markPartial } from './attachment.ts';
import { markDeleted } from './flush-deletes.ts';
import type { FlushSession } from './flush-session.ts';
import { restricted } from './flush-updates.ts';
import { watchInside } from './inner-changes.ts';
import { CHANGES, type Entity, type Mapper, NO_CHANGES, PERSISTENT, RELATED, ROW, STATUS } from './mapping.ts';
import { EntityCollection } from './related.ts';
import { insertEntities } from './row-inserts.ts';
import { switchRows } from './row-switch.ts';
import { mayHaveSqlValues, type SqlRows, type SqlValues, takeSqlValues } from './sql-values.ts';
import type { Undo } from './undo.ts';

/** Stores new objects. */
export async function insertNew(session: FlushSession, mapper: Mapper, entities: readonly Entity[]): Promise<void> {
  const generated = entities.map((entity) => mapper.generatedKey >= 0 && entity[ROW][mapper.generatedKey] === undefined);
  const versions = unversioned(mapper, entities);
  const sql = mayHaveSqlValues(mapper) ? takeAll(entities) : null;
  await insertEntities(session, mapper, entities, sql === null ? null : restrictedRows(session, sql));
  enterNew(session, mapper, entities, { generated, versions, sql });
}

/** Takes what new objects have SQL for; null where none has any. */
function takeAll(entities: readonly Entity[]): SqlRows | null {
  const rows = new Map<Entity, SqlValues>();
  for (const entity of entities) {
    const own = takeSqlValues(entity);
    if (own !== undefined) rows.set(entity, own);
  }
  return rows.size === 0 ? null : rows;
}

function restrictedRows(session: FlushSession, rows: SqlRows): SqlRows {
  return new Map([...rows].map(([entity, own]) => [entity, restricted(session, own) as SqlValues]));
}

/** Which objects have no version yet; null for a class without one. */
function unversioned({ versionPosition }: Mapper, entities: readonly Entity[]): boolean[] | null {
  return versionPosition < 0 ? null : entities.map((entity) => entity[ROW][versionPosition] === undefined);
}

/** New objects take over the rows of deleted ones, whose key they have. */
export async function takeOverRows(
  session: FlushSession,
  mapper: Mapper,
  entities: readonly Entity[],
  switches: ReadonlyMap<Entity, Entity>,
): Promise<void> {
  const versions = unversioned(mapper, entities);
  const former = entities.map((entity) => switches.get(entity) as Entity);
  await switchRows(
    session,
    mapper,
    entities.map((entity, i) => [entity, former[i]]),
  );
  markDeleted(session, mapper, former);
  enterNew(session, mapper, entities, { generated: entities.map(() => false), versions, sql: null });
}

/** Objects that have rows now are the session's own. */
function enterNew(
  session: FlushSession,
  mapper: Mapper,
  entities: readonly Entity[],
  made: Pick<Extract<Undo, { readonly kind: 'insert' }>, 'generated' | 'versions' | 'sql'>,
): void {
  session.identities.enter(mapper, entities);
  const waits = mapper.columns.some(({ formula }) => formula !== undefined);
  for (const entity of entities) {
    entity[STATUS] = PERSISTENT;
    if (mapper.jsonPositions.length > 0) watchInside(session, entity);
    session.created.delete(entity);
    // What queries work out is not known before one reads it.
    if (waits && entity[ROW].includes(undefined)) markPartial(session as Pick<AttachingSession, 'partial'>, entity);
    if (entity[CHANGES] === NO_CHANGES) entity[CHANGES] = null;
    const related = entity[RELATED];
    // It was changed while the statement ran.
    if (entity[CHANGES] !== null || related?.some((value) => value instanceof EntityCollection && value.changed)) session.dirty.add(entity);
  }
  const { tellState } = session;
  if (tellState !== null) for (const entity of entities) tellState('pendingToPersistent', entity);
  session.undo.push({ kind: 'insert', entities, ...made });
  session.written.push({ objects: entities, change: 'insert' });
}

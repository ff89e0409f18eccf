import type { ForeignKey, Table } from '../sql/schema.ts';
import { cut, cutCircles } from './circular-deletes.ts';
import { followEffects } from './database-effects.ts';
import type { KeyCut } from './early-deletes.ts';
import { mayLetGo, orderDeletes, orderMappers } from './flush-order.ts';
import type { FlushSession } from './flush-session.ts';
import { identityOf } from './identity.ts';
import { deleteEffects } from './key-changes.ts';
import { knownOne } from './known-related.ts';
import { byMapper, CHANGES, DELETED, type Entity, MAPPER, type Mapper, PERSISTENT, ROW, STATUS } from './mapping.ts';
import { matchedColumns, storedKey, storedMatch, storedValue } from './persistence.ts';
import { deleteRows } from './row-deletes.ts';
import { dropSqlValues } from './sql-values.ts';
import { staleDelete } from './stale-rows.ts';
import type { ChangedObject } from './undo.ts';

/** Deletes the rows of objects, children before their parents. */
export async function deleteEntities(session: FlushSession, entities: readonly Entity[]): Promise<void> {
  if (entities.length === 0) return;
  const identities = new Map<string, Entity>();
  const byKey = (table: Table, values: readonly unknown[]): string => `${table.fullName} ${identityOf(values)}`;
  const circular = orderMappers([...new Set(entities.map((entity) => entity[MAPPER]))]).some((group) => group.circular);
  if (circular)
    for (const entity of entities) for (const table of entity[MAPPER].tables) identities.set(byKey(table, storedKey(entity, null)), entity);
  const parentsOf = (entity: Entity, key: ForeignKey): Entity[] => {
    const { table } = key.columns[0];
    const target = table.metadata.resolve(table, key);
    const positions = key.columns.map((column) => entity[MAPPER].positionOf(column));
    if (positions.includes(-1)) return [];
    const values = positions.map((position) => storedValue(entity, position, entity[CHANGES]));
    const parent = identities.get(byKey(target.table, values));
    return parent === undefined ? [] : [parent];
  };
  const batches = orderDeletes(entities, parentsOf);
  if (circular)
    await cutCircles(session, batches, parentsOf, session.dialectOf(entities[0][MAPPER].table).capabilities.rowwiseKeys === true);
  for (const { mapper, entities: batch } of batches) await deleteBatch(session, mapper, batch);
}

/** Whether the flush has loaded and deleted all that refers to a deleted object by these columns. */
function isCascaded(mapper: Mapper, other: Mapper, own: readonly number[]): boolean {
  return mapper
    .relations()
    .some(
      ({ direction, cascade, passiveDeletes, target, remote, condition }) =>
        direction === 'oneToMany' &&
        cascade.delete &&
        passiveDeletes === false &&
        condition === null &&
        target === other &&
        remote.join() === own.join(),
    );
}

/** Deletes the rows of objects of one class, in whatever order. */
export async function deleteBatch(session: FlushSession, mapper: Mapper, batch: readonly Entity[]): Promise<void> {
  const values = batch.map((entity) => storedMatch(entity, entity[CHANGES]));
  const effects = deleteEffects(session, batch, isCascaded);
  let count = 0;
  // The rows that go on with others go first.
  for (const target of mapper.writes.toReversed()) {
    const columns = matchedColumns(target);
    const keys = columns.length < values[0].length ? values.map((key) => key.slice(0, columns.length)) : values;
    count = await deleteRows(session, target.table, columns, keys);
  }
  if (count !== batch.length && (mapper.versionPosition >= 0 || mapper.confirmsDeletes))
    throw await staleDelete(session, mapper, batch, values, count);
  markDeleted(session, mapper, batch);
  // What this flush deletes itself it sees to by itself.
  const left = (entity: Entity): boolean => entity[STATUS] === PERSISTENT && !session.removed.has(entity);
  const deleted = new Set([...effects.deleted].filter(left));
  const emptied = new Map([...effects.emptied].filter(([entity]) => left(entity)));
  if (deleted.size + emptied.size > 0) followEffects(session, { deleted, emptied });
}

/** Foreign keys of rows that stay become NULL, before the rows that they lead to are deleted; their objects know it. */
export async function cutKeys(session: FlushSession, cuts: readonly KeyCut[]): Promise<void> {
  for (const { entity, key } of cuts) {
    await cut(session, entity[MAPPER], key, [entity]);
    for (const column of key.columns.filter(mayLetGo)) {
      const position = entity[MAPPER].positionOf(column);
      const changes = entity[CHANGES] ?? [];
      const place = changes.findIndex((item, i) => i % 2 === 0 && item === position);
      const before = place < 0 ? entity[ROW][position] : changes[place + 1];
      session.undo.push({ kind: 'update', entity, changes: [position, before] });
      if (place < 0) entity[ROW][position] = null;
      else changes[place + 1] = null;
    }
  }
}

/** Objects whose rows are gone are no longer the session's. */
export function markDeleted(session: FlushSession, mapper: Mapper, entities: readonly Entity[]): void {
  session.identities.drop(mapper, entities);
  const { removed, dirty } = session;
  const unwritten: ChangedObject[] = [];
  for (const entity of entities) {
    const changes = entity[CHANGES];
    if (changes !== null) unwritten.push({ entity, changes });
    entity[CHANGES] = null;
    dropSqlValues(entity);
    entity[STATUS] = DELETED;
    removed.delete(entity);
    dirty.delete(entity);
    session.tellState?.('persistentToDeleted', entity);
  }
  session.undo.push({ kind: 'delete', entities });
  // What was changed and never written is undone with the delete.
  if (unwritten.length > 0) session.undo.push({ kind: 'updates', rows: unwritten });
  session.written.push({ objects: entities, change: 'delete' });
}

/** Finds by whom objects that go are held, while they can be found by the keys that this flush may change. */
export function findHolders(deletes: readonly Entity[]): void {
  for (const [mapper, entities] of byMapper(deletes))
    for (const relation of mapper.relations())
      if (relation.back !== null && relation.direction === 'manyToOne') for (const entity of entities) knownOne(entity, relation);
}

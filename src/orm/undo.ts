import { identityOfEntity } from './identity.ts';
import type { IdentityMap } from './identity-map.ts';
import { relatedOf } from './known-related.ts';
import {
  CHANGES,
  DELETED,
  DETACHED,
  Decoded,
  type Entity,
  type EntitySession,
  MAPPER,
  type Mapper,
  PERSISTENT,
  RELATED,
  ROW,
  SESSION,
  STATUS,
  TRANSIENT,
} from './mapping.ts';
import { EntityCollection } from './related.ts';
import { dropSqlValues, type SqlValues, setSqlValue } from './sql-values.ts';

/** What the changed columns and relations of an object held: position, value, position, value … */
export interface ChangedObject {
  readonly entity: Entity;
  readonly changes: readonly unknown[];
}

/** One thing that a flush did to an object, so that a rollback can take it back. */
export type Undo =
  | {
      readonly kind: 'insert';
      readonly entities: readonly Entity[];
      /** Whose keys the database made, and whose versions were made for them. */
      readonly generated: readonly boolean[];
      readonly versions: readonly boolean[] | null;
      /** SQL that they were given for values. */
      readonly sql: ReadonlyMap<Entity, SqlValues> | null;
    }
  | { readonly kind: 'update'; readonly entity: Entity; readonly changes: readonly unknown[] }
  | { readonly kind: 'updates'; readonly rows: readonly ChangedObject[] }
  | { readonly kind: 'delete'; readonly entities: readonly Entity[] }
  | { readonly kind: 'load'; readonly entity: Entity; readonly position: number }
  | { readonly kind: 'collection'; readonly collection: EntityCollection; readonly before: readonly Entity[] };

/** A session's sets of what is not flushed. */
export interface UnflushedWork {
  readonly created: Set<Entity>;
  readonly dirty: Set<Entity>;
  readonly removed: Set<Entity>;
  readonly watched: Set<Entity>;
  /** Takes a new object out of the session. */
  expungePending(entity: Entity): void;
}

/** What taking back needs of a session. */
export interface UndoSession {
  readonly identities: IdentityMap;
  readonly tellState: EntitySession['tellState'];
  adopt(entity: Entity): void;
}

/** Takes back what flushes did, the last first. */
export function takeBack(session: UndoSession, log: readonly Undo[]): void {
  for (let i = log.length - 1; i >= 0; i--) {
    const undo = log[i];
    if (undo.kind === 'insert') {
      for (let row = undo.entities.length - 1; row >= 0; row--) {
        const entity = undo.entities[row];
        takeBackInsert(session, entity, undo.generated[row]);
        session.tellState?.('persistentToTransient', entity);
        if (undo.versions?.[row]) entity[ROW][entity[MAPPER].versionPosition] = undefined;
        for (const [position, expression] of undo.sql?.get(entity) ?? []) {
          entity[ROW][position] = undefined;
          setSqlValue(entity, position, expression);
        }
      }
    } else if (undo.kind === 'update') takeBackUpdate(session, undo);
    else if (undo.kind === 'updates') for (let row = undo.rows.length - 1; row >= 0; row--) takeBackUpdate(session, undo.rows[row]);
    else if (undo.kind === 'delete') for (let row = undo.entities.length - 1; row >= 0; row--) takeBackDelete(session, undo.entities[row]);
    else if (undo.kind === 'load') {
      const related = relatedOf(undo.entity);
      const value = related[undo.position];
      if (value instanceof EntityCollection) {
        value.items = null;
        value.settle();
      } else related[undo.position] = undefined;
    } else {
      undo.collection.items = [...undo.before];
      undo.collection.settle();
    }
  }
}

function takeBackUpdate(session: UndoSession, { entity, changes }: ChangedObject): void {
  const map = session.identities.of(entity[MAPPER]);
  // Rows that exchange keys leave each other's places on their way back.
  const known = entity[STATUS] === PERSISTENT && entity[SESSION] !== null;
  if (known && map.get(identityOfEntity(entity)) === entity) map.delete(identityOfEntity(entity));
  restore(entity, changes);
  if (known) map.set(identityOfEntity(entity), entity);
}

function takeBackDelete(session: UndoSession, entity: Entity): void {
  if (entity[STATUS] !== DELETED && entity[STATUS] !== DETACHED) return;
  // What was set since it was deleted was never to be written.
  discardChanges(entity);
  // Nor what was changed from within: read again, it is watched again.
  unwatch(entity);
  entity[STATUS] = PERSISTENT;
  session.adopt(entity);
  session.identities.of(entity[MAPPER]).set(identityOfEntity(entity), entity);
  session.tellState?.('deletedToPersistent', entity);
}

function takeBackInsert(session: UndoSession, entity: Entity, generated: boolean): void {
  const mapper = entity[MAPPER];
  session.identities.of(mapper).delete(identityOfEntity(entity));
  toTransient(entity);
  if (generated) entity[ROW][mapper.generatedKey] = undefined;
  forgetTakenKeys(entity);
}

/** Keys that the flush took from related objects are not the object's own: the next flush takes them anew. */
function forgetTakenKeys(entity: Entity): void {
  const related = entity[RELATED];
  if (related === null) return;
  for (const { position, direction, viewOnly, local, remote } of entity[MAPPER].relations()) {
    const value = related[position];
    if (!value || viewOnly || direction === 'manyToMany') continue;
    if (direction === 'manyToOne') for (const at of local) entity[ROW][at] = undefined;
    else
      for (const child of value instanceof EntityCollection ? (value.items ?? []) : [value as Entity])
        if (child[STATUS] === TRANSIENT) for (const at of remote) child[ROW][at] = undefined;
  }
}

/** A new object is as it was before it was added: its relations wait to be written again. */
export function toTransient(entity: Entity): void {
  entity[STATUS] = TRANSIENT;
  entity[SESSION] = null;
  entity[CHANGES] = null;
  for (const column of entity[MAPPER].workedOut) if (column.computed !== null) entity[ROW][column.position] = undefined;
  for (const value of entity[RELATED] ?? []) {
    if (!(value instanceof EntityCollection)) continue;
    value.settle();
    value.items ??= [];
    if (value.items.length > 0) value.added = new Set(value.items);
  }
}

/** Puts the old values back. */
export function restore(entity: Entity, changes: readonly unknown[]): void {
  const mapper: Mapper = entity[MAPPER];
  const width = mapper.columns.length;
  for (let i = changes.length - 2; i >= 0; i -= 2) {
    const position = changes[i] as number;
    if (position >= width) continue;
    const before = changes[i + 1];
    // Read again, it is watched again for changes from within.
    entity[ROW][position] = before instanceof Decoded && before.raw !== undefined ? before.raw : before;
    // What was found by the foreign key since is not what the old one finds.
    for (const relation of mapper.dependents[position] ?? []) if (entity[RELATED] !== null) entity[RELATED][relation] = undefined;
  }
  for (let i = changes.length - 2; i >= 0; i -= 2) {
    const position = changes[i] as number;
    if (position >= width) relatedOf(entity)[position - width] = changes[i + 1];
  }
}

/** Forgets what was changed but not flushed. */
export function discardChanges(entity: Entity): void {
  const changes = entity[CHANGES];
  if (changes !== null) {
    entity[CHANGES] = null;
    dropSqlValues(entity);
    restore(entity, changes);
  }
  for (const value of entity[RELATED] ?? []) {
    if (!(value instanceof EntityCollection)) continue;
    if (value.before !== null) value.items = [...value.before];
    value.settle();
  }
}

/** Drops everything that was not flushed. */
export function discardAll(session: UnflushedWork): void {
  for (const entity of [...session.created]) session.expungePending(entity);
  for (const entity of session.dirty) discardChanges(entity);
  for (const entity of session.watched) unwatch(entity);
  session.dirty.clear();
  session.removed.clear();
  session.watched.clear();
}

/** JSON that was changed from within is what the row held again. */
function unwatch(entity: Entity): void {
  for (const position of entity[MAPPER].jsonPositions) {
    const slot = entity[ROW][position];
    if (slot instanceof Decoded && slot.raw !== undefined) entity[ROW][position] = slot.raw;
  }
}

import type { MaybePromise } from '../dialects/base/driver.ts';
import { columnValue, differs, forgetRelated } from './attributes.ts';
import { dropDeleted } from './database-effects.ts';
import { ormError } from './errors.ts';
import { cutKeys, deleteBatch, deleteEntities, findHolders } from './flush-deletes.ts';
import { insertNew, takeOverRows } from './flush-inserts.ts';
import { addLinks, removeLinks } from './flush-links.ts';
import type { KeyAssignment } from './flush-order.ts';
import { type FlushPlan, planFlush } from './flush-plan.ts';
import { notify, type Preparation, prepare } from './flush-preparation.ts';
import type { FlushSession } from './flush-session.ts';
import { changesRelations, splitChanges, updateChanged } from './flush-updates.ts';
import { nameOf } from './identity.ts';
import { watchColumn } from './inner-changes.ts';
import { dropKnownPairs } from './known-pairs.ts';
import {
  byMapper,
  CHANGES,
  Decoded,
  type Entity,
  MAPPER,
  type Mapper,
  NO_CHANGES,
  PERSISTENT,
  RELATED,
  ROW,
  recordChange,
  SESSION,
  STATUS,
} from './mapping.ts';
import { rowValue } from './persistence.ts';
import { plainDeletes } from './plain-deletes.ts';
import { plainUpdates } from './plain-updates.ts';
import { EntityCollection } from './related.ts';
import { dropSqlValue } from './sql-values.ts';
import { release } from './unique-exchanges.ts';

/** Writes what changed: cascades and events first, then a plan made at once, then its statements. SQLAlchemy: `Session.flush()`. */
export function flush(session: FlushSession): MaybePromise<void> {
  const updates = plainUpdates(session);
  const plain = updates ?? plainDeletes(session);
  if (plain === null) return flushPlanned(session);
  const { version } = session;
  const write = (): MaybePromise<void> => {
    // What was changed while the transaction began is to be looked at with the rest.
    if (session.version !== version) return flushPlanned(session);
    const written = updates === null ? deleteBatch(session, plain.mapper, plain.entities) : updateChanged(session, plain.entities);
    const end = (): void => (updates === null ? settle(session, plain.entities) : tidy(session));
    return written instanceof Promise ? written.then(end) : end();
  };
  const begun = session.beginWriting([plain.mapper]);
  return begun instanceof Promise ? begun.then(write) : write();
}

async function flushPlanned(session: FlushSession): Promise<void> {
  const preparation: Preparation = { nullified: [], unlinked: [], deletes: new Set(), inserts: new Set(), updates: new Set() };
  for (;;) {
    const version = await prepare(session, preparation);
    await dropKnownPairs(session, session.dirty);
    const plan = planFlush(session, preparation);
    if (plan !== null) {
      await session.beginWriting(mappersOf(plan));
    }
    // What was changed while this waited is to be part of the plan.
    if (session.version !== version) continue;
    takeOver(session, plan);
    if (plan === null) tidy(session);
    else await execute(session, plan);
    return;
  }
}

/** The classes that a plan writes, each once. */
function mappersOf(plan: FlushPlan): Set<Mapper> {
  const mappers = new Set<Mapper>();
  for (const { mapper } of plan.order.steps) mappers.add(mapper);
  for (const entity of plan.deletes) mappers.add(entity[MAPPER]);
  for (const { owner } of plan.links) mappers.add(owner[MAPPER]);
  return mappers;
}

/** What the plan holds is no longer a change of the objects: what they are changed to from here on is the next flush's. */
function takeOver(session: FlushSession, plan: FlushPlan | null): void {
  for (const entity of plan?.inserts ?? []) entity[CHANGES] = NO_CHANGES;
  for (const entity of session.dirty) {
    if (!changesRelations(entity)) continue;
    const { columns, related } = splitChanges(entity);
    if (related !== null) session.undo.push({ kind: 'update', entity, changes: related });
    entity[CHANGES] = columns;
  }
  const unchanged =
    plan === null ? [...session.dirty].flatMap((owner) => (owner[RELATED] ?? []).filter((value) => value instanceof EntityCollection)) : [];
  for (const collection of plan?.collections ?? unchanged) {
    // What a collection held before is what a rollback gives back.
    if (collection.before !== null && collection.owner[STATUS] === PERSISTENT)
      session.undo.push({ kind: 'collection', collection, before: collection.before });
    collection.settle();
  }
}

async function execute(session: FlushSession, plan: FlushPlan): Promise<void> {
  if (plan.updates.length > 0) findHolders(plan.deletes);
  await removeLinks(session, plan);
  const late = new Set(plan.deletes);
  for (const entity of plan.early) late.delete(entity);
  for (const entity of plan.switches.values()) late.delete(entity);
  await cutKeys(session, plan.cuts);
  await deleteEntities(session, plan.early);
  for (const { holder, set, taker } of plan.released) await release(session, holder, set, taker);
  const deferred = new Set(plan.order.deferred);
  for (const { kind, mapper, entities } of plan.order.steps) {
    if (plan.assignments.size > 0) for (const entity of entities) setKeys(entity, plan, deferred);
    if (kind === 'insert') await insertNew(session, mapper, entities);
    else {
      const fresh = plan.switches.size === 0 ? [] : entities.filter((entity) => plan.switches.has(entity));
      for (const [own, list] of byMapper(fresh)) await takeOverRows(session, own, list, plan.switches);
      await updateChanged(session, fresh.length === 0 ? entities : entities.filter((entity) => !plan.switches.has(entity)));
    }
  }
  if (plan.order.deferred.length > 0) {
    for (const { child, positions, parent, parentPositions } of plan.order.deferred) setKey(child, positions, parent, parentPositions);
    for (const entities of byMapper([...new Set(plan.order.deferred.map((a) => a.child))]).values()) await updateChanged(session, entities);
  }
  await addLinks(session, plan);
  await deleteEntities(session, [...late]);
  settle(session, plan.deletes);
  await notify(session, plan.inserts, 'afterInsert');
  await notify(session, plan.updates, 'afterUpdate');
  await notify(session, plan.deletes, 'afterDelete');
}

function setKeys(entity: Entity, plan: FlushPlan, deferred: ReadonlySet<KeyAssignment>): void {
  for (const assignment of plan.assignments.get(entity) ?? []) {
    if (deferred.has(assignment)) continue;
    setKey(entity, assignment.positions, assignment.parent, assignment.parentPositions);
  }
}

/** Gives a child its parent's key, without the events of a user's own change. */
function setKey(child: Entity, positions: readonly number[], parent: Entity | null, parentPositions: readonly number[]): void {
  positions.forEach((position, i) => {
    // What the parent's key is changed to while the flush runs is the next one's.
    const value = parent === null ? null : rowValue(parent, parentPositions[i]);
    if (value === undefined) return;
    const column = child[MAPPER].columns[position];
    if (value === null && column.primaryKey && child[STATUS] === PERSISTENT) {
      throw ormError('orm.key-of-child', child[MAPPER].name, nameOf(child), column.key);
    }
    const row = child[ROW];
    dropSqlValue(child, position);
    const slot = value !== null && child[MAPPER].kinds[position] === 'boxed' ? new Decoded(value, undefined) : value;
    if (child[STATUS] === PERSISTENT) {
      if (String(columnValue(child, position)) === String(value)) return;
      recordChange(child, position, row[position]);
      row[position] = slot;
      forgetRelated(child, child[MAPPER], position, parent);
    } else row[position] = slot;
  });
}

/** What was written is clean. */
function settle(session: FlushSession, deletes: readonly Entity[]): void {
  dropDeleted(session, deletes);
  tidy(session);
  for (const entity of deletes) entity[SESSION] = null;
}

/** Objects with nothing left to write are not dirty; columns that were set while the statements ran wait for the next flush. */
function tidy(session: FlushSession): void {
  const left: Entity[] = [];
  for (const entity of session.dirty) if (isStillChanged(session, entity)) left.push(entity);
  session.dirty.clear();
  for (const entity of left) session.dirty.add(entity);
}

function isStillChanged(session: FlushSession, entity: Entity): boolean {
  const changes = entity[CHANGES];
  if (changes !== null) {
    const { columns, jsonPositions } = entity[MAPPER];
    const width = columns.length;
    const later: unknown[] = [];
    for (let i = 0; i < changes.length; i += 2) {
      const position = changes[i] as number;
      if (position >= width || differs(entity, position, changes[i + 1])) later.push(position, changes[i + 1]);
      else if (jsonPositions.includes(position)) watchColumn(session, entity, position);
    }
    entity[CHANGES] = later.length > 0 ? later : null;
    if (later.length > 0) return true;
  }
  return entity[RELATED]?.some((value) => value instanceof EntityCollection && value.changed) === true;
}

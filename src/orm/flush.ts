import type { ForeignKey, Table } from '../sql/schema.ts';
import { columnValue, differs, forgetRelated } from './attributes.ts';
import { cutCircles } from './circular-deletes.ts';
import { ormError } from './errors.ts';
import { foreignKeysOf, type KeyAssignment, orderDeletes, orderMappers } from './flush-order.ts';
import { type FlushPlan, type LinkChange, planFlush } from './flush-plan.ts';
import { notify, type Preparation, type PreparationSession, prepare } from './flush-preparation.ts';
import { identityOf, identityOfEntity, nameOf } from './identity.ts';
import { followKeys } from './key-changes.ts';
import { dropKnownPairs } from './known-pairs.ts';
import {
  byMapper,
  CHANGES,
  DELETED,
  Decoded,
  type Entity,
  MAPPER,
  type Mapper,
  NO_CHANGES,
  PERSISTENT,
  RELATED,
  type Relationship,
  ROW,
  recordChange,
  SESSION,
  STATUS,
} from './mapping.ts';
import { deleteRows, insertEntities, insertPairs, nextVersion, storedKey, storedMatch, storedValue, type Writer } from './persistence.ts';
import { EntityCollection, knownOne, relatedOf } from './related.ts';
import { switchRows } from './row-switch.ts';
import { matchedColumns, type RowUpdate, updateRows } from './row-updates.ts';
import { staleDelete } from './stale-rows.ts';
import type { Undo } from './undo.ts';
import { inSteps, isReferable } from './update-order.ts';

/** Objects that were written in one way. */
export interface WrittenRows {
  readonly objects: readonly Entity[];
  readonly change: 'insert' | 'update' | 'delete';
}

/** What a flush works on: the session's sets of changed objects, and its way to the database. */
export interface FlushSession extends PreparationSession, Writer {
  readonly undo: Undo[];
  /** What was written in this transaction, for afterCommit. */
  readonly written: WrittenRows[];
  /** Opens the transactions that writes of these classes belong to. */
  beginWriting(mappers: Iterable<Mapper>): Promise<void>;
}

/** Writes what changed: cascades and events first, then a plan made at once, then its statements. SQLAlchemy: `Session.flush()`. */
export async function flush(session: FlushSession): Promise<void> {
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
    const { columns, related } = splitChanges(entity);
    if (related === null) continue;
    session.undo.push({ kind: 'update', entity, changes: related });
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

/** An object's changes, those of columns and those of relations; null where there are none. Mostly there are columns alone. */
function splitChanges(entity: Entity): { columns: unknown[] | null; related: unknown[] | null } {
  const changes = entity[CHANGES];
  const width = entity[MAPPER].columns.length;
  let related: unknown[] | null = null;
  if (changes !== null)
    for (let i = 0; i < changes.length; i += 2) {
      if ((changes[i] as number) < width) continue;
      related ??= [];
      related.push(changes[i], changes[i + 1]);
    }
  if (changes === null || related === null) return { columns: changes, related };
  const columns: unknown[] = [];
  for (let i = 0; i < changes.length; i += 2) if ((changes[i] as number) < width) columns.push(changes[i], changes[i + 1]);
  return { columns: columns.length > 0 ? columns : null, related };
}

/** JSON that was just written is remembered as the row has it, so that a change from within can be told. */
function watchInside(session: FlushSession, entity: Entity): void {
  const mapper = entity[MAPPER];
  for (const position of mapper.jsonPositions) {
    const slot = entity[ROW][position];
    if (!(slot instanceof Decoded) || slot.raw !== undefined) continue;
    entity[ROW][position] = new Decoded(slot.value, mapper.codecs()[position].bind(slot.value));
    session.watched.add(entity);
  }
}

async function execute(session: FlushSession, plan: FlushPlan): Promise<void> {
  await removeLinks(session, plan);
  const late = new Set(plan.deletes);
  for (const entity of plan.early) late.delete(entity);
  for (const entity of plan.switches.values()) late.delete(entity);
  await deleteEntities(session, plan.early);
  const deferred = new Set(plan.order.deferred);
  for (const { kind, mapper, entities } of plan.order.steps) {
    if (plan.assignments.size > 0) for (const entity of entities) setKeys(entity, plan, deferred);
    if (kind === 'insert') await insert(session, mapper, entities);
    else {
      const fresh = plan.switches.size === 0 ? [] : entities.filter((entity) => plan.switches.has(entity));
      if (fresh.length > 0) await takeOverRows(session, mapper, fresh, plan.switches);
      await update(session, mapper, fresh.length === 0 ? entities : entities.filter((entity) => !plan.switches.has(entity)));
    }
  }
  if (plan.order.deferred.length > 0) {
    for (const { child, positions, parent, parentPositions } of plan.order.deferred) setKey(child, positions, parent, parentPositions);
    for (const [mapper, entities] of byMapper([...new Set(plan.order.deferred.map((a) => a.child))]))
      await update(session, mapper, entities);
  }
  await addLinks(session, plan);
  await deleteEntities(session, [...late]);
  settle(session, plan);
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
    const value = parent === null ? null : columnValue(parent, parentPositions[i]);
    if (value === undefined) return;
    const column = child[MAPPER].columns[position];
    if (value === null && column.primaryKey && child[STATUS] === PERSISTENT) {
      throw ormError('orm.key-of-child', child[MAPPER].name, nameOf(child), column.key);
    }
    const row = child[ROW];
    if (child[STATUS] === PERSISTENT) {
      if (String(columnValue(child, position)) === String(value)) return;
      recordChange(child, position, row[position]);
      row[position] = value;
      forgetRelated(child, child[MAPPER], position, parent);
    } else row[position] = value;
  });
}

async function insert(session: FlushSession, mapper: Mapper, entities: readonly Entity[]): Promise<void> {
  const generated = entities.map((entity) => mapper.generatedKey >= 0 && entity[ROW][mapper.generatedKey] === undefined);
  const versions = unversioned(mapper, entities);
  await insertEntities(session, mapper, entities);
  enterNew(session, mapper, entities, generated, versions);
}

/** Which objects have no version yet; null for a class without one. */
function unversioned({ versionPosition }: Mapper, entities: readonly Entity[]): boolean[] | null {
  return versionPosition < 0 ? null : entities.map((entity) => entity[ROW][versionPosition] === undefined);
}

/** New objects take over the rows of deleted ones, whose key they have. */
async function takeOverRows(
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
  markDeleted(
    session,
    mapper,
    former,
    former.map((entity) => storedKey(entity, entity[CHANGES])),
  );
  enterNew(
    session,
    mapper,
    entities,
    entities.map(() => false),
    versions,
  );
}

/** Objects that have rows now are the session's own. */
function enterNew(
  session: FlushSession,
  mapper: Mapper,
  entities: readonly Entity[],
  generated: readonly boolean[],
  versions: readonly boolean[] | null,
): void {
  session.identities.enter(mapper, entities);
  for (const entity of entities) {
    entity[STATUS] = PERSISTENT;
    if (mapper.jsonPositions.length > 0) watchInside(session, entity);
    session.created.delete(entity);
    if (entity[CHANGES] === NO_CHANGES) entity[CHANGES] = null;
    const related = entity[RELATED];
    // It was changed while the statement ran.
    if (entity[CHANGES] !== null || related?.some((value) => value instanceof EntityCollection && value.changed)) session.dirty.add(entity);
  }
  const { tellState } = session;
  if (tellState !== null) for (const entity of entities) tellState('pendingToPersistent', entity);
  session.undo.push({ kind: 'insert', entities, generated, versions });
  session.written.push({ objects: entities, change: 'insert' });
}

async function update(session: FlushSession, mapper: Mapper, entities: readonly Entity[]): Promise<void> {
  const updates: RowUpdate[] = [];
  const renewed = mapper.columns.filter((column) => column.onUpdate !== null);
  for (const entity of entities) {
    const positions = changedPositions(entity);
    if (positions.length === 0) continue;
    // What the database works out anew comes back with the statement; a rollback needs what it was.
    for (const { position } of mapper.workedOut) if (!positions.includes(position)) recordChange(entity, position, entity[ROW][position]);
    // Columns with onUpdate are made anew, unless the change said them itself.
    for (const column of renewed) {
      if (column.onUpdate === null || mapper.workedOut.includes(column) || positions.includes(column.position)) continue;
      recordChange(entity, column.position, entity[ROW][column.position]);
      const made = 'make' in column.onUpdate ? column.onUpdate.make() : column.onUpdate.value;
      entity[ROW][column.position] = mapper.kinds[column.position] === 'boxed' ? new Decoded(made, undefined) : made;
      positions.push(column.position);
    }
    const { versionPosition } = mapper;
    if (
      versionPosition >= 0 &&
      !positions.includes(versionPosition) &&
      mapper.columns[versionPosition].version?.serverGenerated === false
    ) {
      const old = columnValue(entity, versionPosition);
      recordChange(entity, versionPosition, entity[ROW][versionPosition]);
      const made = nextVersion(mapper.columns[versionPosition], old);
      entity[ROW][versionPosition] = mapper.kinds[versionPosition] === 'boxed' ? new Decoded(made, undefined) : made;
      positions.push(versionPosition);
    }
    positions.sort((a, b) => a - b);
    const split = splitChanges(entity);
    const changes = split.columns ?? [];
    updates.push({
      entity,
      positions,
      values: positions.map((position) => columnValue(entity, position)),
      key: storedMatch(entity, changes),
      changes,
    });
    // What is set while the statements run belongs to the next flush. If they fail, the rollback takes this back.
    entity[CHANGES] = split.related;
  }
  const steps = inSteps(mapper, updates);
  for (const step of steps) for (const { entity, changes } of step) session.undo.push({ kind: 'update', entity, changes });
  for (const step of steps) await updateRows(session, mapper, step);
  const rekeyed = updates.filter(({ positions }) => positions.some((position) => isReferable(mapper, position)));
  if (rekeyed.length > 0) await followKeys(session, mapper, rekeyed);
  for (const { entity, key, positions } of updates) {
    if (mapper.jsonPositions.length > 0) watchInside(session, entity);
    if (!positions.some((position) => mapper.keyPositions.includes(position))) continue;
    const before = identityOf(key.slice(0, mapper.keyPositions.length));
    const now = identityOfEntity(entity);
    if (now !== before) {
      const map = session.identities.of(mapper);
      if (map.get(before) === entity) map.delete(before);
      map.set(now, entity);
    }
  }
  if (updates.length > 0) session.written.push({ objects: updates.map(({ entity }) => entity), change: 'update' });
}

function changedPositions(entity: Entity): number[] {
  const changes = entity[CHANGES];
  const width = entity[MAPPER].columns.length;
  const positions: number[] = [];
  if (changes === null) return positions;
  for (let i = 0; i < changes.length; i += 2) {
    const position = changes[i] as number;
    if (position < width && differs(entity, position, changes[i + 1])) positions.push(position);
  }
  return positions;
}

/** Pairs of a many-to-many relation, each once whichever side it was said from. */
function pairsOf(
  changes: readonly LinkChange[],
  pick: (change: LinkChange) => readonly Entity[],
): Map<Relationship['through'], { columns: readonly number[]; rows: Map<string, unknown[]> }> {
  const tables = new Map<Relationship['through'], { columns: readonly number[]; rows: Map<string, unknown[]> }>();
  for (const change of changes) {
    const { relation, owner } = change;
    for (const member of pick(change)) {
      const cells: [number, unknown][] = [
        ...relation.throughLocal.map((column, i): [number, unknown] => [column.position, columnValue(owner, relation.local[i])]),
        ...relation.throughRemote.map((column, i): [number, unknown] => [column.position, columnValue(member, relation.remote[i])]),
      ];
      cells.sort(([a], [b]) => a - b);
      const values = cells.map(([, value]) => value);
      const table = tables.get(relation.through) ?? { columns: cells.map(([position]) => position), rows: new Map() };
      table.rows.set(JSON.stringify(values.map(String)), values);
      tables.set(relation.through, table);
    }
  }
  return tables;
}

async function removeLinks(session: FlushSession, plan: FlushPlan): Promise<void> {
  for (const [table, { columns, rows }] of pairsOf(plan.links, (change) => change.removed)) {
    if (table !== null)
      await deleteRows(
        session,
        table,
        columns.map((position) => table.columns[position]),
        [...rows.values()],
      );
  }
  const owners = new Map<Relationship, Entity[]>();
  for (const { relation, owner } of plan.unlinked) owners.set(relation, [...(owners.get(relation) ?? []), owner]);
  for (const [relation, list] of owners) {
    if (relation.through === null) continue;
    await deleteRows(
      session,
      relation.through,
      relation.throughLocal,
      list.map((owner) => relation.local.map((position) => columnValue(owner, position))),
    );
  }
}

async function addLinks(session: FlushSession, plan: FlushPlan): Promise<void> {
  for (const [table, { columns, rows }] of pairsOf(plan.links, (change) => change.added)) {
    if (table !== null)
      await insertPairs(
        session,
        table,
        columns.map((position) => table.columns[position]),
        [...rows.values()],
      );
  }
}

async function deleteEntities(session: FlushSession, entities: readonly Entity[]): Promise<void> {
  if (entities.length === 0) return;
  const identities = new Map<string, Entity>();
  const byKey = (table: Table, values: readonly unknown[]): string => `${table.fullName} ${JSON.stringify(values.map(String))}`;
  const circular = orderMappers([...new Set(entities.map((entity) => entity[MAPPER]))]).some((group) => group.circular);
  if (circular)
    for (const entity of entities) for (const table of entity[MAPPER].tables) identities.set(byKey(table, storedKey(entity, null)), entity);
  const parentsOf = (entity: Entity, only?: ForeignKey): Entity[] =>
    (only === undefined ? foreignKeysOf(entity[MAPPER]) : [only]).flatMap((key) => {
      const { table } = key.columns[0];
      const target = table.metadata.resolve(table, key);
      const positions = key.columns.map((column) => entity[MAPPER].positionOf(column));
      if (positions.includes(-1)) return [];
      const values = positions.map((position) => storedValue(entity, position, entity[CHANGES]));
      return identities.get(byKey(target.table, values)) ?? [];
    });
  const batches = orderDeletes(entities, parentsOf);
  if (circular) await cutCircles(session, batches, parentsOf, session.capabilitiesOf(entities[0][MAPPER].table).rowwiseKeys === true);
  for (const { mapper, entities: batch } of batches) {
    const values = batch.map((entity) => storedMatch(entity, entity[CHANGES]));
    let count = 0;
    // The rows that go on with others go first.
    for (const target of [...mapper.writes].reverse()) {
      const columns = matchedColumns(target);
      const keys = columns.length < values[0].length ? values.map((key) => key.slice(0, columns.length)) : values;
      count = await deleteRows(session, target.table, columns, keys);
    }
    if (count !== batch.length && (mapper.versionPosition >= 0 || mapper.confirmsDeletes))
      throw await staleDelete(session, mapper, batch, values, count);
    markDeleted(session, mapper, batch, values);
  }
}

/** Objects whose rows are gone are no longer the session's. */
function markDeleted(session: FlushSession, mapper: Mapper, entities: readonly Entity[], keys: readonly (readonly unknown[])[]): void {
  const map = session.identities.of(mapper);
  entities.forEach((entity, i) => {
    const identity = identityOf(keys[i].slice(0, mapper.keyPositions.length));
    if (map.get(identity) === entity) map.delete(identity);
    session.undo.push({ kind: 'delete', entity });
    // What was changed and never written is undone with the delete.
    const changes = entity[CHANGES];
    if (changes !== null) session.undo.push({ kind: 'update', entity, changes });
    entity[CHANGES] = null;
    entity[STATUS] = DELETED;
    session.removed.delete(entity);
    session.dirty.delete(entity);
    session.tellState?.('persistentToDeleted', entity);
  });
  session.written.push({ objects: entities, change: 'delete' });
}

/** What was written is clean. */
function settle(session: FlushSession, plan: FlushPlan): void {
  dropDeleted(session, plan.deletes);
  tidy(session);
  for (const entity of plan.deletes) entity[SESSION] = null;
}

/** Objects whose rows are gone leave the loaded relations of the session's other objects. */
function dropDeleted(session: FlushSession, deletes: readonly Entity[]): void {
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

/** Objects with nothing left to write are not dirty; columns that were set while the statements ran wait for the next flush. */
function tidy(session: FlushSession): void {
  for (const entity of [...session.dirty]) {
    const changes = entity[CHANGES];
    if (changes !== null) {
      const width = entity[MAPPER].columns.length;
      const later: unknown[] = [];
      for (let i = 0; i < changes.length; i += 2) {
        const position = changes[i] as number;
        if (position >= width || differs(entity, position, changes[i + 1])) later.push(position, changes[i + 1]);
      }
      entity[CHANGES] = later.length > 0 ? later : null;
      if (later.length > 0) continue;
    }
    if (!(entity[RELATED] ?? []).some((value) => value instanceof EntityCollection && value.changed)) session.dirty.delete(entity);
  }
}

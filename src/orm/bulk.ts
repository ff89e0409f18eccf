import type { MaybePromise } from '../dialects/base/driver.ts';
import { describe, sqlError } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import type { Table } from '../sql/schema.ts';
import type { AttachingSession } from './attachment.ts';
import { unknownAttribute, validate } from './attributes.ts';
import { ormError } from './errors.ts';
import { identityOf } from './identity.ts';
import { followCascades } from './key-changes.ts';
import { Decoded, type Entity, type Mapper, PERSISTENT, ROW, STATUS, TRANSIENT } from './mapping.ts';
import { nextVersion, type Writer } from './persistence.ts';
import { insertEntities } from './row-inserts.ts';
import { type RowUpdate, updateRows } from './row-updates.ts';
import { takeColumn } from './taken-values.ts';
import type { Undo } from './undo.ts';
import { isReferable } from './update-order.ts';

type Row = Readonly<Record<string, unknown>>;

/** What writing many rows at once needs of a session. */
export interface BulkSession extends AttachingSession, Writer {
  readonly undo: Undo[];
  engineOf(table: Table): { readonly ignoresKeys: boolean };
  beginWriting(mappers: Iterable<Mapper>): MaybePromise<void>;
}

/** Inserts rows and gives them as the session's objects, in their order. See `Session.bulkInsert()`. */
export async function insertReturning(session: BulkSession, mapper: Mapper, rows: readonly Row[]): Promise<Entity[]> {
  if (rows.length === 0) return [];
  const entities = rows.map((row) => {
    const slots = mapper.blank();
    for (const [position, value] of cells(mapper, row, 'bulkInsert()')) slots[position] = slotOf(mapper, position, value);
    return mapper.instantiate(slots, session, null, TRANSIENT);
  });
  await session.beginWriting([mapper]);
  const generated = entities.map((entity) => mapper.generatedKey >= 0 && entity[ROW][mapper.generatedKey] === undefined);
  await insertEntities(session, mapper, entities);
  for (const entity of entities) {
    entity[STATUS] = PERSISTENT;
    for (const position of mapper.jsonPositions) asStored(session, mapper, entity, position);
  }
  session.identities.enter(mapper, entities);
  session.undo.push({ kind: 'insert', entities, generated, versions: null, sql: null });
  return entities;
}

/** Inserts rows of a class that others extend, or that extends another, with what tells them apart; gives their number. */
export async function insertOfClass(session: BulkSession, mapper: Mapper, rows: readonly Row[]): Promise<number> {
  const entities = rows.map((row) => {
    const slots = mapper.blank();
    for (const [position, value] of cells(mapper, row, 'bulkInsert()')) slots[position] = slotOf(mapper, position, value);
    return mapper.instantiate(slots, null, null, TRANSIENT);
  });
  await session.beginWriting([mapper]);
  await insertEntities(session, mapper, entities);
  return entities.length;
}

/** Rows for an INSERT without objects, as the columns' validators give them; the same list where there are none. */
export function validRows(mapper: Mapper, rows: readonly Row[]): readonly Row[] {
  const checked = mapper.columns.filter(({ position, computed }) => computed === null && mapper.validators[position].length > 0);
  if (checked.length === 0) return rows;
  return rows.map((row) => {
    const valid = { ...row };
    for (const { key, position } of checked) {
      const value = row[key];
      // The INSERT itself refuses undefined, and takes expressions as they are.
      if (value !== undefined && !(value instanceof Expression)) valid[key] = validate(mapper, position, value);
    }
    return valid;
  });
}

/** Updates rows by their keys, those with the same attributes in one batch; gives their number. See `Session.bulkUpdate()`. */
export async function updateByKeys(session: BulkSession, mapper: Mapper, rows: readonly Row[]): Promise<number> {
  const renewed = mapper.columns.filter((column) => column.onUpdate !== null && !mapper.workedOut.includes(column));
  const updates: RowUpdate[] = [];
  for (const row of rows) {
    const given = new Map(cells(mapper, row, 'bulkUpdate()'));
    const key = mapper.keyPositions.map((position) => {
      const value = given.get(position);
      if (value === undefined || value === null) throw ormError('orm.bulk-key', mapper.name, mapper.columns[position].key);
      given.delete(position);
      return value;
    });
    const match = mapper.versionPosition < 0 ? key : [...key, takeVersion(mapper, given)];
    if (given.size === 0) continue;
    for (const { position, key } of mapper.required)
      if (given.get(position) === null) throw ormError('orm.null-of-class', 'A row of bulkUpdate()', mapper.name, key, mapper.table.name);
    for (const { position, onUpdate } of renewed) {
      if (onUpdate === null || given.has(position)) continue;
      given.set(position, 'make' in onUpdate ? onUpdate.make() : onUpdate.value);
    }
    const positions = [...given.keys()].sort((a, b) => a - b);
    const entity = objectOf(session, mapper, key);
    const changes = positions.flatMap((position) => [position, entity[ROW][position]]);
    updates.push({ entity, positions, values: positions.map((position) => given.get(position)), key: match, changes });
  }
  if (updates.length === 0) return 0;
  await session.beginWriting([mapper]);
  // What the database works out goes onto the objects with the statement, so what they had is kept before.
  for (const { entity, positions } of updates) {
    if (entity[STATUS] !== PERSISTENT) continue;
    const touched = [...positions, ...mapper.workedOut.map((column) => column.position)];
    session.undo.push({ kind: 'update', entity, changes: touched.flatMap((position) => [position, entity[ROW][position]]) });
  }
  for (const batch of withoutRepeats(mapper, updates)) await updateRows(session, mapper, batch);
  const known = updates.filter(({ entity }) => entity[STATUS] === PERSISTENT);
  if (known.some(({ positions }) => positions.some((position) => isReferable(mapper, position)))) followCascades(session, mapper, known);
  for (const { entity, positions, values } of known) {
    positions.forEach((position, i) => {
      takeColumn(entity, position, slotOf(mapper, position, values[i]));
      if (mapper.jsonPositions.includes(position)) asStored(session, mapper, entity, position);
    });
  }
  return updates.length;
}

/** Updates in lists in which no row comes twice, so that a list is one statement and the later row counts. */
function withoutRepeats(mapper: Mapper, updates: readonly RowUpdate[]): RowUpdate[][] {
  const lists: RowUpdate[][] = [[]];
  let seen = new Set<unknown>();
  for (const update of updates) {
    const identity = identityOf(update.key.slice(0, mapper.keyPositions.length));
    if (seen.has(identity)) {
      lists.push([]);
      seen = new Set();
    }
    seen.add(identity);
    lists[lists.length - 1].push(update);
  }
  return lists;
}

/** The version that a row has to have, taken out of what is set, where the next one takes its place. */
function takeVersion(mapper: Mapper, given: Map<number, unknown>): unknown {
  const { versionPosition } = mapper;
  const column = mapper.columns[versionPosition];
  const version = given.get(versionPosition);
  if (version === undefined || version === null) throw ormError('orm.bulk-version', mapper.name, column.key);
  given.delete(versionPosition);
  if (given.size > 0 && column.version?.serverGenerated === false) given.set(versionPosition, nextVersion(column, version));
  return version;
}

/** The session's object for a key, or one that is only written through. */
function objectOf(session: BulkSession, mapper: Mapper, key: readonly unknown[]): Entity {
  const known = session.identities.get(mapper, identityOf(key));
  return (
    known ??
    mapper.instantiate(
      mapper.columns.map(() => undefined),
      null,
      null,
      TRANSIENT,
    )
  );
}

/** A row's values by position, checked. */
function cells(mapper: Mapper, row: Row, where: string): [number, unknown][] {
  if (typeof row !== 'object' || row === null || Array.isArray(row))
    throw sqlError('sql.bad-argument', where, 'rows as objects by attribute', describe(row));
  return Object.keys(row).map((key) => {
    const position = mapper.positions.get(key);
    const value = row[key];
    if (position === undefined) return unknownAttribute(mapper, key);
    if (position >= mapper.columns.length) throw ormError('orm.bulk-relation', where, `${mapper.name}.${key}`);
    if (value === undefined) throw sqlError('sql.undefined-value', `${where} of ${mapper.name}, at '${key}',`);
    if (value instanceof Expression) throw sqlError('sql.bad-argument', where, `a value for '${key}'`, 'an expression');
    if (mapper.columns[position].computed !== null) throw sqlError('sql.computed-column', mapper.name, key);
    return [position, mapper.validators[position].length > 0 ? validate(mapper, position, value) : value];
  });
}

function slotOf(mapper: Mapper, position: number, value: unknown): unknown {
  return mapper.kinds[position] === 'boxed' && value !== null ? new Decoded(value, undefined) : value;
}

/** JSON that was just written is remembered as the row has it, so that a change from within can be told. */
function asStored(session: BulkSession, mapper: Mapper, entity: Entity, position: number): void {
  const slot = entity[ROW][position];
  if (!(slot instanceof Decoded) || slot.raw !== undefined) return;
  entity[ROW][position] = new Decoded(slot.value, mapper.codecs()[position].bind(slot.value));
  session.watched.add(entity);
}

import { makeUpdate } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { ForeignKey, Table, TableColumn } from '../sql/schema.ts';
import { columnValue, sameValue } from './attributes.ts';
import { isA } from './hierarchy.ts';
import { identityOf, identityOfEntity } from './identity.ts';
import type { IdentityMap } from './identity-map.ts';
import { withDescendants } from './mapper.ts';
import { byMapper, CHANGES, type Entity, MAPPER, type Mapper, type Relationship, ROW } from './mapping.ts';
import { bindOf, equals, rowValue, storedValue, type Writer } from './persistence.ts';
import type { Undo } from './undo.ts';

/** What objects that follow changed keys need of a session. */
export interface FollowedSession {
  engineOf(table: Table): { readonly ignoresKeys: boolean };
  readonly identities: IdentityMap;
  readonly undo: Undo[];
}

/** The same, where rows have to be moved too. */
export interface FollowingSession extends Writer, FollowedSession {}

/** An object whose row has other values now. */
export interface ChangedRow {
  readonly entity: Entity;
  readonly positions: readonly number[];
  readonly values: readonly unknown[];
  readonly changes: readonly unknown[];
}

/** Whether the flush itself has to move rows that refer to a changed key. SQLAlchemy: `passive_updates=False`. */
export function movesRows(mapper: Mapper): boolean {
  return mapper.relations().some(isMoved);
}

function isMoved({ passiveUpdates, viewOnly, direction }: Relationship): boolean {
  return !passiveUpdates && !viewOnly && direction !== 'manyToOne';
}

/** Rows that refer to a changed key by a relation with `passiveUpdates: false` take it by an UPDATE. */
export async function moveReferrers(writer: Writer, mapper: Mapper, changed: readonly ChangedRow[]): Promise<void> {
  for (const relation of mapper.relations()) {
    if (!isMoved(relation)) continue;
    const columns =
      relation.through === null ? relation.remote.map((position) => relation.target.columns[position]) : relation.throughLocal;
    const [{ table }] = columns;
    for (const row of changed) {
      const { before, now } = keyOf(row, relation.local);
      if (!same(before, now)) await moveRows(writer, table, columns, before, now);
    }
  }
}

/**
 * The session's objects that refer to a changed key have the new one: their rows follow it by ON UPDATE CASCADE, or were
 * moved. What refers to them in turn follows too. SQLAlchemy: `passive_updates`.
 */
export async function followKeys(session: FollowingSession, mapper: Mapper, changed: readonly ChangedRow[]): Promise<void> {
  for (const reference of referencesTo(session, mapper)) {
    const { other } = reference;
    const followed = followOver(session, reference, changed);
    if (followed.length === 0) continue;
    // A key that is made of its parent's goes on to the rows below.
    if (movesRows(other)) await moveReferrers(session, other, followed);
    await followKeys(session, other, followed);
  }
}

/** The same after a statement that moved no rows itself: objects follow where the database did, by ON UPDATE CASCADE. */
export function followCascades(session: FollowedSession, mapper: Mapper, changed: readonly ChangedRow[]): void {
  if (session.engineOf(mapper.table).ignoresKeys) return;
  for (const reference of referencesTo(session, mapper).filter(isCascading)) {
    const followed = followOver(session, reference, changed);
    if (followed.length > 0) followCascades(session, reference.other, followed);
  }
}

/** The objects whose rows the database changes with keys of these, however far down. */
export function cascadedFrom(session: FollowedSession, mapper: Mapper, entities: readonly Entity[]): Set<Entity> {
  const found = new Set<Entity>();
  if (session.engineOf(mapper.table).ignoresKeys) return found;
  for (const reference of referencesTo(session, mapper).filter(isCascading)) {
    const fresh = referring(session, reference, entities).filter((child) => !found.has(child));
    for (const child of fresh) found.add(child);
    if (fresh.length > 0) for (const child of cascadedFrom(session, reference.other, fresh)) found.add(child);
  }
  return found;
}

/** What the database does to rows that refer to deleted ones: those that it deletes with them, and those that it lets go of them. */
export interface DeleteEffects {
  readonly deleted: Set<Entity>;
  readonly emptied: Map<Entity, readonly number[]>;
}

/** Whether whoever deletes rows has looked for those of another class that refer to them by these columns. */
export type SeenTo = (mapper: Mapper, other: Mapper, own: readonly number[]) => boolean;

/** The objects whose rows go with those of deleted ones by ON DELETE CASCADE, however far down, or lose their key by SET NULL. */
export function deleteEffects(session: FollowedSession, entities: readonly Entity[], isSeenTo?: SeenTo): DeleteEffects {
  const effects: DeleteEffects = { deleted: new Set(entities), emptied: new Map() };
  for (const [mapper, list] of byMapper(entities)) collectEffects(session, mapper, list, effects, isSeenTo);
  for (const entity of effects.deleted) effects.emptied.delete(entity);
  return effects;
}

function collectEffects(
  session: FollowedSession,
  mapper: Mapper,
  entities: readonly Entity[],
  effects: DeleteEffects,
  isSeenTo?: SeenTo,
): void {
  const { deleted, emptied } = effects;
  if (session.engineOf(mapper.table).ignoresKeys) return;
  for (const reference of referencesTo(session, mapper)) {
    const { key, own } = reference;
    if ((key.onDelete !== 'cascade' && key.onDelete !== 'set null') || isSeenTo?.(mapper, reference.other, own)) continue;
    const fresh = referring(session, reference, entities).filter((child) => !deleted.has(child));
    if (fresh.length === 0) continue;
    if (key.onDelete === 'cascade') {
      for (const child of fresh) deleted.add(child);
      for (const [mapper, list] of byMapper(fresh)) collectEffects(session, mapper, list, effects);
    } else for (const child of fresh) emptied.set(child, [...(emptied.get(child) ?? []), ...own]);
  }
}

/** The session's objects whose rows refer to rows of these by one foreign key. */
function referring({ identities }: FollowedSession, { other, own, referred }: Reference, entities: readonly Entity[]): Entity[] {
  const found: Entity[] = [];
  if (identities.isEmpty(other)) return found;
  const keys = new Set(entities.map((entity) => identityOf(referred.map((position) => rowValue(entity, position)))));
  const [first] = own;
  const kind = own.length === 1 && ['number', 'string'].includes(other.kinds[first]) ? other.kinds[first] : null;
  const values: unknown[] = own.map(() => null);
  // All objects of the class are looked at, so nothing is made for each.
  for (const child of identities.of(other).values()) {
    if (child[MAPPER] !== other && !isA(child[MAPPER], other)) continue;
    const slot = child[ROW][first];
    // Mostly it is unchanged, and a number or text as it stands.
    if (child[CHANGES] === null && (slot === null || typeof slot === kind)) {
      if (slot !== null && keys.has(slot)) found.push(child);
      continue;
    }
    let known = true;
    for (let i = 0; i < own.length && known; i++) {
      values[i] = rowValue(child, own[i]);
      known = values[i] !== null && values[i] !== undefined;
    }
    if (known && keys.has(identityOf(values))) found.push(child);
  }
  return found;
}

/** A foreign key by which objects of a class refer to those of another one. */
interface Reference {
  readonly other: Mapper;
  readonly key: ForeignKey;
  readonly own: readonly number[];
  readonly referred: readonly number[];
}

/** The foreign keys by which the session's objects may refer to objects of a class. */
function referencesTo({ identities }: FollowedSession, mapper: Mapper): Reference[] {
  const references: Reference[] = [];
  for (const other of identities.mappers().flatMap(withDescendants)) {
    for (const key of other.table.foreignKeys) {
      if (!mapper.tables.some((table) => table.fullName === key.targetTable)) continue;
      const own = key.columns.map((column) => other.positionOf(column));
      // What a class has from the one that it extends was looked at there.
      if (own.includes(-1) || (other.parent !== null && !key.columns.some((column) => other.parent?.positionOf(column) === -1))) continue;
      const referred = other.table.metadata.resolve(other.table, key).columns.map((column) => mapper.positionOf(column));
      references.push({ other, key, own, referred });
    }
  }
  return references;
}

function isCascading({ key }: Reference): boolean {
  return key.onUpdate === 'cascade';
}

/** Objects that refer to changed rows by one foreign key take what it is now. */
function followOver(session: FollowedSession, { other, own, referred }: Reference, changed: readonly ChangedRow[]): ChangedRow[] {
  const rows = changed.filter(({ positions }) => positions.some((position) => referred.includes(position)));
  // Who follows whom is clear before any of them does: keys may be exchanged.
  const following: { readonly child: Entity; readonly now: readonly unknown[] }[] = [];
  for (const row of rows) {
    const { before, now } = keyOf(row, referred);
    if (same(before, now)) continue;
    for (const child of [...session.identities.of(other).values()]) {
      if (!isA(child[MAPPER], other)) continue;
      const values = own.map((position) => columnValue(child, position));
      if (same(values, before)) following.push({ child, now });
    }
  }
  if (following.length === 0) return [];
  const followed = following.map(({ child, now }) => follow(session, child, own, now));
  enterAgain(session, other, followed);
  return followed;
}

function keyOf({ entity, positions, values, changes }: ChangedRow, key: readonly number[]): { before: unknown[]; now: unknown[] } {
  const now = key.map((position) => {
    const place = positions.indexOf(position);
    return place < 0 ? columnValue(entity, position) : values[place];
  });
  return { before: key.map((position) => storedValue(entity, position, changes)), now };
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.every((value, i) => sameValue(value, b[i]));
}

/** An object of the session takes the key that its row has now. */
function follow(session: FollowedSession, child: Entity, positions: readonly number[], values: readonly unknown[]): ChangedRow {
  const row = child[ROW];
  const changes = positions.flatMap((position) => [position, row[position]]);
  positions.forEach((position, i) => {
    row[position] = values[i];
  });
  session.undo.push({ kind: 'update', entity: child, changes });
  return { entity: child, positions, values, changes };
}

/** Objects whose keys followed are found by those that they have now. */
function enterAgain(session: FollowedSession, mapper: Mapper, followed: readonly ChangedRow[]): void {
  const { keyPositions } = mapper;
  if (!followed[0].positions.some((position) => keyPositions.includes(position))) return;
  for (const { entity, changes } of followed) {
    if (entity[CHANGES] !== null) continue;
    const map = session.identities.of(mapper);
    const before = identityOf(keyPositions.map((position) => storedValue(entity, position, changes)));
    if (map.get(before) === entity) map.delete(before);
    map.set(identityOfEntity(entity), entity);
  }
}

async function moveRows(
  writer: Writer,
  table: Table,
  columns: readonly TableColumn[],
  before: readonly unknown[],
  now: readonly unknown[],
): Promise<void> {
  const build = (): Node =>
    makeUpdate({
      table: table.node,
      columns: columns.map((column) => column.name),
      values: columns.map(bindOf),
      where: equals(table, columns),
    });
  const name = columns.map((column) => column.position).join();
  await writer.run(table, `move:${table.node.id}:${name}`, build, [...now, ...before]);
}

import type { DriverRow } from '../dialects/base/driver.ts';
import { make, makeBind, makeSelect } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import type { TableColumn } from '../sql/schema.ts';
import { type AttachingSession, letGo } from './attachment.ts';
import { NOT_READ, readNode, valuesWithin } from './column-choice.ts';
import { LATER } from './hierarchy.ts';
import { identityOf, identityOfRow } from './identity.ts';
import type { LoadingSession } from './loader.ts';
import { columnOf } from './mapped-source.ts';
import { byMapper, CHANGES, type Entity, MAPPER, type Mapper, PERSISTENT, RELATED, ROW, SESSION, STATUS, UNRESTRICTED } from './mapping.ts';
import { takeBackOtherSides } from './other-sides.ts';
import { storedKey } from './persistence.ts';
import { lockedOwn } from './polymorphic-reading.ts';
import { EntityCollection } from './related.ts';
import { dropSqlValues } from './sql-values.ts';

/** What reading again needs of a session. */
export interface ReloadingSession extends LoadingSession {
  readonly dirty: Set<Entity>;
  readonly watched: Set<Entity>;
}

/** Objects that one statement reads again. */
const CHUNK = 500;
/** Keys of several columns make one condition each, so fewer go into a statement. */
const COMPOSITE_CHUNK = 100;

/** How rows are read by their keys. */
export interface ReadingOptions {
  /** The columns to read besides the key's; null for all. */
  readonly positions?: readonly number[] | null;
  readonly lock?: RowLock | null;
  /** Rows as queries read them, of objects whose class is not known yet. */
  readonly whole?: boolean;
  /** Rows that criteria hide are not read. */
  readonly restricted?: boolean;
}

/** A lock on the rows that are read. SQLAlchemy: the arguments of `with_for_update()`. */
export interface RowLock {
  /** Others may read the rows and lock them in the same way. */
  readonly share?: boolean;
  /** Rows that others have locked are left out. */
  readonly skipLocked?: boolean;
  /** Fails at once where others have locked a row. */
  readonly noWait?: boolean;
}

/** The lock that `{ lock: true }` or `{ lock: { … } }` asks for. */
export function readLock(lock: boolean | RowLock | undefined): RowLock | null {
  return lock === undefined || lock === false ? null : lock === true ? {} : lock;
}

/** Forgets what was changed, and what is related. */
export function forget(session: ReloadingSession, entity: Entity): void {
  takeBackOtherSides(entity);
  entity[CHANGES] = null;
  dropSqlValues(entity);
  session.dirty.delete(entity);
  session.watched.delete(entity);
  const related = entity[RELATED];
  if (related === null) return;
  related.forEach((value, i) => {
    if (value instanceof EntityCollection) {
      value.items = null;
      value.settle();
    } else related[i] = undefined;
  });
}

/** Reads rows again by key; gives the objects whose rows are gone. */
export async function reload(session: ReloadingSession, mapper: Mapper, entities: readonly Entity[]): Promise<Entity[]> {
  const keys = entities.map((entity) => storedKey(entity, entity[CHANGES]));
  const found = await readByKeys(session, mapper, keys);
  return entities.filter((entity, i) => {
    const row = found.get(identityOf(keys[i]));
    if (row === undefined) return true;
    replaceRow(session, entity, row);
    return false;
  });
}

/** The object is what its row says, whatever it was changed to. */
export function replaceRow(session: ReloadingSession, entity: Entity, row: DriverRow): void {
  forget(session, entity);
  entity[ROW] = row;
  session.partial?.delete(entity);
  tellRefresh(entity);
}

/** Tells the listeners that an object was read again. */
export function tellRefresh(entity: Entity): void {
  for (const listener of entity[MAPPER].listeners.get('refresh') ?? []) listener(entity);
}

/** The rows of these keys by identity, as wide as the class; columns that were not asked for are undefined. */
export async function readByKeys(
  session: LoadingSession,
  mapper: Mapper,
  keys: readonly (readonly unknown[])[],
  { positions = null, lock = null, whole = false, restricted = false }: ReadingOptions = {},
): Promise<Map<unknown, DriverRow>> {
  const { table, keyPositions, planId } = mapper;
  const columns = whole ? mapper.rowColumns : mapper.columns;
  const found = new Map<unknown, DriverRow>();
  const mark = restricted ? '' : UNRESTRICTED;
  const asked =
    positions === null ? null : columns.filter(({ position }) => positions.includes(position) || keyPositions.includes(position));
  const keep = (rows: readonly DriverRow[]): void => {
    for (const row of rows) {
      const whole = asked === null ? row : spread(row, asked, columns.length);
      found.set(identityOfRow(mapper, whole), whole);
    }
  };
  const suffix =
    asked === null && lock === null && !whole
      ? ''
      : `:${whole ? 'whole' : (asked?.map(({ position }) => position) ?? '')}:${lockKey(lock)}`;
  const within = valuesWithin(asked ?? columns);
  if (keys.length === 1) {
    const build = (): Node => selectByKey(mapper, 'one', asked ?? columns, lock);
    keep(await session.fetch(table, `${mark}get:${planId}:own${suffix}`, build, [...within, ...keys[0]]));
  } else if (keyPositions.length === 1) {
    const build = (): Node => selectByKey(mapper, 'list', asked ?? columns, lock);
    for (let start = 0; start < keys.length; start += CHUNK) {
      const list = keys.slice(start, start + CHUNK).map(([value]) => value);
      keep(await session.fetch(table, `${mark}reload:${planId}${suffix}`, build, [...within, list]));
    }
  } else {
    for (let start = 0; start < keys.length; start += COMPOSITE_CHUNK) {
      const part = keys.slice(start, start + COMPOSITE_CHUNK);
      const build = (): Node => selectByKey(mapper, part.length, asked ?? columns, lock);
      keep(await session.fetch(table, `${mark}reload:${planId}:${part.length}${suffix}`, build, [...within, ...part.flat()]));
    }
  }
  return found;
}

function spread(row: DriverRow, columns: readonly TableColumn[], width: number): DriverRow {
  const whole: DriverRow = Array.from({ length: width }, () => undefined);
  columns.forEach(({ position }, i) => {
    whole[position] = row[i];
  });
  return whole;
}

function lockKey(lock: RowLock | null): string {
  return lock === null ? '' : `lock${lock.share ? 's' : ''}${lock.skipLocked ? 'k' : ''}${lock.noWait ? 'n' : ''}`;
}

/** Objects that were read after this transaction wrote hold what may have been undone: they are read again, or let go. */
export async function reloadSuspects(session: ReloadingSession & AttachingSession, suspects: ReadonlySet<Entity> | null): Promise<void> {
  const stored = [...(suspects ?? [])].filter((entity) => entity[SESSION] === session && entity[STATUS] === PERSISTENT);
  for (const [mapper, entities] of byMapper(stored)) {
    for (const gone of await reload(session, mapper, entities)) letGo(session, gone);
  }
}

/** SELECT columns of the class by its key, by a list of keys of one column, or by so many keys of several. */
export function selectByKey(
  mapper: Mapper,
  keys: 'one' | 'list' | number = 'one',
  chosen: readonly TableColumn[] | null = null,
  lock: RowLock | null = null,
): Node {
  const { node } = mapper.table;
  const keyColumns = mapper.keyPositions.map((position) => mapper.columns[position]);
  const isKey = (): Node =>
    conjunction(
      keyColumns.map((column) => make('binary', { operator: '=', left: columnOf(node, column), right: makeBind(null, column.type) })),
    ) as Node;
  const [first] = keyColumns;
  const where =
    keys === 'list'
      ? make('in', { operand: columnOf(node, first), list: makeBind([], first.type, { expanding: true }), negated: false })
      : keys === 'one' || keys === 1
        ? isKey()
        : make('junction', { operator: 'or', items: Array.from({ length: keys }, isKey) });
  const columns =
    chosen === null
      ? mapper.rowColumns.map((column) => readNode(node, column))
      : chosen.map((column) => (column.deferred === LATER ? NOT_READ : columnOf(node, column)));
  const statement = makeSelect({ columns, from: [mapper.from], where });
  if (lock === null) return statement;
  const strength = lock.share ? 'share' : 'update';
  const wait = lock.skipLocked ? 'skipLocked' : lock.noWait ? 'noWait' : null;
  return make('select', { ...statement, lock: lockedOwn(mapper, make('lock', { strength, wait, of: [], assumed: false })) });
}

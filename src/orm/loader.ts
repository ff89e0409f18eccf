import type { Dialect } from '../dialects/base/dialect.ts';
import type { DriverRow, MaybePromise } from '../dialects/base/driver.ts';
import type { Node } from '../sql/node.ts';
import type { Table } from '../sql/schema.ts';
import { identityOfRow } from './identity.ts';
import type { IdentityMap } from './identity-map.ts';
import {
  CHANGES,
  type Entity,
  type EntitySession,
  MAPPER,
  type Mapper,
  PEERS,
  PERSISTENT,
  type Relationship,
  ROW,
  type RowDispatch,
} from './mapping.ts';
import { sqlValuesOf } from './sql-values.ts';

/** What loading needs of a session. */
export interface LoadingSession extends EntitySession {
  readonly identities: IdentityMap;
  /** Objects some of whose columns are not known; null while there are none. */
  readonly partial: Set<Entity> | null;
  /** Objects that were loaded after this transaction wrote, which a rollback must read again; null while there are none. */
  readonly suspects: Set<Entity> | null;
  /** Where a stream notes the objects that its batch brings; null while there is none. */
  readonly arrivals: Entity[] | null;
  /** Columns that the statement at hand does not bring, of classes that load later. */
  readonly later: LaterColumns;
  /** A relation was loaded; if this transaction wrote before, a rollback must forget it. */
  noteLoaded(owner: Entity, relation: Relationship): void;
  /** The table's database. */
  engineOf(table: Table): { readonly dialect: Dialect; readonly ignoresKeys: boolean };
  /**
   * Runs a statement on the table's database and gives its rows undecoded. Its plan is found by the key; `build` makes
   * the statement when there is none yet.
   */
  fetch(table: Table, key: string, build: () => Node, values: readonly unknown[]): MaybePromise<DriverRow[]>;
}

/** What a session knows of objects without the columns of their own class. See `LaterLoads`. */
export interface LaterColumns {
  /** The object lacks the columns that a statement for this class brings. */
  note(entity: Entity, top: Mapper): void;
  /** Reads what objects lack; undefined where none lacks anything. */
  settle(): Promise<void> | undefined;
  /** Nobody wants what the objects lack: it stays unknown. */
  drop(): void;
}

/**
 * The object of a row: the one the session has, or a new one around the row. What the session's object was changed to is
 * kept.
 */
export function entityOfRow(
  session: LoadingSession,
  mapper: Mapper,
  map: Map<unknown, Entity>,
  row: DriverRow,
  identity: unknown,
  peers: Entity[],
  dispatch: RowDispatch | null = mapper.dispatch,
): Entity {
  let entity = map.get(identity);
  if (entity === undefined) {
    let waits = false;
    if (dispatch === null) entity = mapper.instantiate(row, session, peers, PERSISTENT);
    else {
      const own = dispatch.mapperOf(row);
      entity = own.instantiate(dispatch.rowOf(own, row), session, peers, PERSISTENT);
      waits = noteLater(session, dispatch, entity);
    }
    map.set(identity, entity);
    session.suspects?.add(entity);
    session.arrivals?.push(entity);
    if (!waits) announce(session, entity);
  } else {
    entity[PEERS] = peers;
    if (session.partial?.delete(entity)) {
      complete(session, mapper, entity, row, dispatch);
      session.suspects?.add(entity);
    }
  }
  return entity;
}

/** Tells the listeners that an object was loaded. */
export function announce(session: LoadingSession, entity: Entity): void {
  const listeners = entity[MAPPER].listeners.get('load');
  if (listeners !== undefined) for (const listener of listeners) listener(entity);
  session.tellState?.('loadedAsPersistent', entity);
}

/** Notes an object whose row did not bring the columns of its class; gives whether it is one. */
export function noteLater(session: LoadingSession, dispatch: RowDispatch, entity: Entity): boolean {
  const top = dispatch.later.length === 0 ? null : dispatch.laterOf(entity[MAPPER]);
  if (top === null) return false;
  const { columns } = entity[MAPPER];
  if (!entity[ROW].some((slot, i) => slot === undefined && columns[i].deferred === null)) return false;
  session.later.note(entity, top);
  return true;
}

/** The columns of an object out of a row of its class, or of one that it extends. */
export function ownRow(mapper: Mapper, entity: Entity, row: DriverRow, dispatch: RowDispatch | null = mapper.dispatch): DriverRow {
  return dispatch === null ? row : dispatch.rowOf(entity[MAPPER], row);
}

/**
 * Fills in the columns that were not known, out of a row of the object's class or of one that it extends, and what those that were
 * set meanwhile held before.
 */
export function complete(
  session: LoadingSession,
  mapper: Mapper,
  entity: Entity,
  read: DriverRow,
  dispatch: RowDispatch | null = mapper.dispatch,
): void {
  const row = dispatch === null ? read : dispatch.rowOf(entity[MAPPER], read);
  const own = entity[ROW];
  const sql = sqlValuesOf(entity);
  for (let i = 0; i < own.length; i++) if (own[i] === undefined && !sql?.has(i)) own[i] = row[i];
  const changes = entity[CHANGES];
  if (changes !== null)
    for (let i = 0; i < changes.length; i += 2)
      if ((changes[i] as number) < own.length && changes[i + 1] === undefined) changes[i + 1] = row[changes[i] as number];
  if (dispatch !== null) noteLater(session, dispatch, entity);
}

/** The objects of rows that hold one class's columns, in order. `distinct`: no two rows are of one object. */
export function entitiesOfRows(
  session: LoadingSession,
  mapper: Mapper,
  rows: DriverRow[],
  distinct = false,
  dispatch: RowDispatch | null = mapper.dispatch,
): Entity[] {
  if (
    distinct &&
    rows.length > 1 &&
    mapper.dispatch === null &&
    session.identities.isEmpty(mapper) &&
    session.suspects === null &&
    session.arrivals === null &&
    !mapper.listeners.has('load') &&
    session.tellState === null
  ) {
    const Factory = mapper.factory;
    // The driver's list becomes the list of objects, each in its row's place: nobody else holds it.
    const entities = rows as unknown[] as Entity[];
    for (let i = 0; i < rows.length; i++) entities[i] = new Factory(rows[i], session, entities, PERSISTENT);
    session.identities.enterLater(mapper, entities);
    return entities;
  }
  const entities: Entity[] = [];
  const map = session.identities.of(mapper);
  for (const row of rows) entities.push(entityOfRow(session, mapper, map, row, identityOfRow(mapper, row), entities, dispatch));
  return entities;
}

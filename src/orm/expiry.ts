import { type AttachingSession, letGo, markPartial, requireOwn } from './attachment.ts';
import { forgetRelated, unknownAttribute } from './attributes.ts';
import { readAgainWith } from './cascade-walk.ts';
import { ormError } from './errors.ts';
import { identityOf, nameOf } from './identity.ts';
import { type LoadRequest, mergeRequests, readRequests, withDefaults } from './load-request.ts';
import { byMapper, CHANGES, type Entity, MAPPER, type Mapper, PENDING, PERSISTENT, RELATED, ROW, SESSION, STATUS } from './mapping.ts';
import { takeBackOtherSides } from './other-sides.ts';
import { storedKey } from './persistence.ts';
import { EntityCollection } from './related.ts';
import { forget, type ReloadingSession, type RowLock, readByKeys, readLock, replaceRow, tellRefresh } from './reloading.ts';
import { loadRequests } from './request-loading.ts';
import { dropSqlValue } from './sql-values.ts';
import { discardChanges } from './undo.ts';

/** What expiring and refreshing need of a session. */
export interface ExpiringSession extends AttachingSession, ReloadingSession {
  readonly identities: AttachingSession['identities'];
  readonly dirty: Set<Entity>;
  readonly watched: Set<Entity>;
  readonly suspects: Set<Entity> | null;
  partial: Set<Entity> | null;
  expungePending(entity: Entity): void;
  /** Flushes what a query must see, after the flush that is under way. */
  ready(): Promise<void>;
}

/** How objects are read again. */
export interface RefreshOptions<W = object> {
  /** Only these columns and relations; everything else keeps its value, and what it was changed to. */
  readonly attributes?: readonly string[];
  /** Relations to load with them, as `with()` takes them. */
  readonly relations?: W;
  /** Locks the rows until the transaction ends, which it opens if need be. */
  readonly lock?: boolean | RowLock;
}

/** Forgets an object's columns and relations, or these alone; what was changed is lost. See `Session.expire()`. */
export function expire(session: ExpiringSession, entity: Entity, attributes: readonly string[] | null): void {
  requireOwn(session, entity, 'expire');
  session.version++;
  if (attributes !== null) {
    for (const position of positionsOf(entity[MAPPER], attributes)) expireOne(session, entity, position);
    return;
  }
  for (const reached of readAgainWith([entity])) {
    if (reached[SESSION] !== session) continue;
    if (reached[STATUS] === PENDING) session.expungePending(reached);
    else if (reached[STATUS] === PERSISTENT) expireWhole(session, reached);
  }
}

/** Forgets the columns and relations of every stored object. */
export function expireAll(session: ExpiringSession): void {
  session.version++;
  for (const entity of session.identities.all()) expireWhole(session, entity);
}

function expireWhole(session: ExpiringSession, entity: Entity): void {
  takeBackOtherSides(entity);
  discardChanges(entity);
  forget(session, entity);
  const { keyPositions, columns } = entity[MAPPER];
  for (const { position } of columns) if (!keyPositions.includes(position)) entity[ROW][position] = undefined;
  markPartial(session, entity);
}

function expireOne(session: ExpiringSession, entity: Entity, position: number): void {
  const { columns, keyPositions } = entity[MAPPER];
  if (position >= columns.length) takeBackOtherSides(entity, position);
  const before = takeChange(entity, position);
  if (position >= columns.length) {
    const related = entity[RELATED];
    const value = related?.[position - columns.length];
    if (value instanceof EntityCollection) {
      value.items = null;
      value.settle();
    } else if (related !== null) related[position - columns.length] = undefined;
    return;
  }
  if (keyPositions.includes(position)) {
    // The key is what the object is found by: it goes back to what the row has.
    if (before !== NOT_CHANGED) entity[ROW][position] = before;
    return;
  }
  entity[ROW][position] = undefined;
  markPartial(session, entity);
}

const NOT_CHANGED = Symbol('not changed');

/** Takes an attribute out of an object's changes; gives what it held before. */
function takeChange(entity: Entity, position: number): unknown {
  dropSqlValue(entity, position);
  const changes = entity[CHANGES];
  if (changes !== null)
    for (let i = 0; i < changes.length; i += 2) {
      if (changes[i] !== position) continue;
      const [, before] = changes.splice(i, 2);
      if (changes.length === 0) entity[CHANGES] = null;
      return before;
    }
  return NOT_CHANGED;
}

/** The places of attributes by name. Throws a MappingError for one that the class does not have. */
function positionsOf(mapper: Mapper, attributes: readonly string[]): number[] {
  return attributes.map((key) => mapper.positions.get(key) ?? unknownAttribute(mapper, key));
}

/** Reads objects again, those of one class in one statement. See `Session.refresh()`. */
export async function refresh(session: ExpiringSession, given: readonly Entity[], options: RefreshOptions): Promise<void> {
  for (const entity of given) requireOwn(session, entity, 'refresh');
  const { attributes, relations } = options;
  const lock = readLock(options.lock);
  const all = attributes === undefined ? readAgainWith(given) : [...new Set(given)];
  const mine = all.filter((entity) => entity[SESSION] === session);
  const asked = new Set(given);
  const works = [...byMapper(mine)].map(([mapper, entities]) => {
    const positions = attributes === undefined ? null : positionsOf(mapper, attributes);
    const first = entities.some((entity) => asked.has(entity));
    return { mapper, entities, positions, requests: first ? requestsOf(mapper, positions, relations) : [] };
  });
  // What they were changed to is lost, and so must not be written by the flush that a read begins with.
  for (const { entities, positions } of works)
    for (const entity of entities) {
      if (entity[STATUS] === PENDING) session.expungePending(entity);
      else if (positions === null) discard(session, entity);
      else for (const position of positions) takeBackOne(session, entity, position);
    }
  await session.ready();
  for (const { mapper, entities, positions, requests } of works) {
    const stored = entities.filter((entity) => entity[STATUS] === PERSISTENT);
    // What this transaction wrote may be among what is read.
    for (const entity of stored) session.suspects?.add(entity);
    const columns = positions === null ? null : positions.filter((position) => position < mapper.columns.length);
    if (columns === null || columns.length > 0) {
      const gone = await readAgain(session, mapper, stored, columns, lock);
      for (const entity of gone) {
        if (asked.has(entity)) throw ormError('orm.row-gone', nameOf(entity));
        letGo(session, entity);
      }
    }
    const parents = stored.filter((entity) => asked.has(entity) && entity[SESSION] === session);
    if (parents.length > 0 && requests.length > 0) await loadRequests(session, parents, requests);
  }
}

/** What is loaded after the rows: what was asked for, the relations among the attributes, what the class always loads. */
function requestsOf(mapper: Mapper, positions: readonly number[] | null, relations: object | undefined): readonly LoadRequest[] {
  const explicit = relations === undefined ? [] : readRequests(mapper, relations);
  if (positions === null) return withDefaults(mapper, explicit);
  const named = positions.filter((position) => position >= mapper.columns.length);
  const spec = Object.fromEntries(named.map((position) => [mapper.relationKeys[position - mapper.columns.length], true]));
  return mergeRequests(readRequests(mapper, spec), explicit);
}

function discard(session: ExpiringSession, entity: Entity): void {
  takeBackOtherSides(entity);
  discardChanges(entity);
  session.dirty.delete(entity);
  session.watched.delete(entity);
}

function takeBackOne(session: ExpiringSession, entity: Entity, position: number): void {
  if (position >= entity[MAPPER].columns.length) {
    expireOne(session, entity, position);
    return;
  }
  const before = takeChange(entity, position);
  if (before !== NOT_CHANGED) entity[ROW][position] = before;
}

/** Puts the rows of today into the objects; gives those that have none. */
async function readAgain(
  session: ExpiringSession,
  mapper: Mapper,
  entities: readonly Entity[],
  positions: readonly number[] | null,
  lock: RowLock | null,
): Promise<Entity[]> {
  const keys = entities.map((entity) => storedKey(entity, entity[CHANGES]));
  const found = await readByKeys(session, mapper, keys, { positions, lock });
  return entities.filter((entity, i) => {
    const row = found.get(identityOf(keys[i]));
    if (row === undefined) return true;
    if (positions === null) replaceRow(session, entity, row);
    else {
      for (const position of positions) {
        entity[ROW][position] = row[position];
        forgetRelated(entity, mapper, position);
      }
      if (!entity[ROW].includes(undefined)) session.partial?.delete(entity);
      tellRefresh(entity);
    }
    return false;
  });
}

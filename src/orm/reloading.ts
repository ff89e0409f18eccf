import type { DriverRow } from '../dialects/base/driver.ts';
import { conjunction } from '../sql/expression.ts';
import { make, makeBind, makeSelect } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { type AttachingSession, letGo } from './attachment.ts';
import { identityOf, identityOfRow } from './identity.ts';
import type { LoadingSession } from './loader.ts';
import { byMapper, CHANGES, type Entity, type Mapper, PERSISTENT, RELATED, ROW, SESSION, STATUS } from './mapping.ts';
import { storedKey } from './persistence.ts';
import { EntityCollection } from './related.ts';
import { columnOf } from './relation-attribute.ts';

/** What reading again needs of a session. */
export interface ReloadingSession extends LoadingSession {
  readonly dirty: Set<Entity>;
  readonly watched: Set<Entity>;
}

/** Objects that one statement reads again. */
const CHUNK = 500;

/** Forgets what was changed, and what is related. */
export function forget(session: ReloadingSession, entity: Entity): void {
  entity[CHANGES] = null;
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
  const { table } = mapper;
  const keys = entities.map((entity) => storedKey(entity, entity[CHANGES]));
  const found = new Map<unknown, DriverRow>();
  const keep = (rows: readonly DriverRow[]): void => {
    for (const row of rows) found.set(identityOfRow(mapper, row), row);
  };
  if (entities.length === 1 || mapper.keyPositions.length > 1) {
    for (const values of keys) keep(await session.fetch(table, `get:${table.node.id}`, () => selectByKey(mapper), values));
  } else {
    for (let start = 0; start < keys.length; start += CHUNK) {
      const list = keys.slice(start, start + CHUNK).map(([value]) => value);
      keep(await session.fetch(table, `reload:${table.node.id}`, () => selectByKey(mapper, true), [list]));
    }
  }
  return entities.filter((entity, i) => {
    const row = found.get(identityOf(keys[i]));
    if (row === undefined) return true;
    forget(session, entity);
    entity[ROW] = row;
    session.partial?.delete(entity);
    for (const listener of mapper.listeners.get('refresh') ?? []) listener(entity);
    return false;
  });
}

/** Objects that were read after this transaction wrote hold what may have been undone: they are read again, or let go. */
export async function reloadSuspects(session: ReloadingSession & AttachingSession, suspects: ReadonlySet<Entity> | null): Promise<void> {
  const stored = [...(suspects ?? [])].filter((entity) => entity[SESSION] === session && entity[STATUS] === PERSISTENT);
  for (const [mapper, entities] of byMapper(stored)) {
    for (const gone of await reload(session, mapper, entities)) letGo(session, gone);
  }
}

/** SELECT all columns of the class by its key, or by a list of keys. */
export function selectByKey(mapper: Mapper, several = false): Node {
  const { node } = mapper.table;
  const where = mapper.keyPositions.map((position) => {
    const column = mapper.columns[position];
    if (several)
      return make('in', { operand: columnOf(node, column), list: makeBind([], column.type, { expanding: true }), negated: false });
    return make('binary', { operator: '=', left: columnOf(node, column), right: makeBind(null, column.type) });
  });
  return makeSelect({
    columns: mapper.columns.map((column) => columnOf(node, column)),
    from: [node],
    where: conjunction(where),
  });
}

import type { DriverRow, MaybePromise } from '../dialects/base/driver.ts';
import type { Result } from '../engine/result.ts';
import { type Executable, valuesOf } from '../engine/statement.ts';
import { canonicalKey } from '../sql/make.ts';
import { isKind } from '../sql/node-walk.ts';
import type { Projection } from '../sql/projection.ts';
import { Query as CoreQuery } from '../sql/query.ts';
import { ormError } from './errors.ts';
import { isA } from './hierarchy.ts';
import { identityOfRow } from './identity.ts';
import type { Populate } from './load-request.ts';
import { entityOfRow, type LoadingSession } from './loader.ts';
import { type Entity, isEntity, MAPPER, type Mapper, ROW } from './mapping.ts';

/** What reading a statement's rows as objects needs of a session. */
export interface StatementSession extends LoadingSession {
  partial: Set<Entity> | null;
  execute<R>(statement: Executable<R>, params?: Readonly<Record<string, unknown>>): Promise<Result<R>>;
  ready(): Promise<void>;
}

/**
 * The objects in the rows of a statement: a query of Core, SQL by hand, or a change that gives rows back. Its columns are told by
 * their names, those of the database or those of the attributes.
 */
export async function entitiesOfStatement(
  session: StatementSession,
  mapper: Mapper,
  statement: Executable,
  params: Readonly<Record<string, unknown>> | undefined,
  populate: Populate | null,
): Promise<Entity[]> {
  if (statement instanceof CoreQuery && params === undefined) {
    await session.ready();
    const { node, projection } = statement;
    const key = canonicalKey(node.key);
    const rows: MaybePromise<DriverRow[]> = session.fetch(mapper.table, key, () => node, valuesOf(node));
    return entitiesOf(session, mapper, namesOf(projection), await rows, populate);
  }
  const rows = (await session.execute(statement, params)).all();
  const [first] = rows;
  if (first === undefined) return [];
  if (Array.isArray(first) && first.length === 1 && isEntity(first[0]) && isA(first[0][MAPPER], mapper)) {
    return [...new Set((rows as Entity[][]).map(([entity]) => entity))];
  }
  if (Array.isArray(first) || 'projection' in (statement as object)) throw ormError('orm.bad-statement', mapper.name);
  const names = Object.keys(first as object);
  return entitiesOf(
    session,
    mapper,
    names,
    rows.map((row) => Object.values(row as object)),
    populate,
  );
}

function namesOf(projection: Projection): string[] {
  return projection.items.flatMap((item) =>
    item.entity === null ? [item.name] : item.entity.columns.map((column) => (isKind(column, 'column') ? column.name : '')),
  );
}

function entitiesOf(
  session: StatementSession,
  mapper: Mapper,
  names: readonly string[],
  rows: readonly DriverRow[],
  populate: Populate | null,
): Entity[] {
  const places = mapper.rowColumns.map((column) => {
    const place = names.indexOf(column.name);
    return place >= 0 ? place : names.indexOf(column.key);
  });
  const missing = mapper.keyPositions.filter((position) => places[position] < 0).map((position) => mapper.columns[position].name);
  if (missing.length > 0) throw ormError('orm.statement-without-key', mapper.name, missing.join(', '), names.join(', '));
  const whole = !places.includes(-1);
  const missingPlaces = places.flatMap((place, i) => (place < 0 ? [i] : []));
  const map = session.identities.of(mapper);
  const peers: Entity[] = [];
  const entities = new Set<Entity>();
  for (const row of rows) {
    const own = places.map((place) => (place < 0 ? undefined : row[place]));
    const identity = identityOfRow(mapper, own);
    if (identity === undefined) continue;
    populate?.(mapper, [own], { skipped: missingPlaces, filled: [] });
    const entity = entityOfRow(session, mapper, map, own, identity, peers);
    if (!whole && entity[ROW].includes(undefined)) {
      session.partial ??= new Set();
      session.partial.add(entity);
    }
    if (!entities.has(entity)) peers.push(entity);
    entities.add(entity);
  }
  return [...entities];
}

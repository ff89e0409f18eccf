import type { Dialect } from '../dialects/base/dialect.ts';
import type { DriverRow } from '../dialects/base/driver.ts';
import type { ColumnNode, Node } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import type { Projection } from '../sql/projection.ts';
import { chosenEntity, NOT_READ } from './column-choice.ts';
import { type ConcreteUnion, unionBehind } from './concrete-union.ts';
import { identityOfRow } from './identity.ts';
import { entityOfRow, type LoadingSession, ownRow } from './loader.ts';
import { mapperOf } from './mapper.ts';
import { type Entity, MAPPER, type Mapper } from './mapping.ts';
import { takeRow } from './taken-values.ts';

interface Part {
  readonly name: string;
  readonly start: number;
  /** Set where the item is a model class or an alias of one. */
  readonly mapper: Mapper | null;
  /** Set where it is one of several classes with tables of their own. */
  readonly union: ConcreteUnion | null;
  /** The places that the statement leaves out: `loadOnly()` and its like, where the query became a select. */
  readonly unread: ReadonlySet<number>;
  readonly keys: readonly string[] | null;
  readonly decoders: readonly (((raw: unknown) => unknown) | null)[];
}

/** Whether any item of a projection is a model class, so that its rows hold objects. */
export function hasEntities(projection: Projection): boolean {
  return projection.items.some((item) => item.entity !== null && modelOf(item.entity.entity) !== null);
}

function modelOf(entity: unknown): Mapper | null {
  const model = typeof entity === 'object' && entity !== null && '~model' in entity ? entity['~model'] : entity;
  return typeof model === 'function' && MAPPER in model ? mapperOf(model, 'select()') : null;
}

/** The rows of a statement whose items are model classes, columns and expressions. Of rows that were `written`, the session's objects take the values. */
export function readEntityRows(
  session: LoadingSession,
  dialect: Dialect,
  projection: Projection,
  rows: readonly DriverRow[],
  { query = null, written = false }: { readonly query?: Node | null; readonly written?: boolean } = {},
): unknown[] {
  let start = 0;
  const parts: Part[] = projection.items.map((item, i) => {
    const { entity } = item;
    const mapper = entity === null ? null : modelOf(entity.entity);
    // Objects decode what is read of them; other rows are made of columns.
    const columns = mapper === null && entity !== null ? (entity.columns as readonly ColumnNode[]) : null;
    const part = {
      name: item.name,
      start,
      mapper,
      union: entity === null ? null : unionBehind(entity.source),
      unread: unreadOf(query, i),
      keys: columns?.map(({ attribute }) => attribute) ?? null,
      decoders: mapper !== null ? [] : (columns ?? [item]).map(({ type }) => dialect.codec(type).decode),
    };
    for (const mapper of part.union?.parts.map((one) => one.mapper) ?? [part.mapper]) mapper?.useDialect(dialect);
    start += entity?.columns.length ?? 1;
    return part;
  });
  const peers = parts.map((): Entity[] => []);
  const object = projection.form === 'object';
  return rows.map((row) => {
    const values = parts.map((part, i) => readPart(session, part, row, peers[i], written));
    if (!object) return values;
    const result: Record<string, unknown> = {};
    parts.forEach((part, i) => {
      result[part.name] = values[i];
    });
    return result;
  });
}

/** The places of an item's columns that a query does not read, or one of several that are put together. */
function unreadOf(query: Node | null, item: number): ReadonlySet<number> {
  if (query === null) return NONE;
  if (isKind(query, 'setOperation')) return new Set(query.queries.flatMap((part) => [...unreadOf(part, item)]));
  const entity = isKind(query, 'select') ? query.columns[item] : undefined;
  if (entity === undefined || !isKind(entity, 'entity') || !entity.columns.includes(NOT_READ)) return NONE;
  return new Set(entity.columns.flatMap((column, place) => (column === NOT_READ ? [place] : [])));
}

const NONE: ReadonlySet<number> = new Set();

function readPart(session: LoadingSession, part: Part, row: DriverRow, peers: Entity[], written: boolean): unknown {
  const { mapper, union, start, keys, decoders } = part;
  if (union !== null) {
    // An outer join left it out.
    if (row[start] === null) return null;
    const { mapper: own, places, dispatch } = union.parts[Number(row[start])];
    const values = places.map((place) => row[start + place]);
    const map = session.identities.of(own);
    const identity = identityOfRow(own, values);
    const skipped = places.flatMap((place, i) => (part.unread.has(place) ? [i] : []));
    const entity =
      skipped.length > 0
        ? chosenEntity(session, own, { skipped, filled: [] })(map, values, identity, peers)
        : entityOfRow(session, own, map, values, identity, peers, dispatch);
    peers.push(entity);
    return entity;
  }
  if (mapper !== null) {
    const identity = identityOfRow(mapper, row, start);
    if (identity === undefined) return null;
    const own = row.slice(start, start + mapper.rowColumns.length);
    const map = session.identities.of(mapper);
    const known = written ? map.get(identity) : undefined;
    const entity =
      part.unread.size > 0
        ? chosenEntity(session, mapper, { skipped: [...part.unread], filled: [] })(map, own, identity, peers)
        : entityOfRow(session, mapper, map, own, identity, peers);
    if (known !== undefined) {
      takeRow(entity, ownRow(mapper, entity, own));
      session.suspects?.add(entity);
    }
    peers.push(entity);
    return entity;
  }
  const decoded = (place: number): unknown => {
    const raw = row[start + place];
    const decode = decoders[place];
    return raw === null || decode === null ? raw : decode(raw);
  };
  if (keys === null) return decoded(0);
  return Object.fromEntries(keys.map((key, place) => [key, decoded(place)]));
}

import type { Dialect } from '../dialects/base/dialect.ts';
import type { DriverRow } from '../dialects/base/driver.ts';
import type { Projection } from '../sql/projection.ts';
import { type ConcreteUnion, unionBehind } from './concrete-union.ts';
import { identityOfRow } from './identity.ts';
import { entityOfRow, type LoadingSession, ownRow } from './loader.ts';
import { mapperOf } from './mapper.ts';
import { type Entity, MAPPER, type Mapper } from './mapping.ts';
import { takeRow } from './synchronization.ts';

interface Part {
  readonly name: string;
  readonly start: number;
  /** Set where the item is a model class or an alias of one. */
  readonly mapper: Mapper | null;
  /** Set where it is one of several classes with tables of their own. */
  readonly union: ConcreteUnion | null;
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
  written = false,
): unknown[] {
  let start = 0;
  const parts: Part[] = projection.items.map((item) => {
    const columns = item.entity?.columns ?? null;
    const part = {
      name: item.name,
      start,
      mapper: item.entity === null ? null : modelOf(item.entity.entity),
      union: item.entity === null ? null : unionBehind(item.entity.source),
      keys: columns === null ? null : columns.map((column) => (column as unknown as { attribute: string }).attribute),
      decoders:
        columns === null
          ? [dialect.codec(item.type).decode]
          : columns.map((column) => dialect.codec((column as unknown as { type: Parameters<Dialect['codec']>[0] }).type).decode),
    };
    for (const mapper of part.union?.parts.map((one) => one.mapper) ?? [part.mapper]) mapper?.useDialect(dialect);
    start += columns === null ? 1 : columns.length;
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

function readPart(session: LoadingSession, part: Part, row: DriverRow, peers: Entity[], written: boolean): unknown {
  const { mapper, union, start, keys, decoders } = part;
  if (union !== null) {
    // An outer join left it out.
    if (row[start] === null) return null;
    const { mapper: own, places, dispatch } = union.parts[Number(row[start])];
    const values = places.map((place) => row[start + place]);
    const entity = entityOfRow(session, own, session.identities.of(own), values, identityOfRow(own, values), peers, dispatch);
    peers.push(entity);
    return entity;
  }
  if (mapper !== null) {
    const identity = identityOfRow(mapper, row, start);
    if (identity === undefined) return null;
    const own = row.slice(start, start + mapper.rowColumns.length);
    const map = session.identities.of(mapper);
    const known = written ? map.get(identity) : undefined;
    const entity = entityOfRow(session, mapper, map, own, identity, peers);
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

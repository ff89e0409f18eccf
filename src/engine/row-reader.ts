import type { Dialect } from '../dialects/base/dialect.ts';
import type { DriverRow } from '../dialects/base/driver.ts';
import { isKind } from '../sql/node-walk.ts';
import { type Projection, type ProjectionItem, widthOf } from '../sql/projection.ts';
import { engineError } from './errors.ts';

/** Makes the row that a caller sees of a driver's row. */
export type RowReader = (row: DriverRow) => unknown;

type Decode = ((raw: unknown) => unknown) | null;

/** A class or table among the items: its columns become one object. */
interface EntityPart {
  readonly name: string;
  readonly start: number;
  readonly keys: readonly string[];
  readonly decoders: readonly Decode[];
}
interface ValuePart {
  readonly name: string;
  readonly start: number;
  readonly decode: Decode;
}
type Part = EntityPart | ValuePart;

const readers = new WeakMap<Dialect, WeakMap<Projection, RowReader>>();

/** The reader of a projection's rows, made once for all statements that share the projection. */
export function rowReader(dialect: Dialect, projection: Projection): RowReader {
  let ofDialect = readers.get(dialect);
  if (ofDialect === undefined) {
    ofDialect = new WeakMap();
    readers.set(dialect, ofDialect);
  }
  let reader = ofDialect.get(projection);
  if (reader === undefined) {
    reader = makeReader(dialect, projection);
    ofDialect.set(projection, reader);
  }
  return reader;
}

function makeReader(dialect: Dialect, projection: Projection): RowReader {
  let start = 0;
  const parts = projection.items.map((item) => {
    const part = partOf(dialect, item, start);
    start += 'keys' in part ? part.keys.length : 1;
    return part;
  });
  if (projection.named)
    return (row) => {
      checkWidth(projection, row);
      return objectOf(parts, row);
    };
  if (projection.form === 'tuple') return (row) => parts.map((part) => read(part, row));
  return (row) => objectOf(parts, row);
}

function objectOf(parts: readonly Part[], row: DriverRow): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const part of parts) object[part.name] = read(part, row);
  return object;
}

/** Throws an EngineError where SQL by hand gives more or fewer columns than were named for it: each would be taken for another one. */
export function checkWidth(projection: Projection, row: DriverRow): void {
  const { items, named } = projection;
  if (named && row.length !== widthOf(projection))
    throw engineError(
      'engine.other-columns',
      row.length,
      items.map(({ name }) => name),
    );
}

function partOf(dialect: Dialect, item: ProjectionItem, start: number): Part {
  if (item.entity === null) return { name: item.name, start, decode: dialect.codec(item.type).decode };
  const columns = item.entity.columns.filter((column) => isKind(column, 'column'));
  return {
    name: item.name,
    start,
    keys: columns.map((column) => column.attribute),
    decoders: columns.map((column) => dialect.codec(column.type).decode),
  };
}

function decoded(raw: unknown, decode: Decode): unknown {
  return raw === null || decode === null ? raw : decode(raw);
}

function read(part: Part, row: DriverRow): unknown {
  if ('decode' in part) return decoded(row[part.start], part.decode);
  const { keys, start, decoders } = part;
  const object: Record<string, unknown> = {};
  let found = false;
  for (let i = 0; i < keys.length; i++) {
    const raw = row[start + i];
    if (raw !== null) found = true;
    object[keys[i]] = decoded(raw, decoders[i]);
  }
  // The missing side of an outer join.
  return found ? object : null;
}

/** Rows of SQL written by hand, as objects by the database's own column names. */
export function namedRows(columns: readonly string[], rows: readonly DriverRow[], decode: Decode): Record<string, unknown>[] {
  return rows.map((row) => {
    const object: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) object[columns[i]] = row[i];
    if (decode !== null && columns.length === 1) object[columns[0]] = decoded(row[0], decode);
    return object;
  });
}

import type { Dialect } from '../dialects/base/dialect.ts';
import { RecentCache } from '../dialects/base/recent-cache.ts';
import { makeColumn } from '../sql/make.ts';
import type { AliasNode, Node } from '../sql/node.ts';
import type { Table, TableColumn } from '../sql/schema.ts';

/** How rows of certain columns travel with one statement, whose text does not grow with them. */
export interface PackedRows {
  /** What the statement reads them from. */
  readonly source: AliasNode;
  /** The source's column at this place. */
  column(place: number): Node;
  /** The statement's parameters for JavaScript values, row after row; null where one of them cannot travel so. */
  pack(values: readonly unknown[]): readonly string[] | null;
}

/** Rows of one statement: enough that its round trip does not count, and memory stays bounded. */
export const PACKED_CHUNK = 1000;

const CAPACITY = 500;
const known = new WeakMap<Dialect, RecentCache<PackedRows | false>>();

/**
 * Rows that are found by `keys` and whose `columns` take values: how they are packed, or null where this many rows, or
 * values of these types, are better written one by one.
 */
export function packedRows(
  dialect: Dialect,
  table: Table,
  keys: readonly TableColumn[],
  columns: readonly TableColumn[],
  count: number,
): PackedRows | null {
  const { rowSource } = dialect;
  if (rowSource === undefined || count < rowSource.from) return null;
  let cache = known.get(dialect);
  if (cache === undefined) {
    cache = new RecentCache(CAPACITY);
    known.set(dialect, cache);
  }
  const name = `${table.node.id}:${names(keys)}:${names(columns)}`;
  let packed = cache.get(name);
  if (packed === undefined) {
    packed = describeRows(dialect, table, keys, columns) ?? false;
    cache.set(name, packed);
  }
  return packed === false ? null : packed;
}

function names(columns: readonly TableColumn[]): string {
  return columns.map((column) => column.name).join();
}

function describeRows(dialect: Dialect, table: Table, keys: readonly TableColumn[], columns: readonly TableColumn[]): PackedRows | null {
  const { rowSource } = dialect;
  const all = [...keys, ...columns];
  const source = rowSource?.source(
    all.map((column) => column.type),
    keys.length,
  );
  if (rowSource === undefined || source === null || source === undefined) return null;
  // Errors name a value's place as they do where it is a parameter of its own.
  const places = all.map((column, i) => (i < keys.length ? `The value for ${table.name}.${column.key}` : `${table.name}.${column.name}`));
  const binds = all.map((column, i) => {
    const codec = dialect.codec(column.type);
    return i < keys.length ? codec.bind : (codec.store ?? codec.bind);
  });
  const nodes = all.map((column, i) => makeColumn(source, `c${i}`, `c${i}`, column.type));
  const width = all.length;
  return {
    source,
    column: (place) => nodes[place],
    pack: (values) => {
      const encoded: unknown[] = [];
      for (let start = 0; start < values.length; start += width)
        for (let i = 0; i < width; i++) {
          const value = values[start + i];
          encoded.push(value === null ? null : binds[i](value, places[i]));
        }
      return rowSource.encode(encoded, width);
    },
  };
}

import type { Dialect } from '../dialects/base/dialect.ts';
import { RecentCache } from '../dialects/base/recent-cache.ts';
import { makeColumn } from '../sql/make.ts';
import type { AliasNode, Node } from '../sql/node.ts';
import type { SqlType } from '../sql/type.ts';

/** How up to so many rows of certain columns travel with one statement. */
export interface PackedRows {
  /** Tells the statement from those for other numbers of rows. */
  readonly name: string;
  /** The rows that one statement takes. */
  readonly size: number;
  /** What the statement reads them from. */
  readonly source: AliasNode;
  /** The source's column at this place. */
  column(place: number): Node;
  /** The statement's parameters for JavaScript values, row after row; null where one of them cannot travel so. */
  pack(values: readonly unknown[]): readonly unknown[] | null;
}

/** What is known of a column whose values are packed. */
export interface PackedColumn {
  readonly name: string;
  /** Its name in errors where rows are found by it. */
  readonly key: string;
  readonly type: SqlType;
}

/** The table of the rows. */
interface PackedTable {
  readonly name: string;
  readonly node: { readonly id: string };
}

/** Rows of one statement: enough that its round trip does not count, and memory stays bounded. */
export const PACKED_CHUNK = 1000;

/** How many rows a statement takes whose text grows with them: few numbers, so that few are prepared. */
function sizeFor(count: number, width: number, maxParameters: number): number {
  let size = 2 ** Math.ceil(Math.log2(Math.min(count, PACKED_CHUNK)));
  while (size > 1 && size * width > maxParameters) size /= 2;
  return size;
}

const CAPACITY = 500;
const known = new WeakMap<Dialect, RecentCache<PackedRows | false>>();

/**
 * Rows that are found by `keys` and whose `columns` take values: how they are packed, or null where this many rows, or
 * values of these types, are better written one by one. They take up to `size` rows.
 */
export function packedRows(
  dialect: Dialect,
  table: PackedTable,
  keys: readonly PackedColumn[],
  columns: readonly PackedColumn[],
  count: number,
): PackedRows | null {
  const { rowSource } = dialect;
  if (rowSource === undefined || count < rowSource.from) return null;
  let cache = known.get(dialect);
  if (cache === undefined) {
    cache = new RecentCache(CAPACITY);
    known.set(dialect, cache);
  }
  const size = rowSource.grows ? sizeFor(count, keys.length + columns.length, dialect.capabilities.maxParameters) : PACKED_CHUNK;
  const name = `${table.node.id}:${names(keys)}:${names(columns)}:${size}`;
  let packed = cache.get(name);
  if (packed === undefined) {
    packed = describeRows(dialect, table, keys, columns, size) ?? false;
    cache.set(name, packed);
  }
  return packed === false ? null : packed;
}

function names(columns: readonly PackedColumn[]): string {
  return columns.map((column) => column.name).join();
}

function describeRows(
  dialect: Dialect,
  table: PackedTable,
  keys: readonly PackedColumn[],
  columns: readonly PackedColumn[],
  size: number,
): PackedRows | null {
  const { rowSource } = dialect;
  const all = [...keys, ...columns];
  // SQL around a parameter has no place around a value of a list.
  if (all.some(({ type }) => (type.custom?.bindExpression ?? null) !== null)) return null;
  const source = rowSource?.source(
    all.map((column) => column.type),
    keys.length,
    size,
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
    name: rowSource.grows ? `rows${size}` : 'rows',
    size,
    source,
    column: (place) => nodes[place],
    pack: (values) => {
      const encoded: unknown[] = [];
      for (let start = 0; start < values.length; start += width)
        for (let i = 0; i < width; i++) {
          const value = values[start + i];
          encoded.push(value === null ? null : binds[i](value, places[i]));
        }
      // A row whose key is NULL finds none.
      if (rowSource.grows) while (encoded.length < size * width) encoded.push(null);
      return rowSource.encode(encoded, width);
    },
  };
}

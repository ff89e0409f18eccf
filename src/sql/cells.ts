import type { Column, ColumnValue } from './column.ts';
import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { makeBind } from './make.ts';
import type { Node } from './node.ts';
import type { ExpressionLike, Input } from './operand.ts';
import { type Shape, type Source, sourceOf, type Table, type TableColumn } from './schema.ts';
import { storedNode } from './stored-value.ts';

/** The shape behind a table or model class. */
export type ShapeOf<X> = X extends { readonly '~shape'?: infer S } ? NonNullable<S> : Shape;

/** The columns that may be written: not those that the database works out. */
export type ColumnKeys<S> = {
  [K in keyof S]: S[K] extends Column ? (S[K] extends { readonly '~computed': true } ? never : K) : never;
}[keyof S];
type RequiredKeys<S> = {
  [K in keyof S]: S[K] extends { readonly kind: 'column'; readonly '~default': infer D } ? (D extends true ? never : K) : never;
}[keyof S];
type CellInput<C> = InputOf<ColumnValue<C>> | ExpressionLike<ColumnValue<C> | null>;
type InputOf<V> = V extends null ? null : Input<V>;

/** One row to insert: columns without a default must be there. */
export type InsertRow<S> = { [K in RequiredKeys<S>]: CellInput<S[K]> } & {
  [K in Exclude<ColumnKeys<S>, RequiredKeys<S>>]?: CellInput<S[K]>;
};

/** Values to set, of some columns. */
export type UpdateValues<S> = { [K in ColumnKeys<S>]?: CellInput<S[K]> };

/** The value of one column in a row. */
export interface Cell {
  readonly column: TableColumn;
  readonly value: unknown;
}

/** A row's values by column, in the table's order, with defaults for the columns that it leaves out. */
export function cellsOf(
  table: Table,
  row: Readonly<Record<string, unknown>>,
  where: string,
  defaultOf: (column: TableColumn) => TableColumn['default'],
): Cell[] {
  if (typeof row !== 'object' || row === null) throw sqlError('sql.bad-argument', where, 'objects by attribute name', describe(row));
  for (const key of Object.keys(row)) {
    if (table.column(key).computed !== null) throw sqlError('sql.computed-column', table.name, key);
    if (row[key] === undefined) throw sqlError('sql.undefined-value', `${where}, at '${key}',`);
  }
  const cells: Cell[] = [];
  for (const column of table.columns) {
    if (Object.hasOwn(row, column.key)) cells.push({ column, value: row[column.key] });
    else {
      const given = defaultOf(column);
      if (given !== null) cells.push({ column, value: defaultValue(given) });
    }
  }
  return cells;
}

/**
 * Reads the values of rows that name the same columns in the same order as one before, whose cells these are: most rows of an
 * insert. It gives null for any other row, which `cellsOf` has to look at. Null where defaults are made for each row.
 */
export function rowReader(
  first: Readonly<Record<string, unknown>>,
  cells: readonly Cell[],
): ((row: Readonly<Record<string, unknown>>) => unknown[] | null) | null {
  const keys = Object.keys(first);
  if (keys.length === 0) return null;
  const sources = cells.map(({ column }) => (keys.includes(column.key) ? column.key : null));
  if (cells.some(({ column }, i) => sources[i] === null && (column.default === null || 'make' in column.default))) return null;
  return (row) => {
    // Only of a plain object are the keys that a loop gives its own.
    if (typeof row !== 'object' || row === null || Object.getPrototypeOf(row) !== Object.prototype) return null;
    let count = 0;
    for (const key in row) if (key !== keys[count++]) return null;
    if (count !== keys.length) return null;
    const values: unknown[] = [];
    for (let i = 0; i < sources.length; i++) {
      const key = sources[i];
      const value = key === null ? cells[i].value : row[key];
      if (value === undefined || value instanceof Expression) return null;
      values.push(value);
    }
    return values;
  };
}

/** The value of a default, made anew where it is a function. */
export function defaultValue(given: NonNullable<TableColumn['default']>): unknown {
  return 'make' in given ? given.make() : given.value;
}

/** The parameter or expression of a cell. */
export function cellNode({ column, value }: Cell): Node {
  return value instanceof Expression ? storedNode(value, column) : makeBind(value, column.type);
}

/** A source whose rows may be changed. Throws an ArgumentError for a view that is for reading. */
export function writableSource(target: Source, where: string): Source['~source'] {
  const source = sourceOf(target, where);
  if ('readOnly' in source && source.readOnly === true) throw sqlError('sql.read-only-view', source.name);
  return source;
}

/** The table of an insert, a merge or a truncate. */
export function tableOf(target: Source, where: string): Table {
  const source = writableSource(target, where);
  if (source.table === null || source.node.kind !== 'table')
    throw sqlError('sql.bad-argument', where, 'a table or a model class', `'${source.name}'`);
  return source.table;
}

import type { Column, ColumnValue } from './column.ts';
import { describe, sqlError } from './errors.ts';
import { conditions, Expression, type ExpressionLike, type Input, type QueryLike } from './expression.ts';
import { make, makeAlias, makeBind, makeColumn } from './make.ts';
import { type InsertNode, isKind, type Node } from './node.ts';
import { type ColumnAttribute, type Shape, type Source, sourceOf, type Table, type TableColumn } from './schema.ts';
import { type Projection, project, type SelectRow } from './select.ts';

/** The shape behind a table or model class. */
export type ShapeOf<X> = X extends { readonly '~shape'?: infer S } ? NonNullable<S> : Shape;

/** The columns that may be written: not those that the database works out. */
type ColumnKeys<S> = { [K in keyof S]: S[K] extends Column ? (S[K] extends { readonly '~computed': true } ? never : K) : never }[keyof S];
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

/** Rows of one form: a statement for one row, and each row's values for its first parameters. */
export interface InsertBatch {
  readonly node: InsertNode;
  /** Null where the rows come from a select. */
  readonly rows: readonly (readonly unknown[])[] | null;
}

interface State {
  readonly table: Table;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly from: { readonly columns: readonly string[]; readonly query: QueryLike } | null;
  readonly conflict: {
    readonly target: readonly string[];
    readonly set: Readonly<Record<string, unknown>> | null;
    readonly where: Node | null;
  } | null;
  readonly projection: Projection | null;
}

/**
 * An INSERT. Immutable; a session or connection runs it. SQLAlchemy: `Insert`.
 *
 * @typeParam S the table's shape
 * @typeParam R the row that `returning()` gives
 */
export class Insert<S = Shape, R = never> {
  declare readonly '~row': R;
  readonly #state: State;
  constructor(state: State) {
    this.#state = state;
  }
  get table(): Table {
    return this.#state.table;
  }
  get projection(): Projection | null {
    return this.#state.projection;
  }
  #with(change: Partial<State>): Insert<S, R> {
    return new Insert<S, R>({ ...this.#state, ...change });
  }

  /** The row or rows to insert, by attribute name. A key that is no column, or an undefined value, is an error. */
  values(rows: InsertRow<S> | readonly InsertRow<S>[]): Insert<S, R> {
    const list = (Array.isArray(rows) ? rows : [rows]) as readonly Record<string, unknown>[];
    if (list.length === 0) throw sqlError('sql.no-values', 'insert', this.#state.table.name);
    return this.#with({ rows: [...this.#state.rows, ...list] });
  }
  /** The rows that a select gives, for these attributes in this order. SQLAlchemy: `from_select()`. */
  fromSelect(columns: readonly (ColumnKeys<S> & string)[], query: QueryLike): Insert<S, R> {
    return this.#with({ from: { columns, query } });
  }
  /** A row that is already there (by these columns, or by any unique key) is left as it is. SQLAlchemy: `on_conflict_do_nothing()`. */
  onConflictDoNothing(target: readonly ExpressionLike[] = []): Insert<S, R> {
    return this.#with({ conflict: { target: target.map(columnName), set: null, where: null } });
  }
  /**
   * A row that is already there is updated; `excluded(column)` is the value that was to be inserted. SQLAlchemy: `on_conflict_do_update()`.
   * @example insertInto(Tag).values({ name, slug }).onConflictDoUpdate({ target: [Tag.c.name], set: { slug: excluded(Tag.c.slug) } })
   */
  onConflictDoUpdate(options: {
    target: readonly ExpressionLike[];
    set: UpdateValues<S>;
    where?: ExpressionLike<boolean | null>;
  }): Insert<S, R> {
    const set = options.set as Record<string, unknown>;
    if (Object.keys(set).length === 0) throw sqlError('sql.no-values', 'onConflictDoUpdate()', this.#state.table.name);
    const where = 'where' in options ? conditions([options.where], 'onConflictDoUpdate({ where })')[0] : null;
    const conflict = { target: options.target.map(columnName), set, where };
    return this.#with({ conflict });
  }
  /** Gives back columns of the rows that were written. */
  returning<const X extends readonly unknown[]>(...items: X): Insert<S, SelectRow<X>> {
    return new Insert<S, SelectRow<X>>({ ...this.#state, projection: project(items, 'returning()') });
  }

  /** The rows grouped by form, with the defaults of this moment filled in; runs of equal form stay together and in order. */
  batches(): InsertBatch[] {
    const { table, rows, from, projection } = this.#state;
    const returning = projection === null ? [] : projection.items.map((item) => item.node);
    const conflict = this.#conflictNode();
    if (from !== null) {
      const given = from.columns.map((key) => table.column(key));
      const { node: query } = from.query;
      const width = isKind(query, 'select')
        ? query.columns.reduce((sum, c) => sum + (isKind(c, 'entity') ? c.columns.length : 1), 0)
        : given.length;
      if (given.length === 0) throw sqlError('sql.no-values', 'insert', table.name);
      if (width !== given.length)
        throw sqlError('sql.bad-argument', 'fromSelect()', `a select of ${given.length} columns`, `one of ${width}`);
      const columns = given.map((column) => column.name);
      return [{ node: make('insert', { table: table.node, columns, values: [], query, conflict, returning }), rows: null }];
    }
    if (rows.length === 0) throw sqlError('sql.no-values', 'insert', table.name);
    const batches: { key: string; node: InsertNode; rows: unknown[][] }[] = [];
    for (const row of rows) {
      const cells = cellsOf(table, row, `insertInto(${table.name})`, (column) => column.default);
      const values = cells.map(({ column, value }) => (value instanceof Expression ? value.node : makeBind(value, column.type)));
      const key = cells.map(({ column }, i) => `${column.position}=${values[i].key}`).join();
      const last = batches[batches.length - 1];
      const plain = cells.filter(({ value }) => !(value instanceof Expression)).map(({ value }) => value);
      const mixed = plain.length < cells.length;
      if (last?.key === key && !mixed) last.rows.push(plain);
      else {
        const columns = cells.map(({ column }) => column.name);
        const node = make('insert', { table: table.node, columns, values, query: null, conflict, returning });
        // With expressions among them the binds are the node's own, in place.
        batches.push({ key, node, rows: mixed ? [node.binds.slice(0, bindCount(values)).map((b) => b.value)] : [plain] });
      }
    }
    return batches;
  }

  #conflictNode(): Node | null {
    const { conflict, table } = this.#state;
    if (conflict === null) return null;
    const cells = conflict.set === null ? [] : cellsOf(table, conflict.set, 'onConflictDoUpdate()', (column) => column.onUpdate);
    return make('conflict', {
      target: conflict.target,
      columns: cells.map(({ column }) => column.name),
      values: cells.map(({ column, value }) => (value instanceof Expression ? value.node : makeBind(value, column.type))),
      where: conflict.where,
    });
  }
}

function bindCount(nodes: readonly Node[]): number {
  return nodes.reduce((sum, node) => sum + node.binds.length, 0);
}

function columnName(expression: ExpressionLike): string {
  if (expression === undefined) throw sqlError('sql.undefined-value', 'onConflict…()');
  const { node } = expression;
  if (node === undefined || !isKind(node, 'column'))
    throw sqlError('sql.bad-argument', 'onConflict…()', 'columns as its target', describe(expression));
  return node.name;
}

/** A row's values by column, in the table's order, with defaults for the columns that it leaves out. */
export function cellsOf(
  table: Table,
  row: Readonly<Record<string, unknown>>,
  where: string,
  defaultOf: (column: TableColumn) => TableColumn['default'],
): { column: TableColumn; value: unknown }[] {
  if (typeof row !== 'object' || row === null) throw sqlError('sql.bad-argument', where, 'objects by attribute name', describe(row));
  for (const key of Object.keys(row)) {
    if (table.column(key).computed !== null) throw sqlError('sql.computed-column', table.name, key);
    if (row[key] === undefined) throw sqlError('sql.undefined-value', `${where}, at '${key}',`);
  }
  const cells: { column: TableColumn; value: unknown }[] = [];
  for (const column of table.columns) {
    if (Object.hasOwn(row, column.key)) cells.push({ column, value: row[column.key] });
    else {
      const given = defaultOf(column);
      if (given !== null) cells.push({ column, value: 'make' in given ? given.make() : given.value });
    }
  }
  return cells;
}

/**
 * Begins an INSERT into a table or model. SQLAlchemy: `insert()`.
 * @example await db.session.execute(insertInto(Tag).values([{ name: 'new', slug: 'new' }]).onConflictDoNothing())
 */
export function insertInto<X extends Source>(target: X): Insert<ShapeOf<X>> {
  return new Insert<ShapeOf<X>>({ table: tableOf(target, 'insertInto()'), rows: [], from: null, conflict: null, projection: null });
}

/** The table of a DML statement. */
export function tableOf(target: Source, where: string): Table {
  const source = sourceOf(target, where);
  if ('readOnly' in source && source.readOnly === true) throw sqlError('sql.read-only-view', source.name);
  if (source.table === null || source.node.kind !== 'table')
    throw sqlError('sql.bad-argument', where, 'a table or a model class', `'${source.name}'`);
  return source.table;
}

const EXCLUDED = makeAlias(make('star', {}), 'excluded');

/** In an upsert, the value that was to be inserted. SQLAlchemy: `insert.excluded`. */
export function excluded<V>(column: ColumnAttribute<V>): Expression<V> {
  return new Expression<V>(makeColumn(EXCLUDED, column.node.name, column.node.attribute, column.type), column.type);
}

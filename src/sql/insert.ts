import { type Cell, type ColumnKeys, cellNode, cellsOf, defaultValue, type InsertRow, rowReader, type ShapeOf, tableOf } from './cells.ts';
import { type Conflict, type ConflictSet, type ConflictTarget, conflictNode, readSet, readTarget } from './conflict.ts';
import { type Cte, type CteBody, type CteOptions, makeCteOf } from './cte.ts';
import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { hint } from './hint.ts';
import { makeAlias, makeBind, makeColumn, makeInsert, makeSelect } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { conditions, type ExpressionLike, isQuery, type QueryLike } from './operand.ts';
import { checkOrder, columnNames, columnTypes, type Output, outputsOf, type Projection, project, type SelectRow } from './projection.ts';
import { Query } from './query.ts';
import type { Shape, Source, Table, TableColumn } from './schema.ts';
import type { InsertNode } from './statement-nodes.ts';
import { checkEncrypted, convertedNode, isConverted } from './stored-value.ts';

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
  readonly conflict: Conflict | null;
  readonly instead: InsertNode['instead'];
  readonly overriding: InsertNode['overriding'];
  readonly prefixes: readonly Node[];
  readonly ctes: readonly Node[];
  readonly projection: Projection | null;
}

/**
 * An INSERT. Immutable; a session or connection runs it. SQLAlchemy: `Insert`.
 *
 * @typeParam S the table's shape
 * @typeParam R the row that `returning()` gives
 */
export class Insert<S = Shape, R = never> implements CteBody<R> {
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
  /** Whether it says what to insert. */
  get isEmpty(): boolean {
    return this.#state.rows.length === 0 && this.#state.from === null;
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
  /** One row of which every column takes its default. */
  defaultValues(): Insert<S, R> {
    return this.#with({ rows: [...this.#state.rows, {}] });
  }
  /**
   * The rows that a query gives, for these attributes in this order. Columns that are not among them take their defaults,
   * worked out once. SQLAlchemy: `from_select()`.
   */
  fromSelect(columns: readonly (ColumnKeys<S> & string)[], query: QueryLike): Insert<S, R> {
    if (query === undefined) throw sqlError('sql.undefined-value', 'fromSelect()');
    if (!isQuery(query)) throw sqlError('sql.bad-argument', 'fromSelect()', 'a query', describe(query));
    return this.#with({ from: { columns, query } });
  }
  /**
   * A row that is already there (by this unique key, or by any) is left as it is. SQLAlchemy: `on_conflict_do_nothing()`.
   * @param target the key's columns, or `{ target, constraint, targetWhere }`
   */
  onConflictDoNothing(target: readonly ExpressionLike[] | ConflictTarget = []): Insert<S, R> {
    const options = Array.isArray(target) ? { target } : (target as ConflictTarget);
    const read = readTarget(options, this.#state.table, 'onConflictDoNothing()');
    return this.#with({ conflict: { target: read, set: null, where: null, duplicateKey: false } });
  }
  /**
   * A row that is already there is updated; `excluded(column)`, or the columns that the function gets, are the values that
   * were to be inserted. SQLAlchemy: `on_conflict_do_update()`.
   * @example insertInto(Tag).values({ name, slug }).onConflictDoUpdate({ target: [Tag.c.name], set: { slug: excluded(Tag.c.slug) } })
   * @example insertInto(Tag).values(rows).onConflictDoUpdate({ target: Tag.c.name, set: (excluded) => ({ slug: excluded.slug }) })
   */
  onConflictDoUpdate(options: ConflictTarget & { set: ConflictSet<S>; where?: ExpressionLike<boolean | null> }): Insert<S, R> {
    const name = 'onConflictDoUpdate()';
    const target = readTarget(options, this.#state.table, name);
    if (options.target === undefined && options.constraint === undefined)
      throw sqlError('sql.bad-argument', name, 'a target or a constraint', 'neither');
    const set = readSet(options.set, this.#state.table, name);
    const where = 'where' in options ? conditions([options.where], 'onConflictDoUpdate({ where })')[0] : null;
    return this.#with({ conflict: { target, set, where, duplicateKey: false } });
  }
  /** On MySQL: a row of which any unique key is there is updated. SQLAlchemy: `on_duplicate_key_update()`. */
  onDuplicateKeyUpdate(set: ConflictSet<S>): Insert<S, R> {
    const { table } = this.#state;
    const values = readSet(set, table, 'onDuplicateKeyUpdate()');
    return this.#with({ conflict: { target: readTarget({}, table, ''), set: values, where: null, duplicateKey: true } });
  }
  /** Rows whose key is there are deleted first: `INSERT OR REPLACE` (SQLite), `REPLACE` (MySQL). SQLAlchemy: `prefix_with('OR REPLACE')`. */
  orReplace(): Insert<S, R> {
    return this.#with({ instead: 'replace' });
  }
  /** Rows that cannot be inserted are left out: `INSERT OR IGNORE` (SQLite), `INSERT IGNORE` (MySQL). SQLAlchemy: `prefix_with('IGNORE')`. */
  orIgnore(): Insert<S, R> {
    return this.#with({ instead: 'ignore' });
  }
  /**
   * Values given for columns of `identity({ always: true })` are stored: `OVERRIDING SYSTEM VALUE` in PostgreSQL, whose numbers they
   * take the place of. Elsewhere a value that is given always is.
   * @example insertInto(Invoice).overridingSystemValue().values({ id: 1000, total })
   */
  overridingSystemValue(): Insert<S, R> {
    return this.#with({ overriding: 'system' });
  }
  /**
   * Values given for identity columns are left aside, and the database numbers the rows: `OVERRIDING USER VALUE`, for copies of rows
   * with keys of their own. PostgreSQL; elsewhere leave the column out.
   * @example insertInto(Archive).overridingUserValue().fromSelect(['id', 'total'], select(Invoice.c.id, Invoice.c.total))
   */
  overridingUserValue(): Insert<S, R> {
    return this.#with({ overriding: 'user' });
  }
  /** Words after INSERT, for one dialect or for all. SQLAlchemy: `prefix_with()`. */
  prefixWith(text: ExpressionLike, options: { readonly dialect?: string } = {}): Insert<S, R> {
    return this.#with({ prefixes: [...this.#state.prefixes, hint(text, null, options, 'prefixWith()')] });
  }
  /** Common table expressions that it does not read: those that change other rows (PostgreSQL). SQLAlchemy: `add_cte()`. */
  addCte(...ctes: readonly Cte[]): Insert<S, R> {
    return this.#with({ ctes: [...this.#state.ctes, ...ctes.map((one) => one.node)] });
  }
  /** Gives back columns of the rows that were written. */
  returning<const X extends readonly unknown[]>(...items: X): Insert<S, SelectRow<X>> {
    return new Insert<S, SelectRow<X>>({ ...this.#state, projection: project(items, 'returning()') });
  }
  /** The rows that it gives back as a common table expression (PostgreSQL). */
  cte<N extends string = '~cte'>(name?: N, options: CteOptions = {}): Cte<R, N> {
    return makeCteOf(name, this, options);
  }
  '~derive'(): { readonly node: Node; readonly outputs: readonly Output[] } {
    const outputs = this.projection === null ? [] : outputsOf(this.projection);
    return { node: makeInsert({ ...this.build(), returning: outputs.map((output) => output.node) }), outputs };
  }

  /** The rows grouped by form, with the defaults of this moment filled in; runs of equal form stay together and in order. */
  batches(): InsertBatch[] {
    const { table, rows, from } = this.#state;
    const clauses = this.#clauses();
    if (from !== null) return [{ node: makeInsert({ ...clauses, ...rowsOfQuery(table, from.columns, from.query) }), rows: null }];
    if (rows.length === 0) throw sqlError('sql.no-values', 'insert', table.name);
    const batches: { cells: readonly Cell[] | null; node: InsertNode; rows: unknown[][] }[] = [];
    let read: ReturnType<typeof rowReader> = null;
    for (const row of rows) {
      const alike = read?.(row) ?? null;
      if (alike !== null) {
        batches[batches.length - 1].rows.push(alike);
        continue;
      }
      const cells = this.#cells(row);
      const last = batches[batches.length - 1];
      const mixed = cells.some(({ value }) => value instanceof Expression);
      // Most rows are like the one before.
      if (!mixed && last !== undefined && last.cells !== null && sameColumns(cells, last.cells)) {
        last.rows.push(cells.map(({ value }) => value));
        continue;
      }
      const values = cells.map(cellNode);
      const columns = cells.map(({ column }) => column.name);
      const node = makeInsert({ ...clauses, columns, values });
      // With expressions among them the binds are the node's own, in place.
      const own = mixed ? node.binds.slice(0, bindCount(values)).map((bind) => bind.value) : cells.map(({ value }) => value);
      batches.push({ cells: mixed ? null : cells, node, rows: [own] });
      read = mixed ? null : rowReader(row, cells);
    }
    return batches;
  }

  /** One statement for all rows, as a CTE needs it. Throws an ArgumentError where rows differ in a column without a default. */
  build(): InsertNode {
    const { table, rows, from } = this.#state;
    if (from !== null || rows.length < 2) return this.batches()[0].node;
    const lists = rows.map((row) => this.#cells(row));
    const columns = table.columns.filter((column) => lists.some((cells) => cells.some((cell) => cell.column === column)));
    const values = lists.flatMap((cells) =>
      columns.map((column) => {
        const cell = cells.find((one) => one.column === column);
        if (cell === undefined) throw sqlError('sql.no-default', table.name, column.key);
        return cellNode(cell);
      }),
    );
    return makeInsert({ ...this.#clauses(), columns: columns.map((column) => column.name), values });
  }

  #cells(row: Readonly<Record<string, unknown>>): Cell[] {
    return cellsOf(this.table, row, `insertInto(${this.table.name})`, (column) => column.default);
  }

  #clauses(): Pick<InsertNode, 'table' | 'conflict' | 'returning' | 'instead' | 'overriding' | 'prefixes' | 'ctes'> {
    const { table, conflict, instead, overriding, prefixes, ctes, projection } = this.#state;
    const returning = projection === null ? [] : projection.items.map((item) => item.node);
    const rows = conflict === null ? null : conflictNode(conflict, table);
    return { table: table.node, conflict: rows, returning, instead, overriding, prefixes, ctes };
  }
}

function sameColumns(a: readonly Cell[], b: readonly Cell[]): boolean {
  return a.length === b.length && a.every(({ column }, i) => column === b[i].column);
}

function bindCount(nodes: readonly Node[]): number {
  return nodes.reduce((sum, node) => sum + node.binds.length, 0);
}

/** The columns and the query of an insert from a select, with the defaults of the columns that it leaves out. */
function rowsOfQuery(table: Table, keys: readonly string[], query: QueryLike): { columns: string[]; query: Node } {
  const given = keys.map((key) => table.column(key));
  const { node } = query;
  const width = isKind(node, 'select')
    ? node.columns.reduce((sum, c) => sum + (isKind(c, 'entity') ? c.columns.length : 1), 0)
    : query instanceof Query
      ? query.projection.items.length
      : given.length;
  if (given.length === 0) throw sqlError('sql.no-values', 'fromSelect()', table.name);
  if (width !== given.length) throw sqlError('sql.bad-argument', 'fromSelect()', `a select of ${given.length} columns`, `one of ${width}`);
  if (query instanceof Query && query.projection.form === 'object') checkOrder(keys, columnNames(query.projection), 'fromSelect()');
  const types = query instanceof Query ? columnTypes(query.projection) : [];
  for (const [i, type] of types.entries()) checkEncrypted(given[i], type);
  const rest = table.columns.filter((column) => column.default !== null && !given.includes(column));
  const stored = (own: readonly Node[]): Node[] =>
    own.map((column, i) => (i < types.length ? convertedNode(column, types[i], given[i].type) : column));
  const columns = [...given, ...rest].map((column) => column.name);
  if (isKind(node, 'select') && !node.distinct && node.modifiers === null && node.groupBy.length === 0) {
    const own = node.columns.flatMap((column) => (isKind(column, 'entity') ? column.columns : [column]));
    return { columns, query: makeSelect({ ...node, columns: [...stored(own), ...rest.map(defaultNode)] }) };
  }
  const asItIs = rest.length === 0 && types.every((type, i) => !isConverted(type, given[i].type));
  if (asItIs || !(query instanceof Query)) return { columns: given.map((column) => column.name), query: node };
  const { node: derived, outputs } = query['~derive']();
  const source = makeAlias(derived, null);
  const own = outputs.map(({ name, key, type }) => makeColumn(source, name, key, type));
  return { columns, query: makeSelect({ columns: [...stored(own), ...rest.map(defaultNode)], from: [source] }) };
}

function defaultNode(column: TableColumn): Node {
  const value = defaultValue(column.default as NonNullable<TableColumn['default']>);
  return value instanceof Expression ? value.node : makeBind(value, column.type);
}

/**
 * Begins an INSERT into a table or model. SQLAlchemy: `insert()`.
 * @example await db.session.execute(insertInto(Tag).values([{ name: 'new', slug: 'new' }]).onConflictDoNothing())
 */
export function insertInto<X extends Source>(target: X): Insert<ShapeOf<X>> {
  const table = tableOf(target, 'insertInto()');
  const nothing = { rows: [], from: null, conflict: null, instead: null, overriding: null, prefixes: [], ctes: [], projection: null };
  return new Insert<ShapeOf<X>>({ table, ...nothing });
}

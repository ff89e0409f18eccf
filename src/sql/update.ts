import { type Cell, type ColumnKeys, cellNode, cellsOf, defaultValue, type ShapeOf, type UpdateValues } from './cells.ts';
import type { ColumnValue } from './column.ts';
import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import type { FromItem } from './from-item.ts';
import { changeSelect, make, makeUpdate } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { conjunction } from './operand.ts';
import { type Output, project, type SelectRow, widthOf } from './projection.ts';
import type { Query } from './query.ts';
import { beginChange, RowChange, type RowChangeState } from './row-change.ts';
import type { Shape, Source } from './schema.ts';
import type { UpdateNode } from './statement-nodes.ts';
import { convertedNode } from './stored-value.ts';

interface State extends RowChangeState {
  readonly set: Readonly<Record<string, unknown>>;
  /** The values are set in the order in which they were said, not in the table's. */
  readonly ordered: boolean;
  /** How many selects give several columns at once. */
  readonly rows: number;
}

/** A row of one select for these columns. */
type RowFor<S, K extends readonly (keyof S)[]> = { -readonly [I in keyof K]: ColumnValue<S[K[I]]> | null };

/** An UPDATE. Immutable; a session or connection runs it. SQLAlchemy: `Update`. */
export class Update<S = Shape, R = never> extends RowChange<State, R> {
  declare readonly '~shape'?: S;

  /** The values to set, by attribute name; expressions may use the row's own columns. SQLAlchemy: `values()`. */
  set(values: UpdateValues<S>): Update<S, R> {
    if (values === undefined) throw sqlError('sql.undefined-value', 'set()');
    const set = { ...this.state.set, ...values };
    if (Object.keys(set).length === 0) throw sqlError('sql.no-values', 'update', this.table.name);
    return this.with({ set });
  }
  /**
   * Several columns that take the columns of one select, which gives one row: `(a, b) = (SELECT …)`. They are NULL where it
   * gives none. SQLAlchemy: `values({ tuple_(a, b): select })`.
   *
   * @example update(User).setRow(['posts', 'views'], select(func.count(), func.sum(Post.c.views)).where(Post.c.userId.eq(User.c.id)))
   * @throws ArgumentError for what is no select, or one of another width
   */
  setRow<const K extends readonly (ColumnKeys<S> & string)[]>(columns: K, query: Query<RowFor<S, K>>): Update<S, R> {
    const { node } = query ?? {};
    if (node === undefined || !isKind(node, 'select')) throw sqlError('sql.bad-argument', 'setRow()', 'a select', describe(query));
    if (columns.length === 0) throw sqlError('sql.no-values', 'update', this.table.name);
    if (query.projection.items.length !== columns.length || query.projection.items.some((item) => item.entity !== null))
      throw sqlError('sql.bad-argument', 'setRow()', `a select of ${columns.length} columns`, `one of ${widthOf(query.projection)}`);
    const { rows: row } = this.state;
    const types = query.projection.items.map((item) => item.type);
    const stored = node.columns.map((column, i) => convertedNode(column, types[i], this.table.column(columns[i]).type));
    const one = changeSelect(node, { columns: stored });
    const fields = columns.map((key, place) => [key, new Expression(make('rowField', { query: one, place, row }), types[place])]);
    return this.with({ set: { ...this.state.set, ...Object.fromEntries(fields) }, rows: row + 1 });
  }
  /** The values to set in this order, where the database takes the order into account (MySQL). SQLAlchemy: `ordered_values()`. */
  orderedValues<K extends ColumnKeys<S> & string>(...pairs: readonly (readonly [K, UpdateValues<S>[K]])[]): Update<S, R> {
    if (pairs.length === 0) throw sqlError('sql.no-values', 'update', this.table.name);
    return this.with({ set: Object.fromEntries(pairs), ordered: true });
  }
  /**
   * Other sources whose columns the values and conditions use. Sources that these name come in by themselves.
   * SQLAlchemy: an UPDATE of several tables.
   * @example update(Post).set({ title: User.c.username }).from(User).where(Post.c.userId.eq(User.c.id))
   */
  from(...sources: FromItem[]): Update<S, R> {
    return this.addSources(sources, 'from()');
  }
  /** Gives back columns of the rows that were changed. */
  returning<const X extends readonly unknown[]>(...items: X): Update<S, SelectRow<X>> {
    return new Update<S, SelectRow<X>>({ ...this.state, projection: project(items, 'returning()') });
  }
  /** The same with the `onUpdate` values of this moment among those that it sets, so that whoever looks at it twice finds them once. */
  '~settled'(): this {
    const { table, set } = this.state;
    const made = table.columns.filter(({ key, onUpdate }) => onUpdate !== null && 'make' in onUpdate && !Object.hasOwn(set, key));
    if (made.length === 0) return this;
    return this.with({ set: { ...set, ...Object.fromEntries(made.map(({ key, onUpdate }) => [key, defaultValue(onUpdate as never)])) } });
  }
  /** The statement, with the `onUpdate` values of this moment. */
  build(): UpdateNode {
    return this.#node(this.returned());
  }
  '~derive'(): { readonly node: Node; readonly outputs: readonly Output[] } {
    const outputs = this.outputs();
    return { node: this.#node(outputs.map((output) => output.node)), outputs };
  }

  #node(returning: readonly Node[]): UpdateNode {
    const { table, target, set, told, where, orderBy, limit, ctes } = this.state;
    if (Object.keys(set).length === 0) throw sqlError('sql.no-values', 'update', table.name);
    this.checkRestricted('update');
    this.#checkRows();
    const cells = this.#inOrder(cellsOf(table, set, `update(${table.name})`, (column) => column.onUpdate));
    const columns = cells.map(({ column }) => column.name);
    const values = cells.map(cellNode);
    return makeUpdate({
      table: target,
      columns,
      values,
      from: this.allSources([...values, ...where]),
      where: conjunction([...where, ...told]),
      orderBy,
      limit,
      returning,
      ctes,
    });
  }
  /** A select gives all its columns or none. */
  #checkRows(): void {
    const fields = Object.values(this.state.set).flatMap((value) => {
      const node = value instanceof Expression ? value.node : null;
      return node !== null && isKind(node, 'rowField') ? [node] : [];
    });
    for (const { row, query } of fields)
      if (isKind(query, 'select') && fields.filter((other) => other.row === row).length !== query.columns.length)
        throw sqlError('sql.bad-argument', 'setRow()', 'columns that nothing else sets', 'one that is set again');
  }
  #inOrder(cells: Cell[]): Cell[] {
    if (!this.state.ordered) return cells;
    const keys = Object.keys(this.state.set);
    const place = (cell: Cell): number => {
      const at = keys.indexOf(cell.column.key);
      return at < 0 ? keys.length : at;
    };
    return cells.sort((a, b) => place(a) - place(b));
  }
}

/**
 * Begins an UPDATE of a table, a model or an alias of one. It needs a condition, or `{ all: true }`. SQLAlchemy: `update()`.
 * @example await db.session.execute(update(Product).set({ stock: Product.c.stock.minus(1) }).where(Product.c.id.eq(5)))
 */
export function update<X extends Source>(target: X, options: { all?: boolean } = {}): Update<ShapeOf<X>> {
  return new Update<ShapeOf<X>>({ ...beginChange(target, options.all === true, 'update()'), set: {}, ordered: false, rows: 0 });
}

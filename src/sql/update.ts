import { type Cell, type ColumnKeys, cellNode, cellsOf, type ShapeOf, type UpdateValues } from './cells.ts';
import { sqlError } from './errors.ts';
import { conjunction } from './expression.ts';
import type { FromItem } from './from-item.ts';
import { makeUpdate } from './make.ts';
import type { Node } from './node.ts';
import { type Output, project, type SelectRow } from './projection.ts';
import { beginChange, RowChange, type RowChangeState } from './row-change.ts';
import type { Shape, Source } from './schema.ts';
import type { UpdateNode } from './statement-nodes.ts';

interface State extends RowChangeState {
  readonly set: Readonly<Record<string, unknown>>;
  /** The values are set in the order in which they were said, not in the table's. */
  readonly ordered: boolean;
}

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
  /** The statement, with the `onUpdate` values of this moment. */
  build(): UpdateNode {
    return this.#node(this.returned());
  }
  '~derive'(): { readonly node: Node; readonly outputs: readonly Output[] } {
    const outputs = this.outputs();
    return { node: this.#node(outputs.map((output) => output.node)), outputs };
  }

  #node(returning: readonly Node[]): UpdateNode {
    const { table, target, set, where, orderBy, limit } = this.state;
    if (Object.keys(set).length === 0) throw sqlError('sql.no-values', 'update', table.name);
    this.checkRestricted('update');
    const cells = this.#inOrder(cellsOf(table, set, `update(${table.name})`, (column) => column.onUpdate));
    const columns = cells.map(({ column }) => column.name);
    const values = cells.map(cellNode);
    return makeUpdate({
      table: target,
      columns,
      values,
      from: this.allSources([...values, ...where]),
      where: conjunction(where),
      orderBy,
      limit,
      returning,
    });
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
  return new Update<ShapeOf<X>>({ ...beginChange(target, options.all === true, 'update()'), set: {}, ordered: false });
}

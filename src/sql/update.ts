import { sqlError } from './errors.ts';
import { conditions, conjunction, Expression, type ExpressionLike, isTrue } from './expression.ts';
import { cellsOf, type ShapeOf, tableOf, type UpdateValues } from './insert.ts';
import { make, makeBind } from './make.ts';
import type { DeleteNode, Node, UpdateNode } from './node.ts';
import type { Shape, Source, Table } from './schema.ts';
import { type Projection, project, type SelectRow } from './select.ts';

interface State {
  readonly table: Table;
  readonly set: Readonly<Record<string, unknown>>;
  readonly where: readonly Node[];
  readonly all: boolean;
  readonly projection: Projection | null;
}

/** An UPDATE. Immutable; a session or connection runs it. SQLAlchemy: `Update`. */
export class Update<S = Shape, R = never> {
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
  /** The values to set, by attribute name; expressions may use the row's own columns. SQLAlchemy: `values()`. */
  set(values: UpdateValues<S>): Update<S, R> {
    if (values === undefined) throw sqlError('sql.undefined-value', 'set()');
    const set = { ...this.#state.set, ...values };
    if (Object.keys(set).length === 0) throw sqlError('sql.no-values', 'update', this.#state.table.name);
    return new Update<S, R>({ ...this.#state, set });
  }
  /** Adds conditions; all must hold. */
  where(...list: (ExpressionLike<boolean | null> | boolean)[]): Update<S, R> {
    return new Update<S, R>({ ...this.#state, where: [...this.#state.where, ...conditions(list, 'where()')] });
  }
  /** Gives back columns of the rows that were changed. */
  returning<const X extends readonly unknown[]>(...items: X): Update<S, SelectRow<X>> {
    return new Update<S, SelectRow<X>>({ ...this.#state, projection: project(items, 'returning()') });
  }
  /** The statement, with the `onUpdate` values of this moment. */
  build(): UpdateNode {
    const { table, set, where, all, projection } = this.#state;
    if (Object.keys(set).length === 0) throw sqlError('sql.no-values', 'update', table.name);
    if (where.every(isTrue) && !all) throw sqlError('sql.whole-table', 'update', table.name);
    const cells = cellsOf(table, set, `update(${table.name})`, (column) => column.onUpdate);
    return make('update', {
      table: table.node,
      columns: cells.map(({ column }) => column.name),
      values: cells.map(({ column, value }) => (value instanceof Expression ? value.node : makeBind(value, column.type))),
      from: [],
      where: conjunction(where),
      returning: projection === null ? [] : projection.items.map((item) => item.node),
    });
  }
}

/** A DELETE. Immutable; a session or connection runs it. SQLAlchemy: `Delete`. */
export class Delete<S = Shape, R = never> {
  declare readonly '~row': R;
  declare readonly '~shape': S;
  readonly #state: Omit<State, 'set'>;
  constructor(state: Omit<State, 'set'>) {
    this.#state = state;
  }
  get table(): Table {
    return this.#state.table;
  }
  get projection(): Projection | null {
    return this.#state.projection;
  }
  /** Adds conditions; all must hold. */
  where(...list: (ExpressionLike<boolean | null> | boolean)[]): Delete<S, R> {
    return new Delete<S, R>({ ...this.#state, where: [...this.#state.where, ...conditions(list, 'where()')] });
  }
  /** Gives back columns of the rows that were deleted. */
  returning<const X extends readonly unknown[]>(...items: X): Delete<S, SelectRow<X>> {
    return new Delete<S, SelectRow<X>>({ ...this.#state, projection: project(items, 'returning()') });
  }
  build(): DeleteNode {
    const { table, where, all, projection } = this.#state;
    if (where.every(isTrue) && !all) throw sqlError('sql.whole-table', 'delete', table.name);
    const returning = projection === null ? [] : projection.items.map((item) => item.node);
    return make('delete', { table: table.node, where: conjunction(where), returning });
  }
}

/**
 * Begins an UPDATE of a table or model. It needs a condition, or `{ all: true }`. SQLAlchemy: `update()`.
 * @example await db.session.execute(update(Product).set({ stock: Product.c.stock.minus(1) }).where(Product.c.id.eq(5)))
 */
export function update<X extends Source>(target: X, options: { all?: boolean } = {}): Update<ShapeOf<X>> {
  return new Update<ShapeOf<X>>({ table: tableOf(target, 'update()'), set: {}, where: [], all: options.all === true, projection: null });
}

/**
 * Begins a DELETE from a table or model. It needs a condition, or `{ all: true }`. SQLAlchemy: `delete()`.
 * @example await db.session.execute(deleteFrom(Review).where(Review.c.approved.eq(false)))
 */
export function deleteFrom<X extends Source>(target: X, options: { all?: boolean } = {}): Delete<ShapeOf<X>> {
  return new Delete<ShapeOf<X>>({ table: tableOf(target, 'deleteFrom()'), where: [], all: options.all === true, projection: null });
}

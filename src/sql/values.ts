import type { ColumnValue } from './column.ts';
import { describe, sqlError } from './errors.ts';
import { make, makeAlias, makeColumn, makeSelect } from './make.ts';
import type { Node } from './node.ts';
import { type ExpressionLike, operand } from './operand.ts';
import { type Output, projectColumns } from './projection.ts';
import { Query } from './query.ts';
import type { ValuesNode } from './statement-nodes.ts';
import { type ColumnTypes, type NamedColumn, namedColumns } from './text-query.ts';

/** The rows that columns of these types give. */
export type ColumnsRow<C> = { readonly [K in keyof C]: ColumnValue<C[K]> };
type Cell<C> = ColumnValue<C> | ExpressionLike<ColumnValue<C>> | null;
type RowValues<C> = { readonly [K in keyof C]: Cell<C[K]> } | readonly Cell<C[keyof C]>[];

/** Rows that are written in the statement itself. SQLAlchemy: `Values`. */
export class Values<R> extends Query<R> {
  readonly node: ValuesNode;
  readonly #columns: readonly NamedColumn[];
  constructor(columns: readonly NamedColumn[], rows: readonly Node[]) {
    super(projectColumns(columns));
    this.#columns = columns;
    this.node = make('values', { columns: columns.map(({ name }) => name), types: columns.map(({ type }) => type), rows });
  }
  override '~derive'(): { readonly node: Node; readonly outputs: readonly Output[]; readonly columns: readonly string[] } {
    const outputs = this.#columns.map((column) => ({ ...column, node: this.node }));
    return { node: this.node, outputs, columns: this.node.columns };
  }
  /** Databases name the columns of bare VALUES each in a way of its own. */
  override '~part'(): Node {
    const source = makeAlias(this.node, null);
    return makeSelect({ columns: this.#columns.map(({ name, key, type }) => makeColumn(source, name, key, type)), from: [source] });
  }
}

/**
 * Rows written in the statement: a source for joins and CTEs, a list for `in()`, or a query of its own. Each row is an
 * object, or a list in the columns' order. SQLAlchemy: `values()`.
 *
 * @example const rates = values({ code: t.string(), rate: t.double() }, [['EUR', 1], { code: 'USD', rate: 1.08 }]).as('rates');
 *   select(Order.c.total.times(rates.c.rate)).join(rates, rates.c.code.eq(Order.c.currency))
 */
export function values<const C extends ColumnTypes>(columns: C, rows: readonly RowValues<C>[]): Values<ColumnsRow<C>> {
  const list = namedColumns(columns, 'values()');
  if (!Array.isArray(rows) || rows.length === 0)
    throw sqlError('sql.bad-argument', 'values()', 'one or more rows', Array.isArray(rows) ? 'none' : describe(rows));
  const lists = rows.map((row: unknown, i) => make('list', { items: cells(row, list, `values(), in row ${i + 1},`) }));
  return new Values<ColumnsRow<C>>(list, lists);
}

function cells(row: unknown, columns: readonly NamedColumn[], where: string): Node[] {
  if (typeof row !== 'object' || row === null) throw sqlError('sql.bad-argument', where, 'an object or a list', describe(row));
  if (Array.isArray(row)) {
    if (row.length !== columns.length) throw sqlError('sql.bad-argument', where, `${columns.length} values`, String(row.length));
    return columns.map(({ type }, i) => operand(row[i], type, where));
  }
  const object = row as Record<string, unknown>;
  const unknown = Object.keys(object).find((key) => columns.every((column) => column.key !== key));
  if (unknown !== undefined) throw sqlError('sql.unknown-column', 'values()', unknown, columns.map(({ key }) => key).join(', '));
  return columns.map(({ key, type }) => operand(object[key], type, `${where} at '${key}',`));
}

import { describe, sqlError } from './errors.ts';
import { make, makeAlias } from './make.ts';
import type { Node } from './node.ts';
import { type ExpressionLike, operand } from './operand.ts';
import { expressionNode } from './order.ts';
import { derivedSource, type SourceRow, type Subquery } from './projection.ts';
import { ColumnAttribute, type Source, sourceOf } from './schema.ts';
import { type ColumnTypes, namedColumns } from './text-query.ts';
import { DOUBLE, INTEGER } from './type.ts';
import type { ColumnsRow } from './values.ts';

/** A sample of a table, with its columns. SQLAlchemy: `TableSample`. */
export interface TableSample<X> extends Source {
  readonly c: X extends { readonly c: infer C } ? C : never;
  readonly '~row': SourceRow<X>;
}

/**
 * A random part of a table's rows, where the database samples. SQLAlchemy: `tablesample()`.
 *
 * @param percent how many of the rows, from 0 to 100
 * @param options `method`: 'bernoulli' looks at each row, 'system' at blocks; `seed` gives the same rows again
 * @example select(func.avg(tableSample(Post, 10).c.views))
 */
export function tableSample<X extends Source>(
  source: X,
  percent: number | ExpressionLike<number>,
  options: { readonly method?: 'bernoulli' | 'system'; readonly seed?: number; readonly name?: string } = {},
): TableSample<X> {
  const { node, name, columns, table } = sourceOf(source, 'tableSample()');
  if (table === null || node.kind !== 'table') throw sqlError('sql.bad-argument', 'tableSample()', 'a table or a model class', `'${name}'`);
  const fields = {
    source: node,
    method: options.method ?? 'system',
    percent: operand(percent, DOUBLE, 'tableSample()'),
    seed: options.seed === undefined ? null : operand(options.seed, INTEGER, 'tableSample({ seed })'),
  };
  const sample = makeAlias(make('tableSample', fields), options.name ?? null);
  const own = columns.map((c) => new ColumnAttribute(sample, c.node.name, c.key, c.type, c.column));
  const c = Object.fromEntries(own.map((column) => [column.key, column]));
  return { c, '~source': { node: sample, name: options.name ?? name, columns: own, table: null } } as unknown as TableSample<X>;
}

/**
 * A function that gives rows, in the place of a table. SQLAlchemy: `func.name(…).table_valued()`.
 *
 * @param call the function
 * @param columns its columns and their types, as the function names them
 * @param options `rename`: the database is told the columns' names (PostgreSQL; SQLAlchemy: `render_derived()`);
 *   `ordinality`: the last of the columns is the row's number; `name`: the alias
 * @example const words = tableFunction(func.jsonEach(Post.c.meta), { key: t.string(), value: t.string() }, { name: 'words' });
 */
export function tableFunction<const C extends ColumnTypes, N extends string = '~function'>(
  call: ExpressionLike,
  columns: C,
  options: { readonly name?: N; readonly rename?: boolean; readonly ordinality?: boolean } = {},
): Subquery<ColumnsRow<C>, N> {
  const node: Node = expressionNode(call, 'tableFunction()');
  if (node.kind !== 'function' && node.kind !== 'raw')
    throw sqlError('sql.bad-argument', 'tableFunction()', 'a call such as func.jsonEach(…)', describe(call));
  const list = namedColumns(columns, 'tableFunction()');
  const ordinality = options.ordinality === true;
  const names = options.rename === true || ordinality ? list.map((column) => column.name) : [];
  const alias = makeAlias(make('tableFunction', { call: node, columns: names, ordinality }), options.name ?? null);
  return derivedSource(alias, options.name ?? 'function', list) as unknown as Subquery<ColumnsRow<C>, N>;
}

import { type Cell, cellNode, cellsOf, type UpdateValues } from './cells.ts';
import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { make, makeAlias, makeColumn } from './make.ts';
import type { AliasNode, Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { conditions, type ExpressionLike } from './operand.ts';
import { ColumnAttribute, type Columns, type Table } from './schema.ts';
import type { ConflictNode } from './statement-nodes.ts';

/** Which unique key a conflict is about. */
export interface ConflictTarget {
  /** The columns or expressions of the unique key or index. */
  readonly target?: ExpressionLike | readonly ExpressionLike[];
  /** The name of the constraint, in their place. SQLAlchemy: `constraint=`. */
  readonly constraint?: string;
  /** The condition of a partial unique index. SQLAlchemy: `index_where=`. */
  readonly targetWhere?: ExpressionLike<boolean | null>;
}

/** The values to set; a function gets the columns of the row that was to be inserted. */
export type ConflictSet<S> = UpdateValues<S> | ((excluded: Columns<S>) => UpdateValues<S>);

/** What an insert says of rows that are there already. */
export interface Conflict {
  readonly target: Pick<ConflictNode, 'target' | 'expressions' | 'constraint' | 'targetWhere'>;
  readonly set: Readonly<Record<string, unknown>> | null;
  readonly where: Node | null;
  readonly duplicateKey: boolean;
}

export function readTarget(options: ConflictTarget, table: Table, where: string): Conflict['target'] {
  const { constraint = null } = options;
  const given = options.target === undefined ? [] : Array.isArray(options.target) ? options.target : [options.target];
  const items = (given as readonly unknown[]).map((item) => targetNode(item, where));
  if (constraint !== null && items.length > 0) throw sqlError('sql.bad-argument', where, 'either a target or a constraint', 'both');
  const targetWhere = 'targetWhere' in options ? conditions([options.targetWhere], `${where}, at 'targetWhere',`)[0] : null;
  // The constraint's columns, for databases that know conflicts by columns only.
  const known = [table.primaryKey, ...table.uniques].find((key) => constraint !== null && key?.name === constraint);
  const target = known?.columns.map((column) => column.name) ?? [];
  const columns = items.flatMap((node) => (isKind(node, 'column') ? [node.name] : []));
  return { target: [...target, ...columns], expressions: items.filter((node) => !isKind(node, 'column')), constraint, targetWhere };
}

function targetNode(item: unknown, where: string): Node {
  if (item === undefined) throw sqlError('sql.undefined-value', where);
  if (!(item instanceof Expression)) throw sqlError('sql.bad-argument', where, 'columns as its target', describe(item));
  return item.node;
}

/** The values that a set gives, the function already called. */
export function readSet<S>(set: ConflictSet<S>, table: Table, where: string): Readonly<Record<string, unknown>> {
  const values = (typeof set === 'function' ? set(excludedColumns(table)) : set) as Record<string, unknown>;
  if (values === undefined) throw sqlError('sql.undefined-value', where);
  if (Object.keys(values).length === 0) throw sqlError('sql.no-values', where, table.name);
  return values;
}

/** The node of a conflict, with the `onUpdate` values of this moment. */
export function conflictNode(conflict: Conflict, table: Table): ConflictNode {
  const where = conflict.duplicateKey ? 'onDuplicateKeyUpdate()' : 'onConflictDoUpdate()';
  const cells: Cell[] = conflict.set === null ? [] : cellsOf(table, conflict.set, where, (column) => column.onUpdate);
  return make('conflict', {
    ...conflict.target,
    columns: cells.map(({ column }) => column.name),
    values: cells.map(cellNode),
    where: conflict.where,
    duplicateKey: conflict.duplicateKey,
  });
}

/** The row that was to be inserted, as a source. MySQL writes its columns as `VALUES(column)`. */
export const EXCLUDED: AliasNode = makeAlias(make('star', {}), 'excluded');

/**
 * In an upsert, the value that was to be inserted. SQLAlchemy: `insert.excluded`.
 * @example insertInto(Tag).values(row).onConflictDoUpdate({ target: [Tag.c.name], set: { slug: excluded(Tag.c.slug) } })
 */
export function excluded<V>(column: ColumnAttribute<V>): Expression<V> {
  return new Expression<V>(makeColumn(EXCLUDED, column.node.name, column.node.attribute, column.type), column.type);
}

function excludedColumns<S>(table: Table): Columns<S> {
  const columns = table.columns.map((column) => new ColumnAttribute(EXCLUDED, column.name, column.key, column.type, column));
  return Object.fromEntries(columns.map((column) => [column.key, column])) as unknown as Columns<S>;
}

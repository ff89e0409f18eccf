import { make } from '../../sql/make.ts';
import type { Node, SourceNode } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { tableBehind } from '../../sql/schema.ts';
import type { ConflictNode } from '../../sql/statement-nodes.ts';
import { isWhole, type SqlType } from '../../sql/type.ts';
import { storedType } from '../base/type-names.ts';

/**
 * SQLite stores whatever a calculation gives. Other databases round it to the digits of the column, and so does this: it
 * puts a cast around each value of an INSERT or UPDATE that may have more.
 */
export function withStoredValues(statement: Node): Node {
  if (isKind(statement, 'update')) {
    const values = storedIn(statement.table, statement.columns, statement.values);
    return values === statement.values ? statement : ({ ...(statement as Node), values } as Node);
  }
  if (!isKind(statement, 'insert')) return statement;
  const { table, columns, values, query, conflict } = statement;
  return {
    ...(statement as Node),
    values: storedRows(table, columns, values),
    query: query === null ? null : storedQuery(table, columns, query),
    conflict: conflict === null ? null : storedConflict(table, conflict as ConflictNode),
  } as Node;
}

function storedConflict(table: SourceNode, conflict: ConflictNode): ConflictNode {
  return { ...conflict, values: storedIn(table, conflict.columns, conflict.values) };
}

/** The values of one row after another. */
function storedRows(table: SourceNode, columns: readonly string[], values: readonly Node[]): readonly Node[] {
  if (values.every(isExactlyStored)) return values;
  return storedIn(
    table,
    values.map((_, i) => columns[i % columns.length]),
    values,
  );
}

function storedQuery(table: SourceNode, names: readonly string[], query: Node): Node {
  // What is distinct, or put together with others, is so before it is rounded.
  if (!isKind(query, 'select') || query.distinct) return query;
  const columns = query.columns.flatMap((column) => (isKind(column, 'entity') ? column.columns : [column]));
  return { ...(query as Node), columns: storedIn(table, names, columns) } as Node;
}

function storedIn(table: SourceNode, names: readonly string[], values: readonly Node[]): readonly Node[] {
  const columns = tableBehind(table)?.columns ?? [];
  let changed = false;
  const stored = values.map((value, i) => {
    if (isExactlyStored(value)) return value;
    const type = columns.find((column) => column.name === names[i])?.type;
    if (type === undefined || !mayHaveMore(value, storedType(type, 'sqlite'))) return value;
    changed = true;
    return make('cast', { operand: value, type });
  });
  return changed ? stored : values;
}

/** A value was rounded where it was sent. */
function isExactlyStored(value: Node): boolean {
  return isKind(value, 'bind') || isKind(value, 'constant') || isKind(value, 'rowField') || isKind(value, 'nextValue');
}

/** Whether a value may have more digits after the point than a column of this type. */
function mayHaveMore(value: Node, to: SqlType): boolean {
  if (to.name !== 'numeric' || to.scale === undefined || to.scale === 0) return false;
  if (isKind(value, 'label')) return mayHaveMore(value.operand, to);
  if (!isKind(value, 'column') && !isKind(value, 'cast') && !isKind(value, 'bind')) return true;
  const from = storedType(value.type, 'sqlite');
  return !isWhole(from) && !(from.name === 'numeric' && from.scale !== undefined && from.scale <= to.scale);
}

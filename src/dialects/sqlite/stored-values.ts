import { make } from '../../sql/make.ts';
import type { Node, SourceNode } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { tableBehind } from '../../sql/schema.ts';
import type { ConflictNode } from '../../sql/statement-nodes.ts';
import { isWhole, type SqlType } from '../../sql/type.ts';
import { storedType } from '../base/type-names.ts';

/**
 * SQLite stores whatever a calculation gives. Other databases round it to the digits of the column and refuse what has more of them
 * before the point, and so does this: it puts a cast and a test around each value of an INSERT or UPDATE that may need them.
 */
export function withStoredValues(statement: Node): Node {
  if (isKind(statement, 'update')) {
    const values = storedIn(statement.table, statement.columns, statement.values);
    return values === statement.values ? statement : ({ ...(statement as Node), values } as Node);
  }
  if (!isKind(statement, 'insert')) return statement;
  const { table, columns, values, query, conflict } = statement;
  const stored = {
    values: storedRows(table, columns, values),
    query: query === null ? null : storedQuery(table, columns, query),
    conflict: conflict === null ? null : storedConflict(table, conflict as ConflictNode),
  };
  const same = stored.values === values && stored.query === query && stored.conflict === conflict;
  return same ? statement : ({ ...(statement as Node), ...stored } as Node);
}

function storedConflict(table: SourceNode, conflict: ConflictNode): ConflictNode {
  const values = storedIn(table, conflict.columns, conflict.values);
  return values === conflict.values ? conflict : { ...conflict, values };
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
  const stored = storedIn(table, names, columns);
  return stored === columns ? query : ({ ...(query as Node), columns: stored } as Node);
}

function storedIn(table: SourceNode, names: readonly string[], values: readonly Node[]): readonly Node[] {
  const columns = tableBehind(table)?.columns ?? [];
  let changed = false;
  const stored = values.map((value, i) => {
    if (isExactlyStored(value)) return value;
    const column = columns.find((one) => one.name === names[i]);
    if (column === undefined) return value;
    const type = storedType(column.type, 'sqlite');
    const rounded = mayHaveMore(value, type) ? make('cast', { operand: value, type: column.type }) : value;
    const kept = mayBeGreater(value, type) ? bounded(rounded, type, `${tableBehind(table)?.name}.${column.key}`) : rounded;
    changed ||= kept !== value;
    return kept;
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

/** How many digits whole numbers have at most. */
const WHOLE_DIGITS: Readonly<Record<string, number>> = { smallInteger: 5, integer: 10, bigInteger: 19 };

/** Whether a value may have more digits before the point than a column of this type. */
function mayBeGreater(value: Node, to: SqlType): boolean {
  if (to.name !== 'numeric' || to.precision === undefined) return false;
  // A cast of SQLite's takes any number of digits.
  if (isKind(value, 'label') || isKind(value, 'cast')) return mayBeGreater(value.operand, to);
  if (!isKind(value, 'column')) return true;
  const from = storedType(value.type, 'sqlite');
  const digits = from.name === 'numeric' && from.precision !== undefined ? from.precision - (from.scale ?? 0) : WHOLE_DIGITS[from.name];
  return digits === undefined || digits > to.precision - (to.scale ?? 0);
}

/** What the error begins with by which such a value is refused: SQLite raises one of its own where it is asked for a bad path. */
export const OVERFLOW = 'numeric overflow: ';

function bounded(value: Node, { precision = 0, scale = 0 }: SqlType, column: string): Node {
  const digits = precision - scale;
  const message = `${OVERFLOW}${column} takes at most ${digits} digits before the point, and what was worked out has more`;
  const args = [value, make('raw', { pieces: [`1${'0'.repeat(digits)}`], items: [] }), make('textLiteral', { text: message })];
  return make('function', { name: BOUNDED, args, distinct: false, orderBy: [], filter: null });
}

/** The value, or an error where it is too great. Named as what exact numbers are made of, which it gives where it takes them. */
export const BOUNDED = 'athanor_decimal_bounded';

import { sqlError } from './errors.ts';
import type { Expression } from './expression.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { besideType } from './operand.ts';
import type { TableColumn } from './schema.ts';
import { isWhole, type SqlType } from './type.ts';

const CALENDAR: ReadonlySet<string> = new Set(['date', 'time', 'dateTime']);
const NUMBERS: ReadonlySet<string> = new Set(['numeric', 'float', 'double']);
/** Digits from which some databases have no number for a decimal, and keep it in another form. */
const WIDE = 15;

function isWide({ name, precision = 0 }: SqlType): boolean {
  return name === 'numeric' && precision > WIDE;
}

/** Whether a value of one type is another one where it is stored in a column of the other: not all databases convert it. */
function needsCast(from: SqlType, to: SqlType): boolean {
  if (CALENDAR.has(from.name) && CALENDAR.has(to.name)) return from.name !== to.name;
  const isNumber = (type: SqlType): boolean => NUMBERS.has(type.name) || isWhole(type);
  return isNumber(from) && isNumber(to) && isWide(from) !== isWide(to);
}

/** Throws an ArgumentError where an expression of this type would be stored in an encrypted column as it is. */
export function checkEncrypted({ table, key, type }: TableColumn, from: SqlType): void {
  // SQL by hand is its writer's affair; nothing is as good as encrypted.
  if (type.name !== 'encrypted' || from.key === type.key || from.name === 'unknown' || from.name === 'null') return;
  throw sqlError('sql.not-encrypted', table.name, key);
}

/** The node of an expression that is stored in a column. */
export function storedNode(value: Expression<unknown>, column: TableColumn): Node {
  checkEncrypted(column, value.type);
  // One column of a select that gives several stands as it is.
  if (isKind(value.node, 'rowField')) return value.node;
  const node = besideType(value, column.type);
  return !isKind(node, 'constant') && needsCast(value.type, column.type) ? make('cast', { operand: node, type: column.type }) : node;
}

import { sqlError } from './errors.ts';
import type { Expression } from './expression.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { besideType } from './operand.ts';
import type { TableColumn } from './schema.ts';
import { isTextual, isWhole, isWideNumeric, type SqlType, TEXT } from './type.ts';

const CALENDAR: ReadonlySet<string> = new Set(['date', 'time', 'dateTime']);
const FRACTIONS: ReadonlySet<string> = new Set(['numeric', 'float', 'double']);

/** What a value of one type has to become to be stored as one of the other, as not all databases do by themselves; null for nothing. */
function targetType(from: SqlType, to: SqlType): SqlType | null {
  if (CALENDAR.has(from.name) && CALENDAR.has(to.name)) return from.name === to.name ? null : to;
  // As text of any length, so that one that is too long is an error and is not cut.
  if (isTextual(to)) return isWideNumeric(from) || from.name === 'interval' ? TEXT : null;
  const fraction = FRACTIONS.has(from.name);
  if (!(fraction || isWhole(from)) || !(FRACTIONS.has(to.name) || isWhole(to))) return null;
  if (isWideNumeric(from) !== isWideNumeric(to)) return to;
  return fraction && from.scale !== 0 && (isWhole(to) || to.scale === 0) ? to : null;
}

/** Whether a value of one type is another one where it is stored in a column of the other. */
export function isConverted(from: SqlType, to: SqlType): boolean {
  return targetType(from, to) !== null;
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
  return convertedNode(besideType(value, column.type), value.type, column.type);
}

/** The node of a value of one type that is stored in a column of another. */
export function convertedNode(node: Node, from: SqlType, to: SqlType): Node {
  const type = isKind(node, 'constant') ? null : targetType(from, to);
  return type === null ? node : make('cast', { operand: node, type });
}

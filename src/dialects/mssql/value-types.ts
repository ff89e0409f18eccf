import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { isTextual, type SqlType } from '../../sql/type.ts';
import { typeOfNode as typeIn } from '../base/node-types.ts';
import { storedType } from '../base/type-names.ts';

const TEXT_FUNCTIONS = new Set([
  'lower',
  'upper',
  'trim',
  'ltrim',
  'rtrim',
  'replace',
  'substring',
  'concat',
  'string_agg',
  'left',
  'right',
  'lpad',
  'rpad',
  'repeat',
  'reverse',
]);

/** The type that a node's value has in SQL Server, as far as its expression tells; null where it does not. */
export function typeOfNode(node: Node): SqlType | null {
  return typeIn(node, 'mssql');
}

/** Whether the value is text, which `+` joins. */
export function isText(node: Node): boolean {
  if (isKind(node, 'label') || isKind(node, 'collate')) return isText(node.operand);
  if (isKind(node, 'binary') && node.operator === '||') return true;
  if (isKind(node, 'function') && TEXT_FUNCTIONS.has(node.name)) return true;
  const type = typeOfNode(node);
  return type !== null && isTextual(type);
}

/** Digits that the driver's numbers hold exactly. */
const EXACT_DIGITS = 15;

/** Whether values of the type may have more digits than the driver's numbers hold. */
export function isLongType(type: SqlType): boolean {
  const { name, precision, asNumber } = storedType(type, 'mssql');
  return name === 'numeric' && !asNumber && (precision === undefined || precision > EXACT_DIGITS);
}

/** Whether the value may have more digits than the driver's numbers hold, so that it has to come as text. */
export function isLongDecimal(node: Node): boolean {
  const type = typeOfNode(node);
  if (type?.name !== 'numeric' || type.asNumber) return false;
  const plain = isKind(node, 'label') ? node.operand : node;
  return !(isKind(plain, 'column') || isKind(plain, 'cast')) || isLongType(type);
}

import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { BIG_INTEGER, BOOLEAN, DOUBLE, INTEGER, isTextual, NUMERIC, type SqlType, TEXT } from '../../sql/type.ts';
import { storedType } from '../base/type-names.ts';

/** Functions whose value is of their first argument's type. */
const AS_ARGUMENT = new Set([
  'sum',
  'min',
  'max',
  'coalesce',
  'nullif',
  'abs',
  'lag',
  'lead',
  'first_value',
  'last_value',
  'greatest',
  'least',
]);

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

const JSON_SCALARS = { text: TEXT, integer: INTEGER, number: DOUBLE, numeric: NUMERIC, boolean: BOOLEAN } as const;

/** The type that a node's value has in the database, as far as its expression tells; null where it does not. */
export function typeOfNode(node: Node): SqlType | null {
  if (isKind(node, 'column') || isKind(node, 'cast') || isKind(node, 'bind') || isKind(node, 'tryCast'))
    return storedType(node.type, 'mssql');
  if (isKind(node, 'label') || isKind(node, 'collate') || isKind(node, 'order')) return typeOfNode(node.operand);
  if (isKind(node, 'unary') || isKind(node, 'distinct') || isKind(node, 'bitwiseNot')) return typeOfNode(node.operand);
  if (isKind(node, 'bitwise')) return BIG_INTEGER;
  if (isKind(node, 'division')) return node.domain === 'numeric' ? widest(typeOfNode(node.left), typeOfNode(node.right)) : null;
  if (isKind(node, 'jsonScalar')) return JSON_SCALARS[node.as];
  if (isKind(node, 'withinGroup')) return typeOfNode(node.call);
  if (isKind(node, 'over')) return typeOfNode(node.call);
  if (isKind(node, 'function')) return AS_ARGUMENT.has(node.name) && node.args.length > 0 ? typeOfNode(node.args[0]) : null;
  if (isKind(node, 'case') || isKind(node, 'caseOf'))
    return firstType([...node.thens, ...(node.otherwise === null ? [] : [node.otherwise])]);
  if (isKind(node, 'binary')) return widest(typeOfNode(node.left), typeOfNode(node.right));
  if (isKind(node, 'scalar')) return typeOfNode(node.query);
  if (isKind(node, 'select')) return node.columns.length === 1 ? typeOfNode(node.columns[0]) : null;
  if (isKind(node, 'setOperation')) return typeOfNode(node.queries[0]);
  return null;
}

function firstType(nodes: readonly Node[]): SqlType | null {
  for (const node of nodes) {
    const type = typeOfNode(node);
    if (type !== null && type.name !== 'null' && type.name !== 'unknown') return type;
  }
  return null;
}

function widest(a: SqlType | null, b: SqlType | null): SqlType | null {
  return [a, b].find((type) => type?.name === 'numeric') ?? a ?? b;
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

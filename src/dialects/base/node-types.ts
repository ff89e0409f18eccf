import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { BIG_INTEGER, BOOLEAN, DOUBLE, INTEGER, NUMERIC, type SqlType, TEXT } from '../../sql/type.ts';
import { storedType } from './type-names.ts';

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

const COMPARISONS: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '<=', '>', '>=', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM']);
const CONDITIONS: ReadonlySet<string> = new Set(
  'junction like in between symmetricBetween exists truth regexp match jsonComparison jsonContains jsonHasKeys arrayOperator'.split(' '),
);

const JSON_SCALARS = { text: TEXT, integer: INTEGER, number: DOUBLE, numeric: NUMERIC, boolean: BOOLEAN } as const;

/** The type that a node's value has in this dialect, as far as its expression tells; null where it does not. */
export function typeOfNode(node: Node, dialect: string): SqlType | null {
  if (isKind(node, 'column') || isKind(node, 'cast') || isKind(node, 'bind') || isKind(node, 'tryCast'))
    return storedType(node.type, dialect);
  if (isKind(node, 'label') || isKind(node, 'groupValue') || isKind(node, 'collate') || isKind(node, 'order'))
    return typeOfNode(node.operand, dialect);
  if (isKind(node, 'unary') && (node.postfix || node.operator === 'NOT')) return BOOLEAN;
  if (isKind(node, 'unary') || isKind(node, 'distinct') || isKind(node, 'bitwiseNot')) return typeOfNode(node.operand, dialect);
  if (isKind(node, 'bitwise')) return BIG_INTEGER;
  if (isKind(node, 'division'))
    return node.domain === 'numeric' ? widest(typeOfNode(node.left, dialect), typeOfNode(node.right, dialect)) : null;
  if (isKind(node, 'jsonScalar')) return JSON_SCALARS[node.as];
  if (isKind(node, 'withinGroup')) return typeOfNode(node.call, dialect);
  if (isKind(node, 'over')) return typeOfNode(node.call, dialect);
  if (isKind(node, 'function')) return AS_ARGUMENT.has(node.name) && node.args.length > 0 ? typeOfNode(node.args[0], dialect) : null;
  if (isKind(node, 'case') || isKind(node, 'caseOf'))
    return firstType([...node.thens, ...(node.otherwise === null ? [] : [node.otherwise])], dialect);
  if (isKind(node, 'binary') && COMPARISONS.has(node.operator)) return BOOLEAN;
  if (CONDITIONS.has(node.kind)) return BOOLEAN;
  if (isKind(node, 'binary')) return widest(typeOfNode(node.left, dialect), typeOfNode(node.right, dialect));
  if (isKind(node, 'scalar')) return typeOfNode(node.query, dialect);
  if (isKind(node, 'select')) return node.columns.length === 1 ? typeOfNode(node.columns[0], dialect) : null;
  if (isKind(node, 'setOperation')) return typeOfNode(node.queries[0], dialect);
  return null;
}

function firstType(nodes: readonly Node[], dialect: string): SqlType | null {
  for (const node of nodes) {
    const type = typeOfNode(node, dialect);
    if (type !== null && type.name !== 'null' && type.name !== 'unknown') return type;
  }
  return null;
}

function widest(a: SqlType | null, b: SqlType | null): SqlType | null {
  const fraction = (name: string) => [a, b].find((type) => type?.name === name);
  return fraction('numeric') ?? fraction('double') ?? fraction('float') ?? a ?? b;
}

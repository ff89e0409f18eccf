import { sqlError } from '../../sql/errors.ts';
import type { Node } from '../../sql/node.ts';
import { isKind, walk } from '../../sql/node-walk.ts';
import { typeOfNode } from './node-types.ts';
import { type Survey, someType } from './survey.ts';
import { storedType } from './type-names.ts';

const TEXT_FORMS: ReadonlySet<string> = new Set(['array', 'interval']);
const ORDERS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);
const ARITHMETIC: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%']);
const EXTREMES: ReadonlySet<string> = new Set(['min', 'max', 'greatest', 'least']);
const TOTALS: ReadonlySet<string> = new Set(['sum', 'avg']);

/**
 * Where a database has no arrays and no intervals, they are kept as text. Equal values have equal texts, and intervals
 * sort as they should, but texts of arrays do not sort as arrays do, and no text can be calculated with. Throws a
 * CompileError for a statement that does.
 */
export function checkTextForms(
  statement: Node,
  { types }: Survey,
  { name, title }: { readonly name: string; readonly title: string },
): void {
  if (!someType(types, (type) => TEXT_FORMS.has(storedType(type, name).name))) return;
  const isArray = (node: Node): boolean => (isKind(node, 'list') ? node.items.some(isArray) : typeOfNode(node, name)?.name === 'array');
  const isInterval = (node: Node): boolean => typeOfNode(node, name)?.name === 'interval';
  const refuse = (feature: string): never => {
    throw sqlError('sql.unsupported', feature, title);
  };
  walk(statement, (node) => {
    if (ordered(node).some(isArray)) refuse('order among arrays');
    if (isKind(node, 'function') && TOTALS.has(node.name) && node.args.some(isInterval)) refuse(`${node.name}() of intervals`);
    if (calculated(node).some(isInterval)) refuse('arithmetic with intervals');
    return true;
  });
}

/** What a node puts in an order. */
function ordered(node: Node): readonly Node[] {
  switch (true) {
    case isKind(node, 'binary'):
      return ORDERS.has(node.operator) ? [node.left, node.right] : [];
    case isKind(node, 'between') || isKind(node, 'symmetricBetween'):
      return [node.operand];
    case isKind(node, 'function'):
      return EXTREMES.has(node.name) ? [...node.args, ...node.orderBy] : node.orderBy;
    case isKind(node, 'select') || isKind(node, 'setOperation') || isKind(node, 'over') || isKind(node, 'withinGroup'):
      return node.orderBy;
    default:
      return [];
  }
}

/** What a node calculates with. */
function calculated(node: Node): readonly Node[] {
  if (isKind(node, 'binary')) return ARITHMETIC.has(node.operator) ? [node.left, node.right] : [];
  if (isKind(node, 'division')) return [node.left, node.right];
  return isKind(node, 'unary') && node.operator === '-' ? [node.operand] : [];
}

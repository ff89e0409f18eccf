import { sqlError } from '../../sql/errors.ts';
import type { BinaryNode, QuantifiedNode } from '../../sql/expression-nodes.ts';
import { make } from '../../sql/make.ts';
import { isKind } from '../../sql/node-walk.ts';
import { TIGHTNESS, type Writer } from '../base/compiler.ts';

const COMPARISONS = new Set(['=', '<>', '<', '<=', '>', '>=']);

/** A comparison with ANY or ALL: of a query as it is, of a list one by one. */
export function writeQuantified(node: BinaryNode, right: QuantifiedNode, to: Writer): void {
  const { quantifier, operand } = right;
  const word = quantifier.toUpperCase();
  if (!COMPARISONS.has(node.operator)) throw sqlError('sql.unsupported', `${word} with ${node.operator}`, to.spelling.title);
  if (isKind(operand, 'list')) {
    const items = operand.items.map((item) => make('binary', { operator: node.operator, left: node.left, right: item }));
    if (items.length === 0) to.write(quantifier === 'any' ? 'FALSE' : 'TRUE');
    else
      to.write('(')
        .visit(items.length === 1 ? items[0] : make('junction', { operator: quantifier === 'any' ? 'or' : 'and', items }))
        .write(')');
    return;
  }
  if (!isKind(operand, 'select') && !isKind(operand, 'setOperation'))
    throw sqlError('sql.unsupported', `${word} of an array`, to.spelling.title);
  to.operand(node.left, TIGHTNESS.comparison + 1).write(` ${node.operator} ${word} (`);
  // A limit cannot stand here, but in a table.
  if (operand.limit === null && operand.offset === null && isKind(operand, 'select')) to.visit(operand);
  else
    to.write('SELECT * FROM (')
      .visit(operand)
      .write(`) AS ${to.anonymous('rows')}`);
  to.write(')');
}

import { sqlError } from '../../sql/errors.ts';
import type { BinaryNode, QuantifiedNode } from '../../sql/expression-nodes.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { TIGHTNESS, type Writer } from '../base/compiler.ts';

const COMPARISONS = new Set(['=', '<>', '<', '<=', '>', '>=']);

/** A comparison with ANY or ALL, which SQLite does not have. */
export function writeQuantified(node: BinaryNode, right: QuantifiedNode, to: Writer): void {
  const { quantifier, operand: query } = right;
  if (!isKind(query, 'select') && !isKind(query, 'setOperation'))
    throw sqlError('sql.unsupported', `${quantifier.toUpperCase()} of an array`, to.spelling.title);
  if (!COMPARISONS.has(node.operator))
    throw sqlError('sql.unsupported', `${quantifier.toUpperCase()} with ${node.operator}`, to.spelling.title);
  if (node.operator === (quantifier === 'any' ? '=' : '<>')) {
    const word = quantifier === 'any' ? 'IN' : 'NOT IN';
    to.operand(node.left, TIGHTNESS.comparison + 1)
      .write(` ${word} (`)
      .visit(query)
      .write(')');
    return;
  }
  each(node, query, quantifier, to);
}

/** One comparison for each row: for ANY true if one is, for ALL false if one is; else NULL if one is; else what none gives. */
function each(node: BinaryNode, query: Node, quantifier: 'any' | 'all', to: Writer): void {
  const [rows, results] = [to.anonymous('rows'), to.anonymous('results')];
  const found = quantifier === 'any' ? '1' : '0';
  const none = quantifier === 'any' ? '0' : '1';
  to.write(`(WITH ${rows}(value) AS (`).visit(query).write(`), ${results}(holds) AS (SELECT `);
  to.operand(node.left, TIGHTNESS.collate).write(` ${node.operator} ${rows}.value FROM ${rows}) `);
  const extreme = quantifier === 'any' ? 'max' : 'min';
  to.write(
    `SELECT CASE WHEN ${extreme}(holds) = ${found} THEN ${found} WHEN count(*) > count(holds) THEN NULL ELSE ${none} END FROM ${results})`,
  );
}

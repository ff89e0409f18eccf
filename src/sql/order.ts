import { describe, sqlError } from './errors.ts';
import { sameValues } from './group-values.ts';
import { make, makeBind } from './make.ts';
import type { BindNode, Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { type ExpressionLike, isExpression } from './operand.ts';
import type { Projection } from './projection.ts';
import { INTEGER } from './type.ts';

/** The node of an expression or an order term. */
export function expressionNode(item: unknown, where: string): Node {
  if (item === undefined) throw sqlError('sql.undefined-value', where);
  const node = (item as ExpressionLike | null)?.node;
  if (node === undefined || typeof item !== 'object' || '~source' in (item as object))
    throw sqlError('sql.not-an-expression', where, describe(item));
  return node;
}

/** A term of ORDER BY or GROUP BY: an expression, or a column of the result by its name or its place, counted from 1. */
export function termNode(term: unknown, projection: Projection, where: string): Node {
  if (typeof term !== 'string' && typeof term !== 'number') return expressionNode(term, where);
  const item = typeof term === 'number' ? projection.items[term - 1] : projection.items.find(({ name }) => name === term);
  if (item === undefined || item.entity !== null) {
    const names = projection.items.filter(({ entity }) => entity === null).map(({ name }) => `'${name}'`);
    const known = typeof term === 'number' ? `a place from 1 to ${projection.items.length}` : `the name of a column (${names.join(', ')})`;
    throw sqlError('sql.bad-argument', where, `expressions, or ${known}`, typeof term === 'number' ? String(term) : `'${term}'`);
  }
  return item.node;
}

/**
 * A term that is also a column of the result, marked as such. Two parameters of equal value are two things to a database, which
 * would not know the expression again.
 */
export function marked(node: Node, projection: Projection): Node {
  if (isKind(node, 'order'))
    return node.operand.binds.length === 0 ? node : make('order', { ...node, operand: marked(node.operand, projection) });
  if (node.binds.length === 0 || isKind(node, 'label')) return node;
  const same = projection.items.some(({ node: item }) => {
    const column = isKind(item, 'label') ? item.operand : item;
    return sameValues(column, node);
  });
  return same ? make('sameAsColumn', { operand: node }) : node;
}

/** The terms for other columns of the result. */
export function markedAgain(nodes: readonly Node[], projection: Projection): Node[] {
  const bare = (node: Node): Node => {
    if (isKind(node, 'order'))
      return isKind(node.operand, 'sameAsColumn') ? make('order', { ...node, operand: node.operand.operand }) : node;
    return isKind(node, 'sameAsColumn') ? node.operand : node;
  };
  return nodes.map((node) => marked(bare(node), projection));
}

/** The terms of ORDER BY. */
export function orderNodes(terms: readonly unknown[], projection: Projection): Node[] {
  return terms.map((term) => termNode(term, projection, 'orderBy()'));
}

/** How many rows: a number, which travels as a parameter, an expression, or null for no such clause. */
export function rowCount(rows: number | ExpressionLike<number> | null, where: string): Node | null {
  if (rows === null) return null;
  return isExpression(rows) ? rows.node : count(rows as number, where);
}

/** `LIMIT` and `OFFSET` travel as parameters, so that pages share one plan. */
function count(value: number, where: string): BindNode {
  if (!Number.isSafeInteger(value) || value < 0)
    throw sqlError('sql.bad-argument', where, 'a whole number from 0', describe(value) === 'a number' ? String(value) : describe(value));
  return makeBind(value, INTEGER);
}

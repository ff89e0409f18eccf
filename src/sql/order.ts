import { describe, sqlError } from './errors.ts';
import { count, type ExpressionLike, isExpression } from './expression.ts';
import type { Node } from './node.ts';
import type { Projection } from './projection.ts';

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

/** The terms of ORDER BY. */
export function orderNodes(terms: readonly unknown[], projection: Projection): Node[] {
  return terms.map((term) => termNode(term, projection, 'orderBy()'));
}

/** How many rows: a number, which travels as a parameter, an expression, or null for no such clause. */
export function rowCount(rows: number | ExpressionLike<number> | null, where: string): Node | null {
  if (rows === null) return null;
  return isExpression(rows) ? rows.node : count(rows as number, where);
}

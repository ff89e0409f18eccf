import { sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { make } from './make.ts';
import type { Node } from './node.ts';
import type { ExpressionLike } from './operand.ts';
import { expressionNode } from './order.ts';
import type { GroupingNode } from './statement-nodes.ts';
import { UNKNOWN } from './type.ts';

type Group = ExpressionLike | readonly ExpressionLike[];

function grouping(form: GroupingNode['form'], items: readonly Group[], where: string): Expression {
  if (items.length === 0) throw sqlError('sql.bad-argument', where, 'one or more expressions', 'none');
  const nodes = items.map((item): Node => {
    if (Array.isArray(item)) return make('list', { items: item.map((one) => expressionNode(one, where)) });
    const node = expressionNode(item, where);
    return form === 'sets' ? make('list', { items: [node] }) : node;
  });
  return new Expression(make('grouping', { form, items: nodes }), UNKNOWN);
}

/**
 * In `groupBy()`: these groups, and their subtotals from right to left, to the grand total. SQLAlchemy: `func.rollup()`.
 * @example select(Sale.c.year, Sale.c.month, func.sum(Sale.c.amount)).groupBy(rollup(Sale.c.year, Sale.c.month))
 */
export function rollup(...items: Group[]): Expression {
  return grouping('rollup', items, 'rollup()');
}
/** In `groupBy()`: these groups, and the subtotals of all their combinations. SQLAlchemy: `func.cube()`. */
export function cube(...items: Group[]): Expression {
  return grouping('cube', items, 'cube()');
}
/**
 * In `groupBy()`: each of these lists as a grouping of its own; `[]` is the whole. SQLAlchemy: `func.grouping_sets()`.
 * @example select(…).groupBy(groupingSets([Sale.c.year, Sale.c.month], [Sale.c.year], []))
 */
export function groupingSets(...sets: Group[]): Expression {
  return grouping('sets', sets, 'groupingSets()');
}

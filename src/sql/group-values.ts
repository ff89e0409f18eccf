import { AGGREGATES, FUNCTION_RESULTS } from './known-functions.ts';
import { make, rebuild } from './make.ts';
import type { Node } from './node.ts';
import type { FieldsOf } from './node-kinds.ts';
import { isKind, mapChildren } from './node-walk.ts';
import type { Projection } from './projection.ts';
import type { SelectNode } from './statement-nodes.ts';

type Fields = Pick<FieldsOf<SelectNode>, 'columns' | 'groupBy' | 'having' | 'orderBy'>;

/** Functions of one row, by their names in SQL: what is in them may be a value of the group. */
const OF_ROWS: ReadonlySet<string> = new Set(
  Object.keys(FUNCTION_RESULTS)
    .filter((name) => !AGGREGATES.has(name))
    .map((name) => name.replace(/(?<=[a-z0-9])[A-Z]/g, (c) => `_${c.toLowerCase()}`)),
);

/** Whether two expressions of one shape have the same values too. */
export function sameValues(a: Node, b: Node): boolean {
  return a.key === b.key && a.binds.every((bind, i) => bind.name === b.binds[i].name && Object.is(bind.value, b.binds[i].value));
}

/**
 * The clauses of a select, in which expressions that its rows are grouped by are marked where they are said again. Two
 * parameters of equal value are two things to a database, and some know nothing but columns again after they have grouped.
 */
export function withGroupValues(fields: Fields, projection: Projection): { readonly fields: Fields; readonly projection: Projection } {
  const groups = fields.groupBy.map((term) => (isKind(term, 'sameAsColumn') ? term.operand : term)).filter(isExpression);
  if (groups.length === 0) return { fields, projection };
  const isGroup = (node: Node): boolean => groups.some((group) => sameValues(group, node));
  const mark = (node: Node): Node => {
    if (isKind(node, 'groupValue')) return node;
    if (isGroup(node)) return make('groupValue', { operand: node });
    if (isKind(node, 'label') && isGroup(node.operand)) return make('groupValue', { operand: node.operand });
    if (!mayHold(node)) return node;
    const changed = mapChildren(node, mark);
    return changed === node ? node : rebuild(changed);
  };
  /** A term that is a column of the result, or a column that is a group, is known as such. */
  const inside = (node: Node): Node => {
    if (isKind(node, 'sameAsColumn') || isGroup(node)) return node;
    if (!isKind(node, 'label')) return mark(node);
    const operand = inside(node.operand);
    return operand === node.operand ? node : make('label', { ...node, operand });
  };
  const term = (node: Node): Node => {
    if (!isKind(node, 'order')) return isKind(node, 'sameAsColumn') ? node : mark(node);
    const operand = isKind(node.operand, 'sameAsColumn') ? node.operand : mark(node.operand);
    return operand === node.operand ? node : make('order', { ...node, operand });
  };
  const items = projection.items.map((item) => {
    const node = inside(item.node);
    return node === item.node ? item : { ...item, node };
  });
  const having = fields.having === null ? null : mark(fields.having);
  const columns = items.map((item) => item.node);
  return { fields: { ...fields, columns, having, orderBy: fields.orderBy.map(term) }, projection: { ...projection, items } };
}

/** Whether the rows are grouped by what is more than a column. */
function isExpression(group: Node): boolean {
  return !isKind(group, 'column') && !isKind(group, 'grouping') && !isKind(group, 'list') && !isKind(group, 'label');
}

/** Whether values of the group may stand in it: not in aggregates, which are made of rows, and not in other queries. */
function mayHold(node: Node): boolean {
  if (isKind(node, 'function')) return OF_ROWS.has(node.name);
  return !['withinGroup', 'jsonAggregate', 'over', 'select', 'setOperation', 'entity', 'bind', 'column', 'raw'].includes(node.kind);
}

import { sqlError } from '../../sql/errors.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { isKind, mapChildren } from '../../sql/node-walk.ts';
import type { SelectNode, SetOperationNode } from '../../sql/statement-nodes.ts';
import { typeOfNode } from '../base/node-types.ts';
import { type Survey, someType } from '../base/survey.ts';
import { storedType } from '../base/type-names.ts';

/**
 * PostgreSQL's `json` is text that has no equality and no order; `jsonb` has both. Where rows are distinct, grouped, sorted
 * or put together by a value of `json`, this writes it as `jsonb`.
 */
export function withComparableJson(statement: Node, { columnTypes }: Survey): Node {
  return someType(columnTypes, (type) => storedType(type, 'postgresql').name === 'json') ? rewrite(statement) : statement;
}

const EXTREMES: ReadonlySet<string> = new Set(['greatest', 'least', 'nullif']);

/** Whether a value is `json`; a path into one gives another one. */
function isJson(node: Node): boolean {
  if (isKind(node, 'jsonPath') || isKind(node, 'label') || isKind(node, 'distinct')) return isJson(node.operand);
  return !isKind(node, 'bind') && typeOfNode(node, 'postgresql')?.name === 'json';
}

/** The value as one that can be compared, under the name that it has. */
function comparable(node: Node): Node {
  if (isKind(node, 'order') || isKind(node, 'sameAsColumn') || isKind(node, 'distinct') || isKind(node, 'label')) {
    const operand = comparable(node.operand);
    return operand === node.operand ? node : make(node.kind, { ...node, operand } as never);
  }
  if (isKind(node, 'grouping') || isKind(node, 'list')) return { ...(node as Node), items: node.items.map(comparable) } as Node;
  return isJson(node) ? make('jsonCanonical', { operand: node }) : node;
}

/** A column of a result, which keeps its name. */
function comparableColumn(node: Node): Node {
  if (isKind(node, 'entity')) return { ...(node as Node), columns: node.columns.map(comparable) } as Node;
  return isKind(node, 'column') && isJson(node) ? make('label', { operand: comparable(node), name: node.name }) : comparable(node);
}

function rewrite(given: Node): Node {
  const node = mapChildren(given, rewrite);
  if (isKind(node, 'select')) return selected(node);
  if (isKind(node, 'setOperation')) return combined(node, false);
  if (isKind(node, 'over') || isKind(node, 'namedWindow'))
    return { ...(node as Node), partitionBy: node.partitionBy.map(comparable), orderBy: node.orderBy.map(comparable) } as Node;
  if (isKind(node, 'withinGroup')) return { ...(node as Node), orderBy: node.orderBy.map(comparable) } as Node;
  if (isKind(node, 'caseOf') && isJson(node.operand)) {
    const whens = node.whens.map((when) => make('jsonCanonical', { operand: when }));
    return { ...(node as Node), operand: comparable(node.operand), whens } as Node;
  }
  if (!isKind(node, 'function')) return node;
  if ((node.name === 'min' || node.name === 'max') && node.args.some(isJson))
    throw sqlError('sql.unsupported', `${node.name}() of JSON`, 'PostgreSQL');
  const args = node.distinct || EXTREMES.has(node.name) ? node.args.map(comparable) : node.args.map(distinctly);
  return { ...(node as Node), args, orderBy: node.orderBy.map(comparable) } as Node;
}

const distinctly = (node: Node): Node => (isKind(node, 'distinct') ? comparable(node) : node);

function selected(node: SelectNode): Node {
  const { distinct, groupBy, orderBy, modifiers } = node;
  const distinctOn = modifiers?.distinctOn ?? [];
  const grouped = new Set(groupBy.flatMap(jsonIn));
  // Whatever the rows are grouped by stands in the same words everywhere.
  const same = (item: Node): Node =>
    grouped.has(item.key) ? make('jsonCanonical', { operand: item }) : isKind(item, 'jsonCanonical') ? item : mapChildren(item, same);
  const inWords = (items: readonly Node[]): readonly Node[] => (grouped.size === 0 ? items : items.map(same));
  const own =
    grouped.size === 0 ? node.columns : node.columns.map((column) => (grouped.has(column.key) ? comparableColumn(column) : same(column)));
  return {
    ...(node as Node),
    columns: distinct ? own.map(comparableColumn) : own,
    groupBy: groupBy.map(comparable),
    having: node.having === null || grouped.size === 0 ? node.having : same(node.having),
    orderBy: inWords(orderBy.map(comparable)),
    modifiers:
      modifiers === null || distinctOn.length === 0 ? modifiers : { ...modifiers, distinctOn: inWords(distinctOn.map(comparable)) },
  } as Node;
}

/** The keys of the JSON values among the terms of a GROUP BY. */
function jsonIn(term: Node): readonly string[] {
  if (isKind(term, 'grouping') || isKind(term, 'list')) return term.items.flatMap(jsonIn);
  if (isKind(term, 'sameAsColumn')) return jsonIn(term.operand);
  return isJson(term) ? [term.key] : [];
}

/** The parts of a set operation are compared with each other, unless all their rows are kept, and sorted as one. */
function combined(node: SetOperationNode, always: boolean): Node {
  const compares =
    always || node.operator !== 'UNION ALL' || node.orderBy.some((term) => isJson(isKind(term, 'order') ? term.operand : term));
  if (!compares) return node;
  const part = (query: Node): Node => {
    if (isKind(query, 'setOperation')) return combined(query, true);
    return isKind(query, 'select') ? ({ ...(query as Node), columns: query.columns.map(comparableColumn) } as Node) : query;
  };
  return { ...(node as Node), queries: node.queries.map(part), orderBy: node.orderBy.map(comparable) } as Node;
}

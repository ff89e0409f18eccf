import type { BindNode, Node, SourceNode } from '../sql/node.ts';
import { isKind, numberBinds, walk } from '../sql/node-walk.ts';

/** What a parameter's value is for. */
export interface BindPlace {
  /**
   * stored: it goes into a column, or is one of a row of VALUES, which has columns too. compared: it stands beside something that says its type.
   * free: nothing beside it says what it is.
   */
  readonly use: 'stored' | 'compared' | 'free';
  /** What to call it in an error, or null. */
  readonly name: string | null;
}

const COMPARISONS = new Set(['=', '<>', '!=', '<', '<=', '>', '>=', 'IS', 'IS NOT', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM']);

/** The places of a statement's binds, in their order. */
export function placesOf(statement: Node): BindPlace[] {
  const places: BindPlace[] = [];
  const uses = new Map<Node, BindPlace>();
  const visit = (node: Node): boolean => {
    if (isKind(node, 'bind')) places.push(uses.get(node) ?? FREE);
    else expect(node, (bind, place) => uses.set(bind, place));
    // A copied select does not know its binds any more.
    return node.binds?.length !== 0;
  };
  // Numbering makes an object of its own of each bind that stands twice.
  const twice = new Set(statement.binds).size < statement.binds.length;
  walk(twice ? numberBinds(statement) : statement, visit);
  return places;
}

const FREE: BindPlace = { use: 'free', name: null };

/** Says what the binds directly below a node are for. */
function expect(node: Node, tell: (bind: BindNode, place: BindPlace) => void): void {
  const told = (child: Node | null, place: BindPlace): void => {
    if (child !== null && isKind(child, 'bind')) tell(child, place);
  };
  if (isKind(node, 'insert') || isKind(node, 'update')) {
    for (const [i, value] of node.values.entries())
      told(value, { use: 'stored', name: `${nameOf(node.table)}.${node.columns[i % node.columns.length]}` });
  } else if (isKind(node, 'conflict')) {
    for (const [i, value] of node.values.entries()) told(value, { use: 'stored', name: `onConflictDoUpdate(), at '${node.columns[i]}',` });
  } else if (isKind(node, 'mergeClause')) {
    for (const [i, value] of node.values.entries()) told(value, { use: 'stored', name: `mergeInto(), at '${node.columns[i]}',` });
  } else if (isKind(node, 'binary') && COMPARISONS.has(node.operator)) {
    told(node.left, compared(node.right));
    told(node.right, compared(node.left));
  } else if (isKind(node, 'in')) {
    told(node.operand, { use: 'compared', name: null });
    told(node.list, compared(node.operand));
  } else if (isKind(node, 'between')) {
    told(node.operand, { use: 'compared', name: null });
    told(node.low, compared(node.operand));
    told(node.high, compared(node.operand));
  } else if (isKind(node, 'jsonComparison') || isKind(node, 'jsonContains') || isKind(node, 'arrayOperator')) {
    told(node.left, compared(node.right));
    told(node.right, compared(node.left));
  } else if (isKind(node, 'symmetricBetween')) {
    told(node.low, compared(node.operand));
    told(node.high, compared(node.operand));
  } else if (isKind(node, 'caseOf')) {
    for (const when of node.whens) told(when, compared(node.operand));
  } else if (isKind(node, 'like')) told(node.pattern, compared(node.operand));
  else if (isKind(node, 'select') || isKind(node, 'setOperation')) {
    told(node.limit, { use: 'compared', name: 'limit()' });
    told(node.offset, { use: 'compared', name: 'offset()' });
  } else if (isKind(node, 'values')) {
    for (const row of node.rows)
      if (isKind(row, 'list'))
        for (const [i, item] of row.items.entries()) told(item, { use: 'stored', name: `values(), at '${node.columns[i]}',` });
  }
  if (isKind(node, 'update') || isKind(node, 'delete')) told(node.limit, { use: 'compared', name: 'limit()' });
}

function nameOf(source: SourceNode): string {
  return source.name ?? (isKind(source, 'alias') && isKind(source.of, 'table') ? source.of.name : 'a table');
}

function compared(beside: Node): BindPlace {
  if (isKind(beside, 'jsonPath')) return compared(beside.operand);
  if (!isKind(beside, 'column')) return { use: 'compared', name: null };
  const { source } = beside;
  const owner = source.name;
  return { use: 'compared', name: `The value for ${owner === null ? '' : `${owner}.`}${beside.attribute}` };
}

import { changeSelect, make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { isKind, mapChildren } from '../../sql/node-walk.ts';
import { rawNode } from '../../sql/raw-text.ts';
import { BLANK_MODIFIERS } from '../../sql/select.ts';
import type { SelectNode } from '../../sql/statement-nodes.ts';

const HINT = make('hint', { dialect: null, content: rawNode('/*+ NO_SEMIJOIN() */'), source: null });

/**
 * A condition of an outer join whose subqueries the server works out for each row. MySQL 9.7 may put them into the join, and
 * then keeps rows for which they do not hold.
 */
export function withoutSemijoins(node: Node): Node {
  if (isKind(node, 'select') || isKind(node, 'setOperation')) return node;
  if (isKind(node, 'exists') && isKind(node.query, 'select')) return { ...(node as Node), query: hinted(node.query) } as Node;
  if (isKind(node, 'in') && isKind(node.list, 'select')) return { ...(node as Node), list: hinted(node.list) } as Node;
  return mapChildren(node, withoutSemijoins);
}

function hinted(query: SelectNode): Node {
  const { modifiers } = query;
  // The server takes it for a hint in this place alone.
  return changeSelect(query, {
    modifiers: make('selectModifiers', { ...(modifiers ?? BLANK_MODIFIERS), prefixes: [HINT, ...(modifiers?.prefixes ?? [])] }),
  });
}

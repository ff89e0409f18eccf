import { sqlError } from '../../sql/errors.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { FIELD_LIST } from '../../sql/node-fields.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { CteNode } from '../../sql/statement-nodes.ts';

/** The common table expressions that a statement names anywhere, each once, those first that others name. */
function ctesOf(statement: Node): CteNode[] {
  const found = new Map<string, CteNode>();
  const open = new Set<string>();
  const visit = (node: Node): void => {
    const known = isKind(node, 'cte') && (found.has(node.id) || open.has(node.id));
    if (known) return;
    if (isKind(node, 'cte')) open.add(node.id);
    for (const [name, kind] of FIELD_LIST[node.kind]) {
      const value = (node as unknown as Record<string, unknown>)[name];
      if (kind === 'node' && value !== null) visit(value as Node);
      else if (kind === 'nodes') for (const child of value as readonly Node[]) visit(child);
    }
    if (isKind(node, 'cte')) found.set(node.id, node);
  };
  visit(statement);
  const ctes = [...found.values()];
  const names = new Set<string>();
  for (const { name } of ctes) {
    if (name === null) continue;
    if (names.has(name)) throw sqlError('sql.duplicate-cte', name);
    names.add(name);
  }
  return ctes;
}

/** The statement below its common table expressions, where it has some. */
export function withCtes(statement: Node): Node {
  const inner = isKind(statement, 'explain') ? statement.statement : statement;
  const ctes = ctesOf(inner);
  if (ctes.length === 0) return statement;
  // Only what the visitor reads: keys and binds are those of the whole, which are worked out already.
  const whole = { ...WITH, ctes, statement: inner } as Node;
  return isKind(statement, 'explain') ? ({ ...statement, statement: whole } as Node) : whole;
}

const WITH = make('with', { ctes: [], statement: make('star', {}) });

/** Whether the node changes rows. */
export function changesRows(node: Node): boolean {
  return isKind(node, 'insert') || isKind(node, 'update') || isKind(node, 'delete') || isKind(node, 'merge');
}

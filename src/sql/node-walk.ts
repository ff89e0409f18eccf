import type { BindNode, Node } from './node.ts';
import { FIELD_LIST, type NodeKind } from './node-fields.ts';
import type { NodeByKind } from './node-kinds.ts';

/** A copy of the tree in which every child went through `change` first; the same node where nothing changed. */
export function mapChildren<N extends Node>(node: N, change: (child: Node) => Node): N {
  let copy: Record<string, unknown> | null = null;
  for (const [name, fieldKind] of FIELD_LIST[node.kind]) {
    const value = (node as unknown as Record<string, unknown>)[name];
    let next = value;
    if (fieldKind === 'node' && value !== null) next = change(value as Node);
    else if (fieldKind === 'nodes') {
      const list = value as readonly Node[];
      const mapped = list.map(change);
      next = mapped.some((child, i) => child !== list[i]) ? mapped : list;
    }
    if (next !== value) {
      copy ??= { ...(node as unknown as Record<string, unknown>) };
      copy[name] = next;
    }
  }
  return (copy ?? node) as N;
}

/** Whether the node is of this kind. */
export function isKind<K extends NodeKind>(node: Node, kind: K): node is NodeByKind[K] {
  return node.kind === kind;
}

/** Calls `visit` for the node and, where it answers true, for all below it, in the order of the fields. */
export function walk(node: Node, visit: (node: Node) => boolean): void {
  if (!visit(node)) return;
  for (const [name, fieldKind] of FIELD_LIST[node.kind]) {
    const value = (node as unknown as Record<string, unknown>)[name];
    if (fieldKind === 'node' && value !== null) walk(value as Node, visit);
    else if (fieldKind === 'nodes') for (const child of value as readonly Node[]) walk(child, visit);
  }
}

/**
 * A copy whose binds know their place in `binds`. A bind may stand twice in one statement, and a statement of the same
 * shape may have two different binds there: so places are numbered by position, not by object.
 */
export function numberBinds<N extends Node>(node: N): N {
  let slot = 0;
  const change = (child: Node): Node => (child.kind === 'bind' ? ({ ...child, slot: slot++ } as BindNode) : mapChildren(child, change));
  return change(node) as N;
}

import type { BinaryNode, JunctionNode, LabelNode } from './expression-nodes.ts';
import type { BindNode, Node } from './node.ts';
import { CHILD_FIELDS, type NodeKind } from './node-fields.ts';
import type { NodeByKind } from './node-kinds.ts';

/** A copy of the tree in which every child went through `change` first; the same node where nothing changed. */
export function mapChildren<N extends Node>(node: N, change: (child: Node) => Node): N {
  // Most nodes of most statements are of these kinds, and compiling a statement comes here many times.
  switch (node.kind) {
    case 'bind':
    case 'column':
    case 'table':
      return node;
    case 'binary': {
      const { left, right } = node as Node as BinaryNode;
      const [newLeft, newRight] = [change(left), change(right)];
      return newLeft === left && newRight === right ? node : { ...node, left: newLeft, right: newRight };
    }
    case 'label':
    case 'order': {
      const { operand } = node as Node as LabelNode;
      const changed = change(operand);
      return changed === operand ? node : { ...node, operand: changed };
    }
  }
  const { names, lists } = CHILD_FIELDS[node.kind];
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  let copy: Record<string, unknown> | null = null;
  for (let i = 0; i < names.length; i++) {
    const value = fields[names[i]];
    const next = lists[i] ? mapList(value as readonly Node[], change) : value === null ? null : change(value as Node);
    if (next !== value) {
      copy ??= { ...fields };
      copy[names[i]] = next;
    }
  }
  return (copy ?? node) as N;
}

/** The list with each node changed; the same list where none was. */
function mapList(nodes: readonly Node[], change: (child: Node) => Node): readonly Node[] {
  let copy: Node[] | null = null;
  for (let i = 0; i < nodes.length; i++) {
    const next = change(nodes[i]);
    if (copy !== null) copy.push(next);
    else if (next !== nodes[i]) {
      copy = nodes.slice(0, i);
      copy.push(next);
    }
  }
  return copy ?? nodes;
}

/** Whether the node is of this kind. */
export function isKind<K extends NodeKind>(node: Node, kind: K): node is NodeByKind[K] {
  return node.kind === kind;
}

/** Calls `visit` for the node and, where it answers true, for all below it, in the order of the fields. */
export function walk(node: Node, visit: (node: Node) => boolean): void {
  if (!visit(node)) return;
  switch (node.kind) {
    case 'bind':
    case 'column':
    case 'table':
      return;
    case 'binary':
      walk((node as BinaryNode).left, visit);
      walk((node as BinaryNode).right, visit);
      return;
    case 'label':
    case 'order':
      walk((node as LabelNode).operand, visit);
      return;
    case 'junction':
      for (const item of (node as JunctionNode).items) walk(item, visit);
      return;
  }
  const { names, lists } = CHILD_FIELDS[node.kind];
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  for (let i = 0; i < names.length; i++) {
    const value = fields[names[i]];
    if (lists[i]) for (const child of value as readonly Node[]) walk(child, visit);
    else if (value !== null) walk(value as Node, visit);
  }
}

/** A node and all below it that are visited, in no order; as deep as they may be. */
export function walkDeep(node: Node, visit: (node: Node) => boolean): void {
  const waiting = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (!visit(next)) continue;
    const { names, lists } = CHILD_FIELDS[next.kind];
    const fields = next as unknown as Readonly<Record<string, unknown>>;
    for (let i = 0; i < names.length; i++) {
      const value = fields[names[i]];
      if (lists[i]) for (const child of value as readonly Node[]) waiting.push(child);
      else if (value !== null) waiting.push(value as Node);
    }
  }
}

/**
 * A copy whose binds know their place in `binds`. A bind may stand twice in one statement, and a statement of the same
 * shape may have two different binds there: so places are numbered by position, not by object.
 */
export function numberBinds<N extends Node>(node: N): N {
  let slot = 0;
  const change = (child: Node): Node => {
    if (child.kind === 'bind') return { ...child, slot: slot++ } as BindNode;
    // A copied select does not know its binds any more, so it is looked through.
    return child.binds?.length === 0 ? child : mapChildren(child, change);
  };
  return change(node) as N;
}

import { sourcesOf } from './join.ts';
import { makeColumn, rebuild } from './make.ts';
import type { Node, SourceNode } from './node.ts';
import { isKind, mapChildren } from './node-walk.ts';

/**
 * The expression with one source's columns taken from another source: from a table, its alias. A subquery that has the source
 * in its own FROM means that one, and stays as it is.
 */
export function adapt(node: Node, from: SourceNode, to: SourceNode): Node {
  const change = (child: Node): Node => {
    if (isKind(child, 'column')) return child.source.id === from.id ? makeColumn(to, child.name, child.attribute, child.type) : child;
    if (isKind(child, 'select') && sourcesOf(child.from).some((source) => source.id === from.id)) return child;
    const mapped = mapChildren(child, change);
    return mapped === child ? child : rebuild(mapped);
  };
  return change(node);
}

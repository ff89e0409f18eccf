import { sourcesOf } from '../sql/join.ts';
import { changeSelect, rebuild } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import { isKind, mapChildren, walk } from '../sql/node-walk.ts';
import { conjunction } from '../sql/operand.ts';
import type { ConcreteUnion } from './concrete-union.ts';
import { adaptTo, isRowOf, labelKey } from './mapped-source.ts';
import type { Mapper } from './mapping.ts';

/** A condition over the columns of classes, moved to the union of them. */
export function moveToUnion(mapper: Mapper, union: ConcreteUnion, node: Node): Node {
  return adaptTo(mapper, ofTheirClasses(union, node), union.source);
}

/**
 * Keys are each table's own, so that a subquery which goes by the key of one class means the rows of that class: without this it would
 * find those of the others that have the same key.
 */
function ofTheirClasses(union: ConcreteUnion, node: Node): Node {
  const change = (child: Node): Node => {
    const mapped = mapChildren(child, change);
    const changed = mapped === child ? child : rebuild(mapped);
    if (!isKind(changed, 'select')) return changed;
    const own = new Set(sourcesOf(changed.from).map(({ id }) => id));
    const named = new Set<Mapper>();
    for (const part of [...changed.from, ...(changed.where === null ? [] : [changed.where])])
      walk(part, (inner) => {
        const owner =
          isKind(inner, 'column') && !own.has(inner.source.id) ? union.keyOwners.get(labelKey(inner.source.id, inner.name)) : undefined;
        if (owner !== undefined) named.add(owner);
        return !isKind(inner, 'select');
      });
    if (named.size === 0) return changed;
    const rows = [...named].map((owner) => isRowOf(union.source, owner) as Node);
    return changeSelect(changed, { where: conjunction(changed.where === null ? rows : [changed.where, ...rows]) });
  };
  return change(node);
}

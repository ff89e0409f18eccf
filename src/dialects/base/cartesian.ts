import type { Node } from '../../sql/node.ts';
import { isKind, walk } from '../../sql/node-walk.ts';
import { conjuncts } from '../../sql/operand.ts';
import { held } from './sources.ts';

/** The ids of all sources that a tree names, subqueries included. */
function named(node: Node): Set<string> {
  const ids = new Set<string>();
  walk(node, (child) => {
    if (isKind(child, 'column')) ids.add(child.source.id);
    return true;
  });
  return ids;
}

/**
 * The parts of FROM that no condition ties to the first one: each of their rows stands beside every other row, which is
 * seldom meant. SQLAlchemy: its linter of cartesian products.
 */
export function untiedItems(items: readonly Node[], where: Node | null): Node[] {
  if (items.length < 2) return [];
  const conditions = (where === null ? [] : conjuncts(where)).map(named);
  // A lateral subquery or a function is tied to what it names.
  const inside = items.map((item) =>
    isKind(item, 'alias') && (isKind(item.of, 'lateral') || isKind(item.of, 'tableFunction')) ? named(item) : null,
  );
  const ids = items.map((item, i) => new Set([...held(item), ...(inside[i] ?? [])]));
  const reached = new Set(ids[0]);
  const left = new Set(items.keys());
  left.delete(0);
  const touches = (set: ReadonlySet<string>): boolean => [...set].some((id) => reached.has(id));
  for (let grown = true; grown; ) {
    grown = false;
    for (const condition of conditions) {
      if (!touches(condition)) continue;
      for (const id of condition) {
        if (reached.has(id)) continue;
        reached.add(id);
        grown = true;
      }
    }
    for (const i of left) {
      if (!touches(ids[i])) continue;
      for (const id of ids[i]) reached.add(id);
      left.delete(i);
      grown = true;
    }
  }
  return [...left].map((i) => items[i]);
}

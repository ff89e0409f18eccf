import type { Node } from '../sql/node.ts';
import type { NodeKind } from '../sql/node-fields.ts';
import { isKind, walk } from '../sql/node-walk.ts';
import { isExpression } from '../sql/operand.ts';
import { withDescendants } from './mapper.ts';
import type { Mapper } from './mapping.ts';
import type { QuerySpec } from './query-spec.ts';

/** What names sources for itself alone. */
const OWN_SCOPE: ReadonlySet<NodeKind> = new Set(['alias', 'select', 'setOperation', 'values']);

/** Whether conditions name what a query's objects are not read from: its rows then come in by themselves, and repeat the objects. */
export function nameOthers({ mapper, source }: QuerySpec, list: readonly unknown[]): boolean {
  let found = false;
  let own: ReadonlySet<string> | null = null;
  const visit = (node: Node): boolean => {
    if (found) return false;
    if (isKind(node, 'column') && node.source.id !== source.id) {
      own ??= tablesOf(mapper);
      found = source.kind !== 'table' || !own.has(node.source.id);
    }
    return !found && !OWN_SCOPE.has(node.kind);
  };
  for (const item of list) if (isExpression(item)) walk(item.node, visit);
  return found;
}

/** The tables of a class's rows, and of those below it. */
function tablesOf(mapper: Mapper): ReadonlySet<string> {
  return new Set(withDescendants(mapper).flatMap(({ tables }) => tables.map(({ node }) => node.id)));
}

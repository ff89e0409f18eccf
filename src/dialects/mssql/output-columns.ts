import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { isLongDecimal, isLongType } from './value-types.ts';

/** A column of a query's result. */
export interface OutputColumn {
  /** The keys of the expressions that it stands for, by which ORDER BY finds it. */
  readonly keys: readonly string[];
  /** A name that no other column of the result has. */
  readonly name: string;
  /** The database knows it by this name, too. */
  readonly own: boolean;
  /** Its values may have more digits than the driver's numbers hold. */
  readonly long: boolean;
}

/** The columns of a query's result, each under a name of its own; null where only the database knows them. */
export function outputColumns(query: Node): readonly OutputColumn[] | null {
  if (isKind(query, 'setOperation')) return outputColumns(query.queries[0]);
  if (isKind(query, 'values')) return query.columns.map((name, i) => ({ keys: [], name, own: true, long: isLongType(query.types[i]) }));
  if (!isKind(query, 'select')) return null;
  const columns: OutputColumn[] = [];
  const taken = new Set<string>();
  const add = (node: Node, keys: readonly string[], wanted: string, own = true): void => {
    let name = wanted;
    for (let n = 1; taken.has(name.toLowerCase()); n++) name = `${wanted}_${n}`;
    taken.add(name.toLowerCase());
    columns.push({ keys, name, own: own && name === wanted, long: isLongDecimal(node) });
  };
  for (const item of query.columns.flatMap((column) => (isKind(column, 'entity') ? column.columns : [column]))) {
    if (isKind(item, 'star')) return null;
    if (isKind(item, 'column')) add(item, [item.key], item.name);
    // Expressions of one shape may have different values among them.
    else if (isKind(item, 'label')) add(item, item.binds.length === 0 ? [item.key, item.operand.key] : [item.key], item.name);
    else add(item, item.binds.length === 0 ? [item.key] : [], `column ${columns.length + 1}`, false);
  }
  return columns;
}

import type { Node, SourceNode } from '../../sql/node.ts';
import { isKind, walk } from '../../sql/node-walk.ts';
import type { SqlType } from '../../sql/type.ts';

/** What a statement is made of, found in one walk: most of what is done for few statements is not looked for in the others. */
export interface Survey {
  /** The names that tables, aliases and common table expressions have. */
  readonly names: ReadonlySet<string>;
  /** The types of columns. */
  readonly columnTypes: ReadonlySet<SqlType>;
  /** The types of columns, casts and parameters. */
  readonly types: ReadonlySet<SqlType>;
}

/** Looks through a statement. */
export function survey(statement: Node): Survey {
  const names = new Set<string>();
  const columnTypes = new Set<SqlType>();
  const types = new Set<SqlType>();
  const named = ({ name }: Pick<SourceNode, 'name'>): void => {
    if (name !== null) names.add(name);
  };
  walk(statement, (node) => {
    if (isKind(node, 'column')) {
      columnTypes.add(node.type);
      types.add(node.type);
      named(node.source);
    } else if (isKind(node, 'bind') || isKind(node, 'cast') || isKind(node, 'tryCast')) types.add(node.type);
    else if (isKind(node, 'table') || isKind(node, 'alias') || isKind(node, 'cte')) named(node);
    return true;
  });
  return { names, columnTypes, types };
}

/** Whether any of these types is such a one. */
export function someType(types: ReadonlySet<SqlType>, test: (type: SqlType) => boolean): boolean {
  for (const type of types) if (test(type)) return true;
  return false;
}

import type { Executable } from '../engine/statement.ts';
import { DdlStatement } from '../sql/ddl-statement.ts';
import { Insert } from '../sql/insert.ts';
import { sourcesOf } from '../sql/join.ts';
import { isKind, type Node } from '../sql/node.ts';
import { bindBehind } from '../sql/schema.ts';
import { Select, SetOperation } from '../sql/select.ts';
import { Delete, Update } from '../sql/update.ts';

/** The key of the database that a statement belongs to: that of the first table it names. SQLAlchemy: `get_bind()`. */
export function bindOf(statement: Executable): string | null {
  if (statement instanceof Insert || statement instanceof Update || statement instanceof Delete) return statement.table.bind;
  if (statement instanceof Select || statement instanceof SetOperation) return bindOfQuery(statement.node);
  if (statement instanceof DdlStatement)
    return statement.definition.kind === 'createTableAs' ? bindOfQuery(statement.definition.query) : statement.bind;
  return null;
}

function bindOfQuery(node: Node): string | null {
  if (isKind(node, 'setOperation')) return bindOfQuery(node.queries[0]);
  if (!isKind(node, 'select')) return null;
  for (const source of sourcesOf([...node.from, ...node.columns])) {
    const bind = bindBehind(source);
    if (bind !== undefined) return bind;
    if (isKind(source, 'alias')) return bindOfQuery(source.of);
  }
  return null;
}

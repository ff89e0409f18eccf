import type { Executable } from '../engine/statement.ts';
import { DdlStatement } from '../sql/ddl-statement.ts';
import { Delete } from '../sql/delete.ts';
import { Explain } from '../sql/explain.ts';
import { Insert } from '../sql/insert.ts';
import { sourcesOf } from '../sql/join.ts';
import { Merge } from '../sql/merge.ts';
import type { Node } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import { Query } from '../sql/query.ts';
import { bindBehind } from '../sql/schema.ts';
import { Truncate } from '../sql/truncate.ts';
import { Update } from '../sql/update.ts';

/** The key of the database that a statement belongs to: that of the first table it names. SQLAlchemy: `get_bind()`. */
export function bindOf(statement: Executable): string | null {
  if (statement instanceof Explain) return bindOf(statement.statement as unknown as Executable);
  if (
    statement instanceof Insert ||
    statement instanceof Update ||
    statement instanceof Delete ||
    statement instanceof Merge ||
    statement instanceof Truncate
  )
    return statement.table.bind;
  if (statement instanceof DdlStatement)
    return statement.definition.kind === 'createTableAs' ? bindOfQuery(statement.definition.query) : statement.bind;
  return statement instanceof Query ? bindOfQuery(statement.node) : null;
}

function bindOfQuery(node: Node): string | null {
  if (isKind(node, 'setOperation')) return bindOfQuery(node.queries[0]);
  if (!isKind(node, 'select')) return null;
  for (const source of sourcesOf([...node.from, ...node.columns])) {
    const own = bindBehind(source);
    if (own !== undefined) return own;
    if (isKind(source, 'alias')) {
      const { of } = source;
      const inner = isKind(of, 'cte') || isKind(of, 'lateral') ? of.query : of;
      const bind = isKind(inner, 'tableSample') ? bindOfTable(inner.source) : bindOfQuery(inner);
      if (bind !== null) return bind;
    }
  }
  return null;
}

function bindOfTable(node: Node): string | null {
  return isKind(node, 'table') ? (bindBehind(node) ?? null) : null;
}

import { changeSelect, make } from './make.ts';
import type { Node } from './node.ts';
import { isKind } from './node-walk.ts';
import { isQuery } from './operand.ts';
import { type SqlType, UNKNOWN } from './type.ts';

/** The type of the one column that a query gives, as far as it is known. */
export function columnTypeOf(query: unknown): SqlType {
  if (!isQuery(query)) return UNKNOWN;
  const { projection } = query as { readonly projection?: { readonly items: readonly { readonly type: SqlType }[] } };
  return projection?.items[0]?.type ?? nodeType(query.node);
}

function nodeType(query: Node): SqlType {
  if (isKind(query, 'setOperation')) return nodeType(query.queries[0]);
  const [column] = isKind(query, 'select') ? query.columns : [];
  if (column === undefined) return UNKNOWN;
  const inside = isKind(column, 'label') ? column.operand : column;
  return isKind(inside, 'column') ? inside.type : UNKNOWN;
}

/** The query with its columns changed, in each of its parts. SQL by hand stays as it is. */
export function mapColumns(query: Node, change: (column: Node) => Node): Node {
  if (isKind(query, 'setOperation'))
    return make('setOperation', { ...query, queries: query.queries.map((part) => mapColumns(part, change)) });
  if (!isKind(query, 'select')) return query;
  const columns = query.columns.map((column) =>
    isKind(column, 'label') ? make('label', { operand: change(column.operand), name: column.name }) : change(column),
  );
  return changeSelect(query, { columns });
}

import { sqlError } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import { make, makeAlias, makeColumn, makeSelect } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import type { Select } from '../sql/select.ts';
import { BOOLEAN } from '../sql/type.ts';
import { columnOf } from './mapped-source.ts';
import type { Mapper } from './mapping.ts';

export type SetOperator = 'UNION' | 'INTERSECT' | 'EXCEPT';

/** A query of a set operation: its objects are told by their keys. */
export interface KeyedQuery {
  readonly mapper: Mapper;
  readonly source: SourceNode;
  readonly select: Select<unknown>;
}

/** Whether a row's key is among those of several queries, put together. Throws an ArgumentError for queries of different classes. */
export function amongKeys(operator: SetOperator, queries: readonly KeyedQuery[]): Expression<boolean> {
  const [{ mapper }] = queries;
  const other = queries.find((query) => query.mapper !== mapper);
  if (other !== undefined) {
    const method = operator === 'UNION' ? 'union()' : operator === 'INTERSECT' ? 'intersect()' : 'except()';
    throw sqlError('sql.bad-argument', method, `queries of ${mapper.name}`, `one of ${other.mapper.name}`);
  }
  const keys = mapper.keyPositions.map((position) => mapper.columns[position]);
  const parts = queries.map(({ source, select }) => {
    const { limit, offset } = select.node;
    const rows = limit === null && offset === null ? select.orderBy() : select;
    const columns = keys.map((column) => new Expression(columnOf(source, column), column.type));
    const part = rows.columns(...columns).node;
    // A part with a limit is not taken everywhere as it is, but as a table.
    return limit === null && offset === null ? part : selectAll(part, mapper);
  });
  const together =
    parts.length === 1 ? parts[0] : make('setOperation', { operator, queries: parts, orderBy: [], limit: null, offset: null, ctes: [] });
  const own = keys.map((column) => columnOf(mapper.table.node, column));
  if (keys.length === 1)
    return new Expression<boolean>(make('in', { operand: own[0], list: selectAll(together, mapper), negated: false }), BOOLEAN);
  const all = makeAlias(together, null);
  const equal = keys.map((column, i) =>
    make('binary', { operator: '=', left: own[i], right: makeColumn(all, column.name, column.key, column.type) }),
  );
  const query = makeSelect({ columns: [make('raw', { pieces: ['1'], items: [] })], from: [all], where: conjunction(equal) });
  return new Expression<boolean>(make('exists', { query }), BOOLEAN);
}

function selectAll(query: Node, mapper: Mapper): Node {
  const table = makeAlias(query, null);
  const keys = mapper.keyPositions.map((position) => mapper.columns[position]);
  return makeSelect({ columns: keys.map((column) => makeColumn(table, column.name, column.key, column.type)), from: [table] });
}

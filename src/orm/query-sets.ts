import { sqlError } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import { make, makeAlias, makeColumn, makeSelect } from '../sql/make.ts';
import type { ColumnNode, Node, SourceNode } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import type { Select } from '../sql/select.ts';
import { BOOLEAN } from '../sql/type.ts';
import { rowKey } from './concrete-keys.ts';
import type { UnionReading } from './concrete-reading.ts';
import { ormError } from './errors.ts';
import type { Mapper } from './mapping.ts';

export type SetOperator = 'UNION' | 'INTERSECT' | 'EXCEPT';

const NAMES: Readonly<Record<SetOperator, string>> = { UNION: 'union()', INTERSECT: 'intersect()', EXCEPT: 'except()' };

/** A query of a set operation: its objects are told by their keys. */
export interface KeyedQuery {
  readonly mapper: Mapper;
  readonly source: SourceNode;
  readonly select: Select<unknown>;
  readonly union?: Pick<UnionReading, 'union'>;
}

/** Whether a row's key is among those of several queries, put together. Throws an ArgumentError for queries of different classes. */
export function amongKeys(operator: SetOperator, queries: readonly KeyedQuery[]): Expression<boolean> {
  const [{ mapper, union }] = queries;
  const other = queries.find((query) => query.mapper !== mapper);
  if (other !== undefined) throw sqlError('sql.bad-argument', NAMES[operator], `queries of ${mapper.name}`, `one of ${other.mapper.name}`);
  const read = union?.union ?? null;
  const apart = queries.find((query) => query.union?.union.source.id !== read?.source.id);
  if (apart !== undefined)
    throw ormError('orm.concrete-query', `${NAMES[operator]} with a query of other classes`, mapper.name, 'Give both the same classes');
  const own = rowKey(read?.source ?? mapper.table.node, mapper, read);
  const parts = queries.map(({ source, select }) => {
    const { limit, offset } = select.node;
    const rows = limit === null && offset === null ? select.orderBy() : select;
    const part = rows.columns(...rowKey(source, mapper, read).map((column) => new Expression(column, column.type))).node;
    // A part with a limit is not taken everywhere as it is, but as a table.
    return limit === null && offset === null ? part : selectAll(part, own);
  });
  const together =
    parts.length === 1 ? parts[0] : make('setOperation', { operator, queries: parts, orderBy: [], limit: null, offset: null, ctes: [] });
  if (own.length === 1)
    return new Expression<boolean>(make('in', { operand: own[0], list: selectAll(together, own), negated: false }), BOOLEAN);
  const all = makeAlias(together, null);
  // A class of a union has NULL for a key that is another's.
  const equals = read === null ? '=' : 'IS NOT DISTINCT FROM';
  const equal = own.map((column) => {
    const { name, attribute, type } = column;
    return make('binary', { operator: equals, left: column, right: makeColumn(all, name, attribute, type) });
  });
  const query = makeSelect({ columns: [make('raw', { pieces: ['1'], items: [] })], from: [all], where: conjunction(equal) });
  return new Expression<boolean>(make('exists', { query }), BOOLEAN);
}

function selectAll(query: Node, keys: readonly ColumnNode[]): Node {
  const table = makeAlias(query, null);
  return makeSelect({ columns: keys.map(({ name, attribute, type }) => makeColumn(table, name, attribute, type)), from: [table] });
}

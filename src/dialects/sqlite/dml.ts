import { adapt } from '../../sql/adapt.ts';
import { sqlError } from '../../sql/errors.ts';
import { sourcesOf } from '../../sql/join.ts';
import type { Node, TableNode } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { DeleteNode, UpdateNode } from '../../sql/statement-nodes.ts';
import type { Visitors, Writer } from '../base/compiler.ts';
import { dmlVisitors, inChange, withGivenValues, writeAssignments, writeInsert, writeReturning } from '../base/dml.ts';
import { writeOrderBy } from '../base/selects.ts';
import { writeFrom } from '../base/sources.ts';

type SqliteDml = Pick<
  Visitors,
  'insert' | 'conflict' | 'update' | 'rowField' | 'delete' | 'merge' | 'mergeClause' | 'truncate' | 'explain'
>;

/** RETURNING here sees the changed table alone, without a name before its columns. */
function returning(node: UpdateNode | DeleteNode, to: Writer): void {
  const other = sourcesOf(node.returning).find((source) => source.id !== node.table.id);
  if (other !== undefined) throw sqlError('sql.unsupported', 'columns of other tables in RETURNING', to.spelling.title);
  const { table } = node;
  const own = isKind(table, 'alias') ? node.returning.map((item) => adapt(item, table, table.of as TableNode)) : node.returning;
  writeReturning(own, to, true);
}

/** WHERE, where an order and a limit choose the rows. */
function whereLimited(node: UpdateNode | DeleteNode, to: Writer): void {
  to.write(' WHERE _rowid_ IN (SELECT _rowid_ FROM ').visit(node.table);
  if (node.where !== null) to.write(' WHERE ').visit(node.where);
  writeOrderBy(to, node.orderBy, new Map());
  if (node.limit !== null) to.write(' LIMIT ').visit(node.limit);
  to.write(')');
}

function isLimited(node: UpdateNode | DeleteNode, sources: readonly Node[], to: Writer): boolean {
  if (node.limit === null && node.orderBy.length === 0) return false;
  if (sources.length > 0) throw sqlError('sql.unsupported', 'ORDER BY and LIMIT in a change that uses other tables', to.spelling.title);
  return true;
}

/** How SQLite changes rows, where it does not as the standard says. */
export const sqliteDml: SqliteDml = {
  ...dmlVisitors,
  insert: (node, to) => {
    const instead = { replace: 'INSERT OR REPLACE', ignore: 'INSERT OR IGNORE' } as const;
    writeInsert(withGivenValues(node, to), node.instead === null ? 'INSERT' : instead[node.instead], to);
  },
  conflict: (node, to) => {
    if (node.constraint !== null && node.target.length === 0)
      throw sqlError(
        'sql.unsupported-instead',
        'ON CONFLICT ON CONSTRAINT',
        to.spelling.title,
        'Name the columns: { target: [T.c.name] }.',
      );
    dmlVisitors.conflict({ ...node, constraint: null }, to);
  },
  update: (node, to) =>
    inChange(node.table, node.from, node.where, to, () => {
      to.write('UPDATE ').visit(node.table).write(' SET ');
      writeAssignments(node.columns, node.values, to);
      writeFrom(node.from, [], to);
      if (isLimited(node, node.from, to)) whereLimited(node, to);
      else if (node.where !== null) to.write(' WHERE ').visit(node.where);
      returning(node, to);
    }),
  delete: (node, to) =>
    inChange(node.table, node.using, node.where, to, () => {
      to.write('DELETE FROM ').visit(node.table);
      if (node.using.length > 0) {
        // There is no USING: a row goes where the other tables have rows that fit it.
        to.write(' WHERE EXISTS (SELECT 1');
        writeFrom(node.using, [], to);
        if (node.where !== null) to.write(' WHERE ').visit(node.where);
        to.write(')');
        isLimited(node, node.using, to);
      } else if (isLimited(node, [], to)) whereLimited(node, to);
      else if (node.where !== null) to.write(' WHERE ').visit(node.where);
      returning(node, to);
    }),
  merge: (_node, to) => {
    throw sqlError('sql.unsupported-instead', 'MERGE', to.spelling.title, 'Use insertInto(…).fromSelect(…).onConflictDoUpdate(…).');
  },
  truncate: (node, to) => {
    if (node.cascade || node.tables.length > 1)
      throw sqlError('sql.unsupported', node.cascade ? 'TRUNCATE … CASCADE' : 'TRUNCATE of several tables', to.spelling.title);
    // It empties the table as quickly, and keys that are not kept for ever begin anew.
    to.write('DELETE FROM ').list(node.tables);
  },
  explain: (node, to) => {
    if (node.analyze) throw sqlError('sql.unsupported', 'EXPLAIN ANALYZE', to.spelling.title);
    to.write('EXPLAIN QUERY PLAN ').visit(node.statement);
  },
};

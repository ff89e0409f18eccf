import { sqlError } from '../../sql/errors.ts';
import type { Node, SourceNode } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { ConflictNode, DeleteNode, InsertNode, UpdateNode } from '../../sql/statement-nodes.ts';
import type { Visitors, Writer } from '../base/compiler.ts';
import { changesRows } from '../base/cte-hoisting.ts';
import { dmlVisitors, inChange, withChosenRows, withGivenValues, writeAssignments, writeNames } from '../base/dml.ts';
import { writeHints } from '../base/selects.ts';
import { checkSources, held } from '../base/sources.ts';
import { writeEnd, writeLeadingCtes } from './ctes.ts';
import { identityOf, writeGivenKeys } from './identity-insert.ts';
import { writeMergeStatement } from './merge.ts';
import { writeOutput } from './outputs.ts';
import { within } from './scope.ts';
import { writeFrom } from './sources.ts';
import { writeUpsert } from './upsert.ts';

/** A VALUES clause of an INSERT takes no more rows. */
const MOST_ROWS = 1000;

function writeRows(node: InsertNode, to: Writer, first: (row: number) => string = () => ''): void {
  const width = node.columns.length;
  for (let start = 0; start < node.values.length; start += width) {
    to.write(`${start === 0 ? '' : ', '}(${first(start / width)}`)
      .list(node.values.slice(start, start + width))
      .write(')');
  }
}

function writeInsert(given: InsertNode, to: Writer): void {
  const node = withGivenValues(given, to);
  const { conflict, instead } = node;
  if (instead !== null) dmlVisitors.insert(node, to);
  writeGivenKeys(node.table, node.columns, { ends: conflict !== null, overriding: given.overriding === 'system' }, to, () => {
    writeLeadingCtes(to);
    if (conflict === null) writePlainInsert(node, to);
    else writeUpsert(node, conflict as ConflictNode, to, () => writeRows(node, to));
  });
}

function writePlainInsert(node: InsertNode, to: Writer): void {
  const { columns, query, returning } = node;
  to.write('INSERT ');
  writeHints(node.prefixes, to, '', ' ');
  to.write('INTO ').visit(node.table);
  if (columns.length > 0) {
    to.write(' ');
    writeNames(columns, to);
  }
  writeOutput(returning, 'inserted', node.table.id, to);
  if (query !== null) {
    to.write(' ');
    to.scoped([], () => within(to, { place: 'insert' }, () => to.visit(query)));
  } else if (columns.length === 0) to.write(' DEFAULT VALUES');
  else to.scoped([], () => writeValues(node, to));
  writeEnd([], to);
}

function writeValues(node: InsertNode, to: Writer): void {
  const { columns, returning } = node;
  const count = node.values.length / columns.length;
  const identity = identityOf(node.table);
  // Only the order of a select is sure to be the order of the keys that are made.
  const inOrder = identity !== null && !columns.includes(identity) && returning.length > 0 && count > 1;
  if (!inOrder && count <= MOST_ROWS) {
    to.write(' VALUES ');
    writeRows(node, to);
    return;
  }
  const rows = to.anonymous('rows');
  const quoted = columns.map((column) => to.spelling.quote(column));
  to.write(` SELECT ${quoted.map((column) => `${rows}.${column}`).join(', ')} FROM (VALUES `);
  writeRows(node, to, (row) => `${row}, `);
  to.write(`) AS ${rows} ([row number], ${quoted.join(', ')}) ORDER BY ${rows}.[row number]`);
}

/** The changed table's name, which is its alias where FROM gives it one. */
function targetName(table: SourceNode, to: Writer): void {
  if (isKind(table, 'table')) to.visit(table);
  else to.write(to.sourceName(table));
}

/** FROM of a change: the changed table stands in it beside the others, or under its alias. */
function writeChangedFrom(table: SourceNode, others: readonly Node[], to: Writer): void {
  if (others.length === 0 && isKind(table, 'table')) return;
  const said = others.some((item) => held(item).includes(table.id));
  writeFrom(said ? others : [table, ...others], [], to);
}

/** The end of an UPDATE or a DELETE: what it gives back, the tables, the condition. */
function writeRest(node: UpdateNode | DeleteNode, others: readonly Node[], to: Writer): void {
  checkSources(node.returning, to.enclosing, 'returning()');
  writeOutput(node.returning, isKind(node, 'update') ? 'inserted' : 'deleted', node.table.id, to);
  writeChangedFrom(node.table, others, to);
  if (node.where !== null) to.write(' WHERE ').condition(node.where);
  writeEnd([], to);
}

type DmlKinds = 'insert' | 'conflict' | 'update' | 'rowField' | 'delete' | 'merge' | 'mergeClause' | 'truncate' | 'explain';

/** Statements that change rows. */
export const mssqlDmlVisitors: Pick<Visitors, DmlKinds> = {
  ...dmlVisitors,
  insert: writeInsert,
  // Written with its MERGE.
  conflict: () => {},
  update: (given, to) => {
    const node = withChosenRows(given, to);
    inChange(node.table, node.from, node.where, to, () => {
      writeLeadingCtes(to);
      within(to, { place: 'nested' }, () => {
        to.write('UPDATE ');
        targetName(node.table, to);
        to.write(' SET ');
        writeAssignments(node.columns, node.values, to, false);
        writeRest(node, node.from, to);
      });
    });
  },
  delete: (given, to) => {
    const node = withChosenRows(given, to);
    inChange(node.table, node.using, node.where, to, () => {
      writeLeadingCtes(to);
      within(to, { place: 'nested' }, () => {
        to.write('DELETE FROM ');
        targetName(node.table, to);
        writeRest(node, node.using, to);
      });
    });
  },
  merge: writeMergeStatement,
  truncate: (node, to) => {
    if (node.cascade) throw sqlError('sql.unsupported', 'TRUNCATE … CASCADE', 'SQL Server');
    // One table a statement; the numbers of an identity column begin anew whether that was said or not.
    node.tables.forEach((table, i) => {
      to.write(i === 0 ? 'TRUNCATE TABLE ' : '; TRUNCATE TABLE ').visit(table);
    });
  },
  explain: (node, to) => {
    const { statement, analyze } = node;
    const inner = isKind(statement, 'with') ? statement.statement : statement;
    // A plan without a run is for whole batches of a connection only.
    if (!analyze && (changesRows(inner) || isKind(inner, 'truncate') || isKind(inner, 'raw')))
      throw sqlError(
        'sql.unsupported-instead',
        'plan of a change that is not made',
        'SQL Server',
        'Use explain(statement, { analyze: true }), which runs it.',
      );
    to.write('SET STATISTICS PROFILE ON; ').visit(statement).write('; SET STATISTICS PROFILE OFF');
  },
};

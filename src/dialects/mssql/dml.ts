import { sqlError } from '../../sql/errors.ts';
import { type ConflictNode, type InsertNode, isKind, type Node, type TableNode, walk } from '../../sql/node.ts';
import { type Table, tableBehind } from '../../sql/schema.ts';
import type { Visitors, Writer } from '../base/compiler.ts';
import { within } from './scope.ts';
import { writeColumns } from './selects.ts';

/** A VALUES clause of an INSERT takes no more rows. */
const MOST_ROWS = 1000;
/** What the rows of an upsert are called: `excluded()` names it. */
const SOURCE = 'excluded';

function unsupported(feature: string): Error {
  return sqlError('sql.unsupported', feature, 'SQL Server');
}

function assignments(columns: readonly string[], values: readonly Node[], to: Writer): void {
  columns.forEach((name, i) => {
    if (i > 0) to.write(', ');
    to.identifier(name).write(' = ').visit(values[i]);
  });
}

function nameList(names: readonly string[], to: Writer): string {
  return names.map((name) => to.spelling.quote(name)).join(', ');
}

/** The OUTPUT clause: what RETURNING is elsewhere. It stands before the rows and the conditions. */
function writeOutput(nodes: readonly Node[], rows: 'inserted' | 'deleted', table: TableNode, to: Writer): void {
  if (nodes.length === 0) return;
  to.write(' OUTPUT ');
  within(to, { output: { rows, table: table.id } }, () => writeColumns(nodes, to, true));
}

/** The column whose values the database makes, or null. */
function identityOf(table: Table | null): string | null {
  return table?.columns.find((column) => column.autoIncrement)?.name ?? null;
}

function writeRows(node: InsertNode, to: Writer, first: (row: number) => string = () => ''): void {
  const width = node.columns.length;
  for (let start = 0; start < node.values.length; start += width) {
    to.write(`${start === 0 ? '' : ', '}(${first(start / width)}`)
      .list(node.values.slice(start, start + width))
      .write(')');
  }
}

function writeInsert(node: InsertNode, to: Writer): void {
  const identity = identityOf(tableBehind(node.table));
  const givesKey = identity !== null && node.columns.includes(identity);
  const name = to.sourceName(node.table);
  if (givesKey) to.write(`SET IDENTITY_INSERT ${name} ON; `);
  if (node.conflict === null) writePlainInsert(node, identity !== null && !givesKey, to);
  else writeMerge(node, node.conflict as ConflictNode, to);
  if (givesKey) to.write(`${node.conflict === null ? ';' : ''} SET IDENTITY_INSERT ${name} OFF`);
}

function writePlainInsert(node: InsertNode, makesKeys: boolean, to: Writer): void {
  const { columns, query, returning } = node;
  to.write('INSERT INTO ').visit(node.table);
  if (columns.length > 0) to.write(` (${nameList(columns, to)})`);
  writeOutput(returning, 'inserted', node.table, to);
  if (query !== null) {
    to.write(' ');
    within(to, { place: 'insert' }, () => to.visit(query));
    return;
  }
  if (columns.length === 0) {
    to.write(' DEFAULT VALUES');
    return;
  }
  const count = node.values.length / columns.length;
  // Only the order of a select is sure to be the order of the keys that are made.
  const inOrder = makesKeys && returning.length > 0 && count > 1;
  if (!inOrder && count <= MOST_ROWS) {
    to.write(' VALUES ');
    writeRows(node, to);
    return;
  }
  const rows = to.anonymous('rows');
  to.write(` SELECT ${columns.map((column) => `${rows}.${to.spelling.quote(column)}`).join(', ')} FROM (VALUES `);
  writeRows(node, to, (row) => `${row}, `);
  to.write(`) AS ${rows} ([row number], ${nameList(columns, to)}) ORDER BY ${rows}.[row number]`);
}

/** INSERT with what to do about rows that are there: a MERGE, whose lock keeps others from adding the row meanwhile. */
function writeMerge(node: InsertNode, conflict: ConflictNode, to: Writer): void {
  const { columns, query } = node;
  if (columns.length === 0) throw unsupported('upsert of a row without values');
  refuseMissing(conflict, columns);
  const target = to.sourceName(node.table);
  to.write(`MERGE INTO ${target} WITH (HOLDLOCK) USING (`);
  if (query === null) {
    to.write('VALUES ');
    writeRows(node, to);
  } else within(to, { place: 'nested' }, () => to.visit(query));
  to.write(`) AS ${SOURCE} (${nameList(columns, to)}) ON `);
  writeMatch(node, conflict, target, to);
  if (conflict.columns.length > 0) {
    to.enclosing = [node.table.id];
    to.write(' WHEN MATCHED');
    if (conflict.where !== null) to.write(' AND (').condition(conflict.where).write(')');
    to.write(' THEN UPDATE SET ');
    assignments(conflict.columns, conflict.values, to);
  }
  const given = columns.map((column) => `${SOURCE}.${to.spelling.quote(column)}`).join(', ');
  to.write(` WHEN NOT MATCHED THEN INSERT (${nameList(columns, to)}) VALUES (${given})`);
  writeOutput(node.returning, 'inserted', node.table, to);
  to.write(';');
}

/** An excluded() of a column that the rows do not give would need the column's default. */
function refuseMissing(conflict: ConflictNode, columns: readonly string[]): void {
  for (const value of [...conflict.values, ...(conflict.where === null ? [] : [conflict.where])]) {
    walk(value, (child) => {
      if (isKind(child, 'column') && isKind(child.source, 'alias') && child.source.name === SOURCE && !columns.includes(child.name))
        throw unsupported(`excluded() of '${child.name}', which the rows to insert do not give`);
      return true;
    });
  }
}

/** When a row counts as there: by the columns that were named, or by any unique key of the table. */
function writeMatch(node: InsertNode, conflict: ConflictNode, target: string, to: Writer): void {
  const table = tableBehind(node.table);
  const keys = conflict.target.length > 0 ? [conflict.target] : uniqueKeys(table);
  for (const name of conflict.target)
    if (!node.columns.includes(name)) throw unsupported(`conflict over '${name}', which the rows to insert do not give`);
  // A key that the database makes is on no row yet.
  const given = keys.filter((key) => key.every((name) => node.columns.includes(name)));
  if (given.length === 0) {
    if (table === null) throw unsupported('onConflictDoNothing() without columns on a table whose unique keys are not known');
    to.write('1 = 0');
    return;
  }
  const nullable = (name: string): boolean => table?.columns.find((column) => column.name === name)?.nullable === true;
  const matches = given.map((key) =>
    key
      .map((name) => {
        const [own, other] = [`${target}.${to.spelling.quote(name)}`, `${SOURCE}.${to.spelling.quote(name)}`];
        // A unique constraint takes one NULL only.
        return nullable(name) ? `(${own} = ${other} OR ${own} IS NULL AND ${other} IS NULL)` : `${own} = ${other}`;
      })
      .join(' AND '),
  );
  to.write(matches.length === 1 ? matches[0] : matches.map((match) => `(${match})`).join(' OR '));
}

function uniqueKeys(table: Table | null): string[][] {
  if (table === null) return [];
  const { primaryKey, uniques, indexes } = table;
  if (indexes.some((index) => index.unique && index.where !== null))
    throw unsupported('onConflictDoNothing() without columns on a table with a partial unique index');
  const keys = [...(primaryKey === null ? [] : [primaryKey]), ...uniques, ...indexes.filter((index) => index.unique)];
  return keys.map((key) => key.columns.map((column) => column.name));
}

/** Statements that change rows. */
export const mssqlDmlVisitors: Pick<Visitors, 'insert' | 'conflict' | 'update' | 'delete'> = {
  insert: writeInsert,
  // Written with its MERGE.
  conflict: () => {},
  update: (node, to) => {
    to.enclosing = [node.table.id];
    to.write('UPDATE ').visit(node.table).write(' SET ');
    within(to, { place: 'nested' }, () => {
      assignments(node.columns, node.values, to);
      writeOutput(node.returning, 'inserted', node.table, to);
      if (node.from.length > 0) {
        to.write(' FROM ').visit(node.table);
        for (const item of node.from) to.write(', ').visit(item);
      }
      if (node.where !== null) to.write(' WHERE ').condition(node.where);
    });
  },
  delete: (node, to) => {
    to.enclosing = [node.table.id];
    to.write('DELETE FROM ').visit(node.table);
    within(to, { place: 'nested' }, () => {
      writeOutput(node.returning, 'deleted', node.table, to);
      if (node.where !== null) to.write(' WHERE ').condition(node.where);
    });
  },
};

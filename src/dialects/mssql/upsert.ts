import { adapt } from '../../sql/adapt.ts';
import { EXCLUDED } from '../../sql/conflict.ts';
import { sqlError } from '../../sql/errors.ts';
import type { Node } from '../../sql/node.ts';
import { isKind, walk } from '../../sql/node-walk.ts';
import { type Table, tableBehind } from '../../sql/schema.ts';
import type { ConflictNode, InsertNode } from '../../sql/statement-nodes.ts';
import type { Writer } from '../base/compiler.ts';
import { writeAssignments, writeNames } from '../base/dml.ts';
import { writeEnd } from './ctes.ts';
import { writeOutput } from './outputs.ts';
import { within } from './scope.ts';

/** What the rows of an upsert are called: `excluded()` names it. */
const SOURCE = 'excluded';

function unsupported(feature: string): Error {
  return sqlError('sql.unsupported', feature, 'SQL Server');
}

/** INSERT with what to do about rows that are there: a MERGE, whose lock keeps others from adding the row meanwhile. */
export function writeUpsert(node: InsertNode, conflict: ConflictNode, to: Writer, writeValues: () => void): void {
  const { columns, query } = node;
  refuse(node, conflict);
  const target = to.sourceName(node.table);
  to.write(`MERGE INTO ${target} WITH (HOLDLOCK) USING (`);
  if (query === null) {
    to.write('VALUES ');
    writeValues();
  } else within(to, { place: 'nested' }, () => to.visit(query));
  to.write(`) AS ${SOURCE} `);
  writeNames(columns, to);
  to.write(' ON ');
  writeMatch(node, conflict, target, to);
  if (conflict.columns.length > 0) {
    to.scoped([node.table.id], () => {
      to.write(' WHEN MATCHED');
      if (conflict.where !== null) to.write(' AND ').condition(conflict.where, 2);
      to.write(' THEN UPDATE SET ');
      writeAssignments(conflict.columns, conflict.values, to);
    });
  }
  to.write(' WHEN NOT MATCHED THEN INSERT ');
  writeNames(columns, to);
  to.write(` VALUES (${columns.map((column) => `${SOURCE}.${to.spelling.quote(column)}`).join(', ')})`);
  writeOutput(node.returning, 'inserted', node.table.id, to);
  writeEnd([], to);
  to.write(';');
}

function refuse(node: InsertNode, conflict: ConflictNode): void {
  if (node.columns.length === 0) throw unsupported('upsert of a row without values');
  if (conflict.duplicateKey)
    throw sqlError('sql.unsupported-instead', 'ON DUPLICATE KEY UPDATE', 'SQL Server', 'Use onConflictDoUpdate({ target, set }).');
  if (conflict.expressions.length > 0) throw unsupported('conflict over expressions, since its indexes are over columns');
  // An excluded() of a column that the rows do not give would need the column's default.
  for (const value of [...conflict.values, ...(conflict.where === null ? [] : [conflict.where])]) {
    walk(value, (child) => {
      if (isKind(child, 'column') && isKind(child.source, 'alias') && child.source.name === SOURCE && !node.columns.includes(child.name))
        throw unsupported(`excluded() of '${child.name}', which the rows to insert do not give`);
      return true;
    });
  }
}

/** When a row counts as there: by the columns or the constraint that were named, or by any unique key of the table. */
function writeMatch(node: InsertNode, conflict: ConflictNode, target: string, to: Writer): void {
  const table = tableBehind(node.table);
  const named = conflict.constraint !== null ? constraintColumns(table, conflict.constraint) : conflict.target;
  const keys = named.length > 0 ? [named] : uniqueKeys(table);
  for (const name of named)
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
  if (conflict.targetWhere !== null) writeFilter(node, conflict.targetWhere, to);
}

/** The rows of a filtered index: a row of the table is in the way of a new one where both are among them. */
function writeFilter(node: InsertNode, where: Node, to: Writer): void {
  const other = adapt(where, node.table, EXCLUDED);
  walk(other, (child) => {
    if (isKind(child, 'column') && child.source.id === EXCLUDED.id && !node.columns.includes(child.name))
      throw unsupported(`conflict where '${child.name}' counts, which the rows to insert do not give`);
    return true;
  });
  to.write(' AND ').condition(where, 3).write(' AND ').condition(other, 3);
}

function constraintColumns(table: Table | null, name: string): string[] {
  const all = table === null ? [] : [...(table.primaryKey === null ? [] : [table.primaryKey]), ...table.uniques];
  const constraint = all.find((one) => one.name === name);
  if (constraint === undefined) throw unsupported(`conflict over the constraint '${name}', whose columns are not known`);
  return constraint.columns.map((column) => column.name);
}

function uniqueKeys(table: Table | null): string[][] {
  if (table === null) return [];
  const { primaryKey, uniques, indexes } = table;
  if (indexes.some((index) => index.unique && index.where !== null))
    throw unsupported('onConflictDoNothing() without columns on a table with a partial unique index');
  const keys = [...(primaryKey === null ? [] : [primaryKey]), ...uniques, ...indexes.filter((index) => index.unique)];
  return keys.map((key) => key.columns.map((column) => column.name));
}

import { sqlError } from '../../sql/errors.ts';
import type { Node, SourceNode } from '../../sql/node.ts';
import { isKind, walk } from '../../sql/node-walk.ts';
import { type Table, tableBehind } from '../../sql/schema.ts';
import type { ConflictNode, DeleteNode, InsertNode, UpdateNode } from '../../sql/statement-nodes.ts';
import type { Visitors, Writer } from '../base/compiler.ts';
import { dmlVisitors, inChange, withGivenValues, writeReturning, writeRows } from '../base/dml.ts';
import { writeHints, writeOrderBy } from '../base/selects.ts';
import { checkSources, writeFrom } from '../base/sources.ts';
import { readsTable, sameTable, whileChanging, withOwnNames } from './changed-table.ts';
import type { MysqlServer } from './server.ts';

type MysqlDml = Pick<
  Visitors,
  'insert' | 'conflict' | 'update' | 'rowField' | 'delete' | 'merge' | 'mergeClause' | 'truncate' | 'explain' | 'column'
>;

/** The name of the source that `excluded()` speaks of, in every database. */
const EXCLUDED = 'excluded';

/** What an upsert that leaves rows as they are evaluates for each such row: the answer then has the key −1. */
export const KEPT_MARK = 'LAST_INSERT_ID(18446744073709551615)';

/** How rows are written: upserts by ON DUPLICATE KEY, RETURNING where the server has it. */
export function mysqlDml(server: MysqlServer): MysqlDml {
  const returning = (nodes: readonly Node[], what: string, allowed: boolean, to: Writer): void => {
    if (nodes.length > 0 && !allowed) throw sqlError('sql.unsupported', `RETURNING in ${what}`, to.spelling.title);
    writeReturning(nodes, to, true);
  };

  const changing = (table: SourceNode, to: Writer, write: () => void): void => {
    if (server.mariadb) write();
    else whileChanging(table, to, write);
  };

  /** Whether the rows to be inserted have a name that ON DUPLICATE KEY can call them by: MySQL 8.0.19 and later, for VALUES. */
  const named = (node: InsertNode): boolean => !server.mariadb && node.query === null;

  const onConflict = (node: InsertNode, conflict: ConflictNode, to: Writer): void => {
    if (conflict.columns.length === 0 && node.returning.length > 0)
      throw sqlError(
        'sql.unsupported',
        'onConflictDoNothing() with returning(), which would give the rows that were there',
        to.spelling.title,
      );
    checkTarget(node, conflict, to);
    to.rowsNamed = named(node) && conflict.columns.length > 0;
    if (to.rowsNamed) to.write(` AS ${EXCLUDED}`);
    to.scoped([node.table.id], () => writeConflict(node, conflict, to));
    to.rowsNamed = false;
  };

  return {
    ...dmlVisitors,
    column: (node, to) => {
      const { source } = node;
      if (isKind(source, 'alias') && source.name === EXCLUDED && isKind(source.of, 'star')) {
        if (to.rowsNamed) to.write(`${EXCLUDED}.`).identifier(node.name);
        else to.write('VALUES(').identifier(node.name).write(')');
        return;
      }
      if (!to.unqualified || isKind(source, 'alias')) to.write(`${to.sourceName(source)}.`);
      to.identifier(node.name);
    },
    insert: (given, to) => {
      const node = withGivenValues(given, to);
      to.write(node.instead === 'replace' ? 'REPLACE ' : 'INSERT ');
      writeHints(node.prefixes, to, '', ' ');
      to.write(node.instead === 'ignore' ? 'IGNORE INTO ' : 'INTO ').visit(node.table);
      if (node.query === null && node.columns.length === 0) to.write(' () VALUES ()');
      else if (node.query === null) changing(node.table, to, () => to.scoped([], () => writeRows(node, null, to)));
      else to.scoped([], () => writeRows(node, () => writeQuery(node.query as Node, node, to), to));
      const { conflict } = node;
      if (conflict !== null) changing(node.table, to, () => onConflict(node, conflict, to));
      to.scoped([node.table.id], () => returning(node.returning, 'an INSERT', server.mariadb, to));
    },
    // It is written with its INSERT, whose table it needs.
    conflict: dmlVisitors.conflict,
    update: (node, to) =>
      inChange(node.table, node.from, node.where, to, () => {
        const { table } = node;
        const several = node.from.length > 0;
        to.write('UPDATE ').visit(table);
        writeFrom(node.from, [], to, ', ');
        to.write(' SET ');
        inOrder(node.columns, node.values, table, server.mariadb && !several, to).forEach((i, place) => {
          if (place > 0) to.write(', ');
          if (several) to.write(`${to.sourceName(table)}.`);
          to.identifier(node.columns[i]).write(' = ');
          changing(table, to, () => to.visit(node.values[i]));
        });
        if (node.where !== null) where(table, node.where, to, server);
        limited(node, several, to);
        returning(node.returning, 'an UPDATE', false, to);
      }),
    delete: (node, to) =>
      inChange(node.table, node.using, node.where, to, () => {
        const { table } = node;
        // MariaDB has an alias only in the form for several tables.
        const several = node.using.length > 0 || (server.mariadb && isKind(table, 'alias') && node.limit === null);
        if (several) {
          to.write(`DELETE FROM ${to.sourceName(table)} USING `).visit(table);
          writeFrom(node.using, [], to, ', ');
        } else to.write('DELETE FROM ').visit(table);
        if (node.where !== null) where(table, node.where, to, server);
        limited(node, several, to);
        checkSources(node.returning, to.enclosing, 'returning()');
        returning(node.returning, several ? 'a DELETE that uses other tables or an alias' : 'a DELETE', server.mariadb && !several, to);
      }),
    merge: (_node, to) => {
      throw sqlError('sql.unsupported-instead', 'MERGE', to.spelling.title, 'Use insertInto(…).fromSelect(…).onConflictDoUpdate(…).');
    },
    truncate: (node, to) => {
      if (node.cascade || node.tables.length > 1)
        throw sqlError('sql.unsupported', node.cascade ? 'TRUNCATE … CASCADE' : 'TRUNCATE of several tables', to.spelling.title);
      // Keys begin anew in any case.
      to.write('TRUNCATE TABLE ').list(node.tables);
    },
    explain: (node, to) => {
      to.write(!node.analyze ? 'EXPLAIN ' : server.mariadb ? 'ANALYZE ' : 'EXPLAIN ANALYZE ').visit(node.statement);
    },
  };
}

/**
 * The rows of an insert. Before a conflict clause, a set operation stands in FROM, where MySQL understands it, and so does a
 * select of the table itself, whose columns the clause would not know from those of the row that is there.
 */
function writeQuery(query: Node, { conflict, table }: InsertNode, to: Writer): void {
  if (conflict === null || (isKind(query, 'select') && !readsTable(query, table))) to.visit(query);
  else
    to.write('SELECT * FROM (')
      .visit(isKind(query, 'select') ? withOwnNames(query) : query)
      .write(`) AS ${to.anonymous('rows')}`);
}

/** ORDER BY and LIMIT, by which a change of one table chooses its rows. */
function limited(node: UpdateNode | DeleteNode, several: boolean, to: Writer): void {
  if (node.limit === null && node.orderBy.length === 0) return;
  if (several) throw sqlError('sql.unsupported', 'ORDER BY and LIMIT in a change that uses other tables', to.spelling.title);
  writeOrderBy(to, node.orderBy, new Map());
  if (node.limit !== null) to.write(' LIMIT ').visit(node.limit);
}

/**
 * ON DUPLICATE KEY fires for every unique key of a table. Where the statement names one of several, a row that meets another
 * would be changed although nobody meant it.
 */
function checkTarget(node: InsertNode, conflict: ConflictNode, to: Writer): void {
  const { title } = to.spelling;
  if (conflict.where !== null) throw sqlError('sql.unsupported', 'WHERE in onConflictDoUpdate()', title);
  if (conflict.expressions.length > 0 || conflict.targetWhere !== null)
    throw sqlError('sql.unsupported', 'a conflict target that is an expression or some rows of an index', title);
  const table = tableBehind(node.table);
  if (conflict.duplicateKey || table === null) return;
  const target = conflict.target.length > 0 ? conflict.target : constraintColumns(table, conflict.constraint);
  if (target.length === 0) return;
  const keys = uniqueKeys(table);
  const isTarget = (key: readonly string[]): boolean => key.length === target.length && key.every((name) => target.includes(name));
  if (!keys.some(isTarget))
    throw sqlError('sql.unsupported', `conflict target (${target.join(', ')}) that is no unique key of '${table.name}'`, title);
  // A key that the database makes cannot meet another.
  const made = table.columns.find((column) => column.autoIncrement && !node.columns.includes(column.name))?.name;
  const other = keys.find((key) => !isTarget(key) && !(key.length === 1 && key[0] === made));
  if (other !== undefined)
    throw sqlError(
      'sql.unsupported',
      `conflict target: ON DUPLICATE KEY would also take a conflict of '${table.name}' on (${other.join(', ')}), and so cannot stand for (${target.join(', ')}) alone`,
      title,
    );
}

/** The columns of the unique key of this name. */
function constraintColumns(table: Table, name: string | null): string[] {
  const keys = [table.primaryKey, ...table.uniques, ...table.indexes.filter((index) => index.unique)];
  return keys.find((key) => key !== null && key.name === name)?.columns.map((column) => column.name) ?? [];
}

function uniqueKeys(table: Table): string[][] {
  const keys = [table.primaryKey, ...table.uniques, ...table.indexes.filter((index) => index.unique)];
  return keys.flatMap((key) => (key === null ? [] : [key.columns.map((column) => column.name)]));
}

function writeConflict(node: InsertNode, conflict: ConflictNode, to: Writer): void {
  const { table } = node;
  to.write(' ON DUPLICATE KEY UPDATE ');
  if (conflict.columns.length === 0) {
    // The row stays as it is, and the mark lets the driver tell it from one that was inserted.
    const name = node.columns[0] ?? tableBehind(table)?.columns[0].name;
    const own = `${to.sourceName(table)}.${to.spelling.quote(name ?? 'id')}`;
    to.write(`${own} = IF(${KEPT_MARK} = 0, ${own}, ${own})`);
    return;
  }
  inOrder(conflict.columns, conflict.values, table, false, to).forEach((i, place) => {
    if (place > 0) to.write(', ');
    to.identifier(conflict.columns[i]).write(' = ').visit(conflict.values[i]);
  });
}

/**
 * The order of assignments in which each reads the row as it was: MySQL makes them one after the other. Throws where they
 * read each other in a circle. `atOnce`: this server was told to make them all at once.
 */
function inOrder(columns: readonly string[], values: readonly Node[], table: SourceNode, atOnce: boolean, to: Writer): number[] {
  const places = columns.map((_name, i) => i);
  if (atOnce || columns.length < 2) return places;
  const reads = values.map((value) => readColumns(value, table));
  const order: number[] = [];
  const left = new Set(places);
  while (left.size > 0) {
    // Next comes one that none of the others still has to read.
    const next = [...left].find((i) => [...left].every((j) => j === i || !reads[j].has(columns[i])));
    if (next === undefined)
      throw sqlError(
        'sql.unsupported',
        `UPDATE whose assignments read each other's columns (${[...left].map((i) => columns[i]).join(', ')})`,
        to.spelling.title,
      );
    left.delete(next);
    order.push(next);
  }
  return order;
}

function readColumns(value: Node, table: SourceNode): Set<string> {
  const names = new Set<string>();
  walk(value, (node) => {
    if (isKind(node, 'column') && (node.source.id === table.id || sameTable(node.source, table))) names.add(node.name);
    return true;
  });
  return names;
}

/**
 * WHERE of an UPDATE or DELETE. MySQL does not let a subquery read the table that is being changed, so the rows are found first,
 * by their keys; MariaDB does.
 */
function where(table: SourceNode, condition: Node, to: Writer, server: MysqlServer): void {
  const key = tableBehind(table)?.primaryKey ?? null;
  to.write(' WHERE ');
  if (server.mariadb || !readsTable(condition, table)) {
    to.visit(condition);
    return;
  }
  if (key === null) {
    whileChanging(table, to, () => to.visit(condition));
    return;
  }
  const name = to.sourceName(table);
  const columns = key.columns.map((column) => to.spelling.quote(column.name));
  const found = to.anonymous('found');
  const own = columns.map((column) => `${name}.${column}`).join(', ');
  to.write(`${columns.length === 1 ? own : `(${own})`} IN (SELECT ${columns.map((column) => `${found}.${column}`).join(', ')} FROM (`);
  to.write(`SELECT DISTINCT ${own} FROM `).visit(table).write(' WHERE ').visit(condition).write(`) AS ${found})`);
}

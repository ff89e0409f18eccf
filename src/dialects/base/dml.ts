import { sqlError } from '../../sql/errors.ts';
import { make, makeColumn, makeSelect } from '../../sql/make.ts';
import type { Node, SourceNode } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { tableBehind } from '../../sql/schema.ts';
import type { DeleteNode, InsertNode, MergeClauseNode, SelectNode, UpdateNode } from '../../sql/statement-nodes.ts';
import { TIGHTNESS, type Visitors, type Writer } from './compiler.ts';
import { holdsAggregate } from './functions.ts';
import { warnOfProducts, writeHints } from './selects.ts';
import { checkSources, held, writeFrom } from './sources.ts';

type DmlVisitors = Pick<
  Visitors,
  'insert' | 'conflict' | 'update' | 'rowField' | 'delete' | 'merge' | 'mergeClause' | 'truncate' | 'explain'
>;

const TRUE = make('constant', { value: true });
const SCALAR = make('scalar', { query: make('star', {}) });

/** `a = 1, b = 2, (c, d) = (SELECT …)`. Where a database has no rows there, each column takes a select of its own. */
export function writeAssignments(columns: readonly string[], values: readonly Node[], to: Writer, asRows = true): void {
  const written = new Set<number>();
  columns.forEach((name, i) => {
    const value = values[i];
    if (!asRows || !isKind(value, 'rowField')) {
      to.write(i > 0 ? ', ' : '').identifier(name);
      to.write(' = ').visit(value);
    } else if (!written.has(value.row)) {
      written.add(value.row);
      to.write(i > 0 ? ', ' : '');
      writeNames(namesOfRow(value.row, columns, values), to);
      to.write(' = (').visit(value.query).write(')');
    }
  });
}

/** The columns that take one select's, in its order. */
function namesOfRow(row: number, columns: readonly string[], values: readonly Node[]): readonly string[] {
  const names: string[] = [];
  values.forEach((value, i) => {
    if (isKind(value, 'rowField') && value.row === row) names[value.place] = columns[i];
  });
  return names;
}

/** RETURNING; columns stand alone unless other sources might have columns of the same name. */
export function writeReturning(nodes: readonly Node[], to: Writer, unqualified: boolean): void {
  if (nodes.length === 0) return;
  to.unqualified = unqualified;
  to.write(' RETURNING ').columns(nodes);
  to.unqualified = false;
}

/** The names of columns in brackets. */
export function writeNames(names: readonly string[], to: Writer): void {
  to.write(`(${names.map((name) => to.spelling.quote(name)).join(', ')})`);
}

/** The insert for a database that stores whatever value is given for a column that it numbers. */
export function withGivenValues(node: InsertNode, to: Writer): InsertNode {
  if (node.overriding === null) return node;
  if (node.overriding === 'user')
    throw sqlError('sql.unsupported-instead', 'OVERRIDING USER VALUE', to.spelling.title, 'Leave the numbered column out.');
  return { ...node, overriding: null };
}

/** ` (a, b) VALUES (1, 2), (3, 4)`, a query, or DEFAULT VALUES. */
export function writeRows(
  node: { readonly columns: readonly string[]; readonly values: readonly Node[]; readonly overriding?: InsertNode['overriding'] },
  query: (() => void) | null,
  to: Writer,
): void {
  if (node.columns.length > 0) {
    to.write(' ');
    writeNames(node.columns, to);
    if (node.overriding) to.write(node.overriding === 'system' ? ' OVERRIDING SYSTEM VALUE' : ' OVERRIDING USER VALUE');
  }
  if (query !== null) {
    to.write(' ');
    query();
  } else if (node.columns.length === 0) to.write(' DEFAULT VALUES');
  else {
    const width = node.columns.length;
    for (let start = 0; start < node.values.length; start += width) {
      to.write(start === 0 ? ' VALUES (' : ', (')
        .list(node.values.slice(start, start + width))
        .write(')');
    }
  }
}

/**
 * The change of those rows only that its order and limit choose, which few databases have here: they are found first, by their
 * keys, and locked, so that nobody else changes which ones they are.
 */
export function withChosenRows<T extends UpdateNode | DeleteNode>(node: T, to: Writer): T {
  const { table, where, orderBy, limit } = node;
  if (limit === null) return orderBy.length === 0 ? node : { ...node, orderBy: [] };
  const { title } = to.spelling;
  const others = isKind(node, 'update') ? node.from : (node as DeleteNode).using;
  if (others.length > 0) throw sqlError('sql.unsupported', 'ORDER BY and LIMIT in a change that uses other tables', title);
  const key = tableBehind(table)?.primaryKey ?? null;
  if (key === null) throw sqlError('sql.unsupported', 'ORDER BY and LIMIT in a change of a table without a primary key', title);
  const columns = key.columns.map((column) => makeColumn(table, column.name, column.key, column.type));
  const chosen = makeSelect({
    columns,
    from: [table],
    where,
    orderBy,
    limit,
    lock: make('lock', { strength: 'update', wait: null, of: [], assumed: false }),
  });
  const operand = columns.length === 1 ? columns[0] : make('list', { items: columns });
  return { ...node, where: make('in', { operand, list: chosen, negated: false }), orderBy: [], limit: null };
}

/** Runs `write` with the changed table and its other sources around. */
export function inChange(table: SourceNode, sources: readonly Node[], where: Node | null, to: Writer, write: () => void): void {
  warnOfProducts([table, ...sources], where, to);
  to.scoped([table.id, ...sources.flatMap(held)], write);
}

/**
 * The rows of an insert that has a conflict clause: without a WHERE, SQLite would take ON CONFLICT for the ON of a join; the
 * grammar of the others allows it too.
 */
function writeQueryBeforeConflict(query: Node, to: Writer): void {
  if (isKind(query, 'select')) to.visit(query.where === null ? { ...query, where: TRUE } : query);
  else
    to.write('SELECT * FROM (')
      .visit(query)
      .write(`) AS ${to.anonymous('rows')} WHERE TRUE`);
}

/** INSERT, or the word of a dialect in its place. */
export function writeInsert(node: InsertNode, verb: string, to: Writer): void {
  const { query, conflict } = node;
  to.write(`${verb} `);
  writeHints(node.prefixes, to, '', ' ');
  to.write('INTO ').visit(node.table);
  const rows = query === null ? null : () => (conflict === null ? to.visit(query) : writeQueryBeforeConflict(query, to));
  to.scoped([], () => writeRows(node, rows, to));
  to.scoped([node.table.id], () => {
    if (conflict !== null) to.visit(conflict);
    writeReturning(node.returning, to, true);
  });
}

/** How rows are written where a database has ON CONFLICT and RETURNING. */
export const dmlVisitors: DmlVisitors = {
  insert: (node, to) => {
    if (node.instead !== null) {
      const words = node.instead === 'replace' ? 'INSERT OR REPLACE' : 'INSERT OR IGNORE';
      const use = node.instead === 'replace' ? 'Use onConflictDoUpdate({ target, set }).' : 'Use onConflictDoNothing().';
      throw sqlError('sql.unsupported-instead', words, to.spelling.title, use);
    }
    writeInsert(node, 'INSERT', to);
  },
  conflict: (node, to) => {
    if (node.duplicateKey)
      throw sqlError('sql.unsupported-instead', 'ON DUPLICATE KEY UPDATE', to.spelling.title, 'Use onConflictDoUpdate({ target, set }).');
    to.write(' ON CONFLICT');
    if (node.constraint !== null) to.write(' ON CONSTRAINT ').identifier(node.constraint);
    else writeTarget(node, to);
    if (node.columns.length === 0) {
      to.write(' DO NOTHING');
      return;
    }
    to.write(' DO UPDATE SET ');
    writeAssignments(node.columns, node.values, to);
    if (node.where !== null) to.write(' WHERE ').condition(node.where);
  },
  update: (given, to) => {
    const node = withChosenRows(given, to);
    inChange(node.table, node.from, node.where, to, () => {
      to.write('UPDATE ').visit(node.table).write(' SET ');
      writeAssignments(node.columns, node.values, to);
      writeFrom(node.from, [], to);
      if (node.where !== null) to.write(' WHERE ').condition(node.where);
      checkSources(node.returning, to.enclosing, 'returning()');
      writeReturning(node.returning, to, node.from.length === 0 && isKind(node.table, 'table'));
    });
  },
  // One column of the select, where it stands by itself.
  rowField: ({ query, place }, to) => {
    to.visit({ ...SCALAR, query: isKind(query, 'select') ? columnAlone(query, place) : query } as Node);
  },
  delete: (given, to) => {
    const node = withChosenRows(given, to);
    inChange(node.table, node.using, node.where, to, () => {
      to.write('DELETE FROM ').visit(node.table);
      writeFrom(node.using, [], to, ' USING ');
      if (node.where !== null) to.write(' WHERE ').condition(node.where);
      checkSources(node.returning, to.enclosing, 'returning()');
      writeReturning(node.returning, to, node.using.length === 0 && isKind(node.table, 'table'));
    });
  },
  merge: (node, to) =>
    inChange(node.target, [node.source], node.on, to, () => {
      to.write('MERGE INTO ').visit(node.target);
      writeFrom([node.source], [], to, ' USING ');
      to.write(' ON ').condition(node.on);
      to.list(node.clauses, '');
      writeReturning(node.returning, to, false);
    }),
  mergeClause: (node, to) => {
    to.write(MATCHES[node.match]);
    if (node.condition !== null) to.write(' AND ').condition(node.condition, 2);
    to.write(' THEN ');
    if (node.action === 'insert') {
      to.write('INSERT');
      writeRows(node, null, to);
    } else if (node.action === 'update') {
      to.write('UPDATE SET ');
      writeAssignments(node.columns, node.values, to);
    } else to.write(node.action === 'delete' ? 'DELETE' : 'DO NOTHING');
  },
  truncate: (node, to) => {
    to.write('TRUNCATE TABLE ').list(node.tables);
    if (node.restartIdentity) to.write(' RESTART IDENTITY');
    if (node.cascade) to.write(' CASCADE');
  },
  explain: (node, to) => to.write(node.analyze ? 'EXPLAIN ANALYZE ' : 'EXPLAIN ').visit(node.statement),
};

/** The select with one of its columns, and with as many rows: an aggregate among the others made all rows one. */
function columnAlone(query: SelectNode, place: number): Node {
  const columns = [query.columns[place]];
  const aggregates = query.groupBy.length === 0 && query.having === null && query.columns.some(holdsAggregate);
  return (aggregates && !columns.some(holdsAggregate) ? { ...query, columns, having: ONE_GROUP } : { ...query, columns }) as Node;
}

/** Holds for any group, and makes one of all rows. */
const ONE_GROUP = make('binary', {
  operator: '>=',
  left: make('function', { name: 'count', args: [make('star', {})], distinct: false, orderBy: [], filter: null }),
  right: make('raw', { pieces: ['0'], items: [] }),
});

/** The columns and expressions of a conflict's unique key. */
export function writeTarget(
  node: { readonly target: readonly string[]; readonly expressions: readonly Node[]; readonly targetWhere: Node | null },
  to: Writer,
): void {
  if (node.target.length + node.expressions.length > 0) {
    to.unqualified = true;
    to.write(` (${node.target.map((name) => to.spelling.quote(name)).join(', ')}`);
    if (node.target.length > 0 && node.expressions.length > 0) to.write(', ');
    node.expressions.forEach((expression, i) => {
      if (i > 0) to.write(', ');
      to.operand(expression, TIGHTNESS.atom);
    });
    to.write(')');
    to.unqualified = false;
  }
  if (node.targetWhere === null) return;
  to.unqualified = true;
  to.write(' WHERE ').condition(node.targetWhere);
  to.unqualified = false;
}

const MATCHES: Record<MergeClauseNode['match'], string> = {
  matched: ' WHEN MATCHED',
  notMatched: ' WHEN NOT MATCHED',
  notMatchedBySource: ' WHEN NOT MATCHED BY SOURCE',
};

import { sqlError } from '../../sql/errors.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { SelectNode, SetOperationNode } from '../../sql/statement-nodes.ts';
import type { Writer } from './compiler.ts';
import { asSelect, type Limits, outputNames, writeOrderBy, writeSelectBody } from './selects.ts';

// What some databases have words for, as window functions say it: DISTINCT ON, WITH TIES, INTERSECT ALL and EXCEPT ALL.

type WriteLimit = (node: Limits, to: Writer) => void;

/** The columns of a select one by one. */
function columnsOf(node: SelectNode): Node[] {
  return node.columns.flatMap((column) => (isKind(column, 'entity') ? column.columns : [column]));
}

function nameOf(column: Node): string | null {
  return isKind(column, 'label') || isKind(column, 'column') ? column.name : null;
}

function operandOf(column: Node): Node {
  return isKind(column, 'label') ? column.operand : column;
}

/** A term of ORDER BY over another operand. */
function termOver(term: Node, name: string): Node {
  const operand = make('identifier', { path: [name] });
  return isKind(term, 'order') ? make('order', { operand, direction: term.direction, nulls: term.nulls }) : operand;
}

/** A select whose order and limit stand outside of it, where a database cannot put its rows in order while it makes them. */
export function writeOrderedOutside(node: SelectNode, to: Writer, limit: WriteLimit): void {
  writeNumbered(node, to, null, null, () => limit(node, to));
}

/** A select of which `numbers` are worked out for each row, and of whose rows those stay that `which` says. */
function writeNumbered(
  node: SelectNode,
  to: Writer,
  numbers: ((order: () => void) => void) | null,
  which: (() => void) | null,
  limit: () => void,
): void {
  asSelect(node, to, () => {
    const columns = columnsOf(node);
    const terms = node.orderBy;
    const inner = to.anonymous('numbered');
    to.write('SELECT ');
    columns.forEach((column, i) => {
      const name = nameOf(column);
      to.write(`${i > 0 ? ', ' : ''}${inner}.c${i + 1}`);
      if (name !== null) to.write(' AS ').identifier(name);
    });
    to.write(' FROM (');
    const list = (): void => {
      columns.forEach((column, i) => {
        to.operand(operandOf(column), 1).write(
          ` AS c${i + 1}${i === columns.length - 1 && terms.length === 0 && numbers === null ? '' : ', '}`,
        );
      });
      terms.forEach((term, i) => {
        to.operand(isKind(term, 'order') ? term.operand : term, 1).write(
          ` AS o${i + 1}${i === terms.length - 1 && numbers === null ? '' : ', '}`,
        );
      });
      numbers?.(() => writeOrderBy(to, terms, new Map()));
    };
    writeSelectBody(node, to, list, node.distinct ? 'DISTINCT ' : '');
    to.write(`) AS ${inner}`);
    if (which !== null) {
      to.write(' WHERE ');
      which();
    }
    writeOrderBy(
      to,
      terms.map((term, i) => termOver(term, `o${i + 1}`)),
      new Map(),
    );
    limit();
  });
}

/** DISTINCT ON: the first row of each group. */
export function writeDistinctOn(node: SelectNode, to: Writer, limit: WriteLimit): void {
  const { distinctOn = [], withTies } = node.modifiers ?? {};
  if (withTies || node.distinct)
    throw sqlError('sql.unsupported', `DISTINCT ON together with ${withTies ? 'WITH TIES' : 'DISTINCT'}`, to.spelling.title);
  const numbers = (order: () => void): void => {
    to.write('row_number() OVER (PARTITION BY ').list(distinctOn);
    order();
    to.write(') AS n');
  };
  writeNumbered(
    node,
    to,
    numbers,
    () => to.write('n = 1'),
    () => limit(node, to),
  );
}

/** FETCH … WITH TIES: the rows up to the limit, and those that the order puts beside the last of them. */
export function writeWithTies(node: SelectNode, to: Writer): void {
  const { limit, offset } = node;
  if (node.distinct) throw sqlError('sql.unsupported', 'WITH TIES together with DISTINCT', to.spelling.title);
  const numbers = (order: () => void): void => {
    to.write('rank() OVER (');
    order();
    to.write(') AS r, row_number() OVER (');
    order();
    to.write(') AS n');
  };
  const count = (part: Node): Writer => to.operand(part, 10);
  const which = (): void => {
    to.write('r <= ');
    if (offset !== null) count(offset).write(' + ');
    count(limit as Node).write(' AND ');
    count(limit as Node).write(' > 0');
    if (offset !== null) {
      to.write(' AND n > ');
      count(offset);
    }
  };
  writeNumbered(node, to, numbers, which, () => {});
}

/** Whether a set operation counts how often a row is there. */
export function isCounted(node: SetOperationNode): boolean {
  return node.operator === 'INTERSECT ALL' || node.operator === 'EXCEPT ALL';
}

/** INTERSECT ALL and EXCEPT ALL: rows that are equal are numbered on both sides, and so told apart. */
export function writeCounted(node: SetOperationNode, to: Writer, limit: WriteLimit): void {
  const last = node.queries[node.queries.length - 1];
  const before = node.queries.slice(0, -1);
  const first = before.length === 1 ? before[0] : ({ ...node, queries: before, orderBy: [], limit: null, offset: null } as Node);
  const columns = firstColumns(node, to);
  const names = columns.map((_, i) => `c${i + 1}`);
  const side = (query: Node): void => {
    to.write(`SELECT ${names.join(', ')}, row_number() OVER (PARTITION BY ${names.join(', ')}) AS n FROM (`);
    to.visit(renamed(query, names, to)).write(`) AS ${to.anonymous('part')}`);
  };
  to.write('SELECT ');
  columns.forEach((column, i) => {
    const name = nameOf(column);
    to.write(`${i > 0 ? ', ' : ''}${names[i]}`);
    if (name !== null) to.write(' AS ').identifier(name);
  });
  to.write(' FROM (');
  side(first);
  to.write(node.operator === 'EXCEPT ALL' ? ' EXCEPT ' : ' INTERSECT ');
  side(last);
  to.write(`) AS ${to.anonymous('counted')}`);
  writeOrderBy(to, node.orderBy, outputNames(node, false));
  limit(node, to);
}

function firstColumns(node: Node, to: Writer): Node[] {
  if (isKind(node, 'setOperation')) return firstColumns(node.queries[0], to);
  if (isKind(node, 'select')) return columnsOf(node);
  throw sqlError('sql.unsupported', 'INTERSECT ALL and EXCEPT ALL of SQL by hand', to.spelling.title);
}

/** The query with its columns under these names. */
function renamed(node: Node, names: readonly string[], to: Writer): Node {
  if (isKind(node, 'setOperation')) {
    const [first, ...rest] = node.queries;
    return { ...node, queries: [renamed(first, names, to), ...rest] } as Node;
  }
  if (!isKind(node, 'select')) throw sqlError('sql.unsupported', 'INTERSECT ALL and EXCEPT ALL of SQL by hand', to.spelling.title);
  const columns = columnsOf(node).map((column, i) => make('label', { operand: operandOf(column), name: names[i] }));
  return { ...node, columns } as Node;
}

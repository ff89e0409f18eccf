import { sqlError } from '../../sql/errors.ts';
import { isKind, type LockNode, type Node, type NodeOf, type SelectNode } from '../../sql/node.ts';
import type { Visitors, Writer } from '../base/compiler.ts';
import { fromItems, held, selectVisitors } from '../base/selects.ts';
import { isBareValue, movesNulls, sortedBy, writeOrderTerm } from './ordering.ts';
import { outputColumns } from './output-columns.ts';
import { scopeOf, within } from './scope.ts';
import { isLongDecimal } from './value-types.ts';

const base = selectVisitors(() => {});

/** The columns of a result. Decimals of many digits go to the driver as text, since its numbers would not hold them. */
export function writeColumns(nodes: readonly Node[], to: Writer, forDriver: boolean): void {
  nodes
    .flatMap((node) => (isKind(node, 'entity') ? node.columns : [node]))
    .forEach((node, i) => {
      if (i > 0) to.write(', ');
      const value = isKind(node, 'label') ? node.operand : node;
      if (forDriver && isLongDecimal(value)) to.write('CONVERT(VARCHAR(41), ').visit(value).write(')');
      else to.operand(value, 1);
      if (isKind(node, 'label')) to.write(' AS ').identifier(node.name);
    });
}

/** The names by which ORDER BY may call columns of the result. */
function namesOf(query: Node, only: (column: Node) => boolean): Map<string, string> {
  const names = new Map<string, string>();
  if (!isKind(query, 'select')) return names;
  for (const column of query.columns) {
    if (!isKind(column, 'label') || !only(column.operand)) continue;
    names.set(column.key, column.name);
    if (column.binds.length === 0) names.set(column.operand.key, column.name);
  }
  return names;
}

/** The terms without those that sort by the same thing again, which SQL Server refuses. */
function withoutRepeats(terms: readonly Node[]): Node[] {
  const seen = new Set<string>();
  return terms.filter((term) => {
    const by = sortedBy(term);
    if (by.binds.length > 0 || by.key === undefined) return true;
    const isNew = !seen.has(by.key);
    seen.add(by.key);
    return isNew;
  });
}

function hasLongDecimal(column: Node): boolean {
  return isKind(column, 'entity') ? column.columns.some(isLongDecimal) : isLongDecimal(column);
}

interface Page {
  readonly orderBy: readonly Node[];
  readonly limit: Node | null;
  readonly offset: Node | null;
}

/** Whether the order may and must be written: in a subquery it has no meaning without a limit, and is refused. */
function keepsOrder({ limit, offset }: Page, place: string): boolean {
  return place !== 'nested' || limit !== null || offset !== null;
}

function writeOrder(page: Page, to: Writer, names: ReadonlyMap<string, string>, nameInExpressions: boolean, fallback: string): void {
  const terms = withoutRepeats(page.orderBy);
  if (terms.length > 0 || page.offset !== null) to.write(' ORDER BY ');
  if (terms.length === 0 && page.offset !== null) to.write(fallback);
  terms.forEach((term, i) => {
    if (i > 0) to.write(', ');
    writeOrderTerm(term, to, names.get(sortedBy(term).key), nameInExpressions);
  });
  if (page.offset === null) return;
  to.write(' OFFSET ').visit(page.offset).write(' ROWS');
  if (page.limit !== null) to.write(' FETCH NEXT ').visit(page.limit).write(' ROWS ONLY');
}

function writeTop({ limit, offset }: Page, to: Writer): void {
  if (limit !== null && offset === null) to.write('TOP (').visit(limit).write(') ');
}

/** A query in FROM whose columns have names, with the order and the limit around it. */
function writeAround(query: Node, page: Page, to: Writer, writeQuery: () => void): void {
  const columns = outputColumns(query);
  const rows = to.anonymous('rows');
  const long = scopeOf(to).place === 'outermost' && columns?.some(({ node }) => isLongDecimal(node));
  to.write('SELECT ');
  writeTop(page, to);
  if (columns === null || !long) to.write('*');
  else {
    const named = columns.map(({ name, node }) => {
      const column = `${rows}.${to.spelling.quote(name)}`;
      return isLongDecimal(node) ? `CONVERT(VARCHAR(41), ${column})` : column;
    });
    to.write(named.join(', '));
  }
  to.write(' FROM (');
  within(to, { place: 'nested' }, writeQuery);
  to.write(`) AS ${rows}`);
  if (columns !== null) to.write(` (${columns.map(({ name }) => to.spelling.quote(name)).join(', ')})`);
  const names = new Map<string, string>();
  for (const { keys, name } of columns ?? []) for (const key of keys) if (!names.has(key)) names.set(key, name);
  writeOrder(page, to, names, true, '(SELECT NULL)');
}

const NO_PAGE = { orderBy: [], limit: null, offset: null };

function writeSelect(node: SelectNode, to: Writer): void {
  if (node.columns.length === 0) throw sqlError('sql.no-columns');
  const { place, output } = scopeOf(to);
  if (output !== null) throw sqlError('sql.unsupported', 'subquery in what a statement gives back', 'SQL Server');
  // With DISTINCT, SQL Server sorts by columns of the result and by nothing else.
  const around =
    node.distinct &&
    ((place === 'outermost' && node.columns.some(hasLongDecimal)) ||
      (keepsOrder(node, place) && node.orderBy.some((term) => movesNulls(term) || isBareValue(term))));
  if (around) {
    writeAround(node, node, to, () => writeSelect({ ...node, ...NO_PAGE }, to));
    return;
  }
  const outer = { enclosing: to.enclosing, unqualified: to.unqualified };
  const items = fromItems(node, outer.enclosing);
  to.enclosing = [...outer.enclosing, ...items.flatMap(held)];
  to.unqualified = false;
  const forDriver = place === 'outermost' && !node.distinct;
  within(to, { place: 'nested', exact: false, lock: lockOf(node.lock) }, () => {
    to.write(node.distinct ? 'SELECT DISTINCT ' : 'SELECT ');
    writeTop(node, to);
    within(to, { lock: null }, () => writeColumns(node.columns, to, forDriver));
    if (items.length > 0) {
      to.write(' FROM ');
      const own = to.enclosing;
      to.enclosing = [];
      to.list(items);
      to.enclosing = own;
    }
    scopeOf(to).lock = null;
    if (node.where !== null) to.write(' WHERE ').condition(node.where);
    if (node.groupBy.length > 0) writeGroups(node.groupBy, to);
    if (node.having !== null) to.write(' HAVING ').condition(node.having);
    const names = namesOf(node, (column) => !(forDriver && isLongDecimal(column)));
    if (keepsOrder(node, place)) writeOrder(node, to, names, false, node.distinct ? '1' : '(SELECT NULL)');
  });
  Object.assign(to, outer);
}

function writeGroups(nodes: readonly Node[], to: Writer): void {
  if (nodes.some(isBareValue)) throw sqlError('sql.unsupported', 'GROUP BY a value', 'SQL Server');
  to.write(' GROUP BY ').list(nodes);
}

const REFUSED = new Set(['INTERSECT ALL', 'EXCEPT ALL']);

function writeSetOperation(node: NodeOf<'setOperation'>, to: Writer): void {
  const { place } = scopeOf(to);
  if (REFUSED.has(node.operator)) throw sqlError('sql.unsupported', node.operator, 'SQL Server');
  const columns = outputColumns(node);
  const names = new Map<string, string>();
  for (const { keys, name } of columns ?? []) for (const key of keys) if (!names.has(key)) names.set(key, name);
  const parts = (): void =>
    within(to, { place: 'nested' }, () => {
      node.queries.forEach((query, i) => {
        if (i > 0) to.write(` ${node.operator} `);
        writePart(query, to);
      });
    });
  if (!keepsOrder(node, place)) {
    parts();
    return;
  }
  const plain =
    columns?.every(({ own }) => own) === true && node.orderBy.every((term) => !movesNulls(term) && names.has(sortedBy(term).key));
  const direct =
    plain &&
    !(place === 'outermost' && columns?.some(({ node: column }) => isLongDecimal(column))) &&
    (node.offset === null ? node.limit === null : node.orderBy.length > 0);
  if (!direct) {
    writeAround(node, node, to, parts);
    return;
  }
  parts();
  writeOrder(node, to, names, false, '1');
}

/** A part of a set operation; one with a limit or an operation of its own stands in FROM. */
function writePart(node: Node, to: Writer): void {
  const bare = isKind(node, 'select') && node.limit === null && node.offset === null && node.lock === null;
  if (bare) to.visit(node);
  else writeAround(node, NO_PAGE, to, () => to.visit(node));
}

/** What FOR UPDATE and its like are here: a hint after each table. */
function lockOf(node: Node | null): { hint: string; of: ReadonlySet<string> | null } | null {
  if (node === null) return null;
  const { strength, wait, of } = node as LockNode;
  const hints = [strength === 'share' ? 'REPEATABLEREAD' : 'UPDLOCK', 'ROWLOCK'];
  if (wait !== null) hints.push(wait === 'skipLocked' ? 'READPAST' : 'NOWAIT');
  return {
    hint: ` WITH (${hints.join(', ')})`,
    of: of.length === 0 ? null : new Set(of.map((source) => (source as Node & { id: string }).id)),
  };
}

function writeHint(id: string, to: Writer): void {
  const { lock } = scopeOf(to);
  if (lock !== null && (lock.of === null || lock.of.has(id))) to.write(lock.hint);
}

type SelectKinds = 'select' | 'setOperation' | 'entity' | 'table' | 'alias' | 'join' | 'lock';

/** Selects, with TOP and OFFSET for limits and hints for locks. */
export const mssqlSelectVisitors: Pick<Visitors, SelectKinds> = {
  ...base,
  select: writeSelect,
  setOperation: writeSetOperation,
  table: (node, to) => {
    base.table(node, to);
    writeHint(node.id, to);
  },
  alias: (node, to) => {
    within(to, { lock: null }, () => base.alias(node, to));
    if (isKind(node.of, 'table')) writeHint(node.id, to);
  },
  // Written as hints.
  lock: () => {},
};

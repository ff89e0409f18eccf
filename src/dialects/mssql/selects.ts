import { sqlError } from '../../sql/errors.ts';
import type { Node } from '../../sql/node.ts';
import type { NodeOf } from '../../sql/node-kinds.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { LockNode, SelectNode } from '../../sql/statement-nodes.ts';
import type { Visitors, Writer } from '../base/compiler.ts';
import { isCounted } from '../base/row-numbers.ts';
import { asGroupValues, asSelect, selectVisitors, warnOfProducts, writeHints } from '../base/selects.ts';
import { checkSources, fromWhere, held } from '../base/sources.ts';
import { writeEnd, writeLeadingCtes } from './ctes.ts';
import { writeCounted, writeDistinctOn, writeTiesAfterOffset } from './numbered-rows.ts';
import { isBareValue, movesNulls, sortedBy } from './ordering.ts';
import { outputColumns } from './output-columns.ts';
import { isPlainOrder, keepsOrder, NO_PAGE, namesByKey, writeAround, writeOrder, writeTop } from './pages.ts';
import { type Scope, scopeOf, within } from './scope.ts';
import { writeFrom } from './sources.ts';
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

function hasLongDecimal(column: Node): boolean {
  return isKind(column, 'entity') ? column.columns.some(isLongDecimal) : isLongDecimal(column);
}

/** Refuses an order, a group or a condition that names a source which is not there. */
function checkClauses(node: SelectNode, known: readonly string[]): void {
  checkSources(node.groupBy, known, 'groupBy()');
  if (node.having !== null) checkSources([node.having], known, 'having()');
  const names = namesOf(node, () => true);
  checkSources(
    node.orderBy.filter((term) => !names.has(sortedBy(term).key)),
    known,
    'orderBy()',
  );
}

function writeSelect(node: SelectNode, to: Writer): void {
  if (node.columns.length === 0) throw sqlError('sql.no-columns');
  if (scopeOf(to).output !== null) throw sqlError('sql.unsupported', 'subquery in what a statement gives back', 'SQL Server');
  const outermost = scopeOf(to).place === 'outermost';
  writeLeadingCtes(to);
  writeBody(node, to);
  const suffixes = node.modifiers?.suffixes ?? [];
  if (outermost) writeEnd(suffixes, to);
  // The statement's own options wait for its end.
  else if (suffixes.length > 0) within(to, { options: [] }, () => writeEnd(suffixes, to));
}

function writeBody(given: SelectNode, to: Writer): void {
  // With parameters in them, SQL Server does not know again what rows are grouped by.
  const { groupBy } = given;
  const node = { ...given, columns: asGroupValues(given.columns, groupBy), orderBy: asGroupValues(given.orderBy, groupBy) } as SelectNode;
  const { place } = scopeOf(to);
  const { modifiers } = node;
  const ties = modifiers?.withTies === true && node.limit !== null;
  const inner = (own: SelectNode): void => writeBody(own, to);
  checkClauses(node, [...to.enclosing, ...fromWhere(node, to.enclosing).items.flatMap(held)]);
  if (modifiers !== null && modifiers.distinctOn.length > 0) {
    writeDistinctOn(node, to, inner);
    return;
  }
  if (ties && node.offset !== null) {
    writeTiesAfterOffset(node, to, inner);
    return;
  }
  // With DISTINCT, SQL Server sorts by columns of the result and by nothing else.
  const around =
    node.distinct &&
    ((place === 'outermost' && node.columns.some(hasLongDecimal)) ||
      (keepsOrder(node, place) && node.orderBy.some((term) => movesNulls(term) || isBareValue(term))));
  if (around) {
    if (ties) throw sqlError('sql.unsupported', 'WITH TIES together with DISTINCT in this order', 'SQL Server');
    writeAround(node, outputColumns(node), node, to, () => writeBody({ ...node, ...NO_PAGE }, to));
    return;
  }
  asSelect(node, to, () => writePlain(node, ties, place, to));
}

/** A select without what only a select around it can say. */
function writePlain(node: SelectNode, ties: boolean, place: Scope['place'], to: Writer): void {
  const around = to.enclosing;
  const { items, where } = fromWhere(node, around);
  to.enclosing = [...around, ...items.flatMap(held)];
  warnOfProducts(items, where, to);
  const { into } = scopeOf(to);
  const forDriver = place === 'outermost' && into === null && !node.distinct;
  within(to, { into: null, place: 'nested', exact: false, lock: null, options: [] }, () => {
    to.write('SELECT ');
    writeHints(node.modifiers?.prefixes ?? [], to, '', ' ');
    if (node.distinct) to.write('DISTINCT ');
    writeTop(node, to, ties);
    writeColumns(node.columns, to, forDriver);
    if (into !== null) to.write(` INTO ${into}`);
    within(to, { lock: lockOf(node.lock) }, () => writeFrom(items, around, to));
    if (where !== null) to.write(' WHERE ').condition(where);
    if (node.groupBy.length > 0) writeGroups(node.groupBy, to);
    if (node.having !== null) to.write(' HAVING ').condition(node.having);
    const names = namesOf(node, (column) => !(forDriver && isLongDecimal(column)));
    if (keepsOrder(node, place)) writeOrder(node, to, names, false, node.distinct ? '1' : '(SELECT NULL)');
  });
}

function writeGroups(nodes: readonly Node[], to: Writer): void {
  if (nodes.some(isBareValue)) throw sqlError('sql.unsupported', 'GROUP BY a value', 'SQL Server');
  to.write(' GROUP BY ').list(nodes);
}

function writeSetOperation(node: NodeOf<'setOperation'>, to: Writer): void {
  const { place } = scopeOf(to);
  writeLeadingCtes(to);
  writeParts(node, place, to);
  if (place === 'outermost') writeEnd([], to);
}

function writeParts(node: NodeOf<'setOperation'>, place: Scope['place'], to: Writer): void {
  if (isCounted(node)) {
    writeCounted(node, to);
    return;
  }
  const columns = outputColumns(node);
  const names = namesByKey(columns);
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
  const direct =
    columns?.every(({ own }) => own) === true &&
    isPlainOrder(node, names) &&
    !(place === 'outermost' && columns?.some(({ long }) => long)) &&
    (node.offset === null ? node.limit === null : node.orderBy.length > 0);
  if (!direct) {
    writeAround(node, columns, node, to, parts);
    return;
  }
  parts();
  writeOrder(node, to, names, false, '1');
}

/** A part of a set operation; one with a limit or an operation of its own stands in FROM. */
function writePart(node: Node, to: Writer): void {
  const bare =
    isKind(node, 'values') ||
    isKind(node, 'raw') ||
    (isKind(node, 'select') && node.limit === null && node.offset === null && node.lock === null && isBare(node));
  if (bare) to.visit(node);
  else writeAround(node, outputColumns(node), NO_PAGE, to, () => to.visit(node));
}

/** Whether no words of its own stand at the end of the select. */
function isBare({ modifiers }: SelectNode): boolean {
  return modifiers === null || modifiers.suffixes.length === 0;
}

/** What FOR UPDATE and its like are here: hints after each table. */
function lockOf(node: Node | null): Scope['lock'] {
  if (node === null) return null;
  const { strength, wait, of } = node as LockNode;
  const shared = strength === 'share' || strength === 'keyShare';
  const hints = [shared ? 'REPEATABLEREAD' : 'UPDLOCK', 'ROWLOCK'];
  if (wait !== null) hints.push(wait === 'skipLocked' ? 'READPAST' : 'NOWAIT');
  return {
    hints: hints.join(', '),
    of: of.length === 0 ? null : new Set(of.map((source) => (source as Node & { id: string }).id)),
  };
}

type SelectKinds = 'select' | 'setOperation' | 'entity' | 'lock' | 'selectModifiers' | 'hint' | 'grouping';

/** Selects, with TOP and OFFSET for limits and hints for locks. */
export const mssqlSelectVisitors: Pick<Visitors, SelectKinds> = {
  ...base,
  select: writeSelect,
  setOperation: writeSetOperation,
  // Written as hints.
  lock: () => {},
  grouping: (node, to) => {
    const items = node.items.flatMap((item) => (isKind(item, 'list') ? item.items : [item]));
    if (items.some(isBareValue)) throw sqlError('sql.unsupported', 'GROUP BY a value', 'SQL Server');
    base.grouping(node, to);
  },
};

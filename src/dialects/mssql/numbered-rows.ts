import { sqlError } from '../../sql/errors.ts';
import { make } from '../../sql/make.ts';
import type { Node } from '../../sql/node.ts';
import type { NodeOf } from '../../sql/node-kinds.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { SelectNode } from '../../sql/statement-nodes.ts';
import type { Writer } from '../base/compiler.ts';
import { sortedBy } from './ordering.ts';
import { type OutputColumn, outputColumns } from './output-columns.ts';
import { NO_PAGE, type Page, writeAround } from './pages.ts';
import { within } from './scope.ts';

// What other databases have words for, by numbers that window functions give the rows: DISTINCT ON, an offset WITH TIES,
// INTERSECT ALL and EXCEPT ALL.

const ROW_NUMBER = 'row number';
const RANK = 'rank';

function numberOf(name: string, partitionBy: readonly Node[], orderBy: readonly Node[]): Node {
  const call = make('function', { name, args: [], distinct: false, orderBy: [], filter: null });
  return make('over', { call, window: null, partitionBy, orderBy, frame: null });
}

/** The columns of a query, which have to be known here. */
function knownColumns(query: Node, feature: string): readonly OutputColumn[] {
  const columns = outputColumns(query);
  if (columns === null) throw sqlError('sql.unsupported', `${feature} of columns that only the database knows`, 'SQL Server');
  return columns;
}

/** The order of numbered rows, by hidden columns that hold what the terms sort by. */
function orderOver(terms: readonly Node[]): { readonly values: Node[]; readonly names: string[]; readonly orderBy: Node[] } {
  const names = terms.map((_, i) => `order ${i + 1}`);
  const orderBy = terms.map((term, i) => {
    const operand = make('identifier', { path: [names[i]] });
    return isKind(term, 'order') ? make('order', { operand, direction: term.direction, nulls: term.nulls }) : operand;
  });
  return { values: terms.map(sortedBy), names, orderBy };
}

interface Numbered {
  readonly node: SelectNode;
  readonly feature: string;
  readonly numbers: Readonly<Record<string, Node>>;
  readonly page: Page;
  where(column: (name: string) => string): void;
}

/** A select with the numbers of its rows in FROM, of which those stay that `where` says. */
function writeNumbered({ node, feature, numbers, page, where }: Numbered, to: Writer, writeSelect: (node: SelectNode) => void): void {
  const columns = knownColumns(node, feature);
  const order = orderOver(page.orderBy);
  const own = node.columns.flatMap((column) => (isKind(column, 'entity') ? column.columns : [column]));
  const modifiers = node.modifiers === null ? null : { ...node.modifiers, distinctOn: [], withTies: false, suffixes: [] };
  const inner = { ...node, ...NO_PAGE, modifiers, columns: [...own, ...order.values, ...Object.values(numbers)] } as SelectNode;
  const hidden = { names: [...order.names, ...Object.keys(numbers)], where };
  writeAround(node, columns, { ...page, orderBy: order.orderBy }, to, () => writeSelect(inner), hidden);
}

/** DISTINCT ON: the first row of each group. */
export function writeDistinctOn(node: SelectNode, to: Writer, writeSelect: (node: SelectNode) => void): void {
  const { distinctOn = [], withTies } = node.modifiers ?? {};
  if (withTies || node.distinct)
    throw sqlError('sql.unsupported', `DISTINCT ON together with ${withTies ? 'WITH TIES' : 'DISTINCT'}`, 'SQL Server');
  const numbers = { [ROW_NUMBER]: numberOf('row_number', distinctOn, node.orderBy) };
  const where = (column: (name: string) => string): void => {
    to.write(`${column(ROW_NUMBER)} = 1`);
  };
  writeNumbered({ node, feature: 'DISTINCT ON', numbers, page: node, where }, to, writeSelect);
}

/** FETCH … WITH TIES after an offset, where TOP cannot stand. */
export function writeTiesAfterOffset(node: SelectNode, to: Writer, writeSelect: (node: SelectNode) => void): void {
  if (node.distinct) throw sqlError('sql.unsupported', 'an offset WITH TIES together with DISTINCT', 'SQL Server');
  const { limit, offset } = node as { readonly limit: Node; readonly offset: Node };
  const numbers = { [RANK]: numberOf('rank', [], node.orderBy), [ROW_NUMBER]: numberOf('row_number', [], node.orderBy) };
  const where = (column: (name: string) => string): void => {
    to.write(`${column(RANK)} <= `)
      .operand(offset, 10)
      .write(' + ')
      .operand(limit, 10);
    to.write(' AND ')
      .operand(limit, 10)
      .write(` > 0 AND ${column(ROW_NUMBER)} > `)
      .operand(offset, 10);
  };
  const page = { orderBy: node.orderBy, limit: null, offset: null };
  writeNumbered({ node, feature: 'WITH TIES', numbers, page, where }, to, writeSelect);
}

/** INTERSECT ALL and EXCEPT ALL: rows that are equal are numbered on both sides, and so told apart. */
export function writeCounted(node: NodeOf<'setOperation'>, to: Writer): void {
  const { operator } = node;
  const before = node.queries.slice(0, -1);
  const sides = [
    before.length === 1 ? before[0] : ({ ...node, ...NO_PAGE, queries: before } as Node),
    node.queries[node.queries.length - 1],
  ];
  const columns = knownColumns(node, operator);
  const write = (): void =>
    sides.forEach((side, i) => {
      if (i > 0) to.write(operator === 'EXCEPT ALL' ? ' EXCEPT ' : ' INTERSECT ');
      const part = to.anonymous('part');
      const names = columns.map(({ name }) => to.spelling.quote(name));
      const own = names.map((name) => `${part}.${name}`).join(', ');
      to.write(`SELECT ${own}, ROW_NUMBER() OVER (PARTITION BY ${own} ORDER BY (SELECT NULL)) FROM (`);
      within(to, { place: 'nested' }, () => to.visit(side));
      to.write(`) AS ${part} (${names.join(', ')})`);
    });
  writeAround(node, columns, node, to, write, { names: [ROW_NUMBER], where: null });
}

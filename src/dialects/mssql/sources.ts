import { sqlError } from '../../sql/errors.ts';
import type { RawNode } from '../../sql/expression-nodes.ts';
import { sourcesOf } from '../../sql/join.ts';
import type { AliasNode, Node } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { JoinNode } from '../../sql/statement-nodes.ts';
import type { Visitors, Writer } from '../base/compiler.ts';
import { checkSources, held, sourceVisitors, writeAlias } from '../base/sources.ts';
import { writeLeadingCtes } from './ctes.ts';
import { outputColumns } from './output-columns.ts';
import { scopeOf, within } from './scope.ts';

const JOINS = {
  inner: ' JOIN ',
  left: ' LEFT OUTER JOIN ',
  right: ' RIGHT OUTER JOIN ',
  full: ' FULL OUTER JOIN ',
  cross: ' CROSS JOIN ',
} as const;

/** Whether the item sees the sources before it: a lateral subquery, or a function of their columns. */
function isLateral(item: Node): boolean {
  if (!isKind(item, 'alias')) return false;
  return isKind(item.of, 'lateral') || (isKind(item.of, 'tableFunction') && sourcesOf([item.of.call]).length > 0);
}

/** FROM, with these sources around the statement. What sees its neighbours is applied to all before it. */
export function writeFrom(items: readonly Node[], enclosing: readonly string[], to: Writer, word = ' FROM '): void {
  if (items.length === 0) return;
  const { enclosing: own, neighbours } = to;
  const applies = items.slice(1).some(isLateral);
  // What is applied sees all before it, so that has to come first.
  const sorted = applies ? [...items.filter((item) => !isLateral(item)), ...items.filter(isLateral)] : items;
  to.write(word);
  to.enclosing = [];
  to.neighbours = [...enclosing, ...items.flatMap(held)];
  sorted.forEach((item, i) => {
    // A comma would keep what is applied from seeing all but the last before it.
    if (i > 0) to.write(!applies ? ', ' : isLateral(item) ? ' CROSS APPLY ' : ' CROSS JOIN ');
    if (i > 0 && applies && isKind(item, 'join')) to.write('(').visit(item).write(')');
    else writeItem(item, to);
  });
  to.enclosing = own;
  to.neighbours = neighbours;
}

/** One item of FROM, with the hints that stand after it: those of a lock, and the user's own. */
export function writeItem(item: Node, to: Writer): void {
  to.visit(item);
  if (!isKind(item, 'table') && !isKind(item, 'alias')) return;
  const { lock } = scopeOf(to);
  const isTable = isKind(item, 'table') || isKind(item.of, 'table') || isKind(item.of, 'tableSample');
  let locks = isTable && lock !== null && (lock.of === null || lock.of.has(item.id)) ? lock.hints : null;
  for (const hint of to.hints.get(item.id) ?? []) {
    const { content } = hint as Node & { readonly content: Node };
    const text = isKind(content, 'raw') ? content : null;
    const list = text === null ? null : /^\s*WITH\s*\(/i.exec(text.pieces[0]);
    to.write(' ');
    if (locks === null || text === null || list === null) to.visit(hint);
    else {
      // A table has one list of hints.
      to.visit({ ...text, pieces: [`WITH (${locks}, ${text.pieces[0].slice(list[0].length)}`, ...text.pieces.slice(1)] } as RawNode);
      locks = null;
    }
  }
  if (locks !== null) to.write(` WITH (${locks})`);
}

function isTrue(node: Node | null): boolean {
  return node === null || (isKind(node, 'constant') && node.value === true);
}

/** Runs `write` with the sources of a join's condition around. */
function inCondition(node: JoinNode, to: Writer, write: (on: Node) => void): void {
  if (node.on === null) return;
  const own = to.enclosing;
  checkSources([node.on], [...own, ...to.neighbours, ...held(node)], 'The condition of a join');
  to.enclosing = [...own, ...to.neighbours, ...held(node)];
  write(node.on);
  to.enclosing = own;
}

/** A join to what sees the left side: APPLY, whose condition stands in a subquery. */
function writeApply(node: JoinNode, right: AliasNode, to: Writer): void {
  if (node.type === 'right' || node.type === 'full')
    throw sqlError('sql.unsupported', `a ${node.type} join to a LATERAL subquery`, 'SQL Server');
  to.write(node.type === 'left' ? ' OUTER APPLY ' : ' CROSS APPLY ');
  if (isTrue(node.on)) {
    writeItem(right, to);
    return;
  }
  const name = to.sourceName(right);
  to.write(`(SELECT ${name}.* FROM `);
  writeItem(right, to);
  inCondition(node, to, (on) => within(to, { place: 'nested', lock: null }, () => to.write(' WHERE ').condition(on)));
  to.write(`) AS ${name}`);
}

function writeJoin(node: JoinNode, to: Writer): void {
  const { left, right, type } = node;
  writeItem(left, to);
  if (isLateral(right)) {
    writeApply(node, right as AliasNode, to);
    return;
  }
  to.write(JOINS[type]);
  if (isKind(right, 'join')) to.write('(').visit(right).write(')');
  else writeItem(right, to);
  inCondition(node, to, (on) => within(to, { lock: null }, () => to.write(' ON ').condition(on)));
}

/** A value that T-SQL takes only as a number in the text. */
function constant(node: Node, feature: string, instead: string): Node {
  if (isKind(node, 'bind')) throw sqlError('sql.unsupported-instead', `parameters in ${feature}`, 'SQL Server', instead);
  return node;
}

type SourceKinds = 'table' | 'alias' | 'join' | 'lateral' | 'tableSample' | 'tableFunction' | 'values' | 'namedQuery';

/** Whether its columns' names stand behind the alias in any case. */
const namesItself = (query: Node): boolean => isKind(query, 'namedQuery') || isKind(query, 'values');

/** What stands in FROM. */
export const mssqlSourceVisitors: Pick<Visitors, SourceKinds> = {
  ...sourceVisitors,
  join: writeJoin,
  alias: (node, to) =>
    within(to, { lock: null, place: 'nested', exact: false }, () => {
      const { of } = node;
      if (isKind(of, 'values')) {
        to.write('(');
        sourceVisitors.values(of, to);
        to.write(')');
        writeAlias(node, of.columns, to);
      } else if (isKind(of, 'select') || isKind(of, 'setOperation') || (isKind(of, 'lateral') && !namesItself(of.query))) {
        const columns = outputColumns(isKind(of, 'lateral') ? of.query : of);
        if (isKind(of, 'lateral')) to.visit(of);
        else to.write('(').visit(of).write(')');
        // Each column of a source needs a name.
        writeAlias(node, columns?.some(({ own }) => !own) === true ? columns.map(({ name }) => name) : [], to);
      } else sourceVisitors.alias(node, to);
    }),
  lateral: (node, to) => {
    to.write('(').scoped(to.neighbours, () => to.visit(node.query));
    to.write(')');
  },
  tableSample: (node, to) => {
    if (node.method.toLowerCase() !== 'system')
      throw sqlError('sql.unsupported-instead', `TABLESAMPLE ${node.method.toUpperCase()}`, 'SQL Server', "Use { method: 'system' }.");
    const instead = 'Write the number as SQL: tableSample(table, sql`10`).';
    to.write(' TABLESAMPLE SYSTEM (')
      .visit(constant(node.percent, 'TABLESAMPLE', instead))
      .write(' PERCENT)');
    if (node.seed !== null)
      to.write(' REPEATABLE (')
        .visit(constant(node.seed, 'REPEATABLE', 'Leave the seed out.'))
        .write(')');
  },
  tableFunction: (node, to) => {
    if (node.ordinality) throw sqlError('sql.unsupported', 'WITH ORDINALITY', 'SQL Server');
    sourceVisitors.tableFunction(node, to);
  },
  // As a query of its own, VALUES stands in FROM.
  values: (node, to) => {
    writeLeadingCtes(to);
    const columns = outputColumns(node) ?? [];
    const rows = to.anonymous('rows');
    const forDriver = scopeOf(to).place === 'outermost';
    const column = (name: string): string => `${rows}.${to.spelling.quote(name)}`;
    const list = columns.map(({ name, long }) => (long && forDriver ? `CONVERT(VARCHAR(41), ${column(name)})` : column(name)));
    to.write(`SELECT ${list.join(', ')} FROM (`);
    within(to, { place: 'nested' }, () => sourceVisitors.values(node, to));
    to.write(`) AS ${rows} (${columns.map(({ name }) => to.spelling.quote(name)).join(', ')})`);
  },
};

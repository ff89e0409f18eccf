import { sqlError } from '../../sql/errors.ts';
import { sourcesOf } from '../../sql/join.ts';
import { isKind, type Node, type SelectNode, type SourceNode, walk } from '../../sql/node.ts';
import type { Visitors, Writer } from './compiler.ts';
import { orderWords } from './expressions.ts';

type SelectVisitors = Pick<Visitors, 'select' | 'setOperation' | 'entity' | 'table' | 'alias' | 'join' | 'lock'>;

/** The sources that a FROM item brings, without looking into subqueries. */
export function held(item: Node): string[] {
  const ids: string[] = [];
  const visit = (node: Node): boolean => {
    if (isKind(node, 'table') || isKind(node, 'alias')) ids.push(node.id);
    return isKind(node, 'join');
  };
  walk(item, visit);
  return ids;
}

/**
 * FROM: what was said, and the sources of columns and conditions that were not. In a subquery, those that an enclosing
 * select already has are left out, unless nothing would remain.
 */
export function fromItems(node: SelectNode, enclosing: readonly string[]): Node[] {
  const items: Node[] = [...node.from];
  const said = new Set(items.flatMap(held));
  const named = sourcesOf([...node.columns, ...(node.where === null ? [] : [node.where])]);
  const aliases = new Map(node.implied.map((alias) => [(alias as SourceNode).id, alias as SourceNode]));
  // An alias is taken from the select's own fields, where its parameters are numbered.
  const implied = named.filter((source) => !said.has(source.id)).map((source) => aliases.get(source.id) ?? source);
  const local = implied.filter((source) => !enclosing.includes(source.id));
  const added: SourceNode[] = local.length > 0 || items.length > 0 ? local : implied;
  return [...items, ...added];
}

function clause(to: Writer, word: string, nodes: readonly Node[]): void {
  if (nodes.length > 0) to.write(word).list(nodes);
}

/** The columns of a result by the keys of their expressions, under the names that ORDER BY may call them by. */
export function outputNames(query: Node, onlyLabels: boolean): Map<string, string> {
  const names = new Map<string, string>();
  const add = (column: Node): void => {
    if (isKind(column, 'entity')) for (const own of column.columns) add(own);
    else if (isKind(column, 'label')) {
      names.set(column.key, column.name);
      // Expressions of one shape may have different values among them.
      if (column.binds.length === 0) names.set(column.operand.key, column.name);
    } else if (isKind(column, 'column') && !onlyLabels) names.set(column.key, column.name);
  };
  if (isKind(query, 'setOperation')) return outputNames(query.queries[0], onlyLabels);
  if (isKind(query, 'select')) for (const column of query.columns) add(column);
  return names;
}

/** ORDER BY, in which a column of the result that has a name of its own is called by it. */
function orderBy(to: Writer, nodes: readonly Node[], names: ReadonlyMap<string, string>): void {
  if (nodes.length === 0) return;
  to.write(' ORDER BY ');
  nodes.forEach((node, i) => {
    if (i > 0) to.write(', ');
    const term = isKind(node, 'order') ? node.operand : node;
    const name = names.get(term.key);
    if (name === undefined) to.visit(node);
    else {
      to.identifier(name);
      if (isKind(node, 'order')) to.write(orderWords(node));
    }
  });
}

/** A part of a set operation; one with an order, a limit or an operation of its own stands in FROM, which every database understands. */
function part(to: Writer, node: Node): void {
  const bare = isKind(node, 'select') && node.orderBy.length === 0 && node.limit === null && node.offset === null && node.lock === null;
  if (bare) to.visit(node);
  else
    to.write('SELECT * FROM (')
      .visit(node)
      .write(`) AS ${to.anonymous('part')}`);
}

/** LIMIT and OFFSET as most databases write them. */
export function writeLimit(node: { readonly limit: Node | null; readonly offset: Node | null }, to: Writer): void {
  if (node.limit !== null) to.write(' LIMIT ').visit(node.limit);
  if (node.offset !== null) to.write(' OFFSET ').visit(node.offset);
}

/** How selects are written; a dialect gives its form of LIMIT. */
export function selectVisitors(limit: typeof writeLimit): SelectVisitors {
  return {
    select: (node, to) => {
      if (node.columns.length === 0) throw sqlError('sql.no-columns');
      const outer = { enclosing: to.enclosing, unqualified: to.unqualified };
      const items = fromItems(node, outer.enclosing);
      to.enclosing = [...outer.enclosing, ...items.flatMap(held)];
      to.unqualified = false;
      to.write(node.distinct ? 'SELECT DISTINCT ' : 'SELECT ').columns(node.columns);
      if (items.length > 0) {
        to.write(' FROM ');
        // A subquery in FROM sees nothing of its neighbours.
        const own = to.enclosing;
        to.enclosing = [];
        to.list(items);
        to.enclosing = own;
      }
      if (node.where !== null) to.write(' WHERE ').condition(node.where);
      clause(to, ' GROUP BY ', node.groupBy);
      if (node.having !== null) to.write(' HAVING ').condition(node.having);
      orderBy(to, node.orderBy, outputNames(node, true));
      limit(node, to);
      if (node.lock !== null) to.visit(node.lock);
      Object.assign(to, outer);
    },
    setOperation: (node, to) => {
      node.queries.forEach((query, i) => {
        if (i > 0) to.write(` ${node.operator} `);
        part(to, query);
      });
      orderBy(to, node.orderBy, outputNames(node, false));
      limit(node, to);
    },
    entity: (node, to) => to.list(node.columns),
    table: (node, to) => to.write(to.sourceName(node)),
    alias: (node, to) => {
      const subquery = isKind(node.of, 'select') || isKind(node.of, 'setOperation');
      if (subquery) to.write('(').visit(node.of).write(')');
      else to.visit(node.of);
      to.write(` AS ${to.sourceName(node)}`);
    },
    join: (node, to) => {
      to.visit(node.left).write(JOINS[node.type]);
      if (isKind(node.right, 'join')) to.write('(').visit(node.right).write(')');
      else to.visit(node.right);
      if (node.on !== null) {
        const own = to.enclosing;
        to.enclosing = [...own, ...held(node)];
        to.write(' ON ').condition(node.on);
        to.enclosing = own;
      }
    },
    lock: (node, to) => {
      to.write(node.strength === 'share' ? ' FOR SHARE' : ' FOR UPDATE');
      if (node.of.length > 0) to.write(` OF ${node.of.map((source) => to.sourceName(source as SourceNode)).join(', ')}`);
      if (node.wait !== null) to.write(node.wait === 'skipLocked' ? ' SKIP LOCKED' : ' NOWAIT');
    },
  };
}

const JOINS = {
  inner: ' JOIN ',
  left: ' LEFT OUTER JOIN ',
  right: ' RIGHT OUTER JOIN ',
  full: ' FULL OUTER JOIN ',
  cross: ' CROSS JOIN ',
} as const;

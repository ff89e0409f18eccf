import { sqlError } from '../../sql/errors.ts';
import { sourcesOf } from '../../sql/join.ts';
import type { AliasNode, Node, SourceNode } from '../../sql/node.ts';
import { isKind, walk } from '../../sql/node-walk.ts';
import { conjunction, isTrue } from '../../sql/operand.ts';
import type { NamedQueryNode, SelectNode } from '../../sql/statement-nodes.ts';
import type { Visitors, Writer } from './compiler.ts';

type SourceVisitors = Pick<Visitors, 'table' | 'alias' | 'join' | 'lateral' | 'tableSample' | 'tableFunction' | 'values' | 'namedQuery'>;

/** The ids of the sources that a FROM item brings, without looking into subqueries. */
export function held(item: Node): string[] {
  const ids: string[] = [];
  const visit = (node: Node): boolean => {
    if (isKind(node, 'table') || isKind(node, 'alias')) ids.push(node.id);
    return isKind(node, 'join');
  };
  walk(item, visit);
  return ids;
}

/** What a select reads from, and its condition, with what it has to say of rows of the selects around it. */
export interface FromWhere {
  readonly items: readonly Node[];
  readonly where: Node | null;
}

/**
 * FROM: what was said, and the sources of columns and conditions that were not. In a subquery, those that an enclosing
 * select already has are left out, unless nothing would remain: then it reads what it selects itself. `correlate()` says it in
 * another way.
 */
export function fromWhere(node: SelectNode, enclosing: readonly string[]): FromWhere {
  const correlation = node.modifiers?.correlation ?? null;
  const correlated = new Set(node.modifiers?.correlated.map((source) => (source as SourceNode).id));
  const outer = (id: string): boolean =>
    enclosing.includes(id) && (correlation === null || (correlation === 'only' ? correlated.has(id) : !correlated.has(id)));
  // The tables of a class come from around as a whole, or not at all.
  const around = node.from.filter((item) =>
    isKind(item, 'join') ? item.assumed !== null && held(item).every(outer) : correlation !== null && outer((item as SourceNode).id),
  );
  const items = node.from.filter((item) => !around.includes(item));
  const said = new Set(node.from.flatMap(held));
  const named = sourcesOf([...node.columns, ...(node.where === null ? [] : [node.where])]);
  const aliases = new Map(node.implied.map((alias) => [(alias as SourceNode).id, alias as SourceNode]));
  // An alias is taken from the select's own fields, where its parameters are numbered.
  const implied = named.filter((source) => !said.has(source.id)).map((source) => aliases.get(source.id) ?? source);
  const local = implied.filter((source) => !outer(source.id));
  if (correlation === null && local.length === 0 && items.length === 0) {
    // Something has to be selected from: what the columns are of, and only where they are of nothing what the condition names.
    const selected = new Set(sourcesOf(node.columns).map(({ id }) => id));
    const own = implied.filter(({ id }) => selected.has(id));
    return { items: [...node.from, ...(node.from.length + own.length > 0 ? own : implied)], where: node.where };
  }
  const told = around.flatMap((item) => (isKind(item, 'join') && item.assumed !== null && !isTrue(item.assumed) ? [item.assumed] : []));
  const where = told.length === 0 ? node.where : conjunction([...(node.where === null ? [] : [node.where]), ...told]);
  return { items: [...items, ...local], where };
}

/** Throws a CompileError where expressions name a source that the statement has not. */
export function checkSources(nodes: readonly Node[], known: readonly string[], where: string): void {
  for (const source of sourcesOf(nodes)) {
    if (known.includes(source.id) || (isKind(source, 'alias') && isKind(source.of, 'star'))) continue;
    throw sqlError(
      'sql.missing-source',
      where,
      source.name ?? (isKind(source, 'alias') && isKind(source.of, 'table') ? source.of.name : 'a subquery'),
    );
  }
}

/** What a part of FROM is called in a warning. */
export function titleOf(item: Node, to: Writer): string {
  const first = isKind(item, 'join') ? leftmost(item) : item;
  return isKind(first, 'table') || isKind(first, 'alias') ? to.sourceName(first) : 'a join';
}

function leftmost(node: Node): Node {
  return isKind(node, 'join') ? leftmost(node.left) : node;
}

/** FROM, with these sources around the statement. A subquery in it sees none of its neighbours, unless it is lateral. */
export function writeFrom(items: readonly Node[], enclosing: readonly string[], to: Writer, word = ' FROM '): void {
  if (items.length === 0) return;
  const own = to.enclosing;
  const { neighbours } = to;
  to.write(word);
  to.enclosing = [];
  to.neighbours = [...enclosing, ...items.flatMap(held)];
  items.forEach((item, i) => {
    if (i > 0) to.write(', ');
    writeItem(item, to);
  });
  to.enclosing = own;
  to.neighbours = neighbours;
}

/** One item of FROM, with the words that stand after it. */
export function writeItem(item: Node, to: Writer): void {
  to.visit(item);
  if (!isKind(item, 'table') && !isKind(item, 'alias')) return;
  for (const hint of to.hints.get(item.id) ?? []) to.write(' ').visit(hint);
}

/** Whether SQL by hand is a query, which FROM takes in brackets. */
export function isTextQuery(node: Node): boolean {
  return isKind(node, 'raw') && /^[\s(]*(select|values|with|table)\b/i.test(node.pieces[0].replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' '));
}

/** `AS name`, and the names of the columns where they are given there. */
export function writeAlias(node: AliasNode, columns: readonly string[], to: Writer): void {
  to.write(` AS ${to.sourceName(node)}`);
  if (columns.length > 0) to.write(` (${columns.map((name) => to.spelling.quote(name)).join(', ')})`);
}

const JOINS = {
  inner: ' JOIN ',
  left: ' LEFT OUTER JOIN ',
  right: ' RIGHT OUTER JOIN ',
  full: ' FULL OUTER JOIN ',
  cross: ' CROSS JOIN ',
} as const;

/** SQL by hand as a source, where an alias has no list of columns: a common table expression has one in every database. */
export function writeNamedQuery(node: AliasNode, of: NamedQueryNode, to: Writer): void {
  // Its own SQL may read a table of the alias's name.
  const name = to.anonymous('rows');
  to.write(`(WITH ${name} (${of.columns.map((column) => to.spelling.quote(column)).join(', ')}) AS (`);
  to.visit(of.query).write(`) SELECT * FROM ${name})`);
  writeAlias(node, [], to);
}

/** How what stands in FROM is written where a database does not differ. */
export const sourceVisitors: SourceVisitors = {
  table: (node, to) => to.write(to.sourceName(node)),
  alias: (node, to) => {
    const { of } = node;
    if (isKind(of, 'cte') || isKind(of, 'cteReference')) {
      to.write(to.cteName(of));
      if (of.id !== node.id) writeAlias(node, [], to);
    } else if (isKind(of, 'tableSample')) {
      to.visit(of.source);
      writeAlias(node, [], to);
      to.visit(of);
    } else if (isKind(of, 'values')) {
      to.write('(').visit(of).write(')');
      writeAlias(node, of.columns, to);
    } else if (isKind(of, 'tableFunction')) {
      to.visit(of);
      writeAlias(node, of.columns, to);
    } else if (isKind(of, 'namedQuery')) {
      const query = isTextQuery(of.query);
      if (query) to.write('(').visit(of.query).write(')');
      else to.visit(of.query);
      writeAlias(node, query ? of.columns : [], to);
    } else {
      const query = isKind(of, 'select') || isKind(of, 'setOperation');
      if (query) to.write('(').visit(of).write(')');
      else to.visit(of);
      const names = isKind(of, 'lateral') && (isKind(of.query, 'namedQuery') || isKind(of.query, 'values')) ? of.query.columns : [];
      writeAlias(node, names, to);
    }
  },
  join: (node, to) => {
    writeItem(node.left, to);
    to.write(JOINS[node.type]);
    if (isKind(node.right, 'join')) to.write('(').visit(node.right).write(')');
    else writeItem(node.right, to);
    if (node.on === null) return;
    const own = to.enclosing;
    checkSources([node.on], [...own, ...to.neighbours, ...held(node)], 'The condition of a join');
    to.enclosing = [...own, ...to.neighbours, ...held(node)];
    to.write(' ON ').condition(node.on);
    to.enclosing = own;
  },
  lateral: (node, to) => {
    const { neighbours } = to;
    to.write('LATERAL (').scoped(neighbours, () => to.visit(node.query));
    to.write(')');
  },
  tableSample: (node, to) => {
    to.write(` TABLESAMPLE ${node.method.toUpperCase()} (`).visit(node.percent).write(')');
    if (node.seed !== null) to.write(' REPEATABLE (').visit(node.seed).write(')');
  },
  tableFunction: (node, to) => {
    to.scoped(to.neighbours, () => to.visit(node.call));
    if (node.ordinality) to.write(' WITH ORDINALITY');
  },
  namedQuery: (node, to) => to.visit(node.query),
  values: (node, to) => {
    to.write('VALUES ');
    node.rows.forEach((row, i) => {
      if (i > 0) to.write(', ');
      if (i > 0 || !isKind(row, 'list')) to.visit(row);
      else {
        // The first row says the types: a database that plans before it has the parameters knows no other way.
        to.write('(');
        row.items.forEach((item, place) => {
          if (place > 0) to.write(', ');
          const type = node.types[place];
          const bare = isKind(item, 'bind') && type.name !== 'unknown';
          if (bare)
            to.write('CAST(')
              .visit(item)
              .write(` AS ${to.spelling.typeName(type)})`);
          else to.visit(item);
        });
        to.write(')');
      }
    });
  },
};

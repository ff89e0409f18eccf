import { isMeantFor } from '../../sql/dialect-choice.ts';
import { sqlError } from '../../sql/errors.ts';
import { make } from '../../sql/make.ts';
import type { Node, SourceNode } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import type { HintNode, SelectNode } from '../../sql/statement-nodes.ts';
import { untiedItems } from './cartesian.ts';
import type { Visitors, Writer } from './compiler.ts';
import { namedWindows } from './functions.ts';
import { checkSources, fromWhere, held, titleOf, writeFrom } from './sources.ts';

type SelectVisitors = Pick<Visitors, 'select' | 'setOperation' | 'entity' | 'lock' | 'selectModifiers' | 'hint' | 'grouping'>;

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

/** The terms, with the places of those that are columns of the result. */
function atPlaces(terms: readonly Node[], columns: readonly Node[]): Node[] {
  const placeOf = (operand: Node): Node => {
    let place = 1;
    for (const column of columns) {
      if ((isKind(column, 'label') ? column.operand : column).key === operand.key) return { ...PLACE, place, operand } as Node;
      place += isKind(column, 'entity') ? column.columns.length : 1;
    }
    return operand;
  };
  return terms.map((term) => {
    if (isKind(term, 'sameAsColumn')) return placeOf(term.operand);
    return isKind(term, 'order') && isKind(term.operand, 'sameAsColumn')
      ? ({ ...term, operand: placeOf(term.operand.operand) } as Node)
      : term;
  });
}

/** Columns and terms, with those that the rows are grouped by marked as values of the group, where no place can stand for them. */
export function asGroupValues(items: readonly Node[], groupBy: readonly Node[]): readonly Node[] {
  const groups = new Set(groupBy.flatMap((term) => (isKind(term, 'sameAsColumn') ? [term.operand.key] : [])));
  if (groups.size === 0) return items;
  const marked = (item: Node): Node => {
    if (isKind(item, 'label') || isKind(item, 'order')) return { ...(item as Node), operand: marked(item.operand) } as Node;
    const bare = isKind(item, 'sameAsColumn') ? item.operand : item;
    return groups.has(bare.key) ? make('groupValue', { operand: bare }) : item;
  };
  return items.map(marked);
}

const PLACE = make('sameAsColumn', { operand: make('star', {}) });

/** ORDER BY, in which a column of the result that has a name of its own is called by it. */
export function writeOrderBy(to: Writer, nodes: readonly Node[], names: ReadonlyMap<string, string>): void {
  if (nodes.length === 0) return;
  to.write(' ORDER BY ');
  nodes.forEach((node, i) => {
    if (i > 0) to.write(', ');
    const term = isKind(node, 'order') ? node.operand : node;
    const name = names.get(term.key);
    if (name === undefined) to.visit(node);
    else if (isKind(node, 'order')) to.visit({ ...node, operand: nameNode(name) } as Node);
    else to.identifier(name);
  });
}

function nameNode(name: string): Node {
  return { kind: 'identifier', path: [name], key: '', binds: [], aliases: [] } as Node;
}

/** A part of a set operation; one with an order, a limit or an operation of its own stands in FROM, which every database understands. */
export function writePart(to: Writer, node: Node): void {
  const bare = isKind(node, 'select') && node.orderBy.length === 0 && node.limit === null && node.offset === null && node.lock === null;
  if (bare || isKind(node, 'raw')) to.visit(node);
  else
    to.write('SELECT * FROM (')
      .visit(node)
      .write(`) AS ${to.anonymous('part')}`);
}

/** What a limit is written from. */
export interface Limits {
  readonly limit: Node | null;
  readonly offset: Node | null;
}

/** LIMIT and OFFSET as most databases write them. */
export function writeLimit(node: Limits, to: Writer): void {
  if (node.limit !== null) to.write(' LIMIT ').visit(node.limit);
  if (node.offset !== null) to.write(' OFFSET ').visit(node.offset);
}

/** Whether words are for this dialect. */
export function isFor(hint: HintNode, to: Writer): boolean {
  return hint.dialect === null || isMeantFor(to.spelling.name, hint.dialect);
}

/** The words of a list that are for this dialect, each after a space or before one. */
export function writeHints(hints: readonly Node[], to: Writer, before: string, after: string): void {
  for (const hint of hints) if (isKind(hint, 'hint') && isFor(hint, to)) to.write(before).visit(hint).write(after);
}

/** Warns where parts of FROM are tied by no condition. */
export function warnOfProducts(items: readonly Node[], where: Node | null, to: Writer): void {
  const untied = untiedItems(items, where);
  if (untied.length === 0) return;
  const names = untied.map((item) => titleOf(item, to)).join(', ');
  to.warnings.push(
    `The statement puts every row of ${names} beside every row of ${titleOf(items[0], to)}: no condition ties them. ` +
      'Add join() or where(), or say crossJoin() if that is meant.',
  );
}

/** The parts of a SELECT, from its columns to HAVING; `columns` are written in place of its own. */
export function writeSelectBody(node: SelectNode, to: Writer, columns: (to: Writer) => void, distinct: string): void {
  const around = to.enclosing;
  const { items, where } = fromWhere(node, around);
  to.enclosing = [...around, ...items.flatMap(held)];
  warnOfProducts(items, where, to);
  to.write('SELECT ');
  writeHints(node.modifiers?.prefixes ?? [], to, '', ' ');
  to.write(distinct);
  columns(to);
  writeFrom(items, around, to);
  if (where !== null) to.write(' WHERE ').condition(where);
  checkSources(node.groupBy, to.enclosing, 'groupBy()');
  clause(to, ' GROUP BY ', to.spelling.places === undefined ? node.groupBy : atPlaces(node.groupBy, node.columns));
  if (node.having !== null) {
    checkSources([node.having], to.enclosing, 'having()');
    to.write(' HAVING ').condition(node.having);
  }
  const windows = to.spelling.windowNames === false ? [] : namedWindows([...node.columns, ...node.orderBy]);
  if (windows.length > 0) to.write(' WINDOW ').list(windows);
}

/** Runs `write` as a select of its own, with the hints of its sources. */
export function asSelect(node: SelectNode, to: Writer, write: () => void): void {
  if (node.columns.length === 0) throw sqlError('sql.no-columns');
  const { enclosing } = to;
  const lateral = to.neighbours;
  to.scoped(enclosing, () => {
    to.neighbours = lateral;
    const hints = new Map<string, Node[]>();
    for (const hint of node.modifiers?.hints ?? []) {
      if (!isKind(hint, 'hint') || hint.source === null || !isFor(hint, to)) continue;
      hints.set(hint.source.id, [...(hints.get(hint.source.id) ?? []), hint]);
    }
    if (hints.size > 0) to.hints = hints;
    write();
  });
}

/** How selects are written; a dialect gives its form of LIMIT. */
export function selectVisitors(limit: (node: Limits, to: Writer) => void): SelectVisitors {
  return {
    select: (node, to) =>
      asSelect(node, to, () => {
        const { modifiers } = node;
        const distinctOn = modifiers?.distinctOn ?? [];
        const columns = (): void => {
          if (distinctOn.length > 0) to.write('DISTINCT ON (').list(distinctOn).write(') ');
          to.columns(node.columns);
        };
        writeSelectBody(node, to, columns, node.distinct ? 'DISTINCT ' : '');
        const names = outputNames(node, true);
        checkSources(
          node.orderBy.filter((term) => !names.has((isKind(term, 'order') ? term.operand : term).key)),
          to.enclosing,
          'orderBy()',
        );
        const { places } = to.spelling;
        const order =
          places === undefined
            ? node.orderBy
            : places === 'all'
              ? atPlaces(node.orderBy, node.columns)
              : asGroupValues(node.orderBy, node.groupBy);
        writeOrderBy(to, order, names);
        if (modifiers?.withTies === true && node.limit !== null) {
          if (node.offset !== null) to.write(' OFFSET ').operand(node.offset, 10).write(' ROWS');
          to.write(' FETCH FIRST ').operand(node.limit, 10).write(' ROWS WITH TIES');
        } else limit(node, to);
        if (node.lock !== null) to.visit(node.lock);
        if (modifiers !== null) to.visit(modifiers);
      }),
    setOperation: (node, to) => {
      node.queries.forEach((query, i) => {
        if (i > 0) to.write(` ${node.operator} `);
        writePart(to, query);
      });
      writeOrderBy(to, node.orderBy, outputNames(node, false));
      limit(node, to);
    },
    entity: (node, to) => to.list(node.columns),
    lock: (node, to) => {
      to.write(LOCKS[node.strength]);
      if (node.of.length > 0) to.write(` OF ${node.of.map((source) => to.sourceName(source as SourceNode)).join(', ')}`);
      if (node.wait !== null) to.write(node.wait === 'skipLocked' ? ' SKIP LOCKED' : ' NOWAIT');
    },
    // What stands at the end; the rest stands inside the select.
    selectModifiers: (node, to) => writeHints(node.suffixes, to, ' ', ''),
    hint: (node, to) => to.visit(node.content),
    grouping: (node, to) => to.write(GROUPINGS[node.form]).list(node.items).write(')'),
  };
}

const LOCKS = { update: ' FOR UPDATE', share: ' FOR SHARE', noKeyUpdate: ' FOR NO KEY UPDATE', keyShare: ' FOR KEY SHARE' } as const;
const GROUPINGS = { rollup: 'ROLLUP (', cube: 'CUBE (', sets: 'GROUPING SETS (' } as const;

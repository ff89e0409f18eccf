import { adapt } from '../sql/adapt.ts';
import { sourcesOf } from '../sql/join.ts';
import { make, makeColumn, makeSelect, rebuild } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { isKind, mapChildren } from '../sql/node-walk.ts';
import type { TableColumn } from '../sql/schema.ts';
import { INTEGER } from '../sql/type.ts';
import { type Member, tellsApart, tieToParent } from './hierarchy.ts';
import type { Mapper } from './mapping.ts';

/** The names that columns have in a query which stands for a class of several tables. */
const labels = new WeakMap<Node, ReadonlyMap<string, string>>();

/** A column of a table as the key of a map. */
export function labelKey(table: string, column: string): string {
  return `${table} ${column}`;
}

/**
 * A mapped column of a source: of a class's own tables, where the source is one of them, or of an alias of the class.
 */
export function columnOf(source: SourceNode, column: TableColumn): Node {
  const { table, name, key, type, formula } = column;
  if (source.kind === 'table') return formula === undefined ? makeColumn(table.node, name, key, type) : formula(table.node);
  const said = labels.get(source.of)?.get(labelKey(table.node.id, name));
  if (formula !== undefined && said === undefined) return formula(source);
  const label = said ?? name;
  return makeColumn(source, label, key, type);
}

/**
 * What a class's rows are read from: its tables, and with them those of the classes that extend it. Those of which `isLater` is
 * true are left out, with all below them.
 */
export function fromOf(member: Member, isLater: (below: Member) => boolean = ({ loadsLater }) => loadsLater): Node {
  const path: Member[] = [];
  for (let above: Member | null = member; above !== null; above = above.parent) path.unshift(above);
  let from: Node = path[0].table.node;
  const add = (one: Member, type: 'inner' | 'left'): void => {
    if (one.parent !== null && one.table !== one.parent.table)
      from = make('join', { type, left: from, right: one.table.node, on: tieToParent(one) });
  };
  for (const above of path) add(above, 'inner');
  const below = (one: Member): void => {
    for (const child of one.children) {
      if (isLater(child)) continue;
      add(child, 'left');
      below(child);
    }
  };
  if (tellsApart(member)) below(member);
  return from;
}

/** What the columns are read from that a class and those below it add to the class above: its own table and theirs. */
export function addedFrom(member: Member): Node {
  let from: Node = member.table.node;
  const below = (one: Member): void => {
    for (const child of one.children) {
      if (child.loadsLater) continue;
      if (child.table !== one.table) from = make('join', { type: 'left', left: from, right: child.table.node, on: tieToParent(child) });
      below(child);
    }
  };
  below(member);
  return from;
}

/** What an alias of a class is made of: its table, or a query over its tables. */
export function selectableOf(member: Member): Node {
  const from = fromOf(member, () => false);
  if (isKind(from, 'table')) return member.from;
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const columns = member.rowColumns.map((column) => {
    let label = column.name;
    for (let n = 1; taken.has(label); n++) label = `${column.table.name}_${column.name}${n === 1 ? '' : n}`;
    taken.add(label);
    names.set(labelKey(column.table.node.id, column.name), label);
    return make('label', { operand: columnOf(column.table.node, column), name: label });
  });
  const node = makeSelect({ columns, from: [from] });
  // The keys of the tables below are the root's key.
  for (const table of [member, ...descendants(member)])
    table.ownKey.forEach((column, i) => {
      const root = member.root.columns[member.keyPositions[i]];
      names.set(labelKey(column.table.node.id, column.name), names.get(labelKey(root.table.node.id, root.name)) as string);
    });
  labels.set(node, names);
  return node;
}

function descendants(member: Member): Member[] {
  return member.children.flatMap((child) => [child, ...descendants(child)]);
}

/** Says what columns are called in a query that stands for the rows of several classes. */
export function nameColumns(query: Node, names: Iterable<readonly [TableColumn, string]>): void {
  labels.set(query, new Map([...names].map(([{ table, name }, label]) => [labelKey(table.node.id, name), label])));
}

/** Which class the rows are of in queries over several with keys of their own: the column that says it, and its values. */
interface RowClasses {
  readonly column: string;
  readonly numbers: ReadonlyMap<Mapper, number>;
}

const rowClasses = new WeakMap<Node, RowClasses>();

/** Says which column of a query tells whose rows they are, and by which number of each class. */
export function tellRows(query: Node, column: string, numbers: ReadonlyMap<Mapper, number>): void {
  rowClasses.set(query, { column, numbers });
}

/** A query over the rows of another one calls their columns the same, and tells their classes in the same way. */
export function nameAlike(query: Node, of: Node): void {
  const [names, told] = [labels.get(of), rowClasses.get(of)];
  if (names !== undefined) labels.set(query, names);
  if (told !== undefined) rowClasses.set(query, told);
}

/** The condition that a row of a source is of a class; null where its rows have one key in common, never true for a class that it lacks. */
export function isRowOf(source: SourceNode, mapper: Mapper): Node | null {
  const told = source.kind === 'table' ? undefined : rowClasses.get(source.of);
  if (told === undefined) return null;
  const right = make('raw', { pieces: [String(told.numbers.get(mapper) ?? -1)], items: [] });
  return make('binary', { operator: '=', left: makeColumn(source, told.column, told.column, INTEGER), right });
}

/**
 * A condition over a class's own tables, moved to another source of its rows. A subquery that has such a table in its own FROM means
 * that one.
 */
export function adaptTo(mapper: Mapper, node: Node, to: SourceNode): Node {
  if (to.kind === 'table') return node;
  const names = labels.get(to.of);
  if (names === undefined) return adapt(node, mapper.table.node, to);
  const change = (child: Node, hidden: ReadonlySet<string>): Node => {
    if (isKind(child, 'column')) {
      const label = hidden.has(child.source.id) ? undefined : names.get(labelKey(child.source.id, child.name));
      return label === undefined ? child : makeColumn(to, label, child.attribute, child.type);
    }
    const own = isKind(child, 'select') ? sourcesOf(child.from).map(({ id }) => id) : [];
    const inner = own.length === 0 ? hidden : new Set([...hidden, ...own]);
    const mapped = mapChildren(child, (one) => change(one, inner));
    return mapped === child ? child : rebuild(mapped);
  };
  return change(node, new Set());
}

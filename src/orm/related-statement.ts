import { make, makeAlias, makeBind, makeColumn, makeSelect } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import { conjunction } from '../sql/operand.ts';
import type { TableColumn } from '../sql/schema.ts';
import { INTEGER } from '../sql/type.ts';
import { type ColumnChoice, readNode, readNodes } from './column-choice.ts';
import { moveToUnion } from './concrete-conditions.ts';
import { unionKey } from './concrete-keys.ts';
import { relatedUnion } from './concrete-relations.ts';
import { columnsRead } from './concrete-union.ts';
import type { LoadRequest } from './load-request.ts';
import { columnOf } from './mapped-source.ts';
import type { Relationship } from './mapping.ts';
import { fromNaming } from './polymorphic-reading.ts';
import { conditionsOf, tie, ties } from './relation-attribute.ts';

/** What a load of one relation may ask for beside the relation itself. */
export type Wish = Pick<LoadRequest, 'filter' | 'orderBy' | 'limit' | 'offset' | 'columns' | 'populate' | 'key'>;

/** All that a relation holds. */
export const ALL: Wish = { filter: [], orderBy: null, limit: null, offset: null, columns: null, key: '' };

/** The rows that a relation leads to, of any parent. */
export interface RelatedRows {
  readonly from: readonly Node[];
  readonly where: readonly Node[];
  /** The columns that hold the parents' keys. */
  readonly near: readonly Node[];
  readonly nearColumns: readonly TableColumn[];
}

/** Whether the target's own columns tell to whom a row belongs; else the owner's key is read with it. */
export function isByTarget(relation: Relationship): boolean {
  return relation.through === null && relation.join === null;
}

/** `named` are conditions on them, which may name columns of classes below the target. */
export function relatedRows(relation: Relationship, named: readonly Node[] = []): RelatedRows {
  const rows = fromNaming(relation.target, named);
  const target = relation.target.table.node;
  if (relation.join !== null) {
    const own = makeAlias(relation.mapper.selectable, null);
    const nearColumns = relation.local.map((position) => relation.mapper.columns[position]);
    const near = nearColumns.map((column) => columnOf(own, column));
    return { from: [joinByCondition(relation, own, target, rows)], where: [], near, nearColumns };
  }
  if (relation.through === null) {
    const nearColumns = relation.remote.map((position) => relation.target.columns[position]);
    const near = nearColumns.map((column) => columnOf(target, column));
    return { from: [rows], where: conditionsOf(relation), near, nearColumns };
  }
  const through = relation.through.node;
  const { far } = ties(relation, relation.mapper.table.node, through, target);
  const nearColumns = relation.throughLocal;
  const near = nearColumns.map((column) => columnOf(through, column));
  return { from: [make('join', { type: 'inner', left: through, right: rows, on: far })], where: [], near, nearColumns };
}

/** The owners' rows with those that a condition relates to them. */
function joinByCondition(relation: Relationship, own: SourceNode, target: SourceNode, rows: Node): Node {
  if (relation.through === null) return make('join', { type: 'inner', left: own, right: rows, on: tie(relation, own, target) });
  const through = relation.through.node;
  const { near, far, across } = ties(relation, own, through, target);
  const pairs = make('join', { type: 'inner', left: own, right: through, on: near });
  return make('join', { type: 'inner', left: pairs, right: rows, on: across === null ? far : (conjunction([far, across]) as Node) });
}

/** The keys of parents: a list of values, or a query that gives them. */
export type ParentKeys = readonly unknown[] | Node;

/** SELECT the target's columns (and the through table's own key) WHERE the parent's key is among these. */
export function relatedStatement(relation: Relationship, keys: ParentKeys, wish: Wish): Node {
  if (relation.overUnion) return unionStatement(relation, keys, wish);
  const target = relation.target.table.node;
  const columns = relatedColumns(relation, target, wish.columns);
  const { from, where, near, nearColumns } = relatedRows(relation, [...wish.filter, ...(wish.orderBy ?? [])]);
  if (!isByTarget(relation)) columns.push(...near);
  const order = wish.orderBy ?? relation.orderBy.map((term) => term.node);
  const rows = { from, where: conjunction([isAmong(near, nearColumns, keys), ...where, ...wish.filter]) };
  if (wish.limit === null && wish.offset === null) return makeSelect({ ...rows, columns, orderBy: order });
  return limited(columns, near, order, rows, wish, relation);
}

/** The same where the rows are those of several classes with tables of their own. */
function unionStatement(relation: Relationship, keys: ParentKeys, wish: Wish): Node {
  const { target, remote } = relation;
  const union = relatedUnion(relation);
  const { source } = union;
  const own = (node: Node): Node => moveToUnion(target, union, node);
  const nearColumns = remote.map((position) => target.columns[position]);
  const near = nearColumns.map((column) => columnOf(source, column));
  const columns = [...columnsRead(union, null), ...near];
  const order = (wish.orderBy ?? relation.orderBy.map((term) => term.node)).map(own);
  const where = conjunction([isAmong(near, nearColumns, keys), ...[...conditionsOf(relation), ...wish.filter].map(own)]);
  if (wish.limit === null && wish.offset === null) return makeSelect({ columns, from: [source], where, orderBy: order });
  return limited(columns, near, order.length > 0 ? order : unionKey(union), { from: [source], where }, wish, relation);
}

/** The columns of the related rows, but for those that wait until they are asked for. */
export function relatedColumns(relation: Relationship, target: SourceNode, choice: ColumnChoice | null): Node[] {
  if (choice !== null) return readNodes(target, relation.target, choice);
  const tied = new Set(isByTarget(relation) ? relation.remote : []);
  return relation.target.rowColumns.map((column, place) => (tied.has(place) ? columnOf(target, column) : readNode(target, column)));
}

/** Whether columns hold one of these keys. */
export function isAmong(near: readonly Node[], columns: readonly TableColumn[], keys: ParentKeys): Node {
  if (!Array.isArray(keys)) return make('in', { operand: near[0], list: keys as Node, negated: false });
  if (near.length === 1) {
    return make('in', { operand: near[0], list: makeBind(keys, columns[0].type, { expanding: true }), negated: false });
  }
  const items = (keys as readonly (readonly unknown[])[]).map(
    (key) =>
      conjunction(near.map((node, i) => make('binary', { operator: '=', left: node, right: makeBind(key[i], columns[i].type) }))) as Node,
  );
  return items.length === 1 ? items[0] : make('junction', { operator: 'or', items });
}

/** Some of each parent's rows: they are numbered within their parent, and those of these places kept. */
function limited(
  columns: readonly Node[],
  near: readonly Node[],
  order: readonly Node[],
  rows: { readonly from: readonly Node[]; readonly where: Node | null },
  { limit, offset }: Wish,
  relation: Relationship,
): Node {
  const inOrder =
    order.length > 0
      ? order
      : relation.target.keyPositions.map((position) => columnOf(relation.target.table.node, relation.target.columns[position]));
  const call = make('function', { name: 'row_number', args: [], distinct: false, orderBy: [], filter: null });
  const number = make('label', {
    operand: make('over', { call, window: null, partitionBy: near, orderBy: inOrder, frame: null }),
    name: 'place',
  });
  const inner = makeSelect({
    ...rows,
    columns: [...columns.map((column, i) => make('label', { operand: column, name: `c${i}` })), number],
  });
  const numbered = makeAlias(inner, null);
  const { rowColumns } = relation.target;
  const outer = columns.map((column, i) => {
    if (isKind(column, 'constant')) return column;
    return makeColumn(numbered, `c${i}`, `c${i}`, isKind(column, 'column') ? column.type : rowColumns[i].type);
  });
  const place = makeColumn(numbered, 'place', 'place', INTEGER);
  const compare = (operator: string, value: number): Node => make('binary', { operator, left: place, right: makeBind(value, INTEGER) });
  const first = offset ?? 0;
  const where = conjunction([...(first > 0 ? [compare('>', first)] : []), ...(limit === null ? [] : [compare('<=', first + limit)])]);
  return makeSelect({ columns: outer, from: [numbered], where, orderBy: [place] });
}

/** A query for the keys by which the objects of a relation find theirs, of all parents whose keys a query gives. */
export function keysBelow(relation: Relationship, parents: Node, next: Relationship): Node {
  const { from, where, near, nearColumns } = relatedRows(relation);
  const target = relation.target.table.node;
  const columns = next.local.map((position) => columnOf(target, next.mapper.columns[position]));
  return makeSelect({ columns, from: [...from], where: conjunction([isAmong(near, nearColumns, parents), ...where]) });
}

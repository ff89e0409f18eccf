import { make, makeAlias, makeColumn, makeSelect } from '../sql/make.ts';
import type { AliasNode, ColumnNode, Node, SourceNode } from '../sql/node.ts';
import { ColumnAttribute, type Source, type TableColumn } from '../sql/schema.ts';
import { INTEGER, type SqlType } from '../sql/type.ts';
import { type ColumnChoice, NOT_READ } from './column-choice.ts';
import { concreteBelow } from './concrete-classes.ts';
import { ormError } from './errors.ts';
import { type Member, saidBelow } from './hierarchy.ts';
import { columnOf, fromOf, labelKey, nameAlike, nameColumns, tellRows } from './mapped-source.ts';
import { withDescendants } from './mapper.ts';
import type { Mapper, RowDispatch } from './mapping.ts';

/** One class of a union, and where the columns of its rows stand in those of the union. */
export interface UnionPart {
  readonly mapper: Mapper;
  /** The columns that the class had when the union was made. */
  readonly planId: number;
  readonly dispatch: RowDispatch | null;
  readonly places: readonly number[];
}

/** The rows of several classes with tables of everything, as one source. SQLAlchemy: `polymorphic_union()`. */
export interface ConcreteUnion {
  readonly parts: readonly UnionPart[];
  readonly source: SourceNode;
  /** All that it has: the number of the row's class, then the columns of all of them. */
  readonly columns: readonly ColumnNode[];
  /** What a select of the objects names. */
  readonly entity: Source;
  /** The class whose rows a column of a key tells, for the classes that are not read too. */
  readonly keyOwners: ReadonlyMap<string, Mapper>;
}

/** The columns of each class that are read, where a query says so. */
export type UnionChoices = ReadonlyMap<Mapper, ColumnChoice>;

/** A column of the union, and which column it is in each of the classes that have it. */
interface UnionColumn {
  readonly label: string;
  readonly key: string;
  readonly type: SqlType;
  readonly of: Map<Mapper, TableColumn>;
}

/** The column that tells the classes apart, by their place in the union. */
const CLASS = 'row_class';
/** Types that stay one in a union, however long their values may be. */
const LENGTHS: ReadonlySet<string> = new Set(['string', 'char', 'numeric', 'binary']);
const unions = new WeakMap<Mapper, Map<string, ConcreteUnion>>();
/** The unions by the queries that give their rows. */
const byQuery = new WeakMap<Node, ConcreteUnion>();

/** The union of these classes for queries of another one. Made once, so that its statements are. */
export function unionOf(base: Mapper, mappers: readonly Mapper[]): ConcreteUnion {
  if (mappers.length === 0) throw ormError('orm.no-concrete', base.name);
  const known = unions.get(base) ?? new Map<string, ConcreteUnion>();
  unions.set(base, known);
  const others = concreteBelow(base).filter((one) => !mappers.includes(one));
  const key = [...mappers, ...others].map(({ planId }) => planId).join();
  const found =
    known.get(key) ??
    makeUnion(
      base,
      [...new Set(mappers)],
      [base, ...others].filter((one) => !mappers.includes(one)),
    );
  known.set(key, found);
  return found;
}

/** A query gives rows of a union, in its columns: an alias of it stands for the objects of these rows. */
export function standFor(query: Node, union: ConcreteUnion): void {
  byQuery.set(query, union);
  nameAlike(query, (union.source as AliasNode).of);
}

/** The union whose rows an alias stands for, with its columns over the alias; null for any other source. */
export function unionBehind(source: SourceNode): ConcreteUnion | null {
  const union = source.kind === 'alias' ? byQuery.get(source.of) : undefined;
  if (union === undefined) return null;
  return { ...union, source, columns: union.columns.map(({ name, attribute, type }) => makeColumn(source, name, attribute, type)) };
}

/** The columns of a union as those of a source. */
export function attributesOfUnion({ columns, source }: Pick<ConcreteUnion, 'columns' | 'source'>): ColumnAttribute[] {
  return columns.map(({ name, attribute, type }) => new ColumnAttribute(source, name, attribute, type, null));
}

/** All columns of a class and of those below it, but for those that wait by themselves. */
export function wholeChoice(mapper: Mapper): ColumnChoice {
  const skipped = saidBelow(mapper as Member).flatMap(({ deferred }, place) => (deferred === null ? [] : [place]));
  return { skipped, filled: [] };
}

/** What a query for objects reads of a union: its columns, but for those of which no class needs any. */
export function columnsRead({ parts, columns }: ConcreteUnion, choices: UnionChoices | null): Node[] {
  const read = new Set([0]);
  for (const { mapper, places } of parts) {
    const skipped = new Set((choices?.get(mapper) ?? wholeChoice(mapper)).skipped);
    for (const [place, column] of places.entries()) if (!skipped.has(place)) read.add(column);
  }
  return columns.map((column, i) => (read.has(i) ? column : NOT_READ));
}

/** Whether a class was extended since its union was made. */
export function isStale({ parts }: ConcreteUnion): boolean {
  return parts.some(({ mapper, planId }) => mapper.planId !== planId);
}

function makeUnion(base: Mapper, mappers: readonly Mapper[], others: readonly Mapper[]): ConcreteUnion {
  const columns: UnionColumn[] = [];
  const taken = new Set([CLASS]);
  for (const mapper of mappers)
    for (const column of saidBelow(mapper as Member)) {
      const { key, name, type, table } = column;
      const same = columns.find((one) => one.key === key && !one.of.has(mapper) && isAlike(one.type, type));
      if (same !== undefined) {
        same.of.set(mapper, column);
        continue;
      }
      let label = name;
      for (let n = 1; taken.has(label.toLowerCase()); n++) label = `${table.name}_${name}${n === 1 ? '' : n}`;
      taken.add(label.toLowerCase());
      columns.push({ label, key, type, of: new Map([[mapper, column]]) });
    }
  const selects = mappers.map((mapper, number) => {
    const own = columns.map(({ label, type, of }) => {
      const column = of.get(mapper);
      const operand = column === undefined ? make('cast', { operand: NOT_READ, type }) : columnOf(column.table.node, column);
      return make('label', { operand, name: label });
    });
    const first = make('label', { operand: make('raw', { pieces: [String(number)], items: [] }), name: CLASS });
    return makeSelect({ columns: [first, ...own], from: [fromOf(mapper as Member, () => false)], where: mapper.condition });
  });
  const query =
    selects.length === 1
      ? selects[0]
      : make('setOperation', { operator: 'UNION ALL', queries: selects, orderBy: [], limit: null, offset: null, ctes: [] });
  nameColumns(query, namesOf(columns, mappers, others));
  tellRows(query, CLASS, new Map(mappers.flatMap((mapper, number) => withDescendants(mapper).map((one) => [one, number]))));
  const source = makeAlias(query, null);
  const all = [makeColumn(source, CLASS, CLASS, INTEGER), ...columns.map(({ label, key, type }) => makeColumn(source, label, key, type))];
  const { entityClass, table } = base;
  const union: ConcreteUnion = {
    entity: {
      '~source': { node: source, name: table.name, columns: attributesOfUnion({ columns: all, source }), table },
      '~model': entityClass,
    } as Source,
    parts: mappers.map((mapper) => ({
      mapper,
      planId: mapper.planId,
      dispatch: mapper.dispatchWith(new Set()) ?? mapper.dispatch,
      places: saidBelow(mapper as Member).map((column) => 1 + columns.findIndex(({ of }) => of.get(mapper) === column)),
    })),
    source,
    columns: all,
    keyOwners: keyOwnersOf([...mappers, ...others]),
  };
  byQuery.set(query, union);
  return union;
}

function keyOwnersOf(mappers: readonly Mapper[]): Map<string, Mapper> {
  const owners = new Map<string, Mapper>();
  for (const mapper of mappers)
    for (const one of withDescendants(mapper))
      for (const { table, name } of [...one.ownKey, ...one.keyPositions.map((position) => one.columns[position])])
        owners.set(labelKey(table.node.id, name), mapper);
  return owners;
}

/** What the columns of the classes are called in their union; those of classes that are not in it too, by the attributes that they share. */
function namesOf(columns: readonly UnionColumn[], mappers: readonly Mapper[], others: readonly Mapper[]): [TableColumn, string][] {
  const names: [TableColumn, string][] = columns.flatMap(({ label, of }) =>
    [...of.values()].map((column): [TableColumn, string] => [column, label]),
  );
  for (const mapper of mappers)
    for (const one of withDescendants(mapper))
      one.ownKey.forEach((column, i) => {
        const root = mapper.root.columns[one.keyPositions[i]];
        const label = names.find(([named]) => named.table === root.table && named.name === root.name)?.[1];
        if (label !== undefined) names.push([column, label]);
      });
  for (const other of others)
    for (const column of other.rowColumns) {
      const shared = columns.filter(({ key }) => key === column.key);
      const found = shared.find(({ type }) => isAlike(type, column.type)) ?? shared[0];
      if (found !== undefined) names.push([column, found.label]);
    }
  return names;
}

/** Whether values of two types stand in one column of a union. */
function isAlike(one: SqlType, other: SqlType): boolean {
  return one.key === other.key || (one.name === other.name && LENGTHS.has(one.name));
}

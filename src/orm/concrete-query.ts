import { Expression } from '../sql/expression.ts';
import { sourcesOf } from '../sql/join.ts';
import { changeSelect, make, rebuild } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { isKind, mapChildren, walk } from '../sql/node-walk.ts';
import { conjunction } from '../sql/operand.ts';
import { Select } from '../sql/select.ts';
import { INTEGER } from '../sql/type.ts';
import { checkConcrete, concreteBelow, concreteRows } from './concrete-classes.ts';
import { type ConcreteUnion, type UnionReading, unionOf } from './concrete-union.ts';
import { ormError } from './errors.ts';
import { isA } from './hierarchy.ts';
import { type LoadRequest, mergeRequests, readRequests } from './load-request.ts';
import { adaptTo, labelKey } from './mapped-source.ts';
import { mapperOf, relationsNamed, withDescendants } from './mapper.ts';
import type { Mapper } from './mapping.ts';
import type { QuerySpec } from './query-spec.ts';
import type { RelationAttribute } from './relation-attribute.ts';

/** A query that reads the classes that `withPolymorphic()` names; null where none of them has a table of everything. */
export function readNamedConcrete(spec: QuerySpec, named: unknown, how: string): QuerySpec | null {
  const { mapper, union } = spec;
  const below = concreteBelow(mapper);
  if (below.length === 0 || (named !== '*' && !Array.isArray(named))) return null;
  const where = `withPolymorphic() of ${mapper.name}`;
  const classes = named === '*' ? below : named.map((model) => mapperOf(model, where));
  if (union === undefined && !classes.some((one) => below.includes(one))) return null;
  for (const one of classes) checkConcrete(mapper, one, where, named === '*');
  if (how !== 'inline')
    throw ormError('orm.concrete-query', "withPolymorphic(…, 'selectin')", mapper.name, 'Leave it out: one statement reads all');
  if (union !== undefined && union.whole !== spec.select)
    throw ormError('orm.concrete-query', 'withPolymorphic() after other methods', mapper.name, 'Call it first');
  const plain = union === undefined ? spec : { ...spec, ...union.before, union: undefined };
  const read = concreteRows(mapper).filter((one) => one === mapper || classes.includes(one));
  return read.length === 1 && read[0] === mapper ? plain : readUnion(plain, read);
}

/** A query that reads the rows of these classes in the place of those of its own. */
export function readUnion(spec: QuerySpec, mappers: readonly Mapper[]): QuerySpec {
  const { mapper, requests, columns } = spec;
  const union = unionOf(mapper, mappers);
  if (requests.length > 0) throw ormError('orm.concrete-query', 'with() before withPolymorphic()', mapper.name, 'Call with() after it');
  if (columns?.narrow === true) throw refusal(spec, 'loadOnly()');
  const { node, projection } = spec.select;
  const [entity] = node.columns;
  const { source } = union;
  const placed = changeSelect(node, {
    columns: isKind(entity, 'entity') ? [make('entity', { ...entity, source, columns: union.columns })] : node.columns,
    from: node.from.length === 0 ? [source] : node.from.map((item) => inPlaceOf(item, spec, source)),
    where: withoutOwn(node.where, mapper.condition),
  });
  const select = adaptSelect({ mapper, source, union: { union } }, new Select(placed, projection));
  return { ...spec, source, select, columns: null, dispatch: null, union: { union, requests: new Map(), before: spec, whole: select } };
}

/** A query whose conditions, order and joins name the columns of its union where they name those of its classes. */
export function adaptSpec(spec: QuerySpec): QuerySpec {
  if (spec.union === undefined) return spec;
  return { ...spec, select: adaptSelect(spec, spec.select) };
}

/** What a select is moved to. */
type Moved = Pick<QuerySpec, 'mapper' | 'source'> & { readonly union?: Pick<UnionReading, 'union'> | undefined };

/** A select over the union of a query, with its columns for those of the classes. */
export function adaptSelect<R>({ mapper, source, union }: Moved, { node, projection }: Select<R>): Select<R> {
  const move = (part: Node): Node => adaptTo(mapper, union === undefined ? part : ofTheirClasses(union.union, part), source);
  const moveOrNone = (part: Node | null): Node | null => (part === null ? null : move(part));
  const moveJoin = (item: Node): Node =>
    isKind(item, 'join') ? rebuild({ ...item, left: moveJoin(item.left), right: moveJoin(item.right), on: moveOrNone(item.on) }) : item;
  const changed = changeSelect(node, {
    columns: node.columns.map((column) => (isKind(column, 'entity') ? column : move(column))),
    from: node.from.map(moveJoin),
    where: moveOrNone(node.where),
    groupBy: node.groupBy.map(move),
    having: moveOrNone(node.having),
    orderBy: node.orderBy.map(move),
  });
  return new Select<R>(changed, projection);
}

/** A query over a union that loads relations: for each class those that it has. Throws a MappingError for one that none of them has. */
export function loadOverUnion(spec: QuerySpec, reading: UnionReading, asked: object): QuerySpec {
  const { mapper } = spec;
  const { parts } = reading.union;
  const has = (one: Mapper, key: string): boolean => withDescendants(one).some(({ relationKeys }) => relationKeys.includes(key));
  for (const key of Object.keys(asked)) {
    if (key === '*' || parts.some((part) => has(part.mapper, key))) continue;
    // A name that is no relation at all is told with those that there are.
    relationsNamed(mapper, key);
    throw ormError('orm.concrete-relation', parts[0].mapper.name, key, mapper.name);
  }
  const requests = parts.map(({ mapper: one }): [Mapper, LoadRequest[]] => {
    const own = Object.fromEntries(Object.entries(asked).filter(([key]) => key === '*' || has(one, key)));
    const read = readRequests(one, own);
    if (read.some(({ strategy }) => strategy === 'contains'))
      throw ormError(
        'orm.concrete-query',
        "with() 'contains'",
        mapper.name,
        'Leave the strategy out: a statement for each class loads them',
      );
    return [one, mergeRequests(reading.requests.get(one) ?? [], read)];
  });
  return { ...spec, union: { ...reading, requests: new Map(requests) } };
}

/** What a join along a relation is made of, over the union where the relation leads from its rows. */
export function joinOverUnion(spec: QuerySpec, target: RelationAttribute): ReturnType<RelationAttribute['~join']> {
  const { mapper, union } = spec;
  const { relation } = target;
  const owner = union && [mapper, ...concreteBelow(mapper)].find((one) => isA(relation.mapper, one));
  if (union === undefined || owner === undefined) return target['~join']();
  const way = target['~over'](spec.source)['~join']();
  const { keyPositions } = relation.mapper;
  if (!relation.local.every((position) => keyPositions.includes(position))) return way;
  const [first, ...others] = way.steps;
  return { ...way, steps: [{ ...first, on: conjunction([first.on, rowsOf(union.union, owner)]) as Node }, ...others] };
}

/**
 * Keys are each table's own, so that a subquery which goes by the key of one class means the rows of that class: without this it would
 * find those of the others that have the same key.
 */
function ofTheirClasses(union: ConcreteUnion, node: Node): Node {
  const change = (child: Node): Node => {
    const mapped = mapChildren(child, change);
    const changed = mapped === child ? child : rebuild(mapped);
    if (!isKind(changed, 'select')) return changed;
    const own = new Set(sourcesOf(changed.from).map(({ id }) => id));
    const named = new Set<Mapper>();
    for (const part of [...changed.from, ...(changed.where === null ? [] : [changed.where])])
      walk(part, (inner) => {
        const owner =
          isKind(inner, 'column') && !own.has(inner.source.id) ? union.keyOwners.get(labelKey(inner.source.id, inner.name)) : undefined;
        if (owner !== undefined) named.add(owner);
        return !isKind(inner, 'select');
      });
    if (named.size === 0) return changed;
    const rows = [...named].map((owner) => rowsOf(union, owner));
    return changeSelect(changed, { where: conjunction(changed.where === null ? rows : [changed.where, ...rows]) });
  };
  return change(node);
}

/** The condition that a row of the union is of a class; never true where the union does not read it. */
function rowsOf({ parts, columns }: ConcreteUnion, mapper: Mapper): Node {
  return new Expression<number>(columns[0], INTEGER).eq(parts.findIndex((part) => part.mapper === mapper)).node;
}

/** Refuses what a query over a union cannot do. */
export function refuseOverUnion(spec: QuerySpec, method: string): void {
  if (spec.union !== undefined) throw refusal(spec, method);
}

function refusal({ mapper }: QuerySpec, method: string): Error {
  const instead = `Call it on the query of each class, or on ${mapper.name}.query().withPolymorphic([]) for its own rows`;
  return ormError('orm.concrete-query', method, mapper.name, instead);
}

/** A condition without the one that tells the rows of a class in its table. */
function withoutOwn(where: Node | null, own: Node | null): Node | null {
  if (where === null || where === own) return null;
  if (own === null || !isKind(where, 'junction') || where.operator !== 'and') return where;
  return conjunction(where.items.filter((item) => item !== own));
}

/** A part of FROM with the union in the place of what a class's own rows are read from. */
function inPlaceOf(item: Node, spec: Pick<QuerySpec, 'mapper' | 'source'>, union: SourceNode): Node {
  if (item.key === spec.mapper.from.key || item.key === spec.source.key) return union;
  return isKind(item, 'join') ? rebuild({ ...item, left: inPlaceOf(item.left, spec, union) }) : item;
}

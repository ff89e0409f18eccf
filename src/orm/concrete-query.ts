import { asSaid } from '../sql/class-rows.ts';
import { changeSelect, make, rebuild } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import { isKind } from '../sql/node-walk.ts';
import { conjunction } from '../sql/operand.ts';
import { Select, select } from '../sql/select.ts';
import { unknownAttribute } from './attributes.ts';
import { type ChoiceChange, type ColumnChoice, choose, keepRead } from './column-choice.ts';
import { checkConcrete, concreteBelow, concreteRows } from './concrete-classes.ts';
import { moveToUnion } from './concrete-conditions.ts';
import type { UnionReading } from './concrete-reading.ts';
import { type ConcreteUnion, columnsRead, unionOf, wholeChoice } from './concrete-union.ts';
import { ormError } from './errors.ts';
import { isA } from './hierarchy.ts';
import { type LoadRequest, mergeRequests, readRequests, tiesOf, withDefaults } from './load-request.ts';
import { adaptTo } from './mapped-source.ts';
import { mapperOf, relationsNamed, withDescendants } from './mapper.ts';
import type { Mapper } from './mapping.ts';
import type { PolymorphicReading } from './polymorphic-reading.ts';
import type { QuerySpec } from './query-spec.ts';
import type { RelationAttribute } from './relation-attribute.ts';

/** A query that reads the classes that `withPolymorphic()` names; null where none of them has a table of everything. */
export function readNamedConcrete(spec: QuerySpec, named: unknown, how: string): QuerySpec | null {
  const { mapper, union } = spec;
  const below = concreteBelow(mapper);
  if (below.length === 0 || (named !== '*' && !Array.isArray(named))) return null;
  if (spec.source.kind !== 'table' && (union === undefined || union.aliased))
    throw ormError('orm.concrete-query', 'withPolymorphic() of an alias', mapper.name, 'Call it on the class, and alias() after it');
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
  if (columns?.narrow === true)
    throw ormError('orm.concrete-query', 'loadOnly() before withPolymorphic()', mapper.name, 'Call loadOnly() after it');
  const { node } = spec.select;
  const { source } = union;
  const { projection, ...whole } = select(union.entity);
  const placed = changeSelect(node, {
    columns: whole.node.columns,
    from: node.from.length === 0 ? [source] : node.from.map((item) => inPlaceOf(item, spec, source)),
    where: withoutOwn(node.where, mapper.condition),
  });
  const moved = adaptSelect({ mapper, source, union: { union, aliased: false } }, new Select<unknown>(placed, projection));
  return overUnion({ ...spec, source, select: moved }, union, spec);
}

/** A query over an alias of a union, or of a query over one. */
export function readAliasedUnion(spec: QuerySpec, union: ConcreteUnion): QuerySpec {
  return overUnion(spec, union, null);
}

function overUnion(spec: QuerySpec, union: ConcreteUnion, before: PolymorphicReading | null): QuerySpec {
  const whole = selectRead(spec.select, union, null);
  const aliased = before === null;
  const reading = { union, requests: new Map(), choices: null, before: before ?? spec, whole, aliased };
  return { ...spec, select: whole, columns: null, dispatch: null, union: reading };
}

/** A select of the objects of a union, with the columns that these choices read. */
function selectRead({ node, projection }: Select<unknown>, union: ConcreteUnion, choices: UnionReading['choices']): Select<unknown> {
  const [entity] = node.columns;
  if (!isKind(entity, 'entity')) return new Select(node, projection);
  return new Select(changeSelect(node, { columns: [make('entity', { ...entity, columns: columnsRead(union, choices) })] }), projection);
}

/** A query over a union that reads some columns of the objects, and others not. Throws for an attribute that no class has. */
export function chooseOverUnion(spec: QuerySpec, reading: UnionReading, change: ChoiceChange): QuerySpec {
  const { parts } = reading.union;
  const names = [...(change.only ?? []), ...(change.defer ?? []), ...(change.undefer ?? [])];
  const has = ({ mapper }: (typeof parts)[number], name: string): boolean =>
    (mapper.positions.get(name) ?? mapper.columns.length) < mapper.columns.length ||
    mapper.rowColumns.some(({ deferred }) => deferred === name);
  for (const name of names) if (!parts.some((part) => has(part, name))) unknownAttribute(spec.mapper, name);
  const choices = parts.map((part): [Mapper, ColumnChoice] => {
    const own = Object.fromEntries(
      Object.entries(change).map(([how, list]) => [how, (list as readonly string[]).filter((name) => has(part, name))]),
    );
    return [part.mapper, choose(part.mapper, reading.choices?.get(part.mapper) ?? wholeChoice(part.mapper), own)];
  });
  return readChosen(spec, { ...reading, choices: new Map(choices) });
}

/** A query that reads what its choices say, and what its relations are found by. */
function readChosen(spec: QuerySpec, reading: UnionReading): QuerySpec {
  if (reading.choices === null) return { ...spec, union: reading };
  const kept = [...reading.choices].map(([mapper, choice]): [Mapper, ColumnChoice] => [
    mapper,
    keepRead(mapper, choice, tiesOf(withDefaults(mapper, reading.requests.get(mapper) ?? []))),
  ]);
  const choices = new Map(kept);
  return { ...spec, select: selectRead(spec.select, reading.union, choices), union: { ...reading, choices } };
}

/** A query whose conditions, order and joins name the columns of its union where they name those of its classes. */
export function adaptSpec(spec: QuerySpec): QuerySpec {
  if (spec.union === undefined || spec.union.aliased) return spec;
  return { ...spec, select: adaptSelect(spec, spec.select) };
}

/** What a select is moved to. */
type Moved = Pick<QuerySpec, 'mapper' | 'source'> & { readonly union?: Pick<UnionReading, 'union' | 'aliased'> | undefined };

/** A select over the union of a query, with its columns for those of the classes. */
export function adaptSelect<R>({ mapper, source, union }: Moved, statement: Select<R>): Select<R> {
  if (union?.aliased === true) return statement;
  const { node, projection } = statement;
  const move = (part: Node): Node => (union === undefined ? adaptTo(mapper, part, source) : moveToUnion(mapper, union.union, part));
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
  return readChosen(spec, { ...reading, requests: new Map(requests) });
}

/** What a join along a relation is made of, over the union where the relation leads from its rows. */
export function joinOverUnion({ mapper, source, union }: QuerySpec, target: RelationAttribute): ReturnType<RelationAttribute['~join']> {
  const leads = [mapper, ...concreteBelow(mapper)].some((one) => isA(target.relation.mapper, one));
  return union === undefined || union.aliased || !leads ? target['~join']() : target['~over'](source)['~join']();
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
  if (asSaid(item).key === spec.mapper.from.key || item.key === spec.source.key) return union;
  return isKind(item, 'join') ? rebuild({ ...item, left: inPlaceOf(item.left, spec, union) }) : item;
}

import { describe } from '../sql/errors.ts';
import { make, makeColumn } from '../sql/make.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import type { ForeignKey, Table, TableColumn } from '../sql/schema.ts';
import { parseCascade } from './cascade.ts';
import { ormError } from './errors.ts';
import { foreignKeysOf } from './flush-order.ts';
import { columnOf } from './mapped-source.ts';
import type { JoinCondition, Mapper, OrderTermLike, Relationship } from './mapping.ts';
import type { RelationDefinition, RelationOptions } from './relation.ts';
import { readCondition } from './relation-condition.ts';

/** Works out what a relation joins, from its definition and the foreign keys. Its other side is found by `pair`. */
export function resolveRelationship(
  mapper: Mapper,
  key: string,
  position: number,
  definition: RelationDefinition,
  target: Mapper,
): Relationship {
  const name = `${mapper.name}.${key}`;
  const { options } = definition;
  const cascade = parseCascade(name, options.cascade, options.viewOnly === true);
  if (options.passiveDeletes === 'all' && cascade.delete) throw ormError('orm.passive-delete', name);
  const ordering = orderingColumn(name, target, definition);
  const said = readCondition(name, mapper, target, definition);
  const base = {
    name,
    key,
    position,
    mapper,
    target,
    definition,
    many: definition.kind === 'many',
    cascade,
    passiveDeletes: options.passiveDeletes ?? false,
    passiveUpdates: options.passiveUpdates !== false,
    postUpdate: options.postUpdate === true,
    viewOnly: options.viewOnly === true,
    overUnion: readsAll(target, definition) && said.join === null,
    orderBy: options.orderBy === undefined && ordering >= 0 ? [byColumn(target, ordering)] : orderTerms(options.orderBy),
    ordering,
    condition: said.extra,
    join: said.join,
    raise: options.lazy === 'raise',
    back: null,
    listeners: mapper.relationListeners[position],
  };
  if (said.join !== null) {
    const through = definition.form === 'manyToMany' ? throughOf(name, options) : null;
    const keys = through === null || said.complete ? [] : keyParts(throughTable(name, mapper, target, options), mapper, target, said.join);
    return {
      ...base,
      join: { ...said.join, parts: [...keys, ...said.join.parts] },
      // Its rows are told apart by the key of the object that they are related to.
      local: mapper.keyPositions,
      remote: [],
      through,
      throughLocal: [],
      throughRemote: [],
      byIdentity: false,
      direction: 'oneToMany',
    };
  }
  if (definition.form === 'manyToMany')
    return { ...base, ...throughTable(name, mapper, target, options), byIdentity: false, direction: 'manyToMany' };
  const owns = definition.form === 'belongsTo';
  const [owner, other] = owns ? [mapper, target] : [target, mapper];
  const foreignKey = said.key ?? chooseKey(name, owner, other, options.foreignKey);
  const { table } = foreignKey.columns[0];
  const referred = table.metadata.resolve(table, foreignKey).columns.map((column) => other.positionOf(column));
  const referring = foreignKey.columns.map((column) => owner.positionOf(column));
  return {
    ...base,
    direction: owns ? 'manyToOne' : 'oneToMany',
    local: owns ? referring : referred,
    remote: owns ? referred : referring,
    through: null,
    throughLocal: [],
    throughRemote: [],
    byIdentity: owns && sameMembers(referred, target.keyPositions),
  };
}

/** Whether a relation reads all classes that its target lists: only read, since a foreign key of each leads here. */
export function readsAll(target: Mapper, { form, options }: RelationDefinition): boolean {
  return target.readsUnion && options.viewOnly === true && (form === 'hasMany' || form === 'hasOne');
}

/** The column that keeps the members' order. Throws a MappingError where the target has none of this name, or the relation no members. */
function orderingColumn(relation: string, target: Mapper, { form, options }: RelationDefinition): number {
  if (options.ordering === undefined) return -1;
  const position = target.positions.get(options.ordering);
  if (form !== 'hasMany' || options.viewOnly === true || position === undefined || position >= target.columns.length)
    throw ormError('orm.bad-ordering', relation, `'${options.ordering}'`, target.columns.map((column) => column.key).join(', '));
  return position;
}

function byColumn(target: Mapper, position: number): OrderTermLike {
  return { node: columnOf(target.table.node, target.columns[position]) };
}

function sameMembers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((position, i) => position === b[i]);
}

function orderTerms(option: RelationOptions['orderBy']): readonly OrderTermLike[] {
  const value = typeof option === 'function' ? option() : option;
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]) as readonly OrderTermLike[];
}

/** The foreign keys among a class's columns. */
function ownForeignKeys(mapper: Mapper): ForeignKey[] {
  return foreignKeysOf(mapper).filter((key) => key.columns.every((column) => mapper.positionOf(column) >= 0));
}

/** The foreign key of `from` that points at `to`: the one that is named, or the only one. */
function chooseKey(relation: string, from: Mapper | Table, to: Mapper, named: string | readonly string[] | undefined): ForeignKey {
  const foreignKeys = 'foreignKeys' in from ? from.foreignKeys : ownForeignKeys(from);
  const keys = foreignKeys.filter((key) => to.tables.some((table) => key.targetTable === table.fullName));
  if (named !== undefined) {
    const names = typeof named === 'string' ? [named] : named;
    const found = keys.find(
      (key) => key.columns.length === names.length && key.columns.every((c, i) => c.key === names[i] || c.name === names[i]),
    );
    if (found === undefined) throw ormError('orm.unknown-foreign-key', relation, names.join(', '), nameOfTable(from));
    return found;
  }
  if (keys.length === 0) throw ormError('orm.no-foreign-key', relation, nameOfTable(from), to.table.name);
  if (keys.length > 1)
    throw ormError('orm.ambiguous-foreign-key', relation, keys.map((key) => key.columns.map((c) => c.key).join(' + ')).join(', '));
  return keys[0];
}

/** What the foreign keys of a table between say, as parts of a condition. */
function keyParts(
  { local, remote, throughLocal, throughRemote }: Pick<Relationship, 'local' | 'remote' | 'throughLocal' | 'throughRemote'>,
  mapper: Mapper,
  target: Mapper,
  { own, related, through }: JoinCondition,
): Node[] {
  const between = through as SourceNode;
  const equal = (column: TableColumn, source: SourceNode, other: TableColumn): Node =>
    make('binary', {
      operator: '=',
      left: makeColumn(between, column.name, column.key, column.type),
      right: makeColumn(source, other.name, other.key, other.type),
    });
  return [
    ...throughLocal.map((column, i) => equal(column, own, mapper.columns[local[i]])),
    ...throughRemote.map((column, i) => equal(column, related, target.columns[remote[i]])),
  ];
}

function throughOf(relation: string, { through }: RelationDefinition['options']): Table {
  if (through === undefined) throw ormError('orm.not-a-model', `${relation}: { through }`, describe(through));
  return 'table' in through ? through.table : through;
}

function throughTable(
  relation: string,
  mapper: Mapper,
  target: Mapper,
  options: RelationDefinition['options'],
): Pick<Relationship, 'local' | 'remote' | 'through' | 'throughLocal' | 'throughRemote'> {
  const through = throughOf(relation, options);
  let own: ForeignKey;
  let other: ForeignKey;
  const keys = through.foreignKeys;
  const leadsTo = (side: Mapper) => (key: ForeignKey) => side.tables.some((table) => table.fullName === key.targetTable);
  const shared = keys.filter((key) => leadsTo(mapper)(key) && leadsTo(target)(key)).length > 1;
  if (shared && options.foreignKey === undefined) {
    // Both sides are one table: the first key is this side, the second the other, as they were written.
    const both = keys.filter(leadsTo(mapper));
    if (both.length !== 2)
      throw ormError('orm.ambiguous-foreign-key', relation, keys.map((key) => key.columns.map((c) => c.key).join(' + ')).join(', '));
    [own, other] = both;
    if (options.otherKey !== undefined) {
      other = chooseKey(relation, through, target, options.otherKey);
      own = both.find((key) => key !== other) as ForeignKey;
    }
  } else {
    own = chooseKey(relation, through, mapper, options.foreignKey);
    other =
      options.otherKey === undefined && shared ? otherThan(relation, keys, own) : chooseKey(relation, through, target, options.otherKey);
  }
  const columns = (key: ForeignKey, side: Mapper): { near: TableColumn[]; far: number[] } => ({
    near: [...key.columns],
    far: through.metadata.resolve(through, key).columns.map((column) => side.positionOf(column)),
  });
  const left = columns(own, mapper);
  const right = columns(other, target);
  return { local: left.far, remote: right.far, through, throughLocal: left.near, throughRemote: right.near };
}

function otherThan(relation: string, keys: readonly ForeignKey[], own: ForeignKey): ForeignKey {
  const rest = keys.filter((key) => key !== own && key.targetTable === own.targetTable);
  if (rest.length !== 1)
    throw ormError('orm.ambiguous-foreign-key', relation, rest.map((key) => key.columns.map((c) => c.key).join(' + ')).join(', '));
  return rest[0];
}

/** Whether two relations are the two sides of one: the same foreign key, or the same rows between. */
function mirrors(a: Relationship, b: Relationship): boolean {
  if (a === b || b.target !== a.mapper || a.target !== b.mapper || b.viewOnly || b.condition !== null) return false;
  if (a.direction === 'manyToMany') {
    return (
      b.direction === 'manyToMany' &&
      a.through === b.through &&
      sameColumns(a.throughLocal, b.throughRemote) &&
      sameColumns(a.throughRemote, b.throughLocal)
    );
  }
  if (b.direction === 'manyToMany' || a.direction === b.direction) return false;
  return sameMembers(a.local, b.remote) && sameMembers(a.remote, b.local);
}

function nameOfTable(side: Mapper | Table): string {
  return 'table' in side ? side.table.name : side.name;
}

function sameColumns(a: readonly TableColumn[], b: readonly TableColumn[]): boolean {
  return a.length === b.length && a.every((column, i) => column === b[i]);
}

/** Finds the other side of each relation: the one it names, or the only one that mirrors it. */
export function pair(relation: Relationship, others: readonly Relationship[]): void {
  const named = relation.definition.options.backPopulates;
  if (named !== undefined) {
    const other = others.find((candidate) => candidate.key === named);
    if (other === undefined) throw ormError('orm.bad-back-populates', relation.name, named, `${relation.target.name} has no such relation`);
    if (!mirrors(relation, other)) {
      throw ormError('orm.bad-back-populates', relation.name, named, `${other.name} goes by other columns or to another class`);
    }
    relation.back = other;
    return;
  }
  if (relation.viewOnly || relation.condition !== null) return;
  const found = others.filter(
    (other) => mirrors(relation, other) && [undefined, relation.key].includes(other.definition.options.backPopulates),
  );
  if (found.length === 1) relation.back = found[0];
}

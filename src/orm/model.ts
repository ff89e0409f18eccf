// biome-ignore-all lint/complexity/noThisInStatic: this is the class that extends the base, which the base itself cannot name
import { inspect } from 'node:util';
import { nullTest } from '../sql/comparison.ts';
import { describe, sqlError } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import { makeAlias, rebuild } from '../sql/make.ts';
import type { MetaData } from '../sql/metadata.ts';
import type { AliasNode, ColumnNode, Node, SourceNode } from '../sql/node.ts';
import { ColumnAttribute, type Shape, type Source, setReads, Table, type TableColumn, type TableOptions } from '../sql/schema.ts';
import { type Select, select } from '../sql/select.ts';
import { initialize } from './assignment.ts';
import { AssociationProxyDefinition } from './association-proxy.ts';
import { unknownAttribute } from './attributes.ts';
import { defaultChoice, selectChosen } from './column-choice.ts';
import { listConcrete, listedConcrete, noteConcrete } from './concrete-classes.ts';
import { readAliasedUnion, readUnion } from './concrete-query.ts';
import { attributesOfUnion, isStale, unionBehind, unionOf } from './concrete-union.ts';
import { criteriaSaid, defineCriteria } from './criteria.ts';
import { addDerived, installDerived } from './derived-attribute.ts';
import { ormError } from './errors.ts';
import { optionsWith, ownTable, sharedTable } from './extension.ts';
import { isA, isTableless, type Listing, type Member } from './hierarchy.ts';
import { adaptTo, columnOf } from './mapped-source.ts';
import { tableName, tableOfModel } from './mapped-table.ts';
import { createMapper, type Mapping, mapperOf } from './mapper.ts';
import { type Entity, type Mapper, TRANSIENT } from './mapping.ts';
import type { ExtendOptions, ModelClass, ModelOptions, PolymorphicOptions } from './model-class.ts';
import { columnsOf, hybridsOf, propertiesOf, relationKeys } from './model-shape.ts';
import { readByModel, wholeFrom } from './polymorphic-reading.ts';
import { Query } from './query.ts';
import type { QueryRunner, QuerySpec } from './query-spec.ts';
import { isRelation } from './relation.ts';
import { RelationAttribute } from './relation-attribute.ts';
import { inspectEntity, toJSON } from './serialization.ts';

/** Where models live: their tables by database, and the session of the moment. */
export interface ModelRegistry {
  metadataFor(bind: string | null): MetaData;
  currentSession(): QueryRunner;
}

/** The attributes of a source for SQL, made once. */
function attributesOf(mapper: Mapper, source: SourceNode, columns: readonly ColumnAttribute[]): Record<string, unknown> {
  const attributes: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const column of columns) attributes[column.key] = column;
  mapper.relationKeys.forEach((key, i) => {
    attributes[key] = new RelationAttribute(source, mapper, i);
  });
  // What queries work out may name classes that are defined later.
  for (const column of mapper.columns)
    if (column.formula !== undefined)
      Object.defineProperty(attributes, column.key, {
        get: () => {
          const made = workedOut(mapper, source, column);
          Object.defineProperty(attributes, column.key, { value: made });
          return made;
        },
        configurable: true,
        enumerable: true,
      });
  for (const [key, { define }] of mapper.hybrids)
    Object.defineProperty(attributes, key, { get: () => define(attributes as never), configurable: true, enumerable: true });
  // A key by another name that the class has for it.
  for (const [key, position] of mapper.positions) if (!(key in attributes)) attributes[key] = attributes[mapper.columns[position].key];
  addDerived(attributes, mapper);
  return new Proxy(attributes, {
    get: (target, key) => {
      if (typeof key === 'symbol' || key in target) return target[key as string];
      return key === 'then' || key === 'toJSON' || key === 'constructor' ? undefined : unknownAttribute(mapper, key);
    },
  });
}

/** Columns of a class as expressions over one of its sources. */
function expressionsOf(source: SourceNode, columns: readonly TableColumn[]): ColumnAttribute[] {
  return columns.map((column) => {
    const node = columnOf(source, column) as ColumnNode;
    if (column.formula === undefined) return new ColumnAttribute(node.source, node.name, column.key, column.type, column);
    // It is no column of its source, and is used like one.
    return Object.assign(new Expression(node, column.type), { key: column.key, column }) as unknown as ColumnAttribute;
  });
}

/** What columns of a class without a table are read from: nothing, unless they stand in a query of the class. */
function noTable({ name }: Mapper): Source['~source']['reads'] {
  return {
    get from(): never {
      throw ormError('orm.no-table', 'select()', name);
    },
    where: null,
  };
}

/** An attribute that queries work out; of a class that extends another one, a select of it reads from its rows alone too. */
function workedOut(mapper: Mapper, source: SourceNode, column: TableColumn): ColumnAttribute {
  const [made] = expressionsOf(source, [column]);
  if (source.kind !== 'table' || mapper.parent === null) return made;
  // The class above has the same expression, over all of its rows.
  const node = rebuild(made.node);
  setReads(node, () => sourceFor(mapper).reads);
  return Object.assign(new Expression(node, column.type), { key: column.key, column }) as unknown as ColumnAttribute;
}

/** Columns of a class that extends another one: a select of them reads from all of its tables, and only its rows. */
function ownExpressions(mapper: Mapper, columns: readonly TableColumn[]): ColumnAttribute[] {
  const made = expressionsOf(mapper.table.node, columns);
  for (const { node } of made) setReads(node, () => (isTableless(mapper) ? noTable(mapper) : sourceFor(mapper).reads));
  return made;
}

/** The attributes of a class over an alias of it, or of a class above it; a select of its columns reads its rows alone too. */
function aliasedAttributes(mapper: Mapper, node: SourceNode, reads?: Source['~source']['reads']): Record<string, unknown> {
  const made = expressionsOf(
    node,
    mapper.columns.filter(({ formula }) => formula === undefined),
  );
  if (reads !== undefined) for (const one of made) setReads(one.node, () => reads);
  return attributesOf(mapper, node, made);
}

const attributes = new WeakMap<Mapper, Record<string, unknown>>();
const sources = new WeakMap<Mapper, { readonly planId: number; readonly source: Source['~source'] }>();

/** The condition that a row has a part in the class's own table; null where the class goes on in the table at the top. */
function hasOwnRow({ table, root, ownKey, condition }: Member): Node | null {
  if (condition !== null || table === root.table) return null;
  return nullTest(columnOf(table.node, ownKey[0]), 'IS NOT NULL');
}

/** What rows of a class are selected from; a class that extends another one, or is extended, has more than its table. */
function sourceFor(mapper: Mapper): Source['~source'] {
  const { table, planId, rowColumns, parent } = mapper;
  const known = sources.get(mapper);
  if (known?.planId === planId) return known.source;
  const plain = parent === null && rowColumns.length === table.attributes.length && mapper.from === table.node;
  const own = { node: table.node, name: table.name, table, columns: plain ? table.attributes : expressionsOf(table.node, rowColumns) };
  const from = wholeFrom(mapper);
  const whole = from === table.node && mapper.condition === null;
  const source = whole ? own : { ...own, reads: { from, where: mapper.condition, among: hasOwnRow(mapper as Member) } };
  sources.set(mapper, { planId, source });
  return source;
}

/** What an alias of a class stands for: its rows, or those of all classes that its queries give. */
function whatAliasesRead(mapper: Mapper): Node {
  return mapper.readsUnion ? (unionOf(mapper, listedConcrete(mapper)).source as AliasNode).of : mapper.selectable;
}

/** Makes the base class of a model. See `Database.Model`. */
export function createModel<S, N extends string = string>(
  registry: ModelRegistry,
  name: N | Table,
  given: S & object,
  options: ModelOptions<S> & Partial<PolymorphicOptions> = {},
): ModelClass<S, N> {
  const { table, shape } = tableOfModel((bind) => registry.metadataFor(bind), name, given, options);
  const runner = (): QueryRunner => registry.currentSession();

  class Model {
    static readonly table: Table = table;

    constructor(init?: Record<string, unknown>) {
      const mapper = mapperOf(new.target, 'new');
      const entity = mapper.instantiate(mapper.blank(), null, null, TRANSIENT);
      if (init !== undefined) initialize(entity, init);
      // The one function that makes objects of the class made this one too, so that all have one hidden class.
      // biome-ignore lint/correctness/noConstructorReturn: see above
      return entity as unknown as Model;
    }
    static get c(): unknown {
      const mapper = mapperOf(this, 'c');
      let own = attributes.get(mapper);
      if (own === undefined) {
        const { node } = mapper.table;
        const stored = mapper.columns.filter(({ formula }) => formula === undefined);
        own = attributesOf(
          mapper,
          node,
          mapper.parent === null && !isTableless(mapper) ? mapper.table.attributes.slice(0, stored.length) : ownExpressions(mapper, stored),
        );
        attributes.set(mapper, own);
      }
      return own;
    }
    static get '~source'(): Source['~source'] {
      const mapper = mapperOf(this, 'a query');
      if (isTableless(mapper)) throw ormError('orm.no-table', 'A statement', mapper.name);
      return sourceFor(mapper);
    }
    static '~alias'(name: string | null, of: Node | null = null): unknown {
      const mapper = mapperOf(this, 'alias()');
      const node = makeAlias(of ?? whatAliasesRead(mapper), name);
      const union = unionBehind(node);
      const columns = union === null ? expressionsOf(node, mapper.rowColumns) : attributesOfUnion(union);
      const source = { node, name: name ?? mapper.table.name, columns, table: mapper.table };
      const where = mapper.condition === null ? null : adaptTo(mapper, mapper.condition, node);
      const reads = where === null ? undefined : { from: node, where };
      const alias = {
        c: aliasedAttributes(mapper, node, reads),
        of: (model: unknown): unknown => {
          const below = mapperOf(model, 'of()');
          if (!isA(below, mapper) && union?.parts.some((part) => isA(below, part.mapper)) !== true)
            throw ormError('orm.wrong-class', `${source.name}.of()`, `a class below ${mapper.name}`, below.name);
          return { c: aliasedAttributes(below, node) };
        },
        '~source': reads === undefined ? source : { ...source, reads },
        '~model': this,
        query: (): unknown => newQuery(alias, runner),
      };
      return alias;
    }
    static query(): unknown {
      return queryOf(this, runner);
    }
    static extend(...given: [string, object, object?] | [object, object?]): unknown {
      return extendModel(this, given);
    }
    toJSON(): Record<string, unknown> {
      return toJSON(this as unknown as Entity);
    }
    [inspect.custom](_depth: number, inspectOptions: object): string {
      return inspectEntity(this as unknown as Entity, inspectOptions);
    }
  }

  const mapper = createMapper(Model, table, {
    shape,
    relationKeys: relationKeys(shape),
    confirmsDeletes: options.confirmDeletedRows === true,
    ...readingOf(options),
    loadsLater: false,
    properties: propertiesOf(shape),
    hybrids: hybridsOf(shape),
    extension: null,
  });
  settleReading(mapper, options);
  shapes.set(mapper, Object.getOwnPropertyDescriptors(shape));
  installDerived(Model.prototype, mapper, shape);
  defineCriteria(mapper, options.criteria ?? {});
  return Model as unknown as ModelClass<S, N>;
}

/** The classes that a model lists; the getter runs when they are needed. */
function listingOf(options: Partial<PolymorphicOptions>): Listing | null {
  if (!('identities' in options) && options.on === undefined) return null;
  return { on: options.on ?? null, identities: () => options.identities };
}

type ReadingOptions = Partial<PolymorphicOptions> & { readonly abstract?: boolean };

/** How the rows of a class that begins a table are told apart: by an attribute, or by the tables of those that it lists. */
function readingOf(options: ReadingOptions): Pick<Mapping, 'listing' | 'isAbstract' | 'readsUnion'> {
  const isAbstract = options.abstract === true;
  if (isAbstract && options.on !== undefined)
    throw sqlError('sql.bad-argument', 'A model', 'either { abstract: true }, whose classes have tables of their own, or { on }', 'both');
  const apart = options.on === undefined && 'identities' in options;
  return { listing: apart ? null : listingOf(options), isAbstract, readsUnion: isAbstract || apart };
}

/** Notes the classes that a class lists, and takes back the table of one that has none. */
function settleReading(mapper: Mapper, options: ReadingOptions): void {
  const { table } = mapper;
  if (options.on === undefined && 'identities' in options) listConcrete(mapper, { on: null, identities: () => options.identities });
  if (options.abstract === true) table.metadata.tables.delete(table.fullName);
}

/** Whether a class says that those above it read its columns by a statement of their own. */
function loadsLater(load: unknown): boolean {
  if (load !== undefined && load !== 'inline' && load !== 'selectin')
    throw sqlError('sql.bad-argument', 'extend()', "{ polymorphicLoad } as 'inline' or 'selectin'", describe(load));
  return load === 'selectin';
}

/** Makes the base class of one that extends a model: with a table of its own, or with more columns of the model's. */
function extendModel(parentClass: unknown, given: readonly (string | object | undefined)[]): unknown {
  const parent = mapperOf(parentClass, 'extend()');
  const [name, shape, options = {}] = (typeof given[0] === 'string' ? given : [null, ...given]) as [
    string | null,
    object,
    (ExtendOptions<Shape> & Partial<PolymorphicOptions>)?,
  ];
  if (options.concrete === true) return concreteModel(parentClass, parent, name, shape, options);
  const columns = columnsOf(name ?? parent.table.name, shape);
  const { table, added, keyNames } =
    name === null ? sharedTable(parent, columns, options) : ownTable(parent, tableName(name), columns, options);
  const base = class extends (parentClass as new () => object) {
    static readonly table: Table = table;
  };
  const mapper = createMapper(base, table, {
    shape,
    relationKeys: relationKeys(shape),
    confirmsDeletes: false,
    listing: listingOf(options),
    isAbstract: options.abstract === true,
    readsUnion: false,
    loadsLater: loadsLater(options.polymorphicLoad),
    properties: propertiesOf(shape),
    hybrids: hybridsOf(shape),
    extension: { parent, columns: added, keyNames },
  });
  shapes.set(mapper, { ...shapes.get(parent), ...Object.getOwnPropertyDescriptors(shape) });
  installDerived(base.prototype, mapper, shape);
  defineCriteria(mapper, (options as Pick<ModelOptions<Shape>, 'criteria'>).criteria ?? {});
  return base;
}

/** What each model's shape says, with what it has from the classes above. */
const shapes = new WeakMap<Mapper, PropertyDescriptorMap>();

/**
 * Makes the base class of one whose rows are in a table of their own, with all columns of the model that it extends. It has the
 * methods of that one, and no rows or relations in common with it.
 */
function concreteModel(
  parentClass: unknown,
  parent: Mapper,
  name: string | null,
  own: object,
  options: ExtendOptions<Shape> & Partial<PolymorphicOptions>,
): unknown {
  if (name === null) throw sqlError('sql.bad-argument', 'extend()', "a table's name, where it says { concrete: true }", 'none');
  const kept = Object.entries(shapes.get(parent) as PropertyDescriptorMap).filter(
    ([, { get, value }]) => get === undefined && !isRelation(value) && !(value instanceof AssociationProxyDefinition),
  );
  const shape = Object.defineProperties({}, { ...Object.fromEntries(kept), ...Object.getOwnPropertyDescriptors(own) });
  const realName = tableName(name);
  const { bind, metadata } = parent.table;
  const tableOptions = optionsWith<TableOptions<Shape>>(options, bind === null ? {} : { bind });
  const table = new Table(metadata, realName, columnsOf(realName, shape), tableOptions) as Table;
  const base = class extends (parentClass as new () => object) {
    static readonly table: Table = table;
  };
  const mapper = createMapper(base, table, {
    shape,
    relationKeys: relationKeys(own),
    confirmsDeletes: parent.confirmsDeletes,
    ...readingOf(options),
    loadsLater: false,
    properties: propertiesOf(shape),
    hybrids: hybridsOf(shape),
    extension: null,
  });
  settleReading(mapper, options);
  noteConcrete(parent, mapper);
  for (const key of parent.relationKeys) {
    if (mapper.positions.has(key)) continue;
    const refuse = (): never => {
      throw ormError('orm.concrete-relation', mapper.name, key, parent.name);
    };
    Object.defineProperty(base.prototype, key, { get: refuse, set: refuse, configurable: true });
  }
  shapes.set(mapper, Object.getOwnPropertyDescriptors(shape));
  installDerived(base.prototype, mapper, shape);
  defineCriteria(mapper, { ...criteriaSaid(parent), ...(options as Pick<ModelOptions<Shape>, 'criteria'>).criteria });
  return base;
}

const queries = new WeakMap<object, Query<unknown>>();

/** The query of a whole class; it changes only with the class, so each class keeps one for the context's session. */
function queryOf(model: object, runner: () => QueryRunner): Query<unknown> {
  let query = queries.get(model);
  if (query === undefined || query['~spec'].planId !== query['~spec'].mapper.planId || isOutgrown(query['~spec'])) {
    query = newQuery(model, runner);
    queries.set(model, query);
  }
  return query;
}

/** A query for all objects of a class, or for those of an alias of one, run by this session. */
export function newQuery(model: unknown, runner: () => QueryRunner): Query<unknown> {
  const aliased = typeof model === 'object' && model !== null && '~model' in model ? model['~model'] : model;
  const mapper = mapperOf(aliased, 'query()');
  let spec = wholeClasses.get(model as object);
  if (spec === undefined || spec.planId !== mapper.planId || isOutgrown(spec)) {
    const node = aliased === model ? mapper.table.node : (model as Source)['~source'].node;
    const columns = defaultChoice(mapper);
    const whole = select(aliased === model && isTableless(mapper) ? unseen(mapper) : (model as Source)) as Select<unknown>;
    spec = {
      mapper,
      planId: mapper.planId,
      source: node,
      select: columns === null ? whole : selectChosen(whole, mapper, node, columns),
      columns,
      requests: [],
      joined: false,
      criteria: null,
    };
    if ((mapper.dispatch?.later.length ?? 0) > 0) spec = readByModel(spec);
    const union = unionBehind(node);
    if (union !== null) spec = readAliasedUnion(spec, union);
    if (mapper.readsUnion && aliased === model) spec = readUnion(spec, listedConcrete(mapper));
    wholeClasses.set(model as object, spec);
  }
  return new Query(spec, runner);
}

/** The rows of a class that has no table, for a query that puts a union in their place. */
function unseen(mapper: Mapper): Source {
  return { '~source': sourceFor(mapper), '~model': mapper.entityClass } as Source;
}

/** Whether a class that a query reads was extended since. */
function isOutgrown({ union }: QuerySpec): boolean {
  return union !== undefined && isStale(union.union);
}

/** What a query for all objects of a class asks for; it changes only when the class is extended. */
const wholeClasses = new WeakMap<object, QuerySpec>();

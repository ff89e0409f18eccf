import type { Codec, Dialect } from '../dialects/base/dialect.ts';
import type { Validator } from '../sql/column.ts';
import { describe } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import { nextId } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { Table, TableColumn } from '../sql/schema.ts';
import { isMutable } from '../sql/type.ts';
import { installAccessors } from './accessors.ts';
import { columnValue, slotKind, write } from './attributes.ts';
import { columnOfProperty } from './column-property.ts';
import { ormError } from './errors.ts';
import { Dispatch, Hierarchy, isTableless, type Listing, type Member, ownCondition, WaitingColumns } from './hierarchy.ts';
import { type Hybrid, installHybrid } from './hybrid.ts';
import { fromOf, selectableOf } from './mapped-source.ts';
import {
  type AttributeListener,
  CHANGES,
  type Entity,
  type EntityFactory,
  type EntitySession,
  MAPPER,
  type Mapper,
  type MapperEvent,
  type MapperListener,
  PEERS,
  RELATED,
  type RelationListeners,
  type Relationship,
  ROW,
  type RowDispatch,
  SESSION,
  type SlotKind,
  STATUS,
  type Status,
  type WriteTarget,
} from './mapping.ts';
import { isRelation } from './relation.ts';
import { pair, readsAll, resolveRelationship } from './relationship.ts';
import { keepSpecimen } from './specimens.ts';

type AnyConstructor = { readonly prototype: object; readonly name: string };

/** Types whose raw values are already good keys of the identity map. */
const PLAIN_KEYS = new Set(['integer', 'smallInteger', 'tinyInteger', 'mediumInteger', 'string', 'text', 'uuid', 'enum']);

/** Members that every model has, so that no attribute may take their names. */
const RESERVED = new Set(['constructor', 'then', 'toJSON', 'toString', 'valueOf']);

/** Whether an UPDATE makes the database work the column out anew. */
function isWorkedOut({ computed, onUpdate, version }: TableColumn): boolean {
  return (
    computed !== null ||
    version?.serverGenerated === true ||
    (onUpdate !== null && 'value' in onUpdate && onUpdate.value instanceof Expression)
  );
}

/** Stands among the validators of a computed column, so that setting it is looked at. */
const NEVER_SET: Validator<unknown> = (value) => value;

/** What a class says of its mapping. */
export interface Mapping {
  readonly shape: object;
  /** The shape's keys that are relations. */
  readonly relationKeys: readonly string[];
  readonly confirmsDeletes: boolean;
  /** The classes that extend it, where it lists them. */
  readonly listing: Listing | null;
  readonly isAbstract: boolean;
  /** Its queries read the tables of several classes that have nothing in common. */
  readonly readsUnion: boolean;
  /** Queries of the classes above leave its columns to a statement of their own. */
  readonly loadsLater: boolean;
  /** Attributes that queries work out. */
  readonly properties: readonly (readonly [string, Parameters<typeof columnOfProperty>[1]])[];
  readonly hybrids: readonly (readonly [string, Hybrid])[];
  /** The class that it extends, and the columns that it adds. */
  readonly extension: Extension | null;
}

/** How a class extends another one. */
export interface Extension {
  readonly parent: Mapper;
  readonly columns: readonly TableColumn[];
  /** Columns of the shape that are the key, by another name or by the same one. */
  readonly keyNames: readonly string[];
}

class ClassMapper implements Member {
  readonly table: Table;
  readonly columns: readonly TableColumn[];
  readonly parent: ClassMapper | null;
  readonly root: ClassMapper;
  readonly children: ClassMapper[] = [];
  readonly listing: Listing | null;
  readonly isAbstract: boolean;
  readonly readsUnion: boolean;
  readonly loadsLater: boolean;
  readonly inherited: number;
  readonly tables: readonly Table[];
  readonly ownKey: readonly TableColumn[];
  readonly hybrids: ReadonlyMap<string, Hybrid>;
  planId: number = nextId();
  rowColumns: readonly TableColumn[];
  dispatch: RowDispatch | null = null;
  readonly positions: Map<string, number> = new Map();
  readonly keyPositions: readonly number[];
  readonly plainKey: number;
  readonly generatedKey: number;
  readonly versionPosition: number;
  readonly confirmsDeletes: boolean;
  readonly relationKeys: readonly string[];
  readonly relationListeners: readonly RelationListeners[];
  readonly kinds: readonly SlotKind[];
  readonly jsonPositions: readonly number[];
  readonly dependents: (readonly number[] | null)[];
  readonly listeners: Map<MapperEvent, MapperListener[]> = new Map();
  readonly setters: (AttributeListener[] | null)[];
  readonly validators: readonly (readonly Validator<unknown>[])[];
  readonly plain: readonly boolean[];
  readonly required: readonly TableColumn[];
  readonly workedOut: readonly TableColumn[];
  readonly #base: AnyConstructor;
  readonly #shape: object;
  #class: AnyConstructor;
  #hierarchy: Hierarchy | null = null;
  #source: { readonly planId: number; readonly from: Node; selectable: Node | null; condition?: Node | null } | null = null;
  #writes: readonly WriteTarget[] | null = null;
  #blank: readonly unknown[] | null = null;
  readonly #places: Map<string, number> = new Map();
  factory: EntityFactory;
  decoders: readonly Codec['decode'][] = [];
  #relations: readonly Relationship[] | null = null;
  #paired = false;
  #dialect: Dialect | null = null;
  #codecs: readonly Codec[] | null = null;

  constructor(base: AnyConstructor, table: Table, mapping: Mapping) {
    const { shape, relationKeys, extension } = mapping;
    const parent = (extension?.parent ?? null) as ClassMapper | null;
    this.#base = base;
    this.#class = base;
    this.#shape = shape;
    this.table = table;
    this.parent = parent;
    this.root = parent?.root ?? this;
    this.listing = mapping.listing;
    this.isAbstract = mapping.isAbstract;
    this.readsUnion = mapping.readsUnion;
    this.loadsLater = mapping.loadsLater;
    this.inherited = parent?.columns.length ?? 0;
    // A table gets more columns when its class is extended.
    const stored = [...(parent?.columns ?? []).map((column) => ({ ...column })), ...(extension?.columns ?? table.columns)];
    const worked = mapping.properties.map(([key, property], i) => columnOfProperty(key, property, table, stored.length + i, () => this));
    this.columns = [...stored, ...worked];
    this.rowColumns = this.columns;
    this.tables = parent === null ? [table] : parent.table === table ? parent.tables : [...parent.tables, table];
    this.relationKeys = [...(parent?.relationKeys ?? []), ...relationKeys];
    this.relationListeners = [
      ...(parent?.relationListeners ?? []),
      ...relationKeys.map(() => ({ set: [], append: [], remove: [], bulkReplace: [] })),
    ];
    if (table.primaryKey === null) throw ormError('orm.no-primary-key', `The model of '${table.name}'`);
    this.ownKey = table.primaryKey.columns;
    this.keyPositions = parent?.keyPositions ?? this.ownKey.map((column) => column.position);
    const first = this.columns[this.keyPositions[0]];
    this.plainKey = this.keyPositions.length === 1 && PLAIN_KEYS.has(first.type.name) ? first.position : -1;
    this.generatedKey = parent?.generatedKey ?? this.columns.find((column) => column.autoIncrement)?.position ?? -1;
    const [versioned, other] = this.columns.filter((column) => column.version !== null);
    if (other !== undefined) throw ormError('orm.two-versions', `The model of '${table.name}'`, versioned.key, other.key);
    this.versionPosition = versioned?.position ?? -1;
    this.confirmsDeletes = mapping.confirmsDeletes || parent?.confirmsDeletes === true;
    for (const key of [...this.columns.map((column) => column.key), ...this.relationKeys]) {
      if (RESERVED.has(key)) throw ormError('orm.reserved-attribute', `The model of '${table.name}'`, key);
      if (this.positions.has(key)) throw ormError('orm.inherited-attribute', `The model of '${table.name}'`, key);
      this.positions.set(key, this.positions.size);
    }
    extension?.keyNames.forEach((key, i) => {
      if (!this.positions.has(key)) this.positions.set(key, this.keyPositions[i]);
    });
    for (const column of this.columns) if (column.formula === undefined) this.#places.set(placeKey(column), column.position);
    if (parent !== null) {
      this.ownKey.forEach((column, i) => {
        this.#places.set(placeKey(column), this.keyPositions[i]);
      });
      for (const [key, position] of parent.#places) this.#places.set(key, position);
    }
    this.kinds = this.columns.map((column) => slotKind(column.type));
    this.jsonPositions = this.columns.filter((column) => isMutable(column.type)).map((column) => column.position);
    this.dependents = this.columns.map(() => null);
    this.setters = this.columns.map((_column, i) => parent?.setters[i]?.slice() ?? null);
    for (const [event, listeners] of parent?.listeners ?? []) this.listeners.set(event, [...listeners]);
    this.validators = this.columns.map((column) => (column.computed === null ? column.validators : [NEVER_SET]));
    this.plain = this.columns.map((_column, i) => this.validators[i].length === 0 && this.kinds[i] !== 'boxed');
    const shared = parent !== null && parent.table === table ? (extension?.columns ?? []) : [];
    this.required = [...(parent?.required ?? []), ...shared.filter(({ nullable, computed }) => !nullable && computed === null)];
    this.workedOut = this.columns.filter((column) => column.formula === undefined && isWorkedOut(column));
    this.factory = entityFactory(base.prototype);
    for (const column of this.columns) columnMappers.set(column, this);
    installAccessors(base.prototype, this, this.inherited, parent?.relationKeys.length ?? 0);
    this.hybrids = new Map([...(parent?.hybrids ?? []), ...mapping.hybrids]);
    for (const [key, own] of mapping.hybrids) {
      if (RESERVED.has(key)) throw ormError('orm.reserved-attribute', `The model of '${table.name}'`, key);
      installHybrid(base.prototype, key, own);
    }
    for (const [key, position] of this.positions) if (!(key in base.prototype)) installKeyName(base.prototype, key, position);
    if (this.columns.some((column) => column.deferred !== null)) this.dispatch = new WaitingColumns(this);
    if (mapping.listing !== null && parent === null) this.#hierarchy = new Hierarchy(this, mapping.listing.on, mapperOf);
    if (parent !== null) {
      parent.root.#hierarchy ??= new Hierarchy(parent.root, null, mapperOf);
      this.#hierarchy = parent.root.#hierarchy;
      for (let above: ClassMapper | null = parent; above !== null; above = above.parent) above.#hierarchy = this.#hierarchy;
      parent.children.push(this);
      this.#hierarchy.grow(this);
    }
  }

  dispatchWith(later: ReadonlySet<Mapper>): RowDispatch | null {
    const hierarchy = this.#hierarchy;
    return hierarchy === null || hierarchy.discriminator < 0 ? null : new Dispatch(hierarchy, this, (member) => later.has(member));
  }
  get from(): Node {
    return this.#reading().from;
  }
  get selectable(): Node {
    const reading = this.#reading();
    reading.selectable ??= selectableOf(this);
    return reading.selectable;
  }
  get condition(): Node | null {
    if (this.#hierarchy === null) return null;
    const reading = this.#reading();
    if (reading.condition === undefined) reading.condition = ownCondition(this, this.#hierarchy);
    return reading.condition;
  }
  /** What is worked out once, until a class below adds columns. */
  #reading(): { from: Node; selectable: Node | null; condition?: Node | null } {
    if (this.#source === null || this.#source.planId !== this.planId)
      this.#source = { planId: this.planId, from: this.#hierarchy === null ? this.table.node : fromOf(this), selectable: null };
    return this.#source;
  }
  get writes(): readonly WriteTarget[] {
    const alone = this.tables.length === 1 && this.columns.every(({ formula }) => formula === undefined);
    this.#writes ??= alone ? [this] : writeTargets(this);
    return this.#writes;
  }
  blank(): unknown[] {
    if (this.#blank === null) {
      const blank: unknown[] = this.columns.map(() => undefined);
      const position = this.#hierarchy === null ? -1 : this.#hierarchy.discriminator;
      if (position >= 0 && this.#hierarchy !== null) blank[position] = this.#hierarchy.identityOf(this);
      else if (this.isAbstract) throw ormError('orm.abstract-class', this.name);
      this.#blank = blank;
    }
    return this.#blank.slice();
  }
  positionOf(column: TableColumn): number {
    return this.#places.get(placeKey(column)) ?? -1;
  }

  get name(): string {
    return this.#class === this.#base ? this.table.name : this.#class.name;
  }
  get entityClass(): AnyConstructor {
    return this.#class;
  }

  /** The class that extends the base is the one whose objects are made; it shows itself at its first use. */
  bind(entityClass: AnyConstructor): void {
    if (entityClass === this.#class || entityClass === this.#base) return;
    if (this.#class !== this.#base) {
      if (this.#class.prototype instanceof (entityClass as unknown as new () => object)) return;
      throw ormError('orm.mapped-twice', this.#class.name, entityClass.name, this.table.name);
    }
    this.#class = entityClass;
    this.factory = entityFactory(entityClass.prototype);
  }

  instantiate(row: unknown[], session: EntitySession | null, peers: readonly Entity[] | null, status: Status): Entity {
    return new this.factory(row, session, peers, status);
  }

  codecs(): readonly Codec[] {
    if (this.#codecs === null) throw ormError('orm.detached', `An object of ${this.name}`, 'its values cannot be decoded');
    return this.#codecs;
  }
  useDialect(dialect: Dialect): void {
    if (dialect === this.#dialect) return;
    this.#dialect = dialect;
    // Rows of one class of a hierarchy become objects of others.
    this.root.useDialect(dialect);
    for (const child of this.children) child.useDialect(dialect);
    this.#codecs = this.columns.map((column) => dialect.codec(column.type));
    this.decoders = this.#codecs.map((codec) => codec.decode);
  }

  relations(): readonly Relationship[] {
    if (this.#paired) return this.#relations as readonly Relationship[];
    const relations = this.#resolve();
    this.parent?.relations();
    for (const relation of relations) if (relation.mapper === this) pair(relation, resolved(relation.target));
    this.#paired = true;
    return relations;
  }

  /** Evaluates the relation getters and finds their foreign keys; both sides of a pair need this before they are paired. */
  #resolve(): readonly Relationship[] {
    if (this.#relations !== null) return this.#relations;
    const above = this.parent === null ? [] : this.parent.#resolve();
    const own = this.relationKeys.slice(above.length).map((key, i) => {
      const definition: unknown = (this.#shape as Record<string, unknown>)[key];
      if (!isRelation(definition)) throw ormError('orm.not-a-model', `${this.name}.${key}`, describe(definition));
      const target = mapperOf(modelOf(definition.target), `${this.name}.${key}`);
      if (isTableless(target) && !readsAll(target, definition)) throw ormError('orm.no-table', `${this.name}.${key}`, target.name);
      return resolveRelationship(this, key, above.length + i, definition, target);
    });
    const relations = [...above, ...own];
    relations.forEach((relation, i) => {
      if (relation.direction !== 'manyToOne') return;
      for (const position of relation.local) this.dependents[position] = [...(this.dependents[position] ?? []), i];
    });
    this.#relations = relations;
    return relations;
  }

  static resolve(mapper: ClassMapper): readonly Relationship[] {
    return mapper.#resolve();
  }
}

function placeKey({ table, name }: TableColumn): string {
  return `${table.fullName} ${name}`;
}

/** A key column that a class names in its own way is the key. */
function installKeyName(prototype: object, key: string, position: number): void {
  Object.defineProperty(prototype, key, {
    get(this: Entity) {
      return columnValue(this, position);
    },
    set(this: Entity, value: unknown) {
      write(this, position, value);
    },
    enumerable: true,
    configurable: true,
  });
}

/** The tables of a class that extends another one, from the top, each with the columns that it keeps. */
function writeTargets(mapper: ClassMapper): WriteTarget[] {
  const { keyPositions, kinds, planId, columns } = mapper;
  return mapper.tables.map((table, i) => {
    const key = table.primaryKey?.columns ?? [];
    const own: TableColumn[] = [];
    for (const column of columns) if (column.table === table && column.formula === undefined) own[column.position] = column;
    // Below the top the key is that of the row above.
    if (i > 0)
      keyPositions.forEach((position, place) => {
        own[position] = { ...key[place], position, autoIncrement: false, default: null };
      });
    return {
      table,
      columns: own,
      keyPositions,
      kinds,
      planId,
      name: mapper.name,
      generatedKey: i === 0 ? mapper.generatedKey : -1,
      versionPosition: own[mapper.versionPosition] === undefined ? -1 : mapper.versionPosition,
      workedOut: mapper.workedOut.filter((column) => column.table === table),
      codecs: () => mapper.codecs(),
    };
  });
}

function resolved(mapper: Mapper): readonly Relationship[] {
  return ClassMapper.resolve(mapper as ClassMapper);
}

/** A relation names its class, or an arrow that gives it. */
function modelOf(target: unknown): unknown {
  return typeof target === 'function' && target.prototype === undefined ? (target as () => unknown)() : target;
}

/**
 * A constructor of its own for each class, whose code is made anew: with shared code, one inline cache would serve all
 * classes and every store would be slow. Where code may not be made at run time, a shared function serves.
 */
function entityFactory(prototype: object): EntityFactory {
  const symbols = { ROW, SESSION, PEERS, STATUS, RELATED, CHANGES };
  let factory: EntityFactory;
  try {
    factory = new Function(
      ...Object.keys(symbols),
      'return function (row, session, peers, status) { this[ROW] = row; this[SESSION] = session; this[PEERS] = peers; this[STATUS] = status; this[RELATED] = null; this[CHANGES] = null; }',
    )(...Object.values(symbols)) as EntityFactory;
  } catch {
    factory = function (this: Entity, row: unknown[], session: EntitySession | null, peers: readonly Entity[] | null, status: Status) {
      this[ROW] = row;
      this[SESSION] = session;
      this[PEERS] = peers;
      this[STATUS] = status;
      this[RELATED] = null;
      this[CHANGES] = null;
    } as unknown as EntityFactory;
  }
  (factory as { prototype: object }).prototype = prototype;
  keepSpecimen(factory, new factory([], null, null, 0));
  return factory;
}

const mappers = new WeakMap<Table, ClassMapper>();

/** Maps a base class to a table. The class that extends it is bound when it is first seen. */
export function createMapper(base: AnyConstructor, table: Table, mapping: Mapping): Mapper {
  const mapper = new ClassMapper(base, table, mapping);
  Object.defineProperty(base, MAPPER, { value: mapper });
  Object.defineProperty(base.prototype, MAPPER, { value: mapper });
  if (mapping.extension === null || mapping.extension.parent.table !== table) mappers.set(table, mapper);
  return mapper;
}

/** The mapper of a model class. Throws a MappingError for anything else. SQLAlchemy: `inspect(User)`. */
export function mapperOf(model: unknown, where: string): Mapper {
  const mapper = typeof model === 'function' ? (model as { [MAPPER]?: ClassMapper })[MAPPER] : undefined;
  if (mapper === undefined) throw ormError('orm.not-a-model', where, describe(model));
  mapper.bind(model as unknown as AnyConstructor);
  return mapper;
}

const columnMappers = new WeakMap<TableColumn, ClassMapper>();

/** The class whose attribute a column is, or null. */
export function mapperOfColumn(column: TableColumn): Mapper | null {
  return columnMappers.get(column) ?? null;
}

/** The classes that extend this one, and itself. */
export function withDescendants(mapper: Mapper): Mapper[] {
  return [mapper, ...(mapper as ClassMapper).children.flatMap(withDescendants)];
}

/** The mapper of a table, if a model stands for it. */
export function mapperOfTable(table: Table): Mapper | null {
  return mappers.get(table) ?? null;
}

/**
 * The relations of this name: the class's own, or those of classes below it, whose objects its queries give too. Throws a
 * MappingError that lists the relations where there is none.
 */
export function relationsNamed(mapper: Mapper, key: string): Relationship[] {
  if (mapper.relationKeys.includes(key)) return [relationOf(mapper, key)];
  const below = withDescendants(mapper).flatMap((one) => one.relations().filter((relation) => relation.key === key));
  return below.length === 0 ? [relationOf(mapper, key)] : [...new Set(below)];
}

/** The relation of this name. Throws a MappingError that lists the relations where there is none. */
export function relationOf(mapper: Mapper, key: string): Relationship {
  const relation = mapper.relations().find((candidate) => candidate.key === key);
  if (relation === undefined) {
    const keys = new Set(withDescendants(mapper).flatMap(({ relationKeys }) => relationKeys));
    throw ormError('orm.bad-with', mapper.name, key, [...keys].join(', '));
  }
  return relation;
}

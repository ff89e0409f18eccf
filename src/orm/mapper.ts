import type { Codec, Dialect } from '../dialects/base/dialect.ts';
import type { Validator } from '../sql/column.ts';
import { describe } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import type { Table, TableColumn } from '../sql/schema.ts';
import { isMutable } from '../sql/type.ts';
import { installAccessors } from './accessors.ts';
import { slotKind } from './attributes.ts';
import { ormError } from './errors.ts';
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
  SESSION,
  type SlotKind,
  STATUS,
  type Status,
} from './mapping.ts';
import { isRelation } from './relation.ts';
import { pair, resolveRelationship } from './relationship.ts';

type AnyConstructor = { readonly prototype: object; readonly name: string };

/** Types whose raw values are already good keys of the identity map. */
const PLAIN_KEYS = new Set(['integer', 'smallInteger', 'tinyInteger', 'mediumInteger', 'string', 'char', 'text', 'uuid', 'enum']);

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
}

class ClassMapper implements Mapper {
  readonly table: Table;
  readonly columns: readonly TableColumn[];
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
  readonly workedOut: readonly TableColumn[];
  readonly #base: AnyConstructor;
  readonly #shape: object;
  #class: AnyConstructor;
  factory: EntityFactory;
  decoders: readonly Codec['decode'][] = [];
  #relations: readonly Relationship[] | null = null;
  #paired = false;
  #dialect: Dialect | null = null;
  #codecs: readonly Codec[] | null = null;

  constructor(base: AnyConstructor, table: Table, { shape, relationKeys, confirmsDeletes }: Mapping) {
    this.#base = base;
    this.#class = base;
    this.#shape = shape;
    this.table = table;
    this.columns = table.columns;
    this.relationKeys = relationKeys;
    this.relationListeners = relationKeys.map(() => ({ set: [], append: [], remove: [], bulkReplace: [] }));
    if (table.primaryKey === null) throw ormError('orm.no-primary-key', `The model of '${table.name}'`);
    this.keyPositions = table.primaryKey.columns.map((column) => column.position);
    const [first] = table.primaryKey.columns;
    this.plainKey = this.keyPositions.length === 1 && PLAIN_KEYS.has(first.type.name) ? first.position : -1;
    this.generatedKey = this.columns.find((column) => column.autoIncrement)?.position ?? -1;
    const [versioned, other] = this.columns.filter((column) => column.version !== null);
    if (other !== undefined) throw ormError('orm.two-versions', `The model of '${table.name}'`, versioned.key, other.key);
    this.versionPosition = versioned?.position ?? -1;
    this.confirmsDeletes = confirmsDeletes;
    for (const key of [...this.columns.map((column) => column.key), ...relationKeys]) {
      if (RESERVED.has(key)) throw ormError('orm.reserved-attribute', `The model of '${table.name}'`, key);
      this.positions.set(key, this.positions.size);
    }
    this.kinds = this.columns.map((column) => slotKind(column.type));
    this.jsonPositions = this.columns.filter((column) => isMutable(column.type)).map((column) => column.position);
    this.dependents = this.columns.map(() => null);
    this.setters = this.columns.map(() => null);
    this.validators = this.columns.map((column) => (column.computed === null ? column.validators : [NEVER_SET]));
    this.plain = this.columns.map((_column, i) => this.validators[i].length === 0 && this.kinds[i] !== 'boxed');
    this.workedOut = this.columns.filter(isWorkedOut);
    this.factory = entityFactory(base.prototype);
    installAccessors(base.prototype, this);
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
    this.#codecs = this.columns.map((column) => dialect.codec(column.type));
    this.decoders = this.#codecs.map((codec) => codec.decode);
  }

  relations(): readonly Relationship[] {
    if (this.#paired) return this.#relations as readonly Relationship[];
    const relations = this.#resolve();
    for (const relation of relations) pair(relation, resolved(relation.target));
    this.#paired = true;
    return relations;
  }

  /** Evaluates the relation getters and finds their foreign keys; both sides of a pair need this before they are paired. */
  #resolve(): readonly Relationship[] {
    if (this.#relations !== null) return this.#relations;
    const relations = this.relationKeys.map((key, position) => {
      const definition: unknown = (this.#shape as Record<string, unknown>)[key];
      if (!isRelation(definition)) throw ormError('orm.not-a-model', `${this.name}.${key}`, describe(definition));
      return resolveRelationship(this, key, position, definition, mapperOf(modelOf(definition.target), `${this.name}.${key}`));
    });
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
  SPECIMENS.set(factory, new factory([], null, null, 0));
  return factory;
}

/**
 * One object of each constructor, kept for good. When a collection finds no object of a class, V8 drops the class's hidden
 * class, and with it all compiled code that reads such objects; a server between two requests has none.
 */
const SPECIMENS = new WeakMap<EntityFactory, Entity>();

const mappers = new WeakMap<Table, ClassMapper>();

/** Maps a base class to a table. The class that extends it is bound when it is first seen. */
export function createMapper(base: AnyConstructor, table: Table, mapping: Mapping): Mapper {
  const mapper = new ClassMapper(base, table, mapping);
  Object.defineProperty(base, MAPPER, { value: mapper });
  Object.defineProperty(base.prototype, MAPPER, { value: mapper });
  mappers.set(table, mapper);
  return mapper;
}

/** The mapper of a model class. Throws a MappingError for anything else. SQLAlchemy: `inspect(User)`. */
export function mapperOf(model: unknown, where: string): Mapper {
  const mapper = typeof model === 'function' ? (model as { [MAPPER]?: ClassMapper })[MAPPER] : undefined;
  if (mapper === undefined) throw ormError('orm.not-a-model', where, describe(model));
  mapper.bind(model as unknown as AnyConstructor);
  return mapper;
}

/** The mapper of a table, if a model stands for it. */
export function mapperOfTable(table: Table): Mapper | null {
  return mappers.get(table) ?? null;
}

/** The relation of this name. Throws a MappingError that lists the relations where there is none. */
export function relationOf(mapper: Mapper, key: string): Relationship {
  const relation = mapper.relations().find((candidate) => candidate.key === key);
  if (relation === undefined) throw ormError('orm.bad-with', mapper.name, key, mapper.relationKeys.join(', '));
  return relation;
}

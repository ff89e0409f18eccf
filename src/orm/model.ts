// biome-ignore-all lint/complexity/noThisInStatic: this is the class that extends the base, which the base itself cannot name
import { inspect } from 'node:util';
import type { AliasKind } from '../sql/alias.ts';
import { type Column, isColumn } from '../sql/column.ts';
import { describe } from '../sql/errors.ts';
import { makeAlias } from '../sql/make.ts';
import type { MetaData } from '../sql/metadata.ts';
import { snakeCase } from '../sql/naming.ts';
import type { Node, SourceNode } from '../sql/node.ts';
import type { NameOf } from '../sql/projection.ts';
import { ColumnAttribute, type Source, Table, type TableOptions } from '../sql/schema.ts';
import { type Select, select } from '../sql/select.ts';
import { unknownAttribute, write } from './attributes.ts';
import { addDerived, type Composite, type CompositeAttribute, installDerived, isDerived, type Synonym } from './derived-attribute.ts';
import { ormError } from './errors.ts';
import { createMapper, mapperOf } from './mapper.ts';
import { type Entity, MAPPER, type Mapper, ROW, TRANSIENT } from './mapping.ts';
import type { AnyClass, Init, Instance, InstanceOf } from './model-types.ts';
import { Query, type QueryRunner, type QuerySpec } from './query.ts';
import { assign } from './related.ts';
import { isRelation, type Many, type One } from './relation.ts';
import { RelationAttribute } from './relation-attribute.ts';
import { inspectEntity, toJSON } from './serialization.ts';

/** A class's attributes for SQL: columns as expressions, relations for joins, `any` and `has`. */
export type Attributes<S, N extends string = string> = {
  readonly [K in keyof S]: S[K] extends Column<infer V, infer O, boolean>
    ? ColumnAttribute<O extends true ? V | null : V, S, N>
    : S[K] extends Many<infer C>
      ? RelationAttribute<InstanceOf<C>, S, TargetName<C>>
      : S[K] extends One<infer C, boolean>
        ? RelationAttribute<InstanceOf<C>, S, TargetName<C>>
        : S[K] extends Composite<infer V, boolean>
          ? CompositeAttribute<V>
          : S[K] extends Synonym<infer T>
            ? Attributes<S, N>[T & keyof S]
            : never;
};

/** The name of a relation's target, given as a class or as an arrow that gives it. */
type TargetName<C> = NameOf<C extends AnyClass ? C : C extends () => infer D ? D : never> & string;

/** A model under another name. SQLAlchemy: `aliased(User)`. */
export interface ModelAlias<S, M, N extends string = string> extends Source {
  readonly '~from'?: N;
  readonly c: Attributes<S, N>;
  readonly '~entity': M;
  /** A query for the class's objects that goes over this alias. */
  query(): Query<M, M, never>;
}

interface ModelAliasKind<S> extends AliasKind {
  readonly type: ModelAlias<S, unknown, this['name']>;
}

/** The base class that `db.Model()` makes. */
export interface ModelClass<S, N extends string = string> {
  new (init?: Init<S>): Instance<S>;
  readonly '~shape'?: S;
  readonly '~from'?: N;
  readonly '~aliased'?: ModelAliasKind<S>;
  /** The attributes for SQL. SQLAlchemy: the class's own attributes. */
  readonly c: Attributes<S, N>;
  /** The Core table. SQLAlchemy: `__table__`. */
  readonly table: Table<S, N>;
  readonly '~source': Source['~source'];
  '~alias'(name: string | null): ModelAlias<S, unknown>;
  /** A query for the class's objects, in the session of the context. Flask-SQLAlchemy: `Model.query`. */
  query<C extends AnyClass>(this: C): Query<InstanceType<C>, InstanceType<C>, never>;
}

/** What a model says besides its shape: what its table says, and how its objects are written. */
export interface ModelOptions<S> extends TableOptions<S> {
  /**
   * A delete that finds no row throws a StaleDataError. Without it a row that is gone already is as it should be; rows with
   * a version are always looked at. SQLAlchemy: `confirm_deleted_rows`, which warns.
   */
  confirmDeletedRows?: boolean;
}

/** Where models live: their tables by database, and the session of the moment. */
export interface ModelRegistry {
  metadataFor(bind: string | null): MetaData;
  currentSession(): QueryRunner;
}

/** A table's name: as given, or by the rule for class names where it looks like one. */
function tableName(name: string): string {
  if (typeof name !== 'string' || name === '') throw ormError('orm.not-a-model', 'db.Model()', describe(name));
  return /^[A-Z]/.test(name) ? snakeCase(name) : name;
}

/** The keys of a shape that are relations: getters, and relation values that a mixin brought. */
function relationKeys(shape: object): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(shape))
    .filter(([, descriptor]) => descriptor.get !== undefined || isRelation(descriptor.value))
    .map(([key]) => key);
}

/** The columns of a shape, without touching its getters. */
function columnsOf(table: string, shape: object): Record<string, Column> {
  const columns: Record<string, Column> = {};
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(shape))) {
    if (descriptor.get !== undefined || isRelation(descriptor.value) || isDerived(descriptor.value)) continue;
    if (!isColumn(descriptor.value))
      throw ormError('orm.not-a-model', `'${key}' of the model of '${table}': a column (t.…) or a relation`, describe(descriptor.value));
    columns[key] = descriptor.value;
  }
  return columns;
}

/** The attributes of a source for SQL, made once. */
function attributesOf(mapper: Mapper, source: SourceNode, columns: readonly ColumnAttribute[]): Record<string, unknown> {
  const attributes: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const column of columns) attributes[column.key] = column;
  mapper.relationKeys.forEach((key, i) => {
    attributes[key] = new RelationAttribute(source, mapper, i);
  });
  addDerived(attributes, mapper);
  return new Proxy(attributes, {
    get: (target, key) => {
      if (typeof key === 'symbol' || key in target) return target[key as string];
      return key === 'then' || key === 'toJSON' || key === 'constructor' ? undefined : unknownAttribute(mapper, key);
    },
  });
}

/** Makes the base class of a model. See `Database.Model`. */
export function createModel<S, N extends string = string>(
  registry: ModelRegistry,
  name: N,
  shape: S & object,
  options: ModelOptions<S> = {},
): ModelClass<S, N> {
  const realName = tableName(name);
  const columns = columnsOf(realName, shape);
  const table = new Table<S>(registry.metadataFor(options.bind ?? null), realName, columns as S, options);
  const runner = (): QueryRunner => registry.currentSession();
  const blank: unknown[] = table.columns.map(() => undefined);
  let attributes: Record<string, unknown> | null = null;

  class Model {
    static readonly table = table;

    constructor(init?: Record<string, unknown>) {
      const entity = mapperOf(new.target, 'new').instantiate(blank.slice(), null, null, TRANSIENT);
      if (init !== undefined) initialize(entity, init);
      // The one function that makes objects of the class made this one too, so that all have one hidden class.
      // biome-ignore lint/correctness/noConstructorReturn: see above
      return entity as unknown as Model;
    }
    static get c(): unknown {
      attributes ??= attributesOf(mapperOf(this, 'c'), table.node, table.attributes);
      return attributes;
    }
    static get '~source'(): Source['~source'] {
      mapperOf(this, 'a query');
      return table['~source'];
    }
    static '~alias'(name: string | null, of: Node = table.node): unknown {
      const mapper = mapperOf(this, 'alias()');
      const node = makeAlias(of, name);
      const own = table.attributes.map((c) => new ColumnAttribute(node, c.node.name, c.key, c.type, c.column));
      const alias = {
        c: attributesOf(mapper, node, own),
        '~source': { node, name: name ?? table.name, columns: own, table },
        '~model': this,
        query: (): unknown =>
          new Query({ mapper, source: node, select: select(alias) as Select<unknown>, requests: [], joined: false }, runner),
      };
      return alias;
    }
    static query(): unknown {
      return queryOf(this, runner);
    }
    toJSON(): Record<string, unknown> {
      return toJSON(this as unknown as Entity);
    }
    [inspect.custom](_depth: number, inspectOptions: object): string {
      return inspectEntity(this as unknown as Entity, inspectOptions);
    }
  }

  const mapper = createMapper(Model, table as Table, {
    shape,
    relationKeys: relationKeys(shape),
    confirmsDeletes: options.confirmDeletedRows === true,
  });
  installDerived(Model.prototype, mapper, shape);
  return Model as unknown as ModelClass<S, N>;
}

const queries = new WeakMap<object, Query<unknown>>();

/** The query of a whole class; it never changes, so each class keeps one for the context's session. */
function queryOf(model: object, runner: () => QueryRunner): Query<unknown> {
  let query = queries.get(model);
  if (query === undefined) {
    query = newQuery(model, runner);
    queries.set(model, query);
  }
  return query;
}

/** A query for all objects of a class, run by this session. */
export function newQuery(model: unknown, runner: () => QueryRunner): Query<unknown> {
  const mapper = mapperOf(model, 'query()');
  let spec = wholeClasses.get(model as object);
  if (spec === undefined) {
    spec = { mapper, source: mapper.table.node, select: select(model as Source), requests: [], joined: false };
    wholeClasses.set(model as object, spec);
  }
  return new Query(spec, runner);
}

/** What a query for all objects of a class asks for; it never changes. */
const wholeClasses = new WeakMap<object, QuerySpec>();

/** Sets attributes in the order of the keys given. */
function initialize(entity: Entity, init: Record<string, unknown>): void {
  const mapper = entity[MAPPER];
  if (typeof init !== 'object' || init === null) throw ormError('orm.bad-init', mapper.name, describe(init));
  const { positions, columns, setters, plain } = mapper;
  const row = entity[ROW];
  for (const key of Object.keys(init)) {
    const position = positions.get(key);
    if (position !== undefined && position < columns.length && plain[position] && setters[position] === null && init[key] !== undefined) {
      // Nobody looks at the value, and a new object has nothing to compare it with.
      row[position] = init[key];
    } else if (position === undefined) {
      // A setter of the class's own is as good as an attribute.
      const setter = accessor(mapper.entityClass.prototype, key)?.set;
      if (setter === undefined) unknownAttribute(mapper, key);
      setter.call(entity, init[key]);
    } else if (position < columns.length) write(entity, position, init[key]);
    else assign(entity, mapper.relations()[position - columns.length], init[key]);
  }
}

function accessor(prototype: object, key: string): PropertyDescriptor | undefined {
  for (let at: object | null = prototype; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, key);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

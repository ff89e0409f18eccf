import { Expression } from '../sql/expression.ts';
import { make, makeBind } from '../sql/make.ts';
import type { ColumnNode, SourceNode } from '../sql/node.ts';
import { conjunction } from '../sql/operand.ts';
import { ColumnAttribute } from '../sql/schema.ts';
import { BOOLEAN } from '../sql/type.ts';
import { AssociationProxyDefinition, proxyAccessor, proxyAttribute } from './association-proxy.ts';
import { sameValue, unknownAttribute } from './attributes.ts';
import { ormError } from './errors.ts';
import { columnOf as columnOfSource } from './mapped-source.ts';
import type { Entity, Mapper } from './mapping.ts';
import { RelationAttribute } from './relation-attribute.ts';

/** A second name of an attribute. */
export interface Synonym<K extends string> {
  readonly kind: 'synonym';
  readonly of: K;
}

/** An object that several columns hold; null stands for all of them being NULL where `N`. */
export interface Composite<V, N extends boolean> {
  readonly kind: 'composite';
  readonly '~value': V;
  readonly '~null': N;
}

class SynonymDefinition<K extends string> implements Synonym<K> {
  readonly kind = 'synonym';
  readonly of: K;
  constructor(of: K) {
    this.of = of;
  }
}

class CompositeDefinition {
  readonly kind = 'composite';
  readonly type: new (
    ...values: never[]
  ) => object;
  /** The object's members and the attributes that hold them, in the order of the constructor's parameters. */
  readonly members: readonly (readonly [member: string, attribute: string])[];
  readonly nullable: boolean;
  constructor(type: new (...values: never[]) => object, members: Readonly<Record<string, string>>, nullable: boolean) {
    this.type = type;
    this.members = Object.entries(members);
    this.nullable = nullable;
  }
}

type DerivedDefinition = SynonymDefinition<string> | CompositeDefinition | AssociationProxyDefinition;

/** Whether an item of a shape is an attribute made of others. */
export function isDerived(value: unknown): value is DerivedDefinition {
  return value instanceof SynonymDefinition || value instanceof CompositeDefinition || value instanceof AssociationProxyDefinition;
}

/**
 * A second name of an attribute of the same model, for objects and for SQL. SQLAlchemy: `synonym()`.
 * @param of the attribute's name
 * @example { id: t.integer().primaryKey(), jobStatus: t.string(20), status: synonym('jobStatus') }
 */
export function synonym<const K extends string>(of: K): Synonym<K> {
  return new SynonymDefinition(of);
}

/**
 * A value object that columns of the same model hold. Reading makes one with `new`, from the columns' values in the order of
 * the members; it is frozen. Setting one sets the columns. SQLAlchemy: `composite()`.
 *
 * @param type the object's class
 * @param members which attribute holds which member, in the order of the constructor's parameters
 * @param options `nullable`: null where all the columns are NULL, and null sets them so
 * @example { x1: t.integer(), y1: t.integer(), start: composite(Point, { x: 'x1', y: 'y1' }) }
 */
export function composite<V extends object>(
  type: new (...values: never[]) => V,
  members: { readonly [K in keyof V]?: string },
  options?: { readonly nullable?: false },
): Composite<V, false>;
export function composite<V extends object>(
  type: new (...values: never[]) => V,
  members: { readonly [K in keyof V]?: string },
  options: { readonly nullable: true },
): Composite<V, true>;
export function composite(
  type: new (...values: never[]) => object,
  members: object,
  options: { readonly nullable?: boolean } = {},
): unknown {
  return new CompositeDefinition(type, members as Record<string, string>, options.nullable === true);
}

const known = new WeakMap<Mapper, ReadonlyMap<string, DerivedDefinition>>();

/** Defines them on the base class's prototype. Throws a MappingError for an attribute that the model does not have. */
export function installDerived(prototype: object, mapper: Mapper, shape: object): void {
  const derived = new Map<string, DerivedDefinition>();
  for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(shape))) if (isDerived(value)) derived.set(key, value);
  const inherited = mapper.parent === null ? undefined : known.get(mapper.parent);
  if (derived.size === 0 && inherited === undefined) return;
  known.set(mapper, new Map([...(inherited ?? []), ...derived]));
  for (const [key, definition] of derived) {
    if (definition instanceof AssociationProxyDefinition) {
      Object.defineProperty(prototype, key, { ...proxyAccessor(mapper, key, definition), enumerable: true, configurable: true });
      continue;
    }
    const names = definition instanceof SynonymDefinition ? [definition.of] : definition.members.map(([, attribute]) => attribute);
    for (const name of names) {
      const position = mapper.positions.get(name);
      const isColumn = position !== undefined && position < mapper.columns.length;
      if (position === undefined || (!isColumn && definition instanceof CompositeDefinition)) unknownAttribute(mapper, name);
    }
    const accessor = definition instanceof SynonymDefinition ? second(definition.of) : valueObject(mapper, key, definition);
    Object.defineProperty(prototype, key, { ...accessor, enumerable: true, configurable: true });
  }
}

type Accessor = { get(this: Entity): unknown; set(this: Entity, value: unknown): void };

function second(of: string): Accessor {
  return {
    get() {
      return (this as unknown as Record<string, unknown>)[of];
    },
    set(value) {
      (this as unknown as Record<string, unknown>)[of] = value;
    },
  };
}

function valueObject(mapper: Mapper, key: string, { type, members, nullable }: CompositeDefinition): Accessor {
  // While its columns stay as they are, an object has one value object.
  const made = new WeakMap<Entity, { readonly values: readonly unknown[]; readonly object: object }>();
  return {
    get() {
      const values = members.map(([, attribute]) => (this as unknown as Record<string, unknown>)[attribute] ?? null);
      if (nullable && values.every((value) => value === null)) return null;
      const last = made.get(this);
      if (last?.values.every((value, i) => sameValue(value, values[i]))) return last.object;
      const object = Object.freeze(new type(...(values as never[])));
      made.set(this, { values, object });
      return object;
    },
    set(given) {
      if (given === null && !nullable) throw ormError('orm.null-composite', `${mapper.name}.${key}`, type.name);
      if (given === undefined || (given !== null && typeof given !== 'object'))
        throw ormError('orm.bad-composite', `${mapper.name}.${key}`, type.name);
      for (const [member, attribute] of members)
        (this as unknown as Record<string, unknown>)[attribute] = given === null ? null : (given as Record<string, unknown>)[member];
    },
  };
}

/** A value object for SQL. SQLAlchemy: `Composite.Comparator`. */
export class CompositeAttribute<V> {
  declare readonly '~value'?: V;
  /** The columns that hold its members, in the order of the constructor's parameters. */
  readonly columns: readonly ColumnAttribute[];
  readonly #members: readonly string[];
  constructor(columns: readonly ColumnAttribute[], members: readonly string[]) {
    this.columns = columns;
    this.#members = members;
  }
  /** Holds an equal object: every column is equal; null: every column is NULL. SQLAlchemy: `==`. */
  eq(value: V | null): Expression<boolean> {
    if (value === null) return this.isNull();
    const parts = this.columns.map((column, i) => {
      const member = (value as Record<string, unknown>)[this.#members[i]] ?? null;
      if (member === null) return make('unary', { operator: 'IS NULL', operand: column.node, postfix: true });
      return make('binary', { operator: '=', left: column.node, right: makeBind(member, column.type) });
    });
    return new Expression<boolean>(conjunction(parts) ?? make('constant', { value: true }), BOOLEAN);
  }
  /** Holds another object. SQLAlchemy: `!=`. */
  ne(value: V | null): Expression<boolean> {
    return this.eq(value).not();
  }
  /** Every column is NULL. */
  isNull(): Expression<boolean> {
    const parts = this.columns.map((column) => make('unary', { operator: 'IS NULL', operand: column.node, postfix: true }));
    return new Expression<boolean>(conjunction(parts) ?? make('constant', { value: true }), BOOLEAN);
  }
  /** Some column is not NULL. */
  isNotNull(): Expression<boolean> {
    return this.isNull().not();
  }
}

/** Adds the derived attributes to those of a source. */
export function addDerived(attributes: Record<string, unknown>, mapper: Mapper): void {
  for (const [key, definition] of known.get(mapper) ?? []) attributes[key] = expressionOf(definition, (name) => attributes[name]);
}

/** The condition that a derived attribute has this value; null where the model has none of this name. */
export function derivedEquals(mapper: Mapper, source: SourceNode, key: string, value: unknown): Expression<boolean> | null {
  const definition = known.get(mapper)?.get(key);
  if (definition === undefined) return null;
  if (definition instanceof AssociationProxyDefinition)
    return proxyAttribute(new RelationAttribute(source, mapper, mapper.relationKeys.indexOf(definition.relation)), definition).eq(value);
  const columnOf = (name: string): unknown => {
    const column = mapper.columns[mapper.positions.get(name) as number];
    const node = columnOfSource(source, column) as ColumnNode;
    return new ColumnAttribute(node.source, node.name, column.key, column.type, column);
  };
  return (expressionOf(definition, columnOf) as CompositeAttribute<unknown>).eq(value);
}

function expressionOf(definition: DerivedDefinition, attribute: (name: string) => unknown): unknown {
  if (definition instanceof SynonymDefinition) return attribute(definition.of);
  if (definition instanceof AssociationProxyDefinition)
    return proxyAttribute(attribute(definition.relation) as RelationAttribute, definition);
  return new CompositeAttribute(
    definition.members.map(([, name]) => attribute(name) as ColumnAttribute),
    definition.members.map(([member]) => member),
  );
}

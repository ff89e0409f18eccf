import { inspect } from 'node:util';
import { describe, sqlError } from '../sql/errors.ts';
import { Expression, or } from '../sql/expression.ts';
import { literal } from '../sql/literal.ts';
import { sameValue } from './attributes.ts';
import { ormError } from './errors.ts';
import { nameOf } from './identity.ts';
import { readOne } from './known-related.ts';
import { type Entity, isEntity, MAPPER, type Mapper, type Relationship } from './mapping.ts';
import { isNotLoaded } from './not-loaded.ts';
import { collectionOf, type EntityCollection } from './related.ts';

/** An attribute of related objects, as if it were the object's own. */
export interface AssociationProxy<R extends string, K extends string> {
  readonly kind: 'proxy';
  readonly relation: R;
  readonly attribute: K;
}

/** How an association proxy makes what stands between. */
export interface AssociationProxyOptions {
  /**
   * Makes the related object for a value; without it the related class's constructor gets the value under the attribute's
   * name. SQLAlchemy: `creator`.
   */
  // biome-ignore lint/suspicious/noExplicitAny: a type here would be compared, and the types of two models would need each other
  readonly create?: (value: never) => any;
}

/**
 * The values of an attribute of related objects. Reading throws a NotLoadedError where the relation is not loaded; `await`
 * loads it.
 */
export interface ProxyCollection<V> extends PromiseLike<readonly V[]>, Iterable<V> {
  /** Adds values, each with a related object of its own. */
  add(...values: V[]): void;
  /** Takes out the first related object of each value. */
  remove(...values: V[]): void;
  /** Makes these the only values; related objects whose value stays are kept. */
  set(values: Iterable<V>): void;
  /** Takes out all related objects. */
  clear(): void;
  /** Whether some related object has the value. */
  has(value: V): boolean;
  readonly length: number;
  at(index: number): V | undefined;
  map<U>(fn: (value: V, index: number) => U): U[];
  filter(fn: (value: V, index: number) => boolean): V[];
  find(fn: (value: V, index: number) => boolean): V | undefined;
  some(fn: (value: V, index: number) => boolean): boolean;
  every(fn: (value: V, index: number) => boolean): boolean;
  toArray(): V[];
}

/** An association proxy as part of SQL: conditions on the related rows. SQLAlchemy: `AssociationProxyInstance`. */
export interface AssociationProxyAttribute<V> {
  /** Some related row has the value. SQLAlchemy: `contains()`. */
  contains(value: V): Expression<boolean>;
  /** The related row has the value; null: there is no related row, or its value is NULL. SQLAlchemy: `==`. */
  eq(value: V | null): Expression<boolean>;
  /** There is a related row with another value; null: one whose value is not NULL. SQLAlchemy: `!=`. */
  ne(value: V | null): Expression<boolean>;
  /** The related row has one of these values. SQLAlchemy: `in_()`. */
  in(values: readonly V[]): Expression<boolean>;
  /** The same as `eq(null)`. */
  isNull(): Expression<boolean>;
  /** The same as `ne(null)`. */
  isNotNull(): Expression<boolean>;
  /** The same as `any()`, which reads better where the relation leads to one object. SQLAlchemy: `has()`. */
  has(condition?: Expression<boolean | null>): Expression<boolean>;
  /**
   * Some related row meets a condition on the attribute: on the column, or on the objects that the attribute leads to.
   * SQLAlchemy: `any()`, `has()`.
   * @example Book.query().filter(Book.c.tagNames.any(Tag.c.name.like('n%')), Book.c.readers.any(Reader.c.name.eq('Ann')))
   */
  any(condition?: Expression<boolean | null>): Expression<boolean>;
}

export class AssociationProxyDefinition {
  readonly kind = 'proxy';
  readonly relation: string;
  readonly attribute: string;
  readonly create: ((value: unknown) => unknown) | null;
  constructor(relation: string, attribute: string, { create }: AssociationProxyOptions) {
    this.relation = relation;
    this.attribute = attribute;
    this.create = (create as ((value: unknown) => unknown) | undefined) ?? null;
  }
}

/**
 * Reads and writes an attribute of related objects as if it were the object's own: the names of tags, or across an
 * association object, what is associated. It reads through the relation, so it follows all that happens to it. SQLAlchemy:
 * `association_proxy()`.
 *
 * @param relation the relation's name in the same model
 * @param attribute the attribute of the related class: a column or a to-one relation
 * @param options `create` makes the related object for a value that is added
 * @example { get tags() { return manyToMany(Tag, { through: postTags }) }, tagNames: associationProxy('tags', 'name') }
 */
export function associationProxy<const R extends string, const K extends string>(
  relation: R,
  attribute: K,
  options: AssociationProxyOptions = {},
): AssociationProxy<R, K> {
  return new AssociationProxyDefinition(relation, attribute, options) as AssociationProxyDefinition & AssociationProxy<R, K>;
}

/** The getter and setter of a proxy. Throws a MappingError where the model has no such relation. */
export function proxyAccessor(
  mapper: Mapper,
  key: string,
  definition: AssociationProxyDefinition,
): { get(this: Entity): unknown; set(this: Entity, value: unknown): void } {
  const place = mapper.relationKeys.indexOf(definition.relation);
  if (place < 0) throw ormError('orm.proxy-without-relation', `${mapper.name}.${key}`, definition.relation, mapper.relationKeys.join(', '));
  return {
    get() {
      const relation = relationOf(this, definition);
      if (relation.many) return new EntityProxyCollection(collectionOf(this, relation), definition);
      const held = readOne(this, relation);
      if (isNotLoaded(held)) throw ormError('orm.not-loaded', `'${relation.key}'`, nameOf(this), relation.key);
      return held === null ? null : farValue(held as Entity, definition);
    },
    set(value) {
      const relation = relationOf(this, definition);
      if (relation.many) {
        if (typeof (value as Iterable<unknown> | null)?.[Symbol.iterator] !== 'function' || typeof value === 'string')
          throw ormError('orm.wrong-class', `${mapper.name}.${key}`, 'an iterable of values', describe(value));
        new EntityProxyCollection(collectionOf(this, relation), definition).set(value as Iterable<unknown>);
        return;
      }
      const held = readOne(this, relation);
      const holder = this as unknown as Record<string, unknown>;
      if (held !== null && !isNotLoaded(held)) (held as Record<string, unknown>)[definition.attribute] = value;
      else holder[definition.relation] = make(relation, definition, value);
    },
  };
}

function relationOf(entity: Entity, { relation }: AssociationProxyDefinition): Relationship {
  const mapper = entity[MAPPER];
  return mapper.relations()[mapper.relationKeys.indexOf(relation)];
}

function farValue(member: Entity, { attribute }: AssociationProxyDefinition): unknown {
  const value = (member as unknown as Record<string, unknown>)[attribute];
  if (isNotLoaded(value)) throw ormError('orm.not-loaded', `'${attribute}'`, nameOf(member), attribute);
  return value;
}

/** Whether two values are one: objects of the session by themselves, anything else by what it holds. */
function isSame(a: unknown, b: unknown): boolean {
  return isEntity(a) || isEntity(b) ? a === b : sameValue(a, b);
}

/** The related object for a value. */
function make({ target }: Relationship, { attribute, create }: AssociationProxyDefinition, value: unknown): Entity {
  if (create !== null) return create(value) as Entity;
  return new (target.entityClass as unknown as new (init: object) => Entity)({ [attribute]: value });
}

/** The one implementation of a proxy's values, over the collection of related objects. */
class EntityProxyCollection implements ProxyCollection<unknown> {
  readonly #members: EntityCollection;
  readonly #definition: AssociationProxyDefinition;
  constructor(members: EntityCollection, definition: AssociationProxyDefinition) {
    this.#members = members;
    this.#definition = definition;
  }
  add(...values: unknown[]): void {
    for (const value of values) this.#members.add(make(this.#members.relation, this.#definition, value));
  }
  remove(...values: unknown[]): void {
    for (const value of values) {
      const member = this.#members.known().find((one) => isSame(farValue(one, this.#definition), value));
      if (member !== undefined) this.#members.remove(member);
    }
  }
  set(values: Iterable<unknown>): void {
    const left = this.#members.isLoaded ? [...this.#members.known()] : [];
    const next = [...values].map((value) => {
      const place = left.findIndex((one) => isSame(farValue(one, this.#definition), value));
      return place < 0 ? make(this.#members.relation, this.#definition, value) : left.splice(place, 1)[0];
    });
    this.#members.set(next);
  }
  clear(): void {
    this.#members.clear();
  }
  has(value: unknown): boolean {
    return this.toArray().some((one) => isSame(one, value));
  }
  get length(): number {
    return this.#members.length;
  }
  at(index: number): unknown {
    return this.toArray().at(index);
  }
  map<U>(fn: (value: unknown, index: number) => U): U[] {
    return this.toArray().map(fn);
  }
  filter(fn: (value: unknown, index: number) => boolean): unknown[] {
    return this.toArray().filter(fn);
  }
  find(fn: (value: unknown, index: number) => boolean): unknown {
    return this.toArray().find(fn);
  }
  some(fn: (value: unknown, index: number) => boolean): boolean {
    return this.toArray().some(fn);
  }
  every(fn: (value: unknown, index: number) => boolean): boolean {
    return this.toArray().every(fn);
  }
  toArray(): unknown[] {
    return this.#members.known().map((member) => farValue(member, this.#definition));
  }
  [Symbol.iterator](): IterableIterator<unknown> {
    return this.toArray()[Symbol.iterator]();
  }
  then<A, B>(
    resolve?: ((values: readonly unknown[]) => A | PromiseLike<A>) | null,
    reject?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#load().then(resolve, reject);
  }
  async #load(): Promise<readonly unknown[]> {
    const { attribute } = this.#definition;
    const members = await this.#members.load();
    // Those of one tick load together.
    return Promise.all(members.map((member) => (member as unknown as Record<string, unknown>)[attribute]));
  }
  toJSON(): unknown {
    return this.#members.isLoaded ? this.toArray() : undefined;
  }
  [inspect.custom](_depth: number, options: object): string {
    return this.#members.isLoaded ? inspect(this.toArray(), options) : '[not loaded: await it]';
  }
}

/** What the related class's attribute is in SQL: a column, or a relation or a proxy, which have rows behind them. */
interface FarAttribute {
  eq(value: unknown): Expression<boolean>;
  ne(value: unknown): Expression<boolean>;
  any?(...list: Expression<boolean | null>[]): Expression<boolean>;
}
/** What a relation is in SQL. */
interface NearRelation {
  readonly relation: Relationship;
  any(...list: Expression<boolean | null>[]): Expression<boolean>;
}

/** A proxy's conditions, over the relation of one source. */
export function proxyAttribute(near: NearRelation, { attribute }: AssociationProxyDefinition): AssociationProxyAttribute<unknown> {
  const far = (): FarAttribute => (near.relation.target.entityClass as unknown as { c: Record<string, FarAttribute> }).c[attribute];
  const any = (condition?: Expression<boolean | null>): Expression<boolean> => {
    const given = condition === undefined ? [] : [condition];
    const one = far();
    return one instanceof Expression || one.any === undefined ? near.any(...given) : near.any(one.any(...given));
  };
  const ne = (value: unknown): Expression<boolean> => near.any(far().ne(value));
  const eq = (value: unknown): Expression<boolean> => (value === null ? ne(null).not() : near.any(far().eq(value)));
  return {
    contains: (value) => near.any(far().eq(value)),
    eq,
    ne,
    in: (values) => {
      if (!Array.isArray(values)) throw sqlError('sql.bad-argument', `in() of a proxy for '${attribute}'`, 'an array', describe(values));
      return near.any(values.length === 0 ? literal(false) : or(...values.map((value) => far().eq(value))));
    },
    isNull: () => eq(null),
    isNotNull: () => ne(null),
    any,
    has: any,
  };
}

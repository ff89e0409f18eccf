import { describe } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import { unknownAttribute, write } from './attributes.ts';
import { ormError } from './errors.ts';
import { type Entity, isEntity, MAPPER, ROW } from './mapping.ts';
import type { Init, ShapeOfInstance } from './model-types.ts';
import { assign as assignRelated } from './related.ts';

/** Sets a new object's attributes in the order of the keys given. */
export function initialize(entity: Entity, init: Record<string, unknown>): void {
  const mapper = entity[MAPPER];
  if (typeof init !== 'object' || init === null) throw ormError('orm.bad-init', mapper.name, describe(init));
  const { positions, columns, setters, plain } = mapper;
  const row = entity[ROW];
  for (const key of Object.keys(init)) {
    const position = positions.get(key);
    const value = init[key];
    if (
      position !== undefined &&
      position < columns.length &&
      plain[position] &&
      setters[position] === null &&
      value !== undefined &&
      !(value instanceof Expression)
    ) {
      // Nobody looks at the value, and a new object has nothing to compare it with.
      row[position] = value;
    } else setAttribute(entity, key, value);
  }
}

function setAttribute(entity: Entity, key: string, value: unknown): void {
  const mapper = entity[MAPPER];
  const { positions, columns } = mapper;
  const position = positions.get(key);
  if (position === undefined) {
    // A setter of the class's own is as good as an attribute.
    const setter = accessor(mapper.entityClass.prototype, key)?.set;
    if (setter === undefined) unknownAttribute(mapper, key);
    setter.call(entity, value);
  } else if (position < columns.length) write(entity, position, value);
  else assignRelated(entity, mapper.relations()[position - columns.length], value);
}

function accessor(prototype: object, key: string): PropertyDescriptor | undefined {
  for (let at: object | null = prototype; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    const descriptor = Object.getOwnPropertyDescriptor(at, key);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

/**
 * Sets several attributes of an object, in the order of the keys, as assigning each would; columns take SQL too, which the
 * next flush writes: `UPDATE … SET views = views + 1`. The value that the database made of it is read back with the
 * statement. Until then reading the attribute throws a NotLoadedError, and neither validators nor handlers of `set` see it.
 * Gives the object. Throws a MappingError for a key that the class does not have, before anything is set. SQLAlchemy: an
 * expression assigned to an attribute (“Embedding SQL Insert/Update Expressions into a Flush”); MikroORM: `assign()`, `raw()`.
 *
 * @example assign(post, { title: 'New', views: Post.c.views.plus(1) });
 */
export function assign<M extends object>(object: M, values: Assigned<M>): M {
  if (!isEntity(object)) throw ormError('orm.not-an-entity', 'assign()', describe(object));
  const entity: Entity = object;
  const mapper = entity[MAPPER];
  if (typeof values !== 'object' || values === null) throw ormError('orm.bad-assign', mapper.name, describe(values));
  const keys = Object.keys(values);
  for (const key of keys)
    if (!mapper.positions.has(key) && accessor(mapper.entityClass.prototype, key)?.set === undefined) unknownAttribute(mapper, key);
  for (const key of keys) setAttribute(entity, key, (values as Record<string, unknown>)[key]);
  return object;
}

/** What `assign` takes: what `new` does. */
export type Assigned<M> = Init<ShapeOfInstance<M>>;

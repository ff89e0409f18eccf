import { type CatalogSource, Inspector } from '../engine/inspector.ts';
import { describe } from '../sql/errors.ts';
import { changedInside, columnValue, differs, plainValue } from './attributes.ts';
import { ormError } from './errors.ts';
import { identityOfEntity } from './identity.ts';
import { CHANGES, type Decoded, type Entity, isEntity, MAPPER, RELATED, ROW, STATUS, STATUS_NAMES } from './mapping.ts';
import { isNotLoaded } from './not-loaded.ts';
import { EntityCollection } from './related.ts';
import { sqlValueAt } from './sql-values.ts';

/** What changed in an attribute since the last flush. SQLAlchemy: `History`. */
export interface AttributeHistory {
  readonly added: readonly unknown[];
  readonly unchanged: readonly unknown[];
  readonly deleted: readonly unknown[];
}

/** How an object stands with its session. SQLAlchemy: `InstanceState`. */
export interface Inspection {
  readonly state: (typeof STATUS_NAMES)[number];
  /** The key's values, or null while it has none. */
  readonly identity: readonly unknown[] | null;
  /** Whether there is something to flush. */
  readonly modified: boolean;
  /** What changed in this attribute since the last flush. Throws a MappingError for an attribute that there is not. */
  history(attribute: string): AttributeHistory;
}

/**
 * Looks at an object's state, or at what a database says of itself: its tables, views and sequences. Throws a MappingError for
 * what is neither an object of a model, an engine nor a connection. SQLAlchemy: `inspect(user)`, `inspect(engine)`.
 *
 * @example inspect(user).state // 'transient' | 'pending' | 'persistent' | 'deleted' | 'detached'
 * @example await inspect(engine).tableNames() // [ 'posts', 'users' ]
 */
export function inspect(object: object & { readonly '~readCatalog'?: never }): Inspection;
export function inspect(source: CatalogSource): Inspector;
// The last one is what ReturnType<typeof inspect> gives.
export function inspect(object: object): Inspection;
export function inspect(target: object): Inspection | Inspector {
  const source = target as Partial<CatalogSource> | null;
  return typeof source?.['~readCatalog'] === 'function' ? new Inspector(source as CatalogSource) : inspectEntity(target);
}

function inspectEntity(object: object): Inspection {
  if (!isEntity(object)) throw ormError('orm.not-an-entity', 'inspect()', describe(object));
  const entity: Entity = object;
  const mapper = entity[MAPPER];
  return {
    state: STATUS_NAMES[entity[STATUS]],
    identity: identityOfEntity(entity) === undefined ? null : mapper.keyPositions.map((position) => columnValue(entity, position)),
    modified: isModified(entity),
    history: (attribute) => historyOf(entity, attribute),
  };
}

/** Whether a flush would write something of the object: a value that was set to what it was is no change. SQLAlchemy: `is_modified()`. */
export function isModified(entity: Entity): boolean {
  const { columns, jsonPositions } = entity[MAPPER];
  const changes = entity[CHANGES];
  if (changes !== null)
    for (let i = 0; i < changes.length; i += 2) {
      const position = changes[i] as number;
      const before = changes[i + 1];
      if (position < columns.length ? differs(entity, position, before) : entity[RELATED]?.[position - columns.length] !== before)
        return true;
    }
  for (const value of entity[RELATED] ?? []) {
    if (!(value instanceof EntityCollection)) continue;
    if (value.replaced || (value.added?.size ?? 0) > 0 || (value.removed?.size ?? 0) > 0) return true;
  }
  return jsonPositions.some((position) => changedInside(entity, position));
}

function historyOf(entity: Entity, attribute: string): AttributeHistory {
  const mapper = entity[MAPPER];
  const position = mapper.positions.get(attribute);
  if (position === undefined) throw ormError('orm.unknown-attribute', mapper.name, attribute, [...mapper.positions.keys()].join(', '));
  const width = mapper.columns.length;
  const related = position >= width ? entity[RELATED]?.[position - width] : undefined;
  if (related instanceof EntityCollection) {
    const added = [...(related.added ?? [])];
    return { added, unchanged: (related.items ?? []).filter((item) => !added.includes(item)), deleted: [...(related.removed ?? [])] };
  }
  const value = position < width ? (sqlValueAt(entity, position) ?? columnValue(entity, position)) : related;
  const now = value === undefined ? [] : [value];
  const changes = entity[CHANGES] ?? [];
  const place = changes.findIndex((item, i) => i % 2 === 0 && item === position);
  const inside = place < 0 && mapper.jsonPositions.includes(position) && changedInside(entity, position);
  if (place < 0 && !inside)
    return entity[STATUS] < 2 ? { added: now, unchanged: [], deleted: [] } : { added: [], unchanged: now, deleted: [] };
  const old = inside ? (entity[ROW][position] as Decoded).raw : changes[place + 1];
  // What was set back to what it was is no change.
  if (!inside && (position < width ? !differs(entity, position, old) : related === old)) return { added: [], unchanged: now, deleted: [] };
  const before = position < width ? plainValue(entity, position, old) : old;
  return { added: now, unchanged: [], deleted: before === undefined ? [] : [before] };
}

/**
 * Whether a relation is loaded, so that it can be read without `await`. SQLAlchemy: `key not in inspect(obj).unloaded`.
 * @example if (isLoaded(post.author)) console.log(post.author.username);
 */
export function isLoaded<V>(value: V): value is Exclude<V, { readonly '~notLoaded': true }> {
  if (value instanceof EntityCollection) return value.isLoaded;
  return value !== undefined && !isNotLoaded(value);
}

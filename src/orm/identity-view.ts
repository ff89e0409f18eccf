import { isA } from './hierarchy.ts';
import { identityOf, keyValues } from './identity.ts';
import type { IdentityMap } from './identity-map.ts';
import { mapperOf } from './mapper.ts';
import { MAPPER } from './mapping.ts';
import type { AnyClass } from './model-types.ts';

/**
 * The stored objects that a session has, by class and key, for looking. SQLAlchemy: `Session.identity_map`.
 * @example db.session.identityMap.get(User, 1)?.username
 */
export class IdentityView implements Iterable<object> {
  readonly #map: IdentityMap;
  constructor(map: IdentityMap) {
    this.#map = map;
  }
  /** How many objects there are. */
  get size(): number {
    return this.#map.size;
  }
  /** The object with this key, or null where the session does not have it; never a statement. */
  get<C extends AnyClass>(model: C, key: unknown): InstanceType<C> | null {
    const mapper = mapperOf(model, 'identityMap.get()');
    const found = this.#map.get(mapper, identityOf(keyValues(mapper, key)));
    return found !== undefined && isA(found[MAPPER], mapper) ? (found as object as InstanceType<C>) : null;
  }
  /** Whether the session has the object with this key. */
  has(model: AnyClass, key: unknown): boolean {
    return this.get(model, key) !== null;
  }
  /** The objects of one class. */
  of<C extends AnyClass>(model: C): InstanceType<C>[] {
    const mapper = mapperOf(model, 'identityMap.of()');
    return [...this.#map.of(mapper).values()].filter((entity) => isA(entity[MAPPER], mapper)) as object[] as InstanceType<C>[];
  }
  [Symbol.iterator](): Iterator<object> {
    return this.#map.all();
  }
}

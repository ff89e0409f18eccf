import { identityOf, identityOfEntity } from './identity.ts';
import { CHANGES, type Entity, type Mapper } from './mapping.ts';
import { storedKey } from './persistence.ts';

/** The objects of a session by class and key: one row is one object. Classes that extend each other have one space of keys. SQLAlchemy: `IdentityMap`. */
export class IdentityMap {
  readonly #maps: Map<Mapper, Map<unknown, Entity>> = new Map();
  /** Objects of a class whose first result is all there is: they are entered when something is first looked up. */
  readonly #waiting: Map<Mapper, readonly Entity[]> = new Map();

  /** The objects of one class, and of all of its hierarchy, by identity. */
  of({ root: mapper }: Mapper): Map<unknown, Entity> {
    let map = this.#maps.get(mapper);
    if (map === undefined) {
      map = new Map();
      this.#maps.set(mapper, map);
      for (const entity of this.#waiting.get(mapper) ?? []) map.set(storedIdentity(entity), entity);
      this.#waiting.delete(mapper);
    }
    return map;
  }
  get(mapper: Mapper, identity: unknown): Entity | undefined {
    const { root } = mapper;
    return this.#waiting.has(root) ? this.of(root).get(identity) : this.#maps.get(root)?.get(identity);
  }
  /** Whether there is no object of the class. */
  isEmpty({ root: mapper }: Mapper): boolean {
    return !this.#waiting.has(mapper) && (this.#maps.get(mapper)?.size ?? 0) === 0;
  }
  /** Takes objects of different identities. */
  enter(mapper: Mapper, entities: readonly Entity[]): void {
    if (this.isEmpty(mapper)) {
      this.enterLater(mapper, entities);
      return;
    }
    const map = this.of(mapper);
    for (const entity of entities) map.set(identityOfEntity(entity), entity);
  }
  /** Takes the class's first objects, of different identities. Many sessions read one list and look nothing up. */
  enterLater(mapper: Mapper, entities: readonly Entity[]): void {
    this.#maps.delete(mapper.root);
    this.#waiting.set(mapper.root, [...entities]);
  }
  /** The classes of which there are objects, by the tops of their hierarchies. */
  mappers(): Mapper[] {
    return [...new Set([...this.#waiting.keys(), ...this.#maps.keys()])];
  }
  /** Every object. */
  *all(): IterableIterator<Entity> {
    for (const entities of this.#waiting.values()) yield* entities;
    for (const map of this.#maps.values()) yield* map.values();
  }
  get size(): number {
    let size = 0;
    for (const entities of this.#waiting.values()) size += entities.length;
    for (const map of this.#maps.values()) size += map.size;
    return size;
  }
  clear(): void {
    this.#maps.clear();
    this.#waiting.clear();
  }
}

/** The identity that an object's row has; its key may have been changed since. */
function storedIdentity(entity: Entity): unknown {
  const changes = entity[CHANGES];
  return changes === null ? identityOfEntity(entity) : identityOf(storedKey(entity, changes));
}

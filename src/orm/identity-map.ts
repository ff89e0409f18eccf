import { identityOf, identityOfEntity } from './identity.ts';
import { CHANGES, type Entity, type Mapper } from './mapping.ts';
import { storedKey } from './persistence.ts';

/** The objects of a session by class and key: one row is one object. Classes that extend each other have one space of keys. SQLAlchemy: `IdentityMap`. */
export class IdentityMap {
  /** A class whose first result is all there is has a list: its objects are entered when something is first looked up. */
  readonly #maps: Map<Mapper, Map<unknown, Entity> | Entity[]> = new Map();

  /** The objects of one class, and of all of its hierarchy, by identity. */
  of({ root: mapper }: Mapper): Map<unknown, Entity> {
    const known = this.#maps.get(mapper);
    if (known instanceof Map) return known;
    const map = new Map<unknown, Entity>();
    if (known !== undefined) for (const entity of known) map.set(storedIdentity(entity), entity);
    this.#maps.set(mapper, map);
    return map;
  }
  get(mapper: Mapper, identity: unknown): Entity | undefined {
    const known = this.#maps.get(mapper.root);
    if (known === undefined) return undefined;
    return (known instanceof Map ? known : this.of(mapper)).get(identity);
  }
  /** Whether there is no object of the class. */
  isEmpty({ root: mapper }: Mapper): boolean {
    const known = this.#maps.get(mapper);
    return known === undefined || sizeOf(known) === 0;
  }
  /** Takes objects of different identities. */
  enter(mapper: Mapper, entities: readonly Entity[]): void {
    const known = this.#maps.get(mapper.root);
    if (Array.isArray(known)) for (const entity of entities) known.push(entity);
    else if (known === undefined || known.size === 0) this.enterLater(mapper, entities);
    else for (const entity of entities) known.set(identityOfEntity(entity), entity);
  }
  /** Takes the class's first objects, of different identities. Many sessions read one list and look nothing up. */
  enterLater(mapper: Mapper, entities: readonly Entity[]): void {
    this.#maps.set(mapper.root, [...entities]);
  }
  /** Takes out objects whose rows are gone. */
  drop({ root }: Mapper, entities: readonly Entity[]): void {
    const known = this.#maps.get(root);
    if (known instanceof Map) {
      for (const entity of entities) {
        const identity = storedIdentity(entity);
        if (known.get(identity) === entity) known.delete(identity);
      }
    } else if (known !== undefined) {
      const gone = new Set(entities);
      this.#maps.set(
        root,
        known.filter((entity) => !gone.has(entity)),
      );
    }
  }
  /** The classes of which there are objects, by the tops of their hierarchies. */
  mappers(): Mapper[] {
    return [...this.#maps.keys()];
  }
  /** Every object. */
  *all(): IterableIterator<Entity> {
    for (const entities of this.#maps.values()) yield* entities.values();
  }
  get size(): number {
    let size = 0;
    for (const entities of this.#maps.values()) size += sizeOf(entities);
    return size;
  }
  clear(): void {
    this.#maps.clear();
  }
}

function sizeOf(entities: Map<unknown, Entity> | Entity[]): number {
  return Array.isArray(entities) ? entities.length : entities.size;
}

/** The identity that an object's row has; its key may have been changed since. */
function storedIdentity(entity: Entity): unknown {
  const changes = entity[CHANGES];
  return changes === null ? identityOfEntity(entity) : identityOf(storedKey(entity, changes));
}

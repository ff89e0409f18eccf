import { ormError } from './errors.ts';
import { isA } from './hierarchy.ts';
import { nameOf } from './identity.ts';
import { type Entity, MAPPER, type Mapper, RELATED, type Relationship, SESSION } from './mapping.ts';

/** What a collection tells of its members. */
interface Members {
  readonly items: readonly Entity[] | null;
  readonly added: ReadonlySet<Entity> | null;
  holds(object: Entity): boolean;
}

/** What owners are looked for among. */
export interface OwningSession {
  readonly created: ReadonlySet<Entity>;
  readonly dirty: ReadonlySet<Entity>;
  readonly removed: ReadonlySet<Entity>;
  objectsOf(mapper: Mapper): Iterable<Entity>;
}

/**
 * Whether each object that a relation leads to has one owner by it: with delete-orphan it goes with that, and many owners
 * would each take it from the others. SQLAlchemy: `single_parent`.
 */
function hasOneOwner({ direction, cascade, viewOnly }: Relationship): boolean {
  return cascade.deleteOrphan && direction === 'manyToMany' && !viewOnly;
}

const owning = new WeakMap<Mapper, readonly Relationship[]>();

/** The relations of a class whose objects have one owner; mostly there are none. */
function owningRelations(mapper: Mapper): readonly Relationship[] {
  let relations = owning.get(mapper);
  if (relations === undefined) {
    relations = mapper.relations().filter(hasOneOwner);
    owning.set(mapper, relations);
  }
  return relations;
}

/** Throws an InvalidStateError where an owner is given what another owner in its session is known to hold. */
export function refuseSecondOwner(owner: Entity, relation: Relationship, object: Entity): void {
  const session = owner[SESSION];
  if (!hasOneOwner(relation) || session === null) return;
  for (const other of session.objectsOf(relation.mapper))
    if (other !== owner && !session.isRemoved(other) && holds(other, relation, object))
      throw ormError('orm.second-owner', relation.name, nameOf(object), nameOf(other), nameOf(owner));
}

/** The same for all that a flush would write: objects that were new were related before any session had them. */
export function refuseSecondOwners(session: OwningSession): void {
  const gained = new Set<Relationship>();
  for (const owners of [session.created, session.dirty])
    for (const owner of owners)
      for (const relation of owningRelations(owner[MAPPER]))
        if ((owner[RELATED]?.[relation.position] as Members | undefined)?.added) gained.add(relation);
  for (const relation of gained) {
    const owners = new Map<Entity, Entity>();
    for (const owner of session.objectsOf(relation.mapper)) {
      if (session.removed.has(owner)) continue;
      const members = owner[RELATED]?.[relation.position] as Members | undefined;
      for (const object of members?.items ?? members?.added ?? []) {
        const other = owners.get(object);
        if (other !== undefined) throw ormError('orm.second-owner', relation.name, nameOf(object), nameOf(other), nameOf(owner));
        owners.set(object, owner);
      }
    }
  }
}

function holds(owner: Entity, relation: Relationship, object: Entity): boolean {
  if (!isA(owner[MAPPER], relation.mapper)) return false;
  const members = owner[RELATED]?.[relation.position] as Members | undefined;
  if (members === undefined) return false;
  return members.items === null ? members.added?.has(object) === true : members.holds(object);
}

import { ormError } from './errors.ts';
import { isTableless, type Listing } from './hierarchy.ts';
import { mapperOf, withDescendants } from './mapper.ts';
import type { Mapper } from './mapping.ts';

/** The classes that extend a class with a table of everything, by that class. */
const children = new WeakMap<Mapper, Mapper[]>();
/** What classes say of those whose rows their queries give. */
const listings = new WeakMap<Mapper, Listing>();

/** A class was made whose table has all columns of the one that it extends. */
export function noteConcrete(parent: Mapper, mapper: Mapper): void {
  children.set(parent, [...(children.get(parent) ?? []), mapper]);
}

/** A class says which classes with tables of their own its queries give. */
export function listConcrete(mapper: Mapper, listing: Listing): void {
  listings.set(mapper, listing);
}

/** All classes below one that have tables of everything. */
export function concreteBelow(mapper: Mapper): Mapper[] {
  return withDescendants(mapper).flatMap((one) => (children.get(one) ?? []).flatMap((child) => [child, ...concreteBelow(child)]));
}

/** Those of them that have rows, and the class itself where it has some. */
export function concreteRows(mapper: Mapper): Mapper[] {
  return [mapper, ...concreteBelow(mapper)].filter((one) => !isTableless(one));
}

/** The classes whose rows the queries of a class give, by what it lists. Throws a MappingError for one that has no such table. */
export function listedConcrete(mapper: Mapper): Mapper[] {
  const listing = listings.get(mapper);
  if (listing === undefined) return concreteRows(mapper);
  return Object.entries((listing.identities() ?? {}) as Record<string, unknown>).map(([name, model]) => {
    const where = `The identity '${name}' of ${mapper.name}`;
    return checkConcrete(mapper, mapperOf(model, where), where);
  });
}

/** A class that is to be read with another one. Throws a MappingError where it has no table of everything, or none at all. */
export function checkConcrete(mapper: Mapper, found: Mapper, where: string, all = false): Mapper {
  if (found !== mapper && !concreteBelow(mapper).includes(found)) throw ormError('orm.not-concrete', where, mapper.name, found.name);
  if (isTableless(found) && !all) throw ormError('orm.no-table', where, found.name);
  return found;
}

import type { DriverRow } from '../dialects/base/driver.ts';
import { identityOf } from './identity.ts';
import type { Entity, Relationship } from './mapping.ts';
import { isByTarget } from './related-statement.ts';

/** Related objects under the identity of the parent that each belongs to. */
export interface OwnerGroups {
  readonly found: ReadonlyMap<unknown, Entity[]>;
  /** Adds the object of a row to its parent's. */
  readonly add: (entity: Entity, row: DriverRow) => void;
}

/** Groups the rows of a relation by their parents; `repeats`: an object may come to one parent again, and counts once. */
export function groupByOwner(relation: Relationship, repeats: boolean = mayRepeat(relation)): OwnerGroups {
  const found = new Map<unknown, Entity[]>();
  const owner = ownerOf(relation);
  const seen = repeats ? new Map<Entity[], Set<Entity>>() : null;
  const add = (entity: Entity, row: DriverRow): void => {
    const identity = owner(row);
    let list = found.get(identity);
    if (list === undefined) {
      list = [];
      found.set(identity, list);
    }
    if (seen === null || isNew(seen, list, entity)) list.push(entity);
  };
  return { found, add };
}

/** Whether a list does not have the object yet, of which it has it now. */
function isNew(seen: Map<Entity[], Set<Entity>>, list: Entity[], one: Entity): boolean {
  let members = seen.get(list);
  if (members === undefined) {
    members = new Set();
    seen.set(list, members);
  }
  if (members.has(one)) return false;
  members.add(one);
  return true;
}

/** Nothing keeps rows of the table between from standing there twice. */
export function mayRepeat({ join, through, throughLocal, throughRemote }: Relationship): boolean {
  // By a condition, a row may be related in several ways.
  if (join !== null) return true;
  if (through === null) return false;
  const columns = [...throughLocal, ...throughRemote];
  const held = (key: readonly unknown[] | undefined): boolean => key?.every((column) => columns.includes(column as never)) === true;
  return !held(through.primaryKey?.columns) && !through.uniques.some((unique) => held(unique.columns));
}

/** Finds the parent's key in a row: among the target's columns, or after them where a table stands between. */
export function ownerOf(relation: Relationship): (row: DriverRow) => unknown {
  const width = relation.target.rowColumns.length;
  const byTarget = isByTarget(relation);
  const places = byTarget ? relation.remote : relation.local.map((_, i) => width + i);
  const [first] = places;
  const kind = byTarget ? relation.target.kinds[first] : relation.mapper.kinds[relation.local[0]];
  // A number that stands for a number is its own identity; others stand for a boolean, a decimal, or what a type makes of it.
  const plain = places.length === 1 && (kind === 'number' || kind === 'bigint');
  return (row) => {
    const raw = row[first];
    if (plain && typeof raw === 'number') return raw;
    const codecs = relation.target.codecs();
    const local = relation.mapper.codecs();
    const values = places.map((place, i) => {
      // A through table's columns have the types of the keys they point at.
      const codec = byTarget ? codecs[place] : local[relation.local[i]];
      return codec.decode === null ? row[place] : codec.decode(row[place]);
    });
    return identityOf(values);
  };
}

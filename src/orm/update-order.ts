import { columnValue } from './attributes.ts';
import { ormError } from './errors.ts';
import { identityText, nameOf } from './identity.ts';
import { levelsOf, type Wait } from './levels.ts';
import { byMapper, CHANGES, type Entity, hasChange, MAPPER, type Mapper } from './mapping.ts';
import { storedValue } from './persistence.ts';

/** A change of a row, as far as the order of several goes. */
export interface RowChange {
  readonly positions: readonly number[];
  readonly values: readonly unknown[];
  readonly entity: Entity;
  /** What the changed columns held before. */
  readonly changes: readonly unknown[];
}

/** A key or a unique constraint of a class. */
export interface UniqueSet {
  /** The same object for all classes of a table. */
  readonly constraint: object;
  readonly positions: readonly number[];
  /** For messages. */
  readonly name: string;
  /** The database looks at it when the transaction ends. */
  readonly deferred: boolean;
}

const uniques = new WeakMap<Mapper, readonly UniqueSet[]>();

/** Each key and unique constraint of a class; made once. */
export function uniquesOf(mapper: Mapper): readonly UniqueSet[] {
  let sets = uniques.get(mapper);
  if (sets === undefined) {
    const parts = mapper.tables.flatMap(({ uniques, indexes }) => [
      ...uniques,
      ...indexes.filter(({ unique, where }) => unique && where === null),
    ]);
    const key = {
      constraint: mapper.root.ownKey,
      positions: mapper.keyPositions,
      name: `the primary key of '${mapper.table.name}'`,
      deferred: false,
    };
    const others = parts.map((part) => ({
      constraint: part,
      positions: part.columns.map((column) => mapper.positionOf(column)),
      name: `'${part.name}'`,
      deferred: 'initially' in part && part.initially === 'deferred',
    }));
    // Columns that only other classes of the table have are NULL in these rows.
    sets = [key, ...others].filter(({ positions }) => positions.length > 0 && !positions.includes(-1));
    uniques.set(mapper, sets);
  }
  return sets;
}

/** Whether foreign keys may refer to the column: it is part of a key or a unique constraint. */
export function isReferable(mapper: Mapper, position: number): boolean {
  return uniquesOf(mapper).some(({ positions }) => positions.includes(position));
}

/** Changes that go together, or a row one of whose columns lets its value go for a moment, so that others can have it. */
export type UpdateStep<C extends RowChange> =
  | readonly C[]
  | { readonly parked: C; readonly position: number; readonly exchange: Exchange<C> };

/** A row takes a value of a key or unique constraint that another one has, and so waits for that. */
export interface Exchange<C extends RowChange> extends Wait<C> {
  readonly set: UniqueSet;
}

/**
 * The hierarchies of which rows of one class take what rows of another one give up, so that they have to be looked at
 * together. Most have rows of one class in a flush.
 */
export function handingOver(inserts: readonly Entity[], updates: readonly Entity[]): Set<Mapper> {
  const found = new Set<Mapper>();
  if (updates.length === 0 || inserts.length + updates.length < 2) return found;
  const classes = new Map<Mapper, Set<Mapper>>();
  for (const mapper of [...byMapper(inserts).keys(), ...byMapper(updates).keys()])
    if (mapper.parent !== null || mapper.dispatch !== null) classes.set(mapper.root, (classes.get(mapper.root) ?? new Set()).add(mapper));
  for (const [root, members] of classes) {
    if (members.size < 2) continue;
    const ofRoot = (entity: Entity): boolean => entity[MAPPER].root === root;
    const changed = updates.filter(ofRoot);
    const held = new Map<object, Map<string, Entity>>();
    for (const entity of changed)
      for (const { constraint, positions } of uniquesOf(entity[MAPPER]))
        if (positions.some((position) => hasChange(entity, position))) {
          const before = identityText(positions.map((position) => storedValue(entity, position, entity[CHANGES])));
          held.set(constraint, (held.get(constraint) ?? new Map<string, Entity>()).set(before, entity));
        }
    for (const entity of [...changed, ...inserts.filter(ofRoot)])
      for (const { constraint, positions } of uniquesOf(entity[MAPPER])) {
        const holder = held.get(constraint)?.get(identityText(positions.map((position) => columnValue(entity, position))));
        if (holder !== undefined && holder[MAPPER] !== entity[MAPPER]) found.add(root);
      }
  }
  return found;
}

/**
 * Changes in steps: one that takes a key or a unique value comes after the one that gives it up. Where rows
 * exchange values there is no such order, and a column of one of them gets another value first: `parks` tells which of a
 * holder's columns could. Throws an InvalidStateError where none can.
 */
export function inSteps<C extends RowChange>(
  changes: readonly C[],
  parks: (holder: C, set: UniqueSet) => number | null,
): readonly UpdateStep<C>[] {
  if (changes.length < 2) return [changes];
  const waits = waitsOf(changes);
  if (waits.size === 0) return [changes];
  const steps: UpdateStep<C>[] = [];
  const loosen = (left: ReadonlySet<C>, openOf: (change: C) => Exchange<C>[]): Exchange<C>[] => {
    const circle = circleOf(left, openOf);
    for (const exchange of circle) {
      const position = parks(exchange.on, exchange.set);
      if (position === null) continue;
      steps.push({ parked: exchange.on, position, exchange });
      // Nobody waits for what the holder had there any more.
      return [...left].flatMap(openOf).filter(({ on, set }) => on === exchange.on && set.positions.includes(position));
    }
    const later = circle.find(({ set }) => set.deferred);
    if (later === undefined) throw exchangeError(circle[0]);
    return [later];
  };
  for (const level of levelsOf(changes, (change) => waits.get(change) ?? [], loosen)) steps.push(level);
  return steps;
}

/** The error of rows that exchange values which none of them can let go for a moment. */
export function exchangeError({ item, on, set }: Exchange<RowChange>): ReturnType<typeof ormError> {
  return ormError('orm.unique-exchange', nameOf(item.entity), nameOf(on.entity), set.name);
}

/** What each change waits for: others that hold what it takes. */
function waitsOf<C extends RowChange>(changes: readonly C[]): Map<C, Exchange<C>[]> {
  const waits = new Map<C, Exchange<C>[]>();
  for (const moved of movedOf(changes)) {
    if (moved.length < 2) continue;
    const held = new Map<string, Moved<C>>();
    for (const one of moved)
      held.set(identityText(one.set.positions.map((position) => storedValue(one.change.entity, position, one.change.changes))), one);
    for (const { change, set } of moved) {
      const taken = set.positions.map((position) => {
        const place = change.positions.indexOf(position);
        return place < 0 ? storedValue(change.entity, position, change.changes) : change.values[place];
      });
      const holder = taken.some((value) => value === null || value === undefined) ? undefined : held.get(identityText(taken));
      if (holder === undefined || holder.change === change) continue;
      const wait = { item: change, on: holder.change, set: holder.set };
      const list = waits.get(change);
      if (list === undefined) waits.set(change, [wait]);
      else list.push(wait);
    }
  }
  return waits;
}

/** A change of a column of a key or unique constraint. */
interface Moved<C extends RowChange> {
  readonly change: C;
  readonly set: UniqueSet;
}

/** The changes of each key and unique constraint. */
function movedOf<C extends RowChange>(changes: readonly C[]): Iterable<readonly Moved<C>[]> {
  const moved = new Map<object, Moved<C>[]>();
  let [mapper, last, touched]: [Mapper | null, readonly number[] | null, readonly UniqueSet[]] = [null, null, []];
  for (const change of changes) {
    // Most changes have one class and one list of columns in common.
    if (change.positions !== last || change.entity[MAPPER] !== mapper) {
      mapper = change.entity[MAPPER];
      last = change.positions;
      touched = uniquesOf(mapper).filter((set) => set.positions.some((position) => change.positions.includes(position)));
    }
    for (const set of touched) {
      const list = moved.get(set.constraint);
      if (list === undefined) moved.set(set.constraint, [{ change, set }]);
      else list.push({ change, set });
    }
  }
  return moved.values();
}

/** A circle among changes each of which waits for another of them. */
function circleOf<C extends RowChange>(left: ReadonlySet<C>, openOf: (change: C) => readonly Exchange<C>[]): Exchange<C>[] {
  const path: Exchange<C>[] = [];
  const places = new Map<C, number>();
  let [at] = left;
  for (;;) {
    const start = places.get(at);
    if (start !== undefined) return path.slice(start);
    places.set(at, path.length);
    const [next] = openOf(at);
    path.push(next);
    at = next.on;
  }
}

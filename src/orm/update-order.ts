import type { Entity, Mapper } from './mapping.ts';
import { storedValue } from './persistence.ts';

/** A change of a row, as far as the order of several goes. */
export interface RowChange {
  readonly positions: readonly number[];
  readonly values: readonly unknown[];
  readonly entity: Entity;
  /** What the changed columns held before. */
  readonly changes: readonly unknown[];
}

const uniques = new WeakMap<Mapper, readonly (readonly number[])[]>();

/** The columns of each key and unique constraint of a class; made once. */
export function uniquesOf(mapper: Mapper): readonly (readonly number[])[] {
  let sets = uniques.get(mapper);
  if (sets === undefined) {
    const parts = mapper.tables.flatMap(({ uniques, indexes }) => [
      ...uniques,
      ...indexes.filter(({ unique, where }) => unique && where === null),
    ]);
    // Columns that only other classes of the table have are NULL in these rows.
    sets = [mapper.keyPositions, ...parts.map(({ columns }) => columns.map((column) => mapper.positionOf(column)))].filter(
      (set) => set.length > 0 && !set.includes(-1),
    );
    uniques.set(mapper, sets);
  }
  return sets;
}

/** Whether foreign keys may refer to the column: it is part of a key or a unique constraint. */
export function isReferable(mapper: Mapper, position: number): boolean {
  return uniquesOf(mapper).some((set) => set.includes(position));
}

/**
 * Changes of one class in steps: one that takes a key or a unique value comes after the one that gives it up. Where rows
 * exchange values there is no such order, and the database decides.
 */
export function inSteps<C extends RowChange>(mapper: Mapper, changes: readonly C[]): readonly (readonly C[])[] {
  if (changes.length < 2) return [changes];
  // Most changes have one list of columns in common.
  const lists = new Set(changes.map(({ positions }) => positions));
  const sets = uniquesOf(mapper).filter((set) => [...lists].some((positions) => positions.some((position) => set.includes(position))));
  if (sets.length === 0) return [changes];
  const waits = new Map<C, C[]>();
  for (const set of sets) {
    const moved = changes.filter(({ positions }) => positions.some((position) => set.includes(position)));
    if (moved.length < 2) continue;
    const given = new Map<string, C>();
    for (const change of moved) given.set(textOf(set.map((position) => storedValue(change.entity, position, change.changes))), change);
    for (const change of moved) {
      const taken = set.map((position) => {
        const place = change.positions.indexOf(position);
        return place < 0 ? storedValue(change.entity, position, change.changes) : change.values[place];
      });
      const other = taken.some((value) => value === null || value === undefined) ? undefined : given.get(textOf(taken));
      if (other !== undefined && other !== change) waits.set(change, [...(waits.get(change) ?? []), other]);
    }
  }
  if (waits.size === 0) return [changes];
  const steps: C[][] = [];
  let rest = [...changes];
  while (rest.length > 0) {
    const left = new Set(rest);
    const ready = rest.filter((change) => !(waits.get(change) ?? []).some((other) => left.has(other)));
    const step = ready.length === 0 ? rest : ready;
    steps.push(step);
    const done = new Set(step);
    rest = rest.filter((change) => !done.has(change));
  }
  return steps;
}

/** Values as text that is equal for equal values. */
export function textOf(values: readonly unknown[]): string {
  return JSON.stringify(
    values.map((value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value instanceof Date ? value.getTime() : value),
    ),
  );
}

import { ormError } from './errors.ts';
import { nameOf } from './identity.ts';
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

/** A key or a unique constraint of a class. */
export interface UniqueSet {
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
    const key = { positions: mapper.keyPositions, name: `the primary key of '${mapper.table.name}'`, deferred: false };
    const others = parts.map(({ columns, name, ...rest }) => ({
      positions: columns.map((column) => mapper.positionOf(column)),
      name: `'${name}'`,
      deferred: 'initially' in rest && rest.initially === 'deferred',
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

/** Changes that go together, or a column that lets its value go for a moment, so that others can have it. */
export type UpdateStep<C extends RowChange> =
  | readonly C[]
  | { readonly parked: C; readonly position: number; readonly exchange: Exchange<C> };

/** Of a circle of rows, each of which takes what the next one has: one of them, and the one that it waits for. */
export interface Exchange<C extends RowChange> {
  readonly taker: C;
  readonly holder: C;
  readonly set: UniqueSet;
}

/**
 * Changes of one class in steps: one that takes a key or a unique value comes after the one that gives it up. Where rows
 * exchange values there is no such order, and a column of one of them gets another value first: `parks` tells which of a
 * holder's columns could. Throws an InvalidStateError where none can.
 */
export function inSteps<C extends RowChange>(
  mapper: Mapper,
  changes: readonly C[],
  parks: (holder: C, set: UniqueSet) => number | null,
): readonly UpdateStep<C>[] {
  if (changes.length < 2) return [changes];
  const waits = waitsOf(mapper, changes);
  if (waits.size === 0) return [changes];
  const steps: UpdateStep<C>[] = [];
  const left = new Set(changes);
  while (left.size > 0) {
    const ready = [...left].filter((change) => !waits.get(change)?.some(({ holder }) => left.has(holder)));
    if (ready.length > 0) {
      steps.push(ready);
      for (const change of ready) left.delete(change);
      continue;
    }
    const circle = circleOf(left, waits);
    const choices = circle.map((exchange) => ({ exchange, position: parks(exchange.holder, exchange.set) }));
    const choice = choices.find(({ position }) => position !== null);
    const { exchange, position } = choice ?? { exchange: circle.find(({ set }) => set.deferred) ?? null, position: null };
    if (exchange === null) throw exchangeError(circle[0]);
    if (position !== null) steps.push({ parked: exchange.holder, position, exchange });
    // Nobody waits for what the holder had there any more.
    for (const [change, list] of waits)
      waits.set(
        change,
        list.filter(
          ({ holder, set }) => holder !== exchange.holder || (position === null ? set !== exchange.set : !set.positions.includes(position)),
        ),
      );
  }
  return steps;
}

/** The error of rows that exchange values which none of them can let go for a moment. */
export function exchangeError({ taker, holder, set }: Exchange<RowChange>): ReturnType<typeof ormError> {
  return ormError('orm.unique-exchange', nameOf(taker.entity), nameOf(holder.entity), set.name);
}

/** What each change waits for: others that hold what it takes. */
function waitsOf<C extends RowChange>(mapper: Mapper, changes: readonly C[]): Map<C, Exchange<C>[]> {
  const waits = new Map<C, Exchange<C>[]>();
  // Most changes have one list of columns in common.
  const lists = [...new Set(changes.map(({ positions }) => positions))];
  for (const set of uniquesOf(mapper)) {
    const touches = ({ positions }: Pick<C, 'positions'>): boolean => positions.some((position) => set.positions.includes(position));
    if (!lists.some((positions) => touches({ positions }))) continue;
    const moved = changes.filter(touches);
    if (moved.length < 2) continue;
    const held = new Map<string, C>();
    for (const change of moved)
      held.set(textOf(set.positions.map((position) => storedValue(change.entity, position, change.changes))), change);
    for (const change of moved) {
      const taken = set.positions.map((position) => {
        const place = change.positions.indexOf(position);
        return place < 0 ? storedValue(change.entity, position, change.changes) : change.values[place];
      });
      const holder = taken.some((value) => value === null || value === undefined) ? undefined : held.get(textOf(taken));
      if (holder === undefined || holder === change) continue;
      const list = waits.get(change);
      if (list === undefined) waits.set(change, [{ taker: change, holder, set }]);
      else list.push({ taker: change, holder, set });
    }
  }
  return waits;
}

/** A circle among changes each of which waits for another of them. */
function circleOf<C extends RowChange>(left: ReadonlySet<C>, waits: ReadonlyMap<C, readonly Exchange<C>[]>): Exchange<C>[] {
  const path: Exchange<C>[] = [];
  let [at] = left;
  for (;;) {
    const next = waits.get(at)?.find(({ holder }) => left.has(holder)) as Exchange<C>;
    const start = path.findIndex(({ taker }) => taker === at);
    if (start >= 0) return path.slice(start);
    path.push(next);
    at = next.holder;
  }
}

/** Values as text that is equal for equal values. */
export function textOf(values: readonly unknown[]): string {
  return JSON.stringify(
    values.map((value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value instanceof Date ? value.getTime() : value),
    ),
  );
}

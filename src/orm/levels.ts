/** Something has to come after something else. */
export interface Wait<T> {
  readonly item: T;
  readonly on: T;
}

/**
 * Items level by level: first those that wait for none of the others, then those that waited for these alone, each level in
 * the order given. Where all that are left wait for each other, `loosen` gives waits to give up, or null for all of them to be
 * the last level. The time grows with the items and their waits, however many levels there are.
 */
export function* levelsOf<T, W extends Wait<T>>(
  items: Iterable<T>,
  waitsOf: (item: T) => readonly W[],
  loosen: (left: ReadonlySet<T>, openOf: (item: T) => W[]) => readonly W[] | null,
): Generator<T[], void, undefined> {
  const left = new Set(items);
  const places = new Map<T, number>();
  const counts = new Map<T, number>();
  const waiters = new Map<T, W[]>();
  for (const item of left) places.set(item, places.size);
  let level: T[] = [];
  for (const item of left) {
    const open = waitsOf(item).filter(({ on }) => left.has(on));
    counts.set(item, open.length);
    if (open.length === 0) level.push(item);
    for (const wait of open) {
      const list = waiters.get(wait.on);
      if (list === undefined) waiters.set(wait.on, [wait]);
      else list.push(wait);
    }
  }
  const given = new Set<W>();
  const openOf = (item: T): W[] => waitsOf(item).filter((wait) => left.has(wait.on) && !given.has(wait));
  /** The items that wait for nothing more once these waits are over. */
  const freed = (over: Iterable<W>): T[] => {
    const free: T[] = [];
    for (const { item } of over) {
      const count = (counts.get(item) as number) - 1;
      counts.set(item, count);
      if (count === 0) free.push(item);
    }
    return free.sort((a, b) => (places.get(a) as number) - (places.get(b) as number));
  };
  while (left.size > 0) {
    if (level.length === 0) {
      const over = loosen(left, openOf);
      if (over === null) {
        yield [...left];
        return;
      }
      for (const wait of over) given.add(wait);
      level = freed(over);
      continue;
    }
    yield level;
    for (const item of level) left.delete(item);
    level = freed(level.flatMap((item) => (waiters.get(item) ?? []).filter((wait) => !given.has(wait))));
  }
}

/**
 * A map that forgets what was not used lately. It keeps two generations: what is used again moves to the younger one, and
 * when that is full the older one is dropped. So a hit costs one look-up and no reordering. SQLAlchemy: `LRUCache`.
 */
export class RecentCache<V> {
  readonly #half: number;
  readonly #forget: ((value: V) => void) | null;
  #young: Map<string, V> = new Map();
  #old: Map<string, V> = new Map();

  /**
   * @param capacity how many entries are kept at most; at least half of them are the most recently used
   * @param forget told of each entry that is dropped for room
   */
  constructor(capacity: number, forget: ((value: V) => void) | null = null) {
    this.#half = Math.max(1, Math.floor(capacity / 2));
    this.#forget = forget;
  }

  get size(): number {
    let { size } = this.#young;
    for (const key of this.#old.keys()) if (!this.#young.has(key)) size++;
    return size;
  }

  get(key: string): V | undefined {
    const value = this.#young.get(key);
    return value === undefined ? this.#revive(key) : value;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      const dropped = this.#old;
      this.#old = this.#young;
      this.#young = new Map();
      if (this.#forget !== null) for (const [name, old] of dropped) if (name !== key && !this.#old.has(name)) this.#forget(old);
    }
    this.#young.set(key, value);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }

  /** Drops every entry, and tells of each. */
  forgetAll(): void {
    const dropped = new Set([...this.#young.values(), ...this.#old.values()]);
    this.clear();
    if (this.#forget !== null) for (const value of dropped) this.#forget(value);
  }

  #revive(key: string): V | undefined {
    const value = this.#old.get(key);
    if (value !== undefined) {
      this.#old.delete(key);
      this.set(key, value);
    }
    return value;
  }
}

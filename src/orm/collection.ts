/**
 * The related objects of a to-many relation. Adding and removing never load; `await` loads and gives a readonly array.
 * SQLAlchemy: an instrumented list, `AppenderQuery` and `WriteOnlyCollection` in one.
 */
export interface Collection<M> extends PromiseLike<readonly M[]> {
  /** Adds objects; one that is there already is not added again. */
  add(...objects: NoInfer<M>[]): void;
  /** Takes objects out. */
  remove(...objects: NoInfer<M>[]): void;
  /** Makes these the only ones. */
  set(objects: Iterable<NoInfer<M>>): void;
  /** Takes all objects out. */
  clear(): void;
  /** Whether the object is here; throws a NotLoadedError where neither the collection nor the object's foreign key tells. */
  has(object: NoInfer<M>): boolean;
  /** Whether the object is here, asked of the database where the collection is not loaded. */
  contains(object: NoInfer<M>): Promise<boolean>;
  /** How many objects there are, counted by the database where the collection is not loaded. */
  count(): Promise<number>;
  /** Loads the objects, and those of the siblings, and gives them. */
  load(): Promise<readonly M[]>;
  /** Whether the objects are loaded. */
  readonly isLoaded: boolean;
  /** A query over the related rows, without loading the collection. SQLAlchemy: `lazy='dynamic'`. */
  query(): CollectionQuery<M>;
  '~item'?: M;
}

/** What `query()` gives: a whole query. Its methods are said in `collection-query.ts`, since queries know of collections. */
export interface CollectionQuery<M> {
  '~entity'?: M;
}

/** A collection whose objects are loaded: it reads like a readonly array. */
export interface LoadedCollection<M> extends Collection<M>, Iterable<M> {
  readonly length: number;
  at(index: number): M | undefined;
  map<U>(fn: (object: M, index: number) => U): U[];
  filter(fn: (object: M, index: number) => boolean): M[];
  find(fn: (object: M, index: number) => boolean): M | undefined;
  some(fn: (object: M, index: number) => boolean): boolean;
  findIndex(fn: (object: M, index: number) => boolean): number;
  every(fn: (object: M, index: number) => boolean): boolean;
  forEach(fn: (object: M, index: number) => void): void;
  flatMap<U>(fn: (object: M, index: number) => U | readonly U[]): U[];
  includes(object: M): boolean;
  indexOf(object: M): number;
  slice(start?: number, end?: number): M[];
  reduce<U>(fn: (sum: U, object: M, index: number) => U, start: U): U;
  toArray(): M[];
}

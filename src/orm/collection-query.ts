import type { CollectionQuery as Declared } from './collection.ts';
import type { Query } from './query.ts';

declare module './collection.ts' {
  interface CollectionQuery<M> extends Query<M> {}
}

/** The query that a collection's `query()` gives: over its rows, without loading it. */
export type CollectionQuery<M> = Declared<M>;

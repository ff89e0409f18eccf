import type { ModelAlias } from './model-class.ts';
import type { ShapeOfInstance } from './model-types.ts';

declare module './query.ts' {
  interface QueryAlias<M> extends ModelAlias<ShapeOfInstance<M>, M> {}
}

/** What `alias()` of a query gives: its objects in the place of a table. */
export type { QueryAlias } from './query.ts';

import type { Column, ColumnValue } from '../sql/column.ts';
import type { ExpressionLike, Input } from '../sql/expression.ts';
import type { Collection, LoadedCollection } from './collection.ts';
import type { NotLoaded } from './not-loaded.ts';
import type { Many, One } from './relation.ts';

// biome-ignore lint/suspicious/noExplicitAny: any class at all, with any constructor
export type AnyClass = abstract new (...args: any) => any;
/** The instance of a class, or of the class that an arrow gives: `belongsTo(() => User)`. */
export type InstanceOf<C> = C extends AnyClass
  ? InstanceType<C>
  : C extends () => infer D
    ? D extends AnyClass
      ? InstanceType<D>
      : never
    : never;

/** What a to-one relation holds. */
export type OneValue<C, N> = N extends true ? InstanceOf<C> | null : InstanceOf<C>;

/** The type of one attribute of an object. */
export type Attribute<P> = P extends { readonly kind: 'column' }
  ? ColumnValue<P>
  : P extends Many<infer C>
    ? Collection<InstanceOf<C>>
    : P extends One<infer C, infer N>
      ? OneValue<C, N> | NotLoaded<OneValue<C, N>>
      : never;

/** The members that every object has. */
export interface ModelInstance {
  /** The columns and the loaded relations as plain values, without the sensitive ones. */
  toJSON(): Record<string, unknown>;
}

/** An object of a class with this shape. */
export type Instance<S> = { -readonly [K in keyof S]: Attribute<S[K]> } & { readonly '~shape'?: S } & ModelInstance;

export type ShapeOfInstance<M> = M extends { readonly '~shape'?: infer S } ? NonNullable<S> : never;

/** The names of a shape's relations. */
export type RelationKeys<S> = { [K in keyof S]: S[K] extends { readonly kind: 'many' | 'one' } ? K : never }[keyof S];

/** The names of an object's columns. */
export type ColumnKeys<M, S = ShapeOfInstance<M>> = { [K in keyof S]: S[K] extends Column ? K & string : never }[keyof S];

/** An object some of whose attributes are not loaded. */
export type Without<M, K extends PropertyKey> = M extends unknown ? Omit<M, K> : never;

/** The instance that a relation leads to. */
export type TargetOf<R> = R extends { readonly '~target': infer C } ? InstanceOf<C> : never;

type InitOf<V> = V extends null ? null : Input<V>;

/** What `new` takes: columns, related objects, and iterables of related objects. */
export type Init<S> = {
  [K in keyof S]?: S[K] extends Column
    ? S[K] extends { readonly '~computed': true }
      ? never
      : InitOf<ColumnValue<S[K]>>
    : S[K] extends Many<infer C>
      ? Iterable<InstanceOf<C>>
      : S[K] extends One<infer C, infer N>
        ? OneValue<C, N> | (S[K] extends One<C, false> ? never : null)
        : never;
};

/** What `filterBy` takes: column values, and objects for to-one relations. */
export type FilterBy<M, S = ShapeOfInstance<M>> = {
  [K in keyof S]?: S[K] extends Column ? InitOf<ColumnValue<S[K]>> : S[K] extends One<infer C, boolean> ? InstanceOf<C> | null : never;
};

/** What `update` of a query takes: column values, and expressions for them. */
export type UpdateBy<M, S = ShapeOfInstance<M>> = {
  [K in keyof S as S[K] extends Column ? (S[K] extends { readonly '~computed': true } ? never : K) : never]?: S[K] extends Column
    ? InitOf<ColumnValue<S[K]>> | ExpressionLike<ColumnValue<S[K]>>
    : never;
};

/** A row for `bulkInsert`: column values by attribute. */
export type BulkInsertRow<M, S = ShapeOfInstance<M>> = {
  readonly [K in keyof S as S[K] extends Column ? (S[K] extends { readonly '~computed': true } ? never : K) : never]?: S[K] extends Column
    ? InitOf<ColumnValue<S[K]>>
    : never;
};

/** A row for `bulkUpdate`: the whole key, and the columns to set. */
export type BulkUpdateRow<M> = BulkInsertRow<M>;

/** What `with` takes: relations by name, each as true, a strategy, or a request with more inside. */
export type With<M, S = ShapeOfInstance<M>> = {
  [K in keyof S as S[K] extends { readonly kind: 'many' | 'one' } ? K : never]?: true | Strategy | WithRequest<TargetOf<S[K]>>;
};

export type Strategy = 'joined' | 'selectin';

export interface WithRequest<M> {
  strategy?: Strategy;
  with?: With<M>;
  /** Only these related objects. */
  filter?: RelatedFilter;
  /** The order of a collection. */
  orderBy?: RelatedOrder;
  /** At most so many for each parent. */
  limit?: number;
}

type RelatedFilter = { readonly '~value': boolean | null } | readonly { readonly '~value': boolean | null }[];
type RelatedOrder = RelatedTerm | readonly RelatedTerm[];
type RelatedTerm = { readonly '~order': true } | { readonly '~value': unknown };

type NestedWith<W> = W extends { with: infer N } ? N : {};

/** An object whose relations of `W` are loaded, as the compiler sees it. Assignable to `M`. */
export type Loaded<M, W> = M & {
  [K in keyof W & keyof ShapeOfInstance<M>]: ShapeOfInstance<M>[K] extends Many<infer C>
    ? LoadedCollection<Loaded<InstanceOf<C>, NestedWith<W[K]>>>
    : ShapeOfInstance<M>[K] extends One<infer C, infer N>
      ? N extends true
        ? Loaded<InstanceOf<C>, NestedWith<W[K]>> | null
        : Loaded<InstanceOf<C>, NestedWith<W[K]>>
      : never;
};

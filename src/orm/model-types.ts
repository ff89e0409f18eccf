import type { Column, ColumnValue } from '../sql/column.ts';
import type { ExpressionLike, Input } from '../sql/operand.ts';
import type { Source } from '../sql/schema.ts';
import type { AssociationProxy, ProxyCollection } from './association-proxy.ts';
import type { Collection, LoadedCollection } from './collection.ts';
import type { Composite, Synonym } from './derived-attribute.ts';
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

/** What a query of a class gives: its objects, or those of the classes that it lists. */
export type ObjectOf<C extends AnyClass> = C extends { readonly '~objects': infer U } ? U : InstanceType<C>;
/** The objects that loads of a relation bring, told apart where its class lists others. */
export type LoadedObject<C> = C extends AnyClass
  ? ObjectOf<C>
  : C extends () => infer D
    ? D extends AnyClass
      ? ObjectOf<D>
      : never
    : never;

/** What a to-one relation holds. */
export type OneValue<C, N> = N extends true ? InstanceOf<C> | null : InstanceOf<C>;

/** The type of one attribute of an object. */
export type Attribute<P, S = unknown> = P extends { readonly kind: 'column' }
  ? ColumnValue<P>
  : P extends Many<infer C>
    ? Collection<InstanceOf<C>>
    : P extends One<infer C, infer N>
      ? OneValue<C, N> | NotLoaded<OneValue<C, N>>
      : P extends Composite<infer V, infer N>
        ? CompositeValue<V, N>
        : P extends Synonym<infer T>
          ? Attribute<S[T & keyof S]>
          : P extends AssociationProxy<infer R, infer K>
            ? ProxyValue<S[R & keyof S], K>
            : never;

/** What an association proxy over a relation holds. */
type ProxyValue<R, K extends string> =
  R extends Many<infer C>
    ? ProxyCollection<FarValue<C, K>>
    : R extends One<infer C, infer N>
      ? FarValue<C, K> | (N extends true ? null : never)
      : never;

/** An attribute of a related object; a relation's as it is once loaded. */
export type FarValue<C, K extends string> = InstanceOf<C>[K & keyof InstanceOf<C>] extends infer V
  ? V extends NotLoaded<unknown>
    ? never
    : V
  : never;

/** What a value object's attribute holds. */
type CompositeValue<V, N> = N extends true ? Readonly<V> | null : Readonly<V>;

/** An object of which TypeScript knows no attribute, loaded or not. */
export interface Untold {
  readonly '~untold': true;
}

/** The members that every object has. */
export interface ModelInstance {
  /** The columns and the loaded relations as plain values, without the sensitive ones. */
  toJSON(): Record<string, unknown>;
}

/** An object of a class with this shape. */
export type Instance<S> = { -readonly [K in keyof S]: Attribute<S[K], S> } & { readonly '~shape'?: S } & ModelInstance;

export type ShapeOfInstance<M> = M extends { readonly '~shape'?: infer S } ? NonNullable<S> : never;

/** The names of a shape's relations. */
export type RelationKeys<S> = { [K in keyof S]: S[K] extends { readonly kind: 'many' | 'one' } ? K : never }[keyof S];

/** The names of an object's columns. */
export type ColumnKeys<M, S = ShapeOfInstance<M>> = { [K in keyof S]: S[K] extends Column ? K & string : never }[keyof S];

/** An object some of whose attributes are not loaded. */
export type Without<M, K extends PropertyKey> = M extends unknown ? Omit<M, K> : never;

/** The instance that a relation leads to. */
export type TargetOf<R> = R extends { readonly '~target': infer C } ? LoadedObject<C> : never;

/** The same, as every class below it is. */
type BaseOf<R> = R extends { readonly '~target': infer C } ? InstanceOf<C> : never;

type InitOf<V> = V extends null ? null : Input<V>;

/** What `new` takes: columns or SQL for them, related objects, and iterables of related objects. */
export type Init<S> = {
  [K in keyof S]?: S[K] extends Column
    ? S[K] extends { readonly '~computed': true }
      ? never
      : InitOf<ColumnValue<S[K]>> | ExpressionLike<ColumnValue<S[K]>>
    : S[K] extends Many<infer C>
      ? Iterable<InstanceOf<C>>
      : S[K] extends One<infer C, infer N>
        ? OneValue<C, N> | (S[K] extends One<C, false> ? never : null)
        : S[K] extends Composite<infer V, infer N>
          ? CompositeValue<V, N>
          : S[K] extends Synonym<infer T>
            ? Init<S>[T & keyof S]
            : S[K] extends AssociationProxy<infer R, infer T>
              ? ProxyInit<S[R & keyof S], T>
              : never;
};

/** What `new` takes for an association proxy. */
type ProxyInit<R, K extends string> =
  R extends Many<infer C> ? Iterable<FarValue<C, K>> : R extends One<infer C, boolean> ? FarValue<C, K> : never;

/** What `filterBy` takes: column values, and objects for to-one relations. */
export type FilterBy<M, S = ShapeOfInstance<M>> = {
  [K in keyof S]?: S[K] extends Column
    ? InitOf<ColumnValue<S[K]>>
    : S[K] extends One<infer C, boolean>
      ? InstanceOf<C> | null
      : S[K] extends Composite<infer V, boolean>
        ? Readonly<V> | null
        : S[K] extends Synonym<infer T>
          ? FilterBy<M, S>[T & keyof S]
          : never;
};

/** What `update` of a query takes: column values, and expressions for them; of several classes those that all of them have. */
export type UpdateBy<M, S = ShapeOfInstance<M>> = {
  [K in keyof S & string as S[K] extends Column ? (S[K] extends { readonly '~computed': true } ? never : K) : never]?: S[K] extends Column
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

/** What `with` takes: relations by name, each as true, a strategy, or a request with more inside; `'*'` stands for all others. */
export type With<M, S = ShapeOfInstance<M>> = {
  [K in keyof S as S[K] extends { readonly kind: 'many' | 'one' } ? K : never]?:
    | boolean
    | Strategy
    | WithRequest<TargetOf<S[K]>, BaseOf<S[K]>>;
} & { '*'?: true | 'joined' | 'selectin' | 'subquery' | 'raise' | 'noload' | 'select' };

/**
 * How a relation is loaded: by a LEFT JOIN, by a statement for the keys of its parents or with the query of its parents in it,
 * from the query's own join, down to its end where it leads to its own class; or that it is not: reading it is an error, it is
 * empty, or it waits for its first `await`.
 */
export type Strategy = 'joined' | 'selectin' | 'subquery' | 'contains' | 'recursive' | 'raise' | 'noload' | 'select';

export interface WithRequest<M, A = M> {
  strategy?: Strategy;
  with?: With<M>;
  /** Only these related objects. */
  filter?: RelatedFilter;
  /** The order of a collection. */
  orderBy?: RelatedOrder;
  /** At most so many for each parent. */
  limit?: number;
  /** Leaves out so many of each parent's. */
  offset?: number;
  /** The alias that the query itself joined for the relation; the strategy is `'contains'`. */
  alias?: Source & { readonly '~entity': A };
  /** How many steps a recursive load goes; all unless told. */
  depth?: number;
  /** Reads these columns alone, with the keys; the others are not in the type. SQLAlchemy: `load_only()`. */
  loadOnly?: readonly ColumnKeys<M>[];
  /** Does not read these columns; they are not in the type. SQLAlchemy: `defer()`. */
  defer?: readonly ColumnKeys<M>[];
  /** Reads columns that are `deferred()`, by attribute or by group. SQLAlchemy: `undefer()`, `undefer_group()`. */
  undefer?: readonly string[];
}

type RelatedFilter = { readonly '~value': boolean | null } | readonly { readonly '~value': boolean | null }[];
type RelatedOrder = RelatedTerm | readonly RelatedTerm[];
type RelatedTerm = { readonly '~order': true } | { readonly '~value': unknown };

type NestedWith<W> = W extends { with: infer N } ? N : {};

/** What is loaded below a relation; of a recursive load, the relation itself again. */
type Below<K extends PropertyKey, W> = W extends 'recursive'
  ? { [P in K]: 'recursive' }
  : W extends { strategy: 'recursive' }
    ? W extends { depth: number }
      ? NestedWith<W>
      : NestedWith<W> & { [P in K]: W }
    : NestedWith<W>;

/** What `with` may say of a relation so that it is not loaded. */
type Unloaded = false | undefined | 'raise' | 'select' | { strategy: 'raise' | 'select' };
/** What `with` may say of a to-one relation so that it may be null. */
type Emptied = 'noload' | { strategy: 'noload' } | { filter: unknown };

/** An object of a relation as its request reads it, without the columns that it leaves out. */
type Chosen<M, W> = W extends { loadOnly: readonly (infer K)[] }
  ? Without<M, Exclude<ColumnKeys<M>, K | 'id'>>
  : W extends { defer: readonly (infer K)[] }
    ? Without<M, K & PropertyKey>
    : M;

/** The relations that, as they were asked for, hold less than their class says: null, or objects without all columns. */
type NarrowedKeys<S, W> = { [K in keyof W & keyof S]: IsNarrowed<S[K], W[K]> extends true ? K : never }[keyof W & keyof S];

type IsNarrowed<R, W> = W extends { loadOnly: unknown } | { defer: unknown }
  ? true
  : W extends Emptied
    ? R extends One<infer _, false>
      ? true
      : IsNarrowedBelow<R, W>
    : IsNarrowedBelow<R, W>;

type IsNarrowedBelow<R, W> = W extends { with: infer N }
  ? [NarrowedKeys<ShapeOfInstance<TargetOf<R>>, N>] extends [never]
    ? false
    : true
  : false;

/** The relations of `W` that are loaded already, as something else. */
type LoadedKeys<Out, W> = {
  [K in keyof W & keyof Out]: NonNullable<Out[K]> extends ModelInstance | { readonly length: number } ? K : never;
}[keyof W & keyof Out];

/** What an object is besides the relations that a request gives it. */
type Rest<M, Out, N extends PropertyKey, L extends PropertyKey> = [N | L] extends [never]
  ? Out
  : Omit<Out, N | L> & Pick<M, Exclude<L, N> & keyof M>;

/**
 * An object whose relations of `W` are loaded, as the compiler sees it. Assignable to `M`, unless a filter or a choice of columns
 * may have left out what `M` says is always there.
 */
export type Loaded<M, W, Out = M> = Out extends Untold ? Out : LoadedOne<M, Out, ShapeOfInstance<Out>, EachOf<ShapeOfInstance<Out>, W>>;

/** What `with` says of each relation, where it says something of all that it does not name. */
type EachOf<S, W> = W extends { '*': true | 'joined' | 'selectin' | 'subquery' }
  ? { [K in RelationKeys<S>]: K extends keyof W ? W[K] : true }
  : W;

type LoadedOne<M, Out, S, W> = Rest<
  Extract<M, { readonly '~shape'?: S }>,
  Out,
  NarrowedKeys<S, W>,
  [M] extends [Out] ? never : LoadedKeys<Out, W>
> & {
  [K in keyof W & keyof S as W[K] extends Unloaded ? never : K]: S[K] extends Many<infer C>
    ? LoadedCollection<Loaded<LoadedObject<C>, Below<K, W[K]>, Chosen<LoadedObject<C>, W[K]>>>
    : S[K] extends One<infer C, infer N>
      ? N extends true
        ? Loaded<LoadedObject<C>, Below<K, W[K]>, Chosen<LoadedObject<C>, W[K]>> | null
        : W[K] extends Emptied
          ? Loaded<LoadedObject<C>, Below<K, W[K]>, Chosen<LoadedObject<C>, W[K]>> | null
          : Loaded<LoadedObject<C>, Below<K, W[K]>, Chosen<LoadedObject<C>, W[K]>>
      : never;
};

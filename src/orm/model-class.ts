import type { AliasKind } from '../sql/alias.ts';
import type { Column, ColumnValue } from '../sql/column.ts';
import type { ExpressionLike, NameOf } from '../sql/operand.ts';
import type { ColumnAttribute, Columns, Shape, Source, Table, TableOptions } from '../sql/schema.ts';
import type { AssociationProxy, AssociationProxyAttribute } from './association-proxy.ts';
import type { Composite, CompositeAttribute, Synonym } from './derived-attribute.ts';
import type { AnyClass, FarValue, Init, Instance, InstanceOf, ModelInstance, ObjectOf, Untold } from './model-types.ts';
import type { Query } from './query.ts';
import type { Many, One } from './relation.ts';
import type { RelationAttribute } from './relation-attribute.ts';

/** A class's attributes for SQL: columns as expressions, relations for joins, `any` and `has`. */
export type Attributes<S, N extends string = string> = {
  readonly [K in keyof S]: S[K] extends Column<infer V, infer O, boolean>
    ? ColumnAttribute<O extends true ? V | null : V, S, N>
    : S[K] extends Many<infer C>
      ? RelationAttribute<InstanceOf<C>, S, TargetName<C>>
      : S[K] extends One<infer C, boolean>
        ? RelationAttribute<InstanceOf<C>, S, TargetName<C>>
        : S[K] extends Composite<infer V, boolean>
          ? CompositeAttribute<V>
          : S[K] extends Synonym<infer T>
            ? Attributes<S, N>[T & keyof S]
            : S[K] extends AssociationProxy<infer R, infer T>
              ? AssociationProxyAttribute<FarOf<S[R & keyof S], T>>
              : never;
};

/** The value that an association proxy over a relation reads. */
type FarOf<R, K extends string> = R extends Many<infer C> ? FarValue<C, K> : R extends One<infer C, boolean> ? FarValue<C, K> : never;

/** The name of a relation's target, given as a class or as an arrow that gives it. */
type TargetName<C> = NameOf<C extends AnyClass ? C : C extends () => infer D ? D : never> & string;

/** A model under another name. SQLAlchemy: `aliased(User)`. */
export interface ModelAlias<S, M, N extends string = string> extends Source {
  readonly '~from'?: N;
  readonly c: Attributes<S, N>;
  readonly '~entity': M;
  /**
   * The attributes of a class below, over this alias. SQLAlchemy: `with_polymorphic(Employee, [Engineer]).Engineer`.
   * @example const e = alias(Employee, 'e'); e.query().filter(e.of(Engineer).c.language.eq('ts'))
   */
  of<C extends AnyClass & { readonly '~shape'?: unknown }>(model: C): { readonly c: Attributes<NonNullable<C['~shape']>, N> };
  /** A query for the class's objects that goes over this alias. */
  query(): Query<M, M, never>;
}

interface ModelAliasKind<S> extends AliasKind {
  readonly type: ModelAlias<S, unknown, this['name']>;
}

/** The base class that `db.Model()` makes. */
export interface ModelClass<S, N extends string = string> {
  new (init?: Init<S>): Instance<S>;
  readonly '~shape'?: S;
  readonly '~from'?: N;
  readonly '~aliased'?: ModelAliasKind<S>;
  /** The attributes for SQL. SQLAlchemy: the class's own attributes. */
  readonly c: Attributes<S, N>;
  /** The Core table. SQLAlchemy: `__table__`. */
  readonly table: Table<S, N>;
  readonly '~source': Source['~source'];
  '~alias'(name: string | null): ModelAlias<S, unknown>;
  /** A query for the class's objects, in the session of the context. Flask-SQLAlchemy: `Model.query`. */
  query<C extends AnyClass>(this: C): Query<ObjectOf<C>, ObjectOf<C>, never>;
  /**
   * The base class of one that extends this class with attributes of its own, kept in the same table; with a table's name,
   * in that table, whose key is the key of this class's row. The class is among the `identities` of the one it extends.
   * SQLAlchemy: a subclass, with `polymorphic_identity`, and `__tablename__` for a table of its own.
   * @example class Manager extends Employee.extend({ budget: t.integer().nullable() }) {}
   * @example class Manager extends Employee.extend('managers', { budget: t.integer() }) {}
   */
  extend<C extends AnyClass, X extends Shape, const O extends { readonly identities: unknown }>(
    this: C,
    shape: X,
    options: O & ExtendOptions<S & X>,
  ): ExtendedPolymorphicClass<C, S & X, X, O, N>;
  extend<C extends AnyClass, X extends Shape>(this: C, shape: X, options?: ExtendOptions<S & X>): ExtendedClass<C, S & X, X, N>;
  extend<C extends AnyClass, X extends Shape, const O extends { readonly identities: unknown }, T extends string>(
    this: C,
    table: T,
    shape: X,
    options: O & ExtendOptions<X>,
  ): ExtendedPolymorphicClass<C, S & X, X, O, T>;
  extend<C extends AnyClass, X extends Shape, T extends string>(
    this: C,
    table: T,
    shape: X,
    options?: ExtendOptions<X>,
  ): ExtendedClass<C, S & X, X, T>;
}

/** What a model says besides its shape: what its table says, and how its objects are written. */
export interface ModelOptions<S> extends TableOptions<S> {
  /**
   * A delete that finds no row throws a StaleDataError. Without it a row that is gone already is as it should be; rows with
   * a version are always looked at. SQLAlchemy: `confirm_deleted_rows`, which warns.
   */
  confirmDeletedRows?: boolean;
  /**
   * The class has no table and no rows: only classes that extend it with `{ concrete: true }` have, which its queries give. SQLAlchemy:
   * `AbstractConcreteBase`.
   */
  abstract?: boolean;
  /**
   * Conditions on all that is read of the class and of those that extend it, by names under which a query can leave them
   * out: rows that count as deleted, those of another tenant. They are worked out anew for each statement. SQLAlchemy:
   * `with_loader_criteria()` in a `do_orm_execute` handler.
   * @example { criteria: { softDelete: (c) => c.deletedAt.isNull() } }
   */
  criteria?: Readonly<Record<string, (c: Columns<S>) => ExpressionLike<boolean | null> | boolean>>;
}

/**
 * How a class is told from those that extend it. The getter names classes that are defined further down, as a relation's
 * does. SQLAlchemy: `polymorphic_on`, `polymorphic_identity`.
 */
export interface PolymorphicOptions {
  /** The attribute that says which class a row is of. Without it the classes have tables with nothing in common: `{ concrete: true }`. */
  readonly on?: string;
  /**
   * The classes whose objects the rows become, by that attribute's value, or by any name; the class itself where it has objects of
   * its own.
   */
  readonly identities: unknown;
}

/** What a class that extends a model says besides its shape. */
export interface ExtendOptions<S> extends Omit<TableOptions<S>, 'bind'> {
  /** Conditions on all that is read of the class, by name. See `ModelOptions`. */
  criteria?: Readonly<Record<string, (c: Columns<S>) => ExpressionLike<boolean | null> | boolean>>;
  /** No row is of this class itself, only of those that extend it. With `concrete` it has no table either. */
  abstract?: boolean;
  /**
   * How queries of the classes above read this class's columns: in the same statement, which joins its table (`'inline'`, the
   * default), or by one further statement for all of the objects that are found of it. SQLAlchemy: `polymorphic_load`.
   */
  polymorphicLoad?: 'inline' | 'selectin';
  /**
   * The table, which has to be named, has all columns of the class that is extended besides those of the shape: its rows are no rows of
   * that class, and queries of it give them only where it lists the class, or `withPolymorphic()` names it. Relations are not taken over.
   * SQLAlchemy: `concrete=True`.
   */
  concrete?: boolean;
}

/** What a class says whose table is there already, and says the rest. */
export interface MappedOptions<S> extends Pick<ModelOptions<S>, 'confirmDeletedRows' | 'criteria'>, Partial<PolymorphicOptions> {}

/** The columns of a reflected table that were said by hand. */
export type Said<S> = string extends keyof S ? {} : S;

/**
 * The base class of one over a table that was read from a database: TypeScript knows the columns that were said by hand, and of
 * the others only that there may be any.
 */
export type ReflectedClass<S, N extends string = string> = (new (
  init?: Init<S> & { readonly [attribute: string]: unknown },
) => Instance<S> & { [attribute: string]: unknown }) &
  Omit<ModelClass<S, N>, 'c'> & { readonly c: Attributes<S, N> & { readonly [attribute: string]: ColumnAttribute } };

/** What a class that was made of a table says of an attribute: it may be a column as well as a relation. */
// biome-ignore lint/suspicious/noExplicitAny: nobody has said what the database has
interface AutomappedAttribute extends Omit<Column<any, any>, 'kind'> {
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly kind: any;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly '~null': any;
  readonly '~target': AutomappedClass;
}

/** An object of a class that was made of a table: what attributes it has is known when the program runs. */
export interface AutomappedObject extends ModelInstance, Untold {
  readonly '~shape'?: Readonly<Record<string, AutomappedAttribute>>;
  // biome-ignore lint/suspicious/noExplicitAny: nobody has said what the database has
  [attribute: string]: any;
}

/** A class that was made of a table. It can be extended, once, by a class with methods. SQLAlchemy: a class of `automap_base().classes`. */
export interface AutomappedClass extends Omit<ModelClass<Shape>, 'c'> {
  new (init?: Readonly<Record<string, unknown>>): AutomappedObject;
  // biome-ignore lint/suspicious/noExplicitAny: columns and relations, which only the database tells apart
  readonly c: Readonly<Record<string, any>>;
}

/** The key of `identities` as the discriminator's value: a number or a boolean where the attribute is one. */
type Identity<S, On, K> = On extends keyof S
  ? S[On] extends Column
    ? ColumnValue<S[On]> extends number
      ? K extends `${infer N extends number}`
        ? N
        : K
      : ColumnValue<S[On]> extends boolean
        ? K extends 'true'
          ? true
          : false
        : ColumnValue<S[On]> extends bigint
          ? K extends `${infer N extends bigint}`
            ? N
            : K
          : K
    : K
  : K;

/** The objects that the rows of a class become, each with its own value of the discriminator. */
export type Polymorphs<S, O> = O extends { readonly on: infer On extends string; readonly identities: infer I }
  ? { [K in keyof I]: InstanceOf<I[K]> & { readonly [P in On]: Identity<S, On, K> } }[keyof I]
  : O extends { readonly identities: infer I }
    ? { [K in keyof I]: InstanceOf<I[K]> }[keyof I]
    : never;

/** A model that other classes extend: what its queries give is one of them, for the compiler too. */
export interface PolymorphicClass<S, O, N extends string = string> extends ModelClass<S, N> {
  readonly '~on': O extends { readonly on: infer On } ? On : never;
  readonly '~objects': Polymorphs<S, O>;
}

/** The static members of a class's own. */
type OwnStatics<C> = { readonly [K in keyof C as K extends keyof ModelClass<unknown> | 'prototype' | '~objects' ? never : K]: C[K] };

/** The base class of one that extends another model: `S` is the whole shape, `X` what it adds. */
export type ExtendedClass<C extends AnyClass, S, X, N extends string = string> = (new (
  init?: Init<S>,
) => InstanceType<C> & Instance<X>) &
  Omit<ModelClass<S, N>, never> &
  OwnStatics<C>;

/** The same, where it lists classes that extend it in turn. */
export type ExtendedPolymorphicClass<C extends AnyClass, S, X, O, N extends string = string> = ExtendedClass<C, S, X, N> & {
  readonly '~objects': Polymorphs<S, O extends { readonly concrete: true } ? O : O & { readonly on: On<C> }>;
};

type On<C> = C extends { readonly '~on': infer N } ? N : string;

import type { ExpressionLike } from '../sql/operand.ts';
import type { OrderTerm } from '../sql/order-term.ts';
import type { ColumnAttribute, Table } from '../sql/schema.ts';

/** How a relation is loaded when it is first awaited, or always. SQLAlchemy: `lazy=`. */
export type LazyMode = 'select' | 'joined' | 'selectin' | 'subquery' | 'raise' | 'noload';

export interface RelationOptions {
  /**
   * What happens to the related objects with this one: `'all, delete-orphan'`, `'save-update, merge'` (the default).
   * SQLAlchemy: `cascade=`.
   */
  cascade?: string | readonly string[];
  /** The order of a collection. A function is called when the models are complete. SQLAlchemy: `order_by=`. */
  orderBy?:
    | OrderTerm
    | ExpressionLike
    | readonly (OrderTerm | ExpressionLike)[]
    | (() => OrderTerm | ExpressionLike | readonly (OrderTerm | ExpressionLike)[]);
  /**
   * Of `hasMany`: the related class's attribute that keeps each member's place, from 0. The flush writes it for collections
   * that changed; `set()` puts them into another order, and without `orderBy` they are read by it. SQLAlchemy:
   * `collection_class=ordering_list('position')`.
   */
  ordering?: string;
  /** The attribute (or attributes) with the foreign key, where there are several. SQLAlchemy: `foreign_keys=`. */
  foreignKey?: string | readonly string[];
  /** The relation on the other side, where the foreign keys leave it open. SQLAlchemy: `back_populates=`. */
  backPopulates?: string;
  /**
   * A further condition on the related rows, or all that joins the two sides. It may use the columns that it is given: this
   * side's, the related side's and those of the table between. Where it says more than a foreign key does about both sides,
   * the relation can only be read, and has to be `viewOnly`. SQLAlchemy: `primaryjoin=`, `secondaryjoin=`.
   * @example get nearby() { return hasMany(Shop, { viewOnly: true, on: (own, shop) => shop.city.eq(own.city) }); }
   */
  on?: (own: ConditionColumns, related: ConditionColumns, through: ConditionColumns) => ExpressionLike<boolean | null>;
  /** On delete, leaves related rows that are not loaded to the database's ON DELETE. SQLAlchemy: `passive_deletes=`. */
  passiveDeletes?: boolean | 'all';
  /**
   * Rows that refer to this object follow when its key changes: by the database's ON UPDATE CASCADE (the default), or, with
   * `false`, by an UPDATE of the flush. SQLAlchemy: `passive_updates=`.
   */
  passiveUpdates?: boolean;
  /**
   * The foreign key is set by an UPDATE of its own, after the rows are inserted and before they are deleted, for rows that
   * refer to each other. Such circles are found by themselves where the key is nullable. SQLAlchemy: `post_update=`.
   */
  postUpdate?: boolean;
  /** Only read, never written. SQLAlchemy: `viewonly=`. */
  viewOnly?: boolean;
  lazy?: LazyMode;
}

// biome-ignore lint/suspicious/noExplicitAny: naming the shapes here would make the types of two models need each other
declare const columnsByName: Readonly<Record<string, ColumnAttribute<any>>>;

/**
 * The columns of one side of a relation's condition, by attribute. Where the compiler says of any name that it may be undefined
 * (`noUncheckedIndexedAccess`, as in new projects), they are of any type, the only one that it does not say it of.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type ConditionColumns = undefined extends typeof columnsByName.column ? Readonly<Record<string, any>> : typeof columnsByName;

export interface ManyToManyOptions extends RelationOptions {
  /** The table (or model class) between the two. SQLAlchemy: `secondary=`. */
  through: Table | { readonly table: Table };
  /** The through table's attribute (or attributes) that refers to the other side, where both sides are one table. */
  otherKey?: string | readonly string[];
}

/** A relation as it was said, before it is known what it joins. */
export interface RelationDefinition {
  readonly kind: 'many' | 'one';
  readonly form: 'belongsTo' | 'hasOne' | 'hasMany' | 'manyToMany';
  readonly target: unknown;
  readonly options: RelationOptions & Partial<ManyToManyOptions>;
}

/** Many related objects. */
export interface Many<C> {
  readonly kind: 'many';
  readonly '~target': C;
}

/** One related object, or none where `N`. */
export interface One<C, N extends boolean> {
  readonly kind: 'one';
  readonly '~target': C;
  readonly '~null': N;
}

class Relation implements RelationDefinition {
  readonly kind: 'many' | 'one';
  readonly form: RelationDefinition['form'];
  readonly target: unknown;
  readonly options: RelationDefinition['options'];
  constructor(form: RelationDefinition['form'], target: unknown, options: RelationDefinition['options']) {
    this.kind = form === 'hasMany' || form === 'manyToMany' ? 'many' : 'one';
    this.form = form;
    this.target = target;
    this.options = options;
  }
}

export function isRelation(value: unknown): value is RelationDefinition {
  return value instanceof Relation;
}

/**
 * The one object that this one's foreign key points at (many-to-one). SQLAlchemy: `relationship()` on the many side.
 * @example get author() { return belongsTo(User); }
 */
export function belongsTo<C>(target: C, options?: RelationOptions & { nullable?: false }): One<C, false>;
export function belongsTo<C>(target: C, options: RelationOptions & { nullable: true }): One<C, true>;
export function belongsTo(target: unknown, options: RelationOptions = {}): unknown {
  return new Relation('belongsTo', target, options);
}

/**
 * The objects whose foreign key points at this one (one-to-many). SQLAlchemy: `relationship()`.
 * @example get posts() { return hasMany(Post, { cascade: 'all, delete-orphan' }); }
 */
export function hasMany<C>(target: C, options: RelationOptions = {}): Many<C> {
  return new Relation('hasMany', target, options) as unknown as Many<C>;
}

/**
 * The one object whose foreign key points at this one (one-to-one). SQLAlchemy: `relationship(uselist=False)`.
 * @example get profile() { return hasOne(Profile); }
 */
export function hasOne<C>(target: C, options: RelationOptions = {}): One<C, true> {
  return new Relation('hasOne', target, options) as unknown as One<C, true>;
}

/**
 * Objects on both sides, paired by the rows of a table between them. SQLAlchemy: `relationship(secondary=…)`.
 * @example get tags() { return manyToMany(Tag, { through: productTags }); }
 */
export function manyToMany<C>(target: C, options: ManyToManyOptions): Many<C> {
  return new Relation('manyToMany', target, options) as unknown as Many<C>;
}

import type { ReferenceAction, ReferenceOptions } from './column.ts';
import { describe, sqlError } from './errors.ts';
import type { Node } from './node.ts';
import type { ExpressionLike } from './operand.ts';
import type { OrderTerm } from './order-term.ts';

/** Something that has a name in the database. */
export interface Named {
  readonly name: string;
}

/** When a constraint is checked, where that can be put off to the end of the transaction. */
export interface Deferral {
  /** Whether `SET CONSTRAINTS` may put it off. */
  readonly deferrable?: boolean;
  /** What holds where a transaction says nothing. */
  readonly initially?: 'deferred' | 'immediate';
}

/** What `unique()`, `index()`, `check()`, `primaryKey()`, `foreignKey()` and `exclude()` say, before a table takes it. */
export interface ConstraintDefinition<K extends string = string> extends Deferral {
  readonly kind: 'primaryKey' | 'unique' | 'index' | 'check' | 'foreignKey' | 'exclude';
  readonly name: string | null;
  /** Columns as expressions, or by attribute name; of an index also expressions, and either with an order. */
  readonly columns: readonly (ExpressionLike | OrderTerm | K)[];
  readonly unique?: boolean;
  readonly condition?: Node;
  /** `'table.column'` each; only the columns where the table is said beside them. */
  readonly target?: readonly string[];
  /** The table that a foreign key refers to, with its schema, as it was read from a database. */
  readonly targetTable?: string;
  readonly onDelete?: ReferenceAction;
  readonly onUpdate?: ReferenceAction;
  readonly match?: 'simple' | 'partial' | 'full';
  readonly useAlter?: boolean;
  readonly nullsNotDistinct?: boolean;
  readonly include?: readonly (ExpressionLike | K)[];
  /** The method of an index or an exclude constraint. */
  readonly using?: string;
  /** Of an exclude constraint: the operator of each of its columns. */
  readonly operators?: readonly string[];
  /** Of an index: operator classes and prefix lengths by attribute name, or by the label of an expression. */
  readonly operatorClasses?: Readonly<Record<string, string>>;
  readonly lengths?: Readonly<Record<string, number>>;
  readonly storage?: StorageOptions;
  readonly concurrently?: boolean;
  readonly ifNotExists?: boolean;
}

/** Settings of how a database stores something, by its own names for them: `{ fillfactor: 70 }`. */
export type StorageOptions = Readonly<Record<string, string | number | boolean>>;

/** What stands among a table's `constraints`. */
export interface TableItem<K extends string = string> {
  readonly '~definition': ConstraintDefinition<K>;
}

/** A constraint, which may be given a name. */
export interface NamedConstraint<K extends string = string> extends TableItem<K> {
  /** The name in the database, in place of the naming convention's. */
  named(name: string): NamedConstraint<K>;
}

/** A unique constraint or a primary key under construction. Immutable: every method gives a new one. */
export interface KeyConstraint<K extends string = string> extends NamedConstraint<K> {
  named(name: string): KeyConstraint<K>;
  /** May be checked at the end of the transaction; `'deferred'` makes that the rule. SQLAlchemy: `deferrable=`, `initially=`. */
  deferrable(initially?: 'deferred' | 'immediate'): KeyConstraint<K>;
  /** Further columns that are kept with its index. SQLAlchemy: `postgresql_include`. */
  include<const L extends string = never>(...columns: (ExpressionLike | L)[]): KeyConstraint<K | L>;
  /** Two rows with NULL are equal in it. SQLAlchemy: `postgresql_nulls_not_distinct`. */
  nullsNotDistinct(): KeyConstraint<K>;
}

/** A name as it was given. */
export function givenName(name: string): string {
  if (typeof name !== 'string' || name === '') throw sqlError('sql.bad-argument', 'named()', 'a name', describe(name));
  return name;
}

function constraint<K extends string>(definition: ConstraintDefinition<K>): NamedConstraint<K> {
  return { '~definition': definition, named: (name) => constraint({ ...definition, name: givenName(name) }) };
}

function key<K extends string>(definition: ConstraintDefinition<K>): KeyConstraint<K> {
  const add = (change: Partial<ConstraintDefinition<K>>): KeyConstraint<K> => key({ ...definition, ...change });
  return {
    '~definition': definition,
    named: (name) => add({ name: givenName(name) }),
    deferrable: (initially) => add({ deferrable: true, initially }),
    include: <const L extends string>(...include: (ExpressionLike | L)[]) => key<K | L>({ ...definition, include }),
    nullsNotDistinct: () => add({ nullsNotDistinct: true }),
  };
}

/**
 * No two rows are equal in all these columns. SQLAlchemy: `UniqueConstraint`.
 * @example db.Model('reviews', shape, { constraints: (c) => [unique(c.userId, c.productId)] })
 * @example unique(c.position).deferrable('deferred')
 */
export function unique<const K extends string = never>(...columns: (ExpressionLike | K)[]): KeyConstraint<K> {
  return key({ kind: 'unique', name: null, columns });
}

/** A primary key of several columns, in this order. SQLAlchemy: `PrimaryKeyConstraint`. */
export function primaryKey<const K extends string = never>(...columns: (ExpressionLike | K)[]): KeyConstraint<K> {
  return key({ kind: 'primaryKey', name: null, columns });
}

/**
 * A condition that every row must meet. SQLAlchemy: `CheckConstraint`.
 * @example db.Model('products', shape, { constraints: (c) => [check(c.price.ge(0), 'price_not_negative')] })
 */
export function check(condition: ExpressionLike, name?: string): NamedConstraint<never> {
  return constraint({ kind: 'check', name: name ?? null, columns: [], condition: nodeOf(condition, 'check()') });
}

/**
 * A foreign key of several columns. SQLAlchemy: `ForeignKeyConstraint`.
 * @example foreignKey([c.orderId, c.line], ['lines.order_id', 'lines.line'], { onDelete: 'cascade' })
 */
export function foreignKey<const K extends string = never>(
  columns: readonly (ExpressionLike | K)[],
  target: readonly string[],
  options: Omit<ReferenceOptions, 'name'> = {},
): NamedConstraint<K> {
  return constraint({ kind: 'foreignKey', name: null, columns, target, ...options });
}

/**
 * No two rows for which all these operators hold: bookings of one room that overlap. PostgreSQL only. SQLAlchemy:
 * `ExcludeConstraint`.
 *
 * @param elements pairs of a column or expression and an operator
 * @example exclude([[c.room, '='], [c.during, '&&']], { using: 'gist', where: c.cancelled.eq(false) })
 */
export function exclude<const K extends string = never>(
  elements: readonly (readonly [ExpressionLike | K, string])[],
  options: {
    using?: string;
    where?: ExpressionLike<boolean | null>;
    /** Operator classes by attribute, or by the label of an expression. SQLAlchemy: `ops`. */
    operatorClasses?: Readonly<Record<string, string>>;
  } & Deferral = {},
): NamedConstraint<K> {
  const { using = 'gist', where, operatorClasses, ...deferral } = options;
  if (elements.length === 0) throw sqlError('sql.bad-argument', 'exclude()', 'one or more pairs of a column and an operator', 'none');
  const bad = elements.find(([, operator]) => !/^[-+*/<>=~!@#%^&|`?]+$/.test(operator));
  if (bad !== undefined) throw sqlError('sql.bad-argument', 'exclude()', "operators such as '=' and '&&'", JSON.stringify(bad[1]));
  return constraint({
    kind: 'exclude',
    name: null,
    columns: elements.map(([element]) => element),
    operators: elements.map(([, operator]) => operator),
    using,
    ...(operatorClasses === undefined ? {} : { operatorClasses }),
    condition: where === undefined ? undefined : nodeOf(where, 'exclude({ where })'),
    ...deferral,
  });
}

/** The node of an expression. Throws an ArgumentError for anything else. */
export function nodeOf(expression: ExpressionLike | OrderTerm, where: string): Node {
  if (expression === undefined) throw sqlError('sql.undefined-value', where);
  const node = (expression as ExpressionLike | null)?.node;
  if (node === undefined) throw sqlError('sql.not-an-expression', where, describe(expression));
  return node;
}

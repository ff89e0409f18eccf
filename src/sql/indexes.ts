import { type ConstraintDefinition, givenName, type NamedConstraint, nodeOf, type StorageOptions } from './constraints.ts';
import { describe, sqlError } from './errors.ts';
import type { ExpressionLike } from './operand.ts';
import type { OrderTerm } from './order-term.ts';

/** How an index finds its rows. A database that has another set refuses what it lacks. */
export type IndexMethod = 'btree' | 'hash' | 'gin' | 'gist' | 'spgist' | 'brin' | 'fulltext' | 'spatial' | (string & {});

/** An index under construction. Immutable: every method gives a new one. SQLAlchemy: `Index`. */
export interface IndexConstraint<K extends string = string> extends NamedConstraint<K> {
  named(name: string): IndexConstraint<K>;
  /** No two rows are equal in it. SQLAlchemy: `unique=True`. */
  unique(): IndexConstraint<K>;
  /** Only the rows that meet the condition. SQLAlchemy: `postgresql_where`, `sqlite_where`. */
  where(condition: ExpressionLike<boolean | null>): IndexConstraint<K>;
  /** The method: `'gin'`, `'hash'`, MySQL's `'fulltext'` and `'spatial'`. SQLAlchemy: `postgresql_using`, `mysql_prefix`. */
  using(method: IndexMethod): IndexConstraint<K>;
  /** Further columns that are kept in it, and not searched by. SQLAlchemy: `postgresql_include`. */
  include<const L extends string = never>(...columns: (ExpressionLike | L)[]): IndexConstraint<K | L>;
  /** Operator classes by attribute, or by the label of an expression: `{ title: 'gin_trgm_ops' }`. SQLAlchemy: `postgresql_ops`. */
  operatorClass(classes: Readonly<Record<string, string>>): IndexConstraint<K>;
  /** How many characters of an attribute are kept in it, on MySQL: `{ title: 20 }`. SQLAlchemy: `mysql_length`. */
  length(lengths: Readonly<Record<string, number>>): IndexConstraint<K>;
  /** Settings of the database for it: `{ fillfactor: 70 }`. SQLAlchemy: `postgresql_with`. */
  with(options: StorageOptions): IndexConstraint<K>;
  /** Two rows with NULL are equal in it. SQLAlchemy: `postgresql_nulls_not_distinct`. */
  nullsNotDistinct(): IndexConstraint<K>;
  /** Built while others write, outside a transaction. For `createIndex()`. SQLAlchemy: `postgresql_concurrently`. */
  concurrently(): IndexConstraint<K>;
  /** Left alone where there is one of this name. SQLAlchemy: `if_not_exists=`. */
  ifNotExists(): IndexConstraint<K>;
}

function build<K extends string>(definition: ConstraintDefinition<K>): IndexConstraint<K> {
  const add = (change: Partial<ConstraintDefinition<K>>): IndexConstraint<K> => build({ ...definition, ...change });
  return {
    '~definition': definition,
    named: (name) => add({ name: givenName(name) }),
    unique: () => add({ unique: true }),
    where: (condition) => add({ condition: nodeOf(condition, 'index().where()') }),
    using: (using) => add({ using: word(using, 'using()') }),
    include: <const L extends string>(...include: (ExpressionLike | L)[]) => build<K | L>({ ...definition, include }),
    operatorClass: (classes) => {
      for (const name of Object.values(classes)) word(name, 'operatorClass()');
      return add({ operatorClasses: classes });
    },
    length: (lengths) => {
      const bad = Object.values(lengths).find((length) => !(Number.isInteger(length) && length > 0));
      if (bad !== undefined) throw sqlError('sql.bad-argument', 'index().length()', 'whole numbers from 1', describe(bad));
      return add({ lengths });
    },
    with: (storage) => add({ storage: checkStorage(storage, 'index().with()') }),
    nullsNotDistinct: () => add({ nullsNotDistinct: true }),
    concurrently: () => add({ concurrently: true }),
    ifNotExists: () => add({ ifNotExists: true }),
  };
}

/** A word that stands in the SQL as it is: it may hold nothing but a name. */
function word(name: unknown, where: string): string {
  if (typeof name !== 'string' || !/^[A-Za-z_][\w.]*$/.test(name))
    throw sqlError('sql.bad-argument', `index().${where}`, 'a name', describe(name));
  return name;
}

/** Settings whose names are words and whose values are numbers, truths or words. */
export function checkStorage(options: StorageOptions, where: string): StorageOptions {
  for (const [name, value] of Object.entries(options)) {
    const good = typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && /^[\w.]+$/.test(value));
    if (!/^[A-Za-z_][\w.]*$/.test(name) || !good)
      throw sqlError('sql.bad-argument', where, 'settings by name, each a number, true, false or a word', `'${name}': ${describe(value)}`);
  }
  return options;
}

/**
 * An index over these columns and expressions, in this order; each may have a direction. SQLAlchemy: `Index`.
 * @example db.Model('posts', shape, { constraints: (c) => [index(c.userId, c.createdAt.desc())] })
 * @example index(func.lower(c.email)).unique().where(c.active.eq(true)).named('one_email')
 */
export function index<const K extends string = never>(...columns: (ExpressionLike | OrderTerm | K)[]): IndexConstraint<K> {
  return build({ kind: 'index', name: null, columns, unique: false });
}

/** A unique index over these columns, only for the rows that meet `where` if it is given. SQLAlchemy: `Index(unique=True)`. */
export function uniqueIndex<const K extends string = never>(
  columns: readonly (ExpressionLike | OrderTerm | K)[],
  options: { where?: ExpressionLike<boolean | null> } = {},
): IndexConstraint<K> {
  const { where } = options;
  if (!Array.isArray(columns)) throw sqlError('sql.bad-argument', 'uniqueIndex()', 'an array of columns', describe(columns));
  return build({
    kind: 'index',
    name: null,
    columns,
    unique: true,
    condition: where === undefined ? undefined : nodeOf(where, 'uniqueIndex({ where })'),
  });
}

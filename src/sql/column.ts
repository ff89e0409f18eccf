import { describe, sqlError } from './errors.ts';
import { Expression } from './expression.ts';
import { makeBind } from './make.ts';
import type { ExpressionLike, Input } from './operand.ts';
import { changeType, type SqlType } from './type.ts';

export type ReferenceAction = 'cascade' | 'set null' | 'set default' | 'restrict' | 'no action';

export interface ReferenceOptions {
  /** What the database does to this row when the one it refers to is deleted. */
  onDelete?: ReferenceAction;
  /** What the database does to this row when the key it refers to changes. */
  onUpdate?: ReferenceAction;
  /** The constraint's name, where the naming convention is not wanted. */
  name?: string;
  /** Whether a transaction may put off the check to its end: `SET CONSTRAINTS … DEFERRED`. */
  deferrable?: boolean;
  /** When the check happens where the transaction says nothing; `'deferred'` makes the key deferrable too. */
  initially?: 'deferred' | 'immediate';
  /** How a key of several columns counts NULLs. */
  match?: 'simple' | 'partial' | 'full';
  /** Adds the key by an ALTER TABLE after all tables, where the database can. Circles are found without it. SQLAlchemy: `use_alter`. */
  useAlter?: boolean;
}

/** How a database counts up: the numbers of an identity column or a sequence. */
export interface SeriesOptions {
  /** The first number. */
  start?: number | bigint;
  /** What is added for the next; a negative one counts down. */
  increment?: number | bigint;
  /** The least number; null says that there is none (`NO MINVALUE`). */
  min?: number | bigint | null;
  /** The greatest number; null says that there is none (`NO MAXVALUE`). */
  max?: number | bigint | null;
  /** Begins again after the last number. */
  cycle?: boolean;
  /** How many numbers a connection takes ahead. */
  cache?: number;
}

/** What `.identity()` takes. SQLAlchemy: `Identity`. */
export interface IdentityOptions extends SeriesOptions {
  /** The database refuses a number that a statement gives. */
  always?: boolean;
}

/** What `.computed()` said. */
export interface Computation {
  readonly expression: ExpressionLike;
  /** Kept with the row; else worked out when it is read. Null leaves it to the database. */
  readonly stored: boolean | null;
}

/** A validation function: throws or returns the value to store. A Standard Schema (Zod, Valibot, ArkType) may stand in its place. */
export type Validator<V> = ValidatorMethod<V>['validate'] | StandardSchema<V>;

/** A method's parameter may be narrower, so that a column of any type counts as a column. */
interface ValidatorMethod<V> {
  // biome-ignore lint/suspicious/noConfusingVoidType: a validator that only throws returns nothing
  validate(value: V): V | void;
}

/** The part of the Standard Schema interface that is used. */
export interface StandardSchema<V = unknown> {
  readonly '~standard': {
    readonly validate: (
      value: unknown,
    ) => { readonly value: V } | { readonly issues: readonly { readonly message: string }[] } | Promise<unknown>;
  };
}

/** Everything said about a column before it belongs to a table. */
export interface ColumnDefinition {
  readonly type: SqlType;
  readonly name: string | null;
  readonly primaryKey: boolean;
  readonly nullable: boolean;
  readonly unique: boolean;
  readonly index: boolean;
  readonly sensitive: boolean;
  /** Queries leave it out: the name of its group, or `''`; null for a column that they read. */
  readonly deferred: string | null;
  readonly comment: string | null;
  readonly default: DefaultValue | null;
  readonly serverDefault: ExpressionLike | null;
  readonly onUpdate: DefaultValue | null;
  readonly reference: ({ readonly target: string } & ReferenceOptions) | null;
  readonly check: ExpressionLike | null;
  readonly validators: readonly Validator<unknown>[];
  readonly identity: IdentityOptions | null;
  readonly computed: Computation | null;
  /** Whether the database numbers new rows; null where it goes by the usual rule. */
  readonly autoIncrement: boolean | null;
  readonly collation: string | null;
  /** The column counts the versions of its row; null where it does not. */
  readonly version: Versioning | null;
}

/** How the next version of a row is made. */
export interface Versioning {
  /** The version after this one, null standing before the first; null for a counter. */
  readonly next: ((version: unknown) => unknown) | null;
  /** The database makes it by itself, with every insert and update. */
  readonly serverGenerated: boolean;
}

/** What `.version()` takes. SQLAlchemy: `version_id_generator`. */
export interface VersionOptions<V> {
  /** Makes the version of a new row, from null, and of a row that is updated, from its last one. */
  next?(version: V | null): V;
  /** The database makes the version, by a trigger or a type of its own: it is read back, and never written. */
  serverGenerated?: boolean;
}

/** A value (an `Expression` is worked out by the statement itself), or a function that makes one for each row. */
export type DefaultValue = { readonly value: unknown } | { readonly make: () => unknown };

const PLAIN: Omit<ColumnDefinition, 'type'> = {
  name: null,
  primaryKey: false,
  nullable: false,
  unique: false,
  index: false,
  sensitive: false,
  deferred: null,
  comment: null,
  default: null,
  serverDefault: null,
  onUpdate: null,
  reference: null,
  check: null,
  validators: [],
  identity: null,
  computed: null,
  autoIncrement: null,
  collation: null,
  version: null,
};

/**
 * A column of a model or table: a type and what was said about it. Each method gives a new builder, so one may be shared
 * by several tables. NOT NULL unless `.nullable()`. SQLAlchemy: `mapped_column()`.
 *
 * @typeParam V the JavaScript value
 * @typeParam N whether null is allowed
 * @typeParam D whether a value may be left out of a new object
 */
export interface Column<V = unknown, N extends boolean = boolean, D extends boolean = boolean> {
  readonly kind: 'column';
  readonly '~value': V;
  readonly '~null': N;
  readonly '~default': D;
  readonly type: SqlType;
  readonly definition: ColumnDefinition;
  /** Part of the primary key; a single integer one is generated by the database. */
  primaryKey(): Column<V, false, true>;
  /** May be NULL. SQLAlchemy: `nullable=True`. */
  nullable(): Column<V, true, true>;
  /** No two rows have the same value. With `.index()` it is one unique index. */
  unique(): this;
  /** Has an index of its own. */
  index(): this;
  /**
   * The value of a new row that says none, a function that makes it, called at the flush, or SQL that the INSERT itself
   * works out. SQLAlchemy: `default=`.
   */
  default(value: Input<V> | (N extends true ? null : never) | (() => Input<V>) | ExpressionLike<V | null>): Column<V, N, true>;
  /** The default that the database itself fills in: a value, or SQL. SQLAlchemy: `server_default=`. */
  serverDefault(value: Input<V> | null | ExpressionLike): Column<V, N, true>;
  /** Makes the value anew whenever the row is updated and says none, by a function or by SQL. SQLAlchemy: `onupdate=`. */
  onUpdate(make: (() => Input<V>) | ExpressionLike<V | null>): this;
  /** A foreign key to `'table.column'`, in the names of the database. SQLAlchemy: `ForeignKey()`. */
  references(target: `${string}.${string}`, options?: ReferenceOptions): this;
  /** The column's name in the database, where it is not the attribute's in snake_case. */
  named(name: string): this;
  /** A note kept in the database where it can. */
  comment(text: string): this;
  /** A condition that every row must meet. SQLAlchemy: `CheckConstraint`. */
  check(condition: ExpressionLike): this;
  /**
   * Numbered by the database, by the standard's own words. SQLAlchemy: `Identity`.
   * @example t.bigInteger().primaryKey().identity({ always: true, start: 1000 })
   */
  identity(options?: IdentityOptions): Column<V, N, true>;
  /**
   * Worked out by the database from the row's other columns; nothing may be written to it. SQLAlchemy: `Computed`.
   * @example t.numeric(10, 2).computed(sql`price * quantity`, { stored: true })
   */
  computed(expression: ExpressionLike, options?: { stored?: boolean }): ComputedColumn<V, N>;
  /**
   * Whether the database numbers new rows. A single integer primary key without a default or a reference is numbered anyway:
   * `false` stops that, `true` asks for it where the rule does not. SQLAlchemy: `autoincrement=`.
   */
  autoIncrement(on?: boolean): this;
  /** The collation that its text is compared and sorted by, such as `'NOCASE'`. SQLAlchemy: `String(collation=…)`. */
  collate(collation: string): this;
  /**
   * The row's version, which every UPDATE of the object counts up and every UPDATE and DELETE of it compares: where another
   * transaction was quicker, a StaleDataError is thrown. One column of a model; a counter from 1 unless told.
   * SQLAlchemy: `version_id_col`.
   * @example revision: t.integer().version()
   * @example etag: t.uuid().version({ next: () => randomUUID() })
   */
  version(options?: VersionOptions<V>): Column<V, N, true>;
  /** Never shown by toJSON(), inspect, logs, errors or recorded queries. */
  sensitive(): this;
  /**
   * Not read until it is asked for: with `undefer()`, by its own name or by that of a group, or with `session.refresh()`.
   * SQLAlchemy: `deferred()`.
   * @example body: t.text().deferred('long')
   */
  deferred(group?: string): this;
  /** Checks (or changes) each value that is set; a function that throws, or a Standard Schema. SQLAlchemy: `@validates`. */
  validate(validator: Validator<V>): this;
  /**
   * Another type on one database, by the dialect's name, with the same values in JavaScript. SQLAlchemy: `with_variant()`.
   * @example t.text().variant('mysql', t.string(191))
   */
  variant(dialect: DialectName, type: TypeOf<V>): this;
}

/** The databases that a type may be another one on; a dialect of your own has its own name. */
export type DialectName = 'sqlite' | 'postgresql' | 'mysql' | 'mssql' | (string & {});

/** A column of which only the type counts. */
export interface TypeOf<V = unknown> {
  readonly '~value': V;
  readonly type: SqlType;
}

/** A column that the database works out: it is read, and never written. */
export interface ComputedColumn<V = unknown, N extends boolean = boolean> extends Column<V, N, true> {
  readonly '~computed': true;
  nullable(): ComputedColumn<V, true>;
}

/** Types that a version can be counted in. */
const COUNTED = new Set(['integer', 'smallInteger', 'tinyInteger', 'mediumInteger', 'bigInteger']);

class ColumnBuilder {
  declare readonly '~value': never;
  declare readonly '~null': never;
  declare readonly '~default': never;
  readonly kind = 'column';
  readonly definition: ColumnDefinition;
  constructor(definition: ColumnDefinition) {
    this.definition = definition;
  }
  get type(): SqlType {
    return this.definition.type;
  }
  #with(change: Partial<ColumnDefinition>): this {
    return new (this.constructor as new (d: ColumnDefinition) => this)({ ...this.definition, ...change });
  }
  primaryKey(): this {
    return this.#with({ primaryKey: true, nullable: false });
  }
  nullable(): this {
    return this.#with({ nullable: true });
  }
  unique(): this {
    return this.#with({ unique: true });
  }
  index(): this {
    return this.#with({ index: true });
  }
  default(value: unknown): this {
    if (value === undefined) throw sqlError('sql.undefined-value', 'default()');
    return this.#with({ default: typeof value === 'function' ? { make: value as () => unknown } : { value } });
  }
  serverDefault(value: unknown): this {
    if (value === undefined) throw sqlError('sql.undefined-value', 'serverDefault()');
    if (value instanceof Expression) return this.#with({ serverDefault: value });
    if (typeof value === 'function') throw sqlError('sql.bad-argument', 'serverDefault()', 'a value or SQL', describe(value));
    return this.#with({ serverDefault: new Expression(makeBind(value, this.type), this.type) });
  }
  onUpdate(given: unknown): this {
    if (given instanceof Expression) return this.#with({ onUpdate: { value: given } });
    if (typeof given !== 'function') throw sqlError('sql.bad-argument', 'onUpdate()', 'a function or SQL', describe(given));
    return this.#with({ onUpdate: { make: given as () => unknown } });
  }
  references(target: string, options: ReferenceOptions = {}): this {
    if (!/^.+\..+$/.test(target)) throw sqlError('sql.bad-argument', 'references()', "'table.column'", JSON.stringify(target));
    return this.#with({ reference: { target, ...options } });
  }
  named(name: string): this {
    return this.#with({ name });
  }
  comment(comment: string): this {
    return this.#with({ comment });
  }
  check(check: ExpressionLike): this {
    return this.#with({ check: expression(check, 'check()') });
  }
  identity(options: IdentityOptions = {}): this {
    checkSeries(options, 'identity()');
    return this.#with({ identity: options });
  }
  computed(given: ExpressionLike, options: { stored?: boolean } = {}): this {
    return this.#with({ computed: { expression: expression(given, 'computed()'), stored: options.stored ?? null } });
  }
  autoIncrement(on = true): this {
    return this.#with({ autoIncrement: on });
  }
  collate(collation: string): this {
    if (typeof collation !== 'string' || collation === '')
      throw sqlError('sql.bad-argument', 'collate()', 'the name of a collation', describe(collation));
    return this.#with({ collation });
  }
  version({ next, serverGenerated = false }: VersionOptions<unknown> = {}): this {
    if (next !== undefined && typeof next !== 'function')
      throw sqlError('sql.bad-argument', "version(), at 'next',", 'a function', describe(next));
    if (next !== undefined && serverGenerated) throw sqlError('sql.bad-argument', 'version()', 'either next or serverGenerated', 'both');
    if (next === undefined && !serverGenerated && !COUNTED.has(this.type.name))
      throw sqlError('sql.bad-argument', 'version()', `{ next } or { serverGenerated } for a type that is no whole number`, this.type.name);
    return this.#with({ version: { next: next ?? null, serverGenerated } });
  }
  sensitive(): this {
    return this.#with({ sensitive: true });
  }
  deferred(group = ''): this {
    return this.#with({ deferred: group });
  }
  validate(validator: Validator<unknown>): this {
    return this.#with({ validators: [...this.definition.validators, validator] });
  }
  variant(dialect: string, { type }: TypeOf): this {
    return this.#typed({ variants: { ...this.type.variants, [dialect]: type } });
  }
  asNumber(): this {
    return this.#typed({ asNumber: true });
  }
  asString(): this {
    return this.#typed({ asString: true });
  }
  #typed(change: Partial<SqlType>): this {
    return this.#with({ type: changeType(this.type, change) });
  }
}

function expression(value: unknown, where: string): ExpressionLike {
  if (value === undefined) throw sqlError('sql.undefined-value', where);
  if (!(value instanceof Expression)) throw sqlError('sql.not-an-expression', where, describe(value));
  return value;
}

/** Numbers that a database can count by: whole ones, and a step that is not 0. */
export function checkSeries(options: SeriesOptions, where: string): void {
  for (const key of ['start', 'increment', 'min', 'max', 'cache'] as const) {
    const value = options[key];
    if (value === undefined || value === null || typeof value === 'bigint') continue;
    if (!Number.isSafeInteger(value)) throw sqlError('sql.bad-argument', `${where}, at '${key}',`, 'a whole number', describe(value));
  }
  if (options.increment !== undefined && Number(options.increment) === 0)
    throw sqlError('sql.bad-argument', `${where}, at 'increment',`, 'a number that is not 0', '0');
}

/** A numeric column, which may give numbers or digits instead of Decimals. */
export interface NumericColumn<V, N extends boolean = false, D extends boolean = false> extends Column<V, N, D> {
  /** Gives JavaScript numbers: quicker, and exact only as far as a double is. SQLAlchemy: `asdecimal=False`. */
  asNumber(): Column<number, N, D>;
  /** Gives the digits as a string, such as `'12.50'`. */
  asString(): Column<string, N, D>;
}

/** A column of 64-bit integers, which may give numbers instead of bigints. */
export interface BigIntegerColumn extends Column<bigint, false, false> {
  /** Gives JavaScript numbers. A value beyond 2⁵³−1, which a number would not hold exactly, is an error. */
  asNumber(): Column<number, false, false>;
}

/** A column of moments, which may give text instead of Dates. */
export interface DateTimeColumn extends Column<Date, false, false> {
  /** Gives ISO 8601 text in UTC, such as `'2026-01-31T08:30:00.123456Z'`, which keeps microseconds as a Date does not. */
  asString(): Column<string, false, false>;
}

/** A column of this type with nothing else said. */
export function column<V>(type: SqlType<V>): Column<V, false, false> {
  return new ColumnBuilder({ ...PLAIN, type }) as unknown as Column<V, false, false>;
}

export function isColumn(value: unknown): value is Column {
  return value instanceof ColumnBuilder;
}

/** The value of a column in a row: with null where it may be NULL. */
export type ColumnValue<C> = C extends { readonly '~value': infer V; readonly '~null': infer N } ? (N extends true ? V | null : V) : never;

/** An expression of a column's type. */
export type ColumnExpression<C> = ExpressionLike<ColumnValue<C>>;

/** The column with a part of its definition changed. */
export function redefine(column: Column, change: Partial<ColumnDefinition>): Column {
  return new (column.constructor as new (definition: ColumnDefinition) => Column)({ ...column.definition, ...change });
}

import type { IdentityOptions } from '../../sql/column.ts';
import type { Deferral, StorageOptions } from '../../sql/constraints.ts';
import type { DialectOptions } from '../../sql/table-options.ts';

/** What has rows: a table, a part of one, a view, or a table whose rows are kept by something else. */
export type RelationKind = 'table' | 'partition' | 'view' | 'materializedView' | 'foreignTable' | 'virtualTable';

/** A table as a database describes it, in words that all databases share. SQLAlchemy: what `Inspector` gives. */
export interface ReflectedTable {
  readonly name: string;
  readonly schema: string | null;
  /** Left out where only tables were read. */
  readonly kind?: RelationKind;
  /** There for the connection that made it. */
  readonly temporary?: boolean;
  readonly columns: readonly ReflectedColumn[];
  readonly primaryKey: ReflectedKey | null;
  readonly uniques: readonly ReflectedUnique[];
  readonly indexes: readonly ReflectedIndex[];
  readonly foreignKeys: readonly ReflectedForeignKey[];
  readonly checks: readonly ReflectedCheck[];
  /** Exclude constraints; left out where the database has none. */
  readonly excludes?: readonly ReflectedExclude[];
  /** The comment, or null; left out where the database has none. */
  readonly comment?: string | null;
  /** What only this database has for tables, in the words of `TableOptions`; left out where it was not read. */
  readonly options?: DialectOptions;
}

/** A primary key or a unique constraint; what a database does not have, or is not said, is left out. */
export interface ReflectedKey extends Deferral {
  readonly name: string | null;
  readonly columns: readonly string[];
  /** Further columns that are kept with its index. */
  readonly include?: readonly string[];
}

export interface ReflectedUnique extends ReflectedKey {
  readonly nullsNotDistinct?: boolean;
  /** It is a unique index, which stands among the indexes too, under this name. SQLAlchemy: `duplicates_index`. */
  readonly duplicatesIndex?: string;
}

/** A view as a database describes it. */
export interface ReflectedView {
  readonly name: string;
  readonly schema: string | null;
  /** The query as the database keeps it. */
  readonly definition: string;
  readonly columns: readonly string[];
  readonly materialized: boolean;
  /** The comment, or null; left out where the database has none. */
  readonly comment?: string | null;
  /** Rows written through it must be among its own; left out where they need not be. */
  readonly checkOption?: 'local' | 'cascaded';
}

export interface ReflectedCheck {
  readonly name: string | null;
  readonly sql: string;
  /** The column that it was declared with, and goes with; null for a check of the table. */
  readonly column: string | null;
  /** Rows that were there before it may break it. */
  readonly notValid?: boolean;
  /** It does not hold for tables that inherit this one. */
  readonly noInherit?: boolean;
}

/** An exclude constraint. SQLAlchemy has it among the indexes. */
export interface ReflectedExclude extends Deferral {
  readonly name: string;
  readonly using: string;
  readonly elements: readonly (Pick<ReflectedIndexPart, 'column' | 'expression' | 'operatorClass'> & { readonly operator: string })[];
  /** The condition that its rows meet as SQL text. */
  readonly where: string | null;
}

/** A domain: a type with conditions. SQLAlchemy: what `PGInspector.get_domains()` gives. */
export interface ReflectedDomain {
  readonly name: string;
  readonly schema: string | null;
  /** The type that it stands on, in the database's own words. */
  readonly type: string;
  readonly nullable: boolean;
  /** The collation, or null for the usual one of the type. */
  readonly collation: string | null;
  readonly default: string | null;
  readonly checks: readonly { readonly name: string; readonly sql: string }[];
  /** The domain that it stands on; left out where the type is none. */
  readonly base?: ReflectedDomain;
  /** The enum that it stands on; left out where the type is none. */
  readonly enum?: ColumnEnum;
}

/** The enum of a column's type. */
export interface ColumnEnum {
  readonly name: string;
  readonly schema: string | null;
  readonly values: readonly string[];
}

export interface ReflectedColumn {
  readonly name: string;
  /** The type in the database's own words, such as VARCHAR(80). */
  readonly type: string;
  readonly nullable: boolean;
  /** The default as SQL text, or null. */
  readonly default: string | null;
  readonly primaryKey: boolean;
  /** The expression of a computed column, or null; left out where it was not read. */
  readonly computed?: { readonly sql: string; readonly stored: boolean } | null;
  /** The options of an identity column, or null; left out where it was not read. */
  readonly identity?: IdentityOptions | null;
  /** The collation, or null for the usual one; left out where it was not read. */
  readonly collation?: string | null;
  /** The comment, or null; left out where the database has none. */
  readonly comment?: string | null;
  /** Whether the database numbers new rows, be it by an identity, a sequence of the column's own or AUTO_INCREMENT; left out where it was not read. */
  readonly autoIncrement?: boolean;
  /** The type that a domain stands on; left out where the type is none. */
  readonly baseType?: string;
  /** The enum that the type is, or that its elements are; left out where there is none. */
  readonly enum?: ColumnEnum;
  /** The domain that the type is, or that its elements are; left out where there is none, and where an extension made it. */
  readonly domain?: ReflectedDomain;
  /** Why the database cannot drop the column as the table stands; null where it can. */
  readonly cannotDrop: string | null;
}

/** One of the things that an index is over. */
export interface ReflectedIndexPart {
  /** Null where it is an expression. */
  readonly column: string | null;
  /** The expression as SQL text. */
  readonly expression: string | null;
  readonly direction: 'asc' | 'desc';
  readonly nulls: 'first' | 'last' | null;
  readonly collation: string | null;
  readonly operatorClass: string | null;
  readonly length: number | null;
}

export interface ReflectedIndex {
  readonly name: string;
  /** The columns among its parts. */
  readonly columns: readonly string[];
  /** All it is over, where that is more than its columns in ascending order. */
  readonly parts?: readonly ReflectedIndexPart[];
  /** The method, where it is not the usual one. */
  readonly using?: string;
  readonly include?: readonly string[];
  readonly nullsNotDistinct?: boolean;
  readonly unique: boolean;
  /** The condition of a partial index as SQL text. */
  readonly where: string | null;
  /** Settings of how it is stored, where there are some. */
  readonly storage?: StorageOptions;
}

export interface ReflectedForeignKey {
  readonly name: string | null;
  readonly columns: readonly string[];
  /** The table that it refers to, with its schema where that is another one. */
  readonly targetTable: string;
  /** The same in parts; left out where the name is all of it. */
  readonly target?: { readonly name: string; readonly schema: string | null };
  readonly targetColumns: readonly string[];
  /** The action in lower case; null for none. */
  readonly onDelete: string | null;
  readonly onUpdate: string | null;
  /** The columns that SET NULL and SET DEFAULT change, where those are not all of the key. */
  readonly onDeleteColumns?: readonly string[];
  /** Rows that were there before it may break it. */
  readonly notValid?: boolean;
  /** Left out where the database checks every key at once. */
  readonly deferrable?: boolean;
  readonly initially?: 'deferred' | 'immediate';
  /** How a key of several columns counts NULLs, where that is not the usual way. */
  readonly match?: 'simple' | 'partial' | 'full';
}

/** A table as a database describes it, in words that all databases share. SQLAlchemy: what `Inspector` gives. */
export interface ReflectedTable {
  readonly name: string;
  readonly schema: string | null;
  readonly columns: readonly ReflectedColumn[];
  readonly primaryKey: { readonly name: string | null; readonly columns: readonly string[] } | null;
  readonly uniques: readonly { readonly name: string | null; readonly columns: readonly string[] }[];
  readonly indexes: readonly ReflectedIndex[];
  readonly foreignKeys: readonly ReflectedForeignKey[];
  readonly checks: readonly ReflectedCheck[];
}

export interface ReflectedCheck {
  readonly name: string | null;
  readonly sql: string;
  /** The column that it was declared with, and goes with; null for a check of the table. */
  readonly column: string | null;
}

export interface ReflectedColumn {
  readonly name: string;
  /** The type in the database's own words, such as VARCHAR(80). */
  readonly type: string;
  readonly nullable: boolean;
  /** The default as SQL text, or null. */
  readonly default: string | null;
  readonly primaryKey: boolean;
  /** Why the database cannot drop the column as the table stands; null where it can. */
  readonly cannotDrop: string | null;
}

export interface ReflectedIndex {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique: boolean;
  /** The condition of a partial index as SQL text. */
  readonly where: string | null;
}

export interface ReflectedForeignKey {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly targetTable: string;
  readonly targetColumns: readonly string[];
  /** The action in lower case; null for none. */
  readonly onDelete: string | null;
  readonly onUpdate: string | null;
}

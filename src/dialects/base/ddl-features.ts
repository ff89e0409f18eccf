import { sqlError } from '../../sql/errors.ts';
import type { Node } from '../../sql/node.ts';
import type { DdlCompiler } from './dialect.ts';

/**
 * What a database's DDL has. Each is a bit that a dialect turns off (or on) in `DdlRules.features`; what is asked for and not
 * there is a CompileError, unless leaving it out changes nothing but speed or storage.
 */
export interface DdlFeatures {
  /** DEFERRABLE and INITIALLY of a foreign key. */
  readonly deferrableForeignKeys: boolean;
  /** DEFERRABLE and INITIALLY of a unique constraint and a primary key. */
  readonly deferrableUniques: boolean;
  /** MATCH FULL of a foreign key; MATCH SIMPLE is what every database does anyway. */
  readonly matchFull: boolean;
  /** NULLS NOT DISTINCT; `always`: nothing need be said, since a unique key takes one NULL only. */
  readonly nullsNotDistinct: boolean | 'always';
  /** INCLUDE of an index; left out of a plain index, which only reads slower without it. */
  readonly include: boolean;
  /** INCLUDE of a unique constraint or a primary key; left out elsewhere. */
  readonly keyInclude: boolean;
  readonly exclude: boolean;
  readonly partialIndexes: boolean;
  readonly expressionIndexes: boolean;
  /** NULLS FIRST and NULLS LAST in an index. */
  readonly indexNulls: boolean;
  readonly operatorClasses: boolean;
  /** Indexes over the first characters of a column; elsewhere the whole column serves, unless the index is unique. */
  readonly prefixLength: boolean;
  /** WITH (…) of an index: left out elsewhere. */
  readonly indexStorage: boolean;
  /** CREATE INDEX CONCURRENTLY: left out elsewhere. */
  readonly concurrently: boolean;
  /** The methods after USING. `btree` is every database's usual one, and is left out where it is not among them. */
  readonly indexMethods: readonly string[];
  /** CREATE INDEX IF NOT EXISTS. */
  readonly indexIfNotExists: boolean;
  /** GENERATED … AS IDENTITY. Without it the dialect's `identityWords` decides. */
  readonly identity: boolean;
  /** What a computed column is where `stored` was not said, and whether each is there. */
  readonly computed: { readonly usual: 'stored' | 'virtual'; readonly stored: boolean; readonly virtual: boolean };
  readonly sequences: boolean;
  /** CREATE TYPE … AS ENUM. */
  readonly enumTypes: boolean;
  /** CREATE SCHEMA. */
  readonly schemas: boolean;
  readonly materializedViews: boolean;
  readonly replaceView: boolean;
  readonly viewIfNotExists: boolean;
  /** WITH CHECK OPTION. */
  readonly viewCheckOption: boolean;
  /** CASCADE of DROP. */
  readonly cascade: boolean;
  /** COMMENT ON as statements of their own; without it `columnComment` and `tableSuffix` may write them in place. */
  readonly commentStatements: boolean;
}

/** What the parts of DDL are written with. */
export interface DdlSpelling {
  readonly title: string;
  readonly features: DdlFeatures;
  quote(name: string): string;
  readonly inline: DdlCompiler['inline'];
  /** Writes a condition, where values are written in another way. */
  condition(node: Node): string;
}

/** PostgreSQL's, which is nearest to the standard. */
export const STANDARD_FEATURES: DdlFeatures = {
  deferrableForeignKeys: true,
  deferrableUniques: true,
  matchFull: true,
  nullsNotDistinct: true,
  include: true,
  keyInclude: true,
  exclude: true,
  partialIndexes: true,
  expressionIndexes: true,
  indexNulls: true,
  operatorClasses: true,
  prefixLength: false,
  indexStorage: true,
  concurrently: true,
  indexMethods: ['btree', 'hash', 'gin', 'gist', 'spgist', 'brin'],
  indexIfNotExists: true,
  identity: true,
  computed: { usual: 'stored', stored: true, virtual: false },
  sequences: true,
  enumTypes: true,
  schemas: true,
  materializedViews: true,
  replaceView: true,
  viewIfNotExists: false,
  viewCheckOption: true,
  cascade: true,
  commentStatements: true,
};

/** Throws a CompileError that names the feature and the database where it is not there. */
export function need(there: boolean, feature: string, database: string): void {
  if (!there) throw sqlError('sql.unsupported', feature, database);
}

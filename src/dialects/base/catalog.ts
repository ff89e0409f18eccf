import type { SeriesOptions } from '../../sql/column.ts';
import type { SqlType } from '../../sql/type.ts';
import type { DriverRow, MaybePromise } from './driver.ts';
import type { ReflectedDomain, ReflectedTable, ReflectedView, RelationKind } from './reflection.ts';

/** What a catalog is read with: a driver's connection, or one that stands before it. */
export interface CatalogReader {
  query(sql: string, parameters: readonly unknown[]): MaybePromise<DriverRow[]>;
}

/** What has rows in a database, by its name. */
export interface Relation {
  readonly name: string;
  readonly schema: string | null;
  readonly kind: RelationKind;
  /** There for one connection. */
  readonly temporary: boolean;
}

/** What is read of a schema. */
export interface CatalogRequest {
  /** Null for the schema that new tables go to. */
  readonly schema: string | null;
  /** Only those with these names; null for all of the kinds. */
  readonly names: readonly string[] | null;
  readonly kinds: readonly RelationKind[];
}

/** A sequence as a database describes it. SQLAlchemy has its name only. */
export interface ReflectedSequence extends SeriesOptions {
  readonly name: string;
  readonly schema: string | null;
  /** The type of its numbers; left out where the database does not say. */
  readonly type?: string;
  /** The column that it was made for, and goes with. */
  readonly ownedBy: { readonly table: string; readonly column: string } | null;
}

/** An enum that is a type of its own. SQLAlchemy: what `PGInspector.get_enums()` gives. */
export interface ReflectedEnum {
  readonly name: string;
  readonly schema: string | null;
  readonly values: readonly string[];
}

/**
 * Reads what a database says of itself, each in a number of statements that does not grow with what is read. What a database
 * does not have is an empty list.
 */
export interface Catalog {
  /** Names of tables are the same in any case. */
  readonly ignoresCase?: boolean;
  /** Of a whole number that is the key, the very words of its type decide whether the database numbers it. */
  readonly numbersByType?: boolean;
  /** How the values of a type travel that Athanor has no name for; null where nothing is known of it. */
  typeLike?(words: string): SqlType | null;
  /** The schema that new tables go to; null where there is none. */
  defaultSchema(reader: CatalogReader): Promise<string | null>;
  schemas(reader: CatalogReader): Promise<string[]>;
  /** All that has rows in a schema. */
  relations(reader: CatalogReader, schema: string | null): Promise<Relation[]>;
  /** Tables and views with all there is to know of them. */
  tables(reader: CatalogReader, request: CatalogRequest): Promise<ReflectedTable[]>;
  views(reader: CatalogReader, request: Omit<CatalogRequest, 'kinds'>): Promise<ReflectedView[]>;
  sequences(reader: CatalogReader, schema: string | null): Promise<ReflectedSequence[]>;
  enums(reader: CatalogReader, schema: string | null): Promise<ReflectedEnum[]>;
  domains(reader: CatalogReader, schema: string | null): Promise<ReflectedDomain[]>;
}

/** The tables of several schemas, one after another, without views. */
export async function tablesOfSchemas(
  catalog: Catalog,
  reader: CatalogReader,
  schemas: readonly (string | null)[] = [null],
): Promise<ReflectedTable[]> {
  const tables: ReflectedTable[] = [];
  for (const schema of schemas) tables.push(...(await catalog.tables(reader, { schema, names: null, kinds: ['table', 'partition'] })));
  return tables;
}

/** For the parts that a database does not have. */
export const nothing = async (): Promise<never[]> => [];

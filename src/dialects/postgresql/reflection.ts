import { type CatalogReader, tablesOfSchemas } from '../base/catalog.ts';
import type { ReflectedColumn, ReflectedTable } from '../base/reflection.ts';
import { postgresqlCatalog } from './catalog.ts';

/**
 * Reads the tables of the schema that new tables go to, or of the schemas given (null stands for that one), without views, as
 * migrations compare them. SQLAlchemy: `Inspector`.
 */
export async function reflectPostgresql(reader: CatalogReader, schemas?: readonly (string | null)[]): Promise<ReflectedTable[]> {
  const tables = await tablesOfSchemas(postgresqlCatalog, reader, schemas);
  return tables.map((table) => ({ ...table, columns: table.columns.map(numbered) }));
}

/** A column that the database numbers says so: what the numbers come from is no default. */
function numbered(column: ReflectedColumn): ReflectedColumn {
  if (column.autoIncrement !== true) return column;
  if (!column.primaryKey) return { ...column, default: null };
  const { identity, ...rest } = column;
  const plain = identity == null || Object.keys(identity).length === 0;
  return plain ? { ...rest, default: null } : { ...column, default: null };
}

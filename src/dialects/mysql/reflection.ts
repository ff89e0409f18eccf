import { type CatalogReader, tablesOfSchemas } from '../base/catalog.ts';
import type { ReflectedIndex, ReflectedTable } from '../base/reflection.ts';
import { mysqlCatalog } from './catalog.ts';
import type { MysqlServer } from './server.ts';
import { canonicalType } from './type-words.ts';

/**
 * Reads the tables of the connection's database, or of the databases given (null stands for that one), without views, as
 * migrations compare them. SQLAlchemy: `Inspector`.
 */
export async function reflectMysql(
  reader: CatalogReader,
  server: MysqlServer,
  schemas?: readonly (string | null)[],
): Promise<ReflectedTable[]> {
  const tables = await tablesOfSchemas(mysqlCatalog(server), reader, schemas);
  return tables.map(({ options: _server, ...table }) => ({
    ...table,
    columns: table.columns.map((column) => ({ ...column, type: canonicalType(column.type) })),
    // A unique key and a unique index are one thing here, and stand among the indexes.
    uniques: [],
    indexes: table.indexes.map(withoutUsualLength),
  }));
}

/** Characters of a long column that an index takes where nobody says how many. */
const USUAL_LENGTH = 255;

function withoutUsualLength(index: ReflectedIndex): ReflectedIndex {
  const { parts, ...rest } = index;
  if (parts === undefined) return index;
  const others = parts.map((part) => (part.length === USUAL_LENGTH ? { ...part, length: null } : part));
  const plain = others.every(({ column, direction, length }) => column !== null && direction === 'asc' && length === null);
  return plain ? rest : { ...rest, parts: others };
}

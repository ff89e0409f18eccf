import { BINARY, DOUBLE, INTEGER, type SqlType, TEXT } from '../../sql/type.ts';
import { type Catalog, type CatalogReader, nothing, type Relation } from '../base/catalog.ts';
import type { RelationKind } from '../base/reflection.ts';
import { reflectSqlite, reflectSqliteViews } from './reflection.ts';

const KINDS: Readonly<Record<string, RelationKind>> = { table: 'table', view: 'view', virtual: 'virtualTable' };

/** Whether the connection has a database file under this name. */
async function isAttached(reader: CatalogReader, schema: string | null): Promise<boolean> {
  if (schema === null) return true;
  return (await reader.query('SELECT 1 FROM pragma_database_list WHERE name = ?', [schema])).length > 0;
}

/** SQLite's own rule for words that it does not know: what is in them says how values are kept. */
function typeLike(words: string): SqlType | null {
  if (/int/i.test(words)) return INTEGER;
  if (/char|clob|text/i.test(words)) return TEXT;
  if (/blob/i.test(words)) return BINARY;
  return /real|floa|doub/i.test(words) ? DOUBLE : null;
}

/** What SQLite says of itself. Its schemas are the database files of the connection: main, temp, and those that were attached. */
export const sqliteCatalog: Catalog = {
  ignoresCase: true,
  numbersByType: true,
  typeLike,
  defaultSchema: async () => 'main',
  schemas: async (reader) => (await reader.query('SELECT name FROM pragma_database_list ORDER BY seq', [])).map(([name]) => String(name)),
  relations: async (reader, schema) => {
    // A connection's own tables are reached without a schema too.
    const wanted = schema === null ? ['main', 'temp'] : [schema];
    const rows = await reader.query(
      `SELECT name, type, schema FROM pragma_table_list
       WHERE schema IN (SELECT value FROM json_each(?)) AND type IN ('table', 'view', 'virtual') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`,
      [JSON.stringify(wanted)],
    );
    return rows.map(
      ([name, type, own]): Relation => ({ name: String(name), schema, kind: KINDS[String(type)], temporary: own === 'temp' }),
    );
  },
  tables: async (reader, { schema, names, kinds }) => {
    const types = [
      ...(kinds.some((kind) => kind === 'table' || kind === 'virtualTable') ? (['table'] as const) : []),
      ...(kinds.includes('view') ? (['view'] as const) : []),
    ];
    if (types.length === 0 || !(await isAttached(reader, schema))) return [];
    const tables = await reflectSqlite(reader, { schema, names, types, virtual: kinds.includes('virtualTable') });
    return tables.filter((table) => kinds.includes(table.kind ?? 'table'));
  },
  views: async (reader, request) => ((await isAttached(reader, request.schema)) ? reflectSqliteViews(reader, request) : []),
  sequences: nothing,
  enums: nothing,
  domains: nothing,
};

import { type Catalog, nothing, type Relation } from '../base/catalog.ts';
import type { RelationKind } from '../base/reflection.ts';
import { reflectSqlite, reflectSqliteViews } from './reflection.ts';

const KINDS: Readonly<Record<string, RelationKind>> = { table: 'table', view: 'view', virtual: 'virtualTable' };

/** What SQLite says of itself. Its schemas are the database files of the connection: main, temp, and those that were attached. */
export const sqliteCatalog: Catalog = {
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
    if (types.length === 0) return [];
    const tables = await reflectSqlite(reader, { schema, names, types });
    return tables.filter((table) => kinds.includes(table.kind ?? 'table'));
  },
  views: reflectSqliteViews,
  sequences: nothing,
  enums: nothing,
  domains: nothing,
};

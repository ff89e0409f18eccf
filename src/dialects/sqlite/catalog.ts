import { BINARY, DOUBLE, INTEGER, type SqlType, TEXT } from '../../sql/type.ts';
import { type Catalog, type CatalogReader, nothing, type Relation } from '../base/catalog.ts';
import type { ReflectedTable, RelationKind } from '../base/reflection.ts';
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

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The connection's own tables, which a name without a schema means before all others. */
async function temporaryTables(
  reader: CatalogReader,
  schema: string | null,
  names: readonly string[] | null,
  types: readonly ('table' | 'view')[],
): Promise<ReflectedTable[]> {
  if (schema !== null || names === null) return [];
  const tables = await reflectSqlite(reader, { schema: 'temp', names, types });
  return tables.map((table) => ({
    ...table,
    schema: null,
    temporary: true,
    foreignKeys: table.foreignKeys.map(({ target, ...key }) => ({
      ...key,
      targetTable: target?.name ?? key.targetTable,
      target: { name: target?.name ?? key.targetTable, schema: null },
    })),
  }));
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
    const own = await temporaryTables(reader, schema, names, types);
    const left = own.length === 0 ? names : (names ?? []).filter((name) => !own.some((table) => sameName(table.name, name)));
    const tables = await reflectSqlite(reader, { schema, names: left, types, virtual: kinds.includes('virtualTable') });
    return [...own, ...tables].filter((table) => kinds.includes(table.kind ?? 'table'));
  },
  views: async (reader, request) => {
    if (!(await isAttached(reader, request.schema))) return [];
    const named = request.schema === null && request.names !== null;
    const own = named ? await reflectSqliteViews(reader, { ...request, schema: 'temp' }) : [];
    const others = await reflectSqliteViews(reader, request);
    return [
      ...own.map((view) => ({ ...view, schema: null })),
      ...others.filter(({ name }) => !own.some((view) => sameName(view.name, name))),
    ];
  },
  sequences: nothing,
  enums: nothing,
  domains: nothing,
};

import type { IdentityOptions } from '../../sql/column.ts';
import { type Catalog, type CatalogReader, type CatalogRequest, nothing } from '../base/catalog.ts';
import type { DriverRow } from '../base/driver.ts';
import type {
  ReflectedColumn,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedIndexPart,
  ReflectedTable,
  RelationKind,
} from '../base/reflection.ts';
import { sizedType } from './type-names.ts';

const KINDS: Readonly<Record<string, RelationKind>> = { U: 'table', V: 'view' };

/** What SQL Server's tools keep for themselves, such as their diagrams, is marked by this. */
const TOOLS = `SELECT 1 FROM sys.extended_properties AS x
  WHERE x.class = 1 AND x.major_id = t.object_id AND x.minor_id = 0 AND x.name = N'microsoft_database_tools_support'`;
/** The objects of a schema: @p1 is its name, or NULL for the one that new tables go to. */
const IN_SCHEMA = `t.is_ms_shipped = 0 AND SCHEMA_NAME(t.schema_id) = COALESCE(@p1, SCHEMA_NAME()) AND NOT EXISTS (${TOOLS})`;
/** @p2: kinds as JSON, @p3: names as JSON, or NULL for all. */
const CHOSEN = `${IN_SCHEMA} AND RTRIM(t.type) IN (SELECT k.value FROM OPENJSON(@p2) AS k)
  AND (@p3 IS NULL OR t.name IN (SELECT n.value COLLATE DATABASE_DEFAULT FROM OPENJSON(@p3) AS n))`;

const note = (minor: string): string => `
  (SELECT CAST(p.value AS NVARCHAR(MAX)) FROM sys.extended_properties AS p
    WHERE p.class = 1 AND p.major_id = t.object_id AND p.minor_id = ${minor} AND p.name = N'MS_Description')`;

const DEFAULT_SCHEMA = 'SELECT SCHEMA_NAME()';
const SCHEMAS = `
  SELECT s.name FROM sys.schemas AS s
  WHERE s.name NOT IN (N'sys', N'guest') AND s.name NOT LIKE N'db[_]%' ORDER BY s.name`;
const RELATIONS = `SELECT t.name, RTRIM(t.type) FROM sys.objects AS t WHERE t.type IN ('U', 'V') AND ${IN_SCHEMA} ORDER BY t.name`;
const TABLES = `SELECT t.object_id, t.name, RTRIM(t.type), ${note('0')} FROM sys.objects AS t WHERE ${CHOSEN} ORDER BY t.object_id`;
/** The number of all types that are written in a .NET language, such as geography. */
const CLR = 240;
const COLUMNS = `
  SELECT c.object_id, c.name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)), c.max_length, c.precision, c.scale, c.is_nullable, d.definition,
    g.definition, g.is_persisted, CAST(i.seed_value AS NVARCHAR(40)), CAST(i.increment_value AS NVARCHAR(40)),
    NULLIF(c.collation_name, CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS NVARCHAR(128))), ${note('c.column_id')},
    CASE WHEN c.user_type_id <> c.system_type_id AND c.system_type_id <> ${CLR} THEN TYPE_NAME(c.user_type_id) END
  FROM sys.columns AS c JOIN sys.objects AS t ON t.object_id = c.object_id
  LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
  LEFT JOIN sys.computed_columns AS g ON g.object_id = c.object_id AND g.column_id = c.column_id
  LEFT JOIN sys.identity_columns AS i ON i.object_id = c.object_id AND i.column_id = c.column_id
  WHERE ${CHOSEN} ORDER BY c.object_id, c.column_id`;
const INDEXES = `
  SELECT i.object_id, i.name, i.is_primary_key, i.is_unique_constraint, i.is_unique, i.filter_definition, c.name, ic.is_descending_key,
    ic.is_included_column, i.type_desc
  FROM sys.indexes AS i JOIN sys.objects AS t ON t.object_id = i.object_id
  JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
  JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
  WHERE i.type > 0 AND i.is_hypothetical = 0 AND ${CHOSEN}
  ORDER BY i.object_id, i.index_id, ic.is_included_column, ic.key_ordinal, ic.index_column_id`;
const FOREIGN_KEYS = `
  SELECT k.parent_object_id, k.name, c.name, r.name, CASE WHEN SCHEMA_NAME(r.schema_id) = @p1 OR r.schema_id <> SCHEMA_ID() THEN SCHEMA_NAME(r.schema_id) END,
    rc.name, k.delete_referential_action_desc, k.update_referential_action_desc
  FROM sys.foreign_keys AS k JOIN sys.objects AS t ON t.object_id = k.parent_object_id
  JOIN sys.foreign_key_columns AS kc ON kc.constraint_object_id = k.object_id
  JOIN sys.columns AS c ON c.object_id = kc.parent_object_id AND c.column_id = kc.parent_column_id
  JOIN sys.tables AS r ON r.object_id = k.referenced_object_id
  JOIN sys.columns AS rc ON rc.object_id = kc.referenced_object_id AND rc.column_id = kc.referenced_column_id
  WHERE ${CHOSEN} ORDER BY k.parent_object_id, k.object_id, kc.constraint_column_id`;
const CHECKS = `
  SELECT k.parent_object_id, k.name, k.definition, c.name, k.is_not_trusted FROM sys.check_constraints AS k
  JOIN sys.objects AS t ON t.object_id = k.parent_object_id
  LEFT JOIN sys.columns AS c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id
  WHERE ${CHOSEN} ORDER BY k.parent_object_id, k.object_id`;
/** @p2: names as JSON, or NULL for all. */
const VIEWS = `
  SELECT t.name, m.definition, ${note('0')}, v.with_check_option, c.name FROM sys.objects AS t JOIN sys.views AS v ON v.object_id = t.object_id
  JOIN sys.sql_modules AS m ON m.object_id = t.object_id JOIN sys.columns AS c ON c.object_id = t.object_id
  WHERE ${IN_SCHEMA} AND (@p2 IS NULL OR t.name IN (SELECT n.value COLLATE DATABASE_DEFAULT FROM OPENJSON(@p2) AS n))
  ORDER BY t.object_id, c.column_id`;
const SEQUENCES = `
  SELECT t.name, CAST(t.start_value AS NVARCHAR(40)), CAST(t.increment AS NVARCHAR(40)), CAST(t.minimum_value AS NVARCHAR(40)),
    CAST(t.maximum_value AS NVARCHAR(40)), t.is_cycling, t.cache_size, TYPE_NAME(t.system_type_id)
  FROM sys.sequences AS t WHERE ${IN_SCHEMA} ORDER BY t.name`;

/** The statements by which everything is read. */
export const CATALOG_QUERIES: readonly string[] = [
  DEFAULT_SCHEMA,
  SCHEMAS,
  RELATIONS,
  TABLES,
  COLUMNS,
  INDEXES,
  FOREIGN_KEYS,
  CHECKS,
  VIEWS,
  SEQUENCES,
];

/** What SQL Server says of itself, from its own catalog views. */
export const mssqlCatalog: Catalog = {
  ignoresCase: true,
  defaultSchema: async (reader) => text((await reader.query(DEFAULT_SCHEMA, []))[0][0]),
  schemas: async (reader) => (await reader.query(SCHEMAS, [])).map(([name]) => String(name)),
  relations: async (reader, schema) =>
    (await reader.query(RELATIONS, [schema])).map(([name, type]) => ({
      name: String(name),
      schema,
      kind: KINDS[String(type)],
      temporary: false,
    })),
  tables: readTables,
  views: async (reader, { schema, names }) => {
    const rows = await reader.query(VIEWS, [schema, names === null ? null : JSON.stringify(names)]);
    return [...Map.groupBy(rows, ([name]) => String(name))].map(([name, own]) => {
      const [, sql, comment, checked] = own[0];
      return {
        name,
        schema,
        definition: definitionOf(String(sql)),
        columns: own.map((row) => String(row[4])),
        materialized: false,
        comment: text(comment),
        ...(truth(checked) ? { checkOption: 'cascaded' as const } : {}),
      };
    });
  },
  sequences: async (reader, schema) =>
    (await reader.query(SEQUENCES, [schema])).map(([name, start, increment, min, max, cycle, cache, type]) => ({
      name: String(name),
      schema,
      type: String(type).toUpperCase(),
      start: number(start),
      increment: number(increment),
      min: number(min),
      max: number(max),
      cycle: truth(cycle),
      ...(cache === null ? {} : { cache: Number(cache) }),
      ownedBy: null,
    })),
  enums: nothing,
  domains: nothing,
};

async function readTables(reader: CatalogReader, { schema, names, kinds }: CatalogRequest): Promise<ReflectedTable[]> {
  const types = Object.keys(KINDS).filter((type) => kinds.includes(KINDS[type]));
  if (types.length === 0) return [];
  const parameters = [schema, JSON.stringify(types), names === null ? null : JSON.stringify(names)];
  const tables = await reader.query(TABLES, parameters);
  if (tables.length === 0) return [];
  const byTable = async (sql: string): Promise<Map<number, DriverRow[]>> =>
    Map.groupBy(await reader.query(sql, parameters), ([id]) => Number(id));
  const columns = await byTable(COLUMNS);
  const indexes = await byTable(INDEXES);
  const keys = await byTable(FOREIGN_KEYS);
  const checks = await byTable(CHECKS);
  return tables.map(([given, name, type, comment]) => {
    const id = Number(given);
    const all = [...Map.groupBy(indexes.get(id) ?? [], (row) => String(row[1])).values()];
    const of = (primary: boolean, unique: boolean): ReflectedIndex[] =>
      all.filter(([row]) => truth(row[2]) === primary && truth(row[3]) === unique).map(readIndex);
    const [primary] = of(true, false);
    return {
      name: String(name),
      schema,
      kind: KINDS[String(type)],
      columns: (columns.get(id) ?? []).map((row) => readColumn(row, primary?.columns ?? [])),
      primaryKey: primary === undefined ? null : { name: primary.name, columns: primary.columns },
      // A unique constraint takes one NULL only.
      uniques: of(false, true).map((index) => ({ name: index.name, columns: index.columns })),
      indexes: of(false, false),
      foreignKeys: readForeignKeys(keys.get(id) ?? []),
      checks: (checks.get(id) ?? []).map(([, check, sql, column, untrusted]) => ({
        name: String(check),
        sql: bare(String(sql)),
        column: text(column),
        ...(truth(untrusted) ? { notValid: true } : {}),
      })),
      comment: text(comment),
      options: {},
    };
  });
}

function readColumn(row: DriverRow, keyed: readonly string[]): ReflectedColumn {
  const [, given, , , , , nullable, fallback, expression, persisted, seed, increment, collation, comment, alias] = row;
  const name = String(given);
  const primaryKey = keyed.includes(name);
  const identity: IdentityOptions | null =
    seed === null || seed === undefined
      ? null
      : {
          ...(number(seed) === 1 ? {} : { start: number(seed) }),
          ...(number(increment) === 1 ? {} : { increment: number(increment) }),
        };
  return {
    name,
    type: typeOf(row),
    nullable: truth(nullable),
    default: fallback === null ? null : bare(String(fallback)),
    primaryKey,
    computed: expression === null ? null : { sql: bare(String(expression)), stored: truth(persisted) },
    identity,
    collation: text(collation),
    comment: text(comment),
    autoIncrement: identity !== null,
    // An alias type stands on one of the server's own.
    ...(alias === null || alias === undefined ? {} : { baseType: typeOf(row), type: String(alias) }),
    cannotDrop: primaryKey ? 'it belongs to the primary key' : null,
  };
}

function readIndex(rows: readonly DriverRow[]): ReflectedIndex {
  const [, name, , , unique, where, , , , method] = rows[0];
  const parts = rows
    .filter((row) => !truth(row[8]))
    .map(
      (row): ReflectedIndexPart => ({
        column: String(row[6]),
        expression: null,
        direction: truth(row[7]) ? 'desc' : 'asc',
        nulls: null,
        collation: null,
        operatorClass: null,
        length: null,
      }),
    );
  const include = rows.filter((row) => truth(row[8])).map((row) => String(row[6]));
  return {
    name: String(name),
    columns: parts.map(({ column }) => column as string),
    unique: truth(unique),
    where: where === null ? null : bare(String(where)),
    ...(parts.every(({ direction }) => direction === 'asc') ? {} : { parts }),
    ...(/^(?:NONCLUSTERED|CLUSTERED)$/.test(String(method)) ? {} : { using: String(method).toLowerCase() }),
    ...(include.length === 0 ? {} : { include }),
  };
}

function readForeignKeys(rows: readonly DriverRow[]): ReflectedForeignKey[] {
  return [...Map.groupBy(rows, (row) => String(row[1])).values()].map((parts) => {
    const [, name, , target, schema, , onDelete, onUpdate] = parts[0];
    return {
      name: String(name),
      columns: parts.map((part) => String(part[2])),
      target: { name: String(target), schema: schema as string | null },
      targetTable: schema === null ? String(target) : `${String(schema)}.${String(target)}`,
      targetColumns: parts.map((part) => String(part[5])),
      onDelete: action(onDelete),
      onUpdate: action(onUpdate),
    };
  });
}

function action(words: unknown): string | null {
  const lower = String(words).toLowerCase().replaceAll('_', ' ');
  return lower === 'no action' ? null : lower;
}

/** The type with its sizes, as it is written in CREATE TABLE. */
function typeOf([, , word, bytes, precision, scale]: DriverRow): string {
  return sizedType(String(word), Number(bytes), Number(precision), Number(scale));
}

const TOKEN = /'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|[\p{L}_@#][\p{L}\p{N}_@#$]*|[\s\S]/gu;

/** What stands after AS in CREATE VIEW name (columns) WITH … AS …. */
function definitionOf(sql: string): string {
  let depth = 0;
  for (const { 0: token, index } of sql.matchAll(TOKEN)) {
    if (token === '(') depth++;
    else if (token === ')') depth--;
    else if (depth === 0 && /^as$/i.test(token)) return sql.slice(index + token.length).trim();
  }
  return sql;
}

/** An expression without the brackets that SQL Server puts around the whole. */
function bare(sql: string): string {
  let words = sql.trim();
  while (words.startsWith('(') && closesAtEnd(words)) words = words.slice(1, -1).trim();
  return words;
}

/** Whether the bracket that opens the text is closed by its last character. */
function closesAtEnd(sql: string): boolean {
  let depth = 0;
  for (const { 0: token, index } of sql.matchAll(TOKEN)) {
    if (token === '(') depth++;
    else if (token === ')' && --depth === 0) return index === sql.length - 1;
  }
  return false;
}

const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));
const truth = (value: unknown): boolean => value === true || value === 1;

function number(digits: unknown): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(String(digits));
}

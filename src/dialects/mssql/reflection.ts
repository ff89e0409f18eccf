import type { DriverConnection, DriverRow } from '../base/driver.ts';
import type { ReflectedForeignKey, ReflectedIndex, ReflectedTable } from '../base/reflection.ts';

// Tables that SQL Server made for itself are left out.
const OWN = `t.is_ms_shipped = 0 AND NOT EXISTS (SELECT 1 FROM sys.extended_properties AS x WHERE x.major_id = t.object_id AND x.minor_id = 0 AND x.class = 1 AND x.name = N'microsoft_database_tools_support')`;
const TABLES = `
  SELECT t.object_id, t.name, NULLIF(SCHEMA_NAME(t.schema_id), SCHEMA_NAME()) FROM sys.tables AS t WHERE ${OWN} ORDER BY t.object_id`;
const COLUMNS = `
  SELECT c.object_id, c.name, TYPE_NAME(c.system_type_id), c.max_length, c.precision, c.scale, c.is_nullable, d.definition
  FROM sys.columns AS c JOIN sys.tables AS t ON t.object_id = c.object_id
  LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
  WHERE ${OWN} ORDER BY c.object_id, c.column_id`;
const INDEXES = `
  SELECT i.object_id, i.name, i.is_primary_key, i.is_unique_constraint, i.is_unique, i.filter_definition, c.name
  FROM sys.indexes AS i JOIN sys.tables AS t ON t.object_id = i.object_id
  JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.is_included_column = 0
  JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
  WHERE i.type IN (1, 2) AND ${OWN} ORDER BY i.object_id, i.index_id, ic.key_ordinal`;
const FOREIGN_KEYS = `
  SELECT k.parent_object_id, k.name, c.name, r.name, NULLIF(SCHEMA_NAME(r.schema_id), SCHEMA_NAME()), rc.name,
    k.delete_referential_action_desc, k.update_referential_action_desc
  FROM sys.foreign_keys AS k JOIN sys.tables AS t ON t.object_id = k.parent_object_id
  JOIN sys.foreign_key_columns AS kc ON kc.constraint_object_id = k.object_id
  JOIN sys.columns AS c ON c.object_id = kc.parent_object_id AND c.column_id = kc.parent_column_id
  JOIN sys.tables AS r ON r.object_id = k.referenced_object_id
  JOIN sys.columns AS rc ON rc.object_id = kc.referenced_object_id AND rc.column_id = kc.referenced_column_id
  WHERE ${OWN} ORDER BY k.parent_object_id, k.object_id, kc.constraint_column_id`;
const CHECKS = `
  SELECT k.parent_object_id, k.name, k.definition, c.name FROM sys.check_constraints AS k JOIN sys.tables AS t ON t.object_id = k.parent_object_id
  LEFT JOIN sys.columns AS c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id
  WHERE ${OWN} ORDER BY k.parent_object_id, k.object_id`;

/** The statements by which a database is read back. */
export const REFLECTION_QUERIES: readonly string[] = [TABLES, COLUMNS, INDEXES, FOREIGN_KEYS, CHECKS];

/** Reads the tables of all schemas, without views and SQL Server's own. SQLAlchemy: `Inspector`. */
export async function reflectMssql(connection: DriverConnection): Promise<ReflectedTable[]> {
  const answers: DriverRow[][] = [];
  for (const sql of REFLECTION_QUERIES) answers.push(await connection.query(sql, []));
  const [tables, ...rest] = answers;
  const [columns, indexes, keys, checks] = rest.map((rows) => Map.groupBy(rows, (row) => Number(row[0])));
  return tables.map(([id, name, schema]) => {
    const own = readIndexes(indexes.get(Number(id)) ?? []);
    const primary = own.find((index) => index.origin === 'primary');
    const inKey = new Set(primary?.columns);
    return {
      name: String(name),
      schema: schema as string | null,
      columns: (columns.get(Number(id)) ?? []).map((row) => ({
        name: String(row[1]),
        type: typeWords(row),
        nullable: Boolean(row[6]),
        default: row[7] as string | null,
        primaryKey: inKey.has(String(row[1])),
        cannotDrop: inKey.has(String(row[1])) ? 'it belongs to the primary key' : null,
      })),
      primaryKey: primary === undefined ? null : { name: primary.name, columns: primary.columns },
      uniques: own.filter((index) => index.origin === 'unique').map((index) => ({ name: index.name, columns: index.columns })),
      indexes: own.filter((index) => index.origin === 'index').map(({ origin: _origin, ...index }) => index),
      foreignKeys: readForeignKeys(keys.get(Number(id)) ?? []),
      checks: (checks.get(Number(id)) ?? []).map(([, check, sql, column]) => ({
        name: String(check),
        sql: String(sql),
        column: column as string | null,
      })),
    };
  });
}

type OwnIndex = ReflectedIndex & { readonly origin: 'primary' | 'unique' | 'index' };

function readIndexes(rows: readonly DriverRow[]): OwnIndex[] {
  return [...Map.groupBy(rows, (row) => String(row[1])).values()].map((parts) => {
    const [, name, primary, constraint, unique, where] = parts[0];
    return {
      name: String(name),
      columns: parts.map((part) => String(part[6])),
      unique: Boolean(unique),
      where: where as string | null,
      origin: primary ? 'primary' : constraint ? 'unique' : 'index',
    };
  });
}

export function readForeignKeys(rows: readonly DriverRow[]): ReflectedForeignKey[] {
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
export function typeWords([, , type, length, precision, scale]: DriverRow): string {
  const word = String(type).toUpperCase();
  const bytes = Number(length);
  switch (word) {
    case 'NVARCHAR':
    case 'NCHAR':
      return `${word}(${bytes === -1 ? 'MAX' : bytes / 2})`;
    case 'VARCHAR':
    case 'CHAR':
    case 'VARBINARY':
    case 'BINARY':
      return `${word}(${bytes === -1 ? 'MAX' : bytes})`;
    case 'DECIMAL':
    case 'NUMERIC':
      return `${word}(${Number(precision)}, ${Number(scale)})`;
    case 'FLOAT':
      return `FLOAT(${Number(precision)})`;
    case 'TIME':
    case 'DATETIME2':
    case 'DATETIMEOFFSET':
      return `${word}(${Number(scale)})`;
    default:
      return word;
  }
}

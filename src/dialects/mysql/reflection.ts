import type { CatalogReader } from '../base/catalog.ts';
import type { DriverRow } from '../base/driver.ts';
import type { ReflectedCheck, ReflectedColumn, ReflectedForeignKey, ReflectedIndex, ReflectedTable } from '../base/reflection.ts';
import { stringLiteral } from './literal.ts';
import type { MysqlServer } from './server.ts';
import { canonicalType } from './type-words.ts';

const TABLES = `
  SELECT table_name FROM information_schema.tables
  WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY create_time, table_name`;
const COLUMNS = `
  SELECT c.table_name, c.column_name, c.column_type, c.is_nullable, c.column_default, c.extra, c.column_key
  FROM information_schema.columns c
  JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'
  WHERE c.table_schema = DATABASE() ORDER BY c.table_name, c.ordinal_position`;
const INDEXES = `
  SELECT table_name, index_name, non_unique, column_name FROM information_schema.statistics
  WHERE table_schema = DATABASE() ORDER BY table_name, index_name, seq_in_index`;
const FOREIGN_KEYS = `
  SELECT k.table_name, k.constraint_name, k.column_name, k.referenced_table_schema = DATABASE(), k.referenced_table_schema,
    k.referenced_table_name, k.referenced_column_name, r.delete_rule, r.update_rule
  FROM information_schema.key_column_usage k
  JOIN information_schema.referential_constraints r
    ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name AND r.table_name = k.table_name
  WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL
  ORDER BY k.table_name, k.constraint_name, k.ordinal_position`;
/** MariaDB says whether a check was declared with its column. */
const MARIADB_CHECKS = `
  SELECT table_name, constraint_name, check_clause, level FROM information_schema.check_constraints
  WHERE constraint_schema = DATABASE() ORDER BY table_name, constraint_name`;
const MYSQL_CHECKS = `
  SELECT t.table_name, c.constraint_name, c.check_clause, 'Table' FROM information_schema.check_constraints c
  JOIN information_schema.table_constraints t
    ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK'
  WHERE c.constraint_schema = DATABASE() ORDER BY t.table_name, c.constraint_name`;

/** Reads the tables of the connection's database, without views. SQLAlchemy: `Inspector`. */
export async function reflectMysql(connection: CatalogReader, server: MysqlServer): Promise<ReflectedTable[]> {
  const rows = async (sql: string): Promise<DriverRow[]> => connection.query(sql, []);
  const tables = await rows(TABLES);
  const columnRows = byTable(await rows(COLUMNS));
  const indexRows = byTable(await rows(INDEXES));
  const keyRows = byTable(await rows(FOREIGN_KEYS));
  const checkRows = byTable(await rows(server.mariadb ? MARIADB_CHECKS : MYSQL_CHECKS));

  return tables.map(([given]) => {
    const name = String(given);
    const indexes = readIndexes(indexRows.get(name) ?? []);
    const foreignKeys = readForeignKeys(keyRows.get(name) ?? []);
    const checks = (checkRows.get(name) ?? []).map((row) => readCheck(row, server));
    const json = new Set(checks.flatMap(({ sql }) => /^json_valid\(`(.+)`\)$/i.exec(sql)?.[1] ?? []));
    const primary = indexes.find((index) => index.name === 'PRIMARY');
    return {
      name,
      schema: null,
      columns: (columnRows.get(name) ?? []).map((row) => readColumn(row, server, json)),
      // Its name is PRIMARY, whatever it was given.
      primaryKey: primary === undefined ? null : { name: null, columns: primary.columns },
      // A unique key and a unique index are one thing here, and stand among the indexes.
      uniques: [],
      indexes: indexes.filter(
        (index) => index !== primary && !belongsToKey(index, foreignKeys) && index.columns.every((column) => column !== ''),
      ),
      foreignKeys,
      // MariaDB's JSON is text with a check of its own.
      checks: checks.filter(({ sql, column }) => !(column !== null && json.has(column) && /^json_valid\(/i.test(sql))),
    };
  });
}

function byTable(rows: readonly DriverRow[]): Map<string, DriverRow[]> {
  return Map.groupBy(rows, (row) => String(row[0]));
}

function readColumn(row: DriverRow, server: MysqlServer, json: ReadonlySet<string>): ReflectedColumn {
  const [, name, type, nullable, fallback, extra, key] = row.map((value) => (value === null ? null : String(value)));
  const primaryKey = key === 'PRI';
  return {
    name: name as string,
    type: json.has(name as string) ? 'JSON' : canonicalType(type as string),
    nullable: nullable === 'YES',
    default: defaultOf(fallback, extra ?? '', type as string, server),
    primaryKey,
    cannotDrop: primaryKey ? 'it belongs to the primary key' : null,
  };
}

const NUMERIC = /^(?:tinyint|smallint|mediumint|int|bigint|decimal|float|double|year|bit)\b/i;

/** The default as SQL text. MariaDB gives it so; MySQL gives the bare text of a constant, and says of an expression that it is one. */
function defaultOf(given: string | null, extra: string, type: string, server: MysqlServer): string | null {
  const update = /on update (\S+)/i.exec(extra)?.[1];
  const suffix = update === undefined ? '' : ` ON UPDATE ${update.toUpperCase()}`;
  if (given === null || (server.mariadb && given === 'NULL')) return null;
  if (server.mariadb || /DEFAULT_GENERATED/i.test(extra) || /^current_timestamp/i.test(given)) return `${given}${suffix}`;
  if (/^b'[01]*'$/.test(given)) return given;
  return NUMERIC.test(type) ? given : stringLiteral(given);
}

function readIndexes(rows: readonly DriverRow[]): ReflectedIndex[] {
  return [...Map.groupBy(rows, (row) => String(row[1])).values()].map((parts) => ({
    name: String(parts[0][1]),
    // An expression has no column.
    columns: parts.map((part) => (part[3] === null ? '' : String(part[3]))),
    unique: Number(parts[0][2]) === 0,
    where: null,
  }));
}

function readForeignKeys(rows: readonly DriverRow[]): ReflectedForeignKey[] {
  return [...Map.groupBy(rows, (row) => String(row[1])).values()].map((parts) => {
    const [, name, , own, schema, table, , onDelete, onUpdate] = parts[0];
    return {
      name: String(name),
      columns: parts.map((part) => String(part[2])),
      targetTable: Number(own) === 1 ? String(table) : `${String(schema)}.${String(table)}`,
      targetColumns: parts.map((part) => String(part[6])),
      onDelete: action(onDelete),
      onUpdate: action(onUpdate),
    };
  });
}

/** InnoDB does at once what others do at the end: RESTRICT and NO ACTION are the same. */
function action(words: unknown): string | null {
  const lower = String(words).toLowerCase();
  return lower === 'no action' || lower === 'restrict' ? null : lower;
}

/** InnoDB makes an index for each foreign key that finds none, under the key's name. */
function belongsToKey(index: ReflectedIndex, keys: readonly ReflectedForeignKey[]): boolean {
  return keys.some((key) => key.name === index.name && !index.unique && key.columns.join('\0') === index.columns.join('\0'));
}

function readCheck(row: DriverRow, server: MysqlServer): ReflectedCheck {
  const [, name, clause, level] = row.map(String);
  // What is declared with a column has the column's name, and goes with it.
  // MySQL gives a clause that has text in it as if it stood in quotes: _utf8mb4\'x\'.
  const said = !server.mariadb && clause.includes("\\'") ? clause.replace(/\\([\s\S])/g, '$1') : clause;
  return { name, sql: said, column: level === 'Column' ? name : null };
}

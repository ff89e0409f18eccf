import type { CatalogReader } from '../base/catalog.ts';
import type { DriverRow } from '../base/driver.ts';
import type { ReflectedColumn, ReflectedForeignKey, ReflectedTable, ReflectedView } from '../base/reflection.ts';
import { readIndexText } from './index-text.ts';
import { readTableText, type TableText } from './table-text.ts';
import { isWord, tokens } from './tokens.ts';

/** Which tables are read: of one database file of the connection, null being the main one. */
export interface SqliteTables {
  readonly schema: string | null;
  /** Null for all tables but SQLite's own, virtual ones and those that these keep their data in. */
  readonly names: readonly string[] | null;
  /** Words of `sqlite_schema.type`. */
  readonly types: readonly ('table' | 'view')[];
  /** Virtual tables too, where no names are given. */
  readonly virtual?: boolean;
}

const MAIN: SqliteTables = { schema: null, names: null, types: ['table'] };

/** The catalog of a database file, by its name as text and as an identifier. */
function catalogOf(schema: string | null): { readonly text: string; readonly objects: string } {
  const name = schema ?? 'main';
  return { text: `'${name.replaceAll("'", "''")}'`, objects: `"${name.replaceAll('"', '""')}".sqlite_schema` };
}

function queriesOf({
  schema,
  names,
  types,
  virtual = false,
}: SqliteTables): Record<'tables' | 'columns' | 'keys' | 'indexes' | 'foreignKeys', string> {
  const { text, objects } = catalogOf(schema);
  const kinds = `s.type IN (${types.map((type) => `'${type}'`).join(', ')})`;
  const chosen = names === null ? '' : ' AND s.name COLLATE NOCASE IN (SELECT value FROM json_each(?))';
  const own =
    names === null ? ` AND l.type IN ('table', 'view'${virtual ? ", 'virtual'" : ''}) AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'` : '';
  return {
    tables: `
      SELECT s.name, s.sql, l.strict, l.wr, l.type FROM ${objects} s JOIN pragma_table_list l ON l.name = s.name AND l.schema = ${text}
      WHERE ${kinds}${own}${chosen} ORDER BY s.rowid`,
    columns: `
      SELECT s.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden FROM ${objects} s JOIN pragma_table_xinfo(s.name, ${text}) c
      WHERE ${kinds} AND c.hidden <> 1${chosen} ORDER BY s.rowid, c.cid`,
    keys: `
      SELECT s.name, c.name, c.type, c."notnull", c.dflt_value, c.pk FROM ${objects} s JOIN pragma_table_xinfo(s.name, ${text}) c
      WHERE s.type = 'table' AND c.pk > 0`,
    indexes: `
      SELECT s.name, l.name, l."unique", l.origin, c.name, i.sql
      FROM ${objects} s JOIN pragma_index_list(s.name, ${text}) l JOIN pragma_index_xinfo(l.name, ${text}) c
      LEFT JOIN ${objects} i ON i.type = 'index' AND i.name = l.name
      WHERE s.type = 'table' AND c.key = 1${chosen} ORDER BY s.rowid, l.seq DESC, c.seqno`,
    foreignKeys: `
      SELECT s.name, k.id, k."table", k."from", k."to", k.on_delete, k.on_update
      FROM ${objects} s JOIN pragma_foreign_key_list(s.name, ${text}) k WHERE s.type = 'table'${chosen} ORDER BY s.rowid, k.id DESC, k.seq`,
  };
}

interface IndexRows {
  readonly name: string;
  readonly unique: boolean;
  /** c: CREATE INDEX. u: a UNIQUE constraint. pk: the primary key. */
  readonly origin: string;
  /** Null stands for an expression. */
  readonly columns: (string | null)[];
  readonly sql: string | null;
}

/** Reads the tables of the main database (or of another file, or views), without virtual tables and SQLite's own. SQLAlchemy: `Inspector`. */
export async function reflectSqlite(connection: CatalogReader, read: SqliteTables = MAIN): Promise<ReflectedTable[]> {
  const queries = queriesOf(read);
  const chosen = read.names === null ? [] : [JSON.stringify(read.names)];
  const rows = async (sql: string, parameters: readonly unknown[] = []): Promise<DriverRow[]> => connection.query(sql, parameters);
  const tables = (await rows(queries.tables, chosen)) as [string, string | null, number | bigint, number | bigint, string][];
  if (tables.length === 0) return [];
  const objects = tables.map(([name, , , , kind]) => ({ name, view: kind === 'view' }));
  const columnRows = byTable(await columnsOf(connection, objects, read.schema, () => rows(queries.columns, chosen)));
  const indexRows = byTable(await rows(queries.indexes, chosen));
  const keyRows = byTable(await rows(queries.foreignKeys, chosen));
  // A key that names no column stands for the primary key of a table that may not be among those that are read.
  const others = read.names !== null && [...keyRows.values()].flat().some((row) => row[4] === null);
  const keyedRows = others ? byTable(await rows(queries.keys)) : columnRows;
  const primaryKeyOf = (table: string): string[] => {
    const keyed = (columnRows.get(table.toLowerCase()) ?? keyedRows.get(table.toLowerCase()) ?? []).filter((row) => Number(row[5]) > 0);
    return keyed.sort((a, b) => Number(a[5]) - Number(b[5])).map((row) => String(row[1]));
  };

  return tables.map(([name, sql, strict, withoutRowid, kind]) => {
    const text = readTableText(kind === 'table' ? (sql ?? '') : '');
    const key = name.toLowerCase();
    const indexes = readIndexes(indexRows.get(key) ?? []);
    const primaryKey = primaryKeyOf(name);
    const foreignKeys = readForeignKeys(keyRows.get(key) ?? [], text, primaryKeyOf, read.schema);
    return {
      name,
      schema: read.schema,
      kind: kind === 'table' || kind === 'view' ? kind : 'virtualTable',
      columns: (columnRows.get(key) ?? []).map((row) => readColumn(row, text, primaryKey.length === 1 && Number(withoutRowid) === 0)),
      primaryKey: primaryKey.length === 0 ? null : { name: text.primaryKey?.name ?? null, columns: primaryKey },
      uniques: withNames(
        indexes.filter((index) => index.origin === 'u').map((index) => ({ columns: index.columns as string[] })),
        text.uniques,
      ),
      indexes: indexes
        .filter((index) => index.origin === 'c')
        .map(({ name: own, unique, sql: words }) => readIndexText(own, unique, words ?? '')),
      foreignKeys,
      checks: text.checks.map(({ name: given, sql: condition, column }) => ({ name: given, sql: condition, column })),
      options: {
        sqlite: {
          ...(Number(strict) === 1 ? { strict: true } : {}),
          ...(Number(withoutRowid) === 1 ? { withoutRowid: true } : {}),
          ...(text.autoincrement ? { autoincrement: true } : {}),
        },
      },
    };
  });
}

/** Reads the views of the main database, or of another file. SQLAlchemy: `Inspector.get_view_definition()`. */
export async function reflectSqliteViews(
  connection: CatalogReader,
  { schema, names }: Omit<SqliteTables, 'types'> = MAIN,
): Promise<ReflectedView[]> {
  const { text, objects } = catalogOf(schema);
  const chosen = names === null ? '' : ' AND s.name COLLATE NOCASE IN (SELECT value FROM json_each(?))';
  const parameters = names === null ? [] : [JSON.stringify(names)];
  const views = await connection.query(
    `SELECT s.name, s.sql FROM ${objects} s WHERE s.type = 'view'${chosen} ORDER BY s.rowid`,
    parameters,
  );
  if (views.length === 0) return [];
  const all = views.map(([name]) => ({ name: String(name), view: true }));
  const columns = byTable(
    await columnsOf(connection, all, schema, async () =>
      connection.query(
        `SELECT s.name, c.name FROM ${objects} s JOIN pragma_table_xinfo(s.name, ${text}) c WHERE s.type = 'view'${chosen} ORDER BY s.rowid, c.cid`,
        parameters,
      ),
    ),
  );
  return views.map(([given, sql]) => {
    const name = String(given);
    const own = (columns.get(name.toLowerCase()) ?? []).map((row) => String(row[1]));
    return { name, schema, definition: definitionOf(String(sql)), columns: own, materialized: false };
  });
}

/**
 * The columns of tables and views together; where a view among them stands on something that is gone, which SQLite refuses
 * as a whole, one by one, and such a view has none.
 */
async function columnsOf(
  connection: CatalogReader,
  objects: readonly { readonly name: string; readonly view: boolean }[],
  schema: string | null,
  together: () => Promise<DriverRow[]>,
): Promise<DriverRow[]> {
  try {
    return await together();
  } catch (error) {
    if (!objects.some(({ view }) => view)) throw error;
  }
  const rows: DriverRow[] = [];
  for (const { name, view } of objects) {
    try {
      const sql = 'SELECT ?, name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?, ?) WHERE hidden <> 1 ORDER BY cid';
      rows.push(...(await connection.query(sql, [name, name, schema ?? 'main'])));
    } catch (error) {
      if (!view) throw error;
    }
  }
  return rows;
}

/** What stands after AS in CREATE VIEW name (columns) AS …. */
function definitionOf(sql: string): string {
  let depth = 0;
  for (const token of tokens(sql)) {
    if (token.raw === '(') depth++;
    else if (token.raw === ')') depth--;
    else if (depth === 0 && isWord(token, 'AS')) return sql.slice(token.end).trim();
  }
  return sql;
}

/** Rows by the table in their first column, whose case SQLite does not mind. */
function byTable(rows: readonly DriverRow[]): Map<string, DriverRow[]> {
  return Map.groupBy(rows, (row) => String(row[0]).toLowerCase());
}

function readColumn(row: DriverRow, text: TableText, alone: boolean): ReflectedColumn {
  const [, name, type, notNull, fallback, pk, hidden] = row;
  const column = String(name);
  const primaryKey = Number(pk) > 0;
  const own = text.columns.get(column.toLowerCase());
  // The type of a computed column ends with these words on some versions.
  const generated = Number(hidden) > 1;
  return {
    name: column,
    type: generated ? String(type).replace(/\s*\bGENERATED ALWAYS$/i, '') : String(type),
    nullable: Number(notNull) === 0 && !primaryKey,
    default: fallback === null ? null : defaultOf(String(fallback)),
    primaryKey,
    computed: generated ? (own?.computed ?? null) : null,
    collation: own?.collation ?? null,
    // Only a key of exactly this type is the row's own number.
    autoIncrement: primaryKey && alone && /^integer$/i.test(String(type)),
    cannotDrop: primaryKey ? 'it belongs to the primary key' : whyNotDropped(column, text),
  };
}

/** A name where a default should stand is a text to SQLite, as people write it who come from elsewhere. */
function defaultOf(sql: string): string {
  const [token, ...others] = tokens(sql);
  const word = token?.kind === 'name' && others.length === 0 && !(!token.quoted && WORDS.test(token.value));
  return word ? `'${token.value.replaceAll("'", "''")}'` : sql;
}

const WORDS = /^(?:null|true|false|current_(?:timestamp|date|time))$/i;

/** What SQLite refuses: a column that a constraint names which does not go with it. Indexes can be dropped before. */
function whyNotDropped(column: string, text: TableText): string | null {
  const same = (name: string): boolean => name.toLowerCase() === column.toLowerCase();
  const unique = text.uniques.find((constraint) => constraint.columns.some(same));
  if (unique) return `the unique constraint ${unique.name === null ? 'on it' : `'${unique.name}'`} names it`;
  const key = text.foreignKeys.find((constraint) => !constraint.withColumn && constraint.columns.some(same));
  if (key) return `the foreign key ${key.name === null ? 'on it' : `'${key.name}'`} names it`;
  const check = text.checks.find((constraint) => !(constraint.column !== null && same(constraint.column)) && constraint.words.some(same));
  const computed = [...text.columns].find(([, own]) => own.computed !== null && names(own.computed.sql).some(same));
  if (computed) return `the computed column '${computed[0]}' names it`;
  if (check) return `the check ${check.name === null ? `(${check.sql})` : `'${check.name}'`} names it`;
  return null;
}

/** The names in SQL text. */
function names(sql: string): string[] {
  return tokens(sql).flatMap((token) => (token.kind === 'name' ? [token.value] : []));
}

function readIndexes(rows: readonly DriverRow[]): IndexRows[] {
  const indexes = new Map<string, IndexRows>();
  for (const [, name, unique, origin, column, sql] of rows) {
    const known = indexes.get(String(name));
    if (known !== undefined) known.columns.push(column as string | null);
    else {
      indexes.set(String(name), {
        name: String(name),
        unique: Number(unique) === 1,
        origin: String(origin),
        columns: [column as string | null],
        sql: sql as string | null,
      });
    }
  }
  return [...indexes.values()];
}

function readForeignKeys(
  rows: readonly DriverRow[],
  text: TableText,
  primaryKeyOf: (table: string) => string[],
  schema: string | null,
): ReflectedForeignKey[] {
  const keys = [...Map.groupBy(rows, (row) => Number(row[1])).values()].map((parts) => {
    const name = String(parts[0][2]);
    return {
      columns: parts.map((part) => String(part[3])),
      targetTable: schema === null ? name : `${schema}.${name}`,
      target: { name, schema },
      targetColumns: targetColumnsOf(parts, primaryKeyOf(name)),
      onDelete: action(parts[0][5]),
      onUpdate: action(parts[0][6]),
    };
  });
  const left = [...text.foreignKeys];
  return withNames(keys, text.foreignKeys).map((key) => {
    const place = left.findIndex(
      (own) => own.name === key.name && own.columns.join('\0').toLowerCase() === key.columns.join('\0').toLowerCase(),
    );
    const own = place === -1 ? null : left.splice(place, 1)[0];
    const initially = own?.initially ?? null;
    return { ...key, deferrable: own?.deferrable ?? false, ...(initially === null ? {} : { initially }) };
  });
}

/** REFERENCES users stands for its primary key; where there is no such table, or another key, for columns of the same names. */
function targetColumnsOf(parts: readonly DriverRow[], primaryKey: readonly string[]): readonly string[] {
  if (parts[0][4] !== null) return parts.map((part) => String(part[4]));
  return primaryKey.length === parts.length ? primaryKey : parts.map((part) => String(part[3]));
}

function action(words: unknown): string | null {
  const lower = String(words).toLowerCase();
  return lower === 'no action' || lower === '' ? null : lower;
}

/** Gives each constraint the name of the one over the same columns in the table's text; each name once. */
function withNames<C extends { readonly columns: readonly string[] }>(
  constraints: readonly C[],
  named: readonly { readonly name: string | null; readonly columns: readonly string[] }[],
): (C & { readonly name: string | null })[] {
  const left = [...named];
  const same = (a: readonly string[], b: readonly string[]): boolean => a.join('\0').toLowerCase() === b.join('\0').toLowerCase();
  return constraints.map((constraint) => {
    const place = left.findIndex((candidate) => same(candidate.columns, constraint.columns));
    const name = place === -1 ? null : left.splice(place, 1)[0].name;
    return { ...constraint, name };
  });
}

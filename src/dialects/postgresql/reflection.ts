import type { DriverConnection, DriverRow } from '../base/driver.ts';
import type { ReflectedCheck, ReflectedColumn, ReflectedForeignKey, ReflectedIndex, ReflectedTable } from '../base/reflection.ts';
import { parseArray } from './arrays.ts';

/** The schemas that are read: those that are named, null being the one that new tables go to. */
const SCHEMAS = `
  n.nspname = ANY ($1::text[]) OR ($2::boolean AND n.nspname = current_schema())`;

/** Tables, partitioned ones included; not their partitions, nor what an extension brought. */
const TABLES = `
  SELECT c.oid::text, c.relname::text, CASE WHEN n.nspname = ANY ($1::text[]) THEN n.nspname::text END
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND (${SCHEMAS})
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  ORDER BY c.oid`;

const COLUMNS = `
  SELECT a.attrelid::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
    CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END, a.attidentity::text
  FROM pg_catalog.pg_attribute a
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`;

/** Primary keys, uniques, checks and foreign keys. */
const CONSTRAINTS = `
  SELECT r.conrelid::text, r.conname::text, r.contype::text,
    (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(r.conkey) WITH ORDINALITY k(number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = r.conrelid AND a.attnum = k.number)::text,
    f.relname::text, CASE WHEN fn.nspname <> current_schema() OR fn.nspname = ANY ($2::text[]) THEN fn.nspname::text END,
    (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(r.confkey) WITH ORDINALITY k(number, place)
      JOIN pg_catalog.pg_attribute a ON a.attrelid = r.confrelid AND a.attnum = k.number)::text,
    r.confdeltype::text, r.confupdtype::text,
    CASE WHEN r.contype = 'c' THEN pg_catalog.pg_get_constraintdef(r.oid) END
  FROM pg_catalog.pg_constraint r
  LEFT JOIN pg_catalog.pg_class f ON f.oid = r.confrelid
  LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
  WHERE r.conrelid = ANY ($1::oid[]) AND r.contype IN ('p', 'u', 'c', 'f') ORDER BY r.conrelid, r.oid`;

/** Indexes that belong to no constraint; one over an expression is told by a NULL among its columns. */
const INDEXES = `
  SELECT i.indrelid::text, c.relname::text, i.indisunique,
    (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(i.indkey) WITH ORDINALITY k(number, place)
      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number WHERE k.place <= i.indnkeyatts)::text,
    pg_catalog.pg_get_expr(i.indpred, i.indrelid)
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  WHERE i.indrelid = ANY ($1::oid[]) AND i.indislive
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint r WHERE r.conindid = i.indexrelid AND r.contype IN ('p', 'u', 'x'))
  ORDER BY i.indrelid, c.oid`;

const ACTIONS: Readonly<Record<string, string | null>> = { a: null, r: 'restrict', c: 'cascade', n: 'set null', d: 'set default' };

/**
 * Reads the tables of the schema that new tables go to, or of the schemas given (null stands for that one), without views.
 * Four queries, however many tables. SQLAlchemy: `Inspector`.
 */
export async function reflectPostgresql(
  connection: DriverConnection,
  schemas: readonly (string | null)[] = [null],
): Promise<ReflectedTable[]> {
  const named = schemas.filter((schema) => schema !== null);
  const quoted = `{${named.map((schema) => `"${schema.replace(/["\\]/g, '\\$&')}"`).join()}}`;
  const tables = await connection.query(TABLES, [quoted, schemas.includes(null)]);
  if (tables.length === 0) return [];
  const ids = `{${tables.map(([id]) => String(id)).join()}}`;
  const rows = async (sql: string, ...more: readonly unknown[]): Promise<Map<string, DriverRow[]>> =>
    Map.groupBy(await connection.query(sql, [ids, ...more]), ([id]) => String(id));
  const columns = await rows(COLUMNS);
  const constraints = await rows(CONSTRAINTS, quoted);
  const indexes = await rows(INDEXES);
  return tables.map(([id, name, schema]) =>
    readTable(
      String(name),
      schema as string | null,
      columns.get(String(id)) ?? [],
      constraints.get(String(id)) ?? [],
      indexes.get(String(id)) ?? [],
    ),
  );
}

function readTable(
  name: string,
  schema: string | null,
  columnRows: readonly DriverRow[],
  constraintRows: readonly DriverRow[],
  indexRows: readonly DriverRow[],
): ReflectedTable {
  const of = (type: string): readonly DriverRow[] => constraintRows.filter((row) => row[2] === type);
  const named = (row: DriverRow): { name: string; columns: string[] } => ({ name: String(row[1]), columns: namesOf(row[3]) });
  const [key] = of('p');
  const primaryKey = key === undefined ? null : named(key);
  return {
    name,
    schema,
    columns: columnRows.map((row) => readColumn(row, primaryKey?.columns ?? [])),
    primaryKey,
    uniques: of('u').map(named),
    indexes: indexRows.filter((row) => !namesOf(row[3], true).includes(null)).map(readIndex),
    foreignKeys: of('f').map(readForeignKey),
    checks: of('c').map(readCheck),
  };
}

function namesOf(text: unknown): string[];
function namesOf(text: unknown, withNull: true): (string | null)[];
function namesOf(text: unknown): (string | null)[] {
  return text === null ? [] : (parseArray(String(text)) as (string | null)[]);
}

function readColumn([, name, type, notNull, fallback, identity]: DriverRow, primaryKey: readonly string[]): ReflectedColumn {
  const inKey = primaryKey.includes(String(name));
  // A serial column is filled from a sequence of its own, as an identity is.
  const generated = identity !== '' || (inKey && /^nextval\(/.test(String(fallback)));
  return {
    name: String(name),
    type: String(type),
    nullable: notNull !== true && !inKey,
    default: fallback === null || generated ? null : String(fallback),
    primaryKey: inKey,
    // PostgreSQL drops what stands on a column together with it.
    cannotDrop: inKey ? 'it belongs to the primary key' : null,
  };
}

function readIndex([, name, unique, columns, where]: DriverRow): ReflectedIndex {
  return {
    name: String(name),
    unique: unique === true,
    columns: namesOf(columns),
    where: where === null ? null : bareCondition(String(where)),
  };
}

function readForeignKey([, name, , columns, table, schema, targets, onDelete, onUpdate]: DriverRow): ReflectedForeignKey {
  return {
    name: String(name),
    columns: namesOf(columns),
    targetTable: schema === null ? String(table) : `${String(schema)}.${String(table)}`,
    targetColumns: namesOf(targets),
    onDelete: ACTIONS[String(onDelete)] ?? null,
    onUpdate: ACTIONS[String(onUpdate)] ?? null,
  };
}

function readCheck([, name, , columns, , , , , , definition]: DriverRow): ReflectedCheck {
  const names = namesOf(columns);
  const condition =
    /^CHECK \(([\s\S]*)\)(?: NO INHERIT)?(?: NOT VALID)?(?: NOT ENFORCED)?$/.exec(String(definition))?.[1] ?? String(definition);
  // PostgreSQL keeps all checks with the table; one over a single column goes when the column does.
  return { name: String(name), sql: bareCondition(condition), column: names.length === 1 ? names[0] : null };
}

/** A condition without the brackets that stand around the whole. */
function bareCondition(sql: string): string {
  let text = sql.trim();
  while (text.startsWith('(') && text.endsWith(')') && closesAtEnd(text)) text = text.slice(1, -1).trim();
  return text;
}

/** Whether the bracket that opens the text is closed by its last character. */
function closesAtEnd(text: string): boolean {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    if (token === '(') depth++;
    else if (token === ')' && --depth === 0) return index === text.length - 1;
  }
  return false;
}

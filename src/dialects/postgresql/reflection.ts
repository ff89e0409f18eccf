import type { IdentityOptions } from '../../sql/column.ts';
import type { DriverConnection, DriverRow } from '../base/driver.ts';
import type {
  ReflectedCheck,
  ReflectedColumn,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedIndexPart,
  ReflectedTable,
  ReflectedView,
} from '../base/reflection.ts';
import { parseArray } from './arrays.ts';

/** The schemas that are read: those that are named, null being the one that new tables go to. */
const SCHEMAS = `
  n.nspname = ANY ($1::text[]) OR ($2::boolean AND n.nspname = current_schema())`;

/** What an extension brought is its own. */
const OWN = `NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;

/** Tables, partitioned ones included, but not their partitions. */
const TABLES = `
  SELECT c.oid::text, c.relname::text, CASE WHEN n.nspname = ANY ($1::text[]) THEN n.nspname::text END,
    pg_catalog.obj_description(c.oid, 'pg_class')
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND (${SCHEMAS}) AND ${OWN}
  ORDER BY c.oid`;

const VIEWS = `
  SELECT c.relname::text, pg_catalog.pg_get_viewdef(c.oid), c.relkind = 'm',
    (SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)::text
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('v', 'm') AND n.nspname = current_schema() AND ${OWN}
  ORDER BY c.oid`;

const COLUMNS = `
  SELECT a.attrelid::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
    pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, a.attgenerated::text,
    CASE WHEN a.attcollation <> t.typcollation THEN l.collname::text END, pg_catalog.col_description(a.attrelid, a.attnum),
    (SELECT json_build_object('type', q.seqtypid::regtype, 'start', q.seqstart::text, 'increment', q.seqincrement::text,
        'min', q.seqmin::text, 'max', q.seqmax::text, 'cache', q.seqcache, 'cycle', q.seqcycle)
      FROM pg_catalog.pg_depend p JOIN pg_catalog.pg_sequence q ON q.seqrelid = p.objid
      WHERE a.attidentity <> '' AND p.classid = 'pg_catalog.pg_class'::regclass AND p.refobjid = a.attrelid
        AND p.refobjsubid = a.attnum AND p.deptype = 'i')::text
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
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
    CASE WHEN r.contype = 'c' THEN pg_catalog.pg_get_constraintdef(r.oid) END,
    r.condeferrable, r.condeferred
  FROM pg_catalog.pg_constraint r
  LEFT JOIN pg_catalog.pg_class f ON f.oid = r.confrelid
  LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
  WHERE r.conrelid = ANY ($1::oid[]) AND r.contype IN ('p', 'u', 'c', 'f') ORDER BY r.conrelid, r.oid`;

/** Indexes that belong to no constraint. PostgreSQL before 15 has no NULLS NOT DISTINCT. */
const INDEXES = `
  SELECT i.indrelid::text, c.relname::text, i.indisunique, pg_catalog.pg_get_expr(i.indpred, i.indrelid), m.amname::text,
    to_jsonb(i) ->> 'indnullsnotdistinct',
    (SELECT json_agg(json_build_object('column', a.attname, 'included', k.place > i.indnkeyatts,
        'expression', CASE WHEN k.number = 0 THEN pg_catalog.pg_get_indexdef(i.indexrelid, k.place::integer, false) END,
        'option', i.indoption[k.place - 1],
        'class', CASE WHEN NOT o.opcdefault THEN o.opcname END,
        'collation', CASE WHEN l.oid <> a.attcollation OR (k.number = 0 AND position(pg_catalog.pg_get_indexdef(
          i.indexrelid, k.place::integer, false) || ' COLLATE ' IN pg_catalog.pg_get_indexdef(i.indexrelid)) > 0) THEN l.collname END)
        ORDER BY k.place)
      FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(number, place)
      LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number AND k.number > 0
      LEFT JOIN pg_catalog.pg_opclass o ON k.place <= i.indnkeyatts AND o.oid = i.indclass[k.place - 1]
      LEFT JOIN pg_catalog.pg_collation l ON k.place <= i.indnkeyatts AND l.oid = i.indcollation[k.place - 1])::text
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam
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
  return tables.map(([id, name, schema, comment]) =>
    readTable(
      { name: String(name), schema: schema as string | null, comment: comment as string | null },
      columns.get(String(id)) ?? [],
      constraints.get(String(id)) ?? [],
      indexes.get(String(id)) ?? [],
    ),
  );
}

/** Reads the views of the schema that new tables go to. SQLAlchemy: `Inspector.get_view_definition()`. */
export async function reflectPostgresqlViews(connection: DriverConnection): Promise<ReflectedView[]> {
  const rows = await connection.query(VIEWS, []);
  return rows.map(([name, definition, materialized, columns]) => ({
    name: String(name),
    schema: null,
    definition: String(definition).trim().replace(/;$/, ''),
    columns: namesOf(columns),
    materialized: materialized === true,
  }));
}

function readTable(
  { name, schema, comment }: Pick<ReflectedTable, 'name' | 'schema' | 'comment'>,
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
    indexes: indexRows.map(readIndex),
    foreignKeys: of('f').map(readForeignKey),
    checks: of('c').map(readCheck),
    comment,
  };
}

function namesOf(text: unknown): string[] {
  return text === null ? [] : (parseArray(String(text)) as string[]);
}

function readColumn(row: DriverRow, primaryKey: readonly string[]): ReflectedColumn {
  const [, name, type, notNull, expression, identity, generated, collation, comment, series] = row;
  const inKey = primaryKey.includes(String(name));
  const computed = generated === '' ? null : { sql: bareCondition(String(expression)), stored: generated === 's' };
  // A serial column is filled from a sequence of its own, as an identity is.
  const serial = inKey && /^nextval\(/.test(String(expression));
  const options = identity === '' ? null : readIdentity(identity === 'a', JSON.parse(String(series)) as Series);
  // What a key is anyway that the database makes.
  const usual = inKey && primaryKey.length === 1 && options !== null && Object.keys(options).length === 0;
  return {
    name: String(name),
    type: String(type),
    nullable: notNull !== true && !inKey,
    default: expression === null || computed !== null || serial ? null : String(expression),
    primaryKey: inKey,
    computed,
    ...(usual ? {} : { identity: options }),
    collation: collation as string | null,
    comment: comment as string | null,
    // PostgreSQL drops what stands on a column together with it.
    cannotDrop: inKey ? 'it belongs to the primary key' : null,
  };
}

interface Series {
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly min: string;
  readonly max: string;
  readonly cache: number;
  readonly cycle: boolean;
}

const GREATEST: Readonly<Record<string, bigint>> = { smallint: 2n ** 15n - 1n, integer: 2n ** 31n - 1n, bigint: 2n ** 63n - 1n };

/** What is said of an identity beyond what it is by itself. */
function readIdentity(always: boolean, { type, start, increment, min, max, cache, cycle }: Series): IdentityOptions {
  const exact = (digits: string): number | bigint => (Number.isSafeInteger(Number(digits)) ? Number(digits) : BigInt(digits));
  const greatest = GREATEST[type] ?? GREATEST.bigint;
  const up = BigInt(increment) > 0n;
  const [usualMin, usualMax] = up ? [1n, greatest] : [-greatest - 1n, -1n];
  return {
    ...(always ? { always } : {}),
    ...(BigInt(start) === (up ? BigInt(min) : BigInt(max)) ? {} : { start: exact(start) }),
    ...(increment === '1' ? {} : { increment: exact(increment) }),
    ...(BigInt(min) === usualMin ? {} : { min: exact(min) }),
    ...(BigInt(max) === usualMax ? {} : { max: exact(max) }),
    ...(cache === 1 ? {} : { cache }),
    ...(cycle ? { cycle } : {}),
  };
}

interface IndexedPart {
  readonly column: string | null;
  readonly included: boolean;
  readonly expression: string | null;
  /** 1: descending. 2: NULLs first. */
  readonly option: number | null;
  readonly class: string | null;
  readonly collation: string | null;
}

function readIndex([, name, unique, where, method, nullsNotDistinct, list]: DriverRow): ReflectedIndex {
  const all = JSON.parse(String(list)) as IndexedPart[];
  const parts = all
    .filter((part) => !part.included)
    .map((part): ReflectedIndexPart => {
      const option = part.option ?? 0;
      const descending = (option & 1) === 1;
      const first = (option & 2) === 2;
      return {
        column: part.column,
        expression: part.expression,
        direction: descending ? 'desc' : 'asc',
        nulls: first === descending ? null : first ? 'first' : 'last',
        collation: part.collation,
        operatorClass: part.class,
        length: null,
      };
    });
  const plain = parts.every((part) => {
    const { column, direction, nulls, collation, operatorClass } = part;
    return column !== null && direction === 'asc' && nulls === null && collation === null && operatorClass === null;
  });
  const include = all.flatMap((part) => (part.included && part.column !== null ? [part.column] : []));
  return {
    name: String(name),
    unique: unique === true,
    columns: parts.flatMap(({ column }) => (column === null ? [] : [column])),
    ...(plain ? {} : { parts }),
    ...(method === 'btree' ? {} : { using: String(method) }),
    ...(include.length === 0 ? {} : { include }),
    ...(nullsNotDistinct === 'true' ? { nullsNotDistinct: true } : {}),
    where: where === null ? null : bareCondition(String(where)),
  };
}

function readForeignKey(row: DriverRow): ReflectedForeignKey {
  const [, name, , columns, table, schema, targets, onDelete, onUpdate, , deferrable, deferred] = row;
  return {
    name: String(name),
    columns: namesOf(columns),
    targetTable: schema === null ? String(table) : `${String(schema)}.${String(table)}`,
    targetColumns: namesOf(targets),
    onDelete: ACTIONS[String(onDelete)] ?? null,
    onUpdate: ACTIONS[String(onUpdate)] ?? null,
    deferrable: deferrable === true,
    ...(deferred === true ? { initially: 'deferred' } : {}),
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

import type { IdentityOptions } from '../../sql/column.ts';
import type { StorageOptions } from '../../sql/constraints.ts';
import type { DialectOptions } from '../../sql/table-options.ts';
import type { Catalog, CatalogReader, CatalogRequest } from '../base/catalog.ts';
import type { DriverRow } from '../base/driver.ts';
import type {
  ReflectedCheck,
  ReflectedColumn,
  ReflectedExclude,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedIndexPart,
  ReflectedTable,
  ReflectedUnique,
  RelationKind,
} from '../base/reflection.ts';
import { typeLike } from './type-like.ts';

// Every value is text, or a boolean: drivers differ in what they make of the rest. Lists come as JSON.

/** In the schema named by $1; where that is NULL, in the one that new tables go to, or what is said beside it. */
const inSchema = (found = 'n.nspname = current_schema()'): string => `
  CASE WHEN $1::text IS NULL THEN ${found} ELSE n.nspname = $1::text END`;

/** Names are found as a statement finds them: along the search path, the connection's own tables first. */
const byName = (names: string): string =>
  inSchema(`CASE WHEN ${names}::text[] IS NULL THEN n.nspname = current_schema()
    ELSE pg_catalog.pg_table_is_visible(c.oid) AND n.nspname NOT IN ('pg_catalog', 'information_schema') END`);

const notOfExtension = (catalog: string, oid: string): string => `NOT EXISTS (
  SELECT 1 FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;

/** The letters of `pg_class.relkind`. */
const LETTERS: Readonly<Record<RelationKind, readonly string[]>> = {
  table: ['r', 'p'],
  partition: ['r', 'p', 'f'],
  view: ['v'],
  materializedView: ['m'],
  foreignTable: ['f'],
  virtualTable: [],
};

function kindOf(letter: string, partition: boolean): RelationKind {
  if (partition) return 'partition';
  return letter === 'v' ? 'view' : letter === 'm' ? 'materializedView' : letter === 'f' ? 'foreignTable' : 'table';
}

const RELATIONS = `
  SELECT c.relname::text, c.relkind::text, c.relispartition, c.relpersistence::text
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND ${inSchema('(n.nspname = current_schema() OR n.oid = pg_catalog.pg_my_temp_schema())')} AND ${notOfExtension('pg_class', 'c.oid')}
  ORDER BY c.relname`;

/** $2: kinds, $3: names or NULL. */
const TABLES = `
  SELECT c.oid::text, c.relname::text, c.relkind::text, c.relispartition, c.relpersistence::text,
    pg_catalog.obj_description(c.oid, 'pg_class'), CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
    array_to_json(c.reloptions)::text, s.spcname::text,
    (SELECT json_agg(CASE WHEN pn.nspname = $1::text OR NOT pg_catalog.pg_table_is_visible(p.oid) THEN pn.nspname || '.' ELSE '' END || p.relname
      ORDER BY i.inhseqno)::text FROM pg_catalog.pg_inherits i
      JOIN pg_catalog.pg_class p ON p.oid = i.inhparent JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace WHERE i.inhrelid = c.oid),
    CASE WHEN c.relispartition THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) END
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
  WHERE c.relkind::text = ANY ($2::text[]) AND ${byName('$3')}
    AND ($3::text[] IS NULL OR c.relname::text = ANY ($3::text[]))
    AND ($3::text[] IS NOT NULL OR c.relpersistence <> 't') AND ${notOfExtension('pg_class', 'c.oid')}
  ORDER BY c.oid`;

/** Each domain and the type that it stands on, which may be another domain. */
const BELOW = `SELECT pg_catalog.format_type(t.oid, NULL), pg_catalog.format_type(t.typbasetype, t.typtypmod) FROM pg_catalog.pg_type t WHERE t.typtype = 'd'`;

/** A sequence of the column's own stands behind an identity ('i') and behind what SERIAL made ('a'). $2: the schema asked for. */
const COLUMNS = `
  SELECT a.attrelid::text, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull OR (t.typtype = 'd' AND t.typnotnull),
    pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attidentity::text, a.attgenerated::text,
    pg_catalog.col_description(a.attrelid, a.attnum),
    CASE WHEN a.attcollation <> t.typcollation THEN (SELECT o.collname::text FROM pg_catalog.pg_collation o WHERE o.oid = a.attcollation) END,
    CASE WHEN t.typtype = 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod)
      WHEN dt.typtype = 'd' THEN pg_catalog.format_type(dt.typbasetype, dt.typtypmod) || '[]' END,
    CASE WHEN t.typtype = 'e' THEN t.typname::text WHEN et.typtype = 'e' AND t.typcategory = 'A' THEN et.typname::text END,
    CASE WHEN COALESCE(e.oid, et.oid) IS NOT NULL THEN
      (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder)::text FROM pg_catalog.pg_enum l WHERE l.enumtypid = COALESCE(e.oid, et.oid)) END,
    CASE WHEN tn.nspname = $2::text OR NOT pg_catalog.pg_type_is_visible(t.oid) THEN tn.nspname::text END,
    q.seqstart::text, q.seqincrement::text, q.seqmin::text, q.seqmax::text, q.seqcycle, q.seqcache::text, q.seqtypid::regtype::text
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_type e ON e.oid = t.oid AND t.typtype = 'e'
  LEFT JOIN pg_catalog.pg_type et ON et.oid = t.typelem AND t.typcategory = 'A' AND et.typtype = 'e'
  LEFT JOIN pg_catalog.pg_type dt ON dt.oid = t.typelem AND t.typcategory = 'A' AND dt.typtype = 'd'
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  LEFT JOIN (
    SELECT w.refobjid, w.refobjsubid, s.* FROM pg_catalog.pg_depend w JOIN pg_catalog.pg_sequence s ON s.seqrelid = w.objid
    WHERE w.classid = 'pg_catalog.pg_class'::regclass AND w.refclassid = 'pg_catalog.pg_class'::regclass AND w.deptype IN ('a', 'i')
  ) q ON q.refobjid = a.attrelid AND q.refobjsubid = a.attnum
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`;

const namesOf = (numbers: string, table: string): string => `
  (SELECT json_agg(k.attname ORDER BY u.place)::text FROM unnest(${numbers}) WITH ORDINALITY u(number, place)
    JOIN pg_catalog.pg_attribute k ON k.attrelid = ${table} AND k.attnum = u.number)`;

/** Primary keys, uniques, checks, foreign keys and exclude constraints; not the copies that partitions have of their table's. $2: the schema asked for. */
const CONSTRAINTS = `
  SELECT r.conrelid::text, r.conname::text, r.contype::text, ${namesOf('r.conkey', 'r.conrelid')}, r.condeferrable, r.condeferred,
    f.relname::text, CASE WHEN fn.nspname = $2::text OR NOT pg_catalog.pg_table_is_visible(f.oid) THEN fn.nspname::text END,
    ${namesOf('r.confkey', 'r.confrelid')}, r.confdeltype::text, r.confupdtype::text, r.confmatchtype::text,
    pg_catalog.pg_get_expr(r.conbin, r.conrelid),
    CASE WHEN r.contype IN ('p', 'u') THEN pg_catalog.pg_get_indexdef(r.conindid) END,
    CASE WHEN r.contype IN ('p', 'u') THEN (SELECT json_agg(k.attname ORDER BY u.place)::text
      FROM pg_catalog.pg_index x CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY u(number, place)
      JOIN pg_catalog.pg_attribute k ON k.attrelid = x.indrelid AND k.attnum = u.number
      WHERE x.indexrelid = r.conindid AND u.place > x.indnkeyatts) END,
    CASE WHEN r.contype = 'x' THEN (SELECT json_build_array(m.amname, pg_catalog.pg_get_expr(x.indpred, x.indrelid), (
        SELECT json_agg(json_build_array(k.attname, CASE WHEN u.number = 0 THEN pg_catalog.pg_get_indexdef(x.indexrelid, u.place::int, true) END,
            o.oprname, CASE WHEN NOT p.opcdefault THEN p.opcname END) ORDER BY u.place)
        FROM unnest(x.indkey::int2[]) WITH ORDINALITY u(number, place)
        LEFT JOIN pg_catalog.pg_attribute k ON k.attrelid = x.indrelid AND k.attnum = u.number
        JOIN pg_catalog.pg_operator o ON o.oid = r.conexclop[u.place]
        JOIN pg_catalog.pg_opclass p ON p.oid = x.indclass[u.place - 1]))::text
      FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN pg_catalog.pg_am m ON m.oid = i.relam
      WHERE x.indexrelid = r.conindid) END,
    r.convalidated, r.connoinherit,
    CASE WHEN r.confdeltype IN ('n', 'd') THEN (SELECT json_agg(k.attname ORDER BY u.place)::text
      FROM jsonb_array_elements_text(COALESCE(NULLIF(to_jsonb(r) -> 'confdelsetcols', 'null'), '[]')) WITH ORDINALITY u(number, place)
      JOIN pg_catalog.pg_attribute k ON k.attrelid = r.conrelid AND k.attnum = u.number::int) END
  FROM pg_catalog.pg_constraint r
  LEFT JOIN pg_catalog.pg_class f ON f.oid = r.confrelid
  LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
  LEFT JOIN pg_catalog.pg_constraint fp ON fp.oid = r.conparentid
  WHERE r.conrelid = ANY ($1::oid[]) AND r.contype IN ('p', 'u', 'c', 'f', 'x')
    AND NOT (r.contype = 'f' AND fp.oid IS NOT NULL AND fp.conrelid = r.conrelid)
  ORDER BY r.conrelid, r.oid`;

/** Indexes that keep no constraint. */
const INDEXES = `
  SELECT i.indrelid::text, c.relname::text, i.indisunique, m.amname::text, pg_catalog.pg_get_expr(i.indpred, i.indrelid),
    pg_catalog.pg_get_indexdef(i.indexrelid), array_to_json(c.reloptions)::text,
    (SELECT json_agg(json_build_array(
        k.attname, CASE WHEN u.number = 0 THEN pg_catalog.pg_get_indexdef(i.indexrelid, u.place::int, true) END,
        i.indoption[u.place - 1]::int, o.collname, CASE WHEN NOT p.opcdefault THEN p.opcname END, u.place > i.indnkeyatts) ORDER BY u.place)::text
      FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(number, place)
      LEFT JOIN pg_catalog.pg_attribute k ON k.attrelid = i.indrelid AND k.attnum = u.number
      LEFT JOIN pg_catalog.pg_opclass p ON u.place <= i.indnkeyatts AND p.oid = i.indclass[u.place - 1]
      LEFT JOIN pg_catalog.pg_collation o ON u.place <= i.indnkeyatts AND o.oid = i.indcollation[u.place - 1]
        AND i.indcollation[u.place - 1] <> COALESCE(k.attcollation, 100))
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam
  WHERE i.indrelid = ANY ($1::oid[]) AND i.indislive
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint r WHERE r.conindid = i.indexrelid AND r.contype IN ('p', 'u', 'x'))
  ORDER BY i.indrelid, c.oid`;

/** $2: names or NULL. */
const VIEWS = `
  SELECT c.relname::text, c.relkind::text, pg_catalog.pg_get_viewdef(c.oid, true), pg_catalog.obj_description(c.oid, 'pg_class'),
    (SELECT option_value FROM pg_catalog.pg_options_to_table(c.reloptions) WHERE option_name = 'check_option'),
    (SELECT json_agg(a.attname ORDER BY a.attnum)::text FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('v', 'm') AND ${byName('$2')}
    AND ($2::text[] IS NULL OR c.relname::text = ANY ($2::text[])) AND ${notOfExtension('pg_class', 'c.oid')}
  ORDER BY c.oid`;

const SEQUENCES = `
  SELECT c.relname::text, s.seqstart::text, s.seqincrement::text, s.seqmin::text, s.seqmax::text, s.seqcycle, s.seqcache::text,
    s.seqtypid::regtype::text, o.relname::text, a.attname::text
  FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
    AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i')
  LEFT JOIN pg_catalog.pg_class o ON o.oid = d.refobjid
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
  WHERE d.deptype IS DISTINCT FROM 'i' AND ${inSchema()} AND ${notOfExtension('pg_class', 'c.oid')}
  ORDER BY c.relname`;

const ENUMS = `
  SELECT t.typname::text, (SELECT json_agg(l.enumlabel ORDER BY l.enumsortorder)::text FROM pg_catalog.pg_enum l WHERE l.enumtypid = t.oid)
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typtype = 'e' AND ${inSchema()} AND ${notOfExtension('pg_type', 't.oid')} ORDER BY t.typname`;

const DOMAINS = `
  SELECT t.typname::text, pg_catalog.format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault,
    (SELECT json_agg(json_build_array(r.conname, pg_catalog.pg_get_constraintdef(r.oid)) ORDER BY r.oid)::text
      FROM pg_catalog.pg_constraint r WHERE r.contypid = t.oid AND r.contype = 'c')
  FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typtype = 'd' AND ${inSchema()} AND ${notOfExtension('pg_type', 't.oid')} ORDER BY t.typname`;

const ACTIONS: Readonly<Record<string, string>> = { r: 'restrict', c: 'cascade', n: 'set null', d: 'set default' };

/** What PostgreSQL says of itself, from its own catalogs. */
export const postgresqlCatalog: Catalog = {
  typeLike,
  defaultSchema: async (reader) => text((await reader.query('SELECT current_schema()::text', []))[0][0]),
  schemas: async (reader) => {
    const sql = "SELECT nspname::text FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\\_%' ORDER BY nspname";
    return (await reader.query(sql, [])).map(([name]) => String(name));
  },
  relations: async (reader, schema) =>
    (await reader.query(RELATIONS, [schema])).map(([name, letter, partition, persistence]) => ({
      name: String(name),
      schema,
      kind: kindOf(String(letter), truth(partition)),
      temporary: persistence === 't',
    })),
  tables: readTables,
  views: async (reader, { schema, names }) =>
    (await reader.query(VIEWS, [schema, names === null ? null : arrayText(names)])).map(
      ([name, letter, definition, comment, checked, columns]) => ({
        name: String(name),
        schema,
        definition: String(definition).replace(/;\s*$/, '').trim(),
        columns: list(columns),
        materialized: letter === 'm',
        comment: text(comment),
        ...(checked === null ? {} : { checkOption: checked as 'local' | 'cascaded' }),
      }),
    ),
  sequences: async (reader, schema) =>
    (await reader.query(SEQUENCES, [schema])).map(([name, start, increment, min, max, cycle, cache, type, table, column]) => ({
      name: String(name),
      schema,
      type: String(type),
      ...seriesOf([start, increment, min, max, cycle, cache, type], true),
      ownedBy: column === null ? null : { table: String(table), column: String(column) },
    })),
  enums: async (reader, schema) =>
    (await reader.query(ENUMS, [schema])).map(([name, values]) => ({ name: String(name), schema, values: list(values) })),
  domains: async (reader, schema) =>
    (await reader.query(DOMAINS, [schema])).map(([name, type, notNull, fallback, checks]) => ({
      name: String(name),
      schema,
      type: String(type),
      nullable: !truth(notNull),
      default: text(fallback),
      checks: (JSON.parse(String(checks ?? '[]')) as [string, string][]).map(([check, definition]) => ({
        name: check,
        sql: bare(/^CHECK \(([\s\S]*)\)(?: NOT VALID)?$/.exec(definition)?.[1] ?? definition),
      })),
    })),
};

async function readTables(reader: CatalogReader, { schema, names, kinds }: CatalogRequest): Promise<ReflectedTable[]> {
  const letters = arrayText([...new Set(kinds.flatMap((kind) => LETTERS[kind]))]);
  const rows = await reader.query(TABLES, [schema, letters, names === null ? null : arrayText(names)]);
  const tables = rows.filter((row) => kinds.includes(kindOf(String(row[2]), truth(row[3]))));
  if (tables.length === 0) return [];
  const ids = `{${tables.map(([id]) => String(id)).join()}}`;
  const byTable = async (sql: string, ...more: readonly unknown[]): Promise<Map<string, DriverRow[]>> =>
    Map.groupBy(await reader.query(sql, [ids, ...more]), ([id]) => String(id));
  const columns = await byTable(COLUMNS, schema);
  const domains = [...columns.values()].some((own) => own.some((column) => column[BASE_TYPE] !== null))
    ? await reader.query(BELOW, [])
    : [];
  const below = new Map(domains.map(([domain, base]) => [String(domain), String(base)]));
  const constraints = await byTable(CONSTRAINTS, schema);
  const indexes = await byTable(INDEXES);
  return tables.map((row) => {
    const id = String(row[0]);
    return readTable(row, schema, columns.get(id) ?? [], below, constraints.get(id) ?? [], indexes.get(id) ?? []);
  });
}

function readTable(
  row: DriverRow,
  schema: string | null,
  columnRows: readonly DriverRow[],
  below: ReadonlyMap<string, string>,
  constraintRows: readonly DriverRow[],
  indexRows: readonly DriverRow[],
): ReflectedTable {
  const [, name, letter, partition, persistence, comment] = row;
  const of = (type: string): readonly DriverRow[] => constraintRows.filter((constraint) => constraint[2] === type);
  const [key] = of('p').map(readKey);
  const own = new Map(columnRows.map((column) => [String(column[1]), column]));
  return {
    name: String(name),
    schema,
    kind: kindOf(String(letter), truth(partition)),
    ...(persistence === 't' ? { temporary: true } : {}),
    columns: [...own.values()].map((column) => readColumn(column, key?.columns ?? [], below)),
    primaryKey: key ?? null,
    uniques: of('u').map(readKey),
    indexes: indexRows.map(readIndex),
    foreignKeys: of('f').map(readForeignKey),
    checks: of('c').map(readCheck),
    ...(of('x').length === 0 ? {} : { excludes: of('x').map(readExclude) }),
    comment: text(comment),
    options: optionsOf(row),
  };
}

/** Settings by name, those that a table or an index may be created with. */
function settingsOf(storage: unknown): StorageOptions {
  const settings = list(storage).map((setting) => {
    const [name, value = ''] = setting.split(/=(.*)/s);
    const known = /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value === 'true' || value === 'false' ? value === 'true' : value;
    return [name, known] as const;
  });
  return Object.fromEntries(settings.filter(([, value]) => typeof value !== 'string' || /^[\w.]+$/.test(value)));
}

function optionsOf([, , , , persistence, , partitionBy, storage, tablespace, inherits, bound]: DriverRow): DialectOptions {
  const settings = settingsOf(storage);
  const parents = list(inherits);
  return {
    postgresql: {
      ...(persistence === 'u' ? { unlogged: true } : {}),
      ...(partitionBy === null ? {} : { partitionBy: String(partitionBy) }),
      ...(Object.keys(settings).length === 0 ? {} : { with: settings }),
      ...(tablespace === null ? {} : { tablespace: String(tablespace) }),
      ...(bound !== null
        ? { partitionOf: { table: parents[0], bound: String(bound) } }
        : parents.length === 0
          ? {}
          : { inherits: parents }),
    },
  };
}

/** The place of a domain's base type among what is read of a column. */
const BASE_TYPE = 9;

/** The type that a domain stands on in the end. */
function inTheEnd(type: string, below: ReadonlyMap<string, string>): string {
  const element = /^(.+)\[\]$/.exec(type)?.[1];
  if (element !== undefined && below.has(element)) return `${inTheEnd(element, below)}[]`;
  const next = below.get(type);
  return next === undefined ? type : inTheEnd(next, below);
}

function readColumn(row: DriverRow, primaryKey: readonly string[], below: ReadonlyMap<string, string>): ReflectedColumn {
  const [, given, type, notNull, expression, identity, generated, comment, collation, baseType, enumName, values, typeSchema, ...series] =
    row;
  const name = String(given);
  const inKey = primaryKey.includes(name);
  const isComputed = generated !== null && generated !== '';
  const isIdentity = identity === 'a' || identity === 'd';
  const fallback = isComputed ? null : text(expression);
  const options: IdentityOptions | null = isIdentity ? { ...(identity === 'a' ? { always: true } : {}), ...seriesOf(series, false) } : null;
  return {
    name,
    type: String(type),
    nullable: !truth(notNull) && !inKey,
    default: fallback,
    primaryKey: inKey,
    computed: isComputed ? { sql: bare(String(expression)), stored: generated === 's' } : null,
    identity: options,
    collation: text(collation),
    comment: text(comment),
    autoIncrement: isIdentity || (fallback !== null && /^nextval\(/i.test(fallback) && series[0] !== null),
    ...(baseType === null ? {} : { baseType: inTheEnd(String(baseType), below) }),
    ...(enumName === null ? {} : { enum: { name: String(enumName), schema: text(typeSchema), values: list(values) } }),
    // PostgreSQL drops what stands on a column together with it.
    cannotDrop: inKey ? 'it belongs to the primary key' : null,
  };
}

const GREATEST: Readonly<Record<string, bigint>> = { smallint: 2n ** 15n - 1n, integer: 2n ** 31n - 1n, bigint: 2n ** 63n - 1n };

/** The numbers of a sequence: all of them, or only those that nobody would get without saying so. */
function seriesOf([start, increment, min, max, cycle, cache, type]: readonly unknown[], all: boolean): IdentityOptions {
  const step = number(increment);
  const greatest = GREATEST[String(type)] ?? GREATEST.bigint;
  const usualMin = step < 0 ? -greatest - 1n : 1n;
  const usualMax = step < 0 ? -1n : greatest;
  const [least, most] = [BigInt(String(min)), BigInt(String(max))];
  const first = step < 0 ? most : least;
  return {
    ...(all || BigInt(String(start)) !== first ? { start: number(start) } : {}),
    ...(all || step !== 1 ? { increment: step } : {}),
    ...(all || least !== usualMin ? { min: number(min) } : {}),
    ...(all || most !== usualMax ? { max: number(max) } : {}),
    ...(all || truth(cycle) ? { cycle: truth(cycle) } : {}),
    ...(all || String(cache) !== '1' ? { cache: Number(cache) } : {}),
  };
}

function readKey([, name, , columns, deferrable, deferred, , , , , , , , index, include]: DriverRow): ReflectedUnique {
  const more = list(include);
  return {
    name: String(name),
    columns: list(columns),
    ...deferral(deferrable, deferred),
    ...(more.length === 0 ? {} : { include: more }),
    ...(/\) (?:INCLUDE \(.*\) )?NULLS NOT DISTINCT/.test(String(index)) ? { nullsNotDistinct: true } : {}),
  };
}

function deferral(deferrable: unknown, deferred: unknown): { deferrable?: boolean; initially?: 'deferred' } {
  if (!truth(deferrable)) return {};
  return truth(deferred) ? { deferrable: true, initially: 'deferred' } : { deferrable: true };
}

function readForeignKey(row: DriverRow): ReflectedForeignKey {
  const [, name, , columns, deferrable, deferred, table, schema, targets, onDelete, onUpdate, match, , , , , validated, , set] = row;
  const onDeleteColumns = list(set);
  const target = { name: String(table), schema: text(schema) };
  return {
    name: String(name),
    columns: list(columns),
    targetTable: target.schema === null ? target.name : `${target.schema}.${target.name}`,
    target,
    targetColumns: list(targets),
    onDelete: ACTIONS[String(onDelete)] ?? null,
    onUpdate: ACTIONS[String(onUpdate)] ?? null,
    deferrable: false,
    ...deferral(deferrable, deferred),
    ...(match === 'f' ? { match: 'full' as const } : {}),
    ...(onDeleteColumns.length === 0 ? {} : { onDeleteColumns }),
    ...(truth(validated) ? {} : { notValid: true }),
  };
}

function readCheck([, name, , columns, , , , , , , , , condition, , , , validated, noInherit]: DriverRow): ReflectedCheck {
  const names = list(columns);
  // PostgreSQL keeps all checks with the table; one over a single column goes when the column does.
  return {
    name: String(name),
    sql: bare(String(condition)),
    column: names.length === 1 ? names[0] : null,
    ...(truth(validated) ? {} : { notValid: true }),
    ...(truth(noInherit) ? { noInherit: true } : {}),
  };
}

function readExclude([, name, , , deferrable, deferred, , , , , , , , , , exclude]: DriverRow): ReflectedExclude {
  type Element = readonly [column: string | null, expression: string | null, operator: string, operatorClass: string | null];
  const [using, where, elements] = JSON.parse(String(exclude)) as [string, string | null, readonly Element[]];
  return {
    name: String(name),
    using,
    elements: elements.map(([column, expression, operator, operatorClass]) => ({
      column,
      expression: expression === null ? null : bare(expression),
      operator,
      operatorClass,
    })),
    where: where === null ? null : bare(where),
    ...deferral(deferrable, deferred),
  };
}

type PartRow = readonly [column: string | null, expression: string | null, options: number | null, string | null, string | null, boolean];

function readIndex([, name, unique, method, where, definition, settings, given]: DriverRow): ReflectedIndex {
  const all = JSON.parse(String(given)) as PartRow[];
  // An expression has the collation of its columns, unless it says another.
  const said = / COLLATE /.test(String(definition));
  const parts = all.filter((part) => !part[5]).map((part) => readPart(part, said));
  const include = all.flatMap((part) => (part[5] && part[0] !== null ? [part[0]] : []));
  const plain = parts.every(
    (part) =>
      part.column !== null && part.direction === 'asc' && part.nulls === null && part.collation === null && part.operatorClass === null,
  );
  return {
    name: String(name),
    columns: parts.flatMap(({ column }) => (column === null ? [] : [column])),
    unique: truth(unique),
    where: where === null ? null : bare(String(where)),
    ...(plain ? {} : { parts }),
    ...(method === 'btree' ? {} : { using: String(method) }),
    ...(include.length === 0 ? {} : { include }),
    ...(/\) (?:INCLUDE \(.*\) )?NULLS NOT DISTINCT/.test(String(definition)) ? { nullsNotDistinct: true } : {}),
    ...(settings === null ? {} : { storage: settingsOf(settings) }),
  };
}

/** The bits of `pg_index.indoption`. */
const DESCENDING = 1;
const NULLS_FIRST = 2;

function readPart([column, expression, bits, collation, operatorClass]: PartRow, said: boolean): ReflectedIndexPart {
  const descending = ((bits ?? 0) & DESCENDING) !== 0;
  const nullsFirst = ((bits ?? 0) & NULLS_FIRST) !== 0;
  return {
    column,
    expression: expression === null ? null : bare(expression),
    direction: descending ? 'desc' : 'asc',
    // NULLs come first where the order descends, and last where it ascends.
    nulls: descending === nullsFirst ? null : nullsFirst ? 'first' : 'last',
    collation: column === null && !said ? null : collation,
    operatorClass,
    length: null,
  };
}

const text = (value: unknown): string | null => (value === null || value === undefined ? null : String(value));
const truth = (value: unknown): boolean => value === true || value === 't' || value === 'true';
const list = (json: unknown): string[] => (json === null || json === undefined ? [] : (JSON.parse(String(json)) as string[]));
const arrayText = (items: readonly string[]): string => `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join()}}`;

function number(digits: unknown): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(String(digits));
}

/** An expression without the brackets that stand around the whole. */
function bare(sql: string): string {
  let words = sql.trim();
  while (words.startsWith('(') && words.endsWith(')') && closesAtEnd(words)) words = words.slice(1, -1).trim();
  return words;
}

/** Whether the bracket that opens the text is closed by its last character. */
function closesAtEnd(sql: string): boolean {
  let depth = 0;
  for (const { 0: token, index } of sql.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]/g)) {
    if (token === '(') depth++;
    else if (token === ')' && --depth === 0) return index === sql.length - 1;
  }
  return false;
}

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
import { COLUMNS, CONSTRAINTS, ENUMS, INDEXES, RELATIONS, SEQUENCES, TABLES, VIEWS } from './catalog-queries.ts';
import { arrayText, bare, list, number, text, truth } from './catalog-values.ts';
import { type Domains, NO_DOMAINS, readDomains } from './domains.ts';
import { typeLike } from './type-like.ts';

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
  domains: async (reader, schema) => (await readDomains(reader, schema)).asked,
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
  const standing = [...columns.values()].some((own) => own.some((column) => column[BASE_TYPE] !== null));
  const domains = standing ? await readDomains(reader, schema) : NO_DOMAINS;
  const constraints = await byTable(CONSTRAINTS, schema);
  const indexes = await byTable(INDEXES);
  return tables.map((row) => {
    const id = String(row[0]);
    return readTable(row, schema, columns.get(id) ?? [], domains, constraints.get(id) ?? [], indexes.get(id) ?? []);
  });
}

function readTable(
  row: DriverRow,
  schema: string | null,
  columnRows: readonly DriverRow[],
  domains: Domains,
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
    columns: [...own.values()].map((column) => readColumn(column, key?.columns ?? [], domains)),
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

function readColumn(row: DriverRow, primaryKey: readonly string[], domains: Domains): ReflectedColumn {
  const [, given, type, notNull, expression, identity, generated, comment, collation, baseType, enumName, values, typeSchema, ...series] =
    row;
  const name = String(given);
  const inKey = primaryKey.includes(name);
  const isComputed = generated !== null && generated !== '';
  const domain = baseType === null ? undefined : domains.of(String(type));
  // From PostgreSQL 17 on a part has the identity of its whole, and may not be made with one.
  const isIdentity = (identity === 'a' || identity === 'd') && series[0] !== null;
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
    ...(baseType === null ? {} : { baseType: domains.inTheEnd(String(baseType)) }),
    ...(domain === undefined ? {} : { domain }),
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

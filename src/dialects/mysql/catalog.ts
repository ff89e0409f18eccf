import type { DialectOptions } from '../../sql/table-options.ts';
import { type Catalog, type CatalogReader, type CatalogRequest, nothing, type ReflectedSequence, type Relation } from '../base/catalog.ts';
import type { DriverRow } from '../base/driver.ts';
import type {
  ReflectedCheck,
  ReflectedColumn,
  ReflectedForeignKey,
  ReflectedIndex,
  ReflectedIndexPart,
  ReflectedTable,
  ReflectedUnique,
  ReflectedView,
  RelationKind,
} from '../base/reflection.ts';
import { isPartitioned, partitionsQuery, partitionWords } from './partitions.ts';
import { typeLike } from './type-like.ts';
import { inOrder, withoutBrackets, withoutDatabase } from './view-text.ts';

/** What of a server its catalog depends on. */
export interface CatalogServer {
  readonly mariadb: boolean;
}

const KINDS: Readonly<Record<string, RelationKind>> = {
  'BASE TABLE': 'table',
  // MariaDB's tables that keep their history.
  'SYSTEM VERSIONED': 'table',
  VIEW: 'view',
  'SYSTEM VIEW': 'view',
};

/** What MySQL or MariaDB says of itself, from `information_schema`. A schema is a database here. */
export function mysqlCatalog(server: CatalogServer): Catalog {
  return {
    defaultSchema,
    schemas: async (reader) =>
      (await reader.query('SELECT schema_name FROM information_schema.schemata ORDER BY schema_name', [])).map(([name]) => String(name)),
    relations: async (reader, schema) => {
      const rows = await reader.query(
        'SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = ? ORDER BY table_name',
        [await database(reader, schema)],
      );
      return rows.flatMap(([name, type]): Relation[] => {
        const kind = KINDS[String(type)];
        return kind === undefined ? [] : [{ name: String(name), schema, kind, temporary: false }];
      });
    },
    typeLike,
    tables: (reader, request) => readTables(reader, request, server),
    views: readViews,
    sequences: server.mariadb ? readSequences : nothing,
    enums: nothing,
    domains: nothing,
  };
}

async function defaultSchema(reader: CatalogReader): Promise<string | null> {
  return text((await reader.query('SELECT DATABASE()', []))[0][0]);
}

/** The database that is read. A name that is a parameter lets the server look into this one only. */
async function database(reader: CatalogReader, schema: string | null): Promise<string | null> {
  return schema ?? (await defaultSchema(reader));
}

/** A condition that a column is one of these names. */
function among(column: string, names: readonly string[] | null): { readonly words: string; readonly values: readonly string[] } {
  if (names === null) return { words: '', values: [] };
  return { words: ` AND ${column} IN (${names.length === 0 ? 'NULL' : names.map(() => '?').join(', ')})`, values: names };
}

async function readTables(
  reader: CatalogReader,
  { schema, names, kinds }: CatalogRequest,
  server: CatalogServer,
): Promise<ReflectedTable[]> {
  const own = await database(reader, schema);
  const { words, values } = among('table_name', names);
  const parameters = [own, ...values];
  const rows = await reader.query(
    `SELECT table_name, table_type, engine, table_collation, row_format, create_options, table_comment FROM information_schema.tables
     WHERE table_schema = ?${words} ORDER BY create_time, table_name`,
    parameters,
  );
  const tables = rows.filter(([, type]) => kinds.includes(KINDS[String(type)]));
  if (tables.length === 0) return [];
  const columns = byTable(
    await reader.query(
      `SELECT table_name, column_name, column_type, is_nullable, column_default, extra, column_comment, collation_name,
         generation_expression
       FROM information_schema.columns WHERE table_schema = ?${words} ORDER BY table_name, ordinal_position`,
      parameters,
    ),
  );
  const indexes = byTable(
    await reader.query(
      `SELECT table_name, index_name, non_unique, column_name, collation, sub_part, index_type, ${server.mariadb ? 'NULL' : 'expression'}
       FROM information_schema.statistics WHERE table_schema = ?${words} ORDER BY table_name, index_name, seq_in_index`,
      parameters,
    ),
  );
  const keys = byTable(
    await reader.query(
      `SELECT table_name, constraint_name, column_name, referenced_table_schema, referenced_table_name, referenced_column_name
       FROM information_schema.key_column_usage WHERE table_schema = ?${words} AND referenced_table_name IS NOT NULL
       ORDER BY table_name, constraint_name, ordinal_position`,
      parameters,
    ),
  );
  const rules = byTable(
    await reader.query(
      `SELECT table_name, constraint_name, delete_rule, update_rule FROM information_schema.referential_constraints
       WHERE constraint_schema = ?${words}`,
      parameters,
    ),
  );
  const checks = byTable(await reader.query(checksQuery(server, names), parameters));
  const divided = tables.some(isPartitioned);
  const parts = divided ? byTable(await reader.query(partitionsQuery(words), parameters)) : new Map<string, DriverRow[]>();
  return tables.map((row) => {
    const name = String(row[0]);
    const foreignKeys = readForeignKeys(keys.get(name) ?? [], rules.get(name) ?? [], own, schema);
    const allChecks = (checks.get(name) ?? []).map((check) => readCheck(check, server));
    // MariaDB's JSON is text with a check of its own.
    const json = new Set(allChecks.flatMap(({ sql }) => /^json_valid\(`(.+)`\)$/i.exec(sql)?.[1].replaceAll('``', '`') ?? []));
    const all = readIndexes(indexes.get(name) ?? [], /^memory$/i.test(String(row[2])) ? 'hash' : 'btree');
    const primary = all.find((index) => index.name === 'PRIMARY');
    const others = all.filter((index) => index !== primary && !belongsToKey(index, foreignKeys));
    const kind = KINDS[String(row[1])];
    return {
      name,
      schema,
      kind,
      columns: (columns.get(name) ?? []).map((column) => readColumn(column, primary?.columns ?? [], own, text(row[3]), json, server)),
      // Its name is PRIMARY, whatever it was given.
      primaryKey: primary === undefined ? null : { name: null, columns: primary.columns },
      // A unique key and a unique index are one thing here.
      uniques: others
        .filter((index) => index.unique && index.parts === undefined)
        .map((index): ReflectedUnique => ({ name: index.name, columns: index.columns, duplicatesIndex: index.name })),
      indexes: others,
      foreignKeys,
      checks: allChecks.filter(({ sql, column }) => !(column !== null && json.has(column) && /^json_valid\(/i.test(sql))),
      comment: kind === 'view' || row[6] === '' ? null : text(row[6]),
      options: kind === 'view' ? {} : optionsOf(row, parts.get(name) ?? []),
    };
  });
}

async function readViews(reader: CatalogReader, { schema, names }: Omit<CatalogRequest, 'kinds'>): Promise<ReflectedView[]> {
  const own = await database(reader, schema);
  const { words, values } = among('table_name', names);
  const views = await reader.query(
    `SELECT table_name, view_definition, check_option FROM information_schema.views WHERE table_schema = ?${words} ORDER BY table_name`,
    [own, ...values],
  );
  if (views.length === 0) return [];
  const { words: chosen, values: all } = among(
    'table_name',
    views.map(([name]) => String(name)),
  );
  const columns = byTable(
    await reader.query(
      `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = ?${chosen} ORDER BY table_name, ordinal_position`,
      [own, ...all],
    ),
  );
  const read = views.map(([given, definition, check]): ReflectedView => {
    const name = String(given);
    const option = String(check).toLowerCase();
    return {
      name,
      schema,
      definition: withoutDatabase(text(definition) ?? '', own),
      columns: (columns.get(name) ?? []).map((row) => String(row[1])),
      materialized: false,
      ...(option === 'local' || option === 'cascaded' ? { checkOption: option } : {}),
    };
  });
  return inOrder(read);
}

/** MariaDB says whether a check was declared with its column; MySQL keeps no table with it. */
function checksQuery(server: CatalogServer, names: readonly string[] | null): string {
  if (server.mariadb)
    return `SELECT table_name, constraint_name, check_clause, level FROM information_schema.check_constraints
      WHERE constraint_schema = ?${among('table_name', names).words} ORDER BY table_name, constraint_name`;
  return `SELECT t.table_name, c.constraint_name, c.check_clause, 'Table' FROM information_schema.check_constraints c
    JOIN information_schema.table_constraints t
      ON t.constraint_schema = c.constraint_schema AND t.constraint_name = c.constraint_name AND t.constraint_type = 'CHECK'
    WHERE c.constraint_schema = ?${among('t.table_name', names).words} ORDER BY t.table_name, c.constraint_name`;
}

function optionsOf([, type, engine, collation, , createOptions]: DriverRow, parts: readonly DriverRow[]): DialectOptions {
  const collate = text(collation);
  const rowFormat = /\brow_format=(\w+)/i.exec(String(createOptions ?? ''))?.[1];
  const keyBlockSize = /\bkey_block_size=(\d+)/i.exec(String(createOptions ?? ''))?.[1];
  const partitionBy = partitionWords(parts);
  return {
    mysql: {
      ...(engine === null ? {} : { engine: String(engine) }),
      ...(collate === null ? {} : { charset: collate.split('_')[0], collate }),
      ...(rowFormat === undefined ? {} : { rowFormat: rowFormat.toUpperCase() }),
      ...(keyBlockSize === undefined ? {} : { keyBlockSize: Number(keyBlockSize) }),
      ...(partitionBy === null ? {} : { partitionBy }),
      ...(type === 'SYSTEM VERSIONED' ? { systemVersioned: true } : {}),
    },
  };
}

function readColumn(
  row: DriverRow,
  keyed: readonly string[],
  own: string | null,
  usual: string | null,
  json: ReadonlySet<string>,
  server: CatalogServer,
): ReflectedColumn {
  const [, name, type, nullable, fallback, extra, comment, collation, expression] = row.map(text) as [string, ...string[]];
  const primaryKey = keyed.includes(name);
  const computed = /\b(?:VIRTUAL|STORED|PERSISTENT)\b/i.test(extra) && expression !== null && expression !== '';
  return {
    name,
    type: json.has(name) ? 'json' : type,
    nullable: nullable === 'YES',
    default: computed ? null : defaultOf(fallback === null ? null : withoutDatabase(fallback, own), extra, type, server),
    primaryKey,
    computed: computed ? { sql: plainText(expression, server), stored: /STORED|PERSISTENT/i.test(extra) } : null,
    // What the table's columns have anyway is not worth saying.
    collation: collation === usual || json.has(name) ? null : collation,
    comment: comment === '' ? null : comment,
    autoIncrement: /\bauto_increment\b/i.test(extra),
    cannotDrop: primaryKey ? 'it belongs to the primary key' : null,
  };
}

const NUMERIC = /^(?:tinyint|smallint|mediumint|int|bigint|decimal|float|double|year|bit)\b/i;

const CLOCK = /^(?:timestamp|datetime)\b/i;
const BYTES = /^(?:var)?binary\b/i;

/** The default as SQL text. MariaDB gives it so; MySQL gives the bare text of a constant, and says of an expression that it is one. */
function defaultOf(given: string | null, extra: string, type: string, server: CatalogServer): string | null {
  const update = /on update (\S+)/i.exec(extra)?.[1];
  const suffix = update === undefined ? '' : ` ON UPDATE ${update.toUpperCase()}`;
  if (given === null || (server.mariadb && given === 'NULL')) return null;
  // Text may hold these words too.
  if (server.mariadb || (/^current_timestamp/i.test(given) && CLOCK.test(type))) return `${given}${suffix}`;
  if (/DEFAULT_GENERATED/i.test(extra)) return `${plainText(given, server)}${suffix}`;
  if (/^b'[01]*'$/.test(given) || (BYTES.test(type) && /^0x[0-9a-f]+$/i.test(given))) return given;
  return NUMERIC.test(type) ? given : `'${given.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** MySQL gives a clause that has text in it as if it stood in quotes: _utf8mb4\'x\'; and puts one with an operator in brackets. */
function plainText(clause: string, server: CatalogServer): string {
  if (server.mariadb) return clause;
  return withoutBrackets(clause.includes("\\'") ? clause.replace(/\\([\s\S])/g, '$1') : clause);
}

function readIndexes(rows: readonly DriverRow[], usual: string): ReflectedIndex[] {
  return [...Map.groupBy(rows, (row) => String(row[1]))].map(([name, own]) => {
    const parts = own.map(readPart);
    const method = String(own[0][6]).toLowerCase();
    const plain = parts.every((part) => part.column !== null && part.direction === 'asc' && part.length === null);
    return {
      name,
      columns: parts.flatMap(({ column }) => (column === null ? [] : [column])),
      unique: Number(own[0][2]) === 0,
      where: null,
      ...(plain ? {} : { parts }),
      ...(method === usual ? {} : { using: method }),
    };
  });
}

function readPart([, , , column, direction, length, method, expression]: DriverRow): ReflectedIndexPart {
  return {
    column: text(column),
    expression: text(expression),
    direction: direction === 'D' ? 'desc' : 'asc',
    nulls: null,
    collation: null,
    operatorClass: null,
    // A spatial index has a length of its own, which nobody says.
    length: length === null || /^spatial$/i.test(String(method)) ? null : Number(length),
  };
}

function readForeignKeys(
  rows: readonly DriverRow[],
  rules: readonly DriverRow[],
  own: string | null,
  schema: string | null,
): ReflectedForeignKey[] {
  return [...Map.groupBy(rows, (row) => String(row[1]))].map(([name, parts]) => {
    const rule = rules.find((one) => String(one[1]) === name);
    const target = { name: String(parts[0][4]), schema: String(parts[0][3]) === own ? schema : String(parts[0][3]) };
    return {
      name,
      columns: parts.map((part) => String(part[2])),
      targetTable: target.schema === null ? target.name : `${target.schema}.${target.name}`,
      target,
      targetColumns: parts.map((part) => String(part[5])),
      onDelete: action(rule?.[2]),
      onUpdate: action(rule?.[3]),
    };
  });
}

/** InnoDB does at once what others do at the end: RESTRICT and NO ACTION are the same. */
function action(words: unknown): string | null {
  const lower = String(words ?? '').toLowerCase();
  return lower === 'no action' || lower === 'restrict' || lower === '' ? null : lower;
}

/** InnoDB makes an index for each foreign key that finds none, under the key's name. */
function belongsToKey(index: ReflectedIndex, keys: readonly ReflectedForeignKey[]): boolean {
  return keys.some(
    (key) => key.name === index.name && !index.unique && index.parts === undefined && key.columns.join('\0') === index.columns.join('\0'),
  );
}

function readCheck(row: DriverRow, server: CatalogServer): ReflectedCheck {
  const [, name, clause, level] = row.map(String);
  // What is declared with a column has the column's name, and goes with it.
  return { name, sql: plainText(clause, server), column: level === 'Column' ? name : null };
}

/** MariaDB's sequences: each is a table of one row, of which all are read at once. */
async function readSequences(reader: CatalogReader, schema: string | null): Promise<ReflectedSequence[]> {
  const own = await database(reader, schema);
  const names = (
    await reader.query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'SEQUENCE' ORDER BY table_name",
      [own],
    )
  ).map(([name]) => String(name));
  if (names.length === 0) return [];
  const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
  const rows = await reader.query(
    names
      .map(
        (name, i) =>
          `SELECT ${i}, start_value, minimum_value, maximum_value, increment, cache_size, cycle_option FROM ${quoted(own ?? '')}.${quoted(name)}`,
      )
      .join(' UNION ALL '),
    [],
  );
  return rows.map(([place, start, min, max, increment, cache, cycle]) => ({
    name: names[Number(place)],
    schema,
    start: number(start),
    increment: number(increment),
    min: number(min),
    max: number(max),
    cycle: Number(cycle) === 1,
    cache: Number(cache),
    ownedBy: null,
  }));
}

function byTable(rows: readonly DriverRow[]): Map<string, DriverRow[]> {
  return Map.groupBy(rows, (row) => String(row[0]));
}

function text(value: unknown): string | null {
  // MySQL's catalog keeps some of its text as bytes.
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return value === null || value === undefined ? null : String(value);
}

function number(digits: unknown): number | bigint {
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(String(digits));
}

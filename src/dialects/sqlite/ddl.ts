import type { Table, TableColumn } from '../../sql/schema.ts';
import { isWhole } from '../../sql/type.ts';
import { isWholeKey, makeDdl } from '../base/ddl.ts';
import { need } from '../base/ddl-features.ts';
import { decimalClass, isDigits } from '../base/decimals.ts';
import type { DdlCompiler, TableName } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { quoter } from '../base/identifiers.ts';
import { standardIndex } from '../base/index-words.ts';
import { literal } from '../base/inline.ts';
import { storedType, TYPE_NAMES } from '../base/type-names.ts';
import { sqliteVisitors } from './compiler.ts';
import { isExactNumeric, plainDigits } from './exact-numeric.ts';
import { RESERVED } from './reserved.ts';
import { canonicalExpression } from './tokens.ts';
import { sqliteCodec } from './types.ts';

const quote = quoter(RESERVED);
/** SQLite takes these after DEFAULT as they are; every other expression in brackets. */
const CONSTANT = /^(?:[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|'(?:[^']|'')*'|x'[0-9a-f]*'|null|true|false)$/i;
const CLOCK = /^current_(?:timestamp|date|time)$/i;

const types = {
  ...TYPE_NAMES,
  double: () => 'DOUBLE',
  float: () => 'FLOAT',
  dateTime: () => 'DATETIME',
  // Their names would make SQLite take their text for numbers.
  interval: () => 'TEXT',
  bit: ({ length }) => `VARCHAR(${length})`,
} satisfies typeof TYPE_NAMES;

function columnType(column: TableColumn): string | null {
  // Only a key of exactly this type is the row's own number, which SQLite makes.
  if (isWholeKey(column) && isWhole(column.type)) return nativeWords(column) ?? 'INTEGER';
  return column.table.options.sqlite?.strict === true ? strictType(column) : null;
}

/** The words of a column that was read from a database, and is no row's own number there. */
function nativeWords(column: TableColumn): string | null {
  const { name, words } = storedType(column.type, 'sqlite');
  return name === 'native' && typeof words === 'string' && column.numbering === false ? words : null;
}

/** The few words that a STRICT table takes for types. */
function strictType(column: TableColumn): string {
  const { words } = storedType(column.type, 'sqlite');
  if (typeof words === 'string' && /^any$/i.test(words)) return 'ANY';
  const { name, scale = 0 } = storedType(column.type);
  if (isWhole(storedType(column.type)) || name === 'boolean') return 'INTEGER';
  if (name === 'numeric') return scale === 0 ? 'INTEGER' : 'REAL';
  if (name === 'float' || name === 'double') return 'REAL';
  return name === 'binary' ? 'BLOB' : 'TEXT';
}

const BLANK_NUMBERS = { start: 1, increment: 1 } as const;

/** A key that is the row's own number is numbered anyway; nothing else of an identity can be had. */
function identityWords(column: TableColumn): string {
  const where = `'${column.table.name}.${column.name}'`;
  need(isWholeKey(column), `identity columns that are not the whole primary key (${where})`, 'SQLite');
  const { start = 1, increment = 1, min, max, cycle } = column.identity ?? {};
  const plain = Number(start) === BLANK_NUMBERS.start && Number(increment) === BLANK_NUMBERS.increment;
  need(
    plain && (min ?? null) === null && (max ?? null) === null && cycle !== true,
    `numbering options of identity columns (${where})`,
    'SQLite',
  );
  return '';
}

function tablePrefix(table: Table): string {
  const other = table.prefixes.find((word) => !/^temp(orary)?$/i.test(word));
  need(other === undefined, `CREATE ${other?.toUpperCase()} TABLE ('${table.name}')`, 'SQLite');
  return table.temporary || table.prefixes.length > 0 ? 'TEMPORARY ' : '';
}

function tableSuffix(table: Table): string {
  const { strict, withoutRowid, autoincrement } = table.options.sqlite ?? {};
  for (const column of table.columns)
    if (column.numbering === true)
      need(isWholeKey(column), `numbering of a column that is not the whole primary key ('${table.name}.${column.name}')`, 'SQLite');
  const [key] = table.primaryKey?.columns ?? [];
  if (autoincrement === true && !(key !== undefined && isWholeKey(key) && isWhole(key.type) && withoutRowid !== true))
    throw dialectError('ddl.no-row-number', table.name);
  const words = [...(strict === true ? ['STRICT'] : []), ...(withoutRowid === true ? ['WITHOUT ROWID'] : [])];
  return words.length === 0 ? '' : ` ${words.join(', ')}`;
}

function cannotAddColumn(column: TableColumn): string | null {
  if (column.primaryKey) return 'it belongs to the primary key, which SQLite fixes when it creates the table';
  if (column.computed?.stored === true) return 'SQLite adds a computed column only where it is not stored';
  // The rows that are there have the value at once.
  if (column.computed !== null) return null;
  const fallback = column.serverDefault === null ? null : base.inline(column.serverDefault.node);
  if (!column.nullable && (fallback === null || /^null$/i.test(fallback)))
    return 'it is NOT NULL and has no server default for the rows that are already there';
  if (fallback !== null && !CONSTANT.test(canonicalExpression(fallback).replace(/^([-+]) /, '$1')))
    return `SQLite adds a column only with a constant default, which ${fallback} is not`;
  if (column.foreignKeys.length > 0 && fallback !== null && !/^null$/i.test(fallback))
    return 'SQLite adds a column with a foreign key only where its default is NULL';
  return null;
}

/** A database file's objects and those of the connection alone, whose names SQLite compares without case. */
function existsQuery(type: 'table' | 'view', { name, schema }: TableName): string {
  const query = (catalog: string): string => `SELECT 1 FROM ${catalog} WHERE type = '${type}' AND lower(name) = lower(${literal(name)})`;
  return schema === null ? `${query('sqlite_schema')} UNION ALL ${query('sqlite_temp_schema')}` : query(`${quote(schema)}.sqlite_schema`);
}

const base: DdlCompiler = makeDdl({
  spelling: { name: 'sqlite', title: 'SQLite', visitors: sqliteVisitors, quote, placeholder: () => '?', codec: sqliteCodec, literal },
  types,
  columnType,
  inlineKey: (column) => {
    if (!isWhole(column.type)) return null;
    return column.table.options.sqlite?.autoincrement === true ? 'PRIMARY KEY AUTOINCREMENT' : 'PRIMARY KEY';
  },
  features: {
    deferrableUniques: false,
    matchFull: false,
    nullsNotDistinct: false,
    include: false,
    exclude: false,
    indexNulls: false,
    operatorClasses: false,
    indexStorage: false,
    concurrently: false,
    indexMethods: [],
    computed: { usual: 'virtual', stored: true, virtual: true },
    sequences: false,
    enumTypes: false,
    schemas: false,
    materializedViews: false,
    replaceView: false,
    viewIfNotExists: true,
    viewCheckOption: false,
    cascade: false,
    commentStatements: false,
  },
  identityWords,
  tablePrefix,
  tableSuffix,
  // The schema stands with the index, never with its table.
  indexForm: (clauses, table) =>
    standardIndex({
      ...clauses,
      name: table.schema === null ? clauses.name : `${quote(table.schema)}.${clauses.name}`,
      table: quote(table.name),
    }),
  // A key can only point into its own database file, and does not name it.
  referencedTable: (key, table, target) => {
    if (target.schema !== (table?.schema ?? null))
      throw dialectError('ddl.other-schema', key.name, target.schema === null ? target.name : `${target.schema}.${target.name}`, 'SQLite');
    return quote(target.name);
  },
  // A column with its own foreign key and check can be dropped again; with a table's it cannot.
  constraintsWithColumn: true,
  enumCheck: true,
  // Numbers written by hand would not compare with what is stored.
  typeCheck: (column) =>
    isExactNumeric(column.type) ? { suffix: 'exact', sql: `typeof(${quote(column.name)}) IN ('text', 'null')` } : null,
  defaultWords: (expression, column) => {
    if (isExactNumeric(column.type) && isDigits(expression)) return literal(sqliteCodec(column.type).bind(expression));
    return CONSTANT.test(expression) || CLOCK.test(expression) ? expression : `(${expression})`;
  },
  cannotAddColumn,
  forwardReferences: true,
  altersConstraints: false,
  tableExists: (table) => existsQuery('table', table),
  exists: (kind, name) => (kind === 'view' ? existsQuery('view', name) : 'SELECT 1 WHERE 1 = 0'),
  schemaChange: {
    // Dropping a table deletes its rows first, and with them those that refer to it: so foreign keys rest meanwhile.
    pause: {
      read: 'PRAGMA foreign_keys',
      off: 'PRAGMA foreign_keys = OFF',
      restore: (value) => `PRAGMA foreign_keys = ${value === 1 ? 'ON' : 'OFF'}`,
    },
    violations: {
      sql: 'PRAGMA foreign_key_check',
      describe: ({ table, rowid, parent }) =>
        `row ${String(rowid)} of '${String(table)}' refers to a row of '${String(parent)}' that is not there`,
    },
  },
});

/** A default that stands for an exact number as the digits that were given for it. */
function digitsOf(expression: string): string {
  const digits = plainDigits(/^'(.*)'$/.exec(expression)?.[1] ?? '');
  return digits === null ? expression : new (decimalClass())(digits).toFixed();
}

/** How SQLite defines and changes tables. */
export const sqliteDdl: DdlCompiler = {
  ...base,
  sameExpression: (a, b) => canonicalExpression(digitsOf(a)) === canonicalExpression(digitsOf(b)),
  dropIndex: (table, name, options = {}) => {
    need(options.cascade !== true, 'DROP INDEX … CASCADE', 'SQLite');
    const exists = options.ifExists === true ? 'IF EXISTS ' : '';
    return `DROP INDEX ${exists}${table.schema === null ? '' : `${quote(table.schema)}.`}${quote(name)}`;
  },
  // A unique index keeps the same promise, and can be made on a table that exists.
  addUnique: (table, unique) => [sqliteDdl.createIndex(table, { ...unique, unique: true, where: null })],
  dropConstraint: (table, name, kind) => {
    if (kind !== 'unique')
      throw dialectError(
        'ddl.needs-rebuild',
        'SQLite',
        `drop the ${kind === 'check' ? 'check' : 'foreign key'} '${name}' of '${table.name}'`,
      );
    return [sqliteDdl.dropIndex(table, name)];
  },
  addCheck: (table, name) => {
    throw dialectError('ddl.needs-rebuild', 'SQLite', `add the check '${name}' of '${table.name}'`);
  },
  addForeignKey: (table, key) => {
    throw dialectError('ddl.needs-rebuild', 'SQLite', `add the foreign key '${key.name}' of '${table.name}'`);
  },
};

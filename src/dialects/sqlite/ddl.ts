import type { TableColumn } from '../../sql/schema.ts';
import { isWhole } from '../../sql/type.ts';
import { isWholeKey, makeDdl } from '../base/ddl.ts';
import { decimalClass, isDigits } from '../base/decimals.ts';
import type { DdlCompiler } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { quoter } from '../base/identifiers.ts';
import { literal } from '../base/inline.ts';
import { TYPE_NAMES } from '../base/type-names.ts';
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
  if (isWholeKey(column) && isWhole(column.type)) return 'INTEGER';
  return null;
}

function cannotAddColumn(column: TableColumn): string | null {
  if (column.primaryKey) return 'it belongs to the primary key, which SQLite fixes when it creates the table';
  const fallback = column.serverDefault === null ? null : base.inline(column.serverDefault.node);
  if (!column.nullable && (fallback === null || /^null$/i.test(fallback)))
    return 'it is NOT NULL and has no server default for the rows that are already there';
  if (fallback !== null && !CONSTANT.test(canonicalExpression(fallback).replace(/^([-+]) /, '$1')))
    return `SQLite adds a column only with a constant default, which ${fallback} is not`;
  if (column.foreignKeys.length > 0 && fallback !== null && !/^null$/i.test(fallback))
    return 'SQLite adds a column with a foreign key only where its default is NULL';
  return null;
}

const base: DdlCompiler = makeDdl({
  spelling: { name: 'sqlite', title: 'SQLite', visitors: sqliteVisitors, quote, placeholder: () => '?', codec: sqliteCodec, literal },
  types,
  columnType,
  inlineKey: (column) => (isWhole(column.type) ? 'PRIMARY KEY' : null),
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
  tableExists: ({ name }) => `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ${literal(name)}`,
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
  createIndex: (table, index) => {
    // The schema stands with the index, never with its table.
    const sql = base.createIndex({ name: table.name, schema: null }, index);
    return table.schema === null ? sql : sql.replace(`INDEX ${quote(index.name)}`, `INDEX ${quote(table.schema)}.${quote(index.name)}`);
  },
  dropIndex: (table, name) => `DROP INDEX ${table.schema === null ? '' : `${quote(table.schema)}.`}${quote(name)}`,
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
  addForeignKey: (table, key) => {
    throw dialectError('ddl.needs-rebuild', 'SQLite', `add the foreign key '${key.name}' of '${table.name}'`);
  },
};

import { sqlError } from '../../sql/errors.ts';
import type { TableColumn } from '../../sql/schema.ts';
import type { Visitors } from '../base/compiler.ts';
import { makeDdl } from '../base/ddl.ts';
import type { DdlCompiler, ForeignKeyParts, IndexParts, TableName } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { storedType } from '../base/type-names.ts';
import { canonicalExpression } from './canonical-expression.ts';
import { canonicalType, parseMysqlType, typeNames } from './column-types.ts';
import { mysqlLiteral, stringLiteral } from './literal.ts';
import type { MysqlServer } from './server.ts';
import { mysqlCodec } from './types.ts';

/** Both servers take these after DEFAULT as they are; every other expression in brackets. */
const CONSTANT = /^(?:[-+]?\s*(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|'(?:[^'\\]|''|\\[\s\S])*'|x'[0-9a-f]*'|null|true|false)$/i;
const CLOCK = /^(?:current_timestamp|now|localtime|localtimestamp)(?:\s*\(\s*\d*\s*\))?$/i;
const CLOCK_ON_UPDATE = /^(?:current_timestamp|now)(?:\s*\(\s*\d*\s*\))?\s+on\s+update\s+(?:current_timestamp|now)(?:\s*\(\s*\d*\s*\))?$/i;

/** Of a column whose values an index takes only the beginning of. */
const LONG_TYPES = new Set(['text', 'json']);
const isLong = (column: TableColumn | undefined): boolean => {
  if (column === undefined) return false;
  const { name, length } = storedType(column.type);
  return LONG_TYPES.has(name) || (name === 'binary' && length === undefined);
};
/** Characters of a long column that stand in its index. */
const PREFIX = 255;

/** How MySQL or MariaDB defines and changes tables. */
export function mysqlDdl(server: MysqlServer, title: string, visitors: Visitors, quote: (name: string) => string): DdlCompiler {
  const qualified = (table: TableName): string =>
    table.schema === null ? quote(table.name) : `${quote(table.schema)}.${quote(table.name)}`;

  const base = makeDdl({
    spelling: { title, visitors, quote, placeholder: () => '?', codec: mysqlCodec, literal: mysqlLiteral },
    types: typeNames,
    inlineKey: (column) => (column.autoIncrement ? 'AUTO_INCREMENT PRIMARY KEY' : null),
    constraintsWithColumn: false,
    // An ENUM is a type of its own.
    enumCheck: false,
    defaultWords: (expression, column) => {
      const { name, length } = storedType(column.type);
      // The clock's precision must be the column's.
      if (name === 'dateTime' && CLOCK.test(expression)) return 'CURRENT_TIMESTAMP(3)';
      if (name === 'dateTime' && CLOCK_ON_UPDATE.test(expression)) return 'CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)';
      const bare = CONSTANT.test(expression) && !(LONG_TYPES.has(name) || (name === 'binary' && length === undefined));
      return bare || /^null$/i.test(expression) || /^\([\s\S]*\)$/.test(expression) ? expression : `(${expression})`;
    },
    afterColumn: (column) => (column.comment === null ? '' : ` COMMENT ${stringLiteral(column.comment)}`),
    // Foreign keys and transactions are InnoDB's.
    afterTable: (table) =>
      ` ENGINE=InnoDB DEFAULT CHARSET=utf8mb4${table.comment === null ? '' : ` COMMENT=${stringLiteral(table.comment)}`}`,
    cannotAddColumn: (column) => {
      if (column.primaryKey) return 'it belongs to the primary key';
      // MySQL would give the rows an empty value of its own.
      return !column.nullable && column.serverDefault === null
        ? 'it is NOT NULL and has no server default for the rows that are already there'
        : null;
    },
    forwardReferences: false,
    altersConstraints: true,
    columnsHoldKeys: true,
    tableExists: ({ name, schema }) =>
      `SELECT 1 FROM information_schema.tables WHERE table_schema = ${schema === null ? 'DATABASE()' : stringLiteral(schema)} AND table_name = ${stringLiteral(name)}`,
    schemaChange: {
      pause: null,
      violations: null,
      // One for each database of the server; a name has 64 characters at most.
      lock: {
        take: (seconds) => `SELECT GET_LOCK(CONCAT('athanor_', MD5(DATABASE())), ${Math.ceil(seconds)})`,
        release: "DO RELEASE_LOCK(CONCAT('athanor_', MD5(DATABASE())))",
      },
    },
  });

  const longColumns = (table: TableName, columns: readonly { readonly name: string }[]): (TableColumn | undefined)[] => {
    const known = (table as { columns?: readonly TableColumn[] }).columns ?? [];
    return columns.map(({ name }) => known.find((column) => column.name === name)).filter(isLong);
  };
  /** A key over a long column would hold only its beginning, and two rows that differ later would be equal to it. */
  const checkKey = (what: string, table: TableName, columns: readonly { readonly name: string }[]): void => {
    const [long] = longColumns(table, columns);
    if (long !== undefined) throw dialectError('ddl.long-key', `${table.name}.${long.name}`, what, title);
  };
  const checkForeignKey = (table: TableName, key: ForeignKeyParts): void => {
    const action = [key.onDelete, key.onUpdate].find((word) => word === 'set default');
    if (action !== undefined) throw sqlError('sql.unsupported', `SET DEFAULT in a foreign key ('${key.name}' of '${table.name}')`, title);
  };

  const createIndex = (table: TableName, index: IndexParts): string => {
    if (index.where !== null) throw sqlError('sql.unsupported', `index with a condition ('${index.name}' of '${table.name}')`, title);
    if (index.unique) checkKey('a unique index', table, index.columns);
    const long = longColumns(table, index.columns);
    const columns = index.columns.map(({ name }) => `${quote(name)}${long.some((column) => column?.name === name) ? `(${PREFIX})` : ''}`);
    return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quote(index.name)} ON ${qualified(table)} (${columns.join(', ')})`;
  };

  return {
    ...base,
    createTable: (table, without) => {
      if (table.primaryKey !== null) checkKey('the primary key', table, table.primaryKey.columns);
      for (const unique of table.uniques) checkKey('a unique key', table, unique.columns);
      for (const key of table.foreignKeys) checkForeignKey(table, key);
      const [create] = base.createTable(table, without);
      return [create, ...table.indexes.map((index) => createIndex(table, index))];
    },
    createIndex,
    dropIndex: (table, name) => `DROP INDEX ${quote(name)} ON ${qualified(table)}`,
    addUnique: (table, unique) => {
      checkKey('a unique key', table, unique.columns);
      return base.addUnique(table, unique);
    },
    addForeignKey: (table, key) => {
      checkForeignKey(table, key);
      return base.addForeignKey(table, key);
    },
    dropConstraint: (table, name, kind) => {
      const alter = `ALTER TABLE ${qualified(table)} DROP`;
      if (kind === 'unique') return [`${alter} INDEX ${quote(name)}`];
      if (kind === 'check') return [`${alter} CONSTRAINT ${quote(name)}`];
      // The index that came with the key, where none was there before, has its name.
      return [`${alter} FOREIGN KEY ${quote(name)}${server.mariadb ? `, DROP INDEX IF EXISTS ${quote(name)}` : ''}`];
    },
    parseType: parseMysqlType,
    sameType: (a, b) => canonicalType(a) === canonicalType(b),
    sameExpression: (a, b) => canonicalExpression(a) === canonicalExpression(b),
  };
}

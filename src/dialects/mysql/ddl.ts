import { sqlError } from '../../sql/errors.ts';
import type { Index, Table, TableColumn } from '../../sql/schema.ts';
import { isWhole } from '../../sql/type.ts';
import type { Visitors } from '../base/compiler.ts';
import { isWholeKey, makeDdl } from '../base/ddl.ts';
import { type DdlFeatures, need } from '../base/ddl-features.ts';
import type { CreateOptions, DdlCompiler, DropOptions, ForeignKeyParts, IndexParts, TableName } from '../base/dialect.ts';
import { dialectError } from '../base/errors.ts';
import { type IndexClauses, partsOf } from '../base/index-words.ts';
import { heldType } from '../base/type-names.ts';
import { canonicalExpression } from './canonical-expression.ts';
import { mysqlLiteral, stringLiteral } from './literal.ts';
import { isAtLeast, type MysqlServer } from './server.ts';
import { canonicalType, clockPrecision, parseMysqlType, typeNames } from './type-words.ts';
import { mysqlCodec } from './types.ts';
import { withoutBrackets } from './view-text.ts';

/** Both servers take these after DEFAULT as they are; every other expression in brackets. */
const CONSTANT =
  /^(?:[-+]?\s*(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|'(?:[^'\\]|''|\\[\s\S])*'|[bx]'[0-9a-f]*'|0x[0-9a-f]+|null|true|false)$/i;
const CLOCK = /^(?:current_timestamp|now|localtime|localtimestamp)(?:\s*\(\s*\d*\s*\))?$/i;
const CLOCK_ON_UPDATE = /^(?:current_timestamp|now)(?:\s*\(\s*\d*\s*\))?\s+on\s+update\s+(?:current_timestamp|now)(?:\s*\(\s*\d*\s*\))?$/i;

/** Of a column whose values an index takes only the beginning of. */
const LONG_TYPES = new Set(['text', 'json', 'jsonb', 'array', 'encrypted']);
const isLong = (column: TableColumn | undefined): boolean => {
  if (column === undefined) return false;
  const { name, length } = heldType(column.type, 'mysql');
  return LONG_TYPES.has(name) || (name === 'binary' && length === undefined);
};
/** Characters of a long column that stand in its index. */
const PREFIX = 255;

/** What the servers have of DDL. */
function featuresOf(server: MysqlServer): Partial<DdlFeatures> {
  return {
    deferrableForeignKeys: false,
    deferrableUniques: false,
    matchFull: false,
    nullsNotDistinct: false,
    include: false,
    exclude: false,
    partialIndexes: false,
    expressionIndexes: !server.mariadb && isAtLeast(server, 8, 0, 13),
    indexNulls: false,
    operatorClasses: false,
    prefixLength: true,
    indexStorage: false,
    concurrently: false,
    indexMethods: ['btree', 'hash', 'fulltext', 'spatial'],
    indexIfNotExists: server.mariadb,
    computed: { usual: 'virtual', stored: true, virtual: true },
    sequences: server.mariadb,
    enumTypes: false,
    schemas: true,
    materializedViews: false,
    viewIfNotExists: server.mariadb,
    cascade: false,
    commentStatements: false,
  };
}

/** A key that the database numbers; nothing else of an identity can be had. */
function identityWords(column: TableColumn, title: string): string {
  const where = `'${column.table.name}.${column.name}'`;
  need(isWholeKey(column) && isWhole(column.type), `identity columns that are not the whole primary key (${where})`, title);
  const { start = 1, increment = 1, min, max, cycle } = column.identity ?? {};
  const plain = Number(start) === 1 && Number(increment) === 1;
  need(
    plain && (min ?? null) === null && (max ?? null) === null && cycle !== true,
    `numbering options of identity columns (${where}), but for mysql: { autoIncrement: … } of the table`,
    title,
  );
  return '';
}

/** The index of a column that the server numbers beside the key: it must be there when the table is made. */
function numberedKey(table: Table): Index | null {
  const column = table.columns.find((c) => c.autoIncrement && !isWholeKey(c));
  if (column === undefined || table.primaryKey?.columns[0] === column || table.uniques.some(({ columns }) => columns[0] === column))
    return null;
  return table.indexes.find((index) => partsOf(index)[0].column === column) ?? null;
}

/** An index as it stands in the brackets of CREATE TABLE. */
function keyWords(index: Index, quote: (name: string) => string): string {
  const parts = partsOf(index).flatMap(({ column, length, direction }) =>
    column === null ? [] : [`${quote(column.name)}${length === null ? '' : `(${length})`}${direction === 'desc' ? ' DESC' : ''}`],
  );
  return `${index.unique ? 'UNIQUE ' : ''}KEY ${quote(index.name)} (${parts.join(', ')})`;
}

const ROW_TIME = /^ROW (?:START|END)$/i;

/** The columns of a table that keeps its history, where it says which they are. */
function systemPeriod(table: Table, inline: DdlCompiler['inline'], quote: (name: string) => string): string[] {
  const named = (word: string): TableColumn | undefined =>
    table.columns.find((c) => c.computed !== null && inline(c.computed.expression.node).toUpperCase() === word);
  const [start, end] = [named('ROW START'), named('ROW END')];
  return start === undefined || end === undefined ? [] : [`PERIOD FOR SYSTEM_TIME (${quote(start.name)}, ${quote(end.name)})`];
}

/** What follows the brackets of CREATE TABLE. Foreign keys and transactions are InnoDB's. */
function tableSuffix(table: Table): string {
  const {
    engine = 'InnoDB',
    charset = 'utf8mb4',
    collate,
    rowFormat,
    autoIncrement,
    keyBlockSize,
    systemVersioned,
    partitionBy,
  } = table.options.mysql ?? {};
  let words = ` ENGINE=${engine} DEFAULT CHARSET=${charset}`;
  if (collate !== undefined) words += ` COLLATE=${collate}`;
  if (rowFormat !== undefined) words += ` ROW_FORMAT=${rowFormat}`;
  if (autoIncrement !== undefined) words += ` AUTO_INCREMENT=${autoIncrement}`;
  if (keyBlockSize !== undefined) words += ` KEY_BLOCK_SIZE=${keyBlockSize}`;
  if (table.comment !== null) words += ` COMMENT=${stringLiteral(table.comment)}`;
  if (systemVersioned === true) words += ' WITH SYSTEM VERSIONING';
  if (partitionBy !== undefined) words += ` PARTITION BY ${partitionBy}`;
  return words;
}

/** FULLTEXT and SPATIAL stand where UNIQUE does, the other methods before ON. */
function indexForm({ unique, ifNotExists, name, table, method, parts, rest }: IndexClauses): string {
  const kind = method === 'fulltext' || method === 'spatial' ? `${method.toUpperCase()} ` : unique;
  const using = method === 'btree' || method === 'hash' ? ` USING ${method.toUpperCase()}` : '';
  return `CREATE ${kind}INDEX ${ifNotExists}${name}${using} ON ${table} (${parts})${rest}`;
}

/** How MySQL or MariaDB defines and changes tables. */
export function mysqlDdl(server: MysqlServer, title: string, visitors: Visitors, quote: (name: string) => string): DdlCompiler {
  const qualified = (table: TableName): string =>
    table.schema === null ? quote(table.name) : `${quote(table.schema)}.${quote(table.name)}`;

  const name = server.mariadb ? 'mariadb' : 'mysql';
  const base: DdlCompiler = makeDdl({
    spelling: { name, title, visitors, quote, placeholder: () => '?', codec: mysqlCodec, literal: mysqlLiteral },
    types: typeNames,
    features: featuresOf(server),
    // Characters; a name of an alias may be longer.
    identifierLimit: { length: 64, unit: 'characters' },
    inlineKey: (column) => (column.autoIncrement ? 'AUTO_INCREMENT PRIMARY KEY' : null),
    constraintsWithColumn: false,
    // An ENUM is a type of its own.
    enumCheck: (type) => type.native === false,
    defaultWords: (expression, column) => {
      const type = heldType(column.type, name);
      // The clock's precision must be the column's.
      const clock = `CURRENT_TIMESTAMP(${clockPrecision(type)})`;
      if (type.name === 'dateTime' && CLOCK.test(expression)) return clock;
      if (type.name === 'dateTime' && CLOCK_ON_UPDATE.test(expression)) return `${clock} ON UPDATE ${clock}`;
      const bare = CONSTANT.test(expression) && !isLong(column);
      return bare || /^null$/i.test(expression) || withoutBrackets(expression) !== expression ? expression : `(${expression})`;
    },
    identityWords: (column) => identityWords(column, title),
    afterColumn: (column) => (column.autoIncrement && !isWholeKey(column) ? ' AUTO_INCREMENT' : ''),
    computedWords: (column, expression) => {
      // MariaDB's columns that say since when, and until when, a row was as it is.
      if (ROW_TIME.test(expression)) return ` ${base.typeName(column.type, column)} GENERATED ALWAYS AS ${expression}`;
      const kind = column.computed?.stored === true ? 'STORED' : 'VIRTUAL';
      const collation = column.collation === null ? '' : ` COLLATE ${quote(column.collation)}`;
      // MariaDB has no NOT NULL here.
      const required = column.nullable || server.mariadb ? '' : ' NOT NULL';
      return ` ${base.typeName(column.type, column)}${collation} GENERATED ALWAYS AS (${expression}) ${kind}${required}`;
    },
    columnComment: (comment) => ` COMMENT ${stringLiteral(comment)}`,
    tableItems: (table, inline, quoted) => {
      const key = numberedKey(table);
      return [...(key === null ? [] : [keyWords(key, quoted)]), ...systemPeriod(table, inline, quoted)];
    },
    tableSuffix,
    indexForm,
    sequenceType: () => '',
    exists: (kind, { name: own, schema }) => {
      const place = schema === null ? 'DATABASE()' : stringLiteral(schema);
      if (kind === 'type') return 'SELECT 1 FROM DUAL WHERE 1 = 0';
      return `SELECT 1 FROM information_schema.tables WHERE table_type = '${kind.toUpperCase()}' AND table_schema = ${place} AND table_name = ${stringLiteral(own)}`;
    },
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
    tableExists: ({ name: own, schema }) =>
      `SELECT 1 FROM information_schema.tables WHERE table_type NOT IN ('VIEW', 'SEQUENCE') AND table_schema = ${schema === null ? 'DATABASE()' : stringLiteral(schema)} AND table_name = ${stringLiteral(own)}`,
    schemaChange: {
      pause: null,
      violations: null,
      // One for each database of the server; a name has 64 characters at most.
      lock: {
        take: (seconds) => `SELECT GET_LOCK(CONCAT('athanor_', LEFT(SHA2(DATABASE(), 256), 32)), ${Math.ceil(seconds)})`,
        release: "DO RELEASE_LOCK(CONCAT('athanor_', LEFT(SHA2(DATABASE(), 256), 32)))",
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

  const createIndex = (table: TableName, index: IndexParts, options?: CreateOptions): string => {
    // MariaDB keeps a hash of the whole.
    const whole =
      index.using !== undefined && (/^(?:fulltext|spatial)$/i.test(index.using) || (server.mariadb && /^hash$/i.test(index.using)));
    if (index.unique && index.parts === undefined && !whole) checkKey('a unique index', table, index.columns);
    const long = whole ? [] : longColumns(table, index.columns);
    if (long.length === 0) return base.createIndex(table, index, options);
    const parts = partsOf(index).map((part) => {
      const column = part.column === null || part.length !== null ? undefined : long.find((own) => own?.name === part.column?.name);
      if (column !== undefined && index.unique) checkKey('a unique index', table, [column]);
      return column === undefined ? part : { ...part, length: PREFIX };
    });
    return base.createIndex(table, { ...index, parts }, options);
  };

  return {
    ...base,
    createTable: (table, without = [], options = {}) => {
      if (table.primaryKey !== null) checkKey('the primary key', table, table.primaryKey.columns);
      for (const unique of table.uniques) checkKey('a unique key', table, unique.columns);
      for (const key of table.foreignKeys) checkForeignKey(table, key);
      const [create] = base.createTable(table, without, options);
      const written = numberedKey(table);
      return [create, ...table.indexes.filter((index) => index !== written).map((index) => createIndex(table, index, options))];
    },
    createIndex,
    createView: (view, options) => {
      need(!view.temporary, `temporary views ('${view.name}')`, title);
      return base.createView(view, options);
    },
    dropIndex: (table, own, options: DropOptions = {}) => {
      if (options.ifExists === true) need(server.mariadb, 'DROP INDEX IF EXISTS', title);
      return `DROP INDEX ${options.ifExists === true ? 'IF EXISTS ' : ''}${quote(own)} ON ${qualified(table)}`;
    },
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
      if (server.mariadb) return [`${alter} FOREIGN KEY ${quote(name)}, DROP INDEX IF EXISTS ${quote(name)}`];
      return [`${alter} FOREIGN KEY ${quote(name)}`, ...dropIndexIfThere(table, name, `${alter} INDEX ${quote(name)}`)];
    },
    restrictsAnyway: true,
    parseType: parseMysqlType,
    sameType: (a, b) => canonicalType(a) === canonicalType(b),
    sameExpression: (a, b) => canonicalExpression(a) === canonicalExpression(b),
  };
}

/** MySQL has no DROP INDEX IF EXISTS: the statement is made where the index is there. */
function dropIndexIfThere({ name: table, schema }: TableName, index: string, drop: string): string[] {
  const where = `table_schema = ${schema === null ? 'DATABASE()' : stringLiteral(schema)} AND table_name = ${stringLiteral(table)}`;
  return [
    `SET @athanor_drop = IF(EXISTS (SELECT 1 FROM information_schema.statistics WHERE ${where} AND index_name = ${stringLiteral(index)}), ${stringLiteral(drop)}, 'DO 0')`,
    'PREPARE athanor_drop FROM @athanor_drop',
    'EXECUTE athanor_drop',
    'DEALLOCATE PREPARE athanor_drop',
  ];
}

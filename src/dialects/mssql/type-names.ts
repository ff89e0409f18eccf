import { makeType, type SqlType, type TypeName } from '../../sql/type.ts';
import { splitType, TYPE_NAMES, type TypeNames } from '../base/type-names.ts';

/** Longer text and bytes have no limit at all. */
const LONGEST_TEXT = 4000;
const LONGEST_BYTES = 8000;

const sized = (word: string, size: number | undefined, longest: number): string =>
  `${word}(${size === undefined || size > longest ? 'MAX' : size})`;

/** The words for each type. */
export const MSSQL_TYPE_NAMES: TypeNames = {
  ...TYPE_NAMES,
  integer: ({ unsigned }) => (unsigned ? 'BIGINT' : 'INT'),
  smallInteger: ({ unsigned }) => (unsigned ? 'INT' : 'SMALLINT'),
  mediumInteger: () => 'INT',
  char: ({ length = 1 }) => `NCHAR(${length})`,
  string: (type) => sized('NVARCHAR', type.length, LONGEST_TEXT),
  text: () => 'NVARCHAR(MAX)',
  boolean: () => 'BIT',
  float: () => 'REAL',
  double: () => 'FLOAT(53)',
  // Without sizes SQL Server would keep no fraction.
  numeric: ({ precision = 38, scale = precision === 38 ? 10 : 0 }) => `DECIMAL(${precision}, ${scale})`,
  time: ({ precision = 7 }) => `TIME(${precision})`,
  dateTime: ({ timezone, asString, precision = asString ? 6 : 3 }) => `${timezone ? 'DATETIMEOFFSET' : 'DATETIME2'}(${precision})`,
  interval: () => 'NVARCHAR(80)',
  bit: ({ length = 1 }) => `NVARCHAR(${length})`,
  json: () => 'NVARCHAR(MAX)',
  jsonb: () => 'NVARCHAR(MAX)',
  array: () => 'NVARCHAR(MAX)',
  uuid: () => 'UNIQUEIDENTIFIER',
  binary: (type) => sized('VARBINARY', type.length, LONGEST_BYTES),
  enum: (type) => sized('NVARCHAR', type.length, LONGEST_TEXT),
};

const SPELLINGS: Readonly<Record<string, TypeName>> = {
  INT: 'integer',
  INTEGER: 'integer',
  BIGINT: 'bigInteger',
  SMALLINT: 'smallInteger',
  TINYINT: 'smallInteger',
  BIT: 'boolean',
  REAL: 'float',
  FLOAT: 'double',
  'DOUBLE PRECISION': 'double',
  DECIMAL: 'numeric',
  NUMERIC: 'numeric',
  DEC: 'numeric',
  MONEY: 'numeric',
  SMALLMONEY: 'numeric',
  DATE: 'date',
  TIME: 'time',
  DATETIME: 'dateTime',
  DATETIME2: 'dateTime',
  SMALLDATETIME: 'dateTime',
  DATETIMEOFFSET: 'dateTime',
  NVARCHAR: 'string',
  VARCHAR: 'string',
  NCHAR: 'char',
  CHAR: 'char',
  NTEXT: 'text',
  TEXT: 'text',
  XML: 'text',
  SYSNAME: 'string',
  UNIQUEIDENTIFIER: 'uuid',
  VARBINARY: 'binary',
  BINARY: 'binary',
  IMAGE: 'binary',
};

/** The type that SQL Server's words stand for; null where Athanor has none. */
export function parseMssqlType(words: string): SqlType | null {
  const { base, sizes } = splitType(words);
  const name = SPELLINGS[base];
  if (name === undefined) return null;
  if (name === 'char') return makeType({ name, length: sizes[0] ?? 1 });
  if (name === 'string') return Number.isNaN(sizes[0]) ? makeType({ name: 'text' }) : makeType({ name, length: sizes[0] ?? 1 });
  if (name === 'binary') return makeType({ name, length: sizes.length === 0 || Number.isNaN(sizes[0]) ? undefined : sizes[0] });
  if (base === 'FLOAT' && sizes[0] <= 24) return makeType({ name: 'float' });
  if (base === 'MONEY') return makeType({ name, precision: 19, scale: 4 });
  if (base === 'SMALLMONEY') return makeType({ name, precision: 10, scale: 4 });
  if (name === 'numeric') return makeType({ name, precision: sizes[0] ?? 18, scale: sizes[1] ?? 0 });
  if (base === 'DATETIMEOFFSET') return makeType({ name, timezone: true });
  return makeType({ name });
}

/** A type of the catalog with its sizes, as it is written in CREATE TABLE; a length of -1 stands for MAX. */
export function sizedType(type: string, bytes: number, precision: number, scale: number): string {
  const word = type.toUpperCase();
  switch (word) {
    case 'NVARCHAR':
    case 'NCHAR':
      return `${word}(${bytes === -1 ? 'MAX' : bytes / 2})`;
    case 'VARCHAR':
    case 'CHAR':
    case 'VARBINARY':
    case 'BINARY':
      return `${word}(${bytes === -1 ? 'MAX' : bytes})`;
    case 'DECIMAL':
    case 'NUMERIC':
      return `${word}(${precision}, ${scale})`;
    case 'FLOAT':
      return `FLOAT(${precision})`;
    case 'TIME':
    case 'DATETIME2':
    case 'DATETIMEOFFSET':
      return `${word}(${scale})`;
    default:
      return word;
  }
}

/** Sizes that are meant where none are said. */
const DEFAULT_SIZES: Readonly<Record<string, readonly number[]>> = {
  FLOAT: [53],
  TIME: [7],
  DATETIME2: [7],
  DATETIMEOFFSET: [7],
  DECIMAL: [18, 0],
  NVARCHAR: [1],
  VARCHAR: [1],
  VARBINARY: [1],
};

const SAME: Readonly<Record<string, string>> = { INTEGER: 'INT', NUMERIC: 'DECIMAL', DEC: 'DECIMAL', 'DOUBLE PRECISION': 'FLOAT' };

/** Whether two names of a type mean the same. */
export function sameMssqlType(a: string, b: string): boolean {
  const normal = (words: string): string => {
    const { base, sizes } = splitType(words);
    const word = SAME[base] ?? base;
    if (word === 'REAL' || (word === 'FLOAT' && sizes[0] <= 24)) return 'REAL';
    const all = sizes.length === 0 ? (DEFAULT_SIZES[word] ?? []) : word === 'DECIMAL' && sizes.length === 1 ? [...sizes, 0] : sizes;
    return `${word}(${all.join()})`;
  };
  return normal(a) === normal(b);
}

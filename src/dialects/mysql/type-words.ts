import { isWhole, makeType, type SqlType } from '../../sql/type.ts';
import { splitType, TYPE_NAMES, type TypeNames } from '../base/type-names.ts';
import { stringLiteral } from './literal.ts';

/** Of a string that says no length: a key of it stays within the 3,072 bytes of an index. */
export const DEFAULT_LENGTH = 255;

/** The words for each type in MySQL and MariaDB. */
export const typeNames: TypeNames = {
  ...TYPE_NAMES,
  integer: whole('INTEGER'),
  bigInteger: whole('BIGINT'),
  smallInteger: whole('SMALLINT'),
  tinyInteger: whole('TINYINT'),
  mediumInteger: whole('MEDIUMINT'),
  string: ({ length = DEFAULT_LENGTH }) => `VARCHAR(${length})`,
  // TEXT and BLOB end at 64 KiB.
  text: ({ size = 'long' }) => `${size.toUpperCase()}TEXT`,
  binary: ({ length, size = 'long' }) => (length === undefined ? `${size.toUpperCase()}BLOB` : `VARBINARY(${length})`),
  // FLOAT has single precision: a value read from it would not be found by it.
  float: () => 'DOUBLE',
  double: () => 'DOUBLE',
  // NUMERIC alone would be NUMERIC(10, 0).
  numeric: ({ precision, scale }) => (precision === undefined ? 'NUMERIC(65, 30)' : `NUMERIC(${precision}, ${scale ?? 0})`),
  time: ({ precision = 6 }) => `TIME(${precision})`,
  dateTime: (type) => `DATETIME(${clockPrecision(type)})`,
  bit: ({ length = 1 }) => `BIT(${length})`,
  enum: ({ values = [], native, length }) => (native === false ? `VARCHAR(${length})` : `ENUM(${values.map(stringLiteral).join(', ')})`),
  // MySQL would write a JSON column's text its own way; MariaDB's JSON is this.
  array: () => 'LONGTEXT COLLATE utf8mb4_bin',
};

/** How many digits of the second's fraction a column keeps: a Date has milliseconds, and finds again what was stored. */
export function clockPrecision({ precision, asString }: SqlType): number {
  return precision ?? (asString ? 6 : 3);
}

function whole(word: string): (type: SqlType) => string {
  return ({ unsigned }) => (unsigned ? `${word} UNSIGNED` : word);
}

const WORDS: Readonly<Record<string, string>> = {
  INT: 'INTEGER',
  BOOL: 'TINYINT(1)',
  BOOLEAN: 'TINYINT(1)',
  DEC: 'NUMERIC',
  DECIMAL: 'NUMERIC',
  FIXED: 'NUMERIC',
  REAL: 'DOUBLE',
  'DOUBLE PRECISION': 'DOUBLE',
  'CHARACTER VARYING': 'VARCHAR',
  CHARACTER: 'CHAR',
};
const INTEGERS = /^(TINYINT|SMALLINT|MEDIUMINT|INTEGER|BIGINT)(\(\d+\))?(.*)$/;

/** A type in one spelling: case, blanks, synonyms and the display width of integers do not count. */
export function canonicalType(words: string): string {
  const text = words.trim().replace(/\s+(?:character set|charset|collate)\s+\w+/gi, '');
  // The values of an ENUM are text, whose case counts.
  const list = /^(enum|set)\s*\(([\s\S]*)\)$/i.exec(text);
  if (list !== null) return `${list[1].toUpperCase()}(${enumValues(list[2]).map(stringLiteral).join(', ')})`;
  const [, base = '', sizes = '', rest = ''] =
    /^((?:(?!\b(?:UNSIGNED|ZEROFILL)\b)[^(])*)(?:\(([^)]*)\))?\s*(.*)$/.exec(text.toUpperCase()) ?? [];
  const word = WORDS[base.trim().replace(/\s+/g, ' ')] ?? base.trim().replace(/\s+/g, ' ');
  const numbers = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [size.trim()]));
  if (word === 'NUMERIC' && numbers.length < 2) numbers.push(...(numbers.length === 0 ? ['10', '0'] : ['0']));
  const full = `${word}${numbers.length === 0 ? '' : `(${numbers.join(', ')})`}${rest === '' ? '' : ` ${rest.trim()}`}`;
  // What is said is what is usual.
  if (full === 'YEAR(4)') return 'YEAR';
  if (/^(?:TIME|DATETIME|TIMESTAMP)\(0\)$/.test(full)) return word;
  const integer = INTEGERS.exec(full);
  // TINYINT(1) is a truth; the other widths are for display.
  return integer === null || full === 'TINYINT(1)' ? full : `${integer[1]}${integer[3]}`;
}

/** The values in the brackets of an ENUM. */
function enumValues(list: string): string[] {
  return [...list.matchAll(/'((?:[^'\\]|''|\\[\s\S])*)'/g)].map(([, text]) =>
    text.replace(/''|\\([\s\S])/g, (_all, escaped) => escaped ?? "'"),
  );
}

/** How many digits of the second's fraction the words say, where that is not what Athanor says by itself. */
function fraction(sizes: readonly number[], usual: number): { precision?: number } {
  const [precision = 0] = sizes;
  return precision === usual ? {} : { precision };
}

/** The type that the words stand for; null where Athanor has none. */
export function parseMysqlType(words: string): SqlType | null {
  const canonical = canonicalType(words);
  const list = /^ENUM\(([\s\S]*)\)$/.exec(canonical);
  if (list !== null) {
    const values = enumValues(list[1]);
    return makeType({ name: 'enum', values, length: Math.max(1, ...values.map((value) => value.length)) });
  }
  const { base, sizes } = splitType(canonical);
  switch (base) {
    case 'TINYINT':
      return makeType({ name: canonical === 'TINYINT(1)' ? 'boolean' : 'tinyInteger' });
    case 'BIT':
      return makeType({ name: 'bit', length: sizes[0] ?? 1 });
    case 'SMALLINT':
    case 'YEAR':
      return makeType({ name: 'smallInteger' });
    case 'MEDIUMINT':
      return makeType({ name: 'mediumInteger' });
    case 'INTEGER':
      return makeType({ name: 'integer' });
    case 'BIGINT':
      return makeType({ name: 'bigInteger' });
    case 'NUMERIC':
      return makeType({ name: 'numeric', precision: sizes[0], scale: sizes[1] });
    case 'FLOAT':
      return makeType({ name: 'float' });
    case 'DOUBLE':
      return makeType({ name: 'double' });
    case 'DATE':
      return makeType({ name: 'date' });
    case 'TIME':
      return makeType({ name: 'time', ...fraction(sizes, 6) });
    case 'DATETIME':
    case 'TIMESTAMP':
      return makeType({ name: 'dateTime', ...fraction(sizes, 3) });
    case 'UUID':
      return makeType({ name: 'uuid' });
    case 'CHAR':
      return makeType({ name: 'char', length: sizes[0] });
    case 'VARCHAR':
      return makeType({ name: 'string', length: sizes[0] });
    case 'TINYTEXT':
    case 'MEDIUMTEXT':
      return makeType({ name: 'text', size: base === 'TINYTEXT' ? 'tiny' : 'medium' });
    case 'TEXT':
    case 'LONGTEXT':
      return makeType({ name: 'text' });
    case 'BINARY':
    case 'VARBINARY':
      return makeType({ name: 'binary', length: sizes[0] });
    case 'TINYBLOB':
    case 'MEDIUMBLOB':
      return makeType({ name: 'binary', size: base === 'TINYBLOB' ? 'tiny' : 'medium' });
    case 'BLOB':
    case 'LONGBLOB':
      return makeType({ name: 'binary' });
    case 'JSON':
      return makeType({ name: 'json' });
    default: {
      if (!/ (?:UNSIGNED|ZEROFILL)\b/.test(canonical)) return null;
      const signed = parseMysqlType(canonical.replace(/ (UNSIGNED|ZEROFILL)/g, ''));
      return signed !== null && isWhole(signed) ? makeType({ ...signed, unsigned: true }) : signed;
    }
  }
}

import { makeType, type SqlType } from '../../sql/type.ts';
import { splitType, TYPE_NAMES, type TypeNames } from '../base/type-names.ts';
import { stringLiteral } from './literal.ts';

/** Of a string that says no length: a key of it stays within the 3,072 bytes of an index. */
export const DEFAULT_LENGTH = 255;

/** The words for each type in MySQL and MariaDB. */
export const typeNames: TypeNames = {
  ...TYPE_NAMES,
  string: ({ length = DEFAULT_LENGTH }) => `VARCHAR(${length})`,
  // TEXT and BLOB end at 64 KiB.
  text: () => 'LONGTEXT',
  binary: ({ length }) => (length === undefined ? 'LONGBLOB' : `VARBINARY(${length})`),
  // FLOAT has single precision: a value read from it would not be found by it.
  float: () => 'DOUBLE',
  double: () => 'DOUBLE',
  // NUMERIC alone would be NUMERIC(10, 0).
  numeric: ({ precision, scale }) => (precision === undefined ? 'NUMERIC(65, 30)' : `NUMERIC(${precision}, ${scale ?? 0})`),
  time: () => 'TIME(6)',
  // A Date has milliseconds, and finds again what was stored.
  dateTime: () => 'DATETIME(3)',
  enum: ({ values = [] }) => `ENUM(${values.map(stringLiteral).join(', ')})`,
};

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
  const text = words.trim();
  // The values of an ENUM are text, whose case counts.
  const list = /^(enum|set)\s*\(([\s\S]*)\)$/i.exec(text);
  if (list !== null) return `${list[1].toUpperCase()}(${enumValues(list[2]).map(stringLiteral).join(', ')})`;
  const [, base = '', sizes = '', rest = ''] =
    /^((?:(?!\b(?:UNSIGNED|ZEROFILL)\b)[^(])*)(?:\(([^)]*)\))?\s*(.*)$/.exec(text.toUpperCase()) ?? [];
  const word = WORDS[base.trim().replace(/\s+/g, ' ')] ?? base.trim().replace(/\s+/g, ' ');
  const numbers = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [size.trim()]));
  if (word === 'NUMERIC' && numbers.length < 2) numbers.push(...(numbers.length === 0 ? ['10', '0'] : ['0']));
  const full = `${word}${numbers.length === 0 ? '' : `(${numbers.join(', ')})`}${rest === '' ? '' : ` ${rest.trim()}`}`;
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
      return makeType({ name: canonical === 'TINYINT(1)' ? 'boolean' : 'smallInteger' });
    case 'BIT':
      return sizes[0] === undefined || sizes[0] === 1 ? makeType({ name: 'boolean' }) : null;
    case 'SMALLINT':
      return makeType({ name: /UNSIGNED/.test(canonical) ? 'integer' : 'smallInteger' });
    case 'YEAR':
      return makeType({ name: 'smallInteger' });
    case 'INTEGER':
    case 'MEDIUMINT':
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
      return makeType({ name: 'time' });
    case 'DATETIME':
    case 'TIMESTAMP':
      return makeType({ name: 'dateTime' });
    case 'UUID':
      return makeType({ name: 'uuid' });
    case 'CHAR':
      return sizes[0] === 36 ? makeType({ name: 'uuid' }) : makeType({ name: 'string', length: sizes[0] });
    case 'VARCHAR':
      return makeType({ name: 'string', length: sizes[0] });
    case 'TINYTEXT':
    case 'TEXT':
    case 'MEDIUMTEXT':
    case 'LONGTEXT':
      return makeType({ name: 'text' });
    case 'BINARY':
    case 'VARBINARY':
      return makeType({ name: 'binary', length: sizes[0] });
    case 'TINYBLOB':
    case 'BLOB':
    case 'MEDIUMBLOB':
    case 'LONGBLOB':
      return makeType({ name: 'binary' });
    case 'JSON':
      return makeType({ name: 'json' });
    default: {
      const unsigned = /^(INTEGER|MEDIUMINT|BIGINT|NUMERIC|DOUBLE|FLOAT|TINYINT)\b.* UNSIGNED/.exec(`${base} ${canonical}`)?.[1];
      return unsigned === undefined ? null : parseMysqlType(canonical.replace(/ (UNSIGNED|ZEROFILL)/g, ''));
    }
  }
}

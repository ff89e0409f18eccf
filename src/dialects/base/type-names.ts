import { chosenFor } from '../../sql/dialect-choice.ts';
import { INTEGER, makeType, type SqlType, type TypeName, variantFor } from '../../sql/type.ts';
import { dialectError } from './errors.ts';

const sized = (word: string, size: number | undefined): string => (size === undefined ? word : `${word}(${size})`);

/** The types that have words of their own in every database; the words of the others come of what they hold. */
type Worded = Exclude<TypeName, 'native' | 'array' | 'encrypted' | 'custom' | 'null' | 'unknown'>;

/** The words for each type where a database does not differ; a dialect replaces entries. */
export type TypeNames = Readonly<Record<Worded, (type: SqlType) => string>> & {
  /** Of an array, with the words of its elements' type. */
  readonly array: (type: SqlType, element: string) => string;
};

export const TYPE_NAMES: TypeNames = {
  // Without unsigned integers the next wider type holds their values.
  integer: ({ unsigned }) => (unsigned ? 'BIGINT' : 'INTEGER'),
  bigInteger: () => 'BIGINT',
  smallInteger: ({ unsigned }) => (unsigned ? 'INTEGER' : 'SMALLINT'),
  tinyInteger: () => 'SMALLINT',
  mediumInteger: () => 'INTEGER',
  string: (type) => sized('VARCHAR', type.length),
  char: (type) => sized('CHAR', type.length),
  text: () => 'TEXT',
  boolean: () => 'BOOLEAN',
  float: () => 'REAL',
  double: () => 'DOUBLE PRECISION',
  numeric: ({ precision, scale }) => (scale === undefined ? sized('NUMERIC', precision) : `NUMERIC(${precision}, ${scale})`),
  date: () => 'DATE',
  time: () => 'TIME',
  dateTime: () => 'TIMESTAMP',
  interval: () => 'VARCHAR(80)',
  json: () => 'JSON',
  jsonb: () => 'JSON',
  uuid: () => 'CHAR(36)',
  binary: () => 'BLOB',
  bit: ({ length }) => sized('VARCHAR', length),
  enum: (type) => sized('VARCHAR', type.length),
  array: () => 'JSON',
};

/** The type that is stored: the one behind a custom type, and on a database that has a variant of it, the variant. */
export function storedType(type: SqlType, dialect?: string): SqlType {
  const chosen = dialect === undefined ? type : variantFor(type, dialect);
  if (chosen !== type) return storedType(chosen);
  return type.name === 'custom' ? storedType(type.inner as SqlType, dialect) : type;
}

/** The type whose values are stored: the same, behind the native words that a database has for it. */
export function heldType(type: SqlType, dialect?: string): SqlType {
  const stored = storedType(type, dialect);
  return stored.name === 'native' && stored.inner !== undefined ? heldType(stored.inner, dialect) : stored;
}

/**
 * The words for a type, those of the type behind a custom one. Throws a CompileError where there are none.
 *
 * @param database what the database is called in messages
 * @param dialect the dialect's name, by which variants and native types are chosen
 */
export function typeWords(names: TypeNames, type: SqlType, database: string, dialect?: string): string {
  const stored = storedType(type, dialect);
  switch (stored.name) {
    case 'custom':
    case 'null':
    case 'unknown':
      throw dialectError('ddl.no-type-name', stored.name, database);
    case 'native': {
      const { words = '' } = stored;
      const own = typeof words === 'string' ? words : dialect === undefined ? undefined : chosenFor(words, dialect);
      if (own === undefined) throw dialectError('ddl.no-native-type', Object.values(words)[0] ?? 'native', database, dialect ?? '');
      return own;
    }
    case 'encrypted':
      return names.text(stored);
    case 'array':
      return names.array(stored, typeWords(names, stored.inner as SqlType, database, dialect));
    default:
      return names[stored.name](stored);
  }
}

/** Other spellings of the words above, as people and other tools write them. */
const SPELLINGS: Readonly<Record<string, TypeName>> = {
  INTEGER: 'integer',
  INT: 'integer',
  BIGINT: 'bigInteger',
  SMALLINT: 'smallInteger',
  TINYINT: 'tinyInteger',
  MEDIUMINT: 'mediumInteger',
  VARCHAR: 'string',
  'CHARACTER VARYING': 'string',
  CHAR: 'char',
  CHARACTER: 'char',
  TEXT: 'text',
  BOOLEAN: 'boolean',
  BOOL: 'boolean',
  FLOAT: 'float',
  REAL: 'float',
  DOUBLE: 'double',
  'DOUBLE PRECISION': 'double',
  NUMERIC: 'numeric',
  DECIMAL: 'numeric',
  DATE: 'date',
  TIME: 'time',
  DATETIME: 'dateTime',
  TIMESTAMP: 'dateTime',
  'TIMESTAMP WITHOUT TIME ZONE': 'dateTime',
  INTERVAL: 'interval',
  JSON: 'json',
  JSONB: 'jsonb',
  UUID: 'uuid',
  BLOB: 'binary',
};

/** The words of a type taken apart, in one spelling: `varchar (80)` → `VARCHAR`, [80]. */
export function splitType(words: string): { readonly base: string; readonly sizes: readonly number[] } {
  const [, base = '', sizes = ''] = /^([^(]*)(?:\(([^)]*)\))?/.exec(words.trim()) ?? [];
  return {
    base: base.trim().replace(/\s+/g, ' ').toUpperCase(),
    sizes: sizes
      .split(',')
      .map((size) => size.trim())
      .filter(Boolean)
      .map(Number),
  };
}

/** The type that the words stand for; null where Athanor has none. */
export function parseTypeWords(words: string): SqlType | null {
  const { base, sizes } = splitType(words);
  const name = SPELLINGS[base];
  if (name === undefined) return null;
  if (name === 'integer') return INTEGER;
  if (name === 'string' || name === 'char') return makeType({ name, length: sizes[0] });
  if (name === 'numeric') return makeType({ name, precision: sizes[0], scale: sizes[1] });
  return makeType({ name });
}

/** Whether two names of a type differ in nothing but case, blanks and equal words such as INT and INTEGER. */
export function sameTypeWords(a: string, b: string): boolean {
  const [one, two] = [splitType(a), splitType(b)];
  const word = ({ base }: { base: string }): string => SPELLINGS[base] ?? base;
  return word(one) === word(two) && one.sizes.join() === two.sizes.join();
}

import { INTEGER, makeType, type SqlType, type TypeName } from '../../sql/type.ts';
import { dialectError } from './errors.ts';

const sized = (word: string, size: number | undefined): string => (size === undefined ? word : `${word}(${size})`);

/** The words for each type where a database does not differ; a dialect replaces entries. */
export type TypeNames = Readonly<Record<Exclude<TypeName, 'custom' | 'null' | 'unknown'>, (type: SqlType) => string>>;

export const TYPE_NAMES: TypeNames = {
  integer: () => 'INTEGER',
  bigInteger: () => 'BIGINT',
  smallInteger: () => 'SMALLINT',
  string: (type) => sized('VARCHAR', type.length),
  text: () => 'TEXT',
  boolean: () => 'BOOLEAN',
  float: () => 'REAL',
  double: () => 'DOUBLE PRECISION',
  numeric: ({ precision, scale }) => (scale === undefined ? sized('NUMERIC', precision) : `NUMERIC(${precision}, ${scale})`),
  date: () => 'DATE',
  time: () => 'TIME',
  dateTime: () => 'TIMESTAMP',
  json: () => 'JSON',
  uuid: () => 'CHAR(36)',
  binary: () => 'BLOB',
  enum: (type) => sized('VARCHAR', type.length),
};

/** The type that is stored: the one behind a custom type. */
export function storedType(type: SqlType): SqlType {
  return type.name === 'custom' ? storedType(type.inner as SqlType) : type;
}

/** The words for a type, those of the type behind a custom one. Throws a CompileError where there are none. */
export function typeWords(names: TypeNames, type: SqlType, database: string): string {
  const stored = storedType(type);
  if (stored.name === 'custom' || stored.name === 'null' || stored.name === 'unknown')
    throw dialectError('ddl.no-type-name', stored.name, database);
  return names[stored.name](stored);
}

/** Other spellings of the words above, as people and other tools write them. */
const SPELLINGS: Readonly<Record<string, TypeName>> = {
  INTEGER: 'integer',
  INT: 'integer',
  BIGINT: 'bigInteger',
  SMALLINT: 'smallInteger',
  VARCHAR: 'string',
  'CHARACTER VARYING': 'string',
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
  JSON: 'json',
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
  if (base === 'CHAR' && sizes[0] === 36) return makeType({ name: 'uuid' });
  const name = SPELLINGS[base];
  if (name === undefined) return null;
  if (name === 'integer') return INTEGER;
  if (name === 'string') return makeType({ name, length: sizes[0] });
  if (name === 'numeric') return makeType({ name, precision: sizes[0], scale: sizes[1] });
  return makeType({ name });
}

/** Whether two names of a type differ in nothing but case, blanks and equal words such as INT and INTEGER. */
export function sameTypeWords(a: string, b: string): boolean {
  const [one, two] = [splitType(a), splitType(b)];
  const word = ({ base }: { base: string }): string => SPELLINGS[base] ?? base;
  return word(one) === word(two) && one.sizes.join() === two.sizes.join();
}

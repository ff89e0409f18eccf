import { makeType, type SqlType, type TypeName } from '../../sql/type.ts';
import { storedType, TYPE_NAMES } from '../base/type-names.ts';

/** The words for each type in PostgreSQL. */
export const POSTGRESQL_TYPES = {
  ...TYPE_NAMES,
  dateTime: (type) => (type.timezone ? 'TIMESTAMP WITH TIME ZONE' : 'TIMESTAMP WITHOUT TIME ZONE'),
  json: () => 'JSONB',
  uuid: () => 'UUID',
  binary: () => 'BYTEA',
} satisfies typeof TYPE_NAMES;

/** The type that a parameter says of itself, or null where nothing is known of it. A size would cut its value, so there is none. */
export function castName(type: SqlType): string | null {
  const { name, timezone } = storedType(type);
  switch (name) {
    case 'null':
    case 'unknown':
    case 'custom':
      return null;
    case 'string':
    case 'enum':
      return 'TEXT';
    case 'float':
      return 'DOUBLE PRECISION';
    case 'dateTime':
      return timezone ? 'TIMESTAMPTZ' : 'TIMESTAMP';
    default:
      return POSTGRESQL_TYPES[name]({ name, key: name });
  }
}

/** PostgreSQL's own words and their shorter or older spellings, each under the one that is compared. */
const WORDS: Readonly<Record<string, string>> = {
  int: 'integer',
  int4: 'integer',
  int8: 'bigint',
  int2: 'smallint',
  serial: 'integer',
  serial4: 'integer',
  bigserial: 'bigint',
  serial8: 'bigint',
  smallserial: 'smallint',
  serial2: 'smallint',
  varchar: 'character varying',
  char: 'character',
  bpchar: 'character',
  bool: 'boolean',
  float4: 'real',
  float8: 'double precision',
  float: 'double precision',
  double: 'double precision',
  decimal: 'numeric',
  dec: 'numeric',
  time: 'time without time zone',
  timetz: 'time with time zone',
  timestamp: 'timestamp without time zone',
  datetime: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
  blob: 'bytea',
};

const TYPES: Readonly<Record<string, TypeName>> = {
  integer: 'integer',
  bigint: 'bigInteger',
  smallint: 'smallInteger',
  'character varying': 'string',
  character: 'string',
  text: 'text',
  boolean: 'boolean',
  real: 'float',
  'double precision': 'double',
  numeric: 'numeric',
  date: 'date',
  'time without time zone': 'time',
  'timestamp without time zone': 'dateTime',
  'timestamp with time zone': 'dateTime',
  json: 'json',
  jsonb: 'json',
  uuid: 'uuid',
  bytea: 'binary',
};

/** The words of a type taken apart: `timestamp (3) with time zone` → its name without the size, its sizes, its dimensions. */
function split(words: string): { readonly name: string; readonly sizes: readonly number[]; readonly array: boolean } {
  const plain = words.trim().replace(/\s+/g, ' ').toLowerCase();
  const array = /(?:\s*\[\d*\])+$/.test(plain);
  const sizes = /\(([\d, -]*)\)/.exec(plain)?.[1];
  const name = plain
    .replace(/(?:\s*\[\d*\])+$/, '')
    .replace(/\s*\([\d, -]*\)/, '')
    .trim();
  const list = (sizes ?? '').split(',').map((size) => size.trim());
  return { name: WORDS[name] ?? name, sizes: list.filter(Boolean).map(Number), array };
}

/** The type that PostgreSQL's words stand for; null where Athanor has none. */
export function parsePostgresqlType(words: string): SqlType | null {
  const { name, sizes, array } = split(words);
  const type = array ? undefined : TYPES[name];
  if (type === undefined) return null;
  if (type === 'string') return makeType({ name: type, length: sizes[0] });
  if (type === 'numeric')
    return makeType({ name: type, precision: sizes[0], scale: sizes.length > 1 ? sizes[1] : sizes.length === 1 ? 0 : undefined });
  if (type === 'dateTime') return makeType({ name: type, timezone: name === 'timestamp with time zone' ? true : undefined });
  return makeType({ name: type });
}

/** Whether two names of a type mean the same: case, blanks, older spellings and sizes that are the usual ones do not count. */
export function samePostgresqlType(a: string, b: string): boolean {
  const text = (words: string): string => {
    const { name, sizes, array } = split(words);
    // numeric(10) is numeric(10,0).
    const all = name === 'numeric' && sizes.length === 1 ? [...sizes, 0] : sizes;
    return `${name}(${all.join()})${array ? '[]' : ''}`;
  };
  return text(a) === text(b);
}

import { makeType, type SqlType, type TypeName } from '../../sql/type.ts';
import { storedType, TYPE_NAMES, type TypeNames, typeWords } from '../base/type-names.ts';

const zoned = (word: string, { precision, timezone }: SqlType): string =>
  `${word}${precision === undefined ? '' : `(${precision})`} ${timezone ? 'WITH' : 'WITHOUT'} TIME ZONE`;

/** The words for each type in PostgreSQL. */
export const POSTGRESQL_TYPES: TypeNames = {
  ...TYPE_NAMES,
  time: (type) => zoned('TIME', type),
  dateTime: (type) => zoned('TIMESTAMP', type),
  interval: ({ precision }) => (precision === undefined ? 'INTERVAL' : `INTERVAL(${precision})`),
  jsonb: () => 'JSONB',
  uuid: () => 'UUID',
  binary: () => 'BYTEA',
  bit: ({ length = 1 }) => `BIT(${length})`,
  array: (_type, element) => `${element}[]`,
};

/** The type that a parameter says of itself, or null where nothing is known of it. A size would cut its value, so there is none. */
export function castName(type: SqlType): string | null {
  const stored = storedType(type, 'postgresql');
  switch (stored.name) {
    case 'null':
    case 'unknown':
    case 'custom':
    case 'bit':
      return null;
    case 'native':
      return typeWords(POSTGRESQL_TYPES, stored, 'PostgreSQL', 'postgresql');
    case 'enum':
      // A type of its own has a name, and perhaps a schema, that only its column knows.
      return stored.enumName == null ? 'TEXT' : null;
    case 'array': {
      const element = castName(stored.inner as SqlType);
      return element === null ? null : `${element}[]`;
    }
    case 'string':
    case 'char':
    case 'encrypted':
      return 'TEXT';
    case 'float':
      return 'DOUBLE PRECISION';
    case 'dateTime':
      return stored.timezone ? 'TIMESTAMPTZ' : 'TIMESTAMP';
    case 'time':
      return stored.timezone ? 'TIMETZ' : 'TIME';
    default:
      return POSTGRESQL_TYPES[stored.name]({ name: stored.name, key: stored.name, unsigned: stored.unsigned });
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
  character: 'char',
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
  jsonb: 'jsonb',
  interval: 'interval',
  'time with time zone': 'time',
  bit: 'bit',
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
  if (array) {
    const inner = parsePostgresqlType(words.replace(/(?:\s*\[\d*\])+\s*$/, ''));
    return inner === null ? null : makeType({ name: 'array', inner });
  }
  const type = TYPES[name];
  if (type === undefined) return null;
  const [first, second] = sizes;
  if (type === 'string' || type === 'char' || type === 'bit') return makeType({ name: type, length: first });
  if (type === 'numeric') return makeType({ name: type, precision: first, scale: second ?? (first === undefined ? undefined : 0) });
  if (type === 'dateTime' || type === 'time')
    return makeType({ name: type, precision: first, timezone: name.endsWith(' with time zone') ? true : undefined });
  if (type === 'interval') return makeType({ name: type, precision: first });
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

import { enumTypeName, makeType, type SqlType, type TypeName } from '../../sql/type.ts';
import { storedType, TYPE_NAMES, type TypeNames } from '../base/type-names.ts';

const sized = (word: string, size: number | undefined): string => (size === undefined ? word : `${word}(${size})`);

/** The words for each type in PostgreSQL. */
export const POSTGRESQL_TYPES = {
  ...TYPE_NAMES,
  time: ({ precision, timezone }) => sized('TIME', precision) + (timezone ? ' WITH TIME ZONE' : ''),
  dateTime: ({ precision, timezone }) => `${sized('TIMESTAMP', precision)} ${timezone ? 'WITH' : 'WITHOUT'} TIME ZONE`,
  interval: ({ precision }) => sized('INTERVAL', precision),
  jsonb: () => 'JSONB',
  uuid: () => 'UUID',
  binary: () => 'BYTEA',
  bit: ({ length = 1 }) => `BIT(${length})`,
  array: ({ dimensions = 1 }, element) => element + '[]'.repeat(dimensions),
} satisfies TypeNames;

/** The type that a parameter says of itself, or null where nothing is known of it. A size would cut its value, so there is none. */
export function castName(type: SqlType): string | null {
  const stored = storedType(type, 'postgresql');
  const { name, timezone, inner } = stored;
  switch (name) {
    case 'null':
    case 'unknown':
      return null;
    case 'enum':
      // Which schema a type of its own is in, only its column knows.
      return enumTypeName(stored) === null ? 'TEXT' : null;
    case 'string':
    case 'char':
    case 'encrypted':
      return 'TEXT';
    case 'bit':
      return 'VARBIT';
    case 'float':
      return 'DOUBLE PRECISION';
    case 'dateTime':
      return timezone ? 'TIMESTAMPTZ' : 'TIMESTAMP';
    case 'array': {
      const element = castName(inner as SqlType);
      return element === null ? null : `${element}[]`;
    }
    case 'native':
    case 'custom':
      // The conditions of a domain are for what is stored, not for what is compared with it.
      if (stored.domain !== undefined && inner !== undefined) return castName(inner);
      return typeof stored.words === 'string' ? stored.words : (stored.words?.postgresql ?? null);
    default:
      return POSTGRESQL_TYPES[name]({ name, timezone, unsigned: stored.unsigned, key: name });
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
  bit: 'bit',
  interval: 'interval',
  boolean: 'boolean',
  real: 'float',
  'double precision': 'double',
  numeric: 'numeric',
  date: 'date',
  'time without time zone': 'time',
  'time with time zone': 'time',
  'timestamp without time zone': 'dateTime',
  'timestamp with time zone': 'dateTime',
  json: 'json',
  jsonb: 'jsonb',
  uuid: 'uuid',
  bytea: 'binary',
};

interface Words {
  readonly name: string;
  readonly sizes: readonly number[];
  readonly dimensions: number;
}

/** The words of a type taken apart: `timestamp (3) with time zone[]` → its name without the size, its sizes, its dimensions. */
function split(words: string): Words {
  // A quoted name is one that somebody gave, and keeps its case.
  const plain = words
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/"[^"]*"|[^"]+/g, (part) => (part.startsWith('"') ? part : part.toLowerCase()));
  const brackets = /(?:\s*\[\d*\])+$/.exec(plain)?.[0] ?? '';
  const sizes = /\(([\d, -]*)\)/.exec(plain)?.[1];
  const name = plain
    .slice(0, plain.length - brackets.length)
    .replace(/\s*\([\d, -]*\)/, '')
    .trim();
  const list = (sizes ?? '').split(',').map((size) => size.trim());
  return { name: WORDS[name] ?? name, sizes: list.filter(Boolean).map(Number), dimensions: brackets.split('[').length - 1 };
}

/** The type that PostgreSQL's words stand for: one of its own, an enum's among them, where Athanor has no other. */
export function parsePostgresqlType(words: string): SqlType | null {
  const { name, sizes, dimensions } = split(words);
  const type = TYPES[name];
  if (type === undefined) return null;
  const element = elementType(type, name, sizes);
  return dimensions === 0 ? element : makeType({ name: 'array', inner: element, dimensions });
}

function elementType(type: TypeName, name: string, [size, scale]: readonly number[]): SqlType {
  if (type === 'string' || type === 'char' || type === 'bit') return makeType({ name: type, length: size });
  if (type === 'numeric') return makeType({ name: type, precision: size, scale: size === undefined ? undefined : (scale ?? 0) });
  if (type === 'interval') return makeType({ name: type, precision: size });
  if (type === 'dateTime' || type === 'time')
    return makeType({ name: type, precision: size, timezone: name.endsWith('with time zone') ? true : undefined });
  return makeType({ name: type });
}

/** Types whose size is 1 where none is said. */
const OF_ONE = new Set(['character', 'bit']);

/**
 * Whether two names of a type mean the same: case, blanks, older spellings and sizes that are the usual ones do not count, nor
 * how deep an array is, which PostgreSQL does not note.
 */
export function samePostgresqlType(a: string, b: string): boolean {
  const text = (words: string): string => {
    const { name, sizes, dimensions } = split(words);
    // numeric(10) is numeric(10,0).
    const all = name === 'numeric' && sizes.length === 1 ? [...sizes, 0] : sizes.length === 0 && OF_ONE.has(name) ? [1] : sizes;
    return `${name.replaceAll('"', '')}(${all.join()})${dimensions > 0 ? '[]' : ''}`;
  };
  return text(a) === text(b);
}

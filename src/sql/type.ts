import { chosenFor } from './dialect-choice.ts';
import { describe, sqlError } from './errors.ts';

/**
 * A SQL type as data: what it is called, its arguments, and a key that is equal for types that bind and decode alike.
 * How a database names, binds and decodes it is in that dialect's `types.ts`. SQLAlchemy: `TypeEngine`.
 */
export interface SqlType<V = unknown> {
  readonly name: TypeName;
  readonly key: string;
  readonly '~value'?: V;
  /** string, char, binary, bit: the greatest length (characters, bytes, bits). */
  readonly length?: number;
  /** numeric: digits in all. time, dateTime, interval: digits of the seconds' fraction. */
  readonly precision?: number;
  /** numeric: digits after the point. */
  readonly scale?: number;
  /** numeric, bigInteger: give a JavaScript number. */
  readonly asNumber?: boolean;
  /** numeric: give its digits as a string. dateTime: give ISO 8601 text, with microseconds. */
  readonly asString?: boolean;
  /** time, dateTime: keep the zone where the database can. */
  readonly timezone?: boolean;
  /** Integers: from 0, and twice as far, where the database has such a type. */
  readonly unsigned?: boolean;
  /** text, binary: the size class of MySQL. */
  readonly size?: 'tiny' | 'medium' | 'long';
  /** string, char, text: how its values compare. */
  readonly collation?: string;
  /** enum: the allowed values. */
  readonly values?: readonly string[];
  /** enum: what the type is called where it is a type of its own; null or left out where the column names it. */
  readonly enumName?: string | null;
  /** enum: the schema that its type is in, null being the usual one; the metadata's where it is left out. */
  readonly enumSchema?: string | null;
  /** enum: a type of its own where the database has such. False for text with a check. */
  readonly native?: boolean;
  /** array: how deep the lists are nested. */
  readonly dimensions?: number;
  /** native: the database's own words for it, for one or for each database. */
  readonly words?: string | Readonly<Record<string, string>>;
  /** native: the domain that it is, where all of it is known. */
  readonly domain?: Domain;
  /** Other types for some databases, by the dialect's name. */
  readonly variants?: Readonly<Record<string, SqlType>>;
  /** custom, encrypted: the type that is stored. native: how its values travel. array: the type of the elements. */
  readonly inner?: SqlType;
  /** custom: the two conversions. */
  readonly toDatabase?: (value: unknown) => unknown;
  readonly fromDatabase?: (value: unknown) => unknown;
  /** custom: what the conversions do not do by themselves. */
  readonly custom?: CustomBehaviour;
  /** encrypted: its keys. */
  readonly encryption?: Encryption;
  /** json: what it is made of, where a statement made it. */
  readonly document?: JsonDocument;
}

/** JSON that a statement made of values, which are read back as those of their types: an object, or a list of items. */
export type JsonDocument = { readonly fields: readonly { readonly name: string; readonly type: SqlType }[] } | { readonly items: SqlType };

/** What a custom type says beyond its two conversions. */
export interface CustomBehaviour {
  /** Whether two values are the same to the database: what the flush asks. */
  readonly equals: ((a: unknown, b: unknown) => boolean) | null;
  /** The value as it stands in DDL, where that is not what `toDatabase` gives. */
  readonly literal: ((value: unknown) => unknown) | null;
  /** SQL around each parameter of this type, and around each column of it in a result. Both take and give an expression. */
  readonly bindExpression: ((parameter: unknown) => unknown) | null;
  readonly columnExpression: ((column: unknown) => unknown) | null;
}

/** A domain of PostgreSQL: a type with conditions, which stands on another one (`inner`). */
export interface Domain {
  readonly name: string;
  /** The schema that it is in, null being the usual one; the metadata's where it is left out. */
  readonly schema?: string | null;
  readonly notNull: boolean;
  readonly collation: string | null;
  /** The default and the conditions as expressions, of which types know nothing. */
  readonly serverDefault: object | null;
  readonly checks: readonly { readonly name: string | null; readonly condition: object }[];
}

/** A secret key: 32 bytes, the same in base64 or hexadecimal digits, or a function that gives them when the first value comes. */
export type EncryptionKey = Uint8Array | string | (() => Uint8Array | string);

/** The keys of an encrypted type. */
export interface Encryption {
  /** The first encrypts, all decrypt. */
  readonly keys: readonly { readonly id: string; readonly key: EncryptionKey }[];
  /** The key of the hash that equal values are found by, or null where they are not. */
  readonly search: EncryptionKey | null;
}

export type TypeName =
  | 'integer'
  | 'bigInteger'
  | 'smallInteger'
  | 'tinyInteger'
  | 'mediumInteger'
  | 'string'
  | 'char'
  | 'text'
  | 'boolean'
  | 'float'
  | 'double'
  | 'numeric'
  | 'date'
  | 'time'
  | 'dateTime'
  | 'interval'
  | 'json'
  | 'jsonb'
  | 'uuid'
  | 'binary'
  | 'bit'
  | 'enum'
  | 'array'
  | 'native'
  | 'custom'
  | 'encrypted'
  | 'null'
  | 'unknown';

let customs = 0;

function keyOf(type: Omit<SqlType, 'key'>): string {
  const key = ownKey(type);
  const variants = Object.entries(type.variants ?? {}).map(([dialect, variant]) => `|${dialect}=${variant.key}#${variant.length ?? ''}`);
  const whole = key + variants.join('');
  // `~` marks anonymous names in the keys of statements.
  return /[!~]/.test(whole) ? whole.replace(/[!~]/g, (mark) => (mark === '~' ? '!t' : '!!')) : whole;
}

function ownKey(type: Omit<SqlType, 'key'>): string {
  const { name, precision = '', inner } = type;
  switch (name) {
    case 'numeric':
      return `numeric(${precision},${type.scale ?? ''},${type.asNumber ? 'n' : type.asString ? 's' : 'd'})`;
    case 'integer':
    case 'smallInteger':
    case 'tinyInteger':
    case 'mediumInteger':
      return type.unsigned ? `${name}u` : name;
    case 'bigInteger':
      return `${name}${type.unsigned ? 'u' : ''}${type.asNumber ? 'n' : ''}`;
    case 'time':
    case 'dateTime':
    case 'interval':
      return `${name}${type.timezone ? '+' : ''}${precision}${type.asString ? 's' : ''}`;
    case 'bit':
      return `bit${type.length ?? ''}`;
    case 'enum': {
      const named = type.enumSchema === undefined ? (type.enumName ?? null) : [type.enumSchema, type.enumName];
      const kind = type.native === false ? 'text' : JSON.stringify(named);
      return `enum(${JSON.stringify(type.values)}${kind === 'null' ? '' : `,${kind}`})`;
    }
    case 'array':
      return `array${type.dimensions ?? 1}(${inner?.key}#${inner?.length ?? ''})`;
    case 'json':
      return type.document === undefined ? name : `json(${documentKey(type.document)})`;
    case 'native':
      return `native(${JSON.stringify(type.words)},${inner?.key}${type.domain === undefined ? '' : `,${type.domain.schema ?? ''}`})`;
    case 'custom':
    case 'encrypted':
      return `${name}${++customs}`;
    default:
      return name;
  }
}

function documentKey(document: JsonDocument): string {
  if ('items' in document) return `[${document.items.key}]`;
  return document.fields.map((field) => `${JSON.stringify(field.name)}:${field.type.key}`).join();
}

export function makeType<V>(type: Omit<SqlType<V>, 'key' | '~value'>): SqlType<V> {
  return { ...type, key: keyOf(type) };
}

/** The type with something of it changed. */
export function changeType<V>(type: SqlType, change: Partial<SqlType<V>>): SqlType<V> {
  return makeType<V>({ ...(type as SqlType<V>), ...change });
}

/** The type that a database has for this one. SQLAlchemy: `dialect_impl()`. */
export function variantFor(type: SqlType, dialect: string): SqlType {
  return type.variants === undefined ? type : (chosenFor(type.variants, dialect) ?? type);
}

export const INTEGER: SqlType<number> = makeType({ name: 'integer' });
export const BIG_INTEGER: SqlType<bigint> = makeType({ name: 'bigInteger' });
/** Whole numbers of more than 32 bits that a `number` holds. */
const WIDE_INTEGER: SqlType<number> = makeType({ name: 'bigInteger', asNumber: true });
export const DOUBLE: SqlType<number> = makeType({ name: 'double' });
export const TEXT: SqlType<string> = makeType({ name: 'text' });
export const BOOLEAN: SqlType<boolean> = makeType({ name: 'boolean' });
export const DATE: SqlType<string> = makeType({ name: 'date' });
export const TIME: SqlType<string> = makeType({ name: 'time' });
export const DATE_TIME: SqlType<Date> = makeType({ name: 'dateTime' });
export const INTERVAL: SqlType<string> = makeType({ name: 'interval' });
export const JSON_TYPE: SqlType<unknown> = makeType({ name: 'json' });
export const BINARY: SqlType<Uint8Array> = makeType({ name: 'binary' });
export const NUMERIC: SqlType<unknown> = makeType({ name: 'numeric' });
export const NULL_TYPE: SqlType<null> = makeType({ name: 'null' });
export const UNKNOWN: SqlType<unknown> = makeType({ name: 'unknown' });

const WHOLE: ReadonlySet<TypeName> = new Set<TypeName>(['integer', 'bigInteger', 'smallInteger', 'tinyInteger', 'mediumInteger']);
const TEXTUAL: ReadonlySet<TypeName> = new Set<TypeName>(['string', 'char', 'text', 'enum']);

/** What an enum is called where it is a type of its own; null for one that is text with a check, and for other types. */
export function enumTypeName({ enumName, native }: SqlType): string | null {
  return native === false ? null : (enumName ?? null);
}

/** Whether the type is one of the whole numbers. */
export function isWhole(type: SqlType): boolean {
  return WHOLE.has(type.name);
}

const FRACTIONS: ReadonlySet<TypeName> = new Set<TypeName>(['numeric', 'float', 'double']);
/** Digits from which some databases have no number for a decimal, and keep it in another form. */
const WIDE = 15;

/** Whether the type is of decimals with more digits than the numbers of every database have. */
export function isWideNumeric({ name, precision = 0 }: SqlType): boolean {
  return name === 'numeric' && precision > WIDE;
}

/**
 * The type of a value that may be of either: the first, but a number that holds both, and of two decimals one with as many
 * digits as the wider one has.
 */
export function widerType(first: SqlType, other: SqlType): SqlType {
  if (isWhole(first)) {
    const holdsBoth = FRACTIONS.has(other.name) || (other.name === 'bigInteger' && first.name !== 'bigInteger');
    return holdsBoth ? other : first;
  }
  if (first.name !== 'numeric' || isWideNumeric(first) || !isWideNumeric(other)) return first;
  return changeType(first, { precision: other.precision, scale: other.scale });
}

/** Whether the type is one of those that hold text. */
export function isTextual(type: SqlType): boolean {
  return TEXTUAL.has(type.name);
}

/** Whether the type's values are JavaScript objects or lists that may be changed from within. */
export function isMutable(type: SqlType): boolean {
  return type.name === 'json' || type.name === 'jsonb' || type.name === 'array';
}

/** The types of the values of `Temporal`, by what they call themselves. */
const TEMPORAL = new Map<string, SqlType>([
  ['Temporal.PlainDate', DATE],
  ['Temporal.PlainTime', TIME],
  ['Temporal.Instant', DATE_TIME],
  ['Temporal.Duration', INTERVAL],
]);

/** What a value of `Temporal` calls itself; null for every other value. */
export function temporalName(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return typeof tag === 'string' && tag.startsWith('Temporal.') ? tag : null;
}

/**
 * The type of a bare JavaScript value, where nothing beside it says one. Throws for functions, symbols and objects of
 * classes that no type stands for.
 */
export function typeOfValue(value: unknown, where?: string): SqlType {
  switch (typeof value) {
    case 'number':
      if (!Number.isSafeInteger(value)) return DOUBLE;
      return (value | 0) === value ? INTEGER : WIDE_INTEGER;
    case 'bigint':
      return BIG_INTEGER;
    case 'string':
      return TEXT;
    case 'boolean':
      return BOOLEAN;
    case 'undefined':
      // Whoever sends it says where it came from.
      return UNKNOWN;
    case 'object':
      return value === null ? NULL_TYPE : typeOfObject(value, where);
    default:
      throw noType(value, where);
  }
}

function noType(value: unknown, where = 'The value'): Error {
  const expected = 'a string, number, bigint, boolean, Date, Decimal, Uint8Array, null, an array or a plain object';
  return sqlError('sql.bad-value', 'unknown', expected, describe(value), where);
}

function typeOfObject(value: object, where: string | undefined): SqlType {
  if (value instanceof Date) return DATE_TIME;
  if (value instanceof Uint8Array) return BINARY;
  if (Array.isArray(value)) return JSON_TYPE;
  if (isDecimal(value)) return NUMERIC;
  const temporal = TEMPORAL.get(temporalName(value) ?? '');
  if (temporal !== undefined) return temporal;
  const prototype: unknown = Object.getPrototypeOf(value);
  // A plain object of another realm has an Object.prototype of its own.
  const plain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!plain && typeof (value as { toJSON?: unknown }).toJSON !== 'function') throw noType(value, where);
  return JSON_TYPE;
}

/** Whether this is a Decimal of decimal.js, whichever copy of the module made it. */
export function isDecimal(value: unknown): value is { toFixed(digits?: number): string; toString(): string; toNumber(): number } {
  return typeof value === 'object' && value !== null && (value as { toStringTag?: string }).toStringTag === '[object Decimal]';
}

/**
 * The value `null` inside a JSON column, which is not the NULL of SQL: `null` for a JSON column is NULL, and
 * `jsonNull` is the JSON text `null`. Both are read back as null. SQLAlchemy: `JSON.NULL`.
 *
 * @example new Setting({ name: 'theme', value: jsonNull })
 */
export const jsonNull: never = Object.freeze({ toJSON: () => null }) as never;

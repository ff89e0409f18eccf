/**
 * A SQL type as data: what it is called, its arguments, and a key that is equal for types that bind and decode alike.
 * How a database names, binds and decodes it is in that dialect's `types.ts`. SQLAlchemy: `TypeEngine`.
 */
export interface SqlType<V = unknown> {
  readonly name: TypeName;
  readonly key: string;
  readonly '~value'?: V;
  /** string, binary: the greatest length (characters, bytes). */
  readonly length?: number;
  /** numeric: digits in all, and digits after the point. */
  readonly precision?: number;
  readonly scale?: number;
  /** numeric: give a JavaScript number instead of a Decimal. */
  readonly asNumber?: boolean;
  /** dateTime: keep the zone where the database can. */
  readonly timezone?: boolean;
  /** enum: the allowed values. */
  readonly values?: readonly string[];
  /** enum: the name of the type, where the database has types of its own for enums. */
  readonly enumName?: string;
  /** custom: the type that is stored, and the two conversions. */
  readonly inner?: SqlType;
  readonly toDatabase?: (value: unknown) => unknown;
  readonly fromDatabase?: (value: unknown) => unknown;
}

export type TypeName =
  | 'integer'
  | 'bigInteger'
  | 'smallInteger'
  | 'string'
  | 'text'
  | 'boolean'
  | 'float'
  | 'double'
  | 'numeric'
  | 'date'
  | 'time'
  | 'dateTime'
  | 'json'
  | 'uuid'
  | 'binary'
  | 'enum'
  | 'custom'
  | 'null'
  | 'unknown';

let customs = 0;

function keyOf(type: Omit<SqlType, 'key'>): string {
  switch (type.name) {
    case 'numeric':
      return `numeric(${type.precision ?? ''},${type.scale ?? ''},${type.asNumber ? 'n' : 'd'})`;
    case 'dateTime':
      return type.timezone ? 'dateTime+' : 'dateTime';
    case 'enum':
      return `enum(${JSON.stringify(type.values)})`;
    case 'custom':
      return `custom${++customs}`;
    default:
      return type.name;
  }
}

export function makeType<V>(type: Omit<SqlType<V>, 'key' | '~value'>): SqlType<V> {
  return { ...type, key: keyOf(type) };
}

export const INTEGER: SqlType<number> = makeType({ name: 'integer' });
export const BIG_INTEGER: SqlType<bigint> = makeType({ name: 'bigInteger' });
export const DOUBLE: SqlType<number> = makeType({ name: 'double' });
export const TEXT: SqlType<string> = makeType({ name: 'text' });
export const BOOLEAN: SqlType<boolean> = makeType({ name: 'boolean' });
export const DATE_TIME: SqlType<Date> = makeType({ name: 'dateTime' });
export const JSON_TYPE: SqlType<unknown> = makeType({ name: 'json' });
export const BINARY: SqlType<Uint8Array> = makeType({ name: 'binary' });
export const NUMERIC: SqlType<unknown> = makeType({ name: 'numeric' });
export const NULL_TYPE: SqlType<null> = makeType({ name: 'null' });
export const UNKNOWN: SqlType<unknown> = makeType({ name: 'unknown' });

/** The type of a bare JavaScript value, where nothing beside it says one. */
export function typeOfValue(value: unknown): SqlType {
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? INTEGER : DOUBLE;
    case 'bigint':
      return BIG_INTEGER;
    case 'string':
      return TEXT;
    case 'boolean':
      return BOOLEAN;
    default:
      if (value === null) return NULL_TYPE;
      if (value instanceof Date) return DATE_TIME;
      if (value instanceof Uint8Array) return BINARY;
      if (isDecimal(value)) return NUMERIC;
      return JSON_TYPE;
  }
}

/** Whether this is a Decimal of decimal.js, whichever copy of the module made it. */
export function isDecimal(value: unknown): value is { toFixed(digits?: number): string; toString(): string; toNumber(): number } {
  return typeof value === 'object' && value !== null && (value as { toStringTag?: string }).toStringTag === '[object Decimal]';
}

import { describe } from '../sql/errors.ts';
import { isWhole } from '../sql/type.ts';
import { ormError } from './errors.ts';
import { Decoded, type Entity, MAPPER, type Mapper, ROW, STATUS, STATUS_NAMES } from './mapping.ts';

/** One value of a key, in a form that is equal for equal keys. */
function part(value: unknown): unknown {
  if (typeof value === 'bigint')
    return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : String(value);
  if (value instanceof Date) return value.getTime();
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`;
  return typeof value === 'object' && value !== null ? String(value) : value;
}

/** The identity of JavaScript key values: what the identity map finds an object by. */
export function identityOf(values: readonly unknown[]): unknown {
  if (values.length === 1) return part(values[0]);
  return JSON.stringify(values.map((value) => String(part(value))));
}

/** The same as text, in which a number and the decimal of its value are one. */
export function identityText(values: readonly unknown[]): string {
  return String(identityOf(values));
}

/** The identity of a row as the database brought it; undefined where a key column is NULL. */
export function identityOfRow(mapper: Mapper, row: readonly unknown[], offset = 0): unknown {
  if (mapper.plainKey >= 0) return row[offset + mapper.plainKey] ?? undefined;
  const values: unknown[] = [];
  for (const position of mapper.keyPositions) {
    const raw = row[offset + position];
    if (raw === null || raw === undefined) return undefined;
    // What stands as it is needs no database to say how it is read: objects may be new.
    values.push(raw instanceof Decoded ? raw.value : typeof raw === mapper.kinds[position] ? raw : decodedKey(mapper, position, raw));
  }
  return identityOf(values);
}

function decodedKey(mapper: Mapper, position: number, raw: unknown): unknown {
  if (!isRawKey(raw) || (mapper.kinds[position] === 'bytes' && raw instanceof Uint8Array && raw.constructor === Uint8Array)) return raw;
  const { decode } = mapper.codecs()[position];
  return decode === null ? raw : decode(raw);
}

/** Rows bring keys as text, numbers or bytes; anything else is decoded already, or needs no decoding. */
function isRawKey(value: unknown): boolean {
  return (typeof value !== 'object' && typeof value !== 'boolean') || value instanceof Uint8Array;
}

/** An object's identity; undefined while its key has no value. */
export function identityOfEntity(entity: Entity): unknown {
  return identityOfRow(entity[MAPPER], entity[ROW]);
}

/** The key values that `get()` was given, checked: one value, a list in the key's order, or an object by attribute. */
export function keyValues(mapper: Mapper, key: unknown): unknown[] {
  const names = mapper.keyPositions.map((position) => mapper.columns[position].key);
  const expected = names.length === 1 ? `one value (${names[0]})` : `[${names.join(', ')}] or an object with these keys`;
  if (names.length === 1 && !(typeof key === 'object' && key !== null && Object.getPrototypeOf(key) === Object.prototype)) {
    if (key === null || key === undefined || Array.isArray(key)) throw ormError('orm.bad-key', mapper.name, expected, describe(key));
    return [key];
  }
  const values = Array.isArray(key)
    ? key
    : typeof key === 'object' && key !== null
      ? names.map((name) => (key as Record<string, unknown>)[name])
      : [];
  if (values.length !== names.length || values.some((value) => value === null || value === undefined)) {
    throw ormError('orm.bad-key', mapper.name, expected, describe(key));
  }
  return values;
}

/** `<User id=1>`, or `<User (transient)>` for an object without a key. */
export function nameOf(entity: Entity): string {
  const mapper = entity[MAPPER];
  const identity = identityOfEntity(entity);
  if (identity === undefined) return `<${mapper.name} (${STATUS_NAMES[entity[STATUS]]})>`;
  const values = mapper.keyPositions.map((position) => {
    const slot = entity[ROW][position];
    const column = mapper.columns[position];
    return `${column.key}=${column.sensitive ? '…' : String(slot instanceof Decoded ? slot.value : slot)}`;
  });
  return `<${mapper.name} ${values.join(' ')}>`;
}

/** A key of one column as it stands in an address; null for a text that cannot be one. */
export function keyFromText(mapper: Mapper, text: string): unknown {
  const { type } = mapper.columns[mapper.keyPositions[0]];
  if (type.name === 'bigInteger' && !type.asNumber) return /^-?\d{1,19}$/.test(text) ? BigInt(text) : null;
  if (isWhole(type)) return /^-?\d{1,15}$/.test(text) ? Number(text) : null;
  return text;
}

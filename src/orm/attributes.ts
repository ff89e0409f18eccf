import { describe, sqlError } from '../sql/errors.ts';
import { Expression } from '../sql/expression.ts';
import { isDecimal, isMutable, type SqlType } from '../sql/type.ts';
import { ormError, ValidationError } from './errors.ts';
import { nameOf } from './identity.ts';
import {
  CHANGES,
  Decoded,
  type Entity,
  MAPPER,
  type Mapper,
  PENDING,
  PERSISTENT,
  RELATED,
  ROW,
  recordChange,
  SESSION,
  type SlotKind,
  STATUS,
  TRANSIENT,
} from './mapping.ts';
import { dropSqlValue, mayHaveSqlValues, setSqlValue, sqlValueAt } from './sql-values.ts';

/** The kind of JavaScript values that a type has. Where a row may hold a value of the same kind that means something else, it is boxed. */
export function slotKind(type: SqlType): SlotKind {
  switch (type.name) {
    case 'integer':
    case 'smallInteger':
    case 'tinyInteger':
    case 'mediumInteger':
    case 'float':
    case 'double':
      return 'number';
    case 'numeric':
      return type.asNumber ? 'number' : type.asString ? 'boxed' : 'object';
    case 'bigInteger':
      return type.asNumber ? 'number' : 'bigint';
    case 'boolean':
      return 'boolean';
    case 'dateTime':
      return type.asString ? 'boxed' : 'object';
    case 'time':
      return type.timezone ? 'boxed' : 'string';
    case 'binary':
      return 'bytes';
    case 'native':
      return slotKind(type.inner as SqlType);
    // PostgreSQL fills it up with blanks, which are no part of the value.
    case 'char':
    case 'interval':
    case 'json':
    case 'jsonb':
    case 'array':
    case 'custom':
    case 'encrypted':
      return 'boxed';
    default:
      return 'string';
  }
}

/** The slow path of a getter: decodes what the row brought and keeps it, or says what is missing. */
export function convert(entity: Entity, position: number): unknown {
  const row = entity[ROW];
  const raw = row[position];
  if (raw === null) return null;
  const mapper = entity[MAPPER];
  if (raw === undefined) return missing(entity, mapper, position);
  const decode = mapper.decoders[position];
  // Without a database there is nothing to decode with, and codecs() says so.
  const value = decode === null ? raw : decode === undefined ? mapper.codecs() : decode(raw);
  if (mapper.kinds[position] === 'boxed') {
    row[position] = new Decoded(value, raw);
    if (isMutable(mapper.columns[position].type)) entity[SESSION]?.watch(entity);
  } else row[position] = value;
  return value;
}

function missing(entity: Entity, mapper: Mapper, position: number): unknown {
  const status = entity[STATUS];
  if (sqlValueAt(entity, position) !== undefined) throw ormError('orm.sql-not-flushed', nameOf(entity), mapper.columns[position].key);
  // A value that was never given reads as null where the column may be NULL, as in SQLAlchemy.
  if (status === TRANSIENT || status === PENDING) return mapper.columns[position].nullable ? null : undefined;
  const attribute = `'${mapper.columns[position].key}'`;
  if (status === PERSISTENT) throw ormError('orm.column-not-loaded', attribute, nameOf(entity));
  throw ormError('orm.detached', nameOf(entity), `${attribute} cannot be loaded`);
}

/** The value of a column as JavaScript has it; undefined where it is not known. */
export function columnValue(entity: Entity, position: number): unknown {
  const slot = entity[ROW][position];
  if (slot === undefined) return undefined;
  return plainValue(entity, position, slot);
}

/** A slot's content, of now or before a change, as a JavaScript value. */
export function plainValue(entity: Entity, position: number, slot: unknown): unknown {
  if (slot === null || slot === undefined) return slot;
  if (slot instanceof Decoded) return slot.value;
  const mapper = entity[MAPPER];
  if (isJavaScript(slot, mapper.kinds[position])) return slot;
  const { decode } = mapper.codecs()[position];
  return decode === null ? slot : decode(slot);
}

/** Whether a slot's content is the JavaScript value already; a box is opened before. */
export function isJavaScript(value: unknown, kind: SlotKind): boolean {
  if (kind === 'bytes') return value instanceof Uint8Array && value.constructor === Uint8Array;
  return kind !== 'boxed' && typeof value === kind;
}

/** The setter of a column: events and validators, then the value; what changed is remembered for the flush. */
export function write(entity: Entity, position: number, given: unknown): void {
  const mapper = entity[MAPPER];
  if (given instanceof Expression) {
    writeSql(entity, mapper, position, given);
    return;
  }
  if (given === undefined) throw ormError('orm.undefined-attribute', `${mapper.name}.${mapper.columns[position].key}`);
  let value = mapper.validators[position].length > 0 ? validate(mapper, position, given) : given;
  const listeners = mapper.setters[position];
  const row = entity[ROW];
  const old = row[position];
  if (listeners !== null) {
    for (const listener of listeners)
      if (listener.retval === true) value = listener(entity, value, plainValue(entity, position, old) ?? null);
    if (value === undefined) throw ormError('orm.undefined-attribute', `${mapper.name}.${mapper.columns[position].key}`);
  }
  if (mapper.kinds[position] === 'boxed' && value !== null) value = new Decoded(value, undefined);
  else if (value === old && listeners === null) return;
  if (old === undefined && mayHaveSqlValues(mapper)) dropSqlValue(entity, position);
  // A pending object has a list of changes while its row is being written.
  if (entity[STATUS] >= PERSISTENT || (entity[STATUS] === PENDING && entity[CHANGES] !== null)) {
    // A decoded value may have been changed from within since; what the row brought was not.
    recordChange(entity, position, old instanceof Decoded && old.raw !== undefined ? old.raw : old);
    row[position] = value;
    entity[SESSION]?.touch(entity);
  } else row[position] = value;
  forgetRelated(entity, mapper, position);
  if (listeners !== null) {
    const before = plainValue(entity, position, old);
    for (const listener of listeners)
      if (listener.retval !== true) listener(entity, value instanceof Decoded ? value.value : value, before === undefined ? null : before);
  }
}

/** SQL in a value's place: the flush writes what the database makes of it, which nobody can look at before. */
function writeSql(entity: Entity, mapper: Mapper, position: number, expression: Expression): void {
  const column = mapper.columns[position];
  if (column.computed !== null) throw sqlError('sql.computed-column', mapper.name, column.key);
  const row = entity[ROW];
  const old = row[position];
  const stored = entity[STATUS] >= PERSISTENT || (entity[STATUS] === PENDING && entity[CHANGES] !== null);
  if (stored) recordChange(entity, position, old instanceof Decoded && old.raw !== undefined ? old.raw : old);
  row[position] = undefined;
  setSqlValue(entity, position, expression);
  if (stored) entity[SESSION]?.touch(entity);
  forgetRelated(entity, mapper, position);
}

/** An object found by the old foreign key is no longer the related one. */
export function forgetRelated(entity: Entity, mapper: Mapper, position: number, keep?: Entity | null): void {
  const dependents = mapper.dependents[position];
  const related = entity[RELATED];
  if (dependents === null || related === null) return;
  for (const relation of dependents) {
    const place = mapper.columns.length + relation;
    const changes = entity[CHANGES];
    let assigned = false;
    if (changes !== null) for (let i = 0; i < changes.length; i += 2) assigned ||= changes[i] === place;
    if (!assigned && entity[STATUS] === PERSISTENT && related[relation] !== keep) related[relation] = undefined;
  }
}

/** A value as the column's validators give it. Throws a ValidationError for one that they refuse. */
export function validate(mapper: Mapper, position: number, given: unknown): unknown {
  const column = mapper.columns[position];
  const attribute = `${mapper.name}.${column.key}`;
  let value = given;
  if (column.computed !== null) throw sqlError('sql.computed-column', mapper.name, column.key);
  if (value === null) return value;
  for (const validator of mapper.validators[position]) {
    if (typeof validator === 'function') {
      const result = validator(value);
      if (result !== undefined) value = result;
      continue;
    }
    const result = validator['~standard'].validate(value);
    if (result instanceof Promise) {
      throw new ValidationError(
        'orm.async-validator',
        `${attribute} has a validator that answers later. Attributes are set at once: use a synchronous schema.`,
        column.key,
      );
    }
    if ('issues' in result && result.issues !== undefined) {
      const reasons = (result.issues as readonly { message: string }[]).map((issue) => issue.message).join('; ');
      throw new ValidationError('orm.invalid-value', `${attribute} refused the value: ${reasons}`, column.key);
    }
    value = (result as { value: unknown }).value;
  }
  return value;
}

/** Whether a column's value is another one now than before the change. */
export function differs(entity: Entity, position: number, before: unknown): boolean {
  const slot = entity[ROW][position];
  // Numbers, texts and the like as they stand; NaN is the same value as NaN.
  if (typeof slot === typeof before && typeof slot !== 'object' && typeof slot === entity[MAPPER].kinds[position])
    return !Object.is(slot, before) && slot !== before;
  // The null inside JSON reads as NULL does, and is another value.
  if (slot !== undefined && before !== undefined && (slot === null) !== (before === null)) return true;
  const old = plainValue(entity, position, before);
  const now = columnValue(entity, position);
  if (now === undefined && sqlValueAt(entity, position) !== undefined) return true;
  const equals = entity[MAPPER].columns[position].type.custom?.equals;
  if (equals != null && old != null && now != null) return !equals(old, now);
  return !sameValue(old, now);
}

/** Whether JSON that was read has been changed from within since. */
export function changedInside(entity: Entity, position: number): boolean {
  const slot = entity[ROW][position];
  if (!(slot instanceof Decoded) || slot.raw === undefined) return false;
  const { decode } = entity[MAPPER].codecs()[position];
  const before = decode === null ? slot.raw : decode(slot.raw);
  // The items of an array may be what JSON has no form for.
  if (entity[MAPPER].columns[position].type.name === 'array') return contentOf(before) !== contentOf(slot.value);
  try {
    return JSON.stringify(before) !== JSON.stringify(slot.value);
  } catch {
    // No JSON any more, which is said where it is written.
    return true;
  }
}

/** Whether two JavaScript values of one type are the same value for the database. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return numeric(a) !== null && numeric(a) === numeric(b);
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof Uint8Array && b instanceof Uint8Array) return a.length === b.length && a.every((byte, i) => byte === b[i]);
  if (isDecimal(a) && isDecimal(b)) return a.toString() === b.toString();
  return contentOf(a) === contentOf(b);
}

/** What an object or list holds, as text; bigints and NaN too, which JSON has no form for. */
function contentOf(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'bigint' || (typeof item === 'number' && !Number.isFinite(item)) ? `${item}n` : item,
  );
}

/** A number, bigint or Decimal as comparable text; a price of 5 is the Decimal 5. */
function numeric(value: unknown): string | null {
  return typeof value === 'number' || typeof value === 'bigint' || isDecimal(value) ? String(value) : null;
}

/** Throws for a key that the model does not have. */
export function unknownAttribute(mapper: Mapper, key: string): never {
  throw ormError('orm.unknown-attribute', mapper.name, key, [...mapper.positions.keys()].join(', '));
}

/** Checks a filter's or a set's value: never undefined. */
export function checkValue(value: unknown, where: string): void {
  if (value === undefined) throw sqlError('sql.undefined-value', where);
  if (typeof value === 'function') throw sqlError('sql.bad-argument', where, 'a value', describe(value));
}

import { isTextual, type JsonDocument, type SqlType } from '../../sql/type.ts';
import type { Codec } from './dialect.ts';
import { heldType, storedType } from './type-names.ts';

/** How a value of this type stands in JSON that a statement makes: as it is, as JSON, as text, or as hexadecimal digits. */
export type JsonForm = 'plain' | 'json' | 'text' | 'hex';

const FORMS: Readonly<Partial<Record<SqlType['name'], JsonForm>>> = {
  json: 'json',
  jsonb: 'json',
  binary: 'hex',
  // JSON's numbers are read as doubles.
  bigInteger: 'text',
  numeric: 'text',
  date: 'text',
  time: 'text',
  dateTime: 'text',
  interval: 'text',
  bit: 'text',
  array: 'text',
};

export function jsonForm(type: SqlType, dialect: string): JsonForm {
  const stored = storedType(type, dialect);
  const held = heldType(stored, dialect);
  // What is text to a program may be none to the database.
  return stored.name === 'native' && isTextual(held) ? 'text' : (FORMS[held.name] ?? 'plain');
}

/** Reads JSON that a statement made, each value as its type says. */
export function documentDecoder(document: JsonDocument, codecOf: (type: SqlType) => Codec): (raw: unknown) => unknown {
  const read = reader(document, codecOf);
  return (raw) => read(typeof raw === 'string' ? JSON.parse(raw) : raw);
}

type Read = (value: unknown) => unknown;

function reader(document: JsonDocument, codecOf: (type: SqlType) => Codec): Read {
  if ('items' in document) {
    const item = valueReader(document.items, codecOf);
    return (list) => (list as unknown[]).map((value) => (value === null ? null : item(value)));
  }
  const fields = document.fields.map(({ name, type }) => ({ name, read: valueReader(type, codecOf) }));
  return (object) => {
    const row: Record<string, unknown> = {};
    for (const { name, read } of fields) {
      const value = (object as Record<string, unknown>)[name] ?? null;
      row[name] = value === null ? null : read(value);
    }
    return row;
  };
}

function valueReader(type: SqlType, codecOf: (type: SqlType) => Codec): Read {
  if (type.document !== undefined) return reader(type.document, codecOf);
  const { decode } = codecOf(type);
  const { name } = stored(type);
  const finish: Read = decode ?? ((value) => value);
  // Databases without a boolean have numbers, and some make a truth of it in JSON.
  if (name === 'boolean' && decode !== null) return (value) => decode(typeof value === 'boolean' ? Number(value) : value);
  if (name === 'boolean') return (value) => value === true || value === 1;
  // SQLite writes Inf.
  if (name === 'float' || name === 'double') return (value) => finish(Number(String(value).replace(/Inf$/, 'Infinity')));
  if (name === 'json' || name === 'jsonb') return (value) => finish(JSON.stringify(value));
  if (name === 'binary') return (value) => finish(new Uint8Array(Buffer.from(value as string, 'hex')));
  return finish;
}

function stored(type: SqlType): SqlType {
  return type.inner !== undefined && (type.name === 'custom' || type.name === 'encrypted') ? stored(type.inner) : type;
}

import { describe, sqlError } from './errors.ts';
import { type EncryptionKey, makeType, type SqlType } from './type.ts';

/** How values are encrypted. */
export interface EncryptionOptions {
  /** One key, or several of which the first encrypts and all decrypt. A lone key has the id `'0'`. */
  key: EncryptionKey | readonly { readonly id: string; readonly key: EncryptionKey }[];
  /**
   * Equal values can be found: by a hash under a key made of the last of the keys, or under one of its own, which must stay
   * when the others change.
   */
  search?: boolean | { readonly key: EncryptionKey };
}

const ID = /^[A-Za-z0-9_-]{1,32}$/;

function isKey(value: unknown): value is EncryptionKey {
  return typeof value === 'string' || typeof value === 'function' || value instanceof Uint8Array;
}

function checkKey(value: unknown, where: string): EncryptionKey {
  if (isKey(value)) return value;
  throw sqlError('sql.bad-argument', where, '32 bytes, their base64 or hexadecimal digits, or a function that gives them', describe(value));
}

/** The type of values that are stored encrypted; what encrypts them is in the dialects. */
export function encryptedType<V>(inner: SqlType<V>, options: EncryptionOptions): SqlType<V> {
  const { key, search = false } = options ?? {};
  const keys = Array.isArray(key)
    ? (key as readonly { id: string; key: EncryptionKey }[]).map(({ id, key: one }) => ({ id, key: checkKey(one, 't.encrypted({ key })') }))
    : [{ id: '0', key: checkKey(key, 't.encrypted({ key })') }];
  if (keys.length === 0) throw sqlError('sql.bad-argument', 't.encrypted({ key })', 'one key or more', 'none');
  for (const { id } of keys)
    if (typeof id !== 'string' || !ID.test(id))
      throw sqlError('sql.bad-argument', 't.encrypted({ key })', 'ids of letters, digits, - and _', 'another one');
  if (new Set(keys.map(({ id }) => id)).size !== keys.length)
    throw sqlError('sql.bad-argument', 't.encrypted({ key })', 'a different id for each key', 'one twice');
  if (inner.name === 'encrypted') throw sqlError('sql.bad-argument', 't.encrypted()', 'a type that is not encrypted', 't.encrypted()');
  const hashed = search === false ? null : search === true ? keys[keys.length - 1].key : checkKey(search.key, 't.encrypted({ search })');
  return makeType<V>({ name: 'encrypted', inner, encryption: { keys, search: hashed } });
}

import { isTextual, isWhole, type SqlType } from '../../sql/type.ts';
import type { Codec } from './dialect.ts';
import { storedType } from './type-names.ts';

/** An encoded value as JSON holds it without loss: wide integers, infinities and bytes as text. */
export type Portable = string | number | boolean | null;

/** What the driver would get, in a form that JSON keeps. */
export function toPortable(encoded: unknown): Portable {
  if (typeof encoded === 'bigint') return String(encoded);
  if (typeof encoded === 'number')
    return Number.isFinite(encoded) && !Object.is(encoded, -0) ? encoded : Object.is(encoded, -0) ? '-0' : String(encoded);
  if (encoded instanceof Uint8Array) return Buffer.from(encoded).toString('base64');
  return encoded as Portable;
}

/** The way back: what a row would hold, by the type that is stored. */
export function fromPortable(type: SqlType, value: Portable): unknown {
  if (typeof value !== 'string') return value;
  const stored = storedType(type);
  if (isTextual(stored)) return value;
  if (isWhole(stored)) return BigInt(value);
  if (stored.name === 'float' || stored.name === 'double') return Number(value);
  if (stored.name === 'binary') return new Uint8Array(Buffer.from(value, 'base64'));
  return value;
}

/** A value of the type through its codec, as JSON keeps it; null stays null. */
export function encodePortable(codec: Codec, value: unknown, where?: string): Portable {
  return value === null ? null : toPortable((codec.store ?? codec.bind)(value, where));
}

/** The value that `encodePortable` was given. */
export function decodePortable(codec: Codec, type: SqlType, value: Portable): unknown {
  if (value === null) return null;
  const raw = fromPortable(type, value);
  return codec.decode === null ? raw : codec.decode(raw);
}

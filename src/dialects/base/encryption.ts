import { describe, sqlError } from '../../sql/errors.ts';
import type { Encryption, EncryptionKey, SqlType } from '../../sql/type.ts';
import type { Codec } from './dialect.ts';
import { dialectError } from './errors.ts';
import { decodePortable, encodePortable, type Portable } from './portable-values.ts';

// Loaded with the first encrypted column: most programs have none, and it takes long to load.
const cryptography = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto');

/**
 * The text of an encrypted value: `a1.<hash>.<key's id>.<nonce, ciphertext and tag in base64>`. The hash is empty where
 * values are not searched. What stands before the last point is authenticated with the ciphertext.
 */
const VERSION = 'a1';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ENVELOPE = /^(a1\.([0-9a-f]{64}|)\.([A-Za-z0-9_-]{1,32}))\.([A-Za-z0-9+/=]+)$/;

/** How many of an envelope's first characters are equal for equal values. */
export const SEARCH_LENGTH: number = `${VERSION}.`.length + 64;

const keys = new WeakMap<Encryption, Map<string, Buffer>>();

/** The 32 bytes of a key, asked for once. */
function bytesOf(encryption: Encryption, id: string, given: EncryptionKey): Buffer {
  let known = keys.get(encryption);
  if (known === undefined) {
    known = new Map();
    keys.set(encryption, known);
  }
  let bytes = known.get(id);
  if (bytes === undefined) {
    bytes = readKey(typeof given === 'function' ? given() : given);
    known.set(id, bytes);
  }
  return bytes;
}

function readKey(value: unknown): Buffer {
  if (value instanceof Uint8Array && value.length === 32) return Buffer.from(value);
  if (typeof value === 'string') {
    const bytes = /^[0-9a-f]{64}$/i.test(value) ? Buffer.from(value, 'hex') : Buffer.from(value, 'base64');
    if (bytes.length === 32) return bytes;
  }
  const got =
    typeof value === 'string' ? 'a text of another length' : value instanceof Uint8Array ? `${value.length} bytes` : describe(value);
  throw sqlError('sql.bad-argument', 't.encrypted({ key })', '32 bytes or their base64 or hexadecimal digits', got);
}

/** Values encrypted by AES-256-GCM, each with a nonce of its own, over the codec of the type inside. */
export function encryptedCodec(type: SqlType, inner: Codec): Codec {
  const stored = type.inner as SqlType;
  const encryption = type.encryption as Encryption;
  const { search } = encryption;
  const content = (value: unknown, where?: string): Buffer => Buffer.from(JSON.stringify(encodePortable(inner, value, where)));
  const prefix = (plain: Buffer): string => {
    if (search === null) return `${VERSION}.`;
    // A key for one purpose only, so that the hash says nothing about the encryption.
    const key = Buffer.from(cryptography().hkdfSync('sha256', bytesOf(encryption, '', search), '', 'athanor search', 32));
    return `${VERSION}.${cryptography().createHmac('sha256', key).update(plain).digest('hex')}`;
  };

  return {
    bind: (value, where) => {
      if (search === null) throw dialectError('type.encrypted', where ?? 'The column', 'it cannot be compared, since it has no search');
      return prefix(content(value, where));
    },
    store: (value, where) => {
      const plain = content(value, where);
      const [{ id, key }] = encryption.keys;
      const header = `${prefix(plain)}.${id}`;
      const nonce = cryptography().randomBytes(NONCE_BYTES);
      const cipher = cryptography()
        .createCipheriv('aes-256-gcm', bytesOf(encryption, id, key), nonce)
        .setAAD(Buffer.from(header));
      const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      return `${header}.${sealed.toString('base64')}`;
    },
    literal: (_value, where) => {
      throw dialectError('type.encrypted', where ?? 'An encrypted column', 'its values have no place in SQL text');
    },
    decode: (raw) => {
      const [, header, , id, text] = (typeof raw === 'string' ? ENVELOPE.exec(raw) : null) ?? [];
      if (header === undefined)
        throw dialectError(
          'driver.undecodable',
          'encrypted',
          'an encrypted value',
          typeof raw === 'string' ? 'another text' : describe(raw),
        );
      const key = encryption.keys.find((one) => one.id === id);
      if (key === undefined) throw dialectError('driver.no-key', id, encryption.keys.map((one) => one.id).join(', '));
      return decodePortable(
        inner,
        stored,
        JSON.parse(open(header, Buffer.from(text, 'base64'), bytesOf(encryption, id, key.key))) as Portable,
      );
    },
  };
}

function open(header: string, sealed: Buffer, key: Buffer): string {
  try {
    const end = sealed.length - TAG_BYTES;
    const decipher = cryptography()
      .createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(header))
      .setAuthTag(sealed.subarray(end));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]).toString('utf8');
  } catch {
    // The reason would say nothing more, and the cause might show what was read.
    throw dialectError('driver.undecryptable');
  }
}

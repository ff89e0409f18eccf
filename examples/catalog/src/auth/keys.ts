import { hkdfSync } from 'node:crypto';

/** Separate keys for separate uses, so that a signed cookie can never pass for a token. */
export interface Keys {
  readonly session: Buffer;
  readonly token: Buffer;
}

/** Derives the keys from the one secret of the configuration. */
export function deriveKeys(secret: string): Keys {
  const derive = (use: string) => Buffer.from(hkdfSync('sha256', secret, '', `catalog ${use}`, 32));
  return { session: derive('session'), token: derive('token') };
}

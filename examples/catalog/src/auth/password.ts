import { hash, verify } from '@node-rs/argon2';

/** The longest password taken, in characters; the shortest for a new account. */
export const passwordLimits = { shortest: 8, longest: 200 } as const;

/** An argon2id hash with its parameters and salt in it. */
export function hashPassword(password: string): Promise<string> {
  return hash(password);
}

let decoy: Promise<string> | undefined;

/**
 * Whether `password` is the one that was hashed. With no hash (no such user, or one who can't sign in) it takes the same time
 * and says no, so that an answer's delay does not tell which user names exist.
 */
export async function verifyPassword(passwordHash: string | null | undefined, password: string): Promise<boolean> {
  if (!passwordHash) decoy ??= hashPassword('no one has this password');
  const matches = await verify(passwordHash || (await decoy)!, password);
  return Boolean(passwordHash) && matches;
}

import { jwtVerify, SignJWT } from 'jose';

const issuer = 'catalog';

/** How long a token is good for, in seconds. */
export const tokenLifetime = 12 * 60 * 60;

/** A signed token (JWT, HS256) that names a user. What the user may do is looked up at each request, not kept in it. */
export function issueToken(userId: number, key: Uint8Array): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setSubject(String(userId))
    .setIssuedAt()
    .setExpirationTime(`${tokenLifetime} s`)
    .sign(key);
}

/** The id of the user that a token names; null for a token that is not ours, not whole, or too old. */
export async function readToken(token: string, key: Uint8Array): Promise<number | null> {
  try {
    const { payload } = await jwtVerify(token, key, { issuer, algorithms: ['HS256'] });
    const id = Number(payload.sub);
    return Number.isSafeInteger(id) ? id : null;
  } catch {
    return null;
  }
}

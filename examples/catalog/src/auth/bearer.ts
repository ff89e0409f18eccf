import type { FastifyRequest } from 'fastify';
import { db } from '../db.ts';
import { HttpError } from '../http-error.ts';
import { User } from '../models/user.ts';
import type { Role } from './roles.ts';
import { readToken } from './token.ts';

/** The user whose token is in the request's `Authorization: Bearer` header; throws a 401 without a good one. */
export async function bearerUser(request: FastifyRequest, key: Uint8Array): Promise<User> {
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const userId = token === undefined ? null : await readToken(token, key);
  const user = userId === null ? null : await db.session.get(User, userId);
  if (!user) throw new HttpError(401, 'Unauthorized');
  return user;
}

/** A hook that lets a request through only with the token of a user who ranks at or above `required`: else 401 or 403. */
export function requireRole(required: Role, key: Uint8Array) {
  return async (request: FastifyRequest): Promise<void> => {
    const user = await bearerUser(request, key);
    if (!user.hasRole(required)) throw new HttpError(403, 'Permission denied');
    request.apiUser = user;
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the token, where a route asks for one. */
    apiUser: User | null;
  }
}

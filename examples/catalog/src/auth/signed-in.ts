import type { FastifyReply, FastifyRequest } from 'fastify';
import { db } from '../db.ts';
import { HttpError } from '../http-error.ts';
import { User } from '../models/user.ts';
import type { Role } from './roles.ts';

/** The user whose session cookie came with the request; null for a visitor, or an account that is gone. */
export async function sessionUser(request: FastifyRequest): Promise<User | null> {
  const { userId } = request.webSession;
  return userId === undefined ? null : db.session.get(User, userId);
}

/** Starts a signed-in session; the form token changes with it, so that one planted before is worth nothing. */
export function signIn(reply: FastifyReply, user: User): void {
  reply.request.webSession = { userId: user.id };
}

/** Ends the session. */
export function signOut(reply: FastifyReply): void {
  reply.request.webSession = {};
}

/** The signed-in user if he ranks high enough; else a 401 or a 403, which the error page turns into words. */
export async function requireSessionUser(request: FastifyRequest, required: Role): Promise<User> {
  const user = await sessionUser(request);
  if (!user) throw new HttpError(401, 'Sign in first.');
  if (!user.hasRole(required)) throw new HttpError(403, 'Your account may not do that.');
  return user;
}

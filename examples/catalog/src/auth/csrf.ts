import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { field } from '../text-field.ts';

/** The name of the hidden field that every form carries. */
export const csrfField = '_csrf';

/** The token of this visitor's session; a first call makes one. */
export function csrfToken(request: FastifyRequest): string {
  request.webSession.csrf ??= randomBytes(24).toString('base64url');
  return request.webSession.csrf;
}

/** Whether the posted form carries the session's token; compared in constant time. */
export function hasCsrfToken(request: FastifyRequest): boolean {
  const expected = Buffer.from(request.webSession.csrf ?? '');
  const given = Buffer.from(field(request.body, csrfField));
  return expected.length > 0 && expected.length === given.length && timingSafeEqual(expected, given);
}

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from '../web/problem.ts';

/** Answers a failed request in JSON: `{ error, field? }`. */
export function sendProblem(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, message, field } = problemOf(error);
  if (status === 500) request.log.error(error);
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="catalog"');
  if (status === 503) reply.header('retry-after', '1');
  return reply.code(status).send({ error: message, field });
}

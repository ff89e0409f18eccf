import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { securityHeaders } from './security-headers.ts';
import { render } from './templates.ts';

/** Answers an address that can't be read. It reaches no route, and so no hook: this page stands by itself. */
export function answerBadAddress(production: boolean) {
  return (error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
    const heading = 'That address makes no sense';
    void reply
      .code(error.statusCode ?? 400)
      .headers(securityHeaders(production))
      .type('text/html; charset=utf-8')
      .send(render('error', { title: heading, status: 400, heading, message: 'It may have been cut short.' }));
  };
}

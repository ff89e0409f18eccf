import type { FastifyReply } from 'fastify';
import { csrfToken } from '../auth/csrf.ts';
import { takeFlash } from '../auth/session.ts';
import { sessionUser } from '../auth/signed-in.ts';
import { pathOf } from './address.ts';
import { render } from './templates.ts';

/** Answers with a page: the template's own values, and what every page shows (who is signed in, the message of the last step). */
export async function sendPage(reply: FastifyReply, template: string, values: object): Promise<FastifyReply> {
  const { request } = reply;
  const html = render(template, {
    user: await sessionUser(request),
    flash: takeFlash(request),
    csrf: () => csrfToken(request),
    path: pathOf(request.url),
    ...values,
  });
  return reply.type('text/html; charset=utf-8').header('cache-control', 'private, no-cache').send(html);
}

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from '../web/address.ts';
import { sendPage } from '../web/page.ts';
import { problemOf } from '../web/problem.ts';

const headings: Readonly<Record<number, string>> = {
  400: 'That request made no sense to us',
  401: 'Please sign in first',
  403: 'That is not for this account',
  404: 'We could not find that',
  409: 'That did not work out',
  413: 'That was too much at once',
  503: 'One moment, please',
};

const messages: Readonly<Record<number, string>> = {
  404: 'The page may have moved, or the product may be gone from the shop.',
  500: 'Something went wrong on our side. We have written it down; please try again.',
};

/** Answers with a page that says what went wrong. */
export async function sendErrorPage(reply: FastifyReply, status: number, message?: string): Promise<FastifyReply> {
  const heading = headings[status] ?? (status >= 500 ? 'Something went wrong' : 'That did not work out');
  return sendPage(reply.code(status), 'error', { title: heading, status, heading, message: messages[status] ?? message });
}

/** The error handler of the pages. */
export async function showError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { status, message } = problemOf(error);
  if (status === 500) request.log.error(error);
  return sendErrorPage(reply, status, message);
}

/** The answer to an address that nothing has: a page for people, JSON for programs. */
export async function showNotFound(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const accepts = request.headers.accept ?? '';
  const program = pathOf(request.url).startsWith('/api/') || (accepts.includes('json') && !accepts.includes('html'));
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (program || !reads) return reply.code(404).send({ error: 'Not found' });
  return sendErrorPage(reply, 404);
}

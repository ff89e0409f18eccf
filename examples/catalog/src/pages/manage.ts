import type { FastifyInstance } from 'fastify';
import { requireSessionUser, sessionUser } from '../auth/signed-in.ts';
import { addressOf } from '../web/address.ts';
import { reviewDesk } from './manage-reviews.ts';
import { stockDesk } from './manage-stock.ts';

/** The pages behind the counter: for managers, and in part for admins. */
export async function managePages(app: FastifyInstance): Promise<void> {
  app.addHook('preHandler', async (request, reply) => {
    if (request.method === 'GET' && !(await sessionUser(request))) return reply.redirect(addressOf('/sign-in', { next: request.url }), 303);
    await requireSessionUser(request, 'manager');
  });
  app.get('/manage', (_request, reply) => reply.redirect('/manage/reviews'));
  await app.register(reviewDesk);
  await app.register(stockDesk);
}

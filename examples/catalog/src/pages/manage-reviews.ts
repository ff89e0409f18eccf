import type { FastifyInstance } from 'fastify';
import { flash } from '../auth/session.ts';
import { requireSessionUser } from '../auth/signed-in.ts';
import { findById } from '../catalog/find-by-id.ts';
import { db } from '../db.ts';
import { HttpError } from '../http-error.ts';
import { Review } from '../models/review.ts';
import { addressOf } from '../web/address.ts';
import { sendPage } from '../web/page.ts';
import { pagerOf } from '../web/pager.ts';
import { productUrl, reviewView } from './product-view.ts';

const reviewsPerPage = 20;

interface ById {
  Params: { id: string };
}

/** Where waiting reviews are let through, or taken away. */
export async function reviewDesk(app: FastifyInstance): Promise<void> {
  app.get('/manage/reviews', async (_request, reply) => {
    const waiting = await Review.query()
      .filter(Review.c.approved.eq(false))
      .orderBy(Review.c.createdAt, Review.c.id)
      .with({ user: true, product: true })
      .paginate({ perPage: reviewsPerPage });
    return sendPage(reply, 'manage-reviews', {
      title: 'Reviews waiting',
      managing: true,
      total: waiting.total,
      reviews: waiting.items.map((review) => ({
        ...reviewView(review, review.user),
        product: { name: review.product.name, url: productUrl(review.product) },
      })),
      pages: pagerOf(waiting, (page) => addressOf('/manage/reviews', { page })),
    });
  });

  app.post<ById>('/manage/reviews/:id/approve', async (request, reply) => {
    const review = await reviewOf(request.params.id);
    review.approved = true;
    await db.session.commit();
    flash(reply, 'success', 'The review is in the shop now.');
    return reply.redirect('/manage/reviews', 303);
  });

  app.post<ById>('/manage/reviews/:id/delete', async (request, reply) => {
    await requireSessionUser(request, 'admin');
    db.session.delete(await reviewOf(request.params.id));
    await db.session.commit();
    flash(reply, 'success', 'The review is gone.');
    return reply.redirect('/manage/reviews', 303);
  });
}

async function reviewOf(id: string): Promise<Review> {
  const review = await findById(Review, id);
  if (!review) throw new HttpError(404, 'That review is no longer there.');
  return review;
}

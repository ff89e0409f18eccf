import type { FastifyInstance } from 'fastify';
import { findById } from '../catalog/find-by-id.ts';
import { db } from '../db.ts';
import { HttpError } from '../http-error.ts';
import { Review } from '../models/review.ts';
import { Tag } from '../models/tag.ts';
import { User } from '../models/user.ts';
import type { ApiOptions } from './api.ts';

interface ById {
  Params: { id: string };
}

/** What admins may take away beside categories and products, which have routes of their own. */
export async function deletionRoutes(app: FastifyInstance, { only }: ApiOptions): Promise<void> {
  app.delete<ById>('/tag/:id', { onRequest: only('admin') }, async (request) => {
    const tag = await findById(Tag, request.params.id);
    if (!tag) throw new HttpError(404, 'Tag not found');
    db.session.delete(tag);
    await db.session.commit();
    return { message: 'Tag deleted' };
  });

  app.delete<ById>('/review/:id', { onRequest: only('admin') }, async (request) => {
    const review = await findById(Review, request.params.id);
    if (!review) throw new HttpError(404, 'Review not found');
    db.session.delete(review);
    await db.session.commit();
    return { message: 'Review deleted' };
  });

  app.delete<ById>('/user/:id', { onRequest: only('admin') }, async (request) => {
    const user = await findById(User, request.params.id);
    if (!user) throw new HttpError(404, 'User not found');
    // An admin who deleted himself could leave the shop with none.
    if (user === request.apiUser) throw new HttpError(409, "You can't delete your own account.");
    db.session.delete(user);
    await db.session.commit();
    return { message: 'User deleted' };
  });
}

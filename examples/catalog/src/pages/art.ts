import type { FastifyInstance } from 'fastify';
import { pictureFor } from '../art/picture.ts';

/** The drawn pictures of products, by slug. */
export async function artRoute(app: FastifyInstance): Promise<void> {
  app.get<{ Params: { slug: string } }>('/art/:slug.svg', async (request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'public, max-age=86400').send(pictureFor(request.params.slug)),
  );
}

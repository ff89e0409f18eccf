import type { FastifyInstance } from 'fastify';
import { findById } from '../catalog/find-by-id.ts';
import { freeSlug } from '../catalog/free-slug.ts';
import { db } from '../db.ts';
import { HttpError } from '../http-error.ts';
import { Category } from '../models/category.ts';
import { slugify } from '../slugs.ts';
import type { ApiOptions } from './api.ts';
import { categoryBody } from './schemas.ts';

export async function categoryRoutes(app: FastifyInstance, { openInDevelopment, only }: ApiOptions): Promise<void> {
  app.post<{ Body: { name: string; description?: string | null } }>(
    '/category',
    { schema: { body: categoryBody }, onRequest: openInDevelopment },
    async (request, reply) => {
      const name = request.body.name.trim();
      if (await Category.query().filterBy({ name }).exists()) {
        throw new HttpError(409, `There is already a category named ${JSON.stringify(name)}.`, 'name');
      }
      db.session.add(
        new Category({ name, slug: await freeSlug('category', slugify(name)), description: request.body.description ?? null }),
      );
      await db.session.commit();
      return reply.code(201).send({ message: 'Category created' });
    },
  );

  app.get('/categories', async () => {
    const categories = await Category.query().orderBy(Category.c.id).with({ products: true }).all();
    return categories.map((category) => ({
      id: category.id,
      name: category.name,
      products: category.products.map((product) => ({ id: product.id, name: product.name, price: product.price.toNumber() })),
    }));
  });

  app.delete<{ Params: { id: string } }>('/category/:id', { onRequest: only('admin') }, async (request) => {
    const category = await findById(Category, request.params.id);
    if (!category) throw new HttpError(404, 'Category not found');
    db.session.delete(category);
    await db.session.commit();
    return { message: 'Category deleted' };
  });
}

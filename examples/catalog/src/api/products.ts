import { Decimal } from 'decimal.js';
import type { FastifyInstance } from 'fastify';
import { findById } from '../catalog/find-by-id.ts';
import { createProduct, type NewProduct } from '../catalog/new-product.ts';
import { listProducts } from '../catalog/product-list.ts';
import { db } from '../db.ts';
import { HttpError } from '../http-error.ts';
import { Product } from '../models/product.ts';
import type { ApiOptions } from './api.ts';
import { listedRelations, productJson } from './product-json.ts';
import { readProductQuery } from './product-query.ts';
import { productBody, productChanges, productState } from './schemas.ts';

interface ById {
  Params: { id: string };
}

export async function productRoutes(app: FastifyInstance, { openInDevelopment, only }: ApiOptions): Promise<void> {
  app.post<{ Body: NewProduct }>('/product', { schema: { body: productBody }, onRequest: openInDevelopment }, async (request, reply) => {
    await createProduct(request.body);
    return reply.code(201).send({ message: 'Product created successfully' });
  });

  app.get('/api/products', async (request) => {
    const { filter, order, page, perPage } = await readProductQuery(request.query);
    const found = await listProducts(filter, order).paginate({ page, perPage, maxPerPage: 100 });
    return {
      items: found.items.map(productJson),
      page: found.page,
      per_page: found.perPage,
      total: found.total,
      pages: found.pages,
      has_prev: found.hasPrev,
      has_next: found.hasNext,
      prev_num: found.prevNum,
      next_num: found.nextNum,
    };
  });

  app.get<ById>('/api/products/:id', async (request) => {
    const product = await findById(Product, request.params.id);
    if (!product?.active) throw new HttpError(404, 'Product not found');
    return productJson(await db.session.load(product, listedRelations));
  });

  const change = async (id: string, changes: { price?: number; stock?: number }) => {
    const product = await findById(Product, id);
    if (!product) throw new HttpError(404, 'Product not found');
    if (changes.price !== undefined) product.price = new Decimal(changes.price);
    if (changes.stock !== undefined) product.stock = changes.stock;
    await db.session.commit();
    return productJson(await db.session.load(product, listedRelations));
  };

  app.patch<ById & { Body: { price?: number; stock?: number } }>(
    '/product/:id',
    { schema: { body: productChanges }, onRequest: only('manager') },
    (request) => change(request.params.id, request.body),
  );

  app.put<ById & { Body: { price: number; stock: number } }>(
    '/product/:id',
    { schema: { body: productState }, onRequest: only('manager') },
    (request) => change(request.params.id, request.body),
  );

  app.delete<ById>('/product/:id', { onRequest: only('admin') }, async (request) => {
    const product = await findById(Product, request.params.id);
    if (!product) throw new HttpError(404, 'Product not found');
    db.session.delete(product);
    await db.session.commit();
    return { message: 'Product deleted' };
  });
}

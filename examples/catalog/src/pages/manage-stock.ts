import { Decimal } from 'decimal.js';
import type { FastifyInstance } from 'fastify';
import { flash } from '../auth/session.ts';
import { requireSessionUser } from '../auth/signed-in.ts';
import { findById } from '../catalog/find-by-id.ts';
import { db } from '../db.ts';
import { HttpError } from '../http-error.ts';
import { Product } from '../models/product.ts';
import { field } from '../text-field.ts';
import { addressOf, localPath } from '../web/address.ts';
import { sendPage } from '../web/page.ts';
import { pagerOf } from '../web/pager.ts';
import { imageView, productUrl } from './product-view.ts';

const productsPerPage = 20;
const largestStock = 2_147_483_647;

interface ById {
  Params: { id: string };
}

/** Where prices and stock are kept up to date. */
export async function stockDesk(app: FastifyInstance): Promise<void> {
  app.get('/manage/stock', async (request, reply) => {
    const find = field(request.query, 'find').trim().slice(0, 200);
    const all = Product.query().orderBy(Product.c.stock, Product.c.name, Product.c.id).with({ category: true, images: true });
    const found = await (find ? all.filter(Product.c.name.icontains(find)) : all).paginate({ perPage: productsPerPage });
    return sendPage(reply, 'manage-stock', {
      title: 'Stock and prices',
      managing: true,
      find,
      here: request.url,
      total: found.total,
      products: found.items.map((product) => ({
        id: product.id,
        name: product.name,
        url: productUrl(product),
        active: product.active,
        price: product.price.toFixed(2),
        stock: product.stock,
        category: product.category?.name,
        image: imageView(product, product.primaryImage),
      })),
      pages: pagerOf(found, (page) => addressOf('/manage/stock', { find, page })),
    });
  });

  app.post<ById>('/manage/stock/:id', async (request, reply) => {
    const product = await productOf(request.params.id);
    const price = field(request.body, 'price').trim();
    const stock = field(request.body, 'stock').trim();
    const back = localPath(field(request.body, 'back'), '/manage/stock');
    const wrong = checkPriceAndStock(price, stock);
    if (wrong) {
      flash(reply, 'error', `${product.name}: ${wrong}`);
    } else {
      product.price = new Decimal(price);
      product.stock = Number(stock);
      await db.session.commit();
      flash(reply, 'success', `${product.name} is up to date.`);
    }
    return reply.redirect(back, 303);
  });

  app.post<ById>('/manage/products/:id/delete', async (request, reply) => {
    await requireSessionUser(request, 'admin');
    const product = await productOf(request.params.id);
    db.session.delete(product);
    await db.session.commit();
    flash(reply, 'success', `${product.name} is gone.`);
    return reply.redirect(localPath(field(request.body, 'back'), '/manage/stock'), 303);
  });
}

function checkPriceAndStock(price: string, stock: string): string | null {
  if (!/^\d{1,8}(\.\d{1,2})?$/.test(price)) return 'a price is an amount such as 12.50.';
  if (!/^\d{1,10}$/.test(stock) || Number(stock) > largestStock) return 'a stock is a whole number from 0.';
  return null;
}

async function productOf(id: string): Promise<Product> {
  const product = await findById(Product, id);
  if (!product) throw new HttpError(404, 'That product is no longer there.');
  return product;
}

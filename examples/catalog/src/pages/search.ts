import type { FastifyInstance } from 'fastify';
import { listProducts, orderOf } from '../catalog/product-list.ts';
import { ratingsOf } from '../catalog/ratings.ts';
import { field } from '../text-field.ts';
import { addressOf } from '../web/address.ts';
import { sendPage } from '../web/page.ts';
import { pagerOf } from '../web/pager.ts';
import { productsPerPage } from './listing.ts';
import { cardView } from './product-view.ts';

/** The longest search, in characters. */
const longestSearch = 200;

export async function searchPage(app: FastifyInstance): Promise<void> {
  app.get('/search', async (request, reply) => {
    const words = field(request.query, 'q').trim().slice(0, longestSearch);
    if (words === '') return reply.redirect('/products');
    const found = await listProducts({ words }, orderOf('name')!).paginate({ perPage: productsPerPage });
    const ratings = await ratingsOf(found.items.map((product) => product.id));
    return sendPage(reply, 'search', {
      title: `Search for ${words}`,
      words,
      cards: found.items.map((product) => cardView(product, ratings.get(product.id))),
      total: found.total,
      page: found.page,
      pageCount: found.pages,
      pages: pagerOf(found, (page) => addressOf('/search', { q: words, page })),
    });
  });
}

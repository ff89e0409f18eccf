import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isProductSort, listProducts, orderOf, type ProductSort, productSorts } from '../catalog/product-list.ts';
import { ratingsOf } from '../catalog/ratings.ts';
import { categoriesWithCounts, popularTags } from '../catalog/sidebar.ts';
import { Category } from '../models/category.ts';
import { Tag } from '../models/tag.ts';
import { field } from '../text-field.ts';
import { addressOf } from '../web/address.ts';
import { sendPage } from '../web/page.ts';
import { pagerOf } from '../web/pager.ts';
import { cardView } from './product-view.ts';

/** How many products one page of the shop shows. */
export const productsPerPage = 12;

export async function listingPages(app: FastifyInstance): Promise<void> {
  app.get('/', (request, reply) => showListing(request, reply, '/'));
  app.get('/products', (request, reply) => showListing(request, reply, '/products'));
}

async function showListing(request: FastifyRequest, reply: FastifyReply, path: '/' | '/products'): Promise<FastifyReply> {
  const asked = {
    category: field(request.query, 'category'),
    tag: field(request.query, 'tag'),
    sort: sortOf(field(request.query, 'sort')),
  };
  const category = asked.category ? await Category.query().filterBy({ slug: asked.category }).firstOr404() : undefined;
  const tag = asked.tag ? await Tag.query().filterBy({ slug: asked.tag }).firstOr404() : undefined;
  // The page's number comes from the address, where `paginate` looks for it.
  const found = await listProducts({ category, tag }, orderOf(asked.sort)!).paginate({ perPage: productsPerPage });
  const ratings = await ratingsOf(found.items.map((product) => product.id));
  const categories = await categoriesWithCounts();
  const tags = await popularTags();

  const linkTo = (change: { category?: string; tag?: string; sort?: ProductSort; page?: number }) => {
    const { sort, ...query } = { ...asked, ...change };
    return addressOf(path === '/' && change.page ? '/' : '/products', { ...query, sort: sort === 'name' ? undefined : sort });
  };
  return sendPage(reply, 'listing', {
    home: path === '/' && !category && !tag && found.page === 1,
    title: category?.name ?? (tag ? `Tagged ${tag.name}` : 'Shop'),
    heading: category?.name ?? (tag ? `Tagged “${tag.name}”` : path === '/' ? 'From the shelves' : 'Everything'),
    lead: category?.description,
    category,
    tag,
    everything: linkTo({ category: '', tag: '' }),
    categories: categories.map((item) => ({
      name: item.category.name,
      count: item.count,
      url: linkTo({ category: item.category.slug, tag: '' }),
      current: item.category === category,
    })),
    tags: tags.map((item) => ({ name: item.name, url: linkTo({ tag: item.slug, category: '' }), current: item.slug === tag?.slug })),
    sorts: Object.entries(productSorts).map(([sort, label]) => ({
      label,
      url: linkTo({ sort: sort as ProductSort }),
      current: sort === asked.sort,
    })),
    cards: found.items.map((product) => cardView(product, ratings.get(product.id))),
    total: found.total,
    page: found.page,
    pageCount: found.pages,
    pages: pagerOf(found, (page) => linkTo({ page })),
  });
}

function sortOf(text: string): ProductSort {
  return isProductSort(text) ? text : 'name';
}

import type { ProductFilter, ProductOrder } from '../catalog/product-list.ts';
import { orderOf } from '../catalog/product-list.ts';
import { HttpError } from '../http-error.ts';
import { Category } from '../models/category.ts';
import { Tag } from '../models/tag.ts';
import { field } from '../text-field.ts';

/** What `GET /api/products` was asked for. */
export interface ProductQuery {
  readonly filter: ProductFilter;
  readonly order: ProductOrder;
  readonly page: number;
  readonly perPage: number;
}

const defaultPerPage = 20;
const largestPage = 1_000_000;

/**
 * Reads the query string of `GET /api/products`: `page`, `per_page` (at most 100), `sort` (name, price, stock, newest,
 * price_low, price_high), `order` (asc, desc), `category`, `tag` (their slugs), `min_price`, `max_price`, `in_stock`
 * (true, false) and `q`. Throws a 422 that names the parameter at fault, a 404 for an unknown category or tag.
 */
export async function readProductQuery(query: unknown): Promise<ProductQuery> {
  const page = wholeNumber(query, 'page') ?? 1;
  const perPage = wholeNumber(query, 'per_page') ?? defaultPerPage;
  const sort = field(query, 'sort') || 'name';
  const direction = choice(query, 'order', ['asc', 'desc']);
  const order = orderOf(sort, direction);
  if (!order) throw new HttpError(422, 'sort must be one of name, price, stock, newest, price_low, price_high', 'sort');
  const inStock = choice(query, 'in_stock', ['true', 'false', '1', '0']);
  const words = field(query, 'q').trim();
  if (words.length > 200) throw new HttpError(422, 'q must be at most 200 characters', 'q');
  return {
    page,
    perPage,
    order,
    filter: {
      category: await named('category', field(query, 'category'), (slug) => Category.query().filterBy({ slug }).first()),
      tag: await named('tag', field(query, 'tag'), (slug) => Tag.query().filterBy({ slug }).first()),
      minPrice: amount(query, 'min_price'),
      maxPrice: amount(query, 'max_price'),
      inStock: inStock === undefined ? undefined : inStock === 'true' || inStock === '1',
      words,
    },
  };
}

async function named<T>(name: string, slug: string, find: (slug: string) => Promise<T | null>): Promise<T | undefined> {
  if (slug === '') return undefined;
  const found = await find(slug);
  if (!found) throw new HttpError(404, `There is no ${name} ${JSON.stringify(slug)}.`, name);
  return found;
}

function given(query: unknown, name: string): string | undefined {
  const value = (query as Record<string, unknown>)[name];
  if (value === undefined || value === '') return undefined;
  return field(query, name);
}

function wholeNumber(query: unknown, name: string): number | undefined {
  const value = given(query, name);
  if (value === undefined) return undefined;
  const number = /^\d{1,16}$/.test(value) ? Number(value) : 0;
  if (number < 1) throw new HttpError(422, `${name} must be a whole number from 1`, name);
  return Math.min(number, largestPage);
}

function amount(query: unknown, name: string): number | undefined {
  const value = given(query, name);
  if (value === undefined) return undefined;
  if (!/^\d{1,10}(\.\d{1,4})?$/.test(value)) throw new HttpError(422, `${name} must be a price such as 12.50`, name);
  return Number(value);
}

function choice<const T extends string>(query: unknown, name: string, choices: readonly T[]): T | undefined {
  const value = given(query, name);
  if (value === undefined) return undefined;
  if (!(choices as readonly string[]).includes(value)) throw new HttpError(422, `${name} must be one of ${choices.join(', ')}`, name);
  return value as T;
}

import type { Category } from '../models/category.ts';
import { Product } from '../models/product.ts';
import { Tag } from '../models/tag.ts';

/** The orders of the shop's pages, by the name that stands in the address. */
export const productSorts = {
  name: 'Name',
  price_low: 'Price: low to high',
  price_high: 'Price: high to low',
  newest: 'Newest',
} as const;

export type ProductSort = keyof typeof productSorts;

/** Whether a text names one of the pages' orders. */
export function isProductSort(text: string): text is ProductSort {
  return Object.hasOwn(productSorts, text);
}

const columns = { name: Product.c.name, price: Product.c.price, stock: Product.c.stock, newest: Product.c.createdAt } as const;
const named: Readonly<Record<string, readonly [keyof typeof columns, 'asc' | 'desc']>> = {
  name: ['name', 'asc'],
  price: ['price', 'asc'],
  stock: ['stock', 'asc'],
  newest: ['newest', 'desc'],
  price_low: ['price', 'asc'],
  price_high: ['price', 'desc'],
};

/** An order by its name, turned round where a direction says so; null for a name that is none. The key settles ties. */
export function orderOf(sort: string, direction?: 'asc' | 'desc') {
  if (!Object.hasOwn(named, sort)) return null;
  const [by, usual] = named[sort];
  const column = columns[by];
  return (direction ?? usual) === 'asc' ? ([column.asc(), Product.c.id.asc()] as const) : ([column.desc(), Product.c.id.desc()] as const);
}

export type ProductOrder = NonNullable<ReturnType<typeof orderOf>>;

/** Which products a list holds; what is left out does not narrow it. */
export interface ProductFilter {
  readonly category?: Category;
  readonly tag?: Tag;
  readonly minPrice?: number;
  readonly maxPrice?: number;
  readonly inStock?: boolean;
  readonly words?: string;
}

/** The active products that a filter leaves, in an order; with what a list shows of each. */
export function listProducts(filter: ProductFilter, order: ProductOrder) {
  let query = Product.query().filter(Product.c.active.eq(true));
  if (filter.category) query = query.filter(Product.c.categoryId.eq(filter.category.id));
  if (filter.tag) query = query.join(Product.c.tags).filter(Tag.c.id.eq(filter.tag.id));
  if (filter.minPrice !== undefined) query = query.filter(Product.c.price.ge(filter.minPrice));
  if (filter.maxPrice !== undefined) query = query.filter(Product.c.price.le(filter.maxPrice));
  if (filter.inStock !== undefined) query = query.filter(filter.inStock ? Product.c.stock.gt(0) : Product.c.stock.eq(0));
  if (filter.words) query = query.filter(Product.matching(filter.words));
  return query.orderBy(...order).with({ category: true, images: true, tags: true });
}

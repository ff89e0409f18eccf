import { Decimal } from 'decimal.js';
import { db } from '../db.ts';
import { HttpError } from '../http-error.ts';
import { Category } from '../models/category.ts';
import { Product } from '../models/product.ts';
import { slugify } from '../slugs.ts';
import { findById } from './find-by-id.ts';
import { freeSlug } from './free-slug.ts';
import { tagsNamed } from './tags.ts';

/** What a product is made from, as the JSON routes receive it. */
export interface NewProduct {
  readonly name: string;
  readonly price: number;
  readonly stock?: number;
  readonly description?: string | null;
  readonly category_id: number;
  readonly tags?: readonly string[];
}

/** Makes a product in a category, with its tags found or made; throws a 404 for a category that is not there. */
export async function createProduct(input: NewProduct): Promise<Product> {
  const category = await findById(Category, input.category_id);
  if (!category) throw new HttpError(404, 'Category not found');
  const name = input.name.trim();
  const product = new Product({
    name,
    slug: await freeSlug('product', slugify(name)),
    description: input.description ?? null,
    price: new Decimal(input.price),
    stock: input.stock ?? 0,
    category,
    tags: await tagsNamed(input.tags ?? []),
  });
  db.session.add(product);
  await db.session.commit();
  return product;
}

import { and, or, select } from 'athanor';
import { db } from '../db.ts';
import { Category } from '../models/category.ts';
import { Product } from '../models/product.ts';
import { Tag } from '../models/tag.ts';
import { firstFree } from '../slugs.ts';

const columns = { category: Category.c.slug, product: Product.c.slug, tag: Tag.c.slug };

/** `wanted`, or the first of `wanted-2`, `wanted-3`… that no other thing of its kind has. */
export async function freeSlug(kind: keyof typeof columns, wanted: string): Promise<string> {
  const slug = columns[kind];
  // '.' follows '-' in the order of characters: the range is what begins with `wanted-`, and an index finds it.
  const rows = await db.session.all(select({ slug }).where(or(slug.eq(wanted), and(slug.ge(`${wanted}-`), slug.lt(`${wanted}.`)))));
  return firstFree(wanted, new Set(rows.map((row) => row.slug)));
}

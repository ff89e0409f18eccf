import { func, select } from 'athanor';
import { db } from '../db.ts';
import { Category } from '../models/category.ts';
import { Product } from '../models/product.ts';
import { productTags } from '../models/product-tags.ts';
import { Tag } from '../models/tag.ts';

/** How many tags count as popular. */
const popular = 12;

/** Every category by name, with how many products of it the shop shows. */
export async function categoriesWithCounts(): Promise<{ category: Category; count: number }[]> {
  const [categories, counts] = await Promise.all([
    Category.query().orderBy(Category.c.name).all(),
    // Grouped by both, it reads one index from end to end and sorts nothing.
    db.session.all(
      select({ id: Product.c.categoryId, active: Product.c.active, count: func.count() })
        .from(Product)
        .groupBy(Product.c.categoryId, Product.c.active),
    ),
  ]);
  const countOf = new Map(counts.filter((row) => row.active).map((row) => [row.id, row.count]));
  return categories.map((category) => ({ category, count: countOf.get(category.id) ?? 0 }));
}

/** The tags that the most products have. */
export function popularTags(): Promise<{ name: string; slug: string }[]> {
  const uses = func.count();
  return db.session.all(
    select({ name: Tag.c.name, slug: Tag.c.slug })
      .from(Tag)
      .join(productTags, productTags.c.tagId.eq(Tag.c.id))
      .groupBy(Tag.c.id, Tag.c.name, Tag.c.slug)
      .orderBy(uses.desc(), Tag.c.name)
      .limit(popular),
  );
}

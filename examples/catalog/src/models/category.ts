import { hasMany, listen, t } from 'athanor';
import { db } from '../db.ts';
import { slugify } from '../slugs.ts';
import { Product } from './product.ts';

export class Category extends db.Model('categories', {
  id: t.integer().primaryKey(),
  name: t.string(100).unique(),
  slug: t.string(110).unique(),
  description: t.string(255).nullable(),
  createdAt: t.dateTime().default(() => new Date()),
  // The database sets the products' foreign key to null: deleting a category loads none of its products.
  get products() {
    return hasMany(Product, { backPopulates: 'category', orderBy: Product.c.id, passiveDeletes: true });
  },
}) {}

listen(Category.c.name, 'set', (category: Category, value, old) => {
  if (!category.slug || category.slug === slugify(old ?? '')) category.slug = slugify(value);
});

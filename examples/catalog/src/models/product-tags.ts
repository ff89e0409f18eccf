import { t } from 'athanor';
import { db } from '../db.ts';

/** Which tags a product has: an association table with nothing of its own, so no class. */
export const productTags = db.Table('product_tags', {
  productId: t.integer().primaryKey().references('products.id', { onDelete: 'cascade' }),
  tagId: t.integer().primaryKey().index().references('tags.id', { onDelete: 'cascade' }),
});

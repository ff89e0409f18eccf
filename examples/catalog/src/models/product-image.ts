import { belongsTo, t } from 'athanor';
import { db } from '../db.ts';
import { Product } from './product.ts';

export class ProductImage extends db.Model('product_images', {
  id: t.integer().primaryKey(),
  imagePath: t.string(500),
  altText: t.string(255).nullable(),
  isPrimary: t.boolean().default(false),
  displayOrder: t.integer().default(0),
  productId: t.integer().index().references('products.id', { onDelete: 'cascade' }),
  get product() {
    return belongsTo(Product, { backPopulates: 'images' });
  },
}) {}

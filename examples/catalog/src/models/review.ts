import { belongsTo, index, sql, t } from 'athanor';
import { db } from '../db.ts';
import { Product } from './product.ts';
import { User } from './user.ts';

/** The best rating that a review can give; the worst is one. */
export const bestRating = 5;

export class Review extends db.Model(
  'reviews',
  {
    id: t.integer().primaryKey(),
    rating: t.integer().check(sql`rating BETWEEN 1 AND 5`),
    content: t.text().nullable(),
    approved: t.boolean().default(false),
    createdAt: t.dateTime().default(() => new Date()),
    productId: t.integer().references('products.id', { onDelete: 'cascade' }),
    userId: t.integer().index().references('users.id', { onDelete: 'cascade' }),
    get product() {
      return belongsTo(Product, { backPopulates: 'reviews' });
    },
    get user() {
      return belongsTo(User, { backPopulates: 'reviews' });
    },
  },
  // The reviews of a product's page, and those that wait.
  { constraints: [index('productId', 'approved', 'createdAt'), index('approved', 'createdAt')] },
) {
  /** The rating as a share of the best one, from 0 to 100. */
  get ratingPercent(): number {
    return (this.rating / bestRating) * 100;
  }
}

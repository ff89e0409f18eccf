import { func, select } from 'athanor';
import { db } from '../db.ts';
import { Review } from '../models/review.ts';

/** What the approved reviews of one product come to. */
export interface Rating {
  readonly average: number;
  readonly count: number;
}

/** The ratings of several products, in one statement; a product with no approved review is not in the map. */
export async function ratingsOf(productIds: readonly number[]): Promise<ReadonlyMap<number, Rating>> {
  if (productIds.length === 0) return new Map();
  const rows = await db.session.all(
    select({ productId: Review.c.productId, average: func.avg(Review.c.rating), count: func.count() })
      .from(Review)
      .where(Review.c.productId.in(productIds), Review.c.approved.eq(true))
      .groupBy(Review.c.productId),
  );
  return new Map(rows.map((row) => [row.productId, { average: Number(row.average), count: row.count }]));
}

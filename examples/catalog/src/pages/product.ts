import type { FastifyInstance, FastifyReply } from 'fastify';
import { flash } from '../auth/session.ts';
import { sessionUser } from '../auth/signed-in.ts';
import { ratingsOf } from '../catalog/ratings.ts';
import { db } from '../db.ts';
import { Product } from '../models/product.ts';
import { bestRating, Review } from '../models/review.ts';
import { field } from '../text-field.ts';
import { addressOf } from '../web/address.ts';
import { sendPage } from '../web/page.ts';
import { pagerOf } from '../web/pager.ts';
import { cardView, imageView, paragraphsOf, productUrl, reviewView, stockView } from './product-view.ts';

const reviewsPerPage = 10;
const relatedProducts = 4;
const longestReview = 5000;

interface ReviewForm {
  readonly rating: string;
  readonly content: string;
}

export async function productPages(app: FastifyInstance): Promise<void> {
  app.get('/product/:slug', async (request, reply) => showProduct(reply, field(request.params, 'slug')));

  app.post('/product/:slug/review', async (request, reply) => {
    const user = await sessionUser(request);
    const product = await Product.query()
      .filterBy({ slug: field(request.params, 'slug'), active: true })
      .firstOr404();
    const url = productUrl(product);
    if (!user) return reply.redirect(addressOf('/sign-in', { next: `${url}#reviews` }), 303);

    const form = { rating: field(request.body, 'rating'), content: field(request.body, 'content').trim() };
    const errors = checkReview(form);
    if (Object.keys(errors).length > 0) return showProduct(reply.code(422), product.slug, form, errors);
    db.session.add(new Review({ rating: Number(form.rating), content: form.content || null, product, user }));
    await db.session.commit();
    flash(reply, 'success', 'Thank you for your review! It will be visible after approval.');
    return reply.redirect(url, 303);
  });
}

function checkReview({ rating, content }: ReviewForm): Record<string, string> {
  const errors: Record<string, string> = {};
  if (!new RegExp(`^[1-${bestRating}]$`).test(rating)) errors.rating = `Choose from one to ${bestRating} stars.`;
  if (content.length > longestReview) errors.content = `Please keep it under ${longestReview} characters.`;
  return errors;
}

async function showProduct(reply: FastifyReply, slug: string, form: Partial<ReviewForm> = {}, errors: object = {}): Promise<FastifyReply> {
  const product = await Product.query().filterBy({ slug, active: true }).with({ category: true, images: true, tags: true }).firstOr404();
  const reviews = await Review.query()
    .filter(Review.c.productId.eq(product.id), Review.c.approved.eq(true))
    .orderBy(Review.c.createdAt.desc(), Review.c.id.desc())
    .with({ user: true })
    .paginate({ perPage: reviewsPerPage });
  const related =
    product.categoryId === null
      ? []
      : await Product.query()
          .filter(Product.c.categoryId.eq(product.categoryId), Product.c.active.eq(true), Product.c.id.ne(product.id))
          .orderBy(Product.c.name)
          .limit(relatedProducts)
          .with({ category: true, images: true })
          .all();
  const ratings = await ratingsOf([product, ...related].map((item) => item.id));

  const card = cardView(product, ratings.get(product.id));
  const { primaryImage } = product;
  const others = product.images.filter((image) => image !== primaryImage);
  return sendPage(reply, 'product', {
    title: product.name,
    description: (product.description ?? '').slice(0, 160),
    product: card,
    images: [primaryImage, ...others].map((image) => imageView(product, image)),
    stock: stockView(product),
    paragraphs: paragraphsOf(product.description),
    tags: product.tags.map((tag) => ({ name: tag.name, url: addressOf('/products', { tag: tag.slug }) })),
    reviews: reviews.items.map((review) => reviewView(review, review.user)),
    pages: pagerOf(reviews, (page) => `${addressOf(card.url, { page })}#reviews`),
    related: related.map((item) => cardView(item, ratings.get(item.id))),
    form,
    errors,
  });
}

import type { Loaded } from 'athanor';
import type { Rating } from '../catalog/ratings.ts';
import type { Product } from '../models/product.ts';
import type { ProductImage } from '../models/product-image.ts';
import { bestRating, type Review } from '../models/review.ts';
import type { User } from '../models/user.ts';
import { formatPrice } from '../money.ts';
import { addressOf } from '../web/address.ts';

/** A picture as a page shows it; where `fallback` is given, it takes the place of one that can't be reached. */
export interface ImageView {
  readonly src: string;
  readonly alt: string;
  readonly fallback: string | null;
}

/** How long a product counts as new, in milliseconds. */
const newFor = 14 * 24 * 60 * 60 * 1000;

/** Below this many a shopper is told how many are left. */
const fewLeft = 4;

export function productUrl(product: { slug: string }): string {
  return `/product/${encodeURIComponent(product.slug)}`;
}

export function categoryUrl(category: { slug: string }): string {
  return addressOf('/products', { category: category.slug });
}

export function imageView(product: { name: string; slug: string }, image: ProductImage | null): ImageView {
  const drawn = `/art/${encodeURIComponent(product.slug)}.svg`;
  const alt = image?.altText || product.name;
  // Only what the shop itself serves or what a browser may fetch safely is put into a page.
  if (!image || !/^(https:\/\/|\/(?!\/))/.test(image.imagePath)) return { src: drawn, alt, fallback: null };
  return { src: image.imagePath, alt, fallback: drawn };
}

export function ratingView(rating: Rating | undefined) {
  if (!rating) return null;
  const average = rating.average.toFixed(1);
  return {
    average,
    count: rating.count,
    percent: Math.round((rating.average / bestRating) * 100),
    label: `${average} out of ${bestRating} stars`,
  };
}

/** What a card in a list shows. */
export function cardView(product: Loaded<Product, { category: true; images: true }>, rating: Rating | undefined) {
  const { category } = product;
  return {
    name: product.name,
    url: productUrl(product),
    price: formatPrice(product.price),
    image: imageView(product, product.primaryImage),
    category: category && { name: category.name, url: categoryUrl(category) },
    rating: ratingView(rating),
    badge: badgeOf(product),
  };
}

function badgeOf(product: Product) {
  if (!product.inStock) return { kind: 'out', text: 'Sold out' };
  if (product.stock < fewLeft) return { kind: 'low', text: `Only ${product.stock} left` };
  return Date.now() - product.createdAt.getTime() < newFor ? { kind: 'new', text: 'New' } : null;
}

export function stockView(product: Product) {
  if (!product.inStock) return { kind: 'out', text: 'Sold out at the moment' };
  if (product.stock < fewLeft) return { kind: 'low', text: `Only ${product.stock} left` };
  return { kind: 'in', text: 'In stock' };
}

const longDate = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' });

export function reviewView(review: Review, author: User) {
  return {
    id: review.id,
    author: author.username,
    percent: review.ratingPercent,
    label: `${review.rating} out of ${bestRating} stars`,
    paragraphs: paragraphsOf(review.content),
    date: { iso: review.createdAt.toISOString(), text: longDate.format(review.createdAt) },
  };
}

/** The paragraphs of a text: parts with an empty line between them. */
export function paragraphsOf(text: string | null): string[] {
  return (text ?? '')
    .split(/(?:\r?\n[ \t]*){2,}/)
    .map((paragraph) => paragraph.trim())
    .filter(Boolean);
}

import { db } from '../db.ts';
import { Product } from '../models/product.ts';
import { ProductImage } from '../models/product-image.ts';
import type { NamedThings } from './named-things.ts';
import type { ShopifyImage, ShopifyProduct } from './shopify-product.ts';

/** What an import came to, in products. */
export interface Counts {
  created: number;
  updated: number;
  unchanged: number;
}

/** How many products are looked up, and written, together. */
const batchSize = 200;

/**
 * Makes the products that are not there and brings the others up to date; a product is known by its handle. Writes only what
 * differs, so that a second run writes nothing. The caller commits.
 */
export async function upsert(products: readonly ShopifyProduct[], named: NamedThings, progress: (done: number) => void): Promise<Counts> {
  const counts: Counts = { created: 0, updated: 0, unchanged: 0 };
  for (let start = 0; start < products.length; start += batchSize) {
    const batch = products.slice(start, start + batchSize);
    const found = await Product.query()
      .filter(Product.c.slug.in(batch.map((item) => item.handle)))
      .with({ images: true, tags: true })
      .all();
    const known = new Map(found.map((product) => [product.slug, product]));
    for (const item of batch) {
      const product = known.get(item.handle);
      if (!product) {
        db.session.add(create(item, named));
        counts.created++;
      } else if (update(product, item, named)) counts.updated++;
      else counts.unchanged++;
    }
    await db.session.flush();
    progress(start + batch.length);
  }
  return counts;
}

type LoadedProduct = Awaited<ReturnType<typeof loadedProduct>>;
const loadedProduct = () => Product.query().with({ images: true, tags: true }).one();

function create(item: ShopifyProduct, named: NamedThings): Product {
  return new Product({
    ...valuesOf(item, named),
    slug: item.handle,
    images: imagesOf(item.images),
    tags: item.tags.map((name) => named.tag(name)),
  });
}

/** Sets what differs; whether anything did. */
function update(product: LoadedProduct, item: ShopifyProduct, named: NamedThings): boolean {
  let changed = false;
  const { category, price, ...plain } = valuesOf(item, named);
  for (const key of ['name', 'description', 'stock', 'active'] as const) {
    if (product[key] === plain[key]) continue;
    Object.assign(product, { [key]: plain[key] });
    changed = true;
  }
  // A new name brings a new slug with it; the handle stays.
  if (product.slug !== item.handle) product.slug = item.handle;
  if (!product.price.equals(price)) {
    product.price = price;
    changed = true;
  }
  if (category.id === undefined || product.categoryId !== category.id) {
    product.category = category;
    changed = true;
  }
  const tags = item.tags.map((name) => named.tag(name));
  if (tags.length !== product.tags.length || tags.some((tag) => !product.tags.has(tag))) {
    product.tags.set(tags);
    changed = true;
  }
  if (!sameImages(product.images, item.images)) {
    product.images.set(imagesOf(item.images));
    changed = true;
  }
  return changed;
}

function valuesOf(item: ShopifyProduct, named: NamedThings) {
  return {
    name: item.name,
    description: item.description,
    price: item.price,
    stock: item.stock,
    active: item.active,
    category: named.category(item.category),
  };
}

function imagesOf(images: readonly ShopifyImage[]): ProductImage[] {
  return images.map(({ path, alt }, i) => new ProductImage({ imagePath: path, altText: alt, isPrimary: i === 0, displayOrder: i }));
}

function sameImages(stored: Iterable<ProductImage>, given: readonly ShopifyImage[]): boolean {
  const key = (images: readonly ShopifyImage[]) => JSON.stringify(images.map(({ path, alt }) => [path, alt]));
  return key(Array.from(stored, (image) => ({ path: image.imagePath, alt: image.altText }))) === key(given);
}

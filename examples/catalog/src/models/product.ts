import { belongsTo, type Collection, check, hasMany, index, type LoadedCollection, listen, manyToMany, or, sql, t } from 'athanor';
import { db } from '../db.ts';
import { slugify } from '../slugs.ts';
import { Category } from './category.ts';
import { ProductImage } from './product-image.ts';
import { productTags } from './product-tags.ts';
import { Review } from './review.ts';
import { Tag } from './tag.ts';

export class Product extends db.Model(
  'products',
  {
    id: t.integer().primaryKey(),
    name: t.string(150),
    slug: t.string(160).unique(),
    description: t.text().nullable(),
    price: t.numeric(10, 2),
    stock: t.integer().default(0),
    active: t.boolean().default(true),
    createdAt: t.dateTime().default(() => new Date()),
    updatedAt: t
      .dateTime()
      .default(() => new Date())
      .onUpdate(() => new Date()),
    categoryId: t.integer().nullable().references('categories.id', { onDelete: 'set null' }),
    get category() {
      return belongsTo(Category, { nullable: true, backPopulates: 'products' });
    },
    get images() {
      return hasMany(ProductImage, {
        backPopulates: 'product',
        cascade: 'all, delete-orphan',
        orderBy: [ProductImage.c.displayOrder, ProductImage.c.id],
      });
    },
    get reviews() {
      return hasMany(Review, { backPopulates: 'product', cascade: 'all, delete-orphan' });
    },
    get tags() {
      return manyToMany(Tag, { through: productTags, backPopulates: 'products', orderBy: Tag.c.name });
    },
  },
  {
    // A page of products is read in the order of one of these, never sorted; the first also finds related products.
    constraints: (c) => [
      check(sql`${c.price} >= 0`, 'ck_products_price'),
      check(sql`${c.stock} >= 0`, 'ck_products_stock'),
      index(c.categoryId, c.active, c.name),
      index(c.active, c.name),
      index(c.active, c.price),
      index(c.active, c.createdAt),
    ],
  },
) {
  /** The mean of the loaded reviews' ratings, 0 where there are none. */
  get avgRating(): number {
    const reviews = itemsOf(this.reviews);
    if (reviews.length === 0) return 0;
    return reviews.reduce((sum, review) => sum + review.rating, 0) / reviews.length;
  }

  /** The image that stands for the product: the one marked primary, else the first; null where there is none. */
  get primaryImage(): ProductImage | null {
    const images = itemsOf(this.images);
    return images.find((image) => image.isPrimary) ?? images[0] ?? null;
  }

  get inStock(): boolean {
    return this.stock > 0;
  }

  /** The conditions of a search: the words as they are typed, in the name or the description. */
  static matching(words: string) {
    return or(Product.c.name.icontains(words), Product.c.description.icontains(words));
  }

  /** The first `limit` products whose name or description holds `words`. */
  static search(words: string, limit = 20) {
    return Product.query().filter(Product.matching(words)).orderBy(Product.c.name).limit(limit).all();
  }
}

/** The objects of a collection; a NotLoadedError where they are not loaded. */
function itemsOf<M>(collection: Collection<M>): readonly M[] {
  return (collection as LoadedCollection<M>).toArray();
}

listen(Product.c.name, 'set', (product: Product, value, old) => {
  if (!product.slug || product.slug === slugify(old ?? '')) product.slug = slugify(value);
});

listen(Product, 'beforeInsert', (product) => {
  product.slug ||= slugify(product.name);
});

import { IntegrityError, NotLoadedError, UniqueViolation } from 'athanor';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { db } from '../src/db.ts';
import { Category } from '../src/models/category.ts';
import { Product } from '../src/models/product.ts';
import { ProductImage } from '../src/models/product-image.ts';
import { Review } from '../src/models/review.ts';
import { Tag } from '../src/models/tag.ts';
import { User } from '../src/models/user.ts';
import { firstFree, slugify } from '../src/slugs.ts';
import { openCatalog, type TestCatalog } from './support/catalog.ts';

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await openCatalog();
});
afterAll(() => catalog.close());

describe('slugs', () => {
  it('are the words of a name', () => {
    expect(slugify('Café Crème  Mug!')).toBe('cafe-creme-mug');
    expect(slugify('Salt & Pepper/Set')).toBe('salt-pepper-set');
    expect(slugify('日本の茶碗')).toBe('日本の茶碗');
    expect(slugify('!!!')).toBe('item');
    expect(slugify('x'.repeat(300))).toHaveLength(100);
  });

  it('follow the name', () => {
    const product = new Product({ name: 'Blue Mug' });
    expect(product.slug).toBe('blue-mug');
    product.name = 'Red Mug';
    expect(product.slug).toBe('red-mug');
    expect(new Category({ name: 'Desk & Paper' }).slug).toBe('desk-paper');
    expect(new Tag({ name: 'Living room' }).slug).toBe('living-room');
  });

  it('stay where they were given, so that addresses last', () => {
    const product = new Product({ slug: 'handle', name: 'Blue Mug' });
    product.name = 'Red Mug';
    expect(product.slug).toBe('handle');
  });

  it('take the first free number', () => {
    expect(firstFree('mug', new Set())).toBe('mug');
    expect(firstFree('mug', new Set(['mug', 'mug-2', 'mug-4']))).toBe('mug-3');
  });
});

describe('properties', () => {
  it('average the ratings', () => {
    const product = new Product({ name: 'Rated', price: 1, reviews: [new Review({ rating: 4 }), new Review({ rating: 5 })] });
    expect(product.avgRating).toBe(4.5);
    expect(new Product({ name: 'Unrated', price: 1 }).avgRating).toBe(0);
    expect(new Review({ rating: 4 }).ratingPercent).toBe(80);
  });

  it('choose the primary image, else the first', () => {
    const [first, second] = [new ProductImage({ imagePath: '/a.jpg' }), new ProductImage({ imagePath: '/b.jpg' })];
    const product = new Product({ name: 'Pictured', price: 1, images: [first, second] });
    expect(product.primaryImage).toBe(first);
    second.isPrimary = true;
    expect(product.primaryImage).toBe(second);
    expect(new Product({ name: 'Plain', price: 1 }).primaryImage).toBeNull();
  });

  it('know what is in stock', () => {
    expect(new Product({ name: 'A', price: 1, stock: 1 }).inStock).toBe(true);
    expect(new Product({ name: 'A', price: 1, stock: 0 }).inStock).toBe(false);
  });

  it('do not guess about what is not loaded', async () => {
    await db.context(async () => {
      db.session.add(new Product({ name: 'Unloaded', price: 1 }));
      await db.session.commit();
    });
    await db.context(async () => {
      const product = await Product.query().filterBy({ slug: 'unloaded' }).one();
      expect(() => product.avgRating).toThrow(NotLoadedError);
      await product.reviews;
      expect(product.avgRating).toBe(0);
    });
  });
});

it('searches names and descriptions; wildcards stand for themselves', async () => {
  await db.context(async () => {
    db.session.addAll([
      new Product({ name: '100% Wool', price: 1 }),
      new Product({ name: 'Wool blend', price: 1, description: 'mostly WOOL_like' }),
      new Product({ name: 'Silk', price: 1, description: 'no sheep' }),
    ]);
    await db.session.commit();
    const names = async (words: string, limit?: number) => (await Product.search(words, limit)).map((product) => product.name);
    expect(await names('wool')).toEqual(['100% Wool', 'Wool blend']);
    expect(await names('wool', 1)).toEqual(['100% Wool']);
    expect(await names('SHEEP')).toEqual(['Silk']);
    expect(await names('%')).toEqual(['100% Wool']);
    expect(await names('_')).toEqual(['Wool blend']);
    expect(await names('\\')).toEqual([]);
  });
});

describe('the database', () => {
  const inContext = (work: () => Promise<void>) => db.context(work);

  it('keeps names, slugs, user names and addresses unique', async () => {
    const pairs: readonly (() => object[])[] = [
      () => [new Category({ name: 'Twice' }), new Category({ name: 'Twice', slug: 'other' })],
      () => [new Tag({ name: 'Twice' }), new Tag({ name: 'Twice', slug: 'other' })],
      () => [new Product({ name: 'Twice', price: 1 }), new Product({ name: 'Twice', price: 1 })],
      () => [new User({ username: 'twice', email: 'a@example.com' }), new User({ username: 'twice', email: 'b@example.com' })],
      () => [new User({ username: 'c', email: 'c@example.com' }), new User({ username: 'd', email: 'c@example.com' })],
    ];
    for (const pair of pairs) {
      await inContext(async () => {
        db.session.addAll(pair());
        await expect(db.session.commit()).rejects.toThrow(UniqueViolation);
      });
    }
  });

  it('checks ratings, prices and stock', async () => {
    for (const make of [() => new Product({ name: 'Minus', price: -1 }), () => new Product({ name: 'Minus', price: 1, stock: -1 })]) {
      await inContext(async () => {
        db.session.add(make());
        await expect(db.session.commit()).rejects.toThrow(IntegrityError);
      });
    }
    await inContext(async () => {
      const product = new Product({ name: 'Overrated', price: 1 });
      const user = new User({ username: 'critic', email: 'critic@example.com' });
      db.session.add(new Review({ rating: 6, product, user }));
      await expect(db.session.commit()).rejects.toThrow(IntegrityError);
    });
  });

  it('takes the pictures, reviews and tag links of a product with it, and the reviews of a user', async () => {
    await inContext(async () => {
      const tag = new Tag({ name: 'Stays' });
      const user = new User({ username: 'writer', email: 'writer@example.com' });
      const made = ['One', 'Two'].map(
        (name) =>
          new Product({
            name,
            price: 1,
            tags: [tag],
            images: [new ProductImage({ imagePath: '/x.jpg' })],
            reviews: [new Review({ rating: 3, user })],
          }),
      );
      db.session.addAll(made);
      await db.session.commit();
      db.session.delete(made[0]);
      await db.session.commit();
      expect(await ProductImage.query().count()).toBe(1);
      expect(await Review.query().count()).toBe(1);
      expect((await (await Tag.query().get(tag.id))!.products).length).toBe(1);
      db.session.delete(user);
      await db.session.commit();
      expect(await Review.query().count()).toBe(0);
      expect(await Product.query().filterBy({ name: 'Two' }).exists()).toBe(true);
    });
  });

  it('deletes a picture that its product lets go', async () => {
    await inContext(async () => {
      const [kept, dropped] = [new ProductImage({ imagePath: '/kept.jpg' }), new ProductImage({ imagePath: '/dropped.jpg' })];
      const product = new Product({ name: 'Gallery', price: 1, images: [kept, dropped] });
      db.session.add(product);
      await db.session.commit();
      product.images.remove(dropped);
      await db.session.commit();
      expect((await ProductImage.query().filterBy({ productId: product.id }).all()).map((image) => image.imagePath)).toEqual(['/kept.jpg']);
    });
  });

  it('notes when a product was changed', async () => {
    await inContext(async () => {
      const product = new Product({ name: 'Clockwork', price: 1, updatedAt: new Date(0) });
      db.session.add(product);
      await db.session.commit();
      product.stock = 5;
      await db.session.commit();
      expect(Date.now() - product.updatedAt.getTime()).toBeLessThan(60_000);
    });
  });
});

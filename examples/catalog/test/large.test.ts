import { insertInto } from 'athanor';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { db } from '../src/db.ts';
import { Category } from '../src/models/category.ts';
import { Product } from '../src/models/product.ts';
import { ProductImage } from '../src/models/product-image.ts';
import { productTags } from '../src/models/product-tags.ts';
import { Review } from '../src/models/review.ts';
import { Tag } from '../src/models/tag.ts';
import { User } from '../src/models/user.ts';
import { openCatalog, type TestCatalog } from './support/catalog.ts';
import { plansOf, statementsOf } from './support/statements.ts';

const total = 50_000;
const categories = 20;
let catalog: TestCatalog;

beforeAll(async () => {
  catalog = await openCatalog();
  await db.context(async () => {
    for (let i = 1; i <= categories; i++) db.session.add(new Category({ id: i, name: `Category ${i}` }));
    for (let i = 1; i <= 50; i++) db.session.add(new Tag({ id: i, name: `Tag ${i}` }));
    for (let i = 1; i <= 5; i++) db.session.add(new User({ id: i, username: `user${i}`, email: `user${i}@example.com` }));
    await db.session.flush();
    const chunk = 1000;
    for (let start = 1; start <= total; start += chunk) {
      const ids = Array.from({ length: chunk }, (_, i) => start + i);
      const products = ids.map((id) => ({
        id,
        name: `Product ${id}`,
        slug: `product-${id}`,
        description: 'One of many.',
        price: (id % 500) + 0.5,
        stock: id % 10,
        active: id % 7 !== 0,
        createdAt: new Date(1_700_000_000_000 + id * 1000),
        categoryId: (id % categories) + 1,
      }));
      await db.session.execute(insertInto(Product).values(products));
      await db.session.execute(
        insertInto(productTags).values(ids.flatMap((id) => [id % 50, (id + 7) % 50].map((tag) => ({ productId: id, tagId: tag + 1 })))),
      );
      await db.session.execute(
        insertInto(ProductImage).values(ids.map((id) => ({ productId: id, imagePath: `/pictures/${id}.jpg`, isPrimary: true }))),
      );
      await db.session.execute(
        insertInto(Review).values(ids.map((id) => ({ productId: id, userId: (id % 5) + 1, rating: (id % 5) + 1, approved: id % 2 === 0 }))),
      );
    }
    await db.session.commit();
  });
}, 180_000);
afterAll(() => catalog.close());

it('has fifty thousand products', async () => {
  expect(await db.context(() => Product.query().count())).toBe(total);
});

it('shows a product without reading more rows than the page shows', async () => {
  const { result, statements } = await statementsOf(() => catalog.app.inject('/product/product-30000'));
  expect(result.statusCode).toBe(200);
  expect(result.body).toContain('<h1>Product 30000</h1>');
  expect(result.body.match(/class="card"/g)).toHaveLength(4);
  expect(statements.length).toBeGreaterThanOrEqual(5);
  expect(statements.length).toBeLessThanOrEqual(12);

  // A product, its category, tags and picture, at most ten reviews, four products with theirs, and a few sums.
  expect(statements.reduce((rows, statement) => rows + statement.rowCount!, 0)).toBeLessThan(40);
  for (const { sql, plan } of plansOf(catalog.url, statements)) {
    expect(plan, sql).not.toEqual([]);
    for (const step of plan) {
      if (step.startsWith('USE TEMP B-TREE')) continue; // a product's own few pictures and tags, put in order
      // Reached by what names the product or its neighbours; never by a column that half of the rows share.
      expect(step, sql).toMatch(/^SEARCH \w+ .*\((slug|product_id|category_id|rowid)=\?/);
    }
    if (/FROM (products|reviews)\b/.test(sql)) expect(plan.join('\n'), sql).not.toContain('TEMP B-TREE');
  }
});

it('takes no longer for it than in a small shop', async () => {
  await catalog.app.inject('/product/product-1');
  const before = performance.now();
  for (let i = 1; i <= 50; i++) expect((await catalog.app.inject(`/product/product-${i * 990 + 1}`)).statusCode).toBeOneOf([200, 404]);
  expect((performance.now() - before) / 50).toBeLessThan(50);
});

it('reads a page of the shop along an index, and sorts nothing', async () => {
  for (const url of [
    '/products',
    '/products?sort=price_low',
    '/products?sort=price_high',
    '/products?sort=newest',
    '/products?category=category-3',
  ]) {
    const { result, statements } = await statementsOf(() => catalog.app.inject(url));
    expect(result.statusCode).toBe(200);
    const [list] = statements.filter(({ sql }) => /FROM "?products"?\b/.test(sql) && /LIMIT/.test(sql));
    const [{ plan }] = plansOf(catalog.url, [list]);
    expect(plan.join('\n'), url).toMatch(/USING INDEX/);
    expect(plan.join('\n'), url).not.toMatch(/^SCAN (products|categories)|TEMP B-TREE FOR ORDER BY/m);
  }
});

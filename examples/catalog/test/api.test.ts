import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { db } from '../src/db.ts';
import { Category } from '../src/models/category.ts';
import { Product } from '../src/models/product.ts';
import { Review } from '../src/models/review.ts';
import { Tag } from '../src/models/tag.ts';
import { User } from '../src/models/user.ts';
import { bearerOf, makeUser, openCatalog, type TestCatalog, testPassword } from './support/catalog.ts';
import { statementsOf } from './support/statements.ts';

let catalog: TestCatalog;
const post = (url: string, payload: object, headers = {}) => catalog.app.inject({ method: 'POST', url, payload, headers });
const get = (url: string) => catalog.app.inject(url);
const admin = () => bearerOf(catalog.app, 'ada');
const manager = () => bearerOf(catalog.app, 'max');
const customer = () => bearerOf(catalog.app, 'cleo');

beforeAll(async () => {
  catalog = await openCatalog();
  await makeUser('ada', 'admin');
  await makeUser('max', 'manager');
  await makeUser('cleo', 'customer');
});
afterAll(() => catalog.close());

describe('the tutorial: categories and products', () => {
  it('makes a category', async () => {
    const answer = await post('/category', { name: 'Electronics' });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({ message: 'Category created' });
  });

  it('refuses a second category of the same name', async () => {
    const answer = await post('/category', { name: 'Electronics' });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ field: 'name' });
  });

  it('makes a product with tags that are found or made', async () => {
    const body = { name: 'Mi LED TV', price: 32999, stock: 25, category_id: 1, tags: ['TV', 'Smart'] };
    const first = await post('/product', body);
    expect(first.statusCode).toBe(201);
    expect(first.json()).toEqual({ message: 'Product created successfully' });
    expect((await post('/product', { ...body, name: 'Another TV', tags: ['tv', 'Large'] })).statusCode).toBe(201);
    await db.context(async () => {
      const names = (await Tag.query().orderBy(Tag.c.name).all()).map((tag) => tag.name);
      expect(names).toEqual(['Large', 'Smart', 'TV']);
      const tv = await Product.query().filterBy({ slug: 'mi-led-tv' }).with({ category: true, tags: true }).one();
      expect(tv.category?.name).toBe('Electronics');
      expect(tv.tags.map((tag) => tag.name).sort()).toEqual(['Smart', 'TV']);
      expect(tv.price.toString()).toBe('32999');
    });
  });

  it('gives products of one name different addresses', async () => {
    for (let i = 0; i < 3; i++) await post('/product', { name: 'Mug', price: 5, category_id: 1 });
    await db.context(async () => {
      const mugs = await Product.query().filterBy({ name: 'Mug' }).orderBy(Product.c.id).all();
      expect(mugs.map((mug) => mug.slug)).toEqual(['mug', 'mug-2', 'mug-3']);
    });
  });

  it('makes many at once: one category of a name, every product with an address of its own', async () => {
    const categories = await Promise.all(Array.from({ length: 10 }, () => post('/category', { name: 'Rush' })));
    expect(categories.map((answer) => answer.statusCode).sort()).toEqual([201, ...Array(9).fill(409)]);
    const rush = await db.context(() => Category.query().filterBy({ name: 'Rush' }).one());
    const body = { name: 'Rushed', price: 1, category_id: rush.id, tags: ['Rush', 'Hour'] };
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('/product', body)));
    // The loser of a race is told so, and nothing else.
    for (const { statusCode } of answers) expect([201, 409, 503]).toContain(statusCode);
    const made = answers.filter(({ statusCode }) => statusCode === 201).length;
    expect(made).toBeGreaterThan(0);
    await db.context(async () => {
      const products = await Product.query().filterBy({ name: 'Rushed' }).all();
      expect(products).toHaveLength(made);
      expect(new Set(products.map((product) => product.slug)).size).toBe(made);
      expect(await Tag.query().filterBy({ name: 'Hour' }).count()).toBe(1);
    });
  });

  it('answers 404 for a product of an unknown category', async () => {
    for (const category_id of [999, 0, -1, 99999999999]) {
      const answer = await post('/product', { name: 'Lost', price: 1, category_id });
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toEqual({ error: 'Category not found' });
    }
  });

  it('lists categories with their products in at most two statements', async () => {
    await post('/category', { name: 'Empty' });
    const { result, statements } = await statementsOf(() => get('/categories'));
    expect(statements.length).toBeLessThanOrEqual(2);
    expect(result.statusCode).toBe(200);
    const [electronics] = result.json();
    const empty = result.json().find((category: { name: string }) => category.name === 'Empty');
    expect(electronics).toMatchObject({ id: 1, name: 'Electronics' });
    expect(electronics.products[0]).toEqual({ id: 1, name: 'Mi LED TV', price: 32999 });
    expect(empty.products).toEqual([]);
  });
});

describe('POST /secure-add-product', () => {
  const product = { name: 'Safe', price: 10, category_id: 1 };

  it('turns away a wrong password and an unknown user alike', async () => {
    for (const username of ['ada', 'nobody']) {
      const answer = await post('/secure-add-product', { ...product, username, password: 'wrong' });
      expect(answer.statusCode).toBe(401);
      expect(answer.json()).toEqual({ error: 'Unauthorized' });
    }
  });

  it('is for admins only', async () => {
    for (const username of ['cleo', 'max']) {
      const answer = await post('/secure-add-product', { ...product, username, password: testPassword });
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toEqual({ error: 'Permission denied' });
    }
  });

  it('adds the product for an admin', async () => {
    const answer = await post('/secure-add-product', { ...product, username: 'ada', password: testPassword });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({ message: 'Product added securely!' });
    expect((await get('/api/products?q=safe')).json().total).toBe(1);
  });

  it('names the field of a bad product, and only to an admin', async () => {
    const bad = { name: 'Safe', price: -1, category_id: 1, password: testPassword };
    expect((await post('/secure-add-product', { ...bad, username: 'ada' })).json()).toMatchObject({ field: 'price' });
    expect((await post('/secure-add-product', { ...bad, username: 'cleo' })).statusCode).toBe(403);
  });
});

describe('POST /login', () => {
  it('gives a token', async () => {
    const answer = await post('/login', { username: 'max', password: testPassword });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ token_type: 'Bearer', role: 'manager' });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('refuses a wrong password, and names a missing field', async () => {
    expect((await post('/login', { username: 'max', password: 'wrong' })).statusCode).toBe(401);
    const answer = await post('/login', { username: 'max' });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toEqual({ error: 'password is required', field: 'password' });
  });
});

describe('changing and deleting', () => {
  const patch = (id: number, payload: object, headers = {}) =>
    catalog.app.inject({ method: 'PATCH', url: `/product/${id}`, payload, headers });

  it('lets managers and admins change price and stock', async () => {
    expect((await patch(1, { price: 5 })).statusCode).toBe(401);
    expect((await patch(1, { price: 5 }, await customer())).statusCode).toBe(403);
    const changed = await patch(1, { price: 29999.5, stock: 3 }, await manager());
    expect(changed.statusCode).toBe(200);
    expect(changed.json()).toMatchObject({ price: 29999.5, stock: 3, tags: ['Smart', 'TV'] });
    const put = await catalog.app.inject({ method: 'PUT', url: '/product/1', payload: { price: 1, stock: 2 }, headers: await admin() });
    expect(put.json()).toMatchObject({ price: 1, stock: 2 });
    expect((await get('/api/products/1')).json()).toMatchObject({ price: 1, stock: 2 });
  });

  it('names what is wrong with a change', async () => {
    const headers = await manager();
    for (const [payload, field] of [
      [{ price: -1 }, 'price'],
      [{ price: 1.005 }, 'price'],
      [{ price: '12' }, 'price'],
      [{ price: null }, 'price'],
      [{ stock: 1.5 }, 'stock'],
      [{ stock: -1 }, 'stock'],
      [{ stock: 3_000_000_000 }, 'stock'],
    ] as const) {
      const answer = await patch(1, payload, headers);
      expect(answer.statusCode, JSON.stringify(payload)).toBe(422);
      expect(answer.json()).toMatchObject({ field });
    }
    expect((await patch(1, {}, headers)).statusCode).toBe(422);
    expect((await patch(999, { price: 1 }, headers)).statusCode).toBe(404);
  });

  it('lets only admins delete, anything', async () => {
    const userId = await makeUser('gone', 'customer');
    const ids = await db.context(async () => {
      const category = new Category({ name: 'Doomed' });
      const tag = new Tag({ name: 'Doomed' });
      const product = new Product({ name: 'Doomed', price: 1, category, tags: [tag] });
      const review = new Review({ rating: 3, product, user: (await User.query().get(userId))! });
      const kept = new Review({ rating: 4, product, user: (await User.query().get(userId))! });
      db.session.addAll([product, review, kept]);
      await db.session.commit();
      return { review: review.id, kept: kept.id, tag: tag.id, category: category.id, product: product.id, user: userId };
    });
    const remove = (kind: string, id: number, headers = {}) => catalog.app.inject({ method: 'DELETE', url: `/${kind}/${id}`, headers });
    for (const kind of ['review', 'tag', 'category', 'product', 'user'] as const) {
      expect((await remove(kind, ids[kind])).statusCode).toBe(401);
      expect((await remove(kind, ids[kind], await manager())).statusCode).toBe(403);
      const gone = await remove(kind, ids[kind], await admin());
      expect(gone.statusCode, kind).toBe(200);
      expect((await remove(kind, ids[kind], await admin())).statusCode).toBe(404);
    }
    await db.context(async () => {
      expect(await Review.query().get(ids.kept)).toBeNull();
    });
  });

  it("keeps a deleted category's products", async () => {
    await post('/category', { name: 'Brief' });
    const category = await db.context(() => Category.query().filterBy({ name: 'Brief' }).one());
    await post('/product', { name: 'Survivor', price: 1, category_id: category.id });
    await catalog.app.inject({ method: 'DELETE', url: `/category/${category.id}`, headers: await admin() });
    const [found] = (await get('/api/products?q=Survivor')).json().items;
    expect(found).toMatchObject({ name: 'Survivor', category: null });
  });

  it('does not let an admin delete the account in use', async () => {
    const id = await db.context(async () => (await User.query().filterBy({ username: 'ada' }).one()).id);
    const answer = await catalog.app.inject({ method: 'DELETE', url: `/user/${id}`, headers: await admin() });
    expect(answer.statusCode).toBe(409);
  });
});

describe('GET /api/products', () => {
  beforeAll(async () => {
    await post('/category', { name: 'Books' });
    const books = await db.context(() => Category.query().filterBy({ name: 'Books' }).one());
    for (let i = 1; i <= 25; i++) {
      const tags = i % 2 ? ['Odd'] : ['Even', '50% off'];
      await post('/product', { name: `Book ${String(i).padStart(2, '0')}`, price: i, stock: i % 5, category_id: books.id, tags });
    }
  });

  it('pages, with metadata', async () => {
    const answer = await get('/api/products?category=books&page=2&per_page=10');
    expect(answer.statusCode).toBe(200);
    const { items, ...metadata } = answer.json();
    expect(items).toHaveLength(10);
    expect(items[0]).toMatchObject({ name: 'Book 11', price: 11, category: { name: 'Books', slug: 'books' }, tags: ['Odd'] });
    expect(metadata).toEqual({ page: 2, per_page: 10, total: 25, pages: 3, has_prev: true, has_next: true, prev_num: 1, next_num: 3 });
  });

  it('sorts', async () => {
    const names = async (query: string) =>
      (await get(`/api/products?category=books&per_page=2&${query}`)).json().items.map((item: { name: string }) => item.name);
    expect(await names('sort=name')).toEqual(['Book 01', 'Book 02']);
    expect(await names('sort=name&order=desc')).toEqual(['Book 25', 'Book 24']);
    expect(await names('sort=price_high')).toEqual(['Book 25', 'Book 24']);
    expect(await names('sort=price&order=asc')).toEqual(['Book 01', 'Book 02']);
    expect(await names('sort=newest')).toEqual(['Book 25', 'Book 24']);
  });

  it('filters by tag, price, stock and words', async () => {
    const total = async (query: string) => (await get(`/api/products?${query}`)).json().total;
    expect(await total('tag=odd')).toBe(13);
    expect(await total('category=books&min_price=10&max_price=12.5')).toBe(3);
    expect(await total('category=books&in_stock=true')).toBe(20);
    expect(await total('category=books&in_stock=false')).toBe(5);
    expect(await total('category=books&tag=odd&in_stock=true&min_price=20')).toBe(2);
    expect(await total('q=BOOK%201')).toBe(10);
    expect(await total('q=%25')).toBe(0);
  });

  it('names the parameter at fault', async () => {
    for (const query of [
      'page=abc',
      'page=0',
      'page=-1',
      'per_page=0',
      'sort=evil',
      'order=up',
      'min_price=abc',
      'max_price=-5',
      'in_stock=maybe',
      'page=1&page=2',
    ]) {
      const answer = await get(`/api/products?${query}`);
      expect(answer.statusCode, query).toBe(422);
      expect(query).toContain(answer.json().field);
    }
    expect((await get('/api/products?category=nope')).statusCode).toBe(404);
    expect((await get('/api/products?page=999999999999')).statusCode).toBe(404);
    expect((await get('/api/products?per_page=100000')).json().per_page).toBe(100);
  });
});

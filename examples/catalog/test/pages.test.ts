import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { db } from '../src/db.ts';
import { Product } from '../src/models/product.ts';
import { ProductImage } from '../src/models/product-image.ts';
import { Review } from '../src/models/review.ts';
import { Tag } from '../src/models/tag.ts';
import { User } from '../src/models/user.ts';
import { makeUser, openCatalog, type TestCatalog, testPassword } from './support/catalog.ts';
import { Visitor } from './support/visitor.ts';

let catalog: TestCatalog;
let visitor: Visitor;
beforeAll(async () => {
  catalog = await openCatalog({ sample: true });
  visitor = new Visitor(catalog.app);
  await makeUser('ada', 'admin');
  await makeUser('max', 'manager');
  await makeUser('cleo', 'customer');
});
afterAll(() => catalog.close());

const namesIn = (html: string) =>
  Array.from(html.matchAll(/class="card-title"><a href="\/product\/[^"]*">([^<]*)</g), (match) => match[1].replaceAll('&amp;', '&'));
const signedIn = async (username: string) => {
  const someone = new Visitor(catalog.app);
  await someone.signIn(username, testPassword);
  return someone;
};

describe('the shop', () => {
  it.each(['/', '/products'])('%s shows twelve products by name, the categories and the popular tags', async (url) => {
    const { statusCode, body, headers } = await visitor.get(url);
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const names = namesIn(body);
    expect(names).toHaveLength(12);
    expect(names).toEqual(names.toSorted());
    for (const part of ['Tableware', 'Furniture', 'Popular tags', 'Stoneware', 'rel="next"', 'aria-current="page"'])
      expect(body).toContain(part);
    expect(body).not.toMatch(/style="|<script>|onclick=/);
  });

  it('pages through everything, each product once', async () => {
    const total = await db.context(() => Product.query().count());
    const seen: string[] = [];
    for (let page = 1; page <= Math.ceil(total / 12); page++) seen.push(...namesIn((await visitor.get(`/products?page=${page}`)).body));
    expect(new Set(seen).size).toBe(total);
    expect(seen).toHaveLength(total);
    for (const page of ['99', '0', '-1', 'abc']) expect((await visitor.get(`/products?page=${page}`)).statusCode).toBe(404);
  });

  it('sorts by price and by age', async () => {
    const prices = async (sort: string) =>
      Array.from((await visitor.get(`/products?sort=${sort}`)).body.matchAll(/class="price">\$([\d.,]+)</g), (match) =>
        Number(match[1].replace(',', '')),
      );
    expect(await prices('price_low')).toEqual((await prices('price_low')).toSorted((a, b) => a - b));
    expect(await prices('price_high')).toEqual((await prices('price_high')).toSorted((a, b) => b - a));
    expect((await prices('price_high'))[0]).toBe(890);
    expect(namesIn((await visitor.get('/products?sort=newest')).body)[0]).toBe('Fig & Cedar Candle');
  });

  it('narrows to a category or a tag', async () => {
    const category = (await visitor.get('/products?category=lighting')).body;
    expect(category).toContain('<h1 id="results-title">Lighting</h1>');
    expect(namesIn(category)).toHaveLength(6);
    const tag = (await visitor.get('/products?tag=linen&sort=price_low')).body;
    expect(namesIn(tag)).toEqual(['Kitchen Linen Towel', 'Blue Linen Cushion', 'Washed Linen Bed Set']);
    expect((await visitor.get('/products?category=nope')).statusCode).toBe(404);
    expect((await visitor.get('/products?tag=nope')).statusCode).toBe(404);
  });

  it('keeps the order when it narrows, and the narrowing when it pages', async () => {
    const { body } = await visitor.get('/products?category=tableware&sort=price_high');
    expect(body).toContain('href="/products?category=tableware&amp;sort=newest"');
    expect(body).toContain('href="/products?category=lighting&amp;sort=price_high"');
  });

  it('leaves out what is not active', async () => {
    await setActive('paper-lantern', false);
    expect((await visitor.get('/product/paper-lantern')).statusCode).toBe(404);
    expect(namesIn((await visitor.get('/search?q=lantern')).body)).toEqual([]);
    await setActive('paper-lantern', true);
    expect((await visitor.get('/product/paper-lantern')).statusCode).toBe(200);
  });

  it('searches names and descriptions, taking wildcards as they are typed', async () => {
    expect(namesIn((await visitor.get('/search?q=TEAPOT')).body)).toEqual(['Terracotta Teapot']);
    expect(namesIn((await visitor.get('/search?q=washi')).body)).toEqual(['Paper Lantern']);
    expect((await visitor.get('/search?q=%25')).body).toContain('Nothing in the shop matches that');
    expect((await visitor.get('/search?q=_')).body).toContain('Nothing in the shop matches that');
    const empty = await visitor.get('/search?q=+');
    expect(empty.statusCode).toBe(302);
    expect(empty.headers.location).toBe('/products');
  });

  it('escapes what people typed', async () => {
    const { body } = await visitor.get(`/search?q=${encodeURIComponent('<script>alert(1)</script>"\'')}`);
    expect(body).not.toContain('<script>alert');
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;');
  });

  it('draws a picture for a product without one', async () => {
    const { statusCode, headers, body } = await visitor.get('/art/terracotta-teapot.svg');
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toContain('image/svg+xml');
    expect(body).toContain('<svg');
    expect((await visitor.get('/art/<script>.svg')).body).not.toContain('script');
  });

  it('has a page for what it does not have', async () => {
    const page = await visitor.get('/nowhere');
    expect(page.statusCode).toBe(404);
    expect(page.body).toContain('We could not find that');
    const json = await catalog.app.inject('/api/nowhere');
    expect(json.statusCode).toBe(404);
    expect(json.json()).toEqual({ error: 'Not found' });
  });

  it('serves the stylesheet and the fonts, and nothing beside them', async () => {
    expect((await visitor.get('/static/style.css')).headers['content-type']).toContain('text/css');
    expect((await visitor.get('/fonts/inter/inter-latin-wght-normal.woff2')).statusCode).toBe(200);
    for (const url of ['/static/../package.json', '/static/%2e%2e/package.json', '/static/..%2fpackage.json'])
      expect((await visitor.get(url)).statusCode).toBeGreaterThanOrEqual(400);
  });
});

describe('a product', () => {
  it('shows its price, stock, tags, reviews with the average, and four related products', async () => {
    const { body } = await visitor.get('/product/terracotta-teapot');
    for (const part of [
      '<h1>Terracotta Teapot</h1>',
      '$68.00',
      'In stock',
      '4.5 from 2 reviews',
      'priya',
      'It really does not drip',
      'href="/products?tag=tea"',
      'Sign in to write a review',
    ]) {
      expect(body).toContain(part);
    }
    expect(namesIn(body)).toHaveLength(4);
    expect(namesIn(body)).not.toContain('Terracotta Teapot');
    expect((await visitor.get('/product/espresso-cups-set-of-two')).body).toContain('Sold out');
    expect((await visitor.get('/product/nothing')).statusCode).toBe(404);
  });

  it('shows its pictures, the primary one first, with a drawing to fall back on', async () => {
    await db.context(async () => {
      const product = await Product.query().filterBy({ slug: 'oak-side-table' }).one();
      product.images.add(
        new ProductImage({ imagePath: 'https://photos.example/side.jpg', altText: 'From the side', displayOrder: 0 }),
        new ProductImage({ imagePath: 'https://photos.example/front.jpg', isPrimary: true, displayOrder: 1 }),
        new ProductImage({ imagePath: 'javascript:alert(1)', displayOrder: 2 }),
      );
      await db.session.commit();
    });
    const { body } = await visitor.get('/product/oak-side-table');
    const sources = Array.from(body.slice(0, body.indexOf('id="reviews"')).matchAll(/<img src="([^"]*)"/g), (match) => match[1]);
    expect(sources).toEqual(['https://photos.example/front.jpg', 'https://photos.example/side.jpg', '/art/oak-side-table.svg']);
    expect(body).toContain('alt="From the side"');
    expect(body).toContain('data-fallback="/art/oak-side-table.svg"');
    expect(body).not.toContain('javascript:');
  });

  it('shows a description as text, whatever is in it', async () => {
    await db.context(async () => {
      db.session.add(
        new Product({
          name: 'Tricky <b>thing</b>',
          description: '<img src=x onerror=alert(1)>\n\n{{ 7*7 }}',
          price: 1,
          stock: 1,
          tags: [new Tag({ name: '<i>tag</i>' })],
        }),
      );
      await db.session.commit();
    });
    const slug = new Product({ name: 'Tricky <b>thing</b>' }).slug;
    const { body } = await visitor.get(`/product/${slug}`);
    expect(body).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(body).toContain('{{ 7*7 }}');
    expect(body).not.toMatch(/<img src=x|<b>thing|<i>tag/);
  });
});

describe('accounts', () => {
  it('makes an account, signs it in, and out', async () => {
    const someone = new Visitor(catalog.app);
    await someone.get('/sign-up?next=/product/oak-side-table');
    const made = await someone.post('/sign-up', {
      username: 'nora',
      email: 'nora@example.com',
      password: 'a long one',
      next: '/product/oak-side-table',
    });
    expect(made.statusCode).toBe(303);
    expect(made.headers.location).toBe('/product/oak-side-table');
    const page = (await someone.get('/')).body;
    expect(page).toContain('Welcome to Kindling, nora.');
    expect((await someone.get('/')).body).not.toContain('Welcome to Kindling');
    await someone.post('/sign-out');
    expect((await someone.get('/')).body).toContain('You are signed out.');
    expect((await someone.signIn('nora', 'a long one')).statusCode).toBe(303);
    await db.context(async () => expect((await User.query().filterBy({ username: 'nora' }).one()).role).toBe('customer'));
  });

  it('says what is wrong with a new account, beside the field', async () => {
    const someone = new Visitor(catalog.app);
    await someone.get('/sign-up');
    const bad = await someone.post('/sign-up', { username: 'x', email: 'nope', password: 'short', role: 'admin' });
    expect(bad.statusCode).toBe(422);
    for (const field of ['username', 'email', 'password']) expect(bad.body).toContain(`id="${field}-error"`);
    expect(bad.body).not.toContain('value="short"');
    const taken = await someone.post('/sign-up', { username: 'cleo', email: 'ada@example.com', password: 'long enough' });
    expect(taken.statusCode).toBe(409);
    expect(taken.body).toContain('Someone has this name already.');
  });

  it('gives one answer to a wrong name and a wrong password', async () => {
    const answers = await Promise.all([
      visitor.signIn('cleo', 'wrong'),
      new Visitor(catalog.app).signIn('nobody', 'wrong'),
      new Visitor(catalog.app).signIn('ines', testPassword),
    ]);
    for (const answer of answers) {
      expect(answer.statusCode).toBe(401);
      expect(answer.body).toContain('do not belong together');
    }
  });
});

describe('reviews', () => {
  const url = '/product/paper-lantern';

  it('are for those who are signed in', async () => {
    const stranger = new Visitor(catalog.app);
    await stranger.get('/sign-in');
    const answer = await stranger.post(`${url}/review`, { rating: '5', content: 'Hi' });
    expect(answer.statusCode).toBe(303);
    expect(answer.headers.location).toBe('/sign-in?next=%2Fproduct%2Fpaper-lantern%23reviews');
  });

  it('wait for approval, then count', async () => {
    const cleo = await signedIn('cleo');
    await cleo.get(url);
    const sent = await cleo.post(`${url}/review`, { rating: '4', content: 'Glows <nicely>.' });
    expect(sent.statusCode).toBe(303);
    expect(sent.headers.location).toBe(url);
    const after = (await cleo.get(url)).body;
    expect(after).toContain('Thank you for your review! It will be visible after approval.');
    expect(after).not.toContain('Glows');
    expect(after).toContain('No one has reviewed this yet.');

    const max = await signedIn('max');
    const desk = (await max.get('/manage/reviews')).body;
    expect(desk).toContain('Glows &lt;nicely&gt;.');
    const id = await reviewId('Glows <nicely>.');
    expect((await max.post(`/manage/reviews/${id}/approve`)).headers.location).toBe('/manage/reviews');
    const shown = (await visitor.get(url)).body;
    expect(shown).toContain('Glows &lt;nicely&gt;.');
    expect(shown).toContain('4.0 from 1 review<');
  });

  it('are checked', async () => {
    const cleo = await signedIn('cleo');
    await cleo.get(url);
    for (const rating of ['', '0', '6', '1.5', 'x']) {
      const answer = await cleo.post(`${url}/review`, { rating, content: 'Kept words' });
      expect(answer.statusCode).toBe(422);
      expect(answer.body).toContain('Choose from one to 5 stars.');
      expect(answer.body).toContain('Kept words</textarea>');
    }
    expect((await cleo.post(`${url}/review`, { rating: '5', content: 'x'.repeat(5001) })).statusCode).toBe(422);
    expect((await cleo.post('/product/nothing/review', { rating: '5' })).statusCode).toBe(404);
  });
});

describe('behind the counter', () => {
  it('sends strangers to sign in, and customers away', async () => {
    const answer = await visitor.get('/manage/stock?page=1');
    expect(answer.headers.location).toBe('/sign-in?next=%2Fmanage%2Fstock%3Fpage%3D1');
    const cleo = await signedIn('cleo');
    expect((await cleo.get('/manage/reviews')).statusCode).toBe(403);
    await cleo.get('/');
    expect((await cleo.post('/manage/stock/1', { price: '1', stock: '1' })).statusCode).toBe(403);
    expect((await cleo.get('/')).body).not.toContain('href="/manage');
  });

  it('lets managers set price and stock', async () => {
    const max = await signedIn('max');
    const { body } = await max.get('/manage/stock?find=lantern');
    const id = /\/manage\/stock\/(\d+)/.exec(body)![1];
    const saved = await max.post(`/manage/stock/${id}`, { price: '39.50', stock: '7', back: '/manage/stock?find=lantern' });
    expect(saved.headers.location).toBe('/manage/stock?find=lantern');
    expect((await max.get('/manage/stock?find=lantern')).body).toContain('Paper Lantern is up to date.');
    expect((await visitor.get('/product/paper-lantern')).body).toContain('$39.50');
    for (const [price, stock] of [
      ['-1', '1'],
      ['1.234', '1'],
      ['x', '1'],
      ['1', '-1'],
      ['1', '99999999999'],
      ['1', ''],
    ]) {
      await max.post(`/manage/stock/${id}`, { price, stock });
      expect((await max.get('/manage/stock')).body, `${price} ${stock}`).toMatch(/flash-error/);
    }
    expect((await visitor.get('/product/paper-lantern')).body).toContain('$39.50');
  });

  it('lets admins, and not managers, delete', async () => {
    const cleo = await signedIn('cleo');
    await cleo.get('/product/paper-lantern');
    await cleo.post('/product/paper-lantern/review', { rating: '1', content: 'Spam' });
    const id = await reviewId('Spam');
    const max = await signedIn('max');
    expect((await max.get('/manage/reviews')).body).not.toContain(`/manage/reviews/${id}/delete`);
    expect((await max.post(`/manage/reviews/${id}/delete`)).statusCode).toBe(403);
    const ada = await signedIn('ada');
    await ada.get('/manage/reviews');
    expect((await ada.post(`/manage/reviews/${id}/delete`)).statusCode).toBe(303);
    expect((await ada.post(`/manage/reviews/${id}/delete`)).statusCode).toBe(404);
    const product = await db.context(async () => (await Product.query().filterBy({ slug: 'five-year-diary' }).one()).id);
    expect((await ada.post(`/manage/products/${product}/delete`)).statusCode).toBe(303);
    expect((await visitor.get('/product/five-year-diary')).statusCode).toBe(404);
  });
});

function setActive(slug: string, active: boolean): Promise<void> {
  return db.context(async () => {
    (await Product.query().filterBy({ slug }).one()).active = active;
    await db.session.commit();
  });
}

function reviewId(content: string): Promise<number> {
  return db.context(async () => (await Review.query().filterBy({ content }).one()).id);
}

import { afterAll, beforeAll, expect, it } from 'vitest';
import { db } from '../src/db.ts';
import { makeUser, openCatalog, type TestCatalog, testPassword } from './support/catalog.ts';
import { Visitor } from './support/visitor.ts';

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await openCatalog({ sample: true });
  await makeUser('ada', 'admin');
});
afterAll(() => catalog.close());

it('compiles nothing for pages whose like was asked for before', async () => {
  const visitor = new Visitor(catalog.app);
  await visitor.signIn('ada', testPassword);
  const { body } = await visitor.get('/products');
  const [first, second] = Array.from(body.matchAll(/href="(\/product\/[^"]*)"/g), (match) => match[1]);
  const pages = (product: string, page: number, term: string) => [
    '/',
    `/products?page=${page}`,
    `/products?sort=price_low&page=${page}`,
    `/search?q=${term}`,
    product,
    '/categories',
    `/api/products?page=${page}&per_page=5&min_price=${page}`,
  ];
  const ask = async (urls: readonly string[]) => {
    for (const url of urls) expect((await visitor.get(url)).statusCode, url).toBe(200);
  };
  await ask(pages(first, 1, 'stone'));
  const before = db.engine.plans.status();
  await ask(pages(second, 2, 'oak'));
  const after = db.engine.plans.status();
  expect(after.misses).toBe(before.misses);
  expect(after.hits - before.hits).toBeGreaterThan(15);
  expect(after.size).toBe(before.size);
});

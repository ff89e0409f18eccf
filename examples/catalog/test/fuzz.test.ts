import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bearerOf, makeUser, openCatalog, type TestCatalog, testPassword } from './support/catalog.ts';
import { Visitor } from './support/visitor.ts';

let catalog: TestCatalog;
beforeAll(async () => {
  catalog = await openCatalog({ sample: true });
  await makeUser('ada', 'admin');
});
afterAll(() => catalog.close());

const long = 'x'.repeat(100_000);
const oddValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  1e20,
  2 ** 31,
  2 ** 53,
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '💥',
  "'; DROP TABLE products; --",
  '%',
  '_',
  long,
  [],
  {},
  [[]],
  ['\0'],
  [''],
  [null],
  [long],
  { $ne: null },
  { toString: 'x' },
  { length: 5 },
  '../../etc/passwd',
  '{{ 7*7 }}',
  '<script>alert(1)</script>',
  'NaN',
  'Infinity',
];
const oddTexts = [
  ...oddValues.filter((value) => typeof value === 'string'),
  '%00',
  '%ff',
  '%E0%A4%A',
  '..%2f..',
  '__proto__',
  'constructor',
  '0',
  '-1',
  '1e3',
  '99999999999999999999',
];

const jsonRoutes: readonly (readonly [method: 'POST' | 'PATCH' | 'PUT', url: string, good: Record<string, unknown>])[] = [
  ['POST', '/category', { name: 'Odd' }],
  ['POST', '/product', { name: 'Odd', price: 1, stock: 1, category_id: 1, tags: ['a'], description: 'b' }],
  ['POST', '/secure-add-product', { username: 'ada', password: testPassword, name: 'Odd', price: 1, category_id: 1, tags: ['a'] }],
  ['POST', '/login', { username: 'ada', password: testPassword }],
  ['PATCH', '/product/1', { price: 1, stock: 1 }],
  ['PUT', '/product/1', { price: 1, stock: 1 }],
];

it('answers odd values in every field without a 500, and says which field', async () => {
  const headers = await bearerOf(catalog.app, 'ada');
  for (const [method, url, good] of jsonRoutes) {
    for (const name of Object.keys(good)) {
      for (const value of oddValues) {
        const answer = await catalog.app.inject({ method, url, headers, payload: { ...good, [name]: value } });
        const what = `${method} ${url} ${name}=${JSON.stringify(value)?.slice(0, 50)}`;
        expect(answer.statusCode, what).toBeLessThan(500);
        if (answer.statusCode === 422) expect(answer.json().field, what).toBe(name);
      }
    }
  }
}, 120_000);

it('answers bodies that are no JSON object without a 500', async () => {
  const headers = { ...(await bearerOf(catalog.app, 'ada')), 'content-type': 'application/json' };
  const bodies = [
    '',
    '{',
    '[]',
    'null',
    '"text"',
    '1',
    '{"name":}',
    '{"a":1}garbage',
    '{"__proto__":{"admin":true},"name":"x"}',
    '{"constructor":{"prototype":{"x":1}}}',
    '\ufeff{}',
    `{"name":"${long}"}`,
    Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
    `${'['.repeat(20_000)}`,
  ];
  for (const [method, url] of jsonRoutes) {
    for (const payload of bodies) {
      const answer = await catalog.app.inject({ method, url, headers, payload });
      expect(answer.statusCode, `${method} ${url} ${String(payload).slice(0, 40)}`).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode, `${method} ${url} ${String(payload).slice(0, 40)}`).toBeLessThan(500);
    }
  }
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
  const tooLarge = await catalog.app.inject({
    method: 'POST',
    url: '/category',
    headers,
    payload: JSON.stringify({ name: 'x'.repeat(300_000) }),
  });
  expect(tooLarge.statusCode).toBe(413);
  const notJson = await catalog.app.inject({
    method: 'POST',
    url: '/category',
    headers: { 'content-type': 'text/plain' },
    payload: 'name=x',
  });
  expect(notJson.statusCode).toBe(415);
});

it('answers odd addresses without a 500', async () => {
  const headers = await bearerOf(catalog.app, 'ada');
  const parameters = [
    'page',
    'per_page',
    'sort',
    'order',
    'category',
    'tag',
    'min_price',
    'max_price',
    'in_stock',
    'q',
    'find',
    'next',
    '__proto__',
    'toString',
  ];
  const visitor = new Visitor(catalog.app);
  await visitor.signIn('ada', testPassword);
  for (const text of oddTexts) {
    for (const raw of [text, encodeURIComponent(text.toWellFormed())]) {
      if (/[^\x21-\x7e]/.test(raw)) continue; // a client can't send it unencoded
      for (const parameter of parameters) {
        for (const path of [
          '/',
          '/products',
          '/search',
          '/api/products',
          '/product/terracotta-teapot',
          '/sign-in',
          '/manage/reviews',
          '/manage/stock',
        ]) {
          const answer = await visitor.get(`${path}?${parameter}=${raw.slice(0, 3000)}`);
          expect(answer.statusCode, `${path}?${parameter}=${raw.slice(0, 40)}`).toBeLessThan(500);
        }
      }
      for (const path of ['/product/', '/api/products/', '/art/', '/static/', '/', '/manage/']) {
        const answer = await catalog.app.inject({ url: `${path}${raw.slice(0, 3000)}` });
        expect(answer.statusCode, `${path}${raw.slice(0, 40)}`).toBeLessThan(500);
      }
      for (const path of ['/product/', '/category/', '/tag/', '/review/', '/user/']) {
        const answer = await catalog.app.inject({ method: 'DELETE', url: `${path}${raw.slice(0, 3000)}`, headers });
        expect(answer.statusCode, `DELETE ${path}${raw.slice(0, 40)}`).toBeLessThan(500);
      }
    }
  }
}, 120_000);

it('answers odd forms without a 500', async () => {
  const forms: readonly (readonly [url: string, good: Record<string, string>])[] = [
    ['/sign-in', { username: 'ada', password: testPassword, next: '/' }],
    ['/sign-up', { username: 'odd', email: 'odd@example.com', password: 'long enough', next: '/' }],
    ['/product/terracotta-teapot/review', { rating: '5', content: 'Good' }],
    ['/manage/stock/1', { price: '1', stock: '1', back: '/manage/stock' }],
  ];
  for (const [url, good] of forms) {
    const visitor = new Visitor(catalog.app);
    await visitor.signIn('ada', testPassword);
    for (const name of [...Object.keys(good), '__proto__', '_csrf']) {
      for (const text of oddTexts) {
        await visitor.get('/sign-in'); // the page shows the token of the session
        const answer = await visitor.post(url, { ...good, [name]: text.toWellFormed().slice(0, 20_000) });
        expect(answer.statusCode, `${url} ${name}=${text.slice(0, 40)}`).toBeLessThan(500);
      }
    }
  }
}, 180_000);

it('answers what is hardly HTTP', async () => {
  const address = new URL(await catalog.app.listen({ host: '127.0.0.1', port: 0 }));
  const send = (bytes: string | Buffer) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(address.port), address.hostname);
      let answer = '';
      socket.setTimeout(5000, () => socket.destroy());
      socket.on('data', (data) => {
        answer += data;
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
      socket.end(bytes);
    });
  const lines = [
    'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET /%ZZ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET //// HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'NONSENSE\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    `GET /?q=\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  ];
  for (const line of lines) expect(await send(Buffer.from(line, 'latin1')), line).not.toMatch(/^HTTP\/1\.1 5/);
});

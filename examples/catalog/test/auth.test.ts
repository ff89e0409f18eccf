import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveKeys } from '../src/auth/keys.ts';
import { hashPassword, verifyPassword } from '../src/auth/password.ts';
import { hasRank } from '../src/auth/roles.ts';
import { loadConfig } from '../src/config.ts';
import { db } from '../src/db.ts';
import { User } from '../src/models/user.ts';
import { bearerOf, makeUser, openCatalog, type TestCatalog, testPassword } from './support/catalog.ts';
import { Visitor } from './support/visitor.ts';

describe('configuration', () => {
  it('needs a secret in production, and makes one up in development', () => {
    expect(() => loadConfig({ NODE_ENV: 'production' })).toThrow(/SECRET_KEY is not set/);
    expect(loadConfig({ NODE_ENV: 'production', SECRET_KEY: 'long and random' }).secret).toBe('long and random');
    expect(loadConfig({}).secret).not.toBe(loadConfig({}).secret);
  });

  it('reads the address, and says which variable is wrong', () => {
    expect(loadConfig({})).toMatchObject({ host: '127.0.0.1', port: 5000, production: false });
    expect(loadConfig({ HOST: '::1', PORT: '8080', DATABASE_URL: 'sqlite://' })).toMatchObject({
      host: '::1',
      port: 8080,
      databaseUrl: 'sqlite://',
    });
    expect(() => loadConfig({ PORT: 'http' })).toThrow(/PORT is "http"/);
  });

  it('gives the sample users a password in development only', () => {
    expect(loadConfig({}).samplePassword).not.toBeNull();
    expect(loadConfig({ NODE_ENV: 'production', SECRET_KEY: 'x' }).samplePassword).toBeNull();
  });
});

it('ranks the roles', () => {
  expect(hasRank('admin', 'customer')).toBe(true);
  expect(hasRank('manager', 'manager')).toBe(true);
  expect(hasRank('manager', 'admin')).toBe(false);
  expect(hasRank('customer', 'manager')).toBe(false);
});

it('hashes passwords with argon2id and a salt', async () => {
  const hash = await hashPassword('secret');
  expect(hash).toMatch(/^\$argon2id\$/);
  expect(await hashPassword('secret')).not.toBe(hash);
  expect(await verifyPassword(hash, 'secret')).toBe(true);
  expect(await verifyPassword(hash, 'Secret')).toBe(false);
  expect(await verifyPassword(null, 'no one has this password')).toBe(false);
});

describe.each([false, true])('with production: %s', (production) => {
  let catalog: TestCatalog;
  beforeAll(async () => {
    catalog = await openCatalog({ production });
    await makeUser('ada', 'admin');
    await makeUser('max', 'manager');
  });
  afterAll(() => catalog.close());
  const post = (url: string, payload: object, headers = {}) => catalog.app.inject({ method: 'POST', url, payload, headers });

  it(`${production ? 'closes' : 'opens'} the tutorial's writing routes`, async () => {
    const category = { name: 'Open?' };
    const product = { name: 'Open?', price: 1, category_id: 1 };
    if (production) {
      expect((await post('/category', category)).statusCode).toBe(401);
      expect((await post('/product', product)).statusCode).toBe(401);
      expect((await post('/category', category, await bearerOf(catalog.app, 'max'))).statusCode).toBe(403);
    }
    const headers = production ? await bearerOf(catalog.app, 'ada') : {};
    expect((await post('/category', category, headers)).statusCode).toBe(201);
    expect((await post('/product', product, headers)).statusCode).toBe(201);
    expect((await catalog.app.inject('/categories')).json()).toHaveLength(1);
  });

  it('sends a cookie that scripts and other sites do not get', async () => {
    const answer = await catalog.app.inject('/sign-in');
    const [cookie] = answer.cookies;
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    expect(cookie.secure ?? false).toBe(production);
    expect(cookie.name.startsWith('__Host-')).toBe(production);
    expect('strict-transport-security' in answer.headers).toBe(production);
  });

  it('tells browsers to run nothing but our own', async () => {
    for (const url of ['/', '/nowhere', '/%ZZ', '/api/products', '/static/style.css']) {
      const { headers } = await catalog.app.inject(url);
      expect(headers['content-security-policy'], url).toContain("default-src 'none'");
      expect(headers['content-security-policy'], url).not.toContain('unsafe');
      expect(headers['x-content-type-options'], url).toBe('nosniff');
    }
  });
});

describe('tokens and sessions', () => {
  let catalog: TestCatalog;
  let userId: number;
  const keys = deriveKeys('a secret for tests');
  beforeAll(async () => {
    catalog = await openCatalog({ sample: true });
    await makeUser('ada', 'admin');
    userId = await makeUser('cleo', 'customer');
  });
  afterAll(() => catalog.close());

  const deleteWith = (authorization?: string) =>
    catalog.app.inject({ method: 'DELETE', url: '/tag/999', headers: authorization ? { authorization } : {} });
  const jwt = () =>
    new SignJWT().setProtectedHeader({ alg: 'HS256' }).setIssuer('catalog').setSubject('1').setIssuedAt().setExpirationTime('1 h');

  it('refuses tokens that are not ours, not whole, or too old', async () => {
    const { authorization } = await bearerOf(catalog.app, 'ada');
    expect((await deleteWith(authorization)).statusCode).toBe(404);
    const [head, body, signature] = authorization.split('.');
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${body}.`;
    const bad = [
      undefined,
      'Bearer',
      'Bearer x',
      'Basic YWRhOnB3',
      `${head}.${body}.${signature.slice(0, -3)}abc`,
      `Bearer ${none}`,
      `Bearer ${await jwt().sign(keys.session)}`,
      `Bearer ${await jwt().setExpirationTime('-1 s').sign(keys.token)}`,
      `Bearer ${await jwt().setIssuer('another').sign(keys.token)}`,
      `Bearer ${await jwt().setSubject('999999').sign(keys.token)}`,
      `Bearer ${await jwt().setSubject('admin').sign(keys.token)}`,
    ];
    for (const header of bad) {
      const answer = await deleteWith(header);
      expect(answer.statusCode, header).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    }
  });

  it('asks the database what a user may do, not the token', async () => {
    const headers = await bearerOf(catalog.app, 'cleo');
    expect((await deleteWith(headers.authorization)).statusCode).toBe(403);
    await db.context(async () => {
      (await User.query().getOr404(userId)).role = 'admin';
      await db.session.commit();
    });
    expect((await deleteWith(headers.authorization)).statusCode).toBe(404);
  });

  it('never shows a password hash', async () => {
    const text = await db.context(async () => {
      const user = await User.query().filterBy({ username: 'ada' }).one();
      expect(user.passwordHash).toMatch(/^\$argon2id/);
      const { inspect } = await import('node:util');
      return JSON.stringify(user) + inspect(user);
    });
    expect(text).not.toContain('argon2');
  });

  it('refuses a form without the token of its session', async () => {
    const visitor = new Visitor(catalog.app);
    await visitor.signIn('ada', testPassword);
    await visitor.get('/manage/stock');
    for (const _csrf of ['', 'x', 'A'.repeat(32)]) {
      const answer = await visitor.post('/manage/stock/1', { price: '1', stock: '1', _csrf });
      expect(answer.statusCode).toBe(403);
    }
    const stranger = new Visitor(catalog.app);
    await stranger.get('/sign-in');
    expect((await stranger.post('/sign-out', { _csrf: '' })).statusCode).toBe(403);
    expect((await visitor.post('/manage/stock/1', { price: '1', stock: '1' })).statusCode).toBe(303);
  });

  it('changes the form token at sign-in, so that one planted before is worth nothing', async () => {
    const visitor = new Visitor(catalog.app);
    const before = /name="_csrf" value="([^"]+)"/.exec((await visitor.get('/sign-in')).body)![1];
    await visitor.post('/sign-in', { username: 'ada', password: testPassword });
    expect((await visitor.post('/sign-out', { _csrf: before })).statusCode).toBe(403);
  });

  it('ignores a cookie that was tampered with', async () => {
    const visitor = new Visitor(catalog.app);
    await visitor.signIn('ada', testPassword);
    const [name, value] = [...visitor.cookies][0];
    const forged = Buffer.from(JSON.stringify({ userId: 1, at: Math.floor(Date.now() / 1000) })).toString('base64url');
    for (const cookie of [value.slice(0, -2), `${forged}.${value.split('.')[1]}`, 'x', '']) {
      visitor.cookies.set(name, cookie);
      expect((await visitor.get('/manage/stock')).statusCode).toBe(303);
    }
  });

  it('goes on only to pages of this shop', async () => {
    for (const next of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      'javascript:alert(1)',
      '/\t/evil.example',
      '',
    ]) {
      const visitor = new Visitor(catalog.app);
      await visitor.get('/sign-in');
      const answer = await visitor.post('/sign-in', { username: 'ada', password: testPassword, next });
      expect(answer.headers.location, next).toBe('/');
    }
  });
});

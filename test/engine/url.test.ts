import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/engine/errors.ts';
import { maskUrl, parseUrl } from '../../src/engine/url.ts';

const base = { driver: null, user: null, password: null, host: null, port: null, database: '', query: {} };

describe('parseUrl', () => {
  it.each([
    ['sqlite:///relative.db', { dialect: 'sqlite', database: 'relative.db' }],
    ['sqlite:////var/data/absolute.db', { dialect: 'sqlite', database: '/var/data/absolute.db' }],
    ['sqlite:///C:/data/app.db', { dialect: 'sqlite', database: 'C:/data/app.db' }],
    ['sqlite://', { dialect: 'sqlite' }],
    ['sqlite:///:memory:', { dialect: 'sqlite', database: ':memory:' }],
    [
      'sqlite+better-sqlite3:///app.db?timeout=10',
      { dialect: 'sqlite', driver: 'better-sqlite3', database: 'app.db', query: { timeout: '10' } },
    ],
    ['sqlite:///my%20shop%3F.db', { dialect: 'sqlite', database: 'my shop?.db' }],
    ['postgresql+pglite:///folder', { dialect: 'postgresql', driver: 'pglite', database: 'folder' }],
    ['postgresql+pglite://', { dialect: 'postgresql', driver: 'pglite' }],
    [
      'postgresql://ann:p%40ss%2Fword@db.example.com:5433/shop?sslmode=require&application_name=my+app',
      {
        dialect: 'postgresql',
        user: 'ann',
        password: 'p@ss/word',
        host: 'db.example.com',
        port: 5433,
        database: 'shop',
        query: { sslmode: 'require', application_name: 'my app' },
      },
    ],
    ['mysql://root@[::1]:3306/test', { dialect: 'mysql', user: 'root', host: '::1', port: 3306, database: 'test' }],
    ['postgresql://ann:a:b@host/shop', { dialect: 'postgresql', user: 'ann', password: 'a:b', host: 'host', database: 'shop' }],
    ['postgresql://host', { dialect: 'postgresql', host: 'host' }],
    ['postgresql://ann:@host/shop', { dialect: 'postgresql', user: 'ann', password: '', host: 'host', database: 'shop' }],
    ['PostgreSQL://host/Shop', { dialect: 'postgresql', host: 'host', database: 'Shop' }],
    ['sqlite:///a.db?x=&y', { dialect: 'sqlite', database: 'a.db', query: { x: '', y: '' } }],
  ])('reads %s', (url, expected) => {
    expect(parseUrl(url)).toEqual({ ...base, ...expected });
  });

  it.each([
    ['', 'does not begin with the name of a database'],
    ['app.db', 'does not begin with the name of a database'],
    ['sqlite:/app.db', "'//' has to follow the colon"],
    ['postgresql://ann:secret@host:99999/shop', 'the port is not from 1 to 65535'],
    ['postgresql://ann:secret@host:port/shop', 'no user:password@host:port'],
    ['postgresql://ann:100%@host/shop', 'the password has a %'],
    ['sqlite:///a.db?mode=ro&mode=rw', "the option 'mode' is given twice"],
  ])('refuses %j', (url, reason) => {
    const failure = (() => {
      try {
        parseUrl(url);
      } catch (error) {
        return error as Error;
      }
    })();
    expect(failure).toBeInstanceOf(ConfigurationError);
    expect(failure?.message).toContain(reason);
    expect(failure?.message).not.toMatch(/secret|100%@/);
  });
});

describe('maskUrl', () => {
  it.each([
    ['postgresql://ann:secret@host/shop', 'postgresql://ann:***@host/shop'],
    ['postgresql://ann:se/c@ret@host/shop', 'postgresql://ann:***@host/shop'],
    ['postgresql://ann@host/shop', 'postgresql://ann@host/shop'],
    ['postgresql://host/shop?user=ann&password=secret&sslmode=require', 'postgresql://host/shop?user=ann&password=***&sslmode=require'],
    ['sqlite:///app.db', 'sqlite:///app.db'],
    ['sqlite:////home/me@work/app.db', 'sqlite:////home/me@work/app.db'],
  ])('%s', (url, masked) => {
    expect(maskUrl(url)).toBe(masked);
  });
});

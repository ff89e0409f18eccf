import { expect, it } from 'vitest';
import { RecentCache } from '../../src/dialects/base/recent-cache.ts';

it('keeps what is used and forgets the rest', () => {
  const cache = new RecentCache<number>(10);
  cache.set('kept', 0);
  for (let i = 1; i <= 100; i++) {
    cache.set(`key${i}`, i);
    expect(cache.get('kept')).toBe(0);
    expect(cache.size).toBeLessThanOrEqual(10);
  }
  expect(cache.get('key100')).toBe(100);
  expect(cache.get('key97')).toBe(97);
  expect(cache.get('key1')).toBeUndefined();
});

it('replaces and clears', () => {
  const cache = new RecentCache<string>(4);
  cache.set('a', 'one');
  cache.set('a', 'two');
  expect(cache.get('a')).toBe('two');
  expect(cache.size).toBe(1);
  cache.clear();
  expect(cache.get('a')).toBeUndefined();
  expect(cache.size).toBe(0);
});

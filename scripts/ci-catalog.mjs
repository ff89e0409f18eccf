// Starts the catalog as a user would (`npm start`), asks it for its pages, and ends it with SIGTERM.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { root } from './root.mjs';

const startLimit = 120_000;
const stopLimit = 15_000;

/** Resolves when the catalog answers at all; throws when it ends or the time is up. */
async function answering(base, child) {
  const deadline = Date.now() + startLimit;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('The catalog ended before it answered.');
    const answer = await fetch(base, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    await answer?.arrayBuffer();
    if (answer) return;
    await sleep(200);
  }
  throw new Error(`The catalog did not answer within ${startLimit / 1000} s.`);
}

async function get(base, path, type) {
  const answer = await fetch(base + path, { signal: AbortSignal.timeout(10_000) });
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`status ${answer.status}, expected 200`);
  const got = answer.headers.get('content-type') ?? 'none';
  if (!got.includes(type)) throw new Error(`content type ${got}, expected ${type}`);
  return body;
}

const html = async (base, path, ...contents) => {
  const body = await get(base, path, 'text/html');
  if (!/<html[\s>]/i.test(body)) throw new Error('the page has no <html>');
  for (const content of contents) if (!body.includes(content)) throw new Error(`the page does not contain ${JSON.stringify(content)}`);
  return body;
};

const json = async (base, path) => JSON.parse(await get(base, path, 'application/json'));

/** The first list in a JSON answer: the answer itself or one of its members. */
function firstList(value) {
  const list = Array.isArray(value) ? value : Object.values(value).find(Array.isArray);
  if (!list?.length) throw new Error('the answer holds no items');
  return list;
}

/** @returns {Promise<{ passed: number, failed: number }>} one for each page, one for the start and one for the end */
export async function checkCatalog(environment) {
  const count = { passed: 0, failed: 0 };
  const check = async (name, body) => {
    const started = Date.now();
    try {
      const result = await body();
      count.passed++;
      console.log(`passed  ${name}  ${Date.now() - started} ms`);
      return result;
    } catch (error) {
      count.failed++;
      console.log(`FAILED  ${name}: ${error.message}`);
      return undefined;
    }
  };

  const folder = mkdtempSync(join(tmpdir(), 'athanor-catalog-'));
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const env = { ...environment, HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: `sqlite:///${join(folder, 'catalog.db')}` };
  // Its own process group: if it does not end by itself, nothing of it may stay behind.
  const child = spawn('npm', ['start'], { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  try {
    await check('the catalog starts', () => answering(base, child));
    if (count.failed > 0) return count;

    await check('GET /', () => html(base, '/', '/product/'));
    const slug = await check('GET /products', async () => {
      const link = /href="\/product\/([^"?#]+)"/.exec(await html(base, '/products'));
      if (!link) throw new Error('the page links no product');
      return link[1];
    });
    await check('GET /product/:slug', async () => {
      const page = await html(base, `/product/${slug}`);
      if (!/<h1[\s>]/.test(page)) throw new Error('the page has no heading');
    });
    await check('GET /categories', async () => {
      const [category] = firstList(await json(base, '/categories'));
      if (!category.name || !Array.isArray(category.products)) throw new Error('a category has no name or no list of products');
    });
    const name = await check('GET /api/products', async () => {
      const [product] = firstList(await json(base, '/api/products'));
      if (!product.name) throw new Error('a product has no name');
      return product.name;
    });
    await check('GET /search?q=', async () => {
      const [word] = /[a-z]{3,}/i.exec(name) ?? [];
      if (!word) throw new Error('there is no name to search for');
      await html(base, `/search?q=${encodeURIComponent(word)}`, word, '/product/');
    });
    await check('GET of a product that does not exist', async () => {
      const answer = await fetch(`${base}/product/there-is-no-such-product`, { signal: AbortSignal.timeout(10_000) });
      await answer.arrayBuffer();
      if (answer.status !== 404) throw new Error(`status ${answer.status}, expected 404`);
    });
    await check('SIGTERM ends it cleanly', async () => {
      process.kill(child.pid, 'SIGTERM');
      const code = await Promise.race([ended, sleep(stopLimit, `still running after ${stopLimit / 1000} s`, { ref: false })]);
      if (code !== 0) throw new Error(`expected exit code 0, got ${code}`);
      const open = await fetch(base, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
      if (open) throw new Error('something still answers at its port');
    });
    return count;
  } finally {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of it has ended: as it should be.
    }
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }
}

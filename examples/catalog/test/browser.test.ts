import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { db } from '../src/db.ts';
import { Product } from '../src/models/product.ts';
import { ProductImage } from '../src/models/product-image.ts';
import { faintTextsOf, problemsOf } from './support/accessibility.ts';
import { findBrowser, startBrowser } from './support/browser.ts';
import { openCatalog, type TestCatalog, testPassword } from './support/catalog.ts';

const executable = findBrowser();

// A busy machine may take its time.
describe.runIf(executable)('in a browser', { timeout: 60_000 }, () => {
  let catalog: TestCatalog;
  let browser: Browser;
  let address: string;
  let page: Page;
  let complaints: string[];

  beforeAll(async () => {
    catalog = await openCatalog({ sample: true });
    address = await catalog.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await startBrowser(executable!);
  });
  afterAll(async () => {
    await browser.close();
    await catalog.close();
  });

  describe.each([
    ['a phone', { width: 390, height: 844 }],
    ['a desktop', { width: 1280, height: 800 }],
  ])('on %s', (device, viewport) => {
    beforeEach(async () => {
      page = await browser.newPage({ viewport, baseURL: address, reducedMotion: 'reduce' });
      complaints = [];
      page.on('console', (message) => {
        // A photograph that can't be reached is no fault of the page.
        if (message.type() === 'error' && !message.text().includes('ERR_FAILED')) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      // Nothing outside this machine is asked for.
      await page.route(/^https:/, (route) => route.abort());
    });
    afterEach(() => page.close());

    const cards = () => page.locator('.grid .card');
    // The page's policy lets no text run as a script, so the question is asked from outside.
    const until = (condition: string) => expect.poll(() => page.evaluate(condition), { timeout: 5000 }).toBe(true);
    const signIn = async (username: string) => {
      await page.goto('/sign-in');
      await page.getByLabel('User name').fill(username);
      await page.getByLabel('Password').fill(testPassword);
      await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
      await page.getByText(`Welcome back, ${username}.`).waitFor();
    };

    it('one browses, narrows, sorts and pages', async () => {
      await page.goto('/');
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Good things');
      expect(await cards().count()).toBe(12);
      await page.getByRole('navigation', { name: 'Pages of products' }).getByRole('link', { name: 'Next' }).click();
      await page.waitForURL(/page=2/);
      expect(await cards().count()).toBe(12);

      await page.getByRole('navigation', { name: 'Categories' }).getByRole('link', { name: 'Textiles' }).click();
      await page.getByRole('heading', { level: 1, name: 'Textiles' }).waitFor();
      expect(await cards().count()).toBe(7);

      await page.getByRole('navigation', { name: 'Sort by' }).getByRole('link', { name: 'Price: low to high' }).click();
      await page.waitForURL(/sort=price_low/);
      expect(await cards().first().textContent()).toContain('Kitchen Linen Towel');
      expect(await page.locator('.sorts [aria-current]').textContent()).toBe('Price: low to high');

      await page.getByRole('navigation', { name: 'Popular tags' }).getByRole('link', { name: 'Stoneware' }).click();
      await page.getByRole('heading', { name: 'Tagged “Stoneware”' }).waitFor();
      await page.getByRole('link', { name: 'Stoneware Vase, Tall' }).last().click();
      await page.getByRole('heading', { level: 1, name: 'Stoneware Vase, Tall' }).waitFor();
      expect(await page.getByText('In stock').isVisible()).toBe(true);
      expect(complaints).toEqual([]);
    });

    it('one searches from any page', async () => {
      await page.goto('/product/terracotta-teapot');
      await page.getByRole('searchbox', { name: 'Search the shop' }).fill('candle');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Results for “candle”' }).waitFor();
      expect(await cards().count()).toBe(3);
      expect(complaints).toEqual([]);
    });

    it('one makes an account, writes a review with the keyboard, and a manager lets it through', async () => {
      const name = `visitor-${device.slice(2)}`;
      const words = `Seen on ${device}.`;
      await page.goto('/product/ash-hand-trowel');
      await page.getByRole('link', { name: 'Sign in to write a review' }).click();
      await page.getByRole('link', { name: 'Make an account' }).first().click();
      await page.getByLabel('User name').fill(name);
      await page.getByLabel('E-mail address').fill(`${name}@example.com`);
      await page.getByLabel('Password').fill(testPassword);
      await page.keyboard.press('Enter');
      await page.getByText(`Welcome to Kindling, ${name}.`).waitFor();
      expect(page.url()).toBe(`${address}/product/ash-hand-trowel#reviews`);

      await page.getByRole('radio', { name: '4 stars' }).focus();
      await page.keyboard.press('Space');
      expect(await page.getByRole('radio', { name: '4 stars' }).isChecked()).toBe(true);
      await page.keyboard.press('Tab');
      await page.keyboard.type(words);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByText('Thank you for your review! It will be visible after approval.').waitFor();
      expect(await page.getByText(words).count()).toBe(0);
      await page.getByRole('button', { name: /^Sign out/ }).click();
      await page.getByText('You are signed out.').waitFor();

      await signIn('manager');
      await page.getByRole('link', { name: 'Manage' }).click();
      await page.getByRole('heading', { name: 'Reviews waiting' }).waitFor();
      expect(await page.getByRole('button', { name: /^Delete/ }).count()).toBe(0);
      await page.getByRole('button', { name: `Approve the review by ${name}` }).click();
      await page.getByText('The review is in the shop now.').waitFor();
      await page.goto('/product/ash-hand-trowel');
      expect(await page.getByText(words).isVisible()).toBe(true);
      expect(complaints).toEqual([]);
    });

    it('a manager sets a price, and the shop shows it', async () => {
      await signIn('manager');
      await page.goto('/manage/stock?find=pencils');
      const row = page.getByRole('form', { name: 'Cedar Pencils, Dozen' });
      const price = device === 'a phone' ? '15.50' : '16.75';
      await row.getByLabel('Price').fill(price);
      await row.getByLabel('Stock').fill('2');
      await row.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Cedar Pencils, Dozen is up to date.').waitFor();
      await page.goto('/product/cedar-pencils-dozen');
      expect(await page.locator('.facts').textContent()).toContain(`$${price}`);
      expect(await page.locator('.facts').textContent()).toContain('Only 2 left');
    });

    it('the keyboard alone gets everywhere, and one sees where it is', async () => {
      await page.goto('/products');
      await page.keyboard.press('Tab');
      const skip = page.getByRole('link', { name: 'Skip to the content' });
      expect(await skip.evaluate((link) => (link as unknown as { matches(selector: string): boolean }).matches(':focus'))).toBe(true);
      expect((await skip.boundingBox())!.y).toBeGreaterThanOrEqual(0);
      await page.keyboard.press('Enter');
      expect(await page.evaluate('document.activeElement.id')).toBe('main');

      await page.goto('/products');
      const reached = new Set<string>();
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press('Tab');
        const [name, seen] = await page.evaluate<[string, boolean]>(`(() => {
          const e = document.activeElement;
          const outlined = (x) => x && getComputedStyle(x).outlineStyle !== 'none' && parseFloat(getComputedStyle(x).outlineWidth) >= 2;
          return [(e.ariaLabel || e.textContent || e.id).trim().slice(0, 30), outlined(e) || outlined(e.closest('.search')) || outlined(e.closest('.card'))];
        })()`);
        expect(seen, `focus on ${name}`).toBe(true);
        reached.add(name);
      }
      for (const name of ['Kindling, home', 'q', 'Search', 'Sign in', 'Everything', 'Gift', 'Newest', 'Ash Hand Trowel'])
        expect(
          [...reached].some((one) => one.startsWith(name)),
          name,
        ).toBe(true);
    });

    it('every page is labelled, fits the screen, and reads well', async () => {
      const look = async (path: string) => {
        await page.goto(path);
        await page.evaluate("for (const image of document.images) image.loading = 'eager'");
        await until('Array.from(document.images).every((image) => image.complete)');
        expect(await problemsOf(page), path).toEqual([]);
        expect(await faintTextsOf(page), path).toEqual([]);
      };
      for (const path of [
        '/',
        '/products?category=garden',
        '/products?page=2',
        '/search?q=linen',
        '/search?q=nothing-like-it',
        '/product/terracotta-teapot',
        '/sign-in',
        '/sign-up',
        '/nowhere',
      ]) {
        await look(path);
      }
      await signIn('admin');
      for (const path of ['/product/terracotta-teapot', '/manage/reviews', '/manage/stock']) await look(path);
    });

    it('a drawing takes the place of a photograph that cannot be reached', async () => {
      await db.context(async () => {
        const product = await Product.query().filterBy({ slug: 'blue-armchair' }).with({ images: true }).one();
        product.images.set([new ProductImage({ imagePath: 'https://photos.invalid/chair.jpg', altText: 'A blue chair' })]);
        await db.session.commit();
      });
      await page.goto('/product/blue-armchair');
      await until("document.querySelector('.gallery img').naturalWidth > 0");
      const image = page.locator('.gallery img');
      expect(await image.getAttribute('src')).toBe('/art/blue-armchair.svg');
      expect(await image.getAttribute('alt')).toBe('A blue chair');
    });
  });
});

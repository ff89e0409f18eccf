import { access, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '../src/database.ts';
import { db } from '../src/db.ts';
import { type ImportOptions, importFile } from '../src/import/import-file.ts';
import { Category } from '../src/models/category.ts';
import { Product } from '../src/models/product.ts';
import { ProductImage } from '../src/models/product-image.ts';
import { Tag } from '../src/models/tag.ts';
import { temporaryDatabase } from './support/catalog.ts';
import { run } from './support/run.ts';
import { statementsOf } from './support/statements.ts';

let folder: string;
let url: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ folder, url, remove } = await temporaryDatabase());
  await openDatabase(url);
});
afterAll(async () => {
  await db.dispose();
  await remove();
});
beforeEach(() =>
  db.context(async () => {
    for (const model of [Product, Category, Tag]) await model.query().delete({ all: true });
    await db.session.commit();
  }),
);

const header =
  'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Variant Inventory Qty,Variant Price,Image Src,Image Position,Image Alt Text';
async function csv(text: string | Buffer, name = 'products.csv'): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}
const load = async (text: string | Buffer, options: Partial<ImportOptions> = {}) =>
  importFile(await csv(text), { category: 'Other', ...options });
const find = (slug: string) =>
  db.context(() => Product.query().filterBy({ slug }).with({ category: true, images: true, tags: true }).one());

it('puts the rows of a handle together: lowest price, summed stock, pictures in their places', async () => {
  const result = await load(
    [
      header,
      'mug,Blue Mug,<p>Holds <b>tea</b> &amp; coffee.</p>,Kiln,Cups,"Blue, Tea,blue",true,3,12.50,https://x.example/2.jpg,2,Side',
      'mug,,,,,,,4,9.99,https://x.example/1.jpg,1,Front',
      'mug,,,,,,,,,https://x.example/3.jpg,3,',
      'hat,Hat,,,,,false,-2,30,,,',
    ].join('\n'),
  );
  expect(result).toEqual({ counts: { created: 2, updated: 0, unchanged: 0 }, badRows: [], kept: true });
  const mug = await find('mug');
  expect(mug).toMatchObject({ name: 'Blue Mug', description: 'Holds tea & coffee.', stock: 7, active: true });
  expect(mug.price.toString()).toBe('9.99');
  expect(mug.category?.name).toBe('Cups');
  expect(mug.tags.map((tag) => tag.name)).toEqual(['Blue', 'Tea']);
  expect(mug.images.map((image) => [image.imagePath.slice(-5), image.altText, image.isPrimary])).toEqual([
    ['1.jpg', 'Front', true],
    ['2.jpg', 'Side', false],
    ['3.jpg', null, false],
  ]);
  const hat = await find('hat');
  expect(hat).toMatchObject({ stock: 0, active: false, description: null });
  expect(hat.category?.name).toBe('Other');
});

it('changes what differs, and nothing when nothing does', async () => {
  const rows = ['mug,Mug,,,Cups,Tea,true,3,12.50,https://x.example/1.jpg,1,', 'hat,Hat,,,Hats,,true,1,30,,,'];
  await load([header, ...rows].join('\n'));
  const before = await find('mug');
  const again = await statementsOf(() => load([header, ...rows].join('\n')));
  expect(again.result.counts).toEqual({ created: 0, updated: 0, unchanged: 2 });
  expect(again.statements.filter((statement) => /^(INSERT|UPDATE|DELETE)/i.test(statement.sql))).toEqual([]);
  expect((await find('mug')).updatedAt).toEqual(before.updatedAt);

  const changed = await load([header, 'mug,New Mug,,,Mugs,"Tea, New",true,3,11,https://x.example/2.jpg,1,', rows[1]].join('\n'));
  expect(changed.counts).toEqual({ created: 0, updated: 1, unchanged: 1 });
  const after = await find('mug');
  expect(after).toMatchObject({ id: before.id, name: 'New Mug', slug: 'mug' });
  expect(after.category?.name).toBe('Mugs');
  expect(after.tags.map((tag) => tag.name)).toEqual(['New', 'Tea']);
  expect(after.images.map((image) => image.imagePath)).toEqual(['https://x.example/2.jpg']);
  await db.context(async () => expect(await ProductImage.query().count()).toBe(1));
});

it('keeps categories and tags that differ only in case together, and slugs apart', async () => {
  await load([header, 'a,A,,,Home Goods,"C, Living Room",true,1,1,,,', 'b,B,,,home goods,"c, C++, living room",true,1,1,,,'].join('\n'));
  await db.context(async () => {
    expect((await Category.query().all()).map((category) => category.name)).toEqual(['Home Goods']);
    const tags = await Tag.query().orderBy(Tag.c.name).all();
    expect(tags.map((tag) => [tag.name, tag.slug])).toEqual([
      ['C', 'c'],
      ['C++', 'c-2'],
      ['Living Room', 'living-room'],
    ]);
  });
});

describe('bad rows', () => {
  const text = [
    header,
    'good,Good,,,,,true,1,5,,,',
    'price,Price,,,,,true,1,abc,,,',
    'price,,,,,,,1,7,,,',
    ',Nameless,,,,,true,1,5,,,',
    'good,Another,,,,,true,1,5,,,',
    'two words,Spaces,,,,,true,1,5,,,',
    'orphan,,,,,,,1,5,,,',
    'many,Many,,,,,true,1,5,,,,too,many',
    'stock,Stock,,,,,true,1.5,5,,,',
    'seen,Seen,,,,,perhaps,1,5,,,',
    'img,Img,,,,,true,1,5,javascript:alert(1),,',
    'free,Free,,,,,true,1,,,,',
    `long,${'x'.repeat(151)},,,,,true,1,5,,,`,
    'quote,Qu"ote,,,,,true,1,5,,,',
    'variant,Variant,,,,,true,1,5,,,',
    'variant,,,,,,,1,-3,,,',
    'last,Last,,,,,true,1,5,,,',
  ].join('\n');

  it('are reported by line, and the good rows still land', async () => {
    const { badRows, counts } = await load(text);
    expect(badRows.map((row) => row.line)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17]);
    const reason = new Map(badRows.map((row) => [row.line, row.reason]));
    expect(reason.get(3)).toBe('Variant Price "abc" is not a price such as 12.50');
    expect(reason.get(4)).toBe('it belongs to the product on line 3, which was refused');
    expect(reason.get(5)).toBe('Handle is empty');
    expect(reason.get(6)).toBe('Handle "good" is taken by the product on line 2');
    expect(reason.get(8)).toMatch(/Title is empty/);
    expect(reason.get(9)).toMatch(/14 cells, and the file 12 columns/);
    expect(reason.get(12)).toMatch(/not a web address/);
    expect(reason.get(14)).toMatch(/151 characters, more than 150/);
    expect(reason.get(15)).toMatch(/quote/i);
    expect(counts).toEqual({ created: 3, updated: 0, unchanged: 0 });
    expect((await find('good')).name).toBe('Good');
    expect((await find('variant')).stock).toBe(1);
    expect((await find('last')).name).toBe('Last');
  });

  it('undo their file under strict', async () => {
    const result = await load(text, { strict: true });
    expect(result.kept).toBe(false);
    expect(result.badRows).toHaveLength(14);
    await db.context(async () => expect(await Product.query().count()).toBe(0));
  });
});

describe('files', () => {
  it('may have a BOM, CRLF line ends, quoted line ends, empty lines and short rows', async () => {
    const text = `\ufeff${header}\r\nmug,Mug,"<p>One</p>\r\n<p>Two, ""three""</p>",,,,true,1,5\r\n\r\n,,,,,,,,,,,\r\nbad,Bad,,,,,true,1,x\r\n`;
    const { counts, badRows } = await load(text);
    expect(counts.created).toBe(1);
    expect(badRows.map((row) => row.line)).toEqual([6]);
    expect((await find('mug')).description).toBe('One\n\nTwo, "three"');
  });

  it('need not have the other columns', async () => {
    expect((await load('Title,Variant Price,Handle\nMug,5,mug\n')).counts.created).toBe(1);
    expect(await find('mug')).toMatchObject({ stock: 0, active: true });
  });

  it.each([
    ['without a needed column', 'Handle,Title\nmug,Mug\n', /no column "Variant Price"/],
    ['of another kind', '{"products": []}', /Not a CSV file: Invalid Opening Quote/],
    ['of other columns', 'id,name\n1,Mug\n', /no column "Handle", "Title", "Variant Price"/],
    ['with nothing in it', '', /empty/],
    ['in Latin-1', Buffer.from(`${header}\nmug,Caf\xe9,,,,,true,1,5,,,\n`, 'latin1'), /Line 2 is not UTF-8/],
    ['in UTF-16', Buffer.from(`\ufeff${header}\n`, 'utf16le'), /UTF-16/],
  ])('%s are refused with the reason', async (_, text, message) => {
    await expect(load(text)).rejects.toThrow(message);
  });

  it('that are not there are refused', async () => {
    await expect(importFile(join(folder, 'nope.csv'), { category: 'Other' })).rejects.toThrow('There is no such file.');
    await expect(importFile(folder, { category: 'Other' })).rejects.toThrow('It is a folder.');
  });

  it('keep nothing when the database fails half way', async () => {
    const rows = Array.from({ length: 450 }, (_, i) => `p${i},P${i},,,,,true,1,5,,,`);
    let calls = 0;
    const breakOff = () => {
      if (++calls === 3) throw new Error('pulled the plug');
    };
    await expect(load([header, ...rows].join('\n'), { progress: breakOff })).rejects.toThrow('pulled the plug');
    await db.context(async () => expect(await Product.query().count()).toBe(0));
    expect((await load([header, ...rows].join('\n'))).counts.created).toBe(450);
  });
});

const shared = fileURLToPath(new URL('../../../../shared/data/shopify/', import.meta.url));
const haveShared = await access(shared).then(
  () => true,
  () => false,
);
if (!haveShared) console.warn(`\nThe sample files' tests do not run: there is no ${shared}.\n`);
describe.runIf(haveShared)("Shopify's own sample files", () => {
  it('import whole, and a second time change nothing', async () => {
    const files = (await readdir(shared)).filter((name) => name.endsWith('.csv')).sort();
    expect(files).toEqual(['apparel.csv', 'home-and-garden.csv', 'jewelery.csv']);
    for (const name of files) {
      expect(await importFile(join(shared, name), { category: 'Other' })).toEqual({
        counts: { created: 20, updated: 0, unchanged: 0 },
        badRows: [],
        kept: true,
      });
    }
    for (const name of files) {
      expect((await importFile(join(shared, name), { category: 'Other' })).counts).toEqual({ created: 0, updated: 0, unchanged: 20 });
    }
    const anchor = await find('leather-anchor');
    expect(anchor).toMatchObject({ name: 'Anchor Bracelet Mens', stock: 1 });
    expect(anchor.price.toString()).toBe('55');
    expect(anchor.images).toHaveLength(3);
    expect(anchor.tags.map((tag) => tag.name)).toEqual(['Anchor', 'Gold', 'Leather', 'Silver']);
    const pot = await find('clay-plant-pot');
    expect(pot).toMatchObject({ stock: 4, description: 'Classic blown clay pot for plants' });
  });
});

describe('npm run import', () => {
  const start = (...args: string[]) => run('src/import.ts', args, { DATABASE_URL: url });

  it('says how it is used', async () => {
    const help = start('--help');
    expect(await help.ended).toBe(0);
    expect(help.stdout()).toContain('Usage: npm run import -- [options] FILE.csv…');
    const none = start();
    expect(await none.ended).toBe(2);
    expect(none.stderr()).toContain('Name at least one file.');
    const wrong = start('--wrong', 'x.csv');
    expect(await wrong.ended).toBe(2);
    expect(wrong.stderr()).toContain('--wrong');
  });

  it('reports each file, and bad rows by file and line; a pipe gets no progress bar', async () => {
    const good = await csv(`${header}\nmug,Mug,,,,,true,1,5,,,\n`, 'good.csv');
    const bad = await csv(`${header}\nhat,Hat,,,,,true,1,5,,,\nbad,Bad,,,,,true,1,x,,,\n`, 'bad.csv');
    const first = start(good, bad);
    expect(await first.ended).toBe(0);
    expect(first.stdout()).toBe(`${good}: 1 created, 0 updated, 0 unchanged\n${bad}: 1 created, 0 updated, 0 unchanged, 1 bad row\n`);
    expect(first.stderr()).toBe(`${bad}:3: Variant Price "x" is not a price such as 12.50\n`);
    const second = start(good);
    await second.ended;
    expect(second.stdout()).toBe(`${good}: 0 created, 0 updated, 1 unchanged\n`);
  });

  it('keeps the good files and ends with 1 where one could not be imported', async () => {
    const good = await csv(`${header}\nmug,Mug,,,,,true,1,5,,,\n`, 'good.csv');
    const bad = await csv(`${header}\nhat,Hat,,,,,true,1,5,,,\nbad,Bad,,,,,true,1,x,,,\n`, 'bad.csv');
    const strict = start('--strict', bad, good, join(folder, 'nope.csv'));
    expect(await strict.ended).toBe(1);
    expect(strict.stdout()).toContain('nothing was kept (--strict)');
    expect(strict.stdout()).toContain(`${good}: 1 created`);
    expect(strict.stderr()).toContain('nope.csv: There is no such file.');
    await db.context(async () => expect((await Product.query().all()).map((product) => product.slug)).toEqual(['mug']));
  });
});

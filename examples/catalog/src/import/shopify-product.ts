import { Decimal } from 'decimal.js';
import { convert } from 'html-to-text';
import { longestTagName, nameKey } from '../catalog/tag-name.ts';
import type { BadRow, CsvRow } from './read-csv.ts';

/** The columns without which a file is not a product file. */
export const requiredColumns = ['Handle', 'Title', 'Variant Price'] as const;

/** A picture of a product, in its place. */
export interface ShopifyImage {
  readonly path: string;
  readonly alt: string | null;
}

/** A product as its rows give it: the first names it, the others add variants and pictures. */
export interface ShopifyProduct {
  readonly handle: string;
  readonly name: string;
  readonly description: string | null;
  /** The name of its category; null where the file says none. */
  readonly category: string | null;
  readonly tags: readonly string[];
  readonly active: boolean;
  /** The lowest price of its variants. */
  readonly price: Decimal;
  /** All of its variants together. */
  readonly stock: number;
  readonly images: readonly ShopifyImage[];
}

interface Draft extends Omit<ShopifyProduct, 'price' | 'stock' | 'images'> {
  readonly line: number;
  readonly prices: Decimal[];
  stock: number;
  readonly images: (ShopifyImage & { position: number })[];
}

/** Why a row can't be used. */
class RowError extends Error {}

/** Puts the rows of each handle together; what can't be used goes to `report`, and the rest makes products. */
export function productsOf(rows: readonly CsvRow[], report: (row: BadRow) => void): ShopifyProduct[] {
  const drafts = new Map<string, Draft>();
  const refused = new Map<string, number>();
  for (const row of rows) {
    const handle = row.get('Handle');
    try {
      const draft = draftOf(row, drafts, refused);
      addVariant(draft, row);
      drafts.set(handle, draft);
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      report({ line: row.line, reason: error.message });
      if (row.get('Title') !== '' && !drafts.has(handle)) refused.set(handle, row.line);
    }
  }
  return Array.from(drafts.values()).flatMap((draft) => finish(draft, report));
}

function draftOf(row: CsvRow, drafts: ReadonlyMap<string, Draft>, refused: ReadonlyMap<string, number>): Draft {
  const handle = row.get('Handle');
  if (handle === '') throw new RowError('Handle is empty');
  const known = drafts.get(handle);
  const title = row.get('Title');
  if (known) {
    if (title === '' || title === known.name) return known;
    throw new RowError(`Handle "${short(handle)}" is taken by the product on line ${known.line}`);
  }
  if (title === '') {
    const line = refused.get(handle);
    throw new RowError(
      line === undefined
        ? `Title is empty, and no row before it has the handle "${short(handle)}"`
        : `it belongs to the product on line ${line}, which was refused`,
    );
  }
  if (!/^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u.test(handle))
    throw new RowError(`Handle "${short(handle)}" may hold letters, digits, hyphens and underscores only`);
  return {
    line: row.line,
    handle: limited(handle, 'Handle', 160),
    name: limited(title, 'Title', 150),
    description: textOf(row.get('Body (HTML)')),
    category: limited(row.get('Type') || lastPart(row.get('Product Category')), 'Type', 100) || null,
    tags: tagsOf(row.get('Tags')),
    active: isActive(row),
    prices: [],
    stock: 0,
    images: [],
  };
}

/** Adds what a row says of a variant or a picture; all of it is checked before any is kept. */
function addVariant(draft: Draft, row: CsvRow): void {
  const price = priceOf(row.get('Variant Price'));
  const stock = stockOf(row.get('Variant Inventory Qty'));
  const image = imageOf(row, draft.images.length + 1);
  if (price) draft.prices.push(price);
  draft.stock += stock;
  if (image && !draft.images.some((known) => known.path === image.path)) draft.images.push(image);
}

function finish(draft: Draft, report: (row: BadRow) => void): ShopifyProduct[] {
  const { line, prices, images, stock, ...product } = draft;
  if (prices.length === 0) {
    report({ line, reason: 'Variant Price is empty, and no variant of the product has one' });
    return [];
  }
  return [
    {
      ...product,
      price: Decimal.min(...prices),
      // Shopify counts what is oversold below zero; a shelf can't.
      stock: Math.min(Math.max(stock, 0), 2_147_483_647),
      images: images.sort((a, b) => a.position - b.position).map(({ path, alt }) => ({ path, alt })),
    },
  ];
}

function priceOf(text: string): Decimal | null {
  if (text === '') return null;
  if (!/^\d{1,8}(\.\d+)?$/.test(text)) throw new RowError(`Variant Price "${short(text)}" is not a price such as 12.50`);
  return new Decimal(text).toDecimalPlaces(2);
}

function stockOf(text: string): number {
  if (text === '') return 0;
  if (!/^-?\d{1,9}$/.test(text)) throw new RowError(`Variant Inventory Qty "${short(text)}" is not a whole number`);
  return Number(text);
}

function imageOf(row: CsvRow, next: number): (ShopifyImage & { position: number }) | null {
  const path = row.get('Image Src');
  if (path === '') return null;
  if (!/^https?:\/\/\S+$/i.test(path) || !URL.canParse(path)) throw new RowError(`Image Src "${short(path)}" is not a web address`);
  const position = row.get('Image Position');
  if (!/^\d{0,6}$/.test(position)) throw new RowError(`Image Position "${short(position)}" is not a whole number`);
  return {
    path: limited(path, 'Image Src', 500),
    alt: row.get('Image Alt Text').slice(0, 255) || null,
    position: Number(position || next),
  };
}

function isActive(row: CsvRow): boolean {
  const published = row.get('Published').toLowerCase();
  if (!['', 'true', 'false'].includes(published)) throw new RowError(`Published "${short(published)}" is neither true nor false`);
  return published !== 'false' && ['', 'active'].includes(row.get('Status').toLowerCase());
}

function tagsOf(text: string): string[] {
  const tags = new Map<string, string>();
  for (const name of text.split(',').map((part) => part.trim())) {
    if (name !== '' && !tags.has(nameKey(name))) tags.set(nameKey(name), limited(name, 'Tags: a tag', longestTagName));
  }
  return [...tags.values()];
}

/** A body's HTML as plain text: nothing of it can run in a page, and a search finds its words. */
function textOf(html: string): string | null {
  const text = convert(html, {
    wordwrap: false,
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'a', options: { ignoreHref: true } },
      { selector: 'ul', options: { itemPrefix: '• ' } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  }).trim();
  return text || null;
}

/** `Apparel & Accessories > Clothing` → `Clothing`. */
function lastPart(path: string): string {
  return path.split('>').at(-1)!.trim();
}

function limited(text: string, column: string, longest: number): string {
  if (text.length > longest) throw new RowError(`${column} "${short(text)}" has ${text.length} characters, more than ${longest}`);
  return text;
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

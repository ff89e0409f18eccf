import { db } from '../db.ts';
import { namedThings } from './named-things.ts';
import { type BadRow, readCsv } from './read-csv.ts';
import { productsOf, requiredColumns } from './shopify-product.ts';
import { type Counts, upsert } from './upsert.ts';

export interface ImportOptions {
  /** Keep nothing of a file that has a bad row. */
  readonly strict?: boolean;
  /** The category of products whose row names none. */
  readonly category: string;
  /** Called before the first product is written, with how many there are, and after each batch. */
  readonly progress?: (done: number, total: number) => void;
}

/** What became of one file. */
export interface ImportResult {
  readonly counts: Counts;
  readonly badRows: readonly BadRow[];
  /** False where `strict` undid it all. */
  readonly kept: boolean;
}

/** Imports one file in one transaction; throws a FileError for one that is not a product file. */
export async function importFile(file: string, { strict = false, category, progress }: ImportOptions): Promise<ImportResult> {
  const badRows: BadRow[] = [];
  const report = (row: BadRow) => badRows.push(row);
  const products = productsOf(await readCsv(file, requiredColumns, report), report);
  badRows.sort((a, b) => a.line - b.line);
  if (strict && badRows.length > 0) return { counts: { created: 0, updated: 0, unchanged: 0 }, badRows, kept: false };
  return db.context(async () => {
    progress?.(0, products.length);
    const counts = await upsert(products, await namedThings(category), (done) => progress?.(done, products.length));
    await db.session.commit();
    return { counts, badRows, kept: true };
  });
}

import { fileURLToPath } from 'node:url';
import { upgrade } from 'athanor/migrate';
import { db } from './db.ts';
import './models/product.ts'; // brings every other model with it

/** Where the catalog's migrations are. */
export const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url));

/** Points the catalog at its database and brings that to the newest migration. */
export async function openDatabase(url: string): Promise<void> {
  db.configure({ url });
  await upgrade(db, { directory: migrationsFolder });
}

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Connection } from '../engine/connection.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { MetaData } from '../sql/metadata.ts';

/** What migrations need of a Database. */
export interface MigrationTarget {
  /** The tables of each bind; null is the key of the default one. */
  readonly metadatas: ReadonlyMap<string | null, MetaData>;
  /** The engine of the default bind. */
  readonly engine: Pick<Engine, 'connect' | 'dialect' | 'ready'>;
  /** `migrations.url`: the database in the role that may change its schema. `migrations.directory`: the folder of the files. */
  readonly options?: { readonly migrations?: { readonly url?: string; readonly directory?: string } };
}

export interface DirectoryOptions {
  /** The folder of the migrations, which holds `versions/`; `migrations` in the working directory if nothing says another. */
  readonly directory?: string | URL;
}

/** The absolute path of the folder of the migrations. */
export function directoryOf(db: MigrationTarget, options: DirectoryOptions): string {
  const directory = options.directory ?? db.options?.migrations?.directory ?? 'migrations';
  return resolve(directory instanceof URL ? fileURLToPath(directory) : directory);
}

/** Gives `work` a connection of the database, for itself alone. */
export async function withConnection<T>(db: MigrationTarget, work: (connection: Connection) => Promise<T>): Promise<T> {
  const url = db.options?.migrations?.url;
  const own = url === undefined ? null : createEngine(url);
  try {
    // A migration takes the time that it takes.
    const connection = await (own ?? db.engine).connect({ autocommit: true, limits: null });
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  } finally {
    await own?.dispose();
  }
}

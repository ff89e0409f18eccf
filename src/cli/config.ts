import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe } from '../sql/errors.ts';
import type { CliDatabase } from './database.ts';
import { cliError } from './errors.ts';

/**
 * The default export of `athanor.config.ts`: the database, and where its migrations are. Flask: the app that `FLASK_APP` names.
 * @example export default { db, migrations: { directory: 'database/migrations' } } satisfies AthanorConfig;
 */
export interface AthanorConfig {
  readonly db: CliDatabase;
  readonly migrations?: {
    /** The folder of the migrations, from the configuration's; `migrations` if not given. */
    readonly directory?: string | URL;
  };
}

/** A configuration that was found and loaded. */
export interface LoadedConfig {
  readonly file: string;
  readonly db: CliDatabase;
  /** The folder of the migrations, as an absolute path. */
  readonly directory: string;
  /** Where the command was called; paths are shown from there. */
  readonly workingDirectory: string;
}

const NAMES = ['athanor.config.ts', 'athanor.config.mts', 'athanor.config.js', 'athanor.config.mjs'];

/** The configuration of this folder or the nearest one above it. */
function find(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const name = NAMES.find((candidate) => existsSync(join(at, candidate)));
    if (name !== undefined) return join(at, name);
    if (dirname(at) === at) throw cliError('cli.no-config', [NAMES[0], folder]);
  }
}

/**
 * Finds and loads the configuration, in its own folder: relative paths in it, such as that of a SQLite file, mean the
 * same from wherever the command is called.
 */
export async function loadConfig(given: string | undefined, workingDirectory: string): Promise<LoadedConfig> {
  const file = given === undefined ? find(workingDirectory) : resolve(workingDirectory, given);
  if (!existsSync(file)) throw cliError('cli.no-file', [file]);
  if (/\.[cm]?ts$/.test(file) && !process.features.typescript) throw cliError('cli.typescript', [file, process.versions.node]);
  const folder = dirname(file);
  process.chdir(folder);
  let exported: unknown;
  try {
    exported = ((await import(/* @vite-ignore */ pathToFileURL(file).href)) as { default?: unknown }).default;
  } catch (error) {
    throw cliError('cli.config-failed', [file, error instanceof Error ? error.message : String(error)], { cause: error });
  }
  const config = exported as Partial<AthanorConfig> | null | undefined;
  if (typeof config !== 'object' || !isDatabase(config?.db)) throw cliError('cli.bad-config', [file, describe(exported)]);
  const directory: unknown = config?.migrations?.directory ?? config?.db.options?.migrations?.directory ?? 'migrations';
  if (directory instanceof URL) return { file, db: config.db, directory: fileURLToPath(directory), workingDirectory };
  if (typeof directory !== 'string') throw cliError('cli.bad-directory', [file]);
  return { file, db: config.db, directory: resolve(folder, directory), workingDirectory };
}

/** By what it has, not its class: the command and the program may have loaded two copies of the package. */
function isDatabase(value: unknown): value is CliDatabase {
  const db = value as Partial<CliDatabase> | null | undefined;
  return typeof db === 'object' && db?.metadatas instanceof Map && typeof db.dispose === 'function';
}

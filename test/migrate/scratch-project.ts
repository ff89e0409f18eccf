import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { createEngine } from '../../src/engine/engine.ts';
import type { MigrationTarget } from '../../src/migrate/target.ts';
import { MetaData } from '../../src/sql/metadata.ts';

const root = resolve(import.meta.dirname, '../..');

/** A folder as a user's project would be, with a database file; removed when the test ends. */
export interface ScratchProject {
  readonly folder: string;
  readonly directory: string;
  readonly url: string;
  /** Writes a file, with the folders above it. */
  write(name: string, text: string): string;
  /** Writes a migration whose functions hold this code. */
  migration(revision: string, downRevision: string | null, upgrade?: string, downgrade?: string): string;
  /** The names of the migration files. */
  versions(): string[];
  /** The project's database, with these tables for its models. */
  database(models?: MetaData, scheme?: string): MigrationTarget & { readonly engine: ReturnType<typeof createEngine> };
}

export function scratchProject(): ScratchProject {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'athanor-project-')));
  const file = join(folder, 'app.db');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/athanor'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');

  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  return {
    folder,
    directory: join(folder, 'migrations'),
    url: `sqlite:///${file}`,
    write,
    migration: (revision, downRevision, upgrade = '', downgrade = '') =>
      write(
        `migrations/versions/${revision}_step.ts`,
        `export const revision: string = '${revision}';
export const downRevision = ${JSON.stringify(downRevision)};
export const message = 'step ${revision}';
export async function upgrade(op: any): Promise<void> { ${upgrade} }
export async function downgrade(op: any): Promise<void> { ${downgrade} }
`,
      ),
    versions: () => readdirSync(join(folder, 'migrations/versions')).sort(),
    database: (models = new MetaData(), scheme = 'sqlite') => {
      const engine = createEngine(`${scheme}:///${file}`);
      onTestFinished(() => engine.dispose());
      return { metadatas: new Map([[null, models]]), engine };
    },
  };
}

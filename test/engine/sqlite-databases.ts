import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { createEngine, type Engine, type EngineOptions } from '../../src/engine/engine.ts';

/** Both drivers of SQLite, by what their URLs begin with. */
export const DRIVERS = ['sqlite', 'sqlite+better-sqlite3'] as const;

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A folder that goes away after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'athanor-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An engine that is disposed of after the test, ready for use. */
export async function engineFor(url: string, options?: EngineOptions): Promise<Engine> {
  const engine = createEngine(url, options);
  cleanups.push(() => engine.dispose());
  await engine.ready();
  return engine;
}

export const memoryEngine = (driver: string): Promise<Engine> => engineFor(`${driver}://`);

/** An engine of a new file; several may be made for one file by its path. */
export function fileEngine(driver: string, options: EngineOptions & { file?: string; query?: string } = {}): Promise<Engine> {
  const { file = join(temporaryFolder(), 'test.db'), query = '', ...rest } = options;
  return engineFor(`${driver}:///${file}${query}`, rest);
}

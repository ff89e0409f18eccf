// Builds dist/: the entry points bundled by Rolldown, declarations by TypeScript. `--if-needed` leaves a fresh build alone.
// It is made beside dist/ and swapped in, so that a program that is starting never sees half a build.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './root.mjs';

const entries = { index: 'src/index.ts', fastify: 'src/adapters/fastify.ts', migrate: 'src/migrate.ts', cli: 'src/cli/main.ts' };
const inputs = ['src', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/build.mjs'];
const dist = join(root, 'dist');
const stamp = 'built';

/** The newest modification under a path; a folder's own time tells of deleted files. */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Whether dist/ is missing or older than what it is made of. */
export function buildIsStale() {
  if (!existsSync(join(dist, stamp))) return true;
  const built = statSync(join(dist, stamp)).mtimeMs;
  return inputs.some((input) => newest(join(root, input)) > built);
}

async function bundle(folder) {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    cwd: root,
    input: entries,
    platform: 'node',
    // Dependencies, drivers and frameworks belong to the user's node_modules.
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    transform: { target: 'node22.18' },
  });
  await build.write({
    dir: folder,
    format: 'esm',
    sourcemap: true,
    // They would be read at each start of each program. Lines and names stay, for stack traces.
    comments: false,
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  await build.close();
  chmodSync(join(folder, 'cli.js'), 0o755);
}

function declarations(folder) {
  const args = [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', folder];
  return new Promise((resolve, reject) => {
    const tsc = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 2, 2] });
    tsc.once('error', reject);
    tsc.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error('The declarations could not be written: see the type errors above.')),
    );
  });
}

/** Removes what killed builds left behind. */
function sweep() {
  for (const name of readdirSync(root)) {
    const [, pid] = /^\.dist-(\d+)/.exec(name) ?? [];
    if (!pid) continue;
    try {
      process.kill(Number(pid), 0);
    } catch {
      rmSync(join(root, name), { recursive: true, force: true });
    }
  }
}

/** Builds dist/ anew. */
export async function build() {
  const started = new Date();
  sweep();
  const next = join(root, `.dist-${process.pid}`);
  const old = `${next}-old`;
  try {
    const results = await Promise.allSettled([bundle(next), declarations(next)]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
    writeFileSync(join(next, stamp), '');
    // What was saved while the build ran is newer than the build.
    utimesSync(join(next, stamp), started, started);
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(next, dist);
  } finally {
    rmSync(next, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
  console.error(`Built ${basename(dist)}/ in ${((Date.now() - started.getTime()) / 1000).toFixed(1)} s.`);
}

/** npm links the commands of dependencies only, and the examples call this package's own as a user's project does. */
function linkCommand() {
  const link = join(root, 'node_modules/.bin/athanor');
  if (process.platform === 'win32' || existsSync(link)) return;
  rmSync(link, { force: true });
  symlinkSync('../../dist/cli.js', link);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    if (!process.argv.includes('--if-needed') || buildIsStale()) await build();
    linkCommand();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

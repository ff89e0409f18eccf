// Installs the packages of package-lock.json when node_modules is not what it says. Runs on whatever Node the machine has.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './root.mjs';

const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

/** Why packages have to be installed, or undefined when nothing is missing. Versions are compared, since times say nothing after a checkout. */
export function missingPackages() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return 'node_modules is missing';
  const wanted = read('package-lock.json').packages;
  const manifest = read('package.json');
  for (const kind of ['dependencies', 'devDependencies']) {
    if (JSON.stringify(manifest[kind] ?? {}) !== JSON.stringify(wanted[''][kind] ?? {}))
      return `package.json has other ${kind} than package-lock.json`;
  }
  if (!existsSync(join(root, 'node_modules/.bin/node')) && process.platform !== 'win32') return 'the package `node` has no binary';
  const installed = read('node_modules/.package-lock.json').packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes('node_modules/') || entry.link || entry.optional) continue;
    if (installed[path]?.version !== entry.version) return `${path} ${entry.version} is missing`;
    if (!existsSync(join(root, path))) return `${path} is missing`;
  }
  return undefined;
}

/** The environment without node_modules/.bin on PATH: npm must not run on a Node that it is about to replace. */
export function outsideEnvironment() {
  const env = { ...process.env };
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  env[name] = (env[name] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.startsWith(join(root, 'node_modules')))
    .join(delimiter);
  return env;
}

// Install scripts are left out but for that of `node`, which fetches its binary: older npm would compile better-sqlite3, which brings
// its binaries along, and fail on a machine without Python.
const npm = (...args) =>
  spawnSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: outsideEnvironment(),
    shell: process.platform === 'win32',
  }).status === 0;
const fetchNode = () => npm('rebuild', 'node');

/** `npm ci`: exactly what package-lock.json says. Tells whether it worked. */
export const cleanInstall = () => npm('ci', '--ignore-scripts') && fetchNode();

/** Brings node_modules to what package-lock.json says; ends the process where it can't. */
export function ensureInstalled() {
  const reason = missingPackages();
  if (!reason) return;
  console.error(`Installing packages: ${reason}.`);
  // `npm ci` refuses a package.json that is ahead of the lock file; `npm install` brings the two together.
  if (cleanInstall() || (npm('install', '--ignore-scripts') && fetchNode())) return;
  console.error('The packages could not be installed: see the errors above. It needs the npm registry.');
  process.exit(1);
}

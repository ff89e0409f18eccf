// npm leaves platform packages (@x/y-win32-x64 …) out of package-lock.json when it could not look at them while it wrote the file,
// and `npm ci` then refuses the file, there or on the machine that needs them. This writes the missing ones in.
// Run after every change of the dependencies: npm run lockfile
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';

const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'aix', 'win32'];
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];
const libraries = { gnu: 'glibc', glibc: 'glibc', musl: 'musl' };

/** What a platform package's name says of the machines it is for. */
function platform(name) {
  if (name === 'fsevents') return { os: ['darwin'] };
  const words = name.split(/[/_.-]/).map((word) => (word === 'armv7' ? 'arm' : word === 'win' ? 'win32' : word));
  const pick = (known) => words.filter((word) => known.includes(word));
  const some = (values) => (values.length > 0 ? values : undefined);
  return { cpu: some(pick(processors)), libc: some(words.flatMap((word) => libraries[word] ?? [])), os: some(pick(systems)) };
}

/** The folders in which Node would look for what the package at `path` imports, nearest first. */
function lookups(path) {
  const folders = [];
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/node_modules/'))) {
    folders.push(`${at}/node_modules/`);
    if (!at.includes('/node_modules/')) break;
  }
  return [...folders, 'node_modules/'];
}

const file = join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (lookups(path).some((folder) => lock.packages[folder + name])) continue;
    const beside = path.slice(0, path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const { cpu, libc, os } = platform(name);
    // In npm's own order of keys.
    lock.packages[beside + name] = { version: range.replace(/^[~^]/, ''), cpu, dev: entry.dev, libc, optional: true, os };
    added.push(beside + name);
  }
}
const ordered = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
lock.packages = Object.fromEntries(ordered);
if (added.length > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length > 0 ? `Added to package-lock.json:\n  ${added.join('\n  ')}` : 'package-lock.json is complete.');

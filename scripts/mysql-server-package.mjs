// MySQL's own server for machines whose Debian has none: the package of Debian's unstable archive, with all the libraries that it
// needs, unpacked into a folder of its own and started by the loader that is there too. Nothing of the machine is changed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const PACKAGE = 'mysql-server-core';
const SUITE = 'sid';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const DEFAULT_MIRROR = 'http://deb.debian.org/debian';
const APT_HELPER = '/usr/lib/apt/apt-helper';
const MINUTES = 60_000;

/** What Debian and its loader call the processors for which this is known to work. */
const PROCESSORS = { x64: { debian: 'amd64', loader: 'usr/lib64/ld-linux-x86-64.so.2', libraries: 'usr/lib/x86_64-linux-gnu' } };
const processor = PROCESSORS[process.arch];

/** Where it is unpacked: where the user that the server runs as may read it, and what empties the checkout does not reach. */
const root = userInfo().uid === 0 ? '/var/cache/athanor/mysql-server' : join(homedir(), '.cache/athanor/mysql-server');

/** Whether MySQL's server is unpacked here. */
export const mysqlUnpacked = () => processor !== undefined && existsSync(join(root, 'usr/sbin/mysqld'));

/** The program and the arguments that every start of it needs. */
export function mysqlCommand() {
  const at = (path) => join(root, path);
  const args = ['--library-path', at(processor.libraries), at('usr/sbin/mysqld'), '--no-defaults'];
  const paths = {
    basedir: at('usr'),
    'lc-messages-dir': at('usr/share/mysql'),
    'plugin-dir': at('usr/lib/mysql/plugin'),
    'character-sets-dir': at('usr/share/mysql/charsets'),
    // Debian's, which is not made here.
    'secure-file-priv': '',
  };
  return [at(processor.loader), [...args, ...Object.entries(paths).map(([name, path]) => `--${name}=${path}`)]];
}

/** Fetches and unpacks it unless that was done before; a later run finds it. Throws with the reason where it cannot be had. */
export function fetchMysql() {
  if (mysqlUnpacked()) return;
  if (process.platform !== 'linux' || processor === undefined)
    throw new Error(`Debian's package is not used on ${process.platform} ${process.arch}`);
  if (!existsSync(APT_HELPER)) throw new Error('there is no apt here');
  mkdirSync(join(root, '..'), { recursive: true });
  const folder = mkdtempSync(`${root}-`);
  try {
    const mirror = debianMirror();
    const packages = neededPackages(readIndex(mirror, folder));
    const unpacked = join(folder, 'root');
    for (const archive of download(mirror, packages, folder)) run('dpkg-deb', ['--extract', archive, unpacked]);
    // The folder appears as a whole, so that one that is there is complete.
    rmSync(root, { recursive: true, force: true });
    run('chmod', ['-R', 'a+rX', unpacked]);
    renameSync(unpacked, root);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(command, args) {
  const { status, error, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: 5 * MINUTES, maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}

/** Fetched by apt, which knows the machine's proxies. */
function fetchAll(files) {
  run(APT_HELPER, [
    '-o',
    'Acquire::Retries=2',
    'download-file',
    ...files.flatMap(({ url, file, sha256 }) => [url, file, `SHA256:${sha256}`]),
  ]);
  for (const { file, sha256 } of files)
    if (createHash('sha256').update(readFileSync(file)).digest('hex') !== sha256)
      throw new Error(`${basename(file)} is not what the index says`);
}

/** The mirror that this machine's apt uses. */
function debianMirror() {
  const folder = '/etc/apt/sources.list.d';
  const listed = existsSync(folder) ? readdirSync(folder).filter((name) => /\.(?:list|sources)$/.test(name)) : [];
  const sources = ['/etc/apt/sources.list', ...listed.map((name) => join(folder, name))];
  for (const file of sources.filter((path) => existsSync(path))) {
    const lines = readFileSync(file, 'utf8').replaceAll(/#.*/g, '');
    const [, mirror] = /(https?:\/\/\S+\/debian)\/?(?=\s|$)/m.exec(lines) ?? [];
    if (mirror !== undefined) return mirror;
  }
  return DEFAULT_MIRROR;
}

/** The packages of the archive, by name. What the index is to be stands in a file that Debian has signed. */
function readIndex(mirror, folder) {
  const release = join(folder, 'InRelease');
  run(APT_HELPER, ['-o', 'Acquire::Retries=2', 'download-file', `${mirror}/dists/${SUITE}/InRelease`, release]);
  run('gpgv', ['--keyring', KEYRING, release]);
  const path = `main/binary-${processor.debian}/Packages.gz`;
  const [, sha256] = new RegExp(`^ ([0-9a-f]{64}) +\\d+ ${path}$`, 'm').exec(readFileSync(release, 'utf8')) ?? [];
  if (sha256 === undefined) throw new Error(`${mirror} has no ${path} any more`);
  const file = join(folder, 'Packages.gz');
  // By its hash: the name alone may lead to a newer index than the one that was signed.
  fetchAll([{ url: `${mirror}/dists/${SUITE}/main/binary-${processor.debian}/by-hash/SHA256/${sha256}`, file, sha256 }]);
  const packages = new Map();
  for (const paragraph of gunzipSync(readFileSync(file)).toString('utf8').split('\n\n')) {
    const fields = Object.fromEntries([...paragraph.matchAll(/^([A-Za-z0-9-]+): (.*)$/gm)].map(([, name, value]) => [name, value]));
    if (fields.Package === undefined) continue;
    packages.set(fields.Package, fields);
    for (const name of names(fields.Provides)) if (!packages.has(name)) packages.set(name, fields);
  }
  return packages;
}

/** The names in a list of packages; of alternatives the first. */
function names(list = '') {
  return list
    .split(',')
    .map((item) => item.split('|')[0].trim().split(/[ :]/)[0])
    .filter((name) => name !== '');
}

/** The server and all the libraries that it and they need; what installs or sets up a machine is not needed. */
function neededPackages(index) {
  if (!index.has(PACKAGE)) throw new Error(`Debian's ${SUITE} has no ${PACKAGE} any more`);
  const needed = new Map();
  const open = [PACKAGE];
  while (open.length > 0) {
    const found = index.get(open.pop());
    if (found === undefined || needed.has(found.Package)) continue;
    if (found.Package !== PACKAGE && found.Section !== 'libs') continue;
    needed.set(found.Package, found);
    open.push(...names(found.Depends), ...names(found['Pre-Depends']));
  }
  return [...needed.values()];
}

function download(mirror, packages, folder) {
  const files = packages.map(({ Filename, SHA256 }) => ({
    url: `${mirror}/${Filename}`,
    file: join(folder, basename(Filename)),
    sha256: SHA256,
  }));
  fetchAll(files);
  // Its version is kept beside it, for whoever wants to know what was tested.
  const { Version } = packages.find(({ Package }) => Package === PACKAGE);
  mkdirSync(join(folder, 'root'));
  writeFileSync(join(folder, 'root/version'), `${Version}\n`);
  return files.map(({ file }) => file);
}

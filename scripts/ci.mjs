// What .ci/run does, step by step. A failing step does not stop the ones after it; the last line counts them all.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { checkCatalog } from './ci-catalog.mjs';
import { startServers } from './ci-servers.mjs';
import { cleanInstall, outsideEnvironment } from './install.mjs';
import { root } from './root.mjs';

const reports = mkdtempSync(join(tmpdir(), 'athanor-ci-'));
const environment = outsideEnvironment();
/** The databases to test on, and what ends those that were started for it. */
let servers = { env: {}, stop: async () => {} };
const minute = 60_000;
/** What speaks to servers or to PGlite, and what only writes T-SQL, is JavaScript alone, and was tested before; so is the browser's part. */
const SAME_ON_EVERY_NODE = [
  ...['**/*browser*/**', '**/*browser*.test.ts', '**/dialects/pglite.test.ts', '**/dialects/postgresql-language.test.ts'],
  '**/dialects/mssql-*.test.ts',
];
/** MySQL's suites are begun if no more minutes than these have passed: CI has to end in 30. */
const MYSQL_UNTIL = 20 * minute;
/** What MySQL may do in another way than MariaDB, on which everything runs; all else runs on it where `TEST_DATABASES` names it. */
const MYSQL_SUITES = [
  ...['sql/', 'dialects/mysql', 'core/type-round-trips', 'migrate/constraints'],
  ...['reflect-mysql', 'reflect-oddities', 'inspector', 'transactions', 'disconnects'].map((name) => `engine/${name}`),
  ...['flush', 'session', 'query', 'loading', 'bulk', 'inheritance', 'unique-exchanges', 'strategy-corners', 'long-values'].map(
    (name) => `orm/${name}.test`,
  ),
].map((name) => `test/${name}`);
let passed = 0;
let failed = 0;
let current;
/** A line for each thing that failed, printed once more at the end, where whoever reads only that finds it. */
const failures = [];

/** Runs a program in its own process group, so that what it started ends with it; resolves to its output, rejects unless it exits with 0. */
function run(command, args, { env = {}, cwd = root, limit = 20 * minute, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...environment, ...env }, stdio: ['ignore', quiet ? 'pipe' : 'inherit', 'inherit'], detached: true };
    const child = spawn(command, args, options);
    current = child;
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    const timer = setTimeout(() => {
      console.log(`${command} did not end within ${limit / 1000} s and was killed.`);
      process.kill(-child.pid, 'SIGKILL');
    }, limit);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      current = undefined;
      if (code === 0) resolve(output.trim());
      else reject(new Error(`${[command, ...args].join(' ')} ended with ${signal ?? `exit code ${code}`}.`));
    });
  });
}

/** The counts of Vitest's JSON report. A missing report is a failure, and so is a skipped test. */
function counts(file) {
  if (!existsSync(file)) throw new Error('There is no test report: the tests did not run to their end.');
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
  // A file that could not even be loaded fails without a test of its own.
  const unloaded = (report.testResults ?? []).filter((result) => result.status === 'failed' && result.assertionResults.length === 0).length;
  const count = { passed: report.numPassedTests, failed: report.numFailedTests + unloaded };
  for (const { name, message, assertionResults } of report.testResults ?? []) {
    const bad = assertionResults.filter((test) => test.status === 'failed');
    const lines = bad.map((test) => `${test.fullName}: ${(test.failureMessages?.[0] ?? '').split('\n    at ')[0].slice(0, 1000)}`);
    if (bad.length === 0 && message) lines.push(message.slice(0, 1000));
    for (const line of lines) failures.push(`${relative(root, name)}: ${line}`);
  }
  if (count.passed + count.failed === 0) throw new Error('No test ran.');
  if (skipped > 0) {
    console.log(`${skipped} tests were skipped.`);
    count.failed += skipped;
  }
  return count;
}

/** One step: it passes or fails as a whole unless its body gives the counts of its tests. */
async function step(name, body) {
  console.log(`\n=== ${name}`);
  const started = Date.now();
  let count = { passed: 1, failed: 0 };
  try {
    const result = await body();
    if (typeof result?.passed === 'number') count = result;
  } catch (error) {
    console.log(error instanceof Error ? error.message : error);
    failures.push(`${name}: ${error instanceof Error ? error.message : error}`);
    count = { passed: 0, failed: 1 };
  }
  passed += count.passed;
  failed += count.failed;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`--- ${count.failed === 0 ? 'passed' : 'FAILED'}: ${name}: ${count.passed} passed, ${count.failed} failed, ${seconds} s`);
}

/** Runs something that writes reports; its exit code counts as one more failure where the reports show none. */
async function tested(files, body) {
  let error;
  await body().catch((reason) => {
    error = reason;
  });
  const total = { passed: 0, failed: 0 };
  for (const file of files) {
    const count = counts(file);
    total.passed += count.passed;
    total.failed += count.failed;
  }
  if (error) console.log(error.message);
  if (error && total.failed === 0) total.failed = 1;
  return total;
}

const npmRun = (script) => run('npm', ['run', '--silent', script]);

/** The suite on another major version of Node, on the SQLite that comes with it and on better-sqlite3, which is built for it. */
async function testOnNode(major) {
  // Asked from outside the repository, whose own `node` package would answer otherwise.
  const ask = ['--yes', '--package', `node@${major}`, '--', 'node', '--print', 'process.execPath'];
  const node = await run('npx', ask, { cwd: tmpdir(), quiet: true, limit: 5 * minute });
  const version = await run(node, ['--version'], { quiet: true });
  console.log(`Running on Node ${version}: ${node}`);
  if (!version.startsWith(`v${major}.`)) throw new Error(`npx gave Node ${version} where ${major} was asked for.`);
  const report = join(reports, `node-${major}.json`);
  const PATH = [dirname(node), environment.PATH].join(delimiter);
  const databases = { TEST_DATABASES: 'node-sqlite,better-sqlite3', TEST_PROGRAMS: '' };
  const env = { ...databases, PATH, ATHANOR_TEST_REPORT: report, ATHANOR_EXPECT_NODE: major, ATHANOR_TEST_BUILT: '1' };
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...SAME_ON_EVERY_NODE.flatMap((pattern) => ['--exclude', pattern])];
  return tested([report], () => run(node, args, { env }));
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    if (current?.pid) process.kill(-current.pid, 'SIGKILL');
    await servers.stop();
    rmSync(reports, { recursive: true, force: true });
    process.exit(1);
  });
}

const begun = Date.now();
await step('browser', async () => {
  if (existsSync('/usr/bin/chromium')) return console.log('/usr/bin/chromium is there.');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env, limit: 5 * minute });
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { env });
});
await step('install', () => {
  if (!cleanInstall()) throw new Error('npm ci failed.');
});
await step('servers', async () => {
  servers = await startServers((command, args, options) => run(command, args, { ...options, limit: 5 * minute }));
});
await step('lint', () => npmRun('lint'));
await step('type-check', () => npmRun('typecheck'));
await step('architecture', () => npmRun('check:architecture'));
await step('build', () => npmRun('build'));
await step('tests', () => {
  const [tests, types] = [join(reports, 'tests.json'), join(reports, 'types.json')];
  const databases = servers.env.TEST_DATABASES?.split(',').filter((name) => name !== 'mysql');
  const env = {
    ...servers.env,
    TEST_DATABASES: databases?.join(),
    ATHANOR_TEST_REPORT: tests,
    ATHANOR_TYPES_REPORT: types,
    ATHANOR_REQUIRE_BROWSER: '1',
    ATHANOR_EXPECT_NODE: '24',
  };
  return tested([tests, types], () => run('npm', ['test'], { env, limit: 25 * minute }));
});
await step('cost of the types', () => npmRun('bench:types'));
for (const major of ['22', '26']) await step(`tests on Node ${major}`, () => testOnNode(major));
await step('catalog', () => checkCatalog(environment));
if (servers.env.TEST_DATABASES?.split(',').includes('mysql') && Date.now() - begun < MYSQL_UNTIL)
  await step('tests on MySQL', () => {
    const report = join(reports, 'mysql.json');
    const env = { ...servers.env, TEST_DATABASES: 'node-sqlite,mysql', ATHANOR_TEST_REPORT: report, ATHANOR_EXPECT_NODE: '24' };
    return tested([report], () => run('npx', ['vitest', 'run', ...MYSQL_SUITES], { env }));
  });
await servers.stop();

rmSync(reports, { recursive: true, force: true });
for (const failure of failures) console.log(`\nFAILED ${failure}`);
console.log(`\nTook ${((Date.now() - begun) / 1000).toFixed(0)} s.`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

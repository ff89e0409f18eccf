// What stands behind `npm start`, `npm test` and their like on a machine that has nothing but an older Node and npm:
// install what is missing, build what is stale, then run the real program on the repository's own Node.
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { ensureInstalled } from './install.mjs';
import { runNode } from './repository-node.mjs';
import { root } from './root.mjs';

const [command, ...args] = process.argv.slice(2);

/** Files are named from where the user called npm, not from the repository's folder. */
const fromCaller = (arg) => {
  const path = resolve(process.env.INIT_CWD ?? process.cwd(), arg);
  return existsSync(path) ? path : arg;
};

const commands = {
  start: () => runNode(['examples/catalog/src/main.ts', ...args]),
  import: () => runNode(['examples/catalog/src/import.ts', ...args.map(fromCaller)]),
  bench: () => runNode(['bench/run.ts', ...args]),
  athanor: () => runNode(['dist/cli.js', ...args]),
  'test:types': () => runNode(['scripts/test-types.mjs']),
  // The random tests, from a seed that nobody chose: what the suite, which begins at the same seed each time, cannot find.
  fuzz: () => {
    process.env.ATHANOR_SEED ??= 'random';
    const random = readdirSync(resolve(root, 'test'), { recursive: true }).filter((file) =>
      /random[^/]*\.test\.ts$|round-trips?\.test\.ts$/.test(file),
    );
    return runNode(['node_modules/vitest/vitest.mjs', 'run', ...(args.length > 0 ? args : random.map((file) => `test/${file}`))]);
  },
  // Both parts run, whatever the first one says. With arguments (a file, -t name) only Vitest does.
  test: async () => {
    process.env.ATHANOR_TEST_BUILT = '1';
    const tests = await runNode(['node_modules/vitest/vitest.mjs', 'run', ...args]);
    if (args.length > 0 || tests > 128) return tests;
    const types = await runNode(['scripts/test-types.mjs']);
    return tests || types;
  },
};

if (!Object.hasOwn(commands, command)) {
  console.error(`Unknown command ${command}: expected one of ${Object.keys(commands).join(', ')}.`);
  process.exit(1);
}
ensureInstalled();
const built = await runNode(['scripts/build.mjs', '--if-needed']);
// The tests run from the source: a build that fails on a type error is one failure among theirs.
const goOn = built === 0 || (command === 'test' && built < 128);
const ran = goOn ? await commands[command]() : 0;
process.exitCode = built || ran;

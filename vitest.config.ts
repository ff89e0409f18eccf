import { defineConfig } from 'vitest/config';

// The library is tested from its source, whichever way a test reaches it: through Vite, or through Node itself
// (a child process, a configuration file that the command line loads).
const source = 'athanor-source';
const report = process.env.ATHANOR_TEST_REPORT;

export default defineConfig({
  // Node 22 has no `using`; everything else it runs as written.
  oxc: { target: 'es2023' },
  ssr: { resolve: { conditions: [source, 'module', 'node', 'development|production'] } },
  test: {
    include: ['test/**/*.test.ts', 'examples/catalog/test/**/*.test.ts'],
    globalSetup: ['test/setup/servers.ts'],
    setupFiles: ['test/setup/node-version.ts'],
    pool: 'forks',
    // Left to itself, Vitest keeps a core free, which on two leaves one. Much of the time goes into waiting for databases.
    maxWorkers: '100%',
    execArgv: [`--conditions=${source}`],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});

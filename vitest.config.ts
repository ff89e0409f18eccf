import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest: begun last, they would keep one core at work while the others have none. */
const LONGEST = [
  'migrate/random',
  'docs/samples',
  'engine/application-schemas',
  'test/browser',
  'cli/db-commands',
  'core/type-round-trips',
  'test/fuzz',
  'engine/disconnects',
  'test/main',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => LONGEST.findIndex((name) => moduleId.includes(`${name}.test.`)) >>> 0;
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}

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
    sequence: { sequencer: LongestFirst },
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

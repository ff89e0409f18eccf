import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedOutput, pages, root, type Sample, samplesOf } from './pages.ts';

const run = promisify(execFile);
const samples = pages().flatMap(samplesOf);

const KNOWN_WORDS = /^(no-run|fragment|file=[\w./-]+)$/;
const isFragment = ({ words }: Sample): boolean => words.includes('fragment');
const fileName = ({ words }: Sample): string | undefined => words.find((word) => word.startsWith('file='))?.slice('file='.length);
const runs = (sample: Sample): boolean => !isFragment(sample) && !sample.words.includes('no-run') && fileName(sample) === undefined;
const where = ({ page, line }: Sample): string => `${page}:${line}`;

/** Pages speak of files that a reader's project has. */
const PROJECT = {
  'db.ts': "import { Database } from 'athanor';\nexport const db = new Database({ url: 'sqlite://' });\n",
  'src/db.ts': "export { db } from '../db.ts';\n",
  'src/models.ts': 'export {};\n',
};

/** `npm test` has built the package, and the samples use it as a reader's programs do; else they use the source. */
const library = process.env.ATHANOR_TEST_BUILT === undefined ? ['--conditions=athanor-source'] : [];

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'athanor-samples-')));

const folderOf = (page: string): string => join(folder, page.replace(/\W+/g, '-'));
const pathOf = (sample: Sample): string => join(folderOf(sample.page), fileName(sample) ?? `line-${sample.line}.ts`);

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

beforeAll(() => {
  // The repository's packages, `athanor` itself among them.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  write(join(folder, 'package.json'), '{ "type": "module" }');
  for (const page of new Set(samples.map((sample) => sample.page))) {
    for (const [name, text] of Object.entries(PROJECT)) write(join(folderOf(page), name), text);
    copyFileSync(join(root, 'docs/blog.ts'), join(folderOf(page), 'blog.ts'));
  }
  // Pushed down so that a line of an error is the line of the page.
  for (const sample of samples)
    if (!isFragment(sample)) write(pathOf(sample), `${'\n'.repeat(sample.line - 1)}${sample.code}\n\nexport {};\n`);
  write(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['**/*.ts'] }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the samples of the documentation', () => {
  it('say what is done with them in words that are known', () => {
    const unknown = samples.filter(({ words }) => !words.every((word) => KNOWN_WORDS.test(word)));
    expect(unknown.map((sample) => `${where(sample)}: ${sample.words.join(' ')}`)).toEqual([]);
    expect(samples.filter(runs).length).toBeGreaterThan(40);
  });

  it('compile', { timeout: 60_000 }, async () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  it.for(samples.filter(runs).map((sample) => [where(sample), sample] as const))('%s runs, and prints what it says', async ([, sample]) => {
    const path = pathOf(sample);
    const env = { ...process.env, NO_COLOR: '1' };
    const { stdout } = await run(process.execPath, [...library, path], { cwd: dirname(path), env, timeout: 15_000 });
    const expected = expectedOutput(sample.code);
    if (expected.length > 0)
      expect(
        stdout
          .trimEnd()
          .split('\n')
          .map((line) => line.trimEnd()),
      ).toEqual(expected);
  });
});

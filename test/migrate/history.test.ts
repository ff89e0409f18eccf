import { describe, expect, it } from 'vitest';
import { headOf, readHistory } from '../../src/migrate/history.ts';
import { scratchProject } from './scratch-project.ts';

describe('the migrations of a folder', () => {
  it('are read in their order, whatever the files are called', async () => {
    const project = scratchProject();
    project.migration('zz', null);
    project.migration('aa', 'zz');
    project.migration('mm', 'aa');
    project.write('migrations/versions/README.md', 'not one');
    project.write('migrations/versions/types.d.ts', 'nonsense');
    project.write('migrations/versions/.hidden.ts', 'nonsense');
    project.write(
      'migrations/versions/last.js',
      "export const revision = 'js', downRevision = 'mm'; export function upgrade() {} export function downgrade() {}",
    );
    const history = await readHistory(project.directory);
    expect(history.revisions.map((revision) => revision.revision)).toEqual(['zz', 'aa', 'mm', 'js']);
    expect(headOf(history)).toBe('js');
  });

  it('are none where there is no folder', async () => {
    expect(await readHistory(scratchProject().directory)).toMatchObject({ revisions: [] });
  });

  it.each<[string, readonly (readonly [string, string | null])[], RegExp]>([
    [
      'two after one',
      [
        ['a', null],
        ['b', 'a'],
        ['c', 'a'],
      ],
      /Several migrations come after a: b_step\.ts, c_step\.ts\. Branches cannot be applied yet/,
    ],
    [
      'two first ones',
      [
        ['a', null],
        ['b', null],
      ],
      /Several migrations come after the empty database: a_step\.ts, b_step\.ts/,
    ],
    [
      'a parent that is not there',
      [
        ['a', null],
        ['b', 'x'],
      ],
      /b_step\.ts comes after the revision x, which no file in .*versions has/,
    ],
    [
      'a circle',
      [
        ['a', null],
        ['b', 'c'],
        ['c', 'b'],
      ],
      /after one another in a circle: b_step\.ts, c_step\.ts/,
    ],
  ])('are refused: %s', async (_what, files, message) => {
    const project = scratchProject();
    for (const [revision, down] of files) project.migration(revision, down);
    await expect(readHistory(project.directory)).rejects.toThrow(message);
  });

  it('are refused: the same revision twice', async () => {
    const project = scratchProject();
    project.migration('a', null);
    project.write(
      'migrations/versions/copy.js',
      "export const revision = 'a', downRevision = null; export function upgrade() {} export function downgrade() {}",
    );
    await expect(readHistory(project.directory)).rejects.toThrow(/Two migrations have the revision a: a_step\.ts, copy\.js/);
  });

  it.each([
    [
      'export const downRevision = null; export const upgrade = () => {}, downgrade = () => {};',
      /bad\.ts cannot be used: its revision is not a word/,
    ],
    [
      "export const revision = 'a'; export const upgrade = () => {}, downgrade = () => {};",
      /its downRevision is neither a revision nor null/,
    ],
    [
      "export const revision = 'a', downRevision = null; export const upgrade = () => {};",
      /does not export the functions upgrade and downgrade/,
    ],
    ["throw new Error('oh no')", /bad\.ts could not be loaded: oh no/],
  ])('are refused: a file that is none (%#)', async (text, message) => {
    const project = scratchProject();
    project.write('migrations/versions/bad.ts', text);
    await expect(readHistory(project.directory)).rejects.toThrow(message);
  });
});

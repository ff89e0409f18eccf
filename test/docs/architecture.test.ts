import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pages, root } from './pages.ts';

const text = pages().find((page) => page.path === 'ARCHITECTURE.md')?.text ?? '';

/** The files that a section names, in the first cells of its table. */
const named = [...text.matchAll(/^### (src\/\S+)\n([\s\S]*?)(?=^#)/gm)]
  .flatMap(([, folder, section]) =>
    [...section.matchAll(/^\| (`.+?\.ts`(?:, `.+?\.ts`)*) \|/gm)].flatMap(([, cell]) =>
      cell.split(', ').map((name) => `${folder}/${name.slice(1, -1)}`),
    ),
  )
  .sort();

it('ARCHITECTURE.md names every file of every room, and no other', () => {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file.includes('/'))
    .map((file) => `src/${file}`)
    .sort();
  expect(named).toEqual(files);
});

it('ARCHITECTURE.md says what each dependency is for', () => {
  const packages = ['package.json', 'examples/catalog/package.json'].flatMap((file) => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, Record<string, string>>;
    return Object.keys({ ...dependencies, ...devDependencies }).filter((name) => name !== 'athanor' && !name.startsWith('@types/'));
  });
  const dependencies = text.slice(text.indexOf('## Dependencies'));
  expect(
    packages.filter(
      (name) => !new RegExp(`^\\| [^|]*(?<![\\w/-])${name.replace(/[/.]/g, '\\$&')}(?![\\w/-])[^|]*\\|`, 'm').test(dependencies),
    ),
  ).toEqual([]);
});

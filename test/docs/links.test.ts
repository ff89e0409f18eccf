import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { pages, root } from './pages.ts';

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8').replace(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

it('links of the documentation lead to what is there', () => {
  const broken = pages().flatMap(({ path, text }) =>
    [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target]) => target)
      .filter((target) => !/^https?:/.test(target))
      .filter((target) => {
        const [file, anchor] = target.split('#');
        const full = file === '' ? join(root, path) : resolve(root, dirname(path), file);
        if (!existsSync(full)) return true;
        return anchor !== undefined && (!statSync(full).isFile() || !anchorsOf(full).includes(anchor));
      })
      .map((target) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});

it('every name that the package exports is in the documentation', () => {
  const text = pages()
    .map((page) => page.text)
    .join('\n');
  const face = readFileSync(join(root, 'src/index.ts'), 'utf8');
  const names = [...face.matchAll(/export \{([\s\S]*?)\}/g)]
    .flatMap(([, list]) => list.split(',').map((name) => name.trim()))
    .filter((name) => name !== '' && !name.startsWith('type '));
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
});

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root: string = resolve(import.meta.dirname, '../..');

/** A page of the documentation. */
export interface Page {
  /** Its path from the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** A ```ts fence of a page. */
export interface Sample {
  readonly page: string;
  /** The line of the page on which its code begins, counted from 1. */
  readonly line: number;
  readonly code: string;
  /** What stands after `ts`: no-run, fragment, file=NAME. */
  readonly words: readonly string[];
}

export function pages(): Page[] {
  const guide = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort();
  return ['README.md', 'ARCHITECTURE.md', ...guide.map((name) => `docs/${name}`)].map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }));
}

export function samplesOf(page: Page): Sample[] {
  const samples: Sample[] = [];
  const lines = page.text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const fence = /^```(\S*)\s*(.*)$/.exec(lines[at]);
    if (fence === null) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`${page.path}:${at + 1}: this fence is not closed.`);
    const [, language, words] = fence;
    if (language === 'ts') {
      samples.push({ page: page.path, line: at + 2, code: lines.slice(at + 1, end).join('\n'), words: words.split(' ').filter(Boolean) });
    }
    at = end;
  }
  return samples;
}

/** What a sample says that it prints: the text after each `// →`, in order. */
export function expectedOutput(code: string): string[] {
  return [...code.matchAll(/\/\/ → ?(.*)$/gm)].map(([, text]) => text.trimEnd());
}

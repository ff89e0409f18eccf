import { randomBytes } from 'node:crypto';
import type { DdlCompiler } from '../dialects/base/dialect.ts';
import type { Change } from './comparison.ts';
import { describeOperation } from './operation.ts';
import { importsOf, renderOperations } from './render.ts';
import { quoted } from './source-text.ts';

/** What is to be written into a new migration. */
export interface NewRevision {
  readonly revision: string;
  readonly downRevision: string | null;
  readonly message: string;
  readonly changes: readonly Change[];
}

/** A new revision's id: 12 hexadecimal digits. */
export function newRevisionId(): string {
  return randomBytes(6).toString('hex');
}

const SLUG_LENGTH = 40;

/** `3f2a9c1b7d04_add_users.ts`. Alembic: `file_template`. */
export function revisionFileName(revision: string, message: string): string {
  const words = message
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  let slug = '';
  for (const word of words) {
    if (slug !== '' && slug.length + word.length >= SLUG_LENGTH) break;
    slug = slug === '' ? word.slice(0, SLUG_LENGTH) : `${slug}_${word}`;
  }
  return slug === '' ? `${revision}.ts` : `${revision}_${slug}.ts`;
}

const SUMMARISED = 3;

/** What the changes do, for a migration that was given no message: `create users, posts, add tags.color and 2 more`. */
export function summarise(changes: readonly Change[]): string {
  const words = changes.flatMap((change) => change.upgrade.slice(0, 1)).map(describeOperation);
  let verb = '';
  const shown = words.slice(0, SUMMARISED).map((phrase) => {
    const [first, ...rest] = phrase.split(' ');
    const text = first === verb ? rest.join(' ') : phrase;
    verb = first;
    return text;
  });
  return shown.join(', ') + (words.length > SUMMARISED ? ` and ${words.length - SUMMARISED} more` : '');
}

/** The text of a migration file. */
export function renderRevision(source: NewRevision, ddl: DdlCompiler): string {
  const upgrade = source.changes.flatMap((change) => change.upgrade);
  const downgrade = source.changes.flatMap((change) => change.downgrade.toReversed()).toReversed();
  const body = (name: string, code: string): string =>
    code === ''
      ? `export async function ${name}(_op: Operations): Promise<void> {}\n`
      : `export async function ${name}(op: Operations): Promise<void> {\n${code}\n}\n`;
  const up = renderOperations(upgrade, ddl);
  const down = renderOperations(downgrade, ddl);
  const imports = ['type Operations', ...importsOf(`${up}\n${down}`)].sort((a, b) => order(a).localeCompare(order(b)));
  const from = imports.length === 1 ? `import type { Operations } from 'athanor';` : `import { ${imports.join(', ')} } from 'athanor';`;
  return [
    `${from}\n`,
    `export const revision = ${quoted(source.revision)};`,
    `export const downRevision = ${source.downRevision === null ? 'null' : quoted(source.downRevision)};`,
    `export const message = ${quoted(source.message)};\n`,
    body('upgrade', up),
    body('downgrade', down),
  ].join('\n');
}

/** Formatters sort the names of an import without regard to `type`. */
function order(name: string): string {
  return name.replace(/^type /, '').toLowerCase();
}

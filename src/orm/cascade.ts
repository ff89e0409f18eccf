import { ormError } from './errors.ts';
import type { Cascade } from './mapping.ts';

const WORDS = new Set(['save-update', 'merge', 'refresh-expire', 'expunge', 'delete', 'delete-orphan', 'all', 'none']);

/** Reads a relation's `cascade` option. */
export function parseCascade(relation: string, option: string | readonly string[] | undefined): Cascade {
  if (option === undefined) return { saveUpdate: true, delete: false, deleteOrphan: false, expunge: false };
  const list = (typeof option === 'string' ? option.split(',') : option).map((word) => word.trim()).filter((word) => word !== '');
  // The camelCase spelling of a word is the same word.
  const words = list.map((word) => word.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`));
  for (const word of words) if (!WORDS.has(word)) throw ormError('orm.bad-cascade', relation, word);
  const has = (word: string): boolean => words.includes(word) || words.includes('all');
  const deleteOrphan = words.includes('delete-orphan');
  return { saveUpdate: has('save-update'), delete: has('delete') || deleteOrphan, deleteOrphan, expunge: has('expunge') };
}

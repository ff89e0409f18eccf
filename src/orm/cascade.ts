import { ormError } from './errors.ts';
import type { Cascade } from './mapping.ts';

const WORDS = new Set(['save-update', 'merge', 'refresh-expire', 'expunge', 'delete', 'delete-orphan', 'all', 'none']);

/** Reads a relation's `cascade` option. A view-only relation writes nothing, so nothing that writes goes along it. */
export function parseCascade(relation: string, option: string | readonly string[] | undefined, viewOnly = false): Cascade {
  const given = readCascade(relation, option);
  return viewOnly ? { ...given, saveUpdate: false, merge: false, delete: false, deleteOrphan: false } : given;
}

function readCascade(relation: string, option: string | readonly string[] | undefined): Cascade {
  if (option === undefined)
    return { saveUpdate: true, merge: true, refreshExpire: false, delete: false, deleteOrphan: false, expunge: false };
  const list = (typeof option === 'string' ? option.split(',') : option).map((word) => word.trim()).filter((word) => word !== '');
  // The camelCase spelling of a word is the same word.
  const words = list.map((word) => word.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`));
  for (const word of words) if (!WORDS.has(word)) throw ormError('orm.bad-cascade', relation, word);
  const has = (word: string): boolean => words.includes(word) || words.includes('all');
  const deleteOrphan = words.includes('delete-orphan');
  return {
    saveUpdate: has('save-update'),
    merge: has('merge'),
    refreshExpire: has('refresh-expire'),
    delete: has('delete') || deleteOrphan,
    deleteOrphan,
    expunge: has('expunge'),
  };
}

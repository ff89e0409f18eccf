import { type SqlType, TEXT } from '../../sql/type.ts';
import { mysql } from './column-types.ts';

/** Each made once: a type of one's own is another one each time. */
const sets = new Map<string, SqlType>();

/** How the values of a type of MySQL's or MariaDB's travel that is none of Athanor's; null where nothing is known of it. */
export function typeLike(words: string): SqlType | null {
  if (/^inet[46]$/i.test(words)) return TEXT;
  const list = /^set\s*\(([\s\S]*)\)$/i.exec(words)?.[1];
  if (list === undefined) return null;
  const known = sets.get(words) ?? setOf(Array.from(list.matchAll(/'((?:[^']|'')*)'/g), ([, word]) => word.replaceAll("''", "'")));
  sets.set(words, known);
  return known;
}

/** A list of words, but for a set that has the empty word, which cannot be told from an empty set. */
function setOf(words: readonly string[]): SqlType {
  return words.includes('') ? TEXT : mysql.set(words).type;
}

import type { ReflectedIndex, ReflectedIndexPart } from '../base/reflection.ts';
import { split } from './table-text.ts';
import { closing, isWord, type Token, textOf, tokens } from './tokens.ts';

/** Reads the text that SQLite keeps of an index: CREATE INDEX … ON table (parts) WHERE condition. */
export function readIndexText(name: string, unique: boolean, sql: string): ReflectedIndex {
  const all = tokens(sql);
  const open = all.findIndex((token) => token.raw === '(');
  const end = closing(all, open);
  const parts = split(all.slice(open + 1, end)).map((part) => readPart(part, sql));
  const after = all[end + 1];
  const where = isWord(after, 'WHERE') ? textOf(sql, all.slice(end + 2)) : null;
  const columns = parts.flatMap((part) => (part.column === null ? [] : [part.column]));
  const plain = parts.every((part) => part.column !== null && part.direction === 'asc' && part.collation === null);
  return { name, unique, columns, where, ...(plain ? {} : { parts }) };
}

function readPart(part: readonly Token[], sql: string): ReflectedIndexPart {
  let rest = [...part];
  let direction: 'asc' | 'desc' = 'asc';
  const last = rest[rest.length - 1];
  if (rest.length > 1 && (isWord(last, 'ASC') || isWord(last, 'DESC'))) {
    direction = isWord(last, 'DESC') ? 'desc' : 'asc';
    rest = rest.slice(0, -1);
  }
  let collation: string | null = null;
  if (rest.length > 2 && isWord(rest[rest.length - 2], 'COLLATE')) {
    collation = rest[rest.length - 1].value;
    rest = rest.slice(0, -2);
  }
  // It may be written in brackets of its own, as it must be elsewhere.
  while (rest.length > 2 && rest[0].raw === '(' && closing(rest, 0) === rest.length - 1) rest = rest.slice(1, -1);
  const column = rest.length === 1 && rest[0].kind === 'name' ? rest[0].value : null;
  const expression = column === null ? textOf(sql, rest) : null;
  return { column, expression, direction, nulls: null, collation, operatorClass: null, length: null };
}

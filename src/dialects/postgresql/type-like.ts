import { INTERVAL, makeType, type SqlType, TEXT } from '../../sql/type.ts';
import { pg } from './column-types.ts';

/** PostgreSQL's types whose values are text to a program. */
const TEXTS = new Set([
  'inet',
  'cidr',
  'macaddr',
  'macaddr8',
  'tsvector',
  'tsquery',
  'citext',
  'money',
  'xml',
  'ltree',
  'jsonpath',
  'name',
  '"char"',
  'bit varying',
  'regclass',
  'regtype',
  'regproc',
]);

const RANGES = /^(int4|int8|num|date|ts|tstz)(range|multirange)$/;

/** Each made once: a type of one's own is another one each time. */
const made = new Map<string, SqlType>();

/** How the values of a type of PostgreSQL travel that is none of Athanor's; null where nothing is known of it. */
export function typeLike(words: string): SqlType | null {
  const element = /^(.+)\[\]$/.exec(words)?.[1];
  if (element !== undefined) {
    const inner = typeLike(element);
    return inner === null ? null : makeType({ name: 'array', inner: makeType({ name: 'native', words: element, inner }), dimensions: 1 });
  }
  const name = words.replace(/\(.*\)$/, '');
  if (TEXTS.has(name)) return TEXT;
  if (name.startsWith('interval ')) return INTERVAL;
  const known = made.get(words) ?? make(name, words);
  if (known !== null) made.set(words, known);
  return known;
}

function make(name: string, words: string): SqlType | null {
  const [, kind, form] = RANGES.exec(name) ?? [];
  if (kind !== undefined) return (form === 'range' ? pg.range : pg.multirange)(kind as 'int4').type;
  if (name === 'oid') return pg.oid().type;
  if (name === 'hstore') return pg.hstore().type;
  if (name === 'vector') return pg.vector(Number(/\((\d+)\)/.exec(words)?.[1]) || undefined).type;
  return null;
}

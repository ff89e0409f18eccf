import { make, makeAlias, makeBind } from '../../sql/make.ts';
import { type SqlType, TEXT } from '../../sql/type.ts';
import type { RowSource } from '../base/dialect.ts';
import { jsonRows } from '../base/json-rows.ts';
import { storedType } from '../base/type-names.ts';

const WHOLE = new Set(['integer', 'smallInteger', 'tinyInteger', 'mediumInteger', 'bigInteger', 'boolean']);
const WORDS = new Set(['string', 'text', 'char', 'enum', 'uuid', 'date', 'time', 'dateTime']);

/** Rows as one JSON array of arrays, for servers that have JSON_TABLE. */
export const rowSource: RowSource = {
  from: 2,
  inserts: false,
  joins: true,
  grows: false,
  source: (types, keys) => {
    const kinds = types.map((type) => kindOf(type));
    // A text of the source has a collation of its own, by which no index of the table's is searched.
    if (kinds.includes(null) || kinds.slice(0, keys).some((kind) => kind !== 'BIGINT')) return null;
    const columns = kinds.map((kind, i) => `c${i} ${kind} PATH '$[${i}]'`).join(', ');
    const call = make('raw', { pieces: ['JSON_TABLE(', `, '$[*]' COLUMNS (${columns}))`], items: [makeBind(null, TEXT)] });
    return makeAlias(call, null);
  },
  encode: (values, width) => {
    const text = jsonRows(values, width);
    return text === null ? null : [text];
  },
};

function kindOf(type: SqlType): string | null {
  const { name, unsigned } = storedType(type, 'mysql');
  if (WHOLE.has(name)) return unsigned && name === 'bigInteger' ? null : 'BIGINT';
  return WORDS.has(name) ? 'LONGTEXT CHARACTER SET utf8mb4' : null;
}

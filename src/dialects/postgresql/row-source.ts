import { make, makeAlias, makeBind } from '../../sql/make.ts';
import { type SqlType, TEXT } from '../../sql/type.ts';
import type { RowSource } from '../base/dialect.ts';
import { storedType } from '../base/type-names.ts';
import { formatArray } from './arrays.ts';

/** The element type of an array that takes the values of a type; a length or scale is the column's affair. */
const ELEMENTS: Readonly<Record<string, string>> = {
  integer: 'integer',
  smallInteger: 'smallint',
  tinyInteger: 'smallint',
  mediumInteger: 'integer',
  bigInteger: 'bigint',
  boolean: 'boolean',
  double: 'double precision',
  numeric: 'numeric',
  string: 'text',
  text: 'text',
  uuid: 'uuid',
  date: 'date',
  json: 'json',
  jsonb: 'jsonb',
};

/** Without unsigned integers the next wider type holds their values, in the column as in the array. */
const UNSIGNED: Readonly<Record<string, string>> = { integer: 'bigint', smallInteger: 'integer' };

function elementOf(type: SqlType): string | undefined {
  const stored = storedType(type, 'postgresql');
  if (stored.name === 'dateTime') return stored.timezone ? 'timestamptz' : 'timestamp';
  return (stored.unsigned === true ? UNSIGNED[stored.name] : undefined) ?? ELEMENTS[stored.name];
}

/** Rows as one array for each column. */
export const rowSource: RowSource = {
  from: 2,
  inserts: true,
  joins: true,
  grows: false,
  source: (types) => {
    const elements = types.map(elementOf);
    if (elements.includes(undefined)) return null;
    // unnest(CAST($1 AS integer[]), CAST($2 AS text[]))
    const pieces = elements.map((_, i) => `${i === 0 ? 'unnest(' : ` AS ${elements[i - 1]}[]), `}CAST(`);
    const call = make('raw', {
      pieces: [...pieces, ` AS ${elements[elements.length - 1]}[]))`],
      items: types.map(() => makeBind(null, TEXT)),
    });
    return makeAlias(make('tableFunction', { call, columns: types.map((_, i) => `c${i}`), ordinality: false }), null);
  },
  encode: (values, width) => {
    const lists: string[] = [];
    for (let column = 0; column < width; column++) {
      const list: unknown[] = [];
      for (let i = column; i < values.length; i += width) list.push(values[i]);
      lists.push(formatArray(list));
    }
    return lists;
  },
};

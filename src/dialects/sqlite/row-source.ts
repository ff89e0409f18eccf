import { make, makeAlias, makeBind, makeSelect } from '../../sql/make.ts';
import { TEXT } from '../../sql/type.ts';
import type { RowSource } from '../base/dialect.ts';
import { jsonRows } from '../base/json-rows.ts';

/** Rows as one JSON array of arrays. A run for each row is nearly as fast while there are few. */
export const rowSource: RowSource = {
  from: 24,
  // INSERT takes its values sooner from parameters of its own.
  inserts: false,
  joins: false,
  source: (types) => {
    const columns = types.map((_, i) => make('label', { operand: make('raw', { pieces: [`value ->> ${i}`], items: [] }), name: `c${i}` }));
    const rows = make('raw', { pieces: ['json_each(', ')'], items: [makeBind(null, TEXT)] });
    return makeAlias(makeSelect({ columns, from: [rows] }), null);
  },
  encode: (values, width) => {
    const text = jsonRows(values, width);
    return text === null ? null : [text];
  },
};

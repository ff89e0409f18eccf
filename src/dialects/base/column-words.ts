import type { SeriesOptions } from '../../sql/column.ts';
import type { TableColumn } from '../../sql/schema.ts';
import { type DdlFeatures, need } from './ddl-features.ts';

/** START WITH, INCREMENT BY and so on, with a blank before each. */
export function seriesWords({ start, increment, min, max, cache, cycle }: SeriesOptions): string {
  let words = '';
  if (start !== undefined) words += ` START WITH ${start}`;
  if (increment !== undefined) words += ` INCREMENT BY ${increment}`;
  if (min !== undefined) words += min === null ? ' NO MINVALUE' : ` MINVALUE ${min}`;
  if (max !== undefined) words += max === null ? ' NO MAXVALUE' : ` MAXVALUE ${max}`;
  if (cache !== undefined) words += ` CACHE ${cache}`;
  // Not to begin again is what every database does anyway, and each has its own words for it.
  if (cycle === true) words += ' CYCLE';
  return words;
}

/** The standard's words for an identity column, with a blank before. */
export function standardIdentity(column: TableColumn): string {
  const { always = false, ...series } = column.identity ?? {};
  const options = seriesWords(series).trimStart();
  return ` GENERATED ${always ? 'ALWAYS' : 'BY DEFAULT'} AS IDENTITY${options === '' ? '' : ` (${options})`}`;
}

/** `GENERATED ALWAYS AS (…) STORED`, with a blank before; nothing for a column that is not computed. */
export function computedWords(column: TableColumn, expression: string, features: DdlFeatures, title: string): string {
  const where = `('${column.table.name}.${column.name}')`;
  const { usual, stored, virtual } = features.computed;
  const kind = column.computed?.stored === null ? usual : column.computed?.stored ? 'stored' : 'virtual';
  need(kind === 'stored' ? stored : virtual, `computed columns that are ${kind === 'stored' ? 'stored' : 'not stored'} ${where}`, title);
  return ` GENERATED ALWAYS AS (${expression}) ${kind.toUpperCase()}`;
}

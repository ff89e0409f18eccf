import type { SeriesOptions } from '../../sql/column.ts';
import type { TableColumn } from '../../sql/schema.ts';
import { need } from '../base/ddl-features.ts';

/** The words of an identity column, with a blank before: SQL Server counts from a start by steps, and can say no more. */
export function identityWords(column: TableColumn): string {
  const { start, increment = 1, min, max, cycle } = column.identity ?? {};
  const where = `('${column.table.name}.${column.name}')`;
  need(
    (min ?? null) === null && (max ?? null) === null && cycle !== true,
    `MINVALUE, MAXVALUE and CYCLE of identity columns ${where}`,
    'SQL Server',
  );
  return ` IDENTITY(${start ?? (Number(increment) < 0 ? -1 : 1)}, ${increment})`;
}

/** A sequence that counts as elsewhere: SQL Server would begin with the least number of the type. */
export function standardSeries(series: SeriesOptions): SeriesOptions {
  const { increment = 1, min = null, max = null, cycle } = series;
  const up = Number(increment) > 0;
  const first = up ? (min ?? 1) : (max ?? -1);
  // Where it begins again is the limit, not the start.
  const limits = cycle !== true ? {} : up ? { min: first } : { max: first };
  return { start: first, ...series, ...limits };
}

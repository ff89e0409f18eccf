import type { ExtractNode } from '../../sql/expression-nodes.ts';
import type { Writer } from '../base/compiler.ts';
import { typeOfNode } from './value-types.ts';

const part = (name: string): string => `DATEPART(${name}, ~)`;
/** Days since a Sunday or a Monday, whatever day a week begins with for the connection. */
const weekday = (first: string): string => `((DATEDIFF(DAY, CAST('${first}' AS DATE), ~) % 7 + 7) % 7)`;

/** Each field of EXTRACT as SQL Server works it out; `~` is the date. */
const FIELDS: Readonly<Record<string, string>> = {
  year: part('YEAR'),
  month: part('MONTH'),
  day: part('DAY'),
  hour: part('HOUR'),
  minute: part('MINUTE'),
  second: `(${part('SECOND')} + ${part('NANOSECOND')} / 1e9)`,
  milliseconds: `(${part('SECOND')} * 1e3 + ${part('NANOSECOND')} / 1e6)`,
  microseconds: `(${part('SECOND')} * 1e6 + ${part('NANOSECOND')} / 1e3)`,
  quarter: part('QUARTER'),
  week: part('ISO_WEEK'),
  // The day in week 26 of the same year.
  isoyear: `YEAR(DATEADD(DAY, 26 - ${part('ISO_WEEK')}, ~))`,
  dow: weekday('19000107'),
  isodow: `(${weekday('19000101')} + 1)`,
  doy: part('DAYOFYEAR'),
  decade: `(${part('YEAR')} / 10)`,
  century: `((${part('YEAR')} + 99) / 100)`,
  millennium: `((${part('YEAR')} + 999) / 1000)`,
  epoch: "(DATEDIFF_BIG(MICROSECOND, CAST('19700101' AS DATETIME2), ~) / 1e6)",
};

const OF_DAY: ReadonlySet<string> = new Set(['hour', 'minute', 'second', 'milliseconds', 'microseconds', 'epoch']);

/** EXTRACT, which is DATEPART here. */
export function writeDateField({ field, operand }: ExtractNode, to: Writer): void {
  const type = typeOfNode(operand)?.name;
  // A date has no time of day, and a time alone no day to count from.
  const cast = OF_DAY.has(field) && (type === 'date' || (type === 'time' && field === 'epoch'));
  FIELDS[field].split('~').forEach((text, i) => {
    if (i > 0 && cast) to.write('CAST(').visit(operand).write(' AS DATETIME2)');
    else if (i > 0) to.visit(operand);
    to.write(text);
  });
}

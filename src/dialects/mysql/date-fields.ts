import type { ExtractNode } from '../../sql/expression-nodes.ts';
import type { Writer } from '../base/compiler.ts';

/** Microseconds within the minute, as one whole number: a sum of fractions would not be exact. */
const inMinute = '(SECOND(~) * 1000000 + MICROSECOND(~))';

/** Each field of EXTRACT as MySQL works it out; `~` is the date. */
const FIELDS: Readonly<Record<string, string>> = {
  year: 'YEAR(~)',
  month: 'MONTH(~)',
  day: 'DAYOFMONTH(~)',
  hour: 'HOUR(~)',
  minute: 'MINUTE(~)',
  second: `(${inMinute} / 1e6)`,
  milliseconds: `(${inMinute} / 1e3)`,
  microseconds: `(${inMinute} * 1e0)`,
  quarter: 'QUARTER(~)',
  week: 'WEEK(~, 3)',
  isoyear: '(YEARWEEK(~, 3) DIV 100)',
  dow: '(DAYOFWEEK(~) - 1)',
  isodow: '(WEEKDAY(~) + 1)',
  doy: 'DAYOFYEAR(~)',
  decade: '(YEAR(~) DIV 10)',
  century: '((YEAR(~) + 99) DIV 100)',
  millennium: '((YEAR(~) + 999) DIV 1000)',
  epoch: "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', ~) / 1e6)",
};

export function writeDateField(node: ExtractNode, to: Writer): void {
  FIELDS[node.field].split('~').forEach((text, i) => {
    if (i > 0) to.visit(node.operand);
    to.write(text);
  });
}

import type { ExtractNode } from '../../sql/expression-nodes.ts';
import type { Writer } from '../base/compiler.ts';

/** The Thursday of a date's week, whose year is that of the week. */
const thursday = "'-3 days', 'weekday 4'";
const part = (format: string, change?: string) => `CAST(strftime('${format}', ~${change === undefined ? '' : `, ${change}`}) AS INTEGER)`;
/** Milliseconds within the minute, which strftime gives as SS.SSS. */
const inMinute = "CAST(replace(strftime('%f', ~), '.', '') AS INTEGER)";

/** Each field of EXTRACT as SQLite works it out; `~` is the date. */
const FIELDS: Readonly<Record<string, string>> = {
  year: part('%Y'),
  month: part('%m'),
  day: part('%d'),
  hour: part('%H'),
  minute: part('%M'),
  second: `(${inMinute} / 1000.0)`,
  milliseconds: `(${inMinute} * 1.0)`,
  microseconds: `(${inMinute} * 1000.0)`,
  quarter: `((${part('%m')} + 2) / 3)`,
  week: `((${part('%j', thursday)} - 1) / 7 + 1)`,
  isoyear: part('%Y', thursday),
  dow: part('%w'),
  isodow: `((${part('%w')} + 6) % 7 + 1)`,
  doy: part('%j'),
  decade: `(${part('%Y')} / 10)`,
  century: `((${part('%Y')} + 99) / 100)`,
  millennium: `((${part('%Y')} + 999) / 1000)`,
  // As one whole number first: a sum of fractions would not be exact.
  epoch: `((${part('%s')} * 1000 + ${inMinute} % 1000) / 1000.0)`,
};

export function writeDateField(node: ExtractNode, to: Writer): void {
  FIELDS[node.field].split('~').forEach((text, i) => {
    if (i > 0) to.visit(node.operand);
    to.write(text);
  });
}

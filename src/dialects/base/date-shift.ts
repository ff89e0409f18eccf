import { sqlError } from '../../sql/errors.ts';
import type { DateShiftNode } from '../../sql/expression-nodes.ts';
import type { BindNode } from '../../sql/node.ts';
import { isKind } from '../../sql/node-walk.ts';
import { INTEGER, makeType, type SqlType } from '../../sql/type.ts';
import type { Writer } from './compiler.ts';
import { readInterval } from './intervals.ts';

/** A part of a duration: the parameter holds the whole of it, and sends this number. */
export type DurationPart = 'months' | 'days' | 'seconds' | 'microseconds';

const SECOND = 1_000_000n;

const PARTS: Readonly<Record<DurationPart, (duration: unknown) => number>> = {
  months: (duration) => readInterval(duration).months,
  days: (duration) => readInterval(duration).days,
  seconds: (duration) => Number(readInterval(duration).microseconds / SECOND),
  microseconds: (duration) => Number(readInterval(duration).microseconds % SECOND),
};

const TYPES = Object.fromEntries(
  Object.entries(PARTS).map(([name, read]) => [
    name,
    makeType({ name: 'custom', inner: INTEGER, toDatabase: read, fromDatabase: (raw) => raw }),
  ]),
) as Record<DurationPart, SqlType>;

/** Writes one part of the duration as a number. */
export function writePart(duration: BindNode, part: DurationPart, to: Writer): Writer {
  return to.parameter({ ...duration, type: TYPES[part] });
}

/** The duration of a shift, where the database adds its parts: a value, since intervals are text there. */
export function durationOf(node: DateShiftNode, to: Writer): BindNode {
  const { title } = to.spelling;
  if (node.of === 'time') throw sqlError('sql.unsupported', 'durations added to times of day', title);
  if (!isKind(node.duration, 'bind')) throw sqlError('sql.unsupported', 'intervals that are no values, added to a date', title);
  return node.duration;
}

/** Refuses what only a database with intervals knows: what lies between two moments. */
export function refuseDifference(to: Writer): never {
  throw sqlError('sql.unsupported-instead', 'intervals between moments', to.spelling.title, "Subtract extract('epoch', …) of both.");
}

/** As PostgreSQL has it, which has intervals. */
export function writeDateShift(node: DateShiftNode, to: Writer): void {
  const sum = (): Writer =>
    to
      .operand(node.operand, 6)
      .write(node.negated ? ' - ' : ' + ')
      .operand(node.duration, 7);
  if (node.of !== 'date') sum();
  else {
    to.write('CAST(');
    sum().write(' AS DATE)');
  }
}

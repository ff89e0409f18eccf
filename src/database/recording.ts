import type { StatementEvent } from '../engine/statement-event.ts';

/** A statement that ran in a context. Flask-SQLAlchemy: an item of `get_recorded_queries()`. */
export interface RecordedQuery {
  readonly statement: string;
  /** The parameters by kind and length, never their contents. */
  readonly parameters: readonly string[];
  /** Milliseconds of `performance.now()`. */
  readonly startTime: number;
  readonly endTime: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Where in the application it was sent, as `file:line (function)`, or `<unknown>`. */
  readonly location: string;
}

const FRAME = /^\s*at (?:async )?(?:(.*?) \()?(?:file:\/\/)?([^()]*?):(\d+):\d+\)?$/;
/** Frames of this package and of Node are not the application's. */
const OWN = import.meta.dirname.replace(/\/(?:src\/database|dist)$/, '');

/** What a statement's event tells, and where in the application it came from. */
export function recordQuery(event: StatementEvent): RecordedQuery {
  const { sql, parameters, startTime, endTime } = event;
  return { statement: sql, parameters, startTime, endTime, duration: endTime - startTime, location: location() };
}

function location(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 50;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  for (const line of stack.split('\n').slice(1)) {
    const [, name, file, number] = FRAME.exec(line) ?? [];
    if (
      file === undefined ||
      file.startsWith('node:') ||
      file.startsWith(`${OWN}/src/`) ||
      file.startsWith(`${OWN}/dist/`) ||
      file.includes('/node_modules/')
    )
      continue;
    return `${file}:${number} (${name ?? '<anonymous>'})`;
  }
  return '<unknown>';
}

import type { DriverFailure } from '../base/driver.ts';

type Kind = DriverFailure['kind'];

/** What a SQLSTATE means; the longest that fits counts. */
const KINDS: Readonly<Record<string, Kind>> = {
  '23505': 'unique',
  '23503': 'foreignKey',
  '23001': 'foreignKey',
  '23502': 'notNull',
  '23514': 'check',
  '23': 'integrity',
  '08': 'disconnect',
  // The server shuts down, crashed, or ended the session.
  '57P01': 'disconnect',
  '57P02': 'disconnect',
  '57P05': 'disconnect',
  '25P03': 'disconnect',
  '25P04': 'disconnect',
  '57': 'operational',
  '40P01': 'deadlock',
  '40001': 'serialization',
  '40': 'operational',
  '55P03': 'lockTimeout',
  '55': 'operational',
  '53': 'operational',
  '54': 'operational',
  '58': 'operational',
  '28': 'operational',
  '3D000': 'operational',
  '25': 'operational',
  '21': 'programming',
  '22': 'data',
  '26': 'operational',
  '34': 'operational',
  '2F': 'operational',
  '38': 'operational',
  '39': 'operational',
  '44': 'integrity',
  '42501': 'operational',
  '42': 'programming',
  '0A': 'programming',
  '3F': 'programming',
  P0: 'database',
  XX: 'database',
};

/** Errors of the socket under a connection that was open. */
const LOST = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENETRESET', 'ECONNABORTED', 'ENOTCONN']);
const LOST_WORDS =
  /^(?:Connection terminated|Client has encountered a connection error|Client was closed|This socket has been ended|PGlite is (?:closed|closing)|server closed the connection)/i;

interface PostgresqlError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly detail?: unknown;
  readonly hint?: unknown;
  readonly constraint?: unknown;
  readonly table?: unknown;
  readonly column?: unknown;
  readonly errors?: readonly unknown[];
}

/** What an error of node-postgres or PGlite means. */
export function classifyPostgresql(given: unknown): DriverFailure {
  // Several addresses were tried: the last one's error stands for all.
  const error = unpack(given);
  const code = typeof error.code === 'string' ? error.code : null;
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const message = text(error.message) ?? String(given);
  const kind = code === CANCELED ? (/due to statement timeout/.test(message) ? 'timeout' : 'cancelled') : kindOf(code, message);
  return {
    kind,
    message: code === '25P02' && !/COMMIT/.test(message) ? ABORTED : withHint(message, text(error.hint)),
    code,
    constraint: text(error.constraint),
    table: text(error.table),
    column: text(error.column) ?? (kind === 'unique' ? columnsOf(text(error.detail)) : null),
  };
}

/** A statement was ended, by its time limit or because someone asked for it. */
const CANCELED = '57014';
const ABORTED =
  'An earlier statement of this transaction failed, and PostgreSQL takes no other until it is rolled back, as a whole or to a savepoint';

function unpack(error: unknown): PostgresqlError {
  const { errors } = (error ?? {}) as PostgresqlError;
  return (Array.isArray(errors) && errors.length > 0 ? errors[errors.length - 1] : (error ?? {})) as PostgresqlError;
}

function kindOf(code: string | null, message: string): Kind {
  if (code !== null && /^[0-9A-Z]{5}$/.test(code)) return KINDS[code] ?? KINDS[code.slice(0, 2)] ?? 'database';
  if ((code !== null && LOST.has(code)) || LOST_WORDS.test(message)) return 'disconnect';
  // What the network says before there is a connection, and what the packages say by themselves.
  return code === null && !/timeout|SSL|TLS/i.test(message) ? 'database' : 'operational';
}

/** A hint often says the cure: a cast, a name that is nearly the same. */
function withHint(message: string, hint: string | null): string {
  return hint === null ? message : `${message}. ${hint}`;
}

/** The columns of `Key (user_id, email)=(…) already exists.`; the values are left alone. */
function columnsOf(detail: string | null): string | null {
  const names = detail === null ? null : /^Key \((.+?)\)=\(/.exec(detail)?.[1];
  if (names === undefined || names === null) return null;
  // An index on an expression has no column.
  const columns = names.split(', ').map((name) => (/^"(?:[^"]|"")+"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name));
  return columns.every((name) => /^[^()]+$/.test(name)) ? columns.join(', ') : null;
}

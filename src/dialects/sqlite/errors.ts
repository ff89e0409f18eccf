import type { DriverFailure } from '../base/driver.ts';
import { OVERFLOW } from './stored-values.ts';

type Kind = DriverFailure['kind'];

/** SQLite's extended result codes by number, as node:sqlite gives them; the rest go by their lowest byte. */
const EXTENDED = new Map<number, string>([
  [261, 'SQLITE_BUSY_RECOVERY'],
  [517, 'SQLITE_BUSY_SNAPSHOT'],
  [773, 'SQLITE_BUSY_TIMEOUT'],
  [275, 'SQLITE_CONSTRAINT_CHECK'],
  [531, 'SQLITE_CONSTRAINT_COMMITHOOK'],
  [787, 'SQLITE_CONSTRAINT_FOREIGNKEY'],
  [1043, 'SQLITE_CONSTRAINT_FUNCTION'],
  [1299, 'SQLITE_CONSTRAINT_NOTNULL'],
  [1555, 'SQLITE_CONSTRAINT_PRIMARYKEY'],
  [1811, 'SQLITE_CONSTRAINT_TRIGGER'],
  [2067, 'SQLITE_CONSTRAINT_UNIQUE'],
  [2323, 'SQLITE_CONSTRAINT_VTAB'],
  [2579, 'SQLITE_CONSTRAINT_ROWID'],
  [2835, 'SQLITE_CONSTRAINT_PINNED'],
  [3091, 'SQLITE_CONSTRAINT_DATATYPE'],
]);

const PRIMARY = [
  'SQLITE_OK',
  'SQLITE_ERROR',
  'SQLITE_INTERNAL',
  'SQLITE_PERM',
  'SQLITE_ABORT',
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_NOMEM',
  'SQLITE_READONLY',
  'SQLITE_INTERRUPT',
  'SQLITE_IOERR',
  'SQLITE_CORRUPT',
  'SQLITE_NOTFOUND',
  'SQLITE_FULL',
  'SQLITE_CANTOPEN',
  'SQLITE_PROTOCOL',
  'SQLITE_EMPTY',
  'SQLITE_SCHEMA',
  'SQLITE_TOOBIG',
  'SQLITE_CONSTRAINT',
  'SQLITE_MISMATCH',
  'SQLITE_MISUSE',
  'SQLITE_NOLFS',
  'SQLITE_AUTH',
  'SQLITE_FORMAT',
  'SQLITE_RANGE',
  'SQLITE_NOTADB',
];

/** What a code means, the longest prefix first. */
const KINDS: readonly (readonly [prefix: string, kind: Kind])[] = [
  ['SQLITE_CONSTRAINT_UNIQUE', 'unique'],
  ['SQLITE_CONSTRAINT_PRIMARYKEY', 'unique'],
  ['SQLITE_CONSTRAINT_ROWID', 'unique'],
  ['SQLITE_CONSTRAINT_FOREIGNKEY', 'foreignKey'],
  ['SQLITE_CONSTRAINT_NOTNULL', 'notNull'],
  ['SQLITE_CONSTRAINT_CHECK', 'check'],
  ['SQLITE_CONSTRAINT_DATATYPE', 'data'],
  ['SQLITE_CONSTRAINT', 'integrity'],
  // The rows that this transaction read are no longer the newest: only another try can succeed.
  ['SQLITE_BUSY_SNAPSHOT', 'serialization'],
  ['SQLITE_BUSY', 'lockTimeout'],
  ['SQLITE_INTERRUPT', 'cancelled'],
  ['SQLITE_MISMATCH', 'data'],
  ['SQLITE_TOOBIG', 'data'],
  ['SQLITE_ERROR', 'programming'],
  ['SQLITE_MISUSE', 'programming'],
  ['SQLITE_RANGE', 'programming'],
  ['SQLITE_AUTH', 'programming'],
  ['SQLITE_', 'operational'],
];

const COLUMNS = /^(?:UNIQUE|NOT NULL) constraint failed: (.+)$/;
const CHECK = /^CHECK constraint failed: (.+)$/;
const CANNOT_STORE = /^cannot store \w+ value in \w+ column (.+)$/;
/** Errors of SQLite's functions over the values that they were given, all under the one general code. */
const ABOUT_DATA =
  /^(integer overflow|malformed JSON|Invalid regular expression|bad JSON path|JSON path error|string or blob too big|ESCAPE expression must)/;

/** A value that is refused for its digits: see `stored-values.ts`. */
const OVERFLOWN = new RegExp(`'(${OVERFLOW}.*)'$`, 's');

/** What an error of node:sqlite or better-sqlite3 means. */
export function classifySqlite(error: unknown): DriverFailure {
  const { code, errcode, message = String(error) } = (error ?? {}) as { code?: unknown; errcode?: unknown; message?: string };
  const name =
    typeof errcode === 'number'
      ? (EXTENDED.get(errcode) ?? PRIMARY[errcode & 255] ?? `SQLITE_${errcode}`)
      : typeof code === 'string'
        ? code
        : null;
  const overflow = OVERFLOWN.exec(message)?.[1].replaceAll("''", "'");
  return { kind: kindOf(name, message), message: overflow ?? message, code: name, ...places(message) };
}

function kindOf(name: string | null, message: string): Kind {
  if (/database( connection)? is not open/.test(message)) return 'disconnect';
  if (name === 'SQLITE_ERROR' && ABOUT_DATA.test(message)) return 'data';
  if (name?.startsWith('SQLITE_')) return KINDS.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'database';
  // What the two packages say before SQLite is asked: a wrong parameter, no statement, two statements.
  return 'programming';
}

function places(message: string): Pick<DriverFailure, 'constraint' | 'table' | 'column'> {
  const columns = COLUMNS.exec(message)?.[1] ?? CANNOT_STORE.exec(message)?.[1];
  if (columns === undefined) return { constraint: CHECK.exec(message)?.[1] ?? null, table: null, column: null };
  const index = /^index '(.+)'$/.exec(columns);
  if (index !== null) return { constraint: index[1], table: null, column: null };
  const paths = columns.split(', ').map((path) => [path.slice(0, path.lastIndexOf('.')), path.slice(path.lastIndexOf('.') + 1)]);
  return { constraint: null, table: paths[0][0] || null, column: paths.map(([, column]) => column).join(', ') };
}

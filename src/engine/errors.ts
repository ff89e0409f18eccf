import type { DriverFailure } from '../dialects/base/driver.ts';
import { ConfigurationError } from '../dialects/base/errors.ts';
import { AthanorError, describe, type ErrorTable, errorsOf } from '../sql/errors.ts';

export { ConfigurationError };

/** The engine, a connection or its pool was used in a way that cannot be. SQLAlchemy: `InvalidRequestError`. */
export class EngineError extends AthanorError {}

/** No connection came free in time. SQLAlchemy: `TimeoutError` of the pool. */
export class PoolTimeoutError extends AthanorError {}

/** A statement that had to give a row gave none. SQLAlchemy: `NoResultFound`. */
export class NoResultFound extends AthanorError {}

/** A statement that had to give one row gave several. SQLAlchemy: `MultipleResultsFound`. */
export class MultipleResultsFound extends AthanorError {}

/** A table, a view or another object was asked for by a name that the database does not have. SQLAlchemy: `NoSuchTableError`. */
export class NoSuchTableError extends AthanorError {}

/** What is known of a failure in a database. */
export interface FailureDetails {
  readonly sql: string | null;
  readonly params: readonly string[];
  readonly constraint: string | null;
  readonly table: string | null;
  readonly column: string | null;
}

/**
 * A database refused a statement, or could not be reached. SQLAlchemy: `DBAPIError`.
 *
 * `code` is the database's own, such as `SQLITE_CONSTRAINT_UNIQUE` or `23505`; `cause` is the driver's error. Parameters
 * are shown by kind and length only, so that no content gets into a log.
 *
 * @example try { await db.session.commit(); } catch (error) { if (error instanceof UniqueViolation) return reply.code(409).send({ field: error.column }); throw error; }
 */
export class DatabaseError extends AthanorError {
  /** The statement, or null where none was running. */
  readonly sql: string | null;
  /** The parameters' kinds: `text(12)`, `integer`, `null`. */
  readonly params: readonly string[];
  readonly constraint: string | null;
  readonly table: string | null;
  /** The column, or several with commas between them. */
  readonly column: string | null;
  constructor(code: string, message: string, details: FailureDetails, options?: ErrorOptions) {
    super(code, message, options);
    this.sql = details.sql;
    this.params = details.params;
    this.constraint = details.constraint;
    this.table = details.table;
    this.column = details.column;
  }
}

/** The data would break a rule of the schema. SQLAlchemy: `IntegrityError`. */
export class IntegrityError extends DatabaseError {}
/** Another row has this value already. */
export class UniqueViolation extends IntegrityError {}
/** A row refers to one that is not there, or is still referred to. */
export class ForeignKeyViolation extends IntegrityError {}
/** A column that needs a value has none. */
export class NotNullViolation extends IntegrityError {}
/** A check constraint does not hold. */
export class CheckViolation extends IntegrityError {}

/** Something about the database's operation, not the statement's fault. SQLAlchemy: `OperationalError`. */
export class OperationalError extends DatabaseError {}
/** The connection was lost; its transaction is undone. */
export class DisconnectError extends OperationalError {}
/** Another transaction held a lock for too long. */
export class LockTimeout extends OperationalError {}
/** A statement ran for longer than its timeout allowed, and was ended. */
export class StatementTimeout extends OperationalError {}
/** Someone else ended the statement: an administrator, or a limit of the server. */
export class StatementCancelled extends OperationalError {}
/** Another transaction changed what this one read; trying again can succeed. */
export class SerializationFailure extends OperationalError {}
/** Two transactions waited for each other; trying again can succeed. */
export class Deadlock extends OperationalError {}

/** The statement is wrong: its grammar, or a name that does not exist. SQLAlchemy: `ProgrammingError`. */
export class ProgrammingError extends DatabaseError {}
/** A value does not fit: out of range, or of another type. SQLAlchemy: `DataError`. */
export class DataError extends DatabaseError {}

type Details = Pick<DriverFailure, 'table' | 'column' | 'constraint' | 'message'>;

const ofTable = ({ table }: Details): string => (table === null ? '' : ` of '${table}'`);
const inColumn = ({ column }: Details): string => (column === null ? '' : ` in '${column}'`);

/** What the databases say of names that they do not know. */
const UNKNOWN_NAME =
  /no such (?:table|column|index|view|trigger|savepoint)|has no column|(?:relation|column|table|schema|type|sequence|index|view) .*does(?: not|n't) exist|Table '.*' doesn't exist|Unknown (?:column|table|database|sequence)|Invalid (?:object|column) name/i;
/** What they say of a subquery that stands for one value and gives more. */
const SEVERAL_ROWS = /more than one row returned by a subquery|Subquery returned more than 1 value|Subquery returns more than 1 row/i;

function adviceOnStatement(message: string): string {
  if (SEVERAL_ROWS.test(message))
    return 'A subquery that stands for one value has to give one row at most: correlate or filter it, take an aggregate or limit(1) of it, or look among its rows with in() or any().';
  return UNKNOWN_NAME.test(message)
    ? 'The statement names something that this database does not have. If a table or column is missing, bring the schema up to date: athanor db upgrade.'
    : 'The statement is not one that this database understands.';
}

/** Every kind of failure: its class, and what to say beside the database's own words. */
const FAILURES: Record<DriverFailure['kind'], readonly [typeof DatabaseError, (details: Details) => string]> = {
  unique: [
    UniqueViolation,
    (d) =>
      `Another row${ofTable(d)} has the same value${inColumn(d)} already. Look for it first, or insert with onConflictDoNothing() or onConflictDoUpdate().`,
  ],
  foreignKey: [
    ForeignKeyViolation,
    () =>
      'A row refers to one that does not exist, or one that is being removed is still referred to. Add the other row first, or remove what refers to it first.',
  ],
  notNull: [
    NotNullViolation,
    (d) =>
      `A row${ofTable(d)} has no value${inColumn(d)}, where one is needed. Give one, give the column a default, or declare it .nullable().`,
  ],
  check: [
    CheckViolation,
    (d) => `A row breaks the check ${d.constraint === null ? 'constraint' : `'${d.constraint}'`} of its table. Correct the value.`,
  ],
  integrity: [IntegrityError, () => 'The data would break a rule of the schema.'],
  disconnect: [
    DisconnectError,
    () => 'The connection to the database was lost, and its transaction with it. The next one gets a new connection.',
  ],
  lockTimeout: [
    LockTimeout,
    () => 'Another transaction held the lock for too long. Keep transactions short; session.transaction(fn, { retries }) tries again.',
  ],
  timeout: [
    StatementTimeout,
    () => 'Give it more time ({ timeout }, or the engine option statementTimeout), look at its plan with explain(), or narrow it.',
  ],
  cancelled: [
    StatementCancelled,
    () => 'It was ended by someone else, not by this program: run it again, or ask who administers the server.',
  ],
  serialization: [
    SerializationFailure,
    () => 'Another transaction changed what this one had read. Run it again: session.transaction(fn, { retries }) does.',
  ],
  deadlock: [
    Deadlock,
    () => 'Two transactions waited for each other, and this one was ended. Run it again: session.transaction(fn, { retries }) does.',
  ],
  operational: [OperationalError, () => 'The database could not do it.'],
  programming: [ProgrammingError, ({ message }) => adviceOnStatement(message)],
  data: [
    DataError,
    ({ message }) => (SEVERAL_ROWS.test(message) ? adviceOnStatement(message) : 'A value does not fit its column or function.'),
  ],
  database: [DatabaseError, () => 'The database refused the statement.'],
};

const SHOWN_SQL = 600;

/** The error of the design's tree for a driver's error. */
export function databaseError(failure: DriverFailure, sql: string | null, parameters: readonly unknown[], cause?: unknown): DatabaseError {
  const [ErrorClass, advice] = FAILURES[failure.kind];
  const params = maskParameters(parameters);
  let message = `${failure.message.replace(/[\s.]+$/, '')}. ${advice(failure)}`;
  if (sql !== null) {
    message += `\n[SQL: ${sql.length > SHOWN_SQL ? `${sql.slice(0, SHOWN_SQL)}…` : sql}]`;
    if (params.length > 0)
      message += `\n[parameters: ${params.slice(0, 20).join(', ')}${params.length > 20 ? `, … (${params.length} in all)` : ''}]`;
  }
  const details = { sql, params, constraint: failure.constraint, table: failure.table, column: failure.column };
  return new ErrorClass(failure.code ?? `database.${failure.kind}`, message, details, cause === undefined ? undefined : { cause });
}

/** A parameter by its kind and length, never its content. */
export function maskParameter(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `text(${value.length})`;
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number';
    case 'bigint':
      return 'integer';
    case 'boolean':
      return 'boolean';
    case 'undefined':
      return 'undefined';
    default:
      if (value === null) return 'null';
      if (value instanceof Uint8Array) return `binary(${value.byteLength})`;
      if (value instanceof Date) return 'date';
      return Array.isArray(value) ? `array(${value.length})` : 'object';
  }
}

export function maskParameters(parameters: readonly unknown[]): string[] {
  return parameters.map(maskParameter);
}

/** Every other error of this room: its code, its class and its text. */
const TABLE = {
  'engine.bad-url': (url: string, reason: string) => [
    ConfigurationError,
    `The database URL '${url}' can't be read: ${reason}. A URL looks like sqlite:///app.db or postgresql://user:password@host:5432/database.`,
  ],
  'engine.unknown-dialect': (name: string, known: string) => [
    ConfigurationError,
    `The database URL begins with '${name}', which is no database that is known here. Known: ${known}.`,
  ],
  'engine.unknown-driver': (dialect: string, driver: string, known: string) => [
    ConfigurationError,
    `There is no driver '${driver}' for ${dialect}. Known: ${known}. Write it after a plus sign, or leave it out.`,
  ],
  'engine.missing-package': (name: string) => [
    ConfigurationError,
    `The database URL asks for a driver whose package '${name}' is not installed. Run: npm install ${name}`,
  ],
  'engine.bad-option': (option: string, expected: string, got: string) => [
    ConfigurationError,
    `The engine option '${option}' takes ${expected}, but got ${got}.`,
  ],
  'engine.unknown-option': (option: string, known: string) => [
    ConfigurationError,
    `There is no engine option '${option}'. Known: ${known}.`,
  ],
  'engine.unknown-event': (event: string, known: string) => [EngineError, `An engine has no event '${event}'. It has: ${known}.`],
  'engine.not-ready': () => [EngineError, 'The engine has not loaded its dialect yet. Await engine.ready(), or run a statement first.'],
  'engine.disposed': () => [EngineError, 'The engine was disposed of. Make a new one with createEngine().'],
  'engine.connection-closed': () => [EngineError, 'The connection was closed. Take a new one with engine.connect().'],
  'engine.in-transaction': () => [
    EngineError,
    'A transaction is open already on this connection. Use savepoint(), or transaction(fn), which nests.',
  ],
  'engine.no-transaction': (what: string) => [
    EngineError,
    `${what} needs a transaction, and none is open on this connection. Call begin() first.`,
  ],
  'engine.transaction-lost': () => [
    EngineError,
    'The database has undone the transaction after an error, so nothing more can be done in it. Call rollback() and begin anew.',
  ],
  'engine.bad-limit': (option: string, expected: string, got: unknown) => [
    EngineError,
    `The option '${option}' of a statement takes ${expected}, but got ${typeof got === 'number' ? got : describe(got)}.`,
  ],
  'engine.not-streamed': (what: string) => [
    EngineError,
    `stream() reads a select or another query whose columns are known, but got ${what === 'statement' ? 'SQL by hand' : `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`}. Give SQL by hand its columns with text(…).columns(…), or run the statement with execute().`,
  ],
  'engine.no-two-phase': (title: string) => [
    EngineError,
    `${title} has no two-phase transactions. PostgreSQL, MySQL and MariaDB have them; use begin() and commit() here.`,
  ],
  'engine.bad-xid': (got: unknown) => [
    EngineError,
    `The name of a two-phase transaction has up to 64 letters, digits and _.:-, but got ${typeof got === 'string' ? `'${got}'` : describe(got)}.`,
  ],
  'engine.not-two-phase': () => [
    EngineError,
    'prepare() needs a two-phase transaction, and none is open on this connection. Call beginTwoPhase() first.',
  ],
  'engine.prepared': () => [
    EngineError,
    'The two-phase transaction has been prepared, so nothing more can be done in it. Call commit() or rollback().',
  ],
  'engine.not-a-statement': (where: string, got: string) => [
    EngineError,
    `${where} takes a statement such as select(…), insertInto(…), sql\`…\` or text('…'), but got ${got}.`,
  ],
  'engine.no-rows': (what: string) => [EngineError, `This ${what} gives no rows. Run it with execute(), or add returning().`],
  'engine.too-many-parameters': (count: number, limit: number, dialect: string) => [
    EngineError,
    `The statement needs ${count} parameters, and ${dialect} takes ${limit}. Split the list and run the statement for each part.`,
  ],
  'engine.not-a-list': (where: string, got: string) => [EngineError, `${where} stands for a list, but got ${got}.`],
  'engine.other-columns': (given: number, named: readonly string[]) => [
    EngineError,
    `The SQL gives ${given} ${given === 1 ? 'column' : 'columns'}, but columns() names ${named.length}: ${named.join(', ')}. Name each column that it selects, in the same order.`,
  ],
  'engine.no-such-table': (what: string, names: readonly string[], schema: string | null, near: readonly string[]) => [
    NoSuchTableError,
    `The database has no ${what} ${names.map((name) => `'${name}'`).join(', ')}${schema === null ? '' : ` in the schema '${schema}'`}.${
      near.length === 0
        ? ' Look at what there is with inspect(engine).tableNames().'
        : ` Did you mean ${near.map((name) => `'${name}'`).join(' or ')}?`
    }`,
  ],
  'pool.timeout': (seconds: number, size: number) => [
    PoolTimeoutError,
    `No connection came free within ${seconds} s: all ${size} of the pool are in use. Close what is not needed (each session or connection gives its own back when it is closed), or raise poolSize or maxOverflow.`,
  ],
  'pool.timeout-single': (seconds: number) => [
    PoolTimeoutError,
    `The database's one connection did not come free within ${seconds} s. A database in memory has one connection, which is handed to one session at a time: close the session that holds it before another needs it, or use a file.`,
  ],
  'result.none': () => [NoResultFound, 'One row was expected, but there is none. Use oneOrNone() or first() where it may be missing.'],
  'result.several': (count: number) => [
    MultipleResultsFound,
    `One row was expected, but there are ${count}. Narrow the conditions, or use first() or all().`,
  ],
} as const satisfies ErrorTable;

/** Makes the error of this code, with its text filled in. */
export const engineError = errorsOf(TABLE);

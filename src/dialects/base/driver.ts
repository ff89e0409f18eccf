/** A value now or later: drivers that answer at once are spared the wait. */
export type MaybePromise<T> = T | Promise<T>;

/** Rows in the order of the statement's columns, undecoded. */
export type DriverRow = unknown[];

export interface RunResult {
  /** Rows that were changed; 0 for statements that change none. */
  readonly rowCount: number;
  /** The key that the database made for the last row inserted, where it tells. */
  readonly lastInsertId: number | bigint | null;
  /** How far apart the keys are that one INSERT of several rows made; 1 where nothing is said. */
  readonly keyStep?: number;
}

/** What a statement written by hand gave: rows where it has any, and the names of their columns. */
export interface DriverResult extends RunResult {
  readonly columns: readonly string[];
  readonly rows: DriverRow[];
}

/**
 * One connection of a driver. It knows SQL text and encoded parameters, and nothing of types, statements or pools.
 * Every method may answer at once or with a promise, and throws (or rejects with) the driver's own error.
 */
export interface DriverConnection {
  /** Runs one statement and gives its rows, as arrays. */
  query(sql: string, parameters: readonly unknown[]): MaybePromise<DriverRow[]>;
  /** Runs one statement that gives no rows. */
  run(sql: string, parameters: readonly unknown[]): MaybePromise<RunResult>;
  /** Runs one statement once for each list of parameters, as one batch; gives the generated keys in the same order. */
  runMany(
    sql: string,
    rows: readonly (readonly unknown[])[],
  ): MaybePromise<{ readonly rowCount: number; readonly lastInsertIds: readonly (number | bigint | null)[] }>;
  /** Runs one statement that gives rows once for each list of parameters, as one batch, where that takes one round trip. */
  queryMany?(sql: string, rows: readonly (readonly unknown[])[]): MaybePromise<DriverRow[][]>;
  /** Runs one statement of which nothing is known, whether or not it gives rows. */
  execute(sql: string, parameters: readonly unknown[]): MaybePromise<DriverResult>;
  /** Runs a script of several statements without parameters. */
  script(sql: string): MaybePromise<void>;
  /** The rows one after the other, in constant memory. */
  stream(sql: string, parameters: readonly unknown[]): AsyncIterable<DriverRow> | Iterable<DriverRow>;
  /** What the server says of its version, where a dialect has to know it (`Dialect.forServer`). */
  readonly serverVersion?: string | null;
  /** Whether the connection can still be used. */
  readonly usable: boolean;
  /** Whether the database itself has a transaction open; null where it does not tell. */
  readonly inTransaction: boolean | null;
  /**
   * Asks the server to end the statement that is running, which then fails as `cancelled`, or ends by itself after all. Done when the
   * request can no longer meet a statement that is given afterwards. Left out where what runs cannot be interrupted.
   */
  cancel?(): MaybePromise<void>;
  /** Ends the connection at once, with no word to a server that may not answer; what is running fails. */
  destroy?(): void;
  close(): MaybePromise<void>;
}

/** What a driver is told about the database. */
export interface DriverOptions {
  /** The database: a file for SQLite (`:memory:` for memory), a name elsewhere. */
  readonly database: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly user: string | null;
  readonly password: string | null;
  /** The options of the URL. */
  readonly query: Readonly<Record<string, string>>;
}

/** A failure in the terms of the design's error tree, worked out from a driver's own error. */
export interface DriverFailure {
  readonly kind:
    | 'unique'
    | 'foreignKey'
    | 'notNull'
    | 'check'
    | 'integrity'
    | 'disconnect'
    | 'lockTimeout'
    | 'timeout'
    | 'cancelled'
    | 'serialization'
    | 'deadlock'
    | 'operational'
    | 'programming'
    | 'data'
    | 'database';
  readonly message: string;
  /** The database's own code, such as SQLITE_CONSTRAINT_UNIQUE or 23505. */
  readonly code: string | null;
  readonly constraint: string | null;
  readonly table: string | null;
  readonly column: string | null;
}

/** A driver: how connections are opened, and what its errors mean. One file each. */
export interface Driver {
  readonly name: string;
  /** The npm package that it needs, or null where it is built into Node. */
  readonly package: string | null;
  /** The whole database is one connection, which all share, whatever its options. */
  readonly single?: boolean;
  connect(options: DriverOptions): MaybePromise<DriverConnection>;
  classify(error: unknown): DriverFailure;
}

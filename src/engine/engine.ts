import type { CatalogReader } from '../dialects/base/catalog.ts';
import type { Dialect, TransactionOptions } from '../dialects/base/dialect.ts';
import type { Driver, DriverConnection, DriverOptions, MaybePromise } from '../dialects/base/driver.ts';
import { dialects, driversOf } from '../dialects/registry.ts';
import { AthanorError, describe } from '../sql/errors.ts';
import type { MetaData, ReflectOptions, SchemaChangeOptions } from '../sql/metadata.ts';
import type { Table } from '../sql/schema.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { changeSchema } from './create-all.ts';
import { databaseError, engineError } from './errors.ts';
import type { EngineHost } from './host.ts';
import { PlanCache } from './plan.ts';
import {
  type AcquireOptions,
  NullPool,
  type Pool,
  type PooledConnection,
  type PoolOptions,
  QueuePool,
  singleConnectionPool,
} from './pool.ts';
import { type PoolEvent, PoolEvents, type PoolListener } from './pool-events.ts';
import { prepareStatement } from './statement.ts';
import { echoStatement, type StatementListener } from './statement-event.ts';
import { limitsOf, type StatementLimits, withinTime } from './statement-limits.ts';
import { type DatabaseUrl, maskUrl, parseUrl } from './url.ts';
import { type WriteLock, writeLockOf } from './write-lock.ts';

/** How an engine keeps its connections. SQLAlchemy: the arguments of `create_engine()`. */
export interface EngineOptions {
  /** Connections that are kept; 5 unless told. */
  readonly poolSize?: number;
  /** Connections beyond those, closed when they come back; 10 unless told, -1 for any number. */
  readonly maxOverflow?: number;
  /** Seconds to wait for a connection; 30 unless told. */
  readonly poolTimeout?: number;
  /** Seconds after which a connection is replaced; never unless told. */
  readonly poolRecycle?: number;
  /** Tries each connection before it is handed out; false unless told. */
  readonly poolPrePing?: boolean;
  /** Hands the connection used last out first; true unless told. With false they take turns. */
  readonly poolUseLifo?: boolean;
  /** `'null'` opens a connection for each use: for serverless functions and poolers outside. */
  readonly pool?: 'queue' | 'null';
  /** Seconds that a statement may run before the server is asked to end it, unless the statement says another time; no limit unless told. */
  readonly statementTimeout?: number;
  /** Writes each statement to the standard output. */
  readonly echo?: boolean;
}

const DEFAULTS: PoolOptions = { poolSize: 5, maxOverflow: 10, poolTimeout: 30, poolRecycle: -1, poolPrePing: false, poolUseLifo: true };

/** The least value of each number. */
const NUMBERS = { poolSize: 1, maxOverflow: -1, poolTimeout: 0, poolRecycle: -1, statementTimeout: 0.001 } as const;

/**
 * A database: its URL, its dialect and driver, its connections. Made with `createEngine()`. SQLAlchemy: `Engine`.
 *
 * Dialect and driver are loaded with the first connection, or by `ready()`.
 */
export class Engine implements EngineHost {
  /** The URL with its password hidden. */
  readonly url: string;
  readonly options: EngineOptions;
  readonly plans: PlanCache = new PlanCache();
  readonly listeners: Set<StatementListener> = new Set();
  declare readonly '~events'?: Record<PoolEvent, PoolListener>;
  readonly events: PoolEvents = new PoolEvents();
  /** What limits statements that say nothing of their own. */
  readonly limits: StatementLimits | null;
  readonly #url: DatabaseUrl;
  readonly #driverOptions: DriverOptions;
  #dialect: Dialect | null = null;
  #driver: Driver | null = null;
  #pool: Pool | null = null;
  #singleConnection = false;
  #writeLock: WriteLock | null = null;
  #lockTimeout = 0;
  /** The connection that was asked for the server's version, until the pool takes it. */
  #first: DriverConnection | null = null;
  #loading: Promise<void> | null = null;
  #disposed = false;
  /** V8 forgets what it compiled for a class when it finds no object of it, so one is always there. */
  #kept: Connection | null = null;

  constructor(url: string, options: EngineOptions = {}) {
    this.#url = parseUrl(url);
    this.url = maskUrl(url);
    this.options = checkOptions(options);
    const { statementTimeout } = options;
    this.limits = statementTimeout === undefined ? null : { timeout: statementTimeout };
    const { user, password, host, port, database, query } = this.#url;
    // No server and no name: a database in memory.
    this.#driverOptions = { database: database === '' && host === null ? ':memory:' : database, host, port, user, password, query };
    if (options.echo === true) this.listeners.add(echoStatement);
  }

  /** Throws until `ready()` is done. */
  get dialect(): Dialect {
    return this.#dialect ?? notReady();
  }
  get driver(): Driver {
    return this.#driver ?? notReady();
  }
  get pool(): Pool {
    return this.#pool ?? notReady();
  }
  get writeLock(): WriteLock | null {
    return this.#writeLock;
  }
  /** Whether the database does not look at foreign keys, and nothing follows them. */
  get ignoresKeys(): boolean {
    return this.dialect.ignoresKeys?.(this.#driverOptions) === true;
  }
  get lockTimeout(): number {
    return this.#lockTimeout;
  }

  /** Loads the dialect and the driver, once. Where a dialect depends on the server's version, this opens the first connection. */
  ready(): MaybePromise<void> {
    if (this.#pool !== null) return;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  /** A connection for the session, at once where one is free. What limits all of its statements is given up with the signal's wait too. */
  acquire(limits: StatementLimits | null = null): MaybePromise<Connection> {
    if (this.#disposed) throw engineError('engine.disposed');
    if (this.#pool === null) return (this.ready() as Promise<void>).then(() => this.acquire(limits));
    const pooled = this.#pool.acquire(limits?.signal === undefined ? undefined : { signal: limits.signal });
    const options = limits === null ? undefined : { limits };
    if (this.events.has('checkout')) return Promise.resolve(pooled).then((connection) => this.#checkout(connection, options));
    return pooled instanceof Promise
      ? pooled.then((connection) => this.#connection(connection, options))
      : this.#connection(pooled, options);
  }

  #connection(pooled: PooledConnection, options: ConnectionOptions | undefined): Connection {
    const connection = new Connection(this, pooled, options);
    this.#kept ??= connection;
    return connection;
  }

  /** Asks the listeners; a connection that one of them refuses goes back. */
  async #checkout(pooled: PooledConnection, options: ConnectionOptions | undefined): Promise<Connection> {
    try {
      await this.events.run('checkout', pooled.driver);
    } catch (error) {
      await this.pool.release(pooled);
      throw error;
    }
    return this.#connection(pooled, options);
  }

  /**
   * For `listen(engine, …)`: `connect` (a new connection, before its first use), `checkout`, `checkin`, `invalidate`, `close`.
   * SQLAlchemy: `PoolEvents`.
   */
  '~listen'(event: string, handler: (...args: never[]) => unknown): () => void {
    return this.events.add(event, handler as unknown as PoolListener);
  }

  /** Gives a connection back; the same as its `close()`. */
  release(connection: Connection): MaybePromise<void> {
    return connection.close();
  }

  /**
   * A connection, to be closed after use. With `autocommit` each statement stands alone; `signal` gives up the wait for one, and `timeout` is
   * that of the wait in seconds; `limits` hold for all of its statements. SQLAlchemy: `connect()`.
   * @example await using connection = await engine.connect();
   */
  async connect(options: AcquireOptions & ConnectionOptions = {}): Promise<Connection> {
    if (this.#disposed) throw engineError('engine.disposed');
    await this.ready();
    const pooled = await this.pool.acquire(options);
    return this.#checkout(pooled, options);
  }

  /**
   * Runs `work` in a transaction on a connection of its own: commits when it ends, rolls back when it throws. `signal` and `timeout` limit
   * each of its statements; a signal that is aborted lets nothing be committed. SQLAlchemy: `begin()`.
   * @example await engine.begin((connection) => connection.execute(insertInto(Tag).values({ name: 'new' })));
   */
  async begin<T>(work: (connection: Connection) => T | Promise<T>, options?: TransactionOptions & StatementLimits): Promise<T> {
    const connection = await this.acquire(limitsOf(options, this.limits));
    try {
      return await connection.transaction(work, options);
    } finally {
      await connection.close();
    }
  }

  /** For `metadata.createAll(engine)` and `dropAll(engine)`. */
  async '~changeSchema'(metadata: MetaData, verb: 'create' | 'drop', options: SchemaChangeOptions): Promise<void> {
    const connection = await this.connect({ autocommit: true });
    try {
      await changeSchema(connection, metadata, verb, options);
    } finally {
      await connection.close();
    }
  }

  /** For `metadata.reflect(engine)`. */
  async '~reflect'(metadata: MetaData, options: ReflectOptions): Promise<Table[]> {
    const connection = await this.acquire();
    try {
      return await connection['~reflect'](metadata, options);
    } finally {
      await connection.close();
    }
  }
  /** For `inspect(engine)`. */
  async '~readCatalog'<T>(work: (dialect: Dialect, reader: CatalogReader) => Promise<T>): Promise<T> {
    const connection = await this.acquire();
    try {
      return await connection['~readCatalog'](work);
    } finally {
      await connection.close();
    }
  }

  /**
   * A statement's SQL text and encoded parameters, without running it. The engine must be ready. SQLAlchemy: `compile()`.
   * @example engine.compile(select(User).where(User.c.id.eq(5))).sql
   */
  compile(statement: unknown, params?: Readonly<Record<string, unknown>>): { sql: string; parameters: readonly unknown[] } {
    const [{ plan, rows }] = prepareStatement(this, statement, 'compile()').executions;
    return plan.encode(rows[0], params);
  }

  /** Closes the idle connections, and those in use when they come back. The engine can't be used afterwards. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#loading?.catch(() => {});
    await this.#pool?.dispose();
    await this.#takeFirst()?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  toString(): string {
    return `Engine(${this.url})`;
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  async #load(): Promise<void> {
    const { dialect: name, driver: driverName } = this.#url;
    if (!Object.hasOwn(dialects, name)) throw engineError('engine.unknown-dialect', name, Object.keys(dialects).join(', '));
    const dialect = await dialects[name]();
    const drivers = driversOf(name, dialect);
    const known = Object.keys(drivers);
    const chosen = driverName ?? known[0];
    if (!Object.hasOwn(drivers, chosen)) throw engineError('engine.unknown-driver', dialect.title, chosen, known.join(', '));
    const driver = await drivers[chosen]().catch(explain);
    const lock = dialect.writeLock?.(this.#driverOptions) ?? null;
    const hooks = {
      open: () => this.#connected(this.#takeFirst() ?? this.#open(driver)),
      ping,
      closing: (connection: DriverConnection) => this.events.tell('close', connection),
    };
    const settings = { ...DEFAULTS, ...definedOnly(this.options) };
    this.#dialect = dialect.forServer === undefined ? dialect : await this.#meetServer(dialect, driver);
    this.#driver = driver;
    if (lock !== null) {
      this.#writeLock = writeLockOf(lock.key);
      this.#lockTimeout = lock.seconds;
    }
    this.#singleConnection = driver.single === true || dialect.isMemory(this.#driverOptions);
    this.#pool = this.#singleConnection
      ? singleConnectionPool(hooks, settings)
      : settings.pool === 'null'
        ? new NullPool(hooks)
        : new QueuePool(hooks, settings);
  }

  /** The dialect as the server speaks it; the connection that was asked is the pool's first. */
  async #meetServer(dialect: Dialect, driver: Driver): Promise<Dialect> {
    this.#first = await this.#open(driver);
    const version = this.#first.serverVersion ?? null;
    return version === null ? dialect : (dialect.forServer?.(version) ?? dialect);
  }

  #takeFirst(): DriverConnection | null {
    const first = this.#first;
    this.#first = null;
    return first?.usable ? first : null;
  }

  /** Whether the database lives in one connection, so that there is no other. */
  get singleConnection(): boolean {
    return this.#singleConnection;
  }

  /** Tells the listeners of a new connection, and waits for them; one that they refuse is closed. */
  #connected(opened: MaybePromise<DriverConnection>): MaybePromise<DriverConnection> {
    if (!this.events.has('connect')) return opened;
    return Promise.resolve(opened).then(async (connection) => {
      try {
        await this.events.run('connect', connection);
      } catch (error) {
        await connection.close();
        throw error;
      }
      return connection;
    });
  }

  #open(driver: Driver): MaybePromise<DriverConnection> {
    const failed = (error: unknown): never => {
      if (error instanceof AthanorError) throw error;
      if (isMissing(error)) explain(error);
      throw databaseError(driver.classify(error), null, [], error);
    };
    try {
      const opened = driver.connect(this.#driverOptions);
      return opened instanceof Promise ? opened.catch(failed) : opened;
    } catch (error) {
      return failed(error);
    }
  }
}

/**
 * Makes an engine for a database URL. Nothing is loaded or opened before it is used. Throws a ConfigurationError for a URL
 * or an option that is wrong. SQLAlchemy: `create_engine()`.
 *
 * @example const engine = createEngine('sqlite:///app.db', { echo: true });
 */
export function createEngine(url: string | (EngineOptions & { readonly url: string }), options: EngineOptions = {}): Engine {
  if (typeof url === 'string') return new Engine(url, options);
  const { url: given, ...rest } = url;
  return new Engine(given, { ...rest, ...options });
}

function notReady(): never {
  throw engineError('engine.not-ready');
}

/** How long a connection may take to answer when it is tried. */
const PING_SECONDS = 3;

function ping(driver: DriverConnection): MaybePromise<boolean> {
  const answer = driver.query('SELECT 1', []);
  return answer instanceof Promise ? withinTime(driver, { timeout: PING_SECONDS }, answer).then(() => true) : true;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | null)?.code === 'ERR_MODULE_NOT_FOUND';
}

/** A driver's package that is not installed is a matter of one command. */
function explain(error: unknown): never {
  const name = isMissing(error) ? /^Cannot find package '([^']+)'/.exec((error as Error).message)?.[1] : undefined;
  throw name === undefined ? error : engineError('engine.missing-package', name);
}

function definedOnly(options: EngineOptions): EngineOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function checkOptions(options: EngineOptions): EngineOptions {
  const wrong = (name: string, expected: string, value: unknown): never => {
    throw engineError('engine.bad-option', name, expected, typeof value === 'number' ? String(value) : describe(value));
  };
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (Object.hasOwn(NUMBERS, name)) {
      const least = NUMBERS[name as keyof typeof NUMBERS];
      const whole = name === 'poolSize' || name === 'maxOverflow';
      if (typeof value !== 'number' || !(value >= least) || (whole && !Number.isInteger(value)))
        wrong(name, `a ${whole ? 'whole ' : ''}number from ${least}`, value);
    } else if (name === 'poolPrePing' || name === 'poolUseLifo' || name === 'echo') {
      if (typeof value !== 'boolean') wrong(name, 'true or false', value);
    } else if (name === 'pool') {
      if (value !== 'queue' && value !== 'null') wrong(name, "'queue' or 'null'", value);
    } else
      throw engineError('engine.unknown-option', name, [...Object.keys(NUMBERS), 'poolPrePing', 'poolUseLifo', 'pool', 'echo'].join(', '));
  }
  return options;
}

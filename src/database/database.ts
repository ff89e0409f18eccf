import { AsyncLocalStorage } from 'node:async_hooks';
import { createEngine, type Engine, type EngineOptions } from '../engine/engine.ts';
import { type ReflectedSqlTable, type ReflectTableOptions, reflectTable } from '../engine/reflect-tables.ts';
import type { StatementLimits } from '../engine/statement-limits.ts';
import { type AutomapNames, attributeName, automap } from '../orm/automap.ts';
import type { CriteriaCondition, CriteriaTarget } from '../orm/criteria.ts';
import { addCriterion, type Criterion, type CriterionOptions, inScope, makeCriterion } from '../orm/criteria.ts';
import { createModel, type ModelRegistry } from '../orm/model.ts';
import type {
  AutomappedClass,
  MappedOptions,
  ModelClass,
  ModelOptions,
  PolymorphicClass,
  PolymorphicOptions,
  ReflectedClass,
  Said,
} from '../orm/model-class.ts';
import type { QueryRunner } from '../orm/query-spec.ts';
import { Session, type SessionEvents } from '../orm/session.ts';
import type { ModelChange } from '../orm/session-ending.ts';
import { SessionListeners, STATE_EVENTS, WORK_EVENTS } from '../orm/session-events.ts';
import { keepSpecimen } from '../orm/specimens.ts';
import type { SessionOptions } from '../orm/unit-of-work.ts';
import { MetaData, type ReflectOptions, type SchemaChangeOptions } from '../sql/metadata.ts';
import type { Naming } from '../sql/naming.ts';
import type { RawFragment } from '../sql/raw.ts';
import { type Shape, Table, type TableOptions } from '../sql/schema.ts';
import { Sequence, type SequenceOptions } from '../sql/sequence.ts';
import { type RawViewOptions, type ShapeRow, View, type ViewOptions, type ViewQuery } from '../sql/view.ts';
import { Context } from './context.ts';
import { configurationError } from './errors.ts';
import { type RecordedQuery, recordQuery } from './recording.ts';

export interface DatabaseOptions {
  /** The default database, such as `sqlite:///app.db`. Flask-SQLAlchemy: `SQLALCHEMY_DATABASE_URI`. */
  url?: string;
  /** Pool and echo of the default engine; `echo` holds for all. Flask-SQLAlchemy: `SQLALCHEMY_ENGINE_OPTIONS`. */
  engine?: EngineOptions;
  /** Further databases by key: a URL, or a URL with engine options. Flask-SQLAlchemy: `SQLALCHEMY_BINDS`. */
  binds?: Record<string, string | (EngineOptions & { url: string })>;
  /** Keeps the statements of each context for `recordedQueries()`. Flask-SQLAlchemy: `SQLALCHEMY_RECORD_QUERIES`. */
  recordQueries?: boolean;
  session?: {
    /** Flushes before each query; true unless told. */
    autoflush?: boolean;
    /** Commits in two steps, where a session writes to several databases: all keep what was written, or none. SQLAlchemy: `twophase`. */
    twoPhase?: boolean;
  };
  /**
   * How constraints and indexes without a name get one: functions, or SQLAlchemy's templates. Said with `new Database()`, since
   * tables are named when they are defined. SQLAlchemy: `MetaData(naming_convention=…)`.
   * @example new Database({ url, naming: { uq: 'uq_%(table_name)s_%(column_0_name)s' } })
   */
  naming?: Naming;
  /** For a role that may change the schema. */
  migrations?: { url?: string; directory?: string };
}

/** What `automap()` reads, and how it calls what it makes. */
export interface AutomapOptions extends Pick<ReflectOptions, 'only' | 'schema' | 'bind' | 'resolveForeignKeys'>, AutomapNames {
  /** Attributes are called as their columns, or in camelCase; `'same'` unless told. */
  readonly naming?: 'same' | 'camel';
}

type CommitListener = (changes: readonly ModelChange[]) => unknown;
const EVENTS = ['beforeCommit', 'afterCommit'] as const;

/**
 * The one object that an application makes: its models, its engines, and the session of the current context.
 * Flask-SQLAlchemy: `SQLAlchemy`.
 *
 * @example
 * const db = new Database({ url: 'sqlite:///blog.db' });
 * class User extends db.Model('users', { id: t.integer().primaryKey(), name: t.string(80) }) {}
 * await db.context(async () => { await db.createAll(); });
 */
export class Database implements ModelRegistry {
  declare readonly '~events'?: Omit<SessionEvents, (typeof EVENTS)[number]> & Record<(typeof EVENTS)[number], CommitListener>;
  readonly #sessions: SessionListeners<Session, ModelChange> = new SessionListeners();
  /** The tables of each database by its key; null is the default one. Flask-SQLAlchemy: `metadatas`. */
  readonly metadatas: Map<string | null, MetaData> = new Map();
  readonly #engines: Map<string | null, Engine> = new Map();
  readonly #contexts: AsyncLocalStorage<Context> = new AsyncLocalStorage();
  readonly #listeners: Record<(typeof EVENTS)[number], CommitListener[]> = { beforeCommit: [], afterCommit: [] };
  readonly #criteria: Criterion[] = [];
  readonly #sessionOptions: SessionOptions = {
    engineFor: (bind) => this.engineFor(bind),
    listeners: this.#sessions,
    listensToCommits: () => this.#listeners.beforeCommit.length + this.#listeners.afterCommit.length > 0,
    criteria: this.#criteria,
    beforeCommit: (changes) => this.#emit('beforeCommit', changes),
    afterCommit: (changes) => this.#emit('afterCommit', changes),
  };
  /** Those of a session that is not given others. */
  #usual: SessionOptions = this.#sessionOptions;
  readonly #naming: Naming | undefined;
  #options: DatabaseOptions = {};

  constructor(options: DatabaseOptions = {}) {
    this.configure(options);
    this.#naming = options.naming;
    this.metadataFor(null);
    this.Model = this.Model.bind(this);
    this.Table = this.Table.bind(this);
    this.View = this.View.bind(this);
    this.Sequence = this.Sequence.bind(this);
    keepSpecimen(this, this.createSession());
  }

  /** Sets the URLs and options, once and before the first use. Throws a ConfigurationError later. Flask-SQLAlchemy: `init_app()`. */
  configure(options: DatabaseOptions): void {
    if (this.#engines.size > 0) throw configurationError('database.in-use');
    // Tables are named when they are defined.
    if (options.naming !== undefined && this.metadatas.size > 0) throw configurationError('database.late-naming');
    this.#options = { ...this.#options, ...options };
    this.#usual = { ...this.#sessionOptions, ...this.#options.session };
  }
  /** What was configured. */
  get options(): Readonly<DatabaseOptions> {
    return this.#options;
  }

  /**
   * Makes the base class of a model: `class User extends db.Model('users', { … }) {}`. Columns are values, relations are
   * getters. Throws a MappingError for a shape that cannot be. Flask-SQLAlchemy: `db.Model`.
   *
   * A table in place of the name, one that was read from a database or made by hand, has the columns already: the shape has
   * relations and what else a class has, and may be left out. SQLAlchemy: `__table__ = Table(…, autoload_with=engine)`.
   *
   * @param name the table's name; a PascalCase one is turned into snake_case
   * @example class User extends db.Model(await db.reflectTable('users'), { get posts() { return hasMany(Post); } }) {}
   */
  Model<S extends Shape, const O extends PolymorphicOptions, N extends string = string>(
    name: N,
    shape: S,
    options: O & ModelOptions<S>,
  ): PolymorphicClass<S, O, N>;
  Model<S extends Shape, N extends string = string>(name: N, shape: S, options?: ModelOptions<S>): ModelClass<S, N>;
  Model<S, X extends Shape = {}>(table: ReflectedSqlTable<S>, shape?: X, options?: MappedOptions<Said<S> & X>): ReflectedClass<Said<S> & X>;
  Model<S, N extends string, X extends Shape = {}>(table: Table<S, N>, shape?: X, options?: MappedOptions<S & X>): ModelClass<S & X, N>;
  Model<S extends Shape, N extends string = string>(name: N | Table, shape = {} as S, options: ModelOptions<S> = {}): ModelClass<S, N> {
    return createModel<S, N>(this, name, shape, options);
  }

  /** Makes a table without a class, such as one between two models. Flask-SQLAlchemy: `db.Table`. */
  Table<S extends Shape, N extends string = string>(name: N, shape: S, options: TableOptions<S> = {}): Table<S, N> {
    return new Table<S, N>(this.metadataFor(options.bind ?? null), name, shape, options);
  }

  /**
   * A query with a name in the database, to select from and join like a table, and not to write to. `createAll()` creates it
   * after the tables.
   *
   * @param query a select; or SQL by hand with `{ columns }`, as those of a table
   * @example
   * const authors = db.View('authors', select({ id: User.c.id, posts: func.count(Post.c.id) }).join(Post).groupBy(User.c.id));
   * await db.session.all(select(authors.c.posts).where(authors.c.id.eq(1)));
   */
  View<R>(name: string, query: ViewQuery<R>, options?: ViewOptions): View<R>;
  View<S extends Shape>(name: string, query: RawFragment<unknown>, options: RawViewOptions<S>): View<ShapeRow<S>>;
  View(name: string, query: ViewQuery<unknown> | RawFragment<unknown>, options: ViewOptions | RawViewOptions<Shape> = {}): View {
    return new View(this.metadataFor(options.bind ?? null), name, query, options);
  }

  /**
   * A counter of the database, created with the tables: `.default(numbers.next())`. SQLAlchemy: `Sequence`.
   * @example const numbers = db.Sequence('order_numbers', { start: 1000 });
   */
  Sequence<V = number>(name: string, options: SequenceOptions<V> & { bind?: string } = {}): Sequence<V> {
    const { bind = null, ...rest } = options;
    const metadata = this.metadataFor(bind);
    const sequence = new Sequence<V>(name, { schema: metadata.schema, ...rest });
    metadata.sequences.set(sequence.fullName, sequence as Sequence<unknown>);
    return sequence;
  }

  /** The tables of the default database. Flask-SQLAlchemy: `metadata`. */
  get metadata(): MetaData {
    return this.metadataFor(null);
  }
  metadataFor(bind: string | null): MetaData {
    let metadata = this.metadatas.get(bind);
    if (metadata === undefined) {
      metadata = new MetaData(this.#naming);
      this.metadatas.set(bind, metadata);
    }
    return metadata;
  }

  /** The default engine. Throws a ConfigurationError without a URL. Flask-SQLAlchemy: `engine`. */
  get engine(): Engine {
    return this.engineFor(null);
  }
  /** The engine of a bind key. Flask-SQLAlchemy: `engines[key]`. */
  engineFor(bind: string | null): Engine {
    let engine = this.#engines.get(bind);
    if (engine === undefined) {
      engine = this.#makeEngine(bind);
      this.#engines.set(bind, engine);
    }
    return engine;
  }
  /** The keys of all databases that have a URL. */
  get bindKeys(): (string | null)[] {
    const binds = Object.keys(this.#options.binds ?? {});
    return this.#options.url === undefined ? binds : [null, ...binds];
  }

  #makeEngine(bind: string | null): Engine {
    const { url, engine: shared = {}, binds = {} } = this.#options;
    const echo = shared.echo;
    let engine: Engine;
    if (bind === null) {
      if (url === undefined) {
        const keys = Object.keys(binds);
        throw keys.length === 0
          ? configurationError('database.not-configured')
          : configurationError('database.no-default', keys.join(', '));
      }
      engine = createEngine(url, shared);
    } else {
      if (!Object.hasOwn(binds, bind)) throw configurationError('database.unknown-bind', bind, Object.keys(binds).join(', '));
      const given = binds[bind];
      engine = typeof given === 'string' ? createEngine(given, { echo }) : createEngine({ echo, ...given });
    }
    if (this.#options.recordQueries) engine.listeners.add((event) => this.#contexts.getStore()?.recorded.push(recordQuery(event)));
    return engine;
  }

  /** The session of the current context. Throws a NoContextError outside one. Flask-SQLAlchemy: `db.session`. */
  get session(): Session {
    return this.#context().session;
  }
  currentSession(): QueryRunner {
    return this.#context().session;
  }
  #context(): Context {
    const context = this.#contexts.getStore();
    if (context === undefined) throw configurationError('database.no-context');
    return context;
  }
  /** Whether a context is open here. */
  get hasContext(): boolean {
    return this.#contexts.getStore() !== undefined;
  }

  /**
   * Runs work in a context of its own: `db.session` is its session, which is rolled back and closed at the end, an error
   * included. `signal` and `timeout` limit each statement of its session. Flask: `with app.app_context()`.
   * @example await db.context(async () => { db.session.add(new User({ name: 'john' })); await db.session.commit(); });
   */
  async context<T>(work: () => T | Promise<T>, limits?: StatementLimits): Promise<T> {
    const context = this.openContext(limits);
    try {
      return await this.runInContext(context, work);
    } finally {
      await context.close();
    }
  }
  /** A context that its maker closes: for web adapters. */
  openContext(limits?: StatementLimits): Context {
    const options = { ...this.#usual, limits };
    return new Context(options, () => this.#contexts.getStore());
  }
  /** Runs work in a context that stays open. */
  runInContext<T>(context: Context, work: () => T): T {
    return this.#contexts.run(context, work);
  }
  /** Forbids every lazy load in the current context. SQLAlchemy: `raiseload('*')`. */
  strictLoading(on = true): void {
    const context = this.#context();
    context.strictLoading = on;
    context.session.strictLoading(on);
  }

  /**
   * A session of one's own, outside any context. `limits` are those of each of its statements. SQLAlchemy: `sessionmaker()()`.
   * @example await using session = db.createSession();
   */
  createSession(options?: Pick<SessionOptions, 'autoflush' | 'strictLoading' | 'limits' | 'twoPhase'>): Session {
    return new Session(options === undefined ? this.#usual : { ...this.#usual, ...options });
  }

  /**
   * Adds a condition to all that sessions of this database read of a class and of those that extend it, or of every class
   * whose shape was made with a mixin. It is worked out anew for each statement, so it may ask who the request is for.
   * Gives a function that ends it. SQLAlchemy: `with_loader_criteria()` in a `do_orm_execute` handler.
   * @example db.withCriteria(ofTenant, (c) => c.tenantId.eq(currentTenant()), { name: 'tenant' });
   */
  withCriteria<T extends CriteriaTarget>(target: T, condition: CriteriaCondition<T>, options: CriterionOptions = {}): () => void {
    return addCriterion(this.#criteria, makeCriterion(target, condition, options.name ?? null));
  }
  /** Runs work without the criteria of these names, or without any, in every session that it uses. */
  withoutCriteria<T>(work: () => T, ...names: readonly string[]): T {
    return inScope({ without: names.length === 0 ? 'all' : names }, work);
  }

  /** The statements of the current context, with `recordQueries: true`. Flask-SQLAlchemy: `get_recorded_queries()`. */
  recordedQueries(): readonly RecordedQuery[] {
    return this.#context().recorded;
  }

  /**
   * Creates the tables, sequences, enums and views that are not there yet, of all databases or those of the keys given.
   * Flask-SQLAlchemy: `create_all()`.
   * @example await db.createAll(null, { tables: [User, Post] });
   */
  async createAll(bind?: string | null | readonly (string | null)[], options: SchemaChangeOptions = {}): Promise<void> {
    for (const key of this.#keys(bind)) await this.metadataFor(key).createAll(this.engineFor(key), options);
  }
  /** Drops what is there of them, of all databases or those of the keys given. Flask-SQLAlchemy: `drop_all()`. */
  async dropAll(bind?: string | null | readonly (string | null)[], options: SchemaChangeOptions = {}): Promise<void> {
    for (const key of this.#keys(bind)) await this.metadataFor(key).dropAll(this.engineFor(key), options);
  }
  /**
   * Reads the tables of all databases, or of those of the keys given, into `metadatas`; tables that are there already are left
   * alone. Flask-SQLAlchemy: `reflect()`.
   * @example await db.reflect(); const legacy = db.metadata.tables.get('legacy_orders');
   */
  async reflect(bind?: string | null | readonly (string | null)[], options: Omit<ReflectOptions, 'bind'> = {}): Promise<Table[]> {
    const tables: Table[] = [];
    for (const key of bind === undefined ? this.bindKeys : this.#keys(bind))
      tables.push(...(await this.metadataFor(key).reflect(this.engineFor(key), { ...options, bind: key })));
    return tables;
  }
  /**
   * Reads one table into the metadata of its database, and those that it refers to. Throws a NoSuchTableError.
   * SQLAlchemy: `Table(…, autoload_with=engine)`.
   * @example const orders = await db.reflectTable('legacy_orders', { naming: 'camel' });
   */
  reflectTable<const S extends Shape = Shape>(
    name: string,
    options: Omit<ReflectTableOptions<S>, 'metadata'> = {},
  ): Promise<ReflectedSqlTable<S>> {
    const { bind = null } = options;
    return reflectTable<S>(this.engineFor(bind), name, { ...options, metadata: this.metadataFor(bind) });
  }
  /**
   * Reads the tables of a database and makes a class of each, by the table's name, with the relations that its foreign keys
   * say; tables that have a class already keep it. Throws a MappingError for a class that there is none of. SQLAlchemy:
   * `automap_base()` and `prepare(autoload_with=engine)`.
   * @example const { authors: Author } = await db.automap(); const author = await Author.query().with({ books: true }).first();
   */
  async automap(options: AutomapOptions = {}): Promise<Readonly<Record<string, AutomappedClass>>> {
    const { bind = null, naming = 'same', className, relationName, ...reflect } = options;
    const called = (column: string): string => attributeName(column, naming);
    const tables = await this.metadataFor(bind).reflect(this.engineFor(bind), { ...reflect, bind, naming: called });
    const makeModel = (table: Table, shape: Shape): unknown => createModel<Shape>(this, table, shape);
    return automap([...new Set(tables)], makeModel, naming, { className, relationName });
  }
  #keys(bind: string | null | readonly (string | null)[] | undefined): (string | null)[] {
    if (bind !== undefined) return bind === null || typeof bind === 'string' ? [bind] : [...bind];
    return [...this.metadatas]
      .filter(([key, metadata]) => key !== null || metadata.tables.size > 0 || this.#options.url !== undefined)
      .map(([key]) => key);
  }

  /** Closes every engine; the database can be configured anew afterwards. SQLAlchemy: `engine.dispose()`. */
  async dispose(): Promise<void> {
    const engines = [...this.#engines.values()];
    this.#engines.clear();
    for (const engine of engines) await engine.dispose();
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  '~listen'(event: string, handler: (...args: never[]) => unknown): () => void {
    const list = this.#listeners[event as (typeof EVENTS)[number]] as CommitListener[] | undefined;
    if (list === undefined) {
      const stop = this.#sessions.add(event, handler);
      if (stop === null) throw configurationError('database.bad-event', event, [...EVENTS, ...WORK_EVENTS, ...STATE_EVENTS].join(', '));
      return stop;
    }
    list.push(handler as unknown as CommitListener);
    return () => {
      const place = list.indexOf(handler as unknown as CommitListener);
      if (place >= 0) list.splice(place, 1);
    };
  }
  async #emit(event: (typeof EVENTS)[number], changes: readonly ModelChange[]): Promise<void> {
    for (const listener of this.#listeners[event]) await listener(changes);
  }
}

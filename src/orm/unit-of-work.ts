import { AsyncLocalStorage } from 'node:async_hooks';
import type { Dialect } from '../dialects/base/dialect.ts';
import type { DriverRow, MaybePromise, RunResult } from '../dialects/base/driver.ts';
import type { Engine } from '../engine/engine.ts';
import { limitsOf, type StatementLimits } from '../engine/statement-limits.ts';
import { canonicalKey } from '../sql/make.ts';
import type { Node } from '../sql/node.ts';
import type { Table } from '../sql/schema.ts';
import { attach, letGo } from './attachment.ts';
import { newWith } from './cascade-walk.ts';
import { type Criterion, hasCriteria } from './criteria.ts';
import { ormError } from './errors.ts';
import { flush } from './flush.ts';
import type { FlushSession, WrittenRows } from './flush-session.ts';
import { isA } from './hierarchy.ts';
import { identityOf, nameOf } from './identity.ts';
import { IdentityMap } from './identity-map.ts';
import { LaterLoads } from './later-columns.ts';
import { LazyLoads, type LazySession } from './lazy-loading.ts';
import {
  CHANGES,
  type Entity,
  MAPPER,
  type Mapper,
  PENDING,
  PERSISTENT,
  type Relationship,
  SESSION,
  STATUS,
  type StateEvent,
  UNRESTRICTED,
} from './mapping.ts';
import type { PageParameters } from './pagination.ts';
import { type ManyResult, storedKey } from './persistence.ts';
import { restrict, restrictValues } from './restriction.ts';
import { SessionConnections } from './session-connections.ts';
import { type CommitHooks, changesOf, type EndingSession, failWork, type ModelChange, refuseFailed } from './session-ending.ts';
import { SessionListeners, STATE_EVENTS, WORK_EVENTS, type WorkEvent } from './session-events.ts';
import type { StatementSession } from './session-statements.ts';
import type { ConnectionOwner } from './session-transaction.ts';
import type { StreamConnection } from './streaming.ts';
import { toTransient } from './undo.ts';

/** What a session needs to know of its database. */
export interface SessionOptions extends CommitHooks {
  /** The engine of a bind key; null is the default one. */
  readonly engineFor: (bind: string | null) => Engine;
  /** Flushes before each query; true unless told. */
  readonly autoflush?: boolean;
  /** Commits in two steps, so that all of its databases keep what was written or none does; each must have two-phase transactions. */
  readonly twoPhase?: boolean | undefined;
  /** Forbids every lazy load. */
  readonly strictLoading?: boolean;
  /** Handlers of the events of every session of the database. */
  readonly listeners?: SessionListeners<never, ModelChange>;
  /** Throws where the session must not be used: in the context of another request. */
  readonly checkUse?: () => void;
  /** Conditions on all that the sessions of the database read. */
  readonly criteria?: readonly Criterion[];
  /** The page that the current request asks for. */
  readonly pageParameters?: () => PageParameters | null;
  /** What limits each of its statements, and ends them with a request that is gone. */
  readonly limits?: StatementLimits | undefined;
}

const handlers = new AsyncLocalStorage<UnitOfWork>();

/**
 * A session as its objects and the functions of this room see it: what it holds, what waits for the flush, and its way to the
 * databases. `Session` adds what users call.
 */
export abstract class UnitOfWork implements FlushSession, EndingSession, StatementSession, LazySession, ConnectionOwner {
  readonly identities: IdentityMap = new IdentityMap();
  // Most sessions read a little and write nothing: what such a one never needs is made when it is first asked for.
  #created: Set<Entity> | null = null;
  #dirty: Set<Entity> | null = null;
  #removed: Set<Entity> | null = null;
  #watched: Set<Entity> | null = null;
  #listeners: SessionListeners<never, ModelChange> | null = null;
  #lazy: LazyLoads | null = null;
  readonly written: WrittenRows[] = [];
  readonly swept: Entity[] = [];
  partial: Set<Entity> | null = null;
  version = 0;
  suspects: Set<Entity> | null = null;
  arrivals: Entity[] | null = null;
  strays: WeakSet<Entity> | null = null;
  failed = false;
  readonly connections: SessionConnections;
  protected readonly options: SessionOptions;
  readonly later: LaterLoads = new LaterLoads(this);
  protected readonly ownCriteria: Criterion[] = [];
  readonly criteria: readonly (readonly Criterion[])[];
  protected autoflush: boolean;
  strict: boolean;
  #flushing: Promise<void> | null = null;
  protected closed = false;

  constructor(options: SessionOptions) {
    this.options = options;
    this.connections = new SessionConnections(this, options.twoPhase === true);
    this.criteria = [options.criteria ?? [], this.ownCriteria];
    this.autoflush = options.autoflush ?? true;
    this.strict = options.strictLoading ?? false;
  }
  /** The objects that wait to be inserted. */
  get created(): Set<Entity> {
    this.#created ??= new Set();
    return this.#created;
  }
  /** The stored objects that were changed. SQLAlchemy: `dirty`. */
  get dirty(): Set<Entity> {
    this.#dirty ??= new Set();
    return this.#dirty;
  }
  /** The objects that wait to be deleted. */
  get removed(): Set<Entity> {
    this.#removed ??= new Set();
    return this.#removed;
  }
  /** The objects whose inner values are compared at the flush. */
  get watched(): Set<Entity> {
    this.#watched ??= new Set();
    return this.#watched;
  }

  // What objects ask of their session

  touch(entity: Entity): void {
    this.version++;
    if (this.strays?.delete(entity)) this.#takeIn(entity);
    if (entity[STATUS] === PERSISTENT) this.dirty.add(entity);
  }
  /** An object that a stream let go is the session's again, since it has something to write. */
  #takeIn(entity: Entity): void {
    const map = this.identities.of(entity[MAPPER]);
    const identity = identityOf(storedKey(entity, entity[CHANGES]));
    if (map.has(identity)) throw ormError('orm.identity-taken', nameOf(entity), String(identity));
    map.set(identity, entity);
    this.suspects?.add(entity);
  }
  cascade(entity: Entity): void {
    if (entity[SESSION] !== this || this.#removed?.has(entity)) attach(this, entity);
  }
  watch(entity: Entity): void {
    this.watched.add(entity);
  }
  orphaned(entity: Entity): void {
    if (entity[STATUS] === PENDING) for (const own of newWith(entity)) this.expungePending(own);
  }
  release(entity: Entity): void {
    if (entity[STATUS] === PENDING) this.expungePending(entity);
    else letGo(this, entity);
  }
  expungePending(entity: Entity): void {
    this.version++;
    this.created.delete(entity);
    toTransient(entity);
    this.tellState?.('pendingToTransient', entity);
  }
  get tellState(): ((event: StateEvent, entity: Entity) => void) | null {
    const all = this.options.listeners;
    if (this.#listeners?.watchesStates !== true && all?.watchesStates !== true) return null;
    return (event, entity) => {
      all?.tellState(event, this as never, entity);
      this.#listeners?.tellState(event, this as never, entity);
    };
  }
  /** Tells the handlers of every session, then those of this one. */
  tell(event: WorkEvent, written: readonly WrittenRows[] = NOTHING, from = 0): MaybePromise<void> {
    if (this.#listeners?.has(event) !== true && this.options.listeners?.has(event) !== true) return;
    const changes = changesOf(written.slice(from));
    // A handler within a flush must not wait for it.
    return WITHIN_FLUSH.has(event) ? this.handle(() => this.#tell(event, changes)) : this.#tell(event, changes);
  }
  async #tell(event: WorkEvent, changes: readonly ModelChange[]): Promise<void> {
    await this.options.listeners?.tell(event, this as never, changes);
    await this.#listeners?.tell(event, this as never, changes);
  }
  '~listen'(event: string, handler: (...args: never[]) => unknown): () => void {
    this.#listeners ??= new SessionListeners();
    const stop = this.#listeners.add(event, handler);
    if (stop === null) throw ormError('orm.bad-event', 'A session', event, [...WORK_EVENTS, ...STATE_EVENTS].join(', '));
    return stop;
  }
  *objectsOf(mapper: Mapper): IterableIterator<Entity> {
    for (const entity of this.identities.of(mapper).values()) if (isA(entity[MAPPER], mapper)) yield entity;
    for (const entity of this.#created ?? []) if (isA(entity[MAPPER], mapper)) yield entity;
  }
  isRemoved(entity: Entity): boolean {
    return this.#removed?.has(entity) === true;
  }
  identity(mapper: Mapper, identity: unknown): Entity | undefined {
    return this.identities.get(mapper, identity);
  }
  noteLoaded(owner: Entity, relation: Relationship): void {
    // What is read again after a rollback forgets its relations anyway.
    if (this.suspects !== null && !this.suspects.has(owner)) this.undo.push({ kind: 'load', entity: owner, position: relation.position });
  }
  adopt(entity: Entity): void {
    entity[SESSION] = this;
  }
  get undo(): FlushSession['undo'] {
    return this.connections.transaction.undo;
  }

  abstract relationQuery(entity: Entity, relation: Relationship): unknown;
  loadRelation(entity: Entity, relation: Relationship): Promise<unknown> {
    this.#lazy ??= new LazyLoads();
    return this.#lazy.load(this, entity, relation);
  }

  // Transactions

  /** Writes what changed, within the transaction. SQLAlchemy: `flush()`. */
  async flush(): Promise<void> {
    this.requireOpen();
    // A handler's own flush would wait for the one that it is part of.
    if (handlers.getStore() === this) return;
    while (this.#flushing !== null) await this.#flushing.catch(() => {});
    if (!this.hasWork()) return;
    refuseFailed(this);
    const work = this.#flush();
    this.#flushing = work;
    try {
      await work;
    } finally {
      this.#flushing = null;
    }
  }

  async #flush(): Promise<void> {
    try {
      const told = this.tell('beforeFlush');
      if (told !== undefined) await told;
      const before = this.written.length;
      const writing = flush(this);
      if (writing !== undefined) await writing;
      if (this.written.length > before)
        for (const event of FLUSHED) {
          const after = this.tell(event, this.written, before);
          if (after !== undefined) await after;
        }
    } catch (error) {
      if (this.connections.transaction.active) await failWork(this);
      throw error;
    }
  }

  // The way to the database

  engineFor(bind: string | null): Engine {
    return this.options.engineFor(bind);
  }
  began(): MaybePromise<void> {
    return this.tell('afterBegin');
  }
  limitsFor(engine: Engine): StatementLimits | null {
    const { limits } = this.options;
    return limits === undefined ? null : limitsOf(limits, engine.limits);
  }
  /** The engine on which a table's statements run. */
  engineOf(table: Table): Engine {
    return this.connections.engineFor(table.bind);
  }
  fetch(table: Table, key: string, build: () => Node, values: readonly unknown[]): MaybePromise<DriverRow[]> {
    this.requireOpen();
    if (hasCriteria() && !key.startsWith(UNRESTRICTED)) {
      const read = restrictValues(build(), values, this.criteria);
      return this.connections.fetch(table, canonicalKey(read.node.key), () => read.node, read.values);
    }
    return this.connections.fetch(table, key, build, values);
  }
  fetchNode(table: Table, node: Node, named: Readonly<Record<string, unknown>>): MaybePromise<DriverRow[]> {
    return this.connections.fetchNode(table, this.restrict(node), named);
  }
  /** A statement with the criteria of the classes that it reads. */
  restrict<N extends Node>(node: N): N {
    return hasCriteria() ? restrict(node, this.criteria) : node;
  }
  run(table: Table, key: string, build: () => Node, values: readonly unknown[]): MaybePromise<RunResult> {
    return this.connections.run(table, key, build, values);
  }
  runMany(table: Table, key: string, build: () => Node, rows: readonly (readonly unknown[])[]): MaybePromise<ManyResult> {
    return this.connections.runMany(table, key, build, rows);
  }
  fetchMany(table: Table, key: string, build: () => Node, rows: readonly (readonly unknown[])[]): MaybePromise<DriverRow[][]> {
    return this.connections.fetchMany(table, key, build, rows);
  }
  dialectOf(table: Table): Dialect {
    return this.engineOf(table).dialect;
  }
  beginWriting(mappers: Iterable<Mapper>): MaybePromise<void> {
    return this.#beginWriting([...mappers], 0);
  }
  #beginWriting(mappers: readonly Mapper[], from: number): MaybePromise<void> {
    for (let i = from; i < mappers.length; i++) {
      const engine = this.engineOf(mappers[i].table);
      const opening = this.connections.open(engine);
      if (opening instanceof Promise)
        return opening.then(() => {
          mappers[i].useDialect(engine.dialect);
          return this.#beginWriting(mappers, i + 1);
        });
      mappers[i].useDialect(engine.dialect);
    }
    this.suspects ??= new Set();
  }
  handle<T>(handler: () => T): T {
    return handlers.run(this, handler);
  }

  openStream(engine: Engine): Promise<StreamConnection> {
    return this.connections.openStream(engine);
  }

  protected hasWork(): boolean {
    return this.hasChanges || holds(this.#watched);
  }
  /** Whether nothing waits for the flush but stored objects whose attributes were set. */
  get onlyChanged(): boolean {
    return !holds(this.#created) && !holds(this.#removed) && !holds(this.#watched);
  }
  /** Whether nothing waits for the flush but deletes. */
  get onlyRemoved(): boolean {
    return !holds(this.#created) && !holds(this.#dirty) && !holds(this.#watched);
  }
  /** Whether something was added, changed or deleted that no flush has written. */
  get hasChanges(): boolean {
    return holds(this.#created) || holds(this.#dirty) || holds(this.#removed);
  }
  /** Whether a query has to wait, for a flush under way or one of its own. */
  get busy(): boolean {
    return this.#flushing !== null || this.failed || this.closed || (this.autoflush && this.hasWork());
  }
  /** Flushes what a query must see, after the flush that is under way. */
  async ready(): Promise<void> {
    this.requireOpen();
    if (handlers.getStore() === this) return;
    await this.settle();
    refuseFailed(this);
    if (this.autoflush && this.hasWork()) await this.flush();
  }
  settle(): MaybePromise<void> {
    if (this.#flushing !== null && handlers.getStore() !== this) return this.#settle();
  }
  async #settle(): Promise<void> {
    while (this.#flushing !== null) await this.#flushing.catch(() => {});
  }
  protected requireOpen(): void {
    if (this.closed) throw ormError('orm.closed-session');
    this.options.checkUse?.();
  }
}

function holds(set: ReadonlySet<Entity> | null): boolean {
  return set !== null && set.size > 0;
}

const NOTHING: readonly WrittenRows[] = [];
const WITHIN_FLUSH: ReadonlySet<WorkEvent> = new Set(['afterBegin', 'beforeFlush', 'afterFlush', 'afterFlushPostexec']);
const FLUSHED = ['afterFlush', 'afterFlushPostexec'] as const;

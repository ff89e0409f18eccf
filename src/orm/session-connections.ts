import { AsyncLocalStorage } from 'node:async_hooks';
import type { DriverRow, MaybePromise, RunResult } from '../dialects/base/driver.ts';
import type { Connection } from '../engine/connection.ts';
import type { Engine } from '../engine/engine.ts';
import { valuesOf } from '../engine/statement.ts';
import { limitsOf, type StatementLimits } from '../engine/statement-limits.ts';
import type { Node } from '../sql/node.ts';
import type { Table } from '../sql/schema.ts';
import { ormError } from './errors.ts';
import { mapperOfTable } from './mapper.ts';
import type { ManyResult } from './persistence.ts';
import { type ConnectionOwner, SessionTransaction } from './session-transaction.ts';
import type { StreamConnection } from './streaming.ts';

/** A session's way to the databases: the connections of its transaction and of its streams, and those borrowed for one statement. */
export class SessionConnections {
  readonly transaction: SessionTransaction;
  /** Null until there is one. */
  #streams: Map<Engine, { readonly connection: Connection; readonly shared: boolean }[]> | null = null;
  readonly #owner: ConnectionOwner;
  #engine: Engine | null = null;
  #within: AsyncLocalStorage<StatementLimits> | null = null;

  /** `twoPhase`: all databases commit or none. */
  constructor(owner: ConnectionOwner, twoPhase: boolean) {
    this.#owner = owner;
    this.transaction = new SessionTransaction(owner, twoPhase);
  }

  /** Runs work whose queries have these limits, whatever else the session does meanwhile. */
  within<T>(limits: StatementLimits, work: () => T): T {
    this.#within ??= new AsyncLocalStorage();
    // What was said last stands around what was said first.
    return this.#within.run({ ...limits, ...this.#within.getStore() }, work);
  }
  /** What limits the query that is running; undefined for nothing but what limits the session. */
  get limits(): StatementLimits | undefined {
    return this.#within?.getStore();
  }
  #acquire(engine: Engine): MaybePromise<Connection> {
    const standing = this.#owner.limitsFor(engine);
    const { limits } = this;
    return engine.acquire(limits === undefined ? standing : limitsOf(limits, standing ?? engine.limits));
  }

  /** The engine of a bind key; null is the default one. */
  engineFor(bind: string | null): Engine {
    if (bind !== null) return this.#owner.engineFor(bind);
    this.#engine ??= this.#owner.engineFor(null);
    return this.#engine;
  }

  fetch(table: Table, key: string, build: () => Node, values: readonly unknown[]): MaybePromise<DriverRow[]> {
    const engine = this.engineFor(table.bind);
    const ready = engine.ready();
    if (ready instanceof Promise) return ready.then(() => this.fetch(table, key, build, values));
    mapperOfTable(table)?.useDialect(engine.dialect);
    const plan = engine.plans.named(engine.dialect, key, build);
    if (plan.writes && this.transaction.connection(engine) === undefined) {
      const opening = this.open(engine);
      if (opening instanceof Promise) return opening.then((connection) => connection.fetch(plan, values, undefined, this.limits));
    }
    return this.on(engine, (connection) => connection.fetch(plan, values, undefined, this.limits));
  }
  fetchNode(table: Table, node: Node, named: Readonly<Record<string, unknown>>): MaybePromise<DriverRow[]> {
    const engine = this.engineFor(table.bind);
    const plan = engine.plans.get(engine.dialect, node);
    return this.on(engine, (connection) => connection.fetch(plan, valuesOf(node), named, this.limits));
  }
  run(table: Table, key: string, build: () => Node, values: readonly unknown[]): MaybePromise<RunResult> {
    const engine = this.engineFor(table.bind);
    const plan = engine.plans.named(engine.dialect, key, build);
    return this.on(engine, (connection) => connection.run(plan, values));
  }
  runMany(table: Table, key: string, build: () => Node, rows: readonly (readonly unknown[])[]): MaybePromise<ManyResult> {
    const engine = this.engineFor(table.bind);
    const plan = engine.plans.named(engine.dialect, key, build);
    return this.on(engine, (connection) => connection.runMany(plan, rows));
  }
  fetchMany(table: Table, key: string, build: () => Node, rows: readonly (readonly unknown[])[]): MaybePromise<DriverRow[][]> {
    const engine = this.engineFor(table.bind);
    const plan = engine.plans.named(engine.dialect, key, build);
    return this.on(engine, (connection) => connection.fetchMany(plan, rows));
  }

  /** The connection of the transaction, begun for writing if it is not yet. */
  open(engine: Engine): MaybePromise<Connection> {
    if (this.#streams !== null && this.transaction.connection(engine) === undefined) this.#streamConnection(engine, true);
    return this.transaction.open(engine, true);
  }
  /** Runs work on the transaction's connection, or on one of its own that goes back at once. */
  on<T>(engine: Engine, work: (connection: Connection) => MaybePromise<T>): MaybePromise<T> {
    const open = this.transaction.connection(engine);
    if (open !== undefined) return work(open);
    if (this.#streams !== null) {
      const streaming = this.#streamConnection(engine, false);
      if (streaming !== undefined) return work(streaming);
    }
    const acquired = this.#acquire(engine);
    return acquired instanceof Promise ? acquired.then((connection) => use(connection, work)) : use(acquired, work);
  }

  /** A connection to read a stream from: the transaction's, or one of its own. */
  async openStream(engine: Engine): Promise<StreamConnection> {
    const open = this.transaction.connection(engine);
    const connection = open ?? (await engine.acquire(this.#owner.limitsFor(engine)));
    const stream = { connection, shared: open !== undefined };
    this.#streams ??= new Map();
    const streams = this.#streams;
    streams.set(engine, [...(streams.get(engine) ?? []), stream]);
    const release = (): MaybePromise<void> => {
      const rest = (streams.get(engine) ?? []).filter((other) => other !== stream);
      if (rest.length > 0) streams.set(engine, rest);
      else streams.delete(engine);
      return stream.shared ? undefined : connection.close();
    };
    return { connection, release };
  }
  /** A stream that is read in the transaction would be cut off by its end. */
  refuseStreams(verb: string): void {
    for (const streams of this.#streams?.values() ?? []) if (streams.some(({ shared }) => shared)) throw ormError('orm.streaming', verb);
  }
  /** Where the only connection is a stream's, statements run on it, and a transaction cannot begin beside it. */
  #streamConnection(engine: Engine, writes: boolean): Connection | undefined {
    const [stream] = this.#streams?.get(engine) ?? [];
    if (stream === undefined || !engine.singleConnection) return undefined;
    if (writes) throw ormError('orm.stream-holds-connection');
    return stream.connection;
  }
}

/** Runs work on a connection and gives it back, at once where the work is done at once. */
function use<T>(connection: Connection, work: (connection: Connection) => MaybePromise<T>): MaybePromise<T> {
  let answer: MaybePromise<T>;
  try {
    answer = work(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
  if (answer instanceof Promise) return answer.finally(() => connection.close());
  connection.close();
  return answer;
}

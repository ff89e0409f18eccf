import type { DriverConnection, DriverResult, DriverRow, MaybePromise, RunResult } from '../base/driver.ts';
import { RecentCache } from '../base/recent-cache.ts';
import { type Exchange, fetchExchange, openExchange, type PreparedStatement, scriptExchange, statementExchange } from './exchange.ts';

/** What the two packages do differently: how an exchange gets to the server and back. */
export interface Transport {
  /** Sends the exchange, after those before it, and calls its handlers. */
  submit(exchange: Exchange): void;
  /** What the server said last: I for idle, T in a transaction, E in one that failed. */
  readonly status: string;
  readonly usable: boolean;
  /** Asks the server to give up the statement that runs; left out where nothing can interrupt it. */
  cancel?(): MaybePromise<void>;
  /** Ends the connection without a word to the server. */
  destroy?(): void;
  close(): MaybePromise<void>;
}

const CACHED_STATEMENTS = 500;
/** Rows that a stream asks for at a time. */
const PAGE = 500;

/** Ends and begins transactions: sent as plain text, so that the server keeps no statement for each savepoint's name. */
const CONTROL = /^\s*(?:begin|start|commit|end|rollback|abort|savepoint|release|set|prepare|discard|deallocate)\b/i;
/** Those that begin or end a whole transaction. */
const WHOLE = /^\s*(?:begin|start|commit|end|rollback(?!\s+to\b)|abort)\b/i;
const COMMIT = /^\s*(?:commit|end)\b/i;
/** What is worth preparing; everything else is run once. */
const PREPARED = /^[\s(]*(?:select|values|table|with|insert|update|delete|merge)\b/i;

/** Tables may be others afterwards, and prepared statements keep the types that their parameters had. */
const DEFINES = /^\s*(?:create|alter|drop)\b/i;

/** COMMIT answered with a rollback: a statement of the transaction had failed. */
class RolledBack extends Error {
  readonly code = '25P02';
  constructor() {
    super('The transaction was rolled back by COMMIT, since one of its statements had failed');
  }
}

/** One connection to PostgreSQL, over whichever package. Each call is one round trip. */
export class PostgresqlConnection implements DriverConnection {
  readonly #transport: Transport;
  readonly #prepares: boolean;
  readonly #statements: RecentCache<PreparedStatement>;
  /** Names of statements that were dropped from the cache; the server is told with the next statement. */
  #forgotten: string[] = [];
  #names = 0;
  /** A transaction that only a stream needs. */
  #hidden = false;
  #closed = false;
  /** Asks the server to give up the statement that runs; it then fails as canceled. */
  readonly cancel?: () => MaybePromise<void>;
  /** Ends the connection at once. */
  readonly destroy?: () => void;

  /** @param prepares whether statements are kept on the server; a pooler in between may not allow it */
  constructor(transport: Transport, prepares = true) {
    this.#transport = transport;
    this.#prepares = prepares;
    if (transport.cancel !== undefined) this.cancel = transport.cancel.bind(transport);
    if (transport.destroy !== undefined) this.destroy = transport.destroy.bind(transport);
    this.#statements = new RecentCache(CACHED_STATEMENTS, (statement) => this.#drop(statement));
  }

  get usable(): boolean {
    return !this.#closed && this.#transport.usable;
  }
  get inTransaction(): boolean {
    return this.#transport.status !== 'I' && !this.#hidden;
  }
  /** Statements that are kept prepared. */
  get preparedCount(): number {
    return this.#statements.size;
  }

  query(sql: string, parameters: readonly unknown[]): Promise<DriverRow[]> {
    return this.#run(sql, [parameters], true, firstSet);
  }

  queryMany(sql: string, rows: readonly (readonly unknown[])[]): Promise<DriverRow[][]> {
    return this.#run(sql, rows, true, allSets);
  }

  run(sql: string, parameters: readonly unknown[]): Promise<RunResult> {
    if (parameters.length === 0 && CONTROL.test(sql)) return this.#control(sql);
    return this.#run(sql, [parameters], false, runResult);
  }

  runMany(sql: string, rows: readonly (readonly unknown[])[]): Promise<{ rowCount: number; lastInsertIds: null[] }> {
    return this.#run(sql, rows, false, ({ changed }) => ({ rowCount: changed, lastInsertIds: rows.map(() => null) }));
  }

  execute(sql: string, parameters: readonly unknown[]): Promise<DriverResult> {
    if (parameters.length === 0 && CONTROL.test(sql)) return this.#control(sql).then((result) => ({ ...result, columns: [], rows: [] }));
    return this.#run(sql, [parameters], true, (exchange) => ({
      rows: firstSet(exchange),
      columns: exchange.fields.names,
      ...runResult(exchange),
    }));
  }

  async script(sql: string): Promise<void> {
    await scriptExchange(sql).through((exchange) => this.#transport.submit(exchange));
    this.#statements.forgetAll();
  }

  async *stream(sql: string, parameters: readonly unknown[]): AsyncGenerator<DriverRow, void, undefined> {
    const submit = (exchange: Exchange): void => this.#transport.submit(exchange);
    // A cursor lives in a transaction.
    if (this.#transport.status === 'I') {
      this.#hidden = true;
      await scriptExchange('BEGIN').through(submit);
    }
    const own = this.#hidden;
    const portal = `athanor_${++this.#names}`;
    const statement = { name: '', sql, prepared: false, fields: null };
    let failed = true;
    try {
      let page = await openExchange(statement, parameters, portal, PAGE).through(submit);
      for (;;) {
        for (const set of page.sets) yield* set;
        if (!page.suspended) break;
        page = await fetchExchange(statement, portal, PAGE).through(submit);
      }
      failed = false;
    } finally {
      if (this.usable) {
        // A transaction that was begun meanwhile took the stream's own for its own.
        if (own && this.#hidden) {
          this.#hidden = false;
          await scriptExchange(failed && this.#transport.status === 'E' ? 'ROLLBACK' : 'COMMIT').through(submit);
        } else if (this.#transport.status === 'T') await scriptExchange(`CLOSE "${portal}"`).through(submit).catch(ignore);
      }
    }
  }

  close(): MaybePromise<void> {
    if (this.#closed) return;
    this.#closed = true;
    return this.#transport.close();
  }

  async #control(sql: string): Promise<RunResult> {
    if (WHOLE.test(sql)) this.#hidden = false;
    const { tag } = await scriptExchange(sql).through((exchange) => this.#transport.submit(exchange));
    if (tag === 'ROLLBACK' && COMMIT.test(sql)) throw new RolledBack();
    if (/^(?:DISCARD|DEALLOCATE) ALL/.test(tag)) this.#statements.clear();
    return NOTHING_CHANGED;
  }

  #run<T>(sql: string, rows: readonly (readonly unknown[])[], givesRows: boolean, pick: (exchange: Exchange) => T): Promise<T> {
    const statement = this.#statement(sql);
    const picked =
      statement.name === '' && DEFINES.test(sql)
        ? (exchange: Exchange): T => {
            this.#statements.forgetAll();
            return pick(exchange);
          }
        : pick;
    return this.#exchange(statement, rows, givesRows).then(picked, (error) => {
      const stale = isStale(error);
      if (stale || !statement.prepared) this.#discard(statement);
      // The server forgot the statement, or its columns changed: in a transaction the failure has ended it.
      if (!stale || this.#transport.status !== 'I') throw error;
      const fresh = this.#statement(sql);
      return this.#exchange(fresh, rows, givesRows).then(pick);
    });
  }

  #exchange(statement: PreparedStatement, rows: readonly (readonly unknown[])[], givesRows: boolean): Promise<Exchange> {
    let forgotten = NONE;
    if (this.#forgotten.length > 0) {
      forgotten = this.#forgotten;
      this.#forgotten = [];
    }
    return statementExchange(statement, rows, givesRows, forgotten).through((exchange) => this.#transport.submit(exchange));
  }

  #statement(sql: string): PreparedStatement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (!this.#prepares || !PREPARED.test(sql)) return { name: '', sql, prepared: false, fields: null };
      statement = { name: `athanor_${++this.#names}`, sql, prepared: false, fields: null };
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #discard(statement: PreparedStatement): void {
    if (statement.name === '') return;
    this.#statements.delete(statement.sql);
    this.#drop(statement);
  }
  #drop({ name }: PreparedStatement): void {
    // Closing one that the server does not have is no error.
    this.#forgotten.push(name);
  }
}

const NONE: readonly string[] & string[] = [];
const NOTHING_CHANGED: RunResult = { rowCount: 0, lastInsertId: null };

function ignore(): void {}

const firstSet = ({ sets }: Exchange): DriverRow[] => (sets.length === 0 ? [] : sets[0]);
const allSets = ({ sets }: Exchange): DriverRow[][] => sets;
const runResult = ({ changed }: Exchange): RunResult => ({ rowCount: changed, lastInsertId: null });

/** `cached plan must not change result type`, or a statement of a name that the server does not know. */
function isStale(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return code === '26000' || (code === '0A000' && /cached plan/.test(String(message)));
}

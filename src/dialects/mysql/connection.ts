import type { Connection, FieldPacket, QueryError, ResultSetHeader, TypedParameter as Typed } from 'mysql2';
import type { DriverConnection, DriverResult, DriverRow, RunResult } from '../base/driver.ts';
import { RecentCache } from '../base/recent-cache.ts';
import { runOneByOne } from '../base/run-many.ts';
import { KEPT_MARK } from './dml.ts';
import { ExactNumber } from './exact-number.ts';
import { keyOf, repairRow, repairsOf } from './result-values.ts';
import { type RowCommand, RowStream } from './row-stream.ts';
import { readServer } from './server.ts';
import { textBetween, withLiterals } from './text-parameters.ts';

type Wire = typeof Typed;
type Answer = readonly [rows: unknown, fields: FieldPacket[] | undefined];
type Callback = (error: QueryError | null, rows: unknown, fields?: FieldPacket[]) => void;

/** What the server tells of itself and of this connection's settings. */
export interface ServerSettings {
  readonly version: string;
  /** How far apart the keys are that one INSERT makes. */
  readonly keyStep: number;
  /** Whether the zero date is read as NULL. */
  readonly zeroDates: boolean;
}

/** Statements that some server does not prepare, or that are quicker without; none of them has parameters or comes from users. */
const CONTROL = /^(?:START TRANSACTION|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE SAVEPOINT|SET TRANSACTION|SET SESSION)\b[^;]*$/;
const IN_TRANSACTION = 1;
const DEADLOCK = 1213;
const NOT_PREPARABLE = 1295;
const ON_DUPLICATE = /\bON DUPLICATE KEY\b/i;
const INSERTS_VALUES = /^\s*(?:INSERT|REPLACE)\b[\s\S]*\bVALUES?\b/i;

/** How many statements are kept as they were cut at their placeholders. */
const STATEMENTS = 250;

const LONG_MAX = 2n ** 63n - 1n;

const ENDING_MS = 2000;

function ignore(): void {}

/** One connection of mysql2. On MariaDB values travel beside the statements, which are prepared; on MySQL they are literals in them. */
export class MysqlConnection implements DriverConnection {
  readonly serverVersion: string;
  readonly #keyStep: number;
  readonly #zeroDates: boolean;
  readonly #connection: Connection;
  readonly #wire: Wire;
  readonly #kill: (thread: number) => Promise<void>;
  readonly #unprepared: RecentCache<true> = new RecentCache(100);
  /** Statements by their text, cut at the placeholders; null where values travel beside them. */
  readonly #texts: RecentCache<readonly string[] | false> | null;
  #inTransaction = false;
  #open = true;
  #stream: RowStream | null = null;

  /** @param kill ends what another connection is running, through one of its own */
  constructor(connection: Connection, wire: Wire, settings: ServerSettings, kill: (thread: number) => Promise<void>) {
    this.#connection = connection;
    this.#wire = wire;
    this.#kill = kill;
    this.serverVersion = settings.version;
    this.#keyStep = settings.keyStep;
    this.#zeroDates = settings.zeroDates;
    this.#texts = readServer(settings.version).mariadb ? null : new RecentCache(STATEMENTS);
    const lost = (error: unknown): void => {
      this.#open = false;
      this.#inTransaction = false;
      this.#stream?.fail(error);
    };
    // A listener also keeps a loss between two statements from ending the process.
    connection.on('error', lost);
    connection.on('end', () => lost(new ConnectionLost('Connection lost: the server closed the connection.')));
  }

  get usable(): boolean {
    return this.#open;
  }
  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  async query(sql: string, parameters: readonly unknown[]): Promise<DriverRow[]> {
    const [rows, fields] = await this.#send(sql, parameters);
    return rowsOf(rows, fields, this.#zeroDates);
  }

  async run(sql: string, parameters: readonly unknown[]): Promise<RunResult> {
    const [header] = await this.#send(sql, parameters);
    return this.#outcome(header as ResultSetHeader, sql);
  }

  runMany(sql: string, rows: readonly (readonly unknown[])[]): Promise<{ rowCount: number; lastInsertIds: (number | bigint | null)[] }> {
    return runOneByOne(rows, (row) => this.run(sql, row));
  }

  async execute(sql: string, parameters: readonly unknown[]): Promise<DriverResult> {
    const [rows, fields] = await this.#send(sql, parameters);
    if (fields === undefined) return { ...this.#outcome(rows as ResultSetHeader, sql), columns: [], rows: [] };
    const [set, names] = firstSet(rows, fields);
    return { columns: names.map((field) => field.name), rows: rowsOf(set, names, this.#zeroDates), rowCount: 0, lastInsertId: null };
  }

  async script(sql: string): Promise<void> {
    await this.#text(sql);
  }

  async *stream(sql: string, parameters: readonly unknown[]): AsyncGenerator<DriverRow, void, undefined> {
    await this.#free();
    const text = this.#inText(sql, parameters);
    const connection = this.#connection;
    const command = (text === null ? connection.execute(sql, this.#encode(parameters)) : connection.query(text)) as unknown as RowCommand;
    const rows = new RowStream(this.#connection, command, this.#zeroDates, (stream) => this.#endStream(stream));
    this.#stream = rows;
    try {
      yield* rows;
    } finally {
      if (this.#stream === rows) this.#stream = null;
    }
  }

  /** Ends what is running on the server; most statements fail with an error then. The connection can be used again. */
  async cancel(): Promise<void> {
    const stream = this.#stream;
    // Until a stream has ended, what runs is the stream's, unless it is its next row that is waited for.
    if (stream !== null && !stream.ended && !stream.awaited) await stream.finished();
    await this.#killRunning();
    // What came too late would meet the next statement; this is one that does not mind.
    if (this.#open) void this.#text('DO 0').catch(ignore);
  }

  destroy(): void {
    this.#open = false;
    this.#inTransaction = false;
    // mysql2's own destroy() leaves those that wait for an answer without one.
    const { stream } = this.#connection as unknown as { readonly stream: { destroy(error: Error): void } };
    stream.destroy(new ConnectionLost('Connection lost: it was ended, since the server did not answer.'));
  }

  async #killRunning(): Promise<void> {
    if (this.#open) await this.#kill(this.#connection.threadId as number);
  }

  close(): Promise<void> {
    if (!this.#open) {
      this.#connection.destroy();
      return Promise.resolve();
    }
    this.#open = false;
    return new Promise((resolve) => {
      const over = (): void => {
        clearTimeout(timer);
        this.#connection.destroy();
        resolve();
      };
      // A server that does not answer is not waited for.
      const timer = setTimeout(over, ENDING_MS);
      this.#connection.end(over);
    });
  }

  /** A stream that was left before its end: the server is told to stop, so that what is left need not be read. */
  async #endStream(stream: RowStream): Promise<void> {
    if (stream.ended || !this.#open) return;
    // Rows that are on their way already are read while the server is told.
    const drained = stream.drain();
    await this.#killRunning().catch(ignore);
    await drained;
    // A KILL that came too late may meet the next statement; this is one that does not mind.
    await this.#text('DO 0').catch(ignore);
  }

  /** MySQL answers one statement at a time: a stream that is open hands over what is left of it. */
  async #free(): Promise<void> {
    const stream = this.#stream;
    if (stream !== null && !stream.ended) stream.takeAll();
  }

  #send(sql: string, parameters: readonly unknown[]): Promise<Answer> {
    this.#stream?.takeAll();
    if (parameters.length === 0 && (CONTROL.test(sql) || this.#unprepared.get(sql) === true)) return this.#text(sql);
    const text = this.#inText(sql, parameters);
    return text === null ? this.#prepared(sql, parameters) : this.#text(text);
  }

  /** The statement with its values as literals; null where it is to be prepared. */
  #inText(sql: string, parameters: readonly unknown[]): string | null {
    if (this.#texts === null || parameters.length === 0) return null;
    let texts = this.#texts.get(sql);
    if (texts === undefined) {
      texts = textBetween(sql) ?? false;
      this.#texts.set(sql, texts);
    }
    return texts === false ? null : withLiterals(texts, parameters);
  }

  #prepared(sql: string, parameters: readonly unknown[]): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const answer: Callback = (error, rows, fields) => {
        if (error === null) return resolve(this.#answered(rows, fields));
        // It was parsed as one statement, so as text it is no more than that.
        if (error.errno === NOT_PREPARABLE && parameters.length === 0) {
          this.#unprepared.set(sql, true);
          return resolve(this.#text(sql));
        }
        reject(this.#failed(error));
      };
      this.#connection.execute(sql, this.#encode(parameters), answer as never);
    });
  }

  #text(sql: string): Promise<Answer> {
    this.#stream?.takeAll();
    return new Promise((resolve, reject) => {
      const answer: Callback = (error, rows, fields) => {
        if (error === null) resolve(this.#answered(rows, fields));
        else reject(this.#failed(error));
      };
      this.#connection.query(sql, answer as never);
    });
  }

  #answered(rows: unknown, fields: FieldPacket[] | undefined): Answer {
    const header = Array.isArray(rows) ? rows[rows.length - 1] : rows;
    const status = (header as Partial<ResultSetHeader> | undefined)?.serverStatus;
    if (typeof status === 'number') this.#inTransaction = (status & IN_TRANSACTION) !== 0;
    return [rows, fields];
  }

  #failed(error: QueryError): QueryError {
    // The server has undone the whole transaction.
    if (error.errno === DEADLOCK) this.#inTransaction = false;
    if (error.fatal) this.#open = false;
    return error;
  }

  #encode(parameters: readonly unknown[]): (string | number | null)[] {
    const wire = this.#wire;
    return parameters.map((value) => {
      switch (typeof value) {
        case 'number':
          // Everything else goes as a double, which is no row number of a LIMIT.
          return Number.isSafeInteger(value) && !Object.is(value, -0) ? wire.LONGLONG(value) : value;
        case 'bigint':
          // Beyond what a signed BIGINT holds it goes as a decimal number.
          return value > LONG_MAX ? wire.NEWDECIMAL(String(value)) : wire.LONGLONG(value);
        case 'object':
          if (value instanceof ExactNumber) return wire.NEWDECIMAL(value.digits);
          if (value instanceof Uint8Array && !Buffer.isBuffer(value)) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
          return value;
        default:
          return value;
      }
    }) as (string | number | null)[];
  }

  #outcome({ affectedRows = 0, insertId, info }: ResultSetHeader, sql: string): RunResult {
    const first = Number(insertId) === -1 ? null : keyOf(insertId);
    if (sql.includes(KEPT_MARK)) {
      // A row that was left as it was counts as found, and one that was inserted too.
      const kept = /Duplicates: (\d+)/.exec(info ?? '')?.[1] ?? (Number(insertId) === -1 ? affectedRows : 0);
      return { rowCount: affectedRows - Number(kept), lastInsertId: first };
    }
    if (first === null || affectedRows < 2 || ON_DUPLICATE.test(sql) || !INSERTS_VALUES.test(sql))
      return { rowCount: affectedRows, lastInsertId: first };
    // The server tells the first of the keys.
    const keyStep = this.#keyStep;
    return { rowCount: affectedRows, lastInsertId: keyOf(BigInt(first) + BigInt((affectedRows - 1) * keyStep)), keyStep };
  }
}

/** The server went away between two statements. */
export class ConnectionLost extends Error {
  readonly code = 'PROTOCOL_CONNECTION_LOST';
  readonly fatal = true;
}

function rowsOf(rows: unknown, fields: FieldPacket[] | undefined, zeroDates: boolean): DriverRow[] {
  if (!Array.isArray(rows)) return [];
  const repairs = repairsOf(fields, zeroDates);
  if (repairs !== null) for (const row of rows as DriverRow[]) repairRow(row, repairs);
  return rows as DriverRow[];
}

/** A procedure gives several sets of rows and a last word; the first set is what was asked for. */
function firstSet(rows: unknown, fields: readonly unknown[]): [unknown, FieldPacket[]] {
  const several = fields.some((field) => field === undefined || Array.isArray(field));
  if (!several) return [rows, fields as FieldPacket[]];
  const place = fields.findIndex((field) => Array.isArray(field));
  return [(rows as unknown[])[place], fields[place] as FieldPacket[]];
}

import type { Connection, Request } from 'tedious';
import type { Driver, DriverConnection, DriverResult, DriverRow, RunResult } from '../base/driver.ts';
import { dialectError } from '../base/errors.ts';
import { runOneByOne } from '../base/run-many.ts';
import { connectionOptions } from './connection-options.ts';
import { classifyMssql } from './errors.ts';
import { parameterMaker, type TediousParameter } from './tedious-parameters.ts';
import { type ColumnType, type Convert, converterOf } from './tedious-values.ts';

type Package = typeof import('tedious');

interface Column {
  readonly value: unknown;
  readonly metadata: ColumnType & { readonly colName: string };
}

/** What a batch gave: the last result that has columns, and how many rows each statement touched. */
interface Answer {
  columns: readonly string[];
  rows: DriverRow[];
  readonly counts: number[];
}

/** What is told of the rows as they come. */
interface RowListener {
  columns(names: readonly string[]): void;
  row(row: DriverRow): void;
  count(rows: number): void;
}

const INSERTS = /^\s*INSERT\b/i;
/** Asked in the same batch, since the answer is for the batch. */
const ASK_KEY = '; SELECT CAST(SCOPE_IDENTITY() AS BIGINT)';
/** Rows that wait for their reader before the server is asked to pause. */
const STREAM_BUFFER = 128;
/** Parts of a script, as SQL Server's own tools take them. */
const BATCH_END = /^[ \t]*GO[ \t]*;?[ \t]*(?:--[^\n]*)?$/im;

/** One connection by tedious. It runs one statement at a time; others wait for their turn. */
class TediousConnection implements DriverConnection {
  readonly #connection: Connection;
  readonly #package: Package;
  readonly #parameter: (value: unknown) => TediousParameter;
  #tail: Promise<unknown> = Promise.resolve();
  #streaming = false;
  #usable = true;

  constructor(connection: Connection, tedious: Package) {
    this.#connection = connection;
    this.#package = tedious;
    this.#parameter = parameterMaker(tedious.TYPES);
    const gone = (): void => {
      this.#usable = false;
    };
    connection.on('end', gone);
    // What is wrong is told to the statement that it happens to.
    connection.on('error', gone);
  }

  get usable(): boolean {
    return this.#usable;
  }
  get inTransaction(): boolean {
    return this.#usable && this.#connection.inTransaction;
  }

  async query(sql: string, parameters: readonly unknown[]): Promise<DriverRow[]> {
    return (await this.#run(sql, parameters)).rows;
  }

  async run(sql: string, parameters: readonly unknown[]): Promise<RunResult> {
    if (!INSERTS.test(sql)) return { rowCount: lastOf((await this.#run(sql, parameters)).counts), lastInsertId: null };
    const { rows, counts } = await this.#run(sql + ASK_KEY, parameters);
    // The last count is that of the question; those before the statement's own are of its triggers.
    return { rowCount: lastOf(counts.slice(0, -1)), lastInsertId: (rows[0]?.[0] ?? null) as number | bigint | null };
  }

  runMany(sql: string, rows: readonly (readonly unknown[])[]): Promise<{ rowCount: number; lastInsertIds: (number | bigint | null)[] }> {
    return runOneByOne(rows, (row) => this.run(sql, row));
  }

  async execute(sql: string, parameters: readonly unknown[]): Promise<DriverResult> {
    const { columns, rows, counts } = await this.#run(sql, parameters);
    return { columns, rows, rowCount: lastOf(counts), lastInsertId: null };
  }

  async script(sql: string): Promise<void> {
    for (const batch of sql.split(BATCH_END)) if (batch.trim() !== '') await this.#run(batch, []);
  }

  async *stream(sql: string, parameters: readonly unknown[]): AsyncGenerator<DriverRow, void, undefined> {
    const turn = await this.#takeTurn();
    const waiting: DriverRow[] = [];
    let wake: () => void = () => {};
    let over = false;
    let failure: unknown = null;
    let request: Request | null = null;
    this.#streaming = true;
    const done = new Promise<void>((resolve) => {
      request = this.#send(
        sql,
        parameters,
        {
          columns: () => {},
          row: (row) => {
            if (waiting.push(row) >= STREAM_BUFFER) request?.pause();
            wake();
          },
          count: () => {},
        },
        (error) => {
          over = true;
          failure = error;
          wake();
          resolve();
        },
      );
    });
    try {
      for (;;) {
        while (waiting.length > 0) yield waiting.shift() as DriverRow;
        if (over) break;
        (request as Request | null)?.resume();
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (over || waiting.length > 0) resolve();
        });
      }
      if (failure !== null) throw failure;
    } finally {
      if (!over) {
        // The rest is not wanted: the server is told, and what it has sent already is thrown away.
        this.#connection.cancel();
        (request as Request | null)?.resume();
        await done;
      }
      this.#streaming = false;
      turn();
    }
  }

  /** Asks the server to end the statement that is running. It fails with a code that says so, and the connection stays usable. */
  cancel(): void {
    this.#connection.cancel();
  }

  destroy(): void {
    this.#usable = false;
    this.#connection.close();
  }

  close(): Promise<void> | undefined {
    if (!this.#usable) return;
    this.#usable = false;
    return new Promise((resolve) => {
      this.#connection.once('end', () => resolve());
      this.#connection.close();
    });
  }

  /** Waits until the connection is free, and gives what frees it again. */
  async #takeTurn(): Promise<() => void> {
    // A stream ends only when its reader goes on, who may be the one that waits here.
    if (this.#streaming) throw dialectError('driver.busy-stream', 'SQL Server');
    const before = this.#tail;
    let free: () => void = () => {};
    this.#tail = new Promise<void>((resolve) => {
      free = resolve;
    });
    await before;
    return free;
  }

  async #run(sql: string, parameters: readonly unknown[]): Promise<Answer> {
    const free = await this.#takeTurn();
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const answer: Answer = { columns: [], rows: [], counts: [] };
        this.#send(
          sql,
          parameters,
          {
            columns: (names) => {
              answer.columns = names;
              answer.rows = [];
            },
            row: (row) => answer.rows.push(row),
            count: (rows) => answer.counts.push(rows),
          },
          (error) => (error === null ? resolve(answer) : reject(error)),
        );
      });
    } finally {
      free();
    }
  }

  #send(sql: string, parameters: readonly unknown[], listener: RowListener, done: (error: unknown) => void): Request {
    const request = new this.#package.Request(sql, (error) => done(error ?? null));
    let converts: Convert[] = [];
    request.on('columnMetadata', (columns) => {
      const list = columns as unknown as readonly Column['metadata'][];
      converts = list.map(converterOf);
      listener.columns(list.map((column) => column.colName));
    });
    request.on('row', (columns: readonly Column[]) => {
      const row: DriverRow = [];
      for (let i = 0; i < columns.length; i++) {
        const { value } = columns[i];
        const convert = converts[i];
        row.push(convert === null || value === null ? value : convert(value));
      }
      listener.row(row);
    });
    const count = (rows: number | undefined): void => {
      if (rows !== undefined) listener.count(rows);
    };
    request.on('done', count);
    request.on('doneInProc', count);
    parameters.forEach((encoded, i) => {
      const { type, value, options } = this.#parameter(encoded);
      request.addParameter(`p${i + 1}`, type, value, options);
    });
    // Without parameters it is a batch of its own: what begins a transaction or sets an option would not outlive a procedure.
    if (parameters.length === 0) this.#connection.execSqlBatch(request);
    else this.#connection.execSql(request);
    return request;
  }
}

function lastOf(counts: readonly number[]): number {
  return counts.length === 0 ? 0 : counts[counts.length - 1];
}

let loaded: Package | undefined;

/** SQL Server by tedious 19 or later. */
export const tedious: Driver = {
  name: 'tedious',
  package: 'tedious',
  connect: async (options) => {
    const configuration = connectionOptions(options);
    if (loaded === undefined) {
      const module = (await import('tedious')) as unknown as Package & { readonly default?: Package };
      loaded = module.default ?? module;
    }
    const tediousPackage = loaded;
    const connection = new tediousPackage.Connection(configuration);
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error === undefined || error === null ? resolve() : reject(error)));
    });
    return new TediousConnection(connection, tediousPackage);
  },
  classify: classifyMssql,
};

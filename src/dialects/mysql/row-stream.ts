import type { Connection, FieldPacket } from 'mysql2';
import type { DriverRow } from '../base/driver.ts';
import { repairRow, repairsOf } from './result-values.ts';

/** Rows that may wait here before the server is told to wait. */
const MOST = 256;

/** A command of mysql2 without a callback, which tells of its rows one by one. */
export interface RowCommand {
  on(event: 'result', listener: (row: unknown) => void): this;
  on(event: 'fields', listener: (fields: FieldPacket[]) => void): this;
  on(event: 'error', listener: (error: unknown) => void): this;
  on(event: 'end', listener: () => void): this;
}

/**
 * The rows of a running statement. The server is held back while many wait, so that memory stays constant. MySQL answers one
 * statement at a time: when another is to run on the same connection, the rest of the rows are taken in at once (`takeAll`).
 */
export class RowStream implements AsyncIterableIterator<DriverRow> {
  readonly #connection: Connection;
  readonly #end: () => Promise<void>;
  #rows: DriverRow[] = [];
  #at = 0;
  #ended = false;
  #failure: unknown = null;
  #paused = false;
  #unbounded = false;
  #wake: (() => void) | null = null;
  readonly #whenEnded: (() => void)[] = [];

  /** @param end stops the statement where it has not ended by itself */
  constructor(connection: Connection, command: RowCommand, zeroDates: boolean, end: (stream: RowStream) => Promise<void>) {
    this.#connection = connection;
    this.#end = () => end(this);
    let repairs: ReturnType<typeof repairsOf> = null;
    command
      .on('fields', (fields) => {
        repairs = repairsOf(fields, zeroDates);
      })
      .on('result', (row) => {
        if (!Array.isArray(row)) return;
        if (!this.#dropping) this.#rows.push(repairs === null ? row : repairRow(row, repairs));
        if (!this.#unbounded && !this.#paused && this.#rows.length - this.#at >= MOST) {
          this.#paused = true;
          this.#connection.pause();
        }
        this.#awake();
      })
      .on('error', (error) => this.fail(error))
      .on('end', () => {
        this.#over();
      });
  }

  #dropping = false;

  get ended(): boolean {
    return this.#ended;
  }

  /** Whether a reader waits for a row that has not come. */
  get awaited(): boolean {
    return this.#wake !== null;
  }

  /** Waits until the statement has ended, however many rows are unread. */
  finished(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEnded.push(resolve);
    });
  }

  /** The connection was lost. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#failure ??= error;
    this.#over();
  }

  /** Lets the server send all that is left: another statement is to run. */
  takeAll(): void {
    this.#unbounded = true;
    this.#resume();
  }

  /** Throws away what is left, until the statement has ended. */
  async drain(): Promise<void> {
    this.#dropping = true;
    this.#rows = [];
    this.#at = 0;
    this.takeAll();
    while (!this.#ended) await this.#wait();
  }

  async next(): Promise<IteratorResult<DriverRow, undefined>> {
    for (;;) {
      if (this.#at < this.#rows.length) {
        const value = this.#rows[this.#at++];
        if (this.#at === this.#rows.length) {
          this.#rows = [];
          this.#at = 0;
          this.#resume();
        }
        return { done: false, value };
      }
      if (this.#ended) break;
      await this.#wait();
    }
    if (this.#failure !== null) {
      const failure = this.#failure;
      this.#failure = null;
      throw failure;
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<DriverRow, undefined>> {
    await this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#connection.resume();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #over(): void {
    this.#ended = true;
    this.#awake();
    for (const tell of this.#whenEnded.splice(0)) tell();
  }

  #awake(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

import type { DriverConnection, DriverResult, DriverRow, RunResult } from '../base/driver.ts';
import { RecentCache } from '../base/recent-cache.ts';
import type { SqliteFunctions } from './aggregate.ts';
import { defineDecimals } from './decimal-functions.ts';
import { defineSpreads } from './spread-functions.ts';

interface Changes {
  readonly changes: number | bigint;
  readonly lastInsertRowid: number | bigint;
}

/** A prepared statement, as both packages have it once it is set to give rows as arrays. */
export interface SqliteStatement {
  all(...parameters: unknown[]): DriverRow[];
  run(...parameters: unknown[]): Changes;
  iterate(...parameters: unknown[]): IterableIterator<DriverRow>;
}

/** What the two packages do differently. */
export interface SqliteHandle<S extends SqliteStatement> extends SqliteFunctions {
  readonly inTransaction: boolean;
  /** Prepares a statement that gives its rows as arrays. */
  prepare(sql: string): S;
  columns(statement: S): readonly { readonly name: string; readonly type: string | null }[];
  /** Gives every integer as a bigint, or again as a number. */
  setWide(statement: S, wide: boolean): void;
  /** Whether the error says that a number cannot hold an integer of the result; false where the package cuts it in silence. */
  isTooWide(error: unknown): boolean;
  readonly cutsWideIntegers: boolean;
  exec(sql: string): void;
  /** Allows writing while the rows of a stream are being read. */
  allowWrites(allowed: boolean): void;
  close(): void;
}

/** A statement of the cache with what is known of it. */
interface Prepared<S> {
  readonly statement: S;
  /** Whether it may run a second time: it changes nothing. */
  readonly reads: boolean;
  readonly changesRows: boolean;
  readonly inserts: boolean;
  readonly changesSchema: boolean;
  /** The columns that may hold integers, where the package cuts wide ones in silence. */
  readonly integers: readonly number[] | null;
  wide: boolean;
}

const CACHED_STATEMENTS = 500;
const COMMENTS = /--[^\n]*|\/\*[\s\S]*?\*\//g;
const NOT_CODE = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\//g;
const READS = /^[\s(]*(?:select|values|explain|pragma)\b/i;
const WITH = /^\s*with\b/i;
const WRITES = /\b(?:insert|update|delete|replace)\b/i;
const CHANGES_ROWS = /^\s*(?:insert|replace|update|delete|with)\b/i;
const INSERTS = /\b(?:insert|replace)\s+(?:or\s+\w+\s+)?into\b/i;
const CHANGES_SCHEMA = /^\s*(?:create|drop|alter|attach|detach|reindex|vacuum)\b/i;
const TRIGGER = /^\s*create\s+(?:temp\w*\s+)?trigger\b/i;
/** Column types under which SQLite keeps no large integers. */
const NO_INTEGERS = /char|clob|text|real|floa|doub|bool|date|time/i;

const OUT_OF_RANGE = 2 ** 53;
const NOTHING_CHANGED: RunResult = { rowCount: 0, lastInsertId: null };

/** Several statements were given where one is taken. node:sqlite would run the first and leave the rest out in silence. */
class SeveralStatements extends Error {
  readonly code = 'SQLITE_MISUSE';
}

/** One connection to SQLite. It answers at once; waiting for locks is the engine's part. */
export class SqliteConnection<S extends SqliteStatement> implements DriverConnection {
  readonly #handle: SqliteHandle<S>;
  readonly #cache: RecentCache<Prepared<S>> = new RecentCache(CACHED_STATEMENTS);
  /** Kept here, since asking the package is not free and the pool asks at every turn. */
  #open = true;
  readonly #streams: Set<IterableIterator<DriverRow>> = new Set();

  constructor(handle: SqliteHandle<S>) {
    this.#handle = handle;
    defineDecimals(handle);
    defineSpreads(handle);
  }

  get usable(): boolean {
    return this.#open;
  }
  get inTransaction(): boolean {
    return this.#open && this.#handle.inTransaction;
  }

  query(sql: string, parameters: readonly unknown[]): DriverRow[] {
    return this.#rows(this.#cache.get(sql) ?? this.#prepare(sql), parameters);
  }

  run(sql: string, parameters: readonly unknown[]): RunResult {
    const prepared = this.#cache.get(sql) ?? this.#prepare(sql);
    const { changes, lastInsertRowid } = this.#run(prepared.statement, parameters);
    if (prepared.changesSchema) this.#cache.clear();
    // For other statements SQLite repeats what it said of the last one.
    if (!prepared.changesRows) return NOTHING_CHANGED;
    const rowCount = Number(changes);
    return { rowCount, lastInsertId: prepared.inserts && rowCount > 0 ? this.#key(lastInsertRowid) : null };
  }

  runMany(sql: string, rows: readonly (readonly unknown[])[]): { rowCount: number; lastInsertIds: (number | bigint | null)[] } {
    const prepared = this.#cache.get(sql) ?? this.#prepare(sql);
    const { statement, inserts } = prepared;
    const lastInsertIds: (number | bigint | null)[] = [];
    let rowCount = 0;
    for (const row of rows) {
      const { changes, lastInsertRowid } = this.#run(statement, row);
      rowCount += Number(changes);
      // A row that ON CONFLICT left out made no key; the one that SQLite tells is of an earlier row.
      lastInsertIds.push(inserts && changes !== 0 && changes !== 0n ? this.#key(lastInsertRowid) : null);
    }
    return { rowCount, lastInsertIds };
  }

  execute(sql: string, parameters: readonly unknown[]): DriverResult {
    if (sql.includes(';')) refuseSeveral(sql);
    const prepared = this.#cache.get(sql) ?? this.#prepare(sql);
    if (this.#handle.columns(prepared.statement).length === 0) return { ...this.run(sql, parameters), columns: [], rows: [] };
    let rows = this.#rows(prepared, parameters);
    // The names are asked for afterwards: where another connection has changed the table, SQLite learns of it only by running.
    const columns = this.#handle.columns(prepared.statement).map((column) => column.name);
    // Node 22 counts the columns too early then, and cuts the rows.
    if (prepared.reads && rows.length > 0 && rows[0].length !== columns.length) rows = this.#rows(prepared, parameters);
    return { columns, rows, rowCount: prepared.changesRows ? rows.length : 0, lastInsertId: null };
  }

  script(sql: string): void {
    this.#handle.exec(sql);
    this.#cache.clear();
  }

  *stream(sql: string, parameters: readonly unknown[]): IterableIterator<DriverRow> {
    // A statement of its own: one of the cache would begin anew when the same SQL runs beside the stream.
    const handle = this.#handle;
    const statement = handle.prepare(sql);
    handle.setWide(statement, true);
    if (this.#streams.size === 0) handle.allowWrites(true);
    const rows = statement.iterate(...parameters);
    this.#streams.add(rows);
    try {
      // Closing the connection ends the stream.
      while (this.#streams.has(rows)) {
        const next = rows.next();
        if (next.done) return;
        narrow(next.value);
        yield next.value;
      }
    } finally {
      this.#endStream(rows);
    }
  }

  close(): void {
    if (!this.#open) return;
    for (const rows of this.#streams) this.#endStream(rows);
    this.#open = false;
    this.#cache.clear();
    this.#handle.close();
  }

  #endStream(rows: IterableIterator<DriverRow>): void {
    if (!this.#streams.delete(rows)) return;
    rows.return?.();
    if (this.#streams.size === 0 && this.#open) this.#handle.allowWrites(false);
  }

  #prepare(sql: string): Prepared<S> {
    const handle = this.#handle;
    const statement = handle.prepare(sql);
    const code = sql.replace(COMMENTS, ' ');
    const reads = READS.test(code) || (WITH.test(code) && !WRITES.test(code));
    const integers = handle.cutsWideIntegers
      ? handle.columns(statement).flatMap(({ type }, i) => (type !== null && NO_INTEGERS.test(type) ? [] : [i]))
      : null;
    const prepared = {
      statement,
      reads,
      changesRows: !reads && CHANGES_ROWS.test(code),
      inserts: !reads && CHANGES_ROWS.test(code) && INSERTS.test(code),
      changesSchema: CHANGES_SCHEMA.test(code),
      integers: integers !== null && integers.length > 0 ? integers : null,
      wide: false,
    };
    // A statement that writes cannot run again for its wide integers, so it begins with room for them.
    if (!reads && handle.columns(statement).length > 0) {
      prepared.wide = true;
      handle.setWide(statement, true);
    }
    this.#cache.set(sql, prepared);
    return prepared;
  }

  /** The rows, with integers beyond what a number holds as bigints. Only statements that meet one pay for it. */
  #rows(prepared: Prepared<S>, parameters: readonly unknown[]): DriverRow[] {
    let rows: DriverRow[];
    if (!prepared.wide) {
      try {
        rows = prepared.statement.all(...parameters);
        if (prepared.integers === null || !hasWide(rows, prepared.integers)) return rows;
      } catch (error) {
        if (!this.#handle.isTooWide(error)) throw error;
      }
      prepared.wide = true;
      this.#handle.setWide(prepared.statement, true);
    }
    rows = prepared.statement.all(...parameters);
    for (const row of rows) narrow(row);
    return rows;
  }

  #run(statement: S, parameters: readonly unknown[]): Changes {
    try {
      return statement.run(...parameters);
    } catch (error) {
      if (!this.#handle.isTooWide(error)) throw error;
      // The statement has run: Node 26 only could not say the last key, which may be an earlier statement's.
      const [[changes, lastInsertRowid]] = this.query('SELECT changes(), last_insert_rowid()', []) as [[number, number | bigint]];
      return { changes, lastInsertRowid };
    }
  }

  /** The key of a new row; both packages would cut a wide one. */
  #key(key: number | bigint): number | bigint {
    const number = Number(key);
    return Number.isSafeInteger(number) ? number : (this.query('SELECT last_insert_rowid()', [])[0][0] as number | bigint);
  }
}

function hasWide(rows: readonly DriverRow[], columns: readonly number[]): boolean {
  for (const row of rows) {
    for (const column of columns) {
      const value = row[column];
      if (typeof value === 'number' && (value >= OUT_OF_RANGE || value <= -OUT_OF_RANGE)) return true;
    }
  }
  return false;
}

/** Bigints that a number can hold become numbers. */
function narrow(row: DriverRow): void {
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (typeof value === 'bigint') {
      const number = Number(value);
      if (Number.isSafeInteger(number)) row[i] = number;
    }
  }
}

function refuseSeveral(sql: string): void {
  if (/;\s*\S/.test(sql.replace(NOT_CODE, ' ')) && !TRIGGER.test(sql.replace(COMMENTS, ' '))) {
    throw new SeveralStatements('More than one statement was given. Run them one by one, or all of them with script().');
  }
}

import type { DriverRow } from '../base/driver.ts';
import { convertRow, type Field, type Fields, NO_FIELDS, readFields } from './raw-values.ts';

/** What can be sent to a server: PostgreSQL's protocol, as node-postgres and PGlite both have it. */
export interface Wire {
  parse(message: { readonly name: string; readonly text: string }): unknown;
  bind(message: {
    readonly portal?: string;
    readonly statement: string;
    readonly values: readonly unknown[];
    readonly valueMapper: (value: unknown) => unknown;
  }): unknown;
  describe(message: { readonly type: 'P'; readonly name: string }): unknown;
  execute(message: { readonly portal?: string; readonly rows?: number }): unknown;
  close(message: { readonly type: 'S'; readonly name: string }): unknown;
  query(text: string): unknown;
  sync(): unknown;
  sendCopyFail?(reason: string): unknown;
  /** Writes go out together where the wire can hold them back. */
  readonly stream?: { cork?(): void; uncork?(): void };
}

/** A statement that the server keeps under a name; the name is empty for one that is prepared anew each time. */
export interface PreparedStatement {
  readonly name: string;
  readonly sql: string;
  /** Whether the server has it. */
  prepared: boolean;
  /** Its columns, once the server has described them. */
  fields: Fields | null;
}

/** A parameter as the protocol takes it: text, or bytes as they are. */
function wireValue(value: unknown): unknown {
  if (typeof value === 'string' || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return String(value);
}

const CHANGED = /^(?:INSERT|UPDATE|DELETE|MERGE|COPY) (?:\d+ )?(\d+)$/;

/**
 * What is asked of a server in one go, and its answer. `submit()` sends everything, then the handlers are called with what
 * comes back; node-postgres calls them itself, since it takes any object with these names for a query.
 */
export class Exchange {
  /** The rows of each execution. */
  readonly sets: DriverRow[][] = [];
  /** The columns of the last statement that has any. */
  fields: Fields = NO_FIELDS;
  /** Rows that were changed, in all. */
  changed = 0;
  /** What the server says that it did, such as `INSERT 0 1`. */
  tag = '';
  /** More rows are to come. */
  suspended = false;
  readonly #send: (wire: Wire, exchange: Exchange) => void;
  readonly #statement: PreparedStatement | null;
  #rows: DriverRow[] = [];
  #resolve: (exchange: Exchange) => void = ignore;
  #reject: (error: unknown) => void = ignore;

  constructor(statement: PreparedStatement | null, send: (wire: Wire, exchange: Exchange) => void) {
    this.#statement = statement;
    this.#send = send;
    if (statement !== null && statement.fields !== null) this.fields = statement.fields;
  }

  /** Hands itself to `submit` and waits for the answer. */
  through(submit: (exchange: Exchange) => void): Promise<Exchange> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      submit(this);
    });
  }

  submit(wire: Wire): null {
    wire.stream?.cork?.();
    try {
      this.#send(wire, this);
    } finally {
      wire.stream?.uncork?.();
    }
    return null;
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    this.fields = readFields(fields);
    if (this.#statement !== null) {
      this.#statement.fields = this.fields;
      this.#statement.prepared = true;
    }
  }
  handleDataRow({ fields }: { readonly fields: DriverRow }): void {
    this.#rows.push(convertRow(fields, this.fields));
  }
  handleCommandComplete({ text }: { readonly text: string }): void {
    if (this.#statement !== null) this.#statement.prepared = true;
    this.tag = text;
    const changed = CHANGED.exec(text);
    if (changed !== null) this.changed += Number(changed[1]);
    this.#endSet();
  }
  handlePortalSuspended(): void {
    this.suspended = true;
    this.#endSet();
  }
  handleEmptyQuery(): void {
    this.#endSet();
  }
  handleCopyInResponse(wire: Wire): void {
    wire.sendCopyFail?.('Athanor gives no data to COPY FROM STDIN');
    // The server takes no notice of what was sent while it waited for data.
    if (this.#statement !== null) wire.sync();
  }
  handleCopyData(): void {}
  handleError(error: unknown): void {
    this.#reject(error);
  }
  handleReadyForQuery(): void {
    this.#resolve(this);
  }

  #endSet(): void {
    this.sets.push(this.#rows);
    this.#rows = [];
  }
}

function ignore(): void {}

/** Several statements without parameters. */
export function scriptExchange(sql: string): Exchange {
  return new Exchange(null, (wire) => wire.query(sql));
}

/**
 * One statement, run once for each row of parameters, all in one round trip: PostgreSQL stops at the first that fails.
 * @param forgotten names of statements that the server need not keep any more
 */
export function statementExchange(
  statement: PreparedStatement,
  rows: readonly (readonly unknown[])[],
  givesRows: boolean,
  forgotten: readonly string[],
): Exchange {
  return new Exchange(statement, (wire) => {
    for (const name of forgotten) wire.close({ type: 'S', name });
    if (!statement.prepared) wire.parse({ name: statement.name, text: statement.sql });
    let describe = givesRows && statement.fields === null;
    for (const values of rows) {
      wire.bind({ statement: statement.name, values, valueMapper: wireValue });
      if (describe) {
        wire.describe({ type: 'P', name: '' });
        describe = false;
      }
      wire.execute({});
    }
    wire.sync();
  });
}

/** Opens a cursor over a statement's rows, and gives the first of them. */
export function openExchange(statement: PreparedStatement, values: readonly unknown[], portal: string, count: number): Exchange {
  return new Exchange(statement, (wire) => {
    wire.parse({ name: statement.name, text: statement.sql });
    wire.bind({ portal, statement: statement.name, values, valueMapper: wireValue });
    wire.describe({ type: 'P', name: portal });
    wire.execute({ portal, rows: count });
    wire.sync();
  });
}

/** Gives the next rows of a cursor. */
export function fetchExchange(statement: PreparedStatement, portal: string, count: number): Exchange {
  return new Exchange(statement, (wire) => {
    wire.execute({ portal, rows: count });
    wire.sync();
  });
}

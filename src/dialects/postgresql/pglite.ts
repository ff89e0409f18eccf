import type { PGlite } from '@electric-sql/pglite';
import type { Driver, DriverConnection, DriverOptions } from '../base/driver.ts';
import { dialectError } from '../base/errors.ts';
import { PostgresqlConnection, type Transport } from './connection.ts';
import { classifyPostgresql } from './errors.ts';
import type { Exchange, Wire } from './exchange.ts';

type Module = typeof import('@electric-sql/pglite');
type Serialize = Module['protocol']['serialize'];

/** Collects the messages of one exchange. */
class MessageBuffer implements Wire {
  readonly #serialize: Serialize;
  readonly #parts: Uint8Array[] = [];

  constructor(serialize: Serialize) {
    this.#serialize = serialize;
  }

  parse(message: Parameters<Wire['parse']>[0]): void {
    this.#parts.push(this.#serialize.parse(message));
  }
  bind(message: Parameters<Wire['bind']>[0]): void {
    const { values, valueMapper, ...rest } = message;
    this.#parts.push(this.#serialize.bind({ ...rest, values: values.map(valueMapper) as (string | Uint8Array | null)[] }));
  }
  describe(message: Parameters<Wire['describe']>[0]): void {
    this.#parts.push(this.#serialize.describe(message));
  }
  execute(message: Parameters<Wire['execute']>[0]): void {
    this.#parts.push(this.#serialize.execute(message));
  }
  close(message: Parameters<Wire['close']>[0]): void {
    this.#parts.push(this.#serialize.close(message));
  }
  query(text: string): void {
    this.#parts.push(this.#serialize.query(text));
  }
  sync(): void {
    this.#parts.push(this.#serialize.sync());
  }
  take(): Uint8Array {
    return Buffer.concat(this.#parts);
  }
}

/** What a message of the server's may hold; its name says what it does. */
type Message = { readonly name: string; readonly status?: string } & Parameters<Exchange['handleRowDescription']>[0] &
  Parameters<Exchange['handleDataRow']>[0] &
  Parameters<Exchange['handleCommandComplete']>[0];

/** One process, one thread: what runs cannot be interrupted, so there is no `cancel()`. */
class PGliteTransport implements Transport {
  readonly #database: PGlite;
  readonly #serialize: Serialize;
  #tail: Promise<void> = Promise.resolve();
  status = 'I';
  usable = true;

  constructor(database: PGlite, serialize: Serialize) {
    this.#database = database;
    this.#serialize = serialize;
  }

  submit(exchange: Exchange): void {
    this.#tail = this.#tail.then(() => this.#send(exchange));
  }

  async close(): Promise<void> {
    this.usable = false;
    await this.#tail;
    await this.#database.close();
  }

  async #send(exchange: Exchange): Promise<void> {
    let failure: unknown = null;
    try {
      if (!this.usable) throw new Error('PGlite is closed');
      const wire = new MessageBuffer(this.#serialize);
      exchange.submit(wire);
      const { messages } = await this.#database.execProtocol(wire.take(), { throwOnError: false });
      for (const message of messages) {
        if (message.name === 'error') failure ??= message;
        else if (failure === null) this.#tell(exchange, message as unknown as Message);
        if (message.name === 'readyForQuery') this.status = (message as unknown as Message).status ?? 'I';
      }
    } catch (error) {
      failure = error;
    }
    if (failure !== null) exchange.handleError(failure);
    else exchange.handleReadyForQuery();
  }

  #tell(exchange: Exchange, message: Message): void {
    if (message.name === 'dataRow') exchange.handleDataRow(message);
    else if (message.name === 'rowDescription') exchange.handleRowDescription(message);
    else if (message.name === 'commandComplete') exchange.handleCommandComplete(message);
    else if (message.name === 'portalSuspended') exchange.handlePortalSuspended();
    else if (message.name === 'emptyQuery') exchange.handleEmptyQuery();
  }
}

/** The folder of the database's files; undefined for one in memory. Throws a ConfigurationError for options, which it has none of. */
function folderOf({ database, host, query }: DriverOptions): string | undefined {
  for (const name of Object.keys(query)) throw dialectError('driver.unknown-option', name, 'none');
  if (host !== null) throw dialectError('driver.file-host', host);
  return database === ':memory:' || database === '' ? undefined : database;
}

/** A connection over a PGlite that was made elsewhere, with extensions for one; closing the connection closes it. */
export async function overPGlite(database: PGlite): Promise<DriverConnection> {
  const { protocol } = await import('@electric-sql/pglite');
  await database.waitReady;
  const connection = new PostgresqlConnection(new PGliteTransport(database, protocol.serialize));
  await connection.script("SET TimeZone = 'UTC'; SET DateStyle = 'ISO'");
  return connection;
}

/** PostgreSQL inside the process, by PGlite: in memory, or in a folder. */
export const pglite: Driver = {
  name: 'pglite',
  package: '@electric-sql/pglite',
  single: true,
  connect: (options) => {
    const folder = folderOf(options);
    return import('@electric-sql/pglite').then((module) => overPGlite(new module.PGlite(folder)));
  },
  classify: classifyPostgresql,
};

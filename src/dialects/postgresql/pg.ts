import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import type pg from 'pg';
import type { Driver, MaybePromise } from '../base/driver.ts';
import { type ConnectOptions, connectOptions } from './connect-options.ts';
import { PostgresqlConnection, type Transport } from './connection.ts';
import { classifyPostgresql } from './errors.ts';
import type { Exchange } from './exchange.ts';

/** What of node-postgres' client its types leave out: it takes exchanges for queries, and has its connection beside it. */
interface Client extends Omit<pg.Client, 'query' | 'connection'> {
  query(exchange: Exchange): unknown;
  getStartupConf(): Record<string, string>;
  readonly connection: NodeJS.EventEmitter & { readonly stream: { destroy(): void } };
  readonly processID: number | null;
  readonly secretKey: number | null;
}

const CANCEL_CODE = 80_877_102;
/** How long a connection may take to say goodbye. */
const CLOSE_MS = 2000;
/** How long a request to cancel may take to get through. */
const CANCEL_MS = 5000;

class ClientTransport implements Transport {
  readonly #client: Client;
  readonly #options: ConnectOptions;
  readonly #waiting: Exchange[] = [];
  #busy = false;
  status = 'I';
  usable = true;

  constructor(client: Client, options: ConnectOptions) {
    this.#client = client;
    this.#options = options;
    client.connection.on('readyForQuery', (message: { readonly status: string }) => {
      this.status = message.status;
      // The client hears of it after this listener.
      if (this.#waiting.length === 0) this.#busy = false;
      else process.nextTick(() => this.#client.query(this.#waiting.shift() as Exchange));
    });
    // An idle connection that dies says so here and nowhere else.
    client.on('error', () => this.#lost());
    client.on('end', () => this.#lost());
  }

  #lost(): void {
    this.usable = false;
    for (const exchange of this.#waiting.splice(0)) exchange.handleError(new Error('Connection terminated'));
  }

  /** The client is given one exchange at a time; its own queue is to go away. */
  submit(exchange: Exchange): void {
    if (this.#busy && this.usable) {
      this.#waiting.push(exchange);
      return;
    }
    this.#busy = true;
    this.#client.query(exchange);
  }

  async cancel(): Promise<void> {
    const { processID, secretKey } = this.#client;
    if (!this.usable || processID === null || secretKey === null) return;
    const { host, port } = this.#options;
    const socket = host.startsWith('/') ? connectSocket(`${host}/.s.PGSQL.${port}`) : connectSocket(port, host);
    const message = Buffer.alloc(16);
    message.writeInt32BE(16, 0);
    message.writeInt32BE(CANCEL_CODE, 4);
    message.writeInt32BE(processID, 8);
    message.writeInt32BE(secretKey, 12);
    socket.setTimeout(CANCEL_MS, () => socket.destroy());
    // The server closes when it has passed the request on. It is not told that no more will come: a pooler may take that for a caller who is gone.
    socket.write(message);
    socket.resume();
    await once(socket, 'close');
  }

  destroy(): void {
    this.usable = false;
    this.#client.connection.stream.destroy();
  }

  async close(): Promise<void> {
    const { connection } = this.#client;
    const timer = setTimeout(() => connection.stream.destroy(), CLOSE_MS);
    try {
      await this.#client.end();
    } finally {
      clearTimeout(timer);
      this.usable = false;
    }
  }
}

let loaded: typeof pg | undefined;

function open(module: typeof pg, options: ConnectOptions, tls: ConnectOptions['tls']): Promise<PostgresqlConnection> {
  const client = new module.Client({
    host: options.host,
    port: options.port,
    user: options.user,
    password: options.password ?? undefined,
    database: options.database,
    ssl: tls,
    keepAlive: true,
    connectionTimeoutMillis: options.connectSeconds * 1000,
  }) as unknown as Client;
  const startup = client.getStartupConf.bind(client);
  client.getStartupConf = () => ({ ...startup(), ...options.settings });
  const transport = new ClientTransport(client, options);
  return client.connect().then(() => new PostgresqlConnection(transport, options.preparedStatements));
}

/** PostgreSQL by node-postgres. */
export const nodePostgres: Driver = {
  name: 'pg',
  package: 'pg',
  connect: (given): MaybePromise<PostgresqlConnection> => connect(connectOptions(given)),
  classify: classifyPostgresql,
};

async function connect(options: ConnectOptions): Promise<PostgresqlConnection> {
  loaded ??= (await import('pg')).default;
  const module = loaded;
  if (!options.tlsOptional) return open(module, options, options.tls);
  try {
    return await open(module, options, options.tls);
  } catch (error) {
    if (!/does not support SSL/.test(String((error as Error | null)?.message))) throw error;
    return open(module, options, false);
  }
}

import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterTest } from './databases.ts';

/** A way to a server that can be cut, as networks are. */
export interface TcpProxy {
  /** The URL by which the server is reached through the proxy. */
  readonly url: string;
  /** Connections that are open now. */
  readonly open: number;
  /** From now on nothing passes, in either direction, and nobody is told; new connections are taken and left without an answer. */
  stall(): void;
  /** Passes everything again: what was kept back, and what is new. */
  resume(): void;
  /** Resets every connection, as a firewall does that forgot them. */
  reset(): void;
  /** Lets so many more bytes of the server's through, then resets the connection that they came by. */
  cutAfter(bytes: number): void;
  /** Takes no new connections, as a server that is away; `listen()` ends that. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'postgresql:': 5432, 'mysql:': 3306, 'mariadb:': 3306 };

/** A proxy before the server of this URL, which goes away after the test. */
export async function tcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port, protocol } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let stalled = false;
  let left = Number.POSITIVE_INFINITY;
  const sockets = (): Socket[] => [...pairs].flat();
  const server: Server = createServer((client) => {
    const upstream = connect({ host: hostname, port: Number(port) || DEFAULT_PORTS[protocol] });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    const over = (): void => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (data) => upstream.write(data));
    upstream.on('data', (data) => {
      left -= data.length;
      if (left >= 0) return client.write(data);
      client.write(data.subarray(0, left + data.length));
      left = Number.POSITIVE_INFINITY;
      client.resetAndDestroy();
      return over();
    });
    // What one side has said before it closes still reaches the other.
    client.on('end', () => upstream.end());
    upstream.on('end', () => client.end());
    for (const socket of pair) socket.on('error', over).on('close', over);
    if (stalled) for (const socket of pair) socket.pause();
  });
  const listen = (at: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
  await listen(0);
  const own = (server.address() as { port: number }).port;
  afterTest(() => {
    for (const socket of sockets()) socket.destroy();
    server.close();
  });
  const through = new URL(target);
  through.hostname = '127.0.0.1';
  through.port = String(own);
  return {
    url: through.href,
    get open() {
      return pairs.size;
    },
    stall: () => {
      stalled = true;
      for (const socket of sockets()) socket.pause();
    },
    resume: () => {
      stalled = false;
      for (const socket of sockets()) socket.resume();
    },
    reset: () => {
      for (const [client, upstream] of pairs) {
        client.resetAndDestroy();
        upstream.destroy();
      }
    },
    cutAfter: (bytes) => {
      left = bytes;
    },
    refuse: async () => {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      for (const socket of sockets()) socket.destroy();
      await closed;
    },
    listen: () => listen(own),
  };
}

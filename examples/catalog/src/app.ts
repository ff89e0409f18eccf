import { athanor } from 'athanor/fastify';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { api } from './api/api.ts';
import { formats } from './api/formats.ts';
import { deriveKeys } from './auth/keys.ts';
import type { Config } from './config.ts';
import { db } from './db.ts';
import { pages } from './pages/pages.ts';
import { answerBadAddress } from './web/bad-address.ts';
import { securityHeaders } from './web/security-headers.ts';

/** The largest body taken, in bytes. */
const largestBody = 256 * 1024;

export interface AppOptions {
  readonly config: Pick<Config, 'production' | 'secret' | 'trustProxy'>;
  /** Fastify's logger, or its options; none by default. */
  readonly logger?: FastifyServerOptions['logger'];
}

/** The whole application, ready to listen or to be asked by a test. The database is configured by the caller. */
export async function buildApp({ config, logger = false }: AppOptions): Promise<FastifyInstance> {
  const { production } = config;
  const app = fastify({
    logger,
    trustProxy: config.trustProxy,
    bodyLimit: largestBody,
    // A request that came before the signal is answered; a connection with none is closed.
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
    ajv: { customOptions: { coerceTypes: false, allErrors: true, allowUnionTypes: true, formats } },
    frameworkErrors: answerBadAddress(production),
  });
  app.removeContentTypeParser('text/plain');
  const keys = deriveKeys(config.secret);
  const headers = securityHeaders(production);
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(headers);
  });
  closeWithLastAnswer(app);
  await app.register(athanor, { database: db });
  await app.register(api, { keys, production });
  await app.register(pages, { keys, production });
  return app;
}

/** While the server closes, a connection ends with the answer that was in flight on it, and does not wait for another request. */
function closeWithLastAnswer(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
}

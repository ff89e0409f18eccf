import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import type { Context } from '../database/context.ts';
import type { Database } from '../database/database.ts';

export interface AthanorFastifyOptions {
  /** The database whose session each request gets. */
  database: Database;
}

const contexts = new WeakMap<FastifyRequest, Context>();

/**
 * Gives each request a context: `db.session` in its handlers is the request's own, rolled back and given back when the
 * response has ended, an error or a client that went away included. Flask-SQLAlchemy: `init_app()` with its teardown.
 *
 * @example await app.register(athanor, { database: db });
 */
export const athanor: FastifyPluginCallback<AthanorFastifyOptions> = (app, { database }, done) => {
  app.addHook('onRequest', (request, reply, next) => {
    const context = database.openContext();
    context.pageParameters = () => {
      const query = request.query as Record<string, unknown>;
      return { page: text(query.page), perPage: text(query.per_page) };
    };
    contexts.set(request, context);
    // A response that ends without being sent whole fires 'close' but not onResponse.
    reply.raw.once('close', () => {
      close(request);
    });
    database.runInContext(context, next);
  });
  app.addHook('onResponse', async (request) => {
    await close(request);
  });
  done();
};

/** The hooks belong to the application that registers the plugin, not to a scope of the plugin's own. */
Object.assign(athanor, { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'athanor' });

async function close(request: FastifyRequest): Promise<void> {
  const context = contexts.get(request);
  if (context === undefined) return;
  contexts.delete(request);
  try {
    await context.close();
  } catch (error) {
    request.log.error(error, 'The session of this request could not be closed.');
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : Array.isArray(value) ? String(value[value.length - 1]) : undefined;
}

export default athanor;

import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import { requireRole } from '../auth/bearer.ts';
import type { Keys } from '../auth/keys.ts';
import type { Role } from '../auth/roles.ts';
import { categoryRoutes } from './categories.ts';
import { deletionRoutes } from './deletions.ts';
import { loginRoute } from './login.ts';
import { productRoutes } from './products.ts';
import { secureAddProductRoute } from './secure-add-product.ts';
import { sendProblem } from './send-problem.ts';

/** What the JSON routes are given. */
export interface ApiOptions {
  readonly keys: Keys;
  /** The hook of routes that only some roles may use. */
  readonly only: (role: Role) => onRequestAsyncHookHandler;
  /** The hook of the tutorial's open writing routes: in production they are for admins. */
  readonly openInDevelopment: onRequestAsyncHookHandler[];
}

/** The JSON routes. */
export async function api(app: FastifyInstance, { keys, production }: { keys: Keys; production: boolean }): Promise<void> {
  const only = (role: Role) => requireRole(role, keys.token);
  const options: ApiOptions = { keys, only, openInDevelopment: production ? [only('admin')] : [] };
  app.decorateRequest('apiUser', null);
  app.setErrorHandler(sendProblem);
  for (const routes of [categoryRoutes, productRoutes, secureAddProductRoute, loginRoute, deletionRoutes])
    await app.register(routes, options);
}

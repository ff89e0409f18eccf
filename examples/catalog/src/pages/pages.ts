import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import formbody from '@fastify/formbody';
import files from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { hasCsrfToken } from '../auth/csrf.ts';
import type { Keys } from '../auth/keys.ts';
import { registerSessions } from '../auth/session.ts';
import { HttpError } from '../http-error.ts';
import { accountPages } from './account.ts';
import { artRoute } from './art.ts';
import { showError, showNotFound } from './error-page.ts';
import { listingPages } from './listing.ts';
import { managePages } from './manage.ts';
import { productPages } from './product.ts';
import { searchPage } from './search.ts';

/** The longest form taken, in bytes. */
const largestForm = 64 * 1024;

/** The shop's pages, and the files that they are made up with. */
export async function pages(app: FastifyInstance, { keys, production }: { keys: Keys; production: boolean }): Promise<void> {
  app.setErrorHandler(showError);
  await registerSessions(app, { key: keys.session, secure: production });
  await app.register(formbody, { bodyLimit: largestForm });
  app.setNotFoundHandler(showNotFound);
  // Every form carries the token of the session that it was made for.
  app.addHook('preHandler', async (request) => {
    if (request.method !== 'POST' || request.is404) return;
    if (!hasCsrfToken(request)) throw new HttpError(403, 'This form is no longer good. Go back, reload the page, and send it again.');
  });
  for (const part of [listingPages, productPages, searchPage, accountPages, managePages, artRoute]) await app.register(part);

  const { resolve } = createRequire(import.meta.url);
  const fonts = (family: string) => dirname(resolve(`@fontsource-variable/${family}/files/${family}-latin-wght-normal.woff2`));
  await app.register(files, { root: fileURLToPath(new URL('../../public', import.meta.url)), prefix: '/static/', maxAge: '1h' });
  for (const family of ['fraunces', 'inter']) {
    await app.register(files, { root: fonts(family), prefix: `/fonts/${family}/`, maxAge: '30d', decorateReply: false });
  }
}

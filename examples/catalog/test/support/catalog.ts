import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../../src/app.ts';
import type { Role } from '../../src/auth/roles.ts';
import { openDatabase } from '../../src/database.ts';
import { db } from '../../src/db.ts';
import { User } from '../../src/models/user.ts';
import { seedIfEmpty } from '../../src/seed.ts';

/** The password of every user that a test makes. */
export const testPassword = 'correct horse';

export interface TestCatalog {
  readonly app: FastifyInstance;
  readonly url: string;
  close(): Promise<void>;
}

/** The catalog on a database of its own, which goes with it. */
export async function openCatalog({ production = false, sample = false } = {}): Promise<TestCatalog> {
  const { url, remove } = await temporaryDatabase();
  await openDatabase(url);
  if (sample) await seedIfEmpty(testPassword);
  const app = await buildApp({ config: { production, secret: 'a secret for tests', trustProxy: false } });
  return {
    app,
    url,
    close: async () => {
      await app.close();
      await db.dispose();
      await remove();
    },
  };
}

/** The URL of a SQLite file in a new folder, and the end of both. */
export async function temporaryDatabase(): Promise<{ url: string; folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'catalog-test-'));
  return { folder, url: `sqlite:///${join(folder, 'catalog.db')}`, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Makes a user with the test password. */
export function makeUser(username: string, role: Role): Promise<number> {
  return db.context(async () => {
    const user = new User({ username, email: `${username}@example.com`, role });
    await user.setPassword(testPassword);
    db.session.add(user);
    await db.session.commit();
    return user.id;
  });
}

/** The header with a user's token, from the login route. */
export async function bearerOf(app: FastifyInstance, username: string): Promise<{ authorization: string }> {
  const answer = await app.inject({ method: 'POST', url: '/login', payload: { username, password: testPassword } });
  return { authorization: `Bearer ${answer.json().token}` };
}

import type { FastifyInstance } from 'fastify';
import { checkCredentials } from '../auth/credentials.ts';
import { issueToken, tokenLifetime } from '../auth/token.ts';
import { HttpError } from '../http-error.ts';
import type { ApiOptions } from './api.ts';
import { loginBody } from './schemas.ts';

export async function loginRoute(app: FastifyInstance, { keys }: ApiOptions): Promise<void> {
  app.post<{ Body: { username: string; password: string } }>('/login', { schema: { body: loginBody } }, async (request, reply) => {
    const user = await checkCredentials(request.body.username, request.body.password);
    if (!user) throw new HttpError(401, 'Unauthorized');
    reply.header('cache-control', 'no-store');
    return { token: await issueToken(user.id, keys.token), token_type: 'Bearer', expires_in: tokenLifetime, role: user.role };
  });
}

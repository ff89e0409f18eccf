import type { FastifyInstance } from 'fastify';
import { checkCredentials } from '../auth/credentials.ts';
import { createProduct, type NewProduct } from '../catalog/new-product.ts';
import { HttpError } from '../http-error.ts';
import { productBody, secureProductBody } from './schemas.ts';

export async function secureAddProductRoute(app: FastifyInstance): Promise<void> {
  app.post<{ Body: NewProduct & { username: string; password: string } }>(
    '/secure-add-product',
    { schema: { body: secureProductBody } },
    async (request, reply) => {
      const user = await checkCredentials(request.body.username, request.body.password);
      if (!user) throw new HttpError(401, 'Unauthorized');
      if (!user.hasRole('admin')) throw new HttpError(403, 'Permission denied');
      // Only one who may add a product is told what is wrong with it.
      const validate = request.compileValidationSchema(productBody);
      if (!validate(request.body)) throw Object.assign(new Error('invalid product'), { validation: validate.errors });
      await createProduct(request.body);
      return reply.code(201).send({ message: 'Product added securely!' });
    },
  );
}

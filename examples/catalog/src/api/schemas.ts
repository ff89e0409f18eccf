import { passwordLimits } from '../auth/password.ts';
import { longestTagName } from '../catalog/tag-name.ts';

const name = (maxLength: number) => ({ type: 'string', format: 'name', maxLength });
const price = { type: 'number', format: 'money', minimum: 0, maximum: 99_999_999.99 };
const stock = { type: 'integer', minimum: 0, maximum: 2_147_483_647 };

/** The body of `POST /category`. */
export const categoryBody = {
  type: 'object',
  required: ['name'],
  properties: { name: name(100), description: { type: ['string', 'null'], format: 'plain', maxLength: 255 } },
};

const productProperties = {
  name: name(150),
  price,
  stock,
  description: { type: ['string', 'null'], format: 'plain', maxLength: 20_000 },
  category_id: { type: 'integer' },
  tags: { type: 'array', maxItems: 30, items: name(longestTagName) },
};

const productRequired = ['name', 'price', 'category_id'];

/** The body of `POST /product`. */
export const productBody = { type: 'object', required: productRequired, properties: productProperties };

const credentials = {
  username: { type: 'string', format: 'plain', maxLength: 80 },
  password: { type: 'string', format: 'plain', maxLength: passwordLimits.longest },
};

/** The body of `POST /login`. */
export const loginBody = { type: 'object', required: ['username', 'password'], properties: credentials };

/** The body of `POST /secure-add-product` when the credentials are read; the product is looked at after them. */
export const secureProductBody = { type: 'object', required: ['username', 'password'], properties: credentials };

/** The body of `PATCH /product/:id`: a price, a stock, or both. */
export const productChanges = {
  type: 'object',
  minProperties: 1,
  properties: { price, stock },
  anyOf: [{ required: ['price'] }, { required: ['stock'] }],
};

/** The body of `PUT /product/:id`: both. */
export const productState = { type: 'object', required: ['price', 'stock'], properties: { price, stock } };

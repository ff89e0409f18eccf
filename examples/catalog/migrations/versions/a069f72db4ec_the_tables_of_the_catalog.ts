import { check, index, type Operations, sql, t } from 'athanor';

export const revision = 'a069f72db4ec';
export const downRevision = null;
export const message = 'the tables of the catalog';

export async function upgrade(op: Operations): Promise<void> {
  await op.createTable('categories', {
    id: t.integer().primaryKey(),
    name: t.string(100).unique(),
    slug: t.string(110).unique(),
    description: t.string(255).nullable(),
    created_at: t.dateTime(),
  });
  await op.createTable(
    'products',
    {
      id: t.integer().primaryKey(),
      name: t.string(150),
      slug: t.string(160).unique(),
      description: t.text().nullable(),
      price: t.numeric(10, 2),
      stock: t.integer(),
      active: t.boolean(),
      created_at: t.dateTime(),
      updated_at: t.dateTime(),
      category_id: t.integer().nullable().references('categories.id', { onDelete: 'set null' }),
    },
    {
      constraints: (c) => [
        check(sql`${c.price} >= 0`, 'ck_products_price'),
        check(sql`${c.stock} >= 0`, 'ck_products_stock'),
        index(c.category_id, c.active, c.name),
        index(c.active, c.name),
        index(c.active, c.price),
        index(c.active, c.created_at),
      ],
    },
  );
  await op.createTable('product_images', {
    id: t.integer().primaryKey(),
    image_path: t.string(500),
    alt_text: t.string(255).nullable(),
    is_primary: t.boolean(),
    display_order: t.integer(),
    product_id: t.integer().index().references('products.id', { onDelete: 'cascade' }),
  });
  await op.createTable('tags', {
    id: t.integer().primaryKey(),
    name: t.string(50).unique(),
    slug: t.string(60).unique(),
  });
  await op.createTable('product_tags', {
    product_id: t.integer().primaryKey().references('products.id', { onDelete: 'cascade' }),
    tag_id: t.integer().primaryKey().index().references('tags.id', { onDelete: 'cascade' }),
  });
  await op.createTable('users', {
    id: t.integer().primaryKey(),
    username: t.string(80).unique(),
    email: t.string(120).unique(),
    password_hash: t.string(200).nullable(),
    role: t.enum(['customer', 'manager', 'admin']),
    created_at: t.dateTime(),
  });
  await op.createTable(
    'reviews',
    {
      id: t.integer().primaryKey(),
      rating: t.integer().check(sql`rating BETWEEN 1 AND 5`),
      content: t.text().nullable(),
      approved: t.boolean(),
      created_at: t.dateTime(),
      product_id: t.integer().references('products.id', { onDelete: 'cascade' }),
      user_id: t.integer().index().references('users.id', { onDelete: 'cascade' }),
    },
    { constraints: (c) => [index(c.product_id, c.approved, c.created_at), index(c.approved, c.created_at)] },
  );
}

export async function downgrade(op: Operations): Promise<void> {
  await op.dropTable('reviews');
  await op.dropTable('users');
  await op.dropTable('product_tags');
  await op.dropTable('tags');
  await op.dropTable('product_images');
  await op.dropTable('products');
  await op.dropTable('categories');
}

import { t } from '../../src/sql/column-types.ts';
import { check, foreignKey, unique } from '../../src/sql/constraints.ts';
import { index, uniqueIndex } from '../../src/sql/indexes.ts';
import { MetaData } from '../../src/sql/metadata.ts';
import { type RawFragment, sql } from '../../src/sql/raw.ts';
import { Table } from '../../src/sql/schema.ts';

/**
 * Tables with one of everything that a migration knows, as models define them.
 * @param yesterday a default that is a call, in the database's own words
 */
export function catalogTables(yesterday: RawFragment = sql`datetime('now', '-1 day')`): MetaData {
  const metadata = new MetaData();
  new Table(
    metadata,
    'products',
    {
      id: t.integer().primaryKey(),
      name: t.string(150),
      slug: t.string(160).unique(),
      description: t.text().nullable(),
      price: t.numeric(10, 2),
      stock: t.integer().default(0).serverDefault(sql`0`),
      active: t.boolean().serverDefault(sql`${true}`),
      state: t.enum(['draft', "editor's choice", 'live']).serverDefault(sql`${'draft'}`),
      meta: t.jsonb<{ sizes: string[] }>().nullable(),
      createdAt: t.dateTime().serverDefault(sql`CURRENT_TIMESTAMP`),
      checkedAt: t.dateTime().serverDefault(yesterday),
      rating: t.double().nullable().check(sql`rating BETWEEN 1 AND 5`),
      code: t.uuid().unique().index(),
      categoryId: t.integer().nullable().index().references('categories.id', { onDelete: 'set null', onUpdate: 'cascade' }),
      parentId: t.integer().nullable().references('products.id', { name: 'fk_parent' }),
    },
    {
      constraints: (c) => [
        check(sql`${c.price} >= 0`),
        // biome-ignore lint/suspicious/noTemplateCurlyInString: what a template literal must escape
        check(c.stock.ge(0).and(c.name.ne("it's `${x}` \\ this")), 'ck_products_stock'),
        unique(c.name, c.categoryId),
        unique(c.meta).named('one_meta'),
        index(c.categoryId, c.active, c.name),
        uniqueIndex([c.name], { where: sql`${c.active} = ${true}` }).named('one_active_name'),
      ],
    },
  );
  new Table(metadata, 'categories', {
    id: t.bigInteger().primaryKey(),
    name: t.string(100).unique(),
    'a-b': t.date().nullable(),
    order: t.time(),
  });
  new Table(
    metadata,
    'productTags',
    {
      productId: t.integer().primaryKey().references('products.id', { onDelete: 'cascade' }),
      tagName: t.string(50).primaryKey().references('tags.name', { onDelete: 'cascade' }),
    },
    { constraints: (c) => [index(c.tagName)] },
  );
  new Table(metadata, 'tags', { name: t.string(50).primaryKey(), photo: t.binary().nullable() });
  new Table(
    metadata,
    'tag_notes',
    { productId: t.integer(), tagName: t.string(50), note: t.text().named('The Note') },
    {
      constraints: (c) => [foreignKey([c.productId, c.tagName], ['productTags.productId', 'productTags.tagName'], { onDelete: 'cascade' })],
    },
  );
  return metadata;
}

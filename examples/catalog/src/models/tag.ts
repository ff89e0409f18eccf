import { listen, manyToMany, t } from 'athanor';
import { db } from '../db.ts';
import { slugify } from '../slugs.ts';
import { Product } from './product.ts';
import { productTags } from './product-tags.ts';

export class Tag extends db.Model('tags', {
  id: t.integer().primaryKey(),
  name: t.string(50).unique(),
  slug: t.string(60).unique(),
  get products() {
    return manyToMany(Product, { through: productTags, backPopulates: 'tags' });
  },
}) {}

listen(Tag.c.name, 'set', (tag: Tag, value, old) => {
  if (!tag.slug || tag.slug === slugify(old ?? '')) tag.slug = slugify(value);
});

import { nameKey } from '../catalog/tag-name.ts';
import { Category } from '../models/category.ts';
import { Tag } from '../models/tag.ts';
import { firstFree, slugify } from '../slugs.ts';

/** The categories and tags of the shop by name, found or made without a query for each. */
export interface NamedThings {
  /** The category of this name, or the one for products that have none. */
  category(name: string | null): Category;
  tag(name: string): Tag;
}

/** Reads the categories and tags that there are; new ones are saved with the products that hold them. */
export async function namedThings(defaultCategory: string): Promise<NamedThings> {
  const category = finder(await Category.query().all(), (values) => new Category(values));
  const tag = finder(await Tag.query().all(), (values) => new Tag(values));
  return { category: (name) => category(name ?? defaultCategory), tag };
}

function finder<T extends { name: string; slug: string }>(
  stored: readonly T[],
  make: (values: { name: string; slug: string }) => T,
): (name: string) => T {
  const byName = new Map(stored.map((item) => [nameKey(item.name), item]));
  const slugs = new Set(stored.map((item) => item.slug));
  return (name) => {
    const known = byName.get(nameKey(name));
    if (known) return known;
    const slug = firstFree(slugify(name), slugs);
    const made = make({ name, slug });
    byName.set(nameKey(name), made);
    slugs.add(slug);
    return made;
  };
}

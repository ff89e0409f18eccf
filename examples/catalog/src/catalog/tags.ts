import { or } from 'athanor';
import { Tag } from '../models/tag.ts';
import { slugify } from '../slugs.ts';
import { freeSlug } from './free-slug.ts';
import { nameKey } from './tag-name.ts';

/** The tags of these names, found or made; a name that differs in its case alone is the same tag. */
export async function tagsNamed(names: Iterable<string>): Promise<Tag[]> {
  const wanted = new Map(Array.from(names, (name) => [nameKey(name), name.trim()]));
  if (wanted.size === 0) return [];
  const spellings = [...wanted.values()];
  const found = await Tag.query()
    .filter(or(Tag.c.name.in(spellings), Tag.c.slug.in(spellings.map((name) => slugify(name)))))
    .all();
  const tags = new Map(found.map((tag) => [nameKey(tag.name), tag]));
  for (const [key, name] of wanted) {
    if (!tags.has(key)) tags.set(key, new Tag({ name, slug: await freeSlug('tag', slugify(name)) }));
  }
  return Array.from(wanted.keys(), (key) => tags.get(key)!);
}

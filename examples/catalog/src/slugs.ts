import slugifyText from 'slugify';

/** The part of an address that names a thing: lower case, words joined by hyphens, at most `limit` characters. */
export function slugify(name: string, limit = 100): string {
  const latin = slugifyText(name.replaceAll(/[/_.+&|]+/g, ' '), { lower: true, strict: true, trim: true });
  // Names in scripts that have no Latin spelling here keep their own letters, which addresses may hold.
  const slug =
    latin ||
    name
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '-');
  return trimHyphens(slug.slice(0, limit)) || 'item';
}

/** `wanted`, or the first of `wanted-2`, `wanted-3`… that is not taken. */
export function firstFree(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let n = 2; ; n++) if (!taken.has(`${wanted}-${n}`)) return `${wanted}-${n}`;
}

function trimHyphens(text: string): string {
  return text.replaceAll(/^-+|-+$/g, '');
}

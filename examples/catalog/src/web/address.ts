/** The path of an address, without its query. */
export function pathOf(url: string): string {
  return url.split('?', 1)[0];
}

/** An address with a query; what is empty, and the first page, need not stand in it. */
export function addressOf(path: string, query: Readonly<Record<string, string | number | null | undefined>> = {}): string {
  const pairs = Object.entries(query).filter(([name, value]) => value != null && value !== '' && !(name === 'page' && value === 1));
  return pairs.length === 0
    ? path
    : `${path}?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)] as [string, string]))}`;
}

/** A place in this shop to go on to; anything that could lead elsewhere becomes the front page. */
export function localPath(text: string, otherwise = '/'): string {
  // Browsers read '//' and '/\' as the start of another host, and drop tabs and line ends before they look.
  return /^\/(?![/\\])[^\\\p{Cc}\s]*$/u.test(text) ? text : otherwise;
}

/** A function that quotes a name where it is not a plain lower-case word or is reserved. */
export function quoter(reserved: ReadonlySet<string>, open = '"', close = '"'): (name: string) => string {
  const cache = new Map<string, string>();
  return (name) => {
    let quoted = cache.get(name);
    if (quoted === undefined) {
      const plain = /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name);
      quoted = plain ? name : `${open}${name.replaceAll('\0', '').replaceAll(close, close + close)}${close}`;
      if (cache.size < 10_000) cache.set(name, quoted);
    }
    return quoted;
  };
}

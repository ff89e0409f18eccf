/** The longest name of a tag, in characters. */
export const longestTagName = 50;

/** What two names that mean the same tag or category have in common. */
export function nameKey(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

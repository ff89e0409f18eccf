/** Whether a text can be kept by every database: no NUL, no half of a surrogate pair. */
export function isPlainText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** One text field of a form or a query string: '' where it is missing, given more than once, or not plain text. */
export function field(values: unknown, name: string): string {
  if (typeof values !== 'object' || values === null || !Object.hasOwn(values, name)) return '';
  const value = (values as Record<string, unknown>)[name];
  return typeof value === 'string' && isPlainText(value) ? value : '';
}

/**
 * The rows of a flat list of encoded values as one JSON array of arrays; null where a value would come out another one:
 * fractions, bytes, and text with characters that JSON has to escape by number.
 */
export function jsonRows(values: readonly unknown[], width: number): string | null {
  let text = '[[';
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (i > 0) text += i % width === 0 ? '],[' : ',';
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) return null;
      text += value;
    } else if (typeof value === 'string') {
      const quoted = JSON.stringify(value);
      if (quoted.includes('\\u')) return null;
      text += quoted;
    } else if (value === null) text += 'null';
    else if (typeof value === 'bigint') text += value;
    else return null;
  }
  return `${text}]]`;
}

// On MySQL, values stand in the text of a statement, as literals. From 8.0.22 on the server gives a placeholder a type when it
// prepares the statement, and keeps it: `SELECT ?` that was run with a number gives 0 for a text, an integer beside a DECIMAL
// gets thirty digits, and an expression with a placeholder is not the same one in SELECT and in GROUP BY.
import { ExactNumber } from './exact-number.ts';

/** What holds no placeholder: quoted text and names, and comments; or a placeholder; or what ends a statement or is left open. */
const PIECES = /'(?:[^'\\]|''|\\[\s\S])*'|"(?:[^"\\]|""|\\[\s\S])*"|`(?:[^`]|``)*`|--\s[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|([?;'"`]|\/\*)/g;
/** What the server takes for code although it looks like a comment, and what might be another statement within one. */
const HIDDEN = /^(?:\/\*!|[-#/][\s\S]*;)/;

/** Bytes double in a literal: longer ones are sent beside the text. */
const MOST_BYTES = 1 << 20;

/** A statement's text between its placeholders; null where it must not be sent as text: it might be more than one statement. */
export function textBetween(sql: string): readonly string[] | null {
  const texts: string[] = [];
  let from = 0;
  for (const match of sql.matchAll(PIECES)) {
    const [piece, mark] = match;
    if (mark === undefined) {
      if (HIDDEN.test(piece)) return null;
      continue;
    }
    if (mark !== '?') return null;
    texts.push(sql.slice(from, match.index));
    from = match.index + 1;
  }
  texts.push(sql.slice(from));
  return texts;
}

/** The statement with its values in it; null where one of them has no literal, or there is not one for each placeholder. */
export function withLiterals(texts: readonly string[], parameters: readonly unknown[]): string | null {
  if (texts.length !== parameters.length + 1) return null;
  let sql = texts[0];
  for (let i = 0; i < parameters.length; i++) {
    const literal = literalOf(parameters[i]);
    if (literal === null) return null;
    sql += literal + texts[i + 1];
  }
  return sql;
}

function literalOf(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      // Doubled quotes end no text in any sql_mode.
      return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
    case 'number':
      if (!Number.isFinite(value)) return null;
      // With an exponent it is a double; without, it would be a DECIMAL.
      if (Object.is(value, -0)) return '(-0e0)';
      return signed(Number.isSafeInteger(value) ? String(value) : value.toExponential());
    case 'bigint':
      return signed(String(value));
    case 'boolean':
      return value ? '1' : '0';
    case 'object':
      if (value === null) return 'NULL';
      if (value instanceof ExactNumber) return /^-?\d+(?:\.\d+)?$/.test(value.digits) ? signed(value.digits) : null;
      if (!(value instanceof Uint8Array) || value.byteLength > MOST_BYTES) return null;
      return `X'${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}'`;
    default:
      return null;
  }
}

/** After a minus sign of the statement's own, another one would begin a comment. */
function signed(digits: string): string {
  return digits.startsWith('-') ? `(${digits})` : digits;
}

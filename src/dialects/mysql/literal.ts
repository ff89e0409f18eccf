import { dialectError } from '../base/errors.ts';
import { literal } from '../base/inline.ts';
import { ExactNumber } from './exact-number.ts';

/** Text as a literal; a backslash is an escape in MySQL. */
export function stringLiteral(text: string): string {
  if (text.includes('\0')) throw dialectError('ddl.bad-literal', 'Text with a NUL character');
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** An encoded value as a literal of MySQL. */
export function mysqlLiteral(encoded: unknown): string {
  if (typeof encoded === 'string') return stringLiteral(encoded);
  if (encoded instanceof ExactNumber) return encoded.digits;
  return literal(encoded);
}

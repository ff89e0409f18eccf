import { describe } from '../../sql/errors.ts';
import { encodeDateTime } from '../base/dates.ts';
import { dialectError } from '../base/errors.ts';
import { TypedParameter } from './parameters.ts';

/** Text as a literal. A backslash before the end of a line would join the lines, so there the text is cut in two. */
export function textLiteral(text: string): string {
  if (text.includes('\0')) throw dialectError('ddl.bad-literal', 'Text with a NUL character');
  return text
    .split(/(?<=\\)(?=\r?\n)/)
    .map((piece) => `N'${piece.replaceAll("'", "''")}'`)
    .join(' + ');
}

/** A value as the driver would get it, as a literal of T-SQL. */
export function mssqlLiteral(encoded: unknown): string {
  switch (typeof encoded) {
    case 'string':
      return textLiteral(encoded);
    case 'bigint':
      return String(encoded);
    case 'number':
      if (!Number.isFinite(encoded)) throw dialectError('ddl.bad-literal', String(encoded));
      // With an exponent it is a FLOAT, without one a DECIMAL.
      return /e/i.test(String(encoded)) ? String(encoded) : `${encoded}e0`;
    case 'boolean':
      return encoded ? '1' : '0';
    default:
      if (encoded === null) return 'NULL';
      if (encoded instanceof Uint8Array) return `0x${Buffer.from(encoded).toString('hex').toUpperCase()}`;
      if (encoded instanceof TypedParameter) return encoded.type === 'decimal' ? encoded.text : `N'${encoded.text}'`;
      if (encoded instanceof Date) return `N'${encodeDateTime(encoded)}'`;
      throw dialectError('ddl.bad-literal', describe(encoded));
  }
}

/**
 * Values that SQL Server has to be told the type of. Others tell it by themselves: a bigint is an integer, a number is a
 * FLOAT, a string is NVARCHAR, a Date is DATETIME2, bytes are VARBINARY, and a boolean is a BIT.
 */
export class TypedParameter {
  readonly type: 'decimal' | 'date' | 'time';
  readonly text: string;
  constructor(type: TypedParameter['type'], text: string) {
    this.type = type;
    this.text = text;
  }
  /** Inside of an array or an encrypted value, which are text. */
  toJSON(): string {
    return this.text;
  }
  /** For messages: never the content. */
  toString(): string {
    return this.type;
  }
}

/** The digits of a decimal number in all, and those after the point. */
export function digitsOf(text: string): { readonly precision: number; readonly scale: number } {
  const [, whole = '', fraction = ''] = /^[+-]?0*(\d*)(?:\.(\d*))?$/.exec(text) ?? [];
  return { precision: Math.max(1, whole.length + fraction.length), scale: fraction.length };
}

/** The most digits that a DECIMAL has. */
export const MOST_DIGITS = 38;

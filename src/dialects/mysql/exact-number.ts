/** A decimal number on its way to the database: as text it would be compared as a double, of which 15 digits are sure. */
export class ExactNumber {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
  }
  toString(): string {
    return this.digits;
  }
  /** Inside of JSON, and with it inside of an array or an encrypted value, the digits alone. */
  toJSON(): string {
    return this.digits;
  }
}
